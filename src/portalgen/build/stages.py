"""Views -> units: the portals and the internal site here, the public site by MkDocs beside them."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from portalgen import project, public
from portalgen.build.job import Job, Problems, Shown, public_view
from portalgen.problems import Problem
from portalgen.render import assets, internal
from portalgen.render import portal as portal_pages
from portalgen.render.environment import say
from portalgen.render.page import Page
from portalgen.site import Unit, assemble
from portalgen.views import files_of


@dataclass(slots=True)
class Counts:
    """What the closing line of a build says."""

    pages: int = 0
    portals: int = 0
    cases: int = 0

    def add(self, unit: Unit) -> None:
        """Count a unit's pages."""
        self.pages += sum(path.endswith(".html") for path in unit.files)
        self.portals += unit.surface == "portal"
        if unit.surface == "public":
            parts = [p.split("/") for p in unit.files if p.startswith("case-studies/")]
            self.cases = sum(len(p) == 3 and p[2] == "index.html" for p in parts)

    def line(self) -> str:
        """`built N pages, M portals, K held back, ...`."""
        return (
            f"built {_several(self.pages, 'page')}, {_several(self.portals, 'portal')}, 0 held back, "
            f"{_several(self.cases, 'public case study', 'public case studies')}"
        )


def _several(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


def private_units(job: Job, counts: Counts) -> Iterator[tuple[Unit, Problems]]:
    """Every portal, the assets they share, and the internal site, one unit at a time."""
    for one in job.shown:
        if one.account.id in job.carried:
            continue  # a broken account keeps the portal that it has
        found = portal_unit(job, one)
        if found is not None:
            counts.add(found[0])
            yield found
    shared = assets.shared(job.settings.brand, assets.PORTAL)
    yield Unit("portals/assets", "assets", "", shared), []
    unit, problems = internal_unit(job)
    counts.add(unit)
    yield unit, problems


def portal_unit(job: Job, one: Shown) -> tuple[Unit, Problems] | None:
    """One client's portal, or None where there is none on this day."""
    view = project.portal(one.account, job.settings, job.today, one.before)
    if view is None:
        return None
    key = job.key(one.account)
    problems: Problems = []
    files = job.files(one, files_of(view), problems)
    pages = portal_pages.pages(view, assets="../assets/", identity=key)
    unit, found = assemble(f"portals/{key}", "portal", one.account.id, pages, files)
    return unit, [*problems, *found]


def internal_unit(job: Job) -> tuple[Unit, Problems]:
    """The team's site over all accounts."""
    settings, today, translate = job.settings, job.today, say(job.settings.language)
    accounts = [s.account for s in job.shown]
    portals = job.portals()
    problems: Problems = []
    files: dict[str, bytes] = {}
    pages: list[Page] = []
    for one in job.shown:
        brief = project.brief(one.account, settings, today, translate)
        below = f"accounts/{one.account.id}/"
        pages.extend(internal.brief_pages(brief, portals))
        read = job.files(one, files_of(brief), problems)
        files |= {below + url: data for url, data in read.items()}
        if brief.case.case is not None:
            shown = files_of(brief.case.case)
            files |= {f"references/{one.account.id}/{url}": read[url] for url in shown if url in read}
    portfolio = project.portfolio(accounts, settings, today, translate)
    references = project.references(accounts, settings, today, translate)
    pages.extend(internal.pages(portfolio, references, portals))
    shared = assets.shared(settings.brand, assets.INTERNAL)
    files |= {f"assets/{name}": data for name, data in shared.items()}
    unit, found = assemble("internal", "internal", "", pages, files)
    return unit, [*problems, *found]


class PublicSite:
    """MkDocs at work on the public site, in a process of its own where more than one is allowed."""

    def __init__(self, job: Job, folder: Path, jobs: int) -> None:
        self.folder = folder
        gallery, files, self.problems = public_view(job)
        self._arguments = (job.settings, gallery, files, folder, job.today)
        self._pool = ProcessPoolExecutor(1) if jobs > 1 else None
        self._future: Future[tuple[Problem, ...]] | None = None

    def __enter__(self) -> Self:
        if self._pool is not None:
            self._future = self._pool.submit(public.build, *self._arguments)
        return self

    def result(self) -> tuple[Problem, ...]:
        """Wait for the site; returns what MkDocs found wrong."""
        if self._future is not None:
            return self._future.result()
        return public.build(*self._arguments)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

"""Views -> units: the portals and the internal site here, the public site by MkDocs beside them.

A unit is composed from what stands of it and what is wanted: `plan` decides which pages are made, and
the others are taken over as they are published. With nothing standing that is a clean build; there is
no other way to build.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache, partial
from importlib.metadata import version
from operator import attrgetter
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from portalgen import project, public
from portalgen.build.job import Job, Problems, PublicView, Sent, Unreadable, public_view
from portalgen.build.shown import Shown
from portalgen.plan import NEW, Plan, plan
from portalgen.problems import Problem
from portalgen.render import assets, internal, search
from portalgen.render import portal as portal_pages
from portalgen.render.house import Broken
from portalgen.render.house import parts as parts_with
from portalgen.render.memo import Memo
from portalgen.render.page import Page, Parts, Wanted, common_parts, digest, digest_of
from portalgen.settings import Settings
from portalgen.site import Mixed, Surface, Unit, check, from_folder, loses_places
from portalgen.views import View
from portalgen.vocabulary import slug


class Standing(Protocol):
    """What stands of a unit: each file that is still as it was written, with the parts it was made from."""

    def parts(self, unit: str) -> Mapping[str, Parts]: ...
    def intact(self, unit: str) -> bool: ...
    def read(self, unit: str, path: str) -> bytes: ...


class Nothing:
    """A clean slate."""

    def parts(self, unit: str) -> Mapping[str, Parts]:  # noqa: ARG002
        """Nothing stands."""
        return {}

    def intact(self, unit: str) -> bool:  # noqa: ARG002
        """Nothing stands."""
        return False

    def read(self, unit: str, path: str) -> bytes:
        """Never asked for."""
        raise FileNotFoundError(f"{unit}/{path}")


NOTHING = Nothing()


@dataclass(frozen=True, slots=True)
class Sheaf:
    """The pages and files that are wanted of one unit."""

    name: str
    surface: Surface
    account: str
    wanted: Mapping[str, Wanted]


@dataclass(frozen=True, slots=True)
class Composed:
    """A unit as it should be, what was made anew of it and why, and what is wrong with it."""

    unit: Unit
    plan: Plan
    problems: Problems = field(default_factory=list)


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

    def line(self, held: int, expiry: date | None) -> str:
        """`built N pages, M portals, K held back, ...`: `held` accounts; `expiry` is the next last day of
        a public case."""
        said = [
            f"built {_several(self.pages, 'page')}",
            _several(self.portals, "portal"),
            f"{held} held back",
            _several(self.cases, "public case study", "public case studies"),
        ]
        return ", ".join([*said, *([f"next expiry {expiry}"] if expiry else [])])


def _several(count: int, one: str, several: str = "") -> str:
    return f"{count} {one if count == 1 else several or one + 's'}"


# ---- composing ------------------------------------------------------------------------------------


def compose(sheaf: Sheaf, standing: Standing, last: Sheaf | None = None) -> Composed:
    """Make what is stale of a unit and take over the rest; links are checked where they may have broken.

    `last` is the sheaf of which what stands was composed, where that is known: pages for which both
    have the very same object need not be compared.
    """
    before = standing.parts(sheaf.name)
    steps = _planned(sheaf, before, last)
    made: dict[str, bytes] = {}
    read: dict[str, Parts] = {path: before[path] for path in steps.keep}
    problems: Problems = []
    whole = True
    for path in steps.render:
        one = sheaf.wanted[path]
        try:
            page = one.make()
        except (Unreadable, Broken) as error:
            problems.append(error.problem)
            whole = whole and not isinstance(error, Broken)
            continue
        made[path] = page.body
        names = one.parts if page.read is None else page.read
        read[path] = {name: one.parts[name] for name in names}
    files = Mixed([p for p in sheaf.wanted if p in read], made, partial(standing.read, sheaf.name))
    unit = Unit(sheaf.name, sheaf.surface, sheaf.account, files, read, steps.keep)
    if whole and not steps.nothing:
        was = {p: standing.read(sheaf.name, p) for p in made if p in before and p.endswith(".html")}
        lost = bool(steps.delete) or any(loses_places(old, made[path]) for path, old in was.items())
        problems += check(unit, None if lost else was, made, paths=any(p not in before for p in made))
    return Composed(unit, steps, problems)


def _planned(sheaf: Sheaf, before: Mapping[str, Parts], last: Sheaf | None) -> Plan:
    if last is None:
        return plan(before, {path: one.parts for path, one in sheaf.wanted.items()})
    known = last.wanted
    open_ = {p: one.parts for p, one in sheaf.wanted.items() if known.get(p) is not one or p not in before}
    gone = before.keys() - sheaf.wanted.keys()
    asked = plan({p: before[p] for p in (*open_, *gone) if p in before}, open_)
    return replace(asked, keep=asked.keep | (sheaf.wanted.keys() - open_.keys()))


# ---- portals --------------------------------------------------------------------------------------


def portal_sheaf(job: Job, one: Shown, *, sealed: bool) -> Sheaf | None:
    """What is wanted of one client's portal, before it is sealed; None where there is none on this day."""
    return _portal(job, one, "portals", "portal", "../assets/", sealed=sealed)


def draft_sheaf(job: Job, one: Shown) -> Sheaf | None:
    """The portal as it would be if all that waits were approved, or None where nothing waits. For the
    preview alone."""
    if one.draft is None:
        return None
    sealed = job.lock(one.account) is not None
    return _portal(job, one.draft, "drafts", "draft", "../../portals/assets/", sealed=sealed)


def _portal(
    job: Job, one: Shown, folder: str, surface: Surface, assets: str, *, sealed: bool
) -> Sheaf | None:
    view = one.portal
    if view is None:
        return None
    key = job.key(one.account)
    wanted = portal_pages.wanted(
        view,
        assets=assets,
        identity=key,
        proses=one.proses,
        house=job.settings.house,
        look=job.disk.look(one),
        sealed=sealed,
    )
    wanted |= _files(job, one, view)
    return Sheaf(f"{folder}/{key}", surface, one.id, wanted)


def portal_unit(job: Job, one: Shown, *, sealed: bool) -> tuple[Unit, Problems] | None:
    """One client's portal made anew, before it is sealed; None where there is none on this day."""
    sheaf = portal_sheaf(job, one, sealed=sealed)
    if sheaf is None:
        return None
    composed = compose(sheaf, NOTHING)
    return composed.unit, composed.problems


def shared_sheaf(settings: Settings) -> Sheaf:
    """The files that all portals share."""
    shared = assets.portals(settings.house)
    return Sheaf("portals/assets", "assets", "", {name: _fixed(name, data) for name, data in shared.items()})


def _files(job: Job, one: Shown, view: View, below: str = "") -> dict[str, Wanted]:
    """Files that pages link to and images that they show: made from their content, and from nothing else."""

    disk = job.disk

    def made(path: str, sent: Sent) -> Page:
        return Page(path, disk.file(*sent))

    return {
        f"{below}{url}": Wanted(
            {**common_parts(), "file": sent.ref.sha256}, partial(made, f"{below}{url}", sent)
        )
        for url, sent in disk.sent(one, view)[0].items()
    }


def _fixed(path: str, data: bytes) -> Wanted:
    return Wanted({"file": digest(data)}, lambda: Page(path, data))


# ---- the internal site ----------------------------------------------------------------------------


class Team:
    """The internal site over all accounts; what an account adds to it is kept with its `Shown`."""

    def __init__(self) -> None:
        self._memo = Memo()
        self._last: Mapping[str, Shown] = {}
        self._portals: dict[str, str] = {}
        self._briefs: dict[str, dict[str, Wanted]] = {}
        self._over: dict[str, Wanted] = {}
        self._over_from: object = None
        self._sheaf = Sheaf("internal", "internal", "", {})

    def sheaf(self, job: Job, *, later: bool = False) -> Sheaf:
        """What is wanted of it: the same object as the last time where that is the same.

        `later`: the pages over all accounts may stay as they are for now, unless one came or went.
        """
        now = job.accounts
        fresh = {name: one for name, one in now.items() if self._last.get(name) is not one}
        gone = self._last.keys() - now.keys()
        came = any(name not in self._last for name in fresh)
        wanted = dict(self._sheaf.wanted)
        for path in (path for name in (*fresh, *gone) for path in self._briefs.pop(name, ())):
            del wanted[path]
        for name in (*fresh, *gone):
            self._portals.pop(name, None)
        self._portals |= job.portals(fresh.values())
        for name, one in fresh.items():
            self._briefs[name] = _brief(job, one, self._portals.get(name, ""))
            wanted |= self._briefs[name]
        self._last = now
        changed = bool(fresh or gone)
        if not later or came or gone:
            before, self._over = self._over, self._over_all(job)
            changed |= before is not self._over
            for path in before.keys() - self._over.keys():
                del wanted[path]
            wanted |= self._over
        if changed:
            self._sheaf = Sheaf("internal", "internal", "", wanted)
        return self._sheaf

    def _over_all(self, job: Job) -> dict[str, Wanted]:
        """The pages over all accounts, the assets; the same objects where no row and no date changed."""
        settings, portals = job.settings, self._portals
        shared = assets.team(settings.house)
        said = {one.id: self._said(one.id) for one in job.shown}
        made_from = (settings, job.today, shared, dict(portals), [one.digests for one in job.shown], said)
        if self._over_from == made_from:
            return self._over
        self._over_from = made_from
        rows = [one.row for one in sorted(job.shown, key=lambda one: one.urgency)]
        events = sorted((e for one in job.shown for e in one.events), key=attrgetter("date", "key"))
        portfolio = project.portfolio(rows, events, settings, job.today)
        references = project.references((row.case for row in rows), settings)
        disk, accounts = job.disk, job.accounts
        pages = internal.wanted(
            portfolio,
            references,
            portals,
            memo=self._memo,
            briefs=[one.brief for one in job.shown],
            looks=lambda name: disk.look(accounts[name]),
            house=settings.house,
        )
        parts_of = _parts_over_all(job, portals, said)
        found = {path: Wanted(parts_of(path), make) for path, make in pages.items()}
        return found | {f"assets/{name}": _fixed(f"assets/{name}", data) for name, data in shared.items()}

    def _said(self, name: str) -> str:
        """The digest of all that an account's brief says."""
        return self._briefs[name][f"accounts/{name}/index.html"].parts["brief"]


def _brief(job: Job, one: Shown, portal: str) -> dict[str, Wanted]:
    """What one account adds: its brief, the files on it, and those of its sheet for sales."""
    name, brief = one.id, one.brief
    house = job.settings.house
    parts = {**parts_with(house), "brief": digest_of(brief), "portal": portal}
    portals = {name: portal} if portal else {}
    pages = internal.wanted_brief(brief, portals, one.proses, look=job.disk.look(one), house=house)
    found = {path: Wanted(parts, make) for path, make in pages.items()}
    if one.account.files:
        own = brief.model_copy(update={"case": brief.case.model_copy(update={"case": None})})
        found |= _files(job, one, own, f"accounts/{name}/")
    if brief.case.case is not None:
        found |= _files(job, one, brief.case.case, f"references/{name}/")
    return found


@cache
def _calendar(person: str) -> str:
    return f"calendars/{slug(person)}.ics"


def _parts_over_all(job: Job, portals: Mapping[str, str], said: Mapping[str, str]) -> Callable[[str], Parts]:
    """What each page over all accounts is made from, by its path. `said` is a digest of each brief."""
    named = digest(f"{job.settings.language}\0{job.settings.site_name}")
    data = {**common_parts(), "settings": named}
    pages = {**parts_with(job.settings.house), "settings": named}
    rows = digest("".join(one.digests[0] for one in job.shown))
    links = {"rows": rows, "day": job.today.isoformat(), "portals": digest(repr(sorted(portals.items())))}
    events = digest("".join(one.digests[1] for one in job.shown))
    held = digest_of([job.settings.review, *(one.held for one in job.shown if one.held)])
    by_account = {one.id: one.digests[0] for one in job.shown}
    searched = search.files(said)
    by_person: dict[str, list[str]] = {}
    for one in job.shown:
        people = (one.row.account_executive, one.row.project_manager)
        for name in dict.fromkeys(name for name in people if name):
            by_person.setdefault(_calendar(name), []).append(f"{name}\0{one.digests[1]}")

    def parts(path: str) -> Parts:
        settings = pages if path.endswith(".html") else data
        if path in by_person:
            return {**settings, "events": digest("\0".join(by_person[path]))}
        folders = path.split("/")
        if folders[0] == "references" and len(folders) > 2:
            return {**settings, "case": by_account[folders[1]]}
        if path in searched:
            held_in = digest("".join(said[name] for name in searched[path]))
            return {**settings, "briefs": held_in, "files": str(len(searched))}
        return {
            "index.html": {**settings, **links, "events": events},
            "portfolio.json": {**settings, **links},
            "portfolio.csv": {**settings, **links},
            "calendar.ics": {**settings, "events": events},
            "references/index.html": {**settings, "rows": rows},
            "review/index.html": {**settings, "held": held},
        }[path]

    return parts


# ---- the public site ------------------------------------------------------------------------------


def public_parts(job: Job, view: PublicView) -> Parts:
    """What the whole public site is made from: MkDocs makes all of it or nothing."""
    settings = job.settings
    return {
        **common_parts(),
        "case studies": digest_of([view.gallery, sorted(view.parts.items())]),
        "pages": _content(settings.docs_dir),
        "theme": _content(settings.brand),
        "settings": digest(settings.file.read_bytes() + _environment(settings).encode()),
        "day": job.today.isoformat(),
        "MkDocs": digest(repr([version(name) for name in _MKDOCS])),
    }


_MKDOCS = ("markdown", "mkdocs", "mkdocs-material", "pygments", "pymdown-extensions")


def _content(folder: Path | None) -> str:
    """A digest of all that lies in a folder."""
    if folder is None or not folder.is_dir():
        return ""
    files = (path for path in sorted(folder.rglob("*")) if path.is_file())
    return digest("\0".join(f"{p.relative_to(folder).as_posix()}\0{digest(p.read_bytes())}" for p in files))


def _environment(settings: Settings) -> str:
    """The variables of the environment that the settings name (`!ENV NAME`)."""
    words = set(re.findall(r"[A-Za-z_][A-Za-z0-9_]*", settings.file.read_text("utf-8", "replace")))
    return repr(sorted((name, os.environ[name]) for name in words & os.environ.keys()))


class PublicSite:
    """MkDocs at work on the public site, in a process of its own where more than one is allowed.

    Not at work at all where the site stands as it would be made again; `composed` then keeps it, and
    says again what MkDocs warned of. A site with plugins that may read what nobody knows of is always
    made anew.
    """

    def __init__(self, job: Job, folder: Path, jobs: int, standing: Standing = NOTHING) -> None:
        self.folder = folder
        view = public_view(job)
        self.problems: Problems = list(view.problems)
        self.parts = public_parts(job, view)
        before = standing.parts("public")
        self._plan = plan(before, dict.fromkeys(before, self.parts))
        self._cache = job.cache
        self._kept: Composed | None = None
        said = self._said() if not job.settings.unknown and self._plan.nothing else None
        if said is not None and standing.intact("public"):
            files = Mixed(before, {}, partial(standing.read, "public"))
            unit = Unit("public", "public", "", files, before, frozenset(before))
            self._kept = Composed(unit, self._plan, said)
        self._pool: ProcessPoolExecutor | None = None
        self._future: Future[tuple[Problem, ...]] | None = None
        self._unknown = job.settings.unknown
        if self._kept is None:
            files_, unreadable = view.read(job.disk)
            self.problems += unreadable
            given = public.Given(job.settings, view.gallery, files_, view.shapes)
            self._arguments = (given, folder, job.today)
            self._pool = ProcessPoolExecutor(1) if jobs > 1 else None

    def __enter__(self) -> Self:
        if self._pool is not None:
            self._future = self._pool.submit(public.build, *self._arguments)
        return self

    def composed(self) -> Composed:
        """Wait for the site; with what MkDocs found wrong."""
        if self._kept is not None:
            return self._kept
        found = self._future.result() if self._future is not None else public.build(*self._arguments)
        unit = from_folder("public", "public", self.folder)
        unit = replace(unit, parts=dict.fromkeys(unit.files, self.parts))
        said = json.dumps([self.parts, [problem.as_row() for problem in found]])
        self._cache.put("public", "warnings", said.encode())
        why = next(iter(self._plan.reasons.values()), NEW)
        if self._unknown:
            why = f"{self._unknown} may read anything"
        return Composed(unit, Plan(tuple(unit.files), reasons={"": f"{why} (by MkDocs)"}), list(found))

    def _said(self) -> Problems | None:
        """What MkDocs warned of when it made a site from these parts; None where that isn't known."""
        try:
            parts, rows = json.loads(self._cache.get("public", "warnings") or b"[]")
            return [Problem.from_row(row) for row in rows] if parts == self.parts else None
        except (ValueError, TypeError):
            return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

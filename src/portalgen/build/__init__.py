"""The pipeline, top to bottom: load, project, render, assemble, scan, publish. The only orchestrator.

`build` publishes; `check` goes the same way and publishes nothing; `prepare_public` is the part of it
that `mkdocs build` alone wants. Whatever is wrong, the published trees stay as they were but for
withdrawals (`takeback`): what a readable account takes back goes at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from portalgen import __version__, project
from portalgen.build.job import Job, Problems, Shown, consent_of, failing, scan_of, unit_texts
from portalgen.build.public_route import PublicWork, prepare_public
from portalgen.build.stages import Counts, PublicSite, private_units
from portalgen.build.takeback import take_back
from portalgen.clock import build_date
from portalgen.load import Content, load, load_settings
from portalgen.problems import Address, Problem, account_of, in_order
from portalgen.publish import Output, Release, ReleasedPage
from portalgen.released import Released
from portalgen.render.environment import say
from portalgen.scan import Scan, report
from portalgen.secret import need_secret, read_secret
from portalgen.settings import Settings
from portalgen.site import Unit, from_folder

__all__ = ["Options", "Outcome", "PublicWork", "build", "check", "load_settings", "prepare_public"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `jobs` is the number of processes at most."""

    as_of: date | None = None
    strict: bool = False
    keep_going: bool = False
    jobs: int = 1
    record: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build or check found and did. `published` False: nothing but withdrawals went out."""

    problems: tuple[Problem, ...]
    accounts: int
    texts: Mapping[str, str]
    closing: str = ""
    published: bool = False
    made_secret: bool = False

    def line_of(self, at: Address) -> str | None:
        """The source line of an address, for excerpts."""
        lines = self.texts.get(at.path, "").split("\n")
        return lines[at.line - 1] if at.path in self.texts and at.line <= len(lines) else None


def build(settings: Settings, options: Options, environment: Mapping[str, str]) -> Outcome:
    """Build and publish all three trees; where something is wrong, nothing but withdrawals.

    Raises `UsageError` and `Locked`; all that is wrong with the content is in the outcome.
    """
    today = build_date(options.as_of, environment, settings.timezone)
    with Output.open(settings) as output:
        content = load(settings)
        secret, made = need_secret(settings, environment)
        released = Released(settings.private)
        job = _job(settings, today, secret, content, released)
        problems = [*content.problems, *survivors(content, settings)]
        published, closing = False, ""
        if options.keep_going or not failing(problems, strict=options.strict):
            found, counts, keep = _stage(job, output, options.jobs)
            problems += found
            if not failing(found, strict=options.strict):
                output.commit(keep, _release(job), options.record)
                released.replace([s.account for s in job.shown], content.broken, today)
                published, closing = True, counts.line()
            else:
                output.discard()
        if not published:
            closing = take_back(job, output, released)
    return Outcome(tuple(in_order(problems)), _count(content), content.texts, closing, published, made)


def check(
    settings: Settings, files: Iterable[Path], as_of: date | None, environment: Mapping[str, str]
) -> Outcome:
    """What is wrong and who needs attention; with `files`, of these accounts alone and without the scan."""
    today = build_date(as_of, environment, settings.timezone)
    content = load(settings)
    wanted = frozenset(_account_at(settings, path) for path in files)
    problems = [*content.problems, *survivors(content, settings), *_attention(settings, content, today)]
    if wanted:
        home = f"{settings.relative(settings.accounts)}/"
        problems = [
            p for p in problems if p.at.path.removeprefix(home).split("/")[0].removesuffix(".md") in wanted
        ]
    else:
        secret = read_secret(settings, environment) or bytes(32)
        job = Job(settings, today, secret, content, tuple(Shown(x.account) for x in content.accounts))
        problems += _looked_at(job)
    return Outcome(tuple(in_order(problems)), _count(content), content.texts)


# ---- the stages in order --------------------------------------------------------------------------


def _job(settings: Settings, today: date, secret: bytes, content: Content, released: Released) -> Job:
    """Healthy accounts as they are, broken ones as they were released."""
    carried = {name: a for name in sorted(content.broken) if (a := released.account(name))}
    shown = {x.account.id: Shown(x.account) for x in content.accounts}
    shown |= {name: Shown(account) for name, account in carried.items()}
    ordered = tuple(shown[name] for name in sorted(shown))
    return Job(settings, today, secret, content, ordered, frozenset(carried))


def _stage(job: Job, output: Output, jobs: int) -> tuple[Problems, Counts, set[str]]:
    """Render, assemble, scan and stage every unit. Returns what is wrong, and the units to keep."""
    scan = scan_of(job)
    counts = Counts()
    keep = {name for account in job.content.broken if (name := output.name_of(account))}
    with PublicSite(job, output.workspace("public"), jobs) as site:
        problems = list(site.problems)
        for unit, found in private_units(job, counts):
            problems += [*found, *_leaks(job, scan, unit)]
            output.stage(unit)
            keep.add(unit.name)
        problems += site.result()
        unit = from_folder("public", "public", site.folder)
        problems += _leaks(job, scan, unit)
        counts.add(unit)
        output.stage(unit)
        keep.add("public")
    return problems, counts, keep


def _looked_at(job: Job) -> Problems:
    """The same stages for `check`: everything is rendered and scanned, nothing is kept."""
    scan, counts = scan_of(job), Counts()
    with tempfile.TemporaryDirectory(prefix="portalgen-") as folder, PublicSite(job, Path(folder), 1) as site:
        problems = list(site.problems)
        for unit, found in private_units(job, counts):
            problems += [*found, *_leaks(job, scan, unit)]
        problems += site.result()
        problems += _leaks(job, scan, from_folder("public", "public", site.folder))
    return problems


def _leaks(job: Job, scan: Scan, unit: Unit) -> Problems:
    found = scan.unit(unit)
    return report(found, unit_texts(job, unit)) if found else []


def _release(job: Job) -> Release:
    """What the record says of each place; the longest place that a file lies below speaks for it."""
    pages: dict[str, ReleasedPage] = {}
    everything = tuple(sorted(job.content.texts))
    for account, key in job.portals().items():
        sources = tuple(sorted(job.sources(account)))
        pages[f"portals/{key}"] = ReleasedPage(sources, None, account)
    for one in job.shown:
        sources = tuple(sorted(job.sources(one.account.id)))
        pages[f"internal/accounts/{one.account.id}"] = ReleasedPage(sources, None, one.account.id)
    cases = job.cases()
    for one, view in cases:
        sources = tuple(sorted(job.sources(one.account.id)))
        page = ReleasedPage(sources, consent_of(one.account), one.account.id)
        pages[f"public/case-studies/{view.slug}"] = page
    own = tuple(sorted(job.settings.relative(p) for p in job.settings.docs_dir.rglob("*") if p.is_file()))
    shown = tuple(sorted(path for one, _ in cases for path in job.sources(one.account.id)))
    pages["public"] = ReleasedPage((*own, *shown))
    pages["internal"] = ReleasedPage(everything)
    return Release(job.today, __version__, pages, (), _why(job))


def _why(job: Job) -> dict[str, str]:
    """Why something of an account that is still there may have gone."""
    translate = say("en")
    states = project.references((s.account for s in job.shown), job.settings, job.today, translate)
    why = {state.account: state.why for state in states.cases if not state.public and state.why}
    for one in job.shown:
        if not project.has_portal(one.account, job.today):
            why.setdefault(one.account.id, f"the account is {one.account.lifecycle} or its portal has ended")
    return why


# ---- problems of the whole ------------------------------------------------------------------------


def survivors(content: Content, settings: Settings) -> list[Problem]:
    """Anonymised cases that name their client, found before anything is dropped from them."""
    found = []
    home = settings.relative(settings.accounts)
    for loaded in content.accounts:
        for one in project.survivors(loaded.account):
            at = (
                Address(f"{home}/{one.file}", one.line)
                if one.file
                else Address(f"{home}/{loaded.account.id}.md")
            )
            name = one.field
            while name and name not in loaded.places:
                name = name.rpartition(".")[0]
            found.append(
                Problem(
                    loaded.places[name] if name else at,
                    "leak",
                    "anonymised-names-client",
                    "this anonymised case study names its client (name, alias, domain or contact)",
                    one.field,
                    "write it without anything that tells who the client is",
                )
            )
    return found


def _attention(settings: Settings, content: Content, today: date) -> list[Problem]:
    translate = say(settings.language)
    return [
        Problem(loaded.places.get("title", Address(loaded.account.id)), "attention", a.rule, a.message)
        for loaded in content.accounts
        for a in project.attention(loaded.account, settings, today, translate)
    ]


def _account_at(settings: Settings, path: Path) -> str:
    """The account that a file belongs to, however its path is written."""
    try:
        inside = path.resolve().relative_to(settings.accounts.resolve())
    except ValueError:
        return path.stem
    return inside.parts[0].removesuffix(".md") if inside.parts else ""


def _count(content: Content) -> int:
    """How many accounts there are, files with a name that cannot be one among them."""
    known = {x.account.id for x in content.accounts} | content.broken
    return len(known | ({account_of(p.at.path) for p in content.problems} - {""}))

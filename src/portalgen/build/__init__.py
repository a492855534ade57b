"""The pipeline, top to bottom: load, project, plan, render, assemble, scan, publish. The only orchestrator.

`build` publishes; `check` goes the same way and publishes nothing; `prepare_public` is the part of it
that `mkdocs build` alone wants. Whatever is wrong, the published trees stay as they were but for
withdrawals (`takeback`): what a readable account takes back goes at once.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property
from pathlib import Path

from portalgen import __version__
from portalgen.build.holding import held_record, next_expiry, told
from portalgen.build.house import house_problems, house_texts
from portalgen.build.job import (
    CARDS,
    IMAGES,
    Job,
    Problems,
    cache_of,
    cards_of,
    consent_of,
    failing,
    kept_names,
    pardoned,
    scan_of,
    unit_texts,
)
from portalgen.build.public_route import PublicWork, prepare_public
from portalgen.build.sealing import Seals
from portalgen.build.shown import Memory, Shown
from portalgen.build.stages import (
    NOTHING,
    Composed,
    Counts,
    PublicSite,
    Standing,
    Team,
    compose,
    portal_sheaf,
    shared_sheaf,
)
from portalgen.build.takeback import take_back
from portalgen.cache import Cache
from portalgen.clock import build_date
from portalgen.load import Accounts, Content, load, load_settings
from portalgen.plan import GONE
from portalgen.problems import Address, Problem, account_of, in_order, line_in
from portalgen.project import has_portal
from portalgen.publish import Output, Release, ReleasedPage
from portalgen.released import Released
from portalgen.render import assets
from portalgen.render.page import common_parts, digest_of
from portalgen.scan import Scan, report
from portalgen.secret import need_secret, read_secret
from portalgen.settings import Settings
from portalgen.site import Unit

__all__ = ["Options", "Outcome", "PublicWork", "build", "check", "load_settings", "prepare_public"]


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line says. `jobs` is the number of processes at most.

    `fresh`: as if nothing had been built before; the result is the same.
    """

    as_of: date | None = None
    strict: bool = False
    keep_going: bool = False
    jobs: int = 1
    fresh: bool = False
    record: Path | None = None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a build or check found and did. `published` False: nothing but withdrawals went out.

    `made_secret` is what is said of a secret that was made, or `""`. `reasons` says of each file that was
    made or removed why, by its path below the output.
    """

    problems: tuple[Problem, ...]
    accounts: int
    texts: Mapping[str, str]
    closing: str = ""
    published: bool = False
    made_secret: str = ""
    reasons: Mapping[str, str] = field(default_factory=dict)
    rendered: frozenset[str] = frozenset()
    kept: int = 0

    def explained(self) -> Iterator[str]:
        """A line for each page that was made or removed, and why; one for those that MkDocs made.

        None where nothing was published.
        """
        if not self.published:
            return
        for path, why in self.reasons.items():
            what = "remove" if why == GONE else "make"
            yield f"{what} {path}: {why}"
        yield f"keep {self.kept} files as they were"

    def line_of(self, at: Address) -> str | None:
        """The source line of an address, for excerpts."""
        return line_in(self.texts, at)


def build(settings: Settings, options: Options, environment: Mapping[str, str]) -> Outcome:
    """Build and publish all three trees; where something is wrong, nothing but withdrawals.

    Raises `UsageError` and `Locked`; all that is wrong with the content is in the outcome.
    """
    today = build_date(options.as_of, environment, settings.timezone)
    with Output.open(settings, fresh=options.fresh) as output:
        secret, made = need_secret(settings, environment)
        cache = cache_of(settings, secret, blind=options.fresh)
        content = Accounts(settings, cache).read()
        released = Released(settings.private)
        memory = Memory(settings, cache, released.approvals)
        job = _job(settings, today, secret, content, released, memory)
        problems = [*house_problems(settings.house), *content.problems, *_said(job.shown)]
        published, closing = False, ""
        round_ = _Round()
        if options.keep_going or not failing(problems, strict=options.strict):
            _stage(job, output, options, round_)
            problems += round_.problems
            if not failing(round_.problems, strict=options.strict):
                output.commit(round_.keep, _release(job), options.record)
                kept = [(one.account, one.approvals) for one in job.shown]
                released.replace(kept, content.broken, today, settings.review)
                memory.save()
                cache.keep(IMAGES, _images(job))
                cache.keep(CARDS, {face.key for _, face in cards_of(job).values()})
                problems += told(job.shown, settings)
                counts = round_.counts
                published, closing = True, counts.line(_held(job.shown), next_expiry(job.shown))
            else:
                output.discard()
        if not published:
            closing = take_back(job, output, released)
    return Outcome(
        tuple(in_order(problems)),
        _count(content),
        {**house_texts(settings.house), **content.texts},
        closing,
        published,
        made,
        round_.reasons,
        frozenset(round_.rendered),
        round_.kept,
    )


def check(
    settings: Settings, files: Iterable[Path], as_of: date | None, environment: Mapping[str, str]
) -> Outcome:
    """What is wrong and who needs attention; with `files`, of these accounts alone and without the scan."""
    today = build_date(as_of, environment, settings.timezone)
    content = load(settings)
    accounts = Memory(settings).shown(content.healthy, today)
    shown = tuple(accounts.values())
    wanted = frozenset(_account_at(settings, path) for path in files)
    problems = [*house_problems(settings.house), *content.problems]
    problems += [*_said(shown), *_attention(shown), *told(shown, settings)]
    if wanted:
        problems = [p for p in problems if settings.account_of(p.at.path) in wanted]
    else:
        secret = read_secret(settings, environment)
        kept = cache_of(settings, secret) if secret else None
        problems += _looked_at(Job(settings, today, secret or bytes(32), content, accounts), kept)
    texts = {**house_texts(settings.house), **content.texts}
    return Outcome(tuple(in_order(problems)), _count(content), texts)


# ---- the stages in order --------------------------------------------------------------------------


def _job(
    settings: Settings, today: date, secret: bytes, content: Content, released: Released, memory: Memory
) -> Job:
    """Healthy accounts as they are, broken ones as they were released."""
    carried = {name: a for name in sorted(content.broken) if (a := released.account(name))}
    shown = memory.shown(content.healthy, today)
    then = settings.model_copy(update={"review": released.review(settings.review)})
    shown |= {
        name: Shown(account, then, today, approvals=released.approvals(name))
        for name, account in carried.items()
    }
    return Job(
        settings, today, secret, content, dict(sorted(shown.items())), frozenset(carried), memory.cache
    )


@dataclass(slots=True)
class _Round:
    """What came of going through the stages once."""

    problems: Problems = field(default_factory=list)
    counts: Counts = field(default_factory=Counts)
    keep: set[str] = field(default_factory=set)
    reasons: dict[str, str] = field(default_factory=dict)
    rendered: set[str] = field(default_factory=set)
    kept: int = 0

    def add(self, composed: Composed) -> None:
        """Note what was made of a unit, and why."""
        name = composed.unit.name
        self.problems += composed.problems
        self.counts.add(composed.unit)
        self.keep.add(name)
        # A path that is empty speaks for the whole unit: MkDocs makes all of its site or nothing.
        self.reasons |= {f"{name}/{path}": why for path, why in composed.plan.reasons.items()}
        self.rendered |= {f"{name}/{path}" for path in composed.plan.render}
        self.kept += len(composed.plan.keep)


def _stage(job: Job, output: Output, options: Options, round_: _Round) -> None:
    """Plan, render, assemble, scan and stage every unit."""
    look = _Look(job)
    standing: Standing = NOTHING if options.fresh else output
    ended = {name for name in job.carried if not has_portal(job.accounts[name].account, job.today)}
    round_.keep |= {name for account in job.content.broken - ended if (name := output.name_of(account))}
    with PublicSite(job, output.workspace("public"), options.jobs, standing) as site:
        round_.problems += site.problems
        seals = Seals(job, output, assets.portals(job.settings.house))
        seals.prepare(options.jobs)
        for unit, sought in seals.staying(round_.keep):
            output.stage(unit, sought)
        for composed in _units(job, standing, site, seals):
            round_.add(composed)
            unit = composed.unit
            if not (composed.plan.nothing and standing is output and output.clean(unit.name, look.sought)):
                round_.problems += look.at(unit)
            output.stage(seals.sealed(unit), look.sought)


def _units(job: Job, standing: Standing, site: PublicSite, seals: Seals | None) -> Iterator[Composed]:
    """Every portal, the assets they share, the internal site and the public one, a unit at a time; none of
    them sealed yet."""
    for one in job.shown:
        if one.id in job.carried:
            continue  # a broken account keeps the portal that it has
        sheaf = portal_sheaf(job, one, sealed=job.lock(one.account) is not None)
        if sheaf is not None:
            yield compose(sheaf, standing if seals is None else seals.standing(one.id, standing))
    yield compose(shared_sheaf(job.settings), standing)
    yield compose(Team().sheaf(job), standing)
    yield site.composed()


def _looked_at(job: Job, kept: Cache | None) -> Problems:
    """The same stages for `check`: everything is rendered and scanned, nothing is written. Images may be
    those that a build has `kept`."""
    look, round_ = _Look(job), _Round()
    with tempfile.TemporaryDirectory(prefix="portalgen-") as name:
        folder = Path(name)
        job = replace(job, cache=Cache(folder / "cache", behind=kept))
        with PublicSite(job, folder / "public", 1) as site:
            round_.problems += site.problems
            for composed in _units(job, NOTHING, site, None):
                round_.problems += [*composed.problems, *look.at(composed.unit)]
    return round_.problems


class _Look:
    """The scan, made when the first unit wants it: where nothing changed nobody does."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @cached_property
    def _scan(self) -> Scan:
        return scan_of(self._job)

    @cached_property
    def sought(self) -> str:
        """The digest of all that the scan's terms and rules are made from."""
        job = self._job
        reads = [(name, read.inputs, read.links) for name, read in sorted(job.content.reads.items())]
        approved = [(one.id, one.approvals.digest) for one in job.shown]
        carried = [one.account for one in job.shown if one.id in job.carried]
        return digest_of([common_parts(), job.today, job.settings, reads, approved, carried])

    def at(self, unit: Unit) -> Problems:
        """What leaks in a unit."""
        found = pardoned(self._job, self._scan.unit(unit))
        return report(found, unit_texts(self._job, unit)) if found else []


def _images(job: Job) -> frozenset[str]:
    """The names of all images that the cache holds for this job."""
    views = ((one, view) for one in job.shown for view in (one.brief, one.portal, one.case))
    return frozenset(name for one, view in views if view is not None for name in kept_names(one, view))


def _release(job: Job) -> Release:
    """What the record says of each place; the longest place that a file lies below speaks for it."""
    pages: dict[str, ReleasedPage] = {}
    everything = tuple(sorted(job.content.texts))
    for account, key in job.portals().items():
        pages[f"portals/{key}"] = ReleasedPage(job.paths(account, "client"), None, account)
    for one in job.shown:
        pages[f"internal/accounts/{one.id}"] = ReleasedPage(job.paths(one.id), None, one.id)
    cases = job.cases()
    for one, view in cases:
        page = ReleasedPage(job.paths(one.id, "public"), consent_of(one.account), one.id)
        pages[f"public/case-studies/{view.slug}"] = page
    own = tuple(sorted(job.settings.relative(p) for p in job.settings.docs_dir.rglob("*") if p.is_file()))
    shown = tuple(sorted(path for one, _ in cases for path in job.paths(one.id, "public")))
    pages["public"] = ReleasedPage((*own, *shown))
    pages["internal"] = ReleasedPage(everything)
    held = tuple(held_record(job.shown, job.settings))
    why = {one.id: one.why_gone for one in job.shown if one.why_gone}
    return Release(job.today, __version__, pages, held, why, next_expiry(job.shown))


# ---- problems of the whole ------------------------------------------------------------------------


def _said(shown: Iterable[Shown]) -> Problems:
    """What is wrong with single accounts beyond their files."""
    return [problem for one in shown for problem in (*one.survivors, *one.strangers)]


def _held(shown: Iterable[Shown]) -> int:
    """How many accounts have something that waits for approval."""
    return sum(bool(one.held) for one in shown)


def _attention(shown: Iterable[Shown]) -> list[Problem]:
    return [
        Problem(one.places.get("title", Address(one.id)), "attention", a.rule, a.message)
        for one in shown
        for a in one.row.attention
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
    files = (p.at.path for p in content.problems if p.code != "stray-approval")
    return len({*content.healthy, *content.broken, *map(account_of, files)} - {""})

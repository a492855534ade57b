"""The pipeline again and again in one process, into the preview: what `serve` calls after each save.

The stages are those of a build; what is kept between two rounds is what did not change: accounts that
were not touched, their views, and the units made of these. A round never fails: a broken account, page
or settings file keeps what is shown of it, and is told. What is taken back goes at once: a round shows
every account that can be read as it is now.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import sleep
from typing import Protocol

from portalgen.build.house import house_problems
from portalgen.build.job import Job, Problems, PublicView, Unreadable, cache_of, public_view
from portalgen.build.shown import Memory, Shown
from portalgen.build.stages import Composed, Sheaf, Team, compose, draft_sheaf, portal_sheaf, shared_sheaf
from portalgen.clock import build_date
from portalgen.load import Accounts, Content, Loaded, load_settings
from portalgen.load.brand import is_of_house
from portalgen.problems import Address, Problem, UsageError, in_order
from portalgen.public import Given, Refreshed
from portalgen.publish import Preview
from portalgen.released import Released
from portalgen.secret import need_secret
from portalgen.settings import Settings
from portalgen.site import Mixed, Surface, Unit
from portalgen.views import CaseStudyView


@dataclass(frozen=True, slots=True)
class Touched:
    """What may have changed since the last round. `accounts` None: any of them.

    `outside`: something that only the public site is made from: its own pages, the theme.
    """

    accounts: frozenset[str] | None = None
    outside: bool = True
    settings: bool = True


ALL = Touched()
_BREATH = 0.04
"""Seconds after which a program that saves in two steps has surely done both."""


def touched(settings: Settings, paths: Iterable[Path]) -> Touched:
    """What these changed paths may have changed."""
    accounts: set[str] = set()
    everything = outside = changed = False
    for path in paths:
        if path == settings.file or is_of_house(path, settings.brand, settings.logo):
            changed = outside = True
        elif settings.accounts in path.parents:
            accounts.add(path.relative_to(settings.accounts).parts[0].removesuffix(".md"))
        elif settings.approved in path.parents:
            accounts.add(path.relative_to(settings.approved).parts[0])
        elif any(
            path == folder or path in folder.parents for folder in (settings.accounts, settings.approved)
        ):
            everything = outside = True
        else:
            outside = True
    return Touched(None if everything or changed else frozenset(accounts), outside or changed, changed)


@dataclass(frozen=True, slots=True)
class Round:
    """What one round did: what is shown now, and what is wrong.

    `changed` are the paths below the preview that are new, changed or gone; `rendered` those that were
    made for it. `outside`: the theme may have changed, or the settings. `units` gives the portals and the
    public site that are shown, with surface and account, `files` the paths of one of them; both as things
    are when they are asked. `withheld` says why the public site can't be shown, or `""`.
    """

    job: Job
    problems: tuple[Problem, ...]
    changed: frozenset[str]
    rendered: frozenset[str]
    units: Callable[[], Mapping[str, tuple[Surface, str]]]
    files: Callable[[str], frozenset[str]]
    outside: bool = False
    withheld: str = ""


class Site(Protocol):
    """The public site, made beside this process (`build.beside`)."""

    def begin(self, given: Given, today: date, *, outside: bool) -> None:
        """Begin to make it anew; `outside`: something else than the cases may have changed."""
        ...

    def end(self) -> Refreshed:
        """Wait for what was begun."""
        ...

    def folder(self) -> Unit:
        """The whole site as MkDocs wrote it last."""
        ...


class Workshop:
    """One project, built round after round into `preview`. Raises `UsageError` where it can't begin."""

    def __init__(
        self, settings: Settings, environment: Mapping[str, str], preview: Preview, site: Site
    ) -> None:
        self._environment = environment
        self._preview = preview
        self._secret, self.made_secret = need_secret(settings, environment)
        self._released = Released(settings.private)
        self._begin(settings)
        self._site = site
        self._public = _Public(site, preview)
        self._unusable: list[Problem] = []

    def _begin(self, settings: Settings) -> None:
        self.settings = settings
        self._memory = Memory(settings, cache_of(settings, self._secret), self._released.approvals)
        self._accounts = Accounts(settings, self._memory.cache)
        self._units: dict[str, tuple[Sheaf, Problems, bool]] = {}
        self._last: Mapping[str, Shown] = {}
        self._portals: dict[str, tuple[str, ...]] = {}
        self._named: dict[str, tuple[Problem, ...]] = {}
        self._team = Team()
        self._broken: frozenset[str] = frozenset()
        self._job_now: Job | None = None

    def round(self, what: Touched = ALL) -> Round:
        """Show the project as it is now: portals, briefs, the public site. `rest` follows.

        Raises `UsageError` where there is no folder of accounts, `OSError` where the disk refuses.
        """
        if what.settings:
            what = self._reload(what)
        today = build_date(None, self._environment, self.settings.timezone)
        content = self._read(what.accounts)
        job = self._job(content, today, what.accounts)
        self._public.begin(job, outside=what.outside)
        shown = _Shown(self._preview)
        now = job.accounts
        for name, one in now.items():
            if self._last.get(name) is not one:
                self._show_portal(job, one, shown)
                self._named[name] = (*one.survivors, *one.strangers)
        for name in self._last.keys() - now.keys():
            self._portals.pop(name, None)
            del self._named[name]
        self._last = now
        sheaves = (shared_sheaf(self.settings), self._team.sheaf(job, later=True))
        for sheaf in sheaves:
            self._show(sheaf, shown)
        names = {"public", *(sheaf.name for sheaf in sheaves)}
        names |= {name for own in self._portals.values() for name in own}
        names |= {name for broken in content.broken for name in self._kept(broken)}
        for gone in self._preview.names() - names:
            shown.changed |= self._preview.drop(gone)
            self._units.pop(gone, None)
        self._public.end(shown)
        self._job_now = job
        return self._told(shown, outside=what.outside)

    def rest(self) -> Round:
        """Show the pages over all accounts: the portfolio and what belongs to it. Nobody's own pages wait
        for those. Raises `OSError`."""
        assert self._job_now is not None
        shown = _Shown(self._preview)
        self._show(self._team.sheaf(self._job_now), shown)
        return self._told(shown)

    def _told(self, shown: _Shown, *, outside: bool = False) -> Round:
        job = self._job_now
        assert job is not None
        problems = [*self._unusable, *house_problems(self.settings.house)]
        problems += [*job.content.problems, *self._public.problems]
        problems += [problem for found in self._named.values() for problem in found]
        problems += [problem for _, found, _ in self._units.values() for problem in found]
        return Round(
            job=job,
            problems=tuple(in_order(problems)),
            changed=frozenset(shown.changed),
            rendered=frozenset(shown.rendered),
            units=self._preview.readable,
            files=self._preview.files,
            outside=outside,
            withheld=self._public.withheld,
        )

    def begin_anew(self) -> None:
        """Believe nothing of what was shown but what the disk says: somebody was at the preview."""
        self._preview.look()
        self._begin(self.settings)
        self._public = _Public(self._site, self._preview)

    def save(self) -> None:
        """Write down what stands, for the next start. For moments in which nobody waits."""
        self._preview.save()
        self._memory.save()

    def _reload(self, what: Touched) -> Touched:
        """Take the settings as they are now; those that can't be used leave the last ones in force."""
        try:
            settings = load_settings(self.settings.file)
        except UsageError as error:
            at = error.at or Address(self.settings.file.name)
            self._unusable = [Problem(at, "error", "settings", error.sentence)]
            return what
        self._unusable = []
        if settings != self.settings:
            self._begin(settings)
        return what

    def _read(self, names: frozenset[str] | None) -> Content:
        """The accounts. One that just broke is looked at twice: it may have been saved again meanwhile, and
        was read when it was empty or half."""
        content = self._accounts.read(names)
        broke = content.broken - self._broken
        if names is not None and broke:
            sleep(_BREATH)
            content = self._accounts.read(broke)
        self._broken = content.broken
        return content

    def _job(self, content: Content, today: date, names: frozenset[str] | None) -> Job:
        """Every account as it is; one that can't be read as it was when it last could."""
        shown = self._memory.shown(content.healthy, today, names)
        carried = set()
        for name in content.broken:
            before = self._memory.last(name)
            if before is None and (account := self._released.account(name)) is not None:
                loaded = Loaded(account, {}, self._released.approvals(name))
                before = self._memory.shown({name: loaded}, today)[name]
            if before is not None:
                shown[name] = before
                carried.add(name)
        self._memory.keep(shown.keys())
        if carried:
            shown = dict(sorted(shown.items()))
        return Job(self.settings, today, self._secret, content, shown, frozenset(carried), self._memory.cache)

    def _show_portal(self, job: Job, one: Shown, shown: _Shown) -> None:
        """The portal, and what it would be with all that waits for approval."""
        sealed = job.lock(one.account) is not None
        wanted = (portal_sheaf(job, one, sealed=sealed), draft_sheaf(job, one))
        sheaves = [sheaf for sheaf in wanted if sheaf is not None]
        self._portals[one.id] = tuple(sheaf.name for sheaf in sheaves)
        for sheaf in sheaves:
            self._show(sheaf, shown)

    def _kept(self, broken: str) -> frozenset[str]:
        """The portals that an account which can't be read keeps: what was shown of it, or stood before."""
        return frozenset() if broken in self._last else self._preview.of_account(broken)

    def _show(self, sheaf: Sheaf, shown: _Shown) -> None:
        """Compose a unit, unless this very sheaf was shown last; one with an error keeps what it had."""
        last, _, whole = self._units.get(sheaf.name, (None, [], False))
        if last is sheaf:
            return
        composed = compose(sheaf, self._preview, last if whole else None)
        self._units[sheaf.name] = sheaf, composed.problems, shown.take(composed)


@dataclass(slots=True)
class _Shown:
    """What a round has shown so far."""

    preview: Preview
    changed: set[str] = field(default_factory=set)
    rendered: set[str] = field(default_factory=set)

    def take(self, composed: Composed) -> bool:
        """Show a unit if nothing is wrong in it. Returns whether it is shown."""
        self.rendered |= {f"{composed.unit.name}/{path}" for path in composed.plan.render}
        if any(p.severity == "error" for p in composed.problems):
            return False
        if not composed.plan.nothing:
            self.changed |= self.preview.show(composed.unit)
        return True


class _Public:
    """The public site among the rounds.

    Where it can't be made anew (a page of the team's own is broken) the last one stays, unless a case
    was taken back since, or it is of an earlier run, so that nobody knows: then none is shown until the
    page is mended.
    """

    def __init__(self, site: Site, preview: Preview) -> None:
        self._site = site
        self._preview = preview
        self._job: Job | None = None
        self._view: PublicView | None = None
        self._under_way = False
        self._failed = False
        self._whole = True
        self._shown: list[tuple[Shown, CaseStudyView]] | None = None
        self._now: list[tuple[Shown, CaseStudyView]] = []
        self._pages: frozenset[str] = frozenset()
        self.problems: list[Problem] = []
        self.withheld = ""

    def begin(self, job: Job, *, outside: bool) -> None:
        """Begin to make the site anew, where anything that it shows may have changed."""
        before, self._job = self._job, job
        last, self._now = self._now, job.cases()
        if before is None or before.settings is not job.settings or before.today != job.today:
            outside = True
        elif not outside and _same(last, self._now):
            return
        self._view = public_view(job)
        self.problems = list(self._view.problems)
        self._under_way = not self.problems
        self._failed = bool(self.problems)
        if self._under_way:
            # MkDocs needs to know which files there are; only plugins that we don't know look into them.
            files, unread = self._view.read(job.disk) if job.settings.unknown else ({}, [])
            self.problems += unread
            placeholders = files or dict.fromkeys(self._view.parts, b"")
            whole = outside or self._whole
            given = Given(job.settings, self._view.gallery, placeholders, self._view.shapes)
            self._site.begin(given, job.today, outside=whole)

    def end(self, shown: _Shown) -> None:
        """Wait for it, and show what was made."""
        if not self._under_way:
            if self._failed:
                self._keep(shown)
            return
        self._under_way = False
        found = self._site.end()
        self.problems += found.problems
        if any(p.severity == "error" for p in self.problems):
            self._keep(shown)
            return
        assert self._job is not None
        assert self._view is not None
        unit, made = self._unit(found, self._view, self._job)
        shown.changed |= self._preview.show(unit)
        shown.rendered |= {f"public/{path}" for path in made}
        self._shown, self._whole, self.withheld = self._now, False, ""

    def _unit(self, found: Refreshed, view: PublicView, job: Job) -> tuple[Unit, frozenset[str]]:
        """The whole public tree, and the paths that MkDocs made of it now."""
        made: Mapping[str, bytes]
        # Where MkDocs was given placeholders, the files are ours; else a plugin may have changed them.
        ours = {} if job.settings.unknown else view.parts
        if found.written is None:
            made = self._site.folder().files
            self._pages = frozenset(made) - ours.keys()
        else:
            made = found.written
            self._pages = (self._pages - found.removed | made.keys()) - ours.keys()
        rendered = frozenset(made) - ours.keys()
        before = self._preview.parts("public")
        fresh: dict[str, bytes] = {}
        parts: dict[str, Mapping[str, str]] = {}
        kept = set(self._pages - rendered)
        for path, made_from in ours.items():
            if before.get(path) == made_from:
                parts[path] = made_from
                kept.add(path)
                continue
            try:
                fresh[path] = view.make(path, job.disk)
                parts[path] = made_from
            except Unreadable as error:
                if error.problem not in self.problems:
                    self.problems.append(error.problem)

        def read(path: str) -> bytes:
            return made[path] if path in rendered else self._preview.read("public", path)

        files = Mixed([*sorted(self._pages), *parts], fresh, read)
        return Unit("public", "public", "", files, parts, frozenset(kept)), rendered

    def _keep(self, shown: _Shown) -> None:
        """Keep the last site, unless it shows what may not be shown any more."""
        self._failed, self._whole = False, True
        if self._job is None or "public" not in self._preview.names():
            return
        if self._shown is None or any(self._taken_back(*one) for one in self._shown):
            shown.changed |= self._preview.drop("public")
            self._shown, self.withheld = [], _WITHHELD

    def _taken_back(self, then: Shown, case: CaseStudyView) -> bool:
        """Whether less of a case may be shown now than stands there."""
        now = self._job.accounts.get(then.id) if self._job is not None else None
        return now is None or now.taken_back(then) != case


_WITHHELD = "The public site can't be built, and what stood there may not be shown; mend the error to see it."


def _same(one: list[tuple[Shown, CaseStudyView]], other: list[tuple[Shown, CaseStudyView]]) -> bool:
    return len(one) == len(other) and all(a is b or a == b for (_, a), (_, b) in zip(one, other, strict=True))

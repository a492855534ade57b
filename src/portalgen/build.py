"""The pipeline, top to bottom: load, project, render, assemble, scan, publish. The only orchestrator.

`build` publishes; `check` goes the same way and publishes nothing; `prepare_public` is the part of it
that `mkdocs build` alone wants. Whatever is wrong, the published trees stay as they were but for
withdrawals: what a readable account takes back goes at once (`project.withdraw`).
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from portalgen import __version__, project, public
from portalgen.account import Account
from portalgen.clock import build_date
from portalgen.load import Content, load, load_settings, read_file
from portalgen.problems import Address, ContentError, Problem, in_order
from portalgen.publish import Output, Release, ReleasedPage
from portalgen.released import Released
from portalgen.render import assets, images, internal
from portalgen.render import portal as portal_pages
from portalgen.render.environment import interface_texts, say
from portalgen.scan import Scan
from portalgen.secret import need_secret, portal_key, read_secret
from portalgen.settings import Settings
from portalgen.site import Unit, assemble
from portalgen.views import CaseStudyView, FileRef, GalleryView, View, files_of

__all__ = ["Options", "Outcome", "build", "check", "load_settings", "prepare_public"]


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


@dataclass(frozen=True, slots=True)
class Shown:
    """One account on its way out. `before` is set where a failed build may only take things back."""

    account: Account
    before: Account | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The project on one day: what the stages below share."""

    settings: Settings
    today: date
    secret: bytes
    texts: Mapping[str, str]
    shown: tuple[Shown, ...]

    def key(self, account: Account) -> str:
        """The folder of an account's portal."""
        return portal_key(self.secret, account.id, account.access.epoch)

    def portals(self) -> dict[str, str]:
        """The folder of every portal that there is on this day, by account."""
        found = (s.account for s in self.shown if project.has_portal(s.account, self.today))
        return {a.id: self.key(a) for a in found}


# ---- build ----------------------------------------------------------------------------------------


def build(settings: Settings, options: Options, environment: Mapping[str, str]) -> Outcome:
    """Build and publish all three trees; where something is wrong, nothing but withdrawals.

    Raises `UsageError` and `Locked`; all that is wrong with the content is in the outcome.
    """
    today = build_date(options.as_of, environment, settings.timezone)
    with Output.open(settings) as output:
        content = load(settings)
        secret, made = need_secret(settings, environment)
        released = Released(settings.private)
        problems = [*content.problems, *_survivors(content)]
        counts = _Counts()
        if options.keep_going or not _failing(problems, strict=options.strict):
            job = Job(settings, today, secret, content.texts, _everything(content, released))
            keep = {output.name_of(name) for name in content.broken} - {None}
            found = _stage(job, output, _scan(job, content, released), options.jobs, counts, keep)
            problems += found
            if not _failing(found, strict=options.strict):
                output.commit(keep, _record(job, counts), options.record)
                released.replace([s.account for s in job.shown], content.broken, today)
                return _outcome(content, problems, counts.line(), made=made, published=True)
            output.discard()
        line = _take_back(Job(settings, today, secret, content.texts, ()), output, content, released)
    return _outcome(content, problems, line, made=made, published=False)

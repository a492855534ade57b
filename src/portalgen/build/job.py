"""The project on one day, and what its stages share: views, keys, files, terms.

Owns the job, the way of its files, and what the scan is told of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from portalgen import project
from portalgen.account import Account
from portalgen.build.shown import Shown
from portalgen.cache import NONE, Cache
from portalgen.load import Content, Refused, read_approved, read_file
from portalgen.load.approvals import CASE, FILES, PORTAL
from portalgen.problems import Address, Problem
from portalgen.project.fold import fold
from portalgen.project.said import texts_of
from portalgen.render import images
from portalgen.render.environment import interface_texts
from portalgen.render.page import CODE, common_parts
from portalgen.scan import Leak, Scan, theme_texts
from portalgen.secret import cache_key, portal_key
from portalgen.settings import Settings
from portalgen.site import Unit
from portalgen.views import (
    CaseStudyView,
    FileRef,
    GalleryView,
    Reviewed,
    files_of,
)

Problems = list[Problem]


@dataclass(frozen=True, slots=True)
class Job:
    """The project on one day: its accounts by id, in that order.

    `carried` are the ids of broken accounts that show their last release.
    """

    settings: Settings
    today: date
    secret: bytes
    content: Content
    accounts: Mapping[str, Shown]
    carried: frozenset[str] = frozenset()
    cache: Cache = field(default=NONE)

    @property
    def shown(self) -> tuple[Shown, ...]:
        """The accounts, in order."""
        return tuple(self.accounts.values())

    def key(self, account: Account) -> str:
        """The folder of an account's portal."""
        return portal_key(self.secret, account.id, account.access.epoch)

    def portals(self, among: Iterable[Shown] | None = None) -> dict[str, str]:
        """The folder of every portal that there is on this day, by account."""
        wanted = self.shown if among is None else among
        return {one.id: self.key(one.account) for one in wanted if one.seen is not None}

    def sources(self, account: str) -> Mapping[str, str]:
        """The texts of an account's Markdown files by path."""
        read = self.content.reads.get(account)
        return read.texts if read else {}

    def paths(self, account: str, audience: Reviewed | None = None) -> tuple[str, ...]:
        """The paths of what an account's pages are made from; for a reader whose pages are reviewed, the
        approval among them."""
        approval = PORTAL if audience == "client" else CASE
        folder = f"{self.settings.relative(self.settings.approved)}/{account}"
        approved = [f"{folder}/{approval}"] if audience in self.settings.review else []
        return tuple(sorted([*self.sources(account), *approved]))

    def cases(self) -> list[tuple[Shown, CaseStudyView]]:
        """Every case study that is public on this day, with its account."""
        return [(one, case) for one in self.shown if (case := one.case) is not None]

    @property
    def disk(self) -> Disk:
        """Where the accounts' files are read."""
        return Disk(self.settings, self.secret, self.carried, self.cache)


@dataclass(frozen=True, slots=True)
class Disk:
    """The accounts' files on their way out: read, images re-encoded once and kept."""

    settings: Settings
    secret: bytes
    carried: frozenset[str]
    cache: Cache

    def file(self, one: Shown, ref: FileRef) -> bytes:
        """The final bytes of an account's file. Raises `Unreadable` where it can't be had."""
        name = image_name(ref)
        if name and (kept := self.cache.get(IMAGES, name)) is not None:
            return kept
        try:
            data = images.publishable(self._content(one, ref), ref.path)
        except (Refused, ValueError) as error:
            copy = self._copy(one, ref.url)
            if copy is None:
                shown = self.settings.relative(self.settings.accounts)
                at = Address(f"{shown}/{one.id}/{ref.path}")
                raise Unreadable(Problem(at, "error", "unreadable-file", str(error))) from error
            return copy
        if name:
            self.cache.put(IMAGES, name, data)
        return data

    def _content(self, one: Shown, ref: FileRef) -> bytes:
        """A file as it is, or as it was when it was approved."""
        own = any(f.path == ref.path and f.sha256 == ref.sha256 for f in one.account.files)
        if own:
            data = read_file(self.settings, one.id, ref.path)
            if hashlib.sha256(data).hexdigest() == ref.sha256:
                return data
            raise ValueError("this file changed while it was read; build again")
        try:
            data = read_approved(self.settings, one.id, ref.sha256)
        except Refused:
            data = b""
        if hashlib.sha256(data).hexdigest() == ref.sha256:
            return data
        home = f"{self.settings.relative(self.settings.approved)}/{one.id}/{FILES}"
        raise ValueError(
            f"this is not the file that was approved, and {home} does not have that one (any more); "
            f"bring it back, or type: portalgen approve {one.id}"
        )

    def _copy(self, one: Shown, url: str) -> bytes | None:
        """What the last release shows of a file, where only that may be shown."""
        if one.before is None and one.id not in self.carried:
            return None
        key = portal_key(self.secret, one.id, one.account.access.epoch)
        places = (f"portals/{key}/{url}", f"internal/accounts/{one.id}/{url}")
        paths = (self.settings.output / place for place in places)
        return next((p.read_bytes() for p in paths if p.is_file()), None)


def cache_of(settings: Settings, secret: bytes, *, blind: bool = False) -> Cache:
    """The project's cache. What another portalgen wrote, or what names other paths, is none of it."""
    version = f"{common_parts()[CODE]} {settings.relative(settings.accounts)}"
    return Cache(settings.private / "cache", version, cache_key(secret), blind=blind)


IMAGES = "images"


def image_name(ref: FileRef) -> str:
    """The name under which the cache keeps an image as it goes out; `""` for other files."""
    format_ = images.kind_of(ref.path)
    return hashlib.sha256(f"{ref.sha256} {format_}".encode()).hexdigest() if format_ else ""


class Unreadable(Exception):
    """A file that a page shows can't be published. Carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def pardoned(job: Job, leaks: Iterable[Leak]) -> list[Leak]:
    """These leaks without those of sentences that wait in one account while another may say them.

    A house's own phrase is approved with one client before the next: what waits is no secret where the
    account that shows it may show it, or where the agency's own pages say it. No account is pardoned what
    waits in itself.
    """
    return [leak for leak in leaks if not (leak.term.held and _may_say(job, leak))]


def _may_say(job: Job, leak: Leak) -> bool:
    said = fold(leak.term.text)
    others = [one for one in job.shown if one.id != leak.term.account]
    if leak.account:
        facts = [part for one in others if one.id == leak.account for part in (one.seen, one.page_case)]
    else:
        facts = [one.seen_case for one in others if one.case is not None]
    texts = [text for one in facts if one is not None for text in texts_of(one, job.today)]
    if not leak.account:
        texts += [path.read_text("utf-8", "replace") for path in job.settings.docs_dir.rglob("*.md")]
    return any(f" {said} " in f" {fold(text)} " for text in texts)


def scan_of(job: Job) -> Scan:
    """The scan for this job: the terms of all accounts, whatever is shown of them."""
    return Scan(
        terms_of(job),
        allow=job.settings.allow,
        interface=interface_of(job.settings),
        cases=named_cases(job),
        exempt=Exempt(theme_folders(job.settings)),
    )


def named_cases(job: Job) -> dict[str, str]:
    """The folded name of the client of each named case that is public, by its slug."""
    return {view.slug: fold(one.account.client.name) for one, view in job.cases() if not view.anonymised}


def interface_of(settings: Settings) -> frozenset[str]:
    """The texts of the interface and of the public site's theme: nobody's names."""
    folders = theme_folders(settings)
    shown = (*folders, settings.brand) if settings.brand and settings.brand.is_dir() else folders
    return interface_texts() | theme_texts(shown)


def terms_of(job: Job) -> Iterator[project.Term]:
    """Everything that must not be found: of the settings, of readable and of carried accounts."""
    yield from project.settings_terms(job.settings.terms, Address(job.settings.file.name))
    for one in job.shown:
        yield from one.terms


def theme_folders(settings: Settings) -> tuple[Path, ...]:
    """The folders of the public site's theme, the agency's own overrides not among them."""
    from mkdocs.utils import get_theme_names, get_themes

    name = settings.theme
    if name not in get_theme_names():
        return ()
    module = get_themes()[name].load()
    return (Path(str(module.__file__)).parent,)


@dataclass(frozen=True, slots=True)
class Exempt:
    """Which files of the public tree are the theme's or ours: nothing of any client went into them."""

    folders: tuple[Path, ...]

    def __call__(self, surface: str, path: str) -> bool:
        if surface != "public" or path.endswith((".html", ".xml", ".json", ".gz", ".txt")):
            return False
        if path.startswith("assets/portalgen/") or (path.startswith("search/") and path.endswith(".js")):
            return True
        return any((folder / path).is_file() for folder in self.folders)


@dataclass(frozen=True, slots=True)
class PublicView:
    """What the public site is made from besides its own pages: all cases, and the files that they show.

    `files` are those by their path in the public tree; `problems` is what is wrong with the cases.
    """

    gallery: GalleryView
    files: Mapping[str, tuple[Shown, FileRef]]
    problems: tuple[Problem, ...]

    def read(self, disk: Disk) -> tuple[dict[str, bytes], Problems]:
        """The files' bytes, and what is wrong with those that can't be had."""
        found: Problems = []
        read = {}
        for path, (one, ref) in self.files.items():
            try:
                read[path] = disk.file(one, ref)
            except Unreadable as error:
                found.append(error.problem)
        return read, found


def public_view(job: Job) -> PublicView:
    """The gallery, its files and what is wrong with them."""
    cases = job.cases()
    found: Problems = []
    seen: set[str] = set()
    files: dict[str, tuple[Shown, FileRef]] = {}
    home = job.settings.relative(job.settings.accounts)
    for one, view in cases:
        if view.slug in seen:
            at = Address(f"{home}/{one.id}.md")
            message = f'another case study has the address "{view.slug}" already'
            found.append(
                Problem(at, "error", "duplicate-slug", message, "case_study.slug", "write another slug")
            )
        seen.add(view.slug)
        files |= {f"case-studies/{view.slug}/{url}": (one, ref) for url, ref in files_of(view).items()}
    return PublicView(project.gallery(tuple(view for _, view in cases)), files, tuple(found))


def consent_of(account: Account) -> dict[str, Any]:
    """The consent as the record of a release keeps it."""
    consent = account.case_study.consent
    return {
        "status": consent.status,
        "scopes": list(consent.scopes),
        "channels": list(consent.channels),
        "granted_by": consent.granted_by,
        "granted_on": consent.granted_on.isoformat() if consent.granted_on else None,
        "expires_on": consent.expires_on.isoformat() if consent.expires_on else None,
        "evidence": consent.evidence,
    }


def failing(problems: Problems, *, strict: bool) -> bool:
    """Whether these problems keep a build from publishing."""
    stops = {"error", "leak", "warning"} if strict else {"error", "leak"}
    return any(p.severity in stops for p in problems)


def unit_texts(job: Job, unit: Unit) -> dict[str, str]:
    """The sources that feed a unit: where the scan looks for what leaked."""
    if unit.account:
        return dict(job.sources(unit.account))
    texts: dict[str, str] = {}
    for one, _ in job.cases():
        texts |= job.sources(one.id)
    for path in sorted(job.settings.docs_dir.rglob("*.md")):
        texts[job.settings.relative(path)] = path.read_text("utf-8", "replace")
    return texts

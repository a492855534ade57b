"""The project on one day, and what its stages share: views, keys, files, terms.

Owns the job, the way of its files, and what the scan is told of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from portalgen import project
from portalgen.account import Account
from portalgen.build.shown import Shown
from portalgen.cache import NONE, Cache
from portalgen.load import Content, Refused, read_approved, read_file
from portalgen.load.approvals import CASE, FILES, PORTAL
from portalgen.problems import Address, Problem
from portalgen.project.fold import fold
from portalgen.project.said import texts_of
from portalgen.render import images, social
from portalgen.render.environment import interface_texts
from portalgen.render.page import CODE, Parts, common_parts
from portalgen.render.pictures import FOLDER, Copy, Look, Shape
from portalgen.render.social import Face
from portalgen.scan import Leak, Scan, theme_texts
from portalgen.secret import cache_key, portal_key
from portalgen.settings import Settings
from portalgen.site import Unit
from portalgen.views import (
    CaseStudyView,
    FileRef,
    GalleryView,
    Reviewed,
    View,
    files_of,
    images_of,
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

    def lock(self, account: Account) -> project.Lock | None:
        """What an account's portal is closed with; None where it is not sealed."""
        return project.lock(account, self.settings.access)

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


class Sent(NamedTuple):
    """A file of an account as it goes out: whole, or a copy of the image that it is."""

    one: Shown
    ref: FileRef
    copy: Copy | None = None


@dataclass(frozen=True, slots=True)
class Disk:
    """The accounts' files on their way out: read, images re-encoded once and kept."""

    settings: Settings
    secret: bytes
    carried: frozenset[str]
    cache: Cache

    def sent(self, one: Shown, view: View) -> tuple[dict[str, Sent], dict[FileRef, Shape | None]]:
        """What is published with a view of an account, by path below its unit: its files, and the copies of
        the images that it shows; and what those are like, None where one can't be had."""
        files = files_of(view)
        found = {url: Sent(one, ref) for url, ref in files.items()}
        if not any(image_name(ref) for ref in files.values()):
            return found, {}  # as of most accounts
        look = self.look(one)
        shown = (ref for ref in images_of(view) if image_name(ref))
        shapes = {ref: look(ref) for ref in sorted(shown, key=lambda ref: ref.url)}
        for ref, shape in shapes.items():
            if shape is not None:
                found |= {shape.url(copy): Sent(one, ref, copy) for copy in shape.all}
        return found, shapes

    def look(self, one: Shown) -> Look:
        """The shapes of an account's images, as pages ask for them."""
        return partial(self._shape, one)

    def _shape(self, one: Shown, ref: FileRef) -> Shape | None:
        """None for what is no image, and for an image that can't be had: `file` says why."""
        known = one.shapes.get(ref)
        name = image_name(ref)
        if known is not None or not name:
            return known
        kept = self.cache.get(IMAGES, _named(ref, _SHAPE))
        try:
            shape = Shape.load(kept) if kept else self._made(one, ref).shape
        except Unreadable:
            return None
        one.shapes[ref] = shape
        return shape

    def file(self, one: Shown, ref: FileRef, copy: Copy | None = None) -> bytes:
        """The final bytes of an account's file, or of a copy. Raises `Unreadable` where it can't be had."""
        name = image_name(ref) if copy is None else _named(ref, copy)
        if name and (kept := self.cache.get(IMAGES, name)) is not None:
            return kept
        if copy is not None:
            found = self._made(one, ref).copies.get(copy)
            if found is None:
                raise self._unreadable(one, ref, "this file changed while it was read; build again")
            return found
        try:
            data = images.publishable(self._content(one, ref), ref.path)
        except (Refused, ValueError) as error:
            released = self._copy(one, ref)
            if released is None:
                raise self._unreadable(one, ref, str(error)) from error
            return released
        if name:
            self.cache.put(IMAGES, name, data)
        return data

    def _made(self, one: Shown, ref: FileRef) -> images.Made:
        """An image with its copies, all of which are kept. Raises `Unreadable`."""
        name = image_name(ref)
        try:
            made = images.made(self._content(one, ref), ref.path, name[:16])
        except (Refused, ValueError) as error:
            with suppress(ValueError):
                if (whole := self._copy(one, ref)) is not None:
                    return images.found(whole, name[:16], dict(self._copies(one, ref, name[:16])))
            raise self._unreadable(one, ref, str(error)) from error
        self.cache.put(IMAGES, name, made.whole)
        for copy, data in made.copies.items():
            self.cache.put(IMAGES, _named(ref, copy), data)
        self.cache.put(IMAGES, _named(ref, _SHAPE), made.shape.dump())
        return made

    def _unreadable(self, one: Shown, ref: FileRef, why: str) -> Unreadable:
        shown = self.settings.relative(self.settings.accounts)
        at = Address(f"{shown}/{one.id}/{ref.path}")
        return Unreadable(Problem(at, "error", "unreadable-file", why))

    def card(self, one: Shown | None, face: Face) -> bytes:
        """The card that other sites show of a case, or of the agency (`one` None): drawn once and kept.

        Raises `Unreadable` where its image can't be had.
        """
        if (kept := self.cache.get(CARDS, face.key)) is not None:
            return kept
        data = social.draw(face, self.file(one, face.image) if one and face.image else None)
        self.cache.put(CARDS, face.key, data)
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

    def _copy(self, one: Shown, ref: FileRef) -> bytes | None:
        """What the last release shows of a file, where only that may be shown."""
        paths = (folder / ref.url for folder in self._released(one, ref))
        return next((p.read_bytes() for p in paths if p.is_file()), None)

    def _copies(self, one: Shown, ref: FileRef, name: str) -> Iterator[tuple[Copy, bytes]]:
        """What it has of an image's copies."""
        for folder in self._released(one, ref):
            for path in sorted((folder / FOLDER).glob(f"{name}-*.*")):
                yield Copy(int(path.stem.rpartition("-")[2]), path.suffix[1:]), path.read_bytes()

    def _released(self, one: Shown, ref: FileRef) -> Iterator[Path]:
        """The folders in which the last release has a file of an account."""
        then = one.before or (one if one.id in self.carried else None)
        if then is None:
            return
        yield self.settings.output / f"portals/{portal_key(self.secret, one.id, then.account.access.epoch)}"
        # The team has the file as the account had it, which need not be the one that was approved.
        if any(file.path == ref.path and file.sha256 == ref.sha256 for file in then.account.files):
            yield self.settings.output / f"internal/accounts/{one.id}"
            yield self.settings.output / f"internal/references/{one.id}"


def cache_of(settings: Settings, secret: bytes, *, blind: bool = False) -> Cache:
    """The project's cache. What another portalgen wrote, or what names other paths, is none of it."""
    version = f"{common_parts()[CODE]} {settings.relative(settings.accounts)}"
    return Cache(settings.private / "cache", version, cache_key(secret), blind=blind)


IMAGES = "images"
CARDS = "cards"


def image_name(ref: FileRef) -> str:
    """The name under which the cache keeps an image as it goes out; `""` for other files."""
    format_ = images.kind_of(ref.path)
    return hashlib.sha256(f"{ref.sha256} {format_}".encode()).hexdigest() if format_ else ""


_SHAPE = Copy(0, "shape")


def _named(ref: FileRef, copy: Copy) -> str:
    """The same for a copy of an image, or what is known of its shape."""
    return hashlib.sha256(f"{image_name(ref)} {copy.width}.{copy.suffix}".encode()).hexdigest()


def kept_names(one: Shown, view: View) -> Iterator[str]:
    """The names under which the cache keeps what is published of the images of a view."""
    for ref in files_of(view).values():
        if name := image_name(ref):
            yield name
            if (shape := one.shapes.get(ref)) is not None:
                yield from (_named(ref, copy) for copy in (_SHAPE, *shape.all))


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
        exempt=Exempt(theme_folders(job.settings), own_folders(job.settings)),
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


def own_folders(settings: Settings) -> tuple[Path, ...]:
    """Where the agency's own files of the public site lie."""
    return (settings.docs_dir, *((settings.brand,) if settings.brand else ()))


@dataclass(frozen=True, slots=True)
class Exempt:
    """Which files of the public tree are the theme's or ours: nothing of any client went into them.

    A file of the agency's own (below `own`) that stands in for one of the theme's is none of these.
    """

    folders: tuple[Path, ...]
    own: tuple[Path, ...] = ()

    def __call__(self, surface: str, path: str) -> bool:
        if surface != "public" or path.endswith((".html", ".xml", ".json", ".gz", ".txt")):
            return False
        if path.startswith("assets/portalgen/") or (path.startswith("search/") and path.endswith(".js")):
            return True
        if any((folder / path).is_file() for folder in self.own):
            return False
        return any((folder / path).is_file() for folder in self.folders)


@dataclass(frozen=True, slots=True)
class PublicView:
    """What the public site is made from besides its own pages: all cases, and the files that they show.

    `files` are those by their path in the public tree, `shapes` what their images are like, `cards` what
    is drawn of the cases for other sites to show; `problems` is what is wrong with the cases.
    """

    gallery: GalleryView
    files: Mapping[str, Sent]
    shapes: Mapping[FileRef, Shape]
    cards: Mapping[str, tuple[Shown | None, Face]]
    problems: tuple[Problem, ...]

    @property
    def parts(self) -> dict[str, Parts]:
        """What each file and card is made from, by its path."""
        found: dict[str, Parts] = {
            path: {"file": sent.ref.sha256, **(common_parts() if sent.copy else {})}
            for path, sent in self.files.items()
        }
        for path, (_, face) in self.cards.items():
            found[path] = {**common_parts(), "card": face.key}
        return found

    def make(self, path: str, disk: Disk) -> bytes:
        """The bytes of one of them. Raises `Unreadable`."""
        return disk.file(*self.files[path]) if path in self.files else disk.card(*self.cards[path])

    def read(self, disk: Disk) -> tuple[dict[str, bytes], Problems]:
        """The bytes of all, and what is wrong with those that can't be had."""
        found: Problems = []
        read = {}
        for path in (*self.files, *self.cards):
            try:
                read[path] = self.make(path, disk)
            except Unreadable as error:
                # A card's image is a file of the case, too, and so is a copy.
                if error.problem not in (*found, *self.problems):
                    found.append(error.problem)
        return read, found


def public_view(job: Job) -> PublicView:
    """The gallery, its files and what is wrong with them."""
    cases, disk = job.cases(), job.disk
    found: Problems = []
    seen: set[str] = set()
    files: dict[str, Sent] = {}
    shapes: dict[FileRef, Shape] = {}
    home = job.settings.relative(job.settings.accounts)
    for one, view in cases:
        if view.slug in seen:
            at = Address(f"{home}/{one.id}.md")
            message = f'another case study has the address "{view.slug}" already'
            found.append(
                Problem(at, "error", "duplicate-slug", message, "case_study.slug", "write another slug")
            )
        seen.add(view.slug)
        sent, drawn = disk.sent(one, view)
        files |= {f"{view.url}{url}": file for url, file in sent.items()}
        shapes |= {ref: shape for ref, shape in drawn.items() if shape is not None}
        for ref in drawn.keys() - shapes.keys():
            try:
                disk.file(one, ref)
            except Unreadable as error:
                found.append(error.problem)
    views = tuple(view for _, view in cases)
    return PublicView(project.gallery(views), files, shapes, cards_of(job), tuple(found))


def cards_of(job: Job) -> dict[str, tuple[Shown | None, Face]]:
    """The cards for other sites by their path: the agency's own, and one of each public case."""
    settings = job.settings
    agency, language = settings.site_name, settings.language
    found: dict[str, tuple[Shown | None, Face]] = {
        social.SITE: (None, social.site_face(agency, language, settings.colours))
    }
    for one, view in job.cases():
        found[f"{view.url}{social.NAME}"] = one, social.face(view, agency, language, settings.colours)
    return found


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

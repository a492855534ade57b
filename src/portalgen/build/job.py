"""The project on one day, and what its stages share: keys, files, terms."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from portalgen import project
from portalgen.account import Account
from portalgen.load import Content, Refused, read_file
from portalgen.problems import Address, Problem
from portalgen.project.fold import fold
from portalgen.render import images
from portalgen.render.environment import interface_texts, say
from portalgen.scan import Scan, theme_texts
from portalgen.secret import portal_key
from portalgen.settings import Settings
from portalgen.site import Unit
from portalgen.views import CaseStudyView, FileRef, GalleryView, files_of

Problems = list[Problem]


@dataclass(frozen=True, slots=True)
class Shown:
    """One account on its way out. `before` is set where a failed build may only take things back."""

    account: Account
    before: Account | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """The project on one day. `carried` are the ids of broken accounts that show their last release."""

    settings: Settings
    today: date
    secret: bytes
    content: Content
    shown: tuple[Shown, ...]
    carried: frozenset[str] = frozenset()

    def key(self, account: Account) -> str:
        """The folder of an account's portal."""
        return portal_key(self.secret, account.id, account.access.epoch)

    def portals(self) -> dict[str, str]:
        """The folder of every portal that there is on this day, by account."""
        found = (s.account for s in self.shown if project.has_portal(s.account, self.today))
        return {a.id: self.key(a) for a in found}

    def sources(self, account: str) -> Mapping[str, str]:
        """The texts of an account's Markdown files by path."""
        return self.content.sources.get(account, {})

    def cases(self) -> list[tuple[Shown, CaseStudyView]]:
        """Every case study that is public on this day, with its account."""
        translate = say(self.settings.language)
        found = []
        for one in self.shown:
            view = project.case_study(one.account, self.settings, self.today, translate, one.before)
            if view is not None:
                found.append((one, view))
        return found

    # ---- files

    def files(self, one: Shown, wanted: Mapping[str, FileRef], found: Problems) -> dict[str, bytes]:
        """The final bytes of an account's files by `url`; what cannot be read is noted."""
        read = {}
        for url, ref in wanted.items():
            try:
                read[url] = images.publishable(self._content(one, ref), ref.path)
            except (Refused, ValueError) as error:
                copy = self._copy(one, url)
                if copy is None:
                    shown = self.settings.relative(self.settings.accounts)
                    at = Address(f"{shown}/{one.account.id}/{ref.path}")
                    found.append(Problem(at, "error", "unreadable-file", str(error)))
                else:
                    read[url] = copy
        return read

    def _content(self, one: Shown, ref: FileRef) -> bytes:
        data = read_file(self.settings, one.account.id, ref.path)
        if hashlib.sha256(data).hexdigest() != ref.sha256:
            raise ValueError("this file changed while it was read; build again")
        return data

    def _copy(self, one: Shown, url: str) -> bytes | None:
        """What the last release shows of a file, where only that may be shown."""
        if one.before is None and one.account.id not in self.carried:
            return None
        places = (f"portals/{self.key(one.account)}/{url}", f"internal/accounts/{one.account.id}/{url}")
        paths = (self.settings.output / place for place in places)
        return next((p.read_bytes() for p in paths if p.is_file()), None)


def scan_of(job: Job) -> Scan:
    """The scan for this job: the terms of all accounts, whatever is shown of them."""
    settings = job.settings
    named = {view.slug: fold(one.account.client.name) for one, view in job.cases() if not view.anonymised}
    folders = theme_folders(settings)
    shown = (*folders, settings.brand) if settings.brand and settings.brand.is_dir() else folders
    return Scan(
        terms_of(job),
        allow=settings.allow,
        interface=interface_texts() | theme_texts(shown),
        cases=named,
        exempt=Exempt(folders),
    )


def terms_of(job: Job) -> Iterator[project.Term]:
    """Everything that must not be found: of the settings, of readable and of carried accounts."""
    yield from project.settings_terms(job.settings.terms, Address(job.settings.file.name))
    places = {loaded.account.id: loaded.places for loaded in job.content.accounts}
    home = job.settings.relative(job.settings.accounts)
    for one in job.shown:
        where = places.get(one.account.id, {})
        yield from project.terms(one.account, where, job.today, home)


def theme_folders(settings: Settings) -> tuple[Path, ...]:
    """The folders of the public site's theme, the agency's own overrides not among them."""
    from mkdocs.utils import get_theme_names, get_themes

    name = settings.theme
    if name not in get_theme_names():
        return ()
    module = get_themes()[name].load()
    return (Path(str(module.__file__)).parent,)


class Exempt:
    """Which files of the public tree are the theme's or ours: nothing of any client went into them."""

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders

    def __call__(self, surface: str, path: str) -> bool:
        if surface != "public" or path.endswith((".html", ".xml", ".json", ".gz", ".txt")):
            return False
        if path.startswith("assets/portalgen/") or (path.startswith("search/") and path.endswith(".js")):
            return True
        return any((folder / path).is_file() for folder in self._folders)


def public_view(job: Job) -> tuple[GalleryView, dict[str, bytes], Problems]:
    """The gallery, its files by their path in the public tree, and what is wrong with them."""
    cases = job.cases()
    found: Problems = []
    seen: set[str] = set()
    files: dict[str, bytes] = {}
    home = job.settings.relative(job.settings.accounts)
    for one, view in cases:
        if view.slug in seen:
            at = Address(f"{home}/{one.account.id}.md")
            message = f'another case study has the address "{view.slug}" already'
            found.append(
                Problem(at, "error", "duplicate-slug", message, "case_study.slug", "write another slug")
            )
        seen.add(view.slug)
        read = job.files(one, files_of(view), found)
        files |= {f"case-studies/{view.slug}/{url}": data for url, data in read.items()}
    gallery = project.gallery(tuple(view for _, view in cases))
    return gallery, files, found


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
        texts |= job.sources(one.account.id)
    for path in sorted(job.settings.docs_dir.rglob("*.md")):
        texts[job.settings.relative(path)] = path.read_text("utf-8", "replace")
    return texts

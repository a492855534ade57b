"""The record of a release: what went to whom, from which sources, under which consent.

`.portalgen/release.json` has the shape that the manual gives (`cli`, "Output") and is for people and
other tools. `.portalgen/published.json` is ours alone: size and time of every published file, so
that what didn't change need not be read again. It is never believed against the disk.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple

from portalgen.site import MANIFEST, Sealed


class FileRecord(NamedTuple):
    """A published file: its hash, and size and time by which to tell that it wasn't touched since."""

    sha256: str
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class UnitRecord:
    """A published unit."""

    surface: str
    account: str
    files: Mapping[str, FileRecord]
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each file was made from, as far as that is known."""
    clean: str = ""
    """The digest of all that the scan looked for when it found nothing here."""
    sealed: Mapping[str, Sealed] = field(default_factory=dict)
    """What the files of a sealed unit hold, by the path in the plain one."""

    @property
    def is_sealed(self) -> bool:
        """Whether the unit is sealed, although it may be lost what its files hold."""
        return MANIFEST in self.files

    @property
    def pages(self) -> frozenset[str]:
        """The paths in the plain unit of what this one holds."""
        return frozenset(self.sealed) or frozenset(self.files)


@dataclass(frozen=True, slots=True)
class ReleasedPage:
    """Where pages come from: the sources' paths, the consent they are shown under, whose they are."""

    sources: tuple[str, ...] = ()
    consent: Mapping[str, Any] | None = None
    account: str = ""


@dataclass(frozen=True, slots=True)
class Release:
    """What the build knows about a release; paths and hashes are added when it is committed.

    `pages` is keyed by path below the output, and the longest key that a file lies at or below
    speaks for it: `portals/<key>`, `public/case-studies/<slug>`, `public`. `held_back` is written as
    it is. `why` says by account why something of it was withdrawn. `next_expiry` is the next last
    public day of a case study.
    """

    as_of: date
    version: str
    pages: Mapping[str, ReleasedPage] = field(default_factory=dict)
    held_back: tuple[Any, ...] = ()
    why: Mapping[str, str] = field(default_factory=dict)
    next_expiry: date | None = None

    def page(self, path: str) -> ReleasedPage:
        """What is known about the file at a path."""
        while path:
            found = self.pages.get(path)
            if found is not None:
                return found
            path = path.rpartition("/")[0]
        return ReleasedPage()


def read_units(file: Path) -> dict[str, UnitRecord]:
    """What was published last; empty where nothing was, or where the file is not as it was written."""
    try:
        head, _, body = file.read_bytes().partition(b"\n")
        if head != _checksum(body):
            return {}
        return {
            name: UnitRecord(
                unit["surface"],
                unit["account"],
                {path: FileRecord(*values) for path, values in unit["files"].items()},
                unit["parts"],
                unit["clean"],
                {path: Sealed(*values) for path, values in unit["sealed"].items()},
            )
            for name, unit in json.loads(body)["units"].items()
        }
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return {}


def units_json(units: Mapping[str, UnitRecord]) -> bytes:
    """The bytes of `published.json`: a line with the checksum of the rest, and the rest."""
    data = {
        name: {
            "surface": unit.surface,
            "account": unit.account,
            "files": unit.files,
            "parts": unit.parts,
            "clean": unit.clean,
            "sealed": unit.sealed,
        }
        for name, unit in sorted(units.items())
    }
    body = json.dumps({"units": data}, separators=(",", ":")).encode()
    return _checksum(body) + b"\n" + body


def _checksum(body: bytes) -> bytes:
    return sha256(body).hexdigest().encode()


def read_release(file: Path) -> dict[str, Any]:
    """The last record, or an empty one where there is none that can be read."""
    try:
        data = json.loads(file.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) and isinstance(data.get("pages"), list) else {}


def units_of(release: Mapping[str, Any]) -> dict[str, UnitRecord]:
    """The units that a record tells of, for when `published.json` is lost: hashes, but no times."""
    files: dict[str, dict[str, FileRecord]] = {}
    about: dict[str, tuple[str, str]] = {}
    for page in release.get("pages", ()):
        if not isinstance(page, dict) or not all(
            isinstance(page.get(key), str) for key in ("path", "sha256", "surface", "account")
        ):
            continue
        parts = page["path"].split("/")
        depth = 2 if parts[0] == "portals" else 1
        name = "/".join(parts[:depth])
        files.setdefault(name, {})["/".join(parts[depth:])] = FileRecord(page["sha256"], -1, -1)
        account = page["account"] if page["surface"] == "portal" else ""
        about[name] = (page["surface"], account)
    return {name: UnitRecord(*about[name], found) for name, found in files.items()}


def gone(before: Mapping[str, UnitRecord], now: Mapping[str, UnitRecord]) -> frozenset[str]:
    """The paths that were published and aren't any more. Of a sealed portal those whose page is gone: a
    page that changed has a file of another name."""
    return frozenset(
        f"{name}/{path}" for name, unit in before.items() for path in _gone_of(unit, now.get(name))
    )


def _gone_of(before: UnitRecord, now: UnitRecord | None) -> Iterable[str]:
    if now is None:
        return before.files
    lost = before.files.keys() - now.files.keys()
    if not before.sealed:
        return lost
    return [one.blob for page, one in before.sealed.items() if one.blob in lost and page not in now.pages]


def release_json(
    release: Release,
    units: Mapping[str, UnitRecord],
    kept: Iterable[str],
    before: Mapping[str, Any],
    gone: Iterable[str],
) -> bytes:
    """The bytes of `release.json`.

    `kept` names the units that weren't built this time: `before`, the last record, speaks for them.
    `gone` are the paths that were published before and aren't any more.
    """
    known = {
        page["path"]: page for page in before.get("pages", ()) if isinstance(page, dict) and "path" in page
    }
    kept_names = frozenset(kept)
    pages = [
        _page(release, f"{name}/{path}", unit, record, known if name in kept_names else {})
        for name, unit in sorted(units.items())
        for path, record in sorted(unit.files.items())
    ]
    withdrawn = [
        {"path": path, "why": release.why.get(str(known.get(path, {}).get("account") or ""), "removed")}
        for path in sorted(gone)
    ]
    head = {"as_of": release.as_of.isoformat(), "version": release.version}
    expiry = release.next_expiry.isoformat() if release.next_expiry else None
    tail = {"held_back": list(release.held_back), "withdrawn": withdrawn, "next_expiry": expiry}
    # One page a line: records are compared with diff.
    lines = ",\n".join(json.dumps(page, ensure_ascii=False) for page in pages)
    return (
        f'{json.dumps(head, ensure_ascii=False)[:-1]}, "pages": [\n{lines}\n],\n'
        f"{json.dumps(tail, ensure_ascii=False)[1:]}\n"
    ).encode()


def _page(
    release: Release, path: str, unit: UnitRecord, record: FileRecord, known: Mapping[str, Any]
) -> dict[str, Any]:
    if path in known:
        return {**known[path], "sha256": record.sha256}
    page = release.page(path)
    return {
        "path": path,
        "sha256": record.sha256,
        "surface": unit.surface,
        "account": unit.account or page.account,
        "sources": list(page.sources),
        "consent": dict(page.consent) if page.consent is not None else None,
    }

"""The output on the local disk: staged, exchanged, recorded; never half of anything.

Owns the output folder and what it means to change it. A unit (a portal, the shared assets, the
internal site, the public site) is always whole and of one version: a changed one is staged beside
the published one and exchanged with it by one system call. Units that didn't change aren't touched.
Refuses a folder that portalgen didn't make, a second build at the same time, and a private folder that
git would track.

Trade-off: between two exchanges of one release the units are of two releases for some milliseconds.
What was interrupted there the next command finishes before it does anything else.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Self

from portalgen.problems import UsageError
from portalgen.publish import journal, kernel
from portalgen.publish.journal import Step
from portalgen.publish.private import lock, private_folder
from portalgen.publish.record import (
    FileRecord,
    Release,
    UnitRecord,
    gone,
    read_release,
    read_units,
    release_json,
    units_json,
    units_of,
)
from portalgen.publish.stage import Staged, Stager, files_below, hash_of, remove
from portalgen.settings import Settings
from portalgen.site import Sealed, Unit, from_folder

MARKER = ".portalgen-output"
_MARKER_TEXT = b"portalgen writes this folder: what is not part of a release is replaced or removed.\n"
_HIDDEN_AREA = ".portalgen-stage"
_TOLERATED = frozenset((".gitignore",))
_SINGLE = ("internal", "public")


class Output:
    """The published trees, locked for one build. Made by `Output.open`."""

    def __init__(self, settings: Settings, private: Path, *, fresh: bool = False) -> None:
        self._fresh = fresh
        self._private = private
        self._output = Path(os.path.realpath(settings.output))
        self._shown = settings.relative(settings.output)
        self._area = private / "stage"
        self._published: dict[str, UnitRecord] = {}
        self._staged: dict[str, Staged] = {}

    @classmethod
    @contextmanager
    def open(cls, settings: Settings, *, fresh: bool = False) -> Iterator[Self]:
        """Lock the project and make the output ready: what was interrupted is finished first.

        What is staged and not committed is gone afterwards. `fresh`: no file is taken for equal by its size
        and time alone. Raises `Locked` where another build runs, and `UsageError` for a foreign folder, a
        private folder that git would track, and a disk that can't be written.
        """
        private = private_folder(settings.root)
        with lock(private):
            output = cls(settings, private, fresh=fresh)
            with output._said():
                output._prepare()
            try:
                yield output
            finally:
                output._close()

    # ---- what is published ------------------------------------------------------------------------

    @property
    def published(self) -> Mapping[str, UnitRecord]:
        """The units of the last release that are still on the disk, by name."""
        return self._published

    @property
    def previous(self) -> Mapping[str, Any]:
        """The last `release.json`, or an empty mapping."""
        return read_release(self._private / "release.json")

    def name_of(self, account: str) -> str | None:
        """The name of an account's published portal, or None."""
        return next(
            (
                n
                for n, unit in self._published.items()
                if unit.surface == "portal" and unit.account == account
            ),
            None,
        )

    def parts(self, unit: str) -> Mapping[str, Mapping[str, str]]:
        """What each file of a published unit was made from; only of files that are as they were written.

        Of a sealed unit nothing: its files are none of the pages (`sealed`).
        """
        known = self._published.get(unit)
        if known is None or not known.parts or known.sealed:
            return {}
        stands = self._standing(unit, known)
        return {path: parts for path, parts in known.parts.items() if path in stands}

    def sealed(self, unit: str) -> Mapping[str, Sealed]:
        """What the files of a sealed unit hold, by the path in the plain one; only of files that are as they
        were written. Nothing where the unit is not sealed."""
        known = self._published.get(unit)
        if known is None or not known.sealed:
            return {}
        stands = self._standing(unit, known)
        return {path: one for path, one in known.sealed.items() if one.blob in stands}

    def _standing(self, unit: str, known: UnitRecord) -> frozenset[str]:
        """The files of a unit that are as they were written."""
        there = files_below(self._output / unit)
        return frozenset(
            path
            for path, record in known.files.items()
            if self._stands(self._output / unit / path, there.get(path), record)
        )

    def whole(self, unit: str) -> bool:
        """Whether every file of a published unit is as it was written."""
        known = self._published.get(unit)
        return known is not None and self._standing(unit, known) == known.files.keys()

    def intact(self, unit: str) -> bool:
        """Whether every file of a published unit is as it was written, and known what it was made from."""
        known = self._published.get(unit)
        return known is not None and bool(known.files) and self.parts(unit).keys() == known.files.keys()

    def _stands(self, file: Path, status: os.stat_result | None, record: FileRecord | None) -> bool:
        if status is None or record is None or status.st_size != record.size:
            return False
        return status.st_mtime_ns == record.mtime_ns or hash_of(file) == record.sha256

    def read(self, unit: str, path: str) -> bytes:
        """A published file. Raises `OSError`."""
        return (self._output / unit / path).read_bytes()

    def clean(self, unit: str, sought: str) -> bool:
        """Whether the scan has looked for all this in the unit as it is published, and found nothing."""
        known = self._published.get(unit)
        return known is not None and known.clean == sought

    # ---- staging ----------------------------------------------------------------------------------

    def stager(self) -> Stager:
        """What stages units; it can be handed to other processes, whose results `accept` takes."""
        return Stager(self._output, self._area, {} if self._fresh else self._published)

    def stage(self, unit: Unit, sought: str = "") -> Staged:
        """Stage a unit, or note that the published one is equal. Raises `UsageError`.

        `sought` is the digest of what the scan has looked for in it without finding anything.
        """
        with self._said():
            staged = self.stager().stage(unit)
        staged = replace(staged, record=replace(staged.record, clean=sought))
        self.accept(staged)
        return staged

    def accept(self, staged: Staged) -> None:
        """Take a unit that `stager` has staged; the last of one name counts."""
        self._staged[staged.name] = staged

    def workspace(self, name: str) -> Path:
        """An empty folder in the staging area for a tool that writes by itself. Raises `UsageError`."""
        folder = self._area / f"work~{name.replace('/', '~')}"
        with self._said():
            remove(folder)
            folder.mkdir(parents=True)
        return folder

    def adopt(self, name: str, folder: Path) -> Staged:
        """Stage what MkDocs wrote into a folder as the unit `name`. Raises `UsageError`."""
        with self._said():
            return self.stage(from_folder(name, "public", folder))

    def discard(self) -> None:
        """Forget everything staged. The published trees stay as they are."""
        self._staged.clear()
        if self._area.is_dir() and not (self._private / "journal.json").exists():
            for path in self._area.iterdir():
                remove(path)

    def _close(self) -> None:
        self.discard()
        if self._area.is_dir() and not any(self._area.iterdir()):
            self._area.rmdir()

    # ---- releasing --------------------------------------------------------------------------------

    def commit(self, keep: Collection[str], release: Release, record: Path | None = None) -> None:
        """Show what is staged: exchange changed units, remove those neither staged nor in `keep`.

        Writes the record, also to `record` where that is given. Raises `UsageError` where the disk
        refuses; then the published trees are what they were.
        """
        kept = {
            name: unit for name, unit in self._published.items() if name in keep and name not in self._staged
        }
        units = kept | {name: staged.record for name, staged in self._staged.items()}
        data = release_json(release, units, kept, self.previous, gone(self._published, units))
        steps = [Step(name, "", {}) for name in sorted(self._published.keys() - units.keys())]
        steps += [Step(s.name, s.folder, s.record.files) for s in self._staged.values() if s.folder]
        with self._said(str(record)):
            copy = _beside(record, data) if record is not None else None
        with self._said():
            self._area.mkdir(parents=True, exist_ok=True)
            (self._area / "release.json").write_bytes(data)
            (self._area / "published.json").write_bytes(units_json(units))
            if steps:
                self._exchange(steps)
            _conclude(self._private, self._area)
            if copy is not None and record is not None:
                copy.replace(record)
        self._published = units
        self.discard()

    def _exchange(self, steps: list[Step]) -> None:
        kernel.sync(self._area)
        note = self._private / "journal.json"
        journal.write(note, self._area, steps)
        done: list[Step] = []
        try:
            for step in steps:
                journal.perform(step, self._output, self._area)
                done.append(step)
        except OSError:
            for step in reversed(done):
                journal.undo(step, self._output, self._area)
            note.unlink()
            raise

    # ---- opening ----------------------------------------------------------------------------------

    def _prepare(self) -> None:
        output = self._output
        self._refuse_foreign()
        output.mkdir(parents=True, exist_ok=True)
        marker = output / MARKER
        if not marker.is_file():
            marker.write_bytes(_MARKER_TEXT)
        if output.stat().st_dev != self._private.stat().st_dev:
            self._area = output / _HIDDEN_AREA
        self._recover()
        if os.path.lexists(self._area):
            remove(self._area)
        self._area.mkdir(mode=0o700)
        self._published = self._on_disk()

    def _refuse_foreign(self) -> None:
        output = self._output
        if not os.path.lexists(output):
            return
        if not output.is_dir():
            raise UsageError(f"the output {self._shown} is no folder; move it away, or name another one")
        there = {entry.name for entry in output.iterdir()}
        if MARKER not in there and there - _TOLERATED:
            raise UsageError(
                f"the output folder {self._shown} holds files that portalgen didn't write; "
                "empty it, or name another one as `output` in the settings"
            )

    def _recover(self) -> None:
        note = self._private / "journal.json"
        found = journal.read(note)
        if found is not None:
            area, steps = found
            # The area's path is ours to choose: a project that was moved has it elsewhere now.
            area = next((a for a in (self._area, self._private / "stage", area) if a.is_dir()), self._area)
            for step in steps:
                journal.finish(step, self._output, area)
            _conclude(self._private, area)
        note.unlink(missing_ok=True)

    def _on_disk(self) -> dict[str, UnitRecord]:
        """The units that are on the disk; one that no record knows is there too, to be removed."""
        known = read_units(self._private / "published.json") or units_of(self.previous)
        names = [name for name in _SINGLE if os.path.lexists(self._output / name)]
        portals = self._output / "portals"
        if portals.is_dir() and not portals.is_symlink():
            names += [f"portals/{entry.name}" for entry in portals.iterdir() if entry.is_dir()]
        found = {}
        for name in sorted(names):
            surface = _surface(name)
            unit = known.get(name)
            found[name] = (
                unit if unit is not None and unit.surface == surface else UnitRecord(surface, "", {})
            )
        return found

    @contextmanager
    def _said(self, what: str = "") -> Iterator[None]:
        """Turn what the disk refuses into a sentence, with what was staged cleared away."""
        try:
            yield
        except OSError as error:
            self._clear_after(error)
            raise UsageError(_sentence(error, what or self._shown)) from error

    def _clear_after(self, error: OSError) -> None:
        try:
            self.discard()
        except OSError as second:
            error.add_note(f"and the staging area couldn't be cleared: {second}")


def _surface(name: str) -> str:
    if name == "portals/assets":
        return "assets"
    return "portal" if name.startswith("portals/") else name


def _beside(record: Path, data: bytes) -> Path:
    """Write the copy of the record next to where it goes, before anything is published."""
    temporary = record.with_name(f".{record.name}.new")
    temporary.write_bytes(data)
    return temporary


def _conclude(private: Path, area: Path) -> None:
    """The exchange is over: the records become the release's, and the journal goes."""
    for name in ("release.json", "published.json"):
        staged = area / name
        if staged.exists():
            data, file = staged.read_bytes(), private / name
            if not file.is_file() or file.read_bytes() != data:
                journal.replace_durably(file, data)
            staged.unlink()
    (private / "journal.json").unlink(missing_ok=True)


_SENTENCES = {
    errno.ENOSPC: "there is no space left on the disk",
    errno.EDQUOT: "the quota of the disk is used up",
    errno.EFBIG: "a file is larger than this process may write",
    errno.EACCES: "the folder may not be written",
    errno.EPERM: "the folder may not be written",
    errno.EROFS: "the disk may not be written",
}


def _sentence(error: OSError, shown: str) -> str:
    why = _SENTENCES.get(error.errno or 0, error.strerror or "the disk refused")
    return f"{shown} couldn't be written: {why}; what was published stays as it was"

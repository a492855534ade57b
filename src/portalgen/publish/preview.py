"""What `serve` shows: the three trees as plain files in `.portalgen/preview`, changed in place.

Not published and never sent anywhere; private like the sources. There is no staging: whoever reads
waits for the build (`live`), and each file is replaced whole. Owns the folder, its lock and a manifest,
by which the next start knows what stands.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Self

from portalgen.problems import Locked, UsageError
from portalgen.publish.private import lock, private_folder
from portalgen.publish.record import FileRecord, UnitRecord, read_units, units_json
from portalgen.publish.stage import files_below, remove
from portalgen.settings import Settings
from portalgen.site import Surface, Unit

_MANIFEST = "preview.json"


class Preview:
    """The trees that are shown. Made by `Preview.open`; one process at a time."""

    def __init__(self, private: Path) -> None:
        self.folder = private / "preview"
        self.work = private / "preview.work"
        self._manifest = private / _MANIFEST
        self._units: dict[str, UnitRecord] = {}
        self._saved = True

    @classmethod
    @contextmanager
    def open(cls, settings: Settings) -> Iterator[Self]:
        """Lock the preview and see what stands of it. Raises `UsageError`, `Locked`."""
        private = private_folder(settings.root)
        with ExitStack() as held:
            try:
                held.enter_context(lock(private, "preview.lock"))
                preview = cls(private)
                preview.folder.mkdir(mode=0o700, exist_ok=True)
                preview.work.mkdir(mode=0o700, exist_ok=True)
                preview._units = read_units(preview._manifest)
                preview.look()
            except Locked:
                raise Locked("portalgen serve is running in this project already") from None
            except OSError as error:
                raise UsageError(f"the preview in .portalgen can't be written: {error.strerror}") from error
            try:
                yield preview
            finally:
                preview.save()

    def look(self) -> None:
        """Believe of what was shown only what the disk says too; what nobody has shown is removed."""
        there = files_below(self.folder)
        for name, unit in list(self._units.items()):
            standing = {
                path: record
                for path, record in unit.files.items()
                if (status := there.get(f"{name}/{path}")) is not None
                and (status.st_size, status.st_mtime_ns) == (record.size, record.mtime_ns)
            }
            for path in standing:
                del there[f"{name}/{path}"]
            parts = {path: unit.parts[path] for path in standing if path in unit.parts}
            self._units[name] = UnitRecord(unit.surface, unit.account, standing, parts)
        for path in there:
            remove(self.folder / path)

    # ---- what stands

    def names(self) -> frozenset[str]:
        """The units that are shown."""
        return frozenset(self._units)

    def readable(self) -> dict[str, tuple[Surface, str]]:
        """The portals and the public site, each with its surface and account."""
        surfaces: tuple[Surface, ...] = ("portal", "public")
        return {n: (s, u.account) for n, u in self._units.items() for s in surfaces if s == u.surface}

    def files(self, unit: str) -> frozenset[str]:
        """The paths of a unit that are shown; none of one that isn't."""
        known = self._units.get(unit)
        return frozenset(known.files) if known is not None else frozenset()

    def of_account(self, account: str) -> frozenset[str]:
        """The portals of an account."""
        return frozenset(n for n, u in self._units.items() if u.surface == "portal" and u.account == account)

    def parts(self, unit: str) -> Mapping[str, Mapping[str, str]]:
        """What each file of a unit was made from."""
        known = self._units.get(unit)
        return known.parts if known is not None else {}

    def intact(self, unit: str) -> bool:
        """Whether of every file of the unit it is known what it was made from."""
        known = self._units.get(unit)
        return known is not None and bool(known.files) and known.parts.keys() == known.files.keys()

    def read(self, unit: str, path: str) -> bytes:
        """A file that is shown. Raises `OSError`."""
        return (self.folder / unit / path).read_bytes()

    # ---- showing

    def show(self, unit: Unit) -> frozenset[str]:
        """Write what of a unit is not there yet and remove what is too much. Returns these paths.

        Raises `OSError`.
        """
        before = self._units.get(unit.name) or UnitRecord(unit.surface, unit.account, {})
        records: dict[str, FileRecord] = {}
        changed = set()
        root = f"{self.folder}/{unit.name}"
        for path in unit.files:
            last = before.files.get(path)
            if path in unit.kept and last is not None:
                records[path] = last
                continue
            body = unit.files[path]
            found = sha256(body).hexdigest()
            if last is not None and last.sha256 == found:
                records[path] = last
                continue
            records[path] = FileRecord(found, len(body), _replace(root, path, body))
            changed.add(path)
        for path in before.files.keys() - records.keys():
            self._remove(unit.name, path)
            changed.add(path)
        if changed or records.keys() != before.files.keys() or unit.parts != before.parts:
            self._units[unit.name] = UnitRecord(unit.surface, unit.account, records, unit.parts)
            self._saved = False
        return frozenset(f"{unit.name}/{path}" for path in changed)

    def drop(self, name: str) -> frozenset[str]:
        """Show a unit no more. Returns the paths that went. Raises `OSError`."""
        unit = self._units.pop(name)
        self._saved = False
        for path in unit.files:
            self._remove(name, path)
        return frozenset(f"{name}/{path}" for path in unit.files)

    def _remove(self, unit: str, path: str) -> None:
        """Remove a file and the folders that are empty without it."""
        file = self.folder / unit / path
        file.unlink(missing_ok=True)
        for folder in file.parents:
            if folder == self.folder:
                return
            try:
                folder.rmdir()
            except OSError:
                return  # something else is in it

    def save(self) -> None:
        """Write the manifest, for the next start."""
        if not self._saved:
            self._manifest.write_bytes(units_json(self._units))
            self._saved = True


def _replace(root: str, path: str, body: bytes) -> int:
    """Put a file in its place whole and return its time."""
    target = f"{root}/{path}"
    parent, _, name = target.rpartition("/")
    temporary = f"{parent}/.{name[:200]}.new"
    try:
        file = open(temporary, "wb")  # noqa: PTH123, SIM115
    except (FileNotFoundError, NotADirectoryError):
        _make_way(root, path)
        file = open(temporary, "wb")  # noqa: PTH123, SIM115
    with file:
        file.write(body)
        file.flush()
        mtime = os.fstat(file.fileno()).st_mtime_ns
    try:
        os.replace(temporary, target)  # noqa: PTH105
    except IsADirectoryError:
        remove(Path(target))
        os.replace(temporary, target)  # noqa: PTH105
    return mtime


def _make_way(root: str, path: str) -> None:
    """The folders above a file; a file that stands where one of them goes is removed."""
    folder = Path(root)
    for part in ("", *path.split("/")[:-1]):
        folder = folder / part if part else folder
        if folder.is_file() or folder.is_symlink():
            folder.unlink()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)

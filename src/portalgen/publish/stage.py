"""Staging: a changed unit is written whole beside the published one, equal files hard-linked.

Knows what is on the disk and what should be there, and decides nothing about when it is shown. A
`Stager` can be pickled, so that units are staged by the process that rendered them.
"""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from portalgen.publish.record import FileRecord, UnitRecord
from portalgen.site import Unit

_NO_LINKS = frozenset((errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EXDEV, errno.ENOSYS, errno.EACCES))


@dataclass(frozen=True, slots=True)
class Staged:
    """A unit that is ready: what it holds, and its folder below the staging area.

    `folder` is `""` where the published unit is equal and stays as it is.
    """

    name: str
    record: UnitRecord
    folder: str


@dataclass(frozen=True, slots=True)
class Stager:
    """Where units are published and staged, and what the last release knew about the files."""

    output: Path
    area: Path
    known: Mapping[str, UnitRecord]

    def stage(self, unit: Unit) -> Staged:
        """Write a unit below the staging area, or nothing where the published one is equal.

        Raises `OSError`; what was written until then is left for the caller to clear.
        """
        published = self.output / unit.name
        there = files_below(published)
        equal: dict[str, FileRecord] = {}
        hashes: dict[str, str] = {}
        for path in unit.files:
            record = self._equal(unit, path, there.get(path), hashes)
            if record is not None:
                equal[path] = record
        records, folder = equal, ""
        if not len(equal) == len(unit.files) == len(there):
            folder = unit.name.replace("/", "~")
            records = self._write(self.area / folder, published, unit, equal, hashes)
        return Staged(unit.name, _record(unit, records), folder)

    def _equal(
        self, unit: Unit, path: str, status: os.stat_result | None, hashes: dict[str, str]
    ) -> FileRecord | None:
        """The record of a published file that is what the unit wants; else None, and its hash is noted."""
        known = self.known.get(unit.name)
        last = known.files.get(path) if known is not None else None
        if path in unit.kept and status is not None and last is not None:
            return FileRecord(last.sha256, status.st_size, status.st_mtime_ns)
        body = unit.files[path]
        hashes[path] = sha256(body).hexdigest()
        if status is None or status.st_size != len(body):
            return None
        record = FileRecord(hashes[path], status.st_size, status.st_mtime_ns)
        same = last == record or hash_of(self.output / unit.name / path) == hashes[path]
        return record if same else None

    def _write(
        self,
        staged: Path,
        published: Path,
        unit: Unit,
        equal: Mapping[str, FileRecord],
        hashes: Mapping[str, str],
    ) -> dict[str, FileRecord]:
        if os.path.lexists(staged):
            remove(staged)
        staged.mkdir(parents=True)
        made = {""}
        records: dict[str, FileRecord] = {}
        for path in unit.files:
            parent = path.rpartition("/")[0]
            if parent not in made:
                (staged / parent).mkdir(parents=True, exist_ok=True)
                made.add(parent)
            target = f"{staged}/{path}"
            if path in equal:
                link(f"{published}/{path}", target)
                records[path] = equal[path]
            else:
                body = unit.files[path]
                records[path] = FileRecord(hashes[path], len(body), _write(target, body))
        return records


def _record(unit: Unit, files: Mapping[str, FileRecord]) -> UnitRecord:
    return UnitRecord(unit.surface, unit.account, files, unit.parts, sealed=unit.sealed)


def _write(path: str, body: bytes) -> int:
    """Write a new file and return its time. O_EXCL: never through a hard link into a published file."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        left = memoryview(body)
        while left:
            left = left[os.write(descriptor, left) :]
        return os.fstat(descriptor).st_mtime_ns
    finally:
        os.close(descriptor)


def link(source: str, target: str) -> None:
    """A hard link, or a copy with the same time where the file system has no links."""
    try:
        os.link(source, target)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        shutil.copy2(source, target)


def files_below(folder: Path) -> dict[str, os.stat_result]:
    """Every file below a folder by its path; a link or device is there under its own status."""
    return dict(_files(str(folder), ""))


def _files(folder: str, prefix: str) -> Iterator[tuple[str, os.stat_result]]:
    try:
        entries = os.scandir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    with entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(entry.path, f"{prefix}{entry.name}/")
            else:
                yield f"{prefix}{entry.name}", entry.stat(follow_symlinks=False)


def holds(folder: Path, files: Mapping[str, FileRecord]) -> bool:
    """Whether a folder holds exactly these files, by their content."""
    there = files_below(folder)
    return there.keys() == files.keys() and all(
        there[path].st_size == record.size and hash_of(folder / path) == record.sha256
        for path, record in files.items()
    )


def hash_of(file: Path) -> str:
    """SHA-256 in hex of a regular file; `""` for anything else."""
    if file.is_symlink() or not file.is_file():
        return ""
    return sha256(file.read_bytes()).hexdigest()


def remove(path: Path) -> None:
    """Delete a file or a whole folder."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)

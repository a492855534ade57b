"""The exchange, written down before it begins, so that whoever comes next can finish it.

Each step says what should be at a place afterwards; a step that finds it so is done. That makes
finishing safe to repeat, and needs no note of how far the last process came: it may have been killed
between any two system calls.
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from portalgen.publish import kernel
from portalgen.publish.record import FileRecord
from portalgen.publish.stage import files_below, holds, link, remove

_ACROSS = frozenset((errno.EXDEV, errno.EBUSY))


@dataclass(frozen=True, slots=True)
class Step:
    """Put what is staged in `folder` at `name`; no folder: take `name` away."""

    name: str
    folder: str
    files: Mapping[str, FileRecord]


def write(file: Path, area: Path, steps: Sequence[Step]) -> None:
    """Write the journal, durably and at once. Raises `OSError`."""
    data = {
        "area": str(area),
        "steps": [{"name": s.name, "folder": s.folder, "files": s.files} for s in steps],
    }
    replace_durably(file, json.dumps(data).encode())


def read(file: Path) -> tuple[Path, list[Step]] | None:
    """The journal of an interrupted exchange, or None where there is none (or none that makes sense).

    One that can't be read was not ours to finish: the next build compares with the disk anyway.
    """
    try:
        data = json.loads(file.read_bytes())
        steps = [
            Step(s["name"], s["folder"], {p: FileRecord(*v) for p, v in s["files"].items()})
            for s in data["steps"]
        ]
        return Path(data["area"]), steps
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def replace_durably(file: Path, data: bytes) -> None:
    """Write a file so that it is either the old or the new one whatever happens. Raises `OSError`."""
    temporary = file.with_name(f".{file.name}.new")
    with temporary.open("wb") as stream:
        stream.write(data)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(file)
    descriptor = os.open(file.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def perform(step: Step, output: Path, area: Path) -> None:
    """Carry a step out. What was at its place is in the staging area afterwards. Raises `OSError`."""
    target, staged = output / step.name, area / step.folder
    if not step.folder:
        if os.path.lexists(target):
            _take_away(target, _away(step, area))
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if not os.path.lexists(target):
            staged.rename(target)
        elif not kernel.exchange(staged, target):
            _replace(staged, target, _away(step, area))
    except OSError as error:
        if error.errno not in _ACROSS:
            raise
        _install(staged, target)


def finish(step: Step, output: Path, area: Path) -> None:
    """Carry a step out unless it is done already. Raises `OSError`."""
    done = step.folder and holds(output / step.name, step.files)
    if not done and (not step.folder or holds(area / step.folder, step.files)):
        perform(step, output, area)


def undo(step: Step, output: Path, area: Path) -> None:
    """Take back a step that `perform` has carried out. Raises `OSError` where it can't."""
    target, away, staged = output / step.name, _away(step, area), area / step.folder
    if not step.folder:
        if away.exists():
            away.rename(target)
    elif away.exists():
        target.rename(staged)
        away.rename(target)
    elif staged.exists():
        if not kernel.exchange(staged, target):
            raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS), str(target))
    else:
        target.rename(staged)


def _away(step: Step, area: Path) -> Path:
    return area / f"{step.name.replace('/', '~')}~before"


def _replace(staged: Path, target: Path, away: Path) -> None:
    """Two renames where one exchange can't be had; the journal covers the moment between them."""
    target.rename(away)
    try:
        staged.rename(target)
    except OSError:
        away.rename(target)
        raise


def _take_away(target: Path, away: Path) -> None:
    try:
        target.rename(away)
    except OSError as error:
        if error.errno not in _ACROSS:
            raise
        for path in files_below(target):
            (target / path).unlink()


def _install(staged: Path, target: Path) -> None:
    """File by file, for a folder that is a mount point and can't be exchanged.

    Not atomic over the folder, though each file is: the journal finishes it after an interruption.
    """
    wanted = files_below(staged)
    for path in wanted:
        place = target / path
        if place.is_dir() and not place.is_symlink():
            remove(place)
        for parent in reversed(place.relative_to(target).parents[:-1]):
            if (target / parent).is_symlink() or (target / parent).is_file():
                (target / parent).unlink()
        place.parent.mkdir(parents=True, exist_ok=True)
        temporary = place.with_name(f".{place.name[:200]}.portalgen")
        temporary.unlink(missing_ok=True)
        link(str(staged / path), str(temporary))
        temporary.replace(place)
    for path in files_below(target).keys() - wanted.keys():
        (target / path).unlink()

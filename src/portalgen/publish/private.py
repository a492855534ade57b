"""The private folder `.portalgen`, and the lock that lets one build in at a time.

Holds the secret, the cache and the record of releases: 0700, and never in git.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from portalgen.problems import Locked, UsageError
from portalgen.secret import git_answer, refuse_tracked

_held: set[int] = set()


def private_folder(root: Path) -> Path:
    """The project's `.portalgen`, made if need be and closed to everybody else.

    Raises `UsageError` where git would track it, or where it can't be made.
    """
    folder = root / ".portalgen"
    _refuse_tracked(root)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        if folder.stat().st_mode & 0o077:
            folder.chmod(0o700)
    except OSError as error:
        raise UsageError(
            f"the folder .portalgen can't be made or closed to others: {error.strerror}"
        ) from error
    return folder


def _refuse_tracked(root: Path) -> None:
    refuse_tracked(root)
    # 0: ignored; 1: git would track it; anything else: git itself can't say, so neither can we.
    if git_answer(root, "check-ignore", "-q", ".portalgen/secret") == 1:
        raise UsageError(
            "git would track the private folder .portalgen, which holds the secret; "
            "add the line .portalgen/ to .gitignore"
        )


@contextmanager
def lock(folder: Path, name: str = "lock") -> Iterator[None]:
    """Hold the project's lock of this name; raises `Locked` where another process does.

    `flock`, so that it ends with the process however that ends. Forked children close it: one that
    outlives a killed build would keep everybody out.
    """
    descriptor = os.open(folder / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Locked("another build is running") from error
        _held.add(descriptor)
        yield
    finally:
        _held.discard(descriptor)
        os.close(descriptor)


def _close_in_child() -> None:
    for descriptor in _held:
        os.close(descriptor)
    _held.clear()


os.register_at_fork(after_in_child=_close_in_child)

"""Two calls that Python has no name for: exchanging two folders at once, and syncing one file system.

`renameat2(2)` with `RENAME_EXCHANGE` (Linux 3.15) and `syncfs(2)` through the C library.
"""

from __future__ import annotations

import ctypes
import errno
import os
from functools import cache
from pathlib import Path

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2

_NOT_HERE = frozenset((errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EPERM))


@cache
def _library() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def exchange(one: Path, other: Path) -> bool:
    """Exchange two paths of one file system, atomically.

    Returns False where kernel or file system can't; raises `OSError` for everything else, EXDEV and
    EBUSY (a mount point) among it.
    """
    call = getattr(_library(), "renameat2", None)
    if call is None:
        return False
    if call(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _RENAME_EXCHANGE) == 0:
        return True
    code = ctypes.get_errno()
    if code in _NOT_HERE:
        return False
    raise OSError(code, os.strerror(code), str(one), None, str(other))


def sync(folder: Path) -> None:
    """Write the file system that holds a folder to its disk; raises `OSError` where that fails."""
    call = getattr(_library(), "syncfs", None)
    if call is None:
        os.sync()
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if call(descriptor) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(folder))
    finally:
        os.close(descriptor)

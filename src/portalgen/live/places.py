"""Which paths count, and on what kind of drive they lie.

Owns the choice: a change counts below a watched folder, unless a part of its path is one that editors,
sync programs or Python leave behind; and at a watched file. Refuses to watch anything itself.
"""

# Paths come as text by the thousand, and are compared as text.
# ruff: noqa: PTH100, PTH120, PTH206

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from portalgen.load.folder import is_temporary

_REMOTE = frozenset(
    (
        *("9p", "afs", "ceph", "cifs", "davfs", "drvfs", "lustre", "ncpfs", "nfs", "nfs4", "smb3", "smbfs"),
        *("prl_fs", "vboxsf", "virtiofs", "vmhgfs", "fuse.vmhgfs-fuse", "fuse.grpcfuse"),
        *("fuse.davfs2", "fuse.glusterfs", "fuse.rclone", "fuse.s3fs", "fuse.sshfs"),
    )
)


@dataclass(frozen=True, slots=True)
class Places:
    """Folders that count with all below them, single files, and the folders on the way to either.

    All are absolute. `leading` begins at the deepest folder that holds all of them, so that one which is
    missing is noticed when it comes; the folders themselves are in it too.
    """

    folders: tuple[str, ...]
    files: frozenset[str]
    leading: frozenset[str]

    @classmethod
    def of(cls, folders: Iterable[Path], files: Iterable[Path]) -> Places:
        """The places as they are now; nothing need exist."""
        whole = tuple(sorted({os.path.abspath(folder) for folder in folders}))
        single = frozenset(os.path.abspath(file) for file in files)
        inner = {os.path.dirname(path) for path in (*whole, *single)}
        if not inner:
            return cls((), frozenset(), frozenset())
        try:
            top = Path(os.path.commonpath(inner))
        except ValueError:  # on two drives of Windows
            return cls(whole, single, frozenset((*whole, *inner)))
        while not top.is_dir() and top != top.parent:
            top = top.parent
        leading = {
            str(folder)
            for path in (*whole, *inner)
            for folder in (Path(path), *Path(path).parents)
            if folder.is_relative_to(top)
        }
        return cls(whole, single, frozenset(leading))

    def covers(self, path: str) -> bool:
        """Whether a change of `path` counts."""
        if path in self.files:
            return True
        for folder in self.folders:
            if path == folder:
                return True
            if path.startswith(folder + os.sep):
                parts = path[len(folder) + 1 :].split(os.sep)
                if not any(part == "__pycache__" or is_temporary(part) for part in parts):
                    return True
        return False

    def below(self, path: str) -> list[str]:
        """The watched folders and files that are `path` or lie below it."""
        return [p for p in (*self.folders, *self.files) if p == path or p.startswith(path + os.sep)]

    def found(self, folder: str) -> Iterator[tuple[str, bool]]:
        """What there is in `folder` that matters, and whether it is a folder; what is below it not.

        No symbolic link is followed, except those on the way: the settings name these.
        """
        try:
            entries = list(os.scandir(folder))
        except OSError:
            return  # gone again; whoever saw it go will say so
        for entry in entries:
            leads = entry.path in self.leading
            if leads or self.covers(entry.path):
                yield entry.path, entry.is_dir(follow_symlinks=leads)

    def remote(self) -> str:
        """The name of the file system where a place lies on one that others change unseen, or "".

        Such a drive (another computer's, or Windows' under WSL) tells of what this system changes and
        of nothing else, so that a probe succeeds there and an author's save goes unheard. Known for
        Linux alone, from /proc/self/mountinfo (proc(5)).
        """
        try:
            table = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
        except OSError:
            return ""
        kinds = (file_system(os.path.realpath(path), table) for path in sorted(self.leading))
        return next((kind for kind in kinds if kind in _REMOTE), "")


def file_system(path: str, table: str) -> str:
    """The type of the file system that holds `path`, by a table in the format of mountinfo; "" if none."""
    best, kind = "", ""
    for line in table.splitlines():
        mount, _, rest = line.partition(" - ")
        fields = mount.split(" ")
        if len(fields) < 5 or not rest:
            continue
        point = re.sub(r"\\(\d{3})", lambda code: chr(int(code[1], 8)), fields[4])
        inside = path == point or path.startswith(point.rstrip("/") + "/")
        # The last of two at one place covers the first.
        if inside and len(point) >= len(best):
            best, kind = point, rest.split(" ", 1)[0]
    return kind

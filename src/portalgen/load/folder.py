"""The account's folder: opened component by component, with no link followed and nothing odd read.

Owns the only places where content is opened. A symbolic link, a pipe or a device below the folder is
an error, never read; a path that leaves the folder is refused before anything is opened.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import re
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK | os.O_NOCTTY
_CHUNK = 1024 * 1024
_LEFT_BEHIND = re.compile(
    r"^\.|^#.*#$|~$|\.(sw[a-p]|tmp|temp|bak|orig|part|crdownload)$|^~\$|___jb_|^4913$"
    r"|^(Thumbs\.db|desktop\.ini|Icon\r)$",
    re.IGNORECASE,
)
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


_WHOLE_ADDRESS = {
    "https": "write it as in the browser's address bar: https://www.example.org/page",
    "mailto": "write mailto:ana@example.org",
    "tel": "write tel:+34910000000",
}


class Refused(Exception):
    """The path cannot be read; carries a code and a sentence."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.hint = code, sentence, hint


@dataclass(frozen=True, slots=True)
class Linked:
    """A link's meaning: `path` below the account's folder, or None for an address or an anchor."""

    path: str | None


def read_below(folder: Path, path: str, limit: int = -1) -> bytes:
    """The content (its first `limit` bytes) of a regular file below `folder`; raises `Refused`."""
    with os.fdopen(_file_below(folder, path), "rb") as file:
        return file.read(limit)


def list_below(folder: Path, path: str) -> list[str]:
    """The names in a folder below `folder`, sorted; none where there is no such folder.

    Raises `Refused` where it is no folder of its own.
    """
    try:
        handle = _open_below(folder, path, os.O_DIRECTORY)
    except Refused as refused:
        if refused.code == "missing-file":
            return []
        raise
    try:
        return sorted(os.listdir(handle))  # noqa: PTH208 - by descriptor: no link between
    finally:
        os.close(handle)


def names_below(folder: Path, path: str) -> list[str]:
    """The names in a folder, editors' leavings excepted; raises `Refused` as `list_below` does."""
    return [name for name in list_below(folder, path) if not is_temporary(name)]


def hashed(folder: Path, path: str) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of a file below `folder`; raises `Refused`."""
    digest, size = hashlib.sha256(), 0
    with os.fdopen(_file_below(folder, path), "rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size


def _file_below(folder: Path, path: str) -> int:
    handle = _open_below(folder, path, 0)
    if not stat.S_ISREG(os.fstat(handle).st_mode):
        os.close(handle)
        raise Refused("not-a-file", f'"{shown(path)}" is no ordinary file', "put the file itself there")
    return handle


def _open_below(folder: Path, path: str, kind: int) -> int:
    """Open component by component. Only `folder` itself, which the settings name, may be a link."""
    parts = path.split("/")
    if any(part in ("", ".", "..") for part in parts):
        raise Refused("outside", f'"{shown(path)}" leaves the account\'s folder', "write files/report.pdf")
    current = -1
    try:
        current = os.open(folder, os.O_RDONLY | os.O_CLOEXEC | os.O_DIRECTORY)
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            inner = os.open(part, _FLAGS | (kind if last else os.O_DIRECTORY), dir_fd=current)
            os.close(current)
            current = inner
    except (OSError, ValueError) as error:
        if current >= 0:
            os.close(current)
        raise Refused(*_reason(error, shown(path))) from error
    return current


def is_temporary(name: str) -> bool:
    """Whether a name is a dotfile, or one that editors and sync programs leave behind for a moment."""
    return _LEFT_BEHIND.search(name) is not None


def shown(name: str) -> str:
    """A file's name or a path as messages may write it: what cannot be printed is a question mark."""
    return "".join(sign if sign.isprintable() else "?" for sign in name[:200])


def _reason(error: OSError | ValueError, path: str) -> tuple[str, str, str]:
    number = error.errno if isinstance(error, OSError) else None
    if number == errno.ENOENT:
        return "missing-file", f'there is no file "{path}"', "check the name, capitals too"
    if number in (errno.ELOOP, errno.ENOTDIR):
        return (
            "symlink",
            f'"{path}" is a symbolic link, or lies behind one',
            "put the file itself into the folder; links are never followed",
        )
    if number == errno.ENAMETOOLONG or number is None:
        return "missing-file", "no file can have this name", "check the link"
    return (
        "unreadable",
        f'"{path}" cannot be read: {os.strerror(number).lower()}',
        "check the rights of the file and of the folders above it",
    )


def resolve(target: str, base: str, account: str) -> Linked:
    """What a link means that stands in a file whose folder is `base`, seen from the accounts' folder.

    `base` is `""` for `<account>.md`, `<account>` for the front matter and the files in the account's
    folder, `<account>/updates` for its updates. Raises `Refused` for everything that a link may not be.
    """
    if not target.strip():
        raise Refused(
            "empty-link", "this link goes nowhere", "write an address or a file between the brackets"
        )
    if target.startswith("#"):
        return Linked(None)
    if target.startswith("//"):
        raise Refused("bad-link", "this address does not say how to get there", "write https: in front of it")
    try:
        parts = urlsplit(target)
        scheme = parts.scheme.lower()
    except ValueError as error:
        raise Refused("bad-link", "this is no address", "write it as in the browser's address bar") from error
    if scheme in ("https", "mailto", "tel"):
        rest = parts.netloc if scheme == "https" else parts.path
        if not rest or any(sign.isspace() for sign in target):
            raise Refused("bad-link", "this is no whole address", _WHOLE_ADDRESS[scheme])
        return Linked(None)
    if scheme == "http":
        raise Refused("bad-link", "an address with http: is not safe on the way", f"write https{target[4:]}")
    if scheme and ":" in target.split("/", 1)[0]:
        raise Refused(
            "bad-link", f'an address may not begin with "{scheme[:20]}:"', "use https:, mailto: or tel:"
        )
    path = unquote(target.partition("#")[0].partition("?")[0])
    if "\\" in path:
        raise Refused("bad-link", "a path has / between its parts", "write files/report.pdf")
    if _CONTROL.search(path):
        raise Refused("bad-link", "there is an invisible character in this path", "type it again")
    whole = posixpath.normpath(posixpath.join(base, path))
    if path.startswith("/") or not whole.startswith(f"{account}/"):
        hint = f'put the file into the folder "{account}" and link to "{_example(base, account)}"'
        raise Refused("outside", "this link leaves the account's folder", hint)
    return Linked(whole.removeprefix(f"{account}/"))


def _example(base: str, account: str) -> str:
    return posixpath.relpath(f"{account}/files/report.pdf", base or ".")

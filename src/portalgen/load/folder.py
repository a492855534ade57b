"""The account's folder: opened component by component, with no link followed and nothing odd read.

Owns the only places where content is opened. A symbolic link, a pipe or a device below the folder is
an error, never read; a path that leaves the folder is refused before anything is opened.
"""

from __future__ import annotations

import errno
import hashlib
import os
import posixpath
import stat
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC | os.O_NONBLOCK


class Refused(Exception):
    """The path cannot be read; carries a code and a sentence."""

    def __init__(self, code: str, sentence: str, hint: str = "") -> None:
        super().__init__(sentence)
        self.code, self.sentence, self.hint = code, sentence, hint


@dataclass(frozen=True, slots=True)
class Linked:
    """A link's meaning: `path` below the account's folder, or None for an address or an anchor."""

    path: str | None


def read_below(folder: Path, path: str) -> bytes:
    """The content of a regular file below `folder`; raises `Refused`."""
    handle = _open_below(folder, path)
    with os.fdopen(handle, "rb") as file:
        return file.read()


def _open_below(folder: Path, path: str) -> int:
    parts = path.split("/")
    try:
        current = os.open(folder, _FLAGS | os.O_DIRECTORY)
    except OSError as error:
        raise Refused(*_reason(error, path)) from error
    try:
        for number, part in enumerate(parts):
            last = number == len(parts) - 1
            inner = os.open(part, _FLAGS if last else _FLAGS | os.O_DIRECTORY, dir_fd=current)
            os.close(current)
            current = inner
        if not stat.S_ISREG(os.fstat(current).st_mode):
            raise Refused("not-a-file", f'"{path}" is no ordinary file', "link to a file, not to a folder")
    except OSError as error:
        os.close(current)
        raise Refused(*_reason(error, path)) from error
    except Refused:
        os.close(current)
        raise
    return current


def _reason(error: OSError, path: str) -> tuple[str, str, str]:
    if error.errno == errno.ENOENT:
        return (
            "missing-file",
            f'there is no file "{path}" in the account\'s folder',
            "check the name, capitals too",
        )
    if error.errno in (errno.ELOOP, errno.ENOTDIR):
        return "symlink", f'"{path}" goes through a symbolic link or a file', "copy the file into the folder"
    if error.errno == errno.ENAMETOOLONG:
        return "missing-file", "no file has a name as long as this", "check the link"
    return "unreadable", f'"{path[:80]}" cannot be read ({error.strerror})', ""


def hashed(folder: Path, path: str) -> tuple[str, int]:
    """SHA-256 in hex and size in bytes of a file below `folder`; raises `Refused`."""
    data = read_below(folder, path)
    return hashlib.sha256(data).hexdigest(), len(data)


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
        raise Refused("bad-link", "an address without https:", "write https: in front of it")
    try:
        scheme = urlsplit(target).scheme.lower()
    except ValueError as error:
        raise Refused("bad-link", "this is no address", "write it as in the browser's address bar") from error
    if scheme in ("https", "mailto", "tel"):
        return Linked(None)
    if scheme == "http":
        raise Refused("bad-link", "an address with http: is not safe", "write https:")
    if scheme and ":" in target.split("/", 1)[0]:
        raise Refused(
            "bad-link", f'an address may not begin with "{scheme[:20]}:"', "use https:, mailto: or tel:"
        )
    path = unquote(target.partition("#")[0].partition("?")[0])
    if "\\" in path or "\0" in path:
        raise Refused("bad-link", "a path has / between its parts", "write files/report.pdf")
    whole = posixpath.normpath(posixpath.join(base, path))
    if path.startswith("/") or not whole.startswith(f"{account}/"):
        hint = f'put the file into the folder "{account}" and link to "{_example(base, account)}"'
        raise Refused("outside", "this link leaves the account's folder", hint)
    return Linked(whole.removeprefix(f"{account}/"))


def _example(base: str, account: str) -> str:
    return posixpath.relpath(f"{account}/files/report.pdf", base or ".")

"""Units: the pages and files that are published together, checked before anything is written.

Owns what must be true of a tree whatever is on its pages: no two files for one place on any file
system, every link and anchor leads somewhere, and no link leads from one audience's tree into
another's. Refuses nothing itself: it says what is wrong, and its caller doesn't publish that.

Links are found by cutting pages at `href="`, not by a parser: a unit's pages are our own well-formed
HTML with double quotes, and this is a hundred times faster. It can only find too much (an attribute
written out in a code example); a page on which something looks broken is read again, tags alone.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from html import unescape
from pathlib import Path
from posixpath import dirname, normpath
from typing import Literal, NamedTuple, Protocol
from urllib.parse import unquote

from portalgen.problems import Address, Problem

Surface = Literal["portal", "draft", "assets", "internal", "public"]


class Page(Protocol):
    """A rendered page: its path relative to the unit's root, and its bytes."""

    @property
    def path(self) -> str: ...
    @property
    def body(self) -> bytes: ...


class Sealed(NamedTuple):
    """What is known of a file that a sealed unit holds: which of its files it is in, and of its plain bytes
    the SHA-256 in hex and the length."""

    blob: str
    sha256: str
    length: int


MANIFEST = "manifest.bin"
"""A file of every sealed unit, and of no other."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What is exchanged as one: a portal, the shared assets, the internal site or the public site.

    `name` is its folder below the output: `portals/<key>`, `portals/assets`, `internal`, `public`; and
    below the preview alone `drafts/<key>`, a portal as it would be with everything approved. `account` is
    the id whose portal it is, or `""`. `files` maps paths below the folder to bytes.
    """

    name: str
    surface: Surface
    account: str
    files: Mapping[str, bytes]
    parts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What each file was made from, by path: kept with it, so that the next build knows what is stale."""
    kept: frozenset[str] = frozenset()
    """The files that stand published already and stay as they are."""
    sealed: Mapping[str, Sealed] = field(default_factory=dict)
    """Where the unit is sealed, what its files hold, by the path that each has in the plain one; `parts`
    go by these paths then."""


class Mixed(Mapping[str, bytes]):
    """Files of which some are at hand and the others are read when they are asked for."""

    def __init__(self, paths: Iterable[str], made: Mapping[str, bytes], read: Callable[[str], bytes]) -> None:
        self._paths = dict.fromkeys(paths)
        self._made = made
        self._read = read

    def __getitem__(self, path: str) -> bytes:
        found = self._made.get(path)
        if found is not None:
            return found
        if path not in self._paths:
            raise KeyError(path)
        return self._read(path)

    def __iter__(self) -> Iterator[str]:
        return iter(self._paths)

    def __len__(self) -> int:
        return len(self._paths)

    def __contains__(self, path: object) -> bool:
        return path in self._paths


def check(
    unit: Unit, before: Mapping[str, bytes] | None, pages: Iterable[str], *, paths: bool = True
) -> tuple[Problem, ...]:
    """What is wrong with a unit: its paths, unless they are known to be good, and the links of `pages`.

    `before` are pages as they were, with links that lead where they led: only others are looked at.
    None: no page's links are known. For the codes see `assemble`.
    """
    found = tuple(_collisions(unit.name, unit.files)) if paths else ()
    return (*found, *_Links(unit, None, before or {}).problems(unit.files if before is None else pages))


def loses_places(before: bytes, now: bytes) -> bool:
    """Whether a place (an id) is gone from a page of ours, to which other pages may lead."""
    kept = frozenset(now.split(b"\n"))
    gone = b"\n".join(line for line in before.split(b"\n") if line not in kept)
    return b'id="' in gone and not _ids(gone) <= _ids(now)


def _ids(html: bytes) -> frozenset[bytes]:
    return frozenset(part[: part.find(b'"')] for part in html.split(b'id="')[1:])


def assemble(
    name: str,
    surface: Surface,
    account: str,
    pages: Iterable[Page],
    files: Mapping[str, bytes],
    *,
    beside: Container[str] | None = None,
) -> tuple[Unit, tuple[Problem, ...]]:
    """Put pages and files together into a unit.

    `beside` are the paths of the neighbouring units that this one may link to (`portals/assets/...`);
    where it is given, those links are checked too. Returns the unit and what is wrong with it, codes
    `collision`, `bad-path`, `broken-link`, `broken-anchor` and `crossing-link`, each addressed by
    the page's path in the output.
    """
    content: dict[str, bytes] = {}
    problems = []
    for path, body in [*((page.path, page.body) for page in pages), *files.items()]:
        if path in content and content[path] != body:
            problems.append(_problem(name, path, "collision", "two different files want this path"))
        content.setdefault(path, body)
    problems += _collisions(name, content)
    unit = Unit(name, surface, account, content)
    return unit, (*problems, *_Links(unit, beside).problems())


def from_folder(name: str, surface: Surface, folder: Path) -> Unit:
    """The unit in a folder that another tool wrote; files are read when they are asked for.

    Symbolic links, devices and pipes are no files of it. Raises `OSError`.
    """
    found = {}
    for parent, _, names in os.walk(folder):
        for file in (Path(parent, file) for file in names):
            if file.is_file() and not file.is_symlink():
                found[file.relative_to(folder).as_posix()] = file
    return Unit(name, surface, "", _Folder(dict(sorted(found.items()))))


class _Folder(Mapping[str, bytes]):
    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files

    def __getitem__(self, path: str) -> bytes:
        return self._files[path].read_bytes()

    def __iter__(self) -> Iterator[str]:
        return iter(self._files)

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, path: object) -> bool:
        return path in self._files


def _problem(unit: str, path: str, code: str, message: str) -> Problem:
    return Problem(Address(f"{unit}/{path}"), "error", code, message)


def _collisions(name: str, paths: Iterable[str]) -> Iterator[Problem]:
    """Paths that can't stand side by side on every file system: macOS and Windows fold case and accents."""
    seen: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in sorted(paths):
        if _bad(path):
            yield _problem(name, path, "bad-path", "this path can't be published on every file system")
            continue
        folded = _folded(path)
        if folded in seen:
            other = seen[folded]
            yield _problem(
                name,
                path,
                "collision",
                f'"{path}" and "{other}" are one path where case and accents don\'t count',
            )
        seen[folded] = path
        parts = folded.split("/")[:-1]
        for depth in range(1, len(parts) + 1):
            folders.setdefault("/".join(parts[:depth]), path)
    for folded in sorted(seen.keys() & folders.keys()):
        message = f'"{seen[folded]}" is a file, and "{folders[folded]}" needs a folder of that name'
        yield _problem(name, seen[folded], "collision", message)


def _bad(path: str) -> bool:
    return (
        not path
        or "\\" in path
        or "\0" in path
        or any(part in ("", ".", "..") or len(part.encode()) > 255 for part in path.split("/"))
    )


def _folded(path: str) -> str:
    return path if path.isascii() and path.islower() else unicodedata.normalize("NFC", path.casefold())


# ---- links ----------------------------------------------------------------------------------------

_NAMES = ("href", "src", "srcset", "poster")
_TAG = re.compile(r"""<[a-zA-Z](?:[^>"']|"[^"]*"|'[^']*')*+>""")
_ANY_ATTRIBUTE = re.compile(
    r"""\s(href|src|srcset|poster)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE
)
_ID = re.compile(r"""\s(?:id|name)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_OUTSIDE = ("https:", "mailto:", "tel:")
_LOADED = frozenset(("src", "srcset", "poster"))

Fault = tuple[str, str]
"""Code and message."""

_CROSSING: Fault = ("crossing-link", "a link leads out of this tree into another audience's")


def _new_lines(html: str, before: bytes) -> str:
    """The lines of a page that were not on it before: what is new on it stands there."""
    known = frozenset(before.decode("utf-8", "replace").split("\n"))
    return "\n".join(line for line in html.split("\n") if line not in known)


def _values(html: str) -> set[tuple[str, str]]:
    """What stands in a page as addresses: attribute and value, as written."""
    return {(name, part[: part.find('"')]) for name in _NAMES for part in html.split(f'{name}="')[1:]}


class _Links:
    def __init__(
        self, unit: Unit, beside: Container[str] | None, before: Mapping[str, bytes] | None = None
    ) -> None:
        self._unit = unit
        self._beside = beside
        self._before = before or {}
        self._anchors: dict[str, frozenset[str]] = {}
        self._known: dict[tuple[str, str, str], Fault | None] = {}

    def problems(self, pages: Iterable[str] | None = None) -> Iterator[Problem]:
        """What is wrong with the links of these HTML pages, or of every one."""
        for path in self._unit.files if pages is None else pages:
            if path.endswith((".html", ".htm")):
                for code, message in self._page(path, self._unit.files[path].decode("utf-8", "replace")):
                    yield _problem(self._unit.name, path, code, message)

    def _page(self, path: str, html: str) -> list[Fault]:
        folder = dirname(path)
        if self._unit.surface != "public":
            values = _values(html if path not in self._before else _new_lines(html, self._before[path]))
            if not any(self._fault(path, folder, *value) for value in values):
                return []
        tags = "".join(_TAG.findall(html))
        attributes = [(m[1].lower(), m[2] or m[3] or m[4] or "") for m in _ANY_ATTRIBUTE.finditer(tags)]
        faults = [self._fault(path, folder, *attribute) for attribute in dict.fromkeys(attributes)]
        return [fault for fault in dict.fromkeys(faults) if fault]

    def _fault(self, page: str, folder: str, attribute: str, value: str) -> Fault | None:
        # Menus repeat: the same address in the same folder is the same link, but for `#here`.
        here = page if not value or value[0] in "#?" else folder
        key = (here, attribute, value)
        if key not in self._known:
            self._known[key] = self._check(page, attribute, unescape(value) if "&" in value else value)
        return self._known[key]

    def _check(self, page: str, attribute: str, value: str) -> Fault | None:
        if attribute != "srcset":
            return self._target(page, attribute, value.strip())
        targets = [part.split()[0] for part in value.split(",") if part.split()]
        return next((fault for target in targets if (fault := self._target(page, attribute, target))), None)

    def _target(self, page: str, attribute: str, target: str) -> Fault | None:
        public = self._unit.surface == "public"
        if _SCHEME.match(target):
            if not target.lower().startswith(_OUTSIDE) and not (public and target.startswith("http:")):
                return "broken-link", "a link's address is not https, mailto, tel or a page of the same tree"
            if attribute in _LOADED and not public:
                return "broken-link", "this page would load something from another host"
            return None
        if target.startswith("/"):
            # The public site's own theme writes these on pages that may be shown anywhere (404).
            return None if public and not target.startswith("//") else _CROSSING
        address, _, anchor = target.partition("#")
        path = unquote(address.partition("?")[0])
        if not path:
            if attribute in _LOADED:
                return "broken-link", f'an empty "{attribute}"'
            return self._anchor(page, anchor)
        return self._inside(page, path, anchor, target)

    def _inside(self, page: str, path: str, anchor: str, target: str) -> Fault | None:
        """A relative link: followed through the whole output, to see whose tree it ends in."""
        root = self._unit.name + "/"
        full = normpath(f"{root}{dirname(page)}/{path}")
        if full.startswith("..") or full.startswith("/"):
            return _CROSSING
        is_folder = path.endswith(("/", "/.", "/..")) or path in (".", "..") or f"{full}/" == root
        file = f"{full}/index.html" if is_folder else full
        if not file.startswith(root):
            if not self._may_enter(file):
                return _CROSSING
            if self._beside is not None and file not in self._beside:
                return "broken-link", f'"{target}" leads nowhere'
            return None
        inner = file.removeprefix(root)
        if inner not in self._unit.files:
            return "broken-link", f'"{target}" leads nowhere'
        return self._anchor(inner, anchor)

    def _may_enter(self, file: str) -> bool:
        """Portals share their assets, and the team's pages lead to the portals; nothing else crosses."""
        parts = file.split("/")
        if parts[0] != "portals" or len(parts) < 3:
            return False
        if self._unit.surface in ("portal", "draft"):
            return parts[1] == "assets"
        return self._unit.surface == "internal"

    def _anchor(self, path: str, anchor: str) -> Fault | None:
        if not anchor or anchor == "top" or not path.endswith((".html", ".htm")):
            return None
        if path not in self._anchors:
            html = self._unit.files[path].decode("utf-8", "replace")
            self._anchors[path] = frozenset(part[: part.find('"')] for part in html.split('id="')[1:])
        if anchor in self._anchors[path]:
            return None
        html = self._unit.files[path].decode("utf-8", "replace")
        ids = _ID.findall("".join(_TAG.findall(html)))
        if {anchor, unquote(anchor)} & {unescape(a or b or c) for a, b, c in ids}:
            return None
        return "broken-anchor", f'"#{anchor}" is no place on {path}'

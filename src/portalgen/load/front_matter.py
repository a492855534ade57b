"""Bytes of a file -> its front matter as positioned nodes, and its body. Strict: no parseable front
matter, no output.

Owns the frame (`---` lines), the character set and a small composer over PyYAML's events. Refuses
what YAML allows and nobody wants in a client's file: anchors, aliases, tags, merge keys, duplicate
keys, more than 16 levels, tabs as indentation. PyYAML's own composer would take the last of two equal
keys, expand aliases and overflow the stack on nested brackets; events do none of that. All scalars
are text; what they mean is the field's business.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

import frontmatter
import yaml
from frontmatter.default_handlers import BaseHandler

from portalgen.load.syntax import explain
from portalgen.problems import Address, Problem

MAX_LEVELS = 16
MAX_BYTES = 64 * 1024
MAX_FILE = 16 * 1024 * 1024
_FENCE = re.compile(r"---[ \t]*")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
_TAB_INDENT = re.compile(r"^ *\t[ \t]*[^ \t\n]", re.MULTILINE)
_COMMENT = re.compile(r"<!--|-->")
_MANY = 50
"""Of one kind of fault in one file, this many are worth saying."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text with its place; `width` in characters as far as it stays on its line."""

    text: str
    at: Address
    width: int = 1


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys with their nodes, in order."""

    entries: dict[str, tuple[Scalar, Node]]
    at: Address


@dataclass(frozen=True, slots=True)
class Items:
    """The elements of a list."""

    items: list[Node]
    at: Address


Node = Scalar | Keys | Items


@dataclass(slots=True)
class Source:
    """A file as text, its front matter (None where it cannot be read) and its body.

    `body_line` is the file's line on which the body begins; `body` is None where no body was found.
    """

    path: str
    text: str = ""
    mapping: Keys | None = None
    body: str | None = None
    body_line: int = 1
    problems: list[Problem] = field(default_factory=list)

    def error(self, at: Address, code: str, message: str, hint: str = "", width: int = 1) -> None:
        """Note an error."""
        self.problems.append(Problem(at, "error", code, message, hint=hint, width=width))


def read(path: str, data: bytes) -> Source:
    """Parse one file. Never raises; what is wrong is in `problems`."""
    source = Source(path)
    if len(data) > MAX_FILE:
        source.error(Address(path), "too-long", "the file is longer than 16 MiB", "split it up")
        return source
    source.text = _decode(source, data)
    if source.problems:
        return source
    _control_characters(source)
    lines = source.text.split("\n")
    if not _FENCE.fullmatch(lines[0]):
        source.error(
            Address(path, 1, 1),
            "no-front-matter",
            "the file does not begin with its front matter",
            'write "---" alone on the first line, then "client:" and "title:", then "---" again',
        )
        return source
    handler = _Handler(source)
    if not handler.detect(source.text):
        source.error(
            Address(path, 1, 1),
            "open-front-matter",
            'the front matter never ends: there is no second line "---"',
            'write "---" alone on a line after the last key',
            3,
        )
        return source
    block = handler.split(source.text)[0]
    closing = next(islice(handler.FM_BOUNDARY.finditer(source.text), 1, None))
    source.body_line = source.text.count("\n", 0, closing.start()) + 2
    source.body = "\n".join(lines[source.body_line - 1 :])
    if len(block.encode()) > MAX_BYTES:
        source.error(
            Address(path, 1, 1),
            "too-long",
            "the front matter is longer than 64 KiB",
            "move long texts into the body, below the second ---",
        )
        return source
    frontmatter.parse(source.text, handler=handler)
    return source


def _decode(source: Source, data: bytes) -> str:
    try:
        text = data.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError as error:
        before = _line_ends(error.object[: error.start].decode())
        line = before.count("\n") + 1
        column = len(before) - (before.rfind("\n") + 1) + 1
        source.error(
            Address(source.path, line, column),
            "not-utf8",
            "the file is not UTF-8 from here on",
            'save it again with the encoding "UTF-8" (in VS Code: "Save with Encoding")',
        )
        return ""
    return _line_ends(text)


def text_of(data: bytes) -> str:
    """The normalised text of a file that `read` found to be UTF-8. Raises `UnicodeDecodeError`."""
    return _line_ends(data.removeprefix(BOM_UTF8).decode())


def _line_ends(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _control_characters(source: Source) -> None:
    for match in islice(_CONTROL.finditer(source.text), _MANY):
        source.error(
            place(source.path, source.text, match.start()),
            "control-character",
            f"there is an invisible character (U+{ord(match[0]):04X}) here",
            "delete it and type the text around it again",
        )


def place(path: str, text: str, offset: int, line: int = 1) -> Address:
    """The address of a character of a text that begins on `line` of its file."""
    return Address(path, line + text.count("\n", 0, offset), offset - (text.rfind("\n", 0, offset) + 1) + 1)


class _Handler(BaseHandler):
    """The frame for python-frontmatter: our fences, our composer."""

    FM_BOUNDARY = re.compile(r"^---[ \t]*$", re.MULTILINE)

    def __init__(self, source: Source) -> None:
        self.source = source
        self.START_DELIMITER = self.END_DELIMITER = "---"

    def detect(self, text: str) -> bool:
        return len(self.FM_BOUNDARY.split(text, 2)) == 3

    def split(self, text: str) -> tuple[str, str]:
        _, block, body = self.FM_BOUNDARY.split(text, 2)
        return block.removeprefix("\n").removesuffix("\n"), body

    def load(self, fm: str, **_: object) -> dict[str, Any]:
        self.source.mapping = _Composer(self.source, fm).compose()
        return {}


class _Stop(Exception):
    """The block cannot be read further; the reason has been noted."""


class _Composer:
    """Events -> nodes. Goes on after everything that leaves the structure readable."""

    def __init__(self, source: Source, block: str) -> None:
        self.source = source
        # What is invisible has been reported. As blanks it disturbs neither the parser nor its marks.
        self.block = _CONTROL.sub(" ", block)

    def compose(self) -> Keys | None:
        tabs = list(_TAB_INDENT.finditer(self.block))
        for match in tabs[:_MANY]:
            at = place(self.source.path, self.block, match.start() + match[0].index("\t"), 2)
            self.source.error(
                at, "tab", "this line is indented with a tab", "indent with blanks, two for each level"
            )
        if tabs:
            return None
        try:
            return self._document(self._events())
        except _Stop:
            return None

    def _events(self) -> Iterator[Any]:
        try:
            yield from yaml.parse(self.block, Loader=yaml.CLoader)
        except yaml.MarkedYAMLError as error:
            mark, message, hint = explain(error, self.block)
            at = self._at(mark) if mark else Address(self.source.path, 1, 1)
            self.source.error(at, "yaml", message, hint)
            raise _Stop from error
        except yaml.YAMLError as error:
            self.source.error(
                Address(self.source.path, 1, 1),
                "yaml",
                f"the front matter cannot be read: {error}".split("\n")[0],
                "look at the line that was changed last",
            )
            raise _Stop from error

    def _at(self, mark: Any) -> Address:
        return Address(self.source.path, mark.line + 2, mark.column + 1)

    def _document(self, events: Iterator[Any]) -> Keys:
        root: Node | None = None
        top = Address(self.source.path, 1, 1)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent) and (event.explicit or root is not None):
                self.source.error(
                    self._at(event.start_mark),
                    "yaml",
                    'a second document begins here; "---" and "..." have no place inside the front matter',
                    "take the line out, or put the text in quotes",
                )
                raise _Stop
            if isinstance(event, yaml.NodeEvent):
                root = self._node(event, events, 1)
        if root is None:
            return Keys({}, top)
        if not isinstance(root, Keys):
            self.source.error(
                root.at,
                "not-keys",
                "the front matter holds no keys",
                'write lines like "client: Brisa Foods"',
            )
            raise _Stop
        return Keys(root.entries, top)

    def _node(self, event: Any, events: Iterator[Any], level: int) -> Node:
        at = self._at(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            self.source.error(
                at,
                "alias",
                f"*{event.anchor} repeats another place",
                f'write that text again here; or, if the star is meant, put it in quotes: "*{event.anchor}"',
            )
            return Scalar(f"*{event.anchor}", at)
        if event.anchor is not None:
            self.source.error(
                at,
                "anchor",
                f'"&{event.anchor}" marks a place for YAML and would not be shown',
                f'take it out; or, if it is part of the text, put the text in quotes: "&{event.anchor} ..."',
            )
        if getattr(event, "tag", None) is not None:
            self.source.error(
                at,
                "tag",
                f'"{event.tag[:40]}" is a tag of YAML and would not be shown',
                'take it out; or, if the "!" is part of the text, put the text in quotes: "! Attention"',
            )
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, at)
        if level > MAX_LEVELS:
            self.source.error(
                at,
                "too-deep",
                f"this is nested more than {MAX_LEVELS} levels deep",
                'check the brackets; a text that holds them is put in quotes: "[[a]]"',
            )
            raise _Stop
        if isinstance(event, yaml.SequenceStartEvent):
            items: list[Node] = []
            for inner in events:
                if isinstance(inner, yaml.SequenceEndEvent):
                    break
                items.append(self._node(inner, events, level + 1))
            return Items(items, at)
        return self._mapping(events, at, level)

    def _mapping(self, events: Iterator[Any], at: Address, level: int) -> Keys:
        entries: dict[str, tuple[Scalar, Node]] = {}
        for event in events:
            if isinstance(event, yaml.MappingEndEvent):
                break
            key = self._node(event, events, level + 1)
            value = self._node(next(events), events, level + 1)
            if not isinstance(key, Scalar):
                self.source.error(
                    key.at, "yaml", "a key must be a word", 'put text that begins with "[" or "{" in quotes'
                )
            elif key.text == "<<":
                self.source.error(
                    key.at, "merge", '"<<" would copy keys from elsewhere', "write the keys out"
                )
            elif key.text in entries:
                first = entries[key.text][0].at.line
                self.source.error(
                    key.at,
                    "duplicate-key",
                    f'"{key.text[:60]}" is written twice here, first on line {first}',
                    "keep one of them",
                    key.width,
                )
            else:
                entries[key.text] = (key, value)
        return Keys(entries, at)

    def _scalar(self, event: Any, at: Address) -> Scalar:
        text = event.value
        one_line = event.start_mark.line == event.end_mark.line
        width = event.end_mark.column - event.start_mark.column if one_line else 1
        found = _CONTROL.search(text)
        if found is not None:
            self.source.error(
                at,
                "control-character",
                f"an escape makes an invisible character (U+{ord(found[0]):04X})",
                "take it out",
            )
        if _COMMENT.search(text):
            self.source.error(
                at,
                "comment-in-text",
                'there is a "<!--" or "-->" in this text; it would be shown',
                "take it out; a comment for the team begins with # on a line of its own",
                max(1, width),
            )
        return Scalar(text, at, max(1, width))

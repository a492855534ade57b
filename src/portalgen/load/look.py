"""One look at a piece of the body: where it is cut, what it links to, and all that looks like a mark.

Owns every rule of the kind "what looks like a mark or a fence and is none is an error", since such a
text would be shown although its author meant to hide it. Reads the parser's events, which are in
bytes, and says where things are in characters of the file.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from portalgen.account import Section, Update
from portalgen.dialect import Event
from portalgen.load.folder import Refused
from portalgen.problems import Address, Problem, Suggestions
from portalgen.vocabulary import AUDIENCES, SLUG, Audience

Resolve = Callable[[str, bool], str | None]
"""A link's target and whether it is an image -> the path below the account's folder, or None.
Raises `Refused`."""

_LIKE_FENCE = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*:::")
_GROUP = re.compile(r"[ \t]*\{([^{}\n]*)\}[ \t]*$")
_NO_DOT = re.compile(r"\{(internal|client|public)\}$")
_LEFTOVER = re.compile(r"\{\s*[.#][\w-][^{}\n]*\}")
_HASHES = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*##(?!#)(?:[^\s#]|[^\S \t\n])")
_H2_LINE = re.compile(r"^[ \t>]*##(?:[ \t]|$)", re.MULTILINE)
_NEVER_CLOSED = (
    (re.compile(r"\s*<(script|pre|style|textarea)\b", re.IGNORECASE), r"</{0}\s*>", "<{0}>"),
    (re.compile(r"\s*<\?"), r"\?>", "<?"),
    (re.compile(r"\s*<!\[CDATA\["), r"\]\]>", "<![CDATA["),
    (re.compile(r"\s*<![A-Za-z]"), r">", "<!"),
)
_MARKS = "write {.client}, {.public} or {.internal}, with at most one id: {#first-ads .client}"


_CODE_FENCE = re.compile(r"(`{3,}|~{3,})")


@dataclass(slots=True)
class Body:
    """What was found in a body, and what is wrong with it."""

    sections: list[Section] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of lines between fence lines; `audience` is the fence's, None outside of one."""

    text: str
    line: int
    audience: Audience | None


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading that begins a section; `begin` and `end` are characters of the piece."""

    title: str
    mark: Audience | None
    id: str
    begin: int
    end: int
    line: int
    column: int


class Splitter(Protocol):
    """Who asks: the file's path, how links resolve, and where problems go."""

    path: str
    resolve: Resolve
    suggest: Suggestions
    body: Body
    divided: bool
    seen_section: bool

    def error(self, at: Address, code: str, message: str, hint: str = "", width: int = 1) -> None:
        """Note an error."""


class Look:
    """One pass over a piece's events: headings that split, links, and all that looks like a mark."""

    def __init__(self, splitter: Splitter, text: str, piece: Piece, found: list[Event]) -> None:
        self.s, self.text, self.piece, self.events = splitter, text, piece, found
        self.links: list[tuple[int, str, str]] = []
        self.headings: list[Heading] = []
        self.code_lines: set[int] = set()
        self._ascii = text.isascii()
        self._bytes = text.encode()
        self._starts = [0]
        for line in self._bytes.split(b"\n")[:-1]:
            self._starts.append(self._starts[-1] + len(line) + 1)

    def at(self, byte: int) -> Address:
        """The file's address of a byte of the piece."""
        index = bisect_right(self._starts, byte) - 1
        column = len(self._bytes[self._starts[index] : byte].decode("utf-8", "replace")) + 1
        return Address(self.s.path, self.piece.line + index, column)

    def offset(self, byte: int) -> int:
        """The character offset of a byte."""
        return byte if self._ascii else len(self._bytes[:byte].decode("utf-8", "replace"))

    def run(self) -> list[Heading]:
        depth, code, html = 0, "", None
        heading: tuple[dict[str, int], str, int] | None = None
        words: list[str] = []
        for event, where in self.events:
            if not isinstance(event, dict):
                if event in ("SoftBreak", "HardBreak"):
                    words.append(" ")
                continue
            kind, value = next(iter(event.items()))
            name = value if isinstance(value, str) else next(iter(value)) if isinstance(value, dict) else ""
            if kind == "Start":
                if name == "Heading":
                    heading, words = (where, value["Heading"]["level"], depth), []
                elif name == "CodeBlock":
                    code = "fenced" if isinstance(value["CodeBlock"], dict) else "indented"
                    if code == "fenced":
                        self._code_block(where)
                elif name == "HtmlBlock":
                    html = where
                elif name in ("BlockQuote", "List", "Item", "FootnoteDefinition", "Table"):
                    depth += 1
                elif name in ("Link", "Image"):
                    self._link(value[name]["dest_url"], where, image=name == "Image")
            elif kind == "End":
                if name == "Heading" and heading is not None:
                    self._heading(*heading, "".join(words))
                    heading = None
                elif name == "CodeBlock":
                    code = ""
                elif name == "HtmlBlock" and html is not None:
                    self._html_block(html)
                    html = None
                elif name in ("BlockQuote", "List", "Item", "FootnoteDefinition", "Table"):
                    depth -= 1
            elif kind in ("Text", "Html", "InlineHtml"):
                words.append(value if kind == "Text" else "")
                if heading is None and code != "fenced":
                    self._leftovers(value, where)
            elif kind == "Code":
                words.append(value)
        self._lines()
        return self.headings

    # ---- headings

    def _heading(self, where: dict[str, int], level: str, depth: int, text: str) -> None:
        at = self.at(where["start"])
        groups, title = [], text.strip()
        while found := _GROUP.search(title):
            if not re.match(r"\s*[.#]", found[1]):
                break
            groups.append(found[1])
            title = title[: found.start()].rstrip()
        splits = level == "H2" and depth == 0 and self.piece.audience is None and self.s.divided
        if level == "H1" and self.s.divided and self.s.seen_section | bool(self.headings) and depth == 0:
            self.s.error(
                at, "late-title", "a level-1 heading after the first section", "use ## for a section"
            )
        if self.piece.audience is not None and level == "H2" and self.s.divided:
            self.s.error(
                at,
                "heading-in-fence",
                "a section cannot begin inside a fence",
                "close the fence above the heading",
            )
        if (groups or _LEFTOVER.search(title)) and not splits:
            where_not = "here" if self.s.divided else 'in a file of its own; its "audience" is the mark'
            self.s.error(
                at, "misplaced-mark", f"a heading takes no mark {where_not}, so nothing would be hidden",
                'mark the level-2 heading above, or fence the text with "::: internal" and ":::"',
            )  # fmt: skip
            return
        if not splits:
            return
        source = self._bytes[where["start"] : where["end"]].decode("utf-8", "replace")
        if any(f"{{{group}}}" not in source or f"\\{{{group}" in source for group in groups):
            self.s.error(
                at, "misplaced-mark", "this mark is escaped, so nothing would be hidden",
                "write it plainly, {.client}; or leave it out",
            )  # fmt: skip
            return
        mark, own = self._mark(at, groups)
        if _LEFTOVER.search(title):
            self.s.error(
                at, "misplaced-mark", "the mark stands inside the heading's text", "move it to the end"
            )
        if found := _NO_DOT.search(title):
            self.s.body.problems.append(
                Problem(
                    at, "warning", "mark-without-dot",
                    f"{found[0]} is no mark, so the section is for the team alone",
                    hint=f"write {{.{found[1]}}}, with the dot",
                )
            )  # fmt: skip
        column = at.column + (len(self._line(where)) - len(self._line(where).lstrip("# \t")))
        begin, end = self.offset(where["start"]), self.offset(where["end"])
        begin = self.text.rfind("\n", 0, begin) + 1
        self.headings.append(Heading(title, mark, own, begin, end, at.line, column))

    def _line(self, where: dict[str, int]) -> str:
        return self._bytes[where["start"] : where["end"]].decode("utf-8", "replace").split("\n")[0]

    def _mark(self, at: Address, groups: list[str]) -> tuple[Audience | None, str]:
        marks: list[str] = []
        ids: list[str] = []
        if len(groups) > 1:
            self.s.error(at, "second-mark", "a heading takes one mark", _MARKS)
            return None, ""
        for token in " ".join(groups).split():
            if token[0] == "." and token[1:] in AUDIENCES:
                marks.append(token[1:])
            elif token[0] == "#" and SLUG.fullmatch(token[1:]):
                ids.append(token[1:])
            elif token[0] == "#":
                self.s.error(
                    at,
                    "bad-id",
                    f'"{token[:60]}" is no id',
                    "write small letters, digits and hyphens: #first-ads",
                )
            else:
                hint = self.s.suggest(token.lstrip("."), AUDIENCES)
                self.s.error(at, "unknown-mark", f'"{token[:60]}" is no audience', hint or _MARKS)
        if len(marks) > 1:
            self.s.error(at, "second-mark", "a heading takes one audience", _MARKS)
        if len(ids) > 1:
            self.s.error(at, "second-id", "a heading takes one id", _MARKS)
        return (AUDIENCES[marks[0]] if len(marks) == 1 else None), (ids[0] if ids else "")

    # ---- blocks

    def _code_block(self, where: dict[str, int]) -> None:
        source = self._bytes[where["start"] : where["end"]].decode("utf-8", "replace")
        first = bisect_right(self._starts, where["start"]) - 1
        last = bisect_right(self._starts, max(where["start"], where["end"] - 1)) - 1
        self.code_lines.update(range(first, last + 1))
        found = _CODE_FENCE.match(source)
        if found is None:
            return
        lines = source.rstrip("\n").split("\n")
        closing = re.compile(rf"[\s>]*{re.escape(found[1])}{re.escape(found[1][0])}*\s*")
        if len(lines) < 2 or not closing.fullmatch(lines[-1]):
            self.s.error(
                self.at(where["start"]),
                "open-code",
                "this code block never closes",
                f'write "{found[1]}" below it',
                3,
            )

    def _html_block(self, where: dict[str, int]) -> None:
        source = self._bytes[where["start"] : where["end"]].decode("utf-8", "replace")
        for pattern, closing, name in _NEVER_CLOSED:
            if found := pattern.match(source):
                word = found[1].lower() if found.groups() else ""
                if not re.search(closing.format(word), source[found.end() :], re.IGNORECASE):
                    self.s.error(
                        self.at(where["start"]), "open-html", f"this {name.format(word)} never closes",
                        "close it, or write Markdown instead",
                    )  # fmt: skip
                break
        if self.s.divided:
            for match in _H2_LINE.finditer(source):
                at = self.at(where["start"] + len(source[: match.start()].encode()))
                self.s.error(
                    at, "heading-in-html", "raw HTML swallows this heading, and with it the section's mark",
                    "leave an empty line above the heading, or close the HTML first", 2,
                )  # fmt: skip

    def _leftovers(self, text: str, where: dict[str, int]) -> None:
        for match in _LEFTOVER.finditer(text):
            self._at_text(match, where, "misplaced-mark",
                "this looks like a mark and is none, so nothing would be hidden",
                'put it at the end of a level-2 heading; or, for a word in braces, in `code`')  # fmt: skip
        for match in re.finditer(r"<!--|-->", text):
            self._at_text(match, where, "open-comment",
                "a comment is not closed as it should be, so it would be shown",
                "write <!-- and --> around it")  # fmt: skip

    def _at_text(
        self, match: re.Match[str], where: dict[str, int], code: str, message: str, hint: str
    ) -> None:
        source = self._bytes[where["start"] : where["end"]].decode("utf-8", "replace")
        inside = source.find(match[0])
        at = self.at(where["start"] + len(source[: max(0, inside)].encode()))
        self.s.error(at, code, message, hint, len(match[0]))

    def _lines(self) -> None:
        """What no event shows: lines that would have been a fence or a heading."""
        for index, line in enumerate(self.text.split("\n")):
            if index in self.code_lines:
                continue
            at = Address(self.s.path, self.piece.line + index, 1)
            if ":::" in line and _LIKE_FENCE.match(line):
                self.s.error(
                    at, "unknown-fence", "this looks like a fence and is none, so nothing would be hidden",
                    'begin the line with ":::", outside lists and quotes', len(line),
                )  # fmt: skip
            if "##" in line and _HASHES.match(line):
                self.s.error(at, "glued-heading", 'a heading wants a blank after "##"', "write: ## Notes", 2)

    # ---- links

    def _link(self, target: str, where: dict[str, int], *, image: bool) -> None:
        at = self.at(where["start"])
        try:
            path = self.s.resolve(target, image)
        except Refused as refused:
            self.s.error(
                at, refused.code, refused.sentence, refused.hint, min(where["end"] - where["start"], 60)
            )
            return
        if path is not None:
            self.links.append((at.line, target, path))
        elif image and not target.startswith("#"):
            self.s.body.problems.append(
                Problem(
                    at, "warning", "remote-image", "an image from elsewhere is not shown",
                    hint="copy it into the account's folder",
                )
            )  # fmt: skip

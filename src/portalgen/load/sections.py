"""The body of an account: sections with their audience, cut at headings and fences.

Splits by the parser's events, not by a scanner of lines, so that what is cut is what is rendered.
Everything that looks like a mark or a fence and is none is an error, since it would publish what its
author meant to hide. Positions: the parser counts bytes of a piece; messages count characters of the
file. Comments are cut out before anything else is looked at.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portalgen.account import INTERNAL, Section, Stretch, Update
from portalgen.dialect import Event, events
from portalgen.load.folder import Refused
from portalgen.problems import Address, Problem, Suggestions, nearest
from portalgen.vocabulary import AUDIENCES, SLUG, Audience, slug

Resolve = Callable[[str, bool], str | None]
"""A link's target and whether it is an image -> the path below the account's folder, or None.
Raises `Refused`."""

_FENCE_LINE = re.compile(r":::(?:[ ](internal|client|public))?[ \t]*")
_LIKE_FENCE = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*:::")
_GROUP = re.compile(r"[ \t]*\{([^{}\n]*)\}[ \t]*$")
_NO_DOT = re.compile(r"\{(internal|client|public)\}$")
_LEFTOVER = re.compile(r"\{\s*[.#][\w-][^{}\n]*\}")
_COMMENT = re.compile(r"<!-->|<!--->|<!--.*?-->", re.DOTALL)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?![\w-])[\s:,.–—-]*", re.ASCII)
_LIKE_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]\d{2,4}\b")
_HASHES = re.compile(r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*##(?!#)(?:[^\s#]|[^\S \t\n])")
_H2_LINE = re.compile(r"^[ \t>]*##(?:[ \t]|$)", re.MULTILINE)
_CODE_FENCE = re.compile(r"(`{3,}|~{3,})")
_NEVER_CLOSED = (
    (re.compile(r"\s*<(script|pre|style|textarea)\b", re.IGNORECASE), r"</{0}\s*>", "<{0}>"),
    (re.compile(r"\s*<\?"), r"\?>", "<?"),
    (re.compile(r"\s*<!\[CDATA\["), r"\]\]>", "<![CDATA["),
    (re.compile(r"\s*<![A-Za-z]"), r">", "<!"),
)
_MARKS = "write {.client}, {.public} or {.internal}, with at most one id: {#first-ads .client}"


@dataclass(slots=True)
class Body:
    """What was found in a body, and what is wrong with it."""

    sections: list[Section] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Piece:
    """A run of lines between fence lines; `audience` is the fence's, None outside of one."""

    text: str
    line: int
    audience: Audience | None


@dataclass(frozen=True, slots=True)
class _Heading:
    title: str
    mark: Audience | None
    id: str
    begin: int
    end: int
    line: int
    column: int


@dataclass(slots=True)
class _Open:
    """The section that is being filled."""

    id: str
    title: str
    audience: Audience
    line: int
    date: date | None = None
    stretches: list[Stretch] = field(default_factory=list)


def split(text: str, line: int, path: str, file: str, resolve: Resolve, suggest: Suggestions) -> Body:
    """The sections and updates of an account's body that begins on `line` of `path`.

    `file` is what `Section.file` says. Never raises; linear in the length of the text.
    """
    return _Splitter(path, file, resolve, suggest).run(text, line, None)


def whole(
    text: str, line: int, path: str, resolve: Resolve, suggest: Suggestions, audience: Audience
) -> tuple[tuple[Stretch, ...], list[Problem]]:
    """The stretches of a file that is one section: its headings split nothing and carry no mark."""
    body = _Splitter(path, "", resolve, suggest).run(text, line, audience)
    return (body.sections[0].stretches if body.sections else ()), body.problems


class _Splitter:
    def __init__(self, path: str, file: str, resolve: Resolve, suggest: Suggestions) -> None:
        self.path, self.file, self.resolve, self.suggest = path, file, resolve, suggest
        self.body = Body()
        self.current = _Open("", "", INTERNAL, 1)
        self.divided = True
        self.seen_section = False

    def run(self, text: str, line: int, audience: Audience | None) -> Body:
        self.divided = audience is None
        self.current = _Open("", "", INTERNAL if audience is None else audience, line)
        for piece in self._pieces(text, line):
            self._piece(piece)
        self._close()
        return self.body

    # ---- problems

    def _error(self, at: Address, code: str, message: str, hint: str = "", width: int = 1) -> None:
        self.body.problems.append(Problem(at, "error", code, message, hint=hint, width=width))

    # ---- fences

    def _pieces(self, text: str, first: int) -> Iterator[_Piece]:
        """Cut at the fence lines. Inside a fence there are no headings; it must be closed."""
        lines = text.split("\n")
        kept: list[str] = []
        began, audience, opened = first, None, Address(self.path, first, 1)
        code = _CodeState()
        for offset, line in enumerate(lines):
            number = first + offset
            if line.startswith(":::") and not code.inside(kept, line):
                at = Address(self.path, number, 1)
                match = _FENCE_LINE.fullmatch(line)
                word = match and match[1]
                if match is None:
                    self._unknown_fence(at, line)
                    kept.append("")  # stands in for the line, so that later lines keep their numbers
                    continue
                if word and audience is not None:
                    self._error(
                        at,
                        "nested-fence",
                        f"a fence inside the one of line {opened.line}",
                        'close that one with ":::"',
                    )
                    kept.append("")
                    continue
                if not word and audience is None:
                    self._error(
                        at,
                        "stray-fence",
                        '":::" closes a fence that was never opened',
                        'open it with "::: internal"',
                    )
                    kept.append("")
                    continue
                yield _Piece("\n".join(kept), began, audience)
                kept, began, code = [], number + 1, _CodeState()
                audience, opened = (AUDIENCES[word], at) if word else (None, at)
                continue
            kept.append(line)
        if audience is not None:
            self._error(
                opened, "open-fence", "this fence is never closed", 'write ":::" alone on a line below it', 3
            )
        yield _Piece("\n".join(kept), began, audience)

    def _unknown_fence(self, at: Address, line: str) -> None:
        word = line.lstrip(":").strip().split(" ")[0]
        meant = nearest(word, AUDIENCES) if word else ""
        self._error(
            at,
            "unknown-fence",
            "this looks like a fence and is none, so nothing would be hidden",
            f'write "::: {meant}" and nothing else on the line'
            if meant
            else 'write "::: internal" or "::: client" to open, ":::" to close, and nothing else on the line',
            len(line),
        )

    # ---- one piece

    def _piece(self, piece: _Piece) -> None:
        text = _without_comments(piece.text)
        found = events(text)
        look = _Look(self, text, piece, found)
        headings = look.run()
        if piece.audience is not None:
            self._fenced(piece)
        begin, begin_line = 0, piece.line
        for heading in headings:
            self._stretch(text[begin : heading.begin], begin_line, piece.audience, look)
            self._close()
            self._open(heading)
            begin = heading.end
            begin_line = piece.line + text.count("\n", 0, begin)
        self._stretch(text[begin:], begin_line, piece.audience, look)

    def _fenced(self, piece: _Piece) -> None:
        assert piece.audience is not None
        if piece.audience > self.current.audience:
            self._error(
                Address(self.path, piece.line - 1, 1),
                "widening-fence",
                f"a fence can only narrow; this text is for {_reader(self.current.audience)} already",
                f"mark the section {{.{piece.audience}}}, and fence off what is not for all of them",
                4 + len(str(piece.audience)),
            )

    def _stretch(self, text: str, line: int, fence: Audience | None, look: _Look) -> None:
        blank = len(text) - len(text.lstrip("\n"))
        line, text = line + blank, text.strip("\n")
        if not text.strip():
            return
        audience = self.current.audience if fence is None else min(fence, self.current.audience)
        count = text.count("\n") + 1
        links = tuple(sorted({(w, p) for at, w, p in look.links if line <= at < line + count}))
        self.current.stretches.append(Stretch(text=text, audience=audience, line=line, links=links))

    # ---- sections

    def _open(self, heading: _Heading) -> None:
        self.seen_section = True
        at = Address(self.path, heading.line, 1)
        title, day = heading.title, None
        if found := _DATE.match(title):
            try:
                day = date.fromisoformat(found[1])
            except ValueError:
                self._error(
                    Address(self.path, heading.line, heading.column), "impossible-date",
                    f"{found[1]} is not a day of the calendar", "write a day that exists", 10,
                )  # fmt: skip
                day = date.min
            title = title[found.end() :].strip()
            if not title:
                self._error(
                    at,
                    "no-heading",
                    "this update has a date and no title",
                    "write what happened after the date",
                )
        elif not title:
            self._error(at, "no-heading", "this heading has no text", "write one, or take the ## out")
        made = heading.id or slug(f"{day} {title}" if day else title)
        if not made and title:
            self._error(at, "no-id", "no id can be made from this heading", "add one after it: {#first-ads}")
        audience = INTERNAL if heading.mark is None else heading.mark
        self.current = _Open(made, title, audience, heading.line, day)

    def _close(self) -> None:
        one = self.current
        values: dict[str, Any] = {
            "id": one.id, "title": one.title, "audience": one.audience, "stretches": tuple(one.stretches),
            "file": self.file, "line": one.line,
        }  # fmt: skip
        if one.date is not None:
            self.body.updates.append(Update(date=one.date, **values))
        elif one.stretches or one.title or not self.divided:
            self.body.sections.append(Section(**values))


class _CodeState:
    """Whether a `:::` line stands inside fenced code, as the parser sees it.

    Asks the parser only where a code fence may be open, and skips ahead to where it may close, so
    that no input is parsed over and over.
    """

    def __init__(self) -> None:
        self.checked = 0
        self.closing: re.Pattern[str] | None = None

    def inside(self, kept: list[str], line: str) -> bool:
        fresh = kept[self.checked :]
        if self.closing is not None:
            if not any(self.closing.match(k) for k in fresh):
                self.checked = len(kept)
                return True
        elif not any("```" in k or "~~~" in k for k in fresh):
            return False
        self.checked = len(kept)
        text = "\n".join([*kept, line])
        offset = len(text.encode()) - len(line.encode())
        for event, where in events(text):
            if where["start"] < offset < where["end"] and (opened := _fenced_code(event)):
                source = text.encode()[where["start"] :].decode("utf-8", "replace")
                found = _CODE_FENCE.match(source)
                sign = found[1] if found and opened else "```"
                self.closing = re.compile(rf"[\s>]*{re.escape(sign)}{re.escape(sign[0])}*\s*$")
                return True
        self.closing = None
        return False


def _fenced_code(event: Any) -> bool:
    return (
        isinstance(event, dict)
        and isinstance(event.get("Start"), dict)
        and isinstance(event["Start"].get("CodeBlock"), dict)
    )


def _without_comments(text: str) -> str:
    """The text with its comments cut out and its lines kept. Comments in code are text."""
    if "<!--" not in text:
        return text
    source = text.encode()
    spans: list[tuple[int, int]] = []
    block: list[int] | None = None
    for event, where in events(text):
        if event in ({"Start": "HtmlBlock"},):
            block = [where["start"], where["end"]]
        elif event == {"End": "HtmlBlock"} and block is not None:
            spans.append((block[0], block[1]))
            block = None
        elif isinstance(event, dict) and "InlineHtml" in event:
            spans.append((where["start"], where["end"]))
    pieces, last = [], 0
    for begin, end in spans:
        pieces.append(source[last:begin].decode())
        cut = source[begin:end].decode()
        pieces.append(_COMMENT.sub(lambda m: "\n" * m[0].count("\n"), cut))
        last = end
    pieces.append(source[last:].decode())
    return "".join(pieces)


class _Look:
    """One pass over a piece's events: headings that split, links, and all that looks like a mark."""

    def __init__(self, splitter: _Splitter, text: str, piece: _Piece, found: list[Event]) -> None:
        self.s, self.text, self.piece, self.events = splitter, text, piece, found
        self.links: list[tuple[int, str, str]] = []
        self.headings: list[_Heading] = []
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

    def run(self) -> list[_Heading]:
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
            self.s._error(
                at, "late-title", "a level-1 heading after the first section", "use ## for a section"
            )
        if self.piece.audience is not None and level == "H2" and self.s.divided:
            self.s._error(
                at,
                "heading-in-fence",
                "a section cannot begin inside a fence",
                "close the fence above the heading",
            )
        if (groups or _LEFTOVER.search(title)) and not splits:
            where_not = "here" if self.s.divided else 'in a file of its own; its "audience" is the mark'
            self.s._error(
                at, "misplaced-mark", f"a heading takes no mark {where_not}, so nothing would be hidden",
                'mark the level-2 heading above, or fence the text with "::: internal" and ":::"',
            )  # fmt: skip
            return
        if not splits:
            return
        source = self._bytes[where["start"] : where["end"]].decode("utf-8", "replace")
        if any(f"{{{group}}}" not in source or f"\\{{{group}" in source for group in groups):
            self.s._error(
                at, "misplaced-mark", "this mark is escaped, so nothing would be hidden",
                "write it plainly, {.client}; or leave it out",
            )  # fmt: skip
            return
        mark, own = self._mark(at, groups)
        if _LEFTOVER.search(title):
            self.s._error(
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
        self.headings.append(_Heading(title, mark, own, begin, end, at.line, column))

    def _line(self, where: dict[str, int]) -> str:
        return self._bytes[where["start"] : where["end"]].decode("utf-8", "replace").split("\n")[0]

    def _mark(self, at: Address, groups: list[str]) -> tuple[Audience | None, str]:
        marks: list[str] = []
        ids: list[str] = []
        if len(groups) > 1:
            self.s._error(at, "second-mark", "a heading takes one mark", _MARKS)
            return None, ""
        for token in " ".join(groups).split():
            if token[0] == "." and token[1:] in AUDIENCES:
                marks.append(token[1:])
            elif token[0] == "#" and SLUG.fullmatch(token[1:]):
                ids.append(token[1:])
            elif token[0] == "#":
                self.s._error(
                    at,
                    "bad-id",
                    f'"{token[:60]}" is no id',
                    "write small letters, digits and hyphens: #first-ads",
                )
            else:
                hint = self.s.suggest(token.lstrip("."), AUDIENCES)
                self.s._error(at, "unknown-mark", f'"{token[:60]}" is no audience', hint or _MARKS)
        if len(marks) > 1:
            self.s._error(at, "second-mark", "a heading takes one audience", _MARKS)
        if len(ids) > 1:
            self.s._error(at, "second-id", "a heading takes one id", _MARKS)
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
            self.s._error(
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
                    self.s._error(
                        self.at(where["start"]), "open-html", f"this {name.format(word)} never closes",
                        "close it, or write Markdown instead",
                    )  # fmt: skip
                break
        if self.s.divided:
            for match in _H2_LINE.finditer(source):
                at = self.at(where["start"] + len(source[: match.start()].encode()))
                self.s._error(
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
        self.s._error(at, code, message, hint, len(match[0]))

    def _lines(self) -> None:
        """What no event shows: lines that would have been a fence or a heading."""
        for index, line in enumerate(self.text.split("\n")):
            if index in self.code_lines:
                continue
            at = Address(self.s.path, self.piece.line + index, 1)
            if ":::" in line and _LIKE_FENCE.match(line):
                self.s._error(
                    at, "unknown-fence", "this looks like a fence and is none, so nothing would be hidden",
                    'begin the line with ":::", outside lists and quotes', len(line),
                )  # fmt: skip
            if "##" in line and _HASHES.match(line):
                self.s._error(at, "glued-heading", 'a heading wants a blank after "##"', "write: ## Notes", 2)

    # ---- links

    def _link(self, target: str, where: dict[str, int], *, image: bool) -> None:
        at = self.at(where["start"])
        try:
            path = self.s.resolve(target, image)
        except Refused as refused:
            self.s._error(
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


def _reader(audience: Audience) -> str:
    return {0: "the team alone", 1: "the client and the team"}.get(audience, "everybody")

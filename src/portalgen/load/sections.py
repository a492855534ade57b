"""The body of an account: sections with their audience, cut at headings and fences.

Splits by the parser's events, not by a scanner of lines, so that what is cut is what is rendered.
Owns fences, comments (cut out before anything else is looked at) and the sections that come out;
`look` finds the headings and everything that looks like a mark and is none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portalgen.account import INTERNAL, Section, Stretch, Update
from portalgen.dialect import events
from portalgen.load.look import Body, Heading, Look, Piece, Resolve
from portalgen.problems import Address, Problem, Suggestions, nearest
from portalgen.vocabulary import AUDIENCES, Audience, slug

_FENCE_LINE = re.compile(r":::(?:[ ](internal|client|public))?[ \t]*")
_COMMENT = re.compile(r"<!-->|<!--->|<!--.*?-->", re.DOTALL)
_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?![\w-])[\s:,.–—-]*", re.ASCII)
_CODE_FENCE = re.compile(r"(`{3,}|~{3,})")


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

    def error(self, at: Address, code: str, message: str, hint: str = "", width: int = 1) -> None:
        self.body.problems.append(Problem(at, "error", code, message, hint=hint, width=width))

    # ---- fences

    def _pieces(self, text: str, first: int) -> Iterator[Piece]:
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
                    self.error(
                        at,
                        "nested-fence",
                        f"a fence inside the one of line {opened.line}",
                        'close that one with ":::"',
                    )
                    kept.append("")
                    continue
                if not word and audience is None:
                    self.error(
                        at,
                        "stray-fence",
                        '":::" closes a fence that was never opened',
                        'open it with "::: internal"',
                    )
                    kept.append("")
                    continue
                yield Piece("\n".join(kept), began, audience)
                kept, began, code = [], number + 1, _CodeState()
                audience, opened = (AUDIENCES[word], at) if word else (None, at)
                continue
            kept.append(line)
        if audience is not None:
            self.error(
                opened, "open-fence", "this fence is never closed", 'write ":::" alone on a line below it', 3
            )
        yield Piece("\n".join(kept), began, audience)

    def _unknown_fence(self, at: Address, line: str) -> None:
        word = line.lstrip(":").strip().split(" ")[0]
        meant = nearest(word, AUDIENCES) if word else ""
        self.error(
            at,
            "unknown-fence",
            "this looks like a fence and is none, so nothing would be hidden",
            f'write "::: {meant}" and nothing else on the line'
            if meant
            else 'write "::: internal" or "::: client" to open, ":::" to close, and nothing else on the line',
            len(line),
        )

    # ---- one piece

    def _piece(self, piece: Piece) -> None:
        text = _without_comments(piece.text)
        found = events(text)
        look = Look(self, text, piece, found)
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

    def _fenced(self, piece: Piece) -> None:
        assert piece.audience is not None
        if piece.audience > self.current.audience:
            self.error(
                Address(self.path, piece.line - 1, 1),
                "widening-fence",
                f"a fence can only narrow; this text is for {_reader(self.current.audience)} already",
                f"mark the section {{.{piece.audience}}}, and fence off what is not for all of them",
                4 + len(str(piece.audience)),
            )

    def _stretch(self, text: str, line: int, fence: Audience | None, look: Look) -> None:
        blank = len(text) - len(text.lstrip("\n"))
        line, text = line + blank, text.strip("\n")
        if not text.strip():
            return
        audience = self.current.audience if fence is None else min(fence, self.current.audience)
        count = text.count("\n") + 1
        links = tuple(sorted({(w, p) for at, w, p in look.links if line <= at < line + count}))
        self.current.stretches.append(Stretch(text=text, audience=audience, line=line, links=links))

    # ---- sections

    def _open(self, heading: Heading) -> None:
        self.seen_section = True
        at = Address(self.path, heading.line, 1)
        title, day = heading.title, None
        if found := _DATE.match(title):
            try:
                day = date.fromisoformat(found[1])
            except ValueError:
                self.error(
                    Address(self.path, heading.line, heading.column), "impossible-date",
                    f"{found[1]} is not a day of the calendar", "write a day that exists", 10,
                )  # fmt: skip
                day = date.min
            title = title[found.end() :].strip()
            if not title:
                self.error(
                    at,
                    "no-heading",
                    "this update has a date and no title",
                    "write what happened after the date",
                )
        elif not title:
            self.error(at, "no-heading", "this heading has no text", "write one, or take the ## out")
        made = heading.id or slug(f"{day} {title}" if day else title)
        if not made and title:
            self.error(at, "no-id", "no id can be made from this heading", "add one after it: {#first-ads}")
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


def _reader(audience: Audience) -> str:
    return {0: "the team alone", 1: "the client and the team"}.get(audience, "everybody")

"""The body of an account: sections with their audience, cut at headings and fences.

Splits by the parser's events, not by a scanner of lines, so that what is cut is what is rendered.
Everything that looks like a mark or a fence and is none is an error, since it would publish what its
author meant to hide: `fences` and `marks` read them, `stretches` looks at all that lies between.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from portalgen.account import INTERNAL, Section, Stretch, Update
from portalgen.dialect import events
from portalgen.load.comments import Text
from portalgen.load.fences import Piece, cut
from portalgen.load.marks import FENCE_INSTEAD, Heading, read
from portalgen.load.stretches import Look, Resolve
from portalgen.problems import Address, Problem
from portalgen.vocabulary import Audience, slug

_DATE = re.compile(r"(\d{4}-\d{2}-\d{2})(?![\w-])(?:[ \t]*[:,.–—-](?=\s|$))?\s*", re.ASCII)
_NO_DOT = re.compile(r"\{(internal|client|public)\}$")
_LIKE_DATE = re.compile(r"(?:\d{4}[-./]\d{1,2}[-./]\d{1,2}|\d{1,2}[-./]\d{1,2}[-./]\d{4})\b", re.ASCII)
_CONTAINERS = frozenset({"BlockQuote", "List", "Item", "FootnoteDefinition", "Table"})


@dataclass(slots=True)
class Body:
    """What was found in a body, and what is wrong with it."""

    sections: list[Section] = field(default_factory=list)
    updates: list[Update] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Split:
    """A level-2 heading that begins a section; `begin` and `end` are bytes of its piece.

    `at` is the heading's place, `title_at` that of its text.
    """

    title: str
    audience: Audience | None
    id: str
    begin: int
    end: int
    at: Address
    title_at: Address
    reported: bool = False
    """Something is wrong with its mark; it is read as internal, so that what follows makes sense."""


@dataclass(slots=True)
class _Open:
    """The section that is being filled."""

    id: str
    title: str
    audience: Audience
    line: int
    date: date | None = None
    stretches: list[Stretch] = field(default_factory=list)


def split(text: str, line: int, path: str, file: str, resolve: Resolve) -> Body:
    """The sections and updates of an account's body that begins on `line` of `path`.

    `file` is what `Section.file` says. Never raises; linear in the length of the text.
    """
    return _Splitter(path, file, resolve).run(text, line, None)


def whole(
    text: str, line: int, path: str, resolve: Resolve, audience: Audience
) -> tuple[tuple[Stretch, ...], list[Problem]]:
    """The stretches of a file that is one section: its headings split nothing and carry no mark."""
    body = _Splitter(path, "", resolve).run(text, line, audience)
    return (body.sections[0].stretches if body.sections else ()), body.problems


class _Splitter:
    def __init__(self, path: str, file: str, resolve: Resolve) -> None:
        self.path, self.file, self.resolve = path, file, resolve
        self.body = Body()
        self.current = _Open("", "", INTERNAL, 1)
        self.divided = True
        self.seen_section = False

    def run(self, text: str, line: int, audience: Audience | None) -> Body:
        self.divided = audience is None
        self.current = _Open("", "", INTERNAL if audience is None else audience, line)
        for piece in cut(text, line, self._at_line):
            self._piece(piece)
        self._close()
        return self.body

    def _error(self, at: Address, code: str, message: str, hint: str, width: int = 1) -> None:
        self.body.problems.append(Problem(at, "error", code, message, hint=hint, width=width))

    def _at_line(self, line: int, code: str, message: str, hint: str, width: int = 1) -> None:
        self._error(Address(self.path, line), code, message, hint, width)

    # ---- one piece

    def _piece(self, piece: Piece) -> None:
        text = Text(piece.text, self.path, piece.line)
        wider = piece.audience is not None and piece.audience > self.current.audience
        if wider and piece.line == piece.fence + 1:
            self._error(
                Address(self.path, piece.fence),
                "widening-fence",
                f"a fence can only narrow, and this section is for {_readers(self.current.audience)}",
                f"mark the section {{.{piece.audience}}}, and fence off what is not for all of them",
                4 + len(str(piece.audience)),
            )
        begin = 0
        for one in self._headings(text, piece):
            self._stretch(text, begin, one.begin, piece.audience)
            self._close()
            self._open(one)
            begin = one.end
        self._stretch(text, begin, len(text.bytes), piece.audience)

    def _headings(self, text: Text, piece: Piece) -> list[_Split]:
        """The headings that begin sections, and a word about those that are marked or placed wrongly."""
        found: list[_Split] = []
        heading: Heading | None = None
        depth = 0
        for event, where in events(text.text):
            kind, value = _named(event)
            name = value if isinstance(value, str) else next(iter(value)) if isinstance(value, dict) else ""
            if kind in ("Start", "End") and name in _CONTAINERS:
                depth += 1 if kind == "Start" else -1
            elif kind == "Start" and name == "Heading":
                heading = Heading(value["Heading"]["level"], where, depth)
            elif kind == "End" and name == "Heading" and heading is not None:
                if (one := self._heading(text, piece, heading)) is not None:
                    found.append(one)
                    self.seen_section = True
                heading = None
            elif heading is not None:
                heading.take(event)
        return found

    def _heading(self, text: Text, piece: Piece, heading: Heading) -> _Split | None:
        at = text.at(heading.where["start"])
        if self.divided and piece.audience is not None and heading.level == "H2":
            self._error(
                at,
                "heading-in-fence",
                "a section cannot begin inside a fence",
                f'close the fence of line {piece.fence} with ":::" above this heading',
                2,
            )
            return None
        splits = self.divided and piece.audience is None and heading.level == "H2" and not heading.depth
        if not splits:
            self._not_splitting(at, heading)
            return None

        def report(code: str, message: str, hint: str, column: int, width: int) -> None:
            begin = heading.where["start"] + len(source[:column].encode())
            self._error(text.at(begin), code, message, hint, width)

        source = text.source(heading.where)
        marked = read(heading, source, report)
        begin = text.bytes.rfind(b"\n", 0, heading.where["start"]) + 1
        if marked is None:
            return _Split(heading.title, None, "", begin, heading.where["end"], at, at, reported=True)
        if not marked.title:
            self._error(at, "no-heading", "this heading has no text", "write one, or take the ## out", 2)
            return None
        self._links_of(text, heading.where)
        if found := _NO_DOT.search(marked.title):
            hint = f"write {{.{found[1]}}}, with the dot"
            said = f"{found[0]} is no mark, so the section is for the team alone"
            self.body.problems.append(Problem(at, "warning", "mark-without-dot", said, hint=hint))
        title_at = text.at(heading.where["start"] + max(0, source.encode().find(marked.title[:10].encode())))
        return _Split(marked.title, marked.audience, marked.id, begin, heading.where["end"], at, title_at)

    def _not_splitting(self, at: Address, heading: Heading) -> None:
        if heading.looks_marked():
            there = "here" if self.divided else 'in a file of its own; the file\'s "audience" is its mark'
            self._error(
                at,
                "misplaced-mark",
                f"a heading takes no mark {there}, so nothing would be hidden",
                FENCE_INSTEAD if self.divided else 'put the text between "::: internal" and ":::"',
            )
        elif self.divided and self.seen_section and heading.level == "H1" and not heading.depth:
            self._error(
                at,
                "late-title",
                "a level-1 heading after the first section does not begin a new one",
                'write "## " for a section of its own, "### " for a heading inside this one',
            )

    def _links_of(self, text: Text, where: dict[str, int]) -> None:
        look = Look(Text(text.source(where), self.path, text.at(where["start"]).line), self.resolve)
        look.links_and_comments()
        self.body.problems += look.problems

    def _stretch(self, text: Text, begin: int, end: int, fence: Audience | None) -> None:
        piece = text.part(begin, end)
        if piece is None:
            return
        look = Look(piece, self.resolve)
        look.everything(divided=self.divided)
        self.body.problems += look.problems
        audience = self.current.audience if fence is None else min(fence, self.current.audience)
        self.current.stretches.append(
            Stretch(text=piece.text, audience=audience, line=piece.line, links=tuple(sorted(look.links)))
        )

    # ---- sections

    def _open(self, one: _Split) -> None:
        title, day = one.title, None
        if one.reported:
            self.current = _Open("", title, INTERNAL, one.at.line)
            return
        if found := _DATE.match(title):
            title = title[found.end() :].strip()
            day = self._day(one, found[1], title)
        elif found := _LIKE_DATE.match(title):
            self.body.problems.append(
                Problem(
                    one.title_at,
                    "warning",
                    "not-an-update",
                    f'"{found[0]}" is not read as a date, so this is a section and no update',
                    hint="write the date as year-month-day: ## 2026-11-20 First ads are live",
                )
            )
        made = one.id or slug(f"{day} {title}" if day else title)
        if not made:
            self._error(
                one.at,
                "no-id",
                "no id can be made from this heading",
                "add one after it, with small letters and digits: {#first-ads}",
            )
        audience = INTERNAL if one.audience is None else one.audience
        self.current = _Open(made, title, audience, one.at.line, day)

    def _day(self, one: _Split, written: str, title: str) -> date:
        if not title:
            self._error(
                one.at, "no-heading", "this update has a date and no title", "write what happened after it"
            )
        try:
            return date.fromisoformat(written)
        except ValueError:
            said = f"{written} is not a day of the calendar"
            self._error(one.title_at, "impossible-date", said, "write a day that exists", len(written))
            return date.min

    def _close(self) -> None:
        one = self.current
        values: dict[str, Any] = {
            "id": one.id,
            "title": one.title,
            "audience": one.audience,
            "stretches": tuple(one.stretches),
            "file": self.file,
            "line": one.line,
        }
        if one.date is not None:
            self.body.updates.append(Update(date=one.date, **values))
        elif one.stretches or one.title or not self.divided:
            self.body.sections.append(Section(**values))


def _named(event: Any) -> tuple[str, Any]:
    """An event's kind and value; breaks and rules have neither."""
    return next(iter(event.items())) if isinstance(event, dict) else ("", "")


def _readers(audience: Audience) -> str:
    return {0: "the team alone", 1: "the client and the team"}.get(audience, "everybody")

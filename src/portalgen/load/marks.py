"""The mark after a heading's text: `{.client}`, `{#id .client}`. Strict, since it decides who reads.

Looks at the heading twice, as the parser reads it and as it is written: only a group that stands
plainly at the end of both is a mark. In code, emphasis, a link or behind a backslash it is none, and
what looks like a mark without being one is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from portalgen.problems import nearest
from portalgen.vocabulary import AUDIENCES, SLUG, Audience

LEFTOVER = re.compile(r"\{\s*[.#][\w-][^{}\n]*\}")
"""What looks like a mark, wherever it stands."""

_GROUP = re.compile(r"\{([^{}\n]*)\}$")
_ATTRIBUTES = re.compile(r"\{\s*(?:[.#][^{}\n]*|[\w:-]+=[^{}\n]*)?\}")
"""A group that is read as a mark, right or wrong; other words in braces are text."""
_OPENING = re.compile(r"[ \t]{0,3}#{1,6}")
_CLOSING = re.compile(r"(?:^|[ \t]+)#+[ \t]*$")
_INLINE = frozenset({"Emphasis", "Strong", "Strikethrough", "Link", "Image"})
WRITE_A_MARK = "write {.client}, {.public} or {.internal}, with at most one id: {#first-ads .client}"
FENCE_INSTEAD = 'mark the level-2 heading above, or put the text between "::: internal" and ":::"'

Report = Callable[[str, str, str, int, int], None]
"""Notes `(code, message, hint, column, width)`, the column counted from 0 in the heading's source."""


@dataclass(slots=True)
class Heading:
    """A heading as the parser's events tell it; `depth` is how many containers it stands in."""

    level: str
    where: dict[str, int]
    depth: int
    words: list[str] = field(default_factory=list)
    plain: list[str] = field(default_factory=list)
    last: str = ""
    """The heading's end, if it is text outside all emphasis, links and code."""
    _open: int = 0

    def take(self, event: Any) -> None:
        """Read an event inside the heading."""
        self.last = ""
        if not isinstance(event, dict):
            self.words.append(" " if event in ("SoftBreak", "HardBreak") else "")
            return
        kind, value = next(iter(event.items()))
        if kind == "Text":
            self.words.append(value)
            self.plain.append(value)
            self.last = "" if self._open else value
        elif kind == "Code":
            self.words.append(value)
        elif kind in ("Start", "End"):
            name = value if isinstance(value, str) else next(iter(value))
            self._open += (name in _INLINE) * (1 if kind == "Start" else -1)

    @property
    def title(self) -> str:
        """The plain text, marks included."""
        return "".join(self.words).strip()

    def looks_marked(self) -> bool:
        """Whether anything in it could be meant as a mark; code is text."""
        return any(LEFTOVER.search(text) for text in self.plain)


@dataclass(frozen=True, slots=True)
class Marked:
    """What a level-2 heading says: its text without the mark, who may read, its own id or `""`."""

    title: str
    audience: Audience | None
    id: str


def read(heading: Heading, source: str, report: Report) -> Marked | None:
    """A level-2 heading's text and mark, or None where something was reported that hides them."""
    written = _written(source)
    group = _GROUP.search(written)
    if group is None or not _ATTRIBUTES.fullmatch(group[0].replace("\\", "")):
        return _unmarked(heading, source, report)
    if not heading.last.rstrip().endswith(group[0]) or _escaped(written, group.start()):
        if not LEFTOVER.fullmatch(group[0].replace("\\", "")):
            return _unmarked(heading, source, report)
        report(
            "misplaced-mark",
            "this mark is escaped or inside other markup, so nothing would be hidden",
            "write it plainly after the heading's text: ## Title {.client}; or leave it out",
            *_find(source, group[0]),
        )
        return None
    title = heading.title.removesuffix(group[0]).rstrip()
    if (second := _GROUP.search(title)) and LEFTOVER.fullmatch(second[0]):
        report("second-mark", "a heading takes one mark", WRITE_A_MARK, *_find(source, group[0]))
        return None
    column, _ = _find(source, group[0])
    audience, own = _tokens(group[1], column + 1, report)
    plain = [*heading.plain[:-1], heading.plain[-1].rstrip().removesuffix(group[0])]
    if any(LEFTOVER.search(text) for text in plain):
        _report_inside(source, report)
    return Marked(title, audience, own)


def _written(source: str) -> str:
    """The heading's text as it is written: without the hashes of an ATX one, the underline of a setext."""
    lines = source.rstrip("\n").split("\n")
    if opening := _OPENING.match(lines[0]):
        return _CLOSING.sub("", lines[0][opening.end() :]).rstrip(" \t")
    return "\n".join(lines[:-1]).rstrip(" \t")


def _escaped(written: str, brace: int) -> bool:
    before = written[:brace]
    return (len(before) - len(before.rstrip("\\"))) % 2 == 1


def _unmarked(heading: Heading, source: str, report: Report) -> Marked | None:
    if heading.looks_marked():
        _report_inside(source, report)
        return None
    return Marked(heading.title, None, "")


def _report_inside(source: str, report: Report) -> None:
    found = LEFTOVER.search(source)
    report(
        "misplaced-mark",
        "the mark does not stand at the end of the heading's text, so nothing would be hidden",
        "write it last, plainly: ## Title {.client}; or, for a word in braces, in `code`",
        *((found.start(), len(found[0])) if found else (0, 1)),
    )


def _find(source: str, group: str) -> tuple[int, int]:
    return max(0, source.rfind(group)), len(group)


def _tokens(text: str, column: int, report: Report) -> tuple[Audience | None, str]:
    marks: list[str] = []
    ids: list[str] = []
    tokens = list(re.finditer(r"\S+", text))
    if not tokens:
        report("unknown-mark", "this mark is empty", WRITE_A_MARK, column - 1, 2)
    for found in tokens:
        token, place = found[0], (column + found.start(), len(found[0]))
        if token[0] == "." and token[1:] in AUDIENCES:
            if marks:
                report("second-mark", "a heading takes one audience", WRITE_A_MARK, *place)
            marks.append(token[1:])
        elif token[0] == "#":
            if not SLUG.fullmatch(token[1:]):
                message = f'"{token[:60]}" is no id'
                report("bad-id", message, "write small letters, digits and hyphens: #first-ads", *place)
            elif ids:
                report("second-id", "a heading takes one id", WRITE_A_MARK, *place)
            ids.append(token[1:])
        else:
            meant = nearest(token.lstrip(".").lower(), AUDIENCES)
            hint = f"write {{.{meant}}}" if meant else WRITE_A_MARK
            report("unknown-mark", f'"{token[:60]}" is no audience', hint, *place)
    return (AUDIENCES[marks[0]] if marks else None), (ids[0] if ids else "")

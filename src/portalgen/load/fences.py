"""The body's fence lines: cut out before anything is parsed, but never inside fenced code.

`::: internal`, `::: client` and `:::` at the left margin. What looks like one and is none is reported
and cut out as well; it hides nothing, so the account is refused. Whether a line stands in fenced code
is the parser's word, asked for growing windows of lines so that the whole stays linear.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate
from typing import Protocol

from portalgen.dialect import events
from portalgen.problems import nearest
from portalgen.vocabulary import AUDIENCES, Audience

_FENCE_LINE = re.compile(r":::(?:[ ](internal|client|public))?[ \t]*")
_CLOSE_FIRST = 'close the one above it first, with ":::" on a line of its own; fences don\'t nest'


class Report(Protocol):
    """Notes an error at a line of the file."""

    def __call__(self, line: int, code: str, message: str, hint: str, width: int = 1) -> None: ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of lines between fence lines, beginning on `line` of the file.

    `audience` is the fence's, None outside of one; `fence` is the line on which the fence opened.
    """

    text: str
    line: int
    audience: Audience | None
    fence: int = 0


def cut(text: str, first: int, report: Report) -> Iterator[Piece]:
    """The pieces of a body that begins on line `first` of its file, in order; none is left out."""
    lines = text.split("\n")
    begin, audience, fence = 0, None, 0
    for found in _fence_lines(lines):
        yield Piece("\n".join(lines[begin:found]), first + begin, audience, fence)
        begin, number = found + 1, first + found
        match = _FENCE_LINE.fullmatch(lines[found])
        word = match and match[1]
        if match is None:
            _report_unknown(lines[found], number, report)
        elif word and audience is not None:
            report(
                number, "nested-fence", f"a fence inside the one of line {fence}", _CLOSE_FIRST, 4 + len(word)
            )
        elif not word and audience is None:
            report(
                number,
                "stray-fence",
                '":::" closes a fence that was never opened',
                'write "::: internal" above the text that only the team may read, or take this line out',
                3,
            )
        else:
            audience, fence = (AUDIENCES[word], number) if word else (None, 0)
    yield Piece("\n".join(lines[begin:]), first + begin, audience, fence)
    if audience is not None:
        report(fence, "open-fence", "this fence is never closed", 'write ":::" alone on a line below it', 3)


def _report_unknown(line: str, number: int, report: Report) -> None:
    words = line.lstrip(":").split()
    meant = nearest(words[0].lower(), AUDIENCES) if words else ""
    report(
        number,
        "unknown-fence",
        "this looks like a fence and is none, so nothing would be hidden",
        f'write "::: {meant}" and nothing else on the line'
        if meant
        else 'write "::: internal" or "::: client" to open, ":::" to close, and nothing else on the line',
        len(line.rstrip()),
    )


def _fence_lines(lines: list[str]) -> Iterator[int]:
    """The indices of lines that begin with `:::` outside fenced code.

    The structure of a line depends on the lines above it up to the fence line before, so a window that
    begins there tells. It doubles until it holds an answer, and the next one begins behind the answer.
    """
    likely = [index for index, line in enumerate(lines) if line.startswith(":::")]
    code = [index for index, line in enumerate(lines) if "```" in line or "~~~" in line]
    begin = at = 0
    while at < len(likely):
        end = likely[at] + 1
        if bisect_left(code, begin) == bisect_left(code, end):
            found: int | None = likely[at]
        else:
            found, end = _outside_code(lines, likely, begin, at)
        if found is None:
            return
        yield found
        begin, at = found + 1, bisect_right(likely, found)


def _outside_code(lines: list[str], likely: list[int], begin: int, at: int) -> tuple[int | None, int]:
    end = likely[at] + 1
    while True:
        inside = code_lines("\n".join(lines[begin:end]))
        last = bisect_left(likely, end)
        for index in likely[at:last]:
            if index - begin not in inside:
                return index, end
        if last == len(likely):
            return None, end
        at = last
        end = min(len(lines), max(begin + 2 * (end - begin), likely[last] + 1))


def code_lines(text: str) -> set[int]:
    """The indices of the lines of fenced code, the opening ones excepted, as the parser sees it."""
    starts = [0, *accumulate(len(line) + 1 for line in text.encode().split(b"\n"))]
    found: set[int] = set()
    for event, where in events(text):
        if isinstance(event, dict) and _is_fenced_code(event.get("Start")):
            first = bisect_right(starts, where["start"])
            found.update(range(first, bisect_left(starts, where["end"])))
    return found


def _is_fenced_code(value: object) -> bool:
    return isinstance(value, dict) and isinstance(value.get("CodeBlock"), dict)

"""A piece of prose without its comments, and the way back from the parser's bytes to the file.

Comments are cut out for every audience before anything else looks at the text. Lines keep their
numbers (a comment's line ends stay), columns are mapped back, so that messages point at what the
author sees.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from itertools import accumulate

from portalgen.dialect import events
from portalgen.problems import Address


class Text:
    """A text that begins on `line` of `path`, without comments.

    Offsets given to `at` are the parser's: bytes of `text`. Columns are characters of the file.
    """

    def __init__(self, source: str, path: str, line: int) -> None:
        self._removed: dict[int, list[tuple[int, int]]] = {}
        self._set(self._without_comments(source) if "<!--" in source else source, path, line)

    def _set(self, text: str, path: str, line: int) -> None:
        self.path, self.line, self.text = path, line, text
        self.bytes = self.text.encode()
        self._last = (-1, 0)
        self._starts = [0, *accumulate(len(line) + 1 for line in self.bytes.split(b"\n"))]

    def index(self, byte: int) -> int:
        """The index of the line that a byte stands on."""
        return bisect_right(self._starts, byte) - 1

    def at(self, byte: int) -> Address:
        """The file's address of a byte."""
        index = self.index(byte)
        begin, column = self._starts[index], 0
        if begin <= self._last[0] <= byte:  # go on from there: a line may be long and hold many faults
            begin, column = self._last
        column += len(self.bytes[begin:byte].decode("utf-8", "replace"))
        self._last = (byte, column)
        return self.place(index, column)

    def place(self, index: int, column: int) -> Address:
        """The file's address of a character: the line's index and the characters before it."""
        shift = sum(length for before, length in self._removed.get(index, ()) if before <= column)
        return Address(self.path, self.line + index, column + shift + 1)

    def source(self, where: dict[str, int]) -> str:
        """The text of a range of the parser."""
        return self.bytes[where["start"] : where["end"]].decode("utf-8", "replace")

    def part(self, begin: int, end: int) -> Text | None:
        """The text between two bytes at line ends, without empty lines around it; None where blank."""
        text = self.bytes[begin:end].decode()
        if not text.strip():
            return None
        index = self.index(begin) + len(text) - len(text.lstrip("\n"))
        part = Text.__new__(Text)
        part._set(text.strip("\n"), self.path, self.line + index)
        part._removed = {line - index: cuts for line, cuts in self._removed.items() if line >= index}
        return part

    def _without_comments(self, source: str) -> str:
        data = source.encode()
        kept: list[str] = []
        last = 0
        index = column = 0

        def keep(piece: str) -> None:
            nonlocal index, column
            kept.append(piece)
            lines = piece.count("\n")
            index += lines
            column = len(piece) - piece.rfind("\n") - 1 if lines else column + len(piece)

        for begin, end in _html(source):
            keep(data[last:begin].decode())
            html, done = data[begin:end].decode(), 0
            for start, stop in _comments(html):
                keep(html[done:start])
                for number, part in enumerate(html[start:stop].split("\n")):
                    if number:
                        keep("\n")
                    self._removed.setdefault(index, []).append((column, len(part)))
                done = stop
            keep(html[done:])
            last = end
        keep(data[last:].decode())
        return "".join(kept)


def _comments(html: str) -> Iterator[tuple[int, int]]:
    """Where the comments of raw HTML are, the short forms `<!-->` and `<!--->` of CommonMark included."""
    begin = html.find("<!--")
    while begin >= 0:
        end = html.find("-->", begin + 2)
        if end < 0:
            return
        yield begin, end + 3
        begin = html.find("<!--", end + 3)


def _html(source: str) -> list[tuple[int, int]]:
    """The byte ranges of raw HTML, blocks whole, in order: the only places where comments can be."""
    spans: list[tuple[int, int]] = []
    for event, where in events(source):
        if event == {"Start": "HtmlBlock"} or (isinstance(event, dict) and "InlineHtml" in event):
            spans.append((where["start"], where["end"]))
    return spans

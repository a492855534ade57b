"""What waits for approval, for a terminal: what `portalgen approve` prints before it asks.

Words that went are written `[-so-]`, words that came `{+so+}`, as `git diff --word-diff` does, and in red
and green besides where there is colour. Owns lines and their width; refuses every sign of the authors'
texts that a terminal would obey or that turns the direction of writing: one stands in its place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from itertools import groupby

from rich.cells import cell_len

from portalgen.render.differences import Field, Item, approved, items, unseen
from portalgen.render.environment import say
from portalgen.render.wording import Piece, Pieces, folded, merged
from portalgen.views import HeldView

_STYLES = {"gone": "31", "new": "32"}
_BOLD = "1"
_MARKS = {"gone": ("[-", "-]"), "new": ("{+", "+}")}
_INDENT = "  "
_NARROWEST = 20
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def difference_lines(held: HeldView, language: str, *, color: bool, width: int) -> list[str]:
    """The difference in lines of at most `width` cells: who approved last, then item by item.

    A width below 20 counts as 20.
    """
    width = max(width, _NARROWEST)
    lines = _plain(_title(held, language), width, color, _BOLD)
    lines += _plain(approved(held, language), width, color)
    for item in items(held.differences, language):
        lines += ["", *_plain(_heading(item, held, language), width, color, _BOLD)]
        fresh = held.first or item.state == "new"
        for field in item.fields:
            lines += _field(field, fresh, language, width, color)
    return lines


def visible(text: str) -> str:
    """A text without anything that a terminal obeys: signs that show what stood there instead.

    Newlines stay, tabs become blanks. Half characters (surrogates), which no output can encode, become
    U+FFFD, and so do signs that turn the direction of writing.
    """
    return "".join(map(_visible, text.replace("\t", "    ")))


def _visible(sign: str) -> str:
    if sign == "\n" or sign.isprintable():
        return sign
    code = ord(sign)
    if code < 0x20:
        return chr(0x2400 + code)  # the picture of a control character
    if code == 0x7F:
        return "\N{SYMBOL FOR DELETE}"
    harmless = unicodedata.category(sign) in ("Zs", "Cf") and sign not in _TURNING
    return sign if harmless else "\N{REPLACEMENT CHARACTER}"


def _title(held: HeldView, language: str) -> str:
    t = say(language)
    seen = t("the client's portal") if held.audience == "client" else t("the public case study")
    return t("{client}, {title}: {seen}", client=held.client, title=held.title, seen=seen)


def _heading(item: Item, held: HeldView, language: str) -> str:
    t = say(language)
    if item.state == "gone":
        return t("{thing} ({state})", thing=item.heading, state=t("withdrawn already"))
    if item.state == "new" and not held.first:
        return t("{thing} ({state})", thing=item.heading, state=t("new"))
    return item.heading


def _field(field: Field, fresh: bool, language: str, width: int, color: bool) -> list[str]:
    """A field's value: as it is where all around it is new, else with what went and what came."""
    t = say(language)
    pieces = (Piece(field.after or "", "same"),) if fresh else _pieces(field)
    note = ""
    if field.state == "gone":
        note = t("withdrawn already")
    elif not fresh and all(piece.kind in ("same", "folded") for piece in pieces):
        note = unseen(field, language)
    end = (Piece(f" ({note})", "same"),) if note else ()
    if field.label and any("\n" in piece.text for piece in pieces):
        below = _wrapped((*pieces, *end), width, color, indent=_INDENT * 2)
        return [*_wrapped((Piece(f"{field.label}:", "same"),), width, color, indent=_INDENT), *below]
    label = (Piece(f"{field.label}: ", "same"),) if field.label else ()
    return _wrapped((*label, *pieces, *end), width, color, indent=_INDENT)


def _pieces(field: Field) -> Pieces:
    before, after = field.before or "", field.after or ""
    if field.text or before == after:
        return folded(merged(before, after))
    return tuple(piece for piece in (Piece(before, "gone"), Piece(after, "new")) if piece.text)


# ---- lines ----------------------------------------------------------------------------------------


def _plain(text: str, width: int, color: bool, style: str = "") -> list[str]:
    return _wrapped((Piece(text, "same"),), width, color, style)


def _wrapped(
    pieces: Iterable[Piece], width: int, color: bool, style: str = "", indent: str = ""
) -> list[str]:
    """Pieces as lines; the authors' line breaks are kept, of several blank lines one."""
    text, styles = _styled(pieces, style)
    lines: list[str] = []
    at = 0
    for written in text.split("\n"):
        written = written.rstrip()
        cuts = list(_cuts(written, width - len(indent))) or [(0, 0)]
        for begin, end in cuts:
            line = _colored(text, styles, at + begin, at + end) if color else written[begin:end]
            if line or (lines and lines[-1]):
                lines.append(f"{indent}{line}".rstrip())
        at = text.find("\n", at) + 1
    while lines and not lines[-1]:
        lines.pop()
    return lines


def _styled(pieces: Iterable[Piece], style: str) -> tuple[str, list[str]]:
    """The text with its marks, made harmless, and the style of each of its characters."""
    text: list[str] = []
    styles: list[str] = []
    for piece in pieces:
        begin, end = _MARKS.get(piece.kind, ("", ""))
        core = "… " if piece.kind == "folded" else visible(piece.text)
        inner = core.strip() if begin else core
        lead, _, trail = core.partition(inner) if begin else ("", "", "")
        for part, its in (
            (lead, style),
            (f"{begin}{inner}{end}", _STYLES.get(piece.kind, style)),
            (trail, style),
        ):
            text.append(part)
            styles += [its] * len(part)
    return "".join(text), styles


def _cuts(line: str, width: int) -> Iterator[tuple[int, int]]:
    """Where a line is cut so that no part is wider: between words, or inside one that is too wide."""
    begin = end = 0
    for word in re.finditer(r"\S+", line):
        if cell_len(line[begin : word.end()]) > width:
            if end > begin:
                yield begin, end
            begin = word.start() if end else begin
            while (cut := _fitting(line, begin, word.end(), width)) < word.end():
                yield begin, cut
                begin = cut
        end = word.end()
    if end > begin:
        yield begin, end


def _fitting(line: str, begin: int, end: int, width: int) -> int:
    """Where to cut so that the part from `begin` is as wide as may be; at least one character."""
    cut, used = begin, 0
    while cut < end and (used := used + cell_len(line[cut])) <= width:
        cut += 1
    return max(cut, begin + 1)


def _colored(text: str, styles: list[str], begin: int, end: int) -> str:
    """A part of the text with its styles, each switched off where it ends."""
    found = []
    for style, group in groupby(range(begin, end), styles.__getitem__):
        part = "".join(text[at] for at in group)
        found.append(f"\x1b[{style}m{part}\x1b[0m" if style else part)
    return "".join(found)

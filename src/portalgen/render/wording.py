"""Two versions of a text, word by word: what stayed, what went, what came.

Owns which words belong together; says nothing of how they look. Texts are shown as written, Markdown
too, so that each side's pieces joined are that side's text to the byte. White space is never a
difference. Paragraphs are compared first, and words inside those that differ, so that a sentence is not
matched with one of another paragraph. The work is bounded: where a text is so long or so repetitive
that words can't be told apart cheaply, the whole stretch counts as rewritten.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cached_property
from heapq import heappop, heappush
from itertools import accumulate, pairwise
from typing import Literal

AROUND = 12
"""How many words stay around a change when the rest is folded."""

_STEPS = 1_500_000
"""What a comparison may cost, in elements looked at."""
_POPULAR_FROM = 200
"""From this length on difflib takes no element that makes up more than a hundredth for a beginning."""
_BRIDGE = 3
"""An equal run of up to so many words between two changes of at least that many is taken for chance."""
_ALIKE = 0.3
"""A stretch that keeps less than this part of its words was written anew."""

_SIGNS = r"!-/:-@\[-`{-~\u00a1\u00ab\u00b7\u00bb\u00bf\u2010-\u2027\u2030-\u205e\u3001-\u3003\u3008-\u3011"
_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"  # written without blanks: each sign a word
_PLAIN = rf"[^\s{_SIGNS}{_CJK}]+"
_WORD = re.compile(rf"[{_CJK}]|{_PLAIN}(?:[-'’.,:@_/]{_PLAIN})*|[{_SIGNS}]+")
_BLANK_LINE = re.compile(r"\n[^\S\n]*\n")
_SENTENCE_ENDS = (".", "!", "?", "…", "。", "！", "？")


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of text, and whether both versions have it. `folded` is `same`, and need not be shown."""

    text: str
    kind: Literal["same", "gone", "new", "folded"]


Pieces = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """Two versions side by side. `before` holds what is same and gone, `after` what is same and new.

    Joined, each side is its text; the words of the pieces that are `same` are the same on both.
    """

    before: Pieces
    after: Pieces

    @property
    def differ(self) -> bool:
        """Whether any word does; versions without such a word differ in white space at most."""
        return any(piece.kind != "same" for piece in (*self.before, *self.after))


def compare(before: str, after: str) -> Compared:
    """Both versions in pieces."""
    old, new = _Text(before), _Text(after)
    changes = _changes(old, new)
    return Compared(
        _side(old, [(c.alo, c.ahi) for c in changes], "gone"),
        _side(new, [(c.blo, c.bhi) for c in changes], "new"),
    )


def merged(before: str, after: str) -> Pieces:
    """Both versions in one sequence, what went before what came in its place.

    What is same and new, joined, is `after`; the words of what is same and gone are those of `before`.
    """
    old, new = _Text(before), _Text(after)
    found: list[Piece] = []
    at = 0
    for change in _changes(old, new):
        begin = new.begin(change.blo) if change.bhi > change.blo else new.cut(change.blo)
        found.append(Piece(after[at:begin], "same"))
        at = begin
        if change.ahi > change.alo:
            found.append(Piece(_gone(old, new, change), "gone"))
        if change.bhi > change.blo:
            at = new.end(change.bhi)
            found.append(Piece(after[begin:at], "new"))
    found.append(Piece(after[at:], "same"))
    return tuple(piece for piece in found if piece.text)


def folded(pieces: Pieces, around: int = AROUND) -> Pieces:
    """The same pieces, the middle of long equal stretches `folded`: `around` words stay by each change.

    Where nothing differs, the beginning stays. Nothing is folded that is shorter than what would stay.
    """
    found: list[Piece] = []
    last = len(pieces) - 1
    for at, piece in enumerate(pieces):
        if piece.kind != "same":
            found.append(piece)
            continue
        words = [match.start() for match in re.finditer(r"\S+", piece.text)]
        head = around if at or not last else 0
        tail = around if at < last else 0
        if len(words) - head - tail < max(1, around):
            found.append(piece)
            continue
        first = words[head] if head else 0
        second = words[-tail] if tail else len(piece.text)
        parts = ((0, first, "same"), (first, second, "folded"), (second, len(piece.text), "same"))
        found += [Piece(piece.text[a:b], kind) for a, b, kind in parts if b > a]  # type: ignore[arg-type]
    return tuple(found)


# ---- words ----------------------------------------------------------------------------------------


class _Text:
    """A text with its words: what they are, where they stand, which begin a paragraph."""

    def __init__(self, text: str) -> None:
        self.text = text
        matches = list(_WORD.finditer(text))
        self.words = [match.group() for match in matches]
        self._spans = [match.span() for match in matches]

    def __len__(self) -> int:
        return len(self.words)

    def begin(self, at: int) -> int:
        """Where a word begins."""
        return self._spans[at][0]

    def end(self, at: int) -> int:
        """Where the word before this one ends."""
        return self._spans[at - 1][1] if at else 0

    def cut(self, at: int) -> int:
        """Where something is to be put in before a word; after the last one it stands close to it."""
        return self.begin(at) if at < len(self) else self.end(at)

    def gap(self, at: int) -> str:
        """What stands between a word and the one before it."""
        return self.text[self.end(at) : self.begin(at) if at < len(self) else len(self.text)]

    @cached_property
    def breaks(self) -> list[int]:
        """The words, but the first, that begin a paragraph."""
        found = {bisect_left(self._spans, (m.end(), 0)) for m in _BLANK_LINE.finditer(self.text)}
        return sorted(found - {0, len(self)})

    @cached_property
    def _letters(self) -> list[int]:
        """How many of the words up to here are more than signs."""
        return [0, *accumulate(word[0].isalnum() or word[-1].isalnum() for word in self.words)]

    def count(self, lo: int, hi: int) -> int:
        """How many words of this range are more than signs."""
        return self._letters[hi] - self._letters[lo]

    def seam(self, at: int) -> int:
        """How well a text may be cut before a word: 3 at a line's beginning, 2 at a sentence's, 0 inside."""
        if at in (0, len(self)) or "\n" in self.gap(at):
            return 3
        ended = self.words[at - 1]
        if ended.endswith(_SENTENCE_ENDS):
            return 2
        return int(not (ended[0].isalnum() or ended[-1].isalnum()))


def _side(side: _Text, ranges: list[tuple[int, int]], kind: Literal["gone", "new"]) -> Pieces:
    found: list[Piece] = []
    at = 0
    for lo, hi in ranges:
        if hi > lo:
            begin, end = side.begin(lo), side.end(hi)
            found += [Piece(side.text[at:begin], "same"), Piece(side.text[begin:end], kind)]
            at = end
    found.append(Piece(side.text[at:], "same"))
    return tuple(piece for piece in found if piece.text)


def _gone(old: _Text, new: _Text, change: _Change) -> str:
    """What went; with a blank that keeps it off its neighbours where nothing came in its place."""
    begin, end = old.begin(change.alo), old.end(change.ahi)
    if change.bhi == change.blo:
        if change.blo < len(new):
            end = old.cut(change.ahi)
        elif change.alo:
            begin = old.end(change.alo)
    return old.text[begin:end]


# ---- changes --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Change:
    """The words `alo` to `ahi` of the old text became `blo` to `bhi` of the new one."""

    alo: int
    ahi: int
    blo: int
    bhi: int


_Block = tuple[int, int, int]
"""Equal elements: where they begin in each sequence, and how many."""


@dataclass(slots=True)
class _Purse:
    """What may still be spent."""

    left: int

    def pay(self, cost: int) -> bool:
        if cost > self.left:
            return False
        self.left -= cost
        return True


def _changes(old: _Text, new: _Text) -> list[_Change]:
    """What differs, in order; none of the changes touch one another but where a paragraph begins."""
    if old.words == new.words:
        return []
    blocks = _joined(_equal(old, new))
    changes = _grouped(old, new, _between(blocks, len(old), len(new)))
    found: list[_Change] = []
    after = (0, 0)
    for change, following in zip(changes, [*changes[1:], None], strict=True):
        before = (following.alo, following.blo) if following else (len(old), len(new))
        slid = _slid(old, new, change, after, before)
        after = (slid.ahi, slid.bhi)
        found += _by_paragraph(old, new, slid)
    return found


def _equal(old: _Text, new: _Text) -> Iterator[_Block]:
    """Equal stretches of words: whole paragraphs, and what is equal between them."""
    purse = _Purse(_STEPS)
    a, b = _paragraphs(old), _paragraphs(new)
    numbers: dict[tuple[str, ...], int] = {}
    keys = [
        [numbers.setdefault(tuple(side.words[lo:hi]), len(numbers)) for lo, hi in pairwise(bounds)]
        for side, bounds in ((old, a), (new, b))
    ]
    whole = _blocks(keys[0], keys[1], purse)
    for i, j, size in whole:
        yield a[i], b[j], a[i + size] - a[i]
    gaps = [
        _Change(a[c.alo], a[c.ahi], b[c.blo], b[c.bhi]) for c in _between(whole, len(keys[0]), len(keys[1]))
    ]
    for gap in sorted(gaps, key=_size):  # the small ones first: a huge one must not eat up their share
        yield from _inside(old, new, gap, purse)


def _inside(old: _Text, new: _Text, gap: _Change, purse: _Purse) -> Iterator[_Block]:
    """What two rewritten stretches have in common, if that is enough to call it the same text."""
    blocks = _blocks(old.words[gap.alo : gap.ahi], new.words[gap.blo : gap.bhi], purse)
    moved = [(gap.alo + i, gap.blo + j, size) for i, j, size in blocks]
    kept = sum(old.count(i, i + size) for i, _, size in moved)
    if kept >= _ALIKE * min(old.count(gap.alo, gap.ahi), new.count(gap.blo, gap.bhi)):
        yield from moved


def _paragraphs(side: _Text) -> list[int]:
    """Where each paragraph begins, and where the last one ends, in words."""
    return [0, *side.breaks, len(side)]


def _size(change: _Change) -> int:
    return change.ahi - change.alo + change.bhi - change.blo


def _blocks(a: Sequence[Hashable], b: Sequence[Hashable], purse: _Purse) -> list[_Block]:
    """Equal stretches, in order: both ends first, then the longest of what remains, and so on.

    difflib's own recursion does the same, but has no bound; here the largest boxes come first, and when
    nothing is left in the purse, what remains is different.
    """
    ahi, bhi = len(a), len(b)
    head = _common(zip(a, b, strict=False))
    tail = min(_common(zip(reversed(a), reversed(b), strict=False)), min(ahi, bhi) - head)
    found = [(0, 0, head), (ahi - tail, bhi - tail, tail)]
    boxes = [(0, head, ahi - tail, head, bhi - tail)]
    while boxes:
        _, alo, ahi, blo, bhi = heappop(boxes)
        if alo == ahi or blo == bhi:
            continue
        left, right = a[alo:ahi], b[blo:bhi]
        if not purse.pay(_cost(left, right)):
            continue
        i, j, size = SequenceMatcher(None, left, right).find_longest_match()
        if size:
            found.append((alo + i, blo + j, size))
            for box in ((alo, alo + i, blo, blo + j), (alo + i + size, ahi, blo + j + size, bhi)):
                heappush(boxes, (-(box[1] - box[0] + box[3] - box[2]), *box))
    return sorted(block for block in found if block[2])


def _common(pairs: Iterator[tuple[Hashable, Hashable]]) -> int:
    """How many pairs are equal before the first that is not."""
    count = 0
    for one, other in pairs:
        if one != other:
            break
        count += 1
    return count


def _cost(a: Sequence[Hashable], b: Sequence[Hashable]) -> int:
    """What difflib looks at when it seeks the longest match: each element of `a` with its equals in `b`."""
    counted = Counter(b)
    limit = len(b) // 100 + 1 if len(b) >= _POPULAR_FROM else len(b)
    return 2 * (len(a) + len(b)) + sum(n for n in map(counted.__getitem__, a) if n <= limit)


def _joined(blocks: Iterator[_Block]) -> list[_Block]:
    """The blocks in order, those that touch made one."""
    found: list[_Block] = []
    for i, j, size in sorted(blocks):
        if found and (found[-1][0] + found[-1][2], found[-1][1] + found[-1][2]) == (i, j):
            i, j, size = found[-1][0], found[-1][1], found.pop()[2] + size
        found.append((i, j, size))
    return found


def _between(blocks: list[_Block], alen: int, blen: int) -> list[_Change]:
    """What is not in the blocks."""
    found = []
    alo = blo = 0
    for i, j, size in (*blocks, (alen, blen, 0)):
        if (alo, blo) != (i, j):
            found.append(_Change(alo, i, blo, j))
        alo, blo = i + size, j + size
    return found


# ---- for readers ----------------------------------------------------------------------------------


def _grouped(old: _Text, new: _Text, changes: list[_Change]) -> list[_Change]:
    """Changes between which hardly anything is equal made one: "to Friday" for "by Monday"."""
    found: list[_Change] = []
    for change in changes:
        if found:
            last = found[-1]
            kept = old.count(last.ahi, change.alo)
            if kept <= min(_BRIDGE, _weight(old, new, last), _weight(old, new, change)):
                found[-1] = change = _Change(last.alo, change.ahi, last.blo, change.bhi)
                continue
        found.append(change)
    return found


def _weight(old: _Text, new: _Text, change: _Change) -> int:
    return max(old.count(change.alo, change.ahi), new.count(change.blo, change.bhi))


def _slid(
    old: _Text, new: _Text, change: _Change, after: tuple[int, int], before: tuple[int, int]
) -> _Change:
    """An insertion or removal moved to where a reader sees it: whole sentences, whole lines.

    Where "The film is done. " is put in before "The pack", what was matched is "film is done. The ".
    It moves between the change `after` which it stands and the one `before` it, over equal words.
    """
    if change.alo == change.ahi:
        side, lo, hi = new, change.blo, change.bhi
        least, most = after[1], before[1]
    elif change.blo == change.bhi:
        side, lo, hi = old, change.alo, change.ahi
        least, most = after[0], before[0]
    else:
        return change
    words = side.words
    first = lo
    while first > least + bool(least) and words[first - 1] == words[first - 1 + hi - lo]:
        first -= 1
    last = lo
    while last + hi - lo < most - (most < len(side)) and words[last] == words[last + hi - lo]:
        last += 1
    size = hi - lo
    best = max(range(first, last + 1), key=lambda at: (side.seam(at) + side.seam(at + size), at <= lo, at))
    by = best - lo
    return _Change(change.alo + by, change.ahi + by, change.blo + by, change.bhi + by)


def _by_paragraph(old: _Text, new: _Text, change: _Change) -> list[_Change]:
    """A change of as many paragraphs on both sides as one change for each."""
    a = _inner(old.breaks, change.alo, change.ahi)
    b = _inner(new.breaks, change.blo, change.bhi)
    if not a or len(a) != len(b):
        return [change]
    bounds = zip([change.alo, *a, change.ahi], [change.blo, *b, change.bhi], strict=True)
    return [_Change(alo, ahi, blo, bhi) for (alo, blo), (ahi, bhi) in pairwise(bounds)]


def _inner(breaks: list[int], lo: int, hi: int) -> list[int]:
    """The breaks between two words of a range."""
    return breaks[bisect_left(breaks, lo + 1) : bisect_left(breaks, hi)]

"""Texts compared as a reader sees them: folded to words, and back to where they stood.

A word is a run of letters and digits after NFKD, case folding and taking accents off; everything
else is space, and characters without width (soft hyphens, joiners, marks of direction) are nothing.
In scripts that don't put spaces between words each character is a word. Words are UTF-8 bytes,
because translating bytes is several times faster than translating text and this is the scan's
innermost loop. `SEGMENT` stays a word of its own, so that no phrase is found across it.

Look-alike letters of other scripts are not folded into Latin ones.
"""

from __future__ import annotations

import re
import unicodedata
from html import unescape

SEGMENT = "\x01"
"""Between texts that have nothing to do with each other: no phrase may be found across it."""

SEGMENT_WORD = SEGMENT.encode()

Word = bytes
Words = tuple[bytes, ...]

_ASCII = bytes(
    code
    if code >= 0x80 or chr(code).isdigit() or chr(code).islower() or code == 1
    else code + 32
    if chr(code).isupper()
    else 32
    for code in range(256)
)
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_TOKEN = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});|(?s:.)")

# Letters that NFKD leaves whole although readers see a letter with an accent or two letters.
_LETTERS = {
    "ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ı": "i", "ŧ": "t", "æ": "ae", "œ": "oe", "þ": "th", "ð": "d",
    "ʼ": " ", "ʻ": " ", "ˈ": " ", "\u115f": "", "\u1160": "", "\u3164": "",
}  # fmt: skip

# Scripts written without spaces: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = (
    (0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3040, 0x30FF), (0x31F0, 0x31FF),
    (0x3400, 0x4DBF), (0x4E00, 0x9FFF), (0xF900, 0xFAFF), (0x20000, 0x3FFFF),
)  # fmt: skip


def words(text: str) -> list[Word]:
    """The words of a text, folded; `SEGMENT` between blanks comes out as a word of its own."""
    if not text.isascii():
        text = _NON_ASCII.sub(_fold_match, text)
    return text.encode("utf-8", "replace").translate(_ASCII).split()


def phrase(text: str) -> Words:
    """The words of one text without any `SEGMENT` in it, for use as a key."""
    return tuple(words(text.replace(SEGMENT, " ")))


def places(text: str) -> tuple[list[Word], list[tuple[int, int]]]:
    """The words of a text and where each stands in it, character references read.

    Slower than `words` by far; for the few texts in which something was found.
    """
    found: list[Word] = []
    spans: list[tuple[int, int]] = []
    current, begin, end = "", 0, 0

    def close() -> None:
        nonlocal current
        if current:
            found.append(current.encode("utf-8", "replace"))
            spans.append((begin, end))
            current = ""

    for match in _TOKEN.finditer(text):
        token = match.group()
        for character in unescape(token) if len(token) > 1 else token:
            for letter in _fold_character(character):
                if letter == " ":
                    close()
                    continue
                if not current:
                    begin = match.start()
                current += letter
                end = match.end()
    close()
    return found, spans


def find(haystack: list[Word], needle: Words) -> list[int]:
    """Every index at which a phrase begins."""
    first, length = needle[0], len(needle)
    indexes = []
    at = -1
    try:
        while True:
            at = haystack.index(first, at + 1)
            if tuple(haystack[at : at + length]) == needle:
                indexes.append(at)
    except ValueError:
        return indexes


def plain_letters(text: str) -> str:
    """A text without accents and invisible characters, its case kept."""
    return "".join(
        c for c in unicodedata.normalize("NFKD", text) if unicodedata.category(c) not in ("Mn", "Me", "Cf")
    )


class _Runs(dict[str, str]):
    """Folded forms of runs of non-ASCII characters; emptied when it grows past its bound."""

    _BOUND = 50_000

    def __missing__(self, run: str) -> str:
        if len(self) > self._BOUND:
            self.clear()
        folded = self[run] = _fold(run)
        return folded


_runs = _Runs()


def _fold_match(match: re.Match[str]) -> str:
    return _runs[match.group()]


def _fold_character(character: str) -> str:
    if character.isascii():
        return character.lower() if character.isalnum() else " "
    return _runs[character]


def _fold(run: str) -> str:
    folded = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", run).casefold())
    return "".join(map(_letter, folded))


def _letter(character: str) -> str:
    known = _LETTERS.get(character)
    if known is not None:
        return known
    if character.isascii():
        return character if character.isalnum() else " "
    category = unicodedata.category(character)
    if category in ("Mn", "Me", "Cf"):
        return ""
    if category[0] not in "LN" and category != "Mc":
        return " "
    code = ord(character)
    unspaced = any(low <= code <= high for low, high in _UNSPACED)
    return f" {character} " if unspaced else character

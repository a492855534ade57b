"""Texts compared as people read them: case, accents, markup signs and spacing folded away."""

from __future__ import annotations

import re
import unicodedata
from html import unescape
from urllib.parse import unquote

_NOT_WORD = re.compile(r"[^\w]+|_+")
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


def fold(text: str) -> str:
    """Lower-case words with one blank between, without accents; entities and %XX are read first."""
    if "&" in text:
        text = unescape(text)
    if "%" in text:
        text = unquote(text)
    text = unicodedata.normalize("NFKD", text.translate(_INVISIBLE)).casefold()
    text = "".join(c for c in text if not unicodedata.combining(c)) if not text.isascii() else text
    return _NOT_WORD.sub(" ", text).strip()


def contains(folded: str, needle: str) -> bool:
    """Whether folded words stand in a folded text, as whole words."""
    return f" {needle} " in f" {folded} "

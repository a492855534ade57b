"""Ordinary words of English and Spanish: what says nothing about a client although it may be a name.

The list is `ordinary_words.txt`, its licence beside it. It is read when somebody first asks, since most
projects have no name that could be taken for one of them.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files


@cache
def ordinary_words() -> frozenset[bytes]:
    """Common English and Spanish words, folded, as UTF-8."""
    text = files("portalgen.project").joinpath("ordinary_words.txt").read_bytes()
    return frozenset(text.split())

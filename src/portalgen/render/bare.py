"""Bare addresses in a text, found as GitHub finds them (https://github.github.com/gfm, "Autolinks").

Only `https:` is linked, since `http:` is no address that the dialect allows. Every character is looked
at a fixed number of times: patterns that try each place again take seconds on hostile text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_START = re.compile(r"https://|www\.|@", re.IGNORECASE)
_DOMAIN = re.compile(r"[\w-]+(?:\.[\w-]+)+")
_REST = re.compile(r"[^\s<>\"]*")
_LOCAL = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.+-_")
_TRAILING = "?!.,:;*_~'\"]"


def addresses(text: str) -> Iterator[tuple[int, int, str]]:
    """Where bare addresses begin and end, in order, each with what it leads to."""
    last = 0
    for match in _START.finditer(text):
        begin = match.start()
        if begin < last:
            continue
        found = _mail(text, begin, last) if match[0] == "@" else _web(text, match)
        if found:
            yield found
            last = found[1]


def _web(text: str, match: re.Match[str]) -> tuple[int, int, str] | None:
    begin = match.start()
    before = text[begin - 1 : begin]
    if before.isalnum() or before in ("@", "/", ".", "-", "_"):
        return None
    secure = match[0].lower() == "https://"
    domain = _DOMAIN.match(text, match.end() if secure else begin)
    if domain is None or any("_" in label for label in domain[0].split(".")[-2:]):
        return None
    rest = _REST.match(text, domain.end())
    end = _trimmed(text, domain.end(), rest.end() if rest else domain.end())
    shown = text[begin:end]
    return begin, end, shown if secure else f"https://{shown}"


def _trimmed(text: str, begin: int, end: int) -> int:
    """The end without the sentence's own marks; a closing bracket stays where one was opened."""
    closing = text.count(")", begin, end) - text.count("(", begin, end)
    while end > begin:
        if text[end - 1] == ")":
            if closing <= 0:
                break
            closing -= 1
        elif text[end - 1] not in _TRAILING:
            break
        end -= 1
    return end


def _mail(text: str, at: int, last: int) -> tuple[int, int, str] | None:
    begin = at
    while begin > last and text[begin - 1] in _LOCAL:
        begin -= 1
    domain = _DOMAIN.match(text, at + 1)
    if begin == at or domain is None or not domain[0].isascii() or domain[0][-1] in "-_":
        return None
    return begin, domain.end(), f"mailto:{text[begin : domain.end()]}"

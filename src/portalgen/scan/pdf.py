"""What a PDF says (ISO 32000-1), as far as it can be told without laying pages out.

Looks at the strings of the file and of every stream that is stored plainly or deflated: document
information, XMP, bookmarks, links, form fields, and the text that pages show. Glyph codes are read
through the file's own ToUnicode maps (9.10.3), each tried on all texts, since which font a string
uses is not followed. Best effort: encrypted files, other filters, fonts without such a map and text
drawn as paths or pixels stay unread.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import suppress
from typing import NamedTuple

from portalgen.scan.markup import FORMATTING

_LARGEST_STREAM = 32 << 20
_LARGEST_TOTAL = 128 << 20
_MAPS_AT_MOST = 40
# A kern of this many thousandths of an em to the right is a blank between words.
_BLANK = -180

_STREAM = re.compile(rb"stream\r?\n(.*?)\r?\n?endstream", re.S)
_STRING = rb"\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*+\))*+\)|<[0-9a-fA-F\s]*>"
_TOKEN = re.compile(rb"(" + _STRING + rb")|(-?\d+\.?\d*)|(\[|\]|T\*|T[dDm]|'|\"|ET|BT)", re.S)
_ESCAPE = re.compile(rb"\\([0-7]{1,3}|\r\n|[\s\S])")
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"", b"\n": b"", b"\r\n": b""}
_CMAP_SECTION = re.compile(rb"begin(bfchar|bfrange)(.*?)endbf", re.S)
_HEX = re.compile(rb"<([0-9a-fA-F\s]*)>|(\[)|(\])")


class Map(NamedTuple):
    """A ToUnicode map: how many bytes a code has, and what each code reads as."""

    width: int
    letters: dict[int, str]


def texts(data: bytes) -> Iterator[bytes | str]:
    """The texts of a PDF: `bytes` for what is to be looked through as it is, `str` for shown text."""
    streams = list(_streams(data))
    maps = [made for stream in streams if b"begincmap" in stream and (made := _map(stream)).letters][
        :_MAPS_AT_MOST
    ]
    yield _STREAM.sub(b" ", data)
    yield from _shown(_STREAM.sub(b" ", data), [])
    for stream in streams:
        if b"begincmap" in stream:
            continue
        if stream.lstrip()[:1] == b"<":
            yield stream
        yield from _shown(stream, maps)


def _streams(data: bytes) -> Iterator[bytes]:
    total = 0
    # Nothing ends after the last end: without the cut, looking for it from every start is quadratic.
    for match in _STREAM.finditer(data[: data.rfind(b"endstream") + len(b"endstream")]):
        body = match[1]
        with suppress(zlib.error):
            body = zlib.decompressobj().decompress(body, _LARGEST_STREAM)
        if not _looks_like_text(body):
            continue
        total += len(body)
        if total > _LARGEST_TOTAL:
            return
        yield body


def _looks_like_text(body: bytes) -> bool:
    head = body[:512]
    return sum(32 <= byte < 127 or byte in b"\r\n\t" for byte in head) > 0.6 * len(head)


def _shown(stream: bytes, maps: list[Map]) -> Iterator[str]:
    """The strings of a stream in order, once as Latin text and once through each map."""
    pieces: list[bytes | str] = []
    inside = False
    for match in _TOKEN.finditer(stream):
        string, number, operator = match.groups()
        if string is not None:
            pieces.append(_string(string))
            if not inside:
                pieces.append(FORMATTING)
        elif number is not None:
            if inside and float(number) < _BLANK:
                pieces.append(" ")
        elif operator in (b"[", b"]"):
            inside = operator == b"["
            pieces.append("" if inside else FORMATTING)
        elif operator in (b"BT", b"ET"):
            pieces.append(" ")
    strings = [piece for piece in pieces if isinstance(piece, bytes)]
    if not strings:
        return
    yield "".join(piece if isinstance(piece, str) else _latin(piece) for piece in pieces)
    for read in maps:
        if any(_code(string, 0, read) in read.letters for string in strings):
            yield "".join(piece if isinstance(piece, str) else _mapped(piece, read) for piece in pieces)


def _string(token: bytes) -> bytes:
    if token[:1] == b"<":
        digits = b"".join(token[1:-1].split())
        return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode("ascii"))
    return _ESCAPE.sub(_unescape, token[1:-1])


def _unescape(match: re.Match[bytes]) -> bytes:
    what = match[1]
    if what.isdigit():
        return bytes([int(what, 8) & 0xFF])
    return _ESCAPES.get(what, what)


def _latin(string: bytes) -> str:
    if string[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return string.decode("utf-16", "replace")
    return string.decode("cp1252", "replace")


def _code(string: bytes, at: int, read: Map) -> int:
    code = string[at : at + read.width]
    return int.from_bytes(code, "big") if len(code) == read.width else -1


def _mapped(string: bytes, read: Map) -> str:
    codes = (_code(string, at, read) for at in range(0, len(string), read.width))
    return "".join(read.letters.get(code, "") for code in codes)


def _map(stream: bytes) -> Map:
    letters: dict[int, str] = {}
    width = 0
    for kind, body in _CMAP_SECTION.findall(stream):
        tokens = [m.groups() for m in _HEX.finditer(body)]
        width = width or (len(b"".join((tokens[0][0] or b"").split())) + 1) // 2 if tokens else width
        if kind == b"bfchar":
            codes = [t[0] for t in tokens if t[0] is not None]
            for source, target in zip(codes[::2], codes[1::2], strict=False):
                letters[_number(source)] = _utf16(target)
        else:
            _ranges(tokens, letters)
    return Map(width or 2, letters)


def _ranges(tokens: list[tuple[bytes | None, ...]], read: dict[int, str]) -> None:
    at = 0
    while at + 2 < len(tokens):
        low, high = _number(tokens[at][0] or b""), _number(tokens[at + 1][0] or b"")
        at += 2
        if tokens[at][1]:
            at += 1
            code = low
            while at < len(tokens) and tokens[at][0] is not None:
                read[code] = _utf16(tokens[at][0] or b"")
                code, at = code + 1, at + 1
            at += 1
            continue
        start = _utf16(tokens[at][0] or b"")
        at += 1
        for step in range(min(high - low, 0xFFFF) + 1 if start else 0):
            last = ord(start[-1]) + step
            read[low + step] = start[:-1] + (chr(last) if last < 0x110000 else "")


def _number(digits: bytes) -> int:
    joined = b"".join(digits.split())
    return int(joined, 16) if joined else -1


def _utf16(digits: bytes) -> str:
    joined = b"".join(digits.split())
    return bytes.fromhex((joined + b"0" * (len(joined) % 2)).decode("ascii")).decode("utf-16-be", "replace")

"""What images say beside their pixels: EXIF, XMP, IPTC, comments, text chunks, names of their parts.

Images are re-encoded without metadata before they get here; the scan doesn't rely on it. Pixels are
left out, since compressed bytes mean nothing as text and would only give false alarms.

Formats: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), WebP (RFC 9649), GIF89a, AVIF and HEIF (ISO/IEC
14496-12 and 23008-12; https://aomediacodec.github.io/av1-avif/).
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_LARGEST = 16 << 20
_PIXELS = {b"IDAT", b"IEND", b"PLTE", b"tRNS", b"fdAT"}
_WEBP_PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM"}
_FRAME_HEAD = 16
"""Bytes before the chunks inside a frame of a moving WebP."""
_PICTURES = {b"av01", b"hvc1"}
_BRANDS = {b"avif", b"avis", b"mif1", b"msf1", b"heic", b"heix", b"heim", b"heis"}


def metadata(data: bytes) -> Iterator[bytes] | None:
    """The parts of an image that are no pixels, or None where this is no image of a known format."""
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return _png(data)
    if data[:3] == b"\xff\xd8\xff":
        return _jpeg(data)
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return _webp(data)
    if data[:6] in (b"GIF87a", b"GIF89a"):
        return _gif(data)
    if data[4:8] == b"ftyp" and data[8:12] in _BRANDS:
        return _heif(data)
    return None


def _png(data: bytes) -> Iterator[bytes]:
    at = 8
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        kind, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        if kind not in _PIXELS:
            yield body
            if kind in (b"zTXt", b"iTXt", b"iCCP"):
                yield from _inflated(body)
        at += length + 12
        if kind == b"IEND":
            yield data[at:]
            return


def _inflated(body: bytes) -> Iterator[bytes]:
    """The compressed text of a chunk: where it begins depends on the chunk, so each start is tried."""
    start = body.find(b"\x00")
    while 0 <= start < len(body) - 2:
        start += 1
        if body[start] == 0x78:
            try:
                text = zlib.decompressobj().decompress(body[start:], _LARGEST)
            except zlib.error:
                continue
            yield text
            return


def _jpeg(data: bytes) -> Iterator[bytes]:
    at = 2
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:
            at += 1
            continue
        length = int.from_bytes(data[at + 2 : at + 4], "big")
        if 0xE0 <= marker <= 0xEF or marker == 0xFE:
            yield data[at + 4 : at + 2 + length]
        at += 2 + length
        if marker == 0xDA:
            end = data.rfind(b"\xff\xd9")
            yield data[end + 2 :] if end >= at else b""
            return
    yield data[at:]


def _webp(data: bytes) -> Iterator[bytes]:
    end = 8 + int.from_bytes(data[4:8], "little")
    yield from _chunks(data[12:end])
    yield data[end:]


def _chunks(data: bytes) -> Iterator[bytes]:
    at = 0
    while at + 8 <= len(data):
        kind, length = data[at : at + 4], int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + length]
        if kind == b"ANMF":
            yield from _chunks(body[_FRAME_HEAD:])
        elif kind not in _WEBP_PIXELS:
            yield body
        at += 8 + length + length % 2
    yield data[at:]


def _heif(data: bytes) -> Iterator[bytes]:
    """All of the file but the stretches that its list of items gives as coded pictures.

    Whatever else there is, in a box of whatever name or in none, is no picture.
    """
    last = 0
    for begin, end in sorted(_coded(data)):
        yield data[last:begin]
        last = max(last, end)
    yield data[last:]


def _coded(data: bytes) -> Iterator[tuple[int, int]]:
    """Where the coded pictures lie that stand in the file's list of items."""
    meta = next((body for kind, body in _boxes(data) if kind == b"meta"), b"")
    inside = dict(_boxes(meta[4:]))
    pictures = set(_pictures(inside.get(b"iinf", b"")))
    for item, begin, end in _places(inside.get(b"iloc", b"")):
        if item in pictures:
            yield begin, end


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        length, kind, head = int.from_bytes(data[at : at + 4], "big"), data[at + 4 : at + 8], 8
        if length == 1:
            length, head = int.from_bytes(data[at + 8 : at + 16], "big"), 16
        if length < head:  # 0: to the end of the file; less is no box
            length = len(data) - at
        yield kind, data[at + head : at + length]
        at += length


def _pictures(iinf: bytes) -> Iterator[int]:
    """The numbers of the items that are coded pictures."""
    for kind, body in _boxes(iinf[6 if iinf[:1] == b"\0" else 8 :]):
        if kind == b"infe" and body[:1] in (b"\2", b"\3"):
            wide = 4 if body[0] == 3 else 2
            if body[6 + wide : 10 + wide] in _PICTURES:
                yield int.from_bytes(body[4 : 4 + wide], "big")


def _places(iloc: bytes) -> Iterator[tuple[int, int, int]]:
    """Each stretch of an item: its number, where it begins in the file, and where it ends."""
    at = 4

    def number(size: int) -> int:
        nonlocal at
        at += size
        return int.from_bytes(iloc[at - size : at], "big")

    if len(iloc) < at + 4:
        return
    version, sizes = iloc[0], number(2)
    offset, length, base, index = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15, sizes & 15
    for _ in range(number(2 if version < 2 else 4)):
        item = number(2 if version < 2 else 4)
        in_file = number(2) & 15 == 0 if version else True
        number(2)  # data_reference_index
        start = number(base)
        each = (index if version else 0) + offset + length
        for _ in range(min(number(2), (len(iloc) - at) // each if each else 0)):
            number(index if version else 0)
            begin = start + number(offset)
            end = begin + number(length)
            if in_file:
                yield item, begin, end
        if at > len(iloc):
            return


def _gif(data: bytes) -> Iterator[bytes]:
    """Comment, plain text and application extensions: blocks behind 0x21 0xFE, 0x01 and 0xFF."""
    for introducer in (b"\x21\xfe", b"\x21\x01", b"\x21\xff"):
        at = data.find(introducer)
        while at >= 0:
            body, cursor = bytearray(), at + 2
            while cursor < len(data) and data[cursor]:
                body += data[cursor + 1 : cursor + 1 + data[cursor]]
                cursor += 1 + data[cursor]
            yield bytes(body)
            at = data.find(introducer, max(cursor, at + 2))

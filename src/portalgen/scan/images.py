"""What images say beside their pixels: EXIF, XMP, IPTC, comments and text chunks.

Images are re-encoded without metadata before they get here; the scan doesn't rely on it. Pixels are
left out, since compressed bytes mean nothing as text and would only give false alarms.

Formats: PNG (ISO/IEC 15948), JPEG (ITU-T T.81), WebP (RFC 9649), GIF89a.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator

_LARGEST = 16 << 20
_PIXELS = {b"IDAT", b"IEND", b"PLTE", b"tRNS", b"fdAT"}
_WEBP_PIXELS = {b"VP8 ", b"VP8L", b"VP8X", b"ALPH", b"ANIM", b"ANMF"}


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
    at = 12
    while at + 8 <= len(data):
        length = int.from_bytes(data[at + 4 : at + 8], "little")
        if data[at : at + 4] not in _WEBP_PIXELS:
            yield data[at + 8 : at + 8 + length]
        at += 8 + length + length % 2


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

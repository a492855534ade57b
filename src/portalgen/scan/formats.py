"""From a file's bytes to its segments, whatever the file is.

What a file is, its first bytes say; its name is asked only where they leave it open. Archives,
compressed files and `data:` addresses are opened, to a depth and a size (`_DEEPEST`, `_LARGEST`).
Not looked into: encrypted archives and documents, sound and pictures, base64 outside of `data:`
addresses, and what lies beyond those bounds.
"""

from __future__ import annotations

import base64
import binascii
import gzip
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from urllib.parse import unquote_to_bytes

from portalgen.scan import images, pdf
from portalgen.scan.data import calendar_texts, code_text, json_texts, table_texts
from portalgen.scan.markup import CODE, PROSE, RAW, Markup, address

_DEEPEST = 4
_LARGEST = 256 << 20

_CONTROLS = bytes(32 if code < 9 else code for code in range(256))
_PRINTABLE = re.compile(r"[^\x00-\x1f\x7f-\x9f\ufffd]{4,}")
_WIDE = re.compile(rb"(?:[\x09\x20-\xff]\x00){4,}")
_WIDE_BIG = re.compile(rb"(?:\x00[\x09\x20-\xff]){4,}")
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_TAG = re.compile(r"<[a-zA-Z/!][^<>]*>")
_DATA = re.compile(r"data:([\w.+-]+/[\w.+-]+)?((?:;[\w=.+-]+)*),([^\s\"'<>)]+)", re.I)
_MARKUP_STARTS = ("<!doctype", "<html", "<?xml", "<svg", "<rss", "<feed", "<urlset", "<head", "<body")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32-le"),
    (b"\x00\x00\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)


def decoded(data: bytes) -> str | None:
    """The text of a text file in UTF-8, UTF-16, UTF-32 or Windows-1252, or None for anything else.

    Control characters that the scan uses as marks come out as blanks.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _marks_out(data[len(mark) :].decode(encoding, "replace"))
    if b"\x00" in data[:4096]:
        half = max(1, len(data[:4096]) // 2)
        if data[1:4096:2].count(0) > 0.7 * half and data[0:4096:2].count(0) < 0.1 * half:
            return _marks_out(data.decode("utf-16-le", "replace"))
        if data[0:4096:2].count(0) > 0.7 * half and data[1:4096:2].count(0) < 0.1 * half:
            return _marks_out(data.decode("utf-16-be", "replace"))
        return None
    try:
        return data.translate(_CONTROLS).decode("utf-8")
    except UnicodeDecodeError:
        head = data[:4096]
        odd = sum(byte < 9 or 13 < byte < 32 or 0x7F <= byte < 0xA0 for byte in head)
        return _marks_out(data.decode("cp1252", "replace")) if odd * 50 <= len(head) else None


def _marks_out(text: str) -> str:
    return text.translate(dict.fromkeys(range(9), " "))


def segments(path: str, data: bytes, markup: Markup | None = None) -> set[str]:
    """The segments of a file. `markup` remembers pieces between the pages of one unit."""
    if markup is not None and data[:15].lower() == b"<!doctype html>" and (text := decoded(data)) is not None:
        return markup.segments(text)
    return set(_Reader(markup or Markup()).file(path, data, _DEEPEST))


def embedded(found: set[str]) -> set[str]:
    """The segments inside `data:` addresses that stand in these segments."""
    reader = _Reader(Markup())
    return {
        segment
        for text in found
        if "data:" in text
        for match in _DATA.finditer(text)
        for segment in reader.file("", _data_bytes(match), _DEEPEST - 1)
    }


class _Reader:
    def __init__(self, markup: Markup) -> None:
        self._markup = markup
        self._left = _LARGEST

    def file(self, path: str, data: bytes, depth: int) -> Iterator[str]:
        if not data or depth < 0:
            return
        if data[:2] == b"\x1f\x8b":
            yield from self.file(path.removesuffix(".gz"), self._gunzipped(data), depth - 1)
        elif data[:4] in (b"PK\x03\x04", b"PK\x05\x06") and zipfile.is_zipfile(io.BytesIO(data)):
            yield from self._archive(data, depth)
        elif data[:1024].find(b"%PDF-") >= 0:
            for part in pdf.texts(data):
                yield from raw(part) if isinstance(part, bytes) else [part]
        elif (parts := images.metadata(data)) is not None:
            for part in parts:
                yield from raw(part)
        else:
            text = decoded(data)
            yield from raw(data) if text is None else self._text(path.lower(), text)

    def _text(self, path: str, text: str) -> Iterator[str]:
        suffix = path.rpartition(".")[2] if "." in path else ""
        start = text[:64].lstrip().lower()
        if suffix in ("html", "htm", "xhtml") or start.startswith(("<!doctype html", "<html")):
            yield from self._markup.segments(text)
        elif suffix in ("js", "mjs", "cjs", "css"):
            yield CODE + code_text(text)
        elif suffix in ("xml", "svg", "rss", "atom", "rels", "xmp") or start.startswith(_MARKUP_STARTS):
            yield from self._xml(text, office=(suffix in ("xml", "rels") and "openxmlformats" in text[:2000])
                                 or "opendocument" in text[:2000])  # fmt: skip
        elif suffix in ("json", "map", "webmanifest", "geojson", "ipynb") or start[:1] in ("{", "["):
            yield from self._json(text)
        elif suffix in ("ics", "vcf", "vcs") or start.startswith(("begin:vcal", "begin:vcard")):
            yield from calendar_texts(text)
        elif suffix in ("csv", "tsv"):
            yield from table_texts(text)
        else:
            yield from _PARAGRAPH.split(text)

    def _xml(self, text: str, *, office: bool) -> Iterator[str]:
        for segment in (Markup(office=True) if office else self._markup).segments(text):
            yield segment
            # Feeds carry HTML as escaped text.
            if "&lt;" in segment or "<" in segment:
                yield from self._markup.segments(segment.replace("&lt;", "<").replace("&gt;", ">")
                                                 .replace("&quot;", '"').replace("&amp;", "&"))  # fmt: skip

    def _json(self, text: str) -> Iterator[str]:
        for value in json_texts(text):
            yield from string(value, self._markup)

    def _archive(self, data: bytes, depth: int) -> Iterator[str]:
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield PROSE + archive.comment.decode("utf-8", "replace")
                for member in archive.infolist():
                    yield from address(member.filename)
                    if member.flag_bits & 1 or member.file_size > self._left:
                        continue
                    self._left -= member.file_size
                    yield from self.file(member.filename, archive.read(member), depth - 1)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            # Damaged, or packed in a way unknown here: look through the bytes as they are.
            yield from raw(data)

    def _gunzipped(self, data: bytes) -> bytes:
        try:
            with gzip.open(io.BytesIO(data)) as file:
                content = file.read(self._left)
        except (OSError, EOFError, zlib.error):
            return b"\x00" + data[2:]
        self._left -= len(content)
        return content


def string(value: str, markup: Markup) -> Iterator[str]:
    """The segments of a text that some format holds as a string: an address, HTML or plain text."""
    if "<" in value and _TAG.search(value):
        yield from markup.segments(value)
    elif "://" in value or ("/" in value and " " not in value):
        yield from address(value)
    else:
        yield value


def raw(data: bytes) -> Iterator[str]:
    """The runs of printable characters in bytes of unknown form: UTF-8, Windows-1252 and UTF-16."""
    text = data.decode("utf-8", "replace")
    if _TAG.search(text):
        yield from (RAW + segment for segment in Markup().segments(_marks_out(text)))
    yield from (RAW + run for run in _PRINTABLE.findall(text))
    if "\ufffd" in text:
        yield from (RAW + run for run in _PRINTABLE.findall(data.decode("latin-1")))
    for pattern, encoding in ((_WIDE, "utf-16-le"), (_WIDE_BIG, "utf-16-be")):
        for match in pattern.finditer(data):
            yield RAW + match[0].decode(encoding, "replace")


def _data_bytes(match: re.Match[str]) -> bytes:
    payload = unquote_to_bytes(match[3])
    if "base64" not in match[2].lower():
        return payload
    try:
        return base64.b64decode(payload + b"=" * (-len(payload) % 4))
    except binascii.Error:
        return payload

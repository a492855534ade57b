"""HTML and XML taken apart into segments: the texts that a reader sees together, and attributes.

A *segment* is a piece of text in which a phrase may be found; none is found across two segments.
Blocks (paragraphs, cells, headings) are segments; inline tags join what they stand between, since
`Bri<em>sa</em>` reads as one word, and leave a mark behind, since `<a>Brisa</a><a>Menu</a>` reads as
two: `readings` gives both. Attribute values are segments of their own. Element and attribute names
are no text and never appear.

Fast because of what it relies on: in well-formed markup `<` begins a tag and nothing else does, so
splitting there finds every tag; and most pieces of a portal's pages are equal, so each is taken apart
once per `Markup`. On markup that is not well-formed it still loses no text: what can't be read as
a tag is kept as text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from urllib.parse import unquote

from portalgen.scan.data import code_text, json_texts
from portalgen.scan.words import SEGMENT

FORMATTING = "\x02"
"""Where an inline tag that only changes how text looks stood (`em`, `a`)."""

ELEMENT = "\x03"
"""Where another inline tag stood (`span`, `time`): what follows is the element's first word."""

PROSE, ADDRESS, CODE, RAW = "\x04", "\x05", "\x06", "\x07"
"""First character of a segment that is no running text: an attribute or string that people read
(`alt`), an address or a file's name, what machines read (`class`, a script), bytes of a file of
unknown form. Running text has none."""

KINDS = PROSE + ADDRESS + CODE + RAW


def _names(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_JOINING = (
    dict.fromkeys(
        _names(
            "a abbr b bdi bdo cite code data del dfn em font i ins kbd mark q s samp small strong sub sup u"
            " var wbr"
        ),
        FORMATTING,
    )
    | dict.fromkeys(_names("span time img input output label slot"), ELEMENT)
    | dict.fromkeys(_names("br tspan"), " ")
)
# Office formats cut words into runs (ECMA-376, OpenDocument): only these local names part texts.
_OFFICE_BLOCKS = _names("p h si c row tr tc sp cell comment title subject creator keywords")
_OFFICE_BLANKS = _names("br tab s line-break cr")

_NAME = re.compile(r"[/!?]?([a-zA-Z][\w:.-]*)")
_ATTRIBUTE = re.compile(r"""([^\s"'<>/=]+)\s*=\s*(?:"([^"]*)|'([^']*)|([^\s"'>]+))""")
_ADDRESSES = _names(
    "href src srcset poster action formaction cite data background longdesc xlink:href manifest ping"
)
_MACHINE_READ = _names(
    "class id for name type rel role lang xml:lang hreflang dir charset media http-equiv sizes form list"
    " headers aria-labelledby aria-describedby aria-controls aria-owns integrity crossorigin d points"
    " viewbox transform xmlns style property itemprop loading decoding fetchpriority width height"
)
# Cutting pages here first never cuts a tag, and a page's head, menu and foot are then known in one go.
_CHUNK_END = ">\n"
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
_GLUED = re.compile(rf"(?<=[\w;])[{FORMATTING}{ELEMENT}]+(?=[\w&])")
_MARKS = str.maketrans("", "", FORMATTING + ELEMENT)
_SCRIPT = re.compile(r"<(script|style)\b([^>]*)>(.*?)(?:</\1\s*>|\Z)", re.S | re.I)
# Stands where a comment was: an inline element, so that no word is hidden by cutting it with one.
_COMMENT = "wbr"
_HIDDEN = re.compile(r"<!--(.*?)(?:-->|\Z)|<!\[CDATA\[(.*?)(?:\]\]>|\Z)", re.S)


class Markup:
    """Takes pages apart and remembers the pieces it has seen; keep one per unit, not longer.

    `office` reads the XML of office documents, where only paragraphs and cells part texts.
    """

    def __init__(self, *, office: bool = False) -> None:
        self._office = office
        self._chunks = _Remembered(self._chunk)
        self._pieces = _Remembered(self._piece)
        self._attributes: list[str] = []

    def segments(self, page: str) -> set[str]:
        """The segments of a page, equal ones once, but for attributes of tags seen on an earlier page.

        Those come again only after `forget`.
        """
        found: set[str] = set()
        if "<script" in page or "<style" in page or "<SCRIPT" in page or "<STYLE" in page:
            page = _SCRIPT.sub(lambda match: _script(match, found), page)
        if "<!-" in page or "<![" in page:
            page = _HIDDEN.sub(lambda match: _hidden(match, found), page)
        chunks = self._chunks
        found.update("".join([chunks[chunk] for chunk in page.split(_CHUNK_END)]).split(SEGMENT))
        found.update(self._attributes)
        self._attributes.clear()
        return found

    def forget(self) -> None:
        """See every tag anew: something in one of them matters on every page it stands on."""
        self._chunks.clear()
        self._pieces.clear()

    def _chunk(self, chunk: str) -> str:
        """The texts and marks of some tags in a row; `chunk` lost the end of its last one to a cut."""
        pieces = f"{chunk}{_CHUNK_END}".split("<")
        pieces[0] = ">" + pieces[0]
        known = self._pieces
        return "".join([known[piece] for piece in pieces])

    def _piece(self, piece: str) -> str:
        """What follows a `<`: the mark that the tag leaves, and the text behind it."""
        head, closed, text = piece.partition(">")
        tag = _tag(head, self._office) if closed else None
        if tag is None:
            return text if closed and not head else f"{FORMATTING}{piece}"
        mark, attributes = tag
        self._attributes += attributes
        return mark + text


@lru_cache(maxsize=16_384)
def _tag(head: str, office: bool) -> tuple[str, tuple[str, ...]] | None:
    """The mark that a tag leaves and the segments of its attributes, or None for what is no tag."""
    match = _NAME.match(head)
    if match is None:
        return None
    attributes = tuple(
        segment
        for found in (_ATTRIBUTE.finditer(head, match.end()) if "=" in head else ())
        for segment in attribute(found[1], found[2] or found[3] or found[4] or "")
    )
    name = match[1].lower()
    if not office:
        return _JOINING.get(name, SEGMENT), attributes
    local = name.rpartition(":")[2]
    mark = SEGMENT if local in _OFFICE_BLOCKS else " " if local in _OFFICE_BLANKS else FORMATTING
    return mark, attributes


class _Remembered(dict[str, str]):
    def __init__(self, make: Callable[[str], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, piece: str) -> str:
        made = self[piece] = self._make(piece)
        return made


def attribute(name: str, value: str) -> Iterator[str]:
    """The segments of an attribute: its value by kind, addresses decoded, camel case also split."""
    name = name.lower()
    if name in _MACHINE_READ:
        yield CODE + value
    elif name in _ADDRESSES or "://" in value:
        yield from address(unescape(value) if "&" in value else value)
    elif value:
        yield PROSE + value


def address(value: str) -> Iterator[str]:
    """The segments of an address or path: %-decoded, and once more with camel case split."""
    if "%" in value:
        value = unquote(value, errors="replace")
    yield ADDRESS + value
    if _CAMEL.search(value):
        yield ADDRESS + _CAMEL.sub(" ", value)


def readings(text: str) -> list[str]:
    """A text with marks of inline tags as read: joined, and where a mark is glued between words, parted."""
    if FORMATTING not in text and ELEMENT not in text:
        return [text]
    joined = text.translate(_MARKS)
    return [joined, _GLUED.sub(" ", text).translate(_MARKS)] if _GLUED.search(text) else [joined]


def _script(match: re.Match[str], found: set[str]) -> str:
    kind, body = match[2].lower(), match[3]
    if body.strip():
        if match[1].lower() == "script" and "json" in kind:
            for text in json_texts(body):
                found.update(address(text) if "://" in text else [PROSE + text])
        else:
            found.add(CODE + code_text(body))
    return f"<{match[1]}{match[2]}>"


def _hidden(match: re.Match[str], found: set[str]) -> str:
    if match[2] is not None:
        return match[2].replace("<", "&lt;")
    found.add(match[1])
    return f"<{_COMMENT}>"

"""Where a client's name may stand in the public tree: on its own case, and in the cards that link to it.

Takes a public file apart into regions, each with the slugs of the cases that it belongs to. A case's
page, files and address belong to the case; `<article class="pg-card" data-case="<slug>">` belongs to
its case wherever it stands; a feed's entry, a sitemap's address and a document of the search index
belong to the page that they tell of, cards on that page included. Nothing else belongs to any case.
"""

from __future__ import annotations

import gzip
import json
import re
import zlib
from collections.abc import Iterator, Mapping

from portalgen.scan.data import json_texts
from portalgen.scan.formats import decoded, string
from portalgen.scan.markup import CODE, KINDS, Markup

_CASE = re.compile(r"(?:^|[/\"'>=\s])case-studies/([a-z0-9][a-z0-9-]*)(?=[/.#?\"'<&\s]|$)")
_CARD = re.compile(r"<article\b([^>]*)>((?:(?!<article\b).)*?)</article\s*>", re.S | re.I)
"""An article that holds no other: themes put a page's whole content into one."""
_CARD_CLASS = re.compile(r"""\bclass\s*=\s*["']?(?:[^"'>]*\s)?pg-card(?=[\s"'>]|$)""")
_CARD_CASE = re.compile(r"""\bdata-case\s*=\s*["']?([a-z0-9][a-z0-9-]*)""")
_ENTRY = re.compile(r"<(entry|item|url)\b[^>]*>.*?</\1\s*>", re.S)
_ENTRY_LINK = re.compile(
    r"<(?:link|loc|id|guid)\b[^>]*?(?:href=[\"']([^\"']+)[\"'][^>]*/?>|>\s*([^<]+?)\s*</)"
)

Region = tuple[frozenset[str], str, bytes | set[str]]
"""Slugs of the cases it belongs to, the file's path (which says how to read it), and what it holds:
bytes, or segments where they are known already."""

_NONE: frozenset[str] = frozenset()


def case_of(path: str) -> frozenset[str]:
    """The case that a path or an address belongs to: `case-studies/<slug>/...`, with any suffix."""
    match = _CASE.search(path)
    return frozenset((match[1],)) if match else _NONE


def regions(path: str, data: bytes, files: Mapping[str, bytes]) -> Iterator[Region]:
    """The regions of one file of the public tree; together they hold all of it."""
    own = case_of(path)
    name = path.rpartition("/")[2]
    if name.endswith((".html", ".htm")):
        page = decoded(data)
        if page is not None:
            yield from _cards(own, path, page)
            return
    if name.endswith((".xml", ".rss", ".atom", ".xml.gz")):
        text = decoded(_plain(data))
        if text is not None:
            yield from _entries(own, path.removesuffix(".gz"), text)
            return
    if name == "search_index.json" and (documents := _documents(data)) is not None:
        yield from _searched(documents, path, files)
        return
    yield own, path, data


def _cards(own: frozenset[str], path: str, page: str) -> Iterator[Region]:
    rest, last = [], 0
    for match in _CARD.finditer(page):
        case = _CARD_CASE.search(match[1])
        if case is None or not _CARD_CLASS.search(match[1]):
            continue
        yield own | {case[1]}, path, match[0].encode()
        rest.append(page[last : match.start()])
        last = match.end()
    rest.append(page[last:])
    yield own, path, "<hr>".join(rest).encode()


def _entries(own: frozenset[str], path: str, text: str) -> Iterator[Region]:
    rest, last = [], 0
    for match in _ENTRY.finditer(text):
        link = _ENTRY_LINK.search(match[0])
        yield own | (case_of(link[1] or link[2]) if link else _NONE), path, match[0].encode()
        rest.append(text[last : match.start()])
        last = match.end()
    rest.append(text[last:])
    yield own, path, "".join(rest).encode()


def _documents(data: bytes) -> dict[str, object] | None:
    try:
        index = json.loads(data)
    except (ValueError, RecursionError):
        return None
    return index if isinstance(index, dict) and isinstance(index.get("docs"), list) else None


def _searched(index: dict[str, object], path: str, files: Mapping[str, bytes]) -> Iterator[Region]:
    documents = index["docs"]
    assert isinstance(documents, list)
    shown: dict[str, frozenset[str]] = {}
    markup = Markup()
    for document in documents:
        location = document.get("location") if isinstance(document, dict) else None
        page = str(location or "").partition("#")[0]
        if page not in shown:
            shown[page] = case_of(page) | _cards_on(files, page)
        # The page itself is looked through with its sentences and cells; here they have run together,
        # so that a capital says nothing.
        texts = json_texts(json.dumps(document))
        found = {CODE + segment.lstrip(KINDS) for text in texts for segment in string(text, markup)}
        yield shown[page], path, found
    rest = {key: value for key, value in index.items() if key != "docs"}
    yield _NONE, path, json.dumps(rest).encode()


def _cards_on(files: Mapping[str, bytes], page: str) -> frozenset[str]:
    """The cases whose cards a page shows: its text in the search index holds them, without tags."""
    data = files.get(f"{page}index.html" if not page or page.endswith("/") else page)
    text = decoded(data) if data is not None else None
    if text is None:
        return _NONE
    return frozenset().union(*(cases for cases, _, _ in _cards(_NONE, page, text)))


def _plain(data: bytes) -> bytes:
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        return gzip.decompress(data)
    except (OSError, EOFError, zlib.error):
        return b"\x00" + data[2:]

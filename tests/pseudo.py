"""A language in which every message of ours is wrapped, so that what is not shows.

Greek, since its days and months have no letter of ours; `unwrapped` says which text of a page is neither a
message nor an author's.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

import portalgen.render
from portalgen.render import environment
from tests.render.messages import messages

LANGUAGE = "el"
_SHOWN = ("alt", "title", "aria-label", "aria-description", "placeholder", "label", "summary")
_MACHINES = re.compile(
    r"data-(account|ae|case|copy|digest|facet|file|find-in|group|health|home|industry|key|keys|library|"
    r"lifecycle|none|pg-\w+|pm|region|root|run|search-exclude|services?|size|sort|stays|tab|value|version|"
    r"view|visit)"
)
"""What scripts read and nobody sees."""
_SILENT = ("script", "style", "code", "kbd")
_VOID = ("meta", "link", "img", "br", "hr", "input", "wbr", "source", "use", "path", "circle", "line", "rect")
_META = ("description", "og:title", "og:description", "og:image:alt", "og:site_name", "twitter:title")
_WRAPPED = re.compile(r"⟦[^⟦⟧]*⟧")
_LETTERS = re.compile(r"[A-Za-z]{2,}")
_ADDRESS = re.compile(
    r"https?://[^\s⟦⟧␟]+|[\w.+-]+@[\w.-]+|[\w.:-]+/[\w.:/-]*\.\w+|\w+\.(json|csv|ics|png|txt|md|yml)\b"
)
_BETWEEN = "␟"


@contextmanager
def locales(folder: Path) -> Iterator[Path]:
    """The catalogs are those of this folder, inside."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(environment, "_LOCALES", folder)
        forget()
        yield folder
    forget()


def forget() -> None:
    """What the renderer remembers of languages is forgotten."""
    for found in pkgutil.iter_modules(portalgen.render.__path__):
        for one in vars(importlib.import_module(f"portalgen.render.{found.name}")).values():
            if hasattr(one, "cache_clear"):
                one.cache_clear()


@contextmanager
def wrapped(folder: Path) -> Iterator[None]:
    """`LANGUAGE` has a catalog that wraps every message, inside."""
    catalog = Catalog(locale=LANGUAGE)
    for one in messages().values():
        texts = (one.text, one.several or one.text)
        forms = tuple(f"⟦{text}⟧" for text in texts)
        if one.several:
            catalog.add((one.text, one.several), forms)
        else:
            catalog.add(one.text, forms[0])
    path = folder / LANGUAGE / "LC_MESSAGES/messages.po"
    path.parent.mkdir(parents=True)
    with path.open("wb") as file:
        write_po(file, catalog)
    with locales(folder):
        yield


class _Seen(HTMLParser):
    """Every text of a page that somebody reads or hears, but what is marked as another language's."""

    def __init__(self, only: str) -> None:
        super().__init__()
        self.text: list[str] = []
        self.beside: list[str] = []
        self._only = only
        self._open: list[tuple[str, bool, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        inside = self._open[-1][1] if self._open else not self._only
        inside = inside or bool(self._only and self._only in found.get("class", "").split())
        silent = bool(self._open and self._open[-1][2]) or tag in _SILENT
        silent = silent or (tag != "html" and found.get("lang", LANGUAGE) != LANGUAGE)
        if tag not in _VOID:
            self._open.append((tag, inside, silent))
        if tag == "meta" and not silent and found.get("name", found.get("property", "")) in _META:
            self.beside.append(found.get("content", ""))
        if inside and not silent:
            shown = (
                n for n in found if n in _SHOWN or (n.startswith("data-") and not _MACHINES.fullmatch(n))
            )
            self.beside += [found[name] for name in shown]

    def handle_endtag(self, tag: str) -> None:
        while self._open and tag in (each for each, _, _ in self._open):
            if self._open.pop()[0] == tag:
                break

    def handle_data(self, data: str) -> None:
        tag, inside, silent = self._open[-1] if self._open else ("", not self._only, False)
        if (inside or tag == "title") and not silent:
            self.text.append(data)


def shown(html: str, only: str = "") -> list[str]:
    """The text of a page, and each text beside it (alternatives, labels, its description).

    With `only`, of the elements of that class, with the title and what the head says.
    """
    seen = _Seen(only)
    seen.feed(html)
    return [_BETWEEN.join(seen.text), *seen.beside]


def unwrapped(texts: Iterable[str], authors: re.Pattern[str]) -> list[str]:
    """What of the texts is neither a message nor, as far as `authors` fits, an author's."""
    parts = (part.strip() for text in texts for part in _rest(text, authors).split(_BETWEEN))
    return [part for part in parts if _LETTERS.search(part)]


def _rest(text: str, authors: re.Pattern[str]) -> str:
    """A text without messages, what they were filled with, and what authors wrote."""
    rest = authors.sub(" ", _ADDRESS.sub(" ", text))
    while (less := _WRAPPED.sub(" ", rest)) != rest:
        rest = less
    return rest

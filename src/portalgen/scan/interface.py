"""The interface's own words: a client called Search must not make every search box a leak.

A text node or attribute value is the interface's when as a whole it is one of the interface's texts.
Texts with places for values (`{date}`, `%(count)s`) match with anything there, and only what they
say themselves is exempt, not the value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from html import unescape
from pathlib import Path

from portalgen.scan.markup import ELEMENT, FORMATTING
from portalgen.scan.words import Words, find, phrase, places

_PLACE = re.compile(r"%\([\w.]+\)[sd]|%[sd]|\{[^{}]*\}")
_NODE_END = re.compile(rf"[{FORMATTING}{ELEMENT}]")
_QUOTED = re.compile(r'"((?:[^"\\\n]|\\.){1,200})"|\'((?:[^\'\\\n]|\\.){1,200})\'')
_NODE = re.compile(r">([^<>]{1,300})<")
_CODE = re.compile(r"\{[{%#].*?[}%#]\}", re.S)
_TEMPLATES = frozenset((".html", ".jinja", ".jinja2", ".j2", ".xml", ".json", ".yml", ".yaml"))


class Interface:
    """The interface's texts, folded, for asking whether a place in a page belongs to one."""

    def __init__(self, texts: Iterable[str]) -> None:
        self._whole: set[Words] = set()
        self._with_places: list[tuple[Words, ...]] = []
        for text in texts:
            if _PLACE.search(text):
                parts = tuple(map(phrase, _PLACE.split(text)))
                if any(parts):
                    self._with_places.append(parts)
            elif words := phrase(text):
                self._whole.add(words)

    def owns(self, segment: str, begin: int, end: int) -> bool:
        """Whether what stands in `segment[begin:end]` is the interface's own."""
        start = max((match.end() for match in _NODE_END.finditer(segment, 0, begin)), default=0)
        match = _NODE_END.search(segment, end)
        stop = match.start() if match else len(segment)
        for low, high in {(start, stop), (0, len(segment))}:
            node, spans = places(segment[low:high])
            if tuple(node) in self._whole:
                return True
            inside = [i for i, (a, b) in enumerate(spans) if low + a < end and low + b > begin]
            if inside and any(_says(parts, tuple(node), set(inside)) for parts in self._with_places):
                return True
        return False


def _says(parts: tuple[Words, ...], node: Words, inside: set[int]) -> bool:
    """Whether a node is this text with values in its places, and the words `inside` are the text's."""
    first, last = parts[0], parts[-1]
    if node[: len(first)] != first or (last and node[-len(last) :] != last):
        return False
    own = set(range(len(first))) | set(range(len(node) - len(last), len(node)))
    at, stop = len(first), len(node) - len(last)
    for part in parts[1:-1]:
        if not part:
            continue
        found = [i for i in find(list(node[:stop]), part) if i >= at]
        if not found:
            return False
        own |= set(range(found[0], found[0] + len(part)))
        at = found[0] + len(part)
    return at <= stop and inside <= own


def theme_texts(folders: Iterable[Path]) -> frozenset[str]:
    """The texts of a MkDocs theme: what its templates and language files say in any language.

    Reads the templates below these folders (the theme's and `custom_dir`): text between tags and
    quoted strings, which is where Jinja templates keep what they print. Raises `OSError`.
    """
    return frozenset(text for folder in folders for text in _folder_texts(folder))


def _folder_texts(folder: Path) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        # Hidden folders hold icons by the thousand (Material's `.icons`) and nothing that is read;
        # portalgen's holds templates of private pages, where a client's name is one.
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name != "portalgen")
        for file in (Path(parent, name) for name in sorted(names)):
            if file.suffix in _TEMPLATES:
                yield from _file_texts(file.read_text("utf-8", errors="replace"))


def _file_texts(source: str) -> Iterator[str]:
    for quoted in _QUOTED.findall(source):
        yield from _shown(quoted[0] or quoted[1])
    for node in _NODE.findall(_CODE.sub("", source)):
        yield from _shown(unescape(node))


def _shown(text: str) -> Iterator[str]:
    """A text if it may be one that readers see: it has a letter and is no template code."""
    text = text.strip()
    if any(letter.isalpha() for letter in text) and not any(mark in text for mark in ("{{", "{%", "<")):
        yield text

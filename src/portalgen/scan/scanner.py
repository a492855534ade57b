"""The scan itself: a unit's files against all terms.

Two looks: a fast one over all words of what wasn't seen yet (`index`), and only where a key is met
the exact one: which phrase, whose, written how, covered by what. What was found clean for the same
readers isn't looked at again; a portal's pages repeat most of each other.

What is found in a part of a file depends on that part, on who may read it and on what is looked for,
and on nothing else that was looked at before. `patrol` lives by that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import NamedTuple

from portalgen.project.terms import Term
from portalgen.scan.formats import embedded, segments
from portalgen.scan.index import Index, Key, key
from portalgen.scan.interface import Interface
from portalgen.scan.markup import ADDRESS, Markup, address, readings
from portalgen.scan.names import Entry, counts
from portalgen.scan.regions import Region, case_of, regions
from portalgen.scan.words import SEGMENT, SEGMENT_WORD, Words, find, phrase, places, words
from portalgen.site import Surface, Unit
from portalgen.vocabulary import Audience

_BETWEEN = f" {SEGMENT} "


@dataclass(frozen=True, slots=True)
class Leak:
    """A term that stands where it may not: on `page` (`<unit>/<path>`) of the unit of `account`."""

    page: str
    account: str
    term: Term


class Look(NamedTuple):
    """What a look at a part of a file gave: the terms that may not stand there, and what was read.

    `said` are the folded words of all segments that were not known as clean, `SEGMENT_WORD` between.
    """

    terms: list[Term]
    said: list[bytes]


def never(surface: str, path: str) -> bool:  # noqa: ARG001
    """No file is exempt."""
    return False


def parts(surface: Surface, path: str, data: bytes, files: Mapping[str, bytes]) -> Iterator[Region]:
    """What a file says, its path first, in parts: in public each belongs to the cases that it names."""
    yield case_of(path), path, set(address(path))
    if surface == "public":
        yield from regions(path, data, files)
    else:
        yield frozenset(), path, data


class Scan:
    """What is looked for, made once and used for every unit.

    `terms` may be an index of them, which its owner may change between two looks. `allow` are phrases
    that pass. `interface` are the texts of the interface and of the theme. `cases` gives the folded
    client name (`Term.client`) of each published *named* case by its slug. `exempt(surface, path)` says
    which files are ours or the theme's: nothing of any client went into them.
    """

    def __init__(
        self,
        terms: Iterable[Term] | Index,
        *,
        allow: Iterable[str] = (),
        interface: Iterable[str] = (),
        cases: Mapping[str, str] | None = None,
        exempt: Callable[[str, str], bool] = never,
    ) -> None:
        self.index = terms if isinstance(terms, Index) else Index(terms)
        self.exempt = exempt
        self._allow = [words for text in allow if (words := phrase(text))]
        self._interface = Interface(interface)
        self._cases = dict(cases or {})

    def unit(self, unit: Unit) -> list[Leak]:
        """The leaks of a portal or of the public tree, by page; the team may read everything."""
        if unit.surface not in ("portal", "public"):
            return []
        readers: dict[frozenset[str], Reader] = {}
        found: dict[Leak, None] = {}
        for path in sorted(unit.files):
            if self.exempt(unit.surface, path):
                continue
            for part in parts(unit.surface, path, unit.files[path], unit.files):
                clients = self.clients(unit.surface, unit.account, part[0])
                if clients not in readers:
                    readers[clients] = Reader(self, unit.surface, clients)
                for term in readers[clients].look(part).terms:
                    found[Leak(f"{unit.name}/{path}", unit.account, term)] = None
        return list(found)

    def clients(self, surface: Surface, account: str, slugs: Iterable[str]) -> frozenset[str]:
        """Whose names may stand there: in a portal its client's, in public those of a part's cases."""
        if surface == "public":
            return frozenset(self._cases[slug] for slug in slugs if slug in self._cases)
        client = self.index.clients.get(account)
        return frozenset() if client is None else frozenset((client,))

    def is_case_address(self, text: str, client: str) -> bool:
        """Whether an address is that of this client's published case: it is public, wherever it stands."""
        return text[:1] == ADDRESS and client in self.clients("public", "", case_of(text[1:]))

    def counts(self, entry: Entry, text: str, own: Iterable[Words]) -> bool:
        """Whether an entry whose words stand in a text is written as a name there, and nothing covers it."""
        said, spans = places(text)
        for at in find(said, entry.words):
            begin, end = spans[at][0], spans[at + len(entry.words) - 1][1]
            if (
                counts(entry, text, begin, end)
                and not any(_covers(cover, said, at, entry.words) for cover in (*self._allow, *own))
                and not self._interface.owns(text, begin, end)
            ):
                return True
        return False


class Reader:
    """Who reads some parts of a unit: whose names may stand there, and what was found clean before."""

    def __init__(self, scan: Scan, surface: Surface, clients: frozenset[str]) -> None:
        self._scan = scan
        self._index = scan.index
        self._public = surface == "public"
        self._clients = clients
        # A case's page is read once, so remembering its pieces would only take memory.
        self._markup = None if self._public and clients else Markup()
        self._clean: set[str] = set()
        self._own = self._index.names_of(clients)
        # Own names are on every page: keys that lead to nothing else are set aside.
        self._set_aside = {
            first for first in map(key, self._own) if not any(map(self._forbids, self._index.behind(first)))
        }

    def look(self, part: Region) -> Look:
        """What stands in a part of a file and may not."""
        _, path, body = part
        markup = self._markup or Markup()
        fresh = (body if isinstance(body, set) else segments(path, body, markup)) - self._clean
        inside = embedded(fresh) if any("data:" in text for text in fresh) else set()
        pairs = [(text, reading) for text in fresh | inside if text for reading in readings(text)]
        said = _said(pairs)
        leaking: dict[str, list[Term]] = {}
        for text, reading, here, met in self._hits(pairs, said):
            if terms := self._leaks(text, reading, here, met):
                leaking[text] = leaking.get(text, []) + terms
        self._clean |= fresh - leaking.keys()
        if leaking and self._markup is not None:
            self._markup.forget()
        if leaking.keys() & inside:
            self._clean = {text for text in self._clean if "data:" not in text}
        return Look([term for terms in leaking.values() for term in terms], said)

    def _hits(
        self, pairs: list[tuple[str, str]], said: list[bytes]
    ) -> Iterator[tuple[str, str, list[bytes], set[Key]]]:
        """The texts in which a key stands, with their words and the keys that may."""
        met = self._index.met(said) - self._set_aside
        if not met:
            return
        start = 0
        for text, reading in pairs:
            end = said.index(SEGMENT_WORD, start)
            here = said[start:end]
            start = end + 1
            if standing := self._index.met(here) & met:
                yield text, reading, here, standing

    def _leaks(self, text: str, reading: str, said: list[bytes], met: set[Key]) -> list[Term]:
        found = []
        for first in met:
            for known in self._index.phrases(first, said):
                for entry in known if not self._said_here_too(known) else ():
                    if self._forbids(entry) and self._stands(entry, text, reading):
                        found.append(entry.term)
                        break
        return found

    def _said_here_too(self, known: list[Entry]) -> bool:
        """Whether a sentence is one that this client and others are told alike: a house's own phrase.

        Each of these accounts marks it for its client. What only one of them shows its client is
        still looked for in every other portal.
        """
        if self._public or len(known) < 2:
            return False
        return all(
            e.term.kind == "private sentence" and e.term.audience == Audience.CLIENT for e in known
        ) and any(e.term.client in self._clients for e in known)

    def _stands(self, entry: Entry, text: str, reading: str) -> bool:
        """With the marks of inline tags where the words are found with them, else without."""
        if self._public and self._scan.is_case_address(text, entry.term.client):
            return False
        marked = unescape(text)
        seen = marked if find(places(marked)[0], entry.words) else unescape(reading)
        return self._scan.counts(entry, seen, self._own)

    def _forbids(self, entry: Entry) -> bool:
        """Whether these readers may not read the entry, however it is written."""
        term = entry.term
        if term.kind == "private sentence":
            open_to_client = not self._public and term.audience == Audience.CLIENT
            return not (open_to_client and term.client in self._clients)
        if not term.account:
            return True
        return term.client not in self._clients and entry.words not in self._own


def _said(pairs: list[tuple[str, str]]) -> list[bytes]:
    """The words of these readings, all folded at once, with `SEGMENT_WORD` after each."""
    text = _BETWEEN.join([reading for _, reading in pairs])
    if "&" in text:
        text = unescape(text)
    if text.count(SEGMENT) != len(pairs) - 1:
        text = _BETWEEN.join([unescape(reading).replace(SEGMENT, " ") for _, reading in pairs])
    said = words(text)
    said.append(SEGMENT_WORD)
    return said


def _covers(cover: Words, said: list[bytes], at: int, found: Words) -> bool:
    """Whether the words found at `at` stand inside this phrase there, which is longer or the same."""
    return any(
        cover[offset : offset + len(found)] == found
        and at >= offset
        and tuple(said[at - offset : at - offset + len(cover)]) == cover
        for offset in range(len(cover) - len(found) + 1)
    )

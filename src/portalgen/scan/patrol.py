"""The scan that goes on: after each change it says all leaks that there are, and looks at little for it.

Owns what was read and what was found: of each portal as a whole, of the public tree by its parts, each
kept under what it is, so that a card on thirty pages is looked at once. Refuses to judge by itself; all
looking is `scanner`'s, and `walk` says what a fresh `Scan` over everything would say.

Why nothing else can have changed. What is found in a part depends on (a) its own bytes, and for the
search index on the pages around it; (b) the entries of the phrases that stand in it: their terms, and
for a sentence whose they are, all of them together; (c) the names of the clients who may be named there,
which cover and pardon; (d) in public, whether an address in it is the case of the term's client; (e)
`allow`, the interface and which files are exempt. Hence these are looked at again:

- for (a) what holds a changed file, and every search index where any file of its tree changed;
- for (b) what says a phrase of a term that is new or gone. Everything that a part says is kept, folded,
  as the scanner read it, so a phrase that does not stand there does not stand in the part. Where a term
  only moved (`field`, `at`), what shows a term of its account, since leaks carry them;
- for (c) what may name a client whose names changed, or may name other clients than when it was read.
  `Term.client` matters for (b) only there, since a reader asks no more of it than whether it is one of
  these clients; so when a client is renamed its sentences are not looked for everywhere;
- for (d) what says the address of a case that changed hands, or whose client's account did;
- for (e) what leaks, where only more passes than before; else everything.

A new note about an account with a published case is thus (b) alone, and reads nothing unless it is said.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from portalgen.project.terms import Term
from portalgen.scan.index import SENTENCE, Index, phrases
from portalgen.scan.regions import Region
from portalgen.scan.scanner import Leak, Look, Reader, Scan, parts
from portalgen.scan.words import phrase
from portalgen.site import Mixed, Surface

_FEW = 50
"""Up to so many phrases, looking for each in all that is said is faster than an index of them."""

_Exempt = Callable[[str, str], bool]
_Key = tuple[frozenset[str], str, bytes]
"""A part of a public file: the slugs of its cases, the name by which it is read, and its digest."""


@dataclass(frozen=True, slots=True)
class Beat:
    """What changed since the last one; with the first, everything.

    `terms` are all terms of each account that changed, `""` for the settings' own; `()` says that it is
    gone. `units` gives the surface, the account and the changed paths of each portal or public tree that
    changed: all paths of a new one, and those that are gone. `gone` are units that are no more; one that
    is in both was made anew. The rest is as `Scan` takes it, and whole each time; `exempt` None: as before.
    """

    terms: Mapping[str, tuple[Term, ...]]
    units: Mapping[str, tuple[Surface, str, frozenset[str]]]
    gone: frozenset[str]
    cases: Mapping[str, str]
    allow: tuple[str, ...]
    interface: frozenset[str]
    exempt: _Exempt | None = None


@dataclass(slots=True)
class _Said:
    """What the same readers read together: who may be named there, all its words, and what was found."""

    clients: frozenset[str]
    words: bytes
    leaks: tuple[tuple[str, Term], ...]
    """Each with its path; in public `""`, since a part stands in many files."""


@dataclass(slots=True)
class _Portal:
    account: str
    paths: set[str]
    said: _Said | None = None


@dataclass(frozen=True, slots=True)
class _Rules:
    """What passes, whoever's it is."""

    allow: frozenset[str]
    interface: frozenset[str]
    exempt: _Exempt

    def forbid_more_than(self, other: _Rules) -> bool:
        """Whether something may be a leak under these rules that was none under the other ones."""
        return (
            not (self.allow >= other.allow and self.interface >= other.interface)
            or self.exempt is not other.exempt
        )


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What a change throws doubt on: on `everything`, on what `leaks`, or on what is concerned."""

    everything: bool
    leaks: bool
    accounts: Collection[str]
    clients: frozenset[str]
    addresses: Collection[bytes]
    says: Callable[[bytes], bool]

    def on(self, said: _Said, clients: frozenset[str], *, public: bool) -> bool:
        """Whether what was found must be looked for again, where these clients may be named now."""
        return (
            self.everything
            or said.clients != clients
            or not clients.isdisjoint(self.clients)
            or any(self.leaks or term.account in self.accounts for _, term in said.leaks)
            or (public and any(address in said.words for address in self.addresses))
            or self.says(said.words)
        )


class Patrol:
    """All units in `folder` (`<folder>/<unit>/<path>`) and what is looked for in them.

    `exempt` as `Scan` takes it. One walks at a time; after an error the patrol is of no more use.
    """

    def __init__(self, folder: Path, exempt: _Exempt) -> None:
        self._folder = folder
        self._index = Index()
        self._terms: dict[str, tuple[Term, ...]] = {}
        self._rules = _Rules(frozenset(), frozenset(), exempt)
        self._cases: Mapping[str, str] = {}
        self._scan = Scan(self._index, exempt=exempt)
        self._portals: dict[str, _Portal] = {}
        self._trees: dict[str, dict[str, tuple[_Key, ...]]] = {}
        self._parts: dict[_Key, _Said] = {}

    def walk(self, beat: Beat) -> tuple[Leak, ...]:
        """All leaks that there are now, by page. A file that can't be found is not there.

        Raises `OSError` where one can't be read.
        """
        doubt = self._learn(beat)
        for name in beat.gone:
            self._portals.pop(name, None)
            self._trees.pop(name, None)
        for portal in self._portals.values():
            if portal.said is not None and doubt.on(portal.said, self._own(portal), public=False):
                portal.said = None
        for key, said in list(self._parts.items()):
            if doubt.on(said, self._scan.clients("public", "", key[0]), public=True):
                del self._parts[key]
        changed: dict[str, frozenset[str]] = {}
        for name, (surface, account, paths) in beat.units.items():
            if surface == "portal":
                known = self._portals.get(name)
                self._portals[name] = _Portal(account, {*paths, *(known.paths if known else ())})
            elif surface == "public":
                self._trees.setdefault(name, {})
                changed[name] = paths
        for name, portal in self._portals.items():
            if portal.said is None:
                self._read_portal(name, portal)
        for name in self._trees:
            self._read_tree(name, changed.get(name, frozenset()), everything=doubt.everything)
        held = {key for tree in self._trees.values() for keys in tree.values() for key in keys}
        self._parts = {key: said for key, said in self._parts.items() if key in held}
        return tuple(sorted(self._leaks(), key=_order))

    # ---- what is looked for -----------------------------------------------------------------------

    def _learn(self, beat: Beat) -> _Doubt:
        """Look for what the beat says from now on."""
        old: list[Term] = []
        new: list[Term] = []
        odd: list[Term] = []
        renamed: set[str] = set()
        accounts = set()
        for account, terms in beat.terms.items():
            before = self._terms.pop(account, ())
            if terms:
                self._terms[account] = terms
            if before == terms:
                continue
            accounts.add(account)
            old += before
            new += terms
            was, now = {_bare(term): term for term in before}, {_bare(term): term for term in terms}
            odd += [was[bare] for bare in was.keys() - now] + [now[bare] for bare in now.keys() - was]
            if len(clients := {term.client for term in (*before, *terms)}) > 1:
                renamed |= clients
        self._index.replace(old, new)
        rules, cases = self._rules, self._cases
        self._learn_rules(beat)
        return _Doubt(
            everything=self._rules.forbid_more_than(rules),
            leaks=self._rules != rules,
            accounts=accounts,
            clients=frozenset({term.client for term in odd if term.kind != SENTENCE} | renamed),
            addresses=[
                b" " + b" ".join(phrase(f"case-studies/{slug}"))
                for slug in cases.keys() | beat.cases.keys()
                if cases.get(slug) != beat.cases.get(slug) or cases.get(slug) in renamed
            ],
            says=_says(odd),
        )

    def _learn_rules(self, beat: Beat) -> None:
        rules = _Rules(frozenset(beat.allow), beat.interface, beat.exempt or self._rules.exempt)
        if rules != self._rules or beat.cases != self._cases:
            self._rules, self._cases = rules, dict(beat.cases)
            self._scan = Scan(
                self._index,
                allow=rules.allow,
                interface=rules.interface,
                cases=self._cases,
                exempt=rules.exempt,
            )

    # ---- reading ----------------------------------------------------------------------------------

    def _own(self, portal: _Portal) -> frozenset[str]:
        return self._scan.clients("portal", portal.account, ())

    def _read_portal(self, name: str, portal: _Portal) -> None:
        clients = self._own(portal)
        reader = Reader(self._scan, "portal", clients)
        found = _Found(clients)
        for path in sorted(portal.paths):
            data = self._read(f"{name}/{path}")
            if data is None:
                portal.paths.discard(path)
            elif not self._rules.exempt("portal", path):
                for part in parts("portal", path, data, {}):
                    found.take(path, reader.look(part))
        portal.said = found.said

    def _read_tree(self, name: str, changed: frozenset[str], *, everything: bool) -> None:
        """Take apart what changed of a tree and what holds a part that is to be looked at."""
        tree = self._trees[name]
        due = {path for path in (*tree, *changed) if _is_search_index(path)} if changed else set()
        due |= changed | {
            path for path, keys in tree.items() if everything or not self._parts.keys() >= set(keys)
        }
        files = Mixed((*tree, *changed), {}, lambda path: self._sure(f"{name}/{path}"))
        for path in sorted(due):
            data = files.get(path)
            if data is None:
                tree.pop(path, None)
            elif self._rules.exempt("public", path):
                tree[path] = ()
            else:
                tree[path] = tuple(self._read_part(part) for part in parts("public", path, data, files))

    def _read_part(self, part: Region) -> _Key:
        slugs, path, body = part
        key = slugs, path.rpartition("/")[2], _digest(body)
        if key not in self._parts:
            clients = self._scan.clients("public", "", slugs)
            found = _Found(clients)
            found.take("", Reader(self._scan, "public", clients).look(part))
            self._parts[key] = found.said
        return key

    def _read(self, path: str) -> bytes | None:
        try:
            return (self._folder / path).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            return None

    def _sure(self, path: str) -> bytes:
        data = self._read(path)
        if data is None:
            raise KeyError(path)
        return data

    def _leaks(self) -> Iterator[Leak]:
        for name, portal in self._portals.items():
            for path, term in portal.said.leaks if portal.said else ():
                yield Leak(f"{name}/{path}", portal.account, term)
        leaking = {key: said.leaks for key, said in self._parts.items() if said.leaks}
        for name, tree in self._trees.items() if leaking else ():
            for path, keys in tree.items():
                terms = {term for key in keys for _, term in leaking.get(key, ())}
                yield from (Leak(f"{name}/{path}", "", term) for term in terms)


@dataclass(slots=True)
class _Found:
    """What the looks at some parts gave, put together."""

    clients: frozenset[str]
    words: list[bytes] = field(default_factory=list)
    leaks: dict[tuple[str, Term], None] = field(default_factory=dict)

    def take(self, path: str, look: Look) -> None:
        self.words += look.said
        self.leaks |= dict.fromkeys((path, term) for term in look.terms)

    @property
    def said(self) -> _Said:
        return _Said(self.clients, b" " + b" ".join(self.words) + b" ", tuple(self.leaks))


def _says(terms: Collection[Term]) -> Callable[[bytes], bool]:
    """Whether a phrase of one of these terms stands in folded words."""
    needles = {b" " + b" ".join(words) + b" " for _, words in phrases(terms)}
    if len(needles) <= _FEW:
        return lambda text: any(needle in text for needle in needles)
    index = Index(terms)

    def stands(text: bytes) -> bool:
        said = text.split()
        return any(True for first in index.met(said) for _ in index.phrases(first, said))

    return stands


def _bare(term: Term) -> tuple[object, ...]:
    """What of a term decides; the rest says where it was written, and whose its account is."""
    return term.text, term.kind, term.audience


def _digest(body: bytes | set[str]) -> bytes:
    if isinstance(body, bytes):
        return blake2b(body, digest_size=16).digest()
    return blake2b(repr(sorted(body)).encode(), digest_size=16, person=b"segments").digest()


def _is_search_index(path: str) -> bool:
    return path.rpartition("/")[2] == "search_index.json"


def _order(leak: Leak) -> tuple[object, ...]:
    term = leak.term
    at = term.at
    return leak.page, term.account, at.path, at.line, at.column, term.field, term.kind, term.text

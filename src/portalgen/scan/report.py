"""From a leak to its message: where the leaking text stands, and what it belongs to.

The message names page, kind, field and file, never the term: whoever reads a build's log may not be
allowed to read the other client's name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import cache

from portalgen.problems import Address, Problem
from portalgen.project.terms import Term
from portalgen.scan.names import entries
from portalgen.scan.scanner import Leak
from portalgen.scan.words import Words, find, phrase, places, words

_KINDS: dict[str, str] = {
    "client name": "another client's name (client name)",
    "alias": "another client's name (alias)",
    "domain": "another client's domain (domain)",
    "contact": "another client's contact (contact)",
    "term": "a word that the settings forbid (term)",
    "private sentence": "a private sentence",
}
_HINT = "take it out, or, where it is harmless, add the phrase around it to `allow` in the settings"
_SENTENCE_HINT = "take it out, or mark it for these readers where it was written"


def report(leaks: Iterable[Leak], texts: Mapping[str, str]) -> list[Problem]:
    """The problems of these leaks, in the same order.

    `texts` are the sources that feed the leaks' unit, by path: the account's files for a portal, the
    published cases' and the public site's own pages for the public tree. A term that stands in none
    of them (a fault in the projection) is reported where it was written.
    """
    folded = cache(lambda path: words(texts[path]))
    found: dict[Term, Address] = {}
    problems = []
    for leak in leaks:
        term = leak.term
        if term not in found:
            found[term] = _stands(term, texts, folded)
        message = (
            f"{leak.page} shows {_KINDS[term.kind]} that its readers must not see; "
            f"it belongs to {term.field or 'the text'} in {term.at.path}"
        )
        hint = _SENTENCE_HINT if term.kind == "private sentence" else _HINT
        problems.append(Problem(found[term], "leak", "leak", message, hint=hint))
    return problems


def _stands(term: Term, texts: Mapping[str, str], folded: Callable[[str], list[bytes]]) -> Address:
    forms = [entry.words for entry in entries(term)] if term.kind != "private sentence" else []
    for form in forms or [phrase(term.text)]:
        for path in sorted(texts):
            if find(folded(path), form):
                for address in _addresses(path, texts[path], form):
                    if (address.path, address.line) != (term.at.path, term.at.line):
                        return address
    return term.at


def _addresses(path: str, text: str, form: Words) -> Iterable[Address]:
    said, spans = places(text)
    for at in find(said, form):
        begin = spans[at][0]
        line_start = text.rfind("\n", 0, begin) + 1
        yield Address(path, text.count("\n", 0, begin) + 1, begin - line_start + 1)

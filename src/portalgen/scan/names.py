"""When a word is a name: clients called Meta, Orange, Search and Sol among ordinary words.

A name of several words, or of one unusual word, counts wherever it stands, in any case. A one-word
name that is also an ordinary English or Spanish word counts

- in running text and in attributes that people read: only spelled as the account spells it,
  capitals included (or all in capitals among words that aren't), and neither as the first word of
  a sentence, heading, cell or element nor in a line in Title Case, where a capital says nothing;
- in addresses and file names: only spelled with its capitals;
- in what machines read (classes, ids, scripts): never.

Names of one or two letters, and names made of nothing but such (`H&M`), count only as they are
spelled, marks between the letters included. A contact known by one name counts as an ordinary word
does, and not beside another capital: `Ana` is not `Ana López`.

The trade-off: "Orange is happy" at the start of a paragraph passes, since it can't be told from
the fruit; the same client's aliases and domains, and every mention inside a sentence, are found. The
list of ordinary words (`project.ordinary`) is read only where a project has names of one word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from portalgen.project.anonymous import without_legal_form
from portalgen.project.ordinary import ordinary_words
from portalgen.project.terms import Term
from portalgen.scan.markup import ADDRESS, CODE, ELEMENT, FORMATTING, PROSE, RAW
from portalgen.scan.words import Words, phrase, plain_letters

_APOSTROPHES = re.compile(r"['’ʼ`´]")
_AND = re.compile(r"\s*&\s*")
_SPELLED_AND = re.compile(r"\s+(?:and|y|und|et)\s+")
_LETTERS = re.compile(r"[^\W\d_]+")
_OPENING = " \t\n\r\u00a0\"'“”‘’«»([{*_#>" + FORMATTING + PROSE + ADDRESS + CODE + RAW
_STARTS = ".!?…:;•·|¿¡/" + ELEMENT
_SENTENCE_END = re.compile(r"[.!?…:;•·|]\s|\n\n")
_SHORTEST_IN_RAW = 5


@dataclass(frozen=True, slots=True)
class Entry:
    """A phrase that the scan looks for, with the term behind it and how it must be written to count."""

    words: Words
    term: Term
    ordinary: bool = False
    exact: bool = False
    alone: bool = False


def entries(term: Term) -> Iterator[Entry]:
    """What to look for: the name, and the forms in which people write it too.

    Without its apostrophe, without its legal form (`Brisa Foods, S.L.`), with its `&` spelled out and the
    other way round, and written together as in hashtags and file names (`BrisaFoods`). A name without a
    letter or digit can't be looked for.
    """
    words = phrase(term.text)
    if not words:
        return
    yield _entry(words, term)
    forms = {words}
    names = [term.text]
    if term.kind in ("client name", "alias"):
        names.append(without_legal_form(term.text))
    spelled = [form for name in dict.fromkeys(names) for form in _spelled(name, term)]
    for form in spelled:
        if form not in forms and (len(form) > 1 or form[0] not in ordinary_words()):
            forms.add(form)
            yield _entry(form, term)


def _spelled(name: str, term: Term) -> Iterator[Words]:
    words = phrase(name)
    yield words
    spellings = [_APOSTROPHES.sub("", name), _SPELLED_AND.sub(" & ", name)]
    spellings += [_AND.sub(f" {word} ", name) for word in ("and", "y")]
    yield from map(phrase, spellings)
    together = (b"".join(words),)
    if len(words) > 1 and len(together[0]) >= 6 and term.kind != "domain" and "@" not in name:
        yield together


def _entry(words: Words, term: Term) -> Entry:
    if all(len(word) <= 2 for word in words) and all(word.isascii() for word in words):
        return Entry(words, term, exact=True)
    if term.kind == "domain" or "@" in term.text:
        return Entry(words, term, exact=all(len(w) <= 3 or w in ordinary_words() for w in words))
    if len(words) > 1:
        return Entry(words, term)
    alone = term.kind == "contact"
    return Entry(words, term, ordinary=alone or words[0] in ordinary_words(), alone=alone)


def counts(entry: Entry, text: str, begin: int, end: int) -> bool:
    """Whether what stands in `text[begin:end]` is the entry's name. `text` is a segment."""
    written = plain_letters(_without_marks(text[begin:end]))
    if text[:1] == RAW and len(entry.words) == 1 and len(entry.words[0]) < _SHORTEST_IN_RAW:
        return written == plain_letters(entry.term.text).strip()
    if entry.exact and len(entry.words) == 1:
        return written == plain_letters(entry.term.text).strip()
    if entry.exact:
        return _squashed(written) == _squashed(plain_letters(entry.term.text))
    if not entry.ordinary:
        return True
    if text[:1] == CODE:
        return False
    spelling = plain_letters(entry.term.text).strip()
    if not any(letter.isupper() for letter in spelling):
        spelling = spelling[:1].upper() + spelling[1:]
    if text[:1] == ADDRESS:
        return written == spelling
    if entry.alone and _beside_capital(text, begin, end):
        return False
    return _is_name(written, spelling, text, begin, end)


def _is_name(written: str, spelling: str, text: str, begin: int, end: int) -> bool:
    if _first_word(text, begin):
        return False
    others = _others_in_sentence(text, begin, end)
    if written != spelling:
        return written == spelling.upper() and any(not word.isupper() for word in others)
    if spelling.isupper() and others and all(word.isupper() for word in others):
        return False
    return not _title_case(others)


def _first_word(text: str, begin: int) -> bool:
    before = text[:begin].rstrip(_OPENING)
    return not before or before[-1] in _STARTS


def _others_in_sentence(text: str, begin: int, end: int) -> list[str]:
    """The words of the sentence around a place, without the one at the place and the first."""
    starts = [match.end() for match in _SENTENCE_END.finditer(text, 0, begin)]
    start = starts[-1] if starts else 0
    stop = match.start() if (match := _SENTENCE_END.search(text, end)) else len(text)
    before = _LETTERS.findall(text[start:begin])
    return [*before[1:], *_LETTERS.findall(text[end:stop])]


def _title_case(others: list[str]) -> bool:
    """Whether a line's ordinary words of some length are all capitalised."""
    telling = [word for word in others if len(word) >= 4]
    if not telling or not all(word[0].isupper() for word in telling):
        return False
    return any(phrase(word)[:1] and phrase(word)[0] in ordinary_words() for word in telling)


def _beside_capital(text: str, begin: int, end: int) -> bool:
    after = text[end : end + 3].lstrip()
    before = _LETTERS.findall(text[max(0, begin - 40) : begin])
    near = text[:begin].endswith(" ") and bool(before) and before[-1][0].isupper()
    return after[:1].isupper() or near


def _without_marks(text: str) -> str:
    return text.replace(FORMATTING, "").replace(ELEMENT, "")


def _squashed(text: str) -> str:
    return "".join(text.split()).casefold()

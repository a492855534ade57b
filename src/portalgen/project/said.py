"""Every text of an account with who may read it, and the sentences that it is made of.

Owns what a sentence is, for all who look for one: the scan's terms, and what takes back a sentence that
now stands in narrower text. The audiences here are those of marks and ceilings, whatever the day: a case
study counts as what it would be if it were published, as soon as its client has a page about it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from portalgen.account import INTERNAL, Account, FrontMatter, Gate, Part, Section, Update
from portalgen.dialect import events
from portalgen.project import consent
from portalgen.project.fold import fold
from portalgen.project.narrow import NO_GATES, fields_of, places
from portalgen.vocabulary import Audience


@dataclass(frozen=True, slots=True)
class Said:
    """A text with its widest audience: of the front matter (`field` is its dotted key), or a block or
    heading of a `section`, `lines` below where its stretch begins or, for a heading, at its own line."""

    text: str
    audience: Audience
    field: str = ""
    section: Section | None = None
    line: int = 0
    words: bool = True
    """Whether somebody wrote it: no word of an enumeration, no link."""


def texts(account: Account) -> Iterator[Said]:
    """Every text, markup taken off."""
    shown: frozenset[Gate] = consent.gates(account) if consent.shows_case(account) else NO_GATES
    for place in places(account, shown):
        if isinstance(place.value, str):
            yield Said(place.value, place.audience, place.field, words=place.is_text)
    for section in (*account.sections, *account.updates):
        hidden = section.id == consent.SECTION and shown == NO_GATES and not isinstance(section, Update)
        limit = INTERNAL if hidden else section.audience
        yield Said(section.title, limit, section=section)
        for stretch in section.stretches:
            for text, offset in plain(stretch.text):
                yield Said(text, min(stretch.audience, limit), section=section, line=stretch.line + offset)


_BLOCKS = frozenset(
    ("Paragraph", "Heading", "Item", "TableCell", "FootnoteDefinition", "CodeBlock", "HtmlBlock")
)


def plain(markdown: str) -> Iterator[tuple[str, int]]:
    """The texts of the blocks, without markup, each with the number of lines before it."""
    source = markdown.encode()
    text: list[str] = []
    begin = 0
    for event, where in events(markdown):
        if isinstance(event, dict):
            kind, value = next(iter(event.items()))
            if kind in ("Start", "End"):
                name = value if isinstance(value, str) else next(iter(value))
                if name in _BLOCKS:
                    if text:
                        yield "".join(text), source.count(b"\n", 0, begin)
                    text, begin = [], where["start"]
            elif kind in ("Text", "Code"):
                text.append(value)
        elif event in ("SoftBreak", "HardBreak"):
            text.append(" ")
    if text:
        yield "".join(text), source.count(b"\n", 0, begin)


_END = re.compile(r"(?<=[.!?…:;])\s+|\n\s*\n")


def sentences(text: str) -> Iterator[str]:
    """The sentences of a plain text: up to a full stop or its like, or a blank line."""
    return (part.strip() for part in _END.split(text) if part.strip())


def folded(found: Iterable[Said]) -> frozenset[str]:
    """The sentences of these texts as they are compared."""
    return frozenset(fold(sentence) for one in found for sentence in sentences(one.text)) - {""}


def texts_of(part: Part, today: date | None = None) -> Iterator[str]:
    """The texts that a part holds at any depth, words of enumerations and links not among them; of an
    account also those of its sections, and of its updates up to a day."""
    for field in fields_of(FrontMatter if isinstance(part, FrontMatter) else type(part)):
        value = getattr(part, field.name)
        if field.is_part:
            children = value if isinstance(value, tuple) else (value,) if value is not None else ()
            for child in children:
                yield from texts_of(child)
        elif isinstance(value, str) and not field.choice and not field.is_link:
            yield value
    if isinstance(part, Account):
        updates = (u for u in part.updates if today is None or u.date <= today)
        for section in (*part.sections, *updates):
            yield section.title
            yield from (text for stretch in section.stretches for text, _ in plain(stretch.text))


def narrower(account: Account, reader: Audience, then: Account | None = None) -> frozenset[str]:
    """The sentences that stand in what this reader may not see, and nowhere in what they may; folded.

    With `then`, the account as it was, only those that did not stand in what they might not see then.
    """
    found = list(texts(account))
    hidden = folded(one for one in found if one.words and one.audience < reader)
    hidden -= folded(one for one in found if one.audience >= reader)
    return hidden - folded(one for one in texts(then) if one.audience < reader) if then else hidden

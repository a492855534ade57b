"""What must not be found: the words and sentences that the scan looks for in what was built.

Made from whole accounts and their ceilings, and handed to the scan as plain texts; the scan itself
knows no account. A sentence that the same account shows somewhere to a wider audience is no secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portalgen.account import CLIENT, INTERNAL, PUBLIC, Account, Gate, Section, Update
from portalgen.dialect import events
from portalgen.problems import Address
from portalgen.project import case
from portalgen.project.fold import fold
from portalgen.project.narrow import NO_GATES, places
from portalgen.project.say import English
from portalgen.vocabulary import Audience

WORDS = 5
"""A private sentence is looked for from this many words on; shorter ones are said by accident."""

Kind = Literal["client name", "alias", "domain", "contact", "term", "private sentence"]


@dataclass(frozen=True, slots=True)
class Term:
    """A text that some trees may not contain.

    `client` is the folded name of the account's client: what is the same client's may stand in its
    portal. `audience` is the widest that may read it: INTERNAL nobody outside the team, CLIENT the
    portals of that account. `field` and `at` are the place that it belongs to; `account` is `""` for
    the settings' own terms.
    """

    text: str
    kind: Kind
    account: str
    client: str
    audience: Audience
    field: str
    at: Address


def settings_terms(words: Iterable[str], at: Address) -> Iterator[Term]:
    """The settings' `terms`: in no client's and no public page."""
    for number, word in enumerate(words, start=1):
        yield Term(word, "term", "", "", INTERNAL, f"terms.{number}", at)


def terms(account: Account, addresses: Mapping[str, Address], today: date, folder: str) -> Iterator[Term]:
    """The account's identities and its private sentences.

    `addresses` are the loader's places, `folder` is the accounts' folder as messages write it.
    """
    client = fold(account.client.name)
    home = Address(f"{folder}/{account.id}.md")
    for kind, field, text in case.identities(account):
        at = _address(addresses, field, home)
        yield Term(text, _KINDS[kind], account.id, client, CLIENT, field, at)
    widest: dict[str, Audience] = {}
    found: dict[str, tuple[str, str, Address]] = {}
    for text, audience, field, at in _texts(account, addresses, today, home):
        for sentence in sentences(text):
            key = fold(sentence)
            if key.count(" ") + 1 >= WORDS:
                widest[key] = max(widest.get(key, INTERNAL), audience)
                found.setdefault(key, (sentence, field, at))
    for key, (sentence, field, at) in found.items():
        if widest[key] < PUBLIC:
            yield Term(sentence, "private sentence", account.id, client, widest[key], field, at)


_KINDS: dict[str, Kind] = {
    "client name": "client name",
    "alias": "alias",
    "domain": "domain",
    "contact": "contact",
}


def _address(addresses: Mapping[str, Address], field: str, fallback: Address) -> Address:
    """A lone text (`client: Brisa Foods`, a text of a list) has its address at the field above."""
    while field and field not in addresses:
        field = field.rpartition(".")[0]
    return addresses.get(field, fallback)


def _texts(
    account: Account, addresses: Mapping[str, Address], today: date, home: Address
) -> Iterator[tuple[str, Audience, str, Address]]:
    """Every text of the account with the widest audience that may read it today."""
    opened = case.gates(account)
    consent = account.case_study.consent.status
    shown: frozenset[Gate] = NO_GATES if consent in ("none", "revoked") else opened
    public = not case.why_not_public(account, today, English())
    for place in places(account, shown):
        if isinstance(place.value, str):
            audience = place.audience if public else min(place.audience, CLIENT)
            yield place.value, audience, place.field, _address(addresses, place.field, home)
    folder = home.path.rpartition("/")[0]
    for section in (*account.sections, *account.updates):
        dated = isinstance(section, Update)
        future = isinstance(section, Update) and section.date > today
        key = f"{'update' if dated else 'section'}:{section.id}"
        at = addresses.get(key, home)
        limit = INTERNAL if future else PUBLIC if public and not dated else CLIENT
        if section.id == case.SECTION and shown == NO_GATES:
            limit = INTERNAL
        yield section.title, min(section.audience, limit), "", at
        for text, audience, line in _stretches(section):
            yield text, min(audience, limit), "", Address(f"{folder}/{section.file}", line, 1)


def _stretches(section: Section) -> Iterator[tuple[str, Audience, int]]:
    for stretch in section.stretches:
        audience = min(stretch.audience, section.audience)
        for text, offset in _plain(stretch.text):
            yield text, audience, stretch.line + offset


_BLOCKS = frozenset(
    ("Paragraph", "Heading", "Item", "TableCell", "FootnoteDefinition", "CodeBlock", "HtmlBlock")
)


def _plain(markdown: str) -> Iterator[tuple[str, int]]:
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

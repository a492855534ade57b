"""What must not be found: the words and sentences that the scan looks for in what was built.

Made from whole accounts and their ceilings, and handed to the scan as plain texts; the scan itself
knows no account. A sentence that the same account shows somewhere to a wider audience is no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portalgen.account import CLIENT, INTERNAL, PUBLIC, Account, Update
from portalgen.problems import Address
from portalgen.project.anonymous import identities
from portalgen.project.consent import why_not_public
from portalgen.project.fold import fold
from portalgen.project.said import sentences, texts, texts_of
from portalgen.project.say import English
from portalgen.views import Reviewed
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
    the settings' own terms. `held`: it would be wider if it were approved.
    """

    text: str
    kind: Kind
    account: str
    client: str
    audience: Audience
    field: str
    at: Address
    held: bool = False


def settings_terms(words: Iterable[str], at: Address) -> Iterator[Term]:
    """The settings' `terms`: in no client's and no public page."""
    for number, word in enumerate(words, start=1):
        yield Term(word, "term", "", "", INTERNAL, f"terms.{number}", at)


def terms(
    account: Account,
    addresses: Mapping[str, Address],
    today: date,
    folder: str,
    client: Iterable[Account] = (),
    public: Iterable[Account] = (),
    *,
    reviewed: Iterable[Reviewed] = (),
) -> Iterator[Term]:
    """The account's identities, its private sentences, and what is held back from its readers.

    `addresses` are the loader's places, `folder` is the accounts' folder as messages write it. Where an
    audience is `reviewed`, `client` and `public` are the facts that it may be shown; what the account
    says beyond them is held back, and what they say beyond the account is still the client's own.
    """
    name = fold(account.client.name)
    home = Address(f"{folder}/{account.id}.md")
    for kind, field, text in identities(account):
        at = _address(addresses, field, home)
        yield Term(text, _KINDS[kind], account.id, name, CLIENT, field, at)
    widest: dict[str, Audience] = {}
    found: dict[str, tuple[str, str, Address]] = {}
    later: set[str] = set()
    for text, audience, field, at, ahead in _texts(account, addresses, today, home):
        for key, sentence in _long(text):
            widest[key] = max(widest.get(key, INTERNAL), audience)
            found.setdefault(key, (sentence, field, at))
            if ahead:
                later.add(key)
    shown = _Shown(
        _approved(client, today) if "client" in reviewed else None,
        _approved(public, today) if "public" in reviewed else None,
    )
    for key, (sentence, field, at) in found.items():
        audience = shown.audience(key, widest[key])
        if key in later and shown.client is not None and key in shown.client:
            audience = max(audience, CLIENT)  # it was approved for a day that has come, and has that day
        if audience < PUBLIC:
            held = audience < widest[key]
            yield Term(sentence, "private sentence", account.id, name, audience, field, at, held)
    for key, sentence in (shown.client.sentences if shown.client else {}).items():
        if key not in found and not (shown.public and key in shown.public):
            yield Term(sentence, "private sentence", account.id, name, CLIENT, "", home)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What is approved for each audience; None: no review."""

    client: _Approved | None
    public: _Approved | None

    def audience(self, key: str, marked: Audience) -> Audience:
        """Who may read a sentence that is marked for an audience."""
        if marked == PUBLIC and (self.public is None or key in self.public):
            return PUBLIC
        if marked >= CLIENT and self.client is not None and key not in self.client:
            return INTERNAL
        return min(marked, CLIENT)


@dataclass(frozen=True, slots=True)
class _Approved:
    """Approved texts: their long sentences by how they are compared, and all of their words.

    A sentence whose words stand in a row in an approved text is approved: who cuts a sentence short, or in
    two, says nothing that its readers have not read.
    """

    sentences: Mapping[str, str]
    words: str

    def __contains__(self, key: str) -> bool:
        return key in self.sentences or f" {key} " in self.words


def _approved(facts: Iterable[Account], today: date) -> _Approved:
    found = [text for one in facts for text in texts_of(one, today)]
    long = {key: sentence for text in found for key, sentence in _long(text)}
    return _Approved(long, "".join(f" {fold(text)} |" for text in found))


def _long(text: str) -> Iterator[tuple[str, str]]:
    """The sentences that are long enough to be looked for: folded, and as written."""
    for sentence in sentences(text):
        key = fold(sentence)
        if key.count(" ") + 1 >= WORDS:
            yield key, sentence


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
) -> Iterator[tuple[str, Audience, str, Address, bool]]:
    """Every text of the account with the widest audience that may read it today, its place, and whether
    it is for a client on a later day."""
    public = not why_not_public(account, today, English())
    folder = home.path.rpartition("/")[0]
    for one in texts(account):
        section = one.section
        if section is None:
            audience = one.audience if public else min(one.audience, CLIENT)
            yield one.text, audience, one.field, _address(addresses, one.field, home), False
            continue
        dated = isinstance(section, Update)
        future = isinstance(section, Update) and section.date > today
        limit = INTERNAL if future else PUBLIC if public and not dated else CLIENT
        at = Address(f"{folder}/{section.file}", one.line, 1)
        if not one.line:
            at = addresses.get(f"{'update' if dated else 'section'}:{section.id}", home)
        yield one.text, min(one.audience, limit), "", at, future and one.audience >= CLIENT

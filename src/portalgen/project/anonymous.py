"""Anonymised case studies: does the client survive?

`identities` are the words that name a client; `survivors` looks for them in everything that an
anonymised case takes from its account, before anything is dropped. Fails closed, other than the scan,
which comes after it: a name counts in any case and also where it is an ordinary word, is written
together, is part of a longer word or is spelled with signs between its letters. What is no name: a word
of the language that happens to hold one (`research` for a client called Search), and a name of one or
two letters that is not spelled as the account spells it.

Refuses: deciding what is public. Look-alike letters of other scripts are not found.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from html import unescape

from portalgen.account import PUBLIC, Account, Section, Stretch
from portalgen.project.case import address
from portalgen.project.consent import KNOWN, SECTION
from portalgen.project.fold import fold
from portalgen.project.ordinary import ordinary_words
from portalgen.project.said import plain

_INSIDE = 4
"""A name of this many letters is looked for inside longer words."""
_SPELLED = 5
"""A name of this many letters is looked for with signs or blanks between its letters."""

_EMPHASIS = dict.fromkeys(map(ord, "*_~`\\"))
_TARGET = r"(\]\(\s*<?|\]:\s*<?|\b(?:src|href)\s*=\s*[\"']?)"
"""What stands before a link's target, in Markdown and in raw HTML."""
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<!--.*?-->", re.S)
_AND_WORDS = ("and", "y", "e", "und", "et")
_AND = re.compile(rf"\s*(?:[&+]|(?<=\s)(?:{'|'.join(_AND_WORDS)})(?=\s))\s*", re.I)
_ANDS = ("&", " & ", *(f" {word} " for word in _AND_WORDS), " ")
_LETTERS = str.maketrans({"ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ð": "d", "æ": "ae",
                          "Æ": "Ae", "œ": "oe", "Œ": "Oe", "ı": "i", "þ": "th", "Þ": "Th"})  # fmt: skip
_SPELLED_OUT = str.maketrans({"ä": "ae", "Ä": "Ae", "ö": "oe", "Ö": "Oe", "ü": "ue", "Ü": "Ue", "å": "aa",
                              "Å": "Aa", "ø": "oe", "Ø": "Oe"})  # fmt: skip
_LEGAL_FORMS = (
    " ab", " ag", " aps", " a s", " b v", " bv", " corp", " gmbh", " gmbh co kg", " inc", " kg", " lda",
    " limited", " llc", " llp", " ltd", " n v", " nv", " oy", " plc", " s a", " s a s", " s a u", " s coop",
    " s l", " s l u", " s p a", " s r l", " sa", " sarl", " sas", " sau", " se", " sl", " slu", " srl",
)  # fmt: skip
_ENDINGS = ("", "s", "es", "d", "ed", "r", "er", "ers", "ing", "ly")
_MAIL_FOR_ALL = frozenset(
    (
        "aol.com", "gmail.com", "gmx.com", "gmx.de", "gmx.net", "googlemail.com", "hotmail.com", "hotmail.es",
        "icloud.com", "live.com", "mail.com", "me.com", "msn.com", "orange.fr", "outlook.com", "outlook.es",
        "proton.me", "protonmail.com", "sapo.pt", "t-online.de", "telefonica.net", "web.de", "yahoo.com",
        "yahoo.es",
    )
)  # fmt: skip
_WITHOUT_BLANKS = "\u0e00"
"""From here on scripts set their words close together, or join what follows to a name."""


@dataclass(frozen=True, slots=True)
class Survivor:
    """Where an identity of the client stands in an anonymised case: the field, or section and line."""

    field: str
    where: str
    line: int = 0
    file: str = ""


def identities(account: Account) -> Iterator[tuple[str, str, str]]:
    """What names the client: `(kind, field, text)` for names, aliases, domains and contacts."""
    client = account.client
    yield "client name", "client.name", client.name
    if client.legal_name:
        yield "client name", "client.legal_name", client.legal_name
    for number, alias in enumerate(client.aliases, start=1):
        yield "alias", f"client.aliases.{number}.text", alias.text
    for number, domain in enumerate(client.domains, start=1):
        yield "domain", f"client.domains.{number}.text", domain.text
    if client.website:
        host = client.website.partition("//")[2].partition("/")[0].removeprefix("www.")
        if host:
            yield "domain", "client.website", host
    for number, contact in enumerate(account.contacts, start=1):
        yield "contact", f"contacts.{number}.name", contact.name
        if contact.email:
            yield "contact", f"contacts.{number}.email", contact.email


def survivors(account: Account) -> Iterator[Survivor]:
    """Where an anonymised case names its client, looked for before anything is dropped."""
    if account.case_study.attribution != "anonymised":
        return
    names = _Names(account)
    for field, text in _fields(account):
        if text and names.stand_in(_readings(text)):
            yield Survivor(field, "field")
    for section in account.sections:
        if section.audience == PUBLIC and (section.id == SECTION or section.id not in KNOWN):
            yield from _in_section(section, names)


def _fields(account: Account) -> Iterator[tuple[str, str | None]]:
    """Everything of the front matter that the case takes, or that makes an address of it."""
    case = account.case_study
    yield "case_study.title", case.title
    yield "case_study.summary", case.summary
    if case.slug or case.title:
        yield "case_study.slug" if case.slug else "case_study.title", address(account)
    yield "case_study.quote.text", case.quote.text if case.quote else None
    yield "case_study.image", case.image
    yield "case_study.image_alt", case.image_alt
    yield "client.descriptor", account.client.descriptor
    yield "industry", account.industry
    yield "region", account.region
    for number, service in enumerate(account.services, start=1):
        if service.audience in (None, PUBLIC):
            yield f"services.{number}", service.text
    listed = {*case.kpis, case.headline_kpi}
    for number, one in enumerate(account.kpis, start=1):
        if one.id in listed:
            for name in ("id", "name", "unit", "source", "method"):
                yield f"kpis.{number}.{name}", getattr(one, name)


def _in_section(section: Section, names: _Names) -> Iterator[Survivor]:
    if any(names.stand_in(_readings(text)) for text in (section.title, section.id)):
        yield Survivor("", "heading", section.line, section.file)
    folder = section.file.partition("/")[0].removesuffix(".md")
    for stretch in section.stretches:
        if min(stretch.audience, section.audience) == PUBLIC:
            offset = _line_in(stretch, folder, names)
            if offset is not None:
                yield Survivor("", "text", stretch.line + offset, section.file)


def _line_in(stretch: Stretch, folder: str, names: _Names) -> int | None:
    """How far below the stretch's first line the client is named, or None."""
    source = _without_folder(stretch, folder)
    for number, line in enumerate(source.split("\n")):
        if names.stand_in(_readings(line)):
            return number
    for text, number in plain(stretch.text):
        if names.stand_in((text,)):
            return number
    return 0 if names.stand_in(_readings(source)) else None


def _without_folder(stretch: Stretch, folder: str) -> str:
    """The source with its links as from the account's folder, which bears the account's own id: its author
    can't help that, and no reader sees it."""
    text = stretch.text
    for written, _ in stretch.links:
        inside = re.sub(rf"(^|/){re.escape(folder)}/", r"\1", written, count=1)
        if inside != written:
            text = re.sub(_TARGET + re.escape(written), rf"\g<1>{_literal(inside)}", text)
    return text


def _literal(text: str) -> str:
    return text.replace("\\", r"\\")


def _readings(text: str) -> Iterator[str]:
    """A text as it is written, and as it is read once emphasis and elements are drawn."""
    yield text
    if (bare := text.translate(_EMPHASIS)) != text:
        yield bare
    if (drawn := _TAG.sub("", bare)) != bare:
        yield drawn


class _Names:
    """What names one client, in every form that is looked for."""

    def __init__(self, account: Account) -> None:
        forms = {
            _readable(form).strip() for kind, _, text in identities(account) for form in _forms(kind, text)
        } - {""}
        short = {form for form in forms if _is_short(form)}
        self._exact = {
            re.compile(rf"(?<!\w){re.escape(spelling)}(?!\w)")
            for form in short
            for spelling in (form, form.upper())
        }
        names = {fold(form) for form in forms - short}
        self._phrases = names | {f"{name}s" for name in names}
        glued = {name.replace(" ", "") for name in names} | set(_labels(account))
        self._inside = {n for n in glued if len(n) >= _INSIDE or (len(n) > 1 and max(n) >= _WITHOUT_BLANKS)}
        self._spelled = {n for n in glued if len(n) >= _SPELLED}
        self._longest = max(map(len, self._spelled), default=0)

    def stand_in(self, readings: Iterable[str]) -> bool:
        """Whether one of these readings of a text names the client."""
        return any(self._stand_in(_readable(reading)) for reading in readings)

    def _stand_in(self, text: str) -> bool:
        folded = fold(text)
        words = folded.split(" ")
        return (
            any(f" {phrase} " in f" {folded} " for phrase in self._phrases)
            or any(map(self._holds, words))
            or self._letter_by_letter(words)
            or any(pattern.search(text) for pattern in self._exact)
        )

    def _holds(self, word: str) -> bool:
        """Whether a word is longer than a name that it holds, and no word of the language itself."""
        return any(name in word and not _is_language(word, name) for name in self._inside)

    def _letter_by_letter(self, words: list[str]) -> bool:
        for begin in range(len(words)):
            joined = ""
            for word in words[begin:]:
                joined += word
                if joined in self._spelled:
                    return True
                if len(joined) > self._longest:
                    break
        return False


def _forms(kind: str, text: str) -> Iterator[str]:
    """The ways in which people write one identity."""
    yield text
    if kind == "contact" and "@" in text:
        yield from _host(text)
    elif kind == "domain":
        yield text.removeprefix("www.")
    else:
        names = {text, without_legal_form(text)}
        names |= {name.translate(_SPELLED_OUT) for name in names}
        yield from names
        yield from (_AND.sub(sign, name) for name in names if _AND.search(name) for sign in _ANDS)
        if kind == "contact":
            words = text.split()
            yield from (" ".join(words[turn:] + words[:turn]) for turn in range(1, len(words)))


def without_legal_form(name: str) -> str:
    """A company's name as people say it: `Brisa Foods` for `Brisa Foods, S.L.`; others as they are."""
    folded = fold(name)
    found = max((form for form in _LEGAL_FORMS if folded.endswith(form)), key=len, default="")
    if not found:
        return name
    bare = folded.removesuffix(found)
    return next((name[:end] for end in range(len(name), 0, -1) if fold(name[:end]) == bare), name)


def _host(mail: str) -> Iterator[str]:
    host = mail.rpartition("@")[2].casefold()
    if host not in _MAIL_FOR_ALL:
        yield host


def _labels(account: Account) -> Iterator[str]:
    """What stands before the ending of the client's domains, where that says something by itself."""
    for kind, _, text in identities(account):
        mail = kind == "contact" and "@" in text
        hosts = [text] if kind == "domain" else list(_host(text)) if mail else []
        for label in (label for host in hosts for label in host.split(".")[:-1]):
            words = fold(label).split(" ")
            if not all(len(word) < _INSIDE or word.encode() in ordinary_words() for word in words):
                yield "".join(words)


def _is_language(word: str, name: str) -> bool:
    """Whether a word that holds a name is an ordinary one, or one with an ending, and no plural of it."""
    if word in (name, f"{name}s", f"{name}es"):
        return False
    stems = (word.removesuffix(ending) for ending in _ENDINGS)
    return any(name in stem != name and stem.encode() in ordinary_words() for stem in stems)


def _is_short(form: str) -> bool:
    """Whether nothing but pieces of one or two letters is left of a name: `H&M`, `On`."""
    words = fold(form).split(" ")
    return all(len(word) <= 2 and word.isascii() for word in words if word not in _AND_WORDS)


def _readable(text: str) -> str:
    """A text as it looks: references read, without accents and what takes no room, its case kept."""
    shown = unicodedata.normalize("NFKD", unescape(text)).translate(_LETTERS)
    if shown.isascii():
        return shown
    return "".join(c for c in shown if unicodedata.category(c) not in ("Mn", "Me", "Cf"))

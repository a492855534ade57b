"""Review: what a reader would see otherwise once somebody approves it, and what the client is told then.

Compares facts, field by field and item by item, in the words of the account's file. Pure: who approved
what is handed in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portalgen.account import CLIENT, Account, Contact, FrontMatter, Item, Part, Reading, Remark, Update
from portalgen.load import Approval
from portalgen.project.fold import fold
from portalgen.project.narrow import Planned, fields_of
from portalgen.scalars import is_mail_address
from portalgen.settings import Settings
from portalgen.views import DifferenceView, HeldView, LetterView, Reviewed

CASE = "case_study"
"""Where the client's page about the case study stands among the differences of a portal."""


@dataclass(frozen=True, slots=True)
class _Said:
    """What stands at a place: as written, the title of its item, and whether it is a word of a list."""

    text: str
    title: str = ""
    choice: bool = False


Facts = tuple[Account | None, Account | None]
"""A reader's facts, and those of the case study on the client's page about it."""

_Place = tuple[str, str, str]
"""Place, id and field, as in `DifferenceView`."""


def held(
    account: Account,
    audience: Reviewed,
    approval: Approval | None,
    shown: Facts,
    now: Facts,
    digest: str,
) -> HeldView | None:
    """What may be approved: where `now`, the facts of the account as it is, goes beyond `shown`, what its
    reader may be shown, and what was approved and has gone since. None where nothing differs.

    Facts are two: the reader's own, and those of the case study on the client's page about it. `digest`
    names the state `now`.
    """
    approved = (approval.facts, approval.case) if approval else (None, None)
    found = [d for d in _all_differences(approved, now) if d.after is None]
    found = [*_all_differences(shown, now), *found]
    if approval is not None and not found:
        return None
    return HeldView(
        account=account.id,
        client=account.client.name,
        title=account.title,
        audience=audience,
        approved_by=approval.by if approval else None,
        approved_on=approval.on if approval else None,
        differences=tuple(dict.fromkeys(found)),
        digest=digest,
    )


def _all_differences(shown: Facts, now: Facts) -> list[DifferenceView]:
    return [*_differences(shown[0], now[0]), *_differences(shown[1], now[1], below=CASE)]


def letters(
    account: Account,
    settings: Settings,
    address: str,
    links: Mapping[str, str],
    news: tuple[DifferenceView, ...],
    by: str,
) -> tuple[LetterView, ...]:
    """The letters that tell the client of what was approved by somebody of the team: one, or where readers
    have access links of their own, one for each whose name is a mail address, so that nobody gets
    another's, and one for all others without any.

    `links` are those of a sealed portal, by reader; `""` is everybody.
    """
    people = [c for c in account.contacts if c.email]
    whole = LetterView(
        language=account.language or settings.language,
        agency=settings.site_name,
        client=account.client.name,
        title=account.title,
        to=_addresses(people),
        greeted=_greeted(people),
        sender=by,
        address=address,
        news=news,
    )
    if not links:
        return (whole,)
    if "" in links:
        return (whole.model_copy(update={"address": links[""], "opening": "link"}),)
    found = []
    for reader, link in links.items():
        if is_mail_address(reader):
            own, people = _parted(people, reader)
            to = {"to": (reader,), "greeted": _greeted(own), "address": link, "opening": "link"}
            found.append(whole.model_copy(update=to))
    if people or len(found) < len(links):
        to = {"to": _addresses(people), "greeted": _greeted(people), "opening": "theirs"}
        found.append(whole.model_copy(update=to))
    return tuple(found)


def _parted(people: list[Contact], address: str) -> tuple[list[Contact], list[Contact]]:
    """Those who have this mail address, and the others."""
    same = [c for c in people if c.email and c.email.casefold() == address.casefold()]
    return same, [c for c in people if c not in same]


def _addresses(people: list[Contact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(c.email for c in people if c.email))


def _greeted(people: list[Contact]) -> tuple[str, ...]:
    return tuple(c.name.split()[0] for c in people)


def is_in_team(account: Account, name: str) -> bool:
    """Whether somebody of this name is in the account's team."""
    return fold(name) in {fold(person.name) for person in account.team}


def _differences(shown: Account | None, now: Account | None, below: str = "") -> Iterator[DifferenceView]:
    old, new = (dict(_places(facts)) if facts else {} for facts in (shown, now))
    for place in dict.fromkeys((*new, *old)):
        before, after = old.get(place), new.get(place)
        if (before.text if before else "") == (after.text if after else ""):
            continue
        known = after or before
        assert known is not None
        where, name, field = place
        if below:
            where = f"{below}.{where}" if where not in ("", below) else below
        yield DifferenceView(
            place=where,
            id=name,
            title=known.title,
            field=field,
            before=before.text if before else None,
            after=after.text if after else None,
            choice=known.choice,
        )


def _places(facts: Account) -> Iterator[tuple[_Place, _Said]]:
    """Everything that facts say, by place."""
    for field in fields_of(FrontMatter):
        value = getattr(facts, field.name)
        if field.is_part and field.many:
            yield from _items(field.key, value)
        elif field.is_part:
            if value is not None:
                yield from _fields(value, field.key, "", "")
        elif said := _said(field, value, ""):
            yield ("", "", field.key), said
    for name in ("sections", "updates"):
        for section in getattr(facts, name):
            title = section.title
            if isinstance(section, Update):
                yield (name, section.id, "date"), _Said(section.date.isoformat(), title)
            yield (name, section.id, "title"), _Said(title, title)
            text = "\n\n".join(s.text.strip("\n") for s in section.stretches)
            yield (name, section.id, "text"), _Said(text, title)
    for file in facts.files:
        yield ("files", file.path, "content"), _Said(f"{file.size} B, {file.sha256[:12]}", file.path)


def _items(key: str, items: tuple[Part, ...]) -> Iterator[tuple[_Place, _Said]]:
    """Items by their ids; those without (their title is the team's, or they have none) as one list."""
    nameless: dict[str, list[str]] = {}
    for item in items:
        name = item.id if isinstance(item, Item) else ""
        title = str(getattr(item, item.title_field)) if isinstance(item, Item) and name else ""
        if name:
            yield from _fields(item, key, name, title)
            continue
        for (_, _, field), said in _fields(item, key, "", ""):
            nameless.setdefault(field, []).append(said.text)
    for field, texts in nameless.items():
        place = ("", "", key) if field == "text" else (key, "", field)
        yield place, _Said("\n".join(texts))


def _fields(part: Part, place: str, name: str, title: str) -> Iterator[tuple[_Place, _Said]]:
    for field in fields_of(type(part)):
        value = getattr(part, field.name)
        if field.is_part and field.many:
            if text := "\n".join(_line(one) for one in value):
                yield (place, name, field.key), _Said(text, title)
        elif field.is_part:
            for (_, _, inner), below in _fields(value, place, name, title) if value is not None else ():
                yield (place, name, f"{field.key}.{inner}"), below
        elif said := _said(field, value, title):
            yield (place, name, field.key), said


def _line(part: Part) -> str:
    if isinstance(part, Reading):
        return f"{part.date or ''}: {part.value}" if part.date else str(part.value)
    if isinstance(part, Remark):
        return part.text
    return " · ".join(said.text for _, said in _fields(part, "", "", ""))


def _said(field: Planned, value: Any, title: str) -> _Said | None:
    if value is None or value in ("", ()):
        return None
    if field.choice and value in ("unknown", "none"):
        return None
    if value == field.blank and field.ceiling.ever < CLIENT:
        return None  # the team's alone: it is not blank, it is hidden
    text = "\n".join(map(str, value)) if isinstance(value, tuple) else str(value)
    return _Said(text, title, field.choice)

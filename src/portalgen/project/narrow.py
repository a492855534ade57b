"""Narrowing: an account less everything that a reader may not see. Default deny, driven by data.

This is the first of two gates. It reads nothing but the ceilings of `account`, the items' marks and
the sections' audiences, so a new field is private until somebody gives it a ceiling; the second gate
is the views, which name each field that they take. Everything derived (agreed dates, slip, progress)
is computed from the narrowed account, and so cannot depend on what its reader may not see.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar, cast

from portalgen.account import (
    FREE,
    INTERNAL,
    PUBLIC,
    Account,
    Ceiling,
    FrontMatter,
    Gate,
    Item,
    Marked,
    Part,
    Section,
    Update,
    ceiling_of,
    child_of,
    choices_of,
    kind_of,
)
from portalgen.vocabulary import Audience

NO_GATES: frozenset[Gate] = frozenset()


@dataclass(frozen=True, slots=True)
class Width:
    """Who may see a place: `now`, and at most, where an element says so itself, `most`."""

    now: Audience
    most: Audience


EVERYBODY = Width(PUBLIC, PUBLIC)

_P = TypeVar("_P", bound=Part)


@dataclass(frozen=True, slots=True)
class Planned:
    """A field of a part as the walks below need it; `choice`: a word of an enumeration."""

    name: str
    key: str
    ceiling: Ceiling
    is_part: bool
    many: bool
    blank: Any
    choice: bool
    is_link: bool
    required: bool


@cache
def fields_of(part: type[Part]) -> tuple[Planned, ...]:
    """The fields of a part that have a ceiling, in order."""
    found = []
    for name, info in part.model_fields.items():
        ceiling = ceiling_of(info)
        if ceiling is None:
            continue
        child, many = child_of(info.annotation)
        blank: Any = info.get_default() if not info.is_required() else ""
        if info.is_required() and child is not None:
            blank = child.model_construct(**{f.name: f.blank for f in fields_of(child)})
        choice = bool(choices_of(info.annotation))
        is_link = kind_of(info) is not None
        key, required = info.alias or name, info.is_required()
        found.append(Planned(name, key, ceiling, child is not None, many, blank, choice, is_link, required))
    return tuple(found)


def width_of_part(part: Part, around: Width) -> Width:
    """The width of a part inside a field of width `around`: its own mark narrows or, where the
    field's ceiling lets it, opens. The elements of an unmarked item follow the item."""
    mark = part.audience if isinstance(part, Marked) else None
    if mark is not None:
        now = min(mark, around.most)
        return Width(now, now)
    return Width(around.now, around.now) if isinstance(part, Item) else around


def width_of_field(part: Part, ceiling: Ceiling, inside: Width, gates: frozenset[Gate]) -> Width:
    """The width of a field of a part whose own width is `inside`."""
    mark = part.audience if isinstance(part, Marked) else None
    now = min(inside.now, ceiling.width(mark, gates))
    return Width(now, min(inside.most, max(ceiling.width(mark, gates), ceiling.marked)))


def narrow(account: Account, reader: Audience, gates: frozenset[Gate] = NO_GATES) -> Account:
    """The account as `reader` may see it: hidden fields at their blank value, hidden items gone.

    `gates` are what a publishable case study opens to the public (`case.gates`). Sections keep the
    stretches that the reader may see; the prose of the case study has rules of its own (`case`).
    """
    front = _narrowed(account, reader, gates, EVERYBODY)
    values = dict(front.__dict__) if front is not None else _blanks(FrontMatter)
    values["sections"] = tuple(s for s in (_section(s, reader) for s in account.sections) if s)
    values["updates"] = tuple(u for u in (_section(u, reader) for u in account.updates) if u)
    values["id"] = account.id
    values["files"] = account.files
    return Account.model_construct(**values)


def _blanks(part: type[Part]) -> dict[str, Any]:
    return {field.name: field.blank for field in fields_of(part)}


def _narrowed(part: _P, reader: Audience, gates: frozenset[Gate], around: Width) -> _P | None:
    inside = width_of_part(part, around)
    if max(inside.now, inside.most) < reader:
        return None
    replaced = part.outside() if reader > INTERNAL else {}
    if replaced is None:
        return None
    values: dict[str, Any] = {}
    shown = False
    for field in fields_of(type(part)):
        width = width_of_field(part, field.ceiling, inside, gates)
        value = replaced.get(field.name, getattr(part, field.name))
        if field.is_part:
            value = _children(value, field, reader, gates, width)
        elif width.now < reader:
            value = field.blank
        values[field.name] = value
        shown = shown or (value != field.blank and value != ())
    if not shown:
        return None
    for name in FREE & type(part).model_fields.keys():
        values[name] = getattr(part, name)
    if isinstance(part, Item) and part.title_field in values and not values[part.title_field]:
        values["id"] = ""  # an id is made of the title: hidden with it
    return cast("_P", type(part).model_construct(**values))


def _children(
    value: object, field: Planned, reader: Audience, gates: frozenset[Gate], width: Width
) -> object:
    if field.many:
        found = (_narrowed(v, reader, gates, width) for v in cast("tuple[Part, ...]", value))
        return tuple(v for v in found if v is not None)
    if value is None:
        return None
    narrowed = _narrowed(cast("Part", value), reader, gates, width)
    return field.blank if narrowed is None else narrowed


_S = TypeVar("_S", Section, Update)


def _section(section: _S, reader: Audience) -> _S | None:
    if section.audience < reader:
        return None
    kept = tuple(s for s in section.stretches if min(s.audience, section.audience) >= reader)
    return section.model_copy(update={"stretches": kept})


# ---- the same rules, said of every text ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A scalar of the front matter: its dotted field (items from 1), value and audience."""

    field: str
    value: object
    audience: Audience
    name: str
    part: Part
    is_text: bool


def places(account: Account, gates: frozenset[Gate] = NO_GATES) -> Iterator[Place]:
    """Every scalar of the front matter that has a value, with who may see it."""
    yield from _places(account, gates, EVERYBODY, "", hidden=False)


def _places(
    part: Part, gates: frozenset[Gate], around: Width, prefix: str, *, hidden: bool
) -> Iterator[Place]:
    inside = width_of_part(part, around)
    replaced = part.outside()
    for field in fields_of(type(part)):
        width = width_of_field(part, field.ceiling, inside, gates)
        closed = hidden or replaced is None or field.name in replaced
        value = getattr(part, field.name)
        key = f"{prefix}{field.key}"
        if field.is_part and field.many:
            for number, child in enumerate(value, start=1):
                yield from _places(child, gates, width, f"{key}.{number}.", hidden=closed)
        elif field.is_part:
            if value is not None:
                yield from _places(value, gates, width, f"{key}.", hidden=closed)
        elif value not in (None, "", ()):
            audience = INTERNAL if closed else width.now
            for number, one in enumerate(value, start=1) if isinstance(value, tuple) else ((0, value),):
                is_text = isinstance(one, str) and not field.choice and not field.is_link
                yield Place(f"{key}.{number}" if number else key, one, audience, field.name, part, is_text)

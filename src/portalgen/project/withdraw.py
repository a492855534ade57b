"""Withdrawing: what was approved or released, less all that has gone or been narrowed since.

What takes something back never waits, neither for an approval nor for a build that succeeds: an account,
file, section, item, fence or field that is gone or narrowed, and what has a sentence that now stands in
narrower text. Changed wording takes nothing back. So the result never holds a text that was not there
before, and holds no text that its reader may no longer see.

All this works on *facts*: accounts that are narrowed to what their reader may see. Refuses to know who
the reader is and what was approved.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from portalgen.account import (
    Account,
    Figure,
    FrontMatter,
    Item,
    Part,
    Reading,
    Remark,
    Section,
    Stretch,
    Update,
)
from portalgen.project import pieces, said
from portalgen.project.fold import fold
from portalgen.project.narrow import Planned, fields_of
from portalgen.vocabulary import Audience

_P = TypeVar("_P", bound=Part)
_S = TypeVar("_S", Section, Update)
_NOTHING_SAID = (None, "", "unknown", "none")
"""The words of an enumeration that say nothing."""


def bare(facts: Account) -> Account:
    """Facts without what says where they stood, and with the files alone that they show."""
    bared: dict[str, Any] = {
        name: tuple(_bare(section) for section in getattr(facts, name)) for name in ("sections", "updates")
    }
    shown = {path for s in (*facts.sections, *facts.updates) for t in s.stretches for _, path in t.links}
    shown |= {found.path for link in _links(facts) if (found := _file(facts, link))}
    bared["files"] = tuple(f for f in facts.files if f.path in shown)
    return facts.model_copy(update=bared)


def _bare(section: _S) -> _S:
    stretches = tuple(s.model_copy(update={"line": 0}) for s in section.stretches)
    return section.model_copy(update={"stretches": stretches, "file": "", "line": 0})


def _links(part: Part) -> Iterator[str]:
    for field in _fields(part):
        value = getattr(part, field.name)
        if field.is_part:
            children = value if isinstance(value, tuple) else (value,) if value is not None else ()
            for child in children:
                yield from _links(child)
        elif field.is_link and value:
            yield value


def _fields(part: Part) -> tuple[Planned, ...]:
    return fields_of(FrontMatter if isinstance(part, FrontMatter) else type(part))


def _file(facts: Account, link: str) -> Any:
    target = pieces.target(facts, link)
    return target.file if target else None


def retain(
    before: Account, now: Account, account: Account, reader: Audience, then: Account | None = None
) -> Account:
    """Of the facts `before` what `now`, the facts of the account as it is, does not take back. `then` is
    the account of which they were the facts, where that is known.

    Items match by id, texts of lists by their words, readings by their day, sections by id. An item or
    a section goes whole where one of its sentences now stands in narrower text, a section also where it
    links to a file that the account lost.
    """
    if before == now:
        return now
    retained = _Retained(said.narrower(account, reader, then), frozenset(f.path for f in now.files), before)
    values = retained.fields(before, now)
    for name in ("sections", "updates"):
        values[name] = tuple(retained.sections(getattr(before, name), getattr(now, name)))
    values |= {"id": before.id, "files": before.files}
    return bare(Account.model_construct(**values))


@dataclass(frozen=True, slots=True)
class _Retained:
    """What takes back: sentences that stand in narrower text now; `files` are the ones still there."""

    narrower: frozenset[str]
    files: frozenset[str]
    facts: Account

    def fields(self, old: Part, new: Part) -> dict[str, Any]:
        values: dict[str, Any] = {
            n: getattr(old, n) for n in ("audience", "id") if n in type(old).model_fields
        }
        closed = {} if old.outside() else new.outside() or {}
        for field in _fields(old):
            before, after = getattr(old, field.name), getattr(new, field.name)
            if field.is_part and field.many:
                values[field.name] = tuple(self.items(before, after))
            elif field.is_part:
                kept = None if before is None or after is None else self.fields(before, after)
                values[field.name] = None if kept is None else type(before).model_construct(**kept)
            elif field.name in closed:
                values[field.name] = closed[field.name]
            elif isinstance(before, tuple):
                values[field.name] = tuple(v for v in before if v in after)
            else:
                lone = field.required and not isinstance(old, Item | Remark)  # the client, the engagement
                gone = not lone and self.gone(field, before, after)
                values[field.name] = field.blank if gone else before
        return values

    def gone(self, field: Planned, before: object, after: object) -> bool:
        """Whether a field is empty now, or what it said may not be said any more."""
        if field.choice:
            return after in _NOTHING_SAID
        if after == field.blank or (isinstance(before, str) and self.hides(before)):
            return True
        file = _file(self.facts, before) if field.is_link and isinstance(before, str) else None
        return file is not None and file.path not in self.files

    def hides(self, text: str) -> bool:
        """Whether a sentence of a text stands in narrower text now."""
        return bool(self.narrower) and any(fold(one) in self.narrower for one in said.sentences(text))

    def items(self, before: tuple[_P, ...], after: tuple[_P, ...]) -> Iterable[_P]:
        """Items that are still there; those that have no id and whose words changed, where none was taken
        off the list and what stands in their place is new."""
        known, keys = {_key(one): one for one in after}, frozenset(map(_key, before))
        positions = len(before) == len(after)
        for number, item in enumerate(before):
            now = known.get(_key(item))
            dated = isinstance(item, Reading) and item.date is not None
            if now is None and positions and not dated and not _id(item) and _key(after[number]) not in keys:
                now = after[number]
            if now is not None and not (isinstance(item, Item | Remark) and self._says_narrower(item)):
                yield cast("_P", type(item).model_construct(**self.fields(item, now)))

    def _says_narrower(self, part: Part) -> bool:
        return any(self.hides(text) for text in said.texts_of(part))

    def sections(self, before: tuple[_S, ...], after: tuple[_S, ...]) -> Iterable[_S]:
        """Sections that are still there, without the fences that are gone."""
        known = {s.id: s for s in after}
        for section in before:
            now = known.get(section.id)
            if now is None or self.hides(section.title):
                continue
            fences = sum(s.audience != now.audience for s in now.stretches)
            had = sum(s.audience != section.audience for s in section.stretches)
            texts = {n.text for n in now.stretches}
            kept = tuple(
                s
                for s in section.stretches
                if fences >= had or s.audience == section.audience or s.text in texts
            )
            if not any(self._taken_back(s) for s in kept):
                audience = min(section.audience, now.audience)
                yield section.model_copy(update={"stretches": kept, "audience": audience})

    def _taken_back(self, stretch: Stretch) -> bool:
        lost = any(path not in self.files for _, path in stretch.links)
        return lost or any(self.hides(text) for text, _ in said.plain(stretch.text))


def _id(part: Part) -> str:
    return str(getattr(part, "id", ""))


def _key(part: Part) -> object:
    """What an element of a list is known by: its id, its day, or its words."""
    if isinstance(part, Reading | Figure):
        return part.date or part.value
    return _id(part) or tuple(said.texts_of(part))

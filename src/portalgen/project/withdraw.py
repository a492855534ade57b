"""Withdrawing: what was released, less all that has gone or been narrowed since.

A build that fails still takes back at once what a readable account takes back, whatever is wrong
elsewhere: an account, file, section, item, fence or field that is gone or narrowed. Changed wording
is no withdrawal and waits for a build that succeeds. So the result never holds a text that was not
released, and holds no text that its reader may no longer see.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar, cast

from portalgen.account import Account, FrontMatter, Gate, Part, Remark, Section, Stretch, Update
from portalgen.project.fold import fold
from portalgen.project.narrow import NO_GATES, fields_of, narrow
from portalgen.vocabulary import Audience

_P = TypeVar("_P", bound=Part)
_S = TypeVar("_S", Section, Update)


def retain(
    released: Account, current: Account, reader: Audience, gates: frozenset[Gate] = NO_GATES
) -> Account:
    """The released account as `reader` may see it, less what the current one takes back from them.

    Items match by id, texts of lists by their words, sections by id. A section whose text now stands
    in narrower text goes whole, and so does one that links to a file that the account lost.
    """
    old, new = narrow(released, reader, gates), narrow(current, reader, gates)
    values = _retained(old, new)
    shown, narrower = _lines(current, reader)
    hidden = narrower - shown - _lines(released, reader)[1]
    files = {f.path for f in current.files}
    for name in ("sections", "updates"):
        values[name] = tuple(_sections(getattr(old, name), getattr(new, name), hidden, files))
    values |= {"id": old.id, "files": old.files}
    return Account.model_construct(**values)


def _retained(old: Part, new: Part) -> dict[str, Any]:
    values: dict[str, Any] = {n: getattr(old, n) for n in ("audience", "id") if n in type(old).model_fields}
    kind = FrontMatter if isinstance(old, FrontMatter) else type(old)
    for field in fields_of(kind):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if field.is_part and field.many:
            values[field.name] = tuple(_items(before, after))
        elif field.is_part:
            kept = None if before is None or after is None else _retained(before, after)
            values[field.name] = None if kept is None else type(before).model_construct(**kept)
        elif isinstance(before, tuple):
            values[field.name] = tuple(v for v in before if v in after)
        else:
            values[field.name] = field.blank if after == field.blank else before
    return values


def _items(before: tuple[_P, ...], after: tuple[_P, ...]) -> Iterable[_P]:
    """Items that are still there; where none was taken off a list without ids, all of them."""
    known = {_key(a): a for a in after}
    positions = len(before) == len(after)
    for number, item in enumerate(before):
        now = known.get(_key(item)) or (after[number] if positions and not getattr(item, "id", "") else None)
        if now is not None:
            yield cast("_P", type(item).model_construct(**_retained(item, now)))


def _key(part: Part) -> str:
    return part.text if isinstance(part, Remark) else str(getattr(part, "id", ""))


def _lines(account: Account, reader: Audience) -> tuple[frozenset[str], frozenset[str]]:
    """The lines of prose that this reader may see, and those that are for a narrower audience."""
    hidden: set[str] = set()
    shown: set[str] = set()
    for section in (*account.sections, *account.updates):
        for stretch in section.stretches:
            lines = {fold(line) for line in stretch.text.split("\n")} - {""}
            (shown if min(stretch.audience, section.audience) >= reader else hidden).update(lines)
    return frozenset(shown), frozenset(hidden)


def _sections(
    before: tuple[_S, ...], after: tuple[_S, ...], hidden: frozenset[str], files: set[str]
) -> Iterable[_S]:
    known = {s.id: s for s in after}
    for section in before:
        now = known.get(section.id)
        if now is None:
            continue
        fences = sum(s.audience != now.audience for s in now.stretches)
        had = sum(s.audience != section.audience for s in section.stretches)
        kept = tuple(
            s
            for s in section.stretches
            if fences >= had or s.audience == section.audience or s.text in {n.text for n in now.stretches}
        )
        if not any(_taken_back(s, hidden, files) for s in kept):
            yield section.model_copy(update={"stretches": kept})


def _taken_back(stretch: Stretch, hidden: frozenset[str], files: set[str]) -> bool:
    lost = any(path not in files for _, path in stretch.links)
    return lost or any(fold(line) in hidden for line in stretch.text.split("\n") if line.strip())

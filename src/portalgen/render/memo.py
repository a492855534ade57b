"""What was made of values, kept for as long as the very same values come back.

Of a thousand accounts one was saved: the views of the others are the same objects as in the build
before, and so is what a long page says of each. A memo belongs to whoever builds again and again; a
build that has none begins with a fresh one. It holds what the last making under each name used and
nothing older. Refuses to compare values: one that is equal but another object is made anew. One build
at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from itertools import compress, count
from operator import is_not
from typing import Any, TypeVar

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class _Last:
    """The last making under a name. It keeps its values alive, so that no other object gets their ids."""

    under: Hashable
    values: tuple[object, ...]
    beside: list[tuple[object, ...]]
    made: list[Any]


class Memo:
    """Pieces of pages by the values that they were made of."""

    def __init__(self) -> None:
        self._last: dict[str, _Last] = {}

    def each(
        self,
        name: str,
        under: Hashable,
        make: Callable[..., Made],
        values: Iterable[object],
        *columns: Iterable[object],
    ) -> Sequence[Made]:
        """`list(map(make, values, *columns))`, of which only what is new is made.

        A piece comes from the last call under this name if its value is the same object, what stands
        beside it in the columns is equal, and `under`, all else that `make` looks at, is equal too.
        What this call does not use is forgotten. Raises what `make` raises, and then keeps what it had.
        """
        now = tuple(values)
        beside = list(zip(*columns, strict=True)) if columns else []
        last = self._last.get(name)
        if last is None or last.under != under or bool(last.beside) != bool(beside):
            last = _Last(under, (), [], [])
        # Most values stand where they stood: those are found without looking into any of them.
        other = list(compress(count(), map(is_not, now, last.values)))
        if beside:
            other = sorted({*other, *compress(count(), map(tuple.__ne__, beside, last.beside))})
        both = min(len(now), len(last.values))
        where = {id(last.values[at]): at for at in (*other, *range(both, len(last.values)))}
        made = [*last.made[:both], *([None] * (len(now) - both))]
        for at in (*other, *range(both, len(now))):
            was = where.get(id(now[at]))
            if was is not None and (not beside or last.beside[was] == beside[at]):
                made[at] = last.made[was]
            else:
                made[at] = make(now[at], *(beside[at] if beside else ()))
        self._last[name] = _Last(under, now, beside, made)
        return made

    def __len__(self) -> int:
        """How many pieces it holds."""
        return sum(len(last.made) for last in self._last.values())

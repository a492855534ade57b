"""When a change is ready to be built: the decision alone, over events and times that are handed in.

Owns the waiting: until a file is whole, until a burst is over, until a file that was moved away has come
back. Refuses to look at the disk or the clock, so that each rule can be tested in no time.

What can be in a batch of its own is weighed against what belongs together. A save goes out after a short
quiet. A file that is being written, or has just gone, holds the others back, since a build reads the whole
folder and would read it half-saved; but never for longer than `CAP`, or one slow copy would keep an
author waiting.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum

QUIET = 0.003
"""Seconds without another change after which a whole file goes out: more than lie between the files of a
burst, and too few to be felt."""
COMES_BACK = 0.04
"""Seconds in which an editor that moves or deletes the file before it writes it anew has done so."""
NO_CLOSE = 0.1
"""Seconds without a change after which a file is whole where nothing will tell that it was closed."""
KEPT_OPEN = 0.5
"""Seconds without a change after which a file that is still open for writing is taken as it is. A writer
may well stop for a moment between two halves; few keep a file open for good."""
CAP = 0.3
"""Seconds that a whole file waits for others, at most."""

Stamp = tuple[int, ...]
"""What changes when a file's content does: its size, time and number."""


class Kind(Enum):
    """What happened to a path."""

    NEW = "created, and open for writing"
    OPEN = "written to, and open for writing"
    FOUND = "changed in some way, with no word to come of its being closed"
    DONE = "closed after writing, or moved here whole"
    GONE = "deleted, or moved away"


_PATIENCE = {
    Kind.NEW: KEPT_OPEN,
    Kind.OPEN: KEPT_OPEN,
    Kind.FOUND: NO_CLOSE,
    Kind.DONE: 0.0,
    Kind.GONE: COMES_BACK,
}
_UNSURE = frozenset((Kind.NEW, Kind.OPEN, Kind.FOUND))


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened to a path; `stamp` as it was then, None where there was no such file."""

    path: str
    kind: Kind
    stamp: Stamp | None = None


@dataclass(slots=True)
class _Pending:
    """A path that is in no batch yet."""

    kind: Kind
    stamp: Stamp | None
    at: float
    number: int
    new: bool
    whole: float
    """When it first was no longer open; infinite until then. Saved again and again, it still goes out."""


class Settling:
    """Changes on their way into a batch. All times are seconds on one clock that never goes back."""

    def __init__(self) -> None:
        self.count = 0
        self._pending: dict[str, _Pending] = {}
        self._stirred = -math.inf

    @property
    def ticket(self) -> int:
        """Every event that was counted up to this number is in a batch that was handed out."""
        return min((each.number for each in self._pending.values()), default=self.count + 1) - 1

    def note(self, event: Event, now: float) -> None:
        """Count an event."""
        self.count += 1
        known = self._pending.get(event.path)
        if known is None:
            new, whole = event.kind is Kind.NEW, math.inf if event.kind in _UNSURE else now
            self._pending[event.path] = _Pending(event.kind, event.stamp, now, self.count, new, whole)
            self._stirred = now
            return
        kind = event.kind
        if kind is Kind.FOUND and known.kind in _UNSURE:
            # Whoever found it knows less than the one who said that it is open.
            kind = known.kind
        elif kind is Kind.GONE and known.new:
            # It came and went, as a temporary file of any name does: nobody waits for its return.
            kind = Kind.DONE
        if kind is not known.kind or kind not in _UNSURE:
            # Writing on and on into one file is no burst, and must not keep the others waiting.
            self._stirred = now
        if kind not in _UNSURE:
            known.whole = min(known.whole, now)
        known.kind, known.stamp, known.at = kind, event.stamp, now

    def unsure(self, now: float) -> list[str]:
        """The paths at which somebody must look, since only their stamp can tell whether they are whole."""
        return [
            path
            for path, each in self._pending.items()
            if each.kind in _UNSURE and each.at + _PATIENCE[each.kind] <= now
        ]

    def look(self, path: str, stamp: Stamp | None, now: float) -> None:
        """Hear what somebody saw who looked at `path`: unchanged after the wait is whole."""
        known = self._pending.get(path)
        if known is None or known.kind not in _UNSURE or now < known.at + _PATIENCE[known.kind]:
            return
        if known.stamp == stamp:
            known.kind, known.whole = Kind.DONE, min(known.whole, now)
        known.stamp, known.at = stamp, now

    def due(self, now: float) -> frozenset[str] | None:
        """The batch that is ready, which is then forgotten here; None while it must wait."""
        ready = self._ready(now)
        if not ready or now < self._release(ready):
            return None
        for path in ready:
            del self._pending[path]
        return frozenset(ready)

    def wait(self, now: float) -> float:
        """Seconds until `unsure` or `due` will answer otherwise, if no event comes; infinite for never."""
        ready = self._ready(now)
        moments = [
            each.at + _PATIENCE[each.kind] for path, each in self._pending.items() if path not in ready
        ]
        if ready:
            moments.append(self._release(ready))
        return max(0.0, min(moments, default=math.inf) - now)

    def _ready(self, now: float) -> dict[str, _Pending]:
        return {
            path: each
            for path, each in self._pending.items()
            if each.kind not in _UNSURE and each.at + _PATIENCE[each.kind] <= now
        }

    def _release(self, ready: dict[str, _Pending]) -> float:
        calm = max(each.at + _PATIENCE[each.kind] for each in self._pending.values())
        latest = min(each.whole for each in ready.values()) + CAP
        return min(max(calm, self._stirred + QUIET), latest)

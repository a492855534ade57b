"""When changes go out: tables of what happens and when, in milliseconds, on a clock that is made up."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import pytest

from portalgen.live.settle import Event, Kind, Settling

NEW, OPEN, FOUND, DONE, GONE = Kind.NEW, Kind.OPEN, Kind.FOUND, Kind.DONE, Kind.GONE
UNHEARD = None
"""The file changes on disk, and nobody tells."""

Happening = tuple[float, "Kind | None", str]
Batch = tuple[float, str]


@dataclass
class Player:
    """Plays what happens against `Settling`, waking when it asks to be woken."""

    settling: Settling = field(default_factory=Settling)
    disk: dict[str, tuple[int, ...]] = field(default_factory=dict)
    batches: list[Batch] = field(default_factory=list)
    wakings: int = 0

    def play(self, happenings: list[Happening]) -> list[Batch]:
        now, left = 0.0, sorted(happenings, key=lambda happening: happening[0])
        while True:
            woken = now + self.settling.wait(now)
            upcoming = left[0][0] / 1000 if left else math.inf
            if woken == upcoming == math.inf:
                return self.batches
            now = min(woken, upcoming)
            while left and left[0][0] / 1000 <= now:
                self.happen(*left.pop(0)[1:], now)
            self.wake(now)

    def happen(self, kind: Kind | None, path: str, now: float) -> None:
        if kind in (NEW, OPEN, FOUND, UNHEARD):
            self.disk[path] = (*self.disk.get(path, ()), len(self.disk))
        if kind is GONE:
            self.disk.pop(path, None)
        if kind is not UNHEARD:
            self.settling.note(Event(path, kind, self.disk.get(path)), now)

    def wake(self, now: float) -> None:
        self.wakings += 1
        assert self.wakings < 10_000, "it asks to be woken again and again"
        for path in self.settling.unsure(now):
            self.settling.look(path, self.disk.get(path), now)
        due = self.settling.due(now)
        if due:
            self.batches.append((round(now * 1000, 3), " ".join(sorted(due))))


def one_after_another(kinds: tuple[Kind, ...], every: float, until: float, paths: int = 1) -> list[Happening]:
    """The kinds in turn for a path, then for the next path, and round again."""
    count = int(until / every)
    return [
        (number * every, kinds[number % len(kinds)], f"f{number // len(kinds) % paths:03}")
        for number in range(count)
    ]


CASES: dict[str, tuple[list[Happening], list[Batch]]] = {
    "a save goes out after a short quiet": (
        [(0, OPEN, "a"), (1, OPEN, "a"), (2, DONE, "a")],
        [(5, "a")],
    ),
    "a file that is renamed into place is whole": ([(0, DONE, "a")], [(3, "a")]),
    "a file that is still open is waited for": (
        [(0, OPEN, "a"), (400, OPEN, "a"), (800, DONE, "a")],
        [(803, "a")],
    ),
    "a file that is kept open goes out when it has rested": (
        [(0, OPEN, "a"), (20, OPEN, "a")],
        [(520, "a")],
    ),
    "a file that is kept open and changes unheard goes out when it has rested": (
        [(0, OPEN, "a"), (300, UNHEARD, "a")],
        [(1000, "a")],
    ),
    "where no close is told, rest decides": (
        [(0, FOUND, "a"), (60, FOUND, "a")],
        [(160, "a")],
    ),
    "where no close is told, a file that grows unheard has no rest": (
        [(0, FOUND, "a"), (50, UNHEARD, "a"), (150, UNHEARD, "a")],
        [(300, "a")],
    ),
    "a file that is found while it is being written is waited for": (
        [(0, OPEN, "a"), (1, FOUND, "a"), (300, DONE, "a")],
        [(303, "a")],
    ),
    "a file that is found and then written to is waited for": (
        [(0, FOUND, "a"), (80, OPEN, "a"), (300, DONE, "a")],
        [(303, "a")],
    ),
    "a deletion waits whether the file comes back": ([(0, GONE, "a")], [(40, "a")]),
    "a file that comes back was saved": (
        [(0, GONE, "a"), (1, NEW, "a"), (2, OPEN, "a"), (3, DONE, "a")],
        [(6, "a")],
    ),
    "a file that comes back by renaming was saved": ([(0, GONE, "a"), (1, DONE, "a")], [(4, "a")]),
    "a file that comes back late was deleted, and created": (
        [(0, GONE, "a"), (60, NEW, "a"), (61, DONE, "a")],
        [(40, "a"), (64, "a")],
    ),
    "a temporary file that becomes another file is not waited for": (
        [(0, NEW, "temporary"), (1, DONE, "temporary"), (2, GONE, "temporary"), (2, DONE, "a")],
        [(5, "a temporary")],
    ),
    "a rename is one batch": ([(0, GONE, "a"), (0, DONE, "b")], [(40, "a b")]),
    "two quick saves are one batch": (
        [(0, OPEN, "a"), (1, DONE, "a"), (2, OPEN, "a"), (3, DONE, "a")],
        [(6, "a")],
    ),
    "two saves are two batches": (
        [(0, OPEN, "a"), (1, DONE, "a"), (10, OPEN, "a"), (11, DONE, "a")],
        [(4, "a"), (14, "a")],
    ),
    "a whole file waits for one that is being written": (
        [(0, DONE, "a"), (1, OPEN, "b"), (50, DONE, "b")],
        [(53, "a b")],
    ),
    "a whole file does not wait long for one that is being written": (
        [(0, DONE, "a"), *((n, OPEN, "b") for n in range(1, 1000, 7)), (1000, DONE, "b")],
        [(300, "a"), (1003, "b")],
    ),
    "a whole file does not wait for one that is kept open and rests": (
        [(0, OPEN, "b"), (490, OPEN, "a"), (491, DONE, "a")],
        [(500, "a b")],
    ),
    "a file that is written to without end does not hold up a save": (
        [*((n, OPEN, "log") for n in range(0, 1000, 2)), (401, OPEN, "a"), (401, DONE, "a")],
        [(701, "a"), (1498, "log")],
    ),
    "a file that is saved without end goes out again and again": (
        one_after_another((OPEN, DONE), every=1, until=1000),
        [(301, "f000"), (603, "f000"), (905, "f000"), (1002, "f000")],
    ),
    "two moments of quiet are two batches": (
        [(0, DONE, "a"), (20, DONE, "b")],
        [(3, "a"), (23, "b")],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_settling(case: str) -> None:
    happenings, batches = CASES[case]
    assert Player().play(happenings) == batches


def test_a_burst_of_500_files_is_one_batch() -> None:
    player = Player()
    player.play(one_after_another((NEW, OPEN, DONE), every=0.1, until=150, paths=500))
    assert [len(paths.split()) for _, paths in player.batches] == [500]


def test_a_slow_burst_is_a_batch_every_300_ms() -> None:
    player = Player()
    player.play(one_after_another((NEW, DONE), every=1, until=1000, paths=500))
    assert [moment for moment, _ in player.batches] == [301, 603, 905, 1002]
    assert len({path for _, paths in player.batches for path in paths.split()}) == 500


def test_deleting_a_folder_of_500_files_is_one_batch() -> None:
    player = Player()
    player.play(one_after_another((GONE,), every=0.1, until=50, paths=500))
    assert [len(paths.split()) for _, paths in player.batches] == [500]


def test_it_sleeps_through_a_burst() -> None:
    settling = Settling()
    settling.note(Event("a", DONE), 0.0)
    assert settling.wait(0.0) == pytest.approx(0.003)
    assert settling.wait(0.001) == pytest.approx(0.002)


def test_with_nothing_to_do_it_sleeps_for_good() -> None:
    assert Settling().wait(0.0) == math.inf


def test_a_ticket_counts_up_to_the_first_event_that_is_not_out() -> None:
    settling = Settling()
    assert (settling.count, settling.ticket) == (0, 0)
    settling.note(Event("slow", OPEN, (1,)), 0.0)
    settling.note(Event("a", OPEN, (1,)), 0.0)
    settling.note(Event("a", DONE), 0.0)
    assert (settling.count, settling.ticket) == (3, 0)
    assert settling.due(0.3) == {"a"}
    assert (settling.count, settling.ticket) == (3, 0)
    settling.note(Event("slow", DONE), 0.4)
    settling.note(Event("b", OPEN, (1,)), 0.403)
    assert settling.due(0.9) == {"slow"}
    assert (settling.count, settling.ticket) == (5, 4)


def test_a_look_that_an_event_overtook_decides_nothing() -> None:
    settling = Settling()
    settling.note(Event("a", OPEN, (1,)), 0.0)
    assert settling.unsure(0.5) == ["a"]
    settling.note(Event("a", OPEN, (1,)), 0.5)
    settling.look("a", (1,), 0.501)
    assert settling.due(0.6) is None


def test_a_look_at_a_file_that_went_out_decides_nothing() -> None:
    settling = Settling()
    settling.look("a", (1,), 1.0)
    assert settling.due(1.0) is None
    assert settling.count == 0

"""The scan in its own process: it follows, it survives its own death, and it leaves nothing behind."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import reduce
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from portalgen.build.job import Exempt
from portalgen.live.scanning import Scanning, State, merged
from portalgen.scan import Beat, Patrol
from portalgen.scan.scanner import never
from tests.scan.scene import SECRET, TERMS, html
from tests.scan.worlds import Author, World, exempt

PATIENCE = 60
NOTHING = Beat(terms={}, units={}, gone=frozenset(), cases={}, allow=(), interface=frozenset())


# ---- two beats as one -----------------------------------------------------------------------------


def _shown(*paths: str, account: str = "a") -> tuple[str, str, frozenset[str]]:
    return "portal", account, frozenset(paths)


MERGED = {
    "paths add up": ({"units": {"p": _shown("1")}}, {"units": {"p": _shown("2")}}, {"units": {"p": _shown("1", "2")}}),
    "units add up": ({"units": {"p": _shown("1")}}, {"units": {"q": _shown("1")}}, {"units": {"p": _shown("1"), "q": _shown("1")}}),
    "a unit goes": ({"units": {"p": _shown("1")}}, {"gone": {"p"}}, {"gone": {"p"}}),
    "a unit is made anew": ({"gone": {"p"}}, {"units": {"p": _shown("1")}}, {"gone": {"p"}, "units": {"p": _shown("1")}}),
    "a unit goes and comes": (
        {"units": {"p": _shown("1")}},
        {"gone": {"p"}, "units": {"p": _shown("2", account="b")}},
        {"gone": {"p"}, "units": {"p": _shown("2", account="b")}},
    ),
    "the last terms hold": ({"terms": {"a": (TERMS[0],), "b": ()}}, {"terms": {"a": ()}}, {"terms": {"a": (), "b": ()}}),
    "the last rules hold": ({"cases": {"s": "c"}, "allow": ("x",)}, {"cases": {}}, {}),
    "what is exempt holds until it changes": ({"exempt": never}, {}, {"exempt": never}),
    "what is exempt now": ({"exempt": never}, {"exempt": exempt}, {"exempt": exempt}),
}  # fmt: skip


@pytest.mark.parametrize(("first", "second", "both"), MERGED.values(), ids=MERGED)
def test_two_beats_as_one(
    first: dict[str, object], second: dict[str, object], both: dict[str, object]
) -> None:
    assert merged(replace(NOTHING, **first), replace(NOTHING, **second)) == replace(NOTHING, **both)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(12))
def test_one_walk_after_many_beats_finds_what_many_walks_find(seed: int, tmp_path: Path) -> None:
    world = World(tmp_path)
    author = Author(seed, world)
    author.begin()
    beats = [world.beat()]
    for _ in range(25):
        for _ in range(author.chance.randint(1, 3)):
            author.something()
        beats.append(world.beat())
    late = Patrol(tmp_path, exempt)
    late.walk(reduce(merged, beats[:10]))
    found = late.walk(reduce(merged, beats[10:]))
    assert set(found) == world.fresh()
    assert Patrol(tmp_path, exempt).walk(reduce(merged, beats)) == found


# ---- the process ----------------------------------------------------------------------------------


@dataclass
class Desk:
    """Somebody who is told, and can wait for it."""

    scanning: Scanning
    moved: threading.Condition
    told: list[tuple[State, threading.Thread]]

    def wait(self, *states: State, walks: int = 0) -> State:
        """The state, once it is one of these and so many walks were told."""
        with self.moved:
            assert self.moved.wait_for(
                lambda: self.scanning.state[0] in states and len(self.told) >= walks, PATIENCE
            ), self.scanning.state[0]
        return self.scanning.state[0]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Callable[..., Desk]]:
    """Begins a scan of `tmp_path`, and ends it with the test."""
    begun: list[Scanning] = []

    def one(files: Callable[[str, str], bool] = never) -> Desk:
        moved = threading.Condition()
        desk: list[Desk] = []

        def tell() -> None:
            with moved:
                for each in desk:
                    each.told.append((each.scanning.state[0], threading.current_thread()))
                moved.notify_all()

        with moved:
            desk.append(Desk(Scanning(tmp_path, files, tell), moved, []))
        begun.append(desk[0].scanning)
        return desk[0]

    yield one
    for scanning in begun:
        scanning.close()


def show(folder: Path, text: str, path: str = "index.html") -> Beat:
    """A page of Acme's portal; the beat tells of it and of all terms."""
    file = folder / "portals" / "acme" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(html(f"<p>{text}</p>"))
    terms = {account: tuple(t for t in TERMS if t.account == account) for account in ("", "acme", "brisa")}
    units = {"portals/acme": ("portal", "acme", frozenset((path,)))}
    return replace(NOTHING, terms=terms, units=units)  # type: ignore[arg-type]


def processes() -> list[BaseProcess]:
    return [process for process in multiprocessing.active_children() if process.name == "scan"]


def test_it_follows(begin: Callable[..., Desk], tmp_path: Path) -> None:
    desk = begin()
    assert desk.scanning.state == ("looking", ())
    desk.scanning.follow(show(tmp_path, SECRET))
    assert desk.wait("clean", "leaks", "failed") == "leaks"
    [leak] = desk.scanning.state[1]
    assert (leak.page, leak.account, leak.term.text) == ("portals/acme/index.html", "acme", SECRET)
    desk.scanning.follow(show(tmp_path, "Nothing new"))
    assert desk.wait("clean", "failed", walks=2) == "clean"
    assert desk.scanning.state == ("clean", ())
    assert [state for state, _ in desk.told] == ["leaks", "clean"]
    assert all(thread is not threading.main_thread() for _, thread in desk.told)


def test_what_a_build_exempts_can_be_sent(begin: Callable[..., Desk], tmp_path: Path) -> None:
    desk = begin(Exempt((tmp_path,)))
    desk.scanning.follow(replace(show(tmp_path, "Nothing new"), exempt=Exempt(())))
    assert desk.wait("clean", "leaks", "failed") == "clean"


@dataclass(frozen=True)
class Closed:
    """Holds every walk up until there is a file."""

    gate: Path

    def __call__(self, surface: str, path: str) -> bool:
        end = time.monotonic() + PATIENCE
        while not self.gate.exists() and time.monotonic() < end:
            time.sleep(0.01)
        return False


def test_what_comes_during_a_walk_is_walked_at_once_and_whole(
    begin: Callable[..., Desk], tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    desk = begin(Closed(gate))
    for n in range(20):
        desk.scanning.follow(show(tmp_path, SECRET if n % 7 == 3 else "Nothing new", f"{n}.html"))
    assert desk.scanning.state == ("looking", ())
    gate.touch()
    assert desk.wait("clean", "leaks", "failed") == "leaks"
    pages = {leak.page for leak in desk.scanning.state[1]}
    assert pages == {f"portals/acme/{n}.html" for n in (3, 10, 17)}
    assert len(desk.told) <= 2


def test_a_killed_process_is_begun_again_and_knows_everything(
    begin: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = begin()
    desk.scanning.follow(show(tmp_path, SECRET))
    desk.wait("leaks", "failed")
    [process] = processes()
    process.kill()
    assert desk.wait("failed") == "failed"
    assert len(desk.scanning.state[1]) == 1
    desk.scanning.follow(show(tmp_path, "Nothing new", "other.html"))
    assert desk.wait("leaks", "clean", walks=3) == "leaks"
    assert [leak.page for leak in desk.scanning.state[1]] == ["portals/acme/index.html"]


def test_a_walk_that_fails_says_so_and_the_next_beat_mends_it(
    begin: Callable[..., Desk], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = begin()
    beat = show(tmp_path, "Nothing new", f"{SECRET}.html")
    page = tmp_path / "portals" / "acme" / f"{SECRET}.html"
    page.unlink()
    page.symlink_to(page)
    desk.scanning.follow(beat)
    assert desk.wait("failed", "clean", "leaks") == "failed"
    assert desk.scanning.why.startswith("OSError at ")
    assert SECRET not in desk.scanning.why
    page.unlink()
    desk.scanning.follow(show(tmp_path, "Nothing new"))
    assert desk.wait("clean", "leaks", walks=2) == "clean"
    assert capfd.readouterr() == ("", "")


def test_what_cannot_be_sent_is_a_failure_and_no_exception(
    begin: Callable[..., Desk], tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    desk = begin()
    desk.scanning.follow(replace(show(tmp_path, "x"), exempt=lambda surface, path: False))
    assert desk.wait("failed", "clean", "leaks") == "failed"
    desk = begin(lambda surface, path: False)
    desk.scanning.follow(show(tmp_path, "x"))
    assert desk.wait("failed", "clean", "leaks") == "failed"
    assert capfd.readouterr() == ("", "")


def test_a_listener_that_fails_stops_nothing(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    heard: list[int] = []
    twice = threading.Event()

    def tell() -> None:
        heard.append(1)
        if len(heard) == 2:
            twice.set()
        raise ZeroDivisionError

    scanning = Scanning(tmp_path, never, tell)
    try:
        scanning.follow(show(tmp_path, "Nothing new"))
        end = time.monotonic() + PATIENCE
        while scanning.state[0] == "looking" and time.monotonic() < end:
            time.sleep(0.01)
        scanning.follow(show(tmp_path, SECRET))
        assert twice.wait(PATIENCE)
        assert scanning.state[0] == "leaks"
        assert scanning.why.startswith("ZeroDivisionError at test_scanning.py")
    finally:
        scanning.close()
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("moment", ["at once", "when it looks", "when it is done"])
def test_closing_leaves_no_process(begin: Callable[..., Desk], tmp_path: Path, moment: str) -> None:
    gate = tmp_path / "gate"
    desk = begin(Closed(gate))
    if moment != "at once":
        desk.scanning.follow(show(tmp_path, "Nothing new"))
    if moment == "when it is done":
        gate.touch()
        desk.wait("clean")
    desk.scanning.close()
    assert processes() == []
    desk.scanning.close()
    desk.scanning.follow(show(tmp_path, SECRET))
    assert processes() == []


def test_an_interrupt_does_not_reach_it(begin: Callable[..., Desk], tmp_path: Path) -> None:
    desk = begin()
    desk.scanning.follow(show(tmp_path, "Nothing new"))
    desk.wait("clean")
    [process] = processes()
    assert process.pid is not None
    os.kill(process.pid, signal.SIGINT)
    desk.scanning.follow(show(tmp_path, SECRET))
    assert desk.wait("leaks", "failed") == "leaks"


def test_pages_come_first(begin: Callable[..., Desk], tmp_path: Path) -> None:
    desk = begin()
    desk.scanning.follow(show(tmp_path, "Nothing new"))
    desk.wait("clean")
    [process] = processes()
    assert process.pid is not None
    ours, its = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (os.getpid(), process.pid))
    assert its == min(ours + 5, 19)


SERVED = """
import multiprocessing, pathlib, sys, time
from portalgen.live.scanning import Scanning
from portalgen.scan.scanner import never

if __name__ == "__main__":
    scanning = Scanning(pathlib.Path(sys.argv[1]), never, lambda: None)
    while not multiprocessing.active_children():
        time.sleep(0.01)
    try:
        print("begun", flush=True)
        time.sleep(60)
    except KeyboardInterrupt:
        scanning.close()
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGKILL])
@pytest.mark.parametrize("pause", [0, 0.3, 3], ids=["begun", "importing", "ready"])
def test_it_ends_with_its_parent_and_without_a_word(
    tmp_path: Path, number: signal.Signals, pause: float
) -> None:
    script = tmp_path / "served.py"
    script.write_text(SERVED)
    parent = subprocess.Popen(
        [sys.executable, script, tmp_path], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True
    )  # fmt: skip
    try:
        assert parent.stdout is not None
        assert parent.stdout.readline() == b"begun\n"
        time.sleep(pause)
        if number == signal.SIGINT:
            os.killpg(parent.pid, number)  # as a terminal does
        else:
            parent.kill()
        # Output ends when the last process is gone that could write to it.
        assert parent.communicate(timeout=PATIENCE) == (b"", b"")
    finally:
        parent.kill()
        parent.wait()

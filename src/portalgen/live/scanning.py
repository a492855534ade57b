"""The scan beside the loop: a patrol in a process of its own, which pages never wait for.

Owns that process: begun once, by spawning (threads don't survive a fork), nicer than the rest, ended with
its parent however that ends, begun again after it failed. Refuses to stop anybody: `follow` only says
what changed, and whatever goes wrong is a state.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable
from dataclasses import replace
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Literal

from portalgen.problems import Address
from portalgen.project.terms import Kind, Term
from portalgen.scan import Beat, Leak, Patrol
from portalgen.vocabulary import Audience

State = Literal["looking", "clean", "leaks", "failed"]

_NICE = 5
_PATIENCE = 5.0
"""Seconds that a process or thread has for ending."""


def merged(first: Beat, second: Beat) -> Beat:
    """One beat that tells what these two tell one after the other."""
    units = {name: unit for name, unit in first.units.items() if name not in second.gone}
    for name, (surface, account, paths) in second.units.items():
        before = units[name][2] if name in units else frozenset()
        units[name] = surface, account, before | paths
    return Beat(
        terms={**first.terms, **second.terms},
        units=units,
        gone=first.gone | second.gone,
        cases=second.cases,
        allow=second.allow,
        interface=second.interface,
        exempt=second.exempt or first.exempt,
    )


class Scanning:
    """What stands in `folder` is scanned as it changes. `exempt` as `Scan` takes it, and picklable.

    `told` is called, in a thread of ours, after each walk and after each failure.
    """

    def __init__(
        self, folder: Path, exempt: Callable[[str, str], bool], told: Callable[[], object] = lambda: None
    ) -> None:
        self._arguments = folder, exempt
        self._told = told
        self._lock = threading.Lock()
        self._whole: Beat | None = None
        self._next: Beat | None = None
        self._state: State = "looking"
        self._leaks: tuple[Leak, ...] = ()
        self._why = ""
        self._closed = False
        self._ear, self._bell = multiprocessing.Pipe(duplex=False)
        self._thread = threading.Thread(target=self._run, name="scanning", daemon=True)
        self._thread.start()

    # ---- for whoever builds -----------------------------------------------------------------------

    def follow(self, beat: Beat) -> None:
        """Scan what changed, as soon as may be. Returns at once."""
        with self._lock:
            if self._closed:
                return
            self._whole = merged(self._whole, beat) if self._whole else beat
            if self._state == "failed":
                self._next = self._whole
            else:
                self._next = merged(self._next, beat) if self._next else beat
            self._state = "looking"
            self._ring()

    @property
    def state(self) -> tuple[State, tuple[Leak, ...]]:
        """How far the scan is, and the leaks that it found last."""
        with self._lock:
            return self._state, self._leaks

    @property
    def why(self) -> str:
        """What failed last, in a program's words and with nothing of what it read, or `""`."""
        with self._lock:
            return self._why

    def close(self) -> None:
        """End the process, whatever it is doing. Returns when it is gone."""
        with self._lock:
            if not self._closed:
                self._closed = True
                self._ring()
        self._thread.join(2 * _PATIENCE)

    def _ring(self) -> None:
        # One ring is enough until it is heard, and another could wait for room in the pipe.
        if not self._ear.poll():
            self._bell.send_bytes(b"!")

    # ---- in a thread of ours ----------------------------------------------------------------------

    def _run(self) -> None:
        worker = self._begin()
        while not self._closed:
            if worker is None and self._next is not None:
                worker = self._begin()
            if worker is not None and worker.idle and (beat := self._take()) is not None:
                worker = self._hand(worker, beat)
            ready = wait([self._ear, *(worker.handles if worker else ())])
            if self._ear in ready:
                with self._lock:
                    self._ear.recv_bytes()
            if worker is not None and any(handle in ready for handle in worker.handles):
                worker = self._hear(worker)
        if worker is not None:
            worker.end()
        self._ear.close()
        self._bell.close()

    def _begin(self) -> _Worker | None:
        try:
            return _Worker(*self._arguments)
        except Exception as error:
            self._fail(_sentence(error))
            return None

    def _take(self) -> Beat | None:
        with self._lock:
            beat, self._next = self._next, None
            return beat

    def _hand(self, worker: _Worker, beat: Beat) -> _Worker | None:
        try:
            worker.walk(beat)
        except Exception as error:
            worker.end()
            self._fail(_sentence(error))
            return None
        return worker

    def _hear(self, worker: _Worker) -> _Worker | None:
        idle = worker.idle
        try:
            heard = worker.hear()
        except (EOFError, OSError):
            heard = "the process ended"
        if isinstance(heard, str):
            worker.end()
            self._fail(heard, idle=idle)
            return None
        if heard is not None:
            with self._lock:
                self._leaks = heard
                if self._next is None:
                    self._state = "leaks" if heard else "clean"
            self._tell()
        return worker

    def _fail(self, why: str, *, idle: bool = False) -> None:
        """Wait for the next beat; one that came when the process had ended already is that."""
        with self._lock:
            self._why = why
            if idle and self._next is not None:
                self._next = self._whole
                return
            self._next = None
            self._state = "failed"
        self._tell()

    def _tell(self) -> None:
        try:
            self._told()
        except Exception as error:
            with self._lock:
                self._why = _sentence(error)


class _Worker:
    """The process, seen from here. It says when it is ready for work; `hear` waits for nothing else."""

    def __init__(self, folder: Path, exempt: Callable[[str, str], bool]) -> None:
        _ignore_interrupts()
        context = multiprocessing.get_context("spawn")
        self._connection, theirs = context.Pipe()
        self._process = context.Process(target=_work, args=(theirs, folder, exempt), name="scan", daemon=True)
        self._process.start()
        theirs.close()
        self.idle = False

    @property
    def handles(self) -> tuple[Connection, int]:
        """What `wait` waits for."""
        return self._connection, self._process.sentinel

    def walk(self, beat: Beat) -> None:
        """Send it. Raises `OSError` where the process has ended, and whatever pickling raises."""
        self.idle = False
        # Dataclasses are pickled slowly, and all in one go, during which no other thread runs.
        terms = {account: [_row(term) for term in found] for account, found in beat.terms.items()}
        self._connection.send((replace(beat, terms={}), terms))

    def hear(self) -> tuple[Leak, ...] | str | None:
        """What a walk found, what went wrong, or None: ready. Raises `EOFError`, `OSError`: it ended."""
        if not self._connection.poll():
            raise EOFError
        said: tuple[Leak, ...] | str | None = self._connection.recv()
        self.idle = True
        return said

    def end(self) -> None:
        """End it and wait until it is gone."""
        self._process.terminate()
        self._process.join(_PATIENCE)
        if self._process.is_alive():
            self._process.kill()
            self._process.join(_PATIENCE)
        self._connection.close()


def _ignore_interrupts() -> None:
    """^C is the main thread's; what this thread begins hears of none from its first moment."""
    if hasattr(signal, "pthread_sigmask"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()  # begun later, by `Process`, it would let them in again
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGINT,))


_Row = tuple[str, Kind, str, str, Audience, str, str, int, int]


def _row(term: Term) -> _Row:
    at = term.at
    return (
        *(term.text, term.kind, term.account, term.client, term.audience, term.field),
        *(at.path, at.line, at.column),
    )


def _terms(rows: Iterable[_Row]) -> tuple[Term, ...]:
    return tuple(Term(*row[:6], Address(sys.intern(row[6]), *row[7:])) for row in rows)


def _sentence(error: BaseException) -> str:
    """An error without its own words, which may quote what was read."""
    last = error.__traceback__
    while last is not None and last.tb_next is not None:
        last = last.tb_next
    where = f" at {Path(last.tb_frame.f_code.co_filename).name}:{last.tb_lineno}" if last else ""
    return f"{type(error).__name__}{where}"


# ---- in the process -------------------------------------------------------------------------------


def _work(connection: Connection, folder: Path, exempt: Callable[[str, str], bool]) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 2)  # what goes wrong is said through the connection
    threading.Thread(target=_end_with_parent, daemon=True).start()
    if hasattr(os, "nice"):
        os.nice(_NICE)
    try:
        patrol = Patrol(folder, exempt)
        connection.send(None)
        while True:
            beat, terms = connection.recv()
            found = {account: _terms(rows) for account, rows in terms.items()}
            connection.send(patrol.walk(replace(beat, terms=found)))
    except EOFError:
        return
    except Exception as error:
        connection.send(_sentence(error))


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)

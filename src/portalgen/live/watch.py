"""The watcher: tells which files people have changed, once each change is whole.

Owns the edge of `portalgen.live`: threads, the clock, looking at files, and the choice between the
system's events and polling. What counts is decided in `places`, when it is ready in `settle`.

Refuses to guess that events come: a probe file is written at the start, and where nothing tells of it
within a second the folders are looked at every now and then, which is slower and works everywhere.
"""

# Paths come as text by the thousand, and are compared as text.
# ruff: noqa: PTH108, PTH112, PTH116, PTH118, PTH120

from __future__ import annotations

import errno
import itertools
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Protocol

from watchdog.observers.polling import PollingObserver

from portalgen.live.observed import Observed
from portalgen.live.places import Places
from portalgen.live.settle import QUIET, Event, Kind, Settling, Stamp

POLL = 0.5
"""Seconds between two looks at a folder that sends no events."""
_PROBE = 1.0
_STAMPED = frozenset((Kind.NEW, Kind.OPEN, Kind.FOUND))

_FULL = "this computer watches as many folders as it may (fs.inotify.max_user_watches and max_user_instances)"

# What watchdog has to say is said here in words for authors; Python would print it raw.
_SILENCE = logging.NullHandler()

Tell = Callable[[str, Kind], None]
Lost = Callable[[OSError | None], None]


class Source(Protocol):
    """Tells of changes from its making until it is closed.

    `cookies` are folders: once a file in each of them has been told of, so has every earlier change.
    None where that can't be had.
    """

    @property
    def cookies(self) -> Sequence[str]: ...

    def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Changes:
    """A batch: absolute paths of files and folders that were changed, created, deleted, moved from or to.

    A folder stands for all below it. Every event counted up to `ticket` is in this batch or an earlier one.
    """

    paths: frozenset[Path]
    ticket: int


class Watch:
    """What people change, in batches. `next` is for one thread, everything else for any.

    `polling` is "" while the system's events are used, else a sentence for the terminal; it may come
    later too, when the system's limit is reached.
    """

    def __init__(self, places: Places, native: Callable[[Places, Tell, Lost], Source]) -> None:
        self.polling = ""
        self._places, self._native, self._every = places, native, POLL
        self._source: Source | None = None
        self._lock = threading.Lock()
        self._events = threading.Condition(self._lock)
        self._answers = threading.Condition(self._lock)
        self._changing = threading.Lock()
        self._settling = Settling()
        self._until = 0.0
        self._woken = False
        self._failure: OSError | None = None
        self._names = itertools.count(1)
        self._expected: set[str] = set()
        self._turn = threading.Lock()
        self._asked = self._answered = 0

    @classmethod
    @contextmanager
    def open(
        cls,
        folders: Iterable[Path],
        files: Iterable[Path],
        *,
        poll: float | None = None,
        native: Callable[[Places, Tell, Lost], Source] | None = None,
    ) -> Iterator[Watch]:
        """Watch folders, with all below them, and single files; none need exist yet.

        Everything that happens from the moment this is entered is in some batch: open first, then build.
        `poll` is an interval in seconds, for polling whatever the system can do; `native` makes the
        source of events in place of the system's own.
        """
        logging.getLogger("watchdog").addHandler(_SILENCE)
        watch = cls(Places.of(folders, files), native or _native)
        try:
            watch._start(poll)
            yield watch
        finally:
            watch._stop()

    def next(self, timeout: float) -> Changes | None:
        """The next batch that has settled; None when `timeout` seconds have passed, or on `wake`."""
        end = monotonic() + timeout
        while True:
            self._recover()
            with self._lock:
                if self._woken:
                    self._woken = False
                    return None
                unsure = self._settling.unsure(monotonic())
            # Without the lock: on a drive that hangs, only this thread does.
            seen = [(path, _stamp(path)) for path in unsure]
            with self._lock:
                now = monotonic()
                for path, stamp in seen:
                    self._settling.look(path, stamp, now)
                due = self._settling.due(now)
                if due is not None:
                    return Changes(frozenset(map(Path, due)), self._settling.ticket)
                if now >= end:
                    return None
                self._until = min(now + self._settling.wait(now), end)
                if not self._woken and not self._failure:
                    self._events.wait(min(self._until - now, threading.TIMEOUT_MAX))
                self._until = 0.0

    def ticket(self, timeout: float = 1.0) -> int:
        """A number that covers every change on disk that happened before the call, unless polling.

        Events may still be on their way, so a file is touched and its event waited for: events come in
        order. Callers that wait at the same time share one. Where this takes longer than `timeout`
        seconds, or can't be done, it is the number of events heard so far.
        """
        end = monotonic() + timeout
        with self._lock:
            self._asked += 1
            mine = self._asked
        if self._turn.acquire(timeout=timeout):
            try:
                source = self._source
                # The caller before this one may have touched for all that were waiting.
                if self._answered < mine and source and source.cookies:
                    covered = self._asked
                    self._touch(source.cookies, end - monotonic())
                    self._answered = covered
            finally:
                self._turn.release()
        with self._lock:
            return self._settling.count

    def wake(self) -> None:
        """Make a waiting `next` return None at once; if none is waiting, the next one."""
        with self._lock:
            self._woken = True
            self._events.notify_all()

    def follow(self, folders: Iterable[Path], files: Iterable[Path]) -> None:
        """Watch these from now on. If they are others than before, the next batch names all of them."""
        places = Places.of(folders, files)
        if places == self._places:
            return
        with self._changing:
            self._places = places
            if self.polling:
                self._replace(self._poll)
            else:
                self._listen()

    def _start(self, poll: float | None) -> None:
        with self._changing:
            if poll is None:
                self._listen()
            else:
                self._every = poll
                self._fall_back("polling was asked for")
        with self._lock:
            # Who opens has built nothing yet, and will see what happened until now.
            self._settling = Settling()

    def _listen(self) -> None:
        """Use the system's events, or poll where they can't be trusted."""
        if kind := self._places.remote():
            self._fall_back(f"changes made on another computer send no events to this one ({kind})")
            return
        try:
            self._replace(lambda: self._native(self._places, self._tell, self._lost))
        except OSError as error:
            self._fall_back(_why(error))
            return
        if deaf := self._probe():
            self._fall_back(f"{deaf} sends no change events (a network drive?)")

    def _stop(self) -> None:
        with self._changing:
            source, self._source = self._source, None
            if source:
                source.close()
        with self._lock:
            self._expected.clear()
            self._answers.notify_all()

    def _probe(self) -> str:
        """The first folder that does not tell of a new file within a second, or ""."""
        # In the watched folders, since only there it shows whether they send events. A folder in which
        # nothing can be written proves nothing, and is believed.
        there = [p for p in self._places.folders if os.path.isdir(p)]
        return next(iter(self._touch(there, _PROBE)), "")

    def _touch(self, folders: Iterable[str], timeout: float) -> list[str]:
        """Make a file in each folder, and take it away; the folders whose event did not come in time."""
        names: dict[str, str] = {}
        try:
            for folder in folders:
                name = os.path.join(folder, f".portalgen-{os.getpid()}-{next(self._names)}")
                with self._lock:
                    self._expected.add(name)
                names[name] = folder
                try:
                    os.close(os.open(name, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
                except OSError:
                    with self._lock:
                        self._expected.discard(name)
            with self._lock:
                self._answers.wait_for(lambda: self._expected.isdisjoint(names), timeout)
                return [folder for name, folder in names.items() if name in self._expected]
        finally:
            with self._lock:
                self._expected.difference_update(names)
            for name in names:
                with suppress(OSError):
                    os.unlink(name)

    def _tell(self, path: str, kind: Kind) -> None:
        if not self._places.covers(path):
            with self._lock:
                if path in self._expected:
                    self._expected.discard(path)
                    self._answers.notify_all()
            return
        stamp = _stamp(path) if kind in _STAMPED else None
        with self._lock:
            now = monotonic()
            self._settling.note(Event(path, kind, stamp), now)
            # In a burst, the waiting thread looks up every few milliseconds and not at every event.
            if self._until > now + QUIET:
                self._events.notify_all()

    def _lost(self, error: OSError | None) -> None:
        if error is None:
            self._everything()
            return
        with self._lock:
            self._failure = error
            self._events.notify_all()

    def _everything(self) -> None:
        for path in (*self._places.folders, *self._places.files):
            self._tell(path, Kind.DONE)

    def _recover(self) -> None:
        """Poll, if the system can tell no more. The thread that notices can't do it, as it must end."""
        with self._lock:
            failure, self._failure = self._failure, None
        if failure:
            with self._changing:
                self._fall_back(_why(failure))

    def _fall_back(self, reason: str) -> None:
        self.polling = f"{reason}, so files are looked at every {self._every:g} s"
        self._replace(self._poll)

    def _replace(self, make: Callable[[], Source]) -> None:
        """Change the source. What happened between the two may be in no event: everything has changed."""
        source = make()
        old, self._source = self._source, source
        if old:
            old.close()
        self._everything()
        with self._lock:
            # Nobody will tell of the old source's cookies; what they were to cover is counted now.
            self._expected = {path for path in self._expected if os.path.dirname(path) in source.cookies}
            self._answers.notify_all()

    def _poll(self) -> Source:
        return Observed(PollingObserver(timeout=self._every), self._places, self._tell, cookies=False)


def _native(places: Places, tell: Tell, lost: Lost) -> Source:
    if sys.platform == "linux":
        from portalgen.live.native import Native

        return Native(places, tell, lost)
    from watchdog.observers import Observer

    return Observed(Observer(), places, tell, cookies=True)


def _stamp(path: str) -> Stamp | None:
    try:
        state = os.stat(path)
    except OSError:
        return None
    return state.st_size, state.st_mtime_ns, state.st_ino


def _why(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EMFILE, errno.ENFILE):
        return _FULL
    return f"the system does not tell of changes ({os.strerror(error.errno or 0).lower()})"

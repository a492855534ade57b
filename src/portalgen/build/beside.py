"""The public site in a process of its own, beside the one that watches and serves.

MkDocs takes a second over hundreds of cases and holds its process meanwhile; beside it, a save shows at
once. One process for the whole of `serve`, begun by spawning (threads don't survive a fork), ended with
its parent however that ends. One that died is begun again, and makes the site whole.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import date
from multiprocessing.connection import wait
from pathlib import Path

from portalgen.problems import Address, Problem, UsageError
from portalgen.public import Change, Given, LiveSite, Refreshed, difference
from portalgen.settings import Settings
from portalgen.site import Unit, from_folder


class Beside:
    """The process. Made by `Beside.open`."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._pool = _pool(folder)
        self._asked: tuple[Given, date] | None = None
        self._future: Future[Refreshed] | None = None

    @classmethod
    @contextmanager
    def open(cls, folder: Path) -> Iterator[Beside]:
        """Begin the process; `folder` is where MkDocs writes, and nobody else."""
        beside = cls(folder)
        try:
            yield beside
        finally:
            beside._pool.shutdown(wait=False, cancel_futures=True)
            # MkDocs may be at work, and nobody waits for it any more. Whoever has processes of their own
            # here (the scan) has ended them before.
            for process in multiprocessing.active_children():
                process.terminate()

    def begin(self, given: Given, today: date, *, outside: bool) -> None:
        """Begin to make the site anew; `outside`: something else than the cases may have changed."""
        last, self._asked = self._asked, (given, today)
        try:
            if last is None or outside:
                self._whole(outside=outside)
            else:
                # All views of hundreds of cases take as long on their way as a page takes to make.
                change = difference(last[0], given)
                self._future = self._pool.submit(_refresh_changed, given.settings, change, today)
        except BrokenProcessPool:
            self._again()

    def _whole(self, *, outside: bool) -> None:
        assert self._asked is not None
        self._future = self._pool.submit(_refresh, *self._asked, outside)

    def _again(self) -> None:
        """Begin with a new process, which knows nothing yet."""
        self._pool = _pool(self._folder)
        self._whole(outside=True)

    def end(self) -> Refreshed:
        """Wait for what was begun."""
        assert self._future is not None
        assert self._asked is not None
        at = Address(self._asked[0].settings.file.name)
        try:
            try:
                return self._future.result()
            except LookupError:
                self._whole(outside=True)
            except BrokenProcessPool:
                self._again()
            return self._future.result()
        except UsageError as error:
            return _failed(error.at or at, error.sentence)
        except BrokenProcessPool:
            self._pool = _pool(self._folder)
            return _failed(at, "MkDocs ended while it made the public site")

    def folder(self) -> Unit:
        """The whole site as MkDocs wrote it last."""
        return from_folder("public", "public", self._folder)


def _failed(at: Address, sentence: str) -> Refreshed:
    problem = Problem(at, "error", "public-site", sentence)
    return Refreshed(problems=(problem,), whole=False, written={}, removed=frozenset())


def _pool(folder: Path) -> ProcessPoolExecutor:
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(1, mp_context=context, initializer=_open, initargs=(folder,))


# ---- in the process -------------------------------------------------------------------------------

_site: LiveSite | None = None


def _open(folder: Path) -> None:
    global _site
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ^C is the parent's, who ends us in order
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _site = LiveSite(folder)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _refresh(given: Given, today: date, outside: bool) -> Refreshed:
    assert _site is not None
    return _site.refresh(given, today, outside=outside)


def _refresh_changed(settings: Settings, change: Change, today: date) -> Refreshed:
    assert _site is not None
    return _site.refresh_changed(settings, change, today, outside=False)

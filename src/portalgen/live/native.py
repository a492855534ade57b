"""Changes as Linux tells them: inotify(7), read by watchdog, with each folder's watch kept here.

watchdog's own observer is not used on Linux, for four reasons. It has a queue and a thread per folder, so
that a cookie in one folder would say nothing about another. It holds a move that leaves the tree, and all
that comes after it, for half a second. Where the limit of watches is reached it says so for the outermost
folder alone. And a folder that comes back is not watched again. Its reader has none of these faults.

Owns: which folder has a watch, and that nothing is missed while a folder gets one (first the watch, then
a look at what is there already). Refuses to judge: every path that is reported is told.
"""

# Paths come as text by the thousand, and are compared as text.
# ruff: noqa: PTH106, PTH112, PTH118, PTH120

from __future__ import annotations

import errno
import itertools
import os
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

from portalgen.live.places import Places
from portalgen.live.settle import Kind

# No opens, no reads, no attributes: a build that reads the folder must not even wake this process's reader.
_MASK = (
    InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_CREATE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_MOVED_FROM
    | InotifyConstants.IN_MOVED_TO
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_EXCL_UNLINK
)
_FULL = frozenset((errno.ENOSPC, errno.EMFILE, errno.ENFILE, errno.ENOMEM))


class Native:
    """Tells what happens at the places until it is closed. A `watchdog` `WatchCallback`.

    `tell` hears each path and what happened to it, in the order of happening; `lost` hears None when
    events were lost, or the error after which no more can be watched. Both are called in the reader's
    thread. Raises `OSError` where the system's limit is reached.
    """

    def __init__(
        self,
        places: Places,
        tell: Callable[[str, Kind], None],
        lost: Callable[[OSError | None], None],
    ) -> None:
        self._places, self._tell, self._lost = places, tell, lost
        self._lock = threading.Lock()
        self._numbers = itertools.count(1)
        self._watches: dict[str, tuple[WatchDescriptor, CallbackId]] = {}
        self._paths: dict[WatchDescriptor, set[str]] = {}
        self._closed = False
        self._reader = InotifyFD()
        self._reader.start()
        self.cookies: tuple[str, ...] = ()
        try:
            with self._lock:
                self._watch_all()
            # One instance's events come in one order, wherever they happened. So the cookies need not
            # lie where people (and programs that copy to other computers) would see them.
            with suppress(OSError):
                self.cookies = (tempfile.mkdtemp(prefix="portalgen-"),)
            with self._lock:
                for folder in self.cookies:
                    self._add(folder)
        except OSError:
            self.close()
            raise

    def close(self) -> None:
        """Watch no more; the thread has ended when this returns."""
        with self._lock:
            self._closed = True
        self._reader.stop()
        self._reader.join()
        for folder in self.cookies:
            with suppress(OSError):
                os.rmdir(folder)

    def on_event(self, event: InotifyEvent) -> None:
        """Hear one event of a folder."""
        if not event.name:
            return
        try:
            with self._lock:
                for folder in () if self._closed else tuple(self._paths.get(event.wd, ())):
                    self._happened(os.path.join(folder, os.fsdecode(event.name)), event)
        except OSError as error:
            self._lost(error)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Hear that the system has dropped a watch, since its folder is no more."""
        with self._lock:
            for path in self._paths.pop(wd, ()):
                if self._watches.get(path, (None,))[0] == wd:
                    del self._watches[path]

    def on_queue_overflow(self) -> None:
        """Hear that events were lost, perhaps those of new folders too."""
        try:
            with self._lock:
                if self._closed:
                    return
                self._leave(tuple(self._watches))
                self._watch_all()
                for folder in self.cookies:
                    self._add(folder)
        except OSError as error:
            self._lost(error)
        else:
            self._lost(None)

    def _happened(self, path: str, event: InotifyEvent) -> None:
        leads = path in self._places.leading
        if event.is_moved_from or event.is_delete:
            if event.is_directory or leads:
                self._leave([p for p in self._watches if p == path or p.startswith(path + os.sep)])
            for place in {path, *self._places.below(path)}:
                self._tell(place, Kind.GONE)
        elif event.is_create or event.is_moved_to:
            # A link to a folder may stand where the settings name a folder.
            if event.is_directory or (leads and os.path.isdir(path)):
                self._leave([p for p in self._watches if p == path or p.startswith(path + os.sep)])
                self._enter(path, Kind.FOUND if event.is_create else Kind.DONE)
            else:
                self._tell(path, Kind.NEW if event.is_create else Kind.DONE)
        elif not event.is_directory:
            self._tell(path, Kind.DONE if event.is_close_write else Kind.OPEN)

    def _watch_all(self) -> None:
        tops = [p for p in self._places.leading if os.path.dirname(p) not in self._places.leading]
        for path in tops or self._places.leading:
            self._enter(path, None)

    def _enter(self, path: str, files: Kind | None) -> None:
        """Watch a folder and those below it; tell what is there already, its files as `files`."""
        folders = [path]
        while folders:
            folder = folders.pop()
            if not self._matters(folder) or not self._add(folder):
                continue
            if files:
                self._tell(folder, Kind.DONE)
            for inner, is_folder in self._places.found(folder):
                if is_folder:
                    folders.append(inner)
                elif files:
                    self._tell(inner, files)

    def _matters(self, folder: str) -> bool:
        return folder in self._places.leading or self._places.covers(folder)

    def _add(self, path: str) -> bool:
        """Whether `path` is watched now; raises `OSError` where no more can be."""
        if path in self._watches:
            return True
        follow = path in self._places.leading
        mask = Mask(_MASK if follow else _MASK | InotifyConstants.IN_DONT_FOLLOW)
        number = CallbackId(next(self._numbers))
        try:
            wd = self._reader.add_callback(os.fsencode(path), mask, self, number)
        except OSError as error:
            if error.errno in _FULL:
                raise
            return False  # gone again, or replaced by something else: its event will follow
        if wd == -1:
            # watchdog's way to say that this process may not read the folder; a build can't either.
            self._reader.remove_callbacks([(wd, number)])
            return False
        self._watches[path] = wd, number
        self._paths.setdefault(wd, set()).add(path)
        return True

    def _leave(self, paths: list[str] | tuple[str, ...]) -> None:
        watches = [(path, *self._watches.pop(path)) for path in paths]
        for path, wd, _ in watches:
            others = self._paths.get(wd, set())
            others.discard(path)
            if not others:
                self._paths.pop(wd, None)
        self._reader.remove_callbacks([(wd, number) for _, wd, number in watches])

"""Changes as one of watchdog's observers tells them: by polling, and natively on macOS and Windows.

Owns: which folder an observer is asked to look at, as folders go and come back. These observers tell
neither that a file was closed nor, surely, what is in a folder that has just come; so every change is
`FOUND`, and what comes is looked through.
"""

# Paths come as text by the thousand, and are compared as text.
# ruff: noqa: PTH112

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress

from watchdog.events import (
    EVENT_TYPE_ATTRIB,
    EVENT_TYPE_CLOSED,
    EVENT_TYPE_CLOSED_NO_WRITE,
    EVENT_TYPE_DELETED,
    EVENT_TYPE_MOVED,
    EVENT_TYPE_OPENED,
    FileSystemEvent,
    FileSystemEventHandler,
)
from watchdog.observers.api import BaseObserver, ObservedWatch

from portalgen.live.places import Places
from portalgen.live.settle import Kind

_NO_CHANGE = frozenset((EVENT_TYPE_ATTRIB, EVENT_TYPE_OPENED, EVENT_TYPE_CLOSED_NO_WRITE))


class Observed(FileSystemEventHandler):
    """Tells what an observer sees at the places, in the observer's thread, until it is closed.

    `cookies`: whether a file that is put into a watched folder is seen at once.
    """

    def __init__(
        self, observer: BaseObserver, places: Places, tell: Callable[[str, Kind], None], *, cookies: bool
    ) -> None:
        self._observer, self._places, self._tell = observer, places, tell
        self._watches: dict[str, ObservedWatch] = {}
        observer.start()
        # Both this thread and the observer's may look after the watches. Neither locks, since the
        # observer's holds its own lock then; each step is safe to take twice.
        self._attend(quiet=True)
        # One in each folder, as here each folder's events come in an order of their own.
        homes = sorted({*places.folders, *map(os.path.dirname, places.files)})
        self.cookies = tuple(p for p in homes if p in self._watches) if cookies else ()

    def close(self) -> None:
        """Watch no more; all threads have ended when this returns."""
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Hear one event."""
        if event.event_type in _NO_CHANGE:
            return
        path, moved_to = os.fsdecode(event.src_path), os.fsdecode(event.dest_path)
        if not event.is_directory:
            if event.event_type in (EVENT_TYPE_DELETED, EVENT_TYPE_MOVED):
                self._tell(path, Kind.GONE)
            else:
                self._tell(path, Kind.DONE if event.event_type == EVENT_TYPE_CLOSED else Kind.FOUND)
            if moved_to:
                self._tell(moved_to, Kind.FOUND)
        elif event.event_type in (EVENT_TYPE_DELETED, EVENT_TYPE_MOVED):
            for place in {path, *self._places.below(path)}:
                self._tell(place, Kind.GONE)
                self._detach(place)
            if moved_to:
                self._came(moved_to)
        elif event.event_type != "modified":
            self._came(path)
        if not self._places.leading.isdisjoint((path, moved_to)):
            self._attend()

    def _attend(self, *, quiet: bool = False) -> None:
        """Watch each folder that is there and has no watch; tell what is in it, unless `quiet`."""
        for path in sorted(self._places.leading):
            if not os.path.isdir(path):
                if self._detach(path):
                    self._tell(path, Kind.GONE)
            elif path not in self._watches:
                with suppress(OSError):  # gone again: its event will follow
                    self._watches[path] = self._observer.schedule(
                        self, path, recursive=path in self._places.folders
                    )
                    if not quiet:
                        self._came(path)

    def _detach(self, path: str) -> bool:
        watch = self._watches.pop(path, None)
        if watch:
            self._observer.unschedule(watch)
        return watch is not None

    def _came(self, folder: str) -> None:
        folders = [folder]
        while folders:
            inner = folders.pop()
            self._tell(inner, Kind.DONE)
            for path, is_folder in self._places.found(inner):
                if is_folder:
                    folders.append(path)
                else:
                    self._tell(path, Kind.FOUND)

"""What was worked out before, kept on disk by content: never needed, never believed unseen.

One file per entry below `.portalgen/cache/<kind>/`. Each begins with a signature over its kind, its
name, the version that wrote it and its data, under a key that is made from the project's secret; so an
entry that was cut, flipped, renamed, copied from elsewhere, written by another version or planted (in
a cache that a CI service keeps) is a miss and never an error or a wrong page. Data is text or JSON,
never code: reading an entry runs nothing. Owns the entries' safety; what a key must hold
so that an entry fits is its writer's business. A disk that can't be written makes builds slower, no
more.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from hashlib import blake2b
from pathlib import Path

_HEAD = 65
"""The signature in hex and a line end."""
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")


class Cache:
    """Entries below a folder; without one nothing is kept. `version` says what wrote and may read them.

    `blind`: nothing is read but what this cache wrote, and all is written anew. `behind` is another one
    that is read where this one has nothing, and never written.
    """

    def __init__(
        self,
        folder: Path | None,
        version: str = "",
        key: bytes = b"",
        *,
        blind: bool = False,
        behind: Cache | None = None,
    ) -> None:
        self._folder = folder
        self._key = key
        self._version = version
        self._blind = blind
        self._behind = behind
        self._made: set[str] = set()
        self._wrote: set[tuple[str, str]] = set()

    def get(self, kind: str, name: str) -> bytes | None:
        """The entry's data, or None where there is none that is whole."""
        found = self._read(kind, name)
        return self._behind.get(kind, name) if found is None and self._behind is not None else found

    def _read(self, kind: str, name: str) -> bytes | None:
        if self._folder is None or (self._blind and (kind, name) not in self._wrote):
            return None
        try:
            with open(self._path(kind, name), "rb") as file:  # noqa: PTH123 - thousands of them
                entry = file.read()
        except OSError:
            return None
        data = entry[_HEAD:]
        return data if entry[:_HEAD] == self._head(kind, name, data) else None

    def put(self, kind: str, name: str, data: bytes) -> None:
        """Write an entry, whole or not at all."""
        if self._folder is None:
            return
        path = self._path(kind, name)
        temporary = f"{path}.{os.getpid()}.new"
        try:
            if kind not in self._made:
                (self._folder / kind).mkdir(mode=0o700, parents=True, exist_ok=True)
                self._made.add(kind)
            with open(temporary, "wb") as file:  # noqa: PTH123
                file.write(self._head(kind, name, data))
                file.write(data)
            os.replace(temporary, path)  # noqa: PTH105
            if self._blind:
                self._wrote.add((kind, name))
        except OSError:
            # A full or read-only disk: the next build works this out again.
            self._folder = None

    def keep(self, kind: str, names: Collection[str]) -> None:
        """Forget the entries of a kind that none of these names has."""
        if self._folder is None:
            return
        try:
            there = os.listdir(self._folder / kind)  # noqa: PTH208
            for name in there:
                if name not in names:
                    os.unlink(self._folder / kind / name)  # noqa: PTH108
        except OSError:
            return  # what could not be removed is a miss later, or removed by another build just now

    def _path(self, kind: str, name: str) -> str:
        assert _NAME.fullmatch(name), name
        return f"{self._folder}/{kind}/{name}"

    def _head(self, kind: str, name: str, data: bytes) -> bytes:
        whole = blake2b(f"{kind}\0{name}\0{self._version}\0".encode(), digest_size=32, key=self._key)
        whole.update(data)
        return f"{whole.hexdigest()}\n".encode()


NONE = Cache(None)
"""Keeps nothing."""

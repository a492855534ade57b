"""Files -> accounts or problems. Past this folder nobody sees a dict, a path to guess or a raw text.

Strict, and all at once: every problem of every file in one run, each with its place and what to write.
An account with an error is no account; what was published of it stays as it was, but that is not
decided here. Owns the format's reading; refuses to follow links out of an account's folder.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from portalgen.cache import NONE, Cache
from portalgen.load.accounts import Loaded, Reading
from portalgen.load.approvals import FILES, UNKNOWN, Approval, Approvals, Approved
from portalgen.load.approvals import NONE as NO_APPROVALS
from portalgen.load.folder import Refused, hashed, is_temporary, names_below, read_below, shown
from portalgen.load.front_matter import MAX_FILE, text_of
from portalgen.load.kept import Folder, Read, dump, revive
from portalgen.load.settings import load_settings
from portalgen.problems import Address, Problem, Severity, Suggestions, UsageError, in_order
from portalgen.settings import Settings
from portalgen.vocabulary import SLUG, slug

__all__ = [
    "Accounts",
    "Approval",
    "Approvals",
    "Content",
    "Loaded",
    "Refused",
    "load",
    "load_settings",
    "read_approved",
    "read_file",
]

_KIND = "accounts"


@dataclass(frozen=True)
class Content:
    """All accounts of a project: the healthy ones, and the ids of those with an error.

    `problems` are those of all files, in order.
    """

    healthy: Mapping[str, Loaded]
    problems: tuple[Problem, ...]
    broken: frozenset[str]
    reads: Mapping[str, Read]

    @property
    def accounts(self) -> tuple[Loaded, ...]:
        """The healthy accounts, by id."""
        return tuple(self.healthy.values())

    @cached_property
    def sources(self) -> Mapping[str, Mapping[str, str]]:
        """The normalised texts of all Markdown files that were read, by account and relative path."""
        return {name: read.texts for name, read in self.reads.items()}

    @cached_property
    def texts(self) -> Mapping[str, str]:
        """The same by relative path alone."""
        return {path: text for texts in self.sources.values() for path, text in texts.items()}


class Accounts:
    """The accounts of a project, read again and again: what did not change is not read twice.

    Between two processes entries of `cache` are believed if the files have the content that they were
    read from; between two calls of one process, accounts that its caller says were not touched.
    """

    def __init__(self, settings: Settings, cache: Cache = NONE) -> None:
        self._settings = settings
        self._shown = settings.relative(settings.accounts)
        self._cache = cache
        self._approved = Approved(settings)
        self._known: dict[str, Read] = {}
        self._healthy: dict[str, Loaded] = {}
        self._approvals: dict[str, tuple[Problem, ...]] = {}
        self._listed: tuple[Problem, ...] = ()

    def read(self, touched: frozenset[str] | None = None) -> Content:
        """Every account. `touched` are the ids that may have changed since the last call; None: all.

        Raises `UsageError` where there is no folder to read.
        """
        folder, suggest = self._settings.accounts, Suggestions()
        if not folder.is_dir():
            raise UsageError(
                f'there is no folder "{self._settings.relative(folder)}"; '
                "make it, and put a file per client into it"
            )
        if touched is not None and all(name in self._known and self._is_there(name) for name in touched):
            found = self._known | {name: self._one(name, suggest) for name in touched}
            self._approve(found, touched)
        else:
            stray: list[Problem] = []
            found = {}
            for name in _names(folder, self._shown, stray):
                known = self._known.get(name) if touched is not None and name not in touched else None
                found[name] = known or self._one(name, suggest)
            self._listed = (*stray, *self._approved.strays(found))
            self._approve(found, found.keys() if touched is None else touched | (found.keys() - self._known))
            if found.keys() != self._known.keys():
                self._cache.keep(_KIND, found.keys())
        self._known = found
        problems = [*self._listed, *(problem for one in found.values() for problem in one.problems)]
        problems += [problem for name in found for problem in self._approvals.get(name, ())]
        return Content(
            {name: self._healthy[name] for name in found if name in self._healthy},
            tuple(in_order(problems)),
            frozenset(name for name in found if name not in self._healthy),
            found,
        )

    def _approve(self, found: Mapping[str, Read], names: Iterable[str]) -> None:
        """Put accounts together with what is approved of them; where that can't be read it is unknown, an
        error, and the account is still read, so that it can take back."""
        for name in names:
            read = found.get(name)
            approvals, wrong = self._approved.read(name) if read else (NO_APPROVALS, ())
            self._approvals[name] = wrong
            approvals = UNKNOWN if wrong else approvals
            if read is not None and read.loaded is not None:
                known, account = self._healthy.get(name), read.loaded.account
                if known is None or known.account is not account or known.approvals is not approvals:
                    self._healthy[name] = replace(read.loaded, approvals=approvals)
            else:
                self._healthy.pop(name, None)

    def _is_there(self, name: str) -> bool:
        """Whether the account still has its file: then the list of accounts is what it was."""
        return os.path.lexists(self._settings.accounts / f"{name}.md")

    def _one(self, name: str, suggest: Suggestions) -> Read:
        kept = self._cache.get(_KIND, name)
        if kept is not None:
            try:
                read = revive(name, kept, self._looks(name), self._text)
            except Refused:
                read = None  # a file is gone or can't be read; reading says so in words
            if read is not None:
                return read
        reading = Reading(self._settings.accounts, self._shown, name, suggest)
        loaded = reading.account()
        links = {path: file.sha256 for path, file in reading.files.items()}
        read = Read(
            name, loaded, tuple(reading.problems), reading.texts, reading.inputs, links, reading.lists
        )
        if loaded is not None:
            self._cache.put(_KIND, name, dump(read))
        return read

    def _looks(self, name: str) -> Folder:
        folder = self._settings.accounts
        return Folder(
            text=lambda path: read_below(folder, path, MAX_FILE + 1),
            digest=lambda path: hashed(folder, f"{name}/{path}")[0],
            names=lambda path: tuple(names_below(folder, path)),
        )

    def _text(self, path: str, data: bytes) -> tuple[str, str]:
        return f"{self._shown}/{shown(path)}", text_of(data)


def load(settings: Settings) -> Content:
    """Read every account once. Raises `UsageError` where there is no folder to read."""
    return Accounts(settings).read()


def read_file(settings: Settings, account: str, path: str) -> bytes:
    """A file below the account's folder, no symbolic link followed; raises `Refused`."""
    return read_below(settings.accounts, f"{account}/{path}")


def read_approved(settings: Settings, account: str, sha256: str) -> bytes:
    """A file as it was when somebody approved what shows it; raises `Refused`."""
    return read_below(settings.approved, f"{account}/{FILES}/{sha256}")


def _names(folder: Path, shown_folder: str, problems: list[Problem]) -> list[str]:
    """The ids of all accounts, sorted; what else lies in the folder is noted."""
    try:
        with os.scandir(folder) as found:
            entries = {entry.name: entry.is_dir(follow_symlinks=False) for entry in found}
    except OSError as error:
        raise UsageError(f'the folder "{shown_folder}" cannot be read: {error.strerror}') from error
    files = {name for name, is_folder in entries.items() if name.endswith(".md") and not is_folder}
    names = []
    for name in sorted(entries):
        if is_temporary(name):
            continue
        if name in files and SLUG.fullmatch(name.removesuffix(".md")):
            names.append(name.removesuffix(".md"))
            continue
        if entries[name] and f"{name}.md" in files:
            continue
        severity, code, message, hint = _stray(name, entries[name], files)
        problems.append(Problem(Address(f"{shown_folder}/{shown(name)}"), severity, code, message, hint=hint))
    return names


def _stray(name: str, is_folder: bool, files: set[str]) -> tuple[Severity, str, str, str]:
    """What is said about an entry that is no account: `(severity, code, message, hint)`."""
    stem, dot, ending = name.rpartition(".")
    better = slug(stem if dot and not is_folder else name) or "brisa-foods"
    taken = f"{better}.md" in files
    if is_folder:
        hint = f'rename it to "{better}"' if taken else f'rename it, or write the account "{better}.md"'
        return "warning", "folder-without-account", "there is no account with the name of this folder", hint
    if ending.lower() in ("md", "markdown", "mdown"):
        if taken:
            return (
                "error",
                "duplicate-name",
                f'this is the account "{better}.md" once more, in another spelling',
                "keep one of the two files",
            )
        message = "an account's file is named with small letters, digits and hyphens, 64 at most, and .md"
        return "error", "bad-name", message, f'rename it to "{better}.md"'
    message = "this file is no account and belongs to none; nobody sees it"
    return "warning", "stray-file", message, 'move it into its account\'s folder: "brisa-foods/files/"'

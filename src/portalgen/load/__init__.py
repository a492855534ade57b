"""Files -> accounts or problems. Past this folder nobody sees a dict, a path to guess or a raw text.

Strict, and all at once: every problem of every file in one run, each with its place and what to write.
An account with an error is no account; what was published of it stays as it was, but that is not
decided here. Owns the format's reading; refuses to follow links out of an account's folder.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from portalgen.load.accounts import Loaded, Reading
from portalgen.load.folder import Refused, is_temporary, read_below, shown
from portalgen.load.settings import load_settings
from portalgen.problems import Address, Problem, Severity, Suggestions, UsageError, in_order
from portalgen.settings import Settings
from portalgen.vocabulary import SLUG, slug

__all__ = ["Content", "Loaded", "Refused", "load", "load_settings", "read_file"]


@dataclass(frozen=True, slots=True)
class Content:
    """All accounts of a project.

    `accounts` are the healthy ones by id, `broken` the ids of those with an error. `texts` are the
    normalised texts of all Markdown files that were read, by relative path; `sources` the same by
    account.
    """

    accounts: tuple[Loaded, ...]
    problems: tuple[Problem, ...]
    broken: frozenset[str]
    texts: Mapping[str, str]
    sources: Mapping[str, Mapping[str, str]]


def load(settings: Settings) -> Content:
    """Read every account. Raises `UsageError` where there is no folder to read."""
    if not settings.accounts.is_dir():
        raise UsageError(
            f'there is no folder "{settings.relative(settings.accounts)}"; '
            "make it, and put a file per client into it"
        )
    shown_folder = settings.relative(settings.accounts)
    suggest = Suggestions()
    accounts: list[Loaded] = []
    problems: list[Problem] = []
    broken: set[str] = set()
    texts: dict[str, str] = {}
    sources: dict[str, Mapping[str, str]] = {}
    for name in _names(settings.accounts, shown_folder, problems):
        reading = Reading(settings.accounts, shown_folder, name, suggest)
        found = reading.account()
        problems += reading.problems
        texts |= reading.texts
        sources[name] = reading.texts
        if found is None:
            broken.add(name)
        else:
            accounts.append(found)
    return Content(tuple(accounts), tuple(in_order(problems)), frozenset(broken), texts, sources)


def read_file(settings: Settings, account: str, path: str) -> bytes:
    """A file below the account's folder, no symbolic link followed; raises `Refused`."""
    return read_below(settings.accounts, f"{account}/{path}")


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

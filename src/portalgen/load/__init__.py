"""Files -> accounts or problems. Past this folder nobody sees a dict, a path to guess or a raw text.

Strict, and all at once: every problem of every file in one run, each with its place and what to write.
An account with an error is no account; what was published of it stays as it was, but that is not
decided here. Owns the format's reading; refuses to follow links out of an account's folder.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from portalgen.load.accounts import Loaded, Reading
from portalgen.load.folder import Refused, read_below
from portalgen.load.settings import load_settings
from portalgen.problems import Address, Problem, Suggestions, UsageError, in_order
from portalgen.settings import Settings
from portalgen.vocabulary import SLUG, slug

__all__ = ["Content", "Loaded", "Refused", "load", "load_settings", "read_file"]

_EDITORS = re.compile(r"^\.|^#.*#$|~$|\.(sw[a-p]|tmp|bak|orig)$|^~\$|___jb_|^4913$")
_IN_FOLDER = frozenset({"updates", "files", "case-study.md"})


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
    shown = settings.relative(settings.accounts)
    suggest = Suggestions()
    accounts: list[Loaded] = []
    problems: list[Problem] = []
    broken: set[str] = set()
    texts: dict[str, str] = {}
    sources: dict[str, Mapping[str, str]] = {}
    names = list(_names(settings.accounts, shown, problems))
    for name in names:
        reading = Reading(settings.accounts, shown, name, suggest)
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
    return read_below(settings.accounts / account, path)


def _names(folder: Path, shown: str, problems: list[Problem]) -> Iterator[str]:
    """The ids of all accounts, sorted; what else lies in the folder is noted."""
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    files = {e.name.removesuffix(".md") for e in entries if e.name.endswith(".md")}
    seen: dict[str, str] = {}
    for entry in entries:
        if _EDITORS.search(entry.name):
            continue
        name = entry.name.removesuffix(".md")
        at = Address(f"{shown}/{entry.name}")
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in files:
                problems.append(
                    Problem(
                        at,
                        "warning",
                        "folder-without-account",
                        f'there is no account "{entry.name}.md" beside this folder',
                        hint="rename the folder, or write the account",
                    )
                )
            continue
        if not entry.name.endswith(".md"):
            problems.append(
                Problem(
                    at,
                    "warning",
                    "stray-file",
                    "this file is no account and belongs to none; nobody sees it",
                    hint="move it into the account's folder: brisa-foods/files/",
                )
            )
            continue
        if not SLUG.fullmatch(name):
            better = slug(name)
            problems.append(
                Problem(
                    at,
                    "error",
                    "bad-name",
                    "an account's file is named with small letters, digits and hyphens",
                    hint=f'rename it to "{better}.md"' if better else 'rename it: "brisa-foods.md"',
                )
            )
            continue
        if not stat.S_ISREG(entry.stat(follow_symlinks=False).st_mode):
            problems.append(
                Problem(
                    at, "error", "not-a-file", "this is no ordinary file", hint="copy the file itself here"
                )
            )
            continue
        if name.casefold() in seen:
            problems.append(Problem(at, "error", "duplicate-name", "another account has the same name"))
            continue
        seen[name.casefold()] = name
        yield name

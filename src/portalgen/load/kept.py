"""An account as the cache keeps it: what reading it gave, and all that it was read from.

An entry fits when every file that was read or linked to has the same content, and the account's
folders hold the same names. Accounts with an error are not kept: they are few, and read until mended.
The account is JSON and goes through the model again, so that no entry can make one that the model
refuses.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from pydantic import ValidationError

from portalgen.account import Account
from portalgen.load.accounts import Loaded
from portalgen.problems import Address, Problem


@dataclass(frozen=True, slots=True)
class Read:
    """What reading one account gave: the account (None where it has an error), problems and texts.

    `inputs` has the SHA-256 of each text by its path below the accounts' folder, `links` the same of
    the files that it links to, `lists` the names in each of its folders.
    """

    name: str
    loaded: Loaded | None
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]
    inputs: Mapping[str, str]
    links: Mapping[str, str]
    lists: Mapping[str, tuple[str, ...]]


def dump(read: Read) -> bytes:
    """The entry of an account: a line of JSON about it, then the account as JSON."""
    assert read.loaded is not None
    about = {
        "inputs": read.inputs,
        "links": read.links,
        "lists": read.lists,
        "places": {name: [a.path, a.line, a.column] for name, a in read.loaded.places.items()},
        "problems": [problem.as_row() for problem in read.problems],
    }
    account = read.loaded.account.model_dump_json(exclude_defaults=True, by_alias=True)
    return f"{json.dumps(about, ensure_ascii=False, separators=(',', ':'))}\n{account}".encode()


@dataclass(frozen=True, slots=True)
class Folder:
    """How an account's files are looked at; each function may raise what its caller catches."""

    text: Callable[[str], bytes]
    digest: Callable[[str], str]
    names: Callable[[str], tuple[str, ...]]


def revive(
    name: str, entry: bytes, folder: Folder, text_of: Callable[[str, bytes], tuple[str, str]]
) -> Read | None:
    """The account of an entry, or None where it does not fit what is on the disk now.

    `text_of` gives the path as messages say it and the normalised text of a file's bytes.
    """
    head, _, body = entry.partition(b"\n")
    try:
        about: dict[str, Any] = json.loads(head)
        texts = {}
        for path, known in about["inputs"].items():
            data = folder.text(path)
            if sha256(data).hexdigest() != known:
                return None
            shown, text = text_of(path, data)
            texts[shown] = text
        if any(folder.names(path) != tuple(names) for path, names in about["lists"].items()):
            return None
        if any(folder.digest(path) != known for path, known in about["links"].items()):
            return None
        account = Account.model_validate_json(body)
        places = {field: Address(*at) for field, at in about["places"].items()}
        problems = tuple(Problem.from_row(row) for row in about["problems"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, ValidationError):
        return None
    if account.id != name:
        return None
    lists = {path: tuple(names) for path, names in about["lists"].items()}
    return Read(name, Loaded(account, places), problems, texts, about["inputs"], about["links"], lists)

"""Addresses and messages: what is wrong, where, and what to write instead.

Owns the one value in which every floor reports (`Problem`) and its three printed forms. It decides
nothing: who collects problems decides whether they stop a build. Messages never hold a secret or the
name of another client; leaks have no source excerpt, nor has what wants attention.
"""

from __future__ import annotations

import difflib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Self

Severity = Literal["error", "leak", "warning", "attention"]

_SUGGESTIONS_UP_TO = 200
_LONGEST_EXCERPT = 160


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """A place in a source file; `line` and `column` count from 1, `column` in characters.

    `path` is relative to the folder of the settings file, with forward slashes.
    """

    path: str
    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong (or wants attention), with its address and what to write.

    `field` is the dotted place in the front matter, list items counted from 1 (`team.2.role`), or
    `""` in prose. `width` is how many characters the caret line marks. `message` is one sentence
    without a full stop; `hint` says what to write and may be empty.
    """

    at: Address
    severity: Severity
    code: str
    message: str
    field: str = ""
    hint: str = ""
    width: int = 1

    def as_row(self) -> list[str | int]:
        """All of it as a list of plain values, for `from_row`."""
        return [
            *(self.at.path, self.at.line, self.at.column),
            *(self.severity, self.code, self.message, self.field, self.hint, self.width),
        ]

    @classmethod
    def from_row(cls, row: Sequence[Any]) -> Self:
        """What `as_row` gave. Raises `ValueError`, `TypeError` for anything else."""
        path, line, column, *rest = row
        return cls(Address(path, line, column), *rest)

    def as_dict(self) -> dict[str, str | int]:
        """The element of `--format json` (`cli.md`, "Messages")."""
        return {
            "path": self.at.path,
            "line": self.at.line,
            "column": self.at.column,
            "severity": "error" if self.severity == "leak" else self.severity,
            "code": self.code,
            "field": self.field,
            "message": self.message,
            "hint": self.hint,
        }


class ContentError(Exception):
    """The content has problems; nothing was published. Carries all of them."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__(f"{len(problems)} problems")
        self.problems = tuple(problems)


class UsageError(Exception):
    """Wrong usage or settings (exit 2). Carries one sentence, and where it is known the address."""

    def __init__(self, sentence: str, at: Address | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.at = at


class Locked(Exception):
    """Another build holds the lock (exit 4)."""


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or `""`. Costs nothing worth naming on hostile input."""
    if len(word) > 64:
        return ""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=0.6)), "")


class Suggestions:
    """ "Did you mean", capped: looking up thousands of unknown keys would be slow and help nobody."""

    def __init__(self) -> None:
        self._left = _SUGGESTIONS_UP_TO

    def __call__(self, word: str, known: Iterable[str]) -> str:
        """Return `did you mean "x"?` or `""`."""
        if self._left <= 0:
            return ""
        self._left -= 1
        found = nearest(word, known)
        return f'did you mean "{found}"?' if found else ""


def in_order(problems: Iterable[Problem]) -> list[Problem]:
    """Problems sorted by address, equal ones once: the order of every printed form."""
    return sorted(dict.fromkeys(problems), key=lambda p: (p.at, p.code, p.field, p.message))


def as_text(problems: Iterable[Problem], line_of: Callable[[Address], str | None]) -> str:
    """The text form, one block a problem. `line_of` gives the source line of an address, or None."""
    blocks = []
    for problem in problems:
        at = problem.at
        field = f" {problem.field}:" if problem.field else ""
        severity = "error" if problem.severity == "leak" else problem.severity
        lines = [f"{at.path}:{at.line}:{at.column}: {severity}[{problem.code}]{field} {problem.message}"]
        # What wants attention has the account's title for its address, whatever it is about.
        source = None if problem.severity in ("leak", "attention") else line_of(at)
        if source is not None and at.column <= len(source) + 1:
            lines.extend(_excerpt(source, at, problem.width))
        if problem.hint:
            lines.append(f"   {problem.hint}")
        blocks.append("\n".join(lines))
    return "\n".join(blocks)


def line_in(texts: Mapping[str, str], at: Address) -> str | None:
    """The line of an address in these texts (by path), for excerpts; None where it is in none."""
    lines = texts.get(at.path, "").split("\n")
    return lines[at.line - 1] if at.path in texts and at.line <= len(lines) else None


def _excerpt(source: str, at: Address, width: int) -> list[str]:
    begin = max(0, at.column - 1 - _LONGEST_EXCERPT // 2) if len(source) > _LONGEST_EXCERPT else 0
    shown = "".join(c if c.isprintable() else " " for c in source[begin : begin + _LONGEST_EXCERPT])
    number = f"{at.line:>5}"
    column = at.column - 1 - begin
    carets = "^" * max(1, min(width, len(shown) - column))
    return [f"{number} | {shown}".rstrip(), f"{' ' * len(number)} | {' ' * column}{carets}"]


def as_json(problems: Iterable[Problem]) -> str:
    """The JSON array of `--format json`."""
    return json.dumps([p.as_dict() for p in problems], ensure_ascii=False, indent=1)


def as_github(problems: Iterable[Problem]) -> str:
    """Workflow commands, one a line, escaped as the runner wants it."""
    levels = {"error": "error", "leak": "error", "warning": "warning", "attention": "notice"}
    lines = []
    for p in problems:
        text = f"{p.field}: {p.message}" if p.field else p.message
        text = f"{text} ({p.hint})" if p.hint else text
        where = f"file={_property(p.at.path)},line={p.at.line},col={p.at.column},title={_property(p.code)}"
        lines.append(f"::{levels[p.severity]} {where}::{_data(text)}")
    return "\n".join(lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")


def summary(problems: Sequence[Problem], accounts: int) -> str:
    """The closing line: `3 errors, 1 warning in 2 of 41 accounts`, or `""` where all is well."""
    counts = [
        (sum(p.severity in ("error", "leak") for p in problems), "error"),
        (sum(p.severity == "warning" for p in problems), "warning"),
        (sum(p.severity == "attention" for p in problems), "matter that wants attention"),
    ]
    said = [f"{n} {word if n == 1 else _plural(word)}" for n, word in counts if n]
    if not said:
        return ""
    touched = {account_of(p.at.path) for p in problems} - {""}
    noun = "account" if accounts == 1 else "accounts"
    return f"{', '.join(said)} in {len(touched)} of {accounts} {noun}"


def account_of(path: str) -> str:
    """The account that a content path belongs to, or `""` for a path outside the accounts' folder."""
    for folder in ("/accounts/", "/approved/"):
        _, found, tail = path.partition(folder)
        if found:
            return tail.split("/", 1)[0].removesuffix(".md")
    return ""


def _plural(word: str) -> str:
    return word.replace("matter", "matters").replace("wants", "want") if " " in word else f"{word}s"

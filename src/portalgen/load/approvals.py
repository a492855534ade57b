"""Approvals: what somebody released to the client or to the public, as it was when they looked at it.

One file an audience, `<approved>/<id>/portal.json` and `case-study.json`, and beside them the files that
it shows, under their SHA-256. The format is ours: JSON with sorted keys, two spaces, a line for each
line of prose, so that a changed sentence is a small difference. It holds *facts*: the account as its
reader may see it (`project.portal.facts`, `project.case.facts`), and nothing of the day.

Owns reading and writing it. Approvals of older and of newer versions stay readable: what is not known is
passed over, and what can't be read in a field is as if it were not there, so that it waits for approval.
A file that is no such JSON is an error: nobody can know what was approved.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from hashlib import blake2b
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from portalgen.account import (
    CLIENT,
    FREE,
    Account,
    File,
    FrontMatter,
    Item,
    Part,
    Section,
    Stretch,
    Update,
    ceiling_of,
    child_of,
)
from portalgen.load.folder import Refused, read_below
from portalgen.problems import Address, Problem
from portalgen.settings import Settings
from portalgen.vocabulary import AUDIENCES, SLUG, Audience

PORTAL = "portal.json"
CASE = "case-study.json"
FILES = "files"
_MAX = 16 * 1024 * 1024
_NEVER = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufffe\uffff]")
"""What no account may hold: half characters, which no page can, and signs that nobody sees."""


@dataclass(frozen=True, slots=True)
class Approval:
    """What was approved, by whom and when. `case` is the case study as the client's page shows it."""

    by: str
    on: date
    facts: Account
    case: Account | None = None


@dataclass(frozen=True, slots=True)
class Approvals:
    """What is approved of one account; None: nothing yet. `digest` is that of the files."""

    portal: Approval | None = None
    case: Approval | None = None
    digest: str = ""


NONE = Approvals()
UNKNOWN = Approvals(digest="?")
"""A file is there that can't be read: nobody knows what is approved."""


class Approved:
    """The approvals of a project, read again and again: what did not change is not read twice.

    What the settings don't want reviewed is not looked at.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[str, tuple[tuple[bytes | None, ...], Approvals, tuple[Problem, ...]]] = {}

    def read(self, account: str) -> tuple[Approvals, tuple[Problem, ...]]:
        """The approvals of an account, and what is wrong with their files."""
        review = self._settings.review
        if not review:
            return NONE, ()
        folder = self._settings.approved
        found = (
            _bytes(folder, f"{account}/{PORTAL}") if "client" in review else None,
            _bytes(folder, f"{account}/{CASE}") if "public" in review else None,
        )
        known = self._known.get(account)
        if known is None or known[0] != found:
            shown = f"{self._settings.relative(self._settings.approved)}/{account}"
            problems: list[Problem] = []
            portal = _approval(found[0], f"{shown}/{PORTAL}", account, problems)
            case = _approval(found[1], f"{shown}/{CASE}", account, problems)
            approvals = NONE
            if portal is not None or case is not None:
                name = blake2b(b"\0".join(one or b"" for one in found), digest_size=16).hexdigest()
                approvals = Approvals(portal, case, name)
            known = self._known[account] = (found, approvals, tuple(problems))
        return known[1], known[2]

    def strays(self, accounts: Container[str]) -> Iterator[Problem]:
        """Folders of approvals that belong to no account."""
        try:
            entries = sorted(self._settings.approved.iterdir()) if self._settings.review else []
        except OSError:
            return
        shown = self._settings.relative(self._settings.approved)
        for name in (e.name for e in entries if e.is_dir() and SLUG.fullmatch(e.name)):
            if name not in accounts:
                message = "these approvals belong to no account (any more)"
                hint = "delete the folder; an account under another name is approved anew"
                yield Problem(Address(f"{shown}/{name}"), "warning", "stray-approval", message, hint=hint)


def files_shown(settings: Settings, account: str) -> frozenset[str] | None:
    """The SHA-256 of every file that an approval of the account shows; None where that can't be known."""
    shown: set[str] = set()
    for name in (PORTAL, CASE):
        data = _bytes(settings.approved, f"{account}/{name}")
        try:
            found = parse(data, account) if data is not None else None
        except ValueError:
            return None
        parts = (found.facts, found.case) if found else ()
        shown |= {f.sha256 for part in parts if part is not None for f in part.files}
    return frozenset(shown)


def _bytes(folder: Path, path: str) -> bytes | None:
    """A file's content, no link followed; None where there is none, `b""` where it can't be had."""
    if not os.path.lexists(folder / path):
        return None
    try:
        return read_below(folder, path, _MAX + 1)
    except Refused:
        return b""


def _approval(data: bytes | None, path: str, account: str, problems: list[Problem]) -> Approval | None:
    if data is None:
        return None
    try:
        return parse(data, account)
    except json.JSONDecodeError as error:
        at, said = Address(path, error.lineno, error.colno), "this is no JSON (any more)"
    except ValueError:
        at, said = Address(path), "this is no approval of this account that says what, by whom and when"
    hint = f"bring the file back as it was, or delete it and type: portalgen approve {account}"
    problems.append(Problem(at, "error", "bad-approval", said, hint=hint))
    return None


# ---- the format -----------------------------------------------------------------------------------


def dump(approval: Approval) -> bytes:
    """The bytes of an approval's file."""
    data: dict[str, Any] = {
        "account": approval.facts.id,
        "approved_by": approval.by,
        "approved_on": approval.on.isoformat(),
        "shown": as_data(approval.facts),
    }
    if approval.case is not None:
        data["case_study"] = as_data(approval.case)
    return _json(data)


def parse(data: bytes, account: str) -> Approval:
    """The approval in a file's bytes. Raises `ValueError` where it is none."""
    if len(data) > _MAX:
        raise ValueError("too long")
    found = _loads(data.decode("utf-8-sig"))
    if any(_NEVER.search(text) for text in _texts(found)):
        raise ValueError("signs that are none")
    if not isinstance(found, dict):
        raise ValueError("no mapping")
    by, on, shown, case = (found.get(k) for k in ("approved_by", "approved_on", "shown", "case_study"))
    if not (isinstance(by, str) and by.strip() and isinstance(on, str) and isinstance(shown, dict)):
        raise ValueError("incomplete")
    if found.get("account") != account:
        raise ValueError("another account's")  # a copied folder would show one client what is another's
    facts = _account(shown, account)
    return Approval(
        by, date.fromisoformat(on), facts, _account(case, account) if isinstance(case, dict) else None
    )


def _loads(text: str | bytes) -> Any:
    """JSON's values; lists in lists that no approval has are a `ValueError` too."""
    try:
        return json.loads(text)
    except RecursionError as error:
        raise ValueError("lists in lists in lists") from error


def _texts(value: object) -> Iterator[str]:
    """Every text and key of JSON's values."""
    left = [value]
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict):
            left += (*one, *one.values())
        elif isinstance(one, list):
            left += one


def dump_all(approvals: Approvals) -> bytes:
    """All approvals of an account as one text, for our own memory."""
    found = {PORTAL: approvals.portal, CASE: approvals.case}
    return _json({name: dump(one).decode() for name, one in found.items() if one is not None})


def parse_all(data: bytes, account: str, name: str) -> Approvals:
    """What `dump_all` gave; `name` is its digest. Raises `ValueError`."""
    found = _loads(data)
    portal, case = (found.get(key) for key in (PORTAL, CASE))
    return Approvals(
        parse(portal.encode(), account) if portal else None,
        parse(case.encode(), account) if case else None,
        name,
    )


def digest(*facts: Account | None) -> str:
    """A name for these facts, to tell whether they are the ones that somebody looked at."""
    data = _json([as_data(one) if one else None for one in facts])
    return blake2b(data, digest_size=16).hexdigest()


def differ_in_order(one: Account, other: Account) -> bool:
    """Whether two facts say the same, and only the order of what they list differs."""
    return one != other and _unordered(as_data(one)) == _unordered(as_data(other))


def _unordered(data: Any) -> Any:
    if isinstance(data, dict):
        return {key: value if key in ("lines", "text") else _unordered(value) for key, value in data.items()}
    if isinstance(data, list):
        return sorted((_unordered(one) for one in data), key=lambda one: json.dumps(one, sort_keys=True))
    return data


def _json(data: object) -> bytes:
    return f"{json.dumps(data, ensure_ascii=False, indent=2, sort_keys=True)}\n".encode()


def as_data(facts: Account) -> dict[str, Any]:
    """Facts as plain values; fields that say nothing are left out."""
    data: dict[str, Any] = _part(facts)
    for name in ("sections", "updates"):
        if found := [_section(one) for one in getattr(facts, name)]:
            data[name] = found
    if facts.files:
        data["files"] = {f.path: {"sha256": f.sha256, "size": f.size} for f in facts.files}
    return data


def _part(part: Part) -> dict[str, Any]:
    data: dict[str, Any] = {}
    for name, key, blank, _, _ in _fields(FrontMatter if isinstance(part, FrontMatter) else type(part)):
        value = getattr(part, name)
        if isinstance(value, Part):
            if found := _part(value):
                data[key] = found
        elif value != blank and value not in (None, "", ()):
            data[key] = [_plain(v) for v in value] if isinstance(value, tuple) else _plain(value)
    return data


def _plain(value: object) -> object:
    if isinstance(value, Part):
        return _part(value)
    if isinstance(value, Audience):
        return str(value)
    return value if isinstance(value, str) else str(value)


def _section(section: Section) -> dict[str, Any]:
    data: dict[str, Any] = {"id": section.id, "title": section.title, "audience": str(section.audience)}
    if isinstance(section, Update):
        data["date"] = section.date.isoformat()
    data["text"] = [_stretch(one, section) for one in section.stretches]
    return data


def _stretch(stretch: Stretch, section: Section) -> dict[str, Any]:
    data: dict[str, Any] = {"lines": stretch.text.split("\n")}
    if stretch.links:
        data["links"] = dict(stretch.links)
    if stretch.audience != section.audience:
        data["audience"] = str(stretch.audience)
    return data


# ---- and back -------------------------------------------------------------------------------------


@cache
def _fields(part: type[Part]) -> tuple[tuple[str, str, Any, type[Part] | None, bool], ...]:
    """Of each field of a part: name, key, its blank value, the part that it holds, whether it is a list."""
    found = []
    for name, info in part.model_fields.items():
        if ceiling_of(info) is None and name not in FREE:
            continue
        child, many = child_of(info.annotation)
        blank = "" if info.is_required() else info.get_default()
        found.append((name, info.alias or name, blank, child, many))
    return tuple(found)


@cache
def _reader(part: type[Part], name: str) -> Callable[[Any], Any]:
    """What reads the scalar, or the list of scalars, of a field."""
    info = part.model_fields[name]
    return TypeAdapter(info.rebuild_annotation()).validate_python


def _account(data: Mapping[str, Any], account: str) -> Account:
    values = _values(FrontMatter, data)
    files = data.get("files")
    values["files"] = tuple(_files(files)) if isinstance(files, dict) else ()
    for name, kind in (("sections", Section), ("updates", Update)):
        listed = data.get(name)
        found = (_revived(one, kind) for one in (listed if isinstance(listed, list) else ()))
        values[name] = tuple(one for one in found if one is not None)
    return Account.model_construct(**values, id=account)


def _values(part: type[Part], data: Mapping[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, key, blank, child, many in _fields(part):
        raw = data.get(key)
        if child is not None and many:
            listed = raw if isinstance(raw, list) else ()
            found = (_construct(child, one) for one in listed if isinstance(one, dict))
            values[name] = tuple(one for one in found if _is_named(one))
        elif child is not None:
            if isinstance(raw, dict) or blank == "":
                values[name] = _construct(child, raw if isinstance(raw, dict) else {})
            else:
                values[name] = blank
        else:
            values[name] = blank if raw is None else _scalar(part, name, raw, blank)
    return values


def _construct(part: type[Part], data: Mapping[str, Any]) -> Part:
    return part.model_construct(**_values(part, data))


def _is_named(part: Part) -> bool:
    """Whether a part has the title that all of its readers see, where it is of a kind that has one."""
    info = type(part).model_fields.get(part.title_field) if isinstance(part, Item) else None
    ceiling = ceiling_of(info) if info else None
    if ceiling is None or ceiling.widest < CLIENT:
        return True
    assert isinstance(part, Item)
    return bool(getattr(part, part.title_field))


def _scalar(part: type[Part], name: str, raw: object, blank: Any) -> Any:
    if isinstance(raw, str) and not raw.strip():
        return blank  # as in an account's file
    try:
        return _reader(part, name)(tuple(raw) if isinstance(raw, list) else raw)
    except ValidationError:
        return blank


def _files(data: Mapping[str, Any]) -> Iterator[File]:
    for path, about in sorted(data.items()):
        try:
            yield File(path=path, sha256=about["sha256"], size=about["size"])
        except (KeyError, TypeError, ValidationError):
            continue


def _revived(data: object, kind: type[Section]) -> Any:
    try:
        assert isinstance(data, dict)
        audience = AUDIENCES[data["audience"]]
        values: dict[str, Any] = {"id": data["id"], "title": data["title"], "audience": audience}
        values["stretches"] = tuple(
            Stretch(
                text="\n".join(one["lines"]),
                audience=AUDIENCES[one["audience"]] if "audience" in one else audience,
                line=0,
                links=tuple(one.get("links", {}).items()),
            )
            for one in data["text"]
        )
        if kind is Update:
            values["date"] = date.fromisoformat(data["date"])
        return kind.model_validate({**values, "file": "", "line": 0})
    except (AssertionError, KeyError, TypeError, ValueError, AttributeError):
        return None

"""What the team's search looks through: the texts of every brief, as JSON, with the places they stand at.

The pages fetch these files when somebody first searches; the index is built there (`static/search.js`).
The texts of an account go into one of several files, so that none grows beyond a megabyte
and one saved account writes a small part again. A file is

    {"accounts": [{"id", "client", "title", "people", "parts": [[anchor, kind, title, text], ...]}, ...]}

with the anchor on the account's brief, and texts without their markup. The first of them, `search.json`,
names the others under `more`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from hashlib import blake2b
from typing import Any

from portalgen.dialect import events
from portalgen.render import entries
from portalgen.render.environment import environment
from portalgen.views import BriefEntry, BriefItem, BriefSection, BriefView, Prose, Target

FIRST = "search.json"
_ACCOUNTS = 50
"""About how many accounts share a file."""
_TAG = re.compile(r"<[^<>]*>")
_INLINE = ("Emphasis", "Strong", "Strikethrough", "Link", "Image")

_GAP = " · "

Part = tuple[str, str, str, str]
"""Anchor, kind ("Risks"), title and text of one thing on a brief."""


def files(accounts: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Which accounts' texts each file holds, by its path; which file an account is in, its id decides."""
    ids = sorted(accounts)
    count = max(1, -(-len(ids) // _ACCOUNTS))
    paths = [FIRST, *(f"search/{number}.json" for number in range(1, count))]
    found: dict[str, list[str]] = {path: [] for path in paths}
    for one in ids:
        digest = blake2b(one.encode(), digest_size=8).digest()
        found[paths[int.from_bytes(digest, "big") % count]].append(one)
    return {path: tuple(held) for path, held in found.items()}


def file(pieces: Iterable[bytes], more: Sequence[str] = ()) -> bytes:
    """A file of the search, of what `account` made of each brief. `more` are the other files' paths."""
    head = b'"more":%b,' % json.dumps(more, separators=(",", ":")).encode() if more else b""
    return b'{%b"accounts":[%b]}\n' % (head, b",\n".join(pieces))


def account(brief: BriefView) -> bytes:
    """What the search knows of an account."""
    people = _people(brief)
    found: dict[str, Any] = {"id": brief.account, "client": brief.client, "title": brief.title}
    found |= {"people": ", ".join(people), "parts": list(parts(brief))}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":")).encode()


def parts(brief: BriefView) -> Iterator[Part]:
    """All that may be found on a brief, in the order of the account."""
    for entry in brief.fields:
        yield from _field(entry, brief.language)
    for section in (*brief.updates, *brief.sections):
        yield _section(section, brief.language)


def _people(brief: BriefView) -> list[str]:
    team = next((e.value for e in brief.fields if e.key == "team"), ())
    named = [{e.key: e.value for e in one.entries} for one in team] if isinstance(team, tuple) else []
    roles = ("account_executive", "project_manager")
    return [str(one["name"]) for role in roles for one in named if one.get("role") == role]


def _field(entry: BriefEntry, language: str) -> Iterator[Part]:
    anchor, label = entries.anchor(entry.key), entries.label(entry.key, language)
    if not isinstance(entry.value, tuple):
        if text := " ".join(_texts(entry)):
            yield anchor, label, "", text
        return
    loose: list[str] = []
    for item in entry.value:
        if not item.id:
            loose += _inside(item)
            continue
        title = entries.title_of(item)
        rest = _GAP.join(_inside(item, but=title))
        yield entries.anchor(entry.key, item.id), label, str(title.value) if title else "", rest
    if loose:
        yield anchor, label, "", _GAP.join(loose)


def _inside(item: BriefItem, but: BriefEntry | None = None) -> Iterator[str]:
    for entry in item.entries:
        if entry is not but:
            yield from _texts(entry)


def _texts(entry: BriefEntry) -> Iterator[str]:
    """What an entry says in words; nobody searches for a day, a number or a word of ours."""
    value = entry.value
    if isinstance(value, tuple):
        for item in value:
            yield from _inside(item)
    elif isinstance(value, str) and not entry.choice:
        yield " ".join(value.split())
    elif isinstance(value, Target):
        yield value.file.path if value.file else value.address


def _section(section: BriefSection, language: str) -> Part:
    kind = str(entries.label("updates" if section.date else "sections", language))
    if isinstance(section.date, date):
        kind = f"{kind}, {environment(language).filters['short_day'](section.date)}"
    text = " ".join(plain(one.prose) for one in section.texts)
    return f"s-{section.id or 'before'}", kind, section.title, text


def plain(prose: Prose) -> str:
    """The words of a prose, without its markup."""
    said = (_said(event) for stretch in prose.stretches for event, _ in events(stretch))
    return " ".join("".join(said).split())


def _said(event: Any) -> str:
    if not isinstance(event, dict):
        return " "
    kind, value = next(iter(event.items()))
    if kind in ("Text", "Code"):
        return str(value)
    if kind in ("Html", "InlineHtml"):
        return _TAG.sub("", value)
    return " " if kind == "End" and value not in _INLINE else ""

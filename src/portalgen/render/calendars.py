"""Calendars (iCalendar, RFC 5545) and feeds (Atom, RFC 4287) of dated things.

Nothing in them changes unless the content does: UIDs come from the things' keys, and the stamps that
both formats ask for are the things' own days.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from xml.sax.saxutils import escape as _escape

from icalendar import Calendar, Event


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated thing. `key` makes its UID; `text` is its description."""

    key: str
    day: date
    title: str
    text: str = ""


def calendar(name: str, entries: Iterable[Entry], salt: str) -> bytes:
    """A calendar of whole days. `salt` keeps the UIDs of different calendars apart."""
    made = Calendar()
    made.add("prodid", "-//portalgen//portalgen//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", name)
    for entry in sorted(entries, key=lambda e: (e.day, e.key)):
        event = Event()
        uid = hashlib.sha256(f"{salt}\0{entry.key}".encode()).hexdigest()[:32]
        event.add("uid", f"{uid}@portalgen")
        event.add("dtstamp", datetime(entry.day.year, entry.day.month, entry.day.day, tzinfo=UTC))
        event.add("dtstart", entry.day)
        if entry.day < date.max:
            event.add("dtend", entry.day + timedelta(days=1))
        event.add("summary", entry.title)
        if entry.text:
            event.add("description", entry.text)
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    return bytes(made.to_ical())


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed; `address` is its page, `html` its content."""

    key: str
    day: date
    title: str
    address: str
    html: str = ""


def feed(title: str, identity: str, address: str, entries: Iterable[FeedEntry], language: str) -> bytes:
    """An Atom feed. `identity` is a URI that never changes; ids of entries are made below it."""
    kept = list(entries)
    updated = max((e.day for e in kept), default=date(2000, 1, 1))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{_attribute(language)}">',
        f"<title>{escape(title)}</title><id>{escape(identity)}</id>",
        f"<updated>{updated}T00:00:00Z</updated>",
        f'<author><name>{escape(title)}</name></author><link href="{_attribute(address)}"/>',
    ]
    for entry in kept:
        lines += [
            f"<entry><title>{escape(entry.title)}</title>",
            f"<id>{escape(identity)}:{escape(entry.key)}</id>",
            f'<link href="{_attribute(entry.address)}"/><updated>{entry.day}T00:00:00Z</updated>',
            f'<content type="html">{escape(entry.html)}</content></entry>',
        ]
    return "\n".join([*lines, "</feed>", ""]).encode()


_NO_XML = re.compile("[^\\t\\n\\r\\x20-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff]")
"""What XML 1.0 cannot hold, not even as a reference."""


def escape(text: str) -> str:
    """A text between two tags."""
    return _escape(_NO_XML.sub("\ufffd", text))


def _attribute(text: str) -> str:
    return escape(text).replace('"', "&quot;")

"""Calendars (iCalendar, RFC 5545) and feeds (Atom, RFC 4287) of dated things.

Nothing in them changes unless the content does: UIDs come from the things' keys, and the stamps that
both formats ask for are the things' own days.

Who loads a calendar again has it by the UIDs. A calendar that is subscribed to shows what it says now;
one that imports a file takes of two revisions of a UID the one with the greater SEQUENCE, or with the
later DTSTAMP where that is equal (RFC 5546, 2.1.5). We write no SEQUENCE, that is 0: to count revisions one
must remember them, and a count that falls is refused. The stamp grows with the day, so that what moves
later, as most things do, replaces what stood there; of what moves earlier, a strict program may keep the
later day until the entry is deleted.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from xml.sax.saxutils import escape as _escape

from icalendar import Calendar, Event, vText
from icalendar.parser import Contentline, Parameters


@dataclass(frozen=True, slots=True)
class Entry:
    """A dated thing. `key` makes its UID; `text` is its description."""

    key: str
    day: date
    title: str
    text: str = ""


def calendar(name: str, entries: Iterable[Entry], salt: str) -> bytes:
    """A calendar of whole days. `salt` keeps the UIDs of different calendars apart."""
    return bound(name, (event(e, salt) for e in sorted(entries, key=lambda e: (e.day, e.key))))


def bound(name: str, events: Iterable[bytes]) -> bytes:
    """A calendar of events that are written already (`event`), in their order."""
    made = Calendar()
    made.add("prodid", "-//portalgen//portalgen//EN")
    made.add("version", "2.0")
    made.add("x-wr-calname", vText(name))  # text, as all that the standard does not name; not raw
    head = bytes(made.to_ical()).removesuffix(_END)
    return b"".join((head, *events, _END))


def event(entry: Entry, salt: str) -> bytes:
    """The lines of one event, folded and escaped, from `BEGIN:VEVENT` to `END:VEVENT` and its CRLF."""
    uid = hashlib.sha256(f"{salt}\0{entry.key}".encode()).hexdigest()[:32]
    return _event_of(entry.day, bool(entry.text)) % {
        b"uid": uid.encode(),
        b"summary": _line("SUMMARY", entry.title),
        b"description": _line("DESCRIPTION", entry.text) if entry.text else b"",
    }


_END = b"END:VCALENDAR\r\n"


@lru_cache(maxsize=4096)
def _event_of(day: date, described: bool) -> bytes:
    """An event of a day as the library writes it, with places for what differs between two of them.

    Many things happen on one day, and the library takes most of its time for what they have in common.
    """
    made = Event()
    made.add("uid", "u@portalgen")
    made.add("dtstamp", datetime(day.year, day.month, day.day, tzinfo=UTC))
    made.add("dtstart", day)
    if day < date.max:
        made.add("dtend", day + timedelta(days=1))
    made.add("summary", "s")
    if described:
        made.add("description", "d")
    made.add("transp", "TRANSPARENT")
    lines = bytes(made.to_ical()).replace(b"UID:u@", b"UID:%(uid)b@")
    lines = lines.replace(b"SUMMARY:s\r\n", b"%(summary)b")
    return lines.replace(b"DESCRIPTION:d\r\n", b"%(description)b")


def _line(name: str, text: str) -> bytes:
    """A property with a text, folded and escaped by the library."""
    return bytes(Contentline.from_parts(name, Parameters(), vText(text)).to_ical()) + b"\r\n"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An entry of a feed; `address` is its page, `html` its content."""

    key: str
    day: date
    title: str
    address: str
    html: str = ""


def feed(
    title: str, identity: str, address: str, entries: Iterable[FeedEntry], language: str, author: str = ""
) -> bytes:
    """An Atom feed. `identity` is a URI that never changes; ids of entries are made below it. `author`: the
    title, where nobody is named."""
    kept = list(entries)
    updated = max((e.day for e in kept), default=date(2000, 1, 1))
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{_attribute(language)}">',
        f"<title>{escape(title)}</title><id>{escape(identity)}</id>",
        f"<updated>{updated}T00:00:00Z</updated>",
        f'<author><name>{escape(author or title)}</name></author><link href="{_attribute(address)}"/>',
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

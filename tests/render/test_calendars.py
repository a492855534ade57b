"""Calendars and feeds: read back by others' readers, and still unless the content moves."""

import hashlib
from datetime import UTC, date, datetime, timedelta

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar, Event, vText

from portalgen.render.calendars import Entry, FeedEntry, bound, calendar, event, feed
from portalgen.render.portal import pages
from portalgen.views import PortalView
from tests.render import samples


def made(view: PortalView, name: str) -> bytes:
    found = {p.path: p.body for p in pages(view, assets=samples.ASSETS, identity=samples.IDENTITY)}
    return found[name]


def events(data: bytes) -> dict[str, dict[str, object]]:
    return {
        str(event["summary"]): {
            "uid": str(event["uid"]),
            "day": event.decoded("dtstart"),
            "stamp": event.decoded("dtstamp"),
        }
        for event in Calendar.from_ical(data).walk("VEVENT")
    }


def test_a_portals_calendar_holds_its_milestones_and_open_needs() -> None:
    found = events(made(samples.rich(), "calendar.ics"))
    assert {title: event["day"] for title, event in found.items()} == {
        "Strategy agreed": samples.day(-48),
        "Small pack ready for print": samples.day(16),
        "Launch day": samples.day(98),
        "Choose the label’s colour": samples.day(-3),
        "Read the draw’s rules": samples.day(9),
    }
    assert len({event["uid"] for event in found.values()}) == len(found)


def test_a_calendar_is_still_until_its_content_moves() -> None:
    view = samples.rich()
    later = view.timeline.model_copy(update={"today": samples.day(40)})
    before = made(view, "calendar.ics")
    assert made(view.model_copy(update={"timeline": later}), "calendar.ics") == before
    line = view.timeline.milestones
    moved = (
        line[0],
        line[1].model_copy(update={"forecast": samples.day(20), "title": "Small pack, later"}),
        *line[2:],
    )
    after = events(
        made(
            view.model_copy(update={"timeline": view.timeline.model_copy(update={"milestones": moved})}),
            "calendar.ics",
        )
    )
    changed = after["Small pack, later"]
    was = events(before)["Small pack ready for print"]
    assert changed["uid"] == was["uid"]
    assert changed["day"] != was["day"]
    assert changed["stamp"] != was["stamp"]


def test_what_moves_later_replaces_what_was_imported_and_nothing_is_counted() -> None:
    """RFC 5546, 2.1.5: of one UID and SEQUENCE, the later stamp counts. Without one, SEQUENCE is 0."""
    before, later = (
        next(iter(Calendar.from_ical(calendar("x", [Entry("m/a", day, "A")], "s")).walk("VEVENT")))
        for day in (date(2026, 12, 4), date(2026, 12, 11))
    )
    assert before["uid"] == later["uid"]
    assert before.decoded("dtstamp") < later.decoded("dtstamp")
    assert "sequence" not in before
    assert "sequence" not in later


def test_a_calendar_says_of_each_day_whose_it_is_and_of_a_need_what_to_do() -> None:
    found = Calendar.from_ical(made(samples.rich("es"), "calendar.ics")).walk("VEVENT")
    said = {str(e["summary"]): str(e["description"]) for e in found}
    whose = "Spring launch 2027, con Estudio Norte"
    assert said["Strategy agreed"] == f"Message and media plan.\n\n{whose}"
    assert said["Launch day"] == whose
    assert said["Read the draw’s rules"] == f"Revisar: Carmen Vidal\n\n{whose}"


def test_two_portals_share_no_uid() -> None:
    uids = [
        {
            event["uid"]
            for event in events(calendar("x", [Entry("need/a", date(2026, 1, 1), "A")], salt)).values()
        }
        for salt in ("one", "two")
    ]
    assert not uids[0] & uids[1]


@pytest.mark.parametrize("title", ["a;b,c\\d", "é" * 100, "two\nlines", "BEGIN:VEVENT\r\nX:1", "“quoted”"])
def test_a_title_comes_back_as_it_was(title: str) -> None:
    found = events(calendar("x", [Entry("k", date.max, title, title)], "s"))
    assert [key.replace("\r\n", "\n") for key in found] == [title.replace("\r\n", "\n")]


def by_the_library(name: str, entries: list[Entry], salt: str) -> bytes:
    """A calendar that icalendar writes whole."""
    whole = Calendar()
    whole.add("prodid", "-//portalgen//portalgen//EN")
    whole.add("version", "2.0")
    whole.add("x-wr-calname", vText(name))
    for entry in sorted(entries, key=lambda e: (e.day, e.key)):
        one = Event()
        one.add("uid", hashlib.sha256(f"{salt}\0{entry.key}".encode()).hexdigest()[:32] + "@portalgen")
        one.add("dtstamp", datetime(entry.day.year, entry.day.month, entry.day.day, tzinfo=UTC))
        one.add("dtstart", entry.day)
        if entry.day < date.max:
            one.add("dtend", entry.day + timedelta(days=1))
        one.add("summary", entry.title)
        if entry.text:
            one.add("description", entry.text)
        one.add("transp", "TRANSPARENT")
        whole.add_component(one)
    return whole.to_ical()


WORDS = st.one_of(st.text(), st.text("aé;,:\\\"'%\r\n\t😀BEGIN", max_size=200))
ENTRIES = st.builds(Entry, WORDS, st.dates() | st.sampled_from([date.min, date.max]), WORDS, WORDS)


@settings(max_examples=300, deadline=None)
@given(WORDS, st.lists(ENTRIES, max_size=4), WORDS)
def test_a_calendar_is_what_the_library_makes_of_it(name: str, entries: list[Entry], salt: str) -> None:
    assert calendar(name, entries, salt) == by_the_library(name, entries, salt)


@pytest.mark.parametrize(
    ("name", "line"),
    [
        ("Spring launch", rb"X-WR-CALNAME:Spring launch"),
        ("Brisa, S.L.; Spring", rb"X-WR-CALNAME:Brisa\, S.L.\; Spring"),
        ("two\nlines", rb"X-WR-CALNAME:two\nlines"),
        ("back\\slash", rb"X-WR-CALNAME:back\\slash"),
    ],
)
def test_a_calendars_name_is_escaped_as_a_text(name: str, line: bytes) -> None:
    assert line in calendar(name, [], "s").split(b"\r\n")


def test_a_calendar_of_events_written_before_keeps_their_order() -> None:
    lines = [event(Entry(key, date(2026, 1, day), key), "s") for key, day in (("b", 2), ("a", 1))]
    assert [str(e["summary"]) for e in Calendar.from_ical(bound("x", lines)).walk("VEVENT")] == ["b", "a"]


def test_every_line_of_a_calendar_is_short_and_ends_as_the_standard_has_it() -> None:
    data = calendar("x", [Entry("k", date(2026, 1, 1), "é" * 300)], "s")
    assert data.endswith(b"END:VCALENDAR\r\n")
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))


def test_a_portals_feed_has_each_update_with_its_text_newest_first() -> None:
    found = feedparser.parse(made(samples.rich("es"), "feed.xml"))
    assert not found.bozo
    assert found.version == "atom10"
    assert found.feed.title == "Spring launch 2027"
    assert [e.title for e in found.entries] == ["Two formats on air", "The small pack is in"]
    assert [e.link for e in found.entries] == ["updates/2026-11-20-two-formats/", "updates/2026-11-13-pack/"]
    assert [e.id for e in found.entries] == [f"{found.feed.id}:{u.id}" for u in samples.rich().updates]
    assert found.feed.language == "es"
    assert found.feed.author == "Estudio Norte"
    assert "<strong>on air</strong>" in found.entries[0].content[0].value
    assert found.feed.updated == found.entries[0].updated == "2026-11-20T00:00:00Z"


def test_a_feed_stays_well_formed_whatever_is_in_it() -> None:
    evil = "</title><script>\"'&amp;]]>\ufffe\uffff\U0001f600"
    data = feed(evil, "urn:x:y", evil, [FeedEntry("k", date(2026, 1, 1), evil, evil, f"<p>{evil}</p>")], "en")
    found = feedparser.parse(data)
    assert not found.bozo
    assert b"<script>" not in data


def test_a_feed_without_entries_is_one() -> None:
    found = feedparser.parse(feed("x", "urn:x:y", "./", [], "en"))
    assert not found.bozo
    assert found.entries == []

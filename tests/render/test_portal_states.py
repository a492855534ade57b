"""Portals of accounts in every state, from their files: what they say first, and that they stay whole and light."""

from __future__ import annotations

import gzip
import re
from collections.abc import Mapping
from itertools import pairwise

import feedparser
import html5lib
import pytest
from icalendar import Calendar

from portalgen.render import assets
from portalgen.render.house import PLAIN
from portalgen.views import HealthView, PortalView, PublishedCase
from portalgen.vocabulary import Lifecycle, Overall
from tests.render import samples
from tests.render.states import STATES, views
from tests.render.test_portal import files, mail, plain

WITH_PORTAL = sorted(STATES.keys() - {"proposed", "cancelled"})


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, PortalView]:
    return views(tmp_path_factory.mktemp("states"))


@pytest.fixture(scope="module")
def made(shown: Mapping[str, PortalView]) -> Mapping[str, Mapping[str, str]]:
    return {name: files(view) for name, view in shown.items()}


def first(html: str) -> str:
    """What the page says first."""
    found = re.search(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)
    assert found is not None
    return plain(found[1]).strip()


def test_what_is_only_proposed_and_what_was_cancelled_have_no_portal(
    shown: Mapping[str, PortalView],
) -> None:
    assert sorted(shown) == WITH_PORTAL


@pytest.mark.parametrize("name", WITH_PORTAL)
def test_every_page_is_well_formed_with_one_h1_and_no_level_left_out(
    made: Mapping[str, Mapping[str, str]], name: str
) -> None:
    for path, html in made[name].items():
        if path.endswith(".html"):
            html5lib.HTMLParser(strict=True).parse(html)
            levels = [int(level) for level in re.findall(r"<h(\d)", html)]
            assert levels[0] == 1, path
            assert levels.count(1) == 1, path
            assert all(after - before <= 1 for before, after in pairwise(levels)), (path, levels)
            ids = re.findall(r'\sid="([^"]+)"', html)
            assert sorted(ids) == sorted(set(ids)), path


FIRST = {
    "bare": "Spring launch",
    "fresh": "We are on track.",
    "stale": "On October 3, 2026 we were on track.",
    "unsaid": "Spring launch",
    "on-hold": "We are on hold.",
    "completed": "We are done.",
    "overdue": "We are at risk.",
}


@pytest.mark.parametrize("name", FIRST)
def test_where_we_are_is_said_first(made: Mapping[str, Mapping[str, str]], name: str) -> None:
    assert first(made[name]["index.html"]) == FIRST[name]
    assert first(made[name]["print/index.html"]) == FIRST[name]


AGE = {
    "fresh": "As of November 20, 2026.",
    "stale": "That was 51 days ago. Ask us where we stand today",
    "on-hold": "As of October 14, 2026. That was 40 days ago. Ask us where we stand today",
}


@pytest.mark.parametrize("name", AGE)
def test_how_old_a_claim_is(made: Mapping[str, Mapping[str, str]], name: str) -> None:
    assert AGE[name] in plain(made[name]["index.html"])


AT_REST = [("completed", "on_track", False), ("completed", "complete", True),
           ("on_hold", "at_risk", False), ("on_hold", "on_hold", True)]  # fmt: skip


@pytest.mark.parametrize(("lifecycle", "overall", "told"), AT_REST)
def test_a_claim_is_told_only_where_it_is_the_one_that_is_made(
    lifecycle: Lifecycle, overall: Overall, told: bool
) -> None:
    health = HealthView(overall=overall, as_of=samples.day(-2), rationale="The printer asked for a day.")
    view = samples.rich().model_copy(update={"lifecycle": lifecycle, "health": health})
    text = plain(files(view)["index.html"])
    assert ("As of November 21, 2026." in text) == told
    assert ("The printer asked for a day." in text) == told


def test_of_what_is_over_nothing_is_asked_or_announced(made: Mapping[str, Mapping[str, str]]) -> None:
    text = plain(made["completed"]["index.html"])
    assert "The last invoice" not in text
    assert "The first brief" in text  # what was given stays
    assert "What comes next" not in text
    assert "As of" not in text


def test_a_day_that_has_passed_is_said_to_have(made: Mapping[str, Mapping[str, str]]) -> None:
    home, line = (plain(made["passed"][f"{page}index.html"]) for page in ("", "timeline/"))
    assert home.count("its day has passed") == 2
    assert "as agreed" not in home
    assert "3 days later than agreed, its day has passed" in home
    assert "None of those to come is late." not in line
    assert "2 of those to come are late." in line
    assert "on time" not in line


def test_what_is_too_old_is_asked_about_by_mail(made: Mapping[str, Mapping[str, str]]) -> None:
    found = re.search(r'href="(mailto:[^"]+)">Ask us', made["stale"]["index.html"])
    assert found is not None
    to, fields = mail(found[1].replace("&amp;", "&"))
    assert to == "lucia@norte.example"
    assert fields == {
        "subject": "Spring launch",
        "body": "Hello Lucía,\r\n\r\nwhere do we stand with “Spring launch”?\r\n",
    }


def test_an_account_of_next_to_nothing_has_one_friendly_page(made: Mapping[str, Mapping[str, str]]) -> None:
    assert sorted(made["bare"]) == ["index.html", "print/index.html"]
    text = plain(made["bare"]["index.html"])
    assert "This is where you will read how it goes" in text
    assert "Nothing from you right now." in text
    assert "None" not in text
    assert all("This is where" not in plain(made[n]["index.html"]) for n in WITH_PORTAL if n != "bare")


def test_what_is_overdue_is_said_once_kindly_and_with_its_days(
    made: Mapping[str, Mapping[str, str]],
) -> None:
    text = plain(made["overdue"]["index.html"])
    assert text.count("If you need more time, tell us.") == 1
    assert "until Nov 11, 2026 12 days ago" in text
    assert "when you can" in text
    assert "13 days late" in text
    assert "need more time" not in plain(made["silent"]["index.html"])


def test_nobody_who_can_be_written_to_means_no_button(made: Mapping[str, Mapping[str, str]]) -> None:
    assert "mailto:" not in made["silent"]["index.html"]
    assert "The logo" in made["silent"]["index.html"]


def test_many_needs_show_the_first_and_fold_the_rest_but_for_print(
    made: Mapping[str, Mapping[str, str]],
) -> None:
    page = made["many"]["index.html"]
    before, _, folded = page.partition('<details class="later">')
    assert before.count('<li id="n-') == 10
    assert folded.count('<li id="n-') == 50
    assert "50 more, later" in plain(folded)
    printed = made["many"]["print/index.html"]
    assert printed.count('<li id="n-') == 60
    assert "<details" not in printed.partition("<main")[2]


def test_many_updates_are_told_in_full_as_far_as_one_reads_and_all_are_linked(
    made: Mapping[str, Mapping[str, str]],
) -> None:
    page = made["many"]["updates/index.html"]
    assert page.count("<article") == 8
    linked = re.findall(r'href="\.\./updates/([^"/]+)/"', page)
    assert len(set(linked)) == 100
    assert made["many"]["print/index.html"].count("<article") == 100


# ---- updates one after the other ----


def test_updates_lead_to_the_one_before_and_after(made: Mapping[str, Mapping[str, str]]) -> None:
    pages = {p: h for p, h in made["many"].items() if re.fullmatch(r"updates/[^/]+/index\.html", p)}
    chain = sorted(pages)  # their addresses begin with their days
    for older, newer in pairwise(chain):
        assert re.search(
            rf'href="\.\./\.\./{re.escape(newer.removesuffix("index.html"))}" rel="next"', pages[older]
        )
        assert re.search(
            rf'href="\.\./\.\./{re.escape(older.removesuffix("index.html"))}" rel="prev"', pages[newer]
        )
    assert 'rel="prev"' not in pages[chain[0]]
    assert 'rel="next"' not in pages[chain[-1]]


def test_an_updates_own_page_bears_the_key_of_its_line_in_what_changed(
    made: Mapping[str, Mapping[str, str]], shown: Mapping[str, PortalView]
) -> None:
    told = [change for change in shown["many"].changes if change.kind == "update"]
    assert len(told) == 5
    for change in told:
        assert f'data-key="{change.key}"' in made["many"][f"{change.page}index.html"]


def test_an_only_update_leads_nowhere_else(made: Mapping[str, Mapping[str, str]]) -> None:
    (page,) = (h for p, h in made["completed"].items() if re.fullmatch(r"updates/[^/]+/index\.html", p))
    assert "Other updates" not in page
    assert 'href="../../updates/"' in page


# ---- feed and calendar ----


@pytest.mark.parametrize("name", WITH_PORTAL)
def test_feed_and_calendar_are_advertised_where_they_are_and_nowhere_else(
    made: Mapping[str, Mapping[str, str]], name: str
) -> None:
    for path, html in made[name].items():
        if path.endswith(".html"):
            assert ('rel="alternate"' in html) == ("feed.xml" in made[name]), path
            assert ("feed.xml" in html) == ("feed.xml" in made[name]), path
            assert ("calendar.ics" in html) == ("calendar.ics" in made[name]), path


def test_a_long_feed_is_whole_and_keeps_its_ids_when_an_update_is_added(
    made: Mapping[str, Mapping[str, str]], shown: Mapping[str, PortalView]
) -> None:
    found = feedparser.parse(made["many"]["feed.xml"])
    assert not found.bozo
    assert len(found.entries) == len({e.id for e in found.entries}) == 100
    assert found.feed.author == "Estudio Norte"
    assert found.feed.language == "en"
    assert found.feed.updated == found.entries[0].updated
    assert all(e.content[0].type == "text/html" and e.content[0].value for e in found.entries)
    before = files(shown["many"].model_copy(update={"updates": shown["many"].updates[1:]}))["feed.xml"]
    assert [e.id for e in feedparser.parse(before).entries] == [e.id for e in found.entries[1:]]


def test_a_long_calendar_has_each_day_once_with_whose_it_is(made: Mapping[str, Mapping[str, str]]) -> None:
    events = Calendar.from_ical(made["many"]["calendar.ics"]).walk("VEVENT")
    assert len(events) == len({str(e["uid"]) for e in events}) == 100
    assert all(e["dtstart"].params["value"] == "DATE" for e in events)
    assert {str(e["description"]) for e in events if str(e["summary"]).startswith("Thing")} == {
        "Decide: Ana Ruiz\n\nSpring launch, with Estudio Norte"
    }


# ---- weight ----

MOST, MOST_SCRIPT = 30_000, 5_000


def packed(data: bytes) -> int:
    return len(gzip.compress(data, 9, mtime=0))


@pytest.mark.parametrize("name", WITH_PORTAL)
def test_a_page_with_its_style_and_script_is_light(made: Mapping[str, Mapping[str, str]], name: str) -> None:
    shared = assets.portals(PLAIN)
    script = packed(shared["portal.js"])
    assert script <= MOST_SCRIPT
    around = script + packed(shared["style.css"])
    for path, html in made[name].items():
        # all of a large portal on one page weighs what the portal weighs
        if path.endswith(".html") and (name, path) != ("many", "print/index.html"):
            assert packed(html.encode()) + around <= MOST, path


# ---- what is published ----

CASES = {
    "public": (
        PublishedCase(public=True, consent="granted", case=samples.case()),
        ["Prospects see this on our website, with your consent.", "Public: this is what prospects see"],
    ),
    "public until a day": (
        PublishedCase(public=True, consent="granted", until=samples.day(9), case=samples.case()),
        ["with your consent, until December 2, 2026.", "Public: this is what prospects see"],
    ),
    "asked": (
        PublishedCase(public=False, consent="requested", case=samples.case()),
        [
            "Nothing of it is public until you agree.",
            "Not public: this is what prospects would see",
            "Answer",
        ],
    ),
    "granted, and not public": (
        PublishedCase(public=False, consent="granted", case=samples.case()),
        ["Nothing of this is public now.", "Not public: this is what prospects would see"],
    ),
    "withdrawn": (
        PublishedCase(public=False, consent="revoked"),
        ["You have withdrawn your consent. Nothing is published about you."],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_what_we_publish_says_what_its_state_is(name: str) -> None:
    case, words = CASES[name]
    html = files(samples.rich().model_copy(update={"case": case}))["case-study/index.html"]
    text = plain(html)
    assert [one for one in words if one not in text] == []
    assert ("Public: this" in text) == case.public
    assert ('class="published draft"' in html) == (case.case is not None and not case.public)


def test_the_one_number_of_a_case_stands_there_as_prospects_see_it() -> None:
    text = plain(files(samples.rich())["case-study/index.html"])
    assert "A launch that sold out \N{MINUS SIGN}16.1% Cost per lead" in text
    portal = samples.rich("es")
    html = files(portal)["case-study/index.html"]
    assert '<h2 lang="en">A launch that sold out</h2>' in html
    assert 'lang="en"' not in files(samples.rich())["case-study/index.html"].partition("<body")[2]


# ---- charts and their tables ----


def test_each_trend_says_where_its_figures_are_and_the_link_leads_there() -> None:
    pages = files(samples.rich())
    index, results = pages["index.html"], pages["results/index.html"]
    assert "The figures are in a table on the page “Results”." in plain(index)
    assert 'href="results/#k-cost"' in index
    assert 'id="k-cost"' in results
    assert "The figures are in the table below." in plain(results)
    table = results.partition('id="k-cost"')[2].partition("<table")[2].partition("</table>")[0]
    drawn = samples.kpis()[0]
    for figure in (drawn.baseline, *drawn.readings, drawn.target):
        assert figure is not None
        assert f'datetime="{figure.date}"' in table


def test_progress_names_its_figures_and_the_page_of_its_table() -> None:
    text = plain(files(samples.rich())["index.html"])
    assert "1 of 4 milestones is done." in text
    assert "The figures are in a table on the page “Timeline”." in text

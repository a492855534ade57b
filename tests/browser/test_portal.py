"""The client's portal as its reader has it: a phone, a keyboard, a printer, two visits, no script, no style."""

from __future__ import annotations

import io
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from portalgen.render import assets
from portalgen.render.house import PLAIN
from portalgen.render.portal import pages
from portalgen.views import (
    ChangeRequestView,
    ChangeView,
    DeliverableView,
    FigureView,
    MilestoneView,
    NeedView,
    PortalView,
    ResponsibilityView,
    UpdateView,
    change_key,
)
from tests.browser.serving import served
from tests.project import chromium
from tests.render import samples
from tests.render.states import views

Views = Mapping[str, PortalView]


def write(folder: Path, name: str, view: PortalView) -> None:
    """A portal as a host would have it, beside the files that all of them share."""
    for page in pages(view, assets="../assets/", identity=name):
        target = folder / name / page.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(page.body)
    (folder / "assets").mkdir(exist_ok=True)
    for path, data in assets.portals(PLAIN).items():
        (folder / "assets" / path).write_bytes(data)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Views:
    found = views(tmp_path_factory.mktemp("accounts"))
    return {**found, "rich": samples.rich(), "rich-es": samples.rich("es"), "odd": samples.odd()}


@pytest.fixture(scope="module")
def base(shown: Views, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("portals")
    for name, view in shown.items():
        write(folder, name, view)
    with served(folder) as address:
        yield address


# ---- what is new since the last visit ----

FIRST = samples.rich()
LATER = FIRST.model_copy(
    update={
        "changes": (
            ChangeView(
                date=samples.day(0), kind="decision", title="A later one", page="scope/#d-bare", key="zz"
            ),
            *FIRST.changes,
        )
    }
)
LINK = "updates/2026-11-20-two-formats/"


class Visits:
    """A reader with one browser: each visit is a tab. What the portal says is exchanged between them."""

    def __init__(self, context: BrowserContext, folder: Path, address: str) -> None:
        self.context, self.folder, self.address = context, folder, address
        self.age = 0
        self.asked: list[str] = []
        self.said: list[str] = []
        context.on("request", lambda request: self.asked.append(request.url))
        context.on("weberror", lambda error: self.said.append(str(error.error)))

    def publish(self, view: PortalView) -> None:
        write(self.folder, "k3y", view)
        # Two that were published within a second look the same to a browser that asks what has changed.
        self.age += 2
        for path in (self.folder / "k3y").rglob("*.html"):
            os.utime(path, (time.time() + self.age,) * 2)

    def visit(self, page: str = "") -> Page:
        tab = self.context.new_page()
        tab.goto(self.address + page + ("index.html" if self.address.startswith("file:") else ""))
        return tab


def new(tab: Page) -> list[str]:
    """The titles of what is marked as new."""
    return tab.locator("li:has(.new) .title").all_inner_texts()


def note(tab: Page) -> str:
    """The sentence above the list, as far as it is there to be read."""
    found = tab.locator(".changed-note")
    return found.inner_text() if found.is_visible() else ""


@pytest.fixture(params=["a host's root", "a folder of a host", "files on a disk"])
def visits(request: pytest.FixtureRequest, context: BrowserContext, tmp_path: Path) -> Iterator[Visits]:
    folder = tmp_path if request.param == "a host's root" else tmp_path / "clients/a b"
    folder.mkdir(parents=True, exist_ok=True)
    if request.param == "files on a disk":
        yield Visits(context, folder, f"{(folder / 'k3y').as_uri()}/")
        return
    with served(tmp_path) as address:
        below = folder.relative_to(tmp_path).as_posix().replace(" ", "%20").removeprefix(".")
        yield Visits(context, folder, f"{address}/{below}/k3y/".replace("//k3y", "/k3y"))


def test_a_second_visit_marks_what_came_since_and_says_how_much(visits: Visits) -> None:
    visits.publish(FIRST)
    first = visits.visit()
    assert (new(first), note(first)) == ([], "")
    visits.publish(LATER)
    second = visits.visit()
    assert new(second) == ["A later one"]
    assert re.fullmatch(r"One thing is new since your last visit on \w+ \d+\.", note(second))
    second.reload()
    assert new(second) == ["A later one"]  # still the same visit
    third = visits.visit()
    assert (new(third), note(third)) == ([], "")
    assert visits.said == []
    assert {url.split("/k3y/")[0].split("/assets/")[0] for url in visits.asked} == {
        visits.address.removesuffix("/k3y/")
    }


def test_an_update_that_was_read_by_its_own_address_is_new_no_more(visits: Visits) -> None:
    visits.publish(FIRST.model_copy(update={"changes": FIRST.changes[1:]}))
    visits.visit()
    key = {"key": _key(FIRST.updates[0])}
    whole = FIRST.model_copy(
        update={"changes": (LATER.changes[0], FIRST.changes[0].model_copy(update=key), *FIRST.changes[1:])}
    )
    visits.publish(whole)
    visits.visit(LINK)  # from a mail
    assert new(visits.visit()) == ["A later one"]


def test_a_visit_on_a_day_without_news_is_one(visits: Visits) -> None:
    visits.publish(FIRST.model_copy(update={"changes": ()}))
    assert note(visits.visit()) == ""
    visits.publish(FIRST.model_copy(update={"changes": LATER.changes[:1]}))
    assert new(visits.visit()) == ["A later one"]


def test_a_tab_that_is_kept_for_long_is_visited_again(visits: Visits) -> None:
    tab = visits.context.new_page()
    day = datetime(2026, 11, 23, 8, tzinfo=UTC)
    visits.publish(FIRST)
    tab.clock.set_fixed_time(day)
    tab.goto(visits.address + ("index.html" if visits.address.startswith("file:") else ""))
    visits.publish(LATER)
    marked = []
    for hours in (7, 12, 17, 24):  # more than six hours after the load before, then less, then more
        tab.clock.set_fixed_time(day + timedelta(hours=hours))
        tab.reload()
        marked.append(new(tab))
    assert marked == [["A later one"], ["A later one"], ["A later one"], []]


def _key(one: UpdateView) -> str:
    return change_key("update", one.date, one.title, f"updates/{one.id}/")


def test_who_comes_by_an_update_first_is_told_of_nothing_new(visits: Visits) -> None:
    visits.publish(FIRST)
    visits.visit(LINK)
    assert new(visits.visit()) == []


def test_two_portals_of_one_host_know_nothing_of_each_other(context: BrowserContext, tmp_path: Path) -> None:
    write(tmp_path, "one", FIRST)
    write(tmp_path, "two", LATER)
    with served(tmp_path) as address:
        context.new_page().goto(f"{address}/one/")
        tab = context.new_page()
        tab.goto(f"{address}/two/")
        assert new(tab) == []


@pytest.mark.parametrize("kept", ["", "null", "[]", "{", '{"keys": 1, "day": 1}', '{"keys": [], "day": "x"}'])
def test_what_is_no_memory_of_a_visit_is_taken_for_none(
    base: str, context: BrowserContext, kept: str
) -> None:
    tab = context.new_page()
    tab.goto(f"{base}/rich/people/")
    tab.evaluate("kept => localStorage.setItem('portalgen:/rich/', kept)", kept)
    tab.goto(f"{base}/rich/")
    assert new(tab) == []
    again = context.new_page()
    again.goto(f"{base}/rich/people/")
    assert "keys" in again.evaluate("JSON.parse(localStorage.getItem('portalgen:/rich/'))")


def test_a_browser_that_denies_storage_shows_the_page_without_the_word(
    base: str, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "Default").mkdir()
    denied = {"profile": {"default_content_setting_values": {"cookies": 2}}}  # what a reader chooses there
    (tmp_path / "Default/Preferences").write_text(json.dumps(denied))
    context = browser.browser_type.launch_persistent_context(
        tmp_path, executable_path=chromium(whole=True), args=["--no-sandbox"]
    )
    said: list[str] = []
    context.on("weberror", lambda error: said.append(str(error.error)))
    for _ in range(2):
        tab = context.new_page()
        tab.goto(f"{base}/rich/")
        assert "Two formats on air" in tab.locator("main").inner_text()
        assert (new(tab), note(tab)) == ([], "")
        with pytest.raises(Error, match="Access is denied"):
            tab.evaluate("localStorage")
    context.close()
    assert said == []


def test_without_script_all_is_there_but_the_word(base: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{base}/rich/")
    shown = tab.locator("main").inner_text()
    assert "Two formats on air" in shown
    assert "New" not in shown
    assert "since your last visit" not in shown
    menu = tab.locator(".fold nav")
    assert not menu.is_visible()
    tab.locator(".fold summary").click()
    menu.get_by_role("link", name="Timeline").click()
    assert tab.url == f"{base}/rich/timeline/"
    context.close()


# ---- a phone, and large letters ----

WIDTHS = (320, 1280)


def test_no_page_is_wider_than_its_window_whatever_is_in_it(base: str, shown: Views, page: Page) -> None:
    wide = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 844})
        for name in ("long", "odd", "rich-es", "many", "bare"):
            for made in pages(shown[name], assets="../assets/", identity=name):
                folder = made.path.removesuffix("index.html")
                if folder == made.path:
                    continue
                page.goto(f"{base}/{name}/{folder}")
                if page.evaluate("document.documentElement.scrollWidth") > width:
                    wide.append((width, name, folder))
    assert wide == []


OVERLAPPING = """() => [...document.querySelectorAll("svg.tl")].flatMap(svg => {
    const texts = [...svg.querySelectorAll("text")].map(t => [t.textContent, t.getBoundingClientRect()]);
    const edge = svg.getBoundingClientRect();
    const over = (a, b) => a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 3 && b.top < a.bottom - 3;
    return texts.flatMap(([text, box], n) => [
        ...(box.left < edge.left - 9 || box.right > edge.right + 9 ? [text + " leaves the drawing"] : []),
        ...texts.slice(n + 1).filter(([_, other]) => over(box, other)).map(([other]) => text + " / " + other),
    ]);
})"""


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("name", ["rich", "rich-es", "long", "many"])
def test_no_text_of_the_timeline_stands_on_another(base: str, page: Page, name: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{base}/{name}/timeline/")
    assert page.evaluate(OVERLAPPING) == []


# ---- a keyboard ----

SEEN = """() => {
    const style = getComputedStyle(document.activeElement), box = document.activeElement.getBoundingClientRect();
    return [document.activeElement.textContent.trim().replace(/\\s+/g, " "), style.outlineStyle,
            parseFloat(style.outlineWidth), style.outlineColor, box.width > 0 && box.left >= 0];
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_keyboard_gets_everywhere_and_is_seen_there(base: str, browser: Browser, scheme: Any) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": 390, "height": 844})
    tab = context.new_page()
    tab.goto(f"{base}/rich/")
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    reached = []
    for _ in range(60):
        tab.keyboard.press("Tab")
        if reached and tab.evaluate("document.activeElement === document.body"):
            break  # past the last one
        text, line, width, colour, there = tab.evaluate(SEEN)
        reached.append(text)
        assert (line, width, there) == ("solid", 2, True), text
        assert contrast(colour, ground) >= 3, text
    assert reached[0] == "Skip to content"
    assert reached[1] == "Sections"
    assert "Answer: Choose the label’s colour" in reached
    assert "1 thing that you have given us" in reached
    assert "Print everything" in reached
    context.close()


def test_the_skip_link_leaves_the_menu_behind(base: str, page: Page) -> None:
    page.goto(f"{base}/rich/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_the_menu_of_a_phone_opens_by_key(base: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{base}/rich/")
    page.locator(".fold summary").press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Home"
    for link in page.locator(".fold a").all():
        box = link.bounding_box()
        assert box is not None
        assert box["height"] >= 44


def contrast(one: str, other: str) -> float:
    """Of two colours as a browser writes them, by WCAG 2."""
    a, b = (_luminance(colour) for colour in (one, other))
    return (max(a, b) + 0.05) / (min(a, b) + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


# ---- without style ----


def test_without_style_the_letter_reads_on_in_order_and_no_sign_fills_the_page(base: str, page: Page) -> None:
    page.route("**/style.css", lambda route: route.abort())
    page.goto(f"{base}/rich/")
    text = re.sub(r"\s+", " ", page.locator("main").inner_text())
    order = ["On November 3, 2026 we were at risk.", "That was 20 days ago.", "The printer asked for a day.",
             "Lucía Ferrer Your contact", "What we need from you", "until Nov 20, 2026 3 days ago",
             "Choose the label’s colour", "Decide: Olga Prat", "What changed", "What comes next", "Results",
             "Latest updates", "Lucía Ferrer, your contact"]  # fmt: skip
    places = [text.find(one) for one in order]
    assert -1 not in places, order[places.index(-1)]
    assert places == sorted(places)
    tall = page.evaluate(
        "[...document.querySelectorAll('svg')].map(s => s.getBoundingClientRect().height).filter(h => h > 100)"
    )
    assert tall == []


# ---- on paper ----


def paper() -> PortalView:
    """A portal with tables of several pages, each row of several lines; tokens stand first and last in it."""

    def words(token: str, count: int = 26) -> str:
        return " ".join([f"{token}A", *["filler"] * count, f"{token}Z"])

    stones = tuple(
        MilestoneView(
            id=f"m{n}", title=f"Step {n}", description=words(f"M{n:02}"), baseline=samples.day(n * 5 - 40),
            agreed=samples.day(n * 5 - 38), forecast=samples.day(n * 5 - 37), slip=1, moved_by=(f"M{n:02}E",),
        )
        for n in range(40)
    )  # fmt: skip
    reading = [FigureView(value=1000 + n, date=samples.TODAY - timedelta(days=n)) for n in range(60)]
    return samples.rich().model_copy(
        update={
            "needs": tuple(
                NeedView(id=f"n{n}", title=words(f"N{n:02}", 12), owner=f"N{n:02}E", due=samples.day(n))
                for n in range(40)
            ),
            "timeline": samples.rich().timeline.model_copy(update={"milestones": stones}),
            "deliverables": tuple(
                DeliverableView(
                    id=f"d{n}", title=words(f"D{n:02}"), version=f"D{n:02}V", approved_by=words(f"D{n:02}E", 9)
                )
                for n in range(40)
            ),
            "change_requests": tuple(
                ChangeRequestView(
                    id=f"c{n}", title=words(f"C{n:02}"), raised_by=f"C{n:02}R", schedule_days=n + 1,
                    affects=(words(f"C{n:02}E", 14),), decision="approved", decided_on=samples.day(-n),
                )
                for n in range(40)
            ),
            "raci": tuple(
                ResponsibilityView(
                    activity=words(f"R{n:02}", 9), responsible=(f"R{n:02}P",), informed=(words(f"R{n:02}E", 9),)
                )
                for n in range(40)
            ),
            "kpis": (samples.kpis()[0].model_copy(update={"readings": tuple(reversed(reading))}),),
            "updates": tuple(
                UpdateView(id=f"2026-01-{n + 1:02}-x", date=samples.day(-n), title=f"Told {n}",
                           prose=samples.text(f"{words(f'U{n:02}', 300)}\n\n### Part {n}\n\nEnd."))
                for n in range(12)
            ),
        }
    )  # fmt: skip


@pytest.fixture(scope="module")
def printed(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> tuple[list[str], str]:
    """The texts of the printed pages, and the page itself."""
    folder = tmp_path_factory.mktemp("paper")
    write(folder, "paper", paper())
    with served(folder) as address:
        tab = browser.new_page()
        tab.goto(f"{address}/paper/print/")
        data = tab.pdf(prefer_css_page_size=True)
        tab.close()
    texts = [page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages]
    return texts, (folder / "paper/print/index.html").read_text("utf-8")


ROWS = {"M": 40, "N": 40, "D": 40, "C": 40, "R": 40}


@pytest.mark.parametrize("kind", ROWS)
def test_no_row_is_cut_between_two_pages(printed: tuple[list[str], str], kind: str) -> None:
    texts, html = printed
    for number in range(ROWS[kind]):
        tokens = set(re.findall(rf"\b{kind}{number:02}[A-Z]\b", html))
        assert len(tokens) >= 3
        where = {
            token: [n for n, text in enumerate(texts) if re.search(rf"\b{token}\b", text)] for token in tokens
        }
        assert len({tuple(found) for found in where.values()}) == 1, where
        assert all(len(found) == 1 for found in where.values()), where


def test_paper_has_no_empty_page_and_no_heading_alone_at_its_foot(printed: tuple[list[str], str]) -> None:
    texts, html = printed
    assert len(texts) >= 10
    headings = {
        re.sub(r"<[^>]+>", "", h).strip() for h in re.findall(r"<h[1-6][^>]*>(.*?)</h[1-6]>", html, re.S)
    }
    days = set(re.findall(r"<time[^>]*>([^<]*)</time>", html))
    feet = [[line.strip() for line in text.splitlines() if line.strip()] for text in texts]
    assert all(feet)
    assert min(len(text) for text in texts[:-1]) > 200
    assert "Told 3" in headings
    alone = [lines[-1] for lines in feet if lines[-1] in headings | {"Part 3"}]
    assert alone == []
    assert [lines[-2:] for lines in feet if lines[-1] in days and lines[-2] in headings] == []


def test_paper_says_what_a_screen_leads_to(printed: tuple[list[str], str]) -> None:
    text = re.sub(r"\s+", " ", " ".join(printed[0]))
    assert "https://www.brisafoods.example/" in text
    assert "Answer" not in text
    assert "Sections" not in text
    assert "Download the calendar" not in text


def test_a_drawing_fits_a_page_and_is_not_cut(base: str, page: Page) -> None:
    page.emulate_media(media="print")
    page.goto(f"{base}/many/print/")
    heights = page.evaluate(
        "[...document.querySelectorAll('.tl')].map(s => [s.getBoundingClientRect().height, getComputedStyle(s).breakInside])"
    )
    assert len(heights) > 3
    assert all(height <= 265 * 96 / 25.4 and how == "avoid" for height, how in heights)

"""The team's dashboard as its reader uses it: filters and order in the address, and what follows them."""

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from portalgen.render.rows import SORTED
from tests.browser.serving import served
from tests.live.shop import FakeShop
from tests.project import Project

ACCOUNT = """\
---
client: %s
title: Spring launch
lifecycle: %s
services: [%s]
start: 2026-11-01
team: [{name: %s, role: account_executive}, {name: Leo Vega, role: project_manager}]
health: {overall: %s}
needs: [{title: Logo of %s, due: %s}]
---
## 2026-11-20 First ads are live {.client}
They are.
"""
ACCOUNTS = {
    "alba": ("Alba", "active", "Media", "Ana Ruiz", "off_track", "Alba", "2026-11-20"),
    "brisa": ("Brisa", "active", "Print", "Ana Ruiz", "on_track", "Brisa", "2026-11-20"),
    "casa": ("Casa", "active", "Media", "José Gil & Co", "on_track", "Casa", "2026-11-28"),
    "duero": ("Duero", "on_hold", "Media, Print", "José Gil & Co", "on_hold", "Duero", "2026-11-29"),
}


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    project = Project(tmp_path_factory.mktemp("team"))
    project.setting("review: []", "review: [client]")
    for name, values in ACCOUNTS.items():
        project.account(name, ACCOUNT % values)
    assert project.build().codes == []
    with served(project.root / "site") as address:
        yield f"{address}/internal/"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    made = context.new_page()
    made.set_default_timeout(10_000)
    yield made
    context.close()


def seen(page: Page, what: str) -> list[str]:
    """The texts of what can be seen of these."""
    return [text.strip() for text in page.locator(f"{what}:visible").all_inner_texts()]


FILTERS = {
    "": ["Brisa", "Alba", "Casa", "Duero"],
    "?ae=Ana+Ruiz": ["Brisa", "Alba"],
    "?ae=Jos%C3%A9%20Gil%20%26%20Co": ["Casa", "Duero"],
    "?pm=Leo+Vega": ["Brisa", "Alba", "Casa", "Duero"],
    "?health=on_track": ["Brisa", "Casa"],
    "?service=Print": ["Brisa", "Duero"],
    "?lifecycle=on_hold": ["Duero"],
    "?ae=Ana+Ruiz&service=Media": ["Alba"],
    "?ae=Ana+Ruiz&lifecycle=on_hold": [],
    "?ae=Nobody": [],
    "?tab=team": ["Brisa", "Alba", "Casa", "Duero"],
}


@pytest.mark.parametrize("query", FILTERS)
def test_the_address_says_which_rows_are_shown(base: str, page: Page, query: str) -> None:
    page.goto(base + query)
    assert seen(page, "tr[data-row] .title") == FILTERS[query]
    assert page.locator("[data-empty]").is_visible() == (not FILTERS[query])


def test_a_click_is_a_filter_and_a_second_one_takes_it_back(base: str, page: Page) -> None:
    page.goto(base)
    ana = page.locator('[data-value="Ana Ruiz"]')
    ana.click()
    page.locator('[data-value="off_track"]').click()
    assert page.url == f"{base}?ae=Ana+Ruiz&health=off_track"
    assert seen(page, "tr[data-row] .title") == ["Alba"]
    assert seen(page, "[data-shown]") == ["Shown: 1 of 4 Show all"]
    expect(ana).to_have_attribute("aria-current", "true")
    ana.press("Enter")
    assert page.url == f"{base}?health=off_track"
    page.get_by_role("link", name="Show all").click()
    assert seen(page, "tr[data-row] .title") == FILTERS[""]
    assert seen(page, "[data-shown]") == []
    expect(page.locator(".chip").first).to_be_focused()  # the link is gone


def test_the_count_is_said_by_a_region_that_was_there_before(base: str, page: Page) -> None:
    page.goto(base)
    expect(page.get_by_role("status")).to_have_text("")  # hidden, it would not be among the roles
    page.locator('[data-value="off_track"]').click()
    expect(page.get_by_role("status")).to_have_text("Shown: 1 of 4")


def test_everything_follows_the_rows(base: str, page: Page) -> None:
    page.goto(base)
    assert seen(page, "[data-first]") == [
        "Begin with Brisa: Says “On track”, but something we need from the client is overdue"
    ]
    assert seen(page, ".port .group") == ["Needs someone today", "All quiet"]
    assert seen(page, "[data-of] > span") == ["Casa", "Duero"]
    page.locator('[data-value="off_track"]').click()
    assert seen(page, "[data-first]") == [
        "Begin with Alba: “Logo of Alba” was due from the client 3 days ago"
    ]
    assert page.locator("[data-first] a").get_attribute("href") == "accounts/alba/"
    assert seen(page, ".port .group") == ["Needs someone today"]
    assert seen(page, "[data-of] > span") == []
    page.goto(f"{base}?lifecycle=on_hold")
    assert seen(page, "[data-first]") == []
    assert seen(page, ".port .group") == ["All quiet"]
    assert seen(page, "[data-of] > span") == ["Duero"]


# ---- order ----

DEFAULT = FILTERS[""]
ORDERS = {
    "?sort=account": ["Alba", "Brisa", "Casa", "Duero"],
    "?sort=-account": ["Duero", "Casa", "Brisa", "Alba"],
    "?sort=health": ["Alba", "Brisa", "Duero", "Casa"],
    "?sort=next": ["Casa", "Duero", "Brisa", "Alba"],  # those without a date stand last,
    "?sort=-next": ["Duero", "Casa", "Brisa", "Alba"],  # either way
    "?sort=needs": DEFAULT,  # what is equal stays as it was
    "?sort=people": ["Brisa", "Alba", "Casa", "Duero"],
    "?sort=-people": ["Casa", "Duero", "Brisa", "Alba"],
    "?sort=-account&service=Media": ["Duero", "Casa", "Alba"],
    "?sort=nothing": DEFAULT,
    "?sort=": DEFAULT,
}


@pytest.mark.parametrize("query", ORDERS)
def test_the_address_says_in_which_order_rows_are(base: str, page: Page, query: str) -> None:
    page.goto(base + query)
    assert seen(page, "tr[data-row] .title") == ORDERS[query]


LOGOS = ", ".join(f"{{title: Logo {number}, due: 2026-12-01}}" for number in range(10))
COLUMNS = {
    "alba": """health: {overall: off_track}
team: [{name: Ana Ruiz, role: account_executive}]
needs: [{title: Logo, due: 2026-12-10}]
change_requests: [{title: More, decision: pending}, {title: Less, decision: pending}]
case_study: {attribution: named, consent: {status: granted, granted_by: Eva, granted_on: 2026-10-01}}
---
## 2026-11-20 First ads are live {.client}
They are.
""",
    "brisa": """health: {overall: on_track}
team: [{name: Zoe Gil, role: account_executive}]
expectations: [{statement: By May, status: open}]
case_study:
  attribution: named
  consent: {status: granted, granted_by: Eva, granted_on: 2026-10-01, expires_on: 2027-06-01}
---
## 2026-11-09 First ads are live {.client}
They are.
""",
    "casa": """health: {overall: at_risk}
team: [{name: Álvaro Gil, role: account_executive}]
needs: [LOGOS]
case_study: {attribution: named, consent: {status: requested}}
---
""".replace("LOGOS", LOGOS),
}
BY_COLUMN = {  # ascending, descending; of two that are equal Casa comes first, as it does unsorted
    "account": (["Alba", "Brisa", "Casa"], ["Casa", "Brisa", "Alba"]),
    "health": (["Alba", "Casa", "Brisa"], ["Brisa", "Casa", "Alba"]),
    "next": (["Casa", "Alba", "Brisa"], ["Alba", "Casa", "Brisa"]),
    "update": (["Casa", "Brisa", "Alba"], ["Alba", "Brisa", "Casa"]),
    "needs": (["Brisa", "Alba", "Casa"], ["Casa", "Alba", "Brisa"]),
    "changes": (["Casa", "Brisa", "Alba"], ["Alba", "Casa", "Brisa"]),
    "expectations": (["Casa", "Alba", "Brisa"], ["Brisa", "Casa", "Alba"]),
    "consent": (["Brisa", "Alba", "Casa"], ["Casa", "Alba", "Brisa"]),  # one without an end ends last
    "people": (["Casa", "Alba", "Brisa"], ["Brisa", "Alba", "Casa"]),
}


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    project = Project(tmp_path_factory.mktemp("columns"))
    for name, text in COLUMNS.items():
        project.account(name, f"---\nclient: {name.title()}\ntitle: Launch\nstart: 2026-11-01\n{text}")
    project.build()
    with served(project.root / "site") as address:
        yield f"{address}/internal/"


@pytest.mark.parametrize("column", SORTED)
def test_every_column_sorts_by_what_it_means_either_way(columns: str, page: Page, column: str) -> None:
    found = []
    for way in ("", "-"):
        page.goto(f"{columns}?sort={way}{column}")
        found.append(seen(page, "tr[data-row] .title"))
    assert tuple(found) == BY_COLUMN[column]


def test_a_head_sorts_then_turns_then_gives_the_order_back(base: str, page: Page) -> None:
    page.goto(base)
    head = page.locator("th[data-sort=account]")
    steps = [
        ("?sort=account", "ascending", ["Alba", "Brisa", "Casa", "Duero"]),
        ("?sort=-account", "descending", ["Duero", "Casa", "Brisa", "Alba"]),
        ("", None, DEFAULT),
    ]
    for query, said, rows in steps:
        head.get_by_role("button").click()
        assert page.url == base + query
        assert head.get_attribute("aria-sort") == said
        assert seen(page, "tr[data-row] .title") == rows
        assert len(seen(page, ".port .group")) == (0 if said else 2)  # sorted, the rows are one list
    assert page.locator("th[aria-sort]").count() == 0


def test_of_counts_the_most_comes_first(base: str, page: Page) -> None:
    page.goto(base)
    page.get_by_role("button", name="Needs").click()
    assert page.url == f"{base}?sort=-needs"


def test_order_and_filters_keep_each_other(base: str, page: Page) -> None:
    page.goto(base)
    page.get_by_role("button", name="Account").click()
    page.locator('[data-value="Media"]').click()
    assert page.url == f"{base}?sort=account&service=Media"
    page.get_by_role("link", name="Show all").click()
    assert page.url == f"{base}?sort=account"
    page.get_by_role("link", name="Who needs someone first").click()
    assert page.url == base
    assert seen(page, "tr[data-row] .title") == DEFAULT
    expect(page.get_by_role("button", name="Account")).to_be_focused()  # the link is gone


def test_heads_are_sorted_by_with_keys_alone(base: str, page: Page) -> None:
    page.goto(base)
    button = page.get_by_role("button", name="Account")
    button.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(f"{base}?sort=account")
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{base}?sort=-account")
    expect(button).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Health")).to_be_focused()


def test_a_phone_sorts_by_a_list(base: str, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(base)
    page.get_by_label("Sort by").select_option("Account")
    assert page.url == f"{base}?sort=account"
    page.get_by_role("button", name="Turn around").click()
    expect(page.get_by_role("button", name="Turn around")).to_be_focused()
    assert seen(page, "tr[data-row] .title") == ["Duero", "Casa", "Brisa", "Alba"]
    # The heads can't be seen here, so that the keyboard passes them by.
    assert [one.is_disabled() for one in page.locator(".port thead button").all()] == [True] * 9
    page.get_by_label("Sort by").select_option("Who needs someone first")
    assert page.url == base
    assert seen(page, "tr[data-row] .title") == DEFAULT


def test_without_a_script_it_is_a_table_and_has_nothing_that_does_nothing(
    base: str, browser: Browser
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(base)
    assert seen(page, "tr[data-row] .title") == DEFAULT
    assert seen(page, ":is(button, input, select, .filters)") == []
    context.close()


def test_a_screen_has_ten_quiet_accounts(browser: Browser, tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(12):
        day = f"2026-12-{number + 10}"
        values = (f"Client {number}", "active", "Media", "Ana Ruiz", "on_track", "Client", day)
        project.account(f"c{number}", ACCOUNT % values)
    assert project.build().codes == []
    with served(project.root / "site") as address:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.goto(f"{address}/internal/")
        boxes = [row.bounding_box() for row in page.locator("tr[data-row]").all()]
        assert sum(box is not None and box["y"] + box["height"] <= 900 for box in boxes) >= 10
        page.close()


def test_what_is_held_back_is_a_link_to_its_place(base: str, page: Page) -> None:
    page.goto(base)
    page.locator('tr[data-account="brisa"] .waits').click()
    assert page.url == f"{base}review/#brisa"
    assert "Brisa" in page.locator("#brisa").inner_text()


@pytest.mark.parametrize("width", [320, 390, 768, 1024, 1280, 1920])
def test_the_page_is_as_wide_as_its_window(base: str, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(base)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    table, main = page.locator(".port").bounding_box(), page.locator("main").bounding_box()
    assert table
    assert main
    assert table["x"] + table["width"] <= main["x"] + main["width"] - 16


def test_on_the_desk_the_order_holds_while_the_page_is_brought_up_to_date(
    context: BrowserContext, shop: FakeShop, address: str
) -> None:
    page = context.new_page()
    page.goto(f"{address}all/?tab=team")
    frame = page.frame_locator("#page")
    frame.get_by_label("Sort by").select_option("Account")
    titles = frame.locator("tr[data-row] .title")
    inside = page.frames[-1]
    inside.evaluate("window.mark = 'the same page'")
    before = titles.all_inner_texts()
    assert before == sorted(before)
    shop.edit("internal/index.html", ">Verde Motor</a>", ">Arc Motor</a>")
    shop.edit("internal/index.html", "&#34;Verde Motor&#34;", "&#34;Arc Motor&#34;")
    expect(titles).to_have_text(["Arc Motor", *before[:-1]])
    frame.get_by_role("button", name="Turn around").click()
    expect(titles).to_have_text([*reversed(before[:-1]), "Arc Motor"])
    assert inside.evaluate("window.mark") == "the same page"


@pytest.mark.parametrize("slow", ["**/internal/assets/portfolio.js*", "**/internal/assets/style.css*"])
def test_on_the_desk_an_update_before_the_last_one_is_through_loads_nothing_anew(
    context: BrowserContext, shop: FakeShop, address: str, slow: str
) -> None:
    page = context.new_page()
    page.goto(f"{address}all/?tab=team")
    frame = page.frame_locator("#page")
    expect(frame.get_by_label("Sort by")).to_be_visible()
    inside = page.frames[-1]
    inside.evaluate("window.mark = 'the same page'")
    held: list[Route] = []
    context.route(slow, lambda route: held.append(route))
    for before, after in pairwise(["Verde Motor", "Arc Motor", "Brio Motor", "Corsa Motor"]):
        shop.edit("internal/index.html", f">{before}</a>", f">{after}</a>")
        shop.show(["internal/assets/style.css"])
        expect(frame.locator("tr[data-row] .title", has_text=after)).to_be_visible()
    assert held
    for route in held[-1:] if "style" in slow else held:  # of a style's, only the last one is still asked for
        route.continue_()
    expect(frame.locator("link[rel=stylesheet]")).to_have_count(1)
    expect(frame.locator("script")).to_have_count(2)
    assert inside.evaluate("window.mark") == "the same page"

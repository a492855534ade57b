"""The team's dashboard as its reader uses it: filters in the address, and everything that follows them."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import served
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

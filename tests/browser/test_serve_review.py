"""Approving as an account executive does it: the sample agency under review, served, and a browser."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.live.live import Live, served
from tests.project import Project
from tests.test_determinism import copy

expect.set_options(timeout=10_000)
OLD, NEW = "Ten days late, and nobody cancelled.", "only four members"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("agency")
    copy(folder)
    with served(Project.at(folder)) as live:
        yield live


@pytest.fixture
def page(browser: Browser, live: Live) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    made = context.new_page()
    made.set_default_timeout(15_000)
    yield made
    context.close()


def test_from_the_mark_on_the_desk_to_the_mail_to_the_client(live: Live, page: Page) -> None:
    page.goto(live.address)
    page.locator("#a-tinta-books a[href^='/accounts/']").first.click()
    frame = page.frame_locator("#page")
    expect(frame.locator("main")).to_contain_text(OLD)
    page.locator("a[href*='view=draft']").click()
    expect(frame.locator("main")).to_contain_text(NEW)
    expect(frame.locator("main")).not_to_contain_text(OLD)
    page.locator("a[href^='/approve/tinta-books/']").first.click()
    expect(page.locator("del").first).to_be_visible()
    expect(page.locator("main")).to_contain_text(NEW)
    page.get_by_label("Approved by").fill("Aina Pons")
    page.get_by_role("button", name="Approve for the client").click()
    expect(page).to_have_url(f"{live.address}approve/tinta-books/?done=client")
    expect(page.locator("main")).to_contain_text("Hello Harriet,")
    mail = page.locator("a[href^='mailto:harriet@tintabooks.example']")
    expect(mail).to_be_visible()
    page.goto(f"{live.address}accounts/tinta-books/?tab=client")
    expect(page.frame_locator("#page").locator("main")).to_contain_text(NEW)
    written = json.loads((live.project.root / "content/approved/tinta-books/portal.json").read_text())
    assert (written["approved_by"], written["approved_on"]) == ("Aina Pons", "2026-11-23")
    assert live.wait(lambda: live.loop.desk.scan == "clean")

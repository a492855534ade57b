"""The sample agency in a real browser: every page opens, in silence, and asks nobody else for anything."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.serving import served


@pytest.fixture(scope="module")
def site(agency: Path) -> Path:
    return agency


@pytest.fixture(scope="module")
def base(site: Path) -> Iterator[str]:
    with served(site) as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 390, "height": 844})
    made = context.new_page()
    made.set_default_timeout(10_000)
    yield made
    context.close()


def portal(site: Path, account: str) -> str:
    rows = json.loads((site / "internal/portfolio.json").read_text())["accounts"]
    return next(str(row["portal"]) for row in rows if row["id"] == account)


@pytest.mark.parametrize("tree", ["portals", "internal", "public"])
def test_every_page_opens_without_a_word_in_the_console_and_asks_no_other_host(
    site: Path, page: Page, tree: str
) -> None:
    said: list[str] = []
    asked: list[str] = []
    page.on(
        "console", lambda m: said.append(f"{page.url}: {m.text}") if m.type in ("error", "warning") else None
    )
    page.on("pageerror", lambda error: said.append(f"{page.url}: {error}"))
    page.on("request", lambda request: asked.append(request.url))
    page.on("response", lambda r: said.append(f"{page.url}: {r.url} {r.status}") if r.status >= 400 else None)
    pages = sorted((site / tree).rglob("*.html"))
    with served(site / tree) as root:  # each tree may have a host of its own
        for path in pages:
            page.goto(f"{root}/{path.relative_to(site / tree).as_posix()}", timeout=20_000)
        assert said == []
        assert [url for url in asked if not url.startswith((root, "data:", "blob:"))] == []
    assert len(pages) > 10
    assert page.context.cookies() == []


def test_what_is_new_since_the_last_visit_is_marked_and_kept_in_the_browser(
    site: Path, base: str, page: Page
) -> None:
    address = f"{base}/{portal(site, 'brisa-foods')}"
    page.goto(address)
    assert page.locator(".new").count() == 0
    page.evaluate(
        'for (const k of Object.keys(localStorage)) localStorage.setItem(k, \'{"day": 1, "keys": ["seen"]}\')'
    )
    page.reload()
    assert page.locator(".new").count() == 0  # still the same visit
    page.evaluate("sessionStorage.clear()")
    page.evaluate(
        'for (const k of Object.keys(localStorage)) localStorage.setItem(k, \'{"day": 1, "keys": ["seen"]}\')'
    )
    page.goto(address)
    assert page.locator(".new").count() == page.locator("[data-key]").count() > 0
    page.reload()
    assert page.locator(".new").count() > 0
    assert page.locator(".new").first.inner_text().strip() == "Nuevo"


def test_the_portfolios_filters_are_in_the_address(site: Path, base: str, page: Page) -> None:
    page.goto(f"{base}/internal/")
    rows = page.locator("tr[data-row]:visible")
    everything = rows.count()
    page.locator('[data-facet="ae"]').first.click()
    assert 0 < rows.count() < everything
    address = page.url
    assert "ae=" in address
    page.goto(address)
    assert 0 < rows.count() < everything


def test_a_portal_reads_without_a_script(site: Path, base: str, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}/{portal(site, 'brisa-foods')}", timeout=10_000)
    assert page.locator("h1").inner_text() == "Vamos según lo previsto."
    assert "Elegir el color de la etiqueta" in page.locator("main").inner_text()
    context.close()

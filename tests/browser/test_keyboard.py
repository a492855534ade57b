"""Every kind of page without a mouse: what can be reached, in which order, and that one sees where one is.

And with a finger: nothing to press is smaller than 24 × 24 CSS px (WCAG 2.5.8), but links in running text.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.kinds import DESK, PUBLISHED, Addresses, everything

KINDS = (*PUBLISHED, *DESK)
NUMBERED = """() => {
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, iframe, [tabindex]";
  const seen = {opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true};
  const found = [...document.querySelectorAll(all)].filter(one =>
    one.tabIndex >= 0 && !one.disabled && one.checkVisibility(seen) && one.getBoundingClientRect().width > 0
    && !(one.matches("iframe") && !one.src));
  found.forEach((one, number) => one.dataset.number = number);
  return found.map(one => one.outerHTML.slice(0, 120));
}"""
AT = """() => {
  for (const fading of document.getAnimations()) fading.finish();
  const cut = one => one && (getComputedStyle(one).clipPath !== "none" || cut(one.parentElement));
  const one = document.activeElement;
  if (one === document.body || one === document.documentElement) return null;
  const style = getComputedStyle(one), box = one.getBoundingClientRect();
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = colour => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return paint.getImageData(0, 0, 1, 1).data;
  };
  const light = colour => {
    const [r, g, b] = [...colour].slice(0, 3).map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4);
    return .2126 * r + .7152 * g + .0722 * b;
  };
  let around = parseFloat(style.outlineOffset) < 0 ? one : one.parentElement;
  while (around.parentElement && rgb(getComputedStyle(around).backgroundColor)[3] < 255) around = around.parentElement;
  const [a, b] = [light(rgb(style.outlineColor)), light(rgb(getComputedStyle(around).backgroundColor))];
  return {
    number: one.dataset.number ?? null,
    what: one.outerHTML.slice(0, 120),
    ring: style.outlineStyle === "none" ? 0 : parseFloat(style.outlineWidth),
    contrast: (Math.max(a, b) + .05) / (Math.min(a, b) + .05),
    seen: !cut(one) && box.right > 0 && box.left < innerWidth && box.bottom > 0 && box.top < innerHeight,
  };
}"""
SMALL = """() => {
  const seen = {opacityProperty: true, visibilityProperty: true};
  const all = "a[href], button, input:not([type=hidden]), select, textarea, summary, [role=button]";
  const cut = one => one && (getComputedStyle(one).clipPath !== "none" || cut(one.parentElement));
  return [...document.querySelectorAll(all)].filter(one => {
    if (!one.checkVisibility(seen) || cut(one)) return false;
    const box = one.getBoundingClientRect();
    if (box.width <= 1 || box.right <= 0 || (box.width >= 24 && box.height >= 24)) return false;
    let block = one.parentElement;
    while (getComputedStyle(block).display.startsWith("inline")) block = block.parentElement;
    const running = getComputedStyle(one).display === "inline" && block.textContent.trim() !== one.textContent.trim();
    return !running;
  }).map(one => {
    const box = one.getBoundingClientRect();
    return `${Math.round(box.width)} x ${Math.round(box.height)}: ${one.outerHTML.slice(0, 120)}`;
  });
}"""


@pytest.fixture(scope="module")
def addresses(agency: Path) -> Iterator[Addresses]:
    with everything(agency) as found:
        yield found


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(bypass_csp=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


def walk(page: Page) -> Iterator[dict[str, Any]]:
    """Press Tab until the page's end; what has the focus each time."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if (at := page.evaluate(AT)) is None:
            return
        yield at
    raise AssertionError("the keyboard does not come out of the page")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_everything_can_be_reached_and_one_sees_where_one_is(
    page: Page, addresses: Addresses, kind: str, width: int, scheme: str
) -> None:
    page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(addresses(kind), timeout=20_000)
    for frame in page.frames:
        frame.wait_for_load_state("load")
    wanted = dict(enumerate(page.evaluate(NUMBERED)))
    reached = list(walk(page))
    for at in reached:
        if at["number"] is not None:
            wanted.pop(int(at["number"]), None)
    assert list(wanted.values()) == []
    reached = [at for at in reached if not at["what"].startswith("<iframe")]  # its page is a kind of its own
    assert [at["what"] for at in reached if at["ring"] < 2 or at["contrast"] < 3] == []
    assert [at["what"] for at in reached if not at["seen"]] == []


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_to_press_is_smaller_than_a_finger(page: Page, addresses: Addresses, kind: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(addresses(kind), timeout=20_000)
    assert page.evaluate(SMALL) == []


# ---- ways through a page ----------------------------------------------------------------------------


def test_the_first_key_in_a_portal_offers_to_skip_the_menu(page: Page, addresses: Addresses) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(addresses("portal"))
    page.keyboard.press("Tab")
    expect(page.locator("a.skip")).to_be_focused()
    assert page.evaluate(AT)["seen"]
    page.keyboard.press("Tab")
    menu = page.locator("header nav:visible").first
    assert menu.evaluate("one => one.contains(document.activeElement)")
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.locator("main").evaluate("one => one.contains(document.activeElement)")


def test_the_folded_menu_of_a_phone_opens_and_leads_on(page: Page, addresses: Addresses) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(addresses("portal"))
    fold = page.locator("header summary")
    for _ in range(4):
        page.keyboard.press("Tab")
        if fold.evaluate("one => one === document.activeElement"):
            break
    expect(fold).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    where = page.evaluate("document.activeElement.href")
    page.keyboard.press("Enter")
    page.wait_for_url(where)
    assert where.startswith(addresses("portal"))


def test_what_is_folded_in_the_text_opens(page: Page, addresses: Addresses) -> None:
    page.goto(addresses("portal"))
    summary = page.locator("main summary").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main details").first).to_have_attribute("open", "")


def test_the_gallery_filters_by_key_and_the_focus_stays(page: Page, addresses: Addresses) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(addresses("gallery"))
    cards = page.locator(".pg-cards > li:visible")
    everything = cards.count()
    chip = page.locator('[data-facet="region"] [data-value="spain"]')
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/case-studies/?region=spain*")
    expect(cards).not_to_have_count(everything)
    expect(chip).to_be_focused()
    expect(chip).to_have_attribute("aria-current", "true")
    field = page.locator("#pg-words")
    field.focus()
    page.keyboard.type("soup")
    page.wait_for_url("**q=soup*")
    expect(field).to_be_focused()


def test_the_portfolio_filters_and_sorts_by_key_and_the_focus_stays(page: Page, addresses: Addresses) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(addresses("portfolio"))
    rows = page.locator("tr[data-row]:visible")
    everything = rows.count()
    chip = page.locator("[data-facet=health]").first
    chip.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**health=*")
    assert 0 < rows.count() < everything
    expect(chip).to_be_focused()
    page.keyboard.press("Enter")
    head = page.locator("th[data-sort] button").first
    head.focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**sort=*")
    expect(head).to_be_focused()
    expect(page.locator("th[aria-sort]")).to_have_count(1)
    names = rows.locator(".title").all_inner_texts()
    assert names == sorted(names, key=str.casefold)


def test_a_figure_that_scrolls_does_so_by_key(page: Page, addresses: Addresses) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(addresses("case-study"))
    for one in page.locator(".pg-scroll").all():
        expect(one).to_have_attribute("tabindex", "0")

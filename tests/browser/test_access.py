"""Every kind of page for everybody: what axe can find, small windows, large text, no script, no colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page

from tests.browser.kinds import ACTED, DESK, PUBLISHED, Addresses, everything, hosted, kind_of, paths
from tests.project import Project

KINDS = (*PUBLISHED, *DESK)
STATES = (*KINDS, *ACTED)
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text("utf-8")
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
FOUND = """tags => axe.run(document, {runOnly: tags, resultTypes: ["violations"]}).then(found =>
  found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${node.target.join(" ")}`)))"""
SETTLED = "() => { for (const one of document.getAnimations()) one.finish() }"
"""Colours of a theme that fade from one scheme to the other have arrived."""


@pytest.fixture(scope="module")
def addresses(agency: Path) -> Iterator[Addresses]:
    with everything(agency) as found:
        yield found


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    """One window for all: a page's rules against foreign scripts would keep axe out, so they are off."""
    context = browser.new_context(bypass_csp=True)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_every_page_of_the_sample_is_of_a_kind_that_is_looked_at(agency: Path) -> None:
    here = {
        kind_of(path if path.endswith(".html") else f"{path}index.html") for path in paths(agency).values()
    }
    built = {kind_of(path.relative_to(agency).as_posix()) for path in agency.rglob("*.html")}
    assert built == here


@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(page: Page, addresses: Addresses, state: str) -> None:
    kind, act = ACTED.get(state, (state, None))
    found: dict[str, Any] = {}
    for width in (390, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(addresses(kind), timeout=20_000)
        if act:
            act(page)
        page.evaluate(AXE)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
            page.evaluate(SETTLED)
            for one in page.evaluate(FOUND, WCAG):
                found.setdefault(one, []).append((width, scheme))
    assert found == {}


# ---- small windows, large text ----------------------------------------------------------------------

TOO_WIDE = """() => {
  if (document.scrollingElement.scrollWidth <= innerWidth) return [];
  const cut = one => one && one !== document.body
    && (getComputedStyle(one).overflowX !== "visible" || cut(one.parentElement));
  return [...document.body.querySelectorAll("*")].filter(one =>
    one.getBoundingClientRect().right > innerWidth + 1 && one.checkVisibility() && !cut(one.parentElement)
  ).map(one => one.outerHTML.slice(0, 100));
}"""


@pytest.fixture(scope="module", params=[16, 32], ids=["text as it is", "text twice as large"])
def narrow(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A window of 320 px, with a text size in the browser's own settings."""
    context = browser.new_context(viewport={"width": 320, "height": 640})
    context.set_default_timeout(10_000)
    page = context.new_page()
    sizes = {"standard": request.param, "fixed": request.param}
    context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": sizes})
    yield page
    context.close()


def test_a_window_of_320_px_never_scrolls_sideways(narrow: Page, addresses: Addresses, kind: str) -> None:
    narrow.goto(addresses(kind), timeout=20_000)
    assert narrow.evaluate(TOO_WIDE) == []


LONG = "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"
WORDY = f"""\
---
client: {{name: {LONG}, website: https://www.{LONG.lower().replace("ü", "ue")}.example/{LONG}}}
title: {LONG} im {LONG}
services: [{LONG}]
industry: {LONG}
start: 2026-11-01
end: 2027-03-01
team:
  - {{name: Ana {LONG}, role: account_executive, email: {LONG.lower().replace("ü", "ue")}@estudio-norte.example}}
  - {{name: Leo {LONG}, role: project_manager}}
health: {{overall: at_risk, as_of: 2026-11-20, rationale: {LONG}}}
objective: {LONG}
needs: [{{title: "{LONG}", due: 2026-11-20, owner: "{LONG}"}}]
milestones: [{{title: "{LONG}", baseline: 2026-12-01, forecast: 2027-01-01}}]
deliverables: [{{title: "{LONG}", status: ready, due: 2026-12-01}}]
kpis: [{{name: "{LONG}", unit: "{LONG}", baseline: {{value: 1}}, target: {{value: 3}}, readings: [{{value: 2, date: 2026-11-10}}]}}]
risks: [{{title: "{LONG}", probability: 3, impact: 4}}]
decisions: [{{title: "{LONG}", date: 2026-11-10, decision: "{LONG}"}}]
---
## 2026-11-20 {LONG} {{.client}}
{LONG} and `{LONG}`.
"""


@pytest.fixture(scope="module")
def wordy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The addresses of every page about an account in words that no line can hold."""
    project = Project(tmp_path_factory.mktemp("wordy")).account("long", WORDY).build()
    site = project.root / "site"
    with hosted(site) as address:
        paths = (
            p.relative_to(site).as_posix()
            for tree in ("portals", "internal")
            for p in (site / tree).rglob("*.html")
        )
        yield {kind_of(path): address(path) for path in paths}


def test_no_word_is_too_long_for_a_phone(narrow: Page, wordy: dict[str, str]) -> None:
    wide = {}
    for kind, address in wordy.items():
        narrow.goto(address, timeout=20_000)
        if found := narrow.evaluate(TOO_WIDE):
            wide[kind] = found
    assert wide == {}


TABLES = ["portal-timeline", "portal-deliverables", "portfolio", "references", "case-study"]


@pytest.mark.parametrize("kind", TABLES)
def test_a_table_that_a_phone_shows_in_blocks_is_read_as_a_table(
    page: Page, addresses: Addresses, kind: str
) -> None:
    read = {}
    for width in (1280, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.goto(addresses(kind), timeout=20_000)
        session = page.context.new_cdp_session(page)
        nodes = session.send("Accessibility.getFullAXTree")["nodes"]
        roles = Counter(node["role"]["value"] for node in nodes if "role" in node and not node["ignored"])
        read[width] = {role: roles[role] for role in ("table", "columnheader", "rowheader", "row")}
        session.detach()
    assert read[390] == read[1280]
    assert all(read[390].values())


# ---- without a script -------------------------------------------------------------------------------

SAID = """() => {
  const controls = "label, button, select, [role=status], .filters, .pg-filters";
  const walk = document.createTreeWalker(document.querySelector("main") ?? document.body, NodeFilter.SHOW_TEXT);
  const found = new Set();
  while (walk.nextNode()) {
    const [text, around] = [walk.currentNode.data.trim(), walk.currentNode.parentElement];
    if (text && around.checkVisibility() && !around.closest(controls)) found.add(text);
  }
  return [...found];
}"""
DEAD = """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, a[href^='?']")]
  .filter(one => one.checkVisibility({visibilityProperty: true}) && !one.form?.getAttribute("action"))
  .map(one => one.outerHTML.slice(0, 100))"""


@pytest.fixture(scope="module")
def still(browser: Browser) -> Iterator[Page]:
    """A window whose scripts are switched off."""
    context = browser.new_context(java_script_enabled=False)
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", PUBLISHED)
def test_without_a_script_all_is_said_and_nothing_is_there_that_does_nothing(
    page: Page, still: Page, addresses: Addresses, kind: str
) -> None:
    for one in (page, still):
        one.set_viewport_size({"width": 1280, "height": 900})
        one.goto(addresses(kind), timeout=20_000)
    said = still.evaluate(SAID)
    assert len(said) > 2
    assert [text for text in page.evaluate(SAID) if text not in said] == []
    assert still.evaluate(DEAD) == []


# ---- a reader's own colours, no motion --------------------------------------------------------------

FAINT = """limit => {
  const paint = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const rgb = colour => {
    paint.clearRect(0, 0, 1, 1);
    paint.fillStyle = colour;
    paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
    .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
  const against = (a, b) => (Math.max(light(a), light(b)) + .05) / (Math.min(light(a), light(b)) + .05);
  const ground = one => {
    while (one.parentElement && rgb(getComputedStyle(one).backgroundColor)[3] < 255) one = one.parentElement;
    return rgb(getComputedStyle(one).backgroundColor);
  };
  const found = [];
  for (const drawing of document.querySelectorAll("svg")) {
    if (!drawing.checkVisibility({opacityProperty: true}) || !drawing.getBoundingClientRect().width) continue;
    const paper = ground(drawing.parentElement);
    const marks = limit.text ? "text" : "use, circle, path, polyline, rect:not(.c1, .c2, .c3), line:not(.grid, .rail)";
    for (const one of drawing.querySelectorAll(marks)) {
      const drawn = one.matches("use") && !one.closest(".i") ? document.querySelector(one.getAttribute("href")) : one;
      const colours = (drawn.children.length ? [...drawn.children] : [drawn]).map(part => getComputedStyle(part))
        .flatMap(style => [style.fill, style.stroke]).filter(colour => colour !== "none").map(rgb).filter(c => c[3] > 0);
      if (colours.length && !colours.some(colour => against(colour, paper) >= limit.least))
        found.push(`${one.outerHTML.slice(0, 100)} ${colours} on ${paper}`);
    }
  }
  return [...new Set(found)];
}"""


FADED = """() => {
  const seen = {opacityProperty: true, visibilityProperty: true};
  const colours = document.createElement("canvas").getContext("2d", {willReadFrequently: true});
  const light = colour => {
    colours.fillStyle = colour;
    colours.fillRect(0, 0, 1, 1);
    return [...colours.getImageData(0, 0, 1, 1).data].slice(0, 3)
      .map(v => (v /= 255) <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
      .reduce((sum, v, n) => sum + v * [.2126, .7152, .0722][n], 0);
  };
  const probe = document.createElement("i");
  probe.style.backgroundColor = "Canvas";
  document.body.append(probe);
  const paper = light(getComputedStyle(probe).backgroundColor);
  probe.remove();
  return [...document.body.querySelectorAll("*")].filter(one => {
    const text = [...one.childNodes].some(node => node.nodeType === Node.TEXT_NODE && node.data.trim());
    if (!text || one.closest("svg, :disabled") || !one.checkVisibility(seen)) return false;
    const ink = light(getComputedStyle(one).color);
    return (Math.max(ink, paper) + .05) / (Math.min(ink, paper) + .05) < 4.5;
  }).map(one => one.outerHTML.slice(0, 100));
}"""
"""Words that are not seen on the ground that a browser puts behind all words where colours are forced."""


@pytest.mark.parametrize("forced", ["none", "active"], ids=["our colours", "the reader's own colours"])
def test_what_is_drawn_is_seen(page: Page, addresses: Addresses, kind: str, forced: str) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.goto(addresses(kind), timeout=20_000)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme, forced_colors=forced)  # type: ignore[arg-type]
        page.evaluate(SETTLED)
        found = [*page.evaluate(FAINT, {"text": True, "least": 4.5}), *page.evaluate(FAINT, {"least": 3})]
        if forced == "active":
            found += page.evaluate(FADED)
        page.emulate_media(forced_colors="none")
        assert found == [], scheme

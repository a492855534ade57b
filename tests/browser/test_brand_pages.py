"""The house's colours as a browser computes them: one set of tokens for portals, team and Material."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from portalgen import tokens
from portalgen.colour import Colour, contrast, parse
from portalgen.load.brand import PAIRS
from portalgen.render import assets
from portalgen.tokens import Scheme
from tests.browser.serving import served
from tests.project import Project
from tests.test_brand import LOGO, agency, root

OURS = tokens.read(assets.own_tokens())
COLOURS = sorted({name for pair in PAIRS for name in (pair.text, pair.ground)} | {"line"})


def given(scheme: Scheme) -> dict[str, str]:
    """Our tokens in a scheme as a browser writes colours."""
    known = tokens.in_force(OURS, scheme)
    found = {}
    for name in COLOURS:
        colour = parse(tokens.resolved(name, known) or "")
        assert colour is not None
        found[name] = f"rgb({colour.red}, {colour.green}, {colour.blue})"
    return found


@pytest.fixture(scope="module")
def site(sample: Path) -> Iterator[str]:
    """The built sample agency, whose colours are ours."""
    with served(sample / "site") as address:
        yield address


def open_in(browser: Browser, scheme: Scheme, address: str) -> Page:
    page = browser.new_context(color_scheme="dark" if scheme == "dark" else "light").new_page()
    page.set_default_timeout(15_000)
    if scheme == "print":
        page.emulate_media(media="print")
    page.goto(address)
    return page


COMPUTED = """names => {
  const probe = document.createElement("i");
  document.body.append(probe);
  const found = {};
  for (const [name, property] of Object.entries(names)) {
    probe.style.setProperty("color", `var(${property})`);
    found[name] = getComputedStyle(probe).color;
  }
  return found;
}"""


def computed(page: Page, names: dict[str, str]) -> dict[str, str]:
    found: dict[str, str] = page.evaluate(COMPUTED, names)
    page.context.close()
    return found


SCHEMES: tuple[Scheme, ...] = ("light", "dark", "print")
MATERIAL = {
    "paper": "--md-default-bg-color",
    "ink": "--md-default-fg-color",
    "soft": "--md-default-fg-color--light",
    "edge": "--md-default-fg-color--lighter",
    "line": "--md-default-fg-color--lightest",
    "tint": "--md-code-bg-color",
    "accent": "--md-typeset-a-color",
    "on-accent": "--md-accent-bg-color",
}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_teams_pages_have_the_tokens(scheme: Scheme, browser: Browser, site: str) -> None:
    page = open_in(browser, scheme, f"{site}/internal/")
    assert computed(page, {name: f"--{name}" for name in COLOURS}) == given(scheme)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_material_without_a_palette_has_them_as_the_system_says(
    scheme: Scheme, browser: Browser, material: str
) -> None:
    wanted = given(scheme)
    page = open_in(browser, scheme, f"{material}/public/")
    names = {name: f"--portalgen-{name}" for name in COLOURS}
    assert computed(page, names) == wanted
    page = open_in(browser, scheme, f"{material}/public/")
    assert computed(page, MATERIAL) == {name: wanted[name] for name in MATERIAL}


@pytest.mark.parametrize("system", ["light", "dark"])
@pytest.mark.parametrize("chosen", ["light", "dark"])
def test_materials_reader_chooses_against_the_system(
    chosen: Scheme, system: Scheme, browser: Browser, site: str
) -> None:
    """The sample is built with a palette of two schemes and a toggle."""
    page = open_in(browser, system, f"{site}/public/case-studies/")
    if chosen == "dark":
        page.locator("label[for=__palette_1]:not([hidden])").click()
    name = {"light": "default", "dark": "slate"}[chosen]
    page.wait_for_function("name => document.body.dataset.mdColorScheme === name", arg=name)
    style = page.evaluate("getComputedStyle(document.body).backgroundColor")
    gallery = page.evaluate("getComputedStyle(document.querySelector('.pg .pg-soft')).color")
    wanted = given(chosen)
    assert (style, gallery) == (wanted["paper"], wanted["soft"])
    assert computed(page, MATERIAL) == {name: wanted[name] for name in MATERIAL}


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A house under Material without a palette; its colours are ours."""
    folder = tmp_path_factory.mktemp("material")
    project = agency(folder, **{"brand.css": root("--brand: #0b5468;"), "logo.svg": LOGO})
    project.setting("name: mkdocs", "name: material, font: false").build()
    assert project.problems == ()
    with served(folder / "site") as address:
        yield address


# ---- other themes --------------------------------------------------------------------------------

OUTSIDE = """() => [...document.querySelectorAll("body, body *")]
  .filter(one => !one.closest(".pg"))
  .map(one => { const s = getComputedStyle(one);
    return [one.tagName, s.color, s.backgroundColor, s.fontFamily, s.fontSize, s.borderTopColor, s.margin, s.outlineColor] })"""


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs", "material"])
def test_no_theme_is_restyled_by_the_gallerys_style(theme: str, browser: Browser, tmp_path: Path) -> None:
    """Material neither, where the house has no `brand.css`. With the sheet and without, all looks the same."""
    project = agency(tmp_path, **{"logo.svg": LOGO})
    project.setting("name: mkdocs", f"name: {theme}, font: false").build()
    with served(tmp_path / "site") as address:
        page = open_in(browser, "light", f"{address}/public/")
        sheet = page.locator("link[href*='assets/portalgen/gallery.']")
        before = page.evaluate(OUTSIDE)
        sheet.evaluate("one => one.remove()")
        assert page.evaluate(OUTSIDE) == before
        assert len(before) > 20
        page.context.close()


def test_a_theme_with_a_dark_scheme_has_links_that_can_be_read_in_it(
    browser: Browser, tmp_path: Path
) -> None:
    """MkDocs' own theme says its scheme in `color-scheme`; the gallery follows it, not the system."""
    project = agency(tmp_path, **{"logo.svg": LOGO})
    project.setting("highlightjs: false", "highlightjs: false, color_mode: dark").build()
    with served(tmp_path / "site") as address:
        page = open_in(browser, "light", f"{address}/public/case-studies/")
        page.evaluate("document.querySelector('.pg').insertAdjacentHTML('beforeend', '<p id=x>x</p>')")
        page.evaluate("document.querySelector('#x').style.color = 'var(--pg-accent)'")
        link = page.evaluate("getComputedStyle(document.querySelector('#x')).color")
        ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
        page.context.close()
    assert contrast(colour(link), colour(ground)) >= 4.5


def colour(text: str) -> Colour:
    found = parse(text)
    assert found is not None
    return found


# ---- the logo ------------------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["internal/", "portal"])
def test_the_logo_has_its_place_before_it_arrives(where: str, browser: Browser, sample: Path) -> None:
    project = Project.at(sample)
    with served(sample / "site") as address:
        page = browser.new_context(viewport={"width": 390, "height": 900}).new_page()
        page.set_default_timeout(15_000)
        page.route("**/assets/logo.svg", lambda route: None)
        path = where if where != "portal" else f"portals/{project.key('brisa-foods')}/"
        page.goto(f"{address}/{path}", wait_until="domcontentloaded")
        before = page.locator(".house").bounding_box()
        page.unroute_all(behavior="ignoreErrors")
        page.goto(f"{address}/{path}")
        assert page.locator(".house").bounding_box() == before
        assert before is not None
        assert before["width"] == before["height"] == 28
        page.context.close()

"""The public gallery as prospects use it, in a browser: filters, search, phone, paper, other themes."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pypdf import PdfReader

from portalgen.project import gallery as gallery_of
from portalgen.views import CaseStudyView, Prose, QuoteView
from tests.browser.serving import served
from tests.public.scene import COST, FEBRUARY, FILES, LAUNCH, LIST, PAGES, WARM, Agency, picture

TITLES = ("Fewer empty chairs", "Más allá de la caja", "A club people pay for")
INDUSTRIES = ("Food", "Energy", "Public sector")
REGIONS = ("Spain", "Europe")


def made(number: int) -> CaseStudyView:
    """One of many cases."""
    return LAUNCH.model_copy(
        update={
            "slug": f"case-{number}",
            "title": f"{TITLES[number % 3]} {number}",
            "client": f"Client {number}",
            "industry": INDUSTRIES[number % 3],
            "region": REGIONS[number % 2],
            "services": ("Media",) if number % 2 else ("Launch", "Media"),
            "size": "small" if number == 7 else "large",
            "image": None if number % 3 else LAUNCH.image,
            "story": Prose(stretches=("### Challenge\n\nShort.\n",)),
            "rank": Decimal(number),
        }
    )


def many(count: int) -> tuple[CaseStudyView, ...]:
    return tuple(made(number) for number in range(count))


PARAGRAPH = "We sold the waiting list before the soup, and every Friday the weakest format went out. " * 9
LONG = LAUNCH.model_copy(
    update={
        "slug": "long",
        "title": "How a supplier of heat persuaded forty thousand households to change before the winter",
        "client": "Gesellschaft für angewandte Kältetechnik und Wärmepumpenanlagen mbH & Co. KG",
        "summary": PARAGRAPH,
        "story": Prose(stretches=("".join(f"### Part {n}\n\n{PARAGRAPH}\n\n" for n in range(20)),)),
        "results": tuple(COST.model_copy(update={"id": f"k{n}", "name": f"Measure {n}"}) for n in range(30)),
        "quote": QuoteView(text=PARAGRAPH, by="Ana Ruiz", role="Chief Marketing Officer"),
        "rank": Decimal(0),
    }
)
TABLED = LAUNCH.model_copy(
    update={
        "slug": "tabled",
        "results": (COST, LIST, *(COST.model_copy(update={"id": f"k{n}"}) for n in range(4))),
        "story": Prose(stretches=("### Challenge\n\n" + PARAGRAPH,)),
        "rank": Decimal(1),
    }
)
BARE = LAUNCH.model_copy(
    update={
        "slug": "bare",
        "summary": None,
        "image": None,
        "headline": None,
        "results": (),
        "quote": None,
        "story": None,
        "sections": (),
        "industry": None,
        "services": (),
        "rank": Decimal(2),
    }
)
PRINTED = {
    "named": LAUNCH,
    "anonymised": WARM,
    "in Spanish": FEBRUARY,
    "long": LONG,
    "of many measures": TABLED,
    "bare": BARE,
}
THEMES = {
    "Material": "{name: material, language: en, font: false}",
    "MkDocs' own": "{name: mkdocs, highlightjs: false}",
    "Read the Docs": "{name: readthedocs, highlightjs: false}",
}


def build(root: Path, cases: tuple[CaseStudyView, ...], theme: str = THEMES["Material"]) -> Path:
    agency = Agency(root, PAGES, theme=theme)
    files = dict(FILES)
    for case in cases:
        files |= {f"{case.url}{name}": picture("green") for name in ("card.jpg", "files/ad.png")}
        files |= {
            f"{case.url}files/{name}": FILES[f"{LAUNCH.url}files/{name}"] for name in ("label.png", "plan.md")
        }
    assert agency.build(gallery_of(cases), files) == ()
    return agency.staging


@pytest.fixture(scope="module")
def twelve(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a gallery of twelve cases."""
    with served(build(tmp_path_factory.mktemp("twelve"), many(12))) as base:
        yield f"{base}/case-studies/"


def open_(context: BrowserContext, address: str) -> Page:
    page = context.new_page()
    page.goto(address)
    return page


def count(page: Page, facet: str, value: str) -> str:
    return page.locator(f'[data-facet="{facet}"] [data-value="{value}"] .pg-count').inner_text()


def chip(page: Page, facet: str, value: str) -> None:
    page.locator(f'[data-facet="{facet}"] [data-value="{value}"]').click()


def cards(page: Page) -> list[str]:
    return page.locator("article.pg-card:visible").evaluate_all("all => all.map(one => one.dataset.case)")


def status(page: Page) -> str:
    return page.get_by_role("status").inner_text()


# ---- filters --------------------------------------------------------------------------------------


def test_counts_say_what_would_be_left_under_all_other_filters(context: BrowserContext, twelve: str) -> None:
    page = open_(context, twelve)
    assert (status(page), count(page, "industry", "food"), count(page, "size", "small")) == (
        "12 case studies",
        "4",
        "1",
    )
    chip(page, "region", "spain")
    assert status(page) == "6 case studies"
    assert [count(page, "industry", value) for value in ("", "food", "energy", "public-sector")] == [
        "6",
        "2",
        "2",
        "2",
    ]
    assert [count(page, "region", value) for value in ("", "spain", "europe")] == ["12", "6", "6"]
    chip(page, "industry", "food")
    assert cards(page) == ["case-0", "case-6"]
    assert [count(page, "region", value) for value in ("", "spain", "europe")] == ["4", "2", "2"]
    chip(page, "service", "launch")
    assert (status(page), count(page, "region", "europe")) == ("2 case studies", "0")


def test_a_value_that_would_leave_nothing_is_shown_and_leads_nowhere(
    context: BrowserContext, twelve: str
) -> None:
    page = open_(context, f"{twelve}?region=spain")
    dead = page.locator('[data-facet="size"] [data-value="small"]')
    expect(dead).to_have_attribute("aria-disabled", "true")
    expect(dead).not_to_have_attribute("href", re.compile("."))
    dead.click(force=True)
    assert (page.url, status(page)) == (f"{twelve}?region=spain", "6 case studies")
    chip(page, "region", "")
    expect(dead).to_have_attribute("href", re.compile("case-studies/size/small/"))
    expect(dead).not_to_have_attribute("aria-disabled", "true")
    dead.click()
    assert (status(page), cards(page)) == ("1 case study", ["case-7"])


def test_what_is_chosen_already_is_let_go(context: BrowserContext, twelve: str) -> None:
    page = open_(context, f"{twelve}?industry=food")
    assert status(page) == "4 case studies"
    chip(page, "industry", "food")
    assert (status(page), page.url) == ("12 case studies", twelve)


def test_the_address_holds_what_is_chosen_and_back_goes_back(context: BrowserContext, twelve: str) -> None:
    page = open_(context, twelve)
    chip(page, "industry", "food")
    chip(page, "region", "spain")
    page.get_by_role("searchbox", name="Search the case studies").fill("chairs")
    expect(page).to_have_url(f"{twelve}?industry=food&region=spain&q=chairs")
    again = open_(context, page.url)
    assert cards(again) == cards(page) == ["case-0", "case-6"]
    assert again.get_by_role("searchbox", name="Search the case studies").input_value() == "chairs"
    page.go_back()
    expect(page).to_have_url(f"{twelve}?industry=food")
    assert status(page) == "4 case studies"
    assert page.get_by_role("searchbox", name="Search the case studies").input_value() == ""
    page.go_forward()
    assert cards(page) == ["case-0", "case-6"]
    page.locator("article.pg-card:visible a").first.click()
    page.wait_for_url("**/case-0/")
    page.go_back()
    assert cards(page) == ["case-0", "case-6"]


def test_what_was_typed_just_before_leaving_is_there_again(context: BrowserContext, twelve: str) -> None:
    page = open_(context, twelve)
    page.get_by_role("searchbox", name="Search the case studies").fill("club 5")
    page.locator("article.pg-card:visible a").first.click()
    page.wait_for_url("**/case-5/")
    assert page.evaluate("document.referrer") == f"{twelve}?q=club+5"
    page.go_back()
    expect(page).to_have_url(f"{twelve}?q=club+5")
    assert cards(page) == ["case-5"]


WORDS = {
    "one word": ("chairs", 4),
    "several, in any order": ("empty client fewer", 4),
    "without its accents": ("mas alla", 4),
    "with accents that are not there": ("clúb", 4),
    "capitals": ("CLIENT 11", 1),
    "a part of a word": ("peop", 4),
    "a facet's words": ("public sector", 4),
    "a region": ("spain", 6),
    "a number": ("−38%", 12),
    "blanks": ("   ", 12),
    "what is nowhere": ("zeppelin", 0),
}


@pytest.mark.parametrize(("words", "found"), WORDS.values(), ids=WORDS)
def test_the_search_finds_all_words_on_a_card(
    words: str, found: int, context: BrowserContext, twelve: str
) -> None:
    page = open_(context, twelve)
    page.get_by_role("searchbox", name="Search the case studies").fill(words)
    assert len(cards(page)) == found
    assert status(page) == ("1 case study" if found == 1 else f"{found} case studies")


def test_nothing_found_has_a_way_out(context: BrowserContext, twelve: str) -> None:
    page = open_(context, twelve)
    expect(page.locator("[data-pg-reset]:visible")).to_have_count(0)
    page.get_by_role("searchbox", name="Search the case studies").fill("zeppelin")
    expect(page.get_by_text("No case study fits these filters.")).to_be_visible()
    page.locator("[data-pg-empty] [data-pg-reset]").click()
    assert (status(page), page.url) == ("12 case studies", twelve)
    expect(page.get_by_role("searchbox", name="Search the case studies")).to_be_focused()
    chip(page, "industry", "food")
    page.locator(".pg-status [data-pg-reset]").click()
    assert status(page) == "12 case studies"


def test_an_address_that_names_what_is_not_there_shows_all(context: BrowserContext, twelve: str) -> None:
    page = open_(context, f"{twelve}?industry=alchemy&region=%22%5D")
    assert status(page) == "12 case studies"


def test_filters_are_used_by_keyboard(context: BrowserContext, twelve: str) -> None:
    page = open_(context, twelve)
    page.locator('[data-facet="industry"] [data-value="food"]').focus()
    page.keyboard.press("Enter")
    assert status(page) == "4 case studies"
    assert page.evaluate("document.activeElement.dataset.value") == "food"


def test_without_a_script_every_value_is_a_page(browser: Browser, twelve: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 800})
    page = open_(context, twelve)
    expect(page.locator("#pg-words")).to_be_hidden()
    chip(page, "industry", "food")
    page.wait_for_url("**/case-studies/industry/food/")
    expect(page.get_by_role("heading", name="Food", level=1)).to_be_visible()
    assert page.locator("article.pg-card").count() == 4
    page.get_by_role("link", name="Show all case studies").click()
    assert page.locator("article.pg-card").count() == 12
    context.close()


@pytest.mark.parametrize("scripts", [True, False], ids=["with a script", "without"])
def test_on_a_phone_the_first_card_is_seen_and_the_filters_unfold(
    browser: Browser, twelve: str, scripts: bool
) -> None:
    context = browser.new_context(java_script_enabled=scripts, viewport={"width": 390, "height": 844})
    page = open_(context, twelve)
    box = page.locator("article.pg-card .pg-title").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 844
    food = page.locator('[data-facet="industry"] [data-value="food"]')
    expect(food).to_be_hidden()
    page.locator("summary.pg-summary").click()
    expect(food).to_be_visible()
    food.click()
    if not scripts:
        page.wait_for_url("**/case-studies/industry/food/")
    expect(page.locator("summary.pg-summary")).to_have_text("Filter: Food")
    expect(page.locator("article.pg-card:visible")).to_have_count(4)
    context.close()


def test_where_there_is_room_the_filters_stand_open(context: BrowserContext, twelve: str) -> None:
    page = open_(context, twelve)
    expect(page.locator("summary.pg-summary")).to_be_hidden()
    expect(page.locator('[data-facet="size"] [data-value="small"]')).to_be_visible()


# ---- every theme ----------------------------------------------------------------------------------


@pytest.fixture(scope="module", params=THEMES.values(), ids=THEMES)
def themed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a site of a theme with all cases that are printed."""
    with served(build(tmp_path_factory.mktemp("themed"), tuple(PRINTED.values()), request.param)) as base:
        yield base


@pytest.mark.parametrize("case", PRINTED.values(), ids=PRINTED)
def test_a_case_is_printed_on_one_page_with_its_house_and_address(
    case: CaseStudyView, context: BrowserContext, themed: str
) -> None:
    page = open_(context, f"{themed}/{case.url}")
    printed = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    assert len(printed.pages) == 1
    box = printed.pages[0].mediabox
    assert [round(float(side) / 72 * 25.4) for side in (box.width, box.height)] == [210, 297]
    text = " ".join(printed.pages[0].extract_text().split())
    assert text.startswith("Estudio Norte ")
    assert f"https://www.estudio-norte.example/{case.url}" in text
    assert "Talk to us https://www.estudio-norte.example/contact/" in text
    assert " ".join(case.title.split()[:5]) in text
    for unwanted in ("Related work", "All case studies", "Contact", "MkDocs", "Search"):
        assert unwanted not in text


def test_a_long_case_keeps_some_of_everything_on_paper(context: BrowserContext, themed: str) -> None:
    page = open_(context, f"{themed}/{LONG.url}")
    text = PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages[0].extract_text()
    for wanted in ("−38%", "Part 0", "Measure 0", "In their words"):
        assert wanted in text
    for left in ("Part 9", "Measure 20"):
        assert left not in text


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_screen(width: int, browser: Browser, themed: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for address in ("case-studies/", *(case.url for case in PRINTED.values())):
        page.goto(f"{themed}/{address}")
        assert page.evaluate("document.documentElement.scrollWidth") <= width, address
        wide = page.locator(".pg > *, .pg-card > *").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().right > innerWidth + 1).map(one => one.outerHTML)"
        )
        assert wide == [], address
    context.close()


def test_a_logo_keeps_its_paper_in_the_dark(browser: Browser, sample: Path) -> None:
    context = browser.new_context()
    with served(sample / "site/public") as base:
        page = open_(context, f"{base}/case-studies/spring-launch/")
        page.evaluate("document.body.dataset.mdColorScheme = 'slate'")
        ground = page.locator(".pg-logo").evaluate("one => getComputedStyle(one).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    context.close()

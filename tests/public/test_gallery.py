"""What the gallery shows of a view, and what it never does."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from html import unescape
from typing import Any

import html5lib
import pytest

from portalgen.render import gallery
from portalgen.render.gallery import Drawn, Fragment
from portalgen.render.heads import Frame
from portalgen.views import CaseStudyView, GalleryView, KpiView, Prose
from tests.public.scene import COST, FEBRUARY, GALLERY, LAUNCH, LIST, SITE, WARM, day, figure

FRAME = Frame("Estudio Norte", "en", SITE, action=("Talk to us", "contact/"))
PAGES = {page.address: page for page in Drawn(GALLERY, FRAME).pages()}


def page(case: CaseStudyView, frame: Frame = FRAME) -> Fragment:
    shown = Drawn(GalleryView(cases=(case,)), frame).pages()
    return next(found for found in shown if found.address == case.url)


def plain(html: str) -> str:
    return " ".join(re.sub(r"<[^>]*>", " ", html).split())


def number(case: CaseStudyView, frame: Frame = FRAME) -> str:
    found = re.search(r'<p class="pg-big[^"]*">(.*?)</p>', page(case, frame).html)
    return found[1].replace("\N{NO-BREAK SPACE}", " ") if found else ""


def with_headline(**changes: object) -> CaseStudyView:
    kpi = KpiView.model_validate({**COST.model_dump(), **changes})
    return LAUNCH.model_copy(update={"headline": kpi, "results": (kpi,)})


@pytest.mark.parametrize("found", PAGES.values(), ids=PAGES)
def test_every_fragment_is_html_that_a_strict_parser_accepts(found: Fragment) -> None:
    html5lib.HTMLParser(strict=True).parseFragment(found.html)


@pytest.mark.parametrize("found", PAGES.values(), ids=PAGES)
def test_no_fragment_has_inline_style_or_script(found: Fragment) -> None:
    assert not re.search(r"<script|<style|\sstyle=|\son\w+=", found.html)


@pytest.mark.parametrize("found", PAGES.values(), ids=PAGES)
def test_ids_are_unique_on_a_page(found: Fragment) -> None:
    ids = re.findall(r'\sid="([^"]+)"', found.html)
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("found", PAGES.values(), ids=PAGES)
def test_cards_do_not_nest_and_name_their_case(found: Fragment) -> None:
    assert all(
        inner.count("<article") == 0
        for inner in re.findall(r"<article\b[^>]*>(.*?)</article>", found.html, re.S)
    )
    for begin in re.findall(r"<article\b[^>]*>", found.html):
        assert re.match(r'<article class="pg-card" data-case="[a-z0-9-]+"', begin)
        assert "data-search-exclude" in begin


def test_a_named_client_stands_nowhere_but_on_its_page_and_cards() -> None:
    for address, found in PAGES.items():
        if address != LAUNCH.url:
            assert "Brisa" not in re.sub(r"<article.*?</article>", "", found.html, flags=re.S)
            assert "Brisa" not in found.head + found.title + found.description


HEADLINES = {
    "a change against a baseline": (with_headline(), "−38%"),
    "a percentage is shown itself": (with_headline(unit="%"), "8.80%"),
    "what began at zero is shown itself": (with_headline(**LIST.model_dump()), "9,460"),
    "one decimal where it says something": (with_headline(change=Decimal("27.4")), "+27.4%"),
    "anonymised: the change": (WARM, "+27.4%"),
    "nothing measured": (with_headline(change=None, actual=None), ""),
    "no headline": (LAUNCH.model_copy(update={"headline": None}), ""),
}


@pytest.mark.parametrize(("case", "shown"), HEADLINES.values(), ids=HEADLINES)
def test_the_headline_is_the_number_that_says_most(case: CaseStudyView, shown: str) -> None:
    assert number(case) == shown


def test_a_number_stands_with_its_period_target_and_method() -> None:
    text = plain(page(LAUNCH).html).replace("\N{THIN SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ")
    assert (
        "Cost per lead, from 14.20 EUR to 8.80 EUR, February – May 2026. The target was 10.00 EUR."
        in text.replace(" ,", ",").replace(" .", ".")
    )
    assert "14.20 EUR 8.80 EUR 10.00 EUR −38% February – May 2026 ad accounts, weekly means" in text


def test_a_period_within_a_month_is_that_month() -> None:
    kpi = {"baseline": None, "readings": (), "actual": figure("3", day(2026, 5, 2))}
    assert "May 2026</td>" in page(with_headline(**kpi)).html


def test_an_anonymised_case_has_a_plain_ground_and_says_who_in_words_only() -> None:
    found = PAGES[WARM.url]
    assert "<img" not in re.sub(r"<article.*?</article>", "", found.html, flags=re.S)
    assert '<p class="pg-plate"' in found.html
    assert "ld+json" not in found.head
    assert "A European energy supplier" in found.html


def test_columns_without_a_value_are_left_out() -> None:
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', PAGES[WARM.url].html)
    assert heads == ["Measure", "Change", "How it was measured"]


def test_the_story_begins_at_the_level_below_the_title() -> None:
    for text in ("# One\n\n## Two", "### One\n\n#### Two", "###### One"):
        html = page(LAUNCH.model_copy(update={"story": Prose(stretches=(text,))})).html
        assert re.search(r"<h2 id=[^>]*>One</h2>", html)
        assert "Two" not in text or re.search(r"<h3 id=[^>]*>Two</h3>", html)


def test_a_case_without_a_story_leaves_no_room_for_one() -> None:
    bare = LAUNCH.model_copy(update={"story": None, "sections": ()})
    assert ("pg-story" in page(LAUNCH).html, "pg-story" in page(bare).html) == (True, False)


def test_a_case_in_another_language_is_marked_wherever_it_stands() -> None:
    assert '<h1 id="case-study" lang="es">Lleno en febrero</h1>' in PAGES[FEBRUARY.url].html
    assert re.search(r'<h2 class="pg-title" lang="es"><a[^>]*>Lleno en febrero', PAGES["case-studies/"].html)
    assert "from 74" in PAGES[FEBRUARY.url].html


def test_related_cases_share_something_and_never_include_the_case_itself() -> None:
    related = re.findall(r'data-case="([^"]+)"', PAGES[LAUNCH.url].html)
    assert related == ["lleno-en-febrero", "warm-by-friday"]


def test_filters_are_links_with_counts_and_say_which_is_chosen() -> None:
    found = PAGES["case-studies/region/spain/"]
    assert re.search(
        r'<a class="pg-chip" href="../../../case-studies/region/spain/" data-value="spain" '
        r'aria-current="page">'
        r'<span class="pg-value">Spain</span> <span class="pg-count">2</span></a>',
        found.html,
    )
    assert re.findall(r'data-case="([^"]+)"', found.html) == ["spring-launch", "lleno-en-febrero"]
    assert not found.searchable


def test_sizes_are_words() -> None:
    assert PAGES["case-studies/size/medium/"].title == "Case studies: Medium"
    spanish = {p.address: p for p in Drawn(GALLERY, Frame("Norte", "es", SITE)).pages()}
    assert (
        spanish["case-studies/size/medium/"].title.endswith(": Mediana")
        or spanish["case-studies/size/medium/"].title != "Case studies: Medium"
    )


CARDS = {
    "all": ({}, None, ["spring-launch", "warm-by-friday", "lleno-en-febrero"]),
    "by industry": ({"industry": "food"}, None, ["spring-launch"]),
    "by two facets": ({"service": "media", "region": "spain"}, None, ["spring-launch", "lleno-en-febrero"]),
    "limited": ({"service": "media"}, 1, ["spring-launch"]),
    "part of a value is none": ({"industry": "foo"}, None, []),
}


@pytest.mark.parametrize(("wanted", "limit", "slugs"), CARDS.values(), ids=CARDS)
def test_cards_for_any_page(wanted: dict[str, str], limit: int | None, slugs: list[str]) -> None:
    html = Drawn(GALLERY, FRAME).cards("../", wanted=wanted, limit=limit, level=3)
    assert re.findall(r'data-case="([^"]+)"', html) == slugs
    assert bool(html) == bool(slugs)


def said(head: str) -> dict[str, str]:
    """The properties of Open Graph in a head."""
    return {name: unescape(text) for name, text in re.findall(r'property="([^"]+)" content="([^"]*)"', head)}


def linked(head: str) -> list[dict[str, Any]]:
    return [
        json.loads(text) for text in re.findall(r'<script type="application/ld\+json">(.*?)</script>', head)
    ]


HERE = f"{SITE}case-studies/spring-launch/"
# https://ogp.me: the four basic properties, and the structured ones of an image.
OPEN_GRAPH = {
    "og:type": "article",
    "og:title": LAUNCH.title,
    "og:description": LAUNCH.summary,
    "og:site_name": "Estudio Norte",
    "og:url": HERE,
    "og:image": f"{HERE}card.jpg",
    "og:image:type": "image/jpeg",
    "og:image:width": "1200",
    "og:image:height": "630",
    "og:image:alt": "Brisa Foods. A spring launch that sold out. −38% Cost per lead, February\u2009–\u2009May 2026",
    "article:modified_time": "2026-05-29",
}
AGENCY = {"@type": "Organization", "name": "Estudio Norte", "url": SITE}
# https://developers.google.com/search/docs/appearance/structured-data/article: nothing is required;
# recommended are those marked G. The others are https://schema.org/Article's, for other readers.
ARTICLE = {
    "@context": "https://schema.org",
    "@type": "Article",
    "headline": LAUNCH.title,  # G
    "image": [f"{HERE}card.jpg", f"{HERE}files/ad.png"],  # G
    "author": AGENCY,  # G: author.name, author.url
    "datePublished": "2026-05-29",  # G
    "dateModified": "2026-05-29",  # G
    "publisher": AGENCY,
    "description": LAUNCH.summary,
    "inLanguage": "en",
    "about": {"@type": "Organization", "name": "Brisa Foods"},
    "url": HERE,
    "mainEntityOfPage": {"@type": "WebPage", "@id": HERE},
}
# https://developers.google.com/search/docs/appearance/structured-data/breadcrumb: all are required.
CRUMBS = {
    "@context": "https://schema.org",
    "@type": "BreadcrumbList",
    "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "Case studies", "item": f"{SITE}case-studies/"},
        {"@type": "ListItem", "position": 2, "name": LAUNCH.title, "item": HERE},
    ],
}


def test_the_head_of_a_case_says_what_others_show_of_it() -> None:
    head = PAGES[LAUNCH.url].head
    assert said(head) == OPEN_GRAPH
    assert '<meta name="twitter:card" content="summary_large_image">' in head
    assert linked(head) == [ARTICLE, CRUMBS]


@pytest.mark.parametrize("address", ["case-studies/", "case-studies/industry/food/"])
def test_pages_of_several_cases_show_the_agencys_card(address: str) -> None:
    found = said(PAGES[address].head)
    assert found["og:image"] == f"{SITE}assets/portalgen/card.jpg"
    assert found["og:image:alt"] == "Case studies of Estudio Norte"
    assert linked(PAGES[address].head) == []


def test_without_an_address_a_head_names_nothing_absolute() -> None:
    head = page(LAUNCH, Frame("Norte", "en")).head
    assert not {"og:url", "og:image", "og:image:alt"} & said(head).keys()
    assert not {"image", "url", "mainEntityOfPage"} & linked(head)[0].keys()
    assert len(linked(head)) == 1
    assert "http" not in head.replace("https://schema.org", "")


def test_a_long_title_is_cut_between_words_as_a_headline() -> None:
    title = "A spring launch that sold out and went on selling " * 4
    found = linked(page(LAUNCH.model_copy(update={"title": title})).head)[0]["headline"]
    assert len(found) <= 110
    assert title.startswith(f"{found.removesuffix('…')} ")


def test_the_country_of_a_language_is_said_where_it_is_known() -> None:
    assert said(page(LAUNCH.model_copy(update={"language": "es-MX"})).head)["og:locale"] == "es_MX"


def test_a_name_cannot_end_the_script_that_holds_it() -> None:
    head = page(LAUNCH.model_copy(update={"client": "</script><script>alert(1)"})).head
    assert head.count("<script") == head.count("</script>") == 2


def test_measures_that_were_read_more_than_once_are_drawn() -> None:
    readings = (figure("12", day(2026, 3, 2)), figure("8.80", day(2026, 5, 29)))
    assert page(with_headline(readings=readings)).html.count('<figure class="pg-trend"') == 1
    assert "pg-trend" not in PAGES[WARM.url].html


INVITED = {
    "mailto:hello@norte.example?subject=Hi": "hello@norte.example",
    "tel:+34910000010": "+34910000010",
    "https://cal.example/norte": "https://cal.example/norte",
    "contact/": f"{SITE}contact/",
}


@pytest.mark.parametrize(("target", "printed"), INVITED.items(), ids=INVITED)
def test_paper_says_where_the_call_to_action_leads(target: str, printed: str) -> None:
    html = page(LAUNCH, Frame("Norte", "en", SITE, action=("Write", target))).html
    assert f'<span class="pg-paper">{printed}</span>' in html


def test_a_case_without_a_date_counts_as_old_in_the_feed() -> None:
    undated = LAUNCH.model_copy(update={"updated": None})
    assert b"<updated>1970-01-01T00:00:00Z</updated>" in gallery.feed(GalleryView(cases=(undated,)), FRAME)


def test_without_a_call_to_action_there_is_none() -> None:
    assert "pg-action" not in page(LAUNCH, Frame("Norte", "en", SITE)).html
    away = Frame("Norte", "en", SITE, action=("Write", "mailto:hello@norte.example"))
    assert 'href="mailto:hello@norte.example"' in page(LAUNCH, away).html

"""What is no leak: ordinary words, the interface, own names, phrases that the settings allow."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalgen.scan import Scan, theme_texts
from tests.scan.scene import BRISA, TERMS, found, html, portal, public, sentence, term

AWKWARD = [term(name, account=name.lower()) for name in ("Meta", "Orange", "Search", "Sol")]
INTERFACE = ["Search", "Updates", "Due {date}", "Search results for %(query)s", "Nothing from you right now"]
SCAN = Scan([*TERMS, *AWKWARD], allow=["Meta Ads", "Costa del Sol"], interface=INTERFACE)

HARMLESS = {
    "lower case": "<p>The meta description and the orange search button, al sol.</p>",
    "first word of a sentence": "<p>Orange is the colour. Search grew by 4%. ¡Sol y mar! Meta was next.</p>",
    "first word of a heading": "<h2>Search and social</h2>",
    "first word of a cell": "<table><tr><td>Search</td><td>Orange</td></tr></table>",
    "after a colon": "<p>Channels: Search, social and print</p>",
    "a list in Title Case": "<h2>Paid Search Results</h2><p>Social, Display, Search</p>",
    "all in capitals": "<p>PAID SEARCH GROWS</p>",
    "in quotes at the start": "<p>“Search” means pages</p>",
    "the interface's own": '<p>Go to <span>Search</span> now</p><input aria-label="Search">',
    "the interface's own with a value": "<h1>Search results for brand work</h1>",
    "an allowed phrase": "<p>We bought more Meta Ads and filmed on the Costa del Sol.</p>",
    "names for machines": '<meta name="Search" content="x"><p class="Search meta orange" id="Search">x</p>',
    "addresses in lower case": '<a href="../search/?q=orange#meta">x</a>',
    "script": "<script>const Search = new Meta(Orange);</script>",
    "elements and attributes": '<meta charset="utf-8"><search><orange sol="1"></orange></search>',
    "inside a longer word": "<p>we like Orangery, Metamorphosis and Solaris</p>",
    "a piece of an attribute": '<img alt="Search volume by month">',
}

STILL_FOUND = {
    "in a sentence": ("<p>we work with Orange too</p>", "Orange"),
    "bold in a sentence": ("<p>we work with <strong>Orange</strong> too</p>", "Orange"),
    "linked in a sentence": ('<p>see <a href="x.html">Meta</a> for more</p>', "Meta"),
    "in capitals among other words": ("<p>we told META so</p>", "Meta"),
    "possessive": ("<p>and Orange’s plan</p>", "Orange"),
    "in an attribute": ('<img alt="The office of Orange">', "Orange"),
    "a file's name": ('<a href="files/Orange-plan.pdf">x</a>', "Orange"),
    "beside an allowed phrase": ("<p>we saw Meta Ads and then Meta itself</p>", "Meta"),
    "as a value in an interface text": ("<h1>Search results for the Orange people</h1>", "Orange"),
}


@pytest.mark.parametrize("body", HARMLESS.values(), ids=HARMLESS)
def test_ordinary_words_are_no_names(body: str) -> None:
    assert found(SCAN, portal("acme", html(body))) == []
    assert found(SCAN, public(**{"index.html": html(body)})) == []


@pytest.mark.parametrize(("body", "name"), STILL_FOUND.values(), ids=STILL_FOUND)
def test_awkward_names_are_found_where_they_are_written_as_names(body: str, name: str) -> None:
    assert found(SCAN, portal("acme", html(body))) == [name]


@pytest.mark.parametrize("name", ["Orange, S.A.", "Search Ltd", "Norte GmbH"])
def test_an_ordinary_word_with_a_legal_form_is_no_name_without_it(name: str) -> None:
    scan = Scan([term(name)])
    body = "<p>we saw an orange, and a search, al norte; Orange too</p>"
    assert found(scan, public(**{"index.html": html(body)})) == []


def test_ordinary_words_in_the_search_index_are_left_to_the_page() -> None:
    index = '{"docs": [{"location": "", "title": "Home", "text": "Menu Search we Orange Sol"}]}'
    assert found(SCAN, public(**{"search/search_index.json": index})) == []


def test_names_of_one_or_two_letters_count_as_they_are_spelled() -> None:
    scan = Scan([term("H&M", account="hm"), term("BP", account="bp")])
    assert found(scan, portal("acme", html("<p class='bp h-m'>h. m. at 6 (h) m, bp 120</p>"))) == []
    assert found(scan, portal("acme", html("<p>for H&amp;M and BP.</p>"))) == ["BP", "H&M"]


def test_a_contact_known_by_one_name_is_not_everybody_of_that_name() -> None:
    scan = Scan([term("Ana", "contact", account="brisa")])
    team = html("<ul><li>Ana</li></ul><p>Your contact is Ana López. Ask Ana María or Eva Ana.</p>")
    assert found(scan, portal("acme", team)) == []
    assert found(scan, portal("acme", html("<p>as we told Ana on Monday</p>"))) == ["Ana"]


def test_two_engagements_of_one_client_share_its_names() -> None:
    terms = [*BRISA, term("Brisa Foods", account="brisa-two", client="brisa client")]
    body = html("<p>Brisa Foods, Ana Ruiz, brisafoods.example</p>")
    assert found(Scan(terms), portal("brisa-two", body)) == []


def test_a_term_that_is_also_the_accounts_own() -> None:
    consultant = term("Eva Sanz", "contact", account="acme"), term("Eva Sanz", "contact", account="brisa")
    body = html("<p>Eva Sanz leads this</p>")
    assert found(Scan(consultant), portal("acme", body)) == []
    assert found(Scan([*consultant, *AWKWARD]), portal("meta", body)) == ["Eva Sanz"]


def test_a_name_inside_the_accounts_own_longer_name() -> None:
    terms = [term("Brisa", account="brisa"), term("Brisa Marina", account="marina")]
    assert found(Scan(terms), portal("marina", html("<p>for BRISA MARINA</p>"))) == []
    assert found(Scan(terms), portal("marina", html("<p>for Brisa and Brisa Marina</p>"))) == ["Brisa"]


def test_words_of_two_blocks_are_no_phrase() -> None:
    body = html("<ul><li>Brisa</li><li>Foods</li></ul><p title='Brisa'>Foods</p>")
    assert found(SCAN, portal("acme", body)) == []


def test_an_interface_text_is_no_private_sentence() -> None:
    scan = Scan([sentence("Nothing from you right now", "brisa")], interface=INTERFACE)
    assert found(scan, portal("acme", html("<p>Nothing from you right now</p>"))) == []


def test_exempt_files_are_not_looked_at() -> None:
    scan = Scan(TERMS, exempt=lambda surface, path: surface == "public" and path.startswith("assets/"))
    unit = public(**{"assets/brisa-foods.js": "Brisa Foods", "other/a.js": "Brisa Foods"})
    assert [leak.page for leak in scan.unit(unit)] == ["public/other/a.js"]


def test_a_themes_own_texts_are_the_interfaces(tmp_path: Path) -> None:
    (tmp_path / "partials").mkdir()
    (tmp_path / "partials" / "en.html").write_text(
        '{% macro t(key) %}{{ {"search": "Type to Search"}[key] }}'
    )
    (tmp_path / "base.html").write_text("<body><button title='Open Search'>Made with Orange</button></body>")
    texts = theme_texts([tmp_path])
    assert {"Type to Search", "Open Search", "Made with Orange"} <= texts
    scan = Scan([*TERMS, *AWKWARD], interface=texts)
    page = html("<p>Type to Search</p><button title='Open Search'>Made with Orange</button>")
    assert found(scan, public(**{"index.html": page})) == []
    assert found(scan, public(**{"index.html": html("<p>A page made with Orange</p>")})) == ["Orange"]

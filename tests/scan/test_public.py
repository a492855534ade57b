"""Where a client's name may stand in public: its own published case, and the cards that link to it."""

from __future__ import annotations

import gzip
import json

import pytest

from portalgen.scan import Scan
from tests.scan.scene import ACME, BRISA, TERMS, found, html, public

SCAN = Scan(TERMS, cases={"spring": "brisa client"})
CARD = (
    '<article class="pg-card wide" data-case="spring"><h3>Brisa Foods</h3><img alt="Brisa Foods"></article>'
)
OTHER_CARD = '<article class="pg-card" data-case="robots"><h3>Brisa Foods</h3></article>'


def _index(location: str, text: str) -> str:
    return json.dumps({"config": {}, "docs": [{"location": location, "title": "T", "text": text}]})


def _feed(link: str) -> str:
    return (
        "<?xml version='1.0'?><feed xmlns='http://www.w3.org/2005/Atom'><title>Work</title>"
        f"<entry><title>Brisa Foods</title><link href='https://x.example/{link}'/></entry></feed>"
    )


def _sitemap(link: str) -> str:
    return f"<?xml version='1.0'?><urlset><url><loc>https://x.example/{link}</loc></url></urlset>"


ALLOWED = {
    "its own page": {"case-studies/spring/index.html": html("<h1>Brisa Foods</h1><p>Ana Ruiz said</p>")},
    "its own page, flat": {"case-studies/spring.html": html("<h1>Brisa Foods</h1>")},
    "its own files": {"case-studies/spring/files/brisa-foods.txt": "Brisa Foods"},
    "a card": {"case-studies/index.html": html(CARD)},
    "a card on a page of the agency": {"index.html": html(f"<p>Our work</p>{CARD}<p>More</p>")},
    "search, its page": {"search/search_index.json": _index("case-studies/spring/#results", "Brisa Foods")},
    "search, a page with its card": {
        "search/search_index.json": _index("work/", "See Brisa Foods"),
        "work/index.html": html(CARD),
    },
    "feed": {"feed.xml": _feed("case-studies/spring/")},
}

LEAKS = {
    "a page of the agency": {"index.html": html("<p>Ask Brisa Foods</p>")},
    "beside a card": {"index.html": html(f"{CARD}<p>Ask Brisa Foods</p>")},
    "before a card, same text": {"index.html": html(f"<h3>Brisa Foods</h3>{CARD}")},
    "the card of another case": {"index.html": html(OTHER_CARD)},
    "an article that is no card": {"index.html": html('<article data-case="spring">Brisa Foods</article>')},
    "an unpublished case": {"case-studies/robots/index.html": html("<h1>Brisa Foods</h1>")},
    "search": {"search/search_index.json": _index("about/", "Brisa Foods")},
    "search, HTML": {"search/search_index.json": _index("about/", "<p>Brisa <em>Foods</em></p>")},
    "feed, another entry": {"feed.xml": _feed("blog/one/")},
    "feed, outside of entries": {"feed.xml": "<?xml version='1.0'?><feed><title>Brisa Foods</title></feed>"},
    "a path": {"brisa-foods/index.html": html("x")},
    "the title": {"about/index.html": html("").replace("Portal", "Brisa Foods")},
}


@pytest.mark.parametrize("files", ALLOWED.values(), ids=ALLOWED)
def test_a_published_client_may_be_named_on(files: dict[str, str]) -> None:
    assert found(SCAN, public(**files)) == []


@pytest.mark.parametrize("files", LEAKS.values(), ids=LEAKS)
def test_a_published_client_may_not_be_named_on(files: dict[str, str]) -> None:
    assert found(SCAN, public(**files)) == ["Brisa Foods"]


@pytest.mark.parametrize("files", ALLOWED.values(), ids=ALLOWED)
def test_a_case_that_is_not_published_or_anonymised_allows_nothing(files: dict[str, str]) -> None:
    assert "Brisa Foods" in found(Scan(TERMS), public(**files))


def test_another_client_is_never_allowed_on_a_case() -> None:
    page = {"case-studies/spring/index.html": html("<p>like Acme Robotics</p>")}
    assert found(SCAN, public(**page)) == ["Acme Robotics"]


@pytest.mark.parametrize("packed", [False, True])
def test_a_cases_address_may_hold_the_name_wherever_it_is_linked(packed: bool) -> None:
    scan = Scan([*BRISA, *ACME], cases={"brisa-foods-spring": "brisa client"})
    sitemap = _sitemap("case-studies/brisa-foods-spring/").encode()
    files: dict[str, str | bytes] = {
        "sitemap.xml": sitemap,
        "index.html": html('<a href="case-studies/brisa-foods-spring/">Read</a>'),
        "case-studies/brisa-foods-spring/index.html": html("x"),
    }
    if packed:
        files["sitemap.xml.gz"] = gzip.compress(sitemap)
    assert found(scan, public(**files)) == []
    elsewhere = {"sitemap.xml.gz": gzip.compress(_sitemap("clients/brisa-foods/").encode())}
    assert found(scan, public(**elsewhere)) == ["Brisa Foods"]

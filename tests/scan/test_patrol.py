"""The scan that goes on says what a fresh scan over everything would say, after every change."""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import pytest

from portalgen.project.terms import Term
from portalgen.scan import Leak
from portalgen.vocabulary import Audience
from tests.scan.scene import SECRET, TO_CLIENT, html, sentence, term
from tests.scan.worlds import PUBLIC, Author, World, exempt, more_exempt


def texts(leaks: Iterable[Leak]) -> list[str]:
    return sorted({leak.term.text for leak in leaks})


# ---- any change -----------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", range(24))
def test_a_walk_finds_what_a_fresh_scan_finds(seed: int, tmp_path: Path) -> None:
    world = World(tmp_path)
    author = Author(seed, world)
    author.begin()
    for _ in range(16):
        assert set(world.walk()) == world.fresh()
        for _ in range(author.chance.randint(1, 3)):
            author.something()


# ---- one change -----------------------------------------------------------------------------------


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Two clients with a portal each, and a public tree with the case of one of them."""
    world = World(tmp_path)
    world.say("acme", term("Acme Robotics", account="acme"))
    world.say("brisa", *BRISA)
    for account in ("acme", "brisa"):
        world.show(account, "index.html", html("<p>Nothing new</p>"))
        world.show(account, "print/index.html", html("<p>Nothing new</p>"))
    world.cases = {"brisa-spring": "brisa client"}
    card = '<article class="pg-card" data-case="brisa-spring"><h3>Brisa Foods</h3></article>'
    index = {"docs": [{"location": "work/", "title": "Work", "text": "Read about Brisa Foods"}]}
    world.show(PUBLIC, "index.html", html('<a href="case-studies/brisa-spring/">Read</a>'))
    world.show(PUBLIC, "work/index.html", html(card))
    world.show(PUBLIC, "about/index.html", html("<p>We are people</p>"))
    world.show(PUBLIC, "case-studies/brisa-spring/index.html", html("<h1>Brisa Foods</h1>"))
    world.show(PUBLIC, "search/search_index.json", json.dumps(index))
    assert world.walk() == ()
    return world


BRISA = [
    term("Brisa Foods"),
    term("Brisa", "alias"),
    term("brisafoods.example", "domain"),
    term("Ana Ruiz", "contact"),
    sentence(SECRET, "brisa"),
    sentence(TO_CLIENT, "brisa", Audience.CLIENT),
]
PLANTED = [*(planted for planted in BRISA if planted.text != "Brisa"),
           term("Project Falcon", "term", account="", audience=Audience.INTERNAL)]  # fmt: skip
PAGES = [("acme", "print/index.html"), (PUBLIC, "about/index.html")]


@pytest.mark.parametrize("planted", PLANTED, ids=lambda t: t.kind)
@pytest.mark.parametrize(("unit", "path"), PAGES)
def test_a_leak_comes_and_goes_with_the_page(world: World, planted: Term, unit: str, path: str) -> None:
    if not planted.account:
        world.say("", planted)
    clean = world.files[unit][path]
    world.show(unit, path, html(f"<p>Then: {planted.text}, they said.</p>"))
    leaks = world.walk()
    assert planted.text in texts(leaks)
    assert {leak.page for leak in leaks} == {f"{unit}/{path}"}
    world.show(unit, path, clean)
    assert world.walk() == ()


@pytest.mark.parametrize("planted", PLANTED, ids=lambda t: t.kind)
@pytest.mark.parametrize(("unit", "path"), PAGES)
def test_a_leak_comes_and_goes_with_the_term(world: World, planted: Term, unit: str, path: str) -> None:
    before = world.terms.get(planted.account, ())
    world.say(planted.account)
    world.show(unit, path, html(f"<p>Then: {planted.text}, they said.</p>"))
    without = [leak for leak in world.walk() if leak.page == f"{unit}/{path}"]
    assert without == []
    world.say(planted.account, planted)
    assert planted.text in texts(world.walk())
    world.say(planted.account, *(known for known in before if known.kind == "alias"))
    assert planted.text not in texts(world.walk())


def test_a_private_sentence_of_its_own_client(world: World) -> None:
    world.show("brisa", "index.html", html(f"<p>{TO_CLIENT}</p>"))
    assert world.walk() == ()
    world.say("brisa", *BRISA[:-1], sentence(TO_CLIENT, "brisa"))
    assert texts(world.walk()) == [TO_CLIENT]
    world.say("brisa", *BRISA)
    assert world.walk() == ()


def test_a_sentence_that_another_client_is_told_too(world: World) -> None:
    world.show("acme", "index.html", html(f"<p>{TO_CLIENT}</p>"))
    assert texts(world.walk()) == [TO_CLIENT]
    acme = world.terms["acme"]
    world.say("acme", *acme, sentence(TO_CLIENT, "acme", Audience.CLIENT))
    assert world.walk() == ()
    world.say("brisa", *BRISA[:-1], sentence(TO_CLIENT, "brisa"))
    assert texts(world.walk()) == [TO_CLIENT]
    world.say("brisa", *BRISA)
    world.say("acme", *acme)
    assert texts(world.walk()) == [TO_CLIENT]


def test_an_own_name_that_covered_another_clients(world: World) -> None:
    acme = world.terms["acme"]
    world.say("acme", *acme, term("Brisa Robotics", "alias", "acme"))
    world.show("acme", "index.html", html("<p>So says Brisa Robotics</p>"))
    assert world.walk() == ()
    world.say("acme", *acme)
    assert texts(world.walk()) == ["Brisa"]


def test_a_sentence_that_begins_with_an_own_name(world: World) -> None:
    text = "Acme robotics group wants all of its money back"
    acme = [*world.terms["acme"], term("Acme Robotics Group", "alias", "acme")]
    world.say("acme", *acme)
    world.show("acme", "index.html", html(f"<p>{text}</p>"))
    assert world.walk() == ()
    world.say("brisa", *BRISA, sentence(text, "brisa"))
    assert texts(world.walk()) == [text]


def test_a_client_that_has_another_name_now(world: World) -> None:
    world.show("acme", "index.html", html("<p>We met Brisa Foods and Brisella too</p>"))
    assert texts(world.walk()) == ["Brisa", "Brisa Foods"]
    renamed = [replace(known, client="brisella") for known in BRISA[2:]]
    world.say("brisa", term("Brisella", client="brisella"), *renamed)
    assert texts(world.walk()) == ["Brisella"]
    world.say("brisa", *BRISA)
    assert texts(world.walk()) == ["Brisa", "Brisa Foods"]


def test_an_account_that_is_another_clients_now(world: World) -> None:
    world.show("brisa", "index.html", html("<p>Brisa Foods and Acme Robotics</p>"))
    assert texts(world.walk()) == ["Acme Robotics"]
    world.say("brisa", *(replace(known, client="acme client") for known in BRISA))
    world.cases = {"brisa-spring": "acme client"}
    assert world.walk() == ()


def test_a_cases_address_whose_accounts_client_changed(world: World) -> None:
    world.say("brisa", *(replace(known, client="brisella") for known in BRISA))
    leaks = world.walk()
    assert set(leaks) == world.fresh()
    assert {"public/index.html", "public/work/index.html"} <= {leak.page for leak in leaks}
    world.cases = {"brisa-spring": "brisella"}
    assert world.walk() == ()


def test_a_case_that_is_withdrawn_and_published_again(world: World) -> None:
    cases, world.cases = world.cases, {}
    assert {leak.page for leak in world.walk()} == {f"public/{path}" for path in world.files[PUBLIC]} - {
        "public/about/index.html"
    }
    world.cases = cases
    assert world.walk() == ()


def test_a_search_index_depends_on_the_cards_of_the_page_that_it_tells_of(world: World) -> None:
    card = world.files[PUBLIC]["work/index.html"]
    world.show(PUBLIC, "work/index.html", html("<p>Nothing here</p>"))
    assert {leak.page for leak in world.walk()} == {"public/search/search_index.json"}
    world.show(PUBLIC, "work/index.html", card)
    assert world.walk() == ()
    world.show(PUBLIC, "work/index.html", None)
    assert {leak.page for leak in world.walk()} == {"public/search/search_index.json"}


def test_a_phrase_that_is_allowed_and_forbidden_again(world: World) -> None:
    world.show("acme", "index.html", html("<p>like Brisa Foods of Spain</p>"))
    world.show(PUBLIC, "about/index.html", html("<p>like Brisa Foods of Spain</p>"))
    assert texts(world.walk()) == ["Brisa", "Brisa Foods"]
    world.allow = ("Brisa Foods of Spain",)
    assert world.walk() == ()
    world.allow = ()
    assert texts(world.walk()) == ["Brisa", "Brisa Foods"]


def test_a_text_that_is_the_interfaces_now(world: World) -> None:
    world.show("acme", "index.html", html("<p>Ana Ruiz</p>"))
    assert texts(world.walk()) == ["Ana Ruiz"]
    world.interface = frozenset(["Ana Ruiz"])
    assert world.walk() == ()
    world.interface = frozenset()
    assert texts(world.walk()) == ["Ana Ruiz"]


def test_a_file_that_is_the_themes_now(world: World) -> None:
    world.show(PUBLIC, "files/a.txt", "Ana Ruiz")
    assert texts(world.walk()) == ["Ana Ruiz"]
    world.exempts(more_exempt)
    assert world.walk() == ()
    world.exempts(exempt)
    assert texts(world.walk()) == ["Ana Ruiz"]


def test_a_portal_that_is_gone_and_comes_again_as_another_accounts(world: World) -> None:
    world.show("acme", "index.html", html("<p>Brisa Foods</p>"))
    assert texts(world.walk()) == ["Brisa", "Brisa Foods"]
    world.drop("acme")
    assert world.walk() == ()
    world.units["acme"] = ("portal", "brisa")
    world.show("acme", "index.html", html("<p>Brisa Foods</p>"))
    assert world.walk() == ()


def test_a_public_tree_made_anew_between_two_walks_keeps_nothing(world: World) -> None:
    world.show(PUBLIC, "about/index.html", html("<p>Ana Ruiz</p>"))
    assert texts(world.walk()) == ["Ana Ruiz"]
    world.drop(PUBLIC)
    world.show(PUBLIC, "index.html", html("<p>We are people</p>"))
    assert world.walk() == ()


def test_leaks_tell_where_their_term_stands_now(world: World) -> None:
    world.show("acme", "index.html", html(f"<p>{SECRET}</p>"))
    assert [leak.term.at.line for leak in world.walk()] == [2]
    world.say("brisa", *(replace(known, at=replace(known.at, line=7)) for known in BRISA))
    assert [leak.term.at.line for leak in world.walk()] == [7]


def test_a_leak_is_told_on_every_page_that_shows_it_whatever_it_is_wrapped_in(world: World) -> None:
    data = base64.b64encode(SECRET.encode()).decode()
    for path in ("index.html", "print/index.html", "updates/index.html"):
        world.show("acme", path, html(f'<img src="data:text/plain;base64,{data}">'))
    assert len(world.walk()) == len(world.fresh()) == 3


def test_a_private_note_reads_no_file(world: World) -> None:
    world.show("brisa", "index.html", html("<p>Acme Robotics</p>"))
    leaks = world.walk()
    shutil.rmtree(world.folder)
    world.say("brisa", *BRISA, sentence("They fear that the summer will be too cold", "brisa"))
    assert world.walk() == leaks


def test_a_file_that_vanished_is_not_there(world: World) -> None:
    world.show("acme", "index.html", html("<p>Ana Ruiz</p>"))
    world.show("acme", "print/index.html", html("<p>Ana Ruiz</p>"))
    world.show(PUBLIC, "about/index.html", html("<p>Ana Ruiz</p>"))
    (world.folder / "acme" / "index.html").unlink()
    (world.folder / PUBLIC / "about" / "index.html").unlink()
    assert [leak.page for leak in world.walk()] == ["acme/print/index.html"]


def test_a_file_that_cannot_be_read_is_no_clean_file(world: World) -> None:
    loop = world.folder / "acme" / "loop.html"
    loop.symlink_to(loop)
    beat = replace(world.beat(), units={"acme": ("portal", "acme", frozenset(("loop.html",)))})
    with pytest.raises(OSError, match="loop"):
        world.patrol.walk(beat)


def test_many_phrases_at_once_are_found_as_one_is(world: World) -> None:
    many = [sentence(f"They told number {n} that it is too late", "brisa") for n in range(200)]
    world.show("acme", "index.html", html(f"<p>{many[120].text}</p>"))
    assert world.walk() == ()
    world.say("brisa", *BRISA, *many)
    assert texts(world.walk()) == [many[120].text]
    world.say("brisa", *BRISA)
    assert world.walk() == ()


def test_leaks_come_by_page(world: World) -> None:
    for unit, path in reversed(PAGES):
        world.show(unit, path, html("<p>Ana Ruiz</p>"))
    pages = [leak.page for leak in world.walk()]
    assert pages == sorted(pages)

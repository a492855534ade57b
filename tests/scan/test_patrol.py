"""The scan that goes on says what a fresh scan over everything would say, after every change."""

from __future__ import annotations

import base64
import json
import random
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from portalgen.problems import Address
from portalgen.project.terms import Term
from portalgen.scan import Beat, Leak, Patrol, Scan
from portalgen.site import Surface, Unit
from portalgen.vocabulary import Audience
from tests.scan.scene import SECRET, TO_CLIENT, html, sentence, term

PUBLIC = "public"


def exempt(surface: str, path: str) -> bool:
    return path.startswith("assets/")


def more_exempt(surface: str, path: str) -> bool:
    return path.startswith(("assets/", "files/"))


@dataclass
class World:
    """A project as it is now, on the disk and in mind, and what has changed since the last beat."""

    folder: Path
    terms: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    units: dict[str, tuple[Surface, str]] = field(default_factory=dict)
    files: dict[str, dict[str, bytes]] = field(default_factory=dict)
    cases: dict[str, str] = field(default_factory=dict)
    allow: tuple[str, ...] = ()
    interface: frozenset[str] = frozenset()
    exempt: Callable[[str, str], bool] = exempt
    told: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    changed: dict[str, set[str]] = field(default_factory=dict)
    exempted: bool = False

    def __post_init__(self) -> None:
        self.patrol = Patrol(self.folder, self.exempt)

    def say(self, account: str, *terms: Term) -> None:
        """These are all terms of the account from now on."""
        self.terms[account] = self.told[account] = terms

    def show(self, unit: str, path: str, content: str | bytes | None) -> None:
        """A page of a portal (named like its account) or of the public tree; None takes it away."""
        if unit not in self.units:
            self.units[unit] = ("public", "") if unit == PUBLIC else ("portal", unit)
        files = self.files.setdefault(unit, {})
        file = self.folder / unit / path
        self.changed.setdefault(unit, set()).add(path)
        if content is None:
            files.pop(path, None)
            file.unlink(missing_ok=True)
            return
        files[path] = content if isinstance(content, bytes) else content.encode()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(files[path])

    def drop(self, unit: str) -> None:
        del self.units[unit], self.files[unit]
        shutil.rmtree(self.folder / unit, ignore_errors=True)
        self.changed.pop(unit, None)
        self.gone.add(unit)

    def exempts(self, files: Callable[[str, str], bool]) -> None:
        self.exempt, self.exempted = files, True

    def beat(self) -> Beat:
        """What changed, told once."""
        beat = Beat(
            terms=dict(self.told),
            units={name: (*self.units[name], frozenset(paths)) for name, paths in self.changed.items()},
            gone=frozenset(self.gone),
            cases=dict(self.cases),
            allow=self.allow,
            interface=self.interface,
            exempt=self.exempt if self.exempted else None,
        )
        self.told, self.changed, self.gone, self.exempted = {}, {}, set(), False
        return beat

    def walk(self) -> tuple[Leak, ...]:
        return self.patrol.walk(self.beat())

    def fresh(self) -> set[Leak]:
        """What a scan says that has never seen anything of this."""
        terms = [term for account in sorted(self.terms) for term in self.terms[account]]
        scan = Scan(terms, allow=self.allow, interface=self.interface, cases=self.cases, exempt=self.exempt)
        units = (Unit(name, *self.units[name], self.files[name]) for name in self.units)
        return {leak for unit in units for leak in scan.unit(unit)}


def texts(leaks: Iterable[Leak]) -> list[str]:
    return sorted({leak.term.text for leak in leaks})


# ---- any change -----------------------------------------------------------------------------------

ACCOUNTS = [f"account-{n}" for n in range(9)]
CLIENTS = ["brisa", "marina", "brisa marina", "orange", "sol", "h m", "acme"]
SLUGS = ["spring", "spring-sale", "brisa-launch", "orange"]
NAMES = [
    "Brisa", "Brisa Marina", "Marina", "Marina Brisa Group", "Orange", "Search", "Sol", "H&M", "Acme & Sons",
    "Acme and Sons", "BRISA", "brisa.example", "Ana Ruiz", "Ana", "ana@brisa.example", "Ruiz",
]  # fmt: skip
SENTENCES = [
    "We expect to lose the whole media budget in May",
    "We expect to lose the whole",
    "The print run moves to the second week of June",
    "Ask Brisa Marina about the orange posters first",
    "Nobody told Ana Ruiz about the Sol account yet",
    "Type to search for the best case we have",
    "We like Meta Ads and the Costa del Sol",
    "Marina Brisa Group wants all of its money back",
]
PHRASES = ["Costa del Sol", "the orange posters", "Brisa Marina", "Type to search", "Ana Ruiz about"]
AROUND = [
    "<p>{}</p>", "<p>then {} they said</p>", '<img alt="seen with {} there">', "<h2>{}</h2>", "<!-- {} -->",
    "<p>so <em>{}</em> it is</p>", '<script>var a = "{}";</script>', "<li>{}</li><li>more</li>",
    '<a href="files/{}.pdf">x</a>', '<a href="../case-studies/brisa-launch/">{}</a>',
]  # fmt: skip


class Author:
    """Somebody who changes a world at random."""

    def __init__(self, seed: int, world: World) -> None:
        self.chance = random.Random(seed)
        self.world = world
        self.client = {account: self.chance.choice(CLIENTS) for account in ACCOUNTS}

    def text(self) -> str:
        return self.chance.choice([*NAMES, *SENTENCES, *PHRASES, "nothing at all"])

    def fragment(self) -> str:
        text = self.text()
        if self.chance.random() < 0.15:
            data = base64.b64encode(f"<p>{text}</p>".encode()).decode()
            return f'<img src="data:text/html;base64,{data}">'
        return self.chance.choice(AROUND).format(text.replace("&", "&amp;"))

    def page(self) -> str:
        return html("\n".join(self.fragment() for _ in range(self.chance.randint(1, 4))))

    def card(self) -> str:
        slug = self.chance.choice(SLUGS)
        link = f'<a href="../case-studies/{slug}/">Read</a>'
        return f'<article class="pg-card" data-case="{slug}">{link}{self.fragment()}</article>'

    def entry(self) -> str:
        link = f"https://x.example/case-studies/{self.chance.choice(SLUGS)}/"
        return f"<entry><title>{self.text()}</title><link href='{link}'/></entry>".replace("&", "&amp;")

    def index(self) -> str:
        places = ["", "about/", "work/", *(f"case-studies/{slug}/" for slug in SLUGS)]
        documents = [
            {"location": self.chance.choice(places), "title": "T", "text": self.text()} for _ in range(4)
        ]
        return json.dumps({"config": {"lang": ["en"]}, "docs": documents})

    def some_terms(self, account: str) -> list[Term]:
        client = self.client[account]
        at = Address(f"content/accounts/{account}.md", self.chance.randint(1, 3))
        names = [
            replace(term(text, self._kind(text), account, client), at=at)
            for text in self.chance.sample(NAMES, self.chance.randint(1, 3))
        ]
        said = [
            replace(sentence(text, account, self._audience()), client=client, at=at)
            for text in self.chance.sample(SENTENCES, self.chance.randint(0, 3))
        ]
        return [*names, *said]

    def _kind(self, text: str) -> str:
        return "domain" if text.endswith(".example") and "@" not in text else self.chance.choice(
            ["client name", "alias", "contact"]
        )  # fmt: skip

    def _audience(self) -> Audience:
        return self.chance.choice([Audience.INTERNAL, Audience.CLIENT, Audience.CLIENT])

    def begin(self) -> None:
        for account in ACCOUNTS[:6]:
            self.tell(account)
            self.portal(account)
        for path in ("index.html", "about/index.html", "work/index.html", "search/search_index.json"):
            self.public(path)
        self.case()

    # what may happen

    def tell(self, account: str) -> None:
        self.world.say(account, *self.some_terms(account))

    def portal(self, account: str) -> None:
        path = self.chance.choice(["index.html", "updates/index.html", "print/index.html"])
        self.world.show(account, path, self.page())

    def public(self, path: str = "") -> None:
        made: dict[str, Callable[[], str]] = {
            "index.html": lambda: self.page() + self.card(),
            "about/index.html": self.page,
            "work/index.html": lambda: html(self.card() + self.fragment() + self.card()),
            "feed.xml": lambda: f"<?xml version='1.0'?><feed>{self.entry()}{self.entry()}</feed>",
            "search/search_index.json": self.index,
            "files/a.txt": self.text,
            "assets/a.js": self.text,
            "case-studies/index.html": lambda: html(self.card() + self.card()),
            **{f"case-studies/{slug}/index.html": self.page for slug in SLUGS},
        }
        path = path or self.chance.choice(list(made))
        self.world.show(PUBLIC, path, made[path]())

    def take_away(self) -> None:
        there = [(unit, path) for unit, files in self.world.files.items() for path in files]
        if there:
            self.world.show(*self.chance.choice(there), None)

    def drop(self) -> None:
        if self.world.units:
            self.world.drop(self.chance.choice(list(self.world.units)))

    def anew(self) -> None:
        """Taken away and made again between two beats."""
        self.drop()
        self.portal(self.chance.choice(ACCOUNTS))
        self.public()

    def edit(self) -> None:
        account = self.chance.choice(ACCOUNTS)
        known = list(self.world.terms.get(account, ()))
        if known:
            known.pop(self.chance.randrange(len(known)))
        self.world.say(account, *known, *self.some_terms(account)[-1:])

    def move(self) -> None:
        account = self.chance.choice(ACCOUNTS)
        moved = [replace(t, at=replace(t.at, line=t.at.line + 1)) for t in self.world.terms.get(account, ())]
        self.world.say(account, *moved)

    def shuffle(self) -> None:
        account = self.chance.choice(ACCOUNTS)
        terms = list(self.world.terms.get(account, ()))
        self.chance.shuffle(terms)
        self.world.say(account, *terms)

    def rename(self) -> None:
        account = self.chance.choice(ACCOUNTS)
        client = self.client[account] = self.chance.choice(CLIENTS)
        self.world.say(account, *(replace(t, client=client) for t in self.world.terms.get(account, ())))

    def end(self) -> None:
        self.world.say(self.chance.choice(ACCOUNTS))

    def forbid(self) -> None:
        words = self.chance.sample(NAMES, self.chance.randint(0, 1))
        own = (term(word, "term", "", audience=Audience.INTERNAL) for word in words)
        self.world.say("", *own)

    def case(self) -> None:
        kept = self.chance.sample(SLUGS, self.chance.randint(0, 3))
        self.world.cases = {slug: self.chance.choice(CLIENTS) for slug in kept}

    def publish(self) -> None:
        self.world.cases[self.chance.choice(SLUGS)] = self.chance.choice(CLIENTS)

    def allow(self) -> None:
        self.world.allow = tuple(self.chance.sample(PHRASES, self.chance.randint(0, 2)))

    def interface(self) -> None:
        self.world.interface = frozenset(self.chance.sample([*PHRASES, "Search"], 2))

    def exempts(self) -> None:
        self.world.exempts(self.chance.choice([exempt, more_exempt]))

    def something(self) -> None:
        likely = [self.edit, self.edit, self.move, self.rename, self.public, self.public, self.publish]
        rare = [
            self.take_away, self.drop, self.anew, self.shuffle, self.end, self.forbid, self.case, self.allow,
            self.interface, self.exempts, lambda: self.tell(self.chance.choice(ACCOUNTS)),
        ]  # fmt: skip
        portal = [lambda: self.portal(self.chance.choice(ACCOUNTS))] * 3
        self.chance.choice([*likely, *portal, *(rare if self.chance.random() < 0.5 else [])])()


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

"""Small projects that change: what stands on the disk, what a patrol was told of it, and an author."""

from __future__ import annotations

import base64
import json
import random
import shutil
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from portalgen.problems import Address
from portalgen.project.terms import Kind, Term
from portalgen.scan import Beat, Leak, Patrol, Scan
from portalgen.site import Surface, Unit
from portalgen.vocabulary import Audience
from tests.scan.scene import html, sentence, term

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

    def _kind(self, text: str) -> Kind:
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

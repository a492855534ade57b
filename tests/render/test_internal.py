"""The team's pages: each by itself, right whatever is kept from the build before, and the same as data."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from portalgen.render import entries, internal, rows, search
from portalgen.render.memo import Memo
from portalgen.views import (
    Attention,
    BriefEntry,
    BriefItem,
    BriefSection,
    BriefText,
    BriefView,
    CaseState,
    ChangeRequestView,
    DifferenceView,
    EventView,
    HealthView,
    HeldView,
    MilestoneView,
    NextDate,
    PortfolioRow,
    PortfolioView,
    ReferencesView,
    RiskPoint,
    Target,
    Timeline,
)
from portalgen.vocabulary import Audience
from tests.render import samples

LATE = (Attention(rule="stale", message="Nothing said for 20 days."),)
EVIL = "<script>window.x=1</script> \"quoted\" & 'single', 50 %; a\\b\nnext line"
TEAM = ("Ana Ruiz", "José Gil", "Jose Gil", "Lucía Ferrer")


def account(number: int, title: str = "Spring launch") -> PortfolioRow:
    """An account's row; every third needs somebody, every second has a case study."""
    case = CaseState(
        account=f"a{number}", client=f"Client {number}", title=f"Case {number}", consent="granted",
        channels=("website", "press"), scopes=("name",), expires_on=samples.day(200), left_out=("logo",),
        why="It was not asked.", case=samples.case() if number % 2 else None,
    )  # fmt: skip
    attention = LATE if number % 3 == 0 else ()
    return PortfolioRow(
        id=f"a{number}", client=f"Client {number}", title=title, lifecycle="active",
        account_executive=TEAM[number % 4], project_manager=TEAM[(number + 1) % 4] if number % 5 else None,
        health=HealthView(overall="on_track", as_of=samples.day(-number)), data_says="at_risk",
        attention=attention, next=NextDate(title="Launch", date=samples.day(number)), slip_days=number - 2,
        last_update=samples.day(-number), open_needs=number, services=("Media", "Print")[: number % 3],
        has_portal=True, case=case,
    )  # fmt: skip


def waiting(audience: str, *items: str, approved: bool = True) -> HeldView:
    """What waits for approval: a new title of each of these milestones."""
    changes = tuple(
        DifferenceView(place="milestones", id=one, title=one, field="title", before="A", after="B")
        for one in items
    )
    return HeldView.model_validate(
        {
            "account": "a1", "client": "Client 1", "title": "Spring launch", "audience": audience,
            "approved_by": "Ana Ruiz" if approved else None,
            "approved_on": samples.TODAY if approved else None,
            "differences": changes, "digest": "d",
        }
    )  # fmt: skip


def happenings(row: PortfolioRow) -> tuple[EventView, ...]:
    """A milestone that is done, a need and the end of an account."""
    number = int(row.id[1:])
    owners = tuple(dict.fromkeys(n for n in (row.account_executive, row.project_manager) if n))
    return tuple(
        EventView(key=f"{row.id}/{kind}", date=samples.day(number * 3 + offset), kind=kind,
                  title=f"{kind} of {row.title}", client=row.client, account=row.id, owners=owners,
                  done=kind == "milestone")
        for kind, offset in (("milestone", 0), ("need", 5), ("end", 20))
    )  # fmt: skip


def written(row: PortfolioRow) -> BriefView:
    """The brief of an account: a lesson that says its title."""
    return BriefView(
        account=row.id, language="en", agency="Estudio Norte", client=row.client, title=row.title,
        health=row.health, data_says=row.data_says, timeline=Timeline(today=samples.TODAY), case=row.case,
        fields=(BriefEntry(key="objective", audience=Audience.CLIENT, value=f"For {row.title}"),),
    )  # fmt: skip


@dataclass(frozen=True)
class Team:
    """What the pages over all accounts are made of; an edit makes another one that shares the rest."""

    accounts: tuple[PortfolioRow, ...] = ()
    events: dict[str, tuple[EventView, ...]] = field(default_factory=dict)
    portals: dict[str, str] = field(default_factory=dict)
    briefs: dict[str, BriefView] = field(default_factory=dict)
    language: str = "en"
    as_of: date = samples.TODAY

    def put(self, row: PortfolioRow, at: int | None = None) -> Team:
        kept = [one for one in self.accounts if one.id != row.id]
        place = next((i for i, one in enumerate(self.accounts) if one.id == row.id), len(kept))
        kept.insert(place if at is None else at, row)
        return replace(
            self,
            accounts=tuple(kept),
            events={**self.events, row.id: happenings(row)},
            portals={**self.portals, row.id: f"key-{row.id}"},
            briefs={**self.briefs, row.id: written(row)},
        )

    def wanted(self, memo: Memo | None = None) -> internal.Makers:
        shown = [e for row in self.accounts for e in self.events[row.id]]
        portfolio = PortfolioView(
            agency="Estudio Norte", language=self.language, as_of=self.as_of, rows=self.accounts,
            events=tuple(sorted(shown, key=lambda e: (e.date, e.key))),
        )  # fmt: skip
        references = ReferencesView(
            agency="Estudio Norte", language=self.language, cases=tuple(row.case for row in self.accounts)
        )
        return internal.wanted(portfolio, references, self.portals, memo, self.briefs.values())

    def pages(self, memo: Memo | None = None) -> dict[str, bytes]:
        return {path: make().body for path, make in self.wanted(memo).items()}


def team(count: int) -> Team:
    made = Team()
    for number in range(count):
        made = made.put(account(number))
    return made


SEVEN = team(7)
VIEWS = {
    "seven": SEVEN,
    "seven es": replace(SEVEN, language="es"),
    "none": Team(),
    "odd": SEVEN.put(account(2, EVIL)).put(account(3, EVIL)),
}


# ---- single pages ----


@pytest.mark.parametrize("name", VIEWS)
def test_every_page_can_be_had_by_itself_and_knows_its_path(name: str) -> None:
    alone = {path: VIEWS[name].wanted()[path]() for path in VIEWS[name].wanted()}
    assert {path: page.path for path, page in alone.items()} == {path: path for path in alone}
    assert {path: page.body for path, page in alone.items()} == VIEWS[name].pages()


def test_the_pages_of_a_team_are_these() -> None:
    assert set(team(2).wanted()) == {
        *("index.html", "review/index.html", "references/index.html", "references/a1/index.html"),
        *("portfolio.json", "portfolio.csv", "calendar.ics", "search.json"),
        *("calendars/ana-ruiz.ics", "calendars/jose-gil.ics"),
    }


def test_nothing_is_made_before_it_is_asked_for() -> None:
    memo = Memo()
    made = SEVEN.wanted(memo)
    assert len(memo) == 0
    made["portfolio.json"]()
    assert len(memo) == 7


@pytest.mark.parametrize("name", VIEWS)
def test_every_page_is_well_formed_and_takes_no_text_for_markup(name: str) -> None:
    for path, body in VIEWS[name].pages().items():
        if path.endswith(".html"):
            html5lib.HTMLParser(strict=True).parse(body.decode())
            assert b"<script>window" not in body


# ---- what is kept ----


def retitled(t: Team, at: int) -> Team:
    return t.put(t.accounts[at].model_copy(update={"title": f"{EVIL} {at}"}))


def moved(t: Team, at: int) -> Team:
    row = t.accounts[at]
    later = tuple(e.model_copy(update={"date": samples.day(at), "done": False}) for e in t.events[row.id])
    return replace(t, events={**t.events, row.id: later})


def handed_over(t: Team, at: int) -> Team:
    return t.put(t.accounts[at].model_copy(update={"account_executive": "Zoë", "attention": ()}))


def brought_to_the_top(t: Team, at: int) -> Team:
    return t.put(t.accounts[at], 0)


def gone(t: Team, at: int) -> Team:
    if len(t.accounts) == 1:
        return t
    name = t.accounts[at].id
    kept = {one: brief for one, brief in t.briefs.items() if one != name}
    return replace(t, accounts=(*t.accounts[:at], *t.accounts[at + 1 :]), briefs=kept)


def joined(t: Team, at: int) -> Team:
    return t.put(account(max(int(row.id[1:]) for row in t.accounts) + 1), at)


def another_key(t: Team, at: int) -> Team:
    return replace(t, portals={**t.portals, t.accounts[at].id: f"new{at}"})


def closed(t: Team, at: int) -> Team:
    return replace(t, portals={k: v for k, v in t.portals.items() if k != t.accounts[at].id})


def withdrawn(t: Team, at: int) -> Team:
    case = t.accounts[at].case.model_copy(update={"case": None, "title": EVIL})
    return t.put(t.accounts[at].model_copy(update={"case": case}))


def next_day(t: Team, at: int) -> Team:
    return replace(t, as_of=samples.day(at))


def translated(t: Team, at: int) -> Team:
    return replace(t, language=("en", "es")[at % 2])


EDITS = (
    *(retitled, moved, handed_over, brought_to_the_top, gone, joined, another_key, closed, withdrawn),
    *(next_day, translated),
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 20), st.sets(st.integers(0, 30))), max_size=6)
)
def test_what_is_kept_never_shows(edits: list[tuple[Callable[[Team, int], Team], int, set[int]]]) -> None:
    """After any edits, with any of the pages left out in between, all pages are those of a fresh start."""
    memo, now = Memo(), SEVEN
    assert now.pages(memo) == now.pages()
    for edit, number, asked in edits:
        now = edit(now, number % len(now.accounts))
        fresh = now.pages()
        some = [make for at, make in enumerate(now.wanted(memo).values()) if at in asked]
        assert all(fresh[page.path] == page.body for page in (make() for make in some))
    assert now.pages(memo) == now.pages()


PIECES = ("account", "coming", "reference", "as_json", "as_csv", "placed", "searched")


def test_one_account_of_many_is_made_again_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[tuple[str, str]] = []

    def counted(name: str, make: Callable[..., object]) -> Callable[..., object]:
        def call(*values: object) -> object:
            one = next(v for v in values if isinstance(v, PortfolioRow | EventView | CaseState | BriefView))
            made.append((name, one.id if isinstance(one, PortfolioRow) else one.account))
            return make(*values)

        return call

    for name in PIECES[:-1]:
        monkeypatch.setattr(rows, name, counted(name, getattr(rows, name)))
    monkeypatch.setattr(search, "account", counted("searched", search.account))
    memo = Memo()
    SEVEN.pages(memo)
    assert {name for name, _ in made} == set(PIECES)
    made.clear()
    SEVEN.pages(memo)
    assert made == []
    changed = SEVEN.accounts[3].model_copy(update={"title": "Another"})
    SEVEN.put(changed).pages(memo)
    assert sorted(set(made)) == [(name, "a3") for name in sorted({*PIECES} - {"reference"})]
    assert len(made) == 8  # four of the row, three events, what is searched


def test_a_memo_holds_no_more_after_many_edits() -> None:
    memo = Memo()
    SEVEN.pages(memo)
    begun = len(memo)
    for number in range(30):
        SEVEN.put(account(number % 7, f"Title {number}")).pages(memo)
    assert len(memo) == begun
    Team().pages(memo)
    assert len(memo) == 0


# ---- the same as data ----


@pytest.mark.parametrize("name", VIEWS)
def test_the_json_is_laid_out_as_one_document(name: str) -> None:
    text = VIEWS[name].pages()["portfolio.json"].decode()
    found = json.loads(text)
    assert text == json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    assert [one["id"] for one in found["accounts"]] == [row.id for row in VIEWS[name].accounts]


def test_the_json_says_where_the_portal_is_or_that_there_is_none() -> None:
    found = json.loads(closed(SEVEN, 1).pages()["portfolio.json"])
    assert [one["portal"] for one in found["accounts"][:2]] == ["portals/key-a0/", None]


@pytest.mark.parametrize(
    ("title", "cell"),
    [("Plain", "Plain"), ("a, b", "a, b"), ("=1+1", "'=1+1"), ("-x", "'-x"), ("@x", "'@x"), (EVIL, EVIL)],
)
def test_the_csv_gives_each_account_a_line_and_no_spreadsheet_a_formula(title: str, cell: str) -> None:
    text = SEVEN.put(account(2, title)).pages()["portfolio.csv"].decode()
    found = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [one["id"] for one in found] == [row.id for row in SEVEN.accounts]
    assert found[2]["title"] == cell


def summaries(calendar: bytes) -> list[str]:
    return [str(event["uid"]) for event in Calendar.from_ical(calendar).walk("VEVENT")]


def test_a_persons_calendar_holds_what_they_look_after_and_nothing_else() -> None:
    made = SEVEN.pages()
    theirs = {row.id for row in SEVEN.accounts if "Ana Ruiz" in (row.account_executive, row.project_manager)}
    assert theirs == {"a0", "a3", "a4"}
    mine = summaries(made["calendars/ana-ruiz.ics"])
    assert len(mine) == 9
    assert set(mine) < set(summaries(made["calendar.ics"]))
    titles = {
        str(e["summary"]).partition(":")[0] for e in Calendar.from_ical(made["calendars/ana-ruiz.ics"]).events
    }
    assert titles == {"Client 0", "Client 3", "Client 4"}


def test_two_names_that_make_one_file_share_a_calendar() -> None:
    made = SEVEN.pages()
    assert sorted(p for p in made if p.startswith("calendars/")) == [
        f"calendars/{file}.ics" for file in ("ana-ruiz", "jose-gil", "lucia-ferrer")
    ]
    named = {
        row.client for row in SEVEN.accounts if {*TEAM[1:3]} & {row.account_executive, row.project_manager}
    }
    found = {
        str(e["summary"]).partition(":")[0] for e in Calendar.from_ical(made["calendars/jose-gil.ics"]).events
    }
    assert found == named
    assert made["index.html"].count(b'href="calendars/jose-gil.ics"') == 1


def test_calendars_are_in_the_order_of_days() -> None:
    days = [e.decoded("dtstart") for e in Calendar.from_ical(SEVEN.pages()["calendar.ics"]).events]
    assert days == sorted(days)


# ---- the dashboard ----


def text_of(html: bytes | str) -> str:
    shown = html.decode() if isinstance(html, bytes) else html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))


def test_those_who_need_somebody_are_counted_and_stand_first() -> None:
    shown = text_of(SEVEN.pages()["index.html"])
    assert "3 of 7 accounts need someone today" in shown
    places = [shown.index(f" Client {n} ", shown.index("Needs someone today")) for n in (0, 3, 6, 1, 2, 4, 5)]
    assert places == sorted(places)


def test_filters_count_the_accounts_of_each_value() -> None:
    html = SEVEN.pages()["index.html"].decode()
    chips = re.findall(r'data-facet="(\w+)" data-value="([^"]+)">[^<]+<span class="n">(\d+)', html)
    assert ("ae", "Ana Ruiz", "2") in chips
    assert ("service", "Media", "4") in chips
    assert ("service", "Print", "2") in chips
    assert ("lifecycle", "active", "7") in chips


def test_the_next_30_days_show_what_is_open_and_due() -> None:
    html = SEVEN.pages()["index.html"].decode()
    shown = re.findall(r'<li data-of="a\d"><span>(Client \d)</span>', html)
    assert shown == [f"Client {n}" for n in range(7)]
    assert "milestone of" not in html
    assert html.count("end of Spring launch") == 4  # day 20, 23, 26, 29: the others end later


LOADS = [
    ((), []),
    (({"account_executive": "Ana", "project_manager": "Leo"},), [("Ana", 1, 0, 0), ("Leo", 0, 1, 0)]),
    # who is both on an account needs somebody once
    (({"account_executive": "Ana", "project_manager": "Ana", "attention": LATE},), [("Ana", 1, 1, 1)]),
    (({"account_executive": "Ana"}, {"project_manager": "Ana", "attention": LATE}), [("Ana", 1, 1, 1)]),
    (({},), []),
    (({"account_executive": "Ana", "lifecycle": "on_hold"},), [("Ana", 1, 0, 0)]),
    *(
        (({"account_executive": "Ana", "lifecycle": lifecycle},), [])
        for lifecycle in ("proposed", "completed", "cancelled")
    ),
]


@pytest.mark.parametrize(("accounts", "loads"), LOADS)
def test_the_load_counts_what_is_under_way_by_role_and_who_needs_somebody(
    accounts: tuple[dict[str, object], ...], loads: list[tuple[str, int, int, int]]
) -> None:
    nobody = {"account_executive": None, "project_manager": None, "attention": ()}
    made = Team()
    for number, values in enumerate(accounts):
        made = made.put(account(number).model_copy(update={**nobody, **values}))
    html = made.pages()["index.html"].decode()
    number = r'<td class="num">(\d+)</td>'
    found = re.findall(rf"<tr><th>([^<]+)</th>{number}{number}{number}</tr>", html)
    assert [(name, *map(int, counts)) for name, *counts in found] == loads


def cell(row: PortfolioRow, label: str, as_of: date = samples.TODAY) -> str:
    """What a row says under a heading, as text."""
    html = replace(Team().put(row), as_of=as_of).pages()["index.html"].decode()
    found = re.search(rf'data-l="{label}"[^>]*>(.*?)</td>', html, re.DOTALL)
    assert found
    return text_of(found[1]).strip()


def test_the_page_says_where_to_begin_and_why() -> None:
    html = SEVEN.pages()["index.html"].decode()
    found = re.search(r'<p class="first".*?</p>', html)
    assert found
    assert text_of(found[0]).strip() == "Begin with Client 0 : Nothing said for 20 days."
    assert 'href="accounts/a0/"' in found[0]


def test_where_nobody_is_needed_it_says_so() -> None:
    html = Team().put(account(1)).pages()["index.html"].decode()
    assert "<h1>No account needs someone today</h1>" in html
    assert "data-first" not in html


@pytest.mark.parametrize(
    ("last", "words"), [(None, "never"), (0, "today"), (-1, "1 day ago"), (-12, "12 days ago")]
)
def test_days_since_the_last_update(last: int | None, words: str) -> None:
    day = None if last is None else samples.day(last)
    assert cell(account(1).model_copy(update={"last_update": day}), "Last update") == words


@pytest.mark.parametrize(
    ("consent", "until", "ending", "words"),
    [
        ("none", None, False, "None"),
        ("requested", None, False, "Requested"),
        ("granted", None, False, "Granted"),
        ("granted", 200, False, "Granted until"),
        ("granted", 0, True, "Renew until"),
        ("granted", -1, False, "Expired"),
        ("revoked", 200, False, "Revoked"),
    ],
)
def test_consent_to_renew_is_told_from_consent_that_holds_or_has_ended(
    consent: str, until: int | None, ending: bool, words: str
) -> None:
    day = None if until is None else samples.day(until)
    case = account(1).case.model_copy(update={"consent": consent, "expires_on": day})
    soon = (Attention(rule="consent-ending", message="It ends."),) if ending else ()
    found = cell(account(1).model_copy(update={"case": case, "attention": soon}), "Consent")
    assert re.sub(r" \w+ \d+, \d+$", "", found) == words


@pytest.mark.parametrize(
    ("claim", "data", "slip", "words"),
    [
        ("on_track", "on_track", None, "On track data: agrees"),
        ("on_track", "off_track", 16, "says On track data Off track 16 days late"),
        ("off_track", "off_track", 16, "Off track data: agrees, 16 days late"),
        ("on_hold", "at_risk", 1, "On hold data: At risk, 1 day late"),
        (None, "on_track", -3, "says nothing data: On track"),
    ],
)
def test_the_claim_stands_beside_what_the_data_says(
    claim: str | None, data: str, slip: int | None, words: str
) -> None:
    health = {"health": HealthView(overall=claim), "data_says": data, "slip_days": slip}  # type: ignore[arg-type]
    assert cell(account(1).model_copy(update=health), "Health") == words


HELD = {
    "client": waiting("client", "launch", "teaser"),
    "public": waiting("public", "summary", approved=False),
}


@pytest.mark.parametrize(
    ("language", "audiences", "words", "csv_words"),
    [
        ("en", (), "", ""),
        ("en", ("client",), "held back: client 2", "client 2"),
        ("en", ("client", "public"), "held back: client 2, public (never approved)", "client 2; public 1"),
        ("es", ("client", "public"), "retenido: cliente 2, público (sin aprobar aún)", "client 2; public 1"),
    ],
)
def test_what_is_held_back_leads_to_where_it_is_shown(
    language: str, audiences: tuple[str, ...], words: str, csv_words: str
) -> None:
    held = tuple(HELD[audience] for audience in audiences)
    made = replace(Team().put(account(1).model_copy(update={"held": held})), language=language).pages()
    links = re.findall(r'<a class="waits" href="review/#a1">([^<]*)</a>', made["index.html"].decode())
    assert links == ([words] if words else [])
    (line,) = csv.DictReader(io.StringIO(made["portfolio.csv"].decode(), newline=""))
    assert line["held_back"] == csv_words
    assert "held" not in made["portfolio.json"].decode()


# ---- the brief ----

TEAM_ONLY, CLIENT, PUBLIC = Audience.INTERNAL, Audience.CLIENT, Audience.PUBLIC


def entry(key: str, value: object, audience: Audience = TEAM_ONLY, *, choice: bool = False) -> BriefEntry:
    return BriefEntry.model_validate({"key": key, "audience": audience, "value": value, "choice": choice})


def item(*entries: BriefEntry, audience: Audience = TEAM_ONLY) -> BriefItem:
    return BriefItem(audience=audience, entries=entries)


def brief(*fields: BriefEntry) -> BriefView:
    """A brief with these fields, a risk, and a section for two audiences."""
    texts = (BriefText(audience=TEAM_ONLY, prose=samples.text("Quiet.")),
             BriefText(audience=CLIENT, prose=samples.text("Told *them*.")))  # fmt: skip
    return BriefView(
        account="brisa", language="en", agency="Estudio Norte", client="Brisa Foods", title="Spring launch",
        health=HealthView(overall="at_risk", as_of=samples.TODAY), data_says="off_track", slip_days=3,
        timeline=Timeline(milestones=samples.milestones(), today=samples.TODAY), fields=fields,
        sections=(BriefSection(id="plan", title="Plan", audience=TEAM_ONLY, texts=texts),),
        kpis=samples.kpis(), risks=(RiskPoint(title=EVIL, probability=2, impact=5, open=True),),
        case=CaseState(account="brisa", client="Brisa Foods", why="It was not asked."),
    )  # fmt: skip


def made(view: BriefView, portals: dict[str, str] | None = None) -> str:
    (make,) = internal.wanted_brief(view, portals or {}).values()
    return make().body.decode()


@pytest.mark.parametrize(
    ("value", "choice", "html"),
    [
        ("One line", False, "<p>One line</p>"),
        ("One\nTwo\n\nThree", False, "<p>One<br>Two</p><p>Three</p>"),
        ("<b> & \"'", False, "<p>&lt;b&gt; &amp; &#34;&#39;</p>"),
        ("on_hold", True, "On hold"),
        (date(2026, 11, 3), False, '<time datetime="2026-11-03">Nov 3, 2026</time>'),
        (Decimal("1234.50"), False, "1,234.50"),
        (1200, False, "1,200"),
        (
            Target(address="https://x.example/?a=1&b=2"),
            False,
            '<a href="https://x.example/?a=1&amp;b=2" rel="noopener noreferrer">https://x.example/?a=1&amp;b=2</a>',
        ),
        (Target(file=samples.file("files/a b.pdf")), False, '<a href="files/a%20b.pdf">files/a b.pdf</a>'),
    ],
)
def test_a_field_is_drawn_by_what_it_is(value: object, choice: bool, html: str) -> None:
    shown = made(brief(entry("region", value, choice=choice)))
    found = re.search(r'<dt id="f-region">Region </dt><dd>(.*?)\s*</dd>', shown)
    assert found
    assert found[1] == html


def sign(level: str, words: str) -> str:
    return (
        f'<span class="tag c"><svg class="i" aria-hidden="true"><use href="#by-{level}"/></svg>'
        f'<span class="vh">{words}</span></span>'
    )


SEEN, BY_ALL = sign("client", "Client sees this"), sign("public", "Public")


def section(shown: str, key: str) -> str:
    """A field of a brief, without its line breaks."""
    found = re.search(rf'<section class="sec[^"]*" id="f-{key}">(.*?)</section>', shown, re.DOTALL)
    assert found
    return re.sub(r"\n", "", found[1])


LEVELS = [
    ((TEAM_ONLY,), "internal", "Team only"),
    ((CLIENT,), "client", "Client sees this"),
    ((CLIENT, PUBLIC), "client", "Client sees this"),
    ((PUBLIC, PUBLIC), "public", "Public"),
    ((TEAM_ONLY, CLIENT), "part", "Client sees part of this"),
    ((TEAM_ONLY, PUBLIC), "part", "Client sees part of this"),
]


@pytest.mark.parametrize(("audiences", "level", "words"), LEVELS, ids=[str(one[0]) for one in LEVELS])
def test_a_field_says_who_sees_it_in_its_heading_and_in_the_contents(
    audiences: tuple[Audience, ...], level: str, words: str
) -> None:
    texts = tuple(item(entry("text", f"Text {n}", a), audience=a) for n, a in enumerate(audiences))
    shown = made(brief(entry("lessons", texts, max(audiences))))
    heading = re.search(r"<h3>(.*?)</h3>", section(shown, "lessons"))
    assert heading
    assert f"#by-{level}" in heading[1]
    assert text_of(heading[1]).split() == ["Lessons", *words.split()]
    link = re.search(r'<li><a href="#f-lessons">(.*?)</a></li>', shown)
    assert link
    assert (f"#by-{level}" in link[1], text_of(link[1]).strip()) == (True, f"{words} Lessons")


def test_where_readers_differ_what_the_client_sees_is_marked_and_nothing_else() -> None:
    texts = (
        item(entry("text", "Media"), audience=TEAM_ONLY),
        item(entry("text", "<Print>", CLIENT), audience=CLIENT),
        item(entry("text", "sales_deck", PUBLIC, choice=True), audience=PUBLIC),
    )
    assert (
        f'<ul class="dots"><li>Media</li><li>&lt;Print&gt; {SEEN}</li><li>Sales deck {BY_ALL}</li></ul>'
    ) in section(made(brief(entry("services", texts))), "services")


def test_what_all_of_a_field_has_in_common_is_not_said_again() -> None:
    texts = tuple(item(entry("text", text, CLIENT), audience=CLIENT) for text in ("Media", "Print"))
    assert '<ul class="dots"><li>Media</li><li>Print</li></ul>' in section(
        made(brief(entry("services", texts, CLIENT))), "services"
    )


def expectation(name: str, *more: BriefEntry) -> BriefItem:
    return BriefItem(id=name, audience=CLIENT, entries=(entry("statement", f"They said {name}"), *more))


def test_an_item_is_a_card_with_its_title_then_what_is_short_then_what_is_long() -> None:
    wording = entry("agreed_wording", "It is out of scope. " * 4, CLIENT)
    one = expectation("tv", wording, entry("said_on", date(2026, 9, 4)), entry("source", "call", choice=True))
    assert (
        '<li class="item" id="f-expectations-tv"><p class="title">They said tv</p>'
        '<dl class="meta"><div><dt>Said on</dt><dd><time datetime="2026-09-04">Sep 4, 2026</time></dd></div>'
        "<div><dt>Source</dt><dd>Call</dd></div></dl>"
        f'<dl class="pairs"><dt>Agreed wording {SEEN}</dt><dd><p>{("It is out of scope. " * 4).strip()}</p></dd></dl></li>'
    ) in section(made(brief(entry("expectations", (one,), CLIENT))), "expectations")


def test_a_card_that_the_client_sees_whole_is_marked_once() -> None:
    seen = BriefItem(
        id="a", audience=CLIENT, entries=(entry("title", "A", CLIENT), entry("note", "B", CLIENT))
    )
    team = BriefItem(id="b", audience=TEAM_ONLY, entries=(entry("title", "C"), entry("note", "D")))
    drawn = section(made(brief(entry("tactics", (seen, team), CLIENT))), "tactics")
    assert f'<li class="item seen" id="f-tactics-a"><p class="title">A {SEEN}</p>' in drawn
    assert '<li class="item" id="f-tactics-b"><p class="title">C</p>' in drawn
    assert drawn.count("by-client") == 1


def test_items_to_be_compared_stand_in_a_table_with_every_column_that_one_of_them_has() -> None:
    def need(name: str, *more: BriefEntry) -> BriefItem:
        return BriefItem(id=name, audience=CLIENT, entries=(entry("title", name, CLIENT), *more))

    done, owner = entry("done", samples.day(0), CLIENT), entry("owner", "Eva", CLIENT)
    drawn = section(made(brief(entry("needs", (need("a", done), need("b", owner, done)), CLIENT))), "needs")
    assert re.findall(r'<th scope="col">(.*?)</th>', drawn) == ["Title", "Owner", "Done"]
    assert text_of(drawn.partition("<tbody>")[2]).split() == [
        *("a", "Nov", "23,", "2026", "b", "Eva", "Nov", "23,", "2026")
    ]


def test_items_may_hold_items() -> None:
    figure = item(
        entry("value", Decimal("11.80"), CLIENT), entry("date", samples.TODAY, CLIENT), audience=CLIENT
    )
    deep = item(entry("names", (item(entry("text", "Olga"), audience=TEAM_ONLY),)), entry("note", "x\ny"))
    one = BriefItem(
        id="cost", audience=CLIENT,
        entries=(entry("name", "Cost", CLIENT), entry("baseline", (figure,), CLIENT), entry("deep", (deep,))),
    )  # fmt: skip
    drawn = section(made(brief(entry("kpis", (one,), CLIENT))), "kpis")
    assert f'<dt>Baseline</dt><dd>11.80, <time datetime="2026-11-23">Nov 23, 2026</time> {SEEN}</dd>' in drawn
    assert (
        '<dt>Names</dt><dd><ul class="dots"><li>Olga</li></ul></dd><dt>Note</dt><dd><p>x<br>y</p></dd>'
        in drawn
    )


MONEY = [
    ("EUR", "84000", "€84,000"),
    ("EUR", "84000.5", "€84,000.50"),
    ("EUR", "-6000", "−€6,000"),
    ("JPY", "84000", "¥84,000"),
    (None, "84000.50", "84,000.50"),
]


@pytest.mark.parametrize(("currency", "value", "words"), MONEY)
def test_amounts_of_money_have_their_currency_and_figures_have_none(
    currency: str | None, value: str, words: str
) -> None:
    said = [entry("currency", currency)] if currency else []
    money = item(*said, entry("value", Decimal(value)), entry("margin", Decimal("22.5")))
    request = BriefItem(
        id="more", audience=CLIENT, entries=(entry("title", "More"), entry("cost", Decimal(value)))
    )
    figures = BriefItem(
        id="k", audience=CLIENT,
        entries=(entry("name", "K"), entry("target", (item(entry("value", Decimal(value))),))),
    )  # fmt: skip
    shown = made(
        brief(entry("commercials", (money,)), entry("change_requests", (request,)), entry("kpis", (figures,)))
    )
    assert f"<dt>Value</dt><dd>{words}</dd>" in section(shown, "commercials")
    assert "<dt>Margin</dt><dd>22.5%</dd>" in section(shown, "commercials")
    assert f"<dt>Cost</dt><dd>{words}</dd>" in section(shown, "change_requests")
    assert not re.search("[€¥]", section(shown, "kpis"))


def test_money_is_written_as_the_reader_writes_it() -> None:
    assert entries.amount(Decimal(84000), "EUR", "es") == "84.000\N{NO-BREAK SPACE}€"


def test_a_field_that_no_group_knows_is_on_the_brief() -> None:
    shown = made(brief(entry("moods", (item(entry("text", "Fine")),)), entry("weather", "Rain")))
    assert "<li>Fine</li>" in section(shown, "moods")
    assert re.search(r'<dt id="f-weather">Weather </dt><dd><p>Rain</p>', shown)


# ---- what stands first on the brief ----


def first(*fields: BriefEntry, **more: object) -> str:
    """What stands before all fields, as text."""
    html = made(brief(*fields).model_copy(update=more))
    return text_of(html[html.index('<div class="call">') : html.index('<div class="brief">')])


def needed(name: str, due: int, **more: object) -> BriefItem:
    said = [entry(key, value, CLIENT) for key, value in more.items()]
    return BriefItem(
        id=name,
        audience=CLIENT,
        entries=(entry("title", name, CLIENT), entry("due", samples.day(due), CLIENT), *said),
    )


def test_open_needs_stand_first_by_day_and_say_which_are_late() -> None:
    needs = (needed("Logo", 4, owner="Eva"), needed("Colour", -3), needed("Texts", -9, done=samples.day(-8)))
    shown = first(entry("needs", needs, CLIENT))
    assert "Waiting for the client Nov 20, 2026 late Colour Nov 27, 2026 Logo Eva " in shown
    assert "Texts" not in shown


def test_open_risks_stand_first_the_heaviest_on_top() -> None:
    def risk(name: str, probability: int, impact: int, status: str = "open") -> BriefItem:
        said = (entry("title", name), entry("probability", probability), entry("impact", impact))
        return BriefItem(id=name, audience=TEAM_ONLY, entries=(*said, entry("status", status, choice=True)))

    shown = first(entry("risks", (risk("Light", 1, 2), risk("Heavy", 4, 5), risk("Gone", 5, 5, "closed"))))
    assert "Risks Heavy probability 4, impact 5 Light probability 1, impact 2 " in shown
    assert "Gone" not in shown


def test_what_is_expected_and_not_agreed_stands_first() -> None:
    told = (
        entry("said_on", date(2026, 9, 4)),
        entry("said_by", "Sales"),
        entry("status", "open", choice=True),
    )
    settled = expectation("radio", entry("status", "reset", choice=True))
    shown = first(entry("expectations", (expectation("tv", *told), settled), CLIENT))
    assert "Expected, not agreed Sep 4, 2026 They said tv Sales " in shown
    assert "radio" not in shown


def test_changes_that_wait_for_a_decision_stand_first() -> None:
    asked = tuple(
        ChangeRequestView(
            id=one, title=f"Ask {one}", raised_on=samples.day(-9), schedule_days=5, decision=one
        )
        for one in ("approved", "pending", "rejected")
    )
    shown = first(changes=asked)
    assert "Waiting for a decision Nov 14, 2026 Ask pending If approved, 5 days more None now" in shown
    assert "Ask approved" not in shown


def test_the_next_dates_are_those_of_milestones_and_deliverables_that_are_not_done() -> None:
    pieces = (needed("Posters", 2, status="in_progress"), needed("Films", 1, status="approved"))
    line = Timeline(today=samples.TODAY, milestones=(
        MilestoneView(id="a", title="Launch", agreed=samples.day(1)),
        MilestoneView(id="b", title="Plan", agreed=samples.day(-9), done=samples.day(-9)),
        *(MilestoneView(id=f"l{n}", title=f"Later {n}", forecast=samples.day(20 + n)) for n in range(9)),
    ))  # fmt: skip
    shown = first(entry("deliverables", pieces, CLIENT), timeline=line)
    named = re.search("Next (.*?) None now", shown)
    assert named
    assert re.findall(r"2026 (\S+(?: \d)?)", named[1]) == [
        "Launch",
        "Posters",
        "Later 0",
        "Later 1",
        "Later 2",
    ]


def test_what_is_not_open_is_said_in_one_line() -> None:
    assert (
        "None now: Waiting for the client · Waiting for a decision · Expected, not agreed · Risks" in first()
    )


def test_a_section_marks_the_stretch_that_has_other_readers() -> None:
    shown = made(brief())
    seen = re.search(r'<div class="prose seen"><p class="small">(.*?)</p><p>(.*?)</p>', shown)
    assert seen
    assert (text_of(seen[1]).strip(), seen[2]) == ("Client sees this", "Told <em>them</em>.")
    assert '<div class="prose"><p>Quiet.</p>' in shown


@pytest.mark.parametrize(
    ("portals", "link"),
    [({"brisa": "k3y"}, 'href="../../../portals/k3y/"'), ({"other": "x"}, "This account has no portal now.")],
)
def test_a_brief_leads_to_what_the_client_sees(portals: dict[str, str], link: str) -> None:
    assert link in made(brief(), portals)


@pytest.mark.parametrize(
    ("days", "said"),
    [
        ({"start": samples.day(0)}, "from Nov 23, 2026"),
        ({"end": samples.day(0)}, "until Nov 23, 2026"),
        ({"start": samples.day(0), "end": samples.day(1)}, "Nov 23, 2026 – Nov 24, 2026"),
    ],
)
def test_a_brief_says_when_the_engagement_begins_and_ends(days: dict[str, date], said: str) -> None:
    line = Timeline(**days, today=samples.TODAY)
    shown = made(brief().model_copy(update={"timeline": line}))
    first = re.sub(r"<[^>]+>", "", shown.partition('<ul class="line">')[2].partition("</ul>")[0])
    assert said in first
    assert ("–" in first) == ("–" in said)


def test_a_brief_is_well_formed_whatever_is_in_it() -> None:
    fields = (entry("objective", EVIL), entry("services", (item(entry("text", EVIL)),)), entry("a", EVIL))
    shown = made(brief(*fields))
    html5lib.HTMLParser(strict=True).parse(shown)
    assert "<script>window" not in shown
    assert list(internal.wanted_brief(brief(), {})) == ["accounts/brisa/index.html"]

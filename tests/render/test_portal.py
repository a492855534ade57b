"""The portal's pages: what each shows, that all is shown, and that every page is whole and quiet."""

import json
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from html import escape, unescape
from itertools import pairwise
from urllib.parse import unquote, urlsplit

import html5lib
import pytest

from portalgen.render.environment import catalog, locale_of, number
from portalgen.render.portal import pages
from portalgen.views import (
    ChangeView,
    HealthView,
    NeedView,
    PortalView,
    ScopeView,
    Timeline,
    View,
    files_of,
)
from portalgen.vocabulary import TeamRole
from tests.render import samples
from tests.render.messages import messages

VIEWS = {
    "rich": samples.rich(),
    "rich es": samples.rich("es"),
    "bare": samples.bare(),
    "bare es": samples.bare("es"),
    "odd": samples.odd(),
}


def files(view: PortalView) -> dict[str, str]:
    made = pages(view, assets=samples.ASSETS, identity=samples.IDENTITY)
    return {page.path: page.body.decode() for page in made}


def index(view: PortalView, **change: object) -> str:
    return files(view.model_copy(update=change))["index.html"]


def plain(html: str) -> str:
    """What a reader reads: no markup, no double space."""
    text = unescape(re.sub(r"<[^>]*>", " ", html)).replace("\N{NO-BREAK SPACE}", " ")
    return re.sub(r"\s+", " ", text)


ALL = [
    pytest.param(name, path, html, id=f"{name}: {path}")
    for name, view in VIEWS.items()
    for path, html in files(view).items()
    if path.endswith(".html")
]


# ---- every page ----


@pytest.mark.parametrize(("name", "path", "html"), ALL)
def test_a_page_is_well_formed(name: str, path: str, html: str) -> None:
    html5lib.HTMLParser(strict=True).parse(html)


@pytest.mark.parametrize(("name", "path", "html"), ALL)
def test_a_page_names_no_id_twice_and_links_to_none_that_is_missing(name: str, path: str, html: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', html)
    assert sorted(ids) == sorted(set(ids))
    wanted = re.findall(r'(?:href="#|aria-labelledby=")([^"]+)"', html)
    assert {one for found in wanted for one in found.split()} <= set(ids)


@pytest.mark.parametrize(("name", "path", "html"), ALL)
def test_a_page_runs_and_styles_nothing_inline_and_asks_no_other_host(
    name: str, path: str, html: str
) -> None:
    tree = html5lib.parse(html, namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str):
            continue
        assert not element.tag.endswith(("style", "iframe", "form"))
        assert not {n for n in element.attrib if str(n).startswith("on") or n == "style"}
        if element.tag == "script":
            assert not (element.text or "").strip()
            assert element.attrib["src"].endswith("assets/portal.js")
        for key in ("src", "srcset", "poster", "data"):
            assert not re.match(r"(?i)[a-z]+:|//", element.attrib.get(key, ""))
        if element.tag == "link":
            assert not re.match(r"(?i)[a-z]+:|//", element.attrib["href"])


@pytest.mark.parametrize(("name", "path", "html"), ALL)
def test_a_page_is_private_and_names_its_icon(name: str, path: str, html: str) -> None:
    assert '<meta name="robots" content="noindex">' in html
    assert '<meta name="referrer" content="no-referrer">' in html
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', html)
    assert policy is not None
    assert policy[1].startswith("default-src 'none';")
    assert "unsafe" not in policy[1]
    root = "../" * path.count("/")
    assert f'<link rel="icon" href="{root}../assets/icon.svg"' in html


@pytest.mark.parametrize(("name", "path", "html"), ALL)
def test_headings_begin_with_one_h1_and_leave_no_level_out(name: str, path: str, html: str) -> None:
    levels = [int(level) for level in re.findall(r"<h(\d)", html)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels)), levels


@pytest.mark.parametrize("name", VIEWS)
def test_every_link_within_the_portal_leads_to_a_page_file_or_anchor_of_it(name: str) -> None:
    made = files(VIEWS[name])
    there = {*made, *files_of(VIEWS[name])}
    for path, html in made.items():
        for href in re.findall(r'<a [^>]*?href="([^"]*)"', html):
            if re.match(r"https:|mailto:|tel:", href):
                continue
            target = urlsplit(unescape(href))
            folder = path.rpartition("/")[0]
            parts: list[str] = []
            for part in f"{folder}/{unquote(target.path)}".split("/") if target.path else path.split("/"):
                parts = parts[:-1] if part == ".." else [*parts, part] if part else parts
            address = "/".join(parts)
            if target.path.endswith("/") or (target.path and not address):
                address = f"{address}/index.html".lstrip("/")
            assert address in there, f"{path}: {href}"
            if target.fragment and address in made:
                assert f'id="{target.fragment}"' in made[address], f"{path}: {href}"


def test_markup_in_a_text_stays_text() -> None:
    made = files(samples.odd())
    assert not [path for path, html in made.items() if path.endswith(".html") and "<script>window" in html]
    assert "<h1>&lt;script&gt;window.x=1&lt;/script&gt; &#34;quoted&#34;" in made["index.html"]


# ---- every field ----

UNSAID = {
    "language",
    "id",
    "key",
    "page",
    "sha256",
    "path",
    "slug",
    "anonymised",
    "rank",
    "updated",
    "public",
    "stretches",
}
"""Addresses and order; prose has its own tests and its own line below."""

IN_WORDS = {
    "action", "consent", "direction", "kind", "lifecycle", "overall", "overdue_days", "quality",
    "role", "schedule", "size", "slip", "end_slip", "stale_days", "status", "type",
}  # fmt: skip
"""What a word or sentence of the interface says: see `WORDS`."""


ELSEWHERE = {"timeline.today", "case.until", "case.case.start", "case.case.end"}
"""Drawn, part of a sentence, and the days that only the public page shows as a period."""


def values(view: View, path: str = "") -> Iterator[tuple[str, object]]:
    """Every scalar of a view that pages show as it is, with its field."""
    for name, value in view:
        if name in UNSAID | IN_WORDS or f"{path}{name}" in ELSEWHERE:
            continue
        for one in value if isinstance(value, tuple) else (value,):
            if isinstance(one, View):
                yield from values(one, f"{path}{name}.")
            elif isinstance(one, str | date | Decimal) or (
                isinstance(one, int) and not isinstance(one, bool)
            ):
                yield f"{path}{name}", one


def shows(html: str, text: str, value: object) -> bool:
    if isinstance(value, date):
        return f'datetime="{value}"' in html
    if isinstance(value, Decimal):
        return number(abs(value), locale_of("en")) in text
    written = str(value)
    return f'"{escape(written)}"' in html or all(
        plain(escape(p)).strip() in text for p in written.split("\n\n")
    )


@pytest.mark.parametrize("where", ["pages", "print"])
def test_every_field_of_the_view_is_shown(where: str) -> None:
    view = samples.rich()
    made = {path: html for path, html in files(view).items() if path.endswith(".html")}
    printed = made.pop("print/index.html")
    html = printed if where == "print" else " ".join(made.values())
    text = plain(html)
    words = {"green", "amber", "red", "approved", "pending"}
    asked = [(f, v) for f, v in values(view) if v not in words and not f.endswith("prose.files")]
    assert len(asked) > 150
    assert [(field, value) for field, value in asked if not shows(html, text, value)] == []


@pytest.mark.parametrize(
    "prose",
    ["All well, see ### below.", "Two formats are on air , see", "A second stretch.", "Weekly.", "By phone.",
     "The story .", "A lot.", "What it cost you stays here."],
)  # fmt: skip
def test_every_prose_is_shown(prose: str) -> None:
    text = plain(files(samples.rich())["print/index.html"])
    assert re.sub(r"\W+", " ", prose) in re.sub(r"\W+", " ", text)


def test_every_file_of_the_view_is_linked_or_shown() -> None:
    html = " ".join(files(samples.rich()).values())
    for url in files_of(samples.rich()):
        assert re.search(rf'(href|src)="(\.\./)*{re.escape(url)}"', html), url


WORDS = [
    "On November 3, 2026 we were at risk.", "In order", "Needs care", "In trouble", "Decide", "Review", "Approved", "In progress",
    "Planned", "Request for change", "Problem", "Pending", "Proposed", "Enterprise", "Sponsor",
    "Project manager", "Creative", "Should fall", "Should hold", "3 days ago", "That was 20 days ago",
    "4 days late", "2 days early", "on time", "3 days past", "7 days more", "No effect on dates",
    "Prospects see this on our website, with your consent, until August 30, 2027.",
]  # fmt: skip


@pytest.mark.parametrize("words", WORDS)
def test_what_is_no_text_of_the_author_is_said_in_words(words: str) -> None:
    assert words in plain(files(samples.rich())["print/index.html"])


# ---- which pages there are ----


def test_a_page_with_nothing_to_say_does_not_exist_and_is_in_no_menu() -> None:
    made = files(samples.bare())
    assert sorted(made) == ["index.html", "print/index.html"]
    assert "<nav" not in made["index.html"]
    assert "Also here" not in made["index.html"]
    assert "Nothing from you right now." in made["index.html"]


def test_a_rich_portal_has_every_page_and_download() -> None:
    assert {
        "index.html", "timeline/index.html", "updates/index.html", "updates/2026-11-20-two-formats/index.html",
        "deliverables/index.html", "results/index.html", "scope/index.html", "people/index.html",
        "case-study/index.html", "print/index.html", "calendar.ics", "feed.xml",
    } <= files(samples.rich()).keys()  # fmt: skip


SHOWN_ON = {
    "timeline": {"timeline": Timeline(today=samples.TODAY), "upcoming": (), "total": 0},
    "updates": {"updates": ()},
    "deliverables": {"deliverables": ()},
    "results": {"kpis": ()},
    "scope": {
        "scope": ScopeView(), "change_requests": (), "decisions": (), "tactics": (), "findings": (),
        "legal_name": None, "website": None, "industry": None, "region": None, "size": None, "services": (),
        "hours": None,
    },
    "people": {"team": (), "contacts": (), "raci": ()},
    "case-study": {"case": None},
}  # fmt: skip


@pytest.mark.parametrize("page", SHOWN_ON)
def test_each_page_goes_with_what_it_shows_and_nothing_leads_there(page: str) -> None:
    assert f"{page}/index.html" in files(samples.rich())
    made = files(samples.rich().model_copy(update={**SHOWN_ON[page], "changes": ()}))
    assert [path for path in made if path.startswith(f"{page}/")] == []
    for path, html in made.items():
        assert not re.search(rf'href="[./]*{page}/', html), path
        assert "“Timeline”" not in html or page != "timeline"


def test_only_the_timeline_and_print_pages_change_with_the_day() -> None:
    view = samples.rich()
    later = view.model_copy(update={"timeline": view.timeline.model_copy(update={"today": samples.day(5)})})
    before, after = files(view), files(later)
    assert {p for p in before if before[p] != after[p]} == {"timeline/index.html", "print/index.html"}


# ---- the letter ----


def test_the_letter_is_in_its_order() -> None:
    html = index(samples.rich())
    order = ["<h1", "That was 20 days ago", "The printer asked", "sign", "What this is for", "h-summary", "h-needs", "h-changed", "h-next", "h-results",
             "h-updates", "h-s-story", "h-people", "h-rest"]  # fmt: skip
    places = [html.index(word) for word in order]
    assert places == sorted(places)


def test_without_a_claim_nothing_is_claimed_and_what_is_written_is_shown() -> None:
    text = plain(
        index(samples.rich(), health=HealthView(rationale="We wait for the printer.", as_of=samples.day(-2)))
    )
    assert "We are" not in text
    assert "We wait for the printer." in text
    assert "November 21, 2026" in text
    assert "Agreed end April 30, 2027" in text


def test_a_stale_claim_says_so_and_a_fresh_one_does_not() -> None:
    stale = plain(index(samples.rich()))
    assert "On November 3, 2026 we were at risk." in stale
    assert "That was 20 days ago." in stale
    fresh = plain(
        index(samples.rich(), needs=(), health=HealthView(overall="on_track", as_of=samples.day(-2)))
    )
    assert "We are on track. As of November 21, 2026." in fresh
    assert "ago" not in fresh


@pytest.mark.parametrize(
    ("language", "greeting"),
    [("en", "Hello Lucía,\r\n\r\nabout “Choose the label’s colour”:\r\n"),
     ("es-MX", "Hola, Lucía:\r\n\r\nsobre «Choose the label’s colour»:\r\n")],
)  # fmt: skip
def test_an_answer_is_a_mail_to_the_ae_with_the_needs_reference(language: str, greeting: str) -> None:
    (found,) = answers(samples.rich(language))
    assert mail(found) == (
        "lucia@estudio-norte.example",
        {"subject": "Choose the label’s colour [label]", "body": greeting},
    )


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("Größe & Maße für Ä?", "Größe & Maße für Ä? [x]"),
        ('He said "now" #1 + 100%', 'He said "now" #1 + 100% [x]'),
        ("a&bcc=evil@x.example\r\nTo: evil@x.example?#", "a&bcc=evil@x.example To: evil@x.example?# [x]"),
        ("日本語のタイトル", "日本語のタイトル [x]"),
    ],
)
def test_a_subject_comes_back_as_one_line_and_adds_no_header(title: str, subject: str) -> None:
    (found,) = answers(samples.rich(), needs=(NeedView(id="x", title=title),))
    to, headers = mail(found)
    assert to == "lucia@estudio-norte.example"
    assert headers["subject"] == subject
    assert headers.keys() == {"subject", "body"}
    assert headers["body"].startswith("Hello Lucía,\r\n\r\nabout “")


MAILED = [
    pytest.param(("account_executive", "project_manager"), "lucia", id="the AE"),
    pytest.param(("strategist", "project_manager"), "martin", id="no AE: the PM"),
    pytest.param(("account_executive", None), "lucia", id="no PM"),
    pytest.param(("strategist", None), "", id="neither"),
]


@pytest.mark.parametrize(("roles", "to"), MAILED)
def test_who_is_written_to(roles: tuple[TeamRole | None, ...], to: str) -> None:
    people = samples.rich().team[:2]
    team = tuple(p.model_copy(update={"role": r}) for p, r in zip(people, roles, strict=True))
    found = answers(samples.rich(), team=team)
    assert [mail(one)[0] for one in found] == ([f"{to}@estudio-norte.example"] if to else [])


def test_an_ae_without_a_mail_leaves_it_to_the_pm_and_a_plus_in_an_address_stays_one() -> None:
    lucia, martin, *_ = samples.rich().team
    team = (
        lucia.model_copy(update={"email": None}),
        martin.model_copy(update={"email": "martin+a&b@x.example"}),
    )
    (found,) = answers(samples.rich(), team=team)
    assert mail(found)[0] == "martin+a&b@x.example"


@pytest.mark.parametrize(
    ("phone", "to"),
    [
        ("+34 910 000 012", "+34910000012"),
        ("+49 (0)30 / 1", None),
        ("+49 (0) 30.123-45", "+493012345"),
        ("(030) 123", "030123"),
        ("910 000 012 ext. 3", None),
        ("910;phone-context=x", None),
        ("--", None),
    ],
)
def test_a_number_can_be_called_where_it_is_one_and_nothing_else(phone: str, to: str | None) -> None:
    lucia, *_ = samples.rich().team
    html = index(samples.rich(), team=(lucia.model_copy(update={"phone": phone}),))
    assert re.findall(r'href="tel:([^"]*)"', html) == ([to] if to else [])
    assert phone in html


def test_an_address_adds_nothing_to_the_mail_that_it_opens() -> None:
    evil = "a@x.example?bcc=b@x.example&c=%41"
    team = [p.model_copy(update={"email": evil}) for p in samples.rich().team[:2]]
    made = files(samples.rich().model_copy(update={"team": tuple(team)}))
    found = re.findall(r'href="(mailto:[^"]*)"', made["people/index.html"])
    assert found == ["mailto:a@x.example%3Fbcc%3Db@x.example%26c%3D%2541"] * 2


def test_what_was_superseded_is_not_counted() -> None:
    ready, planned, *_ = samples.rich().deliverables
    old = planned.model_copy(update={"status": "superseded"})
    assert "1 of 2 ready" in plain(index(samples.rich(), deliverables=(ready, planned, old, old)))
    assert "of 0 ready" not in plain(index(samples.rich(), deliverables=(old,)))


def answers(view: PortalView, **change: object) -> list[str]:
    """Where the buttons of the needs lead that open a mail."""
    found = re.findall(r'<a class="btn" href="(mailto:[^"]*)"', index(view, **change))
    return [unescape(one) for one in found]


def mail(address: str) -> tuple[str, dict[str, str]]:
    """To whom, and the fields, as RFC 6068 has it: `+` is a plus, only `&` parts and only `%` escapes."""
    assert re.fullmatch(r"mailto:[A-Za-z0-9._~!$'()*+,;:@%-]*\?[A-Za-z0-9._~!$'()*+,;:@/?%&=-]*", address)
    to, _, fields = address.removeprefix("mailto:").partition("?")
    pairs = [field.split("=") for field in fields.split("&")]
    return unquote(to), {unquote(name): unquote(value) for name, value in pairs}


def test_a_needs_own_link_goes_before_a_mail() -> None:
    html = index(samples.rich())
    assert 'href="files/rules.pdf"' in html
    assert 'href="https://forms.example/a?b=1&amp;c=2"' in html


def test_each_line_of_what_changed_has_its_key_and_an_anchor_that_exists() -> None:
    view = samples.rich()
    made = files(view)
    for change in view.changes:
        assert f'data-key="{change.key}"' in made["index.html"]
        address, _, anchor = change.page.partition("#")
        assert f'id="{anchor}"' in made[f"{address}index.html"] or not anchor
    assert isinstance(view.changes[0], ChangeView)


def test_a_timeline_without_milestones_shows_its_days_alone() -> None:
    line = Timeline(start=samples.day(-3), agreed_end=samples.day(9), end=samples.day(9), today=samples.TODAY)
    html = files(samples.bare().model_copy(update={"timeline": line}))["timeline/index.html"]
    assert "<figure" not in html
    assert "<table" not in html
    assert f'datetime="{samples.day(-3)}"' in html


# ---- languages ----


@pytest.mark.parametrize("view", [samples.rich("es"), samples.bare("es")], ids=["rich", "bare"])
def test_no_english_of_the_interface_is_left_on_a_spanish_page(view: PortalView) -> None:
    spanish = {
        text for found in catalog("es").values() for text in ((found,) if isinstance(found, str) else found)
    }
    english = {m for m in messages() if len(m) > 6 and "{" not in m and "%" not in m} - spanish
    written = {str(value) for _, value in values(view)}
    for path, html in files(view).items():
        if path.endswith(".html"):
            said = {t.strip() for t in re.split(r"<[^>]*>", html.partition("<body")[2])}
            said |= set(re.findall(r'(?:data-l|data-new|data-one|data-other|aria-label)="([^"]*)"', html))
            assert not (said & english) - written, path


@pytest.mark.parametrize(
    ("language", "lang", "words", "day"),
    [
        ("en", "en", "What we need from you", "Dec 2, 2026"),
        ("en-GB", "en-GB", "What we need from you", "2 Dec 2026"),
        ("es", "es", "Qué necesitamos de vosotros", "2 dic 2026"),
        ("es-MX", "es-MX", "Qué necesitamos de vosotros", "2 dic 2026"),
        ("fi", "en", "What we need from you", "2.12.2026"),
        ("xx-nowhere", "en", "What we need from you", "Dec 2, 2026"),
    ],
)  # fmt: skip
def test_a_portal_is_in_its_language_or_the_nearest_one(
    language: str, lang: str, words: str, day: str
) -> None:
    html = index(samples.rich(language))
    assert f'<html lang="{lang}">' in html
    assert words in html
    assert day in plain(html)


def test_the_same_view_makes_the_same_bytes() -> None:
    assert files(samples.rich("es")) == files(
        PortalView.model_validate(json.loads(samples.rich("es").model_dump_json()))
    )

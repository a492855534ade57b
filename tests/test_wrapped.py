"""Every word of ours is a message: shown in a language that wraps its messages, no page has one outside."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest

import portalgen
from portalgen.account import FrontMatter, child_of, choices_of
from portalgen.build import load_settings
from portalgen.build.overview import portfolio
from portalgen.live import pages as desk_pages
from portalgen.live.approving import Done, Taken
from portalgen.live.desk import Approval
from portalgen.render.letter import letter
from portalgen.render.status import lines
from portalgen.views import LetterView
from tests import canary
from tests.live.shop import account, desk, difference, held, late, problem
from tests.project import SECRET, SETTINGS, TODAY, Project
from tests.pseudo import LANGUAGE, shown, unwrapped, wrapped

AUTHORS = re.compile(
    r"[a-z]{2}\d{3}canary|Estudio Norte|the-kpi|the-milestone|\bsame-\d+|\bs\d+-\w+|\ba-case\b"
)
"""What the accounts here and the settings say."""
HEADINGS = ("Summary", "Strategy", "Market study", "Handover", "More for you", "More", "Case", "Link")
CODES = (LANGUAGE, "EUR")
"""As authors write a language and a currency."""
REVIEWED = SETTINGS.replace("{name: mkdocs}", f"{{name: mkdocs, language: {LANGUAGE}}}").replace(
    "review: []", "review: [client, public]"
)


# ---- nothing of ours outside a message ----------------------------------------------------------------


def greek(text: bytes) -> bytes:
    """The words that stand around the canaries in prose, in letters that are not ours."""
    for heading in HEADINGS:
        text = text.replace(f"## {heading} ".encode(), "## Λόγος ".encode())
    text = text.replace(b"Before any section ", b"").replace(b"[file](", "[αρχείο](".encode())
    text = text.replace(b"## 2026-11-12 Link", "## 2026-11-12 Λόγος".encode())
    return text.replace(b"** and [", "** και [".encode()).replace(
        b") with `", " με `".encode().join((b")", b""))
    )


def of_every_kind(front: dict[str, Any]) -> dict[str, Any]:
    """An account's front matter with one item in each list for every word that may be chosen there."""
    found, count = dict(front), 0
    for name, info in FrontMatter.model_fields.items():
        child, many = child_of(info.annotation)
        key = info.alias or name
        if child is None or not many or not front.get(key):
            continue
        choices = {n: words for n, i in child.model_fields.items() if (words := choices_of(i.annotation))}
        for field, words in choices.items():
            for word in words:
                count += 1
                item = {**front[key][0], field: word}
                if "id" in child.model_fields:
                    item["id"] = f"same-{count}"
                found[key] = [*found[key], item]
    return found


def write(project: Project, made: canary.CanaryAccount, **more: Any) -> None:
    for path, data in made.files.items():
        if path == f"{made.name}.md":
            front, body = data.decode().removeprefix("---\n").split("\n---\n", 1)
            fields = {**of_every_kind(json.loads(front)), **more}
            data = f"---\n{json.dumps(fields, indent=1)}\n---\n{body}".encode()
        project.write(f"content/accounts/{path}", greek(data) if path.endswith(".md") else data)


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """`LANGUAGE` wraps every message."""
    with wrapped(tmp_path_factory.mktemp("wrapped")):
        yield


@pytest.fixture(scope="module")
def built(catalog: None, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Accounts with every field and every word, in each state of health, consent and review."""
    project = Project(tmp_path_factory.mktemp("agency") / "project", REVIEWED)
    states = (
        ("zq", "late", "granted", "named", {"overall": "on_track"}, "active"),
        ("xk", "early", "requested", "named", {"overall": "at_risk"}, "active"),
        ("wj", "late", "revoked", "named", {"overall": "off_track"}, "active"),
        ("vp", "late", "granted", "anonymised", {"overall": "on_hold"}, "on_hold"),
        ("qn", "early", "none", "internal_only", {"overall": "complete"}, "completed"),
    )
    for n, (seed, state, consent, attribution, health, lifecycle) in enumerate(states):
        fixed = {
            "FrontMatter.language": LANGUAGE,
            "FrontMatter.lifecycle": lifecycle,
            "CaseStudy.slug": f"s{n}-case",
            "CaseStudy.attribution": attribution,
            "Health.overall": health["overall"],
        }
        made = canary.make(f"s{n}-account", state=state, consent=consent, seed=seed, shift=n, **fixed)  # type: ignore[arg-type]
        write(project, made)
    for name, front in (
        ("s7-bare", {}),
        ("s8-proposed", {"lifecycle": "proposed"}),
        ("s9-gone", {"lifecycle": "cancelled"}),
    ):
        text = json.dumps({"client": "zq998canary", "title": "zq999canary", **front})
        project.account(name, f"---\n{text}\n---\n")
    project.approve(*(f"s{n}-account" for n in range(len(states))))
    for name in ("s0-account", "s3-account"):  # what is held back, of every kind
        path = project.root / f"content/accounts/{name}.md"
        text = re.sub(r'"2026-(\d\d)-(0|1)', r'"2026-\1-2', path.read_text())
        path.write_text(re.sub(r"([a-z]{2})0(\d\dcanary)(?!\.)", r"\g<1>5\2", text))
    project.build()
    assert project.codes == []
    assert len(project.held()) == 5
    return project


def ours(files: dict[str, bytes], only: str = "") -> dict[str, list[str]]:
    """What of ours stands outside a message, by page."""
    pages = {p: shown(data.decode(), only) for p, data in files.items() if p.endswith(".html")}
    assert pages
    assert any("⟦" in text for texts in pages.values() for text in texts)
    found = {path: [t for t in unwrapped(texts, AUTHORS) if t not in CODES] for path, texts in pages.items()}
    return {path: texts for path, texts in found.items() if texts}


@pytest.mark.parametrize("number", range(5))
def test_a_portal_says_nothing_of_ours_but_messages(built: Project, number: int) -> None:
    assert ours(built.portal(f"s{number}-account")) == {}


def test_the_teams_pages_say_nothing_of_ours_but_messages(built: Project) -> None:
    assert ours(built.tree("internal")) == {}


def test_the_public_pages_say_nothing_of_ours_but_messages(built: Project) -> None:
    """The theme around them has a language of its own."""
    tree = built.tree("public")
    cases = {path: data for path, data in tree.items() if path.startswith(("case-studies/", "404"))}
    assert len(cases) > 10
    assert ours(cases, "pg") == {}


def test_feeds_and_calendars_say_nothing_of_ours_but_messages(built: Project) -> None:
    found = {
        path: data.decode() for path, data in built.tree().items() if path.endswith((".ics", "feed.xml"))
    }
    assert len(found) > 5
    for path, text in found.items():
        if path.endswith(".ics"):
            told = re.findall(r"^(?:SUMMARY|DESCRIPTION|X-WR-CALNAME):(.*)$", text.replace("\r\n ", ""), re.M)
        else:
            told = re.findall(r"<(?:title|name|summary)[^>]*>([^<]*)<", text)
        assert told
        assert unwrapped(told, AUTHORS) == [], path


def test_the_terminals_portfolio_says_nothing_of_ours_but_messages(built: Project) -> None:
    found = portfolio(load_settings(built.root / "mkdocs.yml"), TODAY, {"PORTALGEN_SECRET": SECRET})
    told = lines(found.view, found.broken)
    assert len(told) > 20
    assert unwrapped(told, AUTHORS) == []


def test_the_letter_says_nothing_of_ours_but_messages(catalog: None) -> None:
    for news, opening in product(LETTERS, ("plain", "link", "theirs")):
        view = LetterView(
            opening=opening,  # type: ignore[arg-type]
            language=LANGUAGE, agency="Estudio Norte", client="zq001canary", title="zq002canary", to=("a@b.example",),
            greeted=("zq003canary", "zq004canary"), sender="zq005canary", address="https://a.example/b/", news=news,
        )  # fmt: skip
        made = letter(view)
        assert unwrapped([made.subject, made.body], AUTHORS) == [], news


LETTERS = [
    (difference(place=place, field=field, before=before, after=after, title="zq006canary", id="x"),)
    for place, field, after in (
        ("", "title", "zq007canary"), ("", "end", "2027-01-01"), ("", "objective", "zq008canary"), ("", "region", "x"),
        ("updates", "title", "zq006canary"), ("milestones", "done", "2026-11-01"),
        ("milestones", "forecast", "2026-12-01"), ("milestones", "title", "zq006canary"),
        *(("deliverables", "status", word) for word in ("approved", "client_review", "ready", "planned")),
        ("deliverables", "due", "2026-12-01"), ("needs", "due", "2026-12-01"), ("needs", "done", "2026-11-01"),
        ("needs", "title", "zq006canary"), ("decisions", "title", "zq006canary"),
        *(("change_requests", "decision", word) for word in ("approved", "rejected", "deferred", "withdrawn")),
        ("change_requests", "title", "zq006canary"), ("kpis", "readings", "2026-11-01: 4"), ("kpis", "name", "zq006canary"),
        *(("health", "overall", word) for word in ("on_track", "at_risk", "off_track", "on_hold", "complete")),
        ("health", "rationale", "zq009canary"), ("expectations", "agreed_wording", "zq009canary"), ("scope", "in", "zq009canary"),
        ("tactics", "title", "zq006canary"), ("market_studies", "findings", "zq009canary"), ("sections", "text", "zq009canary"),
        ("risks", "client_summary", "zq009canary"), ("team", "name", "zq006canary"), ("raci", "activity", "zq006canary"),
        ("contacts", "name", "zq006canary"), ("commercials", "hours_used", "4"), ("files", "content", "100 B, x"),
        ("case_study", "title", "zq006canary"), ("case_study.sections", "text", "zq006canary"),
    )
    for before in (None, "zq010canary")
]  # fmt: skip


def desks(root: Path) -> Iterator[str]:
    """The desk's pages in every state."""
    values: dict[str, Any] = {"language": LANGUAGE, "agency": "Estudio Norte"}
    names = {"client": "zq001canary", "title": "zq002canary", "lifecycle": "on_hold"}
    plain = account(root, "s0-a", **names)
    waiting = replace(
        plain, id="s1-a", held=(held("client"), held("public")), draft="drafts/k/", team=("zq003canary",)
    )
    first = replace(
        plain,
        id="s2-a",
        held=(held("client", approved_on=None, approved_by=""),),
        portal="",
        draft="drafts/k/",
    )
    urgent = replace(plain, id="s3-a", attention=(late("⟦late⟧"),), broken=True)
    bare = replace(plain, id="s4-a", portal="", no_portal="⟦why⟧", brief="", case="", no_case="⟦why⟧")
    everybody = (plain, waiting, first, urgent, bare)
    many = tuple(
        problem("content/accounts/s3-a.md", n, severity=s)
        for s in ("error", "leak", "warning")
        for n in range(1, 45)
    )  # type: ignore[arg-type]
    made = [
        desk(root, *everybody, **values, scan=scan, problems=many)
        for scan in ("looking", "clean", "leaks", "failed")
    ]
    made += [
        desk(root, version=0, as_of=date.min, **values),
        desk(root, as_of=date.min, problems=many[:1], **values),
        desk(root, **values),
        desk(root, plain, **values),
        desk(root, waiting, **values),
    ]
    for one in made:
        yield desk_pages.desk_page(one, "run", {})
        yield desk_pages.desk_page(one, "run", {"show": "held"})
        for tab in ("client", "team", "public"):
            yield desk_pages.whole_page(one, "run", {"tab": tab})
            for each in (*everybody, replace(plain, id="s9-nobody")):
                for view in ("", "draft"):
                    yield desk_pages.account_page(one, "run", each.id, {"tab": tab, "view": view})[1]
    whole = made[1]
    news = LetterView(
        language=LANGUAGE, agency="Estudio Norte", client="zq001canary", title="zq002canary", sender="zq003canary",
        to=(), greeted=(), address="", news=(difference(title="zq004canary"),),
    )  # fmt: skip
    theirs = news.model_copy(update={"opening": "theirs"})
    for one in everybody:
        for dumb in (True, False):
            for outcome in ("stale", "old page", "refused"):
                taken = Taken(outcome, "client", "zq003canary", "⟦why⟧")  # type: ignore[arg-type]
                yield desk_pages.approve_page(whole, "run", one.id, token="t", dumb=dumb, by="", taken=taken)[
                    1
                ]
        for audience in ("client", "public"):
            done = Done("zq003canary", "d", Approval(audience, (news,), "⟦warning⟧"))  # type: ignore[arg-type]
            yield desk_pages.approve_page(
                whole, "run", one.id, token="t", dumb=False, by="", done=done, letters=(news, theirs)
            )[1]
    yield desk_pages.approve_page(whole, "run", "s9-nobody", token="t", dumb=False, by="")[1]
    yield desk_pages.approve_page(made[4], "run", "s9-nobody", token="t", dumb=False, by="")[1]


def test_the_desk_says_nothing_of_ours_but_messages(catalog: None, tmp_path: Path) -> None:
    """Problems in files are told in English, and marked as English."""
    authors = re.compile(
        rf"{AUTHORS.pattern}|Brisa Foods|\bLaunch\b|Luis Vega|VS Code|^content/accounts/|s9-nobody"
    )
    found = {piece for html in desks(tmp_path) for piece in unwrapped(shown(html), authors)}
    assert found == set()


def test_what_is_no_message_is_found() -> None:
    page = '<p>⟦Due <b>20</b> now⟧, zq001canary <i title="Oh no">Late</i> <b lang="en">Late</b></p>'
    assert unwrapped(shown(page), AUTHORS) == ["Late", "Oh no"]


_STRING = re.compile(r"\"((?:[^\"\\\n]|\\.)*)\"|'((?:[^'\\\n]|\\.)*)'|`((?:[^`\\]|\\.)*)`")
_COMMENT = re.compile(r"/\*.*?\*/|(?<![:\"'`])//[^\n]*", re.S)
_READ = re.compile(r"[A-Za-z]{2,} +[A-Za-z{]|^[A-Z][a-z]{2,}\W*$")
"""Words with a blank between them, or one with a capital."""
_NO_WORDS = {"use strict", "small soft", "Enter", "Escape"}
"""What else looks like it: a class, keys. Selectors have a dot, a bracket or the like."""
_SCRIPTS = [
    p
    for p in Path(portalgen.__file__).parent.rglob("*.js")
    if p.name not in ("idiomorph.js", "minisearch.js")
]


@pytest.mark.parametrize("path", _SCRIPTS, ids=[p.name for p in _SCRIPTS])
def test_a_script_has_no_words_of_its_own(path: Path) -> None:
    assert words_of(path.read_text()) == []


def words_of(script: str) -> list[str]:
    """The texts in a script that somebody might read; what pages show comes from their attributes."""
    texts = (next(filter(None, found), "") for found in _STRING.findall(_COMMENT.sub("", script)))
    bare = (re.sub(r"\$\{[^}]*\}", "{}", text) for text in texts)
    return [
        text
        for text in bare
        if _READ.search(text) and text not in _NO_WORDS and not re.search(r"[.#\[\]>=<;]", text)
    ]


def test_words_in_a_script_are_found() -> None:
    script = (
        "say('Copied'); say(`Line ${n} of it`); // say(\"in a comment\")\nfind('.why li'); x = \"data-key\";"
    )
    assert words_of(script) == ["Copied", "Line {} of it"]

"""Consent through whole builds: what it opens is there, and what it no longer covers is gone at once."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portalgen.build import prepare_public
from portalgen.problems import ContentError
from tests.images import png
from tests.project import TODAY, Project

BRISA = """\
---
client: {name: Brisa Foods, descriptor: a food brand, logo: files/logo.png}
title: Spring launch
industry: Groceries
region: Galicia
size: medium
services: [Poster design]
team: [{name: Ana Ruiz, role: account_executive, email: ana@estudio-norte.example}]
kpis:
  - {name: Leads, audience: public, baseline: {value: 10, date: 2026-01-01}, readings: [{value: 25, date: 2026-06-01}]}
case_study:
  attribution: named
  title: Shelves that were empty by noon
  summary: Nobody had ever seen such a queue.
  headline_kpi: leads
  quote: {text: We ran out of every single box., by: Rosa Medina, role: Head of marketing}
  image: files/shelf.png
  image_alt: A long shelf without jars
  consent: {status: granted, scopes: [name, logo, quote, metrics, imagery], channels: [website, sales_deck], granted_by: Rosa Medina, granted_on: 2026-01-01, expires_on: 2026-12-15}
---
## Case {#case-study .public}

They asked for posters. ![A poster on a wall](brisa/files/poster.png)

::: client
We thank you for the many boxes.
:::
"""
ZULU = """\
---
client: Zulu Ships
title: Harbour
team: [{name: Ana Ruiz, role: account_executive, email: ana@estudio-norte.example}]
case_study:
  attribution: named
  title: Ships on time
  consent: {status: granted, scopes: [name], channels: [website]}
---
## Case {#case-study .public}

They came before the tide.
"""
PAGE = "case-studies/shelves-that-were-empty-by-noon"
LAST, AFTER = date(2026, 12, 15), date(2026, 12, 16)


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two public cases, built once; tests take a copy of it."""
    project = Project(tmp_path_factory.mktemp("consent") / "project")
    project.account("brisa", BRISA).account("zulu", ZULU)
    for name in ("logo", "shelf", "poster"):
        project.write(f"content/accounts/brisa/files/{name}.png", png(name))
    project.write("content/pages/work.md", "# Work\n\n::: cases industry=groceries limit=3\n:::\n").build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project.root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    return Project.at(shutil.copytree(built, tmp_path / "project"))


def public(project: Project) -> dict[str, str]:
    """The texts of the public tree by path; what is compressed is opened."""
    found = {}
    for path, data in project.tree("public").items():
        plain = gzip.decompress(data) if path.endswith(".gz") else data
        found[path] = plain.decode("utf-8", "replace")
    return found


def holding(project: Project, text: str) -> list[str]:
    """The public files in whose path or content a text stands."""
    return [path for path, said in public(project).items() if text in path or text in said]


def record(project: Project) -> dict[str, Any]:
    """The record of the last release."""
    read: dict[str, Any] = json.loads((project.root / ".portalgen/release.json").read_text())
    return read


def why_gone(project: Project) -> dict[str, str]:
    """Why public places went, by path, as the record says."""
    return {one["path"]: one["why"] for one in record(project)["withdrawn"]}


def about(project: Project, account: str = "brisa") -> str:
    """The client's page about what is published, its tags and blanks taken off; `""` where there is none."""
    page = project.portal(account).get("case-study/index.html", b"").decode()
    inside = page[page.find('<main id="main"') : page.find("</main>")] if page else ""
    return " ".join(re.sub(r"<[^>]*>", " ", inside).split())


# ---- granted --------------------------------------------------------------------------------------------

PLACES = [
    ("the page", f"{PAGE}/index.html", "<h1"),
    ("the gallery's card", "case-studies/index.html", 'data-case="shelves-that-were-empty-by-noon"'),
    ("an industry's page", "case-studies/industry/groceries/index.html", "empty by noon"),
    ("a region's page", "case-studies/region/galicia/index.html", "empty by noon"),
    ("a service's page", "case-studies/service/poster-design/index.html", "empty by noon"),
    ("a size's page", "case-studies/size/medium/index.html", "empty by noon"),
    ("a card on a page written by hand", "work/index.html", "empty by noon"),
    ("the feed", "feed.xml", "empty by noon"),
    ("the sitemap", "sitemap.xml", f"{PAGE}/"),
    ("the packed sitemap", "sitemap.xml.gz", f"{PAGE}/"),
    ("the search index", "search/search_index.json", "empty by noon"),
    ("the image", f"{PAGE}/files/shelf.png", ""),
    ("an image of the story", f"{PAGE}/files/poster.png", ""),
    ("the logo", f"{PAGE}/files/logo.png", ""),
    ("the quote", f"{PAGE}/index.html", "every single box"),
    ("whose words they are", f"{PAGE}/index.html", "Rosa Medina, Head of marketing"),
    ("the figures", f"{PAGE}/index.html", "25"),
    ("for machines", f"{PAGE}/index.html", "ld+json"),
]


@pytest.mark.parametrize(("path", "text"), [p[1:] for p in PLACES], ids=[p[0] for p in PLACES])
def test_a_granted_case_is_everywhere_in_public(project: Project, path: str, text: str) -> None:
    assert text in public(project)[path]


def test_the_record_says_under_which_consent_a_case_is_public(project: Project) -> None:
    consent = next(p["consent"] for p in record(project)["pages"] if p["path"] == f"public/{PAGE}/index.html")
    assert consent == {
        "status": "granted",
        "scopes": ["name", "logo", "quote", "metrics", "imagery"],
        "channels": ["website", "sales_deck"],
        "granted_by": "Rosa Medina",
        "granted_on": "2026-01-01",
        "expires_on": "2026-12-15",
        "evidence": None,
    }


# ---- gone ------------------------------------------------------------------------------------------------

SAYINGS = (
    "shelves-that-were-empty-by-noon", "empty by noon", "ever seen such a queue", "every single box",
    "Rosa Medina", "long shelf without jars", "asked for posters", "poster on a wall", "Brisa", "groceries",
    "Groceries", "galicia", "poster-design",
)  # fmt: skip

ENDS: list[tuple[str, str, str, date, str]] = [
    ("revoked", "status: granted", "status: revoked", TODAY, "The client has withdrawn consent."),
    ("asked again", "status: granted", "status: requested", TODAY, "The client has been asked for consent and has not answered."),
    ("not asked", "status: granted", "status: none", TODAY, "The client has not been asked for consent."),
    ("expired by the day alone", "", "", AFTER, "The consent has expired."),
    ("another channel", "channels: [website, sales_deck]", "channels: [sales_deck]", TODAY, "The consent does not cover the website."),
    ("no name", "scopes: [name, ", "scopes: [", TODAY, "The consent does not cover the client's name."),
    ("for the team only", "attribution: named", "attribution: internal_only", TODAY, "It is for the team only."),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "day", "why"), [e[1:] for e in ENDS], ids=[e[0] for e in ENDS])
def test_when_consent_ends_nothing_is_left_in_public_and_the_record_says_why(
    project: Project, before: str, after: str, day: date, why: str
) -> None:
    gone = {f"public/{path}" for path in project.tree("public") if path.startswith(f"{PAGE}/")}
    if before:
        project.edit("brisa", before, after)
    project.build(day)
    assert project.codes == []
    assert {text: where for text in SAYINGS if (where := holding(project, text))} == {}
    assert "case-studies/ships-on-time/index.html" in project.tree("public")
    assert {path: why_gone(project).get(path) for path in gone} == dict.fromkeys(gone, why)


def test_the_last_day_is_public_and_the_next_is_not(project: Project) -> None:
    assert f"{PAGE}/index.html" in project.build(LAST).tree("public")
    assert f"{PAGE}/index.html" not in project.build(AFTER).tree("public")
    assert f"{PAGE}/index.html" in project.build(LAST).tree("public")


def test_a_client_who_grants_again_is_public_again(project: Project) -> None:
    before = public(project)
    project.edit("brisa", "status: granted", "status: revoked").build()
    project.edit("brisa", "status: revoked", "status: granted").build()
    assert public(project) == before


def test_the_facets_of_a_case_that_is_gone_are_gone_too(project: Project) -> None:
    project.edit("brisa", "status: granted", "status: revoked").build()
    assert sorted(p for p in project.tree("public") if p.startswith("case-studies/")) == [
        "case-studies/index.html",
        "case-studies/ships-on-time/card.jpg",
        "case-studies/ships-on-time/index.html",
    ]


@pytest.mark.parametrize("day", [TODAY, LAST, AFTER], ids=["before", "the last day", "after"])
def test_the_build_says_when_the_next_consent_ends(project: Project, day: date) -> None:
    project.build(day)
    assert project.outcome is not None
    running = day <= LAST
    assert ("next expiry 2026-12-15" in project.outcome.closing) == running
    assert record(project)["next_expiry"] == ("2026-12-15" if running else None)


# ---- a narrower scope --------------------------------------------------------------------------------------

NARROWER: list[tuple[str, str, tuple[str, ...], tuple[str, ...]]] = [
    ("quote", "quote, ", ("every single box", "Rosa Medina"), ()),
    ("metrics", "metrics, ", ("pg-big", 'id="results"'), ()),
    ("logo", "logo, ", ("pg-logo",), ("files/logo.png",)),
    ("imagery", ", imagery", ("pg-image", "<img", "shelf without jars"), ("files/shelf.png", "files/poster.png")),
]  # fmt: skip


@pytest.mark.parametrize(("taken", "texts", "files"), [n[1:] for n in NARROWER], ids=[n[0] for n in NARROWER])
def test_a_scope_that_is_taken_away_takes_its_part_from_the_page_and_its_files(
    project: Project, taken: str, texts: tuple[str, ...], files: tuple[str, ...]
) -> None:
    scopes = "scopes: [name, logo, quote, metrics, imagery]"
    if taken == ", imagery":
        project.edit("brisa", "scopes: [name, logo, ", "scopes: [name, ")
        scopes = "scopes: [name, quote, metrics, imagery]"
    project.edit("brisa", scopes, scopes.replace(taken, "")).build()
    assert project.codes == []
    page = public(project)[f"{PAGE}/index.html"]
    own = page[page.index('<div class="pg pg-case">') :]
    assert "They asked for posters." in own
    assert [text for text in texts if text in own] == []
    assert [file for file in files if holding(project, file)] == []


def test_what_is_left_out_is_told_to_sales(project: Project) -> None:
    project.edit("brisa", "quote, metrics, ", "").build()
    said = project.tree("internal")["references/index.html"].decode()
    row = next(r for r in said.split("<tr") if "Shelves that were empty by noon" in r)
    assert re.search(r"left out:\s+Quote, Figures", re.sub(r"<[^>]*>", "", row))


def test_a_case_that_becomes_anonymised_loses_its_name_everywhere(project: Project) -> None:
    project.edit("brisa", "attribution: named", "attribution: anonymised").build()
    assert project.codes == []
    assert f"{PAGE}/index.html" in project.tree("public")
    assert [text for text in ("Brisa", "Rosa Medina", "files/") if holding_case(project, text)] == []
    assert "a food brand" in public(project)[f"{PAGE}/index.html"]


def holding_case(project: Project, text: str) -> list[str]:
    """The same of the gallery, the feed and the search index: themes have files of their own."""
    ours = ("case-studies/", "work/", "feed.xml", "sitemap", "search/search_index.json")
    return [path for path in holding(project, text) if path.startswith(ours)]


# ---- the client's page -----------------------------------------------------------------------------------


def test_the_client_reads_what_is_published_and_below_it_what_is_for_them_alone(project: Project) -> None:
    said = about(project)
    assert "Prospects see this on our website, with your consent, until December 15, 2026." in said
    assert said.index("They asked for posters.") < said.index("This is not published.")
    assert said.index("This is not published.") < said.index("We thank you for the many boxes.")
    assert holding(project, "thank you for the many boxes") == []


NOT_NOW = "Nothing of this is public now. It is what prospects would see."
Case = tuple[str, Callable[[Project], Project], date, str, bool]
FOLLOWS: list[Case] = [
    ("asked", lambda p: p.edit("brisa", "status: granted", "status: requested"), TODAY, "Nothing of it is public until you agree.", True),
    ("revoked", lambda p: p.edit("brisa", "status: granted", "status: revoked"), TODAY, "You have withdrawn your consent. Nothing is published about you.", False),
    ("expired", lambda p: p, AFTER, NOT_NOW, True),
    ("another channel", lambda p: p.edit("brisa", "[website, sales_deck]", "[sales_deck]"), TODAY, NOT_NOW, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "day", "text", "shown"), [f[1:] for f in FOLLOWS], ids=[f[0] for f in FOLLOWS]
)
def test_the_clients_page_follows_the_consent(
    project: Project, change: Callable[[Project], Project], day: date, text: str, *, shown: bool
) -> None:
    said = about(change(project).build(day))
    assert text in said
    assert ("They asked for posters." in said) == shown
    assert ("We thank you for the many boxes." in said) == shown
    assert ("files/poster.png" in project.portal("brisa")) == shown


@pytest.mark.parametrize(
    ("before", "after"),
    [
        pytest.param("status: granted", "status: none", id="not asked"),
        pytest.param("attribution: named", "attribution: internal_only", id="for the team only"),
    ],
)
def test_a_client_who_was_not_asked_has_no_page_and_reads_nothing_of_it(
    project: Project, before: str, after: str
) -> None:
    project.edit("brisa", before, after).build()
    portal = b"".join(project.portal("brisa").values()).decode("utf-8", "replace")
    assert about(project) == ""
    for text in ("empty by noon", "They asked for posters.", "many boxes", "every single box"):
        assert text not in portal


def test_a_client_with_an_anonymised_case_reads_it_as_prospects_do(project: Project) -> None:
    project.edit("brisa", "attribution: named", "attribution: anonymised").build()
    said = about(project)
    assert "a food brand" in said
    assert "Rosa Medina" not in said
    assert "files/poster.png" not in project.portal("brisa")


# ---- what is told ----------------------------------------------------------------------------------


def test_what_is_left_out_is_reported_and_counts_for_nothing(tmp_path: Path) -> None:
    text = "---\nclient: Brisa Foods\ntitle: Launch\ncase_study:\n  attribution: named\n  title: A launch\n"
    text += "  quote: {text: Well done}\n  consent: {status: granted, scopes: [name], channels: [sales_deck]}\n---\n"
    made = Project(tmp_path).account("brisa", text).build()
    found = [p for p in (*made.problems, *made.check()) if p.code == "left-out"]
    assert [(p.severity, p.field, p.at.line) for p in found] == [
        ("attention", "case_study.consent.scopes", 8)
    ] * 2
    assert '"quote"' in found[0].message


def test_a_case_revoked_in_a_build_that_fails_is_gone_with_its_reason(tmp_path: Path) -> None:
    case = "case_study:\n  attribution: named\n  title: {}\n  consent: {{status: granted, scopes: [name], channels: [website], expires_on: 2027-01-0{}}}\n"
    made = Project(tmp_path).account("zulu")
    for number, name in enumerate(("alfa", "brisa"), start=1):
        made.account(
            name,
            f"---\nclient: {name.title()} Foods\ntitle: Launch\n{case.format(f'Case {name}', number)}---\n",
        )
    made.build()
    made.account("zulu", "---\nclient: Zulu\n---\n").edit(
        "alfa", "status: granted", "status: revoked"
    ).build()
    assert made.outcome is not None
    assert not made.outcome.published
    record = json.loads((made.root / ".portalgen/release.json").read_text())
    gone = [w["why"] for w in record["withdrawn"] if w["path"].startswith("public/case-studies/case-alfa/")]
    assert set(gone) == {"The client has withdrawn consent."}
    assert record["next_expiry"] == "2027-01-02"


def test_mkdocs_alone_publishes_no_case_that_names_its_client(tmp_path: Path) -> None:
    text = "---\nclient: {name: Brisa Foods, aliases: [Brisa], descriptor: A food brand}\ntitle: Launch\n"
    text += "case_study:\n  attribution: anonymised\n  title: A launch\n  summary: We love Bri-sa.\n"
    text += "  consent: {status: granted, channels: [website]}\n---\n"
    made = Project(tmp_path).account("brisa", text)
    with pytest.raises(ContentError) as refused:
        prepare_public(made.root / "mkdocs.yml")
    assert "anonymised-names-client" in {p.code for p in refused.value.problems}

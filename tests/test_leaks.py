"""Planted leaks through the whole build: exit 3, nothing published, the term itself never said.

Once as an author would plant them, in text that clients or the public see, and once more with a
projection that is broken on purpose.
"""

import sys
from pathlib import Path
from typing import Any

import pytest

from portalgen.account import Account
from portalgen.problems import as_text
from portalgen.project import case, narrow
from portalgen.vocabulary import Audience
from tests.project import SETTINGS, Project

ZULU = """\
---
client:
  name: Zulu Shipping
  aliases: [Zed Lines]
  domains: [zulu-lines.example]
title: Harbour
contacts:
  - {name: Wilhelmina Osei, email: w.osei@zulu.example}
brief: {insight: The board wants to sell the northern ships before summer}
---
## Plan

We will quietly move the whole office to Rotterdam in spring.

## 2026-11-20 Cranes are up {.client}

The yellow crane lifted its first container on Tuesday morning.
"""

ALFA = """\
---
client: Alfa Bakery
title: Autumn bread
objective: OBJECTIVE
case_study:
  attribution: named
  title: Bread people drive for
  consent: {status: granted, scopes: [name], channels: [website]}
---
## 2026-11-20 Ovens are on {.client}

CLIENT

## Case {#case-study .public}

PUBLIC
"""

PLANTED = [
    ("a client's name", "As for Zulu Shipping, ask Ana.", "client name"),
    ("a name in capitals", "AS FOR ZULU SHIPPING, ASK ANA.", "client name"),
    ("a possessive", "It is like Zulu Shipping's cranes.", "client name"),
    ("a name across markup", "It is like Zulu **Shipping**.", "client name"),
    ("a name with accents", "It is like Zúlu Shípping.", "client name"),
    ("an alias", "Ask the people at Zed Lines.", "alias"),
    ("a domain", "See <https://www.zulu-lines.example/bread>.", "domain"),
    ("a contact", "Wilhelmina Osei liked it.", "contact"),
    ("a contact's address", "Write to w.osei@zulu.example.", "contact"),
    ("a forbidden word", "It is our Project Falcon.", "term"),
    ("a private sentence", "The board wants to sell the northern ships before summer.", "private sentence"),
    ("a private sentence of the body", "We will quietly move the whole office to Rotterdam in spring!", "private sentence"),
]  # fmt: skip


def project_with(root: Path, **texts: str) -> Project:
    settings = SETTINGS.replace("      output: site\n", "      output: site\n      terms: [Project Falcon]\n")
    project = Project(root, settings).account("zulu", ZULU)
    found = ALFA
    for name in ("OBJECTIVE", "CLIENT", "PUBLIC"):
        found = found.replace(name, texts.get(name.lower(), "Nothing to say."))
    return project.account("alfa", found)


@pytest.mark.parametrize("place", ["objective", "client", "public"])
@pytest.mark.parametrize(("text", "kind"), [p[1:] for p in PLANTED], ids=[p[0] for p in PLANTED])
def test_a_planted_leak_stops_the_build(tmp_path: Path, place: str, text: str, kind: str) -> None:
    if place == "objective":
        text = text.replace("*", "").strip("<>").replace("See <", "See ").replace(">.", " .")
    project = project_with(tmp_path)
    before = project.build().tree()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    account = ALFA.replace(place.upper(), f'"{text}"' if place == "objective" else text)
    for name in ("OBJECTIVE", "CLIENT", "PUBLIC"):
        account = account.replace(name, "Nothing to say.")
    project.account("alfa", account).build()
    leaks = [p for p in project.problems if p.severity == "leak"]
    assert leaks
    assert kind in leaks[0].message
    assert leaks[0].at.path == "content/accounts/alfa.md"
    line = account.split("\n")[leaks[0].at.line - 1]
    assert text.strip('"')[:12].casefold() in line.casefold()
    assert project.tree() == before
    said = as_text(project.problems, project.outcome.line_of).casefold()
    for secret in ("zulu shipping", "zed lines", "osei", "falcon", "northern", "rotterdam"):
        assert secret not in said


def test_what_two_clients_are_told_alike_is_no_leak(tmp_path: Path) -> None:
    project = project_with(tmp_path, client="The yellow crane lifted its first container on Tuesday morning.")
    assert project.build().codes == []


def test_another_clients_update_is_a_leak_where_this_account_does_not_say_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_with(tmp_path)
    before = project.build().tree()
    right = sys.modules["portalgen.render.prose"].html

    def confused(*arguments: Any, **options: Any) -> Any:
        return (
            right(*arguments, **options) + "The yellow crane lifted its first container on Tuesday morning."
        )

    monkeypatch.setattr("portalgen.render.proses.html", confused)
    assert "leak" in project.build(fresh=True).codes
    assert project.tree() == before


def test_client_text_in_public_is_a_leak_where_it_is_marked_for_the_client_alone(tmp_path: Path) -> None:
    sentence = "Four hundred loaves went out before noon on Friday."
    project = project_with(tmp_path, client=sentence, public=sentence).build()
    assert project.outcome is not None
    assert project.outcome.published  # the same account marks the sentence for the public elsewhere
    project.write("content/pages/about.md", f"# About\n\n{sentence}\n").build()
    assert project.outcome is not None
    assert project.outcome.published
    project.edit(
        "alfa", f"## Case {{#case-study .public}}\n\n{sentence}", "## Case {#case-study .public}\n\nNo."
    )
    assert "leak" in project.build().codes


def test_a_name_on_a_page_written_by_hand_is_a_leak(tmp_path: Path) -> None:
    project = project_with(tmp_path).build()
    before = project.tree()
    project.write("content/pages/about.md", "# About\n\nWe work for Zulu Shipping.\n").build()
    assert set(project.codes) == {"leak"}
    assert {p.at.path for p in project.problems if p.code == "leak"} == {"content/pages/about.md"}
    assert project.tree() == before


def test_an_allowed_phrase_passes(tmp_path: Path) -> None:
    project = project_with(tmp_path, client="We use Zulu Shipping Codes.")
    assert "leak" in project.build().codes
    project.setting("terms: [Project Falcon]", "allow: [Zulu Shipping Codes]").build()
    assert project.codes == []


# ---- a projection that is broken on purpose ---------------------------------------------------------


def whole(account: Account, reader: Audience, gates: frozenset[Any] = frozenset()) -> Account:
    """Hands everything to everybody."""
    return account


def test_the_scan_catches_a_projection_that_narrows_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_with(tmp_path)
    before = project.build().tree()
    monkeypatch.setattr(sys.modules["portalgen.project.portal"], "narrow", whole)
    monkeypatch.setattr(case, "narrow", whole)
    project.build()
    assert set(project.codes) == {"leak"}
    assert {p.at.path for p in project.problems if p.code == "leak"} == {"content/accounts/zulu.md"}
    assert project.tree() == before


def test_the_scan_catches_a_section_whose_audience_is_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = project_with(tmp_path)
    before = project.build().tree()

    def everything(section: Any, reader: Audience) -> Any:
        return section

    monkeypatch.setattr(narrow, "_section", everything)
    project.build()
    assert set(project.codes) == {"leak"}
    assert project.tree() == before


# ---- no false alarm --------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["Meta", "Orange", "Search", "Sol"])
@pytest.mark.parametrize("theme", ["mkdocs", "material"])
def test_clients_with_ordinary_names_raise_no_alarm(tmp_path: Path, name: str, theme: str) -> None:
    project = project_with(
        tmp_path,
        client="A search for orange bread. Nuestra meta es el sol. Search ads went out.",
        public="An orange roof. Search for the sun: sol, y meta cumplida.",
    )
    project.setting("theme: {name: mkdocs}", f"theme: {{name: {theme}}}")
    project.account("zulu", ZULU.replace("Zulu Shipping", name)).build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems


def test_two_engagements_of_one_client_share_their_names(tmp_path: Path) -> None:
    project = project_with(tmp_path, client="Zulu Shipping is glad.")
    project.account(
        "alfa", ALFA.replace("Alfa Bakery", "Zulu Shipping").replace("CLIENT", "Zulu Shipping is glad.")
    )
    project.build()
    assert project.codes == []


def test_shared_team_members_are_no_secret(tmp_path: Path) -> None:
    team = "team: [{name: Ana Ruiz, role: account_executive, email: ana@agency.example}]\n"
    project = project_with(tmp_path, client="Ask Ana Ruiz, ana@agency.example.")
    project.account("zulu", ZULU.replace("title: Harbour\n", f"title: Harbour\n{team}"))
    project.account("alfa", ALFA.replace("title: Autumn bread\n", f"title: Autumn bread\n{team}")).build()
    assert project.codes == []

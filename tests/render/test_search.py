"""What the team's search looks through: every text of a brief, without markup, with a place that is there."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalgen.render import search
from portalgen.views import (
    BriefEntry,
    BriefItem,
    BriefSection,
    BriefText,
    BriefView,
    CaseState,
    HealthView,
    Timeline,
)
from portalgen.vocabulary import Audience
from tests.project import Project
from tests.render import samples
from tests.test_determinism import copy

ALL, TEAM = Audience.CLIENT, Audience.INTERNAL


def entry(key: str, value: object, *, choice: bool = False) -> BriefEntry:
    return BriefEntry.model_validate({"key": key, "audience": TEAM, "value": value, "choice": choice})


def item(name: str, *entries: BriefEntry) -> BriefItem:
    return BriefItem(id=name, audience=TEAM, entries=entries)


def brief(*fields: BriefEntry, **more: object) -> BriefView:
    made = BriefView(
        account="brisa", language="en", agency="Estudio Norte", client="Brisa", title="Launch",
        health=HealthView(), data_says="on_track", timeline=Timeline(today=samples.TODAY), fields=fields,
        case=CaseState(account="brisa", client="Brisa"),
    )  # fmt: skip
    return made.model_copy(update=more)


FIELDS = [
    (entry("objective", "More\npeople"), [("f-objective", "Objective", "", "More people")]),
    (entry("lifecycle", "on_hold", choice=True), []),
    (entry("start", date(2026, 9, 1)), []),
    (entry("services", (item("", entry("text", "Media")), item("", entry("text", "Print")))),
     [("f-services", "Services", "", "Media · Print")]),
    (entry("risks", (item("ink", entry("title", "No ink"), entry("cause", "One mill"), entry("impact", 3)),)),
     [("f-risks-ink", "Risks", "No ink", "One mill")]),
    (entry("brief", (item("", entry("insight", "They hide it"), entry("mandatories", (item("", entry("text", "Red")),))),)),
     [("f-brief", "Brief", "", "They hide it · Red")]),
]  # fmt: skip


@pytest.mark.parametrize(("field", "parts"), FIELDS, ids=[field.key for field, _ in FIELDS])
def test_a_field_is_found_by_its_words(field: BriefEntry, parts: Sequence[search.Part]) -> None:
    assert list(search.parts(brief(field))) == parts


PROSES = [
    ("Some *emphasis* in**side** and `code`.", "Some emphasis inside and code."),
    ("# Head\n\n- one\n- [x] two[^1]\n\n[^1]: note", "Head one two note"),
    ("| a | b |\n|--|--|\n| c | d |", "a b c d"),
    ("[words](https://x.example/secret) ![picture](files/a.png)", "words picture"),
    ("<div class='x'>raw <b>text</b></div>\n\nx<br>y", "raw text xy"),
]


@pytest.mark.parametrize(("markdown", "words"), PROSES)
def test_prose_is_searched_without_its_markup(markdown: str, words: str) -> None:
    assert search.plain(samples.text(markdown)) == words


def test_sections_and_updates_are_found_at_their_place_whoever_sees_them() -> None:
    texts = (BriefText(audience=TEAM, prose=samples.text("Quiet.")),
             BriefText(audience=ALL, prose=samples.text("Told.")))  # fmt: skip
    told = BriefSection(id="2026-11-20-live", title="Live", date=samples.TODAY, audience=ALL, texts=texts)
    before = BriefSection(id="", title="", audience=TEAM, texts=texts[:1])
    assert list(search.parts(brief(updates=(told,), sections=(before,)))) == [
        ("s-2026-11-20-live", "Updates, Nov 23, 2026", "Live", "Quiet. Told."),
        ("s-before", "Sections", "", "Quiet."),
    ]


# ---- files ----


@given(st.sets(st.text("abcdefghij-", min_size=1, max_size=12), max_size=30), st.integers(0, 700))
def test_every_account_is_in_one_file(names: set[str], more: int) -> None:
    accounts = names | {f"n{number}" for number in range(more)}
    found = search.files(accounts)
    assert sorted(name for held in found.values() for name in held) == sorted(accounts)
    assert next(iter(found)) == "search.json"
    assert len(found) == max(1, -(-len(accounts) // 50))


def test_an_account_stays_in_its_file_whatever_the_others_are_called() -> None:
    before = search.files(f"account-{number}" for number in range(960))
    after = search.files(f"account-{number}" for number in range(961))
    moved = [path for path in before if set(before[path]) - set(after[path])]
    assert moved == []


def test_the_files_are_about_as_large_as_each_other() -> None:
    sizes = [len(held) for held in search.files(f"client-{number}" for number in range(1000)).values()]
    assert 20 < min(sizes) <= max(sizes) < 100


def test_the_first_file_names_the_others() -> None:
    one = json.loads(search.file([search.account(brief())], ["search/1.json"]))
    assert (one["more"], [a["id"] for a in one["accounts"]]) == (["search/1.json"], ["brisa"])
    assert json.loads(search.file([])) == {"accounts": []}


# ---- the sample agency ----


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("searched")
    copy(folder)
    return Project.at(folder).build()


def accounts(site: Project) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(site.tree("internal")["search.json"])["accounts"]
    return found


def test_every_place_that_is_found_is_there(site: Project) -> None:
    tree = site.tree("internal")
    for one in accounts(site):
        places = set(re.findall(r' id="([^"]+)"', tree[f"accounts/{one['id']}/index.html"].decode()))
        assert {anchor for anchor, *_ in one["parts"]} <= places
        assert len(one["parts"]) > 3


def test_what_is_the_teams_own_is_found(site: Project) -> None:
    (brisa,) = (one for one in accounts(site) if one["id"] == "brisa-foods")
    said = json.dumps(brisa, ensure_ascii=False)
    for words in ("Ojo con las fechas de la imprenta", "no lo dirá delante de Carmen", "Un solo proveedor"):
        assert words in said
    assert brisa["people"] == "Lucía Ferrer, Martín Oliva"


def test_no_other_tree_has_anything_of_the_search(site: Project) -> None:
    published = [path for path in site.tree() if not path.startswith("internal/")]
    assert len(published) > 50
    assert [p for p in published if Path(p).name in ("search.json", "search.js", "minisearch.js")] == []

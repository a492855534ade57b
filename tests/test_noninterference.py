"""Non-interference: what a reader may not see changes nothing that they get.

Random edits of private text, or of another client's account, leave the public tree and this client's
portal byte for byte as they were. So it is without review, with everything approved, and while something
is held back; and nobody's approval shows anything to other readers than those that it is for.
"""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalgen.views import Reviewed
from tests.project import SETTINGS, Project
from tests.sealed import SEALED

REVIEWED = SETTINGS.replace("review: []", "review: [client, public]")
MINE = """\
---
client: {client: "", name: Alfa Bakery}
title: Autumn bread
team:
  - {name: Ana Ruiz, role: account_executive, email: ana@agency.example}
  - {name: Leo Sanz, role: creative, email: HOLE0}
contacts:
  - {name: Marta Gil, email: HOLE1}
health: {overall: on_track, as_of: 2026-11-20, path_to_green: HOLE2, budget: COLOUR}
milestones:
  - {title: Oven live, baseline: 2026-11-10, forecast: 2026-12-01}
  - {title: HOLE3, baseline: 2026-11-10, audience: internal}
expectations:
  - {statement: HOLE4, status: reset, agreed_wording: Two formats}
  - {statement: HOLE5}
change_requests:
  - {title: More bread, reason: HOLE6, recommendation: HOLE7, schedule_days: 3, affects: [oven-live], decision: approved}
risks:
  - {title: HOLE8, client_summary: HOLE9}
tactics:
  - {title: HOLE10}
  - {title: Street ovens, status: proposed, effort: EFFORT}
commercials: {value: NUMBER, margin: 12.5}
brief: {insight: HOLE11, mandatories: [HOLE12]}
lessons: [HOLE13]
kpis: [{name: Loaves, audience: public, readings: [{value: 3, date: 2026-11-01}]}]
case_study:
  attribution: named
  title: Bread that people drive for
  kpis: [loaves]
  consent: {status: granted, scopes: [name, metrics], channels: [website], evidence: HOLE14, granted_by: HOLE15}
---
HOLE16

## Plan

HOLE17

## 2026-11-20 Ovens are on {.client}

They are warm.

::: internal
HOLE18
:::

## 2026-11-21 HOLE19

HOLE20

## Case {#case-study .public}

People drive for it.

::: internal
HOLE21
:::
""".replace('{client: "", name: Alfa Bakery}', "Alfa Bakery")

HOLES = 22

TITLE = st.text("abcdefghijklmnñopqrstuvwxyzáé0123456789 ", min_size=1, max_size=40).map(
    lambda t: f"q{t.strip()}q"
)
PRIVATE = st.fixed_dictionaries(
    {
        "texts": st.lists(TITLE, min_size=HOLES, max_size=HOLES, unique=True),
        "colour": st.sampled_from(["green", "amber", "red"]),
        "effort": st.sampled_from(["small", "large"]),
        "number": st.integers(0, 10**9),
    }
)
OTHER = "---\nclient: {name}\ntitle: Works\nobjective: {objective}\n---\n## 2026-11-19 News {{.client}}\n\n{text}\n"


def filled(private: dict[str, object]) -> str:
    text = MINE
    texts = private["texts"]
    assert isinstance(texts, list)
    for number in reversed(range(HOLES)):
        text = text.replace(f"HOLE{number}", texts[number])
    text = text.replace("COLOUR", str(private["colour"])).replace("EFFORT", str(private["effort"]))
    return text.replace("NUMBER", str(private["number"]))


@pytest.fixture(scope="module", params=["plain", "sealed"])
def project(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Project:
    settings = SEALED if request.param == "sealed" else SETTINGS
    return Project(tmp_path_factory.mktemp("noninterference"), settings)


def trees(project: Project) -> tuple[dict[str, bytes], dict[str, bytes]]:
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project.portal("alfa"), project.tree("public")


FIRST = filled(
    {"texts": [f"secret{n}" for n in range(HOLES)], "colour": "green", "effort": "small", "number": 1}
)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(private=PRIVATE)
def test_private_text_changes_no_byte_outside_the_team(project: Project, private: dict[str, object]) -> None:
    before = trees(project.account("alfa", FIRST).account("zulu").build())
    after = trees(project.account("alfa", filled(private)).build())
    assert before == after


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(name=TITLE, objective=TITLE, text=TITLE)
def test_another_clients_account_changes_no_byte_of_mine(
    project: Project, name: str, objective: str, text: str
) -> None:
    before = trees(project.account("alfa", FIRST).account("zulu").build())
    other = OTHER.format(name=f"{name} zz", objective=objective, text=text)
    after = trees(project.account("zulu", other).build())
    assert before == after


def test_what_a_client_may_see_does_change_their_portal(project: Project) -> None:
    before = trees(project.account("alfa", FIRST).account("zulu").build())
    after = trees(project.edit("alfa", "They are warm.", "They are hot.").build())
    assert before[0] != after[0]
    assert before[1] == after[1]


# ---- with review ------------------------------------------------------------------------------------

FAST = settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
HELD = [("They are warm.", "They glow in the dark."), ("People drive for it.", "People fly in for it.")]
"""Edits that wait for the client, and for the client and the public."""


@pytest.fixture(params=["approved", "held back"])
def reviewed(tmp_path: Path, request: pytest.FixtureRequest) -> tuple[Project, list[tuple[str, str]]]:
    """A reviewed project with everything approved, and the edits that wait in it."""
    project = Project(tmp_path, REVIEWED).account("alfa", FIRST).account("zulu").approve().build()
    waiting = HELD if request.param == "held back" else []
    for before, after in waiting:
        project.edit("alfa", before, after)
    project.build()
    assert set(project.held()) == ({("alfa", "client"), ("alfa", "public")} if waiting else set())
    return project, waiting


def changed(text: str, edits: list[tuple[str, str]]) -> str:
    for before, after in edits:
        assert text.count(before) == 1
        text = text.replace(before, after)
    return text


@FAST
@given(private=PRIVATE)
def test_private_text_needs_no_approval_and_changes_no_byte(
    reviewed: tuple[Project, list[tuple[str, str]]], private: dict[str, object]
) -> None:
    project, waiting = reviewed
    before, held = trees(project.account("alfa", changed(FIRST, waiting)).build()), project.held()
    after = trees(project.account("alfa", changed(filled(private), waiting)).build())
    assert before == after
    assert project.held() == held
    assert not any(
        new in body.decode("utf-8", "replace") for _, new in waiting for t in after for body in t.values()
    )


@FAST
@given(name=TITLE, objective=TITLE, text=TITLE, approve=st.booleans())
def test_another_clients_account_and_its_approval_change_no_byte_of_mine(
    reviewed: tuple[Project, list[tuple[str, str]]], name: str, objective: str, text: str, approve: bool
) -> None:
    project, _ = reviewed
    before = trees(project)
    project.account("zulu", OTHER.format(name=f"{name} zz", objective=objective, text=text))
    after = trees((project.approve("zulu") if approve else project).build())
    assert before == after
    assert not (approve and ("zulu", "client") in project.held())


OF_THE_CASE = ("case-study/index.html", "print/index.html")
"""Where a client is shown what is public about them."""


@pytest.mark.parametrize("first", ["client", "public"])
@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(update=TITLE, case=TITLE)
def test_an_approval_shows_nothing_to_other_readers(
    tmp_path_factory: pytest.TempPathFactory, first: Reviewed, update: str, case: str
) -> None:
    project = Project(tmp_path_factory.mktemp("one"), REVIEWED).account("alfa", FIRST).approve().build()
    before = trees(project)
    edits = [("They are warm.", f"They are {update}."), ("People drive for it.", f"People {case} for it.")]
    project.account("alfa", changed(FIRST, edits)).build()
    assert trees(project) == before
    portal, public = trees(project.approve(audience=first).build())
    if first == "client":
        assert public == before[1]
        assert portal != before[0]
    else:
        assert {path for path in portal if portal[path] != before[0].get(path)} == set(OF_THE_CASE)
        assert public != before[1]
    assert trees(project.approve().build()) == trees(unreviewed(project))


def unreviewed(project: Project) -> Project:
    return project.setting("review: [client, public]", "review: []").build()

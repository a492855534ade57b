"""Non-interference: what a reader may not see changes nothing that they get.

Random edits of private text, or of another client's account, leave the public tree and this client's
portal byte for byte as they were.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.project import Project

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


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("noninterference"))


def trees(project: Project) -> tuple[dict[str, bytes], dict[str, bytes]]:
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project.portal("alfa"), project.tree("public")


FIRST = filled(
    {"texts": [f"secret{n}" for n in range(HOLES)], "colour": "green", "effort": "small", "number": 1}
)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(private=PRIVATE)
def test_private_text_changes_no_byte_outside_the_team(project: Project, private: dict[str, object]) -> None:
    before = trees(project.account("alfa", FIRST).account("zulu").build())
    after = trees(project.account("alfa", filled(private)).build())
    assert before == after


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
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

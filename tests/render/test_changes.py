"""What was sold and what changed: the register and the change log for the team, what was agreed for the client."""

from __future__ import annotations

import re

import pytest

from portalgen.render import changes
from portalgen.views import ChangeRequestView
from tests.project import Project

ACCOUNT = """\
---
client: Brisa Foods
title: Spring launch
start: 2026-08-01
end: 2026-12-18
team: [{name: Ana Ruiz, role: account_executive}]
milestones:
  - {title: Pages live, baseline: 2026-11-03, forecast: 2026-11-26}
  - {title: Toolkit, baseline: 2026-12-01}
deliverables:
  - {title: Film, status: client_review, round: 4, round_limit: 3}
  - {title: Poster, status: client_review, round: 3, round_limit: 3}
scope: {in: [Four regions], out: [Austria]}
expectations:
  - {statement: Sales promised October, said_on: 2026-08-10, source: proposal, said_by: Sales}
  - {statement: A call every day, said_on: 2026-09-02, source: call, status: in_scope, agreed_wording: A call every second Thursday.}
  - {statement: Two photo days, said_on: 2026-09-03, source: sow, status: open, agreed_wording: Nobody has said yes to this.}
change_requests:
  - {title: New tariff table, raised_by: Birgit, raised_on: 2026-10-12, schedule_days: 7, cost: 900, affects: [pages-live], reason: Somebody forgot it., decision: approved, decided_by: Ana Ruiz, decided_on: 2026-10-15}
  - {title: More time, raised_on: 2026-10-13, schedule_days: 14, affects: [end], decision: approved, decided_on: 2026-10-16}
  - {title: Add Austria, raised_on: 2026-11-05, schedule_days: 21, affects: [toolkit, end], recommendation: Say no until January.}
  - {title: Evening line, raised_on: 2026-10-20, schedule_days: 5, affects: [toolkit], decision: withdrawn, decided_on: 2026-10-27}
  - {title: Blue caps, raised_on: 2026-09-15, decision: rejected, decided_on: 2026-09-18}
decisions:
  - {title: Evenings first, date: 2026-10-29, decision: Two thirds run after six., context: Most forms arrive at seven., consequences: One more person., decided_by: Birgit Lind}
  - {title: Bavaria first, date: 2026-09-24, decision: The north follows.}
---
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("changes")).account("brisa", ACCOUNT).build()
    assert made.codes == []
    return made


def text(html: bytes) -> str:
    shown = re.sub(r"<svg.*?</svg>", " ", html.decode(), flags=re.DOTALL)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", shown))


@pytest.fixture
def scope(project: Project) -> str:
    return text(project.portal("brisa")["scope/index.html"])


@pytest.fixture
def brief(project: Project) -> str:
    return text(project.tree("internal")["accounts/brisa/index.html"])


# ---- the effect of a change -----------------------------------------------------------------------

EFFECTS = [
    ("approved", 1, ("Film",), False, "1 day more: Film", "1 día más: Film"),
    ("approved", 7, ("Film", "Poster"), True, "7 days more: Film, Poster, and the end", "7 días más: Film, Poster y el final"),
    ("approved", -2, (), True, "2 days less: the end", "2 días menos: el final"),
    ("approved", 3, (), False, "3 days more", "3 días más"),
    ("approved", 0, ("Film",), False, "No effect on dates: Film", "Sin efecto en las fechas: Film"),
    ("approved", None, (), False, "No effect on dates", "Sin efecto en las fechas"),
    ("pending", None, (), False, "No effect on dates", "Sin efecto en las fechas"),
    ("pending", 21, ("Film",), False, "If approved, 21 days more: Film", "Si se aprueba, 21 días más: Film"),
    *(
        (decision, 5, ("Film",), False, "No effect on dates (asked for 5 days more: Film)",
         "Sin efecto en las fechas (se pedía: 5 días más: Film)")
        for decision in ("rejected", "deferred", "withdrawn")
    ),
]  # fmt: skip


@pytest.mark.parametrize(("decision", "days", "affects", "end", "english", "spanish"), EFFECTS)
def test_only_an_approved_change_is_said_to_move_a_date(
    decision: str, days: int | None, affects: tuple[str, ...], end: bool, english: str, spanish: str
) -> None:
    change = ChangeRequestView.model_validate(
        {
            "id": "c",
            "title": "C",
            "decision": decision,
            "schedule_days": days,
            "affects": affects,
            "affects_end": end,
        }
    )
    assert changes.effect(change, "en") == english
    assert changes.effect(change, "es") == spanish


LOG = [
    ("Add Austria", "Request for change Nov 5, 2026", "If approved, 21 days more: Toolkit and the end", "Pending"),
    ("Evening line", "Request for change Oct 20, 2026", "No effect on dates (asked for 5 days more: Toolkit)",
     "Withdrawn Oct 27, 2026"),
    ("More time", "Request for change Oct 13, 2026", "14 days more: the end", "Approved Oct 16, 2026"),
    ("Blue caps", "Request for change Sep 15, 2026", "No effect on dates", "Rejected Sep 18, 2026"),
]  # fmt: skip


@pytest.mark.parametrize(("title", "raised", "effect", "decision"), LOG)
def test_client_and_team_read_every_change_with_its_effect(
    scope: str, brief: str, title: str, raised: str, effect: str, decision: str
) -> None:
    assert f"{title} {raised} {effect} {decision}" in scope
    assert f"{title} Client sees this Effect {effect} Type Request for change" in brief
    assert f"Decision {decision.split()[0]}" in brief


def test_a_cost_is_the_teams_unless_it_is_opened(scope: str, brief: str) -> None:
    line = "New tariff table Request for change Birgit Oct 12, 2026 7 days more: Pages live"
    assert f"{line} Approved Oct 15, 2026" in scope
    assert "Cost 900 Affects" in brief


# ---- for the client -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        "In scope Four regions",
        "Out of scope Austria",
        "As we agreed it A call every second Thursday. ",
        # a decision: title, date, by whom, what, why
        "Evenings first October 29, 2026 , Birgit Lind Two thirds run after six. Why Most forms arrive at seven. "
        "What follows One more person.",
        "Bavaria first September 24, 2026 The north follows.",
    ],
)
def test_the_client_reads_what_was_agreed_and_decided(scope: str, words: str) -> None:
    assert words in scope


def test_decisions_are_a_history_the_latest_first(scope: str) -> None:
    assert scope.index("Evenings first") < scope.index("Bavaria first")


@pytest.mark.parametrize(
    "words",
    [
        *("Sales promised October", "A call every day", "Two photo days", "Nobody has said yes"),
        *("Somebody forgot it", "Say no until January", "900"),
    ],
)
def test_the_client_reads_nothing_of_what_the_team_thinks(project: Project, brief: str, words: str) -> None:
    assert words in brief
    assert [p for p, body in project.portal("brisa").items() if words in text(body)] == []


# ---- for the team ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "words",
    [
        # the register: what was said, when, where, by whom, and what came of it
        "Sales promised October Said on Aug 10, 2026 Source Proposal Said by Sales Status Open",
        "A call every day Said on Sep 2, 2026 Source Call Status In scope Agreed wording "
        "A call every second Thursday. Client sees this",
        # promised, forecast, agreed, slip against agreed; which change moved it stands with the change
        "Pages live Nov 3, 2026 Nov 26, 2026 Nov 10, 2026 16 days late",
        "New tariff table Client sees this Effect 7 days more: Pages live",
        "Aug 1, 2026 – Jan 1, 2027",
        "End Dec 18, 2026",
        "Film In your review 4 over the limit 3",
        "Poster In your review 3 3",
    ],
)
def test_the_brief_holds_the_register_the_slip_and_the_rounds(brief: str, words: str) -> None:
    assert words in brief


def test_the_client_sees_the_agreed_dates_too(project: Project) -> None:
    timeline = text(project.portal("brisa")["timeline/index.html"])
    assert "Pages live Nov 3, 2026 Nov 10, 2026 New tariff table Nov 26, 2026 16 days late" in timeline
    assert "End, as promised December 18, 2026 End, as agreed January 1, 2027" in timeline


def test_an_account_without_changes_has_no_change_log(tmp_path_factory: pytest.TempPathFactory) -> None:
    made = Project(tmp_path_factory.mktemp("calm")).account("brisa").build()
    assert "Change log" not in text(made.tree("internal")["accounts/brisa/index.html"])

"""Each attention rule on the day before, on and after its threshold; what it says, of whom, in which order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest

from portalgen.account import Account
from portalgen.build.shown import Shown
from portalgen.load import load, load_settings
from portalgen.project import attention
from portalgen.project.attention import RULES
from portalgen.render.environment import say
from portalgen.settings import Settings
from portalgen.views import Attention
from tests.project import SETTINGS, Project

Reasons = tuple[Attention, ...]
AE = "team: [{name: Ana, role: account_executive}]"
WEEKLY = SETTINGS.replace("      output: site\n", "      output: site\n      stale_after_days: 7\n")
DAILY = WEEKLY.replace("days: 7", "days: 1").replace(
    "      output: site\n", "      output: site\n      tactics_every_days: 1\n"
)


def read(
    root: Path, front: str, body: str, day: str, *, language: str = "en", settings: str = SETTINGS
) -> Reasons:
    """What is said of an account as the loader reads it, on a day."""
    project = Project(root, settings).account(
        "alfa", f"---\nclient: Alfa Foods\ntitle: T\n{front}\n---\n{body}"
    )
    accounts, chosen = loaded(project)
    return attention(accounts["alfa"], chosen, date.fromisoformat(day), say(language))


def loaded(project: Project) -> tuple[dict[str, Account], Settings]:
    """The accounts of a project in which nothing is broken, and its settings."""
    settings = load_settings(project.root / "mkdocs.yml")
    content = load(settings)
    assert [p for p in content.problems if p.severity == "error"] == []
    return {found.account.id: found.account for found in content.accounts}, settings


def said(found: Reasons, rule: str) -> list[str]:
    """What a rule says of an account."""
    return [one.message for one in found if one.rule == rule]


# ---- the thresholds -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Threshold:
    """One account, and what one rule says of it day by day."""

    rule: str
    what: str
    front: str
    days: dict[str, str]
    body: str = ""
    settings: str = SETTINGS


UPDATE = "## 2026-11-09 First ads are live {.client}\nThey are.\n"
MILESTONE = "milestones: [{title: Launch, baseline: 2026-11-22%s}]"
CHANGE = "{title: Two films more, schedule_days: %s, decision: %s, affects: [%s]}"
END = "end: 2026-11-22\nhealth: {overall: on_track}\nchange_requests: [%s]"
ROUND = "deliverables: [{title: Film, status: %s, round: %s, round_limit: 3}]"
CONSENT = "case_study: {consent: {status: %s, expires_on: 2027-01-22}}"
STATEMENT = "expectations: [{statement: Live in May, said_on: 2026-11-13%s}]"
REQUEST = "change_requests: [{title: Add Austria, raised_on: 2026-11-13%s}]"

THRESHOLDS = [
    # a promise is broken on the day after it
    Threshold("watermelon", "a milestone is late", f"health: {{overall: on_track}}\n{MILESTONE % ''}", {
        "2026-11-21": "",
        "2026-11-22": "",
        "2026-11-23": "Says “On track”, but “Launch” is 1 day late",
        "2026-11-24": "Says “On track”, but “Launch” is 2 days late",
    }),
    Threshold("watermelon", "at risk is claimed and off track is true",
              f"health: {{overall: at_risk}}\n{MILESTONE % ''}", {
        "2026-12-06": "",
        "2026-12-07": "Says “At risk”, but “Launch” is 15 days late",
    }),
    Threshold("watermelon", "off track is the worst that can be said",
              f"health: {{overall: off_track}}\n{MILESTONE % ''}", {"2027-06-01": ""}),
    Threshold("watermelon", "complete is a claim too", f"health: {{overall: complete}}\n{MILESTONE % ''}", {
        "2026-11-22": "",
        "2026-11-23": "Says “Complete”, but “Launch” is 1 day late",
    }),
    Threshold("watermelon", "who is on hold claims nothing",
              f"health: {{overall: on_hold}}\n{MILESTONE % ''}", {"2027-06-01": ""}),
    Threshold("watermelon", "who says nothing claims nothing", MILESTONE % "", {"2027-06-01": ""}),
    Threshold("watermelon", "a forecast that is later counts at once",
              f"health: {{overall: on_track}}\n{MILESTONE % ', forecast: 2026-11-24'}", {
        "2026-11-01": "Says “On track”, but “Launch” is 2 days late",
    }),
    Threshold("watermelon", "a milestone that is done is no slip of today",
              f"health: {{overall: on_track}}\n{MILESTONE % ', done: 2026-12-01'}", {"2026-12-24": ""}),
    Threshold("watermelon", "an approved change moved what was agreed",
              f"health: {{overall: on_track}}\n{MILESTONE % ''}\nchange_requests: [{CHANGE % (7, 'approved', 'launch')}]", {
        "2026-11-28": "",
        "2026-11-29": "",
        "2026-11-30": "Says “On track”, but “Launch” is 1 day late",
    }),
    Threshold("watermelon", "a change that waits has moved nothing",
              f"health: {{overall: on_track}}\n{MILESTONE % ''}\nchange_requests: [{CHANGE % (7, 'pending', 'launch')}]", {
        "2026-11-22": "",
        "2026-11-23": "Says “On track”, but “Launch” is 1 day late",
    }),
    Threshold("watermelon", "a need is overdue",
              "health: {overall: on_track}\nneeds: [{title: Logo, due: 2026-11-22}]", {
        "2026-11-21": "",
        "2026-11-22": "",
        "2026-11-23": "Says “On track”, but something we need from the client is overdue",
    }),
    Threshold("watermelon", "at risk is honest where a need is overdue",
              "health: {overall: at_risk}\nneeds: [{title: Logo, due: 2026-11-22}]", {"2027-06-01": ""}),
    Threshold("need-overdue", "its day is the last", "needs: [{title: Logo, due: 2026-11-22}]", {
        "2026-11-21": "",
        "2026-11-22": "",
        "2026-11-23": "“Logo” was due from the client 1 day ago",
        "2026-11-24": "“Logo” was due from the client 2 days ago",
    }),
    Threshold("need-overdue", "what came is not overdue",
              "needs: [{title: Logo, due: 2026-11-22, done: 2026-11-30}]", {"2026-11-25": ""}),
    Threshold("need-overdue", "without a day nothing is late", "needs: [{title: Logo}]", {"2030-01-01": ""}),
    Threshold("end-moved", "one day is a move", END % (CHANGE % (1, "approved", "end")), {
        "2026-11-01": "Says “On track”, but an approved change moved the end by 1 day",
    }),
    Threshold("end-moved", "changes add up",
              END % f"{CHANGE % (3, 'approved', 'end')}, {{title: B, schedule_days: -1, decision: approved, affects: [end]}}", {
        "2026-11-01": "Says “On track”, but an approved change moved the end by 2 days",
    }),
    Threshold("end-moved", "what was taken back again moved nothing",
              END % f"{CHANGE % (3, 'approved', 'end')}, {{title: B, schedule_days: -3, decision: approved, affects: [end]}}",
              {"2026-11-01": ""}),
    Threshold("end-moved", "an earlier end is no worry", END % (CHANGE % (-1, "approved", "end")), {"2026-11-01": ""}),
    Threshold("end-moved", "a change that costs no time moves nothing",
              END % (CHANGE % (0, "approved", "end")), {"2026-11-01": ""}),
    *(
        Threshold("end-moved", f"a change that is {decision} moved nothing",
                  END % (CHANGE % (5, decision, "end")), {"2026-11-01": ""})
        for decision in ("pending", "rejected", "deferred", "withdrawn")
    ),
    Threshold("end-moved", "a milestone is not the end",
              f"{MILESTONE % ''}\n{END % (CHANGE % (5, 'approved', 'launch'))}", {"2026-11-01": ""}),
    Threshold("end-moved", "who says at risk has said it",
              (END % (CHANGE % (5, "approved", "end"))).replace("on_track", "at_risk"), {"2026-11-01": ""}),
    Threshold("past-end", "the end is the last day", "end: 2026-11-22", {
        "2026-11-21": "",
        "2026-11-22": "",
        "2026-11-23": "The end passed 1 day ago and it is still active",
        "2026-11-24": "The end passed 2 days ago and it is still active",
    }),
    Threshold("past-end", "an approved change moved the end", END % (CHANGE % (2, "approved", "end")), {
        "2026-11-23": "",
        "2026-11-24": "",
        "2026-11-25": "The end passed 1 day ago and it is still active",
    }),
    Threshold("past-end", "without an end none can pass", AE, {"2030-01-01": ""}),
    Threshold("change-pending", "over 10 days", REQUEST % "", {
        "2026-11-22": "",
        "2026-11-23": "",
        "2026-11-24": "Change request “Add Austria” has waited 11 days",
    }),
    *(
        Threshold("change-pending", f"what is {decision} waits no more",
                  REQUEST % f", decision: {decision}", {"2027-06-01": ""})
        for decision in ("approved", "rejected", "deferred", "withdrawn")
    ),
    Threshold("change-pending", "nobody knows since when", "change_requests: [{title: Add Austria}]", {"2030-01-01": ""}),
    Threshold("expectation-open", "over 10 days", STATEMENT % "", {
        "2026-11-22": "",
        "2026-11-23": "",
        "2026-11-24": "The expectation “Live in May” has been open for 11 days",
    }),
    *(
        Threshold("expectation-open", f"{status} is settled", STATEMENT % f", status: {status}", {"2027-06-01": ""})
        for status in ("in_scope", "out_of_scope", "reset")
    ),
    Threshold("expectation-open", "nobody knows since when", "expectations: [{statement: Live in May}]", {"2030-01-01": ""}),
    *(
        Threshold("round-over", f"round {number} of 3", ROUND % ("client_review", number), {"2026-11-23": sentence})
        for number, sentence in ((2, ""), (3, ""), (4, "“Film” is in review round 4 of 3"))
    ),
    *(
        Threshold("round-over", f"what is {status} is reviewed no more", ROUND % (status, 4), {"2026-11-23": ""})
        for status in ("approved", "superseded")
    ),
    Threshold("round-over", "no limit was agreed", "deliverables: [{title: Film, round: 9}]", {"2026-11-23": ""}),
    Threshold("silent", "until the first update's day", AE, {
        "2026-11-08": "The client has not had an update yet",
        "2026-11-09": "",
        "2027-11-09": "",
    }, UPDATE),
    Threshold("silent", "an update for the team is none for the client", AE, {
        "2026-11-23": "The client has not had an update yet",
    }, UPDATE.replace(" {.client}", "")),
    Threshold("silent", "a public one is the client's too", AE, {"2026-11-23": ""},
              UPDATE.replace("client", "public")),
    Threshold("stale", "for 14 days", AE, {
        "2026-11-08": "",
        "2026-11-22": "",
        "2026-11-23": "The client has had no update for 14 days",
        "2026-11-24": "The client has had no update for 15 days",
    }, UPDATE),
    Threshold("stale", "for as many days as the settings say", AE, {
        "2026-11-15": "",
        "2026-11-16": "The client has had no update for 7 days",
    }, UPDATE, WEEKLY),
    Threshold("stale", "an update for the team does not count", AE, {
        "2026-11-22": "",
        "2026-11-23": "The client has had no update for 14 days",
    }, f"{UPDATE}\n## 2026-11-20 The budget\nIs tight.\n"),
    Threshold("stale", "the last one counts", AE, {"2026-11-23": ""},
              f"{UPDATE}\n## 2026-11-20 The second ads {{.client}}\nAre live.\n"),
    Threshold("stale", "one that is to come does not", AE, {"2026-11-23": "The client has had no update for 14 days"},
              f"{UPDATE}\n## 2026-11-24 The second ads {{.client}}\nAre live.\n"),
    Threshold("stale", "where there was none at all, that is said alone", AE, {"2026-11-23": ""}),
    Threshold("consent-ending", "within 60 days", CONSENT % "granted", {
        "2026-11-22": "",
        "2026-11-23": "Consent to the case study ends in 60 days",
        "2026-11-24": "Consent to the case study ends in 59 days",
        "2027-01-20": "Consent to the case study ends in 2 days",
        "2027-01-21": "Consent to the case study ends in 1 day",
        "2027-01-22": "Consent to the case study ends today",
        "2027-01-23": "",
    }),
    *(
        Threshold("consent-ending", f"consent that is {status} does not end", CONSENT % status, {"2027-01-20": ""})
        for status in ("none", "requested", "revoked")
    ),
    Threshold("consent-ending", "consent without an end", "case_study: {consent: {status: granted}}", {"2030-01-01": ""}),
    Threshold("no-ae", "nobody", "start: 2026-11-01", {"2026-11-23": "It has no account executive"}),
    Threshold("no-ae", "others are not", "team: [{name: Ana, role: project_manager}]", {
        "2026-11-23": "It has no account executive",
    }),
    Threshold("no-ae", "one", AE, {"2026-11-23": ""}),
    Threshold("no-tactic", "for 90 days", "tactics: [{title: Podcast, status: proposed, proposed_on: 2026-08-25}]", {
        "2026-11-22": "",
        "2026-11-23": "Nothing has been proposed to the client for 90 days",
        "2026-11-24": "Nothing has been proposed to the client for 91 days",
    }),
    Threshold("no-tactic", "at first from the start on", "start: 2026-08-25", {
        "2026-11-22": "",
        "2026-11-23": "Nothing has been proposed to the client for 90 days",
    }),
    Threshold("no-tactic", "an idea is no proposal",
              "start: 2026-08-25\ntactics: [{title: Podcast, status: idea, proposed_on: 2026-11-20}]", {
        "2026-11-22": "",
        "2026-11-23": "Nothing has been proposed to the client for 90 days",
    }),
    Threshold("no-tactic", "one that is to come is no proposal yet",
              "start: 2026-08-25\ntactics: [{title: Podcast, status: proposed, proposed_on: 2026-12-20}]", {
        "2026-11-23": "Nothing has been proposed to the client for 90 days",
    }),
    *(
        Threshold("no-tactic", f"what was {status} was proposed",
                  f"start: 2026-01-01\ntactics: [{{title: Podcast, status: {status}, proposed_on: 2026-11-20}}]", {"2026-11-23": ""})
        for status in ("proposed", "accepted", "declined")
    ),
    Threshold("no-tactic", "never", AE, {"2026-11-23": "Nothing has been proposed to the client yet"}),
    Threshold("no-tactic", "nobody knows when", "tactics: [{title: Podcast, status: proposed}]", {"2026-11-23": ""}),
]  # fmt: skip


def days() -> Iterator[object]:
    for one in THRESHOLDS:
        for day, sentence in one.days.items():
            yield pytest.param(one, day, sentence, id=f"{one.rule}: {one.what}, {day}")


@pytest.mark.parametrize(("one", "day", "sentence"), days())
def test_a_rule_speaks_from_its_threshold_on(tmp_path: Path, one: Threshold, day: str, sentence: str) -> None:
    found = read(tmp_path, one.front, one.body, day, settings=one.settings)
    assert said(found, one.rule) == ([sentence] if sentence else [])


def test_every_rule_of_the_manual_is_here_and_has_its_thresholds() -> None:
    assert {name for name, _, _ in RULES} == {
        *("watermelon", "end-moved", "stale", "silent", "need-overdue", "change-pending", "expectation-open"),
        *("round-over", "consent-ending", "past-end", "no-ae", "no-tactic"),
    }
    assert {one.rule for one in THRESHOLDS} == {name for name, _, _ in RULES}


def test_each_thing_that_is_wrong_is_named_by_itself(tmp_path: Path) -> None:
    needs = "needs: [{title: Logo, due: 2026-11-20}, {title: Texts, due: 2026-11-22}, {title: Keys, due: 2026-11-23}]"
    assert said(read(tmp_path, needs, "", "2026-11-23"), "need-overdue") == [
        "“Logo” was due from the client 3 days ago",
        "“Texts” was due from the client 1 day ago",
    ]


def test_a_claim_is_held_against_the_worst_of_what_is_not_done(tmp_path: Path) -> None:
    front = """\
health: {overall: on_track}
milestones:
  - {title: Done late, baseline: 2026-01-01, done: 2026-06-01}
  - {title: A little late, baseline: 2026-11-22}
  - {title: Very late, baseline: 2026-11-01, forecast: 2026-11-16}
  - {title: Early, baseline: 2026-12-20, forecast: 2026-12-01}"""
    assert said(read(tmp_path, front, "", "2026-11-23"), "watermelon") == [
        "Says “On track”, but “Very late” is 15 days late"
    ]


# ---- in both languages ----------------------------------------------------------------------------

SENTENCES = [
    (f"health: {{overall: on_track}}\n{MILESTONE % ''}", "watermelon", {
        "2026-11-23": "Dice «Según lo previsto», pero «Launch» lleva 1 día de retraso",
        "2026-11-24": "Dice «Según lo previsto», pero «Launch» lleva 2 días de retraso",
    }),
    ("health: {overall: on_track}\nneeds: [{title: Logo, due: 2026-11-22}]", "watermelon", {
        "2026-11-23": "Dice «Según lo previsto», pero algo que esperamos del cliente llega con retraso",
    }),
    ("needs: [{title: Logo, due: 2026-11-22}]", "need-overdue", {
        "2026-11-23": "«Logo» tenía que llegar del cliente hace 1 día",
        "2026-11-24": "«Logo» tenía que llegar del cliente hace 2 días",
    }),
    (END % (CHANGE % (1, "approved", "end")), "end-moved", {
        "2026-11-01": "Dice «Según lo previsto», pero un cambio aprobado movió el final 1 día",
    }),
    (END % (CHANGE % (2, "approved", "end")), "end-moved", {
        "2026-11-01": "Dice «Según lo previsto», pero un cambio aprobado movió el final 2 días",
    }),
    ("end: 2026-11-22", "past-end", {
        "2026-11-23": "El final pasó hace 1 día y la cuenta sigue activa",
        "2026-11-24": "El final pasó hace 2 días y la cuenta sigue activa",
    }),
    (REQUEST % "", "change-pending", {
        "2026-11-24": "La petición de cambio «Add Austria» lleva 11 días esperando",
    }),
    (STATEMENT % "", "expectation-open", {
        "2026-11-24": "La expectativa «Live in May» lleva 11 días abierta",
    }),
    (ROUND % ("client_review", 4), "round-over", {"2026-11-23": "«Film» va por la ronda 4 de 3"}),
    (AE, "stale", {
        "2026-11-10": "El cliente lleva 1 día sin novedades",
        "2026-11-11": "El cliente lleva 2 días sin novedades",
    }),
    (AE, "silent", {"2026-11-08": "El cliente aún no ha recibido ninguna novedad"}),
    (CONSENT % "granted", "consent-ending", {
        "2027-01-20": "El consentimiento del caso vence en 2 días",
        "2027-01-21": "El consentimiento del caso vence en 1 día",
        "2027-01-22": "El consentimiento del caso vence hoy",
    }),
    ("lifecycle: active", "no-ae", {"2026-11-23": "No tiene responsable de cuenta"}),
    ("start: 2026-11-22", "no-tactic", {
        "2026-11-23": "Hace 1 día que no se propone nada al cliente",
        "2026-11-24": "Hace 2 días que no se propone nada al cliente",
    }),
    (AE, "no-tactic", {"2026-11-23": "Aún no se ha propuesto nada al cliente"}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("front", "rule", "day", "sentence"),
    [
        pytest.param(front, rule, day, sentence, id=f"{rule}, {day}")
        for front, rule, by_day in SENTENCES
        for day, sentence in by_day.items()
    ],
)
def test_a_reason_is_a_sentence_in_spanish_too(
    tmp_path: Path, front: str, rule: str, day: str, sentence: str
) -> None:
    found = read(tmp_path, front, UPDATE, day, language="es", settings=DAILY)
    assert said(found, rule) == [sentence]


def test_no_rule_is_without_its_spanish() -> None:
    assert {rule for _, rule, _ in SENTENCES} == {name for name, _, _ in RULES}


# ---- of whom it is asked --------------------------------------------------------------------------

EVERYTHING = f"""\
lifecycle: %s
end: 2026-11-01
health: {{overall: on_track}}
{MILESTONE % ""}
needs: [{{title: Logo, due: 2026-11-22}}]
change_requests: [{CHANGE % (5, "approved", "end")}, {{title: Add Austria, raised_on: 2026-09-01}}]
{STATEMENT % ""}
{ROUND % ("client_review", 4)}
{CONSENT % "granted"}"""
ASKED = {
    "active": [name for name, _, _ in RULES],
    "on_hold": ["consent-ending", "no-ae"],
    "proposed": ["consent-ending", "no-ae"],
    "completed": ["consent-ending"],
    "cancelled": ["consent-ending"],
}


@pytest.mark.parametrize("lifecycle", ASKED)
def test_a_rule_is_asked_only_of_whom_it_concerns(tmp_path: Path, lifecycle: str) -> None:
    """All is wrong with this account; what is said of it depends on where in its life it stands."""
    silent = read(tmp_path / "silent", EVERYTHING % lifecycle, "", "2026-11-24")
    stale = read(tmp_path / "stale", EVERYTHING % lifecycle, UPDATE, "2026-11-24")
    found = {one.rule for one in (*silent, *stale)}
    assert found == set(ASKED[lifecycle])


def test_nothing_is_said_of_an_account_that_is_well(tmp_path: Path) -> None:
    front = f"""\
{AE}
start: 2026-11-01
end: 2027-02-01
health: {{overall: on_track}}
milestones: [{{title: Launch, baseline: 2026-12-01, forecast: 2026-11-30}}]
needs: [{{title: Logo, due: 2026-11-23}}]
{ROUND % ("client_review", 3)}"""
    assert read(tmp_path, front, "## 2026-11-20 Live {.client}\nIt is.\n", "2026-11-23") == ()


# ---- the order ------------------------------------------------------------------------------------


def test_the_most_urgent_reason_stands_first(tmp_path: Path) -> None:
    found = read(tmp_path, EVERYTHING % "active", UPDATE, "2026-11-24")
    assert [one.rule for one in found] == [
        *("watermelon", "need-overdue", "end-moved", "past-end", "change-pending", "expectation-open"),
        *("round-over", "stale", "consent-ending", "no-ae", "no-tactic"),
    ]


def test_accounts_are_sorted_by_their_most_urgent_reason_then_by_how_many_then_by_name(
    tmp_path: Path,
) -> None:
    project, start = Project(tmp_path), "start: 2026-11-01\n"
    late = f"needs: [{{title: Logo, due: 2026-11-22}}]\n{start}"
    watermelon = f"health: {{overall: on_track}}\n{MILESTONE % ''}\n{start}"
    for name, client, front in (
        ("a", "Quiet", start),
        ("b", "Two reasons", f"{late}end: 2026-11-20\n"),
        ("c", "One reason", late),
        ("d", "a reason", late),
        ("e", "Watermelon", watermelon),
        ("f", "Ended", f"{start}end: 2026-11-20\n"),
    ):
        text = f"---\nclient: {client}\ntitle: T\n{AE}\n{front}---\n## 2026-11-20 News {{.client}}\nGood.\n"
        project.account(name, text)
    accounts, settings = loaded(project)
    shown = [Shown(one, settings, date(2026, 11, 23)) for one in accounts.values()]
    assert [one.row.client for one in sorted(shown, key=lambda one: one.urgency)] == [
        *("Watermelon", "Two reasons", "a reason", "One reason", "Ended", "Quiet"),
    ]

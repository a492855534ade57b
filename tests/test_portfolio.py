"""`portfolio.json` keeps to the shape that scripts depend on, and says what the pages and `check` say."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, get_args

import jsonschema
import pytest

from portalgen.project.attention import RULES
from portalgen.vocabulary import Attribution, ConsentStatus, Lifecycle, Overall
from tests.project import Project
from tests.test_determinism import copy

SCHEMA = json.loads((Path(__file__).parent / "portfolio.schema.json").read_text())
CHECKER = jsonschema.Draft202012Validator(
    SCHEMA, format_checker=jsonschema.Draft202012Validator.FORMAT_CHECKER
)
LOUD = """\
---
client: Brisa Foods
title: Spring launch
lifecycle: active
team: [{name: Ana, role: account_executive}, {name: Leo, role: project_manager}]
health: {overall: on_track, as_of: 2026-11-20}
end: 2026-12-20
milestones: [{title: Launch, baseline: 2026-11-03, forecast: 2026-12-01}]
needs: [{title: Logo, due: 2026-11-20}, {title: Texts, due: 2026-11-25}]
change_requests: [{title: Two films more, raised_on: 2026-11-01}]
expectations: [{statement: Live in May, said_on: 2026-11-01}]
case_study:
  attribution: named
  title: A spring launch that sold out
  consent: {status: granted, scopes: [name], channels: [website], expires_on: 2026-12-24}
---
## 2026-11-20 First ads are live {.client}
They are.
"""
LITTLE = "---\nclient: Casa Lumbre\ntitle: Winter menu\n---\n"
GONE = "---\nclient: Porto\ntitle: Fair\nlifecycle: cancelled\n---\n"

Portfolio = dict[str, Any]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    made = Project(tmp_path_factory.mktemp("portfolio"))
    return made.account("brisa", LOUD).account("lumbre", LITTLE).account("porto", GONE).build()


@pytest.fixture
def portfolio(project: Project) -> Portfolio:
    found: Portfolio = json.loads(project.tree("internal")["portfolio.json"])
    return found


def broken(found: object) -> list[str]:
    """Where a document breaks the schema."""
    return [one.json_path for one in CHECKER.iter_errors(found)]


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_it_keeps_to_the_schema(portfolio: Portfolio) -> None:
    assert broken(portfolio) == []
    assert [one["id"] for one in portfolio["accounts"]] == ["brisa", "lumbre", "porto"]


def test_the_sample_agency_keeps_to_the_schema(tmp_path: Path) -> None:
    copy(tmp_path)
    sample = Project.at(tmp_path).build()
    assert sample.codes == []
    found = json.loads(sample.tree("internal")["portfolio.json"])
    assert broken(found) == []
    assert len(found["accounts"]) >= 8


def test_no_accounts_are_a_portfolio_too(tmp_path: Path) -> None:
    found = json.loads(Project(tmp_path).build().tree("internal")["portfolio.json"])
    assert found == {"as_of": "2026-11-23", "accounts": []}
    assert broken(found) == []


def test_every_key_has_its_meaning(portfolio: Portfolio, project: Project) -> None:
    assert portfolio["as_of"] == "2026-11-23"
    first = portfolio["accounts"][0]
    assert [one.pop("message") for one in first["attention"]] == [
        "Says “On track”, but “Launch” is 28 days late",
        "“Logo” was due from the client 3 days ago",
        "Change request “Two films more” has waited 22 days",
        "The expectation “Live in May” has been open for 22 days",
        "Consent to the case study ends in 31 days",
        "Nothing has been proposed to the client yet",
    ]
    assert first == {
        "id": "brisa",
        "client": "Brisa Foods",
        "title": "Spring launch",
        "lifecycle": "active",
        "account_executive": "Ana",
        "project_manager": "Leo",
        "health": {"claimed": "on_track", "as_of": "2026-11-20"},
        "attention": [
            {"rule": rule}
            for rule in (
                *("watermelon", "need-overdue", "change-pending", "expectation-open", "consent-ending"),
                "no-tactic",
            )
        ],
        "next": {"title": "Texts", "date": "2026-11-25"},
        "last_update": "2026-11-20",
        "open_needs": 2,
        "open_change_requests": 1,
        "open_expectations": 1,
        "slip_days": 28,
        "portal": f"portals/{project.key('brisa')}/",
        "case_study": {"attribution": "named", "consent": "granted", "public": True, "why": ""},
    }


def test_what_is_not_said_is_null(portfolio: Portfolio) -> None:
    last = portfolio["accounts"][2]
    assert {key for key, value in last.items() if value is None} == {
        *("account_executive", "project_manager", "next", "last_update", "slip_days", "portal"),
    }
    assert last["health"] == {"claimed": None, "as_of": None}
    assert last["attention"] == []


def changed(**values: object) -> Callable[[Portfolio], None]:
    return lambda found: found["accounts"][0].update(values)


def dropped(key: str) -> Callable[[Portfolio], None]:
    return lambda found: found["accounts"][0].pop(key)


def inside(key: str, **values: object) -> Callable[[Portfolio], None]:
    return lambda found: found["accounts"][0][key].update(values)


FIRST = "$.accounts[0]"
BREAKS = [
    ("a key that scripts don't know", changed(held_back=3), FIRST),
    ("another key on top", lambda found: found.update(version=2), "$"),
    ("a day that is none", lambda found: found.update(as_of="2026-02-30"), "$.as_of"),
    ("a day with a time", changed(last_update="2026-11-20T00:00:00"), f"{FIRST}.last_update"),
    ("a week", lambda found: found.update(as_of="2026-W48-1"), "$.as_of"),
    *((f"{key} is missing", dropped(key), FIRST) for key in SCHEMA["$defs"]["account"]["required"]),
    ("a life that is none", changed(lifecycle="asleep"), f"{FIRST}.lifecycle"),
    ("a claim that is none", inside("health", claimed="green"), f"{FIRST}.health.claimed"),
    ("more health", inside("health", data="at_risk"), f"{FIRST}.health"),
    ("a rule that is none", lambda f: f["accounts"][0]["attention"][0].update(rule="late"), f"{FIRST}.attention[0].rule"),
    ("a reason without words", lambda f: f["accounts"][0]["attention"][0].update(message=""), f"{FIRST}.attention[0].message"),
    ("a number in words", changed(open_needs="2"), f"{FIRST}.open_needs"),
    ("a negative count", changed(open_expectations=-1), f"{FIRST}.open_expectations"),
    ("half a day", changed(slip_days=1.5), f"{FIRST}.slip_days"),
    ("an empty name", changed(account_executive=""), f"{FIRST}.account_executive"),
    ("an address instead of a path", changed(portal="https://clients.example/"), f"{FIRST}.portal"),
    ("a next thing without a day", changed(next={"title": "Launch"}), f"{FIRST}.next"),
    ("a case without a yes or no", inside("case_study", public="yes"), f"{FIRST}.case_study.public"),
    ("a public case of a client who said nothing", inside("case_study", consent="none"), f"{FIRST}.case_study.consent"),
    ("no reason", lambda f: f["accounts"][2]["case_study"].update(why=""), "$.accounts[2].case_study.why"),
]  # fmt: skip


@pytest.mark.parametrize(("edit", "place"), [b[1:] for b in BREAKS], ids=[b[0] for b in BREAKS])
def test_the_schema_refuses(portfolio: Portfolio, edit: Callable[[Portfolio], None], place: str) -> None:
    found = deepcopy(portfolio)
    edit(found)
    assert place in broken(found)


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("lifecycle", get_args(Lifecycle)),
        ("health.claimed", (*get_args(Overall), None)),
        ("attention.rule", tuple(name for name, _, _ in RULES)),
        ("case_study.attribution", get_args(Attribution)),
        ("case_study.consent", get_args(ConsentStatus)),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_the_schema_knows_all_words_and_no_other(place: str, words: tuple[str, ...]) -> None:
    found = SCHEMA["$defs"]["account"]
    for key in place.split("."):
        found = found.get("items", found)["properties"][key]
    assert set(found["enum"]) == set(words)


# ---- the same everywhere --------------------------------------------------------------------------


def test_check_the_page_and_the_csv_give_the_same_reasons(project: Project, portfolio: Portfolio) -> None:
    reasons = {one["id"]: [a["message"] for a in one["attention"]] for one in portfolio["accounts"]}
    tree = project.tree("internal")
    cells = {
        one["id"]: one["attention"] for one in csv.DictReader(io.StringIO(tree["portfolio.csv"].decode()))
    }
    assert cells == {name: "; ".join(messages) for name, messages in reasons.items()}
    page = tree["index.html"].decode()
    assert [m for messages in reasons.values() for m in messages if f"<li>{m}</li>" not in page] == []
    checked = [(p.at.path, p.message) for p in project.check() if p.severity == "attention"]
    assert sorted(checked) == sorted(
        (f"content/accounts/{name}.md", message) for name, messages in reasons.items() for message in messages
    )


def test_another_day_needs_other_people(tmp_path: Path) -> None:
    """Nothing but the date decides: the same sources say more as time goes by."""
    project = Project(tmp_path).account("brisa", LOUD)
    rules = {}
    for day in ("2026-11-02", "2026-11-23", "2027-01-10"):
        found = json.loads(project.build(date.fromisoformat(day)).tree("internal")["portfolio.json"])
        rules[day] = [one["rule"] for one in found["accounts"][0]["attention"]]
    assert rules == {
        "2026-11-02": ["watermelon", "silent", "consent-ending", "no-tactic"],
        "2026-11-23": [
            *("watermelon", "need-overdue", "change-pending", "expectation-open", "consent-ending"),
            "no-tactic",
        ],
        "2027-01-10": [
            *("watermelon", "need-overdue", "need-overdue", "past-end", "change-pending"),
            *("expectation-open", "stale", "no-tactic"),
        ],
    }

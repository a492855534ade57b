"""The sample agency shows everything: each field, each kind of section, each state of a case."""

import re
from datetime import date
from pathlib import Path

import pytest

from portalgen.account import Account, fields
from portalgen.build.shown import Memory, Shown
from portalgen.load import load, load_settings
from portalgen.project.access import readers
from portalgen.project.narrow import places
from portalgen.vocabulary import Audience

ROOT = Path(__file__).parents[1]
TODAY = date(2026, 11, 23)


@pytest.fixture(scope="module")
def accounts() -> dict[str, Account]:
    content = load(load_settings(ROOT / "mkdocs.yml"))
    assert not [p for p in content.problems if p.severity != "attention"], content.problems
    return {x.account.id: x.account for x in content.accounts}


def test_every_field_of_the_model_is_used(accounts: dict[str, Account]) -> None:
    seen = {re.sub(r"\.\d+", "[]", p.field) for a in accounts.values() for p in places(a)}
    assert [f.key for f in fields() if f.child is None and f.key not in seen] == []


def test_there_are_accounts_of_every_kind(accounts: dict[str, Account]) -> None:
    assert len(accounts) >= 8
    assert sum(a.language == "es" for a in accounts.values()) >= 4
    assert sum(a.language == "en" for a in accounts.values()) >= 4
    assert {a.lifecycle for a in accounts.values()} == {
        "active",
        "proposed",
        "on_hold",
        "completed",
        "cancelled",
    }
    assert {a.health.overall for a in accounts.values()} >= {
        "on_track",
        "at_risk",
        "off_track",
        "on_hold",
        "complete",
        None,
    }


def test_there_are_sections_of_every_kind(accounts: dict[str, Account]) -> None:
    sections = [s for a in accounts.values() for s in a.sections]
    assert {"", "summary", "strategy", "market-study", "handover", "case-study"} <= {s.id for s in sections}
    fences = {(s.audience, t.audience) for s in sections for t in s.stretches if t.audience != s.audience}
    assert (Audience.CLIENT, Audience.INTERNAL) in fences
    assert (Audience.PUBLIC, Audience.CLIENT) in fences
    assert any(u.date > TODAY for a in accounts.values() for u in a.updates)
    assert any(f.path.endswith(".pdf") for a in accounts.values() for f in a.files)


@pytest.fixture(scope="module")
def shown() -> list[Shown]:
    settings = load_settings(ROOT / "mkdocs.yml")
    return list(Memory(settings).shown(load(settings).healthy, TODAY).values())


def test_three_cases_are_public_one_anonymised_and_one_expired(shown: list[Shown]) -> None:
    states = [one.row.case for one in shown]
    assert sum(s.public for s in states) == 3
    assert [s.attribution for s in states if s.public].count("anonymised") == 1
    assert "The consent has expired." in [s.why for s in states]


def test_five_accounts_need_somebody_for_different_reasons(shown: list[Shown]) -> None:
    first = {one.id: one.row.attention[0].rule for one in shown if one.row.attention}
    assert len(first) >= 5
    assert len(set(first.values())) >= 5


def test_everything_is_reviewed_approved_by_the_team_and_one_account_is_held_back(shown: list[Shown]) -> None:
    assert load_settings(ROOT / "mkdocs.yml").review == ("client", "public")
    assert not [problem for one in shown for problem in one.strangers]
    assert {one.id: [held.audience for held in one.held] for one in shown if one.held} == {
        "tinta-books": ["client"]
    }
    assert all(not held.first for one in shown for held in one.held)


def test_one_case_ends_soon(shown: list[Shown]) -> None:
    rules = [(one.id, a.rule) for one in shown for a in one.row.attention]
    assert [name for name, rule in rules if rule == "consent-ending"] == ["molino-alto"]


def test_portals_are_sealed_but_for_one_that_is_open_and_one_that_its_host_guards(
    accounts: dict[str, Account],
) -> None:
    assert load_settings(ROOT / "mkdocs.yml").access == "sealed"
    written = {name: account.access.mode for name, account in accounts.items() if account.access.mode}
    assert written == {"casa-lumbre": "open", "kastell-bank": "host"}


def test_some_portals_have_readers_of_their_own_and_some_one_link_for_everybody(
    accounts: dict[str, Account],
) -> None:
    named = {name: readers(account) for name, account in accounts.items() if readers(account)}
    assert {name: len(found) for name, found in named.items()} == {"brisa-foods": 2, "nordwind-energy": 2}
    assert all("@" in "".join(found) for found in named.values())

"""What changed within the last 14 days, and what there is to say of each."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest

from portalgen.account import Account
from portalgen.project.portal import facts, portal
from portalgen.settings import Settings
from portalgen.views import ChangeView

TODAY = date(2026, 11, 23)
FOLDERS = dict.fromkeys(("root", "file", "docs_dir", "accounts", "approved", "output"), Path("/"))


def changes(**values: object) -> tuple[ChangeView, ...]:
    account = Account.model_validate({"id": "a", "client": "A", "title": "T", **values})
    settings = Settings.model_validate({**FOLDERS, "site_name": "Estudio Norte"})
    return portal(facts(account), None, settings, TODAY).changes


def ago(days: int) -> str:
    return str(TODAY - timedelta(days=days))


@pytest.mark.parametrize(("days", "told"), [(-1, False), (0, True), (14, True), (15, False)])
def test_fourteen_days_are_looked_back_and_none_ahead(days: int, told: bool) -> None:
    assert bool(changes(decisions=[{"title": "Go", "date": ago(days)}])) == told


def test_a_milestone_is_told_with_its_slip_and_a_decision_with_who_took_it() -> None:
    done, taken = changes(
        milestones=[{"title": "Films", "baseline": ago(6), "done": ago(2)}],
        decisions=[{"title": "Go", "date": ago(3), "decided_by": "Ana Ruiz"}],
    )
    assert (done.kind, done.title, done.slip, done.page) == ("milestone", "Films", 4, "timeline/#m-films")
    assert (taken.kind, taken.by, taken.page) == ("decision", "Ana Ruiz", "scope/#d-go")


@pytest.mark.parametrize("decision", ["approved", "rejected", "deferred", "withdrawn"])
def test_a_change_request_is_told_with_what_became_of_it_and_not_with_who_decided(decision: str) -> None:
    asked = {"title": "More", "decision": decision, "decided_on": ago(1), "decided_by": "Lucía"}
    (told,) = changes(change_requests=[asked])
    assert (told.kind, told.decision, told.by) == ("change_request", decision, None)


def test_a_change_that_is_still_to_decide_is_not_told() -> None:
    assert changes(change_requests=[{"title": "More", "raised_on": ago(1), "decided_on": ago(1)}]) == ()


def test_the_key_changes_with_what_the_line_says_and_with_nothing_else() -> None:
    def key(**values: object) -> str:
        return changes(decisions=[{"id": "go", "title": "Go", "date": ago(3), **values}])[0].key

    assert key() == key(decided_by="Ana Ruiz", context="Because.")
    assert len({key(), key(title="Stop"), key(date=ago(4)), key(id="stop")}) == 4

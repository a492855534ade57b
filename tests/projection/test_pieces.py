"""Pieces of views: the order of readings, and what of an engagement that is over is still to come."""

from datetime import date
from decimal import Decimal

import pytest

from portalgen.account import Account
from portalgen.clock import shifted
from portalgen.project import pieces
from portalgen.project.team import events

TODAY = date(2026, 11, 23)


def account(**values: object) -> Account:
    return Account.model_validate({"id": "a", "client": "A", "title": "T", **values})


READINGS = [
    ([("5", "2026-10-01"), ("7", None)], [5, 7]),
    ([("5", "2026-10-01"), ("6", None), ("7", "2026-11-01")], [5, 6, 7]),
    ([("7", "2026-11-01"), ("8", None), ("5", "2026-10-01")], [5, 7, 8]),
    ([("4", None), ("5", "2026-10-01")], [4, 5]),
    ([("4", None), ("3", None)], [4, 3]),
]


@pytest.mark.parametrize(("written", "order"), READINGS)
def test_a_reading_without_a_day_keeps_its_place_after_the_one_before_it(
    written: list[tuple[str, str | None]], order: list[int]
) -> None:
    readings = [{"value": value, "date": day} if day else {"value": value} for value, day in written]
    found = pieces.kpi(account(kpis=[{"name": "K", "readings": readings}]).kpis[0])
    assert [r.value for r in found.readings] == order
    assert found.actual is not None
    assert found.actual.value == Decimal(order[-1])


STONES = [
    ({"baseline": "2026-11-22"}, True),
    ({"baseline": "2026-11-23"}, False),
    ({"baseline": "2026-11-01", "forecast": "2026-11-23"}, False),
    ({"baseline": "2026-12-01", "forecast": "2026-11-22"}, True),
    ({"forecast": "2026-11-22"}, True),
    ({"baseline": "2026-11-01", "done": "2026-11-02"}, False),
    ({}, False),
]


@pytest.mark.parametrize(("days", "passed"), STONES)
def test_a_day_has_passed_where_it_lies_behind_and_nothing_is_done(
    days: dict[str, str], passed: bool
) -> None:
    found = account(milestones=[{"title": "Launch", **days}])
    assert pieces.milestone(found, found.milestones[0], TODAY).passed == passed


OPEN = [("active", {"done", "later", "given", "asked", "end"}), ("on_hold", {"done", "later", "given", "asked", "end"}),
        ("completed", {"done", "given", "end"}), ("cancelled", set())]  # fmt: skip


@pytest.mark.parametrize(("lifecycle", "kept"), OPEN)
def test_what_is_over_has_nothing_open_in_the_teams_days(lifecycle: str, kept: set[str]) -> None:
    found = account(
        lifecycle=lifecycle,
        end="2026-12-20",
        milestones=[{"title": "Done", "done": "2026-11-01"}, {"title": "Later", "baseline": "2026-12-01"}],
        needs=[{"title": "Given", "due": "2026-11-01", "done": "2026-11-01"}, {"title": "Asked", "due": "2026-12-01"}],
    )  # fmt: skip
    assert {event.key.rpartition("/")[2] for event in events(found)} == kept


@pytest.mark.parametrize(
    ("day", "days", "there"),
    [(TODAY, 7, date(2026, 11, 30)), (date.max, 1, date.max), (date.min, -1, date.min), (TODAY, 10**12, date.max)],
)  # fmt: skip
def test_no_day_lies_outside_the_calendar(day: date, days: int, there: date) -> None:
    assert shifted(day, days) == there

"""Agreed dates, slip and what the data says, at the days around each threshold."""

from datetime import date

import pytest

from portalgen.account import Account
from portalgen.project import dates

TODAY = date(2026, 11, 23)


def account(**values: object) -> Account:
    return Account.model_validate({"id": "a", "client": "A", "title": "T", **values})


def milestone(**values: str) -> dict[str, str]:
    return {"title": "Launch", **values}


def request(days: str, decision: str = "approved", affects: str = "launch") -> dict[str, object]:
    return {"title": "More", "schedule_days": days, "decision": decision, "affects": [affects]}


@pytest.mark.parametrize(
    ("requests", "agreed"),
    [
        ([], "2026-11-10"),
        ([request("7")], "2026-11-17"),
        ([request("7"), request("-2")], "2026-11-15"),
        ([request("7", "pending")], "2026-11-10"),
        ([request("7", "rejected")], "2026-11-10"),
        ([request("7", affects="end")], "2026-11-10"),
    ],
)
def test_agreed_is_promised_plus_the_approved_days(requests: list[object], agreed: str) -> None:
    found = account(milestones=[milestone(baseline="2026-11-10")], change_requests=requests)
    assert dates.moved(found, "launch", found.milestones[0].baseline) == date.fromisoformat(agreed)


@pytest.mark.parametrize(
    ("milestone", "slip"),
    [
        (milestone(), None),
        (milestone(baseline="2026-11-24"), None),
        (milestone(baseline="2026-11-23"), None),
        (milestone(baseline="2026-11-22"), 1),
        (milestone(baseline="2026-11-22", forecast="2026-12-02"), 10),
        (milestone(baseline="2026-12-22", forecast="2026-12-20"), -2),
        (milestone(baseline="2026-11-01", forecast="2026-12-02", done="2026-11-04"), 3),
    ],
)
def test_slip_counts_to_done_else_forecast_else_today(milestone: dict[str, str], slip: int | None) -> None:
    one = account(milestones=[milestone]).milestones[0]
    assert dates.slip(one, one.baseline, TODAY) == slip


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({}, "on_track"),
        ({"milestones": [milestone(baseline="2026-11-23")]}, "on_track"),
        ({"milestones": [milestone(baseline="2026-11-22")]}, "at_risk"),
        ({"milestones": [milestone(baseline="2026-11-09")]}, "at_risk"),
        ({"milestones": [milestone(baseline="2026-11-08")]}, "off_track"),
        ({"milestones": [milestone(baseline="2026-01-01", done="2026-11-01")]}, "on_track"),
        ({"needs": [{"title": "Logo", "due": "2026-11-23"}]}, "on_track"),
        ({"needs": [{"title": "Logo", "due": "2026-11-22"}]}, "at_risk"),
        ({"needs": [{"title": "Logo", "due": "2026-11-22", "done": "2026-11-23"}]}, "on_track"),
    ],
)
def test_the_data_says_health_by_the_worst_slip_and_overdue_needs(
    values: dict[str, object], says: str
) -> None:
    assert dates.data_says(account(**values), TODAY) == says


@pytest.mark.parametrize(
    ("values", "days"),
    [
        ({"due": "2026-11-24"}, None),
        ({"due": "2026-11-23"}, None),
        ({"due": "2026-11-22"}, 1),
        ({"due": "2026-11-13"}, 10),
        ({"due": "2026-11-22", "done": "2026-11-23"}, None),
        ({}, None),
    ],
)
def test_a_need_is_overdue_from_the_day_after_its_own(values: dict[str, str], days: int | None) -> None:
    need = account(needs=[{"title": "Logo", **values}]).needs[0]
    assert dates.overdue(need, TODAY) == days

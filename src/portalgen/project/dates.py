"""What follows from dates: agreed dates, slip, what the data says about health.

Pure functions over an account, whole or narrowed: a client's figures are computed from the client's
account, so that nothing private moves a date that they see.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

from portalgen.account import Account, ChangeRequest, Milestone, Need
from portalgen.vocabulary import Overall

END = "end"
OFF_TRACK_AFTER = 14
"""Days of slip after which the data says off track."""


def approved(account: Account, affected: str) -> tuple[ChangeRequest, ...]:
    """The approved change requests that move this milestone (its id), or `end`."""
    return tuple(
        c
        for c in account.change_requests
        if c.decision == "approved" and affected in c.affects and c.schedule_days
    )


def moved(account: Account, affected: str, promised: date | None) -> date | None:
    """The agreed date: promised plus the approved days, or None where nothing was promised."""
    if promised is None:
        return None
    days = sum(c.schedule_days or 0 for c in approved(account, affected))
    try:
        return promised + timedelta(days=days)
    except OverflowError:
        return promised


def slip(milestone: Milestone, agreed: date | None, today: date) -> int | None:
    """Calendar days from agreed to done, else to forecast, else to today once agreed has passed."""
    if agreed is None:
        return None
    until = milestone.done or milestone.forecast or (today if today > agreed else None)
    return None if until is None else (until - agreed).days


def slips(account: Account, today: date) -> Iterator[tuple[Milestone, int]]:
    """The slip of each unfinished milestone of which one can be told."""
    for milestone in account.milestones:
        if milestone.done is None:
            days = slip(milestone, moved(account, milestone.id, milestone.baseline), today)
            if days is not None:
                yield milestone, days


def account_slip(account: Account, today: date) -> int | None:
    """The slip of the worst unfinished milestone."""
    return max((days for _, days in slips(account, today)), default=None)


def overdue(need: Need, today: date) -> int | None:
    """Days since an open need was due, or None."""
    if need.done is not None or need.due is None or need.due >= today:
        return None
    return (today - need.due).days


def data_says(account: Account, today: date) -> Overall:
    """Health by the data: worst slip of unfinished milestones, and overdue needs."""
    worst = account_slip(account, today)
    if worst is not None and worst > OFF_TRACK_AFTER:
        return "off_track"
    late = worst is not None and worst > 0
    return "at_risk" if late or any(overdue(n, today) for n in account.needs) else "on_track"


def shown_updates(account: Account, today: date) -> Iterator[date]:
    """The days of the updates that are not in the future."""
    return (u.date for u in account.updates if u.date <= today)

"""Attention rules: which account needs somebody today, and why. Each rule is a small pure function.

A rule returns its sentences (none: nothing to say). What they look at is the whole account; the
sentences are for the team alone. `RULES` is in the order of urgency.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from portalgen.account import CLIENT, Account
from portalgen.project import dates
from portalgen.project.say import Say
from portalgen.settings import Settings
from portalgen.views import Attention

CHANGE_PENDING_DAYS = 10
EXPECTATION_OPEN_DAYS = 10
CONSENT_ENDING_DAYS = 60
_WORSE = {"complete": 0, "on_track": 0, "at_risk": 1, "off_track": 2}
_CLAIMS = {"complete": "Complete", "on_track": "On track", "at_risk": "At risk"}


@dataclass(frozen=True, slots=True)
class Case:
    """What a rule looks at. `told` has the updates that reach the client."""

    account: Account
    settings: Settings
    today: date
    say: Say
    told: Account

    def days_since(self, day: date | None) -> int:
        """Days from a day to today; a missing or future day is none."""
        return max(0, (self.today - day).days) if day else 0


Rule = Callable[[Case], Iterator[str]]


def watermelon(c: Case) -> Iterator[str]:
    """Green outside, red inside: claimed health better than what the data says."""
    claimed, data = c.account.health.overall, dates.data_says(c.account, c.today)
    if claimed not in _WORSE or _WORSE[claimed] >= _WORSE[data]:
        return
    claim = c.say(_CLAIMS[claimed])
    worst = max(dates.slips(c.account, c.today), key=lambda found: found[1], default=None)
    if worst is not None and worst[1] > 0:
        yield c.say.many(
            "Says “{claim}”, but “{title}” is {n} day late",
            "Says “{claim}”, but “{title}” is {n} days late",
            worst[1],
            claim=claim,
            title=worst[0].title,
        )
    else:
        yield c.say("Says “{claim}”, but something we need from the client is overdue", claim=claim)


def need_overdue(c: Case) -> Iterator[str]:
    """Something we need from the client is late."""
    for need in c.account.needs:
        if days := dates.overdue(need, c.today):
            yield c.say.many(
                "“{title}” was due from the client {n} day ago",
                "“{title}” was due from the client {n} days ago",
                days,
                title=need.title,
            )


def end_moved(c: Case) -> Iterator[str]:
    """On track, but approved changes moved the end, all together, to a later day."""
    days = sum(r.schedule_days or 0 for r in dates.approved(c.account, dates.END))
    if c.account.health.overall == "on_track" and days > 0:
        yield c.say.many(
            "Says “{claim}”, but an approved change moved the end by {n} day",
            "Says “{claim}”, but an approved change moved the end by {n} days",
            days,
            claim=c.say(_CLAIMS["on_track"]),
        )


def past_end(c: Case) -> Iterator[str]:
    """The agreed end has passed and the engagement is still active."""
    end = dates.moved(c.account, dates.END, c.account.end)
    if end is not None and c.today > end:
        days = (c.today - end).days
        yield c.say.many(
            "The end passed {n} day ago and it is still active",
            "The end passed {n} days ago and it is still active",
            days,
        )


def change_pending(c: Case) -> Iterator[str]:
    """A change request has waited too long for a decision."""
    for request in c.account.change_requests:
        days = c.days_since(request.raised_on)
        if request.decision == "pending" and days > CHANGE_PENDING_DAYS:
            yield c.say.many(
                "Change request “{title}” has waited {n} day",
                "Change request “{title}” has waited {n} days",
                days,
                title=request.title,
            )


def expectation_open(c: Case) -> Iterator[str]:
    """Somebody was told something, and nobody has settled it."""
    for expectation in c.account.expectations:
        days = c.days_since(expectation.said_on)
        if expectation.status == "open" and days > EXPECTATION_OPEN_DAYS:
            yield c.say.many(
                "The expectation “{title}” has been open for {n} day",
                "The expectation “{title}” has been open for {n} days",
                days,
                title=expectation.statement,
            )


def round_over(c: Case) -> Iterator[str]:
    """A review round over what was agreed."""
    for one in c.account.deliverables:
        over = one.round is not None and one.round_limit is not None and one.round > one.round_limit
        if over and one.status not in ("approved", "superseded"):
            yield c.say(
                "“{title}” is in review round {round} of {limit}",
                title=one.title,
                round=one.round,
                limit=one.round_limit,
            )


def last_update(told: Account, today: date) -> date | None:
    """The day of the last update that the client has seen, or None."""
    return max((u.date for u in told.updates if u.audience >= CLIENT and u.date <= today), default=None)


def silent(c: Case) -> Iterator[str]:
    """The client has not had a single update."""
    if last_update(c.told, c.today) is None:
        yield c.say("The client has not had an update yet")


def stale(c: Case) -> Iterator[str]:
    """No client-visible update for as many days as the settings say."""
    last = last_update(c.told, c.today)
    if last is not None and (days := c.days_since(last)) >= c.settings.stale_after_days:
        yield c.say.many(
            "The client has had no update for {n} day",
            "The client has had no update for {n} days",
            days,
        )


def consent_ending(c: Case) -> Iterator[str]:
    """Consent to a case study ends soon."""
    consent = c.account.case_study.consent
    if consent.status != "granted" or consent.expires_on is None:
        return
    left = (consent.expires_on - c.today).days
    if left == 0:
        yield c.say("Consent to the case study ends today")
    elif 0 < left <= CONSENT_ENDING_DAYS:
        yield c.say.many(
            "Consent to the case study ends in {n} day", "Consent to the case study ends in {n} days", left
        )


def no_ae(c: Case) -> Iterator[str]:
    """Nobody is the account executive."""
    if not any(p.role == "account_executive" for p in c.account.team):
        yield c.say("It has no account executive")


def no_tactic(c: Case) -> Iterator[str]:
    """Nothing has been proposed for as many days as the settings say, counted from the start at first."""
    days_of = (t.proposed_on for t in c.account.tactics if t.status != "idea")
    proposed = [day for day in days_of if day is not None and day <= c.today]
    since = max(proposed, default=c.account.start)
    if since is None:
        if not any(t.status != "idea" for t in c.account.tactics):
            yield c.say("Nothing has been proposed to the client yet")
    elif (days := c.days_since(since)) >= c.settings.tactics_every_days:
        yield c.say.many(
            "Nothing has been proposed to the client for {n} day",
            "Nothing has been proposed to the client for {n} days",
            days,
        )


_UNDER_WAY = ("active",)
_OURS = ("active", "on_hold", "proposed")
_ANY = ("active", "on_hold", "proposed", "completed", "cancelled")

RULES: tuple[tuple[str, Rule, tuple[str, ...]], ...] = (
    ("watermelon", watermelon, _UNDER_WAY),
    ("need-overdue", need_overdue, _UNDER_WAY),
    ("end-moved", end_moved, _UNDER_WAY),
    ("past-end", past_end, _UNDER_WAY),
    ("change-pending", change_pending, _UNDER_WAY),
    ("expectation-open", expectation_open, _UNDER_WAY),
    ("round-over", round_over, _UNDER_WAY),
    ("silent", silent, _UNDER_WAY),
    ("stale", stale, _UNDER_WAY),
    ("consent-ending", consent_ending, _ANY),
    ("no-ae", no_ae, _OURS),
    ("no-tactic", no_tactic, _UNDER_WAY),
)
"""Each rule's id, itself, and the lifecycles in which it is asked."""


def attention(
    account: Account, settings: Settings, today: date, say: Say, told: Account | None = None
) -> tuple[Attention, ...]:
    """Every reason why this account needs somebody on this day, the most urgent first.

    `told` is what of the account reaches its client, where that is not all that is marked for them.
    """
    case = Case(account, settings, today, say, told or account)
    return tuple(
        Attention(rule=name, message=message)
        for name, rule, lifecycles in RULES
        if account.lifecycle in lifecycles
        for message in rule(case)
    )

"""What is held back or left out, as a build, a check and the record of a release say it.

Owns these sentences and nothing of the decision (`shown`, `project.review`). Held-back work is no
failure: it has the severity of what wants attention.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from portalgen.build.shown import Shown
from portalgen.load.approvals import CASE, PORTAL
from portalgen.problems import Address, Problem
from portalgen.settings import Settings
from portalgen.views import HeldView

_MOST_NAMED = 6
_FILE = {"client": PORTAL, "public": CASE}
_FROM = {"client": "from the client", "public": "from the public"}
_WITHOUT = {"client": "no portal", "public": "no public case study"}


def told(shown: Iterable[Shown], settings: Settings) -> Iterator[Problem]:
    """What a build and a check say of each account that is shown otherwise than it is written: what is held
    back, and what a case study leaves out for want of consent."""
    for one in shown:
        yield from _held(one, settings)
        yield from _left_out(one, settings)


def _left_out(one: Shown, settings: Settings) -> Iterator[Problem]:
    field = "case_study.consent.scopes"
    for scope in one.row.case.left_out:
        at = one.place(field) or Address(f"{settings.relative(settings.accounts)}/{one.id}.md")
        message = f'the consent does not cover "{scope}", so the case study goes without'
        hint = f"ask the client for it and add {scope} to the scopes, or take it out of the case study"
        yield Problem(at, "attention", "left-out", message, field, hint)


def _held(one: Shown, settings: Settings) -> Iterator[Problem]:
    """One for each audience that something is held back from, with what to type."""
    at = one.place("title") or Address(f"{settings.relative(settings.accounts)}/{one.id}.md")
    for held in one.held:
        hint = f"look at it and release it: portalgen approve {one.id} --audience {held.audience}"
        yield Problem(at, "attention", "held-back", _sentence(held), hint=hint)


def _sentence(held: HeldView) -> str:
    if held.first:
        without = f"nothing is approved yet, so there is {_WITHOUT[held.audience]}"
        return f"held back {_FROM[held.audience]}: {without}"
    things = "1 change" if held.count == 1 else f"{held.count} changes"
    names = list(_names(held))
    more = f" and {len(names) - _MOST_NAMED} more" if len(names) > _MOST_NAMED else ""
    return f"held back {_FROM[held.audience]}: {things} ({', '.join(names[:_MOST_NAMED])}{more})"


def _names(held: HeldView) -> Iterator[str]:
    """What differs, as it is called in the account's file: `milestones.launch`, `objective`."""
    yield from dict.fromkeys(".".join(filter(None, (d.place, d.id or d.field))) for d in held.waiting)


def held_record(shown: Iterable[Shown], settings: Settings) -> Iterator[dict[str, Any]]:
    """The elements of `held_back` in the record of a release."""
    for one in shown:
        for held in one.held:
            yield {
                "account": one.id,
                "audience": held.audience,
                "approval": f"{settings.relative(settings.approved)}/{one.id}/{_FILE[held.audience]}",
                "approved_by": held.approved_by,
                "approved_on": held.approved_on.isoformat() if held.approved_on else None,
                "changes": [] if held.first else list(_names(held)),
            }


def next_expiry(shown: Iterable[Shown]) -> date | None:
    """The next last day of a case that is public, or that sales may show: the day after, a build must run."""
    days = (one.account.case_study.consent.expires_on for one in shown if one.row.case.case is not None)
    return min((day for day in days if day is not None), default=None)

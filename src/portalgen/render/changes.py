"""A change request's effect on the dates, in words: what it did, would do, or would have done.

Only an approved change moves a date; of all others the sentence says so, lest a reader take for done what
was asked for.
"""

from __future__ import annotations

from portalgen.render.environment import listed, say
from portalgen.views import ChangeRequestView


def effect(change: ChangeRequestView, language: str) -> str:
    """The effect of a change request, with the milestones that it concerns."""
    t = say(language)
    affected = (*change.affects, *((t("the end"),) if change.affects_end else ()))
    touched = listed(affected, language) if affected else ""
    days = _days(change.schedule_days, language) if change.schedule_days else t("No effect on dates")
    asked = f"{days}: {touched}" if touched else days
    if not change.schedule_days or change.decision == "approved":
        return asked
    if change.decision == "pending":
        return t("If approved, {effect}", effect=asked)
    return t("No effect on dates (asked for {effect})", effect=asked)


def _days(days: int, language: str) -> str:
    t = say(language)
    if days < 0:
        return t.many("{n} day less", "{n} days less", -days)
    return t.many("{n} day more", "{n} days more", days)

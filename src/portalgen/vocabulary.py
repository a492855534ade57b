"""The words that every floor shares: audiences, the account's enumerations, slugs.

Owns nothing but names. It stands below the account and the views so that what renders can speak of
a milestone's health without ever being able to import an account.
"""

from __future__ import annotations

import re
import unicodedata
from enum import IntEnum
from typing import Literal


class Audience(IntEnum):
    """Who may read a text, by width: `PUBLIC` is for everybody, `INTERNAL` for the team alone.

    A reader of audience `r` may read a text of audience `t` when `t >= r`.
    """

    INTERNAL = 0
    CLIENT = 1
    PUBLIC = 2

    def __str__(self) -> str:
        return self.name.lower()


AUDIENCES: dict[str, Audience] = {str(audience): audience for audience in Audience}

Lifecycle = Literal["active", "proposed", "on_hold", "completed", "cancelled"]
OVER: tuple[Lifecycle, ...] = ("completed", "cancelled")
"""In which nothing is open any more, whatever the file still holds."""
Size = Literal["small", "medium", "large", "enterprise"]
TeamRole = Literal[
    "account_executive",
    "project_manager",
    "strategist",
    "creative",
    "media",
    "developer",
    "analyst",
    "other",
]
ContactRole = Literal["sponsor", "approver", "day_to_day", "other"]
Overall = Literal["on_track", "at_risk", "off_track", "on_hold", "complete"]
Colour = Literal["green", "amber", "red", "unknown"]
DeliverableStatus = Literal[
    "planned",
    "in_progress",
    "internal_review",
    "ready",
    "client_review",
    "changes_requested",
    "approved",
    "superseded",
]
NeedAction = Literal["provide", "decide", "review", "accept"]
Direction = Literal["increase", "decrease", "maintain"]
ExpectationSource = Literal["proposal", "sow", "call", "email", "verbal"]
ExpectationStatus = Literal["open", "in_scope", "out_of_scope", "reset"]
ChangeType = Literal["request_for_change", "off_specification", "problem"]
ChangeDecision = Literal["pending", "approved", "rejected", "deferred", "withdrawn"]
RiskResponse = Literal["avoid", "reduce", "transfer", "share", "accept"]
RiskStatus = Literal["open", "closed"]
Effort = Literal["small", "medium", "large"]
TacticStatus = Literal["idea", "proposed", "accepted", "declined"]
Attribution = Literal["internal_only", "anonymised", "named"]
ConsentStatus = Literal["none", "requested", "granted", "revoked"]
ConsentScope = Literal["name", "logo", "quote", "metrics", "imagery"]
ConsentChannel = Literal["website", "sales_deck", "social", "press"]
AccessMode = Literal["sealed", "host", "open"]

SLUG_LENGTH = 64
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


def slug(text: str) -> str:
    """The id made from a title: NFKD, ASCII letters and digits in lower case, else hyphens.

    Returns at most 64 characters, or `""` where the text has no letter or digit to make one from.
    """
    ascii_only = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return _NOT_SLUG.sub("-", ascii_only).strip("-")[:SLUG_LENGTH].rstrip("-")

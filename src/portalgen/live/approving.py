"""Approving from the desk: what a form comes to, and what was approved in this run.

Owns the token of the run, the order in which approvals are made (one after the other), and what the
page says afterwards. Who may send a form at all is `asking`'s to decide; whether what it names can be
approved, and writing it down, is the shop's.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, Protocol, get_args

from portalgen.live.desk import Approval, Refusal, Stale
from portalgen.views import LetterView, Reviewed

AUDIENCES: tuple[Reviewed, ...] = get_args(Reviewed)


class Approver(Protocol):
    """Who approves: part of the server's `Shop`."""

    @property
    def approver(self) -> str:
        """The name to suggest, or `""`."""

    def approve(self, account: str, audience: Reviewed, by: str, digest: str) -> Approval:
        """Approve the state that `digest` names, in the name of `by`; it is written when this returns.

        Raises `Stale` where something else or nothing waits now, and `Refusal` for everything else.
        """

    def letters(self, account: str) -> tuple[LetterView, ...]:
        """The letters of the account's last approval for the client in this run."""


@dataclass(frozen=True, slots=True)
class Done:
    """An approval that was made in this run."""

    by: str
    digest: str
    approval: Approval


Outcome = Literal["done", "stale", "refused", "old page"]


@dataclass(frozen=True, slots=True)
class Taken:
    """What a form came to. `sentence` says why where it was refused; `by` is the name that it held."""

    outcome: Outcome
    audience: str
    by: str
    sentence: str = ""


class Approvals:
    """The approvals of one run of the server."""

    def __init__(self, approver: Approver) -> None:
        self.token = secrets.token_urlsafe(32)
        self._approver = approver
        self._one_by_one = threading.Lock()
        self._done: dict[tuple[str, str], Done] = {}
        self._by = ""

    @property
    def by(self) -> str:
        """The name to suggest: whose it was last, or the shop's."""
        return self._by or self._approver.approver

    def take(self, account: str, form: Mapping[str, str]) -> Taken:
        """Approve what a form names, if it comes from a page of this run and shows what waits now."""
        by = " ".join(form["by"].split())
        audience = next((one for one in AUDIENCES if one == form["audience"]), None)
        if audience is None or not hmac.compare_digest(form["token"].encode(), self.token.encode()):
            return Taken("old page", form["audience"], by)
        with self._one_by_one:
            try:
                approval = self._approver.approve(account, audience, by, form["digest"])
            except Stale:
                # Of two clicks, the second finds that the first has been heard.
                before = self._done.get((account, audience))
                heard = before is not None and before.digest == form["digest"]
                return Taken("done" if heard else "stale", audience, by)
            except Refusal as error:
                return Taken("refused", audience, by, error.sentence)
            self._done[account, audience] = Done(by, form["digest"], approval)
            self._by = by
        return Taken("done", audience, by)

    def done(self, account: str, audience: str) -> Done | None:
        """What was last approved for these readers in this run."""
        return self._done.get((account, audience))

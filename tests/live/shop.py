"""A shop for the desk's server that builds nothing: a folder of pages, and what a test says of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import Any

from portalgen.live.desk import Approval, Desk, DeskAccount, Refusal, Stale
from portalgen.live.server import News
from portalgen.problems import Address, Problem
from portalgen.views import Attention, DifferenceView, HeldView, LetterView, Reviewed

KEY = "k" * 26


class FakeShop:
    """Shows what it is told to show. `settled` counts who asked it to settle.

    `approved` is what was approved: account, audience, by whom, digest.
    """

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.folder = folder
        self.desk = desk
        self.approver = "Ana Ruiz"
        self.approved: list[tuple[str, str, str, str]] = []
        self.settled = 0
        self._letters: dict[str, tuple[LetterView, ...]] = {}
        self._moved = threading.Condition()
        self._news: list[News] = []

    def settle(self, page: str = "") -> None:
        with self._moved:
            self.settled += 1

    def news(self, after: int, timeout: float) -> News | None:
        with self._moved:
            self._moved.wait_for(lambda: self.desk.version > after, timeout)
            missed = [one for one in self._news if one.version > after]
            if not missed:
                return None
            pages: frozenset[str] = frozenset().union(*(one.pages or () for one in missed))
            return News(missed[-1].version, None if any(one.pages is None for one in missed) else pages)

    def approve(self, account: str, audience: Reviewed, by: str, digest: str) -> Approval:
        one = self.desk.account(account)
        if one is None or not by:
            raise Refusal("There is no such account." if by else "Write who approves it.")
        if self.desk.prevents_approval(one):
            raise Refusal("Its files have errors.")
        held = one.held_from(audience)
        if held is None or held.digest != digest:
            raise Stale
        self.approved.append((account, audience, by, digest))
        letters: tuple[LetterView, ...] = ()
        if audience == "client":
            letters = self._letters[account] = (letter_of(one, held, by),)
        left = tuple(other for other in one.held if other is not held)
        portal = one.portal or one.draft.replace("drafts/", "portals/")
        changes = {"draft": "", "portal": portal} if audience == "client" else {}
        self.change(account, held=left, **changes)
        stranger = one.team and by not in one.team
        return Approval(audience, letters, f"{by} is not in the team" if stranger else "")

    def letters(self, account: str) -> tuple[LetterView, ...]:
        return self._letters.get(account, ())

    def change(self, account: str, **changes: Any) -> None:
        """A new version, with something else about an account."""
        found = (replace(one, **changes) if one.id == account else one for one in self.desk.accounts)
        self.show(accounts=tuple(found))

    def write(self, path: str, text: str | bytes) -> None:
        """Put a file into the preview as a build does: whole."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        beside = target.with_name(f".{target.name}.new")
        beside.write_bytes(text.encode() if isinstance(text, str) else text)
        beside.replace(target)

    def edit(self, path: str, before: str, after: str) -> None:
        """Change a page of the preview, and tell of it."""
        text = (self.folder / path).read_text("utf-8")
        assert before in text, f"{path} does not say {before!r}"
        self.write(path, text.replace(before, after))
        self.show([path])

    def show(self, pages: Iterable[str] | None = (), **changes: Any) -> None:
        """A new version: these pages changed, and this of the desk."""
        with self._moved:
            self.desk = replace(self.desk, version=self.desk.version + 1, **changes)
            self._news.append(News(self.desk.version, None if pages is None else frozenset(pages)))
            self._moved.notify_all()


def account(root: Path, name: str = "brisa-foods", **changes: Any) -> DeskAccount:
    """An account with all three of its pages, in good order."""
    values: dict[str, Any] = {
        "id": name,
        "client": name.replace("-", " ").title(),
        "title": "Spring launch",
        "lifecycle": "active",
        "attention": (),
        "portal": f"portals/{KEY}/",
        "no_portal": "",
        "brief": f"internal/accounts/{name}/",
        "case": f"public/case-studies/{name}/",
        "no_case": "",
        "broken": False,
        "file": str(root / f"content/accounts/{name}.md"),
    }
    return DeskAccount(**{**values, **changes})


def desk(root: Path, *accounts: DeskAccount, **changes: Any) -> Desk:
    """A desk with these accounts, built once, without a problem."""
    values: dict[str, Any] = {
        "version": 1,
        "agency": "Estudio Norte",
        "language": "en",
        "as_of": date(2026, 11, 23),
        "root": root,
        "accounts": accounts,
        "problems": (),
        "lines": {},
        "scan": "clean",
        "note": "",
    }
    return Desk(**{**values, **changes})


def problem(path: str, line: int = 14, column: int = 12, **changes: Any) -> Problem:
    """An unknown key, as the loader would report it."""
    values: dict[str, Any] = {
        "severity": "error",
        "code": "unknown-key",
        "message": 'unknown key "rol"',
        "field": "team.2",
        "hint": 'did you mean "role"?',
        "width": 3,
    }
    return Problem(Address(path, line, column), **{**values, **changes})


def late(message: str = "“Sign off the tariff table” was due from the client 4 days ago") -> Attention:
    """A reason why somebody is needed."""
    return Attention(rule="need-overdue", message=message)


def difference(field: str = "forecast", **changes: Any) -> DifferenceView:
    """A milestone that is to come later."""
    values: dict[str, Any] = {
        "place": "milestones",
        "id": "launch",
        "title": "Launch",
        "field": field,
        "before": "2027-03-15",
        "after": "2027-04-12",
    }
    return DifferenceView(**{**values, **changes})


def held(audience: Reviewed = "client", *differences: DifferenceView, **changes: Any) -> HeldView:
    """What waits of Brisa Foods: a launch that is to come later. Its digest is made from what differs."""
    shown = differences or (difference(),)
    values: dict[str, Any] = {
        "account": "brisa-foods",
        "client": "Brisa Foods",
        "title": "Spring launch",
        "audience": audience,
        "approved_by": "Luis Vega",
        "approved_on": date(2026, 11, 12),
        "differences": shown,
        "digest": sha256(repr((audience, shown)).encode()).hexdigest()[:16],
    }
    return HeldView(**{**values, **changes})


def letter_of(one: DeskAccount, approved: HeldView, by: str) -> LetterView:
    """What the client is told of an approval."""
    return LetterView(
        language="es",
        agency="Estudio Norte",
        client=one.client,
        title=one.title,
        to=("marta@brisa.example",),
        greeted=("Marta",),
        sender=by,
        address=f"https://clients.example/{one.portal}",
        news=approved.differences,
    )

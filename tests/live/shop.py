"""A shop for the desk's server that builds nothing: a folder of pages, and what a test says of it."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from portalgen.live.desk import Desk, DeskAccount
from portalgen.live.server import News
from portalgen.problems import Address, Problem
from portalgen.views import Attention

KEY = "k" * 26


class FakeShop:
    """Shows what it is told to show. `settled` counts who asked it to settle."""

    def __init__(self, folder: Path, desk: Desk) -> None:
        self.folder = folder
        self.desk = desk
        self.settled = 0
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

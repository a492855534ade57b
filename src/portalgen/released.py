"""What each account said when it was last released: the memory that withdrawing needs.

One JSON file per account in `.portalgen/released/`, as private as the sources themselves. An entry
that cannot be read is no entry: then nothing can be retained, and the account waits for a build that
succeeds. Owns these files and nothing of their meaning (`project.withdraw`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from pathlib import Path

from pydantic import ValidationError

from portalgen.account import Account

_DAY = "as-of"


class Released:
    """The accounts of the last release, by id, and its date."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder / "released"

    def __contains__(self, name: str) -> bool:
        return (self._folder / f"{name}.json").is_file()

    def names(self) -> frozenset[str]:
        """The ids of all accounts that were released."""
        return frozenset(p.stem for p in self._folder.glob("*.json"))

    def account(self, name: str) -> Account | None:
        """The account as it was released, or None."""
        try:
            text = (self._folder / f"{name}.json").read_bytes()
            return Account.model_validate_json(text)
        except (OSError, ValidationError):
            return None

    def as_of(self) -> date | None:
        """The date of the last release, or None."""
        try:
            return date.fromisoformat((self._folder / _DAY).read_text().strip())
        except (OSError, ValueError):
            return None

    def replace(self, accounts: Iterable[Account], keep: Iterable[str], as_of: date) -> None:
        """Remember these accounts, keep the entries named in `keep`, forget all others."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = set(keep)
        for account in accounts:
            kept.add(account.id)
            text = account.model_dump_json(exclude_defaults=True, by_alias=True).encode()
            self._write(f"{account.id}.json", text)
        for name in self.names() - kept:
            (self._folder / f"{name}.json").unlink(missing_ok=True)
        self._write(_DAY, as_of.isoformat().encode())

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        if path.is_file() and path.read_bytes() == data:
            return
        temporary = self._folder / f".{name}.new"
        temporary.write_bytes(data)
        temporary.replace(path)

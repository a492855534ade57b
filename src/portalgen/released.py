"""What each account said when it was last released: the memory that withdrawing needs.

One JSON file per account in `.portalgen/released/`, as private as the sources themselves, and one of
what was approved of it then, below the SHA-256 of that. An entry that cannot be read is no entry: then
nothing can be retained, and the account waits for a build that succeeds. Owns these files and nothing of
their meaning (`project.withdraw`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from pathlib import Path
from typing import get_args

from pydantic import ValidationError

from portalgen.account import Account
from portalgen.load.approvals import NONE, Approvals, dump_all, parse_all
from portalgen.views import Reviewed

_DAY = "as-of"
_REVIEW = "review"


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

    def approvals(self, name: str) -> Approvals:
        """What was approved of the account when it was released."""
        for path in self._approved(name):
            try:
                return parse_all(_whole(path), name, path.name.split(".")[1])
            except (OSError, ValueError, AttributeError):
                continue
        return NONE

    def _approved(self, name: str) -> list[Path]:
        return sorted(self._folder.glob(f"approved/{name}.*.json"))

    def review(self, otherwise: tuple[Reviewed, ...]) -> tuple[Reviewed, ...]:
        """What was reviewed in the last release; `otherwise` where that isn't known."""
        try:
            found = (self._folder / _REVIEW).read_text().split()
        except (OSError, ValueError):
            return otherwise
        return tuple(one for one in get_args(Reviewed) if one in found)

    def as_of(self) -> date | None:
        """The date of the last release, or None."""
        try:
            return date.fromisoformat((self._folder / _DAY).read_text().strip())
        except (OSError, ValueError):
            return None

    def replace(
        self,
        accounts: Iterable[tuple[Account, Approvals]],
        keep: Iterable[str],
        as_of: date,
        review: tuple[Reviewed, ...],
    ) -> None:
        """Remember these accounts, keep the entries named in `keep`, forget all others."""
        (self._folder / "approved").mkdir(mode=0o700, parents=True, exist_ok=True)
        others = frozenset(keep)
        kept, approved = set(others), set[Path]()
        for account, approvals in accounts:
            kept.add(account.id)
            text = account.model_dump_json(exclude_defaults=True, by_alias=True).encode()
            self._write(f"{account.id}.json", text)
            if approvals != NONE:
                path = self._folder / "approved" / f"{account.id}.{approvals.digest}.json"
                approved.add(path)
                if not _is_whole(path):
                    data = dump_all(approvals)
                    self._write(f"approved/{path.name}", sha256(data).hexdigest().encode() + b"\n" + data)
        for name in self.names() - kept:
            (self._folder / f"{name}.json").unlink(missing_ok=True)
        for path in self._folder.glob("approved/*.json"):
            if path not in approved and path.name.split(".")[0] not in others:
                path.unlink(missing_ok=True)
        self._write(_DAY, as_of.isoformat().encode())
        self._write(_REVIEW, " ".join(review).encode())

    def _write(self, name: str, data: bytes) -> None:
        path = self._folder / name
        if path.is_file() and path.read_bytes() == data:
            return
        temporary = path.with_name(f".{path.name}.new")
        temporary.write_bytes(data)
        temporary.replace(path)


def _whole(path: Path) -> bytes:
    """What stands below its SHA-256 in a file, if it is what was written. Raises `OSError`, `ValueError`."""
    known, _, data = path.read_bytes().partition(b"\n")
    if sha256(data).hexdigest().encode() != known:
        raise ValueError("damaged")
    return data


def _is_whole(path: Path) -> bool:
    try:
        return bool(_whole(path))
    except (OSError, ValueError):
        return False

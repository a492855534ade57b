"""Who can open a portal: decided from what the account says of access, and the settings.

Pure, and it fails closed: a portal that was sealed is not laid open, and nobody comes to be able to open
it, by a build that publishes nothing but withdrawals.
"""

from __future__ import annotations

import unicodedata
from typing import NamedTuple

from portalgen.account import Account
from portalgen.vocabulary import AccessMode


class Lock(NamedTuple):
    """How a sealed portal is closed. `readers` none: one link and passphrase for everybody."""

    epoch: int
    readers: tuple[str, ...]


def mode(account: Account, default: AccessMode) -> AccessMode:
    """How the account's portal opens."""
    return account.access.mode or default


def readers(account: Account) -> tuple[str, ...]:
    """Those who can open the portal, each once, in the account's order; none: everybody who has its link.

    Accents are composed (NFC): whichever way somebody's keyboard writes a name, it is the same reader.
    """
    names = (unicodedata.normalize("NFC", reader.text) for reader in account.access.readers)
    return tuple(dict.fromkeys(names))


def lock(account: Account, default: AccessMode) -> Lock | None:
    """What a sealed portal is closed with; None where it is not sealed."""
    if mode(account, default) != "sealed":
        return None
    return Lock(account.access.epoch, readers(account))


class Nobody(Exception):
    """None of those who could open a portal may do so any more, and nobody else may yet."""


def narrowed(before: tuple[str, ...] | None, now: Account, default: AccessMode) -> Lock | None:
    """What a portal may be closed with that is not released anew: its `readers` of before (None: it was
    not sealed), less those who were taken off, in that order. Raises `Nobody`."""
    wanted = lock(now, default)
    if before is None:
        return wanted
    if wanted is None or not wanted.readers:
        return Lock(now.access.epoch, before)
    if not before:
        return wanted
    kept = tuple(reader for reader in before if reader in wanted.readers)
    if not kept:
        raise Nobody
    return wanted._replace(readers=kept)

"""The keys of one sealed portal, all made from the project's secret (`docs/sealed-format.md`, "Keys").

Owns who can open a portal with what: a link and a passphrase of each reader, or one of each for
everybody. None of these is ever written down; they are made again each time they are wanted. An epoch
that is counted up makes all of them new, other readers only the content key: the manifest is closed
again, and the portal keeps its address.
"""

from __future__ import annotations

import base64
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from re import compile as pattern

from portalgen.secret import derive, expand, portal_key

WORDS = 7
"""How many words a passphrase has: 7 of 7,776 are 90 bits, out of reach for those who guess offline."""
EVERYBODY = ""
"""The reader of a portal that lists none."""

_BETWEEN = pattern(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Keys:
    """What one portal of one epoch is closed with. `readers` are sorted; none: one way in for everybody.

    `address` is the portal's folder. `root` is the key that all others come from, and nobody's to see.
    """

    address: str
    readers: tuple[str, ...]
    root: bytes = field(repr=False)
    content: bytes = field(repr=False)
    build: bytes = field(repr=False)
    salt: bytes = field(repr=False)

    @property
    def ways(self) -> tuple[str, ...]:
        """Those who have a link and a passphrase of their own; `EVERYBODY` where nobody is named."""
        return self.readers or (EVERYBODY,)

    def link(self, reader: str) -> bytes:
        """The 32 bytes of a reader's access link."""
        return expand(self.root, _info("link", reader), 32)

    def passphrase(self, reader: str) -> str:
        """A reader's passphrase: seven words."""
        number = int.from_bytes(expand(self.root, _info("passphrase", reader), 32))
        words = words_of_passphrases()
        found = []
        for _ in range(WORDS):
            number, place = divmod(number, len(words))
            found.append(words[place])
        return " ".join(found)


def keys_of(secret: bytes, account: str, epoch: int, readers: Iterable[str] = ()) -> Keys:
    """The keys of an account's portal. Neither the order of `readers` nor one written twice
    makes a difference."""
    root = derive(secret, f"portalgen sealed portal\0{account}\0{epoch}".encode(), 32)
    listed = tuple(sorted(set(map(composed, readers))))
    return Keys(
        address=portal_key(secret, account, epoch),
        readers=listed,
        root=root,
        content=expand(root, _info("content", *listed), 32),
        build=expand(root, _info("build"), 32),
        salt=expand(root, _info("salt"), 16),
    )


def composed(reader: str) -> str:
    """A reader's name as keys are made of it (NFC), however its accents are written in the account."""
    return unicodedata.normalize("NFC", reader)


def link_text(key: bytes) -> str:
    """How a link's key stands in an address: base64url without padding, 43 characters."""
    return base64.urlsafe_b64encode(key).rstrip(b"=").decode()


def canonical(passphrase: str) -> bytes:
    """What of a passphrase counts, however it is typed: letters and digits, in lower case and composed
    (NFKC), with one space between words."""
    lower = unicodedata.normalize("NFKC", passphrase).lower()
    return _BETWEEN.sub(" ", lower).strip().encode()


@cache
def words_of_passphrases() -> tuple[str, ...]:
    """7,776 words that are easily told apart; whose they are says `words.LICENSE`."""
    return tuple((Path(__file__).parent / "words.txt").read_text("ascii").split())


def _info(label: str, *readers: str) -> bytes:
    # No name holds a NUL (the account's format refuses control characters): two lists never read alike.
    return "\0".join((label, *map(composed, readers))).encode()

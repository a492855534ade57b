"""Bytes -> sealed bytes and back, as `docs/sealed-format.md` has them ("Blobs", "The manifest", "keys.json").

Owns the envelope and that it is a function of what is in it: equal input gives equal bytes, so an edit
changes the files that show it and no other. Refuses to open what was changed, cut or put in the place of
another (`Damaged`).
"""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import pbkdf2_hmac, sha256
from typing import Any, NamedTuple

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_wrap

from portalgen.seal.keys import Keys, canonical
from portalgen.secret import expand

FORMAT = "portalgen-sealed-1"
STEP = 4096
"""Sizes are padded to steps of so many bytes."""
ROUNDS = 600_000
"""Of PBKDF2-HMAC-SHA256 for a passphrase."""
SLOTS = 32
"""Wraps come in lots of so many, used or not: their number does not tell how many readers there are."""
FOLDER = "blobs/"

_NONCE = 12
_WRAP = 40


class Damaged(Exception):
    """Sealed bytes that are not what was sealed, or not under this key."""


class Blob(NamedTuple):
    """A sealed file's key, and its name below the portal's folder."""

    key: bytes
    nonce: bytes
    path: str


def blob_of(keys: Keys, path: str, digest: bytes) -> Blob:
    """What a file is sealed with and where, from its path in the portal and the SHA-256 of its bytes."""
    seed = hmac.digest(keys.build, b"blob\0" + path.encode() + b"\0" + digest, "sha256")
    made = expand(seed, b"portalgen blob", 60)
    name = base64.b32encode(made[44:]).decode().rstrip("=").lower()
    return Blob(made[:32], made[32:44], f"{FOLDER}{name}")


def close(keys: Keys, blob: Blob, path: str, body: bytes) -> bytes:
    """A file, sealed: nonce, ciphertext of the padded bytes, tag."""
    padded = body + bytes(_padding(len(body)))
    return blob.nonce + AESGCM(blob.key).encrypt(blob.nonce, padded, _about(keys, "blob", path))


def reopen(keys: Keys, blob: Blob, path: str, length: int, data: bytes) -> bytes:
    """The bytes of a sealed file. Raises `Damaged`."""
    try:
        padded = AESGCM(blob.key).decrypt(data[:_NONCE], data[_NONCE:], _about(keys, "blob", path))
    except (InvalidTag, ValueError) as error:
        raise Damaged from error
    if length > len(padded):
        raise Damaged
    return padded[:length]


def manifest(keys: Keys, language: str, rows: Mapping[str, tuple[Blob, str, int]]) -> bytes:
    """`manifest.bin`: of each file of the portal its blob, type and length, sealed under the content key."""
    files = {
        path: [blob.path, base64.urlsafe_b64encode(blob.key).decode().rstrip("="), kind, length]
        for path, (blob, kind, length) in sorted(rows.items())
    }
    text = _json({"format": FORMAT, "language": language, "files": files})
    text += b" " * _padding(len(text))
    nonce = hmac.digest(keys.build, b"manifest\0" + sha256(text).digest(), "sha256")[:_NONCE]
    return nonce + AESGCM(keys.content).encrypt(nonce, text, _about(keys, "manifest", ""))


def wraps(keys: Keys) -> tuple[bytes, ...]:
    """The content key wrapped for each way in, sorted, among as many that open with nothing.

    Slow on purpose: `ROUNDS` of PBKDF2 for each reader.
    """
    found = sorted(_real(keys))
    lot = -(-len(found) // SLOTS) * SLOTS
    # They change whenever a real one does: else it could be counted how many are real.
    mark = sha256(b"".join(found)).digest()
    empty = (
        expand(keys.build, b"slot\0" + mark + number.to_bytes(2), _WRAP) for number in range(len(found), lot)
    )
    return tuple(sorted((*found, *empty)))


def _real(keys: Keys) -> Iterator[bytes]:
    for reader in keys.ways:
        yield aes_key_wrap(keys.link(reader), keys.content)
        yield aes_key_wrap(stretched(keys.passphrase(reader), keys.salt), keys.content)


def stretched(passphrase: str, salt: bytes) -> bytes:
    """The key that a passphrase comes to."""
    return pbkdf2_hmac("sha256", canonical(passphrase), salt, ROUNDS, 32)


def keys_json(keys: Keys, wrapped: Iterable[bytes]) -> bytes:
    """`keys.json`: what a reader needs to come from a link or passphrase to the content key."""
    derivation = {"name": "PBKDF2", "hash": "SHA-256", "iterations": ROUNDS, "salt": _text(keys.salt)}
    return _json({"format": FORMAT, "kdf": derivation, "wraps": [_text(one) for one in wrapped]}) + b"\n"


def _padding(length: int) -> int:
    return -length % STEP if length else STEP


def _about(keys: Keys, what: str, path: str) -> bytes:
    """The data that a seal vouches for besides what is in it: whose it is, and which file."""
    return "\0".join((FORMAT, keys.address, what, path)).encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

"""The project's secret, and the addresses made from it.

Owns reading, making and checking the 256 bits that name every portal's folder (`cli.md`, "The clock
and the secret"). Refuses to guess: a secret that is malformed, readable by others or not the one that
the settings know is an error, since every link would change.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import stat
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path

from portalgen.problems import UsageError
from portalgen.settings import Settings

_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
KEY_LENGTH = 26
MADE = "made .portalgen/secret: back it up somewhere safe; without it, every portal's address changes"
"""What is said once, when a secret was made."""


def read_secret(settings: Settings, environment: Mapping[str, str]) -> bytes | None:
    """The 32 bytes of `PORTALGEN_SECRET`, else of `.portalgen/secret`; None where there is neither.

    Raises `UsageError` where it is malformed, readable by others, or not `secret_id`'s.
    """
    text = environment.get("PORTALGEN_SECRET", "").strip()
    place = "PORTALGEN_SECRET"
    path = settings.private / "secret"
    if not text and path.is_file():
        _only_ours(path)
        text, place = path.read_text("utf-8", "replace").strip(), ".portalgen/secret"
    if not text:
        return None
    if not _HEX.fullmatch(text):
        raise UsageError(f"{place} is no secret; it wants 64 hexadecimal digits and nothing else")
    found = bytes.fromhex(text)
    if settings.secret_id and not hmac.compare_digest(settings.secret_id, fingerprint(found)):
        raise UsageError(
            f"{place} is another secret than the one of the settings (secret_id: {settings.secret_id}); "
            "every link would change. Get the project's secret from whoever publishes it"
        )
    return found


def need_secret(settings: Settings, environment: Mapping[str, str]) -> tuple[bytes, bool]:
    """The secret, made if there is none (then True comes with it); never made where `CI` is `true`."""
    found = read_secret(settings, environment)
    if found is not None:
        return found, False
    if environment.get("CI", "").lower() == "true":
        raise UsageError(
            "there is no secret: set PORTALGEN_SECRET to the project's 64 hexadecimal digits; "
            "a new one would change every link"
        )
    made = secrets.token_bytes(32)
    settings.private.mkdir(mode=0o700, exist_ok=True)
    path = settings.private / "secret"
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(made.hex() + "\n")
    return made, True


def _only_ours(path: Path) -> None:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UsageError(
            ".portalgen/secret can be read by others on this machine; type: chmod 600 .portalgen/secret"
        )


def fingerprint(secret: bytes) -> str:
    """What `secret_id` holds: enough to tell two secrets apart, and nothing to find one by."""
    return derive(secret, b"portalgen secret id", 8).hex()


@lru_cache(maxsize=65536)
def portal_key(secret: bytes, account: str, epoch: int) -> str:
    """The portal's folder: 26 characters of base32 that nobody can guess and that name no client."""
    raw = derive(secret, f"portalgen portal address\0{account}\0{epoch}".encode(), 17)
    return base64.b32encode(raw).decode().lower()[:KEY_LENGTH]


def cache_key(secret: bytes) -> bytes:
    """What signs the entries of the cache: only who has the secret can make one that is believed."""
    return derive(secret, b"portalgen cache", 32)


def derive(secret: bytes, info: bytes, length: int) -> bytes:
    """HKDF-SHA256 (RFC 5869) without salt, up to 32 bytes."""
    return expand(hmac.digest(b"\0" * 32, secret, "sha256"), info, length)


def expand(key: bytes, info: bytes, length: int) -> bytes:
    """The second half of it, HKDF-Expand: `key` is 32 bytes that are as good as random."""
    block, made = b"", b""
    for number in range(1, -(-length // 32) + 1):
        block = hmac.digest(key, block + info + bytes([number]), "sha256")
        made += block
    return made[:length]

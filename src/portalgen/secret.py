"""The project's secret, and the addresses made from it.

Owns reading, making and checking the 256 bits that name every portal's folder (`cli.md`, "The clock
and the secret"). Refuses to guess: a secret that is malformed, readable by others, known to git or not
the one that the settings know is an error, since every link would change or be everybody's.
"""

from __future__ import annotations

import base64
import hmac
import os
import re
import secrets
import stat
import subprocess
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from shutil import which
from typing import NoReturn

from portalgen.problems import UsageError
from portalgen.settings import Settings

KEY_LENGTH = 26
_HEX = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_LONGEST = 4096
_GIT_SECONDS = 20
_FILE = ".portalgen/secret"
_GET = (
    "get the project's secret from whoever publishes its portals, and set PORTALGEN_SECRET "
    f"or write it to {_FILE} (chmod 600)"
)


def read_secret(settings: Settings, environment: Mapping[str, str]) -> bytes | None:
    """The 32 bytes of `PORTALGEN_SECRET`, else of `.portalgen/secret`; None where there is neither.

    Raises `UsageError` where it is malformed, readable by others, tracked by git, or not `secret_id`'s.
    """
    path = settings.private / "secret"
    if os.path.lexists(path):
        refuse_tracked(settings.root)
    text = environment.get("PORTALGEN_SECRET", "").strip()
    place = "PORTALGEN_SECRET"
    if not text and os.path.lexists(path):
        text, place = _read(path), _FILE
        if not text:
            raise UsageError(
                f"{_FILE} is empty; bring the secret back from where you keep it safe, "
                "or remove the file for a new one: then every link changes"
            )
    if not text:
        return None
    if not _HEX.fullmatch(text):
        raise UsageError(f"{place} is no secret; it wants 64 hexadecimal digits and nothing else")
    found = bytes.fromhex(text)
    known, own = settings.secret_id, fingerprint(found)
    if known and known != own:
        raise UsageError(
            f"{place} is another secret than the one of the settings: its secret_id is {own}, theirs is "
            f"{known}, and every link would change. To use that one, {_GET}"
        )
    return found


def known_secret(settings: Settings, environment: Mapping[str, str]) -> bytes:
    """The secret that there is. Raises `UsageError` where there is none; none is made."""
    found = read_secret(settings, environment)
    if found is None:
        _missing(settings, environment)
    return found


def need_secret(settings: Settings, environment: Mapping[str, str]) -> tuple[bytes, str]:
    """The secret, made if there is none; then with what is said of it once, else with `""`.

    Never made where `CI` is `true` or the settings know one. Raises `UsageError`.
    """
    found = read_secret(settings, environment)
    if found is not None:
        return found, ""
    if settings.secret_id or _in_ci(environment):
        _missing(settings, environment)
    made = secrets.token_bytes(32)
    try:
        settings.private.mkdir(mode=0o700, exist_ok=True)
        _write(settings.private / "secret", made.hex() + "\n")
    except OSError as error:
        raise UsageError(f"{_FILE} can't be written: {error.strerror}") from error
    return made, (
        f"made {_FILE}: back it up somewhere safe; without it, every link to a portal changes. "
        "So that nobody builds with another one by mistake, add to portalgen's settings in "
        f"{settings.file.name}:\n      secret_id: {fingerprint(made)}"
    )


def _missing(settings: Settings, environment: Mapping[str, str]) -> NoReturn:
    if settings.secret_id:
        raise UsageError(
            f"there is no secret here, and the settings know one (secret_id: {settings.secret_id}): {_GET}"
        )
    if _in_ci(environment):
        raise UsageError(
            "there is no secret: set PORTALGEN_SECRET to the project's 64 hexadecimal digits; "
            "a new one would change every link"
        )
    raise UsageError(
        f"there is no secret here; if the project has none yet, portalgen build makes it; else {_GET}"
    )


def _in_ci(environment: Mapping[str, str]) -> bool:
    return environment.get("CI", "").lower() == "true"


def _read(path: Path) -> str:
    """The text of the secret's file. Raises `UsageError` where it is not ours alone to read."""
    try:
        # Neither another file by a link's name, nor a pipe that nobody writes into.
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(handle, "rb") as file:
            if why := exposed(os.fstat(handle), os.geteuid()):
                raise UsageError(f"{_FILE} {why}")
            return file.read(_LONGEST).decode("utf-8", "replace").strip()
    except OSError as error:
        if path.is_symlink():
            raise UsageError(f"{_FILE} is a link to somewhere else; put the file itself there") from error
        raise UsageError(f"{_FILE} can't be read: {error.strerror}") from error


def exposed(file: os.stat_result, user: int) -> str:
    """Why a secret in this file is not `user`'s alone, and what to do; `""` where it is.

    Root reads everybody's files: in a container, the project's folder is often another user's.
    """
    if not stat.S_ISREG(file.st_mode):
        return "is no file; remove it, and bring the secret back from where you keep it safe"
    if user not in (0, file.st_uid):
        return f"belongs to another user of this machine; make it yours, or {_GET}"
    if stat.S_IMODE(file.st_mode) & 0o077:
        return f"can be read by others on this machine; type: chmod 600 {_FILE}"
    return ""


def _write(path: Path, text: str) -> None:
    """Write a file that was not there, for us alone, and see to it that it stays."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
    except OSError:
        path.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def refuse_tracked(root: Path) -> None:
    """Raises `UsageError` where git tracks the secret, however it came to that."""
    if git_answer(root, "ls-files", "--error-unmatch", _FILE) == 0:
        raise UsageError(
            f"git tracks {_FILE}: whoever has the repository can open every portal. Type: "
            f"git rm --cached {_FILE}, and add the line .portalgen/ to .gitignore; if anybody else has the "
            "repository, remove the file as well for a new secret and send new links"
        )


def git_answer(root: Path, *question: str) -> int | None:
    """The exit code of a question to git about a project's folder; None where there is no git to ask."""
    if not any((folder / ".git").exists() for folder in (root, *root.parents)):
        return None
    git = which("git")
    if git is None:
        return None
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        asked = subprocess.run(  # noqa: S603
            # In a container the project is often another user's, and git would rather say nothing of it.
            [git, "-c", "safe.directory=*", *question],
            cwd=root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_GIT_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return asked.returncode


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

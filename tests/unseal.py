"""Sealed portals a second time, written from `docs/sealed-format.md` alone; nothing of portalgen is in here.

    pages = unseal(folder, link_key)        # or the passphrase, as somebody types it
    assert pages["index.html"] == ("text/html", b"...")

The first half opens: it has the folder and one way in, and refuses all that the page doesn't allow. The
second half closes, as the build would, for those who have the project's secret.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache
from hashlib import pbkdf2_hmac, sha256
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF, HKDFExpand
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap

FORMAT = "portalgen-sealed-1"
Way = bytes | str
"""A link key, or a passphrase."""
Pages = dict[str, tuple[str, bytes]]
"""The files of a portal by their paths: type and bytes."""

_ADDRESS = re.compile(r"[a-z2-7]{26}")
_BLOB = re.compile(r"blobs/[a-z2-7]{26}")
_TYPES = ["text/html", "text/calendar", "application/pdf", "application/octet-stream"]
_TYPES += [f"image/{name}" for name in ("avif", "gif", "jpeg", "png", "webp")]
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*")


class Refused(Exception):
    """What lies there is no sealed portal, is damaged, or does not open this way."""


# ---- opening --------------------------------------------------------------------------------------


def unseal(folder: Path, way: Way) -> Pages:
    """What a published portal holds. Raises `Refused`."""
    files = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    return opened(folder.name, files, way)


def opened(address: str, files: Mapping[str, bytes], way: Way) -> Pages:
    """The same of files that were read already."""
    _need(_ADDRESS.fullmatch(address), "no address")
    others = {path for path in files if not path.startswith("blobs/")}
    _need(
        others == {"index.html", "keys.json", "manifest.bin"}, f"not what lies in a sealed portal: {others}"
    )
    content = _content_key(files["keys.json"], way)
    found, named = {}, set()
    for path, (blob, key, type_, length) in _manifest(address, files["manifest.bin"], content).items():
        _need(blob in files, f"{blob} is missing")
        _need(blob not in named, f"{blob} twice")
        named.add(blob)
        found[path] = type_, _file(address, path, files[blob], key, length)
    _need(named == files.keys() - others, "a blob that nobody names")
    return found


def _content_key(data: bytes, way: Way) -> bytes:
    keys = _json(data)
    _need(keys.keys() == {"format", "kdf", "wraps"}, "keys.json")
    _need(keys["format"] == FORMAT, "another format")
    kdf, wraps = keys["kdf"], keys["wraps"]
    _need(kdf.keys() == {"name", "hash", "iterations", "salt"}, "kdf")
    _need((kdf["name"], kdf["hash"]) == ("PBKDF2", "SHA-256"), "another derivation")
    rounds, salt = kdf["iterations"], _bytes(kdf["salt"])
    _need(type(rounds) is int and 600_000 <= rounds <= 10_000_000, "rounds")
    _need(16 <= len(salt) <= 64, "salt")
    _need(isinstance(wraps, list) and 0 < len(wraps) <= 1024 and len(wraps) % 32 == 0, "wraps")
    ones = [_bytes(one) for one in wraps]
    _need(all(len(one) == 40 for one in ones), "a wrap's length")
    _need(ones == sorted(ones), "the order of wraps")
    key = way if isinstance(way, bytes) else stretched(way, salt, rounds)
    for one in ones:
        try:
            return aes_key_unwrap(key, one)
        except InvalidUnwrap:
            continue
    raise Refused("opens with nothing that is here")


def _manifest(address: str, data: bytes, content: bytes) -> dict[str, tuple[str, bytes, str, int]]:
    text = _decrypted(content, data, _about(address, "manifest", ""))
    _need(len(text) % 4096 == 0, "the manifest's length")
    manifest = _json(text)
    _need(manifest.keys() == {"format", "language", "files"}, "manifest.bin")
    _need(manifest["format"] == FORMAT, "another format")
    _need(isinstance(manifest["language"], str) and manifest["language"], "language")
    files = manifest["files"]
    _need(list(files) == sorted(files), "the order of paths")
    found = {}
    for path, (blob, key, type_, length) in files.items():
        _need(isinstance(blob, str) and _BLOB.fullmatch(blob), "a blob's name")
        _need(type_ in _TYPES, "a type")
        _need(type(length) is int and length >= 0, "a length")
        _need(len(_bytes(key)) == 32, "an object key")
        found[path] = blob, _bytes(key), type_, length
    return found


def _file(address: str, path: str, data: bytes, key: bytes, length: int) -> bytes:
    padded = _decrypted(key, data, _about(address, "blob", path))
    _need(len(padded) == length + _padding(length), "a blob's length")
    _need(not any(padded[length:]), "padding")
    return padded[:length]


def _decrypted(key: bytes, data: bytes, about: bytes) -> bytes:
    _need(len(data) >= 12 + 16, "cut off")
    try:
        return AESGCM(key).decrypt(data[:12], data[12:], about)
    except InvalidTag as error:
        raise Refused("not what was sealed") from error


def _json(data: bytes) -> Any:
    try:
        found = json.loads(data.decode("utf-8"))
    except ValueError as error:
        raise Refused("no JSON") from error
    _need(isinstance(found, dict), "no object")
    return found


def _bytes(text: Any) -> bytes:
    _need(isinstance(text, str) and _BASE64URL.fullmatch(text) and len(text) % 4 != 1, "base64url")
    found = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    _need(_text(found) == text, "bits left over")
    return found


def _need(true: object, what: str) -> None:
    if not true:
        raise Refused(what)


# ---- what both halves know ------------------------------------------------------------------------


def typed(passphrase: str) -> str:
    """What counts of a passphrase as it is typed."""
    lower = unicodedata.normalize("NFKC", passphrase).lower()
    marked = (c if unicodedata.category(c)[0] in "LN" else " " for c in lower)
    return " ".join("".join(marked).split())


@cache
def stretched(passphrase: str, salt: bytes, rounds: int = 600_000) -> bytes:
    """The key of a passphrase."""
    return pbkdf2_hmac("sha256", typed(passphrase).encode(), salt, rounds, 32)


def _padding(length: int) -> int:
    return max(1, -(-length // 4096)) * 4096 - length


def _about(address: str, what: str, path: str) -> bytes:
    return f"{FORMAT}\0{address}\0{what}\0{path}".encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


# ---- closing --------------------------------------------------------------------------------------


def root_key(secret: bytes, account: str, epoch: int) -> bytes:
    """What all keys of a portal but its address come from."""
    return _hkdf(secret, f"portalgen sealed portal\0{account}\0{epoch}", 32)


def address_of(secret: bytes, account: str, epoch: int) -> str:
    """The folder of a portal."""
    return _base32(_hkdf(secret, f"portalgen portal address\0{account}\0{epoch}", 17))[:26]


def expand(key: bytes, info: str | bytes, length: int) -> bytes:
    """HKDF-Expand."""
    return HKDFExpand(SHA256(), length, info if isinstance(info, bytes) else info.encode()).derive(key)


def content_key(root: bytes, readers: Iterable[str]) -> bytes:
    """The key of the manifest."""
    listed = sorted({unicodedata.normalize("NFC", reader) for reader in readers})
    return expand(root, "\0".join(["content", *listed]), 32)


def link_key(root: bytes, reader: str) -> bytes:
    """The key in a reader's access link."""
    return expand(root, f"link\0{reader}", 32)


def passphrase_of(root: bytes, reader: str) -> str:
    """A reader's passphrase."""
    words = (Path(__file__).parents[1] / "src/portalgen/seal/words.txt").read_text().split()
    assert len(words) == 7776
    number = int.from_bytes(expand(root, f"passphrase\0{reader}", 32), "big")
    places = []
    for _ in range(7):
        places.append(number % 7776)
        number //= 7776
    return " ".join(words[place] for place in places)


def object_of(root: bytes, path: str, file: bytes) -> tuple[bytes, bytes, str]:
    """A file's key and nonce, and the path of its blob."""
    seed = _hmac(expand(root, "build", 32), b"blob\0" + path.encode() + b"\0" + sha256(file).digest())
    made = expand(seed, "portalgen blob", 60)
    return made[:32], made[32:44], f"blobs/{_base32(made[44:])}"


def sealed(
    secret: bytes,
    account: str,
    epoch: int,
    readers: Iterable[str],
    files: Mapping[str, tuple[str, bytes]],
    language: str,
) -> dict[str, bytes]:
    """A whole portal but for its reader page. `files` as `unseal` returns them."""
    listed = sorted({unicodedata.normalize("NFC", reader) for reader in readers})
    address, root = address_of(secret, account, epoch), root_key(secret, account, epoch)
    content = content_key(root, listed)
    found = {"keys.json": _keys_json(root, content, listed or [""])}
    rows = {}
    for path, (type_, file) in sorted(files.items()):
        key, nonce, name = object_of(root, path, file)
        padded = file + bytes(_padding(len(file)))
        found[name] = nonce + AESGCM(key).encrypt(nonce, padded, _about(address, "blob", path))
        rows[path] = [name, _text(key), type_, len(file)]
    text = _compact({"format": FORMAT, "language": language, "files": rows})
    text += b" " * _padding(len(text))
    nonce = _hmac(expand(root, "build", 32), b"manifest\0" + sha256(text).digest())[:12]
    about = _about(address, "manifest", "")
    return {**found, "manifest.bin": nonce + AESGCM(content).encrypt(nonce, text, about)}


def _keys_json(root: bytes, content: bytes, readers: list[str]) -> bytes:
    salt, build = expand(root, "salt", 16), expand(root, "build", 32)
    keys = [link_key(root, reader) for reader in readers]
    keys += [stretched(passphrase_of(root, reader), salt) for reader in readers]
    wraps = [aes_key_wrap(key, content) for key in keys]
    mark = sha256(b"".join(sorted(wraps))).digest()
    while len(wraps) % 32:
        info = b"slot\0" + mark + len(wraps).to_bytes(2, "big")
        wraps.append(expand(build, info, 40))
    kdf = {"name": "PBKDF2", "hash": "SHA-256", "iterations": 600_000, "salt": _text(salt)}
    return _compact({"format": FORMAT, "kdf": kdf, "wraps": [_text(one) for one in sorted(wraps)]}) + b"\n"


def _compact(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _hkdf(secret: bytes, info: str, length: int) -> bytes:
    return HKDF(SHA256(), length, None, info.encode()).derive(secret)


def _hmac(key: bytes, data: bytes) -> bytes:
    return hmac.new(key, data, "sha256").digest()


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()

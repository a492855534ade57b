"""A client's portal -> the same portal, sealed for hosts that anybody can read from.

Owns the way from a unit of pages to a unit that holds no plain text: a reader page without any client's
data, `keys.json`, `manifest.bin` and blobs (`docs/sealed-format.md`). Sealing is a function: equal pages,
readers and secret give equal bytes, so what was not edited need not be sent again. Refuses to know who
reads what and why; what may be in a portal was decided before.

    keys = keys_of(secret, account, epoch, readers)
    sealed = seal(unit, keys, page=..., language="es", wrapped=wraps(keys))
    body = unseal(keys, path, sealed.sealed[path], data)
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from hashlib import sha256

from portalgen.seal.envelope import (
    ROUNDS,
    Blob,
    Damaged,
    blob_of,
    close,
    keys_json,
    manifest,
    reopen,
    wraps,
)
from portalgen.seal.keys import EVERYBODY, Keys, keys_of, link_text
from portalgen.site import MANIFEST, Mixed, Sealed, Unit

__all__ = [
    "EVERYBODY",
    "INDEX",
    "ROUNDS",
    "Damaged",
    "Keys",
    "keys_of",
    "link_text",
    "seal",
    "unseal",
    "wraps",
]

INDEX, KEYS = "index.html", "keys.json"
_TYPES = {
    "avif": "image/avif",
    "gif": "image/gif",
    "html": "text/html",
    "ics": "text/calendar",
    "jpeg": "image/jpeg",
    "jpg": "image/jpeg",
    "pdf": "application/pdf",
    "png": "image/png",
    "webp": "image/webp",
}
_ANY = "application/octet-stream"


def seal(
    unit: Unit,
    keys: Keys,
    *,
    page: bytes,
    language: str,
    wrapped: tuple[bytes, ...],
    known: Mapping[str, Sealed] | None = None,
) -> Unit:
    """The sealed unit of a portal's plain one. `page` is the reader page, `wrapped` what `wraps` gave.

    `known` says what the files that stand sealed hold: those that `unit` keeps are neither read nor sealed
    again.
    """
    stands = known or {}
    plain = unit.files
    held: dict[str, Sealed] = {}
    blobs: dict[str, Blob] = {}
    where: dict[str, str] = {}
    made: dict[str, bytes] = {}
    for path in plain:
        one = stands.get(path) if path in unit.kept else None
        body = b""
        if one is None:
            body = plain[path]
            digest = sha256(body)
            blob = blob_of(keys, path, digest.digest())
            one = Sealed(blob.path, digest.hexdigest(), len(body))
            made[blob.path] = close(keys, blob, path, body)
        else:
            blob = blob_of(keys, path, bytes.fromhex(one.sha256))
        held[path], blobs[path], where[blob.path] = one, blob, path
    rows = {path: (blobs[path], _type(path), one.length) for path, one in held.items()}
    own = {
        INDEX: page,
        KEYS: keys_json(keys, wrapped),
        MANIFEST: manifest(keys, language, rows),
    }
    # By name, which says nothing: in the order of the pages, the files' times would tell that.
    files = Mixed((*own, *sorted(where)), {**own, **made}, partial(_again, plain, keys, where, blobs))
    kept = frozenset(where.keys() - made.keys())
    return Unit(unit.name, unit.surface, unit.account, files, unit.parts, kept, held)


def unseal(keys: Keys, path: str, one: Sealed, data: bytes) -> bytes:
    """The plain bytes of a sealed file. Raises `Damaged`."""
    return reopen(keys, blob_of(keys, path, bytes.fromhex(one.sha256)), path, one.length, data)


def _again(
    plain: Mapping[str, bytes], keys: Keys, where: Mapping[str, str], blobs: Mapping[str, Blob], name: str
) -> bytes:
    """A blob that stands and is asked for all the same."""
    path = where[name]
    return close(keys, blobs[path], path, plain[path])


def _type(path: str) -> str:
    return _TYPES.get(path.rpartition(".")[2].lower(), _ANY)

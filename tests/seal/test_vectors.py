"""The test vectors of `docs/sealed-format.md`: the page, the tool and the second implementation agree."""

from __future__ import annotations

import json
import re
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from portalgen import seal
from portalgen.seal.envelope import blob_of, stretched
from portalgen.seal.keys import canonical
from portalgen.site import Unit
from tests import unseal

PAGE = Path(__file__).parents[2] / "docs/sealed-format.md"
_BLOCK = re.compile(r"```json\n(.*?)```", re.DOTALL)

VECTORS: Any = json.loads(_BLOCK.findall(PAGE.read_text("utf-8").partition("## Test vectors")[2])[0])
SECRET = bytes.fromhex(VECTORS["secret"])
PORTAL = (SECRET, VECTORS["account"], VECTORS["epoch"])
FILE = VECTORS["file"]


@pytest.fixture(scope="module")
def keys() -> seal.Keys:
    return seal.keys_of(*PORTAL, VECTORS["readers"])


@pytest.fixture(scope="module")
def written(keys: seal.Keys) -> dict[str, bytes]:
    unit = Unit(f"portals/{keys.address}", "portal", "", {FILE["path"]: FILE["text"].encode()})
    return dict(seal.seal(unit, keys, page=b"", language=VECTORS["language"], wrapped=seal.wraps(keys)).files)


def test_keys_of_the_portal(keys: seal.Keys) -> None:
    root = unseal.root_key(*PORTAL)
    nobody = seal.keys_of(*PORTAL)
    theirs = (
        unseal.address_of(*PORTAL),
        root.hex(),
        unseal.expand(root, "build", 32).hex(),
        unseal.expand(root, "salt", 16).hex(),
        unseal.content_key(root, VECTORS["readers"]).hex(),
        unseal.content_key(root, []).hex(),
    )
    ours = (
        keys.address,
        *(k.hex() for k in (keys.root, keys.build, keys.salt, keys.content, nobody.content)),
    )
    names = ("address", "root", "build key", "salt", "content key", "content key with no readers")
    assert ours == theirs == tuple(VECTORS[name] for name in names)


@pytest.mark.parametrize("reader", VECTORS["ways"])
def test_a_readers_ways_in(keys: seal.Keys, reader: str) -> None:
    found = VECTORS["ways"][reader]
    root = unseal.root_key(*PORTAL)
    assert keys.link(reader).hex() == unseal.link_key(root, reader).hex() == found["link key"]
    assert seal.link_text(keys.link(reader)) == found["link"]
    assert keys.passphrase(reader) == unseal.passphrase_of(root, reader) == found["passphrase"]
    ours, theirs = (make(found["passphrase"], keys.salt) for make in (stretched, unseal.stretched))
    assert ours.hex() == theirs.hex() == found["its key"]


@pytest.mark.parametrize("written_as", VECTORS["typed"]["as"], ids=ascii)
def test_a_passphrase_as_it_is_typed(written_as: str) -> None:
    assert canonical(written_as).decode() == unseal.typed(written_as) == VECTORS["typed"]["counts"]


def test_the_key_of_a_typed_passphrase(keys: seal.Keys) -> None:
    last = VECTORS["typed"]["as"][-1]
    assert stretched(last, keys.salt) == unseal.stretched(last, keys.salt)
    assert stretched(last, keys.salt).hex() == VECTORS["typed"]["its key"]


def test_a_file(keys: seal.Keys, written: dict[str, bytes]) -> None:
    body = FILE["text"].encode()
    blob = blob_of(keys, FILE["path"], sha256(body).digest())
    ours = (blob.key, blob.nonce, blob.path)
    assert ours == unseal.object_of(unseal.root_key(*PORTAL), FILE["path"], body)
    assert (blob.key.hex(), blob.nonce.hex(), blob.path) == (FILE["key"], FILE["nonce"], FILE["name"])
    assert sha256(written[blob.path]).hexdigest() == FILE["blob's SHA-256"]


@pytest.mark.parametrize("name", ["manifest.bin", "keys.json"])
def test_what_is_written(written: dict[str, bytes], name: str) -> None:
    files = {FILE["path"]: (FILE["type"], FILE["text"].encode())}
    theirs = unseal.sealed(*PORTAL, VECTORS["readers"], files, VECTORS["language"])
    assert written[name] == theirs[name]
    assert len(written[name]) == VECTORS[name]["length"]
    assert sha256(written[name]).hexdigest() == VECTORS[name]["SHA-256"]


def test_the_manifests_nonce(written: dict[str, bytes]) -> None:
    assert written["manifest.bin"][:12].hex() == VECTORS["manifest.bin"]["nonce"]


def test_both_open_what_is_written(written: dict[str, bytes]) -> None:
    for reader in VECTORS["readers"]:
        way = VECTORS["ways"][reader]
        for key in (bytes.fromhex(way["link key"]), way["passphrase"].upper().replace(" ", "-")):
            found = unseal.opened(VECTORS["address"], written, key)
            assert found == {FILE["path"]: (FILE["type"], FILE["text"].encode())}

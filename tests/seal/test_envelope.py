"""What sealing promises of its bytes, over any pages: it opens again, it repeats nothing, it tells nothing,
and nothing that was changed opens."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.seal import Damaged, Keys, keys_of, link_text, seal, unseal, wraps
from portalgen.seal.envelope import Blob, blob_of, close, manifest, reopen
from portalgen.seal.keys import WORDS, canonical, words_of_passphrases
from portalgen.site import Unit
from tests import unseal as other
from tests.test_canaries import found as found_in

SECRET = bytes(range(32))
READERS = ("Marta Gil", "Núria Puig", "Leo Sanz")
PAGES = {
    "index.html": b"<h1>Autumn bread</h1>" * 900,
    "updates/index.html": b"<p>Ovens are on</p>",
    "files/plan.pdf": b"%PDF-1.7 the plan",
    "files/ad.png": b"\x89PNG\r\n\x1a\n",
}

PATHS = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"], exclude_characters="\\"),
    min_size=1, max_size=30,
)  # fmt: skip
BODIES = st.one_of(st.binary(max_size=200), st.integers(0, 12_300).map(lambda size: b"x" * size))
UNITS = st.dictionaries(PATHS, BODIES, min_size=1, max_size=6)
LISTED = st.lists(st.sampled_from(READERS), max_size=4)


def sealed(
    pages: Mapping[str, bytes] = PAGES, *, account: str = "alfa", epoch: int = 1, readers: Iterable[str] = ()
) -> dict[str, bytes]:
    """The files of a sealed portal."""
    keys = keys_of(SECRET, account, epoch, readers)
    unit = Unit(f"portals/{keys.address}", "portal", account, pages)
    return dict(
        seal(unit, keys, page=b"<title>Private portal</title>", language="en", wrapped=wraps(keys)).files
    )


def opened(files: Mapping[str, bytes], *, account: str = "alfa", reader: str = "") -> dict[str, bytes]:
    """What a reader gets of it by their link."""
    root = other.root_key(SECRET, account, 1)
    found = other.opened(other.address_of(SECRET, account, 1), files, other.link_key(root, reader))
    return {path: body for path, (_, body) in found.items()}


def blobs(files: Mapping[str, bytes]) -> dict[str, bytes]:
    return {path: body for path, body in files.items() if path.startswith("blobs/")}


# ---- it opens ---------------------------------------------------------------------------------------


@settings(max_examples=100, deadline=None)
@given(pages=UNITS, readers=LISTED)
def test_what_is_sealed_opens_for_each_reader(pages: dict[str, bytes], readers: list[str]) -> None:
    files = sealed(pages, readers=readers)
    for reader in readers or [""]:
        assert opened(files, reader=reader) == pages


@settings(max_examples=50, deadline=None)
@given(pages=UNITS, readers=LISTED)
def test_the_second_implementation_closes_to_the_same_bytes(
    pages: dict[str, bytes], readers: list[str]
) -> None:
    files = sealed(pages, readers=readers)
    root = other.root_key(SECRET, "alfa", 1)
    key = other.link_key(root, (readers or [""])[0])
    typed = other.opened(other.address_of(SECRET, "alfa", 1), files, key)
    del files["index.html"]
    assert other.sealed(SECRET, "alfa", 1, readers, typed, "en") == files


def test_a_reader_who_was_taken_off_opens_nothing() -> None:
    files = sealed(readers=READERS[:2])
    opened(files, reader=READERS[0])
    with pytest.raises(other.Refused, match="opens with nothing"):
        opened(sealed(readers=READERS[1:2]), reader=READERS[0])


# ---- passphrases ------------------------------------------------------------------------------------


@settings(deadline=None)
@given(text=st.text(max_size=40))
def test_a_passphrase_counts_the_same_composed_and_decomposed(text: str) -> None:
    nfc, nfd = (canonical(unicodedata.normalize(form, text)) for form in ("NFC", "NFD"))
    assert nfc == nfd == other.typed(text).encode()


@given(reader=st.text(max_size=20))
def test_a_passphrase_is_seven_words_that_survive_being_typed(reader: str) -> None:
    words = keys_of(SECRET, "alfa", 1).passphrase(reader).split(" ")
    assert len(words) == WORDS
    assert set(words) <= set(words_of_passphrases())
    assert canonical("-".join(words).title()) == canonical(" ".join(words))


def test_the_words_are_7776_and_differ_however_they_are_typed() -> None:
    words = words_of_passphrases()
    assert len({canonical(word) for word in words}) == len(words) == 7776
    assert all(word.isascii() and word == word.lower() for word in words)


# ---- nothing repeats --------------------------------------------------------------------------------


def test_no_key_nonce_or_name_repeats_over_10000_files() -> None:
    chance = random.Random(1)
    keys = keys_of(SECRET, "alfa", 1)
    files = {(f"p/{number % 100}", chance.randbytes(chance.randrange(1, 40))) for number in range(10_000)}
    files |= {("p/1", b""), ("p/", b"1"), ("p", b"/1"), ("", b"p/1")}
    made = [blob_of(keys, path, sha256(body).digest()) for path, body in files]
    for values in zip(*made, strict=True):
        assert len(set(values)) == len(files) > 9_900


def test_no_nonce_of_the_manifest_repeats_over_10000_versions() -> None:
    keys = keys_of(SECRET, "alfa", 1)
    rows = [{"index.html": (Blob(bytes(32), b"", "blobs/x"), "text/html", size)} for size in range(10_000)]
    assert len({manifest(keys, "en", row)[:12] for row in rows}) == 10_000


def test_a_seal_is_under_the_key_and_nonce_of_its_blob() -> None:
    keys = keys_of(SECRET, "alfa", 1)
    one, two = (blob_of(keys, "a", sha256(body).digest()) for body in (b"1", b"2"))
    sealed_ = close(keys, one, "a", b"1")
    assert sealed_[:12] == one.nonce != two.nonce
    assert close(keys, two, "a", b"1")[12:] != sealed_[12:]


def test_two_portals_two_epochs_and_two_secrets_share_no_key() -> None:
    portals = [
        keys_of(secret, account, epoch, readers)
        for secret in (SECRET, bytes(32))
        for account, epoch in (("alfa", 1), ("alfa", 11), ("alfa1", 1))
        for readers in ((), READERS[:1], READERS[:2])
    ]
    made = {(k.root, k.build, k.salt, k.content, k.link(""), k.link("a"), k.passphrase("a")) for k in portals}
    assert len({key for one in made for key in one}) == 6 * 6 + len(
        portals
    )  # the content key is each one's own
    assert len({keys.address for keys in portals}) == 6


# ---- equal input, equal bytes -----------------------------------------------------------------------


@settings(max_examples=30, deadline=None)
@given(pages=UNITS, chance=st.randoms())
def test_neither_the_order_of_pages_nor_that_of_readers_makes_a_difference(
    pages: dict[str, bytes], chance: random.Random
) -> None:
    paths, readers = list(pages), [*READERS, READERS[0]]
    expected = list(sealed(pages, readers=READERS).items())
    chance.shuffle(paths)
    chance.shuffle(readers)
    readers = [unicodedata.normalize(chance.choice(["NFC", "NFD"]), reader) for reader in readers]
    assert list(sealed({path: pages[path] for path in paths}, readers=readers).items()) == expected


def test_a_readers_ways_are_the_same_however_their_accents_are_written() -> None:
    keys = keys_of(SECRET, "alfa", 1, READERS)
    decomposed = unicodedata.normalize("NFD", "Núria Puig")
    assert decomposed != "Núria Puig"
    assert keys.link(decomposed) == keys.link("Núria Puig")
    assert keys.passphrase(decomposed) == keys.passphrase("Núria Puig")


def changed(one: Mapping[str, bytes], two: Mapping[str, bytes]) -> set[str]:
    return {path for path in one.keys() | two.keys() if one.get(path) != two.get(path)}


def test_another_reader_changes_the_keys_and_the_manifest_and_no_blob() -> None:
    before = sealed(readers=READERS[:1])
    assert changed(before, sealed(readers=READERS[:2])) == {"keys.json", "manifest.bin"}
    assert changed(before, sealed()) == {"keys.json", "manifest.bin"}


def test_another_epoch_changes_everything_but_the_reader_page() -> None:
    before, after = sealed(), sealed(epoch=2)
    assert before.keys() & after.keys() == {"index.html", "keys.json", "manifest.bin"}
    assert changed(before, after) == (before.keys() | after.keys()) - {"index.html"}


def test_another_page_changes_its_blob_and_the_manifest() -> None:
    before = sealed()
    after = sealed({**PAGES, "index.html": PAGES["index.html"].replace(b"A", b"B", 1)})
    assert len(changed(blobs(before), blobs(after))) == 2
    assert changed(before, after) - blobs({**before, **after}).keys() == {"manifest.bin"}


# ---- what it tells ----------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 1, 4095, 4096, 4097, 8192, 12_289])
def test_sizes_come_in_steps(size: int) -> None:
    (blob,) = blobs(sealed({"a": b"x" * size})).values()
    assert len(blob) == 12 + max(1, -(-size // 4096)) * 4096 + 16


def test_the_manifest_comes_in_steps() -> None:
    sizes = {len(sealed({f"{n}": b"" for n in range(count)})["manifest.bin"]) for count in range(1, 80)}
    assert {size % 4096 for size in sizes} == {28}
    assert len(sizes) == 3


@pytest.mark.parametrize(("count", "slots"), [(0, 32), (1, 32), (15, 32), (16, 32), (17, 64)])
def test_the_number_of_wraps_does_not_tell_that_of_readers(count: int, slots: int) -> None:
    made = wraps(keys_of(SECRET, "alfa", 1, [f"R{number}" for number in range(count)]))
    assert len(set(made)) == slots
    assert {len(one) for one in made} == {40}
    assert list(made) == sorted(made)


def test_no_wrap_of_one_set_of_readers_is_one_of_another() -> None:
    """Else those that stay would be the ones that open with nothing."""
    one, two = (set(wraps(keys_of(SECRET, "alfa", 1, readers))) for readers in (READERS[:1], READERS[:2]))
    assert not one & two


def test_nothing_that_was_sealed_is_in_any_byte() -> None:
    files = sealed(account="alfa-bakery", readers=READERS)
    words = ["Autumn bread", "Ovens are on", "the plan", "updates", "files/", "plan.pdf", "ad.png"]
    assert not found_in([*READERS, *words, "alfa-bakery"], files)
    assert found_in(words, {**files, **PAGES}) == words


def test_keys_are_not_shown_when_they_are_printed() -> None:
    keys = keys_of(SECRET, "alfa", 1, READERS)
    secret = (keys.root, keys.content, keys.build, keys.link(""), SECRET)
    assert not found_in(
        [one.hex() for one in secret] + [link_text(one) for one in secret], {"": repr(keys).encode()}
    )
    assert not any(repr(one)[2:-1] in repr(keys) for one in secret)


# ---- what was changed does not open -------------------------------------------------------------------

SEALED = sealed(readers=READERS[:1])
FIRST = {"account": "alfa", "reader": READERS[0]}


@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_one_bit_anywhere_is_refused_or_changes_nothing(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in SEALED if path != "index.html"]))
    body = bytearray(SEALED[path])
    body[data.draw(st.integers(0, len(body) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    try:
        assert opened({**SEALED, path: bytes(body)}, **FIRST) == PAGES
        assert path == "keys.json"  # in a wrap that is nobody's
    except other.Refused:
        pass


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_what_is_cut_off_or_put_behind_is_refused(data: st.DataObject) -> None:
    path = data.draw(st.sampled_from([path for path in SEALED if path != "index.html"]))
    body = SEALED[path]
    if data.draw(st.booleans()):
        body = body[: data.draw(st.integers(0, len(body) - 2))]
    else:
        body += data.draw(st.binary(min_size=1, max_size=5000).filter(bytes.strip))
    with pytest.raises(other.Refused):
        opened({**SEALED, path: body}, **FIRST)


def swap_blobs(files: dict[str, bytes]) -> None:
    one, two, *_ = blobs(files)
    files[one], files[two] = files[two], files[one]


def same_blob_twice(files: dict[str, bytes]) -> None:
    one, two, *_ = blobs(files)
    files[one] = files[two]


def another_portals_manifest(files: dict[str, bytes]) -> None:
    files["manifest.bin"] = sealed(account="brisa")["manifest.bin"]


def another_readers_manifest(files: dict[str, bytes]) -> None:
    files["manifest.bin"] = sealed(readers=READERS[:2])["manifest.bin"]


def an_older_blob(files: dict[str, bytes]) -> None:
    older = sealed({**PAGES, "index.html": b"older"}, readers=READERS[:1])
    (name,) = blobs(files).keys() - older.keys()
    (then,) = blobs(older).keys() - files.keys()
    files[name] = older[then]


def a_blob_is_missing(files: dict[str, bytes]) -> None:
    del files[next(iter(blobs(files)))]


def a_blob_too_many(files: dict[str, bytes]) -> None:
    files["blobs/" + "a" * 26] = bytes(4124)


@pytest.mark.parametrize(
    "damage",
    [swap_blobs, same_blob_twice, another_portals_manifest, another_readers_manifest, an_older_blob,
     a_blob_is_missing, a_blob_too_many],
)  # fmt: skip
def test_what_was_put_in_the_place_of_another_is_refused(damage: Callable[[dict[str, bytes]], None]) -> None:
    files = dict(SEALED)
    damage(files)
    with pytest.raises(other.Refused):
        opened(files, **FIRST)


def test_a_portal_under_another_address_is_refused() -> None:
    keys = keys_of(SECRET, "alfa", 1)
    with pytest.raises(other.Refused, match="not what was sealed"):
        other.opened(keys_of(SECRET, "brisa", 1).address, sealed(), keys.link(""))


STANDING = {"a": b"text", "b": b"other"}


@pytest.fixture(scope="module")
def standing() -> tuple[Keys, Unit]:
    keys = keys_of(SECRET, "alfa", 1)
    unit = Unit(f"portals/{keys.address}", "portal", "alfa", STANDING)
    return keys, seal(unit, keys, page=b"", language="en", wrapped=())


@pytest.mark.parametrize("path", STANDING)
def test_the_build_opens_what_stands(standing: tuple[Keys, Unit], path: str) -> None:
    keys, unit = standing
    one = unit.sealed[path]
    assert unseal(keys, path, one, unit.files[one.blob]) == STANDING[path]


@pytest.mark.parametrize(
    "change",
    [
        lambda data: b"",
        lambda data: data[:11],
        lambda data: data[:27],
        lambda data: data[:-1],
        lambda data: data + b"\0",
        lambda data: data[:-1] + bytes([data[-1] ^ 1]),
        lambda data: bytes([data[0] ^ 128]) + data[1:],
    ],
)
def test_the_build_opens_nothing_that_was_changed(
    standing: tuple[Keys, Unit], change: Callable[[bytes], bytes]
) -> None:
    keys, unit = standing
    one = unit.sealed["a"]
    with pytest.raises(Damaged):
        unseal(keys, "a", one, change(unit.files[one.blob]))


def test_the_build_opens_no_file_under_another_path_or_as_a_longer_one(standing: tuple[Keys, Unit]) -> None:
    keys, unit = standing
    one = unit.sealed["a"]
    data = unit.files[one.blob]
    for path, known in (("b", one), ("a", one._replace(length=4097)), ("a", unit.sealed["b"])):
        with pytest.raises(Damaged):
            unseal(keys, path, known, data)


def test_the_path_is_part_of_what_a_seal_vouches_for(standing: tuple[Keys, Unit]) -> None:
    keys, _ = standing
    blob = blob_of(keys, "a", sha256(b"text").digest())
    with pytest.raises(Damaged):
        reopen(keys, blob, "b", 4, close(keys, blob, "a", b"text"))

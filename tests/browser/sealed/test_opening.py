"""Opening a sealed portal, and not opening it: every way in, every damage, and what is said."""

from __future__ import annotations

import json
import unicodedata
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portalgen.seal import Keys, link_text
from tests.browser.sealing import (
    CONTACT,
    Host,
    hosted,
    link,
    opened,
    page_of,
    refused,
    sealed,
    shared,
    two_portals,
    typed,
)
from tests.project import chromium

READERS = ("ana@brisa.example", "Dirección")
PAGES = {
    "index.html": page_of("Spring launch", '<p><a href="updates/first/">First ads</a></p>'),
    "updates/first/index.html": page_of("First ads are live", "<p>Two of three.</p>", root="../../"),
}


@pytest.fixture(scope="module")
def portals() -> tuple[dict[str, bytes], Keys, Keys]:
    return two_portals(PAGES, READERS)


# ---- ways in ----


@pytest.mark.parametrize("reader", READERS)
def test_a_readers_link_opens_the_portal(
    context: BrowserContext, host: Host, keys: Keys, reader: str
) -> None:
    assert opened(context, link(host, keys, reader)).title() == "Spring launch"


def test_a_link_may_lead_to_a_page(context: BrowserContext, host: Host, keys: Keys) -> None:
    page = opened(context, link(host, keys, READERS[0], "/updates/first/"))
    assert page.title() == "First ads are live"
    assert page.url == f"{host.base}{keys.address}/#/updates/first/"


SPELLINGS = {
    "as it was sent": str,
    "in capitals": str.upper,
    "with hyphens": lambda text: text.replace(" ", "-"),
    "with spaces around and between": lambda text: f"  {text.replace(' ', '   ')} ",
    "in wide letters": lambda text: "".join(chr(ord(c) + 0xFEE0) if c.isalpha() else c for c in text),
}


@pytest.mark.parametrize("spelling", SPELLINGS.values(), ids=SPELLINGS)
def test_a_passphrase_opens_it_however_it_is_typed(
    context: BrowserContext, host: Host, keys: Keys, spelling: object
) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    typed(page, spelling(keys.passphrase(READERS[1])))  # type: ignore[operator]
    assert page.title() == "Spring launch"


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_letters_count_however_they_are_composed(
    context: BrowserContext, monkeypatch: pytest.MonkeyPatch, form: Literal["NFC", "NFD", "NFKC", "NFKD"]
) -> None:
    monkeypatch.setattr(Keys, "passphrase", lambda self, reader: "Ñandú Ábaco ﬁn №2 straße ΟΔΟΣ çedilla")
    files, keys = sealed(PAGES, "composed")
    with hosted({**shared(), **files}) as host:
        page = opened(context, f"{host.base}{keys.address}/", "locked")
        typed(page, unicodedata.normalize(form, keys.passphrase("")).replace(" ", " - "))


def test_after_a_passphrase_the_page_that_was_asked_for_is_shown(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, f"{host.base}{keys.address}/#/updates/first/", "locked")
    typed(page, keys.passphrase(READERS[0]))
    assert page.title() == "First ads are live"
    assert page.evaluate("document.activeElement.textContent") == "First ads are live"


# ---- no way in ----


def test_a_wrong_a_cut_and_another_portals_link_are_refused(
    context: BrowserContext, host: Host, keys: Keys, other: Keys
) -> None:
    right = link_text(keys.link(READERS[0]))
    wrong = [right[:-1], "", right.swapcase(), f"{right}x", link_text(other.link("")), "%ZZ", "<b>"]
    for key in wrong:
        page = opened(context, f"{host.base}{keys.address}/#k={key}", "locked")
        refused(page, "This link does not open the portal")
        assert page.url == f"{host.base}{keys.address}/"
        page.close()


def test_a_wrong_passphrase_is_refused_and_may_be_typed_again(
    context: BrowserContext, host: Host, keys: Keys, other: Keys
) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    page.fill("#passphrase", other.passphrase(""))
    page.click("#unlock button")
    expect(page.locator("#said")).to_contain_text("This passphrase does not open")
    refused(page, "This passphrase does not open")
    assert page.evaluate("document.activeElement.id") == "passphrase"
    assert page.input_value("#passphrase") == ""
    typed(page, keys.passphrase(READERS[0]))


def test_a_reader_who_was_taken_off_stays_outside_and_the_others_do_not(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    fewer, now = sealed(PAGES, readers=READERS[:1])
    assert now.address == keys.address
    known = opened(context, link(host, keys, READERS[1]))
    with host.instead(fewer):
        refused(opened(context, link(host, keys, READERS[1]), "locked"), "a newer one has taken its place")
        page = opened(context, f"{host.base}{keys.address}/", "locked")
        page.fill("#passphrase", keys.passphrase(READERS[1]))
        page.click("#unlock button")
        refused(page, "This passphrase does not open")
        known.reload()
        known.wait_for_selector('body[data-state="locked"]')
        refused(known, "What this browser remembered does not open")
        assert opened(context, link(host, keys, READERS[0])).title() == "Spring launch"


def test_a_new_epoch_has_another_address_and_other_keys(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    files, now = sealed(PAGES, readers=READERS, epoch=2)
    with host.instead(files):
        address = f"{host.base}{now.address}/#k={link_text(keys.link(READERS[0]))}"
        refused(opened(context, address, "locked"), "This link does not open")
        assert opened(context, link(host, now, READERS[0])).title() == "Spring launch"


def test_without_a_safe_connection_it_says_so(browser: Browser, host: Host, keys: Keys) -> None:
    rules = f"--host-resolver-rules=MAP clients.example 127.0.0.1:{host.base.rpartition(':')[2][:-1]}"
    unsafe = browser.browser_type.launch(executable_path=chromium(), args=["--no-sandbox", rules])
    page = unsafe.new_page()
    page.goto(f"http://clients.example/{keys.address}/#k={link_text(keys.link(READERS[0]))}")
    page.wait_for_selector('body[data-state="failed"]')
    refused(page, "has to begin with https://")
    assert page.url == f"http://clients.example/{keys.address}/"
    unsafe.close()


def test_inside_another_page_it_does_not_open(context: BrowserContext, host: Host, keys: Keys) -> None:
    frame = f'<iframe src="{link(host, keys, READERS[0])}"></iframe>'.encode()
    with host.instead({"evil.html": frame}):
        page = context.new_page()
        page.goto(f"{host.base}evil.html")
        expect(page.frame_locator("iframe").locator("#said")).to_contain_text("in a window of its own")


def test_without_a_script_it_says_so_in_every_language(browser: Browser, host: Host, keys: Keys) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{host.base}{keys.address}/")
    told_how(page)
    context.close()


def told_how(page: Page) -> None:
    for words in ("allow JavaScript for it", "permite JavaScript en ella"):
        expect(page.get_by_text(words)).to_be_visible()
    assert page.locator("#unlock").is_hidden()
    assert page.locator("#reader-bar").is_hidden()


@pytest.mark.parametrize("script", [b"", b"window.stolen = location.hash"], ids=["none", "another's"])
def test_a_script_that_is_not_the_one_that_was_built_does_not_run(
    context: BrowserContext, host: Host, keys: Keys, script: bytes
) -> None:
    with host.instead({"assets/reader.js": script or None}):
        page = context.new_page()
        page.goto(link(host, keys, READERS[0]))
        told_how(page)
        assert page.evaluate("window.stolen") is None


def test_what_is_said_is_in_the_readers_language(browser: Browser, host: Host, keys: Keys) -> None:
    context = browser.new_context(locale="es-MX")
    page = context.new_page()
    page.goto(f"{host.base}{keys.address}/#k=x")
    expect(page.locator("#said")).to_contain_text("Este enlace no abre el portal")
    assert page.evaluate("document.documentElement.lang") == "es"
    assert page.title() == "Portal privado"
    context.close()


def test_without_a_contact_it_says_whom_to_write_to_all_the_same(context: BrowserContext) -> None:
    files, keys = sealed(PAGES, contact="")
    with hosted({**shared(), **files}) as host:
        page = opened(context, f"{host.base}{keys.address}/#k=x", "locked")
        expect(page.locator("#help")).to_contain_text("write to whoever sent you the link")


def test_what_is_typed_can_be_seen_by_who_wants_to(context: BrowserContext, host: Host, keys: Keys) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    field = page.locator("#passphrase")
    expect(field).to_have_attribute("type", "password")
    before = field.bounding_box()
    page.get_by_label("Show what I type").check()
    expect(field).to_have_attribute("type", "text")
    assert field.bounding_box() == before


# ---- damage ----


def flipped(data: bytes) -> bytes:
    """With one bit of the last bytes changed: the last quotation mark of `keys.json`, or a seal's tag."""
    return data[:-5] + bytes([data[-5] ^ 1]) + data[-4:]


DAMAGES = {
    "one bit": flipped,
    "cut": lambda data: data[: len(data) // 2],
    "cut to the nonce": lambda data: data[:12],
    "empty": lambda data: b"",
    "missing": lambda data: None,
    "longer": lambda data: data + b"\0",
    "zeros": lambda data: bytes(len(data)),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("name", ["manifest.bin", "keys.json"])
def test_a_damaged_file_is_refused(
    context: BrowserContext, host: Host, keys: Keys, name: str, damage: object
) -> None:
    path = f"{keys.address}/{name}"
    with host.instead({path: damage(host.files[path])}):  # type: ignore[operator]
        page = context.new_page()
        page.goto(link(host, keys, READERS[0]))
        page.wait_for_selector('body[data-state="failed"]')
        refused(page, "arrived damaged")


def test_another_portals_manifest_and_key_file_are_refused(
    context: BrowserContext, host: Host, keys: Keys, other: Keys
) -> None:
    mine, theirs = f"{keys.address}/manifest.bin", f"{other.address}/manifest.bin"
    with host.instead({mine: host.files[theirs]}):
        refused(opened(context, link(host, keys, READERS[0]), "failed"), "arrived damaged")
    with host.instead({f"{keys.address}/keys.json": host.files[f"{other.address}/keys.json"]}):
        refused(opened(context, link(host, keys, READERS[0]), "locked"), "This link does not open")


def blobs(host: Host, keys: Keys) -> list[str]:
    return sorted(path for path in host.files if path.startswith(f"{keys.address}/blobs/"))


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_page_is_not_shown(context: BrowserContext, host: Host, keys: Keys, damage: object) -> None:
    changed = {path: damage(host.files[path]) for path in blobs(host, keys)}  # type: ignore[operator]
    with host.instead(changed):
        page = opened(context, link(host, keys, READERS[0]), "failed")
        expect(page.locator("#said")).to_contain_text("arrived damaged")
        expect(page.get_by_role("link", name=CONTACT)).to_have_attribute("href", f"mailto:{CONTACT}")
        assert "Spring" not in page.content()


def test_a_page_in_another_pages_place_is_not_shown(context: BrowserContext, host: Host, keys: Keys) -> None:
    one, two = blobs(host, keys)
    with host.instead({one: host.files[two], two: host.files[one]}):
        page = opened(context, link(host, keys, READERS[0]), "failed")
        expect(page.locator("#said")).to_contain_text("arrived damaged")


def test_from_a_damaged_page_one_comes_to_a_whole_one(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, link(host, keys, READERS[0]))
    with host.instead(dict.fromkeys(blobs(host, keys), b"")):
        page.get_by_role("link", name="First ads").click()
        page.wait_for_selector('body[data-state="failed"]')
    page.get_by_role("link", name="To the first page").click()
    page.wait_for_selector('body[data-state="open"]')
    assert page.title() == "Spring launch"


def without(keys_file: bytes, **changes: object) -> bytes:
    data = json.loads(keys_file)
    for name, value in changes.items():
        (data if name in data else data["kdf"])[name] = value
    return json.dumps(data).encode()


BOUNDS: dict[str, dict[str, object]] = {
    "another format": {"format": "portalgen-sealed-2"},
    "too few rounds": {"iterations": 599_999},
    "so many rounds that it would hang": {"iterations": 10_000_001},
    "rounds that are no number": {"iterations": "600000"},
    "a short salt": {"salt": "AAAA"},
    "a long salt": {"salt": "A" * 88},
    "another hash": {"hash": "SHA-1"},
    "more wraps than anybody needs": {"wraps": ["A" * 54] * 1025},
    "a wrap of another length": {"wraps": ["A" * 52]},
    "wraps that are no list": {"wraps": {}},
}


@pytest.mark.parametrize("changes", BOUNDS.values(), ids=BOUNDS)
def test_a_key_file_beyond_its_bounds_is_refused(
    context: BrowserContext, host: Host, keys: Keys, changes: dict[str, object]
) -> None:
    path = f"{keys.address}/keys.json"
    with host.instead({path: without(host.files[path], **changes)}):
        page = opened(context, f"{host.base}{keys.address}/", "locked")
        typed(page, keys.passphrase(READERS[0]), "failed")
        refused(page, "arrived damaged")


def test_a_damage_that_was_mended_is_not_kept_by_the_browser(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    with hosted(dict(host.files)) as lasting:
        lasting.headers = {"/blobs/": "public, max-age=31536000, immutable"}
        with lasting.instead(dict.fromkeys(blobs(lasting, keys), b"")):
            opened(context, link(lasting, keys, READERS[0]), "failed")
        assert opened(context, link(lasting, keys, READERS[0])).title() == "Spring launch"


def test_without_a_connection_it_says_so_and_comes_back(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    context.set_offline(True)
    typed(page, keys.passphrase(READERS[0]), "failed")
    refused(page, "could not be loaded")
    context.set_offline(False)
    page.click("#again")
    page.wait_for_selector('body[data-state="locked"]')
    typed(page, keys.passphrase(READERS[0]))

"""A sealed portal that opens, when something about it is not as it should be: its manifest says what no build
writes, files of two releases lie side by side, an answer comes late, an image or a file arrives damaged."""

from __future__ import annotations

import base64
import io
import json
import re
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from portalgen.seal import Keys
from portalgen.seal.envelope import FORMAT, STEP, blob_of
from tests.browser.sealing import CONTACT, Host, link, opened, page_of, sealed, two_portals

STAYS, GOES = READERS = ("ana@brisa.example", "Dirección")


def picture(kind: str, width: int) -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (width, width), "teal").save(made, kind)
    return made.getvalue()


# As the build writes it; this browser reads none of the first format.
PICTURE = (
    '<picture><source type="image/avif" srcset="files/stand-40.avif 40w, files/stand-80.avif 80w" sizes="30px">'
    '<source type="image/webp" srcset="files/stand-40.webp 40w, files/stand-80.webp 80w" sizes="30px">'
    '<img src="files/stand.png" alt="Our stand" width="30" height="30"></picture>'
)
FILES = {
    "files/plan.pdf": b"%PDF-1.4 plan",
    "files/plan de año 50%.pdf": b"%PDF-1.4 another",
    "files/stand-40.avif": b"no image at all",
    "files/stand-80.avif": b"no image at all",
    "files/stand-40.webp": picture("webp", 40),
    "files/stand-80.webp": picture("webp", 80),
    "files/stand.png": picture("png", 200),
}
PAGES = FILES | {
    "index.html": page_of(
        "Spring launch",
        '<section data-visit="./" data-new="New"><ol><li data-key="x"><p class="when">x</p></li></ol></section>'
        '<p><a href="files/plan.pdf">Plan</a> <a href="files/plan%20de%20a%C3%B1o%2050%25.pdf">Year</a> '
        '<a href="first/">First ads</a> <a href="second/">Second ads</a></p>' + PICTURE,
    ),
    "first/index.html": page_of("First ads", "<p>Two of three.</p>", root="../"),
    "second/index.html": page_of("Second ads", "<p>Three of three.</p>", root="../"),
}


@pytest.fixture(scope="module")
def portals() -> tuple[dict[str, bytes], Keys, Keys]:
    return two_portals(PAGES, READERS)


@pytest.fixture(scope="module")
def newer() -> dict[str, bytes]:
    """The portal after a reader was taken off."""
    return sealed(PAGES, readers=[STAYS])[0]


@pytest.fixture
def page(context: BrowserContext, host: Host, keys: Keys) -> Page:
    return opened(context, link(host, keys, STAYS))


def blob(keys: Keys, path: str) -> str:
    """Where a file of the portal lies on the host."""
    return f"{keys.address}/{blob_of(keys, path, sha256(PAGES[path]).digest()).path}"


def failed(page: Page, words: str) -> None:
    """A sentence in the page's place, and whom to write to; nothing of the page."""
    page.wait_for_selector('body[data-state="failed"]')
    expect(page.locator("#said")).to_contain_text(words)
    expect(page.get_by_role("link", name=CONTACT)).to_have_attribute("href", f"mailto:{CONTACT}")
    assert not re.search("Spring|ads", page.content())


# ---- a manifest that no build writes ----


def resealed(keys: Keys, sealed: bytes, **changes: object) -> bytes:
    """A manifest with other values, sealed as well as the right one: of the file or of the first page."""
    about = "\0".join((FORMAT, keys.address, "manifest", "")).encode()
    seal = AESGCM(keys.content)
    told = json.loads(seal.decrypt(sealed[:12], sealed[12:], about))
    columns = ("blob", "key", "type", "length")
    for name, value in changes.items():
        if name in columns:
            told["files"]["index.html"][columns.index(name)] = value
        else:
            told[name] = value
    text = json.dumps(told).encode()
    return bytes(12) + seal.encrypt(bytes(12), text + b" " * (-len(text) % STEP), about)


LIES: dict[str, dict[str, object]] = {
    "another format": {"format": "portalgen-sealed-2"},
    "no files": {"files": None},
    "a file without a row": {"files": {"index.html": "blobs/aaaaaaaaaaaaaaaaaaaaaaaaaa"}},
    "no language": {"language": None},
    "a blob on another host": {"blob": "https://x.invalid/blobs/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
    "a blob of another folder": {"blob": "../blobs/aaaaaaaaaaaaaaaaaaaaaaaaaa"},
    "a key that is too short": {"key": base64.urlsafe_b64encode(bytes(31)).decode().rstrip("=")},
    "a type that could run": {"type": "image/svg+xml"},
    "a length below nothing": {"length": -1},
    "a length that is a text": {"length": "14"},
    "more bytes than there are": {"length": STEP + 1},
    "fewer bytes than there are": {"length": 10},
}


@pytest.mark.parametrize("changes", LIES.values(), ids=LIES)
def test_a_manifest_that_says_what_no_build_writes_is_refused(
    context: BrowserContext, host: Host, keys: Keys, changes: dict[str, object]
) -> None:
    path = f"{keys.address}/manifest.bin"
    with host.instead({path: resealed(keys, host.files[path], **changes)}):
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(link(host, keys, STAYS))
        failed(page, "arrived damaged")
        assert [url for url in asked if not url.startswith(host.base)] == []


# ---- files of two releases ----


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("name", ["keys.json", "manifest.bin"])
def test_keys_and_manifest_of_two_releases_open_nothing_to_anybody(
    context: BrowserContext, host: Host, keys: Keys, newer: dict[str, bytes], name: str, reader: str
) -> None:
    path = f"{keys.address}/{name}"
    with host.instead({path: newer[path]}):
        page = context.new_page()
        page.goto(link(host, keys, reader))
        page.wait_for_selector('body:is([data-state="failed"], [data-state="locked"])')
        expected = "does not open" if (name, reader) == ("keys.json", GOES) else "arrived damaged"
        expect(page.locator("#said")).to_contain_text(expected)
        assert not re.search("Spring|ads", page.content())


# ---- what comes late, or not at all ----


@pytest.mark.parametrize("arrives", [Route.continue_, Route.abort], ids=["in the end", "never"])
def test_a_page_that_comes_when_another_was_asked_for_is_not_shown(
    page: Page, host: Host, keys: Keys, arrives: object
) -> None:
    waiting: list[Route] = []
    page.route(
        f"**/{blob(keys, 'first/index.html')}",
        lambda route: route.abort() if waiting else waiting.append(route),
    )
    page.get_by_role("link", name="First ads").click()
    page.wait_for_url("**/#/first/")
    page.get_by_role("link", name="Second ads").click()
    expect(page).to_have_title("Second ads")
    arrives(waiting[0])  # type: ignore[operator]
    page.wait_for_timeout(300)
    assert page.title() == "Second ads"
    assert page.get_attribute("body", "data-state") == "open"


def test_without_a_connection_the_pages_that_were_read_stay(
    context: BrowserContext, page: Page, host: Host
) -> None:
    page.get_by_role("link", name="First ads").click()
    expect(page).to_have_title("First ads")
    context.set_offline(True)
    page.go_back()
    expect(page).to_have_title("Spring launch")
    page.get_by_role("link", name="Second ads").click()
    failed(page, "could not be loaded")
    context.set_offline(False)
    page.get_by_role("button", name="Load the page again").click()
    expect(page).to_have_title("Second ads")


# ---- images and files ----


@pytest.mark.parametrize(("density", "width"), [(1, 40), (2, 80), (3, 80)])
def test_an_image_comes_in_the_first_format_that_this_browser_reads_and_as_wide_as_it_is_shown(
    browser: Browser, host: Host, keys: Keys, density: int, width: int
) -> None:
    context = browser.new_context(device_scale_factor=density)
    page = opened(context, link(host, keys, STAYS))
    page.wait_for_function("width => document.images[0].naturalWidth === width", arg=width)
    context.close()


def test_an_image_is_gone_with_its_page(page: Page) -> None:
    page.wait_for_function("() => document.images[0].naturalWidth === 40")
    shown = page.evaluate("document.images[0].src")
    page.get_by_role("link", name="First ads").click()
    expect(page).to_have_title("First ads")
    assert page.evaluate(
        """async (address) => {
          const image = new Image();
          image.src = address;
          return image.decode().then(() => "shown", () => "gone");
        }""",
        shown,
    ) == "gone"  # fmt: skip


@pytest.mark.parametrize("path", ["files/plan.pdf", "files/plan de año 50%.pdf"])
def test_a_file_is_saved_under_its_name_whether_it_is_chosen_or_linked_to(
    context: BrowserContext, host: Host, keys: Keys, page: Page, path: str
) -> None:
    name = path.removeprefix("files/")
    with page.expect_download() as chosen:
        page.get_by_role("link", name="Plan" if name == "plan.pdf" else "Year").click()
    other = context.new_page()
    with other.expect_download() as linked:
        other.goto(link(host, keys, STAYS, f"/{path.replace('%', '%25').replace(' ', '%20')}"))
    expect(other).to_have_title("Spring launch")
    for saved in (chosen.value, linked.value):
        assert saved.suggested_filename == name
        assert Path(saved.path()).read_bytes() == PAGES[path]


def test_a_file_that_arrives_damaged_is_not_saved(page: Page, host: Host, keys: Keys) -> None:
    saved: list[object] = []
    page.on("download", lambda download: saved.append(download))
    with host.instead({blob(keys, "files/plan.pdf"): host.files[blob(keys, "files/stand.png")]}):
        page.get_by_role("link", name="Plan").click()
        failed(page, "arrived damaged")
    page.get_by_role("link", name="To the first page").click()
    expect(page).to_have_title("Spring launch")
    assert saved == []

"""A sealed portal that is open: the whole of the plain one, page by page, and nothing that runs by itself."""

from __future__ import annotations

import html
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, Page, expect

from portalgen.seal import Keys, keys_of
from tests.browser.sealing import Host, hosted, link, opened, page_of, sealed, shared, tree, typed
from tests.browser.serving import served
from tests.project import SECRET
from tests.render.test_prose import ATTACKS
from tests.test_determinism import copy

READERS = ("Dirección", "ana@brisafoods.example")


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The sample agency's portals as a build publishes them."""
    folder = tmp_path_factory.mktemp("sealed")
    copy(folder, sealed=True)
    subprocess.run(
        [sys.executable, "-m", "portalgen.cli", "build", "--as-of", "2026-11-23"],
        cwd=folder,
        env={**os.environ, "PORTALGEN_SECRET": SECRET},
        check=True,
        timeout=120,
        capture_output=True,
    )
    with hosted(tree(folder / "site/portals")) as host:
        yield host


@pytest.fixture(scope="module")
def keys() -> Keys:
    return keys_of(bytes.fromhex(SECRET), "brisa-foods", 1, READERS)


@pytest.fixture
def locale() -> str:
    return "es-ES"


@pytest.fixture
def page(context: BrowserContext, host: Host, keys: Keys) -> Page:
    return opened(context, link(host, keys, READERS[0]))


def go(page: Page, path: str) -> None:
    """Another page of the portal."""
    if page.evaluate("path => (location.hash || '#/') !== '#' + path", path):
        page.evaluate("path => { document.body.dataset.state = 'going'; location.hash = path }", path)
    page.wait_for_selector('body[data-state="open"]')


def addresses(folder: Path) -> list[str]:
    """The addresses of all pages of a plain portal."""
    return sorted(p.parent.relative_to(folder).as_posix().replace(".", "", 1) for p in folder.rglob("*.html"))


# ---- the same as the plain one ----


def test_every_page_reads_as_the_plain_one_does(
    browser: Browser, page: Page, sample: Path, keys: Keys
) -> None:
    folder = sample / "site/portals" / keys.address
    found = addresses(folder)
    assert len(found) > 10
    with served(sample / "site/portals") as base:
        plain = browser.new_page(viewport={"width": 390, "height": 844}, locale="es-ES")
        for address in found:
            plain.goto(f"{base}/{keys.address}/{address}/" if address else f"{base}/{keys.address}/")
            go(page, f"/{address}/" if address else "/")
            for what in ("document.title", "document.documentElement.lang", "document.body.className"):
                assert page.evaluate(what) == plain.evaluate(what), address
            for part in ("header.top", "main"):
                assert page.inner_text(part) == plain.inner_text(part), address
        plain.close()


# Whether an image shows something: until it arrives, what keeps its place is clear.
PAINTED = """(image) => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d");
  if (image.complete && image.naturalWidth) canvas.drawImage(image, 0, 0, 1, 1);
  return canvas.getImageData(0, 0, 1, 1).data[3] > 0;
}"""


def test_its_images_are_shown_and_its_files_are_saved(
    context: BrowserContext, page: Page, sample: Path, keys: Keys
) -> None:
    go(page, "/case-study/")
    for image in page.locator("img").all():
        image.scroll_into_view_if_needed()
    page.wait_for_function(f"() => [...document.images].every({PAINTED})")
    assert page.locator("img[src^='blob:']").count() >= 3
    go(page, "/")
    folder = sample / "site/portals" / keys.address
    for name in ("calendar.ics", "files/media-plan.pdf"):
        with page.expect_download() as saved:
            page.locator(f"a[href='#/{name}']").first.click()
        assert saved.value.suggested_filename == name.rpartition("/")[2]
        assert Path(saved.value.path()).read_bytes() == (folder / name).read_bytes()


def test_where_an_image_does_not_come_its_place_says_so(browser: Browser) -> None:
    image = '<p><img src="files/a.png" alt="Our stand" width="4" height="4"></p>'
    files, keys = sealed({"index.html": page_of("Fair", image), "files/a.png": b"no image at all"})
    context = browser.new_context()
    with hosted({**shared(), **files}) as host:
        for path in sorted(path for path in files if "/blobs/" in path):
            with host.instead({path: b""}):
                page = context.new_page()
                page.goto(link(host, keys))
                page.wait_for_selector('body[data-state="open"], body[data-state="failed"]')
                if page.title() == "Fair":
                    expect(page.get_by_text("An image is missing here")).to_be_visible()
                    break
        else:
            raise AssertionError("the page itself is in both")
    context.close()


def test_it_has_no_feed_and_the_plain_one_has(page: Page, sample: Path, keys: Keys) -> None:
    assert (sample / "site/portals" / keys.address / "feed.xml").is_file()
    assert page.locator("footer").get_by_text("Canal").count() == 0
    assert page.locator("a[href*='feed']").count() == 0


def test_everything_can_be_printed_without_the_bar(page: Page) -> None:
    go(page, "/print/")
    page.emulate_media(media="print")
    expect(page.locator("#reader-bar")).to_be_hidden()
    expect(page.get_by_text("Dos formatos en el aire").first).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_is_as_dark_as_the_reader_wishes(browser: Browser, host: Host, keys: Keys, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)  # type: ignore[arg-type]
    page = opened(context, link(host, keys, READERS[0]))
    red = int(page.evaluate("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]"))
    assert (red < 64) == (scheme == "dark")
    context.close()


def test_what_is_new_since_the_last_visit_is_marked(browser: Browser) -> None:
    def at(day: str, *changes: str) -> dict[str, bytes]:
        rows = "".join(
            f'<li data-key="{one}"><p class="when">x</p><p class="title">{one}</p></li>' for one in changes
        )
        note = '<p class="changed-note" hidden data-other="{n} new since {day}" data-one="{n} new"></p>'
        body = f'<section data-visit="./" data-new="New">{note}<ol>{rows}</ol></section>'
        return sealed({"index.html": page_of(day, body)})[0]

    context = browser.new_context()
    keys = sealed({})[1]
    with hosted({**shared(), **at("Monday", "first")}) as host:
        page = opened(context, link(host, keys))
        assert page.locator(".new").count() == 0
        page.close()
        host.files.update(at("Tuesday", "second", "first"))
        page = opened(context, link(host, keys))
        expect(page.locator("li", has_text="second").locator(".new")).to_have_text("New")
        expect(page.locator("li", has_text="first").locator(".new")).to_have_count(0)
    context.close()


# ---- to and fro ----


def test_back_and_forward_lead_where_one_was_on_the_page(page: Page) -> None:
    page.locator("main a[href^='#/updates/2']").first.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    before = page.evaluate("scrollY")
    assert before > 300
    page.locator("main a[href^='#/updates/2']").first.click()
    expect(page).to_have_title(re.compile("^Dos formatos"))
    assert page.evaluate("scrollY") == 0
    page.go_back()
    expect(page).to_have_title(re.compile("^Lanzamiento"))
    page.wait_for_function("at => Math.abs(scrollY - at) < 2", arg=before)
    page.go_forward()
    expect(page).to_have_title(re.compile("^Dos formatos"))
    assert page.evaluate("scrollY") == 0


def test_a_new_page_says_its_title_and_takes_the_focus(page: Page) -> None:
    page.locator("summary:visible").first.click()
    page.locator("a[href='#/timeline/']:visible").first.click()
    expect(page).to_have_title(re.compile("^Calendario"))
    assert page.evaluate("document.activeElement.localName") == "h1"


def test_a_place_on_a_page_has_an_address(page: Page) -> None:
    page.locator("a[href*='?k-']").first.click()
    expect(page).to_have_title(re.compile("^Resultados"))
    assert re.search(r"#/results/\?k-[a-z-]+$", page.url)
    top = page.evaluate("document.activeElement.getBoundingClientRect().top")
    assert page.evaluate("document.activeElement.id").startswith("k-")
    assert -2 <= top < 844
    page.evaluate("scrollTo(0, 0)")
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    page.wait_for_function("() => document.activeElement.id === 'main'")


def test_an_update_has_an_address_that_can_be_passed_on(
    browser: Browser, host: Host, keys: Keys, page: Page
) -> None:
    page.locator("main a[href^='#/updates/2']").first.click()
    expect(page).to_have_title(re.compile("^Dos formatos"))
    context = browser.new_context()
    other = opened(context, page.url, "locked")
    typed(other, keys.passphrase(READERS[1]))
    assert other.title() == page.title()
    context.close()


def test_an_address_that_is_none_leads_to_the_first_page(page: Page) -> None:
    page.evaluate("location.hash = '/nowhere/'")
    expect(page.locator("#said")).to_have_text("Esta página no está en tu portal, o ya no está.")
    page.get_by_role("link", name="Ir a la primera página").click()
    page.wait_for_selector('body[data-state="open"]')
    page.evaluate("location.hash = '/timeline'")
    expect(page).to_have_title(re.compile("^Calendario"))


def test_the_way_from_the_passphrase_to_an_update_needs_no_mouse(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    keyboard = page.keyboard
    keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "passphrase"
    keyboard.type(keys.passphrase(READERS[0]))
    keyboard.press("Enter")
    page.wait_for_selector('body[data-state="open"]')
    for _ in range(60):
        keyboard.press("Tab")
        if "#/updates/2" in str(page.evaluate("document.activeElement.getAttribute('href')")):
            break
    keyboard.press("Enter")
    expect(page).to_have_title(re.compile("^Dos formatos"))
    page.locator("#forget").focus()
    keyboard.press("Enter")
    page.wait_for_selector('body[data-state="locked"]')
    assert page.evaluate("document.activeElement.id") == "said"


# ---- nothing runs, nothing is asked of others ----


def test_no_page_breaks_the_policy_and_no_other_host_is_asked(
    context: BrowserContext, host: Host, keys: Keys, sample: Path
) -> None:
    page = context.new_page()
    asked, said = list[str](), list[str]()
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text) if message.type != "verbose" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.add_init_script(
        "addEventListener('securitypolicyviolation', (e) => console.error(e.violatedDirective, e.blockedURI))"
    )
    page.goto(link(host, keys, READERS[0]))
    page.wait_for_selector('body[data-state="open"]')
    for address in addresses(sample / "site/portals" / keys.address):
        go(page, f"/{address}/" if address else "/")
        page.wait_for_load_state("networkidle")
    assert said == []
    assert {url for url in asked if not url.startswith((host.base, f"blob:{host.base}"))} == set()


def test_trusted_types_are_on(page: Page) -> None:
    assert (
        page.evaluate(
            "() => { try { document.body.innerHTML = '<img>'; return 'taken' } catch (e) { return e.name } }"
        )
        == "TypeError"
    )


EVENTS = (
    *("onerror", "onload", "onclick", "onfocus", "onmouseover", "onanimationstart", "ontoggle"),
    *("onbeforeprint", "onpageshow", "onhashchange", "onscroll", "onpointerenter", "oncopy", "onblur"),
)
TAGS = (
    "img src=x",
    "svg",
    "math",
    "marquee",
    "body",
    "details open",
    "video src=x",
    "input autofocus",
    "iframe src=x",
    "b",
)
HOSTILE = [
    *(attack.replace("alert(1)", "window.hit=1").replace("https://x.example", "https://x.invalid")
      for attack in ATTACKS),
    *(f"<{tag} {event}=window.hit=1>x" for tag in TAGS for event in EVENTS),
    '<a id="click" href="javascript:window.hit=1">x</a>',
    '<form action="javascript:window.hit=1"><button id="send">x</button></form>',
    '<iframe srcdoc="<script>parent.hit=1</script>"></iframe>',
    '<object data="data:text/html,<script>parent.hit=1</script>"></object>',
    '<img src="https://x.invalid/a.png"><img srcset="https://x.invalid/b.png 2x">',
    '<picture><source srcset="https://x.invalid/c.png"><img src="../../x.png"></picture>',
    '<link rel="preload" as="image" href="https://x.invalid/d"><style>@import "https://x.invalid/e";</style>',
    '<div style="background:url(https://x.invalid/f)">x</div><meta http-equiv="refresh" content="0;https://x.invalid">',
    '<svg><use href="data:image/svg+xml,<svg id=x onload=window.hit=1>#x"/><a href="javascript:window.hit=1"><text>x</text></a></svg>',
    '<math><mtext><table><mglyph><style><img src=x onerror=window.hit=1></style></mglyph></table></mtext></math>',
    '<img name="getElementById"><form name="body"></form><a id="texts"></a><input name="nodeName">',
]  # fmt: skip


ALL_HAPPENS = """() => {
  for (const element of document.querySelectorAll("*"))
    for (const { name } of [...element.attributes])
      if (name.startsWith("on")) element.dispatchEvent(new Event(name.slice(2)));
}"""


def test_there_are_attacks_enough() -> None:
    assert len(HOSTILE) >= 200


def test_a_page_that_nobody_cleaned_runs_nothing_and_asks_nobody(browser: Browser) -> None:
    pages = {"index.html": page_of("Start", "x")} | {
        f"p{number}/index.html": page_of(f"Page {number}", attack, root="../", head=attack)
        for number, attack in enumerate(HOSTILE)
    }
    files, keys = sealed(pages)
    context = browser.new_context()
    context.set_default_timeout(5_000)
    with hosted({**shared(), **files}) as host:
        asked = list[str]()
        context.on("request", lambda request: asked.append(request.url))
        page = opened(context, link(host, keys))
        for number, attack in enumerate(HOSTILE):
            go(page, f"/p{number}/")
            for button in ("click", "send"):
                page.evaluate("id => document.getElementById(id)?.click?.()", button)
            page.evaluate(ALL_HAPPENS)
            assert page.evaluate("window.hit") is None, html.escape(attack)
        page.wait_for_timeout(200)
        assert page.evaluate("window.hit") is None
        assert [url for url in asked if not url.startswith((host.base, "blob:", "data:"))] == []
    context.close()


# ---- for everybody ----


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Browser, host: Host, keys: Keys, scheme: str, width: int) -> None:
    context = browser.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True  # type: ignore[arg-type]
    )  # fmt: skip
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    look(page)
    page.goto(f"{host.base}{keys.address}/#k=x")
    expect(page.locator("#said")).to_contain_text("does not open")
    look(page)
    typed(page, keys.passphrase(READERS[0]))
    look(page)
    page.evaluate("location.hash = '/nowhere/'")
    page.wait_for_selector('body[data-state="failed"]')
    look(page)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    context.close()


def look(page: Page) -> None:
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": tags}})
    assert found.response["violations"] == [], json.dumps(found.response["violations"], indent=1)[:3000]

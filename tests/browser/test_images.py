"""Images in a real browser: nothing moves when they come, and the copy that suits is the one that is loaded."""

from __future__ import annotations

import json
import re
import threading
import time
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

DELAY = 0.4
IMAGES = (".avif", ".webp", ".jpg", ".png", ".gif")
WIDTHS = [390, 1280]


class _Slow(SimpleHTTPRequestHandler):
    """A host that is quick with pages and slow with images. `/bare/...` are the pages without sizes."""

    def do_GET(self) -> None:
        """Wait before an image; leave the sizes out of a bare page."""
        bare = self.path.startswith("/bare/")
        self.path = self.path.removeprefix("/bare")
        if self.path.endswith(IMAGES):
            time.sleep(DELAY)
        if not bare or not self.path.endswith("/"):
            super().do_GET()
            return
        page = Path(self.translate_path(self.path), "index.html").read_text("utf-8")
        body = re.sub(r' (?:width|height)="\d+"', "", page).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def slow(sample: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(_Slow, directory=str(sample / "site")))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join(5)
    server.server_close()


@pytest.fixture(scope="module")
def addresses(sample: Path) -> dict[str, str]:
    rows = json.loads((sample / "site/internal/portfolio.json").read_text("utf-8"))["accounts"]
    portal = next(row["portal"] for row in rows if row["id"] == "brisa-foods")
    shown = (
        page.parent.relative_to(sample / "site").as_posix()
        for page in sorted((sample / "site" / portal / "updates").glob("*/index.html"))
        if "<picture>" in page.read_text("utf-8")
    )
    return {
        "an update": f"{next(shown)}/",
        "a portal's case study": f"{portal}case-study/",
        "a sheet": "internal/references/brisa-foods/",
        "the gallery": "public/case-studies/",
        "a case study": "public/case-studies/spring-launch/",
    }


KINDS = ["an update", "a portal's case study", "a sheet", "the gallery", "a case study"]

# Waits for every image, also for those that a browser loads only when they come near.
LOADED = """async () => {
  const images = [...document.images].filter(image => image.getClientRects().length);
  for (const image of images) {
    image.scrollIntoView();
    while (!image.complete || !image.naturalWidth) await new Promise(done => setTimeout(done, 30));
  }
  window.scrollTo(0, 0);
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return images.map(image => [image.currentSrc, image.width, image.naturalWidth]);
}"""
SHIFTS = """() => new Promise(done => {
  let moved = 0;
  // The theme's own header may move while its script begins; what is looked at is what the page says.
  const inside = ({node}) => (node?.closest ? node : node?.parentElement)?.closest("main, .pg");
  new PerformanceObserver(list => {
    for (const one of list.getEntries()) if (one.sources.some(inside)) moved += one.value;
  })
    .observe({type: 'layout-shift', buffered: true});
  setTimeout(() => done(moved), 200);
})"""


@pytest.fixture(params=WIDTHS)
def window(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": request.param, "height": 900})
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_moves_when_an_image_comes_late(
    window: Page, slow: str, addresses: dict[str, str], kind: str
) -> None:
    window.route("**/gallery.*.js", lambda route: route.abort())  # what filters show is no image's matter
    window.goto(slow + addresses[kind])
    assert window.evaluate(LOADED)
    assert window.evaluate(SHIFTS) == 0


def test_without_their_sizes_the_same_images_would_move_the_page(
    window: Page, slow: str, addresses: dict[str, str]
) -> None:
    window.goto(f"{slow}bare/{addresses['an update']}")
    window.evaluate(LOADED)
    assert window.evaluate(SHIFTS) > 0


@pytest.mark.parametrize("kind", KINDS)
def test_each_image_is_loaded_in_the_best_format_and_no_wider_than_it_needs(
    window: Page, slow: str, addresses: dict[str, str], kind: str
) -> None:
    asked: list[str] = []
    window.on("request", lambda request: asked.append(request.url) if request.url.endswith(IMAGES) else None)
    window.goto(slow + addresses[kind])
    pictures = [one for one in window.evaluate(LOADED) if "/images/" in one[0]]
    assert pictures
    for source, shown, _ in pictures:
        width = re.search(r"-(\d+)\.avif$", source)
        assert width is not None, source
        assert shown <= int(width[1]) <= 3 * shown
    assert len(asked) == len(set(asked))
    assert not [url for url in asked if url.endswith((".webp", ".jpg"))]


def test_a_phone_loads_the_small_one_and_a_fine_screen_a_larger_one(
    browser: Browser, slow: str, addresses: dict[str, str]
) -> None:
    loaded = {}
    for density in (1, 2, 3):
        context = browser.new_context(viewport={"width": 390, "height": 844}, device_scale_factor=density)
        page = context.new_page()
        page.goto(slow + addresses["an update"])
        sources = [source for source, *_ in page.evaluate(LOADED) if "/images/" in source]
        loaded[density] = [int(source.rpartition("-")[2].removesuffix(".avif")) for source in sources]
        context.close()
    assert loaded == {1: [480], 2: [960], 3: [1600]}


def test_every_image_of_every_page_has_its_size_and_a_text(sample: Path) -> None:
    """Those that the team puts on pages of its own are MkDocs' and the team's."""
    seen = 0
    for path in sorted((sample / "site").rglob("*.html")):
        for tag in re.findall(r"<img\b(?:[^>\"]|\"[^\"]*\")*>", path.read_text("utf-8")):
            if re.search(r'src="[^"]*(?:files|images)/', tag):
                seen += 1
                assert re.search(r'\salt="[^"]*"', tag), (path, tag)
                assert re.search(r'\swidth="\d+" height="\d+"', tag), (path, tag)
    assert seen > 20

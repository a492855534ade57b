"""Sealed portals for tests in a browser: pages sealed by hand or by a build, and a host that can be bad."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

from playwright.sync_api import BrowserContext, Page, expect

from portalgen.render import assets
from portalgen.render.house import PLAIN
from portalgen.render.reader import reader_page
from portalgen.seal import Keys, keys_of, link_text, seal, wraps
from portalgen.site import Unit

SECRET = bytes.fromhex("5e" * 32)
CONTACT = "help@estudio-norte.example"
TYPES = {
    "html": "text/html; charset=utf-8",
    "js": "text/javascript",
    "css": "text/css",
    "svg": "image/svg+xml",
}


class Asked(NamedTuple):
    """What a browser asked the host for."""

    path: str
    headers: dict[str, str]


@dataclass
class Host:
    """A plain host: files by path, and what was asked of it. `base` is its address, with a slash."""

    files: dict[str, bytes]
    base: str = ""
    asked: list[Asked] = field(default_factory=list)
    headers: Mapping[str, str] = field(default_factory=dict)
    """What `Cache-Control` is, where a path holds the name."""

    @contextmanager
    def instead(self, changed: Mapping[str, bytes | None]) -> Iterator[None]:
        """Serve other bytes at these paths, or nothing."""
        before = dict(self.files)
        for path, data in changed.items():
            if data is None:
                del self.files[path]
            else:
                self.files[path] = data
        try:
            yield
        finally:
            self.files.clear()
            self.files.update(before)


@contextmanager
def hosted(files: dict[str, bytes]) -> Iterator[Host]:
    """A host with these files, on the loopback."""
    host = Host(files)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            host.asked.append(Asked(self.path, dict(self.headers)))
            path = self.path.partition("?")[0].lstrip("/")
            path += "index.html" if path.endswith("/") else ""
            data = host.files.get(path)
            self.send_response(404 if data is None else 200)
            kind = TYPES.get(path.rpartition(".")[2], "application/octet-stream")
            self.send_header("Content-Type", "text/plain" if data is None else kind)
            self.send_header("Content-Length", str(len(data or b"")))
            for name, value in host.headers.items():
                if name in self.path:
                    self.send_header("Cache-Control", value)
            self.end_headers()
            self.wfile.write(data or b"")

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    host.base = f"http://127.0.0.1:{server.server_port}/"
    try:
        yield host
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


def shared() -> dict[str, bytes]:
    """The files that all portals share, by their path on the host."""
    return {f"assets/{name}": data for name, data in assets.portals(PLAIN).items()}


def sealed(pages: Mapping[str, bytes], account: str = "brisa", **how: Any) -> tuple[dict[str, bytes], Keys]:
    """These pages as a sealed portal on a host, and its keys. `how` goes to `keys_of`."""
    keys = keys_of(SECRET, account, how.get("epoch", 1), how.get("readers", ()))
    page = reader_page(assets.portals(PLAIN), how.get("contact", CONTACT), "en")
    unit = Unit(f"portals/{keys.address}", "portal", account, pages)
    made = seal(unit, keys, page=page, language=how.get("language", "en"), wrapped=wraps(keys))
    return {f"{keys.address}/{path}": data for path, data in made.files.items()}, keys


def page_of(title: str, body: str, *, root: str = "", head: str = "") -> bytes:
    """A small page as portals have them."""
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>{head}</head>'
        f'<body class="calm portal"><header class="top"><a href="{root or "./"}">Home</a></header>'
        f'<main id="main" class="letter"><h1>{title}</h1>{body}</main></body></html>'
    ).encode()


def link(host: Host, keys: Keys, reader: str = "", path: str = "") -> str:
    """A reader's access link."""
    return f"{host.base}{keys.address}/#k={link_text(keys.link(reader))}{path}"


def two_portals(pages: Mapping[str, bytes], readers: tuple[str, ...]) -> tuple[dict[str, bytes], Keys, Keys]:
    """A host's files, and the keys of a portal of these pages and of another client's."""
    files, keys = sealed(pages, readers=readers)
    others, other = sealed({"index.html": page_of("Autumn bread", "<p>Secret</p>")}, "molino")
    return {**shared(), **files, **others}, keys, other


def tree(folder: Path) -> dict[str, bytes]:
    """All files below a folder."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def opened(context: BrowserContext, address: str, state: str = "open") -> Page:
    """A new tab with an address, when the portal has come to a state."""
    page = context.new_page()
    page.goto(address)
    page.wait_for_selector(f'body[data-state="{state}"]')
    return page


def typed(page: Page, passphrase: str, state: str = "open") -> None:
    """Type a passphrase and send it."""
    page.fill("#passphrase", passphrase)
    page.click("#unlock button")
    page.wait_for_selector(f'body[data-state="{state}"]')


def refused(page: Page, words: str) -> None:
    """A sentence says what is wrong; whom to write to stands below, and nothing of any client."""
    expect(page.locator("#said")).to_contain_text(words)
    expect(page.locator("#said")).to_have_attribute("role", "alert")
    expect(page.locator("#help a")).to_have_attribute("href", f"mailto:{CONTACT}")
    assert page.title() == "Private portal"
    assert not re.search("Brisa|Spring|Ana|Autumn|First", page.inner_text("body"))

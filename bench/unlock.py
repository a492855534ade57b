"""How long a client waits for a sealed portal: from the start of the navigation to the portal's first paint.

    python bench/unlock.py [ROUNDS]

Builds one generated account, plain and sealed, and serves both on the loopback without a delay. Each round is a new
browser profile, with nothing cached, in headless Chromium. Prints the median and the worst, in milliseconds,

- plain: from the navigation to the first frame of the same portal, not sealed;
- by link: from the navigation to the first frame that shows the portal;
- by passphrase: from the button to that frame, the PBKDF2 in the browser included.
"""

from __future__ import annotations

import shutil
import statistics
import sys
import tempfile
import threading
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import generate
from playwright.sync_api import Browser, sync_playwright

from portalgen.build import Options, build, load_settings
from portalgen.seal import EVERYBODY, Keys, keys_of, link_text

_SECRET = "5e" * 32
# The frame in which the state is `open`: noted from inside the page, so that no round trip is counted.
_WATCH = """
function look() {
  const [body, ready] = [document.body, document.readyState !== "loading"];
  if (window.seen || !body || (body.dataset.state ?? (ready ? "open" : "")) !== "open") return;
  window.seen = true;
  requestAnimationFrame(() => requestAnimationFrame(() => {
    window.shown = performance.now();
    body.dataset.shown = "";
  }));
}
new MutationObserver(look).observe(document, { subtree: true, childList: true, attributes: true });
addEventListener("DOMContentLoaded", look);
addEventListener("submit", () => (window.begun = performance.now()), true);
"""


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a tab that closes hangs up."""


def portal(folder: Path, access: str) -> Keys:
    """Build one account's portal below a folder; returns its keys."""
    generate.main(folder, 1, "mkdocs")
    file = folder / "mkdocs.yml"
    file.write_text(file.read_text().replace("access: open", f"access: {access}"))
    outcome = build(
        load_settings(file), Options(as_of=date(2026, 11, 23), jobs=1), {"PORTALGEN_SECRET": _SECRET}
    )
    assert outcome.published, outcome.problems[:3]
    account = next((folder / "content/accounts").glob("*.md")).stem
    return keys_of(bytes.fromhex(_SECRET), account, 1)


def plain(browser: Browser, address: str, _: Keys) -> float:
    """Milliseconds of one opening of a portal that is not sealed."""
    return _opened(browser, address, "")


def by_link(browser: Browser, address: str, keys: Keys) -> float:
    """Milliseconds of one opening."""
    return _opened(browser, f"{address}#k={link_text(keys.link(EVERYBODY))}", "")


def by_passphrase(browser: Browser, address: str, keys: Keys) -> float:
    """Milliseconds of one opening."""
    return _opened(browser, address, keys.passphrase(EVERYBODY))


def _opened(browser: Browser, address: str, passphrase: str) -> float:
    context = browser.new_context()
    try:
        context.add_init_script(_WATCH)
        page = context.new_page()
        page.goto(address, wait_until="commit")
        if passphrase:
            page.fill("#passphrase", passphrase)
            page.click("#unlock .btn")
        page.wait_for_selector("body[data-shown]")
        return float(page.evaluate("window.shown - (window.begun || 0)"))
    finally:
        context.close()


def main(rounds: int) -> None:
    """Build, open and print."""
    names = ("chromium", "chromium-browser", "google-chrome")
    program = next((found for name in names if (found := shutil.which(name))), None)
    if program is None:
        sys.exit("no Chromium: install the package chromium")
    with tempfile.TemporaryDirectory(prefix="unlock-") as base:
        hosts = {}
        for access in ("open", "sealed"):
            keys = portal(Path(base) / access, access)
            served = partial(_Quiet, directory=str(Path(base) / access / "site/portals"))
            server = _Server(("127.0.0.1", 0), served)
            threading.Thread(target=server.serve_forever, daemon=True).start()
            hosts[access] = f"http://127.0.0.1:{server.server_port}/{keys.address}/"
        with sync_playwright() as play:
            browser = play.chromium.launch(executable_path=program, args=["--no-sandbox"])
            plain(browser, hosts["open"], keys)  # the browser's own start
            print(f"{'ms to the first paint':<24}{'median':>8}{'worst':>8}")
            for name, way, access, target in (
                ("plain", plain, "open", ""),
                ("by link", by_link, "sealed", "  target: median 200"),
                ("by passphrase", by_passphrase, "sealed", "  target: median 1000"),
            ):
                found = [way(browser, hosts[access], keys) for _ in range(rounds)]
                print(f"{name:<24}{statistics.median(found):>8.0f}{max(found):>8.0f}{target}")
            browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 15)

"""How long a save takes under `portalgen serve`: to its files on the disk, and to the reader's screen.

    python bench/live.py [ACCOUNTS] [--saves N] [--folder /dev/shm] [--no-browser]

Writes ACCOUNTS generated accounts (1,000) below the folder, starts `portalgen serve` as a user does, and
saves single accounts, each time another one: kinds of edits and ways of saving in turn. Prints, per kind,
from just before the save

- disk: to the server's own word that everything is in its place (the event that pages listen to);
- shown: to the first frame of headless Chromium that shows it, in the desk's open tab, in place.

The first build is not counted. Last, the CPU that all processes of the server take while nothing happens.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import queue
import re
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import generate

SECRET = "5e" * 32
SECONDS = 20


def serve(root: Path, port: int) -> subprocess.Popen[bytes]:
    """`portalgen serve` in a process group of its own."""
    command = [
        sys.executable,
        "-m",
        "portalgen.cli",
        "serve",
        "-f",
        str(root / "mkdocs.yml"),
        "--port",
        str(port),
    ]
    environment = {**os.environ, "PORTALGEN_SECRET": SECRET, "NO_MKDOCS_2_WARNING": "1"}
    return subprocess.Popen(command, env=environment, start_new_session=True, stderr=subprocess.DEVNULL)


def free_port() -> int:
    """A port that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Events:
    """The server's events as they come: `(version, pages, time)`."""

    def __init__(self, port: int) -> None:
        self.queue: queue.Queue[tuple[int, list[str], float]] = queue.Queue()
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=3600)
        self._connection.request("GET", "/-/events")
        self._answer = self._connection.getresponse()
        threading.Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        while line := self._answer.readline():
            if line.startswith(b"data:"):
                now = time.time()
                data = json.loads(line[5:])
                self.queue.put((data["version"], ["any"] if data["pages"] is None else data["pages"], now))

    def wait(self, portal: str, seconds: float = 30) -> float:
        """When the server said that pages of this portal, or the brief, were in their place."""
        until = time.monotonic() + seconds
        while True:
            _, pages, now = self.queue.get(timeout=max(0.01, until - time.monotonic()))
            if any(portal in page for page in pages):
                return now


# ---- edits ----------------------------------------------------------------------------------------


def words(text: str, mark: str) -> str:
    """Words of the newest update."""
    return re.sub(r"(## 2026-11-20 [^\n]*\n\n)", rf"\g<1>{mark} ", text, count=1)


def note(text: str, mark: str) -> str:
    """Words that only the team reads."""
    return text.replace("## Plan\n\n", f"## Plan\n\n{mark} ", 1)


def update(text: str, mark: str) -> str:
    """A whole new update."""
    return text.replace(
        "## 2026-11-20 ",
        f"## 2026-11-21 News {mark.lower()} {{.client}}\n\nIt is {mark}.\n\n## 2026-11-20 ",
        1,
    )


def milestone(text: str, mark: str) -> str:
    """A milestone's forecast: the portfolio, calendars and timeline follow."""
    found = re.search(r"forecast: (\d{4}-\d{2})-(\d{2})", text)
    assert found is not None
    day = int(found[2]) % 27 + 1
    return words(text.replace(found[0], f"forecast: {found[1]}-{day:02}", 1), mark)


def case(text: str, mark: str) -> str:
    """The text of a public case study."""
    return words(text.replace("{#case-study .public}\n\n", f"{{#case-study .public}}\n\n{mark} ", 1), mark)


Kind = Callable[[str, str], str]
KINDS: dict[str, tuple[Kind, int]] = {
    "words of an update": (words, 1),
    "a private note": (note, 1),
    "a new update": (update, 1),
    "a milestone's date": (milestone, 1),
    "a public case's text": (case, 3),
}
"""The edit, and of how many accounts one can take it."""


def truncate(path: Path, text: str) -> None:
    """As most editors on Linux and Windows save."""
    path.write_text(text)


def rename(path: Path, text: str) -> None:
    """As editors save that never leave half a file."""
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_text(text)
    temporary.replace(path)


# ---- the screen -----------------------------------------------------------------------------------

WATCH = """
(mark) => new Promise((done, fail) => {
  setTimeout(() => fail(new Error("not shown within 10 s")), 10000);
  const look = () => {
    const frame = document.querySelector("iframe");
    const text = frame && frame.contentDocument && frame.contentDocument.body
      ? frame.contentDocument.body.textContent : "";
    if (text.includes(mark)) done(performance.timeOrigin + performance.now());
    else requestAnimationFrame(look);
  };
  look();
})
"""


@contextmanager
def screen(port: int) -> Iterator[Callable[[str], Callable[[str], Callable[[], float]]]]:
    """Opens an account's desk; then says, for a mark, when it was first shown (seconds since 1970)."""
    from playwright.sync_api import sync_playwright

    chromium = next(p for n in ("chromium", "chromium-browser", "google-chrome") if (p := shutil.which(n)))
    arguments = [
        *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
        *("--disable-sync", "--no-first-run"),
    ]
    with sync_playwright() as play, tempfile.TemporaryDirectory() as profile:
        context = play.chromium.launch_persistent_context(profile, executable_path=chromium, args=arguments)
        page = context.pages[0]
        page.set_default_timeout(30_000)

        def opened(account: str) -> Callable[[str], Callable[[], float]]:
            page.goto(f"http://127.0.0.1:{port}/accounts/{account}/?tab=client")
            page.frame_locator("iframe").locator("h1").first.wait_for()
            page.wait_for_timeout(150)  # the stream of events is open by then

            def awaited(mark: str) -> Callable[[], float]:
                handle = page.evaluate_handle(f"(mark) => {{ window.seen = ({WATCH})(mark); }}", mark)
                handle.dispose()
                return lambda: float(page.evaluate("() => window.seen")) / 1000

            return awaited

        yield opened
        context.close()


# ---- measuring ------------------------------------------------------------------------------------


def row(name: str, values: list[float], target: str = "") -> str:
    """A line of the table: median, 95th percentile and the worst, in ms."""
    ordered = sorted(values)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    return f"{name:34} {len(ordered):5} {statistics.median(ordered):8.1f} {p95:8.1f} {ordered[-1]:8.1f}  {target}"


def cpu(group: int) -> float:
    """CPU seconds of all processes of a group."""
    ticks = 0
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[2]) == group:
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("accounts", nargs="?", type=int, default=1000)
    parser.add_argument("--saves", type=int, default=200)
    parser.add_argument("--shown", type=int, default=40, help="saves watched in the browser")
    parser.add_argument(
        "--folder", type=Path, default=Path("/dev/shm") if Path("/dev/shm").is_dir() else None
    )
    parser.add_argument("--no-browser", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="portalgen-live-", dir=asked.folder) as folder:
        root = Path(folder)
        generate.main(root, asked.accounts)
        measure(root, asked.accounts, asked.saves, 0 if asked.no_browser else asked.shown)


def measure(root: Path, accounts: int, saves: int, shown: int) -> None:
    """Start the server, save, and print."""
    port = free_port()
    began = time.monotonic()
    server = serve(root, port)
    try:
        events = begun(port, server)
        print(f"{accounts} accounts; the first build took {time.monotonic() - began:.1f} s", end=", ")
        scanned(port)
        print(f"the first scan ended after {time.monotonic() - began:.1f} s (neither is counted)")
        time.sleep(3)
        print(f"{'save -> files on disk, ms':34} {'saves':>5} {'median':>8} {'p95':>8} {'worst':>8}")
        results: dict[str, list[float]] = {}
        fresh = set(range(accounts))
        for number in range(saves):
            name, (edit, every) = list(KINDS.items())[number % len(KINDS)]
            account = number * 37 * 3 % accounts if every == 3 else number * 37 % accounts
            fresh.discard(account)
            results.setdefault(name, []).append(save(root, account, edit, number, events))
            time.sleep(0.15)
        for name, values in results.items():
            print(row(name, values))
        everything = [value for values in results.values() for value in values]
        print(row("all", everything, "target: median 30, p95 80"))
        if shown:
            watched(root, port, sorted(fresh), shown)
        print(f"idle CPU: {idle(server):.2f} % of one core over {SECONDS} s (target: under 1 %)")
    finally:
        server.terminate()
        server.wait(20)


def scanned(port: int, seconds: int = 120) -> None:
    """Return when the desk says what the scan has found."""
    until = time.monotonic() + seconds
    while "The scan found" not in asked_for(port, "/") and time.monotonic() < until:
        time.sleep(1)


def asked_for(port: int, path: str) -> str:
    """A page of the server."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    connection.request("GET", path)
    return connection.getresponse().read().decode()


def begun(port: int, server: subprocess.Popen[bytes]) -> Events:
    """The events, once the first build is done."""
    while server.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/internal/index.html")
            if connection.getresponse().status == 200:
                return Events(port)
        except OSError:
            pass
        time.sleep(0.2)
    raise SystemExit("the server ended")


def save(root: Path, account: int, edit: Kind, number: int, events: Events) -> float:
    """One save; milliseconds until its files are on the disk."""
    path = root / f"content/accounts/account-{account:05}.md"
    text = edit(path.read_text(), f"Mark{number}x")
    began = time.time()
    (truncate, rename)[number % 2](path, text)
    return (events.wait(f"internal/accounts/account-{account:05}/") - began) * 1000


def watched(root: Path, port: int, accounts: list[int], count: int) -> None:
    """Saves in an open tab, of accounts whose newest update is still the one that `words` edits."""
    values = []
    with screen(port) as opened:
        for number in range(count):
            if number % 8 == 0:
                account = accounts[number * 53 % len(accounts)]
                awaited = opened(f"account-{account:05}")
            mark = f"Shown{number}x"
            seen = awaited(mark)
            path = root / f"content/accounts/account-{account:05}.md"
            text = words(path.read_text(), mark)
            began = time.time()
            (truncate, rename)[number % 2](path, text)
            values.append((seen() - began) * 1000)
            time.sleep(0.15)
    print(row("save -> shown in Chromium", values, "target: median 150"))


def idle(server: subprocess.Popen[bytes]) -> float:
    """Per cent of one core that the server's processes take while nothing happens."""
    time.sleep(5)
    before, began = cpu(server.pid), time.monotonic()
    time.sleep(SECONDS)
    return (cpu(server.pid) - before) / (time.monotonic() - began) * 100


if __name__ == "__main__":
    main()

"""`portalgen serve` as an account executive has it: the sample agency, their editor, a browser beside it."""

from __future__ import annotations

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.live.live import Live, served
from tests.live.savings import as_vim_does, write_and_rename_over
from tests.project import Project
from tests.test_determinism import copy

expect.set_options(timeout=10_000)


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("agency")
    copy(folder)
    with served(Project.at(folder).setting("review: [client, public]", "review: []")) as live:
        yield live


@pytest.fixture
def page(browser: Browser, live: Live) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    made = context.new_page()
    made.set_default_timeout(15_000)
    yield made
    context.close()


@pytest.fixture
def brisa(live: Live) -> Iterator[Path]:
    """The account that is edited; as it was afterwards."""
    path = live.project.root / "content/accounts/brisa-foods.md"
    before = path.read_text("utf-8")
    yield path
    path.write_text(before, "utf-8")
    assert live.codes() == []


def open_tab(page: Page, live: Live, account: str, tab: str) -> FrameLocator:
    """An account's tab, ready: the page in the frame has arrived."""
    page.goto(f"{live.address}accounts/{account}/?tab={tab}")
    frame = page.frame_locator("#page")
    expect(frame.locator("h1").first).to_be_visible()
    return frame


def test_what_is_saved_shows_in_the_open_tab_and_the_scroll_stays(
    live: Live, page: Page, brisa: Path
) -> None:
    frame = open_tab(page, live, "brisa-foods", "client")
    inside = page.frames[-1]
    inside.evaluate("window.mark = 'the same page'; window.scrollTo(0, 700)")
    seen = "[window.mark, document.querySelector('#h-needs').getBoundingClientRect().top]"
    before = inside.evaluate(seen)
    text = brisa.read_text("utf-8")
    objective = re.search(r"objective: (.+)\n", text)
    assert objective is not None
    for number, save in enumerate((Path.write_text, write_and_rename_over, as_vim_does)):
        save(brisa, text.replace(objective[1], f"Una meta nueva, la número {number}."))
        expect(frame.locator("body")).to_contain_text(f"la número {number}.")
    assert inside.evaluate("window.scrollY") > 500
    after = inside.evaluate(seen)
    # What was before the reader's eyes is where it was, and the page was not loaded again.
    assert (after[0], abs(after[1] - before[1]) < 1) == ("the same page", True)


def test_a_typing_error_shows_over_the_last_good_page_and_goes_when_it_is_mended(
    live: Live, page: Page, brisa: Path
) -> None:
    frame = open_tab(page, live, "brisa-foods", "client")
    title = frame.locator("h1").first.inner_text()
    text = brisa.read_text("utf-8")
    brisa.write_text(text.replace("\nobjective:", "\nobjetive:"), "utf-8")
    notice = page.locator("#notice")
    line = text[: text.index("\nobjective:") + 1].count("\n") + 1
    expect(notice).to_contain_text(f"content/accounts/brisa-foods.md:{line}:1")
    expect(notice).to_contain_text('did you mean "objective"?')
    link = notice.locator("a[href^='vscode://file/']").first.get_attribute("href") or ""
    assert link.endswith(f"content/accounts/brisa-foods.md:{line}:1")
    expect(frame.locator("h1").first).to_have_text(title)
    brisa.write_text(text, "utf-8")
    expect(notice.locator("li, article, .problem").first).to_have_count(0)
    expect(notice).not_to_contain_text("did you mean")


def test_a_narrowed_section_leaves_the_clients_tab_at_once(live: Live, page: Page, brisa: Path) -> None:
    text = brisa.read_text("utf-8")
    marked = re.search(r"^## (?!\d{4}-)(.+?) \{[^}]*\.client[^}]*\}\n+(.+)$", text, re.MULTILINE)
    assert marked is not None
    frame = open_tab(page, live, "brisa-foods", "client")
    words = " ".join(marked[2].split()[:3])
    expect(frame.locator("main")).to_contain_text(words)
    brisa.write_text(text.replace(marked[0], marked[0].replace(".client", ".internal")), "utf-8")
    expect(frame.locator("main")).not_to_contain_text(words)
    frame = open_tab(page, live, "brisa-foods", "team")
    expect(frame.locator("main")).to_contain_text(words)


def test_the_public_tab_follows_the_case_study(live: Live, page: Page, brisa: Path) -> None:
    frame = open_tab(page, live, "brisa-foods", "public")
    path = live.project.root / "content/accounts/brisa-foods/case-study.md"
    before = path.read_text("utf-8")
    try:
        path.write_text(before.rstrip() + "\n\nUna frase nueva para todos.\n", "utf-8")
        expect(frame.locator("article").first).to_contain_text("Una frase nueva para todos.")
    finally:
        path.write_text(before, "utf-8")


def test_a_deleted_account_leaves_the_desk(live: Live, page: Page) -> None:
    path = live.project.root / "content/accounts/tinta-books.md"
    before = path.read_bytes()
    page.goto(live.address)
    expect(page.locator("main")).to_contain_text("Tinta Books")
    try:
        path.unlink()
        expect(page.locator("main")).not_to_contain_text("Tinta Books")
    finally:
        path.write_bytes(before)
    expect(page.locator("main")).to_contain_text("Tinta Books")


def test_other_hosts_names_are_refused(live: Live) -> None:
    port = int(live.address.rstrip("/").rpartition(":")[2])
    answers = {}
    for host in ("evil.example", "127.0.0.1:1", f"127.0.0.1:{port}"):
        with socket.create_connection(("127.0.0.1", port), timeout=10) as raw:
            raw.sendall(f"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
            answers[host] = raw.recv(100).split(b" ")[1]
    assert answers == {"evil.example": b"403", "127.0.0.1:1": b"403", f"127.0.0.1:{port}": b"200"}

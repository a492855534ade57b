"""What all tests in a browser share, and the desk over a fake shop with the built sample agency."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from portalgen.live.desk import Desk, DeskAccount
from portalgen.live.server import serve
from tests.live.shop import FakeShop, account, desk
from tests.project import SECRET, chromium
from tests.test_determinism import copy

PALETTE = """\
  palette:
    - {scheme: default, toggle: {icon: material/weather-night, name: Dark}}
    - {scheme: slate, toggle: {icon: material/weather-sunny, name: Light}}
"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    with sync_playwright() as play:
        made = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield made
        made.close()


@pytest.fixture(scope="session")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample")
    copy(folder)
    settings = folder / "mkdocs.yml"
    text = settings.read_text("utf-8")
    settings.write_text(text.replace("  font: false\n", f"  font: false\n{PALETTE}"), "utf-8")
    subprocess.run(
        [sys.executable, "-m", "portalgen.cli", "build", "--as-of", "2026-11-23"],
        cwd=folder,
        env={**os.environ, "PORTALGEN_SECRET": SECRET},
        check=True,
        timeout=120,
        capture_output=True,
    )
    return folder


@pytest.fixture
def shop(sample: Path, tmp_path: Path) -> FakeShop:
    folder = tmp_path / "preview"
    shutil.copytree(sample / "site", folder, copy_function=os.link)
    return FakeShop(folder, shown(folder, sample))


def shown(folder: Path, root: Path) -> Desk:
    """The desk that belongs to the built sample, as far as these tests look."""
    found: list[DeskAccount] = []
    for row in json.loads((folder / "internal/portfolio.json").read_text("utf-8"))["accounts"]:
        case = "public/case-studies/spring-launch/" if row["id"] == "brisa-foods" else ""
        named = {"client": row["client"], "title": row["title"], "portal": row["portal"] or ""}
        found.append(account(root, row["id"], **named, case=case, no_case="The client has not agreed."))
    return desk(root, *found)


@pytest.fixture
def address(shop: FakeShop) -> Iterator[str]:
    with serve(shop, 0) as server:
        yield server.address


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1100, "height": 600})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def quiet(page: Page, address: str) -> Iterator[None]:
    """Nothing is said in the console, and nobody else is asked for anything."""
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda m: said.append(m.text) if m.type in ("error", "warning") else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))
    yield
    assert said == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []

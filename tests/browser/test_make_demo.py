"""What `make demo` prints, tried out: any plain file server, and a link that opens a sealed portal."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.serving import served
from tests.project import SECRET, Project
from tests.sealed import SEALED
from tests.test_determinism import ROOT, copy

HOST = "http://127.0.0.1:8000"
LINK = re.compile(rf"{HOST}(/portals/[a-z2-7]{{26}}/#k=[\w-]{{43}})\s")


def demo(folder: Path, **environment: str) -> str:
    """What `make demo` says in a folder, with the packages that are installed already."""
    installed = {k: v for k, v in os.environ.items() if k != "PORTALGEN_SECRET" and not k.startswith("MAKE")}
    done = subprocess.run(
        ["make", "demo", f"VENV={sys.prefix}", "-o", f"{sys.prefix}/.run"],
        cwd=folder,
        env={**installed, "CI": "true", **environment},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def ours(folder: Path) -> Path:
    """What `make demo` runs, beside what stands in a folder."""
    for name in ("Makefile", "demo.py"):
        shutil.copyfile(ROOT / name, folder / name)
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("clone")
    copy(made, sealed=True)
    return ours(made)


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    return demo(folder)


@pytest.fixture
def page(browser: Browser, folder: Path, said: str) -> Iterator[Page]:
    with served(folder / "site") as base:
        page = browser.new_page(base_url=base)
        page.set_default_timeout(20_000)
        yield page
        page.close()


def test_the_printed_link_opens_the_portal(said: str, page: Page) -> None:
    page.goto(LINK.findall(said)[0])
    expect(page.locator("h1")).to_have_text("Vamos según lo previsto.")
    expect(page).to_have_title(re.compile("Brisa Foods"))


def test_the_printed_passphrase_opens_it_too(said: str, page: Page) -> None:
    page.goto(LINK.findall(said)[0].partition("#")[0])
    expect(page).to_have_title("Private portal")
    page.locator("#passphrase").fill(re.findall(r"passphrase: (.+)", said)[0])
    page.locator("#passphrase").press("Enter")
    expect(page).to_have_title(re.compile("Brisa Foods"))


@pytest.mark.parametrize("account", ["Casa Lumbre, open", "Kastell Bank, host"])
def test_those_that_are_not_sealed_are_named_and_show_at_once(said: str, page: Page, account: str) -> None:
    page.goto(re.findall(rf"{account}.*\s+{HOST}(/\S+)", said)[0])
    expect(page).to_have_title(re.compile(account.partition(",")[0]))


def test_each_reader_has_a_link_of_their_own(said: str) -> None:
    links = LINK.findall(said)
    assert len(links) == len(set(links)) > 6


def test_it_makes_no_secret(folder: Path, said: str) -> None:
    assert LINK.search(said)
    assert (folder / ".portalgen/published.json").exists()
    assert not (folder / ".portalgen/secret").exists()


def test_a_secret_that_is_there_changes_nothing_and_one_of_the_environment_wins(tmp_path: Path) -> None:
    project = Project(
        tmp_path, SEALED.replace("      output:", "      portals_url: https://c.example/\n      output:")
    )
    ours(project.account("brisa").root)
    kept = project.write(".portalgen/secret", SECRET).root / ".portalgen/secret"
    kept.parent.chmod(0o700)
    kept.chmod(0o600)
    said = demo(tmp_path)
    assert LINK.search(said)
    assert project.key("brisa") not in said
    assert kept.read_text() == SECRET
    assert project.key("brisa") in demo(tmp_path, PORTALGEN_SECRET=SECRET)

"""`mkdocs build` with the settings file: the public tree, scanned and exchanged, or nothing at all."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.project import Project

SETTINGS = """\
site_name: Estudio Norte
site_url: https://www.estudio-norte.example/
docs_dir: content/pages
site_dir: site/public
theme: {name: material, language: en, font: false}
plugins:
  - search
  - portalgen:
      accounts: content/accounts
      output: site
      review: []
"""
ACCOUNT = """\
---
client: Brisa Foods
title: Spring launch
industry: Food
case_study:
  attribution: named
  title: A spring launch that sold out
  slug: spring-launch
  consent: {status: granted, scopes: [name], channels: [website], granted_on: 2026-09-01}
---
## The story {#case-study .public}
We sold the waiting list before the soup.

## Notes
The margin was forty per cent of nothing much.
"""
ENVIRONMENT = {"SOURCE_DATE_EPOCH": "1795435200", "PORTALGEN_SECRET": "5e" * 32}


def mkdocs(project: Project, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "mkdocs", *arguments],
        cwd=project.root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **ENVIRONMENT},
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, SETTINGS).account("brisa", ACCOUNT)


def test_it_builds_the_public_site_and_nothing_else(project: Project) -> None:
    done = mkdocs(project, "build", "-q")
    assert (done.returncode, done.stderr) == (0, "")
    tree = project.tree()
    assert "public/case-studies/spring-launch/index.html" in tree
    assert {path.partition("/")[0] for path in tree} == {"public"}
    assert not any(b"forty per cent" in data for data in tree.values())


def test_the_tree_is_the_one_that_portalgen_builds(project: Project) -> None:
    done = mkdocs(project, "build", "-q")
    assert done.returncode == 0, done.stderr
    alone = project.tree("public")
    assert project.build().codes == []
    assert project.tree("public") == alone


FAULTS = {
    "a broken account": ("titel: Spring launch\n", "Changed", "brisa.md:3:1: error[unknown-key]"),
    "a leak": ("title: Spring launch\n", "The margin was forty per cent of nothing much.", "leak"),
}


@pytest.mark.parametrize(("title", "home", "said"), FAULTS.values(), ids=FAULTS)
def test_what_is_wrong_stops_it_in_our_words_and_leaves_the_tree(
    title: str, home: str, said: str, project: Project
) -> None:
    mkdocs(project, "build", "-q")
    tree = project.tree()
    project.write("content/pages/index.md", f"# Home\n\n{home}\n")
    project.account("brisa", ACCOUNT.replace("title: Spring launch\n", title, 1))
    done = mkdocs(project, "build", "-q")
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert project.tree() == tree


def test_a_wrong_page_stops_it_too(project: Project) -> None:
    project.write("content/pages/index.md", "# Home\n\n::: internal\nx\n:::\n")
    done = mkdocs(project, "build", "-q")
    assert done.returncode == 1
    assert "content/pages/index.md:3:1: error[page-audience]" in done.stderr
    assert "Traceback" not in done.stderr
    assert project.tree() == {}


def test_strict_publishes_nothing_when_mkdocs_warns(project: Project) -> None:
    project.write("content/pages/index.md", "# Home\n\n[x](nowhere.md)\n")
    assert mkdocs(project, "build", "--strict").returncode == 1
    assert project.tree() == {}
    assert mkdocs(project, "build", "-q").returncode == 0
    assert "public/index.html" in project.tree()


def test_another_folder_is_refused(project: Project) -> None:
    done = mkdocs(project, "build", "-q", "-d", "elsewhere")
    assert done.returncode == 1
    assert "portalgen publishes to site/public and nowhere else" in done.stderr
    assert not (project.root / "elsewhere").exists() or not any((project.root / "elsewhere").iterdir())


@contextmanager
def served(project: Project) -> Iterator[tuple[str, subprocess.Popen[str], list[str]]]:
    """`mkdocs serve`: its address, the process, and in the end what it said."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    process = subprocess.Popen(
        [sys.executable, "-m", "mkdocs", "serve", "-a", f"127.0.0.1:{port}"],
        cwd=project.root,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1", **ENVIRONMENT},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    said: list[str] = []
    try:
        yield f"http://127.0.0.1:{port}/", process, said
    finally:
        process.terminate()
        said.append(process.communicate(timeout=30)[1])


def test_serving_shows_the_gallery_and_publishes_nothing(project: Project) -> None:
    with served(project) as (address, process, said):
        page = fetch(f"{address}case-studies/", process)
    assert re.search(r'data-case="spring-launch"', page)
    assert "Traceback" not in said[0]
    assert project.tree() == {}


def test_serving_follows_the_accounts_and_says_what_is_wrong(project: Project) -> None:
    path = project.root / "content/accounts/brisa.md"
    text = path.read_text()
    assert "A spring launch" in text
    with served(project) as (address, process, said):
        assert "A summer launch" not in fetch(f"{address}case-studies/", process)
        path.write_text(text.replace("A spring launch", "A summer launch"))
        fetch(f"{address}case-studies/", process, "A summer launch")
        path.write_text(text.replace("title:", "titel:", 1))
        time.sleep(3)  # MkDocs waits for silence, builds, says what is wrong, and answers nobody until then
        path.write_text(text)
        fetch(f"{address}case-studies/", process, "A spring launch")
    assert 'unknown key "titel"' in said[0]
    assert "Traceback" not in said[0]
    assert project.tree() == {}


def fetch(address: str, served: subprocess.Popen[str], text: str = "") -> str:
    """A page, once it is there and says this."""
    until = time.monotonic() + 60
    while time.monotonic() < until and served.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=10) as answer:
                page = str(answer.read().decode())
            if text in page:
                return page
        except (urllib.error.URLError, ConnectionError):
            pass
        time.sleep(0.1)
    raise AssertionError(f"mkdocs serve did not answer: {served.poll()}")

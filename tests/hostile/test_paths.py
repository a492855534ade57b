"""Paths and what lies there: nothing outside the account's folder is ever opened, nothing odd is read."""

import os
from pathlib import Path

import pytest

from portalgen.load import load, load_settings
from tests.project import MINIMAL, Project


def errors(project: Project) -> list[tuple[str, str]]:
    content = load(load_settings(project.root / "mkdocs.yml"))
    return [(p.at.path, p.code) for p in content.problems if p.severity == "error"]


@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "pipe", "folder"])
def test_what_is_no_ordinary_file_is_refused(tmp_path: Path, kind: str) -> None:
    project = Project(tmp_path / "project").account("brisa", f"{MINIMAL}\n[x](brisa/files/x.txt)\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside/x.txt").write_text("outside")
    files = project.root / "content/accounts/brisa/files"
    files.parent.mkdir()
    if kind == "link to a folder":
        files.symlink_to(tmp_path / "outside")
    else:
        files.mkdir()
        if kind == "link to a file":
            (files / "x.txt").symlink_to(tmp_path / "outside/x.txt")
        elif kind == "pipe":
            os.mkfifo(files / "x.txt")
        else:
            (files / "x.txt").mkdir()
    assert [code for _, code in errors(project)] in (["symlink"], ["not-a-file"])


def test_an_account_that_is_a_link_is_refused(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    (tmp_path / "secret.md").write_text(MINIMAL)
    (project.root / "content/accounts/brisa.md").symlink_to(tmp_path / "secret.md")
    assert errors(project) == [("content/accounts/brisa.md", "symlink")]


@pytest.mark.parametrize(
    "name", ["Brisa Foods.md", "brisa_foods.md", "-brisa.md", "brísa.md", "a" * 65 + ".md"]
)
def test_a_name_that_cannot_be_an_id_is_refused_with_a_better_one(tmp_path: Path, name: str) -> None:
    project = Project(tmp_path).write(f"content/accounts/{name}", MINIMAL)
    content = load(load_settings(project.root / "mkdocs.yml"))
    assert [p.code for p in content.problems] == ["bad-name"]
    assert content.problems[0].hint.startswith("rename it to")


@pytest.mark.parametrize("name", [".brisa.md.swp", "brisa.md~", "#brisa.md#", ".DS_Store", "4913"])
def test_what_editors_leave_is_not_looked_at(tmp_path: Path, name: str) -> None:
    project = Project(tmp_path).account("brisa").write(f"content/accounts/{name}", b"\xff\x00 half")
    assert errors(project) == []


def test_a_folder_without_its_account_and_a_stray_file_are_warned_of(tmp_path: Path) -> None:
    project = (
        Project(tmp_path)
        .write("content/accounts/brisa/files/x.txt", "x")
        .write("content/accounts/notes.txt", "x")
    )
    content = load(load_settings(project.root / "mkdocs.yml"))
    assert [(p.severity, p.code) for p in content.problems] == [
        ("warning", "folder-without-account"),
        ("warning", "stray-file"),
    ]


def test_a_file_that_nobody_links_to_is_not_published(tmp_path: Path) -> None:
    project = (
        Project(tmp_path).account("brisa").write("content/accounts/brisa/files/x.txt", "never linked").build()
    )
    assert b"never linked" not in b"".join(project.tree().values())

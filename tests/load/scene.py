"""One account in a temporary project, loaded: what was found and what is said about it."""

from __future__ import annotations

from pathlib import Path

from portalgen.load import Content, load, load_settings
from portalgen.problems import Problem
from tests.project import Project

EXECUTIVE = "team: [{name: Ana, role: account_executive}]\n"


def account(
    root: Path, body: str = "", *, front: str = "client: Alfa Foods\ntitle: T\n", **files: str
) -> Content:
    """Load one account `alfa`; the body begins on line 6 where `front` has two lines.

    `files`: further files of its folder, by path with `__` for `/` and the ending left out (`.md`).
    """
    project = Project(root).account("alfa", f"---\n{front}{EXECUTIVE}---\n{body}")
    for name, text in files.items():
        project.write(f"content/accounts/alfa/{name.replace('__', '/')}.md", text)
    return loaded(project)


def loaded(project: Project) -> Content:
    """Load a project."""
    return load(load_settings(project.root / "mkdocs.yml"))


def places(content: Content) -> list[tuple[str, int, int]]:
    """Code, line and column of everything that is said."""
    return [(p.code, p.at.line, p.at.column) for p in content.problems]


def fields(content: Content) -> list[tuple[str, str, int, int]]:
    """Code, field, line and column of everything that is said."""
    return [(p.code, p.field, p.at.line, p.at.column) for p in content.problems]


def only(content: Content) -> Problem:
    """The one thing that is said."""
    assert len(content.problems) == 1, content.problems
    return content.problems[0]

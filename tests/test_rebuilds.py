"""Rebuilds, tested by counting what was rendered."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.project import TODAY, Project

BRISA = """\
---
client: Brisa Foods
title: Spring launch
team:
  - {name: Ana Ruiz, role: account_executive, email: ana@norte.example}
milestones:
  - {title: Films, baseline: 2027-01-10}
needs:
  - {title: Choose a colour, due: 2027-01-05, owner: Ana}
kpis:
  - {name: Leads, readings: [{value: 4, date: 2026-11-01}, {value: 6, date: 2026-11-10}]}
risks:
  - {title: The studio may close, probability: 2, impact: 3}
lessons: [Ask earlier]
---
## 2026-11-20 First ads are live {.client}
Two of three formats went out on Tuesday.

## 2026-11-13 The plan is agreed {.client}
All of it.

## Notes
Only the team reads this.
"""
CASTRO = """\
---
client: Castro Ceramics
title: A new shop
case_study:
  attribution: named
  title: A shop that sells
  consent: {status: granted, scopes: [name], channels: [website]}
---
## What we did {#case-study .public}
Everything.
"""
BRIEF = "internal/accounts/brisa/index.html"
SEARCH = "internal/search.json"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).account("brisa", BRISA).account("castro", CASTRO).build()


def test_the_first_build_renders_everything(project: Project) -> None:
    assert project.rendered == {
        path.replace(f"portals/{project.key('brisa')}", "brisa").replace(
            f"portals/{project.key('castro')}", "castro"
        )
        for path in project.tree()
    }


def test_nothing_changed_renders_nothing(project: Project) -> None:
    assert project.build().rendered == set()


def test_a_private_note_changes_no_clients_page(project: Project) -> None:
    project.edit("brisa", "Only the team reads this.", "Nobody else reads this.").build()
    assert project.rendered == {BRIEF, SEARCH}


@pytest.mark.parametrize(
    ("before", "after", "rendered"),
    [
        pytest.param(
            "went out on Tuesday",
            "went out on Monday",
            {
                "brisa/index.html",
                "brisa/updates/index.html",
                "brisa/updates/2026-11-20-first-ads-are-live/index.html",
                "brisa/print/index.html",
                "brisa/feed.xml",
                BRIEF,
                SEARCH,
            },
            id="the words of an update: the pages that show it",
        ),
        pytest.param(
            "All of it.",
            "Nearly all of it.",
            {
                "brisa/index.html",
                "brisa/updates/index.html",
                "brisa/updates/2026-11-13-the-plan-is-agreed/index.html",
                "brisa/print/index.html",
                "brisa/feed.xml",
                BRIEF,
                SEARCH,
            },
            id="the words of an older update",
        ),
        pytest.param(
            "value: 6,",
            "value: 7,",
            {"brisa/index.html", "brisa/results/index.html", "brisa/print/index.html", BRIEF, SEARCH},
            id="a reading",
        ),
        pytest.param("lessons: [Ask earlier]", "lessons: [Ask later]", {BRIEF, SEARCH}, id="a lesson"),
        pytest.param("probability: 2", "probability: 3", {BRIEF, SEARCH}, id="a risk"),
        pytest.param(
            "owner: Ana}",
            "owner: Eva}",
            {"brisa/index.html", "brisa/print/index.html", "brisa/calendar.ics", BRIEF, SEARCH},
            id="whom a need waits for",
        ),
    ],
)
def test_an_edit_renders_the_pages_that_show_it(
    project: Project, before: str, after: str, rendered: set[str]
) -> None:
    assert project.edit("brisa", before, after).build().rendered == rendered


def test_a_case_study_renders_the_public_site_and_no_other_portal(project: Project) -> None:
    rendered = project.edit("castro", "Everything.", "Everything, and then some.").build().rendered
    assert {path for path in rendered if path.startswith("public/")} == {
        f"public/{path}" for path in project.tree("public")
    }
    assert not [path for path in rendered if path.startswith("brisa/")]


def test_a_page_of_the_public_site_renders_that_site_alone(project: Project) -> None:
    project.write("content/pages/index.md", "# Estudio Norte\n\nWe make things.\n").build()
    assert {path.split("/")[0] for path in project.rendered} == {"public"}


def test_a_new_day_renders_what_shows_the_day(project: Project) -> None:
    rendered = project.build(TODAY + timedelta(days=1)).rendered
    assert "brisa/timeline/index.html" in rendered  # today is drawn on it
    assert not rendered & {"brisa/people/index.html", "brisa/updates/index.html", "brisa/index.html"}


def test_fresh_renders_everything_and_changes_nothing(project: Project) -> None:
    before = project.tree()
    everything = project.rendered
    assert project.build(fresh=True).rendered == everything
    assert project.tree() == before


@pytest.mark.parametrize("same_size", [False, True])
def test_a_file_that_somebody_changed_in_the_output_is_made_again(project: Project, same_size: bool) -> None:
    before = project.tree()
    place = f"site/portals/{project.key('brisa')}/people/index.html"
    text = (project.root / place).read_text()
    project.write(place, text.replace("Ana", "Eva") if same_size else "changed").build()
    assert project.rendered == {"brisa/people/index.html"}
    assert project.tree() == before


def test_a_file_that_somebody_removed_from_the_output_is_made_again(project: Project) -> None:
    before = project.tree()
    project.remove("site/public/case-studies/index.html").build()
    assert project.tree() == before


def test_explain_says_why(project: Project) -> None:
    project.edit("brisa", "value: 6,", "value: 7,").build()
    assert project.outcome is not None
    lines = list(project.outcome.explained())
    assert f"make portals/{project.key('brisa')}/results/index.html: kpis changed" in lines
    assert not [line for line in lines if "people" in line]
    (project.root / "content/accounts/castro.md").unlink()
    project.build()
    lines = list(project.outcome.explained())
    assert any(line.startswith("make public/: ") and "case studies changed" in line for line in lines)


def test_a_plugin_of_which_nobody_knows_what_it_reads_runs_each_time(tmp_path: Path) -> None:
    project = Project(tmp_path).account("brisa", BRISA)
    project.setting("plugins:", "hooks: [hook.py]\nplugins:")
    project.write("hook.py", "def on_page_markdown(markdown, **_):\n    return markdown\n").build()
    assert project.build().rendered == {f"public/{path}" for path in project.tree("public")}
    assert project.outcome is not None
    assert "make public/: the hooks may read anything (by MkDocs)" in list(project.outcome.explained())


def test_a_build_that_published_nothing_explains_nothing(project: Project) -> None:
    project.edit("brisa", "went out on Tuesday", "went out as Castro Ceramics asked").build()
    assert "leak" in project.codes
    assert project.outcome is not None
    assert list(project.outcome.explained()) == []

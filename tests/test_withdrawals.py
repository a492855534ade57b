"""What fails publishes nothing, but takes back at once what a readable account takes back."""

from datetime import date
from pathlib import Path

import pytest

from tests.project import MINIMAL, TODAY, Project

ALFA = """\
---
client: Alfa Bakery
title: Autumn bread
objective: Sell out by noon
milestones:
  - {title: Oven live, baseline: 2026-12-10}
  - {title: Shop open, baseline: 2026-12-20}
scope: {in: [Bread, Cakes]}
access: {until: 2026-12-31}
case_study:
  attribution: named
  title: Bread people drive for
  consent: {status: granted, scopes: [name], channels: [website], expires_on: 2026-12-15}
---
## Notes {.client}

Everything is warm.

And the second oven too.

## 2026-11-20 Ovens are on {.client}

They are warm now.

## Case {#case-study .public}

People drive for it.

## Extra {.public}

More of the public story.
"""
BROKEN = "---\nclient: Zulu\n---\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path).account("alfa", ALFA).account("zulu").build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project


def text(tree: dict[str, bytes]) -> str:
    return b"\n".join(tree.values()).decode("utf-8", "replace")


NARROWED = [
    ("a section's mark", "## Notes {.client}", "## Notes {.internal}", "Everything is warm"),
    ("a section that is gone", "## Notes {.client}\n\nEverything is warm.\n\nAnd the second oven too.\n", "", "Everything is warm"),
    ("an update's mark", "on {.client}", "on", "They are warm now"),
    ("an item's mark", "{title: Shop open, ", "{title: Shop open, audience: internal, ", "Shop open"),
    ("an item that is gone", "  - {title: Shop open, baseline: 2026-12-20}\n", "", "Shop open"),
    ("a text of a list", "[Bread, Cakes]", "[Bread]", "Cakes"),
    ("a field that is gone", "objective: Sell out by noon\n", "", "Sell out by noon"),
    ("text moved into a fence", "And the second oven too.", "::: internal\nAnd the second oven too.\n:::", "second oven"),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after", "gone"), [n[1:] for n in NARROWED], ids=[n[0] for n in NARROWED])
def test_narrowing_goes_at_once_although_another_file_is_broken(
    project: Project, before: str, after: str, gone: str
) -> None:
    public, internal, zulu = project.tree("public"), project.tree("internal"), project.portal("zulu")
    assert gone in text(project.portal("alfa"))
    project.account("zulu", BROKEN).edit("alfa", before, after).build()
    assert project.codes == ["missing-key"]
    assert project.outcome is not None
    assert not project.outcome.published
    assert gone not in text(project.portal("alfa"))
    assert "Oven live" in text(project.portal("alfa"))
    assert (project.tree("public"), project.tree("internal"), project.portal("zulu")) == (
        public,
        internal,
        zulu,
    )


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("They are warm now.", "They are hot now."),
        ("title: Autumn bread", "title: Winter bread"),
        ("## Notes {.client}", "## Added {.client}\n\nNew text for them.\n\n## Notes {.client}"),
        ("## Notes {.client}", "## Notes {.public}"),
        ("[Bread, Cakes]", "[Bread, Cakes, Pies]"),
    ],
)
def test_changed_wording_and_what_is_new_wait(project: Project, before: str, after: str) -> None:
    trees = project.tree()
    project.account("zulu", BROKEN).edit("alfa", before, after).build()
    assert project.tree() == trees
    project.account("zulu").build()
    assert project.tree() != trees


def test_a_deleted_account_goes_at_once(project: Project) -> None:
    project.account("zulu", BROKEN).remove("content/accounts/alfa.md").build()
    assert not project.portal("alfa")
    assert not [p for p in project.tree("public") if "bread-people-drive-for" in p]
    assert "People drive" not in text(project.tree("public"))
    assert project.portal("zulu")


PUBLIC = [
    ("revoked", "status: granted", "status: revoked", "Bread people drive for", TODAY),
    ("another channel", "channels: [website]", "channels: [press]", "Bread people drive for", TODAY),
    ("no name", "scopes: [name]", "scopes: [quote]", "Bread people drive for", TODAY),
    ("for the team only", "attribution: named", "attribution: internal_only", "Bread people drive for", TODAY),
    ("expired", "# nothing", "# nothing", "Bread people drive for", date(2026, 12, 16)),
    ("a public section narrowed", "## Extra {.public}", "## Extra {.client}", "the public story", TODAY),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "gone", "day"), [p[1:] for p in PUBLIC], ids=[p[0] for p in PUBLIC]
)
def test_the_public_site_takes_back_at_once(
    project: Project, before: str, after: str, gone: str, day: date
) -> None:
    assert gone in text(project.tree("public"))
    if before != after:
        project.edit("alfa", before, after)
    project.account("zulu", BROKEN).build(day)
    assert project.codes == ["missing-key"]
    assert gone not in text(project.tree("public"))


def test_what_leaks_on_a_page_by_hand_is_not_published_by_a_withdrawal(project: Project) -> None:
    """The public site is made again with the pages as they are now: scanned, or withdrawn whole."""
    project.account("nordwind", MINIMAL.replace("Brisa Foods", "Nordwind Energy"))
    project.write("content/pages/index.md", "# Estudio Norte\n\nAs for Nordwind Energy.\n")
    project.edit("alfa", "status: granted", "status: revoked").build()
    assert set(project.codes) == {"leak"}
    assert "Nordwind" not in text(project.tree("public"))
    assert "Bread people drive for" not in text(project.tree("public"))


def test_the_last_public_day_is_public_and_the_next_is_not(project: Project) -> None:
    assert "case-studies/bread-people-drive-for/index.html" in project.build(date(2026, 12, 15)).tree(
        "public"
    )
    assert "case-studies/bread-people-drive-for/index.html" not in project.build(date(2026, 12, 16)).tree(
        "public"
    )


def test_the_portals_last_day(project: Project) -> None:
    assert project.build(date(2026, 12, 31)).portal("alfa")
    project.account("zulu", BROKEN).build(date(2027, 1, 1))
    assert not project.portal("alfa")


def test_a_new_epoch_moves_the_portal_at_once(project: Project) -> None:
    project.edit("alfa", "until: 2026-12-31", "until: 2026-12-31, epoch: 2").account("zulu", BROKEN).build()
    assert not project.portal("alfa")
    assert project.tree(f"portals/{project.key('alfa', 2)}")


def test_keep_going_builds_the_healthy_and_keeps_the_last_release_of_the_broken(project: Project) -> None:
    before = project.portal("alfa")
    project.account("alfa", ALFA.replace("title: Autumn", "titel: Autumn"))
    project.edit("zulu", "Two of three formats", "All three formats").build(keep_going=True)
    assert "unknown-key" in project.codes
    assert project.outcome is not None
    assert project.outcome.published
    assert project.portal("alfa") == before
    assert "All three formats" in text(project.portal("zulu"))
    assert "Bread people drive for" in text(project.tree("public"))
    assert "accounts/alfa/index.html" in project.tree("internal")


def test_strict_counts_warnings(project: Project) -> None:
    before = project.tree()
    project.edit("zulu", "Two of three", "All three").build(strict=True)
    assert project.outcome is not None
    assert not project.outcome.published
    assert project.tree() == before


def test_two_cases_with_one_address_are_an_error(project: Project) -> None:
    project.account("beta", ALFA.replace("Alfa", "Beta")).build()
    assert "duplicate-slug" in project.codes

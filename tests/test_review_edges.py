"""Review where two things come together: approvals and failures, two approvals, settings that change."""

from datetime import date
from pathlib import Path

import pytest

from tests.project import TODAY, Project
from tests.test_review import ALFA, REVIEWED, outside, png, text

FORMATS = "Both of the big ovens went on early on Tuesday morning at nine, and the last follows."
STORY = ALFA.replace("Everything is warm in here now.", FORMATS)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    project = Project(tmp_path, REVIEWED).account("alfa", STORY).account("zulu")
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 first menu")
    project.write("content/accounts/alfa/files/oven.png", png(200))
    project.approve().build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project


REWORDED = [
    ("shortened", "Both of the big ovens went on early on Tuesday."),
    ("cut in two", "Both of the big ovens went on early on Tuesday morning at nine. And the last follows."),
    ("joined with the next", FORMATS.rstrip(".") + " – and the second oven came too."),
    ("another sign", FORMATS.replace(", and", "; and")),
]


@pytest.mark.parametrize("after", [r[1] for r in REWORDED], ids=[r[0] for r in REWORDED])
def test_an_approved_sentence_that_is_cut_or_joined_is_no_leak(project: Project, after: str) -> None:
    portal = project.portal("alfa")
    project.edit("alfa", FORMATS, after).build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert project.portal("alfa") == portal


def test_what_waits_and_stands_on_the_agencys_own_pages_is_no_leak(project: Project) -> None:
    said = "We plan the bread that people talk about for years."
    project.write("content/pages/index.md", f"# Estudio Norte\n\n{said}\n")
    project.edit("alfa", "People drive for it from three towns.", said).build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert said not in text(project.portal("alfa"))


def test_an_approved_update_that_is_given_a_later_day_waits_as_it_was(project: Project) -> None:
    warm = "They are warm now and stay warm until the evening."
    named = "## 2026-11-20 Ovens are on {#ovens .client}"
    project.edit("alfa", "## 2026-11-20 Ovens are on {.client}", named)
    project.edit("alfa", "They are warm now.", warm).approve().build()
    project.edit("alfa", named, named.replace("2026-11-20", "2026-12-20")).build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert warm in text(project.portal("alfa"))
    assert project.held() == {("alfa", "client"): ["updates.ovens"]}


def test_another_order_says_nothing_new_and_needs_no_approval(project: Project) -> None:
    project.edit("alfa", "[Bread for the town, Cakes]", "[Cakes, Bread for the town]").build()
    assert not project.held()
    page = project.portal("alfa")["scope/index.html"].decode()
    assert page.index("Cakes") < page.index("Bread for the town")


def test_a_word_of_an_enumeration_in_private_takes_nothing_back(project: Project) -> None:
    project.edit("alfa", "With music and free bread for the street", "green").approve()
    project.edit("alfa", "health: {overall", "health: {sentiment: green, overall").build()
    project.edit("alfa", "description: green", "description: blue").build()
    assert "Shop open" in text(project.portal("alfa"))


def test_the_page_about_the_case_waits_with_its_case(project: Project) -> None:
    project.edit("alfa", "status: granted", "status: none").approve().build()
    assert "case-study/index.html" not in project.portal("alfa")
    project.edit("alfa", "status: none", "status: requested").build()
    assert "case-study/index.html" not in project.portal("alfa")
    assert ("alfa", "client") in project.held()
    project.approve().build()
    assert "People drive for it" in project.portal("alfa")["case-study/index.html"].decode()


@pytest.mark.parametrize("first", ["client", "public"])
def test_two_readers_keep_two_contents_of_one_file(project: Project, first: str) -> None:
    """The picture was approved for one of them in its new shape, and for the other as it was."""
    project.edit("alfa", "three towns.", "three towns. ![The oven](alfa/files/oven.png)")
    project.edit("alfa", "[name, quote, metrics]", "[name, quote, metrics, imagery]").approve().build()
    before = project.portal("alfa")["files/oven.png"]
    project.write("content/accounts/alfa/files/oven.png", png(20))
    project.approve(audience="client" if first == "client" else "public").build()
    portal = project.portal("alfa")
    assert (portal["files/oven.png"] == before) == (first == "public")
    beside = [
        body for path, body in portal.items() if path.startswith("files/_") and path.endswith("oven.png")
    ]
    assert len(beside) == 1
    assert (beside[0] == before) == (first == "client")


@pytest.mark.parametrize("keep_going", [False, True])
def test_an_approval_that_cannot_be_read_keeps_nothing_from_being_taken_back(
    project: Project, keep_going: bool
) -> None:
    path = project.root / "content/approved/alfa/portal.json"
    path.write_text("<<<<<<< ours\n" + path.read_text())
    project.edit("alfa", "status: granted", "status: revoked").edit("alfa", "## Notes {.client}", "## Notes")
    project.edit("alfa", "They are warm now.", "They are glowing hot.").build(keep_going=keep_going)
    assert project.codes == ["bad-approval"]
    assert "People drive for it" not in outside(project)
    assert "went on early on Tuesday" not in outside(project)
    assert "They are warm now" in text(project.portal("alfa"))
    assert "glowing hot" not in outside(project)


@pytest.mark.parametrize("review", ["[]", "[public]"])
def test_a_build_that_fails_after_review_was_switched_off_publishes_nothing_new(
    project: Project, review: str
) -> None:
    project.edit("alfa", "Sell out by noon every single day", "Open three more shops").build()
    project.setting("review: [client, public]", f"review: {review}").account("zulu", "---\nclient: Z\n---\n")
    project.edit("alfa", ", description: With music and free bread for the street", "").build()
    assert "three more shops" not in outside(project)
    assert "Sell out by noon" in text(project.portal("alfa"))
    assert "free bread for" not in outside(project)


def test_a_build_that_fails_after_review_was_switched_on_takes_nothing_away(tmp_path: Path) -> None:
    project = (
        Project(tmp_path, REVIEWED.replace("[client, public]", "[]")).account("alfa").account("zulu").build()
    )
    portal = project.portal("alfa")
    project.setting("review: []", "review: [client, public]").approve("alfa")
    project.account("zulu", "---\nclient: Z\n---\n").build()
    assert project.portal("alfa") == portal


@pytest.mark.parametrize("keep_going", [False, True])
def test_the_last_day_of_a_portal_counts_although_its_account_is_broken(
    project: Project, keep_going: bool
) -> None:
    until = "title: Autumn bread\naccess: {until: 2026-11-30}"
    project.edit("alfa", "title: Autumn bread", until).build()
    project.edit("alfa", "title: Autumn bread", "titel: Autumn bread")
    project.build(date(2026, 11, 30), keep_going=keep_going)
    assert project.portal("alfa")
    project.build(date(2026, 12, 1), keep_going=keep_going)
    assert not project.portal("alfa")


def test_the_next_expiry_counts_what_sales_may_show(project: Project) -> None:
    project.edit("alfa", "channels: [website]", "channels: [sales_deck]").build(TODAY)
    assert project.outcome is not None
    assert project.outcome.closing.endswith("next expiry 2026-12-15")

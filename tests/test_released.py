"""What was approved when something was last released: what a broken account keeps, and what damage makes of it."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from portalgen.load.approvals import NONE
from portalgen.released import Released
from tests.project import TODAY, Project
from tests.test_review import ALFA, REVIEWED, png, text

BROKEN = "---\nclient: Zulu\n---\n"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """Two accounts that are released as approved; of one, something newer waits."""
    project = Project(tmp_path, REVIEWED).account("alfa", ALFA).account("zulu")
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 first menu")
    project.write("content/accounts/alfa/files/oven.png", png(200))
    project.approve()
    project.edit("alfa", "They are warm now.", "They are hot now.")
    project.edit("alfa", "People drive for it from three towns.", "People fly in for it from far.")
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 second menu")
    project.build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert set(project.held()) == {("alfa", "client"), ("alfa", "public")}
    return project


def memory(project: Project) -> Path:
    """The one file that remembers what was approved of alfa."""
    (found,) = (project.root / ".portalgen/released/approved").glob("alfa.*.json")
    return found


def break_account(project: Project) -> None:
    project.edit("alfa", "title: Autumn bread", "titel: Autumn bread")


def break_approval(project: Project) -> None:
    project.write("content/approved/alfa/portal.json", "{")


def break_both_and_lose_the_other(project: Project) -> None:
    break_account(project)
    break_approval(project)
    project.remove("content/approved/alfa/case-study.json")


WAYS = (break_account, break_approval, break_both_and_lose_the_other)


@pytest.mark.parametrize("way", WAYS, ids=[w.__name__ for w in WAYS])
def test_a_broken_account_keeps_its_approved_pages_while_the_others_go_on(
    project: Project, way: Callable[[Project], None]
) -> None:
    mine, public = project.portal("alfa"), project.tree("public")
    way(project)
    for words in ("All three formats", "All four formats"):
        project.account("zulu", f"---\nclient: Zulu\ntitle: Mill\n---\n## News {{.client}}\n\n{words}.\n")
        project.approve("zulu").build(keep_going=True)
        assert project.outcome is not None
        assert project.outcome.published, project.problems
        assert words in text(project.portal("zulu"))
        assert project.portal("alfa") == mine
        assert project.tree("public") == public
    assert "hot now" not in text(project.portal("alfa"))


def test_a_mended_account_shows_what_is_approved_now(project: Project) -> None:
    mine = project.portal("alfa")
    break_account(project)
    project.build(keep_going=True)
    project.edit("alfa", "titel: Autumn bread", "title: Autumn bread").build()
    assert project.portal("alfa") == mine
    assert set(project.held()) == {("alfa", "client"), ("alfa", "public")}
    project.approve().build()
    assert "They are hot now" in text(project.portal("alfa"))
    assert not project.held()


def test_a_broken_accounts_case_ends_with_its_consent(project: Project) -> None:
    assert "Bread people drive for" in text(project.tree("public"))
    break_account(project)
    project.build(date(2026, 12, 16), keep_going=True)
    assert "Bread people drive for" not in text(project.tree("public"))


def test_an_account_that_is_gone_is_forgotten_with_its_approvals(project: Project) -> None:
    assert memory(project).is_file()
    project.remove("content/accounts/alfa.md").build()
    assert not list((project.root / ".portalgen/released").rglob("alfa.*"))


def test_only_the_approvals_of_the_last_release_are_remembered(project: Project) -> None:
    before = memory(project)
    project.approve().build()
    assert memory(project) != before
    assert before.name not in [path.name for path in before.parent.iterdir()]
    project.remove("content/approved/alfa/portal.json").remove(
        "content/approved/alfa/case-study.json"
    ).build()
    assert not list(before.parent.glob("alfa.*"))


def test_what_is_remembered_is_as_private_as_the_sources(project: Project) -> None:
    folder = memory(project).parent
    assert folder.stat().st_mode & 0o077 == 0


DAMAGES: list[tuple[str, Callable[[bytes], bytes]]] = [
    ("empty", lambda data: b""),
    ("half", lambda data: data[: len(data) // 2]),
    ("no JSON", lambda data: b"{{{"),
    ("a list", lambda data: b"[]"),
    ("a number", lambda data: b"7"),
    ("other values", lambda data: b'{"portal.json": 7, "case-study.json": [1]}'),
    ("no approval inside", lambda data: b'{"portal.json": "{}"}'),
    ("half characters", lambda data: b'{"portal.json": "\\ud800"}'),
    ("lists in lists", lambda data: b"[" * 200_000),
    ("lists in lists inside", lambda data: b'{"portal.json": "' + b"[" * 200_000 + b'"}'),
    ("no text", lambda data: b"\xff\xfe\x00"),
    ("another word", lambda data: data.replace(b"warm", b"hot ")),
    ("zeros", lambda data: bytes(len(data))),
]  # fmt: skip


@pytest.fixture(params=DAMAGES, ids=[d[0] for d in DAMAGES])
def damaged(project: Project, request: pytest.FixtureRequest) -> Project:
    """The project, what is remembered of alfa's approvals damaged."""
    path = memory(project)
    path.write_bytes(request.param[1](path.read_bytes()))
    return project


def test_a_damaged_memory_is_none(damaged: Project) -> None:
    released = Released(damaged.root / ".portalgen")
    assert released.approvals("alfa") == NONE
    assert released.account("alfa") is not None


def test_a_damaged_memory_is_as_none_when_a_build_fails(damaged: Project) -> None:
    """Nothing is shown of it that was not approved, and what must go goes."""
    zulu = damaged.portal("zulu")
    damaged.account("zulu", BROKEN).edit("alfa", "## Notes {.client}", "## Notes").build()
    assert damaged.codes == ["missing-key"]
    assert "Everything is warm" not in text(damaged.portal("alfa"))
    assert "hot now" not in text(damaged.portal("alfa"))
    assert "fly in" not in text(damaged.tree("public"))
    assert damaged.portal("zulu") == zulu


def test_a_damaged_memory_is_as_none_for_a_broken_account(damaged: Project) -> None:
    mine = damaged.portal("alfa")
    break_account(damaged)
    damaged.build(TODAY + timedelta(days=1), keep_going=True)
    assert damaged.outcome is not None
    assert damaged.outcome.published, damaged.problems
    assert damaged.portal("alfa") == mine
    assert "fly in" not in text(damaged.tree("public"))


def test_a_build_that_succeeds_remembers_anew(damaged: Project) -> None:
    mine, public = damaged.portal("alfa"), damaged.tree("public")
    damaged.build()
    assert Released(damaged.root / ".portalgen").approvals("alfa") != NONE
    damaged.account("zulu", BROKEN).build()
    assert damaged.portal("alfa") == mine
    assert damaged.tree("public") == public

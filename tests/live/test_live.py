"""The whole of `portalgen serve`: no save is lost, what is broken stays as it was, what is taken back goes."""

import random
import shutil
import time
from datetime import date
from pathlib import Path

import pytest

from portalgen.build.workshop import Workshop
from portalgen.live import load_settings, running
from portalgen.problems import Locked
from portalgen.publish import Preview
from tests.live.live import ENVIRONMENT, Live, clean, served
from tests.live.savings import STYLES
from tests.project import TODAY, Project
from tests.test_incremental import InProcess, difference, picture

ACCOUNT = """\
---
client: Client {number} Werke
title: Programme {number}
{case}---
## 2026-11-20 The first news {{.client}}
Words {word}.

## Case {{#case-study .public}}
Told {word}.

## Ours
Nobody sees secret number {number} outside the team.
"""
CASE = """\
case_study:
  attribution: named
  title: Case {number}
  consent: {{status: granted, scopes: [name], channels: [website]}}
"""


def account(number: int, word: str) -> str:
    case = CASE.format(number=number) if number % 4 == 0 else ""
    return ACCOUNT.format(number=number, word=word, case=case)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path / "project")
    for number in range(4):
        made.account(f"a{number}", account(number, f"start{number}"))
    return made


def test_500_edits_in_six_styles_over_40_files_lose_none(tmp_path: Path) -> None:
    chance = random.Random(5)
    project = Project(tmp_path / "project")
    last = {number: f"start{number}" for number in range(40)}
    for number, word in last.items():
        project.account(f"a{number}", account(number, word))
    with served(project) as live:
        for edit in range(500):
            number = chance.randrange(40)
            last[number] = f"word{edit}"
            path = project.root / f"content/accounts/a{number}.md"
            STYLES[edit % len(STYLES)](path, account(number, last[number]))
            time.sleep(chance.random() * 0.01)
        tree = live.tree()
        assert live.codes() == []
        said = live.said
    for number, word in last.items():
        page = tree[f"portals/{project.key(f'a{number}')}/index.html"].decode()
        assert f"Words {word}." in page
    assert difference(tree, clean(project, tmp_path / "clean")) == []
    assert not [text for text in said if "Traceback" in text]


def test_a_page_that_is_asked_for_right_after_a_save_shows_it(project: Project) -> None:
    with served(project) as live:
        for number in range(40):
            name = f"a{number % 4}"
            text = account(number % 4, f"word{number}")
            STYLES[number % len(STYLES)](project.root / f"content/accounts/{name}.md", text)
            assert f"Words word{number}." in live.portal(name)[1]
            assert f"Words word{number}." in live.get(f"internal/accounts/{name}/")[1]
            if number % 4 == 0:
                assert f"Told word{number}." in live.get("public/case-studies/case-0/")[1]


def test_a_broken_account_keeps_its_last_good_pages_and_is_told(project: Project) -> None:
    with served(project) as live:
        project.edit("a1", "Words start1.", "Words new1.").edit("a1", "title:", "titel:")
        assert live.codes() == ["missing-key", "unknown-key"]
        problem = next(p for p in live.problems() if p.code == "unknown-key")
        assert (problem.at.path, problem.at.line) == ("content/accounts/a1.md", 3)
        assert 'did you mean "title"?' in problem.hint
        assert "Words start1." in live.portal("a1")[1]
        assert "Programme 1" in live.get("internal/")[1]
        project.edit("a2", "Words start2.", "Words new2.")
        assert "Words new2." in live.portal("a2")[1]
        project.edit("a1", "titel:", "title:")
        assert live.codes() == []
        assert "Words new1." in live.portal("a1")[1]
        assert live.wait(lambda: live.said[-1] == "mended")


def test_an_image_that_cannot_be_read_keeps_the_last_good_pages_of_its_account(project: Project) -> None:
    project.write("content/accounts/a1/files/ad.png", picture(10))
    project.edit("a1", "Words start1.", "Words start1. ![Ad](a1/files/ad.png)")
    with served(project) as live:
        before = live.portal("a1", "files/ad.png")
        assert before[0] == 200
        project.write("content/accounts/a1/files/ad.png", b"no image at all").edit(
            "a1", "Words", "Other words"
        )
        assert "unreadable-file" in live.codes()
        assert "Words start1." in live.portal("a1")[1]
        assert live.portal("a1", "files/ad.png") == before
        project.edit("a2", "Words start2.", "Words new2.")
        assert "Words new2." in live.portal("a2")[1]
        project.write("content/accounts/a1/files/ad.png", picture(200))
        assert live.codes() == []
        assert "Other words" in live.portal("a1")[1]
        assert live.portal("a1", "files/ad.png") != before


BREAK = {
    "another account": lambda p: p.edit("a3", "title:", "titel:"),
    "a page of the public site": lambda p: p.write(
        "content/pages/index.md", "# Home\n\n::: internal\nx\n:::\n"
    ),
    "the settings": lambda p: p.setting("      timezone: Europe/Madrid", "      timezone: Nowhere"),
}
TAKE_BACK = {
    "narrowed": lambda p: p.edit("a0", "news {.client}", "news {.internal}"),
    "narrowed from public": lambda p: p.edit("a0", "{#case-study .public}", "{#case-study .internal}"),
    "consent revoked": lambda p: p.edit("a0", "status: granted", "status: revoked"),
    "deleted": lambda p: p.remove("content/accounts/a0.md"),
    "renamed": lambda p: (p.root / "content/accounts/a0.md").rename(p.root / "content/accounts/b0.md"),
}
GONE = {
    "narrowed": ("portals/{key}", b"Words start0."),
    "narrowed from public": ("public", b"Told start0."),
    "consent revoked": ("public", b"Told start0."),
    "deleted": ("", b"start0"),
    "renamed": ("portals/{key}", b"start0"),
}


@pytest.mark.parametrize("broken", BREAK)
def test_what_is_taken_back_goes_at_once_while_another_file_is_broken(project: Project, broken: str) -> None:
    with served(project) as live:
        for how, take_back in TAKE_BACK.items():
            project.account("a0", account(0, "start0"))
            assert live.codes() == []
            BREAK[broken](project)
            assert live.codes() != []
            take_back(project)
            below, text = GONE[how]
            below = below.format(key=project.key("a0"))
            shown = {path: data for path, data in live.tree().items() if path.startswith(below)}
            assert [path for path, data in shown.items() if text in data] == [], how
            (project.root / "content/accounts/b0.md").unlink(missing_ok=True)
            project.account("a3", account(3, "start3"))
            project.write("content/pages/index.md", "# Estudio Norte\n\nWe plan and make.\n")
            text = (project.root / "mkdocs.yml").read_text()
            project.write("mkdocs.yml", text.replace("timezone: Nowhere", "timezone: Europe/Madrid"))


def test_a_renamed_account_is_another_one(project: Project) -> None:
    with served(project) as live:
        before = live.portal("a0")
        (project.root / "content/accounts/a0.md").rename(project.root / "content/accounts/anew.md")
        assert live.portal("a0")[0] == 404
        status, html = live.portal("anew")
        assert (status, "Words start0." in html) == (200, True)
        assert before[0] == 200
        assert [one.id for one in live.loop.desk.accounts].count("anew") == 1


def test_a_new_account_and_a_new_update_appear(project: Project) -> None:
    with served(project) as live:
        project.account("neu", account(9, "fresh"))
        assert "Words fresh." in live.portal("neu")[1]
        project.write(
            "content/accounts/neu/updates/one.md",
            "---\ntitle: One more\ndate: 2026-11-21\naudience: client\n---\nIn a folder that is new.\n",
        )
        assert "In a folder that is new." in live.portal("neu", "updates/2026-11-21-one-more/")[1]


def test_pages_of_the_public_site_and_the_settings_are_followed(project: Project) -> None:
    with served(project) as live:
        project.write("content/pages/about.md", "# About\n\nAll about us.\n")
        assert "All about us." in live.get("public/about/")[1]
        project.setting("site_name: Estudio Norte", "site_name: Estudio Sur")
        assert "Estudio Sur" in live.portal("a1")[1]
        assert "Estudio Sur" in live.get("public/")[1]
        assert live.codes() == []


def test_accounts_in_another_folder_are_followed_from_then_on(project: Project) -> None:
    with served(project) as live:
        project.write("content/elsewhere/z.md", account(7, "moved"))
        project.setting("content/accounts", "content/elsewhere")
        assert "Words moved." in live.portal("z")[1]
        project.write("content/elsewhere/z.md", account(7, "again"))
        assert "Words again." in live.portal("z")[1]
        assert live.portal("a0")[0] == 404


def test_a_checkout_of_many_files_ends_as_a_clean_build(project: Project, tmp_path: Path) -> None:
    with served(project) as live:
        for number in range(60):
            project.account(f"c{number}", account(number, f"burst{number}"))
        for number in range(4):
            project.remove(f"content/accounts/a{number}.md")
        tree = live.tree()
    assert difference(tree, clean(project, tmp_path / "clean")) == []


def test_polling_finds_every_edit_too(project: Project) -> None:
    with served(project, poll=0.1) as live:
        assert "looked at every 0.1 s" in live.said[0]
        for number in range(4):
            project.account(f"a{number}", account(number, f"polled{number}"))
        for number in range(4):
            assert live.wait(lambda n=number: f"polled{n}" in live.portal(f"a{n}")[1])


def test_the_scan_follows_and_says_where_the_leak_stands(project: Project) -> None:
    with served(project) as live:
        assert live.wait(lambda: live.loop.desk.scan == "clean")
        project.edit("a1", "Words start1.", "As Client 2 Werke knows, it rains.")
        assert live.wait(lambda: "leak" in live.codes())
        leak = next(p for p in live.problems() if p.code == "leak")
        assert (leak.at.path, leak.at.line) == ("content/accounts/a1.md", 6)
        assert "Client 2" not in leak.message + leak.hint
        assert "more pages) shows" in leak.message
        assert live.codes() == ["leak"]  # it stands on several pages, and is one thing to mend
        assert leak.at not in live.loop.desk.lines
        project.edit("a1", "As Client 2 Werke knows, it rains.", "It rains.")
        assert live.wait(lambda: live.loop.desk.scan == "clean" and "leak" not in live.codes())


def test_a_private_sentence_that_another_portal_shows_already_is_found(project: Project) -> None:
    sentence = "The studio in Porto closes for good in May."
    project.edit("a1", "Words start1.", sentence)
    with served(project) as live:
        assert live.wait(lambda: live.loop.desk.scan == "clean")
        project.edit("a2", "Nobody sees secret number 2 outside the team.", sentence)
        assert live.wait(lambda: "leak" in live.codes())
        assert live.portal("a1")[0] == 200  # it is a preview; the build would stop


def test_one_serves_and_builds_go_on_beside_it(project: Project) -> None:
    with served(project) as live:
        settings = load_settings(project.root / "mkdocs.yml")
        with (
            pytest.raises(Locked, match="running in this project already"),
            running(settings, ENVIRONMENT, port=0, poll=None, say=print),
        ):
            pass
        project.build()
        assert project.outcome is not None
        assert project.outcome.published
        assert difference(project.tree(), live.tree()) == []


def test_the_next_start_renders_nothing(project: Project) -> None:
    with served(project) as live:
        before = live.tree()
    settings = load_settings(project.root / "mkdocs.yml")
    with Preview.open(settings) as preview:
        workshop = Workshop(settings, ENVIRONMENT, preview, InProcess(preview.work))
        done = workshop.round().rendered | workshop.rest().rendered
        assert {path for path in done if not path.startswith("public/")} == set()
        assert {
            p.relative_to(preview.folder).as_posix() for p in preview.folder.rglob("*") if p.is_file()
        } == set(before)


@pytest.mark.parametrize("damage", [b"", b"{}", b"\0" * 40])
def test_a_damaged_note_of_what_stands_is_as_good_as_none(project: Project, damage: bytes) -> None:
    with served(project) as live:
        before = live.tree()
    project.write(".portalgen/preview.json", damage)
    (project.root / ".portalgen/preview/portals" / project.key("a1") / "index.html").write_text("stale")
    with served(project) as live:
        assert difference(live.tree(), before) == []


def test_a_new_day_shows_itself(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    project.account("later", "---\nclient: Late\ntitle: Late\n---\n## 2026-11-24 Tomorrow {.client}\nSoon.\n")
    days: list[date] = [TODAY]
    for module in ("portalgen.live.loop", "portalgen.build.workshop"):
        monkeypatch.setattr(f"{module}.build_date", lambda *_: days[-1])
    monkeypatch.setattr("portalgen.live.loop._TICK", 0.1)
    with served(project) as live:
        assert "Soon." not in live.portal("later")[1]
        days.append(date(2026, 11, 24))
        assert live.wait(lambda: "Soon." in live.portal("later")[1])


def test_a_folder_of_accounts_that_vanishes_is_told_and_comes_back(project: Project) -> None:
    with served(project) as live:
        before = live.tree()
        folder = project.root / "content/accounts"
        folder.rename(project.root / "content/away")
        assert live.wait(lambda: bool(live.codes()))
        assert difference(live.tree(), before) == []
        (project.root / "content/away").rename(folder)
        assert live.wait(lambda: live.codes() == [])
        project.edit("a1", "Words start1.", "Words back1.")
        assert live.wait(lambda: "Words back1." in live.portal("a1")[1])


def test_a_preview_that_somebody_removed_is_made_again(project: Project, tmp_path: Path) -> None:
    with served(project) as live:
        shutil.rmtree(live.loop.folder / "portals")
        project.edit("a1", "Words start1.", "Words new1.")
        assert "Words new1." in live.portal("a1")[1]
        assert difference(live.tree(), clean(project, tmp_path / "clean")) == []


def test_a_portfolio_that_somebody_removed_is_made_again(project: Project, tmp_path: Path) -> None:
    with served(project) as live:
        (live.loop.folder / "internal/index.html").unlink()
        project.edit("a1", "title: Programme 1", "title: Another programme")
        assert "Another programme" in live.get("internal/")[1]
        assert live.codes() == []
        assert difference(live.tree(), clean(project, tmp_path / "clean")) == []


def test_the_scan_hears_of_what_was_shown_before_a_round_broke_off(project: Project) -> None:
    with served(project) as live:
        assert live.wait(lambda: live.loop.desk.scan == "clean")
        shutil.rmtree(live.loop.folder / "portals" / project.key("a2"))
        project.edit("a1", "Words start1.", "As Client 3 Werke knows, it rains.")
        project.edit("a2", "Words start2.", "Words new2.")
        assert "Words new2." in live.portal("a2")[1]
        assert live.wait(lambda: "leak" in live.codes())


def test_what_was_deleted_while_nothing_was_served_is_gone(project: Project) -> None:
    with served(project):
        pass
    page = project.root / ".portalgen/preview/portals" / project.key("a1") / "index.html"
    page.write_text("as a serve that was killed left it: newer than any note of it")
    project.remove("content/accounts/a1.md")
    with served(project) as live:
        assert [path for path in live.tree() if project.key("a1") in path] == []


def test_a_case_taken_back_while_nothing_was_served_is_not_shown_although_a_page_is_broken(
    project: Project,
) -> None:
    with served(project) as live:
        assert live.get("public/case-studies/case-0/")[0] == 200
    project.edit("a0", "status: granted", "status: revoked")
    project.write("content/pages/index.md", "# Home\n\n::: internal\nx\n:::\n")
    with served(project) as live:
        assert "page-audience" in live.codes()
        assert live.get("public/case-studies/case-0/")[0] == 404
        assert live.get("public/case-studies/case-0/index.html")[0] == 404
        project.write("content/pages/index.md", "# Home\n\nAll well.\n")
        assert "All well." in live.get("public/")[1]


def test_a_secret_that_was_made_is_told(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.live.live.ENVIRONMENT", {"SOURCE_DATE_EPOCH": "1795435200"})
    with served(project) as live:
        assert "back it up" in live.said[0]
    with served(project) as live:
        assert live.said == []


def test_nothing_is_written_among_the_sources(project: Project) -> None:
    before = sorted((project.root / "content").rglob("*"))
    with served(project) as live:
        project.edit("a1", "Words start1.", "Words new1.")
        assert live.portal("a1")[0] == 200
        assert sorted((project.root / "content").rglob("*")) == before
    assert not (project.root / "site").exists()


def sample(live: Live) -> str:
    """The desk's page."""
    return live.get("")[1]


def test_the_desk_says_who_needs_somebody_and_what_is_wrong(project: Project) -> None:
    with served(project) as live:
        assert "Client 0 Werke" in sample(live)
        project.edit("a1", "title:", "titel:")
        html = sample(live)
        assert "content/accounts/a1.md:3:1" in html
        assert "did you mean" in html
        assert f"vscode://file{project.root}/content/accounts/a1.md:3:1" in html

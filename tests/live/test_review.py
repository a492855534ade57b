"""Review under `serve`: what waits shows in the draft alone, what is approved shows at once."""

import base64
from collections.abc import Iterator
from pathlib import Path

import pytest

from portalgen.live.desk import DeskAccount, Refusal, Stale
from portalgen.render.letter import letter
from portalgen.views import HeldView
from tests import sealed
from tests.live.live import Live, clean, served
from tests.project import Project
from tests.test_incremental import difference
from tests.test_review import ALFA, REVIEWED, png


@pytest.fixture
def live(tmp_path: Path) -> Iterator[Live]:
    project = Project(tmp_path / "project", REVIEWED).account("alfa", ALFA).account("zulu")
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 first menu")
    project.write("content/accounts/alfa/files/oven.png", png(200))
    project.approve("alfa")
    with served(project) as running:
        yield running


def row(live: Live, name: str = "alfa") -> DeskAccount:
    """What the desk knows of an account, once every save is shown."""
    live.loop.settle()
    found = live.loop.desk.account(name)
    assert found is not None
    return found


def held(live: Live, name: str = "alfa") -> HeldView:
    """What waits for the client of an account."""
    found = row(live, name).held_from("client")
    assert found is not None
    return found


def test_what_waits_shows_in_the_draft_and_nowhere_else(live: Live) -> None:
    assert (row(live).held, row(live).draft) == ((), "")
    live.project.edit("alfa", "They are warm now.", "They are glowing hot.")
    assert "They are warm now" in live.portal("alfa", "updates/2026-11-20-ovens-are-on/")[1]
    assert held(live).count == 1
    status, page = live.get(f"{row(live).draft}updates/2026-11-20-ovens-are-on/")
    assert (status, "They are glowing hot" in page) == (200, True)
    assert [
        p for p, body in live.tree().items() if b"glowing hot" in body and p.startswith(("portals", "public"))
    ] == []
    assert live.wait(lambda: live.loop.desk.scan == "clean"), "a draft is no leak"


def test_an_approval_shows_at_once_and_is_the_one_of_the_command(live: Live, tmp_path: Path) -> None:
    live.project.edit("alfa", "They are warm now.", "They are glowing hot.")
    done = live.loop.approve("alfa", "client", "Ana Ruiz", held(live).digest)
    assert (done.audience, done.warning) == ("client", "")
    assert done.letters
    assert done.letters == live.loop.letters("alfa")
    assert "They are glowing hot" in live.portal("alfa", "updates/2026-11-20-ovens-are-on/")[1]
    assert (row(live).held, row(live).draft) == ((), "")
    drafts = f"drafts/{live.project.key('alfa')}/"
    assert not [p for p in live.tree() if p.startswith(drafts)]
    written = (live.project.root / "content/approved/alfa/portal.json").read_bytes()
    live.project.approve("alfa")
    assert (live.project.root / "content/approved/alfa/portal.json").read_bytes() == written
    shown = {p: b for p, b in live.tree().items() if p.startswith(("portals/", "public/case-studies/"))}
    built = clean(live.project, tmp_path / "clean")
    assert not difference(shown, {p: built[p] for p in shown if p in built})
    assert shown.keys() <= built.keys()


def test_a_letter_with_access_links_is_shown_to_who_approves_and_written_nowhere(tmp_path: Path) -> None:
    settings = REVIEWED.replace("access: open", "access: sealed\n      portals_url: https://clients.example/")
    text = ALFA.replace("title:", "access: {readers: [leo@alfa.example, board]}\ntitle:", 1)
    project = Project(tmp_path / "project", settings).account("alfa", text).account("zulu")
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 first menu")
    project.write("content/accounts/alfa/files/oven.png", png(200))
    keys = [sealed.link("alfa", "leo@alfa.example"), sealed.link("alfa", "board"), sealed.link("zulu")]
    forms = {key: {key, key.hex().encode(), base64.urlsafe_b64encode(key).rstrip(b"=")} for key in keys}
    with served(project) as live:
        for name in ("alfa", "zulu"):
            live.loop.approve(name, "client", "Ana Ruiz", held(live, name).digest)
        for name, told in (("alfa", [True, False, False]), ("zulu", [False, False, True])):
            said = "".join(letter(one).body for one in live.loop.letters(name)).encode()
            assert [any(form in said for form in forms[key]) for key in keys] == told
        assert live.portal("alfa")[0] == 200, "the preview is plain"
        written = {p: p.read_bytes() for p in project.root.rglob("*") if p.is_file()}
        assert any(p.name == "portfolio.json" for p in written)
        assert [
            p for p, data in written.items() for key in keys if any(form in data for form in forms[key])
        ] == []


def test_an_account_without_approval_has_a_draft_and_no_portal(live: Live) -> None:
    assert live.portal("zulu")[0] == 404
    assert row(live, "zulu").portal == ""
    assert row(live, "zulu").no_portal == "Nothing is approved for the client yet."
    assert live.get(row(live, "zulu").draft)[0] == 200
    live.loop.approve("zulu", "client", "Ana Ruiz", held(live, "zulu").digest)
    assert live.portal("zulu")[0] == 200


def test_what_is_taken_back_goes_without_approval(live: Live) -> None:
    live.project.edit("alfa", "## Notes {.client}", "## Notes")
    assert "Everything is warm" not in live.portal("alfa")[1]
    assert row(live).held == ()


def test_only_what_was_shown_is_approved(live: Live) -> None:
    live.project.edit("alfa", "They are warm now.", "They are glowing hot.")
    digest = held(live).digest
    live.project.edit("alfa", "glowing hot", "cold")
    with pytest.raises(Stale):
        live.loop.approve("alfa", "client", "Ana Ruiz", digest)
    live.project.edit("alfa", "cold", "warm now").edit("alfa", "client: {", "clint: {")
    with pytest.raises(Refusal):
        live.loop.approve("alfa", "client", "Ana Ruiz", digest)
    with pytest.raises(Refusal):
        live.loop.approve("nobody", "client", "Ana Ruiz", digest)
    assert "They are warm now" in live.portal("alfa", "updates/2026-11-20-ovens-are-on/")[1]


def test_an_approval_made_elsewhere_shows_too(live: Live) -> None:
    live.project.edit("alfa", "They are warm now.", "They are glowing hot.").approve("alfa")
    assert "They are glowing hot" in live.portal("alfa", "updates/2026-11-20-ovens-are-on/")[1]
    live.project.write("content/approved/alfa/portal.json", b"{")
    assert live.codes() == ["bad-approval"]
    desk = live.loop.desk
    named = {one.id: [p.code for p in desk.errors_for(one)] for one in desk.accounts}
    assert named == {"alfa": ["bad-approval"], "zulu": []}
    assert desk.errors_of_the_whole == ()
    assert "They are glowing hot" in live.portal("alfa", "updates/2026-11-20-ovens-are-on/")[1]
    live.project.remove("content/approved/alfa/portal.json")
    assert live.portal("alfa")[0] == 404

"""Review: what is not approved is nowhere, what is taken back does not wait, and the days go on."""

import io
import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest
from PIL import Image

from portalgen.build import check, load_settings
from portalgen.build.shown import Shown
from tests.project import SETTINGS, TODAY, Project

REVIEWED = SETTINGS.replace("review: []", "review: [client, public]")
ALFA = """\
---
client: {name: Alfa Bakery, descriptor: A family bakery}
title: Autumn bread
objective: Sell out by noon every single day
team: [{name: Ana Ruiz, role: account_executive}]
health: {overall: on_track, as_of: 2026-11-20, rationale: The ovens came in time for the season}
milestones:
  - {title: Oven live, baseline: 2026-12-10}
  - {title: Shop open, baseline: 2026-12-20, description: With music and free bread for the street}
needs: [{title: Photos of the shop, due: 2026-11-25}]
deliverables: [{title: Menu, status: client_review, version: v2, link: files/menu.pdf}]
scope: {in: [Bread for the town, Cakes]}
expectations: [{statement: Everything by noon, status: reset, agreed_wording: Bread by noon and cakes by four}]
change_requests: [{title: More ovens, schedule_days: 5, affects: [oven-live], decision: approved}]
kpis:
  - {name: Loaves, audience: public, baseline: {value: 10}, readings: [{value: 15, date: 2026-11-01}, {value: 20, date: 2026-11-10}]}
case_study:
  attribution: named
  title: Bread people drive for
  summary: How a bakery sold out by noon
  quote: {text: They understood our oven, by: Marta Gil}
  kpis: [loaves]
  consent: {status: granted, scopes: [name, quote, metrics], channels: [website], expires_on: 2026-12-15}
---
Private from the start.

## Notes {.client}

Everything is warm in here now.

And the second oven came too.

## 2026-11-20 Ovens are on {.client}

They are warm now. ![The oven](alfa/files/oven.png)

## Case {#case-study .public}

People drive for it from three towns.

## Plan

A private plan for next year.
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An account of which everything is approved and published."""
    project = Project(tmp_path, REVIEWED).account("alfa", ALFA)
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 first menu")
    project.write("content/accounts/alfa/files/oven.png", png(200))
    project.approve().build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert not project.held()
    return project


def png(shade: int) -> bytes:
    """A small picture."""
    buffer = io.BytesIO()
    Image.new("RGB", (8, 6), (shade, 80, 20)).save(buffer, "PNG")
    return buffer.getvalue()


def text(tree: dict[str, bytes]) -> str:
    return b"\n".join(tree.values()).decode("utf-8", "replace")


def outside(project: Project) -> str:
    """All that readers outside the team get."""
    return text(project.tree("portals")) + text(project.tree("public"))


# ---- nothing approved yet ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("review", "portal", "case"),
    [
        ("[client, public]", False, False),
        ("[client]", False, True),
        ("[public]", True, False),
        ("[]", True, True),
    ],
)
def test_without_approval_there_is_nothing_for_whom_is_reviewed(
    tmp_path: Path, review: str, portal: bool, case: bool
) -> None:
    project = Project(tmp_path, SETTINGS.replace("review: []", f"review: {review}"))
    project.account(
        "alfa", ALFA.replace(", link: files/menu.pdf", "").replace(" ![The oven](alfa/files/oven.png)", "")
    )
    project.build()
    assert project.outcome is not None
    assert project.outcome.published
    assert bool(project.portal("alfa")) == portal
    assert ("case-studies/bread-people-drive-for/index.html" in project.tree("public")) == case
    expected = {("alfa", a) for a, there in (("client", portal), ("public", case)) if not there}
    assert set(project.held()) == expected
    said = {p.hint for p in project.problems if p.code == "held-back"}
    assert said == {f"look at it and release it: portalgen approve alfa --audience {a}" for _, a in expected}


def test_with_everything_approved_readers_get_what_they_get_without_review(project: Project) -> None:
    portals, public = project.tree("portals"), project.tree("public")
    project.setting("review: [client, public]", "review: []").build()
    assert (project.tree("portals"), project.tree("public")) == (portals, public)


# ---- edits -----------------------------------------------------------------------------------------

PRIVATE = [
    ("internal text", "A private plan for next year.", "Another private plan altogether."),
    ("text above the sections", "Private from the start.", "Private to the end.\n\nAnd more of it."),
    ("an internal fence", "And the second oven came too.", "::: internal\nNot for them.\n:::\n\nAnd the second oven came too."),
    ("an internal item", "  - {title: Oven live,", "  - {title: Secret oven, audience: internal}\n  - {title: Oven live,"),
    ("an internal field", "health: {overall", "health: {path_to_green: Ask the mayor, overall"),
    ("where it stands", "## Plan\n\nA private plan for next year.\n", ""),
]  # fmt: skip


@pytest.mark.parametrize(("before", "after"), [p[1:] for p in PRIVATE], ids=[p[0] for p in PRIVATE])
def test_a_private_edit_needs_no_approval(project: Project, before: str, after: str) -> None:
    portals, public = project.tree("portals"), project.tree("public")
    project.edit("alfa", before, after).build()
    assert not project.held()
    assert (project.tree("portals"), project.tree("public")) == (portals, public)


VISIBLE = [
    ("wording of an update", "They are warm now.", "They are glowing hot.", "warm now", "glowing hot", "updates.2026-11-20-ovens-are-on"),
    ("a new section", "## Plan", "## Added {.client}\n\nSome brand new words.\n\n## Plan", "warm now", "brand new words", "sections.added"),
    ("the objective", "Sell out by noon every single day", "Open three more shops", "Sell out by noon", "three more shops", "objective"),
    ("a forecast", "{title: Oven live, baseline: 2026-12-10}", "{title: Oven live, baseline: 2026-12-10, forecast: 2031-02-03}", "Oven live", "2031", "milestones.oven-live"),
    ("a new item", "needs: [", "needs: [{title: Signed menu card}, ", "Photos of the shop", "Signed menu card", "needs.signed-menu-card"),
    ("a text of a list", "[Bread for the town, Cakes]", "[Bread for the town, Cakes, Pies and more]", "Bread for the town", "Pies and more", "scope.in"),
    ("what is said about health", "overall: on_track", "overall: off_track", "on track", "off track", "health.overall"),
    ("agreed wording", "Bread by noon and cakes by four", "Cakes by five", "cakes by four", "Cakes by five", "expectations.agreed_wording"),
    ("a private sentence marked for them", "## Plan\n", "## Plan {.client}\n", "warm now", "private plan", "sections.plan"),
    ("a change request's days", "schedule_days: 5", "schedule_days: 400", "More ovens", "400 days", "change_requests.more-ovens"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "old", "new", "change"), [v[1:] for v in VISIBLE], ids=[v[0] for v in VISIBLE]
)
def test_a_visible_edit_waits_and_is_listed(
    project: Project, before: str, after: str, old: str, new: str, change: str
) -> None:
    portals, public = project.tree("portals"), project.tree("public")
    project.edit("alfa", before, after).build()
    assert project.outcome is not None
    assert project.outcome.published
    assert (project.tree("portals"), project.tree("public")) == (portals, public)
    assert old.casefold() in outside(project).casefold()
    assert new.casefold() not in outside(project).casefold()
    assert project.held() == {("alfa", "client"): [change]}
    assert ", 1 held back, " in project.outcome.closing
    assert [p.severity for p in project.problems if p.code == "held-back"] == ["attention"]
    assert "held-back" in {p.code for p in project.check()}
    internal = {
        path: body.decode() for path, body in project.tree("internal").items() if path.endswith(".html")
    }
    assert "alfa" in internal["review/index.html"]
    assert "held back: client 1" in internal["index.html"]
    assert "held back: client 1" in internal["accounts/alfa/index.html"]
    project.approve().build()
    assert not project.held()
    assert new.casefold() in outside(project).casefold()


def test_the_public_waits_for_its_own_approval(project: Project) -> None:
    public = project.tree("public")
    project.edit("alfa", "People drive for it from three towns.", "People fly in for it from far.").build()
    assert project.tree("public") == public
    assert set(project.held()) == {("alfa", "client"), ("alfa", "public")}
    project.approve(audience="client").build()
    assert set(project.held()) == {("alfa", "public")}
    assert project.tree("public") == public
    assert "fly in" not in outside(project)
    project.approve(audience="public").build()
    assert "People fly in" in text(project.tree("public"))
    assert "People fly in" in text(project.portal("alfa"))


def test_two_edits_of_one_line_of_work_count_as_one_account(project: Project) -> None:
    project.account("zulu").approve("zulu").edit("alfa", "They are warm now.", "They are hot now.")
    project.edit("alfa", "Bread people drive for", "Bread worth a drive").build()
    assert project.outcome is not None
    assert ", 1 held back, " in project.outcome.closing


# ---- what is taken back does not wait ---------------------------------------------------------------

TAKEN_BACK = [
    ("a section's mark", "## Notes {.client}", "## Notes", "Everything is warm"),
    ("a section that is gone", "## Notes {.client}\n\nEverything is warm in here now.\n\nAnd the second oven came too.\n", "", "Everything is warm"),
    ("an update's mark", "on {.client}", "on", "They are warm now"),
    ("an item's mark", "{title: Shop open, ", "{title: Shop open, audience: internal, ", "Shop open"),
    ("an item that is gone", "  - {title: Shop open, baseline: 2026-12-20, description: With music and free bread for the street}\n", "", "Shop open"),
    ("an item under another id", "{title: Shop open, ", "{title: Shop opens, ", "Shop open"),
    ("a text of a list", "[Bread for the town, Cakes]", "[Cakes]", "Bread for the town"),
    ("a field that is gone", "objective: Sell out by noon every single day\n", "", "Sell out by noon every"),
    ("a field of an item", ", description: With music and free bread for the street", "", "free bread for"),
    ("a text that moved into a fence", "And the second oven came too.", "::: internal\nAnd the second oven came too.\n:::", "second oven"),
    ("a sentence of an item that moved into private text", "description: With music and free bread for the street}\n", "description: Soon}\nlessons: [With music and free bread for the street]\n", "Shop open"),
    ("a sentence of an update that moved", "They are warm now. ![The oven](alfa/files/oven.png)", "They are on. ![The oven](alfa/files/oven.png)\n\n::: internal\nThey are warm now.\n:::", "Ovens are on"),
    ("an expectation that is open again", "status: reset, agreed", "status: open, agreed", "cakes by four"),
    ("a deliverable that is no longer ready", "status: client_review, version: v2, link: files/menu.pdf", "status: in_progress, version: v2", "v2"),
    ("a file", "link: files/menu.pdf", "link: https://elsewhere.example/", "menu.pdf"),
    ("a reading", "{value: 15, date: 2026-11-01}, ", "", ">15<"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "gone"), [t[1:] for t in TAKEN_BACK], ids=[t[0] for t in TAKEN_BACK]
)
@pytest.mark.parametrize("broken", [False, True], ids=["alone", "while another file is broken"])
def test_what_is_taken_back_does_not_wait(
    project: Project, before: str, after: str, gone: str, broken: bool
) -> None:
    assert gone in outside(project)
    if broken:
        project.account("zulu", "---\nclient: Zulu\n---\n")
    project.edit("alfa", before, after).build()
    assert project.outcome is not None
    assert project.outcome.published is not broken
    assert gone not in text(project.portal("alfa")), "still there"
    assert "Oven live" in text(project.portal("alfa"))


def test_a_deleted_account_goes_and_its_approvals_are_told_of(project: Project) -> None:
    project.account("zulu").approve("zulu").remove("content/accounts/alfa.md").build()
    assert not project.portal("alfa")
    assert "Bread people drive for" not in outside(project)
    assert [(p.code, p.at.path) for p in project.problems if p.code == "stray-approval"] == [
        ("stray-approval", "content/approved/alfa")
    ]


def test_a_deleted_approval_takes_the_portal_with_it(project: Project) -> None:
    project.remove("content/approved/alfa/portal.json").build()
    assert not project.portal("alfa")
    assert "case-studies/bread-people-drive-for/index.html" in project.tree("public")


CONSENT = [
    ("revoked", "status: granted", "status: revoked", "Bread people drive for", TODAY),
    ("another channel", "channels: [website]", "channels: [press]", "Bread people drive for", TODAY),
    ("no name", "scopes: [name, quote, metrics]", "scopes: [quote, metrics]", "Bread people drive for", TODAY),
    ("no quote", "scopes: [name, quote, metrics]", "scopes: [name, metrics]", "understood our oven", TODAY),
    ("no figures", "scopes: [name, quote, metrics]", "scopes: [name, quote]", "Loaves", TODAY),
    ("anonymised", "attribution: named", "attribution: anonymised", "Bread people drive for", TODAY),
    ("expired", "# nothing", "# nothing", "Bread people drive for", date(2026, 12, 16)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "gone", "day"), [c[1:] for c in CONSENT], ids=[c[0] for c in CONSENT]
)
def test_the_end_of_consent_does_not_wait(
    project: Project, before: str, after: str, gone: str, day: date
) -> None:
    assert gone in text(project.tree("public"))
    if before in ALFA:
        project.edit("alfa", before, after)
    project.build(day)
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert gone not in text(project.tree("public"))


def test_a_wider_consent_waits_for_what_it_opens(project: Project) -> None:
    project.edit("alfa", "scopes: [name, quote, metrics]", "scopes: [name, metrics]").approve().build()
    public = project.tree("public")
    project.edit("alfa", "scopes: [name, metrics]", "scopes: [name, quote, metrics]").build()
    assert project.tree("public") == public
    assert ("alfa", "public") in project.held()
    project.approve().build()
    assert "understood our oven" in text(project.tree("public"))


# ---- files -----------------------------------------------------------------------------------------


def test_a_file_that_changed_waits_with_what_shows_it(project: Project) -> None:
    portal = project.portal("alfa")
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 second menu")
    project.write("content/accounts/alfa/files/oven.png", png(20))
    project.build(fresh=True)
    assert project.portal("alfa") == portal
    assert project.portal("alfa")["files/menu.pdf"] == b"%PDF-1.4 first menu"
    assert project.held() == {("alfa", "client"): ["files.files/menu.pdf", "files.files/oven.png"]}
    project.approve().build()
    assert project.portal("alfa")["files/menu.pdf"] == b"%PDF-1.4 second menu"
    kept = list((project.root / "content/approved/alfa/files").iterdir())
    assert len(kept) == 2, "what no approval shows is not kept"


@pytest.mark.parametrize("damage", ["gone", "another content"])
def test_an_approved_file_that_is_lost_is_an_error_with_what_to_do(project: Project, damage: str) -> None:
    trees = project.tree()
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 second menu")
    for path in (project.root / "content/approved/alfa/files").iterdir():
        if damage == "gone":
            path.unlink()
        else:
            path.write_bytes(b"planted")
    project.edit("alfa", "They are warm now.", "They are hot now.").build(fresh=True)
    lost = [p for p in project.problems if p.code == "unreadable-file"]
    assert "portalgen approve alfa" in lost[0].message
    assert project.tree() == trees


def test_a_public_section_is_shown_to_the_client_once_or_with_what_is_for_them_alone(
    project: Project,
) -> None:
    """Below the case study where it stands there; on the portal's index where a fence is the client's."""
    extra = "## Extra {.public}\n\nMore of the public story.\n\n## Plan"
    project.edit("alfa", "## Plan", extra).approve().build()
    pages = {p: b.decode() for p, b in project.portal("alfa").items() if p.endswith("index.html")}
    assert "More of the public story" in pages["case-study/index.html"]
    assert "More of the public story" not in pages["index.html"]
    fenced = "More of the public story.\n\n::: client\nThank you for the recipe.\n:::"
    project.edit("alfa", "More of the public story.", fenced).approve().build()
    assert "Thank you for the recipe" in project.portal("alfa")["index.html"].decode()
    assert "Thank you for the recipe" not in text(project.tree("public"))


# ---- the days go on ---------------------------------------------------------------------------------


def test_what_depends_on_the_day_needs_no_approval(project: Project) -> None:
    assert "has passed" not in text(project.portal("alfa"))
    project.build(TODAY + timedelta(days=30))
    assert not project.held()
    assert "has passed" in text(project.portal("alfa"))
    assert "late" in text(project.portal("alfa"))


def test_dates_of_an_approved_view_are_its_own(project: Project) -> None:
    """The agreed date is what was approved, also where the account has moved it meanwhile."""
    assert "Dec 15, 2026" in text(project.portal("alfa"))
    project.edit("alfa", "schedule_days: 5", "schedule_days: 300").build()
    assert "Dec 15, 2026" in text(project.portal("alfa"))
    assert "300" in text(project.tree("internal"))


def test_an_update_approved_ahead_comes_on_its_day(project: Project) -> None:
    ahead = "## 2026-12-01 Tomorrow's bread {.client}\n\nIt has seeds in it.\n\n## Plan"
    project.edit("alfa", "## Plan", ahead).approve().build()
    assert "It has seeds in it" not in outside(project)
    assert not project.held()
    project.build(date(2026, 12, 1))
    assert "It has seeds in it" in text(project.portal("alfa"))


def test_an_update_that_waits_is_none_to_the_client(project: Project) -> None:
    """Who has written and not approved has not kept anybody informed."""
    project.build(date(2026, 12, 5))
    assert "stale" in rules(project)
    project.edit("alfa", "## Plan", "## 2026-12-04 Bread again {.client}\n\nIt has seeds in it.\n\n## Plan")
    project.build(date(2026, 12, 5))
    assert "stale" in rules(project)
    project.approve().build(date(2026, 12, 5))
    assert "stale" not in rules(project)


def rules(project: Project) -> set[str]:
    """The rules that want somebody for the first account of the portfolio."""
    found = json.loads(project.tree("internal")["portfolio.json"])
    return {reason["rule"] for reason in found["accounts"][0]["attention"]}


# ---- the file --------------------------------------------------------------------------------------


def test_an_approval_is_canonical_and_says_who_and_when(project: Project) -> None:
    path = project.root / "content/approved/alfa/portal.json"
    found = json.loads(path.read_text())
    assert (found["approved_by"], found["approved_on"]) == ("Ana Ruiz", TODAY.isoformat())
    assert path.read_text() == json.dumps(found, ensure_ascii=False, indent=2, sort_keys=True) + "\n"
    assert "Private from the start" not in path.read_text()
    assert "private plan" not in path.read_text()
    assert "Everything by noon" not in path.read_text()
    before = path.read_bytes()
    project.edit("alfa", "A private plan for next year.", "Another plan.").approve(by="Somebody Else")
    assert path.read_bytes() == before, "nothing that is shown changed, so nothing was approved"


OTHER_VERSIONS: list[tuple[str, Callable[[dict[str, object]], object]]] = [
    ("a field that nobody knows", lambda d: d.update(mood="sunny")),
    ("one in an item", lambda d: d["milestones"][0].update(weather="rain")),  # type: ignore[index]
    ("a word that is no choice any more", lambda d: d["health"].update(overall="splendid")),  # type: ignore[index, attr-defined]
    ("a list that was none", lambda d: d.update(needs={"title": "x"})),
    ("a section without its text", lambda d: d["sections"].append({"id": "x"})),  # type: ignore[attr-defined]
    ("a day that is none", lambda d: d.update(start="soon")),
    ("less than today", lambda d: d.pop("scope")),
]


@pytest.mark.parametrize("change", [o[1] for o in OTHER_VERSIONS], ids=[o[0] for o in OTHER_VERSIONS])
def test_approvals_of_other_versions_are_read_as_far_as_they_are_known(
    project: Project, change: Callable[[dict[str, object]], object]
) -> None:
    path = project.root / "content/approved/alfa/portal.json"
    found = json.loads(path.read_text())
    change(found["shown"])
    path.write_text(json.dumps(found))
    project.build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert "They are warm now" in text(project.portal("alfa"))


BAD = [
    ("no JSON", "{", (1, 2)),
    ("a conflict", '{\n<<<<<<< ours\n"approved_by": "x"\n', (2, 1)),
    ("empty", "", (1, 1)),
    ("a list", "[]", (1, 1)),
    ("nobody", '{"approved_on": "2026-11-01", "shown": {}}', (1, 1)),
    ("no day", '{"approved_by": "Ana", "approved_on": "soon", "shown": {}}', (1, 1)),
    ("nothing", '{"approved_by": "Ana", "approved_on": "2026-11-01"}', (1, 1)),
    ("no text", "\xff\xfe\x00", (1, 1)),
]


@pytest.mark.parametrize(("data", "at"), [b[1:] for b in BAD], ids=[b[0] for b in BAD])
def test_an_approval_that_cannot_be_read_publishes_nothing(
    project: Project, data: str, at: tuple[int, int]
) -> None:
    trees = project.tree()
    project.write("content/approved/alfa/portal.json", data.encode("latin-1")).build()
    assert project.codes == ["bad-approval"]
    problem = next(p for p in project.problems if p.code == "bad-approval")
    assert problem.at.path == "content/approved/alfa/portal.json"
    assert (problem.at.line, problem.at.column) == at
    assert "portalgen approve alfa" in problem.hint
    settings = load_settings(project.root / "mkdocs.yml")
    about = check(settings, [project.root / "content/accounts/alfa.md"], TODAY, {})
    assert "bad-approval" in {p.code for p in about.problems}
    assert project.tree() == trees


def test_an_approval_of_one_account_is_none_of_another(project: Project) -> None:
    project.account("zulu").approve("zulu").build()
    trees = project.tree()
    approved = (project.root / "content/approved/alfa/portal.json").read_bytes()
    project.write("content/approved/zulu/portal.json", approved).build()
    assert project.codes == ["bad-approval"]
    assert project.tree() == trees


def test_an_approval_by_nobody_of_the_team_is_a_warning(project: Project) -> None:
    project.edit("alfa", "They are warm now.", "They are hot now.").approve(by="Mallory").build()
    found = [p for p in project.problems if p.code == "approved-by-stranger"]
    assert [(p.severity, p.at.path) for p in found] == [("warning", "content/approved/alfa/portal.json")]
    assert "approved-by-stranger" in {p.code for p in project.check()}


# ---- the scan --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("gate", "instead", "before", "after"),
    [
        ("seen", "own", "They are warm now.", "They are glowing hot and the bread is black."),
        ("seen_case", "own_case", "People drive for it from three towns.", "People fly in for it from far away."),
    ],
)  # fmt: skip
def test_held_back_text_is_looked_for_although_review_is_broken(
    project: Project, monkeypatch: pytest.MonkeyPatch, gate: str, instead: str, before: str, after: str
) -> None:
    monkeypatch.setattr(Shown, gate, property(lambda self: getattr(self, instead)))
    project.edit("alfa", before, after).build()
    assert project.outcome is not None
    assert not project.outcome.published
    assert {p.code for p in project.problems if p.severity == "leak"} == {"leak"}
    assert project.codes.count("leak") == len(project.codes)


@pytest.mark.parametrize("where", ["## Notes {.client}\n\n", "## Case {#case-study .public}\n\n"])
def test_a_house_phrase_that_waits_in_one_account_is_no_leak_in_another(project: Project, where: str) -> None:
    phrase = "Please send us all your comments by Friday noon.\n\n"
    other = ALFA.replace("Alfa Bakery", "Zulu Mills").replace("Bread people drive for", "Flour people want")
    other = other.replace(", link: files/menu.pdf", "").replace(" ![The oven](alfa/files/oven.png)", "")
    project.account("zulu", other.replace(where, where + phrase)).approve().build()
    project.edit("alfa", where, where + phrase).build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert "comments by Friday" in text(project.portal("zulu"))
    assert "comments by Friday" not in text(project.portal("alfa"))

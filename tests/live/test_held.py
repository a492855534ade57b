"""What the desk's pages say of what is held back, of approving it, and of telling the client."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from portalgen.live.approving import Done, Taken
from portalgen.live.desk import Approval, Desk, DeskAccount, Tab
from portalgen.live.pages import account_page, approve_page, desk_page, whole_page
from portalgen.views import HeldView
from tests.live.shop import KEY, account, desk, difference, held, late, letter_of, problem
from tests.live.test_desk import HOSTILE, Page

ROOT = Path("/work of/norte")
DRAFT = f"drafts/{KEY}/"
TWO = held("client", difference(), difference("text", place="updates", id="film", title="The film"))
BRISA = account(ROOT, held=(TWO, held("public")), draft=DRAFT, team=("Ana Ruiz", "Luis Vega"))
FIRST = held("client", approved_by=None, approved_on=None)
NEW = account(ROOT, held=(FIRST,), draft=DRAFT, portal="", no_portal="It waits.")
QUIET = account(ROOT, "casa-lumbre", portal="portals/another/")


def the_desk(made: Desk, **query: str) -> Page:
    return Page(desk_page(made, "run", query))


def the_account(one: DeskAccount, **query: str) -> Page:
    return Page(account_page(desk(ROOT, one), "run", one.id, query)[1])


def approving(
    made: Desk,
    taken: Taken | None = None,
    done: Done | None = None,
    *,
    token: str = "t0ken",
    dumb: bool = False,
) -> Page:
    letters = done.approval.letters if done else ()
    status, html = approve_page(
        made,
        "run",
        "brisa-foods",
        token=token,
        dumb=dumb,
        by="Ana Ruiz",
        taken=taken,
        done=done,
        letters=letters,
    )
    assert status == {"stale": 409, "old page": 403, "refused": 422}.get(taken.outcome if taken else "", 200)
    return Page(html)


# ---- the desk -------------------------------------------------------------------------------------


def test_an_account_is_marked_with_how_much_waits_for_whom() -> None:
    page = the_desk(desk(ROOT, BRISA, QUIET))
    assert "Held back: client 2, public 1" in page.text
    assert page.text.count("Held back:") == 1
    assert "/approve/brisa-foods/" in page.links
    assert "No account needs someone today 1 waits for approval" in page.text
    assert page.text.index("Only waits for approval 1") < page.text.index("All quiet 1")


def test_who_needs_somebody_for_another_reason_too_stays_with_the_urgent() -> None:
    page = the_desk(desk(ROOT, replace(BRISA, attention=(late(),)), QUIET))
    assert "Only waits for approval" not in page.text
    assert "was due from the client 4 days ago Held back: client 2" in page.text
    assert "1 of 2 accounts needs someone today 1 waits for approval" in page.text


def test_those_held_back_can_be_listed_alone_under_the_same_headline() -> None:
    page = the_desk(desk(ROOT, replace(QUIET, attention=(late(),)), BRISA), show="held")
    assert "1 of 2 accounts needs someone today" in page.text
    assert [found["id"] for found in page.of("tr") if "data-row" in found] == ["a-brisa-foods"]
    assert [found["href"] for found in page.of("a") if found.get("aria-current") == "true"] == ["/?show=held"]
    assert "/" in page.links


def test_where_nothing_is_held_back_nothing_is_said_of_it() -> None:
    assert "eld back" not in the_desk(desk(ROOT, QUIET)).text
    assert "approv" not in the_desk(desk(ROOT, QUIET)).text
    assert "Nothing is held back any more." in the_desk(desk(ROOT, QUIET), show="held").text


# ---- the tabs -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "tab", "said"),
    [
        (BRISA, "client", "2 changes are held back from the client."),
        (replace(BRISA, held=(held("client"),)), "client", "1 change is held back from the client."),
        (NEW, "client", "The client sees nothing until somebody approves it. Below is how it would be."),
        (BRISA, "public", "1 change is held back from the public."),
        (
            replace(BRISA, held=(held("public", approved_on=None),), case="", no_case="It waits."),
            "public",
            "The public sees nothing of it until somebody approves it.",
        ),
        (BRISA, "team", ""),
        (QUIET, "client", ""),
        (replace(BRISA, held=(held("public"),), draft=""), "client", ""),
    ],
)
def test_a_strip_says_what_is_held_back_from_the_tabs_readers(one: DeskAccount, tab: str, said: str) -> None:
    page = the_account(one, tab=tab)
    assert said in page.text
    assert ("eld back" in page.text or "until somebody" in page.text) == bool(said)
    ways = [f"/approve/{one.id}/#{'public' if tab == 'public' else 'client'}"] if said else []
    assert [link for link in page.links if link.startswith("/approve/")] == ways


@pytest.mark.parametrize(
    ("query", "source", "current"),
    [
        ({}, f"/portals/{KEY}/", "/accounts/brisa-foods/?tab=client"),
        ({"view": "draft"}, f"/{DRAFT}", "/accounts/brisa-foods/?tab=client&view=draft"),
        ({"view": "x"}, f"/portals/{KEY}/", "/accounts/brisa-foods/?tab=client"),
        (
            {"view": "draft", "page": "updates/#film"},
            f"/{DRAFT}updates/#film",
            "/accounts/brisa-foods/?tab=client&view=draft&page=updates/%23film",
        ),
        (
            {"view": "draft", "page": "/portals/another/"},
            f"/{DRAFT}",
            "/accounts/brisa-foods/?tab=client&view=draft",
        ),
    ],
)
def test_the_clients_tab_shows_the_portal_as_it_is_or_as_it_would_be(
    query: dict[str, str], source: str, current: str
) -> None:
    page = the_account(BRISA, tab="client", **query)
    assert [found["src"] for found in page.of("iframe")] == [source]
    both = [found for found in page.of("a") if "data-page" in found]
    assert [found["href"] for found in both if "aria-current" in found] == [current]
    assert [found["href"] for found in both] == [
        current.replace("&view=draft", ""),
        current.replace("&view=draft", "").replace("client", "client&view=draft"),
    ]


def test_what_was_never_approved_is_shown_as_it_would_be() -> None:
    page = the_account(NEW)
    assert [found["src"] for found in page.of("iframe")] == [f"/{DRAFT}"]
    assert page.of("iframe")[0]["title"] == "What the client would see"
    assert "data-view" not in page.of("body")[0]
    assert not [found for found in page.of("a") if "data-page" in found]


@pytest.mark.parametrize(
    ("one", "path", "address"),
    [
        (BRISA, f"/{DRAFT}updates/", "/accounts/brisa-foods/?tab=client&view=draft&page=updates/"),
        (BRISA, f"/portals/{KEY}/updates/", "/accounts/brisa-foods/?tab=client&page=updates/"),
        (NEW, f"/{DRAFT}updates/", "/accounts/brisa-foods/?tab=client&page=updates/"),
        (BRISA, "/drafts/old-key/", "/accounts/brisa-foods/?tab=client"),
    ],
)
def test_a_page_of_a_draft_has_one_place_on_the_desk(one: DeskAccount, path: str, address: str) -> None:
    assert desk(ROOT, one).where(path, "brisa-foods") == address


@pytest.mark.parametrize(
    ("tab", "changes", "draft", "home"),
    [
        ("client", {}, False, f"portals/{KEY}/"),
        ("client", {}, True, DRAFT),
        ("client", {"draft": ""}, True, f"portals/{KEY}/"),
        ("client", {"portal": ""}, False, DRAFT),
        ("client", {"portal": "", "draft": ""}, True, ""),
        ("team", {}, True, "internal/accounts/brisa-foods/"),
    ],
)
def test_a_tab_begins_where_there_is_something(
    tab: Tab, changes: dict[str, str], draft: bool, home: str
) -> None:
    assert account(ROOT, **({"draft": DRAFT} | changes)).home(tab, draft=draft) == home


def test_the_pages_of_all_have_no_strip() -> None:
    assert "held back" not in Page(whole_page(desk(ROOT, BRISA), "run", {"tab": "public"})).text


# ---- approving ------------------------------------------------------------------------------------


def test_each_audience_has_its_differences_who_approved_last_and_a_button() -> None:
    page = approving(desk(ROOT, BRISA))
    assert "3 changes of Brisa Foods wait for approval" in page.text
    assert page.text.count("Last approved by Luis Vega on Nov 12, 2026.") == 2
    assert page.text.index("Approve for the client") < page.text.index("Held back from the public")
    assert [(found["method"], found["action"]) for found in page.of("form")] == [
        ("post", "/approve/brisa-foods/")
    ] * 2
    fields = [(found.get("name"), found.get("value")) for found in page.of("input")]
    for one in BRISA.held:
        at = fields.index(("audience", one.audience))
        assert fields[at - 1] == ("token", "t0ken")
        assert fields[at + 1 : at + 3] == [("digest", one.digest), ("by", "Ana Ruiz")]
    assert [found["value"] for found in page.of("option")] == ["Ana Ruiz", "Luis Vega"]
    assert "/accounts/brisa-foods/?tab=client&view=draft" in page.links


@pytest.mark.parametrize(
    ("one", "said"),
    [
        (NEW, "Nothing approved yet: the client has no portal."),
        (
            replace(BRISA, held=(held("public", approved_on=None),)),
            "Nothing approved yet: there is no public case study.",
        ),
        (replace(BRISA, held=()), "Nothing of Brisa Foods waits for approval"),
    ],
)
def test_a_first_approval_and_none_are_told_apart(one: DeskAccount, said: str) -> None:
    assert said in approving(desk(ROOT, one)).text


@pytest.mark.parametrize(
    ("path", "severity", "blocked"),
    [
        ("content/accounts/brisa-foods.md", "error", True),
        ("content/accounts/brisa-foods/updates/2026-11-20-ads.md", "error", True),
        ("content/accounts/brisa-foods.md", "leak", False),
        ("content/accounts/casa-lumbre.md", "error", False),
        ("content/pages/index.md", "error", False),
    ],
)
def test_errors_of_its_own_files_are_shown_and_nothing_can_be_approved(
    path: str, severity: str, blocked: bool
) -> None:
    page = approving(desk(ROOT, BRISA, QUIET, problems=(problem(path, severity=severity),)))
    assert ("nobody knows what would be approved" in page.text) == blocked
    assert ["disabled" in found for found in page.of("button")] == [blocked] * 2
    assert ("unknown key" in page.text) == ("casa" not in path)


@pytest.mark.parametrize(
    ("taken", "said"),
    [
        (Taken("stale", "client", "Max"), "What waits has changed since this page was shown."),
        (Taken("old page", "client", "Max"), "The page was from an earlier start of portalgen serve."),
        (Taken("refused", "client", "Max", "Say who."), "Nothing was approved. Say who."),
    ],
)
def test_a_form_that_came_to_nothing_says_why_and_keeps_the_name(taken: Taken, said: str) -> None:
    page = approving(desk(ROOT, BRISA), taken)
    assert said in page.text
    assert page.by_id("taken")["role"] == "alert"
    assert page.by_id("by-client")["value"] == "Max"
    assert page.by_id("by-public")["value"] == "Ana Ruiz"


def test_after_an_approval_the_client_can_be_told() -> None:
    done = Done("Max", "d", Approval("client", (letter_of(BRISA, TWO, "Max"),), "Max is not in the team"))
    page = approving(desk(ROOT, replace(BRISA, held=())), done=done)
    assert "Approved for the client: Brisa Foods" in page.text
    assert "Max has approved it. The client sees it with the next release." in page.text
    assert "Warning Max is not in the team" in page.text
    assert "Nothing has been sent." in page.text
    assert page.by_id("mail-body")["lang"] == page.by_id("mail-subject")["lang"] == "es"
    assert "Hola, Marta" in page.text
    assert [link.partition("?")[0] for link in page.links if "mailto" in link] == [
        "mailto:marta@brisa.example"
    ]


def test_where_readers_have_a_link_each_there_is_a_mail_for_each() -> None:
    one = letter_of(BRISA, TWO, "Max")
    first = one.model_copy(update={"address": "https://clients.example/k3y/#k=first", "opening": "link"})
    rest = one.model_copy(update={"to": (), "opening": "theirs"})
    done = Done("Max", "d", Approval("client", (first, one, rest)))
    page = approving(desk(ROOT, replace(BRISA, held=())), done=done)
    assert [f"Tell the client {n}/3" in page.text for n in (1, 2, 3)] == [True] * 3
    assert page.text.count("Nothing has been sent.") == 1
    assert page.text.count("#k=first") == 1
    assert page.by_id("mail-body-2")["lang"] == page.by_id("mail-subject-3")["lang"] == "es"
    assert (
        "The other readers. Each has a link of their own; to see them, type: portalgen links brisa-foods"
        in page.text
    )
    assert len([link for link in page.links if link.startswith("mailto:")]) == 3


def test_after_an_approval_for_the_public_there_is_no_letter() -> None:
    page = approving(desk(ROOT, replace(BRISA, held=(TWO,))), done=Done("Max", "d", Approval("public")))
    assert "Approved for the public: Brisa Foods" in page.text
    assert "Tell the client" not in page.text
    assert "Approve for the client" in page.text


def test_the_pages_speak_the_desks_language() -> None:
    made = desk(ROOT, BRISA, language="es")
    assert "Retenido: cliente 2, público 1" in the_desk(made).text
    assert "3 cambios de Brisa Foods esperan aprobación" in approving(made).text
    assert "Aprobar para el cliente" in approving(made).text


def test_what_others_wrote_stays_text() -> None:
    texts = difference("text", title=HOSTILE, before=HOSTILE, after=HOSTILE * 2)
    bad: HeldView = held("client", texts, approved_by=HOSTILE, client=HOSTILE, digest=HOSTILE)
    one = account(ROOT, client=HOSTILE, title=HOSTILE, held=(bad,), draft=DRAFT, team=(HOSTILE,))
    done = Done(HOSTILE, "d", Approval("client", (letter_of(BRISA, TWO, "x"),), HOSTILE))
    for page in (
        approving(desk(ROOT, one), Taken("refused", "client", HOSTILE, HOSTILE)),
        approving(desk(ROOT, one), done=done),
        the_desk(desk(ROOT, one)),
        the_account(one, page=HOSTILE, view="draft"),
    ):
        assert all(set(found) == {"src", "defer"} for found in page.of("script"))
        assert page.of("img") == []
        assert not [n for _, found in page.tags for n in found if n.startswith("on") or n == "style"]
        assert all(link.startswith(("/", "#", "vscode://file/", "mailto:")) for link in page.links)

"""The letter to the client: what an account executive would send, and no word of what only the team says."""

from __future__ import annotations

import re
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.render.letter import LONGEST_MAILTO, Letter, letter
from portalgen.views import DifferenceView, LetterView
from tests.render import waiting
from tests.render.waiting import EVIL, difference, item


def view(*news: DifferenceView, **changed: object) -> LetterView:
    """A letter about these news."""
    values: dict[str, object] = {
        "language": "en", "agency": "Estudio Norte", "client": "Brisa Foods", "title": "Spring launch",
        "to": ("ana@brisafoods.example",), "greeted": ("Ana",), "sender": "Lucía Ferrer",
        "address": "https://clients.example/k3y/", "news": news, **changed,
    }  # fmt: skip
    return LetterView.model_validate(values)


def points(found: Letter) -> list[str]:
    """The lines of its lists."""
    return [line.removeprefix("- ") for line in found.body.split("\n") if line.startswith("- ")]


def opened(mailto: str) -> tuple[list[str], str, str]:
    """What a mail program makes of the address: to whom, the subject, the text."""
    match = re.fullmatch(r"mailto:([^?]*)\?subject=([^&]*)&body=([^&]*)", mailto)
    assert match
    to, subject, body = match.groups()
    return [unquote(one) for one in to.split(",") if one], unquote(subject), unquote(body)


# ---- as it is sent ----

ENGLISH = """\
Hello Ana and Carmen,

There is news about “Spring launch”:

- Changed: the update “First ads are live”
- Milestone “Small pack ready for print”: now expected on December 15, 2026
- Approved: “Media plan”
- New figures: “Cost per lead”
- Brought up to date: how we are doing
- Changed: what is in scope and what is not
- Changed: “How we work”
- Changed: the objective
- Changed: the file “plan.pdf”

And this is what we need from you:

- “Choose the label’s colour”, by November 27, 2026

You will find everything here:
https://clients.example/k3y/

If you have any questions, just reply to this mail.

Kind regards,
Lucía Ferrer
Estudio Norte"""
SPANISH = """\
Hola, Ana:

Hay novedades sobre «Spring launch»:

- Novedad: «Primeros anuncios»

Lo tenéis todo en vuestro portal.

Si tenéis cualquier duda, basta con responder a este correo.

Un saludo,
Estudio Norte"""


def test_a_whole_letter() -> None:
    found = letter(view(*waiting.CHANGES, greeted=("Ana", "Carmen")))
    assert found.subject == "Spring launch: what is new"
    assert found.body == ENGLISH


def test_a_letter_in_the_clients_language_without_sender_or_address() -> None:
    news = item("updates", "Primeros anuncios", text="Dos de tres.")
    found = letter(view(*news, language="es", sender="", address=""))
    assert (found.subject, found.body) == ("Spring launch: novedades", SPANISH)


def test_a_first_letter_says_that_the_portal_is_ready_and_what_is_needed() -> None:
    found = letter(view(*waiting.FIRST))
    assert "Your portal for “Spring launch” is ready." in found.body
    assert points(found) == ["“Fotos de la cocina”, by November 30, 2026"]


@pytest.mark.parametrize(
    ("language", "opening", "here", "key"),
    [
        ("en", "plain", "You will find everything here:", None),
        ("en", "link", "You will find everything here:", "whoever has it can open it."),
        ("en", "theirs", "it opens with the link or the passphrase that you have:", None),
        ("es", "plain", "Lo tenéis todo aquí:", None),
        ("es", "link", "Lo tenéis todo aquí:", "quien lo tenga puede abrirlo."),
        ("es", "theirs", "se abre con el enlace o la frase de acceso que ya tenéis:", None),
    ],
)
def test_the_portals_address_comes_with_how_it_opens(
    language: str, opening: str, here: str, key: str | None
) -> None:
    address = "https://clients.example/k3y/#k=w-Ny_1"
    found = letter(view(*item("updates", "Live"), language=language, opening=opening, address=address))
    body = found.body
    assert f"{here}\n{address}\n" in body
    assert ("whoever" in body or "quien lo tenga" in body) == (key is not None)
    assert key is None or f"{address}\n\n" in body.partition(key)[0]
    assert opened(found.mailto)[2] == body.replace("\n", "\r\n")


def test_a_letter_without_an_address_says_nothing_of_a_link() -> None:
    assert "link" not in letter(view(*item("updates", "Live"), address="", opening="theirs")).body


def test_without_anything_to_tell_it_says_that_the_portal_is_up_to_date() -> None:
    gone = [difference("milestones", f, "x", None, "Launch") for f in ("title", "forecast")]
    for found in (letter(view()), letter(view(*gone))):
        assert "We have brought your portal for “Spring launch” up to date." in found.body
        assert "Launch" not in found.body


def test_a_letter_of_needs_alone_asks_for_them() -> None:
    found = letter(view(*item("needs", "Send the logos")))
    assert "For “Spring launch” we need something from you:\n\n- “Send the logos”" in found.body


@pytest.mark.parametrize(
    ("language", "greeted", "found"),
    [
        ("en", (), "Hello,"),
        ("en", ("Ana",), "Hello Ana,"),
        ("en", ("Ana", "Ana", " "), "Hello Ana,"),
        ("en", ("Ana", "Inés", "Leo"), "Hello Ana, Inés, and Leo,"),
        ("en", ("Ana", "Bo", "Cy", "Di", "Ed"), "Hello everybody,"),
        ("es", (), "Hola:"),
        ("es", ("Ana", "Carmen"), "Hola, Ana y Carmen:"),
        ("es", ("Ana", "Inés"), "Hola, Ana e Inés:"),
        ("es", ("Ana", "Hilario"), "Hola, Ana e Hilario:"),
        ("es", ("Ana", "Hiedra"), "Hola, Ana y Hiedra:"),
        ("fi", ("Ana",), "Hello Ana,"),
    ],
)
def test_people_are_greeted_by_their_names(language: str, greeted: tuple[str, ...], found: str) -> None:
    assert letter(view(language=language, greeted=greeted)).body.split("\n")[0] == found


# ---- what is said of a change ----


@pytest.mark.parametrize(
    ("news", "found"),
    [
        (item("updates", "Live", text="x"), "New update: “Live”"),
        ([difference("updates", "text", "a", "b", "Live")], "Changed: the update “Live”"),
        (item("milestones", "Launch"), "New milestone: “Launch”"),
        (item("milestones", "Launch", baseline="2027-03-01"),
         "New milestone: “Launch”, planned for March 1, 2027"),
        (item("milestones", "Launch", baseline="2027-03-01", forecast="2027-03-02"),
         "New milestone: “Launch”, planned for March 2, 2027"),
        ([difference("milestones", "forecast", "2027-03-01", "2027-03-08", "Launch")],
         "Milestone “Launch”: now expected on March 8, 2027"),
        ([difference("milestones", "done", None, "2027-03-01", "Launch")],
         "Milestone reached: “Launch”, on March 1, 2027"),
        ([difference("milestones", "description", "a", "b", "Launch")], "Changed: the milestone “Launch”"),
        ([difference("milestones", "baseline", "2027-03-01", "2027-03-08", "Launch")],
         "Changed: the milestone “Launch”"),
        (item("deliverables", "Film", status="planned"), "New deliverable: “Film”"),
        ([difference("deliverables", "status", "planned", "ready", "Film")], "Ready for you: “Film”"),
        ([difference("deliverables", "status", "ready", "client_review", "Film")], "For your review: “Film”"),
        ([difference("deliverables", "status", "ready", "approved", "Film")], "Approved: “Film”"),
        ([difference("deliverables", "due", None, "2027-03-01", "Film")],
         "“Film”: now planned for March 1, 2027"),
        ([difference("deliverables", "version", "1", "2", "Film")], "Changed: “Film”"),
        ([difference("needs", "done", None, "2027-03-01", "Logos")], "Received, thank you: “Logos”"),
        ([difference("needs", "due", None, "2027-03-01", "Logos")], "“Logos”: now by March 1, 2027"),
        ([difference("needs", "owner", "Ana", "Leo", "Logos")], "Changed: “Logos”"),
        (item("kpis", "Leads", unit="€"), "New figures: “Leads”"),
        ([difference("kpis", "readings", "a", "b", "Leads")], "New figures: “Leads”"),
        ([difference("kpis", "source", "a", "b", "Leads")], "Changed: the figures for “Leads”"),
        (item("decisions", "Go"), "New decision: “Go”"),
        ([difference("decisions", "context", "a", "b", "Go")], "Changed: the decision “Go”"),
        (item("change_requests", "Pack", decision="pending"), "New change request: “Pack”"),
        (item("change_requests", "Pack", decision="approved"), "Change request approved: “Pack”"),
        ([difference("change_requests", "decision", "pending", "rejected", "Pack")],
         "Change request declined: “Pack”"),
        ([difference("change_requests", "decision", "pending", "deferred", "Pack")],
         "Change request put off: “Pack”"),
        ([difference("change_requests", "decision", "pending", "withdrawn", "Pack")],
         "Change request withdrawn: “Pack”"),
        ([difference("change_requests", "cost", "1", "2", "Pack")], "Changed: the change request “Pack”"),
        (item("tactics", "Recipes", rationale="x"), "A suggestion of ours: “Recipes”"),
        ([difference("tactics", "status", "proposed", "accepted", "Recipes")],
         "Changed: our suggestion “Recipes”"),
        (item("sections", "How we work", text="x"), "New in your portal: “How we work”"),
        (item("team", "Pau Rius"), "New in our team: Pau Rius"),
        ([difference("team", "phone", "1", "2", "Pau Rius")], "Changed: our team"),
        ([difference("health", "overall", "on_track", "at_risk")], "We are at risk."),
        ([difference("health", "as_of", "2026-11-01", "2026-11-20")], "Brought up to date: how we are doing"),
        ([difference("raci", "accountable", "Ana", "Leo", "Copy")], "Changed: who does what"),
        ([difference("contacts", "role", None, "sponsor", "Ana")], "Changed: the people on your side"),
        ([difference("commercials", "hours_used", "1", "2")], "Brought up to date: the hours used"),
        ([difference("case_study", "summary", "a", "b")], "Changed: what we publish about you"),
        ([difference("case_study.kpis", "name", None, "Leads", "Leads")],
         "Changed: what we publish about you"),
        ([difference("", "end", "2027-03-01", "2027-03-08")], "The end is now planned for March 8, 2027"),
        ([difference("", "services", "a", "b")], "Changed: some facts about the project"),
        ([difference("client", "legal_name", "a", "b")], "Changed: some facts about the project"),
        ([difference("something_later", "text", "a", "b")], "Changed: some facts about the project"),
    ],
)  # fmt: skip
def test_each_change_is_a_line_in_words_that_a_client_uses(news: list[DifferenceView], found: str) -> None:
    assert points(letter(view(*news))) == [found]


@pytest.mark.parametrize("place", ["expectations", "risks", "market_studies"])
def test_what_only_the_team_has_a_name_for_is_not_named(place: str) -> None:
    found = letter(view(*item(place, "Sales promised television", text="We see to it.")))
    assert "television" not in found.body
    assert len(points(found)) == 1


def test_a_file_that_came_with_what_shows_it_is_not_told() -> None:
    new = difference("files", "content", None, "2100 B, aa", "files/plan.pdf")
    assert points(letter(view(new, *item("updates", "Live", text="x")))) == ["New update: “Live”"]


def test_the_same_line_is_said_once() -> None:
    news = [difference("", f, "a", "b") for f in ("services", "region")] + [
        difference("client", "website", "a", "b")
    ]
    assert points(letter(view(*news))) == ["Changed: some facts about the project"]


def test_what_a_client_asks_about_first_comes_first() -> None:
    news = [
        *item("team", "Pau"),
        *item("decisions", "Go"),
        *item("milestones", "Launch"),
        *item("updates", "Live", text="x"),
    ]
    assert points(letter(view(*news))) == [
        "New update: “Live”", "New milestone: “Launch”", "New decision: “Go”", "New in our team: Pau",
    ]  # fmt: skip


# ---- as an address ----


def test_a_mail_program_is_told_the_same_letter() -> None:
    found = letter(view(*waiting.CHANGES, to=("ana@brisafoods.example", "leo+1@brisafoods.example")))
    to, subject, body = opened(found.mailto)
    assert to == ["ana@brisafoods.example", "leo+1@brisafoods.example"]
    assert subject == found.subject
    assert body == found.body.replace("\n", "\r\n")


def test_the_address_holds_what_rfc_6068_allows() -> None:
    odd = (
        "a&b=?c@x.example",
        "a,b@x.example",
        "no address",
        "ana@x.example\r\nBcc: all@x.example",
        "é@\ud800",
    )
    found = letter(view(*waiting.CHANGES, to=odd, title=EVIL, greeted=("&cc=x",)))
    assert re.fullmatch(r"mailto:[\w.%@,+-]*\?subject=[\w.%~-]*&body=[\w.%~-]*", found.mailto, re.ASCII)
    assert opened(found.mailto)[0] == ["a&b=?c@x.example", "a,b@x.example"]
    assert found.mailto.count("&") == 1


def test_a_long_letter_is_cut_to_the_lines_that_fit_and_the_body_is_whole() -> None:
    updates = [one for n in range(60) for one in item("updates", f"Update number {n}", text="x")]
    found = letter(view(*updates, *item("needs", "Send the logos", due="2026-11-27")))
    assert len(points(found)) == 61
    assert "thing more" not in found.body
    *_, body = opened(found.mailto)
    kept = body.count("\r\n- ")
    assert 3 < kept < 61
    assert f"And {61 - kept} things more." in body
    assert "Send the logos" in body  # what they have to do is never among what is left out
    assert body.endswith("Lucía Ferrer\r\nEstudio Norte")
    assert LONGEST_MAILTO - 120 < len(found.mailto) <= LONGEST_MAILTO


TEXT = st.text(max_size=3000)


@settings(max_examples=60, deadline=None)
@given(TEXT, TEXT, st.lists(st.emails(), max_size=60), st.lists(TEXT, max_size=5))
def test_the_address_is_never_too_long(title: str, address: str, to: list[str], titles: list[str]) -> None:
    news = [one for t in titles for one in item("updates", t, text="x")]
    found = letter(view(*news, title=title, address=address, to=tuple(to), greeted=tuple(titles)))
    assert len(found.mailto) <= LONGEST_MAILTO
    assert opened(found.mailto)[0] == list(dict.fromkeys(to))[: len(opened(found.mailto)[0])]


def test_no_text_brings_a_line_or_a_control_character_of_its_own() -> None:
    found = letter(view(*item("updates", f"a\n\nb {EVIL}", text="x"), title=f"x\r\nBcc: y {EVIL}"))
    assert len(points(found)) == 1
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", found.subject + found.body)
    assert "\n" not in found.subject


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_word_of_the_teams_own_is_in_it(language: str) -> None:
    news = (*waiting.CHANGES, *item("expectations", "Quiet promise", agreed_wording="x"))
    text = letter(view(*news, language=language)).body.lower()
    for word in ("held back", "retenid", "approv", "portalgen", "review", "audience", "_", "quiet promise"):
        assert word not in text.replace("approved: “media plan”", ""), word

"""The page of what waits for approval: every difference, marked with more than colour, and no markup of authors."""

from __future__ import annotations

import re

import html5lib
import pytest

from portalgen.render import internal
from portalgen.render.differences import drawn, items
from portalgen.render.environment import say
from portalgen.render.memo import Memo
from portalgen.render.words import LABELS, PLACES, WORDS
from portalgen.views import DifferenceView, HeldView, PortfolioView
from tests.render import waiting
from tests.render.waiting import EVIL, difference, held, portfolio, row


def page(view: PortfolioView, memo: Memo | None = None) -> str:
    made = internal.wanted(view, waiting.no_references(view.language), {}, memo)
    return made["review/index.html"]().body.decode()


def text_of(html: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", html)).strip()


def changes(*differences: DifferenceView, view: HeldView | None = None) -> str:
    return str(drawn(view or held("a", *differences), "en"))


# ---- the page ----


@pytest.mark.parametrize(
    ("view", "found"),
    [
        (portfolio(review=()), "no review is switched on in the settings"),
        (portfolio(row("a", "A"), review=("client", "public")), "Clients and the public see what the accounts say now."),
        (portfolio(review=("client",)), "case studies are published without"),
        (portfolio(review=("public",)), "clients' portals are published without"),
    ],
)  # fmt: skip
def test_it_says_whether_nothing_waits_or_nothing_is_reviewed(view: PortfolioView, found: str) -> None:
    assert found.replace("'", "&#39;") in page(view) or found in page(view)
    assert ("Nothing is held back" in page(view)) == (view.review == ())
    assert ("Everything is approved" in page(view)) == (view.review != ())


def test_the_accounts_that_wait_stand_under_their_ids_and_the_others_nowhere() -> None:
    html = page(portfolio(*waiting.WAITING))
    assert "2 accounts wait for approval" in html
    assert re.findall(r'<section class="held" id="([^"]+)"', html) == ["brisa-foods", "casa-lumbre"]
    assert re.findall(r'<a class="chip" href="#([^"]+)">', html) == ["brisa-foods", "casa-lumbre"]
    assert "Tinta Books" not in html


@pytest.mark.parametrize(
    ("view", "heading", "since"),
    [
        (waiting.BRISA, "The client's portal", "Last approved by Lucía Ferrer on Nov 18, 2026."),
        (waiting.BRISA_CASE, "The public case study", "Last approved on Nov 18, 2026."),
        (waiting.LUMBRE, "The client's portal", "Nothing approved yet: the client has no portal."),
        (held("x", *waiting.CASE, audience="public", on=None), "The public case study",
         "Nothing approved yet: there is no public case study."),
    ],
)  # fmt: skip
def test_each_says_whose_view_waits_since_when_and_what_to_type(
    view: HeldView, heading: str, since: str
) -> None:
    html = page(portfolio(row(view.account, "A", view)))
    assert f"<h3>{heading}</h3>" in html
    assert since in html
    assert f"<code>portalgen approve {view.account} --audience {view.audience}</code>" in html


@pytest.mark.parametrize("language", ["en", "es", "fi"])
def test_the_page_is_well_formed_in_every_language(language: str) -> None:
    odd = held(
        "odd",
        *(
            difference(p, f, EVIL, f"{EVIL} {EVIL}", EVIL)
            for p in ("updates", "x.y", "")
            for f in ("text", "a.b")
        ),
    )
    html = page(portfolio(*waiting.WAITING, row("odd", EVIL, odd, ae=EVIL), language=language))
    html5lib.HTMLParser(strict=True).parse(re.sub(r"[\x00-\x08\x0e-\x1f]", "", html))
    assert "<script>window" not in html
    assert "style=" not in html


def test_only_the_accounts_that_wait_are_drawn_and_only_when_they_change(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn_now: list[str] = []
    make = internal.differences.waiting

    def counted(language: str, one: object) -> object:
        drawn_now.append(one.id)  # type: ignore[attr-defined]
        return make(language, one)  # type: ignore[arg-type]

    monkeypatch.setattr(internal.differences, "waiting", counted)
    memo = Memo()
    first = page(portfolio(*waiting.WAITING), memo)
    assert drawn_now == ["brisa-foods", "casa-lumbre"]
    assert page(portfolio(*waiting.WAITING), memo) == first
    assert len(drawn_now) == 2
    brisa, *others = waiting.WAITING
    page(portfolio(brisa.model_copy(), *others), memo)
    assert drawn_now[2:] == ["brisa-foods"]


# ---- the differences ----


def test_a_changed_word_is_struck_on_one_side_and_underlined_on_the_other() -> None:
    html = changes(difference("updates", "text", "Live on Tuesday.", "Live on Friday.", "Live"))
    assert '<div class="text">Live on <del>Tuesday</del>.</div>' in html
    assert '<div class="text">Live on <ins>Friday</ins>.</div>' in html
    assert "The client sees now" in html
    assert html.count("After approval") == 2  # above the columns, and for those who read one after the other


@pytest.mark.parametrize(
    ("change", "heading", "was", "will"),
    [
        (difference("milestones", "forecast", "2026-12-11", "2026-12-15", "Launch"),
         "Milestone “Launch”: forecast", "Dec 11, 2026", "Dec 15, 2026"),
        (difference("deliverables", "status", "planned", "in_progress", "Film", choice=True),
         "Deliverable “Film”: status", "Planned", "In progress"),
        (difference("change_requests", "cost", "1800", "2800.50", "Pack"),
         "Change request “Pack”: cost", "1,800", "2,800.50"),
        (difference("kpis", "baseline.date", "2026-01-02", "2026-01-03", "Leads"),
         "KPI “Leads”: baseline, date", "Jan 2, 2026", "Jan 3, 2026"),
        (difference("deliverables", "version", "2026-11-20", "2026-11-21", "Film"),
         "Deliverable “Film”: version", "2026-11-20", "2026-11-21"),
        (difference("deliverables", "version", "1.20", "1.30", "Film"),
         "Deliverable “Film”: version", "1.20", "1.30"),
    ],
)  # fmt: skip
def test_days_numbers_and_words_differ_as_a_whole_and_as_the_reader_writes_them(
    change: DifferenceView, heading: str, was: str, will: str
) -> None:
    html = changes(change)
    assert re.findall(r"<h4>(.*?)</h4>", html) == [heading]
    assert f"<del>{was}</del>" in html
    assert f"<ins>{will}</ins>" in html


def test_a_long_text_shows_what_is_around_the_change_and_the_rest_on_demand() -> None:
    html = changes(difference("updates", "text", waiting.STORY, waiting.CHANGED, "Live"))
    shown, _, whole = html.partition("<details>")
    assert "Nobody mentions the price" not in shown
    assert whole.count("Nobody mentions the price") == 2
    assert "<del>Tuesday, 24 November</del>" in shown


def test_a_short_text_is_shown_whole() -> None:
    assert "<details>" not in changes(difference("updates", "text", "One two.", "One three.", "Live"))


def test_a_new_thing_has_no_second_column_and_is_said_to_be_new() -> None:
    html = changes(*waiting.item("needs", "Send the logos", due="2026-11-27", owner="Ana Ruiz"))
    assert '<li class="diff added"><h4>Need “Send the logos” <span class="new">new</span></h4>' in html
    assert '<dt>due</dt><dd class="text">Nov 27, 2026</dd>' in html
    assert "<ins>" not in html


def test_a_field_that_is_filled_makes_no_new_thing() -> None:
    html = changes(difference("milestones", "forecast", None, "2026-12-15", "Launch"))
    assert "<h4>Milestone “Launch”: forecast</h4>" in html
    assert "nothing yet" in html
    assert "<ins>Dec 15, 2026</ins>" in html


def test_a_first_approval_is_plain_text() -> None:
    html = str(drawn(waiting.LUMBRE, "en"))
    assert not re.search(r"<ins>|<del>|class=\"(sides|new)|added", html)
    assert text_of(html).endswith("Section “En pocas palabras” Una carta corta y una noche al mes.")
    assert "Update “Hemos empezado”" in html


@pytest.mark.parametrize(("things", "folded"), [(12, False), (13, True)])
def test_a_long_first_approval_opens_on_demand(things: int, folded: bool) -> None:
    titles = (waiting.item("updates", f"Update {n}", text="x") for n in range(things))
    html = page(portfolio(row("a", "A", held("a", *(d for found in titles for d in found), on=None))))
    assert (f"Show all {things} things that would be seen" in html) == folded
    assert html.count("<h4>Update “Update ") == things


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ([difference("milestones", f, "x", None, "Launch") for f in ("title", "forecast")],
         '<li class="diff removed"><h4>Milestone “Launch” <span class="tag">withdrawn already</span></h4>'),
        ([difference("milestones", "description", "At noon.", None, "Launch")], "<h4>Milestone “Launch”: description</h4>"),
        ([difference("", "objective", "More.", None)], "<h4>Objective</h4>"),
        ([difference("files", "content", "1 B, a", None, "files/a.pdf")], "<h4>File “files/a.pdf” <span"),
    ],
)  # fmt: skip
def test_what_is_gone_is_said_to_be_withdrawn_already(change: list[DifferenceView], found: str) -> None:
    html = changes(*change)
    assert found in html
    assert html.count("withdrawn already") == 1


@pytest.mark.parametrize(
    ("before", "after", "field", "found"),
    [
        ("a b", "a\nb", "text", "Only blanks or line breaks differ."),
        ("52340 B, aa", "52377 B, bb", "content", "Its content has changed."),
    ],
)
def test_where_no_word_differs_it_says_what_does(before: str, after: str, field: str, found: str) -> None:
    html = changes(difference("files" if field == "content" else "sections", field, before, after, "A"))
    assert found in html
    assert "<del>" not in html


def test_the_text_of_an_author_stands_as_written() -> None:
    html = changes(difference("updates", "text", "a\n\n- <b>b</b>\n  c", "a\n\n- <b>b</b>\n  d", "Live"))
    assert '<div class="text">a\n\n- &lt;b&gt;b&lt;/b&gt;\n  <del>c</del></div>' in html


def test_things_are_told_once_with_all_their_fields_in_the_views_order() -> None:
    found = items(waiting.CHANGES, "en")
    assert [one.heading for one in found] == [
        "Milestone “Small pack ready for print”: forecast",
        "Need “Choose the label’s colour”",
        "Deliverable “Media plan”",
        "KPI “Cost per lead”: readings",
        "Health: rationale",
        "Objective",
        "Scope: in scope",
        "Update “First ads are live”",
        "Section “How we work”",
        "File “files/plan.pdf”: size",
        "Milestone “Final report”",
    ]
    assert [field.label for field in found[2].fields] == ["status", "approved on"]


def test_readings_are_written_as_days_and_numbers() -> None:
    (found,) = items([difference("kpis", "readings", "2026-10-01: 1110.5\n7", "odd: 1", "Leads")], "es")
    assert found.fields[0].before == "1 oct 2026: 1110,5\n7"
    assert found.fields[0].after == "odd: 1"


def test_every_place_and_label_is_translated() -> None:
    t = say("es")
    words = [WORDS[key] for key in PLACES.values()] + [LABELS["content"]]
    assert [word for word in words if t(word) == word] == []

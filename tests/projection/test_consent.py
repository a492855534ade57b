"""Consent: whether a case is public on a day, why not, and what a missing scope leaves out and reports."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any, get_args

import pytest

from portalgen import project
from portalgen.account import Account
from portalgen.project import English
from portalgen.settings import Settings
from portalgen.views import CaseState, CaseStudyView, files_of
from portalgen.vocabulary import Attribution, Audience, ConsentChannel, ConsentScope, ConsentStatus

EXPIRES = date(2027, 9, 1)
DAY = timedelta(days=1)
SCOPES: tuple[ConsentScope, ...] = get_args(ConsentScope)
SETTINGS = Settings(
    root=Path("/x"), file=Path("/x/mkdocs.yml"), site_name="Estudio Norte", docs_dir=Path("/x/pages"),
    accounts=Path("/x/accounts"), approved=Path("/x/approved"), output=Path("/x/site"),
)  # fmt: skip


def account(
    status: ConsentStatus = "granted",
    attribution: Attribution = "named",
    scopes: tuple[ConsentScope, ...] = SCOPES,
    channels: tuple[ConsentChannel, ...] = ("website",),
    expires_on: date | None = None,
    **case: Any,
) -> Account:
    """An account with something for every scope."""
    consent = {"status": status, "scopes": scopes, "channels": channels, "expires_on": expires_on}
    story = "We made posters. ![A poster](files/poster.png) See the [plan](files/plan.pdf)."
    links = (("files/poster.png", "files/poster.png"), ("files/plan.pdf", "files/plan.pdf"))
    stretch = {"text": story, "audience": Audience.PUBLIC, "line": 1, "links": links}
    section = {"id": "case-study", "title": "Case", "audience": Audience.PUBLIC, "stretches": [stretch],
               "file": "brisa.md", "line": 1}  # fmt: skip
    figures = {
        "baseline": {"value": "10", "date": "2026-01-01"},
        "readings": [{"value": "5", "date": "2026-06-01"}],
    }
    return Account.model_validate(
        {
            "id": "brisa",
            "client": {"name": "Brisa", "descriptor": "a food brand", "logo": "files/logo.png"},
            "title": "Spring launch",
            "industry": "Food",
            "kpis": [
                {"id": "leads", "name": "Leads", "audience": "public", **figures},
                {"id": "reach", "name": "Reach", "audience": "public", **figures},
                {"id": "stock", "name": "Stock", **figures},
            ],
            "case_study": {
                "attribution": attribution,
                "title": "A launch that sold out",
                "summary": "Sold out by noon.",
                "headline_kpi": "leads",
                "kpis": ["leads", "reach", "stock"],
                "quote": {"text": "We ran out.", "by": "Ana Ruiz", "role": "CMO"},
                "image": "files/shelf.png",
                "image_alt": "A shelf",
                "consent": consent,
                **case,
            },
            "sections": [section],
            "files": [
                {"path": f"files/{name}", "sha256": "0" * 64, "size": 1}
                for name in ("logo.png", "shelf.png", "poster.png", "plan.pdf")
            ],
        }
    )  # fmt: skip


def state(one: Account, today: date = EXPIRES) -> CaseState:
    """What the team reads of the case."""
    return project.case_state(one, SETTINGS, today, English(), shown=project.case_facts(one))


def study(one: Account, today: date = EXPIRES) -> CaseStudyView | None:
    """What prospects see."""
    facts = project.case_facts(one)
    public = not project.why_not_public(one, today, English())
    return project.case_view(facts, SETTINGS) if facts and public else None


# ---- whether ----------------------------------------------------------------------------------------

CHANNELS: tuple[tuple[ConsentChannel, ...], ...] = (
    (), ("website",), ("sales_deck",), ("social",), ("press",), ("website", "sales_deck", "social", "press"),
)  # fmt: skip
DATES = [(None, EXPIRES), *((EXPIRES, EXPIRES + n * DAY) for n in (-1, 0, 1))]
WITHOUT = [SCOPES, *(tuple(s for s in SCOPES if s != one) for one in SCOPES), ()]


@pytest.mark.parametrize("attribution", get_args(Attribution))
@pytest.mark.parametrize("status", get_args(ConsentStatus))
def test_a_case_is_public_only_where_everything_agrees(
    status: ConsentStatus, attribution: Attribution
) -> None:
    wrong = []
    for scopes, channels, (expires, today) in product(WITHOUT, CHANNELS, DATES):
        one = account(status, attribution, scopes, channels, expires)
        agreed = (
            status == "granted"
            and attribution != "internal_only"
            and "website" in channels
            and (expires is None or today <= expires)
            and (attribution != "named" or "name" in scopes)
        )
        found = state(one, today)
        if not (found.public == agreed == (study(one, today) is not None) and bool(found.why) != agreed):
            wrong.append((scopes, channels, expires, today))
    assert wrong == []


WHY: list[tuple[str, dict[str, Any], str]] = [
    ("for the team only", {"attribution": "internal_only"}, "It is for the team only."),
    ("for the team only, whatever the consent", {"attribution": "internal_only", "status": "revoked"}, "It is for the team only."),
    ("not asked", {"status": "none"}, "The client has not been asked for consent."),
    ("asked", {"status": "requested"}, "The client has been asked for consent and has not answered."),
    ("withdrawn", {"status": "revoked"}, "The client has withdrawn consent."),
    ("withdrawn and expired", {"status": "revoked", "expires_on": EXPIRES - DAY}, "The client has withdrawn consent."),
    ("another channel", {"channels": ("sales_deck",)}, "The consent does not cover the website."),
    ("no channel", {"channels": ()}, "The consent does not cover the website."),
    ("expired", {"expires_on": EXPIRES - DAY}, "The consent has expired."),
    ("no name", {"scopes": ("logo",)}, "The consent does not cover the client's name."),
    ("no title", {"title": None}, "It has no title."),
    ("the last day", {"expires_on": EXPIRES}, ""),
    ("the day before the last", {"expires_on": EXPIRES + DAY}, ""),
    ("anonymised without the name", {"attribution": "anonymised", "scopes": ()}, ""),
]  # fmt: skip


@pytest.mark.parametrize(("values", "why"), [w[1:] for w in WHY], ids=[w[0] for w in WHY])
def test_why_a_case_is_not_public_is_one_sentence(values: dict[str, Any], why: str) -> None:
    assert state(account(**values)).why == why


def test_an_anonymised_case_wants_a_descriptor() -> None:
    one = account(attribution="anonymised")
    bare = one.model_copy(update={"client": one.client.model_copy(update={"descriptor": None})})
    assert (
        state(bare).why == "It is anonymised, and the client has no descriptor to show instead of the name."
    )
    assert study(bare) is None


def test_a_case_that_nobody_approved_is_not_public() -> None:
    found = project.case_state(account(), SETTINGS, EXPIRES, English(), shown=None)
    assert (found.public, found.why, found.case) == (False, "It has not been approved yet.", None)


# ---- what ---------------------------------------------------------------------------------------------


def shown_story(view: CaseStudyView) -> bool:
    """Whether images of the story are drawn, and published."""
    assert view.story is not None
    return view.story.images and "files/poster.png" in {f.path for _, f in view.story.files}


PARTS: dict[str, Callable[[CaseStudyView], bool]] = {
    "quote": lambda v: v.quote is not None,
    "results": lambda v: bool(v.results),
    "headline": lambda v: v.headline is not None,
    "logo": lambda v: v.logo is not None,
    "image": lambda v: v.image is not None,
    "story's images": shown_story,
}
LOST: dict[ConsentScope, set[str]] = {
    "quote": {"quote"},
    "metrics": {"results", "headline"},
    "logo": {"logo"},
    "imagery": {"image", "story's images"},
}


@pytest.mark.parametrize("scope", LOST)
def test_a_scope_that_is_missing_leaves_its_part_out_and_no_other(scope: ConsentScope) -> None:
    view = study(account(scopes=tuple(s for s in SCOPES if s != scope)))
    assert view is not None
    assert {part for part, stands in PARTS.items() if not stands(view)} == LOST[scope]


@pytest.mark.parametrize("scope", LOST)
def test_what_a_missing_scope_leaves_out_is_reported(scope: ConsentScope) -> None:
    assert state(account(scopes=tuple(s for s in SCOPES if s != scope))).left_out == (scope,)


def test_with_every_scope_nothing_is_left_out() -> None:
    view = study(account())
    assert view is not None
    assert [part for part, stands in PARTS.items() if not stands(view)] == []
    assert state(account()).left_out == ()
    assert sorted(files_of(view)) == [
        "files/logo.png",
        "files/plan.pdf",
        "files/poster.png",
        "files/shelf.png",
    ]


NOTHING_TO_LEAVE: list[tuple[ConsentScope, dict[str, Any]]] = [
    ("quote", {"quote": None}),
    ("quote", {"quote": {"by": "Ana Ruiz"}}),
    ("metrics", {"headline_kpi": None, "kpis": ()}),
]


@pytest.mark.parametrize(("scope", "case"), NOTHING_TO_LEAVE)
def test_a_missing_scope_that_leaves_nothing_out_is_not_reported(
    scope: ConsentScope, case: dict[str, Any]
) -> None:
    assert state(account(scopes=tuple(s for s in SCOPES if s != scope), **case)).left_out == ()


def test_what_is_left_out_is_reported_in_the_order_in_which_it_is_read() -> None:
    assert state(account(scopes=("name",))).left_out == ("quote", "metrics", "logo", "imagery")


def test_nothing_is_reported_of_a_case_that_is_not_public() -> None:
    assert state(account(scopes=("name",), status="requested")).left_out == ()


def test_images_of_the_story_are_no_file_of_a_case_without_imagery() -> None:
    view = study(account(scopes=("name", "logo")))
    assert view is not None
    assert sorted(files_of(view)) == ["files/logo.png", "files/plan.pdf"]


def test_a_kpi_enters_only_if_it_is_listed_and_says_public_itself() -> None:
    view = study(account())
    assert view is not None
    assert [k.id for k in view.results] == ["leads", "reach"]
    fewer = study(account(kpis=("reach", "stock"), headline_kpi=None))
    assert fewer is not None
    assert [k.id for k in fewer.results] == ["reach"]


# ---- anonymised -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("scopes", WITHOUT, ids=["all", *(f"no {s}" for s in SCOPES), "none"])
def test_an_anonymised_case_never_has_what_tells_who_it_is(scopes: tuple[ConsentScope, ...]) -> None:
    view = study(account(attribution="anonymised", scopes=scopes))
    assert view is not None
    assert (view.client, view.anonymised) == ("a food brand", True)
    assert (view.logo, view.image, view.start, view.end) == (None, None, None, None)
    assert files_of(view) == {}
    assert view.story is not None
    assert (view.story.images, view.story.links) == (False, False)
    assert (view.quote is not None) == ("quote" in scopes)
    assert view.quote is None or (view.quote.by, view.quote.role) == (None, None)
    assert "Brisa" not in view.model_dump_json()


def test_an_anonymised_case_has_changes_in_per_cent_and_no_figures() -> None:
    view = study(account(attribution="anonymised"))
    assert view is not None
    assert [(k.id, k.change) for k in view.results] == [
        ("leads", Decimal("-5E+1")),
        ("reach", Decimal("-5E+1")),
    ]
    assert [k for k in view.results if k.baseline or k.target or k.actual or k.readings or k.unit] == []
    assert view.updated == date(2026, 1, 1)  # the year alone


def test_an_anonymised_case_does_not_report_what_it_always_drops() -> None:
    assert state(account(attribution="anonymised", scopes=())).left_out == ("quote", "metrics")


# ---- other channels -----------------------------------------------------------------------------------

SHEETS: list[tuple[str, dict[str, Any], bool]] = [
    ("the deck without the website", {"channels": ("sales_deck",)}, True),
    ("social without the website", {"channels": ("social",)}, True),
    ("no channel", {"channels": ()}, False),
    ("asked", {"status": "requested", "channels": ("sales_deck",)}, False),
    ("withdrawn", {"status": "revoked", "channels": ("sales_deck",)}, False),
    ("the last day", {"channels": ("sales_deck",), "expires_on": EXPIRES}, True),
    ("expired", {"channels": ("sales_deck",), "expires_on": EXPIRES - DAY}, False),
    ("no name", {"channels": ("sales_deck",), "scopes": ("quote",)}, False),
    ("anonymised", {"channels": ("sales_deck",), "scopes": (), "attribution": "anonymised"}, True),
    ("for the team only", {"channels": ("sales_deck",), "attribution": "internal_only"}, False),
]  # fmt: skip


@pytest.mark.parametrize(("values", "there"), [s[1:] for s in SHEETS], ids=[s[0] for s in SHEETS])
def test_sales_have_a_sheet_for_every_channel_that_is_consented_to(
    values: dict[str, Any], *, there: bool
) -> None:
    assert (state(account(**values)).case is not None) == there


def test_a_sheet_has_no_more_than_its_scopes() -> None:
    sheet = state(account(channels=("sales_deck",), scopes=("name", "metrics"))).case
    assert sheet is not None
    assert {part for part, stands in PARTS.items() if stands(sheet)} == {"results", "headline"}

"""What the pages over all accounts say of one account, or of one event: HTML, JSON, CSV, iCalendar.

Owns these pieces and their formats; `internal` joins them and keeps them from one build to the next.
Therefore each is made by a pure function that is given all it looks at.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple, get_args

from markupsafe import Markup

from portalgen.clock import shifted
from portalgen.render import charts
from portalgen.render.calendars import Entry, event
from portalgen.render.environment import environment, say
from portalgen.views import CaseState, EventView, HeldView, PortfolioRow
from portalgen.vocabulary import ConsentChannel

DAYS = 30
"""How far the dashboard looks ahead."""
CHANNELS = get_args(ConsentChannel)
FACETS = ("ae", "pm", "health", "service", "lifecycle")
SORTED = ("account", "health", "next", "update", "needs", "changes", "expectations", "consent", "people")
"""The columns of the dashboard that it may be sorted by, as `sort_keys` orders them."""
_WORST = ("off_track", "at_risk", "on_hold", "on_track", "complete")
_AGREED = ("granted", "requested", "revoked")


class Placed(NamedTuple):
    """An event as all calendars of the team have it: its place in one, its lines, whose it is."""

    place: tuple[date, str]
    lines: bytes
    owners: tuple[str, ...]


_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_HEAD = (
    *("id", "client", "title", "lifecycle", "account_executive", "project_manager", "health_claimed"),
    *("health_as_of", "data_says", "attention", "next_date", "next_title", "last_update", "open_needs"),
    *("open_change_requests", "open_expectations", "slip_days", "portal", "case_study_public"),
    *("case_study_why", "held_back"),
)


# ---- HTML -----------------------------------------------------------------------------------------


def account(language: str, as_of: date, row: PortfolioRow, portal: str | None) -> Markup:
    """An account's row on the dashboard. `portal` is its portal's folder, where it has one."""
    found = {facet: json.dumps(v, ensure_ascii=False) for facet, v in facets(row).items()}
    late = charts.slip_words(row.slip_days, language) if (row.slip_days or 0) > 0 else ""
    keys = json.dumps(sort_keys(row), ensure_ascii=False, separators=(",", ":"))
    return _macro(language, "account")(row, portal, as_of, found, keys, late, held(row.held, language))


def ahead(as_of: date, one: EventView) -> bool:
    """Whether an event is open and among the next days."""
    return not one.done and as_of <= one.date <= shifted(as_of, DAYS)


def coming(language: str, as_of: date, row: PortfolioRow, events: tuple[EventView, ...]) -> Markup:
    """An account's item in the list of the next days, with these events."""
    return _macro(language, "coming")(row, events, _strip(as_of, events))


def reference(language: str, state: CaseState) -> Markup:
    """A case study's row among the references."""
    return _macro(language, "reference")(state, CHANNELS)


def _macro(language: str, name: str) -> Callable[..., Markup]:
    template = environment(language).get_template("internal/rows.html")
    found: Callable[..., Markup] = getattr(template.module, name)
    return found


def facets(row: PortfolioRow) -> dict[str, tuple[str, ...]]:
    """What the filters look at: the row's values of each of `FACETS`."""
    ae, pm, health = row.account_executive, row.project_manager, row.health.overall
    values = ((ae,) if ae else (), (pm,) if pm else (), (health,) if health else (), row.services)
    return dict(zip(FACETS, (*values, (row.lifecycle,)), strict=True))


def sort_keys(row: PortfolioRow) -> list[str | int | None]:
    """What the columns of `SORTED` are sorted by; None stands last either way.

    Health is the worse of what is claimed and what the data say; an update that never was is the oldest.
    """
    said = [_WORST.index(word) for word in (row.health.overall, row.data_says) if word]
    case = row.case
    ends = _iso(case.expires_on or date.max)
    consent = f"{_AGREED.index(case.consent)} {ends}" if case.consent != "none" else None
    return [
        row.client,
        min(said),
        _iso(row.next.date) if row.next else None,
        _iso(row.last_update) or "",
        row.open_needs,
        row.open_change_requests,
        row.open_expectations,
        consent,
        ", ".join(name for name in (row.account_executive, row.project_manager) if name) or None,
    ]


def updated(row: PortfolioRow, as_of: date, language: str) -> str:
    """How long ago the client had the last update, in words."""
    t = say(language)
    if row.last_update is None:
        return t("no update yet")
    days = (as_of - row.last_update).days
    return t.many("updated {n} day ago", "updated {n} days ago", days) if days else t("updated today")


def held(views: Iterable[HeldView], language: str) -> str:
    """How many things wait for approval, and for whom, in words; `""` where none do."""
    t = say(language)
    found = []
    for one in views:
        who = t("client") if one.audience == "client" else t("public")
        found.append(t("{who} (never approved)", who=who) if one.first else f"{who} {one.count}")
    return t("held back: {what}", what=", ".join(found)) if found else ""


def _strip(as_of: date, events: Iterable[EventView]) -> Markup:
    """The next days of one account as a row of signs; the list beside it says the same."""
    parts = ['<svg height="26" aria-hidden="true"><line class="grid" x1="0" x2="100%" y1="13" y2="13"/>']
    for one in events:
        x = round(2 + (one.date - as_of).days / DAYS * 96, 1)
        sign = {"milestone": "fc", "need": "need", "end": "end"}[one.kind]
        parts.append(f'<use href="#{sign}" x="{x}%" y="13"/>')
    return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - numbers and signs alone


# ---- data -----------------------------------------------------------------------------------------


def as_json(row: PortfolioRow, portal: str | None) -> bytes:
    """An account as it stands in the list of `portfolio.json` (`cli`, "Output"), two levels in."""
    data = {
        "id": row.id,
        "client": row.client,
        "title": row.title,
        "lifecycle": row.lifecycle,
        "account_executive": row.account_executive,
        "project_manager": row.project_manager,
        "health": {"claimed": row.health.overall, "as_of": _iso(row.health.as_of)},
        "attention": [{"rule": a.rule, "message": a.message} for a in row.attention],
        "next": {"title": row.next.title, "date": _iso(row.next.date)} if row.next else None,
        "last_update": _iso(row.last_update),
        "open_needs": row.open_needs,
        "open_change_requests": row.open_change_requests,
        "open_expectations": row.open_expectations,
        "slip_days": row.slip_days,
        "portal": _folder(portal),
        "case_study": {
            "attribution": row.case.attribution,
            "consent": row.case.consent,
            "public": row.case.public,
            "why": row.case.why,
        },
    }
    # a line break of a text is written \n, so every real one begins a line that goes two levels in
    return json.dumps(data, ensure_ascii=False, indent=1).replace("\n", "\n  ").encode()


def as_csv(row: PortfolioRow, portal: str | None) -> bytes:
    """An account's line in `portfolio.csv`; a cell that a spreadsheet would run gets an apostrophe."""
    cells = (
        row.id, row.client, row.title, row.lifecycle, row.account_executive, row.project_manager,
        row.health.overall, _iso(row.health.as_of), row.data_says,
        "; ".join(a.message for a in row.attention),
        _iso(row.next.date) if row.next else None, row.next.title if row.next else None,
        _iso(row.last_update), row.open_needs, row.open_change_requests, row.open_expectations,
        row.slip_days, _folder(portal), "yes" if row.case.public else "no", row.case.why,
        "; ".join(f"{one.audience} {one.count}" for one in row.held),
    )  # fmt: skip
    return _line(f"'{c}" if isinstance(c, str) and c.startswith(_FORMULA) else c for c in cells)


def csv_head() -> bytes:
    """The first line of `portfolio.csv`."""
    return _line(_HEAD)


def _line(cells: Iterable[Any]) -> bytes:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, lineterminator="\r\n").writerow(cells)
    return buffer.getvalue().encode()


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _folder(portal: str | None) -> str | None:
    return None if portal is None else f"portals/{portal}/"


def placed(one: EventView) -> Placed:
    """An event for the calendars."""
    entry = Entry(one.key, one.date, f"{one.client}: {one.title}")
    return Placed((one.date, one.key), event(entry, "portfolio"), one.owners)

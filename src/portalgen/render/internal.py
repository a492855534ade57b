"""The team's side: portfolio, briefs, references, held back; and the same facts as data.

Owns the internal site's pages and files. Every page bears the band that says so. The brief draws
whatever entries its view holds, so that a new field of the account is on it without a template's
change. Refuses nothing: its readers may see everything.
"""

from __future__ import annotations

import csv
import io
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from markupsafe import Markup

from portalgen.render import charts
from portalgen.render.calendars import Entry, calendar
from portalgen.render.environment import environment, say
from portalgen.render.page import Page, folder_page, root_of
from portalgen.render.prose import html
from portalgen.views import (
    BriefEntry,
    BriefView,
    EventView,
    KpiView,
    PortfolioRow,
    PortfolioView,
    Prose,
    ReferencesView,
)
from portalgen.vocabulary import slug

_DAYS = 30
_FACETS = ("ae", "pm", "health", "service", "lifecycle")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def pages(portfolio: PortfolioView, references: ReferencesView, portals: Mapping[str, str]) -> Iterator[Page]:
    """Everything but the briefs. `portals` is the folder of each account's portal."""
    language = portfolio.language
    kit = Kit(language)
    common = {"p": kit, "agency": portfolio.agency}
    index = {
        "v": portfolio,
        "filters": _filters(portfolio, kit),
        "facets": {r.id: _facets_of(r) for r in portfolio.rows},
        "portals": portals,
        "coming": _coming(portfolio),
        "load": _load(portfolio),
        "calendars": [(name, slug(name)) for name in _owners(portfolio)],
    }
    yield _page("", "internal/portfolio.html", language, {**common, **index})
    yield _page("review/", "internal/review.html", language, common)
    yield _page("references/", "internal/references.html", language, {**common, "v": references})
    for state in references.cases:
        if state.case is not None:
            values = {**common, "s": state, "k": state.case}
            yield _page(f"references/{state.account}/", "internal/sheet.html", language, values)
    yield Page("portfolio.json", _as_json(portfolio, portals))
    yield Page("portfolio.csv", _as_csv(portfolio, portals))
    yield Page("calendar.ics", _calendar(portfolio.agency, portfolio.events, "portfolio"))
    for name in _owners(portfolio):
        events = [e for e in portfolio.events if name in e.owners]
        yield Page(f"calendars/{slug(name)}.ics", _calendar(name, events, "portfolio"))


def brief_pages(brief: BriefView, portals: Mapping[str, str]) -> Iterator[Page]:
    """The brief of one account."""
    kit = Kit(brief.language)
    values = {"p": kit, "agency": brief.agency, "v": brief, "portal": portals.get(brief.account)}
    yield _page(f"accounts/{brief.account}/", "internal/brief.html", brief.language, values)


def _page(address: str, template: str, language: str, values: dict[str, Any]) -> Page:
    root = root_of(address)
    made = environment(language).get_template(template)
    return folder_page(address, made.render(values, here=address, root=root, assets=f"{root}assets/"))


class Kit:
    """What the templates ask for beyond their views: drawings, prose, names."""

    def __init__(self, language: str) -> None:
        self.language = language
        self.say = say(language)

    def prose(self, prose: Prose, prefix: str, shift: int = 3) -> Markup:
        return html(prose, root="", prefix=prefix, shift=shift, language=self.language)

    def timeline(self, line: Any) -> Markup:
        return charts.timeline(line, self.language)

    def trend(self, kpi: KpiView, ids: str) -> Markup:
        return charts.trend(kpi, self.language, f"k{ids}")

    def matrix(self, risks: Any) -> Markup:
        return charts.matrix(risks, self.language)

    def slip(self, days: int | None) -> str:
        return charts.slip_words(days, self.language)

    def kind_of(self, entry: BriefEntry) -> str:
        """How an entry is drawn: as text, list of texts, word, day, number, link or items."""
        value = entry.value
        if isinstance(value, tuple):
            lone = all(len(i.entries) == 1 and i.entries[0].key == "text" for i in value)
            return "texts" if lone else "items"
        if isinstance(value, date):
            return "day"
        if entry.choice:
            return "word"
        if isinstance(value, str):
            return "text"
        return "link" if hasattr(value, "address") else "number"

    def strip(self, view: PortfolioView, events: list[EventView]) -> Markup:
        """The next 30 days of one account as a row of signs; the list below says the same."""
        parts = ['<svg height="26" aria-hidden="true"><line class="grid" x1="0" x2="100%" y1="13" y2="13"/>']
        for one in events:
            x = round(2 + (one.date - view.as_of).days / _DAYS * 96, 1)
            sign = {"milestone": "fc", "need": "need", "end": "end"}[one.kind]
            parts.append(f'<use href="#{sign}" x="{x}%" y="13"/>')
        return Markup("".join([*parts, "</svg>"]))  # noqa: S704 - numbers and signs alone


# ---- portfolio ------------------------------------------------------------------------------------


def _facets_of(row: PortfolioRow) -> dict[str, str]:
    """What the filters look at, as JSON lists for data attributes."""
    values = {
        "ae": [row.account_executive] if row.account_executive else [],
        "pm": [row.project_manager] if row.project_manager else [],
        "health": [row.health.overall] if row.health.overall else [],
        "service": list(row.services),
        "lifecycle": [row.lifecycle],
    }
    return {name: json.dumps(found, ensure_ascii=False) for name, found in values.items()}


def _filters(view: PortfolioView, kit: Kit) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """Each filter: facet, its title, and its values with label and count."""
    words = environment(kit.language).filters["word"]
    t = kit.say
    titles = {"ae": t("AE"), "pm": t("PM"), "health": t("Health"), "service": t("Service")}
    titles["lifecycle"] = t("Lifecycle")
    found = []
    for facet in _FACETS:
        counted = Counter(v for row in view.rows for v in json.loads(_facets_of(row)[facet]))
        named = facet in ("health", "lifecycle")
        values = [(v, words(v) if named else v, n) for v, n in sorted(counted.items())]
        if values:
            found.append((facet, titles[facet], values))
    return found


def _owners(view: PortfolioView) -> list[str]:
    names = {n for row in view.rows for n in (row.account_executive, row.project_manager) if n}
    return sorted(name for name in names if slug(name))


def _coming(view: PortfolioView) -> list[tuple[PortfolioRow, list[EventView]]]:
    """The open events of the next 30 days by account."""
    last = view.as_of + timedelta(days=_DAYS)
    by_account: dict[str, list[EventView]] = {}
    for event in view.events:
        if not event.done and view.as_of <= event.date <= last:
            by_account.setdefault(event.account, []).append(event)
    return [(row, by_account[row.id]) for row in view.rows if row.id in by_account]


def _load(view: PortfolioView) -> list[tuple[str, int, int]]:
    """Accounts under way per AE and PM: name, how many, how many of them need somebody."""
    counted: Counter[str] = Counter()
    urgent: Counter[str] = Counter()
    for row in view.rows:
        if row.lifecycle in ("active", "on_hold"):
            for name in dict.fromkeys(n for n in (row.account_executive, row.project_manager) if n):
                counted[name] += 1
                urgent[name] += bool(row.attention)
    return [(name, count, urgent[name]) for name, count in sorted(counted.items())]


# ---- the same as data -----------------------------------------------------------------------------


def _as_json(view: PortfolioView, portals: Mapping[str, str]) -> bytes:
    """`portfolio.json`, in the shape that the manual gives (`cli`, "Output")."""
    data = {"as_of": view.as_of.isoformat(), "accounts": [_row(r, portals) for r in view.rows]}
    return (json.dumps(data, ensure_ascii=False, indent=1) + "\n").encode()


def _row(row: PortfolioRow, portals: Mapping[str, str]) -> dict[str, Any]:
    return {
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
        "portal": f"portals/{portals[row.id]}/" if row.id in portals else None,
        "case_study": {
            "attribution": row.case.attribution,
            "consent": row.case.consent,
            "public": row.case.public,
            "why": row.case.why,
        },
    }


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _as_csv(view: PortfolioView, portals: Mapping[str, str]) -> bytes:
    """`portfolio.csv` (RFC 4180); a cell that a spreadsheet would run gets an apostrophe."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    head = [
        "id",
        "client",
        "title",
        "lifecycle",
        "account_executive",
        "project_manager",
        "health_claimed",
        "health_as_of",
        "data_says",
        "attention",
        "next_date",
        "next_title",
        "last_update",
        "open_needs",
        "open_change_requests",
        "open_expectations",
        "slip_days",
        "portal",
        "case_study_public",
        "case_study_why",
    ]
    writer.writerow(head)
    for row in view.rows:
        flat = _row(row, portals)
        cells = [
            row.id, row.client, row.title, row.lifecycle, row.account_executive, row.project_manager,
            row.health.overall, _iso(row.health.as_of), row.data_says,
            "; ".join(a.message for a in row.attention),
            _iso(row.next.date) if row.next else None, row.next.title if row.next else None,
            _iso(row.last_update), row.open_needs, row.open_change_requests, row.open_expectations,
            row.slip_days, flat["portal"], "yes" if row.case.public else "no", row.case.why,
        ]  # fmt: skip
        writer.writerow([_cell(c) for c in cells])
    return buffer.getvalue().encode()


def _cell(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _calendar(name: str, events: Iterable[EventView], salt: str) -> bytes:
    entries = (Entry(e.key, e.date, f"{e.client}: {e.title}") for e in events)
    return calendar(name, entries, salt)

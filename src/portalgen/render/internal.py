"""The team's side: portfolio, briefs, references, held back; and the same facts as data.

Owns the internal site's pages and files; the brief's page is `brief`'s. Every page bears the band that
says so. Refuses nothing: its readers may see everything.

The pages over all accounts say something of every account, and a save changes one. They are pieces
(`rows`), one an account or event, joined between a head and a tail; a memo keeps the pieces.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, partial
from itertools import chain, compress
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from markupsafe import Markup

from portalgen.clock import shifted
from portalgen.render import differences, rows, search
from portalgen.render.brief import brief
from portalgen.render.calendars import bound
from portalgen.render.environment import environment, say
from portalgen.render.house import PLAIN
from portalgen.render.house import page as whole_page
from portalgen.render.memo import Memo
from portalgen.render.page import Page, folder_page, root_of
from portalgen.render.pictures import Look, no_shape
from portalgen.render.proses import Proses
from portalgen.render.sheet import sheet
from portalgen.settings import House
from portalgen.views import (
    BriefView,
    CaseState,
    CaseStudyView,
    EventView,
    PortfolioRow,
    PortfolioView,
    ReferencesView,
)
from portalgen.vocabulary import slug

Makers = dict[str, Callable[[], Page]]
"""Pages by their path in the unit, each with what makes it."""


def wanted(
    portfolio: PortfolioView,
    references: ReferencesView,
    portals: Mapping[str, str],
    memo: Memo | None = None,
    briefs: Iterable[BriefView] = (),
    house: House = PLAIN,
    looks: Callable[[str], Look] = lambda account: no_shape,  # noqa: ARG005
) -> Makers:
    """Everything but the briefs, nothing of it made yet. `portals` is the folder of each account's portal,
    `briefs` are those that the search looks through, `house` is what the agency adds to our pages, `looks`
    says what the images of an account are like.

    With the `memo` of the build before, only the pieces of what changed since are made again.
    """
    kept = Memo() if memo is None else memo
    over = _Overview(portfolio, portals, kept, house)
    by_account = {one.account: one for one in briefs}
    searched = search.files(by_account)
    cases = ((state, state.case) for state in references.cases)
    return {
        "index.html": over.index,
        "review/index.html": partial(_review, portfolio, kept, house),
        "references/index.html": partial(_references, references, kept, house),
        **{
            f"references/{state.account}/index.html": partial(_sheet, references, state, case, house, looks)
            for state, case in cases
            if case is not None
        },
        "portfolio.json": over.as_json,
        "portfolio.csv": over.as_csv,
        "calendar.ics": over.calendar,
        **{f"calendars/{file}.ics": partial(over.calendar_of, file) for file in over.people},
        **{
            path: partial(_search, path, [by_account[name] for name in names], list(searched), kept)
            for path, names in searched.items()
        },
    }


def pages(
    portfolio: PortfolioView, references: ReferencesView, portals: Mapping[str, str], memo: Memo | None = None
) -> Iterator[Page]:
    """All of `wanted`, made, without anything to search."""
    return (make() for make in wanted(portfolio, references, portals, memo).values())


def wanted_brief(
    view: BriefView,
    portals: Mapping[str, str],
    proses: Proses | None = None,
    house: House = PLAIN,
    look: Look = no_shape,
) -> Makers:
    """The brief of one account, not made yet. `proses` is its prose as far as it was rendered before, `look`
    what its images are like."""
    address = f"accounts/{view.account}/"
    return {
        f"{address}index.html": partial(
            _brief, address, view, portals.get(view.account), proses or Proses(), house, look
        )
    }


def brief_pages(view: BriefView, portals: Mapping[str, str]) -> Iterator[Page]:
    """All of `wanted_brief`, made."""
    return (make() for make in wanted_brief(view, portals).values())


def _page(address: str, template: str, language: str, house: House, **values: Any) -> Page:
    root = root_of(address)
    values |= {"here": address, "root": root, "assets": f"{root}assets/"}
    return folder_page(address, whole_page(language, template, house, **values))


def _brief(
    address: str, view: BriefView, portal: str | None, proses: Proses, house: House, look: Look
) -> Page:
    return folder_page(address, brief(view, portal, proses, house, look))


def _review(view: PortfolioView, memo: Memo, house: House) -> Page:
    """What waits for approval; only the accounts of which something waits are drawn."""
    waiting = [row for row in view.rows if row.held]
    drawn = memo.each("held", view.language, partial(differences.waiting, view.language), waiting)
    return _page(
        "review/",
        "internal/review.html",
        view.language,
        house,
        agency=view.agency,
        reviewed=view.review,
        waiting=list(zip(waiting, drawn, strict=True)),
    )


def _references(view: ReferencesView, memo: Memo, house: House) -> Page:
    """Every case: first those that may be used somewhere."""
    drawn = memo.each("references", view.language, partial(rows.reference, view.language), view.cases)
    usable = [html for state, html in zip(view.cases, drawn, strict=True) if state.case]
    others = [html for state, html in zip(view.cases, drawn, strict=True) if not state.case]
    return _page(
        "references/",
        "internal/references.html",
        view.language,
        house,
        agency=view.agency,
        channels=rows.CHANNELS,
        counts=(len(usable), len(others)),
        usable=_joined(usable),
        others=_joined(others),
    )


def _search(path: str, briefs: Sequence[BriefView], paths: Sequence[str], memo: Memo) -> Page:
    """A file of the search; the first one names the others."""
    pieces = memo.each(path, None, search.account, briefs)
    return Page(path, search.file(pieces, paths[1:] if path == search.FIRST else ()))


def _sheet(
    view: ReferencesView, state: CaseState, case: CaseStudyView, house: House, looks: Callable[[str], Look]
) -> Page:
    address = f"references/{state.account}/"
    html = sheet(
        view.language, view.agency, state, case, address, root_of(address), house, looks(state.account)
    )
    return folder_page(address, html)


# ---- over all accounts ----------------------------------------------------------------------------


class _Overview:
    """The files over all accounts. What several of them need is made when the first asks for it."""

    def __init__(self, view: PortfolioView, portals: Mapping[str, str], memo: Memo, house: House) -> None:
        self.view, self.portals, self.memo, self.house = view, portals, memo, house
        self.people = _people(view.rows)

    @cached_property
    def _folders(self) -> list[str | None]:
        """The portal of each row, or None."""
        return [self.portals.get(row.id) for row in self.view.rows]

    def index(self) -> Page:
        """The dashboard."""
        view = self.view
        draw = partial(rows.account, view.language, view.as_of)
        drawn = self.memo.each("accounts", (view.language, view.as_of), draw, view.rows, self._folders)
        urgent = [html for row, html in zip(view.rows, drawn, strict=True) if row.attention]
        calm = [html for row, html in zip(view.rows, drawn, strict=True) if not row.attention]
        return _page(
            "",
            "internal/portfolio.html",
            view.language,
            self.house,
            agency=view.agency,
            as_of=view.as_of,
            counts=(len(urgent), len(drawn)),
            first=next((row for row in view.rows if row.attention), None),
            until=shifted(view.as_of, rows.DAYS),
            heads=_heads(view.language),
            urgent=_joined(urgent),
            calm=_joined(calm),
            filters=_filters(view.language, self.memo.each("facets", None, rows.facets, view.rows)),
            coming=_joined(self._coming()),
            load=_load(view),
            calendars=[(names[0], file) for file, names in self.people.items()],
        )

    def _coming(self) -> Sequence[Markup]:
        """The open events of the next days, an item for each account that has some."""
        view = self.view
        ahead = self.memo.each("ahead", view.as_of, partial(rows.ahead, view.as_of), view.events)
        found: dict[str, list[EventView]] = {}
        for one in compress(view.events, ahead):
            found.setdefault(one.account, []).append(one)
        shown = [row for row in view.rows if row.id in found]
        events = [tuple(found[row.id]) for row in shown]
        draw = partial(rows.coming, view.language, view.as_of)
        return self.memo.each("coming", (view.language, view.as_of), draw, shown, events)

    def as_json(self) -> Page:
        """`portfolio.json`, in the shape that the manual gives (`cli`, "Output")."""
        found = self.memo.each("json", None, rows.as_json, self.view.rows, self._folders)
        accounts = b"[\n  %b\n ]" % b",\n  ".join(found) if found else b"[]"
        day = json.dumps(self.view.as_of.isoformat()).encode()
        return Page("portfolio.json", b'{\n "as_of": %b,\n "accounts": %b\n}\n' % (day, accounts))

    def as_csv(self) -> Page:
        """`portfolio.csv` (RFC 4180)."""
        found = self.memo.each("csv", None, rows.as_csv, self.view.rows, self._folders)
        return Page("portfolio.csv", b"".join((rows.csv_head(), *found)))

    def calendar(self) -> Page:
        """All events."""
        return Page("calendar.ics", _calendar(self.view.agency, self._events))

    def calendar_of(self, file: str) -> Page:
        """What one person looks after, as AE or PM."""
        names = self.people[file]
        shared = self._by_owners.items()
        theirs = (found for owners, found in shared if not frozenset(names).isdisjoint(owners))
        return Page(f"calendars/{file}.ics", _calendar(names[0], chain.from_iterable(theirs)))

    @cached_property
    def _events(self) -> Sequence[rows.Placed]:
        """The events as all calendars have them."""
        return self.memo.each("events", None, rows.placed, self.view.events)

    @cached_property
    def _by_owners(self) -> dict[tuple[str, ...], list[rows.Placed]]:
        """The events by those who share them, gone through once for all calendars."""
        found: dict[tuple[str, ...], list[rows.Placed]] = {}
        for one in self._events:
            found.setdefault(one.owners, []).append(one)
        return found


def _people(accounts: Iterable[PortfolioRow]) -> dict[str, list[str]]:
    """Who has a calendar: its file, and the name; or names, where two make one file ("José", "Jose")."""
    found: dict[str, list[str]] = {}
    for name in sorted({n for row in accounts for n in (row.account_executive, row.project_manager) if n}):
        if file := slug(name):
            found.setdefault(file, []).append(name)
    return found


def _calendar(name: str, events: Iterable[rows.Placed]) -> bytes:
    return bound(name, map(attrgetter("lines"), sorted(events, key=attrgetter("place"))))


def _joined(pieces: Iterable[Markup]) -> Markup:
    return Markup("".join(pieces))  # noqa: S704 - each is markup


def _heads(language: str) -> list[tuple[str, str, bool]]:
    """The columns: the name that it is sorted by, if it is; its heading; whether the most comes first."""
    t = say(language)
    titles = [t("Account"), t("Health"), t("Next date"), t("Last update"), t("Needs"), t("Changes")]
    titles += [t("Expectations"), t("Consent"), t("AE, PM")]
    counts = ("needs", "changes", "expectations")
    found = [(name, title, name in counts) for name, title in zip(rows.SORTED, titles, strict=True)]
    return [found[0], ("", t("Why"), False), *found[1:]]


def _filters(
    language: str, values: Sequence[dict[str, tuple[str, ...]]]
) -> list[tuple[str, str, list[tuple[str, str, int]]]]:
    """Each filter: facet, its title, and its values with label and count."""
    words = environment(language).filters["word"]
    t = say(language)
    titles = {"ae": t("AE"), "pm": t("PM"), "health": t("Health"), "service": t("Service")}
    titles["lifecycle"] = t("Lifecycle")
    found = []
    for facet in rows.FACETS:
        counted = Counter(chain.from_iterable(map(itemgetter(facet), values)))
        named = facet in ("health", "lifecycle")
        if counted:
            shown = [(v, words(v) if named else v, n) for v, n in sorted(counted.items())]
            found.append((facet, titles[facet], shown))
    return found


class _Load(NamedTuple):
    """What one person looks after: accounts under way by role, and how many of them need somebody."""

    name: str
    as_ae: int
    as_pm: int
    needing: int


def _load(view: PortfolioView) -> list[_Load]:
    """The load of every AE and PM, by name."""
    alike = Counter(
        (row.account_executive, row.project_manager, bool(row.attention))
        for row in view.rows
        if row.lifecycle in ("active", "on_hold")
    )
    as_ae: Counter[str] = Counter()
    as_pm: Counter[str] = Counter()
    urgent: Counter[str] = Counter()
    for (ae, pm, needing), count in alike.items():
        as_ae[ae or ""] += count
        as_pm[pm or ""] += count
        for name in {ae or "", pm or ""}:
            urgent[name] += count * needing
    people = sorted({*as_ae, *as_pm} - {""})
    return [_Load(name, as_ae[name], as_pm[name], urgent[name]) for name in people]

"""The brief of one account: what an AE looks up before a call first, then everything else.

Owns the order of the page. What stands first is gathered from the view; all fields follow, in groups, and
a field that no group names stands with the engagement. Therefore a new field of the account is on the
brief without a change here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from portalgen.render import changes, charts, entries, rows
from portalgen.render.entries import Beside, Field
from portalgen.render.environment import environment, figure, locale_of, say, signed_percent
from portalgen.render.house import PLAIN
from portalgen.render.house import page as whole_page
from portalgen.render.page import root_of
from portalgen.render.pictures import Look, Pictures, no_shape
from portalgen.render.proses import Proses
from portalgen.settings import House
from portalgen.views import BriefItem, BriefText, BriefView, KpiView, Prose
from portalgen.vocabulary import Audience

_COLUMN = "(max-width: 48rem) calc(100vw - 2.5rem), 44rem"
"""How wide the texts are."""
_MONEY = ("commercials", "change_requests")
"""The fields with amounts of money."""
SOON = 5
"""How many dates stand first."""


class Line(NamedTuple):
    """One thing among those that stand first: its day, what it is, more of it, and where all of it stands."""

    day: date | None
    title: str
    more: str
    anchor: str
    late: bool = False


class Lines(NamedTuple):
    """What is open of one kind."""

    title: str
    lines: tuple[Line, ...]


class Group(NamedTuple):
    """Fields that belong together."""

    id: str
    title: str
    fields: tuple[Field, ...]


def brief(
    view: BriefView, portal: str | None, proses: Proses, house: House = PLAIN, look: Look = no_shape
) -> str:
    """The page. `portal` is the account's, where it has one; `proses` its prose as far as it was rendered."""
    language = view.language
    address = f"accounts/{view.account}/"
    root = root_of(address)
    drawn = list(_fields(view))
    return whole_page(
        language,
        "internal/brief.html",
        house,
        p=_Kit(view, proses, Pictures(look, _COLUMN)),
        agency=view.agency,
        v=view,
        portal=portal,
        held=rows.held(view.held, language),
        people=_people(view),
        path=_text(view, "health", "path_to_green"),
        first=list(_first(view)),
        facts=[field for field in drawn if not field.long],
        plain=entries.level(entry for entry in view.fields if not isinstance(entry.value, tuple)),
        groups=_groups(drawn, language),
        here=address,
        root=root,
        assets=f"{root}assets/",
    )


class _Kit:
    """What the template asks for beyond the view: drawings, prose, names."""

    def __init__(self, view: BriefView, proses: Proses, pictures: Pictures) -> None:
        self.view, self.proses, self.language, self.pictures = view, proses, view.language, pictures

    def prose(self, prose: Prose, prefix: str) -> Markup:
        how = {"root": "", "prefix": prefix, "under": 3, "language": self.language}
        return self.proses.html(prose, self.pictures, **how)

    def timeline(self) -> Markup:
        return charts.timeline(self.view.timeline, self.language)

    def matrix(self) -> Markup:
        return charts.matrix(self.view.risks, self.language)

    def slip(self, days: int | None) -> str:
        return charts.slip_words(days, self.language)

    def tag(self, level: entries.Level) -> Markup:
        return entries.tag(level, self.language)

    def mark(self, level: entries.Level) -> Markup:
        return entries.mark(level, self.language)

    def differing(self, level: entries.Level, around: entries.Level) -> Markup:
        return entries.differing(level, around, self.language)

    def level(self, texts: Iterable[BriefText], around: Audience) -> entries.Level:
        """Who sees a section."""
        found = {one.audience for one in texts} or {around}
        if found == {Audience.INTERNAL}:
            return "internal"
        if Audience.INTERNAL in found:
            return "part"
        return "public" if found == {Audience.PUBLIC} else "client"


# ---- all fields -----------------------------------------------------------------------------------


def _fields(view: BriefView) -> Iterator[Field]:
    currency = _text(view, "commercials", "currency") or None
    for entry in view.fields:
        money = currency if entry.key in _MONEY else None
        yield entries.field(entry, view.language, _beside(view, entry.key), money)


def _groups(fields: Iterable[Field], language: str) -> list[Group]:
    t = say(language)
    named = (
        ("plan", t("Plan"), ("milestones", "deliverables", "needs")),
        (
            "agreed",
            t("Agreements"),
            ("scope", "expectations", "change_requests", "decisions", "risks", "raci"),
        ),
        ("results", t("Results"), ("kpis",)),
        ("strategy", t("Strategy"), ("brief", "tactics", "market_studies")),
        ("people", t("Client and team"), ("client", "services", "team", "contacts", "commercials", "access")),
        ("case", t("Case study and lessons"), ("case_study", "lessons")),
    )
    by_key = {field.key: field for field in fields if field.long}
    found = [
        Group(id_, title, tuple(by_key.pop(k) for k in keys if k in by_key)) for id_, title, keys in named
    ]
    return [Group("engagement", t("The engagement"), tuple(by_key.values())), *found]


def _beside(view: BriefView, key: str) -> dict[str, Beside]:
    """What is derived of the items of a field, by their id."""
    t, language = say(view.language), view.language
    if key == "milestones":
        return {
            one.id: Beside(
                pairs=(
                    (t("Agreed"), entries.day(one.agreed, language) if one.agreed else Markup("")),
                    (t("Against agreed"), escape(charts.standing_words(one, language))),
                )
            )
            for one in view.timeline.milestones
        }
    if key == "change_requests":
        return {
            c.id: Beside(pairs=((t("Effect"), escape(changes.effect(c, language))),)) for c in view.changes
        }
    if key == "kpis":
        return {k.id: Beside("", charts.trend(k, language, f"k{n}"), tuple(_figures(k, language)))
                for n, k in enumerate(view.kpis, start=1)}  # fmt: skip
    if key == "risks":
        placed = (item.id for item in _items(view, key) if {"probability", "impact"} <= _said(item).keys())
        return {id_: Beside(lead=str(number)) for number, id_ in enumerate(placed, start=1)}
    return {}


def _figures(kpi: KpiView, language: str) -> Iterator[tuple[str, Markup]]:
    t, locale = say(language), locale_of(language)
    if kpi.actual:
        yield t("Now"), escape(figure(kpi.actual.value, kpi.unit, locale))
    if kpi.change is not None:
        yield t("Change"), escape(signed_percent(kpi.change, locale))


# ---- what stands first ----------------------------------------------------------------------------


def _first(view: BriefView) -> Iterator[Lines]:
    """What is due and what is open, each kind with the first of it on top."""
    t, language, today = say(view.language), view.language, view.timeline.today
    soon = sorted(_coming(view), key=_by_day)[:SOON]
    needs = [
        _line(item, "needs", "due", ("owner",), today)
        for item in _items(view, "needs")
        if "done" not in _said(item)
    ]
    asked = [
        Line(c.raised_on, c.title, changes.effect(c, language), entries.anchor("change_requests", c.id))
        for c in view.changes
        if c.decision == "pending"
    ]
    expected = [_line(item, "expectations", "said_on", ("said_by",)) for item in _open(view, "expectations")]
    risks = [_risk(item, language) for item in sorted(_open(view, "risks"), key=_weight, reverse=True)]
    yield Lines(t("Next"), tuple(soon))
    yield Lines(t("Waiting for the client"), tuple(sorted(needs, key=_by_day)))
    yield Lines(t("Waiting for a decision"), tuple(sorted(asked, key=_by_day)))
    yield Lines(t("Expected, not agreed"), tuple(sorted(expected, key=_by_day)))
    yield Lines(t("Risks"), tuple(risks))


def _by_day(line: Line) -> tuple[date, str]:
    return line.day or date.max, line.title


def _coming(view: BriefView) -> Iterator[Line]:
    word, today = environment(view.language).filters["word"], view.timeline.today
    for one in view.timeline.milestones:
        if one.done is None and one.next_date is not None:
            place = entries.anchor("milestones", one.id)
            yield Line(one.next_date, one.title, word("milestone"), place, one.next_date < today)
    for item in _items(view, "deliverables"):
        said = _said(item)
        due = said.get("due")
        if isinstance(due, date) and said.get("status") not in ("approved", "superseded"):
            more = [word("deliverable"), *([word(said["status"])] if "status" in said else [])]
            place = entries.anchor("deliverables", item.id)
            yield Line(due, str(said["title"]), ", ".join(more), place, due < today)


def _line(item: BriefItem, key: str, day: str, more: tuple[str, ...], today: date | None = None) -> Line:
    said, title = _said(item), entries.title_of(item)
    when = said.get(day)
    found = when if isinstance(when, date) else None
    rest = ", ".join(str(said[name]) for name in more if name in said)
    late = found is not None and today is not None and found < today
    return Line(found, str(title.value) if title else "", rest, entries.anchor(key, item.id), late)


def _weight(item: BriefItem) -> int:
    said = _said(item)
    probability, impact = said.get("probability"), said.get("impact")
    return probability * impact if isinstance(probability, int) and isinstance(impact, int) else 0


def _risk(item: BriefItem, language: str) -> Line:
    said, t = _said(item), say(language)
    more = ""
    if _weight(item):
        more = t("probability {p}, impact {i}", p=said["probability"], i=said["impact"])
    return Line(None, str(said["title"]), more, entries.anchor("risks", item.id))


# ---- reading entries ------------------------------------------------------------------------------


def _items(view: BriefView, key: str) -> tuple[BriefItem, ...]:
    found = next((entry.value for entry in view.fields if entry.key == key), ())
    return found if isinstance(found, tuple) else ()


def _open(view: BriefView, key: str) -> list[BriefItem]:
    return [item for item in _items(view, key) if _said(item).get("status") == "open"]


def _said(item: BriefItem) -> dict[str, Any]:
    return {entry.key: entry.value for entry in item.entries}


def _text(view: BriefView, key: str, inner: str) -> str:
    """A text of a mapping of the account, or `""`."""
    return next((str(said[inner]) for said in map(_said, _items(view, key)) if inner in said), "")


def _people(view: BriefView) -> list[tuple[str, str]]:
    """AE and PM: the word for the role, and the name."""
    t = say(view.language)
    roles = (("account_executive", t("AE")), ("project_manager", t("PM")))
    team = [_said(item) for item in _items(view, "team")]
    return [(word, str(one["name"])) for role, word in roles for one in team if one.get("role") == role]

"""Pieces of views that several surfaces share, from an account that is narrowed already."""

from __future__ import annotations

import posixpath
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from urllib.parse import unquote

from portalgen.account import Account, Figure, Kpi, Milestone, Reading, Remark, Stretch
from portalgen.project import dates
from portalgen.settings import Settings
from portalgen.views import (
    ChangeRequestView,
    FigureView,
    FileRef,
    HealthView,
    KpiView,
    MilestoneView,
    Prose,
    Target,
    Timeline,
)

_ADDRESSES = ("https:", "mailto:", "tel:")


def texts(remarks: Iterable[Remark]) -> tuple[str, ...]:
    """The texts of a list of texts."""
    return tuple(r.text for r in remarks)


def file(account: Account, path: str) -> FileRef | None:
    """The file at a path below the account's folder, as the loader found it."""
    clean = posixpath.normpath(path)
    found = next((f for f in account.files if f.path == clean), None)
    return FileRef(path=found.path, sha256=found.sha256, size=found.size) if found else None


def target(account: Account, link: str | None) -> Target | None:
    """A link of the front matter: an address as written, or a file of the account."""
    if not link:
        return None
    if link.lower().startswith(_ADDRESSES):
        return Target(address=link)
    found = file(account, unquote(link.partition("#")[0].partition("?")[0]))
    return Target(file=found) if found else None


def prose(
    account: Account, stretches: Iterable[Stretch], *, images: bool = True, links: bool = True
) -> Prose | None:
    """Prose of these stretches with the files that they link to, or None where they hold no text."""
    kept = tuple(s for s in stretches if s.text.strip())
    if not kept:
        return None
    files = {}
    for stretch in kept:
        for written, path in stretch.links:
            if found := file(account, path):
                files[written] = found
    return Prose(
        stretches=tuple(s.text for s in kept),
        files=tuple(sorted(files.items())),
        images=images,
        links=links,
    )


def health(account: Account, settings: Settings, today: date) -> HealthView:
    """What the AE claims, with its age where it is older than the settings allow."""
    said = account.health
    age = (today - said.as_of).days if said.as_of and said.overall else 0
    return HealthView(
        overall=said.overall,
        as_of=said.as_of,
        rationale=said.rationale,
        scope=said.scope,
        schedule=said.schedule,
        quality=said.quality,
        stale_days=age if age > settings.stale_after_days else None,
    )


def milestone(account: Account, one: Milestone, today: date) -> MilestoneView:
    """A milestone with its agreed date and slip."""
    agreed = dates.moved(account, one.id, one.baseline)
    expected = one.forecast or agreed
    return MilestoneView(
        id=one.id,
        title=one.title,
        description=one.description,
        baseline=one.baseline,
        agreed=agreed,
        forecast=one.forecast,
        done=one.done,
        slip=dates.slip(one, agreed, today),
        passed=one.done is None and expected is not None and expected < today,
        moved_by=tuple(c.title for c in dates.approved(account, one.id) if c.title),
    )


def timeline(account: Account, today: date) -> Timeline:
    """All milestones by their next date, those without one last."""
    found = [milestone(account, m, today) for m in account.milestones]
    return Timeline(
        milestones=tuple(sorted(found, key=lambda m: (m.next_date or date.max, m.id))),
        start=account.start,
        end=account.end,
        agreed_end=dates.moved(account, dates.END, account.end),
        today=today,
    )


def change_requests(account: Account) -> Iterator[ChangeRequestView]:
    """Change requests with their effect on the dates, the latest first."""
    titles = {m.id: m.title for m in account.milestones}
    for one in sorted(
        account.change_requests, key=lambda c: (c.decided_on or c.raised_on or date.min, c.id), reverse=True
    ):
        yield ChangeRequestView(
            id=one.id,
            title=one.title,
            type=one.type,
            raised_by=one.raised_by,
            raised_on=one.raised_on,
            schedule_days=one.schedule_days,
            cost=one.cost,
            affects=tuple(titles[a] for a in one.affects if a in titles),
            affects_end=dates.END in one.affects,
            decision=one.decision,
            decided_on=one.decided_on,
        )


def kpi(one: Kpi) -> KpiView:
    """A measure with its readings in order of date; the last is the actual value.

    A reading without a date keeps its place after the one that is written before it.
    """
    day, placed = date.min, list[tuple[date, FigureView]]()
    for reading in filter(None, map(_figure, one.readings)):
        day = reading.date or day
        placed.append((day, reading))
    readings = [reading for _, reading in sorted(placed, key=lambda pair: pair[0])]
    baseline, actual = _figure(one.baseline), readings[-1] if readings else None
    return KpiView(
        id=one.id,
        name=one.name,
        unit=one.unit,
        direction=one.direction,
        baseline=baseline,
        target=_figure(one.target),
        actual=actual,
        readings=tuple(readings),
        change=_change(baseline, actual),
        source=one.source,
        method=one.method,
    )


def _figure(figure: Figure | Reading | None) -> FigureView | None:
    if figure is None or figure.value is None:
        return None
    return FigureView(value=figure.value, date=figure.date)


def _change(baseline: FigureView | None, actual: FigureView | None) -> Decimal | None:
    if baseline is None or actual is None or not baseline.value:
        return None
    change = (actual.value - baseline.value) / abs(baseline.value) * 100
    return change.quantize(Decimal("0.1"), ROUND_HALF_EVEN).normalize()


EMPTY = Prose(stretches=())
"""An update of a title alone."""

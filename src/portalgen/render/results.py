"""The figures of a case study as shown: its one number, and the lines of its table.

Owns which number says most, and the words for a period. Decides nothing about markup: what is here
are texts in the site's language.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_interval, format_skeleton

from portalgen.render.environment import figure, signed_percent
from portalgen.views import CaseStudyView, FigureView, KpiView


@dataclass(frozen=True, slots=True)
class Headline:
    """A result in one number: the number, what it counts, from where, when, and what was aimed at.

    `after` is the value itself where the number is how much it changed.
    """

    number: str
    name: str
    before: str = ""
    period: str = ""
    target: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of results, as shown."""

    name: str
    before: str
    after: str
    target: str
    change: str
    period: str
    method: str


def headline(case: CaseStudyView, locale: Locale) -> Headline | None:
    """The case's one number: the change in per cent, but the value itself where that says more.

    The value stands where it is a percentage already, and where nothing can be compared (it began at
    zero, or nowhere).
    """
    kpi = case.headline
    if kpi is None:
        return None
    period = _period(kpi, locale)
    if kpi.actual is None or (kpi.change is not None and kpi.unit != "%"):
        if kpi.change is None:
            return None
        known = kpi.baseline is not None and kpi.actual is not None
        return Headline(
            number=signed_percent(_trimmed(kpi.change), locale),
            name=kpi.name,
            before=_shown(kpi.baseline, kpi.unit, locale) if known else "",
            period=period,
            target=_target(kpi, locale),
            after=_shown(kpi.actual, kpi.unit, locale) if known else "",
        )
    return Headline(
        number=_shown(kpi.actual, kpi.unit, locale),
        name=kpi.name,
        before=_shown(kpi.baseline, kpi.unit, locale),
        period=period,
        target=_target(kpi, locale),
    )


def row(kpi: KpiView, locale: Locale) -> Row:
    """A line of the table; `""` where nothing is known."""
    return Row(
        name=kpi.name,
        before=_shown(kpi.baseline, kpi.unit, locale),
        after=_shown(kpi.actual, kpi.unit, locale),
        target=_target(kpi, locale),
        change="" if kpi.change is None else signed_percent(_trimmed(kpi.change), locale),
        period=_period(kpi, locale),
        method=", ".join(text for text in (kpi.method, kpi.source) if text),
    )


def _target(kpi: KpiView, locale: Locale) -> str:
    return _shown(kpi.target, kpi.unit, locale)


def _shown(value: FigureView | None, unit: str | None, locale: Locale) -> str:
    return figure(value.value, unit, locale) if value else ""


def _trimmed(value: Decimal) -> Decimal:
    """Without decimals that say nothing: 38.0 is 38."""
    return value.to_integral_value() if value == value.to_integral_value() else value


def span(first: date | None, last: date | None, locale: Locale) -> str:
    """From the month of one day to that of another, of one alone, or `""`."""
    days = [day for day in (first, last) if day]
    return _months(days[0], days[-1], locale) if days else ""


def _period(kpi: KpiView, locale: Locale) -> str:
    """From the month of the first figure to that of the last: "February – May 2026"."""
    figures = (kpi.baseline, *kpi.readings, kpi.actual)
    days = sorted(f.date for f in figures if f and f.date)
    if not days:
        return ""
    return _months(days[0], days[-1], locale)


@lru_cache(maxsize=4096)
def _months(first: date, last: date, locale: Locale) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return format_skeleton("yMMMM", last, locale=locale)
    return format_interval(first, last, "yMMMM", locale=locale)

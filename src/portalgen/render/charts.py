"""Charts as SVG, made at build time: the milestones' timeline, a measure's trend, risks, progress.

Each has a title and a description; the same figures stand in a table beside it, which the pages draw.
Only presentation attributes and classes are used, since pages allow no style. Horizontal places are in
per cent, so that a drawing fills its column at any width without a script.
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from babel.dates import format_skeleton
from markupsafe import Markup, escape

from portalgen.render.environment import environment, locale_of, say
from portalgen.views import FigureView, KpiView, MilestoneView, RiskPoint, Timeline

_TOP, _LINE, _RAIL, _BELOW = 48, 19, 22, 30
_HIGHEST = 820
"""Of a drawing of the timeline: it fits a printed page. What is longer goes on in another one."""
_LETTERS = 36
"""Of a line of text in the timeline: what a phone has room for."""
_LEFT, _RIGHT = 2.0, 98.0


def _svg(parts: Iterable[str]) -> Markup:
    return Markup("".join(parts))  # noqa: S704 - every text in it went through escape()


class _Scale:
    """Days to per cent of the width."""

    def __init__(self, first: date, last: date) -> None:
        self.first, self.last = first, last
        self.days = max(1, (last - first).days)

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / self.days
        return round(_LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share)), 2)


class _Row(NamedTuple):
    """A milestone with its title in lines, and the slip in words: on the last of them, or on its own."""

    one: MilestoneView
    lines: list[str]
    slip: str
    apart: bool

    @property
    def rail(self) -> int:
        """How far below the row's top its dates are drawn."""
        return 14 + _LINE * (len(self.lines) - 1 + self.apart) + _RAIL

    @property
    def height(self) -> int:
        return self.rail + _BELOW


def timeline(line: Timeline, language: str, ids: str = "tl") -> Markup:
    """Promised, agreed, forecast and done of each milestone, with today; empty without any date.

    One drawing, or several below each other that repeat the months.
    """
    dated = [m for m in line.milestones if any((m.baseline, m.agreed, m.forecast, m.done))]
    if not dated:
        return Markup("")
    days = [d for m in dated for d in (m.baseline, m.agreed, m.forecast, m.done) if d]
    days += [d for d in (line.start, line.agreed_end) if d]
    scale = _Scale(min(days), max(days))
    sheets: list[list[_Row]] = [[]]
    for one in dated:
        row = _row(one, language)
        if sheets[-1] and _height([*sheets[-1], row]) > _HIGHEST:
            sheets.append([])
        sheets[-1].append(row)
    before, drawn = 0, list[str]()
    for number, rows in enumerate(sheets, start=1):
        title = _title(before, len(rows), len(dated), language)
        own = ids if number == 1 else f"{ids}{number}"
        drawn += _timeline(line, rows, scale, title, language, own)
        before += len(rows)
    return _svg(drawn)


def _height(rows: list[_Row]) -> int:
    return _TOP + sum(row.height for row in rows)


def _row(one: MilestoneView, language: str) -> _Row:
    lines = textwrap.wrap(one.title, _LETTERS) or [""]
    slip = standing_words(one, language)
    return _Row(one, lines, slip, bool(slip) and len(lines[-1]) + len(slip) + 2 > _LETTERS)


def _title(before: int, count: int, total: int, language: str) -> str:
    t = say(language)
    if count == total:
        return t.many("Timeline of {n} milestone", "Timeline of {n} milestones", total)
    return t("Timeline: milestones {first} to {last} of {total}",
             first=before + 1, last=before + count, total=total)  # fmt: skip


def _timeline(
    line: Timeline, rows: list[_Row], scale: _Scale, title: str, language: str, ids: str
) -> Iterator[str]:
    t = say(language)
    height = _height(rows)
    done = sum(row.one.done is not None for row in rows)
    late = sum(row.one.late for row in rows)
    text = t("{done} done, {open} to come, {late} late. The dates are in the table below.",
             done=done, open=len(rows) - done, late=late)  # fmt: skip
    yield f'<svg class="tl" width="100%" height="{height}" role="img" aria-labelledby="{ids}-t {ids}-d">'
    yield f'<title id="{ids}-t">{escape(title)}</title><desc id="{ids}-d">{escape(text)}</desc>'
    for first, label in _months(scale, language):
        x = scale(first)
        yield f'<line class="grid" x1="{x}%" x2="{x}%" y1="22" y2="{height}"/>'
        yield f'<text x="{x}%" y="14"{_END_AT if x > 88 else ""}>{escape(label)}</text>'
    if scale.first <= line.today <= scale.last:
        x = scale(line.today)
        flip = ' text-anchor="end" dx="-6"' if x > 80 else ' dx="6"'
        yield f'<line class="today" x1="{x}%" x2="{x}%" y1="26" y2="{height}"/>'
        yield f'<text class="today-t" x="{x}%" y="34"{flip}>{escape(t("Today"))}</text>'
    top = _TOP
    for row in rows:
        yield from _words(row, top + 14)
        yield from _dates(row.one, top + row.rail, scale, language)
        top += row.height
    yield "</svg>"


_END_AT = ' text-anchor="end"'


def _months(scale: _Scale, language: str) -> Iterator[tuple[date, str]]:
    """First days of months, six of them at most, with their names, of which each year is said once."""
    count = scale.days / 30.4
    steps = (1, 2, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 3000, 6000)
    step = next((s for s in steps if count / s <= 5.5), 12000)
    year, month = scale.first.year, 1 if step > 1 else scale.first.month
    last = scale.last
    shown = 0
    while (year, month) <= (last.year, last.month) and year < 9999:
        day = date(year, month, 1)
        if scale.first <= day <= last:
            yield day, _month(day, language, named=shown != year)
            shown = year
        month += step
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1


def _month(day: date, language: str, *, named: bool) -> str:
    return str(format_skeleton("yMMM" if named else "MMM", day, locale=locale_of(language)))


def _words(row: _Row, y: int) -> Iterator[str]:
    """The title in its lines, and the slip behind it."""
    early = (row.one.slip or 0) < 0
    kind = "slip-late" if row.one.late else "slip-early" if early else "slip-on"
    said = f'<tspan class="{kind}"%s>{escape(row.slip)}</tspan>' if row.slip else ""
    for number, text in enumerate(row.lines):
        behind = said % ' dx="10"' if said and not row.apart and number == len(row.lines) - 1 else ""
        yield f'<text class="name" y="{y + _LINE * number}">{escape(text)}{behind}</text>'
    if row.apart:
        yield f'<text class="name" y="{y + _LINE * len(row.lines)}">{said % ""}</text>'


def _dates(one: MilestoneView, rail: int, scale: _Scale, language: str) -> Iterator[str]:
    """The signs of a milestone's dates on their line, and the day that counts in words."""
    yield f'<line class="rail" x1="0" x2="100%" y1="{rail}" y2="{rail}"/>'
    actual = one.done or one.forecast
    if one.baseline and one.agreed and one.baseline != one.agreed:
        yield _span("moved", one.baseline, one.agreed, rail, scale)
    if one.agreed and actual and actual != one.agreed:
        yield _span("late" if actual > one.agreed else "early", one.agreed, actual, rail, scale)
    if one.baseline:
        yield f'<use href="#pro" x="{scale(one.baseline)}%" y="{rail}"/>'
    if one.agreed:
        yield f'<use href="#agr" x="{scale(one.agreed)}%" y="{rail}"/>'
    if actual:
        sign = "done" if one.done else "fc"
        yield f'<use href="#{sign}" x="{scale(actual)}%" y="{rail}"/>'
    day = actual or one.agreed
    if day:
        shown = [scale(d) for d in (one.baseline, one.agreed, actual) if d]
        label = escape(environment(language).filters["short_day"](day))
        if max(shown) <= 60:
            yield f'<text x="{max(shown)}%" y="{rail + 5}" dx="14">{label}</text>'
        elif min(shown) > 36:
            yield f'<text x="{min(shown)}%" y="{rail + 5}" text-anchor="end" dx="-14">{label}</text>'
        else:  # no room on either side of the signs
            yield f'<text x="{scale(day)}%" y="{rail + 23}" text-anchor="end" dx="8">{label}</text>'


def _span(kind: str, begin: date, end: date, y: int, scale: _Scale) -> str:
    return f'<line class="{kind}" x1="{scale(begin)}%" x2="{scale(end)}%" y1="{y}" y2="{y}"/>'


def slip_words(slip: int | None, language: str) -> str:
    """A slip in words: late, early, on time, or nothing where nothing can be said."""
    t = say(language)
    if slip is None:
        return ""
    if slip == 0:
        return t("on time")
    if slip > 0:
        return t.many("{n} day late", "{n} days late", slip)
    return t.many("{n} day early", "{n} days early", -slip)


def standing_words(one: MilestoneView, language: str) -> str:
    """A milestone's slip in words; but that its day has passed, where the slip alone would sound well."""
    if one.passed and (one.slip or 0) <= 0:
        return say(language)("its day has passed")
    return slip_words(one.slip, language)


def trend(kpi: KpiView, language: str, ids: str, table: str = "") -> Markup:
    """A measure's readings as a line with the target dotted; empty with fewer than two readings.

    `table` is a sentence that says where the same figures are in a table.
    """
    readings = [r for r in ((kpi.baseline,) if kpi.baseline else ()) if r.date] + [
        r for r in kpi.readings if r.date
    ]
    if len(readings) < 2:
        return Markup("")
    return _svg(_trend(kpi, readings, language, ids, table))


def _trend(kpi: KpiView, readings: list[FigureView], language: str, ids: str, table: str) -> Iterator[str]:
    t = say(language)
    filters = environment(language).filters
    shown = [r.value for r in readings] + ([kpi.target.value] if kpi.target else [])
    low, high = min(shown), max(shown)
    height = (high - low) or Decimal(1)

    def y(value: Decimal) -> float:
        return round(float(94 - (value - low) / height * 88), 1)

    def down(share: float) -> float:
        return round(6 + share * 0.52, 1)

    days = [r.date for r in readings if r.date]
    first, span = min(days), max(1, (max(days) - min(days)).days)
    points = [((r.date - first).days / span * 96 + 2, y(r.value)) for r in readings if r.date]
    last = readings[-1]
    title = t(
        "{name}: from {begin} to {end}",
        name=kpi.name,
        begin=filters["figure"](readings[0].value, kpi.unit),
        end=filters["figure"](last.value, kpi.unit),
    )
    target = kpi.target
    text = (
        t("The dotted line is the target, {target}.", target=filters["figure"](target.value, kpi.unit))
        if target
        else ""
    )
    text = " ".join(one for one in (text, table) if one)
    named = f"{ids}-t {ids}-d" if text else f"{ids}-t"
    yield f'<svg class="trend" width="100%" height="80" role="img" aria-labelledby="{named}">'
    yield f'<title id="{ids}-t">{escape(title)}</title>'
    if text:
        yield f'<desc id="{ids}-d">{escape(text)}</desc>'
    if kpi.target:
        at = down(y(kpi.target.value))
        begin = down(points[0][1])
        beside = 14 if at < 20 or 0 <= at - begin < 24 else -6
        yield f'<line class="aim" x1="0" x2="100%" y1="{at}" y2="{at}"/>'
        yield f'<text y="{at + beside}">{escape(t("Target"))}</text>'
    line = " ".join(f"{x:.1f},{value}" for x, value in points)
    yield '<svg y="6" height="52" viewBox="0 0 100 100" preserveAspectRatio="none">'
    yield f'<polyline vector-effect="non-scaling-stroke" points="{line}"/></svg>'
    x, value = points[-1]
    yield f'<circle cx="{x:.1f}%" cy="{down(value)}" r="4"/>'
    yield f'<text y="77">{escape(filters["month"](min(days)))}</text>'
    yield f'<text x="100%" y="77" text-anchor="end">{escape(filters["month"](max(days)))}</text></svg>'


_SQUARES = 12
_SIGNS = 4
"""Of risks that a cell of the matrix has room for."""


def progress(done: int, total: int, language: str, ids: str = "pg", table: str = "") -> Markup:
    """A strip of squares, one a milestone as far as they fit; `table` says where each of them stands."""
    t = say(language)
    count = min(total, _SQUARES)
    filled = done * count // max(1, total)
    if 0 < done < total:  # some is never none, and never all
        filled = min(max(1, filled), count - 1)
    title = t.many(
        "{n} of {total} milestones is done.", "{n} of {total} milestones are done.", done, total=total
    )
    named = f"{ids}-t {ids}-d" if table else f"{ids}-t"
    parts = [
        f'<svg class="strip-done" width="{count * 9 + 1}" height="8" role="img" aria-labelledby="{named}">',
        f'<title id="{ids}-t">{escape(title)}</title>',
        f'<desc id="{ids}-d">{escape(table)}</desc>' if table else "",
    ]
    for index in range(count):
        full = "" if index < filled else ' fill="none"'
        parts.append(f'<path d="M{index * 9 + 1} 1h5v6h-5z"{full}/>')
    return _svg([*parts, "</svg>"])


def matrix(risks: Sequence[RiskPoint], language: str, ids: str = "rm") -> Markup:
    """Probability by impact, 1 to 5 each, with the open risks' numbers; the list beside it names them."""
    shown = [(n, r) for n, r in enumerate(risks, start=1) if r.open]
    if not shown:
        return Markup("")
    t = say(language)
    parts = [f'<svg class="matrix" viewBox="0 0 240 236" role="img" aria-labelledby="{ids}-t">']
    title = t.many(
        "{n} open risk by probability and impact", "{n} open risks by probability and impact", len(shown)
    )
    parts.append(f'<title id="{ids}-t">{escape(title)}</title>')
    for row in range(5):
        for column in range(5):
            weight = (5 - row) * (column + 1)
            kind = "c3" if weight >= 15 else "c2" if weight >= 6 else "c1"
            parts.append(
                f'<rect class="{kind}" x="{24 + column * 42}" y="{row * 42}" width="40" height="40"/>'
            )
    cells: dict[tuple[int, int], list[str]] = {}
    for number, risk in shown:
        cells.setdefault((risk.probability, risk.impact), []).append(str(number))
    for (probability, impact), signs in cells.items():
        if len(signs) > _SIGNS:
            signs = [*signs[: _SIGNS - 1], f"+{len(signs) - _SIGNS + 1}"]
        for offset, sign in enumerate(signs):
            x = 24 + (impact - 1) * 42 + 12 + offset % 2 * 17
            y = (5 - probability) * 42 + 12 + offset // 2 * 17
            parts.append(
                f'<circle class="dot" cx="{x}" cy="{y}" r="8"/>'
                f'<text class="dot-t" x="{x}" y="{y + 4}">{sign}</text>'
            )
    parts.append(f'<text x="129" y="230">{escape(t("Impact"))}</text>')
    across = escape(t("Probability"))
    parts.append(f'<text x="-105" y="14" transform="rotate(-90)">{across}</text></svg>')
    return _svg(parts)

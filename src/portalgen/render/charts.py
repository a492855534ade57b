"""Charts as SVG, made at build time: the milestones' timeline, a measure's trend, risks, progress.

Each has a title and a description; the same figures stand in a table beside it, which the pages draw.
Only presentation attributes and classes are used, since pages allow no style. Horizontal places are in
per cent, so that a drawing fills its column at any width without a script.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal

from markupsafe import Markup, escape

from portalgen.render.environment import environment, say
from portalgen.views import FigureView, KpiView, MilestoneView, RiskPoint, Timeline

_ROW, _TOP = 72, 44
_LEFT, _RIGHT = 2.0, 98.0


def _svg(parts: Iterator[str] | Sequence[str]) -> Markup:
    return Markup("".join(parts))  # noqa: S704 - every text in it went through escape()


class _Scale:
    """Days to per cent of the width."""

    def __init__(self, first: date, last: date) -> None:
        self.first = first
        self.days = max(1, (last - first).days)

    def __call__(self, day: date) -> float:
        share = (day - self.first).days / self.days
        return round(_LEFT + (_RIGHT - _LEFT) * min(1.0, max(0.0, share)), 2)


def timeline(line: Timeline, language: str, ids: str = "tl") -> Markup:
    """Promised, agreed, forecast and done of each milestone, with today; empty without any date."""
    dated = [m for m in line.milestones if any((m.baseline, m.agreed, m.forecast, m.done))]
    if not dated:
        return Markup("")
    days = [d for m in dated for d in (m.baseline, m.agreed, m.forecast, m.done) if d]
    days += [d for d in (line.start, line.agreed_end) if d]
    scale = _Scale(min(days), max(days))
    height = _TOP + _ROW * len(dated)
    return _svg(_timeline(line, dated, scale, height, language, ids))


def _timeline(
    line: Timeline, dated: list[MilestoneView], scale: _Scale, height: int, language: str, ids: str
) -> Iterator[str]:
    t = say(language)
    filters = environment(language).filters
    done = sum(m.done is not None for m in dated)
    late = sum((m.slip or 0) > 0 for m in dated)
    title = t.many("Timeline of {n} milestone", "Timeline of {n} milestones", len(dated))
    text = t("{done} done, {open} to come, {late} late. The dates are in the table below.",
             done=done, open=len(dated) - done, late=late)  # fmt: skip
    yield f'<svg class="tl" height="{height}" role="img" aria-labelledby="{ids}-t {ids}-d">'
    yield f'<title id="{ids}-t">{escape(title)}</title><desc id="{ids}-d">{escape(text)}</desc>'
    for first in _months(scale):
        x = scale(first)
        label = filters["month"](first)
        yield f'<line class="grid" x1="{x}%" x2="{x}%" y1="22" y2="{height}"/>'
        yield f'<text x="{x}%" y="14">{escape(label)}</text>'
    if scale.first <= line.today <= scale.first + timedelta(days=scale.days):
        x = scale(line.today)
        flip = ' text-anchor="end" dx="-6"' if x > 80 else ' dx="6"'
        yield f'<line class="today" x1="{x}%" x2="{x}%" y1="28" y2="{height}"/>'
        yield f'<text class="today-t" x="{x}%" y="34"{flip}>{escape(t("Today"))}</text>'
    for row, one in enumerate(dated):
        yield from _milestone(one, _TOP + row * _ROW + 14, scale, language)
    yield "</svg>"


def _months(scale: _Scale) -> Iterator[date]:
    """First days of months, about eight of them at most."""
    count = scale.days / 30.4
    steps = (1, 2, 3, 6, 12, 24, 60, 120, 300, 600, 1200, 3000, 6000)
    step = next((s for s in steps if count / s <= 7), 12000)
    year, month = scale.first.year, 1 if step > 1 else scale.first.month
    last = scale.first + timedelta(days=scale.days)
    while (year, month) <= (last.year, last.month) and year < 9999:
        day = date(year, month, 1)
        if scale.first <= day <= last:
            yield day
        month += step
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1


def _milestone(one: MilestoneView, y: int, scale: _Scale, language: str) -> Iterator[str]:
    filters = environment(language).filters
    kind = "slip-late" if (one.slip or 0) > 0 else "slip-early" if (one.slip or 0) < 0 else "slip-on"
    cls = f' class="{kind}"' if kind else ""
    yield f'<text class="name" y="{y}">{escape(one.title)}</text>'
    rail = y + 24
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
    said = slip_words(one.slip, language)
    if said:
        yield f'<text x="100%" y="{y}" text-anchor="end"{cls}>{escape(said)}</text>'
    if day:
        shown = [d for d in (one.baseline, one.agreed, actual) if d]
        flip = scale(max(shown)) > 70
        x = scale(min(shown) if flip else max(shown))
        anchor = ' text-anchor="end" dx="-14"' if flip else ' dx="14"'
        label = filters["short_day"](day)
        yield f'<text x="{x}%" y="{rail + 5}"{anchor}>{escape(label)}</text>'


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


def trend(kpi: KpiView, language: str, ids: str) -> Markup:
    """A measure's readings as a line with the target dotted; empty with fewer than two readings."""
    readings = [r for r in ((kpi.baseline,) if kpi.baseline else ()) if r.date] + [
        r for r in kpi.readings if r.date
    ]
    if len(readings) < 2:
        return Markup("")
    return _svg(_trend(kpi, readings, language, ids))


def _trend(kpi: KpiView, readings: list[FigureView], language: str, ids: str) -> Iterator[str]:
    t = say(language)
    filters = environment(language).filters
    shown = [r.value for r in readings] + ([kpi.target.value] if kpi.target else [])
    low, high = min(shown), max(shown)
    height = (high - low) or Decimal(1)

    def y(value: Decimal) -> float:
        return round(float(94 - (value - low) / height * 88), 1)

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
    yield f'<svg class="trend" height="80" role="img" aria-labelledby="{ids}-t {ids}-d">'
    yield f'<title id="{ids}-t">{escape(title)}</title><desc id="{ids}-d">{escape(text)}</desc>'
    if kpi.target:
        at = round(6 + y(kpi.target.value) * 0.52, 1)
        yield f'<line class="aim" x1="0" x2="100%" y1="{at}" y2="{at}"/>'
    line = " ".join(f"{x:.1f},{value}" for x, value in points)
    yield '<svg y="6" height="52" viewBox="0 0 100 100" preserveAspectRatio="none">'
    yield f'<polyline vector-effect="non-scaling-stroke" points="{line}"/></svg>'
    x, value = points[-1]
    yield f'<circle cx="{x:.1f}%" cy="{round(6 + value * 0.52, 1)}" r="4"/>'
    yield f'<text y="77">{escape(filters["month"](min(days)))}</text>'
    yield f'<text x="100%" y="77" text-anchor="end">{escape(filters["month"](max(days)))}</text></svg>'


def progress(done: int, total: int) -> Markup:
    """A strip of squares, one a milestone; decoration, since the words beside it say the same."""
    count = min(total, 40)
    filled = done if total <= 40 else round(done / total * 40)
    parts = [f'<svg class="strip-done" width="{count * 9 + 1}" height="8" aria-hidden="true">']
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
    taken: dict[tuple[int, int], int] = {}
    for number, risk in shown:
        place = (risk.probability, risk.impact)
        offset = taken.get(place, 0)
        taken[place] = offset + 1
        x = 24 + (risk.impact - 1) * 42 + 12 + offset % 2 * 17
        y = (5 - risk.probability) * 42 + 12 + offset // 2 * 17
        parts.append(
            f'<circle class="dot" cx="{x}" cy="{y}" r="8"/>'
            f'<text class="dot-t" x="{x}" y="{y + 4}">{number}</text>'
        )
    parts.append(f'<text x="129" y="230">{escape(t("Impact"))}</text>')
    across = escape(t("Probability"))
    parts.append(f'<text x="-105" y="14" transform="rotate(-90)">{across}</text></svg>')
    return _svg(parts)

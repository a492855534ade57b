"""The portfolio in the terminal: a view -> lines of text. Pure: no file, no terminal, no environment.

Every account is a few lines rather than a row of a table, so that it reads at any width. Where the width
is unknown (a pipe) each statement keeps a line of its own, for `grep`. State is said in words; colour
only repeats it.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from rich.cells import cell_len
from rich.console import Console
from rich.text import Text

from portalgen.render import charts, rows
from portalgen.render.environment import environment, say
from portalgen.views import PortfolioRow, PortfolioView

NARROWEST = 24
_ANY = 10_000
_BETWEEN = " · "
_COLOURS = {"on_track": "green", "complete": "green", "at_risk": "yellow", "off_track": "red"}


class _Paragraph(NamedTuple):
    """A text that is broken at the width; `lead` stands before its first line and its width before all."""

    lead: str
    text: Text


def lines(
    view: PortfolioView, broken: Sequence[str] = (), *, width: int | None = None, colour: bool = False
) -> list[str]:
    """The portfolio as lines of at most `width` cells (None: as long as they are).

    `broken` are the ids of accounts that can't be read. `colour` adds ANSI escape sequences.
    """
    found: list[str] = []
    console = Console(
        file=io.StringIO(), width=_ANY, highlight=False, markup=False, emoji=False, _environ={},
        force_terminal=colour, color_system="standard" if colour else None, legacy_windows=False,
    )  # fmt: skip
    room = _ANY if width is None else max(width, NARROWEST)
    for lead, text in _paragraphs(view, broken, room):
        for number, line in enumerate(text.wrap(console, room - len(lead)) or [Text()]):
            line.rstrip()
            with console.capture() as capture:
                console.print(Text(" " * len(lead) if number else lead) + line, end="", soft_wrap=True)
            found.append(capture.get().rstrip())
    return found


def _paragraphs(view: PortfolioView, broken: Sequence[str], room: int) -> Iterator[_Paragraph]:
    t, filters = say(view.language), environment(view.language).filters
    urgent = [row for row in view.rows if row.attention]
    calm = [row for row in view.rows if not row.attention]
    if not view.rows and not broken:
        yield _Paragraph("", Text(t("There is no account yet.")))
        return
    if view.rows:
        yield _Paragraph("", Text(_headline(view, len(urgent)), "bold"))
        yield _Paragraph("", Text(filters["full_day"](view.as_of), "dim"))
    for heading, shown in ((t("Needs someone today"), urgent), (t("All quiet"), calm)):
        if shown:
            yield _Paragraph("", Text())
            yield _Paragraph("", Text(heading.upper(), "bold"))
        for row in shown:
            yield _Paragraph("", Text())
            yield from _account(row, view, room)
    if broken:
        yield _Paragraph("", Text())
        yield _Paragraph("", Text(t("Cannot be read").upper(), "bold"))
        yield from (_Paragraph("  ", Text(name)) for name in broken)


def _headline(view: PortfolioView, urgent: int) -> str:
    t = say(view.language)
    if not urgent:
        return t("No account needs someone today")
    found = t.ngettext(
        "%(count)s of %(total)s accounts needs someone today",
        "%(count)s of %(total)s accounts need someone today",
        urgent,
    )
    return found % {"count": urgent, "total": len(view.rows)}


def _account(row: PortfolioRow, view: PortfolioView, room: int) -> Iterator[_Paragraph]:
    words = environment(view.language).filters["word"]
    name = Text(_plain(row.client), "bold")
    name.append(f"  {_plain(row.title)}", "not bold")
    if row.lifecycle != "active":
        name.append(f" ({words(row.lifecycle)})", "not bold")
    people = dict.fromkeys(_plain(p) for p in (row.account_executive, row.project_manager) if p)
    if people:
        name.append(f"  {', '.join(people)}", "not bold dim")
    yield _Paragraph("", name)
    for reason in row.attention:
        yield _Paragraph("  ! ", Text(_plain(reason.message)))
    yield _Paragraph("  ", _health(row, view.language))
    yield from (_Paragraph("  ", Text(line)) for line in _packed(_facts(row, view), room - 2))


def _packed(facts: Iterable[str], room: int) -> Iterator[str]:
    """The facts side by side, as many on a line as fit, so that a line breaks between two of them."""
    line = ""
    for fact in facts:
        longer = f"{line}{_BETWEEN}{fact}" if line else fact
        if line and cell_len(longer) > room:
            yield line
            longer = fact
        line = longer
    yield line


def _health(row: PortfolioRow, language: str) -> Text:
    """The claim beside what the data says; a claim that the data contradict has no colour."""
    t, words = say(language), environment(language).filters["word"]
    claimed, data = row.health.overall, row.data_says
    late = charts.slip_words(row.slip_days, language) if (row.slip_days or 0) > 0 else ""
    text = Text()
    if claimed:
        agrees = claimed == data or claimed not in ("on_track", "at_risk", "off_track")
        text.append(f"{t('says')} ")
        text.append(words(claimed), _COLOURS.get(claimed, "") if agrees else "")
        if row.health.stale_days:
            text.append(f" ({_said(row.health.stale_days, language)})")
    else:
        text.append(t("says nothing"))
    text.append(f", {t('data')}: ")
    text.append(words(data), _COLOURS[data])
    if late:
        text.append(f", {late}")
    return text


def _said(days: int, language: str) -> str:
    t = say(language)
    return t.ngettext("said %(num)s day ago", "said %(num)s days ago", days) % {"num": days}


def _facts(row: PortfolioRow, view: PortfolioView) -> Iterator[str]:
    t = say(view.language)
    if row.next:
        day = environment(view.language).filters["short_day"](row.next.date)
        yield t("next: {day} {title}", day=day, title=_plain(row.next.title))
    yield rows.updated(row, view.as_of, view.language)
    if row.open_needs:
        needs = t.many("{n} open need", "{n} open needs", row.open_needs)
        overdue = t.gettext("%(num)s overdue") % {"num": row.overdue_needs}
        yield f"{needs} ({overdue})" if row.overdue_needs else needs
    if row.open_change_requests:
        yield t.many("{n} open change request", "{n} open change requests", row.open_change_requests)
    if row.open_expectations:
        yield t.many("{n} open expectation", "{n} open expectations", row.open_expectations)
    if row.held:
        yield rows.held(row.held, view.language)


def _plain(text: str) -> str:
    """A text on one line, without anything that a terminal would obey."""
    return "".join(c for c in " ".join(text.split()) if c.isprintable())

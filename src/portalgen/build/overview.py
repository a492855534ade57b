"""The portfolio by itself, for the terminal: loaded and projected. Renders no page and writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from operator import attrgetter

from portalgen import project
from portalgen.build.shown import Memory
from portalgen.clock import build_date
from portalgen.load import load
from portalgen.problems import Address, Problem, in_order, line_in
from portalgen.settings import Settings
from portalgen.views import PortfolioView


@dataclass(frozen=True, slots=True)
class Overview:
    """The accounts that can be read, and what is wrong with the others.

    `broken` are the ids of those, `problems` their errors and `texts` the sources for excerpts.
    """

    view: PortfolioView
    broken: tuple[str, ...]
    problems: tuple[Problem, ...]
    texts: Mapping[str, str]

    @property
    def accounts(self) -> int:
        """How many accounts there are."""
        return len(self.view.rows) + len(self.broken)

    def line_of(self, at: Address) -> str | None:
        """The source line of an address, for excerpts."""
        return line_in(self.texts, at)


def portfolio(settings: Settings, as_of: date | None, environment: Mapping[str, str]) -> Overview:
    """The portfolio on a day. Raises `UsageError` where the environment names a day that is none."""
    today = build_date(as_of, environment, settings.timezone)
    content = load(settings)
    shown = Memory(settings).shown(content.healthy, today).values()
    rows = [one.row for one in sorted(shown, key=attrgetter("urgency"))]
    events = sorted((event for one in shown for event in one.events), key=attrgetter("date", "key"))
    return Overview(
        project.portfolio(rows, events, settings, today),
        tuple(sorted(content.broken)),
        tuple(in_order(p for p in content.problems if p.severity == "error")),
        content.texts,
    )

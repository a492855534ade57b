"""What the facets say of the cases: whose values are which, what the filters offer, who is alike.

Owns the order of a menu (the most used first) and how much two cases share. Made anew when a facet or
the order of the cases changes, kept as it is while neither does.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from heapq import nsmallest

from portalgen.views import CaseStudyView, Facet

NAMES = ("industry", "service", "region", "size")
RELATED = 3
_WEIGHT = {"industry": 3, "service": 2, "region": 1, "size": 1}

Values = tuple[tuple[str, str], ...]
"""The values of a case: pairs of a facet's name and a value's slug."""


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a facet as menus have it: its slug, the authors' word for it, how many cases have it."""

    facet: str
    slug: str
    value: str
    count: int


class Facets:
    """The facets of one gallery whose cases, by slug, stand in the order `slugs`."""

    def __init__(self, facets: tuple[Facet, ...], slugs: Iterable[str]) -> None:
        self.all = facets
        self.slugs = tuple(slugs)
        self._place = {slug: place for place, slug in enumerate(self.slugs)}
        self._alike: dict[Values, list[str]] = {}

    @cached_property
    def menu(self) -> tuple[Option, ...]:
        """All values: facet by facet, the most used first."""
        ordered = sorted(self.all, key=lambda f: (NAMES.index(f.facet), -len(f.cases), f.slug))
        return tuple(Option(f.facet, f.slug, f.value, len(f.cases)) for f in ordered)

    def values(self, slug: str) -> Values:
        """The values of a case, in the gallery's order."""
        return self._values.get(slug, ())

    def facts(self, slug: str) -> tuple[tuple[str, str, str], ...]:
        """The values of a case in the menu's order, each with its word."""
        return self._facts.get(slug, ())

    def related(self, case: CaseStudyView) -> list[str]:
        """The cases that share most with this one, in the gallery's order where they share as much."""
        values = self.values(case.slug)
        if values not in self._alike:
            self._alike[values] = self._most_alike(values)
        return [slug for slug in self._alike[values] if slug != case.slug][:RELATED]

    def _most_alike(self, values: Values) -> list[str]:
        """One more than is shown: cases with the same values share this list, and stand in it."""
        score: dict[str, int] = {}
        for value in values:
            weight = _WEIGHT[value[0]]
            for slug in self._cases_with[value]:
                score[slug] = score.get(slug, 0) + weight
        alike = [slug for slug, shared in score.items() if shared > 1]
        return nsmallest(RELATED + 1, alike, key=lambda slug: (-score[slug], self._place[slug]))

    @cached_property
    def _cases_with(self) -> dict[tuple[str, str], tuple[str, ...]]:
        return {(f.facet, f.slug): f.cases for f in self.all}

    @cached_property
    def _values(self) -> dict[str, Values]:
        found: dict[str, list[tuple[str, str]]] = {}
        for facet in self.all:
            pair = (facet.facet, facet.slug)
            for slug in facet.cases:
                found.setdefault(slug, []).append(pair)
        return {slug: tuple(pairs) for slug, pairs in found.items()}

    @cached_property
    def _facts(self) -> dict[str, tuple[tuple[str, str, str], ...]]:
        found: dict[str, list[tuple[str, str, str]]] = {}
        for option in self.menu:
            fact = (option.facet, option.slug, option.value)
            for slug in self._cases_with[option.facet, option.slug]:
                found.setdefault(slug, []).append(fact)
        return {slug: tuple(facts) for slug, facts in found.items()}

"""The gallery: all published cases in their order, and the values by which people look for one."""

from __future__ import annotations

from typing import Literal

from portalgen.views import CaseStudyView, Facet, GalleryView
from portalgen.vocabulary import slug

_FACETS: tuple[Literal["industry", "service", "region", "size"], ...] = (
    "industry",
    "service",
    "region",
    "size",
)


def gallery(cases: tuple[CaseStudyView, ...]) -> GalleryView:
    """All cases by rank (low first), newest first, and the facets' values with their cases."""
    ordered = sorted(
        cases,
        key=lambda c: (c.rank is None, c.rank or 0, -(c.updated.toordinal() if c.updated else 0), c.slug),
    )
    found: dict[tuple[int, str], tuple[str, list[str]]] = {}
    for one in ordered:
        for index, facet in enumerate(_FACETS):
            values = one.services if facet == "service" else (getattr(one, facet),)
            for value in values:
                if value and (name := slug(value)):
                    entry = found.setdefault((index, name), (value, []))
                    if one.slug not in entry[1]:
                        entry[1].append(one.slug)
    return GalleryView(
        cases=tuple(ordered),
        facets=tuple(
            Facet(facet=_FACETS[index], slug=name, value=value, cases=tuple(slugs))
            for (index, name), (value, slugs) in sorted(found.items())
        ),
    )

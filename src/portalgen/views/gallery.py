"""The public gallery: one case study, and all of them with their facets."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from portalgen.views.pieces import (
    Day,
    FileRef,
    KpiView,
    Prose,
    SectionView,
    View,
)
from portalgen.vocabulary import Size


class QuoteView(View):
    """What somebody of the client said; `by` and `role` are absent when anonymised."""

    text: str
    by: str | None = None
    role: str | None = None


class Picture(View):
    """An image with its alternative text."""

    file: FileRef
    alt: str


class CaseStudyView(View):
    """One case study as prospects see it. `client` is the name, or the descriptor when anonymised.

    `start` and `end` are absent when anonymised; `headline` is one of `results`.
    """

    slug: str
    language: str
    title: str
    summary: str | None = None
    client: str
    anonymised: bool
    industry: str | None = None
    region: str | None = None
    size: Size | None = None
    services: tuple[str, ...] = ()
    logo: FileRef | None = None
    image: Picture | None = None
    headline: KpiView | None = None
    results: tuple[KpiView, ...] = ()
    quote: QuoteView | None = None
    story: Prose | None = None
    sections: tuple[SectionView, ...] = ()
    start: Day | None = None
    end: Day | None = None
    updated: Day | None = None
    rank: Decimal | None = None

    @property
    def url(self) -> str:
        """The page's address below the public site's root."""
        return f"case-studies/{self.slug}/"


class Facet(View):
    """One value of a facet: `case-studies/<facet>/<slug>/` lists `cases` (slugs)."""

    facet: Literal["industry", "service", "region", "size"]
    slug: str
    value: str
    cases: tuple[str, ...]


class GalleryView(View):
    """All published cases, in the order of the gallery, and the facets' values."""

    cases: tuple[CaseStudyView, ...] = ()
    facets: tuple[Facet, ...] = ()

"""A small agency with hand-made views: no account, no loader, nothing but what `public` is given."""

from __future__ import annotations

import datetime
import io
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

from PIL import Image

from portalgen import public
from portalgen.problems import Problem
from portalgen.render import social
from portalgen.settings import CallToAction, Settings
from portalgen.views import (
    CaseStudyView,
    Facet,
    FigureView,
    FileRef,
    GalleryView,
    KpiView,
    Picture,
    Prose,
    QuoteView,
    SectionView,
)

TODAY = datetime.date(2026, 11, 23)
SITE = "https://www.estudio-norte.example/"
THEME = "{name: material, language: en, font: false}"


def picture(colour: str) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (48, 32), colour).save(buffer, "PNG")
    return buffer.getvalue()


def day(year: int, month: int, number: int) -> datetime.date:
    return datetime.date(year, month, number)


def figure(value: str, on: datetime.date | None = None) -> FigureView:
    return FigureView(value=Decimal(value), date=on)


COST = KpiView(
    id="cost-per-lead",
    name="Cost per lead",
    unit="EUR",
    direction="decrease",
    baseline=figure("14.20", day(2026, 2, 2)),
    target=figure("10.00", day(2026, 6, 1)),
    actual=figure("8.80", day(2026, 5, 29)),
    readings=(figure("8.80", day(2026, 5, 29)),),
    change=Decimal("-38.0"),
    method="ad accounts, weekly means",
)
LIST = KpiView(
    id="waiting-list",
    name="Waiting list",
    baseline=figure("0", day(2026, 2, 2)),
    actual=figure("9460", day(2026, 4, 30)),
    source="confirmed sign-ups",
)
STORY = """### Challenge

A new range of cold soups, eleven weeks to launch it, and a shelf price above its neighbours.

### Approach

We sold the waiting list before the soup. Every Friday the weakest format went out.

![The label](files/label.png) and [the plan](files/plan.md).

| Week | Leads |
|---|--:|
| 1 | 210 |
"""
LABEL = FileRef(path="files/label.png", sha256="1" * 64, size=9)
PLAN = FileRef(path="files/plan.md", sha256="2" * 64, size=9)
AD = FileRef(path="files/ad.png", sha256="3" * 64, size=9)

LAUNCH = CaseStudyView(
    slug="spring-launch",
    language="en",
    title="A spring launch that sold out",
    summary="How a soup was sold before it was cooked.",
    client="Brisa Foods",
    anonymised=False,
    industry="Food",
    region="Spain",
    size="medium",
    services=("Launch", "Media"),
    image=Picture(file=AD, alt="Quarter circles in green and red"),
    headline=COST,
    results=(COST, LIST),
    quote=QuoteView(text="Launch day was dull, and that is why we sold out.", by="Ana Ruiz", role="CMO"),
    story=Prose(stretches=(STORY,), files=(("files/label.png", LABEL), ("files/plan.md", PLAN))),
    sections=(SectionView(id="team", title="Who and what", prose=Prose(stretches=("Two people.",))),),
    start=day(2026, 2, 2),
    end=day(2026, 5, 29),
    updated=day(2026, 5, 29),
)
WARM_KPI = KpiView(id="enquiries", name="Heat-pump enquiries", change=Decimal("27.4"), method="CRM")
WARM = CaseStudyView(
    slug="warm-by-friday",
    language="en",
    title="Warm by Friday",
    client="A European energy supplier",
    anonymised=True,
    industry="Energy",
    region="Europe",
    size="large",
    services=("Media", "Content"),
    headline=WARM_KPI,
    results=(WARM_KPI,),
    quote=QuoteView(text="We had to hire."),
    story=Prose(stretches=("### Challenge\n\nCold houses.\n",), images=False, links=False),
    updated=day(2026, 1, 1),
)
ROOMS = KpiView(
    id="rooms",
    name="habitaciones ocupadas",
    unit="%",
    baseline=figure("74", day(2026, 1, 1)),
    actual=figure("91", day(2026, 3, 31)),
    change=Decimal("23.0"),
)
FEBRUARY = CaseStudyView(
    slug="lleno-en-febrero",
    language="es",
    title="Lleno en febrero",
    client="Marea Hotels",
    anonymised=False,
    industry="Travel",
    region="Spain",
    services=("Media",),
    headline=ROOMS,
    results=(ROOMS,),
    updated=day(2026, 3, 31),
)
GALLERY = GalleryView(
    cases=(LAUNCH, WARM, FEBRUARY),
    facets=(
        Facet(facet="industry", slug="energy", value="Energy", cases=("warm-by-friday",)),
        Facet(facet="industry", slug="food", value="Food", cases=("spring-launch",)),
        Facet(facet="industry", slug="travel", value="Travel", cases=("lleno-en-febrero",)),
        Facet(facet="service", slug="content", value="Content", cases=("warm-by-friday",)),
        Facet(facet="service", slug="launch", value="Launch", cases=("spring-launch",)),
        Facet(
            facet="service",
            slug="media",
            value="Media",
            cases=("spring-launch", "warm-by-friday", "lleno-en-febrero"),
        ),
        Facet(facet="region", slug="europe", value="Europe", cases=("warm-by-friday",)),
        Facet(facet="region", slug="spain", value="Spain", cases=("spring-launch", "lleno-en-febrero")),
        Facet(facet="size", slug="large", value="large", cases=("warm-by-friday",)),
        Facet(facet="size", slug="medium", value="medium", cases=("spring-launch",)),
    ),
)
FILES = {
    "case-studies/spring-launch/files/ad.png": picture("green"),
    "case-studies/spring-launch/files/label.png": picture("red"),
    "case-studies/spring-launch/files/plan.md": b"# Plan\n",
    **{f"case-studies/{case.slug}/{social.NAME}": picture("teal") for case in GALLERY.cases},
    social.SITE: picture("navy"),
}
PAGES = {
    "index.md": "# Estudio Norte\n\nWork, in figures.\n\n::: cases industry=food limit=3\nAsk us.\n:::\n",
    "contact.md": "# Contact\n\nWrite to us.\n",
}


class Agency:
    """A project on disk: `Agency(tmp_path, pages={...}).build()`."""

    def __init__(
        self,
        root: Path,
        pages: Mapping[str, str] = PAGES,
        *,
        theme: str = THEME,
        more: str = "",
        site_url: str = SITE,
        call_to_action: str = "contact.md",
    ) -> None:
        self.root = root
        self.docs = root / "content/pages"
        for name, text in pages.items():
            path = self.docs / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        self.file = root / "mkdocs.yml"
        self.file.write_text(
            "site_name: Estudio Norte\n"
            + (f"site_url: {site_url}\n" if site_url else "")
            + "docs_dir: content/pages\nsite_dir: site/public\n"
            f"theme: {theme}\nplugins: [search, portalgen]\n{more}",
            encoding="utf-8",
        )
        self.settings = Settings(
            root=root,
            file=self.file,
            site_name="Estudio Norte",
            site_url=site_url,
            language="es" if "language: es" in theme else "en",
            docs_dir=self.docs,
            accounts=root / "content/accounts",
            approved=root / "content/approved",
            output=root / "site",
            call_to_action=CallToAction(text="Talk to us", link=call_to_action),
        )
        self.staging = root / "staging"

    def build(
        self,
        gallery: GalleryView = GALLERY,
        files: Mapping[str, bytes] = FILES,
        today: datetime.date = TODAY,
    ) -> tuple[Problem, ...]:
        return public.build(public.Given(self.settings, gallery, files), self.staging, today)

    def tree(self) -> dict[str, bytes]:
        found = sorted(p for p in self.staging.rglob("*") if p.is_file())
        return {p.relative_to(self.staging).as_posix(): p.read_bytes() for p in found}

    def text(self, path: str) -> str:
        return (self.staging / path).read_text("utf-8")

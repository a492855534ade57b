"""Portals made by hand: a rich one in any language, one that says hardly anything, one that is odd.

`rich` holds a text of its own in every field of `PortalView` (`mark` makes them up), so that a test can
ask whether each is shown; the names of the sample's people and things are made up too.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from portalgen.views import (
    CaseStudyView,
    ChangeRequestView,
    ChangeView,
    ContactView,
    DecisionView,
    DeliverableView,
    FigureView,
    FileRef,
    HealthView,
    HoursView,
    KpiView,
    MilestoneView,
    NeedView,
    PersonView,
    Picture,
    PortalView,
    Prose,
    PublishedCase,
    QuoteView,
    ResponsibilityView,
    ScopeView,
    SectionView,
    TacticView,
    Target,
    Timeline,
    UpdateView,
)

TODAY = date(2026, 11, 23)
ASSETS = "../assets/"
IDENTITY = "k3y"


def file(path: str) -> FileRef:
    """A file of 100 bytes."""
    return FileRef(path=path, sha256="0" * 64, size=100)


def text(*stretches: str, files: tuple[str, ...] = (), images: bool = True, links: bool = True) -> Prose:
    """A prose that links to these files as it writes them."""
    return Prose(
        stretches=stretches,
        files=tuple((path, file(path)) for path in files),
        images=images,
        links=links,
    )


PROSE = """\
Two formats are **on air**, see the [report](files/report.pdf) and ![the ad](files/ad.png).[^1]

### Numbers

| Format | Leads |
|:-------|------:|
| Video  |   410 |

- [x] video
- [ ] posters

> [!NOTE]
> Write to hello@estudio-norte.example or see www.estudio-norte.example.

[^1]: Counted on Friday, see [numbers](#numbers).
"""
FILES = ("files/report.pdf", "files/ad.png")


def day(offset: int) -> date:
    """A day that many days after the build's."""
    return TODAY + timedelta(days=offset)


def milestones() -> tuple[MilestoneView, ...]:
    """Late and done, moved and early, on time, without any date."""
    return (
        MilestoneView(
            id="strategy", title="Strategy agreed", description="Message and media plan.",
            baseline=day(-52), agreed=day(-52), done=day(-48), slip=4,
        ),
        MilestoneView(
            id="pack", title="Small pack ready for print", baseline=day(11), agreed=day(18),
            forecast=day(16), slip=-2, moved_by=("Add the 330 ml pack",),
        ),
        MilestoneView(id="launch", title="Launch day", baseline=day(98), agreed=day(98), slip=0),
        MilestoneView(id="report", title="Final report"),
    )  # fmt: skip


def kpis() -> tuple[KpiView, ...]:
    """A falling one with a trend, a rising one with one reading, one with a change alone."""
    readings = tuple(
        FigureView(value=Decimal(v), date=day(-60 + i * 20)) for i, v in enumerate(("11.2", "9.9"))
    )
    return (
        KpiView(
            id="cost", name="Cost per lead", unit="€", direction="decrease",
            baseline=FigureView(value=Decimal("11.80"), date=day(-80)),
            target=FigureView(value=Decimal("8.50"), date=day(98)),
            actual=readings[-1], readings=readings, change=Decimal("-16.1"),
            source="Ad accounts", method="Spend by leads, weekly",
        ),
        KpiView(
            id="list", name="People on the waiting list", unit="people",
            actual=FigureView(value=Decimal(2140), date=day(-3)),
            readings=(FigureView(value=Decimal(2140), date=day(-3)),),
        ),
        KpiView(id="share", name="Brand recall", direction="maintain", change=Decimal("3.5")),
    )  # fmt: skip


def case() -> CaseStudyView:
    """A case study with everything."""
    return CaseStudyView(
        slug="spring", language="en", title="A launch that sold out", summary="Sold out in a day.",
        client="Brisa Foods", anonymised=False, industry="Groceries", region="Galicia", size="medium",
        services=("Media buying",), logo=file("files/logo.png"),
        image=Picture(file=file("files/hero.png"), alt="A shelf, empty"),
        headline=kpis()[0], results=kpis()[:1],
        quote=QuoteView(text="Dull, and we loved it.", by="Quim Ruiz", role="CMO"),
        story=text("The *story*.\n\n### How\n\nBy hand."),
        sections=(SectionView(id="story", title="What we learned", prose=text("A lot.\n\n### How\n\nx")),),
        start=day(-80), end=day(150), updated=day(-3), rank=Decimal(10),
    )  # fmt: skip


def rich(language: str = "en") -> PortalView:
    """A portal with a text of its own in every field."""
    return PortalView(
        language=language, agency="Estudio Norte", client="Brisa Foods", legal_name="Brisa Foods, S.L.",
        website="https://www.brisafoods.example/", logo=file("files/logo.png"),
        title="Spring launch 2027", lifecycle="active", industry="Beverages", region="Iberia",
        size="enterprise", services=("Media planning", "Packaging"),
        objective="8,000 people on the list by March.\n\nAt 8.50 € each.",
        health=HealthView(
            overall="at_risk", as_of=day(-20), rationale="The printer asked for a day.", scope="green",
            schedule="amber", quality="red", stale_days=20,
        ),
        done=1, total=4, end_slip=3,
        summary=SectionView(id="summary", title="In short", prose=text("All *well*, see ### below.")),
        needs=(
            NeedView(id="label", title="Choose the label’s colour", action="decide", due=day(-3),
                     owner="Olga Prat", overdue_days=3),
            NeedView(id="rules", title="Read the draw’s rules", action="review", due=day(9),
                     owner="Carmen Vidal", link=Target(file=file("files/rules.pdf"))),
            NeedView(id="access", title="Give access", link=Target(address="https://forms.example/a?b=1&c=2")),
            NeedView(id="logos", title="Send the logos", action="accept", due=day(-30), done=day(-31),
                     owner="Board", link=Target(file=file("files/logos.zip"))),
        ),
        changes=(
            ChangeView(date=day(-3), kind="update", title="Two formats on air",
                       page="updates/2026-11-20-two-formats/", key="aa"),
            ChangeView(date=day(-5), kind="decision", title="No purchase needed", page="scope/#d-no-purchase",
                       key="bb", by="Sponsor Ruiz"),
            ChangeView(date=day(-6), kind="milestone", title="Strategy agreed", page="timeline/#m-strategy",
                       key="cc", slip=4),
            ChangeView(date=day(-11), kind="change_request", title="Add the 330 ml pack",
                       page="scope/#c-pack-330", key="dd", decision="approved"),
        ),
        upcoming=milestones()[1:],
        timeline=Timeline(milestones=milestones(), start=day(-80), end=day(150), agreed_end=day(158),
                          today=TODAY),
        agreed_end=day(158),
        kpis=kpis(),
        updates=(
            UpdateView(id="2026-11-20-two-formats", date=day(-3), title="Two formats on air",
                       prose=text(PROSE, "A second stretch.[^1]\n\n[^1]: Another note.", files=FILES)),
            UpdateView(id="2026-11-13-pack", date=day(-10), title="The small pack is in", prose=text("Yes.")),
        ),
        sections=(SectionView(id="story", title="How we work", prose=text("Weekly.\n\n### How\n\nBy phone.")),),
        deliverables=(
            DeliverableView(id="media-plan", title="Media plan", status="approved", due=day(-40),
                            version="v3", link=Target(file=file("files/plan.pdf")), round=2, round_limit=3,
                            approved_by="Board of Brisa", approved_on=day(-41)),
            DeliverableView(id="posters", title="Posters", status="in_progress", due=day(20)),
            DeliverableView(id="film", title="Film", round_limit=4),
        ),
        decisions=(
            DecisionView(id="no-purchase", title="No purchase needed", date=day(-5),
                         decision="Everybody may enter the draw.", context="The law asks for it.",
                         consequences="More entries, fewer receipts.", decided_by="Sponsor Ruiz"),
            DecisionView(id="bare", title="Go ahead"),
        ),
        scope=ScopeView(
            inside=("Three ad formats",), outside=("Trade fairs",), assumptions=("Stock arrives in May",),
            constraints=("No television",), wordings=("Reports every second Friday",),
            risks=("Green ink may be short.\n\nWe ordered early.",),
        ),
        change_requests=(
            ChangeRequestView(id="pack-330", title="Add the 330 ml pack", type="request_for_change",
                              raised_by="Carmen at Brisa", raised_on=day(-20), schedule_days=7,
                              cost=Decimal("4200.50"), affects=("Small pack ready for print",),
                              affects_end=True, decision="approved", decided_on=day(-11)),
            ChangeRequestView(id="blue", title="A blue cap", type="problem"),
        ),
        tactics=(
            TacticView(id="tasting", title="Taste in shops", rationale="People buy what they tried.",
                       status="proposed", proposed_on=day(-33)),
        ),
        findings=("Buyers read the label first.\n\nThen the price.",),
        raci=(
            ResponsibilityView(activity="Approve copy", responsible=("Nuria C.",), accountable="Ana R.",
                               consulted=("Legal desk",), informed=("Sales desk",)),
        ),
        hours=HoursView(budget=Decimal(1200), used=Decimal("845.5")),
        team=(
            PersonView(id="lucia", name="Lucía Ferrer", role="account_executive",
                       email="lucia@estudio-norte.example", phone="+34 910 000 012"),
            PersonView(id="martin", name="Martín Oliva", role="project_manager",
                       email="martin@estudio-norte.example", phone="+34 910 000 013"),
            PersonView(id="nuria", name="Nuria Castell", role="creative"),
            PersonView(id="pau", name="Pau Rius"),
        ),
        contacts=(
            ContactView(id="ana", name="Ana Ruiz", role="sponsor"),
            ContactView(id="leo", name="Leo Vega"),
        ),
        case=PublishedCase(public=True, consent="granted", until=day(280), case=case(),
                           only_you=text("What it cost you stays here.")),
    )  # fmt: skip


def bare(language: str = "en") -> PortalView:
    """A portal that says as little as a portal can."""
    return PortalView(
        language=language, agency="Estudio Norte", client="Brisa Foods", title="Spring launch",
        lifecycle="active", timeline=Timeline(today=TODAY),
    )  # fmt: skip


def odd() -> PortalView:
    """Markup, long words and equal names where texts stand."""
    evil = "<script>window.x=1</script> \"quoted\" & 'single'"
    long = "Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen" * 2
    return rich().model_copy(
        update={
            "client": evil,
            "title": evil,
            "objective": evil,
            "health": HealthView(rationale=evil, as_of=TODAY),
            "needs": (NeedView(id="x", title=evil, owner=evil, due=day(1)),),
            "timeline": Timeline(
                milestones=(MilestoneView(id="x", title=evil, description=evil, baseline=day(1), agreed=day(1)),
                            MilestoneView(id="y", title=long, baseline=day(1))),
                today=TODAY,
            ),
            "upcoming": (),
            "changes": (),
            "kpis": (KpiView(id="x", name=evil, unit=evil, source=evil, method=evil,
                             readings=(FigureView(value=Decimal(1), date=day(1)),
                                       FigureView(value=Decimal(1), date=day(1)))),),
            "deliverables": (DeliverableView(id="x", title=evil, version=evil, approved_by=evil),),
            "scope": ScopeView(inside=(evil, long)),
            "legal_name": evil,
        }
    )  # fmt: skip

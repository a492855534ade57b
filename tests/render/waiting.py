"""What waits for approval, made by hand: a realistic account, a first approval, odd texts."""

from __future__ import annotations

from datetime import date

from portalgen.views import (
    CaseState,
    DifferenceView,
    HealthView,
    HeldView,
    PortfolioRow,
    PortfolioView,
    ReferencesView,
    Reviewed,
)

EVIL = "<script>window.x=1</script> \"quoted\" & 'single' \x1b[31mred\x07 \u202egnp.exe {0} %(x)s"

STORY = """\
Two of three formats went out on Tuesday, and the first numbers are better than what we planned for: a \
lead costs 9.90 € instead of 11.80 €, and most of them stay on the list.

The short film was made in two days in Almería. **Nobody mentions the price**, as we agreed in October; \
the label shows the four flavours, and the shelf talker repeats what the label says. The printer has \
both files.

- The third format follows on Tuesday, 24 November.
- The tasting in 40 shops begins in January, with samples of all flavours.

We talk on Friday at ten, as always. If you want to see the numbers before, write to us."""
CHANGED = STORY.replace("Tuesday, 24 November", "Thursday, 26 November: the printer asked for two days")


def difference(
    place: str,
    field: str,
    before: str | None,
    after: str | None,
    title: str = "",
    *,
    choice: bool = False,
    id: str = "",
) -> DifferenceView:
    """One difference; the id is made of the title."""
    return DifferenceView(
        place=place, id=id or title.lower().replace(" ", "-"), title=title, field=field, before=before,
        after=after, choice=choice,
    )  # fmt: skip


def item(place: str, title: str, *, choice: tuple[str, ...] = (), **fields: str) -> list[DifferenceView]:
    """A new item with these fields."""
    return [
        difference(place, field, None, value, title, choice=field in choice)
        for field, value in {"title": title, **fields}.items()
    ]


CHANGES = (
    difference("milestones", "forecast", "2026-12-11", "2026-12-15", "Small pack ready for print"),
    *item("needs", "Choose the label’s colour", choice=("action",), action="decide", due="2026-11-27",
          owner="Ana Ruiz"),
    difference("deliverables", "status", "client_review", "approved", "Media plan", choice=True),
    difference("deliverables", "approved_on", None, "2026-11-20", "Media plan"),
    difference("kpis", "readings", "2026-10-01: 11.10\n2026-10-20: 10.60",
               "2026-10-01: 11.10\n2026-10-20: 10.60\n2026-11-20: 9.90", "Cost per lead"),
    difference("health", "rationale", "Two formats are on air.", "Two of three formats are on air.\n"),
    difference("", "objective", "8,000 people on the list by March.",
               "8,000 people on the list before the soups are in the shops."),
    difference("scope", "in", "Three ad formats\nWaiting list", "Three ad formats\nWaiting list\nTasting"),
    difference("updates", "text", STORY, CHANGED, "First ads are live", id="2026-11-20-first-ads-are-live"),
    difference("sections", "text", "A call on Fridays at ten.", "A call  on Fridays\nat ten.", "How we work"),
    difference("files", "content", "52340 B, 0a1b2c3d4e5f", "52377 B, 9f8e7d6c5b4a", "files/plan.pdf"),
    *(difference("milestones", f, "x", None, "Final report") for f in ("title", "forecast")),
)  # fmt: skip

FIRST = (
    difference("client", "name", None, "Casa Lumbre"),
    difference("", "title", None, "Reapertura de otoño"),
    difference("", "language", None, "es"),
    difference("", "lifecycle", None, "active", choice=True),
    difference("", "start", None, "2026-10-01"),
    difference("", "objective", None, "Que el barrio vuelva a cenar fuera los martes."),
    *item("milestones", "Carta nueva", baseline="2026-12-01", forecast="2026-12-01"),
    *item("milestones", "Noche de apertura", baseline="2026-12-10", forecast="2026-12-12"),
    *item("needs", "Fotos de la cocina", choice=("action",), action="provide", due="2026-11-30"),
    *item("updates", "Hemos empezado", date="2026-11-18",
          text="La carta está en pruebas.\n\n- Doce platos\n- Dos menús"),
    difference("sections", "title", None, "En pocas palabras", "En pocas palabras"),
    difference("sections", "text", None, "Una carta corta y una noche al mes.", "En pocas palabras"),
)  # fmt: skip

CASE = (
    difference("case_study", "summary", "How a soup brand filled its list.",
               "How a soup brand filled its waiting list before the soup was in the shops."),
    difference("kpis", "target.value", "10.00", "1000.50", "Cost per lead"),
)  # fmt: skip


def held(
    account: str = "brisa-foods",
    *differences: DifferenceView,
    audience: Reviewed = "client",
    by: str | None = "Lucía Ferrer",
    on: date | None = date(2026, 11, 18),
    client: str = "Brisa Foods",
    title: str = "Spring launch 2027",
) -> HeldView:
    """What waits; with `on` None a first approval."""
    return HeldView(
        account=account, client=client, title=title, audience=audience, approved_by=by if on else None,
        approved_on=on, differences=differences, digest="d",
    )  # fmt: skip


BRISA = held("brisa-foods", *CHANGES)
LUMBRE = held("casa-lumbre", *FIRST, on=None, client="Casa Lumbre", title="Reapertura de otoño")
BRISA_CASE = held("brisa-foods", *CASE, audience="public", by=None)


def row(id: str, client: str, *waiting: HeldView, ae: str | None = "Lucía Ferrer") -> PortfolioRow:
    """An account of which this waits."""
    return PortfolioRow(
        id=id, client=client, title=waiting[0].title if waiting else "Spring", lifecycle="active",
        account_executive=ae, health=HealthView(), data_says="on_track", held=waiting,
        case=CaseState(account=id, client=client),
    )  # fmt: skip


def portfolio(
    *rows: PortfolioRow, review: tuple[Reviewed, ...] = ("client", "public"), language: str = "en"
) -> PortfolioView:
    """The portfolio with these accounts."""
    return PortfolioView(
        agency="Estudio Norte", language=language, as_of=date(2026, 11, 23), review=review, rows=rows
    )


def no_references(language: str = "en") -> ReferencesView:
    """No case study at all."""
    return ReferencesView(agency="Estudio Norte", language=language)


WAITING = (
    row("brisa-foods", "Brisa Foods", BRISA, BRISA_CASE),
    row("casa-lumbre", "Casa Lumbre", LUMBRE),
    row("tinta-books", "Tinta Books"),
)

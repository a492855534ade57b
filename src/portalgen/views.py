"""The views: frozen values that hold what one audience may see, and nothing else.

Privacy by type: `render` gets a view and has no way to an account, so what is not named here cannot
be shown. Owns the shape of each surface's data; `project` fills it, `render` draws it. Texts are as
the author wrote them (plain, or Markdown in `Prose`); dates are dates, numbers are `Decimal`.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from portalgen.vocabulary import (
    Attribution,
    Audience,
    ChangeDecision,
    ChangeType,
    Colour,
    ConsentChannel,
    ConsentScope,
    ConsentStatus,
    ContactRole,
    DeliverableStatus,
    Direction,
    Lifecycle,
    NeedAction,
    Overall,
    Size,
    TacticStatus,
    TeamRole,
)

Day = datetime.date
"""A calendar day; named apart because several views have a field `date`."""


class View(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


# ---- shared pieces --------------------------------------------------------------------------------


class FileRef(View):
    """A file to be published: `path` below the account's folder, its content's hash and size in bytes.

    It is published as `url` below its unit (a portal, a case study, an account of the internal site).
    """

    path: str
    sha256: str
    size: int

    @property
    def url(self) -> str:
        """`files/...` stays as it is; what stands elsewhere in the folder goes below `files/_/`."""
        return self.path if self.path.startswith("files/") else f"files/_/{self.path}"


class Prose(View):
    """Markdown that its reader may see: stretches, each a document of its own, in order.

    `files` maps a link target as written (`files/ad.png`) to the file. `images` or `links` False:
    images, or links that leave the page, are not shown (their text is).
    """

    stretches: tuple[str, ...]
    files: tuple[tuple[str, FileRef], ...] = ()
    images: bool = True
    links: bool = True


class SectionView(View):
    """A section under its own heading."""

    id: str
    title: str
    prose: Prose


class UpdateView(View):
    """A dated update with a permanent address `updates/<id>/`."""

    id: str
    date: Day
    title: str
    prose: Prose


class Target(View):
    """A link of the front matter: either an address (`https:`, `mailto:`, `tel:`) or a file."""

    address: str = ""
    file: FileRef | None = None


class PersonView(View):
    """One of the agency's people."""

    id: str
    name: str
    role: TeamRole | None = None
    email: str | None = None
    phone: str | None = None


class ContactView(View):
    """One of the client's people."""

    id: str
    name: str
    role: ContactRole | None = None


class HealthView(View):
    """What the AE says; `stale_days` is the claim's age in days where it is older than allowed."""

    overall: Overall | None = None
    as_of: Day | None = None
    rationale: str | None = None
    scope: Colour = "unknown"
    schedule: Colour = "unknown"
    quality: Colour = "unknown"
    stale_days: int | None = None


class MilestoneView(View):
    """Promised (`baseline`), agreed, forecast and done; `slip` in calendar days against agreed.

    `slip` is None where nothing can be said, negative where it is early. `moved_by` names the
    approved changes that make the difference between promised and agreed.
    """

    id: str
    title: str
    description: str | None = None
    baseline: Day | None = None
    agreed: Day | None = None
    forecast: Day | None = None
    done: Day | None = None
    slip: int | None = None
    moved_by: tuple[str, ...] = ()

    @property
    def next_date(self) -> Day | None:
        """When it happened or is expected."""
        return self.done or self.forecast or self.agreed


class Timeline(View):
    """The dates of an engagement. `today` is drawn on the timeline."""

    milestones: tuple[MilestoneView, ...] = ()
    start: Day | None = None
    end: Day | None = None
    agreed_end: Day | None = None
    today: Day


class FigureView(View):
    """A number with its day."""

    value: Decimal
    date: Day | None = None


class KpiView(View):
    """A measure with where it began, where it should end and its readings, oldest first.

    `change` is the change from baseline to the last reading in per cent, rounded to one decimal.
    Where the numbers may not be shown (anonymised cases), `change` is all there is.
    """

    id: str
    name: str
    unit: str | None = None
    direction: Direction = "increase"
    baseline: FigureView | None = None
    target: FigureView | None = None
    actual: FigureView | None = None
    readings: tuple[FigureView, ...] = ()
    change: Decimal | None = None
    source: str | None = None
    method: str | None = None


class NeedView(View):
    """What we need from the client; `overdue_days` where its day has passed."""

    id: str
    title: str
    action: NeedAction = "provide"
    due: Day | None = None
    owner: str | None = None
    link: Target | None = None
    done: Day | None = None
    overdue_days: int | None = None


class DeliverableView(View):
    """Something that the client gets."""

    id: str
    title: str
    status: DeliverableStatus = "planned"
    due: Day | None = None
    version: str | None = None
    link: Target | None = None
    round: int | None = None
    round_limit: int | None = None
    approved_by: str | None = None
    approved_on: Day | None = None


class DecisionView(View):
    """What was decided."""

    id: str
    title: str
    date: Day | None = None
    decision: str | None = None
    context: str | None = None
    consequences: str | None = None
    decided_by: str | None = None


class ChangeRequestView(View):
    """A change request with its effect on the dates; `affects` are titles, `end` True for the end."""

    id: str
    title: str
    type: ChangeType = "request_for_change"
    raised_by: str | None = None
    raised_on: Day | None = None
    schedule_days: int | None = None
    cost: Decimal | None = None
    affects: tuple[str, ...] = ()
    affects_end: bool = False
    decision: ChangeDecision = "pending"
    decided_on: Day | None = None


class ScopeView(View):
    """What is in, what is out, and what expectations were settled to (`wordings`)."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


class TacticView(View):
    """A suggestion of ours."""

    id: str
    title: str
    rationale: str | None = None
    status: TacticStatus
    proposed_on: Day | None = None


class ResponsibilityView(View):
    """A row of the RACI chart."""

    activity: str
    responsible: tuple[str, ...] = ()
    accountable: str | None = None
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()


class HoursView(View):
    """Hours agreed and used."""

    budget: Decimal | None = None
    used: Decimal | None = None


class ChangeView(View):
    """One line of "What changed": the day, what kind of thing, its title, and its page in the portal.

    `page` is relative to the portal's root and may carry an anchor (`updates/2026-11-20-ads/`).
    `key` tells the browser whether the reader has seen it; it changes when the line does.
    """

    date: Day
    kind: Literal["update", "milestone", "decision", "change_request"]
    title: str
    page: str
    key: str


# ---- the client's portal --------------------------------------------------------------------------


class PublishedCase(View):
    """The portal's page "What we publish about you".

    `case` is what prospects see or would see (None once the client has withdrawn), `only_you` what
    the case study's client fences hold. `until` is the last public day.
    """

    public: bool
    consent: ConsentStatus
    until: Day | None = None
    case: CaseStudyView | None = None
    only_you: Prose | None = None


class PortalView(View):
    """All that one client may see, on one day."""

    language: str
    agency: str
    client: str
    legal_name: str | None = None
    website: str | None = None
    logo: FileRef | None = None
    title: str
    lifecycle: Lifecycle
    industry: str | None = None
    region: str | None = None
    size: Size | None = None
    services: tuple[str, ...] = ()
    objective: str | None = None
    health: HealthView = HealthView()
    done: int = 0
    total: int = 0
    agreed_end: Day | None = None
    end_slip: int | None = None
    summary: SectionView | None = None
    needs: tuple[NeedView, ...] = ()
    changes: tuple[ChangeView, ...] = ()
    upcoming: tuple[MilestoneView, ...] = ()
    timeline: Timeline
    kpis: tuple[KpiView, ...] = ()
    updates: tuple[UpdateView, ...] = ()
    sections: tuple[SectionView, ...] = ()
    deliverables: tuple[DeliverableView, ...] = ()
    decisions: tuple[DecisionView, ...] = ()
    scope: ScopeView = ScopeView()
    change_requests: tuple[ChangeRequestView, ...] = ()
    tactics: tuple[TacticView, ...] = ()
    findings: tuple[str, ...] = ()
    raci: tuple[ResponsibilityView, ...] = ()
    hours: HoursView | None = None
    team: tuple[PersonView, ...] = ()
    contacts: tuple[ContactView, ...] = ()
    case: PublishedCase | None = None

    @property
    def account_executive(self) -> PersonView | None:
        """The client's contact at the agency."""
        return next((p for p in self.team if p.role == "account_executive"), None)


# ---- the public gallery ---------------------------------------------------------------------------


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


# ---- the team's side ------------------------------------------------------------------------------


class BriefEntry(View):
    """One field of the account: its key, who sees it, and its value.

    `key` is the last part of the field's name (`path_to_green`). `value` is a scalar, a text, or a
    list: of texts for a list of texts, of `BriefItem`s for a list of mappings. `choice` says that
    the value is a word of an enumeration, to be translated.
    """

    key: str
    audience: Audience
    value: str | Day | Decimal | int | Target | tuple[BriefItem, ...]
    choice: bool = False


class BriefItem(View):
    """A mapping, an element of a list, or (with one entry named `text`) a text of a list of texts."""

    id: str = ""
    audience: Audience
    entries: tuple[BriefEntry, ...]


class BriefText(View):
    """A stretch of prose with its audience."""

    audience: Audience
    prose: Prose


class BriefSection(View):
    """A section or update of the account with every stretch."""

    id: str
    title: str
    date: Day | None = None
    audience: Audience
    texts: tuple[BriefText, ...]


class Attention(View):
    """A rule that wants someone: its id and one sentence in the team's language."""

    rule: str
    message: str


class BriefView(View):
    """Everything about one account, for the team. `portal` is its key's folder, or None."""

    account: str
    language: str
    agency: str
    client: str
    title: str
    health: HealthView
    data_says: Overall
    attention: tuple[Attention, ...] = ()
    slip_days: int | None = None
    timeline: Timeline
    fields: tuple[BriefEntry, ...]
    updates: tuple[BriefSection, ...] = ()
    sections: tuple[BriefSection, ...] = ()
    kpis: tuple[KpiView, ...] = ()
    risks: tuple[RiskPoint, ...] = ()
    has_portal: bool = False
    case: CaseState


class RiskPoint(View):
    """A risk's place in the matrix (1 to 5 each)."""

    title: str
    probability: int
    impact: int
    open: bool


class CaseState(View):
    """Whether a case may be shown, where, until when, and if not, why not (one sentence).

    `left_out` are the scopes whose absence leaves something out. `case` is what prospects may see
    on the channels consented to, or None.
    """

    account: str
    client: str
    title: str | None = None
    attribution: Attribution = "internal_only"
    consent: ConsentStatus = "none"
    scopes: tuple[ConsentScope, ...] = ()
    channels: tuple[ConsentChannel, ...] = ()
    expires_on: Day | None = None
    granted_by: str | None = None
    granted_on: Day | None = None
    evidence: str | None = None
    public: bool = False
    why: str = ""
    left_out: tuple[str, ...] = ()
    slug: str | None = None
    case: CaseStudyView | None = None


class NextDate(View):
    """The next dated thing of an account."""

    title: str
    date: Day


class PortfolioRow(View):
    """One account in the portfolio: what `portfolio.json` says, and what the filters need."""

    id: str
    client: str
    title: str
    lifecycle: Lifecycle
    account_executive: str | None = None
    project_manager: str | None = None
    health: HealthView
    data_says: Overall
    attention: tuple[Attention, ...] = ()
    next: NextDate | None = None
    last_update: Day | None = None
    open_needs: int = 0
    overdue_needs: int = 0
    open_change_requests: int = 0
    open_expectations: int = 0
    slip_days: int | None = None
    services: tuple[str, ...] = ()
    has_portal: bool = False
    case: CaseState


class EventView(View):
    """A dated thing for a calendar. `key` makes the stable UID; `owners` are AE and PM names."""

    key: str
    date: Day
    kind: Literal["milestone", "need", "end"]
    title: str
    client: str = ""
    account: str = ""
    owners: tuple[str, ...] = ()
    done: bool = False


class PortfolioView(View):
    """The dashboard over all accounts on one day, those that need attention first."""

    agency: str
    language: str
    as_of: Day
    rows: tuple[PortfolioRow, ...] = ()
    events: tuple[EventView, ...] = ()


class ReferencesView(View):
    """All case studies with what may be used where, and why some are not public."""

    agency: str
    language: str
    cases: tuple[CaseState, ...] = ()


PublishedCase.model_rebuild()
PortalView.model_rebuild()
BriefEntry.model_rebuild()
BriefItem.model_rebuild()
BriefView.model_rebuild()


def files_of(view: View) -> dict[str, FileRef]:
    """Every file that a view shows, by its `url` below the unit: what is published with it."""
    found: dict[str, FileRef] = {}
    _collect(view, found)
    return found


def _collect(value: object, found: dict[str, FileRef]) -> None:
    if isinstance(value, FileRef):
        found[value.url] = value
    elif isinstance(value, View):
        for inner in value.__dict__.values():
            if isinstance(inner, View | tuple):
                _collect(inner, found)
    elif isinstance(value, tuple):
        for inner in value:
            if isinstance(inner, View | tuple):
                _collect(inner, found)

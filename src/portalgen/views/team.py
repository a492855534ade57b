"""The team's side: brief, portfolio, references."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from portalgen.views.gallery import CaseStudyView
from portalgen.views.pieces import (
    ChangeRequestView,
    Day,
    HealthView,
    KpiView,
    Prose,
    Target,
    Timeline,
    View,
)
from portalgen.views.review import HeldView, Reviewed
from portalgen.vocabulary import (
    Attribution,
    Audience,
    ConsentChannel,
    ConsentScope,
    ConsentStatus,
    Lifecycle,
    Overall,
)


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
    """Everything about one account, for the team. `portal` is its key's folder, or None.

    `spoken` is the language of the account's own words where that is not the page's.
    """

    account: str
    language: str
    spoken: str | None = None
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
    changes: tuple[ChangeRequestView, ...] = ()
    risks: tuple[RiskPoint, ...] = ()
    has_portal: bool = False
    held: tuple[HeldView, ...] = ()
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
    """One account in the portfolio: what `portfolio.json` says, and what the filters need.

    `spoken` is the language of the account's own words where that is not the page's.
    """

    id: str
    client: str
    title: str
    spoken: str | None = None
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
    held: tuple[HeldView, ...] = ()
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
    """The dashboard over all accounts on one day, those that need attention first.

    `review` says whose view of an account is published only once it is approved.
    """

    agency: str
    language: str
    as_of: Day
    review: tuple[Reviewed, ...] = ()
    rows: tuple[PortfolioRow, ...] = ()
    events: tuple[EventView, ...] = ()


class ReferencesView(View):
    """All case studies with what may be used where, and why some are not public."""

    agency: str
    language: str
    cases: tuple[CaseState, ...] = ()


BriefEntry.model_rebuild()
BriefItem.model_rebuild()
BriefView.model_rebuild()

"""The client's portal."""

from __future__ import annotations

from portalgen.views.gallery import CaseStudyView
from portalgen.views.pieces import (
    ChangeRequestView,
    ChangeView,
    ContactView,
    Day,
    DecisionView,
    DeliverableView,
    FileRef,
    HealthView,
    HoursView,
    KpiView,
    MilestoneView,
    NeedView,
    PersonView,
    Prose,
    ResponsibilityView,
    ScopeView,
    SectionView,
    TacticView,
    Timeline,
    UpdateView,
    View,
)
from portalgen.vocabulary import ConsentStatus, Lifecycle, Size


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

"""The client's portal: `PortalView`, which names each thing that it takes.

In two steps, as a case study: `facts` are what the client may be shown, whatever the day; `portal` draws
the view of a day from them, with all that follows from dates.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from portalgen.account import CLIENT, Account, Section
from portalgen.clock import shifted
from portalgen.project import consent, dates, pieces
from portalgen.project.narrow import narrow
from portalgen.project.withdraw import bare, retain
from portalgen.settings import Settings
from portalgen.views import (
    ChangeKind,
    ChangeView,
    ContactView,
    DecisionView,
    DeliverableView,
    HoursView,
    NeedView,
    PersonView,
    PortalView,
    PublishedCase,
    ResponsibilityView,
    ScopeView,
    SectionView,
    TacticView,
    Timeline,
    UpdateView,
    change_key,
)
from portalgen.vocabulary import OVER

CHANGED_WITHIN = 14
"""Days back from the build's date that "What changed" looks."""
UPCOMING = 3
WITHOUT_PORTAL = ("proposed", "cancelled")


def has_portal(account: Account, today: date) -> bool:
    """Whether the account has a portal on this day: by its lifecycle, and up to `access.until`."""
    until = account.access.until
    return account.lifecycle not in WITHOUT_PORTAL and (until is None or today <= until)


def facts(account: Account) -> Account:
    """What the client of this account may be shown, nothing of the day in it: what is approved and kept."""
    seen = narrow(account, CLIENT)
    if not consent.shows_case(account):
        seen = seen.model_copy(
            update={"sections": tuple(s for s in seen.sections if s.id != consent.SECTION)}
        )
    return bare(seen)


def kept(approved: Account, own: Account, account: Account, then: Account | None = None) -> Account:
    """Of the facts that were approved what may still be shown. `own` are those of the account as it is;
    `then` is the account of which they were the facts, where that is known."""
    return retain(approved, own, account, CLIENT, then)


def portal(seen: Account, published: PublishedCase | None, settings: Settings, today: date) -> PortalView:
    """What a client sees on this day of these facts; `published` is their page about the case study."""
    line = pieces.timeline(seen, today)
    kept = sorted((u for u in seen.updates if u.date <= today), key=lambda u: (u.date, u.id))
    updates = [
        UpdateView(id=u.id, date=u.date, title=u.title, prose=pieces.prose(seen, u.stretches) or pieces.EMPTY)
        for u in reversed(kept)
    ]
    sections = [s for s in seen.sections if s.id not in ("summary", consent.SECTION)]
    if published is not None and published.case is not None:  # what stands there is not said twice
        there = {s.id for s in published.case.sections}
        sections = [s for s in sections if s.id not in there or _is_fenced(s)]
    summary, over = seen.section("summary"), seen.lifecycle in OVER
    return PortalView(
        language=seen.language or settings.language,
        agency=settings.site_name,
        client=seen.client.name,
        legal_name=seen.client.legal_name,
        website=seen.client.website,
        logo=pieces.file(seen, seen.client.logo) if seen.client.logo else None,
        title=seen.title,
        lifecycle=seen.lifecycle,
        industry=seen.industry,
        region=seen.region,
        size=seen.size,
        services=pieces.texts(seen.services),
        objective=seen.objective,
        health=pieces.health(seen, settings, today),
        done=sum(m.done is not None for m in seen.milestones),
        total=len(seen.milestones),
        agreed_end=line.agreed_end,
        end_slip=_end_slip(seen, today),
        summary=_section(seen, summary) if summary else None,
        needs=tuple(n for n in _needs(seen, today) if n.done or not over),
        changes=tuple(
            sorted(_changes(seen, updates, line, today), key=lambda c: (-c.date.toordinal(), c.page))
        ),
        upcoming=() if over else tuple(m for m in line.milestones if m.done is None)[:UPCOMING],
        timeline=line,
        kpis=tuple(pieces.kpi(k) for k in seen.kpis),
        updates=tuple(updates),
        sections=tuple(v for v in (_section(seen, s) for s in sections) if v),
        deliverables=tuple(_deliverables(seen)),
        decisions=tuple(_decisions(seen)),
        scope=_scope(seen),
        change_requests=tuple(pieces.change_requests(seen)),
        tactics=tuple(_tactics(seen)),
        findings=tuple(m.findings for m in seen.market_studies if m.findings),
        raci=tuple(_raci(seen)),
        hours=_hours(seen),
        team=tuple(_team(seen)),
        contacts=tuple(ContactView(id=c.id, name=c.name, role=c.role) for c in seen.contacts),
        case=published,
    )


_ROLES = {"account_executive": 0, "project_manager": 1}


def _tactics(seen: Account) -> Iterator[TacticView]:
    for one in seen.tactics:
        yield TacticView(
            id=one.id,
            title=one.title,
            rationale=one.rationale,
            status=one.status,
            proposed_on=one.proposed_on,
        )


def _team(seen: Account) -> Iterator[PersonView]:
    """The client's contact first, then the project manager, then the others as written."""
    for one in sorted(seen.team, key=lambda p: _ROLES.get(p.role or "", len(_ROLES))):
        yield PersonView(id=one.id, name=one.name, role=one.role, email=one.email, phone=one.phone)


def _end_slip(seen: Account, today: date) -> int | None:
    agreed = dates.moved(seen, dates.END, seen.end)
    if agreed is None or seen.lifecycle == "completed" or today <= agreed:
        return None
    return (today - agreed).days


def _is_fenced(section: Section) -> bool:
    """Whether a public section holds something for the client alone, which no case study shows."""
    return any(min(s.audience, section.audience) == CLIENT for s in section.stretches)


def _section(seen: Account, section: Section) -> SectionView | None:
    text = pieces.prose(seen, section.stretches)
    return SectionView(id=section.id, title=section.title, prose=text) if text else None


def _needs(seen: Account, today: date) -> Iterator[NeedView]:
    for need in sorted(seen.needs, key=lambda n: (n.done is not None, n.due or date.max, n.id)):
        yield NeedView(
            id=need.id,
            title=need.title,
            action=need.action,
            due=need.due,
            owner=need.owner,
            link=pieces.target(seen, need.link),
            done=need.done,
            overdue_days=dates.overdue(need, today),
        )


def _changes(seen: Account, updates: list[UpdateView], line: Timeline, today: date) -> Iterator[ChangeView]:
    """What happened within the last days, each with what there is to say of it in a word."""
    first = shifted(today, -CHANGED_WITHIN)

    def line_of(
        kind: ChangeKind, day: date | None, title: str, page: str, **more: Any
    ) -> Iterator[ChangeView]:
        if day is not None and first <= day <= today:
            key = change_key(kind, day, title, page)
            yield ChangeView(date=day, kind=kind, title=title, page=page, key=key, **more)

    for u in updates:
        yield from line_of("update", u.date, u.title, f"updates/{u.id}/")
    for m in line.milestones:
        yield from line_of("milestone", m.done, m.title, f"timeline/#m-{m.id}", slip=m.slip)
    for d in seen.decisions:
        yield from line_of("decision", d.date, d.title, f"scope/#d-{d.id}", by=d.decided_by)
    for c in seen.change_requests:
        if c.decision != "pending":
            yield from line_of(
                "change_request", c.decided_on, c.title, f"scope/#c-{c.id}", decision=c.decision
            )


def _deliverables(seen: Account) -> Iterator[DeliverableView]:
    for one in sorted(seen.deliverables, key=lambda d: (d.due or date.max, d.id)):
        yield DeliverableView(
            id=one.id,
            title=one.title,
            status=one.status,
            due=one.due,
            version=one.version,
            link=pieces.target(seen, one.link),
            round=one.round,
            round_limit=one.round_limit,
            approved_by=one.approved_by,
            approved_on=one.approved_on,
        )


def _decisions(seen: Account) -> Iterator[DecisionView]:
    for one in sorted(seen.decisions, key=lambda d: (d.date or date.min, d.id), reverse=True):
        yield DecisionView(
            id=one.id,
            title=one.title,
            date=one.date,
            decision=one.decision,
            context=one.context,
            consequences=one.consequences,
            decided_by=one.decided_by,
        )


def _scope(seen: Account) -> ScopeView:
    return ScopeView(
        inside=pieces.texts(seen.scope.in_),
        outside=pieces.texts(seen.scope.out),
        assumptions=pieces.texts(seen.scope.assumptions),
        constraints=pieces.texts(seen.scope.constraints),
        wordings=tuple(e.agreed_wording for e in seen.expectations if e.agreed_wording),
        risks=tuple(r.client_summary for r in seen.risks if r.client_summary),
    )


def _raci(seen: Account) -> Iterator[ResponsibilityView]:
    for one in seen.raci:
        yield ResponsibilityView(
            activity=one.activity,
            responsible=pieces.texts(one.responsible),
            accountable=one.accountable,
            consulted=pieces.texts(one.consulted),
            informed=pieces.texts(one.informed),
        )


def _hours(seen: Account) -> HoursView | None:
    budget, used = seen.commercials.hours_budget, seen.commercials.hours_used
    return None if budget is None and used is None else HoursView(budget=budget, used=used)

"""The case study: what prospects may be shown of an account, and the client's page about it.

In two steps. `facts` is the account as the public would see it, under its scopes, with what decides how
it is shown and nothing of the day: this is what is approved and kept. `view` draws the case from facts
alone; anonymising takes away what is left there. Whether a case may be shown at all is `consent`'s to
say; `anonymous` looks for the client before anything is taken.
"""

from __future__ import annotations

from datetime import date

from portalgen.account import CLIENT, PUBLIC, Account, CaseStudy, Consent, Section
from portalgen.project import consent, pieces
from portalgen.project.consent import KNOWN, SECTION
from portalgen.project.narrow import narrow
from portalgen.project.say import Say
from portalgen.project.withdraw import bare, retain
from portalgen.settings import Settings
from portalgen.views import (
    CaseState,
    CaseStudyView,
    KpiView,
    Picture,
    Prose,
    PublishedCase,
    QuoteView,
    SectionView,
)
from portalgen.vocabulary import Attribution, slug

_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_WIDTH: dict[Attribution, int] = {"internal_only": 0, "anonymised": 1, "named": 2}


def facts(account: Account, attribution: Attribution | None = None) -> Account | None:
    """What the public would be shown under the consent's scopes, whatever its status; None where that is
    nothing. `attribution`: as if it were this one."""
    opened = consent.gates(account, attribution)
    if "case" not in opened:
        return None
    seen, said = narrow(account, PUBLIC, opened), account.case_study
    listed = dict.fromkeys((*((said.headline_kpi,) if said.headline_kpi else ()), *said.kpis))
    if "metrics" not in said.consent.scopes:
        listed = {}
    kpis = tuple(k for k in seen.kpis if k.id in listed)
    known = {k.id for k in kpis}
    decisive = {
        "attribution": attribution or said.attribution,
        "slug": address(account),
        "headline_kpi": said.headline_kpi if said.headline_kpi in known else None,
        "kpis": tuple(one for one in listed if one in known),
        "rank": said.rank,
        "consent": Consent(scopes=tuple(s for s in said.consent.scopes if s == "imagery")),
    }
    values = {
        "case_study": seen.case_study.model_copy(update=decisive),
        "sections": tuple(s for s in seen.sections if s.id not in KNOWN or s.id == SECTION),
        "kpis": kpis,
        "updates": (),
        "language": account.language,
    }
    return bare(seen.model_copy(update=values))


def kept(
    approved: Account, own: Account | None, account: Account, then: Account | None = None
) -> Account | None:
    """Of the facts that were approved what may still be shown; None where that is nothing. `own` are those
    of the account as it is; `then` is the account of which they were the facts, where that is known.

    A case that was approved as anonymised stays so until its being named is approved; the other way
    round it is withdrawn.
    """
    attribution = approved.case_study.attribution
    if _WIDTH[account.case_study.attribution] < _WIDTH[attribution]:
        return None
    now = own if attribution == account.case_study.attribution else facts(account, attribution)
    return None if now is None else retain(approved, now, account, PUBLIC, then)


def case_state(
    account: Account, settings: Settings, today: date, say: Say, shown: Account | None
) -> CaseState:
    """Whether the case may be shown, where, until when, and if not, why not.

    `shown` are the facts that may be shown as far as review goes; None: none is approved.
    """
    case = account.case_study
    unapproved = "" if shown else say("It has not been approved yet.")
    why = consent.why_not_public(account, today, say) or unapproved
    return CaseState(
        account=account.id,
        client=account.client.name,
        title=case.title,
        attribution=case.attribution,
        consent=case.consent.status,
        scopes=case.consent.scopes,
        channels=case.consent.channels,
        expires_on=case.consent.expires_on,
        granted_by=case.consent.granted_by,
        granted_on=case.consent.granted_on,
        evidence=case.consent.evidence,
        public=not why,
        why=why,
        left_out=tuple(consent.left_out(account)) if consent.in_force(account, today) else (),
        slug=address(account) if case.title else None,
        case=view(shown, settings) if shown and consent.in_force(account, today) else None,
    )


def published_case(
    account: Account, seen: Account, case: CaseStudyView | None, *, public: bool
) -> PublishedCase | None:
    """The client's page about it, with the case as it is or would be published.

    `seen` are the client's facts: the case study's client fences stand in them.
    """
    if not consent.has_page(account):
        return None
    said = account.case_study.consent
    section = seen.section(SECTION)
    fenced = [s for s in section.stretches if min(s.audience, section.audience) == CLIENT] if section else []
    withdrawn = not consent.shows_case(account)
    if case is None and not withdrawn:
        return None  # it waits for approval
    return PublishedCase(
        public=public,
        consent=said.status,
        until=said.expires_on,
        case=None if withdrawn else case,
        only_you=None if withdrawn else pieces.prose(seen, fenced),
    )


def address(account: Account) -> str:
    """The case's slug: as written, or made of its title."""
    return account.case_study.slug or slug(account.case_study.title or "") or account.id


def view(facts: Account, settings: Settings) -> CaseStudyView | None:
    """The case as prospects see it; None where nothing says whose it is."""
    case = facts.case_study
    anonymous = case.attribution == "anonymised"
    client = facts.client.descriptor if anonymous else facts.client.name
    if not client or not case.title:
        return None
    known = {k.id: pieces.kpi(k) for k in facts.kpis}
    results = tuple(known[one] for one in case.kpis if one in known)
    if anonymous:
        results = tuple(k for k in results if k.change is not None)
    days = [f.date for k in results for f in (k.baseline, *k.readings) if f and f.date]
    if anonymous:
        results = tuple(_relative(k) for k in results)
    picture = pieces.file(facts, case.image) if case.image and not anonymous else None
    sections = [
        SectionView(id=s.id, title=s.title, prose=p)
        for s in facts.sections
        if s.id != SECTION and (p := _story(facts, s, case))
    ]
    story = facts.section(SECTION)
    return CaseStudyView(
        slug=case.slug or slug(case.title) or facts.id,
        language=facts.language or settings.language,
        title=case.title,
        summary=case.summary,
        client=client,
        anonymised=anonymous,
        industry=facts.industry,
        region=facts.region,
        size=facts.size,
        services=pieces.texts(facts.services),
        logo=pieces.file(facts, facts.client.logo) if facts.client.logo else None,
        image=Picture(file=picture, alt=case.image_alt or "") if picture else None,
        headline=next((k for k in results if k.id == case.headline_kpi), None),
        results=results,
        quote=_quote(case, anonymous=anonymous),
        story=_story(facts, story, case) if story else None,
        sections=tuple(sections),
        start=min(days, default=None) if not anonymous else None,
        end=max(days, default=None) if not anonymous else None,
        updated=_updated(days, anonymous=anonymous),
        rank=case.rank,
    )


def _quote(case: CaseStudy, *, anonymous: bool) -> QuoteView | None:
    said = case.quote
    if said is None or not said.text:
        return None
    return QuoteView(text=said.text) if anonymous else QuoteView(text=said.text, by=said.by, role=said.role)


def _story(facts: Account, section: Section, case: CaseStudy) -> Prose | None:
    """The public stretches. An anonymised case has no files, neither linked nor known to the view; one
    without the scope has no images."""
    if case.attribution == "anonymised":
        text = pieces.prose(facts, section.stretches, images=False, links=False)
        return text and text.model_copy(update={"files": ()})
    images = "imagery" in case.consent.scopes
    text = pieces.prose(facts, section.stretches, images=images)
    if text is None or images:
        return text
    others = tuple((name, f) for name, f in text.files if not f.path.lower().endswith(_IMAGES))
    return text.model_copy(update={"files": others})


def _relative(view: KpiView) -> KpiView:
    """A result without its absolute values and days: the change in per cent stays."""
    return KpiView(
        id=view.id,
        name=view.name,
        direction=view.direction,
        change=view.change,
        source=view.source,
        method=view.method,
    )


def _updated(days: list[date], *, anonymous: bool) -> date | None:
    if not days:
        return None
    return date(max(days).year, 1, 1) if anonymous else max(days)

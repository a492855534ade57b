"""The case study: the gate to the public, and what passes it. Fails closed.

`state` is the one decision: attribution, consent, channel, expiry and scopes at the build's date,
with the reason in words. The gates that it opens are all that `narrow` needs to make the public's
account; anonymising takes away more, and `survivors` looks for the client before anything is taken.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from portalgen.account import CLIENT, PUBLIC, Account, Gate, Section
from portalgen.project import pieces
from portalgen.project.fold import contains, fold
from portalgen.project.narrow import narrow
from portalgen.project.say import English, Say
from portalgen.project.withdraw import retain
from portalgen.settings import Settings
from portalgen.views import (
    CaseState,
    CaseStudyView,
    Facet,
    GalleryView,
    KpiView,
    Picture,
    Prose,
    PublishedCase,
    QuoteView,
    SectionView,
)
from portalgen.vocabulary import slug

SECTION = "case-study"
_FACETS: tuple[Literal["industry", "service", "region", "size"], ...] = (
    "industry",
    "service",
    "region",
    "size",
)
_GATE_OF_SCOPE: dict[str, Gate] = {"logo": "logo", "quote": "quote", "imagery": "imagery"}
_EMPHASIS = dict.fromkeys(map(ord, "*_~`\\"))
_NEVER_ANONYMOUS: frozenset[Gate] = frozenset({"logo", "imagery", "named"})
_KNOWN = ("summary", "strategy", "market-study", "handover", SECTION)


def why_not_public(account: Account, today: date, say: Say) -> str:
    """Why the case study is not public on this day, as one sentence; `""` where it is."""
    case = account.case_study
    consent = case.consent
    if case.attribution == "internal_only":
        return say("It is for the team only.")
    if consent.status != "granted":
        return {
            "none": say("The client has not been asked for consent."),
            "requested": say("The client has been asked for consent and has not answered."),
            "revoked": say("The client has withdrawn consent."),
        }[consent.status]
    if "website" not in consent.channels:
        return say("The consent does not cover the website.")
    if consent.expires_on is not None and today > consent.expires_on:
        return say("The consent has expired.")
    if case.attribution == "named" and "name" not in consent.scopes:
        return say("The consent does not cover the client's name.")
    if case.attribution == "anonymised" and not account.client.descriptor:
        return say("It is anonymised, and the client has no descriptor to show instead of the name.")
    if not case.title:
        return say("It has no title.")
    return ""


def gates(account: Account) -> frozenset[Gate]:
    """What the case study would open to the public under the consent's scopes."""
    case = account.case_study
    if case.attribution == "internal_only" or not case.title:
        return frozenset()
    opened: set[Gate] = {"case", "named" if case.attribution == "named" else "anonymised"}
    opened |= {_GATE_OF_SCOPE[s] for s in case.consent.scopes if s in _GATE_OF_SCOPE}
    if case.attribution == "anonymised":
        opened -= _NEVER_ANONYMOUS
    return frozenset(opened)


def case_state(account: Account, settings: Settings, today: date, say: Say) -> CaseState:
    """Whether the case may be shown, where, until when, and if not, why not."""
    case = account.case_study
    why = why_not_public(account, today, say)
    consented = case.consent.status == "granted" and not (
        case.consent.expires_on and today > case.consent.expires_on
    )
    nameless = case.attribution == "named" and "name" not in case.consent.scopes
    shown = _view(account, settings) if consented and not nameless and case.consent.channels else None
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
        left_out=tuple(_left_out(account)) if not why else (),
        slug=_slug(account) if case.title else None,
        case=shown,
    )


def case_study(
    account: Account, settings: Settings, today: date, say: Say, before: Account | None = None
) -> CaseStudyView | None:
    """The case study as prospects see it on this day, or None where it is not public.

    With `before`, the account as it was released: what of that may still be shown, and nothing new.
    """
    if why_not_public(account, today, say) or (before and why_not_public(before, today, say)):
        return None
    return _view(account, settings, before)


def published_case(
    account: Account, settings: Settings, today: date, before: Account | None = None
) -> PublishedCase | None:
    """The client's page about it: from consent `requested` on, and never for the team's own cases.

    A client who has withdrawn reads that nothing is published, and no more.
    """
    if not _has_page(account) or (before and not _has_page(before)):
        return None
    consent = account.case_study.consent
    withdrawn = consent.status == "revoked"
    seen = retain(before, account, CLIENT) if before else narrow(account, CLIENT)
    section = seen.section(SECTION)
    fenced = [s for s in section.stretches if min(s.audience, section.audience) == CLIENT] if section else []
    return PublishedCase(
        public=not why_not_public(account, today, English()),
        consent=consent.status,
        until=consent.expires_on,
        case=None if withdrawn else _view(account, settings, before),
        only_you=None if withdrawn else pieces.prose(account, fenced),
    )


def _has_page(account: Account) -> bool:
    case = account.case_study
    return case.consent.status != "none" and case.attribution != "internal_only" and bool(case.title)


def _slug(account: Account) -> str:
    return account.case_study.slug or slug(account.case_study.title or "") or account.id


def _left_out(account: Account) -> Iterator[str]:
    """The scopes that are missing and leave something out."""
    case, scopes = account.case_study, account.case_study.consent.scopes
    anonymous = case.attribution == "anonymised"
    if case.quote and case.quote.text and "quote" not in scopes:
        yield "quote"
    if (case.kpis or case.headline_kpi) and "metrics" not in scopes:
        yield "metrics"
    if not anonymous and account.client.logo and "logo" not in scopes:
        yield "logo"
    if not anonymous and "imagery" not in scopes and (case.image or _has_images(account)):
        yield "imagery"


def _has_images(account: Account) -> bool:
    section = account.section(SECTION)
    return section is not None and any("![" in s.text for s in section.stretches if s.audience == PUBLIC)


def _view(account: Account, settings: Settings, before: Account | None = None) -> CaseStudyView | None:
    """The case under its scopes, whatever the consent's status: what is or would be published."""
    opened = gates(account) & gates(before) if before else gates(account)
    anonymous = "anonymised" in opened
    if "case" not in opened or not (anonymous or "named" in opened):
        return None
    seen = retain(before, account, PUBLIC, opened) if before else narrow(account, PUBLIC, opened)
    case = seen.case_study
    images = not anonymous and "imagery" in opened
    results = tuple(_results(account, seen, anonymous=anonymous))
    days = [f.date for k in results for f in (k.baseline, *k.readings) if f and f.date]
    if anonymous:
        results = tuple(_relative(k) for k in results)
    picture = pieces.file(seen, case.image) if case.image and images else None
    sections = [
        SectionView(id=s.id, title=s.title, prose=p)
        for s in seen.sections
        if s.id not in _KNOWN and (p := _story(seen, s, images=images, links=not anonymous))
    ]
    story = seen.section(SECTION)
    quote = case.quote
    return CaseStudyView(
        slug=_slug(before or account),
        language=account.language or settings.language,
        title=case.title or "",
        summary=case.summary,
        client=(seen.client.descriptor or "") if anonymous else seen.client.name,
        anonymised=anonymous,
        industry=seen.industry,
        region=seen.region,
        size=seen.size,
        services=pieces.texts(seen.services),
        logo=pieces.file(seen, seen.client.logo) if seen.client.logo else None,
        image=Picture(file=picture, alt=case.image_alt or "") if picture else None,
        headline=next((k for k in results if k.id == account.case_study.headline_kpi), None),
        results=results,
        quote=QuoteView(
            text=quote.text, by=None if anonymous else quote.by, role=None if anonymous else quote.role
        )
        if quote and quote.text
        else None,
        story=_story(seen, story, images=images, links=not anonymous) if story else None,
        sections=tuple(sections),
        start=min(days, default=None) if not anonymous else None,
        end=max(days, default=None) if not anonymous else None,
        updated=_updated(days, anonymous=anonymous),
        rank=account.case_study.rank,
    )


def _story(seen: Account, section: Section, *, images: bool, links: bool) -> Prose | None:
    """The public stretches. An anonymised case has no files: neither linked nor known to the view."""
    text = pieces.prose(seen, section.stretches, images=images, links=links)
    return text and (text if links else text.model_copy(update={"files": ()}))


def _results(account: Account, seen: Account, *, anonymous: bool) -> Iterator[KpiView]:
    """The listed KPIs that say `audience: public` themselves, in the order of the list."""
    case = account.case_study
    if "metrics" not in case.consent.scopes:
        return
    known = {k.id: k for k in seen.kpis}
    listed = dict.fromkeys((*((case.headline_kpi,) if case.headline_kpi else ()), *case.kpis))
    for one in listed:
        if one in known:
            view = pieces.kpi(known[one])
            if not anonymous or view.change is not None:
                yield view


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


# ---- the gallery ----------------------------------------------------------------------------------


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


# ---- anonymised: does the client survive? -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Survivor:
    """Where an identity of the client stands in an anonymised case: the field, or section and line."""

    field: str
    where: str
    line: int = 0
    file: str = ""


def identities(account: Account) -> Iterator[tuple[str, str, str]]:
    """What names the client: `(kind, field, text)` for names, aliases, domains and contacts."""
    client = account.client
    yield "client name", "client.name", client.name
    if client.legal_name:
        yield "client name", "client.legal_name", client.legal_name
    for number, alias in enumerate(client.aliases, start=1):
        yield "alias", f"client.aliases.{number}.text", alias.text
    for number, domain in enumerate(client.domains, start=1):
        yield "domain", f"client.domains.{number}.text", domain.text
    if client.website:
        host = client.website.partition("//")[2].partition("/")[0].removeprefix("www.")
        if host:
            yield "domain", "client.website", host
    for number, contact in enumerate(account.contacts, start=1):
        yield "contact", f"contacts.{number}.name", contact.name
        if contact.email:
            yield "contact", f"contacts.{number}.email", contact.email


def survivors(account: Account) -> Iterator[Survivor]:
    """Where an anonymised case names its client, looked for before anything is dropped."""
    case = account.case_study
    if case.attribution != "anonymised":
        return
    needles = tuple(n for n in {fold(text) for _, _, text in identities(account)} if n)
    glued = tuple(n.replace(" ", "") for n in needles if len(n.replace(" ", "")) > 3)
    fields = [
        ("case_study.title", case.title),
        ("case_study.summary", case.summary),
        ("case_study.slug", _slug(account) if case.title else None),
        ("case_study.quote.text", case.quote.text if case.quote else None),
        ("case_study.image", case.image),
        ("case_study.image_alt", case.image_alt),
        ("client.descriptor", account.client.descriptor),
        *(_kpi_texts(account)),
    ]
    for field, text in fields:
        if text and _names(text, needles, glued):
            yield Survivor(field, "field")
    for section in account.sections:
        if section.id == SECTION or (section.audience == PUBLIC and section.id not in _KNOWN):
            yield from _in_section(section, needles, glued)


def _kpi_texts(account: Account) -> Iterator[tuple[str, str | None]]:
    listed = {*account.case_study.kpis, account.case_study.headline_kpi}
    for number, one in enumerate(account.kpis, start=1):
        if one.id in listed:
            for name in ("id", "name", "unit", "source", "method"):
                yield f"kpis.{number}.{name}", getattr(one, name)


def _in_section(section: Section, needles: tuple[str, ...], glued: tuple[str, ...]) -> Iterator[Survivor]:
    if _names(section.title, needles, glued):
        yield Survivor("", "heading", section.line, section.file)
    for stretch in section.stretches:
        if min(stretch.audience, section.audience) == PUBLIC and _names(stretch.text, needles, glued):
            offset = next(
                (n for n, line in enumerate(stretch.text.split("\n")) if _names(line, needles, glued)), 0
            )
            yield Survivor("", "text", stretch.line + offset, section.file)


def _names(text: str, needles: tuple[str, ...], glued: tuple[str, ...]) -> bool:
    """Whether a text names the client: as whole words, across emphasis, or glued as in addresses."""
    for folded in {fold(text), fold(text.translate(_EMPHASIS))}:
        if any(contains(folded, needle) for needle in needles):
            return True
        words = folded.split(" ")
        if any(needle in word for needle in glued for word in words if len(word) >= len(needle)):
            return True
    return False

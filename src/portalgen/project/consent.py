"""Consent to a case study: the one decision whether it may be public, and what it opens. Fails closed.

Attribution, consent, channel, expiry and scopes at the build's date, with the reason in words. The gates
that it opens are all that `narrow` needs to make the public's account.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from portalgen.account import PUBLIC, Account, Gate
from portalgen.project.say import Say
from portalgen.vocabulary import Attribution

SECTION = "case-study"
KNOWN = ("summary", "strategy", "market-study", "handover", SECTION)
"""The sections that are no part of a case study's page by themselves."""
_GATE_OF_SCOPE: dict[str, Gate] = {"logo": "logo", "quote": "quote", "imagery": "imagery"}
_NEVER_ANONYMOUS: frozenset[Gate] = frozenset({"logo", "imagery", "named"})


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
    if consent.expires_on is not None and today > consent.expires_on:
        return say("The consent has expired.")
    if case.attribution == "named" and "name" not in consent.scopes:
        return say("The consent does not cover the client's name.")
    if case.attribution == "anonymised" and not account.client.descriptor:
        return say("It is anonymised, and the client has no descriptor to show instead of the name.")
    if not case.title:
        return say("It has no title.")
    if "website" not in consent.channels:
        return say("The consent does not cover the website.")
    return ""


def in_force(account: Account, today: date) -> bool:
    """Whether consent to some channel holds on this day: what a sheet for sales needs."""
    case = account.case_study
    consent = case.consent
    expired = consent.expires_on is not None and today > consent.expires_on
    nameless = case.attribution == "named" and "name" not in consent.scopes
    return consent.status == "granted" and not expired and not nameless and bool(consent.channels)


def has_page(account: Account) -> bool:
    """Whether the client has a page about what is published: from consent `requested` on, and never for
    the team's own cases."""
    case = account.case_study
    return case.consent.status != "none" and case.attribution != "internal_only" and bool(case.title)


def shows_case(account: Account) -> bool:
    """Whether that page shows a case: a client who has withdrawn reads that nothing is published."""
    return has_page(account) and account.case_study.consent.status != "revoked"


def gates(account: Account, attribution: Attribution | None = None) -> frozenset[Gate]:
    """What the case study would open to the public under the consent's scopes; `attribution`: as if it
    were this one."""
    case = account.case_study
    under = attribution or case.attribution
    if under == "internal_only" or not case.title:
        return frozenset()
    opened: set[Gate] = {"case", "named" if under == "named" else "anonymised"}
    opened |= {_GATE_OF_SCOPE[s] for s in case.consent.scopes if s in _GATE_OF_SCOPE}
    if under == "anonymised":
        opened -= _NEVER_ANONYMOUS
    return frozenset(opened)


def left_out(account: Account) -> Iterator[str]:
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
    """Whether an image stands in what the case's page shows."""
    shown = (s for s in account.sections if s.id not in KNOWN or s.id == SECTION)
    texts = (t.text for s in shown for t in s.stretches if min(t.audience, s.audience) == PUBLIC)
    return any("![" in text or "<img" in text.lower() for text in texts)

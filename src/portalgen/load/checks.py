"""What only the whole front matter can show: dates in order, references that exist, people.

Looks at the values as they were written, so that one wrong field does not hide another problem.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from datetime import date
from typing import Any

from pydantic_core import PydanticCustomError

from portalgen.clock import shifted
from portalgen.load.fields import Fields
from portalgen.scalars import parse_day
from portalgen.vocabulary import slug

END = "end"
_DATED = {
    "milestones": ("baseline", "forecast", "done"),
    "deliverables": ("due", "approved_on"),
    "needs": ("due", "done"),
    "decisions": ("date",),
    "change_requests": ("raised_on", "decided_on"),
}
"""The dates of the work itself; others (consent, readings, the portal's last day) may well lie outside."""


def check(raw: dict[str, Any], fields: Fields) -> None:
    """Note everything that is wrong between fields."""
    _dates(raw, fields)
    _references(raw, fields)
    _people(raw, fields)
    _readers(raw, fields)
    _case_study(raw, fields)


def _day(value: object) -> date | None:
    try:
        return parse_day(value) if value else None
    except PydanticCustomError:  # reported with its field
        return None


def _items(raw: dict[str, Any], key: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """The elements of a list with their indices."""
    yield from enumerate(raw.get(key) or ())


def _dates(raw: dict[str, Any], fields: Fields) -> None:
    start, end = _day(raw.get("start")), _day(raw.get("end"))
    if start and end and end < start:
        fields.report(
            "end",
            "end-before-start",
            f"the end is before the start, {start}",
            "write a later day, or an earlier start",
        )
        return
    last = end and shifted(end, max(0, _approved_days(raw)))
    for key, names in _DATED.items():
        for index, item in _items(raw, key):
            for name in names:
                day = _day(item.get(name))
                if day and ((start and day < start) or (last and day > last)):
                    span = f"{start or '...'} to {last or '...'}"
                    fields.report(
                        fields.name(key, index, name),
                        "outside-engagement",
                        f"{day} lies outside the engagement, {span}",
                        "check the year; or move start or end",
                        "warning",
                    )


def _approved_days(raw: dict[str, Any]) -> int:
    days = 0
    for _, request in _items(raw, "change_requests"):
        affects = request.get("affects") or ()
        if request.get("decision") == "approved" and END in affects:
            text = str(request.get("schedule_days") or "0")
            days += int(text) if text.lstrip("-").isdecimal() and len(text) < 6 else 0
    return days


def _references(raw: dict[str, Any], fields: Fields) -> None:
    milestones = _ids(raw, "milestones")
    for index, request in _items(raw, "change_requests"):
        for number, one in enumerate(request.get("affects") or ()):
            if milestones is not None and one != END and one not in milestones:
                where = fields.name("change_requests", index, "affects", number)
                _unknown(fields, where, one, milestones | {END}, "milestone")
    kpis, case = _ids(raw, "kpis"), raw.get("case_study") or {}
    if kpis is None:
        return
    if (one := case.get("headline_kpi")) and one not in kpis:
        _unknown(fields, fields.name("case_study", "headline_kpi"), one, kpis, "KPI")
    for number, one in enumerate(case.get("kpis") or ()):
        if one not in kpis:
            _unknown(fields, fields.name("case_study", "kpis", number), one, kpis, "KPI")


def _ids(raw: dict[str, Any], key: str) -> set[str] | None:
    """The ids of a list; None where an element has none, which has been said and may be the one meant."""
    ids = {str(item.get("id", "")) for _, item in _items(raw, key)}
    return None if "" in ids else ids


def _unknown(fields: Fields, where: str, one: str, known: set[str], what: str) -> None:
    hint = fields.suggest(one, sorted(known))
    listed = ", ".join(sorted(known - {""})[:12])
    fields.report(
        where,
        "unknown-reference",
        f'there is no {what} with the id "{one[:60]}"',
        hint or (f"known here: {listed}" if listed else f"add the {what} first"),
    )


def _people(raw: dict[str, Any], fields: Fields) -> None:
    executives = [i for i, p in _items(raw, "team") if p.get("role") == "account_executive"]
    if not executives:
        fields.report(
            "team",
            "no-account-executive",
            "nobody in the team is the account executive",
            'give one person "role: account_executive"; the client writes to them',
            "warning",
        )
    for index in executives[1:]:
        fields.report(
            fields.name("team", index, "role"),
            "two-account-executives",
            "there is a second account executive",
            "keep one; the client writes to them",
            "warning",
        )


def _readers(raw: dict[str, Any], fields: Fields) -> None:
    access, seen = raw.get("access"), dict[str, str]()
    if not isinstance(access, dict):
        return
    for index, reader in enumerate(access.get("readers") or ()):
        text = reader.get("text") if isinstance(reader, dict) else reader
        if not isinstance(text, str):
            continue
        where = fields.name("access", "readers", index)
        name = " ".join(unicodedata.normalize("NFC", text).split())  # what nobody can tell apart
        first = seen.setdefault(name, where)
        if first is not where:
            line = fields.place(first).line
            fields.report(
                where,
                "duplicate-reader",
                f"this reader is already number {first.rpartition('.')[2]} of the list, line {line}",
                "keep one of the two; a reader has one link and one passphrase",
            )


def _case_study(raw: dict[str, Any], fields: Fields) -> None:
    case = raw.get("case_study")
    if not isinstance(case, dict):
        return
    public = {str(item.get("id", "")) for _, item in _items(raw, "kpis") if item.get("audience") == "public"}
    known = {str(item.get("id", "")) for _, item in _items(raw, "kpis")}
    listed = [(fields.name("case_study", "kpis", n), one) for n, one in enumerate(case.get("kpis") or ())]
    listed.append((fields.name("case_study", "headline_kpi"), case.get("headline_kpi")))
    reported: set[str] = set()
    for where, one in listed:
        if one in known and one not in public and one not in reported:
            reported.add(one)
            fields.report(
                where,
                "kpi-not-public",
                f'"{one}" is left out of the case study: the KPI is not public',
                f'write "audience: public" at the KPI "{one}", if the client agrees',
                "warning",
            )
    _address(raw, case, fields)


def _address(raw: dict[str, Any], case: dict[str, Any], fields: Fields) -> None:
    """The case's address: its slug, or one made from its title."""
    title, written = str(case.get("title") or ""), str(case.get("slug") or "")
    if title and not written and not slug(title):
        fields.report(
            fields.name("case_study", "title"),
            "no-id",
            "no address can be made from this title",
            'add one with small letters and digits: "slug: spring-launch"',
        )
    name = slug(str((raw.get("client") or {}).get("name") or "")).replace("-", "")
    words = written.split("-")
    runs = {"".join(words[a:b]) for a in range(len(words)) for b in range(a + 1, len(words) + 1)}
    if case.get("attribution") == "anonymised" and written and name in runs:
        fields.report(
            fields.name("case_study", "slug"),
            "slug-names-client",
            "the address of this anonymised case would name the client",
            "write a slug without the name: a-food-launch",
        )

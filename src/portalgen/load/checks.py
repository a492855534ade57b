"""What only the whole front matter can show: dates in order, references that exist, people.

Looks at the values as they were written, so that one wrong field does not hide another problem.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from portalgen.load.fields import Fields
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
    _case_study(raw, fields)


def _day(value: object) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _items(raw: dict[str, Any], key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The elements of a list that are mappings, with their dotted names.

    Empty elements were left out of the values, so names count what was kept; lists with an empty
    element are rare, and then an address is that of the next one.
    """
    for number, item in enumerate(raw.get(key) or (), start=1):
        if isinstance(item, dict):
            yield f"{key}.{number}", item


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
    last = end and end + timedelta(days=max(0, _approved_days(raw)))
    for key, names in _DATED.items():
        for where, item in _items(raw, key):
            for name in names:
                day = _day(item.get(name))
                if day and ((start and day < start) or (last and day > last)):
                    span = f"{start or '...'} to {last or '...'}"
                    fields.report(
                        f"{where}.{name}",
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
    milestones = {str(item.get("id", "")) for _, item in _items(raw, "milestones")}
    for where, request in _items(raw, "change_requests"):
        for number, one in enumerate(request.get("affects") or (), start=1):
            if isinstance(one, str) and one != END and one not in milestones:
                _unknown(fields, f"{where}.affects.{number}", one, milestones | {END}, "milestone")
    kpis = {str(item.get("id", "")) for _, item in _items(raw, "kpis")}
    case = raw.get("case_study")
    if not isinstance(case, dict):
        return
    if isinstance(one := case.get("headline_kpi"), str) and one not in kpis:
        _unknown(fields, "case_study.headline_kpi", one, kpis, "KPI")
    for number, one in enumerate(case.get("kpis") or (), start=1):
        if isinstance(one, str) and one not in kpis:
            _unknown(fields, f"case_study.kpis.{number}", one, kpis, "KPI")


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
    executives = [n for n, p in _items(raw, "team") if p.get("role") == "account_executive"]
    if not executives:
        fields.report(
            "team",
            "no-account-executive",
            "nobody in the team is the account executive",
            'give one person "role: account_executive"; the client writes to them',
            "warning",
        )
    elif len(executives) > 1:
        fields.report(
            executives[1], "two-account-executives", "a second account executive",
            "keep one; the client writes to them",
            "warning",
        )  # fmt: skip


def _case_study(raw: dict[str, Any], fields: Fields) -> None:
    case = raw.get("case_study")
    if not isinstance(case, dict):
        return
    public = {str(item.get("id", "")) for _, item in _items(raw, "kpis") if item.get("audience") == "public"}
    known = {str(item.get("id", "")) for _, item in _items(raw, "kpis")}
    listed = [(f"case_study.kpis.{n}", one) for n, one in enumerate(case.get("kpis") or (), start=1)]
    listed.append(("case_study.headline_kpi", case.get("headline_kpi")))
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
    _anonymised_slug(raw, case, fields)


def _anonymised_slug(raw: dict[str, Any], case: dict[str, Any], fields: Fields) -> None:
    client = raw.get("client")
    name = slug(str(client.get("name") or "")) if isinstance(client, dict) else ""
    written = str(case.get("slug") or "")
    made = written or slug(str(case.get("title") or ""))
    if case.get("attribution") == "anonymised" and name and f"-{name}-" in f"-{made}-":
        fields.report(
            "case_study.slug" if written else "case_study.title",
            "slug-names-client",
            "the address of this anonymised case would name the client",
            'write a "slug" (or title) without the name: a-food-launch',
        )

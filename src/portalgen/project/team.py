"""The team's side: the brief of one account, the portfolio and the references over all.

The brief is made from the model, not from a list of fields: whatever an account holds is in it, each
thing with the audience that it has.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from portalgen.account import INTERNAL, Account, FrontMatter, Part, Section, Update
from portalgen.project import dates, pieces
from portalgen.project.access import mode
from portalgen.project.attention import RULES, attention, last_update
from portalgen.project.narrow import (
    EVERYBODY,
    NO_GATES,
    Planned,
    Width,
    fields_of,
    width_of_field,
    width_of_part,
)
from portalgen.project.say import Say
from portalgen.settings import Settings
from portalgen.views import (
    BriefEntry,
    BriefItem,
    BriefSection,
    BriefText,
    BriefView,
    CaseState,
    EventView,
    HeldView,
    NextDate,
    PortfolioRow,
    PortfolioView,
    ReferencesView,
    RiskPoint,
)
from portalgen.vocabulary import OVER

# ---- brief ----------------------------------------------------------------------------------------


def brief(account: Account, settings: Settings, today: date, found: PortfolioRow) -> BriefView:
    """Everything about one account. `found` is its row in the portfolio."""
    return BriefView(
        account=account.id,
        language=settings.language,
        agency=settings.site_name,
        client=account.client.name,
        title=account.title,
        spoken=_spoken(account, settings),
        health=found.health,
        data_says=found.data_says,
        attention=found.attention,
        slip_days=found.slip_days,
        timeline=pieces.timeline(account, today),
        fields=tuple(_entries(account, _opening(account, settings), EVERYBODY, hidden=False)),
        updates=tuple(
            _section(account, u) for u in sorted(account.updates, key=lambda u: (u.date, u.id), reverse=True)
        ),
        sections=tuple(_section(account, s) for s in account.sections),
        kpis=tuple(pieces.kpi(k) for k in account.kpis),
        changes=tuple(pieces.change_requests(account)),
        risks=tuple(
            RiskPoint(title=r.title, probability=r.probability, impact=r.impact, open=r.status == "open")
            for r in account.risks
            if r.probability is not None and r.impact is not None
        ),
        has_portal=found.has_portal,
        held=found.held,
        case=found.case,
    )


def _opening(account: Account, settings: Settings) -> Account:
    """The account, saying how its portal opens also where the settings decide that."""
    opens = account.access.model_copy(update={"mode": mode(account, settings.access)})
    return account.model_copy(update={"access": opens})


def _entries(account: Account, part: Part, around: Width, *, hidden: bool) -> Iterator[BriefEntry]:
    inside = width_of_part(part, around)
    replaced = part.outside()
    plan = fields_of(FrontMatter) if isinstance(part, FrontMatter) else fields_of(type(part))
    for field in plan:
        width = width_of_field(part, field.ceiling, inside, NO_GATES)
        closed = hidden or replaced is None or field.name in replaced
        value = getattr(part, field.name)
        entry = _entry(account, field, value, width, closed=closed)
        if entry is not None:
            yield entry


def _entry(
    account: Account, field: Planned, value: object, width: Width, *, closed: bool
) -> BriefEntry | None:
    audience = INTERNAL if closed else width.now
    key = field.key
    if field.is_part:
        parts = value if isinstance(value, tuple) else (value,) if isinstance(value, Part) else ()
        items = tuple(i for i in (_item(account, p, width, closed=closed) for p in parts) if i)
        return BriefEntry(key=key, audience=audience, value=items) if items else None
    if isinstance(value, tuple):
        texts = tuple(
            BriefItem(
                audience=audience,
                entries=(BriefEntry(key="text", audience=audience, value=str(v), choice=field.choice),),
            )
            for v in value
        )
        return BriefEntry(key=key, audience=audience, value=texts) if texts else None
    if value is None or value == "" or (field.choice and value in ("unknown", "none")):
        return None
    if field.is_link and isinstance(value, str):
        link = pieces.target(account, value)
        return BriefEntry(key=key, audience=audience, value=link or value)
    return BriefEntry.model_validate(
        {"key": key, "audience": audience, "value": value, "choice": field.choice}
    )


def _item(account: Account, part: Part, around: Width, *, closed: bool) -> BriefItem | None:
    entries = tuple(_entries(account, part, around, hidden=closed))
    if not entries:
        return None
    return BriefItem(
        id=str(getattr(part, "id", "")), audience=max(e.audience for e in entries), entries=entries
    )


def _section(account: Account, section: Section) -> BriefSection:
    return BriefSection(
        id=section.id,
        title=section.title,
        date=section.date if isinstance(section, Update) else None,
        audience=section.audience,
        texts=tuple(
            BriefText(audience=min(s.audience, section.audience), prose=text)
            for s in section.stretches
            if (text := pieces.prose(account, (s,)))
        ),
    )


# ---- portfolio ------------------------------------------------------------------------------------


def portfolio(
    rows: Iterable[PortfolioRow], events: Iterable[EventView], settings: Settings, today: date
) -> PortfolioView:
    """The dashboard, from rows in the order of `urgency` and events in order of date and key."""
    # Rows and events are views already; checking thousands of them again would only take time.
    return PortfolioView.model_construct(
        agency=settings.site_name,
        language=settings.language,
        as_of=today,
        review=settings.review,
        rows=tuple(rows),
        events=tuple(events),
    )


_URGENCY = {name: index for index, (name, _, _) in enumerate(RULES)}


def urgency(one: PortfolioRow) -> tuple[int, int, str, str]:
    """What sorts rows: those that need somebody today first, by the most urgent of their reasons."""
    first = min((_URGENCY[a.rule] for a in one.attention), default=len(_URGENCY))
    return first, -len(one.attention), one.client.casefold(), one.id


def _spoken(account: Account, settings: Settings) -> str | None:
    """The account's language where it is not the site's."""
    return account.language if account.language != settings.language else None


def _person(account: Account, role: str) -> str | None:
    return next((p.name for p in account.team if p.role == role), None)


def row(
    account: Account,
    settings: Settings,
    today: date,
    say: Say,
    case: CaseState,
    held: tuple[HeldView, ...] = (),
    told: Account | None = None,
    *,
    portal: bool,
) -> PortfolioRow:
    """An account's row in the portfolio. `portal`: it has one on this day. `told` is what of it reaches
    its client, where that is not all that is marked for them."""
    open_needs = [n for n in account.needs if n.done is None]
    return PortfolioRow(
        id=account.id,
        client=account.client.name,
        title=account.title,
        spoken=_spoken(account, settings),
        lifecycle=account.lifecycle,
        account_executive=_person(account, "account_executive"),
        project_manager=_person(account, "project_manager"),
        health=pieces.health(account, settings, today),
        data_says=dates.data_says(account, today),
        attention=attention(account, settings, today, say, told),
        next=_next(account, today),
        last_update=last_update(told or account, today),
        open_needs=len(open_needs),
        overdue_needs=sum(dates.overdue(n, today) is not None for n in open_needs),
        open_change_requests=sum(c.decision == "pending" for c in account.change_requests),
        open_expectations=sum(e.status == "open" for e in account.expectations),
        slip_days=dates.account_slip(account, today),
        services=pieces.texts(account.services),
        has_portal=portal,
        held=held,
        case=case,
    )


def _next(account: Account, today: date) -> NextDate | None:
    if account.lifecycle in OVER:
        return None
    dated = [(e.date, e.title) for e in events(account) if not e.done and e.date >= today]
    return NextDate(date=min(dated)[0], title=min(dated)[1]) if dated else None


def events(account: Account) -> Iterator[EventView]:
    """Its dated things for calendars and for the next 30 days, in no order; nothing open of what is over."""
    owners = tuple(
        dict.fromkeys(
            name
            for role in ("account_executive", "project_manager")
            if (name := _person(account, role)) is not None
        )
    )
    if account.lifecycle == "cancelled":
        return
    over = account.lifecycle in OVER
    for one in account.milestones:
        day = one.done or one.forecast or dates.moved(account, one.id, one.baseline)
        if day is not None and (one.done or not over):
            yield EventView(
                key=f"{account.id}/milestone/{one.id}",
                date=day,
                kind="milestone",
                title=one.title,
                client=account.client.name,
                account=account.id,
                owners=owners,
                done=one.done is not None,
            )
    for need in account.needs:
        if need.due is not None and (need.done or not over):
            yield EventView(
                key=f"{account.id}/need/{need.id}",
                date=need.due,
                kind="need",
                title=need.title,
                client=account.client.name,
                account=account.id,
                owners=owners,
                done=need.done is not None,
            )
    end = dates.moved(account, dates.END, account.end)
    if end is not None:
        yield EventView(
            key=f"{account.id}/end",
            date=end,
            kind="end",
            title=account.title,
            client=account.client.name,
            account=account.id,
            owners=owners,
            done=account.lifecycle == "completed",
        )


def references(states: Iterable[CaseState], settings: Settings) -> ReferencesView:
    """All case studies, the public ones first; accounts that have none written are left out."""
    written = (s for s in states if s.title or s.attribution != "internal_only")
    ordered = sorted(written, key=lambda s: (not s.public, s.client.casefold(), s.account))
    return ReferencesView(agency=settings.site_name, language=settings.language, cases=tuple(ordered))

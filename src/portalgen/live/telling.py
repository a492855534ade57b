"""From a round to what the desk shows of it."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

from portalgen.build.shown import Shown
from portalgen.build.workshop import Round
from portalgen.live.desk import Desk, DeskAccount
from portalgen.live.scanning import State
from portalgen.problems import Address, Problem, account_of
from portalgen.render.environment import environment, say
from portalgen.settings import Settings


def before_first(
    settings: Settings, version: int, problems: tuple[Problem, ...], lines: Mapping[Address, str], note: str
) -> Desk:
    """The desk while the first build is under way, or where it could not be begun."""
    return Desk(
        version=version,
        agency=settings.site_name,
        language=settings.language,
        as_of=date.min,
        root=settings.root,
        accounts=(),
        problems=problems,
        lines=lines,
        scan="looking",
        note=note,
    )


def desk_of(
    done: Round,
    version: int,
    problems: tuple[Problem, ...],
    lines: Mapping[Address, str],
    scan: State,
    note: str,
) -> Desk:
    """The desk after a round. `problems` are the round's and those found since."""
    job, settings = done.job, done.job.settings
    broken = {account_of(p.at.path) for p in problems if p.severity in ("error", "leak")}
    broken |= job.content.broken
    known = {one.id for one in job.shown}
    units = done.units()
    ordered = sorted(job.shown, key=lambda one: one.urgency)
    accounts = [_account(one, done, units, broken=one.id in broken) for one in ordered]
    accounts += [_unread(name, settings) for name in sorted(job.content.broken - known)]
    return Desk(
        version=version,
        agency=settings.site_name,
        language=settings.language,
        as_of=job.today,
        root=settings.root,
        accounts=tuple(accounts),
        problems=problems,
        lines=lines,
        scan=scan,
        note=note,
    )


def _account(one: Shown, done: Round, units: Container[str], *, broken: bool) -> DeskAccount:
    account, row, settings = one.account, one.row, one.settings
    key = done.job.key(account)
    unit = f"portals/{key}"
    public = one.case is not None and "public" in units
    return DeskAccount(
        id=account.id,
        client=account.client.name,
        title=account.title,
        lifecycle=account.lifecycle,
        attention=row.attention,
        portal=f"{unit}/" if unit in units else "",
        no_portal="" if unit in units else _no_portal(one),
        brief=f"internal/accounts/{account.id}/",
        case=f"public/case-studies/{one.case.slug}/" if one.case is not None and public else "",
        no_case="" if public else (done.withheld if row.case.public else row.case.why),
        broken=broken,
        file=str(settings.accounts / f"{account.id}.md"),
        held=() if one.id in done.job.content.broken else one.held,
        draft=f"drafts/{key}/" if one.draft is not None and done.files(f"drafts/{key}") else "",
        team=tuple(person.name for person in account.team),
        approvals=str(settings.approved / account.id),
    )


def _unread(name: str, settings: Settings) -> DeskAccount:
    """An account of which nothing could be read yet."""
    t = say(settings.language)
    why = t("Its file can't be read yet.")
    return DeskAccount(
        id=name,
        client=name,
        title="",
        lifecycle="active",
        attention=(),
        portal="",
        no_portal=why,
        brief="",
        case="",
        no_case=why,
        broken=True,
        file=str(settings.accounts / f"{name}.md"),
        approvals=str(settings.approved / name),
    )


def _no_portal(one: Shown) -> str:
    account, t = one.account, say(one.settings.language)
    filters = environment(one.settings.language).filters
    if account.lifecycle == "proposed":
        return t("The engagement is proposed; its portal comes when it begins.")
    if account.lifecycle == "cancelled":
        return t("The engagement was cancelled, and its portal with it.")
    if account.access.until is not None and account.access.until < one.today:
        return t("The portal ended on {day}.", day=filters["day"](account.access.until))
    if one.seen is None:
        return t("Nothing is approved for the client yet.")
    return t("The portal can't be shown until the errors are mended.")


def told_once(leaks: Iterable[Problem]) -> list[Problem]:
    """Leaks of one text told once: the first page, and how many more there are of it."""
    found: dict[tuple[Address, str], list[Problem]] = {}
    for leak in leaks:
        found.setdefault((leak.at, leak.message.partition(" shows ")[2]), []).append(leak)
    return [_with_others(same) for same in found.values()]


def _with_others(same: list[Problem]) -> Problem:
    page, _, rest = same[0].message.partition(" shows ")
    if len(same) == 1 or not rest:
        return same[0]
    more = "1 more page" if len(same) == 2 else f"{len(same) - 1} more pages"
    return replace(same[0], message=f"{page} (and {more}) shows {rest}")


def lines_of(problems: Iterable[Problem], texts: Mapping[str, str], root: Path) -> dict[Address, str]:
    """The source line of each problem, except a leak's, which must not be quoted."""
    found = {}
    for problem in problems:
        if problem.severity == "leak":
            continue
        text = texts.get(problem.at.path)
        if text is None:
            text = _text(root / problem.at.path)
        lines = text.split("\n")
        if problem.at.line <= len(lines):
            found[problem.at] = lines[problem.at.line - 1]
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8", "replace")
    except OSError:
        return ""

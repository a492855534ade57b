"""The desk's pages, each a function of what the desk knows.

Owns what stands on them and in which order; the words and the looks are the templates'. They read
without a script, which only keeps them current. Refuses to quote a leak, and to write what an author
wrote as anything but text.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache, partial
from hashlib import sha256
from pathlib import Path, PurePath
from typing import Any
from urllib.parse import quote

from markupsafe import Markup

from portalgen.live.approving import AUDIENCES, Done, Outcome, Taken
from portalgen.live.asking import Asked
from portalgen.live.desk import TABS, TREES, Desk, DeskAccount, Tab, address, framed
from portalgen.problems import Problem, in_order
from portalgen.render.differences import approved, drawn
from portalgen.render.environment import SOURCE, environment, render, shown_language
from portalgen.render.letter import letter as written
from portalgen.views import LetterView, Reviewed

_LONGEST_EXCERPT = 160
_MOST_PROBLEMS = 40
_MOST_IN_NOTICE = 5
_STATUSES: Mapping[Outcome, int] = {"done": 200, "stale": 409, "old page": 403, "refused": 422}


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem as it is drawn: `before`, `marked` and `after` make its source line, where there is one."""

    problem: Problem
    editor: str
    excerpt: bool
    before: str = ""
    marked: str = ""
    after: str = ""


def desk_page(desk: Desk, run: str, query: Mapping[str, str]) -> str:
    """The desk itself; with `show=held`, the accounts from which something is held back."""
    held = [one for one in desk.accounts if one.held]
    narrow = query.get("show") == "held"
    shown = held if narrow else desk.accounts
    grave = [p for p in in_order(desk.problems) if p.severity != "warning"]
    mild = [p for p in in_order(desk.problems) if p.severity == "warning"]
    return _render(
        desk,
        run,
        "desk",
        need=sum(one.urgent for one in desk.accounts),
        held=len(held),
        narrow=narrow,
        urgent=sorted((one for one in shown if one.urgent), key=lambda one: not one.broken),
        waiting=[one for one in shown if one.held and not one.urgent],
        calm=[one for one in shown if not one.held and not one.urgent],
        troubles=_troubles(desk, grave[:_MOST_PROBLEMS]),
        errors=sum(p.severity == "error" for p in grave),
        leaks=sum(p.severity == "leak" for p in grave),
        more=max(0, len(grave) - _MOST_PROBLEMS),
        warnings=_troubles(desk, mild[:_MOST_PROBLEMS]),
        more_warnings=max(0, len(mild) - _MOST_PROBLEMS),
        dated=desk.as_of != date.min,
        row=partial(_row, desk.language),
    )


def account_page(desk: Desk, run: str, name: str, query: Mapping[str, str]) -> tuple[int, str]:
    """An account's page and its status: 404 where there is no such account (any more)."""
    one = desk.account(name)
    if one is None:
        gone = desk.version > 0 and desk.as_of != date.min
        state = "gone" if gone else "building"
        return (404 if gone else 200), _render(desk, run, "framed", state=state, name=name)
    tab = _tab(query.get("tab", ""), TABS, one.first_tab)
    draft = tab == "client" and query.get("view") == "draft" and one.both
    home = one.home(tab, draft=draft)
    source = framed(tab, home, query.get("page", "")) if home else ""
    readers: Mapping[Tab, Reviewed] = {"client": "client", "public": "public"}
    return 200, _render(
        desk,
        run,
        "framed",
        state="account" if home else "none",
        name=name,
        one=one,
        tab=tab,
        home=home,
        tabs=[(each, address(f"accounts/{one.id}", each, "", "")) for each in TABS],
        source=source,
        held=one.held_from(readers[tab]) if tab in readers else None,
        draft=draft,
        views=_views(one, source.removeprefix(f"/{home}")) if tab == "client" and one.both else (),
        why={"client": one.no_portal, "team": "", "public": one.no_case}[tab],
        **_notice(desk, one, desk.errors_for(one)),
    )


def _views(one: DeskAccount, page: str) -> tuple[tuple[bool, str], ...]:
    """The addresses of a page of the portal, as it is and as it would be."""
    homes = [(draft, one.home("client", draft=draft)) for draft in (False, True)]
    return tuple(
        (draft, address(f"accounts/{one.id}", "client", home + page, home, draft=draft))
        for draft, home in homes
    )


def whole_page(desk: Desk, run: str, query: Mapping[str, str]) -> str:
    """The pages of all accounts together: the team's portfolio, the public site."""
    tab = _tab(query.get("tab", ""), TABS[1:], "team")
    return _render(
        desk,
        run,
        "framed",
        state="whole" if desk.version else "building",
        name="",
        tab=tab,
        home=TREES[tab],
        tabs=[(each, address("all", each, "", "")) for each in TABS[1:]],
        source=framed(tab, TREES[tab], query.get("page", "")),
        held=None,
        views=(),
        **_notice(desk, None, desk.errors_of_the_whole),
    )


def approve_page(
    desk: Desk,
    run: str,
    name: str,
    *,
    token: str,
    dumb: bool,
    by: str,
    taken: Taken | None = None,
    done: Done | None = None,
    letters: tuple[LetterView, ...] = (),
) -> tuple[int, str]:
    """The page to approve what waits of an account, and its status.

    `token` makes its forms good; `""` for a page that only brings another one up to date. `dumb`: the
    browser could not send them. `taken` is a form that came to nothing, `done` what was just approved,
    with the letters that tell the client of it.
    """
    one = desk.account(name)
    if one is None:
        gone = desk.version > 0 and desk.as_of != date.min
        state, status = ("gone", 404) if gone else ("building", 200)
    else:
        state, status = "account", _STATUSES[taken.outcome] if taken else 200
    waiting = [held for audience in AUDIENCES if one and (held := one.held_from(audience))]
    troubles = in_order(desk.errors_for(one)) if one else []
    return status, _render(
        desk,
        run,
        "approve",
        state=state,
        name=name,
        one=one,
        held=[(held, approved(held, desk.language), drawn(held, desk.language, 3)) for held in waiting],
        blocked=bool(one and desk.prevents_approval(one)),
        token=token,
        dumb=dumb,
        by=by,
        taken=taken,
        done=done,
        mails=[(letter, written(letter)) for letter in letters],
        troubles=_troubles(desk, troubles[:_MOST_IN_NOTICE]),
        more=max(0, len(troubles) - _MOST_IN_NOTICE),
    )


def missing_page(desk: Desk, asked: Asked, nearest: str) -> str:
    """What is shown where a page is not; `nearest` is the address of the next page above it, or `""`."""
    return render(desk.language, "desk/missing.html", desk=desk, asked=asked, nearest=nearest)


def editor_link(path: PurePath, line: int = 1, column: int = 1) -> str:
    """The address that opens a file in VS Code (https://code.visualstudio.com/docs/configure/command-line)."""
    text = path.as_posix()
    drive, rest = (text[:2], text[2:]) if text[1:2] == ":" else ("", text)
    return f"vscode://file/{drive}{quote(rest) if drive else quote(rest).lstrip('/')}:{line}:{column}"


def _render(desk: Desk, run: str, template: str, **values: Any) -> str:
    values |= {"desk": desk, "run": run, "editor": _editor}
    values["foreign"] = shown_language(desk.language) != SOURCE
    return render(desk.language, f"desk/{template}.html", **values)


@lru_cache(maxsize=4096)
def _row(language: str, one: DeskAccount) -> Markup:
    """A row is made again when something of its account changed: of a thousand, one was saved."""
    made: Markup = environment(language).get_template("desk/row.html").module.row(one, _editor(one))  # type: ignore[attr-defined]
    return made


def _editor(one: DeskAccount) -> str:
    return editor_link(Path(one.file))


def _tab(wanted: str, tabs: tuple[Tab, ...], otherwise: Tab) -> Tab:
    return next((tab for tab in tabs if tab == wanted), otherwise)


def _notice(desk: Desk, one: DeskAccount | None, errors: tuple[Problem, ...]) -> dict[str, Any]:
    """What lies over the frame. Its key changes with what is said, not with where it has moved to."""
    said = sorted({f"{p.at.path}\0{p.code}\0{p.field}\0{p.message}" for p in errors})
    return {
        "troubles": _troubles(desk, in_order(errors)[:_MOST_IN_NOTICE]),
        "errors": sum(p.severity == "error" for p in errors),
        "leaks": sum(p.severity == "leak" for p in errors),
        "more": max(0, len(errors) - _MOST_IN_NOTICE),
        "key": sha256("\n".join(said).encode()).hexdigest()[:12] if errors else "",
        "blank": one is not None and not any(one.home(tab) for tab in TABS),
    }


def _troubles(desk: Desk, problems: Iterable[Problem]) -> list[Trouble]:
    return [_trouble(desk, problem) for problem in problems]


def _trouble(desk: Desk, problem: Problem) -> Trouble:
    at = problem.at
    editor = editor_link(desk.path_of(problem), at.line, at.column)
    line = None if problem.severity == "leak" else desk.lines.get(at)
    if line is None or at.column > len(line) + 1:
        return Trouble(problem, editor, excerpt=False)
    start = at.column - 1
    end = start + max(1, min(problem.width, _LONGEST_EXCERPT))
    first = max(0, start - _LONGEST_EXCERPT // 2) if len(line) > _LONGEST_EXCERPT else 0
    last = first + _LONGEST_EXCERPT
    shown = line[:last]
    before, marked, after = (_printable(t) for t in (shown[first:start], shown[start:end], shown[end:]))
    return Trouble(problem, editor, True, before, marked or " ", after.rstrip())


def _printable(text: str) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in text)

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

from portalgen.live.asking import Asked
from portalgen.live.desk import TABS, TREES, Desk, DeskAccount, Tab, address, framed
from portalgen.problems import Problem, in_order
from portalgen.render.environment import SOURCE, environment, render, shown_language

_LONGEST_EXCERPT = 160
_MOST_PROBLEMS = 40
_MOST_IN_NOTICE = 5


@dataclass(frozen=True, slots=True)
class Trouble:
    """A problem as it is drawn: `before`, `marked` and `after` make its source line, where there is one."""

    problem: Problem
    editor: str
    excerpt: bool
    before: str = ""
    marked: str = ""
    after: str = ""


def desk_page(desk: Desk, run: str) -> str:
    """The desk itself."""
    grave = [p for p in in_order(desk.problems) if p.severity != "warning"]
    mild = [p for p in in_order(desk.problems) if p.severity == "warning"]
    return _render(
        desk,
        run,
        "desk",
        urgent=sorted((one for one in desk.accounts if one.urgent), key=lambda one: not one.broken),
        calm=[one for one in desk.accounts if not one.urgent],
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
    home = one.home(tab)
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
        source=framed(tab, home, query.get("page", "")) if home else "",
        why={"client": one.no_portal, "team": "", "public": one.no_case}[tab],
        **_notice(desk, one, desk.errors_for(one)),
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
        **_notice(desk, None, desk.errors_of_the_whole),
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

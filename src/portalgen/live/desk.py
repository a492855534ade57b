"""What the desk knows at one moment, as frozen values, and what can be asked of them.

Owns which problem belongs to which account, which page belongs to whom, what a frame may show, and what
can come of an approval. Everything here is pure. Refuses to know how the values came about (`telling`)
or how they look (`pages`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

from portalgen.live.asking import asked_for
from portalgen.problems import Address, Problem
from portalgen.views import Attention, HeldView, LetterView, Reviewed

Tab = Literal["client", "team", "public"]
TABS: tuple[Tab, ...] = get_args(Tab)
TREES: Mapping[Tab, str] = {"client": "portals/", "team": "internal/", "public": "public/"}
"""The tree of the preview that a tab shows pages of."""
DRAFTS = "drafts/"
"""The tree of the preview with portals as they would be; the client's tab shows pages of it too."""


@dataclass(frozen=True, slots=True)
class DeskAccount:
    """One account: its addresses below the preview, or the sentences that say why there are none."""

    id: str
    client: str
    title: str
    lifecycle: str
    attention: tuple[Attention, ...]
    portal: str
    """`portals/<key>/`, or `""`; then `no_portal` says why in a sentence."""
    no_portal: str
    brief: str
    """`internal/accounts/<id>/`, or `""` where a new file could not be read yet."""
    case: str
    """`public/case-studies/<slug>/`, or `""`; then `no_case` says why in a sentence."""
    no_case: str
    broken: bool
    """Its files have errors: the pages are the last good ones."""
    file: str
    """The absolute path of its Markdown file."""
    held: tuple[HeldView, ...] = ()
    """What waits for approval: at most one for each audience."""
    draft: str = ""
    """`drafts/<key>/`, the portal with everything approved; `""`: nothing is held back from the client."""
    team: tuple[str, ...] = ()
    """The names of those who may approve."""
    approvals: str = ""
    """The absolute path of the folder of its approvals."""

    @property
    def urgent(self) -> bool:
        """Whether it needs somebody today: for a rule's sake, or to be mended."""
        return self.broken or bool(self.attention)

    def home(self, tab: Tab, *, draft: bool = False) -> str:
        """Where a tab begins, below the preview, or `""`.

        `draft`: the portal as it would be. That is shown anyway where the client has none yet.
        """
        client = self.draft if draft or not self.portal else self.portal
        return {"client": client or self.portal, "team": self.brief, "public": self.case}[tab]

    @property
    def both(self) -> bool:
        """Whether the client's tab can show what is and what would be."""
        return bool(self.portal and self.draft)

    def held_from(self, audience: Reviewed) -> HeldView | None:
        """What waits for approval for these readers."""
        return next((one for one in self.held if one.audience == audience), None)

    @property
    def first_tab(self) -> Tab:
        """The tab to open with: what the client sees, if there is anything."""
        return next((tab for tab in TABS if self.home(tab)), "client")


@dataclass(frozen=True, slots=True)
class Approval:
    """What came of an approval. `letters` tell the client of it; `warning` is a sentence, or `""`."""

    audience: Reviewed
    letters: tuple[LetterView, ...] = ()
    warning: str = ""


class Stale(Exception):
    """What would be approved is not what was shown, or nothing waits any more. Nothing was approved."""


class Refusal(Exception):
    """It can't be approved; nothing was. Carries a sentence in the desk's language."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True, slots=True)
class Desk:
    """Everything that the desk shows. `problems` holds errors, leaks and warnings, no attention."""

    version: int
    """Counts what was shown; 0 before the first build."""
    agency: str
    language: str
    as_of: date
    root: Path
    """The paths of problems are relative to it."""
    accounts: tuple[DeskAccount, ...]
    problems: tuple[Problem, ...]
    lines: Mapping[Address, str]
    """Source lines for excerpts; never of leaks."""
    scan: Literal["looking", "clean", "leaks", "failed"]
    note: str
    """A sentence for the foot, or `""`."""

    def account(self, name: str) -> DeskAccount | None:
        """The account with this id."""
        return next((one for one in self.accounts if one.id == name), None)

    def path_of(self, problem: Problem) -> Path:
        """The absolute path of a problem's file."""
        return self.root / problem.at.path

    def errors_for(self, account: DeskAccount) -> tuple[Problem, ...]:
        """The errors and leaks that whoever looks at this account must know of.

        Those of its own files, and those of files that belong to no account, which keep every page at
        its last good state. Another account's errors are no concern of this one.
        """
        folders = _folders(account)
        return tuple(
            problem
            for problem, path in self._errors
            if _belongs(path, account) or not any(path.is_relative_to(folder) for folder in folders)
        )

    def prevents_approval(self, account: DeskAccount) -> bool:
        """Whether its own files have errors, so that nobody knows what would be approved.

        A leak prevents nothing: what is held back and shows elsewhere is mended by approving it.
        """
        return any(p.severity == "error" and _belongs(path, account) for p, path in self._errors)

    @property
    def errors_of_the_whole(self) -> tuple[Problem, ...]:
        """The errors and leaks in files that belong to no account."""
        folders = {folder for one in self.accounts for folder in _folders(one)}
        return tuple(
            problem
            for problem, path in self._errors
            if not any(path.is_relative_to(folder) for folder in folders)
        )

    @property
    def _errors(self) -> list[tuple[Problem, Path]]:
        return [(p, self.path_of(p)) for p in self.problems if p.severity in ("error", "leak")]

    def owner(self, path: str) -> tuple[DeskAccount, Tab] | None:
        """Whose page lies at a path below the preview, and in which tab; None for pages of all."""
        for one in self.accounts:
            for tab in TABS:
                if (home := one.home(tab)) and path.startswith(home):
                    return one, tab
            if one.draft and path.startswith(one.draft):
                return one, "client"
            if path.startswith(f"internal/references/{one.id}/"):
                return one, "team"
        return None

    def where(self, page: str, account: str) -> str:
        """The address on the desk at which the frame shows `page` (`/internal/...`, query and all).

        A page of all accounts stays with the account that one came from, whose tabs are the way back;
        a page of another account is shown under that account's name.
        """
        path = page.removeprefix("/")
        draft = path.startswith(DRAFTS)
        tab = "client" if draft else next((tab for tab, tree in TREES.items() if path.startswith(tree)), None)
        if tab is None:
            return "/"
        if found := self.owner(path):
            one, tab = found
            home = one.home(tab, draft=draft)
            return address(f"accounts/{one.id}", tab, path, home, draft=draft and bool(one.portal))
        here = self.account(account)
        if tab == "client":
            return address(f"accounts/{here.id}", tab, "", "") if here else "/"
        if here:
            return address(f"accounts/{here.id}", tab, path, here.home(tab))
        return address("all", tab, path, TREES[tab])


def _belongs(path: Path, account: DeskAccount) -> bool:
    own = Path(account.file)
    approved = bool(account.approvals) and path.is_relative_to(account.approvals)
    return path == own or path.is_relative_to(own.with_suffix("")) or approved


def _folders(account: DeskAccount) -> tuple[Path, ...]:
    """The folders in which each file belongs to some account."""
    approved = (Path(account.approvals).parent,) if account.approvals else ()
    return (Path(account.file).parent, *approved)


def address(base: str, tab: Tab, path: str, home: str, *, draft: bool = False) -> str:
    """The desk's address of a tab with a page: `/accounts/brisa/?tab=client&page=updates/`.

    `draft`: the client's tab as it would be, where it can be seen as it is, too.
    """
    page = path.removeprefix(home) if home and path.startswith(home) else f"/{path}" if path else ""
    view = "&view=draft" if draft else ""
    return f"/{quote(base)}/?tab={tab}{view}" + (f"&page={quote(page, safe='/')}" if page else "")


def framed(tab: Tab, home: str, page: str) -> str:
    """What the frame of a tab shows: its beginning, or the page that the address asks for.

    `page` is relative to the tab's beginning, or begins with `/` for a page of the tab's tree that lies
    elsewhere. What is asked for and lies outside (a client's tab is that client's portal alone) is
    answered with the beginning.
    """
    path = page.removeprefix("/") if page.startswith("/") else f"{home}{page}"
    bare = path.partition("#")[0].partition("?")[0]
    within = home if tab == "client" else TREES[tab]
    return f"/{path}" if bare.startswith(within) and asked_for(f"/{bare}") else f"/{home}"

"""Every kind of page that portalgen makes, each with its address in the sample agency.

An address begins with its tree, which may have a host of its own. `{an-account}` stands for the key of
its portal, `*` for the first name that there is.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path

from playwright.sync_api import Page

from portalgen.live.server import serve
from tests.browser.conftest import shown
from tests.browser.serving import served
from tests.live.shop import FakeShop, difference, held, late, problem

Addresses = Callable[[str], str]
"""What gives the address of a kind of page."""

PUBLISHED = {
    "portal": "portals/{brisa-foods}/",
    "portal-timeline": "portals/{brisa-foods}/timeline/",
    "portal-updates": "portals/{brisa-foods}/updates/",
    "portal-update": "portals/{brisa-foods}/updates/*/",
    "portal-deliverables": "portals/{brisa-foods}/deliverables/",
    "portal-results": "portals/{brisa-foods}/results/",
    "portal-scope": "portals/{brisa-foods}/scope/",
    "portal-people": "portals/{brisa-foods}/people/",
    "portal-case-study": "portals/{brisa-foods}/case-study/",
    "portal-print": "portals/{brisa-foods}/print/",
    "portfolio": "internal/",
    "brief": "internal/accounts/brisa-foods/",
    "review": "internal/review/",
    "references": "internal/references/",
    "sheet": "internal/references/brisa-foods/",
    "home": "public/",
    "about": "public/about/",
    "contact": "public/contact/",
    "not-found": "public/404.html",
    "gallery": "public/case-studies/",
    "facet": "public/case-studies/industry/food/",
    "case-study": "public/case-studies/spring-launch/",
    "case-study-anonymised": "public/case-studies/full-in-february/",
}

DESK = {
    "desk": "",
    "desk-client": "accounts/brisa-foods/?tab=client",
    "desk-team": "accounts/brisa-foods/?tab=team",
    "desk-public": "accounts/brisa-foods/?tab=public",
    "desk-no-portal": "accounts/porto-textil/?tab=client",
    "desk-all": "all/?tab=team",
    "desk-approve": "approve/brisa-foods/",
    "desk-missing": "portals/nobody/",
}


def _searched(page: Page) -> None:
    """Type a word into the theme's search and wait for what it finds."""
    if (label := page.locator(".md-header__button[for=__search]:visible")).count():
        label.click()
    page.locator(".md-search__input").press_sequentially("soup")
    page.locator(".md-search-result__item").first.wait_for()


def _asked(page: Page) -> None:
    """Open the team's own search and type a word."""
    page.keyboard.press("/")
    page.locator(".finder [role=combobox]").press_sequentially("soup")
    page.locator(".found [role=option]").first.wait_for()


def _filtered(page: Page) -> None:
    """Choose a value of a filter."""
    page.locator("a[data-value]:not([data-value=''])").first.dispatch_event("click")


def _without_result(page: Page) -> None:
    """Look for what is not there."""
    page.locator("#pg-words").fill("nothing says this")
    page.locator("[data-pg-empty]").wait_for()


def _sorted(page: Page) -> None:
    """Order the rows by another column."""
    column = page.locator("th[data-sort]").first.get_attribute("data-sort")
    page.goto(f"{page.url}?sort=-{column}&health=on_track")
    page.locator("th[aria-sort=descending]").wait_for(state="attached")


def _unfolded(page: Page) -> None:
    """Open all that is folded."""
    for one in page.locator("details > summary:visible").all():
        one.click()


ACTED: dict[str, tuple[str, Callable[[Page], None]]] = {
    "home-searched": ("home", _searched),
    "gallery-filtered": ("gallery", _filtered),
    "gallery-empty": ("gallery", _without_result),
    "portal-unfolded": ("portal", _unfolded),
    "portfolio-searched": ("portfolio", _asked),
    "portfolio-filtered": ("portfolio", _filtered),
    "portfolio-sorted": ("portfolio", _sorted),
    "review-unfolded": ("review", _unfolded),
}
"""Pages after something was done: the kind, and what."""

_NAMES = (
    (r"^portals/[^/]+/", "portals/*/"),
    (r"/updates/[^/]+/", "/updates/*/"),
    (r"/accounts/[^/]+/", "/accounts/*/"),
    (r"/references/[^/]+/", "/references/*/"),
    (r"/case-studies/[^/]+/[^/]+/", "/case-studies/facet/*/"),
    (r"/case-studies/[^/]+/index", "/case-studies/*/index"),
)


def kind_of(path: str) -> str:
    """The path of a page below the site without the names in it: the same for all pages of a kind."""
    for pattern, instead in _NAMES:
        path = re.sub(pattern, instead, path)
    return path


def paths(site: Path, kinds: Mapping[str, str] = PUBLISHED) -> dict[str, str]:
    """The addresses in a built site, by kind."""
    rows = json.loads((site / "internal/portfolio.json").read_text("utf-8"))["accounts"]
    keys = {row["id"]: row["portal"].removeprefix("portals/").strip("/") for row in rows if row["portal"]}
    found = {}
    for kind, pattern in kinds.items():
        path = pattern.format(**keys)
        if "*" in path:
            path = f"{min(p for p in site.glob(path) if p.is_dir()).relative_to(site).as_posix()}/"
        found[kind] = path
    return found


@contextmanager
def hosted(site: Path) -> Iterator[Addresses]:
    """Each tree on a host of its own; yields what makes a path below the site an address."""
    with ExitStack() as stack:
        hosts = {tree: stack.enter_context(served(site / tree)) for tree in ("portals", "internal", "public")}

        def address(path: str) -> str:
            tree, _, rest = path.partition("/")
            return f"{hosts[tree]}/{rest}"

        yield address


@contextmanager
def everything(site: Path) -> Iterator[Addresses]:
    """All kinds: the built site, and a desk over it where something waits and something is broken."""
    waits = (held("client", difference(), difference("title", after="Launch day")), held("public"))
    desk = shown(site, site.parent)
    accounts = (
        replace(one, held=waits, attention=(late(),), broken=True) if one.id == "brisa-foods" else one
        for one in desk.accounts
    )
    said = problem("content/accounts/brisa-foods.md"), problem("mkdocs.yml", severity="warning")
    shop = FakeShop(site, replace(desk, accounts=tuple(accounts), problems=said))
    with hosted(site) as address, serve(shop, 0) as server:
        found = paths(site)
        yield lambda kind: f"{server.address}{DESK[kind]}" if kind in DESK else address(found[kind])

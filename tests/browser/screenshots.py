"""Pictures of every kind of page of the sample agency: 390 and 1280 px, light and dark, and as printed.

    python tests/browser/screenshots.py build/screenshots [KIND ...]

Builds a copy of the sample, its portals as plain pages, and serves it for the desk; sealed, it shows the
page that a portal is behind.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.kinds import ACTED, PUBLISHED, hosted, paths
from tests.live.live import served as live
from tests.project import Project, chromium
from tests.test_determinism import copy

ROOT = Path(__file__).parents[2]

MORE = {
    "portal-small": "portals/{casa-lumbre}/",
    "portal-english": "portals/{nordwind-energy}/",
    "brief-english": "internal/accounts/nordwind-energy/",
    "not-found": "public/no/such/page/",
}
"""Other pages of the same kinds that look different; the missing page where a reader meets it."""

DESK = {
    "desk": "",
    "desk-client": "accounts/brisa-foods/?tab=client",
    "desk-team": "accounts/brisa-foods/?tab=team",
    "desk-public": "accounts/brisa-foods/?tab=public",
    "desk-no-portal": "accounts/porto-textil/?tab=client",
    "desk-all": "all/?tab=team",
    "desk-held": "accounts/tinta-books/?tab=client",
    "desk-draft": "accounts/tinta-books/?tab=client&view=draft",
    "desk-approve": "approve/tinta-books/",
    "desk-missing": "portals/nobody/",
}
SEALED = {"portal-sealed": "portals/{brisa-foods}/"}
BROKEN = {"desk-broken": "", "desk-client-broken": "accounts/brisa-foods/?tab=client"}
PRINTED = ("portal-print", "sheet", "case-study", "case-study-anonymised", "brief")
CARDS = "public/case-studies/*/card.jpg"
A4: ViewportSize = {"width": 794, "height": 1123}
"""210 x 297 mm in CSS px."""


def main(target: Path, only: list[str]) -> None:
    """Take the pictures, all or those named."""
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play, tempfile.TemporaryDirectory() as folder:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        copy(Path(folder))
        project = Project.at(Path(folder)).build(date.today())
        site = project.root / "site"
        with hosted(site) as address:
            shown = {kind: address(path) for kind, path in paths(site, {**PUBLISHED, **MORE}).items()}
            pictures(browser, shown, target, only, whole=True)
            done = {name: (shown[kind], act) for name, (kind, act) in ACTED.items()}
            pictures(browser, {n: one[0] for n, one in done.items()}, target, only, acts=ACTED)
            printed(browser, {kind: shown[kind] for kind in PRINTED}, target, only)
        for card in sorted(site.glob(CARDS)):
            if not only or "card" in only:
                (target / f"card-{card.parent.name}.jpg").write_bytes(card.read_bytes())
        with live(project) as desk:
            desk.wait(lambda: desk.loop.desk.scan == "clean")
            pictures(browser, {k: f"{desk.address}{path}" for k, path in DESK.items()}, target, only)
            project.edit("brisa-foods", "role: strategist", "rol: strategist")
            desk.problems()
            pictures(browser, {k: f"{desk.address}{path}" for k, path in BROKEN.items()}, target, only)
            project.edit("brisa-foods", "rol: strategist", "role: strategist")
        project.setting("access: open", "access: sealed").build(date.today())
        with hosted(site) as address:
            closed = {kind: address(path) for kind, path in paths(site, SEALED).items()}
            pictures(browser, closed, target, only)
        browser.close()
    print(f"pictures are in {target}")


def pictures(
    browser: Browser,
    kinds: Mapping[str, str],
    target: Path,
    only: list[str],
    *,
    whole: bool = False,
    acts: Mapping[str, tuple[str, Callable[[Page], None]]] | None = None,
) -> None:
    """Each at both widths in both schemes; `whole` pages, or what a screen shows after something was done."""
    for scheme in ("light", "dark"):
        for width in (390, 1280):
            context = browser.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,  # type: ignore[arg-type]
            )
            page = context.new_page()
            for name, address in kinds.items():
                if only and name not in only:
                    continue
                page.goto(address, timeout=20_000)
                if acts is not None:
                    acts[name][1](page)
                if not whole:
                    page.wait_for_timeout(500)  # the page in the frame
                page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=whole)
            context.close()


def printed(browser: Browser, kinds: Mapping[str, str], target: Path, only: list[str]) -> None:
    """The first sheet of each, as wide as an A4 page without its margins."""
    context = browser.new_context(viewport=A4)
    page = context.new_page()
    page.emulate_media(media="print")
    for name, address in kinds.items():
        if not only or f"{name}-printed" in only:
            page.goto(address, timeout=20_000)
            page.screenshot(path=target / f"{name}-printed.png")
    context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"), sys.argv[2:])

"""Pictures of every kind of page of the sample agency: 390 and 1280 px, light and dark.

    python tests/browser/screenshots.py build/screenshots

Takes what `portalgen build` put into `site/`, and for the desk serves a copy of the sample.
"""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.serving import served
from tests.live.live import served as live
from tests.project import Project, chromium
from tests.test_determinism import copy

ROOT = Path(__file__).parents[2]


def addresses(site: Path) -> dict[str, str]:
    """One address for every kind of page."""
    rows = json.loads((site / "internal/portfolio.json").read_text())["accounts"]
    portals = {row["id"]: row["portal"] for row in rows}
    brisa = portals["brisa-foods"]
    return {
        "portal": brisa,
        "portal-small": portals["casa-lumbre"],
        "portal-english": portals["nordwind-energy"],
        **{f"portal-{name}": f"{brisa}{name}/" for name in PAGES},
        "portal-update": next(
            f"{brisa}updates/{p.name}/" for p in sorted((site / brisa / "updates").iterdir()) if p.is_dir()
        ),
        "portfolio": "internal/",
        "brief": "internal/accounts/nordwind-energy/",
        "brief-rich": "internal/accounts/brisa-foods/",
        "references": "internal/references/",
        "sheet": "internal/references/brisa-foods/",
        "review": "internal/review/",
        "home": "public/",
        "gallery": "public/case-studies/",
        "case-study": "public/case-studies/spring-launch/",
        "case-study-anonymised": "public/case-studies/full-in-february/",
        "facet": "public/case-studies/industry/food/",
        "not-found": "public/404.html",
    }


PAGES = ("timeline", "updates", "deliverables", "results", "scope", "people", "case-study", "print")


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
}
BROKEN = {"desk-broken": "", "desk-client-broken": "accounts/brisa-foods/?tab=client"}


def main(target: Path, only: list[str]) -> None:
    """Take the pictures, all or those named."""
    target.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        with served(ROOT / "site") as base:
            pictures(browser, f"{base}/", addresses(ROOT / "site"), target, only, whole=True)
        with tempfile.TemporaryDirectory() as folder:
            copy(Path(folder), backwards=False)
            project = Project.at(Path(folder))
            with live(project) as desk:
                desk.wait(lambda: desk.loop.desk.scan == "clean")
                pictures(browser, desk.address, DESK, target, only)
                project.edit("brisa-foods", "role: strategist", "rol: strategist")
                desk.problems()
                pictures(browser, desk.address, BROKEN, target, only)
        browser.close()
    print(f"pictures are in {target}")


def pictures(
    browser: Browser,
    base: str,
    kinds: Mapping[str, str],
    target: Path,
    only: list[str],
    *,
    whole: bool = False,
) -> None:
    """Each kind of page at both widths in both schemes; `whole` pages, or what a screen shows of them."""
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
                page.goto(f"{base}{address}", timeout=20_000)
                if not whole:
                    page.wait_for_timeout(500)  # the page in the frame
                page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=whole)
            context.close()


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"), sys.argv[2:])

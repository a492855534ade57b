"""Pictures of every kind of page of the sample agency: 390 and 1280 px, light and dark.

    python tests/browser/screenshots.py build/screenshots

Builds nothing itself: it takes what `portalgen build` put into `site/`.
"""

import json
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.browser.serving import served
from tests.project import chromium

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


def main(target: Path, only: list[str]) -> None:
    """Take the pictures, all or those named."""
    target.mkdir(parents=True, exist_ok=True)
    with served(ROOT / "site") as base, sync_playwright() as play:
        browser = play.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        for scheme in ("light", "dark"):
            for width in (390, 1280):
                context = browser.new_context(
                    viewport={"width": width, "height": 900},
                    color_scheme=scheme,  # type: ignore[arg-type]
                )
                page = context.new_page()
                for name, address in addresses(ROOT / "site").items():
                    if only and name not in only:
                        continue
                    page.goto(f"{base}/{address}", timeout=20_000)
                    page.screenshot(path=target / f"{name}-{width}-{scheme}.png", full_page=True)
                context.close()
        browser.close()
    print(f"pictures are in {target}")


if __name__ == "__main__":
    main(Path(sys.argv[1] if len(sys.argv) > 1 else "build/screenshots"), sys.argv[2:])

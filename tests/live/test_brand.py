"""The house's folder under `serve`: a saved colour, logo or template shows, and what is wrong is told."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.live.live import Live, served
from tests.project import Project
from tests.test_brand import LOGO, agency, root

FOOT = "brand/portalgen/portal/foot.html"


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("agency")
    project = agency(folder, **{"brand.css": root("--brand: #0b5468;"), "logo.svg": LOGO})
    with served(project) as live:
        yield live


@pytest.fixture(autouse=True)
def as_it_was(live: Live) -> Iterator[Project]:
    yield live.project
    live.project.write("brand/brand.css", root("--brand: #0b5468;")).write("brand/logo.svg", LOGO)
    (live.project.root / FOOT).unlink(missing_ok=True)
    assert live.problems() == ()


def test_a_saved_colour_shows_everywhere_and_is_checked(live: Live) -> None:
    live.project.write("brand/brand.css", root("--brand: #ffdd00;"))
    assert {p.code for p in live.problems()} == {"brand-contrast"}
    tree = live.tree()
    assert b"--brand: #ffdd00;" in tree["portals/assets/style.css"]
    assert b"--brand: #ffdd00;" in tree["internal/assets/style.css"]
    styles = [data for path, data in tree.items() if path.startswith("public/assets/portalgen/gallery.")]
    assert sum(b"--portalgen-brand: #ffdd00;" in data for data in styles) == 1
    live.project.write("brand/brand.css", root("--brand: #0b5468;"))
    assert live.problems() == ()


def test_a_broken_template_is_told_with_its_line_and_the_last_good_page_stays(live: Live) -> None:
    live.project.write(FOOT, "<p>From us</p>")
    assert live.codes() == []
    assert "<p>From us</p>" in live.portal("brisa")[1]
    live.project.write(FOOT, "<p>\n{{ nobody }}</p>")
    assert [(p.code, p.at.path, p.at.line) for p in live.problems()] == [("brand-template", FOOT, 2)]
    assert "<p>From us</p>" in live.portal("brisa")[1]
    assert f"{FOOT}:2" in live.get("accounts/brisa/?tab=client")[1]
    live.project.write(FOOT, "<p>From us again</p>")
    assert live.codes() == []
    assert "<p>From us again</p>" in live.portal("brisa")[1]


def test_a_template_that_goes_gives_way_to_ours(live: Live) -> None:
    live.project.write(FOOT, "<p>From us</p>")
    assert "<p>From us</p>" in live.portal("brisa")[1]
    live.project.remove(FOOT)
    assert "prepared by Estudio Norte" in live.portal("brisa")[1]


def test_a_saved_logo_shows(live: Live) -> None:
    live.project.write("brand/logo.svg", LOGO.replace("64 32", "10 10"))
    assert 'width="10" height="10"' in live.portal("brisa")[1]
    assert 'width="10" height="10"' in live.get("internal/")[1]

"""Pages written by hand: cards in them, and what stops a build."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from portalgen.views import GalleryView
from tests.public.scene import FILES, GALLERY, LAUNCH, PAGES, Agency

HOME = "content/pages/index.md"


def home(text: str) -> dict[str, str]:
    return {**PAGES, "index.md": text}


def cases_on(agency: Agency, path: str = "index.html") -> list[str]:
    return re.findall(r'<article class="pg-card" data-case="([^"]+)"', agency.text(path))


BLOCKS = {
    "everything": ("::: cases\n:::\n", ["spring-launch", "warm-by-friday", "lleno-en-febrero"]),
    "by industry": ("::: cases industry=food limit=3\nnone\n:::\n", ["spring-launch"]),
    "by words": (':::cases industry="Food"\n:::\n', ["spring-launch"]),
    "limit": ("::: cases service=media limit=2\n:::\n", ["spring-launch", "warm-by-friday"]),
    "two blocks": (
        "::: cases region=europe\n:::\n\n::: cases industry=travel\n:::\n",
        ["warm-by-friday", "lleno-en-febrero"],
    ),
    "nothing fits": ("::: cases industry=space\nAsk **us**.\n:::\n", []),
    "in a code block": ("```\n::: cases\n:::\n```\n", []),
}


@pytest.mark.parametrize(("text", "slugs"), BLOCKS.values(), ids=BLOCKS)
def test_a_block_shows_the_cards_it_asks_for(text: str, slugs: list[str], tmp_path: Path) -> None:
    agency = Agency(tmp_path, home(f"# Home\n\n{text}\nAfter.\n"))
    assert agency.build() == ()
    assert cases_on(agency) == slugs
    page = agency.text("index.html")
    assert "<p>After.</p>" in page
    assert ("<strong>us</strong>" in page) == ("Ask **us**" in text)


def test_links_and_images_lead_there_from_any_depth(tmp_path: Path) -> None:
    deep = {"a/b/c.md": "# Deep\n\n::: cases industry=food\n:::\n"}
    agency = Agency(tmp_path, {**PAGES, **deep})
    assert agency.build() == ()
    page = agency.text("a/b/c/index.html")
    assert 'href="../../../case-studies/spring-launch/"' in page
    assert 'src="../../../case-studies/spring-launch/files/ad.png"' in page


def test_a_block_may_stand_in_other_markup(tmp_path: Path) -> None:
    page = '# Work\n\n<div class="grid cards" markdown>\n\n::: cases limit=2\n:::\n\n</div>\n\nAfter.\n'
    agency = Agency(
        tmp_path, {**PAGES, "deep/er/work.md": page}, more="markdown_extensions: [attr_list, md_in_html]\n"
    )
    assert agency.build() == ()
    html = agency.text("deep/er/work/index.html")
    assert re.search(r'<div class="grid cards">\s*<div class="pg">\s*<ul class="pg-cards">', html)
    assert html.count('<article class="pg-card"') == 2
    assert 'href="../../../case-studies/spring-launch/"' in html


def test_a_level_of_heading_may_be_asked_for(tmp_path: Path) -> None:
    agency = Agency(tmp_path, home("# Home\n\n::: cases industry=food level=2\n:::\n"))
    agency.build()
    assert '<h2 class="pg-title">' in agency.text("index.html")


WRONG = {
    "no end": ("::: cases industry=food\n", "cards-block", 'this block of cards has no end; write ":::"'),
    "unknown key": ("::: cases industri=food\n:::\n", "cards-block", 'did you mean "industry"?'),
    "no value": ("::: cases food\n:::\n", "cards-block", '"food" is no pair'),
    "no number": ("::: cases limit=many\n:::\n", "cards-block", "limit wants a number from 1 to 100"),
    "zero": ("::: cases limit=0\n:::\n", "cards-block", "limit wants a number"),
    "twice": ("::: cases limit=1 limit=2\n:::\n", "cards-block", "written twice"),
    "a quotation mark": ('::: cases industry="food\n:::\n', "cards-block", "quotation mark"),
    "a fence": ("::: internal\nsecret\n:::\n", "page-audience", "this page is public, all of it"),
    "a client's fence": ("::: client\nsecret\n:::\n", "page-audience", "this page is public"),
    "a marked heading": ("## Notes {.internal}\n", "page-audience", "this page is public"),
    "a marked heading with an id": ("## Notes {#n .client}\n", "page-audience", "this page is public"),
}


@pytest.mark.parametrize(("text", "code", "said"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_has_its_line(text: str, code: str, said: str, tmp_path: Path) -> None:
    agency = Agency(tmp_path, home(f"---\ntitle: Home\n---\n# Home\n\n{text}"))
    (problem,) = agency.build()
    assert (problem.severity, problem.code, problem.at.path, problem.at.line) == ("error", code, HOME, 6)
    assert said in problem.message
    assert not (agency.staging / "index.html").exists()


def test_every_page_is_looked_at_before_it_stops(tmp_path: Path) -> None:
    pages = {"index.md": "::: cases x=1\n:::\n", "contact.md": "# C\n\n::: internal\n:::\n"}
    assert [p.at.path for p in Agency(tmp_path, pages).build()] == [HOME, "content/pages/contact.md"]


FRONT_MATTER = {
    "broken YAML": ("---\ntitle: [a\n---\n# Home\n", "page-front-matter"),
    "a list": ("---\n- a\n---\n# Home\n", "page-front-matter"),
    "never closed": ("---\ntitle: a\n# Home\n", "page-front-matter"),
    "an account": ("---\nclient: Brisa Foods\ntitle: Launch\n---\n# Home\n", "page-account"),
}


@pytest.mark.parametrize(("text", "code"), FRONT_MATTER.values(), ids=FRONT_MATTER)
def test_front_matter_that_would_be_printed_stops_the_build(text: str, code: str, tmp_path: Path) -> None:
    found = Agency(tmp_path, home(text)).build()
    assert [(p.severity, p.code, p.at.path) for p in found] == [("error", code, HOME)]


def test_a_page_may_begin_with_a_line(tmp_path: Path) -> None:
    assert Agency(tmp_path, home("---\n\n# Home\n")).build() == ()


COLLISIONS = {
    "the gallery": "case-studies/index.md",
    "a case": "case-studies/spring-launch.md",
    "a case that there is not": "case-studies/other.md",
    "in capitals": "Case-Studies/other.md",
    "an image": "case-studies/spring-launch/files/ad.png",
    "a page of that name": "case-studies.md",
    "the feed": "feed.xml",
    "the style": "assets/portalgen/gallery.css",
}


@pytest.mark.parametrize("path", COLLISIONS.values(), ids=COLLISIONS)
def test_what_stands_where_the_gallery_goes_stops_the_build(path: str, tmp_path: Path) -> None:
    (problem,) = Agency(tmp_path, {**PAGES, path: "# Mine\n"}).build()
    assert (problem.severity, problem.code) == ("error", "collision")
    assert problem.at.path == f"content/pages/{path}"


@pytest.mark.parametrize("slug", ["industry", "service", "region", "size", "index"])
def test_a_case_may_not_have_the_gallerys_own_addresses(slug: str, tmp_path: Path) -> None:
    gallery = GalleryView(cases=(LAUNCH.model_copy(update={"slug": slug}),))
    assert [p.code for p in Agency(tmp_path).build(gallery, {})] == ["collision"]


@pytest.mark.parametrize("name", ["stray.md", "photo.png"])
def test_a_link_out_of_the_pages_folder_is_not_followed(name: str, tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    secret = tmp_path / "content/accounts/brisa.md"
    secret.parent.mkdir()
    secret.write_text("# Secret\n")
    (agency.docs / name).symlink_to(secret)
    assert [(p.severity, p.code) for p in agency.build()] == [("error", "outside-link")]


def test_a_linked_folder_is_not_followed_either(tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    (tmp_path / "content/accounts").mkdir()
    (tmp_path / "content/accounts/brisa.md").write_text("# Secret\n")
    (agency.docs / "stray").symlink_to(tmp_path / "content/accounts")
    assert [(p.severity, p.code) for p in agency.build()] == [("error", "outside-link")]


def test_what_is_no_file_is_refused_and_not_waited_for(tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    os.mkfifo(agency.docs / "pipe.md")
    (agency.docs / "gone.md").symlink_to(tmp_path / "gone.md")
    assert [(p.severity, p.code) for p in agency.build()] == [("error", "not-a-file")] * 2


def test_a_call_to_action_that_leads_nowhere_is_an_error(tmp_path: Path) -> None:
    agency = Agency(tmp_path, call_to_action="talk.md", more="# talk.md\n")
    (problem,) = agency.build()
    assert (problem.code, problem.at.path, problem.at.line) == ("call-to-action", "mkdocs.yml", 7)


def test_pages_may_link_to_cases(tmp_path: Path) -> None:
    text = "# Home\n\n[one](case-studies/spring-launch/index.md), [all](case-studies/index.md)\n"
    agency = Agency(tmp_path, home(text))
    assert agency.build(GALLERY, FILES) == ()
    assert 'href="case-studies/spring-launch/"' in agency.text("index.html")

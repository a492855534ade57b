"""The public site, built by MkDocs for real from hand-made views."""

from __future__ import annotations

import gzip
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import feedparser
import pytest

from portalgen.problems import UsageError
from portalgen.public.site import assets
from portalgen.render import social
from portalgen.scan.regions import regions
from portalgen.views import GalleryView
from tests.public.scene import FILES, LAUNCH, PAGES, SITE, TODAY, WARM, Agency, day

GENERATED = {
    "404.html",
    "case-studies/index.html",
    "case-studies/industry/energy/index.html",
    "case-studies/industry/food/index.html",
    "case-studies/industry/travel/index.html",
    "case-studies/lleno-en-febrero/index.html",
    "case-studies/region/europe/index.html",
    "case-studies/region/spain/index.html",
    "case-studies/service/content/index.html",
    "case-studies/service/launch/index.html",
    "case-studies/service/media/index.html",
    "case-studies/size/large/index.html",
    "case-studies/size/medium/index.html",
    "case-studies/spring-launch/index.html",
    "case-studies/warm-by-friday/index.html",
    "contact/index.html",
    "feed.xml",
    "index.html",
    "robots.txt",
    "search/search_index.json",
    "sitemap.xml",
    "sitemap.xml.gz",
    *FILES,
    *assets(),
}
THEMES = {
    "Material": "{name: material, language: en, font: false}",
    "MkDocs' own": "{name: mkdocs, highlightjs: false}",
    "Read the Docs": "{name: readthedocs, highlightjs: false, include_homepage_in_sidebar: false}",
}


def of_theme(path: str) -> bool:
    return path.startswith(("assets/images/", "assets/javascripts/", "assets/stylesheets/"))


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    agency = Agency(tmp_path_factory.mktemp("agency"))
    assert agency.build() == ()
    return agency


def test_the_tree_holds_exactly_these_files(built: Agency) -> None:
    assert {path for path in built.tree() if not of_theme(path)} == GENERATED


def test_files_arrive_byte_for_byte(built: Agency) -> None:
    tree = built.tree()
    assert {path: tree[path] for path in FILES} == FILES


def test_two_builds_are_byte_identical_under_another_seed_locale_and_timezone(
    built: Agency, tmp_path: Path
) -> None:
    script = (
        "import sys; from pathlib import Path; from tests.public.scene import Agency; "
        "assert Agency(Path(sys.argv[1])).build() == ()"
    )
    env = {**os.environ, "PYTHONHASHSEED": "77", "TZ": "Pacific/Auckland", "LC_ALL": "C", "LANG": "C"}
    here = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True, timeout=120, env=env, cwd=here)
    assert Agency(tmp_path).tree() == built.tree()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_a_second_build_in_one_process_is_the_same(theme: str, tmp_path: Path) -> None:
    agency = Agency(tmp_path, theme=theme)
    agency.build()
    before = agency.tree()
    agency.build(GalleryView())
    assert "case-studies/spring-launch/index.html" not in agency.tree()
    agency.build()
    assert agency.tree() == before


def test_a_new_day_alone_changes_nothing(built: Agency, tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    agency.build(today=day(2026, 12, 24))
    assert agency.tree() == built.tree()


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_theme_shows_the_gallery_and_asks_no_other_host(theme: str, tmp_path: Path) -> None:
    agency = Agency(tmp_path, theme=theme)
    assert agency.build() == ()
    page = agency.text("case-studies/spring-launch/index.html")
    assert page.count("A spring launch that sold out") >= 2
    assert f'<link rel="canonical" href="{SITE}case-studies/spring-launch/"' in page
    assert '<meta name="description" content="How a soup was sold before it was cooked.">' in page
    assert page.count('<meta property="og:title"') == 1
    assert "See our case studies" in agency.text("404.html")
    for path in assets():
        assert f'"../../{path}"' in page
    for path, data in agency.tree().items():
        if path.endswith(".html"):
            assert not re.search(rb'<(?:script|img|iframe)[^>]*src="(?:https?:)?//', data), path
            assert not re.search(rb'<link[^>]*rel="stylesheet"[^>]*href="(?:https?:)?//', data), path


def test_a_theme_that_asks_another_host_is_said(tmp_path: Path) -> None:
    found = Agency(tmp_path, theme="{name: material, language: en, font: {text: Roboto}}").build()
    assert {(p.severity, p.code, p.at.path) for p in found} == {("warning", "foreign-host", "mkdocs.yml")}
    assert [re.findall(r"fonts\.\w+\.com", p.message) for p in found] == [
        ["fonts.gstatic.com"],
        ["fonts.googleapis.com"],
    ]


def test_without_directory_addresses_links_name_the_files(tmp_path: Path) -> None:
    agency = Agency(tmp_path, more="use_directory_urls: false\n")
    assert agency.build() == ()
    page = agency.text("case-studies/index.html")
    assert 'href="../case-studies/spring-launch/index.html"' in page
    assert 'src="../case-studies/spring-launch/files/ad.png"' in page
    assert 'href="../../contact.html"' in agency.text("case-studies/spring-launch/index.html")


def test_the_sitemap_dates_pages_by_what_they_show(built: Agency) -> None:
    text = built.text("sitemap.xml")
    dates = dict(
        re.findall(
            r"<loc>https://www\.estudio-norte\.example/(.*?)</loc>\s*(?:<lastmod>(.*?)</lastmod>)?", text
        )
    )
    assert dates["case-studies/spring-launch/"] == "2026-05-29"
    assert dates["case-studies/"] == "2026-05-29"
    assert dates["contact/"] == ""
    assert gzip.decompress(built.tree()["sitemap.xml.gz"]).decode() == text


def test_the_sitemap_lists_the_gallery_its_facets_its_cases_and_the_agencys_pages(built: Agency) -> None:
    pages = {path.removesuffix("index.html") for path in GENERATED if path.endswith("/index.html")}
    assert set(re.findall(rf"<loc>{SITE}(.*?)</loc>", built.text("sitemap.xml"))) == {*pages, ""}


def test_pages_written_by_hand_show_the_agencys_card(built: Agency) -> None:
    home, contact = (built.text(path) for path in ("index.html", "contact/index.html"))
    for page in (home, contact):
        assert f'<meta property="og:image" content="{SITE}{social.SITE}">' in page
        assert "ld+json" not in page
    assert '<meta property="og:title" content="Estudio Norte">' in home
    assert f'<meta property="og:url" content="{SITE}contact/">' in contact
    assert '<meta property="og:title" content="Contact">' in contact


def test_what_a_template_of_the_agency_says_to_others_is_not_said_again(tmp_path: Path) -> None:
    brand = tmp_path / "brand"
    brand.mkdir()
    own = '<meta property="og:image" content="own.png">'
    (brand / "main.html").write_text(
        f'{{% extends "base.html" %}}{{% block extrahead %}}{own}{{% endblock %}}'
    )
    agency = Agency(
        tmp_path / "agency", theme=f"{{name: material, custom_dir: {brand}, language: en, font: false}}"
    )
    agency.build()
    assert re.findall(r'<meta property="og:[^>]*>', agency.text("contact/index.html")) == [own]


def test_a_page_that_is_not_there_leads_to_the_gallery_and_names_no_case(built: Agency) -> None:
    page = built.text("404.html")
    assert re.search(r'<a class="pg-button" href="/case-studies/">See our case studies</a>', page)
    assert "spring" not in page
    assert "Brisa" not in page


def test_a_hand_written_page_may_say_its_date(tmp_path: Path) -> None:
    agency = Agency(tmp_path, {**PAGES, "news.md": "---\ndate: 2026-03-04\n---\n# News\n"})
    agency.build()
    assert "<lastmod>2026-03-04</lastmod>" in agency.text("sitemap.xml")


def test_the_search_index_holds_each_case_once_and_no_controls(built: Agency) -> None:
    documents = json.loads(built.text("search/search_index.json"))["docs"]
    with_name = {d["location"].partition("#")[0] for d in documents if "Brisa" in d["text"] + d["title"]}
    assert with_name == {"case-studies/spring-launch/"}
    text = " ".join(d["title"] + d["text"] for d in documents)
    assert "Related work" not in text
    assert "Talk to us" not in text
    assert not [d for d in documents if d["location"].startswith("case-studies/industry/")]


def test_a_name_stands_only_on_its_case_and_on_cards(built: Agency) -> None:
    tree = built.tree()
    for path, data in tree.items():
        for cases, _, text in regions(path, data, tree):
            if "spring-launch" not in cases:
                whole = " ".join(text) if isinstance(text, set) else text.decode("utf-8", "replace")
                assert "Brisa" not in whole, path


def test_the_feed_is_valid_newest_first_with_the_pages_addresses_as_ids(built: Agency) -> None:
    feed = feedparser.parse(built.tree()["feed.xml"])
    assert not feed.bozo
    assert feed.feed.title == "Case studies of Estudio Norte"
    assert feed.feed.updated == "2026-05-29T00:00:00Z"
    assert [e.id for e in feed.entries] == [
        f"{SITE}case-studies/{slug}/" for slug in ("spring-launch", "lleno-en-febrero", "warm-by-friday")
    ]
    assert feed.entries[0].updated == "2026-05-29T00:00:00Z"
    assert [t.term for t in feed.entries[0].tags] == ["Food", "Launch", "Media"]
    assert feed.entries[0].summary == "Brisa Foods: How a soup was sold before it was cooked."
    assert [e.link for e in feed.entries] == [e.id for e in feed.entries]
    assert [e.title_detail.language for e in feed.entries] == ["en", "es", "en"]
    assert {link.rel: link.href for link in feed.feed.links} == {
        "self": f"{SITE}feed.xml",
        "alternate": f"{SITE}case-studies/",
    }
    assert 'href="../../feed.xml"' in built.text("case-studies/spring-launch/index.html")


def test_without_an_address_there_is_no_feed_and_nothing_absolute(tmp_path: Path) -> None:
    agency = Agency(tmp_path, site_url="")
    assert agency.build() == ()
    assert "feed.xml" not in agency.tree()
    assert "og:url" not in agency.text("case-studies/spring-launch/index.html")
    assert agency.text("robots.txt") == "User-agent: *\nAllow: /\n"


def test_robots_name_the_sitemap_unless_the_agency_wrote_its_own(built: Agency, tmp_path: Path) -> None:
    assert built.text("robots.txt") == f"User-agent: *\nAllow: /\nSitemap: {SITE}sitemap.xml\n"
    own = Agency(tmp_path, {**PAGES, "robots.txt": "User-agent: *\n"})
    assert own.build() == ()
    assert own.text("robots.txt") == "User-agent: *\n"


def test_an_empty_gallery_says_so(tmp_path: Path) -> None:
    agency = Agency(tmp_path)
    assert agency.build(GalleryView(), {}) == ()
    assert "There are no case studies to show at the moment." in agency.text("case-studies/index.html")
    assert not feedparser.parse(agency.tree()["feed.xml"]).entries


def test_the_gallery_is_in_the_menu_unless_the_settings_have_one(built: Agency, tmp_path: Path) -> None:
    home = re.compile(r'<a href="case-studies/" class="md-nav__link')
    assert home.search(built.text("index.html"))
    assert "spring-launch" not in re.sub(
        r"<article.*?</article>", "", built.text("contact/index.html"), flags=re.S
    )
    agency = Agency(tmp_path, more="nav: [index.md, contact.md]\n")
    assert agency.build() == ()
    assert not home.search(agency.text("index.html"))


def test_titles_and_descriptions_are_text_wherever_a_theme_puts_them(tmp_path: Path) -> None:
    evil = LAUNCH.model_copy(
        update={"title": 'Big "sale" <script>alert(1)</script>', "summary": '"><img src=x>'}
    )
    for name, theme in THEMES.items():
        agency = Agency(tmp_path / name.replace("'", ""), theme=theme)
        agency.build(GalleryView(cases=(evil, WARM)))
        for path, data in agency.tree().items():
            if path.endswith((".html", ".xml") if name != "Material" else (".html", ".xml", ".json")):
                assert b"<script>alert(1)" not in data, path
                assert b"<img src=x>" not in data, path


def test_another_language_changes_the_interface_and_not_the_case(tmp_path: Path) -> None:
    agency = Agency(tmp_path, theme="{name: material, language: es, font: false}")
    assert agency.build() == ()
    page = agency.text("case-studies/spring-launch/index.html")
    assert '<h2 id="results">Resultados</h2>' in page
    assert "El objetivo era 10,00" in page
    assert '<h1 id="case-study" lang="en">A spring launch that sold out</h1>' in page
    assert '<h1 id="case-study">Lleno en febrero</h1>' in agency.text(
        "case-studies/lleno-en-febrero/index.html"
    )


def test_mkdocs_warnings_become_problems_at_their_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    pages = {**PAGES, "contact.md": "# Contact\n\nSee [us](nowhere.md).\n"}
    agency = Agency(tmp_path, pages, more="nav: [index.md, gone.md]\n")
    found = {(p.severity, p.code, p.at.path, p.at.line) for p in agency.build()}
    assert found == {
        ("warning", "public-site", "content/pages/contact.md", 3),
        ("warning", "public-site", "mkdocs.yml", 7),
    }
    assert capfd.readouterr() == ("", "")


def test_the_environment_is_what_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    monkeypatch.delenv("NO_MKDOCS_2_WARNING", raising=False)
    Agency(tmp_path).build(today=TODAY)
    assert os.environ["SOURCE_DATE_EPOCH"] == "1"
    assert "NO_MKDOCS_2_WARNING" not in os.environ


UNUSABLE = {
    "unknown theme": ({"theme": "{name: nosuch}"}, "Unrecognised theme name"),
    "unknown plugin": ({"more": "hooks: [nosuch.py]\n"}, "nosuch.py"),
}


@pytest.mark.parametrize(("given", "said"), UNUSABLE.values(), ids=UNUSABLE)
def test_settings_that_mkdocs_cannot_use_are_one_sentence(
    given: dict[str, str], said: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError) as caught:
        Agency(tmp_path, **given).build()
    assert said in caught.value.sentence
    assert "\n" not in caught.value.sentence


def test_a_broken_template_of_the_brand_is_one_sentence(tmp_path: Path) -> None:
    brand = tmp_path / "brand"
    brand.mkdir()
    (brand / "main.html").write_text('{% extends "base.html" %}{% block content %}{{ nope( }}{% endblock %}')
    agency = Agency(tmp_path / "agency", theme=f"{{name: material, custom_dir: {brand}, font: false}}")
    with pytest.raises(UsageError) as caught:
        agency.build()
    assert caught.value.sentence.startswith("MkDocs could not build the public site: ")


def test_the_sample_brand_is_an_override_for_any_theme(tmp_path: Path) -> None:
    brand = Path(__file__).parents[2] / "themes/estudio"
    for name in ("material", "mkdocs"):
        agency = Agency(
            tmp_path / name, theme=f"{{name: {name}, custom_dir: {brand}, highlightjs: false, font: false}}"
        )
        assert agency.build() == ()
        assert b"--brand:" in agency.tree()["brand.css"]

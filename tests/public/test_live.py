"""The live public site: after every change it is, byte for byte, what a whole build would write."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest

from portalgen.problems import UsageError
from portalgen.project import gallery as gallery_of
from portalgen.public import Given, LiveSite, Refreshed, difference
from portalgen.views import CaseStudyView, FileRef, GalleryView, KpiView, Picture, Prose
from tests.public.scene import FEBRUARY, FILES, GALLERY, LAUNCH, PAGES, TODAY, WARM, Agency, day, picture

MATERIAL = "{name: material, language: en, font: false}"
MKDOCS = "{name: mkdocs, highlightjs: false}"
THEMES = {
    "Material": (MATERIAL, 26),
    "MkDocs' own": (MKDOCS, 26),
    "Read the Docs": ("{name: readthedocs, highlightjs: false}", 8),
}
CASE = "case-studies/spring-launch/index.html"
INDEX = "search/search_index.json"
WRITTEN_BY_HAND = {
    **PAGES,
    "work.md": "---\ndate: 2026-03-04\n---\n# Work\n\n::: cases limit=2 level=2\n:::\n",
    "food.md": "# Food\n\n::: cases industry=food\n## None yet\n\nSee [what we mean](nowhere.md).\n:::\n",
    "links.md": "# Links\n\nThe [launch](case-studies/spring-launch/index.md#story), [the plan]"
    "(case-studies/spring-launch/files/plan.md), [another](case-studies/added-1/index.md).\n",
}


class Live:
    """An agency with its live site, and somebody who keeps the files as told: `tree`."""

    def __init__(self, agency: Agency, root: Path) -> None:
        self.agency, self.folder = agency, root / "live"
        self.site = LiveSite(self.folder)
        self.tree: dict[str, bytes] = {}

    def show(
        self,
        cases: Mapping[str, CaseStudyView] | GalleryView = GALLERY,
        files: Mapping[str, bytes] = FILES,
        *,
        outside: bool = False,
    ) -> Refreshed:
        view = cases if isinstance(cases, GalleryView) else gallery_of(tuple(cases.values()))
        found = self.site.refresh(Given(self.agency.settings, view, files), TODAY, outside=outside)
        assert pickle.loads(pickle.dumps(found)) == found
        if found.written is None:
            paths = (path for path in self.folder.rglob("*") if path.is_file())
            self.tree = {path.relative_to(self.folder).as_posix(): path.read_bytes() for path in paths}
        else:
            kept = {path: data for path, data in self.tree.items() if path not in found.removed}
            self.tree = {**kept, **found.written}
        return found


@pytest.fixture
def live(tmp_path: Path) -> Live:
    live = Live(Agency(tmp_path), tmp_path)
    assert live.show().whole
    return live


def with_case(case: CaseStudyView, **changes: object) -> GalleryView:
    """The scene's gallery with something changed in one case."""
    changed = case.model_copy(update=changes)
    return GALLERY.model_copy(
        update={"cases": tuple(changed if one is case else one for one in GALLERY.cases)}
    )


def told(text: str) -> Prose:
    return Prose(stretches=(text,))


PROSE = with_case(WARM, story=told("### Challenge\n\nColder houses.\n"))
TITLE = with_case(LAUNCH, title="A spring launch that sold out twice")


# ---- whatever happens, it is what a whole build would write ----------------------------------------


@dataclass
class Scene:
    """What is shown now; steps change it by chance."""

    chance: Random
    cases: dict[str, CaseStudyView]
    files: dict[str, bytes]
    added: int = 0

    def one(self) -> CaseStudyView | None:
        return self.chance.choice(list(self.cases.values())) if self.cases else None

    def edit(self, **changes: object) -> None:
        case = self.one()
        if case is not None:
            self.cases[case.slug] = case.model_copy(update=changes)


def number(scene: Scene) -> int:
    return scene.chance.randrange(1000)


def prose(scene: Scene) -> None:
    scene.edit(story=told(f"### Challenge {number(scene)}\n\nSome <b>words</b>, {number(scene)} & more.\n"))


def title(scene: Scene) -> None:
    scene.edit(title=f'Sold out in {number(scene)} "days" & nights')


def summary(scene: Scene) -> None:
    scene.edit(summary=scene.chance.choice([None, f"How {number(scene)} soups were sold."]))


def headline(scene: Scene) -> None:
    kpi = KpiView(id="orders", name="Orders", change=Decimal(number(scene)), method="shop")
    scene.edit(headline=scene.chance.choice([None, kpi]), results=(kpi,))


def facets(scene: Scene) -> None:
    scene.edit(
        industry=scene.chance.choice([None, "Food", "Energy", "Space", f"Trade {number(scene)}"]),
        services=tuple(
            scene.chance.sample(["Launch", "Media", "Content", "Brand"], scene.chance.randrange(4))
        ),
        size=scene.chance.choice([None, "small", "large"]),
    )


def order(scene: Scene) -> None:
    scene.edit(rank=Decimal(number(scene)), updated=scene.chance.choice([None, day(2026, 4, 1)]))


def add(scene: Scene) -> None:
    scene.added += 1
    slug = f"added-{scene.added}"
    image = FileRef(path="files/new.png", sha256=f"{scene.added:064}", size=9)
    scene.cases[slug] = LAUNCH.model_copy(
        update={"slug": slug, "story": told("New."), "image": Picture(file=image, alt="New")}
    )
    scene.files[f"case-studies/{slug}/files/new.png"] = picture("blue")


def remove(scene: Scene) -> None:
    case = scene.one()
    if case is not None:
        del scene.cases[case.slug]
        for path in [path for path in scene.files if path.startswith(case.url)]:
            del scene.files[path]


def file(scene: Scene) -> None:
    if scene.files:
        scene.files[scene.chance.choice(sorted(scene.files))] = picture(f"#{number(scene):06}")


def anonymise(scene: Scene) -> None:
    scene.edit(client="A food maker", anonymised=True, image=None, quote=None, start=None, end=None)


def nothing(scene: Scene) -> None:
    pass


STEPS: tuple[Callable[[Scene], None], ...] = (
    prose,
    title,
    summary,
    headline,
    facets,
    facets,
    order,
    add,
    add,
    remove,
    file,
    anonymise,
    nothing,
)


@pytest.mark.parametrize(("theme", "changes"), THEMES.values(), ids=THEMES)
def test_after_any_changes_it_is_what_a_whole_build_writes(theme: str, changes: int, tmp_path: Path) -> None:
    agency = Agency(tmp_path, WRITTEN_BY_HAND, theme=theme)
    live = Live(agency, tmp_path)
    scene = Scene(Random(theme), {case.slug: case for case in GALLERY.cases}, dict(FILES))
    done: list[str] = []
    short = 0
    for _ in range(changes + 1):
        found = live.show(scene.cases, scene.files)
        expected = agency.build(gallery_of(tuple(scene.cases.values())), scene.files)
        assert set(found.problems) == set(expected), done
        assert live.tree == agency.tree(), done
        assert (
            found.whole == (not done) or found.why == "a page in the menu has another title or other headings"
        )
        short += not found.whole
        step = scene.chance.choice(STEPS)
        step(scene)
        done.append(step.__name__)
    assert short > changes / 2


def test_without_directory_addresses_it_is_too(tmp_path: Path) -> None:
    agency = Agency(tmp_path, WRITTEN_BY_HAND, more="use_directory_urls: false\n", site_url="")
    live = Live(agency, tmp_path)
    live.show()
    assert not live.show(gallery_of((LAUNCH.model_copy(update={"title": "Sold"}), FEBRUARY))).whole
    agency.build(gallery_of((LAUNCH.model_copy(update={"title": "Sold"}), FEBRUARY)))
    assert live.tree == agency.tree()


# ---- only what changes is made again ---------------------------------------------------------------


def test_a_case_whose_prose_changes_is_the_only_page_that_is_rendered(live: Live) -> None:
    found = live.show(PROSE)
    assert found.rendered == ("case-studies/warm-by-friday/index.html",)
    assert found.written is not None
    assert set(found.written) == {"case-studies/warm-by-friday/index.html", INDEX}


def test_a_title_is_followed_by_every_page_that_shows_it(live: Live) -> None:
    found = live.show(TITLE)
    assert not found.whole
    assert set(found.rendered) == {path for path, data in live.tree.items() if b"sold out twice" in data} - {
        "feed.xml",
        INDEX,
    }
    assert {"index.html", "case-studies/index.html", CASE} < set(found.rendered)
    assert "contact/index.html" not in found.rendered


def test_a_page_with_cards_follows_and_shows_what_is_inside_when_none_fits(live: Live) -> None:
    found = live.show(with_case(LAUNCH, industry=None).model_copy(update={"facets": ()}))
    assert "index.html" in found.rendered
    assert b"Ask us." in live.tree["index.html"]


def test_where_nothing_changed_nothing_is_made(live: Live) -> None:
    copy = pickle.loads(pickle.dumps(GALLERY))
    assert live.show(copy, dict(FILES)) == Refreshed((), False, {})


def test_bytes_of_a_file_alone_render_no_page(live: Live) -> None:
    path = next(iter(FILES))
    found = live.show(files={**FILES, path: b"other"})
    assert (found.rendered, found.written) == ((), {path: b"other"})


def test_a_withdrawn_case_is_gone_from_everywhere_at_once(live: Live) -> None:
    found = live.show(gallery_of((WARM, FEBRUARY)), {})
    assert not found.whole
    assert found.removed >= {CASE, *FILES}
    assert not [path for path, data in live.tree.items() if b"Brisa" in data or b"spring-launch" in data]


def test_it_says_nothing_and_leaves_the_environment(
    live: Live, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1")
    live.show(TITLE)
    assert os.environ["SOURCE_DATE_EPOCH"] == "1"
    assert capfd.readouterr() == ("", "")


def test_what_mkdocs_warned_of_is_said_again_and_what_is_mended_is_not(tmp_path: Path) -> None:
    pages = {
        **PAGES,
        "contact.md": "# Contact\n\n[The launch](case-studies/spring-launch/index.md), [x](no.md).\n",
    }
    agency = Agency(tmp_path, pages, theme="{name: material, language: en, font: {text: Roboto}}")
    live = Live(agency, tmp_path)
    with_it = live.show()
    without = live.show(gallery_of((WARM,)), {})
    assert [len(with_it.problems), len(without.problems)] == [3, 4]
    assert set(without.problems) == set(agency.build(gallery_of((WARM,)), {}))
    again = live.show()
    assert not again.whole
    assert set(again.problems) == set(with_it.problems)


# ---- where only a whole build is certain -----------------------------------------------------------


def test_what_is_outside_the_views_means_a_whole_build(live: Live) -> None:
    (live.agency.docs / "contact.md").write_text("# Contact us\n")
    assert live.show(outside=True).whole
    live.agency.build()
    assert live.tree == live.agency.tree()


def test_another_day_or_other_settings_mean_a_whole_build(live: Live) -> None:
    settings = live.agency.settings
    assert live.site.refresh(Given(settings, GALLERY, FILES), day(2026, 12, 1), outside=False).whole
    other = settings.model_copy(update={"call_to_action": None})
    assert live.site.refresh(Given(other, GALLERY, FILES), day(2026, 12, 1), outside=False).whole


def test_a_page_that_changed_unnoticed_is_noticed_when_it_is_read_again(live: Live) -> None:
    (live.agency.docs / "index.md").write_text("# Changed\n\n::: cases\n:::\n")
    assert live.show(TITLE).why == "a page written by hand changed"
    live.agency.build(TITLE)
    assert live.tree == live.agency.tree()


HOOK = "def on_page_content(html, **kwargs):\n    return html\n"
OTHERS = '{% extends "base.html" %}{% block footer %}{% for f in pages %}{{ f.page.title }}{% endfor %}{% endblock %}'
CONTENT = (
    '{% extends "base.html" %}{% block footer %}{% for p in nav.pages %}{{ p["content"] }}{% endfor %}'
    "{% endblock %}"
)
CHANCE = '{% extends "base.html" %}{% block footer %}{{ range(0, 999999999) | random }}{% endblock %}'
EXTENSION = (
    "from markdown import Extension\n"
    "class Own(Extension):\n    def extendMarkdown(self, md): pass\n"
    "def makeExtension(**options):\n    return Own()\n"
)
BRAND = "{name: material, custom_dir: brand, font: false}"
NAV = "nav: [index.md, {The launch: case-studies/spring-launch/index.md}]\n"
REASONS: dict[str, tuple[dict[str, str], dict[str, str], str]] = {
    "a plugin": ({"plugins": "[search, meta, portalgen]"}, {}, '"material/meta" may look at all'),
    "two searches": ({"plugins": "[search, /search, portalgen]"}, {}, "two search plugins"),
    "hooks": ({"more": "hooks: [hook.py]\n"}, {"hook.py": HOOK}, '"hook.py" may look at all'),
    "a template of all pages": ({"theme": BRAND}, {"brand/main.html": OTHERS}, '"main.html" may show'),
    "a template of others' content": ({"theme": BRAND}, {"brand/main.html": CONTENT}, '"main.html" may show'),
    "a template of chance": ({"theme": BRAND}, {"brand/main.html": CHANCE}, "is another one"),
    "a static template": (
        {"theme": "{name: mkdocs, highlightjs: false, custom_dir: brand, static_templates: [all.html]}"},
        {"brand/all.html": "x"},
        "templates of the agency's own",
    ),
    "a page of the agency's as a template": (
        {"more": "extra_templates: [all.txt]\n"},
        {"content/pages/all.txt": "{% for f in pages %}{{ f.url }}{% endfor %}"},
        "templates of the agency's own",
    ),
    "an extension": (
        {"more": "markdown_extensions: [own_extension]\n"},
        {"own_extension.py": EXTENSION},
        'extension "own_extension" may keep',
    ),
    "a case in the menu": ({"more": NAV}, {}, "a page in the menu has another title"),
}


@pytest.mark.parametrize(("given", "files", "why"), REASONS.values(), ids=REASONS)
def test_where_a_page_may_depend_on_others_all_are_built(
    given: dict[str, str],
    files: dict[str, str],
    why: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    agency = Agency(tmp_path, theme=given.get("theme", MATERIAL), more=given.get("more", ""))
    settings = agency.file.read_text().replace(
        "[search, portalgen]", given.get("plugins", "[search, portalgen]")
    )
    agency.file.write_text(settings)
    live = Live(agency, tmp_path)
    live.show()
    found = live.show(TITLE)
    assert found.whole
    assert why in found.why
    if "random" not in files.get("brand/main.html", ""):
        agency.build(TITLE)
        assert live.tree == agency.tree()


def test_the_menu_may_lose_a_case(tmp_path: Path) -> None:
    agency = Agency(tmp_path, more=NAV)
    live = Live(agency, tmp_path)
    live.show()
    assert live.show(gallery_of((WARM,)), {}).whole
    assert live.show(gallery_of((WARM, LAUNCH))).whole
    agency.build(gallery_of((WARM, LAUNCH)))
    assert live.tree == agency.tree()


def test_with_the_sample_brand_and_usual_extensions_single_pages_are_made_again(tmp_path: Path) -> None:
    brand = Path(__file__).parents[2] / "themes/estudio"
    theme = f"{{name: material, custom_dir: {brand}, font: false, features: [navigation.tabs]}}"
    extensions = "markdown_extensions: [admonition, attr_list, toc, pymdownx.superfences, {footnotes: {}}]\n"
    agency = Agency(tmp_path, WRITTEN_BY_HAND, theme=theme, more=extensions)
    live = Live(agency, tmp_path)
    live.show()
    assert not live.show(TITLE).whole
    agency.build(TITLE)
    assert live.tree == agency.tree()


# ---- what is wrong ---------------------------------------------------------------------------------


def test_an_error_leaves_the_last_state_and_the_next_good_build_is_whole_and_right(live: Live) -> None:
    page = live.agency.docs / "contact.md"
    before = dict(live.tree)
    good = page.read_text()
    page.write_text("# Contact\n\n::: internal\nx\n:::\n")
    for outside in (True, False):
        found = live.show(TITLE, outside=outside)
        assert [problem.code for problem in found.problems] == ["page-audience"]
        assert (found.whole, found.written, found.removed) == (False, {}, frozenset())
        assert live.tree == before
    page.write_text(good)
    found = live.show(PROSE)
    assert (found.whole, found.why) == (True, "the last build had errors")
    live.agency.build(PROSE)
    assert live.tree == live.agency.tree()
    assert not live.show(TITLE).whole


def test_a_case_at_an_address_of_the_gallerys_is_an_error_in_the_usual_words(live: Live) -> None:
    found = live.show(with_case(WARM, slug="industry").model_copy(update={"facets": ()}))
    assert [problem.code for problem in found.problems] == ["collision"]
    assert found.written == {}


def test_settings_that_cannot_be_used_are_raised_and_it_goes_on_afterwards(live: Live) -> None:
    good = live.agency.file.read_text()
    live.agency.file.write_text(good.replace("name: material", "name: nosuch"))
    with pytest.raises(UsageError, match="Unrecognised theme"):
        live.show(outside=True)
    live.agency.file.write_text(good)
    assert live.show(TITLE).whole
    assert not live.show(PROSE).whole


# ---- what is sent ------------------------------------------------------------------------------------

CHANGES = {
    "nothing": (GALLERY, FILES, 0),
    "a title": (TITLE, FILES, 1),
    "one fewer": (gallery_of((WARM, FEBRUARY)), {}, 0),
    "one more": (gallery_of((*GALLERY.cases, LAUNCH.model_copy(update={"slug": "more"}))), FILES, 1),
    "another file": (GALLERY, {**FILES, "case-studies/spring-launch/files/ad.png": b"x"}, 0),
}


@pytest.mark.parametrize(("view", "files", "sent"), CHANGES.values(), ids=CHANGES)
def test_a_difference_holds_what_is_new_and_leads_to_the_same(
    tmp_path: Path, view: GalleryView, files: dict[str, bytes], sent: int
) -> None:
    settings = Agency(tmp_path).settings
    before, now = Given(settings, GALLERY, FILES), Given(settings, view, files)
    change = pickle.loads(pickle.dumps(difference(before, now)))
    assert len(change.cases) == sent
    assert change.after(before, settings) == now


def test_a_change_is_shown_as_the_whole_gallery_would_be(live: Live) -> None:
    settings = live.agency.settings
    change = difference(Given(settings, GALLERY, FILES), Given(settings, PROSE, FILES))
    found = live.site.refresh_changed(settings, change, TODAY, outside=False)
    assert found.rendered == ("case-studies/warm-by-friday/index.html",)


def test_a_change_of_what_was_never_shown_is_refused(tmp_path: Path) -> None:
    settings = Agency(tmp_path).settings
    change = difference(Given(settings, GALLERY, FILES), Given(settings, PROSE, FILES))
    site = LiveSite(tmp_path / "live")
    with pytest.raises(LookupError):
        site.refresh_changed(settings, change, TODAY, outside=False)
    with pytest.raises(LookupError):
        replace(change, cases=()).after(Given(settings, GalleryView(), {}), settings)

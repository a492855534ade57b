"""The house's folder: colours that are checked, the logo, templates of its own, and what a change makes anew."""

from __future__ import annotations

import io
import re
import sys
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from portalgen import tokens
from portalgen.build import load_settings
from portalgen.build.house import house_problems
from portalgen.colour import Colour, contrast
from portalgen.load.brand import PAIRS, contrast_of, is_of_house
from portalgen.problems import Problem, as_text
from portalgen.render import assets, house
from portalgen.settings import House
from tests.project import MINIMAL, SETTINGS, Project

OWN = assets.own_tokens()
LOGO = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 32"><path d="M0 0h64v32z"/></svg>'
ACCOUNT = """\
---
client: Brisa Foods
title: Spring launch
team: [{name: Ana Ruiz, role: account_executive, email: ana@estudio-norte.example}]
---
## 2026-11-20 First ads are live {.client}
Two of three formats went out on Tuesday.
"""
BRANDED = SETTINGS.replace(
    "theme: {name: mkdocs}", "theme: {name: mkdocs, custom_dir: brand, highlightjs: false, logo: logo.svg}"
)


def agency(folder: Path, settings: str = BRANDED, **files: str) -> Project:
    """A project with a house; its files are named with `__` for a slash."""
    project = Project(folder, settings).account("brisa", ACCOUNT)
    (folder / "brand").mkdir(exist_ok=True)
    for name, text in files.items():
        project.write(f"brand/{name.replace('__', '/')}", text)
    return project


def of_brand(css: str) -> tuple[Problem, ...]:
    return contrast_of(House(folder="brand", css=css), OWN)


def said(problems: tuple[Problem, ...]) -> str:
    return as_text(problems, lambda _: None)


def root(*declared: str, dark: str = "") -> str:
    css = f":root {{ {' '.join(declared)} }}"
    return f"{css} @media (prefers-color-scheme: dark) {{ :root {{ {dark} }} }}" if dark else css


# ---- colours --------------------------------------------------------------------------------------


def test_our_own_colours_can_all_be_read() -> None:
    """The same check over our own sheet, as if a house had written it."""
    assert of_brand(OWN) == ()


def test_a_colour_that_cannot_be_read_is_told_with_its_place_and_the_nearest_that_can() -> None:
    assert said(of_brand("\n:root {\n  --brand: #7fa;\n}\n")).splitlines()[:2] == [
        "brand/brand.css:3:3: warning[brand-contrast] --brand: #7fa on paper #fbf9f5 reaches 1.1:1, "
        "links need 4.5:1",
        "   the nearest that does is #007d43",
    ]


WARNED = {
    "a brand on paper, on tint and under the text on it": (root("--brand: #ffdd00;"), {"--brand"}, 3),
    "the text on it, where the house wrote both": (root("--brand: #036;", "--on-brand: #247;"), {"--on-brand"}, 1),
    "the dark one": (root("--brand-dark: #0b5468;"), {"--brand-dark"}, 3),
    "quiet text": (root("--soft: #999;"), {"--soft"}, 2),
    "edges, at 3:1": (root("--edge: #b0b0b0;", dark="--edge: #8c8375;"), {"--edge"}, 2),
    "a variable of the house's own": (root("--accent: var(--x);", "--x: gold;", dark="--x: #8cc8d8;"), {"--x"}, 3),
    "paper that also holds in dark": (root("--paper: #fff;"), {"--paper"}, 6),
    "dark paper alone": (root("--paper: #fff;", dark="--paper: #777;"), {"--paper"}, 7),
}  # fmt: skip


@pytest.mark.parametrize(("css", "names", "count"), WARNED.values(), ids=WARNED)
def test_pairs_that_cannot_be_read_are_warned_of(css: str, names: set[str], count: int) -> None:
    found = of_brand(css)
    assert {(one.code, one.severity) for one in found} == {("brand-contrast", "warning")}
    assert ({one.field for one in found}, len(found)) == (names, count), said(found)


CALM = {
    "no colours": "",
    "ours again": root("--brand: #0b5468;", "--on-brand: white;", "--brand-dark: hsl(193 50% 70%);"),
    "paper of both schemes": root("--paper: #fff;", dark="--paper: #171513;"),
    "what only a browser can mix": root(
        "--brand: color-mix(in srgb, red, blue);", "--paper: var(--nothing);"
    ),
    "what is seen through": root("--brand: #ffdd0080;"),
    "another selector": ".calm { --brand: #ffdd00 }",
    "a name of their own": root("--gold: #ffdd00;"),
}


@pytest.mark.parametrize("css", CALM.values(), ids=CALM)
def test_nothing_is_said_of(css: str) -> None:
    assert of_brand(css) == ()


def test_what_is_no_colour_is_told_and_ours_stands_for_it(tmp_path: Path) -> None:
    project = agency(tmp_path, **{"brand.css": root("--brand: yelow;", "--serif: Yelow;")})
    settings = load_settings(tmp_path / "mkdocs.yml")
    assert settings.colours.brand == "#0b5468"
    assert [
        (p.code, p.field, p.message) for p in house_problems(settings.house) if p.code != "brand-logo"
    ] == [("brand-colour", "--brand", "yelow is no colour")]
    assert project.build().codes == []


def test_the_settings_give_the_houses_colours(tmp_path: Path) -> None:
    css = root("--gold: hsl(51 100% 50%);", "--brand: var(--gold);", "--on-brand: BLACK;")
    agency(tmp_path, **{"brand.css": css})
    colours = load_settings(tmp_path / "mkdocs.yml").colours
    assert (colours.brand, colours.on_brand, colours.brand_dark) == ("#ffd900", "#000000", "#8cc8d8")


GARISH = st.sampled_from(
    [
        "brand",
        "brand-dark",
        "on-brand",
        "on-brand-dark",
        "accent",
        "paper",
        "tint",
        "ink",
        "soft",
        "edge",
        "off",
    ]
)
HINT = re.compile(
    r"(?:the nearest that does is (?P<here>#\w{6})|it does with the proposed [^;]*)"
    r"(?:; (?:and for dark|for dark alone): @media \(prefers-color-scheme: dark\) \{ :root \{ (?P<dark>.*) \} \})?"
)


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(GARISH, st.builds(Colour, *[st.integers(0, 255)] * 3), min_size=1, max_size=5))
def test_who_follows_all_that_is_proposed_has_no_warning_left(written: dict[str, Colour]) -> None:
    light = {f"--{name}": str(colour) for name, colour in written.items()}
    dark: set[str] = set()
    found = of_brand(root(*(f"{name}: {value};" for name, value in light.items())))
    assume(not any("no shade" in one.hint for one in found))
    for one in found:
        hint = HINT.fullmatch(one.hint)
        if hint and hint["here"] and " alone: " not in one.hint:
            light[one.field] = hint["here"]
        if hint and hint["dark"]:
            dark.add(hint["dark"])
    now = of_brand(
        root(*(f"{name}: {value};" for name, value in light.items()), dark="; ".join(sorted(dark)))
    )
    assert now == (), said(now)


def sheets() -> str:
    base = Path(assets.__file__).parent / "static/css"
    names = ("shared.css", "portal.css", "team.css", "material.css")
    return "\n".join((base / name).read_text("utf-8") for name in names).replace("--portalgen-", "--")


def test_every_colour_that_our_styles_write_with_is_checked() -> None:
    """The texts and the grounds of our sheets are all in the table of pairs."""
    css = sheets()
    texts = set(re.findall(r"(?<![-\w])color: var\(--([\w-]+)\)", css))
    grounds = set(re.findall(r"(?<![-\w])background(?:-color)?: var\(--([\w-]+)\)", css))
    reversed_ = {"paper"}  # the team's band: paper on ink, the same pair the other way round
    assert texts - reversed_ <= {pair.text for pair in PAIRS}
    assert grounds - {"ink"} <= {pair.ground for pair in PAIRS}
    assert "paper" in grounds


def test_what_is_cut_off_is_never_told_as_enough() -> None:
    """A ratio just below the limit is not rounded up to it."""
    message = of_brand(root("--brand: #73746d;"))[0].message
    ratio = contrast(Colour(0x73, 0x74, 0x6D), Colour(0xFB, 0xF9, 0xF5))
    assert 4.45 < ratio < 4.5
    assert "reaches 4.4:1" in message


# ---- builds ---------------------------------------------------------------------------------------


def test_a_wrong_brand_stops_no_build_but_a_strict_one(tmp_path: Path) -> None:
    project = agency(tmp_path, **{"brand.css": root("--brand: #ffdd00;"), "logo.svg": LOGO})
    assert project.build().codes == []
    assert [p.code for p in project.problems] == ["brand-contrast"] * 3
    assert [p.code for p in project.check() if p.severity == "warning"] == ["brand-contrast"] * 3
    assert project.outcome is not None
    assert project.outcome.line_of(project.problems[0].at) == root("--brand: #ffdd00;")
    project.build(strict=True)
    assert project.outcome is not None
    assert not project.outcome.published


def test_another_colour_makes_the_styles_anew_and_no_page(tmp_path: Path) -> None:
    project = agency(tmp_path, **{"brand.css": root("--brand: #036;"), "logo.svg": LOGO}).build()
    before = project.tree()
    project.write("brand/brand.css", root("--brand: #630;")).build()
    after = project.tree()
    private = {path for path in before if before[path] != after.get(path) and not path.startswith("public/")}
    assert private == {"portals/assets/style.css", "internal/assets/style.css"}
    gallery = {p: t for p, t in after.items() if re.match(r"public/assets/portalgen/gallery\.\w+\.css", p)}
    assert [b"--portalgen-brand: #630;" in text for text in gallery.values()] == [True]
    assert not gallery.keys() & before.keys()
    assert after == project.build(fresh=True).tree()


@pytest.mark.parametrize("theme", ["mkdocs", "readthedocs", "material"])
@pytest.mark.parametrize("css", ["", root("--brand: #036;")])
def test_material_alone_is_dressed_and_only_where_there_is_a_brand(css: str, theme: str) -> None:
    sheet = assets.public(House(css=css), theme, ".pg {}")
    assert ("--md-default-bg-color: var(--portalgen-paper)" in sheet) == (bool(css) and theme == "material")
    assert f"--portalgen-brand: {'#036' if css else '#0b5468'};" in sheet


def test_the_houses_own_icon_is_the_icon(tmp_path: Path) -> None:
    project = agency(tmp_path, **{"icon.svg": LOGO, "logo.svg": LOGO}).build()
    assert (
        project.tree()["portals/assets/icon.svg"]
        == project.tree()["internal/assets/icon.svg"]
        == LOGO.encode()
    )


# ---- the logo -------------------------------------------------------------------------------------


def test_the_logo_stands_in_the_portals_foot_and_the_teams_head(tmp_path: Path) -> None:
    project = agency(tmp_path, **{"logo.svg": LOGO}).build()
    assert project.problems == ()
    image = '<img class="house" src="{}logo.svg" width="64" height="32" alt="">'
    foot = project.portal("brisa")["updates/index.html"].decode().partition("<footer")[2]
    head = project.tree()["internal/accounts/brisa/index.html"].decode().partition("<main")[0]
    assert image.format("../../assets/") in foot
    assert image.format("../../assets/") in head
    assert project.tree()["portals/assets/logo.svg"] == LOGO.encode()


def test_without_a_logo_there_is_none_and_one_that_comes_is_shown(tmp_path: Path) -> None:
    project = agency(tmp_path, BRANDED.replace(", logo: logo.svg", "")).build()
    assert not any("logo" in path or b'class="house"' in data for path, data in project.tree().items())
    project.setting("highlightjs: false", "highlightjs: false, logo: logo.svg").write("brand/logo.svg", LOGO)
    project.build()
    assert b"logo.svg" in project.portal("brisa")["index.html"]
    project.remove("brand/logo.svg").build()
    assert b"logo.svg" not in project.portal("brisa")["index.html"]
    assert [p.code for p in project.problems] == ["brand-logo"]


def svg(inside: str = "", more: str = "") -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9" {more}>{inside}</svg>'


REFUSED = {
    "a script": svg("<script>alert(1)</script>"),
    "a script of another name space": svg('<x:script xmlns:x="http://www.w3.org/1999/xhtml"/>'),
    "an event": svg("<g/>", 'onload="alert(1)"'),
    "a page inside": svg("<foreignObject><p>x</p></foreignObject>"),
    "an image of another host": svg('<image href="https://tracker.example/x.png"/>'),
    "a file beside it": svg('<use href="other.svg#x"/>'),
    "a style from elsewhere": svg("<style>@import 'https://x.example/a.css'</style>"),
    "a picture in a style": svg("<style>path { fill: url(https://x.example/a.png) }</style>"),
    "a picture in an attribute": svg('<path style="fill: URL( https://x.example/a )"/>'),
    "an address that runs": svg('<a href="javascript:alert(1)"><path/></a>'),
    "entities": f'<!DOCTYPE svg [<!ENTITY a "aaaa">]>{svg("&a;")}',
    "a style of its own accord": f'<?xml-stylesheet href="https://x.example/a.css"?>{svg()}',
    "an address that comes later": svg('<a><set attributeName="href" to="javascript:alert(1)"/></a>'),
    "an address that comes and goes": svg(
        '<a><animate xmlns:x="http://www.w3.org/1999/xlink" attributeName="x:href" values="javascript:a()"/></a>'
    ),
    "an event that comes later": svg('<set attributeName="onclick" to="alert(1)"/>'),
    "no name space": "<svg/>",
    "another name space": '<svg xmlns="http://www.w3.org/1999/xhtml"/>',
    "an encoding of many bytes": f'<?xml version="1.0" encoding="shift_jis"?>{svg()}',
    "an encoding of seven bits": f'<?xml version="1.0" encoding="utf-7"?>{svg()}',
    "an encoding that Python does not know": f'<?xml version="1.0" encoding="windows-31j"?>{svg()}',
    "an encoding that nobody knows": f'<?xml version="1.0" encoding="foo"?>{svg()}',
    "no SVG": "<html/>",
    "nothing that can be read": "<svg",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_a_logo_that_could_do_something_is_not_shown(text: str, tmp_path: Path) -> None:
    agency(tmp_path, **{"logo.svg": text})
    found = load_settings(tmp_path / "mkdocs.yml").house
    assert found.logo is None
    assert [(p.code, p.severity, p.at.path, p.at.line) for p in found.problems] == [
        ("brand-logo", "warning", "mkdocs.yml", 5)
    ]


@pytest.mark.parametrize("text", [*REFUSED.values(), svg(" " * 1_000_000)], ids=[*REFUSED, "a large one"])
def test_an_icon_that_could_do_something_gives_way_to_ours(text: str, tmp_path: Path) -> None:
    agency(tmp_path, BRANDED.replace(", logo: logo.svg", ""), **{"icon.svg": text})
    found = load_settings(tmp_path / "mkdocs.yml").house
    assert found.icon == b""
    assert [(p.code, p.severity, p.at.path) for p in found.problems] == [
        ("brand-icon", "warning", "brand/icon.svg")
    ]


COMMENTED = {
    "a few": (f"<!-- of Ana -->{svg('<!-- ñ --><g/><!-- for Kastell -->')}<!-- x -->", svg("<g/>")),
    "in a document type": (f"<!DOCTYPE svg [<!-- x -->]>{svg()}", f"<!DOCTYPE svg []>{svg()}"),
    "text that looks like one": (svg("<style><![CDATA[<!-- -->]]></style>"),) * 2,
}


@pytest.mark.parametrize(("text", "kept"), COMMENTED.values(), ids=COMMENTED)
def test_comments_do_not_go_out(text: str, kept: str, tmp_path: Path) -> None:
    agency(tmp_path, **{"logo.svg": text, "icon.svg": text})
    found = load_settings(tmp_path / "mkdocs.yml").house
    assert found.logo is not None
    assert found.logo.data == found.icon == kept.encode()


SIZES = {
    svg(): (9, 9),
    LOGO: (64, 32),
    svg().replace("viewBox", 'width="20" height="10px" viewBox'): (20, 10),
    svg().replace('viewBox="0 0 9 9"', 'width="100%"'): (None, None),
    svg("<style>path { fill: url(#a) }</style><image href='data:image/png;base64,AA=='/>"): (9, 9),
    '<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">'
    + svg(): (9, 9),
}


@pytest.mark.parametrize(("text", "size"), SIZES.items())
def test_a_logo_has_its_size_where_the_file_says_it(
    text: str, size: tuple[int | None, int | None], tmp_path: Path
) -> None:
    agency(tmp_path, **{"logo.svg": text})
    logo = load_settings(tmp_path / "mkdocs.yml").house.logo
    assert logo is not None
    assert (logo.width, logo.height) == size


def test_a_png_is_a_logo_and_a_jpeg_or_a_broken_one_is_none(tmp_path: Path) -> None:
    from PIL import Image

    agency(tmp_path, BRANDED.replace("logo.svg", "logo.png"))
    path = tmp_path / "brand/logo.png"
    Image.new("RGB", (30, 20)).save(path)
    logo = load_settings(tmp_path / "mkdocs.yml").house.logo
    assert logo is not None
    assert (logo.name, logo.width, logo.height) == ("logo.png", 30, 20)
    Image.new("RGB", (30, 20)).save(path, "JPEG")
    assert load_settings(tmp_path / "mkdocs.yml").house.logo is None


def test_of_a_png_only_its_pixels_go_out(tmp_path: Path) -> None:
    from PIL import Image, PngImagePlugin

    agency(tmp_path, BRANDED.replace("logo.svg", "logo.png"))
    path = tmp_path / "brand/logo.png"
    texts, exif = PngImagePlugin.PngInfo(), Image.Exif()
    texts.add_text("Author", "Ana Ruiz")
    exif[0x010E], exif[0x0112] = "for Kastell", 6  # a description; turned by a quarter
    image = Image.new("P", (30, 20), 1)
    image.putpalette([255, 0, 0, 0, 0, 255])
    image.save(path, pnginfo=texts, exif=exif, transparency=0)
    logo = load_settings(tmp_path / "mkdocs.yml").house.logo
    assert logo is not None
    assert (logo.width, logo.height) == (20, 30)
    with Image.open(io.BytesIO(logo.data)) as made:
        assert made.info == {"transparency": 0}
        assert made.convert("RGBA").getpixel((5, 5)) == (0, 0, 255, 255)
    assert (b"Ana" in path.read_bytes(), b"Ana" in logo.data, b"Kastell" in logo.data) == (True, False, False)


def test_a_png_whose_pixels_cannot_be_read_is_no_logo(tmp_path: Path) -> None:
    from PIL import Image

    agency(tmp_path, BRANDED.replace("logo.svg", "logo.png"))
    path = tmp_path / "brand/logo.png"
    Image.effect_noise((30, 20), 50).save(path)
    path.write_bytes(path.read_bytes()[:90])
    found = load_settings(tmp_path / "mkdocs.yml").house
    assert (found.logo, [p.code for p in found.problems]) == (None, ["brand-logo"])


@pytest.mark.skipif(sys.platform != "linux", reason="a file that nobody can read")
@pytest.mark.parametrize("name", ["logo.svg", "icon.svg", "brand.css", "portalgen/portal/foot.html"])
def test_a_file_that_cannot_be_read_is_told_and_left_out(name: str, tmp_path: Path) -> None:
    agency(tmp_path, **{"logo.svg": LOGO})
    path = tmp_path / "brand" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    path.symlink_to("/proc/self/mem")
    found = load_settings(tmp_path / "mkdocs.yml").house
    assert [(p.severity, p.code, p.at.path) for p in found.problems] == [
        ("warning", "brand-file", f"brand/{name}")
    ]
    assert (found.css, found.icon, found.templates) == ("", b"", ())
    assert (found.logo is None) == (name == "logo.svg")


OURS_OR_NOT = {
    "content/pages/img/logo.svg": True,  # MkDocs looks there first
    "content/pages/img": True,
    "brand/img/logo.svg": True,
    "brand/img": True,
    "brand/icon.svg": True,
    "brand": True,
    "content/pages/img/other.svg": False,
    "content/pages/other": False,
    "brand/other.css": False,
}


@pytest.mark.parametrize(("path", "is_one"), OURS_OR_NOT.items())
def test_a_file_that_may_be_the_logo_is_of_the_house(path: str, is_one: bool) -> None:
    root = Path("/agency")
    assert is_of_house(root / path, root / "brand", root / "brand/img/logo.svg") == is_one


def test_the_logo_is_looked_for_where_mkdocs_does(tmp_path: Path) -> None:
    """In docs_dir first; an address on another host is left to the theme."""
    project = agency(tmp_path, **{"logo.svg": LOGO}).write("content/pages/logo.svg", svg())
    logo = load_settings(tmp_path / "mkdocs.yml").house.logo
    assert logo is not None
    assert logo.data == svg().encode()
    project.setting("logo: logo.svg", "logo: 'https://cdn.example/logo.svg'")
    found = load_settings(tmp_path / "mkdocs.yml").house
    assert (found.logo, found.problems) == (None, ())


# ---- templates ------------------------------------------------------------------------------------

FOOT = "portalgen__portal__foot.html"


def foot_of(project: Project, path: str = "index.html") -> str:
    return project.portal("brisa")[path].decode().partition("<footer")[2]


def test_a_template_of_the_house_stands_in_for_ours(tmp_path: Path) -> None:
    own = '{% include "portalgen/portal/foot.html" %}<p>{{ v.client }} &amp; {{ "<b>us</b>" }}</p>'
    project = agency(tmp_path, **{FOOT: own, "logo.svg": LOGO}).build()
    assert project.problems == ()
    assert "<p>Private portal of Brisa Foods, prepared by Estudio Norte.</p>" in foot_of(project)
    assert "<p>Brisa Foods &amp; &lt;b&gt;us&lt;/b&gt;</p>" in foot_of(project, "updates/index.html")


def test_copies_of_our_templates_make_our_pages_byte_for_byte(tmp_path: Path) -> None:
    """Nothing that our templates ask for is kept from a house's."""
    project = agency(tmp_path, **{"logo.svg": LOGO}).build()
    before = project.tree()
    base = Path(assets.__file__).parent / "templates"
    for name in sorted(house.replaceable()):
        project.write(f"brand/portalgen/{name}", (base / name).read_bytes())
    assert {"portal/foot.html", "portal/frame.html", "internal/frame.html"} <= house.replaceable()
    assert "internal/rows.html" not in house.replaceable()
    project.build()
    assert project.problems == ()
    assert "brisa/index.html" in project.rendered
    assert project.tree() == before


def test_another_text_in_a_template_makes_the_pages_anew(tmp_path: Path) -> None:
    project = agency(tmp_path, **{FOOT: "<p>One</p>", "logo.svg": LOGO}).build()
    project.build()
    assert project.rendered == set()
    project.write(f"brand/{FOOT.replace('__', '/')}", "<p>Two</p>").build()
    assert "<p>Two</p>" in foot_of(project)
    assert project.outcome is not None
    assert set(project.outcome.reasons.values()) >= {"the templates changed"}
    project.remove(f"brand/{FOOT.replace('__', '/')}").build()
    assert "prepared by Estudio Norte" in foot_of(project)


BROKEN = {
    "a block that never ends": ("<p>\n{% if v.client %}", 2, "Unexpected end of template"),
    "a name that nobody knows": ("<p>\n\n{{ adress }}", 3, "'adress' is undefined"),
    "a filter that nobody knows": ("{{ v.client|shout }}", 1, "No filter named 'shout'"),
    "a field that the view has not": ("{{ v.margin }}", 1, "margin"),
    "a template that is not there": ('\n{% include "portal/nope.html" %}', 2, "portal/nope.html"),
    "what cannot be reckoned": ("{{ 1 / 0 }}", 1, "division by zero"),
    "itself": ('{% include "portal/foot.html" %}', 1, "recursion"),
}


@pytest.mark.parametrize(("text", "line", "reason"), BROKEN.values(), ids=BROKEN)
def test_a_broken_template_is_one_problem_at_its_line_and_nothing_is_published(
    text: str, line: int, reason: str, tmp_path: Path
) -> None:
    project = agency(tmp_path, **{"logo.svg": LOGO}).build()
    before = project.tree()
    project.write("brand/portalgen/portal/foot.html", text).build()
    (problem,) = project.problems
    assert (problem.severity, problem.code) == ("error", "brand-template")
    assert (problem.at.path, problem.at.line) == ("brand/portalgen/portal/foot.html", line)
    assert reason in problem.message
    assert "\n" not in problem.message
    assert [p.at for p in project.check() if p.severity == "error"] == [problem.at]
    assert project.tree() == before


UNREACHED = {
    "what begins with an underscore": "{{ v._view }}",
    "Python": "{{ ''.__class__.__mro__ }}",
    "the modules of a function": "{{ p.prose.__globals__ }}",
    "the machine": "{{ cycler.__init__.__globals__.os }}",
    "chance": "{{ [1, 2]|random }}",
    "other words each time": "{{ lipsum() }}",
    "what the page noted": "{{ v.read.clear() }}",
    "what a model can read": '{{ v.timeline.parse_raw("1") }}',
    "an account, by way of a helper": "{{ p.pictures }}",
    "the view behind the one that notes": "{{ p.view }}",
    "the machine's clock": "{{ v.updates[0].date.today() }}",
    "where a thing lies in memory": "{{ p }}",
}


@pytest.mark.parametrize("text", UNREACHED.values(), ids=UNREACHED)
def test_a_template_does_not_reach(text: str, tmp_path: Path) -> None:
    project = agency(tmp_path, **{FOOT: text, "logo.svg": LOGO}).build()
    assert project.codes == ["brand-template"]


def test_every_page_keeps_the_head_that_says_what_it_may_load(tmp_path: Path) -> None:
    frame = "<!doctype html><title>x</title><script>alert(1)</script>"
    project = agency(tmp_path, **{"portalgen__portal__frame.html": frame, "logo.svg": LOGO}).build()
    assert set(project.codes) == {"brand-template"}
    assert "head of base.html" in project.problems[0].message


def test_what_is_odd_in_a_template_is_a_problem_and_no_traceback(tmp_path: Path) -> None:
    deep = "{% for x in [1] %}" * 25 + "{% endfor %}" * 25
    project = agency(tmp_path, **{FOOT: deep, "logo.svg": LOGO}).build()
    assert set(project.codes) == {"brand-template"}


def test_what_is_made_again_for_a_withdrawal_has_nothing_new_of_the_house(tmp_path: Path) -> None:
    """Its templates may say today what was never published, and nobody scans what was."""
    text = ACCOUNT + "\n## Plan {.client}\nFour weeks.\n"
    project = agency(tmp_path, **{"logo.svg": LOGO}).account("brisa", text).build()
    project.edit("brisa", "## Plan {.client}", "## Plan").account(
        "nordwind", MINIMAL.replace("Brisa Foods", "Nordwind Energy")
    )
    project.write("brand/portalgen/portal/foot.html", "<p>As for Nordwind Energy, so for you.</p>").build()
    assert "leak" in project.codes
    pages = project.portal("brisa")
    assert not any(b"Four weeks." in data or b"Nordwind" in data for data in pages.values())


def test_where_ours_stumbles_over_what_theirs_left_out_theirs_is_named(tmp_path: Path) -> None:
    project = agency(tmp_path, **{"portalgen__portal__parts.html": "", "logo.svg": LOGO}).build()
    assert {(p.code, p.at.path) for p in project.problems} == {
        ("brand-template", "brand/portalgen/portal/parts.html")
    }


UNUSED = {
    "portalgen__portal__foott.html": 'did you mean "portal/foot.html"?',
    "portalgen__base.html": "known here: ",
    "portalgen__internal__rows.html": "",
}


@pytest.mark.parametrize(("name", "hint"), UNUSED.items())
def test_a_template_that_no_page_is_made_with_is_warned_of(name: str, hint: str, tmp_path: Path) -> None:
    project = agency(tmp_path, **{name: "<p>Nobody sees this</p>", "logo.svg": LOGO}).build()
    (problem,) = project.problems
    assert (problem.severity, problem.at.path) == ("warning", f"brand/{name.replace('__', '/')}")
    assert hint in problem.hint
    assert not any(b"Nobody sees this" in data for data in project.tree("portals").values())


def test_a_template_may_include_others_of_the_house(tmp_path: Path) -> None:
    files = {
        FOOT: '{% include "portal/address.html" %}',
        "portalgen__portal__address.html": "<p>Calle 14</p>",
    }
    project = agency(tmp_path, **files, **{"logo.svg": LOGO}).build()
    assert project.problems == ()
    assert "<p>Calle 14</p>" in foot_of(project)


def test_what_a_template_says_is_scanned_like_anything_else(tmp_path: Path) -> None:
    other = ACCOUNT.replace("Brisa Foods", "Kastell Bank")
    project = agency(tmp_path, **{FOOT: "<p>Also with Kastell Bank</p>", "logo.svg": LOGO})
    project.account("kastell", other).build()
    assert "leak" in {p.severity for p in project.problems}
    assert project.tree() == {}


def test_what_is_taken_back_goes_although_a_template_is_broken(tmp_path: Path) -> None:
    """The portal is made with our own templates then, and stays."""
    text = ACCOUNT + "\n## Plan {.client}\nFour weeks.\n"
    project = agency(tmp_path, **{FOOT: "<p>Ours</p>", "logo.svg": LOGO}).account("brisa", text).build()
    project.edit("brisa", "## Plan {.client}", "## Plan").write(
        "brand/portalgen/portal/foot.html", "{{ nope }}"
    )
    project.build()
    assert project.codes == ["brand-template"]
    pages = project.portal("brisa")
    assert b"Two of three formats" in pages["index.html"]
    assert not any(b"Four weeks." in data for data in pages.values())


# ---- what the manual shows ------------------------------------------------------------------------

MANUAL = (Path(__file__).parents[1] / "docs/brand.md").read_text("utf-8")


def shown(kind: str) -> list[str]:
    """The examples of a kind, in order."""
    return re.findall(rf"^```{kind}\n(.*?)^```", MANUAL, re.M | re.S)


def test_the_manuals_house_is_built_without_a_word(tmp_path: Path) -> None:
    (theme,), (logo,), (foot,) = shown("yaml"), shown("xml"), shown("html")
    project = Project(tmp_path, re.sub(r"^theme: .*\n", theme, SETTINGS, flags=re.M)).account(
        "brisa", ACCOUNT
    )
    for css in shown("css")[:2]:
        project.write("themes/estudio/brand.css", css).write("themes/estudio/logo.svg", logo)
        project.write("themes/estudio/portalgen/portal/foot.html", foot)
        assert project.build(strict=True).problems == ()
        assert css.encode() in project.tree()["portals/assets/style.css"]
        assert 'src="assets/logo.svg"' in project.tree()["internal/index.html"].decode()
        assert "<p>Estudio Norte, Calle del Barco 14, Madrid</p>" in foot_of(project)


def test_the_manual_shows_what_is_said() -> None:
    css, (text,) = shown("css")[2], shown("text")
    found = contrast_of(House(folder="themes/estudio", css=css), OWN)
    assert as_text(found[:1], lambda at: css.split("\n")[at.line - 1]) + "\n" == text
    assert len(found) == 3


def test_the_manual_names_every_colour_that_can_be_set() -> None:
    ours = {
        one.name for one in tokens.read(OWN) if one.value.startswith(("#", "var(", "Charter", "system-ui"))
    }
    assert {name for name in ours if f"`--{name}`" not in MANUAL and f"--{name}:" not in MANUAL} == set()


def test_the_sample_agencys_house_has_nothing_wrong() -> None:
    sample = load_settings(Path(__file__).parents[1] / "mkdocs.yml").house
    assert house_problems(sample) == ()
    assert [name for name, _ in sample.templates] == ["portal/foot.html"]
    assert sample.logo is not None

"""Every page of the sample agency, and those of an account that fills everything, are valid HTML in order.

HTML is read as browsers do it (html5lib, strict), and the rules are asked of the tree: those that a
reader with a screen reader or without styles depends on, and those of the HTML standard that a parser
does not know and that have been broken here before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree.ElementTree import Element

import html5lib
import pytest

from portalgen.vocabulary import Audience
from tests import canary
from tests.project import Project
from tests.test_canaries import put

Pages = dict[str, Element]
Rule = Callable[[Element], Iterator[str]]

TABLE = {"table", "thead", "tbody", "tfoot", "tr", "th", "td", "caption"}
SVG = "{http://www.w3.org/2000/svg}svg"
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of two accounts that fill every field: one all public, one with a case only requested."""
    project = Project(tmp_path_factory.mktemp("full"))
    project.setting("{name: mkdocs}", "{name: material, font: false}")
    put(project, canary.make("open", mark=Audience.PUBLIC, consent="granted"))
    put(
        project,
        canary.make("early", mark=Audience.CLIENT, state="early", consent="requested", seed="xk", shift=1),
    )
    assert project.build().codes == []
    return project.root / "site"


@pytest.fixture(scope="module")
def pages(agency: Path, full: Path) -> Pages:
    found = {}
    for site in (agency, full):
        for path in sorted(site.rglob("*.html")):
            parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
            found[f"{site.parent.name}/{path.relative_to(site).as_posix()}"] = parser.parse(
                path.read_text("utf-8")
            )
    assert len(found) > 100
    return found


def once(root: Element) -> Iterator[str]:
    """An id stands once; what points to one points to one that is there."""
    ids = Counter(one.get("id") for one in root.iter() if one.get("id") is not None)
    yield from (f"id {name!r} stands {count} times" for name, count in ids.items() if count > 1 or not name)
    for one in root.iter():
        for attribute in ("aria-labelledby", "aria-describedby", "aria-controls", "for"):
            yield from (f"{attribute}={n}" for n in (one.get(attribute) or "").split() if n not in ids)


def headings(root: Element) -> Iterator[str]:
    """One h1, and no heading is more than one step below the one before it."""
    levels = [int(str(one.tag)[1]) for one in root.iter() if one.tag in HEADINGS]
    if levels.count(1) != 1:
        yield f"{levels.count(1)} headings of the first level"
    yield from (
        f"h{after} follows h{before}"
        for before, after in zip([0, *levels], levels, strict=False)
        if after > before + 1
    )


def landmarks(root: Element) -> Iterator[str]:
    """A language, a title, one main part, and every nav with a name where there are several."""
    if not root.get("lang"):
        yield "no language"
    if not (root.findtext("head/title") or "").strip():
        yield "no title"
    if (count := len(root.findall(".//main"))) != 1:
        yield f"{count} main parts"
    names = [one.get("aria-label") or one.get("aria-labelledby") for one in root.iter("nav")]
    if len(names) > 1 and not all(names):
        yield "a nav without a name"


def tables(root: Element) -> Iterator[str]:
    """Parts of a table have the roles that they have; each table says what it holds, each head whom it heads."""
    for one in root.iter():
        if one.tag in TABLE and one.get("role") is not None:
            yield f"<{one.tag} role={one.get('role')}>"
        if one.tag == "th" and not "".join(one.itertext()).strip():
            yield "an empty <th>"


def lists(root: Element) -> Iterator[str]:
    """Lists hold items and nothing else; a <div> in a <dl> holds terms and descriptions and nothing else."""
    for one in root.iter():
        inside = {str(child.tag) for child in one}
        if one.tag in ("ul", "ol") and inside - {"li"}:
            yield f"<{one.tag}> holds {inside}"
        if one.tag == "dl":
            if inside - {"dt", "dd", "div"}:
                yield f"<dl> holds {inside}"
            yield from (
                f"<div> in <dl> holds {[child.tag for child in div]}"
                for div in one.findall("div")
                if [child.tag for child in div] not in (["dt", "dd"],)
            )


def fields(root: Element) -> Iterator[str]:
    """A field that offers answers is a field for text: no other kind of input may be a combobox."""
    for one in root.iter("input"):
        if one.get("role") == "combobox" and one.get("type", "text") != "text":
            yield f"an <input type={one.get('type')}> is a combobox"


def images(root: Element) -> Iterator[str]:
    """Every image has a text or says that it needs none; every drawing has a name or is hidden."""
    yield from (f"no alt: {one.get('src')}" for one in root.iter("img") if one.get("alt") is None)
    inner = {part for drawing in root.iter(SVG) for part in drawing.iter(SVG) if part is not drawing}
    for one in root.iter(SVG):
        named = one.get("aria-label") or one.get("aria-labelledby")
        hidden = one in inner or one.get("aria-hidden") == "true"
        if not hidden and not (one.get("role") == "img" and named):
            yield f"an <svg class={one.get('class')}> without a name"


def quiet(root: Element) -> Iterator[str]:
    """No script, style or handler stands in the page; nothing is loaded from elsewhere."""
    for one in root.iter():
        yield from (
            f"{name} on <{one.tag}>" for name in one.attrib if name == "style" or name.startswith("on")
        )
        if one.tag == "style" or (one.tag == "script" and one.get("src") is None):
            yield f"an inline <{one.tag}>"


OURS = [once, headings, landmarks, tables, lists, fields, images, quiet]
THEMES = [once, headings, landmarks, tables, lists, fields]


@pytest.mark.parametrize("rule", OURS)
def test_portals_and_the_teams_pages_keep(rule: Rule, pages: Pages) -> None:
    broken = {
        path: said for path, root in pages.items() if "/public/" not in path and (said := list(rule(root)))
    }
    assert broken == {}


@pytest.mark.parametrize("rule", THEMES)
def test_public_pages_keep(rule: Rule, pages: Pages) -> None:
    broken = {path: said for path, root in pages.items() if "/public/" in path and (said := list(rule(root)))}
    assert broken == {}

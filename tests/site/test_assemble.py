"""Units: collisions on any file system, links and anchors, links that cross from one tree to another."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest

from portalgen.problems import Address
from portalgen.site import Surface, Unit, assemble, from_folder

NAMES: dict[Surface, str] = {
    "portal": "portals/k3y",
    "assets": "portals/assets",
    "internal": "internal",
    "public": "public",
}


@dataclass(frozen=True)
class Made:
    path: str
    body: bytes


def unit(surface: Surface = "portal", /, **bodies: str) -> list[tuple[str, str]]:
    """Code and page of every problem in a unit; paths as keywords of a dict."""
    pages = [Made(path, body.encode()) for path, body in bodies.items()]
    _, problems = assemble(NAMES[surface], surface, "", pages, {"files/ad.png": b"x"})
    return [(problem.code, problem.at.path) for problem in problems]


def test_pages_and_files_become_a_unit() -> None:
    made, problems = assemble("portals/k3y", "portal", "brisa", [Made("index.html", b"<p>")], {"a.png": b"x"})
    assert made == Unit("portals/k3y", "portal", "brisa", {"index.html": b"<p>", "a.png": b"x"})
    assert problems == ()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("files/Ad.png", "files/ad.PNG"),
        ("files/é.png", "files/e\u0301.png"),
        ("files/STRASSE.png", "files/straße.png"),
        ("updates/one", "updates/one/index.html"),
        ("Updates", "updates/one.html"),
        ("A/one.html", "a"),
    ],
)
def test_paths_that_are_one_on_some_file_system_collide(one: str, other: str) -> None:
    assert "collision" in [code for code, _ in unit(**{one: "x", other: "y"})]


def test_a_path_twice_collides_unless_it_is_the_same_file() -> None:
    _, same = assemble("internal", "internal", "", [Made("a.css", b"x")], {"a.css": b"x"})
    assert same == ()
    _, [problem] = assemble("internal", "internal", "", [Made("a.css", b"x")], {"a.css": b"y"})
    assert (problem.code, problem.at) == ("collision", Address("internal/a.css"))


@pytest.mark.parametrize(
    "path", ["../a.html", "/a.html", "a//b.html", "a/./b.html", "a\\b.html", "", "a" * 300]
)
def test_paths_that_leave_the_unit_or_fit_no_file_system(path: str) -> None:
    assert "bad-path" in [code for code, _ in unit(**{path: "x"})]


GOOD = [
    '<a href="updates/one/">x</a>',
    '<a href="updates/one/index.html">x</a>',
    '<a href="updates/one/?x=1#here">x</a>',
    '<a href="./#top">x</a><a href="">x</a><a href="#here">x</a><p id="here">',
    '<a href="%66iles/ad.png">x</a>',
    '<img src="files/ad.png" srcset="files/ad.png 1x, files/ad.png 2x" alt="">',
    '<a href="https://x.example/">x</a><a href="mailto:a@x.example?subject=b">x</a><a href="tel:+34">x</a>',
    '<link rel="stylesheet" href="../assets/portal.css"><script src="../assets/portal.js"></script>',
    "<code>href=\"nowhere/\"</code>",
    '<a title="a &gt; b" href="updates/one/">x</a>',
]  # fmt: skip

BAD = [
    ('<a href="updates/two/">x</a>', "broken-link"),
    ('<a href="updates/one">x</a>', "broken-link"),
    ('<a\n  href="nowhere.html">x</a>', "broken-link"),
    ("<a href='nowhere.html'>x</a><a href=\"nowhere.html\">x</a>", "broken-link"),
    ('<img src="files/none.png">', "broken-link"),
    ('<img src="">', "broken-link"),
    ('<img srcset="files/ad.png 1x, files/none.png 2x">', "broken-link"),
    ('<img src="https://x.example/a.png">', "broken-link"),
    ('<a href="http://x.example/">x</a>', "broken-link"),
    ('<a href="javascript:alert(1)">x</a>', "broken-link"),
    ('<a href="#nowhere">x</a>', "broken-anchor"),
    ('<a href="updates/one/#nowhere">x</a>', "broken-anchor"),
    ('<a href="../">x</a>', "crossing-link"),
    ('<a href="../0th3r/">x</a>', "crossing-link"),
    ('<a href="../../internal/">x</a>', "crossing-link"),
    ('<a href="../../public/index.html">x</a>', "crossing-link"),
    ('<a href="../../../x">x</a>', "crossing-link"),
    ('<a href="/internal/">x</a>', "crossing-link"),
    ('<a href="//internal/">x</a>', "crossing-link"),
    ('<a href="updates/%2e%2e/../../0th3r/">x</a>', "crossing-link"),
]


@pytest.mark.parametrize("body", GOOD)
def test_links_that_lead_somewhere(body: str) -> None:
    assert unit(**{"index.html": body, "updates/one/index.html": '<p id="here">'}) == []


@pytest.mark.parametrize(("body", "code"), BAD)
def test_links_that_do_not(body: str, code: str) -> None:
    found = unit(**{"index.html": body, "updates/one/index.html": '<p id="here">'})
    assert found == [(code, "portals/k3y/index.html")]


def test_the_team_links_to_portals_and_portals_never_back() -> None:
    page = '<a href="../../../portals/k3y/">x</a>'
    assert unit("internal", **{"accounts/brisa/index.html": page}) == []
    assert unit("public", **{"a/b/index.html": page}) == [("crossing-link", "public/a/b/index.html")]


def test_links_to_the_neighbours_are_checked_where_they_are_known() -> None:
    page = Made("index.html", b'<link href="../assets/a.css"><link href="../assets/b.css">')
    _, problems = assemble("portals/k", "portal", "", [page], {}, beside={"portals/assets/a.css"})
    assert [(p.code, p.message) for p in problems] == [("broken-link", '"../assets/b.css" leads nowhere')]


def test_messages_of_crossing_links_name_no_portal() -> None:
    _, [problem] = assemble("portals/k", "portal", "", [Made("index.html", b'<a href="../0th3r/">')], {})
    assert "0th3r" not in problem.message


def test_a_folder_of_another_tool_is_a_unit(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_bytes(b"x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    made = from_folder("public", "public", tmp_path)
    assert dict(made.files) == {"a/index.html": b"x"}

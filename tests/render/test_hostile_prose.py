"""Prose that is made to hurt: work and memory grow with the text, and nothing of it gets lost or clobbers.

No time is measured: the work is counted as calls of Python functions and as bytes written.
"""

import re
import subprocess
import sys
from collections import Counter

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.render.bare import addresses
from portalgen.render.prose import html
from portalgen.views import Prose

N = 2000

HOSTILE = {
    "brackets": lambda n: "[" * n,
    "images in images": lambda n: "![" * n + "a" + "](x.png)" * n,
    "quotes": lambda n: "> " * n + "a",
    "lists": lambda n: "- " * n + "a",
    "emphasis": lambda n: "*a " * n + "a* " * n,
    "raw blocks": lambda n: "<div>" * n,
    "raw blocks with strange ends": lambda n: "<div></b>" * n,
    "raw blocks line by line": lambda n: "<div>\n</b>\n" * n,
    "formatting that is opened again": lambda n: "".join(f"<b title={i}>" for i in range(n)) + "\n\nx" * n,
    "an open tag": lambda n: "<a " + "x='" * n,
    "marks at an address's end": lambda n: "https://x.example/" + "!" * n + "a",
    "brackets at an address's end": lambda n: "https://x.example/" + ")." * n,
    "dashes before a mail": lambda n: "-" * n + " a@b.example",
    "mails in mails": lambda n: "@a.b" * n,
    "hosts in hosts": lambda n: "-www.a" * n,
    "notes": lambda n: "[^1] " * n + "\n\n[^1]: x",
    "notes that name notes": lambda n: "[^0]\n\n" + "".join(f"[^{i}]: [^{i + 1}]\n\n" for i in range(n // 8)),
    "headings alike": lambda n: "# x\n\n" * (n // 4),
    "headings that look counted": lambda n: "".join(f"# x-{i}\n\n# x\n\n" for i in range(n // 8)),
    "a wide table": lambda n: "|a" * (n // 4) + "|\n" + "|-" * (n // 4) + "|\n",
    "entities": lambda n: "&amp;" * n,
}


def work(text: str) -> tuple[int, int]:
    """How many functions were called, and how many characters came out."""
    calls = 0

    def count(frame: object, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    sys.setprofile(count)
    try:
        out = html(Prose(stretches=(text,)))
    finally:
        sys.setprofile(None)
    return calls, len(out)


@pytest.mark.parametrize("kind", HOSTILE)
def test_twice_the_text_is_at_most_about_twice_the_work(kind: str) -> None:
    make = HOSTILE[kind]
    work("warm *up* <b>x</b> https://x.example")
    calls, size = work(make(N))
    more_calls, more_size = work(make(2 * N))
    assert more_calls < 2.5 * calls + 500
    assert more_size < 2.5 * size + 500


PATTERNS = ["marks at an address's end", "dashes before a mail", "quotes", "lists", "raw blocks"]


@pytest.mark.parametrize("kind", PATTERNS)
def test_no_pattern_or_parser_below_takes_the_square_of_a_long_text(kind: str) -> None:
    """What counting calls cannot see. By the square these take minutes, else a second or two."""
    code = "import sys; from portalgen.render.prose import html; from portalgen.views import Prose\n"
    code += "html(Prose(stretches=(sys.stdin.read(),)))"
    text = HOSTILE[kind](200_000)
    subprocess.run([sys.executable, "-c", code], input=text.encode(), check=True, timeout=40)


@pytest.mark.parametrize("tag", ["> ", "- ", "<div>", "<b>", "<span>", "<blockquote>", "<table><tr><td>"])
def test_nesting_has_an_end(tag: str) -> None:
    deepest = 0
    depth = 0
    for closes in re.findall(
        r"<(/?)(?:ul|blockquote|div|b|span|table)\b", html(Prose(stretches=(tag * 500 + "a",)))
    ):
        depth += -1 if closes else 1
        deepest = max(deepest, depth)
    assert deepest < 60
    assert "a" in html(Prose(stretches=(tag * 500 + "a",)))


BARE = [
    ("See https://x.example/a_(b).", ["https://x.example/a_(b)"]),
    ("(https://x.example/a)", ["https://x.example/a"]),
    ("https://x.example/a_(b)) y", ["https://x.example/a_(b)"]),
    ("https://x.example/?q=1&b=2, and", ["https://x.example/?q=1&b=2"]),
    ('"https://x.example/a"', ["https://x.example/a"]),
    ("HTTPS://X.example/A", ["HTTPS://X.example/A"]),
    ("https://ana@x.example/", ["mailto:ana@x.example"]),
    ("https://localhost/ or https://a_b.c_d", []),
    ("http://x.example", []),
    ("www.x.example/a?", ["https://www.x.example/a"]),
    ("awww.x.example or www.", []),
    ("ana.b+c@x-y.example.", ["mailto:ana.b+c@x-y.example"]),
    ("ana@x.example- or @x.example or ana@x", []),
    ("ana@x.example,leo@y.example", ["mailto:ana@x.example", "mailto:leo@y.example"]),
    ("https://año.example/", ["https://año.example/"]),
]


@pytest.mark.parametrize(("text", "wanted"), BARE, ids=[text for text, _ in BARE])
def test_bare_addresses_are_those_that_github_would_link(text: str, wanted: list[str]) -> None:
    assert [target for _, _, target in addresses(text)] == wanted


@given(st.text(alphabet="ahtps:/w.@()!-_ é\n", max_size=60))
@settings(max_examples=500, deadline=None, database=None)
def test_bare_addresses_never_overlap_and_never_leave_the_text(text: str) -> None:
    last = 0
    for begin, end, target in addresses(text):
        assert last <= begin < end <= len(text)
        assert target.endswith(text[begin:end])
        last = end


PIECES = ["[^1]", "[^2]", "\n\n[^1]: a [^2]\n\n", "\n\n[^2]: b\n\n    > [^1]: c\n", "# x\n", "# x-1\n", "<b>", "</div>", "<li id=s-x>",
          "![a](b)", "[c](#x)", "> ", "- ", "|a|\n|-|\n", "*", "`", "~~", "\n", "\n\n", "é", "&amp;", "www.a.b "]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=30), st.booleans(), st.booleans())
@settings(max_examples=400, deadline=None, database=None)
def test_whatever_is_written_is_well_formed_and_its_own_ids_are_unique(
    pieces: list[str], images: bool, links: bool
) -> None:
    out = str(html(Prose(stretches=("".join(pieces),), images=images, links=links), prefix="p", under=2))
    html5lib.HTMLParser(strict=True).parseFragment(out)
    ids = Counter(one for one in re.findall(r'\sid="([^"]*)"', out) if one.startswith("s-p_"))
    assert all(count == 1 for count in ids.values())


def test_a_note_inside_a_note_takes_nothing_away() -> None:
    out = str(html(Prose(stretches=("Here[^a]\n\n[^a]: one [^b]\n\n    > [^b]: two\n\nThe end",))))
    text = re.sub(r"<[^>]*>", "", out)
    assert [text.count(word) for word in ("Here", "one", "two", "The end")] == [1, 1, 1, 1]


def test_a_note_that_is_named_twice_leads_back_to_both_places() -> None:
    out = str(html(Prose(stretches=("a[^1] b[^1]\n\n[^1]: note",))))
    places = re.findall(r'<sup><a [^>]*id="([^"]+)"', out)
    assert len(set(places)) == 2
    assert re.findall(r'href="#([^"]+)" aria-label="Back to the text"', out) == places


def test_an_anchor_finds_a_heading_with_signs_in_it() -> None:
    out = str(html(Prose(stretches=("### Q & A: *all*\n\n[x](#q-a-all)",))))
    found = re.search(r'<h\d id="([^"]+)"', out)
    assert found is not None
    assert f'href="#{found[1]}"' in out


@pytest.mark.parametrize(
    ("text", "under", "levels"),
    [
        ("### a\n\n#### b", 1, "23"),
        ("# a\n\n### b", 2, "34"),
        ("###### a", 3, "4"),
        ("# a\n\n###### b", 3, "45"),
    ],
)
def test_headings_go_right_below_the_one_above(text: str, under: int, levels: str) -> None:
    assert "".join(re.findall(r"<h(\d)", html(Prose(stretches=(text,)), under=under))) == levels


def test_the_highest_heading_of_all_stretches_counts() -> None:
    prose = Prose(stretches=("### a\n\n#### b", "#### c", "### d"))
    assert re.findall(r"<h(\d)", html(prose, under=2)) == ["3", "4", "4", "3"]

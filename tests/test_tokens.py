"""Tokens: which custom properties a style sheet sets on the page's root, where, and what they come to."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portalgen import tokens
from portalgen.render import assets
from portalgen.settings import Colours, House

ALL = {"light", "dark", "print"}

READ = {
    ":root { --a: 1 }": [("a", "1", ALL)],
    ":root{--a:1;--b: x y ;}": [("a", "1", ALL), ("b", "x y", ALL)],
    "html, :root, .x { --a: 1 }": [("a", "1", ALL)],
    ":root { color: red; --a: 1 !important }": [("a", "1", ALL)],
    ":root { --a: 1 /* ; --b: 2 } */ ; --c: '} ; /*' }": [("a", "1", ALL), ("c", "'} ; /*'", ALL)],
    ":root { --a: rgb(1 2 3; } ) ; --b: 1 }": [],
    "@media (prefers-color-scheme: dark) { :root { --a: 1 } }": [("a", "1", {"dark"})],
    "@media screen and (prefers-color-scheme:dark) { :root { --a: 1 } }": [("a", "1", {"dark"})],
    "@media screen { :root { --a: 1 } @media print { :root { --b: 1 } } }": [("a", "1", {"light", "dark"})],
    "@media print, (prefers-color-scheme: dark) { :root { --a: 1 } }": [("a", "1", {"print", "dark"})],
    ":root { --a: 1; @media (prefers-color-scheme: dark) { --a: 2 } }": [
        ("a", "1", ALL),
        ("a", "2", {"dark"}),
    ],
    "@import 'x.css'; :root { --a: 1 }": [("a", "1", ALL)],
    ".calm { --a: 1 } :root .x { --b: 1 } :root:has(p) { --c: 1 }": [],
    "@media (min-width: 40rem) { :root { --a: 1 } }": [],
    "@supports (color: red) { :root { --a: 1 } } @layer x { :root { --b: 1 } }": [],
    ":root { .x { --a: 1 } & { --b: 1 } }": [("b", "1", ALL)],
    ":root { --a: 1": [("a", "1", ALL)],
    "} ; } :root { --a: 1 }": [("a", "1", ALL)],
    ":root { --a: [;\n--b: 1 }": [("b", "1", ALL)],
    ":root { --a: (]; --b: 1 }": [],
    ":root { --a: 1); --b: 1 }": [("b", "1", ALL)],
    ":root { --a: ([)]; --b: 1 }": [("b", "1", ALL)],
    ":root { --a: 'x\n; --b: 1 }": [("b", "1", ALL)],
    ':root { --a: "x\\"': [],
    ":root { --a: x\\": [],
    ":root { --a: f([1], ';') 'it\\'s' \\( }": [("a", "f([1], ';') 'it\\'s' \\(", ALL)],
    ":root { --a: 1 ! IMPORTANT ; --b: !important x }": [("a", "1", ALL), ("b", "!important x", ALL)],
}


@pytest.mark.parametrize(("css", "found"), READ.items())
def test_what_holds_on_the_root_is_read_and_nothing_else(
    css: str, found: list[tuple[str, str, set[str]]]
) -> None:
    assert [(one.name, one.value, set(one.schemes)) for one in tokens.read(css)] == found


def test_a_token_has_the_place_of_its_name() -> None:
    css = "/* two\nlines */ :root {\n  --a: 1;  --b: 2\n}\n"
    assert [(one.line, one.column) for one in tokens.read(css)] == [(3, 3), (3, 12)]


COME_TO = {
    "the last one that holds": (":root { --a: 1 } :root { --a: 2 }", "2", "2"),
    "the scheme's own": (":root { --a: 1 } @media (prefers-color-scheme: dark) { :root { --a: 2 } }", "1", "2"),
    "the last, also over the scheme's own": (
        "@media (prefers-color-scheme: dark) { :root { --a: 2 } } :root { --a: 1 }", "1", "1"
    ),
    "what a variable holds": (":root { --a: var(--b); --b: var(--c); --c: 3 }", "3", "3"),
    "variables inside": (":root { --a: mix(var(--b), var( --b )); --b: 3 }", "mix(3, 3)", "mix(3, 3)"),
    "what stands in for a variable": (":root { --a: var(--b, rgb(1 2 3)) }", "rgb(1 2 3)", "rgb(1 2 3)"),
    "nothing, of an unknown one": (":root { --a: var(--b) }", None, None),
    "nothing, of a circle": (":root { --a: var(--b); --b: var(--a) }", None, None),
}  # fmt: skip


@pytest.mark.parametrize(("css", "light", "dark"), COME_TO.values(), ids=COME_TO)
def test_a_token_comes_to(css: str, light: str | None, dark: str | None) -> None:
    for scheme, value in (("light", light), ("dark", dark)):
        assert tokens.resolved("a", tokens.in_force(tokens.read(css), scheme)) == value


def test_a_long_run_of_blanks_takes_no_time_that_grows_with_its_square() -> None:
    """It would be hours."""
    script = (
        "from portalgen import tokens; "
        "print([len(one.value) for one in tokens.read(':root { --a: x' + ' ' * 2_000_000 + 'y }')])"
    )
    done = subprocess.run([sys.executable, "-c", script], check=True, timeout=60, capture_output=True)
    assert done.stdout == b"[2000002]\n"


@given(st.text(st.sampled_from(list(":root{}()/*'\"\\;-ab \n@media,!&")), max_size=60))
def test_any_text_is_read(css: str) -> None:
    for one in tokens.read(css):
        assert css.split("\n")[one.line - 1][one.column - 1 :].startswith(f"--{one.name}")


# ---- our own -------------------------------------------------------------------------------------

OURS = tokens.read(assets.own_tokens())


def test_the_settings_know_our_own_colours() -> None:
    known = tokens.in_force(OURS, "light")
    found = {field: known[field.replace("_", "-")].value for field in Colours.model_fields}
    assert Colours(**found) == Colours()


def test_the_public_site_has_every_token_with_its_value() -> None:
    sheet = assets.public_tokens(House())
    light = sheet.split("}")[0]
    for name in tokens.in_force(OURS, "light"):
        assert f"--portalgen-{name}:" in light
    assert "var(" not in sheet
    assert re.findall(r"--(?!portalgen-)\w[\w-]*:", sheet) == []


SHEETS = ["material.css", "shared.css", "portal.css", "team.css"]


@pytest.mark.parametrize("name", SHEETS)
def test_no_sheet_but_the_tokens_has_a_colour_of_its_own(name: str) -> None:
    """But paper's black on white, shadows, and the arguments of `@supports`."""
    css = (Path(assets.__file__).parent / "static/css" / name).read_text("utf-8")
    css = re.sub(r"@media print \{.*?^\}", "", re.sub(r"@supports \([^{]*", "", css), flags=re.S | re.M)
    assert re.findall(r":[^;{}]*(#[0-9a-f]{3,8}\b|rgba?\((?!0 0 0 /)|hsla?\(|light-dark\()", css) == []

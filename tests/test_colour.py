"""Colours: what CSS writes, WCAG's contrast, and the nearest colour that can be read."""

import colorsys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.colour import Colour, NoColour, contrast, nearest, oklch, parse

WHITE, BLACK = Colour(255, 255, 255), Colour(0, 0, 0)
colours = st.builds(Colour, *[st.integers(0, 255)] * 3)

WRITTEN = {
    "#7fa": "#77ffaa",
    "#0B5468": "#0b5468",
    " #0b5468ff ": "#0b5468",
    "#fffF": "#ffffff",
    "rgb(11, 84, 104)": "#0b5468",
    "rgb(11 84 104 / 100%)": "#0b5468",
    "RGBA(11,84,104,1)": "#0b5468",
    "rgb(100% 0% 50%)": "#ff0080",
    "rgb(300 -5 0)": "#ff0000",
    "hsl(0 100% 50%)": "#ff0000",
    "hsl(193deg, 81%, 23%)": "#0b566a",
    "hsl(0.5turn 100% 25% / 1)": "#008080",
    "hsl(-240 100% 50%)": "#00ff00",
    "rebeccapurple": "#663399",
    "White": "#ffffff",
}

LEFT_TO_THE_BROWSER = [
    *("var(--x)", "color-mix(in srgb, red 20%, blue)", "light-dark(#fff, #000)", "oklch(60% .1 200)"),
    *(
        "transparent",
        "currentColor",
        "Canvas",
        "inherit",
        "#0b546880",
        "rgb(0 0 0 / 50%)",
        "hsl(0 0% 0% / .5)",
    ),
    *("rgb(from red r g b)", "rgb(calc(1 + 2) 0 0)", "rgb(none 0 0)"),
]

NONE = [
    *(
        "",
        "yelow",
        "#12",
        "#12345",
        "#ggg",
        "12px",
        "rgb(1 2)",
        "rgb(1deg 2 3)",
        "hsl(red 1% 1%)",
        "rbg(1 2 3)",
    ),
    *("rgb(1 2 3", "#fff #000", "hsl(1% 1% 1%)", 'url("x.png")'),
]


@pytest.mark.parametrize(("text", "colour"), WRITTEN.items())
def test_colours_are_read_as_css_writes_them(text: str, colour: str) -> None:
    assert str(parse(text)) == colour


@pytest.mark.parametrize("text", LEFT_TO_THE_BROWSER)
def test_what_only_a_browser_can_tell_is_no_error(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_colour_is_refused(text: str) -> None:
    with pytest.raises(NoColour):
        parse(text)


@given(colours)
def test_a_colour_is_read_back_from_what_it_is_written_as(colour: Colour) -> None:
    assert parse(str(colour)) == colour


@given(st.integers(0, 359), st.integers(0, 100), st.integers(0, 100))
def test_hsl_is_what_everybody_takes_it_for(hue: int, saturation: int, lightness: int) -> None:
    found = parse(f"hsl({hue} {saturation}% {lightness}%)")
    wanted = colorsys.hls_to_rgb(hue / 360, lightness / 100, saturation / 100)
    assert found is not None
    parts = zip((found.red, found.green, found.blue), wanted, strict=True)
    assert all(abs(part - other * 255) <= 0.5 + 1e-9 for part, other in parts)


KNOWN = [("#fff", "#000", 21.0), ("#777", "#fff", 4.48), ("#767676", "#fff", 4.54), ("red", "#fff", 4.0)]


@pytest.mark.parametrize(("one", "other", "ratio"), KNOWN)
def test_contrast_is_wcags(one: str, other: str, ratio: float) -> None:
    a, b = parse(one), parse(other)
    assert a is not None
    assert b is not None
    assert contrast(a, b) == contrast(b, a) == pytest.approx(ratio, abs=0.005)


@settings(deadline=None)
@given(colours, colours, st.sampled_from([3.0, 4.5, 7.0]))
def test_the_nearest_reaches_what_is_needed_and_keeps_its_hue(
    colour: Colour, ground: Colour, least: float
) -> None:
    found = nearest(colour, [(ground, least)])
    if max(contrast(ground, WHITE), contrast(ground, BLACK)) < least:
        assert found is None
        return
    assert found is not None
    assert contrast(found, ground) >= least
    if contrast(colour, ground) >= least:
        assert found == colour
    (_, chroma, hue), (_, made_chroma, made_hue) = oklch(colour), oklch(found)
    if min(chroma, made_chroma) > 0.08:  # below that a step of one bit turns the hue
        turned = abs(hue - made_hue)
        assert min(turned, 6.2831853 - turned) < 0.1
    assert made_chroma <= chroma + 0.01


@settings(deadline=None)
@given(st.integers(0, 255), st.integers(0, 255))
def test_no_grey_that_does_is_nearer_than_the_one_proposed(grey: int, ground: int) -> None:
    """Greys can be tried one by one."""
    on = Colour(ground, ground, ground)
    level = oklch(Colour(grey, grey, grey))[0]
    fits = [oklch(Colour(n, n, n))[0] for n in range(256) if contrast(Colour(n, n, n), on) >= 4.5]
    found = nearest(Colour(grey, grey, grey), [(on, 4.5)])
    assert found is not None
    # Of one on each side the nearer is taken, but for half a step of rounding.
    assert abs(oklch(found)[0] - level) <= min(abs(one - level) for one in fits) + 0.003


def test_all_that_is_needed_is_reached_at_once() -> None:
    grounds = [Colour(251, 249, 245), Colour(242, 238, 230), WHITE]
    found = nearest(Colour(255, 221, 0), [(ground, 4.5) for ground in grounds])
    assert found == Colour(126, 108, 0)
    assert nearest(WHITE, [(WHITE, 4.5), (BLACK, 4.6)]) is None


def test_the_matrices_are_those_of_oklab() -> None:
    """Red as the author of OKLab gives it (and CSS Color 4): L 0.62796, C 0.25768, h 29.23 degrees."""
    lightness, chroma, hue = oklch(Colour(255, 0, 0))
    assert (lightness, chroma) == (pytest.approx(0.62796, abs=1e-4), pytest.approx(0.25768, abs=1e-4))
    assert hue * 57.29578 == pytest.approx(29.234, abs=0.01)

"""Colours: reading them, how well one can be read on another, and the nearest that can be.

Contrast is WCAG 2.2's (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio). Nearness is judged in OKLCH
(Björn Ottosson, https://bottosson.github.io/posts/oklab/): hue stays, chroma as far as sRGB holds it,
and lightness changes as little as it must. Notations are those of CSS Color 4
(https://www.w3.org/TR/css-color-4/).
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

_HEX = re.compile(r"#([0-9a-f]{3}|[0-9a-f]{4}|[0-9a-f]{6}|[0-9a-f]{8})")
_CALL = re.compile(r"(rgb|hsl)a?\((.*)\)", re.DOTALL)
_NUMBER = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)(%|deg|grad|rad|turn)?")
_WORD = re.compile(r"[a-z]+")
_FUNCTIONS = re.compile(
    r"(?:rgba?|hsla?|hwb|lab|lch|oklab|oklch|color|color-mix|contrast-color|device-cmyk|light-dark|var|env)\("
)
"""Functions that may give a colour (CSS Color 4 and 5, CSS Variables)."""
_KEYWORDS = frozenset(
    (
        *("transparent", "currentcolor", "inherit", "initial", "unset", "revert", "revert-layer"),
        *("accentcolor", "accentcolortext", "activetext", "buttonborder", "buttonface", "buttontext"),
        *("canvas", "canvastext", "field", "fieldtext", "graytext", "highlight", "highlighttext"),
        *("linktext", "mark", "marktext", "selecteditem", "selecteditemtext", "visitedtext"),
    )
)
"""Words that stand for a colour which only the browser knows."""
_TURNS = {"": 1 / 360, "deg": 1 / 360, "grad": 1 / 400, "rad": 1 / math.tau, "turn": 1.0}
_STEPS = 128


class NoColour(ValueError):
    """What is written is no colour in any notation."""


@dataclass(frozen=True, slots=True)
class Colour:
    """An opaque colour of sRGB, each part from 0 to 255."""

    red: int
    green: int
    blue: int

    def __str__(self) -> str:
        return f"#{self.red:02x}{self.green:02x}{self.blue:02x}"


def parse(text: str) -> Colour | None:
    """An opaque colour as CSS writes it: hex, `rgb()`, `hsl()` or a name.

    None for what is a colour in CSS and not known from its text alone, or one that is seen through
    (`color-mix()`, `oklch()`, `transparent`, `#0b546880`). Raises `NoColour` for what is none.
    """
    said = text.strip().lower()
    if found := _HEX.fullmatch(said):
        return _hex(found[1])
    if found := _CALL.fullmatch(said):
        return _call(found[1], found[2])
    if _WORD.fullmatch(said):
        return _named(said)
    if _FUNCTIONS.match(said) and said.endswith(")"):
        return None
    raise NoColour(text)


def _hex(digits: str) -> Colour | None:
    wide = "".join(c * 2 for c in digits) if len(digits) < 6 else digits
    if len(wide) == 8 and wide[6:] != "ff":
        return None
    return Colour(*(int(wide[at : at + 2], 16) for at in (0, 2, 4)))


def _named(word: str) -> Colour | None:
    if word in _KEYWORDS:
        return None
    from PIL.ImageColor import getrgb  # CSS's names; only who writes one waits for Pillow

    try:
        return Colour(*getrgb(word)[:3])
    except ValueError:
        raise NoColour(word) from None


def _call(name: str, inside: str) -> Colour | None:
    """`rgb()` and `hsl()` with commas or blanks. What is computed there is not known (None)."""
    if re.search(r"[a-z-]+\(|\bfrom\b|\bnone\b", inside):
        return None
    parts = [part for part in re.split(r"[\s,/]+", inside.strip()) if part]
    numbers = [_NUMBER.fullmatch(part) for part in parts]
    if len(parts) not in (3, 4) or not all(numbers):
        raise NoColour(f"{name}({inside})")
    values = [(float(n[1]), n[2] or "") for n in numbers if n]
    if len(values) == 4 and (values[3][0] / 100 if values[3][1] == "%" else values[3][0]) < 1:
        return None
    if name == "rgb":
        if any(unit not in ("", "%") for _, unit in values[:3]):
            raise NoColour(f"{name}({inside})")
        return _rounded(value / 100 if unit == "%" else value / 255 for value, unit in values[:3])
    (hue, turn), (saturation, s_unit), (lightness, l_unit) = values[:3]
    if turn not in _TURNS or {s_unit, l_unit} - {"", "%"}:
        raise NoColour(f"{name}({inside})")
    return _hsl(hue * _TURNS[turn] * 12, _clamped(saturation / 100), _clamped(lightness / 100))


def _hsl(twelfth: float, saturation: float, lightness: float) -> Colour:
    """CSS Color 4, "Converting HSL Colors to sRGB"."""
    reach = saturation * min(lightness, 1 - lightness)

    def part(offset: int) -> float:
        k = (offset + twelfth) % 12
        return lightness - reach * max(-1.0, min(k - 3, 9 - k, 1.0))

    return _rounded((part(0), part(8), part(4)))


def _clamped(value: float) -> float:
    return min(1.0, max(0.0, value))


def _rounded(parts: Iterable[float]) -> Colour:
    """Parts from 0 to 1; what lies outside is cut off. Half a step goes up, as browsers do it."""
    return Colour(*(int(_clamped(part) * 255 + 0.5) for part in parts))


# ---- contrast -------------------------------------------------------------------------------------


def contrast(one: Colour, other: Colour) -> float:
    """How far two colours are apart in lightness, from 1 to 21, whichever is the text."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: Colour) -> float:
    red, green, blue = _linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(colour: Colour) -> tuple[float, float, float]:
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (colour.red / 255, colour.green / 255, colour.blue / 255)
    )
    return red, green, blue


# ---- the nearest that can be read -----------------------------------------------------------------


def nearest(colour: Colour, needs: Iterable[tuple[Colour, float]]) -> Colour | None:
    """The nearest colour that reaches each contrast with each of these colours; None where none does."""
    wanted = list(needs)
    lightness, chroma, hue = oklch(colour)

    def at(level: float) -> Colour | None:
        found = _in_gamut(level, chroma, hue)
        return found if all(contrast(found, other) >= least for other, least in wanted) else None

    if all(contrast(colour, other) >= least for other, least in wanted):
        return colour
    found = [
        (abs(reached - lightness), made)
        for end in (0.0, 1.0)
        for reached, made in _towards(end, lightness, at)
    ]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def _towards(
    end: float, begin: float, at: Callable[[float], Colour | None]
) -> Iterable[tuple[float, Colour]]:
    """The first lightness on the way to an end that will do, with its colour; nothing where none does."""
    last = begin
    for step in range(1, _STEPS + 1):
        level = begin + (end - begin) * step / _STEPS
        if (made := at(level)) is not None:
            for _ in range(16):
                middle = (last + level) / 2
                if (closer := at(middle)) is not None:
                    level, made = middle, closer
                else:
                    last = middle
            yield level, made
            return
        last = level


def oklch(colour: Colour) -> tuple[float, float, float]:
    """Lightness from 0 to 1, chroma, and hue in radians."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.atan2(b, a)


def _from_oklch(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """The parts in linear sRGB; outside 0 to 1 where it doesn't hold the colour."""
    a, b = chroma * math.cos(hue), chroma * math.sin(hue)
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )


def _in_gamut(lightness: float, chroma: float, hue: float) -> Colour:
    """The colour with as much of its chroma as sRGB holds at this lightness."""
    low, high = 0.0, chroma
    if not _holds(_from_oklch(lightness, chroma, hue)):
        for _ in range(16):
            middle = (low + high) / 2
            if _holds(_from_oklch(lightness, middle, hue)):
                low = middle
            else:
                high = middle
        chroma = low
    return _rounded(
        12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
        for part in _from_oklch(lightness, chroma, hue)
    )


def _holds(parts: Iterable[float]) -> bool:
    return all(-1e-6 <= part <= 1 + 1e-6 for part in parts)

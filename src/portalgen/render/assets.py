"""The files that all pages of a surface share: styles, scripts, the icon, the agency's logo.

They hold nothing of any client. A style is put together from the sheets of `static/css`: the tokens
(colours, type, space), what all pages share, and what is one surface's own. The house's `brand.css` is
put behind them, so that a house changes its custom properties and nothing else.

The public site has the same tokens under names that no theme uses (`--portalgen-paper`), with the
house's values: they restyle nothing by themselves. Under Material, a house with a `brand.css` has the
whole site in them (`material.css`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache, lru_cache
from pathlib import Path

from portalgen import tokens
from portalgen.settings import House
from portalgen.tokens import Scheme

_STATIC = Path(__file__).parent / "static"

PORTAL = ("portal.js", "reader.js", "icon.svg")
INTERNAL = ("portfolio.js", "search.js", "minisearch.js", "icon.svg")
_SHEETS = {"portal": ("portal", "reader"), "team": ("team",)}
PREFIX = "portalgen-"
_PLAIN = House()
_PLACES: dict[Scheme, tuple[tuple[str, str], ...]] = {
    "light": (("", ':root, [data-md-color-scheme="default"]'),),
    "dark": (
        ("screen and (prefers-color-scheme: dark)", ":root"),
        ("screen", '[data-md-color-scheme="slate"]'),
    ),
    "print": (("print", ":root, [data-md-color-scheme]"),),
}
"""Where a scheme's tokens hold on the public site: media query and selector. Material's reader may
choose a scheme against the system's."""


@cache
def static(name: str) -> bytes:
    """A file of ours as it is."""
    return (_STATIC / name).read_bytes()


@cache
def style(surface: str) -> bytes:
    """The style of a surface, `portal` or `team`, in our own colours."""
    return b"\n".join(static(f"css/{name}.css") for name in ("tokens", "shared", *_SHEETS[surface]))


def own_tokens() -> str:
    """The sheet of our tokens."""
    return static("css/tokens.css").decode()


def portals(house: House = _PLAIN) -> dict[str, bytes]:
    """The files that all portals share, by name."""
    return _shared("portal", PORTAL, house)


def team(house: House = _PLAIN) -> dict[str, bytes]:
    """The files of the internal site, by name."""
    return _shared("team", INTERNAL, house)


def _shared(surface: str, names: tuple[str, ...], house: House) -> dict[str, bytes]:
    found = {"style.css": style(surface), **{name: static(name) for name in names}}
    if house.css:
        found["style.css"] += b"\n" + house.css.encode()
    if house.icon:
        found["icon.svg"] = house.icon
    if house.logo is not None:
        found[house.logo.name] = house.logo.data
    return found


def public(house: House, theme: str, gallery: str) -> str:
    """The style of the public site: the tokens, then the gallery's, then Material's where it wears them."""
    sheets = [public_tokens(house), gallery]
    if house.css and theme == "material":
        sheets.append(static("css/material.css").decode())
    return "\n".join(sheets)


@lru_cache(maxsize=16)
def public_tokens(house: House) -> str:
    """The tokens under their public names, every value as it comes to in the house's colours."""
    ours = tokens.read(own_tokens())
    names = dict.fromkeys(one.name for one in ours)
    declared = (*ours, *tokens.read(house.css))
    light = _values(names, tokens.in_force(declared, "light"))
    rules = []
    for scheme in tokens.SCHEMES:
        values = light if scheme == "light" else _values(names, tokens.in_force(declared, scheme))
        told = values if scheme == "light" else {n: v for n, v in values.items() if light.get(n) != v}
        if not told:
            continue
        body = " ".join(f"--{PREFIX}{name}: {value};" for name, value in told.items())
        for media, selector in _PLACES[scheme]:
            rule = f"{selector} {{ {body} }}"
            rules.append(f"@media {media} {{ {rule} }}" if media else rule)
    return "\n".join(rules)


def _values(names: Mapping[str, object], known: Mapping[str, tokens.Token]) -> dict[str, str]:
    found = {name: tokens.resolved(name, known) for name in names}
    return {name: " ".join(value.split()) for name, value in found.items() if value is not None}

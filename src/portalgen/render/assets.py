"""The files that all portals, and the internal site, share: styles, scripts, the icon.

They hold nothing of any client. A style is put together from the sheets of `static/css`: the tokens
(colours, type, space), what all pages share, and what is one surface's own. The brand's colours come
from the theme's `brand.css`, which is put behind ours, so that a house changes its custom properties
and nothing else.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_STATIC = Path(__file__).parent / "static"

PORTAL = ("portal.js", "icon.svg")
INTERNAL = ("portfolio.js", "icon.svg")


@cache
def static(name: str) -> bytes:
    """A file of ours as it is."""
    return (_STATIC / name).read_bytes()


@cache
def style(surface: str) -> bytes:
    """The style of a surface, `portal` or `team`, in our own colours."""
    return b"\n".join(static(f"css/{name}.css") for name in ("tokens", "shared", surface))


def portals(brand: Path | None) -> dict[str, bytes]:
    """The files that all portals share, by name."""
    return _shared("portal", PORTAL, brand)


def team(brand: Path | None) -> dict[str, bytes]:
    """The files of the internal site, by name."""
    return _shared("team", INTERNAL, brand)


def _shared(surface: str, names: tuple[str, ...], brand: Path | None) -> dict[str, bytes]:
    found = {"style.css": style(surface), **{name: static(name) for name in names}}
    colours = brand / "brand.css" if brand else None
    if colours is not None and colours.is_file():
        found["style.css"] += b"\n" + colours.read_bytes()
    icon = brand / "icon.svg" if brand else None
    if icon is not None and icon.is_file():
        found["icon.svg"] = icon.read_bytes()
    return found

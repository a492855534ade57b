"""The files that all portals, and the internal site, share: styles, scripts, the icon.

They hold nothing of any client. The brand's colours come from the theme's `brand.css`, which is put
behind ours, so that a house changes its custom properties and nothing else.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

_STATIC = Path(__file__).parent / "static"


@cache
def _static() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(_STATIC.iterdir()) if path.is_file()}


def shared(brand: Path | None, names: tuple[str, ...]) -> dict[str, bytes]:
    """The named files by name; `style.css` comes with the brand's colours at its end."""
    found = {name: _static()[name] for name in names}
    colours = brand / "brand.css" if brand else None
    if colours is not None and colours.is_file() and "style.css" in found:
        found["style.css"] += b"\n" + colours.read_bytes()
    icon = brand / "icon.svg" if brand else None
    if icon is not None and icon.is_file() and "icon.svg" in found:
        found["icon.svg"] = icon.read_bytes()
    return found


PORTAL = ("style.css", "portal.js", "icon.svg")
INTERNAL = ("style.css", "portfolio.js", "icon.svg")

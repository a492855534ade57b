"""What is put into MkDocs' hands: the gallery's views, their files, and where they go.

Owns the addresses of everything generated on the public site. Those are reserved: the scan lets a
client's name stand by address, so nothing written by hand may live there.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from portalgen.problems import Address, Problem
from portalgen.render import gallery
from portalgen.settings import Settings
from portalgen.views import GalleryView

ASSETS = "assets/portalgen/"
ROBOTS = "robots.txt"


@dataclass(frozen=True, slots=True)
class Given:
    """What the plugin shows: the settings, all published cases, and the files that they show.

    `files` are the bytes to publish, by their path below the site's root
    (`case-studies/<slug>/files/ad.png`).
    """

    settings: Settings
    gallery: GalleryView
    files: Mapping[str, bytes]

    def collisions(self) -> Iterator[Problem]:
        """Cases whose slug the gallery's own pages have: `industry`, `index`, ..."""
        for case in self.gallery.cases:
            if case.slug in (*gallery.FACETS, "index"):
                message = f'a case study has the address "{case.url}", and the gallery has that for itself'
                yield self.problem("collision", message, hint="give the case study another slug")

    def problem(self, code: str, message: str, at: Address | None = None, *, hint: str = "") -> Problem:
        """An error; without an address it is the settings file's."""
        return Problem(at or Address(self.settings.file.name), "error", code, message, hint=hint)


def assets() -> dict[str, bytes]:
    """The gallery's style and script by path; the name changes with the content, for caches."""
    found = {}
    for name, data in gallery.scripts_and_styles().items():
        path = PurePosixPath(name)
        found[f"{ASSETS}{path.stem}.{hashlib.sha256(data).hexdigest()[:8]}{path.suffix}"] = data
    return found


def reserved(path: str) -> bool:
    """Whether a path of the site belongs to the gallery. Upper case is no way around it."""
    folded = path.casefold()
    return folded == gallery.FEED or folded.startswith((gallery.ADDRESS, ASSETS))


def robots(address: str) -> bytes:
    """robots.txt (RFC 9309): everything here is meant to be found."""
    lines = ["User-agent: *", "Allow: /"]
    if address:
        lines.append(f"Sitemap: {address}sitemap.xml")
    return ("\n".join(lines) + "\n").encode()

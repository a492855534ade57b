"""What is put into MkDocs' hands: the gallery's views, their files, and where they go.

Owns the addresses of everything generated on the public site. Those are reserved: the scan lets a
client's name stand by address, so nothing written by hand may live there.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit

from jinja2 import Environment
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.nav import Navigation
from mkdocs.structure.pages import Page

from portalgen.problems import Address, Problem
from portalgen.public.pages import Wanted
from portalgen.render import gallery
from portalgen.render.gallery import Drawn, Fragment
from portalgen.render.heads import Frame
from portalgen.render.page import root_of
from portalgen.render.pictures import Shape
from portalgen.settings import House, Settings
from portalgen.views import FileRef, GalleryView

ASSETS = "assets/portalgen/"
ROBOTS = "robots.txt"


@dataclass(frozen=True, slots=True)
class Given:
    """What the plugin shows: the settings, all published cases, and the files that they show.

    `files` are the bytes to publish, by their path below the site's root
    (`case-studies/<slug>/files/ad.png`), the cards that the pages' heads name among them
    (`render.social`); `shapes` is what the images among them are like. `before` is what was drawn last, to
    take over what is equal.
    """

    settings: Settings
    gallery: GalleryView
    files: Mapping[str, bytes]
    shapes: Mapping[FileRef, Shape] = field(default_factory=dict)
    before: Drawn | None = None

    def collisions(self) -> Iterator[Problem]:
        """Cases whose slug the gallery's own pages have: `industry`, `index`, ..."""
        for case in self.gallery.cases:
            if case.slug in (*gallery.FACETS, "index"):
                message = f'a case study has the address "{case.url}", and the gallery has that for itself'
                yield self.problem("collision", message, hint="give the case study another slug")

    def foreign(self, address: str) -> Problem:
        """A warning: a page loads this address from another host."""
        message = f'pages load "{address}" from another host, which sees every reader'
        hint = "for Material write font: false, for the theme mkdocs highlightjs: false"
        return Problem(Address(self.settings.file.name), "warning", "foreign-host", message, hint=hint)

    def problem(self, code: str, message: str, at: Address | None = None, *, hint: str = "") -> Problem:
        """An error; without an address it is the settings file's."""
        return Problem(at or Address(self.settings.file.name), "error", code, message, hint=hint)


@dataclass(slots=True)
class Notes:
    """What the plugin notes of a build, by the source of a page (`case-studies/index.md`).

    `data` are the generated files that are no pages, by path. Of the pages written by hand: `sources`
    is what they were made from, `contents` their HTML, `asked` their blocks of cards with the HTML
    that each became. `undated` are pages whose date the sitemap does not tell, with the date that
    MkDocs gave them. `foreign` are the addresses that a page loads from other hosts. `nav`, `env` and
    `collection` (the files) are MkDocs' own, once it has them.
    """

    frame: Frame
    drawn: Drawn
    robots: bytes | None = None
    assets: dict[str, bytes] = field(default_factory=dict)
    fragments: dict[str, Fragment] = field(default_factory=dict)
    data: dict[str, bytes] = field(default_factory=dict)
    sources: dict[str, str] = field(default_factory=dict)
    contents: dict[str, str] = field(default_factory=dict)
    asked: dict[str, list[tuple[Wanted, str]]] = field(default_factory=dict)
    undated: dict[str, tuple[Page, str]] = field(default_factory=dict)
    foreign: dict[str, list[str]] = field(default_factory=dict)
    nav: Navigation | None = None
    env: Environment | None = None
    collection: Files | None = None

    def draw(self, given: Given) -> None:
        """Take the fragments and files of what is given."""
        self.drawn = Drawn(given.gallery, self.frame, self.drawn, given.shapes.get)
        self.fragments = {f"{one.address}index.md": one for one in self.drawn.pages()}
        self.assets = self.assets or assets(given.settings.house, given.settings.theme)
        self.data = {**self.assets, **given.files}
        if self.frame.address:
            self.data[gallery.FEED] = self.drawn.feed()
        if self.robots is not None:
            self.data[ROBOTS] = self.robots

    def cards(self, file: File, wanted: Wanted) -> str:
        """The cards that a block on a page asks for."""
        facets = dict(wanted.facets)
        return self.drawn.cards(root_of(file.dest_uri), wanted=facets, limit=wanted.limit, level=wanted.level)

    def files(self, config: MkDocsConfig) -> Iterator[File]:
        """All that is generated, as MkDocs takes it: the pages (theirs is the content), then the files."""
        for source, fragment in self.fragments.items():
            in_menu = fragment.address == gallery.ADDRESS and config.nav is None
            level = InclusionLevel.INCLUDED if in_menu else InclusionLevel.NOT_IN_NAV
            yield File.generated(config, source, content="", inclusion=level)
        for path, data in self.data.items():
            yield _as_it_is(config, path, data)

    def hosts(self, sources: Iterable[str]) -> Iterator[str]:
        """The first address that these pages load from each other host."""
        seen: set[str] = set()
        for address in chain.from_iterable(self.foreign.get(source, ()) for source in sources):
            host = urlsplit(address).netloc
            if host not in seen:
                seen.add(host)
                yield address


def _as_it_is(config: MkDocsConfig, path: str, data: bytes) -> File:
    """A file of the site. One that looks like Markdown is no page: it is published as it is."""
    file = File.generated(config, f"{path}.bin", content=data, inclusion=InclusionLevel.INCLUDED)
    if not path.endswith((".md", ".markdown", ".mdown", ".mkdn", ".mkd")):
        file.src_uri = path
    file.dest_uri = path
    return file


def assets(house: House = House(), theme: str = "mkdocs") -> dict[str, bytes]:  # noqa: B008 - frozen
    """The gallery's style and script by path; the name changes with the content, for caches."""
    found = {}
    for name, data in gallery.scripts_and_styles(house, theme).items():
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


def pack_sitemap(folder: Path) -> None:
    """Write `sitemap.xml.gz` anew, where there is a sitemap: MkDocs' own holds the time of the build."""
    sitemap = folder / "sitemap.xml"
    if sitemap.is_file():
        packed = gzip.compress(sitemap.read_bytes(), mtime=0)
        sitemap.with_name("sitemap.xml.gz").write_bytes(packed)

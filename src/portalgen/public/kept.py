"""The public site as MkDocs left it in hand after a build: single pages of it can be made again.

Owns the short way: which pages other views change, and MkDocs' own steps for each of them, so that
what comes out is what a whole build would write. Refuses (`Uncertain`) as soon as more would change
than the pages themselves, a title in the menu for one; what is in hand is of no use then.

Relies on MkDocs below 2: `_populate_page`, `_build_page` and `_build_theme_template` of its
`commands.build`, `get_build_date`, and `Files` in the order of the site; and on the search plugins:
`on_page_context` lets `search_index` add the entries of a page (`add_entry_from_context`),
`on_post_build` writes it, and Material's leaves out what is marked `data-search-exclude`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import Any

from mkdocs.commands import build as steps
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_build_date

from portalgen.problems import Problem
from portalgen.public.certain import INDEXES
from portalgen.public.run import Heard, Warned, plugin_of, problem
from portalgen.public.site import Given, pack_sitemap
from portalgen.render import gallery

_STEPS = ("_populate_page", "_build_page", "_build_theme_template")
_GALLERY = f"{gallery.ADDRESS}index.md"
_INDEX = "search/search_index.json"
_SITEMAP = "sitemap.xml"
_CARD = '<article class="pg-card"'
_LEFT_OUT = ' data-search-exclude=""'
_ANCHOR = re.compile(r"Doc file '.*?' contains a link ")


class Uncertain(Exception):
    """Only a whole build is certainly right; says why."""


@dataclass(slots=True)
class Made:
    """What was made again: changed files by path, files that are gone, and the pages that were rendered.

    `before` is what stood there, None for nothing.
    """

    before: dict[str, bytes | None] = field(default_factory=dict)
    written: dict[str, bytes] = field(default_factory=dict)
    removed: set[str] = field(default_factory=set)
    rendered: list[str] = field(default_factory=list)


class Index:
    """The search plugin's entries page by page; without such a plugin there are none."""

    def __init__(self, config: MkDocsConfig) -> None:
        plugins = [p for p in config.plugins.values() if type(p).__module__ in INDEXES]
        # Of either class; what is used of them is said in this module's docstring.
        self._plugin: Any = next((p for p in plugins if p.config.get("enabled", True)), None)
        module = type(self._plugin).__module__
        self._name = INDEXES.get(module, "")
        self._leaves_out = module.startswith("material.")
        self._state: Any = None
        self._pages: dict[str, list[Any]] = {}
        self._taken = 0
        self._read: dict[str, tuple[object, str]] = {}

    def note(self, page: Page) -> None:
        """Note what a page has added just now."""
        if self._plugin is not None:
            entries = getattr(self._plugin.search_index, self._name)
            self._pages[page.file.src_uri] = entries[self._taken :]
            self._taken = len(entries)
            self._read[page.file.src_uri] = _indexed(page)

    def keep(self) -> None:
        """The site is built: keep what is its own. A plugin serves all builds of a process."""
        if self._plugin is not None:
            self._state = self._plugin.search_index, self._plugin.config

    def resume(self) -> None:
        """Go on with an empty index."""
        if self._plugin is not None:
            self._plugin.search_index, self._plugin.config = self._state
            getattr(self._plugin.search_index, self._name).clear()
            self._taken = 0

    def forget(self, sources: Iterable[str]) -> None:
        """Read these pages again when they are rendered, whatever is on them."""
        for source in sources:
            self._read.pop(source, None)

    @contextmanager
    def rendering(self, page: Page) -> Iterator[None]:
        """While a page is rendered: sees to its entries.

        Hundreds of cards take long to read, to be left out in the end. So where the plugin leaves out
        what is marked, it reads the page with empty cards, if that is another page than before.
        """
        if not self._leaves_out:
            yield
            self.note(page)
            return
        index, content = self._plugin.search_index, page.content
        if self._read.get(page.file.src_uri) != _indexed(page):
            page.content = _indexed(page)[1]
            index.add_entry_from_context(page)
            self.note(page)
            page.content = content
        self._plugin.search_index = _Deaf()
        yield
        self._plugin.search_index = index

    def entries(self, pages: Iterable[File]) -> list[list[Any]]:
        """The entries of these pages."""
        return [self._pages.get(file.src_uri, []) for file in pages]

    def write(self, config: MkDocsConfig, entries: list[list[Any]]) -> None:
        """Let the plugin write an index of these entries."""
        if self._plugin is not None:
            getattr(self._plugin.search_index, self._name)[:] = [one for some in entries for one in some]
            self._plugin.on_post_build(config=config)


class _Deaf:
    """An index that notes nothing."""

    def add_entry_from_context(self, page: Page) -> None:
        """Leave it at that."""


def _indexed(page: Page) -> tuple[object, str]:
    """What of a page its entries are made from; its front matter stays as it is."""
    return page.title, without_cards(page.content or "")


class Kept:
    """A site that MkDocs has just built from `given`. Raises `Uncertain` where it can't be gone on with.

    `pages` are all pages in the site's order.
    """

    def __init__(self, config: MkDocsConfig, given: Given, index: Index, heard: Heard) -> None:
        self._config, self._given, self._index = config, given, index
        self._folder = Path(config.site_dir)
        self._plugin = plugin_of(config)
        self._notes = notes = self._plugin.notes
        self._warned: list[Warned] = list(heard.warnings)
        if not all(hasattr(steps, name) for name in _STEPS):
            raise Uncertain("this MkDocs builds in another way")
        if notes.nav is None or notes.env is None or notes.collection is None:
            raise Uncertain("this MkDocs does not say what it has in hand")
        self._nav, self._env, self._files = notes.nav, notes.env, notes.collection
        self.pages = list(self._files.documentation_pages())
        self._own = [file for file in self._files if file.generated_by is None]
        self._in_menu = {page.file.src_uri for page in self._nav.pages} | set(_paths(config.nav))
        index.keep()

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong with the site as it is now."""
        given = self._given
        addresses = self._notes.hosts(file.src_uri for file in self.pages)
        return (
            *(given.foreign(address) for address in addresses),
            *(problem(given.settings, warned.text) for warned in self._warned),
        )

    def proves(self, heard: Heard) -> bool:
        """Whether what is made again is what MkDocs wrote, on a page of each kind. That stays as it is."""
        notes, made = self._notes, Made()
        again = {_GALLERY, next(reversed(notes.fragments)), *list(notes.sources)[:1], *notes.asked}
        self._index.forget(again)
        try:
            with self._resumed(self._given, heard):
                self._make(again, made, anyway=True)
                self._write_index(made)
                self._write_sitemap(made)
        finally:
            for path, data in made.before.items():
                if data is not None:
                    (self._folder / path).write_bytes(data)
        return not (made.written or made.removed)

    def change(self, given: Given, heard: Heard) -> Made:
        """Make again what these views and files change. Raises `Uncertain`."""
        notes, made = self._notes, Made()
        fragments, data = notes.fragments, notes.data
        dates, entries = self._dates(), self._index.entries(self.pages)
        paths = {file.src_uri: file.dest_uri for file in self.pages}
        self._given = given
        with self._resumed(given, heard):
            notes.draw(given)
            moved = fragments.keys() ^ notes.fragments.keys()
            if moved & self._in_menu:
                raise Uncertain("a page in the menu comes or goes")
            linked = bool(moved or data.keys() ^ notes.data.keys())
            if linked or list(fragments) != list(notes.fragments):
                self._arrange()
            by_hand = set(self._read_anew(linked=linked))
            again = {source for source, one in notes.fragments.items() if one != fragments.get(source)}
            self._make(again | by_hand, made)
            for path, content in notes.data.items():
                if data.get(path) != content:
                    with self._writing(path, made):
                        (self._folder / path).parent.mkdir(parents=True, exist_ok=True)
                        (self._folder / path).write_bytes(content)
            for path in (
                *(paths[source] for source in moved & fragments.keys()),
                *(data.keys() - notes.data),
            ):
                self._remove(path, made)
            if self._index.entries(self.pages) != entries:
                self._write_index(made)
            if self._dates() != dates:
                self._write_sitemap(made)
            if linked or by_hand:
                self._check_anchors()
            read = again | by_hand | moved
            self._warned = [warned for warned in self._warned if warned.page not in read] + heard.warnings
        return made

    @contextmanager
    def _resumed(self, given: Given, heard: Heard) -> Iterator[None]:
        heard.config = self._config
        heard.warnings.clear()
        self._plugin.resume(given, self._notes)
        self._index.resume()
        try:
            yield
        finally:
            self._plugin.receive(None)

    # ---- what is made again

    def _arrange(self) -> None:
        """The files in the order of a whole build; pages that were there stay the same to MkDocs."""
        old = {file.src_uri: file for file in self.pages}
        generated = self._notes.files(self._config)
        self._files = Files([*self._own, *(old.get(file.src_uri, file) for file in generated)])
        self.pages = list(self._files.documentation_pages())

    def _read_anew(self, *, linked: bool) -> Iterator[str]:
        """The pages written by hand whose cards are others, or all, where what they link to moved."""
        notes = self._notes
        for file in self.pages:
            source = file.src_uri
            if source in notes.fragments:
                continue
            blocks = notes.asked.get(source, ())
            if linked or any(html != notes.cards(file, wanted) for wanted, html in blocks):
                if file.content_string != notes.sources.get(source):
                    raise Uncertain("a page written by hand changed")
                yield source

    def _make(self, again: set[str], made: Made, *, anyway: bool = False) -> None:
        """Read these pages and then, as MkDocs does, render those that are not as they were."""
        read = [(file, self._read(file)) for file in self.pages if file.src_uri in again]
        render = [file for file, other in read if other or anyway]
        if any(p.severity == "error" for p in self._plugin.problems):
            raise Uncertain("a page is wrong")
        for file in render:
            assert file.page is not None
            with self._writing(file.dest_uri, made), self._index.rendering(file.page):
                steps._build_page(file.page, self._config, self.pages, self._nav, self._env)
            made.rendered.append(file.dest_uri)

    def _read(self, file: File) -> bool:
        """Read a page; returns whether it has to be rendered."""
        notes, source = self._notes, file.src_uri
        page = file.page or Page(None, file, self._config)
        shown, content = (page.title, page.meta, str(page.toc)), notes.contents.get(source)
        notes.undated.pop(source, None)
        notes.asked.pop(source, None)
        page.update_date = get_build_date()
        steps._populate_page(page, self._config, self._files)
        if source in self._in_menu and (page.title, page.meta, str(page.toc)) != shown:
            raise Uncertain("a page in the menu has another title or other headings")
        if source in notes.fragments or notes.contents[source] != content:
            return True
        return any(warned.page == source for warned in self._warned)

    @contextmanager
    def _writing(self, path: str, made: Made) -> Iterator[None]:
        """Notes whether a file is written anew, or not any more."""
        file = self._folder / path
        before = file.read_bytes() if file.is_file() else None
        made.before[path] = before
        file.unlink(missing_ok=True)
        yield
        now = file.read_bytes() if file.is_file() else None
        if now is not None and now != before:
            made.written[path] = now
        elif now is None and before is not None:
            made.removed.add(path)

    def _remove(self, path: str, made: Made) -> None:
        (self._folder / path).unlink(missing_ok=True)
        made.removed.add(path)

    # ---- what depends on all pages

    def _dates(self) -> list[tuple[str, str]]:
        """What the sitemap says."""
        undated = self._notes.undated
        return [
            (file.url, "" if file.src_uri in undated or file.page is None else file.page.update_date)
            for file in self.pages
        ]

    def _write_index(self, made: Made) -> None:
        with self._writing(_INDEX, made):
            self._index.write(self._config, self._index.entries(self.pages))

    def _write_sitemap(self, made: Made) -> None:
        with self._writing(_SITEMAP, made), self._writing(f"{_SITEMAP}.gz", made):
            steps._build_theme_template(_SITEMAP, self._env, self._files, self._config, self._nav)
            pack_sitemap(self._folder)

    def _check_anchors(self) -> None:
        self._warned = [w for w in self._warned if w.page or not _ANCHOR.match(w.text)]
        level = self._config.validation.links.anchors
        for file in self.pages:
            assert file.page is not None
            file.page.validate_anchor_links(files=self._files, log_level=level)


def without_cards(html: str) -> str:
    """The HTML with nothing in its cards; as it is, should one of them not be left out of the search."""
    first, *rest = html.split(_CARD)
    parts = [first]
    for text in rest:
        tag, _, inside = text.partition(">")
        if not tag.endswith(_LEFT_OUT):
            return html
        parts.append(f"{_CARD}{_LEFT_OUT}></article>{inside.partition('</article>')[2]}")
    return "".join(parts)


def _paths(nav: object) -> Iterator[str]:
    """The paths that the settings put into the menu, as MkDocs looks them up."""
    if isinstance(nav, str):
        yield PurePath(nav.lstrip("/")).as_posix()
    elif isinstance(nav, Mapping):
        for inner in nav.values():
            yield from _paths(inner)
    elif isinstance(nav, list | tuple):
        for inner in nav:
            yield from _paths(inner)

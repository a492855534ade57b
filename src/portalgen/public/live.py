"""The public site, live: after a change only the pages that change are made again.

Owns the choice between MkDocs' whole build and the short way (`kept`), which is taken only where it
is certainly right (`certain`) and has shown so: after each whole build a few pages are made again, and
must be byte for byte what MkDocs wrote. Whatever goes wrong on the short way, a whole build follows,
and says what is wrong in the words of every build.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort

from portalgen.problems import Problem
from portalgen.public.certain import why_whole
from portalgen.public.kept import Index, Kept, Uncertain
from portalgen.public.run import Heard, configured, mkdocs_environment, plugin_of, run
from portalgen.public.site import Given
from portalgen.render.gallery import Drawn
from portalgen.render.pictures import Shape
from portalgen.settings import Settings
from portalgen.views import CaseStudyView, Facet, FileRef, GalleryView


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a change did to the site.

    `problems` are those of a build; with an error among them nothing was changed, and `written` and
    `removed` are empty. `whole`: MkDocs built everything anew, for the reason `why`; `written` is None
    then, and the site is what stands in the folder. Else `written` are the files that changed and
    `removed` those that are gone, by path below the site's root. `rendered` are the pages that went
    through the theme.
    """

    problems: tuple[Problem, ...]
    whole: bool
    written: Mapping[str, bytes] | None
    removed: frozenset[str] = frozenset()
    rendered: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """What is new since another gallery: far less to send to another process than all of it.

    `order` are the slugs of all cases. `facets` is None where they are the same.
    """

    order: tuple[str, ...]
    cases: tuple[CaseStudyView, ...]
    facets: tuple[Facet, ...] | None
    files: Mapping[str, bytes]
    gone: frozenset[str]
    shapes: Mapping[FileRef, Shape]

    def after(self, given: Given, settings: Settings) -> Given:
        """What was given, with this change. Raises `KeyError` where it is no change of that."""
        view = given.gallery
        known = {case.slug: case for case in (*view.cases, *self.cases)}
        facets = view.facets if self.facets is None else self.facets
        kept = {path: data for path, data in given.files.items() if path not in self.gone}
        cases = tuple(known[slug] for slug in self.order)
        shapes = {**given.shapes, **self.shapes}
        return Given(settings, GalleryView(cases=cases, facets=facets), {**kept, **self.files}, shapes)


def difference(before: Given, now: Given) -> Change:
    """What is new `now`, but for the settings."""
    old, old_files, view, files = before.gallery, before.files, now.gallery, now.files
    known = {case.slug: case for case in old.cases}
    return Change(
        order=tuple(case.slug for case in view.cases),
        cases=tuple(case for case in view.cases if not _equal(known.get(case.slug), case)),
        facets=None if old.facets is view.facets or old.facets == view.facets else view.facets,
        files={path: data for path, data in files.items() if old_files.get(path) != data},
        gone=frozenset(old_files.keys() - files.keys()),
        shapes={ref: shape for ref, shape in now.shapes.items() if ref not in before.shapes},
    )


def _equal(one: CaseStudyView | None, other: CaseStudyView) -> bool:
    return one is other or one == other


class LiveSite:
    """The site in `folder`, which is ours alone. MkDocs may write into it whatever it likes.

    After an error the folder is of no use until a build is whole again.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._kept: Kept | None = None
        self._whole_because = "nothing was built yet"
        self._given: Given | None = None
        self._today: date | None = None
        self._drawn: Drawn | None = None

    def refresh(self, given: Given, today: date, *, outside: bool) -> Refreshed:
        """Show this; `outside` says that something else may have changed, a page or the theme.

        Raises `UsageError` for settings, a theme or another plugin that can't be used.
        """
        why = self._why_whole(given, today, outside=outside)
        self._given, self._today = given, today
        kept, self._kept = self._kept, None
        with mkdocs_environment(today):
            if kept is not None and not why:
                try:
                    return self._change(kept, given)
                except Uncertain as reason:
                    why = str(reason)
                except (Exception, Abort) as error:
                    why = f"{type(error).__name__} on the short way"
            return self._build(given, why)

    def refresh_changed(self, settings: Settings, change: Change, today: date, *, outside: bool) -> Refreshed:
        """As `refresh`, with what is new since the gallery that was given last, whatever came of it.

        Raises `LookupError` where none was, or where the change was made for another one.
        """
        if self._given is None:
            raise LookupError("no gallery was shown yet that this could be a change of")
        return self.refresh(change.after(self._given, settings), today, outside=outside)

    def _why_whole(self, given: Given, today: date, *, outside: bool) -> str:
        if self._kept is None:
            return self._whole_because
        if outside:
            return "a page, the theme or a setting may have changed"
        if self._given is None or self._given.settings != given.settings or self._today != today:
            return "the settings or the day changed"
        return ""

    def _change(self, kept: Kept, given: Given) -> Refreshed:
        if any(given.collisions()):
            raise Uncertain("a case study has an address of the gallery's own")
        with Heard() as heard:
            made = kept.change(given, heard)
        self._kept = kept
        rendered = tuple(made.rendered)
        return Refreshed(kept.problems(), False, made.written, frozenset(made.removed), rendered)

    def _build(self, given: Given, why: str) -> Refreshed:
        self._whole_because = "the last build had errors"
        with Heard() as heard:
            config = configured(given.settings, self._folder, heard)
            index = Index(config)
            plugin = plugin_of(config)
            plugin.made = index.note
            try:
                problems = run(config, replace(given, before=self._drawn), heard)
            finally:
                plugin.made = None
            if any(p.severity == "error" for p in problems):
                return Refreshed(problems, False, {}, why=why)
            self._drawn = plugin.notes.drawn
            pages = plugin.notes.collection.documentation_pages() if plugin.notes.collection else ()
            rendered = tuple(file.dest_uri for file in pages)
            self._whole_because = why_whole(config) or self._keep(config, given, index, heard)
        return Refreshed(problems, True, None, rendered=rendered, why=why)

    def _keep(self, config: MkDocsConfig, given: Given, index: Index, heard: Heard) -> str:
        """Keep what MkDocs has in hand; returns why that is of no use, or `""`."""
        try:
            kept = Kept(config, given, index, heard)
            if not kept.proves(heard):
                return "a page that is made again is another one"
        except Uncertain as reason:
            return str(reason)
        except (Exception, Abort) as error:
            return f"{type(error).__name__} when a page is made again"
        self._kept = kept
        return ""

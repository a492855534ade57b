"""The MkDocs plugin: the gallery inside a real MkDocs site, whatever its theme and other plugins.

Two ways in. `portalgen build` hands it the views (`receive`), and it loads nothing. `mkdocs build`
and `mkdocs gh-deploy` alone let it prepare them: MkDocs then writes into staging, and the tree is
scanned and exchanged only when it is whole. With `mkdocs serve` nothing is exchanged.

Dates: a case's page carries the date of its newest figure; a page written by hand has none in the
sitemap unless its front matter says `date: 2026-11-20`. Never the day of the build, so that the site
doesn't change because a day has passed.
"""

from __future__ import annotations

import logging
import re
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date
from html import escape, unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from mkdocs.config import config_options as c
from mkdocs.config.base import Config
from mkdocs.exceptions import PluginError
from mkdocs.plugins import BasePlugin, event_priority
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.toc import get_toc

from portalgen.problems import Address, ContentError, Locked, Problem, UsageError, as_text
from portalgen.public import Given
from portalgen.public.pages import CardBlocks, Wanted, check_front_matter
from portalgen.public.run import line_of, mkdocs_environment
from portalgen.public.site import ROBOTS, Notes, assets, pack_sitemap, reserved, robots
from portalgen.render import gallery, heads
from portalgen.render.environment import say
from portalgen.render.gallery import Drawn
from portalgen.render.heads import Frame
from portalgen.settings import Settings
from portalgen.views import GalleryView

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.livereload import LiveReloadServer
    from mkdocs.structure.nav import Navigation
    from mkdocs.structure.pages import Page
    from mkdocs.utils.templates import TemplateContext

    from portalgen.build import PublicWork

log = logging.getLogger("mkdocs.plugins.portalgen")

HOUSE = "portalgen/"
"""The folder of the theme's that is no part of the public site."""
_THEME = Path(gallery.__file__).parent / "templates/public/theme"
_HEADING = re.compile(r'<h([12])\b[^>]*\bid="([^"]+)"[^>]*>(.*?)</h\1>', re.S)
_TAG = re.compile(r"<[^>]*>")
_FOREIGN = re.compile(
    r"<(?:script|img|iframe|source|video|audio|embed)\b[^>]*?\ssrc=\"((?:https?:)?//[^\"]+)\""
    r"|<link\b(?=[^>]*\srel=\"(?:stylesheet|preconnect|preload|icon|shortcut icon)\")"
    r"[^>]*?\shref=\"((?:https?:)?//[^\"]+)\""
)


class Options(Config):  # type: ignore[no-untyped-call]
    """The plugin's options (`account-format.md`, "Settings"), as MkDocs checks them.

    `load.settings` reads the same file and is the stricter of the two; its values are the ones used.
    """

    accounts = c.Type(str, default="content/accounts")
    approved = c.Type(str, default="content/approved")
    output = c.Type(str, default="site")
    review = c.ListOfItems(c.Choice(("client", "public")), default=["public"])
    access = c.Choice(("sealed", "host", "open"), default="sealed")
    portals_url = c.Type(str, default="")
    stale_after_days = c.Type(int, default=14)
    timezone = c.Type(str, default="UTC")
    terms = c.ListOfItems(c.Type((str, int, float)), default=[])
    allow = c.ListOfItems(c.Type((str, int, float)), default=[])
    contact = c.Type(str, default="")
    call_to_action = c.Optional(c.Type(dict))
    secret_id = c.Type((str, int), default="")
    tactics_every_days = c.Type(int, default=90)


class PortalgenPlugin(BasePlugin[Options]):  # type: ignore[no-untyped-call]
    """One instance serves all builds of a process (MkDocs keeps it for `serve`)."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.made: Callable[[Page], None] | None = None
        self._given: Given | None = None
        self._work: PublicWork | None = None
        self._command = "build"
        self._published = ""
        self._borrowed = ExitStack()
        self._warned = _Warned()
        self._begin()

    def _begin(self) -> None:
        self._site: Given | None = None
        frame = Frame("", "en")
        self.notes = Notes(frame, Drawn(GalleryView(), frame))
        self._page: Page | None = None
        self._foreign: set[str] = set()

    @property
    def site(self) -> Given:
        """The site of the build that is under way."""
        assert self._site is not None
        return self._site

    @property
    def settings(self) -> Settings:
        """The settings of the build that is under way."""
        return self.site.settings

    def receive(self, given: Given | None) -> None:
        """Show this in the next build, and load nothing; None takes it back."""
        self._given = given
        self._command = "build"
        self.problems = [] if given else self.problems

    def resume(self, given: Given, notes: Notes) -> None:
        """Go on from a build that is done: what MkDocs asks for from now on is this."""
        self._site, self.notes, self._foreign = given, notes, set()
        self.receive(given)

    # ---- the build as a whole -------------------------------------------------------------------

    def on_startup(self, *, command: Literal["build", "gh-deploy", "serve"], dirty: bool) -> None:  # noqa: ARG002
        """Remember whether the site is to be published or only looked at."""
        self._command = command

    @event_priority(100)
    def on_config(self, config: MkDocsConfig) -> MkDocsConfig:
        """Take the views, or prepare them; register the cards' blocks, styles, script and 404 page."""
        self._begin()
        self._site = self._given or self._prepare(config)
        config.markdown_extensions = [
            e for e in config.markdown_extensions if not isinstance(e, CardBlocks)
        ] + [CardBlocks(self._cards, self._complain)]  # type: ignore[list-item] # as Python-Markdown takes them
        for path in assets(self.settings.house, self.settings.theme):
            style = path.endswith(".css")
            extra: list[Any] = config.extra_css if style else config.extra_javascript
            if path not in extra:
                # A style of the agency's own comes after ours, and has the last word.
                extra.insert(0 if style else len(extra), path)
        config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(_THEME))
        return config

    def _prepare(self, config: MkDocsConfig) -> Given:
        """Load, project, and point MkDocs to staging. Raises `PluginError` with our messages."""
        # Only here: when the views are given, nothing that could load an account is even imported.
        from portalgen.build import prepare_public

        self.problems = []
        if not config.config_file_path:
            raise PluginError('portalgen wants a settings file; run MkDocs with "-f mkdocs.yml"')
        file = Path(config.config_file_path)
        self._published = config.site_dir
        shown = self._only_shown(config.site_dir)
        try:
            self._work = work = prepare_public(file, serving=shown)
        except (UsageError, ContentError, Locked) as error:
            raise PluginError(_message(error)) from error
        settings = work.given.settings
        if not shown:
            place = settings.output / "public"
            if Path(config.site_dir).resolve() != place.resolve():
                self._give_up()
                where = settings.relative(place)
                raise PluginError(f"portalgen publishes to {where} and nowhere else; leave out --site-dir")
            config.site_dir = str(work.staging)
            self._warned.listen()
        self._borrowed.enter_context(mkdocs_environment(work.today))
        return work.given

    def _only_shown(self, site_dir: str) -> bool:
        """Whether this is `mkdocs serve` (which calls itself a build with --clean)."""
        folder = Path(site_dir)
        served = folder.name.startswith("mkdocs_") and folder.parent == Path(tempfile.gettempdir())
        return self._command == "serve" or served

    def on_serve(
        self,
        server: LiveReloadServer,
        *,
        config: MkDocsConfig,  # noqa: ARG002
        builder: Any,  # noqa: ARG002
    ) -> LiveReloadServer:
        """Watch the accounts too."""
        for folder in (self.settings.accounts, self.settings.approved):
            if folder.is_dir():
                server.watch(str(folder))
        return server

    @event_priority(-100)
    def on_post_build(self, config: MkDocsConfig) -> None:
        """Last of all: give the archive of the sitemap a fixed time, then publish what was prepared."""
        pack_sitemap(Path(config.site_dir))
        work, self._work = self._work, None
        self._borrowed.close()
        if work is None:
            return
        warned = self._warned.stop()
        if config.strict and warned:
            work.abandon()
            return
        config.site_dir = self._published
        try:
            work.finish()
        except (UsageError, ContentError, Locked) as error:
            raise PluginError(_message(error)) from error

    def on_build_error(self, *, error: Exception) -> None:  # noqa: ARG002
        """Leave the published tree as it was."""
        self._give_up()

    def _give_up(self) -> None:
        work, self._work = self._work, None
        self._warned.stop()
        self._borrowed.close()
        if work is not None:
            work.abandon()

    # ---- files ----------------------------------------------------------------------------------

    def on_files(self, files: Files, *, config: MkDocsConfig) -> Files:
        """Add the gallery's pages and files; refuse what stands in their way."""
        for problem in self.site.collisions():
            self._report(problem)
        for file in list(files):
            if file.src_dir == config.theme.custom_dir and file.src_uri.startswith(HOUSE):
                files.remove(file)  # what stands in for templates of private pages, and copies beside it
            else:
                self._check(file, config)
        self._raise()
        frame = self._framed(files, config)
        own_robots = files.get_file_from_path(ROBOTS) is not None
        drawn = self.site.before or Drawn(GalleryView(), frame)
        self.notes = Notes(frame, drawn, None if own_robots else robots(frame.address))
        self.notes.draw(self.site)
        for file in self.notes.files(config):
            files.append(file)
        return files

    def _check(self, file: File, config: MkDocsConfig) -> None:
        """A file of the team's: not where the gallery's go, and really below `docs_dir`."""
        if reserved(file.dest_uri):
            message = f'"{file.dest_uri}" is made from the accounts, and this file wants the same place'
            hint = "move it; case-studies/ and feed.xml are the gallery's"
            self._report(self.site.problem("collision", message, self._address(file), hint=hint))
        source = file.abs_src_path
        if (
            file.src_dir != config.docs_dir
            or source is None
            or file.inclusion.value <= InclusionLevel.DRAFT.value
        ):
            return
        if not Path(source).is_file():
            self._report(self.site.problem("not-a-file", "this is no file", self._address(file)))
        elif Path(config.docs_dir).resolve() not in Path(source).resolve().parents:
            message = "this link leads out of the public site's folder, and what it leads to would be public"
            self._report(self.site.problem("outside-link", message, self._address(file)))

    def _framed(self, files: Files, config: MkDocsConfig) -> Frame:
        settings = self.settings
        action = settings.call_to_action
        target = action.link if action else ""
        if action and ":" not in target:
            path, _, anchor = target.partition("#")
            page = files.get_file_from_path(path)
            if page is None:
                at = Address(settings.file.name, line_of(settings.file, target))
                message = f'the call to action leads to "{target}", and there is no such page below docs_dir'
                self._report(self.site.problem("call-to-action", message, at))
                self._raise()
            else:
                target = page.url + (f"#{anchor}" if anchor else "")
        address = config.site_url or ""
        return Frame(
            agency=settings.site_name,
            language=settings.language,
            address=address if not address or address.endswith("/") else f"{address}/",
            directory_urls=config.use_directory_urls,
            action=(action.text, target) if action else None,
        )

    # ---- pages ----------------------------------------------------------------------------------

    def on_page_markdown(self, markdown: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002
        """Give the gallery's pages their title, description and place; look at the others' front matter."""
        self._page = page
        source = page.file.src_uri
        fragment = self.notes.fragments.get(source)
        if fragment is None:
            text = self.notes.sources[source] = page.file.content_string
            check_front_matter(text, page.meta, self._complain)
            day = page.meta.get("date")
            if isinstance(day, date):
                page.update_date = day.isoformat()[:10]
            else:
                self.notes.undated[source] = page, page.update_date
            return markdown
        # Themes write these into their templates as they are: they are HTML from here on.
        page.meta = {
            **page.meta,
            "title": escape(fragment.title),
            "description": escape(fragment.description),
            "hide": ["toc", *(["navigation"] if "navigation.tabs" in _features(config) else [])],
        }
        if not fragment.searchable:
            page.meta["search"] = {"exclude": True}
        if fragment.updated:
            page.update_date = fragment.updated.isoformat()
        else:
            self.notes.undated[source] = page, page.update_date
        return markdown

    @event_priority(100)
    def on_page_content(self, html: str, *, page: Page, config: MkDocsConfig, files: Files) -> str:  # noqa: ARG002
        """Put the gallery's HTML in; other plugins see it like any page's."""
        fragment = self.notes.fragments.get(page.file.src_uri)
        if fragment is None:
            self.notes.contents[page.file.src_uri] = html
            return html
        page.toc = get_toc(
            [
                {
                    "level": int(level),
                    "id": unescape(name),
                    "name": _TAG.sub("", text).strip(),
                    "children": [],
                }
                for level, name, text in _HEADING.findall(fragment.html)
            ]
        )
        return fragment.html

    def on_nav(self, nav: Navigation, *, config: MkDocsConfig, files: Files) -> Navigation:  # noqa: ARG002
        """Note the menu."""
        self.notes.nav = nav
        return nav

    def on_env(self, env: Any, *, config: MkDocsConfig, files: Files) -> Any:  # noqa: ARG002
        """All pages are read: stop here if any was wrong, with every problem at once."""
        self._raise()
        self.notes.env, self.notes.collection = env, files
        return env

    def on_template_context(
        self, context: TemplateContext, *, template_name: str, config: MkDocsConfig
    ) -> TemplateContext:
        """The sitemap dates no page with the day of the build; 404 shows the way to the gallery."""
        if template_name == "sitemap.xml":
            for page, _ in self.notes.undated.values():
                page.update_date = ""
        if template_name == "404.html":
            t = say(self.settings.language)
            base = urlsplit(config.site_url or "/").path.rstrip("/") + "/"
            context["portalgen"] = {  # type: ignore[typeddict-unknown-key]
                "title": t("Page not found"),
                "text": t("It may have moved, or it is no longer published."),
                "link": t("See our case studies"),
                "gallery": self.notes.frame.link(gallery.ADDRESS, base),
            }
        return context

    def on_post_template(self, output: str, *, template_name: str, config: MkDocsConfig) -> str:  # noqa: ARG002
        """Give the pages their dates back: MkDocs computes with them."""
        if template_name == "sitemap.xml":
            for page, day in self.notes.undated.values():
                page.update_date = day
        return output

    def on_post_page(self, output: str, *, page: Page, config: MkDocsConfig) -> str:
        """Complete the head, in whatever theme: the feed, and what a page says of itself to others."""
        lines = []
        frame = self.notes.frame
        fragment = self.notes.fragments.get(page.file.src_uri)
        root = "../" * page.file.dest_uri.count("/")
        if frame.address:
            title = escape(say(self.settings.language)("Case studies of {agency}", agency=frame.agency))
            feed = f'type="application/atom+xml" title="{title}" href="{root}{gallery.FEED}"'
            lines.append(f'<link rel="alternate" {feed}>')
        if fragment is not None:
            lines.append(fragment.head)
            if '<meta name="description"' not in output:
                lines.append(f'<meta name="description" content="{escape(fragment.description)}">')
        elif '<meta property="og:' not in output:  # unless a template or a plugin of the team's says it
            lines.append(self._head(page, config))
        self._look_for_foreign(output, page)
        if self.made is not None:
            self.made(page)
        return output.replace("</head>", "\n".join([*lines, "</head>"]), 1)

    def _head(self, page: Page, config: MkDocsConfig) -> str:
        """What a page written by hand says of itself to others."""
        frame = self.notes.frame
        menu = config.site_name if page.is_homepage else page.title  # a menu calls the first page "Home"
        title = unescape(_TAG.sub("", str(page.meta.get("title") or menu or config.site_name)))
        description = str(page.meta.get("description") or config.site_description or "")
        url = (page.canonical_url or "") if frame.address else ""
        return heads.head(frame, heads.of_site(frame, url, title, description))

    def _look_for_foreign(self, output: str, page: Page) -> None:
        found = [script or style for script, style in _FOREIGN.findall(output)]
        own = self.notes.frame.address or "\0"
        found = self.notes.foreign[page.file.src_uri] = [at for at in found if not at.startswith(own)]
        for address in found:
            host = urlsplit(address).netloc
            if host not in self._foreign:
                self._foreign.add(host)
                self._warn(self.site.foreign(address))

    # ---- what the pages written by hand ask for, and what is wrong ---------------------------------

    def _cards(self, wanted: Wanted) -> str:
        assert self._page is not None
        file = self._page.file
        html = self.notes.cards(file, wanted)
        self.notes.asked.setdefault(file.src_uri, []).append((wanted, html))
        return html

    def _complain(self, line: str, code: str, message: str, hint: str) -> None:
        assert self._page is not None
        file = self._page.file
        number = next(
            (
                n
                for n, text in enumerate(file.content_string.splitlines(), 1)
                if text.rstrip() == line.rstrip()
            ),
            1,
        )
        at = Address(self._address(file).path, number)
        self._report(self.site.problem(code, message, at, hint=hint))

    def _address(self, file: File) -> Address:
        if file.abs_src_path is None:
            return Address(file.src_uri)
        return Address(self.settings.relative(Path(file.abs_src_path)))

    def _report(self, problem: Problem) -> None:
        if problem not in self.problems:
            self.problems.append(problem)

    def _warn(self, problem: Problem) -> None:
        self._report(problem)
        if self._given is None:
            log.warning(as_text([problem], lambda _: None))

    def _raise(self) -> None:
        errors = [p for p in self.problems if p.severity == "error"]
        if errors:
            raise PluginError(as_text(errors, lambda _: None))


class _Warned(logging.Handler):
    """Counts MkDocs' warnings: with --strict it fails on them only after the last plugin was called."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._count = 0

    def listen(self) -> None:
        self._count = 0
        logging.getLogger("mkdocs").addHandler(self)

    def stop(self) -> int:
        logging.getLogger("mkdocs").removeHandler(self)
        return self._count

    def emit(self, record: logging.LogRecord) -> None:  # noqa: ARG002
        self._count += 1


def _features(config: MkDocsConfig) -> list[str]:
    found = config.theme.get("features")
    return found if isinstance(found, list) else []


def _message(error: UsageError | ContentError | Locked) -> str:
    if isinstance(error, ContentError):
        return "\n" + as_text(error.problems, lambda _: None)
    if isinstance(error, UsageError):
        at = f"{error.at.path}:{error.at.line}:{error.at.column}: " if error.at else ""
        return at + error.sentence
    return str(error) or "another build is under way"

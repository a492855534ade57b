"""`mkdocs build` alone: the public tree and nothing else, scanned and exchanged like any other.

The plugin asks for the work before MkDocs builds and says when it is done; in between MkDocs writes
into the staging area, so that nobody ever sees half a site.
"""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from portalgen import __version__
from portalgen.build.job import Job, cache_of, consent_of, failing, pardoned, public_view, scan_of, unit_texts
from portalgen.build.shown import Memory
from portalgen.cache import Cache
from portalgen.clock import build_date
from portalgen.load import load, load_settings
from portalgen.problems import ContentError, in_order
from portalgen.public import Given
from portalgen.publish import Output, Release, ReleasedPage
from portalgen.scan import report
from portalgen.secret import read_secret
from portalgen.settings import Settings
from portalgen.site import from_folder


class PublicWork:
    """The public site on its way: what MkDocs is given, where it writes, and what comes after."""

    def __init__(self, config_file: Path, *, serving: bool) -> None:
        self._stack = ExitStack()
        try:
            self._begin(config_file, serving=serving)
        except BaseException:
            self._stack.close()
            raise

    def _begin(self, config_file: Path, *, serving: bool) -> None:
        settings = load_settings(config_file)
        self.today = build_date(None, os.environ, settings.timezone)
        self._output = None if serving else self._stack.enter_context(Output.open(settings))
        content = load(settings)
        secret = read_secret(settings, os.environ)
        shown = Memory(settings).shown(content.healthy, self.today)
        self._job = Job(
            settings, self.today, secret or bytes(32), content, shown, cache=self._cache(settings, secret)
        )
        view = public_view(self._job)
        files, unreadable = view.read(self._job.disk)
        survivors = [problem for one in self._job.shown for problem in one.survivors]
        problems = [*content.problems, *survivors, *view.problems, *unreadable]
        if failing(problems, strict=False):
            raise ContentError(in_order(problems))
        self.given = Given(settings, view.gallery, files, view.shapes)
        if self._output is not None:
            self.staging = self._output.workspace("public")

    def _cache(self, settings: Settings, secret: bytes | None) -> Cache:
        """The project's, for the images; before there is a secret to sign with, one for this time alone."""
        if secret is not None:
            return cache_of(settings, secret)
        folder = self._stack.enter_context(TemporaryDirectory(prefix="portalgen-"))
        return Cache(Path(folder, "cache"))

    def finish(self) -> None:
        """Scan what MkDocs wrote and exchange `public`. Raises `ContentError` where something leaks."""
        with self._stack:
            if self._output is None:
                return
            unit = from_folder("public", "public", self.staging)
            leaks = pardoned(self._job, scan_of(self._job).unit(unit))
            if leaks:
                raise ContentError(report(leaks, unit_texts(self._job, unit)))
            self._output.stage(unit)
            self._output.commit(set(self._output.published) - {"public"}, self._release())

    def abandon(self) -> None:
        """Publish nothing, and let go of the lock."""
        self._stack.close()

    def _release(self) -> Release:
        pages = {
            f"public/case-studies/{view.slug}": ReleasedPage(
                self._job.paths(one.id, "public"), consent_of(one.account), one.id
            )
            for one, view in self._job.cases()
        }
        docs = self._job.settings.docs_dir
        own = sorted(self._job.settings.relative(p) for p in docs.rglob("*") if p.is_file())
        return Release(self.today, __version__, {**pages, "public": ReleasedPage(tuple(own))})


def prepare_public(config_file: Path, *, serving: bool = False) -> PublicWork:
    """Load, project and open the staging area for MkDocs.

    With `serving` nothing is locked and nothing will be published; MkDocs then chooses where it writes.
    Raises `UsageError`, `Locked`, and `ContentError` where an account is broken: then the public site
    stays as it is.
    """
    return PublicWork(config_file, serving=serving)

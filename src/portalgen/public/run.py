"""Running MkDocs for the public site: in staging, with the build's date, silent.

What MkDocs would print becomes problems. Touches the environment and MkDocs' logger for the time of
the run only, so that it is the same in the build's own process and in another one. `live` uses the
same parts, to keep what MkDocs has in hand when it is done.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Protocol, cast

from mkdocs.commands.build import build as run_mkdocs
from mkdocs.config import load_config
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import Abort, MkDocsException
from mkdocs.structure.pages import Page

from portalgen.problems import Address, Problem, UsageError
from portalgen.public.site import Given, Notes
from portalgen.settings import Settings

PLUGIN = "portalgen"
_PAGE = re.compile(r"Doc file '([^']+)'")
_QUOTED = re.compile(r"(?:link|reference|path) (?:to )?'([^']+)'")


class Plugin(Protocol):
    """What is needed of our plugin: to be handed a site, and to say what it noted and what was wrong.

    `made` is called with each page that is done.
    """

    problems: list[Problem]
    notes: Notes
    made: Callable[[Page], None] | None

    def receive(self, given: Given | None) -> None:
        """Show this and load nothing; None takes it back."""

    def resume(self, given: Given, notes: Notes) -> None:
        """Go on from a build that is done: what MkDocs asks for from now on is this."""


def build(given: Given, staging: Path, today: date) -> tuple[Problem, ...]:
    """Write the public site into `staging`, a folder of its own that MkDocs empties first.

    Returns what is wrong: MkDocs' warnings, and errors, after which `staging` is not whole and must not
    be published. Raises `UsageError` for settings, a theme or another plugin that can't be used.
    """
    with mkdocs_environment(today), Heard() as heard:
        return run(configured(given.settings, staging, heard), given, heard)


def run(config: MkDocsConfig, given: Given, heard: Heard) -> tuple[Problem, ...]:
    """Let MkDocs build what is given; as `build`."""
    plugin = plugin_of(config)
    plugin.receive(given)
    try:
        run_mkdocs(config)
    except (Exception, Abort) as error:
        if not any(p.severity == "error" for p in plugin.problems):
            raise UsageError(_sentence(error, heard)) from error
        return tuple(plugin.problems)
    finally:
        plugin.receive(None)
    return (*plugin.problems, *(problem(given.settings, warned.text) for warned in heard.warnings))


@contextmanager
def mkdocs_environment(today: date) -> Iterator[None]:
    """The environment of a run: the build's date for MkDocs, and no notice of its theme's plans.

    Noon in UTC is the same day nearly everywhere. What was there before is put back.
    """
    noon = datetime.combine(today, time(12), UTC)
    wanted = {"SOURCE_DATE_EPOCH": str(int(noon.timestamp())), "NO_MKDOCS_2_WARNING": "1"}
    before = {name: os.environ.get(name) for name in wanted}
    os.environ.update(wanted)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@dataclass(frozen=True, slots=True)
class Warned:
    """A warning, and the source of the page that MkDocs was at, if any."""

    page: str
    text: str


class Heard(logging.Handler):
    """Keeps what MkDocs logs, and keeps it from the terminal, while it is entered."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.config: MkDocsConfig | None = None
        self.warnings: list[Warned] = []
        self.errors: list[str] = []
        self._logger = logging.getLogger("mkdocs")

    def __enter__(self) -> Heard:
        self._before = (self._logger.handlers, self._logger.propagate, self._logger.level)
        self._logger.handlers, self._logger.propagate = [self], False
        self._logger.setLevel(logging.WARNING)
        return self

    def __exit__(self, *_: object) -> None:
        self._logger.handlers, self._logger.propagate, level = self._before
        self._logger.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep the message."""
        if record.levelno >= logging.ERROR:
            self.errors.append(record.getMessage())
            return
        page = self.config._current_page if self.config else None
        self.warnings.append(Warned(page.file.src_uri if page else "", record.getMessage()))


def configured(settings: Settings, staging: Path, heard: Heard) -> MkDocsConfig:
    """The configuration with its plugins, writing into staging. Strictness is the build's, not MkDocs'.

    Raises `UsageError` where MkDocs can't use the settings.
    """
    try:
        config = load_config(str(settings.file), site_dir=str(staging), strict=False)
    except (Abort, MkDocsException) as error:
        at = Address(settings.file.name)
        raise UsageError((heard.errors or [str(error)])[0].strip().rstrip("."), at) from error
    if PLUGIN not in config.plugins:
        raise UsageError('the plugin "portalgen" is not enabled', Address(settings.file.name))
    heard.config = config
    return config


def plugin_of(config: MkDocsConfig) -> Plugin:
    """Our plugin."""
    return cast("Plugin", config.plugins[PLUGIN])


def _sentence(error: BaseException, heard: Heard) -> str:
    """What stopped MkDocs, in one line: the page that it logged, then the reason."""
    where = next((text.split("\n")[0].rstrip(".") for text in heard.errors), "")
    reason = str(error.__context__ or error) if isinstance(error, Abort) else str(error)
    reason = " ".join(reason.split()) or type(error).__name__
    said = where if reason in where else f"{where} {reason}".strip()
    return f"MkDocs could not build the public site: {said}"


def problem(settings: Settings, text: str) -> Problem:
    """A warning of MkDocs' at the page (and line) that it names, else at the settings."""
    sentence = " ".join(text.split()).rstrip(".")
    page = _PAGE.search(sentence)
    file = settings.docs_dir / page[1] if page else settings.file
    quoted = _QUOTED.search(sentence)
    line = line_of(file, quoted[1]) if quoted else 1
    return Problem(Address(settings.relative(file), line), "warning", "public-site", sentence)


def line_of(file: Path, text: str) -> int:
    """The first line of a file that holds a text, or 1."""
    try:
        lines = file.read_text("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError):
        return 1
    return next((number for number, line in enumerate(lines, 1) if text in line), 1)

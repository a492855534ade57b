"""The commands: arguments, printing, exit codes. Everything else is `build`'s.

Exit codes (`cli.md`): 0 done, 1 problems in the content, 2 wrong usage or settings, 3 a leak was
found, 4 another build holds the lock. Messages go to standard error; what a script reads goes to
standard output. No command shows a traceback for what a user can cause.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Literal

import click

from portalgen import __version__
from portalgen.problems import Address, Locked, Problem, UsageError

_DONE, _PROBLEMS, _USAGE, _LEAK, _LOCKED = range(5)


class _Day(click.ParamType[date]):
    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        if isinstance(value, date):
            return value
        try:
            found = date.fromisoformat(value)
        except ValueError:
            found = None
        if found is None or found.isoformat() != value:
            self.fail(f'"{value}" is not a day; write year-month-day: 2026-11-20', param, ctx)
        return found


_settings_option = click.option(
    "-f",
    "--config-file",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="The project's settings.",
)
_as_of_option = click.option(
    "--as-of", type=_Day(), help="The date that decides what is overdue, stale, expired."
)
_strict_option = click.option("--strict", is_flag=True, help="Warnings fail too.")


class _Group(click.Group):
    """Turns what a user can cause into a sentence and an exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except UsageError as error:
            at = f"{error.at.path}:{error.at.line}:{error.at.column}: " if error.at else ""
            _say(f"{at}error: {error.sentence}")
            ctx.exit(_USAGE)
        except Locked as error:
            _say(f"{error}; wait for it, or end it, and try again")
            ctx.exit(_LOCKED)


@contextmanager
def _progress(what: str) -> Iterator[None]:
    """A sign of life on a terminal for what takes over a second; nothing in CI or in a pipe."""
    if not sys.stderr.isatty() or os.environ.get("CI"):
        yield
        return
    from rich.console import Console

    status = Console(stderr=True).status(what)
    timer = threading.Timer(1.0, status.start)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        status.stop()


def _say(text: str) -> None:
    click.echo(text, err=True)


@click.group(cls=_Group, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="portalgen")
@click.option(
    "-f",
    "--config-file",
    "config",
    type=click.Path(path_type=Path, dir_okay=False),
    default=None,
    help="The project's settings (default: mkdocs.yml).",
)
@click.pass_context
def main(ctx: click.Context, config: Path | None) -> None:
    """One Markdown file per client account; three audiences; nothing crosses over."""
    ctx.obj = config
    if isinstance(sys.stdout, io.TextIOWrapper):  # what authors write, on terminals of any alphabet
        sys.stdout.reconfigure(errors="replace")


def _config(ctx: click.Context, config: Path) -> Path:
    """`-f` may stand before or after the command's name."""
    return ctx.obj if ctx.obj is not None and config == Path("mkdocs.yml") else config


@main.command()
@_settings_option
@_as_of_option
@_strict_option
@click.option("--keep-going", is_flag=True, help="Build the healthy accounts although others are broken.")
@click.option("--explain", is_flag=True, help="Say of every page that is made or removed why.")
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="Processes at most (default: cores).")
@click.option("--fresh", is_flag=True, help="Build as if for the first time; the result is the same.")
@click.option(
    "--record", type=click.Path(path_type=Path, dir_okay=False), help="Copy the release's record here."
)
@click.pass_context
def build(
    ctx: click.Context,
    config: Path,
    as_of: date | None,
    strict: bool,
    keep_going: bool,
    explain: bool,
    jobs: int | None,
    fresh: bool,
    record: Path | None,
) -> None:
    """Check, project, render, scan and write all three trees."""
    from portalgen import build as pipeline

    options = pipeline.Options(
        as_of=as_of,
        strict=strict,
        keep_going=keep_going,
        jobs=jobs or os.cpu_count() or 1,
        fresh=fresh,
        record=record,
    )
    settings = pipeline.load_settings(_config(ctx, config))
    with _progress("building"):
        outcome = pipeline.build(settings, options, os.environ)
    if explain:
        for line in outcome.explained():
            click.echo(line)
    _print_text(outcome.problems, outcome.line_of, outcome.accounts)
    if outcome.made_secret:
        _say(outcome.made_secret)
    _say(outcome.closing)
    ctx.exit(_code(outcome.problems, strict=strict))


@main.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@_settings_option
@_as_of_option
@_strict_option
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "github"]), default="text", show_default=True
)
@click.pass_context
def check(
    ctx: click.Context,
    files: tuple[Path, ...],
    config: Path,
    as_of: date | None,
    strict: bool,
    form: str,
) -> None:
    """Say what is wrong and who needs attention; without FILES, scan too. Writes nothing."""
    from portalgen import build as pipeline
    from portalgen.problems import as_github, as_json

    settings = pipeline.load_settings(_config(ctx, config))
    with _progress("checking"):
        outcome = pipeline.check(settings, files, as_of, os.environ)
    if form == "json":
        click.echo(as_json(outcome.problems))
    elif form == "github":
        if outcome.problems:
            click.echo(as_github(outcome.problems))
    else:
        _print_text(outcome.problems, outcome.line_of, outcome.accounts)
        if not outcome.problems:
            _say(f"nothing to say about {outcome.accounts} accounts")
    ctx.exit(_code(outcome.problems, strict=strict))


@main.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@_settings_option
@click.option("--audience", type=click.Choice(["client", "public"]), help="Only what this audience sees.")
@click.option("--by", metavar="NAME", default=None, help="Who approves (default: git's user.name).")
@click.option("--diff", "only_look", is_flag=True, help="Show what would be released, and approve nothing.")
@click.option("--yes", is_flag=True, help="Don't ask.")
@click.pass_context
def approve(
    ctx: click.Context,
    names: tuple[str, ...],
    config: Path,
    audience: Literal["client", "public"] | None,
    by: str | None,
    only_look: bool,
    yes: bool,
) -> None:
    """Show word by word what would be released, and release it."""
    from portalgen.build import approving, load_settings

    settings = load_settings(_config(ctx, config))
    with _progress("comparing"):
        found = approving.offer(settings, names, audience, os.environ)
    _print_text(found.problems, found.line_of, found.accounts)
    name = approving.approver(settings) if by is None else by
    for one, held in found.shown:
        for line in approving.lines(held, settings, *_terminal()):
            click.echo(line)
        if only_look:
            continue
        try:
            if yes or click.confirm(f"Release this to the {held.audience}, as {name}?", err=True):
                done = approving.approve(settings, one, held, name, os.environ)
                _say(f"approved {one.id} for the {held.audience}, by {done.by}")
                for text in done.said:
                    click.echo(text)
                _print_text(done.warnings, found.line_of, found.accounts)
        except approving.NotApproved as error:
            raise UsageError(f"{one.id} was not approved: {error}") from error
        except click.Abort:
            raise UsageError("nothing more was approved; to approve without being asked, add --yes") from None
    if not found.shown and not found.problems:
        _say("nothing waits for approval" + (f" in {', '.join(names)}" if names else ""))
    ctx.exit(_code(found.problems, strict=False))


@main.command()
@click.argument("names", metavar="[ID]...", nargs=-1)
@_settings_option
@click.option("--json", "as_json", is_flag=True, help="A list that scripts read.")
@click.pass_context
def links(ctx: click.Context, names: tuple[str, ...], config: Path, as_json: bool) -> None:
    """Print the access links and passphrases of sealed portals."""
    import json

    from portalgen.build import linking, load_settings

    settings = load_settings(_config(ctx, config))
    with _progress("reading"):
        found = linking.links(settings, names, os.environ)
    # Signs that a terminal may not have are written as JSON writes them, never as question marks.
    click.echo(
        json.dumps(found.rows(), indent=1) if as_json else "\n".join(found.lines()),
        nl=bool(found.links or as_json),
    )
    for sentence in found.said:
        _say(sentence)
    _print_text(found.problems, found.line_of, found.accounts)
    ctx.exit(_code(found.problems, strict=False))


@main.command()
@click.argument("server", type=click.Choice(["nginx", "caddy", "netlify"]))
@_settings_option
@click.pass_context
def headers(ctx: click.Context, server: Literal["nginx", "caddy", "netlify"], config: Path) -> None:
    """Print what the portals' host should send with every file."""
    from urllib.parse import urlsplit

    from portalgen.build import load_settings
    from portalgen.render.headers import headers as configuration

    settings = load_settings(_config(ctx, config))
    host = urlsplit(settings.portals_url).hostname
    if host is None:
        raise UsageError(
            "the settings don't say on which host the portals are; add to portalgen's settings in "
            f"{settings.file.name}: portals_url: https://clients.example.org/",
            Address(settings.file.name),
        )
    click.echo(configuration(server, host), nl=False)


def _terminal() -> tuple[bool, int]:
    """Whether standard output takes colours, and how wide it is."""
    there = sys.stdout is not None and sys.stdout.isatty()
    color = there and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    return color, shutil.get_terminal_size((100, 24)).columns


@main.command()
@_settings_option
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True, help="The port.")
@click.option(
    "--poll",
    type=click.FloatRange(0.05, 60),
    metavar="SECONDS",
    help="Look at the files every so often, instead of being told of changes.",
)
@click.option("--open", "open_", is_flag=True, help="Open the desk in the browser.")
@click.pass_context
def serve(ctx: click.Context, config: Path, port: int, poll: float | None, open_: bool) -> None:
    """Show, live, what the client, the team and the public will see."""
    from portalgen import live

    settings = live.load_settings(_config(ctx, config))
    live.serve(settings, os.environ, port=port, poll=poll, opened=_opened if open_ else None, say=_say)


def _opened(address: str) -> None:
    import webbrowser

    webbrowser.open(address)


@main.command()
@_settings_option
@_as_of_option
@click.pass_context
def status(ctx: click.Context, config: Path, as_of: date | None) -> None:
    """Print the portfolio: who needs attention, and why."""
    from portalgen import build as pipeline
    from portalgen.build.overview import portfolio
    from portalgen.render.status import lines

    settings = pipeline.load_settings(_config(ctx, config))
    with _progress("reading"):
        found = portfolio(settings, as_of, os.environ)
    color, columns = _terminal()
    width = columns if sys.stdout is not None and sys.stdout.isatty() else None
    click.echo("\n".join(lines(found.view, found.broken, width=width, colour=color)))
    _print_text(found.problems, found.line_of, found.accounts)
    ctx.exit(_code(found.problems, strict=False))


@main.command()
def schema() -> None:
    """Print the JSON Schema of the front matter, with the audience of each field."""
    import json

    from portalgen.account import json_schema

    click.echo(json.dumps(json_schema(), ensure_ascii=False, indent=2, sort_keys=True))


def _print_text(
    problems: tuple[Problem, ...], line_of: Callable[[Address], str | None], accounts: int
) -> None:
    from portalgen.problems import as_text, summary

    if problems:
        _say(as_text(problems, line_of))
        _say(summary(problems, accounts))


def _code(problems: tuple[Problem, ...], *, strict: bool) -> int:
    found = {p.severity for p in problems}
    if "leak" in found:
        return _LEAK
    failing = {"error", "warning"} if strict else {"error"}
    return _PROBLEMS if found & failing else _DONE


if __name__ == "__main__":
    sys.exit(main())

"""`portalgen status`: who needs attention and why, on any terminal and in a pipe."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import select
import signal
import struct
import sys
import termios
import time
from datetime import date
from pathlib import Path

import pytest
from rich.cells import cell_len

from portalgen.render.status import lines
from portalgen.views import (
    Attention,
    CaseState,
    DifferenceView,
    HealthView,
    HeldView,
    NextDate,
    PortfolioRow,
    PortfolioView,
)
from tests.project import MINIMAL, SECRET, Project
from tests.test_cli import run

TODAY = date(2026, 11, 23)
ANSI = re.compile(r"\x1b\[[0-9;]*m")


def held(audience: str, *titles: str, approved: bool = True) -> HeldView:
    differences = tuple(
        DifferenceView(place="milestones", id=title, title=title, field="title", after=title)
        for title in titles
    )
    return HeldView.model_validate(
        {
            "account": "nordwind", "client": "Nordwind Energy", "title": "Heat pumps", "audience": audience,
            "approved_by": "Ana" if approved else None, "approved_on": TODAY if approved else None,
            "differences": differences, "digest": "d",
        }
    )  # fmt: skip


def row(**values: object) -> PortfolioRow:
    given = {
        "id": "lumbre", "client": "Casa Lumbre", "title": "Winter menu", "lifecycle": "active",
        "health": HealthView(), "data_says": "on_track",
        "case": CaseState(account="lumbre", client="Casa Lumbre"),
    }  # fmt: skip
    return PortfolioRow.model_validate({**given, **values})


NORDWIND = row(
    id="nordwind", client="Nordwind Energy", title="Heat pumps for the whole of the north",
    account_executive="Tomás Rey", project_manager="Sofía Blanco",
    health=HealthView(overall="on_track", as_of=date(2026, 11, 1), stale_days=22), data_says="off_track",
    slip_days=16,
    attention=(
        Attention(rule="watermelon", message="Says “On track”, but “Landing pages live” is 16 days late"),
        Attention(rule="stale", message="The client has had no update for 22 days"),
    ),
    next=NextDate(title="Installer toolkit", date=date(2026, 11, 25)), last_update=date(2026, 11, 1),
    open_needs=3, overdue_needs=1, open_change_requests=1, open_expectations=2,
    held=(held("client", "a", "b", "c"), held("public", "a", approved=False)),
)  # fmt: skip
QUIET = row()
WIDE = row(
    id="wide", client="株式会社さくら銀行", title="春のキャンペーン全国版のウェブサイト", lifecycle="on_hold"
)


def view(*rows: PortfolioRow, language: str = "en") -> PortfolioView:
    return PortfolioView(agency="Estudio Norte", language=language, as_of=TODAY, rows=rows)


def test_an_account_is_its_reasons_and_its_facts_in_words() -> None:
    assert lines(view(NORDWIND, QUIET)) == [
        "1 of 2 accounts needs someone today",
        "Monday, November 23, 2026",
        "",
        "NEEDS SOMEONE TODAY",
        "",
        "Nordwind Energy  Heat pumps for the whole of the north  Tomás Rey, Sofía Blanco",
        "  ! Says “On track”, but “Landing pages live” is 16 days late",
        "  ! The client has had no update for 22 days",
        "  says On track (said 22 days ago), data: Off track, 16 days late",
        "  next: Nov 25, 2026 Installer toolkit · updated 22 days ago · 3 open needs (1 overdue) · "
        "1 open change request · 2 open expectations · held back: client 3, public (never approved)",
        "",
        "ALL QUIET",
        "",
        "Casa Lumbre  Winter menu",
        "  says nothing, data: On track",
        "  no update yet",
    ]


def test_in_the_language_of_the_site() -> None:
    found = lines(view(NORDWIND, language="es"))
    assert found[0] == "1 de 1 cuentas requiere atención hoy"
    assert found[-2:] == [
        "  dice Según lo previsto (dicho hace 22 días), datos: Con desvío, 16 días de retraso",
        "  próximo: 25 nov 2026 Installer toolkit · última novedad hace 22 días · "
        "3 pendientes del cliente (1 con retraso) · 1 petición de cambio abierta · "
        "2 expectativas abiertas · retenido: cliente 3, público (sin aprobar aún)",
    ]


@pytest.mark.parametrize(
    ("last", "words"),
    [
        (None, "no update yet"),
        (TODAY, "updated today"),
        (date(2026, 11, 22), "updated 1 day ago"),
        (date(2026, 11, 21), "updated 2 days ago"),
    ],
)
def test_days_since_the_last_update(last: date | None, words: str) -> None:
    assert lines(view(row(last_update=last)))[-1] == f"  {words}"


@pytest.mark.parametrize("width", [1, 24, 40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal_and_no_word_is_lost(width: int) -> None:
    whole, found = lines(view(NORDWIND, QUIET, WIDE)), lines(view(NORDWIND, QUIET, WIDE), width=width)
    assert max(map(cell_len, found)) <= max(width, 24)

    def letters(text: list[str]) -> str:
        return re.sub(r"[\s·]", "", "".join(text))

    assert letters(found) == letters(whole)


def test_on_60_columns_lines_break_between_facts_and_keep_their_edge() -> None:
    assert lines(view(NORDWIND), width=60)[5:] == [
        "Nordwind Energy  Heat pumps for the whole of the north",
        "Tomás Rey, Sofía Blanco",
        "  ! Says “On track”, but “Landing pages live” is 16 days",
        "    late",
        "  ! The client has had no update for 22 days",
        "  says On track (said 22 days ago), data: Off track, 16 days",
        "  late",
        "  next: Nov 25, 2026 Installer toolkit · updated 22 days ago",
        "  3 open needs (1 overdue) · 1 open change request",
        "  2 open expectations",
        "  held back: client 3, public (never approved)",
    ]


@pytest.mark.parametrize("width", [None, 60])
def test_colour_only_repeats_what_is_said(width: int | None) -> None:
    shown = view(NORDWIND, QUIET, WIDE)
    coloured = "\n".join(lines(shown, ["broken"], width=width, colour=True))
    assert ANSI.search(coloured)
    assert ANSI.sub("", coloured) == "\n".join(lines(shown, ["broken"], width=width))


def test_a_claim_that_the_data_contradict_has_no_colour() -> None:
    shown = "\n".join(lines(view(NORDWIND), colour=True))
    assert "says On track (" in shown
    assert "\x1b[31mOff track" in shown
    agreed = NORDWIND.model_copy(update={"data_says": "on_track"})
    assert "says \x1b[32mOn track" in "\n".join(lines(view(agreed), colour=True))


def test_no_accounts_are_said() -> None:
    assert lines(view()) == ["There is no account yet."]


def test_accounts_that_cannot_be_read_are_named() -> None:
    assert lines(view(QUIET), ["marea", "tinta"])[-4:] == ["", "CANNOT BE READ", "  marea", "  tinta"]
    assert lines(view(), ["marea"])[-2:] == ["CANNOT BE READ", "  marea"]


def test_no_text_commands_the_terminal_or_breaks_a_line() -> None:
    evil = row(client="A\nB\u202e\u200b", title="[bold]x[/bold] :smile:\tz", lifecycle="proposed")
    assert lines(view(evil))[-3] == "A B  [bold]x[/bold] :smile: z (Proposed)"


# ---- the command ----------------------------------------------------------------------------------

OVERDUE = MINIMAL.replace("title:", "needs: [{title: Logo, due: 2026-11-20}]\ntitle:")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).account("brisa", OVERDUE)


def on_a_terminal(project: Project, columns: int, **environment: str) -> str:
    """What the command writes to a terminal of so many columns."""
    child, terminal = pty.fork()
    if child == 0:
        os.chdir(project.root)
        command = [sys.executable, "-m", "portalgen.cli", "status", "--as-of", "2026-11-23"]
        kept = {k: v for k, v in os.environ.items() if k not in ("NO_COLOR", "COLUMNS", "LINES")}
        kept |= {"PORTALGEN_SECRET": SECRET, "CI": "true", "TERM": "xterm", **environment}
        os.execve(sys.executable, command, kept)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    written, until = b"", time.monotonic() + 60
    try:
        while time.monotonic() < until and select.select([terminal], [], [], 60)[0]:
            part = os.read(terminal, 65536)
            if not part:
                break
            written += part
    except OSError:  # how Linux says that the other side has closed
        pass
    finally:
        os.close(terminal)
        if time.monotonic() >= until:
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return written.decode().replace("\r\n", "\n")


def test_in_a_pipe_there_is_no_colour_and_every_statement_has_its_line(project: Project) -> None:
    done = run(project.root, "status", "--as-of", "2026-11-23", NO_COLOR="", COLUMNS="40", FORCE_COLOR="1")
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert done.stdout.splitlines()[:7] == [
        "1 of 1 accounts needs someone today",
        "Monday, November 23, 2026",
        "",
        "NEEDS SOMEONE TODAY",
        "",
        "Brisa Foods  Spring launch",
        "  ! “Logo” was due from the client 3 days ago",
    ]
    assert not any(c in done.stdout for c in "─│┌┐└┘━┃╭╮")


def test_a_narrow_terminal_gets_narrow_lines_and_colour(project: Project) -> None:
    found = on_a_terminal(project, 40)
    assert ANSI.search(found)
    assert max(cell_len(line) for line in ANSI.sub("", found).split("\n")) <= 40
    assert "“Logo” was due from the client 3" in ANSI.sub("", found)


@pytest.mark.parametrize("environment", [{"NO_COLOR": "1"}, {"TERM": "dumb"}], ids=str)
def test_a_terminal_that_wants_no_colour_gets_none(project: Project, environment: dict[str, str]) -> None:
    found = on_a_terminal(project, 60, **environment)
    assert "“Logo” was due from the client 3 days ago" in found
    assert "\x1b" not in found


def test_another_day_another_project(project: Project) -> None:
    elsewhere = project.root / "elsewhere"
    elsewhere.mkdir()
    done = run(elsewhere, "status", "-f", "../mkdocs.yml", "--as-of", "2026-11-20")
    assert done.returncode == 0, done.stderr
    assert "was due" not in done.stdout
    assert "updated today" in done.stdout
    done = run(project.root, "status", SOURCE_DATE_EPOCH="1795500000")
    assert "Tuesday, November 24, 2026" in done.stdout, done.stderr


def test_nothing_is_written_and_no_secret_is_wanted(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    assert run(project.root, "status", PORTALGEN_SECRET="").returncode == 0
    assert sorted(project.root.rglob("*")) == before


def test_a_project_without_accounts(tmp_path: Path) -> None:
    done = run(Project(tmp_path).root, "status")
    assert (done.returncode, done.stdout) == (0, "There is no account yet.\n")


def test_a_broken_account_is_named_and_the_others_are_shown(project: Project) -> None:
    project.account("marea", MINIMAL.replace("title:", "titel:"))
    done = run(project.root, "status", "--as-of", "2026-11-23")
    assert done.returncode == 1
    assert "“Logo” was due from the client 3 days ago" in done.stdout
    assert done.stdout.endswith("CANNOT BE READ\n  marea\n")
    assert 'content/accounts/marea.md:3:1: error[unknown-key] unknown key "titel"' in done.stderr
    assert "warning" not in done.stderr
    assert "2 errors in 1 of 2 accounts" in done.stderr


def test_what_waits_for_approval_is_counted(project: Project) -> None:
    project.setting("review: []", "review: [client]")
    assert "held back: client (never approved)" in run(project.root, "status", "--as-of", "2026-11-23").stdout


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--as-of", "yesterday"], "is not a day"),
        (["-f", "other.yml"], "there is no settings file"),
        (["brisa"], "unexpected extra argument"),
    ],
)
def test_wrong_usage_is_exit_2(project: Project, arguments: list[str], sentence: str) -> None:
    done = run(project.root, "status", *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr


def test_an_output_that_knows_no_quotes_is_no_reason_to_fail(project: Project) -> None:
    done = run(
        project.root, "status", "--as-of", "2026-11-23", PYTHONIOENCODING="ascii", LC_ALL="C", PYTHONUTF8="0"
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "was due from the client 3 days ago" in done.stdout

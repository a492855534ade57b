"""The project's secret, as typed: where it comes from, when it is made, and when it is refused."""

import os
import re
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from portalgen.cli import main
from portalgen.secret import exposed, fingerprint
from tests.project import SECRET, SETTINGS, Project

OTHER = "a1" * 32
ID, OTHER_ID = (fingerprint(bytes.fromhex(secret)) for secret in (SECRET, OTHER))
FILE = ".portalgen/secret"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project that needs no time to build: its only account is cancelled."""
    monkeypatch.chdir(tmp_path)
    settings = f"{SETTINGS}      portals_url: https://clients.example/\n"
    text = "---\nclient: Brisa Foods\ntitle: Spring launch\nlifecycle: cancelled\n---\n"
    return Project(tmp_path, settings).account("brisa", text)


def run(*arguments: str, **environment: str) -> Result:
    """What a command says in the current folder; whatever it is, it doesn't say a secret."""
    chosen = {"PORTALGEN_SECRET": "", "CI": "", "SOURCE_DATE_EPOCH": "1795435200", **environment}
    done = CliRunner().invoke(main, arguments, env=chosen)
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    file = Path(FILE)
    written = file.read_text("utf-8", "replace").strip() if file.is_file() else ""
    for secret in (SECRET, OTHER, environment.get("PORTALGEN_SECRET", ""), written):
        assert not secret.strip() or secret.strip().lower() not in done.output.lower()
    return done


def write(text: str = SECRET, mode: int = 0o600) -> Path:
    """The secret's file."""
    file = Path(FILE)
    file.parent.mkdir(mode=0o700, exist_ok=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def git(*arguments: str) -> None:
    subprocess.run(["git", *arguments], check=True, capture_output=True, timeout=30)


# ---- made once ----


def test_the_first_build_makes_it_for_its_owner_alone_and_says_what_to_do_with_it(project: Project) -> None:
    before = os.umask(0)
    try:
        done = run("build")
    finally:
        os.umask(before)
    assert done.exit_code == 0, done.stderr
    file = Path(FILE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
    made = bytes.fromhex(file.read_text())
    assert len(made) == 32
    assert "made .portalgen/secret: back it up somewhere safe" in done.stderr
    assert f"in mkdocs.yml:\n      secret_id: {fingerprint(made)}\n" in done.stderr
    assert done.stdout == ""


def test_the_second_build_keeps_it_and_says_nothing_of_it(project: Project) -> None:
    run("build")
    made = Path(FILE).read_bytes()
    done = run("build")
    assert (done.exit_code, Path(FILE).read_bytes()) == (0, made)
    assert "secret" not in done.stderr


def test_the_line_that_was_said_can_be_written_into_the_settings(project: Project) -> None:
    line = re.search(r"^ +secret_id: .*\n", run("build").stderr, re.MULTILINE)
    assert line is not None
    project.write("mkdocs.yml", Path("mkdocs.yml").read_text() + line[0])
    assert run("build").exit_code == 0
    assert run("build", PORTALGEN_SECRET=OTHER).exit_code == 2


@pytest.mark.parametrize("command", ["links", "check", "status"])
def test_no_other_command_makes_it(project: Project, command: str) -> None:
    before = sorted(project.root.rglob("*"))
    done = run(command)
    assert done.exit_code == (2 if command == "links" else 0), done.stderr
    assert sorted(project.root.rglob("*")) == before


def test_links_say_where_to_get_it(project: Project) -> None:
    done = run("links")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == (
        "error: there is no secret here; if the project has none yet, portalgen build makes it; else get the "
        "project's secret from whoever publishes its portals, and set PORTALGEN_SECRET or write it to "
        ".portalgen/secret (chmod 600)\n"
    )


@pytest.mark.parametrize("command", ["build", "links"])
@pytest.mark.parametrize("ci", ["true", "TRUE"])
def test_ci_wants_it_from_the_environment(project: Project, command: str, ci: str) -> None:
    done = run(command, CI=ci)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: there is no secret: set PORTALGEN_SECRET to the project's 64 hex")
    assert not Path(FILE).exists()


@pytest.mark.parametrize("command", ["build", "links"])
@pytest.mark.parametrize("ci", ["", "true"])
def test_settings_that_know_one_wait_for_that_one(project: Project, command: str, ci: str) -> None:
    project.setting("output: site\n", f"output: site\n      secret_id: {ID}\n")
    done = run(command, CI=ci)
    assert done.exit_code == 2
    assert done.stderr.startswith(
        f"error: there is no secret here, and the settings know one (secret_id: {ID}): get"
    )
    assert not Path(FILE).exists()


# ---- where it comes from ----


@pytest.mark.parametrize("text", [SECRET, SECRET.upper(), f" \t{SECRET}\r\n"])
def test_case_and_white_space_around_it_make_no_difference(project: Project, text: str) -> None:
    project.setting("output: site\n", f"output: site\n      secret_id: {ID}\n")
    assert run("links", PORTALGEN_SECRET=text).exit_code == 0
    write(text)
    assert run("links").exit_code == 0


def test_the_environment_comes_before_the_file(project: Project) -> None:
    project.setting("output: site\n", f"output: site\n      secret_id: {ID}\n")
    write(OTHER)
    assert run("links", PORTALGEN_SECRET=SECRET).exit_code == 0
    assert run("links", PORTALGEN_SECRET=" ").exit_code == 2


@pytest.mark.parametrize("written", [ID, ID.upper(), f'"{ID}"'])
def test_settings_may_write_its_fingerprint_in_capitals_or_quotes(project: Project, written: str) -> None:
    project.setting("output: site\n", f"output: site\n      secret_id: {written}\n")
    assert run("links", PORTALGEN_SECRET=SECRET).exit_code == 0


@pytest.mark.parametrize("command", ["build", "links", "check"])
def test_another_one_than_the_settings_know_is_told_and_opens_nothing(project: Project, command: str) -> None:
    project.setting("output: site\n", f"output: site\n      secret_id: {ID}\n")
    done = run(command, PORTALGEN_SECRET=OTHER)
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"its secret_id is {OTHER_ID}, theirs is {ID}, and every link would change" in done.stderr
    assert not Path("site").exists() or not list(Path("site").rglob("*.html"))


# ---- what is refused ----

MALFORMED = [
    ("too short", SECRET[:-2]),
    ("too long", f"{SECRET}5e"),
    ("no hexadecimal digits", "g" * 64),
    ("digits of another alphabet", "\u0665" * 64),
    ("two", f"{SECRET}\n{OTHER}"),
    ("no text", "\ud800\udcff"),
]


@pytest.mark.parametrize("text", [m[1] for m in MALFORMED], ids=[m[0] for m in MALFORMED])
@pytest.mark.parametrize("command", ["build", "links"])
def test_what_is_none_is_refused(project: Project, command: str, text: str) -> None:
    write().write_bytes(text.encode("utf-8", "surrogatepass"))
    done = run(command)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: .portalgen/secret is no secret; it wants 64 hexadecimal digits and nothing else\n",
    )


@pytest.mark.parametrize("secret", ["abc", "g" * 64, SECRET[:-2]])
def test_what_is_none_in_the_environment_is_refused_though_there_is_a_file(
    project: Project, secret: str
) -> None:
    write()
    done = run("links", PORTALGEN_SECRET=secret)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: PORTALGEN_SECRET is no secret")


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602, 0o666])
@pytest.mark.parametrize("command", ["build", "links", "check"])
def test_one_that_others_can_read_or_write_is_refused(project: Project, command: str, mode: int) -> None:
    write(mode=mode)
    done = run(command)
    assert (done.exit_code, done.stderr) == (
        2,
        "error: .portalgen/secret can be read by others on this machine; type: chmod 600 .portalgen/secret\n",
    )
    Path(FILE).chmod(0o600)
    assert run(command).exit_code == 0


def _empty() -> None:
    write("")


def _folder() -> None:
    Path(FILE).mkdir(parents=True)


def _pipe() -> None:
    Path(FILE).parent.mkdir()
    os.mkfifo(FILE, 0o600)


def _link() -> None:
    write().rename("elsewhere")
    Path(FILE).symlink_to("../elsewhere")


def _link_to_nothing() -> None:
    Path(FILE).parent.mkdir()
    Path(FILE).symlink_to("nowhere")


ODD: list[tuple[Callable[[], None], str]] = [
    (_empty, "is empty; bring the secret back from where you keep it safe"),
    (_folder, "can't be read: Is a directory"),
    (_pipe, "is no file; remove it, and bring the secret back"),
    (_link, "is a link to somewhere else; put the file itself there"),
    (_link_to_nothing, "is a link to somewhere else; put the file itself there"),
]


@pytest.mark.parametrize(("make", "sentence"), ODD, ids=[o[0].__name__ for o in ODD])
@pytest.mark.parametrize("command", ["build", "links"])
def test_what_is_no_file_of_its_own_is_refused_and_never_replaced(
    project: Project, command: str, make: Callable[[], None], sentence: str
) -> None:
    make()
    before = os.lstat(FILE)
    done = run(command)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"error: .portalgen/secret {sentence}")
    assert os.lstat(FILE).st_ino == before.st_ino


OURS, THEIRS, ROOT = 1000, 1001, 0
OWNERS = [
    (OURS, OURS, 0o100600, ""),
    (OURS, OURS, 0o100400, ""),
    (ROOT, OURS, 0o100600, ""),
    (OURS, THEIRS, 0o100600, "belongs to another user"),
    (OURS, ROOT, 0o100600, "belongs to another user"),
    (ROOT, OURS, 0o100640, "can be read by others"),
    (OURS, OURS, 0o010600, "is no file"),
]


@pytest.mark.parametrize(("user", "owner", "mode", "why"), OWNERS)
def test_it_is_its_users_own_file(user: int, owner: int, mode: int, why: str) -> None:
    found = exposed(os.stat_result((mode, 1, 1, 1, owner, 1, 64, 0, 0, 0)), user)
    assert found.startswith(why)
    assert bool(found) == bool(why)


# ---- git ----


@pytest.mark.parametrize("secret", ["", SECRET], ids=["from its file", "from the environment"])
@pytest.mark.parametrize("command", ["build", "links", "check"])
def test_one_that_was_added_to_git_by_force_is_refused(project: Project, command: str, secret: str) -> None:
    write()
    git("init", "-q")
    project.write(".gitignore", ".portalgen/\n")
    assert run(command, PORTALGEN_SECRET=secret).exit_code == 0
    git("add", "-f", FILE)
    done = run(command, PORTALGEN_SECRET=secret)
    assert done.exit_code == 2
    assert done.stderr.startswith("error: git tracks .portalgen/secret: whoever has the repository can open")
    assert "git rm --cached .portalgen/secret" in done.stderr
    git("rm", "-q", "--cached", FILE)
    assert run(command, PORTALGEN_SECRET=secret).exit_code == 0


def test_a_build_wants_git_to_look_away_before_it_makes_one(project: Project) -> None:
    git("init", "-q")
    done = run("build")
    assert done.exit_code == 2
    assert "add the line .portalgen/ to .gitignore" in done.stderr
    assert not Path(FILE).exists()


@pytest.mark.parametrize("command", ["build", "links"])
def test_a_project_below_the_repositorys_root_is_looked_at_as_well(project: Project, command: str) -> None:
    inner = Project(project.root / "inner", Path("mkdocs.yml").read_text()).account("brisa")
    git("init", "-q")
    os.chdir(inner.root)
    write()
    project.write(".gitignore", ".portalgen/\n")
    git("add", "-f", FILE)
    assert "git tracks .portalgen/secret" in run(command).stderr

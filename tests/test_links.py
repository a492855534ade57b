"""`portalgen links`: who opens which portal with what, as typed. The keys come from `tests/unseal.py`."""

import base64
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from portalgen.cli import main
from tests import sealed, unseal
from tests.project import MINIMAL, SECRET, Project

SETTINGS = f"{sealed.SEALED}      portals_url: https://clients.example/p/\n"
READERS = MINIMAL.replace("title:", "access: {readers: [zoe@brisa.example, board]}\ntitle:")
TODAY = {"PORTALGEN_SECRET": SECRET, "SOURCE_DATE_EPOCH": "1795435200", "CI": ""}


def account(front: str) -> str:
    """An account with something more in its front matter."""
    return MINIMAL.replace("title:", f"{front}\ntitle:")


def link(name: str, reader: str = "", url: str = "https://clients.example/p/", epoch: int = 1) -> str:
    """An access link, made without a line of the project's code."""
    key = base64.urlsafe_b64encode(sealed.link(name, reader, epoch)).decode()
    return f"{url}{sealed.address(name, epoch)}/#k={key.removesuffix('=')}"


def row(name: str, reader: str = "", epoch: int = 1) -> dict[str, Any]:
    """An element of `--json`."""
    return {
        "account": name,
        "reader": reader or None,
        "link": link(name, reader, epoch=epoch),
        "passphrase": sealed.passphrase(name, reader, epoch),
    }


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.chdir(tmp_path)
    return Project(tmp_path, SETTINGS).account("brisa", READERS).account("alba")


def links(*arguments: str, **environment: str) -> Result:
    """What `portalgen links` says in the current folder."""
    done = CliRunner().invoke(main, ["links", *arguments], env={**TODAY, **environment})
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done


def test_json_has_a_link_and_a_passphrase_for_each_reader_by_account_and_reader(project: Project) -> None:
    done = links("--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert json.loads(done.stdout) == [
        row("alba"),
        row("brisa", "board"),
        row("brisa", "zoe@brisa.example"),
    ]


def test_the_text_has_a_block_for_each_account_and_cuts_nothing(project: Project) -> None:
    done = links(COLUMNS="40")
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout == (
        f"alba\n  everybody\n    {link('alba')}\n    passphrase: {sealed.passphrase('alba')}\n"
        "\n"
        f"brisa\n  board\n    {link('brisa', 'board')}\n    passphrase: {sealed.passphrase('brisa', 'board')}\n"
        f"  zoe@brisa.example\n    {link('brisa', 'zoe@brisa.example')}\n"
        f"    passphrase: {sealed.passphrase('brisa', 'zoe@brisa.example')}\n"
    )


def test_the_link_and_the_passphrase_open_what_was_built(project: Project) -> None:
    project.build()
    (found,) = json.loads(links("alba", "--json").stdout)
    address, key = found["link"].removeprefix("https://clients.example/p/").split("/#k=")
    folder = project.root / "site/portals" / address
    by_link = unseal.unseal(folder, base64.urlsafe_b64decode(f"{key}="))
    assert b"Spring launch" in by_link["index.html"][1]
    assert unseal.unseal(folder, found["passphrase"]) == by_link


def test_only_the_accounts_that_were_named_are_printed_each_once(project: Project) -> None:
    assert json.loads(links("alba", "alba", "--json").stdout) == [row("alba")]


def test_a_reader_is_the_same_however_its_accents_are_written(project: Project) -> None:
    project.account("brisa", account("access: {readers: [Jose\u0301]}"))
    done = links("brisa", "--json")
    assert json.loads(done.stdout) == [row("brisa", "Jos\u00e9")]


def test_another_epoch_has_another_address_link_and_passphrase(project: Project) -> None:
    project.account("alba", account("access: {epoch: 2}"))
    found = json.loads(links("alba", "--json").stdout)
    assert found == [row("alba", epoch=2)]
    assert not set(found[0].values()) & {*row("alba").values()} - {"alba", None}


@pytest.mark.parametrize("written", ["https://clients.example/p", "https://clients.example/p//"])
def test_the_address_may_end_with_a_slash_or_not(project: Project, written: str) -> None:
    project.setting("https://clients.example/p/", written)
    assert json.loads(links("alba", "--json").stdout) == [row("alba")]


WITHOUT = [
    ("open", "access: {mode: open}", "not sealed, open to whoever knows its address (access: open): "
     f"https://clients.example/p/{sealed.address('alba')}/"),
    ("host", "access: {mode: host}", "not sealed, its host asks who somebody is (access: host): "
     f"https://clients.example/p/{sealed.address('alba')}/"),
    ("proposed", "lifecycle: proposed", "proposed, it has no portal yet"),
    ("cancelled", "lifecycle: cancelled", "cancelled, it has no portal any more"),
    ("ended", "access: {until: 2026-11-22}", "its portal has ended on 2026-11-22 (access.until)"),
]  # fmt: skip


@pytest.mark.parametrize(("front", "why"), [w[1:] for w in WITHOUT], ids=[w[0] for w in WITHOUT])
def test_an_account_without_a_link_is_told_and_no_failure(project: Project, front: str, why: str) -> None:
    project.account("alba", account(front))
    done = links("alba", "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (0, [])
    assert done.stderr == f"no access link for alba: {why}\n"
    assert links("alba").stdout == ""


def test_the_last_day_is_still_one_of_the_portal(project: Project) -> None:
    project.account("alba", account("access: {until: 2026-11-23}"))
    assert json.loads(links("alba", "--json").stdout) == [row("alba")]


def test_a_portal_that_waits_for_its_first_approval_has_no_link(project: Project) -> None:
    project.setting("review: []", "review: [client]")
    done = links("alba")
    assert done.stdout == ""
    assert done.stderr == (
        "no access link for alba: not approved for the client yet; type: portalgen approve alba\n"
    )
    project.approve("alba")
    assert json.loads(links("alba", "--json").stdout) == [row("alba")]


def test_where_nobody_asked_for_them_those_without_a_link_are_told_together(project: Project) -> None:
    for number in range(12):
        project.account(f"open-{number:02}", account("access: {mode: open}"))
    done = links()
    assert [line for line in done.stdout.splitlines() if line[:1].isalpha()] == ["alba", "brisa"]
    named = ", ".join(f"open-{number:02}" for number in range(10))
    assert done.stderr == (
        f"no access link for {named} and 2 more: not sealed, open to whoever knows its address (access: open)\n"
    )


@pytest.mark.parametrize("names", [(), ("alba", "brisa")])
def test_a_broken_account_is_told_and_the_others_are_printed(
    project: Project, names: tuple[str, ...]
) -> None:
    project.account("brisa", READERS.replace("title:", "titel:"))
    done = links(*names, "--json")
    assert (done.exit_code, json.loads(done.stdout)) == (1, [row("alba")])
    assert "no access link for brisa: its files have errors\n" in done.stderr
    assert 'content/accounts/brisa.md:4:1: error[unknown-key] unknown key "titel"' in done.stderr


def test_of_other_accounts_problems_nothing_is_said(project: Project) -> None:
    project.account("brisa", READERS.replace("title:", "titel:"))
    done = links("alba", "--json")
    assert (done.exit_code, done.stderr, json.loads(done.stdout)) == (0, "", [row("alba")])


def test_an_unknown_account_is_exit_2_with_what_was_meant(project: Project) -> None:
    done = links("alba", "briza", "--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr == 'error: there is no account "briza"; did you mean "brisa"?\n'


def test_without_the_portals_address_it_says_what_to_write(project: Project) -> None:
    project.setting("      portals_url: https://clients.example/p/\n", "")
    done = links("--json")
    assert (done.exit_code, done.stdout) == (2, "")
    assert done.stderr.startswith("mkdocs.yml:1:1: error: the settings don't say where portals are published")
    assert "portals_url: https://clients.example.org/" in done.stderr


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("http://clients.example/", True),
        ("http://localhost.clients.example/", True),
        ("http://localhost:8000/", False),
        ("http://portals.localhost/", False),
        ("http://127.0.0.1:8000/", False),
        ("http://[::1]:8000/", False),
    ],
)
def test_an_address_from_which_browsers_open_nothing_sealed_is_told(
    project: Project, url: str, told: bool
) -> None:
    project.setting("https://clients.example/p/", url)
    done = links("alba", "--json")
    assert (done.exit_code, json.loads(done.stdout)[0]["link"]) == (0, link("alba", url=url))
    assert ("over https alone" in done.stderr) == told


def test_nothing_is_said_of_https_where_nothing_is_sealed(project: Project) -> None:
    project.setting("https://clients.example/p/", "http://clients.example/")
    project.setting("access: sealed", "access: open")
    assert "https" not in links().stderr


@pytest.mark.parametrize("built", [False, True])
def test_nothing_is_written(project: Project, built: bool) -> None:
    project.account("brisa", account("access: {mode: open}")).account("alba", account("access: {mode: open}"))
    if built:
        project.build()
        project.account("alba")
    before = {path: path.stat().st_mtime_ns for path in project.root.rglob("*")}
    assert links().exit_code == 0
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*")} == before


def test_what_a_terminal_obeys_does_not_reach_it_and_json_survives_every_output(project: Project) -> None:
    project.account("brisa", account('access: {readers: ["a\\nalba", "Ana\u202eMar\u00eda"]}'))
    done = links("brisa")
    assert "  a alba\n" in done.stdout
    assert "\u202e" not in done.stdout
    found = links("brisa", "--json").stdout
    assert found.isascii()
    assert [one["reader"] for one in json.loads(found)] == ["Ana\u202eMar\u00eda", "a\nalba"]

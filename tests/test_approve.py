"""`portalgen approve`: shows every word, asks, writes down who and when, and writes the letter."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from urllib.parse import quote, unquote

import pytest

from tests import sealed
from tests.project import SECRET, SETTINGS, Project
from tests.test_review import REVIEWED

SETTINGS_WITH_PORTALS = REVIEWED.replace(
    "      output: site\n", "      output: site\n      portals_url: https://clients.example/\n"
)
BRISA = """\
---
client: Brisa Foods
title: Spring launch
team: [{name: Ana Ruiz, role: account_executive}]
contacts: [{name: Marta Gil, email: marta@brisa.example}]
---
## 2026-11-20 First ads are live {.client}

Two of three formats went out on Tuesday.

## Notes

The third one is late because of us.
"""
ANONYMOUS = """\
---
client: {name: Zulu Mills, descriptor: A mill}
title: Flour
team: [{name: Ana Ruiz, role: account_executive}]
case_study:
  attribution: anonymised
  title: Flour for everybody
  consent: {status: granted, channels: [website]}
---
## Case {#case-study .public}

How a mill found new bakers.
"""


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path, SETTINGS_WITH_PORTALS).account("brisa", BRISA)


def run(
    project: Project, *arguments: str, answer: str = "", **environment: str
) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portalgen.cli", "approve", *arguments],
        cwd=project.root,
        input=answer,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(project.root),
            "PORTALGEN_SECRET": SECRET,
            "SOURCE_DATE_EPOCH": "1795435200",  # 2026-11-23
            "GIT_CONFIG_NOSYSTEM": "1",
            **environment,
        },
    )


def approved(project: Project, name: str = "brisa/portal.json") -> dict[str, object]:
    found: dict[str, object] = json.loads((project.root / "content/approved" / name).read_text())
    return found


def test_the_first_approval_shows_everything_and_writes_who_and_when(project: Project) -> None:
    done = run(project, "brisa", "--by", "Ana Ruiz", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Two of three formats went out on Tuesday." in done.stdout
    assert "because of us" not in done.stdout
    assert "approved brisa for the client, by Ana Ruiz" in done.stderr
    assert approved(project)["approved_by"] == "Ana Ruiz"
    assert approved(project)["approved_on"] == "2026-11-23"


def test_a_changed_sentence_is_shown_word_by_word(project: Project) -> None:
    run(project, "--by", "Ana Ruiz", "--yes")
    project.edit("brisa", "on Tuesday", "on Wednesday at noon")
    done = run(project, "--diff")
    assert done.returncode == 0
    assert "[-Tuesday-]{+Wednesday at noon+}" in " ".join(done.stdout.split())
    assert "\x1b" not in done.stdout, "no colours in a pipe"
    assert "Wednesday" not in (project.root / "content/approved/brisa/portal.json").read_text()


@pytest.mark.parametrize(
    ("answer", "code", "written"), [("y\n", 0, True), ("n\n", 0, False), ("\n", 0, False), ("", 2, False)]
)
def test_nothing_is_approved_unless_somebody_says_so(
    project: Project, answer: str, code: int, written: bool
) -> None:
    done = run(project, "--by", "Ana Ruiz", answer=answer)
    assert done.returncode == code, done.stderr
    assert (project.root / "content/approved/brisa/portal.json").exists() == written
    assert ("--yes" in done.stderr) == (code == 2)


def test_the_letter_is_written_for_the_client(project: Project) -> None:
    run(project, "--by", "Ana Ruiz", "--yes")
    project.edit("brisa", "on Tuesday", "on Wednesday")
    done = run(project, "--by", "Ana Ruiz", "--yes")
    assert "Hello Marta," in done.stdout
    assert "First ads are live" in done.stdout
    assert f"https://clients.example/{project.key('brisa')}/" in done.stdout
    assert "mailto:marta@brisa.example?" in done.stdout
    assert "held back" not in done.stdout


SEALED = SETTINGS_WITH_PORTALS.replace("access: open", "access: sealed")


def test_the_letter_for_a_sealed_portal_has_its_link(project: Project) -> None:
    project.write("mkdocs.yml", SEALED)
    said = run(project, "--by", "Ana Ruiz", "--yes").stdout
    assert said.count("Tell ") == 1
    assert f"\n{access_link('brisa')}\n" in said
    assert quote(access_link("brisa"), safe="") in said.partition("As a mail: mailto:marta@brisa.example?")[2]
    assert sealed.passphrase("brisa") not in said


def test_of_several_readers_each_letter_has_the_link_of_the_one_it_goes_to(project: Project) -> None:
    project.write("mkdocs.yml", SEALED)
    readers = "access: {readers: [marta@brisa.example, leo@brisa.example, board]}"
    project.account("brisa", BRISA.replace("title:", f"{readers}\ntitle:"))
    _, *told = run(project, "--by", "Ana Ruiz", "--yes").stdout.split("Tell ")
    keys = {
        reader: access_link("brisa", reader)
        for reader in ("leo@brisa.example", "marta@brisa.example", "board")
    }
    whom = [letter.partition(":")[0] for letter in told]
    assert whom == ["leo@brisa.example", "marta@brisa.example", "the other readers"]
    for to, letter in zip(whom, told, strict=True):
        shown = unquote(letter)
        assert [reader for reader, link in keys.items() if link in shown] == [r for r in keys if r == to]
        assert f"https://clients.example/{project.key('brisa')}/" in shown


def test_of_a_secret_that_is_refused_it_is_told_before_anything_is_written(project: Project) -> None:
    done = run(project, "--by", "Ana Ruiz", "--yes", PORTALGEN_SECRET="5e5e")
    assert done.returncode == 2
    assert "brisa was not approved: PORTALGEN_SECRET is no secret" in done.stderr
    assert not (project.root / "content/approved").exists()


def access_link(account: str, reader: str = "") -> str:
    """An access link, as a reader gets it."""
    key = base64.urlsafe_b64encode(sealed.link(account, reader)).decode().removesuffix("=")
    return f"https://clients.example/{sealed.address(account)}/#k={key}"


def test_an_update_of_a_later_day_is_approved_and_not_told(project: Project) -> None:
    run(project, "--by", "Ana Ruiz", "--yes")
    project.edit("brisa", "## Notes", "## 2026-12-24 A surprise {.client}\n\nIt snows.\n\n## Notes")
    done = run(project, "--by", "Ana Ruiz", "--yes")
    assert "A surprise" in done.stdout.partition("Tell the client")[0]
    assert "A surprise" not in done.stdout.partition("Tell the client")[2]


def test_the_name_is_gits_unless_it_is_said(project: Project) -> None:
    project.write(".gitconfig", "[user]\n\tname = Ana Ruiz\n")
    done = run(project, "--yes")
    assert approved(project)["approved_by"] == "Ana Ruiz"
    assert "warning" not in done.stderr


@pytest.mark.parametrize("name", ["Mallory", "ana  ruíz"])
def test_a_stranger_is_warned_of_and_accents_make_nobody_a_stranger(project: Project, name: str) -> None:
    done = run(project, "--by", name, "--yes")
    assert done.returncode == 0
    assert ("approved-by-stranger" in done.stderr) == (name == "Mallory")
    assert approved(project)["approved_by"] == " ".join(name.split())


REFUSED = [
    ("an unknown account", ("brisaa",), SETTINGS_WITH_PORTALS, 'there is no account "brisaa"; did you mean "brisa"?'),
    ("no review", (), SETTINGS, "nothing is reviewed in this project"),
    ("another audience", ("--audience", "client"), SETTINGS.replace("review: []", "review: [public]"), "portals are not reviewed"),
    ("no name", ("--yes", "--by", "  "), SETTINGS_WITH_PORTALS, "wants the name of who gives it"),
    ("a name that is none", ("--yes", "--by", "A\x1bna"), SETTINGS_WITH_PORTALS, "wants the name of who gives it"),
    ("another word", ("--audience", "everybody"), SETTINGS_WITH_PORTALS, "'everybody' is not one of"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "settings", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_wrong_usage_is_exit_2_with_a_sentence(
    project: Project, arguments: tuple[str, ...], settings: str, sentence: str
) -> None:
    project.write("mkdocs.yml", settings)
    done = run(project, *arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.root / "content/approved").exists()


def test_a_broken_account_is_not_approved_and_others_are(project: Project) -> None:
    project.account("zulu", "---\nclient: Zulu\n---\n")
    done = run(project, "--by", "Ana Ruiz", "--yes")
    assert done.returncode == 1
    assert "content/accounts/zulu.md:1:1: error[missing-key]" in done.stderr
    assert (project.root / "content/approved/brisa/portal.json").exists()
    only = run(project, "brisa")
    assert only.returncode == 0
    assert "zulu" not in only.stderr


def test_an_anonymised_case_that_names_its_client_is_not_approved(project: Project) -> None:
    project.account("zulu", ANONYMOUS.replace("How a mill", "How Zulu Mills"))
    done = run(project, "zulu", "--audience", "public", "--by", "Ana Ruiz", "--yes")
    assert done.returncode == 3
    assert "anonymised-names-client" in done.stderr
    assert not (project.root / "content/approved/zulu").exists()
    project.account("zulu", ANONYMOUS)
    assert run(project, "zulu", "--by", "Ana Ruiz", "--yes").returncode == 0
    assert "Zulu" not in (project.root / "content/approved/zulu/case-study.json").read_text()


def test_an_output_that_cannot_say_it_all_says_the_rest(project: Project) -> None:
    project.edit("brisa", "on Tuesday", "on Tuesday – for 9 €")
    done = run(project, "--diff", PYTHONIOENCODING="latin-1")
    assert (done.returncode, "Traceback" in done.stderr) == (0, False)
    assert "First ads are live" in done.stdout


def test_what_is_approved_waits_no_more(project: Project) -> None:
    run(project, "--by", "Ana Ruiz", "--yes")
    done = run(project)
    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "nothing waits for approval\n"


def test_a_folder_that_cannot_be_written_is_told(project: Project) -> None:
    project.write("content/approved", "a file where the folder goes")
    done = run(project, "--by", "Ana Ruiz", "--yes")
    assert done.returncode == 2
    assert "content/approved/brisa can't be written" in done.stderr

"""The commands as typed: exit codes, messages on standard error, data on standard output."""

import fcntl
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.project import MINIMAL, SECRET, SETTINGS, Project


def run(root: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "portalgen.cli", *arguments],
        cwd=root,
        env={**os.environ, "PORTALGEN_SECRET": SECRET, "CI": "", "NO_COLOR": "1", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project(tmp_path).account("brisa")


def test_a_build_ends_with_one_line(project: Project) -> None:
    done = run(project.root, "build", "--as-of", "2026-11-23")
    assert done.returncode == 0, done.stderr
    assert done.stdout == ""
    assert done.stderr.splitlines()[-1].startswith("built 11 pages, 1 portal, 0 held back")


def test_problems_are_exit_1_with_place_excerpt_and_advice(project: Project) -> None:
    project.account("brisa", MINIMAL.replace("title: Spring launch", "titel: Spring launch"))
    done = run(project.root, "build")
    assert done.returncode == 1
    assert 'content/accounts/brisa.md:3:1: error[unknown-key] unknown key "titel"' in done.stderr
    assert "    3 | titel: Spring launch\n      | ^^^^^\n" in done.stderr
    assert 'did you mean "title"?' in done.stderr
    assert "2 errors, 1 warning in 1 of 1 account" in done.stderr
    assert "Traceback" not in done.stderr


USAGE = [
    ("no settings", {"mkdocs.yml": None}, "there is no settings file"),
    ("another access", {"access: closed": "access: open"}, "write sealed, host or open"),
    ("review", {"review: [all]": "review: []"}, "cannot be reviewed"),
    ("unknown option", {"ouput: site": "output: site"}, 'did you mean "output"?'),
    ("unknown timezone", {"timezone: Mars/Base": "timezone: Europe/Madrid"}, "no timezone"),
    ("accounts inside docs", {"accounts: content/pages/accounts": "accounts: content/accounts"}, "one inside the other"),
    ("no plugin", {"  - search\n": "  - search\n  - portalgen:\n      accounts: content/accounts\n      output: site\n      review: []\n      access: open\n      timezone: Europe/Madrid\n"}, "the plugin is not in the list"),
    ("broken YAML", {"site_name: [": "site_name: Estudio Norte"}, "cannot be read as YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "sentence"), [u[1:] for u in USAGE], ids=[u[0] for u in USAGE])
def test_wrong_settings_are_exit_2_with_a_sentence(
    project: Project, change: dict[str, str | None], sentence: str
) -> None:
    for after, before in change.items():
        if before is None:
            project.remove(after)
        else:
            assert before in SETTINGS
            project.write("mkdocs.yml", SETTINGS.replace(before, after))
    done = run(project.root, "build")
    assert done.returncode == 2, done.stderr
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
    assert not (project.root / "site").exists()


@pytest.mark.parametrize(
    "arguments",
    [["build", "--as-of", "23/11/2026"], ["bild"], ["build", "--jobs", "0"], ["check", "--format", "xml"]],
)
def test_wrong_usage_is_exit_2(project: Project, arguments: list[str]) -> None:
    assert run(project.root, *arguments).returncode == 2


def test_a_leak_is_exit_3(project: Project) -> None:
    project.account(
        "zulu", MINIMAL.replace("Brisa Foods", "Zulu Shipping").replace("Two of", "Brisa Foods: two of")
    )
    done = run(project.root, "build")
    assert done.returncode == 3
    assert "error[leak]" in done.stderr
    assert "Brisa" not in done.stderr


def test_a_second_build_is_exit_4(project: Project) -> None:
    assert run(project.root, "build").returncode == 0
    with (project.root / ".portalgen/lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        done = run(project.root, "build")
    assert done.returncode == 4
    assert "another build" in done.stderr


def test_check_writes_nothing_and_says_who_needs_attention(project: Project) -> None:
    before = sorted(project.root.rglob("*"))
    done = run(project.root, "check", "--as-of", "2026-12-24")
    assert done.returncode == 0, done.stderr
    assert "attention[stale]" in done.stderr
    assert sorted(project.root.rglob("*")) == before


def test_check_as_json_is_an_array_of_problems(project: Project) -> None:
    project.account("brisa", MINIMAL.replace("title:", "titel:"))
    done = run(project.root, "check", "--format", "json")
    assert done.returncode == 1
    found = json.loads(done.stdout)
    kind: dict[str, Any] = {
        "type": "array",
        "items": {
            "type": "object",
            "required": ["path", "line", "column", "severity", "code", "field", "message", "hint"],
            "additionalProperties": False,
            "properties": {
                **{n: {"type": "string"} for n in ("path", "code", "field", "message", "hint")},
                "line": {"type": "integer", "minimum": 1},
                "column": {"type": "integer", "minimum": 1},
                "severity": {"enum": ["error", "warning", "attention"]},
            },
        },
    }
    jsonschema.validate(found, kind)
    assert {"unknown-key", "missing-key"} <= {p["code"] for p in found}


def test_check_for_a_runner_is_workflow_commands(project: Project) -> None:
    project.account("brisa", MINIMAL.replace("title:", "titel:"))
    done = run(project.root, "check", "--format", "github")
    assert "::error file=content/accounts/brisa.md,line=3,col=1,title=unknown-key::" in done.stdout


def test_check_of_one_file_says_nothing_of_others(project: Project) -> None:
    project.account("other", MINIMAL.replace("title:", "titel:"))
    assert run(project.root, "check", "content/accounts/brisa.md").returncode == 0
    assert run(project.root, "check", "content/accounts/other.md").returncode == 1


def test_strict_makes_warnings_fail_and_attention_not(project: Project) -> None:
    assert run(project.root, "check", "--strict").returncode == 1
    team = "team: [{name: Ana, role: account_executive}]\ntitle:"
    project.account("brisa", MINIMAL.replace("title:", team))
    project.setting("theme: {name: mkdocs}", "theme: {name: mkdocs, highlightjs: false}")
    done = run(project.root, "check", "--strict", "--as-of", "2027-06-01")
    assert done.returncode == 0, done.stderr
    assert "attention[" in done.stderr


def test_the_record_says_what_went_to_whom(project: Project) -> None:
    assert run(project.root, "build", "--record", "record.json").returncode == 0
    record = json.loads((project.root / "record.json").read_text())
    assert record == json.loads((project.root / ".portalgen/release.json").read_text())
    page = next(p for p in record["pages"] if p["surface"] == "portal" and p["path"].endswith("/index.html"))
    assert page["account"] == "brisa"
    assert page["sources"] == ["content/accounts/brisa.md"]
    project.remove("content/accounts/brisa.md")
    assert run(project.root, "build").returncode == 0
    record = json.loads((project.root / ".portalgen/release.json").read_text())
    assert {w["why"] for w in record["withdrawn"]} == {"removed"}


def test_the_schema_names_each_fields_audience(tmp_path: Path) -> None:
    done = run(tmp_path, "schema")
    schema = json.loads(done.stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["lessons"]["x-audience"] == "internal"
    assert schema["properties"]["title"]["x-audience"] == "client"


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    code = "import sys, portalgen.cli; print([m for m in ('mkdocs', 'babel', 'PIL', 'pydantic') if m in sys.modules])"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "[]"

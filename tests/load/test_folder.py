"""What lies in the accounts' folder: read by name, never through a link, and never passed over silently."""

import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from portalgen.load import Refused, load_settings, read_file
from portalgen.problems import UsageError
from tests.load.scene import account, loaded, only
from tests.project import MINIMAL, Project

UPDATE = "---\ntitle: First ads\ndate: 2026-11-20\naudience: client\n---\nText.\n"


def said(project: Project) -> list[tuple[str, str, str]]:
    """Severity, code and file name of what is said about files, people left out."""
    return [
        (p.severity, p.code, p.at.path.removeprefix("content/accounts/"))
        for p in loaded(project).problems
        if p.code != "no-account-executive"
    ]


@pytest.mark.parametrize(
    ("name", "severity", "code", "hint"),
    [
        ("Brisa Foods.md", "error", "bad-name", 'rename it to "brisa-foods.md"'),
        ("Señal & Co.md", "error", "bad-name", 'rename it to "senal-co.md"'),
        ("店.md", "error", "bad-name", 'rename it to "brisa-foods.md"'),
        ("norte.MD", "error", "bad-name", 'rename it to "norte.md"'),
        ("norte.markdown", "error", "bad-name", 'rename it to "norte.md"'),
        ("a\nb.md", "error", "bad-name", 'rename it to "a-b.md"'),
        ("ALFA.md", "error", "duplicate-name", "keep one of the two files"),
        ("alfa.MD", "error", "duplicate-name", "keep one of the two files"),
        ("notes.txt", "warning", "stray-file", 'move it into its account\'s folder: "brisa-foods/files/"'),
    ],
)
def test_a_file_that_is_no_account_is_named_with_what_to_do(
    tmp_path: Path, name: str, severity: str, code: str, hint: str
) -> None:
    project = Project(tmp_path).account("alfa").write(f"content/accounts/{name}", MINIMAL)
    problem = next(p for p in loaded(project).problems if p.code == code)
    assert (problem.severity, problem.hint) == (severity, hint)
    assert "\n" not in problem.at.path


@pytest.mark.parametrize(("name", "hint"), [("Alfa", 'rename it to "alfa"'), ("alpha", 'rename it, or write the account "alpha.md"')])  # fmt: skip
def test_a_folder_without_its_account_is_warned_of(tmp_path: Path, name: str, hint: str) -> None:
    project = Project(tmp_path).account("alfa").write(f"content/accounts/{name}/files/x.txt", "x")
    problem = next(p for p in loaded(project).problems if p.code == "folder-without-account")
    assert problem.hint == hint


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("case_study.md", [("warning", "stray-file", "alfa/case_study.md")]),
        ("Case-Study.md", [("warning", "stray-file", "alfa/Case-Study.md")]),
        ("2026-11-20-ads.md", [("warning", "stray-file", "alfa/2026-11-20-ads.md")]),
        ("updates/ads.txt", [("warning", "stray-file", "alfa/updates/ads.txt")]),
        ("updates/.ads.md.swp", []),
        ("updates/ads.md~", []),
        ("updates/ad.png", []),
        ("files/notes.md", []),
    ],
)
def test_a_text_that_nobody_reads_is_warned_of(
    tmp_path: Path, path: str, wanted: list[tuple[str, str, str]]
) -> None:
    assert said(Project(tmp_path).account("alfa").write(f"content/accounts/alfa/{path}", UPDATE)) == wanted


def test_a_markdown_file_that_is_linked_is_a_file_like_others(tmp_path: Path) -> None:
    content = account(tmp_path, "[x](alfa/notes.md)\n", notes="Notes.\n")
    assert not content.problems
    assert [f.path for f in content.accounts[0].account.files] == ["notes.md"]


@pytest.mark.parametrize(
    "name", ["alfa.md", "alfa", "alfa/updates", "alfa/updates/a.md", "alfa/case-study.md"]
)
@pytest.mark.parametrize("kind", ["link", "pipe"])
def test_links_and_pipes_are_refused_wherever_they_stand(tmp_path: Path, name: str, kind: str) -> None:
    outside = tmp_path / "outside"
    (outside / "updates").mkdir(parents=True)
    (outside / "a.md").write_text(UPDATE)
    project = Project(tmp_path / "project").account("alfa")
    place = project.root / "content/accounts" / name
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    if kind == "pipe":
        os.mkfifo(place)
    else:
        place.symlink_to(outside / "a.md" if name.endswith(".md") else outside)
    content = loaded(project)
    if (name, kind) == ("alfa", "pipe"):
        assert {p.code for p in content.problems} >= {"symlink"}
    else:
        assert {p.code for p in content.problems if p.severity == "error"} <= {"symlink", "not-a-file"}
    assert content.broken == {"alfa"}


def test_the_accounts_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    project = Project(tmp_path / "project")
    (tmp_path / "drive").mkdir()
    (tmp_path / "drive/alfa.md").write_text(MINIMAL)
    (project.root / "content/accounts").rmdir()
    (project.root / "content/accounts").symlink_to(tmp_path / "drive")
    assert [one.account.id for one in loaded(project).accounts] == ["alfa"]


@pytest.mark.parametrize("path", ["../alfa.md", "files/../../alfa.md", "/etc/passwd", "", "files//a", "a\0b"])
def test_read_file_leaves_the_account_s_folder_for_nobody(tmp_path: Path, path: str) -> None:
    project = Project(tmp_path).account("alfa").write("content/accounts/alfa/files/a", "x")
    with pytest.raises(Refused):
        read_file(load_settings(project.root / "mkdocs.yml"), "alfa", path)


def test_there_must_be_a_folder_to_read(tmp_path: Path) -> None:
    project = Project(tmp_path)
    (tmp_path / "content/accounts").rmdir()
    with pytest.raises(UsageError, match='there is no folder "content/accounts"'):
        loaded(project)


def test_an_update_of_its_own(tmp_path: Path) -> None:
    content = account(tmp_path, updates__one=UPDATE, case_study="x")
    (update,) = content.accounts[0].account.updates
    assert (update.id, update.file, update.audience.name) == (
        "2026-11-20-first-ads", "alfa/updates/one.md", "CLIENT",
    )  # fmt: skip
    assert [(t.text, t.line) for t in update.stretches] == [("Text.", 6)]
    assert only(content).code == "stray-file"


def test_links_are_relative_to_the_file_that_they_stand_in(tmp_path: Path) -> None:
    project = (
        Project(tmp_path)
        .account("alfa", "---\nclient: {name: A, logo: files/a.png}\ntitle: T\n---\n[x](alfa/files/a.png)\n")
        .write("content/accounts/alfa/updates/u.md", UPDATE + "![x](../files/a.png) [y](b.txt)\n")
        .write("content/accounts/alfa/case-study.md", "---\naudience: public\n---\n![x](files/a.png)\n")
        .write("content/accounts/alfa/files/a.png", b"png")
        .write("content/accounts/alfa/updates/b.txt", "x")
    )
    content = loaded(project)
    assert {p.severity for p in content.problems} <= {"warning"}
    one = content.accounts[0].account
    assert one.updates[0].stretches[0].links == (
        ("../files/a.png", "files/a.png"),
        ("b.txt", "updates/b.txt"),
    )
    assert [f.path for f in one.files] == ["files/a.png", "updates/b.txt"]
    assert [f.size for f in one.files] == [3, 1]


CLOSED = [
    ("a key that is none", "---\ntitle: T\ndate: 2026-11-20\nautor: x\n---\n", ("unknown-key", 4, 1)),
    ("no date", "---\ntitle: T\n---\n", ("missing-key", 1, 1)),
    ("no title", "---\ndate: 2026-11-20\n---\n", ("missing-key", 1, 1)),
    ("no front matter", "Text.\n", ("no-front-matter", 1, 1)),
    ("an audience that is none", "---\ntitle: T\ndate: 2026-11-20\naudience: all\n---\n", ("bad-audience", 4, 11)),
    ("a fence that widens", "---\ntitle: T\ndate: 2026-11-20\n---\n::: client\nx\n:::\n", ("widening-fence", 5, 1)),
    ("an impossible day", "---\ntitle: T\ndate: 2026-02-30\n---\n", ("impossible-date", 3, 7)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), [c[1:] for c in CLOSED], ids=[c[0] for c in CLOSED])
def test_an_update_s_front_matter_is_closed(tmp_path: Path, text: str, wanted: tuple[str, int, int]) -> None:
    problem = only(account(tmp_path, updates__one=text))
    assert (problem.code, problem.at.line, problem.at.column) == wanted
    assert problem.at.path == "content/accounts/alfa/updates/one.md"


def test_two_case_studies_are_one_too_many(tmp_path: Path) -> None:
    project = (
        Project(tmp_path)
        .account("alfa", MINIMAL + "## Case {#case-study .public}\nx\n")
        .write("content/accounts/alfa/case-study.md", "---\naudience: public\n---\nx\n")
    )
    assert said(project) == [("error", "two-case-studies", "alfa/case-study.md")]


BOUNDED = """
import resource, sys
from pathlib import Path
from portalgen.load import load, load_settings
content = load(load_settings(Path(sys.argv[1]) / "mkdocs.yml"))
print(len(content.accounts) + len(content.broken), len({p.code for p in content.problems}))
"""

HOSTILE = {
    "nested": b"---\nclient: A\ntitle: " + b"[" * 40_000 + b"\n---\n",
    "brackets": b"---\nclient: A\ntitle: T\n---\n" + b"[" * 20_000 + b"\n" + b"![" * 20_000,
    "lists": b"---\nclient: A\ntitle: T\n---\n" + b"\n".join(b"  " * n + b"- x" for n in range(400)),
    "quotes": b"---\nclient: A\ntitle: T\n---\n" + b">" * 20_000 + b"x",
    "fences": b"---\nclient: A\ntitle: T\n---\n" + b"```\n:::\n```\n::: internal\nx\n:::\n" * 4_000,
    "comments": b"---\nclient: A\ntitle: T\n---\n" + b"a <!-- b -->\n" * 8_000 + b"<!--" * 8_000,
    "groups": b"---\nclient: A\ntitle: T\n---\n## A " + b"{.a}" * 8_000 + b"\n" + b"{.a " * 8_000,
    "blanks": b"---\n" + b"\t\n" * 30_000 + b"---\n" + b" \t" * 40_000,
    "dashes": b"---\nclient: A\ntitle: T\n---\n<div>\n" + b"a\n-\n" * 8_000 + b"-" * 40_000,
    "marks": b"---\nclient: A\ntitle: T\n---\n" + b"> - 1. " * 8_000 + b":::",
    "bytes": bytes(range(256)) * 200,
}


def test_hostile_files_are_read_in_bounded_time_and_memory(tmp_path: Path) -> None:
    """One process, twenty seconds of processor and 512 MB for all: quadratic work needs minutes."""
    project = Project(tmp_path)
    for name, data in HOSTILE.items():
        project.write(f"content/accounts/{name}.md", data)

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_CPU, (20, 20))
        resource.setrlimit(resource.RLIMIT_AS, (512 * 2**20, 512 * 2**20))

    done = subprocess.run(
        [sys.executable, "-c", BOUNDED, str(tmp_path)],
        capture_output=True, text=True, check=False, timeout=120, preexec_fn=limit,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.split()[0] == str(len(HOSTILE))

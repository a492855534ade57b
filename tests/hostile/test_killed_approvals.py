"""An approval that is killed at any moment: the old one or the new one is whole, with all files that it shows.

`PORTALGEN_KILLS` sets how many moments are tried.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from portalgen.load.approvals import parse
from tests.project import SECRET, Project
from tests.test_review import REVIEWED

KILLS = int(os.environ.get("PORTALGEN_KILLS", "40"))
VERSIONS = ("one", "two")
FILES = {f"{name}.pdf": f"%PDF-1.4 {name} ".encode() * 4000 for name in (*VERSIONS, "both")}

# Looks at both versions of the account, then for each line that it reads lets a child approve the one and
# the other in turn, until that is killed.
APPROVER = """
import os, sys
from pathlib import Path
from portalgen.build.approving import approve, offer
from portalgen.load import load_settings
from tests.hostile.test_killed_approvals import VERSIONS, written
from tests.project import SECRET, Project
project, environment = Project.at(Path(sys.argv[1])), {"PORTALGEN_SECRET": SECRET}
settings, looked_at = load_settings(project.root / "mkdocs.yml"), []
for version in VERSIONS:
    written(project, version)
    looked_at += offer(settings, ["alfa"], None, environment).shown
assert len(looked_at) == len(VERSIONS)
approve(settings, *looked_at[0], "Ana Ruiz", environment)
print("ready", flush=True)
for line in sys.stdin:
    child = os.fork()
    while not child:
        for one, held in looked_at:
            approve(settings, one, held, "Ana Ruiz", environment)
    print(child, flush=True)
    os.waitpid(child, 0)
    print("dead", flush=True)
"""


def written(project: Project, version: str) -> Project:
    """The account in one of its versions."""
    text = f"They are {version}. [It](alfa/files/{version}.pdf) and [both](alfa/files/both.pdf)"
    front = "client: Alfa Bakery\ntitle: Autumn bread\nteam: [{name: Ana Ruiz, role: account_executive}]"
    return project.account("alfa", f"---\n{front}\n---\n## 2026-11-20 Ovens {{.client}}\n\n{text}\n")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project whose account exists in two versions, of which nothing is approved yet."""
    made = Project(tmp_path, REVIEWED)
    for name, data in FILES.items():
        made.write(f"content/accounts/alfa/files/{name}", data)
    return written(made, "one")


@pytest.fixture
def approver(project: Project) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", APPROVER, str(project.root)]
    folder = Path(__file__).parents[2]
    child = subprocess.Popen(
        command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield child
    finally:
        child.communicate(timeout=30)
    assert child.returncode == 0


def kill_once(approver: subprocess.Popen[str], seconds: float) -> None:
    """Let somebody approve again and again, and kill them."""
    assert approver.stdin is not None
    assert approver.stdout is not None
    approver.stdin.write("go\n")
    child = int(approver.stdout.readline())
    time.sleep(seconds)
    os.kill(child, signal.SIGKILL)
    assert approver.stdout.readline() == "dead\n"


def test_killed_at_random_moments(project: Project, approver: subprocess.Popen[str]) -> None:
    chance, seen = random.Random(20261123), set()
    assert approver.stdout is not None
    assert approver.stdout.readline() == "ready\n"
    folder = project.root / "content/approved/alfa"
    for _ in range(KILLS):
        for name, data in FILES.items():
            project.write(f"content/accounts/alfa/files/{name}", data)
        kill_once(approver, chance.uniform(0, 0.03))
        facts = parse((folder / "portal.json").read_bytes(), "alfa").facts
        version = next(v for v in VERSIONS if f"They are {v}." in facts.updates[0].stretches[0].text)
        seen.add(version)
        kept = {f.path: (folder / "files" / f.sha256).read_bytes() for f in facts.files}
        assert kept == {f"files/{name}.pdf": FILES[f"{name}.pdf"] for name in (version, "both")}
        for name in FILES:  # so that what was approved is all there is to build from
            project.write(f"content/accounts/alfa/files/{name}", b"another content")
        written(project, version).build()
        assert project.outcome is not None
        assert project.outcome.published, project.problems
        shown = project.portal("alfa")
        assert {p: d for p, d in shown.items() if p.endswith(".pdf")} == kept
        assert f"They are {version}.".encode() in shown["index.html"]
    assert seen == set(VERSIONS)
    assert_clean_after_the_next(project, folder)


def assert_clean_after_the_next(project: Project, folder: Path) -> None:
    """One approval that nobody kills leaves what it shows and nothing else."""
    for name, data in FILES.items():
        project.write(f"content/accounts/alfa/files/{name}", data)
    written(project, "one").approve()
    written(project, "two").approve()
    expected = {sha256(FILES[name]).hexdigest() for name in ("two.pdf", "both.pdf")}
    assert {path.name for path in (folder / "files").iterdir()} == expected
    assert {path.name for path in folder.iterdir()} == {"portal.json", "files"}
    assert SECRET not in (folder / "portal.json").read_text()

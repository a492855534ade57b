"""One folder a case: `content/` is built, and the files that come out are exactly those expected.

`expected.txt` names the files that a case adds to those of the case `nothing` (a project without
accounts); `<id>` stands for the folder of an account's portal, `<hash>` for that of a file's content. A file too many fails like one too few.
"""

import re
import shutil
from pathlib import Path

import pytest

from tests.project import Project

HASH = re.compile(r"(?<=/gallery)\.[0-9a-f]{8}(?=\.)")
CASES = sorted(p for p in (Path(__file__).parent / "cases").iterdir() if p.is_dir())


def built(case: Path, target: Path) -> list[str]:
    project = Project(target)
    shutil.copytree(case / "content", target / "content", dirs_exist_ok=True)
    project.build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    accounts = [p.stem for p in (target / "content/accounts").glob("*.md")]
    names = {project.key(account): f"<{account}>" for account in accounts}
    found = []
    for path in project.tree():
        for key, name in names.items():
            path = path.replace(key, name)
        found.append(HASH.sub(".<hash>", path))
    return sorted(found)


def expected(case: Path) -> list[str]:
    return (case / "expected.txt").read_text().split()


@pytest.mark.parametrize("case", CASES, ids=[c.name for c in CASES])
def test_a_case_makes_exactly_these_files(case: Path, tmp_path: Path) -> None:
    wanted = set(expected(case))
    if case.name != "nothing":
        wanted |= set(expected(case.parent / "nothing"))
    found = built(case, tmp_path)
    assert sorted(wanted - set(found)) == []
    assert sorted(set(found) - wanted) == []

"""Nothing that was kept from an earlier build can make a wrong page: not damaged, not old, not another's."""

import random
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.project import Project
from tests.test_incremental import FIELDS, WORDS, account, difference, picture

VALUES = {field: found[0] for field, found in FIELDS.items()} | {"attribution": "named"}


def project(root: Path, word: str = "Heron") -> Project:
    made = Project(root)
    for name in ("alfa", "brisa"):
        made.account(name, account(name, {**VALUES, "words": word}))
        made.write(f"content/accounts/{name}/files/ad.png", picture(WORDS.index(word)))
    return made


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A project that was built, and what it published."""
    made = project(tmp_path_factory.mktemp("warm")).build()
    assert made.outcome is not None
    assert made.outcome.published
    return made.root, made.tree()


def kept(root: Path) -> list[Path]:
    """All that a later build may believe."""
    private = root / ".portalgen"
    return sorted([*(p for p in (private / "cache").rglob("*") if p.is_file()), private / "published.json"])


def flip(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes((data[at] ^ 1 << chance.randrange(8),)) + data[at + 1 :]


def truncate(data: bytes, chance: random.Random) -> bytes:
    return data[: chance.randrange(len(data))]


def zero(data: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(data))
    return data[:at] + bytes(len(data[at : at + 100])) + data[at + 100 :]


def swap_words(data: bytes, chance: random.Random) -> bytes:
    """What would make a wrong page if it were believed."""
    return data.replace(b"Heron", b"Hiron").replace(b"Leads", b"Loads")


DAMAGES: tuple[Callable[[bytes, random.Random], bytes], ...] = (flip, truncate, zero, swap_words)


@pytest.mark.parametrize("damage", DAMAGES)
def test_200_damaged_caches_change_nothing(
    tmp_path: Path, warm: tuple[Path, dict[str, bytes]], damage: Callable[[bytes, random.Random], bytes]
) -> None:
    source, expected = warm
    shutil.copytree(source, tmp_path / "project")
    made = Project.at(tmp_path / "project")
    chance = random.Random(damage.__name__)
    for _ in range(50):
        files = [path for path in kept(made.root) if path.stat().st_size]
        for path in chance.sample(files, chance.randint(1, len(files))):
            path.write_bytes(damage(path.read_bytes(), chance))
        made.build()
        assert made.codes == []
        assert difference(made.tree(), expected) == []


@pytest.mark.parametrize("with_pages", [False, True], ids=["the cache alone", "the published pages too"])
def test_another_projects_memory_changes_nothing(
    tmp_path: Path, warm: tuple[Path, dict[str, bytes]], with_pages: bool
) -> None:
    other = project(tmp_path / "other", "Otter").build()
    shutil.copytree(warm[0], tmp_path / "mine")
    mine = Project.at(tmp_path / "mine")
    shutil.rmtree(mine.root / ".portalgen")
    shutil.copytree(other.root / ".portalgen", mine.root / ".portalgen")
    if with_pages:
        shutil.rmtree(mine.root / "site")
        shutil.copytree(other.root / "site", mine.root / "site")
    assert difference(mine.build().tree(), warm[1]) == []


def test_an_older_memory_beside_newer_pages_changes_nothing(tmp_path: Path) -> None:
    made = project(tmp_path, "Heron").build()
    shutil.copytree(made.root / ".portalgen", tmp_path / "older")
    project(tmp_path, "Otter").build()
    shutil.rmtree(made.root / ".portalgen")
    shutil.copytree(tmp_path / "older", made.root / ".portalgen")
    project(tmp_path, "Marmot").build()
    expected = project(tmp_path / "clean", "Marmot").build().tree()
    assert difference(made.tree(), expected) == []


def test_what_was_planted_without_the_secret_is_not_believed(
    tmp_path: Path, warm: tuple[Path, dict[str, bytes]]
) -> None:
    shutil.copytree(warm[0], tmp_path / "project")
    made = Project.at(tmp_path / "project")
    attacker = project(tmp_path / "attacker", "Otter").build(environment={"PORTALGEN_SECRET": "ab" * 32})
    assert attacker.outcome is not None
    assert attacker.outcome.published
    for path in kept(attacker.root):
        shutil.copy(path, made.root / path.relative_to(attacker.root))
    shutil.rmtree(made.root / "site")
    (made.root / "site").mkdir()
    assert difference(made.build().tree(), warm[1]) == []


def test_another_versions_memory_changes_nothing(
    tmp_path: Path, warm: tuple[Path, dict[str, bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(warm[0], tmp_path / "project")
    monkeypatch.setattr("portalgen.build.job.CODE", "templates")  # another fingerprint than what was kept
    made = Project.at(tmp_path / "project")
    before = {path: path.read_bytes() for path in kept(made.root) if "accounts" in path.parts}
    made.build()
    assert difference(made.tree(), warm[1]) == []
    assert all(path.read_bytes() != data for path, data in before.items())

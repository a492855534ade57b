"""Accounts kept by content: the same account comes back, or none."""

import random
from pathlib import Path

import pytest

from portalgen.cache import Cache
from portalgen.load import Accounts, Content, load_settings
from tests.project import Project

ROOT = Path(__file__).parents[2]


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """The sample's accounts, which use every field."""
    made = Project(tmp_path)
    for path in (ROOT / "content/accounts").rglob("*"):
        if path.is_file():
            made.write(str(path.relative_to(ROOT)), path.read_bytes())
    return made


def read(project: Project, cache: Cache) -> Content:
    return Accounts(load_settings(project.root / "mkdocs.yml"), cache).read()


def entries(project: Project) -> list[Path]:
    return sorted((project.root / "cache/accounts").iterdir())


def same(one: Content, other: Content) -> bool:
    return (
        [x.account for x in one.accounts] == [x.account for x in other.accounts]
        and [dict(x.places) for x in one.accounts] == [dict(x.places) for x in other.accounts]
        and one.problems == other.problems
        and one.texts == other.texts
    )


def test_what_comes_out_of_the_cache_is_what_reading_gives(project: Project) -> None:
    cache = Cache(project.root / "cache", "1")
    fresh = read(project, cache)
    assert len(fresh.accounts) == len(entries(project)) >= 10
    before = [path.stat().st_mtime_ns for path in entries(project)]
    assert same(read(project, cache), fresh)
    assert [path.stat().st_mtime_ns for path in entries(project)] == before  # nothing was read anew


def test_a_hit_reads_nothing_twice(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    cache = Cache(project.root / "cache", "1")
    fresh = read(project, cache)
    monkeypatch.setattr("portalgen.load.Reading", None)  # would have to be called
    assert same(read(project, cache), fresh)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        pytest.param("content/accounts/brisa-foods.md", None, id="the account"),
        pytest.param("content/accounts/brisa-foods/case-study.md", None, id="the case study beside it"),
        pytest.param("content/accounts/brisa-foods/updates/2026-11-20-dos-formatos.md", None, id="an update"),
        pytest.param("content/accounts/brisa-foods/files/media-plan.pdf", None, id="a file that it links to"),
        pytest.param(
            "content/accounts/brisa-foods/updates/2026-11-21-x.md",
            "---\ntitle: X\ndate: 2026-11-21\n---\nText.\n",
            id="a new update",
        ),
        pytest.param("content/accounts/brisa-foods/notes.txt", "stray", id="a stray file"),
    ],
)
def test_a_change_is_a_miss(project: Project, path: str, text: str | None) -> None:
    cache = Cache(project.root / "cache", "1")
    before = read(project, cache)
    old = (project.root / path).read_bytes() if text is None else b""
    project.write(
        path,
        old.replace(b"a", b"o", 1) if text is None and path.endswith("pdf") else text or old + b"\nMore.\n",
    )
    after = read(project, cache)
    assert same(after, read(project, Cache(None)))
    assert not same(after, before)


def test_an_account_with_an_error_is_not_kept(project: Project) -> None:
    cache = Cache(project.root / "cache", "1")
    read(project, cache)
    project.edit("porto-textil", "client:", "cliente:")
    assert [p.code for p in read(project, cache).problems if p.severity == "error"]
    assert [p.code for p in read(project, cache).problems if p.severity == "error"]


def test_a_removed_account_leaves_the_cache(project: Project) -> None:
    cache = Cache(project.root / "cache", "1")
    read(project, cache)
    project.remove("content/accounts/porto-textil.md")
    read(project, cache)
    assert "porto-textil" not in [path.name for path in entries(project)]


def damage(entry: bytes, how: str, chance: random.Random) -> bytes:
    at = chance.randrange(len(entry))
    if how == "flip":
        return entry[:at] + bytes((entry[at] ^ 1 << chance.randrange(8),)) + entry[at + 1 :]
    if how == "truncate":
        return entry[:at]
    if how == "zero":
        return entry[:at] + bytes(min(64, len(entry) - at)) + entry[at + 64 :]
    return chance.randbytes(chance.randrange(200))


@pytest.mark.parametrize("how", ["flip", "truncate", "zero", "noise"])
def test_a_damaged_entry_is_a_miss(project: Project, how: str) -> None:
    cache = Cache(project.root / "cache", "1")
    fresh = read(project, cache)
    chance = random.Random(how)
    for _ in range(12):
        for path in entries(project):
            path.write_bytes(damage(path.read_bytes(), how, chance))
        assert same(read(project, cache), fresh)


@pytest.mark.parametrize(
    "swap",
    [
        pytest.param(lambda folder: (folder / "brisa-foods").replace(folder / "porto-textil"), id="renamed"),
        pytest.param(
            lambda folder: [p.write_bytes(b"") for p in folder.iterdir()],
            id="emptied",
        ),
    ],
)
def test_an_entry_in_anothers_place_is_a_miss(project: Project, swap: object) -> None:
    cache = Cache(project.root / "cache", "1")
    fresh = read(project, cache)
    assert callable(swap)
    swap(project.root / "cache/accounts")
    assert same(read(project, cache), fresh)


def test_another_versions_entry_is_a_miss(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    fresh = read(project, Cache(project.root / "cache", "1"))
    before = [path.read_bytes() for path in entries(project)]
    assert same(read(project, Cache(project.root / "cache", "2")), fresh)
    assert [path.read_bytes() for path in entries(project)] != before


def test_a_cache_that_cannot_be_written_is_none(project: Project) -> None:
    project.write("cache", "a file where the folder should be")
    assert same(read(project, Cache(project.root / "cache", "1")), read(project, Cache(None)))

"""What a commit does to the output: changed units whole, others untouched, records beside it."""

from __future__ import annotations

import errno
import json
import os
import subprocess
from pathlib import Path

import pytest

from portalgen.problems import Locked, UsageError
from portalgen.publish import Output, Release, ReleasedPage, kernel
from tests.publish.scene import identities, publish, release, settings, tree, unit, version


def test_what_is_staged_is_published(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    assert len(tree(tmp_path / "site")) == 35
    assert (tmp_path / "site/portals/aaa/d1/page1.html").read_text().startswith("portals/aaa 1")


def test_nothing_is_published_without_a_commit(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    before = identities(tmp_path / "site")
    with Output.open(settings(tmp_path)) as output:
        output.stage(version(2)[0])
    assert identities(tmp_path / "site") == before
    assert not (tmp_path / ".portalgen/stage").exists()


def test_units_that_did_not_change_are_not_touched(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    before = {name: identities(tmp_path / "site" / name) for name in ("internal", "portals/bbb", "public")}
    publish(tmp_path, [*version(2)[:2], *version(1)[2:]])
    after = {name: identities(tmp_path / "site" / name) for name in before}
    assert after == before
    assert (tmp_path / "site/portals/aaa/d1/page1.html").read_text().startswith("portals/aaa 2")


def test_equal_files_of_a_changed_unit_stay_the_same_files(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    before = identities(tmp_path / "site/public")
    publish(tmp_path, version(2))
    after = identities(tmp_path / "site/public")
    assert after["same.txt"] == before["same.txt"]
    assert after["d1/page1.html"] != before["d1/page1.html"]


def test_equal_bytes_are_found_without_any_record(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    before = identities(tmp_path / "site")
    (tmp_path / ".portalgen/published.json").unlink()
    publish(tmp_path, version(1))
    assert identities(tmp_path / "site") == before


@pytest.mark.parametrize("damage", ["edited", "truncated", "deleted", "added", "linked"])
def test_what_somebody_did_to_the_output_is_put_right(tmp_path: Path, damage: str) -> None:
    publish(tmp_path, version(1))
    whole = tree(tmp_path / "site")
    file = tmp_path / "site/public/d1/page1.html"
    if damage == "edited":
        file.write_bytes(file.read_bytes().replace(b"1", b"7"))
    elif damage == "truncated":
        file.write_bytes(b"")
    elif damage == "added":
        file.with_name("other.html").write_text("x")
    else:
        file.unlink()
        if damage == "linked":
            file.symlink_to("page2.html")
    publish(tmp_path, version(1))
    assert tree(tmp_path / "site") == whole
    assert not file.is_symlink()


@pytest.mark.parametrize("damage", [b"", b"\0" * 400, b"{}", b'{"units": {"public": 7}}', b'{"units": []}'])
def test_a_damaged_record_changes_nothing_that_is_published(tmp_path: Path, damage: bytes) -> None:
    publish(tmp_path, version(1))
    for name in ("published.json", "release.json"):
        (tmp_path / ".portalgen" / name).write_bytes(damage)
    publish(tmp_path, version(2))
    clean = tmp_path / "clean"
    clean.mkdir()
    publish(clean, version(2))
    assert tree(tmp_path / "site") == tree(clean / "site")


def test_units_neither_staged_nor_kept_leave(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    publish(tmp_path, version(2)[:1], keep=("public", "internal"))
    assert sorted(p.name for p in (tmp_path / "site/portals").iterdir()) == ["assets"]
    assert (tmp_path / "site/public/d1/page1.html").read_text().startswith("public 1")


def test_a_unit_that_no_record_knows_leaves_too(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    for name in ("published.json", "release.json"):
        (tmp_path / ".portalgen" / name).unlink()
    publish(tmp_path, [])
    assert tree(tmp_path / "site") == {}


def test_files_become_folders_and_folders_files(tmp_path: Path) -> None:
    publish(tmp_path, [unit("public", a="x", **{"b/c": "y"})])
    publish(tmp_path, [unit("public", **{"a/c": "x", "b": "y"})])
    assert tree(tmp_path / "site") == {"public/a/c": b"x", "public/b": b"y"}


def test_a_folder_that_another_tool_wrote_becomes_the_public_unit(tmp_path: Path) -> None:
    for text in ("one", "one", "two"):
        with Output.open(settings(tmp_path)) as output:
            work = output.workspace("public")
            (work / "a").mkdir()
            (work / "a/index.html").write_text(text)
            (work / "same.css").write_text("same")
            output.adopt("public", work)
            output.commit((), release())
        if text == "one":
            before = identities(tmp_path / "site")
    assert tree(tmp_path / "site") == {"public/a/index.html": b"two", "public/same.css": b"same"}
    assert identities(tmp_path / "site")["public/same.css"] == before["public/same.css"]


def test_the_record_says_what_went_to_whom(tmp_path: Path) -> None:
    consent = {"status": "granted", "expires_on": "2027-09-01"}
    pages = {
        "portals/aaa": ReleasedPage(("content/accounts/brisa.md",)),
        "public": ReleasedPage(("mkdocs.yml",)),
        "public/case-studies/spring": ReleasedPage(("content/accounts/brisa.md",), consent, "brisa"),
    }
    what = Release(release().as_of, "1.0", pages, ({"account": "acme"},), {"brisa": "consent revoked"})
    case = {"index.html": "x", "case-studies/spring/index.html": "y"}
    with Output.open(settings(tmp_path)) as output:
        output.stage(unit("portals/aaa", **{"index.html": "x"}))
        output.stage(unit("public", **case))
        output.commit((), what, tmp_path / "record.json")
    data = json.loads((tmp_path / ".portalgen/release.json").read_text())
    assert (tmp_path / "record.json").read_text() == (tmp_path / ".portalgen/release.json").read_text()
    assert {key: data[key] for key in ("as_of", "version", "held_back", "withdrawn")} == {
        "as_of": "2026-11-23", "version": "1.0", "held_back": [{"account": "acme"}], "withdrawn": [],
    }  # fmt: skip
    assert [(p["path"], p["surface"], p["account"], p["sources"], p["consent"]) for p in data["pages"]] == [
        ("portals/aaa/index.html", "portal", "aaa", ["content/accounts/brisa.md"], None),
        ("public/case-studies/spring/index.html", "public", "brisa", ["content/accounts/brisa.md"], consent),
        ("public/index.html", "public", "", ["mkdocs.yml"], None),
    ]
    publish(tmp_path, [unit("public", **{"index.html": "x"})], keep=("portals/aaa",), what=what)
    data = json.loads((tmp_path / ".portalgen/release.json").read_text())
    assert data["withdrawn"] == [{"path": "public/case-studies/spring/index.html", "why": "consent revoked"}]
    assert data["pages"][0]["path"] == "portals/aaa/index.html"
    publish(tmp_path, [], keep=("public",))
    data = json.loads((tmp_path / ".portalgen/release.json").read_text())
    assert data["withdrawn"] == [{"path": "portals/aaa/index.html", "why": "removed"}]


def test_the_portal_of_an_account_is_known_from_the_last_release(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    for lost in ("", "published.json"):
        (tmp_path / ".portalgen" / lost).unlink() if lost else None
        with Output.open(settings(tmp_path)) as output:
            assert output.name_of("aaa") == "portals/aaa"
            assert output.name_of("zzz") is None
            assert output.published["portals/aaa"].files.keys() == version(1)[1].files.keys()


# ---- what is refused ------------------------------------------------------------------------------


def test_a_foreign_folder_is_refused_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/index.html").write_text("mine")
    with pytest.raises(UsageError, match="site holds files that portalgen didn't write"):
        publish(tmp_path, version(1))
    assert tree(tmp_path / "site") == {"index.html": b"mine"}


def test_a_file_where_the_output_should_be_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine")
    with pytest.raises(UsageError, match="no folder"):
        publish(tmp_path, version(1))


def test_an_empty_folder_or_one_with_gitignore_is_taken(tmp_path: Path) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/.gitignore").write_text("*\n")
    publish(tmp_path, version(1))
    publish(tmp_path, version(2))
    assert (tmp_path / "site/.gitignore").read_text() == "*\n"


def test_files_beside_the_units_are_left_alone(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    (tmp_path / "site/CNAME").write_text("x")
    publish(tmp_path, version(2))
    assert (tmp_path / "site/CNAME").read_text() == "x"


def test_a_second_build_is_kept_out_until_the_first_is_done(tmp_path: Path) -> None:
    with Output.open(settings(tmp_path)), pytest.raises(Locked), Output.open(settings(tmp_path)):
        pass
    publish(tmp_path, version(1))


def test_the_lock_ends_with_its_process_though_a_child_lives_on(tmp_path: Path) -> None:
    with Output.open(settings(tmp_path)):
        read, write = os.pipe()
        alive, born = os.pipe()
        child = os.fork()
        if child == 0:
            os.write(born, b"x")
            os.read(read, 1)
            os._exit(0)
        os.read(alive, 1)  # the child runs, and what it inherited is closed by now
    try:
        publish(tmp_path, version(1))
    finally:
        os.write(write, b"x")
        os.waitpid(child, 0)
        for end in (read, write, alive, born):
            os.close(end)


def test_the_private_folder_is_closed_to_others(tmp_path: Path) -> None:
    (tmp_path / ".portalgen").mkdir(mode=0o755)
    publish(tmp_path, version(1))
    assert (tmp_path / ".portalgen").stat().st_mode & 0o777 == 0o700


def _git(root: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=root, check=True, capture_output=True, timeout=30)


@pytest.mark.parametrize("inside", ["", "agency/portal"])
def test_a_private_folder_that_git_would_track_is_refused(tmp_path: Path, inside: str) -> None:
    _git(tmp_path, "init", "-q")
    root = tmp_path / inside
    root.mkdir(parents=True, exist_ok=True)
    with pytest.raises(UsageError, match=r"git would track the private folder .portalgen"):
        publish(root, version(1))
    assert not (root / ".portalgen").exists()
    (tmp_path / ".gitignore").write_text(".portalgen/\n")
    publish(root, version(1))


# ---- disks that refuse ----------------------------------------------------------------------------


@pytest.mark.parametrize("nth", range(1, 31))
def test_a_full_disk_leaves_everything_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    publish(tmp_path, version(1))
    before = identities(tmp_path / "site")
    record = (tmp_path / ".portalgen/release.json").read_bytes()
    write, calls = os.write, 0

    def full(descriptor: int, data: bytes) -> int:
        nonlocal calls
        calls += 1
        if calls == nth:
            write(descriptor, bytes(data)[:7])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return write(descriptor, data)

    with monkeypatch.context() as patch:
        patch.setattr(os, "write", full)
        with pytest.raises(UsageError, match="no space left on the disk"):
            publish(tmp_path, version(2))
    assert identities(tmp_path / "site") == before
    assert (tmp_path / ".portalgen/release.json").read_bytes() == record
    assert not (tmp_path / ".portalgen/stage").exists()
    publish(tmp_path, version(2))


@pytest.mark.parametrize("nth", range(1, 6))
@pytest.mark.parametrize("code", [errno.EACCES, errno.ENOSPC, errno.EROFS])
def test_a_refused_exchange_is_taken_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, code: int
) -> None:
    publish(tmp_path, version(1))
    before = tree(tmp_path / "site")
    calls = 0
    for method in ("rename", "exchange"):
        original = getattr(Path if method == "rename" else kernel, method)

        def refuse(one: Path, other: Path, original: object = original) -> object:
            nonlocal calls
            calls += 1
            if calls == nth:
                raise OSError(code, os.strerror(code))
            return original(one, other)  # type: ignore[operator]

        monkeypatch.setattr(Path if method == "rename" else kernel, method, refuse)
    # One unit leaves, three change, one is new: five calls.
    units = [*version(2)[:2], *version(2, ("portals/ccc",)), *version(2)[3:4]]
    with pytest.raises(UsageError):
        publish(tmp_path, units, keep=("public",))
    assert tree(tmp_path / "site") == before
    monkeypatch.undo()
    publish(tmp_path, version(4))
    assert all(b" 4 " in body or body == b"same" for body in tree(tmp_path / "site").values())


def test_without_an_exchange_folders_are_renamed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "exchange", lambda one, other: False)
    publish(tmp_path, version(1))
    publish(tmp_path, version(2)[:3], keep=("public",))
    assert (tmp_path / "site/portals/aaa/d1/page1.html").read_text().startswith("portals/aaa 2")
    assert not (tmp_path / "site/internal").exists()


def test_a_mount_point_is_filled_file_by_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def busy(one: Path, other: Path) -> bool:
        raise OSError(errno.EBUSY, os.strerror(errno.EBUSY))

    publish(tmp_path, [unit("public", a="1", **{"b/c": "1", "gone/x": "1", "file": "1"})])
    folder = (tmp_path / "site/public").stat().st_ino
    monkeypatch.setattr(kernel, "exchange", busy)
    publish(tmp_path, [unit("public", a="2", **{"b/c": "1", "file/now/folder": "2"})])
    assert tree(tmp_path / "site/public") == {"a": b"2", "b/c": b"1", "file/now/folder": b"2"}
    assert (tmp_path / "site/public").stat().st_ino == folder


def test_a_record_that_cannot_be_written_stops_the_release(tmp_path: Path) -> None:
    publish(tmp_path, version(1))
    before = identities(tmp_path / "site")
    with Output.open(settings(tmp_path)) as output:
        output.stage(version(2)[0])
        with pytest.raises(UsageError, match=r"none/record.json couldn't be written"):
            output.commit((), release(), tmp_path / "none/record.json")
    assert identities(tmp_path / "site") == before

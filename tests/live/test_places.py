"""Which paths count, and on which drives events can't be trusted."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalgen.live.places import Places, file_system

PLACES = Places.of(
    [Path("/p/content/accounts"), Path("/p/content/pages"), Path("/p/themes/.brand")], [Path("/p/mkdocs.yml")]
)

COVERED = {
    "/p/mkdocs.yml": True,
    "/p/content/accounts": True,
    "/p/content/accounts/acme.md": True,
    "/p/content/accounts/acme/files/report.pdf": True,
    "/p/themes/.brand/portal.css": True,
    "/p/README.md": False,
    "/p/content": False,
    "/p/content/other/acme.md": False,
    "/p/content/accounts-old/acme.md": False,
    "/p/content/mkdocs.yml": False,
    "/p/content/accounts/.acme.md.swp": False,
    "/p/content/accounts/acme.md~": False,
    "/p/content/accounts/.git/index": False,
    "/p/content/accounts/__pycache__/hooks.pyc": False,
    "/p/content/accounts/acme/.hidden/report.pdf": False,
    "/p/themes/.brand/.cache/portal.css": False,
}


@pytest.mark.parametrize("path", COVERED)
def test_what_counts(path: str) -> None:
    assert PLACES.covers(path) is COVERED[path]


def test_a_folder_inside_another_counts_by_either() -> None:
    places = Places.of([Path("/p"), Path("/p/.portal/theme")], [])
    assert places.covers("/p/.portal/theme/portal.css")
    assert not places.covers("/p/.portal/secret")


def test_the_way_to_the_places_begins_at_what_they_share(tmp_path: Path) -> None:
    places = Places.of([tmp_path / "content" / "accounts", tmp_path / "theme"], [tmp_path / "mkdocs.yml"])
    assert places.leading == {
        str(folder)
        for folder in (tmp_path, tmp_path / "content", tmp_path / "content" / "accounts", tmp_path / "theme")
    }


def test_the_way_to_a_project_that_is_missing_begins_where_it_would_be(tmp_path: Path) -> None:
    places = Places.of([tmp_path / "a" / "b" / "accounts"], [tmp_path / "a" / "b" / "mkdocs.yml"])
    assert str(tmp_path) in places.leading
    assert str(tmp_path / "a") in places.leading
    assert str(tmp_path.parent) not in places.leading


MOUNTS = r"""
22 1 0:21 / / rw,relatime - ext4 /dev/sda1 rw
30 22 0:26 / /home rw,relatime shared:5 - ext4 /dev/sda2 rw
31 30 0:27 / /home/ana/agency rw,relatime shared:6 master:1 - nfs4 server:/agency rw
32 30 0:28 / /home/ana/old\040agency rw,relatime - cifs //server/old rw
33 22 0:29 / /mnt/c rw,noatime - 9p drvfs rw
34 22 0:30 / /srv rw - tmpfs tmpfs rw
35 22 0:31 / /srv rw - fuse.sshfs ana@server: rw
a line that makes no sense
"""

KINDS = {
    "/etc": "ext4",
    "/home/ana": "ext4",
    "/home/ana/agency": "nfs4",
    "/home/ana/agency/content/accounts": "nfs4",
    "/home/ana/agency-two/content": "ext4",
    "/home/ana/old agency/content": "cifs",
    "/mnt/c/Users/Ana/agency": "9p",
    "/srv/content": "fuse.sshfs",
}


@pytest.mark.parametrize("path", KINDS)
def test_the_file_system_of_a_path(path: str) -> None:
    assert file_system(path, MOUNTS) == KINDS[path]


def test_no_table_no_file_system() -> None:
    assert file_system("/home", "") == ""

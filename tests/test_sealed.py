"""Sealed portals as builds publish them: they hold the plain pages, tell nothing to who has no key, change
no more than was edited, and close at once when something is taken back.

What is published is opened with the second implementation (`unseal.py`), which knows nothing of ours.
"""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from shutil import copytree, rmtree
from typing import NamedTuple

import pytest

from portalgen.problems import UsageError
from portalgen.seal import envelope, keys_of
from portalgen.vocabulary import Audience
from tests import canary, unseal
from tests.canary import CanaryAccount
from tests.project import MINIMAL, SECRET, SETTINGS, TODAY, Project
from tests.sealed import ROOT, SEALED, address, link, pages, passphrase
from tests.test_canaries import below, portalgen, put
from tests.test_canaries import found as found_in
from tests.test_incremental import difference

ALFA = """\
---
client: Alfa Bakery
title: Autumn bread
access: {readers: [Marta Gil, Núria Puig], until: 2026-12-31}
milestones:
  - {title: Oven live, baseline: 2026-12-10}
---
## Notes {.client}

Everything is warm.

## 2026-11-20 Ovens are on {.client}

They are warm now.

## 2026-11-13 The plan is agreed {.client}

All of it.

## For us

Nobody else reads this.
"""
BROKEN = "---\nclient: Zulu\n---\n"
OWN = ("index.html", "keys.json", "manifest.bin")


def reopened(project: Project, account: str = "alfa", reader: str = "Marta Gil", epoch: int = 1) -> str:
    """All that a reader can read of a portal."""
    return b"\n".join(pages(project, account, reader, epoch).values()).decode("utf-8", "replace")


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Two sealed portals, built; copied by `project`."""
    made = Project(tmp_path_factory.mktemp("sealed"), SEALED).account("alfa", ALFA).account("zulu").build()
    assert made.outcome is not None
    assert made.outcome.published, made.problems
    return made


@pytest.fixture
def project(first: Project, tmp_path: Path) -> Project:
    """The two portals, to be changed."""
    return Project.at(copytree(first.root, tmp_path / "project"))


@pytest.fixture
def derived(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The passphrases that were stretched since."""
    said: list[str] = []
    stretched = envelope.stretched

    def noted(passphrase: str, salt: bytes) -> bytes:
        said.append(passphrase)
        return stretched(passphrase, salt)

    monkeypatch.setattr(envelope, "stretched", noted)
    return said


# ---- what is in it, and what it tells -----------------------------------------------------------------


class Canaries(NamedTuple):
    """Two accounts full of canaries, published sealed and open."""

    sealed: Project
    open: Project
    mine: CanaryAccount
    other: CanaryAccount


@pytest.fixture(
    scope="module", params=[None, Audience.PUBLIC], ids=["no marks", "all marked public, case public"]
)
def canaries(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Canaries:
    consent = "none" if request.param is None else "granted"

    def made(mode: str) -> tuple[Project, CanaryAccount, CanaryAccount]:
        project = Project(tmp_path_factory.mktemp(mode), SETTINGS)
        said = {"mark": request.param, "consent": consent, "Access.mode": mode}
        mine = canary.make("mine", seed="zq", **said)
        other = canary.make("other", seed="xk", shift=1, **said, **{"CaseStudy.slug": "another-case"})
        put(project, mine)
        put(project, other)
        project.build()
        assert project.outcome is not None
        assert project.outcome.published, project.problems
        return project, mine, other

    sealed, mine, other = made("sealed")
    return Canaries(sealed, made("open")[0], mine, other)


def readers(account: CanaryAccount) -> list[str]:
    return [c.text for c in account.canaries if c.field.startswith("access.readers")]


FEED = re.compile(rb'<link rel="alternate"[^>]*>|<li><a href="[./]*feed\.xml">[^<]*</a></li>')


def test_a_sealed_portal_holds_the_plain_pages_byte_for_byte(canaries: Canaries) -> None:
    expected = canaries.open.portal("mine")
    assert expected.pop("feed.xml")
    for path, body in expected.items():
        expected[path] = FEED.sub(b"", body)
    assert any(
        expected[path] != body for path, body in canaries.open.portal("mine").items() if path in expected
    )
    (reader,) = readers(canaries.mine)
    assert difference(pages(canaries.sealed, "mine", reader), expected) == []


def test_the_types_are_those_of_the_files(canaries: Canaries) -> None:
    folder = canaries.sealed.root / "site/portals" / address("mine")
    found = unseal.unseal(folder, link("mine", *readers(canaries.mine)))
    kinds = {path.rpartition(".")[2]: kind for path, (kind, _) in found.items()}
    assert kinds.items() >= {"html": "text/html", "ics": "text/calendar", "png": "image/png"}.items()


def test_no_plain_text_is_in_the_sealed_tree(canaries: Canaries) -> None:
    portals = canaries.sealed.tree("portals")
    named = [path for path in canaries.open.portal("mine") if len(path) > 15]
    texts = [c.text for c in (*canaries.mine.canaries, *canaries.other.canaries)]
    assert not found_in([*texts, *named, *readers(canaries.mine)], portals)


def test_what_is_opened_holds_what_its_reader_may_see_and_nothing_else(canaries: Canaries) -> None:
    mine = pages(canaries.sealed, "mine", *readers(canaries.mine))
    assert not found_in([c.text for c in canaries.mine.hidden_from(Audience.CLIENT)], mine)
    assert not found_in([c.text for c in canaries.other.canaries], mine)
    text = b"\n".join(mine.values()).decode("utf-8", "replace").replace(",", "")
    assert not [c for c in canaries.mine.seen_by(Audience.CLIENT) if c.text not in text]


def test_each_folder_holds_the_same_kinds_of_files_in_steps_of_4096_bytes(canaries: Canaries) -> None:
    for name in ("mine", "other"):
        tree = canaries.sealed.portal(name)
        blobs = tree.keys() - set(OWN)
        assert all(re.fullmatch(r"blobs/[a-z2-7]{26}", path) for path in blobs)
        assert {len(tree[path]) % 4096 for path in (*blobs, "manifest.bin")} == {28}
    mine, other = (canaries.sealed.portal(name) for name in ("mine", "other"))
    assert mine["index.html"] == other["index.html"]
    assert len(mine["keys.json"]) == len(other["keys.json"])


def test_the_order_in_which_files_were_written_is_that_of_their_names(canaries: Canaries) -> None:
    folder = canaries.sealed.root / "site/portals" / address("mine") / "blobs"
    names = sorted(path.name for path in folder.iterdir())
    times = [(folder / name).stat().st_mtime_ns for name in names]
    assert times == sorted(times)


def disguised(key: bytes) -> Iterator[bytes]:
    """The ways in which a key may stand in a file."""
    yield key
    yield key.hex().encode()
    yield key.hex().upper().encode()
    for encode in (base64.b64encode, base64.urlsafe_b64encode):
        yield from (encode(b" " * shift + key)[4 if shift else 0 : -4] for shift in range(3))


def test_no_key_link_or_passphrase_is_written_or_printed(first: Project, tmp_path: Path) -> None:
    project = Project(tmp_path, SEALED).account("alfa", ALFA).account("zulu")
    said = portalgen(project, "build", "--explain").encode()
    said += portalgen(project, "check").encode()
    assert project.tree() == first.tree()
    keys = keys_of(ROOT, "alfa", 1, ["Marta Gil", "Núria Puig"])
    secret = {ROOT, keys.root, keys.content, keys.build}
    said_words = set()
    for reader in keys.readers:
        words = keys.passphrase(reader)
        said_words |= {words.encode(), words.replace(" ", "-").encode(), words.encode().hex().encode()}
        secret |= {keys.link(reader), envelope.stretched(words, keys.salt)}
    sought = said_words | {form for key in secret for form in disguised(key)}
    everything = {**below(project.root), "what was said": said}
    everything = {path: body for path, body in everything.items() if not path.startswith("content/")}
    assert any(path.startswith(".portalgen/cache/wraps/") for path in everything)
    assert ".portalgen/published.json" in everything
    assert not [path for path, body in everything.items() if any(form in body for form in sought)]


# ---- what changes when ------------------------------------------------------------------------------


def test_an_edit_of_an_update_changes_its_pages_the_manifest_and_no_other_file(project: Project) -> None:
    before, opened = project.tree(), pages(project, "alfa", "Marta Gil")
    project.edit("alfa", "They are warm now.", "They are warm new.").build()
    after, now = project.tree(), pages(project, "alfa", "Marta Gil")
    changed = {
        "index.html",
        "updates/index.html",
        "updates/2026-11-20-ovens-are-on/index.html",
        "print/index.html",
    }
    assert set(difference(opened, now)) == changed
    files = difference(before, after)
    portal = f"portals/{address('alfa')}/"
    assert {path for path in files if path.startswith("internal/")} == {
        "internal/accounts/alfa/index.html",
        "internal/search.json",
    }
    mine = [path.removeprefix(portal) for path in files if path.startswith(portal)]
    assert len(mine) + 2 == len(files)
    blobs = [path for path in mine if path.startswith("blobs/")]
    assert [path for path in mine if path not in blobs] == ["manifest.bin"]
    assert len([path for path in blobs if portal + path in after]) == len(changed)
    assert len(blobs) == 2 * len(changed)


def test_what_did_not_change_is_neither_made_again_nor_touched(project: Project) -> None:
    def times() -> dict[Path, tuple[int, int]]:
        found = (project.root / "site/portals").rglob("*")
        return {path: (path.stat().st_ino, path.stat().st_mtime_ns) for path in found}

    before = times()
    assert project.build().rendered == set()
    assert times() == before


@pytest.mark.parametrize("way", ["fresh", "jobs", "cold cache", "no records", "no site"])
def test_another_way_to_build_gives_the_same_bytes(project: Project, first: Project, way: str) -> None:
    if way == "cold cache":
        rmtree(project.root / ".portalgen/cache")
    elif way == "no records":
        rmtree(project.root / ".portalgen")
    elif way == "no site":
        rmtree(project.root / "site")
    project.build(fresh=way == "fresh", jobs=3 if way == "jobs" else 1)
    assert difference(project.tree(), first.tree()) == []


@pytest.mark.parametrize("seed", ["1", "4242"])
def test_another_machine_gives_the_same_bytes(first: Project, tmp_path: Path, seed: str) -> None:
    project = Project(tmp_path, SEALED).account("zulu").account("alfa", ALFA)
    command = [sys.executable, "-m", "portalgen.cli", "build", "--as-of", str(TODAY), "--jobs", seed[0]]
    machine = {"PORTALGEN_SECRET": SECRET, "PYTHONHASHSEED": seed, "TZ": f"UTC-{len(seed)}"}
    done = subprocess.run(
        command, cwd=tmp_path, env={**os.environ, **machine}, capture_output=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stderr
    assert difference(project.tree(), first.tree()) == []


def test_the_epoch_moves_the_portal_and_renews_every_way_in(project: Project) -> None:
    project.edit("alfa", "access: {", "access: {epoch: 2, ").build()
    assert not project.portal("alfa")
    assert "They are warm now" in reopened(project, epoch=2)
    assert link("alfa", "Marta Gil", 2) != link("alfa", "Marta Gil")
    with pytest.raises(unseal.Refused):
        unseal.unseal(project.root / "site/portals" / address("alfa", 2), link("alfa", "Marta Gil"))


def test_a_reader_more_or_less_leaves_every_blob(project: Project) -> None:
    before = project.portal("alfa")
    project.edit("alfa", "[Marta Gil, Núria Puig]", "[Leo Sanz, Marta Gil]").build()
    assert set(difference(project.portal("alfa"), before)) == {"keys.json", "manifest.bin"}
    assert reopened(project, reader="Leo Sanz") == reopened(project)
    with pytest.raises(unseal.Refused):
        reopened(project, reader="Núria Puig")
    assert project.rendered == {"internal/accounts/alfa/index.html", "internal/search.json"}


def test_a_reader_opens_it_with_the_passphrase_as_they_type_it(project: Project) -> None:
    words = passphrase("alfa", "Núria Puig")
    folder = project.root / "site/portals" / address("alfa")
    assert unseal.unseal(folder, f" {words.upper().replace(' ', ' - ')}.") == unseal.unseal(
        folder, link("alfa", "Marta Gil")
    )


# ---- other modes, and none --------------------------------------------------------------------------

MODES = ("sealed", "open", "host")


@pytest.fixture(scope="module")
def by_mode(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The tree of a first build, by how the portal opens."""
    return {
        mode: Project(tmp_path_factory.mktemp(mode), SETTINGS).account("alfa", as_mode(mode)).build().tree()
        for mode in MODES
    }


def as_mode(mode: str) -> str:
    return ALFA.replace("access: {", f"access: {{mode: {mode}, ")


@pytest.mark.parametrize("after", MODES)
@pytest.mark.parametrize("before", MODES)
def test_another_mode_leaves_nothing_of_the_former(
    tmp_path: Path, by_mode: dict[str, dict[str, bytes]], before: str, after: str
) -> None:
    project = Project(tmp_path, SETTINGS).account("alfa", as_mode(before)).build()
    project.account("alfa", as_mode(after)).build()
    assert difference(project.tree(), by_mode[after]) == []
    project.account("alfa", as_mode(before)).build()
    assert difference(project.tree(), by_mode[before]) == []


def test_the_reader_page_is_never_taken_for_the_first_page(tmp_path: Path) -> None:
    """Both are `index.html`, and without updates the first page is made from the same parts in every mode."""
    bare = ALFA.partition("## 2026-11-20")[0]
    project = Project(tmp_path, SEALED).account("alfa", bare).build()
    sealed = project.portal("alfa")["index.html"]
    opened = pages(project, "alfa", "Marta Gil")
    project.setting("access: sealed", "access: open").build()
    assert project.portal("alfa") == opened
    assert opened["index.html"] != sealed


def test_a_portal_that_opens_otherwise_does_so_within_a_sealed_project(tmp_path: Path) -> None:
    project = Project(tmp_path, SEALED).account("alfa", as_mode("open")).account("zulu").build()
    assert "They are warm now" in project.portal("alfa")["index.html"].decode()
    assert sorted(set(project.portal("zulu")) - set(pages_of_blobs(project, "zulu"))) == sorted(OWN)


def pages_of_blobs(project: Project, account: str) -> list[str]:
    return [path for path in project.portal(account) if path.startswith("blobs/")]


@pytest.mark.parametrize(
    ("before", "after", "day"),
    [
        ("title: Autumn", "title: Autumn", date(2027, 1, 1)),
        ("title: Autumn", "lifecycle: cancelled\ntitle: Autumn", TODAY),
    ],
    ids=["its last day is over", "its account is cancelled"],
)
def test_a_portal_that_is_over_leaves_nothing(project: Project, before: str, after: str, day: date) -> None:
    files = {f"portals/{address('alfa')}/{path}" for path in project.portal("alfa")}
    project.edit("alfa", before, after).build(day)
    assert not project.portal("alfa")
    assert pages(project, "zulu")
    assert {row["path"] for row in record(project)["withdrawn"]} == files


# ---- the record -------------------------------------------------------------------------------------


def record(project: Project) -> dict[str, list[dict[str, str]]]:
    found = json.loads((project.root / ".portalgen/release.json").read_text())
    assert isinstance(found, dict)
    return found


def test_the_record_names_the_files_that_are_there(project: Project) -> None:
    rows = {row["path"]: row for row in record(project)["pages"]}
    assert rows.keys() == project.tree().keys()
    ours = [row for path, row in rows.items() if path.startswith(f"portals/{address('alfa')}/")]
    assert {(row["account"], row["surface"]) for row in ours} == {("alfa", "portal")}


def test_a_page_that_changed_is_no_withdrawal(project: Project) -> None:
    project.edit("alfa", "They are warm now.", "They are hot now.").build()
    assert record(project)["withdrawn"] == []


def test_a_page_that_is_gone_is_withdrawn_by_the_file_that_held_it(project: Project) -> None:
    page = "updates/2026-11-20-ovens-are-on/index.html"
    body = pages(project, "alfa", "Marta Gil")[page]
    _, _, blob = unseal.object_of(unseal.root_key(ROOT, "alfa", 1), page, body)
    project.edit("alfa", "Ovens are on {.client}", "Ovens are on").build()
    assert record(project)["withdrawn"] == [
        {"path": f"portals/{address('alfa')}/{blob}", "why": "It is for the team only."}
    ]


def test_a_portal_that_is_laid_open_withdraws_nothing(project: Project) -> None:
    project.edit("alfa", "access: {", "access: {mode: open, ").build()
    assert record(project)["withdrawn"] == []


# ---- with a broken account --------------------------------------------------------------------------


def test_a_broken_account_keeps_its_sealed_portal(project: Project) -> None:
    before = project.portal("alfa")
    project.edit("alfa", "client: Alfa Bakery\n", "").edit("zulu", "Two of three", "All three")
    project.build(keep_going=True)
    assert project.codes == ["missing-key"]
    assert project.portal("alfa") == before
    assert "All three" in reopened(project, "zulu", "")


def test_its_reader_page_takes_the_scripts_that_all_share_now(project: Project) -> None:
    before = project.portal("alfa")
    project.setting("theme: {name: mkdocs}", "theme: {name: mkdocs, custom_dir: brand}")
    project.write("brand/brand.css", ":root { --brand: #036; --on-brand: #fff; }\n")
    project.edit("alfa", "client: Alfa Bakery\n", "").build(keep_going=True)
    assert project.outcome is not None
    assert project.outcome.published
    assert project.portal("alfa")["index.html"] == project.portal("zulu")["index.html"]
    assert difference(project.portal("alfa"), before) == ["index.html"]
    pages(project, "alfa", "Marta Gil")


def test_what_was_damaged_meanwhile_is_mended_with_the_account(project: Project, tmp_path: Path) -> None:
    path = project.root / "site/portals" / address("alfa") / pages_of_blobs(project, "alfa")[0]
    flip(path)
    project.setting("theme: {name: mkdocs}", "theme: {name: mkdocs, custom_dir: brand}")
    project.write("brand/brand.css", ":root { --brand: #036; --on-brand: #fff; }\n")
    project.edit("alfa", "client: Alfa Bakery\n", "").build(keep_going=True)
    project.account("alfa", ALFA).build()
    clean = Project.at(copytree(project.root, tmp_path / "clean"))
    rmtree(clean.root / "site")
    assert difference(project.tree(), clean.build(fresh=True).tree()) == []


def test_a_broken_accounts_portal_ends_on_its_last_day(project: Project) -> None:
    project.edit("alfa", "client: Alfa Bakery\n", "").build(date(2027, 1, 1), keep_going=True)
    assert not project.portal("alfa")
    assert pages(project, "zulu")


# ---- withdrawn at once ------------------------------------------------------------------------------


@pytest.fixture
def failing(project: Project) -> Project:
    """Another account is broken, so nothing is published."""
    return project.account("zulu", BROKEN)


def failed(project: Project) -> None:
    assert project.outcome is not None
    assert not project.outcome.published


def test_a_reader_who_was_taken_off_loses_their_way_in_at_once(failing: Project) -> None:
    before = failing.portal("alfa")
    failed(failing.edit("alfa", "[Marta Gil, Núria Puig]", "[Marta Gil]").build())
    assert set(difference(failing.portal("alfa"), before)) == {"keys.json", "manifest.bin"}
    assert "They are warm now" in reopened(failing)
    with pytest.raises(unseal.Refused):
        reopened(failing, reader="Núria Puig")


def test_a_section_that_was_narrowed_goes_at_once_and_leaves_the_portal_sealed(failing: Project) -> None:
    failed(failing.edit("alfa", "## Notes {.client}", "## Notes").build())
    assert "Everything is warm" not in reopened(failing)
    assert "They are warm now" in reopened(failing, reader="Núria Puig")


def test_an_epoch_that_was_counted_up_moves_the_portal_at_once(failing: Project) -> None:
    failed(failing.edit("alfa", "access: {", "access: {epoch: 2, ").build())
    assert not failing.portal("alfa")
    assert "They are warm now" in reopened(failing, epoch=2)


@pytest.mark.parametrize("where", ["the account", "the settings"])
def test_an_open_portal_is_sealed_at_once(tmp_path: Path, where: str) -> None:
    project = Project(tmp_path, SETTINGS).account("alfa", ALFA).account("zulu").build()
    assert b"They are warm now" in project.portal("alfa")["index.html"]
    if where == "the account":
        project.account("alfa", as_mode("sealed"))
    else:
        project.setting("access: open", "access: sealed")
    failed(project.account("zulu", BROKEN).build())
    assert "They are warm now" in reopened(project)


LESS_CLOSED: list[tuple[str, Callable[[Project], object]]] = [
    ("laid open", lambda project: project.edit("alfa", "access: {", "access: {mode: open, ")),
    ("for the host to guard", lambda project: project.edit("alfa", "access: {", "access: {mode: host, ")),
    ("laid open by the settings", lambda project: project.setting("access: sealed", "access: open")),
    ("a reader more", lambda project: project.edit("alfa", "[Marta", "[Leo Sanz, Marta")),
    ("everybody", lambda project: project.edit("alfa", "readers: [Marta Gil, Núria Puig], ", "")),
]


@pytest.mark.parametrize("records", ["with its records", "without published.json"])
@pytest.mark.parametrize("edit", [edit for _, edit in LESS_CLOSED], ids=[name for name, _ in LESS_CLOSED])
def test_nobody_comes_in_by_a_build_that_fails(
    failing: Project, edit: Callable[[Project], object], records: str
) -> None:
    before = failing.portal("alfa")
    edit(failing)
    if records == "without published.json":
        (failing.root / ".portalgen/published.json").unlink()
    failed(failing.build())
    assert difference(failing.portal("alfa"), before) == []


def test_a_reader_more_does_not_come_in_with_one_who_was_taken_off(failing: Project) -> None:
    failed(failing.edit("alfa", "[Marta Gil, Núria Puig]", "[Leo Sanz, Marta Gil]").build())
    assert "They are warm now" in reopened(failing)
    for reader in ("Leo Sanz", "Núria Puig", ""):
        with pytest.raises(unseal.Refused):
            reopened(failing, reader=reader)


def test_a_portal_all_of_whose_readers_were_replaced_goes(failing: Project) -> None:
    failed(failing.edit("alfa", "[Marta Gil, Núria Puig]", "[Leo Sanz]").build())
    assert not failing.portal("alfa")


@pytest.mark.parametrize("written", ["[Núria Puig, Marta Gil]", "[Marta Gil, Nu\u0301ria Puig]"], ids=ascii)
def test_the_same_readers_written_otherwise_change_nothing(failing: Project, written: str) -> None:
    before = failing.portal("alfa")
    failed(failing.edit("alfa", "[Marta Gil, Núria Puig]", written).build())
    assert failing.portal("alfa") == before
    assert failing.outcome is not None
    assert "the pages stay as they were" in failing.outcome.closing


def test_a_portal_is_not_closed_again_with_scripts_that_somebody_changed(failing: Project) -> None:
    (failing.root / "site/portals/assets/portal.js").write_text("steal()")
    failed(failing.edit("alfa", "[Marta Gil, Núria Puig]", "[Marta Gil]").build())
    assert not failing.portal("alfa")


def test_a_file_that_was_not_approved_does_not_come_in_for_one_that_was_lost(tmp_path: Path) -> None:
    """The sealed copy of what was approved can't be taken over, and the team has another file by now."""
    project = Project(tmp_path, SEALED.replace("review: []", "review: [client]")).account("zulu")
    project.account("alfa", ALFA.replace("Everything is warm.", "The [plan](alfa/files/plan.txt)."))
    project.write("content/accounts/alfa/files/plan.txt", "agreed").approve().build()
    project.write("content/accounts/alfa/files/plan.txt", "not agreed").build()
    assert pages(project, "alfa", "Marta Gil")["files/plan.txt"] == b"agreed"
    rmtree(project.root / "content/approved/alfa/files")
    failed(project.account("zulu", BROKEN).edit("alfa", "on {.client}", "on").build())
    assert not project.portal("alfa")


# ---- damage -----------------------------------------------------------------------------------------


def flip(path: Path, at: int = -20) -> None:
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


def test_every_damaged_file_is_mended_by_the_next_build(project: Project, first: Project) -> None:
    for path in sorted((project.root / "site/portals" / address("alfa")).rglob("*")):
        if path.is_file():
            flip(path)
    project.build()
    assert difference(project.tree(), first.tree()) == []


def silently_damaged(project: Project) -> None:
    """Every blob of a portal is another, with the size and time that it had."""
    for path in (project.root / "site/portals" / address("alfa") / "blobs").iterdir():
        status = path.stat()
        flip(path)
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))


def test_damage_that_the_disk_does_not_tell_is_found_when_a_page_is_opened(
    project: Project, first: Project
) -> None:
    silently_damaged(project)
    project.account("yankee", MINIMAL.replace("Brisa Foods", "Yankee Sails"))
    with pytest.raises(UsageError, match="build once with --fresh"):
        project.build()
    project.remove("content/accounts/yankee.md").build(fresh=True)
    assert difference(project.tree(), first.tree()) == []


def test_damaged_wraps_are_made_again(project: Project, first: Project, derived: list[str]) -> None:
    assert project.build().codes == derived == []
    entries = list((project.root / ".portalgen/cache/wraps").iterdir())
    assert len(entries) == 2
    for path in entries:
        flip(path)
    project.build()
    assert len(derived) == 3
    assert difference(project.tree(), first.tree()) == []
    assert project.build().codes == []
    assert len(derived) == 3


def test_wraps_of_readers_who_are_gone_are_forgotten(project: Project) -> None:
    project.edit("alfa", "[Marta Gil, Núria Puig]", "[Marta Gil]").build()
    assert len(list((project.root / ".portalgen/cache/wraps").iterdir())) == 2


@pytest.mark.parametrize("lost", ["published.json", "release.json"])
def test_a_sealed_portal_is_made_again_where_its_record_is_lost(
    project: Project, first: Project, lost: str
) -> None:
    (project.root / ".portalgen" / lost).unlink()
    project.build()
    assert difference(project.tree(), first.tree()) == []


def test_check_writes_nothing_and_stretches_no_passphrase(tmp_path: Path, derived: list[str]) -> None:
    project = Project(tmp_path, SEALED).account("alfa", ALFA)
    before = below(tmp_path)
    assert not [problem for problem in project.check() if problem.severity == "error"]
    assert below(tmp_path) == before
    assert derived == []


# ---- the scan ---------------------------------------------------------------------------------------


def test_a_leak_is_found_before_it_is_sealed(tmp_path: Path) -> None:
    project = Project(tmp_path, SEALED).account("alfa", ALFA.replace("All of it.", "As for Nordwind Energy."))
    project.account("nordwind", MINIMAL.replace("Brisa Foods", "Nordwind Energy")).build()
    assert set(project.codes) == {"leak"}
    assert not project.portal("alfa")


def test_a_leak_is_found_on_pages_that_stand_sealed_when_another_account_brings_the_name(
    project: Project,
) -> None:
    project.edit("alfa", "All of it.", "As for Nordwind Energy.").build()
    assert project.codes == []
    before = project.tree()
    project.account("nordwind", MINIMAL.replace("Brisa Foods", "Nordwind Energy")).build()
    assert set(project.codes) == {"leak"}
    assert not [path for path in project.rendered if path.startswith("alfa/")]
    assert project.tree() == before

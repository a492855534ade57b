"""Images from an account to the pages: whole and in copies, for those who may see them, and made once."""

import hashlib
import io
import os
import random
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from portalgen.build import public_route
from portalgen.build.job import Job, public_view
from portalgen.build.public_route import prepare_public
from portalgen.build.shown import Memory
from portalgen.load import load, load_settings
from portalgen.public import Given, difference
from portalgen.render import images
from portalgen.views import GalleryView
from tests.project import SECRET, TODAY, Project

ALFA = """\
---
client: Alfa Bakery
title: Autumn bread
deliverables:
  - {title: The poster, status: ready, link: files/poster.png, audience: client}
case_study:
  attribution: named
  title: Bread people drive for
  image: files/case.jpg
  image_alt: Loaves
  consent: {status: granted, scopes: [name, imagery], channels: [website]}
---
## 2026-11-20 Ovens are on {.client}

![An oven](alfa/files/oven.jpg)

::: internal
![A plan](alfa/files/plan.jpg)
:::

## 2026-11-18 The flyer {.client}

See [the flyer](alfa/files/flyer.jpg).

## Case {#case-study .public}

People drive for it.
"""
FILES = {"oven.jpg": 1, "plan.jpg": 2, "case.jpg": 3, "poster.png": 4, "flyer.jpg": 5}


def picture(seed: int, name: str, width: int = 640) -> bytes:
    """A picture of its own."""
    small = Image.frombytes("RGB", (64, 16), random.Random(seed).randbytes(64 * 16 * 3))
    buffer = io.BytesIO()
    small.resize((width, width // 4), Image.Resampling.BICUBIC).save(buffer, images.kind_of(name), quality=95)
    return buffer.getvalue()


def account(project: Project) -> Project:
    for name, seed in FILES.items():
        project.write(f"content/accounts/alfa/files/{name}", picture(seed, name))
    return project.account("alfa", ALFA).account("zulu")


@pytest.fixture
def project(tmp_path: Path) -> Project:
    built = account(Project(tmp_path)).build()
    assert built.outcome is not None
    assert built.outcome.published, built.problems
    return built


def name_of(name: str) -> str:
    """What the copies of a file are called."""
    sha = hashlib.sha256(picture(FILES[name], name)).hexdigest()
    return hashlib.sha256(f"{sha} {images.kind_of(name)}".encode()).hexdigest()[:16]


def copies(tree: dict[str, bytes]) -> dict[str, set[str]]:
    """The copies in a tree, by the file that they are of: `640.avif`."""
    known = {name_of(name): name for name in FILES}
    found: dict[str, set[str]] = {}
    for path in tree:
        if match := re.search(r"(?:^|/)images/([0-9a-f]{16})-(\d+\.\w+)$", path):
            found.setdefault(known[match[1]], set()).add(match[2])
    return found


ALL = {"480.avif", "640.avif", "480.webp", "640.webp"}


def test_a_copy_is_published_where_its_image_is_shown_and_nowhere_else(project: Project) -> None:
    assert copies(project.portal("alfa")) == {"oven.jpg": ALL, "case.jpg": ALL}
    assert copies(project.tree("public")) == {"case.jpg": ALL}
    assert copies(project.portal("zulu")) == {}
    assert copies(project.tree("internal/accounts/alfa")) == {"oven.jpg": ALL, "plan.jpg": ALL}
    assert copies(project.tree("internal/references/alfa")) == {"case.jpg": ALL}


def test_what_pages_load_is_there_and_what_is_there_is_loaded(project: Project) -> None:
    for tree in (project.portal("alfa"), project.tree("internal"), project.tree("public")):
        loaded = {
            name
            for path, page in tree.items()
            if path.endswith(".html")
            for srcset in re.findall(r'srcset="([^"]*)"', page.decode())
            for name in re.findall(r"images/([0-9a-f]{16}-\d+\.\w+) \d+w", srcset)
        }
        there = {path.rpartition("/")[2] for path in tree if re.search(r"(?:^|/)images/[0-9a-f]{16}-", path)}
        assert loaded == there


def test_a_file_that_is_only_linked_stays_whole_and_has_no_copies(project: Project) -> None:
    portal = project.portal("alfa")
    for name in ("poster.png", "flyer.jpg"):
        assert name not in copies(portal)
        assert portal[f"files/{name}"] == images.publishable(picture(FILES[name], name), name)


NARROWED = {
    "the update": (
        "## 2026-11-20 Ovens are on {.client}",
        "## 2026-11-20 Ovens are on {.internal}",
        "oven.jpg",
    ),
    "the image alone": ("![An oven](alfa/files/oven.jpg)", "An oven.", "oven.jpg"),
    "the consent to images": ("[name, imagery]", "[name]", "case.jpg"),
    "the consent": ("status: granted", "status: revoked", "case.jpg"),
}


@pytest.mark.parametrize("failing", [False, True], ids=["a build", "a build that fails"])
@pytest.mark.parametrize("what", NARROWED)
def test_the_copies_go_with_what_showed_them(project: Project, what: str, failing: bool) -> None:
    before, after, gone = NARROWED[what]
    project.edit("alfa", before, after)
    if failing:
        project.account("zulu", "---\nclient: Zulu\n---\n")
    project.build()
    assert project.outcome is not None
    assert project.outcome.published is not failing
    shown = (project.portal("alfa"), project.tree("public"))
    assert not any(gone in copies(tree) for tree in shown)
    assert not any(f"files/{gone}" in path for tree in shown for path in tree)


def test_what_is_taken_back_alone_leaves_the_other_images_as_they_were(project: Project) -> None:
    before = project.portal("alfa")
    # Neither the sources nor the cache have them any more: only the release has.
    for path in (project.root / "content/accounts/alfa/files").iterdir():
        path.write_bytes(b"")
    shutil.rmtree(project.root / ".portalgen/cache")
    project.account("zulu", "---\nclient: Zulu\n---\n")
    project.edit("alfa", "The flyer {.client}", "The flyer {.internal}").build()
    after = project.portal("alfa")
    kept = {path for path in before if "images/" in path or path == "case-study/index.html"}
    assert "files/flyer.jpg" in before.keys() - after.keys()
    assert len(kept) == 2 * len(ALL) + 1
    assert {path: after.get(path) for path in kept} == {path: before[path] for path in kept}


@pytest.fixture
def encoded(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The images that are encoded from now on."""
    found: list[str] = []
    for name in ("made", "publishable"):
        real = getattr(images, name)

        def noted(data: bytes, path: str, *rest: str, real: object = real) -> object:
            if images.kind_of(path):
                found.append(path)
            return real(data, path, *rest)  # type: ignore[operator]

        monkeypatch.setattr(images, name, noted)
    return found


def test_nothing_is_encoded_twice(tmp_path: Path, encoded: list[str]) -> None:
    project = account(Project(tmp_path)).build()
    assert sorted(encoded) == sorted(f"files/{name}" for name in FILES)
    project.edit("alfa", "People drive for it.", "They come by car.").build()
    project.account("zulu").check()
    prepare_public_alone(project)
    assert sorted(encoded) == sorted(f"files/{name}" for name in FILES)


def prepare_public_alone(project: Project) -> None:
    """What `mkdocs build` alone asks for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "PORTALGEN_SECRET", SECRET)
        work = prepare_public(project.root / "mkdocs.yml", serving=True)
    assert {path for path in work.given.files if "/images/" in path}
    work.abandon()


def test_a_fresh_build_encodes_each_once_and_gives_the_same(project: Project, encoded: list[str]) -> None:
    before = project.tree()
    assert project.build(fresh=True).tree() == before
    assert sorted(encoded) == sorted(f"files/{name}" for name in FILES)


def test_a_check_encodes_each_once_and_writes_nothing(tmp_path: Path, encoded: list[str]) -> None:
    project = account(Project(tmp_path))
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}
    assert [p for p in project.check() if p.severity == "error"] == []
    assert sorted(encoded) == sorted(f"files/{name}" for name in FILES)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")} == before


def test_the_cache_holds_what_is_published_and_forgets_the_rest(project: Project) -> None:
    folder = project.root / ".portalgen/cache/images"
    # An image, its shape and its copies: three that are shown, two that are linked.
    assert len(list(folder.iterdir())) == 3 * (1 + 1 + len(ALL)) + 2
    project.edit("alfa", "![An oven](alfa/files/oven.jpg)", "An oven.").build()
    assert len(list(folder.iterdir())) == 2 * (1 + 1 + len(ALL)) + 2


@pytest.mark.parametrize("name", ["oven.jpg", "case.jpg"])
def test_a_broken_image_is_told_in_a_sentence_and_nothing_is_published(project: Project, name: str) -> None:
    before = project.tree()
    project.write(f"content/accounts/alfa/files/{name}", b"no image").build()
    said = {(p.at.path, p.message) for p in project.problems if p.code == "unreadable-file"}
    sentence = "this is no image that can be read; save it again as PNG or JPEG"
    assert said == {(f"content/accounts/alfa/files/{name}", sentence)}
    assert project.tree() == before


def test_every_image_of_every_page_has_its_size_and_a_text(project: Project) -> None:
    seen = 0
    for path, page in project.tree().items():
        for tag in re.findall(r"<img\b[^>]*>", page.decode()) if path.endswith(".html") else ():
            seen += 1
            assert re.search(r'alt="[^"]*"', tag), (path, tag)
            assert re.search(r'width="\d+" height="\d+"', tag), (path, tag)
    assert seen >= 8


def test_before_there_is_a_secret_mkdocs_alone_makes_the_same(
    project: Project, monkeypatch: pytest.MonkeyPatch, encoded: list[str]
) -> None:
    monkeypatch.delenv("PORTALGEN_SECRET", raising=False)
    monkeypatch.setattr(public_route, "read_secret", lambda *_: None)
    work = prepare_public(project.root / "mkdocs.yml", serving=True)
    tree = project.tree("public")
    wanted = {path: data for path, data in work.given.files.items() if "/images/" in path}
    assert wanted
    assert wanted == {path: tree[path] for path in wanted}
    assert encoded == ["files/case.jpg"]
    work.abandon()


def test_the_process_beside_is_told_what_new_images_are_like(project: Project) -> None:
    settings = load_settings(project.root / "mkdocs.yml")
    before = Given(settings, GalleryView(), {})
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(os.environ, "PORTALGEN_SECRET", SECRET)
        work = prepare_public(project.root / "mkdocs.yml", serving=True)
    assert work.given.shapes
    assert difference(before, work.given).after(before, settings).shapes == work.given.shapes
    assert difference(work.given, work.given).shapes == {}
    work.abandon()


def test_the_public_site_is_not_begun_with_an_image_that_cannot_be_read(project: Project) -> None:
    project.write("content/accounts/alfa/files/case.jpg", b"no image")
    settings = load_settings(project.root / "mkdocs.yml")
    content = load(settings)
    shown = Memory(settings).shown(content.healthy, TODAY)
    view = public_view(Job(settings, TODAY, bytes.fromhex(SECRET), content, shown))
    assert [problem.code for problem in view.problems] == ["unreadable-file"]

"""Two builds of the same sources are the same bytes, whatever the machine is set to."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.project import SECRET

ROOT = Path(__file__).parents[1]
VARIED = [
    pytest.param({"PYTHONHASHSEED": "1", "LC_ALL": "C", "TZ": "UTC"}, ["--jobs", "1"], 0o022, id="one"),
    pytest.param(
        {"PYTHONHASHSEED": "4242", "LC_ALL": "C.UTF-8", "LANG": "es_ES.UTF-8", "TZ": "Pacific/Kiritimati"},
        ["--jobs", "2"],
        0o077,
        id="another hash seed, locale, timezone, umask and number of jobs",
    ),
]


def copy(target: Path, *, backwards: bool = False, sealed: bool = False) -> None:
    """The sample agency, its files written in another order and with other times; its portals as plain pages,
    unless they are to be `sealed` as its settings have it."""
    for name in ("content", "themes"):
        paths = sorted((p for p in (ROOT / name).rglob("*") if p.is_file()), reverse=backwards)
        for number, path in enumerate(paths):
            new = target / path.relative_to(ROOT)
            new.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, new)
            if backwards:
                os.utime(new, (10**9 + number, 10**9 - number))
    settings = (ROOT / "mkdocs.yml").read_text("utf-8")
    assert "access: sealed" in settings
    (target / "mkdocs.yml").write_text(
        settings if sealed else settings.replace("access: sealed", "access: open")
    )


def built(
    folder: Path, environment: dict[str, str], options: list[str], umask: int, cwd: Path
) -> dict[str, bytes]:
    command = [sys.executable, "-m", "portalgen.cli", "-f", str(folder / "mkdocs.yml"), "build"]
    done = subprocess.run(
        [*command, "--as-of", "2026-11-23", *options],
        env={**os.environ, "PORTALGEN_SECRET": SECRET, **environment},
        capture_output=True,
        timeout=120,
        check=False,
        cwd=cwd,
        umask=umask,
    )
    assert done.returncode == 0, done.stderr.decode()
    site = folder / "site"
    return {p.relative_to(site).as_posix(): p.read_bytes() for p in sorted(site.rglob("*")) if p.is_file()}


def test_two_builds_are_byte_identical(tmp_path: Path) -> None:
    trees = []
    for number, variant in enumerate(VARIED):
        environment, options, umask = variant.values
        folder = tmp_path / f"project {number}"
        copy(folder, backwards=bool(number), sealed=True)
        trees.append(built(folder, environment, options, umask, ROOT if number else folder))  # type: ignore[arg-type]
    assert sorted(trees[0]) == sorted(trees[1])
    assert [path for path in trees[0] if trees[0][path] != trees[1][path]] == []
    assert len(trees[0]) > 100


def test_what_was_released_before_leaves_no_trace(tmp_path: Path) -> None:
    folder = tmp_path / "project"
    copy(folder)
    environment, options, umask = VARIED[0].values
    wanted = built(folder, environment, options, umask, folder)  # type: ignore[arg-type]
    note = folder / "content/accounts/casa-lumbre.md"
    text = note.read_text()
    note.write_text(text.replace("tres ideas", "cuatro ideas"))
    assert built(folder, environment, options, umask, folder) != wanted  # type: ignore[arg-type]
    note.write_text(text)
    assert built(folder, environment, options, umask, folder) == wanted  # type: ignore[arg-type]

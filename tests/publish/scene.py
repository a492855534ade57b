"""A project folder and small releases of numbered versions."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from portalgen.publish import Output, Release
from portalgen.settings import Settings
from portalgen.site import Unit

NAMES = ("portals/assets", "portals/aaa", "portals/bbb", "internal", "public")


def settings(root: Path, output: str = "site") -> Settings:
    return Settings(
        root=root,
        file=root / "mkdocs.yml",
        site_name="Estudio Norte",
        docs_dir=root / "content" / "pages",
        accounts=root / "content" / "accounts",
        approved=root / "content" / "approved",
        output=root / output,
    )


def unit(name: str, **files: str) -> Unit:
    surface = "assets" if name == "portals/assets" else "portal" if name.startswith("portals/") else name
    account = name.removeprefix("portals/") if surface == "portal" else ""
    return Unit(name, surface, account, {path: body.encode() for path, body in files.items()})  # type: ignore[arg-type]


def version(number: int, names: tuple[str, ...] = NAMES) -> list[Unit]:
    """All units of a version: every file but one says which."""
    return [
        unit(
            name, **{"same.txt": "same", **{f"d{n}/page{n}.html": f"{name} {number} " * 40 for n in range(6)}}
        )
        for name in names
    ]


def release(number: int = 0) -> Release:
    return Release(date(2026, 11, 23), str(number))


def publish(root: Path, units: list[Unit], keep: tuple[str, ...] = (), what: Release | None = None) -> None:
    with Output.open(settings(root)) as output:
        for each in units:
            output.stage(each)
        output.commit(keep, what or release())


def tree(folder: Path) -> dict[str, bytes]:
    """Every published file and its content."""
    return {
        p.relative_to(folder).as_posix(): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != ".portalgen-output"
    }


def identities(folder: Path) -> dict[str, tuple[int, int]]:
    """Inode and time of every file and folder of a tree."""
    return {
        p.relative_to(folder).as_posix(): (p.stat().st_ino, p.stat().st_mtime_ns)
        for p in (folder, *folder.rglob("*"))
    }

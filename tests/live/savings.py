"""Six ways in which programs save a file. Each takes a path, which may exist or not, and the new text."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import sleep


def truncate_and_write(path: Path, text: str) -> None:
    """As nano, VS Code and most scripts do."""
    path.write_text(text, encoding="utf-8")


def write_and_rename_over(path: Path, text: str) -> None:
    """As programs do that never leave half a file; the temporary name looks like any other."""
    whole = path.with_name(f"{path.stem}-k3x9q2{path.suffix}")
    whole.write_text(text, encoding="utf-8")
    whole.replace(path)


def as_vim_does(path: Path, text: str) -> None:
    """Try with a file "4913" whether the folder can be written, keep a backup, write anew, delete it."""
    probe = path.with_name("4913")
    probe.touch()
    probe.unlink()
    backup = path.with_name(f"{path.name}~")
    with suppress(FileNotFoundError):
        path.rename(backup)
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    backup.unlink(missing_ok=True)


def as_jetbrains_does(path: Path, text: str) -> None:
    """Write beside, move the old file away, the new one to its place, delete the old one."""
    whole, old = path.with_name(f"{path.name}___jb_tmp___"), path.with_name(f"{path.name}___jb_old___")
    whole.write_text(text, encoding="utf-8")
    with suppress(FileNotFoundError):
        path.rename(old)
    whole.rename(path)
    old.unlink(missing_ok=True)


def twice_within_20_ms(path: Path, text: str) -> None:
    """As somebody does who presses the keys twice, or a formatter that runs on saving."""
    path.write_text(f"{text}\n\nnot yet formatted", encoding="utf-8")
    sleep(0.01)
    path.write_text(text, encoding="utf-8")


def delete_and_create(path: Path, text: str) -> None:
    """As git and many sync programs do."""
    path.unlink(missing_ok=True)
    path.write_text(text, encoding="utf-8")


STYLES: tuple[Callable[[Path, str], None], ...] = (
    truncate_and_write,
    write_and_rename_over,
    as_vim_does,
    as_jetbrains_does,
    twice_within_20_ms,
    delete_and_create,
)

"""What review costs a build: the same project without review, with everything approved, with edits that wait.

    python bench/review.py [ACCOUNTS]

Prints CPU seconds of a first build (`--fresh`, one process) and of one in which nothing changed, and what
each is of the build without review. The builds take turns, so that a busy machine is as busy for all.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import generate

from portalgen.build import Options, approving, build, load_settings

_ENVIRONMENT = {"PORTALGEN_SECRET": "5e" * 32}
_TODAY = date(2026, 11, 23)
_EVERY = 10
"""Of so many accounts one waits for approval."""


def made(folder: Path, accounts: int, review: str) -> Path:
    """A project with this review, everything approved."""
    generate.main(folder, accounts, "mkdocs")
    file = folder / "mkdocs.yml"
    file.write_text(file.read_text().replace("review: []", f"review: {review}"))
    if review != "[]":
        settings = load_settings(file)
        for one, held in approving.offer(settings, (), None, _ENVIRONMENT).shown:
            approving.approve(settings, one, held, "Ana Ruiz", _ENVIRONMENT)
    return folder


def edited(folder: Path) -> Path:
    """The same with changes that wait."""
    for path in sorted((folder / "content/accounts").glob("*.md"))[::_EVERY]:
        path.write_text(path.read_text().replace("overall: on_track", "overall: at_risk"))
    return folder


def seconds(folder: Path, *, fresh: bool) -> tuple[float, str]:
    """CPU time of a build, and its closing line."""
    settings = load_settings(folder / "mkdocs.yml")
    begin = time.process_time()
    outcome = build(settings, Options(as_of=_TODAY, fresh=fresh), _ENVIRONMENT)
    assert outcome.published, outcome.problems[:3]
    return time.process_time() - begin, outcome.closing


def main(accounts: int) -> None:
    """Build in turns and print."""
    base = Path(tempfile.mkdtemp(prefix="review-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    makes: dict[str, Callable[[Path], Path]] = {
        "without review": lambda f: made(f, accounts, "[]"),
        "everything approved": lambda f: made(f, accounts, "[client, public]"),
        f"one of {_EVERY} waits": lambda f: edited(made(f, accounts, "[client, public]")),
    }
    try:
        projects = {name: make(base / str(n)) for n, (name, make) in enumerate(makes.items())}
        print(
            f"{accounts} accounts, one process, CPU seconds{'first':>12}{'x':>7}{'nothing changed':>19}{'x':>7}"
        )
        rows = {name: [seconds(folder, fresh=True)] for name, folder in projects.items()}
        for name, folder in projects.items():
            rows[name].append(seconds(folder, fresh=False))
        first, warm = (rows["without review"][n][0] for n in range(2))
        for name, ((cold, line), (again, _)) in rows.items():
            print(f"{name:<38}{cold:>12.2f}{cold / first:>7.2f}{again:>19.2f}{again / warm:>7.2f}   {line}")
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)

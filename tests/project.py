"""A project in a temporary folder, edited and built as one sentence.

    Project(tmp).account("brisa", BRISA).build().edit("brisa", "{.client}", "{.internal}").build()

Everything goes through the same `build` as the command; `tree` reads what was published.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Self

from portalgen.build import Options, Outcome, build, check, load_settings
from portalgen.build.approving import approve, offer
from portalgen.problems import Problem
from portalgen.views import Reviewed

SECRET = "5e" * 32
TODAY = date(2026, 11, 23)

SETTINGS = """\
site_name: Estudio Norte
site_url: https://www.estudio-norte.example/
docs_dir: content/pages
site_dir: site/public
theme: {name: mkdocs}
plugins:
  - search
  - portalgen:
      accounts: content/accounts
      output: site
      review: []
      access: open
      timezone: Europe/Madrid
"""

MINIMAL = """\
---
client: Brisa Foods
title: Spring launch
---
## 2026-11-20 First ads are live {.client}
Two of three formats went out on Tuesday.
"""


class Project:
    """A folder with settings, a home page and accounts."""

    def __init__(self, root: Path, settings: str = SETTINGS) -> None:
        self.root = root
        self.outcome: Outcome | None = None
        self.write("mkdocs.yml", settings)
        self.write("content/pages/index.md", "# Estudio Norte\n\nWe plan and make.\n")
        (root / "content/accounts").mkdir(parents=True, exist_ok=True)

    @classmethod
    def at(cls, root: Path) -> Self:
        """A project that is there already, as it is."""
        made = cls.__new__(cls)
        made.root, made.outcome = root, None
        return made

    def write(self, path: str, text: str | bytes) -> Self:
        """Write a file; the folders above it are made."""
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text.encode() if isinstance(text, str) else text)
        return self

    def account(self, name: str, text: str = MINIMAL) -> Self:
        """Write an account's file."""
        return self.write(f"content/accounts/{name}.md", text)

    def edit(self, name: str, before: str, after: str) -> Self:
        """Replace a text of an account that stands there exactly once."""
        path = self.root / f"content/accounts/{name}.md"
        text = path.read_text()
        assert text.count(before) == 1, f"{before!r} stands {text.count(before)} times in {name}"
        path.write_text(text.replace(before, after))
        return self

    def setting(self, before: str, after: str) -> Self:
        """Replace a text of the settings."""
        path = self.root / "mkdocs.yml"
        text = path.read_text()
        assert before in text
        path.write_text(text.replace(before, after))
        return self

    def remove(self, path: str) -> Self:
        """Remove a file."""
        (self.root / path).unlink()
        return self

    def build(
        self,
        as_of: date = TODAY,
        *,
        strict: bool = False,
        keep_going: bool = False,
        jobs: int = 1,
        fresh: bool = False,
        environment: Mapping[str, str] | None = None,
    ) -> Self:
        """Build with the test's secret; the outcome is kept, whatever it is."""
        options = Options(as_of=as_of, strict=strict, keep_going=keep_going, jobs=jobs, fresh=fresh)
        settings = load_settings(self.root / "mkdocs.yml")
        chosen = {"PORTALGEN_SECRET": SECRET, **(environment or {})}
        self.outcome = build(settings, options, chosen)
        return self

    def approve(
        self, *names: str, by: str = "Ana Ruiz", audience: Reviewed | None = None, on: date = TODAY
    ) -> Self:
        """Approve what is offered of these accounts, or of all; it must be possible."""
        settings = load_settings(self.root / "mkdocs.yml")
        environment = {"PORTALGEN_SECRET": SECRET, "SOURCE_DATE_EPOCH": str(_noon(on))}
        found = offer(settings, names, audience, environment)
        assert not found.problems, found.problems
        for one, held in found.shown:
            approve(settings, one, held, by, environment)
        return self

    def held(self) -> dict[tuple[str, str], list[str]]:
        """What the record of the last release says is held back: the changes by account and audience."""
        record = json.loads((self.root / ".portalgen/release.json").read_text())
        return {(h["account"], h["audience"]): h["changes"] for h in record["held_back"]}

    def check(self, as_of: date = TODAY) -> tuple[Problem, ...]:
        """What `portalgen check` says."""
        settings = load_settings(self.root / "mkdocs.yml")
        return check(settings, (), as_of, {"PORTALGEN_SECRET": SECRET}).problems

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What the last build said."""
        assert self.outcome is not None
        return self.outcome.problems

    @property
    def rendered(self) -> set[str]:
        """What the last build made, keys of portals written as their accounts: `brisa/updates/index.html`."""
        assert self.outcome is not None
        accounts = {path.stem for path in (self.root / "content/accounts").glob("*.md")}
        named = {f"portals/{self.key(name)}/": f"{name}/" for name in accounts}
        found = set()
        for path in self.outcome.rendered:
            prefix = next((p for p in named if path.startswith(p)), "")
            found.add(named.get(prefix, "") + path.removeprefix(prefix))
        return found

    @property
    def codes(self) -> list[str]:
        """The codes of the last build's errors and leaks."""
        return [p.code for p in self.problems if p.severity in ("error", "leak")]

    def tree(self, below: str = "") -> dict[str, bytes]:
        """What was published, by path below `site/<below>`; the marker of the output is left out."""
        base = self.root / "site" / below
        return {
            path.relative_to(base).as_posix(): path.read_bytes()
            for path in sorted(base.rglob("*"))
            if path.is_file() and not path.name.startswith(".")
        }

    def portal(self, account: str) -> dict[str, bytes]:
        """The published portal of an account."""
        return self.tree(f"portals/{self.key(account)}")

    def key(self, account: str, epoch: int = 1) -> str:
        """The folder of an account's portal."""
        from portalgen.secret import portal_key

        return portal_key(bytes.fromhex(SECRET), account, epoch)


def _noon(day: date) -> int:
    return int(datetime(day.year, day.month, day.day, 12, tzinfo=UTC).timestamp())


def chromium(*, whole: bool = False) -> str:
    """The system's Chromium: the one made to run without windows, where there is one, as it takes half the
    time for the same pages. `whole` is the one that people use, with settings."""
    names = ("chromium", "chromium-browser", "google-chrome")
    for name in names if whole else ("chromium-headless-shell", *names):
        for folder in os.environ.get("PATH", "").split(os.pathsep):
            if (path := Path(folder) / name).is_file():
                return str(path)
    raise AssertionError("no Chromium: install the package chromium")

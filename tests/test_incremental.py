"""Incremental equals clean: whatever is edited in whatever order, a build from a warm cache and the pages
under `serve` are byte for byte those of a clean build."""

from __future__ import annotations

import io
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)
from PIL import Image

from portalgen.build.workshop import Workshop, touched
from portalgen.load import load_settings
from portalgen.public import Given, LiveSite, Refreshed
from portalgen.publish import Preview
from portalgen.site import Unit, from_folder
from tests.project import SECRET, TODAY, Project

MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None
"""Thousands of small files come and go: on a disk that takes most of the time."""
NAMES = ("alfa", "brisa", "castro", "delta")
ENVIRONMENT = {"PORTALGEN_SECRET": SECRET, "SOURCE_DATE_EPOCH": "1795435200"}
assert date.fromtimestamp(1795435200) == TODAY

CASE = """\
case_study:
  attribution: {attribution}
  title: {case}
  slug: {name}-case
  consent: {{status: {status}, scopes: [name, metrics, imagery], channels: [website]}}
"""
TEXT = """\
---
client: {{name: {name} {title}, descriptor: A maker}}
title: {title}
lifecycle: {lifecycle}
industry: {industry}
team: [{{name: {person}, role: account_executive, email: a@norte.example}}]
milestones: [{{title: Films, baseline: 2026-12-10, forecast: 2026-12-{day}}}]
needs: [{{title: A colour, due: 2026-11-{day}}}]
kpis: [{{name: Leads, audience: public, readings: [{{value: {value}, date: 2026-11-10}}]}}]
lessons: [{lesson}]
{case}---
## 2026-11-20 {update} {{.{audience}}}
{words} in the update.

## What we did {{#case-study .public}}
{words} in public. ![Ad]({name_}/files/ad.png)

::: internal
{lesson} for us alone.
:::
"""
WORDS = ("Marmot", "Sparrow", "Heron", "Otter")
FIELDS = {
    "title": WORDS,
    "lifecycle": ("active", "active", "on_hold", "proposed"),
    "industry": ("Food", "Travel"),
    "person": ("Ana Ruiz", "Eva Sol"),
    "day": ("11", "12", "28"),
    "value": ("4", "5.0", "60"),
    "lesson": WORDS,
    "update": ("First ads", "More ads"),
    "audience": ("client", "client", "internal"),
    "words": WORDS,
    "attribution": ("none", "named", "anonymised"),
    "status": ("granted", "granted", "requested", "revoked"),
}


def account(name: str, values: Mapping[str, str]) -> str:
    case = ""
    if values["attribution"] != "none":
        case = CASE.format(name=WORDS[NAMES.index(name)].lower(), case=f"A {values['words']} story", **{
            key: values[key] for key in ("attribution", "status")
        })  # fmt: skip
    return TEXT.format(name=name.capitalize(), name_=name, case=case, **values)


def picture(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4), (shade, 90, 40)).save(buffer, "PNG")
    return buffer.getvalue()


class InProcess:
    """The public site in this process: the same work, without the other process around it."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._site = folder, LiveSite(folder)

    def begin(self, given: Given, today: date, *, outside: bool) -> None:
        self._found = self._site.refresh(given, today, outside=outside)

    def end(self) -> Refreshed:
        return self._found

    def folder(self) -> Unit:
        return from_folder("public", "public", self._folder)


class Editing(RuleBasedStateMachine):
    """An AE at work; at the end the trees are compared."""

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.root = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="edits-", dir=MEMORY)))
        self.project = Project(self.root / "project")
        self.project.write("content/pages/work.md", "# Work\n\n::: cases limit=2\nNone.\n:::\n")
        self.values = {name: {field: found[0] for field, found in FIELDS.items()} for name in NAMES[:2]}
        for name in self.values:
            self.save(name)
        self.settings = load_settings(self.project.root / "mkdocs.yml")
        self.preview = self.stack.enter_context(Preview.open(self.settings))
        self.workshop = Workshop(self.settings, ENVIRONMENT, self.preview, InProcess(self.preview.work))
        self.workshop.round()
        self.workshop.rest()
        self.project.build()
        self.paths: set[Path] = set()

    def save(self, name: str) -> None:
        self.note(f"content/accounts/{name}.md", account(name, self.values[name]))
        if not (self.project.root / f"content/accounts/{name}/files/ad.png").exists():
            self.note(f"content/accounts/{name}/files/ad.png", picture(10))

    def note(self, path: str, text: str | bytes) -> None:
        self.project.write(path, text)
        if hasattr(self, "paths"):
            self.paths.add(self.project.root / path)

    @rule(name=st.sampled_from(NAMES[:2]), field=st.sampled_from(sorted(FIELDS)), data=st.data())
    def edit(self, name: str, field: str, data: st.DataObject) -> None:
        if name in self.values:
            self.values[name][field] = data.draw(st.sampled_from(FIELDS[field]))
            self.save(name)

    @rule(name=st.sampled_from(NAMES[2:]), words=st.sampled_from(WORDS))
    def add(self, name: str, words: str) -> None:
        self.values[name] = {**{field: found[0] for field, found in FIELDS.items()}, "words": words}
        self.save(name)

    @rule(name=st.sampled_from(NAMES[1:]))
    def remove(self, name: str) -> None:
        if name in self.values:
            del self.values[name]
            path = self.project.root / f"content/accounts/{name}.md"
            path.unlink()
            self.paths.add(path)

    @rule(name=st.sampled_from(NAMES[:2]), title=st.sampled_from(WORDS))
    def write_an_update(self, name: str, title: str) -> None:
        if name in self.values:
            self.note(
                f"content/accounts/{name}/updates/one.md",
                f"---\ntitle: {title}\ndate: 2026-11-18\naudience: client\n---\nAn update of its own.\n",
            )

    @rule(name=st.sampled_from(NAMES[:2]), shade=st.sampled_from((10, 120, 240)))
    def paint(self, name: str, shade: int) -> None:
        if name in self.values:
            self.note(f"content/accounts/{name}/files/ad.png", picture(shade))

    @rule(words=st.sampled_from(WORDS))
    def write_a_page(self, words: str) -> None:
        self.note("content/pages/index.md", f"# Estudio Norte\n\n{words}.\n")

    @rule(days=st.sampled_from((14, 2)))
    def change_the_settings(self, days: int) -> None:
        path = self.project.root / "mkdocs.yml"
        text = path.read_text().partition("      stale_after_days:")[0]
        self.note("mkdocs.yml", f"{text}      stale_after_days: {days}\n")

    @precondition(lambda self: self.paths)
    @rule()
    def look(self) -> None:
        """What `serve` does after a save."""
        self.workshop.round(touched(self.workshop.settings, self.paths))
        self.workshop.rest()
        self.paths = set()

    @rule()
    def build(self) -> None:
        self.project.build()

    def teardown(self) -> None:
        if not hasattr(self, "stack"):
            return
        with self.stack:
            self.look()
            self.project.build()
            clean = Project(self.root / "clean")
            shutil.copytree(self.project.root / "content", clean.root / "content", dirs_exist_ok=True)
            shutil.copy(self.project.root / "mkdocs.yml", clean.root / "mkdocs.yml")
            clean.build()
            assert clean.codes == self.project.codes == []
            expected = clean.tree()
            assert difference(self.project.tree(), expected) == []
            assert difference(shown(self.preview.folder), expected) == []


def shown(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def difference(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


@pytest.mark.parametrize("number", range(4))
def test_200_sequences_of_edits_end_as_a_clean_build(number: int) -> None:
    machine = seed(number)(type(f"Editing{number}", (Editing,), {}))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=8,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

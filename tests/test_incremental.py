"""Incremental equals clean: whatever is edited, approved or damaged in whatever order, a build from a warm
cache and the pages under `serve` are byte for byte those of a clean build of the same files."""

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
from portalgen.settings import Settings
from portalgen.site import Unit, from_folder
from portalgen.views import Reviewed
from tests.project import SECRET, SETTINGS, TODAY, Project
from tests.sealed import plain

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
access: {{mode: {access}, readers: [{readers}]}}
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
REVIEWS = ("", "client, public", "client, public", "client")
"""What is reviewed when each of the machines begins."""
BAD = (b"", b"{", b"[]", b"<<<<<<< ours\n", b'{"approved_by": "x"}')
FIELDS = {
    "title": WORDS,
    "lifecycle": ("active", "active", "on_hold", "proposed"),
    "access": ("sealed", "sealed", "open", "host"),
    "readers": ("Eva Sol", "Eva Sol, Leo Sanz", "Leo Sanz"),
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


def first_values(name: str, review: str) -> dict[str, str]:
    """What an account says at first: every other portal is sealed."""
    return {
        **{field: found[0] for field, found in FIELDS.items()},
        "access": "open" if NAMES.index(name) % 2 else "sealed",
        **({"attribution": "named"} if review else {}),
    }


def begun(root: Path, review: str) -> Project:
    """The project with which an AE begins: served and built once, from nothing, with the same pages."""
    project = Project(root, SETTINGS.replace("[]", f"[{review}]"))
    project.write("content/pages/work.md", "# Work\n\n::: cases limit=2\nNone.\n:::\n")
    for name in NAMES[:2]:
        project.account(name, account(name, first_values(name, review)))
        project.write(f"content/accounts/{name}/files/ad.png", picture(10))
    if review:
        project.approve()
    settings = load_settings(project.root / "mkdocs.yml")
    with Preview.open(settings) as preview:
        serve(settings, preview)
        assert difference(opened(project.build()), files(preview.folder)) == []
    return project


def serve(settings: Settings, preview: Preview) -> Workshop:
    """A workshop that has gone its first round."""
    workshop = Workshop(settings, ENVIRONMENT, preview, InProcess(preview.work))
    workshop.round()
    workshop.rest()
    return workshop


class Editing(RuleBasedStateMachine):
    """An AE at work; at the end the trees are compared. Each begins with a copy of `project_begun`."""

    review = ""
    project_begun: Project

    @initialize()
    def begin(self) -> None:
        self.stack = ExitStack()
        self.root = Path(self.stack.enter_context(tempfile.TemporaryDirectory(prefix="edits-", dir=MEMORY)))
        self.project = Project.at(shutil.copytree(self.project_begun.root, self.root / "project"))
        self.values = {name: first_values(name, self.review) for name in NAMES[:2]}
        self.whole: dict[Path, bytes] = {}
        settings = load_settings(self.project.root / "mkdocs.yml")
        self.preview = self.stack.enter_context(Preview.open(settings))
        self.workshop = serve(settings, self.preview)
        self.paths: set[Path] = set()

    def save(self, name: str) -> None:
        self.note(f"content/accounts/{name}.md", account(name, self.values[name]))
        if not (self.project.root / f"content/accounts/{name}/files/ad.png").exists():
            self.note(f"content/accounts/{name}/files/ad.png", picture(10))

    def note(self, path: str, text: str | bytes) -> None:
        self.project.write(path, text)
        self.paths.add(self.project.root / path)

    @rule(name=st.sampled_from(NAMES[:2]), field=st.sampled_from(sorted(FIELDS)), data=st.data())
    def edit(self, name: str, field: str, data: st.DataObject) -> None:
        if name in self.values:
            self.values[name][field] = data.draw(st.sampled_from(FIELDS[field]))
            self.save(name)

    @rule(
        name=st.sampled_from(NAMES[:2]), field=st.sampled_from(("title", "words", "status")), data=st.data()
    )
    def edit_and_approve(self, name: str, field: str, data: st.DataObject) -> None:
        self.edit(name, field, data)
        self.approve(name, None)

    # ---- approvals

    @rule(name=st.sampled_from(NAMES), audience=st.sampled_from(("client", "public", None)))
    def approve(self, name: str, audience: Reviewed | None) -> None:
        reviewed = load_settings(self.project.root / "mkdocs.yml").review
        damaged = any(path.suffix == ".json" and name in path.parts for path in self.whole)
        if name in self.values and not damaged and (audience in reviewed or (audience is None and reviewed)):
            self.project.approve(name, audience=audience)
            self.paths |= set(self.approved(name))

    def approved(self, name: str) -> list[Path]:
        """The files of an account's approvals."""
        folder = self.project.root / "content/approved" / name
        return sorted(path for path in folder.rglob("*") if path.is_file())

    @rule(name=st.sampled_from(NAMES[:2]), number=st.integers(0, 9))
    def delete_of_an_approval(self, name: str, number: int) -> None:
        found = [path for path in self.approved(name) if path.suffix == ".json"]
        if found:
            path = found[number % len(found)]
            path.unlink()
            self.whole.pop(path, None)
            self.paths.add(path)

    @rule(
        name=st.sampled_from(NAMES[:2]),
        number=st.integers(0, 9),
        data=st.sampled_from(BAD),
        seen=st.sampled_from(("by nobody", "by a build", "by serve")),
    )
    def damage_an_approval(self, name: str, number: int, data: bytes, seen: str) -> None:
        """Or a file that it shows, when the account has another by now. Mended before trees are compared."""
        found = self.approved(name)
        if not found:
            return
        path = found[number % len(found)]
        self.whole.setdefault(path, path.read_bytes())
        path.write_bytes(data)
        self.paths.add(path)
        if path.suffix != ".json":
            self.paint(name, 10 + 10 * number)
        if seen == "by a build":
            self.build()
        elif seen == "by serve":
            self.look()

    @precondition(lambda self: self.whole)
    @rule()
    def mend_the_approvals(self) -> None:
        for path, data in self.whole.items():
            if path.is_file():
                path.write_bytes(data)
                self.paths.add(path)
        self.whole = {}

    @rule(review=st.sampled_from(("", "client", "public", "client, public", "client, public")))
    def change_what_is_reviewed(self, review: str) -> None:
        self.rewrite_the_settings("review: ", f"[{review}]")

    # ---- and else

    @rule(name=st.sampled_from(NAMES[2:]), words=st.sampled_from(WORDS))
    def add(self, name: str, words: str) -> None:
        self.values[name] = {**first_values(name, ""), "words": words}
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
        self.rewrite_the_settings("stale_after_days: ", f"{days}")

    def rewrite_the_settings(self, key: str, value: str) -> None:
        lines = (self.project.root / "mkdocs.yml").read_text().splitlines()
        others = [line for line in lines if not line.strip().startswith(key)]
        self.note("mkdocs.yml", "\n".join([*others, f"      {key}{value}\n"]))

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
            self.mend_the_approvals()
            self.look()
            self.project.build()
            clean = Project(self.root / "clean")
            shutil.copytree(self.project.root / "content", clean.root / "content", dirs_exist_ok=True)
            shutil.copy(self.project.root / "mkdocs.yml", clean.root / "mkdocs.yml")
            clean.build()
            assert clean.codes == self.project.codes == []
            assert clean.held() == self.project.held()
            expected = clean.tree()
            assert difference(self.project.tree(), expected) == []
            shown = files(self.preview.folder)
            drafts = {path: data for path, data in shown.items() if path.startswith("drafts/")}
            assert difference({p: d for p, d in shown.items() if p not in drafts}, opened(clean)) == []
            assert difference(drafts, drafts_of(clean)) == []


def drafts_of(project: Project) -> dict[str, bytes]:
    """The portals that would change or come, as they are with everything approved, where a draft stands."""
    waiting = [name for name, audience in project.held() if audience == "client"]
    if not waiting:
        return {}
    tree = opened(project.approve().build())
    folders = tuple(f"portals/{project.key(name)}/" for name in waiting)
    return {
        path.replace("portals/", "drafts/", 1): data.replace(b"../assets/", b"../../portals/assets/")
        for path, data in tree.items()
        if path.startswith(folders)
    }


def opened(project: Project) -> dict[str, bytes]:
    """What was published, as its readers see it."""
    return plain(project.tree(), NAMES, readers=("Eva Sol", "Leo Sanz"))


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def difference(one: Mapping[str, bytes], other: Mapping[str, bytes]) -> list[str]:
    return sorted(path for path in one.keys() | other.keys() if one.get(path) != other.get(path))


@pytest.mark.parametrize("number", range(4))
def test_200_sequences_of_edits_end_as_a_clean_build(number: int) -> None:
    review = REVIEWS[number]
    with tempfile.TemporaryDirectory(prefix="begun-", dir=MEMORY) as folder:
        begin = {"review": review, "project_begun": begun(Path(folder) / "project", review)}
        run(seed(number)(type(f"Editing{number}", (Editing,), begin)))


def run(machine: type[Editing]) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=50,
            stateful_step_count=10,
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

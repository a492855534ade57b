"""A canary in every field and every kind of text: each tree holds those that its readers may see.

The accounts are generated from the model (`canary.py`). What is published is searched as bytes, in
many encodings, names of files and folders, what is packed, and what the build prints.
"""

import base64
import gzip
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from portalgen.account import fields
from portalgen.vocabulary import Audience
from tests import canary
from tests.canary import CanaryAccount
from tests.project import SECRET, SETTINGS, Project

CLIENT, PUBLIC = Audience.CLIENT, Audience.PUBLIC
REVIEWED = SETTINGS.replace("review: []", "review: [client, public]")

VARIANTS = [
    pytest.param(None, "late", "none", id="no marks"),
    pytest.param(None, "early", "requested", id="no marks, early states, consent requested"),
    pytest.param(Audience.INTERNAL, "late", "granted", id="all marked internal, case public"),
    pytest.param(Audience.CLIENT, "late", "requested", id="all marked client, consent requested"),
    pytest.param(Audience.PUBLIC, "late", "granted", id="all marked public, case public"),
    pytest.param(Audience.PUBLIC, "early", "revoked", id="all marked public, consent revoked"),
]


def put(project: Project, account: CanaryAccount) -> None:
    for path, data in account.files.items():
        project.write(f"content/accounts/{path}", data)


def forms(text: str) -> Iterator[bytes]:
    """The ways in which a text may hide in bytes."""
    plain = text.encode()
    yield plain
    yield text.upper().encode()
    yield text.encode("utf-16-le")
    yield text.encode("utf-16-be")
    yield plain.hex().encode()
    yield quote(text, safe="").encode()
    yield "".join(f"%{b:02X}" for b in plain).encode()
    yield "".join(f"\\u{ord(c):04x}" for c in text).encode()
    yield "".join(f"&#{ord(c)};" for c in text).encode()
    yield "".join(f"&#x{ord(c):x};" for c in text).encode()
    for shift in range(3):
        yield base64.b64encode(b" " * shift + plain)[4 if shift else 0 : -4]


def opened(files: dict[str, bytes]) -> Iterator[bytes]:
    """All bytes of a tree: paths, files, and what is packed in them."""
    for path, data in files.items():
        yield path.encode()
        yield data
        if path.endswith(".gz"):
            yield gzip.decompress(data)
        if data[:2] == b"PK":
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                yield from (archive.read(name) for name in archive.namelist())


def found(texts: list[str], files: dict[str, bytes]) -> list[str]:
    haystack = b"\n".join(opened(files))
    return [t for t in texts if any(f in haystack for f in forms(t))]


@pytest.mark.parametrize("settings", [SETTINGS, REVIEWED], ids=["no review", "approved"])
@pytest.mark.parametrize(("mark", "state", "consent"), VARIANTS)
def test_each_tree_holds_what_its_readers_may_see_and_nothing_else(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    mark: Audience | None,
    state: canary.State,
    consent: str,
    settings: str,
) -> None:
    project = Project(tmp_path, settings)
    mine = canary.make("mine", mark=mark, state=state, consent=consent, seed="zq")
    other = canary.make(
        "other",
        mark=mark,
        state=state,
        consent=consent,
        seed="xk",
        shift=1,
        **{"CaseStudy.slug": "another-case"},
    )
    put(project, mine)
    put(project, other)
    if settings is REVIEWED:
        project.approve()
    project.build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems

    portal, public, internal = project.portal("mine"), project.tree("public"), project.tree("internal")
    everything = [c.text for c in mine.canaries]
    assert not found([c.text for c in mine.hidden_from(CLIENT)], portal)
    assert not found([c.text for c in mine.hidden_from(PUBLIC)], public)
    assert not found(everything, project.portal("other"))
    comments = [c.text for c in mine.canaries if c.field == f"prose: {canary.COMMENT}"]
    assert comments
    assert not found(comments, internal)
    assert not found(
        [f"inside{c.text}" for c in mine.canaries], {p: d for p, d in internal.items() if p.endswith("png")}
    )

    said = "".join(capfd.readouterr())
    assert not [t for t in everything if t in said]

    seen = b"\n".join(portal.values()).decode("utf-8", "replace").replace(",", "")
    assert not [c for c in mine.seen_by(CLIENT) if c.text not in seen]
    if consent == "granted":
        seen = b"\n".join(public.values()).decode("utf-8", "replace").replace(",", "")
        texts = [c for c in mine.seen_by(PUBLIC) if "canary" in c.text]  # days are shown as periods
        assert texts
        assert not [c for c in texts if c.text not in seen]
    seen = b"\n".join(internal.values()).decode("utf-8", "replace").replace(",", "")
    assert not [c for c in mine.canaries if c.text not in seen and c.text not in comments]


# ---- with review ------------------------------------------------------------------------------------

IDS = {
    f"{kind}.id": f"the-{kind.lower()}"
    for kind in ("ChangeRequest", "Contact", "Decision", "Deliverable", "Expectation", "MarketStudy", "Need",
                 "Responsibility", "Risk", "Tactic")
}  # fmt: skip
"""Names of items that stay when their titles change."""


def below(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, by its path."""
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


@pytest.mark.parametrize(("mark", "state", "consent"), VARIANTS)
def test_an_approval_holds_what_its_reader_may_see_and_nothing_else(
    tmp_path: Path, mark: Audience | None, state: canary.State, consent: str
) -> None:
    project = Project(tmp_path, REVIEWED)
    made = {name: canary.make("mine", mark=mark, state=state, consent=name) for name in {consent, "granted"}}
    mine = made[consent]
    put(project, mine)
    put(project, canary.make("other", mark=mark, state=state, consent=consent, seed="xk", shift=1))
    project.approve()
    approved = below(project.root / "content/approved/mine")
    portal, case = {"portal.json": approved["portal.json"]}, {"case-study.json": approved["case-study.json"]}
    ahead = "update of 2026-12-24"  # the day decides when it is shown, not whether it is approved
    assert not found([c.text for c in mine.hidden_from(CLIENT) if ahead not in c.field], portal)
    # What prospects would see is approved whatever the consent says today.
    assert not found([c.text for c in made["granted"].hidden_from(PUBLIC)], case)
    assert not found([c.text for c in mine.canaries], below(project.root / "content/approved/other"))
    shown = {c.text for c in (*mine.seen_by(CLIENT), *made["granted"].seen_by(PUBLIC))}
    images = {path: data for path, data in approved.items() if path.startswith("files/")}
    assert images
    assert not found([f"inside{c.text}" for c in mine.canaries if c.text not in shown], images)
    held = approved["portal.json"].decode()
    assert [c for c in mine.seen_by(CLIENT) if c.text in held]


@pytest.mark.parametrize(("mark", "state", "consent"), VARIANTS)
def test_what_is_held_back_is_nowhere_outside_the_team(
    tmp_path: Path, mark: Audience | None, state: canary.State, consent: str
) -> None:
    """Everything was approved once; then every text, number, day and file is another."""
    project = Project(tmp_path, REVIEWED)
    before = canary.make("mine", mark=mark, state=state, consent=consent, seed="zq", **IDS)
    after = canary.make("mine", mark=mark, state=state, consent=consent, seed="hb", shift=1, **IDS)
    put(project, before)
    put(project, canary.make("other", consent="none", seed="xk"))
    project.approve().build()
    put(project, after)
    said = portalgen(project, "build", "--as-of", "2026-11-23")
    assert "held back from the client" in said
    texts = [c.text for c in after.canaries]
    assert not found(texts, project.tree("portals"))
    assert not found(texts, project.tree("public"))
    hidden = (".portalgen/", "content/", "site/internal/")
    assert not found(texts, {p: d for p, d in below(project.root).items() if not p.startswith(hidden)})
    assert (project.root / ".portalgen").stat().st_mode & 0o077 == 0
    # The list of what waits calls items by their ids, and of these some are made of a title.
    listed = re.compile(r"held back from the (client|public): .*")
    assert not [t for t in texts if t in listed.sub("", said)]
    assert not [
        c for c in after.canaries if c.text in said and "title" not in c.field and "name" not in c.field
    ]
    seen = b"\n".join(project.portal("mine").values()).decode("utf-8", "replace")
    assert [c for c in before.seen_by(CLIENT) if c.text in seen]


def test_what_is_held_back_is_not_in_what_mkdocs_makes_alone(tmp_path: Path) -> None:
    project = Project(tmp_path, REVIEWED)
    put(project, canary.make("mine", mark=PUBLIC, consent="granted", seed="zq", **IDS))
    project.approve().build()
    after = canary.make("mine", mark=PUBLIC, consent="granted", seed="hb", shift=1, **IDS)
    put(project, after)
    said = portalgen(project, "build", module="mkdocs")
    texts = [c.text for c in after.canaries]
    assert "case-studies/a-case/index.html" in project.tree("public")
    assert not found(texts, project.tree("public"))
    assert not [t for t in texts if t in said]


def portalgen(project: Project, *arguments: str, module: str = "portalgen.cli") -> str:
    """What a command says, on both streams; it must succeed."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=project.root,
        env={**os.environ, "PORTALGEN_SECRET": SECRET, "NO_COLOR": "1", "SOURCE_DATE_EPOCH": "1795435200"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def test_every_field_of_the_model_has_its_canary_or_a_reason() -> None:
    """Enumerations and numbers of a fixed range can hold none; whatever else is new is covered."""
    said = {c.field for c in canary.make().canaries}
    fixed = {key.split(".", 1)[1] for key in canary._FIXED}
    for spec in fields():
        holds_text = spec.child is None and not spec.choices and spec.name not in fixed
        number = any(t in repr(spec.part.model_fields[spec.name].annotation) for t in ("int", "'Count'"))
        if holds_text and not number:
            assert spec.key in said, f"{spec.key} has no canary"


def test_the_search_would_find_a_canary_in_every_disguise() -> None:
    word = "zq001canary"
    for form in forms(word):
        assert found([word], {"a.html": b"x" + form + b"y"}), form
    assert found([word], {"a.xml.gz": gzip.compress(word.encode())})
    assert found([word], {f"{word}/index.html": b""})
    assert not found([word], {"a.json": json.dumps({"zq002canary": 1}).encode()})

"""A canary in every field and every kind of text: each tree holds those that its readers may see.

The accounts are generated from the model (`canary.py`). What is published is searched as bytes, in
many encodings, names of files and folders, what is packed, and what the build prints.
"""

import base64
import gzip
import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest

from portalgen.account import fields
from portalgen.vocabulary import Audience
from tests import canary
from tests.canary import CanaryAccount
from tests.project import Project

CLIENT, PUBLIC = Audience.CLIENT, Audience.PUBLIC

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


@pytest.mark.parametrize(("mark", "state", "consent"), VARIANTS)
def test_each_tree_holds_what_its_readers_may_see_and_nothing_else(
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
    mark: Audience | None,
    state: canary.State,
    consent: str,
) -> None:
    project = Project(tmp_path)
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

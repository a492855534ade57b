"""Whatever bytes an account's file holds: no traceback, and every refusal has its place."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portalgen.load import load, load_settings
from tests.hostile.test_faults import SOUND
from tests.project import Project

PIECES = st.sampled_from(
    ["---\n", "\n", "::: internal\n", ":::\n", "## A {.client}\n", "{.public}", "<!--", "-->", "```\n", "- ", "> ",
     "&a ", "*a", "<<: ", "!!x ", "[", "{", "]", "}", ": ", "\t", "'", '"', "\x00", "\u2028", "é", "🙂", "<div>", "|",
     "audience: public\n", "team:\n", "  - {name: x}\n", "milestones: [{title: y}]\n", "[x](files/y.png)", "\r"]
)  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return Project(tmp_path_factory.mktemp("fuzz"))


def refused_or_read(project: Project, data: bytes) -> None:
    project.write("content/accounts/alfa.md", data)
    content = load(load_settings(project.root / "mkdocs.yml"))
    lines = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n").count(b"\n") + 1
    if not content.accounts:
        assert any(p.severity == "error" for p in content.problems)
    for problem in content.problems:
        assert problem.at.path == "content/accounts/alfa.md"
        assert 1 <= problem.at.line <= lines + 1
        assert problem.at.column >= 1
        assert problem.message


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(pieces=st.lists(st.tuples(st.integers(0, len(SOUND)), PIECES), min_size=1, max_size=6))
def test_a_sound_file_with_pieces_put_in(project: Project, pieces: list[tuple[int, str]]) -> None:
    text = SOUND
    for at, piece in pieces:
        text = text[:at] + piece + text[at:]
    refused_or_read(project, text.encode("utf-8", "surrogatepass"))


@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(begin=st.integers(0, len(SOUND)), length=st.integers(1, 120))
def test_a_sound_file_with_a_piece_missing(project: Project, begin: int, length: int) -> None:
    refused_or_read(project, (SOUND[:begin] + SOUND[begin + length :]).encode())


@settings(max_examples=200, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    data=st.binary(max_size=300), head=st.sampled_from([b"", b"---\n", b"---\nclient: A\ntitle: T\n---\n"])
)
def test_any_bytes(project: Project, data: bytes, head: bytes) -> None:
    refused_or_read(project, head + data)


def test_the_sound_file_is_sound(tmp_path: Path) -> None:
    project = Project(tmp_path).account("alfa", SOUND)
    assert load(load_settings(project.root / "mkdocs.yml")).accounts

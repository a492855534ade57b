"""Who may open a portal, as an account says it."""

from pathlib import Path

import pytest

from tests.load.scene import account, only

FRONT = "client: Alfa Foods\ntitle: T\naccess: {}\n"
SAME = [
    ("the same words", "{readers: [board, ana, board]}", "access.readers.3", (4, 32), "number 1"),
    ("a text and a mapping", "{readers: [ana, {text: ana, audience: internal}]}", "access.readers.2", (4, 25), "number 1"),
    ("composed accents and others", "{readers: [Jose\u0301, Jos\u00e9]}", "access.readers.2", (4, 27), "number 1"),
    ("blanks that nobody sees", '{readers: [ana gil, " ana  gil"]}', "access.readers.2", (4, 29), "number 1"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("access", "field", "place", "said"), [s[1:] for s in SAME], ids=[s[0] for s in SAME]
)
def test_a_reader_is_listed_once(
    tmp_path: Path, access: str, field: str, place: tuple[int, int], said: str
) -> None:
    problem = only(account(tmp_path, front=FRONT.format(access)))
    assert (problem.severity, problem.code, problem.field) == ("error", "duplicate-reader", field)
    assert (problem.at.line, problem.at.column) == place
    assert said in problem.message
    assert problem.message.endswith("line 4")


@pytest.mark.parametrize(
    "readers",
    [
        "[ana@alfa.example, board]",
        "[Ana, ana]",
        "[{text: ana, audience: internal}, board]",
        "[]",
        "[ana, '']",
    ],
)
def test_other_readers_are_taken_as_they_are_written(tmp_path: Path, readers: str) -> None:
    found = account(tmp_path, front=FRONT.format(f"{{readers: {readers}}}"))
    assert not found.problems
    names = [reader.text for reader in found.healthy["alfa"].account.access.readers]
    assert names == [name for name in names if name]


WRONG = [
    ("one reader without a list", "{readers: ana}", "not-a-list"),
    ("a key that is near", "{reader: [ana]}", "unknown-key"),
    ("a reader who has no name", "{readers: [{audience: internal}]}", "missing-key"),
    ("a reader whom clients may see", "{readers: [{text: ana, audience: client}]}", "audience-too-wide"),
    ("another mode", "{mode: seald}", "unknown-word"),
    ("a mode alone", "open", "not-keys"),
    ("no epoch", "{epoch: 0}", "out-of-range"),
    ("a sign that nobody sees", '{readers: ["a\\u0000b"]}', "control-character"),
]


@pytest.mark.parametrize(("access", "code"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_can_decide_nothing_is_an_error_with_what_to_write(
    tmp_path: Path, access: str, code: str
) -> None:
    problem = only(account(tmp_path, front=FRONT.format(access)))
    assert (problem.severity, problem.code, problem.at.line) == ("error", code, 4)
    assert problem.hint

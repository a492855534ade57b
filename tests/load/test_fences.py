"""Fence lines are cut out where the parser sees no fenced code, in time linear in the text."""

from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.load.comments import Text
from portalgen.load.fences import code_lines, cut
from portalgen.load.stretches import Look
from portalgen.vocabulary import Audience

LINES = st.lists(
    st.sampled_from(
        ["```", "~~~", "````", "``` x", "  ```", "    ```", "\t```", "> ```", "> a", "- a", "- ```", "  a", "1. x",
         "   ```", ":::", "::: internal", "::: x", "", "text", "    code", "<div>", "<pre>", "</pre>", "<!--", "-->",
         "[^1]: y", "| a | b |", "|---|---|", "---", "[r]: x", "## H {.client}", "`a", "b`"]
    ),
    max_size=30,
)  # fmt: skip


def ignore(line: int, code: str, message: str, hint: str, width: int = 1) -> None:
    """Nobody asks."""


def fence_lines(lines: list[str]) -> list[int]:
    pieces = list(cut("\n".join(lines), 0, ignore))
    return [piece.line - 1 for piece in pieces[1:]]


def one_by_one(lines: list[str]) -> list[int]:
    """The rule as it is written: a line is cut out unless what stands above it opened fenced code."""
    found, begin = [], 0
    for index, line in enumerate(lines):
        if line.startswith(":::") and index - begin not in code_lines("\n".join(lines[begin : index + 1])):
            found.append(index)
            begin = index + 1
    return found


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_windows_find_what_a_look_at_each_line_finds(lines: list[str]) -> None:
    assert fence_lines(lines) == one_by_one(lines)


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_nothing_is_lost_between_the_pieces(lines: list[str]) -> None:
    found = {piece.line + n: line for piece in cut("\n".join(lines), 0, ignore)
             for n, line in enumerate(piece.text.split("\n")) if line}  # fmt: skip
    cuts = set(fence_lines(lines))
    assert found == {n: line for n, line in enumerate(lines) if line and n not in cuts}


@settings(max_examples=500, deadline=None)
@given(LINES)
def test_code_that_never_closes_is_reported_and_closed_code_is_not(lines: list[str]) -> None:
    """A line put behind the text tells: open code at the top level swallows it."""
    text = Text("\n".join(line for line in lines if not line.startswith(":::")), "a.md", 1)
    look = Look(text, lambda target, image: None)
    look.everything(divided=True)
    reported = {p.at.line for p in look.problems if p.code == "open-code"}
    body = text.text.rstrip("\n")
    behind = body.count("\n") + 1
    if behind in code_lines(f"{body}\nbehind\n"):
        assert reported
    elif not any(sign in body for sign in (">", "-", "1.", "[^1]")):
        assert not reported


def test_a_nested_fence_keeps_the_outer_one_s_audience() -> None:
    codes: list[tuple[int, str]] = []

    def report(line: int, code: str, message: str, hint: str, width: int = 1) -> None:
        codes.append((line, code))

    pieces = list(cut("a\n::: internal\nb\n::: client\nc\n:::\nd", 1, report))
    assert codes == [(4, "nested-fence")]
    assert [(p.text, p.audience) for p in pieces] == [
        ("a", None),
        ("b", Audience.INTERNAL),
        ("c", Audience.INTERNAL),
        ("d", None),
    ]


def test_many_fences_and_code_blocks_are_cut_in_linear_work() -> None:
    """Looking at each line from the top would parse 900 MB here."""
    lines = ["```", ":::", "```", "::: internal", "x", ":::"] * 5_000
    assert len(fence_lines(lines)) == 10_000
    assert fence_lines(["```", *[":::"] * 30_000]) == []

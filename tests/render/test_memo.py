"""A memo makes what is new, keeps what is the same object, and forgets what was not used."""

from collections.abc import Iterable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.render.memo import Memo


class Thing:
    """A value that is equal to every other one: only its identity tells it apart."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing)

    def __hash__(self) -> int:
        return 0


A, B, C, D = (Thing(name) for name in "ABCD")


class Maker:
    """Makes a text of a thing and counts."""

    def __init__(self) -> None:
        self.made: list[str] = []

    def __call__(self, thing: Thing, *beside: object) -> str:
        self.made.append(thing.name)
        return "".join([thing.name, *map(str, beside)])

    def each(self, memo: Memo, things: Iterable[Thing], *columns: Iterable[object], under: object = 1) -> str:
        self.made.clear()
        return " ".join(memo.each("page", under, self, things, *columns))


@pytest.mark.parametrize(
    ("then", "made"),
    [
        ([A, B, C], ""),
        ([C, B, A], ""),
        ([A, D, C], "D"),
        ([D, A, B, C], "D"),
        ([B, C], ""),
        ([A, B, C, D], "D"),
        ([D], "D"),
        ([], ""),
    ],
    ids=["same", "turned", "changed", "one more at the head", "one less", "one more", "another", "none"],
)
def test_only_what_is_new_is_made(then: list[Thing], made: str) -> None:
    memo, maker = Memo(), Maker()
    assert maker.each(memo, [A, B, C]) == "A B C"
    assert maker.each(memo, then) == " ".join(thing.name for thing in then)
    assert "".join(maker.made) == made


@pytest.mark.parametrize(
    ("things", "beside", "said", "made"),
    [
        ([A, B], ["x", "y"], "Ax By", ""),
        ([B, A], ["y", "x"], "By Ax", ""),
        ([A, B], ["x", "z"], "Ax Bz", "B"),
        ([B, A], ["x", "y"], "Bx Ay", "BA"),
        ([A], ["x"], "Ax", ""),
    ],
)
def test_what_stands_beside_a_value_is_looked_at_too(
    things: list[Thing], beside: list[str], said: str, made: str
) -> None:
    memo, maker = Memo(), Maker()
    maker.each(memo, [A, B], ["x", "y"])
    assert maker.each(memo, things, beside) == said
    assert "".join(maker.made) == made


def test_all_is_made_anew_where_what_they_share_changed() -> None:
    memo, maker = Memo(), Maker()
    maker.each(memo, [A, B], under="en")
    maker.each(memo, [A, B], under="es")
    assert maker.made == ["A", "B"]


def test_pieces_of_one_name_are_not_those_of_another() -> None:
    memo = Memo()
    assert memo.each("rows", None, lambda thing: "row", [A]) == ["row"]
    assert memo.each("lines", None, lambda thing: "line", [A]) == ["line"]


def test_what_the_last_making_did_not_use_is_forgotten() -> None:
    memo, maker = Memo(), Maker()
    for number in range(50):
        maker.each(memo, [A, Thing(str(number))])
    assert len(memo) == 2
    maker.each(memo, [B])
    assert len(memo) == 1
    maker.each(memo, [A])
    assert maker.made == ["A"]


def test_a_making_that_fails_leaves_what_there_was() -> None:
    memo, maker = Memo(), Maker()
    maker.each(memo, [A, B])

    def fail(thing: Thing) -> str:
        raise ValueError(thing.name)

    with pytest.raises(ValueError, match="D"):
        memo.each("page", 1, fail, [A, D])
    maker.each(memo, [A, B])
    assert maker.made == []


MANY = [Thing(str(n)) for n in range(6)]
TIMES = st.lists(st.lists(st.tuples(st.sampled_from(MANY), st.integers(0, 1))), max_size=6)


@settings(max_examples=300, deadline=None)
@given(TIMES)
def test_whatever_came_before_it_says_what_a_plain_making_says(times: list[list[tuple[Thing, int]]]) -> None:
    memo, maker = Memo(), Maker()
    for pairs in times:
        things, beside = [thing for thing, _ in pairs], [number for _, number in pairs]
        said = maker.each(memo, things, beside)
        assert said == " ".join(f"{thing.name}{number}" for thing, number in pairs)
        assert " ".join(memo.each("alone", 1, maker, things)) == " ".join(thing.name for thing in things)

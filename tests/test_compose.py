"""Composing a unit: links of pages that stay as they are, when what they lead to goes."""

from collections.abc import Mapping

import pytest

from portalgen.build.stages import NOTHING, Composed, Sheaf, compose
from portalgen.render.page import Page, Parts, Wanted


class Stands:
    """What was composed last, as the output would hold it."""

    def __init__(self, last: Composed) -> None:
        self._unit = last.unit

    def parts(self, unit: str) -> Mapping[str, Parts]:
        return self._unit.parts

    def intact(self, unit: str) -> bool:
        return True

    def read(self, unit: str, path: str) -> bytes:
        return self._unit.files[path]


def sheaf(**pages: str) -> Sheaf:
    wanted = {
        f"{name}.html": Wanted({"text": text}, lambda n=name, t=text: Page(f"{n}.html", t.encode()))
        for name, text in pages.items()
    }
    return Sheaf("portals/k", "portal", "brisa", wanted)


FIRST = {"a": '<a href="b.html#x">See</a>', "b": '<p id="x">Here</p>\n<p id="y">There</p>'}


@pytest.mark.parametrize(
    ("pages", "codes", "rendered"),
    [
        pytest.param(FIRST, [], (), id="nothing changed"),
        pytest.param({**FIRST, "b": FIRST["b"] + "\nmore"}, [], ("b.html",), id="the place is still there"),
        pytest.param({**FIRST, "b": '<p id="x">Here</p>'}, [], ("b.html",), id="another place goes"),
        pytest.param(
            {**FIRST, "b": '<p id="y">There</p>'}, ["broken-anchor"], ("b.html",), id="the place goes"
        ),
        pytest.param({"a": FIRST["a"]}, ["broken-link"], (), id="the page goes"),
        pytest.param(
            {**FIRST, "a": '<a href="c.html">No</a>'}, ["broken-link"], ("a.html",), id="a new link"
        ),
    ],
)
def test_links_are_checked_where_they_may_have_broken(
    pages: dict[str, str], codes: list[str], rendered: tuple[str, ...]
) -> None:
    last = compose(sheaf(**FIRST), NOTHING)
    assert last.problems == []
    found = compose(sheaf(**pages), Stands(last))
    assert [problem.code for problem in found.problems] == codes
    assert found.plan.render == rendered
    assert dict(found.unit.files) == {f"{name}.html": text.encode() for name, text in pages.items()}


def test_pages_that_are_the_same_objects_are_not_compared_again() -> None:
    first = sheaf(**FIRST)
    last = compose(first, NOTHING)
    other = sheaf(**{**FIRST, "b": FIRST["b"] + "\nmore"})
    wanted = Sheaf("portals/k", "portal", "brisa", {**other.wanted, "a.html": first.wanted["a.html"]})
    found = compose(wanted, Stands(last), first)
    assert found.plan.render == ("b.html",)
    assert found.plan.keep == {"a.html"}

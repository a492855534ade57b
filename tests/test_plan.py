"""The plan: which pages are made again, why, and that nothing else decides it."""

import pytest

from portalgen.plan import plan
from portalgen.render.page import CODE, TEMPLATES

LAST = {"index.html": {"title": "t1", "updates": "u1"}, "people/index.html": {"team": "p1"}}
PARTS = {"title": "t1", "updates": "u1", "team": "p1", CODE: "c1", TEMPLATES: "m1"}


@pytest.mark.parametrize(
    ("previous", "change", "reasons"),
    [
        pytest.param({}, {}, {"index.html": "new", "people/index.html": "new"}, id="nothing stands"),
        pytest.param(LAST, {}, {}, id="nothing changed"),
        pytest.param(LAST, {"budget": "b2"}, {}, id="a part that no page read"),
        pytest.param(LAST, {"updates": "u2"}, {"index.html": "updates changed"}, id="a part that one page read"),
        pytest.param(
            LAST, {"updates": "u2", "title": "t2"}, {"index.html": "title, updates changed"}, id="two parts"
        ),
        pytest.param(
            {"index.html": {CODE: "c0", TEMPLATES: "m1", "title": "t0"}, "people/index.html": {TEMPLATES: "m0"}},
            {},
            {
                "index.html": "another version of portalgen; title changed",
                "people/index.html": "the templates changed",
            },
            id="code and templates",
        ),
        pytest.param(
            {**LAST, "results/index.html": {"kpis": "k1"}},
            {},
            {"results/index.html": "gone"},
            id="a page that is not wanted any more",
        ),
        pytest.param(
            {"index.html": {"lost": "x"}, "people/index.html": {}},
            {},
            {"index.html": "lost changed"},
            id="a part that is there no more counts as changed",
        ),
    ],
)  # fmt: skip
def test_a_page_is_made_again_when_something_that_it_read_changed(
    previous: dict[str, dict[str, str]], change: dict[str, str], reasons: dict[str, str]
) -> None:
    wanted = {path: {**PARTS, **change} for path in ("index.html", "people/index.html")}
    found = plan(previous, wanted)
    assert found.reasons == reasons
    assert set(found.render) == {path for path in reasons if path in wanted}
    assert found.delete == previous.keys() - wanted.keys()
    assert found.keep == wanted.keys() - reasons.keys()
    assert found.nothing == (not reasons)

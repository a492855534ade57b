"""Prose with a memory: the same HTML, from fewer renderings."""

from typing import Any

import pytest

from portalgen.render import proses
from portalgen.render.prose import html
from portalgen.render.proses import Proses
from portalgen.views import Prose

TEXT = Prose(stretches=("# Ads\n\nTwo of *three* <b onclick=x>formats</b>.[^1]\n\n[^1]: Yes.",))
WAYS: tuple[dict[str, Any], ...] = (
    {"prefix": "u_1", "under": 2},
    {"prefix": "u_2", "under": 2},
    {"prefix": "u_1", "under": 3},
    {"prefix": "u_1", "under": 2, "language": "es"},
    {"prefix": "u_1", "shift": 1},
)


@pytest.mark.parametrize("how", WAYS)
def test_it_is_what_rendering_gives(how: dict[str, Any]) -> None:
    kept = Proses()
    for _ in range(2):
        assert kept.html(TEXT, **how) == html(TEXT, **how)
    assert Proses(kept.dump).html(TEXT, **how) == html(TEXT, **how)


def test_nothing_is_rendered_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    kept = Proses()
    for how in WAYS:
        kept.html(TEXT, **how)
    assert kept.changed
    again = Proses(kept.dump)
    monkeypatch.setattr(proses, "html", None)  # would have to be called
    for how in WAYS:
        assert again.html(TEXT, **how)
    assert not again.changed


@pytest.mark.parametrize("entry", [b"", b"[]", b"{", b"\xff"])
def test_an_entry_that_makes_no_sense_is_none(entry: bytes) -> None:
    assert Proses(lambda: entry).html(TEXT, prefix="x") == html(TEXT, prefix="x")


def test_the_oldest_go_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proses, "_MOST", 2)
    kept = Proses()
    for how in WAYS:
        kept.html(TEXT, **how)
    assert kept.dump().count(b"Ads") == 2

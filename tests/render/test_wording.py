"""Two versions of a text, word by word: nothing lost, nothing shouted, and bounded on any text."""

from __future__ import annotations

from difflib import SequenceMatcher
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portalgen.render import wording
from portalgen.render.wording import Piece, Pieces, compare, folded, merged
from tests.render.waiting import CHANGED, EVIL, STORY

WORD = st.sampled_from(
    ("a", "b", "the", "ads", "are", "live.", "**on", "air**", "-", "11.80", "€", "日本", "é")
)
SPACE = st.sampled_from((" ", "  ", "\n", "\n\n", "\n \n", "\t", ""))
TEXTS = st.one_of(
    st.lists(st.tuples(WORD, SPACE), max_size=40).map(lambda found: "".join(w + s for w, s in found)),
    st.text(max_size=60),
)


def joined(pieces: Pieces, *kinds: str) -> str:
    return "".join(piece.text for piece in pieces if not kinds or piece.kind in kinds)


def words(text: str) -> list[str]:
    """What is compared: signs and white space may stand elsewhere."""
    return wording._Text(text).words


def shown(pieces: Pieces) -> str:
    """As `git diff --word-diff` writes it; what is folded as an ellipsis."""
    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}", "folded": "…"}
    return "".join(marks[piece.kind].format(piece.text) for piece in pieces)


# ---- nothing is lost ----


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_each_side_joined_is_its_text(before: str, after: str) -> None:
    found = compare(before, after)
    assert (joined(found.before), joined(found.after)) == (before, after)
    assert {p.kind for p in found.before} <= {"same", "gone"}
    assert {p.kind for p in found.after} <= {"same", "new"}


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_what_is_same_has_the_same_words_on_both_sides(before: str, after: str) -> None:
    found = compare(before, after)
    same = [
        [w for p in side if p.kind == "same" for w in words(p.text)] for side in (found.before, found.after)
    ]
    assert same[0] == same[1]


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_merged_holds_the_new_text_and_the_words_of_the_old_one(before: str, after: str) -> None:
    found = merged(before, after)
    assert joined(found, "same", "new") == after
    assert [w for p in found if p.kind != "new" for w in words(p.text)] == words(before)


@settings(max_examples=400, deadline=None)
@given(TEXTS, TEXTS)
def test_pieces_are_never_empty_and_never_two_of_a_kind_in_a_row(before: str, after: str) -> None:
    found = compare(before, after)
    for side in (found.before, found.after):
        assert all(piece.text for piece in side)
        assert all(one.kind != other.kind for one, other in pairwise(side))
        assert not any(p.text[:1].isspace() or p.text[-1:].isspace() for p in side if p.kind != "same")


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text: str) -> None:
    assert not compare(text, text).differ
    assert joined(merged(text, text)) == text


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, st.integers(0, 5))
def test_folding_keeps_every_text(before: str, after: str, around: int) -> None:
    pieces = merged(before, after)
    found = folded(pieces, around)
    assert joined(found) == joined(pieces)
    assert [p for p in found if p.kind in ("gone", "new")] == [p for p in pieces if p.kind != "same"]


# ---- what a reader sees ----


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("Live on Tuesday.", "Live on Friday.", "Live on [-Tuesday-]{+Friday+}."),
        ("Two formats are on air.", "Two of three formats are on air.", "Two {+of three+} formats are on air."),
        ("a b c", "a c", "a [-b -]c"),
        ("a b", "a", "a[- b-]"),
        ("b c", "c", "[-b -]c"),
        ("", "New.", "{+New.+}"),
        ("Old.", "", "[-Old.-]"),
        ("costs 11.80 €", "costs 9.90 €", "costs [-11.80-]{+9.90+} €"),
        ("**Two** formats", "**Three** formats", "**[-Two-]{+Three+}** formats"),
        ("see [plan](files/a.pdf)", "see [plan](files/b.pdf)", "see [plan]([-files/a.pdf-]{+files/b.pdf+})"),
        ("私は東京に", "私は大阪に", "私は[-東京-]{+大阪+}に"),
    ],
)  # fmt: skip
def test_the_words_that_differ_are_marked_and_no_others(before: str, after: str, found: str) -> None:
    assert shown(merged(before, after)) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        # hardly anything equal between two changes: one change
        ("Moved to Friday by us", "Brought to Monday by us", "[-Moved to Friday-]{+Brought to Monday+} by us"),
        ("red, green, blue", "one, two, three", "[-red, green, blue-]{+one, two, three+}"),
        # enough of it: two
        ("old one is still in the shop today", "new one is still in the shop now",
         "[-old-]{+new+} one is still in the shop [-today-]{+now+}"),
        # hardly anything kept: written anew
        ("We met Ana at ten and she liked the green one", "The printer of Lisbon and not Ana needs money",
         "[-We met Ana at ten and she liked the green one-]{+The printer of Lisbon and not Ana needs money+}"),
    ],
)  # fmt: skip
def test_neighbouring_changes_are_read_as_one(before: str, after: str, found: str) -> None:
    assert shown(merged(before, after)) == found


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        ("The ads are live. The pack is late.", "The ads are live. The film is done. The pack is late.",
         "The ads are live. {+The film is done.+} The pack is late."),
        ("The ads are live. The film is done. The pack is late.", "The ads are live. The pack is late.",
         "The ads are live. [-The film is done. -]The pack is late."),
        ("- ads\n- pack\n", "- ads\n- film\n- pack\n", "- ads\n{+- film+}\n- pack\n"),
        ("One.\n\nThe end.", "One.\n\nThe middle.\n\nThe end.", "One.\n\n{+The middle.+}\n\nThe end."),
    ],
)  # fmt: skip
def test_what_was_put_in_is_a_whole_sentence_or_line(before: str, after: str, found: str) -> None:
    assert shown(merged(before, after)) == found


@pytest.mark.parametrize(("after", "begin"), [((0, 0), 0), ((1, 1), 4), ((3, 3), 4)])
def test_what_was_put_in_stays_behind_the_change_before_it(after: tuple[int, int], begin: int) -> None:
    old, new = wording._Text("a a a a."), wording._Text("a a a a a.")
    found = wording._slid(old, new, wording._Change(4, 4, 4, 5), after, (5, 6))
    assert (found.alo, found.ahi, found.blo, found.bhi) == (begin, begin, begin, begin + 1)


@pytest.mark.parametrize(
    ("before", "after"),
    [("a b", "a  b"), ("a b\nc", "a\nb c"), ("a b", "a b\n"), ("one\n\ntwo", "one two"), ("", " \n"), (" ", "\t")],
)  # fmt: skip
def test_white_space_alone_is_no_difference(before: str, after: str) -> None:
    found = compare(before, after)
    assert not found.differ
    assert (joined(found.before), joined(found.after)) == (before, after)


def test_paragraphs_are_compared_with_their_likes() -> None:
    found = compare(
        "One two three.\n\nKept as it was.\n\nFour five.", "Uno dos tres.\n\nKept as it was.\n\nCuatro cinco."
    )
    assert [p.text for p in found.before if p.kind == "gone"] == ["One two three.", "Four five."]
    assert [p.text for p in found.after if p.kind == "new"] == ["Uno dos tres.", "Cuatro cinco."]


def test_paragraphs_that_were_all_written_anew_change_one_by_one() -> None:
    found = merged("One two.\n\nThree four.", "Uno dos!\n\nTres cuatro!")
    assert shown(found) == "[-One two.-]{+Uno dos!+}\n\n[-Three four.-]{+Tres cuatro!+}"


def test_a_changed_sentence_of_a_long_text_is_all_that_stands_out() -> None:
    found = compare(STORY, CHANGED)
    assert [p.text for p in found.before if p.kind == "gone"] == ["Tuesday, 24 November"]
    assert [p.text for p in found.after if p.kind == "new"] == [
        "Thursday, 26 November: the printer asked for two days"
    ]


# ---- folding ----

LONG = " ".join(f"w{n}" for n in range(60))


@pytest.mark.parametrize(
    ("before", "after", "found"),
    [
        (f"{LONG} old", f"{LONG} new", "…w57 w58 w59 [-old-]{+new+}"),
        (f"old {LONG}", f"new {LONG}", "[-old-]{+new+} w0 w1 w2 …"),
        (f"old {LONG} old", f"new {LONG} new", "[-old-]{+new+} w0 w1 w2 …w57 w58 w59 [-old-]{+new+}"),
        ("a b c d e old", "a b c d e new", "a b c d e [-old-]{+new+}"),
        (LONG, LONG, "w0 w1 w2 …"),
        ("", LONG, f"{{+{LONG}+}}"),
    ],
)
def test_the_words_around_a_change_stay_and_the_rest_is_folded(before: str, after: str, found: str) -> None:
    assert shown(folded(merged(before, after), 3)) == found


# ---- bounds ----

HOSTILE = {
    "one word": ("x " * 2000, "y x " * 1500),
    "two words": (" ".join("xy"[n * n % 7 % 2] for n in range(2000)), " ".join("xy"[n % 3 % 2] for n in range(2000))),
    "every second": (" ".join(f"a{n} b{n}" for n in range(900)), " ".join(f"a{n} c{n}" for n in range(900))),
    "all different": (" ".join(f"a{n}" for n in range(2000)), " ".join(f"b{n}" for n in range(2000))),
    "paragraphs": ("a\n\n" * 2000, "a\n\nb\n\n" * 1000),
    "paragraphs that differ": (
        "\n\n".join(f"x{n} y" for n in range(900)), "\n\n".join(f"x{n} z" for n in range(900))
    ),
    "signs": ("[" * 5000, "[" * 4999 + "]"),
    "markup": (EVIL * 50, EVIL * 49),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_comparison_costs_no_more_than_its_purse(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    spent = []

    class Counted(SequenceMatcher):  # type: ignore[type-arg]
        def find_longest_match(self, *bounds: int):  # type: ignore[no-untyped-def]
            spent.append(2 * (len(self.a) + len(self.b)) + sum(len(self.b2j.get(one, ())) for one in self.a))
            return super().find_longest_match(*bounds)

    monkeypatch.setattr(wording, "SequenceMatcher", Counted)
    monkeypatch.setattr(wording, "_STEPS", 50_000)
    before, after = HOSTILE[name]
    found = compare(before, after)
    assert sum(spent) <= 50_000
    assert (joined(found.before), joined(found.after)) == (before, after)


def test_what_is_too_dear_to_compare_counts_as_written_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wording, "_STEPS", 10)
    found = compare("Kept.\n\nOld words here.", "Kept.\n\nNew words here and there.")
    assert found.before == (Piece("Kept.\n\n", "same"), Piece("Old words here.", "gone"))
    assert found.after == (Piece("Kept.\n\n", "same"), Piece("New words here and there.", "new"))

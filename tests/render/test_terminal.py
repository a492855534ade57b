"""What `portalgen approve` prints: every change, within the width, and nothing that a terminal obeys."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len

from portalgen.render.terminal import difference_lines, visible
from portalgen.views import DifferenceView, HeldView
from tests.render import waiting
from tests.render.waiting import difference, held

SGR = re.compile(r"\x1b\[[0-9;]*m")


def lines(view: HeldView, language: str = "en", *, color: bool = False, width: int = 80) -> list[str]:
    return difference_lines(view, language, color=color, width=width)


def told(*differences: DifferenceView, **options: object) -> list[str]:
    """The lines below who approved last."""
    return lines(held("a", *differences), **options)[3:]  # type: ignore[arg-type]


# ---- what is said ----


def test_it_begins_with_the_account_its_reader_and_who_approved_last() -> None:
    assert lines(waiting.BRISA)[:3] == [
        "Brisa Foods, Spring launch 2027: the client's portal",
        "Last approved by Lucía Ferrer on Nov 18, 2026.",
        "",
    ]
    assert lines(waiting.BRISA_CASE)[:2] == [
        "Brisa Foods, Spring launch 2027: the public case study",
        "Last approved on Nov 18, 2026.",
    ]


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (difference("milestones", "forecast", "2026-12-11", "2026-12-15", "Launch"),
         ["Milestone “Launch”: forecast", "  [-Dec 11, 2026-]{+Dec 15, 2026+}"]),
        (difference("milestones", "description", None, "At noon.", "Launch"),
         ["Milestone “Launch”: description", "  {+At noon.+}"]),
        (difference("milestones", "description", "At noon.", None, "Launch"),
         ["Milestone “Launch”: description", "  [-At noon.-] (withdrawn already)"]),
        (difference("deliverables", "status", "planned", "in_progress", "Film", choice=True),
         ["Deliverable “Film”: status", "  [-Planned-]{+In progress+}"]),
        (difference("kpis", "target.value", "8.50", "1000.50", "Leads"),
         ["KPI “Leads”: target", "  [-8.50-]{+1,000.50+}"]),
        (difference("", "objective", "More leads.", "More good leads."),
         ["Objective", "  More {+good+} leads."]),
        (difference("updates", "text", "One.\n\nTwo.", "One.\n\nThree.", "Live"),
         ["Update “Live”", "  One.", "", "  [-Two.-]{+Three.+}"]),
        (difference("updates", "title", "Live", "On air", "On air"),
         ["Update “On air”: title", "  [-Live-]{+On air+}"]),
        (difference("sections", "text", "a b", "a  b", "How"),
         ["Section “How”", "  a  b (Only blanks or line breaks differ.)"]),
        (difference("files", "content", "2100 B, aa", "2200 B, bb", "files/a.pdf"),
         ["File “files/a.pdf”: size", "  2\N{NO-BREAK SPACE}kB (Its content has changed.)"]),
        (difference("case_study.kpis", "unit", "€", "EUR", "Leads"),
         ["Case study: KPI “Leads”: unit", "  [-€-]{+EUR+}"]),
        (difference("expectations", "agreed_wording", "Weekly.", "Weekly.\nBy phone.", ""),
         ["Expectations: agreed wording", "  Weekly.", "  {+By phone.+}"]),
    ],
)  # fmt: skip
def test_each_change_says_what_it_is_about_and_what_went_and_came(
    change: DifferenceView, found: list[str]
) -> None:
    assert told(change) == found


def test_a_new_thing_is_told_plainly_and_one_that_is_gone_by_name_alone() -> None:
    assert told(*waiting.item("needs", "Send the logos", due="2026-11-27")) == [
        "Need “Send the logos” (new)",
        "  due: Nov 27, 2026",
    ]
    gone = (difference("needs", f, "x", None, "Send the logos") for f in ("title", "owner"))
    assert told(*gone) == ["Need “Send the logos” (withdrawn already)"]


def test_the_fields_of_one_thing_stand_below_it() -> None:
    fields = [
        difference("milestones", f, "2026-12-01", "2026-12-02", "Launch") for f in ("baseline", "forecast")
    ]
    assert told(*fields) == [
        "Milestone “Launch”",
        "  baseline: [-Dec 1, 2026-]{+Dec 2, 2026+}",
        "  forecast: [-Dec 1, 2026-]{+Dec 2, 2026+}",
    ]


def test_a_value_of_several_lines_stands_below_its_name() -> None:
    found = told(*waiting.item("updates", "Live", date="2026-11-20", text="One.\n\n- Two"))
    assert found == ["Update “Live” (new)", "  date: Nov 20, 2026", "  text:", "    One.", "", "    - Two"]


def test_a_first_approval_marks_nothing() -> None:
    found = lines(waiting.LUMBRE)
    assert found[1] == "Nothing approved yet: the client has no portal."
    assert not [line for line in found if "{+" in line or "(new)" in line]
    assert "  forecast: Dec 12, 2026" in found


def test_it_speaks_the_teams_language() -> None:
    found = lines(waiting.BRISA, "es")
    assert found[1] == "La última aprobación es de Lucía Ferrer, el 18 nov 2026."
    assert "Hito «Small pack ready for print»: previsto" in found
    assert "  {+20 nov 2026: 9,90+}" in found


def test_long_texts_are_folded_around_the_change() -> None:
    found = "\n".join(told(difference("updates", "text", waiting.STORY, waiting.CHANGED, "Live")))
    assert "Nobody mentions the price" not in found
    assert "…" in found


# ---- colour and width ----


@pytest.mark.parametrize("view", [waiting.BRISA, waiting.LUMBRE, waiting.BRISA_CASE])
def test_colour_adds_to_the_same_text_and_ends_on_its_line(view: HeldView) -> None:
    colored = lines(view, color=True, width=40)
    assert [SGR.sub("", line) for line in colored] == lines(view, width=40)
    for line in colored:
        codes = SGR.findall(line)
        assert codes[1::2] == ["\x1b[0m"] * (len(codes) // 2)
        assert len(codes) % 2 == 0


def test_what_went_is_red_and_what_came_is_green() -> None:
    change = difference("milestones", "forecast", "2026-12-11", "2026-12-15", "Launch")
    assert told(change, color=True) == [
        "\x1b[1mMilestone “Launch”: forecast\x1b[0m",
        "  \x1b[31m[-Dec 11, 2026-]\x1b[0m\x1b[32m{+Dec 15, 2026+}\x1b[0m",
    ]


TEXTS = st.text(
    st.one_of(st.sampled_from("ab \n\t日本[{-+\x1b\x9b\u202e\u2028🙂"), st.characters()), max_size=80
)


@settings(max_examples=200, deadline=None)
@given(TEXTS, TEXTS, TEXTS, st.integers(20, 60))
def test_no_line_is_too_wide_and_none_holds_a_control_character(
    before: str, after: str, title: str, width: int
) -> None:
    view = held("a", difference("updates", "text", before, after, title), client=title, title=before)
    for line in lines(view, width=width):
        assert cell_len(line) <= width
        assert not any(ord(sign) < 32 or 0x7F <= ord(sign) < 0xA0 for sign in line)
        assert line.encode().decode() == line


def test_words_are_not_broken_unless_they_are_too_long() -> None:
    found = told(difference("", "objective", "x", " ".join(["seven77"] * 9 + ["y" * 50])), width=20)
    assert {"  seven77 seven77", "  " + "y" * 18} <= set(found)
    assert all(len(line) <= 20 for line in found)


# ---- harmless ----


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("\x07\x08\r\x00", "␇␈␍␀"),
        ("\x7f", "␡"),
        ("\x9b31m\x85", "\ufffd31m\ufffd"),
        ("\u202egnp.exe\u2066\u200f", "\ufffdgnp.exe\ufffd\ufffd"),
        ("\u2028\u2029\ud800", "\ufffd\ufffd\ufffd"),
        ("a\tb\nc", "a    b\nc"),
        ("é\N{NO-BREAK SPACE}日本 👩\u200d🚀", "é\N{NO-BREAK SPACE}日本 👩\u200d🚀"),
    ],
)
def test_what_a_terminal_would_obey_is_shown_instead(text: str, found: str) -> None:
    assert visible(text) == found


def test_no_name_or_title_reaches_the_terminal_as_it_is() -> None:
    view = held("a", difference("milestones", "title", None, waiting.EVIL, waiting.EVIL), client=waiting.EVIL,
                title=waiting.EVIL, by=waiting.EVIL)  # fmt: skip
    found = "".join(lines(view))
    assert not re.search(r"[\x00-\x1f\x7f-\x9f\u202e]", found)
    assert "␛" in found

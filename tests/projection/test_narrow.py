"""Ceilings, marks and conditions: what each reader keeps of an item."""

from typing import Any

import pytest

from portalgen.account import CLIENT, INTERNAL, PUBLIC, Account, FrontMatter, ceiling_of, fields
from portalgen.project.narrow import fields_of, narrow, places
from portalgen.vocabulary import Audience


def account(**values: Any) -> Account:
    return Account.model_validate({"id": "a", "client": "A", "title": "T", **values})


READERS = (INTERNAL, CLIENT, PUBLIC)

TABLE: list[tuple[str, dict[str, Any], str, tuple[bool, bool, bool]]] = [
    # field of ceiling C
    ("objective", {"objective": "secretword"}, "secretword", (True, True, False)),
    # I
    ("brief", {"brief": {"insight": "secretword"}}, "secretword", (True, False, False)),
    ("brief.audience is the target group", {"brief": {"audience": "secretword"}}, "secretword", (True, False, False)),
    # an item's mark narrows
    ("milestone", {"milestones": [{"title": "secretword"}]}, "secretword", (True, True, False)),
    ("internal milestone", {"milestones": [{"title": "secretword", "audience": "internal"}]}, "secretword", (True, False, False)),
    # c: shown when the item says so
    ("raci", {"raci": [{"activity": "secretword"}]}, "secretword", (True, False, False)),
    ("opened raci", {"raci": [{"activity": "secretword", "audience": "client"}]}, "secretword", (True, True, False)),
    ("cost", {"change_requests": [{"title": "x", "cost": "770077"}]}, "770077", (True, False, False)),
    ("opened cost", {"change_requests": [{"title": "x", "cost": "770077", "audience": "client"}]}, "770077", (True, True, False)),
    ("reason stays", {"change_requests": [{"title": "x", "reason": "secretword", "audience": "client"}]}, "secretword", (True, False, False)),
    # p: a KPI says public itself
    ("kpi", {"kpis": [{"name": "secretword"}]}, "secretword", (True, True, False)),
    ("public kpi", {"kpis": [{"name": "secretword", "audience": "public"}]}, "secretword", (True, True, True)),
    ("its readings", {"kpis": [{"name": "x", "audience": "public", "readings": [{"value": "770077"}]}]}, "770077", (True, True, True)),
    ("an internal reading", {"kpis": [{"name": "x", "audience": "public", "readings": [{"value": "770077", "audience": "internal"}]}]}, "770077", (True, False, False)),
    # texts in lists
    ("in scope", {"scope": {"in": ["secretword"]}}, "secretword", (True, True, False)),
    ("one text narrowed", {"scope": {"in": [{"text": "secretword", "audience": "internal"}]}}, "secretword", (True, False, False)),
    ("assumptions", {"scope": {"assumptions": ["secretword"]}}, "secretword", (True, False, False)),
    ("one assumption opened", {"scope": {"assumptions": [{"text": "secretword", "audience": "client"}]}}, "secretword", (True, True, False)),
    ("all assumptions opened", {"scope": {"audience": "client", "assumptions": ["secretword"]}}, "secretword", (True, True, False)),
    ("scope closed", {"scope": {"audience": "internal", "in": [{"text": "secretword", "audience": "client"}]}}, "secretword", (True, False, False)),
    # conditions
    ("open expectation", {"expectations": [{"statement": "x", "agreed_wording": "secretword"}]}, "secretword", (True, False, False)),
    ("settled expectation", {"expectations": [{"statement": "x", "agreed_wording": "secretword", "status": "reset"}]}, "secretword", (True, True, False)),
    ("its statement", {"expectations": [{"statement": "secretword", "agreed_wording": "x", "status": "reset"}]}, "secretword", (True, False, False)),
    ("an idea", {"tactics": [{"title": "secretword"}]}, "secretword", (True, False, False)),
    ("a proposal", {"tactics": [{"title": "secretword", "status": "proposed"}]}, "secretword", (True, True, False)),
    ("a version before ready", {"deliverables": [{"title": "x", "status": "internal_review", "version": "secretword"}]}, "secretword", (True, False, False)),
    ("the status before ready", {"deliverables": [{"title": "x", "status": "internal_review"}]}, "internal_review", (True, False, False)),
    ("a version from ready on", {"deliverables": [{"title": "x", "status": "ready", "version": "secretword"}]}, "secretword", (True, True, False)),
    ("the AE's phone", {"team": [{"name": "x", "role": "account_executive", "phone": "secretword"}]}, "secretword", (True, True, False)),
    ("a creative's phone", {"team": [{"name": "x", "role": "creative", "phone": "secretword"}]}, "secretword", (True, False, False)),
    ("a risk's summary", {"risks": [{"title": "x", "client_summary": "secretword"}]}, "secretword", (True, False, False)),
    ("an opened summary", {"risks": [{"title": "x", "client_summary": "secretword", "audience": "client"}]}, "secretword", (True, True, False)),
    ("an opened risk's title", {"risks": [{"title": "secretword", "client_summary": "x", "audience": "client"}]}, "secretword", (True, False, False)),
    ("an opened risk's id", {"risks": [{"title": "Secretword", "client_summary": "x", "audience": "client"}]}, "secretword", (True, False, False)),
    ("hours", {"commercials": {"hours_used": "770077"}}, "770077", (True, False, False)),
    ("opened hours", {"commercials": {"hours_used": "770077", "audience": "client"}}, "770077", (True, True, False)),
    ("value stays", {"commercials": {"value": "770077", "audience": "client"}}, "770077", (True, False, False)),
    # the case study opens by its gate alone
    ("case title", {"case_study": {"title": "secretword"}}, "secretword", (True, False, False)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "text", "seen"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_reader_keeps_what_ceiling_and_mark_allow(
    values: dict[str, Any], text: str, seen: tuple[bool, bool, bool]
) -> None:
    whole = account(**values)
    for reader, expected in zip(READERS, seen, strict=True):
        kept = narrow(whole, reader).model_dump_json(exclude={"id"})
        assert (text in kept.casefold()) is expected, f"{reader} {'misses' if expected else 'sees'} it"


def test_a_field_without_a_ceiling_is_refused() -> None:
    class Careless(FrontMatter):
        new_idea: str = ""

    with pytest.raises(TypeError, match=r"Careless\.new_idea has no ceiling"):
        list(fields(Careless))
    assert "new_idea" not in [f.name for f in fields_of(Careless)]


def test_every_field_of_the_model_has_a_ceiling() -> None:
    assert len(list(fields())) > 150


def test_places_and_narrow_agree_on_who_sees_what() -> None:
    for _, values, _, _ in TABLE:
        whole = account(**values)
        for reader in READERS:
            kept = narrow(whole, reader).model_dump_json(exclude={"id"})
            for place in places(whole):
                if place.value == "secretword":
                    assert (place.value in kept) is (place.audience >= reader), place


@pytest.mark.parametrize("reader", [CLIENT, PUBLIC])
def test_sections_keep_the_stretches_that_their_reader_may_see(reader: Audience) -> None:
    stretches = [{"text": str(a), "audience": a, "line": 1} for a in READERS]
    whole = account(
        sections=[
            {"id": str(a), "title": "x", "audience": a, "stretches": stretches, "file": "a.md", "line": 1}
            for a in READERS
        ]
    )
    kept = narrow(whole, reader)
    assert [s.audience for s in kept.sections] == [a for a in READERS if a >= reader]
    for section in kept.sections:
        assert all(min(s.audience, section.audience) >= reader for s in section.stretches)


def test_the_model_says_its_ceilings_on_every_class() -> None:
    for spec in fields():
        assert ceiling_of(spec.part.model_fields[spec.name]) == spec.ceiling

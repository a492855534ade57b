"""Review as a property: whatever is edited after an approval, readers see what was approved for them and is
still theirs, all of that, and nothing else; and something is held back exactly when that makes a difference.

Every text of the generated account has a word that stands nowhere else. What should be seen is worked out
here, from the words alone: apart from `portalgen.project`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portalgen import project as projected
from portalgen.build.shown import Shown
from portalgen.load import load, load_settings
from portalgen.settings import Settings
from portalgen.views import Reviewed
from tests.project import TODAY, Project
from tests.test_review import REVIEWED, text

Mark = Literal["", "internal", "client", "public"]
LISTS = {
    "milestones": ("title", "description"),
    "decisions": ("title", "context", "decision"),
    "needs": ("title", "owner"),
    "kpis": ("name", "source"),
}
"""Lists of items that are known by their ids, with the fields that hold words; the first is their title."""
BY_WORDS = {"in": ("text",), "expectations": ("agreed_wording",), "risks": ("client_summary",)}
"""Lists whose items have no id that their reader knows."""
PROSE = ("sections", "updates")
IN_ORDER = ("kpis", "sections")
"""What readers see in the order of the account's file; all else is sorted, or a list of texts."""
SENTENCES = ("first", "second", "third")


# ---- the account, as words ---------------------------------------------------------------------------


@dataclass
class Unit:
    """What is withdrawn whole: an item, a section, an update, a lone field. A word by each of its slots.

    `aside` are the slots that stand in a fence; in the case study that is one for the client, else it is
    internal. `open` is an expectation that is not settled.
    """

    kind: str
    id: str
    mark: Mark
    words: dict[str, str]
    aside: set[str] = field(default_factory=set)
    open: bool = False

    @property
    def known_by(self) -> tuple[str, str]:
        return self.kind, self.id


@dataclass
class State:
    """The account: its units in order, what stands in private text besides, and the consent's status."""

    units: list[Unit]
    private: list[str] = field(default_factory=list)
    status: str = "granted"

    def of(self, kind: str) -> list[Unit]:
        return [unit for unit in self.units if unit.kind == kind]

    @property
    def has_case_page(self) -> bool:
        return self.status != "revoked"


def sentence(word: str) -> str:
    """A sentence that is long enough for the scan to look for."""
    return f"The part with {word} goes on as planned."


def first_state(words: Iterator[str]) -> State:
    """An account in which everything is seen by somebody."""

    def unit(kind: str, name: str, mark: Mark, *slots: str) -> Unit:
        return Unit(kind, name, mark, {slot: next(words) for slot in slots})

    units = [
        *(unit(kind, f"{kind}-{n}", "", *slots) for kind, slots in LISTS.items() for n in (1, 2)),
        *(unit("in", f"in-{n}", "", "text") for n in (1, 2, 3)),
        *(unit("expectations", f"ex-{n}", "", "agreed_wording") for n in (1, 2)),
        *(unit("risks", f"ri-{n}", "client", "client_summary") for n in (1, 2)),
        unit("objective", "", "", "objective"),
        *(unit("sections", f"se-{n}", mark, "title", *SENTENCES) for n, mark in ((1, "client"), (2, "client"), (3, "public"))),
        *(unit("updates", f"up-{n}", "client", "title", *SENTENCES) for n in (1, 2)),
        unit("case", "case-study", "public", *SENTENCES),
        unit("summary", "", "public", "summary"),
    ]  # fmt: skip
    for one in units:
        if one.kind == "case":
            one.aside = {"third"}
        if one.id in ("kpis-2", "kpis-1"):
            one.mark = "public" if one.id == "kpis-1" else ""
    return State(units)


def written(state: State) -> str:
    """The account's file."""
    front: dict[str, object] = {
        "client": "Alfa Bakery",
        "title": "Autumn bread",
        "team": [{"name": "Ana Ruiz", "role": "account_executive"}],
        "lessons": [sentence(word) for word in state.private],
        "scope": {"in": [_item(one) for one in state.of("in")]},
        "case_study": {
            "attribution": "named",
            "title": "Bread people drive for",
            "kpis": [one.id for one in state.of("kpis") if one.mark == "public"],
            "consent": {"status": state.status, "scopes": ["name", "metrics"], "channels": ["website"]},
        },
    }
    for kind in (*LISTS, "expectations", "risks"):
        front[kind] = [_item(one) for one in state.of(kind)]
    for one in state.of("objective"):
        front["objective"] = sentence(one.words["objective"])
    for one in state.of("summary"):
        front["case_study"]["summary"] = sentence(one.words["summary"])  # type: ignore[index]
    body = "\n".join(_prose(one) for one in state.units if one.kind in (*PROSE, "case"))
    return f"---\n{json.dumps(front, indent=1)}\n---\n{body}"


def _item(unit: Unit) -> dict[str, str]:
    found = {slot: sentence(word) for slot, word in unit.words.items()}
    if unit.mark:
        found["audience"] = unit.mark
    if unit.kind == "expectations":
        found |= {"statement": f"{unit.id} was said", "status": "open" if unit.open else "reset"}
    if unit.kind == "risks":
        found["title"] = f"{unit.id} may happen"
    return found if unit.kind == "in" else {**found, "id": unit.id}


def _prose(unit: Unit) -> str:
    title = sentence(unit.words["title"]) if "title" in unit.words else "What we did"
    day = "2026-11-20 " if unit.kind == "updates" else ""
    mark = f" .{unit.mark}" if unit.mark else ""
    lines = [f"## {day}{title} {{#{unit.id}{mark}}}", ""]
    lines += [
        f"{sentence(word)}\n"
        for slot, word in unit.words.items()
        if slot in SENTENCES and slot not in unit.aside
    ]
    fence = "client" if unit.kind == "case" else "internal"
    for slot in sorted(unit.aside & unit.words.keys()):
        lines += [f"::: {fence}", sentence(unit.words[slot]), ":::", ""]
    return "\n".join(lines)


# ---- who may read what -------------------------------------------------------------------------------


def marked_for(state: State, unit: Unit, slot: str) -> Mark:
    """The widest reader of a word by the account's marks: as the format says it."""
    if unit.kind == "case":
        wide: Mark = "client" if slot in unit.aside else "public"
        return wide if state.has_case_page and unit.mark == "public" else "internal"
    if unit.kind == "summary":
        return "public" if state.has_case_page else "internal"
    if unit.mark == "internal" or unit.open or slot in unit.aside:
        return "internal"
    if unit.kind in ("risks", *PROSE) and not unit.mark:
        return "internal"
    if unit.kind == "sections" and unit.mark == "public":
        return "public"
    if unit.kind == "kpis" and unit.mark == "public":
        return "public" if state.has_case_page else "client"
    return "client"


WIDTH = {"internal": 0, "client": 1, "public": 2}


def seen_in(state: State, unit: Unit, reader: Reviewed) -> dict[str, str]:
    """The words of a unit that a reader may see, by slot."""
    return {
        slot: word
        for slot, word in unit.words.items()
        if WIDTH[marked_for(state, unit, slot)] >= WIDTH[reader]
    }


def narrower(state: State, reader: Reviewed) -> set[str]:
    """The words that now stand in what a reader may not see, and in nothing that they may."""
    seen = {word for unit in state.units for word in seen_in(state, unit, reader).values()}
    words = {word for unit in state.units for word in unit.words.values()} | set(state.private)
    return words - seen


def retained(then: State, now: State, reader: Reviewed, kinds: tuple[str, ...]) -> dict[str, set[str]]:
    """Of what a reader saw `then`, what they may still see: words by the unit's kind and id."""
    hidden = narrower(now, reader)
    found: dict[str, set[str]] = {}
    for unit in then.units:
        was = seen_in(then, unit, reader)
        if unit.kind not in kinds or not was or hidden & set(was.values()):
            continue
        successor = _successor(then, now, unit, reader)
        if successor is None:
            continue
        is_ = seen_in(now, successor, reader)
        if unit.kind in (*PROSE, "case"):
            lost = unit.aside and not successor.aside & successor.words.keys()
            kept = {w for slot, w in was.items() if not (unit.kind == "case" and lost and slot in unit.aside)}
        else:
            kept = {word for slot, word in was.items() if slot in is_}
        found[f"{unit.kind} {unit.id}"] = kept
    return found


def _successor(then: State, now: State, unit: Unit, reader: Reviewed) -> Unit | None:
    """The same unit now, if this reader may see it: by its id, or else by its words, or else by its place
    in a list of as many where other words stand."""
    if unit.kind not in BY_WORDS:
        return next((u for u in now.units if u.known_by == unit.known_by and seen_in(now, u, reader)), None)
    before = [u for u in then.of(unit.kind) if seen_in(then, u, reader)]
    after = [u for u in now.of(unit.kind) if seen_in(now, u, reader)]
    same = next((u for u in after if u.words == unit.words), None)
    if same is not None or len(before) != len(after):
        return same
    place = after[before.index(unit)]
    return place if all(place.words != u.words for u in before) else None


CLIENTS = (*LISTS, *BY_WORDS, "objective", *PROSE)
PUBLIC = ("kpis", "sections", "case", "summary")


@dataclass
class Approvals:
    """The states that were approved for each reader; None: nothing."""

    client: State | None = None
    public: State | None = None


def expected(now: State, approved: Approvals) -> tuple[set[str], set[str]]:
    """The words that the client and the public see."""
    public = retained(approved.public, now, "public", PUBLIC) if approved.public else {}
    shown_to_all = public if now.status == "granted" else {}
    if approved.client is None:
        return set(), _union(shown_to_all)
    then, case = approved.client, next(unit for unit in approved.client.units if unit.kind == "case")
    client, page = retained(then, now, "client", CLIENTS), {}
    if now.has_case_page and then.has_case_page:
        fenced = _union(retained(then, now, "client", ("case",)))
        client["for them alone"] = fenced & {word for slot, word in case.words.items() if slot in case.aside}
        page = retained(then, now, "public", PUBLIC)
    if now.status == "granted" and approved.public:  # they are shown what prospects see
        page = public
    # A section that stands on the page about the case does not stand elsewhere.
    client = {where: words for where, words in client.items() if not (where in page and "sections" in where)}
    return _union(client) | _union(page), _union(shown_to_all)


def _union(found: dict[str, set[str]]) -> set[str]:
    return {word for words in found.values() for word in words}


# ---- edits ------------------------------------------------------------------------------------------

ACTIONS = (
    "reword", "add", "delete", "narrow", "widen", "move", "copy", "unmove", "rename", "clear", "set aside",
    "back again", "swap", "reopen", "consent", "approve client", "approve public", "approve",
)  # fmt: skip
EDIT = st.tuples(st.sampled_from(ACTIONS), st.integers(0, 99), st.integers(0, 99))


def edit(state: State, how: str, which: int, what: int, words: Iterator[str]) -> None:
    """Change the account as an AE would."""
    movable = [u for u in state.units if u.kind not in ("case", "summary", "objective")]
    unit = state.units[which % len(state.units)]
    slots = list(unit.words)
    slot = slots[what % len(slots)]
    titles = ("title", "name", "text", "agreed_wording", "client_summary", "objective", "summary", "first")
    if how == "reword":
        unit.words[slot] = next(words)
    elif how == "add":
        pattern = movable[which % len(movable)]
        name = f"{pattern.kind}-new-{next(words)[2:]}"
        mark: Mark = "client" if pattern.kind in ("risks", *PROSE) else ""
        new = Unit(pattern.kind, name, mark, {s: next(words) for s in pattern.words})
        state.units.insert(state.units.index(pattern) + what % 2, new)
    elif how == "delete" and unit in movable and len(state.of(unit.kind)) > 1:
        state.units.remove(unit)
    elif how == "narrow" and unit in movable:
        unit.mark = "internal"
    elif how == "widen" and unit in movable:
        marks: dict[str, tuple[Mark, ...]] = {"sections": ("client", "public"), "kpis": ("", "public")}
        unit.mark = marks.get(unit.kind, ("client",))[what % len(marks.get(unit.kind, ("client",)))]
    elif how in ("move", "copy"):
        state.private.append(unit.words[slot])
        if how == "move":
            unit.words[slot] = next(words)
    elif how == "unmove" and state.private:
        del state.private[what % len(state.private)]
    elif how == "rename" and unit in movable:
        unit.id = f"{unit.kind}-named-{next(words)[2:]}"
    elif how == "clear" and slot not in titles:
        del unit.words[slot]
        unit.aside.discard(slot)
    elif how == "set aside" and unit.kind in PROSE and slot in SENTENCES:
        unit.aside.add(slot)
    elif how == "back again":
        unit.aside.discard(slot)
    elif how == "swap" and unit.kind not in IN_ORDER:
        others = state.of(unit.kind)
        one, other = unit, others[what % len(others)]
        at, to = state.units.index(one), state.units.index(other)
        state.units[at], state.units[to] = other, one
    elif how == "reopen" and unit.kind == "expectations":
        unit.open = not unit.open
    elif how == "consent":
        state.status = ("granted", "requested", "revoked")[what % 3]


# ---- the property -------------------------------------------------------------------------------------

WORD = re.compile(r"zq\d+x")


def numbered() -> Iterator[str]:
    return (f"zq{number}x" for number in range(1000, 10**9))


@dataclass
class Desk:
    """An account that is edited and approved in a project, beside what the test knows of it."""

    project: Project
    words: Iterator[str] = field(default_factory=numbered)
    approved: Approvals = field(default_factory=Approvals)

    def __post_init__(self) -> None:
        self.state = first_state(self.words)
        self.project.account("alfa", written(self.state))
        self.approve("approve")

    def do(self, how: str, which: int, what: int) -> None:
        if how.startswith("approve"):
            self.approve(how)
        else:
            edit(self.state, how, which, what, self.words)
            self.project.account("alfa", written(self.state))

    def approve(self, how: str) -> None:
        audience: Reviewed | None = {"approve client": "client", "approve public": "public"}.get(how)  # type: ignore[assignment]
        self.project.approve(audience=audience)
        if audience != "public":
            self.approved.client = deepcopy(self.state)
        if audience != "client":
            self.approved.public = replace(deepcopy(self.state), status="granted")  # whatever it was


def shown(reviewed: Settings) -> tuple[Shown, Shown]:
    """The account as it is shown, and as it would be without review."""
    loaded = load(reviewed).healthy["alfa"]
    free = reviewed.model_copy(update={"review": ()})
    return Shown(loaded.account, reviewed, TODAY, approvals=loaded.approvals), Shown(
        loaded.account, free, TODAY
    )


def visible(one: Shown) -> tuple[object, ...]:
    """All that readers see, and what the client would see of the case if it were not public."""
    page = projected.case_view(one.page_case, one.settings) if one.page_case else None
    return one.portal, one.case, page


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("held")


def desk(root: Path) -> Desk:
    for path in (root / "content/approved/alfa").rglob("*.json"):
        path.unlink()
    return Desk(Project(root, REVIEWED))


def seen_of(at: Desk, client: str, public: str) -> None:
    """Compare the words in what the readers get with what they should get."""
    for said, wanted in zip((client, public), expected(at.state, at.approved), strict=True):
        seen = set(WORD.findall(said))
        assert (seen - wanted, wanted - seen) == (set(), set()), "too much, too little"


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(EDIT, min_size=1, max_size=10))
@example(edits=[("delete", 8, 0), ("add", 8, 1)])  # one text of a list goes, another comes
@example(edits=[("delete", 11, 0), ("add", 9, 1)])
@example(edits=[("widen", 16, 1), ("approve client", 0, 0)])  # a section that is public, but not yet for all
@example(edits=[("move", 18, 1), ("approve public", 0, 0)])
def test_readers_see_what_was_approved_and_is_still_theirs(
    root: Path, edits: list[tuple[str, int, int]]
) -> None:
    at = desk(root)
    reviewed = load_settings(root / "mkdocs.yml")
    for how, which, what in edits:
        at.do(how, which, what)
        one, free = shown(reviewed)
        seen_of(at, *(view.model_dump_json() if view else "" for view in (one.portal, one.case)))
        assert bool(one.held) == (visible(one) != visible(free))


@settings(max_examples=20, deadline=None, suppress_health_check=list(HealthCheck))
@given(edits=st.lists(EDIT, min_size=3, max_size=10))
def test_whole_sites_hold_that_and_nothing_else(root: Path, edits: list[tuple[str, int, int]]) -> None:
    at = desk(root)
    for how, which, what in edits:
        at.do(how, which, what)
    at.project.build()
    assert at.project.outcome is not None
    assert at.project.outcome.published, at.project.problems
    portals, public, held = at.project.tree("portals"), at.project.tree("public"), at.project.held()
    seen_of(at, text(portals), text(public))
    one, _ = shown(load_settings(root / "mkdocs.yml"))
    assert set(held) == {("alfa", waiting.audience) for waiting in one.held}
    at.project.setting("review: [client, public]", "review: []").build()
    same = (at.project.tree("portals"), at.project.tree("public")) == (portals, public)
    assert same or held


def test_the_test_would_see_what_is_not_approved(root: Path) -> None:
    """Without review, every edit that readers may see is seen at once."""
    at = desk(root)
    at.do("reword", 0, 0)
    _, free = shown(load_settings(root / "mkdocs.yml"))
    assert free.portal is not None
    with pytest.raises(AssertionError, match="too much, too little"):
        seen_of(at, free.portal.model_dump_json(), "")

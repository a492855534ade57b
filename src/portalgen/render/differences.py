"""What waits for approval, in its reader's words: for the team's page, the desk and the terminal.

Owns how a difference is told: which thing it is about ("Milestone “Launch”: forecast"), its days,
numbers and words as the reader writes them, and which texts are worth comparing word by word. Refuses
to judge: every difference of the view is told, in the view's order.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from markupsafe import Markup, escape

from portalgen.render.environment import environment, say
from portalgen.render.wording import Compared, Piece, Pieces, compare, folded
from portalgen.render.words import PLACES
from portalgen.views import DifferenceView, HeldView, PortfolioRow

_DAYS = frozenset(
    ("baseline", "forecast", "done", "due", "date", "as_of", "start", "end", "until", "said_on", "raised_on")
) | {"decided_on", "approved_on", "proposed_on", "granted_on", "expires_on"}
_NUMBERS = frozenset(
    ("value", "margin", "hours_budget", "hours_used", "cost", "rank", "schedule_days", "round", "round_limit")
) | {"probability", "impact"}
_NAMING = frozenset(("title", "name", "statement", "activity")) | {
    *("text", "agreed_wording", "client_summary", "findings", "content")
}
"""The field that an item can't be without, or the one that it shows of itself: it is new as the item is."""
_NUMBER = re.compile(r"-?\d{1,30}(?:\.\d{1,30})?")
_READING = re.compile(r"(\d{4}-\d\d-\d\d): (.*)")
_CONTENT = re.compile(r"(\d{1,20}) B, .*")

State = Literal["new", "changed", "gone"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field that differs. `label` is its name in the reader's language, as it stands inside a line.

    `before` and `after` are its values as the reader writes them, None where there is none. `text` says
    that they are worth comparing word by word.
    """

    label: str
    before: str | None
    after: str | None
    text: bool

    @property
    def state(self) -> State:
        """`new` where there was nothing, `gone` where there is nothing now."""
        return "new" if self.before is None else "gone" if self.after is None else "changed"

    @property
    def compared(self) -> Compared:
        """Both values in pieces; a day, number or word differs as a whole."""
        before, after = self.before or "", self.after or ""
        if self.text or before == after:
            return compare(before, after)
        gone, new = Piece(before, "gone"), Piece(after, "new")
        return Compared(*(tuple(p for p in side if p.text) for side in ((gone,), (new,))))


@dataclass(frozen=True, slots=True)
class Item:
    """What the fields belong to. `heading` says what it is, and which field where only one differs.

    The label of that field is empty then, since the heading says it.
    """

    heading: str
    state: State
    fields: tuple[Field, ...]


def items(differences: Iterable[DifferenceView], language: str) -> tuple[Item, ...]:
    """What differs, item by item in the order of its first difference."""
    return tuple(_item(found, language) for found in grouped(differences))


def grouped(differences: Iterable[DifferenceView]) -> list[list[DifferenceView]]:
    """The differences of each item together; those of a mapping, or of the account itself, as one item."""
    found: dict[tuple[str, str], list[DifferenceView]] = {}
    for one in differences:
        found.setdefault((one.place, one.id or one.title), []).append(one)
    return list(found.values())


def state_of(differences: Iterable[DifferenceView]) -> State:
    """Whether an item of a list is new, gone or another than it was; by the field that names it.

    A milestone whose first forecast is written is no new one.
    """
    found = list(differences)
    listed = all(one.place.rpartition(".")[2] in PLACES for one in found)
    if listed and any(one.field in _NAMING for one in found):
        if all(one.after is None for one in found):
            return "gone"
        if all(one.before is None for one in found):
            return "new"
    return "changed"


def approved(held: HeldView, language: str) -> str:
    """A sentence: by whom and when something was approved last, or that nothing has been."""
    t = say(language)
    if held.approved_on is None:
        if held.audience == "client":
            return t("Nothing approved yet: the client has no portal.")
        return t("Nothing approved yet: there is no public case study.")
    day = environment(language).filters["short_day"](held.approved_on)
    if not held.approved_by:
        return t("Last approved on {day}.", day=day)
    return t("Last approved by {name} on {day}.", name=held.approved_by, day=day)


def unseen(field: Field, language: str) -> str:
    """What differs where no word does: what stands behind the value, or white space."""
    if field.before == field.after:
        return say(language)("Its content has changed.")
    return say(language)("Only blanks or line breaks differ.")


def value(one: DifferenceView, written: str | None, language: str) -> str | None:
    """A value of a difference as its reader writes it: a day, a number, a word, or the text as it is."""
    if written is None:
        return None
    key = one.field.rpartition(".")[2]
    if one.choice:
        return str(environment(language).filters["word"](written))
    if key in _DAYS and (day := _day(written)):
        return str(environment(language).filters["short_day"](day))
    if key in _NUMBERS:
        return _number(written, language)
    if key == "readings":
        return "\n".join(_reading(line, language) for line in written.split("\n"))
    if key == "content" and (content := _CONTENT.fullmatch(written)):
        return f"{_number(str(max(1, int(content[1]) // 1000)), language)}\N{NO-BREAK SPACE}kB"
    return written


def _number(written: str, language: str) -> str:
    if not _NUMBER.fullmatch(written):
        return written
    return str(environment(language).filters["number"](Decimal(written)))


def _reading(written: str, language: str) -> str:
    """A figure with its day: `2026-11-20: 9.90`."""
    found = _READING.fullmatch(written)
    day = _day(found[1]) if found else None
    if not found or not day:
        return _number(written, language)
    return f"{environment(language).filters['short_day'](day)}: {_number(found[2], language)}"


def day_of(one: DifferenceView) -> date | None:
    """The day that a field is to have, where it is one."""
    return _day(one.after) if one.after and one.field in _DAYS else None


def _item(found: list[DifferenceView], language: str) -> Item:
    first, state = found[0], state_of(found)
    fields = [_field(one, language) for one in found]
    name = _name(first, language)
    if state == "gone":
        return Item(name, state, ())
    if state == "new":  # the heading has the title already
        shown = [f for f, one in zip(fields, found, strict=True) if one.after != one.title]
        lone = len(shown) == 1 and found[-1].field == "text"
        return Item(name, state, (replace(shown[0], label=""),) if lone else tuple(shown))
    if len(fields) > 1:
        return Item(name, state, tuple(fields))
    (field,) = fields
    if not first.place:
        heading = field.label[:1].upper() + field.label[1:]
    elif first.field == "text" and first.title:
        heading = name
    else:
        heading = say(language)("{thing}: {part}", thing=name, part=field.label)
    return Item(heading, state, (replace(field, label=""),))


def _field(one: DifferenceView, language: str) -> Field:
    label = environment(language).filters["label"]
    parts = one.field.removesuffix(".value").split(".")
    names = ", ".join(_inside(str(label(part))) for part in parts)
    before, after = (value(one, written, language) for written in (one.before, one.after))
    whole = one.field != "readings" and (one.choice or (before, after) != (one.before, one.after))
    return Field(names, before, after, not whole)


def _name(one: DifferenceView, language: str) -> str:
    """Milestone “Launch”; Health; Case study: KPI “Reach”, for what only the page about the case shows."""
    filters, t = environment(language).filters, say(language)
    around, _, place = one.place.rpartition(".")
    title = " ".join((one.title or one.id).split())
    if place == "sections" and not one.title:  # the text of a file of its own, known by its id
        title = str(filters["label"](one.id.replace("-", "_")))
    if not place:
        name = t("The engagement")
    elif place in PLACES and title:
        name = t("{thing} “{title}”", thing=filters["word"](PLACES[place]), title=title)
    else:
        name = str(filters["label"](place))
    return t("{thing}: {part}", thing=filters["label"](around), part=name) if around else name


def _inside(label: str) -> str:
    """A label inside a line: without its capital, if it is no acronym."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


def _day(written: str) -> date | None:
    try:
        return date.fromisoformat(written) if len(written) == 10 else None
    except ValueError:
        return None


# ---- HTML -----------------------------------------------------------------------------------------


_TAGS = {"gone": "del", "new": "ins"}
_CUT = '<span class="cut">…</span> '


@dataclass(frozen=True, slots=True)
class _Side:
    """A value drawn: what is shown of it, and all of it where that is more."""

    shown: Markup
    whole: Markup | None


@dataclass(frozen=True, slots=True)
class _Pair:
    """A field with both its values drawn, and what is to be said where no word of them differs."""

    field: Field
    was: _Side
    will: _Side
    note: str


def drawn(held: HeldView, language: str, level: int = 4) -> Markup:
    """The differences as a list; `level` is that of its headings. For the review page and the desk."""
    told = [(item, [_pair(f, language) for f in item.fields]) for item in items(held.differences, language)]
    return _macro("differences", language)(held, told, level)


def waiting(language: str, row: PortfolioRow) -> Markup:
    """All that waits of one account, as the review page shows it."""
    shown = [(held, approved(held, language), drawn(held, language)) for held in row.held]
    return _macro("account", language)(row, shown)


def _macro(name: str, language: str) -> Callable[..., Markup]:
    template = environment(language).get_template("internal/differences.html")
    found: Callable[..., Markup] = getattr(template.module, name)
    return found


def _pair(field: Field, language: str) -> _Pair:
    compared = field.compared
    note = "" if compared.differ else unseen(field, language)
    return _Pair(field, _side(compared.before), _side(compared.after), note)


def _side(pieces: Pieces) -> _Side:
    short = folded(pieces)
    return _Side(_marked(short), _marked(pieces) if len(short) != len(pieces) else None)


def _marked(pieces: Pieces) -> Markup:
    return Markup("".join(map(_piece, pieces)))  # noqa: S704 - every text in it went through escape()


def _piece(piece: Piece) -> str:
    if piece.kind == "folded":
        return _CUT
    tag = _TAGS.get(piece.kind)
    return f"<{tag}>{escape(piece.text)}</{tag}>" if tag else str(escape(piece.text))

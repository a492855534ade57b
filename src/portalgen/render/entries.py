"""The entries of a brief as HTML: whatever fields an account has, so that a new one needs no template.

A field is drawn by what it is: a table of short items, cards of items with something to read, pairs of
label and value. Who sees a thing is said once, on the widest thing of which it is true: what carries no
sign has the readers of what it stands in, and where those differ, the client sees what is marked and
nothing else.

Drawn here and not in a template, because entries hold items that hold entries: a macro that calls
itself took most of a brief's time. What it shares with other pages (how a day or a link is written) it
takes from their templates.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache, partial
from typing import Any, Literal

from babel.numbers import get_currency_symbol
from markupsafe import Markup, escape

from portalgen.render.environment import environment, figure, locale_of, number, say
from portalgen.views import BriefEntry, BriefItem, Target
from portalgen.vocabulary import Audience

Level = Literal["internal", "client", "public", "part"]
"""Who sees a thing with all that is in it: the team alone, the client, anybody, or the client some of it."""

_TITLES = ("title", "name", "activity", "statement")
_TABLES = frozenset(("team", "contacts", "raci", "milestones", "deliverables", "needs"))
"""Lists whose items are short, and compared with one another."""
_MONEY = frozenset(("value", "cost"))
_LONG = ("description",)
"""What is too long for a column among others in one of those lists."""
_SEEN: tuple[Level, ...] = ("client", "public")
_DIGITS = re.compile(r"[#0,.]+")
_SHORT = 48
"""Characters that still stand on a line with others."""


# ---- who sees it ----------------------------------------------------------------------------------


def level(entries: Iterable[BriefEntry]) -> Level:
    """Who sees these entries with all that is in them."""
    found = set(_audiences(entries))
    if found <= {Audience.INTERNAL}:
        return "internal"
    if Audience.INTERNAL in found:
        return "part"
    return "public" if found == {Audience.PUBLIC} else "client"


def _audiences(entries: Iterable[BriefEntry]) -> Iterator[Audience]:
    for entry in entries:
        if isinstance(entry.value, tuple):
            for item in entry.value:
                yield from _audiences(item.entries)
        else:
            yield entry.audience


@cache
def _word(one: Level, language: str) -> str:
    return say(language)("Client sees part of this") if one == "part" else _filters(language)["word"](one)


@cache
def tag(one: Level, language: str) -> Markup:
    """The words that say who sees a thing, with their sign."""
    return Markup('<span class="tag{}">{} {}</span>').format(_kind(one), _sign(one), _word(one, language))


@cache
def mark(one: Level, language: str) -> Markup:
    """The sign alone, for where many stand; whoever doesn't see it hears the words."""
    return Markup('<span class="tag{}">{}<span class="vh">{}</span></span>').format(
        _kind(one), _sign(one), _word(one, language)
    )


def differing(one: Level, around: Level, language: str) -> Markup:
    """The sign of a thing whose readers are not plain from what it stands in; else nothing."""
    plain = one in (around, "part") or (around == "part" and one == "internal")
    return Markup("") if plain else mark(one, language)


def _kind(one: Level) -> str:
    return "" if one == "internal" else " c"


def _sign(one: Level) -> Markup:
    return Markup('<svg class="i" aria-hidden="true"><use href="#by-{}"/></svg>').format(one)


# ---- fields ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Beside:
    """What is derived and stands with an item: its number, a drawing, and more pairs of label and value."""

    lead: str = ""
    drawing: str = ""
    pairs: tuple[tuple[str, Markup], ...] = ()


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the brief, drawn: its name, who sees it, and its value.

    `long` says that the value is a list or a mapping, which wants a section of its own.
    """

    key: str
    label: Markup
    body: Markup
    long: bool
    level: Level


def field(
    entry: BriefEntry, language: str, beside: Mapping[str, Beside] | None = None, currency: str | None = None
) -> Field:
    """A field of the brief, with all that is in it. `beside` is what stands with its items, by their id;
    `currency` is that of its amounts of money."""
    drawn = _Drawn(language, beside or {}, currency)
    seen = level([entry])
    body = Markup(drawn.field(entry, seen))  # noqa: S704 - every text in it went through escape()
    return Field(entry.key, label(entry.key, language), body, isinstance(entry.value, tuple), seen)


def anchor(key: str, item: str = "") -> str:
    """The place of a field on its brief, or of an item of it. No key holds a hyphen, so none collide."""
    return f"f-{key}-{item}" if item else f"f-{key}"


@lru_cache(maxsize=4096)
def label(key: str, language: str) -> Markup:
    """What a field is called."""
    return escape(_filters(language)["label"](key))


def title_of(item: BriefItem) -> BriefEntry | None:
    """The entry that an item is called by."""
    first = item.entries[0] if item.entries else None
    return first if first is not None and first.key in _TITLES else None


def amount(value: Decimal | int, currency: str, language: str) -> str:
    """An amount of money as its language writes it; whole amounts without decimals."""
    locale = locale_of(language)
    whole = value == int(value)
    digits = number(abs(Decimal(value)).quantize(Decimal(1) if whole else Decimal("0.01")), locale)
    pattern = str(locale.currency_formats["standard"].pattern).partition(";")[0]
    shown = _DIGITS.sub(digits, pattern).replace("\N{CURRENCY SIGN}", get_currency_symbol(currency, locale))
    return ("\N{MINUS SIGN}" if value < 0 else "") + shown


def _filters(language: str) -> Any:
    return environment(language).filters


class _Drawn:
    """One field on its way to HTML."""

    def __init__(self, language: str, beside: Mapping[str, Beside], currency: str | None) -> None:
        self.language, self.beside, self.currency = language, beside, currency
        self.say = say(language)

    def field(self, entry: BriefEntry, seen: Level) -> str:
        value = entry.value
        if not isinstance(value, tuple):
            return self.value(entry)
        if _are_texts(value):
            return f"{self.texts(value, seen)}\n"
        if entry.key in _TABLES and all(item.id for item in value):
            return self.table(entry.key, value, seen)
        return self.items(entry.key, value, seen)

    def mark(self, one: Level, around: Level) -> str:
        shown = differing(one, around, self.language)
        return f" {shown}" if shown else ""

    # ---- values

    def value(self, entry: BriefEntry) -> str:
        """A word, day, number, link or text."""
        value = entry.value
        if isinstance(value, date):
            return str(day(value, self.language))
        if isinstance(value, Target):
            return _link(value, self.language)
        if isinstance(value, str):
            if entry.choice:
                return str(escape(_filters(self.language)["word"](value)))
            return f"{_filters(self.language)['paragraphs'](value)}\n"
        return str(escape(self.number(entry.key, value)))

    def number(self, key: str, value: Any) -> str:
        locale = locale_of(self.language)
        if key in _MONEY and self.currency:
            return amount(value, self.currency, self.language)
        return figure(value, "%", locale) if key == "margin" else number(value, locale)

    def texts(self, items: tuple[BriefItem, ...], around: Level) -> str:
        lines = (
            f"<li>{self.inline(item.entries[0])}{self.mark(level(item.entries), around)}</li>"
            for item in items
        )
        return f'<ul class="dots">{"".join(lines)}</ul>'

    def inline(self, entry: BriefEntry, around: Level | None = None) -> str:
        """A value on a line with others."""
        value = entry.value
        if isinstance(value, tuple):
            if _are_texts(value):
                shown = (
                    self.inline(one.entries[0]) + (self.mark(level(one.entries), around) if around else "")
                    for one in value
                )
            else:
                shown = (", ".join(self.inline(e, around) for e in one.entries) for one in value)
            return ("; " if any(len(one.entries) > 1 for one in value) else ", ").join(shown)
        return str(escape(value)) if isinstance(value, str) and not entry.choice else self.value(entry)

    # ---- items

    def table(self, key: str, items: tuple[BriefItem, ...], around: Level) -> str:
        """Items as rows, with a column for each thing that one of them says."""
        rows = [self.cells(item, around) for item in items]
        columns = _merged(rows)
        head = "".join(f'<th scope="col">{name}</th>' for name in columns)
        body = "".join(map(partial(self.row, key, columns, around), items, rows))
        return (
            f'<table class="t stack list"><caption class="vh">{label(key, self.language)}</caption>'
            f"<thead><tr>{head}</tr></thead>\n<tbody>{body}</tbody></table>\n"
        )

    def cells(self, item: BriefItem, around: Level) -> dict[str, str]:
        """What an item says, by the heading that it stands under; what is long stands last."""
        seen = level(item.entries)
        found: dict[str, str] = {}
        for entry in sorted(item.entries, key=lambda one: one.key in _LONG):
            if entry.key in _LONG:
                found |= {escape(name): text for name, text in self.of(item).pairs}
            sign = self.mark(level([entry]), seen) or ("" if found else self.mark(seen, around))
            found[label(entry.key, self.language)] = f"{self.cell(entry, item)}{sign}"
        return {**found, **{escape(name): text for name, text in self.of(item).pairs}}

    def row(
        self, key: str, columns: list[str], around: Level, item: BriefItem, said: Mapping[str, str]
    ) -> str:
        first, *rest = columns
        cells = [f'<th scope="row">{said.get(first, "")}</th>']
        for name in rest:
            text = said.get(name, "")
            cells.append(f'<td data-l="{name}">{text and f"<span>{text}</span>"}</td>')
        shown = ' class="seen"' if around == "part" and level(item.entries) in _SEEN else ""
        return f'<tr id="{anchor(key, item.id)}"{shown}>{"".join(cells)}</tr>\n'

    def cell(self, entry: BriefEntry, item: BriefItem) -> str:
        over = _over(item.entries, self.language) if entry.key == "round" else ""
        return f"{self.inline(entry, level([entry]))}{over}"

    def of(self, item: BriefItem) -> Beside:
        return self.beside.get(item.id) or Beside()

    def items(self, key: str, items: tuple[BriefItem, ...], around: Level) -> str:
        """Items as cards; a mapping alone as its pairs."""
        if len(items) == 1 and not items[0].id:
            return self.pairs(items[0].entries, around)
        cards = "".join(self.card(key, item, around) for item in items)
        return f'<ul class="cards">{cards}</ul>\n'

    def card(self, key: str, item: BriefItem, around: Level) -> str:
        seen, title, extra = level(item.entries), title_of(item), self.of(item)
        place = f' id="{anchor(key, item.id)}"' if key and item.id else ""
        shown = " seen" if around == "part" and seen in _SEEN else ""
        rest = [entry for entry in item.entries if entry is not title]
        short = [entry for entry in rest if _is_short(entry)]
        long = [entry for entry in rest if not _is_short(entry)]
        parts = [f'<li class="item{shown}"{place}>']
        if title is not None:
            lead = f'<span class="lead">{escape(extra.lead)}</span> ' if extra.lead else ""
            own = self.mark(level([title]), seen) or self.mark(seen, around)
            parts.append(f'<p class="title">{lead}{self.inline(title)}{own}</p>')
        parts.append(extra.drawing)
        said = [f"<div><dt>{escape(n)}</dt><dd>{text}</dd></div>" for n, text in extra.pairs]
        for entry in short:
            sign = self.mark(level([entry]), seen)
            name = label(entry.key, self.language)
            said.append(f"<div><dt>{name}</dt><dd>{self.cell(entry, item)}{sign}</dd></div>")
        if said:
            parts.append(f'<dl class="meta">{"".join(said)}</dl>')
        if long:
            parts.append(self.pairs(long, seen))
        return "".join([*parts, "</li>\n"])

    def pairs(self, entries: Iterable[BriefEntry], around: Level) -> str:
        parts = ['<dl class="pairs">']
        for one in entries:
            seen = level([one])
            if isinstance(one.value, tuple) and not _are_texts(one.value):
                value = self.inline(one, seen) if _is_short(one) else self.items("", one.value, seen)
            else:
                value = self.field(one, seen)
            parts.append(f"<dt>{label(one.key, self.language)}{self.mark(seen, around)}</dt><dd>{value}</dd>")
        return "".join([*parts, "</dl>\n"])


def _merged(rows: Iterable[Iterable[str]]) -> list[str]:
    """The names in these rows, each once, in an order that all rows keep."""
    found: list[str] = []
    for row in rows:
        at = 0
        for name in row:
            if name not in found:
                found.insert(at, name)
            at = found.index(name) + 1
    return found


def _are_texts(items: tuple[BriefItem, ...]) -> bool:
    return all(len(i.entries) == 1 and i.entries[0].key == "text" for i in items)


def _is_short(entry: BriefEntry) -> bool:
    """Whether a value may stand on a line with others."""
    value = entry.value
    if isinstance(value, tuple):
        inner = [e for item in value for e in item.entries]
        flat = all(not isinstance(e.value, tuple) and _is_short(e) for e in inner)
        return flat and level([entry]) != "part" and (len(inner) <= 8 or not _are_texts(value))
    return not isinstance(value, str) or entry.choice or (len(value) <= _SHORT and "\n" not in value)


def _over(entries: tuple[BriefEntry, ...], language: str) -> str:
    """That a review round is over the limit that was agreed for it."""
    found = {one.key: one.value for one in entries if one.key in ("round", "round_limit")}
    round_, limit = found.get("round"), found.get("round_limit")
    if not isinstance(round_, int) or not isinstance(limit, int) or round_ <= limit:
        return ""
    return f' <span class="off">{escape(say(language)("over the limit"))}</span>'


@lru_cache(maxsize=4096)
def day(one: date, language: str) -> Markup:
    """A day as all pages write it."""
    return Markup(_shared(language).time(one))  # noqa: S704 - a template's own output


def _link(target: Target, language: str) -> str:
    return str(_shared(language).link_to(target, "", target.file.path if target.file else target.address))


def _shared(language: str) -> Any:
    return environment(language).get_template("components.html").module

"""The entries of a brief as HTML: whatever fields an account has, so that a new one needs no template.

Drawn here and not in a template, because entries hold items that hold entries: a macro that calls
itself took most of a brief's time. What it shares with other pages (how a day or a link is written) it
takes from their templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Any

from markupsafe import Markup, escape

from portalgen.render.environment import environment, say
from portalgen.views import BriefEntry, BriefItem, Target
from portalgen.vocabulary import Audience


@cache
def tag(audience: Audience, language: str) -> Markup:
    """The words that say who sees a thing."""
    word = environment(language).filters["word"](str(audience))
    mark = "" if audience == Audience.INTERNAL else " c"
    return Markup('<span class="tag{}">{}</span>').format(mark, word)


@dataclass(frozen=True, slots=True)
class Field:
    """A field of the brief, drawn: its name with who sees it, and its value.

    `long` says that the value is a list, which wants a section of its own; `seen` that the client sees it.
    """

    key: str
    head: Markup
    body: Markup
    long: bool
    seen: bool


def field(entry: BriefEntry, language: str) -> Field:
    """A field of the brief, with all that is in it."""
    return Field(
        entry.key,
        Markup("{} {}").format(_label(entry.key, language), tag(entry.audience, language)),
        Markup(_value(entry, language)),  # noqa: S704 - every text in it went through escape()
        isinstance(entry.value, tuple),
        entry.audience != Audience.INTERNAL,
    )


def _value(entry: BriefEntry, language: str) -> str:
    """A word, day, number, link, text, list of texts, or items with entries of their own."""
    value = entry.value
    filters = environment(language).filters
    if isinstance(value, tuple):
        return _list(entry, value, language)
    if isinstance(value, date):
        return _time(value, language)
    if isinstance(value, str):
        return escape(filters["word"](value)) if entry.choice else f"{filters['paragraphs'](value)}\n"
    if isinstance(value, Target):
        return _link(value, language)
    return escape(filters["number"](value))


def _list(entry: BriefEntry, items: tuple[BriefItem, ...], language: str) -> str:
    if all(len(i.entries) == 1 and i.entries[0].key == "text" for i in items):
        lines = "".join(_text(i, entry.audience, language) for i in items)
        return f'<ul class="dots">{lines}</ul>\n'
    boxes = []
    for item in items:
        seen = "" if item.audience == Audience.INTERNAL else " seen"
        boxes.append(f'<div class="item{seen}">{_pairs(item.entries, entry.audience, language)}</div>')
    return f'<div class="items">{"".join(boxes)}</div>'


def _text(item: BriefItem, around: Audience, language: str) -> str:
    only = item.entries[0]
    shown = environment(language).filters["word"](only.value) if only.choice else only.value
    return f"<li>{escape(shown)}{_other(item.audience, around, language)}</li>"


def _pairs(entries: tuple[BriefEntry, ...], around: Audience, language: str) -> str:
    parts = ['<dl class="pairs">']
    over = _over(entries, language)
    for one in entries:
        mark = _other(one.audience, around, language)
        value = f"{_value(one, language)}{over}" if one.key == "round" else _value(one, language)
        parts.append(f"<dt>{_label(one.key, language)}{mark}</dt><dd>{value}</dd>")
    return "".join([*parts, "</dl>\n"])


def _over(entries: tuple[BriefEntry, ...], language: str) -> str:
    """That a review round is over the limit that was agreed for it."""
    found = {one.key: one.value for one in entries if one.key in ("round", "round_limit")}
    number, limit = found.get("round"), found.get("round_limit")
    if not isinstance(number, int) or not isinstance(limit, int) or number <= limit:
        return ""
    return f' <span class="off">{escape(say(language)("over the limit"))}</span>'


@lru_cache(maxsize=4096)
def _label(key: str, language: str) -> Markup:
    return escape(environment(language).filters["label"](key))


def _other(audience: Audience, around: Audience, language: str) -> str:
    """The tag of a thing whose readers are not those of what it stands in."""
    return "" if audience == around else f" {tag(audience, language)}"


@lru_cache(maxsize=4096)
def _time(day: date, language: str) -> str:
    return str(_shared(language).time(day))


def _link(target: Target, language: str) -> str:
    return str(_shared(language).link_to(target, "", target.file.path if target.file else target.address))


def _shared(language: str) -> Any:
    return environment(language).get_template("components.html").module

"""One Jinja environment per language: autoescaped, strict, translated, with the reader's formats.

English is the language of the templates and the id of every message; `locales/<language>` holds the
others (gettext catalogs through Babel). A language without a catalog is shown in English, with its
own dates and numbers. Refuses undefined names: a typing error in a template stops the build.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, format_decimal, parse_pattern
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from portalgen.render.words import LABELS, WORDS

_HERE = Path(__file__).parent
_LOCALES = _HERE / "locales"
SOURCE = "en"

Catalog = dict[str, str | tuple[str, ...]]


@cache
def locale_of(language: str) -> Locale:
    """Babel's locale of a language tag; English where Babel does not know it."""
    for tag in (language, language.partition("-")[0], SOURCE):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return Locale(SOURCE)


def shown_language(language: str) -> str:
    """The language in which a page is really written: that of the catalog that was found."""
    return language if language.partition("-")[0] in (SOURCE, *catalogs()) else SOURCE


@cache
def catalogs() -> tuple[str, ...]:
    """The languages that have a catalog, besides English."""
    return tuple(sorted(p.name for p in _LOCALES.iterdir() if (p / "LC_MESSAGES/messages.po").is_file()))


@cache
def catalog(language: str) -> Catalog:
    """The messages of a language by English text; empty for English and unknown languages."""
    path = _LOCALES / language.partition("-")[0] / "LC_MESSAGES/messages.po"
    if not path.is_file():
        return {}
    with path.open("rb") as file:
        found = read_po(file)
    messages: Catalog = {}
    for message in found:
        if message.id and message.string and not message.fuzzy:
            key = message.id[0] if isinstance(message.id, tuple | list) else message.id
            text = message.string
            messages[key] = tuple(text) if isinstance(text, tuple | list) else text
    return messages


class Translator:
    """A catalog as `project.Say` wants it: sentences with named places, filled after translation."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._messages = catalog(language)

    def gettext(self, message: str) -> str:
        """The message in this language."""
        found = self._messages.get(message, message)
        return found if isinstance(found, str) else found[0]

    def ngettext(self, one: str, several: str, n: int) -> str:
        """The message that fits the number; the languages here have one form for 1, one for all else."""
        found = self._messages.get(one)
        if isinstance(found, tuple) and len(found) > 1:
            return found[0] if n == 1 else found[1]
        return one if n == 1 else several

    def __call__(self, message: str, /, **values: object) -> str:
        """Translate and fill."""
        return self.gettext(message).format(**values)

    def many(self, one: str, several: str, n: int, /, **values: object) -> str:
        """Translate by number and fill."""
        return self.ngettext(one, several, n).format(n=n, **values)


@cache
def say(language: str) -> Translator:
    """The translator of a language."""
    return Translator(language)


@cache
def environment(language: str) -> Environment:
    """The environment of a language, made once per process."""
    made = Environment(
        loader=FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    translator = say(language)
    install: Callable[..., None] = made.install_gettext_callables  # type: ignore[attr-defined]
    install(translator.gettext, translator.ngettext, newstyle=True)
    made.globals |= {"_": _quick(translator), "gettext": _quick(translator)}
    locale = locale_of(language)
    made.filters |= {
        "day": lambda d: _day(d, "long", locale),
        "short_day": lambda d: _skeleton(d, "yMMMd", locale),
        "month": lambda d: _skeleton(d, "yMMM", locale),
        "weekday": lambda d: _skeleton(d, "EEEE", locale),
        "number": lambda n: number(n, locale),
        "signed_percent": lambda n: signed_percent(n, locale),
        "figure": lambda n, unit: figure(n, unit, locale),
        "word": lambda w: translator.gettext(WORDS.get(w, w.replace("_", " ").capitalize())),
        "label": lambda key: translator.gettext(LABELS.get(key, key.replace("_", " ").capitalize())),
        "paragraphs": paragraphs,
        "slugged": lambda text: str(text).replace("/", "-"),
    }
    made.globals |= {"language": shown_language(language)}
    return made


def _quick(translator: Translator) -> Callable[..., Markup]:
    """Jinja's own `gettext` of the new style, but that what has no variables is made once.

    A page says two hundred messages, and nearly all of them have none.
    """

    @cache
    def plain(message: str) -> Markup:
        return filled(message, {})

    def filled(message: str, variables: dict[str, object]) -> Markup:
        return Markup(translator.gettext(message)) % variables  # noqa: S704 - ours; variables are escaped

    return lambda message, **variables: filled(message, variables) if variables else plain(message)


def render(language: str, template: str, **values: Any) -> str:
    """A template in a language."""
    return environment(language).get_template(template).render(**values)


@lru_cache(maxsize=65536)
def _day(day: date, style: Any, locale: Locale) -> str:
    return format_date(day, style, locale)


@lru_cache(maxsize=65536)
def _skeleton(day: date, skeleton: str, locale: Locale) -> str:
    return format_skeleton(skeleton, day, locale=locale)


def number(value: Decimal | int, locale: Locale) -> str:
    """A number as its language groups it, with the decimals that it was written with."""
    decimals = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
    return format_decimal(value, _pattern(decimals), locale=locale)


@cache
def _pattern(decimals: int) -> NumberPattern:
    return parse_pattern("#,##0" + ("." + "0" * decimals if decimals else ""))


def signed_percent(value: Decimal, locale: Locale) -> str:
    """A change in per cent with its sign (a minus, no hyphen), spaced as its language has it."""
    sign = "\N{MINUS SIGN}" if value < 0 else "+"
    return f"{sign}{number(abs(value), locale)}{_before_percent(locale)}%"


def _before_percent(locale: Locale) -> str:
    """What a language puts before the sign: a blank or nothing."""
    gap = str(locale.percent_formats[None].pattern).rpartition("%")[0][-1:]
    return gap if gap.isspace() else ""


def figure(value: Decimal, unit: str | None, locale: Locale) -> str:
    """A number with its unit; a word may stand on the next line, a sign may not."""
    if not unit:
        return number(value, locale)
    if unit == "%":
        return f"{number(value, locale)}{_before_percent(locale)}%"
    return f"{number(value, locale)}{' ' if len(unit) > 3 else chr(0xA0)}{unit}"


def paragraphs(text: str) -> Markup:
    """A plain text as paragraphs: a blank line makes one, a line break stays one."""
    found = (str(escape(p.strip())).replace("\n", "<br>") for p in text.split("\n\n"))
    return Markup("".join(f"<p>{p}</p>" for p in found if p))  # noqa: S704 - escaped


@cache
def interface_texts() -> frozenset[str]:
    """Every text of the interface in every language: no client's name although it may look like one."""
    found = {*WORDS.values(), *LABELS.values()}
    for language in catalogs():
        for key, text in catalog(language).items():
            found.add(key)
            found.update((text,) if isinstance(text, str) else text)
    return frozenset(found)

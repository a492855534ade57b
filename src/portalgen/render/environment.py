"""One Jinja environment per language: autoescaped, strict, translated, with the reader's formats.

English is the language of the templates and the id of every message; `locales/<language>` holds the
others (gettext catalogs through Babel, each with its own plural forms). A language without a catalog is
shown in English, with its own dates and numbers. Refuses undefined names: a typing error in a template
stops the build.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton
from babel.lists import format_list
from babel.messages import Catalog as Messages
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import NumberPattern, format_decimal, parse_pattern
from jinja2 import BaseLoader, Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape

from portalgen.render.words import LABELS, WORDS

_HERE = Path(__file__).parent
_LOCALES = _HERE / "locales"
TEMPLATES = _HERE / "templates"
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
    return language if language.partition("-")[0] == SOURCE or _folder(language) else SOURCE


def direction(language: str) -> str:
    """Which way a page in this language runs: `ltr` or `rtl`."""
    return str(locale_of(shown_language(language)).text_direction)


@cache
def catalogs() -> tuple[str, ...]:
    """The languages that have a catalog, besides English."""
    found = _LOCALES.glob("*/LC_MESSAGES/messages.po")
    return tuple(sorted(path.parents[1].name.replace("_", "-") for path in found))


def _folder(language: str) -> str | None:
    """The catalog for a language: its script's or country's (`pt_BR`), else the language's own (`pt`)."""
    name = str(locale_of(language))
    while name and name.replace("_", "-") not in catalogs():
        name = name.rpartition("_")[0]
    return name or None


@cache
def catalog(language: str) -> Catalog:
    """The messages of a language by English text; empty for English and unknown languages."""
    messages: Catalog = {}
    for message in _messages(language):
        if message.id and message.string and not message.fuzzy:
            key = message.id[0] if isinstance(message.id, tuple | list) else message.id
            text = message.string
            messages[key] = tuple(text) if isinstance(text, tuple | list) else text
    return messages


@cache
def _messages(language: str) -> Messages:
    """A language's catalog as it is written, its plural rule with it; an empty one where there is none."""
    folder = _folder(language)
    if folder is None:
        return Messages()
    with (_LOCALES / folder / "LC_MESSAGES/messages.po").open("rb") as file:
        return read_po(file, locale=folder)


class Translator:
    """A catalog as `project.Say` wants it: sentences with named places, filled after translation.

    What it does not translate, or marks as fuzzy, stays English.
    """

    def __init__(self, language: str) -> None:
        self.language = language
        compiled = BytesIO()
        write_mo(compiled, _messages(language))
        compiled.seek(0)
        self._found = GNUTranslations(compiled)

    def gettext(self, message: str) -> str:
        """The message in this language."""
        return self._found.gettext(message)

    def ngettext(self, one: str, several: str, n: int) -> str:
        """The form of the message that fits the number, by the rule that the catalog's head gives."""
        return self._found.ngettext(one, several, n)

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
    return made_for(language, Environment, FileSystemLoader(TEMPLATES))


def made_for(language: str, kind: type[Environment], loader: BaseLoader) -> Environment:
    """An environment of a language with templates from anywhere."""
    made = kind(
        loader=loader,
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
    made.globals |= {"forms": lambda one, several: _forms(one, several, language)}
    locale = locale_of(language)
    made.filters |= {
        "day": lambda d: _day(d, "long", locale),
        "short_day": lambda d: _skeleton(d, "yMMMd", locale),
        "month": lambda d: _skeleton(d, "yMMM", locale),
        "weekday": lambda d: _day(d, "EEEE", locale),
        "full_day": lambda d: _capital(_day(d, "full", locale)),
        "number": lambda n: number(n, locale),
        "signed_percent": lambda n: signed_percent(n, locale),
        "figure": lambda n, unit: figure(n, unit, locale),
        "word": lambda w: translator.gettext(WORDS.get(w, w.replace("_", " ").capitalize())),
        "label": lambda key: translator.gettext(LABELS.get(key, key.replace("_", " ").capitalize())),
        "paragraphs": paragraphs,
    }
    made.globals |= {"language": shown_language(language), "direction": direction(language)}
    made.globals |= {"agency_logo": None}
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


def _forms(one: str, several: str, language: str) -> Markup:
    """A message that a script fills with a number: `data-one`, `data-few` and so on, as CLDR calls the forms.

    The script asks `Intl.PluralRules` which it is, and takes `data-other` where there is no such form.
    """
    rule, t = locale_of(shown_language(language)).plural_form, say(language)
    found = {str(rule(n)): t.ngettext(one, several, n) for n in reversed(range(200))}
    found = dict(sorted({"other": t.ngettext(one, several, 100), **found}.items()))
    return Markup(" ").join(Markup('data-{}="{}"').format(name, text) for name, text in found.items())


def render(language: str, template: str, **values: Any) -> str:
    """A template in a language."""
    return environment(language).get_template(template).render(**values)


@lru_cache(maxsize=65536)
def _day(day: date, style: Any, locale: Locale) -> str:
    return format_date(day, style, locale)


@lru_cache(maxsize=65536)
def _skeleton(day: date, skeleton: str, locale: Locale) -> str:
    return format_skeleton(skeleton, day, locale=locale)


def _capital(text: str) -> str:
    """A text that begins a line of its own."""
    return text[:1].upper() + text[1:]


def listed(texts: Sequence[str], language: str) -> str:
    """Several texts as one speaks them: Ana, Carmen y Luis."""
    locale = locale_of(shown_language(language))
    joined = format_list(texts, locale=locale)
    # CLDR leaves this to whoever joins: "Ana e Inés", but "agua y hielo"
    if locale.language == "es" and len(texts) > 1 and _SOUNDS_LIKE_I.match(texts[-1]):
        return f"{joined.removesuffix(f' y {texts[-1]}')} e {texts[-1]}"
    return joined


_SOUNDS_LIKE_I = re.compile(r"h?[ií](?![aeo])", re.IGNORECASE)


def number(value: Decimal | int, locale: Locale) -> str:
    """A number as its language groups it, with the decimals that it was written with.

    What is below zero has a minus, no hyphen.
    """
    decimals = max(0, -int(value.as_tuple().exponent)) if isinstance(value, Decimal) else 0
    name = str(locale) if locale.language in ("es", "pt") else locale.language
    grouped = abs(Decimal(value)) >= (10_000 if name in _FOUR_DIGITS_TOGETHER else 1_000)
    written = format_decimal(value, _pattern(decimals, locale), locale, group_separator=grouped)
    return written.replace("-", "\N{MINUS SIGN}")


_FOUR_DIGITS_TOGETHER = {"bg", "es", "es_ES", "et", "hu", "it", "lv", "pl", "pt_PT", "sl"}
"""Where CLDR's `minimumGroupingDigits` is 2: 2140, but 12.140. Babel does not know of it."""


@cache
def _pattern(decimals: int, locale: Locale) -> NumberPattern:
    whole = str(locale.decimal_formats[None].pattern).partition(".")[0]
    return parse_pattern(whole + ("." + "0" * decimals if decimals else ""))


def signed_percent(value: Decimal, locale: Locale) -> str:
    """A change in per cent with its sign (a minus, no hyphen), spaced as its language has it."""
    sign = "\N{MINUS SIGN}" if value < 0 else "+" if value else ""
    return sign + _percent(abs(value), locale)


def _percent(value: Decimal | int, locale: Locale) -> str:
    """A number with the sign of per cent on the side, and at the distance, that its language wants."""
    pattern = str(locale.percent_formats[None].pattern)
    return _DIGITS.sub(lambda _: number(value, locale), pattern)


_DIGITS = re.compile(r"[#0,.]+")


def figure(value: Decimal, unit: str | None, locale: Locale) -> str:
    """A number with its unit; a word may stand on the next line, a sign may not."""
    if not unit:
        return number(value, locale)
    if unit == "%":
        return _percent(value, locale)
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

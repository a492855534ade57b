"""Scalars of the front matter: each read as text and typed here, with the sentence for what is wrong.

Owns what a day, a number, a mark or an id may look like. Each type raises pydantic's custom errors
with a code and `sentence; advice`; the loader adds the place.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from portalgen.vocabulary import AUDIENCES, SLUG, Audience


def _not_empty(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("not-a-text", "this is a text; write one value after the colon")
    return value


_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,6})?", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)


def parse_day(value: object) -> date:
    """A calendar day written `YYYY-MM-DD` (ISO 8601, RFC 3339 full-date)."""
    if isinstance(value, date):
        return value
    text = _not_empty(value)
    if not _DAY.fullmatch(text):
        raise PydanticCustomError(
            "bad-date",
            '"{text}" is not a date; write year-month-day: 2026-11-20',
            {"text": text[:40]},
        )
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise PydanticCustomError(
            "impossible-date", "{text} is not a day of the calendar", {"text": text}
        ) from error


def _number(value: object) -> Decimal:
    if isinstance(value, Decimal):
        return value
    text = _not_empty(value)
    if not _NUMBER.fullmatch(text):
        raise PydanticCustomError(
            "bad-number",
            '"{text}" is not a number; write digits and a point, without unit: 1250.5',
            {"text": text[:40]},
        )
    return Decimal(text)


def _whole(value: object) -> int:
    if isinstance(value, int):
        return value
    text = _not_empty(value)
    if not _WHOLE.fullmatch(text):
        raise PydanticCustomError(
            "bad-whole-number", '"{text}" is not a whole number; write one: 7', {"text": text[:40]}
        )
    return int(text)


def _between(low: int, high: int | None) -> BeforeValidator:
    def check(value: object) -> int:
        number = _whole(value)
        if number < low or (high is not None and number > high):
            wanted = f"from {low} to {high}" if high is not None else f"{low} or more"
            raise PydanticCustomError(
                "out-of-range", "{number} is out of range; write a whole number {wanted}",
                {"number": number, "wanted": wanted},
            )  # fmt: skip
        return number

    return BeforeValidator(check)


def _audience(value: object) -> Audience:
    if isinstance(value, int):  # as JSON has it
        return Audience(value)
    text = _not_empty(value)
    if text not in AUDIENCES:
        raise PydanticCustomError(
            "bad-audience",
            '"{text}" is no audience; write internal, client or public',
            {"text": text[:40], "known": tuple(AUDIENCES)},
        )
    return AUDIENCES[text]


def _id(value: object) -> str:
    text = _not_empty(value)
    if not SLUG.fullmatch(text):
        raise PydanticCustomError(
            "bad-id",
            '"{text}" is no id; write small letters, digits and hyphens, 64 at most: first-ads',
            {"text": text[:80]},
        )
    return text


def _language(value: object) -> str:
    text = _not_empty(value)
    if not _LANGUAGE.fullmatch(text):
        raise PydanticCustomError(
            "bad-language",
            '"{text}" is no language tag; write en, es or es-MX',
            {"text": text[:40]},
        )
    return text


def _currency(value: object) -> str:
    text = _not_empty(value)
    if not _CURRENCY.fullmatch(text):
        raise PydanticCustomError(
            "bad-currency",
            '"{text}" is no currency; write three capitals: EUR',
            {"text": text[:40]},
        )
    return text


_MAIL = re.compile(r"[^\s@\x00-\x1f\x7f\ud800-\udfff]+@[^\s@\x00-\x1f\x7f\ud800-\udfff]+")


def is_mail_address(text: str) -> bool:
    """Whether a text may stand in a `To:` line, where a line break would begin a header of its own."""
    return _MAIL.fullmatch(text) is not None


Text = Annotated[str, BeforeValidator(_not_empty)]
Day = Annotated[date, BeforeValidator(parse_day)]
Number = Annotated[Decimal, BeforeValidator(_number)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[int, _between(0, None)]
Degree = Annotated[int, _between(1, 5)]
Epoch = Annotated[int, _between(1, None)]
Mark = Annotated[Audience, BeforeValidator(_audience)]
Id = Annotated[str, BeforeValidator(_id)]
Language = Annotated[str, BeforeValidator(_language)]
Currency = Annotated[str, BeforeValidator(_currency)]


class Kind:
    """A marker in a field's annotation that says how the loader must look at its text."""

    def __init__(self, name: str) -> None:
        self.name = name


LINK = Kind("link")
IMAGE = Kind("image")
Link = Annotated[Text, LINK]
"""A link: below the account's folder, `https:`, `mailto:` or `tel:`; the loader checks it."""
Image = Annotated[Text, IMAGE]
"""A raster image below the account's folder."""

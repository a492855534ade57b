"""Texts inside data and code: JSON (RFC 8259), calendars and cards (RFC 5545, RFC 6350), tables.

Each function yields the texts that the format holds, unescaped; keys of objects are texts as well,
names of properties are not. What can't be parsed is given back whole: a damaged file is still looked
through.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator

_UNFOLD = re.compile(r"\r?\n[ \t]")
_ICS_ESCAPE = re.compile(r"\\([\\;,nN])")
_UNICODE_ESCAPE = re.compile(r"\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})")
_CSS_ESCAPE = re.compile(r"\\([0-9a-fA-F]{1,6})[ \t\n]?")
_LINE_END = re.compile(r"\\[nrt]")


def json_texts(text: str) -> Iterator[str]:
    """Every string of a JSON text, keys included."""
    try:
        waiting = [json.loads(text)]
    except (ValueError, RecursionError):
        yield code_text(text)
        return
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, list):
            waiting.extend(value)
        elif isinstance(value, dict):
            yield from value
            waiting.extend(value.values())


def calendar_texts(text: str) -> Iterator[str]:
    """Every value and parameter of the content lines of an iCalendar or vCard."""
    for line in _UNFOLD.sub("", text).splitlines():
        name, colon, value = line.partition(":")
        parameters = name.partition(";")[2] if colon else line
        if parameters:
            yield parameters
        yield _ICS_ESCAPE.sub(lambda m: "\n" if m[1] in "nN" else m[1], value)


def table_texts(text: str) -> Iterator[str]:
    """Every cell of a table in CSV (RFC 4180) or with tabs or semicolons between the cells."""
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield from row
    except csv.Error:
        yield text


def code_text(text: str) -> str:
    """A script or style sheet with its escapes for characters read."""
    if "\\" not in text:
        return text
    text = _UNICODE_ESCAPE.sub(lambda m: _character(m[1] or m[2] or m[3]), text)
    text = _LINE_END.sub(" ", text)
    return _CSS_ESCAPE.sub(lambda m: _character(m[1]), text)


def _character(digits: str) -> str:
    code = int(digits, 16)
    return chr(code) if 0x20 <= code < 0x110000 and not 0xD800 <= code < 0xE000 else " "

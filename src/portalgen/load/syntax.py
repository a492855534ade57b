"""YAML's complaints in our words: what the author did, where, and what to write instead.

The parser (libyaml) says what it expected next; people want to know what they wrote. Owns the
sentences and the choice between the parser's two marks; decides nothing about what is refused.
"""

from __future__ import annotations

from typing import Any

import yaml

_AT_ITS_BEGINNING = ("quoted scalar", "parsing a flow", "simple key", "an alias", "an anchor", "a tag")
"""What is wrong with these is seen too late; the place where they begin is the one to look at."""

_QUOTES = 'put the value in quotes: "@home"'
_BY_PHRASE = (
    ("mapping values are not allowed", "there is a colon in this value, or the line is indented too far",
     'put a value with ": " in quotes: title: "Launch: part two"; or line the key up with those above'),
    ("cannot start any token", "a value cannot begin with this sign", _QUOTES),
    ("scanning an alias", 'a value cannot begin with "*"', 'put the value in quotes: "*great* news"'),
    ("scanning an anchor", 'a value cannot begin with "&"', 'put the value in quotes: "& more"'),
    ("a tag", 'a value cannot begin with "!"', 'put the value in quotes: "!important"'),
    ("unknown escape", "a backslash between double quotes begins a sign that is not known",
     "write the text between single quotes: 'C:\\files'"),
    ("quoted scalar", "a quote is opened here and never closed",
     'close it with the same quote; a quote inside the text is written twice: \'it\'\'s\''),
    ("parsing a flow", 'a "[" or "{" is opened here and not closed as it should be',
     'close it with "]" or "}", with commas between; or put a text that begins with it in quotes'),
    ("simple key", "this key has no colon, or no blank after it", 'write "key: value"'),
    ("block sequence entries", "a list begins on the line of its key",
     'begin each "- " on a line of its own'),
    ("block scalar", 'nothing may follow "|" or ">" on its line',
     "write the text on the lines below, indented"),
    ("node content", "a value cannot begin with this sign", _QUOTES),
)  # fmt: skip


def explain(error: yaml.MarkedYAMLError, block: str) -> tuple[Any, str, str]:
    """The mark to point at (or None), what is wrong there, and what to write."""
    said = f"{error.context or ''} {error.problem or ''}"
    begins = any(phrase in said for phrase in _AT_ITS_BEGINNING) and "escape" not in said
    mark = (error.context_mark if begins else None) or error.problem_mark or error.context_mark
    lines = block.split("\n")
    line = lines[mark.line] if mark and mark.line < len(lines) else ""
    before = line[: mark.column] if mark else ""
    if line.lstrip().startswith((":", "? ")):
        return mark, "there is no key before this", 'write "key: value"; or put the text in quotes'
    for phrase, message, hint in _BY_PHRASE:
        if phrase in said:
            return mark, message, hint
    if before.strip(" -"):
        if any(quote in before for quote in "'\""):
            inside = "a quote inside the text is written twice, 'it''s'; or use the other quotes: \"it's\""
            return mark, "the text goes on after the quote that closes it", inside
        return mark, "the value ends before this", "take this out, or put the whole value in quotes"
    if line.lstrip().startswith("-"):
        same = "give each - of a list the same indentation"
        return mark, "this list item does not line up with those above", same
    same = "give each key of a group the same indentation"
    return mark, "this line does not line up with those above", same

"""The Markdown dialect, in one place: what the loader splits is what the renderer shows.

CommonMark with GitHub's additions as pulldown-cmark reads them (https://spec.commonmark.org,
https://github.github.com/gfm): tables, task lists, strikethrough, footnotes, alerts. Owns the
parser's options and nothing else. Input must have `\\n` as its only line end.
"""

from __future__ import annotations

from typing import Any, cast

import pyromark

_OPTIONS = (
    pyromark.Options.ENABLE_TABLES
    | pyromark.Options.ENABLE_FOOTNOTES
    | pyromark.Options.ENABLE_STRIKETHROUGH
    | pyromark.Options.ENABLE_TASKLISTS
    | pyromark.Options.ENABLE_GFM
)

Event = tuple[Any, dict[str, int]]
"""An event of the parser and its range `{"start", "end"}` in bytes of the UTF-8 source."""


def events(text: str, *, heading_attributes: bool = False) -> list[Event]:
    """Parse one document. Neighbouring texts are merged; ranges are bytes, not characters.

    `heading_attributes` reads `{#id .class}` after a heading's text; only the split into sections
    wants it, since a section's own text may hold none.
    """
    options = _OPTIONS
    if heading_attributes:
        options |= pyromark.Options.ENABLE_HEADING_ATTRIBUTES
    found = pyromark.events_with_range(text, options=options, merge_text=True)
    return cast("list[Event]", list(found))

"""Prose that was rendered before, by content: one account's, in memory and as an entry of the cache.

An update stands on five pages, and on a new day its pages are made again although its words are the
same. The key is everything that the HTML is made from; which code made it, the cache's version says.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cached_property
from typing import Any

from markupsafe import Markup
from pydantic_core import to_json

from portalgen.render.page import digest
from portalgen.render.pictures import PLAIN, Pictures
from portalgen.render.prose import html
from portalgen.views import Prose

_MOST = 400
"""Pieces that are kept of an account; the oldest go first."""


class Proses:
    """`prose.html` with a memory. `entry` gives what `dump` gave in an earlier run, or None."""

    def __init__(self, entry: Callable[[], bytes | None] = lambda: None) -> None:
        self._entry = entry
        self.changed = False

    @cached_property
    def _known(self) -> dict[str, str]:
        # Read when the first page is made: of most accounts, none is.
        try:
            found = json.loads(self._entry() or b"{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    def html(self, prose: Prose, pictures: Pictures = PLAIN, **how: Any) -> Markup:
        """What `prose.html` returns for the same arguments."""
        key = digest(to_json([prose, how, *pictures.made_from(prose)]))
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = str(html(prose, pictures=pictures, **how))
            self.changed = True
            while len(self._known) > _MOST:
                del self._known[next(iter(self._known))]
        return Markup(known)  # noqa: S704 - sanitised when it was made

    def dump(self) -> bytes:
        """What a later run is given."""
        self.changed = False
        return json.dumps(self._known, ensure_ascii=False, separators=(",", ":")).encode()

"""How a pure function says a sentence in its reader's language without knowing any catalog.

The projection writes English sentences with named places; whoever calls it hands over the catalog.
"""

from __future__ import annotations

from typing import Protocol


class Say(Protocol):
    """A catalog: `say("{n} days", n=3)`, and `say.many("{n} day", "{n} days", 3)`."""

    def __call__(self, message: str, /, **values: object) -> str:
        """Translate and fill."""
        ...

    def many(self, one: str, several: str, n: int, /, **values: object) -> str:
        """Translate by number and fill; `n` is among the values."""
        ...


class English:
    """The sentences as they are written here."""

    def __call__(self, message: str, /, **values: object) -> str:
        """Fill the sentence."""
        return message.format(**values)

    def many(self, one: str, several: str, n: int, /, **values: object) -> str:
        """Fill the sentence that fits the number."""
        return (one if n == 1 else several).format(n=n, **values)

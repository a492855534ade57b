"""The pages that the team writes by hand in `docs_dir`: cards in them, and what they must not hold.

`::: cases industry=food limit=3` ... `:::` shows cards; what stands between the lines is shown where
no case fits. On such a page everything is public, so that what would mean an audience elsewhere (a
fence, a heading's mark), a whole account, or front matter that MkDocs can't read and would therefore
print is an error. Code blocks are left alone.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from markdown import Extension, Markdown
from markdown.preprocessors import Preprocessor

from portalgen.problems import nearest
from portalgen.render.gallery import FACETS
from portalgen.vocabulary import slug

Complain = Callable[[str, str, str, str], None]
"""Called with the line that is wrong, a code, a message and a hint."""

_BEGIN = re.compile(r":::\s*cases\b(.*)")
_END = re.compile(r":::\s*")
_AUDIENCE = re.compile(r":::\s*(internal|client|public)\s*")
_MARKED = re.compile(r"#{1,6}\s.*\{[^{}]*\.(internal|client)\b[^{}]*\}[\s#]*")
_KEY = re.compile(r"\w[\w -]*:")
_OF_ACCOUNTS = ("client", "contacts", "commercials", "expectations", "case_study", "risks")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which cards a block asks for: facets' values as slugs, how many at most, the headings' level."""

    facets: Mapping[str, str]
    limit: int | None = None
    level: int = 3


class CardBlocks(Extension):
    """The Python-Markdown extension. `cards` returns the HTML of cards, `""` where no case fits."""

    def __init__(self, cards: Callable[[Wanted], str], complain: Complain) -> None:
        super().__init__()
        self._cards, self._complain = cards, complain

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Register behind fenced code (25), which is out of the way by then."""
        md.preprocessors.register(_Blocks(md, self._cards, self._complain), "portalgen-cases", 24)


class _Blocks(Preprocessor):
    def __init__(self, md: Markdown, cards: Callable[[Wanted], str], complain: Complain) -> None:
        super().__init__(md)
        self._cards, self._complain = cards, complain

    def run(self, lines: list[str]) -> list[str]:
        """The lines with each block replaced by its cards, or by what it holds for want of them."""
        out: list[str] = []
        index = 0
        while index < len(lines):
            line = lines[index]
            index += 1
            begin = _BEGIN.fullmatch(line)
            if begin is None:
                self._look(line)
                out.append(line)
                continue
            end = next((n for n in range(index, len(lines)) if _END.fullmatch(lines[n])), None)
            if end is None:
                message = 'this block of cards has no end; write ":::" on a line of its own'
                self._complain(line, "cards-block", message, "")
                continue
            out += self._block(line, begin[1], lines[index:end])
            index = end + 1
        return out

    def _look(self, line: str) -> None:
        if _AUDIENCE.fullmatch(line) or _MARKED.fullmatch(line):
            self._complain(
                line,
                "page-audience",
                "this page is public, all of it; an audience means nothing here",
                "what is not for everybody belongs into an account's file",
            )

    def _block(self, line: str, asked: str, inside: list[str]) -> list[str]:
        try:
            html = self._cards(wanted(asked))
        except ValueError as error:
            self._complain(line, "cards-block", str(error), "write it as ::: cases industry=food limit=3")
            return []
        return ["", self.md.htmlStash.store(html), ""] if html else ["", *inside, ""]


def wanted(asked: str) -> Wanted:
    """What `industry=food limit=3` asks for. Raises `ValueError` with a sentence.

    A value may be a facet's slug or its words in quotes. One that no case has (any more) is no error:
    a consent that ends must not break a page.
    """
    try:
        words = shlex.split(asked)
    except ValueError:
        raise ValueError("a quotation mark has no partner") from None
    facets: dict[str, str] = {}
    numbers: dict[str, int] = {}
    for word in words:
        key, found, value = word.partition("=")
        if not found or not value:
            raise ValueError(f'"{word}" is no pair of a key and a value')
        if key in facets or key in numbers:
            raise ValueError(f'"{key}" is written twice')
        if key in FACETS:
            facets[key] = slug(value)
        elif key in ("limit", "level"):
            most = 100 if key == "limit" else 6
            if not (value.isascii() and value.isdigit() and 1 <= int(value[:4]) <= most):
                raise ValueError(f"{key} wants a number from 1 to {most}")
            numbers[key] = int(value)
        else:
            meant = nearest(key, (*FACETS, "limit", "level"))
            raise ValueError(f'unknown key "{key}"' + (f'; did you mean "{meant}"?' if meant else ""))
    return Wanted(facets, numbers.get("limit"), numbers.get("level", 3))


def check_front_matter(source: str, meta: Mapping[str, object], complain: Complain) -> None:
    """Front matter that MkDocs could not read, and so would print; and accounts that strayed here."""
    lines = source.split("\n", 2)
    if lines[0].rstrip() == "---" and not meta and len(lines) > 1:
        closed = re.search(r"^(---|\.\.\.)\s*$", "\n".join(lines[1:]), re.M)
        if closed or _KEY.match(lines[1]):
            complain(
                lines[0],
                "page-front-matter",
                "this front matter can't be read, so the page would show it",
                "mend the YAML between the two --- lines; for a mere line write ***",
            )
    strayed = next((key for key in _OF_ACCOUNTS if key in meta), None)
    if strayed:
        complain(
            lines[0],
            "page-account",
            f'"{strayed}" in the front matter says that this is an account, and here it would be public',
            "accounts live in the accounts' folder, never below docs_dir",
        )

"""Design tokens: the custom properties that a style sheet sets on the page's root, and what they come to.

Reads as much of CSS as that takes (https://www.w3.org/TR/css-syntax-3/, css-variables-1): comments,
strings, blocks, `:root` in lists of selectors, and `@media` of paper, screen and colour schemes. What
depends on anything else (`@supports`, a window's width, another selector) is not read. Any text is read
in a time linear in its length; what is broken is left out, also a value whose brackets or strings do
not end.
"""

from __future__ import annotations

import re
from bisect import bisect
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["light", "dark", "print"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark", "print")

_MEDIA: dict[str, frozenset[Scheme]] = {
    "all": frozenset(SCHEMES),
    "screen": frozenset(("light", "dark")),
    "print": frozenset(("print",)),
    "(prefers-color-scheme: dark)": frozenset(("dark",)),
    "(prefers-color-scheme: light)": frozenset(("light", "print")),
}
_DECLARATION = re.compile(r"\s*(--([A-Za-z_][\w-]*))\s*:(.*)", re.DOTALL)
_IMPORTANT = re.compile(r"!\s*important\Z", re.IGNORECASE)
_VAR = re.compile(r"var\(\s*--([A-Za-z_][\w-]*)\s*(?:,([^()]*(?:\([^()]*\)[^()]*)*))?\)")
_PIECES = re.compile(
    r"/\*.*?(?:\*/|\Z)"
    r'|"(?:[^"\\\n]|\\.)*(?:"|(?=\n)|\Z)'
    r"|'(?:[^'\\\n]|\\.)*(?:'|(?=\n)|\Z)"
    r"|\\.?|[{}()\[\];]",
    re.DOTALL,
)
_STRING = re.compile(r"\"(?:[^\"\\\n]|\\.)*\"|'(?:[^'\\\n]|\\.)*'", re.DOTALL)
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}
_DEEPEST = 16
_LONGEST = 1000


@dataclass(frozen=True, slots=True)
class Token:
    """A declaration: `name` without its dashes, `value` as written, where it holds, and its place.

    `line` and `column` count from 1 and are those of the name.
    """

    name: str
    value: str
    schemes: frozenset[Scheme]
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Block:
    """A block that is open: whether what stands in it is the root's, and where it holds."""

    root: bool
    schemes: frozenset[Scheme]


def read(css: str) -> tuple[Token, ...]:
    """Every declaration on the root, in order."""
    text = "".join(_without_comments(css))
    lines = [-1, *(at for at, sign in enumerate(text) if sign == "\n")]
    found: list[Token] = []
    stack = [_Block(False, frozenset(SCHEMES))]
    begin = depth = 0

    def take(end: int) -> None:
        block = stack[-1]
        declared = _DECLARATION.match(text, begin, end) if block.root and block.schemes else None
        if declared:
            at = declared.start(1)
            line = bisect(lines, at)
            column = at - lines[line - 1]
            value = _IMPORTANT.sub("", declared[3].rstrip()).strip()
            if _closed(value):
                found.append(Token(declared[2], value, block.schemes, line, column))

    for piece in _PIECES.finditer(text):
        sign, at = piece[0], piece.start()
        if sign == "(":
            depth += 1
        elif sign == ")":
            depth = max(0, depth - 1)
        elif sign == "{" and not depth:
            stack.append(_opened(text[begin:at].strip(), stack[-1]))
            begin = at + 1
        elif sign == "}":
            take(at)
            depth, begin = 0, at + 1
            if len(stack) > 1:
                stack.pop()
        elif sign == ";" and not depth:
            take(at)
            begin = at + 1
    take(len(text))
    return tuple(found)


def _closed(value: str) -> bool:
    """Whether every bracket and string in a value ends: one that does not would go on behind it."""
    waited: list[str] = []
    for piece in _PIECES.finditer(value):
        sign = piece[0]
        if sign in _CLOSED_BY:
            waited.append(_CLOSED_BY[sign])
        elif sign in ")]}":
            if not waited or waited.pop() != sign:
                return False
        elif sign == "\\" or (sign[0] in "\"'" and not _STRING.fullmatch(sign)):
            return False
    return not waited


def _without_comments(css: str) -> Iterable[str]:
    """The text with blanks where comments are, so that places stay."""
    last = 0
    for piece in _PIECES.finditer(css):
        if piece[0].startswith("/*"):
            yield css[last : piece.start()]
            yield re.sub(r"[^\n]", " ", piece[0])
            last = piece.end()
    yield css[last:]


def _opened(prelude: str, outer: _Block) -> _Block:
    """The block that begins after these words."""
    if prelude[:6].lower() == "@media":
        return _Block(outer.root, outer.schemes & _media(prelude[6:]))
    if prelude.startswith("@"):
        return _Block(False, frozenset())
    if outer.root:
        return _Block(prelude == "&", outer.schemes)
    selectors = {one.strip().lower() for one in prelude.split(",")}
    return _Block(":root" in selectors, outer.schemes)


def _media(query: str) -> frozenset[Scheme]:
    """Where a media query holds; nowhere, if it asks for anything else."""
    found: frozenset[Scheme] = frozenset()
    for one in query.lower().split(","):
        holds = frozenset(SCHEMES)
        for part in re.split(r"\band\b", one):
            words = re.sub(r"\s*:\s*", ": ", " ".join(part.split())).replace("( ", "(").replace(" )", ")")
            holds &= _MEDIA.get(words.removeprefix("only "), frozenset())
        found |= holds
    return found


# ---- what they come to ----------------------------------------------------------------------------


def in_force(declared: Iterable[Token], scheme: Scheme) -> dict[str, Token]:
    """The last declaration of each token that holds in a scheme: they all weigh the same."""
    return {one.name: one for one in declared if scheme in one.schemes}


def origin(name: str, known: Mapping[str, Token]) -> Token | None:
    """The declaration that a token takes its whole value from: its own, or that of a lone `var()`."""
    for _ in range(_DEEPEST):
        token = known.get(name)
        lone = _VAR.fullmatch(token.value) if token else None
        if token is None or lone is None or lone[1] not in known:
            return token
        name = lone[1]
    return None


def resolved(name: str, known: Mapping[str, Token]) -> str | None:
    """The value with every `var()` replaced; None where one can't be."""
    token = known.get(name)
    if token is None:
        return None
    value = token.value
    for _ in range(_DEEPEST):
        if "var(" not in value:
            return value
        value = _VAR.sub(lambda var: _put_in(var, known), value)
        if len(value) > _LONGEST:
            return None
    return None


def _put_in(var: re.Match[str], known: Mapping[str, Token]) -> str:
    token = known.get(var[1])
    if token is not None:
        return token.value if len(token.value) <= _LONGEST else var[0]
    return var[2].strip() if var[2] is not None else var[0]

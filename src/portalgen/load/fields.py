"""Positioned nodes -> the front matter's model, with every problem at its place.

Walks the nodes along the model once: makes what pydantic validates, and finds what pydantic cannot
(marks that would widen, equal ids, links). Pydantic then types every field and reports all that it
finds; its paths are turned back into places. Owns the sentences for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from typing import Any, NamedTuple, Protocol, TypeVar

from pydantic import ValidationError

from portalgen.account import (
    Ceiling,
    Item,
    Marked,
    Part,
    ceiling_of,
    child_of,
    kind_of,
    widest_mark,
)
from portalgen.load.front_matter import Items, Keys, Node, Scalar
from portalgen.problems import Address, Problem, Suggestions
from portalgen.scalars import IMAGE, Kind
from portalgen.vocabulary import AUDIENCES, slug

_P = TypeVar("_P", bound=Part)


class LinkCheck(Protocol):
    """Resolves a link of the front matter; returns problems' `(code, message, hint)` or None."""

    def __call__(self, target: str, *, image: bool) -> tuple[str, str, str] | None: ...


class _Shape(NamedTuple):
    """What a field wants, taken from the model once."""

    child: type[Part] | None
    many: bool
    kind: Kind | None
    ceiling: Ceiling | None


@cache
def _shapes(part: type[Part]) -> dict[str, _Shape]:
    return {
        info.alias or name: _Shape(*child_of(info.annotation), kind_of(info), ceiling_of(info))
        for name, info in part.model_fields.items()
    }


@dataclass(slots=True)
class Fields:
    """What the walk knows: places by dotted field, list items from 1, and problems."""

    path: str
    link: LinkCheck
    suggest: Suggestions
    places: dict[str, Address] = field(default_factory=dict)
    widths: dict[str, int] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    _named: dict[tuple[str | int, ...], str] = field(default_factory=dict)
    _text_of: dict[str, str] = field(default_factory=dict)

    def report(self, field: str, code: str, message: str, hint: str = "", severity: str = "error") -> None:
        """Note a problem at a field."""
        at = self.place(field)
        width = self.widths.get(field, 1)
        self.problems.append(
            Problem(at, "warning" if severity == "warning" else "error", code, message, field, hint, width)
        )

    def place(self, field: str) -> Address:
        """The address of a field, or of the nearest one above it."""
        while field and field not in self.places:
            field = field.rpartition(".")[0]
        return self.places.get(field, Address(self.path, 1, 1))

    def name(self, *loc: str | int) -> str:
        """The dotted field of a value, by its keys and, in lists, its index among the values."""
        return self._named.get(loc, "")

    # ---- nodes -> what pydantic validates

    def raw(self, node: Keys, part: type[Part], prefix: str, loc: tuple[str | int, ...]) -> dict[str, Any]:
        """The values of a mapping by key, as pydantic wants them; unknown keys are noted and left out."""
        known = _shapes(part)
        values: dict[str, Any] = {}
        for key, (name, value) in node.entries.items():
            where = f"{prefix}{key}"
            shape = known.get(key)
            if shape is None:
                at_mapping = prefix.rstrip(".")
                hint = self.suggest(key, known) or f"known here: {', '.join(sorted(known))}"
                self.problems.append(
                    Problem(
                        name.at,
                        "error",
                        "unknown-key",
                        f'unknown key "{key[:60]}"',
                        at_mapping,
                        hint,
                        name.width,
                    )
                )
                continue
            if _empty(value):
                continue
            self._note(where, value)
            self._named[(*loc, key)] = where
            found = self._value(value, shape, where, (*loc, key))
            if found is not _REPORTED:
                values[key] = found
        return values

    def _note(self, where: str, node: Node) -> None:
        self.places[where] = node.at
        if isinstance(node, Scalar):
            self.widths[where], self._text_of[where] = node.width, _text(node)

    def _value(self, node: Node, shape: _Shape, where: str, loc: tuple[str | int, ...]) -> Any:
        if shape.many:
            if not isinstance(node, Items):
                self.report(where, "not-a-list", "this wants a list", _list_hint(node))
                return _REPORTED
            found: list[Any] = []
            for number, item in enumerate(node.items, start=1):
                if _empty(item):
                    continue
                name, at = f"{where}.{number}", (*loc, len(found))
                self._note(name, item)
                self._named[at] = name
                one = self._one(item, shape, name, at)
                if one is not _REPORTED:
                    found.append(one)
            if shape.child is not None and issubclass(shape.child, Item):
                self._equal_ids(found, loc)
            return found
        return self._one(node, shape, where, loc)

    def _one(self, node: Node, shape: _Shape, where: str, loc: tuple[str | int, ...]) -> Any:
        child = shape.child
        if child is None:
            if not isinstance(node, Scalar):
                written = "a list" if isinstance(node, Items) else "keys below it"
                self.report(
                    where,
                    "not-a-text",
                    f"this wants one value, not {written}",
                    'write it after the colon; put a text that begins with "[" or "{" in quotes',
                )
                return _REPORTED
            if shape.kind is not None:
                self._link(_text(node), shape.kind, where)
            return _text(node)
        if isinstance(node, Scalar):
            if child.short is None:
                self.report(where, "not-keys", "this wants keys and values", _keys_hint(node, child))
                return _REPORTED
            self._named[(*loc, child.short)] = where
            self.places[f"{where}.{child.short}"] = node.at
            return {child.short: _text(node)}
        if isinstance(node, Items):
            known = ", ".join(list(_shapes(child))[:6])
            self.report(where, "not-keys", "this wants keys and values, not a list", f"known here: {known}")
            return _REPORTED
        raw = self.raw(node, child, f"{where}.", loc)
        if issubclass(child, Marked):
            self._mark(raw, child, shape.ceiling, where)
        if issubclass(child, Item) and "id" not in raw:
            self._default_id(raw, child, where)
        return raw

    def _link(self, text: str, kind: Kind, where: str) -> None:
        found = self.link(text, image=kind is IMAGE)
        if found is not None:
            self.report(where, *found)

    def _mark(self, raw: dict[str, Any], child: type[Part], limit: Ceiling | None, where: str) -> None:
        mark = AUDIENCES.get(raw.get("audience", ""))
        if mark is None or limit is None:
            return
        widest = widest_mark(child, limit)
        if mark > widest:
            wanted = (
                "take the mark out; this is for the team alone"
                if not widest
                else f"write {widest}, or narrower"
            )
            self.report(
                f"{where}.audience",
                "audience-too-wide",
                f"nothing here may ever be shown to {_reader(mark)}",
                wanted,
            )

    def _default_id(self, raw: dict[str, Any], child: type[Item], where: str) -> None:
        title = child.title_of(raw).strip()
        if made := slug(title):
            raw["id"] = made
        elif title:
            self.report(
                f"{where}.{child.title_field}",
                "no-id",
                "no id can be made from this",
                'add one with small letters and digits: "id: first-ads"',
            )

    def _equal_ids(self, found: list[dict[str, Any]], loc: tuple[str | int, ...]) -> None:
        seen: dict[str, str] = {}
        for index, raw in enumerate(found):
            name, one = self.name(*loc, index), raw.get("id")
            if not one:
                continue
            if one in seen:
                own = f"{name}.id" in self.places
                title = next((self.name(*loc, index, key) for key in raw if key != "id"), name)
                line = self.place(seen[one]).line
                self.report(
                    f"{name}.id" if own else title,
                    "duplicate-id",
                    f'the id "{one}" is already that of number {seen[one].rpartition(".")[2]}, line {line}',
                    'give one of the two another title, or an id of its own: "id: another-id"',
                )
            else:
                seen[one] = name

    # ---- pydantic's problems -> ours

    def validate(
        self, node: Keys, part: type[_P], also: Callable[[dict[str, Any]], None] | None = None
    ) -> _P | None:
        """The part, or None where anything is wrong with it (then it has been noted).

        `also` looks at the values, typed or not, for what only the whole can show.
        """
        raw = self.raw(node, part, "", ())
        if also is not None:
            also(raw)
        try:
            found = part.model_validate(raw)
        except ValidationError as error:
            for problem in error.errors(include_url=False, include_input=False):
                self._from_pydantic(problem)
            return None
        return None if any(p.severity == "error" for p in self.problems) else found

    def _from_pydantic(self, problem: Any) -> None:
        loc, kind = tuple(problem["loc"]), problem["type"]
        if kind == "missing":
            if loc not in self._named:  # else it stands there, and what is wrong with it has been said
                key = str(loc[-1])
                hint = f'add "{key}: " and the {_MEANING.get(key, key)}'
                self.report(self._field(loc[:-1]), "missing-key", f'"{key}" is missing here', hint)
            return
        name = self._field(loc)
        if kind == "literal_error":
            known = re.findall(r"'([^']+)'", problem["ctx"]["expected"])
            text = self._text_of.get(name, "")
            listed = f"write {', '.join(known[:-1])} or {known[-1]}"
            hint = self.suggest(text.lower().replace(" ", "_").replace("-", "_"), known)
            self.report(name, "unknown-word", f'"{text[:40]}" is not known here; {listed}', hint)
            return
        message, _, hint = problem["msg"].rpartition("; ")
        if kind == "bad-audience":
            hint = self.suggest(self._text_of.get(name, "").lower().lstrip("."), AUDIENCES) or hint
        self.report(name, kind.replace("_", "-"), message or hint, hint if message else "")

    def _field(self, loc: tuple[str | int, ...]) -> str:
        while loc and loc not in self._named:
            loc = loc[:-1]
        return self._named.get(loc, "")


_REPORTED: Any = object()
"""Instead of a value: what stands there cannot be one, and it has been said."""

_MEANING = {"client": "client's name", "title": "title", "name": "name", "text": "text"}


def _text(node: Scalar) -> str:
    """A scalar's text; the line end that every block text (`|`, `>`) has is not the author's."""
    return node.text.rstrip("\n")


def _keys_hint(node: Scalar, child: type[Part]) -> str:
    first = next((n for n, info in child.model_fields.items() if info.is_required()), "")
    if first:
        return f'write "{first}: {node.text[:40]}"'
    known = ", ".join(list(_shapes(child))[:6])
    return f"write keys on lines of their own below it: {known}"


def _list_hint(node: Node) -> str:
    if isinstance(node, Scalar):
        return f'write "- {node.text[:40]}" on a line of its own below it'
    return 'begin each one with "- " on a line of its own'


def _empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.text.strip() == ""
    return not (node.entries if isinstance(node, Keys) else node.items)


def _reader(audience: object) -> str:
    return {"client": "the client", "public": "the public"}.get(str(audience), "the team")

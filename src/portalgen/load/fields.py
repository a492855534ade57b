"""Positioned nodes -> the front matter's model, with every problem at its place.

Walks the nodes along the model once: makes what pydantic validates, and finds what pydantic cannot
(marks that would widen, equal ids, links). Pydantic then types every field and reports all that it
finds; its paths are turned back into places. Owns the sentences for both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar

from pydantic import ValidationError
from pydantic.fields import FieldInfo

from portalgen.account import (
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

    # ---- nodes -> what pydantic validates

    def raw(self, node: Keys, part: type[Part], prefix: str, loc: tuple[str | int, ...]) -> dict[str, Any]:
        """The values of a mapping by key, as pydantic wants them; unknown keys are noted and left out."""
        known = {info.alias or name: info for name, info in part.model_fields.items()}
        values: dict[str, Any] = {}
        for key, (name, value) in node.entries.items():
            where = f"{prefix}{key}"
            info = known.get(key)
            if info is None:
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
            values[key] = self._value(value, info, where, (*loc, key))
        return values

    def _note(self, where: str, node: Node) -> None:
        self.places[where] = node.at
        if isinstance(node, Scalar):
            self.widths[where], self._text_of[where] = node.width, node.text

    def _value(self, node: Node, info: FieldInfo, where: str, loc: tuple[str | int, ...]) -> Any:
        child, many = child_of(info.annotation)
        if many:
            if not isinstance(node, Items):
                self.report(
                    where, "not-a-list", "this wants a list", 'write each one on a line of its own after "- "'
                )
                return ()
            kept = [(n, i) for n, i in enumerate(node.items, start=1) if not _empty(i)]
            found = []
            for index, (number, item) in enumerate(kept):
                name = f"{where}.{number}"
                self._note(name, item)
                self._named[(*loc, index)] = name
                found.append(self._one(item, child, info, name, (*loc, index)))
            if child is not None and issubclass(child, Item):
                self._equal_ids(found, where, [n for n, _ in kept])
            return [f for f in found if f is not _REPORTED]
        if isinstance(node, Items) and child is None:
            self.report(where, "not-a-text", "this wants one value, not a list")
            return _ABSENT
        return self._one(node, child, info, where, loc)

    def _one(
        self, node: Node, child: type[Part] | None, info: FieldInfo, where: str, loc: tuple[str | int, ...]
    ) -> Any:
        if child is None:
            if not isinstance(node, Scalar):
                self.report(where, "not-a-text", "this wants one value, not keys or a list below it")
                return _ABSENT
            if (kind := kind_of(info)) is not None:
                self._link(node.text, kind, where)
            return node.text
        if isinstance(node, Scalar):
            if child.short is None:
                known = [info.alias or name for name, info in child.model_fields.items()]
                wanted = next((n for n, info in child.model_fields.items() if info.is_required()), "")
                hint = f'write "{wanted}: {node.text[:40]}"' if wanted else f"known here: {', '.join(known)}"
                self.report(where, "not-keys", "this wants keys and values", hint)
                return _REPORTED
            raw: dict[str, Any] = {child.short: node.text}
            self._named[(*loc, child.short)] = where
            return raw
        if isinstance(node, Items):
            self.report(where, "not-keys", "this wants keys and values, not a list")
            return _REPORTED
        raw = self.raw(node, child, f"{where}.", loc)
        if issubclass(child, Marked):
            self._mark(raw, child, info, where)
        if issubclass(child, Item) and "id" not in raw:
            self._default_id(raw, child, where)
        return raw

    def _link(self, text: str, kind: Kind, where: str) -> None:
        found = self.link(text, image=kind is IMAGE)
        if found is not None:
            self.report(where, *found)

    def _mark(self, raw: dict[str, Any], child: type[Part], info: FieldInfo, where: str) -> None:
        mark, limit = AUDIENCES.get(raw.get("audience", "")), ceiling_of(info)
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

    def _equal_ids(self, found: list[Any], where: str, numbers: list[int]) -> None:
        seen: dict[str, int] = {}
        for number, raw in zip(numbers, found, strict=True):
            one = raw.get("id") if isinstance(raw, dict) else None
            if not one:
                continue
            if one in seen:
                name = f"{where}.{number}"
                own = f"{name}.id" in self.places
                at = f"{name}.id" if own else next((k for k in self.places if k.startswith(f"{name}.")), name)
                self.report(
                    at, "duplicate-id", f'the id "{one}" is already that of number {seen[one]}',
                    "give one of the two another title, or an id of its own",
                )  # fmt: skip
            else:
                seen[one] = number

    # ---- pydantic's problems -> ours

    def validate(
        self, node: Keys, part: type[_P], also: Callable[[dict[str, Any]], None] | None = None
    ) -> _P | None:
        """The part, or None where anything is wrong with it (then it has been noted).

        `also` looks at the values, typed or not, for what only the whole can show.
        """
        raw = _without_absent(self.raw(node, part, "", ()))
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
            mapping = self._field(loc[:-1])
            self.report(
                mapping, "missing-key", f'"{loc[-1]}" is missing here', f'add a line "{loc[-1]}: ..."'
            )
            return
        name = self._field(loc)
        if kind == "literal_error":
            known = re.findall(r"'([^']+)'", problem["ctx"]["expected"])
            text = self._text_of.get(name, "")
            hint = self.suggest(text, known)
            listed = (
                f"write {', '.join(known[:-1])} or {known[-1]}" if len(known) > 1 else f"write {known[0]}"
            )
            self.report(name, "unknown-word", f'"{text[:40]}" is not known here; {listed}', hint)
            return
        message, _, hint = problem["msg"].partition("; ")
        self.report(name, kind.replace("_", "-"), message, hint)

    def _field(self, loc: tuple[str | int, ...]) -> str:
        while loc and loc not in self._named:
            loc = loc[:-1]
        return self._named.get(loc, "")


_ABSENT: Any = object()
_REPORTED: Any = object()


def _empty(node: Node) -> bool:
    if isinstance(node, Scalar):
        return node.text == ""
    return not (node.entries if isinstance(node, Keys) else node.items)


def _reader(audience: object) -> str:
    return {"client": "the client", "public": "the public"}.get(str(audience), "the team")


def _without_absent(value: Any) -> Any:
    if isinstance(value, dict):
        return {k: _without_absent(v) for k, v in value.items() if v is not _ABSENT and v is not _REPORTED}
    if isinstance(value, list):
        return [_without_absent(v) for v in value]
    return value

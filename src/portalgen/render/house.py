"""Whole pages, with the templates of the house's own that stand in for ours.

A house may replace the templates of portals and of the internal site that whole pages are made of
(`replaceable`), and add some that these include. Its own `portal/foot.html` is taken for ours;
`portalgen/portal/foot.html` names ours also then, to include or extend it. They come as texts: a page
stays a function of values, and their digest is one of its parts.

They run in a sandbox that lists what may be asked for (`_Sandbox`): the fields of what the page shows,
the drawings and sentences that ours ask for, and plain values; so nothing of an account, of Python or of
the machine. Nothing in it is left to chance. A page must keep the head that `base.html` gives it. What is
wrong in a template is a problem with its file and line (`Broken`).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from types import MethodType
from typing import Any

from jinja2 import BaseLoader, Environment, FileSystemLoader, TemplateSyntaxError, Undefined, nodes
from jinja2.environment import TemplateModule
from jinja2.exceptions import SecurityError, TemplateError
from jinja2.meta import find_referenced_templates
from jinja2.runtime import BlockReference, LoopContext, Macro, TemplateReference
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import BaseModel

from portalgen.problems import Address, Problem, nearest
from portalgen.render.environment import SOURCE, TEMPLATES, environment, made_for
from portalgen.render.page import TEMPLATES as TEMPLATES_PART
from portalgen.render.page import Parts, Reading, common_parts, digest, digest_of
from portalgen.settings import House

PLAIN = House()
LOGO = "the agency's logo"
"""The part that stands for it; a view may have a field "logo", the client's."""
_OURS = "portalgen/"
_SURFACES = ("portal/", "internal/")
_BASE = "base.html"


class Broken(Exception):
    """A page can't be made with the house's templates. Carries the problem."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem


def page(language: str, template: str, house: House, **values: Any) -> str:
    """A whole page in a language. Raises `Broken`."""
    if not house.templates:
        return environment(language).get_template(template).render(**values, agency_logo=house.logo)
    try:
        made = _environment(language, house).get_template(template).render(**values, agency_logo=house.logo)
        before, head, _ = made.partition(_head())
        if not head or "<script" in before:
            raise SecurityError("the page lacks the head of base.html, which says what it may load")
        return made
    except Exception as error:  # a template may raise whatever its expressions do
        place = _place(error, house)
        if place is None:
            # Ours stumbled over what theirs left out; where it stumbles alone, the fault is ours.
            environment(language).get_template(template).render(**values, agency_logo=house.logo)
            place = house.templates[0][0], 1
        raise Broken(_problem(house, *place, _said(error))) from error


@lru_cache(maxsize=4096)
def parts(house: House) -> Parts:
    """The parts of every page that `page` makes."""
    found = {**common_parts(), LOGO: ""}
    if house.templates:
        found[TEMPLATES_PART] = digest(found[TEMPLATES_PART] + digest_of(house.templates))
    if house.logo is not None:
        logo = house.logo
        found[LOGO] = digest_of([logo.name, logo.width, logo.height])
    return found


def faults(house: House) -> Iterator[Problem]:
    """What can be seen to be wrong with the templates before a page is made.

    One that can't be read is an error; one that no page is made of, a warning.
    """
    texts = dict(house.templates)
    asked: dict[str, set[str]] = {}
    for name, text in texts.items():
        try:
            parsed = _environment(SOURCE, house).parse(text, name)
            _environment(SOURCE, house).compile(text, name)
            asked[name] = {one for one in find_referenced_templates(parsed) if one}
        except Exception as error:  # Python's compiler raises what it likes, and so does what it folds
            yield _problem(house, name, getattr(error, "lineno", 1), _said(error))
    used = {name for name in texts if name in replaceable()}
    while more := {one for name in used for one in asked.get(name, ()) if one in texts} - used:
        used |= more
    for name in asked.keys() - used:
        at = Address(_path(house, name))
        known = nearest(name, replaceable())
        hint = f'did you mean "{known}"?' if known else f"known here: {', '.join(sorted(replaceable()))}"
        yield Problem(at, "warning", "brand-template", "no page is made with this template", hint=hint)


def plain(house: House) -> House:
    """The house with our templates alone, and without a logo, which is a file beside the pages."""
    return house.model_copy(update={"templates": (), "logo": None})


@cache
def replaceable() -> frozenset[str]:
    """The templates of ours that a house may replace: those below `portal/` and `internal/` that whole
    pages extend, include or import. Pieces that pages are joined from are drawn without a house."""
    ours = environment(SOURCE)
    asked = {name: _asked(ours, name) for name in ours.list_templates() if name.startswith(_SURFACES)}

    def whole(name: str) -> bool:
        return _BASE in asked[name][0] or any(whole(parent) for parent in asked[name][0])

    found = {name for name in asked if whole(name)}
    while more := {one for name in found for one in set.union(*asked[name]) if one in asked} - found:
        found |= more
    return frozenset(found)


def _asked(ours: Environment, name: str) -> tuple[set[str], set[str]]:
    """What a template extends, and what else it is made of."""
    text, *_ = FileSystemLoader(TEMPLATES).get_source(ours, name)
    parsed = ours.parse(text)
    parents = {
        one.template.value for one in parsed.find_all(nodes.Extends) if isinstance(one.template, nodes.Const)
    }
    return parents, {one for one in find_referenced_templates(parsed) if one} - parents


# ---- the environment ------------------------------------------------------------------------------


class _Loader(BaseLoader):
    """The house's templates before ours; names that begin with `portalgen/` are ours."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._ours = FileSystemLoader(TEMPLATES)
        self._texts = dict(house.templates)
        for name in set(self._ours.list_templates()) - replaceable():
            self._texts.pop(name, None)

    def get_source(self, environment: Environment, template: str) -> tuple[str, str | None, Any]:
        if template in self._texts:
            return self._texts[template], _path(self._house, template), None
        return self._ours.get_source(environment, template.removeprefix(_OURS))


class _Sandbox(ImmutableSandboxedEnvironment):
    """Lets through what is listed here, and nothing else."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Whether a template may ask this object for this attribute."""
        if not super().is_safe_attribute(obj, attr, value):
            return False
        if isinstance(obj, Reading):
            return attr != "read"
        if isinstance(obj, BaseModel):
            return attr in type(obj).model_fields or isinstance(getattr(type(obj), attr, None), property)
        if isinstance(obj, date):
            return attr in ("year", "month", "day", "isoformat", "weekday", "toordinal")
        if isinstance(obj, _PLAIN):
            return True
        if not (type(obj).__module__ or "").startswith("portalgen.render."):
            return False
        # What is left are rows made for a page, and the helpers that draw: of these only what they do,
        # nothing that they hold.
        fields = (*getattr(type(obj), "__dataclass_fields__", ()), *getattr(type(obj), "_fields", ()))
        return attr in fields or isinstance(value, MethodType)


_PLAIN = (
    *(str, int, float, Decimal, tuple, list, Mapping, frozenset),
    *(BlockReference, LoopContext, Macro, TemplateModule, TemplateReference),
)


def _printed(value: Any) -> Any:
    """What a template writes into the page: texts, numbers, days. All else would print as Python sees it."""
    # An `if` without `else` is an undefined value, and nothing on the page; any other says so itself.
    if isinstance(value, str | int | float | Decimal | date | Undefined) or hasattr(value, "__html__"):
        return value
    raise SecurityError(f"this is no text: {type(value).__name__}")


@lru_cache(maxsize=64)
def _environment(language: str, house: House) -> Environment:
    made = made_for(language, _Sandbox, _Loader(house))
    del made.globals["lipsum"], made.filters["random"]
    made.finalize = _printed
    return made


@cache
def _head() -> str:
    """The lines of `base.html` that say what a page may load and that nobody may list it."""
    text, *_ = FileSystemLoader(TEMPLATES).get_source(environment(SOURCE), _BASE)
    lines = text.splitlines(keepends=True)
    first = next(n for n, line in enumerate(lines) if "Content-Security-Policy" in line)
    return "".join(lines[first : first + 3])


def _path(house: House, name: str) -> str:
    return f"{house.folder}/{_OURS}{name}"


def _place(error: Exception, house: House) -> tuple[str, int] | None:
    """The house's template in which an error arose, and the line; None where it arose in ours."""
    paths = {_path(house, name): name for name, _ in house.templates}
    if isinstance(error, TemplateSyntaxError) and error.filename in paths:
        return paths[error.filename], error.lineno
    found = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        name = paths.get(frame.f_code.co_filename)
        found = (name, line) if name else found
    return found


def _said(error: Exception) -> str:
    """The reason in one line."""
    words = " ".join(str(error).split()).rstrip(".") or type(error).__name__
    return words if isinstance(error, TemplateError) else f"{type(error).__name__}: {words}"


def _problem(house: House, name: str, line: int, said: str) -> Problem:
    message = f"no page can be made with this template: {said}"
    return Problem(Address(_path(house, name), max(1, line)), "error", "brand-template", message)

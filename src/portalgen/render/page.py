"""A page: what rendering makes and assembling takes, and what went into it.

A page that is wanted says its *parts*: a digest of everything that it may read, by name. When it is
made it says which of them it read (`Reading` notes it), so that it is made again when one of those
changed, and only then. `plan` compares; nothing here decides.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from pathlib import Path
from typing import Any

from pydantic_core import to_json

from portalgen.views import View

Parts = Mapping[str, str]
"""The name of a part ("updates", "templates") and its digest."""

CODE = "portalgen"
"""The part that stands for portalgen itself and the libraries whose hands are in every page."""
TEMPLATES = "templates"
_LIBRARIES = ("babel", "icalendar", "jinja2", "markupsafe", "nh3", "pillow", "pydantic", "pyromark")
_PACKAGE = Path(__file__).parents[1]
_NO_PART = {"__pycache__", "scan", "live", "desk"}
"""Folders of portalgen that have no hand in any page."""


@dataclass(frozen=True, slots=True)
class Page:
    """A file of a unit. `path` is relative to the unit's root, with forward slashes.

    `read` names the parts that went into it; None: all that there are.
    """

    path: str
    body: bytes
    read: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """A page that should be there: the parts that it may read, and how it is made."""

    parts: Parts
    make: Callable[[], Page]


class Reading:
    """A view that notes which of its fields are read. Stands in for the view in templates and kits."""

    __slots__ = ("_view", "read")

    def __init__(self, view: View) -> None:
        self._view = view
        self.read: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        view = self._view
        if name in type(view).model_fields:
            self.read.add(name)
            return getattr(view, name)
        derived = getattr(type(view), name, None)
        if isinstance(derived, property) and derived.fget is not None:
            return derived.fget(self)
        raise AttributeError(f"{type(view).__name__} has no field {name}")


def folder_page(address: str, html: str, read: frozenset[str] | None = None) -> Page:
    """The page at an address that ends in `/` (or is `""`, the unit's own)."""
    return Page(f"{address}index.html", html.encode(), read)


def root_of(address: str) -> str:
    """The way from a page's address to its unit's root: `""`, `"../"`, `"../../"`."""
    return "../" * address.count("/")


# ---- parts ----------------------------------------------------------------------------------------


def digest(data: bytes | str) -> str:
    """A part's digest, 16 characters: 96 bits, enough to tell two states of one page apart."""
    raw = data.encode() if isinstance(data, str) else data
    return base64.urlsafe_b64encode(blake2b(raw, digest_size=12).digest()).decode()


def digest_of(value: Any) -> str:
    """The digest of views, days, numbers and texts, or of a list or mapping of such."""
    return digest(to_json(value))


def parts_of(view: View) -> dict[str, str]:
    """A digest for each field of a view."""
    return {name: digest(to_json(getattr(view, name))) for name in type(view).model_fields}


@cache
def common_parts() -> Parts:
    """The parts of every page: the code that makes it, and the templates with their languages."""
    code, templates = blake2b(digest_size=12), blake2b(digest_size=12)
    for name in _LIBRARIES:
        code.update(f"{name} {version(name)}\0".encode())
    for path in sorted(_PACKAGE.rglob("*")):
        inside = path.relative_to(_PACKAGE)
        if not path.is_file() or _NO_PART & set(inside.parts):
            continue
        found = code if path.suffix == ".py" else templates
        found.update(f"{inside.as_posix()}\0".encode())
        found.update(path.read_bytes())
    return {
        CODE: base64.urlsafe_b64encode(code.digest()).decode(),
        TEMPLATES: base64.urlsafe_b64encode(templates.digest()).decode(),
    }

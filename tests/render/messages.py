"""Every message of the interface, read from the templates, the sources and the model."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import portalgen
from portalgen.account import fields
from portalgen.render.environment import environment
from portalgen.render.words import LABELS, WORDS

SOURCES = Path(portalgen.__file__).parent
_SAYING = {"t", "say", "_", "translate", "gettext", "ngettext", "many"}


def messages() -> set[str]:
    """The English of everything that a reader may see of the interface."""
    return {*_templates(), *_sources(), *WORDS.values(), *_labels()}


def _templates() -> Iterator[str]:
    made = environment("en")
    for path in sorted((SOURCES / "render/templates").rglob("*.html")):
        for _, _, message in made.extract_translations(path.read_text()):
            yield message[0] if isinstance(message, tuple) else message


def _sources() -> Iterator[str]:
    for path in sorted(SOURCES.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = getattr(node.func, "id", "") or getattr(node.func, "attr", "")
                first = node.args[0]
                called = isinstance(node.func, ast.Call) and getattr(node.func.func, "id", "") == "say"
                if (name in _SAYING or called) and isinstance(first, ast.Constant):
                    text = first.value
                    if (
                        isinstance(text, str)
                        and any(c.isalpha() for c in text)
                        and name != "_"
                        and text != "en"
                    ):
                        yield text


def _labels() -> Iterator[str]:
    for spec in fields():
        name = spec.key.rsplit(".", 1)[-1].removesuffix("[]")
        yield LABELS.get(name, name.replace("_", " ").capitalize())

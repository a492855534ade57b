"""Every message of the interface, read from the templates, the sources and the model.

    python -m tests.render.messages es

brings the catalog of a language up to date with them (and makes it, where there is none): what is new
stands in it without a translation, what nobody says any more is gone, all else is as it was.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from babel.messages.plurals import get_plural
from babel.messages.pofile import read_po, write_po

import portalgen
from portalgen.account import fields
from portalgen.render import environment as catalogs
from portalgen.render.environment import environment, locale_of
from portalgen.render.words import LABELS, WORDS

SOURCES = Path(portalgen.__file__).parent
_ONE = {"t", "say", "gettext"}
_SEVERAL = {"many", "ngettext"}
_IN_TEMPLATES = ("_", "gettext", "ngettext", "forms")
_PRINTING = {"cli.py", "live/__init__.py"}
"""Here `say` prints a line for the terminal, in English."""
_FILLED_LATER = {"render/environment.py", "project/say.py"}
"""What translates; the messages come from elsewhere."""


@dataclass(frozen=True)
class Message:
    """What is said, its plural where it has one, and where: a path below the package and a line."""

    text: str
    several: str | None
    where: str


@cache
def messages() -> dict[str, Message]:
    """Everything of the interface that a reader may see, by its English."""
    found: dict[str, Message] = {}
    for one in (*_templates(), *_sources(), *_words()):
        if one.text not in found or found[one.text].several is None:
            found[one.text] = one
    return found


def _templates() -> Iterator[Message]:
    made = environment("en")
    for path in sorted((SOURCES / "render/templates").rglob("*.html")):
        for line, _, message in made.extract_translations(path.read_text(), _IN_TEMPLATES):
            one, several = message[:2] if isinstance(message, tuple) else (message, None)
            yield Message(one, several, f"{path.relative_to(SOURCES)}:{line}")


def _words() -> Iterator[Message]:
    """The model's words and labels, as the filters `word` and `label` make them."""
    for spec in fields():
        name = spec.key.rsplit(".", 1)[-1].removesuffix("[]")
        yield Message(LABELS.get(name, name.replace("_", " ").capitalize()), None, f"account.py, {name}")
    for key, text in WORDS.items():
        yield Message(text, None, f"render/words.py, {key}")


def words_without_english() -> list[str]:
    """What an author may choose in a field, and no word is written for."""
    return sorted({one for spec in fields() for one in spec.choices} - WORDS.keys())


def _sources() -> Iterator[Message]:
    for call in calls():
        one, *rest = call.texts
        for text in (one, *(() if call.several else rest)):
            yield Message(text, rest[0] if call.several else None, call.where)


@dataclass(frozen=True)
class Call:
    """A call that translates: the texts that it may say, none where that cannot be read from the source."""

    texts: tuple[str, ...]
    several: bool
    where: str


def unread() -> list[str]:
    """Where a source translates what stands nowhere as a text."""
    return [call.where for call in _calls() if not call.texts]


def calls() -> Iterator[Call]:
    """The calls in the sources whose texts can be read."""
    return (call for call in _calls() if call.texts)


def _calls() -> Iterator[Call]:
    for path in sorted(SOURCES.rglob("*.py")):
        where = path.relative_to(SOURCES).as_posix()
        if where in _PRINTING | _FILLED_LATER:
            continue
        tree = ast.parse(path.read_text())
        tables = dict(_tables(tree))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and node.args and (name := _translator(node)):
                several = name in _SEVERAL
                read = [_texts(argument, tables) for argument in node.args[: 2 if several else 1]]
                texts = tuple(text for found in read for text in found) if all(read) else ()
                yield Call(texts, several, f"{where}:{node.lineno}")


def _translator(call: ast.Call) -> str:
    """The name of what is called, where it translates."""
    function = call.func
    if isinstance(function, ast.Call):  # say(language)("…")
        return "say" if getattr(function.func, "id", "") == "say" else ""
    if getattr(function, "id", "") == "say" and not isinstance(call.args[0], ast.Constant):  # say(language)
        return ""
    name = getattr(function, "id", "") or getattr(function, "attr", "")
    return name.removeprefix("_") if name.removeprefix("_") in _ONE | _SEVERAL else ""


def _tables(tree: ast.Module) -> Iterator[tuple[str, list[str]]]:
    """The module's mappings of texts, by name."""
    for node in tree.body:
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            values = [v.value for v in node.value.values if isinstance(v, ast.Constant)]
            if isinstance(target, ast.Name) and all(isinstance(v, str) for v in values):
                yield target.id, [str(v) for v in values]


def _texts(argument: ast.expr, tables: dict[str, list[str]]) -> list[str]:
    """What an argument may say: a text, or the values of a mapping."""
    if isinstance(argument, ast.Constant):
        return [argument.value] if isinstance(argument.value, str) else []
    if isinstance(argument, ast.IfExp):
        return _texts(argument.body, tables) + _texts(argument.orelse, tables)
    return [text for n in ast.walk(argument) if isinstance(n, ast.Name) for text in tables.get(n.id, ())]


# ---- bringing a catalog up to date -----------------------------------------------------------------

_HEAD = """\
# {name}: docs/languages.md says how this is made and kept.
msgid ""
msgstr ""
"Language: {folder}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plural}\\n"
"""


def path_of(language: str) -> Path:
    """Where a language's catalog is."""
    return catalogs._LOCALES / str(locale_of(language)) / "LC_MESSAGES/messages.po"


def updated(language: str) -> tuple[str, int]:
    """The text of a language's catalog with all messages, and how many of them want a translation."""
    path, locale = path_of(language), locale_of(language)
    plural = get_plural(locale).plural_forms
    text = _HEAD.format(name=locale.english_name, folder=locale, plural=plural)
    text = path.read_text("utf-8") if path.is_file() else text
    catalog = read_po(text.encode().splitlines(), locale=str(locale))
    for one in [m for m in catalog if m.id]:
        english, several = (one.id, None) if isinstance(one.id, str) else one.id
        if english not in messages() or messages()[english].several != several:
            catalog.delete(one.id)
    for new in messages().values():
        if new.text not in catalog:
            catalog.add(new.text if new.several is None else (new.text, new.several))
    catalog.obsolete.clear()
    body = BytesIO()
    write_po(body, catalog, width=0, no_location=True, omit_header=True)
    missing = sum(not m.string or not all(m.string) for m in catalog if m.id)
    return text.partition("\n\n")[0].rstrip("\n") + "\n\n" + body.getvalue().decode().strip(
        "\n"
    ) + "\n", missing


def main(languages: list[str]) -> None:
    """Bring the catalogs of these languages up to date, or of all that there are."""
    for language in languages or catalogs.catalogs():
        path, (text, missing) = path_of(language), updated(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
        print(f"{path}: {missing} of {len(messages())} messages want a translation")


if __name__ == "__main__":
    main(sys.argv[1:])

"""`mkdocs.yml` -> `Settings`. Strict about portalgen's own options, silent about MkDocs' keys.

The file is read as nodes, so that MkDocs' tags (`!ENV`, `!!python/name:`) disturb nothing and every
complaint has a line. Raises `UsageError`, one at a time: wrong settings stop everything (exit 2).
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path
from typing import Any, NoReturn, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from portalgen.load.brand import colours_of, read_house
from portalgen.problems import Address, Suggestions, UsageError
from portalgen.settings import CallToAction, Settings
from portalgen.vocabulary import AccessMode

_OPTIONS = frozenset(
    {
        "accounts",
        "approved",
        "output",
        "review",
        "access",
        "portals_url",
        "stale_after_days",
        "timezone",
        "terms",
        "allow",
        "contact",
        "call_to_action",
        "secret_id",
        "tactics_every_days",
    }
)


def _nothing(node: yaml.Node | None) -> bool:
    """Whether nothing is written: no node, an empty one or YAML's null."""
    return node is None or (
        isinstance(node, yaml.ScalarNode) and (not node.value.strip() or node.tag == "tag:yaml.org,2002:null")
    )


class _Reader:
    """The nodes of one settings file, and how to complain about them."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.root = file.parent
        self.suggest = Suggestions()

    def fail(self, node: yaml.Node | None, sentence: str) -> NoReturn:
        at = Address(self.file.name)
        if node is not None:
            at = Address(self.file.name, node.start_mark.line + 1, node.start_mark.column + 1)
        raise UsageError(sentence, at)

    def document(self) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        try:
            text = self.file.read_text("utf-8-sig")
        except FileNotFoundError:
            raise UsageError(
                f'there is no settings file "{self.file.name}" here; '
                "go to the project's folder, or name it with -f"
            ) from None
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f'"{self.file.name}" cannot be read: {error}') from error
        try:
            node = yaml.compose(text, Loader=yaml.SafeLoader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            at = Address(self.file.name, mark.line + 1, mark.column + 1) if mark else Address(self.file.name)
            raise UsageError(f"this cannot be read as YAML: {error.problem}", at) from error
        except (yaml.YAMLError, RecursionError) as error:
            said = str(error).split("\n")[0]
            raise UsageError(f"this cannot be read as YAML: {said}", Address(self.file.name)) from error
        return self.mapping(node, "the settings")

    def mapping(self, node: yaml.Node | None, what: str) -> dict[str, tuple[yaml.Node, yaml.Node]]:
        if _nothing(node):
            return {}
        assert node is not None
        if not isinstance(node, yaml.MappingNode):
            self.fail(node, f"{what} want keys and values")
        found: dict[str, tuple[yaml.Node, yaml.Node]] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self.fail(key, f"{what} want keys that are words")
            if key.value in found:
                line = found[key.value][0].start_mark.line + 1
                self.fail(key, f'"{key.value}" is written twice, first on line {line}; keep one')
            found[key.value] = (key, value)
        return found

    def text(self, node: yaml.Node, what: str) -> str:
        """A scalar as text; `!ENV NAME` and `!ENV [NAME, default]` are looked up, as MkDocs does."""
        if node.tag == "!ENV":
            names = [str(n.value) for n in node.value] if isinstance(node.value, list) else [str(node.value)]
            found = [os.environ[n] for n in names if n in os.environ]
            return found[0] if found else str(names[-1] if len(names) > 1 else "")
        if not isinstance(node, yaml.ScalarNode):
            self.fail(node, f"{what} wants one value")
        return "" if _nothing(node) else str(node.value).strip()

    def texts(self, node: yaml.Node, what: str) -> tuple[str, ...]:
        if _nothing(node):
            return ()
        if not isinstance(node, yaml.SequenceNode):
            self.fail(node, f"{what} wants a list: [one, two]")
        return tuple(t for n in node.value if (t := self.text(n, what)))

    def folder(self, node: yaml.Node | None, default: str, what: str) -> Path:
        text = self.text(node, what) if node is not None else default
        if node is not None and not text:
            self.fail(node, f"{what} names no folder; write one, or take the line out")
        return Path(os.path.normpath(self.root / text))

    def address(self, node: yaml.Node, what: str) -> str:
        text = self.text(node, what)
        if text and not re.fullmatch(r"https?://[^\s/?#]+(/[^\s?#]*)?", text):
            self.fail(node, f"{what} wants an address: https://clients.example.org/")
        return text

    def fingerprint(self, node: yaml.Node, what: str) -> str:
        text = self.text(node, what).lower()
        if text and not re.fullmatch(r"[0-9a-f]{16}", text):
            self.fail(
                node, f"{what} wants the 16 hexadecimal digits that portalgen said when it made the secret"
            )
        return text

    def whole(self, node: yaml.Node, what: str) -> int:
        text = self.text(node, what)
        if not (text.isascii() and text.isdigit() and len(text) < 7) or int(text) < 1:
            self.fail(node, f"{what} wants a number of days, 1 or more: {what}: 14")
        return int(text)


def load_settings(file: Path) -> Settings:
    """Read and check the settings; raises `UsageError` with the place of the first thing wrong."""
    file = Path(os.path.abspath(file))  # noqa: PTH100 - resolve() would follow links out of the project
    reader = _Reader(file)
    top = reader.document()
    if "INHERIT" in top:
        reader.fail(top["INHERIT"][0], "INHERIT is not read by portalgen; write the settings in this file")
    options = _options(reader, top)

    def node(name: str) -> yaml.Node | None:
        found = options[name][1] if name in options else None
        return None if _nothing(found) else found

    def given(name: str, read: Callable[[yaml.Node, str], Any], default: Any) -> Any:
        found = node(name)
        return default if found is None else read(found, name)

    site_name = reader.text(top["site_name"][1], "site_name") if "site_name" in top else ""
    if not site_name:
        reader.fail(
            top["site_name"][1] if "site_name" in top else None,
            'the agency\'s name is missing; write "site_name: Estudio Norte"',
        )
    theme = top["theme"][1] if "theme" in top else None
    inside = reader.mapping(theme, "theme") if isinstance(theme, yaml.MappingNode) else {}
    settings = Settings(
        root=file.parent,
        file=file,
        site_name=site_name,
        site_url=reader.text(top["site_url"][1], "site_url") if "site_url" in top else "",
        language=reader.text(inside["language"][1], "language") if "language" in inside else "en",
        theme=_theme(reader, theme, inside),
        docs_dir=reader.folder(top["docs_dir"][1] if "docs_dir" in top else None, "docs", "docs_dir"),
        accounts=reader.folder(node("accounts"), "content/accounts", "accounts"),
        approved=reader.folder(node("approved"), "content/approved", "approved"),
        output=reader.folder(node("output"), "site", "output"),
        review=_review(reader, node("review")),
        access=_access(reader, node("access")),
        portals_url=given("portals_url", reader.address, ""),
        stale_after_days=given("stale_after_days", reader.whole, 14),
        timezone=_timezone(reader, node("timezone")),
        terms=given("terms", reader.texts, ()),
        allow=given("allow", reader.texts, ()),
        contact=given("contact", reader.text, ""),
        call_to_action=_call_to_action(reader, node("call_to_action")),
        secret_id=given("secret_id", reader.fingerprint, ""),
        tactics_every_days=given("tactics_every_days", reader.whole, 90),
        brand=reader.folder(inside["custom_dir"][1], "", "custom_dir") if "custom_dir" in inside else None,
        unknown=_unknown(top),
    )
    _folders(reader, settings, top, options)
    return _with_house(reader, settings, inside)


def _with_house(
    reader: _Reader, settings: Settings, theme: dict[str, tuple[yaml.Node, yaml.Node]]
) -> Settings:
    """The settings with all that the house's folder says."""
    node = theme["logo"][1] if "logo" in theme else None
    logo = _logo(settings, reader.text(node, "theme.logo")) if isinstance(node, yaml.ScalarNode) else None
    at = Address(reader.file.name)
    if node is not None:
        at = Address(reader.file.name, node.start_mark.line + 1, node.start_mark.column + 1)
    house = read_house(settings.brand, logo, settings.relative, at)
    return settings.model_copy(update={"logo": logo, "house": house, "colours": colours_of(house)})


def _logo(settings: Settings, text: str) -> Path | None:
    """The logo's file as MkDocs finds it: in docs_dir, then in the theme's folder; None for an address."""
    if not text or re.match(r"[A-Za-z][A-Za-z0-9+.-]*:|/", text):
        return None
    places = [
        Path(os.path.normpath(folder / text)) for folder in (settings.docs_dir, settings.brand) if folder
    ]
    return next((place for place in places if place.is_file()), places[-1])


def _unknown(top: dict[str, tuple[yaml.Node, yaml.Node]]) -> str:
    """The first thing among MkDocs' settings of which nobody knows what it reads, in words; or `""`.

    What MkDocs makes without such a thing depends on files that we know, and need not be made again.
    """
    if "hooks" in top and not _nothing(top["hooks"][1]):
        return "the hooks"
    for name in _names(top, "plugins"):
        if name not in _PLUGINS:
            return f"the plugin {name}"
    for name in _names(top, "markdown_extensions"):
        if name.startswith("pymdownx."):
            if name in _READING_EXTENSIONS:
                return f"the extension {name}"
        elif name not in _EXTENSIONS:
            return f"the extension {name}"
    return ""


_PLUGINS = frozenset(("portalgen", "search", "material/search", "material/tags", "material/meta"))
_EXTENSIONS = frozenset(
    (
        *("abbr", "admonition", "attr_list", "codehilite", "def_list", "extra", "fenced_code", "footnotes"),
        *("legacy_attrs", "legacy_em", "md_in_html", "meta", "nl2br", "sane_lists", "smarty", "tables"),
        *("toc", "wikilinks"),
    )
)
_READING_EXTENSIONS = frozenset(("pymdownx.snippets", "pymdownx.b64"))


def _names(top: dict[str, tuple[yaml.Node, yaml.Node]], key: str) -> Iterator[str]:
    """The names in a list of MkDocs' settings, whose elements are words or mappings of one key."""
    node = top[key][1] if key in top else None
    if isinstance(node, yaml.MappingNode):
        yield from (str(name.value) for name, _ in node.value)
    elif isinstance(node, yaml.SequenceNode):
        for entry in node.value:
            if isinstance(entry, yaml.MappingNode):
                yield from (str(name.value) for name, _ in entry.value)
            else:
                yield str(entry.value)


def _options(
    reader: _Reader, top: dict[str, tuple[yaml.Node, yaml.Node]]
) -> dict[str, tuple[yaml.Node, yaml.Node]]:
    """The options of the plugin `portalgen`; MkDocs takes plugins as a list or as a mapping."""
    plugins = top["plugins"][1] if "plugins" in top else None
    found: yaml.Node | None = None
    if isinstance(plugins, yaml.SequenceNode):
        for entry in plugins.value:
            if isinstance(entry, yaml.ScalarNode) and entry.value == "portalgen":
                return {}
            if isinstance(entry, yaml.MappingNode):
                found = reader.mapping(entry, "plugins").get("portalgen", (None, found))[1]
    elif isinstance(plugins, yaml.MappingNode):
        found = reader.mapping(plugins, "plugins").get("portalgen", (None, None))[1]
    if found is None:
        reader.fail(
            plugins, 'the plugin is not in the list; add "- portalgen" below "plugins:", after "- search"'
        )
    options = reader.mapping(found, "portalgen's options")
    for name, (key, _) in options.items():
        if name not in _OPTIONS:
            hint = reader.suggest(name, _OPTIONS) or f"known here: {', '.join(sorted(_OPTIONS))}"
            reader.fail(key, f'unknown option "{name}"; {hint}')
    return options


def _review(reader: _Reader, node: yaml.Node | None) -> tuple[Any, ...]:
    if node is None:
        return ("public",)
    words = tuple(dict.fromkeys(reader.texts(node, "review")))
    for word in words:
        if word not in ("client", "public"):
            reader.fail(node, f'"{word}" cannot be reviewed; write [client, public], one of them, or []')
    return words


def _access(reader: _Reader, node: yaml.Node | None) -> AccessMode:
    text = "sealed" if node is None else reader.text(node, "access")
    if text not in get_args(AccessMode):
        reader.fail(node, f'"{text}" is no way to open a portal; write sealed, host or open')
    return cast("AccessMode", text)


def _theme(reader: _Reader, node: yaml.Node | None, inside: dict[str, tuple[yaml.Node, yaml.Node]]) -> str:
    """The theme's name: MkDocs takes a lone word, or a mapping with a name."""
    if isinstance(node, yaml.ScalarNode):
        return reader.text(node, "theme")
    return reader.text(inside["name"][1], "theme.name") if "name" in inside else "mkdocs"


def _timezone(reader: _Reader, node: yaml.Node | None) -> str:
    text = "UTC" if node is None else reader.text(node, "timezone")
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        reader.fail(node, f'"{text[:60]}" is no timezone; write one like Europe/Madrid')
    return text


def _call_to_action(reader: _Reader, node: yaml.Node | None) -> CallToAction | None:
    if node is None:
        return None
    found = reader.mapping(node, "call_to_action")
    for name, (key, _) in found.items():
        if name not in ("text", "link"):
            reader.fail(key, f'unknown key "{name}"; call_to_action takes text and link')
    if set(found) != {"text", "link"}:
        reader.fail(node, "call_to_action wants both: {text: Talk to us, link: contact.md}")
    return CallToAction(
        text=reader.text(found["text"][1], "text"), link=reader.text(found["link"][1], "link")
    )


def _folders(
    reader: _Reader,
    settings: Settings,
    top: dict[str, tuple[yaml.Node, yaml.Node]],
    options: dict[str, tuple[yaml.Node, yaml.Node]],
) -> None:
    """No tree inside another: MkDocs would publish accounts and approvals, or a build would empty them."""

    def place(name: str) -> yaml.Node | None:
        found = options.get(name) or top.get(name)
        return found[1] if found else None

    folders = {
        "docs_dir": settings.docs_dir,
        "accounts": settings.accounts,
        "approved": settings.approved,
        "output": settings.output,
    }
    harm = {
        ("docs_dir", "accounts"): "MkDocs would publish what is private",
        ("docs_dir", "approved"): "MkDocs would publish what is private",
        ("accounts", "approved"): "approvals would be taken for accounts",
    }
    for first, second in combinations(folders, 2):
        if _nested(folders[first], folders[second]):
            why = harm.get((first, second), "a build would empty it")
            where = place(second) or place(first)
            reader.fail(where, f"{first} and {second} lie one inside the other, and {why}; keep them apart")
    if _nested(settings.output, settings.private) or _inside(settings.root, settings.output):
        reader.fail(place("output"), "output wants a folder of its own in the project: site")
    if "site_dir" in top:
        wanted = settings.output / "public"
        if reader.folder(top["site_dir"][1], "", "site_dir") != wanted:
            reader.fail(
                top["site_dir"][1], f'site_dir must be the public tree: "{settings.relative(wanted)}"'
            )


def _nested(one: Path, other: Path) -> bool:
    """Whether one lies in the other, as written or with links followed."""
    real, other_real = Path(os.path.realpath(one)), Path(os.path.realpath(other))
    return any(_inside(a, b) or _inside(b, a) for a, b in ((one, other), (real, other_real)))


def _inside(inner: Path, outer: Path) -> bool:
    return inner == outer or outer in inner.parents

"""Where making single pages again is certainly right: the page depends on nothing but its own content.

Owns the list of what is known: our plugin and the two search plugins, MkDocs' themes and Material,
Markdown's extensions. All else may keep something from one page for another, and is built whole. The
templates of a brand are read: they may show anything of their own page, and of a page in the menu its
title, front matter and headings (a change of those is never small), but not its content.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from importlib.metadata import entry_points
from pathlib import Path, PurePath

from jinja2 import Environment, TemplateSyntaxError, nodes
from mkdocs.config.defaults import MkDocsConfig

INDEXES = {"mkdocs.contrib.search": "_entries", "material.plugins.search.plugin": "entries"}
"""The search plugins, and where their `search_index` has its entries."""
_OURS = "portalgen.mkdocs_plugin"
_THEMES = ("material", "mkdocs", "readthedocs")
OURS = PurePath("portalgen")
"""The folder of a brand with templates for portals and the internal site: MkDocs makes no page of them."""
_TEMPLATES = {"404.html", "search.html", "sitemap.xml"}
_EXTENSIONS = ("markdown.", "pymdownx.", "material.extensions.", "portalgen.")
_CHANGING = frozenset(("content", "markdown", "update_date", "links_to_anchors", "present_anchor_ids"))
"""What a template may take of its own page only, since it changes with a case study."""


def why_whole(config: MkDocsConfig) -> str:
    """Why all pages must be built when one changes, in a sentence, or `""`."""
    return next(_reasons(config), "")


def _reasons(config: MkDocsConfig) -> Iterator[str]:
    for name, plugin in config.plugins.items():  # hooks are among them
        module = type(plugin).__module__
        if module not in INDEXES and module != _OURS:
            yield f'the plugin "{name}" may look at all pages'
        if module in INDEXES and plugin.config.get("prebuild_index"):
            yield "the search index is built beforehand"
    if sum(type(plugin).__module__ in INDEXES for plugin in config.plugins.values()) > 1:
        yield "there are two search plugins"
    if config.strict:
        yield "strict is set"
    if config.theme.name not in _THEMES:
        yield f'the theme "{config.theme.name}" may show something of other pages'
    if config.extra_templates or not config.theme.static_templates <= _TEMPLATES:
        yield "templates of the agency's own may show all pages"
    built_in = {e.name: e.value for e in entry_points(group="markdown.extensions")}
    for extension in config.markdown_extensions:
        name = extension if isinstance(extension, str) else type(extension).__module__
        if not built_in.get(name, name).startswith(_EXTENSIONS):
            yield f'the Markdown extension "{name}" may keep something from page to page'
    if config.theme.custom_dir:
        shows = next(_showing_others(Path(config.theme.custom_dir), config.theme.get_env()), None)
        if shows:
            yield f'the template "{shows}" may show something of other pages'


def _showing_others(folder: Path, env: Environment) -> Iterator[str]:
    for path in sorted(folder.rglob("*")):
        if not path.is_file() or OURS in path.relative_to(folder).parents:
            continue
        data = path.read_bytes()
        if b"{{" not in data and b"{%" not in data:
            continue
        try:
            shows = _shows_others(env.parse(data.decode()))
        except (TemplateSyntaxError, UnicodeDecodeError):
            shows = path.suffix == ".html"
        if shows:
            yield path.relative_to(folder).as_posix()


def _shows_others(template: nodes.Template) -> bool:
    """Whether a template names all pages, or what changes of a page that is not the one it shows."""
    for name in template.find_all(nodes.Name):
        if name.name == "pages" or (name.name == "page" and name.ctx != "load"):
            return True
    asked = [(part.node, [part.attr]) for part in template.find_all(nodes.Getattr)]
    asked += [(part.node, _texts([part.arg])) for part in template.find_all(nodes.Getitem)]
    for of, names in asked:
        of_this_page = isinstance(of, nodes.Name) and of.name == "page"
        if not of_this_page and _CHANGING.intersection(names):
            return True
    for one in template.find_all(nodes.Filter):
        texts = _texts([*one.args, *one.kwargs])
        if _CHANGING.intersection(word for text in texts for word in text.split(".")):
            return True
    return False


def _texts(parts: Iterable[nodes.Node]) -> list[str]:
    """The texts written out in parts of a template."""
    found: list[object] = []
    for part in parts:
        found += [part.value] if isinstance(part, nodes.Const) else []
        found += [constant.value for constant in part.find_all(nodes.Const)]
    return [value for value in found if isinstance(value, str)]

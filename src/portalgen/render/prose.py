"""Markdown that its reader may see -> HTML that nothing can hide in.

Our own writer over the parser's events: alignment by class, links to published files, bare addresses,
footnotes whose ids cannot meet those of another stretch. Then everything, raw HTML included, goes
through the sanitiser: no script, handler, form, frame, style, remote image, or address but `https:`,
`mailto:`, `tel:`, an anchor or a published file.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache
from html import escape, unescape
from typing import Any
from urllib.parse import quote, unquote

import nh3
from markupsafe import Markup

from portalgen.dialect import events
from portalgen.render.bare import addresses
from portalgen.render.environment import say
from portalgen.render.pictures import PLAIN, Pictures
from portalgen.views import FileRef, Prose
from portalgen.vocabulary import slug

_ID = "s-"
_ALIGN = {"Center": ' class="al-c"', "Right": ' class="al-r"', "Left": ' class="al-l"'}
_SIMPLE = {
    "Paragraph": ("<p>", "</p>\n"),
    "Emphasis": ("<em>", "</em>"),
    "Strong": ("<strong>", "</strong>"),
    "Strikethrough": ("<del>", "</del>"),
    "Item": ("<li>", "</li>\n"),
    "TableRow": ("<tr>", "</tr>\n"),
    "HtmlBlock": ("", ""),
}
_NESTING = frozenset(("BlockQuote", "List", "Item", "Emphasis", "Strong", "Strikethrough"))
_DEEPEST = 48
"""Nesting beyond this is written flat: a parser of HTML needs time by the square of the depth."""
_RAW_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")
_RAW_FLAT = frozenset(
    (
        *("area", "br", "caption", "col", "dd", "dt", "hr", "img", "input", "li", "p", "summary", "td"),
        *("th", "tr", "wbr"),
    )
)
"""Tags that end by themselves, so that they never nest."""
_ALERTS = {"Note": "Note", "Tip": "Tip", "Important": "Important", "Warning": "Warning", "Caution": "Caution"}
_ADDRESS = ("https://", "mailto:", "tel:")
_TAGS = frozenset(
    (
        *("a", "abbr", "b", "blockquote", "br", "caption", "cite", "code", "col", "colgroup", "dd", "del"),
        *("details", "dfn", "div", "dl", "dt", "em", "figcaption", "figure", "h1", "h2", "h3", "h4", "h5"),
        *("h6", "hr", "i", "img", "ins", "kbd", "li", "mark", "ol", "p", "pre", "q", "s", "samp", "section"),
        *("small", "span", "strong", "sub", "summary", "sup", "table", "tbody", "td", "tfoot", "th"),
        *("thead", "time", "tr", "u", "ul", "var", "wbr"),
    )
)
_NO_SOURCE = re.compile(r"<img(?![^>]*\ssrc=)[^>]*>")
"""An image whose source did not survive."""
_IMAGE = re.compile(r'<img(?: [a-z]+="[^"]*")*>')
"""An image as the sanitiser writes it. No attribute's value can hold one: a quotation mark would end it."""
_SAID = re.compile(r' ([a-z]+)="([^"]*)"')
_FILE = re.compile(r"(?:\.\./)*files/(?!(?:.*/)?\.\.?(?:/|$))[^\\]*")
"""A published file's address, as this module writes it."""
_GONE_WITH_CONTENT = (
    *("script", "style", "title", "textarea", "template", "noscript", "iframe", "svg", "math"),
)
_CLASSES = {
    "div": {
        "scroll",
        "alert",
        "alert-note",
        "alert-tip",
        "alert-important",
        "alert-warning",
        "alert-caution",
    },
    "td": {"al-l", "al-c", "al-r"},
    "th": {"al-l", "al-c", "al-r"},
    "span": {"task"},
    "p": {"alert-title"},
    "section": {"footnotes"},
}


def html(
    prose: Prose,
    *,
    root: str = "",
    prefix: str = "",
    shift: int = 0,
    under: int | None = None,
    language: str = "en",
    pictures: Pictures = PLAIN,
) -> Markup:
    """The prose as HTML. `root` is the way from the page to where `files/` lies.

    `prefix` keeps the ids of several proses on one page apart. `under` is the level of the heading that
    the prose stands below: its highest heading comes one lower, the others follow; without it, `shift`
    is added to every level. No heading comes more than one level below the one before it.
    """
    parsed = [[event for event, _ in events(stretch)] for stretch in prose.stretches]
    if under is not None:
        shift = under + 1 - min((level for found in parsed for level in _levels(found)), default=under + 1)
    files = {written: _published(written, root + quote(file.url)) for written, file in prose.files}
    written, above = [], under
    for number, found in enumerate(parsed):
        ids = f"{_ID}{prefix}_{number}_"  # no id or slug holds an underscore: nothing can collide
        writer = _Writer(files, ids, shift, above, language, prose)
        written.append(writer.write(found))
        above = writer.above
    if any("<" in stretch for stretch in prose.stretches):  # raw HTML may name an address of its own
        cleaner = _new_cleaner(prose.images, prose.links, {**{t: t for t in files.values()}, **files})
    else:
        cleaner = _cleaner(prose.images, prose.links)
    clean = _NO_SOURCE.sub("", cleaner.clean("".join(written)))
    if prose.images and "<img" in clean:
        shown = {root + quote(file.url): file for _, file in prose.files}
        clean = _IMAGE.sub(lambda found: _picture(found, shown, root, pictures), clean)
    return Markup(clean)  # noqa: S704 - sanitised


def _picture(found: re.Match[str], shown: Mapping[str, FileRef], root: str, pictures: Pictures) -> str:
    """An image that went through the sanitiser, as pages show one. Only here is markup written past it:
    what stands in it is the file's own, or was an attribute that survived."""
    said = {name: unescape(value) for name, value in _SAID.findall(found[0])}
    file = shown.get(said.get("src", "").partition("#")[0])
    if file is None:
        return found[0]
    return pictures.img(file, said.get("alt", ""), root=root, title=said.get("title", ""))


def _published(written: str, target: str) -> str:
    _, hash_, fragment = written.partition("#")
    return f"{target}{hash_}{quote(unquote(fragment))}"


def _levels(found: list[Any]) -> Iterator[int]:
    for event in found:
        if isinstance(event, dict) and isinstance(start := event.get("Start"), dict) and "Heading" in start:
            yield int(start["Heading"]["level"][1])


@cache
def _cleaner(images: bool, links: bool) -> Any:
    return _new_cleaner(images, links, None)


def _new_cleaner(images: bool, links: bool, known: dict[str, str] | None) -> Any:
    """A sanitiser; with `known`, of relative addresses only those that it holds survive."""

    def kept(tag: str, name: str, value: str) -> str | None:
        if known is not None and name in ("href", "src") and not value.startswith((*_ADDRESS, "#")):
            value = known.get(value, "")
        if name == "href" and not links and not value.startswith("#"):
            return None
        return _attribute(tag, name, value)

    return nh3.Cleaner(
        tags=set(_TAGS) - (set() if images else {"img"}),
        clean_content_tags=set(_GONE_WITH_CONTENT),
        attributes={
            "a": {"href", "title", "id", "aria-label"},
            "img": {"src", "alt", "title"},
            "ol": {"start"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
            "time": {"datetime"},
            "abbr": {"title"},
            "li": {"id"},
            "div": {"tabindex"},
            "pre": {"tabindex"},
            **{f"h{n}": {"id"} for n in range(1, 7)},
            "span": {"role", "aria-label"},
        },
        allowed_classes=_CLASSES,
        attribute_filter=kept,
        url_schemes={"https", "mailto", "tel"},
        link_rel="noopener noreferrer",
        strip_comments=True,
    )


def _attribute(tag: str, name: str, value: str) -> str | None:
    """An attribute's value, or None where it does not survive."""
    if name == "id":
        return value if value.startswith(_ID) else None
    if name == "src":
        return value if _FILE.fullmatch(value) else None
    if name == "href":
        return value if value.startswith((*_ADDRESS, f"#{_ID}")) or _FILE.fullmatch(value) else None
    if name == "tabindex":
        return value if value == "0" else None
    if tag == "span":
        return value if (name, value) == ("role", "img") or name == "aria-label" else None
    return value


def _named(value: Any) -> tuple[str, Any]:
    """An event's name and details: a bare word has none."""
    return (value, None) if isinstance(value, str) else next(iter(value.items()))


class _Writer:
    """Writes one stretch. Holds the state that tables, images, headings and footnotes need."""

    def __init__(
        self, files: dict[str, str], ids: str, shift: int, above: int | None, language: str, prose: Prose
    ) -> None:
        self.files, self.ids, self.shift, self.above = files, ids, shift, above
        self.say = say(language)
        self.prose = prose
        self.out: list[str] = []
        self.alignments: tuple[str, ...] = ()
        self.cell = 0
        self.head = False
        self.alt: list[str] | None = None
        self.image: tuple[str, str] = ("", "")
        self.images = 0
        self.depth = 0
        self.raw: Counter[str] = Counter()
        self.linked: list[bool] = []
        self.code = False
        self.heading: tuple[int, int, list[str]] | None = None
        self.anchors: set[str] = set()
        self.counts: dict[str, int] = {}
        self.notes: dict[str, int] = {}
        self.order: list[str] = []
        self.references: dict[str, int] = {}

    def write(self, found: list[Any]) -> str:
        main, bodies = _apart(found)
        self._events(main)
        notes = [f'<li id="{self.ids}n{n}">{text}</li>\n' for n, text in self._footnotes(bodies)]
        if notes:
            self.out += ['<section class="footnotes"><hr><ol>\n', *notes, "</ol></section>\n"]
        return "".join(self.out)

    def _events(self, found: list[Any]) -> None:
        for event in found:
            if isinstance(event, dict):
                kind, value = next(iter(event.items()))
                getattr(self, f"_{kind.lower()}")(value)
            elif event in ("SoftBreak", "HardBreak"):
                self._put("\n" if event == "SoftBreak" else "<br>\n", " ")
            elif event == "Rule":
                self._put("<hr>\n")

    def _put(self, markup: str, plain: str = "") -> None:
        if self.heading is not None:
            self.heading[2].append(plain)
        if self.alt is not None:
            self.alt.append(plain)
        else:
            self.out.append(markup)

    # ---- texts

    def _text(self, text: str) -> None:
        quiet = self.alt is not None or self.linked or self.code or not self.prose.links
        if quiet or not ("@" in text or "://" in text or "ww." in text.lower()):
            self._put(escape(text, quote=False), text)
        else:
            self._put("".join(self._with_addresses(text)), text)

    @staticmethod
    def _with_addresses(text: str) -> Iterator[str]:
        last = 0
        for begin, end, target in addresses(text):
            yield escape(text[last:begin], quote=False)
            yield f'<a href="{escape(target)}">{escape(text[begin:end], quote=False)}</a>'
            last = end
        yield escape(text[last:], quote=False)

    def _code(self, text: str) -> None:
        self._put(f"<code>{escape(text, quote=False)}</code>", text)

    def _html(self, text: str) -> None:
        opened, count = self.raw.copy(), self.raw.total()
        deepest = count
        for closes, tag in _RAW_TAG.findall(text.lower()):
            if not closes and tag not in _RAW_FLAT:
                opened[tag] += 1
                count += 1
            elif closes and opened[tag]:  # without its opening tag it closes nothing
                opened[tag] -= 1
                count -= 1
            deepest = max(deepest, count)
        if deepest > _DEEPEST:
            self._put(escape(text, quote=False))
        else:
            self.raw = +opened
            self._put(text)

    _inlinehtml = _html

    def _tasklistmarker(self, done: bool) -> None:
        label = self.say("done") if done else self.say("open")
        sign = "\N{BALLOT BOX WITH CHECK}" if done else "\N{BALLOT BOX}"
        self._put(f'<span class="task" role="img" aria-label="{escape(label)}">{sign}</span> ')

    def _footnotereference(self, name: str) -> None:
        if self.alt is not None:
            return
        if name not in self.notes:
            self.order.append(name)
        number = self.notes.setdefault(name, len(self.order))
        count = self.references[name] = self.references.get(name, 0) + 1
        anchor = self._reference(number, count)
        self._put(f'<sup><a href="#{self.ids}n{number}" id="{anchor}">{number}</a></sup>')

    def _reference(self, number: int, count: int) -> str:
        return f"{self.ids}r{number}" if count == 1 else f"{self.ids}r{number}_{count}"

    # ---- blocks

    def _start(self, value: Any) -> None:
        name, details = _named(value)
        self.depth += name in _NESTING
        if name in _NESTING and self.depth > _DEEPEST:
            return
        if name in _SIMPLE:
            self._put(_SIMPLE[name][0])
            self.cell = 0
        elif name == "Heading":
            level = max(1, min(6, int(details["level"][1]) + self.shift))
            self.above = level = level if self.above is None else min(level, self.above + 1)
            self.heading = (level, len(self.out), [])
        elif name in ("Link", "Image"):
            self._begin_link(name, details)
        elif name == "BlockQuote":
            self._put(self._quote(details))
        elif name == "CodeBlock":
            self.code = True
            self._put('<pre tabindex="0"><code>')
        elif name == "List":
            start = "" if details in (None, 1) else f' start="{details}"'
            self._put("<ul>\n" if details is None else f"<ol{start}>\n")
        elif name == "Table":
            self.alignments = details
            self._put('<div class="scroll" tabindex="0"><table>')
        elif name == "TableHead":
            self.head, self.cell = True, 0
            self._put("<thead><tr>")
        elif name == "TableCell":
            align = _ALIGN.get(self.alignments[self.cell], "") if self.cell < len(self.alignments) else ""
            self._put(f'<th scope="col"{align}>' if self.head else f"<td{align}>")
            self.cell += 1

    def _end(self, value: Any) -> None:
        name, details = _named(value)
        self.depth -= name in _NESTING
        if name in _NESTING and self.depth >= _DEEPEST:
            return
        if name in _SIMPLE:
            self._put(_SIMPLE[name][1])
        elif name == "Heading":
            self._end_heading()
        elif name in ("Link", "Image"):
            self._end_link(name)
        elif name == "BlockQuote":
            self._put("</div>\n" if details else "</blockquote>\n")
        elif name == "CodeBlock":
            self.code = False
            self._put("</code></pre>\n")
        elif name == "List":
            self._put("</ol>\n" if details else "</ul>\n")
        elif name == "Table":
            self._put("</tbody></table></div>\n")
        elif name == "TableHead":
            self.head = False
            self._put("</tr></thead>\n<tbody>")
        elif name == "TableCell":
            self._put("</th>" if self.head else "</td>")

    def _end_heading(self) -> None:
        if self.heading is None:
            return
        level, begin, words = self.heading
        self.heading = None
        anchor = made = slug("".join(words)) or "section"
        while anchor in self.anchors:  # counted from where the last one stopped, so this ends at once
            self.counts[made] = self.counts.get(made, 0) + 1
            anchor = f"{made}-{self.counts[made]}"
        self.anchors.add(anchor)
        inner = "".join(self.out[begin:])
        self.out[begin:] = [f'<h{level} id="{self.ids}{anchor}">{inner}</h{level}>\n']

    def _quote(self, kind: str | None) -> str:
        if kind is None:
            return "<blockquote>\n"
        label = self.say(_ALERTS.get(kind, "Note"))
        return f'<div class="alert alert-{kind.lower()}"><p class="alert-title">{escape(label)}</p>\n'

    # ---- links

    def _begin_link(self, name: str, details: dict[str, str]) -> None:
        target = self._target(details)
        shown = f' title="{escape(details["title"])}"' if details["title"] else ""
        if name == "Image":
            self.images += 1
            if self.images == 1:
                self.image, self.alt = (target, shown), []
            return
        leads = bool(target) and (self.prose.links or target.startswith("#"))
        self.linked.append(leads and self.alt is None)
        if self.linked[-1]:
            self._put(f'<a href="{escape(target)}"{shown}>')

    def _target(self, details: dict[str, str]) -> str:
        """Where a link leads from the page, or nothing where it leads nowhere that a reader may go."""
        target = details["dest_url"]
        if details.get("link_type") == "Email" and not target.startswith("mailto:"):
            return f"mailto:{target}"
        if target in self.files:
            return self.files[target]
        if target.startswith("#"):
            return f"#{self.ids}{slug(unquote(target[1:]))}"
        scheme, colon, rest = target.partition(":")
        target = f"{scheme.lower()}{colon}{rest}"
        return target if target.startswith(_ADDRESS) else ""

    def _end_link(self, name: str) -> None:
        if name == "Link":
            if self.linked.pop():
                self._put("</a>")
            return
        self.images -= 1
        if self.images == 0:
            alt = "".join(self.alt or [])
            self.alt = None
            target, shown = self.image
            if self.prose.images and _FILE.fullmatch(target):
                self._put(f'<img src="{escape(target)}" alt="{escape(alt)}"{shown}>')

    def _footnotes(self, bodies: dict[str, list[Any]]) -> Iterator[tuple[int, str]]:
        """Number and text of each note that is referred to, those that notes refer to among them."""
        main, written = self.out, []
        for name in self.order:  # grows while notes refer to further ones
            self.out = []
            self._events(bodies.get(name, []))
            written.append((name, "".join(self.out)))
        self.out = main
        label = escape(self.say("Back to the text"))
        for name, text in written:
            number = self.notes[name]
            backs = (self._reference(number, n) for n in range(1, self.references[name] + 1))
            arrow = "\N{LEFTWARDS ARROW WITH HOOK}"
            links = " ".join(f'<a href="#{back}" aria-label="{label}">{arrow}</a>' for back in backs)
            yield number, f"{text}{links}"


def _apart(found: list[Any]) -> tuple[list[Any], dict[str, list[Any]]]:
    """A document's own events and those of its footnotes by name; a note inside a note is its own."""
    main: list[Any] = []
    bodies: dict[str, list[Any]] = {}
    open_ = [main]
    for event in found:
        kind, value = next(iter(event.items())) if isinstance(event, dict) else ("", None)
        name, details = _named(value) if kind in ("Start", "End") else ("", None)
        if name != "FootnoteDefinition":
            open_[-1].append(event)
        elif kind == "Start":
            open_.append(bodies.setdefault(str(details), []))
        else:
            open_.pop()
    return main, bodies

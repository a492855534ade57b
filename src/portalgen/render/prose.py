"""Markdown that its reader may see -> HTML that nothing can hide in.

Our own writer over the parser's events: alignment by class, links to published files, bare addresses,
footnotes whose ids cannot meet those of another stretch. Then everything, raw HTML included, goes
through the sanitiser: no script, handler, form, frame, style, remote image, or address but `https:`,
`mailto:`, `tel:`, an anchor or a published file.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from html import escape
from typing import Any
from urllib.parse import quote

import nh3
from markupsafe import Markup

from portalgen.dialect import events
from portalgen.render.environment import say
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
_ALERTS = {"Note": "Note", "Tip": "Tip", "Important": "Important", "Warning": "Warning", "Caution": "Caution"}
_BARE = re.compile(
    r"(?<![\w@/.])(?:(?P<web>https://[^\s<>\"']+|www\.[^\s<>\"']+\.[^\s<>\"']+)"
    r"|(?P<mail>[\w.+-]+@[\w-]+(?:\.[\w-]+)+))",
    re.ASCII,
)
_TRAILING = re.compile(r"[?!.,:*_~'\")\]]+$")
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
_FILE = re.compile(r"(\.\./)*files/[^\\]*")
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


def html(prose: Prose, *, root: str = "", prefix: str = "", shift: int = 0, language: str = "en") -> Markup:
    """The prose as HTML. `root` is the way from the page to where `files/` lies.

    `prefix` keeps the ids of several proses on one page apart; `shift` is added to heading levels.
    """
    files = dict(prose.files)
    written = []
    for number, stretch in enumerate(prose.stretches):
        ids = f"{_ID}{prefix}-{number}-" if prefix else f"{_ID}{number}-"
        written.append(_Writer(files, root, ids, shift, language, prose).write(stretch))
    clean = _cleaner(prose.images, prose.links).clean("".join(written))
    return Markup(_NO_SOURCE.sub("", clean))  # noqa: S704 - sanitised


@cache
def _cleaner(images: bool, links: bool) -> Any:
    tags = set(_TAGS)
    tags -= set() if images else {"img"}
    tags -= set() if links else {"a"}
    return nh3.Cleaner(
        tags=tags,
        clean_content_tags={
            "script",
            "style",
            "title",
            "textarea",
            "template",
            "noscript",
            "iframe",
            "svg",
            "math",
        },
        attributes={
            "a": {"href", "title", "id"},
            "img": {"src", "alt", "title", "loading"},
            "ol": {"start"},
            "td": {"colspan", "rowspan"},
            "th": {"colspan", "rowspan", "scope"},
            "time": {"datetime"},
            "abbr": {"title"},
            "li": {"id"},
            **{f"h{n}": {"id"} for n in range(1, 7)},
            "span": {"role", "aria-label"},
        },
        allowed_classes=_CLASSES,
        attribute_filter=_attribute,
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
        known = value.startswith(("https://", "mailto:", "tel:", f"#{_ID}")) or _FILE.fullmatch(value)
        return value if known else None
    if tag == "span":
        return value if (name, value) == ("role", "img") or name == "aria-label" else None
    return value


def _named(value: Any) -> tuple[str, Any]:
    """An event's name and details: a bare word has none."""
    return (value, None) if isinstance(value, str) else next(iter(value.items()))


class _Writer:
    """Writes one stretch. Holds the state that tables, images and footnotes need."""

    def __init__(
        self, files: dict[str, FileRef], root: str, ids: str, shift: int, language: str, prose: Prose
    ) -> None:
        self.files, self.root, self.ids, self.shift = files, root, ids, shift
        self.say = say(language)
        self.prose = prose
        self.out: list[str] = []
        self.alignments: tuple[str, ...] = ()
        self.cell = 0
        self.head = False
        self.alt: list[str] | None = None
        self.image: tuple[str, str] = ("", "")
        self.plain = 0
        self.notes: dict[str, int] = {}
        self.bodies: dict[str, list[str]] = {}
        self.main: list[str] | None = None
        self.anchors: dict[str, int] = {}
        self.heading: tuple[int, int] | None = None
        self.code = False

    def write(self, text: str) -> str:
        for event, _ in events(text):
            if isinstance(event, dict):
                kind, value = next(iter(event.items()))
                getattr(self, f"_{kind.lower()}")(value)
            elif event in ("SoftBreak", "HardBreak"):
                self._put("\n" if event == "SoftBreak" else "<br>\n", "\n")
            elif event == "Rule":
                self._put("<hr>\n")
        return "".join(self.out) + "".join(self._footnotes())

    def _put(self, markup: str, plain: str = "") -> None:
        if self.alt is not None:
            self.alt.append(plain)
        else:
            self.out.append(markup)

    # ---- texts

    def _text(self, text: str) -> None:
        if self.alt is not None:
            self.alt.append(text)
        elif self.plain or self.code or not ("@" in text or "www." in text or "https://" in text):
            self.out.append(escape(text, quote=False))
        else:
            self.out.extend(self._with_bare_links(text))

    def _with_bare_links(self, text: str) -> Iterator[str]:
        last = 0
        for match in _BARE.finditer(text):
            shown = match[0]
            if match["web"]:
                while found := _TRAILING.search(shown):
                    if found[0][0] == ")" and shown.count("(") >= shown.count(")"):
                        break
                    shown = shown[: found.start()]
            target = (
                shown
                if shown.startswith("https")
                else f"https://{shown}"
                if match["web"]
                else f"mailto:{shown}"
            )
            yield escape(text[last : match.start()], quote=False)
            inner = escape(shown, quote=False)
            yield f'<a href="{escape(target)}">{inner}</a>' if self.prose.links else inner
            last = match.start() + len(shown)
        yield escape(text[last:], quote=False)

    def _code(self, text: str) -> None:
        self._put(f"<code>{escape(text, quote=False)}</code>", text)

    def _html(self, text: str) -> None:
        self._put(text)

    _inlinehtml = _html

    def _tasklistmarker(self, done: bool) -> None:
        label = self.say("done") if done else self.say("open")
        sign = "\N{BALLOT BOX WITH CHECK}" if done else "\N{BALLOT BOX}"
        self._put(f'<span class="task" role="img" aria-label="{escape(label)}">{sign}</span> ')

    def _footnotereference(self, name: str) -> None:
        number = self.notes.setdefault(name, len(self.notes) + 1)
        self._put(f'<sup><a href="#{self.ids}n{number}" id="{self.ids}r{number}">{number}</a></sup>')

    # ---- blocks

    def _start(self, value: Any) -> None:
        name, details = _named(value)
        if name in _SIMPLE:
            self._put(_SIMPLE[name][0])
            self.cell = 0
        elif name == "Heading":
            level = min(6, int(details["level"][1]) + self.shift)
            self.out.append("")
            self.heading = (level, len(self.out) - 1)
        elif name in ("Link", "Image"):
            self._begin_link(name, details)
        elif name == "BlockQuote":
            self._put(self._quote(details))
        elif name == "CodeBlock":
            self.code = True
            self._put("<pre><code>")
        elif name == "List":
            self._put(
                "<ul>\n" if details is None else f'<ol start="{details}">\n' if details != 1 else "<ol>\n"
            )
        elif name == "Table":
            self.alignments = details
            self._put('<div class="scroll"><table>')
        elif name == "TableHead":
            self.head, self.cell = True, 0
            self._put("<thead><tr>")
        elif name == "TableCell":
            align = _ALIGN.get(self.alignments[self.cell], "") if self.cell < len(self.alignments) else ""
            self._put(f'<th scope="col"{align}>' if self.head else f"<td{align}>")
            self.cell += 1
        elif name == "FootnoteDefinition":
            self.main, self.out = self.out, []
            self.bodies[details] = self.out

    def _end(self, value: Any) -> None:
        name, details = _named(value)
        if name in _SIMPLE:
            self._put(_SIMPLE[name][1])
        elif name == "Heading" and self.heading is not None:
            self._end_heading(*self.heading)
            self.heading = None
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
        elif name == "FootnoteDefinition" and self.main is not None:
            self.out, self.main = self.main, None

    def _end_heading(self, level: int, begin: int) -> None:
        inner = "".join(self.out[begin:])
        made = slug(re.sub(r"<[^>]*>", "", inner)) or "section"
        count = self.anchors.get(made, 0)
        self.anchors[made] = count + 1
        anchor = f"{self.ids}{made}{f'-{count}' if count else ''}"
        self.out[begin:] = [f'<h{level} id="{anchor}">{inner}</h{level}>\n']

    def _quote(self, kind: str | None) -> str:
        if kind is None:
            return "<blockquote>\n"
        label = self.say(_ALERTS.get(kind, "Note"))
        return f'<div class="alert alert-{kind.lower()}"><p class="alert-title">{escape(label)}</p>\n'

    # ---- links

    def _begin_link(self, name: str, details: dict[str, str]) -> None:
        target, title = details["dest_url"], details["title"]
        if details.get("link_type") == "Email" and not target.startswith("mailto:"):
            target = f"mailto:{target}"
        if target in self.files:
            fragment = target.partition("#")[2]
            target = self.root + quote(self.files[target].url) + (f"#{fragment}" if fragment else "")
        elif target.startswith("#"):
            target = f"#{self.ids}{slug(target[1:])}"
        shown = f' title="{escape(title)}"' if title else ""
        if name == "Image":
            if self.alt is None:
                self.image, self.alt = (target, shown), []
                self.plain += 1
            return
        self.plain += 1
        if self.prose.links:
            self._put(f'<a href="{escape(target)}"{shown}>')

    def _end_link(self, name: str) -> None:
        self.plain -= 1
        if name == "Image":
            alt = "".join(self.alt or [])
            self.alt = None
            target, shown = self.image
            if self.prose.images:
                self.out.append(f'<img src="{escape(target)}" alt="{escape(alt)}"{shown} loading="lazy">')
        elif self.prose.links:
            self._put("</a>")

    def _footnotes(self) -> Iterator[str]:
        wanted = [(number, self.bodies[name]) for name, number in self.notes.items() if name in self.bodies]
        if not wanted:
            return
        yield '<section class="footnotes"><hr><ol>\n'
        for number, body in sorted(wanted):
            back = f'<a href="#{self.ids}r{number}">\N{LEFTWARDS ARROW WITH HOOK}</a>'
            yield f'<li id="{self.ids}n{number}">{"".join(body)}{back}</li>\n'
        yield "</ol></section>\n"

"""One stretch of prose: its links, and all that looks like a mark, a fence or a heading and is none.

A stretch is parsed as the document that it will be rendered as, so that a reference means here what
it will mean there. Owns the errors for blocks that would swallow what follows: code, comments and raw
HTML that never close.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from portalgen.dialect import events
from portalgen.load.comments import Text
from portalgen.load.folder import Refused
from portalgen.load.marks import LEFTOVER
from portalgen.problems import Address, Problem

Resolve = Callable[[str, bool], str | None]
"""A link's target and whether it is an image -> the path below the account's folder, or None.
Raises `Refused`."""

_CONTAINER = r"^(?:[ \t>]|[-*+][ \t]|\d{1,9}[.)][ \t])*"
_LIKE_FENCE = re.compile(_CONTAINER + ":::")
_GLUED = re.compile(_CONTAINER + r"##(?!#)(?:[^\s#]|[^\S \t\n])")
_COMMENT_SIGN = re.compile(r"<!--|-->")
_HEADING_LINES = re.compile(r"^[ \t>]*##(?:[ \t]|$)|^[ \t>]*[^\s>][^\n]*\n[ \t>]*-+[ \t]*$", re.MULTILINE)
_NEVER_CLOSED = (
    (re.compile(r"\s*<(script|pre|style|textarea)(?=[\s>]|$)", re.IGNORECASE), "</{0}>", "<{0}>"),
    (re.compile(r"\s*<\?"), "?>", "<?"),
    (re.compile(r"\s*<!\[CDATA\["), "]]>", "<![CDATA["),
    (re.compile(r"\s*<![A-Za-z]"), ">", "<!"),
)
_NOTHING_HIDDEN = "so nothing would be hidden"


class Look:
    """A look at one document. `problems` and `links` (as written, path below the folder) are its findings."""

    def __init__(self, text: Text, resolve: Resolve) -> None:
        self.text, self.resolve = text, resolve
        self.events = events(text.text)
        self.problems: list[Problem] = []
        self.links: set[tuple[str, str]] = set()
        self._code: dict[int, bool] = {}
        """Lines of code blocks by index; True: fenced."""

    def links_and_comments(self) -> None:
        """Look at a heading that begins a section: what it links to, and open comments."""
        self._inline(headings=False)

    def everything(self, *, divided: bool) -> None:
        """Look at a stretch. `divided`: level-2 headings of this file begin sections."""
        self._inline(headings=True)
        self._blocks(divided)
        self._lines()

    def _error(self, at: Address, code: str, message: str, hint: str, width: int = 1) -> None:
        self.problems.append(Problem(at, "error", code, message, hint=hint, width=width))

    # ---- inline

    def _inline(self, *, headings: bool) -> None:
        code, heading = "", not headings
        for event, where in self.events:
            if not isinstance(event, dict):
                continue
            kind, value = next(iter(event.items()))
            name = value if isinstance(value, str) else next(iter(value)) if isinstance(value, dict) else ""
            if kind in ("Start", "End") and name == "CodeBlock":
                begins = kind == "Start"
                code = ("fenced" if isinstance(value["CodeBlock"], dict) else "indented") if begins else ""
            elif kind in ("Start", "End") and name == "Heading":
                heading = kind == "Start" or not headings
            elif kind == "Start" and name in ("Link", "Image"):
                self._link(value[name], where, image=name == "Image")
            elif kind in ("Text", "Html", "InlineHtml") and code != "fenced":
                if not heading:
                    self._marks(value, where)
                if not code:
                    self._comments(value, where)

    def _marks(self, text: str, where: dict[str, int]) -> None:
        for at, found in self._found(LEFTOVER, text, where):
            self._error(
                at,
                "misplaced-mark",
                f"this looks like a mark and is none, {_NOTHING_HIDDEN}",
                "put it at the end of a level-2 heading; or, for a word in braces, in `code`",
                len(found),
            )

    def _comments(self, text: str, where: dict[str, int]) -> None:
        for at, found in self._found(_COMMENT_SIGN, text, where):
            self._error(
                at,
                "open-comment",
                "a comment is not closed as it should be, so it would be shown",
                "write <!-- before it and --> behind it, without an empty line between them; "
                "or, for an arrow, in `code`",
                len(found),
            )

    def _found(
        self, pattern: re.Pattern[str], text: str, where: dict[str, int]
    ) -> Iterator[tuple[Address, str]]:
        """What of an event's text matches, with its place; what entities hide stands at their beginning."""
        source, begin = "", 0
        for match in pattern.finditer(text):
            source = source or self.text.source(where)
            begin = max(begin, source.find(match[0], begin))
            yield self.text.at(where["start"] + len(source[:begin].encode())), match[0]
            begin += len(match[0]) if source.startswith(match[0], begin) else 0

    def _link(self, link: dict[str, str], where: dict[str, int], *, image: bool) -> None:
        target = link["dest_url"]
        if link["link_type"] == "Email":  # <ana@brisafoods.example>: the parser leaves mailto: out
            return
        at = self.text.at(where["start"])
        width = min(len(self.text.source(where).split("\n")[0]), 60)
        try:
            path = self.resolve(target, image)
        except Refused as refused:
            self._error(at, refused.code, refused.sentence, refused.hint, width)
            return
        if path is not None:
            self.links.add((target, path))
        elif image:
            self.problems.append(
                Problem(
                    at,
                    "warning",
                    "remote-image",
                    "an image from elsewhere is not shown, since it would tell that place who reads",
                    hint="save it into the account's folder and write its path here",
                    width=width,
                )
            )

    # ---- blocks

    def _blocks(self, divided: bool) -> None:
        inside: dict[str, int] | None = None
        content = ""
        for event, where in self.events:
            kind, value = next(iter(event.items())) if isinstance(event, dict) else ("", "")
            if kind == "Start" and value == "HtmlBlock":
                self._html(where, divided)
            elif kind == "Start" and isinstance(value, dict) and "CodeBlock" in value:
                fenced = isinstance(value["CodeBlock"], dict)
                lines = range(self.text.index(where["start"]), self.text.index(max(0, where["end"] - 1)) + 1)
                self._code.update(dict.fromkeys(lines, fenced))
                inside, content = (where if fenced else None), ""
            elif kind == "End" and value == "CodeBlock" and inside is not None:
                self._fenced(inside, content)
                inside = None
            elif kind == "Text" and inside is not None:
                content += value

    def _fenced(self, where: dict[str, int], content: str) -> None:
        """Closed, if there is a line more than the opening one and the content's."""
        source = self.text.source(where)
        if _lines(source) - _lines(content) < 2:
            sign = source[: len(source) - len(source.lstrip(source[0]))]
            self._error(
                self.text.at(where["start"]),
                "open-code",
                "this code block never closes, so all that follows would be shown as code",
                f'write "{sign}" on a line of its own below the code',
                len(sign),
            )

    def _html(self, where: dict[str, int], divided: bool) -> None:
        source = self.text.source(where)
        for pattern, closing, name in _NEVER_CLOSED:
            if found := pattern.match(source):
                word = found[1].lower() if found.groups() else ""
                if closing.format(word) not in source[found.end() :].lower():
                    self._error(
                        self.text.at(where["start"]),
                        "open-html",
                        f"this {name.format(word)} never closes, so it would swallow what follows",
                        f"close it with {closing.format(word)}, or write Markdown instead",
                        len(found[0].strip()),
                    )
                break
        if not divided:
            return
        for match in _HEADING_LINES.finditer(source):
            at = self.text.at(where["start"] + len(source[: match.start()].encode()))
            self._error(
                at,
                "heading-in-html",
                "raw HTML swallows this heading, and with it the section's mark",
                "leave an empty line above the heading, or close the HTML first",
                2,
            )

    # ---- lines

    def _lines(self) -> None:
        """What no event shows: lines that would have been a fence or a heading."""
        for index, line in enumerate(self.text.text.split("\n")):
            fenced = self._code.get(index)
            if fenced:
                continue
            if ":::" in line and (found := _LIKE_FENCE.match(line)):
                self._error(
                    self.text.place(index, found.end() - 3),
                    "unknown-fence",
                    f"this looks like a fence and is none, {_NOTHING_HIDDEN}",
                    'begin the line with ":::" at the left margin, outside lists and quotes',
                    len(line) - found.end() + 3,
                )
            if "##" in line and fenced is None and (found := _GLUED.match(line)):
                self._error(
                    self.text.place(index, line.index("##")),
                    "glued-heading",
                    'there is no blank after "##", so this is no heading and begins no section',
                    'write "## Notes" with a blank; or "\\##" for the two signs themselves',
                    2,
                )


def _lines(text: str) -> int:
    return text.count("\n") + (not text.endswith("\n") and text != "")

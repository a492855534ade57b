"""The house's folder (`theme.custom_dir`) -> what it adds to our pages: colours, icon, logo, templates.

Nothing in it stops a build: what can't be used is left out, and a warning says so. A colour that CSS
knows and we don't (`color-mix()`) is left to the browser, without a word.
"""

from __future__ import annotations

import io
import re
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.parsers import expat

from portalgen import tokens
from portalgen.colour import Colour, NoColour, contrast, nearest, parse
from portalgen.problems import Address, Problem
from portalgen.settings import Colours, House, Logo
from portalgen.tokens import Scheme, Token

STYLE = "brand.css"
ICON = "icon.svg"
TEMPLATES = "portalgen"
"""The folder, below the house's, of the templates that stand in for ours."""
_COLOURS = {
    "brand": "brand",
    "on-brand": "on_brand",
    "brand-dark": "brand_dark",
    "on-brand-dark": "on_brand_dark",
}
_LARGEST = 1_000_000
"""Of a logo or an icon, in bytes."""
_MOST_PIXELS = 20_000_000
_SVG = "http://www.w3.org/2000/svg svg"
_SCRIPTS = frozenset(("script", "foreignobject", "iframe", "embed", "object"))
_REFERENCE = re.compile(r"url\(\s*['\"]?(?!#|data:image/)|@import", re.IGNORECASE)
_LENGTH = re.compile(r"\s*(\d+(?:\.\d+)?)(?:px)?\s*")


def colours_of(house: House) -> Colours:
    """The house's colours; ours where it sets none that we can read."""
    known = tokens.in_force(tokens.read(house.css), "light")
    found = {}
    for name, field in _COLOURS.items():
        text = tokens.resolved(name, known)
        try:
            colour = parse(text) if text is not None else None
        except NoColour:
            continue  # `contrast` warns of it
        if colour is not None:
            found[field] = str(colour)
    return Colours(**found)


def is_of_house(path: Path, brand: Path | None, logo: Path | None) -> bool:
    """Whether a path is one of the files that `read_house` reads, or a folder that they lie in."""
    if logo is not None:
        # A file of that name elsewhere, or a folder with one in it, may be what MkDocs finds first.
        inside = brand is not None and brand in logo.parents
        parts = logo.relative_to(brand).parts if brand is not None and inside else (logo.name,)
        if path.name in parts or path in logo.parents:
            return True
    if brand is None:
        return False
    folder = brand / TEMPLATES
    return path in (brand / STYLE, brand / ICON, brand, folder, *brand.parents) or folder in path.parents


def read_house(brand: Path | None, logo: Path | None, shown: Callable[[Path], str], at: Address) -> House:
    """Read what there is. `shown` writes a path as messages do; `at` is where the settings name the logo."""
    found: list[Problem] = []

    @contextmanager
    def reading(path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            message = f"this file can't be read: {error.strerror}"
            hint = "pages are made without it until it can"
            found.append(Problem(Address(shown(path)), "warning", "brand-file", message, hint=hint))

    css, drawn, made = "", b"", None
    templates: list[tuple[str, str]] = []
    if logo is not None:
        with reading(logo):
            made = _logo(logo, at, shown(logo), found)
    if brand is None:
        return House(logo=made, problems=tuple(found))
    style, icon, folder = brand / STYLE, brand / ICON, brand / TEMPLATES
    with reading(style):
        css = _text(style) if style.is_file() else ""
    with reading(icon):
        drawn = _icon(icon, shown(icon), found) if icon.is_file() else b""
    for path in sorted(folder.rglob("*.html")):
        with reading(path):
            if path.is_file():
                templates.append((path.relative_to(folder).as_posix(), _text(path)))
    return House(
        folder=shown(brand),
        css=css,
        icon=drawn,
        logo=made,
        templates=tuple(templates),
        problems=tuple(found),
    )


def _text(path: Path) -> str:
    return path.read_text("utf-8-sig", errors="replace")


# ---- colours --------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Pair:
    """A text (or a mark) on a ground, by their tokens, as our styles have them.

    `least` is the contrast that WCAG 2.2 wants: 4.5 of texts (1.4.3), 3 of what is no text (1.4.11).
    """

    text: str
    ground: str
    what: str
    least: float = 4.5


PAIRS = (
    *(Pair("ink", ground, "text needs") for ground in ("paper", "tint", "came", "went")),
    *(Pair("soft", ground, "quiet text needs") for ground in ("paper", "tint")),
    *(Pair("accent", ground, "links need") for ground in ("paper", "tint")),
    Pair("on-accent", "accent", "text on buttons needs"),
    Pair("on-brand", "brand", "text on plates needs"),
    *(Pair(state, ground, "states need") for state in ("ok", "risk", "off") for ground in ("paper", "tint")),
    *(Pair("edge", ground, "edges of fields need", 3) for ground in ("paper", "tint")),
    Pair("ok", "came", "marks of new words need", 3),
    Pair("off", "went", "marks of old words need", 3),
)
_ORDER = (
    *("paper", "tint", "came", "went", "ink", "soft", "edge", "ok", "risk", "off"),
    *("brand", "accent", "on-brand", "on-accent"),
)
"""Grounds first: what is proposed for one holds when a colour for what stands on it is looked for."""


def contrast_of(house: House, own: str) -> tuple[Problem, ...]:
    """A warning for each colour of `brand.css` that can't be read on its ground, with the nearest that can.

    `own` is our own sheet of tokens. Of two colours that are both the house's the text is asked to
    change. Who follows all that is proposed has no warning left.
    """
    theirs = tokens.read(house.css)
    if not theirs:
        return ()
    ours = tokens.read(own)
    path = f"{house.folder}/{STYLE}"
    light = _Scheme("light", ours, theirs)
    dark = _Scheme("dark", ours, theirs, light)
    found = [_told(one, light, dark, path) for one in (*light.failed, *dark.failed)]
    return tuple(dict.fromkeys([*_no_colours(ours, theirs, path), *found]))


@dataclass(frozen=True, slots=True)
class _Failed:
    """A pair that can't be read: the house's colour in it, and the one that it meets.

    `fresh`: it could be read as it is, but not with what is proposed for the other one.
    """

    scheme: Scheme
    pair: Pair
    leaf: Token
    is_text: bool
    mine: Colour
    partner: Token
    met: Colour
    fresh: bool


class _Scheme:
    """The colours of one scheme: `failed` are the pairs that can't be read, `proposed` the colours that
    could, by the token that should change (None: there is none).

    `before` is the scheme whose values may hold here, too; what is proposed there is taken for done.
    """

    def __init__(
        self, name: Scheme, ours: Iterable[Token], theirs: Iterable[Token], before: _Scheme | None = None
    ) -> None:
        self.name = name
        self.failed: list[_Failed] = []
        self.proposed: dict[str, Colour | None] = {}
        self._theirs = frozenset(map(id, theirs))
        self._before = before
        self.leaves: dict[str, Token] = {}
        self._given: dict[str, Colour] = {}
        known = tokens.in_force((*ours, *theirs), name)
        for role in _ORDER:
            value, leaf = tokens.resolved(role, known), tokens.origin(role, known)
            with suppress(NoColour):
                colour = parse(value) if value is not None else None
                if colour is not None and leaf is not None:
                    self._given[role], self.leaves[role] = colour, leaf
        self.colours = dict(self._given)
        for leaf in dict.fromkeys(self.leaves.values()):
            if before is not None and self.shares(leaf) and (made := before.proposed.get(leaf.name)):
                self._change(leaf, made)
        self._look()

    def shares(self, leaf: Token) -> bool:
        """Whether the scheme before has the same declaration."""
        return self._before is not None and any(one is leaf for one in self._before.leaves.values())

    def _change(self, leaf: Token, colour: Colour) -> None:
        self.colours |= {role: colour for role, one in self.leaves.items() if one is leaf}

    def _look(self) -> None:
        blamed: dict[Token, dict[tuple[Token, Token], Pair]] = {}
        for pair in PAIRS:
            roles = (pair.text, pair.ground)
            if all(role in self.leaves for role in roles):
                both = (self.leaves[pair.text], self.leaves[pair.ground])
                mine = next((leaf for leaf in both if id(leaf) in self._theirs), None)
                if mine is not None:
                    blamed.setdefault(mine, {}).setdefault(both, pair)
        for leaf in dict.fromkeys(self.leaves.values()):
            pairs = list(blamed.get(leaf, {}).values())
            self.failed += [one for pair in pairs if (one := self._failed(pair, leaf)) is not None]
            if any(contrast(self.colours[p.text], self.colours[p.ground]) < p.least for p in pairs):
                made = self.proposed[leaf.name] = self._nearest(pairs, leaf)
                if made is not None:
                    self._change(leaf, made)

    def _nearest(self, pairs: Iterable[Pair], leaf: Token) -> Colour | None:
        needs = []
        for pair in pairs:
            mine, other = self._sides(pair, leaf)
            needs.append((self.colours[other], pair.least))
        return nearest(self._given[mine], needs)

    def _sides(self, pair: Pair, leaf: Token) -> tuple[str, str]:
        """The role of this declaration in a pair, and the other one."""
        is_text = self.leaves[pair.text] is leaf
        return (pair.text, pair.ground) if is_text else (pair.ground, pair.text)

    def _failed(self, pair: Pair, leaf: Token) -> _Failed | None:
        mine, other = self._sides(pair, leaf)
        colour = self._given[mine]
        fails = contrast(colour, self._given[other]) < pair.least
        if fails and self.shares(leaf) and self.shares(self.leaves[other]):
            return None  # told of already
        if not fails and contrast(colour, self.colours[other]) >= pair.least:
            return None
        met = self._given[other] if fails else self.colours[other]
        is_text = mine == pair.text
        return _Failed(self.name, pair, leaf, is_text, colour, self.leaves[other], met, not fails)


def _told(one: _Failed, light: _Scheme, dark: _Scheme, path: str) -> Problem:
    # Cut off, so that 4.49 is not told as 4.5.
    reached = int(contrast(one.mine, one.met) * 10) / 10
    which = f"the proposed {one.partner.name}" if one.fresh else one.partner.name
    message = (
        f"{one.leaf.value} {'on' if one.is_text else 'under'} {which} {one.met}"
        f"{' in dark' if one.scheme == 'dark' else ''} reaches {reached:g}:1, "
        f"{one.pair.what} {one.pair.least:g}:1"
    )
    return _warning("brand-contrast", one.leaf, path, message, _hint(one, light, dark))


def _hint(one: _Failed, light: _Scheme, dark: _Scheme) -> str:
    name, own = one.leaf.name, light if one.scheme == "light" else dark
    shared = dark.shares(one.leaf)
    found = own.proposed.get(name) or (light.proposed.get(name) if shared else None)
    if found is not None:
        hint = f"the nearest that does is {found}"
    elif name in own.proposed:
        hint = "no shade of it does; choose another colour for what it stands with"
    else:
        role = one.pair.ground if one.is_text else one.pair.text
        hint = f"it does with the proposed {one.partner.name}, {own.colours[role]}"
    for_dark = dark.proposed.get(name) if shared else None
    if for_dark is None:
        return hint
    rule = f"@media (prefers-color-scheme: dark) {{ :root {{ --{name}: {for_dark} }} }}"
    return f"{hint}; for dark alone: {rule}" if own is dark else f"{hint}; and for dark: {rule}"


def _no_colours(ours: Iterable[Token], theirs: Iterable[Token], path: str) -> Iterator[Problem]:
    """The house's values for tokens of ours that are colours, which are none."""
    colours = {one.name for one in ours if one.value.startswith("#")} | {"accent", "on-accent"}
    for one in theirs:
        if one.name not in colours:
            continue
        try:
            parse(one.value)
        except NoColour:
            message = f"{one.value} is no colour" if one.value else "there is no colour here"
            hint = "write one like #0b5468, rgb(11 84 104) or hsl(193 81% 22.5%)"
            yield _warning("brand-colour", one, path, message, hint)


def _warning(code: str, at: Token, path: str, message: str, hint: str) -> Problem:
    field = f"--{at.name}"
    return Problem(Address(path, at.line, at.column), "warning", code, message, field, hint, width=len(field))


# ---- logo and icon -------------------------------------------------------------------------------------


def _logo(path: Path, at: Address, name: str, found: list[Problem]) -> Logo | None:
    """The logo, or None with a warning where it is no file to show."""

    def warn(message: str, hint: str) -> None:
        found.append(Problem(at, "warning", "brand-logo", message, "theme.logo", hint))

    kind = path.suffix.lower()
    if not path.is_file():
        hint = "write its path below docs_dir or the theme's custom_dir"
        warn(f'there is no file "{name}", and portals show no logo', hint)
        return None
    if kind not in (".svg", ".png") or path.stat().st_size > _LARGEST:
        warn(f'portals can\'t show "{name}" as the logo', "save it as SVG or PNG, of less than 1 MB")
        return None
    data = path.read_bytes()
    if kind == ".png":
        logo = _picture(data)
        if logo is None:
            warn(f'"{name}" is no PNG, and portals show no logo', "save it as PNG again")
        return logo
    drawing = _Drawing(data)
    if drawing.wrong:
        warn(f'"{name}" {drawing.wrong}, and portals show no logo', "save it as plain SVG")
        return None
    across, down = drawing.size
    return Logo(name="logo.svg", data=drawing.data, width=across, height=down)


def _icon(path: Path, name: str, found: list[Problem]) -> bytes:
    """The icon, or nothing with a warning where it is no file to show."""
    if path.stat().st_size > _LARGEST:
        wrong = "has more than 1 MB"
    else:
        drawing = _Drawing(path.read_bytes())
        if not drawing.wrong:
            return drawing.data
        wrong = drawing.wrong
    message = f"this icon {wrong}, and portals show portalgen's own"
    found.append(Problem(Address(name), "warning", "brand-icon", message, hint="save it as plain SVG"))
    return b""


def _picture(data: bytes) -> Logo | None:
    """The pixels of a PNG, without what its maker's programs wrote beside them; None for no PNG."""
    from PIL import Image, ImageOps  # not for every command: few houses have one

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is the lower limit
            with Image.open(io.BytesIO(data), formats=("PNG",)) as image:
                if image.width * image.height > _MOST_PIXELS:
                    return None
                pixels = ImageOps.exif_transpose(image)
                pixels.info = {key: one for key, one in image.info.items() if key == "transparency"}
                buffer = io.BytesIO()
                pixels.save(buffer, "PNG")
    except Exception:  # broken files raise whatever their decoder stumbles over
        return None
    return Logo(name="logo.png", data=buffer.getvalue(), width=pixels.width, height=pixels.height)


class _Drawing:
    """An SVG file as far as it matters: what speaks against it, or `""`, its size, and its bytes, in
    which no comment is left.

    Browsers run no script of an image and load nothing for it; a file that tries is refused all the
    same, since somebody may open its address.
    """

    def __init__(self, data: bytes) -> None:
        self.wrong = ""
        self.size: tuple[int | None, int | None] = (None, None)
        self._root = True
        self._style = False
        comments: list[int] = []
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.StartElementHandler = self._begin
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text
        parser.EntityDeclHandler = self._entity
        parser.ProcessingInstructionHandler = self._instruction
        parser.CommentHandler = lambda _text: comments.append(parser.CurrentByteIndex)
        parser.buffer_text = True
        try:
            parser.Parse(data, True)
        except (expat.ExpatError, ValueError, LookupError):  # the latter of encodings
            self.wrong = self.wrong or "can't be read as SVG"
        for begin in reversed(comments):
            if data.startswith(b"<!--", begin):  # an encoding may write it otherwise
                data = data[:begin] + data[data.index(b"-->", begin) + 3 :]
        self.data = data

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        element = name.rpartition(" ")[2].lower()
        if self._root:
            self._root = False
            self.size = _size(attributes)
            if name != _SVG:
                self.wrong = "is no SVG"
        self._style = element == "style"
        if element in _SCRIPTS:
            self.wrong = "holds a script"
        for key, value in attributes.items():
            word = key.rpartition(" ")[2].lower()
            animated = value.strip().rpartition(":")[2].lower() if word == "attributename" else ""
            if word.startswith("on") or animated.startswith("on") or animated in ("href", "src"):
                self.wrong = "holds a script"
            elif (word in ("href", "src") and not value.strip().startswith(("#", "data:image/"))) or (
                _REFERENCE.search(value)
            ):
                self.wrong = self.wrong or "shows or links to another file"

    def _end(self, _name: str) -> None:
        self._style = False

    def _text(self, text: str) -> None:
        if self._style and _REFERENCE.search(text):
            self.wrong = self.wrong or "shows or links to another file"

    def _instruction(self, target: str, _text: str) -> None:
        if target.lower() == "xml-stylesheet":
            self.wrong = self.wrong or "shows or links to another file"

    def _entity(self, *_: Any) -> None:
        self.wrong = self.wrong or "declares entities"


def _size(attributes: dict[str, str]) -> tuple[int | None, int | None]:
    """Width and height as written, else those of the view box."""
    written = [_LENGTH.fullmatch(attributes.get(name, "")) for name in ("width", "height")]
    sizes = [float(one[1]) for one in written if one]
    if len(sizes) < 2:
        box = re.split(r"[\s,]+", attributes.get("viewBox", "").strip())
        lengths = [_LENGTH.fullmatch(part) for part in box[2:]] if len(box) == 4 else []
        sizes = [float(one[1]) for one in lengths if one]
    if len(sizes) < 2 or not all(0 < size < 1e6 for size in sizes):
        return None, None
    width, height = sizes
    return max(1, round(width)), max(1, round(height))

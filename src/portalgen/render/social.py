"""The cards that other sites show when somebody passes on a link: a picture of 1200 by 630 pixels.

Owns what stands on a card (`face`, `site_face`) and how it is drawn (`draw`). A card is made of a
`CaseStudyView` alone, and of the image that this view holds: nobody can read a picture as text to look
for what must not be on it, so nothing may come to it by another way. An anonymised case has a plain
ground and its descriptor, since that is all that its view has.

The same face and image give the same bytes, on every machine with one version of Pillow: the font is
ours, it is laid out without the system's libraries, and a text with letters that it does not have is
left out. It has Latin, Greek and Cyrillic (Source Serif 4, SIL Open Font License, `static/fonts`).
"""

from __future__ import annotations

import hashlib
import io
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps

from portalgen.render import images
from portalgen.render.environment import locale_of, say
from portalgen.render.results import headline
from portalgen.settings import Colours
from portalgen.views import CaseStudyView, FileRef

NAME = "card.jpg"
SITE = f"assets/portalgen/{NAME}"
SIZE = (1200, 630)
TYPE = "image/jpeg"

_FONT = Path(__file__).parent / "static/fonts/source-serif-4.ttf"
_EDGE = 64
_SPLIT = 744
"""Where the image begins, on a card that has one."""
_WRITTEN = {
    **dict.fromkeys(map(ord, "\u00a0\u2007\u2009\u202f\n\t"), " "),
    **dict.fromkeys(map(ord, "\u2010\u2011"), "-"),
    0xAD: "",
}
"""How signs are written that the font may lack."""
_LONGEST = 300
"""Characters of a text: more than a card has room for."""
_PICTURES = ("So", "Sk", "Cf")
"""Categories of Unicode whose signs may be missing: pictures, and what joins them."""
_QUIET = 0.78
_MOST_LINES = 3
_TITLES = (66, 60, 54, 48, 44, 40, 36, 32)
_NUMBERS = (190, 170, 150, 130, 110, 92, 76, 64)

Colour = tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Face:
    """What stands on a card: texts as they are shown, `""` where there is none, and two colours.

    `name` is what the number counts and when, `image` the picture of the case, drawn from its bytes.
    """

    agency: str
    client: str
    title: str
    number: str
    name: str
    ground: str
    ink: str
    image: FileRef | None = None

    @property
    def key(self) -> str:
        """A name for what is drawn: another face, or another image, has another.

        The same bytes under a name of another kind are published as another image.
        """
        image = f"{self.image.sha256} {images.kind_of(self.image.path)}" if self.image else ""
        said = (self.agency, self.client, self.title, self.number, self.name, self.ground, self.ink, image)
        return hashlib.sha256("\0".join(said).encode()).hexdigest()


def face(case: CaseStudyView, agency: str, language: str, colours: Colours) -> Face:
    """What the card of a case shows; `language` is the site's."""
    number, name = _figure(case, language)
    shown = case.image.file if case.image and images.kind_of(case.image.file.path) else None
    return Face(
        agency=agency,
        client=case.client,
        title=case.title,
        number=number,
        name=name,
        ground=colours.brand,
        ink=colours.on_brand,
        image=shown,
    )


def site_face(agency: str, language: str, colours: Colours) -> Face:
    """What the card of the gallery and of the agency's own pages shows."""
    t = say(language)
    return Face(
        agency="",
        client=t("Case studies"),
        title=agency,
        number="",
        name=t("What changed for the people who hired us, over which time, and how we know."),
        ground=colours.brand,
        ink=colours.on_brand,
    )


def said_of(case: CaseStudyView, language: str) -> str:
    """What the card of a case says, for those who do not see it."""
    figure = " ".join(_figure(case, language)).strip()
    return ". ".join(text for text in (case.client, case.title, figure) if text)


def said_of_site(agency: str, language: str) -> str:
    """What the agency's own card says."""
    return say(language)("Case studies of {agency}", agency=agency)


def _figure(case: CaseStudyView, language: str) -> tuple[str, str]:
    """The number of a case, and what it counts and when; two times `""` where there is none."""
    figure = headline(case, locale_of(language))
    if figure is None:
        return "", ""
    return figure.number, ", ".join(text for text in (figure.name, figure.period) if text)


def draw(face: Face, image: bytes | None = None) -> bytes:
    """The card as a JPEG. `image` are the bytes of `face.image`; None, or what can't be read, is left out."""
    ground, ink = _colour(face.ground), _colour(face.ink)
    card = Image.new("RGB", SIZE, ground)
    picture = _fitted(image, (SIZE[0] - _SPLIT, SIZE[1]), ground) if face.image and image else None
    if picture:
        card.paste(picture, (_SPLIT, 0))
    width = (_SPLIT if picture else SIZE[0]) - 2 * _EDGE
    _write(ImageDraw.Draw(card), face, width, ink, _mixed(ink, ground, _QUIET))
    buffer = io.BytesIO()
    card.save(buffer, "JPEG", quality=88, subsampling=0, optimize=True)
    return buffer.getvalue()


# ---- text -----------------------------------------------------------------------------------------


def _write(pen: ImageDraw.ImageDraw, face: Face, width: int, ink: Colour, quiet: Colour) -> None:
    """The agency above; the client and the title below it; the number, and what it counts, at the foot."""
    agency, client, title, number, name = map(
        shown, (face.agency, face.client, face.title, face.number, face.name)
    )
    if face.name and not name:
        number = ""  # a number says nothing without what it counts
    top = _EDGE - 10
    if agency:
        font, lines = _lines(agency, width, (30, 26, 22), most=1)
        top = _put(pen, lines, font, top, ink) + 10
        pen.line([(_EDGE, top), (_EDGE + width, top)], fill=quiet, width=1)
        top += 22
    if client:
        font, lines = _lines(client, width, (30, 28, 26), most=1)
        top = _put(pen, lines, font, top, quiet) + 4
    foot = SIZE[1] - _EDGE + 12
    if name:
        font, lines = _lines(name, width, (30, 28, 26) if number else (36, 32, 28), most=2)
        foot -= _height(font) * len(lines)
        _put(pen, lines, font, foot, quiet)
    if number:
        long = len(_broken(title, width, _font(48))) > _MOST_LINES
        font, lines = _lines(number, width, _NUMBERS[2 if long else 0 :], most=1)
        if len(_broken(number, width, font)) > 1:  # a unit of several words
            font, lines = _lines(number, width, _NUMBERS[-2:], most=2)
        for line in reversed(lines):
            # Their own height, not their line's: digits have nothing below the line that they stand on.
            _, above, _, below = font.getbbox(line)
            foot -= int(below - above) + 18
            pen.text((_EDGE - round(font.size * 0.03), foot - above), line, font=font, fill=ink)
    if title:
        sizes = _TITLES if number else (92, 76, *_TITLES)
        font, lines = _lines(title, width, sizes, most=_MOST_LINES, room=foot - 20 - top)
        _put(pen, lines, font, top, ink)


def _put(
    pen: ImageDraw.ImageDraw, lines: list[str], font: ImageFont.FreeTypeFont, y: int, ink: Colour
) -> int:
    """Write lines from `y` on; returns where they end."""
    for line in lines:
        pen.text((_EDGE, y), line, font=font, fill=ink)
        y += _height(font)
    return y


def _lines(
    text: str, width: int, sizes: tuple[int, ...], *, most: int, room: int = SIZE[1]
) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The first size in which a text fits in a few lines, with these; in the last one it is cut short."""
    for size in sizes:
        font = _font(size)
        lines = _broken(text, width, font)
        if len(lines) <= most and len(lines) * _height(font) <= room:
            return font, _balanced(text, width, font, len(lines))
    most = max(1, min(most, room // _height(font)))
    if len(lines) > most:
        lines = [*lines[: most - 1], _cut(" ".join(lines[most - 1 :]), width, font)]
    return font, lines


def _broken(text: str, width: int, font: ImageFont.FreeTypeFont) -> list[str]:
    """A text in lines; a word that is wider than a line is broken wherever it must be."""
    lines = [""]
    for word in text.split():
        both = f"{lines[-1]} {word}".lstrip()
        if font.getlength(both) <= width:
            lines[-1] = both
            continue
        lines.append(word)
        while font.getlength(lines[-1]) > width:
            whole = lines[-1]
            fits = next(
                (n for n, part in enumerate(accumulate(whole), 0) if font.getlength(part) > width), len(whole)
            )
            lines[-1:] = [whole[: max(1, fits)], whole[max(1, fits) :]]
    return [line for line in lines if line]


def _balanced(text: str, width: int, font: ImageFont.FreeTypeFont, count: int) -> list[str]:
    """As many lines, about equally long: no word alone on the last one."""
    lines = _broken(text, width, font)
    for narrower in range(width, width // 2, -12) if count > 1 else ():
        tried = _broken(text, narrower, font)
        if len(tried) > count or any(font.getlength(word) > narrower for word in text.split()):
            break
        lines = tried
    return lines


def _cut(text: str, width: int, font: ImageFont.FreeTypeFont) -> str:
    while text and font.getlength(f"{text}…") > width:
        text = text[:-1].rstrip(" ,.;:")
    return f"{text}…"


def _height(font: ImageFont.FreeTypeFont) -> int:
    return round(font.size * 1.18)


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    # Pillow's other layout loads libraries that a machine has or has not.
    return ImageFont.truetype(str(_FONT), size, layout_engine=ImageFont.Layout.BASIC)


def shown(text: str) -> str:
    """The text as the font can write it, without pictures among its letters; `""` where it can't.

    One that is too long for any card is cut short: laying out takes a time that grows with its square.
    """
    signs = unicodedata.normalize("NFC", text).translate(_WRITTEN).replace("\ufe0f", "")
    kept = "".join(sign for sign in signs if _has(sign) or unicodedata.category(sign) not in _PICTURES)
    if not all(map(_has, kept)):
        return ""
    text = " ".join(kept.split())
    if len(text) <= _LONGEST:
        return text
    return (text[:_LONGEST].rpartition(" ")[0] or text[:_LONGEST]) + "…"


@lru_cache(maxsize=4096)
def _has(sign: str) -> bool:
    """Whether the font has a sign; where it has none, it draws what it draws for no character."""
    font = _font(40)
    return sign == " " or bytes(font.getmask(sign)) != bytes(font.getmask("\uffff"))


# ---- picture and colours --------------------------------------------------------------------------


def _fitted(data: bytes, size: tuple[int, int], ground: Colour) -> Image.Image | None:
    """The picture, cut to a size around its middle."""
    try:
        with Image.open(io.BytesIO(data)) as image:
            image.draft("RGB", (size[0] * 2, size[1] * 2))  # a large photograph is read smaller at once
            whole = ImageOps.fit(image.convert("RGBA"), size, Image.Resampling.LANCZOS)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError):
        return None
    paper = Image.new("RGBA", size, (*ground, 255))
    return Image.alpha_composite(paper, whole).convert("RGB")


def _colour(text: str) -> Colour:
    red, green, blue = bytes.fromhex(text.removeprefix("#"))
    return red, green, blue


def _mixed(one: Colour, other: Colour, share: float) -> Colour:
    red, green, blue = (round(a * share + b * (1 - share)) for a, b in zip(one, other, strict=True))
    return red, green, blue

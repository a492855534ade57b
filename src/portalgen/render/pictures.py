"""How a page shows an image: with its size, so that nothing moves when it comes, and in copies that suit.

Owns the markup of every image of an account, and the addresses of the copies. What an image is like
(`Shape`) follows from its content alone, so no view holds it: a page asks for it by the file.

A copy lies in `images/` beside `files/`, under a name made of the content: no file of an account can
have that place, and none is told apart by a name that another has.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import quote

from markupsafe import Markup

from portalgen.views import FileRef, Prose, images_of

FOLDER = "images"


class Copy(NamedTuple):
    """A copy of an image: how wide it is, in pixels, and in which format, as a file's name ends."""

    width: int
    suffix: str


@dataclass(frozen=True, slots=True)
class Shape:
    """What pages need to know of an image: its size in pixels, upright, and the copies that there are.

    `copies` are those that a browser may choose from, the better format first, each from small to wide.
    `plain` is what is shown where it knows none of their formats; None: the file itself, which is no
    wider than a page needs. `name` begins the copies' names.
    """

    name: str
    width: int
    height: int
    copies: tuple[Copy, ...] = ()
    plain: Copy | None = None

    def url(self, copy: Copy) -> str:
        """A copy's address below the unit."""
        return f"{FOLDER}/{self.name}-{copy.width}.{copy.suffix}"

    @property
    def all(self) -> tuple[Copy, ...]:
        """Every copy that is published."""
        return self.copies if self.plain is None else (*self.copies, self.plain)

    def dump(self) -> bytes:
        """What `load` reads."""
        return json.dumps([self.name, self.width, self.height, self.copies, self.plain]).encode()

    @classmethod
    def load(cls, data: bytes) -> Shape:
        """The shape that was dumped."""
        name, width, height, copies, plain = json.loads(data)
        return cls(name, width, height, tuple(Copy(*one) for one in copies), plain and Copy(*plain))


Look = Callable[[FileRef], Shape | None]
"""An image's shape; None where it can't be told."""


def no_shape(file: FileRef) -> Shape | None:  # noqa: ARG001
    """For pages whose images nobody has looked at."""
    return None


class Pictures:
    """Writes the images of pages. `column` is how wide the column of text is, as `sizes` has it."""

    def __init__(self, look: Look = no_shape, column: str = "100vw") -> None:
        self.look = look
        self.column = column

    def made_from(self, prose: Prose) -> list[object]:
        """What the images in a text are made from besides the text; nothing for one without images."""
        shapes = [(file, self.look(file)) for file in sorted(images_of(prose), key=lambda file: file.url)]
        return (
            [self.column, *((file.url, shape and shape.dump()) for file, shape in shapes)] if shapes else []
        )

    def img(
        self,
        file: FileRef,
        alt: str,
        *,
        root: str = "",
        sizes: str = "",
        css: str = "",
        title: str = "",
        lang: str = "",
        first: bool = False,
        within: tuple[int, int] | None = None,
    ) -> Markup:
        """An image on a page from which `root` leads to where `files/` lies.

        `sizes` is how wide it is shown (the column's width, unless said), `first` marks what a reader
        sees at once. `within` is a box of pixels that a logo is shown in: its size is made to fit.
        """
        shape = self.look(file)
        source, formats = f"{root}{quote(file.url)}", dict[str, list[str]]()
        said: dict[str, str | int] = {"class": css, "src": source}
        if shape is not None:
            said["width"], said["height"] = _fitting(shape.width, shape.height, within)
            if shape.plain:
                said["src"] = f"{root}{shape.url(shape.plain)}"
            for copy in shape.copies:
                formats.setdefault(copy.suffix, []).append(f"{root}{shape.url(copy)} {copy.width}w")
        said |= {"title": title, "lang": lang}
        if first:
            said |= {"fetchpriority": "high", "decoding": "async"}
        else:
            said |= {"loading": "lazy", "decoding": "async"}
        html = _tag("img", {"src": said["src"], "alt": alt, **{k: v for k, v in said.items() if v != ""}})
        if not formats:
            return html
        sources = (
            _tag(
                "source",
                {"type": f"image/{kind}", "srcset": ", ".join(srcset), "sizes": sizes or self.column},
            )
            for kind, srcset in formats.items()
        )
        return Markup("<picture>{}{}</picture>").format(Markup("").join(sources), html)


PLAIN = Pictures()
"""Writes images as they are."""


def _tag(name: str, attributes: Mapping[str, str | int]) -> Markup:
    said = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in attributes.items())
    return Markup("<{}{}>").format(name, said)


def _fitting(width: int, height: int, within: tuple[int, int] | None) -> tuple[int, int]:
    if within is None:
        return width, height
    scale = min(1.0, within[0] / width, within[1] / height)
    return max(1, round(width * scale)), max(1, round(height * scale))

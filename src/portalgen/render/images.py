"""Files on their way out: raster images re-encoded without metadata, all else as it is.

What a camera or an editor wrote into an image (place, names, comments) must not go out with it, so
only pixels, frames and their times are taken over. The same bytes give the same bytes on one version
of Pillow, whatever the machine has of processors.

Of an image that pages show there are also copies (`pictures.Shape`): narrower ones in AVIF and WebP,
and one in its own format where it is wider than any page. Never one that is wider than the image, and
no format that saves no bytes. A moving image has none: each would be a film that is encoded anew.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, ImageOps, ImageSequence

from portalgen.render.pictures import Copy, Shape

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WEBP"}
_MODES = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA"), "JPEG": ("L", "RGB"), "GIF": ("L", "P", "RGB")}
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "WEBP": {"quality": 88, "method": 4},
}
_WIDTHS = (480, 960, 1600)
"""Of the copies: a phone, a phone with a fine screen or a small window, a column of text on a fine screen."""
_WIDEST = 2000
"""Of what is shown where a browser knows none of the better formats."""
_HIGHEST = 16_383
"""What WebP can hold."""
_SEVERAL = 480
"""An image no wider than this (a logo, an icon) is small as it is."""
_COPIES: dict[str, dict[str, Any]] = {
    # One thread: how the work is cut up among several decides the bytes. Speed 7 takes a tenth of a second
    # for a million pixels of a photograph. At 50 it is as near to the image as WebP at 80.
    "avif": {"quality": 50, "speed": 7, "max_threads": 1, "codec": "aom", "autotiling": False},
    "webp": {"quality": 80, "method": 4},
}
"""The formats of copies, the better one first."""
_MOST_PIXELS = 60_000_000
_UNREADABLE = "this is no image that can be read; save it again as PNG or JPEG"
_TOO_LARGE = "this image has more than 60 million pixels; save it smaller"


class _TooLarge(Exception):
    """More pixels than are decoded for anyone: of one picture, or of all frames together."""


def kind_of(path: str) -> str:
    """How a file goes out: the format that an image is written in, or `""` for what goes as it is."""
    return _FORMATS.get(PurePosixPath(path).suffix.lower(), "")


def publishable(data: bytes, path: str) -> bytes:
    """The bytes to publish. Raises `ValueError` with a sentence for an image that cannot be read."""
    wanted = kind_of(path)
    if not wanted:
        return data
    with _opened(data) as image:
        return _moving(image, wanted) or _saved(_upright(image, wanted), wanted)


@dataclass(frozen=True, slots=True)
class Made:
    """An image as pages show it: whole, and in copies."""

    shape: Shape
    whole: bytes
    copies: Mapping[Copy, bytes]


def made(data: bytes, path: str, name: str) -> Made:
    """An image with its copies, whose names begin with `name`. `path` must be an image's (`kind_of`).

    Raises `ValueError` with a sentence for one that cannot be read.
    """
    wanted = kind_of(path)
    with _opened(data) as image:
        if moving := _moving(image, wanted):
            return Made(Shape(name, image.width, image.height), moving, {})
        upright = _upright(image, wanted)
        whole = _saved(upright, wanted)
        copies = _copies(upright, wanted, whole)
        return Made(_shape(name, upright.size, copies), whole, copies)


def found(whole: bytes, name: str, copies: Mapping[Copy, bytes]) -> Made:
    """What `made` once gave, of which these were found. Raises `ValueError`."""
    with _opened(whole) as image:
        return Made(_shape(name, image.size, copies), whole, copies)


def _shape(name: str, size: tuple[int, int], copies: Iterable[Copy]) -> Shape:
    formats = list(_COPIES)
    offered = sorted(
        (one for one in copies if one.width != _WIDEST),
        key=lambda one: (formats.index(one.suffix), one.width),
    )
    plain = next((one for one in copies if one.width == _WIDEST), None)
    return Shape(name, *size, tuple(offered), plain)


@contextmanager
def _opened(data: bytes) -> Iterator[Image.Image]:
    """The image that these bytes are; what goes wrong with it is a `ValueError` with a sentence."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is the lower limit
            with Image.open(io.BytesIO(data), formats=tuple(set(_FORMATS.values()))) as image:
                if image.width * image.height > _MOST_PIXELS:
                    raise _TooLarge
                yield image
    except (_TooLarge, Image.DecompressionBombError) as error:
        raise ValueError(_TOO_LARGE) from error
    except Exception as error:  # broken files raise whatever their decoder stumbles over
        raise ValueError(_UNREADABLE) from error


def _upright(image: Image.Image, wanted: str) -> Image.Image:
    return _clean(ImageOps.exif_transpose(image), wanted)


def _saved(image: Image.Image, wanted: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, wanted, **(options or _OPTIONS.get(wanted, {})))
    return buffer.getvalue()


def _copies(image: Image.Image, wanted: str, whole: bytes) -> dict[Copy, bytes]:
    """The copies of an image that goes out as `whole`."""
    widest = min(image.width, _WIDTHS[-1])
    # A step right below the widest would be a file more for hardly a byte less.
    widths = (*(width for width in _WIDTHS if width <= widest * 0.8), widest)
    if image.width <= _SEVERAL or _height(image, widest) > _HIGHEST:
        return {}
    full = image if image.mode == _full_mode(image) else image.convert(_full_mode(image))
    plain, copies = whole, dict[Copy, bytes]()
    if image.width > _WIDEST:
        full = _scaled(full, _WIDEST)
        smaller = _saved(full, wanted) if wanted in ("JPEG", "PNG", "WEBP") else whole
        if len(smaller) < len(whole):
            plain = copies[Copy(_WIDEST, wanted.lower().replace("jpeg", "jpg"))] = smaller
    scaled = [full if width == full.width else _scaled(full, width) for width in widths]
    best: dict[Copy, bytes] = {}
    for suffix, options in reversed(_COPIES.items()):
        if suffix == "avif" and wanted in ("PNG", "GIF") and full.mode != "L":
            options = {**options, "subsampling": "4:4:4"}  # drawings have coloured lines
        tried = {Copy(one.width, suffix): _saved(one, suffix.upper(), **options) for one in scaled}
        saves = all(len(data) < len(plain) for data in tried.values())
        if saves and (not best or _size(tried) < _size(best)):
            best |= tried
    return {**best, **copies}


def _size(copies: Mapping[Copy, bytes]) -> int:
    return sum(map(len, copies.values()))


def _full_mode(image: Image.Image) -> str:
    """The mode to scale in: palettes and single bits can't be."""
    if "A" in image.mode or "transparency" in image.info:
        return "RGBA"
    return "L" if image.mode in ("1", "L") else "RGB"


def _height(image: Image.Image, width: int) -> int:
    return max(1, round(image.height * width / image.width))


def _scaled(image: Image.Image, width: int) -> Image.Image:
    return image.resize((width, _height(image, width)), Image.Resampling.LANCZOS, reducing_gap=3.0)


def _moving(image: Image.Image, wanted: str) -> bytes:
    """A moving image, all frames of it; nothing for one that stands still."""
    count = getattr(image, "n_frames", 1)
    if wanted not in ("GIF", "WEBP") or count == 1:
        return b""
    if image.width * image.height * count > _MOST_PIXELS:
        raise _TooLarge
    times: list[int] = []
    frames = list(_frames(image, wanted, times))
    options = dict(_OPTIONS.get(wanted, {}))
    if image.info.get("loop") is not None:
        options["loop"] = int(image.info["loop"])
    return _saved(frames[0], wanted, save_all=True, append_images=frames[1:], duration=times, **options)


def _frames(image: Image.Image, wanted: str, times: list[int]) -> Iterator[Image.Image]:
    """The frames of a moving image, whole ones; how long each stands is added to `times`."""
    for frame in ImageSequence.Iterator(image):
        frame.load()  # WebP knows a frame's time only then
        times.append(int(frame.info.get("duration", 100)))
        yield _clean(frame.convert("RGBA") if wanted == "WEBP" else frame, wanted)


def _clean(image: Image.Image, wanted: str) -> Image.Image:
    """The pixels alone, in a mode that the format holds; of `info` only what is transparent is kept."""
    if image.mode.startswith("I") and wanted != "GIF":  # 16 bits a pixel would be cut off, not scaled
        image = image.convert("I").point(lambda value: value / 256).convert("L")
    if image.mode not in _MODES.get(wanted, ("RGB", "RGBA")):
        has_alpha = wanted != "JPEG" and ("A" in image.mode or "transparency" in image.info)
        image = image.convert("RGBA" if has_alpha else "RGB")
    pixels = Image.frombytes(image.mode, image.size, image.tobytes())
    if image.mode == "P" and (palette := image.getpalette()):
        pixels.putpalette(palette)
    if "transparency" in image.info and image.mode in ("P", "L", "RGB"):
        pixels.info["transparency"] = image.info["transparency"]
    return pixels

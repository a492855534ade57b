"""Files on their way out: raster images re-encoded without metadata, all else as it is.

What a camera or an editor wrote into an image (place, names, comments) must not go out with it, so
only pixels, frames and their times are taken over. The same bytes give the same bytes on one version
of Pillow.
"""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from PIL import Image, ImageOps, ImageSequence

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WEBP"}
_MODES = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA"), "JPEG": ("L", "RGB"), "GIF": ("L", "P", "RGB")}
_OPTIONS: dict[str, dict[str, Any]] = {
    "JPEG": {"quality": 88, "optimize": True},
    "WEBP": {"quality": 88, "method": 4},
}
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
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # ours is the lower limit
            with Image.open(io.BytesIO(data), formats=tuple(set(_FORMATS.values()))) as image:
                return _encoded(image, wanted)
    except (_TooLarge, Image.DecompressionBombError) as error:
        raise ValueError(_TOO_LARGE) from error
    except Exception as error:  # broken files raise whatever their decoder stumbles over
        raise ValueError(_UNREADABLE) from error


def _encoded(image: Image.Image, wanted: str) -> bytes:
    pixels = image.width * image.height
    if pixels > _MOST_PIXELS:
        raise _TooLarge
    moving = wanted in ("GIF", "WEBP") and getattr(image, "n_frames", 1) > 1
    options = dict(_OPTIONS.get(wanted, {}))
    buffer = io.BytesIO()
    if not moving:
        _clean(ImageOps.exif_transpose(image), wanted).save(buffer, wanted, **options)
        return buffer.getvalue()
    if pixels * getattr(image, "n_frames", 1) > _MOST_PIXELS:
        raise _TooLarge
    times: list[int] = []
    frames = list(_frames(image, wanted, times))
    if image.info.get("loop") is not None:
        options["loop"] = int(image.info["loop"])
    frames[0].save(buffer, wanted, save_all=True, append_images=frames[1:], duration=times, **options)
    return buffer.getvalue()


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

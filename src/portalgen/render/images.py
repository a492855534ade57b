"""Files on their way out: raster images re-encoded without metadata, all else as it is.

What a camera or an editor wrote into an image (place, names, comments) must not go out with it, so
only pixels are taken over. The same bytes give the same bytes on one version of Pillow.
"""

from __future__ import annotations

import io
from pathlib import PurePosixPath

from PIL import Image, ImageOps, UnidentifiedImageError

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".gif": "GIF", ".webp": "WEBP"}
_MOST_PIXELS = 60_000_000


def publishable(data: bytes, path: str) -> bytes:
    """The bytes to publish. Raises `ValueError` with a sentence for an image that cannot be read."""
    wanted = _FORMATS.get(PurePosixPath(path).suffix.lower())
    if wanted is None:
        return data
    try:
        with Image.open(io.BytesIO(data), formats=tuple(set(_FORMATS.values()))) as image:
            if image.width * image.height > _MOST_PIXELS:
                raise ValueError("this image has more than 60 million pixels; save it smaller")
            return _encoded(image, wanted)
    except (UnidentifiedImageError, OSError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError("this is no image that can be read; save it again as PNG or JPEG") from error


def _encoded(image: Image.Image, wanted: str) -> bytes:
    upright = ImageOps.exif_transpose(image)
    modes = {"PNG": ("1", "L", "LA", "P", "RGB", "RGBA"), "JPEG": ("L", "RGB"), "GIF": ("L", "P", "RGB")}
    if upright.mode not in modes.get(wanted, ("RGB", "RGBA")):
        upright = upright.convert("RGB" if wanted == "JPEG" or "A" not in upright.mode else "RGBA")
    pixels = Image.new(upright.mode, upright.size)
    pixels.putdata(list(upright.getdata())) if upright.mode == "P" else pixels.paste(upright)
    if upright.mode == "P" and (palette := upright.getpalette()):
        pixels.putpalette(palette)
    if "transparency" in upright.info and upright.mode in ("P", "L", "RGB"):
        pixels.info["transparency"] = upright.info["transparency"]
    buffer = io.BytesIO()
    options = {"JPEG": {"quality": 88, "optimize": True}, "WEBP": {"quality": 88, "method": 4}}
    pixels.save(buffer, wanted, **options.get(wanted, {}))
    return buffer.getvalue()

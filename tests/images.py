"""Images with a text in their metadata."""

from __future__ import annotations

import io

from PIL import Image, PngImagePlugin

_XMP = "<x:xmpmeta xmlns:x='adobe:ns:meta/'><dc:creator>{}</dc:creator></x:xmpmeta>"


def _picture() -> Image.Image:
    return Image.new("RGB", (8, 6), (200, 80, 20))


def _exif(text: str) -> Image.Exif:
    exif = Image.Exif()
    exif[0x010E] = exif[0x013B] = text  # ImageDescription, Artist
    return exif


def png(text: str) -> bytes:
    """A PNG that says it in tEXt, zTXt, iTXt, EXIF and XMP."""
    chunks = PngImagePlugin.PngInfo()
    chunks.add_text("Author", text)
    chunks.add_text("Comment", text, zip=True)
    chunks.add_itxt("Title", text)
    chunks.add_itxt("XML:com.adobe.xmp", _XMP.format(text))
    out = io.BytesIO()
    _picture().save(out, "PNG", pnginfo=chunks, exif=_exif(text))
    return out.getvalue()


def jpeg(text: str) -> bytes:
    """A JPEG that says it in EXIF, XMP and a comment."""
    out = io.BytesIO()
    _picture().save(out, "JPEG", exif=_exif(text), xmp=_XMP.format(text).encode(), comment=text.encode())
    return out.getvalue()


def webp(text: str) -> bytes:
    """A WebP that says it in EXIF and XMP."""
    out = io.BytesIO()
    _picture().save(out, "WEBP", exif=_exif(text), xmp=_XMP.format(text).encode())
    return out.getvalue()


def avif(text: str) -> bytes:
    """An AVIF that says it in EXIF and XMP."""
    out = io.BytesIO()
    _picture().save(out, "AVIF", exif=_exif(text), xmp=_XMP.format(text).encode(), max_threads=1)
    return out.getvalue()

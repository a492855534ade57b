"""Images go out as pixels and nothing else; what cannot be read is refused in a sentence."""

import io
import random
import struct
import zlib
from contextlib import suppress

import pytest
from PIL import Image, PngImagePlugin

from portalgen.render.images import publishable

SECRET = b"Project Falcon"


def saved(image: Image.Image, kind: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def exif(**tags: int) -> bytes:
    made = Image.Exif()
    made[0x010E] = SECRET.decode()
    for tag, value in tags.items():
        made[int(tag.removeprefix("t"), 16)] = value
    return made.tobytes()


PICTURE = Image.radial_gradient("L").resize((32, 24)).convert("RGB")


def png() -> bytes:
    text = PngImagePlugin.PngInfo()
    text.add_text("Comment", SECRET.decode())
    text.add_itxt("XML:com.adobe.xmp", SECRET.decode(), zip=True)
    return saved(PICTURE, "PNG", pnginfo=text, exif=exif(), icc_profile=SECRET)


WITH_METADATA = {
    "a.png": png(),
    "a.jpg": saved(PICTURE, "JPEG", exif=exif(), comment=SECRET, icc_profile=SECRET, xmp=SECRET),
    "a.JPEG": saved(PICTURE, "JPEG", exif=exif()),
    "a.webp": saved(PICTURE, "WEBP", exif=exif(), xmp=SECRET, icc_profile=SECRET),
    "a.gif": saved(PICTURE, "GIF", comment=SECRET),
    "behind.png": png() + SECRET,
}


@pytest.mark.parametrize("name", WITH_METADATA)
def test_what_an_editor_or_camera_wrote_stays_behind(name: str) -> None:
    before = WITH_METADATA[name]
    after = publishable(before, f"files/{name}")
    image = opened(after)
    assert SECRET not in after
    assert not {"exif", "xmp", "icc_profile", "comment", "Comment", "XML:com.adobe.xmp"} & image.info.keys()
    assert not image.getexif()
    assert image.size == PICTURE.size


@pytest.mark.parametrize("name", WITH_METADATA)
def test_the_same_bytes_give_the_same_bytes_and_stay_as_they_are_from_then_on(name: str) -> None:
    once = publishable(WITH_METADATA[name], name)
    assert once == publishable(WITH_METADATA[name], name)
    if name.endswith("png"):
        assert publishable(once, name) == once


def test_a_picture_is_turned_upright() -> None:
    lying = Image.new("RGB", (4, 2), "white")
    lying.putpixel((0, 0), (0, 0, 0))
    after = opened(publishable(saved(lying, "PNG", exif=exif(t0112=6)), "a.png"))
    assert after.size == (2, 4)
    assert after.convert("RGB").getpixel((1, 0)) == (0, 0, 0)


MODES = [("1", "PNG"), ("L", "PNG"), ("LA", "PNG"), ("P", "PNG"), ("RGB", "PNG"), ("RGBA", "PNG"), ("L", "JPEG"),
         ("RGB", "JPEG"), ("CMYK", "JPEG"), ("P", "GIF"), ("L", "GIF"), ("RGB", "WEBP"), ("RGBA", "WEBP")]  # fmt: skip


@pytest.mark.parametrize(("mode", "kind"), MODES)
def test_pixels_stay_what_they_are(mode: str, kind: str) -> None:
    image = PICTURE.convert(mode)
    lossless = kind in ("PNG", "GIF")
    before = saved(image, kind)
    after = opened(publishable(before, f"a.{kind.lower()}"))
    if lossless:
        assert after.convert("RGBA").tobytes() == opened(before).convert("RGBA").tobytes()
    else:
        assert after.size == image.size


def test_what_is_transparent_stays_transparent() -> None:
    image = Image.new("P", (2, 1))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.putpixel((1, 0), 1)
    for kind in ("PNG", "GIF"):
        after = opened(publishable(saved(image, kind, transparency=0), f"a.{kind.lower()}")).convert("RGBA")
        assert [after.getpixel((x, 0))[3] for x in (0, 1)] == [0, 255]


def test_sixteen_bits_are_scaled_and_not_cut_off() -> None:
    image = Image.new("I;16", (3, 1))
    for x, value in enumerate((0, 32768, 65535)):
        image.putpixel((x, 0), value)
    after = opened(publishable(saved(image, "PNG"), "a.png")).convert("L")
    assert [after.getpixel((x, 0)) for x in range(3)] == [0, 128, 255]


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_moving_picture_keeps_its_frames_and_their_times(kind: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime", "blue")]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=[100, 200, 300], loop=0)
    after = opened(publishable(data, f"a.{kind.lower()}"))
    said = []
    for number in range(after.n_frames):
        after.seek(number)
        after.load()
        pixel = after.convert("RGB").getpixel((4, 4))
        said.append((after.info["duration"], pixel.index(max(pixel))))
    assert said == [(100, 0), (200, 1), (300, 2)]
    assert after.info["loop"] == 0


def test_a_picture_is_what_its_name_says() -> None:
    assert opened(publishable(saved(PICTURE, "PNG"), "a.jpg")).format == "JPEG"
    assert opened(publishable(saved(PICTURE, "JPEG"), "a.png")).format == "PNG"


@pytest.mark.parametrize("name", ["a.pdf", "a.txt", "a", "a.png.zip"])
def test_other_files_are_left_alone(name: str) -> None:
    assert publishable(b"anything", name) == b"anything"


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("size", [(60_001, 1_000), (10_000, 9_000), (30_000, 30_000), (2**31 - 1, 2**31 - 1)])
def test_a_bomb_is_refused_before_it_is_decoded(size: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match=r"60 million pixels|no image that can be read"):
        publishable(bomb(*size), "a.png")


def test_many_frames_count_together() -> None:
    frames = [Image.new("1", (4000, 4000), n % 2) for n in range(5)]
    data = saved(frames[0], "GIF", save_all=True, append_images=frames[1:])
    with pytest.raises(ValueError, match="60 million pixels"):
        publishable(data, "a.gif")


@pytest.mark.parametrize(
    "data", [b"", b"GIF89a", b"not an image", b"\x89PNG\r\n\x1a\n", b"<svg/>", bomb(0, 0)]
)
def test_no_image_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(ValueError, match="this is no image that can be read; save it again as PNG or JPEG"):
        publishable(data, "a.png")


@pytest.mark.parametrize("name", WITH_METADATA)
def test_a_broken_image_is_refused_and_never_crashes(name: str) -> None:
    chance = random.Random(name)
    for _ in range(150):
        data = bytearray(WITH_METADATA[name])
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        if chance.random() < 0.2:
            del data[chance.randrange(len(data)) :]
        with suppress(ValueError):
            assert SECRET not in publishable(bytes(data), name)

"""Images go out as pixels and nothing else; what cannot be read is refused in a sentence."""

import io
import os
import random
import struct
import subprocess
import sys
import zlib
from contextlib import suppress

import pytest
from PIL import Image, PngImagePlugin

from portalgen.render.images import made, publishable
from portalgen.render.pictures import Copy, Shape

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


# ---- the copies that pages show ---------------------------------------------------------------------


def textured(width: int, height: int, mode: str = "RGB") -> Image.Image:
    """Something like a photograph: much to encode, and the same each time."""
    small = Image.frombytes("RGB", (64, 48), random.Random(7).randbytes(64 * 48 * 3))
    return small.resize((width, height), Image.Resampling.BICUBIC).convert(mode)


WIDTHS = [
    ((400, 30), (), None),
    ((481, 30), (481,), None),
    ((600, 40), (480, 600), None),
    ((1000, 70), (480, 1000), None),
    ((1200, 80), (480, 960, 1200), None),
    ((1600, 90), (480, 960, 1600), None),
    ((2000, 40), (480, 960, 1600), None),
    ((3000, 300), (480, 960, 1600), 2000),
    ((500, 1500), (500,), None),
    ((700, 17000), (), None),
    ((1, 1), (), None),
    ((10_000, 50), (480, 960, 1600), 2000),
]


@pytest.mark.parametrize(("size", "widths", "plain"), WIDTHS, ids=[f"{w}x{h}" for (w, h), _, _ in WIDTHS])
def test_a_copy_is_never_wider_than_the_image_or_than_a_page_needs(
    size: tuple[int, int], widths: tuple[int, ...], plain: int | None
) -> None:
    found = made(saved(textured(*size), "JPEG", quality=95), "a.jpg", "n")
    shape = found.shape
    assert (shape.width, shape.height) == size
    assert shape.copies == (*(Copy(w, "avif") for w in widths), *(Copy(w, "webp") for w in widths))
    assert shape.plain == (Copy(plain, "jpg") if plain else None)
    assert set(found.copies) == set(shape.all)
    for copy, data in found.copies.items():
        image = opened(data)
        assert image.format == {"jpg": "JPEG"}.get(copy.suffix, copy.suffix.upper())
        assert image.size == (copy.width, max(1, round(size[1] * copy.width / size[0])))


def test_each_copy_saves_bytes() -> None:
    found = made(saved(textured(2400, 300), "JPEG", quality=95), "a.jpg", "n")
    plain = found.copies[Copy(2000, "jpg")]
    assert len(plain) < len(found.whole)
    assert all(len(data) < len(plain) for copy, data in found.copies.items() if copy != found.shape.plain)


SMALL = {"flat": Image.new("P", (640, 480), 3), "dots": textured(640, 480, "1")}


@pytest.mark.parametrize("kind", SMALL)
def test_a_format_that_saves_nothing_is_not_offered(kind: str) -> None:
    assert made(saved(SMALL[kind], "PNG"), "a.png", "n").shape == Shape("n", 640, 480)


CLEAR = Image.new("RGBA", (640, 480), (0, 0, 0, 0))
CLEAR.paste(textured(320, 480), (0, 0))
KEYED = textured(640, 480)
KEYED.paste((1, 2, 3), (320, 0, 640, 480))
PALETTE = KEYED.quantize(64)
TRANSPARENT = {
    "RGBA": saved(CLEAR, "PNG"),
    "LA": saved(CLEAR.convert("LA"), "PNG"),
    "one colour": saved(KEYED, "PNG", transparency=(1, 2, 3)),
    "palette": saved(PALETTE, "PNG", transparency=PALETTE.getpixel((600, 200))),
}


@pytest.mark.parametrize("how", TRANSPARENT)
def test_what_is_transparent_is_so_in_every_copy(how: str) -> None:
    found = made(TRANSPARENT[how], "a.png", "n")
    assert {copy.suffix for copy in found.copies} == {"avif", "webp"}
    for copy, data in found.copies.items():
        image = opened(data).convert("RGBA")
        middle = image.height // 2
        alphas = [image.getpixel((x * copy.width // 16, middle))[3] for x in (2, 14)]
        assert alphas == [255, 0], copy


ODD = {
    "CMYK": saved(textured(640, 480, "CMYK"), "JPEG"),
    "grey": saved(textured(640, 480, "L"), "JPEG"),
    "16 bits": saved(textured(640, 480, "L").convert("I").point(lambda v: v * 256).convert("I;16"), "PNG"),
    "a GIF that stands still": saved(textured(640, 480, "P"), "GIF"),
}


@pytest.mark.parametrize("kind", ODD)
def test_copies_look_like_the_image(kind: str) -> None:
    name = "a.gif" if "GIF" in kind else "a.jpg" if ODD[kind][:2] == b"\xff\xd8" else "a.png"
    found = made(ODD[kind], name, "n")
    assert found.copies
    whole = opened(found.whole).convert("RGB").resize((8, 6), Image.Resampling.BOX)
    for data in found.copies.values():
        copy = opened(data).convert("RGB").resize((8, 6), Image.Resampling.BOX)
        assert max(abs(a - b) for a, b in zip(whole.tobytes(), copy.tobytes(), strict=True)) < 16


@pytest.mark.parametrize("kind", ["GIF", "WEBP"])
def test_a_moving_picture_goes_out_as_one_file_of_a_known_size(kind: str) -> None:
    frames = [textured(640, 480).rotate(turn) for turn in (0, 90)]
    data = saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
    found = made(data, f"a.{kind.lower()}", "n")
    assert (found.shape, found.copies) == (Shape("n", 640, 480), {})
    assert found.whole == publishable(data, f"a.{kind.lower()}")


def test_the_size_is_that_of_the_picture_turned_upright() -> None:
    found = made(saved(textured(600, 300), "JPEG", exif=exif(t0112=6)), "a.jpg", "n")
    assert (found.shape.width, found.shape.height) == (300, 600)


def test_no_copy_holds_what_an_editor_or_camera_wrote() -> None:
    data = saved(textured(2400, 300), "JPEG", exif=exif(), comment=SECRET, icc_profile=SECRET, xmp=SECRET)
    found = made(data, "a.jpg", "n")
    assert {copy.suffix for copy in found.copies} == {"avif", "webp", "jpg"}
    for copy in found.copies.values():
        assert SECRET not in copy
        assert not {"exif", "xmp", "icc_profile", "comment"} & opened(copy).info.keys()


def test_what_is_whole_is_the_same_with_copies_and_without() -> None:
    for name, data in WITH_METADATA.items():
        assert made(data, name, "n").whole == publishable(data, name)


@pytest.mark.parametrize("data", [b"", b"not an image", bomb(60_001, 1_000), bomb(0, 0)])
def test_copies_of_no_image_are_refused_in_the_same_sentence(data: bytes) -> None:
    said = []
    for refuse in (lambda: publishable(data, "a.png"), lambda: made(data, "a.png", "n")):
        with pytest.raises(ValueError, match="image") as refused:
            refuse()
        said.append(str(refused.value))
    assert said[0] == said[1]


DIGESTS = """
import hashlib, os, sys
os.sched_setaffinity(0, list(os.sched_getaffinity(0))[: int(sys.argv[1])])
from portalgen.render.images import made
found = made(sys.stdin.buffer.read(), "a.jpg", "n")
print(hashlib.sha256(b"".join([found.whole, found.shape.dump(), *found.copies.values()])).hexdigest())
"""


def test_bytes_are_the_same_whatever_there_is_of_processors_and_threads() -> None:
    data = saved(textured(1100, 300), "JPEG", quality=95)
    said = set()
    for processors, threads in ((1, "1"), (64, "7")):
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "PYTHONHASHSEED": threads}
        command = [sys.executable, "-c", DIGESTS, str(processors)]
        ran = subprocess.run(
            command, input=data, env=environment, capture_output=True, check=True, timeout=60
        )
        said.add(ran.stdout)
    assert len(said) == 1


SHAPES = [Shape("n", 3, 2), made(saved(textured(2400, 400), "JPEG", quality=95), "a.jpg", "n").shape]


@pytest.mark.parametrize("shape", SHAPES)
def test_a_shape_is_kept_and_read_again(shape: Shape) -> None:
    assert Shape.load(shape.dump()) == shape

"""What an image says beside its pixels is read, in whatever box it stands, and pixels are no text."""

from __future__ import annotations

import io
import random

import pytest
from PIL import Image

from portalgen.scan.formats import segments
from portalgen.scan.images import metadata
from tests.images import avif, jpeg, png, webp

SAID = "Project Falcon"
MAKERS = {"a.png": png, "a.jpg": jpeg, "a.webp": webp, "a.avif": avif}


def noise(kind: str, mode: str = "RGB", **options: object) -> bytes:
    """Pixels among which every text of four letters could be met."""
    buffer = io.BytesIO()
    image = Image.frombytes(mode, (320, 240), random.Random(3).randbytes(320 * 240 * len(mode)))
    image.save(buffer, kind, **options)
    return buffer.getvalue()


@pytest.mark.parametrize("name", MAKERS)
def test_metadata_is_read(name: str) -> None:
    assert any(SAID in text for text in segments(name, MAKERS[name](SAID)))


@pytest.mark.parametrize("name", MAKERS)
def test_what_stands_behind_an_image_is_read(name: str) -> None:
    assert any(SAID in text for text in segments(name, MAKERS[name]("x") + SAID.encode()))


def box(kind: bytes, body: bytes) -> bytes:
    return (8 + len(body)).to_bytes(4, "big") + kind + body


AVIF = noise("AVIF", quality=95, max_threads=1)
MOVING = Image.frombytes("RGB", (64, 64), random.Random(5).randbytes(64 * 64 * 3))
BOXED = {
    "a box of no name": AVIF + box(b"\0\0\0\0", SAID.encode()),
    "a free box": AVIF + box(b"free", SAID.encode()),
    "XMP as Adobe has it": AVIF + box(b"uuid", b"\xbe" * 16 + SAID.encode()),
    "the colour profile": noise("AVIF", icc_profile=b"profile of " + SAID.encode()),
    "another brand": AVIF.replace(b"ftypavif", b"ftypmif1", 1) + box(b"free", SAID.encode()),
}


@pytest.mark.parametrize("how", BOXED)
def test_no_box_hides_a_text(how: str) -> None:
    assert any(SAID in text for text in segments("a.avif", BOXED[how]))


def test_a_moving_webp_is_read_frame_by_frame() -> None:
    buffer = io.BytesIO()
    MOVING.save(buffer, "WEBP", save_all=True, append_images=[MOVING.rotate(90)], duration=100)
    data = buffer.getvalue()
    at = data.index(b"ANMF")
    length = int.from_bytes(data[at + 4 : at + 8], "little")
    inner = b"note" + len(SAID).to_bytes(4, "little") + SAID.encode()
    longer = (length + len(inner)).to_bytes(4, "little")
    end = at + 8 + length
    hidden = data[: at + 4] + longer + data[at + 8 : end] + inner + data[end:]
    hidden = b"RIFF" + (len(hidden) - 8).to_bytes(4, "little") + hidden[8:]
    assert any(SAID in text for text in segments("a.webp", hidden))


PIXELS = {
    "a.avif": AVIF,
    "a transparent one": noise("AVIF", "RGBA", max_threads=1),
    "a.webp": noise("WEBP"),
    "a lossless one": noise("WEBP", "RGBA", lossless=True),
    "a moving one": noise("WEBP", save_all=True, append_images=[MOVING.resize((320, 240))]),
}


@pytest.mark.parametrize("name", PIXELS)
def test_pixels_are_no_text(name: str) -> None:
    said = b"".join(metadata(PIXELS[name]) or ())
    assert len(PIXELS[name]) > 30_000
    assert len(said) < 600


@pytest.mark.parametrize("name", MAKERS)
def test_a_damaged_image_is_read_to_its_end(name: str) -> None:
    chance = random.Random(name)
    whole = MAKERS[name](SAID)
    for _ in range(300):
        data = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        del data[chance.randrange(len(data)) :]
        assert isinstance(segments(name, bytes(data)), set)

"""The cards that other sites show: what stands on them, and that nothing else ever does."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from portalgen.render import social
from portalgen.render.social import Face
from portalgen.settings import Colours
from tests.public.scene import FEBRUARY, LAUNCH, WARM, picture

HOUSE = Colours(brand="#204060", on_brand="#ffffff")
FACE = social.face(LAUNCH, "Estudio Norte", "en", HOUSE)
WARM_FACE = social.face(WARM, "Estudio Norte", "en", HOUSE)
ROOT = Path(__file__).parents[2]


def opened(card: bytes) -> Image.Image:
    return Image.open(io.BytesIO(card))


def lines(face: Face) -> int:
    """How many lines of text a card without an image has: runs of rows that are not all ground."""
    grey = opened(social.draw(face)).convert("L")
    ground = grey.getpixel((2, 2))
    rows = [
        any(abs(p - ground) > 60 for p in grey.crop((0, y, grey.width, y + 1)).getdata())
        for y in range(grey.height)
    ]
    return sum(now and not before for before, now in zip([False, *rows], rows, strict=False))


def test_a_card_has_the_size_and_kind_that_the_head_says() -> None:
    card = opened(social.draw(FACE, picture("green")))
    assert (card.size, Image.MIME[card.format or ""]) == (social.SIZE, social.TYPE)
    assert card.info.keys() <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


def test_a_face_says_what_the_view_says() -> None:
    assert (FACE.client, FACE.title, FACE.number) == ("Brisa Foods", LAUNCH.title, "−38%")
    assert FACE.name == "Cost per lead, February\u2009–\u2009May 2026"
    assert FACE.image is not None
    assert (FACE.ground, FACE.ink) == ("#204060", "#ffffff")


def test_an_anonymised_case_has_its_descriptor_on_a_plain_ground() -> None:
    assert (WARM_FACE.client, WARM_FACE.image) == ("A European energy supplier", None)
    card = opened(social.draw(WARM_FACE, picture("red"))).convert("RGB")
    assert all(abs(a - b) < 6 for a, b in zip(card.getpixel((1100, 300)), (32, 64, 96), strict=True))


def test_the_image_fills_one_side_and_the_text_stays_on_the_other() -> None:
    long = replace(FACE, title="Unabbreviated words " * 20, name="A measure with a long name " * 9)
    card = opened(social.draw(long, picture("#00ff00"))).convert("RGB")
    side = card.crop((750, 0, *social.SIZE))
    assert all(g > 245 and r < 10 and b < 10 for r, g, b in side.getdata())


@pytest.mark.parametrize(
    "data", [None, b"", b"no image", picture("red")[:60]], ids=["none", "empty", "text", "cut"]
)
def test_without_an_image_that_can_be_read_the_text_has_the_whole_card(data: bytes | None) -> None:
    assert social.draw(FACE, data) == social.draw(replace(FACE, image=None))


def test_what_is_transparent_shows_the_ground() -> None:
    buffer = io.BytesIO()
    Image.new("RGBA", (40, 40), (255, 0, 0, 0)).save(buffer, "PNG")
    card = opened(social.draw(FACE, buffer.getvalue())).convert("RGB")
    assert all(abs(a - b) < 6 for a, b in zip(card.getpixel((1000, 300)), (32, 64, 96), strict=True))


WRITTEN = {
    "Latin": ("Ağaç, łódź, ñandú, Straße", "Ağaç, łódź, ñandú, Straße"),
    "Vietnamese": ("Phở cuối tuần", "Phở cuối tuần"),
    "Greek": ("Φόρεμα για όλους", "Φόρεμα για όλους"),
    "Cyrillic": ("Весна без реклами", "Весна без реклами"),
    "letters and marks apart": ("Cafe\u0301", "Café"),
    "narrow blanks": ("12\u202f000\u00a0€ – May\u20092026", "12 000 € – May 2026"),
    "hyphens": ("A four\u2010week in\u2011house cam\u00adpaign", "A four-week in-house campaign"),
    "a picture among words": ("Sold out 🚀\ufe0f today", "Sold out today"),
    "Chinese": ("春の発売", ""),
    "Arabic": ("إطلاق الربيع", ""),
    "Hebrew": ("השקת האביב", ""),
    "a word that can't be written": ("The 春 launch", ""),
    "a mark that can't be written": ("q\u0e49", ""),
}


@pytest.mark.parametrize(("text", "shown"), WRITTEN.values(), ids=WRITTEN)
def test_a_text_is_written_whole_or_not_at_all(text: str, shown: str) -> None:
    assert social.shown(text) == shown


ENDLESS = {
    "words": ("word " * 12_000, "word " * 59 + "word…"),
    "one word": ("w" * 60_000, "w" * 300 + "…"),
    "with a sign that can't be written": ("word " * 12_000 + "春", ""),
}


@pytest.mark.parametrize(("text", "shown"), ENDLESS.values(), ids=ENDLESS)
def test_no_more_of_a_text_is_laid_out_than_a_card_has_room_for(text: str, shown: str) -> None:
    assert social.shown(text) == shown


UNREADABLE = {
    "title": (replace(FACE, title="春の発売"), replace(FACE, title="")),
    "client": (replace(FACE, client="ブリサ"), replace(FACE, client="")),
    "agency": (replace(FACE, agency="وكالة"), replace(FACE, agency="")),
    "what a number counts": (replace(FACE, name="費用"), replace(FACE, name="", number="")),
}


@pytest.mark.parametrize(("face", "same"), UNREADABLE.values(), ids=UNREADABLE)
def test_what_the_font_does_not_have_leaves_no_trace(face: Face, same: Face) -> None:
    assert social.draw(face) == social.draw(same)


TITLES = {
    "one word": ("LAUNCH", 1),
    "a few": ("A SPRING LAUNCH THAT SOLD OUT", 2),
    "very long": ("HOW A SUPPLIER OF HEAT PERSUADED FORTY THOUSAND HOUSEHOLDS " * 6, 3),
    "one endless word": ("DONAUDAMPFSCHIFFFAHRTSELEKTRIZITATENHAUPTBETRIEBSWERKBAUUNTERBEAMTE" * 3, 3),
}


@pytest.mark.parametrize(("title", "count"), TITLES.values(), ids=TITLES)
def test_a_title_has_three_lines_at_most(title: str, count: int) -> None:
    assert lines(Face("", "", title, "", "", "#000000", "#ffffff")) == count


def test_nothing_is_written_over_anything_else() -> None:
    # agency and its line, client, three lines of title, number, two of what it counts
    crowded = Face(
        "HOUSE", "CLIENT", "TITLE OF MANY WORDS " * 20, "123", "WHAT IT COUNTS " * 9, "#000000", "#ffffff"
    )
    assert lines(crowded) == 9


CHANGES = {
    "agency": "Norte",
    "client": "Brisa",
    "title": "Sold out",
    "number": "−39%",
    "name": "Cost",
    "ground": "#204061",
    "ink": "#fffffe",
    "image": None,
}


@pytest.mark.parametrize("field", CHANGES)
def test_another_face_has_another_key_and_is_another_card(field: str) -> None:
    other = replace(FACE, **{field: CHANGES[field]})
    assert other.key != FACE.key
    assert social.draw(other, picture("green")) != social.draw(FACE, picture("green"))


def test_the_same_bytes_as_an_image_of_another_kind_have_another_key() -> None:
    assert FACE.image is not None
    other = FACE.image.model_copy(update={"path": "files/renamed.gif"})
    assert replace(FACE, image=other).key != FACE.key
    assert replace(FACE, image=FACE.image.model_copy()).key == FACE.key


def test_a_case_without_a_number_has_none_on_its_card() -> None:
    bare = social.face(FEBRUARY.model_copy(update={"headline": None}), "Estudio Norte", "en", HOUSE)
    assert (bare.title, bare.number, bare.name) == ("Lleno en febrero", "", "")


def test_the_same_face_is_the_same_bytes_on_another_machine() -> None:
    script = (
        "import sys; from portalgen.render import social; from tests.render.test_social import FACE; "
        "from tests.public.scene import picture; sys.stdout.buffer.write(social.draw(FACE, picture('green')))"
    )
    env = {
        **os.environ,
        "LC_ALL": "C",
        "PYTHONHASHSEED": "7",
        "LD_LIBRARY_PATH": "",
        "FONTCONFIG_PATH": "/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=env, check=True, timeout=60, capture_output=True
    )
    assert done.stdout == social.draw(FACE, picture("green"))

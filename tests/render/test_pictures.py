"""An image on a page: its size and its copies in the markup, and nothing that an author wrote around them."""

import re

import pytest

from portalgen.render.pictures import Copy, Pictures, Shape, no_shape
from portalgen.render.prose import html
from portalgen.render.proses import Proses
from portalgen.views import FileRef, Prose

AD = FileRef(path="files/new ad.jpg", sha256="ab" * 32, size=1)
LOGO = FileRef(path="files/logo.png", sha256="cd" * 32, size=1)
WIDE = Shape("abc", 2400, 1600, (Copy(480, "avif"), Copy(1600, "avif"), Copy(480, "webp")), Copy(2000, "jpg"))
SHAPES = {AD: WIDE, LOGO: Shape("cde", 288, 100)}
PICTURES = Pictures(SHAPES.get, "40rem")


def test_a_browser_may_choose_and_knows_the_size_before() -> None:
    assert PICTURES.img(AD, 'The "new" ad', root="../") == (
        "<picture>"
        '<source type="image/avif" srcset="../images/abc-480.avif 480w, ../images/abc-1600.avif 1600w" sizes="40rem">'
        '<source type="image/webp" srcset="../images/abc-480.webp 480w" sizes="40rem">'
        '<img src="../images/abc-2000.jpg" alt="The &#34;new&#34; ad" width="2400" height="1600"'
        ' loading="lazy" decoding="async">'
        "</picture>"
    )


def test_an_image_without_copies_is_one_tag() -> None:
    assert PICTURES.img(LOGO, "", css="logo", first=True) == (
        '<img src="files/logo.png" alt="" class="logo" width="288" height="100" fetchpriority="high"'
        ' decoding="async">'
    )


@pytest.mark.parametrize(
    ("box", "size"),
    [((144, 56), (144, 50)), ((144, 25), (72, 25)), ((999, 999), (288, 100)), ((1, 1), (1, 1))],
)
def test_a_logo_fits_into_its_box_and_is_never_made_larger(
    box: tuple[int, int], size: tuple[int, int]
) -> None:
    assert 'width="{}" height="{}"'.format(*size) in PICTURES.img(LOGO, "", within=box)


def test_an_image_that_nobody_could_look_at_is_shown_as_it_is() -> None:
    assert Pictures().img(AD, "Ad") == (
        '<img src="files/new%20ad.jpg" alt="Ad" loading="lazy" decoding="async">'
    )


# ---- in what authors write --------------------------------------------------------------------------

FILES = (("files/new%20ad.jpg", AD), ("files/logo.png#x", LOGO), ("files/logo.png", LOGO))
SHOWN = [
    ("![The ad](files/new%20ad.jpg)", AD, "The ad"),
    ('![The ad](files/logo.png "Mark")', LOGO, "The ad"),
    ("![a > b & c](files/logo.png#x)", LOGO, "a > b & c"),
    ('<img src="files/logo.png" alt="Raw">', LOGO, "Raw"),
    ("<IMG SRC=files/logo.png ALT='R \"a\" w'>", LOGO, 'R "a" w'),
    ('<img src="files/logo.png">', LOGO, ""),
    ('[![In a link](files/logo.png)](https://x.example "t")', LOGO, "In a link"),
    ('<p><picture><source srcset="x.avif"><img src="files/logo.png" alt="Own"></picture></p>', LOGO, "Own"),
]


@pytest.mark.parametrize(("text", "file", "alt"), SHOWN, ids=[text for text, _, _ in SHOWN])
def test_every_image_of_a_text_is_written_by_us(text: str, file: FileRef, alt: str) -> None:
    out = html(Prose(stretches=(text,), files=FILES), root="../", pictures=PICTURES)
    title = "Mark" if "Mark" in text else ""
    assert PICTURES.img(file, alt, root="../", title=title) in out
    assert out.count("<img") == 1
    assert out.count("<source") == (2 if file is AD else 0)


HOSTILE = [
    '<img src="files/logo.png" srcset="https://evil.example/x.png 1x, //evil.example/y 2x">',
    '<img src="files/logo.png" sizes="evil" width="9" height="99999" loading="eager" fetchpriority="evil">',
    '<img src="files/logo.png" style="width:9px" class="evil" onload="evil()">',
    '<picture><source type="image/avif" srcset="https://evil.example/x.avif"><img src="files/logo.png"></picture>',
    '<source src="https://evil.example/x"><img src="files/logo.png">',
    '<video poster="https://evil.example/x.png"></video><img src="files/logo.png">',
    '<img src="files/logo.png" alt=\'<source srcset="https://evil.example/x">\'>',
    '<img src="files/logo.png" title=\'"><img src="https://evil.example/x">\'>',
    '<a title=\'<img src="files/new%20ad.jpg">\' href="https://ok.example">x</a><img src="files/logo.png">',
    '<abbr title="<img alt=">x</abbr><img src="files/logo.png">',
    '`<img src="files/new%20ad.jpg">` <img src="files/logo.png">',
    '<img src="files/new ad.jpg"><img src="files/other.png"><img src="images/abc-480.avif"><img src="files/logo.png">',
]


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_that_an_author_writes_around_an_image_chooses_what_is_loaded(text: str) -> None:
    out = html(Prose(stretches=(text,), files=FILES), pictures=PICTURES)
    tags = re.findall(r"<(?:img|source|picture|video)\b(?:[^>\"]|\"[^\"]*\")*>", out)
    alt = re.search(r'alt="([^"]*)"', tags[0])
    assert alt is not None
    assert len(tags) == 1
    assert re.fullmatch(
        r'<img src="files/logo.png" alt="[^"]*" width="288" height="100"(?: title="[^"]*")?'
        r' loading="lazy" decoding="async">',
        tags[0],
    )


@pytest.mark.parametrize("text", [text for text, _, _ in SHOWN])
def test_where_images_are_not_for_the_reader_none_is_there_nor_a_copy(text: str) -> None:
    out = html(Prose(stretches=(text,), files=FILES, images=False), pictures=PICTURES)
    assert "<img" not in out
    assert "<source" not in out
    assert "images/" not in out


def test_prose_with_a_memory_shows_an_image_as_soon_as_it_can_be_looked_at() -> None:
    prose, kept = Prose(stretches=(SHOWN[0][0],), files=FILES), Proses()
    before = kept.html(prose, Pictures(no_shape, "40rem"))
    after = kept.html(prose, PICTURES)
    assert "<source" not in before
    assert after == html(prose, pictures=PICTURES)
    assert kept.html(prose, Pictures(SHAPES.get, "20rem")) != after

"""Planted leaks: every kind of term, every way of writing it, every kind of file that holds it."""

from __future__ import annotations

import base64
import codecs
import gzip
import io
import json
import zipfile
import zlib

import pytest
from PIL import Image, PngImagePlugin

from portalgen.scan import Scan
from tests.scan.scene import SECRET, TERMS, TO_CLIENT, found, html, portal, public, sentence, term

NAME = "Brisa Foods"
SCAN = Scan(TERMS)

WRITTEN = {
    "plain": "We met Brisa Foods today",
    "upper case": "BRISA FOODS",
    "lower case": "brisa foods",
    "possessive": "Brisa Foods’ plan",
    "possessive with s": "Brisa Foods's plan",
    "no-break space": "Brisa&nbsp;Foods",
    "entities": "&#66;r&#x69;sa Foods",
    "soft hyphen": "Bri&shy;sa Fo\u00adods",
    "zero width": "Br\u200bisa\u2060 Foods",
    "full width": "Ｂｒｉｓａ Ｆｏｏｄｓ",
    "accents added": "Brísa Fööds",
    "combining accent": "Bri\u0301sa Foods",
    "over two lines": "Brisa\n    Foods",
    "hyphen": "Brisa-Foods",
    "inline tag inside a word": "Bri<em>sa</em> Foods",
    "inline tag between words": "Brisa <strong>Foods</strong>",
    "tags glued together": "<a href='x'>Brisa Foods</a><span>Menu</span>",
    "line break": "Brisa<br>Foods",
    "comment inside": "Bri<!-- -->sa Foods",
    "in a comment": "<!-- ask Brisa Foods -->",
    "written together": "#BrisaFoods",
    "alt": '<img src="a.png" alt="The team of Brisa Foods">',
    "single quotes": "<img src='a.png' alt='Brisa Foods'>",
    "no quotes": "<img src=brisa-foods.png>",
    "title": '<abbr title="brisa foods">BF</abbr>',
    "aria-label": '<a aria-label="Brisa&#32;Foods" href="./">x</a>',
    "data attribute": '<p data-client="Brisa Foods">x</p>',
    "class": '<p class="card brisa-foods">x</p>',
    "address": '<a href="files/Brisa%20Foods.pdf">x</a>',
    "double hex address": '<a href="files/%42%72isa_Foods.pdf">x</a>',
    "camel case in an address": '<a href="files/BrisaFoodsPlan.pdf">x</a>',
    "description": '<meta name="description" content="Work for Brisa Foods">',
    "JSON in a script": '<script type="application/ld+json">{"name": "Brisa\\u0020Foods"}</script>',
    "script": '<script>var a = "Brisa\\x20Foods";</script>',
    "style": "<style>.a::after{content:'Brisa Foods'}</style>",
    "SVG": "<svg><title>Brisa Foods</title><text><tspan>Brisa</tspan><tspan>Foods</tspan></text></svg>",
    "data address": f'<img src="data:text/plain;base64,{base64.b64encode(b"for Brisa Foods").decode()}">',
    "data address, %-encoded": '<img src="data:image/svg+xml,%3Ctext%3EBrisa Foods%3C/text%3E">',
    "a greater-than sign in an attribute": '<p title="a > b: Brisa Foods" class="x">y</p>',
    "tag over two lines": '<p\n title="Brisa Foods">y</p>',
    "stray less-than": "a < Brisa Foods",
}


@pytest.mark.parametrize("written", WRITTEN.values(), ids=WRITTEN)
def test_a_name_is_found_however_it_is_written(written: str) -> None:
    assert found(SCAN, portal("acme", html(f"<p>{written}</p>"))) == [NAME]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Brisa Foods, S.L.", "Brisa Foods"),
        ("Brisa Foods, S.L.", "BrisaFoods"),
        ("Brisa Foods, S.L.", "Brisa Foods, S.L."),
        ("Kelo Oy", "Kelo"),
        ("Salt & Stone GmbH & Co. KG", "Salt and Stone"),
    ],
)
def test_a_company_is_found_without_its_legal_form(name: str, written: str) -> None:
    scan = Scan([term(name)])
    assert found(scan, portal("acme", html(f"<p>We met {written} today</p>"))) == [name]


@pytest.mark.parametrize("text", [t.text for t in TERMS if t.account != "acme"])
def test_every_kind_of_term_is_found_in_another_clients_portal(text: str) -> None:
    assert text in found(SCAN, portal("acme", html(f"<p>Then: {text}, they said.</p>")))


@pytest.mark.parametrize("text", [t.text for t in TERMS])
def test_every_kind_of_term_is_found_in_the_public_tree(text: str) -> None:
    assert text in found(SCAN, public(**{"about/index.html": html(f"<p>Then: {text}, they said.</p>")}))


def test_a_clients_own_portal_may_show_what_is_the_clients() -> None:
    body = html("<h1>Brisa Foods</h1><p>Ana Ruiz, ana@brisafoods.example</p>" + TO_CLIENT)
    assert found(SCAN, portal("brisa", body)) == []


def test_internal_sentences_and_the_settings_terms_are_not_the_clients() -> None:
    body = html(f"<p>{SECRET.upper()}</p><p>Project <b>Falcon</b></p>")
    assert found(SCAN, portal("brisa", body)) == ["Project Falcon", SECRET]


def test_a_sentence_is_found_inside_another_and_over_markup() -> None:
    body = html(
        "<p>Note: we <em>quietly</em> expect to lose the\nwhole “media budget”, in May – perhaps.</p>"
    )
    assert found(SCAN, portal("brisa", body)) == [SECRET]


def test_the_team_may_read_everything() -> None:
    unit = portal("brisa", html(f"<p>{SECRET}</p>"))
    for surface, name in (("internal", "internal"), ("assets", "portals/assets")):
        same = type(unit)(name, surface, "", unit.files)  # type: ignore[arg-type]
        assert SCAN.unit(same) == []


def _zip(**members: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return buffer.getvalue()


def _office(body: str, member: str = "word/document.xml") -> bytes:
    xml = (
        f'<?xml version="1.0"?><w:document xmlns:w="http://schemas.openxmlformats.org/w">{body}</w:document>'
    )
    return _zip(**{"[Content_Types].xml": b"<Types/>", member: xml.encode()})


def _png(**texts: str) -> bytes:
    info = PngImagePlugin.PngInfo()
    for key, value in texts.items():
        if key.startswith("itxt"):
            info.add_itxt(key, value, zip=True)
        else:
            info.add_text(key, value, zip=key.startswith("z"))
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def _jpeg(**options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "JPEG", **options)
    return buffer.getvalue()


def _exif(value: str | bytes, tag: int) -> bytes:
    exif = Image.Exif()
    exif[tag] = value
    return exif.tobytes()


_XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>Brisa <i>Foods</i></dc:creator></x:xmpmeta>'


def _webp() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "WEBP", exif=_exif("Brisa Foods", 0x010E))
    return buffer.getvalue()


def _gif() -> bytes:
    buffer = io.BytesIO()
    Image.new("P", (8, 8)).save(buffer, "GIF", comment=b"for Brisa Foods")
    return buffer.getvalue()


def _iptc() -> bytes:
    record = b"\x1c\x02\x50" + (11).to_bytes(2, "big") + b"Brisa Foods"
    block = b"Photoshop 3.0\x008BIM\x04\x04\x00\x00" + len(record).to_bytes(4, "big") + record
    jpeg = _jpeg()
    return jpeg[:2] + b"\xff\xed" + (len(block) + 2).to_bytes(2, "big") + block + jpeg[2:]


def _pdf(content: bytes, *, extra: bytes = b"", deflate: bool = True) -> bytes:
    body = zlib.compress(content) if deflate else content
    name = b"/Filter /FlateDecode " if deflate else b""
    return (
        b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj << " + extra + b" >> endobj\n"
        b"2 0 obj << " + name + b"/Length " + str(len(body)).encode() + b" >> stream\n" + body
        + b"\nendstream endobj\ntrailer << >>\n%%EOF\n"
    )  # fmt: skip


def _glyphs(text: str) -> tuple[bytes, bytes]:
    """A ToUnicode map and a text as glyph codes, as browsers print them."""
    codes = {letter: number for number, letter in enumerate(dict.fromkeys(text), start=3)}
    chars = "\n".join(f"<{code:04X}> <{ord(letter):04X}>" for letter, code in codes.items())
    space = "1 begincodespacerange <0000> <FFFF> endcodespacerange"
    cmap = f"begincmap\n{space}\n{len(codes)} beginbfchar\n{chars}\nendbfchar endcmap"
    return cmap.encode(), "".join(f"{codes[letter]:04X}" for letter in text).encode()


def _glyph_pdf() -> bytes:
    cmap, codes = _glyphs("Brisa Foods")
    shown = b"BT /F1 12 Tf [<" + codes[:20] + b"> -7 <" + codes[20:] + b">] TJ ET"
    streams = [zlib.compress(cmap), zlib.compress(shown)]
    return b"%PDF-1.7\n" + b"".join(
        b"<< /Filter /FlateDecode >> stream\n" + s + b"\nendstream\n" for s in streams
    )


_WIDE = "Brisa Foods".encode("utf-16-be")

FILES: dict[str, tuple[str, bytes]] = {
    "text": ("files/a.txt", b"for Brisa\nFoods"),
    "Markdown": ("files/a.md", b"for **Brisa** Foods"),
    "table": ("files/a.csv", b"id,client\n1,Brisa Foods\n"),
    "table cell": ("files/a.csv", b'1;"Brisa\nFoods"\n'),
    "JSON": ("files/a.json", json.dumps({"a": ["Br\u00edsa Foods"]}).encode()),
    "JSON key": ("files/a.json", b'{"Brisa Foods": 1}'),
    "damaged JSON": ("files/a.json", b'{"a": "Bris\\u0061 Foods"'),
    "calendar, folded": ("calendar.ics", b"BEGIN:VCALENDAR\r\nSUMMARY:Bri\r\n sa Foods\r\nEND:VCALENDAR\r\n"),
    "calendar, escaped": ("calendar.ics", b"BEGIN:VCALENDAR\r\nSUMMARY:Brisa\\nFoods\r\nEND:VCALENDAR\r\n"),
    "calendar parameter": ("calendar.ics", b'BEGIN:VCALENDAR\r\nATTENDEE;CN="Brisa Foods":mailto:x@y\r\n'),
    "feed": ("feed.xml", b"<?xml version='1.0'?><feed><title>Bri&lt;b>sa&lt;/b&gt; Foods</title></feed>"),
    "CDATA": ("feed.xml", b"<?xml version='1.0'?><rss><d><![CDATA[<p>Brisa <b>Foods</b></p>]]></d></rss>"),
    "script": ("x.js", b'const a="Brisa\\u0020Foods"'),
    "style": ("x.css", b'.a{content:"Brisa\\20 Foods"}'),
    "UTF-16 with a mark": ("files/a.txt", codecs.BOM_UTF16_LE + "Brisa Foods".encode("utf-16-le")),
    "UTF-16 without": ("files/a.txt", "for Brisa Foods".encode("utf-16-be")),
    "UTF-32": ("files/a.txt", codecs.BOM_UTF32_LE + "Brisa Foods".encode("utf-32-le")),
    "Windows-1252": ("files/a.txt", "señor, Brísa Foods".encode("cp1252")),
    "gzip": ("files/a.txt.gz", gzip.compress(b"Brisa Foods")),
    "gzip, misnamed": ("files/a.bin", gzip.compress(b"Brisa Foods")),
    "zip": ("files/a.zip", _zip(**{"b/c.txt": b"Brisa Foods"})),
    "zip member's name": ("files/a.zip", _zip(**{"Brisa Foods.txt": b"x"})),
    "zip in a zip": ("files/a.zip", _zip(**{"b.zip": _zip(**{"c.txt": b"Brisa Foods"})})),
    "docx, runs": ("files/a.docx", _office("<w:p><w:r><w:t>Bri</w:t></w:r><w:t>sa Foods</w:t></w:p>")),
    "xlsx": ("files/a.xlsx", _office("<si><t>Brisa Foods</t></si>", "xl/sharedStrings.xml")),
    "pptx": ("files/a.pptx", _office("<a:p><a:r><a:t>Brisa Foods</a:t></a:r></a:p>", "ppt/slides/s1.xml")),
    "PNG text": ("a.png", _png(Title="Brisa Foods")),
    "PNG compressed text": ("a.png", _png(zTitle="Brisa Foods")),
    "PNG international text": ("a.png", _png(itxt="Brisa Foods")),
    "after the PNG": ("a.png", _png() + b"Brisa Foods"),
    "EXIF": ("a.jpg", _jpeg(exif=_exif("Brisa Foods", 0x010E))),
    "EXIF in UTF-16": ("a.jpg", _jpeg(exif=_exif("Brisa Foods".encode("utf-16-le"), 0x9C9B))),
    "XMP": ("a.jpg", _jpeg(xmp=_XMP)),
    "IPTC": ("a.jpg", _iptc()),
    "JPEG comment": ("a.jpg", _jpeg(comment=b"Brisa Foods")),
    "WebP EXIF": ("a.webp", _webp()),
    "GIF comment": ("a.gif", _gif()),
    "PDF information": ("a.pdf", _pdf(b"", extra=b"/Title (Brisa Foods)")),
    "PDF, UTF-16": ("a.pdf", _pdf(b"", extra=b"/Title <FEFF" + _WIDE.hex().encode() + b">")),
    "PDF text": ("a.pdf", _pdf(b"BT (Brisa) Tj ( Foods) Tj ET")),
    "PDF text, kerned": ("a.pdf", _pdf(b"BT [(Br) 12 (isa) -300 (F\\157ods)] TJ ET")),
    "PDF text, plain stream": ("a.pdf", _pdf(b"BT /F1 12 Tf (Brisa Foods) Tj ET", deflate=False)),
    "PDF glyph codes": ("a.pdf", _glyph_pdf()),
    "PDF XMP": ("a.pdf", _pdf(_XMP, deflate=False)),
    "unknown bytes": ("a.bin", bytes(range(256)) * 4 + b"Brisa Foods" + bytes(range(256))),
    "unknown bytes, UTF-16": ("a.mp4", b"\0\1\2\3" * 9 + "Brisa Foods".encode("utf-16-le") + b"\0\0\0"),
    "HTML without a name": ("download", b"<html><p>Brisa <b>Foods</b></p>"),
    "path": ("files/brisa-foods.txt", b"x"),
    "path with capitals": ("files/BrisaFoods-2026.txt", b"x"),
}  # fmt: skip


@pytest.mark.parametrize(("path", "data"), FILES.values(), ids=FILES)
def test_a_name_is_found_in_every_kind_of_file(path: str, data: bytes) -> None:
    assert found(SCAN, portal("acme", data, path)) == [NAME]
    assert found(SCAN, public(**{path: data})) == [NAME]


@pytest.mark.parametrize(("path", "data"), FILES.values(), ids=FILES)
def test_the_same_file_is_fine_for_its_own_client(path: str, data: bytes) -> None:
    assert found(SCAN, portal("brisa", data, path)) == []


NAMES = [
    ("McDonald's", "at McDonalds"),
    ("McDonald's", "at McDonald’s"),
    ("Smith & Sons", "with Smith and Sons"),
    ("Smith & Sons", "with SMITH &amp; SONS"),
    ("Pérez y Hijos", "con Perez &amp; Hijos"),
    ("AT&T", "for AT&amp;T now"),
    ("Łódź Øl", "in Lodz Ol"),
    ("Straße", "die STRASSE hier"),
    ("微風食品", "我们为微風食品做广告"),
    ("Ёлка", "для ЕЛКА тут"),
    ("Zara", "zara"),
    ("orange.com", "see www.orange.com/x"),
    ("3M", "for 3M now"),
]


@pytest.mark.parametrize(("name", "text"), NAMES)
def test_names_are_found_as_people_write_them(name: str, text: str) -> None:
    kind = "domain" if "." in name else "client name"
    scan = Scan([term(name, kind), *TERMS])  # type: ignore[arg-type]
    assert name in found(scan, portal("acme", html(f"<p>{text}</p>")))


def test_a_leak_is_told_for_every_page_that_shows_it() -> None:
    files = {
        f"{n}.html": html("<p title='Brisa Foods'>one</p>\n<p>Brisa Foods</p>").encode() for n in range(3)
    }
    unit = portal("acme", "")
    pages = [leak.page for leak in SCAN.unit(type(unit)("portals/k3y", "portal", "acme", files))]
    assert pages == ["portals/k3y/0.html", "portals/k3y/1.html", "portals/k3y/2.html"]


def test_a_sentence_of_another_engagement_of_the_same_client() -> None:
    both = [
        sentence(SECRET, "brisa"),
        sentence(TO_CLIENT, "brisa", type(TERMS[0].audience).CLIENT),
        term("Brisa Foods", account="brisa-two", client="brisa client"),
    ]
    body = html(f"<p>{SECRET}</p><p>{TO_CLIENT}</p>")
    assert found(Scan(both), portal("brisa-two", body)) == [SECRET]

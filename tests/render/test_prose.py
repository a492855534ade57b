"""Prose: what the dialect shows, and that nothing can hide in it."""

import re

import html5lib
import pytest

from portalgen.render.prose import html
from portalgen.views import FileRef, Prose

AD = FileRef(path="files/ad.png", sha256="x", size=1)
FILES = (
    ("brisa/files/ad.png", AD),
    ("brisa/files/a b.pdf", FileRef(path="files/a b.pdf", sha256="x", size=1)),
)


def shown(text: str, **options: object) -> str:
    prose = Prose(stretches=(text,), files=FILES)
    return str(html(prose.model_copy(update=options), root="../"))


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://x.example/a.png>",
    "<img src=data:image/svg+xml,x>",
    "<svg onload=alert(1)>",
    "<svg><script>alert(1)</script></svg>",
    "<math><mi href=javascript:alert(1)>x</mi></math>",
    "<iframe src=https://x.example></iframe>",
    "<object data=x></object><embed src=x>",
    "<form action=/x><input name=a><button>b</button></form>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href=java&#x09;script:alert(1)>x</a>",
    "<a href=data:text/html,x>x</a>",
    "<a href=vbscript:x>x</a>",
    "<a href=//x.example>x</a>",
    "<a href=../../../other/>x</a>",
    "<p style='background:url(https://x.example)'>x</p>",
    "<style>*{}</style>",
    "<link rel=stylesheet href=https://x.example>",
    "<meta http-equiv=refresh content=0>",
    "<base href=https://x.example>",
    "<div id=main>x</div>",
    "<a name=top id=s-evil>x</a>",
    "<p onclick=alert(1) onmouseover=alert(1)>x</p>",
    "<details ontoggle=alert(1) open>x</details>",
    "<video src=https://x.example/a.mp4 autoplay></video>",
    "<audio src=x onerror=alert(1)>",
    "<body onload=alert(1)>",
    "<template><script>alert(1)</script></template>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<textarea></textarea><script>alert(1)</script>",
    "<title></title><script>alert(1)</script>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](javascript:alert(1))",
    "![x](https://x.example/a.png)",
    '![x"onerror="alert(1)](brisa/files/ad.png)',
    '[x](brisa/files/ad.png "a\\" onclick=alert(1)")',
    "<javascript:alert(1)>",
    "[x][r]\n\n[r]: javascript:alert(1)",
    "<b class='skip band'>x</b>",
    "<article class=pg-card data-case=x>x</article>",
    "<a href=https://x.example ping=https://y.example target=_blank>x</a>",
    "<button formaction=javascript:alert(1)>x</button>",
    "<xss id=x tabindex=1 onfocus=alert(1)></xss>",
    "<input autofocus onfocus=alert(1)>",
    "<marquee onstart=alert(1)>x</marquee>",
    "<select onfocus=alert(1)><option>x</option></select>",
    "<p/onclick=alert(1)//x>",
    "<<script>alert(1);//<</script>",
    "<img src='a' alt='<script>alert(1)</script>'>",
    "`<script>`<script>alert(1)</script>",
    "<a href='https://x.example' style='x' onclick='y'>x</a>",
    "<!--><script>alert(1)</script>",
    "<p>x</p><script>alert(1)",
    "| a |\n|-|\n| <img src=x onerror=alert(1)> |",
    "> [!NOTE]\n> <script>alert(1)</script>",
    "[^1]\n\n[^1]: <script>alert(1)</script>",
]

_FORBIDDEN = {"script", "style", "iframe", "object", "embed", "form", "input", "button", "textarea", "select", "svg",
              "math", "link", "meta", "base", "video", "audio", "template", "article", "noscript", "marquee"}  # fmt: skip


@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_that_runs_loads_or_leads_astray_survives(attack: str) -> None:
    tree = html5lib.parseFragment(shown(f"Before\n\n{attack}\n\nAfter\n"), namespaceHTMLElements=False)
    for element in tree.iter():
        if not isinstance(element.tag, str) or element.tag == "DOCUMENT_FRAGMENT":
            continue
        assert element.tag not in _FORBIDDEN
        for name, value in element.attrib.items():
            assert not name.startswith("on")
            assert name not in ("style", "ping", "target", "formaction", "srcset", "data-case", "name")
            if name == "href":
                assert re.match(r"https://|mailto:|tel:|#s-|\.\./files/", value), value
            if name == "src":
                assert value.startswith("../files/"), value
            if name == "id":
                assert value.startswith("s-")
            if name == "class":
                assert not {"skip", "band", "pg-card"} & set(value.split())


def test_there_are_attacks_enough() -> None:
    assert len(ATTACKS) >= 60


DIALECT = [
    ("a table", "| a |\n|--:|\n| 1 |", 'class="al-r"'),
    ("a task list", "- [x] done", "☑"),
    ("struck out", "~~no~~", "<del>no</del>"),
    ("a footnote", "a[^1]\n\n[^1]: note", "note"),
    ("an alert", "> [!WARNING]\n> hot", "Warning"),
    ("a bare address", "See https://x.example/a_b.", '<a href="https://x.example/a_b"'),
    ("a bare host", "See www.x.example.", '<a href="https://www.x.example"'),
    ("a bare mail", "Ask ana@x.example.", '<a href="mailto:ana@x.example"'),
    ("a mail in angles", "<ana@x.example>", '<a href="mailto:ana@x.example"'),
    ("a file", "[plan](<brisa/files/a b.pdf>)", 'href="../files/a%20b.pdf"'),
    ("an image", "![an ad](brisa/files/ad.png)", 'src="../files/ad.png"'),
]


@pytest.mark.parametrize(("text", "wanted"), [d[1:] for d in DIALECT], ids=[d[0] for d in DIALECT])
def test_the_dialect_shows_what_editors_preview(text: str, wanted: str) -> None:
    assert wanted in shown(text)


def test_an_anchor_leads_to_its_heading() -> None:
    found = re.search(r'id="(s-[^"]+)".*href="#(s-[^"]+)"', shown("# Far away\n\n[x](#far-away)"), re.S)
    assert found is not None
    assert found[1] == found[2]


def test_headings_stand_below_the_pages_own() -> None:
    prose = Prose(stretches=("# A\n\n## B", "## C\n\n# D\n\n###### E"))
    assert re.findall(r"<h(\d)", str(html(prose, shift=2))) == ["3", "4", "4", "3", "4"]
    assert re.findall(r"<h(\d)", str(html(prose, under=1))) == ["2", "3", "3", "2", "3"]


def test_no_heading_skips_a_level() -> None:
    prose = Prose(stretches=("### A\n\n# B\n\n#### C", "#### D\n\n##### E\n\n# F"))
    assert re.findall(r"<h(\d)", str(html(prose, under=2))) == ["3", "3", "4", "5", "6", "3"]


def test_images_and_links_are_left_out_where_a_case_is_anonymised() -> None:
    text = "See [the shop](https://x.example) ![an ad](brisa/files/ad.png) <a href='https://y.example'>y</a>"
    found = shown(text, images=False, links=False)
    assert "the shop" in found
    assert not re.search(r"x\.example|y\.example|href|<img|ad\.png", found)


def test_two_stretches_share_no_footnote() -> None:
    prose = Prose(stretches=("a[^1]\n\n[^1]: one", "b[^1]\n\n[^1]: two"))
    ids = re.findall(r'\bid="([^"]+)"', str(html(prose)))
    assert len(ids) == len(set(ids)) >= 4

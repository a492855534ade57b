"""Each stretch is read as the document that it is shown as; nothing in it swallows what follows."""

from pathlib import Path

import pytest

from tests.load.scene import account, places

FOUND = [
    ("a reference that another section defines", "[r]: https://x.example\n\n## B\n[y][r]\n\n[r]: javascript:x\n", ("bad-link", 9, 1)),
    ("a reference to a file of the second section", "[r]: https://x.example\n\n## B\n[y][r]\n\n[r]: alfa/x.pdf\n", ("missing-file", 9, 1)),
    ("code whose last line is only like its end", "```\na\n\n## B {.internal}\n> ```\n", ("open-code", 6, 1)),
    ("code whose end is indented too far", "```\na\n\n## B {.internal}\n     ```\n", ("open-code", 6, 1)),
    ("code whose end is too short", "````\na\n```\n", ("open-code", 6, 1)),
    ("code of a quote that ends", "> ```\n> a\n\nb\n", ("open-code", 6, 3)),
    ("code that a fence ends", "- a\n\n  ```\n  b\n::: internal\nc\n:::\n", ("open-code", 8, 3)),
    ("raw HTML over a heading", "<div>\n## B {.client}\n</div>\n", ("heading-in-html", 7, 1)),
    ("raw HTML over an underlined heading", "<div>\nB\n---\n</div>\n", ("heading-in-html", 7, 1)),
    ("an end tag with a blank", "<pre>\n</pre >\n\na\n", ("open-html", 6, 1)),
    ("a declaration", "<!doctype\n\na\n", ("open-html", 6, 1)),
    ("a processing instruction", "<?php\n\na\n", ("open-html", 6, 1)),
    ("a comment's end in a heading", "## A --> b\n", ("open-comment", 6, 6)),
    ("a comment over an empty line in text", "a <!-- b\n\nc --> d\n", ("open-comment", 6, 3)),
    ("a comment that a comment hides", "<!<!-- x -->-- y -->\n", ("open-comment", 6, 1)),
    ("a mark behind a comment, in the file's columns", "a <!-- ñandú --> b {.client}\n", ("misplaced-mark", 6, 20)),
    ("a mark behind a comment of two lines", "a <!-- b\nc --> d {.client}\n", ("misplaced-mark", 7, 9)),
    ("the second of two marks in a text", "a {.x1} ñ {.x2}\n", ("misplaced-mark", 6, 11)),
    ("a mark in a table", "| a {.client} |\n|---|\n", ("misplaced-mark", 6, 5)),
    ("a mark in a footnote", "a[^1]\n\n[^1]: b {.client}\n", ("misplaced-mark", 8, 9)),
    ("a mark in an attribute", "<b title='{.client}'>x</b>\n", ("misplaced-mark", 6, 11)),
    ("a marked heading in a footnote", "a[^1]\n\n[^1]:\n    ## b {.client}\n", ("misplaced-mark", 9, 5)),
    ("a fence in raw HTML", "<div>\n  ::: internal\n</div>\n", ("unknown-fence", 7, 3)),
    ("a fence in indented code", "a\n\n    ::: internal\n", ("unknown-fence", 8, 5)),
    ("a fence that a comment uncovers", "<!-- x -->::: internal\n", ("unknown-fence", 6, 11)),
    ("a heading with a no-break space", "##\N{NO-BREAK SPACE}B\n", ("glued-heading", 6, 1)),
    ("a link to an update's file", "[x](alfa/updates/a.md)\n", ("bad-link", 6, 1)),
    ("an address without a host", "[x](https:)\n", ("bad-link", 6, 1)),
    ("an address with a blank", "[x](<https://x.example/a b>)\n", ("bad-link", 6, 1)),
    ("an entity in a scheme", "[x](java&#115;cript:alert)\n", ("bad-link", 6, 1)),
    ("a tab in a scheme", "[x](<java&#9;script:alert>)\n", ("bad-link", 6, 1)),
    ("another host", "[x](//x.example)\n", ("bad-link", 6, 1)),
    ("a zero byte", "[x](alfa/%00)\n", ("bad-link", 6, 1)),
    ("a link in a section's heading", "## [B](alfa/x.pdf)\n", ("missing-file", 6, 4)),
]  # fmt: skip

FINE = [
    ("an address in angle brackets", "<ana@alfa.example> <https://x.example>"),
    ("mail and telephone", "[a](mailto:ana@alfa.example) [b](tel:+34910000000) [c](#b)"),
    ("a comment in indented code", "a\n\n    <!-- b"),
    ("a comment in code", "`<!--` and `-->`"),
    ("two signs in indented code", "a\n\n    ##define"),
    ("escaped signs", "\\##tag"),
    ("fenced code of any length", "~~~~ md\n::: internal\n## B {.client}\n~~~\n<!--\n~~~~"),
    ("closed code in a list in a quote", "> - a\n>   ```\n>   {.b}\n>   ```\n> - c"),
    ("a comment that holds a section", "<!--\n## B {.client}\n\ntext\n-->"),
    ("closed HTML", "<details>\n<summary>a</summary>\n\nb\n\n</details>"),
    ("HTML in capitals", "<PRE>\na\n</PRE>"),
]


@pytest.mark.parametrize(("body", "wanted"), [f[1:] for f in FOUND], ids=[f[0] for f in FOUND])
def test_what_would_show_too_much_is_an_error_at_its_place(
    tmp_path: Path, body: str, wanted: tuple[str, int, int]
) -> None:
    content = account(tmp_path, body)
    assert wanted in places(content)
    assert content.broken == {"alfa"}


@pytest.mark.parametrize("body", [f[1] for f in FINE], ids=[f[0] for f in FINE])
def test_what_shows_nothing_more_is_read(tmp_path: Path, body: str) -> None:
    content = account(tmp_path, f"## A {{.client}}\n{body}\n")
    assert not content.problems
    assert [s.id for s in content.accounts[0].account.sections] == ["a"]


def test_a_stretch_lists_its_own_links_alone(tmp_path: Path) -> None:
    body = "## A\n[x](alfa/a.md)\n::: internal\n[y](alfa/b%2Emd?v=1#top) ![z](https://x.example/z.png)\n:::\n"
    content = account(tmp_path, body, a="a", b="b")
    assert places(content) == [("remote-image", 9, 26)]
    (section,) = content.accounts[0].account.sections
    assert [t.links for t in section.stretches] == [
        (("alfa/a.md", "a.md"),),
        (("alfa/b%2Emd?v=1#top", "b.md"),),
    ]
    assert [f.path for f in content.accounts[0].account.files] == ["a.md", "b.md"]

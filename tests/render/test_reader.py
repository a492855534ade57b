"""The reader page: the same for every portal, whole in every language, and bound to the files it loads."""

from __future__ import annotations

import base64
import json
import re
from hashlib import sha384

import html5lib
import pytest

from portalgen.render import assets
from portalgen.render.environment import catalogs
from portalgen.render.reader import POLICY, SHARED, reader_page
from portalgen.settings import House

FILES = assets.portals(House())


def page(contact: str = "help@estudio-norte.example", language: str = "en") -> str:
    return reader_page(FILES, contact, language).decode()


def texts(html: str) -> dict[str, dict[str, str]]:
    found = re.search(r'<script type="application/json" id="texts">(.*?)</script>', html)
    assert found
    return dict(json.loads(found[1]))


def test_it_is_html_without_a_fault() -> None:
    html5lib.HTMLParser(strict=True).parse(page())


def test_it_runs_and_loads_what_it_vouches_for_and_nothing_else() -> None:
    html = page()
    assert f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">' in html.replace("&#39;", "'")
    loaded = re.findall(
        r'(?:src|href)="\.\./assets/([a-z.]+)\?v=([0-9a-f]{12})" integrity="sha384-([^"]+)"', html
    )
    assert [name for name, _, _ in loaded] == ["style.css", "reader.js", "portal.js"]
    for name, version, whole in loaded:
        digest = sha384(FILES[name]).digest()
        assert (version, whole) == (digest.hex()[:12], base64.b64encode(digest).decode())
    assert set(re.findall(r'(?:src|href)="([^"#?]+)', html)) == {
        *(f"../assets/{name}" for name in SHARED), "mailto:help@estudio-norte.example",
    }  # fmt: skip
    assert not re.search(r"\son[a-z]+=|\sstyle=|<style", html)


def test_another_file_makes_another_page() -> None:
    changed = {**FILES, "reader.js": FILES["reader.js"] + b"\n"}
    assert reader_page(changed, "", "en") != reader_page(FILES, "", "en")


@pytest.mark.parametrize("language", ["en", "es", "de", "ar"])
def test_it_says_everything_in_every_language_beginning_with_the_houses(language: str) -> None:
    told = texts(page(language=language))
    assert set(told) == {"en", *catalogs()}
    assert next(iter(told)) == (language if language in told else "en")
    names = set(told["en"])
    for one, said in told.items():
        assert set(said) == names
        assert all(said.values())
        shared = {name for name in names if said[name] == told["en"][name] and name != "dir"}
        assert one == "en" or shared == set()


@pytest.mark.parametrize(
    ("contact", "href"),
    [
        ("help@estudio-norte.example", "mailto:help@estudio-norte.example"),
        ("https://estudio-norte.example/help", "https://estudio-norte.example/help"),
        ("the office, +34 910 000 012", None),
        ("javascript:alert(1)", None),
    ],
)
def test_the_contact_is_a_link_where_it_can_be_one(contact: str, href: str | None) -> None:
    link = f'<a id="contact"{f" href={chr(34)}{href}{chr(34)}" if href else ""}>{contact}</a>'
    assert link in page(contact).replace("&#43;", "+")
    assert "{contact}" in texts(page(contact))["en"]["help"]


def test_without_a_contact_it_is_whoever_sent_the_link() -> None:
    assert 'id="contact"' not in page("")
    assert texts(page(""))["en"]["help"].endswith("write to whoever sent you the link.")


def test_no_text_ends_the_block_that_holds_it() -> None:
    html = page('</script><script>alert("1")</script>')
    assert "<script>alert" not in html
    html5lib.HTMLParser(strict=True).parse(html)


def test_the_scripts_are_small() -> None:
    import gzip

    assert len(gzip.compress(FILES["reader.js"], 9)) < 10_000

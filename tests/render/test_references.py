"""What sales may show: the list of all cases, and the sheet of each on one A4 page and within its scopes."""

from __future__ import annotations

import re
import subprocess
from decimal import Decimal
from pathlib import Path
from typing import Any

import html5lib
import pytest

from portalgen.render import assets, internal
from portalgen.scan.pdf import texts
from portalgen.views import (
    CaseState,
    CaseStudyView,
    KpiView,
    PortfolioView,
    ReferencesView,
    SectionView,
    files_of,
)
from portalgen.vocabulary import ConsentChannel
from tests.browser.serving import served
from tests.images import png
from tests.project import chromium
from tests.render import samples

LONG = "\n\n".join(f"Part {n}. {'They baked and drove and sold. ' * 12}" for n in range(80))
UNTIL = samples.day(200)  # 11 June 2027


def anonymised() -> CaseStudyView:
    """The sample's case as an anonymised one is projected."""
    named = samples.case()
    result = KpiView(id="cost", name="Cost per lead", direction="decrease", change=Decimal("-16.1"))
    return named.model_copy(
        update={"client": "a food brand", "anonymised": True, "logo": None, "image": None, "start": None,
                "end": None, "headline": result, "results": (result,),
                "quote": named.quote and named.quote.model_copy(update={"by": None, "role": None})}
    )  # fmt: skip


def state(**values: Any) -> CaseState:
    """A case that may be used in the deck and the press, not on the website."""
    said: dict[str, Any] = {
        "account": "brisa", "client": "Brisa Foods", "title": "A launch that sold out", "attribution": "named",
        "consent": "granted", "channels": ("sales_deck", "press"), "scopes": ("name", "quote"),
        "expires_on": UNTIL, "granted_by": "Rosa Medina", "granted_on": samples.day(-20),
        "evidence": "signed form", "why": "The consent does not cover the website.", "case": samples.case(),
    }  # fmt: skip
    return CaseState(**{**said, **values})


def pages(*states: CaseState, language: str = "en") -> dict[str, bytes]:
    """The references and their sheets by address."""
    portfolio = PortfolioView(agency="Estudio Norte", language=language, as_of=samples.TODAY)
    view = ReferencesView(agency="Estudio Norte", language=language, cases=states)
    made = internal.wanted(portfolio, view, {})
    return {path: make().body for path, make in made.items() if path.startswith("references/")}


def text_of(page: bytes, name: str = "main") -> str:
    """The text of the first element with this name, its blanks run together."""
    tree = html5lib.parse(page.decode(), namespaceHTMLElements=False)
    found = tree.find(f".//{name}")
    assert found is not None
    return " ".join("".join(found.itertext()).split())


def sheet(one: CaseState, language: str = "en") -> bytes:
    """The sheet of a case."""
    return pages(one, language=language)[f"references/{one.account}/index.html"]


def cells(one: CaseState) -> dict[str, str]:
    """A case's row in the list, by the heads of its columns."""
    tree = html5lib.parse(pages(one)["references/index.html"].decode(), namespaceHTMLElements=False)
    rows = [row for row in tree.iter("tr") if len(row) > 2]
    heads, shown = ([" ".join("".join(cell.itertext()).split()) for cell in row] for row in rows)
    return dict(zip(heads, shown, strict=True))


# ---- the list -------------------------------------------------------------------------------------------

CHANNELS: list[tuple[tuple[ConsentChannel, ...], str]] = [
    (("website",), "Website"),
    (("sales_deck",), "Sales deck"),
    (("social",), "Social media"),
    (("press",), "Press"),
]


@pytest.mark.parametrize(("channels", "head"), CHANNELS)
def test_the_list_says_of_each_channel_whether_a_case_may_be_used_there(
    channels: tuple[ConsentChannel, ...], head: str
) -> None:
    said = cells(state(channels=channels))
    assert {name: said[name] for _, name in CHANNELS} == {
        name: "yes" if name == head else "no" for _, name in CHANNELS
    }


@pytest.mark.parametrize("consent", ["requested", "revoked", "none", "granted"])
def test_what_may_not_be_used_says_no_everywhere_and_why(consent: str) -> None:
    said = cells(state(consent=consent, case=None, why="The client has withdrawn consent."))
    assert {said[name] for _, name in CHANNELS} == {"no"}
    assert "The client has withdrawn consent." in said["Case study"]
    assert said["May show"] == ""
    assert "references/brisa/index.html" not in pages(state(case=None))


def test_the_list_says_until_when_and_on_whose_word() -> None:
    assert cells(state())["Consent"] == "Granted, until Jun 11, 2027Rosa Medina · Nov 3, 2026 · signed form"
    assert cells(state(expires_on=None, granted_by=None, granted_on=None, evidence=None))["Consent"] == (
        "Granted, without an end"
    )


def test_the_list_says_what_may_be_shown_and_what_is_left_out() -> None:
    said = cells(state(left_out=("metrics", "imagery")))
    assert said["May show"] == "Name, Quoteleft out: Figures, Images"


@pytest.mark.parametrize(
    ("scopes", "shown"),
    [(("name", "logo", "quote", "metrics", "imagery"), "Quote, Figures"), (("name",), "the text alone")],
)
def test_an_anonymised_case_never_offers_name_logo_or_images(scopes: tuple[str, ...], shown: str) -> None:
    assert cells(state(attribution="anonymised", scopes=scopes, case=anonymised()))["May show"] == shown


def test_what_may_be_used_stands_first_and_both_are_counted() -> None:
    said = text_of(
        pages(state(account="a", title="Aaa", case=None), state(account="b", title="Bbb"))[
            "references/index.html"
        ]
    )
    places = [
        said.index(t) for t in ("May be used: 1 case study", "Bbb", "Not to be used: 1 case study", "Aaa")
    ]
    assert places == sorted(places)


def test_without_cases_the_list_says_so() -> None:
    assert "There is no case study yet." in text_of(pages()["references/index.html"])


def test_a_case_leads_to_its_sheet_and_its_client_to_the_brief() -> None:
    page = pages(state())["references/index.html"].decode()
    assert re.search(r'<a class="title" href="brisa/">\s*A launch that sold out', page)
    assert '<a href="../accounts/brisa/">Brisa Foods</a>' in page


# ---- the sheet --------------------------------------------------------------------------------------------


def test_a_sheet_says_for_which_channels_and_until_when_on_the_paper_too() -> None:
    page = sheet(state())
    terms = "For these channels only: Sales deck, Press. Until June 11, 2027."
    assert text_of(page).count(terms) == 2
    assert terms in text_of(page, "footer")
    assert "Not for: Website, Social media." in text_of(page)


def test_a_sheet_without_an_end_says_so() -> None:
    assert "Press. Without an end." in text_of(sheet(state(expires_on=None)), "footer")


def test_a_sheet_in_spanish() -> None:
    said = text_of(sheet(state(), "es"))
    assert "Solo para estos canales: Presentación comercial, Prensa. Hasta el 11 de junio de 2027." in said


def test_a_sheet_shows_the_case_and_its_words_in_their_own_language() -> None:
    said = text_of(sheet(state()), "article")
    for text in ("Brisa Foods · Groceries · Galicia", "A launch that sold out", "Sold out in a day.", "Cost per lead",
                 "−16.1%", "Dull, and we loved it.", "Quim Ruiz, CMO", "The story.", "What we learned",
                 "Media buying"):  # fmt: skip
        assert text in said
    assert 'lang="en"' in sheet(state(), "es").decode().partition("<h1")[2].partition(">")[0]


def without(case: CaseStudyView, **gone: Any) -> str:
    return sheet(state(case=case.model_copy(update=gone))).decode()


@pytest.mark.parametrize(
    ("gone", "absent"),
    [
        pytest.param({"quote": None}, ("Dull, and we loved it.", "Quim Ruiz", "<blockquote"), id="no quote"),
        pytest.param({"headline": None, "results": ()}, ("Cost per lead", "<table", 'class="big"'), id="no figures"),
        pytest.param({"logo": None}, ("logo.png", 'class="logo"'), id="no logo"),
        pytest.param({"image": None}, ("hero.png", "A shelf, empty"), id="no image"),
    ],
)  # fmt: skip
def test_a_sheet_shows_nothing_beyond_its_scopes(gone: dict[str, Any], absent: tuple[str, ...]) -> None:
    page = without(samples.case(), **gone)
    assert [text for text in absent if text in page] == []
    whole = sheet(state()).decode()
    assert [text for text in absent if text not in whole] == []


def test_the_paper_of_an_anonymised_case_has_no_name_and_the_team_is_warned() -> None:
    page = sheet(state(attribution="anonymised", case=anonymised()))
    paper = text_of(page, "article")
    assert "a food brand" in paper
    assert "Brisa" not in paper
    assert "Quim" not in paper
    assert "Anonymised: do not say who the client is." in text_of(page)
    assert text_of(page, "title") == "A launch that sold out: Estudio Norte"


def test_the_paper_says_nothing_of_the_record_of_consent() -> None:
    page = sheet(state()).decode()
    assert "Rosa Medina" not in page
    assert "signed form" not in page


def test_the_paper_links_to_nothing() -> None:
    story = samples.text(samples.PROSE, files=samples.FILES)
    page = without(samples.case(), story=story)
    article = page[page.index("<article") : page.index("</article>")]
    assert "report" in article
    assert re.findall(r'href="(?!#)[^"]*"', article) == []


# ---- on paper -----------------------------------------------------------------------------------------------


def written(folder: Path, one: CaseState) -> None:
    """The sheet with its files, as the internal site has them."""
    target = folder / f"references/{one.account}"
    (target / "files").mkdir(parents=True)
    (target / "index.html").write_bytes(sheet(one))
    assert one.case is not None
    for url in files_of(one.case):
        (target / url).write_bytes(png("nobody"))
    (folder / "assets").mkdir()
    for name, data in assets.team().items():
        (folder / "assets" / name).write_bytes(data)


MANY = tuple(samples.kpis()[0].model_copy(update={"id": f"k{n}", "name": f"Measure {n}"}) for n in range(40))
SIZES = [
    ("short", {}),
    ("a story of many pages", {"story": samples.text(LONG)}),
    ("more sections", {"sections": tuple(SectionView(id=f"s{n}", title="More", prose=samples.text(LONG)) for n in range(3))}),
    ("an endless word", {"story": samples.text("brot" * 4000)}),
    ("a wide table", {"story": samples.text("|" + " wide |" * 30 + "\n|" + "-|" * 30 + "\n" + ("|" + " cell |" * 30 + "\n") * 60)}),
    ("a long title", {"title": "They baked and drove and sold " * 12}),
    ("a long quote", {"quote": samples.case().quote and samples.case().quote.model_copy(update={"text": LONG})}),
    ("forty figures", {"results": MANY}),
    ("a long summary", {"summary": LONG}),
]  # fmt: skip


@pytest.mark.parametrize("change", [s[1] for s in SIZES], ids=[s[0] for s in SIZES])
def test_a_sheet_prints_on_one_a4_page_with_its_terms(tmp_path: Path, change: dict[str, Any]) -> None:
    one = state(case=samples.case().model_copy(update=change))
    written(tmp_path, one)
    target = tmp_path / "sheet.pdf"
    with served(tmp_path) as base:
        address = f"{base}/references/brisa/"
        flags = ["--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"]
        subprocess.run(
            [chromium(), *flags, f"--print-to-pdf={target}", address],
            check=True,
            capture_output=True,
            timeout=120,
        )
    data = target.read_bytes()
    assert len(re.findall(rb"/Type\s*/Page\b", data)) == 1
    assert re.findall(rb"/MediaBox \[0 0 (\d+)[.\d]* (\d+)", data) == [(b"594", b"841")]
    said = " ".join(part for part in texts(data) if isinstance(part, str)).replace("\x02", "")
    assert "Salesdeck,Press.UntilJune11,2027" in re.sub(r"\s", "", said)
    # The browser's own line at the foot would hold the address, and with it the account's id.
    assert [text for text in (base, "references/brisa", "not for clients", "Not for") if text in said] == []

"""Ways in which a client survives in an anonymised case study: each is found, and nothing is published.

Every row is one edit of a clean account. What is always dropped (images, quote attribution, files, links,
the consent's own words) may name the client, and no byte of it may reach the public tree.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from click.testing import CliRunner

from portalgen.account import Account, FrontMatter
from portalgen.cli import main
from portalgen.problems import Problem, as_json, as_text
from portalgen.project import survivors as find_survivors
from portalgen.project.fold import fold
from tests.images import jpeg, png, webp
from tests.project import SECRET, Project

ACCOUNT = """\
---
client:
  name: Zumaya Foods, S.L.
  legal_name: Alimentos Cantábrico Norte, S.A.
  aliases: [Brisa, Brise Légère, Salt & Stone, Müller Søn]
  domains: [zumayafoods.example, www.mar-lorbe.example]
  website: https://www.costaverde.example/es
  descriptor: a European food brand
  logo: files/zumaya-foods-logo.png
title: Launch of Zumaya Foods
language: en
industry: Food and drink
region: Southern Europe
size: medium
services: [Media buying, Packaging]
team: [{name: Ana Ruiz, role: account_executive, email: ana@estudio-norte.example}]
contacts: [{name: Itziar Olano, role: sponsor, email: i.olano@oficina.example}, {name: María del Mar Sanz}]
kpis:
  - {id: cost-per-lead, name: Cost per lead, unit: €, direction: decrease, source: Ad accounts, method: Spend by leads,
     audience: public, baseline: {value: 4444, date: 2026-01-05}, readings: [{value: 3333, date: 2026-03-09}]}
  - {id: private, name: Stock of Zumaya Foods, baseline: {value: 1}}
case_study:
  attribution: anonymised
  title: A spring launch that sold out
  summary: The shelves were empty by noon.
  slug: spring-launch
  headline_kpi: cost-per-lead
  kpis: [cost-per-lead]
  quote: {text: We ran out of boxes., by: Itziar Olano, role: Head of Brisa}
  image: files/shelf.png
  image_alt: An empty shelf
  consent: {status: granted, scopes: [name, logo, quote, metrics, imagery], channels: [website], granted_by: Itziar Olano, evidence: Mail of Brisa}
---
## 2026-11-20 First ads are live {.client}

Zumaya Foods said yes.

## Case {#case-study .public}

They wanted a full shelf, and we made posters.

![An empty shelf](launch/files/shelf.png) See the [shop](https://shop.example/spring), the [plan](launch/files/plan.pdf)
and [how](#how).

### How

By hand.

::: client
For Brisa alone: thank you.
:::

It began on a Monday.

## Lessons {#lessons .public}

Print early.

## Notes

Brisa pays late.
"""

IDENTITIES = (
    "zumaya", "alimentos", "cantabrico", "brisa", "brise", "legere", "salt", "stone", "muller", "mueller",
    "lorbe", "costaverde", "itziar", "olano", "sanz",
)  # fmt: skip

AUTHOR = "Photo of Zumaya Foods by Itziar Olano"
TEXT = "They wanted a full shelf, and we made posters."

FIELDS = [
    ("title", "case_study.title", "A spring launch that", "How Zumaya Foods"),
    ("the address made from the title", "case_study.title", "title: A spring launch that sold out\n  summary: The shelves were empty by noon.\n  slug: spring-launch", "title: Brisa sold out"),
    ("summary", "case_study.summary", "The shelves were", "The shelves of Brisa were"),
    ("slug", "case_study.slug", "slug: spring-launch", "slug: brisa-launch"),
    ("slug, written together", "case_study.slug", "slug: spring-launch", "slug: zumayafoods"),
    ("quote", "case_study.quote.text", "We ran out of boxes.", "At Brisa we ran out of boxes."),
    ("alt text of the image", "case_study.image_alt", "image_alt: An empty shelf", "image_alt: The shelf of Brisa"),
    ("the image's file name", "case_study.image", "image: files/shelf.png", "image: files/brisa-shelf.png"),
    ("descriptor", "client.descriptor", "descriptor: a European food brand", "descriptor: the makers of Brisa"),
    ("industry", "industry", "industry: Food and drink", "industry: Brisas"),
    ("region", "region", "region: Southern Europe", "region: the valley of Brisa"),
    ("services", "services.1", "services: [Media buying, ", "services: [Brisas, "),
    ("a service with its mark", "services.1", "services: [Media buying, ", "services: [{text: Brisa TV, audience: public}, "),
    ("a KPI's name", "kpis.1.name", "name: Cost per lead", "name: Cost per lead of Brisa"),
    ("a KPI's id", "kpis.1.id", "cost-per-lead", "cost-of-brisa"),
    ("a KPI's unit", "kpis.1.unit", "unit: €", "unit: Brisas"),
    ("a KPI's source", "kpis.1.source", "source: Ad accounts", "source: Zumaya Foods"),
    ("a KPI's method", "kpis.1.method", "method: Spend by leads", "method: as Itziar Olano counts"),
    ("an entity in a field", "case_study.summary", "The shelves were", "The shelves of Br&#105;sa were"),
    ("markup in a field", "case_study.summary", "The shelves were", "The shelves of Bri**sa** were"),
]  # fmt: skip

WRITTEN = [
    ("as it is", "We made posters for Zumaya Foods."),
    ("the name with its legal form", "We worked for Zumaya Foods, S.L. and others."),
    ("the legal name", "We worked for Alimentos Cantábrico Norte, S.A. too."),
    ("the legal name without its form", "We worked for Alimentos Cantábrico Norte too."),
    ("the possessive", "We made Brisa's posters."),
    ("the possessive with a curly apostrophe", "We made Brisa’s posters."),
    ("the possessive without one", "We made Brisas posters."),
    ("upper case", "WE MADE POSTERS FOR BRISA."),
    ("lower case", "we made posters for brisa."),
    ("an accent added", "We made posters for Brísa."),
    ("accents taken off", "We made posters for Brise Legere."),
    ("letters that are no accent", "We made posters for Muller Son."),
    ("umlauts spelled out", "We made posters for Mueller Soen."),
    ("an alias in another language", "Nous l'avons fait pour Brise Légère."),
    ("combining accents", "We made posters for Brise Le\u0301ge\u0300re."),
    ("with a hyphen", "We made Zumaya-Foods posters."),
    ("with an underscore", "We made zumaya_foods posters."),
    ("with a slash", "We made Zumaya/Foods posters."),
    ("over two lines", "We made posters for Zumaya\nFoods and others."),
    ("over a hard line break", "We made posters for Zumaya  \nFoods and others."),
    ("with a non-breaking blank", "We made posters for Zumaya\u00a0Foods."),
    ("written together", "We made ZumayaFoods posters."),
    ("written together, in lower case", "We made zumayafoods posters."),
    ("inside a longer word", "We made the Brisaland posters."),
    ("a hashtag", "We made #ZumayaFoods famous."),
    ("a longer hashtag", "We made #enjoybrisatoday famous."),
    ("a handle", "They are @brisa_official on every network."),
    ("with dots", "We made posters for B.R.I.S.A. and others."),
    ("letter by letter", "We made posters for B r i s a and others."),
    ("with a hyphen inside", "We made posters for Bri-sa and others."),
    ("a soft hyphen inside", "We made posters for Bri\u00adsa."),
    ("a soft hyphen as an entity", "We made posters for Bri&shy;sa."),
    ("a blank without width inside", "We made posters for Bri\u200bsa."),
    ("a word joiner inside", "We made posters for Bri\u2060sa."),
    ("a mark of direction inside", "We made posters for Bri\u200esa."),
    ("a variation selector inside", "We made posters for Bri\ufe0fsa."),
    ("full-width letters", "We made posters for \uff22\uff52\uff49\uff53\uff41."),
    ("mathematical letters", "We made posters for \U0001d401\U0001d42b\U0001d422\U0001d42c\U0001d41a."),
    ("a numeric entity", "We made posters for Br&#105;sa."),
    ("a hexadecimal entity", "We made posters for &#x42;risa."),
    ("a named entity", "We made posters for Br&iacute;sa."),
    ("&amp; in a name", "We made posters for Salt &amp; Stone."),
    ("& spelled out", "We made posters for Salt and Stone."),
    ("& spelled out in Spanish", "Hicimos carteles para Salt y Stone."),
    ("& without blanks", "We made posters for Salt&Stone."),
    ("& as a plus", "We made posters for Salt + Stone."),
    ("& left out", "We made posters for saltstone."),
    ("emphasis inside", "We made posters for Bri**sa**."),
    ("underlined emphasis", "We made posters for __Zumaya__ Foods."),
    ("struck out inside", "We made posters for Bri~~sa~~."),
    ("a backslash inside", "We made posters for Zumaya\\-Foods."),
    ("an element inside", "We made posters for Bri<b>sa</b>."),
    ("a place to break inside", "We made posters for Bri<wbr>sa."),
    ("a comment inside", "We made posters for Bri<!-- nothing -->sa."),
    ("a link inside", "We made posters for [Bri](https://shop.example/)sa."),
    ("code", "We made posters for `brisa`."),
    ("a block of code", "We made posters.\n\n```\nfor brisa\n```"),
    ("a code block's language", "We made posters.\n\n```brisa\nfor them\n```"),
    ("a heading in the story", "### Brisa and the posters\n\nWe made them."),
    ("a list", "- posters\n- for Brisa"),
    ("a cell of a table", "| Poster | For |\n|---|---|\n| One | Brisa |"),
    ("a head of a table", "| Poster | Brisa |\n|---|---|\n| One | yes |"),
    ("a footnote", "We made posters.[^1]\n\n[^1]: For Brisa."),
    ("a footnote's name", "We made posters.[^brisa]\n\n[^brisa]: For them."),
    ("a quotation", "> We made posters for Brisa."),
    ("an alert", "> [!NOTE]\n> We made posters for Brisa."),
    ("a task", "- [x] posters for Brisa"),
    ("raw HTML", "<p>We made posters for <i>Bri</i>sa.</p>"),
    ("an attribute of raw HTML", 'We made <abbr title="for Brisa">posters</abbr>.'),
    ("a link's text", "We made [posters for Brisa](https://shop.example/)."),
    ("a link's address", "We made [posters](https://shop.example/brisa/)."),
    ("a link's query", "We made [posters](https://shop.example/?for=brisa)."),
    ("an address with %", "We made [posters](https://shop.example/%42risa/)."),
    ("a link's title", 'We made [posters](https://shop.example/ "for Brisa").'),
    ("a reference's name", "We made [posters][brisa].\n\n[brisa]: https://shop.example/"),
    ("a reference's address", "We made [posters][p].\n\n[p]: https://shop.example/brisa"),
    ("a mail address as a link", "We made [posters](mailto:hello@zumayafoods.example)."),
    ("a linked file's name", "We made [posters](launch/files/brisa-plan.pdf)."),
    ("a linked file's fragment", "We made [posters](launch/files/plan.pdf#brisa)."),
    ("a file's folder", "We made [posters](launch/files/brisa/plan.pdf)."),
    ("a file's name in raw HTML", 'We made <a href="launch/files/brisa-plan.pdf">posters</a>.'),
    ("the account's folder in a text", "It lies in `zumaya-foods/files`."),
    ("an image's file name", "![Posters](launch/files/brisa-shelf.png)"),
    ("an image's alt text", "![Posters of Brisa](launch/files/shelf.png)"),
    ("an image's title", '![Posters](launch/files/shelf.png "of Brisa")'),
    ("a domain", "We made posters for zumayafoods.example."),
    ("a domain with www, given without", "We made posters for www.zumayafoods.example."),
    ("a domain without www, given with", "We made posters for mar-lorbe.example."),
    ("a domain without its ending", "We made posters for @marlorbe."),
    ("the website", "We made posters for costaverde.example."),
    ("a mail address of the domain", "Write to press@zumayafoods.example."),
    ("a domain in upper case", "We made posters for ZUMAYAFOODS.EXAMPLE."),
    ("a contact", "Itziar Olano liked the posters."),
    ("a contact, surname first", "Olano, Itziar liked the posters."),
    ("a contact without accents", "Maria del Mar Sanz liked the posters."),
    ("a contact's mail address", "Write to i.olano@oficina.example."),
    ("the domain of a contact's mail address", "Write to hello@oficina.example."),
]  # fmt: skip

SECTIONS = [
    ("another section's heading", "## Lessons {#lessons .public}", "## Lessons of Brisa {#lessons .public}"),
    ("another section's id", "## Lessons {#lessons .public}", "## Lessons {#brisa-lessons .public}"),
    ("another section's text", "Print early.", "Print early, Brisa."),
    ("the case's heading", "## Case {#case-study", "## The case of Brisa {#case-study"),
    ("text after a fence", "It began on a Monday.", "It began on a Monday.\n\nBrisa called."),
    ("a fence that is gone", "::: client\nFor Brisa alone: thank you.\n:::", "For Brisa alone: thank you."),
]  # fmt: skip


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The clean project, built once; tests take a copy of it."""
    root = tmp_path_factory.mktemp("anonymised") / "project"
    project = Project(root).account("launch", ACCOUNT)
    for name in ("zumaya-foods-logo.png", "shelf.png", "brisa-shelf.png"):
        project.write(f"content/accounts/launch/files/{name}", png(AUTHOR))
    for name in ("plan.pdf", "brisa-plan.pdf", "brisa/plan.pdf"):
        project.write(f"content/accounts/launch/files/{name}", b"%PDF-1.4\nZumaya Foods\n%%EOF\n")
    project.build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Project:
    return Project.at(shutil.copytree(built, tmp_path / "project"))


def caught(project: Project, text: str, field: str) -> Problem:
    """The first leak of a build with this account. Nothing else is wrong, nothing published or said."""
    before = project.tree("public")
    project.account("launch", text).build()
    assert project.outcome is not None
    assert not project.outcome.published
    assert project.tree("public").keys() <= before.keys()
    assert survivors(project.tree("public")) == []
    leaks = [p for p in project.problems if p.severity in ("leak", "error")]
    assert {(p.severity, p.code) for p in leaks} == {("leak", "anonymised-names-client")}
    assert {p.field for p in leaks} == {field}
    assert {p.at.path for p in leaks} == {"content/accounts/launch.md"}
    said = fold(as_text(project.problems, project.outcome.line_of) + as_json(project.problems))
    assert [name for name in IDENTITIES if name in said] == []
    return leaks[0]


def survivors(tree: dict[str, bytes]) -> list[str]:
    """What names the client in these files, their paths included."""
    found = {name for data in (*tree.values(), *map(str.encode, tree)) for name in named_in(data)}
    return sorted(found)


@cache
def named_in(data: bytes) -> frozenset[str]:
    """The names in a file; those of a theme are the same in every tree, and large."""
    said = fold(data.decode("utf-8", "replace"))
    return frozenset(name for name in IDENTITIES if name in said)


def first_difference(text: str) -> int:
    """The first line that is not the clean account's, from 1."""
    pairs = zip(text.split("\n"), ACCOUNT.split("\n"), strict=False)
    return next(number for number, (now, was) in enumerate(pairs, start=1) if now != was)


@pytest.mark.parametrize(("field", "old", "new"), [f[1:] for f in FIELDS], ids=[f[0] for f in FIELDS])
def test_a_field_that_names_the_client_stops_the_build(
    project: Project, field: str, old: str, new: str
) -> None:
    assert old in ACCOUNT
    text = ACCOUNT.replace(old, new)
    assert caught(project, text, field).at.line == first_difference(text)


@pytest.mark.parametrize("written", [w[1] for w in WRITTEN], ids=[w[0] for w in WRITTEN])
def test_text_that_names_the_client_stops_the_build(project: Project, written: str) -> None:
    before, text = project.tree(), ACCOUNT.replace(TEXT, written)
    at = caught(project, text, "").at
    assert project.tree() == before
    first = first_difference(text)
    assert first <= at.line <= first + written.count("\n")


@pytest.mark.parametrize(("old", "new"), [s[1:] for s in SECTIONS], ids=[s[0] for s in SECTIONS])
def test_a_section_that_names_the_client_stops_the_build(project: Project, old: str, new: str) -> None:
    text = ACCOUNT.replace(old, new)
    at = caught(project, text, "").at
    first = first_difference(text)
    assert first <= at.line <= first + new.count("\n")


def test_a_file_of_its_own_for_the_story_is_looked_through(project: Project) -> None:
    begin, end = ACCOUNT.index("## Case"), ACCOUNT.index("## Lessons")
    project.write(
        "content/accounts/launch/case-study.md", "---\naudience: public\n---\nWe made\nBrisa posters.\n"
    )
    project.account("launch", ACCOUNT[:begin] + ACCOUNT[end:]).build()
    leaks = [p for p in project.problems if p.severity == "leak"]
    assert [(p.at.path, p.at.line) for p in leaks] == [("content/accounts/launch/case-study.md", 5)]
    assert survivors(project.tree("public")) == []


def test_a_slug_with_the_clients_name_is_refused_when_it_is_read(project: Project) -> None:
    before = project.tree()
    text = ACCOUNT.replace("slug: spring-launch", "slug: zumaya-foods-s-l")
    project.account("launch", text).build()
    assert "slug-names-client" in project.codes
    assert project.tree() == before


def test_the_command_exits_with_3_and_says_where(project: Project) -> None:
    project.account("launch", ACCOUNT.replace(TEXT, "We made posters for Brisa."))
    settings = str(project.root / "mkdocs.yml")
    ran = CliRunner().invoke(
        main, ["-f", settings, "build", "--as-of", "2026-11-23"], env={"PORTALGEN_SECRET": SECRET}
    )
    line = ACCOUNT.split("\n").index(TEXT) + 1
    assert ran.exit_code == 3, ran.output
    assert f"content/accounts/launch.md:{line}:1: error[anonymised-names-client]" in ran.output
    assert "brisa" not in ran.output.casefold()


def test_check_says_the_same_and_writes_nothing(project: Project) -> None:
    before = project.tree()
    project.account("launch", ACCOUNT.replace(TEXT, "We made posters for Brisa."))
    found = [(p.severity, p.code) for p in project.check() if p.severity in ("leak", "error")]
    assert ("leak", "anonymised-names-client") in found
    assert project.tree() == before


def test_a_named_case_that_becomes_anonymised_goes_at_once_although_it_still_names(project: Project) -> None:
    named = ACCOUNT.replace("attribution: anonymised", "attribution: named").replace(TEXT, "For Brisa.")
    project.account("launch", named).build()
    assert {"brisa", "zumaya"} <= set(survivors(project.tree("public")))
    project.edit("launch", "attribution: named", "attribution: anonymised").build()
    assert project.codes == ["anonymised-names-client"]
    assert survivors(project.tree("public")) == []
    assert "case-studies/spring-launch/index.html" not in project.tree("public")


# ---- what is always dropped ------------------------------------------------------------------------


def test_the_clean_account_is_published_with_its_descriptor_and_relative_figures(project: Project) -> None:
    page = project.tree("public")["case-studies/spring-launch/index.html"].decode()
    main_part = page[page.index('<div class="pg pg-case">') :]
    assert "a European food brand" in main_part
    assert "A spring launch that sold out" in main_part
    assert "25%" in main_part  # from 4444 to 3333
    assert "We ran out of boxes." in main_part
    assert "By hand." in main_part
    assert "Print early." in main_part


@pytest.mark.parametrize(
    "gone",
    [
        pytest.param("4444", id="the first value"),
        pytest.param("3333", id="the last value"),
        pytest.param("4,444", id="the first value as it is written"),
        pytest.param("2026-01-05", id="the first day"),
        pytest.param("2026-03-09", id="the last day"),
        pytest.param("March", id="the month"),
        pytest.param("Head of Brisa", id="whose words they are"),
        pytest.param("shop.example", id="a link that leads out"),
        pytest.param("plan.pdf", id="a file"),
        pytest.param("shelf.png", id="an image"),
        pytest.param("logo.png", id="the logo"),
        pytest.param("An empty shelf", id="an alt text"),
        pytest.param("alone: thank you", id="what is for the client alone"),
        pytest.param("pays late", id="what is for the team"),
        pytest.param("ld+json", id="an organisation for machines"),
    ],
)
def test_what_an_anonymised_case_drops_is_nowhere_in_public(project: Project, gone: str) -> None:
    case = {
        p: b for p, b in project.tree("public").items() if p.startswith(("case-studies/", "search/", "feed"))
    }
    assert "case-studies/spring-launch/index.html" in case
    assert [path for path, data in case.items() if gone.encode() in data] == []


def test_nothing_of_the_client_is_in_public(project: Project) -> None:
    assert survivors(project.tree("public")) == []


def test_the_case_has_no_file_but_its_page_and_the_card_that_is_drawn_for_networks(project: Project) -> None:
    public, below = project.tree("public"), "case-studies/spring-launch/"
    assert {p for p in public if p.startswith(below)} == {f"{below}index.html", f"{below}card.jpg"}
    page = public[f"{below}index.html"].decode()
    assert re.findall(r'property="og:image" content="([^"]*)"', page) == [
        f"https://www.estudio-norte.example/{below}card.jpg"
    ]


@pytest.mark.parametrize(("kind", "image"), [("png", png), ("jpg", jpeg), ("webp", webp)])
def test_what_an_image_says_of_itself_is_nowhere_in_public(
    project: Project, kind: str, image: Callable[[str], bytes]
) -> None:
    assert AUTHOR.encode() in image(AUTHOR)
    project.write(f"content/accounts/launch/files/one.{kind}", image(AUTHOR))
    text = ACCOUNT.replace("files/shelf.png", f"files/one.{kind}")
    project.account("launch", text).build()
    assert project.codes == []
    assert survivors(project.tree("public")) == []
    assert [p for p in project.tree("public") if p.endswith(f"one.{kind}")] == []
    assert [p for p, data in project.tree("internal").items() if AUTHOR.encode() in data] == []


def test_an_account_whose_id_is_its_clients_name_may_link_to_its_files(project: Project) -> None:
    folder = project.root / "content/accounts"
    (folder / "launch").rename(folder / "zumaya-foods")
    project.remove("content/accounts/launch.md")
    project.account("zumaya-foods", ACCOUNT.replace("launch/files", "zumaya-foods/files")).build()
    assert project.codes == []
    assert survivors(project.tree("public")) == []


# ---- the rest of the public tree ---------------------------------------------------------------------

PAGES = [
    ("text", "about.md", "# About\n\nWe work for Zumaya Foods, S.L. too.\n"),
    ("an alias", "about.md", "# About\n\nWe work for Brise Légère too.\n"),
    ("a title", "about.md", "---\ntitle: Working for Alimentos Cantábrico Norte, S.A.\n---\nText.\n"),
    ("an alt text", "about.md", "# About\n\n![For Itziar Olano](photo.png)\n"),
    ("an address", "about.md", "# About\n\nSee [them](https://zumayafoods.example/).\n"),
    ("a file's name", "zumayafoods.example.md", "# About\n\nText.\n"),
    ("what an image says of itself", "photo.png", png(AUTHOR)),
    ("what a photograph says of itself", "photo.jpg", jpeg(AUTHOR)),
]  # fmt: skip


@pytest.mark.parametrize(("path", "content"), [p[1:] for p in PAGES], ids=[p[0] for p in PAGES])
def test_a_page_or_file_of_the_public_site_that_names_the_client_stops_the_build(
    project: Project, path: str, content: str | bytes
) -> None:
    before = project.tree()
    project.write("content/pages/photo.png", png("nobody"))
    project.write(f"content/pages/{path}", content).build()
    assert set(project.codes) == {"leak"}
    assert project.tree() == before
    assert project.outcome is not None
    said = fold(as_text(project.problems, project.outcome.line_of)).replace("zumayafoods example", "")
    assert [name for name in IDENTITIES if name in said] == []


# ---- what is no name ----------------------------------------------------------------------------------

HARMLESS = [
    ("a word that holds the name", "Search", "The research took a year."),
    ("a word with an ending that holds the name", "Search", "We researched for a year."),
    ("another", "Ford", "It is affordable in Oxford."),
    ("a short name as a word", "On", "It went on and on."),
    ("short letters apart", "H&M", "From h to m."),
    ("short letters in a word", "H&M", "It is handmade, h and m."),
    ("letters at the ends of words", "Brisa", "The abris are here."),
    ("a part of a name of several words", "Northern Foods", "Foods of the northern coast."),
    ("an ordinary word of a domain", "Zumaya", "A shop for everybody."),
]  # fmt: skip


def account_of(name: str, text: str) -> Account:
    front = FrontMatter.model_validate(
        {
            "client": {"name": name, "domains": ["shop.example"]},
            "title": "Launch",
            "case_study": {"attribution": "anonymised", "title": "One that sold out", "summary": text},
        }
    )
    return Account.model_validate({**front.model_dump(by_alias=True), "id": "launch"})


@pytest.mark.parametrize(("name", "text"), [h[1:] for h in HARMLESS], ids=[h[0] for h in HARMLESS])
def test_what_is_no_name_is_let_pass(name: str, text: str) -> None:
    assert list(find_survivors(account_of(name, text))) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Search", "We worked for Search."),
        ("Search", "#searchfamous"),
        ("Search", "Searches worked for us."),
        ("Target", "Targets worked for us."),
        ("Ford", "The Fordfest came."),
        ("On", "We ran for On."),
        ("H&M", "We sewed for H&M."),
        ("H&M", "We sewed for H and M."),
        ("H&M", "We sewed for H & M."),
        ("BMW", "Two BMWs came."),
        ("Kelo", "We worked for K**el**o."),
        ("Brisa GmbH & Co. KG", "We worked for Brisa."),
        ("小米", "我们为小米工作。"),
        ("Ørsted", "We worked for Orsted."),
        ("Ørsted", "We worked for OERSTED."),
        ("O'Hara", "We worked for OHara."),
    ],
)
def test_awkward_names_are_still_found(name: str, text: str) -> None:
    assert [one.field for one in find_survivors(account_of(name, text))] == ["case_study.summary"]


@pytest.mark.parametrize("attribution", ["named", "internal_only"])
def test_only_anonymised_cases_are_looked_through(attribution: str) -> None:
    account = account_of("Brisa", "Brisa sold out.")
    case = account.case_study.model_copy(update={"attribution": attribution})
    assert list(find_survivors(account.model_copy(update={"case_study": case}))) == []

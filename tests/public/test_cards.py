"""The cards of public cases among the published files: there with their case, gone with it, made once."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalgen.render import social
from portalgen.settings import Colours
from portalgen.views import FileRef
from tests.project import Project
from tests.public.scene import picture

CARD = "public/case-studies/spring-launch/card.jpg"
OWN = "public/assets/portalgen/card.jpg"
ACCOUNT = """\
---
client: {name: Brisa Foods, descriptor: a European food brand}
title: Spring
industry: Food
kpis:
  - {id: cost, name: Cost per lead, audience: public, direction: decrease, baseline: {value: 20, date: 2026-02-02},
     readings: [{value: 12, date: 2026-05-29}]}
case_study:
  attribution: named
  title: A spring launch
  slug: spring-launch
  headline_kpi: cost
  kpis: [cost]
  image: files/ad.png
  image_alt: Circles
  consent: {status: granted, scopes: [name, metrics, imagery], channels: [website]}
---
## Case {#case-study .public}

We sold it before it was cooked.
"""


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The titles of the cards that are drawn, in order."""
    titles: list[str] = []
    draw = social.draw

    def noted(face: social.Face, image: bytes | None = None) -> bytes:
        titles.append(face.title)
        return draw(face, image)

    monkeypatch.setattr(social, "draw", noted)
    return titles


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = Project(tmp_path).account("brisa", ACCOUNT).account("other")
    return made.write("content/accounts/brisa/files/ad.png", picture("green"))


def test_a_card_is_made_of_the_case_and_its_image_alone(project: Project) -> None:
    tree = project.build().tree()
    face = social.Face(
        "Estudio Norte",
        "Brisa Foods",
        "A spring launch",
        "−40%",
        "Cost per lead, February\u2009–\u2009May 2026",
        Colours().brand,
        Colours().on_brand,
        FileRef(path="files/ad.png", sha256="", size=0),
    )
    assert tree[CARD] == social.draw(face, tree["public/case-studies/spring-launch/files/ad.png"])
    page = tree["public/case-studies/spring-launch/index.html"].decode()
    assert f'<meta property="og:image" content="https://www.estudio-norte.example/{CARD[7:]}">' in page


def test_a_card_is_drawn_again_only_when_what_stands_on_it_changes(
    project: Project, drawn: list[str]
) -> None:
    project.build()
    assert drawn == ["Estudio Norte", "A spring launch"]
    first = project.tree()
    project.edit("brisa", "We sold it before it was cooked.", "We sold it first.").edit(
        "other", "ads", "films"
    ).build()
    assert project.tree() != first
    assert len(drawn) == 2
    project.edit("brisa", "title: A spring launch", "title: A launch in spring").build()
    project.write("content/accounts/brisa/files/ad.png", picture("red")).build()
    assert drawn[2:] == ["A launch in spring"] * 2
    project.setting("site_name: Estudio Norte", "site_name: Estudio Sur").build()
    assert sorted(drawn[4:]) == ["A launch in spring", "Estudio Sur"]


def test_cards_that_nothing_shows_any_more_are_forgotten(project: Project) -> None:
    project.build().edit("brisa", "title: A spring launch", "title: A launch in spring").build()
    assert len(list((project.root / ".portalgen/cache/cards").iterdir())) == 2


ENDS = {
    "revoked": ("status: granted", "status: revoked"),
    "internal only": ("attribution: named", "attribution: internal_only"),
    "expired": ("channels: [website]", "channels: [website], expires_on: 2026-11-01"),
    "not for the website": ("channels: [website]", "channels: [sales_deck]"),
}


@pytest.mark.parametrize(("before", "after"), ENDS.values(), ids=ENDS)
def test_a_card_goes_with_its_case(before: str, after: str, project: Project) -> None:
    assert CARD in project.build().tree()
    tree = project.edit("brisa", before, after).build().tree()
    assert [path for path in tree if path.endswith("card.jpg")] == [OWN]


def test_a_card_goes_at_once_although_another_file_is_broken(project: Project) -> None:
    project.build().edit("brisa", "status: granted", "status: revoked")
    tree = project.account("other", "---\nclient: Other\n---\n").build().tree()
    assert CARD not in tree


def test_a_card_shows_nothing_that_consent_does_not_cover(project: Project) -> None:
    with_image = project.build().tree()[CARD]
    without = project.edit("brisa", "metrics, imagery", "metrics").build().tree()[CARD]
    assert without != with_image
    project.write("content/accounts/brisa/files/ad.png", picture("blue")).build()
    assert project.tree()[CARD] == without


def test_an_anonymised_card_does_not_change_with_anything_that_it_must_not_show(project: Project) -> None:
    project.edit("brisa", "attribution: named", "attribution: anonymised").build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    before = project.tree()[CARD]
    project.edit("brisa", "name: Brisa Foods", "name: Marea Hotels")
    project.edit("brisa", "value: 20,", "value: 200,").edit("brisa", "value: 12,", "value: 120,")
    project.write("content/accounts/brisa/files/ad.png", picture("blue"))
    assert project.build().tree()[CARD] == before


def test_the_cards_wear_the_colours_of_the_house(project: Project) -> None:
    plain = project.build().tree()
    project.write("themes/house/brand.css", ":root { --brand: #7a1f3d; --on-brand: #fff5ee }\n")
    project.setting("theme: {name: mkdocs}", "theme: {name: mkdocs, custom_dir: themes/house}")
    tree = project.build().tree()
    assert tree[OWN] != plain[OWN]
    assert tree[OWN] == social.draw(
        social.site_face("Estudio Norte", "en", Colours(brand="#7a1f3d", on_brand="#fff5ee"))
    )

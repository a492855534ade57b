"""A language is a catalog: its plural forms, its direction, its numbers; `docs/languages.md` is followed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import write_po

from portalgen.render.environment import (
    _LOCALES,
    direction,
    environment,
    figure,
    listed,
    locale_of,
    number,
    say,
    shown_language,
    signed_percent,
)
from tests.project import Project
from tests.pseudo import forget, locales
from tests.render import test_messages
from tests.render.messages import main as messages_main
from tests.render.messages import messages

DAYS = "{n} day late"
FORMS = {
    "pl": ("{n} dzień", "{n} dni (kilka)", "{n} dni (wiele)"),
    "ru": ("{n} день", "{n} дня", "{n} дней"),
    "ar": ("صفر", "واحد", "اثنان", "{n} أيام", "{n} يوم", "{n} يوما"),
    "ja": ("{n} 日",),
    "pt-BR": ("{n} dia", "{n} dias"),
}
COUNTED = [
    ("pl", {1: 0, 2: 1, 4: 1, 5: 2, 11: 2, 12: 2, 14: 2, 21: 2, 22: 1, 25: 2, 102: 1, 112: 2}),
    ("ru", {1: 0, 2: 1, 5: 2, 11: 2, 21: 0, 22: 1, 111: 2, 121: 0}),
    ("ar", {0: 0, 1: 1, 2: 2, 3: 3, 10: 3, 11: 5, 99: 5, 100: 4, 103: 3}),
    ("ja", {1: 0, 2: 0, 100: 0}),
    ("pt-BR", {1: 0, 2: 1}),
]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[Path]:
    """Catalogs that translate little: how many days something is late, and two sentences."""
    folder = tmp_path / "locales"
    for language, forms in FORMS.items():
        name = language.replace("-", "_")
        catalog = Catalog(locale=name)
        catalog.add((DAYS, "{n} days late"), forms)
        catalog.add(
            ("%(num)s day ago", "%(num)s days ago"), tuple(form.replace("{n}", "%(num)s") for form in forms)
        )
        catalog.add("We are on track.", f"⟦{language}⟧")
        catalog.add("We are at risk.", "not sure", flags=("fuzzy",))
        path = folder / name / "LC_MESSAGES/messages.po"
        path.parent.mkdir(parents=True)
        with path.open("wb") as file:
            write_po(file, catalog)
    with locales(folder):
        yield folder


@pytest.mark.parametrize(("language", "counted"), COUNTED, ids=[c[0] for c in COUNTED])
def test_a_number_takes_the_form_of_its_language(world: Path, language: str, counted: dict[int, int]) -> None:
    template = environment(language).from_string('{{ ngettext("%(num)s day ago", "%(num)s days ago", n) }}')
    for n, form in counted.items():
        text = FORMS[language][form].format(n=n)
        assert say(language).many(DAYS, "{n} days late", n) == text
        assert template.render(n=n) == text


@pytest.mark.parametrize(("language", "counted"), COUNTED, ids=[c[0] for c in COUNTED])
def test_a_script_is_given_the_forms_by_the_names_of_cldr(
    world: Path, language: str, counted: dict[int, int]
) -> None:
    made = environment(language).from_string(f'{{{{ forms("{DAYS}", "{{n}} days late") }}}}').render()
    forms = dict(re.findall(r'data-(\w+)="([^"]*)"', made))
    assert "other" in forms
    for n, form in counted.items():
        assert forms[locale_of(language).plural_form(n)] == FORMS[language][form]


@pytest.mark.parametrize(
    ("language", "shown", "said"),
    [
        pytest.param("pl", "pl", "⟦pl⟧", id="its own"),
        pytest.param("pl-PL", "pl-PL", "⟦pl⟧", id="the language's, for a country"),
        pytest.param("pt-BR", "pt-BR", "⟦pt-BR⟧", id="the country's"),
        pytest.param("pt", "en", "We are on track.", id="not another country's"),
        pytest.param("de", "en", "We are on track.", id="none"),
        pytest.param("en-GB", "en-GB", "We are on track.", id="English of a country"),
    ],
)
def test_which_catalog_a_language_has(world: Path, language: str, shown: str, said: str) -> None:
    assert shown_language(language) == shown
    assert say(language)("We are on track.") == said
    assert say(language)("We are done.") == "We are done."
    assert say(language)("We are at risk.") == "We are at risk.", "what is fuzzy is no translation"


def test_a_page_runs_as_its_language_does(world: Path, tmp_path: Path) -> None:
    project = Project(tmp_path / "project").account("here", "---\nclient: A\ntitle: B\nlanguage: ar\n---\n")
    project.account("there", "---\nclient: A\ntitle: C\nlanguage: he\n---\n").build()
    assert direction("ar") == "rtl"
    assert b'<html lang="ar" dir="rtl"' in project.portal("here")["index.html"]
    assert b'<html lang="en">' in project.portal("there")["index.html"], "Hebrew has no catalog"


NUMBERS = [
    # language, 2140, 12140.50, -3, 12 %, -12.5 %
    ("en", "2,140", "12,140.50", "−3", "12%", "−12.5%"),
    ("es", "2140", "12.140,50", "−3", "12\xa0%", "−12,5\xa0%"),
    ("es-MX", "2,140", "12,140.50", "−3", "12%", "−12.5%"),
    ("de", "2.140", "12.140,50", "−3", "12\xa0%", "−12,5\xa0%"),
    ("pl", "2140", "12\xa0140,50", "−3", "12%", "−12,5%"),
    ("pt-PT", "2140", "12\xa0140,50", "−3", "12%", "−12,5%"),
    ("tr", "2.140", "12.140,50", "−3", "%12", "−%12,5"),
]


@pytest.mark.parametrize(("language", *"abcde"), NUMBERS, ids=[n[0] for n in NUMBERS])
def test_numbers_are_written_as_cldr_has_them(language: str, a: str, b: str, c: str, d: str, e: str) -> None:
    locale = locale_of(language)
    assert [number(Decimal(n), locale) for n in ("2140", "12140.50", "-3")] == [a, b, c]
    assert figure(Decimal(12), "%", locale) == d
    assert signed_percent(Decimal("-12.5"), locale) == e


@pytest.mark.parametrize(("value", "said"), [("0", "0%"), ("-0", "0%"), ("0.1", "+0.1%"), ("-0.1", "−0.1%")])
def test_what_did_not_change_has_no_sign(value: str, said: str) -> None:
    assert signed_percent(Decimal(value), locale_of("en")) == said


@pytest.mark.parametrize(
    ("language", "names", "said"),
    [
        ("en", ["Ana"], "Ana"),
        ("en", ["Ana", "Leo"], "Ana and Leo"),
        ("en-GB", ["Ana", "Leo", "Eva"], "Ana, Leo and Eva"),
        ("es", ["Ana", "Leo", "Eva"], "Ana, Leo y Eva"),
        ("es", ["Ana", "Inés"], "Ana e Inés"),
        ("es", ["Ana", "Hierro"], "Ana y Hierro"),
        ("es", ["Ana", "Ian", "Hilda"], "Ana, Ian e Hilda"),
        ("fi", ["Ana", "Leo"], "Ana and Leo"),
    ],
)
def test_several_names_are_said_as_one_speaks_them(language: str, names: list[str], said: str) -> None:
    assert listed(names, language) == said


def test_days_are_written_in_the_readers_language() -> None:
    template = "{{ d|day }} | {{ d|short_day }} | {{ d|month }} | {{ d|full_day }} | {{ d|weekday }}"
    assert environment("es").from_string(template).render(d=date(2026, 11, 20)) == (
        "20 de noviembre de 2026 | 20 nov 2026 | nov 2026 | Viernes, 20 de noviembre de 2026 | viernes"
    )


# ---- docs/languages.md, followed ------------------------------------------------------------------------

PAGE = (Path(__file__).parents[1] / "docs/languages.md").read_text()


def examples(kind: str) -> list[str]:
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE, re.S | re.M)


@pytest.fixture
def followed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[tuple[Path, str]]:
    """Step 1, in a copy of the catalogs: the new catalog, and what was said."""
    command = examples("sh")[0].split()
    assert command[:3] == [".venv/bin/python", "-m", "tests.render.messages"]
    with locales(shutil.copytree(_LOCALES, tmp_path / "locales")) as folder:
        messages_main(command[3:])
        path = folder / "pl/LC_MESSAGES/messages.po"
        assert f"src/portalgen/render/{path.relative_to(tmp_path)}" in PAGE
        yield path, capsys.readouterr().out


def translate(path: Path, entry: str) -> None:
    """Write an entry of the page over the same one in the catalog, as a translator does."""
    head = entry.partition("msgstr")[0]
    text = path.read_text()
    assert text.count(f"\n{head}") == 1, head
    begin = text.index(f"\n{head}") + 1
    end = text.find("\n\n", begin)
    path.write_text(text[:begin] + entry.strip() + (text[end:] if end > 0 else "\n"))


def complaint(check: Callable[[str], None]) -> str:
    with pytest.raises(AssertionError) as found:
        check("pl")
    return str(found.value)


def test_a_new_language_is_made_translated_seen_and_asked_about(
    followed: tuple[Path, str], tmp_path: Path
) -> None:
    path, said = followed
    total = len(messages())
    assert said == f"{path}: {total} of {total} messages want a translation\n"
    entries = examples("po")
    assert len(entries) == 3
    for entry in entries:
        translate(path, entry)
    forget()  # a new process

    until = "health: {overall: on_track, as_of: 2026-11-20}\nend: 2026-12-18\n"
    late = "milestones: [{title: Film, baseline: 2026-11-01, forecast: 2026-11-06}, {title: Two, baseline: 2026-11-01, forecast: 2026-11-02}]\n"
    text = f"---\nclient: Brisa\ntitle: Start\nlanguage: pl\n{until}{late}---\n"
    project = Project(tmp_path / "project").account("brisa", text).build()
    front, line = (project.portal("brisa")[p].decode() for p in ("index.html", "timeline/index.html"))
    assert '<html lang="pl">' in front
    assert "Idziemy zgodnie z planem." in front
    assert "20 listopada 2026" in front
    assert "5 dni opóźnienia" in line
    assert "1 dzień opóźnienia" in line
    assert "Uzgodniony koniec: 18 grudnia 2026." in line
    assert "Skip to content" in front, "what is not translated yet is English"

    missing = complaint(test_messages.test_every_message_is_translated)
    assert "Skip to content" in missing
    assert "We are on track." not in missing
    translate(path, 'msgid "Skip to content"\nmsgstr "Przejdź do {treści}"\n')
    assert "Skip to content" in complaint(test_messages.test_a_translation_fills_the_same_places)


def test_a_catalog_is_brought_up_to_date_and_nothing_else_in_it_changes(followed: tuple[Path, str]) -> None:
    path, _ = followed
    translate(path, examples("po")[0])
    translate(path, 'msgid "Skip to content"\nmsgstr "Do treści"\n')
    kept = path.read_text()
    path.write_text(kept.replace('msgid "Skip to content"\n', 'msgid "Nobody says this"\n'))
    forget()
    messages_main([])
    text = path.read_text()
    assert "Nobody says this" not in text
    assert text.endswith('msgid "Skip to content"\nmsgstr ""\n')
    assert 'msgstr "Idziemy zgodnie z planem."' in text
    parts = [each.strip() for each in text.split("\n\n")]
    assert sorted(parts) == sorted(each.strip() for each in kept.replace("Do treści", "").split("\n\n"))


def test_the_page_tells_what_the_tests_are_called_and_all_ways_to_say_a_message() -> None:
    assert (Path(__file__).parents[1] / examples("sh")[1].split()[-1]).is_file()
    for way in ("_(", "ngettext(", "say(language)(", ".many(", "forms("):
        assert f"`{way}" in PAGE or f"`{way.replace('(', '')}" in PAGE


def test_an_accounts_own_words_are_marked_where_the_teams_page_is_in_another_language(tmp_path: Path) -> None:
    ours = (
        "kpis: []\nhealth: {rationale: Todo va bien.}\nmilestones: [{title: Rodaje, baseline: 2026-12-01}]\n"
    )
    text = "---\nclient: Brisa\ntitle: Lanzamiento de primavera\n{}---\nUn texto.\n"
    project = Project(tmp_path).account("es", text.format(f"language: es\n{ours}"))
    project.account("en", text.format(ours)).build()
    row, brief, plain = (
        project.tree("internal")[page].decode()
        for page in ("index.html", "accounts/es/index.html", "accounts/en/index.html")
    )
    assert row.count('<span lang="es">Lanzamiento de primavera</span>') == 1
    assert row.count('lang="es">Rodaje') == 2
    assert re.search(r'lang="es">Lanzamiento de primavera</span></h1>', brief)
    assert re.search(r'<div lang="es"><p>Todo va bien.</p>\s*</div>', brief)
    assert re.search(r'<div lang="es"><p>Un texto.</p>\s*</div>', brief)
    assert 'lang="es"' not in plain

"""No text of the interface without its translation, none that nobody says, and no hole that English fills."""

from __future__ import annotations

import re
from collections import Counter

import pytest
from babel.messages import Catalog, Message
from babel.messages.pofile import read_po

from portalgen.render.environment import catalogs, interface_texts, locale_of, say
from tests.render.messages import calls, messages, path_of, unread, words_without_english

_PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")
_STRAIGHT = re.compile(r"[\"']|\.\.\.| - ")
"""Quotes, dots and dashes as a keyboard has them; a text of ours has real ones."""

every_language = pytest.mark.parametrize("language", catalogs())


def places(text: str) -> list[str]:
    return sorted({a or b for a, b in _PLACE.findall(text)})


def written(language: str) -> Catalog:
    """A catalog as it stands in its file."""
    with path_of(language).open("rb") as file:
        return read_po(file)


def entries(language: str) -> list[tuple[Message, str, tuple[str, ...]]]:
    """Each message with its English and its translations."""
    found = []
    for one in written(language):
        if one.id:
            english = one.id if isinstance(one.id, str) else one.id[0]
            texts = (one.string,) if isinstance(one.string, str) else tuple(one.string)
            found.append((one, english, texts))
    return found


@every_language
def test_every_message_is_translated(language: str) -> None:
    there = {english for one, english, texts in entries(language) if all(texts) and not one.fuzzy}
    missing = [f"{m.where}: {text}" for text, m in messages().items() if text not in there]
    assert not missing, "no translation:\n" + "\n".join(sorted(missing))


@every_language
def test_what_nobody_says_is_not_translated(language: str) -> None:
    assert [english for _, english, _ in entries(language) if english not in messages()] == []
    assert list(written(language).obsolete) == []


@every_language
def test_nothing_is_marked_as_unsure(language: str) -> None:
    assert [english for one, english, _ in entries(language) if one.fuzzy] == []


@every_language
def test_no_message_is_translated_twice(language: str) -> None:
    ids = re.findall(r'^msgid "(.+)"$', path_of(language).read_text(), re.M)
    assert [text for text, count in Counter(ids).items() if count > 1] == []


@every_language
def test_a_message_that_counts_has_a_form_for_every_number(language: str) -> None:
    forms = written(language).num_plurals
    wrong = []
    for one, english, texts in entries(language):
        several = None if isinstance(one.id, str) else one.id[1]
        said = messages().get(english)
        if said and (several, len(texts)) != (said.several, 1 if several is None else forms):
            wrong.append(english)
    assert wrong == []


@every_language
def test_a_translation_fills_the_same_places(language: str) -> None:
    """The form for one thing alone may say it in words: "un caso" for "{n} case study"."""
    for one, english, texts in entries(language):
        wanted = places(english) if isinstance(one.id, str) else places(one.id[1])
        for text in texts:
            assert set(places(text)) <= set(wanted), english
        assert places(texts[-1]) == wanted, english


@every_language
def test_a_translation_has_no_sign_that_filling_it_trips_over(language: str) -> None:
    assert [text for _, english, texts in entries(language) for text in texts if trips(text)] == []


def trips(text: str) -> bool:
    rest = _PLACE.sub("", text)
    return "%" in rest or "{" in rest or "}" in rest


@every_language
def test_a_translation_ends_as_the_english_does(language: str) -> None:
    """A sentence stays a sentence, and what another text follows keeps its blank or line break."""
    wrong = [
        (english, text)
        for _, english, texts in entries(language)
        for text in texts
        for ending in (".", "?", "…", " ", "\n")
        if english.endswith(ending) != text.endswith(ending)
    ]
    assert wrong == []


@every_language
def test_quotes_dots_and_dashes_are_those_of_print(language: str) -> None:
    assert [text for _, _, texts in entries(language) for text in texts if _STRAIGHT.search(text)] == []


@every_language
def test_the_folder_is_named_as_babel_names_the_language(language: str) -> None:
    assert str(locale_of(language)).replace("_", "-") == language
    assert written(language).locale == locale_of(language)


def test_every_text_that_the_sources_say_can_be_read_in_them() -> None:
    assert unread() == []


def test_every_word_that_an_author_may_choose_has_its_english() -> None:
    assert words_without_english() == []


def test_there_are_messages_to_check() -> None:
    assert len(messages()) > 500
    for kind in ("render/templates/portal/", "render/templates/public/", "render/words.py", "account.py",
                 "project/attention.py", "project/case.py", "render/letter.py", "live/telling.py"):  # fmt: skip
        assert any(m.where.startswith(kind) for m in messages().values()), kind
    assert len([call for call in calls() if call.several]) > 15
    assert messages()["{n} day late"].several == "{n} days late"
    assert "We are on track." in interface_texts()
    assert "Vamos según lo previsto." in interface_texts()


def test_plural_forms_follow_the_number() -> None:
    t = say("es")
    assert t.many("{n} day late", "{n} days late", 1) == "1 día de retraso"
    assert t.many("{n} day late", "{n} days late", 4) == "4 días de retraso"
    assert say("fi").many("{n} day late", "{n} days late", 4) == "4 days late"

"""No text of the interface without its translation, and no hole in it that English fills."""

import re

import pytest

from portalgen.render.environment import catalog, catalogs, interface_texts, say
from tests.render.messages import messages

_PLACE = re.compile(r"%\((\w+)\)s|\{(\w+)\}")


def places(text: str) -> set[str]:
    return {a or b for a, b in _PLACE.findall(text)}


@pytest.mark.parametrize("language", catalogs())
def test_every_message_is_translated(language: str) -> None:
    assert not sorted(messages() - catalog(language).keys())


@pytest.mark.parametrize("language", catalogs())
def test_a_translation_fills_the_same_places(language: str) -> None:
    for english, found in catalog(language).items():
        texts = (found,) if isinstance(found, str) else found
        assert all(texts), english
        assert places(texts[-1]) >= places(english), english


def test_there_are_messages_to_check() -> None:
    assert len(messages()) > 300
    assert "We are on track." in interface_texts()
    assert "Vamos según lo previsto." in interface_texts()


def test_plural_forms_follow_the_number() -> None:
    t = say("es")
    assert t.many("{n} day late", "{n} days late", 1) == "1 día tarde"
    assert t.many("{n} day late", "{n} days late", 4) == "4 días tarde"
    assert say("fi").many("{n} day late", "{n} days late", 4) == "4 days late"

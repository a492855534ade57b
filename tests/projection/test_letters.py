"""Whom a client's news are written to, and which link each of them gets."""

from __future__ import annotations

from pathlib import Path

import pytest

from portalgen.account import Account
from portalgen.project.review import letters
from portalgen.settings import Settings
from portalgen.views import LetterView

FOLDERS = dict.fromkeys(("root", "file", "docs_dir", "accounts", "approved", "output"), Path("/"))
SETTINGS = Settings.model_validate({**FOLDERS, "site_name": "Estudio Norte"})
ADDRESS = "https://clients.example/k3y/"
ANA = {"name": "Ana Gil", "email": "ana@brisa.example"}
LEO = {"name": "Leo Paz", "email": "leo@brisa.example"}
EVE = {"name": "Eve Mar"}

Told = tuple[tuple[str, ...], tuple[str, ...], str, str]


def told(contacts: list[dict[str, str]], readers: tuple[str, ...], address: str = ADDRESS) -> list[Told]:
    """The letters to a client with these contacts: to whom, who is greeted, the address, how it opens."""
    account = Account.model_validate(
        {"id": "a", "client": "Brisa Foods", "title": "Launch", "contacts": contacts}
    )
    links = {reader: f"{ADDRESS}#k={reader or 'everybody'}" for reader in readers}
    made = letters(account, SETTINGS, address, links, (), "Lucía Ferrer")
    assert all(isinstance(one, LetterView) for one in made)
    return [(one.to, one.greeted, one.address, one.opening) for one in made]


CASES: list[tuple[str, list[dict[str, str]], tuple[str, ...], list[Told]]] = [
    ("a portal that is not sealed: one letter, the address", [ANA, LEO], (),
     [(("ana@brisa.example", "leo@brisa.example"), ("Ana", "Leo"), ADDRESS, "plain")]),
    ("one link for everybody: one letter, the link", [ANA, LEO], ("",),
     [(("ana@brisa.example", "leo@brisa.example"), ("Ana", "Leo"), f"{ADDRESS}#k=everybody", "link")]),
    ("nobody has an address: one letter all the same", [EVE], ("",),
     [((), (), f"{ADDRESS}#k=everybody", "link")]),
    ("readers by mail address: a letter each", [ANA, LEO], ("ana@brisa.example", "leo@brisa.example"),
     [(("ana@brisa.example",), ("Ana",), f"{ADDRESS}#k=ana@brisa.example", "link"),
      (("leo@brisa.example",), ("Leo",), f"{ADDRESS}#k=leo@brisa.example", "link")]),
    ("a contact who is no reader gets no link", [ANA, LEO], ("ana@brisa.example",),
     [(("ana@brisa.example",), ("Ana",), f"{ADDRESS}#k=ana@brisa.example", "link"),
      (("leo@brisa.example",), ("Leo",), ADDRESS, "theirs")]),
    ("a reader who is no contact is told as well", [ANA], ("zoe@law.example",),
     [(("zoe@law.example",), (), f"{ADDRESS}#k=zoe@law.example", "link"),
      (("ana@brisa.example",), ("Ana",), ADDRESS, "theirs")]),
    ("a reader without a mail address has no letter with a link", [ANA], ("board",),
     [(("ana@brisa.example",), ("Ana",), ADDRESS, "theirs")]),
    ("for such a reader there is a letter though nobody is left to send it to", [ANA], ("ana@brisa.example", "board"),
     [(("ana@brisa.example",), ("Ana",), f"{ADDRESS}#k=ana@brisa.example", "link"),
      ((), (), ADDRESS, "theirs")]),
    ("capitals make nobody another", [ANA], ("Ana@Brisa.example",),
     [(("Ana@Brisa.example",), ("Ana",), f"{ADDRESS}#k=Ana@Brisa.example", "link")]),
    ("two addresses in one are none", [ANA], ("ana@brisa.example leo@brisa.example",),
     [(("ana@brisa.example",), ("Ana",), ADDRESS, "theirs")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("contacts", "readers", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_each_gets_the_link_that_is_theirs(
    contacts: list[dict[str, str]], readers: tuple[str, ...], expected: list[Told]
) -> None:
    assert told(contacts, readers) == expected

"""The brief says how the client's portal opens, whoever decided that."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from portalgen.account import Account
from portalgen.build.shown import Shown
from portalgen.settings import Settings

FOLDERS = dict.fromkeys(("root", "file", "docs_dir", "accounts", "approved", "output"), Path("/"))


def access(default: str, **written: object) -> dict[str, Any]:
    """What the brief says of access."""
    account = Account.model_validate({"id": "a", "client": "A", "title": "T", "access": written})
    settings = Settings.model_validate({**FOLDERS, "site_name": "Estudio Norte", "access": default})
    brief = Shown(account, settings, date(2026, 11, 23)).brief
    (entry,) = (entry for entry in brief.fields if entry.key == "access")
    assert isinstance(entry.value, tuple)
    (item,) = entry.value
    return {one.key: one.value for one in item.entries}


@pytest.mark.parametrize(
    ("default", "written", "mode"),
    [
        ("sealed", {}, "sealed"),
        ("host", {}, "host"),
        ("sealed", {"mode": "open"}, "open"),
        ("open", {"mode": "sealed"}, "sealed"),
    ],
)
def test_the_mode_is_told_also_where_the_settings_decide_it(
    default: str, written: dict[str, object], mode: str
) -> None:
    assert access(default, **written)["mode"] == mode


def test_readers_and_the_last_day_are_told() -> None:
    found = access("sealed", readers=["ana@brisa.example", "board"], until="2027-12-31")
    assert [one.entries[0].value for one in found["readers"]] == ["ana@brisa.example", "board"]
    assert found["until"] == date(2027, 12, 31)

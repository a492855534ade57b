"""The settings: portalgen's own options are strict, what is MkDocs' own is left to MkDocs."""

from pathlib import Path

import pytest

from portalgen.load import load_settings
from portalgen.problems import UsageError

SOUND = """\
site_name: Estudio Norte
site_url: !ENV [SITE_URL, 'https://www.norte.example/']
docs_dir: content/pages
site_dir: site/public
theme:
  name: material
  custom_dir: themes/estudio
  language: es
markdown_extensions:
  - pymdownx.emoji:
      emoji_index: !!python/name:material.extensions.emoji.twemoji
      options: !relative
plugins:
  - search
  - portalgen:
      accounts: content/accounts
      timezone: Europe/Madrid
      stale_after_days: 10
      terms: [Project Falcon]
      call_to_action: {text: Talk to us, link: contact.md}
"""


def read(root: Path, text: str) -> UsageError:
    """Why the settings are refused."""
    file = root / "mkdocs.yml"
    file.write_text(text)
    with pytest.raises(UsageError) as refused:
        load_settings(file)
    return refused.value


def test_settings_are_read_past_what_is_mkdocs_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SITE_URL", raising=False)
    (tmp_path / "mkdocs.yml").write_text(SOUND)
    found = load_settings(tmp_path / "mkdocs.yml")
    assert found.root == tmp_path
    assert (found.site_name, found.site_url, found.language) == (
        "Estudio Norte", "https://www.norte.example/", "es",
    )  # fmt: skip
    assert (found.accounts, found.approved) == (tmp_path / "content/accounts", tmp_path / "content/approved")
    assert (found.output, found.brand) == (tmp_path / "site", tmp_path / "themes/estudio")
    assert (found.review, found.access, found.stale_after_days) == (("public",), "sealed", 10)
    assert (found.terms, found.timezone) == (("Project Falcon",), "Europe/Madrid")
    monkeypatch.setenv("SITE_URL", "https://preview.example/")
    assert load_settings(tmp_path / "mkdocs.yml").site_url == "https://preview.example/"


@pytest.mark.parametrize(
    "text",
    [
        "site_name: A\nplugins: [portalgen]\n",
        "site_name: A\nplugins: [portalgen: {}]\n",
        "site_name: A\nplugins: {portalgen: }\n",
        "site_name: A\nplugins: {search: {}, portalgen: {terms: , contact: null, access: ~, review: []}}\n",
        "\ufeffsite_name: A\r\nplugins: [portalgen]\r\n",
    ],
)
def test_everything_has_a_default(tmp_path: Path, text: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(text)
    found = load_settings(tmp_path / "mkdocs.yml")
    assert (found.site_name, found.language, found.timezone, found.contact) == ("A", "en", "UTC", "")
    assert (found.brand, found.call_to_action, found.terms) == (None, None, ())


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("", ("public",)),
        ("{review: }", ("public",)),
        ("{review: null}", ("public",)),
        ("{review: []}", ()),
        ("{review: [client]}", ("client",)),
        ("{review: [client, public, client]}", ("client", "public")),
    ],
)
def test_the_public_is_reviewed_unless_the_settings_say_otherwise(
    tmp_path: Path, written: str, expected: tuple[str, ...]
) -> None:
    (tmp_path / "mkdocs.yml").write_text(f"site_name: A\nplugins: [portalgen: {written}]\n")
    assert load_settings(tmp_path / "mkdocs.yml").review == expected


@pytest.mark.parametrize(
    ("written", "access"),
    [("", "sealed"), ("access: sealed", "sealed"), ("access: host", "host"), ("access: open", "open")],
)
def test_portals_are_sealed_unless_the_settings_say_otherwise(
    tmp_path: Path, written: str, access: str
) -> None:
    (tmp_path / "mkdocs.yml").write_text(f"site_name: A\nplugins: [portalgen: {{{written}}}]\n")
    assert load_settings(tmp_path / "mkdocs.yml").access == access


@pytest.mark.parametrize("written", ["https://clients.example", "https://clients.example/", ""])
def test_a_portals_address_is_below_the_one_of_the_settings(tmp_path: Path, written: str) -> None:
    (tmp_path / "mkdocs.yml").write_text(
        f"site_name: A\nplugins: [portalgen: {{portals_url: '{written}'}}]\n"
    )
    found = load_settings(tmp_path / "mkdocs.yml").portal_at("k3y")
    assert found == ("https://clients.example/k3y/" if written else "")


REFUSED = [
    ("an unknown option", "terms:", "termz:", (19, 7), 'did you mean "terms"?'),
    ("an option twice", "stale_after_days: 10", "terms: []", (19, 7), '"terms" is written twice, first on line 18'),
    ("another access", "timezone: Europe/Madrid", "access: closed", (17, 15), "no way to open a portal"),
    ("review of something else", "timezone: Europe/Madrid", "review: [all]", (17, 15), "cannot be reviewed"),
    ("a timezone that is none", "Europe/Madrid", "Europe/Madird", (17, 17), "is no timezone"),
    ("a timezone that is a path", "Europe/Madrid", "../../etc/passwd", (17, 17), "is no timezone"),
    ("a number of days", "days: 10", "days: ten", (18, 25), "wants a number of days"),
    ("no days", "days: 10", "days: 0", (18, 25), "wants a number of days"),
    ("a text for a list", "[Project Falcon]", "Falcon", (19, 14), "wants a list"),
    ("half a call to action", ", link: contact.md", "", (20, 23), "wants both"),
    ("a key too many in it", "link: contact.md", "lnk: contact.md", (20, 42), 'unknown key "lnk"'),
    ("an address that is none", "timezone: Europe/Madrid", "portals_url: clients.example", (17, 20), "wants an address"),
    ("an address with a place on it", "timezone: Europe/Madrid", "portals_url: https://clients.example/#a", (17, 20), "wants an address"),
    ("an address with a question", "timezone: Europe/Madrid", "portals_url: https://clients.example?a=1", (17, 20), "wants an address"),
    ("half a fingerprint", "timezone: Europe/Madrid", "secret_id: 3f9a…", (17, 18), "wants the 16 hexadecimal digits"),
    ("a secret for its fingerprint", "timezone: Europe/Madrid", f"secret_id: {'5e' * 32}", (17, 18), "wants the 16 hexadecimal digits"),
    ("accounts in docs_dir", "accounts: content/accounts", "accounts: content/pages/a", (16, 17), "MkDocs would publish"),
    ("docs_dir around accounts", "docs_dir: content/pages", "docs_dir: content", (16, 17), "MkDocs would publish"),
    ("docs_dir in accounts", "docs_dir: content/pages", "docs_dir: content/accounts/p", (16, 17), "MkDocs would publish"),
    ("accounts as docs_dir", "docs_dir: content/pages", "docs_dir: content/accounts", (16, 17), "MkDocs would publish"),
    ("approvals in docs_dir", "timezone: Europe/Madrid", "approved: content/pages/x", (17, 17), "MkDocs would publish"),
    ("approvals in accounts", "timezone: Europe/Madrid", "approved: content/accounts/x", (17, 17), "taken for accounts"),
    ("output in docs_dir", "timezone: Europe/Madrid", "output: content/pages/s", (17, 15), "would empty it"),
    ("output in accounts", "timezone: Europe/Madrid", "output: content/accounts/s", (17, 15), "would empty it"),
    ("output around everything", "timezone: Europe/Madrid", "output: .", (17, 15), "would empty it"),
    ("output above the project", "timezone: Europe/Madrid", "output: ../..", (17, 15), "would empty it"),
    ("the secret in the output", "timezone: Europe/Madrid", "output: .portalgen", (17, 15), "a folder of its own"),
    ("another site_dir", "site_dir: site/public", "site_dir: public", (4, 11), '"site/public"'),
    ("no site_name", "site_name: Estudio Norte", "site_nam: Estudio Norte", (1, 1), "site_name: Estudio Norte"),
    ("no plugin", "  - portalgen:", "  - portal:", (14, 3), "the plugin is not in the list"),
    ("INHERIT", "docs_dir: content/pages", "INHERIT: base.yml", (3, 1), "write the settings in this file"),
    ("a list of settings", SOUND, "- a\n", (1, 1), "want keys and values"),
    ("broken YAML", "site_name: Estudio Norte", "site_name: Estudio: Norte", (1, 19), "cannot be read as YAML"),
    ("a key that is a list", "docs_dir: content/pages", "? [a]\n: b", (3, 3), "keys that are words"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "place", "sentence"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED]
)
def test_wrong_settings_are_refused_with_a_sentence_and_a_place(
    tmp_path: Path, before: str, after: str, place: tuple[int, int], sentence: str
) -> None:
    assert SOUND.count(before) == 1
    error = read(tmp_path, SOUND.replace(before, after))
    assert sentence in error.sentence
    assert error.at is not None
    assert (error.at.path, error.at.line, error.at.column) == ("mkdocs.yml", *place)


def test_a_link_from_docs_dir_to_the_accounts_is_seen_through(tmp_path: Path) -> None:
    (tmp_path / "content/accounts").mkdir(parents=True)
    (tmp_path / "content/pages").symlink_to(tmp_path / "content/accounts")
    assert "MkDocs would publish" in read(tmp_path, SOUND).sentence


def test_no_settings_file_and_one_that_is_no_text(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no settings file"):
        load_settings(tmp_path / "mkdocs.yml")
    (tmp_path / "mkdocs.yml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="cannot be read"):
        load_settings(tmp_path / "mkdocs.yml")


def test_settings_nested_beyond_reason_are_refused(tmp_path: Path) -> None:
    assert "cannot be read as YAML" in read(tmp_path, "a: " + "[" * 2_000).sentence

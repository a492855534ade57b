"""The body: what is cut where, and what each piece says."""

from pathlib import Path

import pytest

from portalgen.load import load, load_settings
from portalgen.vocabulary import Audience
from tests.project import Project

HEAD = "---\nclient: A\ntitle: T\n---\n"
I, C, P = Audience.INTERNAL, Audience.CLIENT, Audience.PUBLIC

BODIES = [
    ("text before the first section", "Hello\n", [("", "", I, [("Hello", I, 5)])]),
    ("no mark is internal", "## Notes\nText\n", [("notes", "Notes", I, [("Text", I, 6)])]),
    ("a mark", "## Notes {.client}\nText\n", [("notes", "Notes", C, [("Text", C, 6)])]),
    ("an id first", "## Notes {#n .public}\nText\n", [("n", "Notes", P, [("Text", P, 6)])]),
    ("an id after", "## Notes {.public #n}\nText\n", [("n", "Notes", P, [("Text", P, 6)])]),
    ("a setext heading", "Notes {.client}\n---\nText\n", [("notes", "Notes", C, [("Text", C, 7)])]),
    ("closing hashes", "## Notes {.client} ##\nText\n", [("notes", "Notes", C, [("Text", C, 6)])]),
    ("markup in a heading", "## Our *best* `notes` {.client}\nx\n", [("our-best-notes", "Our best notes", C, [("x", C, 6)])]),
    ("accents in an id", "## Añadir señal\nx\n", [("anadir-senal", "Añadir señal", I, [("x", I, 6)])]),
    ("a fence", "## N {.client}\na\n\n::: internal\nb\n:::\nc\n", [("n", "N", C, [("a", C, 6), ("b", I, 9), ("c", C, 11)])]),
    ("a client fence", "## N {.public}\na\n::: client\nb\n:::\n", [("n", "N", P, [("a", P, 6), ("b", C, 8)])]),
    ("a fence of the same audience", "## N {.client}\n::: client\nb\n:::\n", [("n", "N", C, [("b", C, 7)])]),
    ("a fence with trailing blanks", "## N {.client}\n::: internal  \nb\n:::\t\n", [("n", "N", C, [("b", I, 7)])]),
    ("a fence ends a list", "## N {.client}\n- a\n::: internal\nb\n:::\n", [("n", "N", C, [("- a", C, 6), ("b", I, 8)])]),
    ("a fence in fenced code is text", "## N {.client}\n```\n::: internal\n```\nx\n", [("n", "N", C, [("```\n::: internal\n```\nx", C, 6)])]),
    ("a fence in tilde code is text", "## N {.client}\n~~~\n:::\n~~~\n", [("n", "N", C, [("~~~\n:::\n~~~", C, 6)])]),
    ("a fence after code in a list", "## N {.client}\n- x\n  ```\n  y\n  ```\n\n::: internal\nb\n:::\n", [("n", "N", C, [("- x\n  ```\n  y\n  ```", C, 6), ("b", I, 12)])]),
    ("a heading in code is text", "## N {.client}\n```\n## M {.public}\n```\n", [("n", "N", C, [("```\n## M {.public}\n```", C, 6)])]),
    ("a comment goes", "## N {.client}\na <!-- b --> c\n", [("n", "N", C, [("a  c", C, 6)])]),
    ("a comment over lines goes", "## N {.client}\n<!-- b\nc -->\nd\n", [("n", "N", C, [("d", C, 8)])]),
    ("a comment in code stays", "## N {.client}\n`<!-- b -->`\n", [("n", "N", C, [("`<!-- b -->`", C, 6)])]),
    ("a mark in code stays", "## N {.client}\n`{.internal}`\n", [("n", "N", C, [("`{.internal}`", C, 6)])]),
    ("level 3 stays inside", "## N {.client}\n### M\nx\n", [("n", "N", C, [("### M\nx", C, 6)])]),
    ("braces that are no mark", "## N {.client}\n{name} and {{x}}\n", [("n", "N", C, [("{name} and {{x}}", C, 6)])]),
]  # fmt: skip


def read(
    root: Path, body: str, **files: str
) -> list[tuple[str, str, Audience, list[tuple[str, Audience, int]]]]:
    project = Project(root).account("a", HEAD + body)
    content = load(load_settings(project.root / "mkdocs.yml"))
    assert not [p for p in content.problems if p.severity == "error"], content.problems
    account = content.accounts[0].account
    return [
        (s.id, s.title, s.audience, [(t.text, min(t.audience, s.audience), t.line) for t in s.stretches])
        for s in account.sections
    ]


@pytest.mark.parametrize(("body", "wanted"), [b[1:] for b in BODIES], ids=[b[0] for b in BODIES])
def test_a_body_is_cut_where_it_says(tmp_path: Path, body: str, wanted: object) -> None:
    assert read(tmp_path, body) == wanted


@pytest.mark.parametrize("head", ["---\nclient: A\ntitle: T\n---\n", "---\nclient: A\ntitle: T\n--- \n"])
def test_the_frame_is_no_part_of_the_body(tmp_path: Path, head: str) -> None:
    project = Project(tmp_path).account("a", f"{head}Text\n")
    account = load(load_settings(project.root / "mkdocs.yml")).accounts[0].account
    assert [t.text for t in account.sections[0].stretches] == ["Text"]


def test_updates_have_a_date_a_title_and_an_id_of_both(tmp_path: Path) -> None:
    project = Project(tmp_path).account(
        "a", f"{HEAD}## 2026-11-20 First ads {{.client}}\nx\n\n## 2026-11-21: Two {{#two}}\n"
    )
    found = load(load_settings(project.root / "mkdocs.yml")).accounts[0].account.updates
    assert [(u.id, str(u.date), u.title, u.audience) for u in found] == [
        ("2026-11-20-first-ads", "2026-11-20", "First ads", C),
        ("two", "2026-11-21", "Two", I),
    ]


HOSTILE = [
    ("brackets", "[" * 20_000),
    ("nested lists", "\n".join("  " * n + "- x" for n in range(400))),
    ("nested quotes", ">" * 5_000 + " x"),
    ("emphasis", "*a_ " * 10_000),
    ("fences", "::: internal\nx\n:::\n" * 3_000),
    ("open code and fences", "```\n" + "::: internal\n" * 3_000),
    ("backticks", "`" * 20_001),
    ("links", "[a](" * 10_000),
    ("comments", "<!-- x -->\n" * 5_000),
    ("open comments", "<!--" * 10_000),
    ("headings", "## x {#a}\n" * 3_000),
    ("braces", "{.client} " * 3_000),
    ("HTML", "<div>" * 10_000),
    ("entities", "&amp;" * 20_000),
    ("tables", "|" * 20_000 + "\n" + "|-" * 10_000),
]


@pytest.mark.parametrize("body", [h[1] for h in HOSTILE], ids=[h[0] for h in HOSTILE])
def test_hostile_text_is_read_or_refused_and_never_hangs(tmp_path: Path, body: str) -> None:
    """The suite's own limit of time is the measure: quadratic work here would take minutes."""
    project = Project(tmp_path).account("a", f"{HEAD}## N {{.client}}\n\n{body}\n")
    content = load(load_settings(project.root / "mkdocs.yml"))
    assert content.accounts or content.problems


@pytest.mark.parametrize(
    "block",
    [
        "a: " + "[" * 40_000,
        "a: " + "{" * 40_000,
        "\n".join("- " * n for n in range(300)),
        "a: &a [x]\nb: [" + "*a," * 5_000 + "*a]",
        "\n".join(f"k{n}: v" for n in range(5_000)),
        "a: !!python/object/apply:os.system [x]",
        "? " * 5_000,
        "a: '" + "x" * 60_000,
        "%YAML 1.1",
        "\x00",
    ],
    ids=[
        "sequences",
        "mappings",
        "list of lists",
        "aliases",
        "unknown keys",
        "tag",
        "keys",
        "quote",
        "directive",
        "NUL",
    ],
)
def test_hostile_front_matter_is_refused_with_its_place(tmp_path: Path, block: str) -> None:
    project = Project(tmp_path).account("a", f"---\nclient: A\ntitle: T\n{block}\n---\n")
    content = load(load_settings(project.root / "mkdocs.yml"))
    assert content.broken == {"a"}
    assert all(p.at.line >= 1 and p.at.path == "content/accounts/a.md" for p in content.problems)

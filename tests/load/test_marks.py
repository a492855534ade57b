"""A mark is a group that stands plainly at the end of a level-2 heading; nothing else opens a section."""

from pathlib import Path

import pytest

from portalgen.vocabulary import Audience
from tests.load.scene import account, places

MARKED = [
    ("## Plan {.client}", "plan", "Plan", Audience.CLIENT),
    ("## Plan  {.public}  ", "plan", "Plan", Audience.PUBLIC),
    ("## Plan{.client}", "plan", "Plan", Audience.CLIENT),
    ("## Plan { .client }", "plan", "Plan", Audience.CLIENT),
    ("## Plan {#our-plan}", "our-plan", "Plan", Audience.INTERNAL),
    ("## *Plan* {#p .client} ##", "p", "Plan", Audience.CLIENT),
    ("Plan {.client}\n----", "plan", "Plan", Audience.CLIENT),
    ("Plan\nof ours {.client}\n----", "plan-of-ours", "Plan of ours", Audience.CLIENT),
    ("## Plan <!-- ours --> {.client}", "plan", "Plan", Audience.CLIENT),
    ("   ## Plan {.client}", "plan", "Plan", Audience.CLIENT),
]

TEXT = [
    ("in code", "## Use `{.client}`", "Use {.client}"),
    ("in code at the end of a setext heading", "Use `{.public}`\n---", "Use {.public}"),
    ("other words in braces", "## Set {a, b}", "Set {a, b}"),
    ("escaped words in braces", "## Set \\{a, b\\}", "Set {a, b}"),
]

REFUSED = [
    ("emphasis", "## Use *{.client}*", "misplaced-mark", 9),
    ("strong", "## Use **x {.client}**", "misplaced-mark", 12),
    ("a link's text", "## Use [{.client}](https://x.example)", "misplaced-mark", 9),
    ("an image's text", "## Use ![{.client}](https://x.example/a.png)", "misplaced-mark", 10),
    ("raw HTML", "## Use <b>{.client}</b>", "misplaced-mark", 11),
    ("a backslash", "## Use \\{.client}", "misplaced-mark", 9),
    ("two backslashes are a backslash and a mark inside text", "## Use {.client} now", "misplaced-mark", 8),
    ("an entity", "## Use &#123;.client}", "misplaced-mark", 1),
    ("the middle and the end", "## Use {.internal} now {.client}", "misplaced-mark", 8),
    ("two groups", "## Use {.client} {.client}", "second-mark", 18),
    ("two audiences", "## Use {.client .public}", "second-mark", 17),
    ("two ids", "## Use {#a #b}", "second-id", 12),
    ("another class", "## Use {.wide}", "unknown-mark", 9),
    ("capitals", "## Use {.Client}", "unknown-mark", 9),
    ("a comma", "## Use {.client,}", "unknown-mark", 9),
    ("an attribute", "## Use {width=3}", "unknown-mark", 9),
    ("an attribute beside a mark", "## Use {.client width=3}", "unknown-mark", 17),
    ("an empty group", "## Use {}", "unknown-mark", 8),
    ("a dot alone", "## Use {. client}", "unknown-mark", 9),
    ("an id with capitals", "## Use {#Use}", "bad-id", 9),
    ("an id that is too long", "## Use {#" + "a" * 65 + "}", "bad-id", 9),
]


@pytest.mark.parametrize(("heading", "made", "title", "audience"), MARKED, ids=[m[0] for m in MARKED])
def test_a_mark_at_the_end_says_who_reads(
    tmp_path: Path, heading: str, made: str, title: str, audience: Audience
) -> None:
    content = account(tmp_path, f"{heading}\ntext\n")
    assert not content.problems
    (section,) = content.accounts[0].account.sections
    assert (section.id, section.title, section.audience) == (made, title, audience)


@pytest.mark.parametrize(("heading", "title"), [t[1:] for t in TEXT], ids=[t[0] for t in TEXT])
def test_what_only_looks_like_a_mark_in_code_opens_nothing(tmp_path: Path, heading: str, title: str) -> None:
    content = account(tmp_path, f"{heading}\nthe team's own\n")
    assert not content.problems
    (section,) = content.accounts[0].account.sections
    assert (section.title, section.audience) == (title, Audience.INTERNAL)


@pytest.mark.parametrize(("heading", "code", "column"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_a_mark_that_is_none_is_an_error_at_its_place(
    tmp_path: Path, heading: str, code: str, column: int
) -> None:
    content = account(tmp_path, f"{heading}\nthe team's own\n")
    assert (code, 6, column) in places(content)
    assert content.broken == {"alfa"}


def test_a_heading_in_a_file_of_its_own_carries_no_mark(tmp_path: Path) -> None:
    update = "---\ntitle: First ads\ndate: 2026-11-20\naudience: client\n---\n## What we did\n\n{}\n"
    assert not account(tmp_path / "a", updates__one=update.format("text")).problems
    content = account(tmp_path / "b", updates__one=update.format("## Costs {.internal}"))
    assert places(content) == [("misplaced-mark", 8, 1)]


def test_braces_without_a_dot_are_warned_of_and_open_nothing(tmp_path: Path) -> None:
    content = account(tmp_path, "## Plan {client}\ntext\n")
    assert [(p.code, p.severity) for p in content.problems] == [("mark-without-dot", "warning")]
    assert content.accounts[0].account.sections[0].audience is Audience.INTERNAL


@pytest.mark.parametrize("written", ["2026-1-5", "5/1/2026", "20.11.2026"])
def test_a_date_in_another_order_is_warned_of(tmp_path: Path, written: str) -> None:
    content = account(tmp_path, f"## {written} First ads\ntext\n")
    assert places(content) == [("not-an-update", 6, 4)]
    assert not content.accounts[0].account.updates


@pytest.mark.parametrize(
    ("heading", "title"),
    [
        ("2026-11-20 First ads", "First ads"),
        ("2026-11-20: First ads", "First ads"),
        ("2026-11-20 – First ads", "First ads"),
        ("2026-11-20 -5 % costs", "-5 % costs"),
    ],
)
def test_an_update_s_title_is_what_follows_the_date(tmp_path: Path, heading: str, title: str) -> None:
    content = account(tmp_path, f"## {heading}\ntext\n")
    assert [u.title for u in content.accounts[0].account.updates] == [title]


def test_ids_are_unique_over_all_files_and_reported_at_the_second(tmp_path: Path) -> None:
    update = "---\ntitle: First ads\ndate: 2026-11-20\n---\ntext\n"
    body = "## 2026-11-19 Kick-off {#ads}\n\n## Ads\n\n## 2026-11-20 First ads\n"
    content = account(tmp_path, body, updates__one=update)
    assert [(p.code, p.at.path, p.at.line) for p in content.problems] == [
        ("duplicate-id", "content/accounts/alfa.md", 8),
        ("duplicate-id", "content/accounts/alfa/updates/one.md", 1),
    ]

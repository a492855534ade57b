"""One fault in a private file: the code, line, column and field of its message, and nothing published.

Each row edits one account that is otherwise sound. The published trees, made from the sound one, stay
as they were byte for byte, and the private text is nowhere in what is said.
"""

from pathlib import Path
from typing import NamedTuple

import pytest

from portalgen.problems import as_text
from tests.project import Project

SOUND = """\
---
client:
  name: Alfa Bakery
  website: https://alfa.example/
title: Autumn bread
start: 2026-08-01
end: 2027-04-30
language: en
team:
  - {name: Ana Ruiz, role: account_executive, email: ana@agency.example}
  - name: Leo Sanz
    role: creative
health:
  overall: on_track
  path_to_green: the secret plan is to buy the mill
milestones:
  - {title: Oven live, baseline: 2026-11-10}
  - {title: Shop open, baseline: 2026-12-10}
change_requests:
  - {title: More bread, affects: [oven-live], schedule_days: 3}
kpis:
  - {name: Loaves, audience: public}
scope:
  in: [bread]
risks:
  - {title: Flour, probability: 2, impact: 3}
case_study:
  headline_kpi: loaves
commercials: {currency: EUR, value: 1200.50}
---
Only for us.

## Plan

We do it.

## 2026-11-20 Ovens are on {.client}

They are warm.

::: internal
They smoke.
:::

More of it.
"""


class Fault(NamedTuple):
    name: str
    before: str
    after: str
    code: str
    line: int
    column: int
    field: str = ""


FAULTS = [
    # the frame
    Fault("no front matter", "---\nclient:", "client:", "no-front-matter", 1, 1),
    Fault("text above", "---\nclient:", "Hello\n---\nclient:", "no-front-matter", 1, 1),
    Fault("five dashes", "---\nclient:", "-----\nclient:", "no-front-matter", 1, 1),
    Fault("never closed", "1200.50}\n---\n", "1200.50}\n", "open-front-matter", 1, 1),
    Fault("closed with dots", "1200.50}\n---\n", "1200.50}\n...\n", "open-front-matter", 1, 1),
    # YAML
    Fault("duplicate key", "language: en", "title: Again", "duplicate-key", 8, 1),
    Fault("duplicate key inside", "    role: creative", "    name: Eva", "duplicate-key", 12, 5),
    Fault("anchor", "language: en", "language: &x en", "anchor", 8, 11),
    Fault("alias", "language: en", "language: *x", "alias", 8, 11),
    Fault("tag", "language: en", "language: !!str en", "tag", 8, 11),
    Fault("custom tag", "language: en", "language: !secret en", "tag", 8, 11),
    Fault("merge key", "language: en", "<<: {language: en}", "merge", 8, 1),
    Fault("tab as indentation", "  name: Alfa", "\tname: Alfa", "tab", 3, 1),
    Fault("unquoted colon", "title: Autumn bread", "title: Autumn: bread", "yaml", 5, 14),
    Fault("open quote", "language: en", 'language: "en', "yaml", 8, 11),
    Fault("open bracket", "  in: [bread]", "  in: [bread", "yaml", 24, 7),
    Fault("bad indentation", "    role: creative", "   role: creative", "yaml", 12, 4),
    Fault("list at the top", SOUND.split("---\n")[1], "- a\n", "not-keys", 2, 1),
    Fault("too deep", "  in: [bread]", f"  in: {'[' * 20}{']' * 20}", "too-deep", 24, 21),
    Fault("control character", "Autumn bread", "Autumn \x07bread", "control-character", 5, 15),
    Fault("escaped control character", "Autumn bread", '"Autumn \\x07 bread"', "control-character", 5, 8),
    Fault("line separator", "Autumn bread", "Autumn\u2028bread", "control-character", 5, 14),
    Fault("next line", "Autumn bread", "Autumn\u0085bread", "control-character", 5, 14),
    Fault("comment in a text", "Autumn bread", "Autumn <!-- no --> bread", "comment-in-text", 5, 8),
    # keys and values
    Fault("unknown key", "language: en", "langauge: en", "unknown-key", 8, 1),
    Fault("unknown key inside", "    role: creative", "    rol: creative", "unknown-key", 12, 5, "team.2"),
    Fault("missing title", "title: Autumn bread\n", "", "missing-key", 1, 1),
    Fault("missing name", "  - name: Leo Sanz\n    role", "  - role", "missing-key", 11, 5, "team.2"),
    Fault("empty title", "title: Autumn bread", "title:", "missing-key", 1, 1),
    Fault("date the other way round", "2026-08-01", "01/08/2026", "bad-date", 6, 8, "start"),
    Fault("a day that is none", "2026-08-01", "2026-02-30", "impossible-date", 6, 8, "start"),
    Fault("end before start", "end: 2027-04-30", "end: 2026-04-30", "end-before-start", 7, 6, "end"),
    Fault("unknown role", "role: creative", "role: creativ", "unknown-word", 12, 11, "team.2.role"),
    Fault("unknown health", "overall: on_track", "overall: green", "unknown-word", 14, 12, "health.overall"),
    Fault("number with a comma", "1200.50", "'1,200.50'", "bad-number", 29, 37, "commercials.value"),
    Fault("number with a unit", "1200.50", "1200 EUR", "bad-number", 29, 37, "commercials.value"),
    Fault("whole number", "schedule_days: 3", "schedule_days: 3.5", "bad-whole-number", 20, 62, "change_requests.1.schedule_days"),
    Fault("out of range", "probability: 2", "probability: 7", "out-of-range", 26, 33, "risks.1.probability"),
    Fault("currency", "currency: EUR", "currency: euro", "bad-currency", 29, 25, "commercials.currency"),
    Fault("language", "language: en", "language: español", "bad-language", 8, 11, "language"),
    Fault("a list for a text", "language: en", "language: [en]", "not-a-text", 8, 11, "language"),
    Fault("keys for a text", "language: en", "language: {a: b}", "not-a-text", 8, 11, "language"),
    Fault("a text for a list", "  in: [bread]", "  in: bread", "not-a-list", 24, 7, "scope.in"),
    Fault("a text for a mapping", "  overall: on_track\n  path_to_green: the secret plan is to buy the mill", "  fine", "not-keys", 14, 3, "health"),
    Fault("no audience", "audience: public", "audience: everyone", "bad-audience", 22, 30, "kpis.1.audience"),
    Fault("an audience too wide", "baseline: 2026-12-10", "audience: public", "audience-too-wide", 18, 34, "milestones.2.audience"),
    Fault("a private item marked", "  in: [bread]", "  in: [{text: bread, audience: public}]", "audience-too-wide", 24, 32, "scope.in.1.audience"),
    Fault("bad id", "title: Shop open", "title: Shop open, id: Shop Open", "bad-id", 18, 28, "milestones.2.id"),
    Fault("two equal ids", "title: Shop open", "title: Oven live", "duplicate-id", 18, 13, "milestones.2.title"),
    Fault("two equal written ids", "title: Shop open", "title: Shop open, id: oven-live", "duplicate-id", 18, 28, "milestones.2.id"),
    Fault("no id to be made", "title: Shop open", "title: 店", "no-id", 18, 13, "milestones.2.title"),
    Fault("unknown milestone", "affects: [oven-live]", "affects: [oven-life]", "unknown-reference", 20, 35, "change_requests.1.affects.1"),
    Fault("unknown KPI", "headline_kpi: loaves", "headline_kpi: loafs", "unknown-reference", 28, 17, "case_study.headline_kpi"),
    Fault("http address", "https://alfa.example/", "http://alfa.example/", "bad-link", 4, 12, "client.website"),
    Fault("script address", "https://alfa.example/", "javascript:alert(1)", "bad-link", 4, 12, "client.website"),
    Fault("missing logo", "  website: https://alfa.example/", "  logo: files/logo.png", "missing-file", 4, 9, "client.logo"),
    Fault("SVG as logo", "  website: https://alfa.example/", "  logo: files/logo.svg", "svg-image", 4, 9, "client.logo"),
    Fault("a file outside", "  website: https://alfa.example/", "  logo: ../other/logo.png", "outside", 4, 9, "client.logo"),
    # marks
    Fault("unknown mark", "{.client}", "{.cliente}", "unknown-mark", 37, 29),
    Fault("second mark", "{.client}", "{.client .public}", "second-mark", 37, 37),
    Fault("two groups", "{.client}", "{.client} {#x}", "second-mark", 37, 38),
    Fault("two ids", "{.client}", "{#a #b .client}", "second-id", 37, 32),
    Fault("bad id in a mark", "{.client}", "{#A .client}", "bad-id", 37, 29),
    Fault("another attribute", "{.client}", "{.client key=1}", "unknown-mark", 37, 37),
    Fault("mark at level 3", "They are warm.", "### Deeper {.internal}", "misplaced-mark", 39, 1),
    Fault("mark in a quote", "They are warm.", "> ## Deeper {.internal}", "misplaced-mark", 39, 3),
    Fault("mark in a list", "They are warm.", "- ## Deeper {.internal}", "misplaced-mark", 39, 3),
    Fault("mark in the text", "They are warm.", "They are warm. {.internal}", "misplaced-mark", 39, 16),
    Fault("mark in indented code", "They are warm.", "Text.\n\n    code {.internal}", "misplaced-mark", 41, 10),
    Fault("escaped mark", "Ovens are on {.client}", "Ovens are on \\{.client}", "misplaced-mark", 37, 29),
    Fault("glued heading", "They are warm.", "##Deeper {.internal}", "glued-heading", 39, 1),
    Fault("late level 1", "They are warm.", "# Title", "late-title", 39, 1),
    Fault("empty heading", "## Plan", "##", "no-heading", 33, 1),
    Fault("heading without letters", "## Plan", "## ¡¡", "no-id", 33, 1),
    Fault("same section twice", "## Plan", "## Ovens {#plan}\n\n## Plan", "duplicate-id", 35, 1),
    Fault("impossible update", "2026-11-20", "2026-11-31", "impossible-date", 37, 4),
    Fault("update without a title", "Ovens are on ", "", "no-heading", 37, 1),
    # fences
    Fault("open fence", ":::\n\nMore", "\n\nMore", "open-fence", 41, 1),
    Fault("unknown fence", "::: internal", "::: intern", "unknown-fence", 41, 1),
    Fault("glued fence", "::: internal", ":::internal", "unknown-fence", 41, 1),
    Fault("four colons", "::: internal", ":::: internal", "unknown-fence", 41, 1),
    Fault("indented fence", "::: internal", " ::: internal", "unknown-fence", 41, 2),
    Fault("fence in a list", "::: internal", "- ::: internal", "unknown-fence", 41, 3),
    Fault("fence in a quote", "::: internal", "> ::: internal", "unknown-fence", 41, 3),
    Fault("widening fence", "::: internal", "::: public", "widening-fence", 41, 1),
    Fault("nested fence", "They smoke.", "::: internal\nThey smoke.", "nested-fence", 42, 1),
    Fault("stray close", "They are warm.", ":::", "stray-fence", 39, 1),
    Fault("heading in a fence", "They smoke.", "## Smoke", "heading-in-fence", 42, 1),
    # blocks that swallow what follows
    Fault("open code", "They are warm.", "```\nThey are warm.", "open-code", 39, 1),
    Fault("open comment", "They are warm.", "<!-- They are warm.", "open-comment", 39, 1),
    Fault("comment's end alone", "They are warm.", "They are --> warm.", "open-comment", 39, 10),
    Fault("open script", "They are warm.", "<script>\nThey are warm.", "open-html", 39, 1),
    Fault("open pre", "They are warm.", "<pre>\nThey are warm.", "open-html", 39, 1),
    Fault("heading in HTML", "They are warm.", "<div>\n## Swallowed {.client}\n</div>", "heading-in-html", 40, 1),
    # links
    Fault("missing file", "They are warm.", "See [it](alfa/files/x.pdf).", "missing-file", 39, 5),
    Fault("empty link", "They are warm.", "See [it]().", "empty-link", 39, 5),
    Fault("http link", "They are warm.", "See [it](http://x.example).", "bad-link", 39, 5),
    Fault("link outside", "They are warm.", "See [it](zulu/files/x.pdf).", "outside", 39, 5),
    Fault("encoded way out", "They are warm.", "See [it](alfa/%2e%2e/zulu.md).", "outside", 39, 5),
    Fault("absolute path", "They are warm.", "See [it](/etc/passwd).", "outside", 39, 5),
    Fault("SVG image", "They are warm.", "![x](alfa/files/x.svg)", "svg-image", 39, 1),
    Fault("data image", "They are warm.", "![x](data:image/png;base64,AA)", "bad-link", 39, 1),
]  # fmt: skip


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    project = Project(tmp_path_factory.mktemp("faults"))
    project.account("alfa", SOUND).account("zulu").build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project


@pytest.mark.parametrize("fault", FAULTS, ids=[f.name for f in FAULTS])
def test_a_fault_is_named_with_its_place_and_publishes_nothing(project: Project, fault: Fault) -> None:
    assert SOUND.count(fault.before) >= 1
    before = project.tree()
    project.account("alfa", SOUND.replace(fault.before, fault.after, 1)).build()
    assert project.outcome is not None
    errors = [p for p in project.problems if p.severity == "error"]
    places = [(p.code, p.at.line, p.at.column) for p in errors]
    assert (fault.code, fault.line, fault.column) in places
    if fault.field:
        assert fault.field in [p.field for p in errors if p.code == fault.code]
    assert all(p.at.path == "content/accounts/alfa.md" for p in errors)
    assert not project.outcome.published
    assert project.tree() == before
    first = next(p for p in errors if p.code == fault.code)
    said = as_text([first], lambda at: None)
    assert "Traceback" not in said
    assert len(first.message) > 10


def test_there_are_enough_faults() -> None:
    assert len(FAULTS) >= 60
    assert len({f.name for f in FAULTS}) == len(FAULTS)


def test_bytes_that_are_no_text_are_named_with_their_place(project: Project) -> None:
    before = project.tree()
    project.write("content/accounts/alfa.md", SOUND.encode().replace(b"Autumn", b"Oto\xf1o")).build()
    found = [(p.code, p.at.line, p.at.column) for p in project.problems if p.severity == "error"]
    assert found == [("not-utf8", 5, 11)]
    assert project.tree() == before


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(SOUND.replace("\n", "\r\n").encode(), id="CRLF"),
        pytest.param(SOUND.replace("\n", "\r").encode(), id="lone CR"),
        pytest.param(b"\xef\xbb\xbf" + SOUND.encode(), id="BOM"),
        pytest.param(SOUND.replace("---\n", "--- \t\n").encode(), id="blanks after the dashes"),
    ],
)
def test_what_editors_do_to_a_file_changes_nothing(project: Project, data: bytes) -> None:
    wanted = project.account("alfa", SOUND).build().tree()
    project.write("content/accounts/alfa.md", data).build()
    assert project.outcome is not None
    assert project.outcome.published
    assert project.tree() == wanted


def test_all_problems_of_all_files_come_in_one_run(tmp_path: Path) -> None:
    project = Project(tmp_path)
    broken = SOUND.replace("role: creative", "rol: creative").replace("2026-08-01", "1/8/2026")
    broken = broken.replace("::: internal", ":::internal").replace("title: Shop open", "title: Oven live")
    project.account("alfa", broken).account("zulu", "---\ntitle: x\n---\n## A {.b}\n").build()
    assert sorted(project.codes) == sorted(
        [
            "unknown-key",
            "bad-date",
            "unknown-fence",
            "stray-fence",
            "duplicate-id",
            "missing-key",
            "unknown-mark",
        ]
    )

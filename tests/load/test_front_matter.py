"""The front matter: a strict subset of YAML, all problems at once, each at its place and field."""

from pathlib import Path

import pytest

from portalgen.load.front_matter import read
from portalgen.problems import Address
from tests.load.scene import account, fields, loaded, only, places
from tests.project import Project

HEAD = "client: A\ntitle: T\n"

YAML = [
    ("a document inside", "--- {x: y}\n", ("yaml", 4, 1)),
    ("an end of a document", "...\nx: y\n", ("yaml", 5, 1)),
    ("a key without its name", ": x\n", ("yaml", 4, 1)),
    ("a complex key", "? x\n: y\n", ("unknown-key", 4, 3)),
    ("a list as key", "{[a]: b}: c\n", ("yaml", 4, 1)),
    ("a tab", "health:\n\toverall: on_track\n", ("tab", 5, 1)),
    ("a tab behind blanks", "health:\n  overall: on_track\n  \tas_of: x\n", ("tab", 6, 3)),
    ("an escaped bell", 'objective: "a\\ab"\n', ("control-character", 4, 12)),
    ("an escaped zero", 'objective: "a\\0b"\n', ("control-character", 4, 12)),
    ("an escaped next line", 'objective: "a\\Nb"\n', ("control-character", 4, 12)),
    ("an escaped line separator", 'objective: "a\\u2028b"\n', ("control-character", 4, 12)),
    ("an escape in a key", '"a\\ab": x\n', ("control-character", 4, 1)),
    ("a bell", "objective: a\x07b\n", ("control-character", 4, 13)),
    ("a next line", "objective: añ\x85b\n", ("control-character", 4, 14)),
    ("a line separator", "objective: a\u2028b\n", ("control-character", 4, 13)),
    ("a delete", "objective: a\x7fb\n", ("control-character", 4, 13)),
    ("an alias for a required text", "objective: *x\n", ("alias", 4, 12)),
    ("a merge", "<<: {a: b}\n", ("merge", 4, 1)),
    ("a binary tag", "objective: !!binary aGVsbG8=\n", ("tag", 4, 12)),
    ("a plain exclamation mark", "objective: ! x\n", ("tag", 4, 12)),
    ("a comment in a text", "objective: see <!-- x\n", ("comment-in-text", 4, 12)),
    ("a comment's end in a list", "lessons: [a, b --> c]\n", ("comment-in-text", 4, 14)),
    ("a second equal key in a list's element", "lessons:\n- {text: a, text: b}\n", ("duplicate-key", 5, 13)),
    ("seventeen levels", "x: " + "[" * 16 + "]" * 16 + "\n", ("too-deep", 4, 19)),
]  # fmt: skip


@pytest.mark.parametrize(("block", "wanted"), [y[1:] for y in YAML], ids=[y[0] for y in YAML])
def test_what_the_subset_does_not_hold_is_refused_at_its_place(
    tmp_path: Path, block: str, wanted: tuple[str, int, int]
) -> None:
    content = account(tmp_path, front=HEAD + block)
    assert wanted in places(content)
    assert content.broken == {"alfa"}


SYNTAX = [
    ("a colon in a value", "objective: a: b\n", (4, 13), "colon in this value"),
    ("an apostrophe between quotes", "objective: 'it's'\n", (4, 16), "after the quote that closes it"),
    ("a quote that stays open", 'objective: "a\nindustry: b\n', (4, 12), "quote is opened here"),
    ("a bracket that stays open", "lessons: [a, b\nindustry: c\n", (4, 10), "opened here and not closed"),
    ("a bracket too many", "lessons: [a]]\n", (4, 13), "ends before this"),
    ("no blank after the colon", "objective:a\n", (4, 1), "no colon, or no blank"),
    ("a line indented too far", "objective: a\n industry: b\n", (5, 10), "indented too far"),
    (
        "a line that does not line up",
        "health:\n    overall: on_track\n  as_of: x\n",
        (6, 3),
        "does not line up",
    ),
    ("an element that does not line up", "lessons:\n  - a\n - b\n", (6, 2), "list item does not line up"),
    ("an at sign", "objective: @home\n", (4, 12), "cannot begin with this sign"),
    ("a star", "objective: *great* news\n", (4, 12), 'cannot begin with "*"'),
    ("a list beside its key", "lessons: - a\n", (4, 10), "list begins on the line of its key"),
    ("a text beside its sign", "objective: |a\n  b\n", (4, 13), "nothing may follow"),
    ("a backslash", 'objective: "C:\\drive"\n', (4, 15), "backslash"),
]


@pytest.mark.parametrize(("block", "place", "said"), [s[1:] for s in SYNTAX], ids=[s[0] for s in SYNTAX])
def test_a_slip_of_syntax_is_told_in_words_where_it_was_made(
    tmp_path: Path, block: str, place: tuple[int, int], said: str
) -> None:
    problem = only(account(tmp_path, front=HEAD + block))
    assert (problem.code, problem.at.line, problem.at.column) == ("yaml", *place)
    assert said in problem.message
    assert problem.hint


def test_sixteen_levels_are_read() -> None:
    source = read("a.md", b"---\nx: " + b"[" * 15 + b"]" * 15 + b"\n---\n")
    assert not source.problems


def test_an_invisible_character_does_not_move_what_stands_below(tmp_path: Path) -> None:
    content = account(tmp_path, front=f"{HEAD}objective: a\u2028b\x85\nrol: x\n")
    assert places(content) == [
        ("control-character", 4, 13),
        ("control-character", 4, 15),
        ("unknown-key", 5, 1),
    ]


def test_scalars_mean_what_they_say(tmp_path: Path) -> None:
    front = "client: NO\ntitle: 12:30\nobjective: 01234\nindustry: ~\nregion: null\nsize: ''\nservices: []\nhealth: {}\n"
    content = account(tmp_path, front=front)
    assert not content.problems
    one = content.accounts[0].account
    assert (one.client.name, one.title, one.objective, one.industry, one.region, one.size) == (
        "NO", "12:30", "01234", "~", "null", None,
    )  # fmt: skip


def test_a_block_text_ends_where_its_author_ended_it(tmp_path: Path) -> None:
    front = "client: |\n  Alfa\ntitle: >\n  T\nobjective: |\n  One.\n\n  Two.\nstart: |\n  2026-11-20\n"
    content = account(tmp_path, front=front)
    assert not content.problems
    one = content.accounts[0].account
    assert (one.client.name, one.title, one.objective, str(one.start)) == (
        "Alfa", "T", "One.\n\nTwo.", "2026-11-20",
    )  # fmt: skip


def test_64_kib_are_read_and_a_byte_more_is_not() -> None:
    begin = "client: A\ntitle: T\nobjective: "
    for length, codes in ((65_536, []), (65_537, ["too-long"])):
        block = begin + "x" * (length - len(begin))
        source = read("a.md", f"---\n{block}\n---\n## A\n".encode())
        assert [p.code for p in source.problems] == codes
        assert source.body == "## A\n"


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_byte_that_is_no_utf_8_is_named_with_its_place(end: bytes, mark: bytes) -> None:
    source = read("a.md", mark + end.join([b"---", b"client: \xc3\xb1 \xf1"]))
    assert [(p.code, p.at) for p in source.problems] == [("not-utf8", Address("a.md", 2, 11))]
    first = read("a.md", mark + b"\xff")
    assert [(p.code, p.at) for p in first.problems] == [("not-utf8", Address("a.md", 1, 1))]


@pytest.mark.parametrize(
    ("text", "line", "body"),
    [
        ("---\n---\nx", 3, "x"),
        ("---\n\n---\nx", 4, "x"),
        ("---\na: b\n\n---\nx", 5, "x"),
        ("---\na: b\n---", 4, ""),
        ("--- \na: b\n---\t \n---\nx", 4, "---\nx"),
    ],
)
def test_the_body_begins_below_the_second_line_of_dashes(text: str, line: int, body: str) -> None:
    source = read("a.md", text.encode())
    assert not source.problems
    assert (source.body_line, source.body) == (line, body)


def test_the_body_s_problems_are_said_although_the_front_matter_cannot_be_read(tmp_path: Path) -> None:
    content = account(tmp_path, "## A {.b}\n", front="client: 'A\ntitle: T\n")
    assert [p.code for p in content.problems] == ["yaml", "unknown-mark"]


# ---- fields


def test_every_scalar_has_its_place(tmp_path: Path) -> None:
    front = (
        "client: A\ntitle: T\nservices: [a, {text: b, audience: client}]\n"
        "kpis:\n- name: K\n  baseline: {value: 1, date: 2026-11-20}\n  readings:\n  - {value: 2}\n"
    )
    content = account(tmp_path, "## B {#b .client}\n\n## 2026-11-20 U\n", front=front)
    found = {name: (at.line, at.column) for name, at in content.accounts[0].places.items()}
    assert (
        found
        | {
            "client": (2, 9),
            "client.name": (2, 9),
            "title": (3, 8),
            "services.1": (4, 12),
            "services.1.text": (4, 12),
            "services.2.text": (4, 22),
            "services.2.audience": (4, 35),
            "kpis.1.name": (6, 9),
            "kpis.1.baseline.value": (7, 21),
            "kpis.1.baseline.date": (7, 30),
            "kpis.1.readings.1.value": (9, 13),
            "team.1.role": (10, 26),
            "section:b": (12, 1),
            "update:2026-11-20-u": (14, 1),
        }
        == found
    )


def test_an_element_that_cannot_be_read_does_not_shift_the_others(tmp_path: Path) -> None:
    front = (
        f"{HEAD}contacts:\n- ''\n- Eva\n- [a]\n- {{name: Leo, role: boss}}\n- {{rol: approver}}\n"
        "milestones: [{}, {title: M, baseline: 1/2/2026}]\n"
        "change_requests: [{title: C, affects: [[a], '', end, N]}]\n"
    )
    assert fields(account(tmp_path, front=front)) == [
        ("not-keys", "contacts.2", 6, 3),
        ("not-keys", "contacts.3", 7, 3),
        ("unknown-word", "contacts.4.role", 8, 21),
        ("missing-key", "contacts.5", 9, 3),
        ("unknown-key", "contacts.5", 9, 4),
        ("bad-date", "milestones.2.baseline", 10, 39),
        ("not-a-text", "change_requests.1.affects.1", 11, 40),
        ("bad-id", "change_requests.1.affects.4", 11, 54),
        ("unknown-reference", "change_requests.1.affects.4", 11, 54),
    ]


def test_a_list_for_a_title_is_one_problem_and_makes_no_id(tmp_path: Path) -> None:
    front = f"{HEAD}kpis: [{{name: [a]}}, {{name: [a]}}]\ncase_study: {{headline_kpi: a}}\n"
    assert fields(account(tmp_path, front=front)) == [
        ("not-a-text", "kpis.1.name", 4, 15),
        ("not-a-text", "kpis.2.name", 4, 28),
    ]


HINTS = [
    ("the key that was meant", "titel: x\n", 'did you mean "title"?'),
    ("the word that was meant", "lifecycle: activ\n", 'did you mean "active"?'),
    ("the word with its low line", "lifecycle: On Hold\n", 'did you mean "on_hold"?'),
    ("the audience that was meant", "lessons: [{text: a, audience: intern}]\n", 'did you mean "internal"?'),
    ("the mark as audience", "services: [{text: a, audience: .client}]\n", 'did you mean "client"?'),
    ("the id that was meant", "kpis: [{name: Reach}]\ncase_study: {kpis: [reech]}\n", 'did you mean "reach"?'),
    ("an element", "services: design\n", 'write "- design" on a line of its own below it'),
    ("a key", "needs: [logo]\n", 'write "title: logo"'),
    ("keys", "health: good\n", "write keys on lines of their own below it: overall, as_of, rationale, scope, schedule, quality"),
    ("a date", "start: 20/11/2026\n", "write year-month-day: 2026-11-20"),
    ("a number", "commercials: {value: 1.200 EUR}\n", "write digits and a point, without unit: 1250.5"),
    ("a narrower mark", "needs: [{title: a, audience: public}]\n", "write client, or narrower"),
    ("no mark", "lessons: [{text: a, audience: client}]\n", "take the mark out; this is for the team alone"),
    ("https", "client: {name: A, website: 'http://a.example'}\ntitle: T\n", "write https://a.example"),
    ("quotes for a star", "objective: *great*\n", 'put the value in quotes: "*great* news"'),
]  # fmt: skip


@pytest.mark.parametrize(("block", "hint"), [h[1:] for h in HINTS], ids=[h[0] for h in HINTS])
def test_a_message_says_what_to_write(tmp_path: Path, block: str, hint: str) -> None:
    front = block if "client:" in block else HEAD + block
    content = account(tmp_path, front=front)
    assert hint in [p.hint for p in content.problems if p.severity == "error"]


CHECKS = [
    ("the end before the start", "start: 2026-11-20\nend: 2026-11-19\n", ("end-before-start", "end", 5, 6)),
    ("a date outside", "start: 2026-01-01\nneeds: [{title: N, due: 2025-11-20}]\n", ("outside-engagement", "needs.1.due", 5, 25)),
    ("a slug with the client's name", "case_study: {attribution: anonymised, title: X, slug: the-alfafoods-case}\n", ("slug-names-client", "case_study.slug", 4, 55)),
    ("a title without letters", "case_study: {title: 店}\n", ("no-id", "case_study.title", 4, 21)),
    ("a KPI that is not public", "kpis: [{name: K}]\ncase_study: {kpis: [k]}\n", ("kpi-not-public", "case_study.kpis.1", 5, 21)),
    ("an SVG image", "case_study: {image: files/a.SVG}\n", ("svg-image", "case_study.image", 4, 21)),
    ("an image elsewhere", "case_study: {image: 'https://x.example/a.png'}\n", ("not-a-file", "case_study.image", 4, 21)),
    ("a document as image", "case_study: {image: a.pdf}\n", ("not-an-image", "case_study.image", 4, 21)),
]  # fmt: skip


@pytest.mark.parametrize(("block", "wanted"), [c[1:] for c in CHECKS], ids=[c[0] for c in CHECKS])
def test_what_only_the_whole_can_show_is_said_at_the_field(
    tmp_path: Path, block: str, wanted: tuple[str, str, int, int]
) -> None:
    content = account(tmp_path, front=f"client: Alfa Foods\ntitle: T\n{block}")
    assert fields(content) == [wanted]


def test_agreed_days_move_the_end_that_dates_are_held_against(tmp_path: Path) -> None:
    front = (
        f"{HEAD}start: 2026-01-01\nend: 2026-02-01\nmilestones: [{{title: M, forecast: 2026-02-11}}]\n"
        "change_requests: [{title: C, affects: [end], schedule_days: 10, decision: %s}]\n"
    )
    assert not account(tmp_path / "a", front=front % "approved").problems
    assert only(account(tmp_path / "b", front=front % "pending")).code == "outside-engagement"


def test_every_further_account_executive_is_warned_of(tmp_path: Path) -> None:
    people = "".join(f"- {{name: {name}, role: account_executive}}\n" for name in "ABC")
    project = Project(tmp_path).account("alfa", f"---\n{HEAD}team:\n{people}---\n")
    assert fields(loaded(project)) == [
        ("two-account-executives", "team.2.role", 6, 19),
        ("two-account-executives", "team.3.role", 7, 19),
    ]


def test_thousands_of_faults_are_said_without_looking_for_what_was_meant(tmp_path: Path) -> None:
    front = HEAD + "".join(f"titl{n}: x\n" for n in range(4_000))
    content = account(tmp_path, front=front)
    assert len(content.problems) == 4_000
    assert sum(p.hint.startswith("did you mean") for p in content.problems) <= 200

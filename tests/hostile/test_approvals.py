"""Approvals that somebody damaged or planted: refused with a sentence, or read as far as they make sense.

Whatever an approval holds, no page is made of it that a page of the account could not be: no traceback, no
script, no file elsewhere, no other client's text.
"""

import copy
import json
import os
import socket
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import html5lib
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from portalgen import project as projected
from portalgen.account import Account
from portalgen.build.approving import NotApproved, approve, lines, offer
from portalgen.build.shown import Shown
from portalgen.load import Approval, Approvals, load, load_settings
from portalgen.load.approvals import parse
from portalgen.render import internal
from portalgen.render import portal as portal_pages
from portalgen.render.gallery import Drawn, Frame
from portalgen.settings import Settings
from portalgen.vocabulary import Audience
from tests import canary
from tests.project import SECRET, TODAY, Project
from tests.test_review import ALFA, REVIEWED, outside, png

PORTAL, CASE = "content/approved/alfa/portal.json", "content/approved/alfa/case-study.json"
FRAME = Frame("Estudio Norte", "en", "https://www.estudio-norte.example/")

# ---- any JSON, any bytes ----------------------------------------------------------------------------


class Approved:
    """A canary account whose fields all say something, with its real approvals."""

    def __init__(self, root: Path) -> None:
        project = Project(root, REVIEWED)
        made = canary.make("alfa", mark=Audience.PUBLIC, consent="granted", **{"Need.done": ""})
        for path, data in made.files.items():
            project.write(f"content/accounts/{path}", data)
        project.approve()
        self.settings = load_settings(root / "mkdocs.yml")
        self.account = load(self.settings).healthy["alfa"].account
        self.real = {"portal": (root / PORTAL).read_bytes(), "case": (root / CASE).read_bytes()}


@pytest.fixture(scope="module")
def approved(tmp_path_factory: pytest.TempPathFactory) -> Approved:
    return Approved(tmp_path_factory.mktemp("approved"))


def pages_of(approved: Approved, kind: str, approval: Approval) -> Iterator[bytes]:
    """Every page that may be made of an approval: of its facts as they are, and as the gate lets them out."""
    settings, account = approved.settings, approved.account
    if kind == "portal":
        page = projected.case_view(approval.case, settings) if approval.case else None
        case = projected.published_case(account, approval.facts, page, public=False)
        view = projected.portal(approval.facts, case, settings, TODAY)
        yield from (page.body for page in portal_pages.pages(view, assets="../assets/", identity="key"))
    elif (case_view := projected.case_view(approval.facts, settings)) is not None:
        yield from (one.html.encode() for one in Drawn(projected.gallery((case_view,)), FRAME).pages())
    approvals = Approvals(approval, None, "1") if kind == "portal" else Approvals(None, approval, "1")
    yield from pages_through(Shown(account, settings, TODAY, approvals=approvals), settings)


def pages_through(one: Shown, settings: Settings) -> Iterator[bytes]:
    if one.portal is not None:
        yield from (page.body for page in portal_pages.pages(one.portal, assets="../assets/", identity="key"))
    if one.case is not None:
        drawn = Drawn(projected.gallery((one.case,)), FRAME)
        yield from (fragment.html.encode() for fragment in drawn.pages())
        yield drawn.feed()
    yield from ("\n".join(lines(held, settings, False, 80)).encode() for held in one.offered)
    yield from (make().body for make in internal.wanted_brief(one.brief, {}).values())
    portfolio = projected.portfolio([one.row], list(one.events), settings, TODAY)
    references = projected.references([one.row.case], settings)
    yield from (page.body for page in internal.pages(portfolio, references, {}))
    assert one.terms


def refused_or_drawn(approved: Approved, kind: str, data: bytes) -> None:
    try:
        approval = parse(data, "alfa")
    except ValueError:
        return
    assert isinstance(approval.facts, Account)
    for body in pages_of(approved, kind, approval):
        assert b"\0" not in body


def nodes(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to each value below this one."""
    inside = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, child in inside:
        yield (*way, key)
        yield from nodes(child, (*way, key))


VALUES = st.sampled_from(
    [
        *(None, True, False, 0, -1, 7, 10**30, 10**400, 1.5, float("nan"), float("inf"), [], {}, [[]], [None], [{}]),
        *("", " ", "x", "\x00", "a\x1bb", "\ud800", "\u2028", "\u202e", "{.client}", "::: internal", "2", "-5"),
        *("2026-02-30", "0001-01-01", "9999-12-31", "999999999", "1e400", "zz", "en-GB-oed", "public", "a" * 300),
        *("../../x", "javascript:alert(1)", "<script>alert(1)</script>", "[x](javascript:alert(1))", {"id": "../x"}),
    ]
)  # fmt: skip
CHANGES = st.lists(
    st.tuples(st.integers(0, 10**6), st.sampled_from(["put", "put", "rename", "copy", "drop"]), VALUES,
              st.sampled_from(["id", "audience", "title", "text", "lines", "files", "mood"])),
    min_size=1, max_size=6,
)  # fmt: skip


def change(data: Any, changes: list[tuple[int, str, Any, str]]) -> Any:
    for number, how, value, name in changes:
        ways = list(nodes(data))
        if not ways:
            return data
        *above, last = ways[number % len(ways)]
        holder = data
        for key in above:
            holder = holder[key]
        if how == "put":
            holder[last] = copy.deepcopy(value)
        elif how == "copy" and isinstance(holder, list):
            holder.append(copy.deepcopy(holder[last]))
        elif how == "rename" and isinstance(holder, dict):
            holder[name] = holder.pop(last)
        else:
            del holder[last]
    return data


@settings(max_examples=250, deadline=None, suppress_health_check=list(HealthCheck))
@given(kind=st.sampled_from(["portal", "portal", "case"]), changes=CHANGES)
def test_an_approval_with_other_values_is_refused_or_drawn(
    approved: Approved, kind: str, changes: list[tuple[int, str, Any, str]]
) -> None:
    data = change(json.loads(approved.real[kind]), changes)
    refused_or_drawn(approved, kind, json.dumps(data).encode())


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    kind=st.sampled_from(["portal", "case"]),
    cuts=st.lists(st.tuples(st.integers(0, 12_000), st.integers(0, 60), st.binary(max_size=8)), max_size=4),
)
@example(kind="portal", cuts=[])
def test_an_approval_with_other_bytes_is_refused_or_drawn(
    approved: Approved, kind: str, cuts: list[tuple[int, int, bytes]]
) -> None:
    data = approved.real[kind]
    for at, length, instead in cuts:
        data = data[:at] + instead + data[at + length :]
    refused_or_drawn(approved, kind, data)


def whole(shown: str) -> bytes:
    found = f'"account": "alfa", "approved_by": "Ana", "approved_on": "2026-11-01", "shown": {shown}'
    return f"{{{found}}}".encode()


DEEP = 200_000
SHAPES: list[tuple[str, bytes, bool]] = [
    ("lists in lists", whole("[" * DEEP + "]" * DEEP), False),
    ("mappings in mappings", whole('{"a":' * DEEP + "1" + "}" * DEEP), False),
    ("lists that never end", b"[" * DEEP, False),
    ("deep where nobody looks", whole('{"mood": ' + "[" * DEEP + "]" * DEEP + "}"), False),
    ("lists in lists that can be read", whole('{"title": ' + "[" * 300 + "]" * 300 + "}"), True),
    ("too long", whole("{}") + b" " * 16 * 1024 * 1024, False),
    ("as long as may be", whole("{}").ljust(16 * 1024 * 1024), True),
    ("a number of many digits", whole(f'{{"mood": {"9" * 10_000}}}'), False),
    ("equal keys", whole('{"title": "One", "title": "Two"}'), True),
    ("half a sign in a text", whole('{"title": "a\\ud800"}'), False),
    ("half a sign in a key", whole('{"files": {"\\udfff": {"sha256": "a", "size": 1}}}'), False),
    ("a NUL in a text", whole('{"title": "a\\u0000b"}'), False),
    ("a line's end that is none", whole('{"title": "a\\u2028b"}'), False),
    ("a NUL in the file", whole('{"title": "a"}').replace(b"a", b"\0"), False),
    ("another encoding", whole("{}").decode().encode("utf-16"), False),
    ("a BOM", b"\xef\xbb\xbf" + whole("{}"), True),
    ("another account's", whole("{}").replace(b"alfa", b"zulu"), False),
    ("nobody's name", whole("{}").replace(b"Ana", b" "), False),
]


@pytest.mark.parametrize(("data", "fine"), [s[1:] for s in SHAPES], ids=[s[0] for s in SHAPES])
def test_odd_json_is_read_or_is_no_approval(approved: Approved, data: bytes, fine: bool) -> None:
    if fine:
        assert list(pages_of(approved, "portal", parse(data, "alfa")))
    else:
        with pytest.raises(ValueError):  # noqa: PT011 - the class is what is promised
            parse(data, "alfa")


def test_the_real_approvals_are_drawn(approved: Approved) -> None:
    drawn = {
        kind: list(pages_of(approved, kind, parse(data, "alfa"))) for kind, data in approved.real.items()
    }
    assert len(drawn["portal"]) > 20
    assert len(drawn["case"]) > 10


@pytest.mark.parametrize("name", [" ", "", None])
def test_a_person_without_a_name_is_nobody(approved: Approved, name: str | None) -> None:
    data = json.loads(approved.real["portal"])
    assert [need for need in data["shown"]["needs"] if "done" not in need], "answered by a mail to the AE"
    data["shown"]["team"][0]["name"] = name
    approval = parse(json.dumps(data).encode(), "alfa")
    assert len(approval.facts.team) == len(data["shown"]["team"]) - 1
    assert list(pages_of(approved, "portal", approval))


# ---- what lies where an approval should -------------------------------------------------------------


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """An account of which everything is approved and published, beside another client's."""
    project = Project(tmp_path / "project", REVIEWED).account("alfa", ALFA)
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 first menu")
    project.write("content/accounts/alfa/files/oven.png", png(200))
    project.account("zulu", ZULU).approve().build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    return project


ZULU = """\
---
client: Zulu Mills
title: Winter flour
team: [{name: Ana Ruiz, role: account_executive}]
---
Zulu Mills will lose its second largest buyer in the spring.

## Notes {.client}

We have agreed on twelve tons of rye for the coming winter.
"""

KINDS = ("link to a file", "link to a device", "dangling link", "pipe", "socket", "device", "folder")


def put(path: Path, kind: str, outside: Path) -> None:
    """Put something that is no ordinary file at a path."""
    path.unlink()
    if kind == "link to a file":
        (outside / "secret").write_text("heldelsewhere")
        path.symlink_to(outside / "secret")
    elif kind == "link to a device":
        path.symlink_to("/dev/zero")
    elif kind == "dangling link":
        path.symlink_to(outside / "nowhere")
    elif kind == "pipe":
        os.mkfifo(path)
    elif kind == "folder":
        (path / "inner").mkdir(parents=True)
    elif kind == "device" and os.geteuid() == 0:
        os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 5))
    else:
        listening = socket.socket(socket.AF_UNIX)
        here = Path.cwd()
        os.chdir(path.parent)  # the name of a socket is short
        try:
            listening.bind(path.name)
        finally:
            os.chdir(here)
            listening.close()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", [PORTAL, CASE])
def test_an_approval_that_is_no_ordinary_file_is_an_error(
    project: Project, tmp_path: Path, place: str, kind: str
) -> None:
    trees = project.tree()
    put(project.root / place, kind, tmp_path)
    project.build()
    assert [(p.code, p.at.path) for p in project.problems if p.severity == "error"] == [
        ("bad-approval", place)
    ]
    assert project.tree() == trees
    assert not offer(load_settings(project.root / "mkdocs.yml"), ["alfa"], None, {}).shown


@pytest.mark.parametrize("kind", KINDS)
def test_an_approved_file_that_is_no_ordinary_file_is_an_error(
    project: Project, tmp_path: Path, kind: str
) -> None:
    trees = project.tree()
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 second menu")
    for path in (project.root / "content/approved/alfa/files").iterdir():
        put(path, kind, tmp_path)
    project.build(fresh=True)
    lost = [p for p in project.problems if p.code == "unreadable-file"]
    assert lost
    assert all("portalgen approve alfa" in p.message for p in lost)
    assert project.tree() == trees


@pytest.mark.parametrize("kind", ["link", "dangling link", "file", "pipe"])
@pytest.mark.parametrize("place", ["content/approved/alfa", "content/approved/alfa/files"])
def test_approving_writes_and_removes_nothing_elsewhere(
    project: Project, tmp_path: Path, place: str, kind: str
) -> None:
    """Where the folder of an account's approvals leads elsewhere, somebody planted it."""
    elsewhere, folder = tmp_path / "elsewhere", project.root / place
    elsewhere.mkdir()
    (elsewhere / "abc").write_text("somebody's own")
    folder.rename(tmp_path / "before")
    if kind == "link":
        folder.symlink_to(elsewhere)
    elif kind == "dangling link":
        folder.symlink_to(tmp_path / "nowhere")
    elif kind == "file":
        folder.write_text("a file")
    else:
        os.mkfifo(folder)
    project.write("content/accounts/alfa/files/menu.pdf", b"%PDF-1.4 second menu")
    project.build()
    assert "second menu" not in outside(project)
    settings, environment = load_settings(project.root / "mkdocs.yml"), {"PORTALGEN_SECRET": SECRET}
    for one, held in offer(settings, ["alfa"], None, environment).shown:
        if held.audience == "client":
            with pytest.raises(NotApproved):
                approve(settings, one, held, "Ana Ruiz", environment)
    assert [path.name for path in elsewhere.iterdir()] == ["abc"]
    assert not (tmp_path / "nowhere").exists()


# ---- planted ----------------------------------------------------------------------------------------


def plant(project: Project, place: str, change: Callable[[dict[str, Any]], object]) -> Project:
    """Change what an approval says is shown."""
    path = project.root / place
    found = json.loads(path.read_text())
    change(found["shown"])
    path.write_text(json.dumps(found))
    return project


def section(data: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in (*data["sections"], *data.get("updates", ())) if one["id"] == name)


def say(name: str, *words: str, **more: Any) -> Callable[[dict[str, Any]], object]:
    return lambda data: section(data, name).update({"text": [{"lines": list(words), **more}]})


FOREIGN: list[tuple[str, str, Callable[[dict[str, Any]], object]]] = [
    ("a private sentence", PORTAL, say("notes", "Zulu Mills will lose its second largest buyer in the spring.")),
    ("another client's name", PORTAL, say("notes", "As with Zulu Mills.")),
    ("their name as a title", PORTAL, lambda d: d["milestones"][0].update(title="Bread for Zulu Mills")),
    ("in the public case", CASE, say("case-study", "We have agreed on twelve tons of rye for the coming winter.")),
    ("their name in the public case", CASE, lambda d: d["case_study"].update(summary="Like Zulu Mills")),
]  # fmt: skip


@pytest.mark.parametrize(("place", "change"), [f[1:] for f in FOREIGN], ids=[f[0] for f in FOREIGN])
def test_another_clients_text_in_an_approval_is_found(
    project: Project, place: str, change: Callable[[dict[str, Any]], object]
) -> None:
    trees = project.tree()
    plant(project, place, change).build()
    assert set(project.codes) == {"leak"}
    assert project.tree() == trees


OWN: list[tuple[str, str, Callable[[dict[str, Any]], object], str]] = [
    ("private text as a section", PORTAL, say("notes", "A private plan for next year."), "A private plan"),
    ("a private section", PORTAL, lambda d: d["sections"].append({**section(d, "notes"), "id": "plan", "title": "Plan"}), ">Plan<"),
    ("a private field", PORTAL, lambda d: d["health"].update(path_to_green="Ask the mayor"), "Ask the mayor"),
    ("money", PORTAL, lambda d: d.update(commercials={"value": "70777", "margin": "33.5"}), "70777"),
    ("a lesson", PORTAL, lambda d: d.update(lessons=[{"text": "Never bake at night"}]), "Never bake"),
    ("an expectation", PORTAL, lambda d: d["expectations"][0].update(statement="Everything by noon"), "Everything by noon"),
    ("scopes that nobody gave", CASE, lambda d: d["case_study"].update(consent={"scopes": ["imagery"]}, image="files/oven.png", image_alt="A fine oven"), "A fine oven"),
    ("a measure that is not public", CASE, lambda d: d["kpis"].append({"id": "secret", "name": "Secret loaves", "audience": "public"}), "Secret loaves"),
]  # fmt: skip


@pytest.mark.parametrize(("place", "change", "text"), [o[1:] for o in OWN], ids=[o[0] for o in OWN])
def test_an_approval_opens_nothing_that_the_account_does_not_show(
    project: Project, place: str, change: Callable[[dict[str, Any]], object], text: str
) -> None:
    plant(project, place, change).build()
    assert project.outcome is not None
    assert project.outcome.published, project.problems
    assert text not in outside(project)


SCRIPT = "<script>alert(1)</script><img src=x onerror=alert(1)><a href='javascript:alert(1)'>x</a>"
MARKUP: list[tuple[str, str, Callable[[dict[str, Any]], object]]] = [
    ("raw HTML in a section", PORTAL, say("notes", SCRIPT, "", "<form action=/x><iframe src=//x></iframe></form>")),
    ("raw HTML in an update", PORTAL, say("2026-11-20-ovens-are-on", SCRIPT)),
    ("a link to a script", PORTAL, say("notes", "[x](javascript:alert(1)) <javascript:alert(1)>", links={"javascript:alert(1)": "files/menu.pdf"})),
    ("an image from elsewhere", PORTAL, say("notes", "![x](https://evil.example/x.png)")),
    ("a title", PORTAL, lambda d: section(d, "notes").update(title=SCRIPT)),
    ("an item's title", PORTAL, lambda d: d["milestones"][0].update(title=SCRIPT)),
    ("the client's name", PORTAL, lambda d: d["client"].update(name=SCRIPT)),
    ("a website", PORTAL, lambda d: d["client"].update(website="javascript:alert(1)")),
    ("a data address", PORTAL, lambda d: d["client"].update(website="data:text/html,<script>alert(1)</script>")),
    ("a link of an item", PORTAL, lambda d: d["deliverables"][0].update(link="javascript:alert(1)")),
    ("an address", PORTAL, lambda d: d["team"][0].update(email="x@y.example\"onclick=alert(1) ")),
    ("a section's id", PORTAL, lambda d: section(d, "notes").update(id='x"onclick="alert(1)')),
    ("an update's id", PORTAL, lambda d: d["updates"][0].update(id='"><script>alert(1)</script>')),
    ("raw HTML in the public case", CASE, say("case-study", SCRIPT)),
    ("a public title", CASE, lambda d: d["case_study"].update(title=f"</script>{SCRIPT}")),
    ("a public quote", CASE, lambda d: d["case_study"].update(quote={"text": SCRIPT})),
]  # fmt: skip


@pytest.mark.parametrize(("place", "change"), [m[1:] for m in MARKUP], ids=[m[0] for m in MARKUP])
def test_markup_in_an_approval_is_text_or_gone(
    project: Project, place: str, change: Callable[[dict[str, Any]], object]
) -> None:
    project.edit(
        "alfa", "{name: Alfa Bakery,", "{name: Alfa Bakery, website: https://alfa.example/,"
    ).approve()
    plant(project, place, change).build()
    for path, data in {**project.tree("portals"), **project.tree("public")}.items():
        if path.endswith(".html"):
            assert not list(dangerous(data.decode())), path


def dangerous(page: str) -> Iterator[str]:
    """What came out of an approval and would run, or load something from elsewhere."""
    for element in html5lib.parse(page, namespaceHTMLElements=False).iter():
        if not isinstance(element.tag, str):
            continue
        runs = element.tag == "script" and element.get("type") != "application/ld+json"
        if element.tag == "iframe" or (runs and "alert" in (element.text or "")):
            yield element.tag
        for name, value in element.items():
            address = value.strip().lower()
            if name.startswith("on") or address.startswith(("javascript:", "data:text")):
                yield f"{name}={value}"
            if (name, value) == ("action", "/x") or (name == "src" and "evil.example" in value):
                yield f"{name}={value}"


WAYS_OUT: list[tuple[str, str, Callable[[dict[str, Any]], object]]] = [
    *(
        (f"{what}: {path}", place, lambda d, path=path, place=place, link=link: escape(d, place, path, link))
        for path in ("../../../escaped.pdf", "/escaped.pdf", "files/../../../../escaped.pdf", "files/../../escaped.pdf")
        for what, place, link in (("a file of an item", PORTAL, True), ("a file in prose", PORTAL, False), ("a public file", CASE, False))
    ),
    ("a file's digest", PORTAL, lambda d: d["files"]["files/menu.pdf"].update(sha256="../../../../secret")),
    ("an update's id", PORTAL, lambda d: d["updates"][0].update(id="../../../escaped")),
    ("an absolute id", PORTAL, lambda d: d["updates"][0].update(id="/tmp/escaped")),
    ("a section's id", PORTAL, lambda d: d["sections"][0].update(id="../../escaped")),
    ("a case's slug", CASE, lambda d: d["case_study"].update(slug="../../escaped")),
]  # fmt: skip


def escape(data: dict[str, Any], place: str, path: str, link: bool) -> None:
    """Let something link to a file with this path, whose content is kept beside the approval."""
    data.setdefault("files", {})[path] = {"sha256": PLANTED, "size": 5}
    if link:
        data["deliverables"][0]["link"] = path
    else:
        name = "notes" if place == PORTAL else "case-study"
        section(data, name)["text"] = [{"lines": [f"[x]({path})"], "links": {path: path}}]


PLANTED = "dffd6021bb2bd5b0af676290809ec3a53191dd81c7f70a4b28688a362182986f"
"""SHA-256 of `Hello, World!`."""


@pytest.mark.parametrize(("place", "change"), [w[1:] for w in WAYS_OUT], ids=[w[0] for w in WAYS_OUT])
def test_no_name_in_an_approval_leads_out_of_its_tree(
    project: Project, tmp_path: Path, place: str, change: Callable[[dict[str, Any]], object]
) -> None:
    (tmp_path / "secret").write_text("heldelsewhere")
    project.write(f"content/approved/alfa/files/{PLANTED}", "Hello, World!")
    plant(project, place, change).build()
    assert project.outcome is not None
    assert not [path for path in tmp_path.rglob("*") if "escaped" in path.name]
    key = project.key("alfa")
    assert {p.name for p in (project.root / "site/portals").iterdir()} <= {key, project.key("zulu"), "assets"}
    assert "Hello, World!" not in outside(project)
    assert "heldelsewhere" not in outside(project)

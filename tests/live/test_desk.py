"""What stands on the desk's pages, state by state, and what they never do."""

from __future__ import annotations

from datetime import date
from html.parser import HTMLParser
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest

from portalgen.live.asking import asked_for
from portalgen.live.desk import Desk, Tab, framed
from portalgen.live.pages import account_page, desk_page, editor_link, missing_page, whole_page
from portalgen.problems import Address, Problem
from tests.live.shop import KEY, account, desk, late, problem

ROOT = Path("/work of/norte")
BRISA = account(ROOT)
CASA = account(
    ROOT,
    "casa-lumbre",
    portal="portals/another/",
    attention=(late(), late("It has no account executive")),
)
HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>\"' {{ 7*7 }} %(agency)s"


class Page(HTMLParser):
    """A page's text, links and elements."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    @property
    def text(self) -> str:
        return " ".join("".join(self.words).split())

    @property
    def links(self) -> list[str]:
        return [found["href"] or "" for tag, found in self.tags if tag == "a"]

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [found for name, found in self.tags if name == tag]

    def by_id(self, name: str) -> dict[str, str | None]:
        return next(found for _, found in self.tags if found.get("id") == name)


def the_desk(made: Desk) -> Page:
    return Page(desk_page(made, "run", {}))


def the_account(made: Desk, name: str = "brisa-foods", **query: str) -> Page:
    return Page(account_page(made, "run", name, query)[1])


# ---- the desk -------------------------------------------------------------------------------------


def test_the_headline_is_a_sentence_and_those_who_need_somebody_come_first() -> None:
    page = the_desk(desk(ROOT, CASA, BRISA))
    assert "1 of 2 accounts needs someone today" in page.text
    assert page.text.index("Casa Lumbre") < page.text.index("All quiet") < page.text.index("Brisa Foods")
    assert "“Sign off the tariff table” was due from the client 4 days ago" in page.text
    assert "It has no account executive" in page.text
    assert "/accounts/casa-lumbre/" in page.links
    assert "vscode://file/work%20of/norte/content/accounts/casa-lumbre.md:1:1" in page.links
    assert {"/all/?tab=team", "/all/?tab=public"} <= set(page.links)


def test_a_day_without_worries_says_so() -> None:
    page = the_desk(desk(ROOT, BRISA))
    assert "No account needs someone today" in page.text
    assert "Needs someone today" not in page.text
    assert not any(found.get("id") == "problems" for _, found in page.tags)


def test_problems_come_first_with_place_line_and_what_to_write() -> None:
    wrong = problem("content/accounts/brisa-foods.md", 14, 17)
    line = {wrong.at: "  - {name: Ana, rol: strategist}"}
    page = the_desk(desk(ROOT, CASA, BRISA, problems=(wrong,), lines=line))
    assert "content/accounts/brisa-foods.md:14:17 Open in VS Code" in page.text
    assert 'Error team.2: unknown key "rol"' in page.text
    assert 'did you mean "role"?' in page.text
    assert page.words[page.words.index("rol") - 1] == "  - {name: Ana, "
    assert page.of("mark") == [{}]
    assert page.text.index("unknown key") < page.text.index("Casa Lumbre")
    assert "vscode://file/work%20of/norte/content/accounts/brisa-foods.md:14:17" in page.links


def test_an_account_whose_file_is_broken_needs_somebody() -> None:
    broken = account(ROOT, "tinta-books", broken=True)
    page = the_desk(desk(ROOT, CASA, broken))
    assert "2 of 2 accounts need someone today" in page.text
    assert page.text.index("Tinta Books") < page.text.index("Casa Lumbre")
    assert "Its files have errors (you see the last good pages)" in page.text


def test_a_leak_is_never_quoted() -> None:
    leak = problem("content/accounts/brisa-foods.md", severity="leak", code="leak", message="it leaks")
    page = the_desk(desk(ROOT, BRISA, problems=(leak,), lines={leak.at: "the secret sentence"}, scan="leaks"))
    assert "Leak" in page.text
    assert "The scan found a leak." in page.text
    assert "the secret sentence" not in page.text
    assert page.of("mark") == []


def test_warnings_are_put_away_behind_their_number() -> None:
    mild = problem("content/accounts/brisa-foods.md", severity="warning")
    page = the_desk(desk(ROOT, BRISA, problems=(mild,)))
    assert "1 warning" in page.text
    assert page.by_id("warnings") == {"id": "warnings", "class": "warnings"}
    assert "To be mended first" not in page.text
    assert "No account needs someone today" in page.text


@pytest.mark.parametrize(
    ("scan", "said"),
    [
        ("looking", "The scan is still looking."),
        ("clean", "The scan found nothing that must not be there."),
        ("leaks", "The scan found a leak."),
        ("failed", "The scan broke off; the next save begins it anew."),
    ],
)
def test_the_scans_state_is_one_sentence(scan: str, said: str) -> None:
    assert said in the_desk(desk(ROOT, BRISA, scan=scan)).text


def test_hundreds_of_problems_are_counted_and_cut_short() -> None:
    many = tuple(problem("content/accounts/brisa-foods.md", n) for n in range(1, 501))
    page = the_desk(desk(ROOT, BRISA, problems=many))
    assert "500 errors" in page.text
    assert "and 460 more" in page.text
    assert page.text.count("unknown key") == 40


def test_before_the_first_build_the_desk_says_so_and_looks_again_without_a_script() -> None:
    page = the_desk(desk(ROOT, version=0, as_of=date.min, scan="looking"))
    assert "Building the pages for the first time" in page.text
    assert {"http-equiv": "refresh", "content": "2"} in page.of("meta")
    assert "no account" not in page.text.lower()


def test_a_first_build_that_could_not_begin_shows_why() -> None:
    wrong = Problem(Address("mkdocs.yml", 3), "error", "settings", "site_name is missing")
    made = desk(ROOT, as_of=date.min, problems=(wrong,), lines={wrong.at: "docs_dir: content"})
    assert "The pages can't be built yet" in the_desk(made).text
    assert "site_name is missing" in the_desk(made).text
    assert "The pages can't be built yet" in the_account(made).text


def test_a_project_without_accounts_says_what_to_write() -> None:
    assert "Write one as content/accounts/<id>.md" in the_desk(desk(ROOT)).text


def test_the_desk_speaks_the_settings_language_and_says_where_a_message_does_not() -> None:
    made = desk(ROOT, CASA, language="es", problems=(problem("mkdocs.yml"),))
    page = the_desk(made)
    assert "1 de 1 cuentas requiere atención hoy" in page.text
    assert page.of("html") == [{"lang": "es"}]
    assert {"lang": "en"} in page.of("span")
    assert "Cliente" in the_account(made, "casa-lumbre").text


# ---- an account -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tab", "source"),
    [
        ("client", f"/portals/{KEY}/"),
        ("team", "/internal/accounts/brisa-foods/"),
        ("public", "/public/case-studies/brisa-foods/"),
        ("", f"/portals/{KEY}/"),
        ("nonsense", f"/portals/{KEY}/"),
    ],
)
def test_a_tab_is_the_real_page_in_a_frame(tab: str, source: str) -> None:
    page = the_account(desk(ROOT, BRISA), tab=tab)
    assert [frame["src"] for frame in page.of("iframe")] == [source]
    assert [found["href"] for found in page.of("a") if found.get("aria-current")] == [
        f"/accounts/brisa-foods/?tab={tab if tab in ('team', 'public') else 'client'}"
    ]
    assert page.text.startswith("Brisa Foods – ")


@pytest.mark.parametrize(
    ("tab", "page", "source"),
    [
        ("client", "updates/", f"/portals/{KEY}/updates/"),
        ("client", "scope/#cr-1", f"/portals/{KEY}/scope/#cr-1"),
        ("client", f"/portals/{KEY}/updates/", f"/portals/{KEY}/updates/"),
        ("client", "/portals/another/", f"/portals/{KEY}/"),
        ("client", "/internal/", f"/portals/{KEY}/"),
        ("client", "../another/", f"/portals/{KEY}/"),
        ("client", "%2e%2e/another/", f"/portals/{KEY}/"),
        ("client", "..\\another/", f"/portals/{KEY}/"),
        ("client", "//rebound.example/", f"/portals/{KEY}/"),
        ("client", "http://rebound.example/", f"/portals/{KEY}/"),
        ("client", "javascript:alert(1)", f"/portals/{KEY}/javascript:alert(1)"),
        ("team", "/internal/?ae=Ana", "/internal/?ae=Ana"),
        ("team", "/internal/references/", "/internal/references/"),
        ("team", "/public/", "/internal/accounts/brisa-foods/"),
        ("public", "/public/case-studies/?industry=food", "/public/case-studies/?industry=food"),
        ("public", "//rebound.example/public/", "/public/case-studies/brisa-foods/"),
        ("public", "/\\rebound.example/", "/public/case-studies/brisa-foods/"),
    ],
)
def test_the_address_may_name_a_page_of_the_tab_and_no_other(tab: Tab, page: str, source: str) -> None:
    assert framed(tab, BRISA.home(tab), page) == source


@pytest.mark.parametrize(
    ("page", "account", "address"),
    [
        (f"/portals/{KEY}/updates/", "", "/accounts/brisa-foods/?tab=client&page=updates/"),
        ("/internal/accounts/brisa-foods/#risks", "casa-lumbre", "/accounts/brisa-foods/?tab=team&page=%23risks"),
        ("/internal/accounts/casa-lumbre/", "brisa-foods", "/accounts/casa-lumbre/?tab=team"),
        ("/internal/references/casa-lumbre/", "brisa-foods", "/accounts/casa-lumbre/?tab=team&page=/internal/references/casa-lumbre/"),
        ("/internal/", "brisa-foods", "/accounts/brisa-foods/?tab=team&page=/internal/"),
        ("/internal/", "", "/all/?tab=team"),
        ("/internal/references/", "", "/all/?tab=team&page=references/"),
        ("/internal/accounts/nobody/", "", "/all/?tab=team&page=accounts/nobody/"),
        ("/public/case-studies/casa-lumbre/", "brisa-foods", "/accounts/casa-lumbre/?tab=public"),
        ("/public/?q=soup", "brisa-foods", "/accounts/brisa-foods/?tab=public&page=/public/%3Fq%3Dsoup"),
        ("/portals/old-key/updates/", "brisa-foods", "/accounts/brisa-foods/?tab=client"),
        ("/portals/old-key/updates/", "", "/"),
        ("/etc/passwd", "brisa-foods", "/"),
    ],
)  # fmt: skip
def test_a_page_has_one_place_on_the_desk(page: str, account: str, address: str) -> None:
    assert desk(ROOT, CASA, BRISA).where(page, account) == address


@pytest.mark.parametrize(
    ("changes", "tab", "said"),
    [
        ({"portal": "", "no_portal": "The portal ended on 1 May."}, "client", "The portal ended on 1 May."),
        ({"case": "", "no_case": "It is for the team only."}, "public", "It is for the team only."),
        ({"brief": ""}, "team", "It comes as soon as the account's file can be read."),
    ],
)
def test_a_tab_without_a_page_says_why(changes: dict[str, str], tab: str, said: str) -> None:
    page = the_account(desk(ROOT, account(ROOT, **changes)), tab=tab)
    assert page.of("iframe") == []
    assert said in page.text
    assert len([link for link in page.links if "?tab=" in link]) == 3


def test_an_account_without_a_portal_opens_with_the_teams_page() -> None:
    page = the_account(desk(ROOT, account(ROOT, portal="", no_portal="None.")))
    assert [frame["src"] for frame in page.of("iframe")] == ["/internal/accounts/brisa-foods/"]


def test_an_account_that_is_gone_says_so_and_shows_the_way() -> None:
    status, html = account_page(desk(ROOT, CASA), "run", "brisa-foods", {})
    assert status == 404
    assert "There is no account “brisa-foods” (any more)." in Page(html).text
    assert "/" in Page(html).links
    assert Page(html).of("iframe") == []


def test_the_pages_of_all_have_a_team_and_a_public_tab() -> None:
    page = Page(whole_page(desk(ROOT, BRISA), "run", {"tab": "public", "page": "case-studies/"}))
    assert [frame["src"] for frame in page.of("iframe")] == ["/public/case-studies/"]
    assert [link for link in page.links if "?tab=" in link] == ["/all/?tab=team", "/all/?tab=public"]


# ---- what lies over it ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "concerned"),
    [
        ("content/accounts/brisa-foods.md", ["brisa-foods"]),
        ("content/accounts/brisa-foods/updates/2026-11-20-ads.md", ["brisa-foods"]),
        ("content/accounts/casa-lumbre.md", ["casa-lumbre"]),
        ("content/accounts/brisa-foods-two.md", []),
        ("content/accounts/A bad name.md", []),
        ("mkdocs.yml", ["brisa-foods", "casa-lumbre", "all"]),
        ("content/pages/index.md", ["brisa-foods", "casa-lumbre", "all"]),
    ],
)
@pytest.mark.parametrize("severity", ["error", "leak", "warning"])
def test_an_error_lies_over_the_accounts_that_it_concerns_and_no_others(
    path: str, concerned: list[str], severity: str
) -> None:
    made = desk(ROOT, BRISA, CASA, problems=(problem(path, severity=severity),))
    pages = {name: the_account(made, name) for name in ("brisa-foods", "casa-lumbre")}
    pages["all"] = Page(whole_page(made, "run", {}))
    wanted = [] if severity == "warning" else concerned
    assert [name for name, page in pages.items() if "data-key" in page.by_id("notice")] == wanted
    assert [name for name, page in pages.items() if "unknown key" in page.text] == wanted


def test_the_overlay_is_an_alert_that_can_be_put_away_and_says_what_one_sees() -> None:
    page = the_account(desk(ROOT, BRISA, problems=(problem("content/accounts/brisa-foods.md"),)))
    assert page.by_id("notice")["role"] == "alert"
    assert page.by_id("said") == {"id": "said", "open": None}
    assert "1 error You see the last good pages." in page.text
    new = account(ROOT, portal="", brief="", case="", broken=True)
    blank = the_account(desk(ROOT, new, problems=(problem("content/accounts/brisa-foods.md"),)))
    assert "The pages come as soon as this is mended." in blank.text


def test_the_overlay_is_news_when_it_says_something_new_and_not_when_lines_move() -> None:
    def key(*problems: Problem) -> str | None:
        return the_account(desk(ROOT, BRISA, problems=problems)).by_id("notice").get("data-key")

    one = problem("content/accounts/brisa-foods.md", 14)
    assert key(one) == key(problem("content/accounts/brisa-foods.md", 15)) != key()
    assert key(one) != key(problem("content/accounts/brisa-foods.md", message='unknown key "x"'))
    assert key(one) != key(one, problem("mkdocs.yml"))


# ---- excerpts and links ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "column", "width", "parts"),
    [
        ("rol: x", 1, 3, ("", "rol", ": x")),
        ("a: b", 5, 1, ("a: b", " ", "")),  # at the line's end there is nothing to mark but the place
        ("a: b", 6, 1, None),  # beyond it, the line has changed since
        ("x" * 400, 200, 5, ("x" * 80, "x" * 5, "x" * 75)),
        ("a\tb\x00c\u202ed", 1, 1, ("", "a", " b c d")),
        ("", 1, 1, ("", " ", "")),
    ],
)
def test_an_excerpt_marks_the_place_and_is_never_long(
    line: str, column: int, width: int, parts: tuple[str, str, str] | None
) -> None:
    wrong = problem("mkdocs.yml", 2, column, width=width)
    html = desk_page(desk(ROOT, BRISA, problems=(wrong,), lines={wrong.at: line}), "run", {})
    begin, _, rest = html.partition("<code>")
    found = rest.partition("</code>")[0].replace("</mark>", "<mark>").split("<mark>") if rest else None
    assert (tuple(found) if found else None) == parts
    assert begin


@pytest.mark.parametrize(
    ("path", "link"),
    [
        (PurePosixPath("/home/ana/a.md"), "vscode://file/home/ana/a.md:3:7"),
        (PurePosixPath("/home/ana/año 50%/#1?.md"), "vscode://file/home/ana/a%C3%B1o%2050%25/%231%3F.md:3:7"),
        (PurePosixPath("/a:b/c.md"), "vscode://file/a%3Ab/c.md:3:7"),
        (PureWindowsPath("C:\\Users\\Ana\\a b.md"), "vscode://file/C:/Users/Ana/a%20b.md:3:7"),
    ],
)
def test_a_link_to_the_editor_names_file_line_and_column(path: PurePosixPath, link: str) -> None:
    assert editor_link(path, 3, 7) == link


# ---- what others wrote is text --------------------------------------------------------------------


def hostile_pages() -> list[str]:
    bad = account(
        ROOT,
        client=HOSTILE,
        title=HOSTILE,
        attention=(late(HOSTILE),),
        case="",
        no_case=HOSTILE,
        file=f"/srv/{HOSTILE}.md",
        lifecycle=HOSTILE,
    )
    wrong = Problem(
        Address(f"content/pages/{HOSTILE}.md"), "error", "x", HOSTILE, field=HOSTILE, hint=HOSTILE
    )
    made = desk(ROOT, bad, agency=HOSTILE, note=HOSTILE, problems=(wrong,), lines={wrong.at: HOSTILE})
    asked = asked_for("/portals/%3Cscript%3Ealert(1)%3C%2Fscript%3E".replace("%2F", "x"))
    assert asked is not None
    return [
        desk_page(made, "run", {}),
        account_page(made, "run", "brisa-foods", {"tab": "public"})[1],
        account_page(made, "run", "brisa-foods", {"page": HOSTILE})[1],
        account_page(made, "run", HOSTILE, {})[1],
        whole_page(made, "run", {"page": HOSTILE}),
        missing_page(made, asked, "/portals/"),
    ]


@pytest.mark.parametrize("number", range(6))
def test_what_others_wrote_stays_text(number: int) -> None:
    page = Page(hostile_pages()[number])
    assert all(set(found) == {"src", "defer"} for found in page.of("script"))
    assert page.of("img") == []
    assert not [name for _, found in page.tags for name in found if name.startswith("on") or name == "style"]
    assert all(link.startswith(("/", "#", "vscode://file/")) for link in page.links)
    assert "49" not in page.text

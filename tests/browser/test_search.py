"""The team's search as somebody at a keyboard uses it, over the built sample agency."""

from __future__ import annotations

import functools
import http.server
import re
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browser.serving import served
from tests.live.live import served as serving
from tests.project import Project

BRIEF = "internal/accounts/nordwind-energy/"


@pytest.fixture(scope="module")
def base(sample: Path) -> Iterator[str]:
    with served(sample / "site") as address:
        yield f"{address}/"


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport={"width": 1280, "height": 900})
    made.set_default_timeout(10_000)
    yield made
    made.close()


@pytest.fixture
def page(context: BrowserContext, base: str) -> Iterator[Page]:
    made = context.new_page()
    made.goto(base + BRIEF)
    yield made
    made.close()


def search(page: Page, words: str) -> None:
    """Open it with a key, unless it is, and type; return when the texts are read."""
    # A key that is pressed in the very moment in which a busy browser shows a page is lost.
    for _ in range(3):
        if page.get_by_role("dialog").is_visible():
            break
        page.keyboard.press("/")
        with suppress(AssertionError):
            expect(page.get_by_role("dialog")).to_be_visible(timeout=3000)
    page.get_by_role("combobox").fill(words)
    expect(page.get_by_role("dialog").get_by_role("status")).not_to_have_text("Reading the texts …")


def groups(page: Page) -> list[str]:
    return [str(one.get_attribute("aria-label")) for one in page.get_by_role("group").all()]


def chosen(page: Page) -> str:
    """The option that the field names as chosen."""
    name = page.get_by_role("combobox").get_attribute("aria-activedescendant")
    option = page.locator(f"#{name}")
    expect(option).to_have_attribute("aria-selected", "true")
    return option.inner_text()


# ---- finding ----

FOUND = {
    "brisa": ["Brisa Foods"],
    "BRISA foods": ["Brisa Foods"],
    "nordw": ["Nordwind Energy"],  # the beginning of a word
    "brisq": ["Brisa Foods"],  # a slip
    "Lucia Ferrer": ["Brisa Foods", "Molino Alto", "Porto Têxtil", "Verde Motor"],  # accents, and people
    "Porto Textil": ["Porto Têxtil"],
    "pequeno imprenta": ["Brisa Foods"],  # words that stand in different places
    "no lo dirá delante": ["Brisa Foods"],  # what is only the team's
    "brisa nordwind": [],
    "zzyzx": [],
}


@pytest.mark.parametrize("words", FOUND)
def test_words_find_accounts(page: Page, words: str) -> None:
    search(page, words)
    assert sorted(groups(page)) == FOUND[words]


def test_the_name_of_a_client_comes_before_all_that_speak_of_it(page: Page) -> None:
    search(page, "motor")
    assert groups(page)[0] == "Verde Motor"


def test_what_was_found_is_shown_at_its_place_with_its_words_marked(page: Page) -> None:
    search(page, "IMPRENTA")
    options = page.get_by_role("group", name="Brisa Foods").get_by_role("option")
    assert options.nth(1).inner_text().split("\n") == ["Milestones", "Envase de 330 ml listo para imprenta"]
    assert options.nth(1).locator("mark").all_inner_texts() == ["imprenta"]
    assert options.nth(1).get_attribute("href") == "../../accounts/brisa-foods/#f-milestones-envase"
    assert "and 4 more" in page.get_by_role("group", name="Brisa Foods").inner_text()
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("Accounts found: 1")


def test_a_letter_and_its_accent_apart_are_found_shown_and_marked_as_one(
    browser: Browser, tmp_path: Path
) -> None:
    apart = unicodedata.normalize("NFD", "Fabricación")
    account = f"---\nclient: Alba\ntitle: Launch\nlessons: [{apart} lenta]\n---\n"
    project = Project(tmp_path).account("alba", account).build()
    with served(project.root / "site") as address:
        page = browser.new_page()
        page.goto(f"{address}/internal/")
        for words in ("fabricación", apart, "fabricacion"):
            search(page, words)
            assert page.get_by_role("option").nth(1).locator("mark").all_inner_texts() == [apart]
        page.close()


def test_a_long_text_is_cut_around_what_was_found(page: Page) -> None:
    search(page, "marquesinas carmen")
    shown = page.get_by_role("option").filter(has_text="delante").inner_text()
    assert "Ana está preocupada por el precio de las marquesinas; no lo dirá delante de Carmen." in shown


@pytest.mark.parametrize("words", ["zzyzx", "zzyzx $& $' $1"])
def test_nothing_found_is_said(page: Page, words: str) -> None:
    search(page, f"{words} ")
    expect(page.get_by_role("dialog").get_by_role("status")).to_have_text(f"Nothing found for “{words}”.")
    expect(page.get_by_role("combobox")).to_have_attribute("aria-expanded", "false")


def test_a_text_is_never_taken_for_markup(browser: Browser, tmp_path: Path) -> None:
    account = "---\nclient: <img src=x onerror=alert(1)>\ntitle: A & B\nlessons: [<b>loud</b>]\n---\n"
    project = Project(tmp_path).account("odd", account).build()
    with served(project.root / "site") as address:
        page = browser.new_page()
        page.goto(f"{address}/internal/")
        search(page, "loud")
        option = page.get_by_role("option").nth(1)
        assert option.inner_text().split("\n") == ["Lessons", "<b>loud</b>"]
        assert page.locator("dialog img").count() == 0
        page.close()


# ---- opening, closing, keys ----


@pytest.mark.parametrize("keys", ["/", "Shift+/", "Control+k", "Meta+k"])
def test_keys_open_it(page: Page, keys: str) -> None:
    # A Spanish keyboard has the slash above the 7.
    page.evaluate(
        """(keys) => document.body.dispatchEvent(new KeyboardEvent("keydown", {
             key: keys.at(-1), bubbles: true, cancelable: true, shiftKey: keys.startsWith("Shift"),
             ctrlKey: keys.startsWith("Control"), metaKey: keys.startsWith("Meta") }))""",
        keys,
    )
    expect(page.get_by_role("combobox")).to_be_focused()


@pytest.mark.parametrize("keys", ["Control+/", "Alt+/", "Meta+/", "k", "Control+Shift+K"])
def test_other_keys_do_not(page: Page, keys: str) -> None:
    page.keyboard.press(keys)
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_a_slash_in_a_field_is_a_slash(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("a/b")
    expect(page.get_by_role("combobox")).to_have_value("a/b")


def test_the_single_key_can_be_switched_off_for_good(browser: Browser, base: str) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.goto(base + BRIEF)
    button, dialog = page.get_by_role("button", name="Search"), page.get_by_role("dialog")
    for on in (False, True):
        page.keyboard.press("Control+k")
        page.get_by_label("Open the search with /").set_checked(on)
        page.keyboard.press("Escape")
        for _ in ("at once", "on the next page"):
            expect(button.locator("kbd")).to_be_visible(visible=on)
            expect(button).to_have_attribute("aria-keyshortcuts", f"{'/ ' * on}Control+K Meta+K")
            page.keyboard.press("/")
            expect(dialog).to_have_count(int(on))
            page.keyboard.press("Control+k")
            expect(page.get_by_role("combobox")).to_be_focused()
            page.goto(base + BRIEF)
    context.close()


def test_without_storage_the_single_key_is_switched_off_for_the_page(browser: Browser, base: str) -> None:
    page = browser.new_page()
    page.add_init_script(
        "Object.defineProperty(window, 'localStorage', { get() { throw new Error('denied') } })"
    )
    page.goto(base + BRIEF)
    page.keyboard.press("/")
    page.get_by_label("Open the search with /").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.close()


def test_the_button_shows_the_key_and_opens_it(page: Page) -> None:
    button = page.get_by_role("button", name="Search")
    assert button.inner_text().split() == ["Search", "/"]
    button.click()
    expect(page.get_by_role("dialog", name="Search all accounts")).to_be_visible()


@pytest.mark.parametrize("way", ["Escape", "button", "beside"])
def test_it_closes_and_the_focus_goes_back(page: Page, way: str) -> None:
    page.get_by_role("button", name="Search").press("Enter")
    page.keyboard.type("brisa")
    if way == "Escape":
        page.keyboard.press("Escape")
    elif way == "button":
        page.get_by_role("button", name="Close").click()
    else:
        page.mouse.click(5, 880)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("button", name="Search")).to_be_focused()


def test_arrows_move_through_the_options_and_round(page: Page) -> None:
    search(page, "imprenta")
    said = page.get_by_role("option").all_inner_texts()
    moves = [chosen(page)]
    for key in ("ArrowDown", "ArrowDown", "ArrowUp", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
        moves.append(chosen(page))
    assert moves == [said[at] for at in (0, 1, 2, 1, 0, -1)]
    expect(page.get_by_role("combobox")).to_be_focused()


def test_enter_opens_what_is_chosen(page: Page, base: str) -> None:
    search(page, "imprenta")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}internal/accounts/brisa-foods/#f-milestones-envase")
    expect(page.locator("#f-milestones-envase")).to_be_in_viewport()


def test_enter_opens_the_best_where_nobody_chose(page: Page, base: str) -> None:
    search(page, "tinta")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}internal/accounts/tinta-books/")


def test_a_place_on_the_same_page_is_gone_to(page: Page) -> None:
    search(page, "tariffs change in december")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_have_count(0)
    assert page.url.endswith("#f-risks-tariffs-change-in-december")


def test_a_click_with_control_opens_a_tab_of_its_own(page: Page) -> None:
    search(page, "tinta")
    with page.context.expect_page() as opened:
        page.get_by_role("option").first.click(modifiers=["Control"])
    expect(opened.value).to_have_url(re.compile("/internal/accounts/tinta-books/$"))
    opened.value.close()


# ---- what it asks for ----


def test_nothing_is_asked_for_before_it_is_opened_and_nothing_twice(
    context: BrowserContext, base: str
) -> None:
    page, asked = context.new_page(), list[str]()
    page.on("request", lambda request: asked.append(request.url.removeprefix(base)))
    page.goto(f"{base}internal/")
    page.wait_for_load_state("networkidle")
    assert [url for url in asked if "search" in url] == ["internal/assets/search.js"]
    asked.clear()
    for words in ("brisa", "tinta"):
        search(page, words)
        page.keyboard.press("Escape")
    assert asked == ["internal/assets/minisearch.js", "internal/search.json"]
    page.close()


@pytest.mark.parametrize("path", ["internal/", BRIEF, "internal/review/", "internal/references/"])
def test_every_page_of_the_team_has_it_on_any_path(browser: Browser, sample: Path, path: str) -> None:
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=sample)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        page = browser.new_page()
        page.goto(f"http://127.0.0.1:{server.server_port}/site/{path}")
        search(page, "tinta")
        page.keyboard.press("Enter")
        page.wait_for_url("**/site/internal/accounts/tinta-books/")
        page.close()
        server.shutdown()


def test_a_page_that_was_opened_as_a_file_says_why_it_finds_nothing(
    context: BrowserContext, sample: Path
) -> None:
    page = context.new_page()
    page.goto((sample / "site/internal/index.html").as_uri())
    page.keyboard.press("/")
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text(
        "opened as a file cannot read the texts"
    )
    page.close()


def test_texts_that_cannot_be_read_are_said_and_asked_for_again(context: BrowserContext, base: str) -> None:
    page = context.new_page()
    page.goto(f"{base}internal/")
    page.route("**/search.json", lambda route: route.abort())
    search(page, "brisa")
    expect(page.get_by_role("dialog").get_by_role("status")).to_contain_text("could not be read")
    page.keyboard.press("Escape")
    page.unroute("**/search.json")
    search(page, "brisa")
    expect(page.get_by_role("group", name="Brisa Foods")).to_be_visible()
    page.close()


def test_many_accounts_come_in_parts_and_all_are_found(browser: Browser, tmp_path: Path) -> None:
    project = Project(tmp_path)
    for number in range(60):
        project.account(
            f"c{number}", f"---\nclient: Client n{number}x\ntitle: Launch\n---\nWord w{number}x.\n"
        )
    assert project.build().codes == []
    assert {path for path in project.tree("internal") if "search" in path and path.endswith(".json")} == {
        "search.json",
        "search/1.json",
    }
    with served(project.root / "site") as address:
        page = browser.new_page()
        page.goto(f"{address}/internal/")
        for number in (0, 1, 2, 30, 59):
            search(page, f"w{number}x")
            expect(page.get_by_role("group", name=f"Client n{number}x")).to_be_visible()
        search(page, "launch")
        expect(page.get_by_role("dialog").get_by_role("status")).to_have_text("Accounts found: 60")
        assert len(groups(page)) == 8
        page.close()


def test_without_a_script_there_is_no_field(browser: Browser, base: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{base}internal/")
    assert page.locator(".find :is(button, input):visible").count() == 0
    context.close()


def test_the_first_stop_of_the_keyboard_is_the_way_to_the_content(page: Page) -> None:
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Search")).to_be_focused()


# ---- on the desk ----


def test_a_save_is_found_at_once_and_the_search_stays_open(browser: Browser, tmp_path: Path) -> None:
    project = Project(tmp_path)
    for name in ("alba", "brisa"):
        project.account(name, f"---\nclient: {name.title()}\ntitle: Launch\nlessons: [Quince]\n---\n")
    with serving(project) as live:
        page = browser.new_page()
        page.goto(f"{live.address}accounts/brisa/?tab=team")
        frame = page.frame_locator("#page")
        frame.get_by_role("button", name="Search").click()
        field, found = frame.get_by_role("combobox"), frame.get_by_role("group")
        field.fill("quince")
        expect(found).to_have_count(2)
        page.frames[-1].evaluate("window.mark = 'the same page'")
        project.edit("brisa", "Quince", "Medlar")
        expect(found).to_have_count(1)
        field.fill("medlar")
        expect(found).to_have_attribute("aria-label", "Brisa")
        assert page.frames[-1].evaluate("window.mark") == "the same page"
        field.press("Escape")
        page.frames[-1].evaluate("document.activeElement.blur()")
        frame.locator("h1").press("/")
        expect(field).to_be_focused()
        field.press("Enter")
        page.wait_for_url("**/accounts/brisa/?tab=team")
        page.close()

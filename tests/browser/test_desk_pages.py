"""The desk in a real browser: what is saved shows in place, and nothing that a reader did is lost."""

from __future__ import annotations

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from portalgen.live.server import serve
from portalgen.problems import Address
from tests.live.shop import FakeShop, problem

MARK = "window.mark = 'still the same page'"
expect.set_options(timeout=5_000)


def portal(shop: FakeShop, name: str = "brisa-foods") -> str:
    found = shop.desk.account(name)
    assert found is not None
    return found.portal


def opened(page: Page, url: str) -> FrameLocator:
    """An account's page, with the page in its frame marked, so that a reload would show."""
    page.goto(url)
    frame = page.frame_locator("#page")
    expect(frame.locator("h1").first).to_be_visible()
    page.frames[1].wait_for_load_state("load")
    inside(page, MARK)
    return frame


def inside(page: Page, script: str) -> object:
    """Run a script in the frame."""
    return page.frames[1].evaluate(script)


def is_marked(page: Page) -> bool:
    return inside(page, "window.mark") == "still the same page"


# ---- a saved file shows in place ------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_an_edit_shows_in_the_open_tab_and_nothing_that_was_done_there_is_lost(
    page: Page, shop: FakeShop, address: str
) -> None:
    home = portal(shop)
    frame = opened(page, f"{address}accounts/brisa-foods/")
    inside(page, "document.querySelector('details').open = true")
    inside(page, "scrollTo(0, 700)")
    inside(page, "document.querySelector('.rest a').focus({preventScroll: true})")
    shop.edit(f"{home}index.html", "Vamos según lo previsto.", "Vamos por delante.")
    expect(frame.locator("h1").first).to_have_text("Vamos por delante.")
    assert is_marked(page)
    assert inside(page, "scrollY") == 700
    assert inside(page, "document.querySelector('details').open")
    assert inside(page, "document.activeElement === document.querySelector('.rest a')")
    expect(page.locator("#sign")).to_contain_text("updated ")


@pytest.mark.usefixtures("quiet")
def test_a_section_that_is_deleted_or_narrowed_disappears(page: Page, shop: FakeShop, address: str) -> None:
    home = portal(shop)
    frame = opened(page, f"{address}accounts/brisa-foods/")
    text = (shop.folder / home / "index.html").read_text("utf-8")
    begin = text.index('<section aria-labelledby="h-needs">')
    end = text.index("</section>", begin) + len("</section>")
    expect(frame.locator("#h-needs")).to_have_count(1)
    shop.edit(f"{home}index.html", text[begin:end], "")
    expect(frame.locator("#h-needs")).to_have_count(0)
    assert is_marked(page)


def test_a_page_that_is_gone_gives_way_to_the_folder_above_it(
    page: Page, shop: FakeShop, address: str
) -> None:
    home = portal(shop)
    opened(page, f"{address}accounts/brisa-foods/?tab=client&page=results/")
    shutil.rmtree(shop.folder / home / "results")
    shop.show([f"{home}results/index.html"])
    expect(page.frame_locator("#page").locator("h1").first).to_have_text("Vamos según lo previsto.")
    page.wait_for_url("**/accounts/brisa-foods/?tab=client")


def test_a_page_with_a_new_address_is_followed_there(page: Page, shop: FakeShop, address: str) -> None:
    opened(page, f"{address}accounts/brisa-foods/?tab=public")
    cases = shop.folder / "public/case-studies"
    (cases / "spring-launch").rename(cases / "a-spring")
    new = [
        replace(one, case="public/case-studies/a-spring/") if one.id == "brisa-foods" else one
        for one in shop.desk.accounts
    ]
    shop.show(["public/case-studies/spring-launch/index.html"], accounts=tuple(new))
    page.frames[1].wait_for_url("**/a-spring/")
    page.wait_for_url("**/accounts/brisa-foods/?tab=public")
    assert page.frames[1].url == f"{address}public/case-studies/a-spring/"


def test_a_portal_that_ends_gives_way_to_the_reason(page: Page, shop: FakeShop, address: str) -> None:
    home = portal(shop)
    opened(page, f"{address}accounts/brisa-foods/")
    shutil.rmtree(shop.folder / home)
    ended = [
        replace(one, portal="", no_portal="The portal ended on 22 November.") if one.portal == home else one
        for one in shop.desk.accounts
    ]
    shop.show([f"{home}index.html"], accounts=tuple(ended))
    expect(page.get_by_text("The portal ended on 22 November.")).to_be_visible()
    expect(page.locator("iframe")).to_have_count(0)


@pytest.mark.usefixtures("quiet")
def test_a_changed_style_is_fetched_anew_without_loading_the_page(
    page: Page, shop: FakeShop, address: str
) -> None:
    frame = opened(page, f"{address}accounts/brisa-foods/")
    shop.edit("portals/assets/style.css", "--paper: #fbf9f5", "--paper: #abcdef")
    expect(frame.locator("body")).to_have_css("background-color", "rgb(171, 205, 239)")
    assert is_marked(page)
    expect(frame.locator("link[rel=stylesheet]")).to_have_count(1)


@pytest.mark.usefixtures("quiet")
def test_a_changed_image_is_fetched_anew(page: Page, shop: FakeShop, address: str) -> None:
    home = portal(shop)
    frame = opened(page, f"{address}accounts/brisa-foods/")
    logo = frame.locator("img.logo")
    path = f"{home}{logo.get_attribute('src')}"
    shop.write(path, (shop.folder / "public/assets/images/favicon.png").read_bytes())
    shop.show([path])
    expect(logo).to_have_js_property("naturalWidth", 48)
    shop.edit(f"{home}index.html", "Vamos según lo previsto.", "Vamos por delante.")
    expect(frame.locator("h1").first).to_have_text("Vamos por delante.")
    expect(logo).to_have_js_property("naturalWidth", 48)
    assert is_marked(page)


@pytest.mark.usefixtures("quiet")
def test_another_accounts_edit_leaves_the_tab_alone(page: Page, shop: FakeShop, address: str) -> None:
    opened(page, f"{address}accounts/brisa-foods/")
    other = portal(shop, "casa-lumbre")
    with page.expect_response("**/accounts/brisa-foods/*"):
        shop.edit(f"{other}index.html", "Cocina de invierno", "Cocina de verano")
    assert page.locator("#sign").inner_text() == ""
    assert is_marked(page)


@pytest.mark.usefixtures("quiet")
def test_the_portfolios_filters_hold_and_go_on_working(page: Page, shop: FakeShop, address: str) -> None:
    frame = opened(page, f"{address}all/?tab=team")
    chip = frame.locator('[data-facet="health"]').first
    rows = frame.locator("tr[data-row]:visible")
    everything = rows.count()
    chip.click()
    some = rows.count()
    assert 0 < some < everything
    page.wait_for_url("**/all/?tab=team&page=%3Fhealth%3D*")
    shop.edit("internal/index.html", ">Brisa Foods</a>", ">Brisa Foods &amp; Co.</a>")
    expect(frame.get_by_text("Brisa Foods & Co.").first).to_be_attached()
    expect(chip).to_have_attribute("aria-current", "true")
    assert rows.count() == some
    chip.click()
    expect(rows).to_have_count(everything)
    assert is_marked(page)


@pytest.mark.usefixtures("quiet")
def test_what_is_new_since_the_last_visit_stays_marked(page: Page, shop: FakeShop, address: str) -> None:
    home = portal(shop)
    opened(page, f"{address}accounts/brisa-foods/")
    inside(page, "sessionStorage.clear()")
    inside(
        page,
        'for (const k of Object.keys(localStorage)) localStorage.setItem(k, \'{"day": 1, "keys": ["seen"]}\')',
    )
    frame = opened(page, f"{address}accounts/brisa-foods/")
    marks = frame.locator("[data-new] .new")
    count = marks.count()
    assert count > 0
    shop.edit(f"{home}index.html", "Vamos según lo previsto.", "Vamos por delante.")
    expect(frame.locator("h1").first).to_have_text("Vamos por delante.")
    expect(frame.locator("head script")).to_have_count(1)
    expect(marks).to_have_count(count)
    assert is_marked(page)


@pytest.mark.usefixtures("quiet")
def test_the_public_site_shows_an_edit_in_place_and_its_theme_goes_on_working(
    page: Page, shop: FakeShop, address: str
) -> None:
    with page.expect_response(
        lambda r: r.url.endswith("/spring-launch/") and r.request.resource_type == "fetch"
    ):
        frame = opened(page, f"{address}accounts/brisa-foods/?tab=public")
    frame.locator("label[title=Dark]").click()
    expect(frame.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    inside(page, "scrollTo(0, 500)")
    shop.edit("public/case-studies/spring-launch/index.html", "eleven weeks", "twelve weeks")
    expect(frame.get_by_text("twelve weeks")).to_be_visible()
    assert is_marked(page)
    assert inside(page, "scrollY") == 500
    frame.locator("label[title=Light]").click()
    expect(frame.locator("body")).to_have_attribute("data-md-color-scheme", "default")
    frame.locator(".md-search__input").click()
    frame.locator(".md-search__input").press_sequentially("soup")
    expect(frame.locator(".md-search-result__item").first).to_be_visible()
    shop.edit("public/case-studies/spring-launch/index.html", "twelve weeks", "ten weeks")
    expect(frame.get_by_text("ten weeks")).to_be_attached()
    expect(frame.locator(".md-search__input")).to_have_value("soup")
    assert is_marked(page)


@pytest.mark.usefixtures("quiet")
@pytest.mark.parametrize(
    ("start", "path", "before", "after"),
    [
        (
            "/public/case-studies/",
            "case-studies/index.html",
            "A spring launch that",
            "The spring launch that",
        ),
        (
            "/public/about/",
            "about/index.html",
            '<header class="md-header"',
            '<header id="new" class="md-header"',
        ),
    ],
    ids=["the gallery, with its filters", "outside the main part"],
)
def test_what_a_theme_can_not_be_told_is_loaded_anew_where_it_was_scrolled_to(
    page: Page, shop: FakeShop, address: str, start: str, path: str, before: str, after: str
) -> None:
    page.set_viewport_size({"width": 600, "height": 300})
    frame = opened(page, f"{address}accounts/brisa-foods/?tab=public&page={start}")
    inside(page, "scrollTo(0, 200)")
    shop.edit(f"public/{path}", before, after)
    expect(page.locator("#sign")).to_contain_text("updated ")
    assert not is_marked(page)
    expect(frame.locator("html")).to_have_js_property("scrollTop", 200)
    expect(
        frame.locator(".md-header#new") if "header" in after else frame.get_by_text(after)
    ).to_be_attached()


# ---- a broken file --------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_a_broken_file_shows_over_the_page_until_it_is_mended(
    page: Page, shop: FakeShop, address: str
) -> None:
    opened(page, f"{address}accounts/brisa-foods/")
    over = page.get_by_role("alert")
    expect(over).to_be_empty()
    wrong = problem("content/accounts/brisa-foods.md", 14, 17)
    line = {Address("content/accounts/brisa-foods.md", 14, 17): "  - {name: Ana, rol: strategist}"}
    shop.show(problems=(wrong,), lines=line)
    expect(over).to_contain_text("content/accounts/brisa-foods.md:14:17")
    expect(over).to_contain_text('did you mean "role"?')
    expect(over.locator("mark")).to_have_text("rol")
    height = "(each) => each.getBoundingClientRect().height"
    assert over.locator("details").evaluate(height) < page.locator("#page").evaluate(height) / 2

    over.locator("summary").click()
    shop.show(problems=(replace(wrong, at=Address(wrong.at.path, 15, 17)),))
    expect(over).to_contain_text("brisa-foods.md:15:17")
    expect(over.locator("li")).to_be_hidden()  # it has only moved: it stays put away
    shop.show(problems=(replace(wrong, message='unknown key "rolle"'),))
    expect(over.locator("li")).to_be_visible()
    shop.show(problems=())
    expect(over).to_be_empty()
    assert is_marked(page)


# ---- the bar --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_the_address_keeps_the_page_in_the_frame(page: Page, address: str) -> None:
    frame = opened(page, f"{address}accounts/brisa-foods/")
    frame.get_by_role("link", name="Novedades").first.click()
    page.wait_for_url("**/accounts/brisa-foods/?tab=client&page=updates/")
    heading = frame.locator("h1").first.inner_text()
    page.reload()
    expect(frame.locator("h1").first).to_have_text(heading)
    page.go_back()
    expect(frame.locator("h1").first).to_have_text("Vamos según lo previsto.")
    page.wait_for_url("**/accounts/brisa-foods/?tab=client")


@pytest.mark.usefixtures("quiet")
def test_the_bar_says_whose_page_is_in_the_frame(page: Page, address: str) -> None:
    frame = opened(page, f"{address}accounts/brisa-foods/?tab=team")
    frame.get_by_role("link", name="Portfolio").first.click()
    page.wait_for_url("**/accounts/brisa-foods/?tab=team&page=/internal/**")
    frame.get_by_role("link", name="Casa Lumbre").first.click()
    page.wait_for_url("**/accounts/casa-lumbre/?tab=team")
    expect(page.locator("h1.who")).to_contain_text("Casa Lumbre")
    assert page.title().startswith("Casa Lumbre")
    page.get_by_role("link", name="Client").click()
    page.wait_for_url("**/accounts/casa-lumbre/?tab=client")
    assert page.title().startswith("Casa Lumbre – Client")


def test_links_to_other_sites_open_beside_the_desk(page: Page, shop: FakeShop, address: str) -> None:
    shop.edit(f"{portal(shop)}index.html", "</h1>", '</h1><a href="http://other.invalid/">Elsewhere</a>')
    frame = opened(page, f"{address}accounts/brisa-foods/")
    with page.context.expect_page() as beside:
        frame.get_by_role("link", name="Elsewhere").click()
    assert beside.value.evaluate("window.opener") is None
    assert is_marked(page)


def test_scripts_of_other_hosts_do_not_run_beside_the_clients_pages_and_that_is_said(
    page: Page, shop: FakeShop, address: str
) -> None:
    other = "http://other.invalid/count.js"
    page.route(
        other, lambda route: route.fulfill(body="window.mark = 'it ran'", content_type="text/javascript")
    )
    shop.edit("public/about/index.html", "</head>", f'<script src="{other}"></script></head>')
    page.goto(f"{address}all/?tab=public&page=about/")
    expect(page.locator("#sign")).to_have_text("Scripts of other hosts do not run here: other.invalid")
    assert inside(page, "window.mark") is None


def test_everything_reads_and_every_tab_opens_without_a_script(
    browser: Browser, shop: FakeShop, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address, timeout=10_000)
    page.get_by_role("link", name="Brisa Foods", exact=True).click()
    frame = page.frame_locator("#page")
    expect(frame.locator("h1").first).to_have_text("Vamos según lo previsto.")
    page.get_by_role("link", name="Team", exact=True).click()
    expect(frame.locator("h1").first).to_contain_text("Brisa Foods")
    page.get_by_role("link", name="Public", exact=True).click()
    expect(frame.locator("h1").first).to_have_text("A spring launch that sold out")
    page.goto(f"{address}accounts/casa-lumbre/?tab=public")
    expect(page.get_by_text("The client has not agreed.")).to_be_visible()
    context.close()


# ---- the desk itself ------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_the_desk_fills_itself_after_the_first_build(page: Page, shop: FakeShop, address: str) -> None:
    whole = shop.desk
    shop.desk = replace(whole, version=0, accounts=())
    page.goto(address)
    page.evaluate(MARK)
    expect(page.locator("h1")).to_have_text("Building the pages for the first time …")
    shop.show(None, accounts=whole.accounts)
    expect(page.locator("h1")).to_have_text("No account needs someone today")
    field = page.get_by_label("Find an account")
    field.fill("bris")
    expect(page.locator("tr[data-row]:visible")).to_have_count(1)
    shop.show(problems=(problem("content/accounts/brisa-foods.md"),))
    expect(page.locator("#problems")).to_contain_text('unknown key "rol"')
    expect(field).to_have_value("bris")
    expect(field).to_be_focused()
    expect(page.locator("tr[data-row]:visible")).to_have_count(1)
    assert page.evaluate("window.mark") == "still the same page"


def test_it_says_when_the_server_has_gone_and_comes_back_with_it(
    page: Page, shop: FakeShop, stack: ExitStack
) -> None:
    ended, port = started(shop, 0)
    opened(page, f"http://127.0.0.1:{port}/accounts/brisa-foods/")
    ended()
    expect(page.locator("#lost")).to_have_text("portalgen serve is not running any more")
    shop.edit(f"{portal(shop)}index.html", "Vamos según lo previsto.", "Vamos por delante.")
    ended, _ = started(shop, port)
    stack.callback(ended)
    expect(page.locator("#lost")).to_be_empty()
    expect(page.frame_locator("#page").locator("h1").first).to_have_text("Vamos por delante.")
    assert is_marked(page)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as made:
        yield made


def started(shop: FakeShop, port: int) -> tuple[Callable[[], None], int]:
    stack = ExitStack()
    server = stack.enter_context(serve(shop, port))
    return stack.close, server.port


def test_a_site_that_calls_itself_by_our_address_is_refused(address: str) -> None:
    port = int(address.rstrip("/").rpartition(":")[2])
    with socket.create_connection(("127.0.0.1", port), timeout=5) as line:
        line.sendall(b"GET /internal/ HTTP/1.1\r\nHost: rebound.example:%d\r\n\r\n" % port)
        assert line.recv(1000).startswith(b"HTTP/1.1 403 ")


def test_another_sites_page_can_neither_frame_nor_read_the_desk(page: Page, address: str) -> None:
    other = address.replace("127.0.0.1", "localhost")  # another site, to a browser
    page.goto(f"{other}-/icon.svg")
    script = "fetch(%r, {mode: 'no-cors'}).then((r) => r.status, () => 'refused')"
    assert page.evaluate(script % f"{address}internal/portfolio.json") == "refused"

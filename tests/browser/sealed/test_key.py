"""The key of a sealed portal: where it goes, how long it is kept, and that it is gone when the portal is closed."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from portalgen.seal import Keys, link_text
from tests.browser.sealing import (
    CONTACT,
    Host,
    link,
    opened,
    page_of,
    refused,
    sealed,
    two_portals,
    typed,
)

READERS = ("ana@brisa.example", "Dirección")
PAGES = {
    "index.html": page_of(
        "Spring launch",
        '<section data-visit="./" data-new="New"><ol><li data-key="x"><p class="when">x</p></li></ol></section>'
        '<p><a href="updates/first/">First ads</a></p>',
    ),
    "updates/first/index.html": page_of("First ads are live", "<p>Two of three.</p>", root="../../"),
}


@pytest.fixture(scope="module")
def portals() -> tuple[dict[str, bytes], Keys, Keys]:
    return two_portals(PAGES, READERS)


@pytest.fixture
def page(context: BrowserContext, host: Host, keys: Keys) -> Page:
    return opened(context, link(host, keys, READERS[0]))


def test_the_key_leaves_the_address_and_the_history_at_once(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = context.new_page()
    page.goto("about:blank")
    page.goto(link(host, keys, READERS[0]))
    page.wait_for_selector('body[data-state="open"]')
    assert page.url == f"{host.base}{keys.address}/"
    assert page.evaluate("history.length") == 2
    page.get_by_role("link", name="First ads").click()
    page.wait_for_url("**/#/updates/first/")
    page.go_back()
    page.wait_for_url(f"{host.base}{keys.address}/")
    session = context.new_cdp_session(page)
    told = [entry["url"] for entry in session.send("Page.getNavigationHistory")["entries"]]
    assert len(told) == 3
    assert link_text(keys.link(READERS[0])) not in str(told)


def test_no_request_carries_the_key_and_no_page_tells_where_one_came_from(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    host.asked.clear()
    page = opened(context, link(host, keys, READERS[0]))
    page.get_by_role("link", name="First ads").click()
    page.wait_for_url("**/#/updates/first/")
    assert len(host.asked) >= 7
    for asked in host.asked:
        assert link_text(keys.link(READERS[0])) not in str(asked)
        assert "#" not in asked.path
        assert "Referer" not in asked.headers
        assert "Cookie" not in asked.headers


def kept(page: Page) -> str:
    """All that a browser keeps for this page's origin, as text."""
    return str(
        page.evaluate(
            """async () => {
              const found = [JSON.stringify(localStorage), JSON.stringify(sessionStorage), document.cookie];
              found.push(...await caches.keys());
              for (const { name } of await indexedDB.databases()) {
                const database = await new Promise((done) => {
                  const asked = indexedDB.open(name);
                  asked.onsuccess = () => done(asked.result);
                });
                for (const store of database.objectStoreNames) {
                  const all = database.transaction(store).objectStore(store).getAllKeys();
                  await new Promise((done) => (all.onsuccess = done));
                  found.push(...all.result);
                }
                database.close();
              }
              return found.join("\\n");
            }"""
        )
    )


def test_a_tab_keeps_the_key_until_it_is_closed(context: BrowserContext, host: Host, keys: Keys) -> None:
    page = opened(context, link(host, keys, READERS[0]))
    page.reload()
    page.wait_for_selector('body[data-state="open"]')
    assert link_text(keys.link(READERS[0])) in kept(page)
    opened(context, f"{host.base}{keys.address}/", "locked")


def test_what_was_forgotten_is_nowhere(context: BrowserContext, host: Host, keys: Keys) -> None:
    page = opened(context, link(host, keys, READERS[0]))
    page.click("#keep")
    expect(page.locator("#keep")).to_be_disabled()
    assert keys.address in kept(page)
    page.get_by_role("link", name="First ads").click()
    expect(page).to_have_title("First ads are live")
    expect(page.locator("#keep")).to_be_disabled()
    expect(page.locator("#keep")).to_have_text("Remembered for 7 days")
    page.click("#forget")
    page.wait_for_selector('body[data-state="locked"]')
    expect(page.locator("#said")).to_contain_text("The portal is closed")
    assert re.fullmatch(r'\{"portalgen\.closed:/[a-z2-7]+/":"\d+"\}\n\{\}\n*', kept(page)), kept(page)
    assert "Spring" not in page.content()
    page.reload()
    page.wait_for_selector('body[data-state="locked"]')
    page.go_back()
    page.wait_for_selector('body[data-state="locked"]')
    assert page.url == f"{host.base}{keys.address}/"
    assert "Spring" not in page.content()
    typed(page, keys.passphrase(READERS[0]))
    expect(page.locator("#keep")).to_be_enabled()


def test_a_device_remembers_for_seven_days_and_only_when_it_is_asked_to(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    assert not page.is_checked("#remember")
    page.check("#remember")
    typed(page, keys.passphrase(READERS[0]))
    expect(page.locator("#keep")).to_be_disabled()
    page.close()
    again = opened(context, f"{host.base}{keys.address}/")
    assert again.title() == "Spring launch"
    assert again.evaluate(EXTRACTABLE) is False
    again.evaluate(SEVEN_DAYS_AGO)
    again.close()
    late = opened(context, f"{host.base}{keys.address}/", "locked")
    assert late.evaluate(REMEMBERED) == []


STORE = """const told = (asked) => new Promise((done) => (asked.onsuccess = () => done(asked.result)));
const database = await told(indexedDB.open("portalgen"));
const keys = database.transaction("keys", "readwrite").objectStore("keys");
const [one] = await told(keys.getAll());
const [name] = await told(keys.getAllKeys());
"""
EXTRACTABLE = f"async () => {{ {STORE} database.close(); return one.key.extractable; }}"
REMEMBERED = (
    f"async () => {{ {STORE} const names = await told(keys.getAllKeys()); database.close(); return names; }}"
)
SEVEN_DAYS_AGO = (
    f"async () => {{ {STORE} one.until -= 7 * 24 * 3600 * 1000; await told(keys.put(one, name)); "
    "database.close(); }"
)
OVER_ELSEWHERE = (
    f"async () => {{ {STORE} one.until = Date.now() - 1; await told(keys.put(one, '/elsewhere/')); "
    "database.close(); }"
)


def test_two_portals_of_one_host_open_side_by_side(
    context: BrowserContext, host: Host, keys: Keys, other: Keys
) -> None:
    page = opened(context, link(host, keys, READERS[0]))
    page.goto(link(host, other))
    page.wait_for_selector('body[data-state="open"]')
    assert page.title() == "Autumn bread"
    page.goto(f"{host.base}{keys.address}/")
    page.wait_for_selector('body[data-state="open"]')
    assert page.title() == "Spring launch"


def test_a_portal_closed_in_one_tab_is_closed_in_all(context: BrowserContext, host: Host, keys: Keys) -> None:
    one, two = (opened(context, link(host, keys, reader)) for reader in READERS)
    one.click("#forget")
    two.wait_for_selector('body[data-state="locked"]')
    assert "Spring" not in two.content()


def test_a_wrong_link_closes_what_was_open(context: BrowserContext, host: Host, keys: Keys) -> None:
    page = opened(context, link(host, keys, READERS[0]))
    page.evaluate("location.hash = 'k=wrong'")
    page.wait_for_selector('body[data-state="locked"]')
    refused(page, "This link does not open")
    page.reload()
    page.wait_for_selector('body[data-state="locked"]')


def test_a_tab_that_was_elsewhere_when_the_portal_was_closed_does_not_open_it(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    away, here = (opened(context, link(host, keys, reader)) for reader in READERS)
    away.goto(f"{host.base}assets/icon.svg")
    here.click("#forget")
    here.wait_for_selector('body[data-state="locked"]')
    away.go_back()
    away.wait_for_selector('body[data-state="locked"]')


def test_what_is_under_way_when_the_portal_is_closed_opens_nothing(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    slow = opened(context, f"{host.base}{keys.address}/", "locked")
    other = opened(context, link(host, keys, READERS[1]))
    slow.fill("#passphrase", keys.passphrase(READERS[0]))
    slow.evaluate("document.querySelector('#unlock button').click()")
    other.click("#forget")
    other.wait_for_selector('body[data-state="locked"]')
    slow.wait_for_timeout(2000)
    assert slow.evaluate("document.body.dataset.state") == "locked"


def test_what_is_kept_in_the_moment_in_which_the_portal_is_closed_is_not_kept(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, link(host, keys, READERS[0]))
    page.evaluate("document.querySelector('#keep').click(), document.querySelector('#forget').click()")
    page.wait_for_selector('body[data-state="locked"]')
    page.wait_for_timeout(500)
    opened(context, f"{host.base}{keys.address}/", "locked")


def test_a_page_that_the_browser_held_back_is_not_shown_after_the_portal_was_closed(page: Page) -> None:
    back = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    page.evaluate(back)
    assert page.get_attribute("body", "data-state") == "open"
    page.evaluate(f"sessionStorage.clear(), {back}")
    page.wait_for_selector('body[data-state="locked"]')
    assert "Spring" not in page.content()


def test_a_device_forgets_a_key_that_opens_nothing_any_more(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, link(host, keys, READERS[1]))
    page.click("#keep")
    expect(page.locator("#keep")).to_be_disabled()
    page.close()
    opened(context, f"{host.base}{keys.address}/").close()
    with host.instead(sealed(PAGES, readers=READERS[:1])[0]):
        page = opened(context, f"{host.base}{keys.address}/", "locked")
        expect(page.locator("#said")).to_contain_text("What this browser remembered does not open")
        expect(page.locator("#help")).to_contain_text(CONTACT)
        page.close()
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    expect(page.locator("#said")).to_contain_text("Open the link that you were sent")


def test_no_cookie_goes_with_what_is_sealed(context: BrowserContext, host: Host, keys: Keys) -> None:
    context.add_cookies([{"name": "who", "value": "ana", "url": host.base}])
    host.asked.clear()
    opened(context, link(host, keys, READERS[0]))
    sent = {asked.path: "Cookie" in asked.headers for asked in host.asked}
    assert sent.pop(f"/{keys.address}/")
    mine = {path: has for path, has in sent.items() if path.startswith(f"/{keys.address}/")}
    assert len(mine) > 2
    assert not any(mine.values())


def test_what_was_seen_is_forgotten_with_the_portal(page: Page, keys: Keys) -> None:
    seen = f"portalgen:/{keys.address}/"
    stores = ("localStorage", "sessionStorage")
    assert [page.evaluate(f"name => {store}.getItem(name)", seen) is None for store in stores] == [False] * 2
    page.click("#forget")
    page.wait_for_selector('body[data-state="locked"]')
    assert [page.evaluate(f"name => {store}.getItem(name)", seen) is None for store in stores] == [True] * 2


def test_a_key_that_is_over_is_cleared_away_whichever_portal_is_opened(
    context: BrowserContext, host: Host, keys: Keys
) -> None:
    page = opened(context, f"{host.base}{keys.address}/", "locked")
    page.check("#remember")
    typed(page, keys.passphrase(READERS[0]))
    expect(page.locator("#keep")).to_be_disabled()
    page.evaluate(OVER_ELSEWHERE)
    assert page.evaluate(REMEMBERED) == [f"/{keys.address}/", "/elsewhere/"]
    page.close()
    page = opened(context, f"{host.base}{keys.address}/")
    assert page.evaluate(REMEMBERED) == [f"/{keys.address}/"]


def test_a_link_that_is_opened_in_another_tab_leads_to_its_page_behind_the_passphrase(
    context: BrowserContext, page: Page, keys: Keys
) -> None:
    with context.expect_page() as made:
        page.get_by_role("link", name="First ads").click(modifiers=["ControlOrMeta"])
    made.value.wait_for_selector('body[data-state="locked"]')
    typed(made.value, keys.passphrase(READERS[0]))
    assert made.value.title() == "First ads are live"

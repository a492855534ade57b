"""Approving on the desk in a real browser: by hand, and by nobody else's hand."""

from __future__ import annotations

import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Frame, Page, expect

from portalgen.live.server import serve
from tests.browser.serving import served
from tests.live.shop import FakeShop, difference, held, problem

expect.set_options(timeout=5_000)
LATER = held("client", difference(after="2027-05-03"))


@pytest.fixture(autouse=True)
def waiting(shop: FakeShop) -> None:
    """Something of Brisa Foods waits, for the client and for the public."""
    one = shop.desk.account("brisa-foods")
    assert one is not None
    draft = one.portal.replace("portals/", "drafts/")
    shutil.copytree(shop.folder / one.portal, shop.folder / draft)
    for path in (shop.folder / draft).rglob("index.html"):
        text = path.read_text("utf-8").replace("../assets/", "../../portals/assets/")
        path.write_text(text.replace("Vamos según lo previsto.", "Vamos con retraso."), "utf-8")
    team = ("Ana Ruiz", "Luis Vega")
    shop.change("brisa-foods", held=(held("client"), held("public")), draft=draft, team=team)


def frame(page: Page) -> Frame:
    """The page in the desk's frame."""
    found = page.frames[1]
    found.wait_for_load_state("load")
    return found


# ---- by hand --------------------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_from_the_mark_on_the_desk_to_the_mail_that_tells_the_client(
    page: Page, shop: FakeShop, address: str
) -> None:
    page.goto(address)
    page.get_by_role("link", name="Held back: client 1, public 1").click()
    client = page.locator("#client")
    expect(client).to_contain_text("Mar 15, 2027")
    expect(client.locator("ins")).to_have_text("Apr 12, 2027")
    expect(client.get_by_label("Approved by")).to_have_value("Ana Ruiz")
    client.get_by_role("button", name="Approve for the client").click()
    page.wait_for_url("**/approve/brisa-foods/?done=client")
    assert shop.approved == [("brisa-foods", "client", "Ana Ruiz", held("client").digest)]
    expect(page.locator("h1")).to_have_text("Approved for the client: Brisa Foods")
    tell = page.get_by_role("region", name="Tell the client")
    expect(tell).to_contain_text("marta@brisa.example")
    expect(tell.locator("#mail-body")).to_contain_text("Hola, Marta")
    href = tell.get_by_role("link", name="Open in your mail program").get_attribute("href") or ""
    assert href.startswith("mailto:marta@brisa.example?subject=")
    expect(page.locator("#client")).to_have_count(0)
    expect(page.locator("#public")).to_be_visible()


def test_subject_and_text_can_be_copied(browser: Browser, shop: FakeShop, address: str) -> None:
    context = browser.new_context(permissions=["clipboard-read", "clipboard-write"])
    page = context.new_page()
    page.goto(f"{address}approve/brisa-foods/", timeout=10_000)
    page.get_by_role("button", name="Approve for the client").click()
    button = page.locator("[data-copy=mail-body]")
    button.click()
    expect(button).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("Hola, Marta")
    assert "https://clients.example/portals/" in copied
    context.close()


def test_it_can_be_approved_without_a_script(browser: Browser, shop: FakeShop, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}approve/brisa-foods/", timeout=10_000)
    page.locator("#public").get_by_label("Approved by").fill("Luis Vega")
    page.locator("#public").get_by_label("Approved by").press("Enter")
    expect(page.locator("h1")).to_have_text("Approved for the public: Brisa Foods")
    assert [(one[1], one[2]) for one in shop.approved] == [("public", "Luis Vega")]
    expect(page.locator("#client").get_by_label("Approved by")).to_have_value("Luis Vega")
    context.close()


def test_two_clicks_are_one_approval(page: Page, shop: FakeShop, address: str) -> None:
    page.goto(f"{address}approve/brisa-foods/")
    page.get_by_role("button", name="Approve for the client").dblclick(no_wait_after=True)
    expect(page.locator("h1")).to_have_text("Approved for the client: Brisa Foods")
    assert len(shop.approved) == 1


def test_a_name_that_the_shop_refuses_is_told_and_can_be_mended(
    page: Page, shop: FakeShop, address: str
) -> None:
    page.goto(f"{address}approve/brisa-foods/")
    field = page.locator("#client").get_by_label("Approved by")
    field.fill("   ")
    page.get_by_role("button", name="Approve for the client").click()
    expect(page.get_by_role("alert")).to_have_text("Nothing was approved. Write who approves it.")
    assert shop.approved == []
    shop.show()
    expect(page.locator("#sign")).to_contain_text("updated")
    expect(page.get_by_role("alert")).to_be_visible()  # what is shown anew takes no message away
    page.locator("#client").get_by_label("Approved by").fill("Ana Ruiz")
    page.get_by_role("button", name="Approve for the client").click()
    page.wait_for_url("**/?done=client")
    assert len(shop.approved) == 1


# ---- while it changes -----------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_what_changes_is_shown_in_place_and_what_was_typed_stays(
    page: Page, shop: FakeShop, address: str
) -> None:
    page.clock.install(time=0)
    page.goto(f"{address}approve/brisa-foods/")
    page.evaluate("window.mark = 1")
    field = page.locator("#client").get_by_label("Approved by")
    field.fill("Somebody Else")
    page.clock.pause_at(3_600_000)
    shop.change("brisa-foods", held=(LATER, held("public")))
    expect(page.locator("#client ins")).to_have_text("May 3, 2027")
    expect(field).to_have_value("Somebody Else")
    expect(field).to_be_focused()
    expect(page.get_by_text("This has changed while you had it open.")).to_have_count(2)
    expect(page.locator("#client [data-changed]")).to_be_visible()
    expect(page.locator("#public [data-changed]")).to_be_hidden()
    button = page.get_by_role("button", name="Approve for the client")
    button.click()  # a hand that was on its way already
    assert page.evaluate("window.mark") == 1
    assert shop.approved == []
    page.clock.fast_forward(2_000)
    button.click()
    page.wait_for_url("**/?done=client")
    assert shop.approved == [("brisa-foods", "client", "Somebody Else", LATER.digest)]


def test_what_has_changed_unseen_is_not_approved_but_shown(
    browser: Browser, shop: FakeShop, address: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{address}approve/brisa-foods/", timeout=10_000)
    shop.change("brisa-foods", held=(LATER, held("public")))
    page.locator("#client").get_by_label("Approved by").fill("Luis Vega")
    page.get_by_role("button", name="Approve for the client").click()
    expect(page.get_by_role("alert")).to_contain_text("Nothing was approved.")
    expect(page.locator("#client ins")).to_have_text("May 3, 2027")
    expect(page.locator("#client").get_by_label("Approved by")).to_have_value("Luis Vega")
    assert shop.approved == []
    page.get_by_role("button", name="Approve for the client").click()
    expect(page.locator("h1")).to_have_text("Approved for the client: Brisa Foods")
    assert [one[3] for one in shop.approved] == [LATER.digest]
    context.close()


def test_what_begins_to_wait_on_an_open_page_can_be_approved_there(
    page: Page, shop: FakeShop, address: str
) -> None:
    shop.change("brisa-foods", held=())
    page.goto(f"{address}approve/brisa-foods/")
    expect(page.locator("h1")).to_have_text("Nothing of Brisa Foods waits for approval")
    page.evaluate("window.mark = 1")
    shop.change("brisa-foods", held=(LATER,))
    button = page.get_by_role("button", name="Approve for the client")
    expect(button).to_be_visible()
    assert page.evaluate("window.mark") == 1
    button.click()
    page.wait_for_url("**/?done=client")
    assert len(shop.approved) == 1


def test_a_file_that_breaks_takes_the_button_away_until_it_is_mended(
    page: Page, shop: FakeShop, address: str
) -> None:
    page.goto(f"{address}approve/brisa-foods/")
    page.locator("#client").get_by_label("Approved by").fill("Luis Vega")
    shop.show(problems=(problem("content/accounts/brisa-foods.md"),))
    expect(page.locator("#problems")).to_contain_text('unknown key "rol"')
    button = page.get_by_role("button", name="Approve for the client")
    expect(button).to_be_disabled()
    shop.show(problems=())
    expect(button).to_be_enabled()
    expect(page.locator("#client").get_by_label("Approved by")).to_have_value("Luis Vega")


def test_a_page_of_an_earlier_start_is_opened_anew(page: Page, shop: FakeShop) -> None:
    with serve(shop, 0) as first:
        page.goto(f"{first.address}approve/brisa-foods/")
    with page.expect_event("load"), ExitStack() as stack:
        stack.enter_context(serve(shop, first.port))
        again = stack.pop_all()
    with again:
        page.get_by_role("button", name="Approve for the client").click()
        page.wait_for_url("**/?done=client")
    assert len(shop.approved) == 1


# ---- the client's tab -----------------------------------------------------------------------------


@pytest.mark.usefixtures("quiet")
def test_the_tab_shows_what_the_client_sees_and_what_it_would_be(
    page: Page, shop: FakeShop, address: str
) -> None:
    page.goto(f"{address}accounts/brisa-foods/?tab=client&page=updates/")
    heading = page.frame_locator("#page").locator("h1").first
    strip = page.locator("#held")
    expect(strip).to_contain_text("1 change is held back from the client.")
    frame(page).get_by_role("link", name="Inicio").first.click()
    expect(heading).to_have_text("Vamos según lo previsto.")
    page.wait_for_url("**/accounts/brisa-foods/?tab=client")
    strip.get_by_role("link", name="After approval").click()
    expect(heading).to_have_text("Vamos con retraso.")
    frame(page).get_by_role("link", name="Novedades").first.click()
    page.wait_for_url("**/accounts/brisa-foods/?tab=client&view=draft&page=updates/")
    page.reload()
    expect(strip.locator("[aria-current]")).to_have_text("After approval")
    strip.get_by_role("link", name="The client sees now").click()
    page.wait_for_url("**/accounts/brisa-foods/?tab=client&page=updates/")


def test_a_draft_shows_an_edit_in_place_and_gives_way_to_the_portal_once_it_is_approved(
    page: Page, shop: FakeShop, address: str
) -> None:
    one = shop.desk.account("brisa-foods")
    assert one is not None
    page.goto(f"{address}accounts/brisa-foods/?tab=client&view=draft")
    heading = page.frame_locator("#page").locator("h1").first
    expect(heading).to_have_text("Vamos con retraso.")
    frame(page).evaluate("window.mark = 1")
    shop.edit(f"{one.draft}index.html", "Vamos con retraso.", "Vamos con mucho retraso.")
    expect(heading).to_have_text("Vamos con mucho retraso.")
    shop.edit("portals/assets/style.css", "--paper: #fbf9f5", "--paper: #abcdef")
    expect(page.frame_locator("#page").locator("body")).to_have_css("background-color", "rgb(171, 205, 239)")
    assert frame(page).evaluate("window.mark") == 1
    shutil.rmtree(shop.folder / one.draft)
    shop.change("brisa-foods", held=(), draft="")
    shop.show([f"{one.draft}index.html"])
    expect(heading).to_have_text("Vamos según lo previsto.")
    expect(page.locator("#held")).to_have_text("")
    page.wait_for_url("**/accounts/brisa-foods/?tab=client")


# ---- by nobody else -------------------------------------------------------------------------------

FORM = """
<form id="f" method="post" action="{action}">
<input name="token" value="x"><input name="audience" value="client">
<input name="digest" value="{digest}"><input name="by" value="Mallory"><button>Win a prize</button></form>
"""


def test_another_sites_form_is_refused(page: Page, shop: FakeShop, address: str, tmp_path: Path) -> None:
    form = FORM.format(action=f"{address}approve/brisa-foods/", digest=held("client").digest)
    (tmp_path / "index.html").write_text(form, "utf-8")
    with served(tmp_path) as other, page.expect_response("**/approve/**") as answer:
        page.goto(f"{other}/index.html")
        page.get_by_role("button", name="Win a prize").click()
    assert answer.value.status == 403
    expect(page.get_by_text("this request comes from another site")).to_be_visible()
    assert shop.approved == []


def test_another_sites_page_can_neither_frame_nor_reach_into_the_page(
    context: BrowserContext, address: str, tmp_path: Path
) -> None:
    (tmp_path / "index.html").write_text(
        f"""<button onclick="w = window.open('{address}approve/brisa-foods/')">Open</button>
        <iframe src="{address}approve/brisa-foods/"></iframe>""",
        "utf-8",
    )
    page = context.new_page()
    with served(tmp_path) as other:
        page.goto(f"{other}/index.html")
        assert "token" not in page.frames[1].content()
        with context.expect_page() as opened:
            page.get_by_role("button", name="Open").click()
        expect(opened.value.locator("#token")).to_have_count(1)
        assert page.evaluate("w.closed")  # to this page it is as good as gone
        assert opened.value.evaluate("opener") is None


THEME = """
<meta name="referrer" content="same-origin">
<script>
const asked = "/approve/brisa-foods/";
const token = (doc) => doc.querySelector("#token")?.value ?? "";
const fields = (t) => new URLSearchParams({token: t, audience: "client", digest: "DIGEST", by: "Mallory"});
const pause = () => new Promise((done) => setTimeout(done, 700));
const tries = {
  async sent() { // first, while a hand stands behind it
    const form = document.createElement("form");
    form.method = "post";
    form.action = asked;
    form.target = "_blank";
    for (const [name, value] of fields("x")) {
      const input = document.createElement("input");
      [input.name, input.value] = [name, value];
      form.append(input);
    }
    document.body.append(form);
    form.submit();
    await pause();
    return "";
  },
  async fetched() {
    const text = await (await fetch(asked)).text();
    return token(new DOMParser().parseFromString(text, "text/html"));
  },
  async framed() {
    const frame = document.createElement("iframe");
    frame.src = asked;
    document.body.append(frame);
    await pause();
    return frame.contentDocument ? token(frame.contentDocument) : "";
  },
  async framedByTheDesk() {
    const frame = parent.document.createElement("iframe");
    frame.src = asked;
    parent.document.body.append(frame);
    await pause();
    return frame.contentDocument ? token(frame.contentDocument) : "";
  },
  async opened() {
    const other = open(asked);
    await pause();
    return other && !other.closed && other.document ? token(other.document) : "";
  },
  async openedThroughTheDesk() {
    const other = parent.open(asked, "named");
    await pause();
    const again = parent.open("", "named");
    return again?.document ? token(again.document) : "";
  },
  async posted() {
    for (const t of ["", "x"]) await fetch(asked, {method: "POST", body: fields(t)});
    return "";
  },
  async worked() {
    const found = await navigator.serviceWorker.register("/public/worker.js").then(() => "it ran", () => "");
    return found;
  },
};
window.attack = async () => {
  const got = {};
  for (const [name, attempt] of Object.entries(tries)) got[name] = await attempt().catch(() => "");
  return got;
};
document.addEventListener("click", async () => { window.got = await attack(); }, {once: true});
</script>
"""


@pytest.fixture
def theme(shop: FakeShop) -> None:
    """A theme whose script wants to approve."""
    script = THEME.replace("DIGEST", held("client").digest)
    path = shop.folder / "public/about/index.html"
    text = path.read_text("utf-8").replace("</body>", f"{script}</body>")
    shop.write("public/about/index.html", text)
    shop.write("public/worker.js", "self.addEventListener('fetch', () => {});")


@pytest.mark.usefixtures("theme")
@pytest.mark.parametrize("where", ["all/?tab=public&page=about/", "public/about/"], ids=["framed", "alone"])
def test_a_script_of_the_theme_can_not_approve(
    context: BrowserContext, shop: FakeShop, address: str, where: str
) -> None:
    page = context.new_page()
    page.goto(f"{address}{where}")
    inside = page.frames[-1]
    inside.wait_for_load_state("load")
    inside.locator("h1").first.click()  # it has somebody's hand, too
    inside.wait_for_function("window.got", timeout=20_000)
    assert inside.evaluate("Object.entries(window.got).filter(([, value]) => value)") == []
    assert len(inside.evaluate("Object.keys(window.got)")) == 8
    assert shop.approved == []

"""Approving through the desk's server, byte by byte: what is taken, and everything that is not."""

from __future__ import annotations

import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest

from portalgen.live import server as module
from portalgen.live.desk import Approval
from portalgen.live.server import Server, serve
from portalgen.views import Reviewed
from tests.live.shop import FakeShop, account, desk, difference, held, problem
from tests.live.test_server import Answer, ask, say

PAGE = "/approve/brisa-foods/"
WINDOW = {"Sec_Fetch_Site": "none", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}
LATER = held("client", difference(after="2027-05-03"))
KIND = "application/x-www-form-urlencoded"
HAND: dict[str, str] = {
    "Host": "127.0.0.1:{port}",
    "Origin": "http://127.0.0.1:{port}",
    "Sec-Fetch-Site": "same-origin",
    "Sec-Fetch-Mode": "navigate",
    "Sec-Fetch-Dest": "document",
    "Sec-Fetch-User": "?1",
    "Content-Type": KIND,
}
"""What a browser says of a form that somebody sends from the page."""


@pytest.fixture
def shop(tmp_path: Path) -> FakeShop:
    waiting = (held("client"), held("public"))
    one = account(tmp_path, held=waiting, draft="drafts/k/", team=("Ana Ruiz", "Luis Vega"))
    made = FakeShop(tmp_path / "preview", desk(tmp_path, one, account(tmp_path, "casa-lumbre")))
    made.write("drafts/k/index.html", "<h1>As it would be</h1>")
    return made


@pytest.fixture
def running(shop: FakeShop) -> Iterator[Server]:
    with serve(shop, 0) as server:
        yield server


def token_of(answer: Answer) -> str:
    """The token on a page; `""` where it has none."""
    found = re.search(rb'id="token" value="([^"]*)"', answer.body)
    return found[1].decode() if found else ""


def token(server: Server) -> str:
    """The token that a window is given."""
    return token_of(ask(server, PAGE, **WINDOW))


def filled(server: Server, **changes: str) -> str:
    """The form as the page would send it, with changes."""
    fields = {"token": token(server), "audience": "client", "digest": held("client").digest, "by": "Ana Ruiz"}
    return urlencode(fields | changes)


def post(
    server: Server, body: str | bytes, target: str = PAGE, headers: dict[str, str | None] | None = None
) -> Answer:
    """Send a form by hand; of the headers, None leaves one out."""
    data = body.encode() if isinstance(body, str) else body
    sent: dict[str, str | None] = {**HAND, "Content-Length": str(len(data)), **(headers or {})}
    lines = [f"POST {target} HTTP/1.1"]
    lines += [
        f"{name}: {value.format(port=server.port)}" for name, value in sent.items() if value is not None
    ]
    return say(server.port, ("\r\n".join([*lines, "Connection: close"]) + "\r\n\r\n").encode() + data)


# ---- what is taken --------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", ["client", "public"])
def test_an_approval_is_made_and_the_page_that_says_so_is_another(
    running: Server, shop: FakeShop, audience: Reviewed
) -> None:
    digest = held(audience).digest
    found = post(running, filled(running, audience=audience, digest=digest, by="  Luis   Vega "))
    assert (found.status, found.headers["Location"]) == (303, f"{PAGE}?done={audience}")
    assert shop.approved == [("brisa-foods", audience, "Luis Vega", digest)]
    page = ask(running, found.headers["Location"], **WINDOW).body.decode()
    assert f"Approved for the {audience}: Brisa Foods" in page
    assert "Luis Vega has approved it." in page
    assert ("Tell the client" in page) == (audience == "client")


@pytest.mark.parametrize("name", ["127.0.0.1", "localhost", "LOCALHOST"])
def test_it_can_be_approved_under_each_name_of_this_computer(
    running: Server, shop: FakeShop, name: str
) -> None:
    headers: dict[str, str | None] = {
        "Host": f"{name}:{{port}}",
        "Origin": f"http://{name.lower()}:{{port}}",
        "Content-Type": f"{KIND}; charset=UTF-8",
    }
    assert post(running, filled(running), headers=headers).status == 303
    assert len(shop.approved) == 1


def test_a_name_that_is_nobodys_in_the_team_is_warned_of(running: Server, shop: FakeShop) -> None:
    post(running, filled(running, by="Max Power"))
    page = ask(running, f"{PAGE}?done=client", **WINDOW).body.decode()
    assert "Max Power is not in the team" in page


def test_nothing_is_said_to_be_approved_that_was_not(running: Server, shop: FakeShop) -> None:
    for query in ("?done=client", "?done=public", "?done=x", "?done=client&by=Mallory"):
        assert "Approved for" not in ask(running, f"{PAGE}{query}", **WINDOW).body.decode()
    post(running, filled(running))
    assert "Approved for" not in ask(running, f"{PAGE}?done=public", **WINDOW).body.decode()
    assert "Approved for" not in ask(running, "/approve/casa-lumbre/?done=client", **WINDOW).body.decode()


def test_of_two_clicks_the_second_is_told_of_the_first(running: Server, shop: FakeShop) -> None:
    form = filled(running)
    answers: list[Answer] = []
    threads = [threading.Thread(target=lambda: answers.append(post(running, form))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert [answer.status for answer in answers] == [303, 303]
    assert len(shop.approved) == 1


def test_approvals_are_made_one_after_the_other(
    running: Server, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    at_once, most = 0, 0
    moved = threading.Condition()

    def approve(account: str, audience: Reviewed, by: str, digest: str) -> Approval:
        nonlocal at_once, most
        with moved:
            at_once += 1
            most = max(most, at_once)
            moved.wait(0.05)
            at_once -= 1
        return Approval(audience)

    monkeypatch.setattr(shop, "approve", approve)
    form = filled(running)
    threads = [threading.Thread(target=post, args=(running, form)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert most == 1


def test_a_connection_goes_on_after_a_form(running: Server, shop: FakeShop) -> None:
    form = filled(running)
    lines = [f"POST {PAGE} HTTP/1.1", *(f"{k}: {v.format(port=running.port)}" for k, v in HAND.items())]
    head = "\r\n".join([*lines, f"Content-Length: {len(form)}"]) + "\r\n\r\n"
    after = f"GET /nowhere HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\nConnection: close\r\n\r\n"
    found = say(running.port, (head + form + after).encode())
    assert found.status == 303
    assert b"HTTP/1.1 404" in found.body


# ---- what is not ----------------------------------------------------------------------------------

SITE = "another site"
BY_HAND = "sent by hand"


@pytest.mark.parametrize(
    ("headers", "status", "why"),
    [
        ({"Origin": None}, 403, BY_HAND),
        ({"Origin": "null"}, 403, SITE),
        ({"Origin": "http://rebound.example"}, 403, SITE),
        ({"Origin": "http://127.0.0.1:1"}, 403, SITE),
        ({"Origin": "https://127.0.0.1:{port}"}, 403, SITE),
        ({"Origin": "http://localhost:{port}"}, 403, BY_HAND),  # ours, but not the one that is called
        ({"Origin": "http://127.0.0.1:{port}\r\nOrigin: http://127.0.0.1:{port}"}, 403, BY_HAND),
        ({"Host": "rebound.example:{port}"}, 403, "not the desk's"),
        (
            {"Host": "rebound.example:{port}", "Origin": "http://rebound.example:{port}"},
            403,
            "not the desk's",
        ),
        ({"Host": None}, 403, "not the desk's"),
        ({"Sec-Fetch-Site": "cross-site"}, 403, BY_HAND),
        ({"Sec-Fetch-Site": "same-site"}, 403, BY_HAND),
        ({"Sec-Fetch-Site": "none"}, 403, BY_HAND),
        ({"Sec-Fetch-Site": None}, 403, BY_HAND),
        ({"Sec-Fetch-Mode": "cors"}, 403, BY_HAND),
        ({"Sec-Fetch-Mode": "same-origin"}, 403, BY_HAND),
        ({"Sec-Fetch-Mode": "no-cors", "Sec-Fetch-Dest": "empty"}, 403, BY_HAND),
        ({"Sec-Fetch-Mode": None}, 403, BY_HAND),
        ({"Sec-Fetch-Dest": "iframe"}, 403, BY_HAND),
        ({"Sec-Fetch-Dest": "empty"}, 403, BY_HAND),
        ({"Sec-Fetch-Dest": None}, 403, BY_HAND),
        ({"Sec-Fetch-User": None}, 403, BY_HAND),
        ({"Sec-Fetch-User": "?0"}, 403, BY_HAND),
        ({"Sec-Fetch-User": "?1\r\nSec-Fetch-User: ?1"}, 403, BY_HAND),
        ({"Content-Type": None}, 415, "as a form"),
        ({"Content-Type": "text/plain"}, 415, "as a form"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415, "as a form"),
        ({"Content-Type": "application/json"}, 415, "as a form"),
        ({"Content-Type": f"{KIND}, text/plain"}, 415, "as a form"),
        ({"Content-Length": None}, 411, "how long"),
        ({"Content-Length": None, "Transfer-Encoding": "chunked"}, 411, "how long"),
        ({"Transfer-Encoding": "chunked"}, 411, "how long"),
        ({"Content-Length": "10\r\nContent-Length: 10"}, 411, "how long"),
        ({"Content-Length": "-1"}, 400, "length"),
        ({"Content-Length": "+9"}, 400, "length"),
        ({"Content-Length": "1_0"}, 400, "length"),
        ({"Content-Length": "²"}, 400, "length"),
        ({"Content-Length": "16385"}, 413, "too long"),
        ({"Content-Length": "9" * 400}, 413, "too long"),
    ],
)
def test_a_form_is_refused_that_was_not_sent_by_hand_from_the_page(
    running: Server, shop: FakeShop, headers: dict[str, str | None], status: int, why: str
) -> None:
    found = post(running, filled(running), headers=headers)
    assert (found.status, found.headers["Content-Type"]) == (status, "text/plain; charset=utf-8")
    assert why in found.body.decode()
    assert found.body.count(b"\n") == 1
    assert found.headers["Connection"] == "close"
    assert shop.approved == []


@pytest.mark.parametrize("more", [20_000, 20_000_000])
def test_a_form_that_is_too_long_is_answered_and_not_taken(
    running: Server, shop: FakeShop, more: int
) -> None:
    found = post(running, filled(running) + "&" + "x" * more)
    assert found.status == 413
    assert found.body == b"This form is too long.\n"
    assert shop.approved == []


@pytest.mark.parametrize(
    "change",
    [
        lambda form: "",
        lambda form: form.replace("digest=", "digesto="),
        lambda form: re.sub("&by=.*", "", form),
        lambda form: f"{form}&more=1",
        lambda form: f"{form}&by=Mallory",
        lambda form: form.replace("by=", "by"),
        lambda form: form.replace("Ana+Ruiz", "%ff"),
        lambda form: form.replace("Ana+Ruiz", "Ana Ruíz"),
        lambda form: form.replace("&", ";"),
    ],
    ids=["empty", "other", "less", "more", "twice", "no value", "no UTF-8", "not escaped", "semicolons"],
)
def test_a_form_that_is_not_the_pages_is_refused(running: Server, shop: FakeShop, change: object) -> None:
    assert callable(change)
    assert post(running, change(filled(running))).status == 400
    assert shop.approved == []


@pytest.mark.parametrize("wrong", ["", "x", "é", "{token}x", "{short}", "{upper}"])
def test_a_form_with_another_token_is_refused_on_a_page_with_the_right_one(
    running: Server, shop: FakeShop, wrong: str
) -> None:
    right = token(running)
    sent = wrong.format(token=right, short=right[:-1], upper=right.swapcase())
    found = post(running, filled(running, token=sent, by="Luis Vega"))
    assert found.status == 403
    page = found.body.decode()
    assert "Nothing was approved." in page
    assert "an earlier start of portalgen serve" in page
    assert 'value="Luis Vega"' in page
    assert token_of(found) == right
    assert shop.approved == []


def test_the_token_of_another_run_is_none_of_this(shop: FakeShop) -> None:
    with serve(shop, 0) as first:
        form = filled(first)
    with serve(shop, 0) as second:
        assert token(second) not in ("", dict(part.split("=") for part in form.split("&"))["token"])
        assert post(second, form).status == 403
    assert shop.approved == []


def test_what_has_changed_since_is_shown_and_not_approved(running: Server, shop: FakeShop) -> None:
    form = filled(running, by="Luis Vega")
    shop.change("brisa-foods", held=(LATER,))
    found = post(running, form)
    page = found.body.decode()
    assert found.status == 409
    assert "What waits has changed since this page was shown." in page
    assert "May 3, 2027" in page
    assert f'value="{LATER.digest}"' in page
    assert 'value="Luis Vega"' in page
    assert shop.approved == []
    assert post(running, filled(running, digest=LATER.digest)).status == 303


@pytest.mark.parametrize(
    ("target", "changes", "status", "why"),
    [
        (PAGE, {"by": " "}, 422, "Write who approves it."),
        (PAGE, {"audience": "internal"}, 403, "Nothing was approved."),
        (PAGE, {"audience": ""}, 403, "Nothing was approved."),
        (PAGE, {"digest": ""}, 409, "has changed since"),
        (PAGE, {"audience": "public"}, 409, "has changed since"),  # with the client's digest
        ("/approve/casa-lumbre/", {}, 409, "has changed since"),
        ("/approve/nobody/", {}, 404, "There is no account “nobody”"),
    ],
)
def test_what_cannot_be_approved_is_said(
    running: Server, shop: FakeShop, target: str, changes: dict[str, str], status: int, why: str
) -> None:
    found = post(running, filled(running, **changes), target)
    assert (found.status, why in found.body.decode()) == (status, True)
    assert shop.approved == []


def test_an_account_with_errors_is_not_approved(running: Server, shop: FakeShop) -> None:
    form = filled(running)
    shop.show(problems=(problem("content/accounts/brisa-foods.md"),))
    found = post(running, form)
    assert found.status == 422
    assert "unknown key" in found.body.decode()
    assert shop.approved == []


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/accounts/brisa-foods/",
        "/approve/",
        "/approve/brisa-foods",
        "/approve/brisa-foods/x/",
        "/-/events",
    ],
)
def test_a_form_goes_nowhere_else(running: Server, shop: FakeShop, target: str) -> None:
    found = post(running, filled(running), target)
    assert (found.status, found.headers["Allow"]) == (405, "GET, HEAD")
    assert shop.approved == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS"])
def test_where_forms_are_taken_that_is_said(running: Server, method: str) -> None:
    found = ask(running, PAGE, method)
    assert (found.status, found.headers["Allow"]) == (405, "GET, HEAD, POST")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_address_alone_approves_nothing(running: Server, shop: FakeShop, method: str) -> None:
    query = filled(running)
    before = shop.desk
    for target in (f"{PAGE}?{query}", f"{PAGE}?{query}&done=client", f"/approve/brisa-foods?{query}"):
        ask(running, target, method, **WINDOW)
    hand = {name.replace("-", "_"): value.format(port=running.port) for name, value in HAND.items()}
    ask(running, f"{PAGE}?{query}", method, **hand)
    assert shop.approved == []
    assert shop.desk is before


def test_a_form_that_does_not_come_whole_is_none(
    running: Server, shop: FakeShop, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    form = filled(running)
    monkeypatch.setattr(module._Handler, "timeout", 0.2)
    lines = [f"POST {PAGE} HTTP/1.1", *(f"{k}: {v.format(port=running.port)}" for k, v in HAND.items())]
    head = "\r\n".join([*lines, f"Content-Length: {len(form)}"]) + "\r\n\r\n"
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as line:
        line.sendall((head + form[:-3]).encode())
        assert line.recv(1000) == b""  # nobody waits for ever
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as line:
        line.sendall((head + form[:-3]).encode())
        line.shutdown(socket.SHUT_WR)
        assert line.recv(1000).startswith(b"HTTP/1.1 400 ")
    assert shop.approved == []
    assert capfd.readouterr() == ("", "")


# ---- the page -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "has"),
    [
        (WINDOW, True),
        ({**WINDOW, "Sec_Fetch_Site": "same-origin"}, True),
        (
            {**WINDOW, "Sec_Fetch_Site": "cross-site"},
            True,
        ),  # a link in a mail; nobody but its reader reads it
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}, False),
        (
            {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "same-origin", "Sec_Fetch_Dest": "empty"},
            False,
        ),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}, False),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "object"}, False),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}, False),
        ({"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "navigate"}, False),
        ({}, False),
    ],
)
def test_the_token_is_for_a_window_alone(running: Server, headers: dict[str, str], has: bool) -> None:
    found = ask(running, PAGE, **headers)
    assert found.status == 200
    secret = token(running)
    assert len(secret) >= 43  # 256 bits
    assert (secret in found.body.decode()) == has
    assert secret not in str(found.headers)


def test_the_token_is_on_no_other_page(running: Server) -> None:
    secret = token(running).encode()
    for target in ("/", "/accounts/brisa-foods/", "/all/", "/-/desk.js", "/nowhere", "/drafts/k/"):
        assert secret not in ask(running, target, **WINDOW).body


@pytest.mark.parametrize("target", [PAGE, f"{PAGE}?done=client", "/approve/nobody/"])
def test_the_page_stands_in_no_frame_and_nobody_reaches_into_its_window(running: Server, target: str) -> None:
    found = ask(running, target, **WINDOW).headers
    policy = found["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in policy
    assert "form-action 'self'" in policy
    assert policy.startswith("default-src 'none'; script-src 'self';")
    assert "unsafe" not in policy
    assert found["X-Frame-Options"] == "DENY"
    assert found["Cross-Origin-Opener-Policy"] == "noopener-allow-popups"
    assert found["Referrer-Policy"] == "same-origin"
    assert found["Cross-Origin-Resource-Policy"] == "same-origin"
    assert found["Cache-Control"] == "no-store"


def test_a_page_after_a_refused_form_is_kept_as_close(running: Server) -> None:
    found = post(running, filled(running, token="x")).headers
    assert found["Cross-Origin-Opener-Policy"] == "noopener-allow-popups"
    assert "frame-ancestors 'none'" in found["Content-Security-Policy"]


def test_a_browser_that_could_not_send_the_form_is_given_none(running: Server) -> None:
    page = ask(running, PAGE).body.decode()
    assert "<form" not in page
    assert "portalgen approve brisa-foods --audience client" in page


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "same-origin", "Sec_Fetch_Dest": "serviceworker"},
        {"Service_Worker": "script"},
    ],
)
def test_no_service_worker_stands_between(running: Server, shop: FakeShop, headers: dict[str, str]) -> None:
    shop.write("public/worker.js", "self.addEventListener('fetch', () => {});")
    assert ask(running, "/public/worker.js").status == 200
    assert ask(running, "/public/worker.js", **headers).status == 403


def test_a_draft_is_a_page_of_the_preview(running: Server) -> None:
    found = ask(running, "/drafts/k/")
    assert (found.status, found.body) == (200, b"<h1>As it would be</h1>")
    assert ask(running, "/drafts/k").headers["Location"] == "/drafts/k/"
    assert ask(running, "/drafts/../secret").status == 400
    assert ask(running, "/approve/brisa-foods?done=client").headers["Location"] == f"{PAGE}?done=client"


def test_a_page_and_a_refused_form_wait_until_every_save_is_shown(running: Server, shop: FakeShop) -> None:
    ask(running, PAGE, **WINDOW)
    assert shop.settled == 1
    form = filled(running, digest="x")
    before = shop.settled
    assert post(running, form).status == 409
    assert shop.settled == before + 1

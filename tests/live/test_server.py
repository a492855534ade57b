"""The desk's server: who is answered, with what, and when; and that it ends."""

from __future__ import annotations

import json
import os
import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from http.client import HTTPConnection, HTTPMessage, parse_headers
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import pytest

from portalgen.live import server as module
from portalgen.live.server import Server, serve
from portalgen.problems import UsageError
from tests.live.shop import KEY, FakeShop, account, desk

HOME = f"portals/{KEY}"
ALL_BYTES = bytes(range(256)) * 9


@pytest.fixture
def shop(tmp_path: Path) -> FakeShop:
    (tmp_path / "secret.txt").write_text("nobody's business")
    made = FakeShop(tmp_path / "preview", desk(tmp_path, account(tmp_path)))
    made.write(f"{HOME}/index.html", "<h1>On track</h1>")
    made.write(f"{HOME}/updates/index.html", "<h1>Updates</h1>")
    made.write("portals/assets/style.css", "body { color: #111 }")
    made.write("internal/index.html", "<h1>Portfolio</h1>")
    made.write("public/index.html", "<h1>We launch things</h1>")
    return made


@pytest.fixture
def running(shop: FakeShop) -> Iterator[Server]:
    with serve(shop, 0) as server:
        yield server


@dataclass(frozen=True)
class Answer:
    status: int
    headers: HTTPMessage
    body: bytes


def say(port: int, text: bytes) -> Answer:
    """Send bytes as they are, and read until the server hangs up."""
    with socket.create_connection(("127.0.0.1", port), timeout=10) as line:
        line.sendall(text)
        line.shutdown(socket.SHUT_WR)
        found = b""
        while piece := line.recv(65536):
            found += piece
    head, _, body = found.partition(b"\r\n\r\n")
    first, _, rest = head.partition(b"\r\n")
    return Answer(int(first.split()[1]), parse_headers(BytesIO(rest + b"\r\n\r\n")), body)


def ask(server: Server, target: str = "/", method: str = "GET", **headers: str) -> Answer:
    """One request; a header's name is written with underscores, and None leaves `Host` out."""
    sent = {"Host": f"127.0.0.1:{server.port}"} | {k.replace("_", "-"): v for k, v in headers.items()}
    lines = [f"{method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in sent.items()), "Connection: close"]
    return say(server.port, ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))


# ---- who is answered ------------------------------------------------------------------------------

PORT = "{port}"
FRAME = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "iframe"}
FOLLOWED = {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate", "Sec_Fetch_Dest": "document"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Host": "127.0.0.1:{port}"}, 200),
        ({"Host": "localhost:{port}"}, 200),
        ({"Host": "LOCALHOST:{port}"}, 200),
        ({"Host": "[::1]:{port}"}, 200),
        ({"Host": "rebound.example:{port}"}, 403),
        ({"Host": "rebound.example"}, 403),
        ({"Host": "127.0.0.1"}, 403),
        ({"Host": "127.0.0.1:1"}, 403),
        ({"Host": "127.0.0.1.rebound.example:{port}"}, 403),
        ({"Host": "localhost.:{port}"}, 403),
        ({"Host": ""}, 403),
        ({"Host": "127.0.0.1:{port}\r\nHost: rebound.example"}, 403),
        ({"X_Forwarded_Host": "rebound.example"}, 200),
        ({"Origin": "http://127.0.0.1:{port}"}, 200),
        ({"Origin": "http://localhost:{port}"}, 200),
        ({"Origin": "http://rebound.example"}, 403),
        ({"Origin": "http://127.0.0.1:1"}, 403),
        ({"Origin": "https://127.0.0.1:{port}"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec_Fetch_Site": "same-origin"}, 200),
        ({"Sec_Fetch_Site": "none"}, 200),
        (FOLLOWED, 200),
        (FRAME, 403),
        ({**FRAME, "Sec_Fetch_Dest": "embed"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "image"}, 403),
        ({"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors", "Sec_Fetch_Dest": "script"}, 403),
        ({"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors", "Sec_Fetch_Dest": "empty"}, 403),
        ({"Sec_Fetch_Site": "cross-site"}, 403),
    ],
)
@pytest.mark.parametrize("target", ["/", f"/{HOME}/", "/-/style.css"])
def test_only_this_computers_own_pages_are_answered(
    running: Server, target: str, headers: dict[str, str], status: int
) -> None:
    filled = {name: value.replace(PORT, str(running.port)) for name, value in headers.items()}
    found = ask(running, target, **filled)
    assert found.status == status
    if status == 403:
        assert found.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert found.body.count(b"\n") == 1  # one sentence


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "BREW"])
def test_the_desk_can_only_be_read(running: Server, method: str) -> None:
    found = ask(running, "/", method)
    assert (found.status, found.headers["Allow"]) == (405, "GET, HEAD")


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("/portals/../../secret.txt", 400),
        ("/portals/../../../../etc/passwd", 400),
        ("/portals/%2e%2e/%2e%2e/secret.txt", 400),
        ("/portals/.%2e/secret.txt", 400),
        ("/portals/..%2f..%2fsecret.txt", 400),
        ("/portals/..%2F..%2Fsecret.txt", 400),
        ("/portals/..%5c..%5csecret.txt", 400),
        ("/portals/..\\..\\secret.txt", 400),
        ("/portals/%252e%252e/secret.txt", 404),
        ("/portals//index.html", 400),
        ("/portals/./index.html", 400),
        ("/portals/index.html%00.css", 400),
        ("/portals/%0d%0aX-Evil:1/", 400),
        ("/portals/%ff%fe/", 400),
        ("/portals/" + "a" * 300, 404),
        ("/portals/" + "a/" * 38, 404),
        ("/portals/" + "a/" * 2000, 400),
        ("http://rebound.example/", 400),
        ("*", 400),
        ("/../secret.txt", 400),
        ("/secret.txt", 404),
        ("/preview/internal/index.html", 404),
        ("/-/../desk.py", 400),
        ("/-/LICENSE", 404),
        ("/-/events/", 404),
        ("/accounts/../", 400),
        ("/nowhere/", 404),
    ],
)
def test_no_address_leads_out_of_the_preview(running: Server, target: str, status: int) -> None:
    found = ask(running, target)
    assert found.status == status
    assert b"nobody's business" not in found.body
    assert "X-Evil" not in found.headers


def test_links_pipes_and_hidden_files_of_the_preview_are_not_there(running: Server, shop: FakeShop) -> None:
    home = shop.folder / HOME
    (home / "out.txt").symlink_to(shop.folder.parent / "secret.txt")
    (home / "outside").symlink_to(shop.folder.parent, target_is_directory=True)
    (home / "round.html").symlink_to(home / "round.html")
    os.mkfifo(home / "pipe.html")
    (home / ".hidden.html").write_text("half a page")
    names = ["out.txt", "outside/secret.txt", "round.html", "pipe.html", ".hidden.html"]
    assert [ask(running, f"/{HOME}/{name}").status for name in names] == [404] * 5


@pytest.mark.parametrize(
    ("text", "status"),
    [
        (b"\r\n\r\n", None),
        (b"GET\r\n\r\n", 400),
        (b"GET / HTTP/9.9\r\n\r\n", 505),
        (b"GET / HTTP/1.1\r\n\r\n", 403),
        (b"GET / HTTP/1.0\r\n\r\n", 403),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n", 400),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 414),
        (b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200 + b"\r\n", 431),
    ],
    ids=["nothing", "no target", "version", "no host", "old and no host", "TLS", "long", "many headers"],
)
def test_what_is_no_request_is_refused_in_silence(
    running: Server, text: bytes, status: int | None, capfd: pytest.CaptureFixture[str]
) -> None:
    with socket.create_connection(("127.0.0.1", running.port), timeout=10) as line:
        line.sendall(text)
        line.shutdown(socket.SHUT_WR)
        found = line.recv(200)
    assert (found.split()[1:2] or [None])[0] == (str(status).encode() if status else None)
    assert ask(running).status == 200
    assert capfd.readouterr() == ("", "")


# ---- with what ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("print/index.html", "text/html; charset=utf-8"),
        ("a.css", "text/css; charset=utf-8"),
        ("a.js", "text/javascript; charset=utf-8"),
        ("a.json", "application/json"),
        ("a.csv", "text/csv; charset=utf-8"),
        ("feed.xml", "application/xml"),
        ("calendar.ics", "text/calendar; charset=utf-8"),
        ("a.svg", "image/svg+xml"),
        ("a.png", "image/png"),
        ("a.JPG", "image/jpeg"),
        ("a.webp", "image/webp"),
        ("a.avif", "image/avif"),
        ("a.woff2", "font/woff2"),
        ("files/a plan (ñ).pdf", "application/pdf"),
        ("files/what.is-it", "application/octet-stream"),
        ("files/without", "application/octet-stream"),
    ],
)
def test_files_come_byte_for_byte_and_with_their_type(
    running: Server, shop: FakeShop, name: str, kind: str
) -> None:
    shop.write(f"{HOME}/{name}", ALL_BYTES)
    target = f"/{HOME}/" + name.replace(" ", "%20").replace("ñ", "%C3%B1")
    found = ask(running, target)
    assert (found.status, found.headers["Content-Type"], found.body) == (200, kind, ALL_BYTES)
    head = ask(running, target, "HEAD")
    assert (head.status, head.headers["Content-Length"], head.body) == (200, str(len(ALL_BYTES)), b"")


def test_a_large_file_comes_whole(running: Server, shop: FakeShop) -> None:
    film = os.urandom(3_000_001)
    shop.write(f"{HOME}/files/film.mp4", film)
    assert ask(running, f"/{HOME}/files/film.mp4").body == film


@pytest.mark.parametrize(
    ("target", "to"),
    [
        (f"/{HOME}", f"/{HOME}/"),
        (f"/{HOME}/updates", f"/{HOME}/updates/"),
        ("/internal?ae=Ana", "/internal/?ae=Ana"),
        ("/accounts/brisa-foods?tab=team", "/accounts/brisa-foods/?tab=team"),
        ("/all", "/all/"),
        (
            "/-/where?page=/internal/accounts/brisa-foods/%23risks",
            "/accounts/brisa-foods/?tab=team&page=%23risks",
        ),
        ("/-/where?page=//rebound.example/", "/"),
        ("/-/where", "/"),
    ],
)
def test_what_lies_elsewhere_is_said(running: Server, target: str, to: str) -> None:
    found = ask(running, target)
    assert (found.status, found.headers["Location"]) == (302, to)


def test_everything_is_kept_from_other_sites(running: Server, shop: FakeShop) -> None:
    shop.write("public/assets/site.css", "")
    targets = ["/", "/accounts/brisa-foods/", f"/{HOME}/", "/public/assets/site.css", "/-/desk.js", "/-/none"]
    for target in [*targets, "/accounts/brisa-foods", "/portals/../x", "/none"]:
        found = ask(running, target).headers
        assert found["Cross-Origin-Resource-Policy"] == "same-origin", target
        assert found["Cross-Origin-Opener-Policy"] == "same-origin", target
        assert found["X-Content-Type-Options"] == "nosniff", target
        assert found["Referrer-Policy"] == "no-referrer", target
        assert found["Cache-Control"] in ("no-store", "no-cache"), target
        assert "frame-ancestors 'self'" in found["Content-Security-Policy"], target
        assert "Set-Cookie" not in found, target


@pytest.mark.parametrize("target", ["/", "/accounts/brisa-foods/", "/all/", "/nowhere"])
def test_the_desks_own_pages_have_a_strict_policy_and_nothing_inline(running: Server, target: str) -> None:
    found = ask(running, target)
    policy = found.headers["Content-Security-Policy"]
    assert policy.startswith(
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
    )
    assert "unsafe" not in policy
    page = found.body.decode()
    assert " style=" not in page
    assert "<style" not in page
    assert all("src=" in tag.partition(">")[0] for tag in page.split("<script")[1:])
    assert not any(f" on{event}=" in page for event in ("click", "load", "error", "input"))


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("portals/x/index.html", "frame-ancestors 'self'"),
        (
            "public/index.html",
            "script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; frame-ancestors 'self'",
        ),
        ("portals/x/files/note.html", "sandbox; frame-ancestors 'self'"),
        ("internal/accounts/a/files/drawing.svg", "sandbox; frame-ancestors 'self'"),
        ("portals/x/files/plan.pdf", "frame-ancestors 'self'"),
    ],
)
def test_no_program_of_others_runs_beside_the_clients_pages(
    running: Server, shop: FakeShop, path: str, policy: str
) -> None:
    shop.write(path, "x")
    assert ask(running, f"/{path}").headers["Content-Security-Policy"] == policy


def test_shared_files_are_asked_for_again_and_sent_when_they_changed(running: Server, shop: FakeShop) -> None:
    target = "/portals/assets/style.css"
    first = ask(running, target)
    assert first.headers["Cache-Control"] == "no-cache"
    same = ask(running, target, If_None_Match=first.headers["ETag"])
    assert (same.status, same.body) == (304, b"")
    shop.write("portals/assets/style.css", "body { color: #222 }")  # as long as before
    assert ask(running, target, If_None_Match=first.headers["ETag"]).body == b"body { color: #222 }"
    assert "ETag" not in ask(running, f"/{HOME}/").headers


def test_the_agencys_colours_are_the_desks_too(running: Server, shop: FakeShop) -> None:
    assert b"--brand: #0b5468" in ask(running, "/-/style.css").body
    shop.write("internal/assets/style.css", ":root { --brand: #123456 }")
    assert ask(running, "/-/style.css").body == b":root { --brand: #123456 }"


def test_a_page_that_is_not_there_says_so_and_shows_the_way(running: Server, shop: FakeShop) -> None:
    found = ask(running, f"/{HOME}/updates/2026-11-20-gone/")
    page = found.body.decode()
    assert found.status == 404
    assert "This page does not exist (any more)" in page
    assert f'href="/{HOME}/updates/"' in page
    assert 'href="/" target="_top"' in page
    shop.desk = replace(shop.desk, language="es")
    assert "Esta página no existe" in ask(running, "/portals/nobody/").body.decode()


def test_before_the_first_build_a_page_is_not_gone_but_to_come(running: Server, shop: FakeShop) -> None:
    shop.desk = replace(shop.desk, version=0, accounts=())
    found = ask(running, "/internal/accounts/brisa-foods/")
    assert found.status == 503
    assert "Building the pages for the first time" in found.body.decode()
    assert ask(running, "/accounts/brisa-foods/").status == 200


# ---- when -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "headers", "settled"),
    [
        ("/", {}, 1),
        ("/accounts/brisa-foods/", {}, 1),
        ("/all/", {}, 1),
        (f"/{HOME}/", {}, 1),
        (f"/{HOME}/calendar.ics", {}, 1),
        ("/internal/", {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "iframe"}, 1),
        ("/public/", {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "empty"}, 1),
        ("/portals/assets/style.css", {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Dest": "style"}, 0),
        ("/-/desk.js", {}, 0),
        ("/portals/../x", {}, 0),
        (f"/{HOME}/", {"Host": "rebound.example"}, 0),
    ],
)
def test_a_page_waits_until_every_save_is_shown(
    running: Server, shop: FakeShop, target: str, headers: dict[str, str], settled: int
) -> None:
    ask(running, target, **headers)
    assert shop.settled == settled


def test_a_page_is_what_it_is_after_the_wait(shop: FakeShop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shop, "settle", lambda _: shop.write(f"{HOME}/index.html", "the new page"))
    with serve(shop, 0) as running:
        assert ask(running, f"/{HOME}/").body == b"the new page"


def test_a_connection_serves_one_page_after_another(running: Server) -> None:
    with closing(HTTPConnection("127.0.0.1", running.port, timeout=10)) as line:
        for target, status in [("/", 200), (f"/{HOME}/", 200), ("/portals/none/", 404), ("/-/desk.css", 200)]:
            line.request("GET", target)
            line.sock.settimeout(10)
            answer = line.getresponse()
            assert answer.status == status
            assert answer.read()


@pytest.mark.parametrize("body", ["Content-Length: 66", "Transfer-Encoding: chunked"])
def test_what_follows_a_body_is_no_request(running: Server, body: str) -> None:
    hidden = f"GET /internal/ HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n"
    head = f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n{body}\r\n\r\n"
    found = say(running.port, (head + hidden).encode())
    assert found.headers["Connection"] == "close"
    assert b"Portfolio</h1>" not in found.body


def test_a_client_that_does_not_read_or_hangs_up_is_nobodys_business(
    running: Server, shop: FakeShop, capfd: pytest.CaptureFixture[str]
) -> None:
    shop.write(f"{HOME}/files/film.mp4", bytes(30_000_000))
    request = f"GET /{HOME}/files/film.mp4 HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n".encode()
    slow = [socket.create_connection(("127.0.0.1", running.port), timeout=10) for _ in range(20)]
    for line in slow:
        line.sendall(request)
    assert ask(running).status == 200
    for line in slow:
        line.close()
    assert ask(running).status == 200
    assert capfd.readouterr() == ("", "")


# ---- the news -------------------------------------------------------------------------------------


class Stream:
    """A reader of server-sent events."""

    def __init__(self, server: Server, query: str = "", **headers: str) -> None:
        self._line = HTTPConnection("127.0.0.1", server.port, timeout=10)
        self._line.request(
            "GET", f"/-/events{query}", headers={k.replace("_", "-"): v for k, v in headers.items()}
        )
        self.answer = self._line.getresponse()

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *error: object) -> None:
        self.answer.close()
        self._line.close()

    def block(self) -> dict[str, str]:
        """The next block: its fields, or its comment as the field ""."""
        found = {}
        while line := self.answer.readline().decode().rstrip("\n"):
            name, _, value = line.partition(":")
            found[name] = value.strip()
        return found

    def shown(self) -> tuple[str, int, list[str] | None]:
        """The next event: its id, version and pages."""
        block = self.block()
        while "event" not in block:
            block = self.block()
        assert block["event"] == "shown"
        data = json.loads(block["data"])
        return block["id"], data["version"], data["pages"]


def test_what_is_shown_is_told(running: Server, shop: FakeShop) -> None:
    with Stream(running) as stream:
        assert stream.answer.headers["Content-Type"] == "text/event-stream"
        assert stream.block() == {"retry": "1000"}
        shop.show([f"{HOME}/updates/index.html", f"{HOME}/index.html"])
        assert stream.shown() == ("2", 2, [f"{HOME}/index.html", f"{HOME}/updates/index.html"])
        shop.show(None)
        assert stream.shown() == ("3", 3, None)
        shop.show()
        assert stream.shown() == ("4", 4, [])


@pytest.mark.parametrize(
    ("query", "headers"),
    [("", {"Last_Event_ID": "2"}), ("?after=2", {}), ("?after=1", {"Last_Event_ID": "2"})],
)
def test_who_comes_back_is_told_at_once_what_was_missed(
    running: Server, shop: FakeShop, query: str, headers: dict[str, str]
) -> None:
    for name in "abcd":
        shop.show([name])
    with Stream(running, query, **headers) as stream:
        assert stream.shown() == ("5", 5, ["b", "c", "d"])


@pytest.mark.parametrize("query", ["?after=900", "?after=3&run=another"])
def test_a_page_of_an_earlier_run_is_told_to_load_everything(
    running: Server, shop: FakeShop, query: str
) -> None:
    for name in "abcd":
        shop.show([name])
    with Stream(running, query) as stream:
        assert stream.shown() == ("5", 5, None)
        shop.show(["e"])
        assert stream.shown() == ("6", 6, ["e"])


@pytest.mark.parametrize("after", ["", "x", "-1", "1e3", "9" * 40, "²"])
def test_a_version_that_is_none_means_from_now_on(running: Server, shop: FakeShop, after: str) -> None:
    shop.show(["before"])
    with Stream(running, f"?after={quote(after)}") as stream:
        stream.block()
        shop.show(["then"])
        assert stream.shown()[2] == ["then"]


def test_a_rebuild_of_everything_is_told_in_short(running: Server, shop: FakeShop) -> None:
    with Stream(running) as stream:
        stream.block()
        shop.show([f"portals/{n}/index.html" for n in range(5000)])
        assert stream.shown() == ("2", 2, None)


def test_a_silent_stream_says_that_it_is_there(
    running: Server, shop: FakeShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "BEAT", 0.0)
    with Stream(running) as stream:
        stream.block()
        assert stream.block() == {"": "still here"}
        assert stream.block() == {"": "still here"}


# ---- beginning and end ----------------------------------------------------------------------------


def threads() -> set[str]:
    return {thread.name for thread in threading.enumerate() if thread.name.startswith("desk")}


def test_the_server_listens_on_this_computer_alone(shop: FakeShop) -> None:
    with serve(shop, 0) as running:
        assert running.address == f"http://127.0.0.1:{running.port}/"
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.2", running.port), timeout=5)


def test_no_thread_is_left_when_it_ends_whatever_is_under_way(
    shop: FakeShop, capfd: pytest.CaptureFixture[str]
) -> None:
    shop.write(f"{HOME}/files/film.mp4", bytes(30_000_000))
    assert threads() == set()
    with serve(shop, 0) as running:
        idle = socket.create_connection(("127.0.0.1", running.port), timeout=10)
        half = socket.create_connection(("127.0.0.1", running.port), timeout=10)
        half.sendall(b"GET / HT")
        slow = socket.create_connection(("127.0.0.1", running.port), timeout=10)
        slow.sendall(
            f"GET /{HOME}/files/film.mp4 HTTP/1.1\r\nHost: 127.0.0.1:{running.port}\r\n\r\n".encode()
        )
        stream = Stream(running)
        stream.block()
        assert threads() == {"desk", "desk-connection"}
    assert threads() == set()
    assert stream.answer.read() == b""
    for line in (idle, half, slow):
        line.close()
    assert capfd.readouterr() == ("", "")


def test_the_port_is_free_again_after_the_end(shop: FakeShop) -> None:
    with serve(shop, 0) as running:
        assert ask(running).status == 200
    with serve(shop, running.port) as again:
        assert again.port == running.port


def test_a_port_that_is_taken_is_said_in_words(shop: FakeShop) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(UsageError) as raised, serve(shop, port):
            pass
    assert raised.value.sentence == (
        f"port {port} is taken by another program; try: portalgen serve --port {port + 1}"
    )
    assert threads() == set()

"""The desk's server: on this computer alone, and never half a page.

Serves the desk's own pages, the real files of the preview byte for byte, and a stream of server-sent
events (https://html.spec.whatwg.org/multipage/server-sent-events.html) that says what changed. A page
waits for the rebuild that its save began. Each connection has a thread, so that a slow or dead client
is nobody else's business. Takes one thing: a form with an approval, at `/approve/<id>/`, under the rules
of `asking`, which also says against whom they protect and against whom not. Refuses every other method
but GET and HEAD, and whatever `asking` refuses; logs nothing.
"""

from __future__ import annotations

import json
import os
import secrets
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any, BinaryIO, Protocol
from urllib.parse import parse_qs

from portalgen.live import pages
from portalgen.live.approving import Approvals, Approver, Taken
from portalgen.live.asking import (
    Asked,
    asked_for,
    form_of,
    form_refusal,
    opens_a_window,
    refusal,
    says_nothing,
)
from portalgen.live.desk import DRAFTS, TREES, Desk
from portalgen.live.served import HERE, HTML, PLAIN, is_folder, is_page, open_below, policy, type_of
from portalgen.problems import UsageError
from portalgen.render import assets

BEAT = 15.0
"""Seconds after which a silent stream says that it is still there."""
_BREATH = 0.25
"""Seconds in which a thread notices that the server ends."""
_IDLE = 60.0
"""Seconds that a connection may be silent, or a client not read what it asked for."""
_PARTING = 2.0
"""Seconds in which a client that was answered may send what it began."""
_AT_ONCE = 256 * 1024
_MOST_TOLD = 1000
"""More changed pages than these are told as "anything may have changed"."""

_TREES = frozenset(tree.rstrip("/") for tree in (*TREES.values(), DRAFTS))
_OWN = ("desk.css", "desk.js", "idiomorph.js")
_BRANDED = ("style.css", "icon.svg")
_STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    f"frame-src 'self'; base-uri 'none'; form-action 'none'; {HERE}"
)
_EVERYWHERE = {
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_APPROVING = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
        "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    ),
    "X-Frame-Options": "DENY",
    # Other than everybody else's, so that no page here can script a window that it opened with this one
    # (https://html.spec.whatwg.org/multipage/browsers.html#cross-origin-opener-policies). A browser that
    # doesn't know the word takes it for `unsafe-none`, which is other than everybody else's, too.
    "Cross-Origin-Opener-Policy": "noopener-allow-popups",
    # Without a referrer a form would come from the origin "null".
    "Referrer-Policy": "same-origin",
}


@dataclass(frozen=True, slots=True)
class News:
    """What was shown since a version.

    `pages` are the paths below the preview that changed or went ("portals/x/index.html"); None:
    anything may have.
    """

    version: int
    pages: frozenset[str] | None


class Shop(Approver, Protocol):
    """What the server shows: whoever builds the preview. Called from many threads."""

    @property
    def folder(self) -> Path:
        """The preview: `public/`, `internal/`, `portals/`, `drafts/`."""

    @property
    def desk(self) -> Desk:
        """What the desk shows now."""

    def settle(self, page: str = "") -> None:
        """Return when every save made before the call is on disk in `folder`.

        `page` is the path below it that is asked for; `""`: all of them.
        """

    def news(self, after: int, timeout: float) -> News | None:
        """All that was shown since `after`, together; None if there is nothing within `timeout` seconds."""


class Server:
    """A server that runs. `address` is where the desk is, with a slash at its end."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.address = f"http://127.0.0.1:{port}/"


@contextmanager
def serve(shop: Shop, port: int) -> Iterator[Server]:
    """A server on a port of this computer; 0 picks one. Raises `UsageError` where the port is taken."""
    try:
        listening = _Listening(shop, port)
    except PermissionError:
        raise UsageError(f"port {port} may not be used here; try: portalgen serve --port 8000") from None
    except OSError:
        other = port + 1 if port < 65535 else 8000
        raise UsageError(
            f"port {port} is taken by another program; try: portalgen serve --port {other}"
        ) from None
    thread = threading.Thread(target=listening.listen, name="desk", daemon=True)
    thread.start()
    try:
        yield Server(listening.port)
    finally:
        listening.end(thread)


class _Listening(socketserver.TCPServer):
    """The listening socket, with the connections that are open."""

    allow_reuse_address = os.name == "posix"  # elsewhere it would let two programs share the port
    request_queue_size = 64
    timeout = 1.0

    def __init__(self, shop: Shop, port: int) -> None:
        self.shop = shop
        self.run = secrets.token_hex(4)
        self.approvals = Approvals(shop)
        self.ending = threading.Event()
        self._lock = threading.Lock()
        self._open: dict[socket.socket, threading.Thread] = {}
        super().__init__(("127.0.0.1", port), _Handler)
        self.port: int = self.server_address[1]

    def listen(self) -> None:
        """Take connections until the end."""
        while not self.ending.is_set():
            self.handle_request()

    def verify_request(self, request: Any, client_address: Any) -> bool:  # noqa: ARG002
        return not self.ending.is_set()

    def process_request(self, request: Any, client_address: Any) -> None:
        thread = threading.Thread(
            target=self._converse, args=(request, client_address), name="desk-connection", daemon=True
        )
        with self._lock:
            self._open[request] = thread
        thread.start()

    def _converse(self, request: socket.socket, client_address: Any) -> None:
        try:
            self.finish_request(request, client_address)
        except Exception:
            self.handle_error(request, client_address)
        finally:
            self.shutdown_request(request)
            with self._lock:
                self._open.pop(request, None)

    def shutdown_request(self, request: Any) -> None:
        """Hang up once the client has: a connection that is closed with something unread breaks, and the
        answer may be lost with it (RFC 9112, section 9.6). Who sends on and on is not waited for."""
        until = time.monotonic() + _PARTING
        with suppress(OSError):
            request.shutdown(socket.SHUT_WR)
            request.settimeout(_PARTING)
            while request.recv(_AT_ONCE) and time.monotonic() < until and not self.ending.is_set():
                pass
        self.close_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that has gone away is no error of anybody's."""
        if not isinstance(sys.exc_info()[1], ConnectionError | TimeoutError) and not self.ending.is_set():
            super().handle_error(request, client_address)

    def end(self, listening: threading.Thread) -> None:
        """Hang up on everybody. The threads have ended when this returns, or do within a second."""
        until = time.monotonic() + 1
        self.ending.set()
        with suppress(OSError):  # one more visitor, so that the listening thread looks up
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        listening.join(1)
        self.server_close()
        with self._lock:
            left = dict(self._open)
        for connection in left:
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in left.values():
            thread.join(max(0.0, until - time.monotonic()))


class _Handler(BaseHTTPRequestHandler):
    """One connection."""

    server: _Listening
    protocol_version = "HTTP/1.1"
    default_request_version = "HTTP/1.0"  # what is no request is refused with a status, too
    disable_nagle_algorithm = True
    timeout = _IDLE

    def version_string(self) -> str:
        return "portalgen"

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing: what an AE reads is not kept."""

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:  # noqa: ARG002
        """Answer what the standard library finds wrong with a request, and end the connection."""
        self.close_connection = True
        if code == HTTPStatus.NOT_IMPLEMENTED:
            allowed = "GET, HEAD, POST" if _to_approve(asked_for(self.path)) else "GET, HEAD"
            self._answer(405, PLAIN, b"The desk can be read, and nothing else.\n", {"Allow": allowed})
        else:
            self._answer(code, PLAIN, f"{HTTPStatus(code).phrase}.\n".encode(), {})

    def do_GET(self) -> None:
        """Answer one request."""
        if self.headers.get("Content-Length", "0") != "0" or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # nobody reads the body, so what follows it can't be found
        asked = asked_for(self.path)
        if why := refusal(self.headers, self.server.port):
            self.close_connection = True
            self._answer(403, PLAIN, f"{why}\n".encode(), {})
        elif asked is None:
            self._answer(400, PLAIN, b"This address can't be read.\n", {})
        elif asked.parts[:1] == ("-",):
            self._own(asked)
        elif asked.parts and asked.parts[0] in _TREES:
            self._file(asked)
        else:
            self._desk(asked)

    def do_HEAD(self) -> None:
        """Answer with the head of what `GET` would get."""
        self.do_GET()

    def do_POST(self) -> None:
        """Take an approval."""
        name = _to_approve(asked_for(self.path))
        if not name:
            self.send_error(HTTPStatus.NOT_IMPLEMENTED)
            return
        status, why = form_refusal(self.headers, self.server.port)
        if not why:
            length = int(self.headers["Content-Length"])
            body = self._body(length)
            form = form_of(body) if len(body) == length else None
            if form is not None:
                self._approve(name, form)
                return
            status, why = HTTPStatus.BAD_REQUEST, "This form can't be read."
        self.close_connection = True
        self._answer(status, PLAIN, f"{why}\n".encode(), {})

    def _body(self, length: int) -> bytes:
        """What a request holds; less where it ends too soon. Raises `TimeoutError` if it takes too long."""
        until = time.monotonic() + _IDLE
        found = b""
        while len(found) < length and (piece := self.rfile.read1(length - len(found))):
            found += piece
            if time.monotonic() > until:
                raise TimeoutError
        return found

    # ---- the desk ---------------------------------------------------------------------------------

    def _desk(self, asked: Asked) -> None:
        self.server.shop.settle()
        desk = self.server.shop.desk
        query = _query(asked)
        match asked.parts:
            case ():
                self._page(200, pages.desk_page(desk, self.server.run, query))
            case ("accounts" | "approve", _) | ("all",) if not asked.folder:
                self._redirect(Asked(asked.parts, folder=True, query=asked.query).address)
            case ("accounts", name):
                status, html = pages.account_page(desk, self.server.run, name, query)
                self._page(status, html)
            case ("approve", name):
                self._approving(desk, name, done=query.get("done", ""))
            case ("all",):
                self._page(200, pages.whole_page(desk, self.server.run, query))
            case _:
                self._page(404, pages.missing_page(desk, asked, ""))

    def _approve(self, name: str, form: Mapping[str, str]) -> None:
        taken = self.server.approvals.take(name, form)
        if taken.outcome == "done":
            there = Asked(("approve", name), folder=True, query=f"done={taken.audience}").address
            self._redirect(there, HTTPStatus.SEE_OTHER)
        else:
            self.server.shop.settle()
            self._approving(self.server.shop.desk, name, taken)

    def _approving(self, desk: Desk, name: str, taken: Taken | None = None, done: str = "") -> None:
        """The page to approve on. Its token is for a window alone: no script can read that."""
        shop, approvals = self.server.shop, self.server.approvals
        known = desk.account(name) is not None
        status, html = pages.approve_page(
            desk,
            self.server.run,
            name,
            token=approvals.token if opens_a_window(self.headers) else "",
            dumb=says_nothing(self.headers),
            by=approvals.by,
            taken=taken,
            done=approvals.done(name, done) if known else None,
            letters=shop.letters(name) if known and done == "client" else (),
        )
        self._answer(status, HTML, html.encode(), _APPROVING)

    def _own(self, asked: Asked) -> None:
        query = _query(asked)
        match asked.parts[1:]:
            case ("events",) if not asked.folder:
                self._events(query)
            case ("where",) if not asked.folder:
                self.server.shop.settle()
                desk = self.server.shop.desk
                self._redirect(desk.where(query.get("page", ""), query.get("account", "")))
            case (name,) if name in (*_OWN, *_BRANDED) and not asked.folder:
                # The agency's colours, once they have been built.
                folder = self.server.shop.folder
                opened = open_below(folder, ("internal", "assets", name)) if name in _BRANDED else None
                if opened is not None:
                    with opened as file:
                        self._stream(file, type_of(name), _STRICT, revalidate=True)
                else:
                    self._answer(200, type_of(name), _static(name), {"Content-Security-Policy": _STRICT})
            case _:
                self._page(404, pages.missing_page(self.server.shop.desk, asked, ""))

    # ---- the preview ------------------------------------------------------------------------------

    def _file(self, asked: Asked) -> None:
        folder = self.server.shop.folder
        # What a page is made up of comes after the page, which has waited.
        if self.headers.get("Sec-Fetch-Dest", "") not in ("style", "script", "image", "font"):
            self.server.shop.settle("/".join(asked.parts))
        if not asked.folder and is_folder(folder, asked.parts):
            self._redirect(Asked(asked.parts, folder=True, query=asked.query).address)
            return
        parts = (*asked.parts, "index.html") if asked.folder else asked.parts
        opened = open_below(folder, parts)
        if opened is None:
            desk = self.server.shop.desk
            nearest = next((up.address for up in _above(asked) if is_page(folder, up.parts)), "")
            self._page(404 if desk.version else 503, pages.missing_page(desk, asked, nearest))
            return
        with opened as file:
            shared = asked.parts[0] == "public" or "assets" in asked.parts
            kind = type_of(parts[-1])
            self._stream(file, kind, policy(parts, kind), revalidate=shared and kind != HTML)

    # ---- the news ---------------------------------------------------------------------------------

    def _events(self, query: Mapping[str, str]) -> None:
        shop, ending = self.server.shop, self.server.ending
        now = shop.desk.version  # before the first byte: whoever has read it misses nothing from then on
        self._head(200, "text/event-stream", {"Cache-Control": "no-store"})
        self.close_connection = True
        if self.command == "HEAD":
            return
        self.wfile.write(b"retry: 1000\n\n")
        after = _number(self.headers.get("Last-Event-ID") or query.get("after", ""), now)
        if query.get("run", self.server.run) != self.server.run or after > now:
            # The page was made by another run, whose versions say nothing here.
            after = now
            self._tell(News(now, None))
        silent = time.monotonic()
        while not ending.is_set():
            began = time.monotonic()
            if news := shop.news(after, _BREATH):
                after = news.version
                self._tell(news)
                silent = time.monotonic()
            elif time.monotonic() - silent >= BEAT:
                self.wfile.write(b": still here\n\n")
                silent = time.monotonic()
            elif time.monotonic() - began < _BREATH / 2:
                ending.wait(_BREATH)  # the shop has shut, and does not wait any more

    def _tell(self, news: News) -> None:
        told = None if news.pages is None or len(news.pages) > _MOST_TOLD else sorted(news.pages)
        data = json.dumps({"version": news.version, "pages": told, "run": self.server.run})
        self.wfile.write(f"event: shown\nid: {news.version}\ndata: {data}\n\n".encode())

    # ---- answers ----------------------------------------------------------------------------------

    def _page(self, status: int, html: str) -> None:
        self._answer(status, HTML, html.encode(), {"Content-Security-Policy": _STRICT})

    def _redirect(self, address: str, status: int = HTTPStatus.FOUND) -> None:
        self._answer(status, PLAIN, b"", {"Location": address})

    def _answer(self, status: int, kind: str, body: bytes, headers: Mapping[str, str]) -> None:
        self._head(status, kind, {"Cache-Control": "no-store", "Content-Length": str(len(body)), **headers})
        if self.command != "HEAD":
            self.wfile.write(body)

    def _stream(self, file: BinaryIO, kind: str, policy: str, *, revalidate: bool) -> None:
        """A file of the preview. What it is made of is replaced, never written to, so the stamp tells."""
        known = os.fstat(file.fileno())
        headers = {"Cache-Control": "no-store", "Content-Security-Policy": policy}
        if revalidate:
            tag = f'"{known.st_ino:x}-{known.st_size:x}-{known.st_mtime_ns:x}"'
            headers |= {"Cache-Control": "no-cache", "ETag": tag}
            if self.headers.get("If-None-Match") == tag:
                self._head(304, kind, headers)
                return
        self._head(200, kind, {**headers, "Content-Length": str(known.st_size)})
        left = 0 if self.command == "HEAD" else known.st_size
        while left:
            piece = file.read(min(left, _AT_ONCE))
            if not piece:
                self.close_connection = True  # cut short under our hands: the client must not wait for more
                return
            self.wfile.write(piece)
            left -= len(piece)

    def _head(self, status: int, kind: str, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        found = {"Content-Type": kind, **_EVERYWHERE, "Content-Security-Policy": HERE, **headers}
        if self.close_connection:
            found["Connection"] = "close"
        for name, value in found.items():
            self.send_header(name, value)
        self.end_headers()


def _to_approve(asked: Asked | None) -> str:
    """The account whose approvals are taken at an address, or `""`."""
    match asked:
        case Asked(parts=("approve", name), folder=True):
            return name
        case _:
            return ""


def _query(asked: Asked) -> dict[str, str]:
    try:
        found = parse_qs(asked.query, max_num_fields=20, errors="replace")
    except ValueError:
        return {}
    return {name: values[0] for name, values in found.items()}


def _number(text: str, otherwise: int) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else otherwise


def _above(asked: Asked) -> Iterator[Asked]:
    """The folders above a page, the nearest first."""
    return (Asked(asked.parts[:count], folder=True) for count in range(len(asked.parts) - 1, 0, -1))


def _static(name: str) -> bytes:
    """A file of the desk's; those that a house colours, in our own colours."""
    return assets.team()[name] if name in _BRANDED else assets.static(f"desk/{name}")

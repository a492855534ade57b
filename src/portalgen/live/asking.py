"""Who may ask the desk's server, and for what: decided from the request's head alone.

The preview holds what every client may see, and what none may. A browser has other pages open, so a
request must prove that it does not come from one of those: by the name under which it calls us (a
foreign name that was pointed at this computer is not ours), by the page that sends it, and by what the
browser says of the two (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/). Owns these rules and
the reading of paths and forms. Refuses whatever it does not understand.

An approval writes, so a form must prove more: that a person sent it from a page of its own address.
Against whom, and against whom not:

- Other sites: their origin is not ours, and the browser says so.
- Scripts of the agency's theme, which run in the preview's public pages, on the desk's own origin. A form
  must hold a token that is in no address and that only the approving page has. That page gives it to a
  window that is opened as such, never to a script's request or a frame; it stands in no frame; and
  whoever opened its window can't reach into it (`Cross-Origin-Opener-Policy`, by which even a page of
  the same origin loses hold of it). No service worker may stand between the two.
- Not against other programs on this computer, which can say all that a browser says, extensions of the
  browser, or a theme that talks somebody into clicking on the real button.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from http import HTTPStatus
from urllib.parse import parse_qsl, quote, unquote_to_bytes

LONGEST_FORM = 16 * 1024
"""Bytes of a form."""
_FORM = "application/x-www-form-urlencoded"
_FIELDS = frozenset(("token", "audience", "digest", "by"))
_LONGEST = 2000
_DEEPEST = 40
_NAMES = ("127.0.0.1", "localhost", "[::1]")


def hosts(port: int) -> frozenset[str]:
    """The values of `Host` that are ours; browsers leave port 80 out."""
    return frozenset(f"{name}:{port}" for name in _NAMES) | (frozenset(_NAMES) if port == 80 else frozenset())


def refusal(headers: Message, port: int) -> str:
    """Why the request is refused, as a sentence; `""` if it may be answered."""
    ours = hosts(port)
    named = headers.get_all("Host", [])
    if len(named) != 1 or named[0].strip().lower() not in ours:
        return f"This address is not the desk's: open http://127.0.0.1:{port}/ instead."
    origins = headers.get_all("Origin", [])
    if any(origin.strip().lower() not in {f"http://{host}" for host in ours} for origin in origins):
        return "The desk answers its own pages alone, and this request comes from another site."
    site = headers.get("Sec-Fetch-Site", "none").lower()
    # Following a link to the desk is fine. Other sites' images, scripts and frames read along.
    kind = (headers.get("Sec-Fetch-Mode", ""), headers.get("Sec-Fetch-Dest", ""))
    if site not in ("none", "same-origin") and kind != ("navigate", "document"):
        return "The desk answers its own pages alone, and this request comes from another site."
    if headers.get("Sec-Fetch-Dest", "").lower() == "serviceworker" or "Service-Worker" in headers:
        return "No service worker runs here: it would go on showing old pages."
    return ""


def opens_a_window(headers: Message) -> bool:
    """Whether the answer is shown in a window of its own, where nobody but its reader reads it."""
    return (headers.get("Sec-Fetch-Mode"), headers.get("Sec-Fetch-Dest")) == ("navigate", "document")


def says_nothing(headers: Message) -> bool:
    """Whether the browser does not say what a request is for, so that it can't send a form either."""
    return "Sec-Fetch-Dest" not in headers


def form_refusal(headers: Message, port: int) -> tuple[int, str]:
    """The status and the sentence with which a form is refused; 200 and `""` if it may be read.

    Each thing that a browser says of a form which somebody sends by hand must be said, once.
    """
    if why := refusal(headers, port):
        return HTTPStatus.FORBIDDEN, why
    by_hand = {
        "Origin": f"http://{headers['Host'].strip().lower()}",
        "Sec-Fetch-Site": "same-origin",
        "Sec-Fetch-Mode": "navigate",
        "Sec-Fetch-Dest": "document",
        "Sec-Fetch-User": "?1",
    }
    if any(_said(headers, name) != [value] for name, value in by_hand.items()):
        return HTTPStatus.FORBIDDEN, "An approval is sent by hand, from the desk's own page."
    kinds = _said(headers, "Content-Type")
    if len(kinds) != 1 or kinds[0].partition(";")[0].strip() != _FORM:
        return HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "An approval is sent as a form."
    lengths = _said(headers, "Content-Length")
    if len(lengths) != 1 or "Transfer-Encoding" in headers:
        return HTTPStatus.LENGTH_REQUIRED, "A form says how long it is."
    if not (lengths[0].isascii() and lengths[0].isdigit()):
        return HTTPStatus.BAD_REQUEST, "This length can't be read."
    if len(lengths[0]) > 9 or int(lengths[0]) > LONGEST_FORM:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "This form is too long."
    return HTTPStatus.OK, ""


def _said(headers: Message, name: str) -> list[str]:
    return [value.strip().lower() for value in headers.get_all(name, [])]


def form_of(body: bytes) -> dict[str, str] | None:
    """The fields of an approval; None for what the desk's own page never sends."""
    try:
        text = body.decode("ascii")
        pairs = parse_qsl(text, True, True, errors="strict", max_num_fields=len(_FIELDS))
    except ValueError:
        return None
    found = dict(pairs)
    return found if len(found) == len(pairs) and found.keys() == _FIELDS else None


@dataclass(frozen=True, slots=True)
class Asked:
    """A path, taken apart: `/portals/k/` is `("portals", "k")` and a folder."""

    parts: tuple[str, ...]
    folder: bool
    query: str = ""

    @property
    def address(self) -> str:
        """The path and the query as they are written in an address."""
        path = "".join(f"/{quote(part)}" for part in self.parts) + ("/" if self.folder else "")
        return path + (f"?{self.query}" if self.query else "")


def asked_for(target: str) -> Asked | None:
    """A request's target (RFC 9112, origin-form) taken apart; None for what no honest client sends.

    That is anything which could name another file than it seems to: `.` and `..`, empty parts, slashes
    that are escaped, backslashes, control characters, bytes that are no UTF-8. Or it has no end.
    """
    raw, _, query = target.partition("?")
    if not raw.startswith("/") or "#" in raw or len(raw) > _LONGEST or raw.count("/") > _DEEPEST:
        return None
    parts = []
    *before, last = raw[1:].split("/")
    for piece in (*before, last) if last else before:
        try:
            part = unquote_to_bytes(piece.encode("latin-1")).decode()
        except UnicodeError:
            return None
        if part in ("", ".", "..") or any(c in "/\\" or c < " " or c == "\x7f" for c in part):
            return None
        parts.append(part)
    return Asked(tuple(parts), folder=not last, query=query)

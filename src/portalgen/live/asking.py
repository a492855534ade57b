"""Who may ask the desk's server, and for what: decided from the request's head alone.

The preview holds what every client may see, and what none may. A browser has other pages open, so a
request must prove that it does not come from one of those: by the name under which it calls us (a
foreign name that was pointed at this computer is not ours), by the page that sends it, and by what the
browser says of the two (Fetch Metadata, https://www.w3.org/TR/fetch-metadata/). Owns these rules and
the reading of paths. Refuses whatever it does not understand.
"""

from __future__ import annotations

from dataclasses import dataclass
from email.message import Message
from urllib.parse import quote, unquote_to_bytes

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
    return ""


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

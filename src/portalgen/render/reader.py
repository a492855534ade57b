"""The reader page of a sealed portal: one page for every client, with nothing of any of them on it.

It asks for the key and shows the portal in place (`static/reader.js`). It says everything in every language
that there is, so that it does not tell whose portal it is. It vouches for the scripts and the style that it
loads (Subresource Integrity): it runs what was built with it, or nothing.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha384

from markupsafe import Markup

from portalgen.render.environment import SOURCE, Translator, catalogs, direction, render, say, shown_language

SHARED = ("icon.svg", "portal.js", "reader.js", "style.css")
"""The files in `portals/assets` that it loads."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "require-trusted-types-for 'script'; trusted-types portalgen"
)
"""Its Content Security Policy."""
_MAIL = re.compile(r"[^\s@/:?&]+@[^\s@/:?&]+")
_PAGE = re.compile(r"https?://\S+")


@dataclass(frozen=True, slots=True)
class _Sum:
    """The sum of a file, as `integrity` has it, and as much of it as tells two versions apart."""

    whole: str
    short: str


def reader_page(assets: Mapping[str, bytes], contact: str, language: str) -> bytes:
    """The page's bytes. `assets` are the shared files as they are published, `contact` helps a reader whose
    link fails (an address of mail or of a page, or `""`), `language` is the one to begin with."""
    first = shown_language(language)
    rest = [one for one in (SOURCE, *catalogs()) if one != first]
    texts = {one: _texts(say(one), contact) | {"dir": direction(one)} for one in (first, *rest)}
    return render(
        first,
        "reader.html",
        policy=POLICY,
        sums={name: _sum(assets[name]) for name in SHARED},
        contact=contact,
        href=_href(contact),
        texts=[{"lang": one, **told} for one, told in texts.items()],
        # A data block ends where its element ends, whatever is quoted in it.
        json=Markup(json.dumps(texts, ensure_ascii=False).replace("<", "\\u003c")),  # noqa: S704
    ).encode()


def _sum(data: bytes) -> _Sum:
    digest = sha384(data).digest()
    return _Sum(f"sha384-{base64.b64encode(digest).decode()}", digest.hex()[:12])


def _href(contact: str) -> str:
    if _MAIL.fullmatch(contact):
        return f"mailto:{contact}"
    return contact if _PAGE.fullmatch(contact) else ""


def _texts(t: Translator, contact: str) -> dict[str, str]:
    """What `reader.js` says, by the name of the sentence; `{contact}` is where the link goes."""
    if contact:
        help_ = t.gettext("If that does not help, write to {contact}.")
    else:
        help_ = t("If that does not help, write to whoever sent you the link.")
    return {
        "title": t("Private portal"),
        "label": t("Passphrase"),
        "open": t("Open the portal"),
        "seen": t("Show what I type"),
        "remember": t("Remember on this device for 7 days"),
        "keep": t("Remember on this device"),
        "kept": t("Remembered for 7 days"),
        "unkept": t("This device cannot remember it"),
        "forget": t("Close and forget"),
        "again": t("Load the page again"),
        "home": t("To the first page"),
        "help": help_,
        "opening": t("One moment, your portal is being opened."),
        "locked": t("Open the link that you were sent, or type your passphrase."),
        "closed": t("The portal is closed. To open it again, this browser needs your link or passphrase."),
        "link": t(
            "This link does not open the portal. Part of it may be missing, or a newer one has taken its "
            "place. Open the newest link that you were sent, or type your passphrase."
        ),
        "replaced": t(
            "What this browser remembered does not open the portal any more. Open the newest link that you "
            "were sent, or type your passphrase."
        ),
        "passphrase": t(
            "This passphrase does not open the portal. It has seven words; capital letters and hyphens make "
            "no difference. Look whether you have a newer one."
        ),
        "damaged": t(
            "Something of this portal arrived damaged or not at all, so it is not shown. Wait a few minutes "
            "and load the page again."
        ),
        "offline": t("The portal could not be loaded. Look whether you are online, and load the page again."),
        "insecure": t("A portal opens over a safe connection only: its address has to begin with https://."),
        "framed": t("A portal opens in a window of its own, not inside another page."),
        "lost": t("An image is missing here: it arrived damaged, or not at all."),
        "gone": t("This page is not in your portal, or not any more."),
        "noscript": t(
            "This portal is sealed, and your browser has to open it. If nothing happens, load the page "
            "again; if that does not help, allow JavaScript for it."
        ),
    }

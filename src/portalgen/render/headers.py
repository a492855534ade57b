"""What the portals' host should say with every file: its configuration, ready to paste.

Pure text. Everything that keeps a portal safe is on its pages (the policy, `no-referrer`, `noindex`); what
a page cannot say of itself comes from here: that nobody may frame it, how long each file may be kept, and
the same policy once more, before a byte of the page is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, get_args

Server = Literal["nginx", "caddy", "netlify"]
SERVERS: tuple[Server, ...] = get_args(Server)

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; "
    "media-src 'self' blob:; font-src 'self'; connect-src 'self'; form-action 'none'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
"""What holds for sealed and for plain portals; sealed ones ask for more on the page itself."""
EVERYWHERE: Mapping[str, str] = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
}
PAGES, ASSETS, BLOBS = "no-store", "no-cache", "public, max-age=31536000, immutable"
"""How long the pages, keys and manifests may be kept; what portals share; what never changes."""


def headers(server: Server, host: str) -> str:
    """The configuration for a server that has `site/portals` as its root, for this host's name alone."""
    return {"nginx": _nginx, "caddy": _caddy, "netlify": _netlify}[server](host)


def _nginx(host: str) -> str:
    def said(kept: str, by: str = "") -> str:
        always = "".join(f'{by}add_header {name} "{value}" always;\n' for name, value in EVERYWHERE.items())
        # A blob that is not there yet may not stay so for a year.
        errors = "" if kept == BLOBS else " always"
        return f'{always}{by}add_header Cache-Control "{kept}"{errors};\n'

    def place(where: str, kept: str, more: str = "") -> str:
        # A location that adds a header of its own loses those around it: each has all of them.
        return f"location {where} {{\n{more}{said(kept, '    ')}}}\n"

    name = "[a-z2-7]{26}"
    bytes_ = "    types { }\n    default_type application/octet-stream;\n"
    # What holds for pages stands outside: so it does for a folder that has a location of its own.
    return (
        f"# In the server block of {host}, and of no other host; its root is the folder of the portals.\n"
        "autoindex off;\nindex index.html;\n"
        + said(PAGES)
        + place("^~ /assets/", ASSETS)
        + place(f'~ "^/{name}/blobs/{name}$"', BLOBS, bytes_)
    )


def _caddy(host: str) -> str:
    said = "".join(f'\t\t{name} "{value}"\n' for name, value in EVERYWHERE.items())
    blobs = "path_regexp ^/[a-z2-7]{26}/blobs/[a-z2-7]{26}$"
    # Caddy sorts these as it likes, so no two of them set one header for one path; and one that takes a
    # header away is applied last of all, and not to errors.
    return (
        f"{host} {{\n"
        "\troot * /srv/portals # the folder of the portals\n"
        "\tfile_server\n"
        f"\theader {{\n{said}\t}}\n"
        f"\t@assets path /assets/*\n\t@blobs {blobs}\n"
        f"\t@pages {{\n\t\tnot path /assets/*\n\t\tnot {blobs}\n\t}}\n"
        f'\theader @assets Cache-Control "{ASSETS}"\n'
        f'\theader @blobs Cache-Control "{BLOBS}"\n'
        "\theader @blobs Content-Type application/octet-stream\n"
        f'\theader @pages Cache-Control "{PAGES}"\n'
        f'\thandle_errors {{\n\t\theader Cache-Control "{PAGES}"\n\t}}\n'
        "}\n"
    )


def _netlify(host: str) -> str:
    said = "".join(f"  {name}: {value}\n" for name, value in EVERYWHERE.items())
    # Where two rules meet, these hosts join what they say: no two of these set Cache-Control for one path.
    pages = "".join(
        f"/:address/{name}\n  Cache-Control: {PAGES}\n"
        for name in ("", "index.html", "keys.json", "manifest.bin")
    )
    return (
        f"# The file _headers beside the portals of {host} (Netlify, Cloudflare Pages).\n"
        f"/*\n{said}{pages}"
        f"/assets/*\n  Cache-Control: {ASSETS}\n"
        f"/:address/blobs/*\n  Cache-Control: {BLOBS}\n  Content-Type: application/octet-stream\n"
    )

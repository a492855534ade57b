"""The files of the preview as the server may hand them out.

Owns which file an address names, its type, and what a page may do in a browser beyond what it says
itself. Opens nothing outside the preview: no symbolic link is followed, no device or pipe opened, no
hidden file found.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path, PurePosixPath
from typing import BinaryIO

HTML = "text/html; charset=utf-8"
PLAIN = "text/plain; charset=utf-8"
# Not `mimetypes`, which answers by what else is installed on the system.
_TYPES = {
    ".html": HTML,
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".map": "application/json",
    ".webmanifest": "application/manifest+json",
    ".csv": "text/csv; charset=utf-8",
    ".txt": PLAIN,
    ".md": PLAIN,
    ".ics": "text/calendar; charset=utf-8",
    ".xml": "application/xml",
    ".pdf": "application/pdf",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".gif": "image/gif",
    ".webp": "image/webp",
    ".avif": "image/avif",
    ".ico": "image/x-icon",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".mp3": "audio/mpeg",
    ".wasm": "application/wasm",
    ".gz": "application/gzip",
    ".zip": "application/zip",
}

HERE = "frame-ancestors 'self'"
"""The policy of everything: no other site puts it into a frame."""
# Scripts of other hosts would run on the same origin as every client's pages, and could read them.
_THEME = f"script-src 'self' 'unsafe-inline' 'unsafe-eval' blob: data:; {HERE}"
_ATTACHED = f"sandbox; {HERE}"


def open_below(folder: Path, parts: tuple[str, ...]) -> BinaryIO | None:
    """A file below a folder, to be read; None for what is none, hidden, or lies elsewhere by a link."""
    if any(part.startswith(".") and part != ".well-known" for part in parts):
        return None
    try:
        top = os.path.realpath(folder)
        path = str(Path(top, *parts))
        if os.path.realpath(path) != path or not path.startswith(top + os.sep):
            return None
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except (OSError, ValueError):
        return None
    if not stat.S_ISREG(os.fstat(number).st_mode):
        os.close(number)
        return None
    return os.fdopen(number, "rb")


def is_folder(folder: Path, parts: tuple[str, ...]) -> bool:
    """Whether there is such a folder."""
    try:
        return folder.joinpath(*parts).is_dir()
    except (OSError, ValueError):
        return False


def is_page(folder: Path, parts: tuple[str, ...]) -> bool:
    """Whether a folder has a page of its own."""
    file = open_below(folder, (*parts, "index.html"))
    if file is not None:
        file.close()
    return file is not None


def type_of(name: str) -> str:
    """The media type of a file, by its name."""
    return _TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


def policy(parts: tuple[str, ...], kind: str) -> str:
    """The content policy that goes with a file of the preview, beside the one it may hold."""
    if "files" in parts and (kind == HTML or kind.endswith("xml")):
        return _ATTACHED
    return _THEME if parts[0] == "public" else HERE

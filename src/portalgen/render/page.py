"""A page: what rendering makes and assembling takes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Page:
    """A file of a unit. `path` is relative to the unit's root, with forward slashes."""

    path: str
    body: bytes


def folder_page(address: str, html: str) -> Page:
    """The page at an address that ends in `/` (or is `""`, the unit's own)."""
    return Page(f"{address}index.html", html.encode())


def root_of(address: str) -> str:
    """The way from a page's address to its unit's root: `""`, `"../"`, `"../../"`."""
    return "../" * address.count("/")

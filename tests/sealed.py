"""Sealed portals in tests: opened with the second implementation, by the link of one of their readers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress

from tests import unseal
from tests.project import SECRET, SETTINGS, Project

ROOT = bytes.fromhex(SECRET)
SEALED = SETTINGS.replace("access: open", "access: sealed")
"""The tests' settings, with every portal sealed."""


def address(account: str, epoch: int = 1) -> str:
    """The folder of an account's portal."""
    return unseal.address_of(ROOT, account, epoch)


def link(account: str, reader: str = "", epoch: int = 1) -> bytes:
    """The key in a reader's access link."""
    return unseal.link_key(unseal.root_key(ROOT, account, epoch), reader)


def passphrase(account: str, reader: str = "", epoch: int = 1) -> str:
    """A reader's passphrase."""
    return unseal.passphrase_of(unseal.root_key(ROOT, account, epoch), reader)


def pages(project: Project, account: str, reader: str = "", epoch: int = 1) -> dict[str, bytes]:
    """What a reader gets of a published portal. Raises `Refused`, and `FileNotFoundError` where none is."""
    folder = project.root / "site/portals" / address(account, epoch)
    folder.stat()
    return {path: body for path, (_, body) in unseal.unseal(folder, link(account, reader, epoch)).items()}


def plain(
    tree: Mapping[str, bytes], accounts: Iterable[str], readers: Iterable[str] = ("",)
) -> dict[str, bytes]:
    """A published tree with the sealed portals of these accounts opened, for whom of `readers` can; other
    portals as they are."""
    found = dict(tree)
    for account in accounts:
        folder = f"portals/{address(account)}/"
        files = {path.removeprefix(folder): body for path, body in tree.items() if path.startswith(folder)}
        if "manifest.bin" in files:
            found = {path: body for path, body in found.items() if not path.startswith(folder)}
            held = _opened(address(account), files, [link(account, reader) for reader in readers])
            found |= {f"{folder}{path}": body for path, (_, body) in held.items()}
    return found


def _opened(folder: str, files: Mapping[str, bytes], keys: Iterable[bytes]) -> unseal.Pages:
    for key in keys:
        with suppress(unseal.Refused):
            return unseal.opened(folder, files, key)
    raise unseal.Refused(f"{folder} opens for none of them")

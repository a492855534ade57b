"""The access links and passphrases of sealed portals, for those who send them to clients.

Owns which portals have any today, and the sentence for each that has none. Makes no secret and writes
nothing; what it returns opens portals, so it goes to who asked and nowhere else.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import NamedTuple
from urllib.parse import urlsplit

from portalgen import project
from portalgen.account import Account
from portalgen.build.job import cache_of
from portalgen.build.shown import Memory, Shown
from portalgen.cache import Cache
from portalgen.clock import build_date
from portalgen.load import Accounts, Content
from portalgen.load.approvals import UNKNOWN
from portalgen.problems import Address, Problem, Suggestions, UsageError, line_in
from portalgen.render.terminal import visible
from portalgen.seal import Keys, keys_of, link_text
from portalgen.secret import known_secret, portal_key
from portalgen.settings import Settings

_LOCAL = re.compile(r"localhost|.*\.localhost|127\.[0-9.]+|::1")
"""Hosts that browsers trust without https (Secure Contexts, 3.1)."""
_NAMED = 10
"""How many accounts without a link are named in one sentence."""


class Link(NamedTuple):
    """How a reader opens a sealed portal. `reader` None: everybody who is given it."""

    account: str
    reader: str | None
    link: str
    passphrase: str


@dataclass(frozen=True, slots=True)
class Linked:
    """The links of the accounts that were asked for, by account and reader.

    `said` are sentences: why an account has none, and what hinders all. `accounts` is how many there are.
    """

    links: tuple[Link, ...]
    said: tuple[str, ...]
    problems: tuple[Problem, ...]
    content: Content
    accounts: int

    def line_of(self, at: Address) -> str | None:
        """The source line of an address, for excerpts."""
        return line_in(self.content.texts, at)

    def rows(self) -> list[dict[str, str | None]]:
        """The elements of `portalgen links --json` (`cli.md`)."""
        return [link._asdict() for link in self.links]

    def lines(self) -> Iterator[str]:
        """The links for a person: a block for each account, nothing of them cut."""
        for number, (account, links) in enumerate(groupby(self.links, key=lambda link: link.account)):
            if number:
                yield ""
            yield account
            for link in links:
                yield f"  {'everybody' if link.reader is None else _line(link.reader)}"
                yield f"    {link.link}"
                yield f"    passphrase: {link.passphrase}"


def links(settings: Settings, names: Sequence[str], environment: Mapping[str, str]) -> Linked:
    """The links of these accounts, or of all, as the accounts say today who may open their portals.

    Raises `UsageError` where the settings don't say where portals stand, where there is no secret, and
    for an unknown account.
    """
    if not settings.portals_url:
        raise UsageError(
            "the settings don't say where portals are published, so no link can be made; add to portalgen's "
            f"settings in {settings.file.name}: portals_url: https://clients.example.org/",
            Address(settings.file.name),
        )
    secret = known_secret(settings, environment)
    today = build_date(None, environment, settings.timezone)
    # What a build has read is believed; a command that only asks keeps nothing.
    content = Accounts(settings, Cache(None, behind=cache_of(settings, secret))).read()
    wanted = sorted(wanted_of(names, content))
    healthy = {
        name: loaded
        for name in wanted
        if (loaded := content.healthy.get(name)) is not None and loaded.approvals is not UNKNOWN
    }
    shown = Memory(settings).shown(healthy, today)
    found: list[Link] = []
    without: list[_Without] = []
    for name in wanted:
        one = shown.get(name)
        lock = None if one is None or one.seen is None else project.lock(one.account, settings.access)
        if lock is None:
            without.append(_without(name, one, settings, secret))
            continue
        keys = keys_of(secret, name, lock.epoch, lock.readers)
        found += [
            Link(name, reader or None, link_of(settings, keys, reader), keys.passphrase(reader))
            for reader in keys.ways
        ]
    said = list(_one_by_one(without) if names else _together(without))
    if found and not _secure(settings.portals_url):
        said.append(
            "browsers open sealed portals over https alone, and portals_url begins with http: "
            "have the host serve https, and write that address"
        )
    errors = (p for p in content.problems if p.severity == "error")
    problems = tuple(p for p in errors if not names or settings.account_of(p.at.path) in wanted)
    return Linked(tuple(found), tuple(said), problems, content, len(content.reads))


def link_of(settings: Settings, keys: Keys, reader: str) -> str:
    """The access link of a reader of a sealed portal; `""` where the settings don't say where it stands."""
    address = settings.portal_at(keys.address)
    return f"{address}#k={link_text(keys.link(reader))}" if address else ""


def wanted_of(names: Iterable[str], content: Content) -> list[str]:
    """These accounts, each once, or all. Raises `UsageError` for one that there is not."""
    wanted = list(dict.fromkeys(names)) or list(content.reads)
    for name in wanted:
        if name not in content.reads:
            hint = Suggestions()(name, content.reads)
            raise UsageError(f'there is no account "{name}"' + (f"; {hint}" if hint else ""))
    return wanted


class _Without(NamedTuple):
    """An account that has no link: why, and more of it that is the account's own."""

    account: str
    why: str
    more: str = ""


def _without(name: str, one: Shown | None, settings: Settings, secret: bytes) -> _Without:
    if one is None:
        return _Without(name, "its files have errors")
    account = one.account
    if not project.has_portal(account, one.today):
        return _no_portal(account)
    if one.seen is None:
        return _Without(name, "not approved for the client yet", f"; type: portalgen approve {name}")
    address = settings.portal_at(portal_key(secret, name, account.access.epoch))
    if project.mode(account, settings.access) == "host":
        return _Without(name, "not sealed, its host asks who somebody is (access: host)", f": {address}")
    return _Without(name, "not sealed, open to whoever knows its address (access: open)", f": {address}")


def _no_portal(account: Account) -> _Without:
    if account.lifecycle == "proposed":
        return _Without(account.id, "proposed, it has no portal yet")
    if account.lifecycle == "cancelled":
        return _Without(account.id, "cancelled, it has no portal any more")
    return _Without(account.id, "its portal has ended", f" on {account.access.until} (access.until)")


def _one_by_one(without: Iterable[_Without]) -> Iterator[str]:
    for one in without:
        yield f"no access link for {one.account}: {one.why}{one.more}"


def _together(without: Iterable[_Without]) -> Iterator[str]:
    """The same where nobody asked for these accounts: a sentence for each reason."""
    found: dict[str, list[str]] = {}
    for one in without:
        found.setdefault(one.why, []).append(one.account)
    for why, names in found.items():
        rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield f"no access link for {', '.join(names[:_NAMED])}{rest}: {why}"


def _line(text: str) -> str:
    return visible(" ".join(text.split()))


def _secure(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or bool(_LOCAL.fullmatch(parts.hostname or ""))

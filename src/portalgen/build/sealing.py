"""Which portals are sealed, with what, and how those that stand are taken over.

Between the scan, which looks at plain pages, and the disk, which gets sealed ones. What stands sealed is
opened here to be kept: the build has every key, since it makes them. The slow part, wrapping the content
key for each passphrase, is kept in the cache; the wraps are public anyway, and no key is ever kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property, partial
from hashlib import blake2b

from portalgen import project
from portalgen.account import Account
from portalgen.build.job import Job
from portalgen.build.stages import Standing
from portalgen.problems import UsageError
from portalgen.publish import Output
from portalgen.render.page import Parts
from portalgen.render.reader import reader_page
from portalgen.seal import INDEX, Damaged, Keys, keys_of, seal, unseal, wraps
from portalgen.site import Mixed, Unit

WRAPS = "wraps"
_LENGTH = 40


class Seals:
    """The seals of one build. `assets` are the files that portals share, as they are published: the reader
    page vouches for them."""

    def __init__(self, job: Job, output: Output, assets: Mapping[str, bytes]) -> None:
        self._job = job
        self._output = output
        self._assets = assets
        self._keys: dict[str, Keys] = {}
        self._wrapped: dict[bytes, tuple[bytes, ...]] = {}

    def prepare(self, jobs: int = 1) -> None:
        """Have the keys of all portals and the wraps that these want: the slow ones side by side, `jobs` at
        a time."""
        for one in self._job.shown:
            if (lock := self._job.lock(one.account)) is not None and one.seen is not None:
                self._keys[one.id] = self.keys(one.account, lock)
        new = [keys for keys in self._keys.values() if self._kept(keys) is None]
        with ThreadPoolExecutor(jobs) as pool:  # PBKDF2 lets other threads run
            for keys, made in zip(new, pool.map(wraps, new), strict=True):
                self._keep(keys, made)
        self._job.cache.keep(WRAPS, {_name(keys) for keys in self._keys.values()})

    def keys(self, account: Account, lock: project.Lock) -> Keys:
        """The keys of an account's portal."""
        return keys_of(self._job.secret, account.id, lock.epoch, lock.readers)

    def standing(self, account: str, standing: Standing) -> Standing:
        """What stands of an account's portal, as the plain pages that it holds."""
        keys = self._keys.get(account)
        return standing if keys is None or standing is not self._output else _Opened(self._output, keys)

    def sealed(self, unit: Unit) -> Unit:
        """A unit as it is published: a sealed portal sealed, any other as it is."""
        keys = self._keys.get(unit.account) if unit.surface == "portal" else None
        return unit if keys is None else self.close(unit, keys)

    def close(self, unit: Unit, keys: Keys) -> Unit:
        """A portal, sealed; what it keeps stays as it stands."""
        view = self._job.accounts[unit.account].portal
        assert view is not None
        stands = self._output.published.get(unit.name)
        return seal(
            unit,
            keys,
            page=self._page,
            language=view.language,
            wrapped=self._wraps(keys),
            known=stands.sealed if stands is not None else {},
        )

    def staying(self, names: Iterable[str]) -> Iterator[tuple[Unit, str]]:
        """Of the portals that stay as they stand, although nobody could read their accounts, those that are
        sealed and whose reader page would refuse the assets as they are now: each with a page that takes
        them, and what the scan had sought in it.

        One of which something is missing waits until its account can be read.
        """
        for name in sorted(names):
            known = self._output.published[name]
            if known.is_sealed and self._output.whole(name) and self._output.read(name, INDEX) != self._page:
                files = Mixed(known.files, {INDEX: self._page}, partial(self._output.read, name))
                kept = frozenset(known.files.keys() - {INDEX})
                unit = Unit(name, "portal", known.account, files, known.parts, kept, known.sealed)
                yield unit, known.clean

    @cached_property
    def _page(self) -> bytes:
        settings = self._job.settings
        return reader_page(self._assets, settings.contact, settings.language)

    # ---- wraps ------------------------------------------------------------------------------------

    def _wraps(self, keys: Keys) -> tuple[bytes, ...]:
        found = self._kept(keys)
        if found is None:
            found = wraps(keys)
            self._keep(keys, found)
        return found

    def _kept(self, keys: Keys) -> tuple[bytes, ...] | None:
        if keys.content in self._wrapped:
            return self._wrapped[keys.content]
        data = self._job.cache.get(WRAPS, _name(keys))
        if not data or len(data) % _LENGTH:
            return None
        found = tuple(data[at : at + _LENGTH] for at in range(0, len(data), _LENGTH))
        self._wrapped[keys.content] = found
        return found

    def _keep(self, keys: Keys, made: tuple[bytes, ...]) -> None:
        self._wrapped[keys.content] = made
        self._job.cache.put(WRAPS, _name(keys), b"".join(made))


def _name(keys: Keys) -> str:
    """What the cache calls the wraps of these readers: it tells nothing of a key."""
    return blake2b(keys.content, digest_size=16, key=keys.build, person=b"wraps").hexdigest()


class _Opened:
    """A sealed portal that stands, read as the plain one that it holds."""

    def __init__(self, output: Output, keys: Keys) -> None:
        self._output = output
        self._keys = keys

    def parts(self, unit: str) -> Mapping[str, Parts]:
        """What each page was made from, of those that stand."""
        known = self._output.published.get(unit)
        if known is None:
            return {}
        return {path: known.parts[path] for path in self._output.sealed(unit) if path in known.parts}

    def intact(self, unit: str) -> bool:
        """Whether all stand."""
        known = self._output.published.get(unit)
        return known is not None and bool(known.sealed) and self.parts(unit).keys() == known.sealed.keys()

    def read(self, unit: str, path: str) -> bytes:
        """A page. Raises `OSError`, and `UsageError` where what stands is not what was sealed."""
        one = self._output.published[unit].sealed[path]
        try:
            return unseal(self._keys, path, one, self._output.read(unit, one.blob))
        except Damaged as error:
            raise UsageError(
                f"{unit}/{one.blob} is not as it was written; build once with --fresh"
            ) from error

"""Which portals are sealed, with what, and how those that stand are taken over.

Between the scan, which looks at plain pages, and the disk, which gets sealed ones. What stands sealed is
opened here to be kept: the build has every key, since it makes them. The slow part, wrapping the content
key for each passphrase, is kept in the cache; the wraps are public anyway, and no key is ever kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from hashlib import blake2b

from portalgen import project
from portalgen.account import Account
from portalgen.build.job import Job
from portalgen.build.stages import Standing
from portalgen.problems import UsageError
from portalgen.publish import Output
from portalgen.render.page import Parts, digest, digest_of
from portalgen.render.reader import reader_page
from portalgen.seal import Damaged, Keys, keys_of, seal, unseal, wraps
from portalgen.site import Sealed, Unit

WRAPS = "wraps"
_LENGTH = 40


class Seals:
    """The seals of one build. `fresh`: what stands is sealed again, too; the result is the same."""

    def __init__(self, job: Job, output: Output, jobs: int = 1, *, fresh: bool = False) -> None:
        self._job = job
        self._output = output
        self._jobs = jobs
        self._fresh = fresh
        self._keys: dict[str, Keys] = {}
        self._wrapped: dict[bytes, tuple[bytes, ...]] = {}
        self._pages: dict[str, bytes] = {}

    def prepare(self) -> None:
        """Have the keys of all portals and the wraps that these want: the slow ones side by side."""
        for one in self._job.shown:
            if (lock := self._job.lock(one.account)) is not None and one.seen is not None:
                self._keys[one.id] = self.keys(one.account, lock)
        new = [keys for keys in self._keys.values() if self._kept(keys) is None]
        with ThreadPoolExecutor(self._jobs) as pool:  # PBKDF2 lets other threads run
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

    def sealed(self, unit: Unit, assets: Mapping[str, bytes]) -> Unit:
        """A unit as it is published: a sealed portal sealed, any other as it is. `assets` as in `close`."""
        keys = self._keys.get(unit.account) if unit.surface == "portal" else None
        return unit if keys is None else self.close(unit, keys, assets)

    def close(self, unit: Unit, keys: Keys, assets: Mapping[str, bytes]) -> Unit:
        """A portal, sealed; what it keeps stays as it stands. `assets` are the files that portals share, as
        they are published: the reader page vouches for them."""
        view = self._job.accounts[unit.account].portal
        assert view is not None
        stands = {} if self._fresh else self._output.sealed(unit.name)
        return seal(
            unit,
            keys,
            page=self._page(assets),
            language=view.language,
            wrapped=self._wraps(keys),
            known=stands,
        )

    def _page(self, assets: Mapping[str, bytes]) -> bytes:
        settings = self._job.settings
        key = digest_of(
            [settings.contact, settings.language, *(digest(assets[name]) for name in sorted(assets))]
        )
        if key not in self._pages:
            self._pages[key] = reader_page(assets, settings.contact, settings.language)
        return self._pages[key]

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
        one: Sealed = self._output.published[unit].sealed[path]
        try:
            return unseal(self._keys, path, one, self._output.read(unit, one.blob))
        except Damaged as error:
            raise UsageError(
                f"{unit}/{one.blob} is not as it was written; build once with --fresh"
            ) from error

"""From rounds to what the scan wants to know: which terms changed, and which files."""

from __future__ import annotations

from portalgen import project
from portalgen.build.job import Exempt, interface_of, named_cases, own_folders, theme_folders
from portalgen.build.shown import Shown
from portalgen.build.workshop import Round
from portalgen.problems import Address
from portalgen.project import Term
from portalgen.scan import Beat
from portalgen.settings import Settings
from portalgen.site import Surface


class Beats:
    """Compares each round with the one before."""

    def __init__(self) -> None:
        self._shown: dict[str, Shown] = {}
        self._units: frozenset[str] = frozenset()
        self._settings: Settings | None = None
        self._interface: frozenset[str] = frozenset()
        self._exempt: Exempt | None = None
        self._certain = False

    def forget(self) -> None:
        """A round broke off: what it had shown until then, nobody knows."""
        self._certain = False

    def next(self, done: Round, rest: Round) -> Beat:
        """What changed with this round and the rest of it; with the first and after `forget`, everything."""
        job = done.job
        terms: dict[str, tuple[Term, ...]] = {}
        now = dict(job.accounts)
        for name, one in now.items():
            if not self._certain or self._shown.get(name) is not one:
                terms[name] = one.terms
        terms |= dict.fromkeys(self._shown.keys() - now.keys(), ())
        exempt = None
        if done.outside or job.settings is not self._settings:
            self._interface = interface_of(job.settings)
        if not self._certain or job.settings is not self._settings:
            self._settings = job.settings
            exempt = Exempt(theme_folders(job.settings), own_folders(job.settings))
            exempt, self._exempt = (None if exempt == self._exempt else exempt), exempt
            at = Address(job.settings.file.name)
            terms[""] = tuple(project.settings_terms(job.settings.terms, at))
        standing = done.units()
        changed: dict[str, set[str]] = {}
        for path in done.changed | rest.changed:
            unit, inside = _unit(path)
            if unit in standing:
                changed.setdefault(unit, set()).add(inside)
        units: dict[str, tuple[Surface, str, frozenset[str]]] = {
            name: (*standing[name], frozenset(paths)) for name, paths in changed.items()
        }
        for name in standing.keys() - (self._units if self._certain else ()):
            surface, account = standing[name]
            units[name] = (surface, account, done.files(name))
        gone = self._units - standing.keys()
        self._shown, self._units, self._certain = now, frozenset(standing), True
        return Beat(
            terms=terms,
            units=units,
            gone=gone,
            cases=named_cases(job),
            allow=job.settings.allow,
            interface=self._interface,
            exempt=exempt,
        )


def _unit(path: str) -> tuple[str, str]:
    """A path below the preview as its unit and the path in it."""
    parts = path.split("/")
    depth = 2 if parts[0] == "portals" else 1
    return "/".join(parts[:depth]), "/".join(parts[depth:])

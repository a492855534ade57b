"""The loop of `serve`: changes in, rounds out, and who waits for what.

A page request waits for the rebuild that its save began: the watcher counts events, a round says up to
which count it shows the sources, and a request waits for the count at its own beginning. Files are
replaced whole, so what is read meanwhile is never half of anything.
"""

from __future__ import annotations

import gc
import threading
from collections import deque
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path
from time import sleep

from portalgen.build import approving
from portalgen.build.job import pardoned
from portalgen.build.workshop import ALL, Round, Touched, Workshop, touched
from portalgen.clock import build_date
from portalgen.live.beats import Beats
from portalgen.live.desk import Approval, Desk, Refusal, Stale
from portalgen.live.scanning import Scanning
from portalgen.live.server import News
from portalgen.live.telling import before_first, desk_of, lines_of, told_once
from portalgen.live.watch import Watch
from portalgen.load.approvals import UNKNOWN
from portalgen.problems import Address, Problem, UsageError, in_order
from portalgen.render.environment import say
from portalgen.scan import Beat, report
from portalgen.settings import Settings
from portalgen.views import LetterView, Reviewed

_LONGEST_WAIT = 30.0
"""Seconds that a request waits for a round. The first build may take longer, and nobody waits for it."""
_IDLE = 2.0
"""Seconds without a change after which there is time to tidy up."""
_TICK = 20.0
"""Seconds between two looks at the calendar."""
_TURN = 0.001
"""Seconds in which those who waited get their turn, before this thread goes on."""
_OWN = ("portals/", "drafts/", "public/", "internal/accounts/")
"""Where an account's own pages are."""
_REMEMBERED = 64
"""Rounds whose changes are told page by page to a reader that comes back; after more it loads anew."""


class Loop:
    """The project under `serve`. `run` is for one thread, everything else for any."""

    def __init__(
        self,
        workshop: Workshop,
        watch: Watch,
        scanning: Scanning,
        folder: Path,
        environment: Mapping[str, str],
        said: Callable[[tuple[Problem, ...], Mapping[Address, str]], None],
    ) -> None:
        self.folder = folder
        self._workshop, self._watch, self._scanning = workshop, watch, scanning
        self._environment = environment
        self._said = said
        self._beats = Beats()
        self._moved = threading.Condition()
        self._round: Round | None = None
        self._trouble: tuple[Problem, ...] = ()
        self._leaks: list[Problem] = []
        self._ahead = True
        self._version, self._own, self._everything = 0, -1, -1
        self._news: deque[News] = deque(maxlen=_REMEMBERED)
        self._desk: Desk | None = None
        self._letters: dict[str, tuple[LetterView, ...]] = {}
        self._stopping = False

    # ---- the loop ---------------------------------------------------------------------------------

    def run(self) -> None:
        """Build, then follow what changes, until `stop`."""
        # Python's own collector stops everything for as long as it takes to walk a thousand accounts.
        # What the first build made stays for good; the rest is collected when nobody waits.
        gc.disable()
        try:
            self._go(ALL, self._watch.ticket())
            self._workshop.save()
            gc.collect()
            gc.freeze()
            self._follow()
        finally:
            gc.unfreeze()
            gc.enable()

    def _follow(self) -> None:
        tidy = True
        while not self._stopping:
            changes = self._watch.next(_TICK if tidy else _IDLE)
            if changes is not None:
                tidy = False
                self._go(touched(self._workshop.settings, changes.paths), changes.ticket)
            elif not tidy:
                tidy = True
                self._workshop.save()
                gc.collect()
            else:
                self._look_at_calendar()

    def stop(self) -> None:
        """End `run`, and let everybody go who waits."""
        self._stopping = True
        self._watch.wake()
        with self._moved:
            self._moved.notify_all()

    def _go(self, what: Touched, ticket: int) -> None:
        self._ahead = True
        try:
            try:
                beat = self._show(what, ticket)
            except OSError:
                # Somebody may have removed files of the preview; if the disk refuses, it will again.
                self._workshop.begin_anew()
                self._beats.forget()
                beat = self._show(ALL, ticket)
                with self._moved:
                    self._tell(None)  # what was shown before it broke off was never told
        except (UsageError, OSError) as error:
            self._beats.forget()
            self._fail(error, ticket)
            return
        self._said(*self._found())
        self._ahead = False
        self._scanning.follow(beat)

    def _show(self, what: Touched, ticket: int) -> Beat:
        """A round and the rest of it, each told as soon as it is shown; what the scan must hear of it."""
        settings = self._workshop.settings
        done = self._workshop.round(what)
        if self._workshop.settings is not settings:
            # First, so that a save that follows on what is shown now is not missed.
            self._watch.follow(*places(self._workshop.settings))
        self._publish(done, own=ticket)
        sleep(_TURN)
        rest = self._workshop.rest()
        self._publish(rest, own=ticket, everything=ticket, quietly=not rest.changed)
        return self._beats.next(done, rest)

    def _publish(self, done: Round, *, own: int, everything: int = -1, quietly: bool = False) -> None:
        """Tell of a round, and let those go who waited for it. `quietly`: nothing changed with it."""
        with self._moved:
            self._trouble = ()
            self._round = done
            self._own, self._everything = max(self._own, own), max(self._everything, everything)
            if quietly:
                self._moved.notify_all()
            else:
                self._tell(done.changed)

    def _fail(self, error: UsageError | OSError, ticket: int) -> None:
        """A round that could not be made: what is shown stays, and nobody waits for better."""
        self._ahead = False
        with self._moved:
            self._trouble = (_problem(error, self._workshop.settings),)
            self._own, self._everything = max(self._own, ticket), max(self._everything, ticket)
            self._tell(None)
        self._said(*self._found())
        self.scanned()  # if the scan ended meanwhile, nobody has listened

    def _tell(self, changed: frozenset[str] | None) -> None:
        self._desk = None
        self._version += 1
        self._news.append(News(self._version, changed))
        self._moved.notify_all()

    def _look_at_calendar(self) -> None:
        settings = self._workshop.settings
        today = build_date(None, self._environment, settings.timezone)
        if self._round is not None and today != self._round.job.today:
            self._go(Touched(frozenset(), outside=True, settings=False), self._everything)

    def scanned(self) -> None:
        """The scan has something new to say."""
        state, leaks = self._scanning.state
        done = self._round
        if state == "looking" or self._ahead or done is None:
            return  # it may have read pages of a round that it has not heard of; it will look again
        # Reported once, over the texts that it looked at: later ones may not hold the place any more.
        self._leaks = told_once(report(pardoned(done.job, leaks), done.job.content.texts))
        with self._moved:
            self._tell(frozenset())
        self._said(*self._found())

    # ---- what the server asks ---------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """What the desk shows now."""
        with self._moved:
            if self._desk is None:
                self._desk = self._make()
            return self._desk

    def _make(self) -> Desk:
        problems, lines = self._found()
        scan, note = self._scanning.state[0], self._watch.polling
        if scan == "leaks" and not self._leaks:
            scan = "clean"  # all that it found may stand where it does
        if self._round is None:
            return before_first(self._workshop.settings, self._version, problems, lines, note)
        return desk_of(self._round, self._version, problems, lines, scan, note)

    def _found(self) -> tuple[tuple[Problem, ...], Mapping[Address, str]]:
        """All that is wrong now, and the lines that it is about."""
        done = self._round
        texts = done.job.content.texts if done is not None and done.problems else {}
        found = [*self._trouble, *(done.problems if done is not None else ()), *self._leaks]
        return tuple(in_order(found)), lines_of(found, texts, self._workshop.settings.root)

    def settle(self, page: str = "") -> None:
        """Return when every save that was made before the call is shown on a page.

        `page` is its path below the preview; only the pages over all accounts, and the desk (`""`), wait
        for everything.
        """
        if self._round is None:
            return
        ticket = self._watch.ticket()
        own = page.startswith(_OWN)
        with self._moved:
            self._moved.wait_for(
                lambda: self._stopping or (self._own if own else self._everything) >= ticket, _LONGEST_WAIT
            )

    @cached_property
    def approver(self) -> str:
        """The name that an approval has where nobody writes another."""
        return approving.approver(self._workshop.settings)

    def approve(self, account: str, audience: Reviewed, by: str, digest: str) -> Approval:
        """Write down that somebody released what `digest` names. The round that shows it follows.

        Raises `Stale` where something else waits now, or nothing; `Refusal` where it can't be approved.
        """
        self.settle()
        done, settings = self._round, self._workshop.settings
        one = done.job.accounts.get(account) if done is not None else None
        t = say(settings.language)
        if done is None or one is None:
            raise Refusal(t("There is no account “{name}” (any more).", name=account))
        loaded = done.job.content.healthy.get(account)
        if loaded is None or loaded.approvals is UNKNOWN or (audience == "public" and one.survivors):
            raise Refusal(t("Its files have errors; mend them first."))
        held = next((held for held in one.held if held.audience == audience), None)
        if held is None or held.digest != digest:
            raise Stale
        try:
            approved = approving.approve(settings, one, held, by, self._environment)
        except approving.NotApproved as error:
            raise Refusal(str(error)) from error
        if approved.letters:
            self._letters[account] = approved.letters
        return Approval(audience, approved.letters, "; ".join(w.message for w in approved.warnings))

    def letters(self, account: str) -> tuple[LetterView, ...]:
        """What the client may be told of the last approval since `serve` began."""
        return self._letters.get(account, ())

    def news(self, after: int, timeout: float) -> News | None:
        """All that came after a version, waited for; None where nothing came in time."""
        with self._moved:
            self._moved.wait_for(lambda: self._stopping or self._version > after, timeout)
            if self._version <= after:
                return None
            missed = [one for one in self._news if one.version > after]
            if len(missed) < self._version - after:
                return News(self._version, None)
            pages: frozenset[str] = frozenset().union(*(one.pages or () for one in missed))
            whole = any(one.pages is None for one in missed)
            return News(self._version, None if whole else pages)


def places(settings: Settings) -> tuple[list[Path], list[Path]]:
    """The folders and the files that a project is made from."""
    folders = [settings.accounts, settings.approved, settings.docs_dir]
    if settings.brand is not None:
        folders.append(settings.brand)
    return folders, [settings.file]


def _problem(error: UsageError | OSError, settings: Settings) -> Problem:
    if isinstance(error, UsageError):
        at = error.at or Address(settings.file.name)
        return Problem(at, "error", "settings", error.sentence)
    sentence = f"the preview can't be written: {(error.strerror or 'the disk refused').lower()}"
    return Problem(Address(settings.file.name), "error", "preview", sentence, hint="make room on the disk")

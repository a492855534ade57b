"""`portalgen serve`: the pages live while their sources are written, and the AE's desk.

Owns watching (`watch`), the loop (`loop`), the server (`server`) and what the desk shows (`desk`,
`telling`). Builds nothing itself: each save goes through `build`, into the preview. Listens on this
computer alone, writes nothing of the sources but approvals, and leaves the published trees to
`portalgen build`.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType

from portalgen.build import load_settings
from portalgen.build.beside import Beside
from portalgen.build.job import Exempt, own_folders, theme_folders
from portalgen.build.workshop import Workshop
from portalgen.live import server
from portalgen.live.loop import Loop, places
from portalgen.live.scanning import Scanning
from portalgen.live.watch import Watch
from portalgen.problems import Address, Problem, as_text
from portalgen.publish import Preview
from portalgen.settings import Settings

__all__ = ["load_settings", "running", "serve"]

Say = Callable[[str], None]


def serve(
    settings: Settings,
    environment: Mapping[str, str],
    *,
    port: int,
    poll: float | None,
    opened: Callable[[str], None] | None,
    say: Say,
) -> None:
    """Serve until ^C. `say` prints a line, `opened` opens an address in the browser.

    Raises `UsageError` (settings, a port that is taken) and `Locked` (served already).
    """
    ready = running(settings, environment, port=port, poll=poll, say=say)
    with _ended_by_signals(), ready as (loop, address):
        say(f"the desk is at {address} (stop with Ctrl-C)")
        if opened is not None:
            opened(address)
        try:
            loop.run()
        except KeyboardInterrupt:
            say("")


@contextmanager
def running(
    settings: Settings, environment: Mapping[str, str], *, port: int, poll: float | None, say: Say
) -> Iterator[tuple[Loop, str]]:
    """Everything that `serve` needs, ready; what is left is to call the loop's `run`. With the address."""
    with (
        Preview.open(settings) as preview,
        Beside.open(preview.work) as site,
        Watch.open(*places(settings), poll=poll) as watch,
    ):
        workshop = Workshop(settings, environment, preview, site)
        if workshop.made_secret:
            say(workshop.made_secret)
        terminal = _Terminal(say)
        scanning = Scanning(
            preview.folder, Exempt(theme_folders(settings), own_folders(settings)), lambda: loop.scanned()
        )
        loop = Loop(workshop, watch, scanning, preview.folder, environment, terminal.show)
        try:
            with server.serve(loop, port) as served:
                if watch.polling:
                    say(watch.polling)
                yield loop, served.address
        finally:
            loop.stop()
            scanning.close()


class _Terminal:
    """Says problems in the terminal too, when they come and when they go."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._last: tuple[Problem, ...] = ()
        self._lock = threading.Lock()

    def show(self, problems: tuple[Problem, ...], lines: Mapping[Address, str]) -> None:
        """Say what is new among errors and leaks; once there are none any more, that."""
        stopping = tuple(p for p in problems if p.severity in ("error", "leak"))
        with self._lock:
            before, self._last = self._last, stopping
        if fresh := [problem for problem in stopping if problem not in before]:
            self._say(as_text(fresh, lines.get))
        elif before and not stopping:
            self._say("mended")


@contextmanager
def _ended_by_signals() -> Iterator[None]:
    """A polite end (SIGTERM) is as good as ^C."""

    def end(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)

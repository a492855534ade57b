"""`portalgen serve` over a project, in this process: the real watcher, loop, server, scan and MkDocs."""

from __future__ import annotations

import http.client
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from portalgen.live import load_settings, running
from portalgen.live.loop import Loop
from portalgen.problems import Problem
from tests.project import SECRET, Project

ENVIRONMENT = {"PORTALGEN_SECRET": SECRET, "SOURCE_DATE_EPOCH": "1795435200"}
"""The build's date is `tests.project.TODAY`."""


class Live:
    """A project that is served."""

    def __init__(self, project: Project, loop: Loop, address: str, said: list[str]) -> None:
        self.project, self.loop, self.address, self.said = project, loop, address, said

    def get(self, path: str) -> tuple[int, str]:
        """Status and text of an address below the server."""
        connection = http.client.HTTPConnection(urlsplit(self.address).netloc, timeout=30)
        try:
            connection.request("GET", f"/{path}")
            answer = connection.getresponse()
            return answer.status, answer.read().decode("utf-8", "replace")
        finally:
            connection.close()

    def portal(self, account: str, page: str = "") -> tuple[int, str]:
        """A page of an account's portal."""
        return self.get(f"portals/{self.project.key(account)}/{page}")

    def problems(self) -> tuple[Problem, ...]:
        """What the desk says is wrong, once every save is shown."""
        self.loop.settle()
        return self.loop.desk.problems

    def codes(self) -> list[str]:
        """The codes of the errors and leaks."""
        return [p.code for p in self.problems() if p.severity in ("error", "leak")]

    def tree(self) -> dict[str, bytes]:
        """What is shown, once every save is."""
        self.loop.settle()
        folder = self.loop.folder
        return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}

    def wait(self, what: Callable[[], bool], seconds: float = 20) -> bool:
        """Whether something comes true in time: for what follows the pages, as the scan does."""
        until = time.monotonic() + seconds
        while not what():
            if time.monotonic() > until:
                return False
            time.sleep(0.02)
        return True


@contextmanager
def served(project: Project, *, poll: float | None = None) -> Iterator[Live]:
    """Serve a project; entered when its first build is done."""
    settings = load_settings(project.root / "mkdocs.yml")
    said: list[str] = []
    with running(settings, ENVIRONMENT, port=0, poll=poll, say=said.append) as (loop, address):
        thread = threading.Thread(target=loop.run, name="loop")
        thread.start()
        try:
            live = Live(project, loop, address, said)
            assert live.wait(lambda: loop.desk.as_of.year > 1, 60), "the first build did not end"
            yield live
        finally:
            loop.stop()
            thread.join(20)
            assert not thread.is_alive()


def clean(project: Project, folder: Path) -> dict[str, bytes]:
    """What a clean build of the same sources makes."""
    import shutil

    fresh = Project(folder)
    shutil.copytree(project.root / "content", fresh.root / "content", dirs_exist_ok=True)
    shutil.copy(project.root / "mkdocs.yml", fresh.root / "mkdocs.yml")
    return fresh.build().tree()

"""The watcher on real files: nothing that was saved is missed, and nothing that is half-saved is shown."""

from __future__ import annotations

import errno
import os
import random
import shutil
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest
from watchdog.observers import Observer
from watchdog.observers.inotify_c import InotifyFD

from portalgen.live.observed import Observed
from portalgen.live.places import Places
from portalgen.live.watch import Changes, Watch
from tests.live.savings import STYLES, delete_and_create, truncate_and_write

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

PATIENCE = 20.0
"""Seconds after which a test gives up waiting; passing takes a small part of it."""
A_WHILE = 0.25
"""Seconds in which something that must not come would have come."""


class Site:
    """A project's folder."""

    def __init__(self, root: Path) -> None:
        self.root, self.settings = root, root / "mkdocs.yml"
        self.accounts, self.approved = root / "content" / "accounts", root / "content" / "approved"
        self.pages, self.theme = root / "content" / "pages", root / "themes" / "brand"
        self.folders = (self.accounts, self.approved, self.pages, self.theme)
        for folder in self.folders:
            folder.mkdir(parents=True)
        self.settings.write_text("site_name: Agency\n")

    def account(self, number: int) -> Path:
        return self.accounts / f"account-{number}.md"

    def left_behind(self) -> list[str]:
        return [path.name for path in self.root.rglob(".*")]


class Reader:
    """Takes batches as the live loop does, and reads what each names."""

    def __init__(self, watch: Watch) -> None:
        self.watch = watch
        self.batches: list[Changes] = []
        self.read: dict[Path, list[str | None]] = {}
        self._stop = False
        self._news = threading.Condition()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop:
            if changes := self.watch.next(PATIENCE):
                read = {path: content(path) for path in changes.paths}
                with self._news:
                    for path, text in read.items():
                        self.read.setdefault(path, []).append(text)
                    self.batches.append(changes)
                    self._news.notify_all()

    def stop(self) -> None:
        self._stop = True
        self.watch.wake()
        self._thread.join(PATIENCE)
        assert not self._thread.is_alive()

    @property
    def named(self) -> set[Path]:
        return set(self.read)

    def until(self, true: Callable[[], bool]) -> bool:
        """Wait until a batch makes it true; False if none does."""
        with self._news:
            return self._news.wait_for(true, PATIENCE)

    def names(self, *paths: Path) -> bool:
        return self.until(lambda: self.named.issuperset(paths))

    def knows(self, texts: dict[Path, str | None]) -> bool:
        """Whether what was read last, in time, is what was saved last."""
        return self.until(lambda: {path: self.read.get(path, [None])[-1] for path in texts} == texts)


def content(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except (FileNotFoundError, IsADirectoryError):
        return None


@contextmanager
def reading(watch: Watch) -> Iterator[Reader]:
    reader = Reader(watch)
    try:
        yield reader
    finally:
        reader.stop()


def as_on_other_systems(places: Places, tell: object, lost: object) -> Observed:
    """Watchdog's own observer: the way that macOS and Windows go."""
    return Observed(Observer(), places, tell, cookies=True)


class Deaf:
    """A source as on a network drive: it never tells of anything."""

    cookies = ()

    def __init__(self, places: Places, tell: object, lost: object) -> None:
        self.closed = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "site")


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    with Watch.open(site.folders, [site.settings]) as watch:
        yield watch


ALL_WAYS = {
    "native": {},
    "other systems": {"native": as_on_other_systems},
    "polling": {"poll": 0.1},
}
WAYS = ("native", "polling")
"""Those of this system: where folders go and come back, watchdog's own observer of inotify goes wrong."""


def opened(site: Site, way: str) -> AbstractContextManager[Watch]:
    return Watch.open(site.folders, [site.settings], **ALL_WAYS[way])


# Nothing is lost


@pytest.mark.parametrize("style", STYLES, ids=lambda style: style.__name__)
def test_a_save_is_read_whole(site: Site, watch: Watch, style: Callable[[Path, str], None]) -> None:
    path = site.account(1)
    with reading(watch) as reader:
        for number in range(20):
            style(path, f"text {number}")
            assert reader.knows({path: f"text {number}"})
    assert watch.polling == ""


@pytest.mark.parametrize(
    ("way", "edits", "seed"),
    [("native", 500, 1), ("native", 500, 2), ("other systems", 200, 3), ("polling", 120, 4)],
)
def test_no_edit_is_lost(site: Site, way: str, edits: int, seed: int) -> None:
    chance = random.Random(seed)
    for number in range(40):
        site.account(number).write_text("as it was")
    with opened(site, way) as watch, reading(watch) as reader:
        saved: dict[Path, str | None] = {}
        for edit in range(edits):
            path = site.account(chance.randrange(40))
            chance.choice(STYLES)(path, f"edit {edit} {'x' * chance.randrange(3000)}")
            saved[path] = path.read_text()
            if chance.random() < 0.2:
                sleep(chance.random() * 0.02)
        assert reader.knows(saved)
    assert bool(watch.polling) == (way == "polling")


@pytest.mark.parametrize("way", ALL_WAYS)
def test_an_account_that_is_renamed_moved_out_or_moved_in_is_named(
    site: Site, tmp_path: Path, way: str
) -> None:
    before, after, elsewhere = site.account(1), site.account(2), tmp_path / "trash.md"
    before.write_text("text")
    with opened(site, way) as watch, reading(watch) as reader:
        before.rename(after)
        assert reader.knows({before: None, after: "text"})
        after.rename(elsewhere)
        assert reader.knows({after: None})
        elsewhere.rename(before)
        assert reader.knows({before: "text"})


def test_a_burst_is_few_batches(site: Site, watch: Watch) -> None:
    paths = [site.account(number) for number in range(500)]
    with reading(watch) as reader:
        for path in paths:
            path.write_text("text")
        assert reader.names(*paths)
        assert len(reader.batches) <= 10


def test_a_save_while_a_batch_is_built_is_in_the_next(site: Site, watch: Watch) -> None:
    site.account(1).write_text("first")
    first = watch.next(PATIENCE)
    site.account(1).write_text("while building")
    second = watch.next(PATIENCE)
    assert first
    assert second
    assert first.paths == second.paths == {site.account(1)}
    assert second.ticket > first.ticket


# Nothing is half


def test_a_slow_writer_is_waited_for(site: Site, watch: Watch) -> None:
    path, other = site.account(1), site.account(2)
    path.write_text("as it was")
    with reading(watch) as reader:
        assert reader.knows({path: "as it was"})
        with path.open("w") as file:
            file.write("half ")
            file.flush()
            sleep(0.15)
            file.write("and half")
        other.write_text("done")
        assert reader.knows({path: "half and half", other: "done"})
        assert reader.read[path] == ["as it was", "half and half"]


def test_a_file_that_is_kept_open_is_read_when_it_rests(site: Site, watch: Watch) -> None:
    path = site.account(1)
    with reading(watch) as reader, path.open("w") as file:
        file.write("kept open")
        file.flush()
        assert reader.knows({path: "kept open"})


# Folders come and go


@pytest.mark.parametrize("way", WAYS)
def test_files_in_a_folder_that_was_made_just_now_are_read(site: Site, way: str) -> None:
    with opened(site, way) as watch, reading(watch) as reader:
        saved: dict[Path, str | None] = {}
        for number in range(20):
            folder = site.accounts / f"account-{number}" / "files" / "2026"
            folder.mkdir(parents=True)
            for path in (folder / "report.md", folder.parent / "plan.md", folder.parent.parent / "note.md"):
                path.write_text(f"{path.name} {number}")
                saved[path] = f"{path.name} {number}"
        assert reader.knows(saved)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["content", "content/accounts", "content/accounts/acme", "themes"])
def test_a_folder_that_goes_and_comes_back_is_watched_again(site: Site, way: str, name: str) -> None:
    folder, path = site.root / name, site.accounts / "acme" / "updates" / "may.md"
    path = path if name != "themes" else site.theme / "portal.css"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("before")
    with opened(site, way) as watch, reading(watch) as reader:
        shutil.rmtree(folder)
        gone = next(each for each in (*site.folders, site.accounts / "acme") if each.is_relative_to(folder))
        assert reader.names(gone)
        path.parent.mkdir(parents=True)
        path.write_text("made anew")
        assert reader.knows({path: "made anew"})
        folder.rename(site.root / "aside")
        sleep(0.01)
        (site.root / "aside").rename(folder)
        path.write_text("moved away and back")
        assert reader.knows({path: "moved away and back"})
        path.write_text("and watched")
        assert reader.knows({path: "and watched"})


@pytest.mark.parametrize("way", WAYS)
def test_folders_that_do_not_exist_yet_are_watched_when_they_come(site: Site, way: str) -> None:
    shutil.rmtree(site.root / "content")
    shutil.rmtree(site.root / "themes")
    site.settings.unlink()
    with opened(site, way) as watch, reading(watch) as reader:
        saved: dict[Path, str | None] = {site.settings: "site_name: Agency"}
        saved |= {folder / "sub" / "page.md": f"in {folder.name}" for folder in site.folders}
        for path, text in saved.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text or "")
        assert reader.knows(saved)


@pytest.mark.parametrize("way", WAYS)
def test_a_whole_project_may_come_later(site: Site, tmp_path: Path, way: str) -> None:
    site.root.rename(tmp_path / "elsewhere")
    with opened(site, way) as watch, reading(watch) as reader:
        (tmp_path / "elsewhere").rename(site.root)
        assert reader.names(*site.folders, site.settings)
        site.account(1).write_text("text")
        assert reader.knows({site.account(1): "text"})


@pytest.mark.parametrize("way", WAYS)
def test_a_folder_that_is_moved_in_is_read(site: Site, tmp_path: Path, way: str) -> None:
    outside = tmp_path / "acme"
    (outside / "updates").mkdir(parents=True)
    (outside / "updates" / "may.md").write_text("May")
    with opened(site, way) as watch, reading(watch) as reader:
        outside.rename(site.accounts / "acme")
        assert reader.knows({site.accounts / "acme" / "updates" / "may.md": "May"})
        (site.accounts / "acme").rename(outside)
        assert reader.until(lambda: len(reader.read.get(site.accounts / "acme", ())) > 1)
        (outside / "updates" / "may.md").write_text("no longer ours")
        site.account(1).write_text("ours")
        assert reader.knows({site.account(1): "ours"})
        assert reader.read[site.accounts / "acme" / "updates" / "may.md"][0] == "May"


def test_a_theme_behind_a_link_is_watched_and_a_new_link_too(site: Site, tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        folder.mkdir()
    site.theme.rmdir()
    site.theme.symlink_to(one)
    with Watch.open(site.folders, [site.settings]) as watch, reading(watch) as reader:
        (one / "portal.css").write_text("one")
        assert reader.knows({site.theme / "portal.css": "one"})
        site.theme.unlink()
        site.theme.symlink_to(two)
        (two / "portal.css").write_text("two")
        assert reader.knows({site.theme / "portal.css": "two"})


# What is no change


@pytest.mark.parametrize("way", ALL_WAYS)
def test_reading_and_listing_are_no_changes_and_attributes_neither(site: Site, way: str) -> None:
    for number in range(20):
        site.account(number).write_text("text")
    with opened(site, way) as watch:
        texts = [path.read_text() for path in site.accounts.iterdir()]
        for path in site.accounts.iterdir():
            path.chmod(0o600)
        assert watch.next(A_WHILE) is None
    assert len(texts) == 20


@pytest.mark.parametrize("way", WAYS)
def test_what_programs_leave_behind_is_no_change(site: Site, way: str) -> None:
    names = (
        *(
            ".acme.md.swp",
            "4913",
            "acme.md~",
            "#acme.md#",
            ".#acme.md",
            "acme.md___jb_tmp___",
            "acme.md.part",
        ),
        *("~$acme.md", ".DS_Store", "Thumbs.db", "acme.md.crdownload", ".goutputstream-AB12CD", "acme.tmp"),
        *(".git/index", "__pycache__/hooks.pyc", "acme/.hidden/note.md", ".git/refs/heads/main"),
    )
    (site.accounts / "acme").mkdir()
    with opened(site, way) as watch:
        for folder in (site.accounts, site.theme):
            for name in names if folder == site.accounts else names[:-2]:
                (folder / name).parent.mkdir(exist_ok=True, parents=True)
                (folder / name).write_text("text")
        assert watch.next(A_WHILE) is None


@pytest.mark.parametrize("way", ALL_WAYS)
def test_of_a_single_file_s_folder_only_that_name_counts(site: Site, way: str) -> None:
    with opened(site, way) as watch:
        (site.root / "README.md").write_text("text")
        (site.root / "site").mkdir()
        (site.root / "site" / "index.html").write_text("text")
        assert watch.next(A_WHILE) is None
        delete_and_create(site.settings, "site_name: Other")
        changes = watch.next(PATIENCE)
        assert changes
        assert changes.paths == {site.settings}


# Tickets


@pytest.mark.parametrize("way", ["native", "other systems"])
def test_a_ticket_covers_every_save_before_it(site: Site, way: str) -> None:
    with opened(site, way) as watch:
        for number in range(200):
            path = chosen(site, number)
            truncate_and_write(path, f"text {number}")
            ticket, named = watch.ticket(PATIENCE), set()
            while changes := watch.next(PATIENCE):
                named |= changes.paths
                if changes.ticket >= ticket:
                    break
            assert path in named
            assert ticket == watch._settling.count, "there was more to come"
        assert site.left_behind() == []


def chosen(site: Site, number: int) -> Path:
    """A file of each folder in turn, as the events of each must be covered."""
    return (*site.folders, site.root)[number % 5] / ("mkdocs.yml" if number % 5 == 4 else f"{number % 7}.md")


def test_tickets_are_right_for_many_callers_at_once(site: Site, watch: Watch) -> None:
    missed: list[Path] = []

    def save_and_ask(number: int) -> None:
        for round_ in range(20):
            path = site.account(number)
            path.write_text(f"text {round_}")
            ticket = watch.ticket(PATIENCE)
            built = reader.until(lambda: bool(reader.batches) and reader.batches[-1].ticket >= ticket)  # noqa: B023
            if not built or reader.read[path][-1] != f"text {round_}":
                missed.append(path)

    with reading(watch) as reader:
        threads = [threading.Thread(target=save_and_ask, args=[number]) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(PATIENCE)
    assert missed == []
    assert site.left_behind() == []


def test_callers_that_wait_at_the_same_time_share_a_cookie(site: Site, watch: Watch) -> None:
    before = next(watch._names)
    with watch._turn:
        threads = [threading.Thread(target=watch.ticket) for _ in range(10)]
        for thread in threads:
            thread.start()
        while watch._asked < 10:
            sleep(0.001)
    for thread in threads:
        thread.join(PATIENCE)
    assert next(watch._names) - before - 1 == 1


def test_a_ticket_is_a_count_where_no_cookie_can_be_made(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **options: object) -> str:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkdtemp", refuse)
        with Watch.open(site.folders, [site.settings]) as watch:
            assert watch.ticket() == 0
            site.account(1).write_text("text")
            assert watch.next(PATIENCE)
            assert watch.ticket() > 0
    with Watch.open(site.folders, [site.settings]) as watch, monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert watch.ticket() == 0


def test_a_ticket_when_polling_waits_for_nothing(site: Site) -> None:
    with Watch.open(site.folders, [site.settings], poll=60) as watch:
        site.account(1).write_text("text")
        assert watch.ticket(PATIENCE) == 0


# Where events can't be had


def test_a_folder_that_sends_no_events_is_polled(site: Site) -> None:
    with Watch.open(site.folders, [site.settings], native=Deaf) as watch, reading(watch) as reader:
        assert watch.polling == (
            f"{site.accounts} sends no change events (a network drive?), so files are looked at every 0.5 s"
        )
        assert site.left_behind() == []
        site.account(1).write_text("text")
        assert reader.knows({site.account(1): "text"})
        assert site.left_behind() == []


def test_polling_can_be_asked_for(site: Site) -> None:
    with Watch.open(site.folders, [site.settings], poll=0.25) as watch:
        assert watch.polling == "polling was asked for, so files are looked at every 0.25 s"


def test_a_drive_that_others_change_unseen_is_polled(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Places, "remote", lambda places: "9p")
    with Watch.open(site.folders, [site.settings]) as watch:
        assert watch.polling == (
            "changes made on another computer send no events to this one (9p),"
            " so files are looked at every 0.5 s"
        )


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "this computer watches as many folders as it may"),
        (errno.EMFILE, "this computer watches as many folders as it may"),
        (errno.ENOMEM, "the system does not tell of changes (cannot allocate memory)"),
    ],
)
@pytest.mark.parametrize("call", ["add_callback", "_create_inotify_fd"])
def test_where_no_more_can_be_watched_it_polls(
    site: Site, monkeypatch: pytest.MonkeyPatch, call: str, number: int, words: str
) -> None:
    def refuse(*args: object) -> int:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(InotifyFD, call, refuse)
    with Watch.open(site.folders, [site.settings]) as watch:
        assert watch.polling.startswith(words)
        assert watch.polling.endswith(", so files are looked at every 0.5 s")


def test_where_a_new_folder_is_one_too_many_it_polls_from_then_on(
    site: Site, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = InotifyFD.add_callback

    def refuse(reader: InotifyFD, path: bytes, *args: object) -> int:
        if path.endswith(b"one-too-many"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return add(reader, path, *args)

    monkeypatch.setattr(InotifyFD, "add_callback", refuse)
    assert watch.polling == ""
    with reading(watch) as reader:
        folder = site.accounts / "one-too-many"
        folder.mkdir()
        (folder / "note.md").write_text("text")
        assert reader.names(*site.folders, site.settings)
        assert watch.polling.startswith("this computer watches as many folders as it may")
        (folder / "note.md").write_text("changed")
        assert reader.knows({folder / "note.md": "changed"})


def test_when_events_were_lost_everything_is_looked_at(site: Site, watch: Watch) -> None:
    room = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    with reading(watch) as reader:
        with watch._lock:  # the thread that reads events stands still, as on a computer that is too busy
            one, two = site.account(1).open("w"), site.account(2).open("w")
            with one, two:
                for _ in range(room // 2 + 3000):  # the thread holds some thousands
                    os.write(one.fileno(), b"x")
                    os.write(two.fileno(), b"x")
            (site.accounts / "unseen").mkdir()
        assert reader.names(*site.folders, site.settings)
        assert watch.polling == ""
        (site.accounts / "unseen" / "note.md").write_text("text")
        assert reader.knows({site.accounts / "unseen" / "note.md": "text"})


# Beginning and end


@pytest.mark.parametrize("way", ALL_WAYS)
def test_other_folders_can_be_followed(site: Site, way: str) -> None:
    fresh, gone = site.root / "clients", site.accounts
    fresh.mkdir()
    folders, settings = (fresh, *site.folders[1:]), [site.settings]
    with opened(site, way) as watch:
        watch.follow(site.folders, settings)
        assert watch.next(0) is None
        watch.follow(folders, settings)
        changes = watch.next(PATIENCE)
        assert changes
        assert changes.paths == {*folders, *settings}
        (gone / "acme.md").write_text("text")
        (fresh / "acme.md").write_text("text")
        changes = watch.next(PATIENCE)
        assert changes
        assert fresh / "acme.md" in changes.paths
        assert gone / "acme.md" not in changes.paths


def test_what_happened_before_it_was_opened_is_no_change(site: Site) -> None:
    site.account(1).write_text("text")
    with Watch.open(site.folders, [site.settings]) as watch:
        assert watch.next(A_WHILE) is None


def test_waking_makes_one_waiting_call_return(watch: Watch) -> None:
    watch.wake()
    assert watch.next(PATIENCE) is None
    waker = threading.Timer(0.05, watch.wake)
    waker.start()
    begun = monotonic()
    assert watch.next(10 * PATIENCE) is None
    assert monotonic() - begun < PATIENCE
    waker.join()


@pytest.mark.parametrize("way", ALL_WAYS)
def test_nothing_is_left_when_it_ends(
    site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, way: str
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    threads, files = threading.enumerate(), len(list(Path("/proc/self/fd").iterdir()))
    with opened(site, way) as watch:
        site.account(1).write_text("text")
        watch.ticket(PATIENCE)
        assert watch.next(PATIENCE)
    assert threading.enumerate() == threads
    assert len(list(Path("/proc/self/fd").iterdir())) == files
    assert list((tmp_path / "temporary").iterdir()) == []
    assert site.left_behind() == []


def test_it_can_wait_for_nothing(tmp_path: Path) -> None:
    with Watch.open([], []) as watch:
        assert watch.next(0) is None
        assert watch.ticket() == 0

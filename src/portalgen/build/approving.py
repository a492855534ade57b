"""Approving: what is offered, and writing down what somebody released to a client or to the public.

Owns the order in which an approval is written: first the files that it shows, each under its SHA-256,
then the approval itself, in one step, then what no approval shows any more is taken away. So a build
finds the old approval or the new one with all its files, whenever it looks. Refuses to ask anybody
anything (`cli`, `live`).
"""

from __future__ import annotations

import getpass
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from tempfile import NamedTemporaryFile

from portalgen import project
from portalgen.build.linking import link_of, wanted_of
from portalgen.build.shown import Memory, Shown, stranger
from portalgen.clock import build_date
from portalgen.load import Accounts, Approval, Content, Refused, read_approved, read_file
from portalgen.load.approvals import CASE, FILES, PORTAL, UNKNOWN, dump, files_shown
from portalgen.problems import Address, Problem, UsageError, line_in
from portalgen.project import review
from portalgen.render.letter import letter as write
from portalgen.render.terminal import difference_lines, visible
from portalgen.seal import keys_of
from portalgen.secret import portal_key, read_secret
from portalgen.settings import Settings
from portalgen.views import HeldView, LetterView, Reviewed

_LONGEST_NAME = 200
_REVIEW = "to hold changes back until they are approved, write review: [client, public]"


class NotApproved(Exception):
    """Nothing was approved; says why in one sentence."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be approved: the accounts that were asked for, and what is wrong with some of them.

    `shown` are those that have something to approve, with that. `accounts` is how many there are.
    """

    shown: tuple[tuple[Shown, HeldView], ...]
    problems: tuple[Problem, ...]
    content: Content
    accounts: int

    def line_of(self, at: Address) -> str | None:
        """The source line of an address, for excerpts."""
        return line_in(self.content.texts, at)


@dataclass(frozen=True, slots=True)
class Approved:
    """What was written down. `letters` tell the client of it, where there is something to tell.

    Those of a sealed portal hold access links: they go to who approves, and are written nowhere.
    """

    by: str
    letters: tuple[LetterView, ...]
    warnings: tuple[Problem, ...] = ()

    @property
    def said(self) -> Iterator[str]:
        """The letters as the terminal shows them, a text a line."""
        for letter in self.letters:
            made = write(letter)
            whom = ", ".join(letter.to) if len(self.letters) > 1 else "the client"
            yield from ("", f"Tell {visible(whom or 'the other readers')}:", "")
            yield from (visible(made.subject), "", visible(made.body))
            yield from ("", f"As a mail: {made.mailto}", "")


def offer(
    settings: Settings,
    names: Iterable[str],
    audience: Reviewed | None,
    environment: Mapping[str, str],
) -> Offer:
    """What may be approved of these accounts, or of all. Raises `UsageError` for an unknown one, and
    where nothing is reviewed that is asked for."""
    if not settings.review:
        raise UsageError(f"nothing is reviewed in this project; {_REVIEW}")
    if audience is not None and audience not in settings.review:
        word = "portals are" if audience == "client" else "case studies are"
        raise UsageError(f"{word} not reviewed in this project; {_REVIEW}")
    content = Accounts(settings).read()
    wanted = wanted_of(names, content)
    today = build_date(None, environment, settings.timezone)
    healthy = {
        name: loaded
        for name in wanted
        if (loaded := content.healthy.get(name)) is not None and loaded.approvals is not UNKNOWN
    }
    shown = Memory(settings).shown(healthy, today)
    offered = [
        (one, held)
        for one in shown.values()
        for held in one.offered
        if audience in (None, held.audience) and (held.audience == "client" or not one.survivors)
    ]
    public = audience != "client"
    errors = (p for p in content.problems if p.severity == "error")
    problems = [p for p in errors if settings.account_of(p.at.path) in wanted]
    problems += [p for one in shown.values() if public for p in one.survivors]
    return Offer(tuple(offered), tuple(problems), content, len(content.reads))


def approver(settings: Settings) -> str:
    """Who approves if nobody is named: git's user, else the one who is logged in."""
    return _git_user(settings.root) or _login()


def _git_user(folder: Path) -> str:
    command = ("git", "config", "user.name")
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=10, check=False)  # noqa: S603 - no shell, no word of anybody's
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("utf-8", "replace").strip()


def _login() -> str:
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return ""


def named(by: str) -> str:
    """A name as it is written down. Raises `NotApproved` for what is none."""
    name = " ".join(by.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise NotApproved("an approval wants the name of who gives it")
    return name


def lines(held: HeldView, settings: Settings, color: bool, width: int) -> list[str]:
    """What would be released, word by word, for a terminal."""
    return [*difference_lines(held, settings.language, color=color, width=width), ""]


def approve(
    settings: Settings, one: Shown, held: HeldView, by: str, environment: Mapping[str, str]
) -> Approved:
    """Write down that somebody released what an account shows one of its readers.

    Raises `NotApproved` where a file is not as it was when this was looked at, where nobody is named, where
    the disk refuses, or where the project's secret is not as it should be.
    """
    facts, page = (one.own, one.own_page) if held.audience == "client" else (one.own_case, None)
    assert facts is not None
    name, author = PORTAL if held.audience == "client" else CASE, named(by)
    today = build_date(None, environment, settings.timezone)
    try:
        secret = read_secret(settings, environment)
    except UsageError as error:
        raise NotApproved(error.sentence) from error
    folder = settings.approved / one.id
    files = {f.sha256: f.path for part in (facts, page) if part is not None for f in part.files}
    if linked := next((path for path in (folder, folder / FILES) if path.is_symlink()), None):
        raise NotApproved(f"{settings.relative(linked)} is a link to somewhere else; put a folder there")
    try:
        for known, path in files.items():
            _keep(settings, one.id, folder / FILES / known, known, path)
        _write(folder / name, dump(Approval(author, today, facts, page)))
        _tidy(settings, one.id)
    except OSError as error:
        place = settings.relative(folder)
        raise NotApproved(f"{place} can't be written: {error.strerror or error}") from error
    at = Address(f"{settings.relative(folder)}/{name}")
    strange = () if review.is_in_team(one.account, author) else (stranger(at, author),)
    return Approved(author, _letters(settings, one, held, author, secret), strange)


def _keep(settings: Settings, account: str, target: Path, known: str, path: str) -> None:
    """Copy a file that is shown, as it is now, unless that is kept already."""
    if _is_kept(settings, account, known):
        return
    try:
        data = read_file(settings, account, path)
    except Refused as refused:
        raise NotApproved(f"{account}/{path}: {refused.sentence}") from refused
    if sha256(data).hexdigest() != known:
        raise NotApproved(f"{account}/{path} was changed while you looked; look again")
    _write(target, data)


def _is_kept(settings: Settings, account: str, known: str) -> bool:
    try:
        return sha256(read_approved(settings, account, known)).hexdigest() == known
    except Refused:
        return False


def _write(path: Path, data: bytes) -> None:
    """Replace a file in one step."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".", suffix=".new", delete=False) as file:
        file.write(data)
    temporary = Path(file.name)
    try:
        temporary.chmod(0o644)  # it is committed with the accounts
        temporary.replace(path)
    except OSError:
        temporary.unlink(missing_ok=True)
        raise


def _tidy(settings: Settings, account: str) -> None:
    """Remove the files that no approval shows any more, and what an approval that was killed left half."""
    folder, shown = settings.approved / account, files_shown(settings, account)
    if shown is None:
        return
    unshown = (path for path in (folder / FILES).glob("[0-9a-f]*") if path.name not in shown)
    for path in (*unshown, *folder.glob(".*.new"), *(folder / FILES).glob(".*.new")):
        path.unlink(missing_ok=True)


def _letters(
    settings: Settings, one: Shown, held: HeldView, by: str, secret: bytes | None
) -> tuple[LetterView, ...]:
    """What the client may be told after an approval: what of it they see today. None for the public."""
    if held.audience != "client":
        return ()
    later = {u.id for u in one.own.updates if u.date > one.today}
    news = tuple(d for d in held.waiting if not (d.place == "updates" and d.id in later))
    address, links = "", dict[str, str]()
    if settings.portals_url and secret is not None:
        address = settings.portal_at(portal_key(secret, one.id, one.account.access.epoch))
        if (lock := project.lock(one.account, settings.access)) is not None:
            keys = keys_of(secret, one.id, lock.epoch, lock.readers)
            links = {reader: link_of(settings, keys, reader) for reader in keys.ways}
    return review.letters(one.account, settings, address, links, news, by)

"""What several surfaces share: files, prose, figures, milestones, needs."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict

from portalgen.vocabulary import (
    ChangeDecision,
    ChangeType,
    Colour,
    ContactRole,
    DeliverableStatus,
    Direction,
    NeedAction,
    Overall,
    TacticStatus,
    TeamRole,
)

Day = datetime.date
"""A calendar day; named apart because several views have a field `date`."""


class View(BaseModel):
    """A frozen value; unknown fields are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")


_V = TypeVar("_V", bound=View)


class FileRef(View):
    """A file to be published: `path` below the account's folder, its content's hash and size in bytes.

    It is published as `url` below its unit (a portal, a case study, an account of the internal site).
    """

    path: str
    sha256: str
    size: int
    apart: bool = False
    """Another content of the same path is published beside it."""

    @property
    def url(self) -> str:
        """`files/...` stays as it is; what stands elsewhere in the folder goes below `files/_/`."""
        if self.apart:
            return f"files/_{self.sha256[:12]}/{self.path}"
        return self.path if self.path.startswith("files/") else f"files/_/{self.path}"


class Prose(View):
    """Markdown that its reader may see: stretches, each a document of its own, in order.

    `files` maps a link target as written (`files/ad.png`) to the file. `images` or `links` False:
    images, or links that leave the page, are not shown (their text is).
    """

    stretches: tuple[str, ...]
    files: tuple[tuple[str, FileRef], ...] = ()
    images: bool = True
    links: bool = True


class SectionView(View):
    """A section under its own heading."""

    id: str
    title: str
    prose: Prose


class UpdateView(View):
    """A dated update with a permanent address `updates/<id>/`."""

    id: str
    date: Day
    title: str
    prose: Prose


class Target(View):
    """A link of the front matter: either an address (`https:`, `mailto:`, `tel:`) or a file."""

    address: str = ""
    file: FileRef | None = None


class PersonView(View):
    """One of the agency's people."""

    id: str
    name: str
    role: TeamRole | None = None
    email: str | None = None
    phone: str | None = None


class ContactView(View):
    """One of the client's people."""

    id: str
    name: str
    role: ContactRole | None = None


class HealthView(View):
    """What the AE says; `stale_days` is the claim's age in days where it is older than allowed."""

    overall: Overall | None = None
    as_of: Day | None = None
    rationale: str | None = None
    scope: Colour = "unknown"
    schedule: Colour = "unknown"
    quality: Colour = "unknown"
    stale_days: int | None = None


class MilestoneView(View):
    """Promised (`baseline`), agreed, forecast and done; `slip` in calendar days against agreed.

    `slip` is None where nothing can be said, negative where it is early. `moved_by` names the
    approved changes that make the difference between promised and agreed. `passed`: it is not done, and
    the day on which it is expected lies behind us.
    """

    id: str
    title: str
    description: str | None = None
    baseline: Day | None = None
    agreed: Day | None = None
    forecast: Day | None = None
    done: Day | None = None
    slip: int | None = None
    passed: bool = False
    moved_by: tuple[str, ...] = ()

    @property
    def late(self) -> bool:
        """Whether it came, or comes, later than agreed, or than was expected last."""
        return self.passed or (self.slip or 0) > 0

    @property
    def next_date(self) -> Day | None:
        """When it happened or is expected."""
        return self.done or self.forecast or self.agreed


class Timeline(View):
    """The dates of an engagement. `today` is drawn on the timeline."""

    milestones: tuple[MilestoneView, ...] = ()
    start: Day | None = None
    end: Day | None = None
    agreed_end: Day | None = None
    today: Day


class FigureView(View):
    """A number with its day."""

    value: Decimal
    date: Day | None = None


class KpiView(View):
    """A measure with where it began, where it should end and its readings, oldest first.

    `change` is the change from baseline to the last reading in per cent, rounded to one decimal.
    Where the numbers may not be shown (anonymised cases), `change` is all there is.
    """

    id: str
    name: str
    unit: str | None = None
    direction: Direction = "increase"
    baseline: FigureView | None = None
    target: FigureView | None = None
    actual: FigureView | None = None
    readings: tuple[FigureView, ...] = ()
    change: Decimal | None = None
    source: str | None = None
    method: str | None = None


class NeedView(View):
    """What we need from the client; `overdue_days` where its day has passed."""

    id: str
    title: str
    action: NeedAction = "provide"
    due: Day | None = None
    owner: str | None = None
    link: Target | None = None
    done: Day | None = None
    overdue_days: int | None = None


class DeliverableView(View):
    """Something that the client gets."""

    id: str
    title: str
    status: DeliverableStatus = "planned"
    due: Day | None = None
    version: str | None = None
    link: Target | None = None
    round: int | None = None
    round_limit: int | None = None
    approved_by: str | None = None
    approved_on: Day | None = None


class DecisionView(View):
    """What was decided."""

    id: str
    title: str
    date: Day | None = None
    decision: str | None = None
    context: str | None = None
    consequences: str | None = None
    decided_by: str | None = None


class ChangeRequestView(View):
    """A change request with its effect on the dates; `affects` are titles, `end` True for the end."""

    id: str
    title: str
    type: ChangeType = "request_for_change"
    raised_by: str | None = None
    raised_on: Day | None = None
    schedule_days: int | None = None
    cost: Decimal | None = None
    affects: tuple[str, ...] = ()
    affects_end: bool = False
    decision: ChangeDecision = "pending"
    decided_on: Day | None = None


class ScopeView(View):
    """What is in, what is out, and what expectations were settled to (`wordings`)."""

    inside: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    constraints: tuple[str, ...] = ()
    wordings: tuple[str, ...] = ()
    risks: tuple[str, ...] = ()


class TacticView(View):
    """A suggestion of ours."""

    id: str
    title: str
    rationale: str | None = None
    status: TacticStatus
    proposed_on: Day | None = None


class ResponsibilityView(View):
    """A row of the RACI chart."""

    activity: str
    responsible: tuple[str, ...] = ()
    accountable: str | None = None
    consulted: tuple[str, ...] = ()
    informed: tuple[str, ...] = ()


class HoursView(View):
    """Hours agreed and used."""

    budget: Decimal | None = None
    used: Decimal | None = None


ChangeKind = Literal["update", "milestone", "decision", "change_request"]


class ChangeView(View):
    """One line of "What changed": the day, what kind of thing, its title, and its page in the portal.

    `page` is relative to the portal's root and may carry an anchor (`updates/2026-11-20-ads/`).
    `key` tells the browser whether the reader has seen it; it changes when the line does. `slip` is a
    milestone's, `by` says who took a decision, `decision` what became of a change request.
    """

    date: Day
    kind: ChangeKind
    title: str
    page: str
    key: str
    slip: int | None = None
    by: str | None = None
    decision: ChangeDecision | None = None


def change_key(kind: ChangeKind, day: Day, title: str, page: str) -> str:
    """The key of a line of "What changed": short, and of nothing but what the line says."""
    return hashlib.sha256(f"{kind}\0{page}\0{day}\0{title}".encode()).hexdigest()[:16]


def files_of(view: View) -> dict[str, FileRef]:
    """Every file that a view shows, by its `url` below the unit: what is published with it."""
    found: dict[str, FileRef] = {}
    _collect(view, found)
    return found


def images_of(view: View) -> frozenset[FileRef]:
    """The files among `files_of` that a page may show as an image, and not only link to."""
    return frozenset(_drawn(view))


def _drawn(value: object) -> Iterator[FileRef]:
    if isinstance(value, FileRef):
        yield value
    elif isinstance(value, Prose):
        if value.images and any("![" in text or "<img" in text.lower() for text in value.stretches):
            yield from (file for _, file in value.files)
    elif isinstance(value, View | tuple) and not isinstance(value, Target):
        for inner in value if isinstance(value, tuple) else value.__dict__.values():
            if isinstance(inner, View | tuple):
                yield from _drawn(inner)


def set_apart(view: _V, others: Mapping[str, str]) -> _V:
    """The view with addresses of their own for files of which `others` (SHA-256 by path) have another
    content: what was approved for one reader and for another need not be the same."""
    made: _V = _apart(view, others)
    return made


def _apart(value: Any, others: Mapping[str, str]) -> Any:
    if isinstance(value, FileRef):
        other = others.get(value.path, value.sha256)
        return value if other == value.sha256 else value.model_copy(update={"apart": True})
    if isinstance(value, View):
        changed = {
            name: made
            for name, inner in value.__dict__.items()
            if isinstance(inner, View | tuple) and (made := _apart(inner, others)) is not inner
        }
        return value.model_copy(update=changed) if changed else value
    if isinstance(value, tuple):
        made = tuple(_apart(inner, others) for inner in value)
        return value if all(a is b for a, b in zip(made, value, strict=True)) else made
    return value


def _collect(value: object, found: dict[str, FileRef]) -> None:
    if isinstance(value, FileRef):
        found[value.url] = value
    elif isinstance(value, View):
        for inner in value.__dict__.values():
            if isinstance(inner, View | tuple):
                _collect(inner, found)
    elif isinstance(value, tuple):
        for inner in value:
            if isinstance(inner, View | tuple):
                _collect(inner, found)

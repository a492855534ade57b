"""Review: what waits for somebody's approval, and the letter that tells the client of it."""

from __future__ import annotations

from typing import Literal

from portalgen.views.pieces import Day, View

Reviewed = Literal["client", "public"]
"""Who reads what is reviewed: the client its portal, the public a case study."""


class DifferenceView(View):
    """One thing that a reader would see otherwise once it is approved.

    `place` is the list or the mapping of the account that it stands in, by its key (`milestones`,
    `health`, `updates`, `sections`; `""` for the account itself), `id` and `title` are those of the
    item (`""` where it is none), `field` is the key of the field (`forecast`, `text`). `before` is what
    the reader sees now, None where it is new; `after` what is to be approved, None where it is gone.
    Texts are as written; days and numbers as in the account's file; `choice` says that they are words
    of an enumeration, to be translated.
    """

    place: str
    id: str = ""
    title: str = ""
    field: str
    before: str | None = None
    after: str | None = None
    choice: bool = False


class HeldView(View):
    """What waits for approval for one kind of reader of one account; never without differences.

    `approved_by` and `approved_on` are None where nothing has been approved yet: then that reader sees
    nothing at all. `digest` names the state that would be approved.
    """

    account: str
    client: str
    title: str
    audience: Reviewed
    approved_by: str | None = None
    approved_on: Day | None = None
    differences: tuple[DifferenceView, ...]
    digest: str

    @property
    def first(self) -> bool:
        """Whether nothing has been approved yet."""
        return self.approved_on is None

    @property
    def waiting(self) -> tuple[DifferenceView, ...]:
        """The differences that need approval; the others are things that are gone already."""
        return tuple(d for d in self.differences if d.after is not None)

    @property
    def count(self) -> int:
        """How many things wait: items and lone fields, not the fields of one item."""
        return len({(d.place, d.id or d.title or d.field) for d in self.waiting})


class LetterView(View):
    """What the AE tells the client after an approval, in the client's language.

    `to` are addresses, `greeted` the first names of those people. `address` is the portal's, `""` where
    the settings do not say where portals stand. `opening` says what it wants beyond: nothing (`plain`); it
    is an access link and opens a sealed portal (`link`); it opens with a link or passphrase that the
    readers have (`theirs`). `news` are the differences that were approved.
    """

    language: str
    agency: str
    client: str
    title: str
    to: tuple[str, ...] = ()
    greeted: tuple[str, ...] = ()
    sender: str = ""
    address: str = ""
    opening: Literal["plain", "link", "theirs"] = "plain"
    news: tuple[DifferenceView, ...] = ()

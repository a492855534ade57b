"""One account on its way out: what may be shown of it to whom, and all its views.

Each view is made when it is first asked for, and once; a process that builds again keeps those of
accounts that did not change (`Memory`), so that nothing is projected twice. Owns how review, consent
and taking back come together; refuses to decide any of them (`project`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date
from functools import cached_property, partial

from portalgen import project
from portalgen.account import Account
from portalgen.cache import NONE, Cache
from portalgen.load import Approval, Approvals, Loaded
from portalgen.load.approvals import CASE, PORTAL, UNKNOWN, differ_in_order, digest
from portalgen.load.approvals import NONE as NO_APPROVALS
from portalgen.problems import Address, Problem
from portalgen.project import consent, review
from portalgen.project.say import English
from portalgen.render.environment import say
from portalgen.render.page import digest_of
from portalgen.render.pictures import Shape
from portalgen.render.proses import Proses
from portalgen.settings import Settings
from portalgen.views import (
    BriefView,
    CaseStudyView,
    EventView,
    FileRef,
    HeldView,
    PortalView,
    PortfolioRow,
    Reviewed,
    set_apart,
)

PROSE = "prose"


class Shown:
    """One account on its way out on one day. `before` is set where a failed build may only take back: the
    same account as it was released.

    What its readers may be shown are facts: of the account as it is, or where that is reviewed, of what
    was approved less what was taken back since. Never changed once it is made; its views are kept, since
    most of them are wanted again.
    """

    def __init__(
        self,
        account: Account,
        settings: Settings,
        today: date,
        places: Mapping[str, Address] | None = None,
        approvals: Approvals = NO_APPROVALS,
        before: Shown | None = None,
        proses: Proses | None = None,
    ) -> None:
        self.id = account.id
        self.account = account
        self.settings = settings
        self.today = today
        self.places = places or {}
        self.approvals = approvals
        self.before = before
        self.proses = proses or Proses()
        self.shapes: dict[FileRef, Shape] = {}  # of its images, as far as somebody asked

    def on(self, today: date) -> Shown:
        """The same account on another day."""
        return Shown(
            self.account, self.settings, today, self.places, self.approvals, self.before, self.proses
        )

    # ---- what may be shown

    @cached_property
    def seen(self) -> Account | None:
        """What the client may be shown; None where there is no portal on this day, or none is approved."""
        approval, reviewed = self.approvals.portal, "client" in self.settings.review
        if not project.has_portal(self.account, self.today) or (reviewed and approval is None):
            return None
        if self.before is not None:
            then = self.before
            return project.kept_portal(then.seen, self.own, self.account, then.account) if then.seen else None
        if not reviewed or approval is None or differ_in_order(approval.facts, self.own):
            return self.own
        return project.kept_portal(approval.facts, self.own, self.account)

    @cached_property
    def own(self) -> Account:
        """What the client would be shown of the account as it is."""
        return project.portal_facts(self.account)

    @cached_property
    def seen_case(self) -> Account | None:
        """What the public may be shown as far as review goes, whatever the consent."""
        before = self.before.seen_case if self.before is not None else None
        approval = self.approvals.case
        return self._case("public", approval.facts if approval else None, before)

    @cached_property
    def page_case(self) -> Account | None:
        """The same for the client's page about what is or would be published."""
        if not consent.shows_case(self.account):
            return None
        before = self.before.page_case if self.before is not None else None
        approval = self.approvals.portal
        return self._case("client", approval.case if approval else None, before)

    def _case(self, audience: Reviewed, approved: Account | None, before: Account | None) -> Account | None:
        reviewed = audience in self.settings.review
        if reviewed and approved is None:
            return None
        if self.before is not None:
            then = self.before.account
            return project.kept_case(before, self.own_case, self.account, then) if before else None
        own = self.own_case
        if not reviewed or approved is None or (own is not None and differ_in_order(approved, own)):
            return own
        return project.kept_case(approved, own, self.account)

    @cached_property
    def own_case(self) -> Account | None:
        """What the public would be shown of the account as it is."""
        return project.case_facts(self.account)

    @cached_property
    def own_page(self) -> Account | None:
        """The same for the client's page about it."""
        return self.own_case if consent.shows_case(self.account) else None

    # ---- views

    @cached_property
    def case(self) -> CaseStudyView | None:
        """What prospects see; None where nothing is public on this day."""
        now = self.before.account if self.before is not None else self.account
        if any(project.why_not_public(one, self.today, English()) for one in (self.account, now)):
            return None
        return project.case_view(self.seen_case, self.settings) if self.seen_case else None

    @cached_property
    def portal(self) -> PortalView | None:
        """What its client sees; None where there is no portal on this day."""
        if self.seen is None:
            return None
        public, page = self.case, self.page_case
        shown = public or (project.case_view(page, self.settings) if page else None)
        if shown is not None:
            shown = set_apart(shown, {file.path: file.sha256 for file in self.seen.files})
        published = project.published_case(self.account, self.seen, shown, public=public is not None)
        return project.portal(self.seen, published, self.settings, self.today)

    @cached_property
    def offered(self) -> tuple[HeldView, ...]:
        """What may be approved: what waits, what has gone since it was approved, and a case study whose
        client has not consented yet."""
        found = (self._held_from_client(), self._held_from_public())
        return tuple(one for one in found if one is not None)

    @cached_property
    def held(self) -> tuple[HeldView, ...]:
        """What waits for approval, and for nothing else."""
        consented = consent.in_force(self.account, self.today)
        waiting = (one for one in self.offered if one.first or one.waiting)
        return tuple(one for one in waiting if one.audience == "client" or consented)

    def _held_from_client(self) -> HeldView | None:
        if "client" not in self.settings.review or not project.has_portal(self.account, self.today):
            return None
        approval, now, page = self.approvals.portal, self.own, self.own_page
        if approval is not None and (approval.facts, approval.case) == (now, page):
            return None
        shown = (self.seen, self.page_case)
        return review.held(self.account, "client", approval, shown, (now, page), digest(now, page))

    def _held_from_public(self) -> HeldView | None:
        approval, now = self.approvals.case, self.own_case
        if (
            "public" not in self.settings.review
            or now is None
            or project.case_view(now, self.settings) is None
        ):
            return None
        if approval is not None and approval.facts == now:
            return None
        shown = (self.seen_case, None)
        return review.held(self.account, "public", approval, shown, (now, None), digest(now))

    @cached_property
    def draft(self) -> Shown | None:
        """The account as if all that waits were approved; None where nothing waits for the client."""
        if not any(one.audience == "client" for one in self.held):
            return None
        approvals = Approvals(
            Approval("", self.today, self.own, self.own_page),
            Approval("", self.today, self.own_case) if self.own_case else None,
        )
        return Shown(
            self.account, self.settings, self.today, self.places, approvals, self.before, self.proses
        )

    @cached_property
    def row(self) -> PortfolioRow:
        """Its row in the portfolio."""
        translate = say(self.settings.language)
        state = project.case_state(self.account, self.settings, self.today, translate, self.seen_case)
        told = None
        if "client" in self.settings.review and project.has_portal(self.account, self.today):
            told = self.seen or self.own.model_copy(update={"updates": ()})
        return project.row(
            self.account,
            self.settings,
            self.today,
            translate,
            state,
            self.held,
            told,
            portal=self.seen is not None,
        )

    @property
    def why_gone(self) -> str:
        """Why something of it that was published may have gone, or `""`."""
        if why := self.row.case.why:
            return why
        if not project.has_portal(self.account, self.today):
            return f"the account is {self.account.lifecycle} or its portal has ended"
        return "" if self.seen is not None else "nothing is approved for the client"

    @cached_property
    def events(self) -> tuple[EventView, ...]:
        """Its dated things."""
        return tuple(project.events(self.account))

    @cached_property
    def brief(self) -> BriefView:
        """Everything about it."""
        return project.brief(self.account, self.settings, self.today, self.row)

    @cached_property
    def terms(self) -> tuple[project.Term, ...]:
        """What must not be found where it may not stand."""
        home = self.settings.relative(self.settings.accounts)
        client, public = self.approvals.portal, self.approvals.case
        as_approved = {
            "client": client is not None and (client.facts, client.case) == (self.own, self.own_page),
            "public": public is not None and public.facts == self.own_case,
        }
        # What is approved, not what is made of it: the scan is the second gate, and believes no other.
        found = project.terms(
            self.account,
            self.places,
            self.today,
            home,
            tuple(facts for facts in (client.facts, client.case) if facts) if client else (),
            (public.facts,) if public else (),
            reviewed=[one for one in self.settings.review if not as_approved[one]],
        )
        return tuple(found)

    @cached_property
    def strangers(self) -> tuple[Problem, ...]:
        """Approvals by somebody who is not in the team: a slip, or nobody's to give."""
        folder = f"{self.settings.relative(self.settings.approved)}/{self.id}"
        files = ((PORTAL, self.approvals.portal), (CASE, self.approvals.case))
        return tuple(
            stranger(Address(f"{folder}/{name}"), approval.by)
            for name, approval in files
            if approval is not None and not review.is_in_team(self.account, approval.by)
        )

    @cached_property
    def survivors(self) -> tuple[Problem, ...]:
        """Where an anonymised case names its client, found before anything is dropped from it."""
        home = self.settings.relative(self.settings.accounts)
        return tuple(
            Problem(
                self.place(one.field)
                or Address(f"{home}/{one.file or self.account.id + '.md'}", one.line or 1),
                "leak",
                "anonymised-names-client",
                "this anonymised case study names its client (name, alias, domain or contact)",
                one.field,
                "write it without anything that tells who the client is",
            )
            for one in project.survivors(self.account)
        )

    def place(self, field: str) -> Address | None:
        """Where a field stands, or the field around it."""
        while field and field not in self.places:
            field = field.rpartition(".")[0]
        return self.places.get(field) if field else None

    def taken_back(self, then: Shown) -> CaseStudyView | None:
        """What prospects may still see of a case as it was shown, less what was taken back since."""
        now = Shown(self.account, self.settings, self.today, approvals=self.approvals, before=then)
        return now.case

    @cached_property
    def urgency(self) -> tuple[int, int, str, str]:
        """Its place in the portfolio."""
        return project.urgency(self.row)

    @cached_property
    def digests(self) -> tuple[str, str]:
        """Of its row and of its events: what the pages over all accounts are made from."""
        return digest_of(self.row), digest_of(self.events)


def stranger(at: Address, by: str) -> Problem:
    """The warning about an approval by somebody who is nobody in the team."""
    return Problem(
        at,
        "warning",
        "approved-by-stranger",
        f'"{by}" approved this, and nobody in the team has that name',
        "approved_by",
        "approve with --by and a name from team, or add them to it",
    )


class Memory:
    """What one process keeps from build to build: the views of accounts that did not change."""

    def __init__(
        self,
        settings: Settings,
        cache: Cache = NONE,
        released: Callable[[str], Approvals] = lambda name: NO_APPROVALS,  # noqa: ARG005
    ) -> None:
        self.cache = cache
        self._settings = settings
        self._released = released
        self._today = date.min
        self._shown: dict[str, Shown] = {}
        self._proses: dict[str, Proses] = {}

    def shown(
        self, accounts: Mapping[str, Loaded], today: date, touched: frozenset[str] | None = None
    ) -> dict[str, Shown]:
        """These accounts with their views: those they had, where account and day are the same.

        `touched` are those that may be others than the last time; None: any. Accounts that were shown
        before and are not among these are kept for `last`. Where what is approved can't be read, it is
        what was approved when it last could, or when the account was released.
        """
        before = self._shown if today == self._today else {}
        found = {}
        if touched is not None and before.keys() == accounts.keys():
            found = dict(before)
            accounts = {name: accounts[name] for name in touched & accounts.keys()}
        for name, loaded in accounts.items():
            known = before.get(name)
            account, approvals = loaded.account, loaded.approvals
            if approvals is UNKNOWN:
                approvals = known.approvals if known is not None else self._released(name)
            if known is None or known.account is not account or known.approvals is not approvals:
                proses = self._proses.setdefault(name, Proses(partial(self.cache.get, PROSE, name)))
                known = Shown(account, self._settings, today, loaded.places, approvals, proses=proses)
            found[name] = known
        if before is not self._shown:
            self._shown = {name: one.on(today) for name, one in self._shown.items()}
        self._shown |= found
        self._today = today
        return found

    def last(self, name: str) -> Shown | None:
        """An account that can't be read now, as it was when it last could."""
        return self._shown.get(name)

    def keep(self, names: Iterable[str]) -> None:
        """Forget all other accounts."""
        for name in self._shown.keys() - set(names):
            del self._shown[name]
        for name in self._proses.keys() - self._shown.keys():
            del self._proses[name]

    def save(self) -> None:
        """Keep the prose that was rendered."""
        for name, proses in self._proses.items():
            if proses.changed:
                self.cache.put(PROSE, name, proses.dump())
        self.cache.keep(PROSE, self._proses.keys())

"""The client's portal: `PortalView` -> its pages, calendar and feed.

A calm letter: the status sentence first, then what we need, what changed, what comes next. Owns which
pages there are; a page with nothing to say does not exist and is in no menu. Between them the pages
show every field of the view.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Any, NamedTuple, cast
from urllib.parse import quote

from markupsafe import Markup

from portalgen.render import changes, charts, results
from portalgen.render.calendars import Entry, FeedEntry, calendar, feed
from portalgen.render.environment import environment, locale_of, say
from portalgen.render.house import PLAIN
from portalgen.render.house import page as whole_page
from portalgen.render.house import parts as parts_with
from portalgen.render.page import (
    Page,
    Reading,
    Wanted,
    common_parts,
    digest,
    digest_of,
    folder_page,
    parts_of,
    root_of,
)
from portalgen.render.pictures import Look, Pictures, no_shape
from portalgen.render.proses import Proses
from portalgen.settings import House
from portalgen.views import (
    CaseStudyView,
    ChangeRequestView,
    ChangeView,
    FileRef,
    KpiView,
    MilestoneView,
    NeedView,
    PortalView,
    Prose,
    UpdateView,
    change_key,
)
from portalgen.vocabulary import Lifecycle, Overall


def wanted(
    view: PortalView,
    *,
    assets: str,
    identity: str,
    proses: Proses | None = None,
    house: House = PLAIN,
    look: Look = no_shape,
    sealed: bool = False,
) -> dict[str, Wanted]:
    """All pages of a portal by path, each with what it may read; but not the files that it links to.

    `assets` is the way from the portal's root to the shared files. `identity` is a text that names
    this portal and no client (its key): feeds and calendars make their ids of it. `proses` is the
    account's prose as far as it was rendered before, `house` what the agency adds to our pages, `look` what
    its images are like. A portal that will be `sealed` has no feed: no feed reader could open it.
    """
    kept, pictures = Proses() if proses is None else proses, Pictures(look, _COLUMN)
    menu = list(_menu(view))
    addresses = {address for address, _ in menu}
    calendar_there = any(True for _ in _dated(view))
    feed_there = bool(view.updates) and not sealed
    addresses |= ({"calendar"} if calendar_there else set()) | ({"feed"} if feed_there else set())
    around = {"menu": digest(repr((menu, sorted(addresses), assets)))}
    common = parts_with(house)
    parts = {**common, **parts_of(view), **around}
    frame = frozenset((*common, *around, "language"))

    def page(address: str, heading: str, template: str, update: _Update | None = None) -> Page:
        seen, root = Reading(view), root_of(address)
        html = whole_page(
            view.language, f"portal/{template}.html", house,
            v=seen, p=_Kit(cast("PortalView", seen), kept, pictures), update=update, here=address,
            heading=heading or seen.title, pages=menu, addresses=tuple(sorted(addresses)), root=root,
            assets=root + assets,
        )  # fmt: skip
        return folder_page(address, html, frame | seen.read | ({_ONE} if update else set()))

    found = {
        f"{address}index.html": Wanted(parts, partial(page, address, label if address else "", "page"))
        for address, label in menu
    }
    for own in _updates(view):
        address = f"updates/{own.one.id}/"
        found[f"{address}index.html"] = Wanted(
            {**parts, _ONE: digest_of([own.one, *own.beside])},
            partial(page, address, own.one.title, "page", own),
        )
    found["print/index.html"] = Wanted(parts, partial(page, "print/", "", "print"))
    identified = {**parts, "address": digest(identity)}
    if calendar_there:
        found["calendar.ics"] = Wanted(identified, partial(_calendar, view, identity))
    if feed_there:
        found["feed.xml"] = Wanted(identified, partial(_feed, view, identity, _Kit(view, kept, pictures)))
    return found


_COLUMN = "(max-width: 43rem) calc(100vw - 2.5rem), 40rem"
"""How wide the letter's column is."""
_ONE = "the update"
"""The part of an update's own page that is the update, and the titles of those before and after it."""


class _Update(NamedTuple):
    """An update for a page of its own. `beside` are the next newer and older one: id and title."""

    one: UpdateView
    beside: tuple[tuple[str, str] | None, tuple[str, str] | None]

    @property
    def key(self) -> str:
        """By which the index knows that it was read here."""
        return change_key("update", self.one.date, self.one.title, f"updates/{self.one.id}/")


def _updates(view: PortalView) -> Iterator[_Update]:
    found = view.updates
    names = (None, *((u.id, u.title) for u in found), None)
    for number, one in enumerate(found):
        yield _Update(one, (names[number], names[number + 2]))


def pages(view: PortalView, *, assets: str, identity: str) -> Iterator[Page]:
    """All of `wanted`, made."""
    return (one.make() for one in wanted(view, assets=assets, identity=identity).values())


def _menu(view: PortalView) -> Iterator[tuple[str, str]]:
    """The portal's pages in the order of the menu: address and label."""
    scope, line, t = view.scope, view.timeline, say(view.language)
    wanted = (
        ("", t("Home"), True),
        ("timeline/", t("Timeline"), bool(line.milestones or line.start or line.end)),
        ("updates/", t("Updates"), bool(view.updates)),
        ("deliverables/", t("Deliverables"), bool(view.deliverables)),
        ("results/", t("Results"), bool(view.kpis)),
        (
            "scope/",
            t("Scope and changes"),
            any(
                (
                    scope.inside, scope.outside, scope.assumptions, scope.constraints, scope.wordings,
                    scope.risks, view.change_requests, view.decisions, view.tactics, view.findings,
                    _Kit(view).facts(),
                )
            ),
        ),
        ("people/", t("People"), bool(view.team or view.contacts or view.raci)),
        ("case-study/", t("What we publish about you"), view.case is not None),
    )  # fmt: skip
    return ((address, label) for address, label, there in wanted if there)


def _dated(view: PortalView) -> Iterator[Entry]:
    """What has a day, for a calendar of the reader's own: there each says whose it is."""
    whose = say(view.language)("{title}, with {agency}", title=view.title, agency=view.agency)
    word = environment(view.language).filters["word"]
    for one in view.timeline.milestones:
        if one.next_date:
            said = (one.description, whose)
            yield Entry(f"milestone/{one.id}", one.next_date, one.title, "\n\n".join(filter(None, said)))
    for need in view.needs:
        if need.due and need.done is None:
            asked = ": ".join(filter(None, (word(need.action), need.owner)))
            yield Entry(f"need/{need.id}", need.due, need.title, f"{asked}\n\n{whose}")


def _calendar(view: PortalView, identity: str) -> Page:
    read = frozenset((*common_parts(), "address", "title", "agency", "language", "timeline", "needs"))
    return Page("calendar.ics", calendar(view.title, _dated(view), identity), read)


def _feed(view: PortalView, identity: str, kit: _Kit) -> Page:
    entries = (
        FeedEntry(u.id, u.date, u.title, f"updates/{u.id}/", str(kit.prose(u.prose, "", f"u_{u.id}", 2)))
        for u in view.updates
    )
    read = frozenset((*common_parts(), "address", "title", "agency", "language", "updates"))
    made = feed(view.title, f"urn:portalgen:{identity}", "./", entries, view.language, view.agency)
    return Page("feed.xml", made, read)


_AT_REST: dict[Lifecycle, Overall] = {"on_hold": "on_hold", "completed": "complete"}
_MOVING = ("on_track", "at_risk", "off_track")
_DELIVERED = ("ready", "client_review", "approved")
_NUMBER = re.compile(r"[0-9\s+\-.()]+")
"""A telephone number as people write it."""


def _one_line(text: str) -> str:
    """A title as a mail's subject can hold it: RFC 6068 allows no line break there."""
    return " ".join(text.split())


class _Kit:
    """What the templates ask for beyond the view: drawings, sentences, prose."""

    def __init__(
        self, view: PortalView, proses: Proses | None = None, pictures: Pictures | None = None
    ) -> None:
        self.view = view
        self._proses = proses or Proses()
        self._pictures = pictures or Pictures()
        self.say = say(view.language)

    def img(self, file: FileRef, alt: str, **how: Any) -> Markup:
        return self._pictures.img(file, alt, **how)

    def prose(self, prose: Prose, root: str, prefix: str, under: int) -> Markup:
        how = {"root": root, "prefix": prefix, "under": under, "language": self.view.language}
        return self._proses.html(prose, self._pictures, **how)

    def timeline(self) -> Markup:
        return charts.timeline(self.view.timeline, self.view.language)

    def trend(self, kpi: KpiView, ids: str, *, below: bool = True) -> Markup:
        """A measure's trend, which says where its table is: `below` it, or on the page of results."""
        t = self.say
        where = t("The figures are in the table below.") if below else self._elsewhere(t("Results"))
        return charts.trend(kpi, self.view.language, f"k{ids}", where)

    def progress(self) -> Markup:
        view = self.view
        return charts.progress(
            view.done, view.total, view.language, "pg", self._elsewhere(self.say("Timeline"))
        )

    def headline(self, case: CaseStudyView) -> results.Headline | None:
        """A case's one number, as its public page shows it."""
        return results.headline(case, locale_of(self.view.language))

    def against(self, one: MilestoneView) -> str:
        """How a milestone that is to come stands against what was agreed."""
        t, slip = self.say, one.slip
        if not one.forecast or slip is None or (one.passed and slip <= 0):
            return self.stands(one)
        if slip > 0:
            later = t.many("{n} day later than agreed", "{n} days later than agreed", slip)
            return f"{later}, {t('its day has passed')}" if one.passed else later
        if slip < 0:
            return t.many("{n} day earlier than agreed", "{n} days earlier than agreed", -slip)
        return t("as agreed")

    def _elsewhere(self, page: str) -> str:
        return self.say("The figures are in a table on the page “{page}”.", page=page)

    def slip(self, slip: int | None) -> str:
        return charts.slip_words(slip, self.view.language)

    def stands(self, one: MilestoneView) -> str:
        return charts.standing_words(one, self.view.language)

    def effect(self, change: ChangeRequestView) -> str:
        return changes.effect(change, self.view.language)

    def mailto(self, email: str) -> str:
        """An address (RFC 6068) that opens a mail to this one and says nothing else of it."""
        return f"mailto:{quote(email, safe='@')}"

    def tel(self, phone: str) -> str:
        """An address (RFC 3966) that calls this number; empty where the text is more than a number."""
        if not _NUMBER.fullmatch(phone):
            return ""
        # the zero that one leaves out from abroad
        digits = re.sub(r"[^0-9+]", "", re.sub(r"\(\s*0\s*\)", "", phone))
        return f"tel:{digits}" if digits else ""

    def standing(self) -> Overall | None:
        """Where we are: at rest or at the end as the engagement is, else what the AE says of its health."""
        return _AT_REST.get(self.view.lifecycle, self.view.health.overall)

    def claimed(self) -> bool:
        """Whether what we say of where we are is what the AE says of its health, and not the lifecycle's."""
        return self.standing() == self.view.health.overall

    def stale(self) -> bool:
        """Whether what was said of health is too old to be said of today."""
        return self.view.health.stale_days is not None and self.standing() in _MOVING

    def status_sentence(self) -> str:
        """Where we are, in a sentence; where we were, if that was too long ago."""
        t, day = self.say, self.view.health.as_of
        if self.stale() and day:
            on = environment(self.view.language).filters["day"](day)
            return {
                "on_track": t("On {day} we were on track.", day=on),
                "at_risk": t("On {day} we were at risk.", day=on),
                "off_track": t("On {day} we were off track.", day=on),
            }[self.standing() or "on_track"]
        return {
            "on_track": t("We are on track."),
            "at_risk": t("We are at risk."),
            "off_track": t("We are off track."),
            "on_hold": t("We are on hold."),
            "complete": t("We are done."),
        }[self.standing() or "on_track"]

    def empty(self) -> bool:
        """Whether there is nothing to tell yet, beyond whose portal this is."""
        view = self.view
        said = (view.objective, view.health.rationale, view.summary, view.total, view.kpis,
                view.needs, view.updates, view.sections, view.deliverables, self.standing())  # fmt: skip
        return not any(said)

    def changed(self, change: ChangeView) -> str:
        """What kind of change a line of "What changed" tells, and what there is to say of it."""
        t, slip = self.say, self.slip(change.slip)
        if change.kind == "update":
            return t("Update")
        if change.kind == "milestone":
            return t("Milestone done, {slip}", slip=slip) if slip else t("Milestone done")
        if change.kind == "decision":
            return t("Decision by {name}", name=change.by) if change.by else t("Decision")
        return {
            "approved": t("Change approved"),
            "rejected": t("Change declined"),
            "deferred": t("Change put off"),
            "withdrawn": t("Change withdrawn"),
        }.get(change.decision or "", t("Change decided"))

    def about(self, address: str) -> str:
        """What a page of the portal holds, in a few words; empty where its name says it."""
        view, t = self.view, self.say
        if address == "deliverables/":
            wanted = [d.status for d in view.deliverables if d.status != "superseded"]
            ready = sum(status in _DELIVERED for status in wanted)
            yours = wanted.count("client_review")
            found = [
                t("{n} of {total} ready", n=ready, total=len(wanted)) if wanted else "",
                t("{n} in your review", n=yours) if yours else "",
            ]
            return ", ".join(one for one in found if one)
        if address == "scope/":
            asked = sum(c.decision == "pending" for c in view.change_requests)
            return t.many("{n} change to decide", "{n} changes to decide", asked) if asked else ""
        if address == "case-study/" and view.case is not None:
            return t("public") if view.case.public else t("not public")
        return ""

    def dates_sentence(self) -> str:
        """The timeline in a sentence: what is done, what is late, when it ends."""
        view, t = self.view, self.say
        said = [
            t.many(
                "{n} of {total} milestones is done.",
                "{n} of {total} milestones are done.",
                view.done,
                total=view.total,
            )
        ]
        ahead = [m for m in view.timeline.milestones if m.done is None]
        late = sum(m.late for m in ahead)
        if late:
            said.append(t.many("{n} of those to come is late.", "{n} of those to come are late.", late))
        elif ahead and all(m.slip is not None for m in ahead):
            said.append(t("None of those to come is late."))
        if view.agreed_end:
            day = environment(view.language).filters["day"](view.agreed_end)
            said.append(t("The agreed end is {day}.", day=day))
        return " ".join(said)

    def colours(self) -> list[tuple[str, str]]:
        """Scope, schedule and quality, as far as something is said of them; in one where all are alike."""
        health, t = self.view.health, self.say
        named = (
            (t("Scope"), health.scope), (t("Schedule"), health.schedule), (t("Quality"), health.quality)
        )  # fmt: skip
        if len({colour for _, colour in named}) == 1 and health.scope != "unknown":
            return [(t("Scope, schedule and quality"), health.scope)]
        return [(name, colour) for name, colour in named if colour != "unknown"]

    def answer(self, need: NeedView) -> str:
        """A mail that answers a need, with its reference."""
        title = _one_line(need.title)
        return self._mail(f"{title} [{need.id}]", self.say("about “{title}”:", title=title))

    def ask(self) -> str:
        """A mail that asks where we stand."""
        title = _one_line(self.view.title)
        return self._mail(title, self.say("where do we stand with “{title}”?", title=title))

    def consent(self, case: CaseStudyView) -> str:
        """A mail about what we would publish."""
        title = _one_line(case.title)
        return self._mail(title, self.say("about the case study “{title}”:", title=title))

    def _mail(self, subject: str, text: str) -> str:
        """An address (RFC 6068) that opens a mail to the AE, else to the PM; empty where neither has one."""
        team = self.view.team
        roles = ("account_executive", "project_manager")
        to = next((p for role in roles for p in team if p.role == role and p.email), None)
        if to is None or not to.email:
            return ""
        hello = self.say("Hello {name},", name=to.name.split()[0])
        body = quote(f"{hello}\r\n\r\n{text}\r\n", safe="")
        return f"{self.mailto(to.email)}?subject={quote(subject, safe='')}&body={body}"

    def facts(self) -> list[tuple[str, str, str]]:
        """The engagement's plain facts: label, value, address or nothing."""
        view, t = self.view, self.say
        filters = environment(view.language).filters
        hours = view.hours
        found = [
            (t("Client"), view.legal_name or "", ""),
            (t("Website"), view.website or "", view.website or ""),
            (t("Industry"), view.industry or "", ""),
            (t("Region"), view.region or "", ""),
            (t("Size"), filters["word"](view.size) if view.size else "", ""),
            (t("Services"), ", ".join(view.services), ""),
            (
                t("Hours agreed"),
                filters["number"](hours.budget) if hours and hours.budget is not None else "",
                "",
            ),
            (t("Hours used"), filters["number"](hours.used) if hours and hours.used is not None else "", ""),
            (t("Status"), filters["word"](view.lifecycle) if view.lifecycle != "active" else "", ""),
        ]
        return [one for one in found if one[1]]

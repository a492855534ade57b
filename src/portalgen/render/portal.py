"""The client's portal: `PortalView` -> its pages, calendar and feed.

A calm letter: the status sentence first, then what we need, what changed, what comes next. Owns which
pages there are; a page with nothing to say does not exist and is in no menu. Between them the pages
show every field of the view.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import cast
from urllib.parse import quote

from markupsafe import Markup

from portalgen.render import changes, charts
from portalgen.render.calendars import Entry, FeedEntry, calendar, feed
from portalgen.render.environment import environment, say
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
from portalgen.render.proses import Proses
from portalgen.views import ChangeRequestView, KpiView, NeedView, PortalView, Prose, UpdateView


def wanted(
    view: PortalView, *, assets: str, identity: str, proses: Proses | None = None
) -> dict[str, Wanted]:
    """All pages of a portal by path, each with what it may read; but not the files that it links to.

    `assets` is the way from the portal's root to the shared files. `identity` is a text that names
    this portal and no client (its key): feeds and calendars make their ids of it. `proses` is the
    account's prose as far as it was rendered before.
    """
    kept = Proses() if proses is None else proses
    menu = list(_menu(view))
    addresses = {address for address, _ in menu}
    calendar_there = any(True for _ in _dated(view))
    addresses |= ({"calendar"} if calendar_there else set()) | ({"feed"} if view.updates else set())
    around = {"menu": digest(repr((menu, sorted(addresses), assets)))}
    parts = {**common_parts(), **parts_of(view), **around}
    frame = frozenset((*common_parts(), *around, "language"))

    def page(address: str, heading: str, template: str, update: UpdateView | None = None) -> Page:
        seen, root = Reading(view), root_of(address)
        made = environment(view.language).get_template(f"portal/{template}.html")
        html = made.render(
            v=seen, p=_Kit(cast("PortalView", seen), kept), update=update, here=address,
            heading=heading or seen.title, pages=menu, addresses=addresses, root=root, assets=root + assets,
        )  # fmt: skip
        return folder_page(address, html, frame | seen.read | ({_ONE} if update else set()))

    found = {
        f"{address}index.html": Wanted(parts, partial(page, address, label if address else "", "page"))
        for address, label in menu
    }
    for one in view.updates:
        own = Wanted(
            {**parts, _ONE: digest_of(one)}, partial(page, f"updates/{one.id}/", one.title, "page", one)
        )
        found[f"updates/{one.id}/index.html"] = own
    found["print/index.html"] = Wanted(parts, partial(page, "print/", "", "print"))
    identified = {**parts, "address": digest(identity)}
    if calendar_there:
        found["calendar.ics"] = Wanted(identified, partial(_calendar, view, identity))
    if view.updates:
        found["feed.xml"] = Wanted(identified, partial(_feed, view, identity, kept))
    return found


_ONE = "the update"
"""The part of an update's own page that is the update alone."""


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
    for one in view.timeline.milestones:
        if one.next_date:
            yield Entry(f"milestone/{one.id}", one.next_date, one.title)
    for need in view.needs:
        if need.due and need.done is None:
            yield Entry(f"need/{need.id}", need.due, need.title)


def _calendar(view: PortalView, identity: str) -> Page:
    read = frozenset((*common_parts(), "address", "title", "timeline", "needs"))
    return Page("calendar.ics", calendar(view.title, _dated(view), identity), read)


def _feed(view: PortalView, identity: str, proses: Proses) -> Page:
    kit = _Kit(view, proses)
    entries = (
        FeedEntry(u.id, u.date, u.title, f"updates/{u.id}/", str(kit.prose(u.prose, "", f"u_{u.id}", 2)))
        for u in view.updates
    )
    read = frozenset((*common_parts(), "address", "title", "language", "updates"))
    return Page("feed.xml", feed(view.title, f"urn:portalgen:{identity}", "./", entries, view.language), read)


class _Kit:
    """What the templates ask for beyond the view: drawings, sentences, prose."""

    def __init__(self, view: PortalView, proses: Proses | None = None) -> None:
        self.view = view
        self._proses = proses or Proses()
        self.say = say(view.language)

    def prose(self, prose: Prose, root: str, prefix: str, under: int) -> Markup:
        return self._proses.html(prose, root=root, prefix=prefix, under=under, language=self.view.language)

    def timeline(self) -> Markup:
        return charts.timeline(self.view.timeline, self.view.language)

    def trend(self, kpi: KpiView, ids: str) -> Markup:
        return charts.trend(kpi, self.view.language, f"k{ids}")

    def progress(self) -> Markup:
        return charts.progress(self.view.done, self.view.total)

    def slip(self, slip: int | None) -> str:
        return charts.slip_words(slip, self.view.language)

    def effect(self, change: ChangeRequestView) -> str:
        return changes.effect(change, self.view.language)

    def tel(self, phone: str) -> str:
        return "".join(c for c in phone if c.isdigit() or c == "+")

    def status_sentence(self) -> str:
        t = self.say
        return {
            "on_track": t("We are on track."),
            "at_risk": t("We are at risk."),
            "off_track": t("We are off track."),
            "on_hold": t("We are on hold."),
            "complete": t("We are done."),
        }[self.view.health.overall or "on_track"]

    def changed(self, kind: str) -> str:
        """What kind of change a line of "What changed" tells."""
        t = self.say
        return {
            "update": t("Update"),
            "milestone": t("Milestone done"),
            "decision": t("Decision"),
            "change_request": t("Change decided"),
        }[kind]

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
        ahead = [m.slip for m in view.timeline.milestones if m.done is None and m.slip is not None]
        late = sum(slip > 0 for slip in ahead)
        if late:
            said.append(t.many("{n} of those to come is late.", "{n} of those to come are late.", late))
        elif ahead and len(ahead) == view.total - view.done:
            said.append(t("None of those to come is late."))
        if view.agreed_end:
            day = environment(view.language).filters["day"](view.agreed_end)
            said.append(t("The agreed end is {day}.", day=day))
        return " ".join(said)

    def colours(self) -> list[tuple[str, str]]:
        """Scope, schedule and quality, as far as something is said of them."""
        health, t = self.view.health, self.say
        named = (
            (t("Scope"), health.scope), (t("Schedule"), health.schedule), (t("Quality"), health.quality)
        )  # fmt: skip
        return [(name, colour) for name, colour in named if colour != "unknown"]

    def answer(self, need: NeedView) -> str:
        """A mail to the AE, else the PM, with the need's reference; empty where nobody can be written to."""
        team = self.view.team
        roles = ("account_executive", "project_manager")
        to = next((p for role in roles for p in team if p.role == role and p.email), None)
        if to is None or not to.email:
            return ""
        subject = quote(f"{need.title} [{need.id}]", safe="")
        body = self.say("Hello {name},\n\nabout “{title}”:\n", name=to.name.split()[0], title=need.title)
        written = quote(body.replace("\n", "\r\n"), safe="")  # RFC 6068
        return f"mailto:{quote(to.email, safe='@')}?subject={subject}&body={written}"

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

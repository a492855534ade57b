"""When a build fails: publish nothing, but take back what readable accounts take back.

Portals and cases are made again from what was released, less what has gone or been narrowed since
(`project.withdraw`). A portal is made with our own templates and without the house's logo, so that it
holds nothing that was not published before. The public site has the agency's own pages, as they are now:
it is scanned. The internal site stays as it is: its readers may see everything.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date

from portalgen import __version__, project
from portalgen.build.holding import held_record, next_expiry
from portalgen.build.job import Job, consent_of, pardoned, scan_of
from portalgen.build.sealing import Seals
from portalgen.build.shown import Shown
from portalgen.build.stages import PublicSite, portal_unit
from portalgen.load.approvals import UNKNOWN
from portalgen.problems import Problem
from portalgen.publish import Output, Release, ReleasedPage
from portalgen.released import Released
from portalgen.render.house import plain
from portalgen.render.reader import SHARED
from portalgen.site import Unit

_ASSETS = "portals/assets"
_NOTHING = "nothing was published; the pages stay as they were"


def take_back(job: Job, output: Output, released: Released) -> str:
    """Withdraw what must go, and nothing else. Returns the closing line of the build.

    A page that cannot be made again is withdrawn whole: what must go goes.
    """
    as_of = released.as_of()
    if as_of is None:
        return "nothing was published"
    # What was shown then was reviewed as the settings said then.
    reviewed = job.settings.model_copy(update={"review": released.review(job.settings.review)})
    before = {
        name: Shown(a, reviewed, as_of, approvals=released.approvals(name))
        for name in sorted(released.names())
        if (a := released.account(name))
    }
    shown = {one.id: one for one in _shown(job, as_of, before)}
    then = replace(job, today=as_of, accounts=shown)
    # Consent is asked for today, whatever the pages' date.
    expired = replace(job, accounts={name: one.on(job.today) for name, one in shown.items()})
    keep = set(output.published) - set(_stale_portals(job, then, output, before))
    if _public_is_stale(expired, before):
        keep -= _remake_public(job, expired, output)
    gone = set(output.published) - keep
    if not gone:
        return _NOTHING
    output.commit(keep, _release(job, then, expired))
    count = len(gone)
    places = "place was" if count == 1 else "places were"
    return f"nothing was published, and {count} {places} narrowed or withdrawn"


def _shown(job: Job, as_of: date, before: Mapping[str, Shown]) -> Iterator[Shown]:
    """What was released of accounts that can be read; broken ones stay as they were released."""
    for name, released in before.items():
        if name in job.content.healthy:
            now = job.content.healthy[name]
            approvals = released.approvals if now.approvals is UNKNOWN else now.approvals
            yield Shown(now.account, job.settings, as_of, approvals=approvals, before=released)
        elif name in job.content.broken:
            yield released


def _stale_portals(job: Job, then: Job, output: Output, before: Mapping[str, Shown]) -> Iterator[str]:
    """The published portals that must change; their narrowed versions are staged."""
    settings = then.settings
    bare = replace(then, settings=settings.model_copy(update={"house": plain(settings.house)}))
    for name, unit in list(output.published.items()):
        if unit.surface != "portal":
            continue
        now = job.content.healthy.get(unit.account)
        if now is None:
            last = before.get(unit.account)
            ended = last is not None and not project.has_portal(last.account, job.today)
            if ended or unit.account not in job.content.broken:
                yield name  # the account is gone, or its portal's last day is over
            continue
        released, kept = before.get(unit.account), then.accounts.get(unit.account)
        if released is None or kept is None:
            continue
        if not project.has_portal(now.account, job.today):
            yield name
            continue
        readers = project.readers(released.account) if unit.is_sealed else None
        try:
            lock = project.narrowed(readers, now.account, settings.access)
        except project.Nobody:
            yield name
            continue
        same = kept.portal is not None and released.portal == kept.portal
        same = same and (lock.readers if lock else None) == readers
        if same and name == f"portals/{job.key(now.account)}":
            continue
        made = portal_unit(bare, kept, sealed=lock is not None)
        yield name
        if made is not None and not made[1]:
            _stage(bare, made[0], lock, output)


def _stage(job: Job, unit: Unit, lock: project.Lock | None, output: Output) -> None:
    """Stage a portal, sealed where it is; not at all where what its reader page needs is not published."""
    if lock is None:
        output.stage(unit)
        return
    if not output.whole(_ASSETS) or not output.published[_ASSETS].files.keys() >= set(SHARED):
        return
    assets = {name: output.read(_ASSETS, name) for name in SHARED}
    seals = Seals(job, output, assets)
    output.stage(seals.close(unit, seals.keys(job.accounts[unit.account].account, lock)))


def _public_is_stale(expired: Job, before: Mapping[str, Shown]) -> bool:
    """Whether a public case study has gone or been narrowed, or its consent has ended since."""
    was = [view for one in before.values() if (view := one.case) is not None]
    return was != [view for _, view in expired.cases()]


def _remake_public(job: Job, expired: Job, output: Output) -> set[str]:
    """Stage the public site without what must go; returns the units that are replaced.

    `job` knows all that must not be found on it.
    """
    with PublicSite(expired, output.workspace("public"), 1) as site:
        composed = site.composed()
        found: list[Problem] = [*site.problems, *composed.problems]
        wrong = any(p.severity == "error" for p in found)
        if not wrong and not pardoned(job, scan_of(job).unit(composed.unit)):
            output.stage(composed.unit)
    return {"public"}


def _release(job: Job, then: Job, expired: Job) -> Release:
    """What the record says: `then` dates the pages, `expired` asks for consent, `job` says why."""
    pages: dict[str, ReleasedPage] = {}
    for one in then.shown:
        pages[f"portals/{then.key(one.account)}"] = ReleasedPage(then.paths(one.id, "client"), None, one.id)
    for one, view in expired.cases():
        page = ReleasedPage(then.paths(one.id, "public"), consent_of(one.account), one.id)
        pages[f"public/case-studies/{view.slug}"] = page
    why = dict.fromkeys(job.content.healthy, "narrowed or withdrawn while another file was broken")
    why |= {one.id: one.why_gone for one in job.shown if one.why_gone}
    held = tuple(held_record(job.shown, job.settings))
    return Release(then.today, __version__, pages, held, why, next_expiry(expired.shown))

"""The letter that tells a client what is new: plain text in the client's language, for the AE to send.

Owns what is said of each change, a line each, in words that a client uses; the order (what is new first,
what we need from them last); and the `mailto:` address (RFC 6068) that opens the letter in the AE's mail
program. Refuses to name what only the team has a name for: an expectation, a risk, a study. What is gone
is not told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate
from operator import attrgetter
from urllib.parse import quote

from portalgen.render.differences import day_of, grouped, state_of
from portalgen.render.environment import Translator, environment, listed, say
from portalgen.render.terminal import visible
from portalgen.scalars import is_mail_address
from portalgen.views import DifferenceView, LetterView

LONGEST_MAILTO = 1_900
"""Characters. Mail programs on Windows take some 2,000 of an address and drop the rest."""
_LONGEST_SUBJECT = 120
_MANY_NAMES = 4
"""More people than these are greeted together."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A letter to be sent. `mailto` opens it in a mail program, shortened where it would be too long."""

    subject: str
    body: str
    mailto: str


def letter(view: LetterView) -> Letter:
    """The letter in the client's language; English where there is no catalog for it."""
    t = say(view.language)
    subject = t("{title}: what is new", title=_cut(_line(view.title), _LONGEST_SUBJECT))
    told = _Told(view)
    return Letter(subject, told.body(), _mailto(view.to, subject, told))


class _Told:
    """What the letter says, paragraph by paragraph, with all of the lines or some of them."""

    def __init__(self, view: LetterView) -> None:
        self._view, self._say = view, say(view.language)
        present = grouped(one for one in view.news if one.after is not None)
        changes = sorted((_Change(one, view.language) for one in present), key=attrgetter("rank"))
        self._first = any(c.place == "" and c.is_new("title") for c in changes)
        asked = [c for c in changes if c.place == "needs" and not c.has("done")]
        lines = dict.fromkeys(c.line() for c in changes if c not in asked)
        self._news = [] if self._first else [line for line in lines if line]
        self._asks = [c.line() for c in asked]
        self.count = len(self._news) + len(self._asks)

    def body(self, most: int | None = None) -> str:
        """The text; with at most so many lines, what we need from the client before all else."""
        t, view = self._say, self._view
        kept = self.count if most is None else most
        asks = self._asks[:kept]
        news = self._news[: kept - len(asks)]
        title = _line(view.title)
        parts = [self._greeting(), *self._intro(title, bool(news), bool(asks))]
        if news:
            parts.append(_listed(news))
        if asks:
            if news or self._first:
                parts.append(t("And this is what we need from you:"))
            parts.append(_listed(asks))
        if left := self.count - len(news) - len(asks):
            parts.append(t.many("And {n} thing more.", "And {n} things more.", left))
        if not view.address:
            parts.append(t("You will find everything in your portal."))
        elif view.opening == "theirs":
            here = t("You will find everything here; it opens with the link or the passphrase that you have:")
            parts.append(f"{here}\n{_line(view.address)}")
        else:
            parts.append(f"{t('You will find everything here:')}\n{_line(view.address)}")
        if view.address and view.opening == "link":
            parts.append(t("This link is the key to your portal: whoever has it can open it."))
        parts.append(t("If you have any questions, just reply to this mail."))
        names = dict.fromkeys(_line(name) for name in (view.sender, view.agency) if name)
        parts.append("\n".join((t("Kind regards,"), *names)))
        return "\n\n".join(parts)

    def _greeting(self) -> str:
        t = self._say
        names = list(dict.fromkeys(_line(name) for name in self._view.greeted if name.strip()))
        if not names:
            return t("Hello,")
        if len(names) > _MANY_NAMES:
            return t("Hello everybody,")
        return t("Hello {name},", name=listed(names, self._view.language))

    def _intro(self, title: str, news: bool, asks: bool) -> Iterator[str]:
        t = self._say
        if self._first:
            yield t(
                "Your portal for “{title}” is ready. It shows where we are, what comes next and what we "
                "have agreed.",
                title=title,
            )
        elif news:
            yield t("There is news about “{title}”:", title=title)
        elif asks:
            yield t("For “{title}” we need something from you:", title=title)
        else:
            yield t("We have brought your portal for “{title}” up to date.", title=title)


def _listed(lines: Iterable[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _line(text: str) -> str:
    """A text on one line, without signs that a terminal would obey."""
    return visible(" ".join(text.split()))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


# ---- what is said of a change ---------------------------------------------------------------------


class _Change:
    """One item of the news, and the lines that tell of it."""

    def __init__(self, found: list[DifferenceView], language: str) -> None:
        first = found[0]
        self.place = first.place
        self.title = _line(first.title)
        self.new = state_of(found) == "new"
        self._found = {one.field: one for one in found}
        self._language = language
        self.say: Translator = say(language)

    def has(self, field: str) -> bool:
        """Whether this field is among what changed."""
        return field in self._found

    def is_new(self, field: str) -> bool:
        """Whether this field has come to be."""
        return field in self._found and self._found[field].before is None

    def after(self, field: str) -> str:
        """What the field says now; empty where it did not change."""
        return (self._found[field].after or "") if field in self._found else ""

    def day(self, *fields: str) -> str:
        """The first day among these fields, as one writes it; empty where there is none."""
        days = (day_of(self._found[field]) for field in fields if field in self._found)
        found = next((day for day in days if day), None)
        return str(environment(self._language).filters["day"](found)) if found else ""

    @property
    def rank(self) -> int:
        """Its place in the letter: what a client asks about first comes first."""
        return _ORDER.index(self.place) if self.place in _ORDER else len(_ORDER)

    def line(self) -> str:
        """What the client is told; empty where that is nothing."""
        special = _SPECIAL.get(self.place)
        if told := special(self) if special else "":
            return told
        place = self.place.partition(".")[0]  # the page about the case study is told of as one thing
        new, changed = _sentences(self.say, self.title).get(place, (_facts(self),) * 2)
        return new if self.new else changed


_ORDER = (
    *("updates", "milestones", "deliverables", "decisions", "change_requests", "kpis", "health"),
    *("expectations", "scope", "tactics", "market_studies", "sections", "risks", "team", "raci"),
)


def _sentences(t: Translator, title: str) -> dict[str, tuple[str, str]]:
    """What is said of a thing that is new, and of one that is another than it was, by its place."""
    agreed, watched = t("Now in writing: what we agreed"), t("Brought up to date: what we keep an eye on")
    found, scope = (
        t("New: what we found out about your market"),
        t("Changed: what is in scope and what is not"),
    )
    doing, hours = t("Brought up to date: how we are doing"), t("Brought up to date: the hours used")
    who, people = t("Changed: who does what"), t("Changed: the people on your side")
    case = t("Changed: what we publish about you")
    changed = t("Changed: “{title}”", title=title)
    return {
        "updates": (t("New update: “{title}”", title=title), t("Changed: the update “{title}”", title=title)),
        "milestones": (
            t("New milestone: “{title}”", title=title),
            t("Changed: the milestone “{title}”", title=title),
        ),
        "deliverables": (t("New deliverable: “{title}”", title=title), changed),
        "needs": (t("“{title}”", title=title), changed),
        "decisions": (
            t("New decision: “{title}”", title=title),
            t("Changed: the decision “{title}”", title=title),
        ),
        "change_requests": (
            t("New change request: “{title}”", title=title),
            t("Changed: the change request “{title}”", title=title),
        ),
        "kpis": (
            t("New figures: “{title}”", title=title),
            t("Changed: the figures for “{title}”", title=title),
        ),
        "sections": (t("New in your portal: “{title}”", title=title), changed),
        "tactics": (
            t("A suggestion of ours: “{title}”", title=title),
            t("Changed: our suggestion “{title}”", title=title),
        ),
        "team": (t("New in our team: {name}", name=title), t("Changed: our team")),
        "files": ("", t("Changed: the file “{title}”", title=title.rpartition("/")[2])),
        "health": (doing, doing),
        "expectations": (agreed, agreed),
        "risks": (watched, watched),
        "market_studies": (found, found),
        "scope": (scope, scope),
        "commercials": (hours, hours),
        "raci": (who, who),
        "contacts": (people, people),
        "case_study": (case, case),
    }


def _milestone(c: _Change) -> str:
    t = c.say
    if day := c.day("done"):
        return t("Milestone reached: “{title}”, on {day}", title=c.title, day=day)
    if not (day := c.day("forecast") or (c.new and c.day("baseline")) or ""):
        return ""
    if c.new:
        return t("New milestone: “{title}”, planned for {day}", title=c.title, day=day)
    return t("Milestone “{title}”: now expected on {day}", title=c.title, day=day)


def _deliverable(c: _Change) -> str:
    t, status, due = c.say, c.after("status"), c.day("due")
    if status == "approved":
        return t("Approved: “{title}”", title=c.title)
    if status == "client_review":
        return t("For your review: “{title}”", title=c.title)
    if status == "ready":
        return t("Ready for you: “{title}”", title=c.title)
    return t("“{title}”: now planned for {day}", title=c.title, day=due) if due and not c.new else ""


def _need(c: _Change) -> str:
    t, due = c.say, c.day("due")
    if c.has("done"):
        return t("Received, thank you: “{title}”", title=c.title)
    if not due:
        return ""
    if c.new:
        return t("“{title}”, by {day}", title=c.title, day=due)
    return t("“{title}”: now by {day}", title=c.title, day=due)


def _change_request(c: _Change) -> str:
    t, decision = c.say, c.after("decision")
    if decision == "approved":
        return t("Change request approved: “{title}”", title=c.title)
    if decision == "rejected":
        return t("Change request declined: “{title}”", title=c.title)
    if decision == "deferred":
        return t("Change request put off: “{title}”", title=c.title)
    return t("Change request withdrawn: “{title}”", title=c.title) if decision == "withdrawn" else ""


def _kpi(c: _Change) -> str:
    return c.say("New figures: “{title}”", title=c.title) if c.has("readings") else ""


def _health(c: _Change) -> str:
    t = c.say
    sentences = {
        "on_track": t("We are on track."),
        "at_risk": t("We are at risk."),
        "off_track": t("We are off track."),
        "on_hold": t("We are on hold."),
        "complete": t("We are done."),
    }
    return sentences.get(c.after("overall"), "")


def _facts(c: _Change) -> str:
    """The account's own fields, and whatever the portal shows that has no words of its own here."""
    t = c.say
    if day := c.day("end"):
        return t("The end is now planned for {day}", day=day)
    if c.has("objective"):
        return t("Changed: the objective")
    return t("Changed: some facts about the project")


_SPECIAL: dict[str, Callable[[_Change], str]] = {
    "milestones": _milestone,
    "deliverables": _deliverable,
    "needs": _need,
    "change_requests": _change_request,
    "kpis": _kpi,
    "health": _health,
}
"""What has more to tell than that it is new or another; empty where it has not this time."""


# ---- the address ----------------------------------------------------------------------------------


def _mailto(to: tuple[str, ...], subject: str, told: _Told) -> str:
    """The `mailto:` with as many of the letter's lines as it can hold; a text of any length is cut."""
    head = f"mailto:{_recipients(to)}?subject={quote(subject, safe='')}&body="

    def fits(body: str) -> bool:
        return len(head) + len(_quoted(body)) <= LONGEST_MAILTO

    body = told.body(_most(told.count, lambda lines: fits(told.body(lines))))
    if not fits(body):
        body = f"{body[: _most(len(body), lambda most: fits(f'{body[:most]}…'))]}…"
    return head + _quoted(body)


def _recipients(to: tuple[str, ...]) -> str:
    """The addresses, the first of them that a third of the room holds."""
    quoted = [quote(one, safe="@") for one in dict.fromkeys(to) if is_mail_address(one)]
    lengths = accumulate(len(one) + 1 for one in quoted)
    return ",".join(one for one, length in zip(quoted, lengths, strict=True) if length < LONGEST_MAILTO // 3)


def _quoted(body: str) -> str:
    return quote(body.replace("\n", "\r\n"), safe="")


def _most(most: int, fits: Callable[[int], bool]) -> int:
    """The largest number up to `most` that fits, where smaller ones fit better; 0 where none does."""
    if fits(most):
        return most
    low, high = 0, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    return low

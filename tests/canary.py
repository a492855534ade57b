"""An account that holds a canary in every field and every kind of text, generated from the model.

A canary is a word, number or day that stands nowhere else, with the widest audience that may read it.
The audience is worked out here from the specification's ceilings, apart from the projection's own
walk. A field that is added to the model is in here without anybody remembering it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Literal, get_args

from PIL import Image

from portalgen.account import (
    CLIENT,
    INTERNAL,
    PUBLIC,
    Ceiling,
    FrontMatter,
    Marked,
    Part,
    ceiling_of,
    child_of,
    choices_of,
    kind_of,
    widest_mark,
)
from portalgen.vocabulary import Audience

State = Literal["early", "late"]
"""`early`: deliverables planned, tactics ideas, expectations open; `late`: all past that."""

_CHOSEN: dict[str, dict[str, str]] = {
    "early": {"Deliverable.status": "internal_review", "Tactic.status": "idea", "Expectation.status": "open"},
    "late": {"Deliverable.status": "approved", "Tactic.status": "accepted", "Expectation.status": "reset"},
}
_HIDDEN_EARLY = {
    ("Deliverable", n) for n in ("version", "link", "round", "round_limit", "approved_by", "approved_on")
}
_FIXED: dict[str, Any] = {
    "FrontMatter.language": "en",
    "FrontMatter.lifecycle": "active",
    "FrontMatter.start": "2026-01-01",
    "FrontMatter.end": "2027-12-31",
    "Health.as_of": "2026-11-20",
    "Client.website": "https://www.canarywebsite.example/",
    "Access.mode": "open",
    "Access.epoch": "1",
    "Access.until": "2027-06-30",
    "CaseStudy.attribution": "named",
    "CaseStudy.slug": "a-case",
    "CaseStudy.rank": "10",
    "CaseStudy.headline_kpi": "the-kpi",
    "CaseStudy.kpis": ["the-kpi"],
    "Consent.status": "none",
    "Consent.scopes": ["name", "logo", "quote", "metrics", "imagery"],
    "Consent.channels": ["website"],
    "Consent.granted_on": "2026-09-01",
    "Consent.expires_on": "2027-09-01",
    "Commercials.currency": "EUR",
    "ChangeRequest.affects": ["the-milestone"],
    "ChangeRequest.schedule_days": "3",
    "Risk.probability": "2",
    "Risk.impact": "4",
    "Kpi.id": "the-kpi",
    "Milestone.id": "the-milestone",
}
_DAYS = date(2026, 2, 1)
COMMENT = "a comment"
"""Nobody sees a comment, the team included."""


@dataclass(frozen=True)
class Canary:
    """A text that stands once, the field it stands in, and who may read it at most."""

    text: str
    field: str
    audience: Audience


@dataclass
class CanaryAccount:
    """The account's files by path below the accounts' folder, and its canaries."""

    name: str
    files: dict[str, bytes] = field(default_factory=dict)
    canaries: list[Canary] = field(default_factory=list)

    def seen_by(self, reader: Audience) -> list[Canary]:
        """The canaries that a reader may find."""
        return [c for c in self.canaries if c.audience >= reader]

    def hidden_from(self, reader: Audience) -> list[Canary]:
        """The canaries that a reader must not find."""
        return [c for c in self.canaries if c.audience < reader]


class _Maker:
    def __init__(
        self,
        name: str,
        mark: Audience | None,
        state: State,
        consent: str,
        seed: str,
        shift: int,
        **fixed: Any,
    ) -> None:
        self.shift = shift
        self.account = CanaryAccount(name)
        self.mark, self.state, self.consent, self.seed = mark, state, consent, seed
        self.fixed = {**_FIXED, "Consent.status": consent, **fixed}
        self.count = 0
        # what the case study's page shows to the client, and what prospects see
        self.case = {"none": INTERNAL, "requested": CLIENT, "granted": PUBLIC, "revoked": INTERNAL}[consent]

    def word(self) -> str:
        self.count += 1
        return f"{self.seed}{self.count:03d}canary"

    def note(self, text: str, where: str, audience: Audience) -> str:
        self.account.canaries.append(Canary(text, where, audience))
        return text

    def part(
        self, part: type[Part], prefix: str, limit: Audience, *, closed: bool, around: Ceiling | None = None
    ) -> dict[str, Any]:
        values: dict[str, Any] = {}
        mark = None
        if self.mark is not None and around is not None and issubclass(part, Marked):
            mark = min(self.mark, widest_mark(part, around))
        if mark is not None:
            values["audience"] = str(mark)
        for name, info in part.model_fields.items():
            found = ceiling_of(info)
            if found is None:
                if f"{part.__name__}.{name}" in self.fixed:
                    values[name] = self.fixed[f"{part.__name__}.{name}"]
                continue
            key = info.alias or name
            where = f"{prefix}{key}"
            width = found.widest if mark is None else min(mark, found.marked)
            if found.gate is not None and found.gate != "anonymised":
                width = max(width, self.case)
            width = INTERNAL if closed or self.shut(part, name) else min(limit, width)
            if part.__name__ == "Client" and name == "name":
                width = CLIENT if self.case < PUBLIC else PUBLIC
            values[key] = self.value(part, name, info, where, width, closed=closed)
        return values

    def shut(self, part: type[Part], name: str) -> bool:
        kind = part.__name__
        if self.state == "early" and ((kind, name) in _HIDDEN_EARLY or kind in ("Tactic", "Expectation")):
            return True
        return kind == "Person" and name in ("email", "phone") and self.person_is_other

    person_is_other = False

    def value(
        self, part: type[Part], name: str, info: Any, where: str, width: Audience, *, closed: bool
    ) -> Any:
        fixed = f"{part.__name__}.{name}"
        child, many = child_of(info.annotation)
        if child is not None:
            closed = closed or (self.state == "early" and child.__name__ in ("Tactic", "Expectation"))
            if part is FrontMatter and name == "team":
                return list(self.people(child, where))
            below = f"{where}[]." if many else f"{where}."
            room = self.room(child, info, width)
            inner = self.part(child, below, room, closed=closed, around=ceiling_of(info))
            return [inner] if many else inner
        if fixed in self.fixed:
            return self.fixed[fixed]
        if choices := choices_of(info.annotation):
            return _CHOSEN[self.state].get(fixed, choices[0])
        kinds = repr(info.annotation) + repr(info.metadata)
        if kind_of(info) is not None:
            return self.file(where, width, image="image" in where or "logo" in where)
        return self.scalar(info, kinds, where, width)

    def room(self, child: type[Part], info: Any, width: Audience) -> Audience:
        """An item that marks itself may open as far as its list's ceiling lets it."""
        found = ceiling_of(info)
        assert found is not None
        if self.mark is not None and issubclass(child, Marked):
            return min(self.mark, max(width, found.marked))
        return width

    def people(self, child: type[Part], where: str) -> Iterator[dict[str, Any]]:
        for role in ("account_executive", "strategist"):
            self.person_is_other = role == "strategist"
            self.fixed["Person.role"] = role
            around = ceiling_of(FrontMatter.model_fields["team"])
            limit = CLIENT if self.mark is None else min(CLIENT, self.mark)
            yield self.part(child, f"{where}[].", limit, closed=False, around=around)
        self.person_is_other = False

    def scalar(self, info: Any, kinds: str, where: str, width: Audience) -> Any:
        types = {t for t in (date, Decimal, int, str) if _holds(info.annotation, t)}
        if date in types:
            self.count += 1
            day = (_DAYS + timedelta(days=self.count + 400 * self.shift)).isoformat()
            return self.note(day, where, width)
        if Decimal in types:
            self.count += 1
            return self.note(f"{770000 + 1000 * self.shift + self.count}", where, width)
        if int in types:
            self.count += 1
            return f"{self.count}"
        return self.note(self.word(), where, width)

    def file(self, where: str, width: Audience, *, image: bool) -> str:
        word = self.word()
        name = f"files/{word}.{'png' if image else 'txt'}"
        self.account.files[f"{self.account.name}/{name}"] = (
            picture(f"inside{word}") if image else f"inside{word}\n".encode()
        )
        self.note(word, where, width)
        return name

    def body(self) -> str:
        story = min(self.case, PUBLIC)
        preview = CLIENT if self.case > INTERNAL else INTERNAL
        lines = [f"Before any section {self.prose('before', INTERNAL)}", ""]
        for title, mark, audience in (
            ("Summary", "client", CLIENT),
            ("Strategy", "internal", INTERNAL),
            ("Market study", "client", CLIENT),
            ("Handover", "", INTERNAL),
            ("More for you", "client", CLIENT),
        ):
            heading = self.note(self.word(), f"heading of {title}", audience)
            name = title.lower().replace(" ", "-")
            lines += [f"## {title} {heading} {{#{name}{f' .{mark}' if mark else ''}}}", ""]
            lines += [self.prose(title, audience), "", "<!-- " + self.prose(COMMENT, INTERNAL) + " -->", ""]
            lines += ["::: internal", self.prose(f"a fence in {title}", INTERNAL), ":::", ""]
        lines += ["## Case {#case-study .public}", "", self.prose("case study", story), ""]
        lines += ["::: client", self.prose("client fence of the case", preview), ":::", ""]
        lines += ["::: internal", self.prose("internal fence of the case", INTERNAL), ":::", ""]
        image = self.file("an image of the case", story, image=True)
        alt = self.note(self.word(), "alt text of the case", story)
        lines += [f"![{alt}]({self.account.name}/{image})", ""]
        more = self.note(self.word(), "a public section", max(CLIENT, story))
        lines += [f"## More {more} {{.public}}", "", self.prose("a public section", max(CLIENT, story)), ""]
        for day, mark, audience in (
            ("2026-11-10", ".client", CLIENT),
            ("2026-11-11", ".internal", INTERNAL),
            ("2026-12-24", ".client", INTERNAL),
        ):
            title = self.note(self.word(), f"title of the update of {day}", audience)
            lines += [f"## {day} {title} {{{mark}}}", "", self.prose(f"update of {day}", audience), ""]
        link = self.file("a link in an internal update", INTERNAL, image=False)
        lines += ["## 2026-11-12 Link {.internal}", "", f"[file]({self.account.name}/{link})", ""]
        return "\n".join(lines)

    def prose(self, where: str, audience: Audience) -> str:
        words = [self.word() for _ in range(4)]
        for word in words:
            self.account.canaries.append(Canary(word, f"prose: {where}", audience))
        return f"**{words[0]}** and [{words[1]}](https://{words[2]}.example/) with `{words[3]}`."

    def folder(self) -> None:
        for name, audience in (("2026-10-01-own", CLIENT), ("2026-10-02-ours", INTERNAL)):
            title = self.note(self.word(), f"title of the file {name}", audience)
            mark = f"audience: {audience}\n" if audience != INTERNAL else ""
            text = f"---\ntitle: {title}\ndate: {name[:10]}\n{mark}---\n{self.prose(name, audience)}\n"
            self.account.files[f"{self.account.name}/updates/{name}.md"] = text.encode()


def _holds(annotation: Any, wanted: type) -> bool:
    if annotation is wanted:
        return True
    return any(_holds(a, wanted) for a in get_args(annotation) if a is not type(None))


def picture(secret: str) -> bytes:
    """A PNG with a text chunk, as phones and editors leave them."""
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Comment", secret)
    buffer = io.BytesIO()
    Image.new("RGB", (40, 30), (11, 84, 104)).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def make(
    name: str = "canary",
    *,
    mark: Audience | None = None,
    state: State = "late",
    consent: str = "none",
    seed: str = "zq",
    shift: int = 0,
    **fixed: Any,
) -> CanaryAccount:
    """An account with a canary everywhere; items carry `mark` as far as they may.

    `seed` and `shift` keep the canaries of two accounts apart: words, and days and numbers.
    """
    maker = _Maker(name, mark, state, consent, seed, shift, **fixed)
    front = maker.part(FrontMatter, "", PUBLIC, closed=False)
    body = maker.body()
    maker.folder()
    text = f"---\n{json.dumps(front, indent=1)}\n---\n{body}"
    maker.account.files[f"{name}.md"] = text.encode()
    return maker.account

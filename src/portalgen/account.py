"""The account: what an AE writes, as frozen values, each field with its ceiling.

This is the one place that says which fields exist, how each is typed and who may ever see it; the
loader's messages, the projection, the JSON Schema and the tests all read it. It owns no file, no
position and no opinion about presentation. `account-format` in the manual is its specification.

A ceiling is the widest audience that may ever see a field. What an item's own `audience` opens, and
what the case study's gates open, is said beside it; everything else an author can only narrow.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, ClassVar, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator
from pydantic.fields import FieldInfo
from pydantic_core import PydanticCustomError

from portalgen.scalars import (
    Count,
    Currency,
    Day,
    Degree,
    Epoch,
    Id,
    Image,
    Kind,
    Language,
    Link,
    Mark,
    Number,
    Text,
    Whole,
)
from portalgen.vocabulary import (
    AccessMode,
    Attribution,
    Audience,
    ChangeDecision,
    ChangeType,
    Colour,
    ConsentChannel,
    ConsentScope,
    ConsentStatus,
    ContactRole,
    DeliverableStatus,
    Direction,
    Effort,
    ExpectationSource,
    ExpectationStatus,
    Lifecycle,
    NeedAction,
    Overall,
    RiskResponse,
    RiskStatus,
    Size,
    TacticStatus,
    TeamRole,
    slug,
)

INTERNAL, CLIENT, PUBLIC = Audience.INTERNAL, Audience.CLIENT, Audience.PUBLIC

Gate = Literal["case", "named", "logo", "quote", "imagery", "anonymised"]
"""What opens a field to prospects: a case that may be shown, and what the client consented to."""


@dataclass(frozen=True, slots=True)
class Ceiling:
    """The widest audience of a field.

    `widest` without a mark; `marked` where the item says so itself; `gated` once `gate` is open,
    which only a publishable case study does. `when` is a further condition in words; the item's
    `outside` enforces it.
    """

    widest: Audience
    marked: Audience
    gated: Audience
    gate: Gate | None = None
    when: str = ""

    def width(self, mark: Audience | None, gates: frozenset[Gate] = frozenset()) -> Audience:
        """Who may see the field of an item with this mark while these gates are open."""
        width = self.widest if mark is None else min(mark, self.marked)
        if self.gate is not None and self.gate in gates:
            width = max(width, self.gated if mark is None else min(mark, self.gated))
        return width

    @property
    def ever(self) -> Audience:
        """The widest audience under any mark and any gate."""
        return max(self.widest, self.marked, self.gated)


def ceiling(
    widest: Audience,
    marked: Audience | None = None,
    *,
    gate: Gate | None = None,
    when: str = "",
) -> Ceiling:
    """A field's ceiling; `marked` defaults to `widest`, and a gate always opens to the public."""
    opened = widest if marked is None else marked
    return Ceiling(widest, opened, PUBLIC if gate else opened, gate, when)


I = ceiling(INTERNAL)
C = ceiling(CLIENT)
P = ceiling(PUBLIC)
c = ceiling(INTERNAL, CLIENT)
Cp = ceiling(CLIENT, PUBLIC)
"""I, C, P as in the specification; `c`: shown when the item says so; `Cp`: C, and `p` likewise."""


# ---- parts ----------------------------------------------------------------------------------------


class Part(BaseModel):
    """A mapping of the account. Every field but `audience` and `id` carries a `Ceiling`."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True, strict=False)

    short: ClassVar[str | None] = None
    """The field that a lone text stands for (`client: Brisa Foods`), if a lone text may be written."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        if isinstance(value, str):
            if cls.short is None:
                raise PydanticCustomError("not-a-mapping", "this wants keys and values below it")
            return {cls.short: value}
        if isinstance(value, list | tuple):
            raise PydanticCustomError("not-a-mapping", "this wants keys and values, not a list")
        return value

    def outside(self) -> Mapping[str, object] | None:
        """What readers outside the team get instead of a field's value, by field name.

        None: the whole part is for the team. Holds the conditions that a ceiling says with `when`.
        """
        return {}


class Marked(Part):
    """A part whose author may say who sees it."""

    audience: Mark | None = None


class Item(Marked):
    """An element of a list: it has an id, by default the slug of its title."""

    title_field: ClassVar[str] = "title"
    id: Id = ""

    @model_validator(mode="before")
    @classmethod
    def _default_id(cls, value: object) -> object:
        if isinstance(value, dict) and not value.get("id"):
            made = slug(cls.title_of(value))
            if made:
                return {**value, "id": made}
        return value

    @classmethod
    def title_of(cls, raw: Mapping[str, object]) -> str:
        """The text of which the default id is made."""
        return str(raw.get(cls.title_field) or "")


class Remark(Marked):
    """A text in a list of texts: the text itself, or `{text, audience}`."""

    short: ClassVar[str | None] = "text"
    text: Annotated[Text, P]


Remarks = tuple[Remark, ...]


class Person(Item):
    """One of the agency's people; the default id is made of name and role."""

    title_field: ClassVar[str] = "name"
    name: Annotated[Text, C]
    role: Annotated[TeamRole | None, C] = None
    email: Annotated[Text | None, ceiling(CLIENT, when="of the AE and the PM")] = None
    phone: Annotated[Text | None, ceiling(CLIENT, when="of the AE and the PM")] = None

    @classmethod
    def title_of(cls, raw: Mapping[str, object]) -> str:
        return f"{raw.get('name') or ''} {raw.get('role') or ''}"

    def outside(self) -> Mapping[str, object] | None:
        if self.role in ("account_executive", "project_manager"):
            return {}
        return {"email": None, "phone": None}


class Contact(Item):
    """One of the client's people; the default id is made of name and role."""

    title_field: ClassVar[str] = "name"
    name: Annotated[Text, C]
    role: Annotated[ContactRole | None, C] = None
    email: Annotated[Text | None, I] = None

    @classmethod
    def title_of(cls, raw: Mapping[str, object]) -> str:
        return f"{raw.get('name') or ''} {raw.get('role') or ''}"


class Responsibility(Item):
    """A row of the RACI chart."""

    title_field: ClassVar[str] = "activity"
    activity: Annotated[Text, c]
    responsible: Annotated[Remarks, c] = ()
    accountable: Annotated[Text | None, c] = None
    consulted: Annotated[Remarks, c] = ()
    informed: Annotated[Remarks, c] = ()


class Client(Part):
    """Who the client is."""

    short: ClassVar[str | None] = "name"
    name: Annotated[Text, ceiling(CLIENT, gate="named")]
    legal_name: Annotated[Text | None, C] = None
    aliases: Annotated[Remarks, I] = ()
    domains: Annotated[Remarks, I] = ()
    descriptor: Annotated[Text | None, ceiling(INTERNAL, gate="anonymised")] = None
    logo: Annotated[Image | None, ceiling(CLIENT, gate="logo")] = None
    website: Annotated[Link | None, C] = None


class Health(Part):
    """How the AE says it goes."""

    overall: Annotated[Overall | None, C] = None
    as_of: Annotated[Day | None, C] = None
    rationale: Annotated[Text | None, C] = None
    scope: Annotated[Colour, C] = "unknown"
    schedule: Annotated[Colour, C] = "unknown"
    quality: Annotated[Colour, C] = "unknown"
    path_to_green: Annotated[Text | None, I] = None
    budget: Annotated[Colour, I] = "unknown"
    sentiment: Annotated[Colour, I] = "unknown"


class Milestone(Item):
    """A date that was promised."""

    title: Annotated[Text, C]
    baseline: Annotated[Day | None, C] = None
    forecast: Annotated[Day | None, C] = None
    done: Annotated[Day | None, C] = None
    description: Annotated[Text | None, C] = None


_BEFORE_READY = ("planned", "in_progress", "internal_review")


class Deliverable(Item):
    """Something that the client gets; before `ready` they see title, due date and a plain status."""

    title: Annotated[Text, C]
    status: Annotated[DeliverableStatus, C] = "planned"
    due: Annotated[Day | None, C] = None
    version: Annotated[Text | None, ceiling(CLIENT, when="from ready on")] = None
    link: Annotated[Link | None, ceiling(CLIENT, when="from ready on")] = None
    round: Annotated[Count | None, ceiling(CLIENT, when="from ready on")] = None
    round_limit: Annotated[Count | None, ceiling(CLIENT, when="from ready on")] = None
    approved_by: Annotated[Text | None, ceiling(CLIENT, when="from ready on")] = None
    approved_on: Annotated[Day | None, ceiling(CLIENT, when="from ready on")] = None

    def outside(self) -> Mapping[str, object] | None:
        if self.status not in _BEFORE_READY:
            return {}
        hidden = ("version", "link", "round", "round_limit", "approved_by", "approved_on")
        shown = "planned" if self.status == "planned" else "in_progress"
        return {"status": shown, **dict.fromkeys(hidden)}


class Need(Item):
    """What we need from the client."""

    title: Annotated[Text, C]
    action: Annotated[NeedAction, C] = "provide"
    due: Annotated[Day | None, C] = None
    owner: Annotated[Text | None, C] = None
    link: Annotated[Link | None, C] = None
    done: Annotated[Day | None, C] = None


class Figure(Part):
    """A number on a day. Seen where its KPI is."""

    value: Annotated[Number | None, P] = None
    date: Annotated[Day | None, P] = None


class Reading(Item):
    """A figure in a list. It has no title, so an id only if one is written."""

    value: Annotated[Number | None, P] = None
    date: Annotated[Day | None, P] = None


class Kpi(Item):
    """A measure; it may enter the case study only if it says `audience: public` itself."""

    title_field: ClassVar[str] = "name"
    name: Annotated[Text, Cp]
    unit: Annotated[Text | None, Cp] = None
    direction: Annotated[Direction, Cp] = "increase"
    baseline: Annotated[Figure | None, Cp] = None
    target: Annotated[Figure | None, Cp] = None
    readings: Annotated[tuple[Reading, ...], Cp] = ()
    source: Annotated[Text | None, Cp] = None
    method: Annotated[Text | None, Cp] = None


class Decision(Item):
    """What was decided, and why."""

    title: Annotated[Text, C]
    date: Annotated[Day | None, C] = None
    decision: Annotated[Text | None, C] = None
    context: Annotated[Text | None, C] = None
    consequences: Annotated[Text | None, C] = None
    decided_by: Annotated[Text | None, C] = None


class Scope(Marked):
    """What is in, what is out; a mark opens assumptions and constraints."""

    in_: Annotated[Remarks, C] = Field(default=(), alias="in")
    out: Annotated[Remarks, C] = ()
    assumptions: Annotated[Remarks, c] = ()
    constraints: Annotated[Remarks, c] = ()


class Expectation(Item):
    """What somebody was told; the client sees the agreed wording alone, once it is settled."""

    title_field: ClassVar[str] = "statement"
    statement: Annotated[Text, I]
    said_on: Annotated[Day | None, I] = None
    source: Annotated[ExpectationSource | None, I] = None
    said_by: Annotated[Text | None, I] = None
    status: Annotated[ExpectationStatus, I] = "open"
    agreed_wording: Annotated[Text | None, ceiling(CLIENT, when="once status is not open")] = None

    def outside(self) -> Mapping[str, object] | None:
        return None if self.status == "open" else {}


class ChangeRequest(Item):
    """A change of mind, with what it does to the dates."""

    title: Annotated[Text, C]
    type: Annotated[ChangeType, C] = "request_for_change"
    raised_by: Annotated[Text | None, C] = None
    raised_on: Annotated[Day | None, C] = None
    reason: Annotated[Text | None, I] = None
    schedule_days: Annotated[Whole | None, C] = None
    cost: Annotated[Number | None, c] = None
    affects: Annotated[tuple[Id, ...], C] = ()
    recommendation: Annotated[Text | None, I] = None
    decision: Annotated[ChangeDecision, C] = "pending"
    decided_by: Annotated[Text | None, I] = None
    decided_on: Annotated[Day | None, C] = None


class Risk(Item):
    """What may go wrong; `audience: client` opens `client_summary` alone."""

    title: Annotated[Text, I]
    cause: Annotated[Text | None, I] = None
    effect: Annotated[Text | None, I] = None
    probability: Annotated[Degree | None, I] = None
    impact: Annotated[Degree | None, I] = None
    response: Annotated[RiskResponse | None, I] = None
    owner: Annotated[Text | None, I] = None
    status: Annotated[RiskStatus, I] = "open"
    client_summary: Annotated[Text | None, c] = None


class Brief(Part):
    """The strategy brief. `audience` here is the target group, not a mark."""

    audience: Annotated[Text | None, I] = None
    insight: Annotated[Text | None, I] = None
    proposition: Annotated[Text | None, I] = None
    support: Annotated[Text | None, I] = None
    tone: Annotated[Text | None, I] = None
    mandatories: Annotated[Remarks, I] = ()
    success_criteria: Annotated[Remarks, I] = ()


class Tactic(Item):
    """A suggestion; the client sees it from `proposed` on."""

    title: Annotated[Text, ceiling(CLIENT, when="for every status but idea")]
    rationale: Annotated[Text | None, ceiling(CLIENT, when="for every status but idea")] = None
    effort: Annotated[Effort | None, I] = None
    status: Annotated[TacticStatus, ceiling(CLIENT, when="for every status but idea")] = "idea"
    proposed_on: Annotated[Day | None, ceiling(CLIENT, when="for every status but idea")] = None

    def outside(self) -> Mapping[str, object] | None:
        return None if self.status == "idea" else {}


class MarketStudy(Item):
    """What the team read; a mark opens the findings."""

    title: Annotated[Text, I]
    source: Annotated[Text | None, I] = None
    date: Annotated[Day | None, I] = None
    licence: Annotated[Text | None, I] = None
    findings: Annotated[Text | None, c] = None


class Commercials(Marked):
    """Money and hours; a mark opens the hours."""

    currency: Annotated[Currency | None, I] = None
    value: Annotated[Number | None, I] = None
    margin: Annotated[Number | None, I] = None
    hours_budget: Annotated[Number | None, c] = None
    hours_used: Annotated[Number | None, c] = None


class Quote(Part):
    """What somebody of the client said."""

    text: Annotated[Text | None, ceiling(INTERNAL, gate="quote")] = None
    by: Annotated[Text | None, ceiling(INTERNAL, gate="quote")] = None
    role: Annotated[Text | None, ceiling(INTERNAL, gate="quote")] = None


class Consent(Part):
    """The client's recorded permission to be shown in public."""

    status: Annotated[ConsentStatus, I] = "none"
    scopes: Annotated[tuple[ConsentScope, ...], I] = ()
    channels: Annotated[tuple[ConsentChannel, ...], I] = ()
    granted_by: Annotated[Text | None, I] = None
    granted_on: Annotated[Day | None, I] = None
    expires_on: Annotated[Day | None, I] = None
    evidence: Annotated[Text | None, I] = None


class CaseStudy(Part):
    """What prospects may be shown, and under which consent."""

    attribution: Annotated[Attribution, I] = "internal_only"
    title: Annotated[Text | None, ceiling(INTERNAL, gate="case")] = None
    summary: Annotated[Text | None, ceiling(INTERNAL, gate="case")] = None
    slug: Annotated[Id | None, ceiling(INTERNAL, gate="case")] = None
    headline_kpi: Annotated[Id | None, I] = None
    kpis: Annotated[tuple[Id, ...], I] = ()
    quote: Annotated[Quote | None, ceiling(INTERNAL, gate="quote")] = None
    image: Annotated[Image | None, ceiling(INTERNAL, gate="imagery")] = None
    image_alt: Annotated[Text | None, ceiling(INTERNAL, gate="imagery")] = None
    rank: Annotated[Number | None, I] = None
    consent: Annotated[Consent, I] = Consent()


class Access(Part):
    """How the portal opens."""

    mode: Annotated[AccessMode | None, I] = None
    epoch: Annotated[Epoch, I] = 1
    readers: Annotated[Remarks, I] = ()
    until: Annotated[Day | None, I] = None


class FrontMatter(Part):
    """Everything above an account's body."""

    client: Annotated[Client, ceiling(CLIENT, gate="case")]
    title: Annotated[Text, C]
    language: Annotated[Language | None, C] = None
    lifecycle: Annotated[Lifecycle, C] = "active"
    industry: Annotated[Text | None, ceiling(CLIENT, gate="case")] = None
    region: Annotated[Text | None, ceiling(CLIENT, gate="case")] = None
    size: Annotated[Size | None, ceiling(CLIENT, gate="case")] = None
    services: Annotated[Remarks, ceiling(CLIENT, gate="case")] = ()
    start: Annotated[Day | None, C] = None
    end: Annotated[Day | None, C] = None
    objective: Annotated[Text | None, C] = None
    team: Annotated[tuple[Person, ...], C] = ()
    contacts: Annotated[tuple[Contact, ...], C] = ()
    raci: Annotated[tuple[Responsibility, ...], c] = ()
    health: Annotated[Health, C] = Health()
    milestones: Annotated[tuple[Milestone, ...], C] = ()
    deliverables: Annotated[tuple[Deliverable, ...], C] = ()
    needs: Annotated[tuple[Need, ...], C] = ()
    kpis: Annotated[tuple[Kpi, ...], Cp] = ()
    decisions: Annotated[tuple[Decision, ...], C] = ()
    scope: Annotated[Scope, ceiling(CLIENT)] = Scope()
    expectations: Annotated[tuple[Expectation, ...], C] = ()
    change_requests: Annotated[tuple[ChangeRequest, ...], C] = ()
    risks: Annotated[tuple[Risk, ...], c] = ()
    brief: Annotated[Brief, I] = Brief()
    tactics: Annotated[tuple[Tactic, ...], C] = ()
    market_studies: Annotated[tuple[MarketStudy, ...], c] = ()
    commercials: Annotated[Commercials, c] = Commercials()
    lessons: Annotated[Remarks, I] = ()
    case_study: Annotated[CaseStudy, ceiling(INTERNAL, gate="case")] = CaseStudy()
    access: Annotated[Access, I] = Access()


# ---- the body and the folder ----------------------------------------------------------------------


class Stretch(Part):
    """A piece of a section between headings and fence lines: parsed as a document of its own.

    `line` is the file's line on which `text` begins; `links` are its checked links into the
    account's folder, `(as written, path below the folder)`.
    """

    text: str
    audience: Audience
    line: int
    links: tuple[tuple[str, str], ...] = ()


class Section(Part):
    """A level-2 section of the body, or the prose of a file of its own.

    `file` is relative to the folder of accounts (`brisa-foods.md`, `brisa-foods/case-study.md`).
    The text before the first section has the id `""` and no title.
    """

    id: str
    title: str
    audience: Audience
    stretches: tuple[Stretch, ...]
    file: str
    line: int


class Update(Section):
    """A dated section."""

    date: date


class File(Part):
    """A file below the account's folder that something in the account links to."""

    path: str
    sha256: str
    size: int


class Account(FrontMatter):
    """One client engagement: front matter, sections, updates and the files that they link to."""

    id: str
    sections: tuple[Section, ...] = ()
    updates: tuple[Update, ...] = ()
    files: tuple[File, ...] = ()

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: object) -> object:
        return value

    def section(self, name: str) -> Section | None:
        """The section with this id, if there is one."""
        return next((s for s in self.sections if s.id == name), None)


# ---- the model as data ----------------------------------------------------------------------------

FREE = frozenset({"audience", "id"})
"""What an item says about itself; everything else must carry a ceiling."""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of the model as data: its dotted key (`team[].email`), ceiling, type and enumeration."""

    key: str
    ceiling: Ceiling
    part: type[Part]
    name: str
    required: bool
    child: type[Part] | None
    many: bool
    choices: tuple[str, ...]


def ceiling_of(info: FieldInfo) -> Ceiling | None:
    """The ceiling in a field's annotation."""
    return next((m for m in info.metadata if isinstance(m, Ceiling)), None)


def kind_of(info: FieldInfo) -> Kind | None:
    """`LINK` or `IMAGE` where a field holds one: how the loader must look at its text."""
    found = (*info.metadata, *_metadata(info.annotation))
    return next((m for m in found if isinstance(m, Kind)), None)


def _metadata(annotation: object) -> tuple[object, ...]:
    own = tuple(getattr(annotation, "__metadata__", ()))
    return own + tuple(m for a in get_args(annotation) for m in _metadata(a))


def child_of(annotation: object) -> tuple[type[Part] | None, bool]:
    """The part inside an annotation, and whether the field holds a list."""
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return annotation, False
    arguments = get_args(annotation)
    many = getattr(annotation, "__origin__", None) is tuple
    for argument in arguments:
        child, deeper = child_of(argument)
        if child is not None:
            return child, many or deeper
    return None, many


def choices_of(annotation: object) -> tuple[str, ...]:
    """The words of the enumeration inside an annotation, or none."""
    if getattr(annotation, "__origin__", None) is Literal:
        return tuple(str(a) for a in get_args(annotation))
    return next((found for a in get_args(annotation) if (found := choices_of(a))), ())


def fields(part: type[Part] = FrontMatter, prefix: str = "") -> Iterator[FieldSpec]:
    """Every field of the front matter, depth first, with its ceiling: the specification's tables.

    Raises `TypeError` for a field without a ceiling: a new field is refused until somebody decides.
    """
    for name, info in part.model_fields.items():
        if name in FREE and ceiling_of(info) is None:
            continue
        found = ceiling_of(info)
        if found is None:
            raise TypeError(f"{part.__name__}.{name} has no ceiling")
        child, many = child_of(info.annotation)
        key = f"{prefix}{info.alias or name}{'[]' if many else ''}"
        yield FieldSpec(key, found, part, name, info.is_required(), child, many, choices_of(info.annotation))
        if child is not None:
            yield from fields(child, f"{key}.")


def widest_mark(part: type[Part], limit: Ceiling) -> Audience:
    """The widest `audience` that an item of this kind may say, inside a field with this ceiling."""
    own = max((k.ever for f in part.model_fields.values() if (k := ceiling_of(f))), default=INTERNAL)
    return min(own, limit.ever)


def json_schema() -> dict[str, Any]:
    """JSON Schema (2020-12) of the front matter; each property says its audience in `x-audience`."""
    schema = FrontMatter.model_json_schema(by_alias=True)
    definitions: dict[str, Any] = schema.get("$defs", {})
    for part in {spec.part for spec in fields()}:
        properties = schema if part is FrontMatter else definitions.get(part.__name__, {})
        for name, info in part.model_fields.items():
            found = ceiling_of(info)
            entry = properties.get("properties", {}).get(info.alias or name)
            if found is None or entry is None:
                continue
            entry["x-audience"] = str(found.widest)
            if found.marked > found.widest:
                entry["x-audience-marked"] = str(found.marked)
            if found.gate:
                entry["x-audience-gated"] = f"{found.gated} ({found.gate})"
            if found.when:
                entry["x-audience-when"] = found.when
    return schema

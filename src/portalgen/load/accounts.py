"""One account's files -> an `Account`, or the problems that keep it from being one.

Reads `<id>.md` and the folder beside it: updates of their own, the case study's prose, and the files
that anything links to. Ids are unique over all of an account's files.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from portalgen.account import (
    INTERNAL,
    Account,
    File,
    FrontMatter,
    Part,
    Section,
    Update,
)
from portalgen.load.approvals import NONE, Approvals
from portalgen.load.checks import check
from portalgen.load.fields import Fields
from portalgen.load.folder import Refused, hashed, names_below, read_below, resolve, shown
from portalgen.load.front_matter import MAX_FILE, Source, read
from portalgen.load.sections import Body, split, whole
from portalgen.problems import Address, Problem, Suggestions
from portalgen.scalars import Day, Mark, Text
from portalgen.vocabulary import Audience, slug

_CASE = "case-study"
_IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp")
_PROSE = re.compile(r"case-study\.md|updates/[^/]*\.md", re.IGNORECASE)
"""What is published as pages, by audience, and so never as a file."""


class UpdateHead(Part):
    """The front matter of a file in `updates/`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    title: Text
    date: Day
    audience: Mark = INTERNAL


class ProseHead(Part):
    """The front matter of `case-study.md`."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    audience: Mark = INTERNAL


def _no_links(target: str, *, image: bool) -> None:
    """The heads of updates and case studies hold no links."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """An account with the places of what it holds.

    `places`: `"milestones.2.title"` (list items from 1), and `"section:<id>"`, `"update:<id>"` for the
    headings. `approvals` is what was approved of it.
    """

    account: Account
    places: Mapping[str, Address]
    approvals: Approvals = NONE


@dataclass(slots=True)
class Reading:
    """What reading one account has found so far. `shown` is the accounts' folder as messages say it."""

    folder: Path
    shown: str
    name: str
    suggest: Suggestions
    problems: list[Problem] = field(default_factory=list)
    texts: dict[str, str] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    places: dict[str, Address] = field(default_factory=dict)
    inputs: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each text that was read, by its path below the accounts' folder."""
    lists: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """The names in each folder that was looked into."""
    beside: list[str] = field(default_factory=list)
    """The names in the account's folder."""

    def account(self) -> Loaded | None:
        """The account, or None where anything is wrong with it."""
        source = self._source(f"{self.name}.md")
        if source is None:
            return None
        self.beside = self._list(self.name)
        front = self._front(source)
        body = self._body(source)
        sections, updates = list(body.sections), list(body.updates)
        self._updates(updates)
        self._case_study(sections)
        self._equal_ids([*sections, *updates])
        self._strays()
        if front is None or any(p.severity == "error" for p in self.problems):
            return None
        values: dict[str, Any] = dict(front.__dict__)
        account = Account.model_construct(
            **values,
            id=self.name,
            sections=tuple(sections),
            updates=tuple(updates),
            files=tuple(self.files[path] for path in sorted(self.files)),
        )
        return Loaded(account, self.places)

    # ---- files

    def _source(self, file: str) -> Source | None:
        path = f"{self.shown}/{shown(file)}"
        try:
            data = read_below(self.folder, file, MAX_FILE + 1)
        except Refused as refused:
            self.problems.append(
                Problem(Address(path), "error", refused.code, refused.sentence, hint=refused.hint)
            )
            return None
        source = read(path, data)
        self.inputs[file] = sha256(data).hexdigest()
        self.texts[path] = source.text
        self.problems += source.problems
        return source

    def _link(self, target: str, base: str, *, image: bool) -> str | None:
        """The path below the account's folder that a link means, noted as a file; raises `Refused`."""
        path = resolve(target, base, self.name).path
        if path is None:
            return None
        if image and path.lower().endswith((".svg", ".svgz")):
            raise Refused("svg-image", "an SVG file can hold a program and is not shown", "save it as PNG")
        if image and not path.lower().endswith(_IMAGES):
            raise Refused("not-an-image", "this is no image that can be shown", "use PNG, JPEG, GIF or WebP")
        if _PROSE.fullmatch(path):
            raise Refused(
                "bad-link",
                "this file is no download: its text is shown to those whom it is for, on a page of its own",
                "link to a file, or leave the link out",
            )
        if path not in self.files:
            digest, size = hashed(self.folder, f"{self.name}/{path}")
            self.files[path] = File(path=path, sha256=digest, size=size)
        return path

    # ---- the account's own file

    def _front(self, source: Source) -> FrontMatter | None:
        if source.mapping is None:
            return None

        def link(target: str, *, image: bool) -> tuple[str, str, str] | None:
            try:
                path = self._link(target, self.name, image=image)
            except Refused as refused:
                return refused.code, refused.sentence, refused.hint
            if image and path is None:
                return "not-a-file", "this wants an image in the account's folder", "write files/logo.png"
            return None

        fields = Fields(source.path, link, self.suggest)
        front = fields.validate(source.mapping, FrontMatter, lambda raw: check(raw, fields))
        self.problems += fields.problems
        self.places |= fields.places
        return front

    def _body(self, source: Source) -> Body:
        if source.body is None:
            return Body()
        body = split(
            source.body,
            source.body_line,
            source.path,
            f"{self.name}.md",
            lambda target, image: self._link(target, "", image=image),
        )
        self.problems += body.problems
        for one in body.sections:
            self.places[f"section:{one.id}"] = Address(source.path, one.line)
        for update in body.updates:
            self.places[f"update:{update.id}"] = Address(source.path, update.line)
        return body

    # ---- the folder

    def _head(self, source: Source, part: type[Any]) -> Any:
        if source.mapping is None:
            return None
        fields = Fields(source.path, _no_links, self.suggest)
        found = fields.validate(source.mapping, part)
        self.problems += fields.problems
        return found

    def _prose(self, source: Source, base: str, audience: Audience) -> tuple[Any, ...]:
        if source.body is None:
            return ()
        stretches, problems = whole(
            source.body,
            source.body_line,
            source.path,
            lambda target, image: self._link(target, base, image=image),
            audience,
        )
        self.problems += problems
        return stretches

    def _updates(self, updates: list[Update]) -> None:
        for name in self._list(f"{self.name}/updates") if "updates" in self.beside else ():
            file = f"{self.name}/updates/{name}"
            if not name.endswith(".md"):
                self._stray_text(file, "updates")
                continue
            source = self._source(file)
            head = self._head(source, UpdateHead) if source else None
            audience = head.audience if head else INTERNAL
            stretches = self._prose(source, posixpath.dirname(file), audience) if source else ()
            if head is None or source is None:
                continue
            made = slug(f"{head.date} {head.title}")
            self.places[f"update:{made}"] = Address(source.path)
            updates.append(
                Update(
                    id=made,
                    title=head.title,
                    audience=audience,
                    stretches=stretches,
                    file=file,
                    line=1,
                    date=head.date,
                )
            )

    def _case_study(self, sections: list[Section]) -> None:
        file = f"{self.name}/case-study.md"
        if "case-study.md" not in self.beside:
            return
        source = self._source(file)
        if source is None:
            return
        head = self._head(source, ProseHead)
        audience = head.audience if head else INTERNAL
        stretches = self._prose(source, self.name, audience)
        if (other := next((s for s in sections if s.id == _CASE), None)) is not None:
            self.problems.append(
                Problem(
                    Address(source.path),
                    "error",
                    "two-case-studies",
                    f"there is a section with the id case-study too, on line {other.line} of {self.name}.md",
                    hint="keep one of the two",
                )
            )
            return
        self.places[f"section:{_CASE}"] = Address(source.path)
        sections.append(
            Section(id=_CASE, title="", audience=audience, stretches=stretches, file=file, line=1)
        )

    def _list(self, folder: str) -> list[str]:
        """The names in a folder of the account, editors' leavings excepted; a link is reported."""
        try:
            names = names_below(self.folder, folder)
        except Refused as refused:
            at = Address(f"{self.shown}/{folder}")
            self.problems.append(Problem(at, "error", refused.code, refused.sentence, hint=refused.hint))
            return []
        self.lists[folder] = tuple(names)
        return names

    def _strays(self) -> None:
        """A text in the folder that nobody reads is a slip: its author thinks that it is shown."""
        for name in self.beside:
            if name not in ("updates", "files", "case-study.md") and name not in self.files:
                self._stray_text(f"{self.name}/{name}", "")

    def _stray_text(self, file: str, folder: str) -> None:
        name = posixpath.basename(file)
        if not name.lower().endswith((".md", ".markdown", ".mdown", ".txt")):
            return
        hint = f'its name must end in ".md": {folder}/2026-11-20-first-ads.md'
        if not folder:
            hint = "updates belong into updates/, the case study is case-study.md, downloads go into files/"
        message = "nobody sees this file: it is not read, and nothing links to it"
        self.problems.append(
            Problem(Address(f"{self.shown}/{shown(file)}"), "warning", "stray-file", message, hint=hint)
        )

    def _equal_ids(self, sections: list[Section]) -> None:
        seen: dict[str, Section] = {}
        own = f"{self.name}.md"
        for one in sorted(sections, key=lambda s: (s.file != own, s.file, s.line)):
            first = seen.setdefault(one.id, one) if one.id else one
            if first is not one:
                self.problems.append(
                    Problem(
                        Address(f"{self.shown}/{one.file}", one.line),
                        "error",
                        "duplicate-id",
                        f'the id "{one.id}" is already that of {first.file}, line {first.line}',
                        hint="change the title"
                        if one.file != own
                        else "change the title, or give this heading an id of its own: {#another-id}",
                    )
                )

"""The public gallery as fragments: what goes inside the pages that MkDocs and its theme frame.

Owns the gallery, the facets' pages, the case studies, the cards wherever they stand, the Atom feed,
and what a case says of itself in a page's head. Interface words, dates and numbers are in the site's
language, a case's own words in its own, marked so. Every card is one `<article class="pg-card">` that
holds no other article: the scan lets a client's name stand there and on the case's own page, nowhere
else.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from portalgen.render import assets, charts, facets, heads, prose
from portalgen.render.environment import environment, locale_of, render, say, shown_language
from portalgen.render.facets import Facets, Option, Values
from portalgen.render.heads import Frame
from portalgen.render.page import root_of
from portalgen.render.pictures import Look, Pictures, no_shape
from portalgen.render.results import Headline, headline, row, span
from portalgen.settings import House
from portalgen.views import CaseStudyView, Facet, GalleryView, Prose

ADDRESS = "case-studies/"
FEED = "feed.xml"
FACETS = facets.NAMES
_UNDATED = date(1970, 1, 1)
_COLUMN = "(max-width: 46rem) 92vw, 42rem"
_CARD = "(max-width: 40rem) 92vw, 25rem"
"""How wide a story's column and a card are, as far as a browser can know before it has the style."""
_HEADING = re.compile(r"<h([1-6])\b")
_STATIC = Path(__file__).parent / "templates/public"


@dataclass(frozen=True, slots=True)
class Fragment:
    """The content of one page. `address` is below the site's root; `head` goes into the page's head.

    `title` names the page in menus and tabs; `updated` is the newest date of what it shows, if any.
    """

    address: str
    title: str
    description: str
    html: str
    head: str
    updated: date | None
    searchable: bool = True


@dataclass(frozen=True, slots=True)
class Card:
    """A case on a card. `lang` is set where the case's words are in another language than the site's."""

    slug: str
    href: str
    title: str
    client: str
    lang: str
    summary: str
    headline: Headline | None
    image: Markup
    plate: str
    industry: str
    services: str
    values: dict[str, str]


@dataclass(frozen=True, slots=True)
class Choice:
    """A value of a facet in the filters."""

    slug: str
    text: str
    href: str
    count: int
    current: bool


# ---- pages ----------------------------------------------------------------------------------------


def scripts_and_styles(house: House, theme: str) -> dict[str, bytes]:
    """The gallery's style, in the house's tokens, and its script by file name."""
    style = assets.public(house, theme, (_STATIC / "gallery.css").read_text("utf-8"))
    return {"gallery.css": style.encode(), "gallery.js": (_STATIC / "gallery.js").read_bytes()}


class Drawn:
    """One gallery in one frame. What several pages share is made once.

    `before` is what was drawn last. What is equal there is taken over, down to the fragments: a page
    whose fragment `pages` gives again, the same object, need not be made again.
    """

    def __init__(
        self, view: GalleryView, frame: Frame, before: Drawn | None = None, look: Look = no_shape
    ) -> None:
        self.frame = frame
        self._pictures = Pictures(look, _COLUMN)
        self._locale = locale_of(frame.language)
        old = before if before is not None and before.frame == frame else None
        self._words: dict[str, str] = old._words if old else {}
        self._before = old._pages if old else {}
        self._pages: dict[str, tuple[object, Fragment]] = {}
        self._facets = Facets(view.facets, (case.slug for case in view.cases))
        if old and self._facets.slugs == old._facets.slugs and view.facets == old._facets.all:
            self._facets = old._facets
        self._told: dict[str, _Told] = {}
        for case in view.cases:
            values = self._facets.values(case.slug)
            told = old._told.get(case.slug) if old else None
            if told is None or not (told.case is case or told.case == case):
                told = _Told(case, values, headline(case, self._locale))
            elif told.values != values:
                told = _Told(told.case, values, told.headline, told.entry)
            self._told[case.slug] = told

    def pages(self) -> Iterator[Fragment]:
        """The gallery, the page of every facet's value, and the page of every case."""
        yield self.gallery()
        for facet in self._facets.all:
            yield self.facet(facet)
        for told in self._told.values():
            yield self.case(told.case)

    def cards(self, root: str, *, wanted: dict[str, str], limit: int | None, level: int) -> str:
        """Cards for any page: the cases that have all the facets' values `wanted`, `""` where none has.

        `root` is the way from the page to the site's root, `level` that of the cards' headings.
        """
        asked = set(wanted.items())
        fitting = [told for told in self._told.values() if asked.issubset(told.values)]
        if not fitting:
            return ""
        shown = [self._card(told, root, level) for told in fitting[:limit]]
        return render(self.frame.language, "public/cards.html", cards=shown)

    def gallery(self) -> Fragment:
        """The page of all cases, with the filters."""
        root = root_of(ADDRESS)
        cards = tuple(self._card(told, root, 2) for told in self._told.values())
        newest = _newest(told.case for told in self._told.values())

        def make() -> Fragment:
            t = say(self.frame.language)
            title = t("Case studies")
            description = t("Case studies of {agency} with their figures.", agency=self.frame.agency)
            html = render(
                self.frame.language,
                "public/gallery.html",
                cards=cards,
                filters=self._filters(root),
                action=self.frame.action,
                action_href=self.frame.action_href(root),
                frame=self.frame,
                root=root,
            )
            head = self._head(ADDRESS, title, description)
            return Fragment(ADDRESS, title, description, html, head, newest)

        return self._made(ADDRESS, (cards, self._facets.menu, newest), make)

    def facet(self, facet: Facet) -> Fragment:
        """The page of one value: a filter that works without a script."""
        address = f"{ADDRESS}{facet.facet}/{facet.slug}/"
        root = root_of(address)
        chosen = [self._told[slug] for slug in facet.cases]
        cards = tuple(self._card(told, root, 2) for told in chosen)
        newest = _newest(told.case for told in chosen)
        value = self._word(facet.facet, facet.value)
        total = len(self._told)

        def make() -> Fragment:
            t = say(self.frame.language)
            agency = self.frame.agency
            title = t("Case studies: {value}", value=value)
            description = t(
                "Case studies of {agency} with their figures: {value}.", agency=agency, value=value
            )
            html = render(
                self.frame.language,
                "public/facet.html",
                facet=facet,
                value=value,
                total=total,
                cards=cards,
                filters=self._filters(root, facet),
                frame=self.frame,
                root=root,
            )
            head = self._head(address, title, description)
            return Fragment(address, title, description, html, head, newest, searchable=False)

        return self._made(address, (cards, self._facets.menu, newest, value, total), make)

    def case(self, case: CaseStudyView) -> Fragment:
        """The page of one case."""
        frame, root = self.frame, root_of(case.url)
        told = self._told[case.slug]
        facts = self._facets.facts(case.slug)
        alike = self._facets.related(case)
        related = tuple(self._card(self._told[slug], root, 3, image=False) for slug in alike)

        def make() -> Fragment:
            target = frame.action[1] if frame.action else ""
            html = render(
                frame.language,
                "public/case.html",
                case=case,
                lang=_lang(case, frame),
                headline=told.headline,
                rows=[row(kpi, self._locale) for kpi in case.results],
                trends=self._trends(case),
                period=span(case.start, case.end, self._locale),
                url=frame.absolute(case.url) if frame.address else "",
                facts=self._choices((Option(*fact, 0) for fact in facts), root),
                pictures=self._pictures,
                story=self._story(case.story, 2, "story", case) if case.story else "",
                sections=[
                    (s, self._story(s.prose, 3, f"section-{n}", case)) for n, s in enumerate(case.sections)
                ],
                related=related,
                action=frame.action,
                action_href=frame.action_href(root),
                action_said=_said(target, frame),
                frame=frame,
                root=root,
            )
            t = say(frame.language)
            description = case.summary or t("A case study of {agency}.", agency=frame.agency)
            head = heads.head(frame, heads.of_case(frame, case, description), case)
            return Fragment(case.url, case.title, description, html, head, case.updated)

        return self._made(case.url, (told.case, facts, related), make)

    def feed(self) -> bytes:
        """The Atom feed (RFC 4287) of all cases, newest first; wants `frame.address`.

        An entry's id is its page's address. A case without a date counts as old: a date that moved with
        the build would show it as new every day.
        """
        frame = self.frame
        told = sorted(
            self._told.values(), key=lambda x: (-(x.case.updated or _UNDATED).toordinal(), x.case.slug)
        )
        newest = _instant(_newest(x.case for x in told))
        title = say(frame.language)("Case studies of {agency}", agency=frame.agency)
        lines = [
            '<?xml version="1.0" encoding="utf-8"?>',
            f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(shown_language(frame.language))}">',
            f"<title>{escape(title)}</title>",
            f"<id>{escape(frame.absolute(ADDRESS))}</id>",
            f'<link rel="self" type="application/atom+xml" href="{escape(frame.address + FEED)}"/>',
            f'<link rel="alternate" type="text/html" href="{escape(frame.absolute(ADDRESS))}"/>',
            f"<updated>{newest}</updated>",
            f"<author><name>{escape(frame.agency)}</name></author>",
        ]
        for one in told:
            one.entry = one.entry or "\n".join(_entry(one.case, frame))
            lines.append(one.entry)
        lines.append("</feed>\n")
        return "\n".join(lines).encode()

    # ---- pieces

    def _head(self, address: str, title: str, description: str) -> str:
        frame = self.frame
        url = frame.absolute(address) if frame.address else ""
        return heads.head(frame, heads.of_site(frame, url, title, description))

    def _made(self, address: str, shown: object, make: Callable[[], Fragment]) -> Fragment:
        """The fragment drawn last where it showed the same, else a new one."""
        if address not in self._pages:
            before = self._before.get(address)
            self._pages[address] = before if before and before[0] == shown else (shown, make())
        return self._pages[address][1]

    def _card(self, told: _Told, root: str, level: int, *, image: bool = True) -> Markup:
        key = root, level, image
        if key not in told.cards:
            parts: Any = environment(self.frame.language).get_template("public/parts.html").module
            told.cards[key] = parts.card(self._card_of(told, root), level, image)
        return told.cards[key]

    def _card_of(self, told: _Told, root: str) -> Card:
        case = told.case
        lang = _lang(case, self.frame)
        image = Markup()
        if case.image:
            file, alt, way = case.image.file, case.image.alt, f"{root}{quote(case.url)}"
            image = self._pictures.img(file, alt, root=way, sizes=_CARD, css="pg-image", lang=lang)
        return Card(
            slug=case.slug,
            href=self.frame.link(case.url, root),
            title=case.title,
            client=case.client,
            lang=_lang(case, self.frame),
            summary=case.summary or "",
            headline=told.headline,
            image=image,
            plate="" if image else next(filter(None, (case.industry, *case.services, case.client))),
            industry=case.industry or "",
            services=", ".join(case.services),
            values={name: " ".join(slug for facet, slug in told.values if facet == name) for name in FACETS},
        )

    def _trends(self, case: CaseStudyView) -> list[tuple[str, Markup]]:
        """The course of each measure that was read more than once, with its name."""
        drawn = ((kpi, charts.trend(kpi, self.frame.language, f"trend-{kpi.id}")) for kpi in case.results)
        return [(kpi.name, chart) for kpi, chart in drawn if chart]

    def _story(self, text: Prose, top: int, prefix: str, case: CaseStudyView) -> Markup:
        """A prose whose highest heading has the level `top`."""
        how: dict[str, Any] = {"prefix": prefix, "language": case.language, "pictures": self._pictures}
        html = prose.html(text, **how)
        levels = [int(level) for level in _HEADING.findall(html)]
        if levels and min(levels) != top:
            html = prose.html(text, shift=top - min(levels), **how)
        return html

    def _word(self, facet: str, value: str) -> str:
        """A facet's value as shown: sizes are words of ours, all else the authors'."""
        if facet != "size":
            return value
        if value not in self._words:
            self._words[value] = render(self.frame.language, "public/word.html", word=value).strip()
        return self._words[value]

    def _filters(self, root: str, current: Facet | None = None) -> list[tuple[str, list[Choice]]]:
        chosen = (current.facet, current.slug) if current else None
        return self._choices(self._facets.menu, root, chosen)

    def _choices(
        self, options: Iterable[Option], root: str, chosen: tuple[str, str] | None = None
    ) -> list[tuple[str, list[Choice]]]:
        """The facets that have values, each with its values."""
        groups: dict[str, list[Choice]] = {}
        for one in options:
            choice = Choice(
                slug=one.slug,
                text=self._word(one.facet, one.value),
                href=self.frame.link(f"{ADDRESS}{one.facet}/{one.slug}/", root),
                count=one.count,
                current=(one.facet, one.slug) == chosen,
            )
            groups.setdefault(one.facet, []).append(choice)
        return list(groups.items())


@dataclass(slots=True)
class _Told:
    """A case with what several pages show of it, made when the first of them asks."""

    case: CaseStudyView
    values: Values
    headline: Headline | None
    entry: str = ""
    cards: dict[tuple[str, int, bool], Markup] = field(default_factory=dict)


def _newest(cases: Iterable[CaseStudyView]) -> date | None:
    return max((c.updated for c in cases if c.updated), default=None)


def _said(target: str, frame: Frame) -> str:
    """Where the call to action leads, for paper: `hello@agency.example`, or a page's full address."""
    scheme, found, rest = target.partition(":")
    if found:
        return rest.partition("?")[0] if scheme in ("mailto", "tel") else target
    return f"{frame.address}{target}" if frame.address and target else ""


def _lang(case: CaseStudyView, frame: Frame) -> str:
    """The case's language where it is not the one that the page is in."""
    return "" if case.language == shown_language(frame.language) else case.language


# ---- the feed -------------------------------------------------------------------------------------


def feed(view: GalleryView, frame: Frame) -> bytes:
    """The Atom feed of a gallery: `Drawn.feed`."""
    return Drawn(view, frame).feed()


def _entry(case: CaseStudyView, frame: Frame) -> Iterator[str]:
    address = escape(frame.absolute(case.url))
    lang = _lang(case, frame)
    yield f'<entry xml:lang="{escape(lang)}">' if lang else "<entry>"
    yield f"<title>{escape(case.title)}</title>"
    yield f"<id>{address}</id>"
    yield f'<link rel="alternate" type="text/html" href="{address}"/>'
    yield f"<updated>{_instant(case.updated)}</updated>"
    for term in filter(None, (case.industry, *case.services)):
        yield f'<category term="{escape(term)}"/>'
    yield f"<summary>{escape(': '.join(filter(None, (case.client, case.summary))))}</summary>"
    yield "</entry>"


def _instant(day: date | None) -> str:
    return f"{(day or _UNDATED).isoformat()}T00:00:00Z"

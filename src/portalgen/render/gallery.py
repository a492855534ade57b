"""The public gallery as fragments: what goes inside the pages that MkDocs and its theme frame.

Owns the gallery, the facets' pages, the case studies, the cards wherever they stand, the Atom feed,
and what a case says of itself in a page's head. Interface words, dates and numbers are in the site's
language, a case's own words in its own, marked so. Every card is one `<article class="pg-card">` that
holds no other article: the scan lets a client's name stand there and on the case's own page, nowhere
else.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

from markupsafe import Markup, escape

from portalgen.render import facets, prose
from portalgen.render.environment import environment, locale_of, render, say, shown_language
from portalgen.render.facets import Facets, Option, Values
from portalgen.render.page import root_of
from portalgen.render.results import Headline, headline, row
from portalgen.views import CaseStudyView, Facet, GalleryView, Prose

ADDRESS = "case-studies/"
FEED = "feed.xml"
FACETS = facets.NAMES
_UNDATED = date(1970, 1, 1)
_HEADING = re.compile(r"<h([1-6])\b")
_STATIC = Path(__file__).parent / "templates/public"


@dataclass(frozen=True, slots=True)
class Frame:
    """The site around the gallery.

    `address` is the public site's, ending in `/`, or `""` where the settings name none: then there
    is no feed and nothing that needs a full address. `directory_urls` False: links name `index.html`.
    `action` is the call to action's words and its target, a page below the site's root or an address.
    """

    agency: str
    language: str
    address: str = ""
    directory_urls: bool = True
    action: tuple[str, str] | None = None

    def link(self, address: str, root: str = "") -> str:
        """A link to a page of the site from a page whose way to the site's root is `root`."""
        return f"{root}{quote(address)}" if self.directory_urls else f"{root}{quote(address)}index.html"


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
    headline: Headline | None
    image: str
    alt: str
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


def scripts_and_styles() -> dict[str, bytes]:
    """The gallery's style and script by file name."""
    return {name: (_STATIC / name).read_bytes() for name in ("gallery.css", "gallery.js")}


class Drawn:
    """One gallery in one frame. What several pages share is made once.

    `before` is what was drawn last. What is equal there is taken over, down to the fragments: a page
    whose fragment `pages` gives again, the same object, need not be made again.
    """

    def __init__(self, view: GalleryView, frame: Frame, before: Drawn | None = None) -> None:
        self.frame = frame
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
                frame=self.frame,
                root=root,
            )
            head = _head(self.frame, ADDRESS, title, description)
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
            head = _head(self.frame, address, title, description)
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
                facts=self._choices((Option(*fact, 0) for fact in facts), root),
                story=_story(case.story, 2, "story", case) if case.story else "",
                sections=[(s, _story(s.prose, 3, f"section-{n}", case)) for n, s in enumerate(case.sections)],
                related=related,
                action=frame.action,
                action_href=target if ":" in target or not target else f"{root}{target}",
                frame=frame,
                root=root,
            )
            t = say(frame.language)
            description = case.summary or t("A case study of {agency}.", agency=frame.agency)
            head = _head(frame, case.url, case.title, description, case)
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
            f"<id>{escape(_absolute(frame, ADDRESS))}</id>",
            f'<link rel="self" type="application/atom+xml" href="{escape(frame.address + FEED)}"/>',
            f'<link rel="alternate" type="text/html" href="{escape(_absolute(frame, ADDRESS))}"/>',
            f"<updated>{newest}</updated>",
            f"<author><name>{escape(frame.agency)}</name></author>",
        ]
        for one in told:
            one.entry = one.entry or "\n".join(_entry(one.case, frame))
            lines.append(one.entry)
        lines.append("</feed>\n")
        return "\n".join(lines).encode()

    # ---- pieces

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
        image = f"{root}{quote(case.url + case.image.file.url)}" if case.image else ""
        return Card(
            slug=case.slug,
            href=self.frame.link(case.url, root),
            title=case.title,
            client=case.client,
            lang=_lang(case, self.frame),
            headline=told.headline,
            image=image,
            alt=case.image.alt if case.image else "",
            plate="" if image else case.industry or (case.services[0] if case.services else ""),
            industry=case.industry or "",
            services=", ".join(case.services),
            values={name: " ".join(slug for facet, slug in told.values if facet == name) for name in FACETS},
        )

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


def _lang(case: CaseStudyView, frame: Frame) -> str:
    """The case's language where it is not the one that the page is in."""
    return "" if case.language == shown_language(frame.language) else case.language


def _story(text: Prose, top: int, prefix: str, case: CaseStudyView) -> Markup:
    """A prose whose highest heading has the level `top`."""
    html = prose.html(text, prefix=prefix, language=case.language)
    levels = [int(level) for level in _HEADING.findall(html)]
    if levels and min(levels) != top:
        html = prose.html(text, prefix=prefix, shift=top - min(levels), language=case.language)
    return html


# ---- what the head and the feed say ---------------------------------------------------------------


def _head(frame: Frame, address: str, title: str, description: str, case: CaseStudyView | None = None) -> str:
    """Open Graph (https://ogp.me) and, for a named case, JSON-LD (https://schema.org/Article)."""
    properties = {
        "og:type": "article" if case else "website",
        "og:title": title,
        "og:description": description,
        "og:site_name": frame.agency,
    }
    if frame.address:
        properties["og:url"] = _absolute(frame, address)
    image = case.image if case and frame.address else None
    if case and image:
        properties["og:image"] = frame.address + quote(case.url + image.file.url)
        properties["og:image:alt"] = image.alt
    lines = [
        Markup('<meta property="{}" content="{}">').format(name, value)
        for name, value in properties.items()
        if value
    ]
    lines.append(
        Markup('<meta name="twitter:card" content="{}">').format(
            "summary_large_image" if image else "summary"
        )
    )
    if case and not case.anonymised:
        lines.append(_linked_data(frame, case, properties.get("og:image", "")))
    return "\n".join(lines)


def _linked_data(frame: Frame, case: CaseStudyView, image: str) -> Markup:
    data: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": case.title,
        "inLanguage": case.language,
        "about": {"@type": "Organization", "name": case.client},
        "author": {"@type": "Organization", "name": frame.agency},
    }
    if case.summary:
        data["description"] = case.summary
    if image:
        data["image"] = image
    if case.updated:
        data["dateModified"] = case.updated.isoformat()
    if frame.address:
        data["url"] = _absolute(frame, case.url)
    # Inside a script element only these could end it or start another.
    text = json.dumps(data, ensure_ascii=False).translate({60: "\\u003c", 62: "\\u003e", 38: "\\u0026"})
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text))  # noqa: S704 - escaped


def _absolute(frame: Frame, address: str) -> str:
    return frame.address + frame.link(address)


def feed(view: GalleryView, frame: Frame) -> bytes:
    """The Atom feed of a gallery: `Drawn.feed`."""
    return Drawn(view, frame).feed()


def _entry(case: CaseStudyView, frame: Frame) -> Iterator[str]:
    address = escape(_absolute(frame, case.url))
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

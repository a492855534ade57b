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
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote

from babel import Locale
from babel.dates import format_interval, format_skeleton
from markupsafe import Markup, escape

from portalgen.render import prose
from portalgen.render.environment import figure, locale_of, render, say, shown_language, signed_percent
from portalgen.render.page import root_of
from portalgen.views import CaseStudyView, Facet, FigureView, GalleryView, KpiView, Prose

ADDRESS = "case-studies/"
FEED = "feed.xml"
FACETS = ("industry", "service", "region", "size")
_RELATED = 3
_WEIGHT = {"industry": 3, "service": 2, "region": 1, "size": 1}
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
class Headline:
    """A result in one number: the number, what it counts, from where, when, and what was aimed at."""

    number: str
    name: str
    before: str = ""
    period: str = ""
    target: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table of results, as shown."""

    name: str
    before: str
    after: str
    target: str
    change: str
    period: str
    method: str


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
    """One gallery in one frame. What several pages share is made once."""

    def __init__(self, view: GalleryView, frame: Frame) -> None:
        self.view, self.frame = view, frame
        self._locale = locale_of(frame.language)
        self._cases = {case.slug: case for case in view.cases}
        self._facets: dict[str, list[Facet]] = {slug: [] for slug in self._cases}
        for facet in view.facets:
            for slug in facet.cases:
                self._facets.setdefault(slug, []).append(facet)
        self._headlines = {slug: _headline(case, self._locale) for slug, case in self._cases.items()}
        self._words = {f: self._word(f) for f in view.facets}
        self._made: dict[tuple[str, str], Card] = {}

    def pages(self) -> Iterator[Fragment]:
        """The gallery, the page of every facet's value, and the page of every case."""
        yield self.gallery()
        for facet in self.view.facets:
            yield self.facet(facet)
        for case in self.view.cases:
            yield self.case(case)

    def cards(self, root: str, *, wanted: dict[str, str], limit: int | None, level: int) -> str:
        """Cards for any page: the cases that have all the facets' values `wanted`, `""` where none has.

        `root` is the way from the page to the site's root, `level` that of the cards' headings.
        """
        asked = set(wanted.items())
        fitting = [c for c in self.view.cases if asked <= {(f.facet, f.slug) for f in self._facets[c.slug]}]
        if not fitting:
            return ""
        shown = self._cards(fitting[:limit], root)
        return render(self.frame.language, "public/cards.html", cards=shown, level=level, show_image=True)

    def gallery(self) -> Fragment:
        """The page of all cases, with the filters."""
        t = say(self.frame.language)
        title = t("Case studies")
        description = t("Case studies of {agency} with their figures.", agency=self.frame.agency)
        root = root_of(ADDRESS)
        html = render(
            self.frame.language,
            "public/gallery.html",
            cards=self._cards(self.view.cases, root),
            filters=self._filters(self.view.facets, root),
            frame=self.frame,
            root=root,
        )
        head = _head(self.frame, ADDRESS, title, description)
        return Fragment(ADDRESS, title, description, html, head, _newest(self.view.cases))

    def facet(self, facet: Facet) -> Fragment:
        """The page of one value: a filter that works without a script."""
        t = say(self.frame.language)
        address = f"{ADDRESS}{facet.facet}/{facet.slug}/"
        chosen = [self._cases[slug] for slug in facet.cases]
        value = self._words[facet]
        agency = self.frame.agency
        title = t("Case studies: {value}", value=value)
        description = t("Case studies of {agency} with their figures: {value}.", agency=agency, value=value)
        root = root_of(address)
        html = render(
            self.frame.language,
            "public/facet.html",
            facet=facet,
            value=value,
            total=len(self.view.cases),
            cards=self._cards(chosen, root),
            filters=self._filters(self.view.facets, root, facet),
            frame=self.frame,
            root=root,
        )
        head = _head(self.frame, address, title, description)
        return Fragment(address, title, description, html, head, _newest(chosen), searchable=False)

    def case(self, case: CaseStudyView) -> Fragment:
        """The page of one case."""
        frame, root = self.frame, root_of(case.url)
        target = frame.action[1] if frame.action else ""
        html = render(
            frame.language,
            "public/case.html",
            case=case,
            lang=_lang(case, frame),
            headline=self._headlines[case.slug],
            rows=[_row(kpi, self._locale) for kpi in case.results],
            facts=self._filters(self._facets[case.slug], root),
            story=_story(case.story, 2, "story", case) if case.story else "",
            sections=[(s, _story(s.prose, 3, f"section-{n}", case)) for n, s in enumerate(case.sections)],
            related=self._cards(self._related(case), root),
            action=frame.action,
            action_href=target if ":" in target or not target else f"{root}{target}",
            frame=frame,
            root=root,
        )
        description = case.summary or say(frame.language)("A case study of {agency}.", agency=frame.agency)
        head = _head(frame, case.url, case.title, description, case)
        return Fragment(case.url, case.title, description, html, head, case.updated)

    # ---- pieces

    def _cards(self, cases: Iterable[CaseStudyView], root: str) -> list[Card]:
        return [self._card(case, root) for case in cases]

    def _card(self, case: CaseStudyView, root: str) -> Card:
        key = case.slug, root
        if key not in self._made:
            image = f"{root}{quote(case.url + case.image.file.url)}" if case.image else ""
            own = self._facets[case.slug]
            self._made[key] = Card(
                slug=case.slug,
                href=self.frame.link(case.url, root),
                title=case.title,
                client=case.client,
                lang=_lang(case, self.frame),
                headline=self._headlines[case.slug],
                image=image,
                alt=case.image.alt if case.image else "",
                plate="" if image else case.industry or (case.services[0] if case.services else ""),
                industry=case.industry or "",
                services=", ".join(case.services),
                values={name: " ".join(f.slug for f in own if f.facet == name) for name in FACETS},
            )
        return self._made[key]

    def _word(self, facet: Facet) -> str:
        """A facet's value as shown: sizes are words of ours, all else the authors'."""
        if facet.facet != "size":
            return facet.value
        return render(self.frame.language, "public/word.html", word=facet.value).strip()

    def _filters(
        self, facets: Sequence[Facet], root: str, current: Facet | None = None
    ) -> list[tuple[str, list[Choice]]]:
        """The facets that have values, each with its values, the most used first."""
        groups = []
        for name in FACETS:
            choices = [
                Choice(
                    slug=f.slug,
                    text=self._words[f],
                    href=self.frame.link(f"{ADDRESS}{f.facet}/{f.slug}/", root),
                    count=len(f.cases),
                    current=f == current,
                )
                for f in sorted(facets, key=lambda f: (-len(f.cases), f.slug))
                if f.facet == name
            ]
            if choices:
                groups.append((name, choices))
        return groups

    def _related(self, case: CaseStudyView) -> list[CaseStudyView]:
        """The cases that share most with this one, in the gallery's order where they share as much."""
        score = dict.fromkeys(self._cases, 0)
        for facet in self._facets[case.slug]:
            for slug in facet.cases:
                score[slug] += _WEIGHT[facet.facet]
        others = [c for c in self.view.cases if c.slug != case.slug and score[c.slug] > 1]
        return sorted(others, key=lambda c: -score[c.slug])[:_RELATED]


def _newest(cases: Sequence[CaseStudyView]) -> date | None:
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


# ---- numbers --------------------------------------------------------------------------------------


def _headline(case: CaseStudyView, locale: Locale) -> Headline | None:
    """The case's one number: the change in per cent, but the value itself where that says more.

    The value stands where it is a percentage already, and where nothing can be compared (it began at
    zero, or nowhere).
    """
    kpi = case.headline
    if kpi is None:
        return None
    period = _period(kpi, locale)
    if kpi.actual is None or (kpi.change is not None and kpi.unit != "%"):
        if kpi.change is None:
            return None
        return Headline(
            signed_percent(_trimmed(kpi.change), locale), kpi.name, period=period, target=_target(kpi, locale)
        )
    return Headline(
        number=_shown(kpi.actual, kpi.unit, locale),
        name=kpi.name,
        before=_shown(kpi.baseline, kpi.unit, locale),
        period=period,
        target=_target(kpi, locale),
    )


def _row(kpi: KpiView, locale: Locale) -> Row:
    return Row(
        name=kpi.name,
        before=_shown(kpi.baseline, kpi.unit, locale),
        after=_shown(kpi.actual, kpi.unit, locale),
        target=_target(kpi, locale),
        change="" if kpi.change is None else signed_percent(_trimmed(kpi.change), locale),
        period=_period(kpi, locale),
        method=", ".join(text for text in (kpi.method, kpi.source) if text),
    )


def _target(kpi: KpiView, locale: Locale) -> str:
    return _shown(kpi.target, kpi.unit, locale)


def _shown(value: FigureView | None, unit: str | None, locale: Locale) -> str:
    return figure(value.value, unit, locale) if value else ""


def _trimmed(value: Decimal) -> Decimal:
    """Without decimals that say nothing: 38.0 is 38."""
    return value.to_integral_value() if value == value.to_integral_value() else value


def _period(kpi: KpiView, locale: Locale) -> str:
    """From the month of the first figure to that of the last: "February – May 2026"."""
    figures = (kpi.baseline, *kpi.readings, kpi.actual)
    days = sorted(f.date for f in figures if f and f.date)
    if not days:
        return ""
    return _months(days[0], days[-1], locale)


@lru_cache(maxsize=4096)
def _months(first: date, last: date, locale: Locale) -> str:
    if (first.year, first.month) == (last.year, last.month):
        return format_skeleton("yMMMM", last, locale=locale)
    return format_interval(first, last, "yMMMM", locale=locale)


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
    """The Atom feed (RFC 4287) of all cases, newest first; wants `frame.address`.

    An entry's id is its page's address. A case without a date counts as old: a date that moved with
    the build would show it as new every day.
    """
    entries = sorted(view.cases, key=lambda c: (-(c.updated or _UNDATED).toordinal(), c.slug))
    t = say(frame.language)
    title = t("Case studies of {agency}", agency=frame.agency)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="{escape(shown_language(frame.language))}">',
        f"<title>{escape(title)}</title>",
        f"<id>{escape(_absolute(frame, ADDRESS))}</id>",
        f'<link rel="self" type="application/atom+xml" href="{escape(frame.address + FEED)}"/>',
        f'<link rel="alternate" type="text/html" href="{escape(_absolute(frame, ADDRESS))}"/>',
        f"<updated>{_instant(_newest(view.cases))}</updated>",
        f"<author><name>{escape(frame.agency)}</name></author>",
    ]
    for case in entries:
        lines.extend(_entry(case, frame))
    lines.append("</feed>\n")
    return "\n".join(lines).encode()


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

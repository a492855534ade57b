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
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
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


def pages(view: GalleryView, frame: Frame) -> Iterator[Fragment]:
    """The gallery, the page of every facet's value, and the page of every case."""
    yield _gallery(view, frame)
    for facet in view.facets:
        yield _facet(view, facet, frame)
    for case in view.cases:
        yield _case(view, case, frame)


def cards(
    view: GalleryView, frame: Frame, root: str, *, wanted: dict[str, str], limit: int | None, level: int
) -> str:
    """Cards for any page: the cases that have all the facets' values `wanted`, or `""` where none has.

    `root` is the way from the page to the site's root, `level` that of the cards' headings.
    """
    fitting = [c for c in view.cases if all(v in _values(view, c)[f].split() for f, v in wanted.items())]
    chosen = fitting[:limit]
    if not chosen:
        return ""
    shown = _cards(view, chosen, frame, root)
    return render(frame.language, "public/cards.html", cards=shown, level=level, show_image=True)


def scripts_and_styles() -> dict[str, bytes]:
    """The gallery's style and script by file name."""
    return {name: (_STATIC / name).read_bytes() for name in ("gallery.css", "gallery.js")}


def _gallery(view: GalleryView, frame: Frame) -> Fragment:
    t = say(frame.language)
    title = t("Case studies")
    description = t("Case studies of {agency} with their figures.", agency=frame.agency)
    root = root_of(ADDRESS)
    html = render(
        frame.language,
        "public/gallery.html",
        cards=_cards(view, view.cases, frame, root),
        filters=_filters(view, frame, root),
        frame=frame,
        root=root,
    )
    head = _head(frame, ADDRESS, title, description)
    return Fragment(ADDRESS, title, description, html, head, _newest(view.cases))


def _facet(view: GalleryView, facet: Facet, frame: Frame) -> Fragment:
    t = say(frame.language)
    address = f"{ADDRESS}{facet.facet}/{facet.slug}/"
    chosen = [c for c in view.cases if c.slug in facet.cases]
    value = _word(facet, frame)
    title = t("Case studies: {value}", value=value)
    description = t("Case studies of {agency} with their figures: {value}.", agency=frame.agency, value=value)
    root = root_of(address)
    html = render(
        frame.language,
        "public/facet.html",
        facet=facet,
        value=value,
        total=len(view.cases),
        cards=_cards(view, chosen, frame, root),
        filters=_filters(view, frame, root, facet),
        frame=frame,
        root=root,
    )
    head = _head(frame, address, title, description)
    return Fragment(address, title, description, html, head, _newest(chosen), searchable=False)


def _case(view: GalleryView, case: CaseStudyView, frame: Frame) -> Fragment:
    root = root_of(case.url)
    locale = locale_of(frame.language)
    target = frame.action[1] if frame.action else ""
    html = render(
        frame.language,
        "public/case.html",
        case=case,
        lang=_lang(case, frame),
        headline=_headline(case, locale),
        rows=[_row(kpi, locale) for kpi in case.results],
        facts=_facts(view, case, frame, root),
        story=_story(case.story, 2, "story", case) if case.story else "",
        sections=[(s, _story(s.prose, 3, f"section-{n}", case)) for n, s in enumerate(case.sections)],
        related=_cards(view, _related(view, case), frame, root),
        action=frame.action,
        action_href=target if ":" in target or not target else f"{root}{target}",
        frame=frame,
        root=root,
    )
    description = case.summary or say(frame.language)("A case study of {agency}.", agency=frame.agency)
    head = _head(frame, case.url, case.title, description, case)
    return Fragment(case.url, case.title, description, html, head, case.updated)


def _newest(cases: Sequence[CaseStudyView]) -> date | None:
    return max((c.updated for c in cases if c.updated), default=None)


# ---- pieces ---------------------------------------------------------------------------------------


def _values(view: GalleryView, case: CaseStudyView) -> dict[str, str]:
    """The facets' values that a case has, as slugs separated by blanks."""
    found: dict[str, list[str]] = {facet: [] for facet in FACETS}
    for facet in view.facets:
        if case.slug in facet.cases:
            found[facet.facet].append(facet.slug)
    return {facet: " ".join(slugs) for facet, slugs in found.items()}


def _cards(view: GalleryView, cases: Sequence[CaseStudyView], frame: Frame, root: str) -> list[Card]:
    return [_card(view, case, frame, root) for case in cases]


def _card(view: GalleryView, case: CaseStudyView, frame: Frame, root: str) -> Card:
    image = f"{root}{quote(case.url + case.image.file.url)}" if case.image else ""
    return Card(
        slug=case.slug,
        href=frame.link(case.url, root),
        title=case.title,
        client=case.client,
        lang=_lang(case, frame),
        headline=_headline(case, locale_of(frame.language)),
        image=image,
        alt=case.image.alt if case.image else "",
        plate="" if image else case.industry or (case.services[0] if case.services else ""),
        industry=case.industry or "",
        services=", ".join(case.services),
        values=_values(view, case),
    )


def _lang(case: CaseStudyView, frame: Frame) -> str:
    """The case's language where it is not the one that the page is in."""
    return "" if case.language == shown_language(frame.language) else case.language


def _word(facet: Facet, frame: Frame) -> str:
    """A facet's value as shown: sizes are words of ours, all else the authors'."""
    if facet.facet != "size":
        return facet.value
    return render(frame.language, "public/word.html", word=facet.value).strip()


def _filters(
    view: GalleryView, frame: Frame, root: str, current: Facet | None = None
) -> list[tuple[str, list[Choice]]]:
    """The facets that have values, each with its values, the most used first."""
    groups = []
    for name in FACETS:
        found = sorted((f for f in view.facets if f.facet == name), key=lambda f: (-len(f.cases), f.slug))
        choices = [
            Choice(
                slug=f.slug,
                text=_word(f, frame),
                href=frame.link(f"{ADDRESS}{f.facet}/{f.slug}/", root),
                count=len(f.cases),
                current=f == current,
            )
            for f in found
        ]
        if choices:
            groups.append((name, choices))
    return groups


def _facts(view: GalleryView, case: CaseStudyView, frame: Frame, root: str) -> list[tuple[str, list[Choice]]]:
    """The facets of one case, linked to their pages."""
    own = [f for f in view.facets if case.slug in f.cases]
    return _filters(GalleryView(cases=view.cases, facets=tuple(own)), frame, root)


def _related(view: GalleryView, case: CaseStudyView) -> list[CaseStudyView]:
    """The cases that share most with this one, in the gallery's order where they share as much."""
    weight = {"industry": 3, "service": 2, "region": 1, "size": 1}
    score = {other.slug: 0 for other in view.cases}
    for facet in view.facets:
        if case.slug in facet.cases:
            for slug in facet.cases:
                score[slug] = score.get(slug, 0) + weight[facet.facet]
    others = [c for c in view.cases if c.slug != case.slug and score[c.slug] > 1]
    return sorted(others, key=lambda c: -score[c.slug])[:_RELATED]


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
    if (days[0].year, days[0].month) == (days[-1].year, days[-1].month):
        return format_skeleton("yMMMM", days[-1], locale=locale)
    return format_interval(days[0], days[-1], "yMMMM", locale=locale)


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

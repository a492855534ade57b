"""What a page of the public site says of itself to other sites and to search engines, in its head.

Owns Open Graph (https://ogp.me) with the card that others show, and JSON-LD (https://schema.org) for
named cases: an `Article` with what Google requires and recommends, and the way to it. An anonymised
case has none, since it has nobody to be about. All of it needs the site's full address; without one
only the texts are said.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from urllib.parse import quote

from markupsafe import Markup

from portalgen.render import social
from portalgen.render.environment import say, shown_language
from portalgen.views import CaseStudyView

_HEADLINE = 110
"""Characters of a headline that Google shows."""


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

    def action_href(self, root: str) -> str:
        """The call to action's link from a page whose way to the site's root is `root`, or `""`."""
        target = self.action[1] if self.action else ""
        return target if ":" in target or not target else f"{root}{target}"

    def absolute(self, address: str) -> str:
        """The full address of a page of the gallery."""
        return self.address + self.link(address)


@dataclass(frozen=True, slots=True)
class Shared:
    """What others show of a page: `url` is its full address or `""`, `card` its picture below the root."""

    url: str
    title: str
    description: str
    card: str
    alt: str
    kind: str = "website"


def of_site(frame: Frame, url: str, title: str, description: str) -> Shared:
    """A page that shows no case of its own: it has the agency's card."""
    return Shared(url, title, description, social.SITE, social.said_of_site(frame.agency, frame.language))


def of_case(frame: Frame, case: CaseStudyView, description: str) -> Shared:
    """The page of a case, with its card."""
    url = frame.absolute(case.url) if frame.address else ""
    alt = social.said_of(case, frame.language)
    return Shared(url, case.title, description, f"{case.url}{social.NAME}", alt, "article")


def head(frame: Frame, page: Shared, case: CaseStudyView | None = None) -> str:
    """The lines for the page's head; with `case`, where it is a named one, JSON-LD among them."""
    properties = {
        "og:type": page.kind,
        "og:title": page.title,
        "og:description": page.description,
        "og:site_name": frame.agency,
        "og:locale": _locale(case.language if case else shown_language(frame.language)),
        "og:url": page.url,
    }
    if frame.address:
        properties |= {
            "og:image": frame.address + quote(page.card),
            "og:image:type": social.TYPE,
            "og:image:width": str(social.SIZE[0]),
            "og:image:height": str(social.SIZE[1]),
            "og:image:alt": page.alt,
        }
    if case and case.updated:
        properties["article:modified_time"] = case.updated.isoformat()
    lines = [
        Markup('<meta property="{}" content="{}">').format(name, value)
        for name, value in properties.items()
        if value
    ]
    size = "summary_large_image" if frame.address else "summary"
    lines.append(Markup('<meta name="twitter:card" content="{}">').format(size))
    if case and not case.anonymised:
        lines += [_json(data) for data in _linked_data(frame, case, page)]
    return "\n".join(lines)


def _locale(language: str) -> str:
    """A language as Open Graph writes it, which wants a country: `es_ES`; `""` where none is named."""
    name, _, country = language.partition("-")
    return f"{name}_{country.upper()}" if len(country) == 2 else ""


def _linked_data(frame: Frame, case: CaseStudyView, page: Shared) -> list[dict[str, object]]:
    agency: dict[str, object] = {"@type": "Organization", "name": frame.agency}
    if frame.address:
        agency["url"] = frame.address
    article: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": _short(case.title),
        "inLanguage": case.language,
        "about": {"@type": "Organization", "name": case.client},
        "author": agency,
        "publisher": agency,
    }
    if case.summary:
        article["description"] = case.summary
    if case.updated:
        # When the page went up is nobody's business here; its newest figure is what it is dated by.
        article["datePublished"] = article["dateModified"] = case.updated.isoformat()
    if not frame.address:
        return [article]
    images = [page.card, *([case.url + case.image.file.url] if case.image else [])]
    article["image"] = [frame.address + quote(image) for image in images]
    article["url"] = page.url
    article["mainEntityOfPage"] = {"@type": "WebPage", "@id": page.url}
    steps = ((say(frame.language)("Case studies"), frame.absolute("case-studies/")), (case.title, page.url))
    crumbs: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": place, "name": name, "item": url}
            for place, (name, url) in enumerate(steps, 1)
        ],
    }
    return [article, crumbs]


def _short(title: str) -> str:
    """A title as a headline: cut between words where it is too long."""
    if len(title) <= _HEADLINE:
        return title
    return f"{title[: _HEADLINE - 1].rpartition(' ')[0] or title[: _HEADLINE - 1]}…"


def _json(data: dict[str, object]) -> Markup:
    # Inside a script element only these could end it or start another.
    text = json.dumps(data, ensure_ascii=False).translate({60: "\\u003c", 62: "\\u003e", 38: "\\u0026"})
    return Markup('<script type="application/ld+json">{}</script>').format(Markup(text))  # noqa: S704 - escaped

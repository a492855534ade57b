"""The sheet for sales: a case study on one A4 page, for the channels that its client consented to.

What it says to the team (consent, what is left out) stands around the paper and is not printed; but the
channels and the day that its consent ends are printed small at the foot. It links to nothing: its files
lie on the internal site, whose addresses name accounts. What does not fit on the page is left off by the
style sheet, at the end of a line.
"""

from __future__ import annotations

from typing import get_args

from markupsafe import Markup

from portalgen.render.environment import locale_of
from portalgen.render.house import PLAIN, page
from portalgen.render.pictures import Look, Pictures, no_shape
from portalgen.render.prose import html
from portalgen.render.results import headline, row
from portalgen.settings import House
from portalgen.views import CaseState, CaseStudyView, Prose
from portalgen.vocabulary import ConsentChannel


def sheet(
    language: str,
    agency: str,
    state: CaseState,
    case: CaseStudyView,
    address: str,
    root: str,
    house: House = PLAIN,
    look: Look = no_shape,
) -> str:
    """The page as HTML. `address` is its own below the internal site, `root` the way back from there."""
    locale = locale_of(language)
    pictures = Pictures(look, "(max-width: 60rem) 90vw, 55rem")
    return page(
        language,
        "internal/sheet.html",
        house,
        agency=agency,
        here=address,
        root=root,
        assets=f"{root}assets/",
        s=state,
        k=case,
        others=[channel for channel in get_args(ConsentChannel) if channel not in state.channels],
        headline=headline(case, locale),
        rows=[row(kpi, locale) for kpi in case.results],
        pictures=pictures,
        story=_unlinked(case.story, "story", case.language, pictures, under=1) if case.story else "",
        parts=[
            (one.title, _unlinked(one.prose, f"s-{one.id}", case.language, pictures, under=2))
            for one in case.sections
        ],
    )


def _unlinked(prose: Prose, prefix: str, language: str, pictures: Pictures, *, under: int) -> Markup:
    """The prose below a heading of this level, its links as their texts."""
    plain = prose.model_copy(update={"links": False})
    return html(plain, root="", prefix=prefix, under=under, language=language, pictures=pictures)

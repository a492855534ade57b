"""Account -> views: the only place that reads an account. Pure functions of accounts and a date.

Two gates, one behind the other. `narrow` takes from an account all that a reader may not see, by the
ceilings of the model: what is left are that reader's *facts*, which are approved and kept. The functions
here then make views of them, which name each thing that they take. `consent` decides what may be public
and fails closed; `access` who can open a portal; `anonymous` looks for a client that should not be named
there; `withdraw` takes back; `review` says what waits for approval; `attention` who needs somebody today;
`terms` tells the scan what must not be found. Refuses: files, the wall clock, any catalog.
"""

from portalgen.project.access import Lock, Nobody, lock, mode, narrowed, readers
from portalgen.project.anonymous import survivors
from portalgen.project.attention import attention
from portalgen.project.case import case_state, published_case
from portalgen.project.case import facts as case_facts
from portalgen.project.case import kept as kept_case
from portalgen.project.case import view as case_view
from portalgen.project.consent import why_not_public
from portalgen.project.gallery import gallery
from portalgen.project.portal import facts as portal_facts
from portalgen.project.portal import has_portal, portal
from portalgen.project.portal import kept as kept_portal
from portalgen.project.say import English, Say
from portalgen.project.team import brief, events, portfolio, references, row, urgency
from portalgen.project.terms import Term, settings_terms, terms

__all__ = [
    "English",
    "Lock",
    "Nobody",
    "Say",
    "Term",
    "attention",
    "brief",
    "case_facts",
    "case_state",
    "case_view",
    "events",
    "gallery",
    "has_portal",
    "kept_case",
    "kept_portal",
    "lock",
    "mode",
    "narrowed",
    "portal",
    "portal_facts",
    "portfolio",
    "published_case",
    "readers",
    "references",
    "row",
    "settings_terms",
    "survivors",
    "terms",
    "urgency",
    "why_not_public",
]

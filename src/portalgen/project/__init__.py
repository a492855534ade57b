"""Account -> views: the only place that reads an account. Pure functions of accounts and a date.

Two gates, one behind the other. `narrow` takes from an account all that a reader may not see, by the
ceilings of the model; the functions here then make views, which name each thing that they take.
`case` decides what may be public and fails closed; `attention` says who needs somebody today;
`terms` tells the scan what must not be found. Refuses: files, the wall clock, any catalog.
"""

from portalgen.project.attention import attention
from portalgen.project.case import case_state, case_study, gallery, survivors
from portalgen.project.portal import has_portal, portal
from portalgen.project.say import English, Say
from portalgen.project.team import brief, events, portfolio, references, row, urgency
from portalgen.project.terms import Term, settings_terms, terms

__all__ = [
    "English",
    "Say",
    "Term",
    "attention",
    "brief",
    "case_state",
    "case_study",
    "events",
    "gallery",
    "has_portal",
    "portal",
    "portfolio",
    "references",
    "row",
    "settings_terms",
    "survivors",
    "terms",
    "urgency",
]

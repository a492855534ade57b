"""What must not be read elsewhere: the terms that the scan looks for.

Owns the value `Term`. It says whose a text is and who may read it; it decides nothing about pages.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from portalgen.problems import Address
from portalgen.vocabulary import Audience

TermKind = Literal["client name", "alias", "domain", "contact", "term", "private sentence"]


@dataclass(frozen=True, slots=True)
class Term:
    """A text with its owner, the audience that may read it, and the place where it was written.

    `account` is `""` for the settings' terms. `client` is the folded name of the account's client:
    two engagements of one client have the same. `audience` INTERNAL: nobody outside the team may
    read it; CLIENT: that account's own portal may show it.
    """

    text: str
    kind: TermKind
    account: str
    client: str
    audience: Audience
    field: str
    at: Address

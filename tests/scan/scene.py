"""A small agency for the scan's tests: whose terms there are, and units made of one page."""

from __future__ import annotations

from portalgen.problems import Address
from portalgen.project.terms import Kind, Term
from portalgen.scan import Scan
from portalgen.site import Unit
from portalgen.vocabulary import Audience

SECRET = "We quietly expect to lose the whole media budget in May"
TO_CLIENT = "The print run moves to the second week of June"


def term(
    text: str,
    kind: Kind = "client name",
    account: str = "brisa",
    client: str = "",
    audience: Audience = Audience.CLIENT,
    field: str = "client.name",
) -> Term:
    at = Address(f"content/accounts/{account}.md" if account else "mkdocs.yml", 2, 9)
    return Term(text, kind, account, client or (f"{account} client" if account else ""), audience, field, at)


def sentence(text: str, account: str, audience: Audience = Audience.INTERNAL) -> Term:
    return term(text, "private sentence", account, audience=audience, field="")


BRISA = [
    term("Brisa Foods"),
    term("Brisa Alimentación S.A.", "alias"),
    term("brisafoods.example", "domain"),
    term("Ana Ruiz", "contact"),
    term("ana@brisafoods.example", "contact"),
    sentence(SECRET, "brisa"),
    sentence(TO_CLIENT, "brisa", Audience.CLIENT),
]
ACME = [term("Acme Robotics", account="acme"), term("acme.example", "domain", account="acme")]
SETTINGS = [term("Project Falcon", "term", account="", audience=Audience.INTERNAL, field="terms.1")]
TERMS = [*BRISA, *ACME, *SETTINGS]


def portal(account: str, content: str | bytes, path: str = "index.html") -> Unit:
    body = content if isinstance(content, bytes) else content.encode()
    return Unit("portals/k3y", "portal", account, {path: body})


def public(**files: str | bytes) -> Unit:
    """Keywords are paths; write them with a dict: `public(**{"index.html": ...})`."""
    encoded = {path: b if isinstance(b, bytes) else b.encode() for path, b in files.items()}
    return Unit("public", "public", "", encoded)


def html(body: str) -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><title>Portal</title></head>\n<body>{body}</body></html>\n'
    )


def found(scan: Scan, unit: Unit) -> list[str]:
    """What leaked, by the term's text, each once."""
    return sorted({leak.term.text for leak in scan.unit(unit)})

"""A leak's message: the page, the kind, where the text stands and whose it is; never the text."""

from __future__ import annotations

from portalgen.problems import Address
from portalgen.scan import Scan, report
from tests.scan.scene import SECRET, TERMS, html, portal

SCAN = Scan(TERMS)
SOURCE = "---\nclient: Acme Robotics\ntitle: x\n---\n## Now {.client}\nLike **Brisa\nFoods**, we “quietly”\n"


def test_a_leak_is_addressed_where_the_text_stands() -> None:
    leaks = SCAN.unit(portal("acme", html("<p>Like <b>Brisa Foods</b></p>"), "updates/index.html"))
    [problem] = report(leaks, {"content/accounts/acme.md": SOURCE})
    assert problem.at == Address("content/accounts/acme.md", 6, 8)
    assert (problem.severity, problem.code) == ("leak", "leak")
    assert problem.message == (
        "portals/k3y/updates/index.html shows another client's name (client name) that its readers must "
        "not see; it belongs to client.name in content/accounts/brisa.md"
    )


def test_a_leak_that_no_source_explains_is_addressed_at_the_term() -> None:
    leaks = SCAN.unit(portal("brisa", html(f"<p>{SECRET}</p>")))
    [problem] = report(leaks, {"content/accounts/brisa.md": f"---\n{SECRET}\n---\n"})
    assert problem.at == TERMS[0].at


def test_messages_never_hold_the_term() -> None:
    body = html("".join(f"<p>{term.text}</p>" for term in TERMS))
    for problem in report(SCAN.unit(portal("zeta", body)), {"a.md": body}):
        said = f"{problem.message} {problem.hint} {problem.field}".lower()
        assert not any(term.text.lower() in said for term in TERMS)

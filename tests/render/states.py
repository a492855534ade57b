"""Accounts in the states that a portal must look good in: next to nothing, too much, at rest, long ago."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from random import Random

from portalgen.build import load_settings
from portalgen.load import load
from portalgen.project.portal import facts, has_portal, portal
from portalgen.views import PortalView
from tests.project import TODAY, Project

TEAM = """\
team:
  - {name: Lucía Ferrer, role: account_executive, email: lucia@norte.example, phone: +34 910 000 012}
  - {name: Martín Oliva, role: project_manager, email: martin@norte.example}
"""
NAME = "Ayuntamiento de San Sebastián de los Reyes y Alcobendas Norte"  # 60 characters
WORD = "Donaudampfschifffahrtsgesellschaftskapit"  # 40 without a break


def _account(head: str, body: str = "") -> str:
    return f"---\n{head.strip()}\n---\n{body}"


def _health(overall: str, *, days_ago: int = 3) -> str:
    return f"""\
health: {{overall: {overall}, as_of: {TODAY - timedelta(days=days_ago)}, rationale: The printer asked for a day.}}
"""


def _milestones(count: int) -> str:
    lines = ["milestones:"]
    for n in range(count):
        promised = TODAY + timedelta(days=(n - 10) * 9)
        happens = promised + timedelta(days=n % 5 - 1)
        when = f"done: {happens}" if happens < TODAY else f"forecast: {happens}"
        lines.append(f"  - {{title: Step {n + 1} of the long way, id: s{n}, baseline: {promised}, {when}}}")
    return "\n".join(lines) + "\n"


def _needs(count: int) -> str:
    lines = ["needs:"]
    for n in range(count):
        due = TODAY + timedelta(days=n * 2 - 6)
        lines.append(f"  - {{title: Thing number {n + 1}, action: decide, due: {due}, owner: Ana Ruiz}}")
    return "\n".join(lines) + "\n"


def _updates(count: int) -> str:
    chance = Random(count)
    syllables = [a + b for a in "bcdfglmnprstv" for b in ("a", "en", "il", "os", "u")]
    words = ["".join(chance.choices(syllables, k=chance.randint(1, 4))) for _ in range(3000)]
    days = (TODAY - timedelta(days=n * 3) for n in range(count))
    return "\n".join(
        f"## {day} Update number {count - n} {{.client}}\n{' '.join(chance.choices(words, k=80))}.\n"
        for n, day in enumerate(days)
    )


STATES: dict[str, str] = {
    "bare": _account("client: Brisa Foods\ntitle: Spring launch"),
    "fresh": _account("client: Brisa Foods\ntitle: Spring launch\n" + TEAM + _health("on_track")),
    "stale": _account(
        "client: Brisa Foods\ntitle: Spring launch\n" + TEAM + _health("on_track", days_ago=51)
    ),
    "unsaid": _account(
        "client: Brisa Foods\ntitle: Spring launch\nobjective: Eight thousand people on the list.\n"
        + TEAM
        + _milestones(4),
    ),
    "on-hold": _account(
        "client: Brisa Foods\ntitle: Spring launch\nlifecycle: on_hold\n"
        + TEAM
        + _health("on_hold", days_ago=40)
    ),
    "completed": _account(
        "client: Brisa Foods\ntitle: Spring launch\nlifecycle: completed\nend: 2026-10-01\n"
        "milestones: [{title: A last film, baseline: 2026-12-01}]\n"
        "needs: [{title: The last invoice}, {title: The first brief, done: 2026-09-01}]\n"
        + TEAM
        + _health("on_track", days_ago=60),
        _updates(1),
    ),
    "proposed": _account("client: Brisa Foods\ntitle: Spring launch\nlifecycle: proposed\n" + TEAM),
    "cancelled": _account("client: Brisa Foods\ntitle: Spring launch\nlifecycle: cancelled\n" + TEAM),
    "overdue": _account(
        "client: Brisa Foods\ntitle: Spring launch\n"
        + TEAM
        + _health("at_risk")
        + """\
milestones: [{title: Films, baseline: 2026-11-10}]
needs:
  - {title: "Logo & “colours” ä/ö?", id: logo, due: 2026-11-11, owner: Ana Ruiz}
  - {title: The text about you}
""",
    ),
    "passed": _account(
        "client: Brisa Foods\ntitle: Spring launch\n"
        + TEAM
        + """\
milestones:
  - {title: Films, baseline: 2026-11-20, forecast: 2026-11-20}
  - {title: Posters, baseline: 2026-11-15, forecast: 2026-11-18}
  - {title: Launch, baseline: 2026-12-01, forecast: 2026-11-30}
"""
    ),
    "silent": _account(  # nobody can be written to
        "client: Brisa Foods\ntitle: Spring launch\nteam: [{name: Lucía Ferrer, role: account_executive}]\n"
        "needs: [{title: The logo, due: 2026-12-01}]\n"
    ),
    "long": _account(
        f"""\
client: {{name: {NAME}, website: https://example.com/}}
title: {WORD} {WORD}
objective: {WORD} {NAME}
team: [{{name: {NAME}, role: account_executive, email: {WORD}@norte.example}}, {{name: {WORD}, role: media}}]
contacts: [{{name: {WORD}, role: approver}}]
raci: [{{activity: {WORD}, responsible: [{WORD}], accountable: {WORD}, audience: client}}]
health: {{overall: off_track, as_of: {TODAY}, rationale: {WORD} is late.}}
milestones:
  - {{title: {NAME}, id: name, baseline: 2026-11-01, forecast: 2027-01-20, description: {WORD}}}
  - {{title: {WORD}, id: word, baseline: 2026-11-20, done: 2026-11-20}}
deliverables: [{{title: {WORD}, status: approved, version: {WORD}, approved_by: {NAME}}}]
needs: [{{title: {WORD}, owner: {NAME}, due: 2026-12-01}}]
kpis:
  - name: {NAME}
    unit: {WORD}
    baseline: {{value: 1234567, date: 2026-09-01}}
    target: {{value: 987654321, date: 2027-03-01}}
    readings: [{{value: 123456789.12, date: 2026-11-01}}, {{value: 12345678, date: 2026-10-01}}]
decisions: [{{title: {WORD}, date: 2026-11-18, decided_by: {NAME}}}]
change_requests: [{{title: {WORD}, raised_by: {NAME}, schedule_days: 7, affects: [name], decision: approved, decided_on: 2026-11-12}}]
scope: {{in: [{WORD}]}}
""",
        f"## 2026-11-20 {WORD} {{.client}}\n{WORD}, {NAME}.\n\n## {WORD} {{.client}}\n`{WORD}{WORD}`\n",
    ),
    "many": _account(
        "client: Brisa Foods\ntitle: Spring launch\nend: 2027-06-30\n"
        + TEAM
        + _health("on_track")
        + _milestones(40)
        + _needs(60),
        _updates(100),
    ),
}
"""By account id. Those without a portal are here to show that they have none."""


def views(root: Path) -> dict[str, PortalView]:
    """What the clients of these accounts see, by account id; `root` is an empty folder to write them to."""
    project = Project(root)
    for name, text in STATES.items():
        project.account(name, text)
    settings = load_settings(root / "mkdocs.yml")
    found = load(settings)
    assert not [p for p in found.problems if p.severity == "error"]
    return {
        one.account.id: portal(facts(one.account), None, settings, TODAY)
        for one in found.accounts
        if has_portal(one.account, TODAY)
    }

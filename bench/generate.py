"""A project of N generated accounts, as the performance figures want them.

    python bench/generate.py /dev/shm/thousand 1000
    portalgen -f /dev/shm/thousand/mkdocs.yml build

Each account has about 60 lines of front matter and 1,170 words; every third has a public case study.
The same numbers give the same files.
"""

import random
import sys
from datetime import date, timedelta
from pathlib import Path

WORDS = (
    *("table", "river", "morning", "copper", "garden", "letter", "window", "paper", "market", "harbour"),
    *("engine", "village", "winter", "shoulder", "ladder", "orchard", "signal", "bottle", "carpet", "meadow"),
    *("pencil", "bridge", "velvet", "candle", "anchor", "thunder", "blanket", "ribbon", "needle", "saddle"),
    *("turnip", "marble", "lantern", "kettle", "feather", "compass", "barrel", "hammer", "violin", "canyon"),
)
SETTINGS = """\
site_name: Thousand
site_url: https://www.thousand.example/
docs_dir: content/pages
site_dir: site/public
theme: {{name: {theme}, font: false}}
plugins:
  - search
  - portalgen:
      accounts: content/accounts
      output: site
      review: []
      access: open
"""


def sentence(random_: random.Random, length: int = 13) -> str:
    """One sentence of random words."""
    words = [random_.choice(WORDS) for _ in range(length)]
    return f"{' '.join(words).capitalize()}."


def paragraphs(random_: random.Random, words: int) -> str:
    """Paragraphs of three sentences, about this many words in all."""
    count = max(1, words // 39)
    return "\n\n".join(" ".join(sentence(random_) for _ in range(3)) for _ in range(count))


def account(number: int) -> str:
    """One account's file."""
    r = random.Random(number)
    start = date(2026, 8, 1) + timedelta(days=number % 60)
    lines = ["---", f"client: {{name: Klient{number} Werke, domains: [klient{number}.example]}}"]
    lines += [f"title: Programme {number}", f"industry: {r.choice(['Food', 'Energy', 'Travel', 'Health'])}"]
    lines += [
        f"region: {r.choice(['Spain', 'Germany', 'Ireland'])}",
        f"services: [{r.choice(['Media', 'Brand'])}]",
    ]
    lines += [f"start: {start}", "end: 2027-06-30", f"objective: {sentence(r)}", "team:"]
    for role in ("account_executive", "project_manager", "creative", "media"):
        lines.append(
            f"  - {{name: {role.title()} {number % 12}, role: {role}, email: {role}{number % 12}@agency.example}}"
        )
    lines += [
        "contacts:",
        f"  - {{name: Kontakt{number} Muster, role: sponsor, email: k@klient{number}.example}}",
    ]
    lines += [
        "health: {overall: on_track, as_of: 2026-11-20, rationale: " + sentence(r, 9) + "}",
        "milestones:",
    ]
    for n in range(6):
        day = start + timedelta(days=30 * n + 20)
        done = f", done: {day}" if n < 3 else f", forecast: {day}"
        lines.append(f"  - {{title: Step {n} {r.choice(WORDS)}, baseline: {day}{done}}}")
    lines.append("deliverables:")
    for n in range(4):
        lines.append(
            f"  - {{title: Piece {n} {r.choice(WORDS)}, status: {r.choice(['planned', 'ready'])}, due: 2027-01-0{n + 1}}}"
        )
    lines += ["needs:", f"  - {{title: Choose the {r.choice(WORDS)}, action: decide, due: 2027-01-10}}"]
    lines.append("kpis:")
    for n in range(2):
        lines += [
            f"  - name: Measure {n}",
            "    audience: public",
            "    baseline: {value: 100, date: 2026-08-01}",
        ]
        lines.append(
            "    readings: ["
            + ", ".join(f"{{value: {r.randrange(90, 200)}, date: 2026-{m:02}-01}}" for m in (9, 10, 11))
            + "]"
        )
    lines += [
        "decisions:",
        f"  - {{title: We take the {r.choice(WORDS)}, date: 2026-11-10, decision: {sentence(r, 7)}}}",
    ]
    lines += ["scope:", f"  in: [{r.choice(WORDS)}, {r.choice(WORDS)}]", f"  out: [{r.choice(WORDS)}]"]
    lines += [
        "expectations:",
        f"  - {{statement: {sentence(r, 8)}, said_on: 2026-09-01, status: reset, agreed_wording: {sentence(r, 6)}}}",
    ]
    lines += [
        "change_requests:",
        f"  - {{title: Add a {r.choice(WORDS)}, raised_on: 2026-10-01, schedule_days: 5, affects: [end], decision: approved, decided_on: 2026-10-05}}",
    ]
    lines += [
        "risks:",
        f"  - {{title: The {r.choice(WORDS)} breaks, probability: 2, impact: 3}}",
        f"brief: {{insight: {sentence(r)}, proposition: {sentence(r, 6)}}}",
    ]
    if number % 3 == 0:
        lines += [
            "case_study:",
            "  attribution: named",
            f"  title: How the {r.choice(WORDS)} changed {number}",
        ]
        lines += ["  headline_kpi: measure-0", "  kpis: [measure-0]", f"  summary: {sentence(r, 8)}"]
        lines.append("  consent: {status: granted, scopes: [name, metrics], channels: [website]}")
    lines += ["---", "", "## Plan", "", paragraphs(r, 300), ""]
    for n in range(4):
        day = date(2026, 11, 20) - timedelta(days=7 * n)
        lines += [
            f"## {day} The {r.choice(WORDS)} and the {r.choice(WORDS)} {{.client}}",
            "",
            paragraphs(r, 150),
            "",
        ]
    lines += [
        "## Case {#case-study .public}" if number % 3 == 0 else "## Notes {.client}",
        "",
        paragraphs(r, 270),
        "",
    ]
    return "\n".join(lines)


def main(target: Path, count: int, theme: str = "material") -> None:
    """Write the project."""
    accounts = target / "content/accounts"
    accounts.mkdir(parents=True, exist_ok=True)
    (target / "content/pages").mkdir(exist_ok=True)
    (target / "content/pages/index.md").write_text("# Thousand\n\nAll of them.\n")
    (target / "mkdocs.yml").write_text(SETTINGS.format(theme=theme))
    for number in range(count):
        (accounts / f"account-{number:05}.md").write_text(account(number))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:])

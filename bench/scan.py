"""How long assembling and scanning take: prints CPU time per page, checks nothing.

    python bench/scan.py [ACCOUNTS]

Per account twelve pages of about 8 KB that repeat each other as a portal's do, five names and fifty
private sentences; the terms are those of 1,000 accounts whatever the number of portals.
"""

from __future__ import annotations

import itertools
import random
import resource
import sys
import time
from dataclasses import dataclass

from portalgen.problems import Address
from portalgen.project.ordinary import ordinary_words
from portalgen.project.terms import Kind, Term
from portalgen.scan import Scan
from portalgen.site import assemble
from portalgen.vocabulary import Audience

_CHANCE = random.Random(1)
_WORDS = [word.decode() for word in _CHANCE.sample(sorted(ordinary_words()), 5000)]
_WEIGHTS = list(itertools.accumulate(1 / (rank + 10) for rank in range(len(_WORDS))))


@dataclass(frozen=True)
class _Made:
    path: str
    body: bytes


def _sentence(length: int) -> str:
    return " ".join(_CHANCE.choices(_WORDS, cum_weights=_WEIGHTS, k=length)).capitalize() + "."


def _terms(accounts: int) -> list[Term]:
    terms = []
    for n in range(accounts):
        at = Address(f"content/accounts/a{n}.md")
        names: list[tuple[str, Kind]] = [
            (f"Zorblat{n} Foods", "client name"), (f"Zb{n}x", "alias"), (f"zorblat{n}.example", "domain"),
            (f"Ana Ruiz{n}", "contact"), (f"ana@zorblat{n}.example", "contact"),
        ]  # fmt: skip
        terms += [Term(text, kind, f"a{n}", f"c{n}", Audience.CLIENT, "client", at) for text, kind in names]
        terms += [
            Term(
                _sentence(_CHANCE.randint(6, 20)),
                "private sentence",
                f"a{n}",
                f"c{n}",
                Audience.INTERNAL,
                "",
                at,
            )
            for _ in range(50)
        ]
    return terms


def _page(account: int, path: str, sentences: list[str]) -> _Made:
    menu = "\n".join(
        f'<li class="pg-menu__item"><a class="pg-menu__link" href="#s{n}">{word}</a></li>'
        for n, word in enumerate(_WORDS[:40])
    )
    rows = "\n".join(
        f'<tr class="pg-row"><td class="pg-c" id="s{n}">{_WORDS[n]}</td><td><b class="pg-n">{n}</b></td></tr>'
        for n in range(20)
    )
    prose = "\n".join(f"<p>{sentence}</p>" for sentence in sentences)
    anchors = "".join(f'<i id="s{n}"></i>' for n in range(20, 40))
    page = (
        f"<!doctype html>\n<html><head><title>Zorblat{account} Foods</title></head>\n<body>\n<nav>\n{menu}\n"
        f"</nav>{anchors}<main>\n{prose}\n<table>\n{rows}\n</table>\n</main>\n</body></html>\n"
    )
    return _Made(path, page.encode())


def _portal(account: int) -> list[_Made]:
    updates = [[_sentence(15) for _ in range(6)] for _ in range(9)]
    every = [sentence for update in updates for sentence in update]
    return [
        _page(account, "index.html", every[:8]),
        _page(account, "updates/index.html", every[::3]),
        _page(account, "print/index.html", every),
        *(_page(account, f"updates/{n}/index.html", update) for n, update in enumerate(updates)),
    ]


def main() -> None:
    """Print the figures."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    portals = [_portal(n) for n in range(accounts)]
    terms = _terms(1000)
    pages = sum(map(len, portals))
    size = sum(len(page.body) for portal in portals for page in portal) // pages
    print(f"{pages} pages of {size} bytes, {len(terms)} terms")
    began = time.process_time()
    units = [assemble(f"portals/k{n}", "portal", f"a{n}", made, {}) for n, made in enumerate(portals)]
    print(
        f"assemble  {(time.process_time() - began) / pages * 1e6:6.0f} us a page, {len(units[0][1])} problems"
    )
    began = time.process_time()
    scan = Scan(terms)
    print(f"terms     {time.process_time() - began:6.2f} s")
    began = time.process_time()
    leaks = sum(len(scan.unit(unit)) for unit, _ in units)
    taken = (time.process_time() - began) / pages
    print(f"scan      {taken * 1e6:6.0f} us a page, {taken * 12_000:.1f} s for 12,000 pages, {leaks} leaks")
    print(f"memory    {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024:6d} MB")


if __name__ == "__main__":
    main()

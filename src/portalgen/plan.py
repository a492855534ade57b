"""What is stale and why: which pages must be made, which stay as they are, which go.

Pure. There is no graph of dependencies. A page's fingerprint is made of *parts*: a digest for each
field of its view, for the templates, for the code and the libraries that make it. A page that was made
remembers the parts that it read, and nothing else; it is stale when one of these is another now.
Rendering is a function of what it reads, so that is exact: a field that a page never read can't have
changed it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from portalgen.render.page import CODE, TEMPLATES, Parts

NEW = "new"
GONE = "gone"
_WORDS = {CODE: "another version of portalgen", TEMPLATES: "the templates changed"}


@dataclass(frozen=True, slots=True)
class Plan:
    """`render` in the order wanted; `reasons` has a sentence for each path of `render` and `delete`."""

    render: tuple[str, ...] = ()
    keep: frozenset[str] = frozenset()
    delete: frozenset[str] = frozenset()
    reasons: Mapping[str, str] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether all stays as it is."""
        return not self.render and not self.delete


def plan(previous: Mapping[str, Parts], wanted: Mapping[str, Parts]) -> Plan:
    """Compare what stands with what should.

    `previous` has, by path, the parts that each page read when it was made; `wanted` the parts as they
    are now, of which each page may read some or all.
    """
    reasons = {}
    keep = set()
    for path, parts in wanted.items():
        read = previous.get(path)
        if read is None:
            reasons[path] = NEW
        elif changed := [name for name, digest in read.items() if parts.get(name) != digest]:
            reasons[path] = _because(changed)
        else:
            keep.add(path)
    render = tuple(reasons)
    delete = frozenset(previous.keys() - wanted.keys())
    reasons |= dict.fromkeys(sorted(delete), GONE)
    return Plan(render, frozenset(keep), delete, reasons)


def _because(changed: list[str]) -> str:
    told = [_WORDS[name] for name in (CODE, TEMPLATES) if name in changed]
    fields = sorted(name for name in changed if name not in _WORDS)
    if fields:
        told.append(f"{', '.join(fields)} changed")
    return "; ".join(told)

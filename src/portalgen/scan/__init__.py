"""The scan: looks at the final bytes for what their readers must not read.

Owns the last word before anything is published. It doesn't trust projection, rendering or anything
else that made the bytes: it takes the accounts' private terms and the files, and looks. Refuses to
say what it found: a leak names the page, the kind of term and where the text was written, never the
term itself.

    scan = Scan(terms, allow=..., interface=..., cases=..., exempt=...)
    leaks = scan.unit(unit)                 # per unit, so that units can be streamed
    problems = report(leaks, texts)         # with the addresses of the leaking texts

    patrol = Patrol(folder, exempt)         # the same again and again, of what changes in a folder
    leaks = patrol.walk(beat)               # all that there are now

What a name may look like and still be no leak: `names`. Where a client's name may stand in public:
`regions`. Which files are opened and which can't be: `formats`, `pdf`, `images`.
"""

from portalgen.scan.interface import theme_texts
from portalgen.scan.patrol import Beat, Patrol
from portalgen.scan.report import report
from portalgen.scan.scanner import Leak, Scan

__all__ = ["Beat", "Leak", "Patrol", "Scan", "report", "theme_texts"]

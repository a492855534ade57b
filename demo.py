"""Says where to look after `make demo`."""

import json
import os
import sys
from pathlib import Path

from portalgen import project
from portalgen.build.linking import links
from portalgen.load import load_settings
from portalgen.problems import UsageError

ROOT = Path(__file__).parent
HOST = "http://127.0.0.1:8000/"
OPENS = {
    "open": "open: whoever knows the address reads it",
    "host": "host: no different here; the host that it is meant for asks who somebody is",
}

settings = load_settings(ROOT / "mkdocs.yml")
try:
    found = links(settings, (), os.environ)
except UsageError as error:
    sys.exit(f"demo.py: {error}")
portfolio = json.loads((ROOT / "site/internal/portfolio.json").read_text("utf-8"))["accounts"]
rows = {row["id"]: row for row in portfolio if row["portal"]}

print("\nThe sample agency is built. To read it as it would be on a host, type")
print("    python3 -m http.server --directory site 8000 --bind 127.0.0.1")
print("and open")
print(f"    {HOST}public/      what prospects see")
print(f"    {HOST}internal/    what the team sees")
print("and each client's own portal. These are sealed, so that any plain host will do; a link opens one:")
for number, link in enumerate(found.links):
    row = rows[link.account]
    print(f"    {row['client']}" + (f", for {link.reader}" if link.reader else ""))
    print(f"        {HOST}{row['portal']}#{link.link.partition('#')[2]}")
    if number == 0:
        print(f"        or what stands before the #, and the passphrase: {link.passphrase}")
print("These are not, to show the difference:")
for name in sorted(rows.keys() - {link.account for link in found.links}):
    row, account = rows[name], found.content.healthy[name].account
    print(f"    {row['client']}, {OPENS[project.mode(account, settings.access)]}")
    print(f"        {HOST}{row['portal']}")

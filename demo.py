"""Says where to look after `make demo`."""

import json
from pathlib import Path

site = Path(__file__).parent / "site"
rows = json.loads((site / "internal/portfolio.json").read_text())["accounts"]
print("\nThe sample agency is built. To read it as it would be on a host, type")
print("    python3 -m http.server --directory site 8000 --bind 127.0.0.1")
print("and open")
print("    http://127.0.0.1:8000/public/      what prospects see")
print("    http://127.0.0.1:8000/internal/    what the team sees")
print("and each client's own portal:")
for row in sorted(rows, key=lambda r: str(r["client"])):
    if row["portal"]:
        print(f"    http://127.0.0.1:8000/{row['portal']}    {row['client']}")

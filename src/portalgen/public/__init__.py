"""The public site: MkDocs, for real, with the gallery handed to it by our plugin.

Owns how MkDocs is run (in staging, with the build's date, quietly) and what is forbidden on the pages
that the team writes by hand. Sees public views and published files, never an account. `build` runs
MkDocs; `LiveSite` brings a site up to date, page by page; `mkdocs_plugin` (a floor above) contributes
the pages.
"""

from portalgen.public.live import Change, LiveSite, Refreshed, difference
from portalgen.public.run import build
from portalgen.public.site import Given

__all__ = ["Change", "Given", "LiveSite", "Refreshed", "build", "difference"]

"""Publishing: from units in memory to the output folder, whole or not at all.

Owns the output, the private folder's lock, journal and records. Refuses foreign folders and a second
build at once; sees units and records, never an account.
"""

from portalgen.publish.disk import Output
from portalgen.publish.preview import Preview
from portalgen.publish.private import private_folder
from portalgen.publish.record import Release, ReleasedPage, UnitRecord
from portalgen.publish.stage import Staged, Stager

__all__ = ["Output", "Preview", "Release", "ReleasedPage", "Staged", "Stager", "UnitRecord", "private_folder"]

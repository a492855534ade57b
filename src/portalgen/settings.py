"""The project's settings, as frozen values: what `mkdocs.yml` says to portalgen.

`load.settings` reads and checks them; nothing else opens the file. MkDocs reads the same file itself
for all that is its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from portalgen.vocabulary import AccessMode


class CallToAction(BaseModel):
    """Where a case study's reader goes next; `link` is a page below `docs_dir` or a full address."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    text: str
    link: str


class Settings(BaseModel):
    """Folders are absolute; `root` is the settings file's folder and messages are relative to it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    root: Path
    file: Path
    site_name: str
    site_url: str = ""
    language: str = "en"
    theme: str = "mkdocs"
    docs_dir: Path
    accounts: Path
    approved: Path
    output: Path
    review: tuple[Literal["client", "public"], ...] = ("public",)
    access: AccessMode = "open"
    portals_url: str = ""
    stale_after_days: int = 14
    timezone: str = "UTC"
    terms: tuple[str, ...] = ()
    allow: tuple[str, ...] = ()
    contact: str = ""
    call_to_action: CallToAction | None = None
    secret_id: str = ""
    tactics_every_days: int = 90
    brand: Path | None = None
    unknown: str = ""
    """What of MkDocs' own settings may read files that nobody knows of ("the plugin macros"), or `""`."""

    @property
    def private(self) -> Path:
        """`.portalgen`: secret, cache, record of releases. Never inside the output."""
        return self.root / ".portalgen"

    def relative(self, path: Path) -> str:
        """A path as messages and the record write it: relative to the root, forward slashes."""
        try:
            return path.relative_to(self.root).as_posix()
        except ValueError:
            return path.as_posix()

    def account_of(self, path: str) -> str:
        """The account that a path, as messages write it, belongs to (by its file, its folder or its
        approvals), or `""`."""
        for folder in (self.accounts, self.approved):
            prefix = f"{self.relative(folder)}/"
            if path.startswith(prefix):
                return path.removeprefix(prefix).split("/")[0].removesuffix(".md")
        return ""

"""The project's settings, as frozen values: what `mkdocs.yml` says to portalgen.

`load.settings` reads and checks them; nothing else opens the file. MkDocs reads the same file itself
for all that is its own.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from portalgen.problems import Problem
from portalgen.vocabulary import AccessMode


class CallToAction(BaseModel):
    """Where a case study's reader goes next; `link` is a page below `docs_dir` or a full address."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    text: str
    link: str


class Colours(BaseModel):
    """The house's own colours as `#rrggbb`: on light paper, on dark paper, and the text on each.

    What the house does not set, or not in a way that we can read, is ours (`tokens.css`).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    brand: str = "#0b5468"
    on_brand: str = "#ffffff"
    brand_dark: str = "#8cc8d8"
    on_brand_dark: str = "#0a2630"


class Logo(BaseModel):
    """The agency's logo as it is published; `width` and `height` are in pixels, where the file says them."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64")
    name: str
    data: bytes
    width: int | None = None
    height: int | None = None


class House(BaseModel):
    """What the agency's own folder (`theme.custom_dir`) adds to our pages, as it was read.

    `folder` is the folder as messages write it. `css` is `brand.css`, `icon` is `icon.svg`. `templates`
    are the names and texts of what lies in `portalgen/`, by name. `problems` says what of all this
    can't be used; they are warnings.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_bytes="base64")
    folder: str = ""
    css: str = ""
    icon: bytes = b""
    logo: Logo | None = None
    templates: tuple[tuple[str, str], ...] = ()
    problems: tuple[Problem, ...] = ()


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
    access: AccessMode = "sealed"
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
    logo: Path | None = None
    house: House = House()
    colours: Colours = Colours()
    unknown: str = ""
    """What of MkDocs' own settings may read files that nobody knows of ("the plugin macros"), or `""`."""

    @property
    def private(self) -> Path:
        """`.portalgen`: secret, cache, record of releases. Never inside the output."""
        return self.root / ".portalgen"

    def portal_at(self, key: str) -> str:
        """The address of the portal in the folder `key`; `""` where nobody says where portals stand."""
        return f"{self.portals_url.rstrip('/')}/{key}/" if self.portals_url else ""

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

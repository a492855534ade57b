"""portalgen: one Markdown file per client account, three audiences, and nothing crosses over.

The way of the data is one direction (read `build` for the whole of it):

    files -load-> Account -project-> View -render-> Page -assemble-> Site -scan-> -publish-> disk

Modules stand on floors and import only from lower ones; `ARCHITECTURE.md` lists them and the
import contracts in `pyproject.toml` keep them.
"""

__version__ = "0.1.0"

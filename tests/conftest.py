"""What tests share: the sample agency, built once, and the compiled templates of MkDocs' themes."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from jinja2 import BytecodeCache, Environment
from jinja2.bccache import Bucket
from mkdocs.theme import Theme

from portalgen.seal import envelope
from tests.project import SECRET
from tests.test_determinism import copy


@pytest.fixture(scope="session")
def agency(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site of the sample agency, with its own settings, as it would be published."""
    folder = tmp_path_factory.mktemp("agency")
    copy(folder)
    subprocess.run(
        [sys.executable, "-m", "portalgen.cli", "build", "--as-of", "2026-11-23"],
        cwd=folder,
        env={**os.environ, "PORTALGEN_SECRET": SECRET},
        check=True,
        timeout=120,
        capture_output=True,
    )
    return folder / "site"


class _Compiled(BytecodeCache):
    """Jinja's memory of templates, by path and content, in this process."""

    def __init__(self) -> None:
        self._found: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if bucket.key in self._found:
            bucket.bytecode_from_string(self._found[bucket.key])

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._found[bucket.key] = bucket.bytecode_to_string()


@pytest.fixture(scope="session", autouse=True)
def _passphrases_are_stretched_once() -> Iterator[None]:
    """A key that takes 600,000 rounds is the same every time; in one process it is made once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(envelope, "stretched", cache(envelope.stretched))
        yield


@pytest.fixture(scope="session", autouse=True)
def _themes_are_compiled_once() -> Iterator[None]:
    """MkDocs begins every build with an environment that knows no template; compiling was a third of it."""
    compiled, make = _Compiled(), Theme.get_env

    def get_env(theme: Theme) -> Environment:
        made = make(theme)
        made.bytecode_cache = compiled
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Theme, "get_env", get_env)
        yield

"""What the tests of sealed portals share. Each of their modules says what its `portals` are."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from portalgen.seal import Keys
from tests.browser.sealing import Host, hosted


@pytest.fixture(scope="module")
def host(portals: tuple[dict[str, bytes], Keys, Keys]) -> Iterator[Host]:
    """A plain host with the portals that a module made, as `two_portals` gives them."""
    with hosted(portals[0]) as host:
        yield host


@pytest.fixture(scope="module")
def keys(portals: tuple[dict[str, bytes], Keys, Keys]) -> Keys:
    """The keys of the portal that is looked at."""
    return portals[1]


@pytest.fixture(scope="module")
def other(portals: tuple[dict[str, bytes], Keys, Keys]) -> Keys:
    """Those of the other client's portal on the same host."""
    return portals[2]


@pytest.fixture
def locale() -> str:
    """The reader's language."""
    return "en-US"


@pytest.fixture
def context(browser: Browser, locale: str) -> Iterator[BrowserContext]:
    """A phone."""
    made = browser.new_context(viewport={"width": 390, "height": 844}, locale=locale)
    made.set_default_timeout(10_000)
    yield made
    made.close()

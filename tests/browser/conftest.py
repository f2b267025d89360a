"""One site and one Chromium for all tests here; a visitor of its own for each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.kiosks import Doors, open_doors
from tests.browser.looking import Visitor, chromium
from tests.browser.site import Site, serving


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    with serving(tmp_path_factory.mktemp("site")) as served:
        yield served


@pytest.fixture(scope="package")
def doors(site: Site) -> Doors:
    return open_doors(site)


@pytest.fixture(scope="package")
def running_chromium(site: Site) -> Iterator[Browser]:
    """Ends with the last test here: Playwright's event loop would disturb Django in others."""
    with chromium() as browser:
        yield browser


@pytest.fixture
def visitor(running_chromium: Browser) -> Iterator[Visitor]:
    """A visitor whose consoles must stay silent."""
    visiting = Visitor(running_chromium)
    yield visiting
    visiting.leave()
    assert visiting.complaints == []

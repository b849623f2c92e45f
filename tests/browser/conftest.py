"""The browser of each file of tests, and an empty house before each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.browser import people
from tests.browser.static_site import static_site
from tests.live import Live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium without a screen."""
    with people.chromium() as running:
        yield running


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    """The origin of a site that serves the product's scripts and nothing else."""
    with static_site() as origin:
        yield origin


@pytest.fixture
def page(browser: Browser, site: str) -> Page:
    """A window on that site."""
    page = browser.new_context().new_page()
    page.set_default_timeout(15_000)
    page.goto(site)
    return page


@pytest.fixture(autouse=True)
def windows_closed(request: pytest.FixtureRequest) -> Iterator[None]:
    """No window outlives its test: a desk left open would come back again and again."""
    yield
    if "browser" in request.fixturenames:
        for context in request.getfixturevalue("browser").contexts:
            context.close()


@pytest.fixture
def live(live_server_processes: Live) -> Live:
    """The running product with nobody in it."""
    people.everybody_home(live_server_processes)
    return live_server_processes

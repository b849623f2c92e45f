"""The browser of each file of tests, and an empty house before each test."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser import people
from tests.live import Live


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A real Chromium without a screen."""
    with people.chromium() as running:
        yield running


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

"""The desk on a phone: its header holds all it shows, and nothing stands over anything else."""

from itertools import pairwise

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.people import Complaints, at_the_desk, picture, window
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.live]

WHICH = "header .state-btn, header .state-btn > *, header .me-load, header .top-more .btn"
PARTS = """(which) => [...document.querySelectorAll(which)]
    .filter((part) => part.getClientRects().length)
    .map((part) => ({name: part.className.baseVal ?? part.className, box: part.getBoundingClientRect().toJSON(),
        inside: part.parentElement.classList.contains("state-btn"), cut: part.scrollWidth > part.clientWidth + 1}))"""


def crowded(page: Page) -> list[str]:
    """The parts of the header that lie outside the window or over their right neighbour."""
    parts = page.evaluate(PARTS, WHICH)
    width = page.evaluate("() => window.innerWidth")
    found = [part["name"] for part in parts if part["box"]["left"] < 0 or part["box"]["right"] > width]
    for row in (False, True):
        line = sorted((each for each in parts if each["inside"] is row), key=lambda each: each["box"]["left"])
        found += [left["name"] for left, right in pairwise(line) if left["box"]["right"] > right["box"]["left"] + 0.5]
    return found


def cut(page: Page) -> list[str]:
    """The parts whose words don't fit."""
    return [part["name"] for part in page.evaluate(PARTS, WHICH) if part["cut"]]


def test_at_375_pixels_nothing_in_the_header_overlaps_or_is_cut_off(live: Live, browser: Browser) -> None:
    _, page = window(browser, Complaints(), viewport={"width": 375, "height": 812})
    at_the_desk(page, live, "bob")
    expect(page.locator(".state-btn")).to_contain_text("Idle · Short break")
    assert (crowded(page), cut(page)) == ([], [])
    picture(page, "desk-phone-header")
    page.set_viewport_size({"width": 320, "height": 640})
    assert crowded(page) == []
    page.set_viewport_size({"width": 375, "height": 812})
    page.locator(".state-btn").click()
    page.get_by_role("menuitemradio", name="Available").click()
    expect(page.locator(".state-btn")).to_contain_text("Available")
    assert (crowded(page), cut(page)) == ([], [])

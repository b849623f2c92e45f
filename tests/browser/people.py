"""People at real browsers: an agent at the desk, a customer in the shop."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, FrameLocator, Page, expect, sync_playwright

from tests.browser.static_site import ARGS, ROOT
from tests.live import Live, until

SCREENS = Path(os.environ.get("SCREENS", ROOT / "var" / "screens"))
PATIENCE = 30_000  # milliseconds until we believe that something won't show
WIDE = {"width": 1440, "height": 900}
CARD = "4111 1111 1111 1111"

expect.set_options(timeout=PATIENCE)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Inside, a real Chromium runs without a screen."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=ARGS)
        try:
            yield browser
        finally:
            browser.close()


DESERTED = """
UPDATE chats_chat SET kind = 'chat', customer_until = now() - interval '1 day'
WHERE state <> 'ended' AND (kind <> 'chat'
    OR customer_until IS DISTINCT FROM least(customer_until, now() - interval '1 h'))
"""


class Complaints(list[str]):
    """What the browser's console had to complain about: broken scripts and violated policies."""

    def listen(self, page: Page) -> None:
        """Hear the page's errors from now on."""
        page.on("console", self._console)
        page.on("pageerror", lambda error: self.append(str(error)))

    def _console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self.append(message.text)


def window(browser: Browser, complaints: Complaints, **options: object) -> tuple[BrowserContext, Page]:
    """A fresh browser window of a person of his own."""
    context = browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    complaints.listen(page)
    return context, page


def everybody_home(live: Live) -> None:
    """No chat lives, no wrap-up is open, no agent is signed in: what others left is abandoned and lapses as in life.

    A message is made a chat first, for who left one may be away; again and again, as a customer whose socket is closed
    only now is given a grace. No desk may be open, it would sign in again.
    """
    until(lambda: not (live.execute(DESERTED) or live.execute("SELECT 1 FROM chats_chat WHERE state <> 'ended'")))
    live.execute("UPDATE wrapup_wrapup SET due_at = now() WHERE done_at IS NULL")
    until(lambda: not live.execute("SELECT 1 FROM wrapup_wrapup WHERE done_at IS NULL"))
    live.execute("UPDATE agents_agent SET lease_until = now() - interval '1 s' WHERE state <> 'offline'")
    until(lambda: not live.execute("SELECT 1 FROM agents_agent WHERE state <> 'offline'"))


def at_the_desk(page: Page, live: Live, name: str, labels: tuple[str, str] = ("User name", "Password")) -> None:
    """The agent has logged in; his desk shows his state."""
    page.goto(f"{live.base_url}/accounts/login/?next=/desk/")
    page.get_by_label(labels[0]).fill(name)
    page.get_by_label(labels[1], exact=True).fill("demo")
    page.keyboard.press("Enter")
    expect(page.locator(".state-btn")).to_be_visible()


def goes_available(page: Page) -> None:
    """The agent takes contacts."""
    page.get_by_role("button", name="Go to Available").first.click()
    expect(page.locator(".state-btn")).to_contain_text("Available")


def in_the_shop(page: Page, live: Live, entry_point: str, name: str) -> FrameLocator:
    """The customer has opened the chat of the entry point and said who he is; gives the widget."""
    page.goto(f"{live.base_url}/?entry={entry_point}")
    page.get_by_role("button", name=re.compile("chat", re.IGNORECASE)).last.click()
    widget = page.frame_locator("iframe")
    widget.get_by_label("Name").fill(name)
    widget.get_by_role("button", name=re.compile("^Start")).click()
    return widget


def says(widget: FrameLocator | Page, words: str) -> None:
    """The customer sends a message."""
    composer = widget.get_by_role("textbox")
    composer.fill(words)
    composer.press("Enter")
    expect(composer).to_have_value("")


def leaves(widget: FrameLocator) -> None:
    """The customer ends the chat by the widget's menu, and confirms it."""
    widget.get_by_role("button", name=re.compile("^More")).click()
    widget.locator("cc-menu").get_by_role("button", name="End chat").click()
    widget.locator(".w-ask").get_by_role("button", name="End chat").click()


def answers(desk: Page, words: str) -> None:
    """The agent sends a message."""
    desk.locator("#composer-text").fill(words)
    desk.locator("#composer-text").press("Enter")
    expect(desk.locator("#composer-text")).to_have_value("")


def everything_on(page: Page) -> str:
    """All that the page holds, frames, values of inputs and storage too."""
    parts = []
    for frame in page.frames:
        parts.append(frame.content())
        parts.append(frame.evaluate("[...document.querySelectorAll('input,textarea')].map(e => e.value).join('\\n')"))
        parts.append(frame.evaluate("JSON.stringify([{...localStorage}, {...sessionStorage}])"))
    return "\n".join(parts)


def picture(page: Page, name: str) -> None:
    """A picture of the page is kept."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENS / f"{name}.png")

"""The loader on somebody else's site: strict policy, exact origins, focus, small screens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Frame, Locator, Page

from tests.browser.static_site import ROOT, static_site

pytestmark = pytest.mark.browser

LOADER = ROOT / "chats" / "static" / "chats" / "widget.js"
POLICY = "default-src 'none'; script-src {ours}; frame-src {ours}; base-uri 'none'; form-action 'none'"
SHOP = """<!doctype html><html lang=en><meta charset=utf-8><title>Shop</title><body><a href=#x>A link</a>
<script src="{ours}/static/chats/widget.js" data-entry-point="demo" data-language="{language}" async></script>"""
STATE = "({unread, running}) => parent.postMessage({contactcenter: 1, type: 'state', unread, running}, '*')"


@pytest.fixture(scope="module")
def ours() -> Iterator[str]:
    """The chat's origin; its widget page is empty here."""
    with static_site() as origin:
        yield origin


@pytest.fixture(scope="module")
def shop(ours: str) -> Iterator[str]:
    """A foreign site that allows nothing but scripts and frames of ours."""
    page = SHOP.format(ours=ours, language="").encode()
    with static_site(page=page, policy=POLICY.format(ours=ours)) as origin:
        yield origin


@pytest.fixture
def page(browser: Browser, shop: str) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    page.set_default_timeout(15_000)
    page.violations = []
    page.on("console", lambda message: page.violations.append(message.text) if message.type == "error" else None)
    page.goto(shop)
    launcher(page).wait_for()
    yield page
    context.close()


def launcher(page: Page) -> Locator:
    return page.locator("contactcenter-chat button")


def opened(page: Page) -> Frame:
    """The widget's frame after a click on the launcher."""
    launcher(page).click()
    page.locator("contactcenter-chat iframe").wait_for()
    page.wait_for_function("() => document.querySelector('contactcenter-chat').shadowRoot.querySelector('iframe')")
    frame = page.frames[1]
    frame.wait_for_load_state()
    return frame


def label(page: Page, text: str) -> None:
    """Waits until the launcher is called so."""
    page.get_by_role("button", name=text, exact=True).wait_for()


def test_it_stays_within_four_kibibytes() -> None:
    assert LOADER.stat().st_size <= 4096


def test_it_works_under_a_policy_that_allows_no_style(page: Page) -> None:
    box = launcher(page).bounding_box()
    assert (box["width"], box["height"]) == (56, 56)
    frame = opened(page)
    assert frame.url.endswith("/widget/demo/")
    assert page.locator("contactcenter-chat iframe").bounding_box()["width"] == 400
    assert page.violations == []


def test_unread_words_are_told_by_our_frame_only(page: Page) -> None:
    frame = opened(page)
    launcher(page).click()
    label(page, "Open chat")
    page.evaluate(
        """() => new Promise((resolve) => {
          addEventListener("message", resolve, {once: true});
          postMessage({contactcenter: 1, type: "state", unread: 9, running: true}, "*");
        })"""
    )
    assert launcher(page).get_attribute("aria-label") == "Open chat"
    frame.evaluate(STATE, {"unread": 2, "running": True})
    label(page, "Open chat, 2 unread")
    frame.evaluate(STATE, {"unread": 0, "running": True})
    label(page, "Open chat")


def test_minimising_gives_the_focus_back_to_the_launcher(page: Page) -> None:
    frame = opened(page)
    assert page.evaluate("() => document.activeElement.shadowRoot.activeElement.tagName") == "IFRAME"
    frame.evaluate("() => parent.postMessage({contactcenter: 1, type: 'close'}, '*')")
    label(page, "Open chat")
    assert page.evaluate("() => document.activeElement.shadowRoot.activeElement.tagName") == "BUTTON"
    assert page.locator("contactcenter-chat iframe").is_hidden()


def test_escape_on_the_launcher_closes(page: Page) -> None:
    opened(page)
    launcher(page).focus()
    page.keyboard.press("Escape")
    label(page, "Open chat")


def test_a_running_chat_comes_back_on_the_next_page(page: Page) -> None:
    frame = opened(page)
    launcher(page).click()
    frame.evaluate(STATE, {"unread": 1, "running": True})
    label(page, "Open chat, 1 unread")
    page.reload()
    page.locator("contactcenter-chat iframe").wait_for(state="attached")
    assert page.locator("contactcenter-chat iframe").is_hidden()


def test_it_fills_a_small_screen(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    opened(page)
    box = page.locator("contactcenter-chat iframe").bounding_box()
    assert (box["x"], box["y"], box["width"], box["height"]) == (0, 0, 360, 640)


def test_the_language_goes_to_the_frame_and_the_button(browser: Browser, ours: str) -> None:
    with static_site(page=SHOP.format(ours=ours, language="de").encode()) as german:
        page = browser.new_page()
        page.goto(german)
        page.get_by_role("button", name="Chat öffnen", exact=True).click()
        page.locator("contactcenter-chat iframe").wait_for()
        assert page.frames[1].url.endswith("/widget/demo/?lang=de")
        page.close()


@pytest.mark.parametrize(("listed", "heard"), [(True, ["hello"]), (False, [])])
def test_the_widget_hears_listed_origins_only(page: Page, shop: str, listed: bool, heard: list[str]) -> None:
    frame = opened(page)
    frame.evaluate(
        """async (origins) => {
          const {HostPage} = await import("/static/chats/widget/host-page.js");
          const host = new HostPage(origins);
          window.heard = [];
          window.arrived = new Promise((resolve) => addEventListener("message", resolve, {once: true}));
          host.addEventListener("hello", () => heard.push("hello"));
        }""",
        [shop] if listed else ["http://127.0.0.1:1", shop + "0", shop.replace("http:", "https:")],
    )
    page.evaluate(
        """() => document.querySelector("contactcenter-chat").shadowRoot.querySelector("iframe")
          .contentWindow.postMessage({contactcenter: 1, type: "hello"}, "*")"""
    )
    frame.evaluate("() => arrived")
    assert frame.evaluate("() => heard") == heard

"""The administration in a real browser: nothing breaks the security policy, and the first page stays fresh."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect

from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.live]

PATIENCE = 30_000  # milliseconds until we believe that something won't show
OPEN = (
    "from chats import operations; from routing.models import EntryPoint; "
    "operations.open(EntryPoint.objects.get(slug='direct'), {{'name': '{name}'}})"
)


@pytest.fixture
def complaints() -> list[str]:
    """What the console had to complain about."""
    return []


@pytest.fixture
def page(live_server_processes: Live, browser: Browser, complaints: list[str]) -> Iterator[Page]:
    """The administrator has signed in."""
    context = browser.new_context(base_url=live_server_processes.base_url, locale="en-GB")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()

    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", console)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.goto("/admin/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", "demo")
    page.click("form.login-form button[type=submit]")
    expect(page.locator("#stamp")).to_be_visible()
    yield page
    context.close()


def addresses(page: Page, selector: str) -> list[str]:
    return [str(link.get_attribute("href")) for link in page.locator(selector).all()]


def use(page: Page) -> None:
    """Everything folded is open, a row is added to each table, and a list with search hangs open."""
    page.evaluate("document.querySelectorAll('details').forEach((each) => { each.open = true; })")
    for link in page.locator(".add-row a:visible").all():
        link.click()
    for box in page.locator(".select2-selection:visible").all()[:1]:
        box.click()
        page.locator(".select2-results__option").first.wait_for()
        page.keyboard.press("Escape")


def test_no_page_breaks_the_security_policy(live_server_processes: Live, page: Page, complaints: list[str]) -> None:
    live_server_processes.manage("shell", "-v", "0", "-c", OPEN.format(name="Policy"))
    lists = addresses(page, "#nav-sidebar th a")
    adds = addresses(page, "#nav-sidebar a.addlink")
    assert len(lists) > 20
    assert len(adds) > 10
    opened = 0
    for address in lists:
        page.goto(address)
        first = page.locator("#result_list tbody tr a").first
        if first.count():
            first.click()
            page.wait_for_url("**/change/**")
            use(page)
            opened += 1
    for address in [*adds, "/admin/password_change/", "/admin/chats/botanswer/try/", "/admin/agents/skill/1/history/"]:
        answer = page.goto(address)
        assert answer is not None and answer.status == 200, address
    assert opened > 15
    assert complaints == []


def test_the_first_page_stays_fresh_without_a_reload(
    live_server_processes: Live, page: Page, complaints: list[str]
) -> None:
    page.evaluate("window.sameVisit = true")
    live_server_processes.manage("shell", "-v", "0", "-c", OPEN.format(name="<i>Latecomer</i>"))
    expect(page.locator("#table-waiting")).to_contain_text("<i>Latecomer</i>", timeout=PATIENCE)
    assert page.evaluate("window.sameVisit") is True
    assert complaints == []


def test_theme_and_language_are_chosen_in_the_header(page: Page) -> None:
    page.locator(".house-theme").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    page.locator("#language-form button[value=de]").click()
    expect(page.locator("html")).to_have_attribute("lang", "de")

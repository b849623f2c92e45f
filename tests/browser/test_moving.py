"""A chat changes hands and is shared, played by up to four people at real browsers against the real processes."""

import re

import pytest
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser import people
from tests.browser.people import Complaints
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.live]


def sits(browser: Browser, live: Live, complaints: Complaints, name: str, **options: object) -> Page:
    """Somebody at his desk, in a browser of his own."""
    _, page = people.window(browser, complaints, **options)
    people.at_the_desk(page, live, name)
    return page


def meets(browser: Browser, live: Live, complaints: Complaints, desk: Page, customer: str) -> FrameLocator:
    """The customer is in a chat with whoever sits at the desk, the only one who is Available."""
    people.goes_available(desk)
    _, shop = people.window(browser, complaints)
    widget = people.in_the_shop(shop, live, "direct", customer)
    desk.locator(".requests").get_by_role("button", name="Accept").click()
    expect(widget.get_by_role("log").get_by_text("joined")).to_be_visible()
    expect(desk.locator(".control-name")).to_have_text(customer)
    return widget


def shop_of(widget: FrameLocator) -> Page:
    """The page in which the widget stands."""
    return widget.owner.page


def picks(desk: Page, button: str, name: str, *, queue: bool = False) -> None:
    """The agent opens the list, finds the target and confirms."""
    desk.locator(".control").get_by_role("button", name=button, exact=True).click()
    if queue:
        desk.get_by_role("radio", name="Queue").click()
    desk.locator(".target input").fill(name.split()[0])
    expect(desk.locator(".target [role=option]")).to_have_count(1)
    expect(desk.locator(".target [role=option][aria-selected=true]")).to_contain_text(name)
    desk.locator(".target .dialog-foot .btn.primary").click()
    expect(desk.locator(".target")).to_have_count(0)


def wraps_up(desk: Page) -> None:
    """The agent writes down what it was about."""
    desk.get_by_role("option").filter(has_text="Question answered").click()
    desk.get_by_role("button", name="Submit wrap-up").click()


def test_a_chat_is_transferred_to_an_agent_who_first_lets_it_lapse_and_then_to_a_queue(
    live: Live, browser: Browser
) -> None:
    complaints = Complaints()
    alice, anna = (sits(browser, live, complaints, name) for name in ("alice", "anna"))
    widget = meets(browser, live, complaints, alice, "Carol Jones")
    people.says(widget, "I want a lamp")
    people.goes_available(anna)

    live.execute("UPDATE routing_queue SET offer_timeout = 3")
    try:
        picks(alice, "Transfer", "Anna Schmidt")
        expect(alice.locator(".control")).to_contain_text("Transfer requested")
        expect(anna.locator(".requests")).to_contain_text("Transfer from Alice Meyer")
        expect(anna.locator(".rona-pop")).to_be_visible()
        expect(alice.locator(".requests")).to_contain_text("Anna Schmidt did not take the chat in time. You keep it.")
        expect(alice.locator(".control")).to_contain_text("Connected")
    finally:
        live.execute("UPDATE routing_queue SET offer_timeout = 30")
    anna.locator(".rona-pop").get_by_role("button", name="Go to Available").click()
    expect(anna.locator(".state-btn")).to_contain_text("Available")

    alice.locator(".control").get_by_role("button", name="Transfer", exact=True).click()
    expect(alice.locator(".target [role=option]").filter(has_text="Bob Hale")).to_contain_text("Offline")
    people.picture(alice, "desk-targets")
    alice.keyboard.press("Escape")
    picks(alice, "Transfer", "Anna Schmidt")
    people.picture(alice, "desk-transfer-requested")
    anna.locator(".requests").get_by_role("button", name="Accept").click()
    talk = widget.get_by_role("log")
    expect(talk.get_by_text("Alice Meyer passes you on to Anna Schmidt")).to_be_visible()
    expect(talk.get_by_text("Anna Schmidt joined")).to_be_visible()
    expect(anna.locator(".transcript").get_by_text("I want a lamp")).to_be_visible()
    wraps_up(alice)
    people.answers(anna, "Anna here, which lamp?")
    expect(talk.get_by_text("Anna here, which lamp?")).to_be_visible()

    picks(anna, "Transfer", "Customer service", queue=True)
    expect(anna.get_by_role("button", name="Submit wrap-up")).to_be_visible()
    expect(talk.get_by_text("Anna Schmidt passes you on to Customer service")).to_be_visible()
    alice.locator(".requests").get_by_role("button", name="Accept").click()
    expect(talk.get_by_text("Alice Meyer joined")).to_have_count(2)
    people.leaves(widget)
    assert complaints == []


def test_three_in_a_conference(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    alice, anna = (sits(browser, live, complaints, name) for name in ("alice", "anna"))
    widget = meets(browser, live, complaints, alice, "Nancy George")
    people.goes_available(anna)
    picks(alice, "Conference", "Anna Schmidt")
    expect(alice.locator(".control")).to_contain_text("Conference requested")
    expect(anna.locator(".requests")).to_contain_text("Conference with Alice Meyer")
    anna.locator(".requests").get_by_role("button", name="Accept").click()

    talk = widget.get_by_role("log")
    expect(talk.get_by_text("Anna Schmidt joined")).to_be_visible()
    for desk in (alice, anna):
        expect(desk.locator(".parties")).to_contain_text("lead")
    people.says(widget, "Hello both")
    people.answers(anna, "Anna speaks")
    people.answers(alice, "Alice speaks")
    for reader in (alice.locator(".transcript"), anna.locator(".transcript"), talk):
        for words in ("Hello both", "Anna speaks", "Alice speaks"):
            expect(reader.get_by_text(words)).to_be_visible()
    people.picture(alice, "desk-conference")
    expect(alice.locator(".control").get_by_role("button", name=re.compile("^End\\."))).to_be_visible()

    alice.locator(".control").get_by_role("button", name="Hand over to Anna").click()
    expect(talk.get_by_text("Alice Meyer left")).to_be_visible()
    expect(alice.get_by_role("button", name="Submit wrap-up")).to_be_visible()
    expect(anna.locator(".control")).to_contain_text("Connected")
    people.leaves(widget)
    expect(anna.get_by_role("button", name="Submit wrap-up")).to_be_visible()
    assert complaints == []


def test_a_supervisor_reads_along_whispers_and_takes_over(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    phone = {"viewport": {"width": 375, "height": 812}}
    alice, bob = sits(browser, live, complaints, "alice"), sits(browser, live, complaints, "bob")
    widget = meets(browser, live, complaints, alice, "Victor Moss")
    people.says(widget, "I was promised a refund")

    bob.get_by_role("button", name="Conversations of my teams").click()
    bob.get_by_role("button", name=re.compile("Read along: Victor Moss with Alice Meyer")).click()
    expect(bob.locator(".control")).to_contain_text("Reading along")
    expect(bob.locator(".transcript").get_by_text("I was promised a refund")).to_be_visible()
    expect(alice.locator(".transcript").get_by_text("Bob Hale reads along")).to_be_visible()
    people.answers(bob, "The refund is approved.")
    expect(alice.locator(".whisperline")).to_contain_text("The refund is approved.")
    expect(alice.locator(".whisperline")).to_contain_text("to you only")
    people.picture(bob, "desk-reading-along")
    people.picture(alice, "desk-whisper")
    bob.set_viewport_size(phone["viewport"])
    assert bob.evaluate("document.documentElement.scrollWidth") <= 375
    people.picture(bob, "desk-reading-along-375")
    bob.set_viewport_size(people.WIDE)

    bob.locator(".control").get_by_role("button", name="Join", exact=True).click()
    talk = widget.get_by_role("log")
    expect(talk.get_by_text("Bob Hale joined")).to_be_visible()
    expect(bob.locator(".parties")).to_contain_text("You")
    people.answers(bob, "Bob speaking, I take care of it.")
    expect(talk.get_by_text("Bob speaking, I take care of it.")).to_be_visible()
    bob.locator(".control").get_by_role("button", name="Take over").click()
    expect(talk.get_by_text("Alice Meyer left")).to_be_visible()
    expect(alice.get_by_role("button", name="Submit wrap-up")).to_be_visible()
    everything = people.everything_on(shop_of(widget))
    for secret in ("reads along", "approved", "Reading along"):
        assert secret not in everything
    people.leaves(widget)
    expect(bob.get_by_role("button", name="Submit wrap-up")).to_be_visible()
    assert complaints == []


def test_transfer_in_german_on_a_phone(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    phone = {"viewport": {"width": 375, "height": 812}, "locale": "de-DE"}
    _, desk = people.window(browser, complaints, **phone)
    _, shop = people.window(browser, complaints, **phone)
    anna = sits(browser, live, complaints, "anna")
    people.at_the_desk(desk, live, "ahmed", labels=("Benutzername", "Passwort"))
    desk.locator(".state-btn").click()
    desk.get_by_role("menuitemradio", name="Verfügbar").click()
    shop.goto(f"{live.base_url}/widget/direct/")
    shop.get_by_label("Name").fill("Jürgen Groß")
    shop.get_by_role("button", name="Chat starten").click()
    desk.get_by_role("button", name="Annehmen").first.click()
    expect(shop.get_by_role("log").get_by_text("Ahmed Karimi")).to_be_visible()
    people.goes_available(anna)
    desk.locator(".control").get_by_role("button", name=re.compile("Weiterleiten")).click()
    expect(desk.locator(".target [role=option]").filter(has_text="Anna Schmidt")).to_be_visible()
    people.picture(desk, "desk-targets-375-de")
    assert desk.evaluate("document.documentElement.scrollWidth") <= 375
    desk.locator(".target [role=option]").filter(has_text="Anna Schmidt").dblclick()
    expect(
        desk.locator(".transcript").get_by_text("Sie haben Anna Schmidt gebeten, den Chat zu übernehmen")
    ).to_be_visible()
    people.picture(desk, "desk-transfer-requested-375-de")
    anna.locator(".requests").get_by_role("button", name="Accept").click()
    expect(shop.get_by_role("log").get_by_text(re.compile("Anna Schmidt"))).to_have_count(2)
    assert complaints == []

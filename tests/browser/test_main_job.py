"""The main job, played by two people at real browsers against the real processes."""

import base64
import os
import re
import subprocess

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import people
from tests.browser.people import CARD, Complaints
from tests.live import Live, until

pytestmark = [pytest.mark.browser, pytest.mark.live]


def dump(live: Live) -> str:
    """Everything the database holds, as a backup would."""
    tool = os.path.join(os.environ.get("PG_BIN", ""), "pg_dump")
    command = [tool, "--dbname", live.environment["DATABASE_URL"]]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


def forms_of(card: str) -> list[str]:
    """The number as it could hide."""
    digits = card.replace(" ", "")
    return [card, digits, card.replace(" ", "-"), base64.b64encode(digits.encode()).decode()]


def test_a_chat_goes_from_the_widget_through_the_chatbot_to_an_agent_and_his_wrap_up(
    live: Live, browser: Browser
) -> None:
    complaints = Complaints()
    _, desk = people.window(browser, complaints)
    _, shop = people.window(browser, complaints)
    people.at_the_desk(desk, live, "alice")
    people.goes_available(desk)

    widget = people.in_the_shop(shop, live, "demo", "Carol Jones")
    talk = widget.get_by_role("log")
    expect(talk.get_by_text("Hello, I am the Halden assistant.")).to_be_visible()
    people.says(widget, "how do retruns work")
    expect(talk.get_by_text("You may send anything back within 30 days")).to_be_visible()
    widget.get_by_role("button", name="Talk to a person").last.click()

    request = desk.locator(".requests")
    expect(request).to_contain_text("Carol Jones")
    expect(request).to_contain_text("Customer service")
    expect(request.locator(".request-left")).to_have_text(re.compile(r"0:[0-2]\d"))
    people.picture(desk, "desk-request")
    request.get_by_role("button", name="Accept").click()

    expect(talk.get_by_text("Alice Meyer joined")).to_be_visible()
    desk.get_by_role("button", name=re.compile("Before you: chatbot")).click()
    expect(desk.get_by_text("how do retruns work").first).to_be_visible()

    people.says(widget, f"my card is {CARD}, can you check it?")
    expect(desk.locator(".transcript").get_by_text("•••• •••• •••• 1111")).to_be_visible()
    expect(talk.get_by_text("•••• •••• •••• 1111")).to_be_visible()
    people.answers(desk, f"Please leave card numbers out, such as {CARD}: I never need them.")
    expect(talk.get_by_text("I never need them.")).to_be_visible()
    people.says(widget, "ok thanks 😀 <b>bye</b>")
    expect(desk.locator(".transcript").get_by_text("ok thanks 😀 <b>bye</b>")).to_be_visible()
    people.picture(desk, "desk-talk")
    people.picture(shop, "widget-talk")

    everything = people.everything_on(desk) + people.everything_on(shop) + dump(live)
    for form in forms_of(CARD):
        assert form not in everything

    desk.locator(".control").get_by_role("button", name="End").click()
    desk.get_by_role("button", name="End now").click()
    expect(talk.get_by_text(re.compile("Alice Meyer left"))).to_be_visible()
    reasons = desk.get_by_role("option")
    reasons.filter(has_text="Question answered").click()
    reasons.filter(has_text="Refund").click()
    people.picture(desk, "desk-wrapup")
    desk.get_by_role("textbox", name=re.compile("note", re.IGNORECASE)).fill("Sent the label again.")
    desk.get_by_role("button", name="Submit wrap-up").click()

    expect(desk.locator(".me-load")).to_contain_text("0 of 5")
    expect(desk.locator(".recent")).to_contain_text("Carol Jones")
    codes = """
        SELECT string_agg(code.name, ', ' ORDER BY code.name), note FROM wrapup_wrapup AS wrapup
        JOIN wrapup_wrapup_codes AS chosen ON chosen.wrapup_id = wrapup.id
        JOIN wrapup_wrapupcode AS code ON code.id = chosen.wrapupcode_id GROUP BY wrapup.id
    """
    assert ("Question answered, Refund", "Sent the label again.") in live.execute(codes)
    assert complaints == []


def test_an_offer_that_lapses_puts_the_agent_in_rona_and_the_chat_back_with_its_age(
    live: Live, browser: Browser
) -> None:
    complaints = Complaints()
    _, desk = people.window(browser, complaints)
    _, shop = people.window(browser, complaints)
    live.execute("UPDATE routing_queue SET offer_timeout = 4")
    try:
        people.at_the_desk(desk, live, "anna")
        people.goes_available(desk)
        widget = people.in_the_shop(shop, live, "direct", "Nancy George")
        expect(desk.locator(".requests")).to_contain_text("Nancy George")
        queued = live.execute("SELECT id, enqueued_at FROM chats_chat ORDER BY started_at DESC LIMIT 1")[0]

        expect(desk.locator(".rona-pop")).to_be_visible()
        expect(desk.locator(".state-btn")).to_contain_text("RONA")
        expect(desk.locator(".requests .request")).to_have_count(0)
        people.picture(desk, "desk-rona")
        assert live.execute("SELECT state, enqueued_at FROM chats_chat WHERE id = %s", queued[:1]) == [
            ("queued", queued[1])
        ]
        late = "SELECT extract(epoch FROM ended_at - expires_at)::float FROM chats_offer WHERE outcome = 'lapsed'"
        assert all(0 <= seconds <= 2 for (seconds,) in live.execute(late))
        expect(widget.get_by_role("log").get_by_text("Anna")).to_have_count(0)

        live.execute("UPDATE routing_queue SET offer_timeout = 30")
        desk.locator(".rona-pop").get_by_role("button", name="Go to Available").click()
        expect(desk.locator(".state-btn")).to_contain_text("Available")
        desk.locator(".requests").get_by_role("button", name="Accept").click()
        expect(widget.get_by_role("log").get_by_text("Anna Schmidt joined")).to_be_visible()
        people.leaves(widget)
        expect(desk.get_by_role("button", name="Submit wrap-up")).to_be_visible()
    finally:
        live.execute("UPDATE routing_queue SET offer_timeout = 30")
    until(lambda: live.execute("SELECT 1 FROM chats_chat WHERE id = %s AND state = 'ended'", queued[:1]))
    assert complaints == []


def test_desk_and_widget_fit_a_phone_in_german(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    phone = {"viewport": {"width": 375, "height": 812}, "locale": "de-DE"}
    _, desk = people.window(browser, complaints, **phone)
    _, shop = people.window(browser, complaints, **phone)
    people.at_the_desk(desk, live, "ahmed", labels=("Benutzername", "Passwort"))
    desk.locator(".state-btn").click()
    desk.get_by_role("menuitemradio", name="Verfügbar").click()
    expect(desk.locator(".state-btn")).to_contain_text("Verfügbar")

    shop.goto(f"{live.base_url}/widget/direct/")
    shop.get_by_label("Name").fill("Jürgen Groß")
    shop.get_by_role("button", name="Chat starten").click()
    desk.get_by_role("button", name="Annehmen").first.click()
    expect(shop.get_by_role("log").get_by_text("Ahmed Karimi")).to_be_visible()
    people.says(shop, "Guten Tag, meine Karte ist 4111-1111-1111-1111")
    expect(desk.locator(".transcript").get_by_text("••••-••••-••••-1111")).to_be_visible()
    for page, name in ((desk, "desk-375-de"), (shop, "widget-375-de")):
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        people.picture(page, name)
    assert complaints == []

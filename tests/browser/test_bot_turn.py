"""The chatbot is asked for a person, and nobody is there any more: it says so, and a message may be left."""

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import people
from tests.browser.people import Complaints
from tests.live import Live, until

pytestmark = [pytest.mark.browser, pytest.mark.live]

CLOSES = """
WITH never AS (INSERT INTO routing_businesshours (name, zone) VALUES ('Never', 'UTC') RETURNING id)
UPDATE routing_queue SET hours_id = never.id FROM never
"""


def test_after_hours_a_talk_with_the_chatbot_becomes_a_message(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    _, page = people.window(browser, complaints, viewport={"width": 375, "height": 812}, locale="de-DE")
    page.goto(f"{live.base_url}/widget/demo/")
    page.get_by_label("Name").fill("Jürgen Groß")
    page.get_by_role("button", name="Chat starten").click()
    talk = page.get_by_role("log")
    expect(page.get_by_role("group", name="Schnellantworten")).to_be_visible()
    live.execute(CLOSES)
    try:
        people.says(page, "Mein Hund hat die Lampe gefressen")
        expect(talk.get_by_text("Gerade ist niemand da. Hinterlassen Sie eine Nachricht")).to_be_visible()
        replies = page.get_by_role("group", name="Schnellantworten").get_by_role("button")
        expect(replies.last).to_have_text("Nachricht hinterlassen")
        assert page.evaluate("document.documentElement.scrollWidth") <= 375
        replies.last.click()
        expect(page.get_by_text("sobald wir öffnen")).to_be_visible()
        expect(page.get_by_label("Name")).to_be_focused()
        page.get_by_label("E-Mail").fill("juergen@example.com")
        page.get_by_label("Ihre Nachricht").fill("Die Lampe ist weg.")
        page.get_by_role("button", name="Nachricht senden").click()
        expect(talk.get_by_text("Die Lampe ist weg.")).to_be_visible()
        until(lambda: live.execute("SELECT 1 FROM chats_chat WHERE state = 'later'"))
    finally:
        live.execute("UPDATE routing_queue SET hours_id = NULL")
        live.execute("DELETE FROM routing_businesshours WHERE name = 'Never'")
    assert complaints == []

"""The supervisor's live board at a real browser: what he sees and does, and that 500 agents stay light."""

import json
import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser import people
from tests.browser.people import Complaints
from tests.live import Live

pytestmark = [pytest.mark.browser, pytest.mark.live]

CROWD = 500
CROWD_IN = """
    INSERT INTO agents_user (username, password, first_name, last_name, email, language, is_superuser, is_staff,
        is_active, date_joined)
    SELECT 'crowd' || n, '!', '', '', '', '', false, false, true, now() FROM generate_series(1, %s) AS n;
"""
CROWD_AT_WORK = """
    INSERT INTO agents_agent (user_id, name, role, team_id, is_active, state, since, free_since, lease_until, desk,
        desk_rev)
    SELECT id, 'Crowd ' || lpad(substr(username, 6), 3, '0'), 'agent', (SELECT id FROM agents_team LIMIT 1), true,
        'idle', now(), now(), now() + interval '1 day', '', 0 FROM agents_user WHERE username LIKE 'crowd%%'
"""
FREE = """
    UPDATE agents_agent SET state = CASE WHEN id %% 10 = %s THEN 'available' ELSE state END, since = now()
    WHERE name LIKE 'Crowd %%'
"""
SET_BY_BOB = """
    SELECT spell.state FROM agents_spell AS spell
    JOIN agents_user AS cause ON cause.id = spell.caused_by_id AND cause.username = 'bob'
    JOIN agents_agent AS agent ON agent.id = spell.agent_id
    WHERE agent.name = 'Alice Meyer' AND spell.ended_at IS NULL
"""


def team_tab(page: Page, live: Live) -> None:
    """Bob sits at his board."""
    people.at_the_desk(page, live, "bob")
    page.get_by_role("link", name="Team").click()
    expect(page.locator(".stamp")).to_contain_text("live")


def row(page: Page, name: str) -> Locator:
    """The agent on the board."""
    return page.locator("cc-board-agent").filter(has_text=name)


def test_a_supervisor_sees_who_waits_and_why_and_sets_an_agents_state(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    _, desk = people.window(browser, complaints)
    _, board = people.window(browser, complaints)
    _, shop = people.window(browser, complaints)
    people.at_the_desk(desk, live, "alice")
    team_tab(board, live)
    expect(row(board, "Alice Meyer")).to_contain_text("Idle")
    people.in_the_shop(shop, live, "direct", "Nancy George")
    queue = board.locator("cc-board-queues tbody tr").filter(has_text="Orders")
    expect(queue.locator("td").first).to_have_text("1")
    waiting = board.locator(".look-row").filter(has_text="Nancy George")
    expect(waiting).to_contain_text("not Available")
    waiting.click()
    why = board.get_by_role("dialog")
    expect(why).to_contain_text("none could take the contact")
    expect(why.get_by_role("row").filter(has_text="Alice Meyer")).to_contain_text("Not available.")
    people.picture(board, "board-why")
    board.keyboard.press("Escape")
    expect(why).to_have_count(0)
    expect(waiting).to_be_focused()

    row(board, "Alice Meyer").get_by_role("button", name="State of Alice Meyer").click()
    board.get_by_role("menuitemradio", name="Available").click()
    expect(desk.locator(".state-btn")).to_contain_text("Available")
    expect(desk.locator(".requests")).to_contain_text("Nancy George")
    expect(row(board, "Alice Meyer")).to_contain_text("Available")
    desk.locator(".requests").get_by_role("button", name="Accept").click()
    expect(row(board, "Alice Meyer")).to_contain_text("1 chat")
    people.picture(board, "board")

    row(board, "Alice Meyer").get_by_role("button", name="Chats of Alice Meyer").click()
    expect(board.get_by_role("dialog")).to_contain_text("Nancy George")
    board.keyboard.press("Escape")
    row(board, "Alice Meyer").get_by_role("button", name="State of Alice Meyer").click()
    board.get_by_role("menuitem", name="Sign out").click()
    expect(board.get_by_role("alert")).to_contain_text("Sign-out is not possible yet, still open: 1 chat.")
    assert live.execute(SET_BY_BOB) == [("available",)]
    assert complaints == []


def test_five_hundred_agents_stay_light(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    _, board = people.window(browser, complaints)
    live.execute(CROWD_IN, [CROWD])
    live.execute(CROWD_AT_WORK)
    try:
        team_tab(board, live)
        total = board.locator(".tile", has_text="Ready for a chat")
        expect(total).to_contain_text(f"of {CROWD + 1} signed in")
        nodes = "document.querySelectorAll('cc-board *').length"
        rows = "document.querySelectorAll('cc-board-agent').length"
        assert board.evaluate(rows) < 70, "only rows near the screen are in the page"
        before = board.evaluate(nodes)
        board.evaluate("document.querySelector('.board').scrollTo(0, 9000)")
        expect(board.locator("cc-board-agent", has_text="Crowd 2").first).to_be_visible()
        assert board.evaluate(rows) < 70
        for n in range(10):  # fifty changes at a time, as fast as the database takes them
            live.execute(FREE, [n])
        expect(total.locator("b")).to_have_text(str(CROWD))
        assert board.evaluate(nodes) < before * 1.5
        board.get_by_role("searchbox", name="Agent or team").fill("crowd 499")
        expect(board.locator("cc-board-agent")).to_have_count(1)
        board.get_by_role("searchbox", name="Agent or team").fill("")
        board.get_by_role("button", name=re.compile("^Offline")).click()
        expect(board.locator("cc-board-agent", has_text="Crowd")).to_have_count(0)
    finally:
        live.execute("DELETE FROM agents_agent WHERE name LIKE 'Crowd %%'")
        live.execute("DELETE FROM agents_user WHERE username LIKE 'crowd%%'")
    assert complaints == []


def comes_in(live: Live, name: str) -> None:
    """Somebody has started a chat over HTTP."""
    said = json.dumps({"name": name, "email": f"{name.replace(' ', '')}@shop.example"}).encode()
    address = f"{live.base_url}/api/v1/widget/direct/chats/"
    with urlopen(Request(address, said, {"Content-Type": "application/json"}), timeout=10) as answer:
        assert answer.status == 201


def test_seven_requests_at_once_are_stacked_oldest_on_top_and_taken_together(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    _, desk = people.window(browser, complaints)
    live.execute("UPDATE agents_multimediaprofile SET chat = 10")
    live.execute("UPDATE routing_queue SET offer_timeout = 120")
    try:
        people.at_the_desk(desk, live, "alice")
        for n in range(1, 8):
            comes_in(live, f"Carol {n}")
        people.goes_available(desk)
        requests = desk.locator(".requests .request")
        expect(requests).to_have_count(5)
        expect(desk.locator(".requests-all")).to_contain_text("1–5 of 7")
        expect(requests.first).to_contain_text("Carol 1")
        expect(requests.first).to_contain_text("Carol1@shop.example")
        expect(requests.last).to_contain_text("Carol 5")
        desk.get_by_role("button", name="Later requests").click()
        expect(desk.locator(".requests-all")).to_contain_text("3–7 of 7")
        expect(requests.last).to_contain_text("Carol 7")
        desk.get_by_role("button", name="Earlier requests").click()
        requests.first.get_by_role("button", name="Accept").click()
        expect(desk.locator(".requests-all")).to_contain_text("1–5 of 6")
        people.picture(desk, "desk-seven-requests")
        desk.get_by_role("button", name="Accept 6 requests").click()
        expect(requests).to_have_count(0)
        expect(desk.locator(".me-load")).to_contain_text("7 of 10")
    finally:
        live.execute("UPDATE agents_multimediaprofile SET chat = 5")
        live.execute("UPDATE routing_queue SET offer_timeout = 30")
    assert complaints == []


def test_the_last_five_seconds_blink_by_the_servers_clock(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    context, desk = people.window(browser, complaints)
    context.add_init_script("const real = Date.now; Date.now = () => real() + 90_000;")  # a clock that is fast
    live.execute("UPDATE routing_queue SET offer_timeout = 8")
    _, shop = people.window(browser, complaints)
    try:
        people.at_the_desk(desk, live, "anna")
        people.goes_available(desk)
        people.in_the_shop(shop, live, "direct", "Nancy George")
        left = desk.locator(".request-left cc-timer")
        expect(left).to_have_text(re.compile("^0:0[6-8]$"))
        assert "blink" not in (left.get_attribute("class") or "")
        expect(left).to_have_class(re.compile("blink"))
        expect(left).to_have_text(re.compile("^0:0[1-5]$"))
        desk.locator(".requests").get_by_role("button", name="Accept").click()
        expect(desk.locator(".me-load")).to_contain_text("1 of 5")
    finally:
        live.execute("UPDATE routing_queue SET offer_timeout = 30")
    assert complaints == []


def test_a_message_left_in_closed_hours_is_answered_when_the_queue_opens(live: Live, browser: Browser) -> None:
    complaints = Complaints()
    _, desk = people.window(browser, complaints)
    context, shop = people.window(browser, complaints)
    live.execute("INSERT INTO routing_businesshours (name, zone) VALUES ('Night', 'UTC')")
    night = "(SELECT id FROM routing_businesshours WHERE name = 'Night')"
    live.execute(f"UPDATE routing_queue SET hours_id = {night} WHERE name = 'Orders'")
    try:
        shop.goto(f"{live.base_url}/widget/direct/")
        expect(shop.get_by_text("Leave us a message")).to_be_visible()
        shop.get_by_label("Name").fill("Carol Jones")
        shop.get_by_label("Your message").fill("Where is my lamp? My card is 4111 1111 1111 1111.")
        shop.get_by_role("button", name="Send message").click()
        expect(shop.get_by_text("Please fill in: E-mail")).to_be_visible()
        shop.get_by_label("E-mail").fill("carol@shop.example")
        people.picture(shop, "widget-message-form")
        shop.get_by_role("button", name="Send message").click()
        talk = shop.get_by_role("log")
        expect(talk.get_by_text("•••• •••• •••• 1111")).to_be_visible()
        expect(talk.get_by_text("We have your message.")).to_be_visible()
        people.picture(shop, "widget-message-left")
        shop.close()

        people.at_the_desk(desk, live, "ahmed")
        people.goes_available(desk)
        live.execute("UPDATE routing_queue SET hours_id = NULL WHERE name = 'Orders'")
        expect(desk.locator(".requests")).to_contain_text("Message, left")
        people.picture(desk, "desk-message-request")
        desk.locator(".requests").get_by_role("button", name="Accept").click()
        expect(desk.get_by_text("the customer is not here")).to_be_visible()
        people.answers(desk, "It left on Monday.")

        again = context.new_page()
        again.goto(f"{live.base_url}/widget/direct/")
        expect(again.get_by_role("log").get_by_text("It left on Monday.")).to_be_visible()
        expect(desk.get_by_text("the customer is not here")).to_have_count(0)
        desk.locator(".control").get_by_role("button", name="End").click()
        desk.get_by_role("button", name="End now").click()
        expect(again.get_by_role("log").get_by_text(re.compile("Ahmed Karimi left"))).to_be_visible()
    finally:
        live.execute("UPDATE routing_queue SET hours_id = NULL WHERE name = 'Orders'")
        live.execute("DELETE FROM routing_businesshours WHERE name = 'Night'")
    assert complaints == []

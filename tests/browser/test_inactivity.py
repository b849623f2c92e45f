"""An agent who does nothing at his desk: asked a minute before, signed out, and back by one click."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.browser import people
from tests.browser.people import Complaints
from tests.live import Live, until

pytestmark = [pytest.mark.browser, pytest.mark.live]


@pytest.fixture
def strict(live_server_processes: Live) -> Iterator[Live]:
    """The house, where agents who do nothing for three minutes are signed out."""
    people.everybody_home(live_server_processes)
    switch = "UPDATE agents_team SET inactivity_sign_out = %s, inactivity_minutes = 3"
    live_server_processes.execute(switch, [True])
    yield live_server_processes
    live_server_processes.execute(switch, [False])


HAS_CHANGED = """
from agents.events import AgentChanged
from agents.models import Agent
from lib.events import publish
publish(AgentChanged(agent_id=Agent.objects.get(user__username="alice").pk))
"""


def does_nothing(live: Live, seconds: int) -> None:
    """Alice has done nothing for so long."""
    moved = "UPDATE agents_agent SET active_at = clock_timestamp() - make_interval(secs => %s) WHERE state <> 'offline'"
    live.execute(moved, [seconds])


def is_gone(live: Live) -> bool:
    does_nothing(live, 181)  # again and again: what she did last reaches the server with a heartbeat
    return live.execute("SELECT count(*) FROM agents_agent WHERE state <> 'offline'") == [(0,)]


def test_who_does_nothing_is_asked_and_then_signed_out(strict: Live, browser: Browser) -> None:
    complaints = Complaints()
    _, desk = people.window(browser, complaints)
    people.at_the_desk(desk, strict, "alice")
    question = desk.get_by_role("alertdialog", name="Are you still there?")

    def is_asked() -> bool:
        does_nothing(strict, 125)  # again and again: the hello and a heartbeat count as being there
        strict.manage("shell", "-c", HAS_CHANGED)
        return question.is_visible()

    until(is_asked)
    expect(question).to_contain_text("signed out in")
    people.picture(desk, "desk-inactive")
    question.get_by_role("button", name="Stay signed in").click()
    expect(question).to_have_count(0)

    until(lambda: is_gone(strict))
    over = desk.get_by_role("dialog", name="You were signed out")
    expect(over).to_contain_text("Nothing was done at this desk")
    people.picture(desk, "desk-timed-out")
    last = "SELECT end_verb FROM agents_spell ORDER BY ended_at DESC NULLS LAST LIMIT 1"
    assert strict.execute(last) == [("time_out",)]
    over.get_by_role("button", name="Sign in").click()
    expect(over).to_have_count(0)
    expect(desk.locator(".state-btn")).to_contain_text("Short break")
    assert complaints == []

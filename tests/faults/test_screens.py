"""Two people type into real browsers while their connections are cut: at the end both screens are the transcript."""

import random
from itertools import pairwise

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser import people
from tests.browser.people import Complaints
from tests.faults.house import FaultHouse, size
from tests.live import Live, until

pytestmark = [pytest.mark.live, pytest.mark.browser]

ROUNDS = size(8, 60)
LINES = "all => all.map(line => [Number(line.dataset.seq), line.innerText])"
TRANSCRIPT = """
    SELECT seq, kind, text FROM chats_entry WHERE stream = 'public' AND chat_id = %s ORDER BY seq
"""


def shown(page: Page | FrameLocator) -> list[tuple[int, str]]:
    """The lines on the screen from top to bottom."""
    return [(seq, text) for seq, text in page.locator("[data-seq]:visible").evaluate_all(LINES)]


def is_transcript(screen: list[tuple[int, str]], transcript: list[tuple[int, str, str]]) -> bool:
    """Every message once with its words, in order, and nothing that isn't in the transcript."""
    seqs = [seq for seq, _ in screen]
    words = dict(screen)
    said = [(seq, text) for seq, kind, text in transcript if kind == "message"]
    in_order = all(before < after for before, after in pairwise(seqs))
    return in_order and set(seqs) <= {seq for seq, _, _ in transcript} and all(t in words.get(s, "") for s, t in said)


def test_both_screens_are_the_transcript_after_connections_were_cut(house: FaultHouse, rng: random.Random) -> None:
    assert house.proxy is not None
    front = Live(port=house.proxy.port, environment=house.environment, logs=house.logs)
    with people.chromium() as browser:
        _, desk = people.window(browser, Complaints())
        _, shop = people.window(browser, Complaints())
        people.at_the_desk(desk, front, "ines")
        people.goes_available(desk)
        shop.goto(f"{front.base_url}/widget/direct/")
        shop.get_by_label("Name").fill("Carol")
        shop.get_by_role("button", name="Start").last.click()
        desk.locator(".requests").get_by_role("button", name="Accept").click()
        expect(shop.get_by_role("log").get_by_text("Ines Costa joined")).to_be_visible()
        people.says(shop, "hello")
        expect(desk.locator(".transcript").get_by_text("hello")).to_be_visible()
        chat = house.execute("SELECT id FROM chats_chat ORDER BY started_at DESC LIMIT 1")[0][0]

        wanted = {"hello"}
        for number in range(ROUNDS):
            people.says(shop, f"carol says {number}")
            people.answers(desk, f"ines says {number}")
            wanted |= {f"carol says {number}", f"ines says {number}"}
            if rng.random() < 0.5:
                house.proxy.cut(hard=rng.random() < 0.5)

        def transcript() -> list[tuple[int, str, str]]:
            return [(seq, kind, text) for seq, kind, text in house.execute(TRANSCRIPT, [chat])]

        until(lambda: wanted <= {text for _, _, text in transcript()})
        for page in (desk, shop):
            until(lambda page=page: is_transcript(shown(page), transcript()))
        said = [text for _, kind, text in transcript() if kind == "message"]
        assert sorted(said) == sorted(wanted)
        for who in ("carol", "ines"):
            mine = [text for text in said if text.startswith(who)]
            assert mine == [f"{who} says {number}" for number in range(ROUNDS)]


def test_a_desk_takes_itself_back_from_its_own_dead_connection(house: FaultHouse) -> None:
    assert house.proxy is not None
    front = Live(port=house.proxy.port, environment=house.environment, logs=house.logs)
    with people.chromium() as browser:
        _, desk = people.window(browser, Complaints())
        people.at_the_desk(desk, front, "greta")
        people.goes_available(desk)
        house.kill("web")
        house.start_web()
        agent = "SELECT desk <> '' AND desk_heard > %s FROM agents_agent WHERE name = 'Greta Olsen'"
        since = house.execute("SELECT clock_timestamp()")[0][0]
        until(lambda: house.execute(agent, [since])[0][0])
        expect(desk.locator(".state-btn")).to_contain_text("Available")

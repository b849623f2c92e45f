"""The web process is asked to stop: everybody connected is told to come back, and nothing is said twice or lost."""

import asyncio
import random

import pytest

from tests.faults.house import FaultHouse, size
from tests.faults.journal import Company, talking

pytestmark = pytest.mark.live

CHATS = size(4, 50)
MESSAGES = size(10, 40)
RESTARTS = size(1, 5)


async def test_a_restart_closes_every_socket_with_1012_and_loses_nothing(house: FaultHouse, rng: random.Random) -> None:
    said = len(house.said("web"))
    async with Company(house, chats=CHATS, rng=rng, proxied=False) as company, talking(company, MESSAGES) as talk:
        sockets = len(company.agents) + len(company.talks)
        for _ in range(RESTARTS):
            await company.progress(CHATS)
            told = company.tally.count["closed 1012"]
            await asyncio.to_thread(house.stop, "web")
            for wire in (*company.agents, *(each.customer for each in company.talks)):
                await company.arrives(wire, lambda w=wire: not w.online)
            assert company.tally.count["closed 1012"] == told + sockets, dict(company.tally.count)
            await asyncio.to_thread(house.start_web)
        await talk
    assert "Traceback" not in house.said("web")[said:]

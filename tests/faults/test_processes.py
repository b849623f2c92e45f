"""Processes and servers die while people talk: what was acknowledged stays, what was due is done."""

import asyncio
import random
from collections.abc import Callable

import pytest

from contactcenter.simulator.rest import Ticket
from tests.faults.house import PROOF, FaultHouse, size
from tests.faults.journal import PATIENCE, Company, talking
from tests.live import until

pytestmark = pytest.mark.live

CHATS = size(5, 50)
MESSAGES = size(12, 40)  # of each side in each chat
RONA_LATE = 10.0  # seconds, with one process dead
OFFER_SECONDS = 3


def web_dies(house: FaultHouse) -> None:
    house.kill("web")
    house.start_web()


def valkey_forgets(house: FaultHouse) -> None:
    house.restart_valkey()


def postgres_breaks_off(house: FaultHouse) -> None:
    house.restart_postgres()


def backends_are_terminated(house: FaultHouse) -> None:
    assert house.terminate_backends() > 0


Fault = Callable[[FaultHouse], None]
ALL: list[Fault] = [web_dies, valkey_forgets, postgres_breaks_off, backends_are_terminated]


@pytest.mark.parametrize("faults", [[fault] * 5 for fault in ALL] if PROOF else [ALL])
async def test_nothing_is_lost_doubled_or_reordered_when_something_dies(
    house: FaultHouse, rng: random.Random, faults: list[Fault]
) -> None:
    async with Company(house, chats=CHATS, rng=rng, proxied=False) as company, talking(company, MESSAGES) as talk:
        everything = 2 * CHATS * MESSAGES
        for fault in rng.sample(faults, len(faults)):
            await company.progress(rng.randrange(1, everything // (2 * len(faults))))
            await asyncio.to_thread(fault, house)
        await talk
    assert house.dead() == []


async def test_after_valkey_forgot_everything_offers_still_reach_the_desk(
    house: FaultHouse, rng: random.Random
) -> None:
    async with Company(house, chats=1, rng=rng) as company:
        await asyncio.to_thread(house.restart_valkey)
        company.talks.append(await company.connect(1))
        await company.talk(2)
        await company.check()


async def waiting(company: Company, chats: int) -> list[Ticket]:
    """So many customers wait, each offered to somebody."""
    tickets = [await company.rest.start_chat("direct", {"name": f"Waits {n}"}) for n in range(chats)]
    for ticket in tickets:
        await company.customer(ticket)
    ids = [ticket.chat for ticket in tickets]
    offered = "SELECT count(DISTINCT chat_id) = %s FROM chats_offer WHERE chat_id = ANY(%s::uuid[])"
    await asyncio.to_thread(until, lambda: company.house.execute(offered, [chats, ids])[0][0], PATIENCE)
    return tickets


@pytest.mark.parametrize("victim", ["worker", "beat"])
async def test_an_offer_nobody_takes_lapses_in_time_without(house: FaultHouse, rng: random.Random, victim: str) -> None:
    house.start_worker("worker2")
    await asyncio.to_thread(house.workers_ready, "worker", "worker2")
    house.execute("UPDATE routing_queue SET offer_timeout = %s", [OFFER_SECONDS])
    try:
        async with Company(house, chats=0, rng=rng, proxied=False) as company:
            for name in ("alice", "anna", "ahmed"):
                company.agents.append(await company.seat(name))
            tickets = await waiting(company, 3)
            house.kill(victim)
            ids = [ticket.chat for ticket in tickets]
            ended = (
                "SELECT count(DISTINCT chat_id) = %s FROM chats_offer WHERE outcome <> '' AND chat_id = ANY(%s::uuid[])"
            )
            await asyncio.to_thread(until, lambda: house.execute(ended, [len(ids), ids])[0][0], PATIENCE)
            late = house.execute(
                "SELECT extract(epoch FROM ended_at - expires_at)::float FROM chats_offer "
                "WHERE outcome = 'lapsed' AND chat_id = ANY(%s::uuid[])",
                [ids],
            )
            assert late and all(0 <= seconds <= RONA_LATE for (seconds,) in late), late
            for ticket in tickets:
                await company.leave(ticket)
    finally:
        house.execute("UPDATE routing_queue SET offer_timeout = 30")
        house.stop("worker2")

"""RONA keeps its time: under load, with a worker killed, and again after everything that keeps time was restarted."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

import pytest

from tests.faults.house import FaultHouse, size
from tests.faults.journal import AGENTS, PATIENCE, Company, all_of, talking
from tests.live import until

pytestmark = pytest.mark.live

STAFF = AGENTS[: size(3, len(AGENTS))]
ROUNDS = size(1, 40)
MESSAGES = size(12, 400)  # of each side in each chat that talks meanwhile
NORMALLY, WITH_ONE_DEAD = 2.0, 10.0  # seconds
OFFER_SECONDS = 1


def moment(house: FaultHouse) -> datetime:
    """Now, by the database."""
    return house.execute("SELECT clock_timestamp()")[0][0]


def lateness(house: FaultHouse, since: datetime) -> list[float]:
    """Seconds after its deadline at which each offer made since then lapsed, in order."""
    rows = house.execute(
        "SELECT extract(epoch FROM ended_at - expires_at)::float AS late FROM chats_offer "
        "WHERE outcome = 'lapsed' AND offered_at >= %s ORDER BY late",
        [since],
    )
    return [late for (late,) in rows]


def p99(sorted_values: Sequence[float]) -> float:
    """The value that 99 % don't exceed; of fewer than a hundred the greatest."""
    return sorted_values[min(len(sorted_values) - 1, len(sorted_values) * 99 // 100)]


@asynccontextmanager
async def nobody_answers(house: FaultHouse, rng: random.Random, *, chats: int = 0) -> AsyncIterator[Company]:
    """Inside, all agents sit at their desks and more customers wait than they are; requests last a second."""
    async with Company(house, chats=chats, rng=rng, proxied=False) as company:
        house.execute("UPDATE routing_queue SET offer_timeout = %s", [OFFER_SECONDS])
        try:
            seated = len(company.agents)
            company.agents += await all_of(company.seat(name) for name in STAFF[seated:])
            names = [f"Waits {n}" for n in range(len(STAFF) + 3)]
            tickets = await all_of(company.rest.start_chat("direct", {"name": name}) for name in names)
            await all_of(company.customer(ticket) for ticket in tickets)
            yield company
            await all_of(company.leave(ticket) for ticket in tickets)
        finally:
            house.execute("UPDATE routing_queue SET offer_timeout = 30")


async def rounds(house: FaultHouse, company: Company, count: int) -> None:
    """So many times everybody is Available, gets a request, lets it lapse and is in RONA."""
    for _ in range(count):
        await asyncio.to_thread(until, lambda: everybody(house, "rona"), PATIENCE)
        await all_of(
            wire.insist("agent.set_state", PATIENCE, state="available", reason=None) for wire in company.agents
        )
    await asyncio.to_thread(until, lambda: everybody(house, "rona"), PATIENCE)


def everybody(house: FaultHouse, state: str) -> bool:
    """Whether all who are signed in are in that state."""
    return house.execute("SELECT count(*) = %s FROM agents_agent WHERE state = %s", [len(STAFF), state])[0][0]


def holds(house: FaultHouse, since: datetime) -> None:
    """Everything that must hold since then does."""
    assert "all hold" in house.manage("check_invariants", "--since", since.isoformat(), "--show", "5")


async def test_under_load_it_is_in_time(house: FaultHouse, rng: random.Random) -> None:
    await asyncio.to_thread(house.workers_ready, "worker")
    since = moment(house)
    async with nobody_answers(house, rng, chats=size(3, 20)) as company, talking(company, MESSAGES) as talk:
        await rounds(house, company, ROUNDS)
        await talk
    late = lateness(house, since)
    print(f"{len(late)} lapsed, p99 {p99(late):.2f} s, at most {late[-1]:.2f} s")  # noqa: T201
    assert len(late) >= ROUNDS * len(STAFF)
    assert late[0] >= 0
    assert p99(late) <= NORMALLY
    holds(house, since)


async def test_with_a_worker_killed_and_another_left_it_is_hardly_late(house: FaultHouse, rng: random.Random) -> None:
    house.start_worker("worker2")
    try:
        await asyncio.to_thread(house.workers_ready, "worker", "worker2")
        since = moment(house)
        async with nobody_answers(house, rng) as company:
            for number in range(size(1, 10)):
                victim = ("worker", "worker2")[number % 2]
                going_on = asyncio.create_task(rounds(house, company, size(1, 4)))
                await asyncio.to_thread(house.kill, victim)
                await going_on
                house.start_worker(victim)
                await asyncio.to_thread(house.workers_ready, victim)
        late = lateness(house, since)
        print(f"{len(late)} lapsed, at most {late[-1]:.2f} s late")  # noqa: T201
        assert late and late[0] >= 0 and late[-1] <= WITH_ONE_DEAD
        holds(house, since)
    finally:
        house.stop("worker2")


async def test_after_beat_worker_and_redis_were_restarted_it_is_in_time_again(
    house: FaultHouse, rng: random.Random
) -> None:
    async with nobody_answers(house, rng) as company:
        await rounds(house, company, 1)
        await asyncio.to_thread(restart_what_keeps_time, house)
        await all_of(
            wire.insist("agent.set_state", PATIENCE, state="available", reason=None) for wire in company.agents
        )
        await rounds(house, company, 0)
        since = moment(house)
        await rounds(house, company, ROUNDS)
        late: list[Any] = lateness(house, since)
        assert len(late) >= ROUNDS * len(STAFF)
        assert late[0] >= 0 and p99(late) <= NORMALLY
        overdue = (
            "SELECT count(*) FROM chats_offer WHERE outcome = '' AND expires_at < clock_timestamp() - interval '2 s'"
        )
        assert house.execute(overdue) == [(0,)]
    holds(house, since)


def restart_what_keeps_time(house: FaultHouse) -> None:
    """Beat, worker and Valkey were killed at once, and all of them run again."""
    house.kill("beat")
    house.kill("worker")
    house.restart_valkey()
    house.start_worker()
    house.start_beat()

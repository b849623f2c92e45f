"""A web process is stopped in the middle of a verb, with a chat in its hands: everybody else goes on."""

import asyncio
import random
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from contactcenter.simulator.rest import Ticket
from tests.faults.house import FaultHouse
from tests.faults.journal import PATIENCE, Company
from tests.live import until

pytestmark = pytest.mark.live

OFFER_SECONDS = 3
OTHERS_LATE, HELD_LATE = 2.0, 10.0  # seconds: of requests that nobody holds, and of the one that is held
WAITING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
HANGING = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'"
OFFERED = "SELECT count(DISTINCT agent_id) = %s FROM chats_offer WHERE outcome = '' AND chat_id = ANY(%s::uuid[])"
SHORTENED = """
UPDATE chats_offer SET expires_at = clock_timestamp() + %s * interval '1 s'
WHERE outcome = '' AND chat_id = ANY(%s::uuid[])
"""
LATE = """
SELECT chat_id::text, max(extract(epoch FROM ended_at - expires_at)::float) FROM chats_offer
WHERE outcome = 'lapsed' AND chat_id = ANY(%s::uuid[]) GROUP BY chat_id
"""


@contextmanager
def stopped(house: FaultHouse, name: str) -> Iterator[None]:
    """Inside, the process doesn't move; its connections stay."""
    house.processes[name].send_signal(signal.SIGSTOP)
    try:
        yield
    finally:
        house.processes[name].send_signal(signal.SIGCONT)


async def offered(company: Company, chats: int) -> list[Ticket]:
    """So many customers wait, each offered to an agent of his own."""
    tickets = [await company.rest.start_chat("direct", {"name": f"Waits {n}"}) for n in range(chats)]
    ids = [ticket.chat for ticket in tickets]
    await asyncio.to_thread(until, lambda: company.house.execute(OFFERED, [chats, ids])[0][0], PATIENCE)
    return tickets


async def test_a_stopped_process_that_holds_a_chat_delays_no_other(house: FaultHouse, rng: random.Random) -> None:
    async with Company(house, chats=0, rng=rng, proxied=False) as company:
        for name in ("alice", "anna", "ahmed"):
            company.agents.append(await company.seat(name))
        tickets = await offered(company, 3)
        ids, held = [ticket.chat for ticket in tickets], tickets[0]
        customer = await company.customer(held)
        await company.arrives(customer, lambda: bool(customer.state))
        house.execute(SHORTENED, [OFFER_SECONDS, ids])
        with psycopg.connect(house.environment["DATABASE_URL"]) as other:
            other.execute("SELECT 1 FROM chats_offer WHERE chat_id = %s FOR UPDATE", [held.chat])
            leaving = asyncio.create_task(company.leave(held))
            await asyncio.to_thread(until, lambda: house.execute(WAITING), PATIENCE)
            with stopped(house, "web"):
                other.rollback()
                await asyncio.to_thread(until, lambda: house.execute(HANGING), PATIENCE)
                await asyncio.to_thread(until, lambda: len(house.execute(LATE, [ids])) == 3, PATIENCE)
        late = dict(house.execute(LATE, [ids]))
        assert all(0 <= late.pop(ticket.chat) <= OTHERS_LATE for ticket in tickets[1:]), late
        assert 0 <= late[held.chat] <= HELD_LATE
        await leaving
        for ticket in tickets[1:]:
            await company.leave(ticket)

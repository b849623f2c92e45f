"""A client that never reads is closed; the others notice nothing, and nothing is hoarded for it."""

import asyncio
import json
import random
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import psutil
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.faults.house import FaultHouse, size
from tests.faults.journal import Company, Talk
from tests.live import until

pytestmark = pytest.mark.live

LONG = "🙂" * 9_000  # characters of four bytes
MESSAGES = size(150, 1000)
SYNCS = size(150, 1000)
HOARD = 40 * 1024 * 1024  # bytes the web process may grow by meanwhile


@asynccontextmanager
async def never_reads(house: FaultHouse, talk: Talk, after: int) -> AsyncIterator[ClientConnection]:
    """A customer's socket that has said hello and takes nothing any more."""
    with socket.socket() as plain:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        plain.setblocking(False)
        await asyncio.get_running_loop().sock_connect(plain, ("127.0.0.1", house.port))
        wire = await connect(
            f"{house.socket_url}/ws/customer/",
            sock=plain,
            max_queue=1,
            ping_interval=None,
            compression=None,
            close_timeout=0.1,
            proxy=None,
        )
        try:
            await wire.send(json.dumps({"type": "hello", "id": "1", "token": talk.record.token, "after": after}))
            yield wire
        finally:
            wire.transport.abort()


def still_held(house: FaultHouse, wire: ClientConnection) -> bool:
    """Whether the web process still holds its end of the connection."""
    web = psutil.Process(house.processes["web"].pid)
    return any(each.raddr == wire.local_address for each in web.net_connections("tcp"))


async def gone(house: FaultHouse, wire: ClientConnection) -> None:
    """The web process has let the connection go."""
    await asyncio.to_thread(until, lambda: not still_held(house, wire), 30)


async def test_who_never_reads_is_closed_and_the_others_notice_nothing(house: FaultHouse, rng: random.Random) -> None:
    async with Company(house, chats=1, rng=rng, proxied=False, patient=True) as company:
        talk = company.talks[0]
        await company.talk(3)
        before = house.memory()
        async with never_reads(house, talk, 0) as first, never_reads(house, talk, 0) as second:
            record = talk.journals[1].record
            for number in range(MESSAGES):
                text = f"{number} {LONG}"
                talk.journals[1].words.append((text, await talk.agent.say(record, text, 60)))
            for wire in (first, second):
                await gone(house, wire)
        assert house.memory() - before < HOARD
        await company.check()


async def test_who_asks_and_never_reads_the_answers_is_not_answered_without_end(
    house: FaultHouse, rng: random.Random
) -> None:
    async with Company(house, chats=1, rng=rng, proxied=False, patient=True) as company:
        talk = company.talks[0]
        record = talk.journals[0].record
        for number in range(20):
            text = f"{number} {LONG}"
            talk.journals[0].words.append((text, await talk.customer.say(record, text, 60)))
        before = house.memory()
        async with never_reads(house, talk, 10**6) as wire:
            with suppress(TimeoutError, ConnectionClosed):
                async with asyncio.timeout(20):
                    for number in range(SYNCS):
                        await wire.send(json.dumps({"type": "sync", "id": str(number), "after": 0}))
            await gone(house, wire)
            assert house.memory() - before < HOARD
        await company.talk(2)
        await company.check()

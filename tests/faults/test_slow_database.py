"""The database answers no more while clients go on sending: nothing is hoarded, and afterwards all goes on."""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager

import psycopg
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from tests.faults.house import FaultHouse, size
from tests.faults.journal import Company

pytestmark = pytest.mark.live

FLOODERS = 4  # sockets of one customer
FLOOD_SECONDS = size(6, 40)
SHARE = 2 * 1024 * 1024  # bytes the web process may hold for a socket, whatever is thrown at it
LONG = "word " * 2_000
MANY = 20_000  # times a frame: more than any bound


@contextmanager
def nobody_may_look_at_chats(house: FaultHouse) -> Iterator[None]:
    """Inside, every statement about a chat waits."""
    with psycopg.connect(house.environment["DATABASE_URL"]) as connection:
        connection.execute("LOCK TABLE chats_chat IN ACCESS EXCLUSIVE MODE")
        yield


@asynccontextmanager
async def greeted(house: FaultHouse, token: str | None) -> AsyncIterator[ClientConnection]:
    """A customer's socket that was welcomed."""
    async with connect(
        f"{house.socket_url}/ws/customer/", ping_interval=None, compression=None, close_timeout=1, proxy=None
    ) as wire:
        await wire.send(json.dumps({"type": "hello", "id": "1", "token": token}))
        while json.loads(await wire.recv())["type"] != "chat":
            pass
        yield wire


async def throw(wire: ClientConnection, frames: Iterator[str]) -> int:
    """Frames are sent as fast as the other side takes them; gives how many it took in the time."""
    taken = 0
    try:
        async with asyncio.timeout(FLOOD_SECONDS):
            for frame in frames:
                await wire.send(frame)
                taken += 1
    except (TimeoutError, ConnectionClosed):
        pass
    return taken


def messages() -> Iterator[str]:
    for _ in range(MANY):
        cid = uuid.uuid4().hex.translate(str.maketrans("0123456789", "ghijklmnop"))
        yield json.dumps({"type": "message.send", "id": cid, "cid": cid, "text": LONG})


def notices() -> Iterator[str]:
    for _ in range(MANY * 20):
        yield '{"type":"typing","on":true}'


@pytest.mark.parametrize("frames", [messages, notices])
async def test_while_the_database_does_not_answer_nothing_is_hoarded(
    house: FaultHouse, rng: random.Random, frames: object
) -> None:
    assert callable(frames)
    async with Company(house, chats=1, rng=rng, proxied=False, patient=True) as company:
        talk = company.talks[0]
        await company.talk(2)
        async with AsyncExitStack() as stack:
            wires = [await stack.enter_async_context(greeted(house, talk.record.token)) for _ in range(FLOODERS)]
            before = house.memory()
            with nobody_may_look_at_chats(house):
                taken = await asyncio.gather(*(throw(wire, frames()) for wire in wires))
                grown = house.memory() - before
            assert grown < FLOODERS * SHARE, f"{grown / 2**20:.0f} MiB for {taken} frames"
            assert all(some > 0 for some in taken)
            for wire in wires:
                wire.transport.abort()
        # Who said hello properly is served again as soon as the database answers.
        await asyncio.wait_for(company.talk(2), 60)

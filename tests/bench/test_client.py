"""The lean WebSocket client against a server of the `websockets` package."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from websockets.asyncio.server import ServerConnection, serve

from bench.client import Refusal, WebSocket, connect


class Ear:
    """What the client heard, and how the connection ended."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[bytes] = asyncio.Queue()
        self.code: asyncio.Future[int] = asyncio.get_running_loop().create_future()


@asynccontextmanager
async def talking_to(
    handler: Callable[[ServerConnection], Any], **options: Any
) -> AsyncIterator[tuple[WebSocket, Ear]]:
    async with serve(handler, "127.0.0.1", 0, **options) as server:
        ear = Ear()
        port = server.sockets[0].getsockname()[1]
        socket = await connect(port, "/", (("X-Who", "bench"),), ear.heard.put_nowait, ear.code.set_result)
        yield socket, ear
        socket.abort()


async def echo(connection: ServerConnection) -> None:
    async for message in connection:
        await connection.send(message)


@pytest.mark.parametrize("size", [0, 1, 3, 125, 126, 4096, 65_535, 65_536, 300_000])
async def test_texts_of_every_length_come_back_as_they_were(size: int):
    text = ("Grüße " * size)[:size].encode()
    async with talking_to(echo, max_size=None) as (socket, ear):
        socket.send(text)
        socket.send(b"after it")
        assert await ear.heard.get() == text
        assert await ear.heard.get() == b"after it"


async def test_a_message_in_pieces_is_heard_whole_and_pings_are_answered():
    async def pieces(connection: ServerConnection) -> None:
        await (await connection.ping())
        await connection.send(["one ", "two ", "three"])
        await connection.wait_closed()

    async with talking_to(pieces) as (_socket, ear):
        assert await ear.heard.get() == b"one two three"


async def test_either_side_may_say_goodbye():
    async def leave(connection: ServerConnection) -> None:
        await connection.close(4409)

    async with talking_to(leave) as (_socket, ear):
        assert await ear.code == 4409
    async with talking_to(echo) as (socket, ear):
        socket.close()
        assert await ear.code == 1000


async def test_a_refused_handshake_is_a_refusal():
    with pytest.raises(Refusal, match="403"):
        async with talking_to(echo, process_request=lambda connection, _request: connection.respond(403, "no")):
            pass

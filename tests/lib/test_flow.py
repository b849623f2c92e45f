"""A connection's two ways: frames as the standard wants them, and who may keep it from being read."""

import asyncio
from socket import socket, socketpair
from typing import Any

import pytest
from twisted.internet.tcp import Connection
from websockets.frames import Frame as Standard
from websockets.frames import Opcode
from websockets.streams import StreamReader

from lib.door import Door
from lib.flow import Flow, framed


def understood(raw: bytes) -> Standard:
    """What a client's library reads."""
    stream = StreamReader()
    stream.feed_data(raw)
    parser = Standard.parse(stream.read_exact, mask=False, max_size=None, extensions=[])
    try:
        next(parser)
    except StopIteration as stop:
        frame: Standard = stop.value
        return frame
    raise AssertionError("more is wanted")


@pytest.mark.parametrize("size", [0, 1, 125, 126, 127, 65535, 65536, 200_000])
def test_a_text_of_any_length_is_one_whole_unmasked_frame(size: int) -> None:
    text = ("ü" * size).encode()[:size]
    assert understood(framed(text)) == Standard(Opcode.TEXT, text, fin=True)


class Reactor:
    """Twisted's, as far as a connection asks that wants to write."""

    def addWriter(self, connection: Any) -> None:
        pass

    removeWriter = addWriter


class Wired:
    """Daphne's protocol on a connection of Twisted's."""

    STATE_OPEN = state = 3

    def __init__(self, ours: socket) -> None:
        ours.setblocking(False)
        self.transport: Any = Connection(ours, self, Reactor())
        self.transport.connected = True


def test_texts_arrive_whole_and_in_order_however_slowly_they_are_read() -> None:
    ours, theirs = socketpair()
    with ours, theirs:
        protocol = Wired(ours)
        flow = Flow(protocol)
        texts = [str(n).encode() * size for n, size in enumerate([1, 100_000, 3, 400_000, 1, 90_000, 2] * 3)]
        for text in texts:
            flow.write(text)
        assert protocol.transport._tempDataBuffer  # the kernel did not take all of it
        wanted, got = b"".join(map(framed, texts)), b""
        while len(got) < len(wanted):
            got += theirs.recv(50_000)
            protocol.transport.doWrite()
        assert got == wanted
        flow.write(b"and on")
        assert theirs.recv(100) == framed(b"and on")


class Transport:
    """Twisted's, as far as a flow asks."""

    reading = True

    def pauseProducing(self) -> None:
        self.reading = False

    def resumeProducing(self) -> None:
        self.reading = True


class Protocol:
    """Daphne's, as far as a flow asks."""

    STATE_OPEN = state = 3

    def __init__(self) -> None:
        self.transport = Transport()


def test_it_is_read_only_while_nobody_holds_it_and_the_reader_keeps_up() -> None:
    protocol = Protocol()
    flow, transport = Flow(protocol), protocol.transport
    flow.hold()
    assert not transport.reading
    flow.pauseProducing()
    flow.let_go()
    assert not transport.reading, "the reader is still behind"
    flow.resumeProducing()
    assert transport.reading
    flow.pauseProducing()
    flow.hold()
    flow.resumeProducing()
    assert not transport.reading, "it is still held"
    flow.let_go()
    assert transport.reading


async def test_through_the_door_go_so_many_at_once_the_others_in_order() -> None:
    door, inside, order = Door(2), set[int](), list[int]()
    most = 0

    async def passes(number: int) -> None:
        nonlocal most
        async with door:
            order.append(number)
            inside.add(number)
            most = max(most, len(inside))
            await asyncio.sleep(0)
            inside.discard(number)

    await asyncio.gather(*map(passes, range(20)))
    assert (most, order, door.waiting) == (2, list(range(20)), 0)


async def test_who_gives_up_before_the_door_takes_nobodys_place() -> None:
    door = Door(1)
    async with door:
        waiting = asyncio.create_task(door.__aenter__())
        await asyncio.sleep(0)
        assert door.waiting == 1
        waiting.cancel()
        await asyncio.wait([waiting])
    async with asyncio.timeout(1), door:
        assert door.waiting == 0

"""A connection's two ways: frames as the standard wants them, and who may keep it from being read."""

import asyncio
from itertools import pairwise
from socket import socket, socketpair
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.tcp import Connection
from websockets.frames import Frame as Standard
from websockets.frames import Opcode
from websockets.streams import StreamReader

from lib.door import Door
from lib.flow import Flow, framed, whole_text


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


class Parsing(Protocol):
    """Daphne's with a parser of its own: the `websockets` library's, which holds what isn't a whole frame yet."""

    muted = False
    current_frame = inside_message = None

    def __init__(self, heard: list[str]) -> None:
        super().__init__()
        self.application_queue: asyncio.Queue[dict[str, str]] = asyncio.Queue()
        self.data = b""
        self.heard = heard
        self._pieces: list[bytes] = []

    def dataReceived(self, data: bytes) -> None:
        self.data += data
        while frame := self._next():
            if frame.opcode in (Opcode.TEXT, Opcode.CONT):
                self._pieces.append(bytes(frame.data))
                self.inside_message = not frame.fin
                if frame.fin:
                    self.heard.append(b"".join(self._pieces).decode(errors="replace"))
                    self._pieces.clear()
            else:
                self.heard.append(f"<{frame.opcode.name}>")

    def _next(self) -> Standard | None:
        stream = StreamReader()
        stream.feed_data(self.data)
        parser = Standard.parse(stream.read_exact, mask=True, max_size=None, extensions=[])
        try:
            next(parser)
        except StopIteration as stop:
            self.data = bytes(stream.buffer)
            frame: Standard = stop.value
            return frame
        return None


def sent(opcode: Opcode, data: bytes, *, fin: bool = True) -> bytes:
    """A frame as a client sends it."""
    return Standard(opcode, data, fin=fin).serialize(mask=True, extensions=[])


MESSAGES = st.one_of(
    st.text(max_size=300).map(lambda text: ([text], sent(Opcode.TEXT, text.encode()))),
    st.sampled_from([125, 126, 65_535, 65_536, 70_000]).map(lambda n: (["x" * n], sent(Opcode.TEXT, b"x" * n))),
    st.text(min_size=2, max_size=9).map(
        lambda text: ([text], sent(Opcode.TEXT, text[:1].encode(), fin=False) + sent(Opcode.CONT, text[1:].encode()))
    ),
    st.just((["<PING>"], sent(Opcode.PING, b"x"))),
    st.just(([b"\xff\xfe".decode(errors="replace")], sent(Opcode.TEXT, b"\xff\xfe"))),
)


@given(st.lists(MESSAGES, max_size=8), st.data())
def test_whatever_comes_is_heard_once_and_in_order_however_it_is_cut(
    messages: list[tuple[list[str], bytes]], data: st.DataObject
) -> None:
    heard: list[str] = []
    protocol = Parsing(heard)
    Flow(protocol).read_into(heard.append)
    raw = b"".join(bytes_ for _texts, bytes_ in messages)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(raw)), max_size=12)))
    for begin, end in pairwise([0, *cuts, len(raw)]):
        protocol.dataReceived(raw[begin:end])
    assert heard == [text for texts, _bytes in messages for text in texts]
    assert not protocol.data


def test_a_text_is_left_to_the_parser_while_older_ones_wait_in_its_queue() -> None:
    heard: list[str] = []
    protocol = Parsing(parsed := [])
    Flow(protocol).read_into(heard.append)
    protocol.application_queue.put_nowait({"type": "websocket.receive", "text": "first"})
    protocol.dataReceived(sent(Opcode.TEXT, b"second"))
    assert (heard, parsed) == ([], ["second"])
    protocol.application_queue.get_nowait()
    protocol.dataReceived(sent(Opcode.TEXT, b"third"))
    assert (heard, parsed) == (["third"], ["second"])


@pytest.mark.parametrize(
    "raw",
    [b"", b"\x81", b"\x81\x85", sent(Opcode.TEXT, b"hello")[:-1], sent(Opcode.TEXT, b"x" * 300)[:7],
     framed(b"unmasked"), b"\x81\xfe\x00\x05abcdhello", b"\xc1\x85abcdhello", sent(Opcode.BINARY, b"hello")],
)  # fmt: skip
def test_what_is_no_whole_plain_text_is_the_parsers(raw: bytes) -> None:
    assert whole_text(raw, 0) is None


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

"""What an ASGI server hides, asked of Daphne's protocol: whether a connection takes more, what comes, how it closes.

Daphne's `send` returns at once and buffers without bound. Its transport tells a producer when too much waits and when
it has been taken; this is that producer. Daphne reads without bound, too, whether or not the application keeps up: a
flow can be held. And Daphne refuses to close with the codes that the standard itself defines.
"""

import asyncio
import struct
from collections.abc import Callable, Coroutine
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.tcp import Connection

STANDARD = range(1001, 1016)  # close codes of the standard besides 1000
TEXT = 0x81  # the first byte of a text frame that is a whole message
MASKED = 0x80  # in the second byte of everything a client sends


def framed(text: bytes) -> bytes:
    """The text as a WebSocket frame from a server: whole, unmasked, not compressed (RFC 6455, 5.2)."""
    size = len(text)
    if size <= 125:
        return bytes((TEXT, size)) + text
    if size <= 0xFFFF:
        return struct.pack("!BBH", TEXT, 126, size) + text
    return struct.pack("!BBQ", TEXT, 127, size) + text


def whole_text(data: bytes, begin: int) -> tuple[str, int] | None:
    """The text of the frame that begins there and where the next one begins (RFC 6455, 5.2).

    None unless it is a whole message of its own, masked, all there, of at most 65 535 bytes and right UTF-8.
    """
    body = begin + 6
    if len(data) < body or data[begin] != TEXT or data[begin + 1] < MASKED:
        return None
    size = data[begin + 1] - MASKED
    if size > 125:
        body, size = body + 2, int.from_bytes(data[begin + 2 : begin + 4]) if size == 126 else 0
        if size <= 125:
            return None
    end = body + size
    if len(data) < end:
        return None
    key = data[body - 4 : body] * (size // 4 + 1)
    unmasked = int.from_bytes(data[body:end]) ^ int.from_bytes(key[:size])
    try:
        return unmasked.to_bytes(size).decode(), end
    except UnicodeDecodeError:
        return None


class Flow:
    """One connection's two ways. While nothing more is taken, or it is held, nothing is read from it."""

    def __init__(self, protocol: Any) -> None:
        self._protocol, self._transport = protocol, protocol.transport
        self._arrived: Callable[[str], None] | None = None
        self._open = asyncio.Event()
        self._open.set()
        self._full = self.holding = False

    @property
    def full(self) -> bool:
        """Whether more waits in the transport than the reader takes."""
        return self._full

    async def room(self) -> None:
        """The connection takes more, or is over."""
        if self._full:
            await self._open.wait()

    def write(self, text: bytes) -> None:
        """The text is on its way as one message; nothing happens when the connection is closing.

        Five calls shorter than ASGI's `send`, and encoded bytes stay what they are. With nothing before it in the
        transport it goes to the kernel at once, without two changes of what the event loop waits for.
        """
        protocol, transport = self._protocol, self._transport
        if protocol.state != protocol.STATE_OPEN:
            return
        frame = framed(text)
        if isinstance(transport, Connection) and not (transport.dataBuffer or transport._tempDataBuffer):
            sent = transport.writeSomeData(frame) if transport.connected else 0
            if sent == len(frame):
                return
            if isinstance(sent, int):
                frame = frame[sent:]
        transport.write(frame)

    def read_into(self, arrived: Callable[[str], None]) -> None:
        """From now on texts that come as one whole frame go straight there; everything else comes by ASGI's `receive`.

        A quarter of a message's cost was the way through the server's parser, a queue and a task.
        """
        self._arrived, self._by_parser = arrived, self._protocol.dataReceived
        self._protocol.dataReceived = self._received

    def _received(self, data: bytes) -> None:
        """What the connection brings, in order: the parser's from the first byte that isn't a whole text."""
        begin, protocol, arrived = 0, self._protocol, self._arrived
        if not (
            arrived is None or protocol.data or protocol.current_frame or protocol.inside_message or protocol.muted
        ):
            # Who reads from the queue must have had what is in it before anything overtakes it.
            while protocol.state == protocol.STATE_OPEN and protocol.application_queue.empty():
                text = whole_text(data, begin)
                if text is None:
                    break
                begin = text[1]
                arrived(text[0])
        if begin < len(data):
            self._by_parser(data[begin:] if begin else data)

    def hold(self) -> None:
        """Nothing more is read until `let_go`: the other side's own buffers fill, and it waits."""
        if not self.holding:
            self.holding = True
            self._transport.pauseProducing()

    def let_go(self) -> None:
        """Reading goes on, unless the other side doesn't read either."""
        self.holding = False
        if not self._full:
            self._transport.resumeProducing()

    def close(self, code: int) -> None:
        """The other side is asked to close, with any code; nothing happens when the connection is closing already."""
        if self._protocol.state == self._protocol.STATE_OPEN:
            self._protocol.sendCloseFrame(code=code, isReply=False)

    def pauseProducing(self) -> None:
        """The reader is behind by more than the transport buffers."""
        self._full = True
        self._open.clear()
        self._transport.pauseProducing()

    def resumeProducing(self) -> None:
        """The reader has caught up."""
        self._full = False
        if not self.holding:
            self._transport.resumeProducing()
        self._open.set()

    def stopProducing(self) -> None:
        """The connection is over: nobody waits for it."""
        self._full = False
        self._open.set()


class WithFlow:
    """Puts the `flow` of each socket into its scope, closes with any code, and ends in order with the server.

    Under another server than Daphne it does nothing.
    """

    def __init__(self, inner: Any, *, at_end: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """`at_end` runs when the server has been asked to stop, as long as it takes, before connections are cut."""
        self.inner, self.at_end = inner, at_end
        self._reactor: Any = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        protocol: Any = next(iter(getattr(send, "args", ())), None)
        transport: Any = getattr(protocol, "transport", None)
        if not hasattr(transport, "registerProducer"):
            await self.inner(scope, receive, send)
            return
        reactor = getattr(transport, "reactor", None)
        if reactor is not None and reactor is not self._reactor:
            self._reactor = reactor
            reactor.addSystemEventTrigger("before", "shutdown", self._end)
        flow = Flow(protocol)
        # Until now it was the HTTP request that the socket grew out of.
        transport.unregisterProducer()
        transport.registerProducer(flow, True)

        async def say(message: Any) -> None:
            code = message.get("code", 0)
            if message["type"] == "websocket.close" and code in STANDARD:
                flow.close(code)
            else:
                await send(message)

        await self.inner({**scope, "flow": flow}, receive, say)

    def _end(self) -> Any:
        return Deferred.fromFuture(asyncio.ensure_future(self.at_end()))

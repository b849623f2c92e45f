"""A socket of this process: first-frame timer, rate limit, dispatch by name, bounded in and out, clean closing."""

import asyncio
import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from channels.consumer import AsyncConsumer
from django.utils import translation

from lib import wire
from lib.commands import Command
from lib.errors import Refused
from lib.flow import Flow
from lib.hub import Hub, running_hub
from lib.rates import Bucket
from lib.sweeps import UNANSWERED

log = logging.getLogger(__name__)

OPEN: Counter[str] = Counter()  # the sockets of this process, by the last part of their address
LAST_WORDS_SECONDS = 1.0  # for what is queued when a socket is closed
LATE_SECONDS = 1.0  # a timer that rings so late says that this process was busy, not that the client was silent


class Closing(Exception):
    """Raised inside a handler to close the socket with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Socket(AsyncConsumer):
    """Base of the desk's and the customer's consumer. They say who is there and what each frame means.

    Frames are read as they come and handled one after the other. While a handler waits, at most INBOUND_FRAMES or
    INBOUND_BYTES wait behind it; then nothing more is read from the connection until there is room again.
    """

    commands: ClassVar[Mapping[str, Command]] = {}
    limited = True
    language = "en"

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection from handshake to close; unlike Channels' own, without a thread hop per event."""
        self.scope, self.base_send = scope, send
        self.hub: Hub = await running_hub()
        self.groups: set[str] = set()
        self.greeted = self.present = self.closed = self.lost = False
        self._early: list[bytes] = []
        self._in: list[str | None] = []  # lists: short and bounded, and an empty deque weighs 700 bytes
        self._in_size = 0
        self._out: list[bytes] = []
        self._out_bytes = 0
        self._working: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._flow: Flow | None = scope.get("flow")
        self._timer: asyncio.TimerHandle | None = None
        self._heard_at, self._patience = 0.0, wire.FIRST_FRAME_SECONDS
        self._bucket = Bucket(wire.FRAMES_PER_SECOND, wire.FRAMES_BURST)
        kind = scope["path"].rstrip("/").rpartition("/")[2]
        self.hub.sockets.add(self)
        OPEN[kind] += 1
        try:
            await self._read(receive)
        finally:
            self.closed = True
            OPEN[kind] -= 1
            self.hub.sockets.discard(self)
            self.listen_to(())
            if self._timer is not None:
                self._timer.cancel()
            for task in (self._working, self._writing):
                if task is not None:
                    task.cancel()

    # --- what a consumer fills in

    async def admit(self) -> int | None:
        """None when the handshake may go on, else anything to refuse it with HTTP 403."""
        return None

    async def greet(self, raw: str, header: wire.Header) -> None:
        """Handle the hello. Raises Closing or Refused when it can't be welcomed.

        From when `present` is set somebody is told that he is here, and `gone` that he isn't any more, welcome or not.
        """
        raise NotImplementedError

    async def run(self, command: Command, frame: Any) -> dict[str, Any]:
        """Carry out a command of the table; what it returns goes into the `ok`."""
        raise NotImplementedError

    async def heard(self, signal: bytes) -> None:
        """A signal for this socket arrived from the hub."""

    async def gone(self) -> None:
        """The connection is over."""

    # --- the connection

    async def _read(self, receive: Any) -> None:
        """Take what comes until the connection is over."""
        while True:
            message = await receive()
            kind = message["type"]
            if kind == "websocket.receive":
                self._arrived(message.get("text"))
            elif kind == "websocket.connect":
                if not await self._accept():
                    return
            else:
                await self._part()
                return

    async def _accept(self) -> bool:
        """Accept or refuse the handshake; from here the first frame has five seconds."""
        if await self.admit() is not None:
            await self.base_send({"type": "websocket.close"})
            return False
        offered = self.scope.get("subprotocols", [])
        chosen = wire.SUBPROTOCOL if wire.SUBPROTOCOL in offered else None
        await self.base_send({"type": "websocket.accept", "subprotocol": chosen})
        if self._flow is not None:
            self._flow.read_into(self._arrived)
        self._heard_at = self.hub.loop.time()
        self._ring_at(self._heard_at + self._patience)
        return True

    def _arrived(self, raw: str | None) -> None:
        """A frame waits for its turn; when too much waits, no more is read."""
        if self.closed:
            return
        self._heard_at = self.hub.loop.time()
        self._in.append(raw)
        self._in_size += len(raw or "")
        if len(self._in) > wire.INBOUND_FRAMES or self._in_size > wire.INBOUND_BYTES:
            if self._flow is not None:
                self._flow.hold()
            elif len(self._in) > wire.INBOUND_MOST:
                self._in.clear()
                self._close_soon(wire.CLOSE_SLOW)
        if self._working is None:
            self._working = self.hub.loop.create_task(self._work())

    async def _work(self) -> None:
        """Everything that has come is handled, in order."""
        try:
            while self._in:
                raw = self._in.pop(0)
                self._in_size -= len(raw or "")
                await self._handle(raw)
                if self._flow is not None and self._flow.holding and 2 * len(self._in) <= wire.INBOUND_FRAMES:
                    self._flow.let_go()
        finally:
            self._working = None

    async def _handle(self, raw: str | None) -> None:
        """Decode, limit, dispatch and answer one frame."""
        if self.closed:
            return
        if raw is None:
            await self.close(wire.CLOSE_MALFORMED)
            return
        header, may = None, not self.limited or self._bucket.take()
        try:
            if 4 * len(raw) > wire.MAX_FRAME and len(raw.encode("utf-8", "replace")) > wire.MAX_FRAME:
                raise Closing(wire.CLOSE_TOO_BIG)
            header = wire.head(raw)
            if not may:
                raise Refused("rate_limited")
            await self._take(raw, header)
        except wire.Malformed:
            await self.close(wire.CLOSE_MALFORMED)
        except Closing as closing:
            await self.close(closing.code)
        except Refused as refused:
            await self._no(header, refused if may else Refused("rate_limited"))
        except UNANSWERED as error:  # the database could not do it now
            reason, kind = type(error.__cause__ or error).__name__, header.type[:40] if header else "?"
            log.warning("the database did not answer a frame of type %s: %s", kind, reason)
            await self._no(header, Refused("unavailable"))
        except Exception:
            log.exception("a frame of type %s failed", header.type[:40] if header else "?")
            await self._no(header, Refused("unavailable"))

    async def _no(self, header: wire.Header | None, refused: Refused) -> None:
        """The frame is refused. Who could not be welcomed has to connect again: nobody stays without a hello."""
        self.refuse(header, refused)
        if not self.greeted:
            await self.close(wire.CLOSE_LATER if refused.code == "unavailable" else wire.CLOSE_MALFORMED)

    def refuse(self, header: wire.Header | None, refused: Refused) -> None:
        """Say no in this person's language."""
        with translation.override(self.language):
            self.push(wire.error(header.id if header else None, refused))

    async def _take(self, raw: str, header: wire.Header) -> None:
        if not self.greeted:
            if header.type != "hello":
                raise Closing(wire.CLOSE_UNAUTHENTICATED)
            await self._welcome(raw, header)
            return
        command = self.commands.get(header.type)
        if command is None:
            raise Refused("invalid", f"Unknown type: {header.type[:64]}")
        frame = wire.body(raw, command.decoder)
        if frame.id is None and not command.quiet:
            raise Refused("invalid", "id is missing.")
        answer = await self.run(command, frame)
        if frame.id is not None:
            self.push(wire.ok(frame.id, **answer))

    async def _welcome(self, raw: str, header: wire.Header) -> None:
        """Greet in turn, a few at once in this process; what the socket heard meanwhile follows the greeting."""
        if self.hub.door.waiting >= wire.MOST_WAITING:
            raise Closing(wire.CLOSE_LATER)
        self._patience = wire.SILENCE_SECONDS
        async with self.hub.door:
            if self.lost:
                raise Closing(wire.CLOSE_NORMAL)
            await self.greet(raw, header)
        self.greeted = True
        for frame in self._early:
            self.push(frame)
        self._early.clear()

    async def _part(self) -> None:
        """The other side is gone, or we closed: what it had said is handled, then the consumer is told."""
        self.lost = True
        if self._working is not None:
            await asyncio.wait([self._working])
        self.closed = True
        self.listen_to(())
        if self.present:
            await self.gone()

    async def close(self, code: int) -> None:
        """Send what is queued and taken within a second, then close; later frames are ignored."""
        if self.closed:
            return
        self.closed = True
        self._in.clear()
        self.listen_to(())
        if self._writing is not None:
            await asyncio.wait([self._writing], timeout=LAST_WORDS_SECONDS)
            self._writing.cancel()
        await self.base_send({"type": "websocket.close", "code": code})

    def close_at_once(self, code: int) -> None:
        """Close with the code; what waits is not sent."""
        if not self.closed:
            self.closed = True
            self._in.clear()
            self._out.clear()
            if self._flow is not None:
                self._flow.close(code)

    def _ring_at(self, moment: float) -> None:
        self._timer = self.hub.loop.call_at(moment, self._ring, moment)

    def _ring(self, moment: float) -> None:
        """Close the socket when it has been silent for too long, as far as this process was awake to hear it."""
        now = self.hub.loop.time()
        if now < self._heard_at + self._patience:
            self._ring_at(self._heard_at + self._patience)
        elif now > moment + LATE_SECONDS:
            self._ring_at(now + LATE_SECONDS)
        else:
            self._close_soon(wire.CLOSE_SLOW)

    def _close_soon(self, code: int) -> None:
        self.hub.loop.create_task(self.close(code))

    # --- hearing and sending

    def listen_to(self, groups: Iterable[str]) -> None:
        """From now on the socket hears exactly these groups; a closed one hears none, whoever still works for it."""
        wanted = set() if self.closed else set(groups)
        for group in self.groups - wanted:
            self.hub.leave(group, self)
        for group in wanted - self.groups:
            self.hub.join(group, self)
        self.groups = wanted

    def hear(self, group: str, frame: bytes) -> None:
        """From the hub: a frame goes out as it is, after the greeting; a signal is for the consumer."""
        if self.closed:
            return
        if frame.startswith(b"!"):
            self.hub.loop.create_task(self._signal(frame))
        elif self.greeted:
            self.push(frame)
        elif len(self._early) < wire.OUTBOUND_FRAMES:
            self._early.append(frame)
        else:
            self._close_soon(wire.CLOSE_SLOW)

    async def _signal(self, signal: bytes) -> None:
        try:
            if signal == wire.REVOKED:
                await self.close(wire.CLOSE_UNAUTHENTICATED)
            else:
                await self.heard(signal)
        except Exception:
            log.exception("a signal failed")

    def push(self, frame: bytes) -> None:
        """Send a frame, or queue it. A reader too slow for the queue is closed, the others notice nothing."""
        if self.closed:
            return
        if self._flow is not None and not self._out and not self._flow.full:
            self._flow.write(frame)
            return
        if len(self._out) >= wire.OUTBOUND_FRAMES or self._out_bytes >= wire.OUTBOUND_BYTES:
            self._out.clear()
            self._close_soon(wire.CLOSE_SLOW)
            return
        self._out.append(frame)
        self._out_bytes += len(frame)
        if self._writing is None or self._writing.done():
            self._writing = self.hub.loop.create_task(self._write())

    async def written(self) -> None:
        """The connection has taken everything that was queued until now."""
        if self._writing is not None:
            await asyncio.wait([self._writing])

    async def _write(self) -> None:
        while self._out:
            if self._flow is not None:
                await self._flow.room()
            if not self._out:
                return
            frame = self._out.pop(0)
            self._out_bytes -= len(frame)
            if self._flow is not None:
                self._flow.write(frame)
                continue
            try:
                await self.base_send({"type": "websocket.send", "text": frame.decode()})
            except Exception:
                self._out.clear()
                return

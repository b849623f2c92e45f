"""The hand-written server: one WebSocket endpoint, no ORM, no layer."""

import asyncio
import os
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bench.handwritten.bus import Bus, Outbox
from bench.handwritten.store import Person, Refused, Store, instant, line

TURNS: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)


class Frame(msgspec.Struct):
    """Any frame of a client."""

    type: str
    id: str | None = None
    token: str = ""
    after: dict[str, int] = {}
    chat: str = ""
    cid: str = ""
    text: str = ""


_decoder = msgspec.json.Decoder(Frame)


def encode(**frame: Any) -> str:
    """A frame as text."""
    return msgspec.json.encode(frame).decode()


class Session:
    """One socket after its hello."""

    def __init__(self, socket: WebSocket, person: Person) -> None:
        """Somebody known."""
        self.person, self.outbox = person, Outbox()
        self.store: Store = socket.app.state.store
        self.bus: Bus = socket.app.state.bus
        self.chats: list[str] = []

    async def greet(self, hello: Frame) -> None:
        """Subscribe first, then tell where everything stands and what was missed."""
        self.chats = list(await self.store.heads(self.person))
        for chat in self.chats:
            await self.bus.join(chat, self.outbox)
        heads = await self.store.heads(self.person)
        self.outbox.put(encode(type="welcome", id=hello.id, heads=heads))
        for chat, head in heads.items():
            after = hello.after.get(chat, head)
            while after < head:
                entries = await self.store.page(chat, after)
                self.outbox.put(encode(type="entries", chat=chat, stream="public", entries=entries))
                after = entries[-1]["seq"]

    async def take(self, frame: Frame) -> None:
        """Carry out one frame."""
        if frame.type == "message.send":
            await self._say(frame)
        elif frame.type == "ping":
            heads = await self.store.heads(self.person)
            self.outbox.put(encode(type="pong", server_time=instant(datetime.now(UTC)), heads=heads))
        else:
            self.outbox.put(encode(type="error", id=frame.id, code="invalid"))

    async def _say(self, frame: Frame) -> None:
        try:
            # One at a time in a chat, so that lines go out in the order of their numbers.
            async with TURNS[frame.chat]:
                stored = await self.store.say(self.person, frame.chat, frame.cid, frame.text)
                if not stored.duplicate:
                    entries = [line(stored, frame.cid, self.person)]
                    told = {"type": "entries", "chat": frame.chat, "stream": "public", "entries": entries}
                    await self.bus.publish(frame.chat, msgspec.json.encode(told))
        except (Refused, ValueError) as refused:
            code = str(refused) if isinstance(refused, Refused) else "invalid"
            self.outbox.put(encode(type="error", id=frame.id, code=code))
            return
        self.outbox.put(encode(type="ok", id=frame.id, chat=frame.chat, cid=frame.cid, **stored._asdict()))

    async def leave(self) -> None:
        """Hear nothing more."""
        for chat in self.chats:
            await self.bus.leave(chat, self.outbox)


async def serve(socket: WebSocket) -> None:
    """One connection from handshake to close."""
    await socket.accept()
    with suppress(WebSocketDisconnect, msgspec.MsgspecError, RuntimeError):
        hello = _decoder.decode(await socket.receive_text())
        person = await socket.app.state.store.person(hello.token) if hello.type == "hello" else None
        if person is None:
            await socket.close(4401)
            return
        session = Session(socket, person)
        writer = asyncio.create_task(_write(socket, session.outbox))
        try:
            await session.greet(hello)
            while True:
                await session.take(_decoder.decode(await socket.receive_text()))
        finally:
            writer.cancel()
            await session.leave()


async def _write(socket: WebSocket, outbox: Outbox) -> None:
    with suppress(WebSocketDisconnect, RuntimeError):
        while not outbox.overflowed.is_set():
            await socket.send_text(await outbox.queue.get())
        await socket.close(4408)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[None]:
    """Database and Redis are there while the server runs."""
    app.state.store = await Store.open(os.environ["DATABASE_URL"])
    app.state.bus = Bus(os.environ["REDIS_URL"])
    await app.state.bus.open()
    yield
    await app.state.bus.close()
    await app.state.store.close()


application = Starlette(routes=[WebSocketRoute("/ws/", serve)], lifespan=lifespan)

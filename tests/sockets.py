"""Sockets of tests: a real client of the real ASGI application, frames in and out, within this event loop."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from channels.db import database_sync_to_async
from channels.testing import WebsocketCommunicator
from django.conf import settings
from django.test import Client

import lib.hub
from agents.models import Agent
from contactcenter.asgi import application

PATIENCE = 10.0
Frame = dict[str, Any]
_numbers = itertools.count(1)


class Communicator(WebsocketCommunicator):
    """Channels' own keeps database connections open, for tests inside one transaction. Ours commit: they go back."""

    async def send_input(self, message: Frame) -> None:
        """As the server does it."""
        await ApplicationCommunicator.send_input(self, message)

    async def receive_output(self, timeout: float = PATIENCE) -> Frame:  # noqa: ASYNC109 - the base's signature
        """As the server does it."""
        return await ApplicationCommunicator.receive_output(self, timeout)


def is_(kind: str, **fields: Any) -> Callable[[Frame], bool]:
    """Whether a frame is of that kind and has these fields."""
    return lambda frame: frame["type"] == kind and all(frame.get(name) == value for name, value in fields.items())


class Closed(AssertionError):
    """The server closed the socket with a code."""

    def __init__(self, code: int) -> None:
        super().__init__(f"closed with {code}")
        self.code = code


class Wire:
    """One socket. Frames that nobody waited for are kept in `seen`."""

    def __init__(self, path: str, *, origin: str | None, cookie: str = "") -> None:
        headers = [(b"host", b"localhost")]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if cookie:
            headers.append((b"cookie", cookie.encode()))
        self._socket = Communicator(application, path, headers=headers, subprotocols=["contactcenter.v1"])
        self.seen: list[Frame] = []
        self.code: int | None = None

    async def open(self) -> bool:
        """Whether the handshake was accepted."""
        accepted, _protocol = await self._socket.connect(timeout=PATIENCE)
        return accepted

    async def send(self, kind: str, /, **fields: Any) -> str:
        """The frame is on its way; gives its id."""
        fields.setdefault("id", str(next(_numbers)))
        await self._socket.send_to(text_data=json.dumps({"type": kind, **fields}))
        return fields["id"]

    async def send_raw(self, text: str | None = None, data: bytes | None = None) -> None:
        """Anything at all is on its way."""
        await self._socket.send_input({"type": "websocket.receive", "text": text, "bytes": data})

    async def receive(self, patience: float = PATIENCE) -> Frame:
        """The next frame. Raises Closed."""
        if self.code is not None:
            raise Closed(self.code)
        event = await self._socket.receive_output(timeout=patience)
        if event["type"] == "websocket.close":
            self.code = event.get("code", 1000)
            raise Closed(self.code)
        frame: Frame = json.loads(event["text"])
        self.seen.append(frame)
        return frame

    async def until(self, true: Callable[[Frame], bool]) -> Frame:
        """The first frame, seen already or not, of which it is true. Raises Closed."""
        for frame in self.seen:
            if true(frame):
                return frame
        while True:
            frame = await self.receive()
            if true(frame):
                return frame

    async def new(self, true: Callable[[Frame], bool]) -> Frame:
        """As `until`, but of the frames that come from now on."""
        self.seen.clear()
        return await self.until(true)

    async def ask(self, kind: str, /, **fields: Any) -> Frame:
        """The answer to a frame: ok or error."""
        frame_id = await self.send(kind, **fields)
        return await self.until(lambda frame: frame.get("id") == frame_id)

    async def closing(self) -> int:
        """The code with which the server closes; frames before it are in `seen`."""
        try:
            while True:
                await self.receive(2 * PATIENCE)
        except Closed as closed:
            return closed.code

    async def leave(self) -> None:
        """The connection is gone."""
        await self._socket.disconnect(timeout=PATIENCE)


async def in_thread(function: Callable[..., Any], *arguments: Any, **options: Any) -> Any:
    """What the function gives, run where it may use the database."""
    return await database_sync_to_async(function, thread_sensitive=False)(*arguments, **options)


def cookie_of(agent: Agent) -> str:
    """The cookie of a session in which the agent is logged in."""
    client = Client()
    client.force_login(agent.user)
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


class Stage:
    """Opens sockets, and closes those still open at the end."""

    def __init__(self) -> None:
        self._open: list[Wire] = []

    async def wire(self, path: str, **options: Any) -> Wire:
        """A socket whose handshake was accepted."""
        wire = Wire(path, **options)
        self._open.append(wire)
        assert await wire.open()
        return wire

    async def desk(self, agent: Agent, *, welcome: bool = True, **hello: Any) -> Wire:
        """The desk of the agent, with its first snapshot unless it is not welcome."""
        cookie = await in_thread(cookie_of, agent)
        wire = await self.wire("/ws/desk/", origin=settings.ORIGINS[0], cookie=cookie)
        await wire.send("hello", **hello)
        if welcome:
            await wire.until(lambda frame: frame["type"] == "desk")
        return wire

    async def customer(self, token: str, *, welcome: bool = True, origin: str | None = None, **hello: Any) -> Wire:
        """The customer's widget, with its first snapshot unless it is not welcome."""
        wire = await self.wire("/ws/customer/", origin=origin)
        await wire.send("hello", token=token, **hello)
        if welcome:
            await wire.until(lambda frame: frame["type"] == "chat")
        return wire

    async def close(self) -> None:
        """Every connection is gone; one that a test has given up waiting for is cancelled already."""
        for wire in self._open:
            with suppress(asyncio.CancelledError):
                await wire.leave()


async def ended(*tasks: asyncio.Task[None]) -> None:
    """The tasks are over; a channel layer that turns a cancellation into an error of its own is asked again."""
    while running := [task for task in tasks if not task.done()]:
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=0.1)


@asynccontextmanager
async def loop_services() -> AsyncIterator[lib.hub.Hub]:
    """Inside, the hub of this event loop runs; afterwards hub and writer have let go of their connections."""
    try:
        yield await lib.hub.running_hub()
    finally:
        await lib.hub.stop_hub()


@pytest.fixture
async def hub() -> AsyncIterator[lib.hub.Hub]:
    """The hub of the test's event loop."""
    async with loop_services() as running:
        yield running


@pytest.fixture
async def stage(committed: None, hub: lib.hub.Hub) -> AsyncIterator[Stage]:
    """Where sockets are opened."""
    stage = Stage()
    yield stage
    await stage.close()

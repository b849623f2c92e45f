"""A TCP proxy that can hurt the connections through it: cut, reset, fall silent in one direction, dawdle.

It runs on an event loop of its own in a thread, so that a test's browser or event loop may stand still meanwhile.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

Direction = Literal["up", "down"]  # towards the server, towards the client
DIRECTIONS: tuple[Direction, ...] = ("up", "down")
CHUNK = 16 * 1024  # bytes read at once


class Link:
    """One connection through the proxy: two streams, each of which may be held up."""

    def __init__(self, client: asyncio.StreamWriter, server: asyncio.StreamWriter) -> None:
        self.writers: dict[Direction, asyncio.StreamWriter] = {"up": server, "down": client}
        self.flowing: dict[Direction, asyncio.Event] = {direction: asyncio.Event() for direction in DIRECTIONS}
        self.carried = {"up": 0, "down": 0}
        self.delay = 0.0
        for event in self.flowing.values():
            event.set()

    async def pump(self, direction: Direction, reader: asyncio.StreamReader) -> None:
        """Carries bytes in one direction until that side ends; what is held up is neither read nor lost."""
        writer = self.writers[direction]
        try:
            while True:
                await self.flowing[direction].wait()
                data = await reader.read(CHUNK)
                await self.flowing[direction].wait()
                if not data:
                    return
                if self.delay:
                    await asyncio.sleep(self.delay)
                writer.write(data)
                self.carried[direction] += len(data)
                await writer.drain()
        except ConnectionError:
            return

    def end(self, *, hard: bool) -> None:
        """The connection is over on both sides: by a reset, or closed in good order."""
        for writer in self.writers.values():
            if hard:
                writer.transport.abort()
            else:
                writer.close()


class Proxy:
    """Listens on `port` of the loopback address and passes everything on to `target`, until told otherwise."""

    def __init__(self, target: int, port: int) -> None:
        self.target, self.port = target, port
        self.delay = 0.0
        self.links: list[Link] = []
        self.accepted = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def socket_url(self) -> str:
        """Where sockets go through."""
        return f"ws://127.0.0.1:{self.port}"

    def start(self) -> None:
        """The port is open."""
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(10)

    def stop(self) -> None:
        """The port is closed, and so is every connection."""
        asyncio.run_coroutine_threadsafe(self._end_all(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def cut(self, *, hard: bool = False, which: Callable[[Link], bool] = lambda _: True) -> int:
        """The chosen connections are over on both sides; returns how many those were."""
        return self._do(lambda link: link.end(hard=hard), which)

    def hold(self, *directions: Direction, which: Callable[[Link], bool] = lambda _: True) -> int:
        """The chosen connections stay open, but nothing is read any more in these directions: half-open."""
        return self._do(lambda link: [link.flowing[direction].clear() for direction in directions], which)

    def release(self) -> int:
        """What was held up flows again."""
        return self._do(lambda link: [event.set() for event in link.flowing.values()], lambda _: True)

    def dawdle(self, seconds: float) -> None:
        """Every piece takes so much longer in either direction, on new connections too."""
        self.delay = seconds
        self._do(lambda link: setattr(link, "delay", seconds), lambda _: True)

    def _do(self, act: Callable[[Link], Any], which: Callable[[Link], bool]) -> int:
        async def every() -> int:
            chosen = [link for link in self.links if which(link)]
            for link in chosen:
                act(link)
            return len(chosen)

        return asyncio.run_coroutine_threadsafe(every(), self._loop).result(10)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port, limit=CHUNK, backlog=2048)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target, limit=CHUNK)
        except OSError:
            writer.transport.abort()
            return
        link = Link(writer, up_writer)
        link.delay = self.delay
        self.links.append(link)
        self.accepted += 1
        pumps = [asyncio.create_task(link.pump("up", reader)), asyncio.create_task(link.pump("down", up_reader))]
        self._tasks.update(pumps)
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            link.end(hard=False)
            for pump in pumps:
                pump.cancel()
            self._tasks.difference_update(pumps)
            self.links.remove(link)

    async def _end_all(self) -> None:
        if self._server is not None:
            self._server.close()
        for link in self.links:
            link.end(hard=True)
        while self.links:
            await asyncio.sleep(0)
            for task in self._tasks:
                task.cancel()


@contextmanager
def through(target: int, port: int) -> Iterator[Proxy]:
    """Inside, a proxy to the target's port listens on the other."""
    proxy = Proxy(target, port)
    proxy.start()
    try:
        yield proxy
    finally:
        proxy.stop()

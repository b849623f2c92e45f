"""One per process: the sockets of this process by group, joined to the other processes by one layer channel.

Frames are encoded once by whoever publishes them, handed to the local sockets at once, and sent to the other
processes as one layer message per batch. Redis is only the road between processes: a lost batch is healed by
the heads in the next heartbeat.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import suppress
from typing import Any, Protocol
from uuid import uuid4

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer

from lib.door import Door
from lib.wire import CLOSE_RESTART

log = logging.getLogger(__name__)

SHARD = "shard.0"
RETRY_SECONDS = 1.0
STOP_SECONDS = 0.1  # a channel layer may turn a cancellation into an error of its own: then it is asked again
SEND_SECONDS = 5.0  # a road that doesn't take a batch for so long is broken
LISTEN_SECONDS = 2.0  # a handshake may take five
MOST_QUEUED = 10_000  # frames kept for a slow road; what comes beyond is lost to the other processes
GREETED_AT_ONCE = 8  # hellos in work; more would only wait for each other, for threads and for the database
Frames = Sequence[tuple[str, bytes]]


class Member(Protocol):
    """What can be in a group: something that hears a frame without blocking."""

    def hear(self, group: str, frame: bytes) -> None:
        """Take the frame; never raises, never waits."""


class Closable(Protocol):
    """A socket of this process."""

    def close_at_once(self, code: int) -> None:
        """Close it with the code; what waited to be sent may be lost. Never raises, never waits."""


class Hub:
    """The groups of one process on one event loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.name = uuid4().hex
        self.door = Door(GREETED_AT_ONCE)
        self._groups: dict[str, set[Member]] = defaultdict(set)
        self._queued: list[tuple[str, bytes]] = []
        self._wake = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []
        self._endings: list[Callable[[], Awaitable[None]]] = []
        self.sockets: set[Closable] = set()
        self.listening = asyncio.Event()

    def start(self) -> None:
        """The road to the other processes is open; it mends itself when Redis was away."""
        self._tasks = [self.loop.create_task(self._listen()), self.loop.create_task(self._tell_others())]

    def at_end(self, ending: Callable[[], Awaitable[None]]) -> None:
        """What leans on the hub is ended before it."""
        self._endings.append(ending)

    def dismiss(self) -> None:
        """Every socket of this process is told to come back to another, or to this one when it runs again."""
        for socket in tuple(self.sockets):
            socket.close_at_once(CLOSE_RESTART)

    async def stop(self) -> None:
        """What leans on the hub has ended, and nothing of it runs any more."""
        for ending in reversed(self._endings):
            await ending()
        while running := [task for task in self._tasks if not task.done()]:
            for task in running:
                task.cancel()
            await asyncio.wait(running, timeout=STOP_SECONDS)

    def join(self, group: str, member: Member) -> None:
        """From now on the member hears the group."""
        self._groups[group].add(member)

    def leave(self, group: str, member: Member) -> None:
        """From now on the member doesn't hear the group; leaving twice is fine."""
        members = self._groups.get(group)
        if members is None:
            return
        members.discard(member)
        if not members:
            del self._groups[group]

    def size(self, group: str) -> int:
        """How many members the group has in this process."""
        return len(self._groups.get(group, ()))

    def publish(self, frames: Frames) -> None:
        """Everybody in the groups hears the frames: here at once, elsewhere with the next batch."""
        self._deliver(frames)
        if len(self._queued) < MOST_QUEUED:
            self._queued.extend(frames)
        self._wake.set()

    def _deliver(self, frames: Iterable[Sequence[Any]]) -> None:
        for group, frame in frames:
            for member in tuple(self._groups.get(group, ())):
                member.hear(group, frame)

    async def _tell_others(self) -> None:
        while True:
            await self._wake.wait()
            self._wake.clear()
            batch, self._queued = self._queued, []
            try:
                async with asyncio.timeout(SEND_SECONDS):
                    await get_channel_layer().group_send(SHARD, {"type": "hub", "from": self.name, "frames": batch})
            except Exception:
                log.warning("hub: %d frames did not reach the other processes", len(batch), exc_info=True)

    async def _listen(self) -> None:
        while True:
            try:
                layer = get_channel_layer()
                channel = await layer.new_channel()
                await layer.group_add(SHARD, channel)
                self.listening.set()
                while True:
                    message = await layer.receive(channel)
                    if message["from"] != self.name:
                        self._deliver(message["frames"])
            except Exception:
                log.warning("hub: the road between processes broke, trying again", exc_info=True)
                await asyncio.sleep(RETRY_SECONDS)


_hub: Hub | None = None


async def running_hub() -> Hub:
    """The hub of this process, started by the first who asks; it belongs to the loop it was started on.

    The first one waits until it hears the other processes, but not for ever: without them it serves its own sockets.
    """
    global _hub
    loop = asyncio.get_running_loop()
    if _hub is None or _hub.loop is not loop:
        hub = _hub = Hub(loop)
        hub.start()
        with suppress(TimeoutError):
            await asyncio.wait_for(hub.listening.wait(), LISTEN_SECONDS)
    return _hub


async def stop_hub() -> None:
    """The hub of this event loop has stopped, if it ran."""
    global _hub
    hub = _hub
    if hub is not None and hub.loop is asyncio.get_running_loop():
        _hub = None
        await hub.stop()


def end() -> Coroutine[Any, Any, None]:
    """The orderly end of the process: sockets are dismissed at once, the rest stops while the coroutine runs."""
    if _hub is not None:
        _hub.dismiss()
    return stop_hub()


def publish_frames(frames: Frames) -> None:
    """Send encoded frames to groups from any thread or process; a road that is down is logged, never raised."""
    hub = _hub
    if hub is not None and hub.loop.is_running():
        hub.loop.call_soon_threadsafe(hub.publish, frames)
        return
    try:
        async_to_sync(get_channel_layer().group_send)(SHARD, {"type": "hub", "from": "", "frames": list(frames)})
    except Exception:
        log.warning("hub: %d frames were not sent", len(frames), exc_info=True)

"""One Redis subscription per process; frames go to the sockets of this process as they came."""

import asyncio
from collections import defaultdict

import redis.asyncio

QUEUED_FRAMES = 256


class Outbox:
    """What waits to be sent on one socket."""

    def __init__(self) -> None:
        """Empty."""
        self.queue: asyncio.Queue[str] = asyncio.Queue(QUEUED_FRAMES)
        self.overflowed = asyncio.Event()

    def put(self, frame: str) -> None:
        """Queue a frame; a reader too slow for the queue is marked."""
        try:
            self.queue.put_nowait(frame)
        except asyncio.QueueFull:
            self.overflowed.set()


class Bus:
    """Chats that sockets of this process listen to."""

    def __init__(self, address: str) -> None:
        """Not yet connected."""
        self._redis = redis.asyncio.Redis.from_url(address)
        self._subscription = self._redis.pubsub(ignore_subscribe_messages=True)
        self._readers: dict[bytes, set[Outbox]] = defaultdict(set)
        self._task: asyncio.Task[None] | None = None
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        """Listening. A channel of its own keeps the subscription alive while no socket listens to a chat."""
        await self._subscription.subscribe("handwritten")
        self._task = asyncio.create_task(self._listen())

    async def join(self, chat: str, outbox: Outbox) -> None:
        """From now on the socket hears the chat."""
        channel = _channel(chat)
        fresh = channel not in self._readers
        self._readers[channel].add(outbox)
        async with self._turn:
            if fresh:
                await self._subscription.subscribe(channel)

    async def leave(self, chat: str, outbox: Outbox) -> None:
        """From now on it doesn't."""
        channel = _channel(chat)
        self._readers[channel].discard(outbox)
        if self._readers[channel]:
            return
        del self._readers[channel]
        async with self._turn:
            if channel not in self._readers:
                await self._subscription.unsubscribe(channel)

    async def publish(self, chat: str, frame: bytes) -> None:
        """Every socket of every process that listens to the chat gets the frame."""
        await self._redis.publish(_channel(chat), frame)

    async def close(self) -> None:
        """Disconnected."""
        if self._task is not None:
            self._task.cancel()
        await self._subscription.aclose()
        await self._redis.aclose()

    async def _listen(self) -> None:
        async for message in self._subscription.listen():
            frame = message["data"].decode()
            for outbox in tuple(self._readers.get(message["channel"], ())):
                outbox.put(frame)


def _channel(chat: str) -> bytes:
    return f"handwritten.{chat}".encode()

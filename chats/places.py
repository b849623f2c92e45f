"""Who of this process waits in which line, and what he is told when places move: one reading for all of a queue.

A queue moves with every chat that comes, is answered or ends. Instead of everybody looking for his own place, each
process reads the whole line once (at most every PAUSE seconds, at least every RENEW), and tells those whose place or
wait has changed.
"""

import asyncio
import logging
from typing import Protocol
from uuid import UUID
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async

from chats import snapshots
from chats.snapshots import Place
from lib import groups
from lib.hub import Hub

log = logging.getLogger(__name__)

PAUSE = 0.25  # seconds between two readings of one line
RENEW = 15.0  # seconds after which a line that hasn't moved is read: agents may have come or gone


class Waits(Protocol):
    """A customer's socket."""

    @property
    def chat_id(self) -> UUID:
        """His chat."""

    def placed(self, place: Place) -> None:
        """His place as it was read just now; never waits."""


class Line:
    """Those of this process who wait in one queue. A member of the queue's group in the hub."""

    def __init__(self, hub: Hub, queue_id: int) -> None:
        self.hub, self.queue_id = hub, queue_id
        self._waiting: set[Waits] = set()
        self._moved = False
        self._telling: asyncio.Task[None] | None = None
        self._again: asyncio.TimerHandle | None = None

    def enter(self, customer: Waits) -> None:
        """From now on he is told his place; also the place he has now, should it differ from what he knows."""
        if not self._waiting:
            self.hub.join(groups.queue(self.queue_id), self)
        self._waiting.add(customer)
        self.hear("", b"")

    def leave(self, customer: Waits) -> None:
        """He isn't told any more; leaving twice is fine."""
        self._waiting.discard(customer)
        if not self._waiting:
            self.hub.leave(groups.queue(self.queue_id), self)
            self._rest()

    def hear(self, group: str, frame: bytes) -> None:
        """The queue has moved."""
        self._moved = True
        if self._telling is None or self._telling.done():
            self._telling = self.hub.loop.create_task(self._tell())

    def _rest(self) -> None:
        if self._again is not None:
            self._again.cancel()

    async def _tell(self) -> None:
        while self._moved and self._waiting:
            self._moved = False
            try:
                places = await database_sync_to_async(snapshots.places, thread_sensitive=False)(self.queue_id)
            except Exception:
                log.exception("the places in queue %d could not be read", self.queue_id)
                return
            for customer in tuple(self._waiting):
                if customer.chat_id in places:
                    customer.placed(places[customer.chat_id])
            await asyncio.sleep(PAUSE)
        self._rest()
        if self._waiting:
            self._again = self.hub.loop.call_later(RENEW, self.hear, "", b"")


_lines: "WeakKeyDictionary[Hub, dict[int, Line]]" = WeakKeyDictionary()


def line_of(hub: Hub, queue_id: int) -> Line:
    """The line of a queue in this process."""
    lines = _lines.setdefault(hub, {})
    if queue_id not in lines:
        lines[queue_id] = Line(hub, queue_id)
    return lines[queue_id]

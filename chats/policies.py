"""The policies in force, as this process knows them: read at most every two seconds, never older than five."""

import asyncio
import time
from collections.abc import Mapping
from typing import NamedTuple

from channels.db import database_sync_to_async

from chats.rules import CustomPattern, ScreeningPolicy, default_kinds
from chats.screening import Policy
from lib.pci import custom
from lib.pci.images import can_read_images
from lib.pci.kinds import IMAGES

FRESH = 2.0  # seconds after which the policies are read again
STALE = 4.5  # seconds after which nobody is screened by them any more


class Rule(NamedTuple):
    """How texts are screened, and what files may be sent."""

    screening: Policy = Policy()
    attachments: bool = True
    kinds: frozenset[str] = frozenset(default_kinds())
    unread_images: bool = False

    @property
    def sendable(self) -> frozenset[str]:
        """The kinds of files that may be sent now: none when files are off, no images when nothing can read them."""
        if not self.attachments:
            return frozenset()
        return self.kinds if self.unread_images or can_read_images() else self.kinds - IMAGES

    @property
    def card_numbers(self) -> str | None:
        """What a card number does to its message: `redact` masks a part, `drop` discards it all, None does nothing."""
        if "pan" not in self.screening.detectors:
            return None
        return "drop" if self.screening.drop else "redact"


class Table(NamedTuple):
    """The organisation's rule, and the queues that have one of their own."""

    everywhere: Rule
    queues: Mapping[int, Rule]

    def of(self, queue_id: int) -> Rule:
        """The rule of a queue."""
        return self.queues.get(queue_id, self.everywhere)


_known: tuple[float, Table] | None = None
_reading: asyncio.Task[Table] | None = None


def forget() -> None:
    """The next who asks reads the policies anew."""
    global _known
    _known = None


def of_queue(queue_id: int) -> Rule:
    """The rule of a queue."""
    return table().of(queue_id)


def table() -> Table:
    """All rules, read from the database when the last reading is older than two seconds."""
    if _known is not None and time.monotonic() - _known[0] < FRESH:
        return _known[1]
    return _read()


async def on_loop() -> Table:
    """All rules, for callers on an event loop: a thread reads them again while the last reading still holds."""
    global _reading
    known = _known
    age = time.monotonic() - known[0] if known else STALE
    if known is not None and age < FRESH:
        return known[1]
    loop = asyncio.get_running_loop()
    if _reading is None or _reading.done() or _reading.get_loop() is not loop:
        _reading = loop.create_task(database_sync_to_async(_read, thread_sensitive=False)())
        _reading.add_done_callback(_look_at)
    if known is not None and age < STALE:
        return known[1]
    return await asyncio.shield(_reading)


def _look_at(task: "asyncio.Task[Table]") -> None:
    """A reading that failed is no unhandled fault: whoever needs it fails, or the next one succeeds."""
    if not task.cancelled():
        task.exception()


def _read() -> Table:
    global _known
    began = time.monotonic()
    patterns = tuple(
        custom.CustomPattern(row.name, row.pattern) for row in CustomPattern.objects.filter(is_active=True)
    )
    everywhere, queues = Rule(Policy(custom=patterns)), {}
    for row in ScreeningPolicy.objects.all():
        rule = _rule(row, patterns)
        if row.queue_id is None:
            everywhere = rule
        else:
            queues[row.queue_id] = rule
    _known = began, Table(everywhere, queues)
    return _known[1]


def _rule(row: ScreeningPolicy, patterns: tuple[custom.CustomPattern, ...]) -> Rule:
    return Rule(
        Policy(row.policy == ScreeningPolicy.Policy.DROP, frozenset(row.detectors), patterns),
        row.attachments,
        frozenset(row.kinds),
        row.images == ScreeningPolicy.Images.LET_THROUGH,
    )

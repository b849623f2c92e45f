"""The fast lane: one writer per process takes all messages that came while the last commit was in flight.

`operations.post` is the whole verb; this is the same verb for chats in which writing is all there is to do. A batch
locks its chats in key order, then checks, numbers and inserts in one statement, in one transaction and one round
trip. A batch that fails is tried again row by row, so that no message fails for its neighbour. A chat that somebody
else holds for long is set aside with its messages, in their order, and the others go on.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection as django_connection
from psycopg.conninfo import make_conninfo
from psycopg_pool import AsyncConnectionPool

from chats import policies
from chats.events import lines_frame
from chats.lookback import Memory, completes, said_before
from chats.said import UNKNOWN, NeedsMore, Outcome, Said, as_json, keys, line, refuse, settle, without_twins
from chats.screening import Screened, check_cid, screen
from chats.senders import Sender
from chats.statements import HELD, LOCK, WRITE, WRITER
from lib import groups
from lib.hub import Hub, running_hub
from lib.pci.digits import holds_digit
from lib.pci.window import mask_after_card

log = logging.getLogger(__name__)

MOST_PER_BATCH = 256
PATIENCE = 10.0  # seconds a sender waits for his commit before he is told `unavailable`
TRIES = 4  # a broken connection is tried again: the cid makes repeating harmless
PAUSE = 0.25  # seconds before the first repetition, doubled each time
LOCK_PATIENCE = "250ms"  # for a chat that another transaction holds; a verb is over in a fraction of it
PACE = 0.012  # seconds from batch to batch of a busy writer: many messages in one cost hardly more than one alone
BUSY = 3  # messages in the batch before
HELD_PAUSE = 0.25  # seconds between two looks whether a chat that was set aside is free
STOP_SECONDS = 2.0
CONNECTIONS = 2
MOST_REMEMBERED = 20_000
NOTHING = Screened("", [], None)


class Writer:
    """The one who writes messages on this event loop."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.queues: dict[UUID, int] = {}
        self.memory = Memory()
        self._queue: list[Said] = []
        self._held: dict[UUID, list[Said]] = {}  # set aside, because somebody else holds the chat
        self._look: asyncio.TimerHandle | None = None
        self._due = False
        self._stopping = False
        self._batch: list[Said] = []
        self._wake = asyncio.Event()
        self._watch: asyncio.TimerHandle | None = None
        self._task = hub.loop.create_task(self._run())
        hub.at_end(self.stop)

    @cached_property
    def pool(self) -> AsyncConnectionPool:
        """Connections of the writer's own: no thread, no ORM."""
        database = django_connection.settings_dict
        timeouts = database["OPTIONS"].get("options", "")
        conninfo = make_conninfo(
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"],
            host=database["HOST"],
            port=database["PORT"],
            # Planning the statement anew for every array costs more than running it; a plan made while the tables were
            # small must not read them whole when they have grown.
            options=f"{timeouts} -c lock_timeout={LOCK_PATIENCE} -c plan_cache_mode=force_generic_plan "
            "-c enable_seqscan=off",
            application_name=WRITER,
        )
        return AsyncConnectionPool(
            conninfo, min_size=1, max_size=CONNECTIONS, timeout=5, open=False, kwargs={"autocommit": True}
        )

    @property
    def died(self) -> bool:
        """A fault of our own has ended it: whoever says something next needs another one."""
        return self._task.done() and not self._stopping

    async def say(self, said: Said) -> dict[str, Any]:
        """The answer once the message is committed. Refused as `operations.post`, NeedsMore, or `unavailable`."""
        said.since = self.hub.loop.time()
        self._queue.append(said)
        self._wake.set()
        if self._watch is None:
            self._watch = self.hub.loop.call_later(PATIENCE, self._lose_patience)
        return await said.done

    def _lose_patience(self) -> None:
        """Who has waited for too long is refused; what isn't on its way yet is not written any more."""
        now = self.hub.loop.time()
        waiting = [said for said in (*self._batch, *self._queue, *self._aside()) if not said.done.done()]
        refuse([said for said in waiting if now - said.since >= PATIENCE])
        self._queue = [said for said in self._queue if not said.done.done()]
        oldest = min((said.since for said in waiting if not said.done.done()), default=None)
        self._watch = None if oldest is None else self.hub.loop.call_at(oldest + PATIENCE, self._lose_patience)

    async def stop(self) -> None:
        """What was on its way is committed, if that is soon; connections are closed."""
        self._stopping = True
        self._wake.set()
        await asyncio.wait([self._task], timeout=STOP_SECONDS)
        self._task.cancel()
        await asyncio.wait([self._task])
        refuse(self._aside())
        for timer in (self._watch, self._look):
            if timer is not None:
                timer.cancel()
        await self.pool.close(timeout=STOP_SECONDS)

    async def _run(self) -> None:
        await self.pool.open()
        began = 0.0
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._queue or self._due:
                if self._due:
                    await self._take_up()
                if len(self._batch) >= BUSY:
                    await asyncio.sleep(began + PACE - self.hub.loop.time())
                began = self.hub.loop.time()
                batch, self._queue = self._queue[:MOST_PER_BATCH], self._queue[MOST_PER_BATCH:]
                batch = self._batch = [said for said in batch if not said.done.done()]
                try:
                    await self._commit(self._without_held(batch))
                except Exception:
                    log.exception("the writer lost a batch of %d", len(batch))
                    refuse(batch)

    # --- chats that somebody else holds: a process that hangs, or a verb that takes long

    def _aside(self) -> list[Said]:
        return [said for waiting in self._held.values() for said in waiting]

    def _without_held(self, batch: Sequence[Said]) -> list[Said]:
        """What can be written now; messages in a chat that was set aside stand behind those that wait there."""
        for said in batch:
            if said.chat in self._held:
                self._held[said.chat].append(said)
        return [said for said in batch if said.chat not in self._held]

    async def _set_aside(self, batch: Sequence[Said]) -> None:
        """Chats that somebody holds wait with their messages; what else was in the batch comes next."""
        held = await self._which_are_held({said.chat for said in batch})
        for said in batch:
            if said.chat in held:
                self._held.setdefault(said.chat, []).append(said)
        self._queue[:0] = [said for said in batch if said.chat not in held]
        self._look_soon()

    def _look_soon(self) -> None:
        if self._held and self._look is None and not self._stopping:
            self._look = self.hub.loop.call_later(HELD_PAUSE, self._look_now)

    def _look_now(self) -> None:
        self._look, self._due = None, True
        self._wake.set()

    async def _take_up(self) -> None:
        """The messages of chats that are free again come next, in their order; nobody waits for the others."""
        self._due = False
        held = await self._which_are_held(self._held)
        free = []
        for chat in tuple(self._held):
            waiting = [said for said in self._held[chat] if not said.done.done()]
            if chat in held and waiting:
                self._held[chat] = waiting
            else:
                free += waiting
                del self._held[chat]
        self._queue[:0] = free
        self._look_soon()

    async def _which_are_held(self, chats: Iterable[UUID]) -> set[UUID]:
        """Those of the chats whose rows somebody holds now; all of them when the database doesn't say."""
        wanted = list(chats)
        if not wanted:
            return set()
        try:
            async with self.pool.connection() as connection:
                cursor = await connection.execute(HELD, {"chat": wanted})
                return {chat for (chat,) in await cursor.fetchall()}
        except psycopg.Error:
            return set(wanted)

    async def _commit(self, batch: list[Said]) -> None:
        batch, twins = without_twins(batch)
        if not batch:
            return
        try:
            outcomes, again = await self._write(batch)
        except psycopg.errors.LockNotAvailable:
            await self._set_aside(batch)
        except psycopg.OperationalError:
            log.warning("the database did not answer: %d messages refused", len(batch), exc_info=True)
            refuse(batch)
        except psycopg.Error:
            if len(batch) > 1:
                for said in batch:
                    await self._commit([said])
            else:
                log.exception("a message could not be written")
                refuse(batch)
        else:
            self._tell(batch, outcomes, again=again)
        self._settle_twins(twins)

    def _settle_twins(self, twins: Sequence[Said]) -> None:
        """Repetitions that came in the same batch go once more: now the first of them is there."""
        if twins:
            self._queue.extend(twins)
            self._wake.set()

    async def _write(self, batch: Sequence[Said]) -> tuple[list[Outcome], bool]:
        """What became of each message, and whether it took more than one attempt."""
        for attempt in range(TRIES):
            try:
                return await self._write_once(batch), attempt > 0
            except psycopg.errors.LockNotAvailable:
                raise
            except psycopg.OperationalError:
                if attempt == TRIES - 1:
                    raise
                await asyncio.sleep(PAUSE * 2**attempt)
        raise AssertionError

    async def _write_once(self, batch: Sequence[Said]) -> list[Outcome]:
        async with self.pool.connection() as connection:
            # One transaction without BEGIN and COMMIT: it begins with the first statement and the pipeline's end
            # commits it.
            async with connection.pipeline():
                locked = await connection.execute(LOCK, {"chat": keys(batch)}, prepare=True)
                left = await self._completing(connection, locked, batch)
                cursor = await connection.execute(WRITE, {"said": as_json(batch, left)}, prepare=True)
            found = await cursor.fetchall()
        outcomes = [Outcome(left=n in left) for n in range(len(batch))]
        written = []
        for n, queue, state, may_read, seated, old_seq, old_at, old_text, old_found, old_print, held, seq, at in found:
            outcome = outcomes[n]
            outcome.left |= held and old_seq is None
            outcome.queue, outcome.state = queue, state
            outcome.may_read, outcome.seated = bool(may_read), bool(seated)
            outcome.duplicate = old_seq is not None
            if outcome.duplicate:
                outcome.seq, outcome.at, outcome.text, outcome.findings = old_seq, old_at, old_text, old_found
                outcome.fingerprint = bytes(old_print or b"")
            elif seq is not None:
                outcome.seq, outcome.at = seq, at
                outcome.text, outcome.findings = batch[n].screened.text, batch[n].screened.findings
                written.append((seq, batch[n].speaker, outcome.text, at))
        for seq, speaker, text, at in sorted(written, key=itemgetter(0)):
            self.memory.hear(speaker, seq, text, at)
        return outcomes

    async def _completing(
        self, connection: psycopg.AsyncConnection, locked: psycopg.AsyncCursor, batch: Sequence[Said]
    ) -> set[int]:
        """The messages that complete a number with what their sender said before, and all he says behind them."""
        speakers = {said.speaker for said in batch if said.looks_back}
        if not speakers:
            return set()
        rows = await locked.fetchall()
        heads = {chat: head for chat, head, _now in rows}
        now = rows[0][2] if rows else datetime.now(UTC)
        texts = await said_before(connection, tuple(speakers), heads, now, self.memory)
        left: set[int] = set()
        stopped: set[tuple[UUID, str, str]] = set()
        for n, said in enumerate(batch):
            before = texts.get(said.speaker)
            if before is None:
                continue
            text = said.screened.text
            if said.speaker in stopped or (said.looks_back and completes(before, text, said.policy.detectors)):
                stopped.add(said.speaker)
                left.add(n)
            else:
                before.append(text)
        return left

    def _tell(self, batch: Sequence[Said], outcomes: Sequence[Outcome], *, again: bool) -> None:
        """One fan-out for the batch, then every sender's answer.

        After a repetition what was there already goes out too: an attempt whose answer was lost may have committed it.
        """
        frames = []
        for said, outcome in zip(batch, outcomes, strict=True):
            if outcome.seq is not None and (again or not outcome.duplicate):
                frames.append((groups.public(said.chat), lines_frame(said.chat, "public", (line(said, outcome),))))
        if frames:
            self.hub.publish(frames)
        for said, outcome in zip(batch, outcomes, strict=True):
            if said.queue is not None and outcome.queue is not None:
                self.remember(said.chat, outcome.queue)
            settle(said, outcome)

    def remember(self, chat: UUID, queue: int) -> None:
        """Where the chat waits or is served, so that the next message is screened by that queue's policy at once."""
        if len(self.queues) >= MOST_REMEMBERED:
            self.queues.clear()
        self.queues[chat] = queue


_writer: Writer | None = None


def waiting() -> int:
    """How many messages of this process are not yet on their way to the database."""
    return len(_writer._queue) + len(_writer._aside()) if _writer is not None else 0


async def running_writer() -> Writer:
    """The writer of this process's event loop, started by the first who asks."""
    global _writer
    hub = await running_hub()
    if _writer is None or _writer.hub is not hub or _writer.died:
        _writer = Writer(hub)
    return _writer


async def say(chat_id: UUID, *, by: Sender, cid: str, text: str) -> dict[str, Any]:
    """The message is screened and committed; the answer is what was stored. See `Writer.say`."""
    check_cid(cid)
    rules = await policies.on_loop()
    writer = await running_writer()
    queue = writer.queues.get(chat_id, UNKNOWN) if rules.queues else None
    policy = rules.everywhere.screening if queue is None else rules.of(queue).screening
    screened = NOTHING if queue == UNKNOWN else screen(text, policy)
    digits = holds_digit(screened.text)
    if screened.dropped or (digits and mask_after_card(screened.text, policy.detectors).findings):
        raise NeedsMore
    return await writer.say(Said(chat_id, by, cid, screened, policy, queue, digits, writer.hub.loop.create_future()))

"""The fast lane: one writer per process takes all messages that came while the last commit was in flight.

`operations.post` is the whole verb; this is the same verb for chats in which writing is all there is to do. A batch
locks its chats in key order, then checks, numbers and inserts in one statement, in one transaction and one round
trip. A batch that fails is tried again row by row, so that no message fails for its neighbour.
"""

import asyncio
import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from operator import itemgetter
from typing import Any
from uuid import UUID

import psycopg
from django.db import connection as django_connection
from psycopg.conninfo import make_conninfo
from psycopg.types.json import Jsonb
from psycopg_pool import AsyncConnectionPool

from chats import policies
from chats.events import lines_frame
from chats.lookback import Memory, completes, said_before
from chats.operations.post import CONFLICT, NOT_SEATED
from chats.screening import Policy, Screened, check_cid, screen
from chats.senders import Sender
from chats.statements import LOCK, WRITE
from lib import groups, wire
from lib.errors import Refused
from lib.hub import Hub, running_hub
from lib.pci.digits import holds_digit
from lib.pci.window import mask_after_card

log = logging.getLogger(__name__)

MOST_PER_BATCH = 256
PATIENCE = 10.0  # seconds a sender waits for his commit before he is told `unavailable`
TRIES = 4  # a broken connection is tried again: the cid makes repeating harmless
PAUSE = 0.25  # seconds before the first repetition, doubled each time
STOP_SECONDS = 2.0
CONNECTIONS = 2
MOST_REMEMBERED = 20_000
UNKNOWN = 0  # no queue has this number: nothing is written, but the queue is learnt
NOTHING = Screened("", [], None)


class NeedsMore(Exception):
    """Writing is not all there is to do in this chat: the ordinary verb must take the message."""


@dataclass(slots=True)
class Said:
    """A screened message on its way to the database."""

    chat: UUID
    by: Sender
    cid: str
    screened: Screened
    policy: Policy
    queue: int | None  # by whose policy it was screened; None where all queues have the same
    looks_back: bool  # holds a digit: may complete a number
    done: asyncio.Future[dict[str, Any]]
    since: float = 0.0  # by the loop's clock

    @property
    def key(self) -> tuple[UUID, str, str, str]:
        """Under which the message may stand once."""
        return self.chat, self.by.kind, self.by.id, self.cid

    @property
    def speaker(self) -> tuple[UUID, str, str]:
        """Who says it where."""
        return self.chat, self.by.kind, self.by.id


@dataclass(slots=True)
class Outcome:
    """What the database says of one message."""

    left: bool = False
    queue: int | None = None
    state: str | None = None
    may_read: bool = False
    seated: bool = False
    seq: int | None = None
    at: datetime | None = None
    text: str = ""
    findings: list[dict[str, str]] = field(default_factory=list)
    fingerprint: bytes | None = None
    duplicate: bool = False


class Writer:
    """The one who writes messages on this event loop."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.queues: dict[UUID, int] = {}
        self.memory = Memory()
        self._queue: list[Said] = []
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
        conninfo = make_conninfo(
            dbname=database["NAME"],
            user=database["USER"],
            password=database["PASSWORD"],
            host=database["HOST"],
            port=database["PORT"],
            # Planning the statement anew for every array costs more than running it; a plan made while the tables were
            # small must not read them whole when they have grown.
            options="-c plan_cache_mode=force_generic_plan -c enable_seqscan=off",
        )
        return AsyncConnectionPool(
            conninfo, min_size=1, max_size=CONNECTIONS, timeout=5, open=False, kwargs={"autocommit": True}
        )

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
        waiting = [said for said in (*self._batch, *self._queue) if not said.done.done()]
        _refuse([said for said in waiting if now - said.since >= PATIENCE])
        oldest = min((said.since for said in waiting if not said.done.done()), default=None)
        self._watch = None if oldest is None else self.hub.loop.call_at(oldest + PATIENCE, self._lose_patience)

    async def stop(self) -> None:
        """What was on its way is committed, if that is soon; connections are closed."""
        self._stopping = True
        self._wake.set()
        await asyncio.wait([self._task], timeout=STOP_SECONDS)
        self._task.cancel()
        await asyncio.wait([self._task])
        if self._watch is not None:
            self._watch.cancel()
        await self.pool.close(timeout=STOP_SECONDS)

    async def _run(self) -> None:
        await self.pool.open()
        while not self._stopping:
            await self._wake.wait()
            self._wake.clear()
            while self._queue:
                batch, self._queue = self._queue[:MOST_PER_BATCH], self._queue[MOST_PER_BATCH:]
                batch = self._batch = [said for said in batch if not said.done.done()]
                try:
                    await self._commit(batch)
                except Exception:
                    log.exception("the writer lost a batch of %d", len(batch))
                    _refuse(batch)
                self._batch = []

    async def _commit(self, batch: list[Said]) -> None:
        batch, twins = _without_twins(batch)
        try:
            outcomes, again = await self._write(batch)
        except psycopg.OperationalError:
            log.warning("the database did not answer: %d messages refused", len(batch), exc_info=True)
            _refuse(batch)
        except psycopg.Error:
            if len(batch) > 1:
                for said in batch:
                    await self._commit([said])
            else:
                log.exception("a message could not be written")
                _refuse(batch)
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
                locked = await connection.execute(LOCK, {"chat": [said.chat for said in batch]}, prepare=True)
                left = await self._completing(connection, locked, batch)
                cursor = await connection.execute(WRITE, _columns(batch, left), prepare=True)
            found = await cursor.fetchall()
        outcomes = [Outcome(left=n in left) for n in range(len(batch))]
        written = []
        for n, queue, state, may_read, seated, old_seq, old_at, old_text, old_findings, old_print, seq, at in found:
            outcome = outcomes[n]
            outcome.queue, outcome.state = queue, state
            outcome.may_read, outcome.seated = bool(may_read), bool(seated)
            outcome.duplicate = old_seq is not None
            if outcome.duplicate:
                outcome.seq, outcome.at, outcome.text, outcome.findings = old_seq, old_at, old_text, old_findings
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
                frames.append((groups.public(said.chat), lines_frame(said.chat, "public", (_line(said, outcome),))))
        if frames:
            self.hub.publish(frames)
        for said, outcome in zip(batch, outcomes, strict=True):
            if said.queue is not None and outcome.queue is not None:
                self.remember(said.chat, outcome.queue)
            _settle(said, outcome)

    def remember(self, chat: UUID, queue: int) -> None:
        """Where the chat waits or is served, so that the next message is screened by that queue's policy at once."""
        if len(self.queues) >= MOST_REMEMBERED:
            self.queues.clear()
        self.queues[chat] = queue


def _without_twins(batch: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Each message once; the repetitions of those apart."""
    first: dict[tuple[UUID, str, str, str], Said] = {}
    twins = []
    for said in batch:
        if first.setdefault(said.key, said) is not said:
            twins.append(said)
    return list(first.values()), twins


def _columns(whole: Sequence[Said], left: Collection[int]) -> dict[str, Any]:
    batch = [said for n, said in enumerate(whole) if n not in left]
    return {
        "n": [n for n in range(len(whole)) if n not in left],
        "chat": [said.chat for said in batch],
        "kind": [said.by.kind for said in batch],
        "who": [said.by.id for said in batch],
        "name": [said.by.name for said in batch],
        "cid": [said.cid for said in batch],
        "fingerprint": [said.screened.fingerprint for said in batch],
        "text": [said.screened.text for said in batch],
        "findings": [Jsonb(said.screened.findings) for said in batch],
        "agent": [said.by.agent_id for said in batch],
        "queue": [said.queue for said in batch],
    }


def _line(said: Said, outcome: Outcome) -> dict[str, Any]:
    return {
        "seq": outcome.seq,
        "kind": "message",
        "at": wire.instant(outcome.at),
        "sender": {"kind": said.by.kind, "id": said.by.id, "name": said.by.name},
        "cid": said.cid,
        "text": outcome.text,
        "attachments": [],
        "findings": outcome.findings,
        "data": {},
    }


def _settle(said: Said, outcome: Outcome) -> None:
    if outcome.left or said.queue == UNKNOWN:
        _answer(said, error=NeedsMore())
    elif not outcome.may_read:
        _answer(said, error=Refused("not_found"))
    elif outcome.duplicate:
        if outcome.fingerprint and outcome.fingerprint != said.screened.fingerprint:
            _answer(said, error=Refused("conflict", CONFLICT))
        else:
            _answer(said, result=_ok(said, outcome))
    elif outcome.seq is not None:
        _answer(said, result=_ok(said, outcome))
    elif outcome.state == "ended":
        _answer(said, error=Refused("gone"))
    elif not outcome.seated:
        _answer(said, error=Refused("forbidden", NOT_SEATED))
    else:
        _answer(said, error=NeedsMore())


def _ok(said: Said, outcome: Outcome) -> dict[str, Any]:
    return {
        "chat": str(said.chat),
        "cid": said.cid,
        "seq": outcome.seq,
        "at": wire.instant(outcome.at),
        "text": outcome.text,
        "findings": outcome.findings,
        "duplicate": outcome.duplicate,
    }


def _refuse(batch: Sequence[Said]) -> None:
    for said in batch:
        _answer(said, error=Refused("unavailable"))


def _answer(said: Said, *, result: dict[str, Any] | None = None, error: Exception | None = None) -> None:
    if said.done.done():
        return
    if error is not None:
        said.done.set_exception(error)
        said.done.exception()  # who has given up waiting is no unhandled fault
    else:
        said.done.set_result(result or {})


_writer: Writer | None = None


def waiting() -> int:
    """How many messages of this process are not yet on their way to the database."""
    return len(_writer._queue) if _writer is not None else 0


async def running_writer() -> Writer:
    """The writer of this process's event loop, started by the first who asks."""
    global _writer
    hub = await running_hub()
    if _writer is None or _writer.hub is not hub:
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

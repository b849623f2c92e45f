"""A message on its way to the database in the fast lane, and what its sender is told of what became of it."""

import asyncio
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from chats.operations.post import CONFLICT, NOT_SEATED
from chats.screening import Policy, Screened
from chats.senders import Sender
from lib import wire
from lib.errors import Refused

UNKNOWN = 0  # no queue has this number: nothing is written, but the queue is learnt


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

    left: bool = False  # to the ordinary verb: completes a number, is sent behind a held message, or has the cid of one
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


def without_twins(batch: Sequence[Said]) -> tuple[list[Said], list[Said]]:
    """Each message once; the repetitions of those apart."""
    first: dict[tuple[UUID, str, str, str], Said] = {}
    twins = []
    for said in batch:
        if first.setdefault(said.key, said) is not said:
            twins.append(said)
    return list(first.values()), twins


def keys(batch: Iterable[Said]) -> str:
    """The chats of a batch, as PostgreSQL writes an array of them."""
    return "{" + ",".join({str(said.chat) for said in batch}) + "}"


def as_json(whole: Sequence[Said], left: Collection[int]) -> str:
    """The parameter of `statements.WRITE` for a batch without those that are left to the ordinary verb.

    One JSON text costs a twentieth of what the driver takes for an array per column.
    """
    fields = (
        {
            "n": n,
            "chat": said.chat,
            "kind": said.by.kind,
            "who": said.by.id,
            "name": said.by.name,
            "cid": said.cid,
            "fingerprint": said.screened.fingerprint and "\\x" + said.screened.fingerprint.hex(),
            "text": said.screened.text,
            "findings": said.screened.findings,
            "agent": said.by.agent_id,
            "queue": said.queue,
        }
        for n, said in enumerate(whole)
        if n not in left
    )
    return msgspec.json.encode(list(fields)).decode()


def line(said: Said, outcome: Outcome) -> dict[str, Any]:
    """The message as everybody in the chat reads it."""
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


def settle(said: Said, outcome: Outcome) -> None:
    """The sender has his answer: what was stored, a refusal, or NeedsMore."""
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


def refuse(batch: Sequence[Said]) -> None:
    """The senders are told `unavailable`, unless they have an answer already."""
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

"""News from chats."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from chats.senders import Sender
from lib import groups, wire
from lib.events import Event


def lines_frame(chat_id: UUID, stream: str, entries: Sequence[dict[str, Any]]) -> bytes:
    """Lines as everybody in the stream gets them, encoded once."""
    frame = {"type": "entries", "chat": chat_id, "stream": stream, "entries": entries, "more": False}
    return wire.encode(frame)


class LinesWritten(Event):
    """Lines of one stream of a chat."""

    chat_id: UUID
    stream: str
    entries: tuple[dict[str, Any], ...]

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """Everybody who may read the stream gets the lines."""
        group = groups.public if self.stream == "public" else groups.staff
        return [(group(self.chat_id), lines_frame(self.chat_id, self.stream, self.entries))]


class ChatChanged(Event):
    """Something the customer or these agents see of a chat, besides its lines, has changed."""

    chat_id: UUID
    agents: tuple[int, ...] = ()

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """The customer's page and the agents' desks draw themselves anew, the live boards too."""
        yield groups.customer(self.chat_id), wire.CHAT_CHANGED
        yield groups.board(), wire.BOARD_CHANGED
        for agent in self.agents:
            yield groups.desk(agent), wire.DESK_CHANGED


class QueueMoved(Event):
    """Places in a queue have changed."""

    queue_id: int

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """Every process looks at the places of its customers waiting there again."""
        return [(groups.queue(self.queue_id), wire.QUEUE_MOVED)]


class OffersMade(Event):
    """Chats are offered to agents until a deadline; of several the last one."""

    offer_ids: tuple[UUID, ...]
    expires_at: datetime


class SeatEnded(Event):
    """An agent's part in a chat is over; the seat is his until released."""

    seat_id: UUID


class Noticed(Event):
    """Somebody is typing, or has read up to a line. Not part of the transcript."""

    chat_id: UUID
    what: str
    sender: dict[str, str]
    value: int | bool

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """Everybody in the chat, the sender too: he drops his own."""
        field = "seq" if self.what == "seen" else "on"
        frame = {"type": self.what, "chat": self.chat_id, field: self.value, "sender": self.sender}
        return [(groups.public(self.chat_id), wire.encode(frame))]


class FileReady(Event):
    """A file is complete and waits to be looked at."""

    attachment_id: UUID


class MessageDropped(Event):
    """A message that was held for its files was discarded; only its sender hears of it."""

    chat_id: UUID
    by: Sender
    cid: str
    findings: tuple[dict[str, str], ...]
    files: tuple[dict[str, Any], ...]

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """The sender's pages take the message off the screen and say why."""
        mine = groups.customer(self.chat_id) if self.by.kind == "customer" else groups.desk(self.by.agent_id or 0)
        why = {"findings": self.findings, "attachments": self.files}
        return [(mine, wire.encode({"type": "dropped", "chat": self.chat_id, "cid": self.cid, **why}))]

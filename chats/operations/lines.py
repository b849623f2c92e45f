"""Writing lines and ledger rows: what every verb does once it holds the chat."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F

from chats.events import LinesWritten
from chats.models import Chat, ChatEvent, Entry, Finding
from chats.screening import Screened
from chats.senders import SYSTEM, Sender
from lib.events import publish


def append(
    chat: Chat,
    kind: str,
    *,
    by: Sender,
    at: datetime,
    stream: str = Entry.PUBLIC,
    text: str = "",
    screened: Screened | None = None,
    cid: str = "",
    data: dict[str, Any] | None = None,
) -> Entry:
    """The line stands at the end of the stream and is told to its readers. The chat's row must be locked."""
    head = "public_head" if stream == Entry.PUBLIC else "staff_head"
    Chat.objects.filter(pk=chat.pk).update(**{head: F(head) + 1})
    chat.refresh_from_db(fields=[head])
    entry = Entry.objects.create(
        chat=chat,
        stream=stream,
        seq=getattr(chat, head),
        kind=kind,
        at=at,
        sender_kind=by.kind,
        sender_id=by.id,
        sender_name=by.name,
        cid=cid,
        fingerprint=screened.fingerprint if screened else None,
        text=screened.text if screened else text,
        findings=screened.findings if screened else [],
        data=data or {},
    )
    note_findings([found["detector"] for found in entry.findings], chat=chat, by=by, at=at, place="message")
    publish(LinesWritten(chat_id=chat.pk, stream=stream, entries=(entry.frame(),)))
    return entry


def note_findings(
    detectors: list[str], *, chat: Chat | None, by: Sender, at: datetime, place: str, action: str = "masked"
) -> None:
    """One row per detector that struck, without what it found."""
    Finding.objects.bulk_create(
        Finding(chat=chat, at=at, sender_kind=by.kind, sender_id=by.id, place=place, detector=detector, action=action)
        for detector in detectors
    )


def record(chat: Chat, verb: str, *, by: Sender, at: datetime, **data: Any) -> ChatEvent:
    """The ledger has a row of this verb."""
    return ChatEvent.objects.create(
        chat=chat, at=at, verb=verb, state=chat.state, by_kind=by.kind, by_id=by.id, data=data
    )


def record_all(
    chats: Mapping[UUID, dict[str, Any]], verb: str, *, state: str, by: Sender, at: datetime
) -> list[ChatEvent]:
    """The ledger has a row of this verb for each of the chats, with the chat's own data; all are in `state` now."""
    return ChatEvent.objects.bulk_create(
        ChatEvent(chat_id=chat, at=at, verb=verb, state=state, by_kind=by.kind, by_id=by.id, data=data)
        for chat, data in chats.items()
    )


def person_left(chat: Chat, who: Sender, *, at: datetime, **data: Any) -> None:
    """A line says that somebody left."""
    append(chat, "left", by=SYSTEM, at=at, data={"who": who.kind, "id": who.id, "name": who.name, **data})

"""Writing lines and ledger rows: what every verb does once it holds the chat."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import F

from chats import policies
from chats.events import ChatChanged, LinesWritten
from chats.models import Chat, ChatEvent, Entry, Finding, Seat
from chats.screening import Screened, clean, dropped, findings
from chats.senders import SYSTEM, Sender
from chats.states import Kind
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.fields import Passed

SPOKEN = ("message", "whisper")  # kinds of lines that people write
ANSWER_LIFE = timedelta(days=7)  # how long who left a message may come back with his token to read the answer


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
    files: list[dict[str, Any]] | None = None,
) -> Entry:
    """The line stands at the end of the stream and is told to its readers. The chat's row must be locked.

    A text that no sender's verb has screened is masked here, by the policy of the chat's queue. A line of the staff
    stream says which public line it follows.
    """
    head = "public_head" if stream == Entry.PUBLIC else "staff_head"
    Chat.objects.filter(pk=chat.pk).update(**{head: F(head) + 1})
    if chat.kind == Kind.MESSAGE and (kind == "ended" or (kind == "message" and by.kind == "agent")):
        _keep_answer(chat, at)
    chat.refresh_from_db(fields=["public_head", "staff_head", "token_until"])
    follows = {} if stream == Entry.PUBLIC else {"follows": chat.public_head}
    text = screened.text if screened else str(clean(text, policies.of_queue(chat.queue_id).screening)[0])
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
        text=Passed(text),
        findings=screened.findings if screened else [],
        attachments=files or [],
        data={**follows, **(data or {})},
    )
    entry.text = text
    if kind in SPOKEN:
        # What was masked while the message waited has been noted then.
        new = [found["detector"] for found in entry.findings if found["action"] != "amended"]
        note_findings(new, chat=chat, by=by, at=at, place=kind)
    publish(LinesWritten(chat_id=chat.pk, stream=stream, entries=(entry.frame(),)))
    return entry


def _keep_answer(chat: Chat, at: datetime) -> None:
    """Who left the message has the whole time from now on to read what was answered."""
    Chat.objects.filter(pk=chat.pk, token_until__lt=at + ANSWER_LIFE).update(token_until=at + ANSWER_LIFE)
    seated = Seat.objects.live().filter(chat=chat).values_list("agent", flat=True)
    publish(ChatChanged(chat_id=chat.pk, agents=tuple(seated)))


def amend(chat: Chat, line: Entry, *, at: datetime) -> Entry:
    """The stream's readers are told how a line of it, already rewritten, stands now. The chat must be locked."""
    now, of = Screened(str(line.text), line.findings, None), {"of": line.seq}
    return append(chat, "amended", by=SYSTEM, at=at, stream=line.stream, screened=now, files=line.attachments, data=of)


def note_findings(
    detectors: list[str],
    *,
    chat: Chat | None,
    by: Sender,
    at: datetime,
    place: str,
    action: str = "masked",
    queue_id: int | None = None,
) -> None:
    """One row per detector that struck, without what it found; the queue is the chat's where none is named."""
    Finding.objects.bulk_create(
        Finding(
            chat=chat,
            queue_id=queue_id if queue_id is not None or chat is None else chat.queue_id,
            at=at,
            sender_kind=by.kind,
            sender_id=by.id,
            place=place,
            detector=detector,
            action=action,
        )
        for detector in detectors
    )


def look_at(text: str, *, chat: Chat, queue_id: int, by: Sender, place: str) -> tuple[str, Refused | None]:
    """The text masked, and under the policy Drop the refusal to be raised once the findings are committed."""
    policy = policies.of_queue(queue_id).screening
    masked, struck = clean(text, policy)
    action = "dropped" if policy.drop else "masked"
    note_findings(sorted(struck), chat=chat, by=by, at=database_now(), place=place, action=action, queue_id=queue_id)
    return masked, dropped(findings(struck, policy)) if struck and policy.drop else None


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

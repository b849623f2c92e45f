"""Messages that wait: until their files were looked at, or until what their sender sent before them is said."""

from collections.abc import Iterable, Sequence
from typing import Any

from chats import policies
from chats.events import MessageDropped
from chats.models import Attachment, Chat, Entry, HeldMessage
from chats.operations import lines, pieces
from chats.screening import Screened
from chats.senders import Sender
from lib.clock import database_now
from lib.events import publish
from lib.fields import Passed

Status = Attachment.Status


def hold(chat: Chat, sent: Sequence[Attachment], *, by: Sender, cid: str, screened: Screened) -> HeldMessage:
    """The message waits for the verdicts on its files, and for its sender's messages that wait already."""
    kept = {"fingerprint": screened.fingerprint, "text": Passed(screened.text), "findings": screened.findings}
    held = _held(chat, by, cid, **kept)
    Attachment.objects.filter(pk__in=[file.pk for file in sent]).update(held=held)
    return held


def must_wait(chat: Chat, *, by: Sender) -> bool:
    """Whether the sender's next message stands behind one that waits."""
    return HeldMessage.objects.waiting().of_sender(by.kind, by.id).filter(chat=chat).exists()


def remember_dropped(chat: Chat, *, by: Sender, cid: str, found: Sequence[dict[str, str]]) -> None:
    """The cid of a discarded message is taken; without a print any repetition counts as the same."""
    _held(chat, by, cid, findings=list(found), outcome=HeldMessage.Outcome.DROPPED)


def _held(chat: Chat, by: Sender, cid: str, **more: Any) -> HeldMessage:
    sender = {"sender_kind": by.kind, "sender_id": by.id, "sender_name": by.name}
    return HeldMessage.objects.create(chat=chat, at=database_now(), cid=cid, **sender, **more)


def discard(sent: Iterable[Attachment], *, reason: str) -> None:
    """No byte of the files is left."""
    for file in sent:
        throw_away(file, Status.DROPPED, file.reason or reason)


def throw_away(row: Attachment, status: str, reason: str) -> None:
    """No byte of the file is left, and it says why."""
    row.path.unlink(missing_ok=True)
    row.status, row.reason = status, reason
    row.save(update_fields=["status", "reason"])


def discard_message(chat: Chat, held: HeldMessage, *, findings: Iterable[str]) -> None:
    """Nothing is left of the message and its files but its cid; its sender hears what was found, and in which file."""
    sent = list(Attachment.objects.select_for_update().filter(held=held))
    discard(sent, reason="message")
    held.outcome, held.text = HeldMessage.Outcome.DROPPED, ""
    held.findings = [{"detector": name, "action": "dropped"} for name in sorted(set(findings))]
    held.save(update_fields=["outcome", "text", "findings"])
    cards = tuple(file.card() for file in sent)
    publish(
        MessageDropped(chat_id=chat.pk, by=sender_of(held), cid=held.cid, findings=tuple(held.findings), files=cards)
    )


def sender_of(held: HeldMessage) -> Sender:
    """Who sent the message."""
    return Sender(held.sender_kind, held.sender_id, held.sender_name)  # type: ignore[arg-type]


def say_next(chat: Chat, *, by: Sender) -> Entry | None:
    """The sender's first message that waits stands in the transcript; None when it must wait on, or none does.

    Whatever the policy is by now, it waits for all its files. The chat must be locked.
    """
    for held in HeldMessage.objects.waiting().of_sender(by.kind, by.id).filter(chat=chat):
        if held.files.filter(status=Status.SCANNING).exists():
            return None
        line = _say(chat, held)
        if line is not None:
            return line
    return None


def let_go(chat: Chat) -> None:
    """Nothing waits any more, for the chat ends now: what has files that nobody has looked at is discarded."""
    for held in HeldMessage.objects.waiting().filter(chat=chat):
        if held.files.filter(status=Status.SCANNING).exists():
            discard_message(chat, held, findings=())
        else:
            _say(chat, held)


def _say(chat: Chat, held: HeldMessage) -> Entry | None:
    """The message stands in the transcript; None when with what was said before it completes a number."""
    by, now, policy = sender_of(held), database_now(), policies.of_queue(chat.queue_id).screening
    screened = Screened(held.text, held.findings, bytes(held.fingerprint) if held.fingerprint else None)
    joined = pieces.look_back(chat, by=by, screened=screened, policy=policy, at=now, behind=held)
    pieces.mask_earlier(chat, joined, by=by, at=now)
    if joined.screened.dropped:
        found = [finding["detector"] for finding in joined.screened.findings]
        lines.note_findings(found, chat=chat, by=by, at=now, place="message", action="dropped")
        discard_message(chat, held, findings=found)
        return None
    sent = list(Attachment.objects.select_for_update().filter(held=held))
    cards = [file.card() for file in sent]
    line = lines.append(chat, "message", by=by, at=now, screened=joined.screened, cid=held.cid, files=cards)
    attach(sent, line)
    held.outcome, held.text = HeldMessage.Outcome.SENT, ""
    held.save(update_fields=["outcome", "text"])
    return line


def attach(sent: Sequence[Attachment], entry: Entry) -> None:
    """The files belong to the line."""
    Attachment.objects.filter(pk__in=[file.pk for file in sent]).update(entry=entry, held=None)

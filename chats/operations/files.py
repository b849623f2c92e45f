"""The life of a file: announced, received in parts, looked at, sent along with a message or discarded."""

import os
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from chats import policies
from chats.attachments import PART_SIZE, AttachmentQuerySet
from chats.events import FileReady
from chats.lookback import MOST
from chats.models import Attachment, Chat, Entry, Seat
from chats.operations import holding, lines
from chats.operations.bot_turn import let_bot_answer
from chats.operations.holding import throw_away
from chats.policies import Rule
from chats.screening import clean, dropped, findings
from chats.senders import Sender
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.fields import Passed
from lib.pci.digits import holds_digit
from lib.pci.images import can_read_images
from lib.pci.kinds import IMAGES, ending
from lib.pci.window import join_names
from lib.transitions import one

MOST_FILES = 10
MOST_BYTES = 25 * 1024 * 1024
LONGEST_NAME = 200
PATIENCE = timedelta(seconds=60)  # after which a file is looked at once more
TRIES = 3
LONGEST_WAIT = timedelta(hours=1)  # after which a file that no worker has begun is discarded
MOST_AT_ONCE = 10  # files of one sender that wait to be looked at
HOUR, MOST_AN_HOUR, MOST_BYTES_AN_HOUR = timedelta(hours=1), 60, 10 * MOST_BYTES  # of one sender in one chat
TOO_LARGE, TOO_MANY = _("Files may have 25 MB together."), _("At most 10 files with 25 MB together.")
TOO_FAST = _("Too many files at once. Wait until the ones before were checked.")
TOO_OFTEN = _("Too many files within an hour. Try again later.")
UPLOAD_LIFE = timedelta(hours=1)  # after which what was never sent is thrown away

Status = Attachment.Status


def announce(chat: Chat, *, by: Sender, name: str, size: int) -> Attachment:
    """A file may come in parts.

    Refused: `forbidden`, `gone`, `invalid` (kind), `too_large`, `rate_limited` in words, `pci_dropped` (name).
    """
    rule = policies.of_queue(chat.queue_id)
    if chat.ended_at is not None:
        raise Refused("gone")
    if by.kind == "agent" and not Seat.objects.live().of_sender(by).filter(chat=chat).exists():
        raise Refused("forbidden")
    if not rule.attachments:
        raise Refused("forbidden", _("Files can't be sent here."))
    if not 0 < size <= MOST_BYTES:
        raise Refused("too_large", TOO_LARGE, fields={"size": MOST_BYTES})
    claimed = _allowed(name, rule)
    with transaction.atomic():
        row = Chat.objects.locked(chat.pk)
        now = database_now()
        masked, struck = _among_names(row, name[-LONGEST_NAME:], rule, by=by)
        action = "dropped" if rule.screening.drop else "masked"
        lines.note_findings(sorted(struck), chat=row, by=by, at=now, place="file_name", action=action)
        if not (struck and rule.screening.drop):
            waiting = Attachment.objects.filter(chat=row).of_sender(by.kind, by.id).unsent()
            if len(waiting) >= MOST_FILES or sum(file.size for file in waiting) + size > MOST_BYTES:
                raise Refused("too_large", TOO_MANY)
            _within_quota(Attachment.objects.filter(chat=row).of_sender(by.kind, by.id), size, now)
            return Attachment.objects.create(
                chat=row,
                sender_kind=by.kind,
                sender_id=by.id,
                name=masked,
                size=size,
                claimed=claimed,
                created_at=now,
            )
    raise dropped(findings(struck, rule.screening))


def _within_quota(mine: AttachmentQuerySet, size: int, now: datetime) -> None:
    """Nobody fills the queue that everybody's files wait in. Raises Refused("rate_limited") in words."""
    if not settings.RATE_LIMITS:
        return
    if mine.filter(status=Status.SCANNING).count() >= MOST_AT_ONCE:
        raise Refused("rate_limited", TOO_FAST)
    lately = mine.filter(created_at__gt=now - HOUR).aggregate(files=Count("pk"), size=Coalesce(Sum("size"), 0))
    if lately["files"] >= MOST_AN_HOUR or lately["size"] + size > MOST_BYTES_AN_HOUR:
        raise Refused("rate_limited", TOO_OFTEN)


def _among_names(chat: Chat, name: str, rule: Rule, *, by: Sender) -> tuple[str, set[str]]:
    """The name masked, and which detectors struck; names that it completes a number with are masked where they stand.

    The chat must be locked.
    """
    masked, struck = clean(name, rule.screening)
    if not holds_digit(masked):
        return masked, struck
    rows = list(Attachment.objects.filter(chat=chat).of_sender(by.kind, by.id).order_by("-created_at", "-pk")[:MOST])
    *before, last = join_names([*(row.name for row in reversed(rows)), masked], rule.screening.detectors)
    for row, earlier in zip(reversed(rows), before, strict=True):
        if earlier.text != row.name:
            row.name = Passed(earlier.text)
            row.save(update_fields=["name"])
            if row.entry_id:
                _amend(chat, Entry.objects.get(pk=row.entry_id), row)
    return Passed(last.text), struck | {finding.detector for finding in last.findings}


def _allowed(name: str, rule: Rule) -> str:
    """The kind that the name claims. Raises Refused("invalid") in words when it may not be sent."""
    kind = ending(name)
    if kind not in rule.kinds:
        kinds = ", ".join(sorted(rule.sendable))
        raise Refused("invalid", _("This kind of file can't be sent. Allowed: %(kinds)s.") % {"kinds": kinds})
    if kind in IMAGES and not rule.unread_images and not can_read_images():
        raise Refused("invalid", _("Images can't be checked here, so they can't be sent. Type what they show."))
    return kind


@transaction.atomic
def receive(chat: Chat, attachment_id: UUID, number: int, data: bytes, *, by: Sender) -> Attachment:
    """The part is on disk; with the last one the file waits to be looked at. The same part again changes nothing.

    Refused: `not_found`, `state` (no longer uploading), `invalid` (no such part, or not its length).
    """
    row = _own(chat, attachment_id, by)
    if row.status != Status.UPLOADING and number in row.received:
        return row
    if row.status != Status.UPLOADING:
        raise Refused("state")
    start = (number - 1) * PART_SIZE
    if not 1 <= number <= row.parts or len(data) != min(PART_SIZE, row.size - start):
        raise Refused("invalid", _("This is not the part that was expected."), fields={"part": number})
    row.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with os.fdopen(os.open(row.path, os.O_WRONLY | os.O_CREAT, 0o600), "wb") as file:
        file.seek(start)
        file.write(data)
    row.received = sorted({*row.received, number})
    if len(row.received) == row.parts:
        row.status, row.look_at = Status.SCANNING, database_now() + PATIENCE
        publish(FileReady(attachment_id=row.pk))
    row.save(update_fields=["received", "status", "look_at"])
    return row


@transaction.atomic
def cancel(chat: Chat, attachment_id: UUID, *, by: Sender) -> None:
    """The file is gone. Refused: `not_found`, `state` once it was sent."""
    row = _own(chat, attachment_id, by)
    if row.entry_id or row.held_id:
        raise Refused("state", _("The file was sent already."))
    if row.status != Status.DROPPED:
        throw_away(row, Status.CANCELLED, "")


def _own(chat: Chat, attachment_id: UUID, by: Sender) -> Attachment:
    mine = Attachment.objects.select_for_update().filter(chat=chat).of_sender(by.kind, by.id)
    return one(mine.exclude(status=Status.CANCELLED), pk=attachment_id)


def taken(chat: Chat, ids: Sequence[UUID], *, by: Sender) -> list[Attachment]:
    """The sender's files, locked, in the order named. Refused: `not_found`, `state` (still uploading), `too_large`."""
    if not ids:
        return []
    if len(set(ids)) > MOST_FILES:
        raise Refused("too_large", TOO_MANY)
    mine = Attachment.objects.select_for_update().filter(chat=chat, entry=None, held=None, pk__in=set(ids))
    rows = {row.pk: row for row in mine.of_sender(by.kind, by.id).exclude(status=Status.CANCELLED)}
    if len(rows) != len(set(ids)):
        raise Refused("not_found")
    if any(row.status == Status.UPLOADING for row in rows.values()):
        raise Refused("state", _("A file is still being uploaded."))
    if sum(row.size for row in rows.values()) > MOST_BYTES:
        raise Refused("too_large", TOO_LARGE)
    return [rows[pk] for pk in dict.fromkeys(ids)]


# --- the verdict


def judge(attachment_id: UUID, *, kind: str, reason: str, detectors: Sequence[str]) -> bool:
    """The verdict stands and travels: clean without a reason, else discarded. False when it came too late."""
    chat_id = Attachment.objects.filter(pk=attachment_id).values_list("chat_id", flat=True).first()
    if chat_id is None:
        return False
    with transaction.atomic():
        chat = Chat.objects.locked(chat_id)
        row = Attachment.objects.select_for_update().filter(pk=attachment_id, status=Status.SCANNING).first()
        if row is None:
            return False
        now = database_now()
        by = Sender(row.sender_kind, row.sender_id)  # type: ignore[arg-type]
        lines.note_findings(sorted(set(detectors)), chat=chat, by=by, at=now, place="file", action="dropped")
        if reason:
            throw_away(row, Status.DROPPED, reason)
        else:
            row.kind, row.status = kind, Status.CLEAN
            row.save(update_fields=["kind", "status"])
        if row.entry_id:
            _amend(chat, Entry.objects.get(pk=row.entry_id), row)
        elif row.held is not None:
            if row.status == Status.DROPPED:
                holding.discard_message(chat, row.held, findings=detectors)
            _go_on(chat, holding.sender_of(row.held))
    return True


def _go_on(chat: Chat, by: Sender) -> None:
    """What waits is said in its order, up to the first message whose files are still looked at."""
    while (line := holding.say_next(chat, by=by)) is not None:
        let_bot_answer(chat, str(line.text), by=by)
        chat = Chat.objects.locked(chat.pk)


def _amend(chat: Chat, line: Entry, row: Attachment) -> None:
    line.attachments = [row.card() if card["id"] == str(row.pk) else card for card in line.attachments]
    line.save(update_fields=["attachments"])
    lines.amend(chat, line, at=database_now())


@transaction.atomic
def sweep_away(row: Attachment) -> bool:
    """A file that was never sent is gone. False when it was meanwhile."""
    now = Attachment.objects.select_for_update().unsent().filter(pk=row.pk).first()
    if now is None:
        return False
    throw_away(now, Status.CANCELLED, "")
    return True


def begin(attachment_id: UUID) -> Attachment | None:
    """A worker looks at the file now, which counts as a try. None when it is gone or its verdict stands."""
    waiting = Attachment.objects.filter(pk=attachment_id, status=Status.SCANNING)
    if not waiting.update(tries=F("tries") + 1, look_at=database_now() + PATIENCE):
        return None
    return waiting.select_related("chat").first()


def look_again(row: Attachment) -> bool:
    """A file whose verdict is overdue is looked at once more.

    It is discarded unread after three tries that workers began, or when none began one for an hour.
    """
    now = database_now()
    if row.tries >= TRIES or (not row.tries and row.created_at < now - LONGEST_WAIT):
        return judge(row.pk, kind="", reason="unchecked", detectors=())
    due = Attachment.objects.filter(pk=row.pk, status=Status.SCANNING, look_at=row.look_at)
    with transaction.atomic():
        if not due.update(look_at=now + PATIENCE):
            return False
        publish(FileReady(attachment_id=row.pk))
    return True

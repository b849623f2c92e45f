"""Saying something: screened, numbered and written in one transaction."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chats import policies
from chats.models import Attachment, Chat, Entry, HeldMessage, Seat
from chats.operations import files, holding, lines, pieces
from chats.operations.bot_turn import let_bot_answer
from chats.screening import Screened, check_cid, dropped, screen
from chats.senders import Sender
from lib.clock import database_now
from lib.errors import Refused

CONFLICT = _("This message id was used for another text.")
NOT_SEATED = _("You are not in this chat.")


class Posted(NamedTuple):
    """The line as stored, or the message held until its files are looked at; and whether it was there before."""

    entry: Entry | None
    duplicate: bool
    held: HeldMessage | None = None


def post(chat: Chat, *, by: Sender, cid: str, text: str, attachments: Sequence[UUID] = ()) -> Posted:
    """The text stands in the public stream once, card data masked before anything was written.

    The same cid and body again gives the same answer. Under the policy Drop a message with files that are still
    looked at is held, and so is what its sender sends behind it. Refused: `invalid` (empty), `too_large`, `conflict`
    (the cid was used for something else), `gone` (the chat is over), `forbidden` (no seat in the chat), `not_found`,
    `state` (a file is missing or not there yet), `pci_dropped` with the findings: nothing of the message was kept but
    its cid, which answers the same again. A number in pieces is why: the earlier pieces are masked by now, and would
    complete nothing any more.
    """
    check_cid(cid)
    screened = screen(text, policies.of_queue(chat.queue_id).screening, files=attachments)
    before = _said_before(chat, by, cid, screened)
    if before is not None:
        return before
    with transaction.atomic():
        row = held_open(chat, by)
        policy = policies.of_queue(row.queue_id).screening
        screened = screen(text, policy, files=attachments)
        before = _said_before(row, by, cid, screened)
        if before is not None:
            return before
        now = database_now()
        sent = files.taken(row, attachments, by=by)
        joined = pieces.look_back(row, by=by, screened=screened, policy=policy, at=now)
        pieces.mask_earlier(row, joined, by=by, at=now)
        screened = _with_files(joined.screened, sent, drop=policy.drop)
        if not screened.dropped:
            return _write(row, by=by, cid=cid, screened=screened, sent=sent, drop=policy.drop)
        found = [finding["detector"] for finding in screened.findings]
        lines.note_findings(found, chat=row, by=by, at=now, place="message", action="dropped")
        holding.discard(sent, reason="message")
        holding.remember_dropped(row, by=by, cid=cid, found=screened.findings)
    raise dropped(screened.findings, [file.card() for file in sent])


def _with_files(screened: Screened, sent: Sequence[Attachment], *, drop: bool) -> Screened:
    """Under the policy Drop a file that was discarded already takes its message with it."""
    if drop and any(file.status == Attachment.Status.DROPPED for file in sent):
        return screened._replace(dropped=True)
    return screened


def _write(row: Chat, *, by: Sender, cid: str, screened: Screened, sent: Sequence[Attachment], drop: bool) -> Posted:
    unread = drop and any(file.status == Attachment.Status.SCANNING for file in sent)
    if unread or holding.must_wait(row, by=by):
        return Posted(None, duplicate=False, held=holding.hold(row, sent, by=by, cid=cid, screened=screened))
    cards = [file.card() for file in sent]
    entry = lines.append(row, "message", by=by, at=database_now(), screened=screened, cid=cid, files=cards)
    holding.attach(sent, entry)
    let_bot_answer(row, screened.text, by=by)
    return Posted(entry, duplicate=False)


def _said_before(chat: Chat, by: Sender, cid: str, screened: Screened) -> Posted | None:
    """What stands under this cid already; a line without a print was masked afterwards and answers any repetition."""
    mine = {"chat": chat, "sender_kind": by.kind, "sender_id": by.id, "cid": cid}
    entry = Entry.objects.filter(**mine).first()
    held = None if entry else HeldMessage.objects.filter(**mine).first()
    row = entry or held
    if row is None:
        return None
    if row.fingerprint is not None and bytes(row.fingerprint) != screened.fingerprint:
        raise Refused("conflict", CONFLICT)
    if held is not None and held.outcome == HeldMessage.Outcome.DROPPED:
        raise dropped(held.findings, [file.card() for file in held.files.all()])
    return Posted(entry, duplicate=True, held=held)


def held_open(chat: Chat, by: Sender) -> Chat:
    """The chat, locked and not over, in which the sender may write. Refused: `gone`, `forbidden`."""
    try:
        row = Chat.objects.advance(chat.pk, "post")
    except Refused as refused:
        raise Refused("gone") if refused.code == "state" else refused from refused
    if by.kind == "agent" and not Seat.objects.live().of_sender(by).filter(chat=row).exists():
        raise Refused("forbidden", NOT_SEATED)
    return row

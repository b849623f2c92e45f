"""Saying something: screened, numbered and written in one transaction."""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chats import bot
from chats.models import Chat, Entry, Seat
from chats.operations import lines
from chats.operations.enqueue import hand_over
from chats.screening import Screened, check_cid, screen
from chats.senders import BOT, Sender
from chats.states import State
from lib.clock import database_now
from lib.errors import Refused

CONFLICT = _("This message id was used for another text.")
NOT_SEATED = _("You are not in this chat.")


class Posted(NamedTuple):
    """The line as stored, and whether it had been there before."""

    entry: Entry
    duplicate: bool


def post(chat: Chat, *, by: Sender, cid: str, text: str) -> Posted:
    """The text stands in the public stream once, card data masked before anything was written.

    The same cid and body again gives the same answer. Refused: `invalid` (empty), `too_large`, `conflict` (the
    cid was used for something else), `gone` (the chat is over), `forbidden` (no seat in the chat).
    """
    check_cid(cid)
    screened = screen(text)
    before = _said_before(chat, by, cid, screened)
    if before is not None:
        return before
    with transaction.atomic():
        row = _held_open(chat, by)
        before = _said_before(row, by, cid, screened)
        if before is not None:
            return before
        entry = lines.append(row, "message", by=by, at=database_now(), screened=screened, cid=cid)
        if row.state == State.BOT and by.kind == "customer":
            _let_bot_answer(row, screened.text, by=by)
    return Posted(entry, duplicate=False)


def _said_before(chat: Chat, by: Sender, cid: str, screened: Screened) -> Posted | None:
    entry = Entry.objects.filter(chat=chat, sender_kind=by.kind, sender_id=by.id, cid=cid).first()
    if entry is None:
        return None
    if bytes(entry.fingerprint or b"") != screened.fingerprint:
        raise Refused("conflict", CONFLICT)
    return Posted(entry, duplicate=True)


def _held_open(chat: Chat, by: Sender) -> Chat:
    try:
        row = Chat.objects.advance(chat.pk, "post")
    except Refused as refused:
        raise Refused("gone") if refused.code == "state" else refused from refused
    if by.kind == "agent" and not Seat.objects.live().filter(chat=row, agent_id=by.agent_id).exists():
        raise Refused("forbidden", NOT_SEATED)
    return row


def _let_bot_answer(chat: Chat, text: str, *, by: Sender) -> None:
    reply = bot.answer(text, entry_point_id=chat.entry_point_id, language=chat.language)
    if reply.text:
        lines.append(
            chat,
            "message",
            by=BOT,
            at=database_now(),
            text=reply.text,
            data={"quick_replies": list(reply.quick_replies)},
        )
    if reply.hands_over:
        hand_over(chat, by=by)

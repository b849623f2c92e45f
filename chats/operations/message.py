"""A message for later: left when the queue is closed or full, given out like a chat when it has opened."""

import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from chats import policies
from chats.models import Chat
from chats.operations import lines
from chats.operations.enqueue import own_agent, queued
from chats.operations.lines import ANSWER_LIFE
from chats.operations.open import Opened, checked, customer_of, hashed, identity_of, language_of, screened
from chats.operations.overflow import queue_with_room
from chats.operations.post import post
from chats.screening import clean, dropped, findings
from chats.senders import SYSTEM, Sender
from chats.states import Kind, State
from lib.clock import database_now
from lib.errors import Refused
from lib.wire import MAX_TEXT
from routing.models import EntryPoint, Queue
from routing.selection import LAST_PRIORITY
from routing.words import in_language

MISSING = _("Please fill this in.")


def take_message(entry_point: EntryPoint, form: Mapping[str, Any], *, language: str = "") -> Opened:
    """A message of a customer, for later; with an e-mail address, for he won't be here when it is read.

    Refused: `closed` (no messages are taken here), `state` (somebody is there: start a chat), `invalid` with the
    fields, `unauthenticated` (bad identity), `too_large`, `pci_dropped`.
    """
    queue, now, language = entry_point.queue, database_now(), language_of(entry_point, language)
    if not (entry_point.takes_messages and queue.is_active):
        raise Refused("closed", in_language(entry_point, "closed_message", language) or None)
    is_open = opened(queue, now)
    if is_open and queue_with_room(queue, now) is not None:
        raise Refused("state", _("We are here now. Start a chat."))
    claims = identity_of(form.get("identity") or "", entry_point)
    said: dict[str, Any] = {**checked(entry_point, form), "fields": form.get("fields") or {}}
    text = _words(said, claims, form)
    policy = policies.of_queue(queue.pk).screening
    said, claims, struck = screened(said, claims, queue.pk)
    if policy.drop and (found := clean(text, policy)[1]):
        by = Sender("customer")
        lines.note_findings(
            sorted(found), chat=None, by=by, at=now, place="message", action="dropped", queue_id=queue.pk
        )
        raise dropped(findings(found, policy))
    token = secrets.token_urlsafe(32)
    with transaction.atomic():
        customer = customer_of(said, claims, entry_point.identity_realm)
        chat = Chat.objects.create(
            state=State.LATER,
            kind=Kind.MESSAGE,
            customer=customer,
            entry_point=entry_point,
            queue=queue,
            priority=LAST_PRIORITY,  # who waits at the screen comes first
            language=language,
            subject=said["subject"],
            fields=said["fields"],
            page=said["page"],
            verified=bool(claims),
            started_at=now,
            token=hashed(token),
            token_until=read_at(queue, now) + ANSWER_LIFE,
        )
        by = Sender("customer", str(customer.pk), customer.name)
        lines.record(chat, "open", by=by, at=now, entry_point=entry_point.pk)
        lines.note_findings(sorted(struck), chat=chat, by=by, at=now, place="form")
        post(chat, by=by, cid="message", text=text)
        if is_open:
            _wait(chat, now)
    return Opened(Chat.objects.get(pk=chat.pk), token)


def read_at(queue: Queue, now: datetime) -> datetime:
    """When a message left now is read at the earliest, as far as openings are known."""
    opens = None if opened(queue, now) or queue.hours is None else queue.hours.next_opening(now)
    return opens or now


def opened(queue: Queue, now: datetime) -> bool:
    """Whether contacts of the queue are given out at the moment, by its hours."""
    return queue.hours is None or queue.hours.is_open(now)


def _words(said: Mapping[str, Any], claims: Mapping[str, Any], form: Mapping[str, Any]) -> str:
    """The message. Raises Refused for one without words or an address to answer to, and for one too long."""
    text = str(form.get("text") or "").strip()
    wrong: dict[str, Any] = {} if text else {"text": str(MISSING)}
    if not said["email"] and not claims.get("email"):
        wrong["email"] = str(MISSING)
    if wrong:
        raise Refused("invalid", _("Please check what you have entered."), fields=wrong)
    if len(text) > MAX_TEXT:
        raise Refused("too_large")
    return text


@transaction.atomic
def take_up(chat_id: UUID) -> bool:
    """The queue has opened: the message waits its turn, and its wait begins now. Quiet, and False, if not so."""
    chat = Chat.objects.locked(chat_id)
    now = database_now()
    if chat.state != State.LATER or not opened(chat.queue, now):
        return False
    _wait(chat, now)
    return True


def _wait(chat: Chat, now: datetime) -> None:
    place = {"enqueued_at": now, "in_queue_since": now, "token_until": max(chat.token_until, now + ANSWER_LIFE)}
    row = Chat.objects.advance(chat.pk, "take_up", preferred=own_agent(chat), **place)
    queued(row, "take_up", by=SYSTEM, at=now, again=False, why="message", tell=False)


def due_messages(now: datetime, most: int) -> list[UUID]:
    """Up to `most` messages whose queue is open by now, the oldest first."""
    later = Chat.objects.filter(state=State.LATER)
    queues = Queue.objects.filter(pk__in=later.order_by().values("queue").distinct()).select_related("hours")
    due = later.filter(queue__in=[queue.pk for queue in queues if opened(queue, now)])
    return list(due.order_by("started_at").values_list("pk", flat=True)[:most])

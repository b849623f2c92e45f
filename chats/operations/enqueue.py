"""Into the queue: from the chatbot, and back after an offer that came to nothing or an agent who was lost."""

from datetime import datetime

from agents.models import Agent
from chats.events import ChatChanged, QueueMoved
from chats.models import Chat, Leg, Seat
from chats.operations import lines
from chats.operations.distribute import distribute_later
from chats.senders import SYSTEM, Sender
from chats.states import State
from lib.clock import database_now
from lib.events import publish
from routing.words import in_language


def hand_over(chat: Chat, *, by: Sender) -> Chat:
    """The chatbot is silent from now on and the chat waits in `chat.queue`. Call inside a transaction."""
    now = database_now()
    place = {"queue": chat.queue, "enqueued_at": now, "in_queue_since": now, "priority": chat.queue.priority}
    row = Chat.objects.advance(chat.pk, "hand_over", preferred=own_agent(chat), **place)
    why = None if row.queue_id == row.entry_point.queue_id else "overflow"
    return queued(row, "hand_over", by=by, at=now, again=False, why=why)


def requeue(chat: Chat, *, by: Sender = SYSTEM, why: str) -> Chat:
    """The chat waits again, with the age it had: it stands ahead of younger ones. `chat` is the locked row."""
    connected = chat.state == State.ACTIVE
    now = database_now()
    place = {"in_queue_since": now} if connected else {}  # who had been answered has a whole longest wait again
    row = Chat.objects.advance(chat.pk, "requeue", noted=None, **place)
    return queued(row, "requeue", by=by, at=now, again=True, why=why, tell=connected)


def own_agent(chat: Chat) -> Agent | None:
    """Who last spoke with this customer, where the queue asks him first; None when nobody did."""
    if not chat.queue.preferred_seconds:
        return None
    last = Seat.objects.filter(chat__customer=chat.customer_id).order_by("-joined_at").select_related("agent").first()
    return last.agent if last else None


def queued(chat: Chat, verb: str, *, by: Sender, at: datetime, again: bool, why: str | None, tell: bool = True) -> Chat:
    """The chat, moved already, waits: a line says so, unless the customer saw himself waiting all along."""
    if tell:
        queue = {"id": str(chat.queue_id), "name": in_language(chat.queue, "name", chat.language)}
        lines.append(chat, "queued", by=SYSTEM, at=at, data={"queue": queue, "again": again, "why": why})
    lines.record(chat, verb, by=by, at=at, queue=chat.queue_id, why=why)
    Leg.objects.begin(chat, verb, at=at)
    publish(ChatChanged(chat_id=chat.pk))
    publish(QueueMoved(queue_id=chat.queue_id))
    distribute_later(queues=(chat.queue_id,))
    return chat

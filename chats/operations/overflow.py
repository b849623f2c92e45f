"""Where a chat goes that is one too many, or has waited longest."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from chats.events import QueueMoved
from chats.legs import Outcome
from chats.models import Chat, ChatEvent, Leg
from chats.operations import lines
from chats.operations.end import over
from chats.operations.enqueue import own_agent, queued
from chats.senders import BOT, SYSTEM
from chats.states import State
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from routing.models import EntryPoint, Queue
from routing.words import in_language


def way_in(entry_point: EntryPoint, now: datetime, language: str) -> Queue:
    """Where who comes in here waits for people. Refused: `closed`, `full`, in the words set for it in his language.

    A queue that was switched off is closed, whatever its hours say.
    """
    queue = entry_point.queue
    if not queue.is_active or (queue.hours is not None and not queue.hours.is_open(now)):
        raise Refused("closed", in_language(entry_point, "closed_message", language) or None)
    room = queue_with_room(queue, now)
    if room is None:
        raise Refused("full", in_language(queue, "full_message", language) or None)
    return room


def queue_with_room(first: Queue, now: datetime) -> Queue | None:
    """The first queue along the overflow that is in use, open and not full; None when there is none.

    `first` itself is taken as in use and open: whoever asks has looked.
    """
    queue, seen = first, {first.pk}
    while True:
        if not queue.max_waiting or Chat.objects.in_line().filter(queue=queue).count() < queue.max_waiting:
            return queue
        after = _overflow(queue, now)
        if after is None or after.pk in seen:
            return None
        queue = after
        seen.add(queue.pk)


def _overflow(queue: Queue, now: datetime) -> Queue | None:
    after = queue.overflow
    usable = after is not None and after.is_active and (after.hours is None or after.hours.is_open(now))
    return after if usable else None


@transaction.atomic
def wait_is_over(chat_id: UUID) -> bool:
    """A chat that waited its queue's longest time is in the overflow queue, or ended. Quiet, and False, if not so.

    Queues may overflow into each other: where the chat has been on this way it doesn't wait again.
    """
    chat = Chat.objects.locked(chat_id)
    now = database_now()
    queue = chat.queue
    if chat.state != State.QUEUED or not queue.max_wait or chat.in_queue_since is None:
        return False
    if (now - chat.in_queue_since).total_seconds() < queue.max_wait:
        return False
    after = _overflow(queue, now)
    room = queue_with_room(after, now) if after is not None else None
    if room is None or room.pk in _been(chat):
        turn_away(chat)
    else:
        overflow(chat, room)
    return True


def _been(chat: Chat) -> set[int]:
    """The queues in which the chat has waited since it last came into line otherwise than by overflow."""
    queues = {chat.queue_id}
    came = Q(verb__in=("hand_over", "take_up", "transfer", "overflow")) | Q(verb="requeue", data__why="lost")
    events = ChatEvent.objects.filter(came, chat=chat).order_by("-at", "-pk")
    for verb, data in events.values_list("verb", "data"):
        queues.add(data["queue"])
        if verb != "overflow":
            break
    return queues


def overflow(chat: Chat, queue: Queue) -> Chat:
    """The locked chat waits in the other queue with the age it has, and with that queue's priority."""
    now = database_now()
    before = chat.queue_id
    chat.queue = queue
    place = {"queue": queue, "priority": queue.priority, "in_queue_since": now, "noted": None}
    row = Chat.objects.advance(chat.pk, "overflow", preferred=own_agent(chat), **place)
    Leg.objects.end(row, Outcome.OVERFLOWED, at=now)
    publish(QueueMoved(queue_id=before))
    return queued(row, "overflow", by=SYSTEM, at=now, again=False, why="overflow")


def turn_away(chat: Chat) -> Chat:
    """The locked chat is over: nobody was free in time. The queue's message, if it has one, comes before the end."""
    words = in_language(chat.queue, "max_wait_message", chat.language)
    if words:
        lines.append(chat, "message", by=BOT, at=database_now(), text=words)
    return over(chat, "turn_away", by=SYSTEM, who=SYSTEM, why="max_wait")

"""A chat changes hands or is shared: transfer to a queue or an agent, conference of two agents."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from chats.events import ChatChanged
from chats.models import Chat, Offer, Seat
from chats.operations import lines
from chats.operations.asking import ask, cancel, everybody, guest, leads, leads_alone
from chats.operations.end import close_watches, end_seat
from chats.operations.enqueue import queued
from chats.senders import SYSTEM, Sender, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.transitions import one
from routing.desktops import queues_in_reach
from routing.models import Queue
from routing.selection import FIRST_PRIORITY
from routing.words import in_language

CLOSED = _("This queue is closed now.")
FULL = _("Too many are waiting in this queue already.")
NO_CONFERENCE = _("There is no conference in this chat.")


@transaction.atomic
def transfer(chat: Chat, *, by: Agent, queue: Queue | None = None, agent: Agent | None = None) -> Chat:
    """The chat waits in the queue with its age and the agent is out; or the other agent is asked to take it.

    Until he accepts, the chat stays with who asks. Refused: `not_found` (not in his chat, or a target his desktop
    profile doesn't allow), `forbidden` (a guest), `state` (conference, a request already, closed or full queue, agent
    not Available), `capacity` (the agent has no free place).
    """
    row = Chat.objects.locked(chat.pk)
    seat = leads_alone(row, by)
    if queue is not None:
        return _into_queue(row, seat, one(Queue.objects.filter(queues_in_reach(by)), pk=queue.pk))
    if agent is None:
        raise Refused("invalid")
    ask(row, agent, "request_transfer", by=by, kind=Offer.Kind.TRANSFER)
    return row


def _into_queue(chat: Chat, seat: Seat, queue: Queue) -> Chat:
    now = database_now()
    refused = why_not(queue, chat)
    if refused:
        raise Refused("state", refused)
    before = {"id": str(seat.agent_id), "name": seat.agent.name}
    target = {"id": str(queue.pk), "name": in_language(queue, "name", chat.language)}
    lines.append(chat, "transferred", by=SYSTEM, at=now, data={"queue": target, "by": before})
    lines.person_left(chat, of_agent(seat.agent), at=now)
    place = {"queue": queue, "in_queue_since": now, "noted": None, "preferred": None}
    priority = max(min(queue.priority, FIRST_PRIORITY), queue.priority - queue.transfer_bump)
    row = Chat.objects.advance(chat.pk, "transfer", priority=priority, **place)
    end_seat(seat, at=now)
    told = (seat.agent_id, *close_watches(row, at=now))
    queued(row, "transfer", by=of_agent(seat.agent), at=now, again=False, why="transfer")
    publish(ChatChanged(chat_id=row.pk, agents=told))
    return row


def why_not(queue: Queue, chat: Chat) -> str:
    """Why a chat can't be transferred into the queue now; empty when it can."""
    if queue.hours is not None and not queue.hours.is_open(database_now()):
        return str(CLOSED)
    waiting = Chat.objects.in_line().filter(queue=queue)
    return str(FULL) if queue.max_waiting and waiting.count() >= queue.max_waiting else ""


@transaction.atomic
def cancel_transfer(chat: Chat, *, by: Agent) -> Chat:
    """The agent who was asked is asked no longer. Refused: `state` when nobody is asked, he may just have accepted."""
    return _cancel(chat, "cancel_transfer", Offer.Kind.TRANSFER, by=by)


@transaction.atomic
def request_conference(chat: Chat, *, by: Agent, agent: Agent) -> Offer:
    """The other agent is asked to join. Refused as `transfer`; also `state` while somebody else is in already."""
    row = Chat.objects.locked(chat.pk)
    leads_alone(row, by)
    return ask(row, agent, "request_conference", by=by, kind=Offer.Kind.CONFERENCE)


@transaction.atomic
def cancel_conference(chat: Chat, *, by: Agent) -> Chat:
    """Who was asked to join is asked no longer. Refused: `state` when nobody is asked, he may just have joined."""
    return _cancel(chat, "cancel_conference", Offer.Kind.CONFERENCE, by=by)


def _cancel(chat: Chat, verb: str, kind: str, *, by: Agent) -> Chat:
    row = Chat.objects.locked(chat.pk)
    leads(row, by)
    now = database_now()
    offer = cancel(row, kind, at=now)
    row = Chat.objects.advance(row.pk, verb)
    lines.record(row, verb, by=of_agent(by), at=now, offer=str(offer.pk))
    return row


@transaction.atomic
def end_conference(chat: Chat, *, by: Agent) -> Chat:
    """The second agent is out and wraps up; the chat goes on. Refused: `forbidden` for him, `state` without one."""
    row = Chat.objects.locked(chat.pk)
    leads(row, by)
    return _goes(row, _second(row), "end_conference", by=of_agent(by))


@transaction.atomic
def exit_conference(chat: Chat, *, by: Agent) -> Chat:
    """The second agent has gone and wraps up; the chat goes on. Refused: `forbidden` for who leads."""
    row = Chat.objects.locked(chat.pk)
    seat = one(Seat.objects.live().filter(chat=row).select_related("agent"), agent=by)
    if seat.role != Seat.Role.GUEST:
        raise Refused("forbidden")
    return _goes(row, seat, "exit_conference", by=of_agent(by))


def guest_lost(chat: Chat, seat: Seat) -> Chat:
    """The second agent was lost for good: he is out of the locked chat, which goes on."""
    return _goes(chat, seat, "exit_conference", by=SYSTEM, why="lost")


def _second(chat: Chat) -> Seat:
    seat = guest(chat)
    if seat is None:
        raise Refused("state", NO_CONFERENCE)
    return seat


def _goes(chat: Chat, seat: Seat, verb: str, *, by: Sender, **data: str) -> Chat:
    now = database_now()
    told = everybody(chat)
    row = Chat.objects.advance(chat.pk, verb)
    lines.person_left(row, of_agent(seat.agent), at=now, **data)
    end_seat(seat, at=now)
    close_watches(row, at=now)
    lines.record(row, verb, by=by, at=now, agent=seat.agent_id, **data)
    publish(ChatChanged(chat_id=row.pk, agents=told))
    return row


@transaction.atomic
def hand_over_conference(chat: Chat, *, by: Agent) -> Chat:
    """The agent is out and wraps up; the second one leads. Refused: `forbidden` for him, `state` without one."""
    row = Chat.objects.locked(chat.pk)
    seat = leads(row, by)
    return succeed(row, seat, _second(row), by=of_agent(by))


def succeed(chat: Chat, seat: Seat, second: Seat, *, by: Sender, **data: str) -> Chat:
    """Who led the locked chat is out; the second agent leads it."""
    now = database_now()
    told = everybody(chat)
    row = Chat.objects.advance(chat.pk, "hand_over_conference")
    lines.person_left(row, of_agent(seat.agent), at=now, **data)
    end_seat(seat, at=now)
    promote(second)
    close_watches(row, at=now)
    people = {"agent": seat.agent_id, "to": second.agent_id}
    lines.record(row, "hand_over_conference", by=by, at=now, **people, **data)
    publish(ChatChanged(chat_id=row.pk, agents=told))
    return row


def promote(seat: Seat) -> None:
    """The second agent leads from now on; nobody else may."""
    Seat.objects.live().filter(pk=seat.pk).update(role=Seat.Role.OWNER)

"""How a chat ends, and when a seat is free again."""

from datetime import datetime

from django.db import transaction
from django.db.models import Subquery
from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from chats.events import ChatChanged, QueueMoved, SeatEnded
from chats.legs import Outcome
from chats.models import Chat, Leg, Offer, Seat, Watch
from chats.operations import holding, lines
from chats.operations.distribute import distribute_for
from chats.senders import SYSTEM, Sender, of_agent
from chats.states import Kind
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.transitions import one

CONFERENCE_FIRST = _("End the conference first.")
CANCEL_FIRST = _("Cancel the request first.")
SUPERVISORS = "agent__team__supervisors"


@transaction.atomic
def leave(chat: Chat, *, by: Sender) -> Chat:
    """The customer has left and the chat is over."""
    return over(Chat.objects.locked(chat.pk), "leave", by=by, who=by, why="left")


@transaction.atomic
def end(chat: Chat, *, by: Agent) -> Chat:
    """The agent has ended the chat. Refused: `forbidden` for a guest, `state` during a conference or a request."""
    row = Chat.objects.locked(chat.pk)
    seat = one(Seat.objects.live().filter(chat=row), agent=by)
    if seat.role != Seat.Role.OWNER:
        raise Refused("forbidden")
    if Seat.objects.live().filter(chat=row).exclude(pk=seat.pk).exists():
        raise Refused("state", CONFERENCE_FIRST)
    if Offer.objects.live().filter(chat=row).exists():
        raise Refused("state", CANCEL_FIRST)
    return over(row, "end", by=of_agent(by), who=of_agent(by), why="ended")


@transaction.atomic
def abandon(chat: Chat) -> bool:
    """The customer has been away for longer than the entry point's patience: the chat is over. Quiet if not so.

    Who left a message may be away.
    """
    row = Chat.objects.locked(chat.pk)
    away = database_now() - row.customer_until if row.customer_until else None
    if row.kind == Kind.MESSAGE or away is None or away.total_seconds() < row.entry_point.away_timeout:
        return False
    who = Sender("customer", str(row.customer_id), row.customer.name)
    try:
        over(row, "abandon", by=SYSTEM, who=who, why="away")
    except Refused:
        return False
    return True


@transaction.atomic
def release(seat: Seat, *, by: Sender) -> bool:
    """The wrap-up is in: the seat counts no longer, and the next offer may come. False when it was free already."""
    if not Seat.objects.held().filter(pk=seat.pk).update(released_at=database_now()):
        return False
    Agent.objects.signed_in().filter(pk=seat.agent_id).update(active_at=database_now())
    publish(ChatChanged(chat_id=seat.chat_id, agents=(seat.agent_id,)))
    distribute_for(Agent.objects.get(pk=seat.agent_id))
    return True


def over(chat: Chat, verb: str, *, by: Sender, who: Sender, why: str) -> Chat:
    """`who` ended the locked chat: offers, seats and transcript are closed; nobody writes after the last line.

    What still waited is said before it, or discarded with its files.
    """
    holding.let_go(chat)
    at = database_now()
    try:
        row = Chat.objects.advance(chat.pk, verb, ended_at=at, ended_by=who.kind)
    except Refused as refused:
        raise Refused("gone") if refused.code == "state" else refused from refused
    told = list(Offer.objects.live().filter(chat=row).values_list("agent_id", flat=True))
    Offer.objects.live().filter(chat=row).update(outcome=Offer.Outcome.CANCELLED, ended_at=at)
    if who.kind != SYSTEM.kind:
        lines.person_left(row, who, at=at)
    lines.append(row, "ended", by=SYSTEM, at=at, data={"by": who.kind, "why": why})
    lines.record(row, verb, by=by, at=at, why=why)
    Leg.objects.end(row, Outcome.TURNED_AWAY if verb == "turn_away" else Outcome.GONE, at=at)
    for seat in Seat.objects.live().filter(chat=row).select_related("agent").order_by("agent_id"):
        end_seat(seat, at=at)
        told.append(seat.agent_id)
    told += close_watches(row, at=at)
    publish(ChatChanged(chat_id=row.pk, agents=tuple(told)))
    publish(QueueMoved(queue_id=row.queue_id))
    for agent in Agent.objects.filter(pk__in=told):
        distribute_for(agent)
    return row


def end_seat(seat: Seat, *, at: datetime) -> None:
    """The agent is out of the chat; the room above hears of it and asks him for his wrap-up.

    He may read what was written until now, also when the chat goes on without him.
    """
    chat = Chat.objects.filter(pk=seat.chat_id)
    read = {"until": Subquery(chat.values("public_head")), "staff_until": Subquery(chat.values("staff_head"))}
    if Seat.objects.live().filter(pk=seat.pk).update(left_at=at, away_since=None, **read):
        publish(SeatEnded(seat_id=seat.pk))


def close_watches(chat: Chat, *, at: datetime) -> list[int]:
    """Supervisors in whose teams nobody sits in the chat any more read along no longer; returns who they are."""
    seated = Seat.objects.live().filter(chat=chat)
    live = Watch.objects.filter(chat=chat, ended_at=None)
    over = live.exclude(agent__in=seated.filter(agent__team__supervisors__isnull=False).values(SUPERVISORS))
    agents = list(over.values_list("agent_id", flat=True))
    Watch.objects.filter(chat=chat, ended_at=None, agent__in=agents).update(ended_at=at)
    return agents


def rate(chat: Chat, *, score: int, comment: str) -> None:
    """The customer has rated the chat, once. Refused: `state` before the end or when rated already, `pci_dropped`."""
    with transaction.atomic():
        row = Chat.objects.locked(chat.pk)
        if row.ended_at is None or row.score is not None:
            raise Refused("state")
        by = Sender("customer", str(row.customer_id))
        text, refused = lines.look_at(comment, chat=row, queue_id=row.queue_id, by=by, place="comment")
        if refused is None:
            row.score, row.comment = score, text
            row.save(update_fields=["score", "comment"])
            lines.record(row, "rate", by=by, at=database_now(), score=score)
            publish(ChatChanged(chat_id=row.pk))
    if refused is not None:
        raise refused

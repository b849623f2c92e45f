"""What a supervisor reads beside his live board: who waits and why, what an agent holds. Reached through his teams."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, Subquery

from agents.models import Agent
from chats.board import queues_of
from chats.models import Chat, Offer, Seat
from chats.snapshots import customer_card, named
from chats.states import Kind, State
from lib.clock import database_now
from lib.transitions import one
from lib.wire import instant
from routing.explanation import explain, short
from routing.models import Decision, Queue

MOST = 100  # waiting chats in one answer
PASSES = 10  # decisions told of one chat


def waiting(queue_id: int, *, teams: Collection[int]) -> dict[str, Any]:
    """The first in line, oldest first, each with the last decision in a line. Refused("not_found")."""
    queue = one(Queue.objects.filter(pk__in=queues_of(teams)), pk=queue_id)
    last = Decision.objects.filter(contact=OuterRef("pk")).order_by("-at", "-pk").values("pk")[:1]
    line = Chat.objects.filter(queue=queue, state__in=(State.QUEUED, State.OFFERED))
    rows = list(
        line.select_related("customer").annotate(decision=Subquery(last)).order_by("enqueued_at", "pk")[: MOST + 1]
    )
    decisions = Decision.objects.select_related("chosen").in_bulk([row.decision for row in rows if row.decision])
    offers = {
        offer.chat_id: offer
        for offer in Offer.objects.live().filter(chat__in=[row.pk for row in rows]).select_related("agent")
    }
    items = []
    for row in rows[:MOST]:
        offer, decision = offers.get(row.pk), decisions.get(row.decision)
        items.append(
            {
                "chat": str(row.pk),
                "customer": customer_card(row),
                "message": row.kind == Kind.MESSAGE,
                "priority": row.priority,
                "waiting_since": instant(row.enqueued_at),
                "offered_to": named(offer.agent) if offer else None,
                "why": short(decision) if decision and offer is None else "",
            }
        )
    return {"queue": named(queue), "items": items, "more": len(rows) > MOST}


def why(chat_id: UUID, *, teams: Collection[int]) -> dict[str, Any]:
    """The last look that routing had at the chat, and the looks before it in a line. Refused("not_found")."""
    chat = one(Chat.objects.filter(queue__in=queues_of(teams)), pk=chat_id)
    found = list(Decision.objects.filter(contact=chat.pk).select_related("chosen", "roster")[:PASSES])
    answer: dict[str, Any] = {"chat": str(chat.pk), "at": None, "headline": "", "details": [], "candidates": []}
    if found:
        told = explain(found[0])
        candidates = [each._asdict() for each in told.verdicts]
        answer |= {"at": instant(found[0].at), "headline": told.headline, "details": told.details}
        answer["candidates"] = candidates
    answer["passes"] = [{"at": instant(each.at), "text": short(each)} for each in found]
    return answer


def chats(agent: Agent, *, by: Agent) -> dict[str, Any]:
    """The chats the agent sits in and the wrap-ups he owes, in the order he accepted them.

    `allowed` is what the supervisor's buttons obey.
    """
    now = database_now()
    seats = Seat.objects.held().filter(agent=agent).select_related("chat__customer", "chat__queue")
    items = []
    for seat in seats.order_by("joined_at"):
        away = seat.chat.customer_until is None or seat.chat.customer_until < now
        items.append(
            {
                "chat": str(seat.chat_id),
                "customer": customer_card(seat.chat),
                "queue": named(seat.chat.queue),
                "role": seat.role,
                "message": seat.chat.kind == Kind.MESSAGE,
                "customer_away": away,
                "joined_at": instant(seat.joined_at),
                "left_at": instant(seat.left_at),
                "allowed": ["monitor"] if seat.left_at is None and agent.pk != by.pk else [],
            }
        )
    return {"agent": named(agent), "items": items}

"""How an offer ends: accepted, lapsed (RONA), or withdrawn."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents import operations as agent_operations
from agents.models import Agent
from agents.states import State as AgentState
from chats.events import ChatChanged, QueueMoved
from chats.models import Chat, Offer, Seat
from chats.operations import lines
from chats.operations.enqueue import requeue
from chats.senders import SYSTEM, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.transitions import one

TOO_LATE = _("Too late: the time was up.")
TAKEN = _("Someone else has taken this chat.")
GONE = _("The customer has gone.")


@transaction.atomic
def accept(offer_id: UUID, *, by: Agent) -> Seat:
    """The agent sits in the chat and leads it. Exactly one accept wins.

    Refused: `not_found` (not his offer), `gone` (the time was up or the customer left), `conflict` (taken).
    """
    offer = one(Offer.objects.for_agent(by), pk=offer_id)
    chat = Chat.objects.locked(offer.chat_id)
    now = database_now()
    won = (
        Offer.objects.live()
        .filter(pk=offer.pk, expires_at__gt=now)
        .update(outcome=Offer.Outcome.ACCEPTED, ended_at=now)
    )
    if not won:
        raise _too_late(Offer.objects.get(pk=offer.pk))
    chat = Chat.objects.advance(chat.pk, "accept")
    if chat.answered_at is None:
        Chat.objects.filter(pk=chat.pk).update(answered_at=now)
    seat = Seat.objects.create(chat=chat, agent=by, queue_id=chat.queue_id, joined_at=now, seen=chat.public_head)
    lines.append(chat, "joined", by=SYSTEM, at=now, data={"who": "agent", "id": str(by.pk), "name": by.name})
    lines.record(chat, "accept", by=of_agent(by), at=now, offer=str(offer.pk))
    publish(ChatChanged(chat_id=chat.pk, agents=(by.pk,)))
    publish(QueueMoved(queue_id=chat.queue_id))
    return seat


def accept_all(offers: Collection[UUID], *, by: Agent) -> list[dict[str, Any]]:
    """Each is accepted or not for itself; says which, in the order asked."""
    results: list[dict[str, Any]] = []
    for offer_id in offers:
        try:
            accept(offer_id, by=by)
        except Refused as refused:
            results.append({"offer": str(offer_id), "ok": False, "code": refused.code, "message": str(refused.message)})
        else:
            results.append({"offer": str(offer_id), "ok": True})
    return results


def _too_late(offer: Offer) -> Refused:
    if offer.outcome == Offer.Outcome.ACCEPTED:
        return Refused("conflict", _("You have accepted this chat already."))
    if offer.outcome in ("", Offer.Outcome.LAPSED):
        return Refused("gone", TOO_LATE)
    return Refused("gone", GONE if offer.outcome == Offer.Outcome.CANCELLED else TAKEN)


@transaction.atomic
def lapse(offer_id: UUID) -> bool:
    """RONA: the deadline passed, so the chat is back in its queue with its age and the agent in RONA.

    False, and nothing changed, when the offer ended otherwise or its time isn't up. Safe to run twice.
    """
    offer = Offer.objects.live().filter(pk=offer_id).select_related("agent").first()
    if offer is None:
        return False
    chat = Chat.objects.locked(offer.chat_id)
    now = database_now()
    lapsed = Offer.objects.overdue(now).filter(pk=offer.pk).update(outcome=Offer.Outcome.LAPSED, ended_at=now)
    if not lapsed:
        return False
    lines.record(chat, "lapse", by=SYSTEM, at=now, offer=str(offer.pk), agent=offer.agent_id)
    _rona(offer.agent)
    requeue(chat, why="rona")
    publish(ChatChanged(chat_id=chat.pk, agents=(offer.agent_id,)))
    return True


def _rona(agent: Agent) -> None:
    """The agent is in RONA, whose other offers go back to their queues once this is committed."""
    try:
        agent_operations.miss(agent)
    except Refused:
        return  # in RONA already, or gone
    transaction.on_commit(lambda: withdraw_all(agent, why="rona"), robust=True)


@transaction.atomic
def withdraw(offer_id: UUID, *, why: str) -> bool:
    """The offer is taken back and the chat waits again with its age. False when it had ended otherwise."""
    offer = Offer.objects.live().filter(pk=offer_id).first()
    if offer is None:
        return False
    chat = Chat.objects.locked(offer.chat_id)
    now = database_now()
    if not Offer.objects.live().filter(pk=offer.pk).update(outcome=Offer.Outcome.WITHDRAWN, ended_at=now):
        return False
    lines.record(chat, "withdraw", by=SYSTEM, at=now, offer=str(offer.pk), why=why)
    requeue(chat, why=why)
    publish(ChatChanged(chat_id=chat.pk, agents=(offer.agent_id,)))
    return True


def withdraw_all(agent: Agent, *, why: str) -> int:
    """Every live offer of the agent is taken back, unless he can be offered something again; returns how many."""
    if Agent.objects.filter(pk=agent.pk, state__in=(AgentState.AVAILABLE, AgentState.IDLE)).exists():
        return 0
    live = Offer.objects.live().for_agent(agent).order_by("offered_at").values_list("pk", flat=True)
    return sum(withdraw(offer_id, why=why) for offer_id in list(live))

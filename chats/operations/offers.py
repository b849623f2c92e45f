"""How an offer ends: accepted, lapsed (RONA), or withdrawn."""

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from agents import operations as agent_operations
from agents.models import Agent
from agents.states import State as AgentState
from chats.events import ChatChanged, QueueMoved
from chats.legs import Outcome
from chats.models import Chat, Leg, Offer, Seat, Watch
from chats.operations import lines
from chats.operations.asking import everybody, in_vain
from chats.operations.distribute import one_pass
from chats.operations.end import close_watches, end_seat
from chats.operations.enqueue import requeue
from chats.senders import SYSTEM, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import afterwards, publish
from lib.transitions import one

TOO_LATE = _("Too late: the time was up.")
TAKEN = _("Someone else has taken this chat.")
GONE = _("The customer has gone.")
CANCELLED = _("You are asked no longer: the request was taken back.")


@transaction.atomic
def accept(offer_id: UUID, *, by: Agent) -> Seat:
    """The agent sits in the chat: he leads it, as second agent if it was a conference he was asked to.

    Exactly one accept wins; who transferred the chat is out. Refused: `not_found` (not his offer), `gone` (the time
    was up, the customer left, or he is asked no longer), `conflict` (taken).
    """
    offer = one(Offer.objects.for_agent(by).select_related("asked_by"), pk=offer_id)
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
    out = _passed_on(chat, by, at=now) if offer.kind == Offer.Kind.TRANSFER else {}
    role = Seat.Role.GUEST if offer.kind == Offer.Kind.CONFERENCE else Seat.Role.OWNER
    seat = Seat.objects.create(
        chat=chat, agent=by, queue_id=chat.queue_id, role=role, joined_at=now, seen=chat.public_head
    )
    Watch.objects.filter(chat=chat, agent=by, ended_at=None).update(ended_at=now)
    lines.append(chat, "joined", by=SYSTEM, at=now, data={"who": "agent", "id": str(by.pk), "name": by.name})
    lines.record(chat, "accept", by=of_agent(by), at=now, offer=str(offer.pk), kind=offer.kind, **out)
    told = (*everybody(chat), *out.values(), *close_watches(chat, at=now))
    publish(ChatChanged(chat_id=chat.pk, agents=told))
    if offer.kind == Offer.Kind.ROUTE:
        Leg.objects.end(chat, Outcome.ANSWERED, at=now, offer=offer)
        publish(QueueMoved(queue_id=chat.queue_id))
    return seat


def _passed_on(chat: Chat, to: Agent, *, at: datetime) -> dict[str, int]:
    """Who led the chat is out; says who that was, as the ledger notes it."""
    seat = Seat.objects.live().filter(chat=chat, role=Seat.Role.OWNER).select_related("agent").get()
    by = {"id": str(seat.agent_id), "name": seat.agent.name}
    lines.append(chat, "transferred", by=SYSTEM, at=at, data={"agent": {"id": str(to.pk), "name": to.name}, "by": by})
    lines.person_left(chat, of_agent(seat.agent), at=at)
    end_seat(seat, at=at)
    return {"out": seat.agent_id}


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
    if offer.kind != Offer.Kind.ROUTE and offer.chat.ended_at is None:
        return Refused("gone", CANCELLED)
    return Refused("gone", GONE if offer.outcome == Offer.Outcome.CANCELLED else TAKEN)


@transaction.atomic
def lapse(offer_id: UUID) -> bool:
    """RONA: the deadline passed, so the chat is back in its queue with its age and the agent in RONA.

    A transfer or conference request comes to nothing: the chat stays with who asked, and he is told. False, and
    nothing changed, when the offer ended otherwise or its time isn't up. Safe to run twice.
    """
    offer = Offer.objects.live().filter(pk=offer_id).select_related("agent", "asked_by").first()
    if offer is None:
        return False
    chat = Chat.objects.locked(offer.chat_id)
    now = database_now()
    lapsed = Offer.objects.overdue(now).filter(pk=offer.pk).update(outcome=Offer.Outcome.LAPSED, ended_at=now)
    if not lapsed:
        return False
    lines.record(chat, "lapse", by=SYSTEM, at=now, offer=str(offer.pk), agent=offer.agent_id)
    _rona(offer.agent)
    _goes_back(chat, offer, at=now, why="rona")
    return True


def _goes_back(chat: Chat, offer: Offer, *, at: datetime, why: str) -> None:
    """Nobody took the chat: it waits again, or stays with who asked."""
    if offer.kind == Offer.Kind.ROUTE:
        requeue(chat, why=why)
        publish(ChatChanged(chat_id=chat.pk, agents=(offer.agent_id,)))
    else:
        in_vain(chat, offer, at=at, why=why)


def _rona(agent: Agent) -> None:
    """The agent is in RONA, whose other offers go back to their queues once this is committed."""
    try:
        agent_operations.miss(agent)
    except Refused:
        return  # in RONA already, or gone
    afterwards(withdraw_all, agent, why="rona")


@transaction.atomic
def withdraw(offer_id: UUID, *, why: str) -> bool:
    """The offer is taken back and the chat waits again with its age, or stays with who asked.

    False when it had ended otherwise.
    """
    offer = Offer.objects.live().filter(pk=offer_id).select_related("agent", "asked_by").first()
    if offer is None:
        return False
    chat = Chat.objects.locked(offer.chat_id)
    now = database_now()
    if not Offer.objects.live().filter(pk=offer.pk).update(outcome=Offer.Outcome.WITHDRAWN, ended_at=now):
        return False
    lines.record(chat, "withdraw", by=SYSTEM, at=now, offer=str(offer.pk), why=why)
    _goes_back(chat, offer, at=now, why=why)
    return True


def withdraw_all(agent: Agent, *, why: str) -> int:
    """Every live offer of the agent is taken back, unless he can be offered something again; returns how many."""
    if Agent.objects.filter(pk=agent.pk, state__in=(AgentState.AVAILABLE, AgentState.IDLE)).exists():
        return 0
    live = Offer.objects.live().for_agent(agent).order_by("offered_at").values_list("pk", flat=True)
    with one_pass():
        return sum(withdraw(offer_id, why=why) for offer_id in list(live))

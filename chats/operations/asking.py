"""Asking one agent to take a chat or to join it: who may, whether he fits, and what becomes of the request."""

from datetime import datetime, timedelta

from django.utils.translation import gettext_lazy as _

from agents.models import Agent
from agents.states import State as AgentState
from chats.events import ChatChanged, OffersMade
from chats.models import Chat, Entry, Offer, Seat
from chats.operations import lines
from chats.operations.distribute import distribute_for
from chats.operations.end import CANCEL_FIRST, CONFERENCE_FIRST
from chats.rosters import places
from chats.senders import SYSTEM, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import publish
from lib.transitions import one
from routing.desktops import agents_in_reach

NOT_AVAILABLE = _("This agent is not available now. Refresh the list.")
NO_PLACE = _("This agent has no free place now. Refresh the list.")
NOTHING_ASKED = _("Nobody is asked just now.")


def leads(chat: Chat, by: Agent) -> Seat:
    """The agent's seat in the locked chat. Refused: `not_found` (he doesn't sit there), `forbidden` (a guest)."""
    seat = one(Seat.objects.live().filter(chat=chat).select_related("agent"), agent=by)
    if seat.role != Seat.Role.OWNER:
        raise Refused("forbidden")
    return seat


def guest(chat: Chat) -> Seat | None:
    """The second agent in the chat, if there is one."""
    return Seat.objects.live().filter(chat=chat, role=Seat.Role.GUEST).select_related("agent").first()


def leads_alone(chat: Chat, by: Agent) -> Seat:
    """As `leads`. Refused("state") during a conference and while somebody is asked already."""
    seat = leads(chat, by)
    if guest(chat) is not None:
        raise Refused("state", CONFERENCE_FIRST)
    if Offer.objects.live().filter(chat=chat).exists():
        raise Refused("state", CANCEL_FIRST)
    return seat


def free_place(agent_id: int, *, available: bool) -> Agent:
    """The agent, locked until commit, who can take one more. Refused: `not_found`, `state`, `capacity`.

    `available`: he must be Available; else it is enough that he is signed in.
    """
    row = Agent.objects.locked(agent_id).get(agent_id)
    place = places([agent_id]).get(agent_id)
    if row is None or place is None:
        raise Refused("not_found")
    if row.state == AgentState.OFFLINE or (available and row.state != AgentState.AVAILABLE):
        raise Refused("state", NOT_AVAILABLE)
    held, most = place
    if held >= most:
        raise Refused("capacity", NO_PLACE if available else None)
    return row


def ask(chat: Chat, agent: Agent, verb: str, *, by: Agent, kind: str) -> Offer:
    """The agent has a request for the locked chat, with the deadline of its queue. Refused as `free_place`."""
    one(agents_in_reach(by, conference=kind == Offer.Kind.CONFERENCE), pk=agent.pk)
    row = Chat.objects.advance(chat.pk, verb)
    target = free_place(agent.pk, available=True)
    at = database_now()  # a request begins when its rows are held
    offer = Offer.objects.create(
        chat=chat,
        agent=target,
        queue_id=chat.queue_id,
        kind=kind,
        asked_by=by,
        offered_at=at,
        expires_at=at + timedelta(seconds=chat.queue.offer_timeout),
    )
    Agent.objects.took_turns({target.pk: at})
    say(row, offer, "requested", at=at)
    _held, most = places([target.pk])[target.pk]
    lines.record(row, verb, by=of_agent(by), at=at, offer=str(offer.pk), agent=target.pk, capacity=most)
    publish(ChatChanged(chat_id=chat.pk, agents=(target.pk, by.pk)))
    publish(OffersMade(offer_ids=(offer.pk,), expires_at=offer.expires_at))
    return offer


def say(chat: Chat, offer: Offer, what: str, *, at: datetime, why: str | None = None) -> None:
    """A line that only staff reads: somebody was asked, or the request came to nothing."""
    people = {"agent": _named(offer.agent), "by": _named(offer.asked_by)}
    data = {**people, "why": why} if why else people
    lines.append(chat, f"{offer.kind}_{what}", by=SYSTEM, at=at, stream=Entry.STAFF, data=data)


def _named(agent: Agent | None) -> dict[str, str] | None:
    return {"id": str(agent.pk), "name": agent.name} if agent else None


def in_vain(chat: Chat, offer: Offer, *, at: datetime, why: str) -> None:
    """The request has ended without success: the chat stays where it is, and who asked is told."""
    say(chat, offer, "lapsed", at=at, why=why)
    publish(ChatChanged(chat_id=chat.pk, agents=tuple(filter(None, (offer.agent_id, offer.asked_by_id)))))


def cancel(chat: Chat, kind: str, *, at: datetime) -> Offer:
    """The live request of this kind in the locked chat is taken back. Refused("state") when there is none."""
    offer = Offer.objects.live().filter(chat=chat, kind=kind).select_related("agent", "asked_by").first()
    if offer is None:
        raise Refused("state", NOTHING_ASKED)
    take_back(chat, offer, at=at, why="cancelled", outcome=Offer.Outcome.CANCELLED)
    return offer


def take_back(chat: Chat, offer: Offer, *, at: datetime, why: str, outcome: str) -> None:
    """The live request in the locked chat has ended, and the place of who was asked is free."""
    Offer.objects.live().filter(pk=offer.pk).update(outcome=outcome, ended_at=at)
    if outcome == Offer.Outcome.WITHDRAWN:
        lines.record(chat, "withdraw", by=SYSTEM, at=at, offer=str(offer.pk), why=why)
    in_vain(chat, offer, at=at, why=why)
    distribute_for(offer.agent)


def take_back_any(chat: Chat, *, at: datetime, why: str) -> None:
    """Whatever is asked in the locked chat is asked no longer."""
    offer = Offer.objects.live().filter(chat=chat).select_related("agent", "asked_by").first()
    if offer is not None:
        take_back(chat, offer, at=at, why=why, outcome=Offer.Outcome.WITHDRAWN)


def everybody(chat: Chat) -> tuple[int, ...]:
    """The agents in the chat, and the supervisors who read along: whose desks show it."""
    seated = Seat.objects.live().filter(chat=chat).values_list("agent_id", flat=True)
    reading = chat.watches.filter(ended_at=None).values_list("agent_id", flat=True)
    return (*seated, *reading)

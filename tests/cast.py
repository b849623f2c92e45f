"""The people of the tests: Alice answers, Bob supervises her, Carol is the customer, Mallory must see nothing."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.db.models import F

from agents import operations as agent_operations
from agents.models import Agent, IdleReason, MultimediaProfile, Team, User
from chats import operations
from chats.models import Chat, Customer, Entry, Leg, Offer, Seat
from chats.operations.open import Opened
from chats.operations.post import Posted
from chats.operations.presence import GRACE
from chats.senders import Sender, of_agent
from contactcenter.simulator.client import new_cid
from lib.clock import database_now
from routing.models import BusinessHours, DistributionGroup, EntryPoint, Queue
from wrapup import operations as wrapup_operations
from wrapup.models import WrapUp, WrapUpCode, WrapUpRule

CARD = "4111 1111 1111 1111"
MASKED_CARD = "•••• •••• •••• 1111"


@dataclass(frozen=True)
class House:
    """One queue served by one team, with everything that a chat needs from its beginning to its wrap-up."""

    team: Team
    profile: MultimediaProfile
    queue: Queue
    entry_point: EntryPoint
    break_: IdleReason
    lunch: IdleReason
    answered: WrapUpCode
    refund: WrapUpCode
    no_reason: WrapUpCode


def furnish() -> House:
    """The house stands; nobody works there yet."""
    profile = MultimediaProfile.objects.create(name="Three chats", voice=0, chat=3, email=0, social=0, is_default=True)
    team = Team.objects.create(name="Service")
    queue = new_queue("Service", team)
    WrapUpRule.objects.create(seconds=60)
    return House(
        team=team,
        profile=profile,
        queue=queue,
        entry_point=EntryPoint.objects.create(name="Help", slug="help", queue=queue),
        break_=IdleReason.objects.create(name="Short break", is_default=True),
        lunch=IdleReason.objects.create(name="Lunch", order=1),
        answered=WrapUpCode.objects.create(name="Answered"),
        refund=WrapUpCode.objects.create(name="Refund", order=1),
        no_reason=WrapUpCode.objects.create(name="No reason given", order=2, is_default=True),
    )


def new_queue(name: str, *teams: Team, **settings: Any) -> Queue:
    """A queue that the teams serve at once."""
    queue = Queue.objects.create(name=name, **settings)
    DistributionGroup.objects.create(queue=queue, after=0).teams.add(*teams)
    return queue


def hire(name: str, team: Team, *, role: str = Agent.Role.AGENT, profile: MultimediaProfile | None = None) -> Agent:
    """An agent who is offline and can't log in by password."""
    user = User.objects.create_user(username=name.lower())
    return Agent.objects.create(user=user, name=name, team=team, role=role, profile=profile)


def sits_down(agent: Agent, *, desk: str = "") -> Agent:
    """The agent is signed in at a desk of his own, and Idle."""
    return operations.sign_in(agent, desk=desk or uuid4().hex, by=agent.user, take_over=True)


def goes_available(agent: Agent) -> Agent:
    """The agent is signed in and Available; what waits in his queues has been offered."""
    if fresh(agent).state == "offline":
        sits_down(agent)
    return agent_operations.become_available(agent, by=agent.user)


def comes_in(entry_point: EntryPoint, *, language: str = "en", **form: Any) -> Opened:
    """A customer has started a chat."""
    return operations.open(EntryPoint.objects.get(pk=entry_point.pk), {"name": "Carol", **form}, language=language)


def leaves_message(entry_point: EntryPoint, **form: Any) -> Opened:
    """A customer found the queue closed and has left a message. It stays closed."""
    never = BusinessHours.objects.create(name="Never")
    Queue.objects.filter(pk=entry_point.queue_id).update(hours=never)
    EntryPoint.objects.filter(pk=entry_point.pk).update(takes_messages=True)
    said = {"name": "Carol", "email": "carol@shop.example", "text": "Where is my lamp?", **form}
    return operations.take_message(EntryPoint.objects.get(pk=entry_point.pk), said, language="en")


def customer_of(chat: Chat) -> Sender:
    """The customer of a chat as he speaks."""
    customer = Customer.objects.get(pk=chat.customer_id)
    return Sender("customer", str(customer.pk), customer.name)


def customer_says(chat: Chat, text: str, *, cid: str = "") -> Posted:
    """The customer has written."""
    return operations.post(fresh(chat), by=customer_of(chat), cid=cid or new_cid(), text=text)


def agent_says(chat: Chat, agent: Agent, text: str, *, cid: str = "") -> Posted:
    """The agent has written."""
    return operations.post(fresh(chat), by=of_agent(agent), cid=cid or new_cid(), text=text)


def live_offer(chat: Chat) -> Offer:
    """The one live offer of the chat."""
    return Offer.objects.live().get(chat=chat)


def takes(chat: Chat, agent: Agent) -> Seat:
    """The agent has accepted the offer of this chat that was made to him."""
    return operations.accept(live_offer(chat).pk, by=agent)


def customer_leaves(chat: Chat) -> Chat:
    """The customer has left."""
    return operations.leave(chat, by=customer_of(chat))


def wrapup_of(seat: Seat) -> WrapUp:
    """What the agent owes or has written for the seat."""
    return WrapUp.objects.get(seat=seat)


def wraps_up(agent: Agent, code: WrapUpCode) -> None:
    """Everything the agent owed is written down."""
    for row in WrapUp.objects.for_agent(agent).open():
        wrapup_operations.submit(row.pk, by=agent, codes=[code.pk])


def fresh(row: Any) -> Any:
    """The row as the database has it now."""
    return type(row).objects.get(pk=row.pk)


def lines(chat: Chat, stream: str = Entry.PUBLIC) -> list[Entry]:
    """The transcript."""
    return list(Entry.objects.filter(chat=chat).stream(stream))


def kinds(chat: Chat) -> list[str]:
    """The kinds of the transcript's lines, in order."""
    return [line.kind for line in lines(chat)]


def verbs(chat: Chat) -> list[str]:
    """The chat's ledger."""
    return list(chat.events.values_list("verb", flat=True))


# Time passes by moving what is written down into the past.


def time_is_up(offer: Offer) -> None:
    """The offer's deadline has passed; nothing has happened about it yet."""
    Offer.objects.filter(pk=offer.pk).update(
        offered_at=F("offered_at") - timedelta(hours=2), expires_at=database_now() - timedelta(seconds=1)
    )


def has_waited(chat: Chat, seconds: float) -> None:
    """The chat has been waiting for so long."""
    moment = database_now() - timedelta(seconds=seconds)
    Chat.objects.filter(pk=chat.pk).update(started_at=moment, enqueued_at=moment)
    Leg.objects.filter(chat=chat, ended_at=None).update(since=moment)


def desk_is_silent(agent: Agent) -> None:
    """The lease of the agent's desk has run out; nothing has happened about it yet."""
    past = database_now() - timedelta(seconds=1)
    Agent.objects.filter(pk=agent.pk).update(lease_until=past, desk_heard=past - timedelta(seconds=75))


def does_nothing(agent: Agent) -> None:
    """The agent's team signs out who does nothing, and he has done nothing for longer than it allows."""
    Team.objects.filter(pk=agent.team_id).update(inactivity_sign_out=True, inactivity_minutes=3)
    Agent.objects.signed_in().filter(pk=agent.pk).update(active_at=database_now() - timedelta(minutes=3))


def grace_is_over(seat: Seat) -> None:
    """The lost agent has been away for longer than his chats wait."""
    Seat.objects.filter(pk=seat.pk).update(away_since=database_now() - GRACE - timedelta(seconds=1))


def patience_is_over(chat: Chat) -> None:
    """The customer has been away for longer than the entry point waits."""
    past = database_now() - timedelta(seconds=chat.entry_point.away_timeout + 1)
    Chat.objects.filter(pk=chat.pk).update(customer_until=past)


def customer_stays_away(chat: Chat) -> None:
    """The customer has not come back within the grace; nobody has been told yet."""
    Chat.objects.filter(pk=chat.pk).update(customer_until=database_now() - timedelta(seconds=1))


def wrapup_is_due(wrapup: WrapUp) -> None:
    """The time for the wrap-up is up; nothing has happened about it yet."""
    WrapUp.objects.filter(pk=wrapup.pk).update(due_at=database_now() - timedelta(seconds=1))

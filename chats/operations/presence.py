"""Who is there: the customer's lease, agents who are lost and come back, what was seen, who types."""

from collections.abc import Callable
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Greatest
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from agents import operations as agent_operations
from agents.models import Agent, User
from agents.states import State as AgentState
from chats.events import ChatChanged, Noticed
from chats.models import Chat, Seat
from chats.operations import lines
from chats.operations.asking import guest, take_back_any
from chats.operations.end import close_watches, end_seat
from chats.operations.enqueue import requeue
from chats.operations.moving import guest_lost, succeed
from chats.operations.offers import withdraw_all
from chats.operations.supervise import stop_watching
from chats.querysets import View
from chats.senders import SYSTEM, Sender, of_agent
from lib.clock import database_now
from lib.errors import Refused
from lib.events import afterwards, publish
from lib.sweeps import each

CUSTOMER_LEASE = timedelta(seconds=75)
CUSTOMER_GRACE = timedelta(seconds=5)  # a reloaded page is back before his agents are told that he is away
GRACE = timedelta(seconds=120)  # how long the chats of a lost agent wait for him


class Lost(Exception):
    """Who said hello has gone meanwhile: nothing was done."""


def customer_here(chat_id: UUID) -> View:
    """The customer is present for another 75 s; his agents hear it if they had been told that he is away.

    Gives the chat as his page sees it now. Refused("not_found").
    """
    view = Chat.objects.viewed_by_customer(chat_id, lease=CUSTOMER_LEASE)
    if view.customer_away and Chat.objects.live().filter(pk=chat_id, customer_away=True).update(customer_away=False):
        _tell_desks(chat_id)
    return view


def customer_away(chat_id: UUID, *, ago: float = 0.0) -> None:
    """The customer's last socket here was closed so many seconds ago: if he stays away, his agents are told.

    Who was heard since then, here or in another process, stays present; nobody is told anything yet.
    """
    since = timedelta(seconds=ago)
    Chat.objects.left_by_customer(chat_id, ago=since, grace=CUSTOMER_GRACE, lease=CUSTOMER_LEASE)


@transaction.atomic
def customer_lost(chat_id: UUID) -> bool:
    """The customer has not come back: his agents see him away. False when he has, or when they know it already."""
    gone = Chat.objects.quietly_left(database_now()).filter(pk=chat_id).update(customer_away=True)
    if gone:
        _tell_desks(chat_id)
    return bool(gone)


def _tell_desks(chat_id: UUID) -> None:
    agents = tuple(Seat.objects.live().filter(chat=chat_id).values_list("agent_id", flat=True))
    publish(ChatChanged(chat_id=chat_id, agents=agents))


def seen(chat: Chat, *, by: Sender, seq: int) -> None:
    """The reader has seen everything up to the line; the others in the chat are told. Never goes back.

    Quiet for an agent who has left: he reads, but nobody waits for him to.
    """
    seq = min(seq, chat.public_head)
    if by.kind == "customer":
        moved = Chat.objects.filter(pk=chat.pk, customer_seen__lt=seq).update(customer_seen=seq)
    else:
        mine = Seat.objects.live().of_sender(by).filter(chat=chat)
        moved = mine.filter(seen__lt=seq).update(seen=Greatest(F("seen"), seq))
    if moved:
        publish(Noticed(chat_id=chat.pk, what="seen", sender=_public(by), value=seq))


def typing(chat: Chat, *, by: Sender, on: bool) -> None:
    """The others in the chat see that somebody types, or has stopped. Nothing is stored."""
    publish(Noticed(chat_id=chat.pk, what="typing", sender=_public(by), value=on))


def _public(sender: Sender) -> dict[str, str]:
    return {"kind": sender.kind, "id": sender.id, "name": sender.name}


def sign_in(agent: Agent, *, desk: str, by: User, take_over: bool, lost: Callable[[], bool] = lambda: False) -> Agent:
    """The desk is the agent's; chats that waited for him after a lost connection are told that he is back.

    Each of them for itself, once the desk is his: a chat is locked before an agent, and who holds one of them keeps
    nobody from his desk. Refused as `agents.operations.sign_in`. Raises Lost, and leaves the desk to whoever has it,
    when `lost` says at the end that nobody waits for it any more.
    """
    with transaction.atomic():
        row = agent_operations.sign_in(agent, desk=desk, by=by, take_over=take_over)
        if lost():
            raise Lost
    each(comes_back, Seat.objects.live().filter(agent=row, away_since__isnull=False).select_related("agent"))
    return row


@transaction.atomic
def comes_back(seat: Seat) -> bool:
    """The agent is back in his chat, and the customer is told. False when he was, or is out of it meanwhile."""
    chat = Chat.objects.locked(seat.chat_id)
    if not Seat.objects.live().filter(pk=seat.pk, away_since__isnull=False).update(away_since=None):
        return False
    lines.append(chat, "connection_back", by=SYSTEM, at=database_now(), data=_public(of_agent(seat.agent)))
    publish(ChatChanged(chat_id=chat.pk, agents=(seat.agent_id,)))
    return True


def sign_out(agent: Agent, *, by: User) -> Agent:
    """The agent is offline. Refused("state") that counts what is open while an offer, chat or wrap-up is."""
    with transaction.atomic():
        row = Agent.objects.locked(agent.pk).get(agent.pk)
        if row is None or row.state == AgentState.OFFLINE:
            return agent
        if any(work := _open(agent)):
            raise Refused("state", open_work(offers=work[0], chats=work[1], wrapups=work[2]))
        afterwards(stop_watching, agent)
        return agent_operations.sign_out(agent, by=by)


@transaction.atomic
def time_out(agent: Agent) -> bool:
    """The agent, who did nothing for too long, is offline. False when work is open or he did something meanwhile."""
    Agent.objects.locked(agent.pk)
    if any(_open(agent)) or not agent_operations.time_out(agent):
        return False
    afterwards(stop_watching, agent)
    return True


def _open(agent: Agent) -> tuple[int, int, int]:
    """How many offers, chats and wrap-ups the locked agent has."""
    held = Seat.objects.held().filter(agent=agent)
    offers = agent.offers.live().count()  # first: an offer taken meanwhile is found below as a chat
    return offers, held.filter(left_at=None).count(), held.filter(left_at__isnull=False).count()


def open_work(*, offers: int, chats: int, wrapups: int) -> str:
    """The sentence that says why signing out isn't possible yet."""
    parts = [
        ngettext("%(n)d contact request", "%(n)d contact requests", offers) % {"n": offers} if offers else "",
        ngettext("%(n)d chat", "%(n)d chats", chats) % {"n": chats} if chats else "",
        ngettext("%(n)d wrap-up", "%(n)d wrap-ups", wrapups) % {"n": wrapups} if wrapups else "",
    ]
    return str(_("Sign-out is not possible yet, still open: %(work)s.")) % {"work": ", ".join(filter(None, parts))}


def agent_lost(agent: Agent) -> int:
    """The agent's desk went silent: his offers go back at once, his chats wait for him, the customers are told.

    Returns how many offers and chats that were; nothing happens to an agent who is back already.
    """
    withdrawn = withdraw_all(agent, why="lost")
    stop_watching(agent)
    return withdrawn + sum(_lost(seat) for seat in Seat.objects.live().filter(agent=agent, away_since=None))


@transaction.atomic
def _lost(seat: Seat) -> bool:
    chat = Chat.objects.locked(seat.chat_id)
    agent = Agent.objects.locked(seat.agent_id)[seat.agent_id]
    now = database_now()
    silent = agent.state == AgentState.OFFLINE
    if not silent or not Seat.objects.live().filter(pk=seat.pk, away_since=None).update(away_since=now):
        return False
    lines.append(chat, "connection_lost", by=SYSTEM, at=now, data=_public(of_agent(agent)))
    lines.record(chat, "lose", by=SYSTEM, at=now, agent=agent.pk)
    publish(ChatChanged(chat_id=chat.pk))
    return True


@transaction.atomic
def give_up(seat: Seat) -> bool:
    """The agent did not come back within the grace: the chat returns to its queue with its age. Quiet if not so.

    In a conference it goes on instead: with the other agent, who leads from now on.
    """
    chat = Chat.objects.locked(seat.chat_id)
    now = database_now()
    lost = Seat.objects.live().filter(pk=seat.pk, away_since__lt=now - GRACE).select_related("agent").first()
    if lost is None:
        return False
    if Agent.objects.locked(lost.agent_id)[lost.agent_id].state != AgentState.OFFLINE:
        comes_back(lost)  # the chat was held by somebody when he came
        return False
    if lost.role == Seat.Role.GUEST:
        guest_lost(chat, lost)
        return True
    take_back_any(chat, at=now, why="lost")
    second = guest(chat)
    if second is not None:
        succeed(chat, lost, second, by=SYSTEM, why="lost")
        return True
    lines.person_left(chat, of_agent(lost.agent), at=now, why="lost")
    end_seat(lost, at=now)
    told = close_watches(chat, at=now)
    requeue(chat, why="lost")
    publish(ChatChanged(chat_id=chat.pk, agents=(lost.agent_id, *told)))
    return True

"""What the sweep does: each chore asks for rows that are due and acts upon them, one row a transaction."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import QuerySet

from agents import operations as agent_operations
from agents.models import Agent
from agents.states import State as AgentState
from chats import operations
from chats.events import QueueMoved
from chats.models import Attachment, Chat, Offer, Seat, Watch
from chats.operations import files
from chats.operations.presence import GRACE, comes_back
from chats.states import State
from lib.clock import Moment, database_now
from lib.events import publish
from lib.sweeps import Probe, each

BATCH = 200
REORDERED_WITHIN = timedelta(seconds=3)  # two sweeps that come late still tell; twice does no harm


class Chore(NamedTuple):
    """`due`: rows without which there is nothing to do. `do`: done for up to `BATCH` of them; returns how many."""

    due: Callable[[Moment], QuerySet[Any, Any]]
    do: Callable[[datetime], int]


def all_due(act: Callable[[Any], Any], rows: Iterable[Any]) -> int:
    """As `each`, with one routing pass over all queues it has moved something in."""
    with operations.one_pass():
        return each(act, rows)


def _each(due: Callable[[Moment], QuerySet[Any, Any]], act: Callable[[Any], Any]) -> Chore:
    return Chore(due, lambda now: all_due(act, due(now)[:BATCH]))


def _adrift(_now: Moment) -> QuerySet[Any, Any]:
    sits = Seat.objects.live().filter(away_since=None)
    return Agent.objects.filter(state=AgentState.OFFLINE, seats__in=sits).distinct()


def _stranded(_now: Moment) -> QuerySet[Any, Any]:
    gone = Offer.objects.live().filter(agent__state__in=(AgentState.RONA, AgentState.OFFLINE))
    return gone.values_list("pk", flat=True)


def _withdraw(offer: UUID) -> bool:
    return operations.withdraw(offer, why="agent_gone")


def _back(_now: Moment) -> QuerySet[Any, Any]:
    away = Seat.objects.live().filter(away_since__isnull=False)
    return away.exclude(agent__state=AgentState.OFFLINE).select_related("agent")


def _unread(now: Moment) -> QuerySet[Any, Any]:
    return Attachment.objects.filter(status=Attachment.Status.SCANNING, look_at__lt=now)


def _reordered(now: Moment) -> QuerySet[Any, Any]:
    return Chat.objects.reordered(now, REORDERED_WITHIN)


def _tell_overtaken(now: datetime) -> int:
    """Customers in whose queue the order has changed by waiting alone look at their places again."""
    queues = set(_reordered(now).distinct())
    publish(*(QueueMoved(queue_id=queue) for queue in queues))
    return len(queues)


CHORES = {
    "rona": _each(
        lambda now: Offer.objects.overdue(now).order_by("expires_at").values_list("pk", flat=True), operations.lapse
    ),
    "desks": _each(lambda now: Agent.objects.lapsed(now), agent_operations.lapse),
    "inactive": _each(lambda now: Agent.objects.inactive(now), operations.time_out),
    "stranded": _each(_stranded, _withdraw),
    "adrift": _each(_adrift, operations.agent_lost),
    "back": _each(_back, comes_back),
    "given_up": _each(lambda now: Seat.objects.live().filter(away_since__lt=now - GRACE), operations.give_up),
    "unwatched": Chore(lambda _now: Watch.objects.lost(), lambda _now: operations.end_lost_watches()),
    "left": _each(lambda now: Chat.objects.quietly_left(now).values_list("pk", flat=True), operations.customer_lost),
    "abandoned": _each(lambda now: Chat.objects.deserted(now), operations.abandon),
    "overflowed": _each(
        lambda now: Chat.objects.waited_longest(now).values_list("pk", flat=True), operations.wait_is_over
    ),
    "taken_up": Chore(
        lambda _now: Chat.objects.filter(state=State.LATER),
        lambda now: all_due(operations.take_up, operations.due_messages(now, BATCH)),
    ),
    "looked_again": _each(_unread, operations.look_again),
    "swept_away": _each(
        lambda now: Attachment.objects.unsent().filter(created_at__lt=now - files.UPLOAD_LIFE), operations.sweep_away
    ),
    "offered": Chore(lambda _now: Chat.objects.waiting(), lambda _now: operations.distribute()),
    "overtaken": Chore(_reordered, _tell_overtaken),
}

_probe = Probe(lambda moment: {name: chore.due(moment) for name, chore in CHORES.items()})


def do_all() -> dict[str, int]:
    """Every chore that is due, and those that another one may have made due; returns how much each of them did."""
    due, done = _probe.ask(), dict.fromkeys(CHORES, 0)
    now = database_now() if due else None
    for name, chore in CHORES.items():
        if now is not None and (name in due or any(done.values())):
            done[name] = chore.do(now)
    return done

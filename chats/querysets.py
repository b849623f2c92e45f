"""Words for asking about chats, seats, offers and entries; and the ways in through the actor."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

from django.db import connection
from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    IntegerField,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.expressions import CombinedExpression
from django.db.models.functions import Cast, Coalesce, Extract, Floor, Greatest, Least, NullIf

from agents.models import Agent
from chats.statements import CUSTOMER_IS_HERE, CUSTOMER_LEFT, CUSTOMERS_VIEW, OPENED_WITH
from chats.states import LIVE, TRANSITIONS, Kind, State
from lib.clock import Moment
from lib.errors import Refused
from lib.transitions import TransitionQuerySet, one
from routing.selection import FIRST_PRIORITY

if TYPE_CHECKING:
    from chats.models import Chat, Seat
    from chats.senders import Sender


class Opened(NamedTuple):
    """What a customer's token opens, and for whom."""

    pk: UUID
    language: str
    customer_id: UUID
    customer_name: str
    origins: list[str]


class View(NamedTuple):
    """A chat as its customer's page sees it, at one moment. `agents`: id, display name, highest line seen."""

    pk: UUID
    kind: str
    state: str
    token_until: datetime
    public_head: int
    queue_id: int
    queue_name: str
    ageing: int
    priority: int
    enqueued_at: datetime | None
    customer_away: bool
    answered: bool
    rated: bool
    agents: list[tuple[str, str, int]]
    now: datetime


def _row(statement: str, parameters: dict[str, Any]) -> tuple[Any, ...] | None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchone()


def _view(statement: str, parameters: dict[str, Any]) -> View:
    row = _row(statement, parameters)
    if row is None:
        raise Refused("not_found")
    return View(*row)


class ChatQuerySet(TransitionQuerySet["Chat"]):
    """Chats; `advance` is the only writer of their state."""

    transitions = TRANSITIONS

    def live(self) -> "ChatQuerySet":
        """Those not ended."""
        return self.filter(state__in=LIVE)

    def waiting(self) -> "ChatQuerySet":
        """Those waiting for an offer, in the order of their settings: priority, then the older one."""
        return self.filter(state=State.QUEUED).order_by("priority", "enqueued_at", "pk")

    def ranked(self, now: Moment) -> "ChatQuerySet":
        """With their `rank`: the priority they have by now, as `routing.selection.rank` says. Lower is first."""
        return self.annotate(rank=_rank(now))

    def reordered(self, now: Moment, within: timedelta) -> "QuerySet[Chat, int]":
        """The keys of queues in whose line somebody's priority has grown within the time, so that he may overtake.

        Where all have the same priority nobody does: the older one stands ahead all along.
        """
        ageing = self.filter(state=State.QUEUED, queue__ageing__gt=0)
        mixed = ageing.values("queue").annotate(low=Min("priority"), high=Max("priority")).exclude(low=F("high"))
        grown = ageing.annotate(rank=_rank(now), rank_before=_rank(now - within)).filter(rank__lt=F("rank_before"))
        return grown.filter(queue__in=mixed.order_by().values("queue")).order_by().values_list("queue", flat=True)

    def in_line(self) -> "ChatQuerySet":
        """Customers who wait now: an offer not yet accepted counts too, a message doesn't."""
        return self.filter(kind=Kind.CHAT, state__in=(State.QUEUED, State.OFFERED))

    def waited_longest(self, now: Moment) -> "ChatQuerySet":
        """Customers whose queue's longest wait is up. Nobody waits with a message, so it has no longest wait."""
        up = ExpressionWrapper(F("in_queue_since") + _seconds("queue__max_wait"), output_field=DateTimeField())
        waiting = self.filter(kind=Kind.CHAT, state=State.QUEUED, queue__max_wait__gt=0)
        return waiting.annotate(up=up).filter(up__lte=now).order_by("up")

    def locked(self, pk: UUID) -> "Chat":
        """The chat, locked until commit: first in the order of locks, before any agent. Refused("not_found").

        Others may refer to it meanwhile: its key never changes.
        """
        rows = self.select_for_update(of=("self",), no_key=True).select_related("customer", "queue", "entry_point")
        return one(rows, pk=pk)

    def opened_by(self, token: bytes) -> Opened | None:
        """The chat that the hashed token opens; None when it opens none, or no longer."""
        row = _row(OPENED_WITH, {"token": token})
        return Opened(*row) if row else None

    def left_by_customer(self, pk: UUID, *, ago: timedelta, grace: timedelta, lease: timedelta) -> None:
        """The customer's presence ends a grace after he left, unless it was renewed for a lease since."""
        with connection.cursor() as cursor:
            cursor.execute(CUSTOMER_LEFT, {"chat": pk, "ago": ago, "grace": grace, "lease": lease})

    def viewed(self, pk: UUID) -> "View":
        """What the customer's page shows of the chat now. Refused("not_found")."""
        return _view(CUSTOMERS_VIEW, {"chat": pk})

    def viewed_by_customer(self, pk: UUID, *, lease: timedelta) -> "View":
        """As `viewed`, and the customer is present for so long. Nothing is written in an ended chat."""
        return _view(CUSTOMER_IS_HERE, {"chat": pk, "lease": lease})

    def for_agent(self, agent: Agent) -> "ChatQuerySet":
        """Chats in which the agent sits now."""
        return self.filter(seats__agent=agent, seats__left_at=None)

    def readable_by(self, agent: Agent) -> "ChatQuerySet":
        """Chats the agent may read: he sits there, owes the wrap-up (up to `reach`), or reads along as supervisor."""
        return self._or_watched(self.filter(seats__agent=agent, seats__released_at=None).distinct(), agent)

    def heard_by(self, agent: Agent) -> "ChatQuerySet":
        """Chats whose new lines the agent hears; from one that goes on without him he hears nothing more."""
        there = Q(seats__left_at=None) | Q(state=State.ENDED)
        return self._or_watched(self.filter(there, seats__agent=agent, seats__released_at=None).distinct(), agent)

    def _or_watched(self, rows: "ChatQuerySet", agent: Agent) -> "ChatQuerySet":
        if not agent.is_supervisor:
            return rows
        watched = self.model._default_manager.watched_by(agent)
        return self.filter(pk__in=rows.order_by().values("pk").union(watched.order_by().values("pk")))

    def supervised_by(self, agent: Agent) -> "ChatQuerySet":
        """Chats in which somebody else sits whose team the agent supervises; none for who is no supervisor."""
        if not agent.is_supervisor:
            return self.none()
        members = Agent.objects.supervised_by(agent).exclude(pk=agent.pk)
        return self.filter(seats__left_at=None, seats__agent__in=members).distinct()

    def watched_by(self, agent: Agent) -> "ChatQuerySet":
        """Those of the supervised chats in which the agent reads along now."""
        return self.supervised_by(agent).filter(watches__agent=agent, watches__ended_at=None)

    def deserted(self, now: Moment) -> "ChatQuerySet":
        """Live chats whose customer has been away for longer than his entry point waits; who left a message may be."""
        over = ExpressionWrapper(F("customer_until") + _seconds("entry_point__away_timeout"), DateTimeField())
        away = self.live().filter(kind=Kind.CHAT, customer_until__lt=now - timedelta(seconds=1))
        return away.annotate(over=over).filter(over__lte=now)

    def quietly_left(self, now: Moment) -> "ChatQuerySet":
        """Live chats whose customer is away without his agents having been told."""
        return self.live().filter(customer_until__lt=now, customer_away=False)


class SeatQuerySet(QuerySet["Seat"]):
    """Places of agents in chats."""

    def live(self) -> "SeatQuerySet":
        """Agents who are in the chat now."""
        return self.filter(left_at=None)

    def held(self) -> "SeatQuerySet":
        """Seats that count in the load: in the chat, or wrapping up."""
        return self.filter(released_at=None)

    def of_sender(self, by: "Sender") -> "SeatQuerySet":
        """The seats of the agent who says something; nobody else has one."""
        return self.none() if by.agent_id is None else self.filter(agent_id=by.agent_id)

    def together(self, chats: Collection[UUID]) -> dict[UUID, list["Seat"]]:
        """Who is in each of these chats now, with his agent, in the order of joining; one query for all of them."""
        found: dict[UUID, list[Seat]] = {chat: [] for chat in chats}
        if found:
            for seat in self.live().filter(chat__in=found).select_related("agent").order_by("joined_at"):
                found[seat.chat_id].append(seat)
        return found


class WatchQuerySet(QuerySet["Watch"]):
    """Supervisors who read along."""

    def live(self) -> "WatchQuerySet":
        """Those that go on."""
        return self.filter(ended_at=None)

    def lost(self) -> "WatchQuerySet":
        """Live ones of who is no supervisor any more of anybody who sits in the chat."""
        here = Agent.objects.filter(seats__chat=OuterRef("chat"), seats__left_at=None)
        led = here.filter(team__supervisors=OuterRef("agent")).exclude(pk=OuterRef("agent"))
        may = Exists(led) & Q(agent__role=Agent.Role.SUPERVISOR)
        return self.live().exclude(may)


class OfferQuerySet(QuerySet["Offer"]):
    """Offers of chats to agents."""

    def live(self) -> "OfferQuerySet":
        """Neither accepted nor ended otherwise."""
        return self.filter(outcome="")

    def for_agent(self, agent: Agent) -> "OfferQuerySet":
        """Those made to the agent."""
        return self.filter(agent=agent)

    def overdue(self, now: Moment) -> "OfferQuerySet":
        """Live ones whose deadline has passed."""
        return self.live().filter(expires_at__lte=now)


class EntryQuerySet(QuerySet["Entry"]):
    """Lines of transcripts."""

    def stream(self, stream: str, *, after: int = 0) -> "EntryQuerySet":
        """Lines of one stream after a seq, in order."""
        return self.filter(stream=stream, seq__gt=after).order_by("seq")


def _rank(now: Moment) -> Greatest:
    """The priority that a waiting chat has at that moment."""
    moment = Value(now) if isinstance(now, datetime) else now
    waited = Extract(ExpressionWrapper(moment - F("enqueued_at"), DurationField()), "epoch")
    steps = Floor(Greatest(waited, Value(0.0)) / NullIf("queue__ageing", Value(0)))
    best = Least("priority", Value(FIRST_PRIORITY))
    return Greatest(best, F("priority") - Coalesce(Cast(steps, IntegerField()), Value(0)))


def _seconds(field: str) -> CombinedExpression:
    """A whole number of seconds as a duration."""
    return F(field) * Value(timedelta(seconds=1), output_field=DurationField())


def with_load(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """Agents annotated with `load`: live offers plus seats held, wrap-ups included; one moment for both."""
    offers = Agent.objects.filter(pk=OuterRef("pk"), offers__outcome="").order_by().values("pk")
    seats = (
        Agent.objects.filter(pk=OuterRef("pk"), seats__released_at=None, seats__isnull=False).order_by().values("pk")
    )
    counted = [Coalesce(Subquery(rows.annotate(n=Count("*")).values("n")), 0) for rows in (offers, seats)]
    return agents.annotate(load=counted[0] + counted[1])

"""Words for asking about chats, seats, offers and entries; and the ways in through the actor."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import (
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    IntegerField,
    OuterRef,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Extract, Floor, Greatest, Least, NullIf

from agents.models import Agent
from chats.states import LIVE, TRANSITIONS, Kind, State
from lib.transitions import TransitionQuerySet, one
from routing.selection import FIRST_PRIORITY

if TYPE_CHECKING:
    from chats.models import Chat


class ChatQuerySet(TransitionQuerySet["Chat"]):
    """Chats; `advance` is the only writer of their state."""

    transitions = TRANSITIONS

    def live(self) -> "ChatQuerySet":
        """Those not ended."""
        return self.filter(state__in=LIVE)

    def waiting(self) -> "ChatQuerySet":
        """Those waiting for an offer, in the order of their settings: priority, then the older one."""
        return self.filter(state=State.QUEUED).order_by("priority", "enqueued_at", "pk")

    def ranked(self, now: datetime) -> "ChatQuerySet":
        """With their `rank`: the priority they have by now, as `routing.selection.rank` says. Lower is first."""
        waited = Extract(ExpressionWrapper(Value(now) - F("enqueued_at"), DurationField()), "epoch")
        steps = Floor(Greatest(waited, Value(0.0)) / NullIf("queue__ageing", Value(0)))
        best = Least("priority", Value(FIRST_PRIORITY))
        return self.annotate(rank=Greatest(best, F("priority") - Coalesce(Cast(steps, IntegerField()), Value(0))))

    def in_line(self) -> "ChatQuerySet":
        """Customers who wait now: an offer not yet accepted counts too, a message doesn't."""
        return self.filter(kind=Kind.CHAT, state__in=(State.QUEUED, State.OFFERED))

    def waited_longest(self, now: datetime) -> "ChatQuerySet":
        """Customers whose queue's longest wait is up. Nobody waits with a message, so it has no longest wait."""
        limit = F("queue__max_wait") * Value(timedelta(seconds=1), output_field=DurationField())
        up = ExpressionWrapper(F("in_queue_since") + limit, output_field=DateTimeField())
        waiting = self.filter(kind=Kind.CHAT, state=State.QUEUED, queue__max_wait__gt=0)
        return waiting.annotate(up=up).filter(up__lte=now).order_by("up")

    def locked(self, pk: UUID) -> "Chat":
        """The chat, locked until commit: first in the order of locks, before any agent. Refused("not_found")."""
        rows = self.select_for_update(of=("self",)).select_related("customer", "queue", "entry_point")
        return one(rows, pk=pk)

    def for_agent(self, agent: Agent) -> "ChatQuerySet":
        """Chats in which the agent sits now."""
        return self.filter(seats__agent=agent, seats__left_at=None)

    def readable_by(self, agent: Agent) -> "ChatQuerySet":
        """Chats whose transcript the agent may read: in which he sits, or whose wrap-up he still owes."""
        return self.filter(seats__agent=agent, seats__released_at=None).distinct()

    def deserted(self, now: datetime) -> "ChatQuerySet":
        """Live chats whose customer has been away since before the lease ran out; who left a message may be."""
        return self.live().filter(kind=Kind.CHAT, customer_until__lt=now)


class SeatQuerySet(QuerySet["Seat"]):
    """Places of agents in chats."""

    def live(self) -> "SeatQuerySet":
        """Agents who are in the chat now."""
        return self.filter(left_at=None)

    def held(self) -> "SeatQuerySet":
        """Seats that count in the load: in the chat, or wrapping up."""
        return self.filter(released_at=None)


class OfferQuerySet(QuerySet["Offer"]):
    """Offers of chats to agents."""

    def live(self) -> "OfferQuerySet":
        """Neither accepted nor ended otherwise."""
        return self.filter(outcome="")

    def for_agent(self, agent: Agent) -> "OfferQuerySet":
        """Those made to the agent."""
        return self.filter(agent=agent)

    def overdue(self, now: datetime) -> "OfferQuerySet":
        """Live ones whose deadline has passed."""
        return self.live().filter(expires_at__lte=now)


class EntryQuerySet(QuerySet["Entry"]):
    """Lines of transcripts."""

    def stream(self, stream: str, *, after: int = 0) -> "EntryQuerySet":
        """Lines of one stream after a seq, in order."""
        return self.filter(stream=stream, seq__gt=after).order_by("seq")


def with_load(agents: QuerySet[Agent]) -> QuerySet[Agent]:
    """Agents annotated with `load`: live offers plus seats held, wrap-ups included; one moment for both."""
    offers = Agent.objects.filter(pk=OuterRef("pk"), offers__outcome="").order_by().values("pk")
    seats = (
        Agent.objects.filter(pk=OuterRef("pk"), seats__released_at=None, seats__isnull=False).order_by().values("pk")
    )
    counted = [Coalesce(Subquery(rows.annotate(n=Count("*")).values("n")), 0) for rows in (offers, seats)]
    return agents.annotate(load=counted[0] + counted[1])

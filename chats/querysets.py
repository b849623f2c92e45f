"""Words for asking about chats, seats, offers and entries; and the ways in through the actor."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Count, Q, QuerySet

from agents.models import Agent
from chats.states import LIVE, TRANSITIONS, State
from lib.transitions import TransitionQuerySet, one

if TYPE_CHECKING:
    from chats.models import Chat


class ChatQuerySet(TransitionQuerySet["Chat"]):
    """Chats; `advance` is the only writer of their state."""

    transitions = TRANSITIONS

    def live(self) -> "ChatQuerySet":
        """Those not ended."""
        return self.filter(state__in=LIVE)

    def waiting(self) -> "ChatQuerySet":
        """Those waiting for an offer, first in line first."""
        return self.filter(state=State.QUEUED).order_by("priority", "enqueued_at", "pk")

    def in_line(self) -> "ChatQuerySet":
        """Those the customer sees as waiting: an offer not yet accepted counts too."""
        return self.filter(state__in=(State.QUEUED, State.OFFERED))

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
        """Live chats whose customer has been away since before the lease ran out."""
        return self.live().filter(customer_until__lt=now)


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
    """Agents annotated with `load`: live offers plus seats held, wrap-ups included."""
    offers = Count("offers", filter=Q(offers__outcome=""), distinct=True)
    seats = Count("seats", filter=Q(seats__released_at=None), distinct=True)
    return agents.annotate(load=offers + seats)

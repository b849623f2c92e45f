"""Words for asking about wrap-ups and their reasons."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from agents.models import Agent

if TYPE_CHECKING:
    pass


class WrapUpCodeQuerySet(QuerySet["WrapUpCode"]):
    """Reasons."""

    def offered(self, *, queue_id: int, team_id: int) -> "WrapUpCodeQuerySet":
        """Active reasons of the queue and the team; those scoped to nothing are for everybody."""
        return self.filter(
            Q(queues=None) | Q(queues=queue_id), Q(teams=None) | Q(teams=team_id), is_active=True
        ).distinct()


class WrapUpQuerySet(QuerySet["WrapUp"]):
    """Wrap-ups."""

    def open(self) -> "WrapUpQuerySet":
        """Not yet submitted."""
        return self.filter(outcome="")

    def for_agent(self, agent: Agent) -> "WrapUpQuerySet":
        """Those the agent owes or has written."""
        return self.filter(agent=agent)

    def overdue(self, now: datetime) -> "WrapUpQuerySet":
        """Open ones whose time is up."""
        return self.open().filter(due_at__lte=now)

"""Words for asking about agents."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F, Value

from agents.states import TRANSITIONS, State
from lib.clock import Moment
from lib.transitions import TransitionQuerySet

if TYPE_CHECKING:
    from agents.models import Agent


class AgentQuerySet(TransitionQuerySet["Agent"]):
    """Agents; `advance` is the only writer of their state."""

    transitions = TRANSITIONS

    def employed(self) -> "AgentQuerySet":
        """Those who may work here: neither they nor their log-ins are disabled."""
        return self.filter(is_active=True, user__is_active=True)

    def available(self) -> "AgentQuerySet":
        """Those who may be offered contacts."""
        return self.employed().filter(state=State.AVAILABLE)

    def signed_in(self) -> "AgentQuerySet":
        """Those with a desk."""
        return self.exclude(state=State.OFFLINE)

    def lapsed(self, now: Moment) -> "AgentQuerySet":
        """Those whose desk has been silent for longer than the lease."""
        return self.filter(lease_until__lt=now)

    def inactive(self, now: Moment) -> "AgentQuerySet":
        """Those signed in who have done nothing for as long as their team allows, where it asks for that at all."""
        allowed = F("team__inactivity_minutes") * Value(timedelta(minutes=1), output_field=DurationField())
        until = ExpressionWrapper(F("active_at") + allowed, output_field=DateTimeField())
        teams = self.signed_in().filter(team__inactivity_sign_out=True)
        return teams.annotate(active_until=until).filter(active_until__lte=now)

    def supervised_by(self, agent: "Agent") -> "AgentQuerySet":
        """Members of the teams the supervisor leads; nobody when he leads none, or is no supervisor any more."""
        return self.filter(team__supervisors=agent, team__supervisors__role="supervisor")

    def took_turns(self, moments: Mapping[int, datetime]) -> None:
        """Each of the agents stands last in line since his moment."""
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE agents_agent SET free_since = turn.at "
                "FROM unnest(%s::bigint[], %s::timestamptz[]) AS turn(agent, at) WHERE id = turn.agent",
                [list(moments), list(moments.values())],
            )

    def locked(self, *pks: Any) -> dict[Any, "Agent"]:
        """The rows by pk, locked in pk order until the end of the transaction.

        Others may refer to them meanwhile: two agents who ask each other would else wait for each other at commit.
        """
        rows = self.filter(pk__in=pks).order_by("pk").select_for_update(of=("self",), no_key=True)
        return {row.pk: row for row in rows}

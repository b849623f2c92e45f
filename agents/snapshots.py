"""What a desk shows of its agent."""

from collections.abc import Hashable
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F
from django.utils import timezone

from agents.models import Agent, IdleReason, MultimediaProfile, Spell
from agents.states import State
from lib.clock import database_now
from lib.wire import instant


def next_rev(agent: Agent) -> int:
    """The number of the next snapshot of this agent's desk; it only grows."""
    Agent.objects.filter(pk=agent.pk).update(desk_rev=F("desk_rev") + 1)
    return Agent.objects.values_list("desk_rev", flat=True).get(pk=agent.pk)


def standing(agent: Agent) -> Hashable:
    """What changes of itself and by others in what `me` tells; if it differs, a signal was lost."""
    agents = Agent.objects.filter(pk=agent.pk)
    columns = "name", "role", "state", "since", "reason", "team", "profile", "active_at", "team__inactivity_sign_out"
    *shown, active_at, counts = agents.values_list(*columns).get()
    return (*shown, active_at if counts else None)


def me(agent: Agent) -> dict[str, Any]:
    """State, reason, since when, idle time today (whole seconds, without the running spell) and capacity.

    `idle_since`: since when today, so that both together are the idle time of this day.
    """
    row = Agent.objects.select_related("reason", "profile", "team__profile").get(pk=agent.pk)
    midnight = _midnight()
    return {
        "id": str(row.pk),
        "name": row.name,
        "role": row.role,
        "state": row.state,
        "reason": {"id": str(row.reason_id), "name": row.reason.name} if row.reason else None,
        "since": instant(row.since),
        "idle_today": round(_idle_before(row, midnight).total_seconds()),
        "idle_since": instant(max(row.since, midnight)) if row.state == State.IDLE else None,
        "sign_out_at": instant(inactive_at(row)),
        "capacity": capacity(row.effective_profile()),
    }


def inactive_at(agent: Agent) -> datetime | None:
    """When the agent is signed out if he does nothing; None where his team doesn't ask for that."""
    if not agent.team.inactivity_sign_out or agent.active_at is None or agent.state == State.OFFLINE:
        return None
    return agent.active_at + timedelta(minutes=agent.team.inactivity_minutes)


def _midnight() -> datetime:
    """When this day began in the house's time zone."""
    return timezone.localtime(database_now()).replace(hour=0, minute=0, second=0, microsecond=0)


def _idle_before(agent: Agent, midnight: datetime) -> timedelta:
    """Idle time since midnight in spells that are over."""
    spells = Spell.objects.filter(agent=agent, state=State.IDLE, ended_at__gt=midnight)
    closed = spells.values_list("started_at", "ended_at")
    return sum((_within(start, end, midnight) for start, end in closed), timedelta())


def _within(start: datetime, end: datetime, midnight: datetime) -> timedelta:
    return end - max(start, midnight)


def capacity(profile: MultimediaProfile | None) -> dict[str, int | None]:
    """The most contacts per channel; `total` only where the profile counts all channels together."""
    if profile is None:
        return {"voice": 0, "chat": 0, "email": 0, "social": 0, "total": None}
    return {
        "voice": profile.voice,
        "chat": profile.chat_capacity,
        "email": profile.email,
        "social": profile.social,
        "total": profile.total,
    }


def reasons() -> list[dict[str, str]]:
    """The idle reasons that can be chosen, in the administrators' order."""
    return [{"id": str(row.pk), "name": row.name} for row in IdleReason.objects.filter(is_active=True)]

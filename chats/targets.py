"""Where a chat may go and who may be asked to it, as the desk lists them."""

from typing import Any

from django.db.models import Count, Q

from agents.models import Agent
from agents.snapshots import capacity
from agents.states import State as AgentState
from chats.models import Chat, Seat
from chats.operations.moving import why_not
from chats.querysets import with_load
from chats.snapshots import named
from lib.pci.mask import mask
from lib.wire import instant
from routing.desktops import agents_in_reach, queues_in_reach
from routing.models import DistributionGroup, Queue

MOST = 50
RANK = {AgentState.AVAILABLE: 0, AgentState.IDLE: 1, AgentState.RONA: 2, AgentState.OFFLINE: 3}


def queues(chat: Chat, agent: Agent, q: str) -> dict[str, Any]:
    """The queues the agent may transfer to: how many wait there, how many agents are Available, and if it is possible.

    `why` says in words why not.
    """
    rows = Queue.objects.filter(queues_in_reach(agent)).select_related("hours")
    found = list(_having(rows, q, "name").order_by("name")[: MOST + 1])
    waiting = dict(
        Chat.objects.in_line().filter(queue__in=found).order_by().values_list("queue").annotate(n=Count("pk"))
    )
    items = []
    for row in found[:MOST]:
        why = why_not(row, chat)
        items.append(
            {
                **(named(row) or {}),
                "waiting": waiting.get(row.pk, 0),
                "agents": _available_for(row),
                "available": not why,
                "why": why,
            }
        )
    return {"items": items, "more": len(found) > MOST}


def _available_for(queue: Queue) -> int:
    teams = DistributionGroup.objects.filter(queue=queue).values("teams")
    return Agent.objects.available().filter(team__in=teams).count()


def _having(rows: Any, q: str, *columns: str) -> Any:
    """The rows in which every word stands in one of the columns."""
    for word in mask(q).text.split()[:8]:
        places = Q()
        for column in columns:
            places |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(places)
    return rows


def agents(chat: Chat, agent: Agent, q: str, *, conference: bool) -> dict[str, Any]:
    """The agents the agent may transfer to or ask to a conference, with their state; the Available ones first."""
    there = Seat.objects.live().filter(chat=chat).values("agent")
    rows = _having(agents_in_reach(agent, conference=conference).exclude(pk__in=there), q, "name", "team__name")
    rows = with_load(rows.select_related("team__profile", "profile", "reason"))
    found = sorted(rows, key=lambda row: (RANK.get(AgentState(row.state), 9), row.name, row.pk))
    items = [_card(row) for row in found[:MOST]]
    return {"items": items, "more": len(found) > MOST}


def _card(row: Any) -> dict[str, Any]:
    load = {"voice": 0, "chat": row.load, "email": 0, "social": 0, "total": row.load}
    limits = capacity(row.effective_profile())
    room = limits["total"] if limits["total"] is not None else limits["chat"]
    return {
        **(named(row) or {}),
        "team": named(row.team),
        "role": row.role,
        "state": row.state,
        "reason": named(row.reason),
        "since": instant(row.since),
        "load": load,
        "capacity": limits,
        "available": row.state == AgentState.AVAILABLE and row.load < (room or 0),
    }

"""What a desk shows of open wrap-ups."""

from collections.abc import Hashable
from typing import Any

from agents.models import Agent
from chats.snapshots import customer_card, named
from lib.wire import instant
from wrapup.models import WrapUp, WrapUpCode


def wrapups(agent: Agent) -> list[dict[str, Any]]:
    """The wrap-ups the agent owes, oldest first, each with the reasons to choose from."""
    rows = WrapUp.objects.for_agent(agent).open().select_related("seat__chat__customer", "seat__queue")
    return [
        {
            "id": str(row.pk),
            "chat": str(row.seat.chat_id),
            "customer": customer_card(row.seat.chat),
            "queue": named(row.seat.queue),
            "codes": codes(row, agent),
            "due_at": instant(row.due_at),
            "can_extend": row.can_extend,
            "since": instant(row.started_at),
            "started_at": instant(row.seat.joined_at),
            "ended_at": instant(row.seat.left_at),
        }
        for row in rows.order_by("started_at")
    ]


def standing(agent: Agent) -> Hashable:
    """Which wrap-ups he owes and until when; if it differs, a signal was lost."""
    rows = WrapUp.objects.for_agent(agent).open().order_by("started_at")
    return tuple(rows.values_list("pk", "due_at", "can_extend"))


def codes(row: WrapUp, agent: Agent) -> list[dict[str, Any]]:
    """The reasons that may be given, in the administrators' order."""
    offered = WrapUpCode.objects.offered(queue_id=row.seat.queue_id, team_id=agent.team_id)
    return [{"id": str(code.pk), "name": code.name, "default": code.is_default} for code in offered]

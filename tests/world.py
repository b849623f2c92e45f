"""A house whose time tests let pass: heartbeats come, deadlines strike, sweeps run, as if the day went by."""

from django.db import connection

import chats.tasks
import wrapup.tasks
from agents import operations as agent_operations
from agents.models import Agent
from chats import operations
from chats.models import Chat
from chats.operations.presence import GRACE
from tests.clock import Clock

LAG = 0.4  # seconds after a deadline when the sweep comes by
HEARTBEAT = 20.0

DUE = """
SELECT extract(epoch FROM least(
    (SELECT min(expires_at) FROM chats_offer WHERE outcome = ''),
    (SELECT min(due_at) FROM wrapup_wrapup WHERE outcome = ''),
    (SELECT min(lease_until) FROM agents_agent),
    (SELECT min(away_since) + make_interval(secs => %s) FROM chats_seat WHERE left_at IS NULL),
    (SELECT min(customer_until + make_interval(secs => door.away_timeout)) FROM chats_chat
        JOIN routing_entrypoint AS door ON door.id = entry_point_id WHERE state <> 'ended'),
    (SELECT min(in_queue_since + make_interval(secs => max_wait)) FROM chats_chat
        JOIN routing_queue AS queue ON queue.id = queue_id WHERE state = 'queued' AND max_wait > 0)
) - clock_timestamp())::float
"""


class World:
    """Whose desks and pages are connected: for them heartbeats come, everybody else's presence lapses."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.desks: dict[int, str] = {}
        self.pages: set[object] = set()

    def until_due(self) -> float | None:
        """Seconds until the next deadline; None when there is none."""
        with connection.cursor() as cursor:
            cursor.execute(DUE, [GRACE.total_seconds()])
            return cursor.fetchone()[0]

    def heartbeats(self) -> None:
        """Everybody who is connected says so."""
        for agent in Agent.objects.filter(pk__in=self.desks).select_related("user"):
            agent_operations.renew_lease(agent, desk=self.desks[agent.pk], by=agent.user)
        for chat in Chat.objects.live().filter(pk__in=self.pages):
            operations.customer_here(chat)

    def sweep(self) -> None:
        """What is due is done."""
        chats.tasks.sweep()
        wrapup.tasks.sweep()

    def passes(self, seconds: float) -> None:
        """So much time goes by, with a heartbeat every 20 s and a sweep soon after each deadline."""
        while seconds > 0:
            due = self.until_due()
            step = min(seconds, HEARTBEAT, max(due, 0.0) + LAG if due is not None else seconds)
            self.clock.forward(step)
            seconds -= step
            self.heartbeats()
            self.sweep()

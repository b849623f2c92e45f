"""A house whose time tests let pass: heartbeats come, deadlines strike, sweeps run, as if the day went by."""

from django.db import connection

import chats.tasks
import wrapup.tasks
from agents import operations as agent_operations
from agents.models import Agent
from chats import operations
from chats.models import Chat
from chats.operations.presence import CUSTOMER_LEASE, GRACE
from lib.clock import database_now
from tests.clock import Clock

LAG = 0.4  # seconds after a deadline when the sweep comes by

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

    def __init__(self, clock: Clock, *, heartbeat: float = 20.0, sweep: float = 10.0) -> None:
        """A heartbeat and, where nothing is due, a sweep every so many seconds."""
        self.clock = clock
        self.heartbeat, self.sweep_every = heartbeat, sweep
        self.beats_at, self.sweeps_at = heartbeat, sweep
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
        now = database_now()
        mine = Chat.objects.live().filter(pk__in=self.pages)
        for chat in mine.filter(customer_away=True):
            operations.customer_here(chat.pk)
        mine.update(customer_until=now + CUSTOMER_LEASE)  # as the verb does it for whom nobody has missed

    def sweep(self) -> None:
        """What is due is done."""
        chats.tasks.sweep()
        wrapup.tasks.sweep()

    def passes(self, seconds: float) -> None:
        """So much time goes by, with its heartbeats and a sweep soon after each deadline."""
        until = self.clock.ahead + seconds
        while self.clock.ahead < until:
            due = self.until_due()
            strikes = self.clock.ahead + max(due, 0.0) + LAG if due is not None else until
            now = max(self.clock.ahead, min(until, strikes, self.beats_at, self.sweeps_at))
            self.clock.forward(now - self.clock.ahead)
            if now >= self.beats_at:
                self.heartbeats()
                self.beats_at = now + self.heartbeat
            if now >= min(strikes, self.sweeps_at):
                self.sweep()
                self.sweeps_at = now + self.sweep_every

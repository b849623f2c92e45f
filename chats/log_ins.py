"""Whether those at the desks of this process are still logged in: looked up for all of them at once, every few seconds.

News of a log-in that lost its rights closes its desks at once. This is for news that got lost between processes, for
sessions that end by themselves, and for sockets that have not said hello yet.
"""

import asyncio
import logging
from collections.abc import Collection
from typing import Protocol
from weakref import WeakKeyDictionary

from channels.db import database_sync_to_async
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from agents.models import Agent, User
from lib import wire
from lib.hub import Hub

log = logging.getLogger(__name__)

LOOK_SECONDS = 3.0  # with the look itself less than the five seconds in which rights end

Standing = tuple[int, str, str, int | None]


class AtDesk(Protocol):
    """The socket of a desk."""

    agent: Agent
    user: User
    session: str

    def hear(self, group: str, frame: bytes) -> None:
        """Take the signal; never waits."""


class LogIns:
    """The desks of one process, each as it was when its log-in was looked at last."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self._desks: set[AtDesk] = set()
        self._task: asyncio.Task[None] | None = None

    def add(self, desk: AtDesk) -> None:
        """From now on the desk is closed when its session ends, or its log-in or agent is not what it was."""
        self._desks.add(desk)
        if self._task is None:
            self._task = self.hub.loop.create_task(self._run())

    def drop(self, desk: AtDesk) -> None:
        """The socket is over; dropping twice is fine."""
        self._desks.discard(desk)
        if not self._desks and self._task is not None:
            self._task.cancel()
            self._task = None

    async def look(self) -> None:
        """Whoever may not be at his desk any more has been told."""
        desks = tuple(self._desks)
        sessions, agents = {desk.session for desk in desks}, {desk.agent.pk for desk in desks}
        alive, standing = await database_sync_to_async(_read, thread_sensitive=False)(sessions, agents)
        for desk in desks:
            was = (desk.user.pk, desk.user.password, desk.agent.role, desk.agent.team_id)
            if desk.session not in alive or standing.get(desk.agent.pk) != was:
                desk.hear("", wire.REVOKED)

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            try:
                await self.look()
            except Exception:
                log.exception("the log-ins of the desks could not be looked up; it is tried again")


def _read(sessions: Collection[str], agents: Collection[int]) -> tuple[set[str], dict[int, Standing]]:
    """The sessions that still run, and each active agent's log-in, password, role and team, if he may log in."""
    alive = Session.objects.filter(session_key__in=sessions, expire_date__gt=Now()).values_list("pk", flat=True)
    active = Agent.objects.filter(pk__in=agents, is_active=True, user__is_active=True)
    standing = active.values_list("pk", "user", "user__password", "role", "team")
    return set(alive), {pk: (user, password, role, team) for pk, user, password, role, team in standing}


_log_ins: "WeakKeyDictionary[Hub, LogIns]" = WeakKeyDictionary()


def log_ins(hub: Hub) -> LogIns:
    """Those of this process."""
    return _log_ins.setdefault(hub, LogIns(hub))

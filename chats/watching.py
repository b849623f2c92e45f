"""The live boards of one process: read once for all who watch, and told as what has changed, at most once a second.

Nothing here asks at intervals for what others tell: a signal says that something has changed, and only then it is
read anew. Figures that change with time alone (service level now, today) are renewed as long as somebody watches.
"""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from channels.db import database_sync_to_async

from agents.models import Agent
from chats import board
from chats.board import Board, Today
from lib import groups, wire
from lib.clock import database_now
from lib.hub import Hub, running_hub

log = logging.getLogger(__name__)

PAUSE = 1.0  # seconds between two tellings
RENEW = 3.0  # seconds after which figures of today and rights are looked up anew, and the moment is told
PAGE = 100  # agents in one frame


class Watcher(Protocol):
    """A desk that watches: the socket of a supervisor."""

    agent: Agent
    closed: bool
    groups: set[str]

    def push(self, frame: bytes) -> None:
        """Send the frame; a closed socket doesn't mind."""


class Boards:
    """Who watches which team in this process, and what they were told last."""

    def __init__(self, hub: Hub) -> None:
        self.hub = hub
        self.watchers: dict[int, set[Watcher]] = defaultdict(set)
        self.names: dict[int, str] = {}
        self.told: dict[int, Board] = {}
        self.revs: dict[int, int] = defaultdict(int)
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._today: Today | None = None
        self._at: str | None = None
        self._renewed = 0.0

    def hear(self, group: str, frame: bytes) -> None:
        """From the hub: something has changed somewhere."""
        self._changed.set()

    def add(self, watcher: Watcher, teams: Mapping[int, str]) -> None:
        """The desk is shown these teams from now on, and no others: whole at first, then what changes."""
        self.drop(watcher)
        self._show(watcher, teams)
        self._changed.set()
        if self._task is None or self._task.done():
            self.hub.join(groups.board(), self)
            self._task = self.hub.loop.create_task(self._run())

    def _show(self, watcher: Watcher, teams: Mapping[int, str]) -> None:
        """The desk is shown these teams, too; what was told of them already it is told at once."""
        for team, name in teams.items():
            self.names[team] = name
            if watcher in self.watchers[team]:
                continue
            self.watchers[team].add(watcher)
            if team in self.told:
                self._tell([watcher], team, self.told[team], whole=True)
            self._changed.set()

    def drop(self, watcher: Watcher) -> None:
        """The desk isn't shown anything any more."""
        for team in list(self.watchers):
            self.watchers[team].discard(watcher)
            if not self.watchers[team]:
                del self.watchers[team]
                self.told.pop(team, None)

    async def _run(self) -> None:
        """As long as somebody watches: wait for news, read, tell what has changed, rest."""
        try:
            while self._somebody():
                try:
                    async with asyncio.timeout(RENEW):
                        await self._changed.wait()
                except TimeoutError:
                    pass  # nothing was told for so long: the figures of today move all the same
                self._changed.clear()
                try:
                    await self._renew()
                except Exception:
                    log.exception("a live board could not be read; it is tried again")
                await asyncio.sleep(PAUSE)
        finally:
            self.hub.leave(groups.board(), self)

    def _somebody(self) -> bool:
        """Whether anybody watches; desks whose connection is over are let go."""
        for watcher in {each for team in self.watchers.values() for each in team}:
            if watcher.closed or not watcher.groups:  # a socket that hears no group has ended
                self.drop(watcher)
        return bool(self.watchers)

    async def _renew(self) -> None:
        if not self._somebody():
            return
        now = self.hub.loop.time()
        whole = self._today is None or now - self._renewed >= RENEW
        watching = {each.agent.pk for team in self.watchers.values() for each in team}
        teams = {team: self.names[team] for team in self.watchers}
        read = database_sync_to_async(_read, thread_sensitive=False)
        led, boards, self._today, self._at = await read(teams, watching, None if whole else self._today)
        if whole:
            self._renewed = now
        self._part(led)
        for watcher in {each for team in self.watchers.values() for each in team}:
            self._show(watcher, led.get(watcher.agent.pk, {}))
        for team, new in boards.items():
            everybody = self.watchers.get(team)
            if everybody:
                self._tell(everybody, team, new, before=self.told.get(team), whole=team not in self.told)
                self.told[team] = new

    def _part(self, led: Mapping[int, Mapping[int, str]]) -> None:
        """Who leads a team no longer sees it no longer, and is told."""
        for team in list(self.watchers):
            for watcher in list(self.watchers[team]):
                if team not in led.get(watcher.agent.pk, {team: ""}):
                    self.watchers[team].discard(watcher)
                    watcher.push(wire.encode({**self._head(team), **NOTHING, "ended": True}))
            if not self.watchers[team]:
                del self.watchers[team]
                self.told.pop(team, None)

    def _tell(
        self, watchers: Iterable[Watcher], team: int, new: Board, *, before: Board | None = None, whole: bool
    ) -> None:
        """The rows that differ from before, encoded once; of a whole board all rows, in pages."""
        old = before if before is not None and not whole else Board({}, {})
        agents = [row for key, row in new.agents.items() if old.agents.get(key) != row]
        rows = {
            "queues": [row for key, row in new.queues.items() if old.queues.get(key) != row],
            "agents_gone": [key for key in old.agents if key not in new.agents],
            "queues_gone": [key for key in old.queues if key not in new.queues],
            "whole": whole,
        }
        pages = [agents[start : start + PAGE] for start in range(0, len(agents), PAGE)] or [[]]
        for number, page in enumerate(pages):
            first = rows if number == 0 else {}
            encoded = wire.encode({**self._head(team), **NOTHING, **first, "agents": page})
            for watcher in watchers:
                watcher.push(encoded)

    def _head(self, team: int) -> dict[str, Any]:
        self.revs[team] += 1
        named = {"id": str(team), "name": self.names[team]}
        return {"type": "board", "team": named, "rev": self.revs[team], "at": self._at}


NOTHING: dict[str, Any] = {
    "whole": False,
    "ended": False,
    "agents": [],
    "queues": [],
    "agents_gone": [],
    "queues_gone": [],
}


def _read(
    teams: Mapping[int, str], watching: Iterable[int], of_today: Today | None
) -> tuple[dict[int, dict[int, str]], dict[int, Board], Today, str | None]:
    """Who may watch what, the boards of what is watched, the figures of today, and the moment."""
    figures = of_today or board.today()
    return board.teams_of(*watching), board.read(teams, figures), figures, wire.instant(database_now())


_boards: Boards | None = None


async def boards() -> Boards:
    """The boards of this process; they belong to its hub."""
    global _boards
    hub = await running_hub()
    if _boards is None or _boards.hub is not hub:
        _boards = Boards(hub)
    return _boards

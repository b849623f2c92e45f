"""What a supervisor may ask of his live board. Who leads no team gets `forbidden`, a foreign row is `not_found`."""

from typing import Any, Literal, Protocol
from uuid import UUID

from agents.commands import key
from agents.models import Agent, IdleReason
from chats import board, board_reads, operations
from chats.watching import boards
from lib.commands import Commands
from lib.errors import Refused
from lib.transitions import one
from lib.wire import Frame

DESK = Commands()


class Desk(Protocol):
    """The socket of the one who asks."""

    agent: Agent

    async def work(self, function: Any, *args: Any) -> Any:
        """The function's result from a worker thread."""


class OfAgent(Frame, kw_only=True):
    """A frame about one agent."""

    agent: str


class OfQueue(Frame, kw_only=True):
    """A frame about one queue."""

    queue: str


class OfChat(Frame, kw_only=True):
    """A frame about one chat."""

    chat: UUID


class SetState(OfAgent, kw_only=True):
    """Choose an agent's state."""

    state: Literal["available", "idle"]
    reason: str | None = None


def _teams(agent: Agent) -> dict[int, str]:
    """The teams he leads. Refused("forbidden") when there are none."""
    teams = board.teams_of(agent.pk)[agent.pk]
    if not teams:
        raise Refused("forbidden")
    return teams


@DESK.handles("board.watch", Frame)
async def watch(desk: Any, frame: Frame) -> dict[str, Any]:
    """Show the live board of one's teams from now on."""
    teams = await desk.work(_teams, desk.agent)
    (await boards()).add(desk, teams)
    return {"result": {"teams": [{"id": str(pk), "name": name} for pk, name in teams.items()]}}


@DESK.handles("board.leave", Frame)
async def leave(desk: Any, frame: Frame) -> dict[str, Any]:
    """Show the live board no longer."""
    (await boards()).drop(desk)
    return {}


@DESK.handles("board.waiting", OfQueue)
def waiting(desk: Desk, frame: OfQueue) -> dict[str, Any]:
    """Who waits in a queue of one's teams, and why nobody has been asked yet."""
    return {"result": board_reads.waiting(key(frame.queue), teams=_teams(desk.agent))}


@DESK.handles("board.why", OfChat)
def why(desk: Desk, frame: OfChat) -> dict[str, Any]:
    """The last routing decision on a chat in a queue of one's teams, in sentences."""
    return {"result": board_reads.why(frame.chat, teams=_teams(desk.agent))}


@DESK.handles("board.chats", OfAgent)
def chats(desk: Desk, frame: OfAgent) -> dict[str, Any]:
    """What an agent of one's teams holds."""
    _teams(desk.agent)
    agent = one(Agent.objects.supervised_by(desk.agent), pk=key(frame.agent))
    return {"result": board_reads.chats(agent, by=desk.agent)}


@DESK.handles("supervise.set_state", SetState)
def set_state(desk: Desk, frame: SetState) -> dict[str, Any]:
    """Set an agent's state."""
    _teams(desk.agent)
    reason = one(IdleReason.objects.all(), pk=key(frame.reason)) if frame.reason else None
    operations.set_state(key(frame.agent), state=frame.state, reason=reason, by=desk.agent)
    return {}


@DESK.handles("supervise.sign_out", OfAgent)
def sign_out(desk: Desk, frame: OfAgent) -> dict[str, Any]:
    """Sign an agent out who has no open work."""
    _teams(desk.agent)
    operations.sign_out_member(key(frame.agent), by=desk.agent)
    return {}

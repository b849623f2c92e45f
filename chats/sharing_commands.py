"""What a desk may ask to pass a chat on, to share it, and to supervise it: command name → typed frame → verb."""

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec

from agents.commands import Desk, key
from agents.models import Agent
from chats import operations, supervision, targets
from chats.commands import AGENT_MESSAGES, OfChat
from chats.models import Chat
from lib.commands import Commands
from lib.errors import Refused
from lib.transitions import one
from lib.wire import Frame
from routing.models import Queue

DESK = Commands()

Words = Annotated[str, msgspec.Meta(max_length=200)]


class Transfer(OfChat, kw_only=True):
    """Pass the chat on: to a queue or to an agent."""

    queue: str | None = None
    agent: str | None = None


class Targets(OfChat, kw_only=True):
    """To whom may it go, whom may one ask?"""

    kind: Literal["queue", "agent"]
    for_: Literal["transfer", "conference"] = msgspec.field(name="for")
    q: Words | None = None


class WithAgent(OfChat, kw_only=True):
    """About a chat and another agent."""

    agent: str


class Whisper(OfChat, kw_only=True):
    """Words for the agents in the chat alone."""

    text: str


class TeamChats(Frame, kw_only=True):
    """Conversations of one's teams."""

    q: Words | None = None


def _own(desk: Desk, frame: OfChat) -> Chat:
    return one(Chat.objects.for_agent(desk.agent), pk=frame.chat)


@DESK.handles("chat.transfer", Transfer)
def transfer(desk: Desk, frame: Transfer) -> dict[str, Any]:
    """The chat goes to a queue, or another agent is asked to take it."""
    if (frame.queue is None) == (frame.agent is None):
        raise Refused("invalid", "Name either a queue or an agent.")
    chat = _own(desk, frame)
    if frame.queue is not None:
        operations.transfer(chat, by=desk.agent, queue=one(Queue.objects.all(), pk=key(frame.queue)))
    else:
        operations.transfer(chat, by=desk.agent, agent=_agent(frame.agent or ""))
    return {}


def _agent(named: str) -> Agent:
    return one(Agent.objects.all(), pk=key(named))


@DESK.handles("targets.list", Targets)
def list_targets(desk: Desk, frame: Targets) -> dict[str, Any]:
    """Queues or agents to choose from."""
    chat, q = _own(desk, frame), frame.q or ""
    if frame.kind == "agent":
        return {"result": targets.agents(chat, desk.agent, q, conference=frame.for_ == "conference")}
    if frame.for_ == "conference":
        raise Refused("invalid", "Only agents can be asked to a conference.")
    return {"result": targets.queues(chat, desk.agent, q)}


@DESK.handles("conference.request", WithAgent)
def request_conference(desk: Desk, frame: WithAgent) -> dict[str, Any]:
    """Another agent is asked to join."""
    operations.request_conference(_own(desk, frame), by=desk.agent, agent=_agent(frame.agent))
    return {}


def _simple(name: str, verb: Callable[..., Any], words: str, find: Callable[[Desk, OfChat], Chat]) -> None:
    def run(desk: Desk, frame: OfChat) -> dict[str, Any]:
        verb(find(desk, frame), by=desk.agent)
        return {}

    run.__doc__ = words
    DESK.handles(name, OfChat)(run)


def _of_team(desk: Desk, frame: OfChat) -> Chat:
    """A chat of the supervisor's teams, or in which he reads along or sits: what he may do there the verb knows."""
    return one(supervision.known_to(desk.agent), pk=frame.chat)


_simple("transfer.cancel", operations.cancel_transfer, "Who was asked is asked no longer.", _own)
_simple("conference.cancel", operations.cancel_conference, "Who was asked is asked no longer.", _own)
_simple("conference.end", operations.end_conference, "The second agent is out.", _own)
_simple("conference.exit", operations.exit_conference, "The second agent goes.", _own)
_simple("conference.hand_over", operations.hand_over_conference, "The second agent leads, the first is out.", _own)
_simple("supervise.monitor", operations.monitor, "The supervisor reads along.", _of_team)
_simple("supervise.barge_in", operations.barge_in, "The supervisor joins.", _of_team)
_simple("supervise.take_over", operations.take_over, "The supervisor leads, the agent is out.", _of_team)
_simple("supervise.leave", operations.leave_supervision, "The supervisor goes.", _of_team)


@DESK.handles("supervise.whisper", Whisper)
def whisper(desk: Any, frame: Whisper) -> dict[str, Any]:
    """Only the agents in the chat read it; the answer has the text as stored."""
    if desk.limited and not AGENT_MESSAGES.take(str(desk.agent.pk)):
        raise Refused("rate_limited")
    entry = operations.whisper(_of_team(desk, frame), by=desk.agent, text=frame.text)
    return {"result": {"seq": entry.seq, "text": entry.text, "findings": entry.findings}}


@DESK.handles("supervise.list", TeamChats)
def list_chats(desk: Desk, frame: TeamChats) -> dict[str, Any]:
    """The conversations of the supervisor's teams."""
    if not desk.agent.is_supervisor:
        raise Refused("forbidden")
    return {"result": supervision.conversations(desk.agent, frame.q or "")}

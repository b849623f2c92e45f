"""What a desk may ask of agents."""

from typing import Any, Literal, Protocol

from agents import operations
from agents.models import Agent, IdleReason, User
from lib.commands import Commands
from lib.errors import Refused
from lib.numbers import whole
from lib.transitions import one
from lib.wire import Frame


class Desk(Protocol):
    """Who sits at the socket."""

    agent: Agent
    user: User


DESK = Commands()


class SetState(Frame, kw_only=True):
    """Choose one's own state."""

    state: Literal["available", "idle"]
    reason: str | None = None


def key(value: str) -> int:
    """The number behind an opaque id; Refused("not_found") for what can't be one."""
    number = whole(value, digits=18)
    if number is None:
        raise Refused("not_found")
    return number


@DESK.handles("agent.active", Frame, quiet=True)
def active(desk: Desk, frame: Frame) -> dict[str, Any]:
    """Somebody moves at the desk: keyboard or pointer."""
    operations.active(desk.agent, by=desk.user)
    return {}


@DESK.handles("agent.set_state", SetState)
def set_state(desk: Desk, frame: SetState) -> dict[str, Any]:
    """The agent is Available, or Idle with the reason."""
    if frame.state == "available":
        operations.become_available(desk.agent, by=desk.user)
    else:
        reason = one(IdleReason.objects.all(), pk=key(frame.reason)) if frame.reason else None
        operations.go_idle(desk.agent, by=desk.user, reason=reason)
    return {}

"""News from agents."""

from collections.abc import Iterable

from lib import groups, wire
from lib.events import Event


class AgentChanged(Event):
    """Something about an agent that his desk shows has changed."""

    agent_id: int

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """His desk draws itself anew, the live boards too."""
        return [(groups.desk(self.agent_id), wire.DESK_CHANGED), (groups.board(), wire.BOARD_CHANGED)]


class AgentAvailable(Event):
    """An agent can be offered contacts from now on."""

    agent_id: int


class AgentGone(Event):
    """An agent went offline without signing out: the lease of his desk has lapsed."""

    agent_id: int


class DeskReplaced(Event):
    """Another desk of the same log-in took over."""

    agent_id: int
    desk: str

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """Every other desk of the agent says so and stops."""
        return [(groups.desk(self.agent_id), wire.REPLACED + self.desk.encode())]


class DeskClosed(Event):
    """A supervisor has signed the agent out."""

    agent_id: int

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """His desk says so and stops."""
        return [(groups.desk(self.agent_id), wire.REVOKED)]


class AgentTimedOut(Event):
    """An agent was signed out because he had done nothing for too long."""

    agent_id: int

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """His desk says so and stops."""
        return [(groups.desk(self.agent_id), wire.TIMED_OUT)]


class LoginRevoked(Event):
    """A log-in lost its rights: logged out, disabled, password changed."""

    user_id: int

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """Its sockets close."""
        return [(groups.user(self.user_id), wire.REVOKED)]

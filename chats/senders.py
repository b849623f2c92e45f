"""Who speaks or acts in a chat."""

from typing import Literal

import msgspec

from agents.models import Agent

Kind = Literal["customer", "agent", "bot", "system"]


class Sender(msgspec.Struct, frozen=True):
    """Kind, id and the name that the others read."""

    kind: Kind
    id: str = ""
    name: str = ""

    @property
    def agent_id(self) -> int | None:
        """The agent's key; None for everybody else."""
        return int(self.id) if self.kind == "agent" else None


BOT = Sender("bot")
SYSTEM = Sender("system")


def of_agent(agent: Agent) -> Sender:
    """The agent as the others in the chat see him."""
    return Sender("agent", str(agent.pk), agent.name)

"""Names of groups: who may hear what, all in one place."""

from uuid import UUID


def desk(agent_id: UUID | int) -> str:
    """The desk of one agent."""
    return f"desk.{agent_id}"


def public(chat_id: UUID) -> str:
    """Everybody in a chat: the customer and the agents."""
    return f"chat.{chat_id}"


def customer(chat_id: UUID) -> str:
    """The customer of a chat alone."""
    return f"customer.{chat_id}"


def staff(chat_id: UUID) -> str:
    """The agents and supervisors in a chat, never the customer."""
    return f"staff.{chat_id}"


def user(user_id: int) -> str:
    """Every socket of one login: told when the login loses its rights."""
    return f"user.{user_id}"


def queue(queue_id: int) -> str:
    """The customers waiting in a queue: told when places move."""
    return f"queue.{queue_id}"


def board() -> str:
    """The live boards of every process: told that something on them may have changed."""
    return "board"

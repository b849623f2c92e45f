"""How many more contacts of each channel an agent can take: his profile's limits against what he holds. Pure."""

from typing import NamedTuple, Protocol


class Contacts(NamedTuple):
    """A number of contacts for each channel."""

    voice: int = 0
    chat: int = 0
    email: int = 0
    social: int = 0


class Limits(Protocol):
    """What is read of a multimedia profile: its kind, and the most contacts of each channel."""

    kind: str
    voice: int
    chat: int
    email: int
    social: int


def capacity_left(profile: Limits | None, load: Contacts) -> Contacts:
    """The contacts of each channel that could still be taken, never below 0; none without a profile.

    Blended: every channel for itself. Blended real-time: voice and chat exclude each other, e-mail and social
    go on beside them. Exclusive: one contact in total, of a channel whose limit isn't 0.
    """
    if profile is None:
        return Contacts()
    limits = Contacts(profile.voice, profile.chat, profile.email, profile.social)
    if profile.kind == "exclusive":
        return Contacts(*(min(limit, 1) if sum(load) == 0 else 0 for limit in limits))
    left = Contacts(*(max(0, limit - held) for limit, held in zip(limits, load, strict=True)))
    if profile.kind == "realtime":
        return left._replace(voice=0 if load.chat else left.voice, chat=0 if load.voice else left.chat)
    return left

"""News: what has happened, told to the rooms above inside the transaction and to the sockets after it."""

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import msgspec
from django.db import transaction

from lib.hub import publish_frames


class Event(msgspec.Struct, frozen=True, kw_only=True):
    """Something that has happened: past tense, ids and small facts. `frames` says who hears what on the wire."""

    def frames(self) -> Iterable[tuple[str, bytes]]:
        """(group, encoded frame) pairs for the sockets; none unless the event has an audience there."""
        return ()


log = logging.getLogger(__name__)

E = TypeVar("E", bound=Event)
_receivers: dict[type[Event], list[Callable[[Any], None]]] = defaultdict(list)


def receives(kind: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Make the decorated function hear every event of that kind, inside the transaction that publishes it."""

    def register(receiver: Callable[[E], None]) -> Callable[[E], None]:
        _receivers[kind].append(receiver)
        return receiver

    return register


def publish(*events: Event) -> None:
    """Tell the receivers now, and the sockets once the transaction has committed; rolled back means never told.

    A frame that several of the events have for the same group goes out once.
    """
    for event in events:
        for receiver in _receivers[type(event)]:
            receiver(event)
    frames = list(dict.fromkeys(frame for event in events for frame in event.frames()))
    if frames:
        transaction.on_commit(lambda: publish_frames(frames))


def afterwards(act: Callable[..., Any], *args: Any, **more: Any) -> None:
    """The act follows the commit. If it fails that is logged, and hinders neither the answer nor what else follows."""

    def follow() -> None:
        try:
            act(*args, **more)
        except Exception:
            log.exception("what follows a commit failed: %s", getattr(act, "__name__", act))

    transaction.on_commit(follow)

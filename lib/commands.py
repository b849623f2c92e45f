"""A table of commands: frame type → typed frame and the function that carries it out."""

import inspect
from collections.abc import Callable
from typing import Any

import msgspec

from lib.wire import Frame


class Command:
    """One command of a socket: its name, the type of its frame, the function behind it."""

    __slots__ = ("decoder", "frame", "name", "on_loop", "quiet", "run")

    def __init__(self, name: str, frame: type[Frame], run: Callable[..., Any], *, quiet: bool) -> None:
        self.name, self.frame, self.run, self.quiet = name, frame, run, quiet
        self.on_loop = inspect.iscoroutinefunction(run)
        self.decoder = msgspec.json.Decoder(frame)


class Commands(dict[str, Command]):
    """Commands by name. Rooms fill one each, the roof joins them as `urls.py` joins views."""

    def handles(
        self, name: str, frame: type[Frame], *, quiet: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Make the decorated function the command `name`.

        `quiet`: the id may be missing, then only errors answer. A coroutine function runs on the event loop, any
        other in a thread with a database connection.
        """

        def register(run: Callable[..., Any]) -> Callable[..., Any]:
            self[name] = Command(name, frame, run, quiet=quiet)
            return run

        return register

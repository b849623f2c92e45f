"""A table of commands: frame type → typed frame and the function that carries it out."""

from collections.abc import Callable
from typing import Any

import msgspec

from lib.wire import Frame


class Command:
    """One command of a socket: its name, the type of its frame, the function behind it."""

    __slots__ = ("answers_itself", "decoder", "frame", "name", "quiet", "run")

    def __init__(
        self, name: str, frame: type[Frame], run: Callable[..., Any], *, quiet: bool, answers_itself: bool
    ) -> None:
        self.name, self.frame, self.run, self.quiet, self.answers_itself = name, frame, run, quiet, answers_itself
        self.decoder = msgspec.json.Decoder(frame)


class Commands(dict[str, Command]):
    """Commands by name. Rooms fill one each, the roof joins them as `urls.py` joins views."""

    def handles(
        self, name: str, frame: type[Frame], *, quiet: bool = False, answers_itself: bool = False
    ) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
        """Make the decorated function the command `name`. `quiet`: the id may be missing, then only errors answer."""

        def register(run: Callable[..., Any]) -> Callable[..., Any]:
            self[name] = Command(name, frame, run, quiet=quiet, answers_itself=answers_itself)
            return run

        return register

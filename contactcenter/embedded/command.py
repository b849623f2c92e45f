"""Running one command to its end: signals reach it, and nothing is left half done when they reach us."""

import os
import signal
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from contactcenter.embedded.errors import CannotStart

STOPPING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Interrupted(KeyboardInterrupt):
    """We were asked to stop before there was a command to pass the signal to."""

    def __init__(self, number: int) -> None:
        """`number` is the signal."""
        super().__init__(number)
        self.status = 128 + number


def interruptible() -> None:
    """From now on a signal that asks us to stop raises Interrupted, so that everything opened is closed."""

    def interrupt(number: int, _frame: FrameType | None) -> None:
        raise Interrupted(number)

    for number in STOPPING:
        signal.signal(number, interrupt)


@contextmanager
def undisturbed() -> Iterator[None]:
    """Inside, signals that ask us to stop are ignored: we are stopping."""
    before = [(number, signal.signal(number, signal.SIG_IGN)) for number in STOPPING]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)


def run(arguments: Sequence[str], environment: Mapping[str, str], *, apart: bool = False) -> int:
    """Run a command to its end and return its exit status (128 + signal when a signal ended it).

    Signals that ask us to stop are passed on. With `apart` the command gets a session of its own and is only ever sent
    SIGTERM: for a command that shall not see the terminal's Ctrl-C itself.
    """
    child: subprocess.Popen | None = None

    def pass_on(number: int, _frame: FrameType | None) -> None:
        if child is None:
            raise Interrupted(number)
        if apart:
            child.terminate()
        elif number != signal.SIGINT or not _terminal_reaches_our_group():
            child.send_signal(number)

    before = [(number, signal.signal(number, pass_on)) for number in STOPPING]
    try:
        child = subprocess.Popen(arguments, env=environment, start_new_session=apart)  # noqa: S603 what the caller asked for
        status = child.wait()
    except (FileNotFoundError, PermissionError) as error:
        raise CannotStart(f"{arguments[0]} cannot be run: {error.strerror}.") from error
    finally:
        for number, handler in before:
            signal.signal(number, handler)
    return status if status >= 0 else 128 - status


def _terminal_reaches_our_group() -> bool:
    """True when a Ctrl-C at the terminal reaches the command without us, because it is in the same foreground group."""
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)

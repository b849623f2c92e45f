"""Ends the processes of a test run that was killed and could not end them itself.

The run writes their process ids to the standard input of `python tests/undertaker.py`: `+123` when one has started,
`-123` when it has ended. When that input closes, because the run is over or dead, whoever is still listed is ended.
"""

import os
import signal
import subprocess
import sys
from contextlib import suppress

import psutil

GRACE = 5.0  # seconds between the request and the end by force


class Undertaker:
    """The run's side: a process that outlives it for as long as it takes to end what is still watched."""

    def __init__(self) -> None:
        """It waits from now on, out of reach of the terminal's Ctrl-C."""
        command = [sys.executable, os.path.abspath(__file__)]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, start_new_session=True)

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """This process doesn't outlive the run, nor do its children."""
        self._tell(f"+{process.pid}")

    def forget(self, process: subprocess.Popen[bytes]) -> None:
        """This process has ended; its id may belong to somebody else from now on."""
        self._tell(f"-{process.pid}")

    def _tell(self, line: str) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n".encode())
        self.process.stdin.flush()


def left_behind(lines: list[str]) -> list[psutil.Process]:
    """The processes that were watched and not forgotten, with their children."""
    watched: dict[int, None] = {}
    for line in lines:
        if line.startswith("+"):
            watched[int(line)] = None
        else:
            watched.pop(-int(line), None)
    found: list[psutil.Process] = []
    for pid in watched:
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            found += [process, *process.children(recursive=True)]
    return found


def end(processes: list[psutil.Process]) -> None:
    """None of them runs; SIGQUIT is what PostgreSQL needs to leave no shared memory behind."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(signal.SIGQUIT)
    _, alive = psutil.wait_procs(processes, timeout=GRACE)
    for process in alive:
        with suppress(psutil.NoSuchProcess):
            process.kill()


if __name__ == "__main__":
    end(left_behind(sys.stdin.read().split()))

"""All tests in two halves at once, each with servers of its own: `python -m tests [--dir FOLDER] [pytest's arguments]`.

With arguments for pytest there is one run with just these. The second half's output follows the first's; the status is
the first that isn't 0.
"""

import argparse
import signal
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryFile
from types import FrameType
from typing import IO

from contactcenter.embedded import ROOT

# Each half keeps one core busy for about as long: people, processes, faults and races here, everything else there.
LIVE = ("tests/browser", "tests/faults", "tests/fuzz", "tests/races")
FOLDER = ROOT / "var" / "test"


def main(arguments: list[str]) -> int:
    """Run what was asked for; no process is left when it returns."""
    parser = argparse.ArgumentParser(prog="python -m tests")
    parser.add_argument("--dir", type=Path, default=FOLDER, help="where the servers live (default: var/test)")
    options, chosen = parser.parse_known_args(arguments)
    if chosen:
        return _waited_for([_started(options.dir, chosen, None)])
    with TemporaryFile() as output:
        rest = [f"--ignore={folder}" for folder in LIVE]
        second = options.dir.with_name(f"{options.dir.name}-live")
        status = _waited_for([_started(options.dir, rest, None), _started(second, list(LIVE), output)])
        output.seek(0)
        sys.stdout.write(output.read().decode(errors="replace"))
    return status


def _started(folder: Path, arguments: list[str], output: IO[bytes] | None) -> subprocess.Popen[bytes]:
    servers = [sys.executable, "-m", "contactcenter.embedded", "exec", "--fast", "--dir", str(folder), "--"]
    command = [*servers, sys.executable, "-m", "pytest", *arguments]
    return subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT if output else None)


def _waited_for(runs: list[subprocess.Popen[bytes]]) -> int:
    """The first exit status that isn't 0, when all have ended. A signal that asks us to stop reaches each of them."""

    def pass_on(number: int, _frame: FrameType | None) -> None:
        for run in runs:
            run.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends Ctrl-C to the runs itself
    return next(filter(None, [run.wait() for run in runs]), 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

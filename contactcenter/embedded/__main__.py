"""`python -m contactcenter.embedded exec [--fast] [--dir FOLDER] -- COMMAND…` and `… stop [--dir FOLDER]`."""

import argparse
import sys
from pathlib import Path

from contactcenter.embedded import DEFAULT_FOLDER
from contactcenter.embedded.command import Interrupted, interruptible, run
from contactcenter.embedded.errors import CannotStart
from contactcenter.embedded.servers import running, stop


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line says and return the exit status; a failure is one sentence on stderr and status 1."""
    options = _parser().parse_args(arguments)
    interruptible()
    try:
        if options.action == "stop":
            sys.stdout.write("Stopped.\n" if stop(options.dir) else f"Nothing runs in {options.dir}.\n")
            return 0
        with running(options.dir, fast=options.fast) as environment:
            return run(options.command, environment)
    except CannotStart as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except Interrupted as interrupted:
        return interrupted.status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m contactcenter.embedded", description="Private PostgreSQL and Valkey."
    )
    actions = parser.add_subparsers(dest="action", required=True)
    execute = actions.add_parser("exec", help="run a command with both servers up, then stop them")
    execute.add_argument("--fast", action="store_true", help="no safety against a power cut: for tests")
    execute.add_argument("command", nargs="+", help="the command with its arguments, after --")
    stopping = actions.add_parser("stop", help="stop both servers, whoever uses them")
    for action in (execute, stopping):
        action.add_argument("--dir", type=Path, default=DEFAULT_FOLDER, help="where they live (default: var/)")
    return parser


if __name__ == "__main__":
    sys.exit(main())

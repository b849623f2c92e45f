"""`manage.py simulate`: customers and agents against a running server, over the same wire as everybody."""

import asyncio
import json
import logging
from argparse import ArgumentTypeError
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.core.management.base import BaseCommand, CommandError, CommandParser

from contactcenter.simulator.dialogues import SAMPLE, BadTranscript, read
from contactcenter.simulator.plan import LOGINS, Plan, make

MISSING = ""
try:
    from contactcenter.simulator.report import table, verdict
    from contactcenter.simulator.rest import NothingThere
    from contactcenter.simulator.run import Options, is_loopback, simulate
except ModuleNotFoundError as error:
    MISSING = (error.name or "").partition(".")[0]
    if MISSING not in ("httpx", "websockets"):
        raise


class Command(BaseCommand):
    help = (
        "Plays customers and agents against a running server over HTTP and WebSocket, then says what happened. "
        "Exit code 0 when every message sent was acknowledged and stands in the history, and every chat is over."
    )
    # It speaks with a server, not with this process's database.
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--customers", type=_whole(1, 100_000), required=True, help="how many come in all")
        parser.add_argument(
            "--agents", type=_whole(0, len(LOGINS)), required=True, help=f"0 (people answer) to {len(LOGINS)}"
        )
        parser.add_argument("--minutes", type=_number(0.05, 24 * 60), required=True, help="length of the run")
        parser.add_argument(
            "--transcripts", type=Path, default=SAMPLE, help="JSON lines of conversations; else the shipped sample"
        )
        parser.add_argument("--seed", default="1", help="same seed, same plan; default 1")
        parser.add_argument("--base", type=_base, default="http://127.0.0.1:8000", help="the server's address")
        parser.add_argument("--entry-point", default="direct", help="slug of the entry point; default direct")
        parser.add_argument("--password", default="demo", help="the agents' password; default demo")
        parser.add_argument(
            "--rona", type=_number(0, 1), default=0.05, help="share of offers let lapse on purpose; default 0.05"
        )
        parser.add_argument(
            "--transfers", type=_number(0, 1), default=0.0, help="share of chats passed on to a colleague; default 0"
        )
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the numbers there too")
        parser.add_argument("--i-own-this-server", action="store_true", help="allow an address beyond this machine")

    def handle(self, *args: Any, **options: Any) -> None:
        if MISSING:
            raise CommandError(
                f"The simulator needs {MISSING}, which isn't installed: pip install -r requirements-dev.txt"
            )
        if not is_loopback(options["base"]) and not options["i_own_this_server"]:
            raise CommandError(
                f"{options['base']} isn't this machine. Add --i-own-this-server if you may put load on it."
            )
        # One line per request would drown the progress.
        logging.getLogger("httpx").setLevel(logging.WARNING)
        plan = self._plan(options)
        wanted = Options(options["base"], options["entry_point"], options["password"])
        self.stdout.write(
            f"{options['customers']} customers, {options['agents']} agents, {options['minutes']:g} minutes at "
            f"{options['base']}, seed {options['seed']}."
        )
        try:
            numbers = asyncio.run(simulate(plan, wanted, self._say))
        except NothingThere as nothing:
            raise CommandError(str(nothing)) from nothing
        self.stdout.write(table(numbers))
        if options["json"]:
            self._write(options["json"], numbers)
        if not numbers["ok"]:
            raise CommandError(verdict(numbers), returncode=1)
        self.stdout.write(verdict(numbers))

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    def _plan(self, options: dict[str, Any]) -> Plan:
        try:
            dialogues = read(options["transcripts"])
        except BadTranscript as bad:
            raise CommandError(str(bad)) from bad
        return make(
            customers=options["customers"],
            agents=options["agents"],
            seconds=options["minutes"] * 60,
            dialogues=dialogues,
            seed=options["seed"],
            rona=options["rona"],
            transfers=options["transfers"],
        )

    def _write(self, path: Path, numbers: dict[str, Any]) -> None:
        try:
            path.write_text(json.dumps(numbers, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        except OSError as error:
            raise CommandError(f"{path}: can't be written ({error.strerror or error}).") from error


def _base(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path not in ("", "/") or parts.query:
        raise ArgumentTypeError(f"{text} isn't an address like http://127.0.0.1:8000")
    return text.rstrip("/")


def _whole(least: int, most: int) -> Any:
    def whole(text: str) -> int:
        if not text.isdecimal() or not least <= int(text) <= most:
            raise ArgumentTypeError(f"{text} isn't a whole number from {least} to {most}")
        return int(text)

    return whole


def _number(least: float, most: float) -> Any:
    def number(text: str) -> float:
        try:
            value = float(text)
        except ValueError:
            value = float("nan")
        if not least <= value <= most:
            raise ArgumentTypeError(f"{text} isn't a number from {least:g} to {most:g}")
        return value

    return number

"""`make bench`: runs the measurements, prints one table and writes `var/bench/result.json`.

Needs DATABASE_URL, REDIS_URL and SECRET_KEY, which `python -m contactcenter.embedded exec` provides. Exit status 1
when a message was lost, doubled or out of order on any server, or when something could not be measured.
"""

import argparse
import json
import os
import platform
import subprocess
import sys
import time
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from bench import databases, report
from bench.meter import machine
from bench.run import Found, Options, measure
from bench.servers import NAMES, CannotMeasure
from contactcenter.embedded import ROOT
from contactcenter.embedded.command import Interrupted, interruptible
from contactcenter.embedded.home import locked

FOLDER = ROOT / "var" / "bench"
PACKAGES = (
    "Django", "channels", "channels-redis", "daphne", "Twisted", "autobahn", "psycopg", "msgspec", "redis",
    "starlette", "uvicorn", "websockets", "asyncpg",
)  # fmt: skip
QUICK = {
    "rounds": 1,
    "seconds": 2.0,
    "rates": (100.0,),
    "idle": (100,),
    "storm": 60,
    "chats": 40,
    "routing": (100, 500, 2.0),
    "processes": (4,),
    "offers": (20, 10.0, 1),
}


def main(arguments: list[str] | None = None) -> int:
    """Measure what the command line names; the exit status says whether all was sound."""
    chosen = _parser().parse_args(arguments)
    missing = [name for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY") if not os.environ.get(name)]
    if missing:
        print(f"{', '.join(missing)} is not set: use `make bench`.", file=sys.stderr)
        return 1
    options = _options(chosen)
    FOLDER.mkdir(parents=True, exist_ok=True)
    began, head = time.monotonic(), _head()

    def say(words: str) -> None:
        print(f"[{time.monotonic() - began:5.0f} s] {words}", file=sys.stderr, flush=True)

    interruptible()
    try:
        # Two at once would measure each other, and take each other's databases away.
        with locked(FOLDER / "bench.lock"):
            found = measure(options, FOLDER, say)
    except CannotMeasure as error:
        print(error, file=sys.stderr)
        return 1
    except Interrupted as interrupted:
        return interrupted.status
    return _tell(options, found, {**head, "took_seconds": round(time.monotonic() - began)})


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="make bench", description="Measure the product against two yardsticks.")
    parser.add_argument(
        "--quick", action="store_true", help="a smoke run, under 90 s on a quiet machine; its figures mean little"
    )
    parser.add_argument("--only", choices=["messages", "idle", "storm", "routing", "offers", "pci"], help="one part")
    parser.add_argument("--servers", default=",".join(NAMES), help="some of " + ",".join(NAMES))
    parser.add_argument("--rounds", type=int, help="turns of each server (3)")
    parser.add_argument("--seconds", type=float, help="length of a stretch (5)")
    parser.add_argument("--rates", help="messages/s of the open loop (100,400,1000)")
    parser.add_argument("--chats", type=int, help="chats that talk; a customer's socket each, a desk for five (100)")
    parser.add_argument("--idle", help="numbers of idle sockets (1000,3000)")
    parser.add_argument("--storm", type=int, help="sockets that come back at once (1000)")
    parser.add_argument("--seed", type=int, help="of texts and moments (1)")
    return parser


def _options(chosen: argparse.Namespace) -> Options:
    named: dict[str, Any] = dict(QUICK) if chosen.quick else {}
    for name in ("rounds", "seconds", "chats", "storm", "seed"):
        if getattr(chosen, name) is not None:
            named[name] = getattr(chosen, name)
    if chosen.rates:
        named["rates"] = tuple(float(rate) for rate in chosen.rates.split(","))
    if chosen.idle:
        named["idle"] = tuple(int(size) for size in chosen.idle.split(","))
    if chosen.only:
        named["parts"] = (chosen.only,)
    wanted = chosen.servers.split(",")
    return Options(names=tuple(name for name in NAMES if name in wanted), **named)


def _head() -> dict[str, Any]:
    """When, on what and with which versions."""
    commit = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": commit.stdout.strip() or None,
        "machine": {**machine(), "system": platform.system(), "architecture": platform.machine()},
        "versions": {
            "Python": platform.python_version(),
            "PostgreSQL": databases.version(os.environ["DATABASE_URL"]),
            **{name: version(name) for name in PACKAGES},
        },
    }


def _tell(options: Options, found: Found, head: dict[str, Any]) -> int:
    """Print the table, write the file; 1 when something must not have happened."""
    text = report.table(found, options.names)
    result = {
        **head,
        "options": asdict(options),
        "summary": report.summary(found, options.names),
        "stretches": [each.plain() for each in found.stretches],
        "crowds": [each.plain() for each in found.crowds],
        "routing": found.routing,
        "offers": found.offers.plain() if found.offers else None,
        "pci": found.pci,
        "notes": found.notes,
        "problems": found.problems,
        "sound": not found.problems,
    }
    path: Path = FOLDER / "result.json"
    path.write_text(json.dumps(result, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    print(f"\n{_one_line(head)}\n\n{text}\n")
    for note in found.notes:
        print(f"note: {note}")
    for problem in found.problems:
        print(f"FAILED: {problem}")
    print(f"{'Not sound' if found.problems else 'Sound'}: {path.relative_to(ROOT)} has every round.")
    return 1 if found.problems else 0


def _one_line(head: dict[str, Any]) -> str:
    on, versions = head["machine"], head["versions"]
    return (
        f"{head['at']}, commit {head['commit']}, {on['usable']} cores, {on['memory_gib']} GiB, "
        f"load before {on['load_average_before'][0]}, Python {versions['Python']}, PostgreSQL {versions['PostgreSQL']}"
    )


if __name__ == "__main__":
    sys.exit(main())

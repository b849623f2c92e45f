"""Processor time and memory of the processes behind a measurement, from the operating system's books."""

import os
import time
from dataclasses import dataclass

import psutil
import psycopg
import redis

KIB = 1024


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds of processor time used since their start by the server, PostgreSQL, Redis and the load; and the clock.

    None where the process isn't on this machine.
    """

    clock: float
    server: float
    postgres: float | None
    redis: float | None
    load: float

    def since(self, before: "Reading") -> "Reading":
        """What was used between two readings."""
        return Reading(
            self.clock - before.clock,
            self.server - before.server,
            _minus(self.postgres, before.postgres),
            _minus(self.redis, before.redis),
            self.load - before.load,
        )


def _minus(after: float | None, before: float | None) -> float | None:
    return None if after is None or before is None else after - before


class Meter:
    """Reads the books of one server's processes and of what it leans on."""

    def __init__(self, server: int, postgres: int | None, valkey: int | None) -> None:
        """Process ids; PostgreSQL's is the one that forks all others."""
        self._server = psutil.Process(server)
        self._postgres = psutil.Process(postgres) if postgres else None
        self._redis = psutil.Process(valkey) if valkey else None
        self._load = psutil.Process()

    def read(self) -> Reading:
        """All books at this moment."""
        return Reading(
            time.monotonic(),
            _family(self._server),
            _family(self._postgres) if self._postgres else None,
            _family(self._redis) if self._redis else None,
            _own(self._load),
        )

    def memory(self) -> float:
        """KiB of memory the server holds (resident set), its children included."""
        family = [self._server, *self._server.children(recursive=True)]
        return sum(process.memory_info().rss for process in family) / KIB


def _own(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _family(process: psutil.Process) -> float:
    """The process, its children, and (where the system counts them) children that have ended."""
    times = process.cpu_times()
    total = times.user + times.system + times.children_user + times.children_system
    for child in process.children(recursive=True):
        try:
            total += _own(child)
        except psutil.NoSuchProcess:
            continue
    return total


def postgres_process(address: str) -> int | None:
    """The process id of the PostgreSQL at this address; None when it is on another machine."""
    with psycopg.connect(address) as connection:
        row = connection.execute("SELECT pg_backend_pid()").fetchone()
        assert row is not None
        return _parent_named("postgres", row[0])


def _parent_named(name: str, pid: int) -> int | None:
    try:
        parent = psutil.Process(pid).parent()
        return parent.pid if parent is not None and name in parent.name() else None
    except psutil.Error:
        return None


def redis_process(address: str) -> int | None:
    """The process id of the Valkey or Redis at this address; None when it is on another machine."""
    with redis.Redis.from_url(address) as client:
        pid = int(client.info("server")["process_id"])
    try:
        return pid if any(word in psutil.Process(pid).name() for word in ("valkey", "redis")) else None
    except psutil.Error:
        return None


def machine() -> dict[str, object]:
    """What the figures were measured on."""
    return {
        "processors": os.cpu_count(),
        "usable": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30, 1),
        "load_average_before": [round(load, 1) for load in os.getloadavg()],
    }

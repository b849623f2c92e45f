"""Many sockets: the memory each costs while idle, and how long all take to come back when all were dropped."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from bench.client import Refusal
from bench.messages import in_turns, percentiles, quiet
from bench.meter import Meter
from bench.servers import Server, Stage
from bench.talker import Talker

HEARTBEAT_SECONDS = 20.0
WARM_SOCKETS = 60
SETTLE_SECONDS = 2.0
MISSED_LINES = 2  # every chat's customer and agent come back from two lines ago
STORM_SECONDS = 120.0  # who isn't back by then makes the run fail
BACK_SECONDS = 1.0  # who is sent away tries again within this time
AGENTS_PART = 6  # one socket in six is a desk


@dataclass(slots=True)
class Crowd:
    """What a crowd of sockets found. KiB a socket, seconds."""

    server: str
    kind: str
    sockets: int
    kib_each: float = 0.0
    seconds: float = 0.0
    each_ms: dict[str, float] = field(default_factory=dict)
    retries: int = 0
    cpu_s: float = 0.0
    problems: list[str] = field(default_factory=list)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def crowd(stage: Stage, sockets: int, heads: Mapping[str, int] | None = None) -> list[Talker]:
    """Customers, and one desk for every five of them; `heads` are those of chats that have talked since the stage."""
    known = heads or {}
    agents = sockets // AGENTS_PART
    people = [*stage.customers[: sockets - agents], *stage.agents[:agents]]
    return [Talker(each, {chat: known.get(chat, stage.head) for chat in each.chats}) for each in people]


def chats_needed(sockets: int) -> int:
    """Chats that a crowd of this size needs on the stage."""
    return sockets - sockets // AGENTS_PART


async def idle(server: Server, meter: Meter, sizes: tuple[int, ...]) -> list[Crowd]:
    """Memory per socket at each size: all welcomed, a heartbeat every 20 s, nothing said."""
    warm = crowd(server.stage, WARM_SOCKETS)
    await in_turns(warm, lambda talker: talker.open(server.port))
    await in_turns(warm, lambda talker: talker.close())
    await quiet(meter)
    empty = meter.memory()
    everybody = _mixed(crowd(server.stage, max(sizes)))
    opened: list[Talker] = []
    found: list[Crowd] = []
    heart = asyncio.create_task(_beat(opened))
    try:
        for size in sorted(sizes):
            found.append(await _grow(server, meter, everybody, opened, size, empty))
    finally:
        heart.cancel()
        for talker in everybody:
            talker.drop()
    return found


async def _grow(
    server: Server, meter: Meter, everybody: list[Talker], opened: list[Talker], size: int, empty: float
) -> Crowd:
    """Open sockets until there are so many, and weigh them."""
    loop = asyncio.get_running_loop()
    fresh = everybody[len(opened) : size]
    begin, used = loop.time(), meter.read().server

    async def enter(talker: Talker) -> None:
        await talker.open(server.port)
        opened.append(talker)

    await in_turns(fresh, enter)
    seconds = loop.time() - begin
    await asyncio.sleep(SETTLE_SECONDS)
    result = Crowd(server.name, "idle", size, seconds=seconds, cpu_s=meter.read().server - used)
    result.kib_each = (meter.memory() - empty) / size
    closed = sum(talker.close_code is not None for talker in opened)
    if closed:
        result.problems.append(f"{closed} of {size} idle sockets were closed by the server")
    return result


def _mixed(talkers: list[Talker]) -> list[Talker]:
    """Desks spread evenly among the customers, so that every part of the crowd has the same mixture."""
    agents = len(talkers) // AGENTS_PART
    customers, desks = talkers[: len(talkers) - agents], talkers[len(talkers) - agents :]
    mixed: list[Talker] = []
    for number, customer in enumerate(customers):
        mixed.append(customer)
        if number % (AGENTS_PART - 1) == 0 and desks:
            mixed.append(desks.pop())
    return [*mixed, *desks]


async def _beat(opened: list[Talker]) -> None:
    """Everybody pings every 20 s, evenly spread."""
    turn = 0
    while True:
        await asyncio.sleep(HEARTBEAT_SECONDS / max(20, len(opened)))
        if opened:
            opened[turn % len(opened)].ping()
            turn += 1


async def storm(server: Server, meter: Meter, sockets: int, heads: Mapping[str, int]) -> Crowd:
    """All are dropped at one moment and all come back at once, each with two lines missed."""
    loop = asyncio.get_running_loop()
    talkers = crowd(server.stage, sockets, heads)
    await in_turns(talkers, lambda talker: talker.open(server.port))
    await quiet(meter)
    for talker in talkers:
        talker.drop()
        talker.heads = {chat: head - MISSED_LINES for chat, head in talker.heads.items()}
    begin, used = loop.time(), meter.read().server
    times: list[float] = []
    problems: list[str] = []

    async def come_back(talker: Talker) -> None:
        while True:
            try:
                await talker.open(server.port)
            except (Refusal, TimeoutError, OSError):
                # As a client does: not for good, and not all at the same moment.
                talker.retries += 1
                if loop.time() > begin + STORM_SECONDS:
                    problems.append(f"a {talker.principal.kind} did not come back in {STORM_SECONDS:.0f} s")
                    return
                await asyncio.sleep(random.uniform(0, BACK_SECONDS))
            else:
                times.append(loop.time() - begin)
                return

    await asyncio.gather(*map(come_back, talkers))
    result = Crowd(server.name, "storm", sockets, seconds=loop.time() - begin, each_ms=percentiles(times))
    result.retries = sum(talker.retries for talker in talkers)
    result.cpu_s = meter.read().server - used
    result.problems = problems
    for talker in talkers:
        talker.drop()
    return result

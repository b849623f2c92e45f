"""The whole measurement: stage, servers, rounds in turn, crowds; gives everything found."""

import asyncio
import os
import resource
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from bench import databases, offers, pci, servers, sockets
from bench.messages import Cast, Phrases, Stretch, closed_loop, measured, open_loop
from bench.meter import Meter, postgres_process, redis_process
from bench.offers import Offered
from bench.servers import Server
from bench.sockets import Crowd

FILES = 16_000  # open files a crowd of sockets needs, on both sides
WITHIN_REACH = 0.9  # a rate above this part of what closed loop reached would only measure the queue


@dataclass(frozen=True, slots=True)
class Options:
    """What to measure, how long, how often."""

    names: tuple[str, ...] = servers.NAMES
    parts: tuple[str, ...] = ("messages", "idle", "storm", "routing", "offers", "pci")
    rounds: int = 3
    seconds: float = 5.0
    rates: tuple[float, ...] = (100.0, 400.0, 1000.0)
    chats: int = 100
    chats_per_agent: int = 5
    idle: tuple[int, ...] = (1000, 3000)
    storm: int = 1000
    routing: tuple[int, int, float] = (1000, 5000, 10.0)  # agents, chats in line, seconds of the yardstick
    processes: tuple[int, ...] = (1, 4)  # that give chats out
    # Agents, of whom so many get free in a second, so many times: with five chats at once, each is six minutes long.
    offers: tuple[int, float, int] = (300, 4.0, 1)
    seed: int = 1

    @property
    def chats_on_stage(self) -> int:
        """Chats that have to be there."""
        crowds = [*(self.idle if "idle" in self.parts else ()), *((self.storm,) if "storm" in self.parts else ())]
        return max([self.chats, sockets.WARM_SOCKETS, *map(sockets.chats_needed, crowds)])


@dataclass(slots=True)
class Found:
    """Everything measured."""

    stretches: list[Stretch] = field(default_factory=list)
    crowds: list[Crowd] = field(default_factory=list)
    routing: list[dict[str, Any]] = field(default_factory=list)
    offers: Offered | None = None
    pci: dict[str, dict[str, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    @property
    def problems(self) -> list[str]:
        """What must not happen and did: lost, doubled, out of order, closed."""
        of_stretches = [f"{each.server}, {_title(each)}: {words}" for each in self.stretches for words in each.problems]
        of_crowds = [f"{each.server}, {each.kind}: {words}" for each in self.crowds for words in each.problems]
        of_offers = [f"offers: {words}" for words in (self.offers.problems if self.offers else ())]
        return of_stretches + of_crowds + of_offers


def _title(stretch: Stretch) -> str:
    return "closed loop" if stretch.kind == "closed" else f"{stretch.rate:,.0f}/s"


Say = Callable[[str], None]


def measure(options: Options, folder: Path, say: Say) -> Found:
    """Measure all parts; servers are stopped and databases gone afterwards."""
    _allow_many_files()
    found = _with_servers(options, folder, say) if {"messages", "idle", "storm"} & {*options.parts} else Found()
    if "routing" in options.parts:
        agents, waiting, seconds = options.routing
        processes = [str(number) for number in options.processes]
        say(f"routing: {waiting:,} chats for {agents:,} agents, by {' and by '.join(processes)} processes")
        size = ["--agents", f"{agents}", "--waiting", f"{waiting}", "--seconds", f"{seconds}"]
        found.routing = servers.routing(folder, [*size, "--processes", *processes])
    if "offers" in options.parts:
        agents, rate, turns = options.offers
        say(f"offers: {agents} desks, {rate:g} get free in a second")
        found.offers = offers.run(agents=agents, rate=rate, turns=turns, folder=folder)
    if "pci" in options.parts:
        say("card and personal data")
        found.pci = pci.measure()
    return found


def _with_servers(options: Options, folder: Path, say: Say) -> Found:
    """Set the stage, start the servers, measure, stop them; the databases are gone afterwards."""
    try:
        say(f"setting the stage: {options.chats_on_stage:,} chats")
        keys = servers.prepare(
            options.names, folder, chats=options.chats_on_stage, chats_per_agent=options.chats_per_agent
        )
        with ExitStack() as stack:
            running = [stack.enter_context(servers.running(name, keys[name], folder)) for name in options.names]
            return asyncio.run(_measure(options, running, say))
    finally:
        for name in servers.DATABASES.values():
            databases.remove(name, os.environ["DATABASE_URL"])


def _allow_many_files() -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = FILES if hard == resource.RLIM_INFINITY else min(FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


async def _measure(options: Options, running: list[Server], say: Say) -> Found:
    found = Found()
    postgres = postgres_process(os.environ["DATABASE_URL"])
    valkey = redis_process(os.environ["REDIS_URL"])
    meters = {server.name: Meter(server.pid, postgres, valkey) for server in running}
    # Memory while it is untouched, and last what leaves a server busy for a while.
    if "idle" in options.parts:
        for server in running:
            say(f"{server.name}: idle sockets")
            found.crowds += await sockets.idle(server, meters[server.name], options.idle)
    casts = {server.name: Cast(server.stage, options.chats) for server in running}
    if "messages" in options.parts:
        for number in range(1, options.rounds + 1):
            for server in running:
                await _round(number, options, server, casts[server.name], meters[server.name], found, say)
    if "storm" in options.parts:
        for server in running:
            say(f"{server.name}: {options.storm:,} sockets come back")
            found.crowds.append(
                await sockets.storm(server, meters[server.name], options.storm, casts[server.name].heads)
            )
    return found


async def _round(
    number: int, options: Options, server: Server, cast: Cast, meter: Meter, found: Found, say: Say
) -> None:
    """One server's turn: closed loop, then every rate that is within its reach."""
    phrases = Phrases(options.seed)
    await cast.open(server.port)
    tag = f"{server.name[0]}{number}"
    closed = partial(closed_loop, cast, meter=meter, phrases=phrases, seconds=options.seconds)
    stretch = await measured(server, cast, f"{tag}c", meter, lambda journal: closed(journal=journal))
    found.stretches.append(stretch)
    say(f"{server.name}, round {number}: {stretch.per_second:,.0f} messages/s")
    for rate in options.rates:
        if rate > stretch.per_second * WITHIN_REACH:
            note = f"{server.name}, round {number}: {rate:,.0f}/s is out of reach"
            found.notes.append(note)
            say(note)
            continue
        paced = partial(open_loop, cast, meter=meter, phrases=phrases, rate=rate, seconds=options.seconds)
        run = partial(paced, seed=options.seed + number)
        found.stretches.append(
            await measured(server, cast, f"{tag}r{rate:.0f}", meter, lambda journal, run=run: run(journal=journal))
        )
    await cast.close()

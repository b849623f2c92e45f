"""From an agent getting free to his next request on his socket.

Desks of so many agents, one place each, more chats waiting than they can take. Everybody becomes Available, takes what
he is offered, ends it, hands in his wrap-up, and is free again; the whole house keeps to a rate of so many a second.
Measured at the client: from sending the frame that makes him free to the snapshot that holds the request.
"""

import asyncio
import os
import random
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from bench import databases, servers
from bench.talker import Principal
from contactcenter.embedded import ROOT
from contactcenter.simulator.client import Address, Timing, WireClient
from contactcenter.simulator.tally import Tally

PATIENCE = 60.0
WAITING_EACH = 4
WAIT = """
DELETE FROM chats_seat;
UPDATE chats_chat SET state = 'queued', answered_at = NULL, in_queue_since = enqueued_at;
UPDATE agents_multimediaprofile SET chat = 1;
UPDATE routing_queue SET offer_timeout = 600, max_wait = 0;
ANALYZE;
"""


@dataclass(slots=True)
class Offered:
    """What was found: milliseconds from getting free to the request on the socket, and what went wrong."""

    agents: int
    rate: float
    waits_ms: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def percentile(self, percent: int) -> float:
        """The wait that so many of a hundred don't exceed."""
        ordered = sorted(self.waits_ms)
        return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)] if ordered else float("nan")

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {**asdict(self), "ms": {f"p{percent}": self.percentile(percent) for percent in (50, 95, 99)}}

    def words(self) -> str:
        """One line for people."""
        figures = ", ".join(f"p{percent} {self.percentile(percent):.0f} ms" for percent in (50, 95, 99))
        most = max(self.waits_ms, default=float("nan"))
        return (
            f"{self.agents} agents, {self.rate:g} free a second, {len(self.waits_ms)} offers: {figures}, "
            f"at most {most:.0f} ms, {len(self.problems)} problems"
        )


def run(*, agents: int = 300, rate: float = 4.0, turns: int = 1, folder: Path = ROOT / "var" / "bench") -> Offered:
    """The house was staged and measured: each agent got `turns` + 1 offers. Raises servers.CannotMeasure."""
    folder.mkdir(parents=True, exist_ok=True)
    waiting = max(WAITING_EACH, turns + 2)
    found = Offered(agents, rate)
    try:
        keys = servers.prepare(("ours",), folder, chats=agents * waiting, chats_per_agent=waiting)
        with servers.running("ours", keys["ours"], folder) as server:
            with psycopg.connect(server.database, autocommit=True) as connection:
                connection.execute(WAIT)
            asyncio.run(_measure(server, found, turns))
    finally:
        databases.remove(servers.DATABASES["ours"], os.environ["DATABASE_URL"])
    return found


async def _measure(server: servers.Server, found: Offered, turns: int) -> None:
    pace = Pace(found.rate)
    async with AsyncExitStack() as stack:
        wires = []
        for principal in server.stage.agents[: found.agents]:
            wires.append(await stack.enter_async_context(_desk(principal, server.port)))
        await asyncio.gather(*(_arrived(wire) for wire in wires))
        random.Random(1).shuffle(wires)
        await asyncio.gather(*(_works(wire, pace, found, turns) for wire in wires))


def _desk(principal: Principal, port: int) -> WireClient:
    headers = dict(principal.headers)
    address = Address(f"ws://127.0.0.1:{port}{principal.path}", cookie=headers["Cookie"], origin=headers["Origin"])
    return WireClient(address, Tally(), Timing(answer=PATIENCE))


async def _arrived(wire: WireClient) -> None:
    await wire.change.until(lambda: bool(wire.state) or wire.over is not None, PATIENCE)


class Pace:
    """Lets so many a second go on, one after the other."""

    def __init__(self, rate: float) -> None:
        self._gap = 1 / rate
        self._next = time.monotonic()

    async def turn(self) -> None:
        """It is one's turn."""
        self._next = max(self._next + self._gap, time.monotonic())
        await asyncio.sleep(self._next - time.monotonic())


async def _works(wire: WireClient, pace: Pace, found: Offered, turns: int) -> None:
    try:
        await pace.turn()
        await _free(wire, found, "agent.set_state", state="available", reason=None)
        for _ in range(turns):
            offer = wire.state["offers"][0]
            await wire.request("offer.accept", offer=offer["id"])
            await wire.request("chat.end", chat=offer["chat"])
            await _sees(wire, "wrapups")
            owed = wire.state["wrapups"][0]
            await pace.turn()
            await _free(wire, found, "wrapup.submit", wrapup=owed["id"], codes=[owed["codes"][0]["id"]], note="")
    except Exception as problem:
        found.problems.append(f"{type(problem).__name__}: {problem}")


async def _sees(wire: WireClient, what: str) -> None:
    """There is one on the desk. Raises TimeoutError when none comes."""
    if not await wire.change.until(lambda: bool(wire.state[what]), PATIENCE):
        raise TimeoutError(f"no {what} in {PATIENCE:.0f} s")


async def _free(wire: WireClient, found: Offered, kind: str, **fields: Any) -> None:
    """The frame makes the agent free; counts the time until a request is on his socket."""
    began = time.perf_counter()
    asking = asyncio.create_task(wire.request(kind, **fields))
    await _sees(wire, "offers")
    found.waits_ms.append(1000 * (time.perf_counter() - began))
    await asking

"""One whole run: agents in, customers after them, everything to its end, history checked, numbers handed back."""

import asyncio
import ipaddress
import signal
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from contactcenter.simulator.agents import Agent
from contactcenter.simulator.client import Timing
from contactcenter.simulator.customers import Customer
from contactcenter.simulator.plan import Plan
from contactcenter.simulator.report import Figures, figures, progress
from contactcenter.simulator.rest import Refused, Rest
from contactcenter.simulator.stage import Stage
from contactcenter.simulator.tally import ChatRecord, Tally
from contactcenter.simulator.verify import check

# Agents have this long to come in before the customers start.
SECONDS_FOR_LOG_INS = 20.0
CHECKS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Options:
    """Against which server, through which entry point; `progress_every` seconds one line is said."""

    base: str
    entry_point: str = "direct"
    password: str = "demo"  # noqa: S105 - the demo's, known to all
    progress_every: float = 5.0
    timing: Timing = field(default_factory=Timing)


def is_loopback(base: str) -> bool:
    """Whether the address can only mean this machine."""
    host = urlsplit(base).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


async def simulate(plan: Plan, options: Options, say: Callable[[str], None]) -> Figures:
    """Play the plan against the server; the numbers come back also after Ctrl-C. `NothingThere` when nobody answers."""
    tally = Tally()
    async with Rest(options.base, tally) as rest:
        await rest.knock()
        stage = Stage(rest, plan, tally, options.entry_point, options.password, options.timing)
        everybody = asyncio.create_task(_play(stage, options, say))
        with _interrupts(stage, everybody, say):
            try:
                await everybody
            except asyncio.CancelledError:
                tally.problem("Broken off before everything was over.")
            await _check_all(stage)
    return figures(tally)


@contextmanager
def _interrupts(stage: Stage, everybody: asyncio.Task[None], say: Callable[[str], None]) -> Iterator[None]:
    """Ctrl-C once brings everything to an end, twice breaks it off."""

    def interrupted() -> None:
        if stage.stop.is_set():
            everybody.cancel()
        else:
            say("Coming to an end; once more Ctrl-C breaks it off.")
            stage.tally.note("Ended early by Ctrl-C.")
            stage.call_it_a_day()

    loop, signals = asyncio.get_running_loop(), (signal.SIGINT, signal.SIGTERM)
    for each in signals:
        loop.add_signal_handler(each, interrupted)
    try:
        yield
    finally:
        for each in signals:
            loop.remove_signal_handler(each)


async def _play(stage: Stage, options: Options, say: Callable[[str], None]) -> None:
    """Everybody's part from beginning to end, at most the planned time and the grace."""
    agents = [Agent(plan, stage) for plan in stage.plan.agents]
    stage.began = stage.now
    background: list[asyncio.Task[None]] = []
    working = [asyncio.create_task(_safely(agent.run(), stage)) for agent in agents]
    try:
        if not await _come_in(agents, stage):
            return
        stage.began = stage.now
        background.append(asyncio.create_task(_tick(stage, options.progress_every, say)))
        asyncio.get_running_loop().call_later(stage.plan.seconds, stage.call_it_a_day)
        talking = [asyncio.create_task(_safely(Customer(plan, stage).run(), stage)) for plan in stage.plan.customers]
        working += talking
        await _until_over(talking, stage)
        stage.call_it_a_day()
        await _until_over(working, stage)
    finally:
        for task in (*working, *background):
            task.cancel()
        await asyncio.gather(*working, *background, return_exceptions=True)


async def _come_in(agents: list[Agent], stage: Stage) -> bool:
    """Waits until the agents are at their desks; False when there were to be some and none came."""
    ready = [asyncio.create_task(agent.ready.wait()) for agent in agents]
    if ready:
        _, late = await asyncio.wait(ready, timeout=SECONDS_FOR_LOG_INS)
        for task in late:
            task.cancel()
        if late:
            stage.tally.problem(f"{len(late)} agents weren't at their desks after {SECONDS_FOR_LOG_INS:g} s.")
    if agents and not any(agent.available for agent in agents):
        stage.tally.problem("No agent became Available, so no customer was sent.")
        return False
    return True


async def _until_over(tasks: list[asyncio.Task[None]], stage: Stage) -> None:
    """Waits for them all, after the sign to stop no longer than the grace."""
    pending = set(tasks)
    while pending and stage.grace > 0:
        _, pending = await asyncio.wait(pending, timeout=min(1.0, stage.grace))
    if pending:
        stage.tally.problem(f"{len(pending)} of {len(tasks)} people hadn't finished when the grace was over.")


async def _safely(part: Coroutine[Any, Any, None], stage: Stage) -> None:
    """One person's mishap is told at the end and doesn't stop the others."""
    try:
        await part
    except Exception as error:
        stage.tally.problem(f"{type(error).__name__}: {error}")


async def _tick(stage: Stage, every: float, say: Callable[[str], None]) -> None:
    while True:
        await asyncio.sleep(every)
        say(progress(stage.tally, stage.now - stage.began, len(stage.plan.customers)))


async def _check_all(stage: Stage) -> None:
    """Holds every chat of ours against its history."""
    gate = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def one(record: ChatRecord) -> None:
        async with gate:
            await _check(stage, record)

    await asyncio.gather(*(one(record) for record in stage.tally.ours))
    others = sum(1 for record in stage.tally.chats.values() if record.token is None)
    if others:
        stage.tally.note(f"{others} chats of other customers were served; their history isn't ours to check.")


async def _check(stage: Stage, record: ChatRecord) -> None:
    tally = stage.tally
    try:
        entries = await stage.rest.history(record.chat, record.token or "")
        verified, problems = check(record, entries)
    except Refused as refused:
        tally.problem(f"chat {record.chat}: history can't be read: {refused}")
        return
    except (KeyError, TypeError) as error:
        tally.problem(f"chat {record.chat}: history isn't as agreed ({type(error).__name__}: {error})")
        return
    tally.count["verified"] += verified
    tally.count["final"] += any(entry["kind"] == "ended" for entry in entries)
    for problem in problems:
        tally.problem(problem)

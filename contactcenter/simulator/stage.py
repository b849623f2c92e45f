"""What all simulated people share: the clock, the sign to stop, the server's doors and the tally."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field
from typing import Any, TypeVar

from contactcenter.simulator.client import Timing
from contactcenter.simulator.plan import Plan
from contactcenter.simulator.rest import Rest
from contactcenter.simulator.tally import Tally

T = TypeVar("T")
GRACE = 60.0


@dataclass
class Stage:
    """One run's surroundings. Times are the event loop's seconds."""

    rest: Rest
    plan: Plan
    tally: Tally
    entry_point: str
    password: str
    timing: Timing = field(default_factory=Timing)
    stop: asyncio.Event = field(default_factory=asyncio.Event)
    began: float = 0.0
    grace_ends: float = float("inf")

    @property
    def now(self) -> float:
        """The event loop's clock."""
        return asyncio.get_running_loop().time()

    @property
    def grace(self) -> float:
        """Seconds left for bringing things to an end; the whole grace as long as nobody has said stop."""
        return max(0.0, min(GRACE, self.grace_ends - self.now))

    @property
    def left(self) -> float:
        """Seconds until the end of the run proper."""
        return self.began + self.plan.seconds - self.now

    @property
    def patience(self) -> float:
        """Seconds a message may take until it is answered: to the end of the run and its grace."""
        return max(0.0, self.left) + self.grace

    def call_it_a_day(self) -> None:
        """From now on nothing starts and everything is brought to an end within the grace."""
        if not self.stop.is_set():
            self.grace_ends = self.now + GRACE
            self.stop.set()

    async def unless_stopped(self, waiting: Coroutine[Any, Any, T]) -> T | None:
        """What `waiting` gives, or None when the sign to stop came first."""
        task = asyncio.ensure_future(waiting)
        halt = asyncio.ensure_future(self.stop.wait())
        try:
            await asyncio.wait({task, halt}, return_when=asyncio.FIRST_COMPLETED)
            return task.result() if task.done() else None
        finally:
            task.cancel()
            halt.cancel()

    async def pause(self, seconds: float) -> bool:
        """Wait; False when the sign to stop cut it short."""
        await self.unless_stopped(asyncio.sleep(seconds))
        return not self.stop.is_set()

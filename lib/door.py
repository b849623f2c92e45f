"""A door through which a few go at once; the others wait in the order in which they came."""

import asyncio
from types import TracebackType


class Door:
    """`async with` it: inside are never more than so many. `waiting` is how many stand before it."""

    def __init__(self, at_once: int) -> None:
        self._turn = asyncio.Semaphore(at_once)
        self.waiting = 0

    async def __aenter__(self) -> None:
        self.waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self.waiting -= 1

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn.release()

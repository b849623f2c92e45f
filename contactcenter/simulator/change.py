"""Waiting for a state of affairs instead of for a time."""

import asyncio
from collections.abc import Callable


class Change:
    """Tells waiters that something they look at may be different now."""

    def __init__(self) -> None:
        self._event = asyncio.Event()

    def tell(self) -> None:
        """Everybody who waits looks again."""
        self._event.set()
        self._event = asyncio.Event()

    async def until(self, holds: Callable[[], bool], seconds: float | None = None) -> bool:
        """Wait until `holds()`, at most `seconds`; whether it does."""
        try:
            async with asyncio.timeout(seconds):
                while not holds():
                    await self._event.wait()
        except TimeoutError:
            return holds()
        return True

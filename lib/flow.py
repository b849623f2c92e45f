"""Whether a connection takes more: what an ASGI server hides behind `send`, asked of Daphne's transport.

Daphne's `send` returns at once and buffers without bound. Its transport tells a producer when too much waits and when
it has been taken; this is that producer.
"""

import asyncio
from typing import Any


class Flow:
    """One connection's way out. While nothing more is taken, nothing is read from it either."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._open = asyncio.Event()
        self._open.set()

    async def room(self) -> None:
        """The connection takes more, or is over."""
        await self._open.wait()

    def pauseProducing(self) -> None:
        """The reader is behind by more than the transport buffers."""
        self._open.clear()
        self._transport.pauseProducing()

    def resumeProducing(self) -> None:
        """The reader has caught up."""
        self._transport.resumeProducing()
        self._open.set()

    def stopProducing(self) -> None:
        """The connection is over: nobody waits for it."""
        self._open.set()


class WithFlow:
    """Puts the `flow` of each socket into its scope; under another server than Daphne there is none."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        transport = _transport(send)
        if transport is not None:
            flow = Flow(transport)
            # Until now it was the HTTP request that the socket grew out of.
            transport.unregisterProducer()
            transport.registerProducer(flow, True)
            scope = {**scope, "flow": flow}
        await self.inner(scope, receive, send)


def _transport(send: Any) -> Any:
    protocol = next(iter(getattr(send, "args", ())), None)
    transport = getattr(protocol, "transport", None)
    return transport if hasattr(transport, "registerProducer") else None

"""What an ASGI server hides behind `send`, asked of Daphne's protocol: whether a connection takes more, how it closes.

Daphne's `send` returns at once and buffers without bound. Its transport tells a producer when too much waits and when
it has been taken; this is that producer. And Daphne refuses to close with the codes that the standard itself defines.
"""

import asyncio
from typing import Any

STANDARD = range(1001, 1016)  # close codes of the standard besides 1000


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
    """Puts the `flow` of each socket into its scope, and closes with any code; under another server it does nothing."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        protocol: Any = next(iter(getattr(send, "args", ())), None)
        transport: Any = getattr(protocol, "transport", None)
        if not hasattr(transport, "registerProducer"):
            await self.inner(scope, receive, send)
            return
        flow = Flow(transport)
        # Until now it was the HTTP request that the socket grew out of.
        transport.unregisterProducer()
        transport.registerProducer(flow, True)

        async def say(message: Any) -> None:
            code = message.get("code", 0)
            if message["type"] == "websocket.close" and code in STANDARD and protocol.state == protocol.STATE_OPEN:
                protocol.sendCloseFrame(code=code, isReply=False)
            else:
                await send(message)

        await self.inner({**scope, "flow": flow}, receive, say)

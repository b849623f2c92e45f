"""What an ASGI server hides behind `send`, asked of Daphne's protocol: whether a connection takes more, how it closes.

Daphne's `send` returns at once and buffers without bound. Its transport tells a producer when too much waits and when
it has been taken; this is that producer. Daphne reads without bound, too, whether or not the application keeps up: a
flow can be held. And Daphne refuses to close with the codes that the standard itself defines.
"""

import asyncio
from typing import Any

STANDARD = range(1001, 1016)  # close codes of the standard besides 1000


class Flow:
    """One connection's two ways. While nothing more is taken, or it is held, nothing is read from it."""

    def __init__(self, transport: Any) -> None:
        self._transport = transport
        self._open = asyncio.Event()
        self._open.set()
        self._full = self.holding = False

    async def room(self) -> None:
        """The connection takes more, or is over."""
        if self._full:
            await self._open.wait()

    def hold(self) -> None:
        """Nothing more is read until `let_go`: the other side's own buffers fill, and it waits."""
        if not self.holding:
            self.holding = True
            self._transport.pauseProducing()

    def let_go(self) -> None:
        """Reading goes on, unless the other side doesn't read either."""
        self.holding = False
        if not self._full:
            self._transport.resumeProducing()

    def pauseProducing(self) -> None:
        """The reader is behind by more than the transport buffers."""
        self._full = True
        self._open.clear()
        self._transport.pauseProducing()

    def resumeProducing(self) -> None:
        """The reader has caught up."""
        self._full = False
        if not self.holding:
            self._transport.resumeProducing()
        self._open.set()

    def stopProducing(self) -> None:
        """The connection is over: nobody waits for it."""
        self._full = False
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

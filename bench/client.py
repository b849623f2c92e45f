"""A lean WebSocket client (RFC 6455) on asyncio.Protocol, so that the load costs far less than the servers.

No extensions are offered; text frames go out masked with a fresh key each; pings are answered.
"""

import asyncio
import base64
import hashlib
import os
import random
from collections.abc import Callable, Sequence

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
TEXT, CLOSE, PING, PONG = 0x1, 0x8, 0x9, 0xA
FINAL = 0x80
OPENING_SECONDS = 60.0
Header = tuple[str, str]


class Refusal(Exception):
    """The server refused the handshake, or the connection broke before it was done."""


class WebSocket(asyncio.Protocol):
    """One connection. `hear` gets the bytes of each text message, `lost` the close code (1006 without one)."""

    def __init__(
        self, request: bytes, accept: bytes, hear: Callable[[bytes], None], lost: Callable[[int], None]
    ) -> None:
        """Made by `connect`."""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._request, self._accept, self._hear, self._lost = request, accept, hear, lost
        self._rest = b""
        self._parts: list[bytes] = []
        self._code = 1006
        self._transport: asyncio.Transport | None = None

    # --- what a caller does

    def send(self, payload: bytes) -> None:
        """Send one text message; after the connection was lost nothing happens."""
        self._send(TEXT, payload)

    def close(self) -> None:
        """Say goodbye with 1000; `lost` is called once the server has answered."""
        self._send(CLOSE, (1000).to_bytes(2, "big"))

    def abort(self) -> None:
        """Drop the connection without a word, as a network does."""
        if self._transport is not None:
            self._transport.abort()

    def _send(self, opcode: int, payload: bytes) -> None:
        if self._transport is None:
            return
        size = len(payload)
        key = random.getrandbits(32).to_bytes(4, "big")
        keys = key * (size // 4 + 1)
        masked = (int.from_bytes(payload, "big") ^ int.from_bytes(keys[:size], "big")).to_bytes(size, "big")
        if size < 126:
            head = bytes((FINAL | opcode, FINAL | size))
        elif size < 65536:
            head = bytes((FINAL | opcode, FINAL | 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((FINAL | opcode, FINAL | 127)) + size.to_bytes(8, "big")
        self._transport.write(head + key + masked)

    # --- what asyncio calls

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The TCP connection stands: ask for the upgrade."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        transport.write(self._request)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self._transport = None
        if not self.opened.done():
            self.opened.set_exception(Refusal(f"lost during the handshake: {error or 'closed'}"))
        else:
            self._lost(self._code)

    def data_received(self, data: bytes) -> None:
        """Bytes came: finish the handshake, then take whole frames."""
        data = self._rest + data if self._rest else data
        if not self.opened.done():
            answer, found, data = data.partition(b"\r\n\r\n")
            if not found:
                self._rest = answer
                return
            self._finish_handshake(answer)
        self._rest = self._take_frames(data)

    def _finish_handshake(self, answer: bytes) -> None:
        lines = answer.split(b"\r\n")
        accepted = any(line.lower().startswith(b"sec-websocket-accept:") and self._accept in line for line in lines)
        if b" 101 " in lines[0] + b" " and accepted:
            self.opened.set_result(None)
        else:
            self.opened.set_exception(Refusal(lines[0].decode("latin-1")))
            self.abort()

    def _take_frames(self, data: bytes) -> bytes:
        """Handle all whole frames and give back what is left over."""
        position, end = 0, len(data)
        while end - position >= 2:
            size, start = data[position + 1], position + 2
            if size >= 126:
                wide = 2 if size == 126 else 8
                size = int.from_bytes(data[start : start + wide], "big") if end - start >= wide else end
                start += wide
            if end - start < size:
                break
            self._take_frame(data[position], data[start : start + size])
            position = start + size
        return data[position:]

    def _take_frame(self, first: int, payload: bytes) -> None:
        opcode = first & 0x0F
        if opcode == TEXT and first & FINAL:
            self._hear(payload)
        elif opcode <= TEXT:
            self._parts.append(payload)
            if first & FINAL:
                whole, self._parts = b"".join(self._parts), []
                self._hear(whole)
        elif opcode == PING:
            self._send(PONG, payload)
        elif opcode == CLOSE:
            self._code = int.from_bytes(payload[:2], "big") if len(payload) >= 2 else 1005
            if self._transport is not None:
                self._send(CLOSE, payload[:2])
                self._transport.close()


async def connect(
    port: int, path: str, headers: Sequence[Header], hear: Callable[[bytes], None], lost: Callable[[int], None]
) -> WebSocket:
    """An open WebSocket to a server on loopback. Raises Refusal, OSError or TimeoutError."""
    key = base64.b64encode(os.urandom(16))
    accept = base64.b64encode(hashlib.sha1(key + GUID, usedforsecurity=False).digest())
    fixed = [
        ("Host", f"127.0.0.1:{port}"),
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Key", key.decode()),
    ]
    lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in (*fixed, *headers)), "", ""]
    request = "\r\n".join(lines).encode("latin-1")
    loop = asyncio.get_running_loop()
    async with asyncio.timeout(OPENING_SECONDS):
        _, socket = await loop.create_connection(lambda: WebSocket(request, accept, hear, lost), "127.0.0.1", port)
        await socket.opened
    return socket

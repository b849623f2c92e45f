"""A small real WebSocket server: enough of the protocol for the browser's client, and misbehaviour on order."""

import asyncio
import json
import threading
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from websockets.asyncio.server import ServerConnection, serve

Frame = dict[str, Any]
REFUSALS = {"refuse": "pci_dropped", "busy": "rate_limited", "over": "gone"}
CHAT = "7d3c8a52-0000-4000-8000-000000000001"


class WireServer:
    """One chat, kept in memory over all connections. Runs in its own thread between `start` and `stop`.

    `faults` holds what happens to the next `message.send`, one word each:
    "drop_before" (connection cut, nothing stored), "drop_after" (stored, then cut before the answer),
    "silent" (stored, never answered), "refuse" (error pci_dropped), "busy" (error rate_limited), "over" (error gone),
    "held" (ok, but nothing stored), "ok".
    """

    def __init__(self) -> None:
        self.lines: list[Frame] = []
        self.faults: deque[str] = deque()
        self.received: list[Frame] = []
        self.hellos: list[Frame] = []
        self.epoch = "one"
        self.close_after_hello: int | None = None
        self.mute = False
        self.hidden: set[int] = set()
        self.sockets: set[ServerConnection] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._started = threading.Event()
        self._stopping = asyncio.Event()
        self.port = 0

    def start(self) -> "WireServer":
        """Listens on a free port of loopback when this returns."""
        self._thread.start()
        assert self._started.wait(10)
        return self

    def stop(self) -> None:
        """Every connection is closed and the thread is gone."""
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(10)

    @property
    def url(self) -> str:
        """Address for the client's `path`."""
        return f"ws://127.0.0.1:{self.port}/"

    def post(self, text: str, *, cid: str = "", kind: str = "message", sender: str = "agent", **data: Any) -> Frame:
        """Stores a line; nobody is told."""
        return self._call(lambda: self._store(text, cid, kind, sender, data))

    def tell(self, frame: Frame) -> None:
        """Sends the frame to every connection."""
        text = json.dumps(frame)
        for socket in list(self.sockets):
            asyncio.run_coroutine_threadsafe(socket.send(text), self._loop).result(10)

    def cut(self, code: int = 1012) -> None:
        """Closes every connection with the code."""
        for socket in list(self.sockets):
            asyncio.run_coroutine_threadsafe(socket.close(code), self._loop).result(10)

    def entries(self, *seqs: int) -> Frame:
        """An `entries` frame with these lines, in this order."""
        return {
            "type": "entries",
            "chat": CHAT,
            "stream": "public",
            "more": False,
            "entries": [self.lines[n - 1] for n in seqs],
        }

    def sent(self, kind: str) -> list[Frame]:
        """What clients sent of one type, in order."""
        return [frame for frame in self.received if frame["type"] == kind]

    def _call(self, work: Callable[[], Frame]) -> Frame:
        async def run() -> Frame:
            return work()

        return asyncio.run_coroutine_threadsafe(run(), self._loop).result(10)

    def _run(self) -> None:
        self._loop.run_until_complete(self._serve())
        self._loop.close()

    async def _serve(self) -> None:
        async with serve(self._connection, "127.0.0.1", 0) as server:
            self.port = server.sockets[0].getsockname()[1]
            self._started.set()
            await self._stopping.wait()

    async def _connection(self, socket: ServerConnection) -> None:
        hello = json.loads(await socket.recv())
        self.hellos.append(hello)
        if self.close_after_hello:
            await self._answer(socket, {"type": "error", "id": hello["id"], "code": "conflict", "message": "elsewhere"})
            await socket.close(self.close_after_hello)
            return
        self.sockets.add(socket)
        await self._welcome(socket, hello)
        try:
            async for text in socket:
                frame = json.loads(text)
                self.received.append(frame)
                if not self.mute:
                    await self._obey(socket, frame)
        finally:
            self.sockets.discard(socket)

    async def _welcome(self, socket: ServerConnection, hello: Frame) -> None:
        head = len(self.lines)
        welcome = {"type": "welcome", "id": hello["id"], "server_time": now(), "limits": {}, "epoch": self.epoch}
        await self._answer(socket, {**welcome, "heads": {CHAT: head}})
        missed = [line for line in self.lines[hello["after"] :] if line["seq"] not in self.hidden]
        if missed:
            frame = {"type": "entries", "chat": CHAT, "stream": "public", "entries": missed, "more": False}
            await self._answer(socket, frame)
        await self._answer(socket, {"type": "chat", "chat": {"id": CHAT, "state": "active"}})

    async def _obey(self, socket: ServerConnection, frame: Frame) -> None:
        if frame["type"] == "ping":
            await self._answer(
                socket, {"type": "pong", "server_time": now(), "heads": {CHAT: len(self.lines)}, "rev": 0}
            )
        elif frame["type"] == "sync":
            page = self.lines[frame["after"] : frame["after"] + 2]
            more = frame["after"] + 2 < len(self.lines)
            await self._answer(socket, ok(frame, entries=page, more=more, head=len(self.lines)))
        elif frame["type"] == "message.send":
            await self._take_message(socket, frame)

    async def _take_message(self, socket: ServerConnection, frame: Frame) -> None:
        fault = self.faults.popleft() if self.faults else "ok"
        if fault == "drop_before":
            await socket.close(1012)
            return
        if fault in REFUSALS:
            code = REFUSALS[fault]
            await self._answer(socket, {"type": "error", "id": frame["id"], "code": code, "message": fault})
            return
        if fault == "held":
            await self._answer(socket, ok(frame, cid=frame["cid"], held=True, findings=[]))
            return
        line = next((line for line in self.lines if line["cid"] == frame["cid"]), None)
        duplicate = line is not None
        line = line or self._store(frame["text"], frame["cid"], "message", "customer", {})
        if fault == "drop_after":
            await socket.close(1012)
        elif fault == "ok":
            await self._answer(
                socket, ok(frame, **{k: line[k] for k in ("cid", "seq", "at", "text")}, duplicate=duplicate)
            )
            await self._answer(socket, self.entries(line["seq"]))

    async def _answer(self, socket: ServerConnection, frame: Frame) -> None:
        await socket.send(json.dumps(frame))

    def _store(self, text: str, cid: str, kind: str, sender: str, data: Frame) -> Frame:
        line = entry(len(self.lines) + 1, text, cid=cid, kind=kind, sender=sender, **data)
        self.lines.append(line)
        return line


def entry(seq: int, text: str, *, cid: str = "", kind: str = "message", sender: str = "agent", **data: Any) -> Frame:
    """A transcript line as it travels."""
    who = {"kind": sender, "id": sender, "name": sender.title()}
    line = {"seq": seq, "kind": kind, "at": now(), "sender": who, "cid": cid, "text": text}
    return {**line, "attachments": [], "findings": [], "data": data}


def ok(frame: Frame, **fields: Any) -> Frame:
    """The answer to a client's frame."""
    return {"type": "ok", "id": frame["id"], **fields}


def now() -> str:
    """The time as it travels."""
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")

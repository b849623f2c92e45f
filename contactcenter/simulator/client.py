"""One principal's socket, kept alive over losses: hello, requests answered by id, transcripts ordered by seq.

The one way back after any loss is hello again with the cursors held; a message without an answer goes out again with
the same cid. Times are seconds.
"""

import asyncio
import json
import random
import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Origin, Subprotocol

from contactcenter.simulator.change import Change
from contactcenter.simulator.tally import ChatRecord, Said, Tally
from contactcenter.simulator.transcript import Transcript

Frame = dict[str, Any]
SUBPROTOCOL = Subprotocol("contactcenter.v1")
# A page of 200 entries with 10 000 characters each, and room for its wrapping.
LARGEST_FRAME = 32 * 1024 * 1024
# After these a client doesn't come back by itself.
REPLACED = 4409
FINAL_CLOSES = frozenset({4401, 4403, REPLACED, 4410, 4411})
MOMENT = 0.05  # seconds
# The world moved on while the frame was on its way: no fault of either side.
TOO_LATE = frozenset({"gone", "state", "not_found"})
AGAIN_LATER = frozenset({"rate_limited", "unavailable"})

LETTERS = str.maketrans("0123456789", "ghijklmnop")


def new_cid() -> str:
    """A name for a message: 128 random bits as letters, so that it can't look like a card number."""
    return uuid.uuid4().hex.translate(LETTERS)


class Trouble(Exception):
    """A request came to nothing."""


class Unanswered(Trouble):
    """No answer in time, or the connection was lost before it came."""


class Over(Trouble):
    """The socket is closed for good; the text says why."""


class Refusal(Trouble):
    """The server answered with an error."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient people and their clients are; the defaults are the protocol's.

    Nobody lets an offer lapse on purpose in the `last_lapse` seconds: there is no time left to see what follows.
    """

    answer: float = 10.0
    heartbeat: float = 20.0
    hole: float = 1.0
    back_from: float = 1.0
    back_to: float = 30.0
    last_lapse: float = 45.0

    def backoff(self, tries: int) -> float:
        """Seconds before the next try to connect, full jitter."""
        return random.uniform(self.back_from, min(self.back_to, self.back_from * 2**tries))  # noqa: S311


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect and what the handshake carries."""

    url: str
    cookie: str | None = None
    origin: str | None = None
    hello: Frame = field(default_factory=dict)


class WireClient:
    """`async with` keeps the socket; `state` is the newest `chat` or `desk` snapshot, `change` tells of all news.

    `over` is None while the client means to be connected, else the reason why it gave up.
    """

    def __init__(
        self, address: Address, tally: Tally, timing: Timing, heard: Callable[[Frame], None] = lambda _: None
    ) -> None:
        self.change = Change()
        self.state: Frame = {}
        self.over: str | None = None
        self.online = False
        self._address, self._tally, self._timing, self._heard = address, tally, timing, heard
        self._transcripts: dict[str, Transcript] = {}
        self._waiting: dict[str, asyncio.Future[Frame]] = {}
        self._mending: dict[str, asyncio.Task[None]] = {}
        self._socket: ClientConnection | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._take_over = self._welcomed = False
        self._sent = 0
        self._epoch: object = None

    async def __aenter__(self) -> "WireClient":
        self._keeper = asyncio.create_task(self._keep())
        self._keeper.add_done_callback(self._kept)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._give_up(self.over or "left")
        if self._socket is not None:
            # Else the server would read the cancelling below as a fault of ours.
            await self._socket.close()
        tasks = [task for task in (self._keeper, *self._mending.values()) if task]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def transcript(self, chat: str, stream: str = "public") -> Transcript:
        """What this client holds of one stream of a chat."""
        return self._transcripts.setdefault(chat if stream == "public" else f"{chat}/{stream}", Transcript())

    async def request(self, kind: str, /, **fields: Any) -> Frame:
        """The `ok` to one frame; `Refusal`, `Unanswered` or `Over` when there is none."""
        await self.change.until(lambda: self.online or self.over is not None, self._timing.answer)
        if self.over is not None:
            raise Over(self.over)
        if not self.online:
            raise Unanswered(f"{kind}: not connected")
        return await self._exchange(kind, fields)

    async def insist(self, kind: str, patience: float, /, **fields: Any) -> Frame:
        """Like `request`, but sent again until the server has answered, for `patience` seconds.

        Only for frames that do no harm when they arrive twice.
        """
        loop = asyncio.get_running_loop()
        until = loop.time() + patience
        while True:
            try:
                return await self.request(kind, **fields)
            except Refusal as refusal:
                if refusal.code not in AGAIN_LATER or loop.time() >= until:
                    raise
                self._tally.slowed("socket", 1.0)
                await asyncio.sleep(1.0)
            except Unanswered:
                if loop.time() >= until:
                    raise
                # A socket that is closing refuses at once; it must be given the time to notice.
                await asyncio.sleep(MOMENT)
            self._tally.count["frames sent again"] += 1

    async def say(self, record: ChatRecord, text: str, patience: float) -> Said | None:
        """Send one message until it is answered; None when the server refused it. All is written in the record."""
        cid, began = new_cid(), asyncio.get_running_loop().time()
        self._tally.count["sent"] += 1
        record.unanswered.append(cid)
        try:
            answer = await self.insist("message.send", patience, chat=record.chat, cid=cid, text=text, attachments=[])
        except Refusal as refusal:
            record.unanswered.remove(cid)
            record.refused.append(cid)
            self._tally.count[_refused_as(refusal.code)] += 1
            return None
        record.unanswered.remove(cid)
        if not isinstance(answer.get("seq"), int) or not isinstance(answer.get("text"), str):
            self._tally.problem(f"chat {record.chat}: the ok to message {cid} holds no seq or no text")
            record.refused.append(cid)
            return None
        said = Said(cid, answer["seq"], answer["text"])
        record.said.append(said)
        self._tally.trips.append(asyncio.get_running_loop().time() - began)
        self._tally.count["acknowledged"] += 1
        self._tally.count["duplicate answers"] += bool(answer.get("duplicate"))
        self._tally.count["masked"] += bool(answer.get("findings"))
        return said

    async def tell(self, kind: str, /, **fields: Any) -> None:
        """Send a frame that isn't answered (`typing`, `seen`, `ping`); lost without a word when not connected."""
        if self._socket is not None and self.online:
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps({"type": kind, **fields}, ensure_ascii=False))

    async def sync(self, chat: str, stream: str = "public") -> None:
        """Fetch what is missing of a stream, page after page."""
        transcript, more = self.transcript(chat, stream), True
        while more:
            answer = await self.request("sync", chat=chat, stream=stream, after=transcript.cursor)
            before = transcript.cursor
            transcript.take(answer.get("entries", []))
            transcript.heard_of(answer.get("head", 0))
            more = bool(answer.get("more")) and transcript.cursor > before
            self.change.tell()

    async def _exchange(self, kind: str, fields: Frame) -> Frame:
        """Send with a new id and wait for the answer with the same id."""
        assert self._socket is not None  # noqa: S101 - online says so
        self._sent += 1
        frame_id = str(self._sent)
        answer: asyncio.Future[Frame] = asyncio.get_running_loop().create_future()
        self._waiting[frame_id] = answer
        try:
            async with asyncio.timeout(self._timing.answer):
                await self._socket.send(json.dumps({"type": kind, "id": frame_id, **fields}, ensure_ascii=False))
                return await answer
        except TimeoutError as error:
            self._tally.error("no answer in time")
            raise Unanswered(f"{kind}: no answer in {self._timing.answer:g} s") from error
        except ConnectionClosed as error:
            raise Unanswered(f"{kind}: connection lost") from error
        finally:
            self._waiting.pop(frame_id, None)

    def _kept(self, keeper: asyncio.Task[None]) -> None:
        if not keeper.cancelled() and (error := keeper.exception()) is not None:
            self._tally.problem(f"{self._address.url}: {type(error).__name__}: {error}")
            self._give_up(type(error).__name__)

    async def _keep(self) -> None:
        """Connect, talk, and come back after every loss until it is over."""
        tries = 0
        while self.over is None:
            try:
                async with connect(
                    self._address.url,
                    origin=Origin(self._address.origin) if self._address.origin else None,
                    additional_headers={"Cookie": self._address.cookie} if self._address.cookie else None,
                    subprotocols=[SUBPROTOCOL],
                    compression=None,
                    max_size=LARGEST_FRAME,
                    # The heartbeat is ours: a ping in the protocol's own words.
                    ping_interval=None,
                    close_timeout=2,
                    proxy=None,
                ) as socket:
                    tries = 0 if await self._converse(socket) else tries + 1
            except InvalidStatus as refused:
                self._handshake_refused(refused.response.status_code)
                tries += 1
            except (OSError, TimeoutError, WebSocketException) as error:
                self._tally.error(f"connect {type(error).__name__}")
                tries += 1
            if self.over is None:
                await asyncio.sleep(self._timing.backoff(tries))

    async def _converse(self, socket: ClientConnection) -> bool:
        """Hello, then read until the connection is gone; whether the server had welcomed us."""
        self._socket = socket
        greeting = asyncio.create_task(self._greet())
        heartbeat = asyncio.create_task(self._beat())
        self._welcomed, why = False, "silent"
        try:
            while True:
                async with asyncio.timeout(2 * self._timing.heartbeat):
                    raw = await socket.recv()
                self._understand(raw)
        except ConnectionClosed:
            why = str(socket.close_code or 1006)
        except TimeoutError:
            await socket.close(4408)
        finally:
            self._disconnected(greeting, heartbeat)
        if self.over is None:
            self._tally.count[f"closed {why}"] += 1
        final = FINAL_CLOSES if self._welcomed or not self._take_over else FINAL_CLOSES - {REPLACED}
        if socket.close_code in final:
            self._give_up(f"closed by the server with {socket.close_code} {socket.close_reason or ''}".rstrip())
        return self._welcomed

    def _disconnected(self, *tasks: asyncio.Task[None]) -> None:
        for task in tasks:
            task.cancel()
        self._socket, self.online = None, False
        for answer in self._waiting.values():
            if not answer.done():
                answer.set_exception(Unanswered("connection lost"))
        self.change.tell()

    async def _greet(self) -> None:
        """Say hello with the cursors held; online once welcomed, gone for good when refused for good."""
        fields = dict(self._address.hello)
        if "token" in fields:
            fields["after"] = next((each.cursor for each in self._transcripts.values()), 0)
        else:
            fields["after"] = {key: held.cursor for key, held in self._transcripts.items()}
            fields["take_over"] = self._take_over
        try:
            welcome = await self._exchange("hello", fields)
        except Refusal as refusal:
            self._hello_refused(refusal)
            return
        except Unanswered:
            if self._socket is not None:
                await self._socket.close(4408)
            return
        for key, head in (welcome.get("heads") or {}).items():
            self._transcripts.setdefault(key, Transcript()).heard_of(head)
            self._watch_hole(key)
        # From now on what the server may believe alive is this client's own dead connection.
        self.online = self._welcomed = self._take_over = True
        self._tally.count["hellos"] += 1
        self.change.tell()

    def _hello_refused(self, refusal: Refusal) -> None:
        if refusal.code == "conflict":
            self._take_over = True
            self._tally.count["desks taken over"] += 1
        elif refusal.code not in AGAIN_LATER:
            self._give_up(f"hello refused: {refusal}")

    def _handshake_refused(self, status: int) -> None:
        self._tally.error(f"handshake http {status}")
        if status in (401, 403, 404):
            self._give_up(f"handshake refused with HTTP {status}")

    def _give_up(self, why: str) -> None:
        if self.over is None:
            self.over = why
            self.change.tell()

    async def _beat(self) -> None:
        while True:
            await asyncio.sleep(self._timing.heartbeat)
            await self.tell("ping")

    def _understand(self, raw: str | bytes) -> None:
        """A frame that isn't as agreed is the server's fault, said at the end; the talk goes on."""
        try:
            self._dispatch(json.loads(raw))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            shown = raw[:200] if isinstance(raw, str) else f"{len(raw)} bytes"
            self._tally.problem(f"a frame isn't as agreed ({type(error).__name__}: {error}): {shown}")

    def _dispatch(self, frame: Frame) -> None:
        """Put one frame where it belongs, then tell everybody who waits."""
        kind = frame.get("type")
        if kind in ("ok", "welcome", "error"):
            self._answered(frame)
        elif kind == "entries":
            stream = frame.get("stream", "public")
            self.transcript(frame["chat"], stream).take(frame["entries"])
            self._watch_hole(frame["chat"] if stream == "public" else f"{frame['chat']}/{stream}")
        elif kind == "chat" or (kind == "desk" and frame["rev"] >= self.state.get("rev", 0)):
            self.state = frame
        elif kind == "pong":
            for key, head in (frame.get("heads") or {}).items():
                if key in self._transcripts:
                    self._transcripts[key].heard_of(head)
                    self._watch_hole(key)
        self._heard(frame)
        self.change.tell()

    def _answered(self, frame: Frame) -> None:
        if frame["type"] == "welcome":  # now: the snapshot may follow before whoever waits for the answer goes on
            self.state = self.state if self._epoch in (None, frame.get("epoch")) else {}
            self._epoch = frame.get("epoch")
        code = str(frame.get("code")) if frame["type"] == "error" else None
        if code is not None:
            self._tally.error(code)
        answer = self._waiting.get(str(frame.get("id")))
        if answer is None or answer.done():
            return
        if code is None:
            answer.set_result(frame)
        else:
            answer.set_exception(Refusal(code, str(frame.get("message", ""))))

    def _watch_hole(self, key: str) -> None:
        """A hole that stays open for a moment is mended by asking."""
        running = self._mending.get(key)
        if self._transcripts[key].has_hole and (running is None or running.done()):
            self._mending[key] = asyncio.create_task(self._mend(key))

    async def _mend(self, key: str) -> None:
        if await self.change.until(lambda: not self._transcripts[key].has_hole, self._timing.hole):
            return
        chat, _, stream = key.partition("/")
        self._tally.count["holes mended"] += 1
        with suppress(Trouble):  # the next heartbeat or hello finds the same hole
            await self.sync(chat, stream or "public")


def _refused_as(code: str) -> str:
    if code == "pci_dropped":
        return "discarded by policy"
    return "too late" if code in TOO_LATE else "refused"

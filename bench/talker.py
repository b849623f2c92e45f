"""One principal at one socket: says hello, talks, and keeps an eye on the numbers of what it hears."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec

from bench.client import Header, Refusal, WebSocket, connect
from bench.journal import Journal

AGAIN_SECONDS = 0.1  # between two tries to connect when a server's queue of connections is full


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody with a right to chats: where his socket is, what its handshake carries, how he says hello."""

    kind: str
    path: str
    headers: tuple[Header, ...]
    chats: tuple[str, ...]
    hello: Callable[[Mapping[str, int]], dict[str, Any]]


class Line(msgspec.Struct):
    """What is looked at in a line of a transcript."""

    seq: int
    cid: str | None = None
    text: str = ""


class Frame(msgspec.Struct):
    """What is looked at in a frame of any type."""

    type: str
    id: str | None = None
    chat: str | dict[str, Any] | None = None
    stream: str = "public"
    cid: str | None = None
    text: str | None = None
    duplicate: bool = False
    entries: list[Line] = []
    heads: dict[str, int] = {}
    code: str | None = None
    message: str | None = None


class Say(msgspec.Struct, kw_only=True):
    """`message.send`, the same words for all servers."""

    type: str = "message.send"
    id: str
    chat: str
    cid: str
    text: str


_decoder = msgspec.json.Decoder(Frame)
_encoder = msgspec.json.Encoder()


class Talker:
    """A client that connects, resumes from the lines it has, and reports all it hears to a journal."""

    def __init__(self, principal: Principal, heads: Mapping[str, int]) -> None:
        """`heads` are the last lines that the principal has read, by chat."""
        self.principal = principal
        self.heads = dict(heads)
        self.journal: Journal | None = None
        self.answered: Callable[[Talker], None] | None = None
        self.retries = 0
        self.pongs = 0
        self.close_code: int | None = None
        self._targets: dict[str, int] | None = None
        self._early: dict[str, set[int]] = {chat: set() for chat in self.heads}
        self._socket: WebSocket | None = None
        self._ready: asyncio.Future[None] | None = None
        self._gone: asyncio.Future[None] | None = None
        self._time = asyncio.get_running_loop().time

    async def open(self, port: int, patience: float = 120.0) -> None:
        """Connected, welcomed, and every line missed meanwhile is here. Raises TimeoutError or Refusal."""
        loop = asyncio.get_running_loop()
        self._ready, self._gone, self._targets = loop.create_future(), loop.create_future(), None
        self.close_code = None
        async with asyncio.timeout(patience):
            self._socket = await self._connect(port)
            self._socket.send(_encoder.encode(self.principal.hello(self.heads)))
            await self._ready

    async def _connect(self, port: int) -> WebSocket:
        while True:
            try:
                principal = self.principal
                lost = partial(self._lost, self._ready, self._gone)
                return await connect(port, principal.path, principal.headers, self._hear, lost)
            except ConnectionError:
                self.retries += 1
                await asyncio.sleep(AGAIN_SECONDS)

    async def close(self, patience: float = 30.0) -> None:
        """The server knows that the socket is closed, or the connection is dropped."""
        if self._socket is None or self._gone is None:
            return
        self._socket.close()
        try:
            async with asyncio.timeout(patience):
                await self._gone
        except TimeoutError:
            self._socket.abort()

    def drop(self) -> None:
        """The connection breaks without a word."""
        if self._socket is not None:
            self._socket.abort()

    def say(self, chat: str, text: str, due: float, forbidden: str = "") -> None:
        """Send a message into the journal that is open now."""
        assert self.journal is not None and self._socket is not None
        cid = self.journal.begin(self, due, forbidden)
        self._socket.send(_encoder.encode(Say(id=cid, chat=chat, cid=cid, text=text)))

    def tell(self, kind: str, **fields: Any) -> None:
        """Send any other frame; what is answered is only looked at when it is an error."""
        if self._socket is not None:
            self._socket.send(_encoder.encode({"type": kind, **fields}))

    def ping(self) -> None:
        """One heartbeat."""
        self.tell("ping")

    def _lost(self, ready: asyncio.Future[None], gone: asyncio.Future[None], code: int) -> None:
        """A connection is gone, which may be an older one than that of now."""
        if ready is self._ready:
            self._socket, self.close_code = None, code
        if not gone.done():
            gone.set_result(None)
        if not ready.done():
            ready.set_exception(Refusal(f"closed with {code} before the welcome"))
            ready.exception()  # nobody may be waiting any more when the run is interrupted

    def _hear(self, payload: bytes) -> None:
        frame = _decoder.decode(payload)
        if frame.type == "entries":
            if frame.stream == "public":
                self._hear_lines(frame)
        elif frame.type == "ok":
            if self.journal is not None and frame.cid is not None:
                self.journal.note_acknowledgement(self, frame.cid, frame.text or "", frame.duplicate, self._time())
            if self.answered is not None:
                self.answered(self)
        elif frame.type == "welcome":
            self._targets = {chat: frame.heads.get(chat, 0) for chat in self.heads}
            self._check_ready()
        elif frame.type == "pong":
            self.pongs += 1
        elif frame.type == "error":
            self._refused(f"{frame.id}: {frame.code} {frame.message}")

    def _refused(self, words: str) -> None:
        if self._ready is not None and not self._ready.done():
            self._ready.set_exception(Refusal(words))
        elif self.journal is not None:
            self.journal.trouble(words)

    def _hear_lines(self, frame: Frame) -> None:
        now, chat = self._time(), str(frame.chat)
        for line in frame.entries:
            self._count(chat, line.seq)
            if self.journal is not None and line.cid:
                self.journal.note_line(self, chat, line.cid, line.text, now)
        if self._targets is not None and self._ready is not None and not self._ready.done():
            self._check_ready()

    def _count(self, chat: str, seq: int) -> None:
        """Numbers run without holes; one that overtook another is remembered until the hole is filled."""
        head, early = self.heads.get(chat), self._early.get(chat)
        if head is None or early is None:
            self._trouble(f"a line of chat {chat}, which isn't {self.principal.kind}'s")
        elif seq == head + 1:
            head += 1
            while early and head + 1 in early:
                head += 1
                early.discard(head)
            self.heads[chat] = head
        elif seq <= head or seq in early:
            self._trouble(f"line {seq} of chat {chat} came twice")
        else:
            early.add(seq)
            if self.journal is not None:
                self.journal.overtaken += 1

    def _trouble(self, words: str) -> None:
        if self.journal is not None:
            self.journal.trouble(words)

    def _check_ready(self) -> None:
        assert self._targets is not None and self._ready is not None
        if not self._ready.done() and all(self.heads[chat] >= head for chat, head in self._targets.items()):
            self._ready.set_result(None)

    @property
    def holes(self) -> int:
        """Chats whose numbers still have a hole."""
        return sum(map(bool, self._early.values()))

"""A small server that speaks the few frames the simulator needs, over real sockets, and misbehaves where told to.

HTTP and WebSocket share one port: a front reads the request's head and either answers it or passes the connection on.
"""

import asyncio
import json
import uuid
from collections import Counter
from contextlib import asynccontextmanager, suppress

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

CODES = [{"id": str(number), "name": f"Code {number}", "default": number == 1} for number in (1, 2, 3)]
NOW = "2026-11-22T14:03:01.123Z"


class SmallChat:
    def __init__(self) -> None:
        self.id, self.token = str(uuid.uuid4()), uuid.uuid4().hex
        self.state = "queued"
        self.entries: list[dict] = []
        self.sockets: list[ServerConnection] = []
        self.agent: Desk | None = None

    def add(self, kind: str, sender: str = "system", **more: object) -> dict:
        entry = {"seq": len(self.entries) + 1, "kind": kind, "at": NOW, "sender": {"kind": sender}, "data": {}, **more}
        self.entries.append(entry)
        return entry

    def said(self, cid: str) -> dict | None:
        return next((entry for entry in self.entries if entry.get("cid") == cid), None)


class Desk:
    def __init__(self, name: str, socket: ServerConnection) -> None:
        self.name, self.socket = name, socket
        self.state, self.rev = "idle", 0
        self.offers: dict[str, SmallChat] = {}
        self.chats: dict[str, SmallChat] = {}
        self.wrapups: dict[str, SmallChat] = {}

    def snapshot(self) -> dict:
        self.rev += 1
        return {
            "type": "desk",
            "rev": self.rev,
            "agent": {"id": self.name, "name": self.name.title(), "state": self.state},
            "offers": [{"id": key, "kind": "route", "chat": chat.id} for key, chat in self.offers.items()],
            "chats": [{"id": key, "role": "owner", "language": "de"} for key in self.chats],
            "wrapups": [{"id": key, "chat": chat.id, "codes": CODES} for key, chat in self.wrapups.items()],
        }


class SmallServer:
    """`cut` names frames ("customer message.send") after which the connection is dropped once, unanswered."""

    def __init__(self, *, cut: set[str] | None = None, busy: int = 0, offer_seconds: float = 5.0) -> None:
        self.cut, self.busy, self.offer_seconds = cut or set(), busy, offer_seconds
        self.lapses = 0
        self.lose_from_history = self.swallow_entries = False
        self.chats: dict[str, SmallChat] = {}
        self.desks: dict[str, Desk] = {}
        self.heard: Counter[str] = Counter()
        self.submitted: list[list[str]] = []
        self.base = ""

    # HTTP

    async def front(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            if b"upgrade: websocket" in head.lower():
                await self.pass_on(head, reader, writer)
            else:
                writer.write(await self.answer(head, reader))
                await writer.drain()
        writer.close()

    async def pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.inner_port)
        far_writer.write(head)

        async def pump(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
            with suppress(ConnectionError):
                while data := await source.read(65536):
                    sink.write(data)
                    await sink.drain()
            sink.close()

        await asyncio.gather(pump(reader, far_writer), pump(far_reader, writer))

    async def answer(self, head: bytes, reader: asyncio.StreamReader) -> bytes:
        first, *rest = head.decode().split("\r\n")
        method, path = first.split(" ")[:2]
        headers = {key.lower(): value for key, _, value in (line.partition(": ") for line in rest)}
        body = (await reader.readexactly(int(headers.get("content-length", "0")))).decode()
        self.heard[f"{method} {path.split('?')[0]}"] += 1
        if path.startswith("/accounts/login/"):
            return self.login(method, headers, body)
        if path.endswith("/chats/") and method == "POST":
            return self.start(path)
        if "/entries/" in path:
            return self.history(path, headers)
        return reply(404, {"code": "not_found", "message": "Nothing here.", "fields": {}})

    def login(self, method: str, headers: dict[str, str], body: str) -> bytes:
        if method == "GET":
            return reply(200, "<input name='x'>", "Set-Cookie: csrftoken=s3cret; Path=/")
        fields = dict(pair.split("=") for pair in body.split("&"))
        if fields["csrfmiddlewaretoken"] != "s3cret" or "csrftoken=s3cret" not in headers["cookie"]:
            return reply(403, "CSRF")
        if fields["password"] != "demo":
            return reply(200, "wrong password")
        return reply(302, "", f"Set-Cookie: sessionid={fields['username']}; Path=/\r\nLocation: /desk/")

    def start(self, path: str) -> bytes:
        if "/direct/" not in path:
            return reply(404, {"code": "not_found", "message": "No such entry point.", "fields": {}})
        if self.busy:
            self.busy -= 1
            return reply(429, {"code": "rate_limited", "message": "Slow down.", "fields": {}}, "Retry-After: 0.1")
        chat = SmallChat()
        self.chats[chat.id] = chat
        chat.add("queued")
        return reply(201, {"chat": chat.id, "token": chat.token, "socket": "/ws/customer/"})

    def history(self, path: str, headers: dict[str, str]) -> bytes:
        chat = self.chats[path.split("/")[4]]
        if headers.get("authorization") != f"Bearer {chat.token}":
            return reply(401, {"code": "unauthenticated", "message": "Who are you?", "fields": {}})
        after = int(path.partition("after=")[2])
        # Small pages, so that paging is played too.
        page = chat.entries[after : after + 5]
        if self.lose_from_history:
            page = [entry for entry in page if entry["kind"] != "message"]
        return reply(200, {"entries": page, "more": len(chat.entries) > after + 5, "head": len(chat.entries)})

    # Sockets

    async def socket(self, socket: ServerConnection) -> None:
        assert socket.request is not None
        customer = socket.request.path == "/ws/customer/"
        with suppress(ConnectionClosed):
            hello = json.loads(await socket.recv())
            if customer:
                await self.customer(socket, hello)
            else:
                assert socket.request.headers["Origin"] == self.base
                name = socket.request.headers["Cookie"].partition("sessionid=")[2].partition(";")[0]
                await self.desk(socket, hello, name)

    async def customer(self, socket: ServerConnection, hello: dict) -> None:
        chat = next(chat for chat in self.chats.values() if chat.token == hello["token"])
        await self.welcome(socket, hello, {chat.id: len(chat.entries)})
        await send(socket, entries(chat, chat.entries[hello["after"] :]))
        chat.sockets.append(socket)
        await self.snapshot(chat)
        await self.offer()
        await self.listen(socket, "customer", {chat.id: chat})

    async def desk(self, socket: ServerConnection, hello: dict, name: str) -> None:
        desk = self.desks.setdefault(name, Desk(name, socket))
        desk.socket = socket
        await self.welcome(socket, hello, {key: len(chat.entries) for key, chat in desk.chats.items()})
        for key, after in hello["after"].items():
            if key in desk.chats:
                await send(socket, entries(desk.chats[key], desk.chats[key].entries[after:]))
        await send(socket, desk.snapshot())
        await self.listen(socket, "agent", desk.chats, desk)

    async def welcome(self, socket: ServerConnection, hello: dict, heads: dict[str, int]) -> None:
        self.heard["hello"] += 1
        await send(socket, {"type": "welcome", "id": hello["id"], "epoch": "1", "limits": {}, "heads": heads})

    async def listen(
        self, socket: ServerConnection, who: str, chats: dict[str, SmallChat], desk: Desk | None = None
    ) -> None:
        async for raw in socket:
            frame = json.loads(raw)
            kind = f"{who} {frame['type']}"
            self.heard[kind] += 1
            chat = chats.get(frame.get("chat", ""))
            answer = await self.do(frame, who, chat, desk)
            if kind in self.cut:
                self.cut.discard(kind)
                socket.transport.abort()
                return
            if "id" in frame:
                await send(socket, {"type": "ok", **answer, "id": frame["id"]})

    async def do(self, frame: dict, who: str, chat: SmallChat | None, desk: Desk | None) -> dict:
        kind = frame["type"]
        if kind in ("typing", "seen", "ping"):
            return {}
        if kind == "message.send":
            return await self.message(frame, who, chat)
        if kind == "sync" and chat:
            return {"entries": chat.entries[frame["after"] :], "more": False, "head": len(chat.entries)}
        if kind in ("chat.leave", "chat.end") and chat and chat.state != "ended":
            await self.end(chat)
            return {}
        if desk is not None:
            return await self.desk_command(frame, desk)
        return {"type": "error", "code": "gone", "message": "Over."}

    async def message(self, frame: dict, who: str, chat: SmallChat | None) -> dict:
        known = chat and chat.said(frame["cid"])
        if chat is None or (chat.state == "ended" and not known):
            return {"type": "error", "code": "gone", "message": "Over."}
        entry = known or chat.add("message", who, cid=frame["cid"], text=frame["text"])
        if not known and not self.swallow_entries:
            await self.spread(chat, entries(chat, [entry]))
        return {"seq": entry["seq"], "text": entry["text"], "findings": [], "duplicate": bool(known)}

    async def desk_command(self, frame: dict, desk: Desk) -> dict:
        kind = frame["type"]
        if kind == "agent.set_state":
            desk.state = frame["state"]
        elif kind == "offer.accept" and frame["offer"] in desk.offers:
            chat = desk.offers.pop(frame["offer"])
            chat.state, chat.agent, desk.chats[chat.id] = "active", desk, chat
            self.talking.set()
            await self.spread(chat, entries(chat, [chat.add("joined", data={"who": "agent"})]))
            await self.snapshot(chat)
        elif kind == "wrapup.submit" and frame["wrapup"] in desk.wrapups:
            del desk.wrapups[frame["wrapup"]]
            self.submitted.append(frame["codes"])
        elif kind != "agent.sign_out":
            return {"type": "error", "code": "state", "message": "Too late."}
        await send(desk.socket, desk.snapshot())
        await self.offer()
        return {}

    async def end(self, chat: SmallChat) -> None:
        chat.state = "ended"
        await self.spread(chat, entries(chat, [chat.add("left"), chat.add("ended")]))
        for desk in self.desks.values():
            desk.offers = {key: offered for key, offered in desk.offers.items() if offered is not chat}
            if desk.chats.pop(chat.id, None):
                desk.wrapups[str(uuid.uuid4())] = chat
            await send(desk.socket, desk.snapshot())
        await self.snapshot(chat)

    async def offer(self) -> None:
        for chat in self.chats.values():
            if chat.state != "queued":
                continue
            free = [desk for desk in self.desks.values() if desk.state == "available" and len(desk.chats) < 5]
            if free:
                desk, offer = min(free, key=lambda each: len(each.chats)), str(uuid.uuid4())
                chat.state, desk.offers[offer] = "offered", chat
                await self.snapshot(chat)
                await send(desk.socket, desk.snapshot())
                asyncio.get_running_loop().call_later(
                    self.offer_seconds, lambda d=desk, o=offer: self.tasks.append(asyncio.create_task(self.lapse(d, o)))
                )

    async def lapse(self, desk: Desk, offer: str) -> None:
        chat = desk.offers.pop(offer, None)
        if chat is not None:
            self.lapses += 1
            chat.state, desk.state = "queued", "rona"
            await self.snapshot(chat)
            await send(desk.socket, desk.snapshot())
            await self.offer()

    async def snapshot(self, chat: SmallChat) -> None:
        for socket in chat.sockets:
            await send(socket, {"type": "chat", "chat": {"id": chat.id, "state": chat.state}})

    async def spread(self, chat: SmallChat, frame: dict) -> None:
        for socket in [*chat.sockets, *([chat.agent.socket] if chat.agent else [])]:
            await send(socket, frame)

    @asynccontextmanager
    async def running(self):
        self.tasks: list[asyncio.Task] = []
        self.talking = asyncio.Event()
        async with serve(self.socket, "127.0.0.1", 0, compression=None) as inner:
            self.inner_port = inner.sockets[0].getsockname()[1]
            async with await asyncio.start_server(self.front, "127.0.0.1", 0) as front:
                self.base = f"http://127.0.0.1:{front.sockets[0].getsockname()[1]}"
                yield self


def entries(chat: SmallChat, new: list[dict]) -> dict:
    return {"type": "entries", "chat": chat.id, "stream": "public", "entries": new, "more": False}


async def send(socket: ServerConnection, frame: dict) -> None:
    with suppress(ConnectionClosed):
        await socket.send(json.dumps(frame))


def reply(status: int, value: object, *headers: str) -> bytes:
    body = (value if isinstance(value, str) else json.dumps(value)).encode()
    lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", "Connection: close", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

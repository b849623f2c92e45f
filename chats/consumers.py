"""The two sockets: authenticate, subscribe, snapshot, dispatch by name. What a command does is not known here."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
from channels.db import database_sync_to_async
from django.conf import settings
from django.utils import translation

from agents import operations as agent_operations
from agents.models import Agent, User
from chats import operations, snapshots
from chats.commands import CUSTOMER, Guest
from chats.models import Chat
from chats.operations.open import hashed
from chats.states import State
from lib import groups, wire
from lib.clock import database_epoch, database_now
from lib.commands import Command
from lib.errors import Refused
from lib.sockets import Closing, Socket

OVER_SECONDS = 600.0  # a customer may rate this long after the end before his socket is closed


class DeskHello(wire.Frame, kw_only=True):
    """The first frame of a desk."""

    after: dict[str, int] | None = None
    take_over: bool = False


class CustomerHello(wire.Frame, kw_only=True):
    """The first frame of a customer."""

    token: str
    after: int = 0


_desk_hello = msgspec.json.Decoder(DeskHello)
_customer_hello = msgspec.json.Decoder(CustomerHello)

LIMITS = {"frame": wire.MAX_FRAME, "text": wire.MAX_TEXT, "frames_per_second": wire.FRAMES_PER_SECOND}


class Resuming(Socket):
    """What both sockets share: work in threads, entries by page, snapshots that follow changes."""

    limited = settings.RATE_LIMITS

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection."""
        self.dirty = False
        self.refreshing = False
        await super().__call__(scope, receive, send)

    async def work(self, function: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        """The function's result from a worker thread with a database connection, in this person's language."""

        def run() -> Any:
            with translation.override(self.language):
                return function(*args, **kwargs)

        return await database_sync_to_async(run, thread_sensitive=False)()

    async def run(self, command: Command, frame: Any) -> dict[str, Any]:
        """One command, one hop; none for what runs on the loop."""
        if command.on_loop:
            return await command.run(self.actor(), frame)
        return await self.work(command.run, self.actor(), frame)

    def actor(self) -> Any:
        """Who acts on this socket."""
        raise NotImplementedError

    def origin(self) -> str | None:
        """The browser's Origin; None from what is no browser."""
        for name, value in self.scope["headers"]:
            if name == b"origin":
                return value.decode("latin-1")
        return None

    async def welcome(self, frame_id: str | None, heads: Mapping[str, int]) -> None:
        """The answer to hello."""
        now, epoch = await self.work(lambda: (database_now(), database_epoch()))
        self.push(
            wire.encode(
                {
                    "type": "welcome",
                    "id": frame_id,
                    "server_time": wire.instant(now),
                    "limits": LIMITS,
                    "epoch": epoch,
                    "heads": heads,
                }
            )
        )

    async def send_missed(self, chat_id: UUID, stream: str, after: int, head: int) -> None:
        """Everything after the reader's last line, in pages."""
        more = after < head
        while more and not self.closed:
            entries, more = await self.work(snapshots.page_of_lines, chat_id, stream, after, wire.PAGE)
            if entries:
                after = entries[-1]["seq"]
                page = {"type": "entries", "chat": str(chat_id), "stream": stream, "entries": entries, "more": more}
                self.push(wire.encode(page))
                await self.written()

    async def heard(self, signal: bytes) -> None:
        """Something changed: one new snapshot, however many changes came meanwhile."""
        self.dirty = True
        if self.refreshing or not self.greeted:
            return
        self.refreshing = True
        try:
            while self.dirty and not self.closed:
                self.dirty = False
                await self.refresh()
        finally:
            self.refreshing = False

    async def refresh(self) -> None:
        """Send the snapshot as it is now."""
        raise NotImplementedError

    def pong(self, heads: Mapping[str, int], now: Any, **more: Any) -> None:
        """The answer to a ping."""
        self.push(wire.encode({"type": "pong", "server_time": wire.instant(now), "heads": heads, **more}))

    async def _take(self, raw: str, header: wire.Header) -> None:
        if header.type == "ping" and self.greeted:
            wire.body(raw, _ping)
            self._silent_after(wire.SILENCE_SECONDS)
            await self.beat()
            return
        await super()._take(raw, header)

    async def beat(self) -> None:
        """A heartbeat came."""
        raise NotImplementedError


_ping = msgspec.json.Decoder(wire.Frame)


class DeskConsumer(Resuming):
    """An agent's desk. The roof joins the commands and the snapshot of all rooms."""

    commands: ClassVar[Mapping[str, Command]] = {}
    snapshot: Callable[[Agent], dict[str, Any]]
    active = False  # something was asked for since the last heartbeat

    async def run(self, command: Command, frame: Any) -> dict[str, Any]:
        """As every socket; it also shows that somebody is there."""
        self.active = True
        return await super().run(command, frame)

    async def admit(self) -> int | None:
        """Only a signed-in agent, from a page of ours."""
        if self.origin() not in settings.ORIGINS:
            return wire.CLOSE_FORBIDDEN
        self.user: User = self.scope["user"]
        self.agent = await self.work(self._find_agent)
        if self.agent is None:
            return wire.CLOSE_UNAUTHENTICATED
        cookie = self.scope.get("cookies", {}).get(settings.LANGUAGE_COOKIE_NAME, "")
        self.language = self.user.language or (cookie if cookie in dict(settings.LANGUAGES) else "en")
        return None

    def _find_agent(self) -> Agent | None:
        if not self.user.is_authenticated or not self.user.is_active:
            return None
        return Agent.objects.filter(user=self.user.pk, is_active=True).select_related("team").first()

    def actor(self) -> "DeskConsumer":
        """The desk itself: it has `agent` and `user`."""
        return self

    async def greet(self, raw: str, header: wire.Header) -> None:
        """Take the desk, hear its groups, then tell where everything stands."""
        hello: DeskHello = wire.body(raw, _desk_hello)
        self.desk = uuid4().hex
        mine = groups.desk(self.agent.pk)
        if self.hub.size(mine) >= wire.SOCKETS_PER_PRINCIPAL:
            raise Closing(wire.CLOSE_TOO_MANY)
        try:
            await self.work(operations.sign_in, self.agent, desk=self.desk, by=self.user, take_over=hello.take_over)
        except Refused as refused:
            self.refuse(header, refused)
            raise Closing(wire.CLOSE_REPLACED if refused.code == "conflict" else wire.CLOSE_FORBIDDEN) from refused
        self.listen_to(self._groups({}))
        heads = await self.work(snapshots.heads, self.agent)
        self.listen_to(self._groups(heads))
        heads = await self.work(snapshots.heads, self.agent)
        await self.welcome(hello.id, heads)
        for name, after in (hello.after or {}).items():
            if name in heads:
                chat, _, stream = name.partition("/")
                await self.send_missed(UUID(chat), stream or "public", after, heads[name])
        self.greeted = True
        await self.heard(wire.DESK_CHANGED)

    def _groups(self, heads: Mapping[str, int]) -> set[str]:
        heard = {groups.desk(self.agent.pk), groups.user(self.user.pk)}
        for name in heads:
            if "/" not in name:
                heard |= {groups.public(UUID(name)), groups.staff(UUID(name))}
        return heard

    async def heard(self, signal: bytes) -> None:
        """Another desk of the same log-in took over, the agent was timed out, or something changed."""
        if signal == wire.TIMED_OUT:
            await self.close(wire.CLOSE_TIMED_OUT)
            return
        if signal.startswith(wire.REPLACED):
            if signal[len(wire.REPLACED) :].decode() != self.desk:
                await self.close(wire.CLOSE_REPLACED)
            return
        await super().heard(signal)

    async def refresh(self) -> None:
        """The whole desk, and the lines of every chat on it from now on."""
        frame = await self.work(type(self).snapshot, self.agent)
        self.listen_to(self._groups(await self.work(snapshots.heads, self.agent)))
        self.push(wire.encode(frame))

    async def beat(self) -> None:
        """The agent is here. Heads show which lines this desk may have missed, a snapshot makes up for lost signals."""
        active, self.active = self.active, False
        if not await self.work(agent_operations.renew_lease, self.agent, desk=self.desk, by=self.user, active=active):
            await self._come_back_or_close()
            return
        heads = await self.work(snapshots.heads, self.agent)
        agent = await self.work(Agent.objects.get, pk=self.agent.pk)
        self.pong(heads, agent.desk_heard, rev=agent.desk_rev)
        await self.heard(wire.DESK_CHANGED)

    async def _come_back_or_close(self) -> None:
        """The lease had lapsed or another desk took over: a desk that slept must say hello again."""
        agent = await self.work(Agent.objects.get, pk=self.agent.pk)
        await self.close(wire.CLOSE_REPLACED if agent.desk else wire.CLOSE_LATER)

    async def gone(self) -> None:
        """Another desk may come at once; presence runs on for its lease."""
        await self.work(agent_operations.leave_desk, self.agent, desk=self.desk, by=self.user)


class CustomerConsumer(Resuming):
    """A customer's widget: one chat, opened by its token."""

    commands = CUSTOMER
    guest: Guest
    shown = ""  # the chat's state in the last snapshot
    over: asyncio.TimerHandle | None = None

    def actor(self) -> Guest:
        """The customer."""
        return self.guest

    async def greet(self, raw: str, header: wire.Header) -> None:
        """Open the token's chat, hear its groups, then tell where it stands."""
        hello: CustomerHello = wire.body(raw, _customer_hello)
        chat = await self.work(_chat_of_token, hello.token)
        if chat is None:
            raise Closing(wire.CLOSE_UNAUTHENTICATED)
        origin = self.origin()
        if origin is not None and origin not in settings.ORIGINS and origin not in chat.entry_point.origins:
            raise Closing(wire.CLOSE_FORBIDDEN)
        if self.hub.size(groups.customer(chat.pk)) >= wire.SOCKETS_PER_PRINCIPAL:
            raise Closing(wire.CLOSE_TOO_MANY)
        self.guest, self.language = Guest(chat, limited=self.limited, work=self.work), chat.language
        self.listen_to(self._groups(chat))
        await self.work(operations.customer_here, chat)
        chat = await self.work(self.guest.chat)
        await self.welcome(hello.id, {str(chat.pk): chat.public_head})
        await self.send_missed(chat.pk, "public", max(0, hello.after), chat.public_head)
        self.greeted = True
        await self.heard(wire.CHAT_CHANGED)

    def _groups(self, chat: Chat) -> set[str]:
        heard = {groups.public(chat.pk), groups.customer(chat.pk)}
        if chat.state in (State.QUEUED, State.OFFERED):
            heard.add(groups.queue(chat.queue_id))
        return heard

    async def refresh(self) -> None:
        """The chat as it is now; after the end the socket stays for a rating, then closes."""
        chat = await self.work(self.guest.chat)
        self.listen_to(self._groups(chat))
        self.push(wire.encode(await self.work(snapshots.for_customer, chat)))
        self.shown = chat.state
        if chat.state == State.ENDED and self.over is None:
            self.over = self.hub.loop.call_later(OVER_SECONDS, self._close_soon, wire.CLOSE_OVER)

    async def beat(self) -> None:
        """The customer is here. The head shows whether lines were missed, a snapshot makes up for a lost signal."""
        chat = await self.work(self.guest.chat)
        await self.work(operations.customer_here, chat)
        self.pong({str(chat.pk): chat.public_head}, await self.work(database_now))
        if chat.state != self.shown:
            await self.heard(wire.CHAT_CHANGED)

    async def gone(self) -> None:
        """Unless another socket of his is open here, the desks see him away."""
        if self.over is not None:
            self.over.cancel()
        if self.hub.size(groups.customer(self.guest.chat_id)) == 0:
            await self.work(operations.customer_away, await self.work(self.guest.chat))


def _chat_of_token(token: str) -> Chat | None:
    rows = Chat.objects.select_related("customer", "entry_point")
    return rows.filter(token=hashed(token), token_until__gt=database_now()).first()

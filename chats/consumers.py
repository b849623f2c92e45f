"""The two sockets: authenticate, subscribe, snapshot, dispatch by name. What a command does is not known here."""

import asyncio
import time
from collections.abc import Callable, Hashable, Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
from channels.db import database_sync_to_async
from django.conf import settings
from django.http import parse_cookie
from django.utils import translation

from agents import operations as agent_operations
from agents.models import Agent, User
from chats import hellos, operations, snapshots
from chats.commands import CUSTOMER, Guest
from chats.hellos import Standing
from chats.log_ins import log_ins
from chats.operations.presence import Lost
from chats.places import Line, line_of
from chats.querysets import View
from chats.senders import Sender
from chats.snapshots import Place
from chats.states import State
from lib import groups, wire
from lib.commands import Command
from lib.errors import Refused
from lib.sockets import Closing, Socket

ANYWAY = 6  # heartbeats of a desk from one snapshot that nothing called for to the next: two minutes
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

    def header(self, wanted: bytes) -> str | None:
        """A header of the handshake by its lower-case name; None when it was not sent."""
        return next((value.decode("latin-1") for name, value in self.scope["headers"] if name == wanted), None)

    def origin(self) -> str | None:
        """The browser's Origin; None from what is no browser."""
        return self.header(b"origin")

    def cookies(self) -> dict[str, str]:
        """What the browser keeps for us."""
        return parse_cookie(self.header(b"cookie") or "")

    async def welcome(self, frame_id: str | None, standing: Standing) -> None:
        """The answer to hello, and everything after the reader's last lines, in pages."""
        self.push(
            wire.encode(
                {
                    "type": "welcome",
                    "id": frame_id,
                    "server_time": wire.instant(standing.now),
                    "limits": LIMITS,
                    "epoch": standing.epoch,
                    "heads": standing.heads,
                }
            )
        )
        for (chat_id, stream), (entries, more) in standing.missed.items():
            while entries and not self.closed:
                page = {"type": "entries", "chat": chat_id, "stream": stream, "entries": entries, "more": more}
                self.push(wire.encode(page))
                if not more:
                    break
                await self.written()
                after = entries[-1]["seq"]
                entries, more = await self.work(snapshots.page_of_lines, chat_id, stream, after, wire.PAGE)

    async def heard(self, signal: bytes) -> None:
        """Something changed: one new snapshot, however many changes came meanwhile."""
        self.dirty = True
        if self.greeted:
            await self.catch_up()

    async def catch_up(self) -> None:
        """What is shown is what is there, as far as changes were heard of."""
        if self.refreshing:
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
            await self.beat()
            return
        greeted = self.greeted
        await super()._take(raw, header)
        if not greeted:
            await self.catch_up()

    async def beat(self) -> None:
        """A heartbeat came."""
        raise NotImplementedError


_ping = msgspec.json.Decoder(wire.Frame)


class DeskConsumer(Resuming):
    """An agent's desk. The roof joins the commands and the snapshot of all rooms."""

    commands: ClassVar[Mapping[str, Command]] = {}
    snapshot: Callable[[Agent], dict[str, Any]]
    standing: Callable[[Agent], Hashable]
    shown: Hashable = None  # how the desk stood at a heartbeat, unless it has been drawn since
    beats = 0
    active = False  # something was asked for since the last heartbeat

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection; afterwards nobody asks for its log-in any more."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            log_ins(self.hub).drop(self)

    async def run(self, command: Command, frame: Any) -> dict[str, Any]:
        """As every socket; it also shows that somebody is there."""
        self.active = True
        return await super().run(command, frame)

    async def admit(self) -> int | None:
        """Only a signed-in agent, from a page of ours."""
        if self.origin() not in settings.ORIGINS:
            return wire.CLOSE_FORBIDDEN
        cookies = self.cookies()
        self.session = cookies.get(settings.SESSION_COOKIE_NAME, "")
        if not await self._logged_in():
            return wire.CLOSE_UNAUTHENTICATED
        log_ins(self.hub).add(self)
        cookie = cookies.get(settings.LANGUAGE_COOKIE_NAME, "")
        self.language = self.user.language or (cookie if cookie in dict(settings.LANGUAGES) else "en")
        return None

    async def _logged_in(self) -> bool:
        """Whether the session is an active agent's; he and his log-in are known as they are now."""
        found = await self.work(hellos.agent_of_session, self.session)
        if found is not None:
            self.agent: Agent = found
            self.user: User = found.user
        return found is not None

    def actor(self) -> "DeskConsumer":
        """The desk itself: it has `agent` and `user`."""
        return self

    async def greet(self, raw: str, header: wire.Header) -> None:
        """Take the desk, hear its groups, then tell where everything stands."""
        hello: DeskHello = wire.body(raw, _desk_hello)
        self.desk = uuid4().hex
        if self.hub.size(groups.desk(self.agent.pk)) >= wire.SOCKETS_PER_PRINCIPAL:
            raise Closing(wire.CLOSE_TOO_MANY)
        self.listen_to({groups.user(self.user.pk)})
        if not await self._logged_in():  # as he was at the handshake, however long ago that was
            raise Closing(wire.CLOSE_UNAUTHENTICATED)
        wish = {"desk": self.desk, "by": self.user, "take_over": hello.take_over}
        self.present = True
        try:
            heads = await self.work(hellos.take_desk, self.agent, **wish, lost=lambda: self.lost or self.closed)
        except Refused as refused:
            self.refuse(header, refused)
            raise Closing(wire.CLOSE_REPLACED if refused.code == "conflict" else wire.CLOSE_FORBIDDEN) from refused
        except Lost as lost:
            raise Closing(wire.CLOSE_NORMAL) from lost
        self.listen_to(self._groups(heads))
        self.dirty = False
        standing = await self.work(hellos.desk, self.agent, hello.after or {}, type(self).snapshot)
        await self.welcome(hello.id, standing)
        self.push(wire.encode(standing.snapshot))
        self.dirty |= standing.heads.keys() != heads.keys()

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
        self.shown = None
        frame, heads = await self.work(hellos.desk_now, self.agent, type(self).snapshot)
        if self.closed:
            return
        self.agent.name = frame["agent"]["name"]  # what is said from now on is said under it
        self.listen_to(self._groups(heads))
        self.push(wire.encode(frame))

    async def beat(self) -> None:
        """The agent is here. Heads show which lines this desk may have missed, a snapshot makes up for lost signals.

        Names and settings are no news that a signal tells: for them the desk is drawn now and then anyway.
        """
        active, self.active = self.active, False
        wish = {"desk": self.desk, "by": self.user, "active": active}
        heard = await self.work(hellos.desk_beats, self.agent, type(self).standing, **wish)
        if not heard.mine:
            # The lease had lapsed or another desk took over: a desk that slept must say hello again.
            await self.close(wire.CLOSE_REPLACED if heard.desk else wire.CLOSE_LATER)
            return
        self.pong(heard.heads, heard.now, rev=heard.rev)
        self.beats += 1
        if heard.standing != self.shown or self.beats % ANYWAY == 0:
            await self.heard(wire.DESK_CHANGED)
            self.shown = heard.standing

    async def gone(self) -> None:
        """Another desk may come at once; presence runs on for its lease."""
        await self.work(agent_operations.leave_desk, self.agent, desk=self.desk, by=self.user)


def _standing(chat: View) -> Hashable:
    """What a customer's page shows of the chat and a signal tells: if it differs, the signal was lost."""
    agents = tuple((pk, name) for pk, name, _seen in chat.agents)
    return chat.state, chat.queue_id, chat.queue_name, agents, chat.answered, chat.rated


class CustomerConsumer(Resuming):
    """A customer's widget: one chat, opened by its token."""

    commands = CUSTOMER
    guest: Guest
    shown: Hashable = None  # how the chat stood in the last snapshot
    told = b""  # that snapshot, as far as what is told of changes goes
    waiting: dict[str, Any] | None = None  # that snapshot, while he waits
    line: Line | None = None  # where he waits
    over: asyncio.TimerHandle | None = None

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one connection; afterwards he waits in no line."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._stand_in(None)

    def actor(self) -> Guest:
        """The customer."""
        return self.guest

    @property
    def chat_id(self) -> UUID:
        """His chat."""
        return self.guest.chat_id

    async def greet(self, raw: str, header: wire.Header) -> None:
        """Open the token's chat, hear its groups, then tell where it stands."""
        hello: CustomerHello = wire.body(raw, _customer_hello)
        opened = await self.work(hellos.chat_of_token, hello.token)
        if opened is None:
            raise Closing(wire.CLOSE_UNAUTHENTICATED)
        origin = self.origin()
        if origin is not None and origin not in settings.ORIGINS and origin not in opened.origins:
            raise Closing(wire.CLOSE_FORBIDDEN)
        chat_id, mine = opened.pk, groups.customer(opened.pk)
        if self.hub.size(mine) >= wire.SOCKETS_PER_PRINCIPAL:
            raise Closing(wire.CLOSE_TOO_MANY)
        who = Sender("customer", str(opened.customer_id), opened.customer_name)
        self.guest, self.language = Guest(chat_id, who, limited=self.limited, work=self.work), opened.language
        self.listen_to({groups.public(chat_id), mine})
        self.present = True
        chat, standing = await self.work(hellos.customer, chat_id, max(0, hello.after))
        await self.welcome(hello.id, standing)
        self._show(chat, standing.snapshot)

    async def refresh(self) -> None:
        """The chat as it is now."""
        self._show(*await self.work(hellos.customer_now, self.chat_id))

    def _show(self, chat: View, frame: dict[str, Any]) -> None:
        """Send the snapshot if it is news. Who waits is told his place; after the end the socket stays for a rating.

        Much happens in a chat that its customer must not even notice, as a supervisor who reads along.
        """
        told = wire.encode({**frame["chat"], "agents_seen": None})  # what was seen travels by itself
        if told != self.told:
            self.told = told
            self.push(wire.encode(frame))
        self.shown = _standing(chat)
        waits = chat.state in (State.QUEUED, State.OFFERED) and not self.closed
        self.waiting = frame if waits else None
        self._stand_in(line_of(self.hub, chat.queue_id) if waits else None)
        if chat.state == State.ENDED and self.over is None:
            self.over = self.hub.loop.call_later(OVER_SECONDS, self._close_soon, wire.CLOSE_OVER)

    def _stand_in(self, line: Line | None) -> None:
        if line is not self.line:
            if self.line is not None:
                self.line.leave(self)
            self.line = line
            if line is not None:
                line.enter(self)

    def placed(self, place: Place) -> None:
        """He has moved up, or down, or will wait longer or shorter than he was told."""
        if self.waiting is None or self.closed:
            return
        chat, (position, wait) = self.waiting["chat"], place
        if (chat["position"], chat["wait"]) != (position, wait):
            self.waiting = {**self.waiting, "chat": {**chat, "position": position, "wait": wait}}
            self.told = wire.encode({**self.waiting["chat"], "agents_seen": None})
            self.push(wire.encode(self.waiting))

    async def beat(self) -> None:
        """The customer is here. The head shows whether lines were missed, a snapshot makes up for a lost signal."""
        chat = await self.work(operations.customer_here, self.chat_id)
        self.pong({str(chat.pk): chat.public_head}, chat.now)
        if _standing(chat) != self.shown:
            await self.heard(wire.CHAT_CHANGED)

    async def gone(self) -> None:
        """Unless another socket of his is open here, he is away, as his agents will hear if he stays so."""
        if self.over is not None:
            self.over.cancel()
        if self.hub.size(groups.customer(self.chat_id)) == 0:
            left = time.monotonic()
            await self.work(lambda: operations.customer_away(self.chat_id, ago=time.monotonic() - left))

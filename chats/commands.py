"""What a desk and a customer may ask of chats: command name → typed frame → verb."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any
from uuid import UUID

import msgspec

from agents.commands import Desk
from agents.models import Agent
from chats import canned, operations, senders, snapshots, writer
from chats.models import Chat
from chats.operations.post import Posted
from chats.senders import Sender
from lib.commands import Commands
from lib.errors import Refused
from lib.rates import Buckets
from lib.transitions import one
from lib.wire import CID_PATTERN, PAGE, Frame, instant

DESK = Commands()
CUSTOMER = Commands()

Cid = Annotated[str, msgspec.Meta(pattern=CID_PATTERN)]
Files = Annotated[list[UUID], msgspec.Meta(max_length=10)]
Seq = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]

AGENT_MESSAGES = Buckets(10, 40)
CUSTOMER_MESSAGES = Buckets(2, 10)


Work = Callable[..., Awaitable[Any]]


class Guest:
    """The customer at the socket: the token opens this one chat."""

    __slots__ = ("chat_id", "limited", "sender", "work")

    def __init__(self, chat_id: UUID, sender: Sender, *, limited: bool, work: Work) -> None:
        self.chat_id, self.sender, self.limited, self.work = chat_id, sender, limited, work

    def is_about(self, named: UUID | None) -> None:
        """A frame that names another chat is refused as if that didn't exist."""
        if named is not None and named != self.chat_id:
            raise Refused("not_found")

    def chat(self, named: UUID | None = None) -> Chat:
        """His chat, as it is now."""
        self.is_about(named)
        return Chat.objects.select_related("customer", "queue", "entry_point").get(pk=self.chat_id)


# --- frames


class OfChat(Frame, kw_only=True):
    """A frame about one chat."""

    chat: UUID


class OfOwnChat(Frame, kw_only=True):
    """A customer's frame: the socket has one chat, so it may be left out."""

    chat: UUID | None = None


class Send(OfChat, kw_only=True):
    """Say something."""

    cid: Cid
    text: str
    attachments: Files | None = None


class SendOwn(OfOwnChat, kw_only=True):
    """Say something as the customer."""

    cid: Cid
    text: str
    attachments: Files | None = None


class Sync(OfChat, kw_only=True):
    """Ask for lines after a number."""

    stream: str | None = None
    after: Seq | None = None


class SyncOwn(OfOwnChat, kw_only=True):
    """Ask for lines after a number as the customer."""

    stream: str | None = None
    after: Seq | None = None


class Seen(OfChat, kw_only=True):
    """Everything up to the line has been read."""

    seq: Seq


class SeenOwn(OfOwnChat, kw_only=True):
    """Everything up to the line has been read by the customer."""

    seq: Seq


class Typing(OfChat, kw_only=True):
    """Typing has begun or stopped."""

    on: bool


class TypingOwn(OfOwnChat, kw_only=True):
    """The customer's typing has begun or stopped."""

    on: bool


class Accept(Frame, kw_only=True):
    """Take an offer."""

    offer: UUID


class AcceptAll(Frame, kw_only=True):
    """Take several offers."""

    offers: Annotated[list[UUID], msgspec.Meta(min_length=1, max_length=20)]


class Search(OfChat, kw_only=True):
    """Find canned responses."""

    q: Annotated[str, msgspec.Meta(max_length=200)] | None = None


class Rate(OfOwnChat, kw_only=True):
    """The customer's opinion."""

    score: Annotated[int, msgspec.Meta(ge=1, le=5)]
    comment: Annotated[str, msgspec.Meta(max_length=2000)] | None = None


# --- both sides


def answer(posted: Posted) -> dict[str, Any]:
    """What the sender is told of his message: as it was stored."""
    entry, held = posted.entry, posted.held
    if held is not None and entry is None:
        said = {"chat": str(held.chat_id), "cid": held.cid, "held": True, "findings": held.findings}
        return {**said, "duplicate": posted.duplicate}
    assert entry is not None  # noqa: S101 - what is not held was written
    return {
        "chat": str(entry.chat_id),
        "cid": entry.cid,
        "seq": entry.seq,
        "at": instant(entry.at),
        "text": entry.text,
        "findings": entry.findings,
        "duplicate": posted.duplicate,
    }


def _lines(chat: Chat, stream: str | None, after: int | None, heads: tuple[int, int]) -> dict[str, Any]:
    name = stream or "public"
    head = heads[0] if name == "public" else heads[1]
    entries, more = snapshots.page_of_lines(chat.pk, name, after or 0, PAGE, upto=head)
    return {"chat": str(chat.pk), "stream": name, "entries": entries, "more": more, "head": head}


# --- the desk


@DESK.handles("message.send", Send)
async def send(desk: Any, frame: Send) -> dict[str, Any]:
    """The agent says something."""
    if desk.limited and not AGENT_MESSAGES.take(str(desk.agent.pk)):
        raise Refused("rate_limited")
    if frame.attachments:
        return await desk.work(_send, desk.agent, frame)
    try:
        return await writer.say(frame.chat, by=senders.of_agent(desk.agent), cid=frame.cid, text=frame.text)
    except writer.NeedsMore:
        return await desk.work(_send, desk.agent, frame)


def _send(agent: Agent, frame: Send) -> dict[str, Any]:
    chat = one(Chat.objects.readable_by(agent), pk=frame.chat)
    by, files = senders.of_agent(agent), frame.attachments or ()
    return answer(operations.post(chat, by=by, cid=frame.cid, text=frame.text, attachments=files))


@DESK.handles("sync", Sync)
def sync(desk: Desk, frame: Sync) -> dict[str, Any]:
    """A page of lines."""
    if frame.stream not in (None, "public", "staff"):
        raise Refused("invalid", "stream is public or staff.")
    chat = one(Chat.objects.readable_by(desk.agent), pk=frame.chat)
    return _lines(chat, frame.stream, frame.after, snapshots.reach(chat, desk.agent))


@DESK.handles("seen", Seen, quiet=True)
def seen(desk: Desk, frame: Seen) -> dict[str, Any]:
    """The agent has read."""
    chat = one(Chat.objects.readable_by(desk.agent), pk=frame.chat)
    operations.seen(chat, by=senders.of_agent(desk.agent), seq=frame.seq)
    return {}


@DESK.handles("typing", Typing, quiet=True)
def typing(desk: Desk, frame: Typing) -> dict[str, Any]:
    """The agent types."""
    operations.typing(
        one(Chat.objects.for_agent(desk.agent), pk=frame.chat), by=senders.of_agent(desk.agent), on=frame.on
    )
    return {}


@DESK.handles("offer.accept", Accept)
def accept(desk: Desk, frame: Accept) -> dict[str, Any]:
    """The agent takes an offer."""
    return {"chat": str(operations.accept(frame.offer, by=desk.agent).chat_id)}


@DESK.handles("offer.accept_all", AcceptAll)
def accept_all(desk: Desk, frame: AcceptAll) -> dict[str, Any]:
    """The agent takes several offers."""
    return {"result": operations.accept_all(frame.offers, by=desk.agent)}


@DESK.handles("chat.end", OfChat)
def end(desk: Desk, frame: OfChat) -> dict[str, Any]:
    """The agent ends the chat."""
    operations.end(one(Chat.objects.for_agent(desk.agent), pk=frame.chat), by=desk.agent)
    return {}


@DESK.handles("agent.sign_out", Frame)
def sign_out(desk: Desk, frame: Frame) -> dict[str, Any]:
    """The agent goes home."""
    operations.sign_out(desk.agent, by=desk.user)
    return {}


@DESK.handles("canned.search", Search)
def search_canned(desk: Desk, frame: Search) -> dict[str, Any]:
    """Canned responses for this chat."""
    chat = one(Chat.objects.for_agent(desk.agent).select_related("customer", "queue"), pk=frame.chat)
    return {"result": {"items": canned.search(chat, agent=desk.agent, q=frame.q or ""), "more": False}}


# --- the customer


def _public_only(stream: str | None) -> None:
    if stream not in (None, "public"):
        raise Refused("invalid", "stream is public.")


@CUSTOMER.handles("message.send", SendOwn)
async def customer_send(guest: Guest, frame: SendOwn) -> dict[str, Any]:
    """The customer says something."""
    if guest.limited and not CUSTOMER_MESSAGES.take(str(guest.chat_id)):
        raise Refused("rate_limited")
    guest.is_about(frame.chat)
    if frame.attachments:
        return await guest.work(_customer_send, guest, frame)
    try:
        return await writer.say(guest.chat_id, by=guest.sender, cid=frame.cid, text=frame.text)
    except writer.NeedsMore:
        return await guest.work(_customer_send, guest, frame)


def _customer_send(guest: Guest, frame: SendOwn) -> dict[str, Any]:
    chat, files = guest.chat(frame.chat), frame.attachments or ()
    return answer(operations.post(chat, by=guest.sender, cid=frame.cid, text=frame.text, attachments=files))


@CUSTOMER.handles("sync", SyncOwn)
def customer_sync(guest: Guest, frame: SyncOwn) -> dict[str, Any]:
    """A page of lines."""
    _public_only(frame.stream)
    chat = guest.chat(frame.chat)
    return _lines(chat, None, frame.after, (chat.public_head, 0))


@CUSTOMER.handles("seen", SeenOwn, quiet=True)
def customer_seen(guest: Guest, frame: SeenOwn) -> dict[str, Any]:
    """The customer has read."""
    operations.seen(guest.chat(frame.chat), by=guest.sender, seq=frame.seq)
    return {}


@CUSTOMER.handles("typing", TypingOwn, quiet=True)
def customer_typing(guest: Guest, frame: TypingOwn) -> dict[str, Any]:
    """The customer types."""
    operations.typing(guest.chat(frame.chat), by=guest.sender, on=frame.on)
    return {}


@CUSTOMER.handles("chat.leave", OfOwnChat)
def leave(guest: Guest, frame: OfOwnChat) -> dict[str, Any]:
    """The customer leaves."""
    operations.leave(guest.chat(frame.chat), by=guest.sender)
    return {}


@CUSTOMER.handles("chat.rate", Rate)
def rate(guest: Guest, frame: Rate) -> dict[str, Any]:
    """The customer rates."""
    operations.rate(guest.chat(frame.chat), score=frame.score, comment=frame.comment or "")
    return {}

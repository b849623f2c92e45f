"""What the server says on its two sockets, as types: the AsyncAPI document is made of them, tests hold frames to them.

Moments are RFC 3339 in UTC with milliseconds; ids are opaque. Nothing else is in a frame.
"""

from typing import Annotated, Any, Literal

import msgspec

from chats.board import AgentRow, QueueRow

Moment = Annotated[str, msgspec.Meta(pattern=r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$")]
Natural = Annotated[int, msgspec.Meta(ge=0)]
Code = Literal[
    *("invalid", "unauthenticated", "forbidden", "not_found", "state", "gone", "capacity", "conflict"),
    *("rate_limited", "too_large", "pci_dropped", "unavailable"),
]
Kind = Literal[
    *("message", "joined", "left", "transferred", "amended", "queued", "connection_lost", "connection_back", "ended"),
    *("transfer_requested", "transfer_lapsed", "conference_requested", "conference_lapsed", "whisper", "monitoring"),
]
Stream = Literal["public", "staff"]
Policy = Literal["redact", "drop"] | None


class Said(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Base of everything the server says."""


class Named(Said):
    """An object of the house: queue, agent, code, reason."""

    id: str
    name: str


class Sender(Said):
    """Who wrote a line or gave a sign."""

    kind: Literal["customer", "agent", "bot", "system"]
    id: str
    name: str


class Finding(Said):
    """What was taken out of a text."""

    detector: str
    action: str


class Attached(Said):
    """A file of a message; it can be fetched once it is clean."""

    id: str
    name: str
    size: Natural
    type: str
    status: Literal["scanning", "clean", "dropped"]
    reason: str | None


class Line(Said):
    """One line of a transcript; what is in `data` depends on its kind."""

    seq: Annotated[int, msgspec.Meta(ge=1)]
    kind: Kind
    at: Moment
    sender: Sender
    cid: str | None
    text: str
    attachments: list[Attached]
    findings: list[Finding]
    data: dict[str, Any]


class Customer(Said):
    """A customer as agents see him."""

    id: str
    name: str
    email: str
    verified: bool


# --- answers


class Ok(Said, tag="ok", tag_field="type"):
    """It was done."""

    id: str


class OkChat(Ok, tag="ok"):
    """The offer was accepted: this is the chat."""

    chat: str


class OkMessage(Ok, tag="ok"):
    """The message is committed, as it was stored; or, `held`, it waits until its files are looked at and has no seq."""

    chat: str
    cid: str
    findings: list[Finding]
    duplicate: bool
    seq: Annotated[int, msgspec.Meta(ge=1)] | msgspec.UnsetType = msgspec.UNSET
    at: Moment | msgspec.UnsetType = msgspec.UNSET
    text: str | msgspec.UnsetType = msgspec.UNSET
    held: bool | msgspec.UnsetType = msgspec.UNSET


class OkLines(Ok, tag="ok"):
    """A page of lines, and how far the stream reaches."""

    chat: str
    stream: Stream
    entries: list[Line]
    more: bool
    head: Natural


class OkResult(Ok, tag="ok"):
    """What was asked for."""

    result: Any


class Error(Said, tag="error", tag_field="type"):
    """It was refused; `message` is for people, `fields` names what was wrong."""

    id: str | None
    code: Code
    message: str
    fields: dict[str, Any] = {}
    findings: list[Finding] | msgspec.UnsetType = msgspec.UNSET
    attachments: list[Attached] | msgspec.UnsetType = msgspec.UNSET


# --- both sockets


class Limits(Said):
    """Frame in bytes, text in characters."""

    frame: int
    text: int
    frames_per_second: float


class Welcome(Said, tag="welcome", tag_field="type"):
    """The answer to hello. Numbers may have gone back when `epoch` differs from the one before."""

    id: str | None
    server_time: Moment
    limits: Limits
    epoch: str
    heads: dict[str, Natural]


class Entries(Said, tag="entries", tag_field="type"):
    """Lines of one stream: missed ones in pages, or new ones."""

    chat: str
    stream: Stream
    entries: list[Line]
    more: bool


class Dropped(Said, tag="dropped", tag_field="type"):
    """Your own message that was held for its files was discarded: nobody else has seen it. Each file tells why."""

    chat: str
    cid: str
    findings: list[Finding]
    attachments: list[Attached]


class Seen(Said, tag="seen", tag_field="type"):
    """Somebody has read up to a line."""

    chat: str
    seq: Natural
    sender: Sender


class Typing(Said, tag="typing", tag_field="type"):
    """Somebody has begun or stopped to type."""

    chat: str
    on: bool
    sender: Sender


class CustomerPong(Said, tag="pong", tag_field="type"):
    """The answer to a heartbeat."""

    server_time: Moment
    heads: dict[str, Natural]


class DeskPong(CustomerPong, tag="pong"):
    """The answer to a desk's heartbeat."""

    rev: Natural


# --- snapshots


class Wait(Said):
    """How long it will take, in minutes, from so many samples."""

    low: int
    high: int
    samples: int


class CustomerChat(Said):
    """The chat as its customer sees it."""

    id: str
    kind: Literal["chat", "message"]
    opens_at: Moment | None
    answer_until: Moment | None
    state: Literal["later", "bot", "queued", "offered", "active", "ended"]
    queue: Named | None
    position: int | None
    wait: Wait | None
    agents: list[Named]
    quick_replies: list[str]
    leave_message: Literal["closed", "full"] | None
    can_attach: bool
    policy: Policy
    kinds: list[str]
    can_rate: bool
    rated: bool
    agents_seen: Natural


class CustomerSnapshot(Said, tag="chat", tag_field="type"):
    """The whole of the customer's page besides the lines."""

    chat: CustomerChat


class Numbers(Said):
    """Contacts by channel; `total` only where they count together."""

    voice: int
    chat: int
    email: int
    social: int
    total: int | None


class Me(Said):
    """The agent whose desk it is. Idle time in seconds, without the running spell."""

    id: str
    name: str
    role: Literal["agent", "supervisor"]
    state: Literal["available", "idle", "rona", "offline"]
    reason: Named | None
    since: Moment | None
    idle_today: int
    idle_since: Moment | None
    sign_out_at: Moment | None
    engaged: bool
    capacity: Numbers
    load: Numbers


class Offer(Said):
    """A contact request."""

    id: str
    kind: Literal["route", "transfer", "conference"]
    chat: str
    channel: Literal["chat"]
    customer: Customer
    queue: Named
    waiting_since: Moment | None
    offered_at: Moment
    expires_at: Moment
    message: bool
    left_at: Moment | None
    from_: Named | None = msgspec.field(name="from")


class Member(Named):
    """An agent in a chat."""

    role: Literal["owner", "guest"]


class DeskChat(Said):
    """A chat in which the agent sits, or a supervisor reads along. `waited` in seconds."""

    id: str
    customer: Customer
    queue: Named | None
    entry_point: Named
    state: Literal["bot", "queued", "offered", "active"]
    role: Literal["owner", "guest", "monitor"]
    status: Literal["connected", "transfer_requested", "conference_requested", "conference", "customer_away"]
    message: bool
    answer_until: Moment | None
    started_at: Moment
    enqueued_at: Moment | None
    accepted_at: Moment
    waited: Natural
    head: Natural
    staff_head: Natural
    seen: Natural
    customer_seen: Natural
    agents: list[Member]
    subject: str
    fields: dict[str, str]
    language: str
    page: str
    closing: str
    allowed: list[str]
    policy: Policy
    kinds: list[str]


class WrapUpCode(Named):
    """A reason that may be given."""

    default: bool


class DeskWrapUp(Said):
    """A wrap-up that the agent owes."""

    id: str
    chat: str
    customer: Customer
    queue: Named | None
    codes: list[WrapUpCode]
    due_at: Moment | None
    can_extend: bool
    since: Moment
    started_at: Moment | None
    ended_at: Moment | None


class DeskSnapshot(Said, tag="desk", tag_field="type"):
    """The whole desk. `rev` grows; a lower one is stale."""

    rev: Natural
    agent: Me
    reasons: list[Named]
    offers: list[Offer]
    chats: list[DeskChat]
    watched: list[DeskChat]
    wrapups: list[DeskWrapUp]


class LiveBoard(Said, tag="board", tag_field="type"):
    """Rows of a supervisor's live board that have changed; all of the team when `whole`, none more when `ended`."""

    team: Named
    rev: Natural
    at: Moment | None
    whole: bool
    ended: bool
    agents: list[AgentRow]
    queues: list[QueueRow]
    agents_gone: list[str]
    queues_gone: list[str]


ANSWERS: tuple[type[Ok], ...] = (Ok, OkChat, OkMessage, OkLines, OkResult)
BOTH: tuple[type[Said], ...] = (Error, Welcome, Entries, Dropped, Seen, Typing)
CUSTOMER: tuple[type[Said], ...] = (*BOTH, CustomerPong, CustomerSnapshot)
DESK: tuple[type[Said], ...] = (*BOTH, DeskPong, DeskSnapshot, LiveBoard)

"""What a desk or a customer's page shows besides the lines: whole small snapshots, no deltas."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from agents.models import Agent
from chats import policies
from chats.models import Chat, Entry, Offer, Seat
from chats.states import Kind, State
from lib.clock import database_now
from lib.wire import instant
from routing.selection import Waiting, rank
from routing.wait import estimate

RECENT_ANSWERS = 40
PAGE_TEXT = 400_000  # characters of text on one page: a frame that a slow line can carry


def named(row: Any) -> dict[str, str] | None:
    """An object of the administration as the wire names it."""
    return None if row is None else {"id": str(row.pk), "name": row.name}


def customer_card(chat: Chat) -> dict[str, Any]:
    """Who the customer is, as agents see him."""
    customer = chat.customer
    return {"id": str(customer.pk), "name": customer.name, "email": customer.email, "verified": chat.verified}


def load(agent: Agent) -> dict[str, int]:
    """Contacts the agent holds by channel: live offers, chats and wrap-ups."""
    chats = Offer.objects.live().for_agent(agent).count() + Seat.objects.held().filter(agent=agent).count()
    return {"voice": 0, "chat": chats, "email": 0, "social": 0, "total": chats}


def offers(agent: Agent) -> list[dict[str, Any]]:
    """The contact requests of the agent, oldest on top."""
    rows = Offer.objects.live().for_agent(agent).select_related("chat__customer", "queue")
    return [
        {
            "id": str(offer.pk),
            "kind": offer.kind,
            "chat": str(offer.chat_id),
            "channel": "chat",
            "customer": customer_card(offer.chat),
            "queue": named(offer.queue),
            "waiting_since": instant(offer.chat.enqueued_at),
            "offered_at": instant(offer.offered_at),
            "expires_at": instant(offer.expires_at),
            "from": None,
            "message": offer.chat.kind == Kind.MESSAGE,
            "left_at": instant(offer.chat.started_at) if offer.chat.kind == Kind.MESSAGE else None,
        }
        for offer in rows
    ]


def chats(agent: Agent) -> list[dict[str, Any]]:
    """The chats in which the agent sits, in the order he accepted them."""
    now = database_now()
    seats = Seat.objects.live().filter(agent=agent).select_related("chat__customer", "chat__queue", "chat__entry_point")
    return [_chat_on_desk(seat, now) for seat in seats]


def _chat_on_desk(seat: Seat, now: Any) -> dict[str, Any]:
    chat = seat.chat
    together = Seat.objects.live().filter(chat=chat).select_related("agent").order_by("joined_at")
    away = chat.customer_until is None or chat.customer_until < now
    waited = (seat.joined_at - chat.enqueued_at).total_seconds() if chat.enqueued_at else 0
    return {
        "id": str(chat.pk),
        "customer": customer_card(chat),
        "queue": named(chat.queue),
        "entry_point": named(chat.entry_point),
        "state": chat.state,
        "role": seat.role,
        "status": "customer_away" if away else "connected",
        "message": chat.kind == Kind.MESSAGE,
        "answer_until": instant(chat.token_until) if chat.kind == Kind.MESSAGE else None,
        "started_at": instant(chat.started_at),
        "enqueued_at": instant(chat.enqueued_at),
        "accepted_at": instant(seat.joined_at),
        "waited": round(max(0.0, waited)),
        "head": chat.public_head,
        "staff_head": chat.staff_head,
        "seen": seat.seen,
        "customer_seen": chat.customer_seen,
        "agents": [{**(named(each.agent) or {}), "role": each.role} for each in together],
        "subject": chat.subject,
        "fields": chat.fields,
        "language": chat.language,
        "page": chat.page,
        "closing": chat.queue.closing,
        "allowed": _allowed(seat),
    }


def _allowed(seat: Seat) -> list[str]:
    """What the desk's buttons offer; the verbs check again."""
    attach = ["attach"] if policies.of_queue(seat.chat.queue_id).attachments else []
    return ["send", "canned", *attach, *(["end"] if seat.role == Seat.Role.OWNER else [])]


def heads(agent: Agent) -> dict[str, int]:
    """The last line's number in every stream the agent may read now."""
    rows = Chat.objects.readable_by(agent).values_list("pk", "public_head", "staff_head")
    numbers: dict[str, int] = {}
    for chat_id, public_head, staff_head in rows:
        numbers[str(chat_id)] = public_head
        if staff_head:
            numbers[f"{chat_id}/staff"] = staff_head
    return numbers


def for_customer(chat: Chat) -> dict[str, Any]:
    """The chat as the customer's page shows it; an offer not yet accepted looks like waiting."""
    waiting = chat.kind == Kind.CHAT and chat.state in (State.QUEUED, State.OFFERED)
    position, wait = place(chat) if waiting else (None, None)
    seats = list(Seat.objects.live().filter(chat=chat).select_related("agent").order_by("joined_at"))
    return {
        "type": "chat",
        "chat": {
            "id": str(chat.pk),
            "kind": chat.kind,
            "opens_at": instant(opens_at(chat)),
            "answer_until": instant(chat.token_until) if chat.kind == Kind.MESSAGE else None,
            "state": chat.state,
            "queue": named(chat.queue),
            "position": position,
            "wait": wait,
            "agents": [named(seat.agent) for seat in seats],
            "quick_replies": _quick_replies(chat),
            "can_attach": chat.state != State.ENDED and policies.of_queue(chat.queue_id).attachments,
            "can_rate": chat.state == State.ENDED and chat.answered_at is not None and chat.score is None,
            "rated": chat.score is not None,
            "agents_seen": max((seat.seen for seat in seats), default=0),
        },
    }


def opens_at(chat: Chat) -> datetime | None:
    """When the queue of a message for later opens; None for every other chat, and when no opening is known."""
    hours = chat.queue.hours
    return hours.next_opening(database_now()) if chat.state == State.LATER and hours is not None else None


def place(chat: Chat) -> tuple[int, dict[str, int] | None]:
    """The place in line (1 is next) and the range of minutes it will take, None while too little is known."""
    now = database_now()
    mine = Waiting(str(chat.pk), chat.priority, chat.enqueued_at.timestamp(), chat.queue.ageing)
    first = Q(rank__lt=rank(mine, now.timestamp()))
    equal = Q(rank=rank(mine, now.timestamp()))
    older = Q(enqueued_at__lt=chat.enqueued_at) | Q(enqueued_at=chat.enqueued_at, pk__lt=chat.pk)
    line = Chat.objects.in_line().filter(queue=chat.queue_id).ranked(now)
    position = 1 + line.filter(first | equal & older).count()
    answered = Chat.objects.filter(kind=Kind.CHAT, queue=chat.queue_id, answered_at__isnull=False)
    recent = list(answered.order_by("-answered_at").values_list("answered_at", flat=True)[:RECENT_ANSWERS])
    wait = estimate(position, [moment.timestamp() for moment in reversed(recent)])
    return position, wait._asdict() if wait else None


def _quick_replies(chat: Chat) -> list[str]:
    if chat.state != State.BOT:
        return []
    last = Entry.objects.filter(chat=chat, stream=Entry.PUBLIC).order_by("-seq").first()
    return list(last.data.get("quick_replies", [])) if last is not None and last.sender_kind == "bot" else []


def page_of_lines(chat_id: UUID, stream: str, after: int, limit: int) -> tuple[list[dict[str, Any]], bool]:
    """Up to `limit` lines after a number, in order, and whether there are more. At most PAGE_TEXT characters."""
    rows = list(Entry.objects.filter(chat=chat_id).stream(stream, after=after)[: limit + 1])
    page: list[dict[str, Any]] = []
    room = PAGE_TEXT
    for row in rows[:limit]:
        room -= len(row.text)
        if page and room < 0:
            break
        page.append(row.frame())
    return page, len(rows) > len(page)

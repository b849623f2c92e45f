"""What a desk or a customer's page shows besides the lines: whole small snapshots, no deltas."""

from collections.abc import Hashable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from agents.models import Agent
from chats import policies, rights
from chats.models import Chat, Entry, Offer, Seat, Watch
from chats.querysets import View
from chats.states import Kind, State
from lib.clock import database_now
from lib.wire import instant
from routing.models import Queue
from routing.selection import Waiting, rank
from routing.wait import estimate

RECENT_ANSWERS = 40
PAGE_TEXT = 400_000  # characters of text on one page: a frame that a slow line can carry
FIRST_LINES = """
SELECT line.* FROM unnest(%s::uuid[], %s::text[], %s::int[]) AS wanted(chat, stream, after)
CROSS JOIN LATERAL (
    SELECT * FROM chats_entry WHERE chat_id = wanted.chat AND stream = wanted.stream AND seq > wanted.after
    ORDER BY seq LIMIT %s
) AS line ORDER BY line.chat_id, line.stream, line.seq
"""

Page = tuple[list[dict[str, Any]], bool]


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
    rows = Offer.objects.live().for_agent(agent).select_related("chat__customer", "queue", "asked_by")
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
            "from": named(offer.asked_by),
            "message": offer.chat.kind == Kind.MESSAGE,
            "left_at": instant(offer.chat.started_at) if offer.chat.kind == Kind.MESSAGE else None,
        }
        for offer in rows
    ]


def standing(agent: Agent) -> Hashable:
    """His requests, and how the chats that he hears stand and who sits in them; if it differs, a signal was lost."""
    heard = Chat.objects.heard_by(agent).order_by().values("pk")
    offered = Offer.objects.live().filter(Q(agent=agent) | Q(chat__in=heard)).order_by("pk")
    seats = Seat.objects.live().filter(chat__in=heard).order_by("pk")
    seated = seats.values_list("pk", "role", "chat__state", "chat__queue", "chat__customer_away")
    return tuple(offered.values_list("pk", "expires_at")), tuple(seated)


def chats(agent: Agent) -> list[dict[str, Any]]:
    """The chats in which the agent sits, in the order he accepted them."""
    now = database_now()
    seats = Seat.objects.live().filter(agent=agent).select_related("chat__customer", "chat__queue", "chat__entry_point")
    return _rows(list(seats), agent, now)


def watched(agent: Agent) -> list[dict[str, Any]]:
    """The chats in which the supervisor reads along, as chats on a desk with the role `monitor`."""
    if not agent.is_supervisor:
        return []
    rows = Watch.objects.filter(agent=agent, ended_at=None, chat__in=Chat.objects.watched_by(agent))
    rows = rows.select_related("chat__customer", "chat__queue", "chat__entry_point").order_by("began_at")
    places = [Seat(chat=row.chat, agent=agent, role=rights.MONITOR, joined_at=row.began_at) for row in rows]
    return _rows(places, agent, database_now())


def _rows(seats: Sequence[Seat], agent: Agent, now: Any) -> list[dict[str, Any]]:
    chats = {seat.chat_id for seat in seats}
    if not chats:
        return []
    together = Seat.objects.together(chats)
    asked = dict(Offer.objects.live().filter(chat__in=chats).values_list("chat", "kind"))
    helps = _led_by_members(together, agent)
    return [
        _chat_on_desk(seat, together[seat.chat_id], asked.get(seat.chat_id, ""), seat.chat_id in helps, now)
        for seat in seats
    ]


def _led_by_members(together: Mapping[UUID, Sequence[Seat]], agent: Agent) -> set[UUID]:
    """Those of the chats that are led by somebody whose team the agent supervises."""
    if not agent.is_supervisor:
        return set()
    leads = {chat: seat.agent_id for chat, seats in together.items() for seat in seats if seat.role == rights.OWNER}
    mine = set(Agent.objects.supervised_by(agent).filter(pk__in=leads.values()).values_list("pk", flat=True))
    return {chat for chat, lead in leads.items() if lead in mine}


def _chat_on_desk(seat: Seat, together: Sequence[Seat], asked: str, helps: bool, now: Any) -> dict[str, Any]:
    chat, rule = seat.chat, policies.of_queue(seat.chat.queue_id)
    away = chat.customer_until is None or chat.customer_until < now
    status = rights.status(asked=asked, agents=len(together), away=away)
    waited = (seat.joined_at - chat.enqueued_at).total_seconds() if chat.enqueued_at else 0
    return {
        "id": str(chat.pk),
        "customer": customer_card(chat),
        "queue": named(chat.queue),
        "entry_point": named(chat.entry_point),
        "state": chat.state,
        "role": seat.role,
        "status": status,
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
        "allowed": rights.allowed(seat.role, status, attach=rule.attachments, supervises=helps),
        "policy": rule.card_numbers,
        "kinds": sorted(rule.sendable),
    }


def reach(chat: Chat, agent: Agent) -> tuple[int, int]:
    """The last line of the public and of the staff stream that the agent may read in a chat readable by him.

    Who left a chat that went on without him reads what was written until then.
    """
    whole = chat.public_head, chat.staff_head
    if chat.state == State.ENDED:
        return whole
    seats = list(Seat.objects.filter(chat=chat, agent=agent).values_list("left_at", "until", "staff_until"))
    if not seats or any(left_at is None for left_at, _public, _staff in seats):
        return whole
    if Chat.objects.watched_by(agent).filter(pk=chat.pk).exists():
        return whole
    return max(public or 0 for _left, public, _staff in seats), max(staff or 0 for _left, _public, staff in seats)


def heads(agent: Agent) -> dict[str, int]:
    """The last line's number in every stream the agent hears now."""
    rows = Chat.objects.heard_by(agent).values_list("pk", "public_head", "staff_head")
    numbers: dict[str, int] = {}
    for chat_id, public_head, staff_head in rows:
        numbers[str(chat_id)] = public_head
        if staff_head:
            numbers[f"{chat_id}/staff"] = staff_head
    return numbers


def for_customer(chat: View) -> dict[str, Any]:
    """The chat as the customer's page shows it; an offer not yet accepted looks like waiting."""
    waiting = chat.kind == Kind.CHAT and chat.state in (State.QUEUED, State.OFFERED)
    position, wait = place(chat) if waiting else (None, None)
    ended = chat.state == State.ENDED
    rule = policies.of_queue(chat.queue_id)
    said = _said_by_bot(chat)
    return {
        "type": "chat",
        "chat": {
            "id": str(chat.pk),
            "kind": chat.kind,
            "opens_at": instant(opens_at(chat)),
            "answer_until": instant(chat.token_until) if chat.kind == Kind.MESSAGE else None,
            "state": chat.state,
            "queue": {"id": str(chat.queue_id), "name": chat.queue_name},
            "position": position,
            "wait": wait,
            "agents": [{"id": pk, "name": name} for pk, name, _ in chat.agents],
            "quick_replies": list(said.get("quick_replies", [])),
            "leave_message": said.get("leave_message"),
            "can_attach": not ended and rule.attachments,
            "policy": rule.card_numbers,
            "kinds": sorted(rule.sendable),
            "can_rate": ended and chat.answered and not chat.rated,
            "rated": chat.rated,
            "agents_seen": max((seen for _, _, seen in chat.agents), default=0),
        },
    }


def opens_at(chat: View) -> datetime | None:
    """When the queue of a message for later opens; None for every other chat, and when no opening is known."""
    if chat.state != State.LATER:
        return None
    hours = Queue.objects.select_related("hours").get(pk=chat.queue_id).hours
    return hours.next_opening(chat.now) if hours is not None else None


Place = tuple[int, dict[str, int] | None]


def place(chat: View) -> Place:
    """The place in line (1 is next) and the range of minutes it will take, None while too little is known."""
    assert chat.enqueued_at is not None  # noqa: S101 - who waits was enqueued
    now, since = chat.now, chat.enqueued_at
    mine = rank(Waiting(str(chat.pk), chat.priority, since.timestamp(), chat.ageing), now.timestamp())
    older = Q(enqueued_at__lt=since) | Q(enqueued_at=since, pk__lt=chat.pk)
    line = Chat.objects.in_line().filter(queue=chat.queue_id).ranked(now)
    position = 1 + line.filter(Q(rank__lt=mine) | Q(rank=mine) & older).count()
    return position, _wait(position, _answers(chat.queue_id))


def places(queue_id: int) -> dict[UUID, Place]:
    """Place and wait of everybody in the line of a queue, with two statements for all of them."""
    line = Chat.objects.in_line().filter(queue=queue_id).ranked(database_now()).order_by("rank", "enqueued_at", "pk")
    recent = _answers(queue_id)
    pks = line.values_list("pk", flat=True)
    return {pk: (position, _wait(position, recent)) for position, pk in enumerate(pks, start=1)}


def _answers(queue_id: int) -> list[float]:
    """When chats of the queue were last answered, the oldest first."""
    answered = Chat.objects.filter(kind=Kind.CHAT, queue=queue_id, answered_at__isnull=False)
    recent = list(answered.order_by("-answered_at").values_list("answered_at", flat=True)[:RECENT_ANSWERS])
    return [moment.timestamp() for moment in reversed(recent)]


def _wait(position: int, recent: Sequence[float]) -> dict[str, int] | None:
    wait = estimate(position, recent)
    return wait._asdict() if wait else None


def _said_by_bot(chat: View) -> dict[str, Any]:
    """What the chatbot's words bring with them, as long as they are the last."""
    if chat.state != State.BOT:
        return {}
    last = Entry.objects.filter(chat=chat.pk, stream=Entry.PUBLIC).order_by("-seq").first()
    return last.data if last is not None and last.sender_kind == "bot" else {}


def page_of_lines(chat_id: UUID, stream: str, after: int, limit: int, *, upto: int | None = None) -> Page:
    """Up to `limit` lines after a number and not after `upto`, in order, and whether there are more.

    At most PAGE_TEXT characters.
    """
    found = Entry.objects.filter(chat=chat_id).stream(stream, after=after)
    return _page(list((found if upto is None else found.filter(seq__lte=upto))[: limit + 1]), limit)


def first_pages(cursors: Mapping[tuple[UUID, str], int], limit: int) -> dict[tuple[UUID, str], Page]:
    """The first page after each cursor (chat and stream → number), as `page_of_lines`, with one statement for all."""
    if not cursors:
        return {}
    wanted = [[chat for chat, _ in cursors], [stream for _, stream in cursors], list(cursors.values()), limit + 1]
    rows: dict[tuple[UUID, str], list[Entry]] = {cursor: [] for cursor in cursors}
    for row in Entry.objects.raw(FIRST_LINES, wanted):
        rows[row.chat_id, row.stream].append(row)
    return {cursor: _page(lines, limit) for cursor, lines in rows.items()}


def _page(rows: Sequence[Entry], limit: int) -> Page:
    page: list[dict[str, Any]] = []
    room = PAGE_TEXT
    for row in rows[:limit]:
        room -= len(row.text)
        if page and room < 0:
            break
        page.append(row.frame())
    return page, len(rows) > len(page)

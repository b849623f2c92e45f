"""Contact history: what was written down about earlier chats."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from agents.models import Agent
from chats.models import Chat
from chats.snapshots import customer_card, named, page_of_lines, reach
from lib.clock import database_now
from lib.errors import Refused
from lib.pci.mask import mask
from lib.transitions import one
from lib.wire import PAGE, instant
from wrapup.models import WrapUp

DAYS, MOST = 60, 300
OWN_HOURS = 24
PAGE_OF_HISTORY = 50


def mine(agent: Agent) -> dict[str, Any]:
    """The chats the agent has wrapped up in the last 24 hours, newest first."""
    since = database_now() - timedelta(hours=OWN_HOURS)
    rows = _with_names(WrapUp.objects.for_agent(agent).filter(done_at__gte=since).order_by("-done_at"))
    return {"items": [_own(row) for row in rows[:PAGE]], "more": False}


def _with_names(rows: QuerySet[WrapUp]) -> QuerySet[WrapUp]:
    return rows.select_related("agent", "seat__chat__customer", "seat__queue").prefetch_related("codes")


def _own(row: WrapUp) -> dict[str, Any]:
    chat = row.seat.chat
    return {
        "chat": str(chat.pk),
        "customer": customer_card(chat),
        "queue": named(row.seat.queue),
        "codes": [named(code) for code in row.codes.all()],
        "ended_at": instant(row.seat.left_at),
    }


def of_customer(
    agent: Agent, chat_id: UUID, *, q: str, queue: int | None, code: int | None, before: str | None
) -> dict[str, Any]:
    """This customer's other chats of the last 60 days, newest first, at most 300, in pages of 50."""
    past = _past(agent, chat_id)
    if before:
        past = past.filter(started_at__lt=_moment(before))
    if queue is not None:
        past = past.filter(queue=queue)
    if code is not None:
        past = past.filter(seats__wrapup__codes=code)
    for word in mask(q).text.split()[:8]:
        past = past.filter(
            Q(subject__icontains=word) | Q(queue__name__icontains=word) | Q(seats__wrapup__codes__name__icontains=word)
        )
    rows = list(past.distinct().select_related("customer", "queue").order_by("-started_at")[: PAGE_OF_HISTORY + 1])
    return {"items": [_earlier(row) for row in rows[:PAGE_OF_HISTORY]], "more": len(rows) > PAGE_OF_HISTORY}


def _past(agent: Agent, chat_id: UUID) -> QuerySet[Chat]:
    """Ended chats of the customer of a chat the agent has before him; the newest 300 of 60 days."""
    now = one(Chat.objects.readable_by(agent), pk=chat_id)
    since = database_now() - timedelta(days=DAYS)
    newest = (
        Chat.objects.filter(customer=now.customer_id, ended_at__gte=since).exclude(pk=chat_id).order_by("-started_at")
    )
    return Chat.objects.filter(pk__in=list(newest.values_list("pk", flat=True)[:MOST]))


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Refused("invalid", "before is a time such as 2026-11-22T14:03:01.123Z.") from error
    if moment.tzinfo is None:
        raise Refused("invalid", "before needs its time zone, such as Z.")
    return moment


def _earlier(chat: Chat) -> dict[str, Any]:
    seats = list(chat.seats.select_related("agent").prefetch_related("wrapup__codes").order_by("joined_at"))
    codes = {code.pk: code for seat in seats if hasattr(seat, "wrapup") for code in seat.wrapup.codes.all()}
    return {
        "chat": str(chat.pk),
        "customer": customer_card(chat),
        "queue": named(chat.queue),
        "codes": [named(code) for code in codes.values()],
        "started_at": instant(chat.started_at),
        "connected_at": instant(chat.answered_at),
        "ended_at": instant(chat.ended_at),
        "agent": named(seats[-1].agent) if seats else None,
    }


def transcript(agent: Agent, chat_id: UUID, past_id: UUID) -> dict[str, Any]:
    """The masked lines of an earlier chat of the same customer, or (named twice) of one's own last 24 hours."""
    if chat_id == past_id:
        since = database_now() - timedelta(hours=OWN_HOURS)
        past = one(Chat.objects.filter(seats__wrapup__agent=agent, seats__wrapup__done_at__gte=since), pk=past_id)
    else:
        past = one(_past(agent, chat_id), pk=past_id)
    public, _staff = reach(past, agent)
    entries, more = page_of_lines(past.pk, "public", 0, 5 * PAGE, upto=public)
    return {"chat": str(past.pk), "entries": entries, "more": more}

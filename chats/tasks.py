"""Sweeps: a deadline is a column, and whatever is due is done by whoever finds it first."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from agents import operations as agent_operations
from agents.models import Agent
from agents.states import State as AgentState
from chats import operations, policies
from chats.events import QueueMoved
from chats.models import Attachment, Chat, Offer, Rehearsal, Seat
from chats.operations import files
from chats.operations.presence import GRACE, comes_back
from chats.rehearsing import rehearse
from chats.scanning import verdict
from chats.statements import BREAK_OFF, WRITER
from lib.clamav import NoAnswer
from lib.clock import database_now
from lib.events import publish
from lib.sweeps import each

log = logging.getLogger(__name__)

BATCH = 200
QUEUED = "file-queued:%s"
"""Set in the cache while a file waits in the queue `scan`: it is not put there twice."""
REORDERED_WITHIN = timedelta(seconds=3)  # two sweeps that come late still tell; twice does no harm
REHEARSAL_SECONDS = 900
HANGS = timedelta(seconds=5)  # as long as a session may idle in a transaction
PRUNE_SECONDS = 600


@shared_task
def lapse_offers(offer_ids: list[str]) -> int:
    """The alarm of offers with one deadline: sharper than the sweep, for the same rows; returns how many lapsed."""
    return _all_due(operations.lapse, map(UUID, offer_ids))


@shared_task
def scan_file(attachment_id: str) -> bool:
    """One file is looked at and its verdict stands. False when it is gone; without an answer the sweep asks again."""
    cache.delete(QUEUED % attachment_id)
    row = files.begin(UUID(attachment_id))
    if row is None:
        return False
    rule = policies.of_queue(row.chat.queue_id)
    try:
        found = verdict(row.path, row.name, rule)
    except NoAnswer as error:
        log.warning("the virus scanner gave no answer (%s): a file waits", error)
        return False
    return operations.judge(row.pk, kind=found.kind, reason=found.reason, detectors=found.detectors)


@shared_task(time_limit=REHEARSAL_SECONDS)
def play_rehearsal(pk: int, language: str = "en") -> bool:
    """A what-if run is played and its result stands. False when it is over or gone already."""
    return rehearse(pk, language=language)


@shared_task(time_limit=PRUNE_SECONDS)
def prune_rehearsals() -> int:
    """What-if runs older than `REHEARSAL_DAYS` days are gone; 0 keeps them for ever. Returns how many."""
    if not settings.REHEARSAL_DAYS:
        return 0
    before = database_now() - timedelta(days=settings.REHEARSAL_DAYS)
    return Rehearsal.objects.filter(created_at__lt=before).delete()[0]


@shared_task
def sweep() -> dict[str, int]:
    """Everything overdue is done, one row a transaction; a row that fails or is held hinders no other."""
    break_off(HANGS)
    now = database_now()
    overdue = Offer.objects.overdue(now).order_by("expires_at").values_list("pk", flat=True)
    stranded = (
        Offer.objects.live().filter(agent__state__in=(AgentState.RONA, AgentState.OFFLINE)).select_related("agent")
    )
    adrift = Agent.objects.filter(
        state=AgentState.OFFLINE, seats__in=Seat.objects.live().filter(away_since=None)
    ).distinct()
    lost = Seat.objects.live().filter(away_since__lt=now - GRACE)
    back = Seat.objects.live().filter(away_since__isnull=False).exclude(agent__state=AgentState.OFFLINE)
    waited = Chat.objects.waited_longest(now)
    unread = Attachment.objects.filter(status=Attachment.Status.SCANNING, look_at__lt=now)
    unsent = Attachment.objects.unsent().filter(created_at__lt=now - files.UPLOAD_LIFE)
    left = Chat.objects.quietly_left(now).values_list("pk", flat=True)
    deserted = Chat.objects.deserted(now - timedelta(seconds=1)).select_related("entry_point")
    return {
        "rona": _all_due(operations.lapse, overdue[:BATCH]),
        "desks": _all_due(agent_operations.lapse, Agent.objects.lapsed(now)[:BATCH]),
        "inactive": _all_due(operations.time_out, Agent.objects.inactive(now)[:BATCH]),
        "stranded": _all_due(_withdraw, stranded[:BATCH]),
        "adrift": _all_due(operations.agent_lost, adrift[:BATCH]),
        "back": _all_due(comes_back, back.select_related("agent")[:BATCH]),
        "given_up": _all_due(operations.give_up, lost[:BATCH]),
        "unwatched": operations.end_lost_watches(),
        "left": _all_due(operations.customer_lost, left[:BATCH]),
        "abandoned": _all_due(operations.abandon, [c for c in deserted if _out_of_patience(c, now)]),
        "overflowed": _all_due(operations.wait_is_over, waited.values_list("pk", flat=True)[:BATCH]),
        "taken_up": _all_due(operations.take_up, operations.due_messages(now, BATCH)),
        "looked_again": _all_due(operations.look_again, unread[:BATCH]),
        "swept_away": _all_due(operations.sweep_away, unsent[:BATCH]),
        "offered": operations.distribute(),
        "overtaken": _tell_overtaken(now),
    }


def _all_due(act: Callable[[Any], Any], rows: Iterable[Any]) -> int:
    """As `each`, with one routing pass over all queues it has moved something in."""
    with operations.one_pass():
        return each(act, rows)


def break_off(after: timedelta) -> int:
    """Writers that have hung for so long inside a batch hold its chats no longer; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(BREAK_OFF, {"name": WRITER, "after": after})
        hung = int(cursor.fetchone()[0])
    if hung:
        log.warning("%d writers hung inside a batch: their connections were broken off", hung)
    return hung


def _tell_overtaken(now: datetime) -> int:
    """Customers in whose queue the order has changed by waiting alone look at their places again."""
    queues = set(Chat.objects.reordered(now, REORDERED_WITHIN).distinct())
    publish(*(QueueMoved(queue_id=queue) for queue in queues))
    return len(queues)


def _withdraw(offer: Offer) -> bool:
    return operations.withdraw(offer.pk, why="agent_gone")


def _out_of_patience(chat: Chat, now: Any) -> bool:
    return bool(chat.customer_until and (now - chat.customer_until).total_seconds() >= chat.entry_point.away_timeout)

"""Sweeps: a deadline is a column, and whatever is due is done by whoever finds it first."""

import logging
from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from chats import chores, operations, policies
from chats.models import Rehearsal
from chats.operations import files
from chats.rehearsing import rehearse
from chats.scanning import verdict
from chats.statements import BREAK_OFF, WRITER
from lib.clamav import NoAnswer
from lib.clock import database_now

log = logging.getLogger(__name__)

QUEUED = "file-queued:%s"
"""Set in the cache while a file waits in the queue `scan`: it is not put there twice."""
REHEARSAL_SECONDS = 900
HANGS = timedelta(seconds=5)  # as long as a session may idle in a transaction
PRUNE_SECONDS = 600


@shared_task
def lapse_offers(offer_ids: list[str]) -> int:
    """The alarm of offers with one deadline: sharper than the sweep, for the same rows; returns how many lapsed."""
    return chores.all_due(operations.lapse, map(UUID, offer_ids))


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
    return chores.do_all()


def break_off(after: timedelta) -> int:
    """Writers that have hung for so long inside a batch hold its chats no longer; returns how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(BREAK_OFF, {"name": WRITER, "after": after})
        hung = int(cursor.fetchone()[0])
    if hung:
        log.warning("%d writers hung inside a batch: their connections were broken off", hung)
    return hung

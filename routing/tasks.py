"""What routing clears away by itself."""

from datetime import timedelta
from typing import Any

from celery import shared_task
from django.conf import settings
from django.db.models import QuerySet

from lib.clock import database_now
from routing.models import Decision, Roster

CHUNK = 1000
PRUNE_SECONDS = 600


@shared_task(time_limit=PRUNE_SECONDS)
def prune() -> dict[str, int]:
    """Decisions and rosters older than `DECISION_DAYS` are gone; 0 keeps them for ever. Safe to run twice."""
    if not settings.DECISION_DAYS:
        return {"decisions": 0, "rosters": 0}
    before = database_now() - timedelta(days=settings.DECISION_DAYS)
    old = Roster.objects.filter(at__lt=before, decisions=None)
    return {"decisions": _gone(Decision.objects.filter(at__lt=before)), "rosters": _gone(old)}


def _gone(rows: QuerySet[Any]) -> int:
    """All the rows are deleted, a bounded number a transaction; returns how many."""
    gone = 0
    while some := list(rows.order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        gone += rows.model.objects.filter(pk__in=some).delete()[0]
    return gone

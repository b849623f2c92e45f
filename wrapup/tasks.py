"""Sweeps: whatever is due is finished, whoever finds it first."""

from celery import shared_task

from lib.clock import database_now
from lib.sweeps import each
from wrapup import operations
from wrapup.models import WrapUp

BATCH = 200


@shared_task
def sweep() -> int:
    """Wrap-ups whose time is up are submitted with the default reason, each for itself; returns how many."""
    due = WrapUp.objects.overdue(database_now()).order_by("due_at").values_list("pk", flat=True)[:BATCH]
    return each(operations.lapse, due)

"""Sweeps: whatever is due is finished, whoever finds it first."""

from celery import shared_task

from lib.clock import database_now
from wrapup import operations
from wrapup.models import WrapUp

BATCH = 200


@shared_task
def sweep() -> int:
    """Wrap-ups whose time is up are submitted with the default reason; returns how many."""
    due = WrapUp.objects.overdue(database_now()).order_by("due_at").values_list("pk", flat=True)[:BATCH]
    return sum(operations.lapse(wrapup_id) for wrapup_id in list(due))

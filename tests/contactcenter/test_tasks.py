"""Which worker does what: the one that keeps deadlines does nothing that takes long."""

import pytest
from django.conf import settings

from contactcenter.celery import app

LONGEST = 30  # seconds between two sweeps of a process, at the very worst

app.loader.import_default_modules()
OWN = sorted(name for name in app.tasks if not name.startswith("celery."))


def queue_of(task: str) -> str:
    """Where the task is sent when nobody says where."""
    return app.amqp.router.route({}, task)["queue"].name


@pytest.mark.parametrize("task", OWN)
def test_nothing_that_takes_long_stands_before_a_sweep(task: str) -> None:
    limit = app.tasks[task].time_limit or app.conf.task_time_limit
    assert queue_of(task) != "celery" or limit <= LONGEST


@pytest.mark.parametrize("task", ["contactcenter.tasks.check_invariants", "routing.tasks.prune"])
def test_what_looks_at_whole_tables_takes_long(task: str) -> None:
    assert queue_of(task) == "plays"


def test_the_clock_sends_known_tasks_to_where_they_belong() -> None:
    entries = settings.CELERY_BEAT_SCHEDULE.values()
    assert {entry["task"] for entry in entries} <= set(OWN)
    assert not any("queue" in entry.get("options", {}) for entry in entries)
    assert {entry["task"] for entry in entries if queue_of(entry["task"]) == "celery"} == {
        "chats.tasks.sweep",
        "wrapup.tasks.sweep",
    }

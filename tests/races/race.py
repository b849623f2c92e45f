"""Two or more at once: real threads, each with a connection of its own, started together."""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import Any

from django.db import connection, transaction
from django.db.models import Model

from lib.errors import Refused
from tests.live import until

ROUNDS = 1000 if os.environ.get("PROOF") == "1" else 20
PATIENCE = 20.0


def at_once(*verbs: Callable[[], Any]) -> list[Any]:
    """What each verb gave, in order: its result, or the Refused it raised. All started at the same moment."""
    start = threading.Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE)
            return verb()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        return [future.result(PATIENCE) for future in [pool.submit(run, verb) for verb in verbs]]


def before_either_commits(*verbs: Callable[[], Any]) -> list[Any]:
    """What the verbs gave that were all done before any of them was committed. They mustn't want the same rows."""
    done = threading.Barrier(len(verbs))

    def run(verb: Callable[[], Any]) -> Any:
        with transaction.atomic():
            result = verb()
            done.wait(PATIENCE)
            return result

    return at_once(*(partial(run, verb) for verb in verbs))


def code(result: Any) -> str | None:
    """The refusal's code; None for what was not refused."""
    return result.code if isinstance(result, Refused) else None


@contextmanager
def held(row: Model) -> Iterator[threading.Event]:
    """Inside, somebody else's transaction holds the row's lock, until the event is set."""
    has_it, let_go = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                type(row).objects.select_for_update().get(pk=row.pk)
                has_it.set()
                let_go.wait(PATIENCE)
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    assert has_it.wait(PATIENCE)
    try:
        yield let_go
    finally:
        let_go.set()
        thread.join(PATIENCE)


def waiting_for_locks() -> int:
    """How many transactions of this database wait for a lock right now."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        return int(cursor.fetchone()[0])


def in_this_order(row: Model, *verbs: Callable[[], Any]) -> list[Any]:
    """The verbs queue for the row's lock one after the other, then it is let go: each finds the other at work.

    Gives the results as `at_once`.
    """

    def run(verb: Callable[[], Any]) -> Any:
        try:
            return verb()
        except Refused as refused:
            return refused
        finally:
            connection.close()

    with ThreadPoolExecutor(len(verbs)) as pool:
        with held(row) as let_go:
            futures = []
            for number, verb in enumerate(verbs, start=1):
                futures.append(pool.submit(run, verb))
                until(lambda wanted=number: waiting_for_locks() >= wanted, PATIENCE)
            let_go.set()
        return [future.result(PATIENCE) for future in futures]

"""Row by row: whatever is due is done, and a row that fails, or that somebody holds, hinders no other."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error, InterfaceError, InternalError, OperationalError, connection

log = logging.getLogger(__name__)

PASSES_BY = "100ms"  # how long a sweep waits for a row: a verb is over in a fraction of it, who holds it longer hangs
LOCK_TIMEOUT = "55P03"

# What Django raises when the database didn't do it and may do it soon: gone, too long a wait, thrown out while idle.
UNANSWERED = (OperationalError, InterfaceError, InternalError)


def held(error: BaseException) -> bool:
    """Whether the statement gave up waiting for something that another transaction holds."""
    return getattr(error.__cause__, "sqlstate", "") == LOCK_TIMEOUT


@contextmanager
def passing_by() -> Iterator[None]:
    """Inside, this connection waits for a lock for `PASSES_BY` at most."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PASSES_BY])
    try:
        yield
    finally:
        try:
            with connection.cursor() as cursor:
                cursor.execute("RESET lock_timeout")
        except Error:
            connection.close()  # the next one has the patience of the settings


def each(act: Callable[[Any], Any], rows: Iterable[Any]) -> int:
    """How many of the rows were acted upon; what somebody holds is left to the next sweep, what fails is logged."""
    done, due = 0, list(rows)
    if not due:
        return 0
    with passing_by():
        for row in due:
            try:
                done += bool(act(row))
            except Exception as error:
                if isinstance(error, OperationalError) and held(error):
                    log.info("somebody holds what is due: the next sweep tries again to %s", act.__name__)
                else:
                    log.exception("a sweep could not %s", act.__name__)
    return done

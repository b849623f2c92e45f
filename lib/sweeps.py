"""Row by row: whatever is due is done, and a row that fails, or that somebody holds, hinders no other."""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from typing import Any

from django.db import Error, InterfaceError, InternalError, OperationalError, connection
from django.db.models import QuerySet

from lib.clock import NOW, Moment

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


class Probe:
    """One statement that tells which of many questions have an answer: composed once, so that asking costs little.

    `questions` gives the rows by name for a moment, which is the database's at each time of asking.
    """

    def __init__(self, questions: Callable[[Moment], Mapping[str, QuerySet[Any, Any]]]) -> None:
        self.questions = questions

    @cached_property
    def _statement(self) -> tuple[list[str], str, list[Any]]:
        asked = self.questions(NOW)
        parts = [rows.query.exists().sql_with_params() for rows in asked.values()]
        exist = ", ".join(f"EXISTS ({sql})" for sql, _ in parts)
        return list(asked), f"SELECT {exist}", [value for _, values in parts for value in values]

    def ask(self) -> set[str]:
        """The names of those with at least one row now."""
        names, statement, parameters = self._statement
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return {name for name, found in zip(names, cursor.fetchone(), strict=True) if found}

"""Invariants: what holds of the rows at every moment, each as a query that finds the rows of which it doesn't."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.utils.functional import Promise


class Invariant(NamedTuple):
    """Something that must hold. `key` is its short name, `meaning` the sentence that people read.

    `query` is SQL that gives one text column, the id of each offender; `%(since)s` is the moment from which on it
    looks: what ended before isn't looked at again. `values` are its other parameters.
    """

    key: str
    meaning: Promise
    query: str
    values: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Found:
    """How many rows break an invariant, and the ids of the first of them."""

    key: str
    count: int
    examples: tuple[str, ...] = ()


def broken(invariant: Invariant, *, since: datetime | None = None, show: int = 0, seconds: int = 0) -> Found:
    """What breaks the invariant, with up to `show` ids; `since` None: all there ever was.

    One statement, so it sees one moment; `seconds` is the longest it may take (0: no limit), then OperationalError.
    """
    parameters = {**invariant.values, "since": since or "-infinity", "show": show or 1}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('statement_timeout', %s, true)", [f"{seconds}s"])
        cursor.execute(
            f"SELECT id, count(*) OVER () FROM ({invariant.query}) AS offender(id) ORDER BY id LIMIT %(show)s",  # noqa: S608
            parameters,
        )
        rows = cursor.fetchall()
    return Found(invariant.key, rows[0][1] if rows else 0, tuple(row[0] for row in rows[:show]))


def all_broken(invariants: Iterable[Invariant]) -> dict[str, int]:
    """The count for each invariant that is broken, of all there ever was, in one statement: for small houses."""
    queries, parameters = [], {"since": "-infinity"}
    for invariant in invariants:
        queries.append(f"SELECT '{invariant.key}' AS key, count(*) AS n FROM ({invariant.query}) AS o")  # noqa: S608
        parameters |= invariant.values
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT key, n FROM ({' UNION ALL '.join(queries)}) AS found WHERE n > 0", parameters)  # noqa: S608
        return dict(cursor.fetchall())

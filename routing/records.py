"""Writing down what a pass decided, a whole batch in two statements."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec
from django.db import connection

from routing.selection import Ask, Candidate

ROSTERS = """
INSERT INTO routing_roster (queue_id, at, candidates)
SELECT queue, at, candidates
FROM jsonb_to_recordset(%s::jsonb) AS t(queue bigint, at timestamptz, candidates jsonb)
RETURNING queue_id, id
"""

DECISIONS = """
INSERT INTO routing_decision (contact, queue_id, at, chosen_id, rule, tie, roster_id, snapshot, removed)
SELECT contact, queue, at, chosen, rule, tie, roster, snapshot, removed
FROM jsonb_to_recordset(%s::jsonb) AS t(contact uuid, queue bigint, at timestamptz, chosen bigint, rule text,
    tie text, roster bigint, snapshot jsonb, removed jsonb)
"""


class Decided(msgspec.Struct, kw_only=True):
    """A decision as it is written down, at a moment of its own in the batch."""

    contact: UUID
    queue: int
    at: datetime
    chosen: int | None
    rule: str
    tie: str
    snapshot: Ask
    removed: dict[str, str]
    roster: int = 0


def record(at: datetime, rosters: Mapping[int, Sequence[Candidate]], decisions: Sequence[Decided]) -> None:
    """The candidates of each queue, as the batch found them, and its decisions are written down."""
    with connection.cursor() as cursor:
        rows = [{"queue": queue, "at": at, "candidates": candidates} for queue, candidates in rosters.items()]
        cursor.execute(ROSTERS, [msgspec.json.encode(rows).decode()])
        numbers = dict(cursor.fetchall())
        for each in decisions:
            each.roster = numbers[each.queue]
        cursor.execute(DECISIONS, [msgspec.json.encode(decisions).decode()])

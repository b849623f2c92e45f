"""The plan of the statement that writes messages is made once: it must be good whatever the statistics say."""

from typing import Any

import pytest
from django.db import connection, transaction

from chats.models import Seat
from chats.statements import WRITE

LINES = """
INSERT INTO chats_entry (chat_id, stream, seq, kind, at, sender_kind, sender_id, sender_name, cid, fingerprint, text,
    findings, data)
SELECT %s, 'public', 100 + n, 'message', clock_timestamp(), 'customer', '1', '', %s || n, '', '', '[]', '{}'
FROM generate_series(1, %s) AS n
"""
HELD = """
INSERT INTO chats_heldmessage (chat_id, at, sender_kind, sender_id, sender_name, cid, text, findings, outcome)
SELECT %s, clock_timestamp(), 'customer', '1', '', %s || n, '', '[]', 'dropped' FROM generate_series(1, %s) AS n
"""


def scans(plan: dict[str, Any]) -> list[dict[str, Any]]:
    """Every node of the plan that reads a table."""
    below = [scan for part in plan.get("Plans", []) for scan in scans(part)]
    return [plan, *below] if "Relation Name" in plan and "Scan" in plan["Node Type"] else below


def key_of(scan: dict[str, Any]) -> str:
    """What is read: the table, or of it only the messages that wait."""
    names = [scan.get("Index Name"), *(part.get("Index Name") for part in scan.get("Plans", []))]
    return "held_waiting" if "held_waiting" in names else str(scan["Relation Name"])


def plan_of(statement: str) -> dict[str, Any]:
    """How a prepared statement is carried out, made without a look at its parameter."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"PREPARE writing (json) AS {statement.replace('%(said)s', '$1')}")
        cursor.execute("EXPLAIN (FORMAT JSON) EXECUTE writing ('[]')")
        plan: dict[str, Any] = cursor.fetchone()[0][0]["Plan"]
        cursor.execute("DEALLOCATE writing")
    return plan


@pytest.mark.parametrize("known", ["nothing", "chats without messages", "long chats"])
def test_a_message_is_looked_up_by_its_whole_key(alice_with_carol: Seat, known: str) -> None:
    with connection.cursor() as cursor:
        if known == "chats without messages":
            cursor.execute("ANALYZE")
        cursor.execute(LINES, [alice_with_carol.chat_id, "m", 2000])
        cursor.execute(HELD, [alice_with_carol.chat_id, "h", 2000])
        if known == "long chats":
            cursor.execute("ANALYZE")
    found = [(key_of(scan), scan.get("Index Cond") or scan.get("Recheck Cond", "")) for scan in scans(plan_of(WRITE))]
    for table, keys in {
        "chats_chat": ["id ="],
        "chats_entry": ["chat_id =", "sender_kind =", "sender_id =", "cid ="],
        "chats_heldmessage": ["chat_id =", "sender_kind =", "sender_id =", "cid ="],
        "held_waiting": ["chat_id =", "sender_kind =", "sender_id ="],
        "chats_seat": ["chat_id ="],
    }.items():
        conditions = [condition.replace(")::text", "") for name, condition in found if name == table]
        assert conditions and all(key in condition for condition in conditions for key in keys), (table, conditions)

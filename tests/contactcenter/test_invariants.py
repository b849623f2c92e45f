"""Every invariant is kept by an ordinary day, and each query finds what was done behind the verbs' backs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils.translation import override
from pytest_django import DjangoDbBlocker

from agents import operations as agent_operations
from chats import operations
from contactcenter.embedded import ROOT
from contactcenter.invariants import INVARIANTS
from lib.clock import database_now
from lib.invariants import all_broken, broken
from tests import cast, clock
from tests.live import empty_database
from wrapup import operations as wrapup_operations

BY_KEY = {invariant.key: invariant for invariant in INVARIANTS}
DAY_AGO = "now() - interval '1 day'"


@pytest.fixture(scope="module")
def day(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """One chat from start to wrap-up, one that lapsed and was taken then, one that waits; each test rolls back."""
    with django_db_blocker.unblock(), clock.running() as time:
        live(cast.furnish(), time)
        yield
        empty_database()


def live(house: cast.House, time: clock.Clock) -> None:
    """The day itself."""
    alice, bob = cast.hire("Alice", house.team), cast.hire("Bob", house.team)
    time.forward(60)
    cast.goes_available(alice)
    first = cast.comes_in(house.entry_point).chat
    seat = cast.takes(first, alice)
    cast.customer_says(first, "Good morning")
    cast.agent_says(first, alice, "Good morning, how can I help?")
    cast.customer_leaves(first)
    wrapup_operations.submit(cast.wrapup_of(seat).pk, by=alice, codes=[house.answered.pk])
    second = cast.comes_in(house.entry_point).chat
    offer = cast.live_offer(second)
    time.forward(31)
    assert operations.lapse(offer.pk)
    cast.goes_available(bob)
    cast.takes(second, bob)
    agent_operations.become_available(alice, by=alice.user)
    cast.comes_in(house.entry_point)
    agent_operations.go_idle(bob, by=bob.user)


@contextmanager
def planted(*statements: str) -> Iterator[None]:
    """Inside, the statements have been carried out, past every verb; afterwards all is as it was."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
                assert statement.startswith(("DROP", "ALTER")) or cursor.rowcount > 0, f"hits nothing: {statement}"
        yield
        transaction.set_rollback(True)


def test_an_ordinary_day_breaks_nothing(day: None) -> None:
    assert all_broken(INVARIANTS) == {}
    assert [found for found in map(broken, INVARIANTS) if found.count] == []


SEATS = (
    "INSERT INTO chats_seat (id, role, joined_at, left_at, seen, agent_id, chat_id, queue_id) "
    "SELECT gen_random_uuid(), 'guest', offered_at - interval '1 s', offered_at, 0, agent_id, chat_id, queue_id "
    "FROM chats_offer CROSS JOIN generate_series(1, 3) WHERE outcome = ''"
)
LINE = (
    "INSERT INTO chats_entry (chat_id, stream, seq, kind, at, sender_kind, sender_id, sender_name, cid, text, findings,"
    " attachments, data) SELECT id, '{}', {} + 1, 'message', ended_at + interval '1 s', 'agent', '1', 'A', 'late', 'x',"
    " '[]', '[]', '{{}}' FROM chats_chat WHERE state = 'ended'"
)
NEEDS = '[{"skill": 1, "steps": [{"after": 0, "level": 5}]}]'
RONA = "outcome = 'lapsed'"

PLANTED: list[tuple[str, tuple[str, ...]]] = [
    (
        "one_offer",
        (
            "DROP INDEX one_live_offer_per_chat",
            "INSERT INTO chats_offer (id, kind, offered_at, expires_at, outcome, agent_id, chat_id, queue_id) "
            "SELECT gen_random_uuid(), kind, offered_at, expires_at, '', agent_id, chat_id, queue_id FROM chats_offer "
            "WHERE outcome = ''",
        ),
    ),
    ("one_offer", ("UPDATE chats_offer SET ended_at = ended_at + interval '1 h' WHERE outcome = 'lapsed'",)),
    (
        "one_owner",
        (
            "DROP INDEX one_live_owner_per_chat",
            "INSERT INTO chats_seat (id, role, joined_at, seen, agent_id, chat_id, queue_id) SELECT gen_random_uuid(), "
            "'owner', joined_at, 0, (SELECT min(id) FROM agents_agent), chat_id, queue_id FROM chats_seat "
            "WHERE left_at IS NULL",
        ),
    ),
    ("one_owner", ("UPDATE chats_offer SET ended_at = ended_at + interval '1 s' WHERE outcome = 'accepted'",)),
    ("capacity", (SEATS,)),
    ("capacity", ("UPDATE chats_chatevent SET data = data || '{\"capacity\": 0}' WHERE verb = 'offer'",)),
    ("available", ("UPDATE agents_spell SET state = 'idle' WHERE state = 'available'",)),
    ("available", ("UPDATE agents_spell SET state = 'rona' WHERE state = 'available'",)),
    ("available", ("UPDATE chats_offer SET offered_at = offered_at - interval '1 h'",)),
    ("fitting", ("UPDATE routing_roster SET candidates = '[]'",)),
    ("fitting", ("UPDATE routing_decision SET snapshot = jsonb_set(snapshot, '{groups,0,teams}', '[]')",)),
    ("fitting", ("UPDATE routing_decision SET snapshot = jsonb_set(snapshot, '{groups,0,after}', '9999')",)),
    ("fitting", (f"UPDATE routing_decision SET snapshot = jsonb_set(snapshot, '{{needs}}', '{NEEDS}')",)),
    ("fitting", ("DELETE FROM routing_decision WHERE id > (SELECT min(id) FROM routing_decision)",)),
    ("offer_ends_once", ("DELETE FROM chats_chatevent WHERE verb = 'accept'",)),
    ("offer_ends_once", ("DELETE FROM chats_chatevent WHERE verb = 'lapse'",)),
    (
        "offer_ends_once",
        (
            "INSERT INTO chats_chatevent (chat_id, at, verb, state, by_kind, by_id, data) "
            "SELECT chat_id, at, 'accept', state, by_kind, by_id, data FROM chats_chatevent WHERE verb = 'accept'",
        ),
    ),
    ("offer_ends_once", ("UPDATE chats_offer SET outcome = 'withdrawn' WHERE outcome = 'lapsed'",)),
    ("offer_ends_once", ("UPDATE chats_offer SET outcome = '', ended_at = NULL WHERE outcome = 'lapsed'",)),
    ("offer_ends_once", ("UPDATE chats_offer SET outcome = 'cancelled', ended_at = now() WHERE outcome = 'lapsed'",)),
    ("rona_in_time", (f"UPDATE chats_offer SET expires_at = ended_at - interval '11 s' WHERE {RONA}",)),
    ("rona_in_time", (f"UPDATE chats_offer SET expires_at = ended_at + interval '1 ms' WHERE {RONA}",)),
    ("rona_in_time", ("UPDATE chats_offer SET expires_at = ended_at WHERE outcome = 'accepted'",)),
    ("rona_in_time", ("UPDATE chats_offer SET expires_at = now() - interval '11 s' WHERE outcome = ''",)),
    ("rona_after_lapse", ("UPDATE agents_spell SET state = 'idle', verb = 'go_idle' WHERE verb = 'miss'",)),
    ("age_kept", ("UPDATE chats_chat SET enqueued_at = enqueued_at + interval '1 s' WHERE enqueued_at IS NOT NULL",)),
    ("all_end", ("DELETE FROM chats_chatevent WHERE verb = 'open'",)),
    ("all_end", ("DELETE FROM chats_chatevent WHERE verb = 'leave'",)),
    ("all_end", (f"UPDATE chats_chat SET customer_until = {DAY_AGO} WHERE state <> 'ended'",)),
    ("all_end", (f"UPDATE chats_seat SET away_since = {DAY_AGO} WHERE left_at IS NULL",)),
    ("state_agrees", ("UPDATE chats_chat SET state = 'queued' WHERE state = 'offered'",)),
    ("state_agrees", ("UPDATE chats_chat SET state = 'queued' WHERE state = 'active'",)),
    ("state_agrees", ("UPDATE chats_chat SET state = 'active' WHERE state = 'offered'",)),
    ("state_agrees", ("UPDATE chats_offer SET kind = 'transfer', asked_by_id = agent_id WHERE outcome = ''",)),
    ("legs", ("DELETE FROM chats_leg WHERE ended_at IS NULL",)),
    ("legs", ("UPDATE chats_leg SET outcome = '', ended_at = NULL WHERE outcome = 'answered'",)),
    (
        "legs",
        (
            "INSERT INTO chats_leg (chat_id, queue_id, verb, since, ended_at, outcome) "
            "SELECT chat_id, queue_id, verb, since, ended_at, outcome FROM chats_leg WHERE outcome = 'answered'",
        ),
    ),
    ("chat_ledger", ("UPDATE chats_chatevent SET state = 'queued' WHERE verb = 'accept'",)),
    ("chat_ledger", ("DELETE FROM chats_chatevent WHERE verb = 'requeue'",)),
    (
        "chat_ledger",
        ("UPDATE chats_chat SET answered_at = answered_at - interval '1 s' WHERE answered_at IS NOT NULL",),
    ),
    ("chat_ledger", ("UPDATE chats_chat SET ended_at = ended_at - interval '1 s' WHERE state = 'ended'",)),
    ("chat_ledger", ("UPDATE chats_chatevent SET data = data || '{\"queue\": -1}' WHERE verb = 'requeue'",)),
    ("chat_ledger", ("UPDATE chats_chatevent SET at = at + interval '1 h' WHERE verb = 'accept'",)),
    ("chat_ledger", ("UPDATE chats_seat SET joined_at = joined_at - interval '1 s'",)),
    ("lines_numbered", ("DELETE FROM chats_entry WHERE seq = 2",)),
    ("lines_numbered", ("DELETE FROM chats_entry WHERE seq = 1",)),
    ("lines_numbered", ("DELETE FROM chats_entry",)),
    ("lines_numbered", ("UPDATE chats_chat SET public_head = public_head + 1",)),
    ("lines_numbered", ("UPDATE chats_entry SET at = at - interval '1 h' WHERE seq = 3",)),
    ("end_is_last", (LINE.format("public", "public_head"),)),
    ("end_is_last", (LINE.format("staff", "0"),)),
    ("end_is_last", ("DELETE FROM chats_entry WHERE kind = 'ended'",)),
    ("wrapups", ("DELETE FROM wrapup_wrapup_codes", "DELETE FROM wrapup_wrapup")),
    ("wrapups", ("UPDATE chats_seat SET released_at = NULL WHERE released_at IS NOT NULL",)),
    ("wrapups", ("UPDATE wrapup_wrapup SET outcome = '', done_at = NULL",)),
    ("spells", ("UPDATE agents_spell SET ended_at = ended_at - interval '1 ms' WHERE ended_at IS NOT NULL",)),
    ("spells", ("UPDATE agents_spell SET ended_at = ended_at + interval '1 ms' WHERE ended_at IS NOT NULL",)),
    ("spells", ("DELETE FROM agents_spell WHERE verb = 'sign_in'",)),
    ("spells", ("DROP INDEX one_open_spell", "UPDATE agents_spell SET ended_at = NULL")),
    ("agent_ledger", ("UPDATE agents_agent SET since = since - interval '1 s' WHERE state <> 'offline'",)),
    ("agent_ledger", ("UPDATE agents_spell SET ended_at = now() + interval '1 h' WHERE ended_at IS NULL",)),
    ("agent_ledger", ("UPDATE agents_agent SET reason_id = NULL WHERE state = 'idle'",)),
]


@pytest.mark.parametrize(("key", "statements"), PLANTED, ids=[f"{key}-{n}" for n, (key, _) in enumerate(PLANTED)])
def test_what_is_broken_is_counted(day: None, key: str, statements: tuple[str, ...]) -> None:
    with planted(*statements):
        found = broken(BY_KEY[key], show=5)
        assert found.count > 0
        assert len(found.examples) == min(found.count, 5)
        assert all_broken(INVARIANTS)[key] == found.count


def test_every_invariant_has_been_seen_broken() -> None:
    assert {key for key, _statements in PLANTED} == {invariant.key for invariant in INVARIANTS}


def test_what_ended_before_is_not_looked_at_again(day: None) -> None:
    with planted("UPDATE agents_spell SET ended_at = ended_at - interval '1 ms' WHERE ended_at IS NOT NULL"):
        assert broken(BY_KEY["spells"], since=database_now() - timedelta(hours=1)).count
        assert not broken(BY_KEY["spells"], since=database_now() + timedelta(hours=1)).count


def said(*arguments: str) -> str:
    out = StringIO()
    call_command("check_invariants", *arguments, stdout=out)
    return out.getvalue()


def test_the_command_prints_a_count_for_each(day: None) -> None:
    lines = said().splitlines()
    assert [line.split()[:2] for line in lines[: len(INVARIANTS)]] == [["0", each.key] for each in INVARIANTS]
    assert "all hold" in lines[-1]


def test_the_command_fails_and_shows_who_breaks_one(day: None) -> None:
    out = StringIO()
    with planted("UPDATE chats_chat SET state = 'queued' WHERE state = 'active'"):
        chat = str(cast.Chat.objects.get(state="queued", answered_at__isnull=False).pk)
        with pytest.raises(CommandError, match="broken"):
            call_command("check_invariants", "--show", "3", stdout=out)
    assert chat in out.getvalue()
    assert "1 state_agrees" in out.getvalue()


def test_every_invariant_is_documented_in_its_own_words() -> None:
    page = (ROOT / "docs" / "invariants.md").read_text(encoding="utf-8")
    with override("en"):
        assert [each.key for each in INVARIANTS if f"| `{each.key}` | {each.meaning} |" not in page] == []

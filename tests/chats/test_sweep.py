"""What a sweep tells and does, in this process."""

import os
import sys
import time
from datetime import timedelta

import psycopg
import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from agents.models import Agent
from chats import tasks
from chats.models import Chat, Seat
from chats.operations import distribute
from chats.statements import LOCK, WRITER
from tests import cast
from tests.cast import fresh
from tests.live import until
from tests.races.race import held

PATIENCE = 5.0  # seconds


def test_customers_are_told_when_waiting_alone_changes_their_order(house: cast.House) -> None:
    cast.Queue.objects.update(ageing=60)
    old = cast.comes_in(house.entry_point).chat
    cast.has_waited(old, 61)
    assert tasks.sweep()["overtaken"] == 0, "alone, or among equals, nobody overtakes"
    cast.comes_in(house.entry_point)
    assert tasks.sweep()["overtaken"] == 0
    Chat.objects.filter(pk=old.pk).update(priority=8)
    assert tasks.sweep()["overtaken"] == 1
    cast.has_waited(old, 90)
    assert tasks.sweep()["overtaken"] == 0, "nobody's priority has just grown"
    cast.has_waited(old, 8 * 60 + 1)
    assert tasks.sweep()["overtaken"] == 0, "nobody is better than the first"


@pytest.mark.parametrize("holding", ["the chat", "the agent"])
def test_what_somebody_holds_is_passed_by(house: cast.House, alice: Agent, bob: Agent, holding: str) -> None:
    cast.goes_available(alice)
    first = cast.live_offer(cast.comes_in(house.entry_point).chat)
    Agent.objects.filter(pk=alice.pk).update(state="idle")
    cast.goes_available(bob)
    second = cast.live_offer(cast.comes_in(house.entry_point).chat)
    assert (first.agent, second.agent) == (alice, bob)
    Agent.objects.filter(pk=alice.pk).update(state="available")
    for offer in (second, first):
        cast.time_is_up(offer)
    with held(first.chat if holding == "the chat" else alice):
        began = time.monotonic()
        assert tasks.sweep()["rona"] == 1
        assert time.monotonic() - began < PATIENCE
        assert (fresh(first).outcome, fresh(second).outcome) == ("", "lapsed")
    assert tasks.sweep()["rona"] == 1
    assert fresh(first).outcome == "lapsed"


def test_however_many_requests_lapse_there_is_one_routing_pass_for_them(house: cast.House, alice: Agent) -> None:
    agents = [cast.goes_available(agent) for agent in (alice, *(cast.hire(f"Ben {n}", house.team) for n in range(3)))]
    chats = [cast.comes_in(house.entry_point).chat for _ in agents]
    for chat in chats:
        cast.time_is_up(cast.live_offer(chat))
    with CaptureQueriesContext(connection) as asked:
        assert tasks.sweep()["rona"] == len(agents)
    passes = sum("pg_advisory_xact_lock" in query["sql"] for query in asked)
    assert 1 <= passes <= 2, "one for what lapsed, one of the sweep's own"
    assert {fresh(chat).state for chat in chats} == {"queued"}
    cast.goes_available(cast.hire("Carl", house.team))
    assert {fresh(chat).state for chat in chats} == {"offered", "queued"}


def test_a_routing_pass_that_fails_hinders_nothing_else_of_the_sweep(
    house: cast.House, alice: Agent, bob: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    for agent in (alice, bob):
        cast.goes_available(agent)
    cast.time_is_up(cast.live_offer(cast.comes_in(house.entry_point).chat))
    cast.desk_is_silent(bob)

    def fails(*_queues: object, **_more: object) -> int:
        monkeypatch.undo()
        raise OSError

    monkeypatch.setattr(sys.modules[distribute.__module__], "distribute", fails)
    done = tasks.sweep()
    assert (done["rona"], done["desks"]) == (1, 1)
    assert fresh(bob).state == "offline"


def test_where_nothing_is_due_a_sweep_is_two_questions(alice_with_carol: Seat) -> None:
    tasks.sweep()
    with CaptureQueriesContext(connection) as asked:
        assert not any(tasks.sweep().values())
    assert len(asked) == 2


@transaction.atomic
def free(chat: Chat) -> bool:
    return Chat.objects.filter(pk=chat.pk).select_for_update(skip_locked=True).exists()


def test_a_writer_that_hangs_inside_a_batch_is_broken_off(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    address = {"conninfo": os.environ["DATABASE_URL"], "dbname": connection.settings_dict["NAME"]}
    writer = psycopg.connect(**address, application_name=WRITER, autocommit=True)
    with pytest.raises(psycopg.OperationalError), writer, writer.pipeline():
        assert writer.execute(LOCK, {"chat": [chat.pk]}).fetchone()  # and there it was stopped
        assert tasks.break_off(timedelta(minutes=1)) == 0
        assert not free(chat)
        until(lambda: tasks.break_off(timedelta(milliseconds=50)), PATIENCE)
        until(lambda: free(chat), PATIENCE)

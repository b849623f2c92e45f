"""A recorded day, ready to be played."""

from datetime import timedelta
from io import StringIO
from math import inf
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from agents import operations as agent_operations
from agents.models import Agent
from chats import operations
from chats.arrivals import recorded
from chats.models import Chat, Seat
from lib.clock import database_now
from routing.whatif import simulate
from tests import cast
from tests.cast import comes_in, fresh, live_offer, takes


def a_day(house: cast.House, alice: Agent) -> list[Chat]:
    """One answered, one that lapsed and was left."""
    cast.goes_available(alice)
    first = comes_in(house.entry_point).chat
    seat = takes(first, alice)
    cast.customer_leaves(first)
    operations.release(fresh(seat), by=cast.of_agent(alice))
    Seat.objects.filter(pk=seat.pk).update(released_at=fresh(seat).joined_at + timedelta(seconds=120))
    second = comes_in(house.entry_point).chat
    cast.time_is_up(live_offer(second))
    operations.lapse(live_offer(second).pk)
    cast.customer_leaves(second)
    agent_operations.go_idle(alice, by=alice.user)
    return [first, second]


def test_the_day_as_it_was(house: cast.House, alice: Agent) -> None:
    first, second = a_day(house, alice)
    now = database_now()
    found = recorded(now - timedelta(hours=12), now + timedelta(hours=1))
    answered, left = found.day.arrivals
    assert (answered.contact, answered.handle, answered.patience) == (str(first.pk), 120.0, None)
    assert (left.contact, left.handle) == (str(second.pk), None)
    assert left.patience is not None
    assert [each == inf for each in found.day.answers] in ([False, True], [True, False])
    (worker,) = found.day.workers
    assert (worker.agent, worker.capacity, len(worker.shifts)) == (alice.pk, 3, 1)
    assert found.day.queues[house.queue.pk].offer_timeout == 30
    assert (found.figures.contacts, found.figures.answered, found.figures.rona) == (2, 1, 1)
    assert simulate(found.day).contacts == 2


def test_a_chat_comes_into_the_queue_it_was_first_put_in(house: cast.House) -> None:
    house.queue.overflow = cast.new_queue("After", house.team)
    house.queue.max_wait = 60
    house.queue.save()
    chat = comes_in(house.entry_point).chat
    Chat.objects.filter(pk=chat.pk).update(in_queue_since=database_now() - timedelta(seconds=61))
    operations.wait_is_over(chat.pk)
    now = database_now()
    (arrival,) = recorded(now - timedelta(hours=1), now + timedelta(hours=1)).day.arrivals
    assert arrival.queue == house.queue.pk != fresh(chat).queue_id


def test_the_command_prints_all_three_side_by_side(house: cast.House, alice: Agent, tmp_path: Path) -> None:
    a_day(house, alice)
    file = tmp_path / "more.toml"
    file.write_text('[queue."Service"]\noffer_timeout = 10\n[team."Service"]\nagents = 4\n')
    out = StringIO()
    call_command("routing_whatif", "--config", str(file), "--day", timezone.localdate().isoformat(), stdout=out)
    text = out.getvalue()
    assert "2 contacts, 1 agents" in text
    for words in ("recorded", "played as it is", "played with FILE", "service level", "occupancy", "RONA"):
        assert words in text


@pytest.mark.parametrize(
    ("text", "says"), [("[queue.Nowhere]", "There is no queue 'Nowhere'"), ("[", "not TOML"), ("", "Nobody came")]
)
def test_the_command_explains_what_is_wrong(house: cast.House, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "bad.toml"
    file.write_text(text)
    with pytest.raises(CommandError, match=says):
        call_command("routing_whatif", "--config", str(file), "--day", "2020-02-01")


def test_a_file_that_is_not_there(house: cast.House, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="can't be read"):
        call_command("routing_whatif", "--config", str(tmp_path / "none.toml"))
    with pytest.raises(CommandError, match="no day like"):
        call_command("routing_whatif", "--config", "x", "--day", "soon")

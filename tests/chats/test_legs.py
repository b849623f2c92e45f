"""Figures of queues follow the leg: where a chat stood in line, not where it ended up."""

from datetime import timedelta

import pytest
from django.db.models import F

from agents.models import Agent
from chats import board, operations, tasks
from chats.models import Chat, Leg, Seat
from contactcenter import dashboard
from routing.models import Queue
from tests import cast
from tests.cast import fresh


@pytest.fixture
def second_line(house: cast.House) -> Queue:
    return cast.new_queue("Second line", house.team, service_level_seconds=60)


def told(chat: Chat) -> list[tuple[str, str, str]]:
    return list(Leg.objects.filter(chat=chat).values_list("queue__name", "verb", "outcome"))


def rows(house: cast.House) -> dict[str, board.QueueRow]:
    shown = board.read({house.team.pk: "Service"}, board.today())[house.team.pk].queues.values()
    return {row.name: row for row in shown}


def counted(row: board.QueueRow) -> tuple[int, ...]:
    return row.offered, row.answered, row.abandoned, row.inside, row.decided


def overflows(house: cast.House, to: Queue, waited: float) -> Chat:
    """A chat that has waited in the house's queue, and now stands in the other."""
    Queue.objects.filter(pk=house.queue.pk).update(max_wait=30, overflow=to)
    chat = cast.comes_in(house.entry_point).chat
    cast.has_waited(chat, waited)
    Chat.objects.filter(pk=chat.pk).update(in_queue_since=F("enqueued_at"))
    assert tasks.sweep()["overflowed"] == 1
    return chat


def test_what_overflowed_was_offered_here_and_answered_there(
    house: cast.House, second_line: Queue, alice: Agent
) -> None:
    chat = overflows(house, second_line, 300)
    cast.goes_available(alice)
    cast.takes(chat, alice)
    assert told(chat) == [("Service", "hand_over", "overflowed"), ("Second line", "overflow", "answered")]
    here, there = rows(house)["Service"], rows(house)["Second line"]
    assert counted(here) == (1, 0, 0, 0, 1)
    assert counted(there) == (1, 1, 0, 1, 1)
    assert here.wait is None and here.longest is not None and here.longest >= 300
    assert there.wait is not None and there.wait < 60, "the wait elsewhere isn't this queue's"


def test_what_was_answered_and_then_transferred_counts_for_both(
    house: cast.House, second_line: Queue, alice: Agent
) -> None:
    chat = cast.comes_in(house.entry_point).chat
    cast.has_waited(chat, 120)
    cast.goes_available(alice)
    seat = cast.takes(chat, alice)
    operations.transfer(chat, by=alice, queue=second_line)
    cast.customer_leaves(chat)
    assert told(chat) == [("Service", "hand_over", "answered"), ("Second line", "transfer", "gone")]
    assert counted(rows(house)["Service"]) == (1, 1, 0, 0, 1)
    assert counted(rows(house)["Second line"]) == (1, 0, 1, 0, 1)
    assert seat.queue == house.queue


def test_board_and_first_page_tell_the_same(house: cast.House, second_line: Queue, alice: Agent) -> None:
    cast.goes_available(alice)
    cast.takes(cast.comes_in(house.entry_point).chat, alice)
    moved = cast.takes(cast.comes_in(house.entry_point).chat, alice).chat
    operations.transfer(moved, by=alice, queue=second_line)
    cast.wraps_up(alice, house.answered)
    board_rows, page = rows(house), dashboard.now()
    levels = {row.queue.name: row.service_level for row in page.queues}
    for name, row in board_rows.items():
        assert levels[name] == (100 * row.inside / row.decided if row.decided else None), name
    inside, decided = (sum(getattr(row, what) for row in board_rows.values()) for what in ("inside", "decided"))
    assert page.today.service_level == 100 * inside / decided
    assert (page.today.answered, page.today.queued) == (2, 2), "chats count once"


def test_an_offer_that_passes_is_no_new_leg(house: cast.House, alice_available: Agent) -> None:
    chat = cast.comes_in(house.entry_point).chat
    cast.time_is_up(cast.live_offer(chat))
    operations.lapse(cast.live_offer(chat).pk)
    assert told(chat) == [("Service", "hand_over", "")]


def test_who_lost_his_agent_stands_in_line_again(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    cast.desk_is_silent(alice_with_carol.agent)
    tasks.sweep()
    cast.grace_is_over(alice_with_carol)
    tasks.sweep()
    assert fresh(chat).state == "queued"
    assert told(chat) == [("Service", "hand_over", "answered"), ("Service", "requeue", "")]


def test_a_message_for_later_is_in_no_figure(house: cast.House) -> None:
    chat = cast.leaves_message(house.entry_point).chat
    Queue.objects.update(hours=None)
    tasks.sweep()
    assert told(chat) == [("Service", "take_up", "")]
    Leg.objects.update(since=F("since") - timedelta(minutes=5))
    assert counted(rows(house)["Service"]) == (0, 0, 0, 0, 0)

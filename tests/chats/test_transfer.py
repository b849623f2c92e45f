"""A chat changes hands: into a queue at once, to an agent when he accepts; the customer is never without somebody."""

from datetime import timedelta

import pytest
from django.db.models import F

from agents import operations as agent_operations
from agents.models import Agent, Team
from chats import operations, snapshots
from chats.models import Chat, ChatEvent, Entry, Offer, Seat
from chats.tasks import sweep
from lib.errors import Refused
from routing.models import BusinessHours, DesktopProfile, DistributionGroup, Queue
from tests import cast
from tests.cast import fresh, live_offer
from wrapup.models import WrapUp


@pytest.fixture
def second_line(house: cast.House) -> Queue:
    return cast.new_queue("Second line", Team.objects.create(name="Experts"), priority=5)


@pytest.fixture
def asked(chat: Chat, alice: Agent, ben: Agent) -> Offer:
    """Ben is asked to take Carol's chat."""
    operations.transfer(chat, by=alice, agent=ben)
    return live_offer(chat)


def on_desk(agent: Agent) -> dict:
    return snapshots.chats(agent)[0]


# --- to a queue


def test_into_a_queue_the_chat_keeps_its_age_and_the_agent_is_out_at_once(
    chat: Chat, alice: Agent, second_line: Queue
) -> None:
    operations.transfer(chat, by=alice, queue=second_line)
    after = fresh(chat)
    assert (after.state, after.queue, after.enqueued_at) == ("queued", second_line, chat.enqueued_at)
    assert not Seat.objects.live().exists()
    assert WrapUp.objects.get().agent == alice
    assert [(line.kind, line.data.get("why")) for line in cast.lines(chat)[-3:]] == [
        ("transferred", None),
        ("left", None),
        ("queued", "transfer"),
    ]
    row = ChatEvent.objects.filter(chat=chat).last()
    assert (row.verb, row.state, row.by_id, row.data["queue"]) == ("transfer", "queued", str(alice.pk), second_line.pk)


@pytest.mark.parametrize(("bump", "priority"), [(0, 5), (3, 2), (9, 1)])
def test_a_queue_may_put_transferred_chats_first(
    chat: Chat, alice: Agent, second_line: Queue, bump: int, priority: int
) -> None:
    Queue.objects.filter(pk=second_line.pk).update(transfer_bump=bump)
    operations.transfer(chat, by=alice, queue=second_line)
    assert fresh(chat).priority == priority


def test_who_transferred_a_chat_gets_it_back_only_if_nobody_else_can_take_it(
    house: cast.House, chat: Chat, alice: Agent, ben: Agent
) -> None:
    operations.transfer(chat, by=alice, queue=house.queue)
    assert live_offer(chat).agent == ben
    agent_operations.go_idle(ben, by=ben.user)
    cast.time_is_up(live_offer(chat))
    sweep()
    assert live_offer(chat).agent == alice


def test_time_spent_talking_is_no_waiting(house: cast.House, chat: Chat, alice: Agent, second_line: Queue) -> None:
    late = Team.objects.create(name="Later")
    DistributionGroup.objects.create(queue=second_line, after=120).teams.add(late)
    dora = cast.goes_available(cast.hire("Dora", late))
    cast.has_waited(chat, 2700)
    operations.transfer(chat, by=alice, queue=second_line)
    assert not Offer.objects.live().exists(), "groups widen from when the chat came into the queue"
    Chat.objects.filter(pk=chat.pk).update(in_queue_since=F("in_queue_since") - timedelta(seconds=121))
    sweep()
    assert live_offer(chat).agent == dora


def test_alone_in_the_team_he_may_have_it_back(house: cast.House, chat: Chat, alice: Agent) -> None:
    operations.transfer(chat, by=alice, queue=house.queue)
    assert live_offer(chat).agent == alice


def test_into_a_closed_or_full_queue_nothing_goes(chat: Chat, alice: Agent, second_line: Queue) -> None:
    hours = BusinessHours.objects.create(name="Never")
    Queue.objects.filter(pk=second_line.pk).update(hours=hours)
    with pytest.raises(Refused, match="state: This queue is closed now"):
        operations.transfer(chat, by=alice, queue=second_line)
    Queue.objects.filter(pk=second_line.pk).update(hours=None, max_waiting=1)
    other = cast.comes_in(chat.entry_point).chat
    Chat.objects.filter(pk=other.pk).update(queue=second_line)
    with pytest.raises(Refused, match="state: Too many are waiting"):
        operations.transfer(chat, by=alice, queue=second_line)
    assert fresh(chat).state == "active"


# --- to an agent


def test_until_the_other_accepts_the_chat_stays_with_who_transfers(
    chat: Chat, alice: Agent, ben: Agent, asked: Offer
) -> None:
    assert (asked.kind, asked.agent, asked.asked_by) == ("transfer", ben, alice)
    assert (asked.expires_at - asked.offered_at).total_seconds() == chat.queue.offer_timeout
    assert fresh(chat).state == "active"
    assert (on_desk(alice)["status"], on_desk(alice)["allowed"]) == (
        "transfer_requested",
        ["send", "canned", "attach", "transfer_cancel"],
    )
    assert cast.agent_says(chat, alice, "One moment").entry
    (offer,) = snapshots.offers(ben)
    assert (offer["kind"], offer["from"]) == ("transfer", {"id": str(alice.pk), "name": "Alice"})
    assert "transfer_requested" not in cast.kinds(chat)
    assert [line.kind for line in cast.lines(chat, Entry.STAFF)] == ["transfer_requested"]


def test_who_accepts_leads_reads_everything_and_the_other_wraps_up(
    chat: Chat, alice: Agent, ben: Agent, asked: Offer
) -> None:
    operations.accept(asked.pk, by=ben)
    seats = Seat.objects.filter(chat=chat)
    assert [(seat.agent, seat.role) for seat in seats.live()] == [(ben, "owner")]
    assert WrapUp.objects.get().agent == alice
    assert cast.kinds(chat)[-3:] == ["transferred", "left", "joined"]
    assert [entry["name"] for entry in snapshots.for_customer(Chat.objects.viewed(chat.pk))["chat"]["agents"]] == [
        "Ben"
    ]
    assert Chat.objects.readable_by(ben).get(pk=chat.pk)
    assert snapshots.reach(fresh(chat), ben) == (fresh(chat).public_head, fresh(chat).staff_head)
    assert cast.verbs(chat)[-2:] == ["request_transfer", "accept"]


def test_who_has_left_reads_nothing_of_what_is_said_later(chat: Chat, alice: Agent, ben: Agent, asked: Offer) -> None:
    operations.accept(asked.pk, by=ben)
    head = fresh(chat).public_head
    cast.customer_says(chat, "only for Ben")
    assert snapshots.reach(fresh(chat), alice)[0] == head - 1  # all but the joining of who came after her
    assert str(chat.pk) not in snapshots.heads(alice)
    assert snapshots.heads(ben)[str(chat.pk)] == head + 1
    with pytest.raises(Refused, match="forbidden"):
        cast.agent_says(chat, alice, "still here?")
    cast.customer_leaves(chat)
    assert snapshots.heads(alice)[str(chat.pk)] == fresh(chat).public_head


def test_a_transfer_that_lapses_is_rona_for_the_target_and_the_chat_stays(
    chat: Chat, alice: Agent, ben: Agent, asked: Offer
) -> None:
    cast.time_is_up(asked)
    assert sweep()["rona"] == 1
    assert (fresh(asked).outcome, fresh(ben).state, fresh(chat).state) == ("lapsed", "rona", "active")
    assert Seat.objects.live().get().agent == alice
    line = cast.lines(chat, Entry.STAFF)[-1]
    assert (line.kind, line.data["agent"]["name"], line.data["why"]) == ("transfer_lapsed", "Ben", "rona")
    assert line.data["follows"] == fresh(chat).public_head
    assert on_desk(alice)["status"] in ("connected", "customer_away")
    assert cast.verbs(chat)[-1] == "lapse"


def test_a_transfer_to_who_is_lost_comes_to_nothing_and_is_told(
    chat: Chat, alice: Agent, ben: Agent, asked: Offer
) -> None:
    cast.desk_is_silent(ben)
    sweep()
    assert (fresh(asked).outcome, fresh(chat).state) == ("withdrawn", "active")
    assert cast.lines(chat, Entry.STAFF)[-1].data["why"] == "lost"
    assert Seat.objects.live().get().agent == alice


def test_cancelled_it_can_be_accepted_no_more(chat: Chat, alice: Agent, ben: Agent, asked: Offer) -> None:
    operations.cancel_transfer(chat, by=alice)
    assert fresh(asked).outcome == "cancelled"
    with pytest.raises(Refused, match="gone: You are asked no longer"):
        operations.accept(asked.pk, by=ben)
    with pytest.raises(Refused, match="state: Nobody is asked"):
        operations.cancel_transfer(chat, by=alice)
    assert fresh(ben).state == "available"


def test_the_place_of_who_was_asked_is_free_again(house: cast.House, chat: Chat, alice: Agent, ben: Agent) -> None:
    agent_operations.go_idle(alice, by=alice.user)
    for _ in range(2):
        cast.takes(cast.comes_in(house.entry_point).chat, ben)
    operations.transfer(chat, by=alice, agent=ben)
    waiting = cast.comes_in(house.entry_point).chat
    assert fresh(waiting).state == "queued"
    operations.cancel_transfer(chat, by=alice)
    assert live_offer(waiting).agent == ben


def test_only_one_request_at_a_time_and_none_to_who_can_not(
    house: cast.House, chat: Chat, alice: Agent, ben: Agent, asked: Offer
) -> None:
    third = cast.hire("Cleo", house.team)
    for verb in (operations.transfer, operations.request_conference):
        with pytest.raises(Refused, match="state: Cancel the request first"):
            verb(chat, by=alice, agent=third)
    with pytest.raises(Refused, match="state: Cancel the request first"):
        operations.end(chat, by=alice)
    operations.cancel_transfer(chat, by=alice)
    with pytest.raises(Refused, match="state: This agent is not available"):
        operations.transfer(chat, by=alice, agent=third)
    cast.sits_down(third)
    with pytest.raises(Refused, match="state: This agent is not available"):
        operations.transfer(chat, by=alice, agent=third)
    assert not Offer.objects.live().exists()


def test_a_full_agent_is_not_asked(house: cast.House, chat: Chat, alice: Agent, ben: Agent) -> None:
    agent_operations.go_idle(alice, by=alice.user)
    for _ in range(3):
        cast.takes(cast.comes_in(house.entry_point).chat, ben)
    with pytest.raises(Refused, match="capacity: This agent has no free place"):
        operations.transfer(chat, by=alice, agent=ben)


def test_the_request_counts_in_the_load(house: cast.House, chat: Chat, alice: Agent, ben: Agent, asked: Offer) -> None:
    agent_operations.go_idle(alice, by=alice.user)
    chats = [cast.comes_in(house.entry_point).chat for _ in range(3)]
    assert snapshots.load(ben)["chat"] == 3
    assert sum(fresh(each).state == "offered" for each in chats) == 2


def test_an_owner_lost_for_good_takes_the_request_with_him(
    chat: Chat, alice: Agent, ben: Agent, asked: Offer, alice_with_carol: Seat
) -> None:
    cast.desk_is_silent(alice)
    sweep()
    assert fresh(asked).outcome == ""
    cast.grace_is_over(alice_with_carol)
    sweep()
    assert fresh(asked).outcome == "withdrawn"
    assert (live_offer(chat).kind, live_offer(chat).agent) == ("route", ben)


def test_a_lost_owner_s_transfer_can_still_be_accepted(chat: Chat, alice: Agent, ben: Agent, asked: Offer) -> None:
    cast.desk_is_silent(alice)
    sweep()
    operations.accept(asked.pk, by=ben)
    assert Seat.objects.live().get().agent == ben


# --- who may


def test_nobody_but_the_owner_transfers(chat: Chat, alice: Agent, bob: Agent, mallory: Agent, ben: Agent) -> None:
    for agent in (bob, mallory, ben):
        with pytest.raises(Refused, match="not_found"):
            operations.transfer(chat, by=agent, agent=alice)
    assert not Offer.objects.live().exists()


def test_the_desktop_profile_says_where_to(
    house: cast.House, chat: Chat, alice: Agent, mallory: Agent, ben: Agent, second_line: Queue
) -> None:
    profile = DesktopProfile.objects.create(name="Own team", transfer_queues="none", transfer_agents="team")
    profile.teams.add(house.team)
    cast.goes_available(mallory)
    with pytest.raises(Refused, match="not_found"):
        operations.transfer(chat, by=alice, queue=second_line)
    with pytest.raises(Refused, match="not_found"):
        operations.transfer(chat, by=alice, agent=mallory)
    with pytest.raises(Refused, match="not_found"):
        operations.transfer(chat, by=alice, agent=alice)
    operations.transfer(chat, by=alice, agent=ben)

"""Three in one chat: the customer, who leads, and who was asked to join. The table of rights, line by line."""

import pytest

from agents.models import Agent
from chats import operations, snapshots
from chats.models import Chat, Entry, Offer, Seat
from chats.tasks import sweep
from lib.errors import Refused
from tests import cast
from tests.cast import fresh, live_offer
from wrapup.models import WrapUp


@pytest.fixture
def asked(chat: Chat, alice: Agent, ben: Agent) -> Offer:
    operations.request_conference(chat, by=alice, agent=ben)
    return live_offer(chat)


@pytest.fixture
def three(chat: Chat, ben: Agent, asked: Offer) -> Chat:
    """Carol, Alice who leads, and Ben."""
    operations.accept(asked.pk, by=ben)
    return fresh(chat)


def on_desk(agent: Agent) -> dict:
    return snapshots.chats(agent)[0]


def roles(chat: Chat) -> dict[str, str]:
    return {seat.agent.name: seat.role for seat in Seat.objects.live().filter(chat=chat)}


def test_requested_it_is_a_plain_chat_still(chat: Chat, alice: Agent, asked: Offer) -> None:
    assert on_desk(alice)["status"] == "conference_requested"
    assert on_desk(alice)["allowed"] == ["send", "canned", "attach", "conference_cancel"]
    assert roles(chat) == {"Alice": "owner"}
    assert "conference_requested" not in cast.kinds(chat)
    assert [line.kind for line in cast.lines(chat, Entry.STAFF)] == ["conference_requested"]


def test_accepted_everybody_sees_who_joined(three: Chat, alice: Agent, ben: Agent) -> None:
    assert roles(three) == {"Alice": "owner", "Ben": "guest"}
    assert cast.lines(three)[-1].data["name"] == "Ben"
    assert [on_desk(agent)["status"] for agent in (alice, ben)] == ["conference", "conference"]
    assert on_desk(alice)["allowed"] == ["send", "canned", "attach", "conference_end", "hand_over"]
    assert on_desk(ben)["allowed"] == ["send", "canned", "attach", "conference_exit"]
    assert [each["name"] for each in snapshots.for_customer(Chat.objects.viewed(three.pk))["chat"]["agents"]] == [
        "Alice",
        "Ben",
    ]


def test_all_three_read_and_write(three: Chat, alice: Agent, ben: Agent) -> None:
    for agent in (alice, ben):
        assert cast.agent_says(three, agent, "Hello").entry
        assert snapshots.reach(fresh(three), agent)[0] == fresh(three).public_head
    assert cast.customer_says(three, "Hello both").entry


RIGHTS = [  # verb, may who leads, may the second
    (lambda chat, by, other: operations.request_conference(chat, by=by, agent=other), "state", "forbidden"),
    (lambda chat, by, other: operations.transfer(chat, by=by, agent=other), "state", "forbidden"),
    (lambda chat, by, _: operations.end(chat, by=by), "state", "forbidden"),
    (lambda chat, by, _: operations.end_conference(chat, by=by), None, "forbidden"),
    (lambda chat, by, _: operations.exit_conference(chat, by=by), "forbidden", None),
    (lambda chat, by, _: operations.hand_over_conference(chat, by=by), None, "forbidden"),
    (lambda chat, by, _: operations.cancel_conference(chat, by=by), "state", "forbidden"),
    (lambda chat, by, _: operations.cancel_transfer(chat, by=by), "state", "forbidden"),
]


@pytest.mark.parametrize("row", RIGHTS, ids=range(len(RIGHTS)))
@pytest.mark.parametrize("who", ["leads", "second", "stranger"])
def test_the_table_of_rights(
    house: cast.House, three: Chat, alice: Agent, ben: Agent, mallory: Agent, row: tuple, who: str
) -> None:
    third = cast.goes_available(cast.hire("Cleo", house.team))
    verb, leads, second = row
    by, code = {"leads": (alice, leads), "second": (ben, second), "stranger": (mallory, "not_found")}[who]
    if code is None:
        verb(three, by, third)
        return
    with pytest.raises(Refused, match=code):
        verb(three, by, third)
    assert roles(three) == {"Alice": "owner", "Ben": "guest"}


def test_ended_the_second_wraps_up_and_the_chat_goes_on(three: Chat, alice: Agent, ben: Agent) -> None:
    operations.end_conference(three, by=alice)
    assert roles(three) == {"Alice": "owner"}
    assert [row.agent for row in WrapUp.objects.open()] == [ben]
    assert cast.lines(three)[-1].data == {"who": "agent", "id": str(ben.pk), "name": "Ben"}
    assert "end" in on_desk(alice)["allowed"]
    operations.end(three, by=alice)
    assert {row.agent for row in WrapUp.objects.open()} == {alice, ben}


def test_the_second_exits_alone(three: Chat, alice: Agent, ben: Agent) -> None:
    operations.exit_conference(three, by=ben)
    assert roles(three) == {"Alice": "owner"}
    assert [row.agent for row in WrapUp.objects.open()] == [ben]


def test_handed_over_the_first_is_out_and_the_second_leads(three: Chat, alice: Agent, ben: Agent) -> None:
    operations.hand_over_conference(three, by=alice)
    assert roles(three) == {"Ben": "owner"}
    assert [row.agent for row in WrapUp.objects.open()] == [alice]
    assert {"transfer", "conference", "end"} <= set(on_desk(ben)["allowed"])


def test_when_the_customer_leaves_both_wrap_up(three: Chat, alice: Agent, ben: Agent) -> None:
    cast.customer_leaves(three)
    assert {row.agent for row in WrapUp.objects.open()} == {alice, ben}
    assert roles(three) == {}


def test_a_request_that_lapses_leaves_a_plain_chat(chat: Chat, alice: Agent, ben: Agent, asked: Offer) -> None:
    cast.time_is_up(asked)
    sweep()
    assert (fresh(ben).state, fresh(chat).state, roles(chat)) == ("rona", "active", {"Alice": "owner"})
    assert cast.lines(chat, Entry.STAFF)[-1].kind == "conference_lapsed"
    assert "conference" in on_desk(alice)["allowed"]


def test_a_cancelled_request_too(chat: Chat, alice: Agent, ben: Agent, asked: Offer) -> None:
    operations.cancel_conference(chat, by=alice)
    with pytest.raises(Refused, match="gone: You are asked no longer"):
        operations.accept(asked.pk, by=ben)
    assert (fresh(asked).outcome, roles(chat)) == ("cancelled", {"Alice": "owner"})


def test_the_second_seat_counts_until_its_wrap_up_is_in(three: Chat, ben: Agent, house: cast.House) -> None:
    assert snapshots.load(ben)["chat"] == 1
    operations.exit_conference(three, by=ben)
    assert snapshots.load(ben)["chat"] == 1
    cast.wraps_up(ben, house.answered)
    assert snapshots.load(ben)["chat"] == 0


def test_who_leads_is_lost_for_good_and_the_second_leads(
    three: Chat, alice: Agent, ben: Agent, alice_with_carol: Seat
) -> None:
    cast.desk_is_silent(alice)
    sweep()
    assert roles(three) == {"Alice": "owner", "Ben": "guest"}
    cast.grace_is_over(alice_with_carol)
    sweep()
    assert (fresh(three).state, roles(three)) == ("active", {"Ben": "owner"})
    assert [row.agent for row in WrapUp.objects.open()] == [alice]
    assert cast.verbs(three)[-1] == "hand_over_conference"


def test_the_second_is_lost_for_good_and_the_chat_goes_on(three: Chat, alice: Agent, ben: Agent) -> None:
    cast.desk_is_silent(ben)
    sweep()
    cast.grace_is_over(Seat.objects.live().get(agent=ben))
    sweep()
    assert (fresh(three).state, roles(three)) == ("active", {"Alice": "owner"})
    assert not Offer.objects.live().exists()

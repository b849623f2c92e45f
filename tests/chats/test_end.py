"""How a chat ends, for everybody in it."""

import pytest

from agents.models import Agent
from chats import operations
from chats.models import Chat, Offer, Seat
from chats.tasks import sweep
from lib.errors import Refused
from tests import cast
from tests.cast import customer_leaves, customer_of, fresh, live_offer
from wrapup.models import WrapUp


def test_the_customer_leaves(alice_with_carol: Seat) -> None:
    chat = customer_leaves(alice_with_carol.chat)
    last = cast.lines(chat)[-2:]
    assert [line.kind for line in last] == ["left", "ended"]
    assert (last[0].data["who"], last[0].data["name"]) == ("customer", "Carol")
    assert last[1].data == {"by": "customer", "why": "left"}
    row = fresh(chat)
    assert (row.state, row.ended_by) == ("ended", "customer")
    assert cast.verbs(chat)[-1] == "leave"


def test_the_agent_ends(alice_with_carol: Seat) -> None:
    chat = operations.end(alice_with_carol.chat, by=alice_with_carol.agent)
    last = cast.lines(chat)[-2:]
    assert [line.kind for line in last] == ["left", "ended"]
    assert (last[0].data["who"], last[0].data["name"]) == ("agent", "Alice")
    assert last[1].data == {"by": "agent", "why": "ended"}
    assert fresh(chat).ended_by == "agent"


def test_the_seat_ends_with_the_chat_and_stays_taken_until_released(alice_with_carol: Seat) -> None:
    chat = fresh(customer_leaves(alice_with_carol.chat))
    seat = fresh(alice_with_carol)
    assert (seat.left_at, seat.released_at) == (chat.ended_at, None)
    assert WrapUp.objects.filter(seat=seat, agent=seat.agent).count() == 1
    assert operations.release(seat, by=cast.of_agent(seat.agent))
    assert not operations.release(seat, by=cast.of_agent(seat.agent))


@pytest.mark.parametrize("verb", ["leave", "end"])
def test_what_has_ended_cannot_end_again(alice_with_carol: Seat, verb: str) -> None:
    chat = customer_leaves(alice_with_carol.chat)
    count = len(cast.lines(chat))
    with pytest.raises(Refused) as refused:
        customer_leaves(chat) if verb == "leave" else operations.end(chat, by=alice_with_carol.agent)
    assert refused.value.code == {"leave": "gone", "end": "not_found"}[verb]
    assert len(cast.lines(chat)) == count
    assert WrapUp.objects.count() == 1


def test_who_does_not_sit_in_the_chat_cannot_end_it(alice_with_carol: Seat, bob: Agent, mallory: Agent) -> None:
    for agent in (bob, mallory):
        with pytest.raises(Refused, match="not_found"):
            operations.end(alice_with_carol.chat, by=agent)
    assert fresh(alice_with_carol.chat).state == "active"


def test_a_guest_cannot_end_the_chat(alice_with_carol: Seat) -> None:
    Seat.objects.update(role=Seat.Role.GUEST)
    with pytest.raises(Refused, match="forbidden"):
        operations.end(alice_with_carol.chat, by=alice_with_carol.agent)


@pytest.mark.parametrize("state", ["queued", "offered"])
def test_a_customer_may_leave_while_waiting(carol_chat: Chat, alice: Agent, state: str) -> None:
    if state == "offered":
        cast.goes_available(alice)
    assert fresh(carol_chat).state == state
    customer_leaves(carol_chat)
    assert fresh(carol_chat).state == "ended"
    assert not Offer.objects.live().exists()
    assert [offer.outcome for offer in Offer.objects.all()] == (["cancelled"] if state == "offered" else [])
    assert not WrapUp.objects.exists()


def test_an_end_frees_the_place_of_an_offer_for_who_waits(house: cast.House, alice: Agent) -> None:
    chats = [cast.comes_in(house.entry_point).chat for _ in range(4)]
    cast.goes_available(alice)
    assert fresh(chats[3]).state == "queued"
    customer_leaves(chats[0])
    assert live_offer(chats[3]).agent == alice


def test_an_absent_customers_chat_ends_after_the_entry_points_patience(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    assert not operations.abandon(chat)
    cast.patience_is_over(chat)
    assert sweep()["abandoned"] == 1
    last = cast.lines(chat)[-2:]
    assert [line.kind for line in last] == ["left", "ended"]
    assert last[1].data == {"by": "customer", "why": "away"}
    assert fresh(alice_with_carol).left_at is not None
    assert sweep()["abandoned"] == 0


def test_a_customer_who_came_back_in_time_keeps_his_chat(carol_chat: Chat) -> None:
    cast.patience_is_over(carol_chat)
    operations.customer_here(carol_chat.pk)
    assert not operations.abandon(carol_chat)
    assert fresh(carol_chat).state == "queued"


def test_rating_once_after_the_end(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    with pytest.raises(Refused, match="state"):
        operations.rate(chat, score=5, comment="")
    customer_leaves(chat)
    operations.rate(chat, score=4, comment="quick")
    assert (fresh(chat).score, fresh(chat).comment) == (4, "quick")
    with pytest.raises(Refused, match="state"):
        operations.rate(chat, score=1, comment="")
    assert fresh(chat).score == 4


def test_no_line_comes_after_the_end(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, alice_with_carol.agent
    customer_leaves(chat)
    head = fresh(chat).public_head
    for verb in (
        lambda: operations.post(chat, by=customer_of(chat), cid="x", text="x"),
        lambda: operations.end(chat, by=alice),
        lambda: operations.leave(chat, by=customer_of(chat)),
    ):
        with pytest.raises(Refused):
            verb()
    cast.desk_is_silent(alice)
    sweep()
    assert fresh(chat).public_head == head
    assert cast.kinds(chat)[-1] == "ended"

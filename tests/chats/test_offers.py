"""How an offer ends: exactly once."""

import pytest

from agents import operations as agent_operations
from agents.models import Agent, Spell
from chats import operations
from chats.models import Chat, Offer, Seat
from chats.tasks import lapse_offers, sweep
from lib.errors import Refused
from tests import cast
from tests.cast import comes_in, fresh, live_offer, takes, time_is_up


@pytest.fixture
def offer(carol_chat: Chat, alice_available: Agent) -> Offer:
    return live_offer(carol_chat)


def test_accepting_seats_the_agent_as_owner(offer: Offer) -> None:
    seat = operations.accept(offer.pk, by=offer.agent)
    chat = fresh(offer.chat)
    assert (seat.agent, seat.role, seat.queue_id) == (offer.agent, "owner", offer.queue_id)
    assert (chat.state, chat.answered_at) == ("active", seat.joined_at)
    assert (fresh(offer).outcome, fresh(offer).ended_at) == ("accepted", seat.joined_at)
    line = cast.lines(chat)[-1]
    assert (line.kind, line.data) == ("joined", {"who": "agent", "id": str(offer.agent_id), "name": "Alice"})
    assert cast.verbs(chat)[-2:] == ["offer", "accept"]


def test_a_second_accept_of_ones_own_offer_says_so_and_changes_nothing(offer: Offer) -> None:
    operations.accept(offer.pk, by=offer.agent)
    with pytest.raises(Refused, match="conflict: You have accepted this chat already"):
        operations.accept(offer.pk, by=offer.agent)
    assert Seat.objects.count() == 1


def test_an_offer_to_somebody_else_does_not_exist(offer: Offer, bob_available: Agent, mallory: Agent) -> None:
    for agent in (bob_available, mallory):
        with pytest.raises(Refused, match="not_found"):
            operations.accept(offer.pk, by=agent)
    assert fresh(offer).outcome == ""


def test_after_the_deadline_accepting_is_refused_even_if_nothing_has_swept_yet(offer: Offer) -> None:
    time_is_up(offer)
    with pytest.raises(Refused, match="gone: Too late: the time was up"):
        operations.accept(offer.pk, by=offer.agent)
    assert (fresh(offer).outcome, fresh(offer.chat).state) == ("", "offered")


def test_after_rona_accepting_is_refused(offer: Offer) -> None:
    time_is_up(offer)
    operations.lapse(offer.pk)
    with pytest.raises(Refused, match="gone: Too late"):
        operations.accept(offer.pk, by=offer.agent)


def test_after_the_customer_left_accepting_is_refused(offer: Offer) -> None:
    cast.customer_leaves(offer.chat)
    with pytest.raises(Refused, match="gone: The customer has gone"):
        operations.accept(offer.pk, by=offer.agent)
    assert not Seat.objects.exists()


def test_accepting_all_says_of_each_whether_it_worked(house: cast.House, alice_available: Agent) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(3)]
    offers = [live_offer(chat) for chat in chats]
    time_is_up(offers[1])
    results = operations.accept_all([offer.pk for offer in offers], by=alice_available)
    assert [(each["offer"], each["ok"], each.get("code")) for each in results] == [
        (str(offers[0].pk), True, None),
        (str(offers[1].pk), False, "gone"),
        (str(offers[2].pk), True, None),
    ]


def test_rona_never_comes_early(offer: Offer) -> None:
    assert not operations.lapse(offer.pk)
    assert (fresh(offer).outcome, fresh(offer.agent).state) == ("", "available")


def test_rona_puts_the_chat_back_with_its_age_and_the_agent_in_rona(offer: Offer) -> None:
    age = fresh(offer.chat).enqueued_at
    time_is_up(offer)
    assert operations.lapse(offer.pk)
    chat = fresh(offer.chat)
    assert (chat.state, chat.enqueued_at) == ("queued", age)
    assert fresh(offer).outcome == "lapsed"
    assert fresh(offer.agent).state == "rona"
    assert cast.verbs(chat)[-2:] == ["lapse", "requeue"]
    assert not operations.lapse(offer.pk)


def test_the_customer_reads_nothing_of_rona(offer: Offer) -> None:
    before = cast.kinds(offer.chat)
    time_is_up(offer)
    operations.lapse(offer.pk)
    assert cast.kinds(offer.chat) == before


def test_rona_takes_back_the_agents_other_offers_too(house: cast.House, alice_available: Agent, bob: Agent) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(3)]
    seat = takes(chats[0], alice_available)
    late, other = live_offer(chats[1]), live_offer(chats[2])
    cast.goes_available(bob)
    time_is_up(late)
    operations.lapse(late.pk)
    assert [fresh(each).outcome for each in (late, other)] == ["lapsed", "withdrawn"]
    assert {live_offer(chat).agent for chat in chats[1:]} == {bob}
    assert fresh(seat).left_at is None


def test_in_rona_nothing_is_offered_until_the_agent_chooses(house: cast.House, offer: Offer) -> None:
    time_is_up(offer)
    operations.lapse(offer.pk)
    comes_in(house.entry_point)
    sweep()
    assert not Offer.objects.live().exists()
    agent_operations.become_available(offer.agent, by=offer.agent.user)
    assert Offer.objects.live().count() == 2


def test_offers_that_lapse_together_are_one_rona(house: cast.House, alice_available: Agent) -> None:
    offers = [live_offer(comes_in(house.entry_point).chat) for _ in range(3)]
    for each in offers:
        time_is_up(each)
    sweep()
    assert Spell.objects.filter(agent=alice_available, state="rona").count() == 1
    assert not Offer.objects.live().exists()
    assert {fresh(each.chat).state for each in offers} == {"queued"}


def test_an_idle_agent_who_misses_an_offer_made_before_is_in_rona(offer: Offer) -> None:
    agent_operations.go_idle(offer.agent, by=offer.agent.user)
    time_is_up(offer)
    operations.lapse(offer.pk)
    assert fresh(offer.agent).state == "rona"


def test_an_offer_made_before_going_idle_can_be_accepted(offer: Offer) -> None:
    agent_operations.go_idle(offer.agent, by=offer.agent.user)
    assert operations.accept(offer.pk, by=offer.agent)


def test_the_alarm_and_the_sweep_do_the_same_and_may_both_come(offer: Offer) -> None:
    assert not lapse_offers([str(offer.pk)])
    time_is_up(offer)
    assert lapse_offers([str(offer.pk)])
    assert not lapse_offers([str(offer.pk)])
    assert sweep()["rona"] == 0
    assert Spell.objects.filter(agent=offer.agent, state="rona").count() == 1


def test_withdrawing_gives_the_chat_back_with_its_age_once(offer: Offer) -> None:
    age = fresh(offer.chat).enqueued_at
    agent_operations.go_idle(offer.agent, by=offer.agent.user)
    assert operations.withdraw(offer.pk, why="lost")
    chat = fresh(offer.chat)
    assert (chat.state, chat.enqueued_at, fresh(offer).outcome) == ("queued", age, "withdrawn")
    assert not operations.withdraw(offer.pk, why="lost")
    assert fresh(offer.agent).state == "idle"


def test_a_chat_answered_twice_keeps_its_first_answer(alice_with_carol: Seat, bob: Agent) -> None:
    chat = fresh(alice_with_carol.chat)
    cast.desk_is_silent(alice_with_carol.agent)
    sweep()
    cast.grace_is_over(alice_with_carol)
    sweep()
    cast.goes_available(bob)
    takes(chat, bob)
    assert fresh(chat).answered_at == chat.answered_at

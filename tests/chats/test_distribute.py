"""Routing passes: who is offered what, in which order, and what is written down about it."""

import pytest

from agents import operations as agent_operations
from agents.models import Agent, MultimediaProfile
from chats import operations
from chats.models import Chat, Offer, Seat
from routing.models import Decision, DistributionGroup
from tests import cast
from tests.cast import comes_in, fresh, goes_available, has_waited, hire, live_offer, takes


def offered_to(chat: Chat) -> Agent | None:
    offer = Offer.objects.live().filter(chat=chat).select_related("agent").first()
    return offer.agent if offer else None


def test_a_waiting_chat_is_offered_as_soon_as_somebody_becomes_available(carol_chat: Chat, alice: Agent) -> None:
    cast.sits_down(alice)
    assert offered_to(carol_chat) is None
    goes_available(alice)
    offer = live_offer(carol_chat)
    assert (offer.agent, offer.kind, offer.queue_id) == (alice, "route", carol_chat.queue_id)
    assert (offer.expires_at - offer.offered_at).total_seconds() == 30
    assert fresh(carol_chat).state == "offered"


def test_a_new_chat_is_offered_at_once(house: cast.House, alice_available: Agent) -> None:
    assert offered_to(comes_in(house.entry_point).chat) == alice_available


def test_the_offer_timeout_is_the_queues(house: cast.House, alice_available: Agent) -> None:
    house.queue.offer_timeout = 7
    house.queue.save()
    offer = live_offer(comes_in(house.entry_point).chat)
    assert (offer.expires_at - offer.offered_at).total_seconds() == 7


@pytest.mark.parametrize("state", ["idle", "rona", "offline"])
def test_only_available_agents_are_offered_anything(house: cast.House, alice_available: Agent, state: str) -> None:
    {
        "idle": lambda: agent_operations.go_idle(alice_available, by=alice_available.user),
        "rona": lambda: agent_operations.miss(alice_available),
        "offline": lambda: agent_operations.sign_out(alice_available, by=alice_available.user),
    }[state]()
    assert offered_to(comes_in(house.entry_point).chat) is None


def test_an_agent_of_another_team_is_offered_nothing(carol_chat: Chat, mallory: Agent) -> None:
    goes_available(mallory)
    assert offered_to(carol_chat) is None


def test_nobody_is_offered_more_than_he_can_hold(house: cast.House, alice_available: Agent) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(5)]
    assert [offered_to(chat) for chat in chats] == [alice_available] * 3 + [None] * 2
    for chat in chats[:3]:
        takes(chat, alice_available)
    operations.distribute()
    assert [fresh(chat).state for chat in chats] == ["active"] * 3 + ["queued"] * 2


def test_an_agent_without_capacity_for_chats_is_offered_none(house: cast.House) -> None:
    nothing = MultimediaProfile.objects.create(name="No chats", chat=0)
    goes_available(hire("Zero", house.team, profile=nothing))
    chat = comes_in(house.entry_point).chat
    assert offered_to(chat) is None
    assert list(Decision.objects.get(contact=chat.pk).removed.values()) == ["no_capacity"]


def test_an_exclusive_profile_holds_one_contact(house: cast.House) -> None:
    one = MultimediaProfile.objects.create(name="One", kind="exclusive", chat=5)
    agent = goes_available(hire("Only", house.team, profile=one))
    assert [offered_to(comes_in(house.entry_point).chat) for _ in range(2)] == [agent, None]


def test_the_teams_profile_counts_before_the_default_one(house: cast.House, alice_available: Agent) -> None:
    house.team.profile = MultimediaProfile.objects.create(name="Team's", chat=1)
    house.team.save()
    assert [offered_to(comes_in(house.entry_point).chat) for _ in range(2)] == [alice_available, None]


def test_the_longest_available_takes_turns(house: cast.House) -> None:
    agents = [goes_available(hire(name, house.team)) for name in ("First", "Second", "Third")]
    offered = [offered_to(comes_in(house.entry_point).chat) for _ in range(6)]
    assert offered == agents + agents


def test_turns_hold_within_one_pass_too(house: cast.House) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(4)]
    agents = [cast.sits_down(hire(name, house.team)) for name in ("First", "Second")]
    for agent in agents:  # both are free before the pass looks
        Agent.objects.filter(pk=agent.pk).update(state="available", free_since=agent.since)
    assert operations.distribute() == 4
    assert [offered_to(chat) for chat in chats] == agents + agents


def test_the_older_chat_is_offered_first(house: cast.House, alice: Agent) -> None:
    house.team.profile = MultimediaProfile.objects.create(name="One chat", chat=1)
    house.team.save()
    young, old = (comes_in(house.entry_point).chat for _ in range(2))
    has_waited(old, 600)
    goes_available(alice)
    assert (offered_to(old), offered_to(young)) == (alice, None)


def test_a_more_important_queue_is_served_before_an_older_chat(house: cast.House, alice: Agent) -> None:
    house.team.profile = MultimediaProfile.objects.create(name="One chat", chat=1)
    house.team.save()
    urgent = cast.new_queue("Urgent", house.team, priority=1)
    old = comes_in(house.entry_point).chat
    has_waited(old, 600)
    house.entry_point.queue = urgent
    house.entry_point.save()
    young = comes_in(house.entry_point).chat
    goes_available(alice)
    assert (offered_to(young), offered_to(old)) == (alice, None)


def test_groups_widen_with_the_waiting_time(house: cast.House, carol_chat: Chat, mallory: Agent) -> None:
    DistributionGroup.objects.create(queue=house.queue, after=60).teams.add(mallory.team)
    goes_available(mallory)
    assert offered_to(carol_chat) is None
    has_waited(carol_chat, 61)
    operations.distribute()
    assert offered_to(carol_chat) == mallory


def test_a_returned_chat_keeps_its_age_and_stands_ahead_of_younger_ones(house: cast.House, alice: Agent) -> None:
    house.team.profile = MultimediaProfile.objects.create(name="One chat", chat=1)
    house.team.save()
    goes_available(alice)
    first = comes_in(house.entry_point).chat
    age = fresh(first).enqueued_at
    comes_in(house.entry_point)
    cast.time_is_up(live_offer(first))
    operations.lapse(live_offer(first).pk)
    assert (fresh(first).state, fresh(first).enqueued_at) == ("queued", age)
    goes_available(alice)
    assert offered_to(first) == alice


def test_who_just_let_it_lapse_is_not_asked_again_while_another_is_free(
    house: cast.House, alice_available: Agent
) -> None:
    chat = comes_in(house.entry_point).chat
    cast.time_is_up(live_offer(chat))
    operations.lapse(live_offer(chat).pk)
    other = cast.sits_down(hire("Other", house.team))
    for agent in (alice_available, other):  # Alice was free for longer
        Agent.objects.filter(pk=agent.pk).update(state="available", free_since=agent.since)
    operations.distribute()
    assert offered_to(chat) == other


def test_who_just_let_it_lapse_is_asked_again_when_nobody_else_is_free(
    house: cast.House, alice_available: Agent
) -> None:
    chat = comes_in(house.entry_point).chat
    cast.time_is_up(live_offer(chat))
    operations.lapse(live_offer(chat).pk)
    assert offered_to(chat) is None
    goes_available(alice_available)
    assert offered_to(chat) == alice_available


def test_a_wrap_up_holds_the_place_until_it_is_in(house: cast.House, alice: Agent) -> None:
    house.team.profile = MultimediaProfile.objects.create(name="One chat", chat=1)
    house.team.save()
    goes_available(alice)
    first = comes_in(house.entry_point).chat
    seat = takes(first, alice)
    waiting = comes_in(house.entry_point).chat
    cast.customer_leaves(first)
    assert offered_to(waiting) is None
    operations.release(fresh(seat), by=cast.of_agent(alice))
    assert offered_to(waiting) == alice


def test_a_pass_without_anybody_is_written_down_once_per_wait(carol_chat: Chat, alice: Agent) -> None:
    for _ in range(3):
        operations.distribute()
    row = Decision.objects.get(contact=carol_chat.pk)
    assert (row.chosen, row.rule) == (None, "nobody")
    cast.sits_down(alice)
    operations.distribute()
    operations.distribute()
    assert [row.removed for row in Decision.objects.filter(contact=carol_chat.pk).order_by("pk")] == [
        {},
        {str(alice.pk): "not_available"},
    ]


def test_every_offer_has_its_decision_with_all_that_was_looked_at(
    house: cast.House, alice_available: Agent, bob: Agent
) -> None:
    cast.sits_down(bob)
    chat = comes_in(house.entry_point).chat
    row = Decision.objects.get(contact=chat.pk)
    assert (row.chosen, row.rule, row.removed) == (alice_available, "only_one", {str(bob.pk): "not_available"})
    assert {each.agent for each in row.whole().candidates} == {alice_available.pk, bob.pk}


def test_a_chat_whose_customer_left_is_offered_to_nobody(carol_chat: Chat, alice: Agent) -> None:
    cast.customer_leaves(carol_chat)
    goes_available(alice)
    assert not Offer.objects.exists()


def test_running_twice_offers_nothing_twice(alice_with_carol: Seat) -> None:
    assert operations.distribute() == 0
    assert Offer.objects.count() == 1

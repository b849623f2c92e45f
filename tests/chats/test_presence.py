"""Who is there: lost agents, absent customers, what was seen, who may go home."""

from datetime import timedelta

import pytest

from agents import operations as agent_operations
from agents.models import Agent
from chats import operations
from chats.models import Chat, Seat
from chats.operations.open import Opened
from chats.operations.presence import CUSTOMER_GRACE, CUSTOMER_LEASE
from chats.senders import of_agent
from chats.tasks import sweep
from lib.clock import database_now
from lib.errors import Refused
from tests import cast
from tests.cast import customer_of, fresh, live_offer, sits_down
from tests.sockets import Stage, in_thread
from wrapup import operations as wrapup_operations


def lose(agent: Agent) -> None:
    cast.desk_is_silent(agent)
    sweep()


def test_a_lost_agents_chats_wait_and_the_customer_is_told(alice_with_carol: Seat) -> None:
    lose(alice_with_carol.agent)
    seat, line = fresh(alice_with_carol), cast.lines(alice_with_carol.chat)[-1]
    assert fresh(alice_with_carol.agent).state == "offline"
    assert seat.away_since is not None
    assert seat.left_at is None
    assert (line.kind, line.data["name"]) == ("connection_lost", "Alice")
    assert fresh(alice_with_carol.chat).state == "active"


def test_a_lost_agents_offer_goes_back_at_once(carol_chat: Chat, alice_available: Agent, bob: Agent) -> None:
    offer, age = live_offer(carol_chat), fresh(carol_chat).enqueued_at
    cast.goes_available(bob)
    lose(alice_available)
    assert fresh(offer).outcome == "withdrawn"
    assert live_offer(carol_chat).agent == bob
    assert fresh(carol_chat).enqueued_at == age


def test_an_agent_who_comes_back_in_time_keeps_his_chats(alice_with_carol: Seat) -> None:
    lose(alice_with_carol.agent)
    sits_down(alice_with_carol.agent)
    assert fresh(alice_with_carol).away_since is None
    assert cast.kinds(alice_with_carol.chat)[-2:] == ["connection_lost", "connection_back"]
    sweep()
    assert fresh(alice_with_carol.chat).state == "active"


def test_after_the_grace_the_chat_returns_to_the_head_of_its_queue(
    house: cast.House, alice_with_carol: Seat, bob: Agent
) -> None:
    chat, age = alice_with_carol.chat, fresh(alice_with_carol.chat).enqueued_at
    younger = cast.comes_in(house.entry_point).chat
    lose(alice_with_carol.agent)
    assert not operations.give_up(alice_with_carol)
    cast.grace_is_over(alice_with_carol)
    sweep()
    assert (fresh(chat).state, fresh(chat).enqueued_at) == ("queued", age)
    assert fresh(alice_with_carol).left_at is not None
    assert cast.kinds(chat)[-2:] == ["left", "queued"]
    assert list(Chat.objects.waiting()) == [chat, younger]
    cast.goes_available(bob)
    seat = cast.takes(chat, bob)
    assert seat.role == "owner"


def test_a_chat_that_was_given_up_is_not_given_up_again(alice_with_carol: Seat) -> None:
    lose(alice_with_carol.agent)
    cast.grace_is_over(alice_with_carol)
    assert operations.give_up(alice_with_carol)
    assert not operations.give_up(alice_with_carol)


def test_who_is_back_when_the_grace_ends_keeps_a_chat_that_nobody_could_tell(alice_with_carol: Seat) -> None:
    past = database_now() - timedelta(minutes=5)
    Seat.objects.filter(pk=alice_with_carol.pk).update(away_since=past)
    assert not operations.give_up(alice_with_carol)
    seat = fresh(alice_with_carol)
    assert (seat.away_since, seat.left_at, fresh(seat.chat).state) == (None, None, "active")


def test_the_lost_agent_owes_his_wrap_up_for_the_chat_he_lost(alice_with_carol: Seat) -> None:
    lose(alice_with_carol.agent)
    cast.grace_is_over(alice_with_carol)
    sweep()
    assert cast.wrapup_of(alice_with_carol).outcome == ""


def test_chats_of_an_agent_who_was_lost_while_the_worker_died_are_found_by_the_sweep(alice_with_carol: Seat) -> None:
    Agent.objects.filter(pk=alice_with_carol.agent_id).update(state="offline", lease_until=None, desk="")
    sweep()
    assert fresh(alice_with_carol).away_since is not None


def test_an_agent_who_came_back_before_the_loss_was_dealt_with_is_not_lost(alice_with_carol: Seat) -> None:
    alice = alice_with_carol.agent
    cast.desk_is_silent(alice)
    sits_down(alice)
    operations.agent_lost(alice)
    assert fresh(alice_with_carol).away_since is None
    assert "connection_lost" not in cast.kinds(alice_with_carol.chat)


def test_signing_out_is_refused_while_work_is_open_and_counts_it(house: cast.House, alice_with_carol: Seat) -> None:
    alice = alice_with_carol.agent
    cast.comes_in(house.entry_point)
    ended = cast.takes(cast.comes_in(house.entry_point).chat, alice)
    operations.end(ended.chat, by=alice)
    with pytest.raises(Refused, match="1 contact request, 1 chat, 1 wrap-up"):
        operations.sign_out(alice, by=alice.user)
    assert fresh(alice).state == "available"


def test_signing_out_with_nothing_open(house: cast.House, alice_with_carol: Seat) -> None:
    alice = alice_with_carol.agent
    operations.end(alice_with_carol.chat, by=alice)
    with pytest.raises(Refused, match="1 wrap-up"):
        operations.sign_out(alice, by=alice.user)
    wrapup = cast.wrapup_of(alice_with_carol)
    wrapup_operations.submit(wrapup.pk, by=alice, codes=[house.answered.pk])
    operations.sign_out(alice, by=alice.user)
    assert fresh(alice).state == "offline"
    operations.sign_out(alice, by=alice.user)


async def test_who_has_left_marks_nothing_as_seen_any_more(stage: Stage, carol: Opened, seat: Seat, ben: Agent) -> None:
    customer, desk = await stage.customer(carol.token), await stage.desk(seat.agent)

    def passed_on() -> None:
        chat = fresh(carol.chat)
        operations.transfer(chat, by=seat.agent, agent=ben)
        cast.takes(chat, ben)
        cast.customer_says(chat, "are you still there?")

    await in_thread(passed_on)
    assert not (await in_thread(fresh, seat)).released_at, "he wraps up, and reads what he may"
    before = (await in_thread(fresh, seat)).seen
    assert (await desk.ask("seen", chat=str(carol.chat.pk), seq=99))["type"] == "ok"
    assert (await customer.ask("sync", after=0))["type"] == "ok"
    assert "seen" not in {frame["type"] for frame in customer.seen}
    assert (await in_thread(fresh, seat)).seen == before


def test_what_was_seen_only_grows_and_not_beyond_the_last_line(alice_with_carol: Seat) -> None:
    chat, alice = fresh(alice_with_carol.chat), alice_with_carol.agent
    for seq, kept in ((1, 1), (99, chat.public_head), (1, chat.public_head)):
        operations.seen(chat, by=customer_of(chat), seq=seq)
        operations.seen(chat, by=of_agent(alice), seq=seq)
        assert fresh(chat).customer_seen == kept
    assert fresh(alice_with_carol).seen == chat.public_head


def test_a_customer_whose_socket_closed_is_away_until_he_is_heard_again(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    operations.customer_away(chat.pk)
    away = fresh(chat).customer_until
    assert away < database_now() + CUSTOMER_GRACE
    operations.customer_here(chat.pk)
    assert fresh(chat).customer_until > away + CUSTOMER_GRACE
    cast.customer_leaves(chat)
    operations.customer_away(chat.pk)
    assert fresh(chat).state == "ended"


def test_a_customer_who_was_heard_after_his_socket_closed_is_not_away(alice_with_carol: Seat) -> None:
    chat = alice_with_carol.chat
    operations.customer_here(chat.pk)
    operations.customer_away(chat.pk, ago=3)
    assert fresh(chat).customer_until > database_now() + CUSTOMER_LEASE - timedelta(seconds=2)


def test_a_heartbeat_keeps_an_agent_from_being_lost(alice_with_carol: Seat) -> None:
    alice = fresh(alice_with_carol.agent)
    cast.desk_is_silent(alice)
    agent_operations.renew_lease(alice, desk=alice.desk, by=alice.user)
    sweep()
    assert fresh(alice_with_carol).away_since is None


def test_nobody_with_open_work_is_signed_out_for_doing_nothing(alice_with_carol: Seat, house: cast.House) -> None:
    alice, chat = alice_with_carol.agent, alice_with_carol.chat
    cast.does_nothing(alice)
    assert sweep()["inactive"] == 0
    cast.customer_leaves(chat)
    assert sweep()["inactive"] == 0
    wrapup_operations.submit(cast.wrapup_of(alice_with_carol).pk, by=alice, codes=[house.answered.pk])
    assert sweep()["inactive"] == 0, "the end of work is no time of inactivity"
    offered = cast.comes_in(house.entry_point).chat
    cast.does_nothing(alice)
    assert sweep()["inactive"] == 0
    cast.customer_leaves(offered)
    assert sweep()["inactive"] == 1
    assert fresh(alice).state == "offline"

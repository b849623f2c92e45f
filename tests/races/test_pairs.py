"""Race pairs: whoever comes second finds the world changed, is told so, and nothing is done twice."""

from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction

from agents import operations as agent_operations
from agents.models import Agent, Spell
from chats import operations
from chats.models import Chat, Entry, Offer, Seat
from tests import cast
from tests.cast import agent_says, comes_in, customer_leaves, customer_says, fresh, live_offer, time_is_up
from tests.races.race import ROUNDS, at_once, code, held, in_this_order
from wrapup import operations as wrapup_operations
from wrapup.models import WrapUp

Verb = Callable[[], Any]


class Scene:
    """One chat offered to Alice, again and again."""

    def __init__(self, house: cast.House, alice: Agent) -> None:
        self.house, self.alice = house, alice
        self.looked_at: list[UUID] = []

    def offer(self) -> Offer:
        """A new chat's offer to Alice, who is Available and has nothing else."""
        cast.goes_available(self.alice)
        return live_offer(comes_in(self.house.entry_point).chat)

    def seat(self) -> Seat:
        """Alice in a new chat."""
        return operations.accept(self.offer().pk, by=self.alice)

    def clear(self) -> None:
        """Everything is over and wrapped up."""
        for chat in Chat.objects.live():
            customer_leaves(chat)
        for row in WrapUp.objects.open():
            wrapup_operations.submit(row.pk, by=row.agent, codes=[self.house.answered.pk])

    def holds(self) -> None:
        """What must be true after every race, of the chats that no earlier race has ended and looked at."""
        for chat in Chat.objects.exclude(pk__in=self.looked_at):
            if chat.state == "ended":
                self.looked_at.append(chat.pk)
            for offer in Offer.objects.filter(chat=chat):
                assert (offer.outcome == "") == (offer.ended_at is None)
            kinds = cast.kinds(chat)
            assert Seat.objects.live().filter(chat=chat).count() == (chat.state == "active")
            assert Offer.objects.live().filter(chat=chat).count() == (chat.state == "offered")
            assert [line.seq for line in cast.lines(chat)] == list(range(1, chat.public_head + 1))
            assert kinds.count("ended") == (chat.state == "ended")
            assert (kinds[-1] == "ended") == (chat.state == "ended")
        assert WrapUp.objects.count() == Seat.objects.filter(left_at__isnull=False).count()


@pytest.fixture
def scene(house: cast.House, alice: Agent) -> Scene:
    cast.sits_down(alice)
    return Scene(house, alice)


def lapse(offer: Offer) -> Verb:
    return lambda: operations.lapse(offer.pk)


def accept(offer: Offer) -> Verb:
    return lambda: operations.accept(offer.pk, by=offer.agent)


def test_accept_and_lapse(scene: Scene) -> None:
    for number in range(ROUNDS):
        offer = scene.offer()
        if number % 2:
            time_is_up(offer)
        accepted, lapsed = at_once(accept(offer), lapse(offer))
        assert (code(accepted), lapsed) == (("gone", True) if number % 2 else (None, False))
        assert fresh(scene.alice).state == ("rona" if number % 2 else "available")
        scene.holds()
        scene.clear()


def test_accept_and_leave(scene: Scene) -> None:
    for _ in range(ROUNDS):
        offer = scene.offer()
        accepted, left = at_once(accept(offer), partial(customer_leaves, offer.chat))
        assert code(left) is None
        assert code(accepted) in (None, "gone")
        assert fresh(offer).outcome == ("accepted" if code(accepted) is None else "cancelled")
        assert fresh(offer.chat).state == "ended"
        scene.holds()
        scene.clear()


def test_accept_twice(scene: Scene) -> None:
    for _ in range(ROUNDS):
        offer = scene.offer()
        results = at_once(*[accept(offer)] * 4)
        assert sorted(code(result) or "" for result in results) == ["", "conflict", "conflict", "conflict"]
        scene.holds()
        scene.clear()


def test_accept_and_sign_out(scene: Scene) -> None:
    for _ in range(ROUNDS):
        offer = scene.offer()
        accepted, gone = at_once(accept(offer), lambda: operations.sign_out(scene.alice, by=scene.alice.user))
        assert (code(accepted), code(gone)) == (None, "state")
        assert fresh(scene.alice).state == "available"
        scene.holds()
        scene.clear()


def test_end_and_leave(scene: Scene) -> None:
    for _ in range(ROUNDS):
        seat = scene.seat()
        ended, left = at_once(partial(operations.end, seat.chat, by=scene.alice), partial(customer_leaves, seat.chat))
        assert sorted([code(ended) or "", code(left) or ""]) in (["", "gone"], ["", "not_found"])
        scene.holds()
        scene.clear()


def test_end_and_post(scene: Scene) -> None:
    for number in range(ROUNDS):
        seat = scene.seat()
        _ended, posted = at_once(
            partial(operations.end, seat.chat, by=scene.alice),
            partial(customer_says, seat.chat, "wait", cid=f"c{number}"),
        )
        assert code(posted) in (None, "gone")
        assert Entry.objects.filter(cid=f"c{number}").count() == (code(posted) is None)
        scene.holds()
        scene.clear()


def test_wrap_up_submitted_and_lapsed(scene: Scene) -> None:
    for _ in range(ROUNDS):
        seat = scene.seat()
        customer_leaves(seat.chat)
        row = cast.wrapup_of(seat)
        cast.wrapup_is_due(row)
        submitted, lapsed = at_once(
            partial(wrapup_operations.submit, row.pk, by=scene.alice, codes=[scene.house.refund.pk]),
            partial(wrapup_operations.lapse, row.pk),
        )
        outcome = fresh(row).outcome
        assert (code(submitted), lapsed) == ((None, False) if outcome == "submitted" else ("state", True))
        assert [each.name for each in row.codes.all()] == ["Refund" if outcome == "submitted" else "No reason given"]
        assert fresh(seat).released_at is not None


def test_many_passes_never_exceed_a_capacity_and_offer_no_chat_twice(house: cast.House) -> None:
    for number in range(max(1, ROUNDS // 20)):
        chats = [comes_in(house.entry_point).chat for _ in range(20)]
        agents = [cast.sits_down(cast.hire(f"Agent{number}x{each}", house.team)) for each in range(4)]
        for agent in agents:
            Agent.objects.filter(pk=agent.pk).update(state="available", free_since=agent.since)
        at_once(*[operations.distribute] * 4)
        operations.distribute()
        load = [Offer.objects.live().filter(agent=agent).count() for agent in agents]
        assert load == [3, 3, 3, 3]
        for chat in chats:
            assert Offer.objects.filter(chat=chat).count() <= 1
            customer_leaves(chat)
        Agent.objects.filter(pk__in=[agent.pk for agent in agents]).update(state="idle")


def test_the_same_message_fifty_times_at_once_stands_there_once(alice_with_carol: Seat) -> None:
    chat, alice = alice_with_carol.chat, alice_with_carol.agent
    for number in range(max(1, ROUNDS // 20)):
        says = [lambda cid=f"c{number}": agent_says(chat, alice, "Hello", cid=cid)] * 10
        results = [result for _ in range(5) for result in at_once(*says)]
        assert [code(result) for result in results] == [None] * 50
        assert sum(not result.duplicate for result in results) == 1
        assert len({result.entry.seq for result in results}) == 1
    assert [line.seq for line in cast.lines(chat)] == list(range(1, fresh(chat).public_head + 1))


# The same, forced: the second waits for the very lock that the first holds.


def test_forced_accept_before_lapse(scene: Scene) -> None:
    offer = scene.offer()
    with held(offer.chat) as let_go:
        time_is_up(offer)
        let_go.set()
    lapsed, accepted = in_this_order(offer.chat, lapse(offer), accept(offer))
    assert (lapsed, code(accepted)) == (True, "gone")
    scene.holds()


@pytest.mark.parametrize("first", ["accept", "leave"])
def test_forced_accept_and_leave(scene: Scene, first: str) -> None:
    offer = scene.offer()
    verbs = {"accept": accept(offer), "leave": partial(customer_leaves, offer.chat)}
    order = [first, *(verbs.keys() - {first})]
    results = dict(zip(order, in_this_order(offer.chat, *(verbs[name] for name in order)), strict=True))
    assert code(results["leave"]) is None
    assert code(results["accept"]) == (None if first == "accept" else "gone")
    scene.holds()


def test_forced_second_accept(scene: Scene) -> None:
    offer = scene.offer()
    first, second = in_this_order(offer.chat, accept(offer), accept(offer))
    assert (code(first), code(second)) == (None, "conflict")
    scene.holds()


@pytest.mark.parametrize("first", ["end", "leave"])
def test_forced_end_and_leave(scene: Scene, first: str) -> None:
    seat = scene.seat()
    verbs = {
        "end": partial(operations.end, seat.chat, by=scene.alice),
        "leave": partial(customer_leaves, seat.chat),
    }
    order = [first, *(verbs.keys() - {first})]
    winner, loser = in_this_order(seat.chat, *(verbs[name] for name in order))
    assert code(winner) is None
    assert code(loser) in ("gone", "not_found")
    assert fresh(seat.chat).ended_by == ("agent" if first == "end" else "customer")
    scene.holds()


@pytest.mark.parametrize("first", ["end", "post"])
def test_forced_end_and_post(scene: Scene, first: str) -> None:
    seat = scene.seat()
    verbs = {
        "end": partial(operations.end, seat.chat, by=scene.alice),
        "post": lambda: customer_says(seat.chat, "wait", cid="late"),
    }
    order = [first, *(verbs.keys() - {first})]
    results = dict(zip(order, in_this_order(seat.chat, *(verbs[name] for name in order)), strict=True))
    assert code(results["end"]) is None
    assert code(results["post"]) == (None if first == "post" else "gone")
    scene.holds()


@pytest.mark.parametrize("first", ["submit", "lapse"])
def test_forced_wrap_up_submit_and_lapse(scene: Scene, first: str) -> None:
    seat = scene.seat()
    customer_leaves(seat.chat)
    row = cast.wrapup_of(seat)
    cast.wrapup_is_due(row)
    verbs = {
        "submit": partial(wrapup_operations.submit, row.pk, by=scene.alice, codes=[scene.house.refund.pk]),
        "lapse": partial(wrapup_operations.lapse, row.pk),
    }
    order = [first, *(verbs.keys() - {first})]
    results = dict(zip(order, in_this_order(row, *(verbs[name] for name in order)), strict=True))
    assert fresh(row).outcome == {"submit": "submitted", "lapse": "lapsed"}[first]
    assert code(results["submit"]) == (None if first == "submit" else "state")
    assert results["lapse"] is (first == "lapse")


@pytest.mark.parametrize("first", ["accept", "sign_out"])
def test_forced_accept_and_sign_out(scene: Scene, first: str) -> None:
    offer = scene.offer()
    verbs = {"accept": accept(offer), "sign_out": partial(operations.sign_out, scene.alice, by=scene.alice.user)}
    order = [first, *(verbs.keys() - {first})]
    results = dict(zip(order, in_this_order(fresh(scene.alice), *(verbs[n] for n in order)), strict=True))
    assert (code(results["accept"]), code(results["sign_out"])) == (None, "state")
    assert fresh(scene.alice).state == "available"
    scene.holds()


def test_forced_last_place_taken_meanwhile(house: cast.House, alice: Agent) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(6)]
    cast.sits_down(alice)
    Agent.objects.filter(pk=alice.pk).update(state="available", free_since=alice.since)
    in_this_order(fresh(alice), operations.distribute, operations.distribute)
    assert Offer.objects.live().filter(agent=alice).count() <= 3
    operations.distribute()
    assert Offer.objects.live().filter(agent=alice).count() == 3
    assert sum(fresh(chat).state == "offered" for chat in chats) == 3


def test_forced_going_idle_while_a_pass_looks(house: cast.House, alice: Agent) -> None:
    chat = comes_in(house.entry_point).chat
    cast.sits_down(alice)
    Agent.objects.filter(pk=alice.pk).update(state="available", free_since=alice.since)
    in_this_order(fresh(alice), lambda: agent_operations.go_idle(alice, by=alice.user), operations.distribute)
    assert fresh(alice).state == "idle"
    assert not Offer.objects.exists()
    assert fresh(chat).state == "queued"


def test_forced_return_while_the_loss_is_dealt_with(alice_with_carol: Seat) -> None:
    alice = alice_with_carol.agent
    cast.desk_is_silent(alice)
    with transaction.atomic():
        Agent.objects.filter(pk=alice.pk).update(state="offline", lease_until=None, desk="", desk_heard=None)
        Spell.objects.filter(agent=alice, ended_at=None).update(ended_at=fresh(alice).since)
    in_this_order(
        alice_with_carol.chat,
        lambda: operations.agent_lost(alice),
        lambda: cast.customer_says(fresh(alice_with_carol.chat), "x"),
    )
    assert fresh(alice_with_carol).away_since is not None
    cast.sits_down(alice)
    assert fresh(alice_with_carol).away_since is None

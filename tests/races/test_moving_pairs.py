"""Race pairs of a chat that changes hands or is shared: it always has exactly one who leads it, or waits."""

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from agents import operations as agent_operations
from agents.models import Agent
from chats import hellos, operations, tasks
from chats.models import Chat, Offer, Seat, Watch
from tests import cast
from tests.cast import customer_leaves, fresh, live_offer, new_cid
from tests.races.race import ROUNDS, at_once, before_either_commits, code, held, in_this_order, waiting_for_locks
from wrapup import operations as wrapup_operations
from wrapup.models import WrapUp

Verb = Callable[[], Any]
MANY = max(1, ROUNDS // 20)
MUTUAL = ROUNDS if ROUNDS > 100 else 2


class Scene:
    """Alice with a customer, Ben beside her, Bob who supervises both; again and again."""

    def __init__(self, house: cast.House, alice: Agent, bob: Agent) -> None:
        self.house, self.alice, self.bob = house, alice, bob
        self.ben = cast.hire("Ben", house.team)
        for agent in (self.ben, bob):
            cast.sits_down(agent)

    def chat(self) -> Chat:
        """Alice in a new chat, Ben Available with nothing in hand."""
        for agent in (self.alice, self.ben, self.bob):
            if fresh(agent).state == "offline":
                cast.sits_down(agent)
        agent_operations.go_idle(self.ben, by=self.ben.user)
        cast.goes_available(self.alice)
        chat = cast.comes_in(self.house.entry_point).chat
        cast.takes(chat, self.alice)
        agent_operations.go_idle(self.alice, by=self.alice.user)
        cast.goes_available(self.ben)
        return chat

    def asked(self, verb: Callable[..., Any] = operations.transfer) -> Offer:
        """Ben is asked to take, or to join, Alice's chat."""
        chat = self.chat()
        verb(chat, by=self.alice, agent=self.ben)
        return live_offer(chat)

    def three(self) -> Chat:
        """Alice and Ben in a conference."""
        offer = self.asked(operations.request_conference)
        operations.accept(offer.pk, by=self.ben)
        return offer.chat

    def holds(self, chat: Chat) -> None:
        """What must be true of the chat after every race; then it is over and wrapped up."""
        self._look(fresh(chat))
        for live in Chat.objects.live():
            customer_leaves(live)
        self._look(fresh(chat))
        for row in WrapUp.objects.open():
            wrapup_operations.submit(row.pk, by=row.agent, codes=[self.house.answered.pk])
        assert WrapUp.objects.count() == Seat.objects.filter(left_at__isnull=False).count()

    def _look(self, chat: Chat) -> None:
        seats = Seat.objects.live().filter(chat=chat)
        offers = Offer.objects.live().filter(chat=chat)
        assert seats.filter(role="owner").count() == (chat.state == "active")
        assert seats.count() <= (2 if chat.state == "active" else 0)
        assert offers.count() <= (chat.state in ("offered", "active"))
        assert not offers.filter(kind="route").exclude(chat__state="offered").exists()
        assert seats.count() + offers.count() <= 2
        for stream, head in (("public", chat.public_head), ("staff", chat.staff_head)):
            assert [line.seq for line in cast.lines(chat, stream)] == list(range(1, head + 1))
        if chat.state == "ended":
            assert not Watch.objects.filter(chat=chat, ended_at=None).exists()
            assert cast.kinds(chat)[-1] == "ended"
        for agent in (self.alice, self.ben, self.bob):
            assert Offer.objects.live().for_agent(agent).count() + agent.seats.held().count() <= 3


@pytest.fixture
def scene(house: cast.House, alice: Agent, bob: Agent) -> Scene:
    cast.sits_down(alice)
    return Scene(house, alice, bob)


def lapse(offer: Offer) -> Verb:
    return lambda: operations.lapse(offer.pk)


def accept(offer: Offer) -> Verb:
    return lambda: operations.accept(offer.pk, by=offer.agent)


def disconnect(agent: Agent) -> Verb:
    def gone() -> None:
        cast.desk_is_silent(agent)
        agent_operations.lapse(agent)

    return gone


def give_up(agent: Agent, chat: Chat) -> Verb:
    """The agent was lost, and the grace is over."""
    if Agent.objects.signed_in().filter(pk=agent.pk).exists():
        disconnect(agent)()
    seat = Seat.objects.live().get(chat=chat, agent=agent)
    cast.grace_is_over(seat)
    return lambda: operations.give_up(seat)


Pair = Callable[[Scene], tuple[Chat, Verb, Verb]]
PAIRS: dict[str, Pair] = {}


def pair(make: Pair) -> Pair:
    """The function sets up a chat and gives two verbs that want it."""
    PAIRS[make.__name__] = make
    return make


@pair
def transfer_and_end(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.chat()
    transfer = partial(operations.transfer, chat, by=scene.alice, agent=scene.ben)
    return chat, transfer, partial(operations.end, chat, by=scene.alice)


@pair
def to_queue_and_leave(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.chat()
    transfer = partial(operations.transfer, chat, by=scene.alice, queue=scene.house.queue)
    return chat, transfer, partial(customer_leaves, chat)


@pair
def cancel_and_accept(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    return offer.chat, partial(operations.cancel_transfer, offer.chat, by=scene.alice), accept(offer)


@pair
def accept_and_leave(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    return offer.chat, accept(offer), partial(customer_leaves, offer.chat)


@pair
def accept_and_lapse(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    cast.time_is_up(offer)
    return offer.chat, accept(offer), lapse(offer)


@pair
def accept_and_sign_out(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    return offer.chat, accept(offer), partial(operations.sign_out, scene.ben, by=scene.ben.user)


@pair
def transfer_and_target_signs_out(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.chat()
    transfer = partial(operations.transfer, chat, by=scene.alice, agent=scene.ben)
    return chat, transfer, partial(operations.sign_out, scene.ben, by=scene.ben.user)


@pair
def accept_and_target_lost(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    return offer.chat, accept(offer), disconnect(scene.ben)


@pair
def accept_and_owner_lost(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    return offer.chat, accept(offer), give_up(scene.alice, offer.chat)


@pair
def two_transfers(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.chat()
    ask = partial(operations.transfer, chat, by=scene.alice, agent=scene.ben)
    return chat, ask, partial(operations.request_conference, chat, by=scene.alice, agent=scene.ben)


@pair
def conference_and_leave(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked(operations.request_conference)
    return offer.chat, accept(offer), partial(customer_leaves, offer.chat)


@pair
def exit_and_hand_over(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.three()
    exits = partial(operations.exit_conference, chat, by=scene.ben)
    return chat, exits, partial(operations.hand_over_conference, chat, by=scene.alice)


@pair
def both_lost(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.three()
    return chat, give_up(scene.alice, chat), give_up(scene.ben, chat)


@pair
def take_over_and_accept(scene: Scene) -> tuple[Chat, Verb, Verb]:
    offer = scene.asked()
    return offer.chat, partial(operations.take_over, offer.chat, by=scene.bob), accept(offer)


@pair
def barge_in_and_conference(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.chat()
    ask = partial(operations.request_conference, chat, by=scene.alice, agent=scene.ben)
    return chat, partial(operations.barge_in, chat, by=scene.bob), ask


@pair
def monitor_and_leave(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = scene.chat()
    return chat, partial(operations.monitor, chat, by=scene.bob), partial(customer_leaves, chat)


def returns(agent: Agent) -> Verb:
    """The agent, who was lost, says hello."""
    return partial(hellos.take_desk, agent, desk=new_cid(), by=agent.user, take_over=True, lost=lambda: False)


def lost(scene: Scene) -> Chat:
    """Alice's chat waits for her."""
    chat = scene.chat()
    disconnect(scene.alice)()
    assert Seat.objects.live().get(chat=chat).away_since
    return chat


@pair
def return_and_leave(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = lost(scene)
    return chat, returns(scene.alice), partial(customer_leaves, chat)


@pair
def return_and_give_up(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = lost(scene)
    return chat, returns(scene.alice), give_up(scene.alice, chat)


@pair
def return_and_take_over(scene: Scene) -> tuple[Chat, Verb, Verb]:
    chat = lost(scene)
    return chat, returns(scene.alice), partial(operations.take_over, chat, by=scene.bob)


def test_at_once(scene: Scene) -> None:
    for _ in range(MANY):
        for name in random.sample(sorted(PAIRS), len(PAIRS)):
            chat, first, second = PAIRS[name](scene)
            at_once(first, second)
            scene.holds(chat)


# What each finds when the other had the chat's lock first: (the first came first, the second came first).
CODES: dict[str, tuple[tuple[str | None, str | None], tuple[str | None, str | None]]] = {
    "transfer_and_end": ((None, "state"), ("not_found", None)),
    "to_queue_and_leave": ((None, None), ("not_found", None)),
    "cancel_and_accept": ((None, "gone"), ("not_found", None)),
    "accept_and_leave": ((None, None), ("gone", None)),
    "accept_and_lapse": (("gone", None), ("gone", None)),
    "accept_and_owner_lost": ((None, None), ("gone", None)),
    "two_transfers": ((None, "state"), ("state", None)),
    "conference_and_leave": ((None, None), ("gone", None)),
    "exit_and_hand_over": ((None, "state"), ("forbidden", None)),
    "both_lost": ((None, None), (None, None)),
    "take_over_and_accept": ((None, "gone"), (None, None)),
    "barge_in_and_conference": ((None, "state"), ("state", None)),
    "monitor_and_leave": ((None, None), ("not_found", None)),
}


@pytest.mark.parametrize("turned", [False, True], ids=["first", "second"])
def test_forced(scene: Scene, turned: bool) -> None:
    for name, codes in CODES.items():
        chat, first, second = PAIRS[name](scene)
        verbs = (second, first) if turned else (first, second)
        results = in_this_order(chat, *verbs)
        found = tuple(map(code, reversed(results) if turned else results))
        assert (name, found) == (name, codes[turned])
        scene.holds(chat)


@pytest.mark.parametrize("first", ["transfer", "sign_out"])
def test_forced_transfer_and_the_target_signs_out(scene: Scene, first: str) -> None:
    chat = scene.chat()
    verbs = {
        "transfer": partial(operations.transfer, chat, by=scene.alice, agent=scene.ben),
        "sign_out": partial(operations.sign_out, scene.ben, by=scene.ben.user),
    }
    order = [first, *(verbs.keys() - {first})]
    results = dict(zip(order, in_this_order(fresh(scene.ben), *(verbs[name] for name in order)), strict=True))
    assert code(results["transfer"]) == (None if first == "transfer" else "state")
    assert code(results["sign_out"]) == ("state" if first == "transfer" else None)
    scene.holds(chat)


@pytest.mark.parametrize("verb", [operations.transfer, operations.request_conference])
def test_forced_two_agents_ask_each_other(scene: Scene, verb: Verb) -> None:
    for _ in range(MUTUAL):
        hers = scene.chat()
        his = cast.comes_in(scene.house.entry_point).chat
        cast.takes(his, scene.ben)
        cast.goes_available(scene.alice)
        before_either_commits(
            partial(verb, hers, by=scene.alice, agent=scene.ben), partial(verb, his, by=scene.ben, agent=scene.alice)
        )
        assert (live_offer(hers).agent, live_offer(his).agent) == (scene.ben, scene.alice)
        for chat in (hers, his):
            scene.holds(chat)


def test_forced_two_supervisors_take_over_from_each_other(scene: Scene) -> None:
    eve = cast.hire("Eve", scene.house.team, role=Agent.Role.SUPERVISOR)
    scene.house.team.supervisors.add(eve)
    agent_operations.go_idle(scene.alice, by=scene.alice.user)
    for _ in range(MUTUAL):
        chats = {}
        for agent in (scene.bob, eve):
            cast.goes_available(agent)
            chats[agent] = cast.comes_in(scene.house.entry_point).chat
            cast.takes(chats[agent], agent)
            agent_operations.go_idle(agent, by=agent.user)
        hers, his = before_either_commits(
            partial(operations.take_over, chats[eve], by=scene.bob),
            partial(operations.take_over, chats[scene.bob], by=eve),
        )
        assert (hers.agent, his.agent) == (scene.bob, eve)
        for chat in chats.values():
            scene.holds(chat)


def test_forced_who_holds_a_chat_keeps_nobody_from_his_desk(scene: Scene) -> None:
    chat = lost(scene)
    with held(chat):
        returns(scene.alice)()
        assert fresh(scene.alice).state == "idle"
        assert waiting_for_locks() == 0
    assert Seat.objects.live().get(chat=chat).away_since
    tasks.sweep()
    assert Seat.objects.live().get(chat=chat).away_since is None
    assert "connection_back" in cast.kinds(chat)
    scene.holds(chat)


def test_forced_two_chats_are_transferred_to_the_last_place(scene: Scene, house: cast.House) -> None:
    chats = [scene.chat() for _ in range(3)]
    for _ in range(2):
        cast.takes(cast.comes_in(house.entry_point).chat, scene.ben)
    asks = [partial(operations.transfer, chat, by=scene.alice, agent=scene.ben) for chat in chats]
    results = in_this_order(fresh(scene.ben), *asks)
    assert sorted(str(code(result)) for result in results) == ["None", "capacity", "capacity"]
    assert Offer.objects.live().for_agent(scene.ben).count() + scene.ben.seats.held().count() == 3

"""Passes over queues with all their settings, and many of them at once."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from django.db import connection, transaction

from agents.models import Agent, AgentSkill, MultimediaProfile, Skill, Team
from chats import operations, tasks
from chats.models import Chat, Offer
from chats.snapshots import place
from lib.clock import database_now
from lib.errors import Refused
from routing.models import Decision, Queue, SkillRequirement
from routing.selection import Waiting, choose, order
from tests import cast
from tests.cast import comes_in, fresh, goes_available, hire, live_offer, takes

passes = import_module("chats.operations.distribute")  # the package has a function of this name


def offered_to(chat: Chat) -> Agent | None:
    offer = Offer.objects.live().filter(chat=chat).select_related("agent").first()
    return offer.agent if offer else None


def settings(queue: Queue, **changes: Any) -> None:
    Queue.objects.filter(pk=queue.pk).update(**changes)


def set_available(*agents: Agent) -> None:
    """Free, one after the other, without a pass."""
    for agent in agents:
        row = cast.sits_down(agent)
        Agent.objects.filter(pk=agent.pk).update(state="available", free_since=row.since)


@pytest.fixture
def others(house: cast.House) -> list[Agent]:
    return [hire(name, house.team) for name in ("First", "Second", "Third")]


def test_circular_goes_on_where_the_last_pass_stopped(house: cast.House, others: list[Agent]) -> None:
    settings(house.queue, mode="circular")
    set_available(*reversed(others))
    assert [offered_to(comes_in(house.entry_point).chat) for _ in range(4)] == [*others, others[0]]


def test_least_busy_gets_it(house: cast.House, others: list[Agent]) -> None:
    settings(house.queue, mode="least_busy")
    others[0].profile = MultimediaProfile.objects.create(name="Ten", chat=10)
    others[0].save()
    set_available(*others)
    got = Counter(offered_to(comes_in(house.entry_point).chat) for _ in range(8))
    assert got == {others[0]: 4, others[1]: 2, others[2]: 2}


def test_best_available_by_level(house: cast.House, others: list[Agent]) -> None:
    settings(house.queue, mode="best_available")
    billing = Skill.objects.create(name="Billing")
    SkillRequirement.objects.create(queue=house.queue, skill=billing, level=3)
    for agent, level in zip(others, (4, 9, 2), strict=True):
        AgentSkill.objects.create(agent=agent, skill=billing, level=level)
    set_available(*others)
    chat = comes_in(house.entry_point).chat
    assert offered_to(chat) == others[1]
    row = Decision.objects.get(contact=chat.pk)
    assert row.removed == {str(others[2].pk): "lacks_skill"}
    assert choose(row.whole()).agent == others[1].pk


def test_skills_relax_with_the_sweep(house: cast.House, alice_available: Agent) -> None:
    billing = Skill.objects.create(name="Billing")
    SkillRequirement.objects.create(queue=house.queue, skill=billing, level=5)
    SkillRequirement.objects.create(queue=house.queue, skill=billing, level=0, after=60)
    chat = comes_in(house.entry_point).chat
    assert offered_to(chat) is None
    cast.has_waited(chat, 61)
    tasks.sweep()
    assert offered_to(chat) == alice_available


def test_the_customers_language_first(house: cast.House, others: list[Agent]) -> None:
    settings(house.queue, language_seconds=30)
    AgentSkill.objects.create(agent=others[2], skill=Skill.objects.create(name="Deutsch", language="de"), level=1)
    set_available(*others)
    assert offered_to(comes_in(house.entry_point, language="de").chat) == others[2]
    assert offered_to(comes_in(house.entry_point, language="en").chat) == others[0]
    Agent.objects.filter(pk=others[2].pk).update(state="idle")
    chat = comes_in(house.entry_point, language="de").chat
    assert offered_to(chat) is None
    cast.has_waited(chat, 31)
    operations.distribute()
    assert offered_to(chat) == others[1]


def test_the_agent_who_knows_the_customer_comes_first(house: cast.House, others: list[Agent]) -> None:
    settings(house.queue, preferred_seconds=60)
    set_available(others[1])
    first = comes_in(house.entry_point).chat
    seat = takes(first, others[1])
    cast.customer_leaves(first)
    operations.release(fresh(seat), by=cast.of_agent(others[1]))
    set_available(others[0])
    again = comes_in(house.entry_point).chat
    Chat.objects.filter(pk=again.pk).update(customer=first.customer_id, state="bot", enqueued_at=None)
    Offer.objects.filter(chat=again).update(outcome="withdrawn", ended_at=database_now())
    Agent.objects.filter(pk=others[1].pk).update(free_since=database_now())
    with transaction.atomic():
        operations.hand_over(Chat.objects.locked(again.pk), by=cast.customer_of(fresh(again)))
    assert offered_to(again) == others[1]
    row = Decision.objects.filter(contact=again.pk).latest("pk")
    assert (row.rule, row.removed) == ("preferred", {str(others[0].pk): "preferred_first"})


def test_urgent_queues_come_first_and_waiting_makes_urgent(house: cast.House, alice: Agent) -> None:
    house.profile.chat = 1
    house.profile.save()
    settings(house.queue, priority=5, ageing=60)
    urgent = cast.new_queue("Urgent", house.team, priority=3)
    old = comes_in(house.entry_point).chat
    house.entry_point.queue = urgent
    house.entry_point.save()
    young = comes_in(house.entry_point).chat
    cast.has_waited(old, 119)
    goes_available(alice)
    assert (offered_to(old), offered_to(young)) == (None, alice)
    operations.withdraw(live_offer(young).pk, why="test")
    Agent.objects.filter(pk=alice.pk).update(state="idle")
    operations.withdraw(live_offer(young).pk, why="test") if offered_to(young) else None
    cast.has_waited(old, 150)
    Agent.objects.filter(pk=alice.pk).update(state="available")
    operations.distribute()
    assert (offered_to(old), offered_to(young)) == (alice, None)


def test_the_database_ranks_as_the_policy_does(house: cast.House) -> None:
    slow = cast.new_queue("Slow", priority=9, ageing=45)
    rows = []
    for number in range(24):
        chat = comes_in(house.entry_point).chat
        cast.has_waited(chat, number * 37 % 500)
        Chat.objects.filter(pk=chat.pk).update(priority=1 + number % 10, queue=slow if number % 2 else house.queue)
        rows.append(fresh(chat))
    now = database_now()
    line = [Waiting(str(c.pk), c.priority, c.enqueued_at.timestamp(), fresh(c.queue).ageing) for c in rows]
    ranked = Chat.objects.waiting().ranked(now).order_by("rank", "enqueued_at", "pk")
    assert [str(chat.pk) for chat in ranked] == [each.contact for each in order(line, now.timestamp())]


def test_a_roster_is_shared_by_the_decisions_of_a_batch(house: cast.House, others: list[Agent]) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(5)]
    set_available(*others)
    Decision.objects.all().delete()
    assert operations.distribute() == 5
    assert len({row.roster_id for row in Decision.objects.all()}) == 1
    for chat in chats:
        row = Decision.objects.get(contact=chat.pk)
        assert choose(row.whole()).agent == row.chosen_id == offered_to(chat).pk  # type: ignore[union-attr]
        assert {each.agent for each in row.whole().candidates} == {agent.pk for agent in others}


def test_more_than_a_batch_is_offered(house: cast.House, others: list[Agent], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passes, "BATCH", 2)
    chats = [comes_in(house.entry_point).chat for _ in range(7)]
    set_available(*others)
    assert operations.distribute() == 7
    assert [offered_to(chat) for chat in chats] == [*others, *others, others[0]]


def test_nobody_is_noted_once_for_each_chat_in_a_long_line(
    house: cast.House, alice: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 2)
    chats = [comes_in(house.entry_point).chat for _ in range(5)]
    for _ in range(3):
        operations.distribute()
    assert Counter(Decision.objects.values_list("contact", flat=True)) == {chat.pk: 1 for chat in chats}


def held_elsewhere(take: Callable[[], object], act: Callable[[], object]) -> None:
    """While another connection holds what `take` locks, `act` is done."""
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                take()
                held.set()
                assert done.wait(30)
        finally:
            connection.close()

    holder = threading.Thread(target=hold)
    holder.start()
    assert held.wait(30)
    try:
        act()
    finally:
        done.set()
        holder.join()


def test_a_chat_that_somebody_holds_does_not_keep_the_others(house: cast.House, alice: Agent) -> None:
    first, second = comes_in(house.entry_point).chat, comes_in(house.entry_point).chat
    set_available(alice)
    held_elsewhere(lambda: Chat.objects.locked(first.pk), operations.distribute)
    assert (offered_to(first), offered_to(second)) == (None, alice)
    operations.distribute()
    assert offered_to(first) == alice


def test_an_agent_whom_somebody_holds_does_not_keep_the_others(house: cast.House, others: list[Agent]) -> None:
    chat = comes_in(house.entry_point).chat
    set_available(*others)
    held_elsewhere(lambda: Agent.objects.locked(others[0].pk), operations.distribute)
    assert offered_to(chat) == others[1]


def test_a_pass_that_hangs_stops_its_own_circle_only_and_not_for_ever(
    house: cast.House, alice: Agent, mallory: Agent, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "TURN", "50ms")
    chat = comes_in(house.entry_point).chat
    house.entry_point.queue = Queue.objects.get(name="Elsewhere")
    house.entry_point.save()
    elsewhere = comes_in(house.entry_point).chat
    set_available(alice, mallory)

    def turn() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [passes.PASS_LOCK + house.queue.pk])

    held_elsewhere(turn, operations.distribute)
    assert (offered_to(chat), offered_to(elsewhere)) == (None, mallory)
    operations.distribute()
    assert offered_to(chat) == alice


def test_what_moved_between_look_and_lock_is_looked_at_again(
    house: cast.House, others: list[Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    chat = comes_in(house.entry_point).chat
    set_available(*others)
    lock = passes._Batch._lock
    moves = [lambda: Agent.objects.filter(pk=others[0].pk).update(state="idle")]

    def late(batch: Any) -> None:
        if moves:
            thread = threading.Thread(target=lambda: (moves.pop()(), connection.close()))
            thread.start()
            thread.join()
        lock(batch)

    monkeypatch.setattr(passes._Batch, "_lock", late)
    assert operations.distribute() == 1
    assert offered_to(chat) == others[1]
    assert Decision.objects.latest("pk").removed == {str(others[0].pk): "not_available"}


def test_many_passes_at_once_offer_each_chat_once_and_nobody_too_much(house: cast.House) -> None:
    teams = [house.team, Team.objects.create(name="Second"), Team.objects.create(name="Third")]
    queues = [house.queue, cast.new_queue("Both", *teams[:2]), cast.new_queue("Alone", teams[2])]
    agents = [hire(f"Agent {number}", teams[number % 3]) for number in range(9)]
    chats = []
    for number in range(40):
        house.entry_point.queue = queues[number % 3]
        house.entry_point.save()
        chats.append(comes_in(house.entry_point).chat)
    set_available(*agents)
    start = threading.Barrier(6)
    made: list[int] = []

    def run() -> None:
        try:
            start.wait()
            made.append(operations.distribute())
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(made) == Offer.objects.live().count() == 9 * 3
    assert max(Counter(Offer.objects.values_list("agent_id", flat=True)).values()) == 3
    for row in Decision.objects.exclude(chosen=None):
        assert choose(row.whole()).agent == row.chosen_id


# Overflow and the longest wait


def has_waited_longest(chat: Chat) -> None:
    moment = database_now() - timedelta(seconds=fresh(chat).queue.max_wait)
    Chat.objects.filter(pk=chat.pk).update(in_queue_since=moment)


def test_after_the_longest_wait_the_chat_is_in_the_overflow_queue_with_its_age(
    house: cast.House, carol_chat: Chat
) -> None:
    after = cast.new_queue("After", house.team, priority=2)
    settings(house.queue, max_wait=60, overflow=after)
    tasks.sweep()
    assert fresh(carol_chat).queue == house.queue
    has_waited_longest(carol_chat)
    before = fresh(carol_chat).enqueued_at
    assert tasks.sweep()["overflowed"] == 1
    row = fresh(carol_chat)
    assert (row.queue, row.priority, row.enqueued_at, row.state) == (after, 2, before, "queued")
    line = cast.lines(carol_chat)[-1]
    assert (line.kind, line.data["why"], line.data["queue"]["name"]) == ("queued", "overflow", "After")
    assert cast.verbs(carol_chat)[-1] == "overflow"
    assert tasks.sweep()["overflowed"] == 0


def test_without_an_overflow_queue_the_chat_ends_with_the_configured_message(
    house: cast.House, carol_chat: Chat
) -> None:
    settings(house.queue, max_wait=60, max_wait_message="Please write to us.")
    has_waited_longest(carol_chat)
    assert tasks.sweep()["overflowed"] == 1
    assert fresh(carol_chat).state == "ended"
    words, end = cast.lines(carol_chat)[-2:]
    assert (words.text, words.sender_kind) == ("Please write to us.", "bot")
    assert (end.kind, end.data) == ("ended", {"by": "system", "why": "max_wait"})
    assert "left" not in cast.kinds(carol_chat)
    assert cast.verbs(carol_chat)[-1] == "turn_away"


def test_a_full_or_closed_overflow_queue_takes_nobody(house: cast.House, carol_chat: Chat) -> None:
    after = cast.new_queue("After", house.team, is_active=False)
    settings(house.queue, max_wait=60, overflow=after)
    has_waited_longest(carol_chat)
    tasks.sweep()
    assert fresh(carol_chat).state == "ended"


def test_where_queues_overflow_into_each_other_a_chat_waits_in_each_once(house: cast.House, carol_chat: Chat) -> None:
    after = cast.new_queue("After", house.team, max_wait=60, overflow=house.queue, max_wait_message="Nobody was free.")
    settings(house.queue, max_wait=60, overflow=after)
    for name, state in (("After", "queued"), ("After", "ended")):
        has_waited_longest(carol_chat)
        assert tasks.sweep()["overflowed"] == 1
        assert tasks.sweep()["overflowed"] == 0
        assert (fresh(carol_chat).queue.name, fresh(carol_chat).state) == (name, state)
    assert cast.lines(carol_chat)[-2].text == "Nobody was free."


def test_an_offer_that_runs_is_left_alone(house: cast.House, alice_available: Agent) -> None:
    settings(house.queue, max_wait=60)
    chat = comes_in(house.entry_point).chat
    has_waited_longest(chat)
    assert tasks.sweep()["overflowed"] == 0
    assert offered_to(chat) == alice_available


def test_a_full_queue_lets_in_to_its_overflow(house: cast.House, carol_chat: Chat) -> None:
    after = cast.new_queue("After", house.team, max_waiting=1)
    settings(house.queue, max_waiting=1, overflow=after, full_message="Later.")
    second = comes_in(house.entry_point).chat
    assert second.queue == after
    assert cast.lines(second)[0].data["why"] == "overflow"
    with pytest.raises(Refused) as refused:
        comes_in(house.entry_point)
    assert (refused.value.code, refused.value.message) == ("full", "Later.")


def test_the_place_in_line_follows_the_priorities(house: cast.House) -> None:
    chats = [comes_in(house.entry_point).chat for _ in range(3)]
    Chat.objects.filter(pk=chats[2].pk).update(priority=1)
    assert [place(Chat.objects.viewed(chat.pk))[0] for chat in chats] == [2, 3, 1]
    settings(house.queue, ageing=10)
    cast.has_waited(chats[1], 45)
    assert [place(Chat.objects.viewed(chat.pk))[0] for chat in chats] == [3, 1, 2]

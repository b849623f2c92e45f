"""A day played: the same policy, without a clock."""

from math import inf
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.scenario import ScenarioError, changed
from routing.selection import ORDERS, Group, Need, Step
from routing.whatif import Arrival, Day, QueueRules, Worker, figures, simulate

DAY_LONG = ((0.0, 10_000.0),)
TEAMS = {"Service": 1, "Help": 2}


def rules(**changes: Any) -> QueueRules:
    base = QueueRules(queue=1, name="Service", groups=(Group(0, (1,)),), service_level_seconds=60)
    return msgspec.structs.replace(base, **changes)


def day(
    *arrivals: Arrival, workers: int = 1, capacity: int = 1, queues: tuple[QueueRules, ...] = (), **facts: Any
) -> Day:
    return Day(
        queues={each.queue: each for each in queues or (rules(),)},
        workers=[Worker(key, 1, capacity, DAY_LONG) for key in range(1, workers + 1)],
        arrivals=arrivals,
        **{"answers": (0.0,), **facts},
    )


def came(number: int, at: float, *, handle: float | None = 100.0, **facts: Any) -> Arrival:
    return Arrival(f"c{number}", 1, at, handle, **facts)


def test_one_agent_answers_one_after_the_other() -> None:
    found = simulate(day(came(1, 0.0), came(2, 10.0), came(3, 20.0)))
    assert (found.contacts, found.answered, found.rona) == (3, 3, 0)
    assert found.wait == pytest.approx((0 + 90 + 180) / 3)
    assert found.wait_p95 == 180
    assert found.service_level == pytest.approx(1 / 3)
    assert found.occupancy == pytest.approx(300 / 10_000)


def test_more_agents_wait_less() -> None:
    contacts = [came(number, number * 5.0) for number in range(40)]
    few, many = simulate(day(*contacts, workers=2)), simulate(day(*contacts, workers=8))
    assert many.wait < few.wait
    assert many.service_level > few.service_level
    assert many.occupancy < few.occupancy


def test_an_offer_nobody_answers_is_rona_and_goes_to_the_next() -> None:
    found = simulate(day(came(1, 0.0), workers=2, answers=(inf,), queues=(rules(offer_timeout=30),), rona_seconds=1e9))
    assert (found.answered, found.rona) == (0, 2)


def test_a_shorter_timeout_means_more_rona() -> None:
    contacts = [came(number, number * 200.0) for number in range(30)]
    slow = {"answers": (5.0, 10.0, 20.0, 25.0), "workers": 3}
    patient = simulate(day(*contacts, queues=(rules(offer_timeout=30),), **slow))
    hasty = simulate(day(*contacts, queues=(rules(offer_timeout=15),), **slow))
    assert patient.rona == 0 < hasty.rona


def test_who_has_lost_patience_is_gone() -> None:
    found = simulate(day(came(1, 0.0), came(2, 1.0, patience=50.0), came(3, 2.0, patience=150.0)))
    assert found.answered == 2


def test_a_customer_leaves_while_he_is_offered() -> None:
    found = simulate(day(came(1, 0.0, patience=5.0), came(2, 1.0), answers=(8.0,)))
    assert (found.answered, found.wait) == (1, 12.0)  # the place is free at 5, so the second is answered at 13


def test_groups_widen_in_time() -> None:
    queue = rules(groups=(Group(0, (2,)), Group(45, (1,))))
    assert simulate(day(came(1, 0.0), queues=(queue,))).wait == 45


def test_skills_relax_in_time() -> None:
    queue = rules(needs=(Need(7, (Step(0, 5), Step(30, 0))),))
    assert simulate(day(came(1, 0.0), queues=(queue,))).wait == 30


def test_the_longest_wait_ends_it_or_moves_it_on() -> None:
    long = came(1, 0.0, handle=500.0)
    ends = rules(max_wait=60)
    assert simulate(day(long, came(2, 1.0), queues=(ends,))).answered == 1
    moves = rules(max_wait=60, overflow=2)
    help_ = rules(queue=2, name="Help", groups=(Group(0, (2,)),))
    house = day(long, came(2, 1.0), queues=(moves, help_))
    house = msgspec.structs.replace(house, workers=[*house.workers, Worker(9, 2, 1, DAY_LONG)])
    found = simulate(house)
    assert (found.answered, found.wait_p95) == (2, 60)


def test_where_queues_overflow_into_each_other_a_contact_waits_in_each_once() -> None:
    there, back = rules(max_wait=60, overflow=2), rules(queue=2, name="Help", max_wait=60, overflow=1)
    house = day(came(1, 0.0), queues=(there, back))
    nobody = msgspec.structs.replace(house, workers=[Worker(1, 1, 1, ((9_000.0, 9_001.0),))])
    assert simulate(nobody).answered == 0


def test_messages_come_behind_customers_and_wait_as_long_as_it_takes() -> None:
    messages = [came(number, 0.0, counts=False) for number in (1, 2, 3)]
    found = simulate(day(*messages, came(4, 1.0), queues=(rules(max_wait=150),)))
    assert (found.contacts, found.answered, found.wait) == (1, 1, 99.0)
    assert found.occupancy == pytest.approx(400 / 10_000)


def test_nobody_on_shift_nobody_answered() -> None:
    house = day(came(1, 0.0), came(2, 500.0))
    house = msgspec.structs.replace(house, workers=[Worker(1, 1, 1, ((400.0, 450.0),))])
    assert (simulate(house).answered, simulate(house).wait) == (1, 400.0)


def test_an_empty_day() -> None:
    assert simulate(day()) == figures([], contacts=0, in_time=0, busy=0, places=10_000)


houses = st.builds(
    lambda moments, workers, capacity, mode, answers, patience: day(
        *[
            came(number, float(at), patience=patience if number % 3 == 0 else None, handle=None)
            for number, at in enumerate(moments)
        ],
        workers=workers,
        capacity=capacity,
        queues=(rules(mode=mode, max_wait=400, preferred_seconds=20),),
        answers=tuple(answers),
        handles=(20.0, 200.0),
    ),
    st.lists(st.integers(0, 900), max_size=25),
    st.integers(0, 4),
    st.integers(0, 3),
    st.sampled_from(sorted(ORDERS)),
    st.lists(st.sampled_from([0.0, 4.0, 29.0, 40.0, inf]), min_size=1, max_size=4),
    st.sampled_from([5.0, 100.0]),
)


@settings(max_examples=60, deadline=None)
@given(houses)
def test_any_day_comes_to_an_end_and_plays_the_same_twice(house: Day) -> None:
    found = simulate(house)
    assert found == simulate(house)
    assert 0 <= found.answered <= found.contacts == len(house.arrivals)
    assert 0.0 <= found.service_level <= 1.0
    assert found.wait <= max(found.wait_p95, found.wait)
    if not any(worker.capacity for worker in house.workers):
        assert found.answered == 0


# The file


def test_a_file_changes_what_it_names_and_nothing_else() -> None:
    before = day(workers=2)
    text = """
        [queue."Service"]
        mode = "circular"
        offer_timeout = 12
        groups = [{after = 60, teams = ["Help"]}, {after = 0, teams = ["Service"]}]
        [team."Service"]
        agents = 5
        capacity = 3
    """
    after = changed(before, text, teams=TEAMS)
    expected = rules(mode="circular", offer_timeout=12, groups=(Group(0, (1,)), Group(60, (2,))))
    assert after.queues == {1: expected}
    assert [(each.team, each.capacity) for each in after.workers] == [(1, 3)] * 5
    assert len({each.agent for each in after.workers}) == 5
    assert changed(before, "", teams=TEAMS) == before
    assert len(changed(before, '[team."Service"]\nagents = 1', teams=TEAMS).workers) == 1


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[queue", "not TOML"),
        ("mode = 1", "Unknown setting: mode. Known: queue, team"),
        ("queue = 1", 'under a heading like [queue."Name"]'),
        ('[queue."Nowhere"]', "no queue 'Nowhere'. There are: Service."),
        ('[queue."Service"]\nofer_timeout = 3', "Unknown setting of queue 'Service': ofer_timeout"),
        ('[queue."Service"]\noffer_timeout = "3"', "whole number from 1 to 6000, not '3'"),
        ('[queue."Service"]\noffer_timeout = true', "whole number"),
        ('[queue."Service"]\noffer_timeout = 0', "from 1 to 6000"),
        ('[queue."Service"]\nmode = "dice"', "must be one of best_available"),
        ('[queue."Service"]\noverflow = "Nowhere"', "no queue 'Nowhere'"),
        ('[queue."Service"]\ngroups = 3', "groups of queue 'Service' look like"),
        ('[queue."Service"]\ngroups = [{after = -1}]', "after of a group"),
        ('[queue."Service"]\ngroups = [{teams = "Help"}]', "must be a list of names"),
        ('[queue."Service"]\ngroups = [{teams = ["Nobody"]}]', "no team 'Nobody'. There are: Help, Service."),
        ('[queue."Service"]\ngroups = [{until = 3}]', "Unknown setting of a group"),
        ('[team."Help"]\nagents = 3', "nobody can be doubled"),
        ('[team."Service"]\nagents = 100000', "from 0 to 10000"),
        ('[team."Service"]\nskills = 3', "Unknown setting of team"),
    ],
)
def test_a_bad_file_is_explained(text: str, says: str) -> None:
    with pytest.raises(ScenarioError) as error:
        changed(day(), text, teams=TEAMS)
    assert says in str(error.value)

"""The four modes, skills, the customer's own agent, and who comes first in line."""

from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.selection import (
    ORDERS,
    Ask,
    Candidate,
    Group,
    Lineup,
    Need,
    Rule,
    Snapshot,
    Step,
    Waiting,
    choose,
    lacking,
    open_teams,
    order,
    rank,
)


def agent(key: int, **facts: Any) -> Candidate:
    return Candidate(
        **{"agent": key, "team": 1, "state": "available", "load": 0, "capacity": 3, "free_since": 0.0} | facts
    )


def asked(*candidates: Candidate, mode: str = "longest_available", **facts: Any) -> Snapshot:
    base: dict[str, Any] = {"contact": "c", "queue": 1, "waited": 0.0, "groups": (Group(0, (1,)),)}
    return Snapshot(mode=mode, candidates=candidates, **base | facts)


BILLING = Need(7, (Step(0, 8), Step(60, 5), Step(120, 0)))


def test_best_available_is_the_highest_sum_over_the_skills_asked_for() -> None:
    two = (Need(7, (Step(0, 1),)), Need(8, (Step(0, 1),)))
    snapshot = asked(
        agent(1, skills=((7, 9), (8, 1))), agent(2, skills=((7, 6), (8, 6), (9, 1))), mode="best_available", needs=two
    )
    assert choose(snapshot).agent == 2
    assert choose(snapshot).rule == "best_available"
    assert choose(snapshot).tie == ""


def test_best_available_ties_go_to_the_longest_available_and_say_so() -> None:
    both = {"skills": ((7, 9),)}
    choice = choose(
        asked(
            agent(1, free_since=9.0, **both), agent(2, free_since=5.0, **both), mode="best_available", needs=(BILLING,)
        )
    )
    assert (choice.agent, choice.rule, choice.tie) == (2, "best_available", "longest_available")


def test_a_dropped_skill_still_makes_an_agent_the_better_one() -> None:
    snapshot = asked(
        agent(1), agent(2, skills=((7, 2),), free_since=9.0), mode="best_available", needs=(BILLING,), waited=500.0
    )
    assert choose(snapshot).agent == 2


def test_least_busy_is_the_share_then_the_count() -> None:
    third, half = agent(1, load=1, capacity=3), agent(2, load=1, capacity=2)
    assert choose(asked(third, half, mode="least_busy")).agent == 1
    fewer, more = agent(1, load=2, capacity=4), agent(2, load=1, capacity=2)
    assert choose(asked(fewer, more, mode="least_busy")).agent == 2
    choice = choose(asked(agent(1, free_since=3.0), agent(2, free_since=2.0), mode="least_busy"))
    assert (choice.agent, choice.tie) == (2, "longest_available")


@pytest.mark.parametrize(("last", "chosen"), [(None, 2), (1, 2), (2, 5), (5, 9), (9, 2), (100, 2)])
def test_circular_goes_round(last: int | None, chosen: int) -> None:
    assert choose(asked(agent(5), agent(9), agent(2), mode="circular", last_chosen=last)).agent == chosen


def test_circular_passes_over_who_just_missed_it() -> None:
    assert choose(asked(agent(2), agent(5), agent(9), mode="circular", last_chosen=2, missed_by=5)).agent == 9


@pytest.mark.parametrize(("waited", "fits"), [(0.0, [3]), (59.9, [3]), (60.0, [2, 3]), (120.0, [1, 2, 3])])
def test_skills_relax_with_waiting(waited: float, fits: list[int]) -> None:
    choice = choose(
        asked(agent(1), agent(2, skills=((7, 5),)), agent(3, skills=((7, 8),)), needs=(BILLING,), waited=waited)
    )
    assert [key for key in (1, 2, 3) if str(key) not in choice.removed] == fits
    assert set(choice.removed.values()) <= {Rule.LACKS_SKILL}


def test_the_own_agent_comes_first_while_his_time_runs() -> None:
    facts: dict[str, Any] = {"preferred": 2, "preferred_for": 30.0}
    choice = choose(asked(agent(1), agent(2, free_since=99.0), waited=29.0, **facts))
    assert (choice.agent, choice.rule, choice.removed) == (2, "preferred", {"1": Rule.PREFERRED_FIRST})
    assert choose(asked(agent(1), agent(2, free_since=99.0), waited=30.0, **facts)).agent == 1
    assert choose(asked(agent(1), agent(2, state="idle"), waited=0.0, **facts)).agent == 1
    assert choose(asked(agent(1), agent(2, load=3), waited=0.0, **facts)).agent == 1
    assert choose(asked(agent(1), agent(2), waited=0.0, missed_by=2, **facts)).agent == 1


def test_rules_apply_in_their_order() -> None:
    need = (Need(7, (Step(0, 5),)),)
    fits = {"skills": ((7, 5),)}
    choice = choose(
        asked(
            agent(1, state="idle", team=2, load=3),
            agent(2, team=2, load=3),
            agent(3, load=3),
            agent(4, load=3, **fits),
            agent(5, capacity=0, **fits),
            needs=need,
        )
    )
    assert choice.agent is None
    assert choice.removed == {
        "1": "not_available",
        "2": "not_in_group",
        "3": "lacks_skill",
        "4": "full",
        "5": "no_capacity",
    }


def test_stage_grows_with_every_waiting_time_that_comes() -> None:
    ask = asked(groups=(Group(0, (1,)), Group(90, (2,))), needs=(BILLING,), preferred=1, preferred_for=30.0)
    stages = [msgspec.structs.replace(ask, waited=waited).stage for waited in (0.0, 30.0, 60.0, 90.0, 120.0)]
    assert stages == [2, 3, 4, 5, 6]


candidates = st.lists(
    st.builds(
        Candidate,
        agent=st.integers(1, 12),
        team=st.integers(1, 3),
        state=st.sampled_from(["available", "available", "available", "idle", "rona"]),
        load=st.integers(0, 3),
        capacity=st.integers(0, 3),
        free_since=st.integers(0, 5).map(float),
        skills=st.dictionaries(st.integers(1, 3), st.integers(1, 10)).map(lambda own: tuple(sorted(own.items()))),
    ),
    max_size=8,
    unique_by=lambda each: each.agent,
)
steps = st.lists(
    st.builds(Step, st.integers(0, 90).map(float), st.integers(0, 10)), max_size=3, unique_by=lambda s: s.after
)
needs = st.lists(
    st.builds(Need, st.integers(1, 3), steps.map(lambda each: tuple(sorted(each, key=lambda s: s.after)))),
    max_size=2,
    unique_by=lambda need: need.skill,
).map(tuple)
asks = st.builds(
    Ask,
    contact=st.just("c"),
    queue=st.just(1),
    mode=st.sampled_from(sorted(ORDERS)),
    waited=st.integers(0, 100).map(float),
    groups=st.lists(
        st.builds(Group, st.integers(0, 90).map(float), st.lists(st.integers(1, 3), max_size=3).map(tuple)), max_size=3
    ).map(tuple),
    needs=needs,
    missed_by=st.none() | st.integers(1, 12),
    preferred=st.none() | st.integers(1, 12),
    preferred_for=st.sampled_from([0.0, 50.0]),
    last_chosen=st.none() | st.integers(1, 12),
)


def whole(ask: Ask, everybody: list[Candidate]) -> Snapshot:
    return Snapshot(**msgspec.structs.asdict(ask), candidates=tuple(everybody))


def by_hand(ask: Ask, everybody: list[Candidate]) -> int | None:
    """The rules once more, as plainly as they can be written."""
    teams = open_teams(ask.groups, ask.waited)
    levels = tuple((need.skill, need.level(ask.waited)) for need in ask.needs)
    fit = [
        each
        for each in everybody
        if each.state == "available"
        and each.team in teams
        and each.load < each.capacity
        and lacking(each, levels) is None
    ]
    others = [each for each in fit if each.agent != ask.missed_by] or fit
    own = [each for each in fit if each.agent == ask.preferred != ask.missed_by and ask.waited < ask.preferred_for]
    if ask.mode == "circular":
        last = ask.last_chosen if ask.last_chosen is not None else 0
        ranked = sorted(others, key=lambda each: (each.agent <= last, each.agent))
    else:
        ranked = sorted(others, key=lambda each: ORDERS[ask.mode](each, levels))
    return next((each.agent for each in [*own, *ranked]), None)


@given(asks, candidates)
def test_the_choice_is_the_best_of_those_whom_no_rule_left_out(ask: Ask, everybody: list[Candidate]) -> None:
    choice = choose(whole(ask, everybody))
    assert choice.agent == by_hand(ask, everybody)
    assert str(choice.agent) not in choice.removed
    assert set(choice.removed) <= {str(each.agent) for each in everybody}
    assert (choice.agent is None) == (len(choice.removed) == len(everybody))
    assert choose(whole(ask, everybody[::-1])) == choice


@given(st.lists(asks, min_size=1, max_size=12), candidates)
def test_a_pass_chooses_as_if_every_contact_came_alone(line: list[Ask], everybody: list[Candidate]) -> None:
    lineup = Lineup(everybody)
    for moment, ask in enumerate(line, start=10):
        alone = choose(whole(ask, lineup.now()))
        pick = lineup.pick(ask)
        assert (pick.agent, pick.rule, pick.tie) == (alone.agent, alone.rule, alone.tie)
        assert {**pick.before, **pick.since} == alone.removed
        if pick.agent is not None:
            lineup.took(pick.agent, float(moment))
    assert all(each.load <= each.capacity for each in lineup.changed.values())


@given(asks, candidates)
def test_a_recorded_snapshot_reads_back_the_same(ask: Ask, everybody: list[Candidate]) -> None:
    snapshot = whole(ask, everybody)
    assert msgspec.json.decode(msgspec.json.encode(snapshot), type=Snapshot) == snapshot


def test_priority_first_then_the_older() -> None:
    line = [Waiting("young", 5, 90.0), Waiting("old", 5, 10.0), Waiting("urgent", 1, 95.0)]
    assert [each.contact for each in order(line, 100.0)] == ["urgent", "old", "young"]


def test_waiting_makes_a_contact_more_urgent() -> None:
    aged, urgent = Waiting("aged", 5, 0.0, ageing=60), Waiting("urgent", 3, 100.0, ageing=60)
    assert [rank(aged, now) for now in (0.0, 59.9, 60.0, 120.0, 240.0, 9999.0)] == [5, 5, 4, 3, 1, 1]
    assert [each.contact for each in order([urgent, aged], 119.0)] == ["urgent", "aged"]
    assert [each.contact for each in order([urgent, aged], 120.0)] == ["aged", "urgent"]


lines = st.lists(
    st.builds(
        Waiting, st.uuids().map(str), st.integers(1, 10), st.integers(0, 500).map(float), st.sampled_from([0, 30, 60])
    ),
    max_size=8,
    unique_by=lambda each: each.contact,
)


@given(lines, st.integers(500, 900).map(float))
def test_of_equal_priority_nobody_overtakes_an_older_one(line: list[Waiting], now: float) -> None:
    result = order(line, now)
    assert sorted(result) == sorted(line)
    for first, second in pairwise(result):
        assert rank(first, now) < rank(second, now) or first.since <= second.since
        assert rank(first, now) <= rank(second, now)

"""The choice of an agent: a pure function of what the pass saw."""

from hypothesis import given
from hypothesis import strategies as st

from routing.selection import Candidate, Group, Rule, Snapshot, choose

TEAM, OTHER = 1, 2


def candidate(agent: int, **changes: object) -> Candidate:
    values: dict[str, object] = {"team": TEAM, "state": "available", "load": 0, "capacity": 3, "free_since": 100.0}
    return Candidate(agent=agent, **{**values, **changes})  # type: ignore[arg-type]


def seen(*candidates: Candidate, **changes: object) -> Snapshot:
    values: dict[str, object] = {
        "contact": "c",
        "queue": 1,
        "mode": "longest_available",
        "waited": 0.0,
        "groups": (Group(0, (TEAM,)),),
    }
    return Snapshot(candidates=candidates, **{**values, **changes})  # type: ignore[arg-type]


def test_the_longest_available_is_chosen() -> None:
    choice = choose(seen(candidate(1, free_since=30.0), candidate(2, free_since=10.0), candidate(3, free_since=20.0)))
    assert (choice.agent, choice.rule) == (2, "longest_available")


def test_of_equals_the_choice_does_not_depend_on_the_order_they_are_named_in() -> None:
    one, two = candidate(1), candidate(2)
    assert choose(seen(one, two)).agent == choose(seen(two, one)).agent == 1


def test_each_who_is_left_out_has_the_rule_that_left_him_out() -> None:
    choice = choose(
        seen(
            candidate(1, team=OTHER),
            candidate(2, state="idle"),
            candidate(3, capacity=0),
            candidate(4, load=3),
            candidate(5),
        )
    )
    assert choice.agent == 5
    assert choice.rule == "only_one"
    assert choice.removed == {
        "1": Rule.NOT_IN_GROUP,
        "2": Rule.NOT_AVAILABLE,
        "3": Rule.NO_CAPACITY,
        "4": Rule.FULL,
    }


def test_groups_widen_after_their_waiting_time() -> None:
    groups = (Group(0, (TEAM,)), Group(60, (OTHER,)))
    helper = candidate(7, team=OTHER)
    assert choose(seen(helper, groups=groups, waited=59.9)).agent is None
    assert choose(seen(helper, groups=groups, waited=60.0)).agent == 7


def test_later_groups_add_to_the_earlier_ones() -> None:
    groups = (Group(0, (TEAM,)), Group(60, (OTHER,)))
    both = (candidate(1, free_since=5.0), candidate(7, team=OTHER, free_since=10.0))
    assert choose(seen(*both, groups=groups, waited=61.0)).agent == 1


def test_who_just_missed_is_passed_over_while_another_fits() -> None:
    both = (candidate(1, free_since=1.0), candidate(2, free_since=50.0))
    choice = choose(seen(*both, missed_by=1))
    assert choice.agent == 2
    assert choice.removed == {"1": Rule.JUST_MISSED}


def test_who_just_missed_is_asked_again_when_nobody_else_fits() -> None:
    assert choose(seen(candidate(1), candidate(2, load=3), missed_by=1)).agent == 1


def test_nobody_is_an_answer() -> None:
    choice = choose(seen())
    assert (choice.agent, choice.rule, choice.removed) == (None, "nobody", {})


candidates = st.lists(
    st.builds(
        Candidate,
        agent=st.integers(1, 40),
        team=st.integers(1, 4),
        state=st.sampled_from(["available", "idle", "rona", "offline"]),
        load=st.integers(0, 6),
        capacity=st.integers(0, 5),
        free_since=st.floats(0, 1e9),
    ),
    unique_by=lambda each: each.agent,
    max_size=12,
).map(tuple)
snapshots = st.builds(
    Snapshot,
    contact=st.just("c"),
    queue=st.just(1),
    mode=st.just("longest_available"),
    waited=st.floats(0, 1000),
    groups=st.lists(
        st.builds(Group, after=st.floats(0, 1000), teams=st.lists(st.integers(1, 4), max_size=3).map(tuple)),
        max_size=3,
    ).map(tuple),
    candidates=candidates,
    missed_by=st.none() | st.integers(1, 40),
)


@given(snapshots)
def test_the_same_snapshot_always_gives_the_same_choice(snapshot: Snapshot) -> None:
    assert choose(snapshot) == choose(snapshot)


@given(snapshots)
def test_the_chosen_one_fits_by_every_rule(snapshot: Snapshot) -> None:
    choice = choose(snapshot)
    if choice.agent is None:
        return
    chosen = next(each for each in snapshot.candidates if each.agent == choice.agent)
    open_now = {team for group in snapshot.groups if group.after <= snapshot.waited for team in group.teams}
    assert str(choice.agent) not in choice.removed
    assert chosen.state == "available"
    assert chosen.load < chosen.capacity
    assert chosen.team in open_now


@given(snapshots)
def test_nobody_is_chosen_only_when_everybody_is_left_out_by_a_rule(snapshot: Snapshot) -> None:
    choice = choose(snapshot)
    if choice.agent is None:
        assert set(choice.removed) == {str(each.agent) for each in snapshot.candidates}


@given(snapshots)
def test_who_just_missed_is_chosen_only_if_nobody_else_fits(snapshot: Snapshot) -> None:
    choice = choose(snapshot)
    if choice.agent is not None and choice.agent == snapshot.missed_by:
        others = tuple(each for each in snapshot.candidates if each.agent != snapshot.missed_by)
        assert choose(seen(*others, groups=snapshot.groups, waited=snapshot.waited)).agent is None


@given(snapshots)
def test_of_those_who_fit_nobody_was_free_for_longer(snapshot: Snapshot) -> None:
    choice = choose(snapshot)
    if choice.agent is None:
        return
    since = {each.agent: each.free_since for each in snapshot.candidates}
    fitting = [agent for agent in since if str(agent) not in choice.removed]
    assert since[choice.agent] == min(since[agent] for agent in fitting)

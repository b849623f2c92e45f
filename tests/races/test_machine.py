"""Anything in any order: whatever happens in the house, what must hold holds after each step."""

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis.stateful import run_state_machine_as_test
from pytest_django import DjangoDbBlocker

from tests import clock
from tests.faults.house import PROOF, SEED, size
from tests.live import empty_database
from tests.races.machine import STARTS, Centre

STEPS = size(25, 50)
RUNS = size(4, 50)
PARTS = size(1, 10)

# What all parts of this size together have seen for certain; a machine in which nothing happens would prove nothing.
HAPPENS = {"open", "offer"}
if PROOF:
    HAPPENS |= {
        "hand_over",
        "accept",
        "leave",
        "requeue",
        "lapse",
        "withdraw",
        "overflow",
        "turn_away",
        "end",
        "abandon",
        "lose",
        "agent miss",
        "agent go_idle",
    }


@pytest.mark.parametrize("part", range(PARTS))
def test_whatever_happens_everything_holds(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, part: int
) -> None:
    print(f"SEED={SEED}")  # noqa: T201 - pytest shows it when a test fails
    how = settings(
        max_examples=RUNS,
        stateful_step_count=STEPS,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    with django_db_blocker.unblock(), clock.running(STARTS) as Centre.clock:
        run_state_machine_as_test(seed(SEED * 10 + part)(Centre), settings=how)
        empty_database()
    idle = {verb for verb in HAPPENS if not Centre.seen[verb]} if part == PARTS - 1 else set()
    assert not idle, f"never happened: {idle}"

"""The house that tests may hurt, once for all of them, and its luck."""

import random
from collections.abc import Iterator

import pytest

from tests.browser.people import everybody_home
from tests.faults.house import SEED, FaultHouse, standing


@pytest.fixture(scope="session")
def fault_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FaultHouse]:
    """Servers, processes and a proxy that nobody else uses."""
    with standing(tmp_path_factory.mktemp("faults")) as house:
        yield house


@pytest.fixture
def house(fault_house: FaultHouse) -> FaultHouse:
    """The house, whole: whatever an earlier test has hurt is mended."""
    assert fault_house.proxy is not None
    fault_house.proxy.release()
    fault_house.proxy.dawdle(0)
    for name in fault_house.dead():
        del fault_house.processes[name]
    for name, start in (
        ("web", fault_house.start_web),
        ("worker", fault_house.start_worker),
        ("beat", fault_house.start_beat),
    ):
        if name not in fault_house.processes:
            start()
    fault_house.execute("UPDATE wrapup_wrapup SET due_at = now() WHERE done_at IS NULL")
    everybody_home(fault_house)
    return fault_house


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Luck that can be had again: SEED=… repeats it."""
    print(f"SEED={SEED}")  # noqa: T201 - pytest shows it when a test fails
    return random.Random(f"{SEED} {request.node.name}")

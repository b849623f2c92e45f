"""The range of minutes that somebody will wait."""

from itertools import accumulate

from hypothesis import given
from hypothesis import strategies as st

from routing.wait import FEWEST_SAMPLES, estimate


def test_too_little_is_known_below_five_gaps() -> None:
    moments = [60.0 * number for number in range(FEWEST_SAMPLES)]
    assert estimate(1, moments) is None
    assert estimate(1, [*moments, 60.0 * FEWEST_SAMPLES]) == (1, 1, FEWEST_SAMPLES)


def test_the_wait_grows_with_the_place() -> None:
    moments = [120.0 * number for number in range(10)]
    first, fifth = estimate(1, moments), estimate(5, moments)
    assert first is not None and fifth is not None
    assert (first.low, first.high) == (2, 2)
    assert (fifth.low, fifth.high) == (10, 10)


def test_an_uneven_queue_gives_a_range() -> None:
    gaps = [60.0, 60.0, 60.0, 300.0, 300.0, 300.0, 300.0, 60.0]
    wait = estimate(2, list(accumulate(gaps, initial=0.0)))
    assert wait is not None
    assert (wait.low, wait.high) == (2, 10)


def test_the_least_that_is_promised_is_a_minute() -> None:
    assert estimate(1, [float(number) for number in range(20)]) == (1, 1, 19)


@given(st.integers(1, 500), st.lists(st.floats(0, 86_400), max_size=60))
def test_the_range_is_never_upside_down_and_in_whole_minutes(position: int, gaps: list[float]) -> None:
    wait = estimate(position, list(accumulate(gaps, initial=1e9)))
    assert wait is None or 1 <= wait.low <= wait.high
    assert (wait is None) == (len(gaps) < FEWEST_SAMPLES)

"""Token buckets."""

import pytest

from lib import rates
from lib.rates import Bucket, Buckets


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(rates, "time", clock)
    return clock


def test_the_burst_is_there_at_once_and_no_more(clock: Clock) -> None:
    bucket = Bucket(2, 10)
    assert [bucket.take() for _ in range(12)] == [True] * 10 + [False] * 2


def test_tokens_come_back_with_the_rate(clock: Clock) -> None:
    bucket = Bucket(2, 10)
    assert all(bucket.take() for _ in range(10))
    clock.now += 0.49
    assert not bucket.take()
    clock.now += 0.02
    assert bucket.take()
    assert not bucket.take()


def test_waiting_for_long_gives_no_more_than_the_burst(clock: Clock) -> None:
    bucket = Bucket(2, 3)
    clock.now += 86_400
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]


def test_each_principal_has_a_bucket_of_his_own(clock: Clock) -> None:
    buckets = Buckets(1, 1)
    assert buckets.take("alice")
    assert not buckets.take("alice")
    assert buckets.take("carol")


def test_who_was_unheard_longest_is_forgotten_first(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "MOST_KEPT", 2)
    buckets = Buckets(1, 1)
    for principal in ("one", "two", "one", "three"):
        buckets.take(principal)
    assert not buckets.take("one")  # still known, so still empty
    assert buckets.take("two")  # forgotten, so full

"""The range of minutes that somebody will wait: true in a simulated queue, and silent where nothing is known."""

import random
from collections import deque
from heapq import heappop, heappush
from math import inf
from statistics import fmean, median
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.selection import Candidate, Need, Step
from routing.wait import FEWEST_SAMPLES, MOST_SAMPLES, WINDOW, Answer, Pace, Wait, estimate, in_rotation, learn

HOUR = 3600.0
HANDLE = 240.0  # seconds
SEEDS = 6


class Told(NamedTuple):
    """What a customer was told when he came, and how many seconds he really waited."""

    wait: Wait | None
    really: float
    position: int
    at: float


class House:
    """A queue in virtual time: whoever comes takes a free place or stands in line; agents leave when they are done."""

    def __init__(self, seed: str, agents: int) -> None:
        self.luck = random.Random(seed)
        self.agents, self.busy = agents, 0
        self.line: deque[tuple[float, Wait | None, int]] = deque()
        self.held: list[float] = []  # when those who are asked answer
        self.done: list[float] = []  # when a place gets free
        self.answers: list[Answer] = []
        self.told: list[Told] = []

    def plays(self, until: float, rate: float, *, start: float = 0.0) -> None:
        """Customers come at the rate (1: as fast as the agents can do), until that moment."""
        at = start
        while at < until:
            at += self.luck.expovariate(rate * self.agents / HANDLE)
            self._runs_to(at)
            self._comes(at)

    def closes(self) -> list[Told]:
        """Nobody comes any more, and everybody has been answered: those who were told something."""
        self._runs_to(inf)
        return [each for each in self.told if each.wait is not None]

    def _runs_to(self, at: float) -> None:
        while self.done and self.done[0] <= at:
            moment = heappop(self.done)
            self.busy -= 1
            self._asks(moment)

    def _comes(self, at: float) -> None:
        asked = sum(moment > at for moment in self.held)
        self.held = [moment for moment in self.held if moment > at]
        free = max(0, self.agents - self.busy) + asked
        position = len(self.line) + asked + 1
        known = [each for each in self.answers[-2 * MOST_SAMPLES :] if each.answered <= at]
        wait = estimate(position, learn(known, now=at, agents=self.agents, free=free))
        self.line.append((at, wait, position))
        self._asks(at)

    def _asks(self, at: float) -> None:
        while self.line and self.busy < self.agents:
            came, wait, position = self.line.popleft()
            answered = at + self.luck.uniform(2, 12)
            self.busy += 1
            self.held.append(answered)
            heappush(self.done, answered + self.luck.expovariate(1 / HANDLE))
            self.answers.append(Answer(came, at, answered, self.agents))
            self.told.append(Told(wait, answered - came, position, came))


def hits(told: list[Told]) -> float:
    """The share of those who waited as long as they were told."""
    return fmean(each.wait is not None and each.wait.low * 60 <= each.really <= each.wait.high * 60 for each in told)


def widths(told: list[Told]) -> float:
    """Of those who had to wait: how wide the range was beside the middle of it, as a rule."""
    waits = [each.wait for each in told if each.wait is not None and each.wait.high > 1]
    return median((each.high - each.low) / ((each.high + each.low) / 2) for each in waits)


@pytest.mark.parametrize(("agents", "rate"), [(3, 0.9), (8, 0.95), (8, 1.1), (20, 1.02)])
def test_most_wait_as_long_as_they_were_told(agents: int, rate: float) -> None:
    told: list[Told] = []
    for seed in range(SEEDS):
        house = House(f"{seed} {agents} {rate}", agents)
        house.plays(4 * HOUR, rate)
        told += house.closes()
    waited = [each for each in told if each.really > 60]
    assert len(waited) > 50 * SEEDS
    assert min(hits(told), hits(waited)) >= 0.7
    assert widths(told) <= 1.5


def test_when_half_of_the_agents_go_the_range_knows_it_at_once() -> None:
    after: list[Told] = []
    for seed in range(SEEDS):
        house = House(f"{seed} half", 12)
        house.plays(3 * HOUR, 1.05)
        house.agents = 6
        house.plays(4 * HOUR, 1.0, start=3 * HOUR + 1)
        after += [each for each in house.closes() if each.at > 3 * HOUR + HANDLE]
    assert len(after) > 50 * SEEDS
    assert hits(after) >= 0.7
    assert widths(after) <= 1.5


def answered(moments: list[float], *, waited: float, agents: int = 4, took: float = 5.0) -> list[Answer]:
    return [Answer(at - waited - took, at - took, at, agents) for at in moments]


def test_in_a_quiet_house_nobody_waits_for_the_next_customer() -> None:
    now = 100 * HOUR
    calm = answered([now - 1500.0 * number for number in range(7, 0, -1)], waited=0.5)
    assert estimate(1, learn(calm, now=now, agents=4, free=3)) == (0, 1, 7)


def test_what_a_quiet_house_knows_says_nothing_of_a_full_one() -> None:
    now = 100 * HOUR
    calm = answered([now - 60.0 * number for number in range(20, 0, -1)], waited=0.5)
    assert estimate(1, learn(calm, now=now, agents=4, free=0)) is None


def test_in_the_morning_yesterday_says_nothing() -> None:
    evening, morning = 18 * HOUR, 32 * HOUR
    yesterday = answered([evening - 60.0 * number for number in range(30, 0, -1)], waited=120)
    assert estimate(1, learn(yesterday, now=evening, agents=4, free=0)) is not None
    assert estimate(1, learn(yesterday, now=morning, agents=4, free=0)) is None
    assert learn(yesterday, now=evening + WINDOW, agents=4, free=0).turns == ()


def test_nobody_there_promises_nothing() -> None:
    pace = Pace(turns=(60.0,) * 20, answers=(5.0,) * 20, agents=0, free=0)
    assert estimate(1, pace) is None
    assert estimate(1, pace._replace(agents=2)) == (0, 1, 20)


def test_twice_the_agents_half_the_wait() -> None:
    pace = Pace(turns=(480.0,) * 20, answers=(0.0,) * 20, agents=2, free=0)
    assert estimate(3, pace) == (12, 12, 20)
    assert estimate(3, pace._replace(agents=4)) == (6, 6, 20)
    assert estimate(3, pace._replace(free=2)) == (4, 4, 20)


def test_too_little_is_known_below_five() -> None:
    few = Pace(turns=(60.0,) * (FEWEST_SAMPLES - 1), answers=(5.0,) * 9, agents=1, free=0)
    assert estimate(1, few) is None
    assert estimate(1, few._replace(turns=(60.0,) * FEWEST_SAMPLES)) is not None
    assert estimate(1, few._replace(free=1)) == (0, 1, 9)


def test_in_rotation_is_who_may_be_asked_sooner_or_later() -> None:
    need = Need(skill=7, steps=(Step(0.0, 8), Step(60.0, 3)))
    able = Candidate(1, 1, "available", 2, 2, 0.0, ((7, 3),))
    others = [
        Candidate(2, 1, "available", 0, 2, 0.0),
        Candidate(3, 1, "available", 0, 0, 0.0, ((7, 9),)),
        Candidate(4, 1, "idle", 0, 2, 0.0, ((7, 9),)),
    ]
    assert in_rotation([able, *others], (need,)) == [able]


moments = st.floats(0, 86_400)


@given(
    st.integers(1, 500),
    st.lists(st.tuples(moments, moments, moments, st.integers(0, 50)), max_size=70),
    st.integers(0, 50),
    st.integers(0, 9),
)
def test_the_range_is_never_upside_down_and_in_whole_minutes(
    position: int, spans: list[tuple[float, float, float, int]], agents: int, free: int
) -> None:
    answers = [Answer(came, came + line, came + line + took, there) for came, line, took, there in spans]
    wait = estimate(position, learn(answers, now=86_400.0, agents=agents, free=free))
    assert wait is None or (0 <= wait.low <= wait.high >= 1 and wait.samples >= FEWEST_SAMPLES and agents)

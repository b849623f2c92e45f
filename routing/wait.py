"""How long somebody will wait: a range, from what customers of the queue waited lately. Plain values only.

Two things make up a wait. Until a place is free, the line moves one by one: each answer of the last hours tells how
long its turn took, and with how many agents in rotation. Then somebody is asked and answers. A turn is measured only
where somebody had to wait for it, from the turn before him or from his own coming, so that a quiet house, in which
everybody is served at once, says nothing about how fast a full one is, nor the other way round. Whose place is n-th
behind the free ones waits n turns; their mean grows with n, their spread with its square root, and both shrink with
the number of agents who are there now.
"""

from collections.abc import Iterable, Sequence
from math import ceil, floor, inf, sqrt
from statistics import fmean, variance
from typing import NamedTuple

from routing.selection import Candidate, Need, lacking

WINDOW = 3 * 3600.0  # seconds: older waits say nothing of now
MOST_SAMPLES = 60
FEWEST_SAMPLES = 5
AT_ONCE = 2.0  # seconds in line below which nobody had to wait for a place
REACH = 1.3  # standard deviations to either side: about eight waits of ten


class Answer(NamedTuple):
    """A customer who was answered: moments in epoch seconds, and how many agents were in rotation when asked."""

    came: float
    asked: float
    answered: float
    agents: int


class Pace(NamedTuple):
    """How fast a queue's line moves. `turns` in agent-seconds, `answers` in seconds from being asked to the answer.

    `agents` are in rotation now, and have `free` places; a place held for somebody who is still in line is free.
    """

    turns: tuple[float, ...]
    answers: tuple[float, ...]
    agents: int
    free: int


class Wait(NamedTuple):
    """A range in whole minutes, and the number of answers it was learnt from."""

    low: int
    high: int
    samples: int


def in_rotation(candidates: Iterable[Candidate], needs: Sequence[Need]) -> list[Candidate]:
    """Who may be given contacts of the queue, at the latest once all its waiting times have come."""
    levels = tuple((need.skill, need.level(inf)) for need in needs)

    def fits(candidate: Candidate) -> bool:
        return candidate.state == "available" and candidate.capacity > 0 and lacking(candidate, levels) is None

    return [each for each in candidates if fits(each)]


def learn(answers: Iterable[Answer], *, now: float, agents: int, free: int) -> Pace:
    """The pace as the last answers within the window tell it."""
    recent = sorted((each for each in answers if each.answered > now - WINDOW), key=lambda each: each.asked)
    turns: list[float] = []
    before = -inf
    for each in recent:
        if each.asked - each.came > AT_ONCE and each.agents:
            turns.append(max(0.0, each.asked - max(each.came, before)) * each.agents)
        before = each.asked
    taken = [max(0.0, each.answered - each.asked) for each in recent]
    return Pace(tuple(turns[-MOST_SAMPLES:]), tuple(taken[-MOST_SAMPLES:]), agents, free)


def estimate(position: int, pace: Pace) -> Wait | None:
    """The wait at that place (1 is next). None when nobody is there to answer, or too little is known."""
    turns = max(0, position - pace.free)
    known = pace.turns if turns else pace.answers
    if not pace.agents or min(len(known), len(pace.answers)) < FEWEST_SAMPLES:
        return None
    mean, spread = fmean(pace.answers), variance(pace.answers)
    if turns:
        unsure = turns + turns * turns / len(pace.turns)  # of the turns themselves, and of their mean
        mean += fmean(pace.turns) * turns / pace.agents
        spread += variance(pace.turns) * unsure / pace.agents**2
    reach = REACH * sqrt(spread)
    return Wait(low=max(0, floor((mean - reach) / 60)), high=max(1, ceil((mean + reach) / 60)), samples=len(known))

"""How long somebody will wait: a range, from how fast the queue moved lately. Plain values only."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil, floor
from typing import NamedTuple

FEWEST_SAMPLES = 5


class Wait(NamedTuple):
    """A range in whole minutes, at least 1, and the number of answers it was learnt from."""

    low: int
    high: int
    samples: int


def estimate(position: int, answered_at: Sequence[float]) -> Wait | None:
    """The wait at that place (1 is next), from the moments (epoch seconds, rising) of the last answers.

    The gaps between answers are how fast places move up; their quartiles give the range.
    None below five gaps: too little is known to promise anything.
    """
    gaps = sorted(after - before for before, after in pairwise(answered_at))
    if len(gaps) < FEWEST_SAMPLES:
        return None
    low = gaps[len(gaps) // 4] * position / 60
    high = gaps[(len(gaps) * 3) // 4] * position / 60
    return Wait(low=max(1, floor(low)), high=max(1, ceil(high)), samples=len(gaps))

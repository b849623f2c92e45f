"""Charts as geometry: values in, marks of an SVG out. Bars side by side, an axis from 0, a text for every mark.

All coordinates are text with a point, whatever the language, so that a template only writes them down.
"""

from collections.abc import Callable, Sequence
from math import ceil, floor, log10
from typing import NamedTuple

WIDTH, HEIGHT = 640.0, 220.0
LEFT, RIGHT, TOP, BOTTOM = 52.0, 8.0, 10.0, 26.0
LINES = 4  # gridlines above 0, about


class Series(NamedTuple):
    """Values under one name, one for each label; None draws nothing. `look` names the style of its bars."""

    name: str
    look: str
    values: Sequence[float | None]


class Bar(NamedTuple):
    """One bar, and what it says."""

    x: str
    y: str
    width: str
    height: str
    look: str
    title: str


class Mark(NamedTuple):
    """A word of an axis, where it stands; of the upright axis also its gridline."""

    x: str
    y: str
    text: str


class Chart(NamedTuple):
    """A chart of bars: size, bars, both axes, and the height of 0."""

    title: str
    width: str
    height: str
    left: str
    right: str
    zero: str
    bars: list[Bar]
    across: list[Mark]
    up: list[Mark]


def bars(title: str, labels: Sequence[str], series: Sequence[Series], words: Callable[[float], str]) -> Chart:
    """The chart of the series side by side; `words` says a value as the reader's language does."""
    highest = max((value for each in series for value in each.values if value is not None), default=0.0)
    step = _step(highest)
    top = max(step, step * ceil(highest / step - 1e-9))
    room, floor_at = WIDTH - LEFT - RIGHT, HEIGHT - BOTTOM
    group = room / max(1, len(labels))
    bar = group * 0.8 / max(1, len(series))

    def y(value: float) -> float:
        return floor_at - (floor_at - TOP) * value / top

    found = [
        Bar(
            x=_at(LEFT + group * (n + 0.1) + bar * place),
            y=_at(y(value)),
            width=_at(max(1.0, bar - 1)),
            height=_at(floor_at - y(value)),
            look=each.look,
            title=f"{labels[n]} · {each.name}: {words(value)}",
        )
        for place, each in enumerate(series)
        for n, value in enumerate(each.values)
        if value is not None
    ]
    every = max(1, ceil(len(labels) / 12))
    across = [
        Mark(_at(LEFT + group * (n + 0.5)), _at(HEIGHT - 8), label) for n, label in enumerate(labels) if n % every == 0
    ]
    up = [Mark(_at(LEFT - 6), _at(y(step * n)), words(step * n)) for n in range(round(top / step) + 1)]
    return Chart(title, _at(WIDTH), _at(HEIGHT), _at(LEFT), _at(WIDTH - RIGHT), _at(floor_at), found, across, up)


def _step(highest: float) -> float:
    """A round distance between gridlines: 1, 2 or 5 times a power of ten."""
    if highest <= 0:
        return 1.0
    rough = highest / LINES
    power = 10.0 ** floor(log10(rough))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough - 1e-12)


def _at(number: float) -> str:
    return f"{number:.1f}"

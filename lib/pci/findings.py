"""What every detector hands back."""

from collections.abc import Sequence
from typing import NamedTuple

MASK = "\u2022"


class Span(NamedTuple):
    """What was found where: code points of the original text, `end` exclusive."""

    detector: str
    start: int
    end: int


class Hit(NamedTuple):
    """A finding and the places (code points) that have to be masked for it."""

    span: Span
    places: Sequence[int]


def whole(detector: str, text: str, start: int, end: int) -> Hit:
    """A hit of which every character but white space is masked."""
    return Hit(Span(detector, start, end), [i for i in range(start, end) if not text[i].isspace()])


def digits_of(detector: str, text: str, start: int, end: int) -> Hit:
    """A hit of which the digits are masked and the words between stay; `text` is in plain digits."""
    return Hit(Span(detector, start, end), [i for i in range(start, end) if "0" <= text[i] <= "9"])

"""Numbers cut apart by signs that nobody sees: whatever hides them, it makes them look other than the rest."""

from collections.abc import Hashable, Iterator, Sequence

LEAST_DIGITS = 12
MOST_LOOKS = 40
"""In one line; a line with more is read as a whole only."""


def digits_in(text: str) -> int:
    """How many digits of any script stand in the text."""
    return sum(map(str.isdigit, text))


def without_a_look(line: Sequence[tuple[Hashable, str]]) -> Iterator[str]:
    """The line without the texts of any one look that holds digits, and nothing but them; `line`: looks and texts."""
    looks = dict.fromkeys(look for look, text in line if digits_in(text))
    if 1 < len(looks) <= MOST_LOOKS and sum(digits_in(text) for _, text in line) >= LEAST_DIGITS:
        for look in looks:
            yield "".join(text for own, text in line if own == look)
            yield "".join(text for own, text in line if own != look)

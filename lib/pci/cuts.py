"""How a number is cut into groups: as cards are printed and written, or as several numbers beside each other are."""

import re
from collections.abc import Sequence

PRINTED_GROUP = 4
PRINTED = frozenset(
    {
        (4, 6, 5),
        (4, 6, 4),
        (4, 5, 6),
        (4, 4, 5),
        (4, 4, 4, 5),
        (4, 4, 4, 6),
        (4, 4, 4, 7),
        (4, 3, 3, 3),
        (6, 13),
        (8, 8),
    }
)
"""Beside fours: American Express, Diners Club, UATP, Maestro, Visa of 13 digits, UnionPay; and halves."""
LONGEST_DICTATED = 3
"""Digits in the groups of a number that is said in small even steps, with anything between: `41, 11, 11 …`."""
TELEPHONE = (3, 3, 4)
"""How North American telephone numbers are cut."""
SHOP_ORDER = (3, 7, 7)
"""How a large shop cuts the numbers of its orders."""
PARTS = re.compile(r"\S\s|\s\S|[()$€£₹¥]")
"""Between two groups: signs that part things, such as `, ` or ` / `, brackets, currencies."""
END_OF_LINE = re.compile(r"\s*\n\s*")
SPACES = re.compile(r"\s+")
PLUS = re.compile(r"[^+]\+$")
"""Before a number that is a telephone's and no further part of the one before."""
AMOUNT_GOES_ON = re.compile(r"[.,][0-9]{1,2}(?![0-9])")
"""Behind a number that is the first part of an amount."""


def is_even(sizes: Sequence[int]) -> bool:
    """True when all groups are of one size, the last possibly shorter."""
    return len(set(sizes[:-1])) <= 1 and sizes[-1] <= sizes[0]


def is_printed(sizes: Sequence[int]) -> bool:
    """True for the cuts in which cards are printed and read out; then nothing between the groups says otherwise."""
    return len(sizes) == 1 or tuple(sizes) in PRINTED or (is_even(sizes) and sizes[0] == PRINTED_GROUP)


def is_dictated(sizes: Sequence[int]) -> bool:
    """True for many short groups of one size."""
    return is_even(sizes) and sizes[0] <= LONGEST_DICTATED


def is_one_number(sizes: Sequence[int], between: Sequence[str]) -> bool:
    """True when groups cut in another way may still be one number's; `between` stand the signs, in their order.

    One number has the same signs everywhere, but for a line that ends inside a group.
    """
    if {*sizes} == {1}:
        return True
    ends = [END_OF_LINE.fullmatch(each) is not None for each in between]
    if any(ends) and not all(ends):
        return not any(size % PRINTED_GROUP for size in _over_lines(sizes, ends)[:-1])
    if len({SPACES.sub(" ", each) for each in between}) > 1 and not all(ends):
        return False
    if _holds(sizes, TELEPHONE) or tuple(sizes) == SHOP_ORDER:
        return False
    return is_dictated(sizes) or not any(PARTS.search(each) for each in between)


def _over_lines(sizes: Sequence[int], ends: Sequence[bool]) -> list[int]:
    """How long the groups are when those that only the end of a line parts are one; `ends` says where one stands."""
    joined = [sizes[0]]
    for size, end in zip(sizes[1:], ends, strict=True):
        if end:
            joined[-1] += size
        else:
            joined.append(size)
    return joined


def _holds(sizes: Sequence[int], part: Sequence[int]) -> bool:
    return any(tuple(sizes[at : at + len(part)]) == part for at in range(len(sizes) - len(part) + 1))

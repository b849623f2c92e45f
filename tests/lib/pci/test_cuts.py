"""Numbers side by side stay readable, and a card stays hidden however it is cut and whatever stands between."""

import re
from collections.abc import Sequence
from itertools import permutations

import pytest

from lib.pci.mask import mask
from tests.faults.house import size
from tests.lib.pci.side_by_side import KINDS, Maker
from tests.lib.pci.tables import SEPARATORS, numbers

DIGIT = re.compile("[0-9]")
ONE_IN = 400
"""Numbers side by side of which one at most may be taken for a card, where no card is named."""
PRINTED = {16: [(4, 4, 4, 4), (8, 8)], 15: [(4, 6, 5), (4, 4, 4, 3)], 14: [(4, 6, 4), (4, 4, 4, 2)],
           19: [(4, 4, 4, 4, 3), (4, 4, 4, 7), (6, 13)], 13: [(4, 4, 4, 1)]}  # fmt: skip
WRITTEN = [
    (4, 12),
    (12, 4),
    (4, 4, 8),
    (5, 5, 6),
    (6, 10),
    (9, 7),
    (10, 6),
    (2, 4, 4, 6),
    (5, 5, 5, 1),
    (3, 3, 3, 3, 3, 1),
    (2,) * 8,
]


def cut(number: str, sizes: tuple[int, ...], between: Sequence[str]) -> str:
    """The number in groups, with these signs between, one after the other and again from the first."""
    parts, place = [], 0
    for at, length in enumerate(sizes):
        parts += [number[place : place + length], between[at % len(between)]]
        place += length
    return "".join(parts[:-1])


def shown(text: str) -> str:
    return "".join(char for char in mask(text, {"pan"}).text if char.isascii() and char.isdigit())


@pytest.mark.parametrize("kind", KINDS)
def test_ordinary_numbers_side_by_side_are_rarely_a_card(kind: str) -> None:
    make = Maker(11)
    texts = [KINDS[kind](make) for _ in range(size(2_000, 20_000))]
    taken = [text for text in texts if mask(text).findings]
    assert len(taken) <= len(texts) / ONE_IN, taken[:5]


@pytest.mark.parametrize("separator", [name for name, sign in SEPARATORS.items() if not DIGIT.search(sign)])
def test_a_card_cut_as_it_is_printed_is_masked_whatever_stands_between(separator: str) -> None:
    for number in numbers():
        for sizes in PRINTED.get(len(number), ()) if number[0] != "1" else ():
            assert shown(f"so {cut(number, sizes, [SEPARATORS[separator]])} ok") == number[-4:], (number, sizes)


@pytest.mark.parametrize("signs", [*permutations([" ", "-", ", ", " / ", "; ", ". ", "|", " + "], 2)])
def test_a_card_cut_as_it_is_printed_is_masked_with_different_signs_between(signs: tuple[str, ...]) -> None:
    for number in numbers():
        for sizes in PRINTED.get(len(number), ()) if number[0] != "1" else ():
            assert shown(f"so {cut(number, sizes, signs)} ok") == number[-4:], (number, sizes)


@pytest.mark.parametrize("sizes", WRITTEN)
@pytest.mark.parametrize("sign", [" ", "-", ".", "/", "\n", "\u00a0", "_", "\u2013", ""])
def test_a_card_cut_in_another_way_is_masked_with_the_same_sign_everywhere(sizes: tuple[int, ...], sign: str) -> None:
    for number in numbers():
        if len(number) == 16 and number[0] != "1":
            assert shown(f"so {cut(number, sizes, [sign])} ok") == number[-4:], number


def test_a_named_card_is_masked_however_it_is_cut() -> None:
    assert shown("my visa: 411-111 111, 11/1.1111") == "1111"
    assert shown("411-111 111, 11/1.1111") == "4111111111111111"


def test_a_number_before_a_dictated_card_in_its_row_hides_nothing() -> None:
    assert shown("5 41 11 11 11 11 11 11 11") == "51111"

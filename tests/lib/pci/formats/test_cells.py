"""A card cut over the cells of a sheet is found; figures that are right by chance seldom are."""

import random

import pytest

from tests.lib.pci import made_files as made
from tests.lib.pci.looking import CARD, look
from tests.lib.pci.tables import numbers

FOURS = CARD.split()
CARDS = [[number[at : at + 4] for at in range(0, 16, 4)] for number in numbers() if len(number) == 16][:10]


def figures(rows: int, *widths: int, low: int = 1000, high: int = 10_000, seed: int = 1) -> list[list[str]]:
    """Rows of random numbers."""
    draw = random.Random(seed)
    return [[str(draw.randrange(low, high)) for _ in range(draw.choice(widths))] for _ in range(rows)]


AMONG = ["1234", "5678", *FOURS, "99", "12"]
HOLDING = {
    "among many numbers": [AMONG],
    "among many numbers, in a sheet of figures": [*figures(20, 6), AMONG],
    "with its date, in a sheet of amounts": [*figures(20, 8, low=500, high=3000), ["77", "123", *FOURS, "12", "27"]],
    "a list of cards with dates": [["Carol", "1234", *card, "12", "27"] for card in CARDS],
    "a list of cards behind figures": [[*row, *card] for row, card in zip(figures(10, 2), CARDS, strict=True)],
    "in a sheet of figures that names it": [["Card"], *figures(20, 4), FOURS],
    "in a sheet of figures that names it in German": [["Kartennummer"], *figures(20, 4), FOURS],
    "one under another": [[part] for part in FOURS],
    "one under another, under a name": [["Carol"], *([part] for part in FOURS), [""], ["12"]],
    "one under another, between words": [["a", part, "hello"] for part in FOURS],
    "columns of cards": [*zip(*CARDS[:6], strict=True)],
    "a box for every digit": [list("".join(FOURS))],
    "with spaces in the cells": [["4111 1111", "1111 1111"]],
    "with dashes": [["4111 –", "1111 –", "1111 –", "1111"]],
    "in other digits": [["٤١١١", *FOURS[1:]]],
}


@pytest.mark.parametrize("what", HOLDING)
def test_a_card_in_cells_is_found(what: str) -> None:
    assert look(made.sheet(HOLDING[what]), "a.xlsx").reason == "card"


@pytest.mark.parametrize("widths", [(4,), (5,), (6,), (7,), (8,), (4, 5, 6, 7, 8)])
def test_sheets_of_figures_pass(widths: tuple[int, ...]) -> None:
    sheets = [made.sheet(figures(20, *widths, seed=seed)) for seed in range(50)]
    assert sum(look(sheet, "a.xlsx").reason == "card" for sheet in sheets) <= 1


@pytest.mark.parametrize(("low", "high"), [(500, 3000), (1, 5000)])
def test_sheets_of_amounts_pass(low: int, high: int) -> None:
    sheets = [made.sheet(figures(20, 12, low=low, high=high, seed=seed)) for seed in range(50)]
    assert sum(look(sheet, "a.xlsx").reason == "card" for sheet in sheets) <= 3


@pytest.mark.parametrize("words", [["Debit", "Credit"], ["Kundenkarte"], ["Score card"]])
def test_words_that_name_no_payment_card(words: list[str]) -> None:
    sheets = [made.sheet([words, *figures(20, 4, seed=seed)]) for seed in range(20)]
    assert all(look(sheet, "a.xlsx").reason == "" for sheet in sheets)

"""Numbers in addresses: plain figures, and not too many."""

import pytest

from lib.numbers import whole


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("0042", 42), ("9999999999", 9_999_999_999)])
def test_plain_figures_are_a_number(text: str, number: int) -> None:
    assert whole(text) == number


@pytest.mark.parametrize("text", ["", "-1", "1.0", " 1", "1_0", "²", "٣", "1e3", "9" * 11, "9" * 5_000, "1\n"])
def test_anything_else_is_none(text: str) -> None:
    assert whole(text) is None

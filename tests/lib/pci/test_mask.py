"""What holds for any text: nothing raised, stable, at most four digits of a card, linear time."""

import gc
import random
import time
import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.pci.custom import CustomPattern, check_pattern
from lib.pci.issuers import DOUBLED, LENGTHS
from lib.pci.mask import ALL_DETECTORS, mask
from tests.faults.house import size
from tests.lib.pci.tables import FORMS, numbers

ANY_TEXT = st.text(
    st.characters(categories=None) | st.sampled_from("0123456789 -./\n\x00\u200b•<>&;=^ct"), max_size=200
)
WORDS = st.sampled_from(["card", "cvv", "pin", "order no", "IBAN", "exp 12/26", "Karte", "ssn", "\n", ",", "DE89", " "])
DIGITS = st.text("0123456789", min_size=1, max_size=24)
TALK = st.lists(WORDS | DIGITS | st.sampled_from(numbers()), max_size=14).map(" ".join)
SEPARATORS = st.text(" -./\u00a0\u200b\u2013", max_size=2)


@st.composite
def cards(draw: st.DrawFn) -> str:
    """A valid number of any issuer, as ASCII digits."""
    prefix = draw(st.sampled_from(sorted(LENGTHS)))
    length = draw(st.sampled_from(LENGTHS[prefix]))
    body = prefix + draw(st.text("0123456789", min_size=length - 5, max_size=length - 5))
    total = sum(int(d) if at % 2 else DOUBLED[int(d)] for at, d in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def runs(text: str) -> list[str]:
    """What a text shows of digits, as ASCII, parted where a mask stands."""
    read = "".join(str(unicodedata.digit(char, "")) if char != "•" else "•" for char in text)
    return read.split("•")


@settings(max_examples=size(400, 10_000), deadline=None)
@given(ANY_TEXT | TALK)
def test_any_text_is_taken_and_the_answer_is_stable(text: str) -> None:
    masked = mask(text, ALL_DETECTORS)
    assert len(masked.text) == len(text)
    assert mask(masked.text, ALL_DETECTORS) == (masked.text, ())
    assert all(0 <= span.start < span.end <= len(text) for span in masked.findings)
    assert bool(masked.findings) == (masked.text != text)


@settings(max_examples=size(400, 10_000), deadline=None)
@given(cards(), st.sampled_from(sorted(FORMS)))
def test_at_most_four_digits_of_any_card_in_any_form_are_shown(number: str, form: str) -> None:
    written = FORMS[form](number)
    masked = mask(f"hello {written} bye").text
    shown = "".join(runs(masked.replace("&#8203;", "").replace("x1", "")))
    assert shown in {number[-4:], ""}


@settings(max_examples=size(400, 10_000), deadline=None)
@given(cards().filter(lambda number: len(number) in {15, 16, 19} and number[0] != "1"), st.data())
def test_at_most_four_digits_are_shown_whatever_stands_between(number: str, data: st.DataObject) -> None:
    written = "".join(f"{digit}{data.draw(SEPARATORS)}" for digit in number)
    masked = mask(f"my card {written} bye").text
    assert sum(len(run) for run in runs(masked)) <= 4


@settings(max_examples=size(200, 10_000), deadline=None)
@given(cards(), TALK, TALK)
def test_at_most_four_digits_are_shown_whatever_stands_around(number: str, before: str, after: str) -> None:
    masked = mask(f"{before}, card: {number}, {after}").text
    start = len(before) + len(", card: ")
    assert masked[start : start + len(number) - 4] == "•" * (len(number) - 4)


@pytest.mark.parametrize(
    "text", ["", "\x00", "\ud800", "\udfff4111111111111111\ud800", "4\x001\x0011 1111 1111 1111\x00"]
)
def test_unusual_characters(text: str) -> None:
    assert len(mask(text, ALL_DETECTORS, [CustomPattern("any", "[0-9]{3}")]).text) == len(text)


def everything(text: str) -> object:
    """What all detectors find."""
    return mask(text, ALL_DETECTORS)


def growth(small: str, large: str, act: Callable[[str], object] = everything) -> float:
    """How many times the processor time for `small` the one for `large` is; measured again when that seems too much."""
    ratios = [seconds(act, large) / seconds(act, small)]
    while min(ratios) > 2.5 and len(ratios) < 6:
        ratios.append(seconds(act, large) / seconds(act, small))
    return min(ratios)


def seconds(act: Callable[[str], object], text: str) -> float:
    """Processor time, at least 2 ms; without the collector, which would look through all that other tests left."""
    gc.disable()
    try:
        start = time.process_time()
        act(text)
        return max(time.process_time() - start, 0.002)
    finally:
        gc.enable()


@pytest.mark.parametrize(
    "unit",
    [
        "4",
        "7",
        "1 ",
        "4111 ",
        "4111111111111111 ",
        "card 4111 ",
        "cvv ",
        "DE89",
        "1<a ",
        "<",
        "&#1;",
        "%B4111^",
        "a.a@",
        "'",
        "'a",
        "a@a.",
        "a@1-",
        '4<b a=">">',
        '4<a b="',
        "4<!--",
        "cvv cvv2 ",
        "pin_code is ",
        "4111111111111111|12|27|",
    ],
)
def test_time_grows_with_the_length_and_not_faster(unit: str) -> None:
    assert growth((unit * 100_000)[:100_000], (unit * 200_000)[:200_000]) < 3


def test_random_digits_take_linear_time() -> None:
    digits = "".join(random.Random(4).choices("0123456789", k=200_000))
    assert growth(digits[:100_000], digits) < 3


def test_custom_patterns() -> None:
    pattern = CustomPattern("contract", r"\bV-[0-9]{6}\b")
    masked = mask("Vertrag V-123456 für José", custom=[pattern])
    assert masked == ("Vertrag •••••••• für José", (("custom:contract", 8, 16),))
    assert mask("ü V-123456", custom=[pattern]).findings == (("custom:contract", 2, 10),)


def test_a_pattern_that_never_settles_masks_everything() -> None:
    pattern = CustomPattern("greedy", "^•*[^•]")
    masked = mask("aratherlongwordthatisone", custom=[pattern])
    assert masked.text == "•" * 24
    assert mask(masked.text, custom=[pattern]).findings == ()


@pytest.mark.parametrize(
    ("pattern", "fine"), [("[0-9]+", True), ("(", False), ("a*", False), ("", False), (r"(a)\1", False)]
)
def test_patterns_are_checked(pattern: str, fine: bool) -> None:
    assert (check_pattern(pattern) == "") is fine
    assert mask("text 1", custom=[CustomPattern("x", pattern)]).text == ("text •" if fine else "text 1")


def test_a_pattern_cannot_take_long() -> None:
    start = time.perf_counter()
    mask("a" * 30_000 + "!", custom=[CustomPattern("bomb", "(a+)+$")])
    assert time.perf_counter() - start < 2

"""Numbers in pieces."""

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lib.pci.mask import mask
from lib.pci.window import completed, join_pieces, mask_after_card
from tests.faults.house import size
from tests.lib.pci.tables import numbers
from tests.lib.pci.test_mask import ANY_TEXT, TALK, cards, growth


@pytest.mark.parametrize(
    ("pieces", "masked"),
    [
        (["4111 1111", "1111 1111"], ["•••• ••••", "•••• 1111"]),
        (["4111", "1111", "1111", "1111"], ["••••", "••••", "••••", "1111"]),
        (["card is 41111111", "then 1111", "wait", "and 1111"], ["card is ••••••••", "then ••••", "wait", "and 1111"]),
        (["card:", "4111 1111 1111 1111"], ["card:", "•••• •••• •••• 1111"]),
        (["pin 4111", "1111 1111 1111"], ["pin ••••", "•••• •••• 1111"]),
        (["4111111111111", "111"], ["••••••••••••1", "111"]),
        (["my cvv is", "123"], ["my cvv is", "•••"]),
        (["hello", "I paid 20 on the 5th", "order 55123"], ["hello", "I paid 20 on the 5th", "order 55123"]),
        (["7504 taylor drive brooklyn 11238", "4566544444"], ["7504 taylor drive brooklyn 11238", "4566544444"]),
        ([], []),
        ([""], [""]),
    ],
)  # fmt: skip
def test_pieces(pieces: list[str], masked: list[str]) -> None:
    assert [piece.text for piece in join_pieces(pieces)] == masked


BETWEEN = ["I am 34 years old", "it was in 1984, in Berlin I think", "34", "ok, 5", "order 55123", "2024", "wait"]


@pytest.mark.parametrize("between", [[text] for text in BETWEEN] + [BETWEEN[:3], BETWEEN[3:]])
@pytest.mark.parametrize("cut", [(8,), (4,), (12,), (4, 8, 12)])
def test_other_numbers_between_the_pieces_hide_nothing(between: list[str], cut: tuple[int, ...]) -> None:
    pieces = ["4012888888881881"[start:end] for start, end in pairwise([0, *cut, 16])]
    said = [pieces[0], *between, *pieces[1:]]
    shown = [piece.text for piece in join_pieces(said)]
    masked = ["•" * len(piece) for piece in pieces]
    assert shown == [masked[0], *between, *masked[1:-1], masked[-1][4:] + "1881"]
    assert completed(said)


@pytest.mark.parametrize(
    ("pieces", "masked"),
    [
        (["1) 4111 1111", "2) 1111 1111"], ["1) •••• ••••", "2) •••• 1111"]),
        (["1. 4111", "2. 1111", "3. 1111", "4. 1111"], ["1. ••••", "2. ••••", "3. ••••", "4. 1111"]),
        (["1st: 41111", "2nd: 11111111111"], ["1st: •••••", "2nd: •••••••1111"]),
        (["1/2: 41111111", "2/2: 11111111"], ["1/2: ••••••••", "2/2: ••••1111"]),
        (["part 1: 4111 1111", "part 2: 1111", "part 3: 1111"], ["part 1: •••• ••••", "part 2: ••••", "part 3: 1111"]),
        (["first: 4111", "then 1111", "and then 1111", "the last 4: 1111"],
         ["first: ••••", "then ••••", "and then ••••", "the last 4: 1111"]),
        (["erste Hälfte 4111 1111", "zweite Hälfte 1111 1111"], ["erste Hälfte •••• ••••", "zweite Hälfte •••• 1111"]),
        (["die ersten 8 Ziffern sind 41111111", "und weiter geht es mit 11111111"],
         ["die ersten 8 Ziffern sind ••••••••", "und weiter geht es mit ••••1111"]),
        (["it starts with 3782 822463", "I am 34", "and it ends with 10005"],
         ["it starts with •••• ••••••", "I am 34", "and it ends with •0005"]),
    ],
)  # fmt: skip
def test_pieces_that_are_numbered_or_introduced(pieces: list[str], masked: list[str]) -> None:
    assert [piece.text for piece in join_pieces(pieces)] == masked
    assert completed(pieces)


@pytest.mark.parametrize(
    "texts",
    [
        ["I paid 4111 euros for it in 1999", "and my room was 1111", "no, it was number 1112 on the 3rd floor"],
        ["my order is 41111111 from last week", "and the order before that is 11111111"],
        ["4100", "4107", "4119", "4133"],
        ["5 of them", "1) the red one", "2) the blue one", "3) 1984 was the year"],
    ],
)
def test_talk_with_long_numbers_is_no_piece(texts: list[str]) -> None:
    for end in range(len(texts)):
        assert [piece.text for piece in join_pieces(texts[: end + 1])] == texts[: end + 1]


@pytest.mark.parametrize(
    "texts",
    [
        [str(n) for n in range(60)],
        [str(n % 10) for n in range(60)],
        [f"msg {n}" for n in range(1, 150)],
        [f"m{n:04}" for n in range(4100, 4160)],
        [f"{n:04}" for n in range(5200, 5260)],
        [f"{n:08}" for n in range(41111100, 41111140)],
        [str(n) for n in range(600, 500, -5)],
    ],
)
def test_counting_is_no_card(texts: list[str]) -> None:
    for end in range(len(texts)):
        pieces = texts[max(0, end - 24) : end]
        assert [piece.text for piece in join_pieces(pieces)] == pieces


def test_single_digits_over_many_messages() -> None:
    shown = [piece.text for piece in join_pieces(list("4111111111111111"))]
    assert shown == ["•"] * 12 + ["1"] * 4


def test_findings_count_in_their_piece() -> None:
    first, second = join_pieces(["so 41111111", "11111111"])
    assert first.findings == (("pan", 3, 11),)
    assert second.findings == (("pan", 0, 8),)


@settings(max_examples=size(100, 10_000), deadline=None)
@given(st.sampled_from([n for n in numbers() if len(n) == 16]), st.lists(st.sampled_from([4, 8, 12]), unique=True))
def test_any_even_cut_is_caught(number: str, cuts: list[int]) -> None:
    edges = [0, *sorted(cuts), 16]
    pieces = [number[start:end] for start, end in pairwise(edges)]
    assert "".join(piece.text for piece in join_pieces(pieces)) == "•" * 12 + number[-4:]


@settings(max_examples=size(100, 10_000), deadline=None)
@given(st.lists(st.text("0123456789 abcard\n-", max_size=24), max_size=8))
def test_no_piece_shows_more_than_it_does_alone(pieces: list[str]) -> None:
    joined = join_pieces(pieces)
    assert [len(piece.text) for piece in joined] == [len(piece) for piece in pieces]
    for piece, alone in zip(joined, (mask(text).text for text in pieces), strict=True):
        assert all(char == "•" for char, other in zip(piece.text, alone, strict=True) if other == "•")
    again = join_pieces([piece.text for piece in joined])
    assert [piece.text for piece in again] == [piece.text for piece in joined]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("123", "•••"),
        ("it is 1 2 3.", "it is • • •."),
        ("12/27", "••/••"),
        ("1227", "••••"),
        ("12|27|123", "••|••|•••"),
        ("Dezember 2027, 123", "Dezember ••••, •••"),
        ("27121010000000000000?", "•••••••••••••••••••••"),
        ("expires 12/27, and thank you so much for your help", "expires ••/••, and thank you so much for your help"),
        *(
            (text, text)
            for text in ("2", "12", "$150", "150 EUR", "19,99", "123x", "IMG1234", "ssn 1234", "$1227", "4111 1111")
        ),
        *(
            (text, text)
            for text in (
                *("order 1234", "the room is 1205", "Zimmer 1205", "Bestellung 1234", "tel 1234", "ticket 1234"),
                *(
                    "May 24",
                    "24 May",
                    "May 24th",
                    "May 24, 2026",
                    "on May 28",
                    "in 2024",
                    "seit 2019",
                    "1234 is my order",
                ),
                *("at 10:30", "at 10.30", "at 1030", "10.30 Uhr", "um 14:30 Uhr", "1030 am", "error 404", "flat 1205"),
            )
        ),
        ("the code is 123", "the code is •••"),
        ("May 28", "May ••"),
        ("Dez. 27", "Dez. ••"),
        ("May 24 123", "May 24 •••"),
        ("exp May 24, 123", "exp May ••, •••"),
        ("please order, code 123", "please order, code •••"),
        ("12.27, 123", "••.••, •••"),
        ("room 12/27", "room ••/••"),
        ("at 123", "at •••"),
        ("2024", "••••"),
        *((text, text) for text in ("I ordered 123 of them", "I fly to Rome on 12/25 with my family", "•••• 1111")),
    ],
)
def test_behind_a_card_said_before(text: str, masked: str) -> None:
    shown = mask_after_card(text)
    assert shown.text == masked
    assert mask_after_card(masked) == (masked, ())
    assert mask_after_card(text, {"cvv", "iban"}).text == text


A_WHILE = "Let me have a look at that for you, one moment please. It will take a while, as it always does."


NUMBERED = ["1) 4111 1111", "2) 1111 1111", "part 2: 1111", "4012", "8888 8888", "the last 1881", "I am 34 years old"]


@given(
    st.lists(
        st.text("0123456789 -cvIBANDE,", max_size=25) | st.just(A_WHILE) | st.sampled_from([*NUMBERED, *BETWEEN]),
        min_size=2,
        max_size=12,
    )
)
@settings(max_examples=300, deadline=None)
def test_the_quick_look_at_the_last_piece_misses_nothing_and_invents_nothing(pieces: list[str]) -> None:
    said: list[str] = []
    for piece in pieces:
        alone = mask(piece).text
        joined = [each.text for each in join_pieces([*said, alone])]
        assert completed([*said, alone]) == (joined != [*said, alone])
        said = joined


def test_the_quick_look_reads_past_long_talk_and_tags() -> None:
    assert completed([mask("card 4111 1111").text, "ok", "1111 1111"])
    assert completed(["4111 1111", *["yes"] * 20, "1111 1111"])
    assert completed([f"4111<b {'x' * 100}>", f"1111<b {'x' * 100}>", f"1111<b {'x' * 100}>", f"<i {'x' * 100}>1111"])
    assert completed(["4111 1111", A_WHILE + " 12", "1111 1111"])
    assert not completed(["4111 1111", A_WHILE + " 1111 1111"])


@settings(max_examples=size(100, 10_000), deadline=None)
@given(st.lists(ANY_TEXT | TALK, max_size=8))
def test_any_texts_are_taken_and_the_answer_is_stable(pieces: list[str]) -> None:
    joined = [piece.text for piece in join_pieces(pieces)]
    assert [len(text) for text in joined] == [len(piece) for piece in pieces]
    assert [piece.text for piece in join_pieces(joined)] == joined


@settings(max_examples=size(30, 10_000), deadline=None)
@given(cards().filter(lambda number: len(number) == 16 and number[0] != "1"), st.data())
def test_at_most_four_digits_are_shown_of_a_card_in_pieces(number: str, data: st.DataObject) -> None:
    cut = data.draw(st.integers(4, 12))
    talk = data.draw(st.lists(st.sampled_from(["wait a moment please", "so", "hello there, one moment"]), max_size=3))
    joined = join_pieces([f"my card {number[:cut]}", *talk, number[cut:]])
    assert "".join(char for piece in joined for char in piece.text if char.isdigit()) in (number[-4:], "")


@pytest.mark.parametrize(
    "unit", ["exp", "exp ", "valid", "gültig ", "date", "1 exp12/", "2712101", "4 ", "mm/yy", "code "]
)
def test_behind_a_card_time_grows_with_the_length_and_not_faster(unit: str) -> None:
    small, large = (f"1 {unit * 10_000}"[:length] for length in (5_000, 10_000))
    assert growth(small, large, mask_after_card) < 3


def test_the_last_four_digits_may_be_told_behind_a_card() -> None:
    for text in ("my card ends in 1111", "ending 1111", "sie endet auf 1111", "the last four: 1111"):
        assert mask_after_card(text) == (text, ())
    assert mask_after_card("on the back: 123").text == "on the back: •••"


def test_one_other_number_may_stand_between_four_pieces() -> None:
    masked = ["4012", "8888", "2024", "8888", "1881"]
    assert [piece.text for piece in join_pieces(masked)] == ["••••", "••••", "2024", "••••", "1881"]
    apart = ["4012", "8888", "2024", "2025", "8888", "1881"]
    assert [piece.text for piece in join_pieces(apart)] == apart

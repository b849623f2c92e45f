"""Published test numbers in every form are masked, look-alikes are left alone, shared vectors hold."""

import unicodedata
from random import Random

import pytest

from lib.pci.issuers import ISSUERS, LONGEST, SHORTEST, luhn
from lib.pci.mask import Span, mask
from tests.lib.pci.tables import FORMS, SEPARATORS, grouped, lookalikes, numbers, vectors

ONE_IN = 500


def shown_digits(text: str) -> str:
    """The digits of any script that a text shows."""
    return "".join(str(unicodedata.digit(char)) for char in text if unicodedata.digit(char, -1) >= 0)


@pytest.mark.parametrize("form", FORMS)
def test_every_published_number_is_masked_in_every_form(form: str) -> None:
    for number in numbers():
        masked = mask(f"Hello, {FORMS[form](number)} thanks", {"pan"}).text.replace("&#8203;", "").replace("x1", "")
        assert shown_digits(masked) == number[-4:], (form, number, masked)


@pytest.mark.parametrize("separator", SEPARATORS)
def test_several_in_one_text(separator: str) -> None:
    text = " and ".join(grouped(number, 4, SEPARATORS[separator]) for number in numbers())
    assert len(mask(text, {"pan"}).findings) == len(numbers())


def test_published_numbers_are_of_known_issuers() -> None:
    assert all(luhn(number) and SHORTEST <= len(number) <= LONGEST for number in numbers())
    assert len({issuer.name for issuer in ISSUERS}) == len(ISSUERS)


@pytest.mark.parametrize("row", lookalikes(), ids=lambda row: f"{row['kind']}: {row['text'][:30]}")
def test_lookalikes_stay_readable(row: dict[str, str]) -> None:
    assert mask(row["text"]) == (row["text"], ())


def test_shared_vectors() -> None:
    for vector in vectors():
        wanted = tuple(Span("pan", card["start"], card["end"]) for card in vector["cards"])
        assert mask(vector["text"], {"pan"}).findings == wanted, vector["text"]


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("00004111111111111111", "••••••••••••••••1111"),
        ("41111111111111110000", "••••••••••••1111••••"),
        ("41111111111111115555555555554444", "•" * 32),
        ("my card 12384111111111111111983", "my card " + "•" * 23),
        ("12384111111111111111983", "12384111111111111111983"),
        ("tracking 00004111111111111111", "tracking 00004111111111111111"),
        ("1354100140049554", "1354100140049554"),
        ("41354100140049551", "41354100140049551"),
        ("my card 1354100140049554", "my card •••••••••••4955•"),
        ("7378282246310005", "••••••••••••0005"),
    ],
)
def test_numbers_inside_longer_runs(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("card number 4916 2439 7447 5297", True),
        ("Kreditkarte 4916243974475297", True),
        ("4916 2439 7447 5297 is my visa", True),
        ("4916 2439 7447 5297", False),
        ("gift card 4916 2439 7447 5297", False),
        ("my credit card was charged, account no 4916243974475297", False),
        ("card number 9916 2439 7447 5296", False),
        ("card number 4916 2439 7447 529", False),
    ],
)
def test_near_misses_need_a_word_for_a_card(text: str, found: bool) -> None:
    assert [span.detector for span in mask(text).findings] == (["pan_near"] if found else [])


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("order number 4111111111111111", "order number ••••••••••••1111"),
        ("IMEI 4222222222222", "IMEI •••••••••2222"),
        ("EAN 4222222222222", "EAN •••••••••2222"),
        ("Sendungsnummer: 6759649826438453", "Sendungsnummer: ••••••••••••8453"),
        ("+4222222222222", "+4222222222222"),
        ("tracking 675900000000", "tracking 675900000000"),
        ("order number 4111 1111 1111 1111", "order number •••• •••• •••• 1111"),
        ("order number 4111111111111111 paid by card", "order number ••••••••••••1111 paid by card"),
        ("order 55123, then 4111111111111111", "order 55123, then ••••••••••••1111"),
        ("phone number 4111111111111111", "phone number ••••••••••••1111"),
    ],
)
def test_no_label_makes_a_right_number_harmless(text: str, masked: str) -> None:
    assert mask(text).text == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("4111 1111 1111 1111 12/26 123", "•••• •••• •••• 1111 ••/•• •••"),
        ("4111111111111111, exp. 1/2027, cvc 123", "••••••••••••1111, exp. •/••••, cvc •••"),
        ("gültig bis 12/26, 4111111111111111", "gültig bis ••/••, ••••••••••••1111"),
        ("378282246310005 1226 1234", "•••••••••••0005 •••• ••••"),
        ("4111111111111111 on 05.11.2024", "••••••••••••1111 on 05.11.2024"),
        ("4111111111111111 12/26/2024", "••••••••••••1111 12/26/2024"),
        ("4111111111111111, 12/26 100,00", "••••••••••••1111, ••/•• 100,00"),
        ("4111111111111111|12|2027|123", "••••••••••••1111|••|••••|•••"),
        ("4111111111111111,12,2027,123", "••••••••••••1111,••,••••,•••"),
        ("4111111111111111;12;27;123", "••••••••••••1111;••;••;•••"),
        ("4111111111111111:12:27:123", "••••••••••••1111:••:••:•••"),
        ("4111111111111111\t12\t27\t123", "••••••••••••1111\t••\t••\t•••"),
        ("4111111111111111/12/2027/123", "••••••••••••1111/••/••••/•••"),
        ("4111111111111111|2027-12|123", "••••••••••••1111|••••-••|•••"),
        ("4111111111111111|12|27|123|John Doe|90210", "••••••••••••1111|••|••|•••|John Doe|90210"),
        ("4111111111111111|John Doe|12|27|123", "••••••••••••1111|John Doe|••|••|•••"),
        ("4111 1111 1111 1111 Dec 2027 123", "•••• •••• •••• 1111 Dec •••• •••"),
        ("4111 1111 1111 1111, März 27", "•••• •••• •••• 1111, März ••"),
        ("4111111111111111\nJohn Doe\n12/27\n123", "••••••••••••1111\nJohn Doe\n••/••\n•••"),
        ("4111111111111111\n12/27\nJohn Doe\n123", "••••••••••••1111\n••/••\nJohn Doe\n•••"),
        ("4111111111111111 123 12/27", "••••••••••••1111 ••• ••/••"),
        ("meet on 12/26", "meet on 12/26"),
        ("Card 4111 1111 1111 1111, cvv 123", "Card •••• •••• •••• 1111, cvv •••"),
        ("4111111111111111 cvc 123", "••••••••••••1111 cvc •••"),
        ("4111-1111-1111-1111 pin 1234", "••••-••••-••••-1111 pin ••••"),
    ],
)
def test_what_stands_beside_a_card(text: str, masked: str) -> None:
    assert mask(text).text == masked


def test_a_moment_in_microseconds_is_rarely_a_card() -> None:
    luck = Random(3)
    texts = [f"1{luck.randint(5, 9)}" + "".join(luck.choices("0123456789", k=14)) for _ in range(2_000)]
    taken = [text for text in texts if mask(text).findings]
    assert len(taken) <= len(texts) / ONE_IN, taken


CARD, SHOWN = "4111111111111111", "••••••••••••1111"


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("My card 4111 1111 1111 1111 expires in 12/27 and the code is 123",
         "My card •••• •••• •••• 1111 expires in ••/•• and the code is •••"),
        ("P code 123", "P code •••"),
        ("P the code is 123", "P the code is •••"),
        ("P sec: 123", "P sec: •••"),
        ("P (123)", "P (•••)"),
        ("P 12/27 (1234)", "P ••/•• (••••)"),
        ("P 123 thanks", "P ••• thanks"),
        ("P 5678 thanks", "P •••• thanks"),
        ("P: 5678", "P: ••••"),
        ("P code 123 exp 12/27", "P code ••• exp ••/••"),
        ("Card: P\nExpires on: 12/27\nCode: 123", "Card: P\nExpires on: ••/••\nCode: •••"),
        ("Card: P\nExpiry: 12/27\nCode: 123", "Card: P\nExpiry: ••/••\nCode: •••"),
        ("P\nMonth: 12\nYear: 2027\nCode: 123", "P\nMonth: ••\nYear: ••••\nCode: •••"),
        ("P expires in December 2027", "P expires in December ••••"),
        ("P expires at the end of 12/27", "P expires at the end of ••/••"),
        ("P gültig bis Ende 12/27", "P gültig bis Ende ••/••"),
        ("P läuft ab 12/27", "P läuft ab ••/••"),
        ("P läuft 12/2027 ab, Code ist 123", "P läuft ••/•••• ab, Code ist •••"),
        ("P John Doe 12/27 123", "P John Doe ••/•• •••"),
        ("P 12/27 and 123", "P ••/•• and •••"),
        ("P 12/27 code 123", "P ••/•• code •••"),
        *((text, text) for text in (
            "P order 1234", "P for 2 shirts at 12/27/2024", "card P, order 55123", "P, I live at 123 Main Street",
            "P on 05.11.2024", "P, zip code 1234", "P, error code 404", "P, promo code 123",
            "P (415) 555-0199", "P, my social security number is 8031", "P for 19.25", "P, code 55123",
        )),
        ("P 12/27 and 150 EUR", "P ••/•• and 150 EUR"),
    ],
)  # fmt: skip
def test_sentences_beside_a_card(text: str, masked: str) -> None:
    assert mask(text.replace("P", CARD)).text == masked.replace("P", SHOWN)


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("%B4111 1111 1111 1111^DOE/JOHN^28111010000012345678?", f"%B•••• •••• •••• 1111{'•' * 31}"),
        (f"{CARD}^DOE/JOHN^28111011234567890", f"{SHOWN}{'•' * 27}"),
        (f";{CARD} =28111015889901234567?", f";{SHOWN} {'•' * 22}"),
        (f";{CARD} =28111011234567890?", f";{SHOWN} {'•' * 19}"),
        ("4111 1111 1111 1111=28111011234567890", f"•••• •••• •••• 1111{'•' * 18}"),
        ("3782 822463 10005=28111011234567890 thanks", f"•••• •••••• •0005{'•' * 18} thanks"),
        (f"{CARD}=28111011234567890? 12/27 123", f"{'•' * 35} ••/•• •••"),
        (f"{CARD} D1234", f"{SHOWN} D1234"),
        (f"{CARD} = 55123", f"{SHOWN} = 55123"),
        (f"{CARD}^2", f"{SHOWN}^2"),
    ],
)
def test_the_rest_of_a_track_behind_a_card(text: str, masked: str) -> None:
    assert mask(text).text == masked
    assert mask(masked) == (masked, ())

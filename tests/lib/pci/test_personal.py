"""Codes, PINs, tracks, IBAN, SSN, e-mail and telephone: what is found and what isn't."""

import base64
import random

import pytest

from lib.pci.mask import ALL_DETECTORS, DEFAULT_DETECTORS, mask

IBANS = [
    "DE89370400440532013000", "GB82WEST12345698765432", "FR1420041010050500013M02606", "NO9386011117947",
    "AT611904300234573201", "CH9300762011623852957", "NL91ABNA0417164300", "MT84MALT011000012345MTLCAST001S",
    "ES9121000418450200051332", "TR330006100519786457841326",
]  # fmt: skip
"""The examples of the SWIFT IBAN registry and of the countries' banking associations."""


@pytest.mark.parametrize("iban", IBANS)
@pytest.mark.parametrize("form", ["{}", "IBAN {}", "iban:{} danke", "IBAN{}"])
def test_ibans_are_no_cards(iban: str, form: str) -> None:
    for written in (iban, " ".join(iban[at : at + 4] for at in range(0, len(iban), 4)), iban.lower()):
        text = form.format(written)
        assert [(span.detector, text[span.start : span.end]) for span in mask(text).findings] == [("iban", written)]
        assert mask(text, {"pan", "pan_near"}).findings == ()


@pytest.mark.parametrize(
    "text",
    [
        "DE88370400440532013000",
        "XX89370400440532013000",
        "DE8937040044053201300",
        "no 6155534432 thank you",
        "order DE12345",
    ],
)
def test_what_is_no_iban(text: str) -> None:
    assert mask(text, {"iban"}).findings == ()


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("my cvv is 123", "my cvv is •••"),
        ("CVC2: 1234", "CVC2: ••••"),
        ("123 is my cvv", "••• is my cvv"),
        ("the security code on the back is 1 2 3", "the security code on the back is • • •"),
        ("Prüfnummer lautet 123", "Prüfnummer lautet •••"),
        ("die Kartenprüfnummer ist 123.", "die Kartenprüfnummer ist •••."),
        ("cvv １２３", "cvv •••"),
        ("cvv123", "cvv•••"),
        ("CVC1234", "CVC••••"),
        ("cvv2123 or cvv21234", "cvv•••• or cvv2••••"),
        ("CVV2 123", "CVV2 •••"),
        ("cvc 2 123", "cvc 2 •••"),
        ("cvv? 123", "cvv? •••"),
        ("cvv; 123", "cvv; •••"),
        ("cvv/123", "cvv/•••"),
        ("cvv|123", "cvv|•••"),
        ("cvv & 123", "cvv & •••"),
        ("cvv &nbsp; 123", "cvv &nbsp; •••"),
        ("CVV（123）", "CVV（•••）"),
        ("cvv</td><td class='x1'>123", "cvv</td><td class='x1'>•••"),
        ("card_cvv=123&x=1", "card_cvv=•••&x=1"),
        ("CCV 123", "CCV •••"),
        ("ccv: 123", "ccv: •••"),
        ("ccv2 123", "ccv2 •••"),
        ("123 is the ccv", "••• is the ccv"),
        ("CV2: 123", "CV2: •••"),
        ("c.v.v: 123", "c.v.v: •••"),
        ("C.V.C. 123", "C.V.C. •••"),
        ("CVV (3 digits): 123", "CVV (3 digits): •••"),
        ("CVV 3 digits 123", "CVV 3 digits •••"),
        ("CVV (3-stellig): 123", "CVV (3-stellig): •••"),
        ("CVV (three digits): 123", "CVV (three digits): •••"),
        ("3-digit code: 123", "3-digit code: •••"),
        ("the three digit number is 123", "the three digit number is •••"),
        ("3-stelliger Code: 123", "3-stelliger Code: •••"),
        ("card code 123", "card code •••"),
        ("cardCode=123", "cardCode=•••"),
        ("The CVV for my card is 123", "The CVV for my card is •••"),
        ("CVV should be 123", "CVV should be •••"),
        ("your 4-digit code is 4829", "your 4-digit code is 4829"),
        ("gift card code 1234", "gift card code 1234"),
        ("McV 123, acv 123, cv 2024", "McV 123, acv 123, cv 2024"),
        ("security_code=123", "security_code=•••"),
        ("securityCode: 123, cardPin: 4711", "securityCode: •••, cardPin: ••••"),
        ("pin4711", "pin••••"),
        ("CSC101 and shopping4711", "CSC101 and shopping4711"),
        ("your verification code is 4829", "your verification code is 4829"),
        ("social security number is 8031", "social security number is 8031"),
        ("cvv is on the back", "cvv is on the back"),
        ("cvv 12345", "cvv 12345"),
        ("my pin is 1234", "my pin is ••••"),
        ("PIN: 123456", "PIN: ••••••"),
        ("Geheimzahl 1234", "Geheimzahl ••••"),
        ("1234 is my pin", "•••• is my pin"),
        ("Pin: 12 34, cvv 12 3", "Pin: •• ••, cvv •• •"),
        ("1234 is pin", "•••• is pin"),
        ("1234 = PIN", "•••• = PIN"),
        ("1234 (pin)", "•••• (pin)"),
        ("P 1234 thanks", "P 1234 thanks"),
        ("flat 1234, pin is lost", "flat 1234, pin is lost"),
        ("pin code 600001", "pin code 600001"),
        ("shopping 1234 pinned 1234", "shopping 1234 pinned 1234"),
        ("078-05-1120", "•••••••••••"),
        ("ssn 078051120", "ssn •••••••••"),
        ("social security 078 05 1120", "social security •••••••••••"),
        ("078051120", "078051120"),
        ("078-05-1120 " * 12 + "are all", "••••••••••• " * 12 + "are all"),
        ("call 5 078-05-1120", "call 5 078-05-1120"),
        ("666-05-1120", "666-05-1120"),
        ("1078-05-1120", "1078-05-1120"),
        (";4111111111111111=26121010000000000000?", "•" * 39),
        ("%B4111111111111111^DOE/JANE^26121010000000000000?", "•" * 49),
    ],
)
def test_found_in_context(text: str, masked: str) -> None:
    shown = mask(text)
    assert shown.text.replace("social security ••• •• ••••", "social security •••••••••••") == masked
    assert bool(shown.findings) == (text != masked)


def test_each_detector_has_its_name() -> None:
    samples = {
        "cvv": "cvv 123",
        "pin": "pin 1234",
        "track": ";4111111111111111=26121010000000000000?",
        "us_ssn": "078-05-1120",
        "email": "carol@example.com",
        "phone": "+49 170 1234567",
        "pan": "4111111111111111",
        "pan_near": "card 4111111111111112",
        "iban": IBANS[0],
    }
    assert set(samples) == ALL_DETECTORS
    for name, text in samples.items():
        assert {span.detector for span in mask(text, {name}).findings} == {name}
        assert mask(text, ALL_DETECTORS - {name, "pan", "phone"}).findings == () or name in {"pan", "track"}


def test_email_and_telephone_are_off_by_default() -> None:
    text = "carol@example.com, +49 170 1234567"
    assert mask(text) == (text, ())
    assert mask(text, DEFAULT_DETECTORS | {"email", "phone"}).text == "•••••••••••••••••, ••• ••• •••••••"


def test_packed_data_holds_no_code() -> None:
    noise = base64.b64encode(random.Random(7).randbytes(2_000_000)).decode()
    found = [span for span in mask(noise).findings if span.detector in ("cvv", "pin")]
    assert len(found) <= 1, found
    assert not mask("cid:712d9bfe-9a4b-4a5e-8f2b-1c2d3e4f5a6b fnO/hCVv592kTDD MQnSEJkR440CVC6H").findings
    for text in ("cvv123", "card_cvv=123", "123 CVV", "pin4711;"):
        assert mask(text).findings, text

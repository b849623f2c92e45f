"""What may not be said, in forms: read value by value, behind the labels, and together."""

from typing import Any

import pytest

from chats.screening import DEFAULT, clean
from lib.pci.findings import MASK

CARD, LAST = "4111 1111 1111 1111", "•••• •••• •••• 1111"


@pytest.mark.parametrize(
    ("form", "masked", "struck"),
    [
        (
            {"fields": {"CVV": "123", "PIN": "4711", "Security code": "123", "SSN": "078051120"}},
            {"fields": {"CVV": "•••", "PIN": "••••", "Security code": "•••", "SSN": "•••••••••"}},
            {"cvv", "pin", "us_ssn"},
        ),
        ({"Card 4111 1111": "1111 1111"}, {"Card •••• ••••": "•••• 1111"}, {"pan"}),
        ({"4111 1111": "a", "1111 1111": "b"}, {"•••• ••••": "a", "•••• 1111": "b"}, {"pan"}),
        ({"name": "4111 1111", "subject": "1111 1111"}, {"name": "•••• ••••", "subject": "•••• 1111"}, {"pan"}),
        (
            {"name": "4111 1111", "fields": {"more": ["and", "1111 1111"]}},
            {"name": "•••• ••••", "fields": {"more": ["and", "•••• 1111"]}},
            {"pan"},
        ),
        (
            {
                "number": "4111111111111111",
                "fields": {"Expiry": "12/27", "Code": "123", "Guests": "123", "Birth year": "1987"},
            },
            {
                "number": "••••••••••••1111",
                "fields": {"Expiry": "••/••", "Code": "•••", "Guests": "123", "Birth year": "1987"},
            },
            {"pan", "cvv"},
        ),
        (
            {"Card": CARD, "Month": "12", "Year": "27", "Code": "123", "Year of purchase": "2021", "Guests": "123"},
            {"Card": LAST, "Month": "••", "Year": "••", "Code": "•••", "Year of purchase": "2021", "Guests": "123"},
            {"pan", "cvv"},
        ),
        (
            {"Karte": CARD, "Monat": "01", "Jahr": "2027", "Prüfnummer": "123", "Baujahr": "2021"},
            {"Karte": LAST, "Monat": "••", "Jahr": "••••", "Prüfnummer": "•••", "Baujahr": "2021"},
            {"pan", "cvv"},
        ),
        (
            {"Card number (16 digits)*": CARD, "expMonth": "3", "Year (YYYY)": "2027", "Code (3 digits) *": "123"},
            {"Card number (16 digits)*": LAST, "expMonth": "•", "Year (YYYY)": "••••", "Code (3 digits) *": "•••"},
            {"pan", "cvv"},
        ),
        ({"n": CARD, "MM": "12", "YY": "27"}, {"n": LAST, "MM": "••", "YY": "••"}, {"pan"}),
        ({"n": CARD, "Kontrollnummer": "123"}, {"n": LAST, "Kontrollnummer": "•••"}, {"pan", "cvv"}),
        ({"CVV (3 digits)": "123", "CVC*": "123"}, {"CVV (3 digits)": "•••", "CVC*": "•••"}, {"cvv"}),
        ({"CVV (on the front of Amex, else on the back)": "1234"}, None, {"cvv"}),
        ({"Security code [required, see the back of your card] *": "123"}, None, {"cvv"}),
        ({"CVC – you find it above your signature": "123"}, None, {"cvv"}),
        ({"Prüfziffer (3-stellig, Rückseite)*": "123"}, None, {"cvv"}),
    ],
)
def test_a_form_is_read_as_people_read_it(form: Any, masked: Any, struck: set[str]) -> None:
    masked = masked or {label: MASK * len(value) for label, value in form.items()}
    assert clean(form, DEFAULT) == (masked, struck)
    assert clean(masked, DEFAULT) == (masked, set())


@pytest.mark.parametrize(
    "form",
    [
        {"name": "Carol", "phone": "+49 170 1234567", "order": "55123", "zip": "50667", "fields": {"Code": "123"}},
        {"fields": {}, "n": 4, "of": None, "seen": [True, 1.5]},
        {
            "Month": "12",
            "Year": "2024",
            "Code": "123",
            "Year of purchase": "2021",
            "Customer number (8 digits)": "12345678",
        },
        {
            "Monat": "12",
            "Jahr": "2027",
            "Kundennummer*": "4711",
            "Postleitzahl (5 Ziffern)": "50667",
            "Tel.": "0221 123",
        },
        {"fields": {"ZIP": "37201", "Phone": "6155550128"}},
        {"fields": {"PLZ": "45127", "Mobil": "01761234562"}},
        {"fields": {"Order no": "4539 1488", "Phone": "0343 6467"}},
        [],
    ],
)
def test_an_ordinary_form_stays(form: Any) -> None:
    assert clean(form, DEFAULT) == (form, set())

"""What may not be said, in forms: read value by value, behind the labels, and together."""

from typing import Any

import pytest

from chats.screening import DEFAULT, clean


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
    ],
)
def test_a_form_is_read_as_people_read_it(form: Any, masked: Any, struck: set[str]) -> None:
    assert clean(form, DEFAULT) == (masked, struck)
    assert clean(masked, DEFAULT) == (masked, set())


@pytest.mark.parametrize(
    "form",
    [
        {"name": "Carol", "phone": "+49 170 1234567", "order": "55123", "zip": "50667", "fields": {"Code": "123"}},
        {"fields": {}, "n": 4, "of": None, "seen": [True, 1.5]},
        {"fields": {"ZIP": "37201", "Phone": "6155550128"}},
        {"fields": {"PLZ": "45127", "Mobil": "01761234562"}},
        {"fields": {"Order no": "4539 1488", "Phone": "0343 6467"}},
        [],
    ],
)
def test_an_ordinary_form_stays(form: Any) -> None:
    assert clean(form, DEFAULT) == (form, set())

"""Text in, masked text and findings out."""

import re
from collections.abc import Collection, Sequence
from typing import NamedTuple

from lib.pci.custom import CustomPattern

MASK = "•"
DEFAULT_DETECTORS: frozenset[str] = frozenset({"pan", "pan_near", "cvv", "pin", "track", "iban", "us_ssn"})
CANDIDATE = re.compile(r"(?<![0-9])[2-6](?:[\W_]{0,3}[0-9]){12,18}(?![0-9])")


class Span(NamedTuple):
    """What was found where: code points of the original, end exclusive."""

    detector: str
    start: int
    end: int


class Masked(NamedTuple):
    """The masked text, as long as the original, and what was masked."""

    text: str
    findings: tuple[Span, ...]


def mask(text: str, detectors: Collection[str] = DEFAULT_DETECTORS, custom: Sequence[CustomPattern] = ()) -> Masked:
    """Mask what the named detectors and the custom patterns find in `text`; never raises."""
    spans = [
        Span("pan", m.start(), m.end())
        for m in CANDIDATE.finditer(text)
        if "pan" in detectors and luhn([int(c) for c in m[0] if c in "0123456789"])
    ]
    out = list(text)
    for span in spans:
        places = [i for i in range(span.start, span.end) if out[i].isdigit()]
        for place in places[:-4]:
            out[place] = MASK
    return Masked("".join(out), tuple(spans))


def luhn(digits: Sequence[int]) -> bool:
    """True when the last digit is the check digit of the others (ISO/IEC 7812)."""
    return sum(d if i % 2 == 0 else d * 2 - 9 * (d > 4) for i, d in enumerate(reversed(digits))) % 10 == 0

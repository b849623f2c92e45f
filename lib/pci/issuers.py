"""Who issues which card numbers: ranges of the first digits, lengths, and the check digit.

The ranges are facts that the networks publish; the table reads the first four digits only, because every network whose
ranges are finer (Elo, Verve, Dankort, Solo …) lies inside a coarser range with the same lengths.
"""

from typing import NamedTuple


class Issuer(NamedTuple):
    """One network: ranges of the first four digits (both ends inclusive) and how long its numbers are."""

    name: str
    ranges: tuple[tuple[int, int], ...]
    lengths: tuple[int, ...]


ISSUERS = (
    Issuer("Visa", ((4000, 4999),), (13, 16, 19)),
    Issuer("Mastercard", ((5100, 5599), (2221, 2720)), (16,)),
    Issuer("American Express", ((3400, 3499), (3700, 3799)), (15,)),
    Issuer("Discover", ((6011, 6011), (6440, 6599)), (16, 17, 18, 19)),
    Issuer("Diners Club", ((3000, 3059), (3095, 3095), (3600, 3699), (3800, 3999)), (14, 16, 19)),
    Issuer("JCB", ((3528, 3589),), (16, 17, 18, 19)),
    Issuer("JCB, 15 digits", ((1800, 1800), (2131, 2131)), (15,)),
    Issuer("UnionPay", ((6200, 6299), (8100, 8171)), (16, 17, 18, 19)),
    Issuer(
        "Maestro",
        ((5018, 5018), (5020, 5020), (5038, 5038), (5893, 5893), (6304, 6304), (6759, 6759), (6761, 6763)),
        (12, 13, 14, 15, 16, 17, 18, 19),
    ),
    Issuer("Maestro, wide range", ((5000, 5099), (5600, 5899), (6000, 6999)), (16, 18, 19)),
    Issuer("Bancontact", ((6703, 6703),), (16, 17, 18, 19)),
    Issuer("RuPay", ((6000, 6099), (6500, 6599), (8100, 8299), (5080, 5089), (3530, 3539), (3560, 3569)), (16,)),
    Issuer("Mir", ((2200, 2205),), (16, 17, 18, 19)),
    Issuer("Elo", ((4011, 4011), (4389, 4389), (4514, 4514), (5041, 5041), (5066, 5067), (5090, 5099)), (16,)),
    Issuer("Elo, 6 range", ((6277, 6277), (6362, 6363), (6500, 6500), (6504, 6505), (6507, 6507)), (16,)),
    Issuer("Troy", ((9792, 9792), (6500, 6599)), (16,)),
    Issuer("Uzcard, Humo, Prostir", ((8600, 8600), (9860, 9860), (9804, 9804)), (16,)),
    Issuer("NAPAS", ((9704, 9704),), (16, 19)),
    Issuer("GPN", ((1946, 1946),), (16,)),
    Issuer("UATP", ((1000, 1999),), (15,)),
)

SHORTEST = 12
LONGEST = 19


def _lengths() -> dict[str, tuple[int, ...]]:
    """First four digits → the lengths a card with that beginning may have, the usual 16 and 15 first."""
    found: dict[str, set[int]] = {}
    for issuer in ISSUERS:
        for low, high in issuer.ranges:
            for prefix in range(low, high + 1):
                found.setdefault(f"{prefix:04d}", set()).update(issuer.lengths)
    return {prefix: tuple(sorted(lengths, key=lambda n: (n not in {15, 16}, -n))) for prefix, lengths in found.items()}


LENGTHS = _lengths()

DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


def luhn(digits: str) -> bool:
    """True when the last of these ASCII digits is the check digit of the others (ISO/IEC 7812-1)."""
    last = len(digits) - 1
    return sum(int(d) if (last - i) % 2 == 0 else DOUBLED[int(d)] for i, d in enumerate(digits)) % 10 == 0

"""What reads as text in bytes whose form nobody here knows."""

import re
from collections.abc import Iterator

from lib.pci.formats.reading import APART

WIDE = re.compile(
    "[\\d\x20-\x7e\t\r\n\x07\u00a0-\u024f\u0300-\u036f\u0400-\u04ff\u0600-\u0605\u061c\u2000-\u206f\u20dd-\u20e4"
    "\u2460-\u2473\u3000\ufe00-\ufe0f\ufeff\uff01-\uff5e]{4,}"
)
"""Digits of every script, what may stand between them, and the letters of Europe."""
NARROW = re.compile(r"[\x20-\x7e\t\r\n\x07\xa0-\xff]{4,}")
DIGIT = re.compile(r"\d")
MANY_BYTES = re.compile(rb"[\x20-\x7e\t\r\n\x80-\xff]{4,}")


def strings(data: bytes, digits: int = 0) -> Iterator[str]:
    """Runs of four and more characters, in eight bits, in UTF-8, and in sixteen bits from even and from odd places.

    Of them those with at least so many digits.
    """
    yield _joined(NARROW.findall(data.decode("cp1252", "replace")), digits)
    if not data.isascii():
        yield _joined([found.decode("utf-8", "ignore") for found in MANY_BYTES.findall(data)], digits)
    for start in (0, 1):
        yield _joined(WIDE.findall(data[start:].decode("utf-16-le", "replace")), digits)


def _joined(runs: list[str], digits: int) -> str:
    return APART.join([run for run in runs if len(run) >= digits and len(DIGIT.findall(run)) >= digits])

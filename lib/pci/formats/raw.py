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
MANY_BYTES = re.compile(rb"[\x20-\x7e\t\r\n\x80-\xff]{4,}")


def strings(data: bytes) -> Iterator[str]:
    """Runs of four and more characters, in eight bits, in UTF-8, and in sixteen bits from even and from odd places."""
    yield APART.join(NARROW.findall(data.decode("cp1252", "replace")))
    if not data.isascii():
        yield APART.join(found.decode("utf-8", "ignore") for found in MANY_BYTES.findall(data))
    for start in (0, 1):
        yield APART.join(WIDE.findall(data[start:].decode("utf-16-le", "replace")))

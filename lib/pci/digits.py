"""Every way to write a digit, read as ASCII, one code point for one code point, so that offsets stay true."""

import re
import sys
import unicodedata
from string import ascii_letters

IGNORED = "\x00"
"""Stands for a character that is not seen: zero-width, combining, variation selector, soft hyphen."""

SHAPES = bytes(ord("9" if chr(b) in "0123456789" else "a" if chr(b) in ascii_letters else "-") for b in range(256))
FILLERS = "\u115f\u1160\u3164\uffa0"
LAST_DIGIT_BLOCK = 0x20000
TAG_BLOCK = range(0xE0000, 0xE0200)

NOTHING_TO_READ = (
    "\x01-\xac\xae-\xb1\xb4-\xb8\xba-\u02ff\u0370-\u0482\u048a-\u0590\u1e00-\u1fff\u2010-\u2027\u202f-\u205f\u20a0-\u20cf"
    "\u2100-\u245f\u2500-\u2775\u2794-\u2cee\u2cf2-\u2d7e\u2d80-\u2ddf\u2e00-\u2fff\u3000-\u3029\u3030-\u3098\u309b-\u3163\u3165-\ua61f\uac00-\ud7a3"
    "\U0001f2ff-\U0001faff"
)
MAY_NEED_READING = re.compile(f"[^{NOTHING_TO_READ}]")
"""A cheap first look: letters and signs of the common scripts hold neither foreign digits nor invisible characters."""


def _reading() -> dict[int, str]:
    """Code point → what it is read as, for everything that is not read as itself."""
    reading = {0xFF21 + i: chr(ord("A") + i) for i in range(26)} | {0xFF41 + i: chr(ord("a") + i) for i in range(26)}
    for point in (*range(0x80, LAST_DIGIT_BLOCK), *TAG_BLOCK):
        char = chr(point)
        digit = unicodedata.digit(char, -1)
        if digit >= 0:
            reading[point] = str(digit)
        elif unicodedata.category(char) in {"Cf", "Mn", "Me", "Mc"} or char in FILLERS:
            reading[point] = IGNORED
    return {point: sys.intern(char) for point, char in reading.items()}


READING = _reading()


def _read(found: re.Match[str]) -> str:
    """What one character is read as; itself where the first look was too careful."""
    char = found[0]
    return READING.get(ord(char), char)


def plain(text: str) -> str:
    """`text` with digits of every script as ASCII and unseen characters as IGNORED; as long as `text`."""
    if text.isascii() or not MAY_NEED_READING.search(text):
        return text
    return MAY_NEED_READING.sub(_read, text)


def skeleton(read: str) -> bytes:
    """The text with 9 for a digit, a for an ASCII letter and - for anything else, for cheap first looks."""
    return read.encode("ascii", "replace").translate(SHAPES)


def may_hold_row(read: str, shape: bytes, least: int) -> bool:
    """False when no `least` digits stand in `read` without a letter between; True proves nothing."""
    if "<" in read or "&" in read or "%2" in read or "%0" in read:
        return shape.count(b"9") >= least
    return b"9" * least in shape.translate(None, b"-")


def holds_digit(text: str) -> bool:
    """Whether a digit of any script stands in `text`."""
    return b"9" in skeleton(plain(text))

"""HTML tags between digits that a short expression doesn't skip: long ones, quoted `>`, comments. Linear time."""

import re
from collections.abc import Iterator

from lib.pci.digits import IGNORED

PLAIN_TAG = re.compile(r"<[/!?A-Za-z][^<>]{0,120}>")
"""What `cards.SKIPPED` skips by itself."""
MAY_BE_AWKWARD = re.compile(r"<!--|=[ \t\r\n\f]{0,5}[\"']|<[/!?A-Za-z][^<>]{121}")
TOKEN = re.compile(r"[<>\"']|=[ \t\r\n\f]{0,5}[\"']")
"""A quote opens a value only behind an equals sign; any of its kind closes it."""
BEGINS = re.compile(r"<[/!?A-Za-z]")
COMMENT, COMMENT_END = "<!--", "-->"


LEAST_DIGITS = 12
"""That a number inside a tag has."""


def other_readings(read: str) -> Iterator[str]:
    """The text, as long as `read`, without the tags that are no PLAIN_TAG, and with what stands in tags as text.

    Nothing where it would be the same.
    """
    if "<" not in read:
        return
    if MAY_BE_AWKWARD.search(read):
        bare = _without_awkward(read)
        if bare != read:
            yield bare
    if any(sum(map(str.isdigit, tag)) >= LEAST_DIGITS for tag in PLAIN_TAG.findall(read)):
        yield read.replace("<", " ")


def _without_awkward(read: str) -> str:
    parts, at = [], 0
    for start, end in _tags(read):
        if not PLAIN_TAG.fullmatch(read, start, end):
            parts += [read[at:start], IGNORED * (end - start)]
            at = end
    return "".join([*parts, read[at:]])


def _tags(read: str) -> Iterator[tuple[int, int]]:
    """Where tags and comments begin and end, none inside another one."""
    ends = _tag_ends(read)
    last_comment_end = read.rfind(COMMENT_END)
    at = 0
    for start in sorted(ends):
        if start < at:
            continue
        end = ends[start]
        if read.startswith(COMMENT, start) and start + len(COMMENT) <= last_comment_end:
            end = read.index(COMMENT_END, start + len(COMMENT)) + len(COMMENT_END)
        if end > 0:
            yield start, end
            at = end


def _tag_ends(read: str) -> dict[int, int]:
    """For each place where a tag may begin, where it ends; 0 when it doesn't. Read backwards, each sign once."""
    ends: dict[int, int] = {}
    plain, double, single = 0, 0, 0  # where the tag ends, seen from outside quotes and from inside each kind
    for token in reversed([*TOKEN.finditer(read)]):
        sign = token[0]
        if sign == ">":
            plain = token.end()
        elif sign == "<":
            if BEGINS.match(read, token.start()):
                ends[token.start()] = plain
            plain = 0
        elif sign[-1] == '"':
            plain, double = (double if len(sign) > 1 else plain), plain
        else:
            plain, single = (single if len(sign) > 1 else plain), plain
    return ends
